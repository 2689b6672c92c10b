//! Diverging stacked bars for five-point questions: displeased to the left, pleased to the right of a common line.

use super::point::whole;
use super::scene::{Anchor, Style};
use super::sheet::{Key, Sheet};
use super::{Chart, ChartError, Flag, Frame, Heading, Measure, Point, Scene, Table, alt_text, check, theme};
use crate::model::Lang;
use crate::number::{NumberFormat, number};

/// Answers to several five-point questions, or to one question by group.
#[derive(Clone, Debug, PartialEq)]
pub struct LikertChart {
    /// What stands around the picture.
    pub heading: Heading,
    /// Names of the five steps, from the worst (1) to the best (5): 很不满意 … 很满意.
    pub steps: [String; 5],
    /// Name of the answers that are kinds of missing together: 说不清、不适用等.
    pub missing_name: String,
    /// Name of the sum of the two best steps: 满意.
    pub top_name: String,
    /// The questions or groups; drawn sorted by the two best steps unless `keep_order`.
    pub rows: Vec<LikertRow>,
    /// Draw the rows as given.
    pub keep_order: bool,
}

/// One bar.
#[derive(Clone, Debug, PartialEq)]
pub struct LikertRow {
    /// Question or group.
    pub label: String,
    /// Percent of valid answers per step, worst to best, adding up to 100; `None` when withheld.
    pub shares: Option<[f64; 5]>,
    /// Percent of all who were asked that gave a kind of missing; `None` when not known or withheld.
    pub missing: Option<f64>,
    /// Valid answers; `None` when withheld.
    pub n: Option<u64>,
    /// Few answers: marked.
    pub small_n: bool,
}

const BAR: f64 = 22.0;
/// Between the columns.
const GAP: f64 = 14.0;
const LABEL: Style = Style::new(theme::LABEL, theme::INK);
const FIGURE: Style = Style::new(theme::VALUE, theme::INK_SOFT);
const HEAD: Style = Style::new(theme::FOOT, theme::INK_FAINT);

impl LikertRow {
    /// Percent of the two best steps.
    fn top_two(&self) -> Option<f64> {
        self.shares.map(|s| s[3] + s[4])
    }
}

impl LikertChart {
    fn sorted(&self) -> Vec<&LikertRow> {
        let mut rows: Vec<&LikertRow> = self.rows.iter().collect();
        if !self.keep_order {
            let key = |row: &LikertRow| row.top_two().unwrap_or(-1.0);
            rows.sort_by(|a, b| key(b).total_cmp(&key(a)));
        }
        rows
    }

    fn check(&self) -> Result<(), ChartError> {
        check::not_empty(&self.heading, &self.rows)?;
        for row in &self.rows {
            let numbers = row.shares.iter().flatten().chain(&row.missing);
            let in_range = numbers.into_iter().all(|v| (-0.001..=100.001).contains(v));
            // Shares that were rounded one by one may miss 100 by half a point each.
            let whole = row
                .shares
                .is_none_or(|s| (s.iter().sum::<f64>() - 100.0).abs() <= 2.5);
            if !in_range || !whole {
                return Err(ChartError::ImpossibleValue {
                    id: self.heading.id.clone(),
                    label: row.label.clone(),
                });
            }
        }
        Ok(())
    }
}

impl LikertRow {
    fn as_point(&self) -> Point {
        match self.top_two() {
            None => Point::suppressed(),
            Some(v) if self.small_n => Point::exact(v).flagged(Flag::SmallN),
            Some(v) => Point::exact(v),
        }
    }
}

