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

    fn notes(&self, lang: Lang) -> Vec<String> {
        let points: Vec<Point> = self.rows.iter().map(LikertRow::as_point).collect();
        alt_text::notes(&points, lang)
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
        let mut sheet = Sheet::begin(&self.heading, frame)?;
        let rows = self.sorted();
        let narrow = sheet.is_narrow();
        let label_style = Style::new(theme::LABEL, theme::INK);
        let figure_style = Style::new(theme::VALUE, theme::INK_SOFT);
        let head_style = Style::new(theme::FOOT, theme::INK_FAINT);

        let mut keys: Vec<(Key, String)> = self
            .steps
            .iter()
            .zip(theme::LIKERT)
            .map(|(name, colour)| (Key::Fill(colour), name.clone()))
            .collect();
        keys.push((Key::None, lang.pick("（%）", "(%)").to_owned()));
        sheet.keys(sheet.left, &keys);

        // Columns: labels, bars, the two best steps, the kinds of missing, n. A phone has labels above the bars.
        let label_room = if narrow { 0.0 } else { sheet.width() * 0.28 };
        let labels: Vec<Vec<String>> = rows
            .iter()
            .map(|row| label_style.wrap(&row.label, if narrow { sheet.width() - 70.0 } else { label_room }))
            .collect();
        let label_width = if narrow {
            0.0
        } else {
            labels.iter().map(|l| label_style.widest(l)).fold(0.0, f64::max) + GAP
        };
        let has_missing = self.rows.iter().any(|row| row.missing.is_some());
        let has_n = !narrow && self.rows.iter().any(|row| row.n.is_some());
        let missing_head = head_style.wrap(&self.missing_name, 64.0);
        let n_width = if has_n {
            let widest = self
                .rows
                .iter()
                .map(|r| figure_style.width(&count(r.n)))
                .fold(0.0, f64::max);
            widest.max(head_style.width("n")) + GAP
        } else {
            0.0
        };
        let top_width = if narrow {
            0.0
        } else {
            figure_style
                .bold()
                .width("100.0%")
                .max(head_style.width(&self.top_name))
                + 6.0
                + GAP
        };
        let (most_left, most_right) = self.extents();
        let most_missing = self.rows.iter().filter_map(|r| r.missing).fold(0.0, f64::max);
        // One scale for bars and missing kinds: solve width = (left + right + missing) · k + figures.
        let figure_room = if has_missing {
            figure_style.width("00%") + 4.0
        } else {
            0.0
        };
        let missing_gap = if has_missing { GAP + 4.0 } else { 0.0 };
        let room = sheet.width() - label_width - top_width - n_width - figure_room - missing_gap;
        let mut pixel = room / (most_left + most_right + most_missing).max(1.0);
        let head_room = head_style.widest(&missing_head);
        let missing_width = if has_missing {
            (most_missing * pixel + figure_room).max(head_room)
        } else {
            0.0
        };
        pixel = pixel.min(
            (sheet.width() - label_width - top_width - n_width - missing_gap - missing_width)
                / (most_left + most_right).max(1.0),
        );
        let bars_left = sheet.left + label_width;
        let centre = bars_left + most_left * pixel;
        let bars_right = centre + most_right * pixel;
        let top_right = bars_right + top_width;
        let missing_left = top_right + missing_gap;

        // Column heads stand on the line above the first row.
        let head_lines = if has_missing { missing_head.len() } else { 1 };
        sheet.y += head_style.leading() * head_lines as f64 + 2.0;
        let head_base = sheet.y - 4.0;
        if !narrow {
            sheet
                .scene
                .text(top_right, head_base, Anchor::End, head_style, &self.top_name);
        }
        if has_missing {
            let first = head_base - (head_lines - 1) as f64 * head_style.leading();
            sheet
                .scene
                .lines(missing_left, first, Anchor::Start, head_style, &missing_head);
        }
        if has_n {
            sheet
                .scene
                .text(sheet.right, head_base, Anchor::End, head_style, "n");
        }

        let begin = sheet.y;
        let centre_slot = sheet.scene.shapes.len();
        for (row, label) in rows.iter().zip(&labels) {
            let height = if narrow {
                label.len() as f64 * label_style.leading() + BAR + 14.0
            } else {
                (label.len() as f64 * label_style.leading() + 8.0).max(BAR + 10.0)
            };
            let middle = if narrow {
                sheet.y + height - BAR / 2.0 - 6.0
            } else {
                sheet.y + height / 2.0
            };
            if narrow {
                sheet.scene.lines(
                    sheet.left,
                    sheet.y + label_style.leading(),
                    Anchor::Start,
                    label_style,
                    label,
                );
            } else {
                sheet
                    .scene
                    .lines_centred(sheet.left, middle, Anchor::Start, label_style, label);
            }
            let figure = row.as_point().print(Measure::Percent, lang);
            if narrow {
                let bold = figure_style.bold();
                sheet.scene.text(
                    sheet.right,
                    sheet.y + label_style.leading(),
                    Anchor::End,
                    bold,
                    figure,
                );
            } else {
                let base = middle + figure_style.drop();
                let digits = figure.trim_end_matches('*');
                sheet
                    .scene
                    .text(top_right, base, Anchor::End, figure_style.bold(), digits);
                if figure.ends_with('*') {
                    sheet
                        .scene
                        .text(top_right, base, Anchor::Start, figure_style, "*");
                }
                if has_n {
                    sheet
                        .scene
                        .text(sheet.right, base, Anchor::End, figure_style, count(row.n));
                }
            }
            match row.shares {
                Some(shares) => bar(&mut sheet.scene, shares, centre, middle, pixel),
                None => sheet
                    .scene
                    .hatch(bars_left, middle - BAR / 2.0, bars_right - bars_left, BAR),
            }
            if let (Some(missing), Some(_)) = (row.missing, row.shares) {
                sheet
                    .scene
                    .rect(missing_left, middle - 4.0, missing * pixel, 8.0, theme::NEUTRAL);
                let x = missing_left + missing * pixel + 4.0;
                let words = if missing > 0.0 && missing < 0.5 {
                    "<1%".to_owned()
                } else {
                    Measure::Percent.print_short(missing)
                };
                sheet.scene.text(
                    x,
                    middle + figure_style.drop(),
                    Anchor::Start,
                    figure_style,
                    words,
                );
            }
            sheet.y += height;
        }
        // The common line runs behind the bars.
        let mut line = Scene::new(0.0);
        line.vertical(centre, begin, sheet.y, 1.0, theme::INK_FAINT);
        sheet.scene.shapes.splice(centre_slot..centre_slot, line.shapes);
        Ok(sheet.end(&self.heading, &self.notes(lang)))
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
                "五级评价堆叠条形图，{}项，由“{}”到“{}”。“{}”合计：",
                self.rows.len(),
                self.steps[0],
                self.steps[4],
                self.top_name
            ),
            format!(
                "Stacked bars of five-point answers, {} rows, from “{}” to “{}”. {}: ",
                self.rows.len(),
                self.steps[0],
                self.steps[4],
                self.top_name
            ),
        );
        said.push_str(&alt_text::extremes(&labelled, Measure::Percent, lang));
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

impl LikertChart {
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
