//! Cells: words, expressions, settings, languages.

use super::super::desk::{Desk, Tab};
use super::super::edit::{Cell, Setting, Words};
use super::super::logic::{Conditions, Rules, Subjects};
use super::super::refusal::Refusal;
use super::super::{EditError, RowKey, RowKind};
use super::rows::known_language;
use super::{Watch, remembered, tidy};
use crate::diagnostic::catalogue::Fault;
use crate::expression::Expression;
use crate::text::{is_wording, split};
use crate::xlsform::around;
use crate::xlsform::layout::{Holds, Layout, is_form_id, is_tag, yes_no};
use crate::xlsform::write::language_name;

/// Words of a row in one language.
pub(super) fn words(
    desk: &mut Desk,
    (row, words): (&RowKey, Words),
    (lang, text): (&str, &str),
    watch: &mut Watch,
) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    let field = format!("{}::{lang}", words.column());
    let text = tidy(text, &field)?;
    known_language(desk, lang, &text)?;
    if line.kind.is_group() && words != Words::Label && !text.is_empty() {
        return Err(out_of_place(words.column(), line.kind, &field));
    }
    let holds = Holds::Words(words.column(), lang.to_owned());
    watch.begin(desk, (line.at, holds.clone()), &field);
    desk.set(Tab::Survey, line.at, &holds, &text)
}

fn out_of_place(column: &'static str, kind: RowKind, field: &str) -> EditError {
    let kind = kind.words();
    Refusal::OutOfPlace { column, kind }.field(field)
}

/// A cell that is the same in all languages.
pub(super) fn cell(
    desk: &mut Desk,
    row: &RowKey,
    (cell, value): (Cell, &str),
    watch: &mut Watch,
) -> Result<(), EditError> {
    let lines = desk.lines();
    let line = desk.find(&lines, row)?;
    let column = cell.column();
    let mut value = tidy(value, column)?;
    let fits = match cell {
        Cell::Relevant | Cell::Appearance | Cell::Disabled => true,
        Cell::RepeatCount => line.kind == RowKind::Repeat,
        Cell::Parameters => line.kind == RowKind::Repeat || !line.kind.is_group(),
        Cell::ChoiceFilter => line.kind.has_choices() || line.kind == RowKind::Other,
        _ => !line.kind.is_group(),
    };
    if !fits && !value.is_empty() {
        return Err(out_of_place(column, line.kind, column));
    }
    match (cell, yes_no(&value)) {
        (Cell::ReadOnly | Cell::Disabled | Cell::Required, Some(yes)) => {
            value = if yes { "yes" } else { "" }.to_owned();
        }
        (Cell::ReadOnly | Cell::Disabled, None) => {
            return Err(Refusal::BadYesNo { value }
                .at(line.place().column(column).field(column))
                .into());
        }
        (Cell::Required, None) => parses(&value, column)?,
        _ if cell.is_expression() && !value.is_empty() => parses(&value, column)?,
        _ => {}
    }
    watch.begin(desk, (line.at, Holds::Plain(column)), column);
    desk.set_plain(Tab::Survey, line.at, column, &value)
}

/// An expression's faults of grammar, with their places in the cell.
fn parses(value: &str, column: &str) -> Result<(), EditError> {
    // Excel stores a typed TRUE as a truth value.
    if matches!(value, "true" | "false") {
        return Ok(());
    }
    let Err(found) = Expression::parse(value) else {
        return Ok(());
    };
    let faults = found.into_iter().map(|fault| {
        let around = around(value, &fault.span);
        let kind = fault.kind;
        Fault::Expression { kind, around }.at(crate::diagnostic::Place::unknown().field(column))
    });
    Err(faults.collect::<Vec<_>>().into())
}

/// The condition, from menus.
pub(super) fn conditions(
    desk: &mut Desk,
    row: &RowKey,
    conditions: &Conditions,
    watch: &mut Watch,
) -> Result<(), EditError> {
    let value = conditions.said(&Subjects::of(desk))?;
    cell(desk, row, (Cell::Relevant, &value), watch)
}

/// What an answer must satisfy, from menus.
pub(super) fn rules(
    desk: &mut Desk,
    row: &RowKey,
    rules: &Rules,
    watch: &mut Watch,
) -> Result<(), EditError> {
    let value = rules.expression()?;
    cell(desk, row, (Cell::Constraint, &value), watch)
}

/// The row of the settings sheet, which is made where there is none.
fn settings_row(desk: &mut Desk) -> Result<usize, EditError> {
    desk.sheet_mut(Tab::Settings);
    if let Some((at, _)) = desk.body(Tab::Settings).find(|(_, row)| !row.cells.is_empty()) {
        return Ok(at);
    }
    let at = desk.header(Tab::Settings).map_or(0, |header| header + 1);
    desk.insert(Tab::Settings, at, Default::default())?;
    Ok(at)
}