impl Chart for LikertChart {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn scene(&self, lang: Lang, frame: Frame) -> Result<Scene, ChartError> {
        self.check()?;
        let mut sheet = Sheet::begin(&self.heading, lang, frame)?;
        let keys: Vec<(Key, String)> = self
            .steps
            .iter()
            .zip(theme::LIKERT)
            .map(|(name, fill)| (Key::Fill(fill), name.clone()))
            .collect();
        sheet.keys(sheet.left, &keys);
        let rows = self.sorted();
        let labels = self.labels(&sheet, &rows);
        let columns = self.columns(&sheet, &labels);
        self.heads(&mut sheet, &columns);
        for (row, label) in rows.iter().zip(&labels) {
            let (height, middle) = if columns.above {
                let height = label.len() as f64 * LABEL.leading() + BAR + 14.0;
                (height, sheet.y + height - BAR / 2.0 - 6.0)
            } else {
                let height = (label.len() as f64 * LABEL.leading() + 8.0).max(BAR + 10.0);
                (height, sheet.y + height / 2.0)
            };
            // The common line runs behind the bars; on a phone it leaves the labels above them free.
            let (from, to) = if columns.above {
                (middle - BAR / 2.0 - 4.0, middle + BAR / 2.0 + 4.0)
            } else {
                (sheet.y, sheet.y + height)
            };
            sheet
                .scene
                .vertical(columns.centre, from, to, 1.0, theme::INK_FAINT);
            match row.shares {
                Some(shares) => bar(&mut sheet.scene, shares, columns.centre, middle, columns.pixel),
                None => {
                    let (left, right) = (columns.bars_left, columns.bars_right);
                    sheet.scene.hatch(left, middle - BAR / 2.0, right - left, BAR);
                }
            }
            self.words(&mut sheet, &columns, row, label, middle, lang);
            sheet.y += height;
        }
        let mut notes = alt_text::notes(
            self.rows
                .iter()
                .map(LikertRow::as_point)
                .collect::<Vec<_>>()
                .iter(),
            lang,
        );
        notes.insert(
            0,
            lang.pick("条内数字为百分比。", "Figures in the bars are percentages.")
                .to_owned(),
        );
        Ok(sheet.end(&self.heading, &notes))
    }

    fn alt_text(&self, lang: Lang) -> String {
        let points: Vec<Point> = self.rows.iter().map(LikertRow::as_point).collect();
        let labelled: Vec<(&str, Point)> = self
            .rows
            .iter()
            .zip(&points)
            .map(|(row, point)| (row.label.as_str(), *point))
            .collect();
        let worst = self
            .rows
            .iter()
            .filter_map(|row| row.shares.map(|s| (row, s[0] + s[1])))
            .fold(None::<(&LikertRow, f64)>, |most, x| {
                if most.is_some_and(|m| m.1 >= x.1) {
                    most
                } else {
                    Some(x)
                }
            });
        let mut said = lang.pick(
            format!(
                "五级评价堆叠条形图，{}项，由“{}”到“{}”。",
                self.rows.len(),
                self.steps[0],
                self.steps[4]
            ),
            format!(
                "Stacked bars of five-point answers, {} rows, from “{}” to “{}”. ",
                self.rows.len(),
                self.steps[0],
                self.steps[4]
            ),
        );
        let top = lang.pick(
            format!("“{}”合计", self.top_name),
            format!("“{}” ", self.top_name),
        );
        said.push_str(&alt_text::extremes(&top, &labelled, Measure::Percent, lang));
        if let Some((row, share)) = worst {
            let share = Measure::Percent.print(share);
            said.push_str(&lang.pick(
                format!(
                    "“{}”和“{}”合计最多的是{}，{share}。",
                    self.steps[0], self.steps[1], row.label
                ),
                format!(
                    "Most “{}” or “{}”: {}, {share}. ",
                    self.steps[0], self.steps[1], row.label
                ),
            ));
        }
        said.push_str(&alt_text::gaps(&points, lang));
        alt_text::tidy(&said)
    }

    fn table(&self, lang: Lang) -> Table {
        let mut header = vec![lang.pick("项目", "Item").to_owned()];
        header.extend(self.steps.iter().cloned());
        header.extend([
            self.top_name.clone(),
            self.missing_name.clone(),
            lang.pick("有效回答", "Valid answers").to_owned(),
        ]);
        let rows = self
            .sorted()
            .iter()
            .map(|row| {
                let mut cells = vec![row.label.clone()];
                match row.shares {
                    Some(shares) => cells.extend(shares.map(|s| Measure::Percent.print(s))),
                    None => cells.extend((0..5).map(|_| Point::suppressed().print(Measure::Percent, lang))),
                }
                cells.push(row.as_point().print(Measure::Percent, lang));
                cells.push(
                    row.missing
                        .filter(|_| row.shares.is_some())
                        .map_or_else(|| "—".to_owned(), |m| Measure::Percent.print(m)),
                );
                cells.push(count(row.n));
                cells
            })
            .collect();
        Table { header, rows }
    }
}

/// Where the columns of the picture are.
struct Columns {
    /// Labels stand above the bars.
    above: bool,
    bars_left: f64,
    bars_right: f64,
    /// The middle of the neutral answers.
    centre: f64,
    /// Pixels of one percent, in bars and missing kinds alike.
    pixel: f64,
    /// Right edge of the sums of the two best steps.
    top_right: f64,
    missing_left: f64,
    missing_head: Vec<String>,
    has_missing: bool,
    has_n: bool,
}

