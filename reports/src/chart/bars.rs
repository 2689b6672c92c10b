//! Horizontal bars with intervals from a zero base, and the Pareto reading of them.

use super::axis;
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
/// Length of the hatching that stands for a withheld bar, whatever its value.
const WITHHELD: f64 = 64.0;
const LABEL: Style = Style::new(theme::LABEL, theme::INK);
const VALUE: Style = Style::new(theme::VALUE, theme::INK);
const SHARE: Style = Style::new(theme::VALUE, theme::INK_SOFT);
const HEAD: Style = Style::new(theme::FOOT, theme::INK_FAINT);
/// The share of the sum that Pareto reading looks at, in percent.
const VITAL: f64 = 80.0;

/// Where the columns of the picture are.
struct Columns {
    /// Labels stand above the bars.
    above: bool,
    label_room: f64,
    /// Edges of the room for bars.
    left: f64,
    right: f64,
    value_right: f64,
}

impl BarChart {
    fn columns(&self, sheet: &Sheet, values: &[String], share_head: Option<&str>) -> Columns {
        let widest = |widths: &mut dyn Iterator<Item = f64>| widths.fold(0.0, f64::max);
        let wanted = widest(&mut self.rows.iter().map(|r| LABEL.bold().width(&r.label)));
        let above = sheet.is_narrow() && wanted > sheet.width() * 0.30;
        let label_room = if above {
            sheet.width()
        } else {
            wanted.min(sheet.width() * 0.36) + 0.5
        };
        let value_width = widest(&mut values.iter().map(|v| VALUE.bold().width(v.trim_end_matches('*'))));
        let share_width = share_head.map_or(0.0, |head| HEAD.width(head).max(SHARE.width("100%")) + GAP);
        let value_right = sheet.right - share_width - VALUE.width("*");
        Columns {
            above,
            label_room,
            left: sheet.left + if above { 0.0 } else { label_room + GAP },
            right: value_right - value_width - GAP,
            value_right,
        }
    }