/// A setting of the whole.
pub(super) fn setting(
    desk: &mut Desk,
    setting: Setting,
    lang: Option<&str>,
    value: &str,
) -> Result<(), EditError> {
    let column = setting.column();
    let value = tidy(value, column)?;
    let at = settings_row(desk)?;
    match setting {
        Setting::Title => {
            let default = desk.layout.languages.first().map(|(tag, _)| tag.clone());
            let tag = lang
                .map(str::to_owned)
                .or(default)
                .unwrap_or_else(|| "zh".to_owned());
            known_language(desk, &tag, &value)?;
            desk.set(Tab::Settings, at, &Holds::Words(column, tag), &value)
        }
        Setting::FormId if !value.is_empty() && !is_form_id(&value) => {
            Err(Refusal::BadFormId { id: value }.field(column))
        }
        Setting::FormId | Setting::Version => desk.set_plain(Tab::Settings, at, column, &value),
        Setting::DefaultLanguage => {
            known_language(desk, &value, &value)?;
            if is_wording(&value) {
                return Err(Refusal::BadLanguage { lang: value }.field(column));
            }
            mark(desk);
            let written = desk.layout.languages.iter().find(|(tag, _)| *tag == value);
            let written = written.map(|(_, written)| written.clone()).unwrap_or_default();
            desk.set_plain(Tab::Settings, at, column, &written)?;
            desk.layout = Layout::of(&desk.book.raw());
            Ok(())
        }
    }
}

/// Writes the language into headers that name none: they would be in another with another default.
fn mark(desk: &mut Desk) {
    for tab in Tab::ALL {
        let unmarked = desk.columns(tab).iter().filter(|column| column.is_unmarked);
        let headers: Vec<(u32, String)> = unmarked
            .filter_map(|column| {
                let Holds::Words(_, tag) = &column.holds else {
                    return None;
                };
                let (_, written) = desk.layout.languages.iter().find(|(known, _)| known == tag)?;
                let called = if tag == written {
                    language_name(tag)
                } else {
                    written.clone()
                };
                Some((column.at, format!("{}::{called}", column.header.trim())))
            })
            .collect();
        let Some(header) = desk.header(tab) else { continue };
        for (at, text) in headers {
            desk.sheet_mut(tab).rows[header].set(at, &text);
        }
    }
    desk.layout = Layout::of(&desk.book.raw());
}

/// A language comes.
pub(super) fn add_language(desk: &mut Desk, lang: &str) -> Result<(), EditError> {
    let lang = lang.trim();
    let bad = || {
        Refusal::BadLanguage {
            lang: lang.to_owned(),
        }
        .field("lang")
    };
    if !is_tag(lang) {
        return Err(bad());
    }
    if desk.has_language(lang) {
        return Err(Refusal::LanguageThere {
            lang: lang.to_owned(),
        }
        .field("lang"));
    }
    let (language, wordings) = split(lang);
    if is_wording(lang) {
        if wordings.iter().any(|word| !["easy", "proxy"].contains(word)) {
            return Err(bad());
        }
        if !desk.has_language(language) {
            let refusal = Refusal::WordingWithoutLanguage {
                lang: lang.to_owned(),
                language: language.to_owned(),
            };
            return Err(refusal.field("lang"));
        }
    }
    keep_default(desk)?;
    for tab in [Tab::Survey, Tab::Choices] {
        desk.column_mut(tab, &Holds::Words("label", lang.to_owned()))?;
    }
    remembered::fill(desk, lang)
}

/// A language goes, with all that is said in it.
pub(super) fn remove_language(desk: &mut Desk, lang: &str) -> Result<(), EditError> {
    known_language(desk, lang, lang)?;
    let mut languages = desk.layout.languages.iter().map(|(tag, _)| tag.as_str());
    let is_first = languages.next() == Some(lang);
    if is_first || languages.any(|tag| is_wording(tag) && tag != lang && split(tag).0 == lang) {
        let refusal = Refusal::LanguageNeeded {
            lang: lang.to_owned(),
            is_first,
        };
        return Err(refusal.field("lang"));
    }
    keep_default(desk)?;
    for tab in Tab::ALL {
        let columns = desk.columns(tab).iter();
        let mut gone: Vec<u32> = columns
            .filter(|column| matches!(&column.holds, Holds::Words(_, tag) if tag == lang))
            .map(|column| column.at)
            .collect();
        gone.sort_unstable();
        if gone.is_empty() {
            continue;
        }
        for row in &mut desk.sheet_mut(tab).rows {
            let cells = std::mem::take(&mut row.cells).into_iter();
            let kept = cells.filter(|(at, _)| !gone.contains(at));
            row.cells = kept
                .map(|(at, cell)| {
                    let before = gone.iter().filter(|place| **place < at).count();
                    (at - u32::try_from(before).unwrap_or_default(), cell)
                })
                .collect();
        }
    }
    desk.layout = Layout::of(&desk.book.raw());
    Ok(())
}

/// Writes down which language comes first where only the order of columns or the script of the words says so.
fn keep_default(desk: &mut Desk) -> Result<(), EditError> {
    let Some((tag, written)) = desk.layout.languages.first().cloned() else {
        return Ok(());
    };
    let at = settings_row(desk)?;
    if desk.plain(Tab::Settings, at, "default_language").is_empty() {
        let known = if tag == written {
            language_name(&tag)
        } else {
            written
        };
        desk.set_plain(Tab::Settings, at, "default_language", &known)?;
    }
    Ok(())
}