impl LikertChart {
    /// Labels broken into lines.
    fn labels(&self, sheet: &Sheet, rows: &[&LikertRow]) -> Vec<Vec<String>> {
        let room = if sheet.is_narrow() {
            sheet.width()
                - FIGURE.width(&format!("{} ", self.top_name))
                - FIGURE.bold().width("100.0%*")
                - GAP
        } else {
            sheet.width() * 0.28
        };
        rows.iter().map(|row| LABEL.wrap(&row.label, room)).collect()
    }

    /// Shares the width out: labels, bars, the two best steps, the kinds of missing, n.
    fn columns(&self, sheet: &Sheet, labels: &[Vec<String>]) -> Columns {
        let above = sheet.is_narrow();
        let has_missing = self.rows.iter().any(|row| row.missing.is_some());
        let has_n = !above && self.rows.iter().any(|row| row.n.is_some());
        let widest = |widths: &mut dyn Iterator<Item = f64>| widths.fold(0.0, f64::max);
        let label_width = if above {
            0.0
        } else {
            widest(&mut labels.iter().map(|l| LABEL.widest(l))) + GAP
        };
        let n_width = if has_n {
            widest(&mut self.rows.iter().map(|r| FIGURE.width(&count(r.n)))) + GAP
        } else {
            0.0
        };
        let top_width = if above {
            0.0
        } else {
            FIGURE.bold().width("100.0%").max(HEAD.width(&self.top_name)) + 6.0 + GAP
        };
        let missing_head = HEAD.wrap(&self.missing_name, if above { 64.0 } else { 84.0 });
        let (figure_room, missing_gap, head_room) = if has_missing {
            (FIGURE.width("00%") + 4.0, GAP + 4.0, HEAD.widest(&missing_head))
        } else {
            (0.0, 0.0, 0.0)
        };
        let (most_left, most_right) = self.extents();
        let most_missing = self.rows.iter().filter_map(|r| r.missing).fold(0.0, f64::max);
        // One scale for bars and missing kinds, unless the head of the latter needs more room than they do.
        let room = sheet.width() - label_width - top_width - n_width - missing_gap;
        let shared = (room - figure_room) / (most_left + most_right + most_missing).max(1.0);
        let missing_width = (most_missing * shared + figure_room).max(head_room);
        let pixel = shared.min((room - missing_width) / (most_left + most_right).max(1.0));
        let bars_left = sheet.left + label_width;
        let centre = bars_left + most_left * pixel;
        let bars_right = centre + most_right * pixel;
        let top_right = bars_right + top_width;
        let missing_left = top_right + missing_gap;
        Columns {
            above,
            bars_left,
            bars_right,
            centre,
            pixel,
            top_right,
            missing_left,
            missing_head,
            has_missing,
            has_n,
        }
    }

    /// Column heads on the lines above the first row.
    fn heads(&self, sheet: &mut Sheet, columns: &Columns) {
        let lines = if columns.has_missing {
            columns.missing_head.len()
        } else {
            1
        };
        if columns.above && !columns.has_missing {
            return;
        }
        sheet.y += HEAD.leading() * lines as f64 + 2.0;
        let base = sheet.y - 4.0;
        if !columns.above {
            sheet
                .scene
                .text(columns.top_right, base, Anchor::End, HEAD, &self.top_name);
        }
        if columns.has_missing {
            let first = base - (lines - 1) as f64 * HEAD.leading();
            sheet.scene.lines(
                columns.missing_left,
                first,
                Anchor::Start,
                HEAD,
                &columns.missing_head,
            );
        }
        if columns.has_n {
            sheet.scene.text(sheet.right, base, Anchor::End, HEAD, "n");
        }
    }

