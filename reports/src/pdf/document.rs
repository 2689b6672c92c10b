//! The report as the template's data: strings only, already rounded, plus the charts' files.

use serde_json::{Value as Json, json};

use super::PdfError;
use crate::chart::Frame;
use crate::columns;
use crate::font;
use crate::model::{Block, Lang, NoteKind, Report, Section, Table};
use crate::number::Value;

/// The SVG files that the template reads, by path.
pub(super) type ChartFiles = Vec<(String, String)>;

/// The room a chart is drawn for: the 156 mm of text, where 13 px become 8 pt.
const FRAME: Frame = Frame::WIDE.bare();

/// The width of the text, in points; tables are set in 9.5 pt, those of more than six columns in 8.5 pt.
const TEXT_WIDTH: f64 = 442.0;

/// A table lower than this, in points, moves to the next page whole; two fifths of a page of text.
const MOST_WHOLE: f64 = 300.0;

/// How much smaller than designed a page is set, and how wide its pictures are, in percent of the text.
#[derive(Clone, Copy, Debug)]
pub(super) struct Fit {
    pub(super) scale: f64,
    pub(super) picture: f64,
}

impl Fit {
    /// As designed.
    pub(super) const AS_DESIGNED: Self = Self {
        scale: 1.0,
        picture: 100.0,
    };
    /// What is tried in turn until a brief fits its page; the last is still 8 pt.
    pub(super) const BRIEF: [Self; 5] = [
        Self {
            scale: 1.0,
            picture: 100.0,
        },
        Self {
            scale: 1.0,
            picture: 88.0,
        },
        Self {
            scale: 0.95,
            picture: 82.0,
        },
        Self {
            scale: 0.9,
            picture: 74.0,
        },
        Self {
            scale: 0.85,
            picture: 64.0,
        },
    ];
}

/// The data and the charts of a report.
pub(super) fn describe(report: &Report) -> Result<(Json, ChartFiles), PdfError> {
    let lang = report.lang;
    let mut charts = ChartFiles::new();
    let sections = report
        .sections
        .iter()
        .map(|s| section(report, s, &mut charts))
        .collect::<Result<Vec<_>, _>>()?;
    let entries: usize = report.sections.iter().map(|part| 1 + part.sections.len()).sum();
    let data = json!({
        "kind": report.kind,
        "scale": Fit::AS_DESIGNED.scale,
        "picture": Fit::AS_DESIGNED.picture,
        "entries": entries,
        "colophon": colophon(report),
        "lang": lang.code(),
        "title": report.title,
        "subtitle": report.subtitle,
        "organiser": report.organiser,
        "description": report.key_sentences.join(lang.pick("", " ")),
        "banner": report.banner,
        "facts": report.facts,
        "fonts": { "text": font::SERIF_FAMILIES, "heading": font::SANS_FAMILIES },
        "words": {
            "contents": lang.pick("目　录", "Contents"),
            "interval": lang.pick("95%置信区间", "95% interval"),
            "warning": lang.pick("注意：", "Note: "),
        },
        "headlines": report.headlines.iter().map(|h| json!({
            "name": h.name,
            "value": h.value.show(lang),
            "interval": (h.interval != Value::Absent).then(|| h.interval.show(lang)),
            "change": h.change,
            "meaning": h.meaning,
        })).collect::<Vec<_>>(),
        "sections": sections,
    });
    Ok((
        match lang {
            Lang::Zh => data,
            Lang::En => straight(data),
        },
        charts,
    ))
}

/// The data with straight quotation marks: the embedded face, a Chinese one, sets the curly ones as wide as a Han
/// character, which tears English lines apart.
fn straight(data: Json) -> Json {
    match data {
        Json::String(text) => Json::String(text.replace(['“', '”'], "\"").replace(['‘', '’'], "'")),
        Json::Array(items) => items.into_iter().map(straight).collect(),
        Json::Object(fields) => fields
            .into_iter()
            .map(|(key, value)| (key, straight(value)))
            .collect(),
        other => other,
    }
}

/// The foot of a brief: where its figures come from. Who made it stands at its head, and there is room for three lines.
fn colophon(report: &Report) -> String {
    let facts = report.facts.iter().filter(|fact| fact.value != report.organiser);
    facts
        .map(|fact| format!("{}{}{}", fact.label, report.lang.pick("：", ": "), fact.value))
        .collect::<Vec<_>>()
        .join(report.lang.pick("　", " · "))
}

fn section(report: &Report, part: &Section, charts: &mut ChartFiles) -> Result<Json, PdfError> {
    let blocks = part
        .blocks
        .iter()
        .map(|b| block(report, b, charts))
        .collect::<Result<Vec<_>, _>>()?;
    let below = part
        .sections
        .iter()
        .map(|s| section(report, s, charts))
        .collect::<Result<Vec<_>, _>>()?;
    Ok(json!({ "heading": part.heading(report.lang), "blocks": blocks, "sections": below }))
}

fn block(report: &Report, block: &Block, charts: &mut ChartFiles) -> Result<Json, PdfError> {
    Ok(match block {
        Block::Paragraph(text) => json!({ "kind": "paragraph", "text": text }),
        Block::Finding(text) => json!({ "kind": "finding", "text": text }),
        Block::List { ordered, items } => json!({ "kind": "list", "ordered": ordered, "items": items }),
        Block::Headlines => json!({ "kind": "headlines" }),
        Block::Table(table) => table_data(report, table),
        Block::Figure(figure) => {
            let file = format!("/chart-{}.svg", charts.len() + 1);
            charts.push((file.clone(), figure.chart.svg_in(report.lang, FRAME)?));
            let heading = figure.chart.heading();
            json!({
                "kind": "figure", "number": figure.number, "caption": heading.title,
                "shown": heading.subtitle, "foot": heading.foot,
                "file": file, "alt": figure.chart.alt_text(report.lang),
            })
        }
        Block::Note {
            kind: NoteKind::Note,
            text,
        } => json!({ "kind": "note", "text": text }),
        Block::Note {
            kind: NoteKind::Warning,
            text,
        } => json!({ "kind": "warning", "text": text }),
    })
}

/// About how high a table stands, in points: caption and header, rows by their lines, base and notes.
fn height(report: &Report, table: &Table, widths: &[f64], size: f64) -> f64 {
    let rows: f64 = columns::lines(table, report.lang, widths)
        .map(|lines| 0.42 + 1.2 * lines as f64)
        .sum();
    let under = table.base.iter().chain(&table.notes);
    let under: f64 = under
        .map(|words| (columns::ems(words) * 9.0 / TEXT_WIDTH).ceil())
        .sum();
    45.0 + size * rows + 13.0 * under
}

fn table_data(report: &Report, table: &Table) -> Json {
    let size = match table.columns.len() {
        0..=6 => 9.5,
        _ => 8.5,
    };
    let widths = columns::widths(table, report.lang, TEXT_WIDTH / size);
    let whole = height(report, table, &widths, size) < MOST_WHOLE;
    json!({
        "kind": "table",
        "number": table.number,
        "caption": table.caption,
        "unit": table.unit,
        "base": table.base,
        "notes": table.notes,
        "whole": whole,
        "columns": table.columns.iter().zip(widths).map(|(c, width)| json!({
            "title": c.title, "figures": c.figures, "width": width,
        })).collect::<Vec<_>>(),
        "rows": table.rows.iter().map(|row| json!({
            "strong": row.strong,
            "cells": row.cells.iter().map(|c| c.show(report.lang)).collect::<Vec<_>>(),
        })).collect::<Vec<_>>(),
    })
}
