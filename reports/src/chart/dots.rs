//! Dots with intervals by unit: who stands where, and which differences are within the error.

use super::axis;
use super::scale::{Scale, ticks};
use super::scene::{Anchor, Style};
use super::sheet::{Key, Sheet};
use super::{Chart, ChartError, Frame, Heading, Measure, Point, Scene, Table, alt_text, check, theme};
use crate::model::Lang;

/// Estimates of one measure by unit, sorted by value, with the county's line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DotChart {
    /// What stands around the picture.
    pub heading: Heading,
    /// What the numbers count.
    pub measure: Measure,
    /// The units; drawn from the highest value down unless `keep_order`, those without a value last.
    pub rows: Vec<DotRow>,
    /// The county, or another value to compare with.
    pub reference: Option<Reference>,
    /// Lines of grades or targets, marked on the axis.
    pub lines: Vec<GradeLine>,
    /// Draw the rows as given.
    pub keep_order: bool,
}

/// One unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct DotRow {
    /// Name of the unit.
    pub label: String,
    /// Its estimate with interval.
    pub point: Point,
    /// A few words at the end of the row: grade, n. May be empty.
    pub note: String,
    /// The interval crosses the line of a grade: drawn hollow.
    pub borderline: bool,
    /// The unit that the report is about.
    pub highlighted: bool,
}

/// A value to compare all rows with, drawn as a line through the picture.
#[derive(Clone, Debug, PartialEq)]
pub struct Reference {
    /// Its name: 全县.
    pub label: String,
    /// Its value; a band is drawn where it has an interval.
    pub point: Point,
}

/// A line on the axis: the least score of a grade, or a target.
#[derive(Clone, Debug, PartialEq)]
pub struct GradeLine {
    /// Name: 优秀.
    pub label: String,
    /// Where it is.
    pub value: f64,
}

/// Height of a row.
const ROW: f64 = 26.0;
/// Between the columns.
const GAP: f64 = 12.0;
const LABEL: Style = Style::new(theme::LABEL, theme::INK);
const VALUE: Style = Style::new(theme::VALUE, theme::INK);
const NOTE: Style = Style::new(theme::VALUE, theme::INK_SOFT);

/// Where the columns of the picture are.
struct Columns {
    label_width: f64,
    /// Edges of the room for dots.
    left: f64,
    right: f64,
    value_right: f64,
    with_notes: bool,
    note_left: f64,
}

impl DotChart {
    fn sorted(&self) -> Vec<&DotRow> {
        let mut rows: Vec<&DotRow> = self.rows.iter().collect();
        if !self.keep_order {
            let key = |row: &DotRow| row.point.shown().unwrap_or(f64::MIN);
            rows.sort_by(|a, b| key(b).total_cmp(&key(a)));
        }
        rows
    }

    fn check(&self) -> Result<(), ChartError> {
        check::not_empty(&self.heading, &self.rows)?;
        let rows = self.rows.iter().map(|row| (row.label.as_str(), &row.point));
        check::sound(
            &self.heading,
            rows.chain(self.reference.iter().map(|r| (r.label.as_str(), &r.point))),
        )
    }

    fn columns(&self, sheet: &Sheet, values: &[String]) -> Columns {
        let widest = |widths: &mut dyn Iterator<Item = f64>| widths.fold(0.0, f64::max);
        let label_width =
            widest(&mut self.rows.iter().map(|r| LABEL.bold().width(&r.label))).min(sheet.width() * 0.32);
        let value_width = widest(&mut values.iter().map(|v| VALUE.bold().width(v.trim_end_matches('*'))));
        let note_width = widest(&mut self.rows.iter().map(|row| NOTE.width(&row.note)));
        // Where notes would take the room of the dots they stay in the table.
        let with_notes = note_width > 0.0 && label_width + value_width + note_width < sheet.width() * 0.52;
        let note_left = sheet.right - if with_notes { note_width } else { 0.0 };
        let value_right = note_left - VALUE.width("*") - if with_notes { GAP - 2.0 } else { 0.0 };
        let (left, right) = (sheet.left + label_width + GAP, value_right - value_width - GAP);
        Columns {
            label_width,
            left,
            right,
            value_right,
            with_notes,
            note_left,
        }
    }