    /// Label and figures of a row.
    fn words(
        &self,
        sheet: &mut Sheet,
        columns: &Columns,
        row: &LikertRow,
        label: &[String],
        middle: f64,
        lang: Lang,
    ) {
        let figure = row.as_point().print(Measure::Percent, lang);
        let (digits, star) = (
            figure.trim_end_matches('*'),
            if figure.ends_with('*') { "*" } else { "" },
        );
        let base = middle + FIGURE.drop();
        if columns.above {
            let first = sheet.y + LABEL.leading();
            sheet.scene.lines(sheet.left, first, Anchor::Start, LABEL, label);
            sheet
                .scene
                .text(sheet.right, first, Anchor::End, FIGURE.bold(), &figure);
            if row.shares.is_some() {
                let x = sheet.right - FIGURE.bold().width(&figure) - 5.0;
                sheet.scene.text(x, first, Anchor::End, FIGURE, &self.top_name);
            }
        } else {
            sheet
                .scene
                .lines_centred(sheet.left, middle, Anchor::Start, LABEL, label);
            sheet
                .scene
                .text(columns.top_right, base, Anchor::End, FIGURE.bold(), digits);
            sheet
                .scene
                .text(columns.top_right, base, Anchor::Start, FIGURE, star);
        }
        if columns.has_n {
            sheet
                .scene
                .text(sheet.right, base, Anchor::End, FIGURE, count(row.n));
        }
        if let (Some(missing), Some(_)) = (row.missing, row.shares) {
            let length = missing * columns.pixel;
            sheet
                .scene
                .rect(columns.missing_left, middle - 4.0, length, 8.0, theme::NEUTRAL);
            let under_one = missing > 0.0 && missing < 0.5;
            let words = if under_one {
                "<1%".to_owned()
            } else {
                Measure::Percent.print_short(missing)
            };
            sheet.scene.text(
                columns.missing_left + length + 4.0,
                base,
                Anchor::Start,
                FIGURE,
                words,
            );
        }
    }

    /// The most that any bar reaches to the left and to the right of the common line, in percent.
    fn extents(&self) -> (f64, f64) {
        let shown = self.rows.iter().filter_map(|row| row.shares);
        shown.fold((1.0, 1.0), |(left, right): (f64, f64), s| {
            (
                left.max(s[0] + s[1] + s[2] / 2.0),
                right.max(s[2] / 2.0 + s[3] + s[4]),
            )
        })
    }
}

fn bar(scene: &mut Scene, shares: [f64; 5], centre: f64, middle: f64, pixel: f64) {
    let style = Style::new(theme::VALUE, theme::INK);
    let mut x = centre - (shares[0] + shares[1] + shares[2] / 2.0) * pixel;
    for (share, fill) in shares.into_iter().zip(theme::LIKERT) {
        let width = share * pixel;
        scene.rect(x, middle - BAR / 2.0, width, BAR, fill);
        let words = whole(share);
        let style = Style {
            colour: fill.text_on(),
            ..style
        };
        if width >= style.width(&words) + 5.0 {
            scene.text(
                x + width / 2.0,
                middle + style.drop(),
                Anchor::Middle,
                style,
                words,
            );
        }
        x += width;
        // A hair of paper keeps the steps apart where print is poor.
        scene.vertical(x, middle - BAR / 2.0, middle + BAR / 2.0, 1.0, theme::WHITE);
    }
}

fn count(n: Option<u64>) -> String {
    n.map_or_else(|| "—".to_owned(), |n| number(n as f64, NumberFormat::Count))
}

#[cfg(test)]
mod tests {
    use super::super::scene::Shape;
    use super::*;

    #[test]
    fn the_middle_of_the_neutral_answers_is_on_one_line_in_every_row() {
        let row = |label: &str, shares| LikertRow {
            label: label.to_owned(),
            shares: Some(shares),
            missing: Some(3.0),
            n: Some(200),
            small_n: false,
        };
        let chart = LikertChart {
            heading: Heading {
                id: "likert".to_owned(),
                ..Heading::default()
            },
            steps: ["1", "2", "3", "4", "5"].map(str::to_owned),
            missing_name: "说不清".to_owned(),
            top_name: "满意".to_owned(),
            rows: vec![
                row("甲", [10.0, 20.0, 30.0, 25.0, 15.0]),
                row("乙", [1.0, 2.0, 7.0, 40.0, 50.0]),
            ],
            keep_order: true,
        };
        for frame in [Frame::WIDE, Frame::NARROW] {
            let scene = chart.scene(Lang::Zh, frame).unwrap();
            let middles: Vec<f64> = scene
                .shapes
                .iter()
                .filter_map(|shape| match shape {
                    Shape::Rect {
                        x,
                        width,
                        height,
                        fill,
                        ..
                    } if *fill == theme::LIKERT[2] && (*height - BAR).abs() < 1e-9 => Some(x + width / 2.0),
                    _ => None,
                })
                .collect();
            assert_eq!(middles.len(), 2);
            assert!((middles[0] - middles[1]).abs() < 1e-9);
        }
    }
}
