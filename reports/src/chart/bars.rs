//! Horizontal bars with intervals from a zero base, and the Pareto reading of them.

use super::axis::{self, Plot};
use super::scale::{Scale, ticks};
use super::scene::{Anchor, Style};
use super::sheet::{Key, Sheet};
use super::{
    Chart, ChartError, Flag, Frame, Heading, Measure, Point, Reference, Scene, Table, alt_text, check, theme,
};
use crate::model::Lang;

/// Bars of one measure, such as unmet needs by service area or reasons for not getting help.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarChart {
    /// What stands around the picture.
    pub heading: Heading,
    /// What the numbers count.
    pub measure: Measure,
    /// The bars; drawn from the longest down unless `keep_order`, those without a value last.
    pub rows: Vec<BarRow>,
    /// A value to compare all bars with.
    pub reference: Option<Reference>,
    /// Pareto: also print the cumulated share of the sum of all bars, and stress the bars that make up the first 80 %.
    pub cumulative: bool,
    /// Draw the rows as given.
    pub keep_order: bool,
}

/// One bar.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct BarRow {
    /// What is counted.
    pub label: String,
    /// Its value.
    pub point: Point,
    /// The bar that the report is about.
    pub highlighted: bool,
}

const BAR: f64 = 16.0;
/// Between the columns.
const GAP: f64 = 12.0;
/// The share of the sum that Pareto reading looks at, in percent.
const VITAL: f64 = 80.0;

impl BarChart {
    fn sorted(&self) -> Vec<&BarRow> {
        let mut rows: Vec<&BarRow> = self.rows.iter().collect();
        if !self.keep_order {
            let key = |row: &BarRow| row.point.shown().unwrap_or(f64::MIN);
            rows.sort_by(|a, b| key(b).total_cmp(&key(a)));
        }
        rows
    }

    fn check(&self) -> Result<(), ChartError> {
        check::not_empty(&self.heading, &self.rows)?;
        let rows = self.rows.iter().map(|row| (row.label.as_str(), &row.point));
        check::sound(&self.heading, rows.clone())?;
        match rows
            .into_iter()
            .find(|(_, point)| point.shown().is_some_and(|v| v < 0.0))
        {
            Some((label, _)) => Err(ChartError::ImpossibleValue {
                id: self.heading.id.clone(),
                label: label.to_owned(),
            }),
            None => Ok(()),
        }
    }

    /// Cumulated percent of the sum after each sorted row; none when a bar is withheld, since it could be subtracted out.
    fn cumulated(&self) -> Option<Vec<f64>> {
        let rows = self.sorted();
        let values: Option<Vec<f64>> = rows.iter().map(|row| row.point.shown()).collect();
        let values = values.filter(|_| self.cumulative)?;
        let sum: f64 = values.iter().sum();
        let mut so_far = 0.0;
        (sum > 0.0).then(|| {
            values
                .iter()
                .map(|v| {
                    so_far += v;
                    so_far / sum * 100.0
                })
                .collect()
        })
    }

    /// How many of the longest bars make up the first 80 %.
    fn vital(cumulated: &[f64]) -> usize {
        cumulated
            .iter()
            .position(|c| *c >= VITAL - 1e-9)
            .map_or(cumulated.len(), |i| i + 1)
    }
}

impl Chart for BarChart {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn scene(&self, lang: Lang, frame: Frame) -> Result<Scene, ChartError> {
        self.check()?;
        let mut sheet = Sheet::begin(&self.heading, frame)?;
        let rows = self.sorted();
        let cumulated = self.cumulated();
        let vital = cumulated.as_deref().map_or(0, Self::vital);
        let label_style = Style::new(theme::LABEL, theme::INK);
        let value_style = Style::new(theme::VALUE, theme::INK);
        let head = Style::new(theme::FOOT, theme::INK_FAINT);