    /// Lowest and highest of everything that is drawn.
    fn domain(&self) -> (f64, f64) {
        let points = self
            .rows
            .iter()
            .map(|row| &row.point)
            .chain(self.reference.iter().map(|r| &r.point));
        let (low, high) = points
            .filter_map(|p| p.shown().map(|v| p.interval().unwrap_or((v, v))))
            .fold((f64::MAX, f64::MIN), |(low, high), (l, u)| {
                (low.min(l), high.max(u))
            });
        if low > high { (0.0, 100.0) } else { (low, high) }
    }

    /// Rows whose interval lies wholly above, and wholly below, the reference value.
    fn beyond_reference(&self) -> (Vec<&str>, Vec<&str>) {
        let Some(value) = self.reference.as_ref().and_then(|r| r.point.shown()) else {
            return (vec![], vec![]);
        };
        let names = |test: &dyn Fn((f64, f64)) -> bool| {
            self.sorted()
                .iter()
                .filter(|r| r.point.interval().is_some_and(test))
                .map(|r| r.label.as_str())
                .collect()
        };
        (
            names(&|(lower, _)| lower > value),
            names(&|(_, upper)| upper < value),
        )
    }
}

impl Chart for DotChart {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn scene(&self, lang: Lang, frame: Frame) -> Result<Scene, ChartError> {
        self.check()?;
        let mut sheet = Sheet::begin(&self.heading, lang, frame)?;
        let rows = self.sorted();
        let mut keys = vec![(
            Key::Dot,
            lang.pick("估计值与95%置信区间", "Estimate with 95% interval")
                .to_owned(),
        )];
        if rows.iter().any(|row| row.borderline) {
            keys.push((
                Key::HollowDot,
                lang.pick("等次临界：区间跨越等次线", "Borderline: interval crosses a grade")
                    .to_owned(),
            ));
        }
        sheet.keys(sheet.left, &keys);

        let values: Vec<String> = rows
            .iter()
            .map(|row| row.point.print(self.measure, lang))
            .collect();
        let columns = self.columns(&sheet, &values);
        let (low, high) = self.domain();
        let ticks = ticks(low, high, if sheet.is_narrow() { 4 } else { 6 });
        let domain = (
            ticks.first().copied().unwrap_or(0.0),
            ticks.last().copied().unwrap_or(100.0),
        );
        let scale = Scale::new(domain, (columns.left + 5.0, columns.right - 5.0));
        let reference = self.reference.as_ref();
        axis::heads(
            &mut sheet,
            &scale,
            (columns.left, columns.right),
            self.measure,
            &self.lines,
            reference,
        );

        let labels: Vec<Vec<String>> = rows
            .iter()
            .map(|r| LABEL.bold().wrap_at_most(&r.label, columns.label_width + 0.5, 2))
            .collect();
        let heights: Vec<f64> = labels
            .iter()
            .map(|l| ROW.max(l.len() as f64 * LABEL.leading() + 4.0))
            .collect();
        let (top, bottom) = (sheet.y, sheet.y + heights.iter().sum::<f64>());
        // Ground and guides of all rows lie under the lines that run through them.
        let mut y = top;
        for (row, height) in rows.iter().zip(&heights) {
            if row.highlighted {
                sheet.scene.rect(
                    sheet.left - 2.0,
                    y,
                    sheet.width() + 4.0,
                    *height,
                    theme::TEAL_TINT,
                );
            }
            sheet
                .scene
                .horizontal(columns.left, columns.right, y + height / 2.0, 1.0, theme::GUIDE);
            y += height;
        }
        axis::behind(&mut sheet, &scale, (top, bottom), &ticks, &self.lines, reference);
        for (((row, height), label), value) in rows.iter().zip(&heights).zip(&labels).zip(&values) {
            let middle = sheet.y + height / 2.0;
            let colour = if row.highlighted {
                theme::TEAL
            } else {
                theme::GREY_MARK
            };
            let words = LABEL.stressed(row.highlighted);
            sheet
                .scene
                .lines_centred(sheet.left, middle, Anchor::Start, words, label);
            if let Some((lower, upper)) = row.point.interval() {
                let stroke = if row.highlighted { 2.5 } else { 1.8 };
                sheet
                    .scene
                    .horizontal(scale.at(lower), scale.at(upper), middle, stroke, colour);
            }
            if let Some(v) = row.point.shown() {
                let radius = if row.highlighted { 5.5 } else { 4.5 };
                sheet
                    .scene
                    .dot(scale.at(v), middle, radius, colour, row.borderline);
            }
            sheet.scene.figure(
                columns.value_right,
                middle,
                VALUE.stressed(row.highlighted),
                value,
            );
            if columns.with_notes {
                sheet.scene.text(
                    columns.note_left,
                    middle + NOTE.drop(),
                    Anchor::Start,
                    NOTE,
                    &row.note,
                );
            }
            sheet.y += height;
        }
        axis::feet(&mut sheet, &scale, &ticks, self.measure);
        let notes = alt_text::notes(self.rows.iter().map(|row| &row.point), lang);
        Ok(sheet.end(&self.heading, &notes))
    }