    /// The highest value or end of an interval.
    fn highest(&self) -> f64 {
        self.rows
            .iter()
            .map(|row| &row.point)
            .chain(self.reference.iter().map(|r| &r.point))
            .filter_map(|p| {
                p.shown()
                    .map(|v| p.interval().map_or(v, |(_, upper)| upper.max(v)))
            })
            .fold(0.0, f64::max)
    }

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

/// A bar from zero with its interval.
fn bar(scene: &mut Scene, scale: &Scale, point: Point, middle: f64, fill: theme::Rgb) {
    let (left, top) = (scale.at(0.0), middle - BAR / 2.0);
    match point.shown() {
        Some(value) => {
            let at = scale.at(value);
            scene.rect(left, top, (at - left).max(1.0), BAR, fill);
            if let Some((lower, upper)) = point.interval() {
                scene.bar_interval((scale.at(lower), at, scale.at(upper)), middle, 3.5, fill);
            }
        }
        None if point.flag == Flag::Suppressed => scene.hatch(left, top, WITHHELD, BAR),
        None => {}
    }
}

impl Chart for BarChart {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn scene(&self, lang: Lang, frame: Frame) -> Result<Scene, ChartError> {
        self.check()?;
        let mut sheet = Sheet::begin(&self.heading, lang, frame)?;
        let rows = self.sorted();
        let cumulated = self.cumulated();
        let vital = cumulated.as_deref().map_or(0, Self::vital);
        if rows.iter().any(|row| row.point.interval().is_some()) {
            sheet.keys(
                sheet.left,
                &[(Key::Whisker, lang.pick("95%置信区间", "95% interval").to_owned())],
            );
        }
        let values: Vec<String> = rows
            .iter()
            .map(|row| row.point.print(self.measure, lang))
            .collect();
        let share_head = cumulated.as_ref().map(|_| lang.pick("累计占比", "Cumulative"));
        let columns = self.columns(&sheet, &values, share_head);
        let ticks = ticks(0.0, self.highest(), if sheet.is_narrow() { 3 } else { 5 });
        let scale = Scale::new(
            (0.0, ticks.last().copied().unwrap_or(100.0)),
            (columns.left, columns.right),
        );
        let reference = self.reference.as_ref();
        axis::heads(
            &mut sheet,
            &scale,
            (columns.left, columns.right),
            self.measure,
            &[],
            reference,
        );
        if let Some(head) = share_head {
            sheet.y += HEAD.leading();
            sheet
                .scene
                .text(sheet.right, sheet.y - 2.0, Anchor::End, HEAD, head);
        }
        let labels: Vec<Vec<String>> = rows
            .iter()
            .map(|r| LABEL.bold().wrap(&r.label, columns.label_room))
            .collect();
        let text_height = |label: &[String]| label.len() as f64 * LABEL.leading();
        let heights: Vec<f64> = labels
            .iter()
            .map(|l| {
                if columns.above {
                    text_height(l) + BAR + 12.0
                } else {
                    (text_height(l) + 8.0).max(BAR + 11.0)
                }
            })
            .collect();
        let (top, bottom) = (sheet.y, sheet.y + heights.iter().sum::<f64>());
        // Labels above the bars would be crossed by grid lines: there the values alone must do.
        if !columns.above {
            axis::behind(&mut sheet, &scale, (top, bottom), &ticks, &[], None);
        }
        for (i, (row, height)) in rows.iter().zip(&heights).enumerate() {
            let middle = if columns.above {
                sheet.y + height - BAR / 2.0 - 5.0
            } else {
                sheet.y + height / 2.0
            };
            let words = LABEL.stressed(row.highlighted);
            if columns.above {
                let first = sheet.y + LABEL.leading();
                sheet
                    .scene
                    .lines(sheet.left, first, Anchor::Start, words, &labels[i]);
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
            bar(&mut sheet.scene, &scale, row.point, middle, fill);
            // Base and reference run through the rows, on labels above the bars they leave gaps.
            let (from, to) = if columns.above {
                (middle - BAR / 2.0 - 3.0, middle + BAR / 2.0 + 3.0)
            } else {
                (sheet.y, sheet.y + height)
            };
            sheet
                .scene
                .vertical(columns.left, from, to, 1.0, theme::INK_FAINT);
            if let Some(value) = reference.and_then(|r| r.point.shown()) {
                sheet.scene.vertical(scale.at(value), from, to, 1.5, theme::INK);
            }
            sheet.scene.figure(
                columns.value_right,
                middle,
                VALUE.stressed(row.highlighted),
                &values[i],
            );
            if let Some(share) = cumulated.as_ref().and_then(|c| c.get(i)) {
                sheet
                    .scene
                    .figure(sheet.right, middle, SHARE, &Measure::Percent.print_short(*share));
            }
            sheet.y += height;
        }
        if !columns.above {
            axis::feet(&mut sheet, &scale, &ticks, self.measure);
        }
        let mut notes = alt_text::notes(self.rows.iter().map(|row| &row.point), lang);
        if vital > 0 && vital < rows.len() {
            let sentence = lang.pick(
                format!("前{vital}项合计占{VITAL:.0}%以上。"),
                format!("The first {vital} make up over {VITAL:.0}%."),
            );
            notes.insert(0, sentence);
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
        said.push_str(&alt_text::extremes("", &rows, self.measure, lang));
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

#[cfg(test)]
mod tests {
    use super::super::scene::Shape;
    use super::*;

    fn chart(values: &[f64]) -> BarChart {
        BarChart {
            heading: Heading {
                id: "bars".to_owned(),
                ..Heading::default()
            },
            rows: values
                .iter()
                .enumerate()
                .map(|(i, v)| BarRow {
                    label: format!("第{i}项"),
                    point: Point::exact(*v),
                    highlighted: false,
                })
                .collect(),
            cumulative: true,
            ..BarChart::default()
        }
    }

    #[test]
    fn bars_are_as_long_as_their_values_from_zero() {
        let scene = chart(&[10.0, 40.0, 20.0]).scene(Lang::Zh, Frame::WIDE).unwrap();
        let lengths: Vec<f64> = scene
            .shapes
            .iter()
            .filter_map(|shape| match shape {
                Shape::Rect { width, height, .. } if (*height - BAR).abs() < 1e-9 => Some(*width),
                _ => None,
            })
            .collect();
        assert_eq!(lengths.len(), 3, "sorted, longest first");
        assert!((lengths[0] / lengths[1] - 2.0).abs() < 1e-9 && (lengths[1] / lengths[2] - 2.0).abs() < 1e-9);
    }

    #[test]
    fn cumulated_ends_at_a_hundred_and_stops_when_a_bar_is_withheld() {
        let mut chart = chart(&[50.0, 30.0, 15.0, 5.0]);
        let cumulated = chart.cumulated().unwrap();
        assert_eq!(cumulated, [50.0, 80.0, 95.0, 100.0]);
        assert_eq!(BarChart::vital(&cumulated), 2);
        chart.rows[3].point = Point::suppressed();
        assert_eq!(chart.cumulated(), None, "it could be had by subtraction");
    }
}