        // Labels stand beside the bars where they fit, else above them.
        let wanted = rows
            .iter()
            .map(|r| label_style.bold().width(&r.label))
            .fold(0.0, f64::max);
        let above = wanted > sheet.width() * if sheet.is_narrow() { 0.30 } else { 0.36 };
        let label_width = if above { 0.0 } else { wanted + GAP };
        let labels: Vec<Vec<String>> = rows
            .iter()
            .map(|r| {
                label_style
                    .bold()
                    .wrap(&r.label, if above { sheet.width() } else { wanted + 0.5 })
            })
            .collect();
        let values: Vec<String> = rows
            .iter()
            .map(|row| row.point.print(self.measure, lang))
            .collect();
        let star = value_style.width("*");
        let value_width = values
            .iter()
            .map(|v| value_style.bold().width(v.trim_end_matches('*')))
            .fold(0.0, f64::max);
        let share_head = lang.pick("累计占比", "Cumulative");
        let share_width = if cumulated.is_some() {
            head.width(share_head).max(value_style.width("100%")) + GAP
        } else {
            0.0
        };
        let value_right = sheet.right - share_width - star;
        let (left, right) = (sheet.left + label_width, value_right - value_width - GAP);
        let high = rows
            .iter()
            .map(|r| &r.point)
            .chain(self.reference.iter().map(|r| &r.point))
            .filter_map(|p| p.shown().map(|v| p.interval().map_or(v, |(_, u)| u.max(v))))
            .fold(0.0, f64::max);
        let ticks = ticks(0.0, high, if sheet.is_narrow() { 3 } else { 5 });
        let scale = Scale::new((0.0, ticks.last().copied().unwrap_or(100.0)), (left, right));

        if rows.iter().any(|row| row.point.interval().is_some()) {
            let words = lang
                .pick("短线为95%置信区间", "Thin lines: 95% intervals")
                .to_owned();
            sheet.keys(sheet.left, &[(Key::Whisker, words)]);
        }
        axis::heads(
            &mut sheet,
            &scale,
            (left, right),
            self.measure,
            &[],
            self.reference.as_ref(),
        );
        if cumulated.is_some() {
            sheet.y += head.leading();
            sheet
                .scene
                .text(sheet.right, sheet.y - 2.0, Anchor::End, head, share_head);
        }
        let heights: Vec<f64> = labels
            .iter()
            .map(|l| {
                let text = l.len() as f64 * label_style.leading();
                if above {
                    text + BAR + 12.0
                } else {
                    (text + 8.0).max(BAR + 11.0)
                }
            })
            .collect();
        let plot = Plot {
            left,
            right,
            top: sheet.y,
            bottom: sheet.y + heights.iter().sum::<f64>(),
        };
        // Labels above the bars would be crossed by grid lines: the grid stops where they stand.
        if !above {
            axis::behind(&mut sheet, &scale, plot, &ticks, &[], None);
        }
        for (i, (row, height)) in rows.iter().zip(&heights).enumerate() {
            let middle = if above {
                sheet.y + height - BAR / 2.0 - 5.0
            } else {
                sheet.y + height / 2.0
            };
            let words = if row.highlighted {
                Style {
                    colour: theme::TEAL,
                    ..label_style.bold()
                }
            } else {
                label_style
            };
            if above {
                sheet.scene.lines(
                    sheet.left,
                    sheet.y + label_style.leading(),
                    Anchor::Start,
                    words,
                    &labels[i],
                );
            } else {
                sheet
                    .scene
                    .lines_centred(sheet.left, middle, Anchor::Start, words, &labels[i]);
            }
            let fill = match (row.highlighted, i < vital) {
                (true, _) => theme::TEAL,
                (false, true) => theme::TEAL_MIDDLE,
                (false, false) => theme::NEUTRAL,
            };
            match row.point.shown() {
                Some(value) => sheet.scene.rect(
                    left,
                    middle - BAR / 2.0,
                    (scale.at(value) - left).max(1.0),
                    BAR,
                    fill,
                ),
                None if row.point.flag == Flag::Suppressed => {
                    sheet.scene.hatch(left, middle - BAR / 2.0, right - left, BAR);
                }
                None => {}
            }
            if let (Some((lower, upper)), Some(value)) = (row.point.interval(), row.point.shown()) {
                let (x1, x2, at) = (scale.at(lower), scale.at(upper), scale.at(value));
                // The part inside a dark bar is drawn in paper, the part outside in ink.
                let inside = if fill.contrast(theme::INK) < 4.5 {
                    theme::WHITE
                } else {
                    theme::INK
                };
                sheet.scene.horizontal(x1, at, middle, 1.5, inside);
                sheet.scene.vertical(x1, middle - 3.5, middle + 3.5, 1.5, inside);
                sheet.scene.horizontal(at, x2, middle, 1.5, theme::INK);
                sheet
                    .scene
                    .vertical(x2, middle - 3.5, middle + 3.5, 1.5, theme::INK);
            }
            let base = middle + value_style.drop();
            let style = if row.highlighted {
                Style {
                    colour: theme::TEAL,
                    ..value_style.bold()
                }
            } else {
                value_style
            };
            sheet.scene.text(
                value_right,
                base,
                Anchor::End,
                style,
                values[i].trim_end_matches('*'),
            );
            if values[i].ends_with('*') {
                sheet.scene.text(value_right, base, Anchor::Start, style, "*");
            }
            if let Some(share) = cumulated.as_ref().and_then(|c| c.get(i)) {
                let soft = Style::new(theme::VALUE, theme::INK_SOFT);
                sheet.scene.text(
                    sheet.right,
                    base,
                    Anchor::End,
                    soft,
                    Measure::Percent.print_short(*share),
                );
            }
            sheet.y += height;
        }
        sheet
            .scene
            .vertical(left, plot.top, plot.bottom, 1.0, theme::INK_FAINT);
        if let Some(value) = self
            .reference
            .as_ref()
            .and_then(|r| r.point.shown())
            .filter(|_| !above)
        {
            sheet
                .scene
                .vertical(scale.at(value), plot.top, plot.bottom, 1.5, theme::INK);
        }
        if !above {
            axis::feet(&mut sheet, &scale, plot, &ticks, self.measure);
        }
        let mut notes = alt_text::notes(self.rows.iter().map(|row| &row.point), lang);
        if vital > 0 && vital < rows.len() {
            notes.insert(
                0,
                lang.pick(
                    format!("前{vital}项合计占{VITAL:.0}%以上。"),
                    format!("The first {vital} make up over {VITAL:.0}%."),
                ),
            );
        }
        Ok(sheet.end(&self.heading, &notes))
    }