    fn alt_text(&self, lang: Lang) -> String {
        let rows: Vec<(&str, Point)> = self
            .sorted()
            .iter()
            .map(|r| (r.label.as_str(), r.point))
            .collect();
        let mut said = lang.pick(
            format!("点与区间图，{}个单位，由高到低排列。", rows.len()),
            format!("Dots with 95% intervals, {} units, highest first. ", rows.len()),
        );
        said.push_str(&alt_text::extremes("", &rows, self.measure, lang));
        if let Some(reference) = &self.reference {
            let value = reference.point.print(self.measure, lang);
            let (above, below) = self.beyond_reference();
            said.push_str(&lang.pick(
                format!(
                    "{} {value}，区间整体高于它的有{}个，低于它的有{}个。",
                    reference.label,
                    above.len(),
                    below.len()
                ),
                format!(
                    "{}: {value}; {} lie wholly above it and {} wholly below. ",
                    reference.label,
                    above.len(),
                    below.len()
                ),
            ));
        }
        for row in self.rows.iter().filter(|row| row.highlighted) {
            let (value, interval) = (
                row.point.print(self.measure, lang),
                row.point.print_interval(self.measure, lang),
            );
            said.push_str(&lang.pick(
                format!("{} {value}（区间 {interval}）。", row.label),
                format!("{}: {value} (interval {interval}). ", row.label),
            ));
        }
        let borderline = self.rows.iter().filter(|row| row.borderline).count();
        if borderline > 0 {
            said.push_str(&lang.pick(
                format!("{borderline}个单位等次处于临界。"),
                format!("{borderline} with a borderline grade. "),
            ));
        }
        said.push_str(&alt_text::gaps(rows.iter().map(|(_, point)| point), lang));
        alt_text::tidy(&said)
    }

    fn table(&self, lang: Lang) -> Table {
        let mut header = lang
            .pick(
                ["单位", "估计值", "95%置信区间"],
                ["Unit", "Estimate", "95% interval"],
            )
            .map(str::to_owned)
            .to_vec();
        let with_notes = self.rows.iter().any(|row| !row.note.is_empty() || row.borderline);
        if with_notes {
            header.push(lang.pick("说明", "Note").to_owned());
        }
        let rows = self
            .sorted()
            .into_iter()
            .map(|row| (row.label.clone(), row.point, row.note.clone(), row.borderline));
        let reference = self
            .reference
            .iter()
            .map(|r| (r.label.clone(), r.point, String::new(), false));
        let rows = rows
            .chain(reference)
            .map(|(label, point, note, borderline)| {
                let mut cells = vec![
                    label,
                    point.print(self.measure, lang),
                    point.print_interval(self.measure, lang),
                ];
                if with_notes {
                    let mark = if borderline {
                        lang.pick("（临界）", " (borderline)")
                    } else {
                        ""
                    };
                    cells.push(format!("{note}{mark}").trim().to_owned());
                }
                cells
            })
            .collect();
        Table { header, rows }
    }
}