    fn alt_text(&self, lang: Lang) -> String {
        let rows: Vec<(&str, Point)> = self
            .sorted()
            .iter()
            .map(|r| (r.label.as_str(), r.point))
            .collect();
        let mut said = lang.pick(
            format!("条形图，{}项。", rows.len()),
            format!("Bars, {} rows. ", rows.len()),
        );
        said.push_str(&alt_text::extremes(&rows, self.measure, lang));
        if let Some(reference) = &self.reference {
            let value = reference.point.print(self.measure, lang);
            said.push_str(&lang.pick(
                format!("{} {value}。", reference.label),
                format!("{}: {value}. ", reference.label),
            ));
        }
        if let Some(cumulated) = self.cumulated() {
            let vital = Self::vital(&cumulated);
            let names: Vec<&str> = rows.iter().take(vital).map(|(label, _)| *label).collect();
            let share = cumulated
                .get(vital.saturating_sub(1))
                .map_or_else(String::new, |c| Measure::Percent.print_short(*c));
            said.push_str(&lang.pick(
                format!("前{vital}项（{}）合计占{share}。", names.join("、")),
                format!("The first {vital} ({}) make up {share}. ", names.join(", ")),
            ));
        }
        said.push_str(&alt_text::gaps(rows.iter().map(|(_, point)| point), lang));
        alt_text::tidy(&said)
    }

    fn table(&self, lang: Lang) -> Table {
        let mut header = lang
            .pick(
                ["项目", "估计值", "95%置信区间"],
                ["Item", "Estimate", "95% interval"],
            )
            .map(str::to_owned)
            .to_vec();
        let cumulated = self.cumulated();
        if cumulated.is_some() {
            header.push(lang.pick("累计占比", "Cumulative").to_owned());
        }
        let rows = self
            .sorted()
            .iter()
            .enumerate()
            .map(|(i, row)| {
                let mut cells = vec![
                    row.label.clone(),
                    row.point.print(self.measure, lang),
                    row.point.print_interval(self.measure, lang),
                ];
                cells.extend(
                    cumulated
                        .as_ref()
                        .and_then(|c| c.get(i))
                        .map(|share| Measure::Percent.print(*share)),
                );
                cells
            })
            .collect();
        Table { header, rows }
    }
}
