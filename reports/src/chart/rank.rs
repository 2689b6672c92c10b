//! Rank intervals: the places that a unit could hold, given the error of all the scores together.

use super::scale::Scale;
use super::scene::{Anchor, Style};
use super::sheet::{Key, Sheet};
use super::{Chart, ChartError, Frame, Heading, Measure, Scene, Table, alt_text, check, theme};
use crate::model::Lang;

/// Ranks of the units with their simultaneous intervals, best first.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RankChart {
    /// What stands around the picture.
    pub heading: Heading,
    /// The units; drawn in the order of their rank.
    pub rows: Vec<RankRow>,
}

/// One unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct RankRow {
    /// Name of the unit.
    pub label: String,
    /// Place by the estimate, from 1.
    pub rank: u32,
    /// Best place that the interval allows.
    pub rank_lower: u32,
    /// Worst place that the interval allows.
    pub rank_upper: u32,
    /// The score behind the place.
    pub score: f64,
    /// Its grade: 良好. May be empty.
    pub grade: String,
    /// The grade would change within the interval of the score.
    pub borderline: bool,
    /// The unit that the report is about.
    pub highlighted: bool,
}

/// Height of a row.
const ROW: f64 = 26.0;
/// Between the columns.
const GAP: f64 = 12.0;

impl RankChart {
    fn sorted(&self) -> Vec<&RankRow> {
        let mut rows: Vec<&RankRow> = self.rows.iter().collect();
        rows.sort_by(|a, b| a.rank.cmp(&b.rank).then(b.score.total_cmp(&a.score)));
        rows
    }

    fn check(&self) -> Result<(), ChartError> {
        check::not_empty(&self.heading, &self.rows)?;
        let sound = |r: &&RankRow| {
            r.rank_lower >= 1 && r.rank_lower <= r.rank && r.rank <= r.rank_upper && r.score.is_finite()
        };
        match self.rows.iter().find(|row| !sound(row)) {
            Some(row) => Err(ChartError::ImpossibleValue {
                id: self.heading.id.clone(),
                label: row.label.clone(),
            }),
            None => Ok(()),
        }
    }

    fn last_place(&self) -> u32 {
        self.rows
            .iter()
            .map(|r| r.rank_upper)
            .max()
            .unwrap_or(1)
            .max(self.rows.len() as u32)
    }

    /// Rows whose interval shares places with that of the first.
    fn with_the_first(&self) -> usize {
        let rows = self.sorted();
        let reach = rows.first().map_or(0, |first| first.rank_upper);
        rows.iter().filter(|row| row.rank_lower <= reach).count()
    }

    fn widest_interval(&self) -> Option<&RankRow> {
        self.sorted()
            .into_iter()
            .rev()
            .max_by_key(|row| row.rank_upper - row.rank_lower)
    }
}

fn places(lower: u32, upper: u32) -> String {
    if lower == upper {
        lower.to_string()
    } else {
        format!("{lower}–{upper}")
    }
}

impl Chart for RankChart {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn scene(&self, lang: Lang, frame: Frame) -> Result<Scene, ChartError> {
        self.check()?;
        let mut sheet = Sheet::begin(&self.heading, lang, frame)?;
        let rows = self.sorted();
        let label_style = Style::new(theme::LABEL, theme::INK);
        let value_style = Style::new(theme::VALUE, theme::INK);
        let soft = Style::new(theme::VALUE, theme::INK_SOFT);
        let head = Style::new(theme::FOOT, theme::INK_FAINT);
        let mut keys = vec![(
            Key::RankDot,
            lang.pick("按得分的名次与95%名次区间", "Rank by score and 95% rank interval")
                .to_owned(),
        )];
        if rows.iter().any(|row| row.borderline) {
            keys.push((
                Key::HollowRankDot,
                lang.pick("等次临界", "borderline grade").to_owned(),
            ));
        }
        sheet.keys(sheet.left, &keys);

        let wanted = rows
            .iter()
            .map(|r| label_style.bold().width(&r.label))
            .fold(0.0, f64::max);
        let label_width = wanted.min(sheet.width() * 0.32);
        let interval_head = lang.pick("名次区间", "Ranks");
        let score_head = lang.pick("得分", "Score");
        let scores: Vec<String> = rows.iter().map(|row| Measure::Score.print(row.score)).collect();
        let widest = |words: &mut dyn Iterator<Item = String>, name: &str| {
            words
                .map(|w| value_style.bold().width(&w))
                .fold(head.width(name), f64::max)
        };
        let interval_width = widest(
            &mut rows.iter().map(|r| places(r.rank_lower, r.rank_upper)),
            interval_head,
        );
        let score_width = widest(&mut scores.iter().cloned(), score_head);
        let grade_width = rows
            .iter()
            .map(|row| soft.bold().width(&row.grade))
            .fold(0.0, f64::max);
        // A phone shows place and interval; scores and grades are in the table.
        let full = !sheet.is_narrow();
        let grade_left = sheet.right - grade_width;
        let score_right = if full {
            grade_left - if grade_width > 0.0 { GAP } else { 0.0 }
        } else {
            sheet.right
        };
        let interval_right = if full {
            score_right - score_width - GAP
        } else {
            sheet.right
        };
        let (left, right) = (
            sheet.left + label_width + GAP,
            interval_right - interval_width - 1.6 * GAP,
        );
        let last = self.last_place();
        let scale = Scale::new((1.0, f64::from(last)), (left + 7.0, right - 7.0));

        sheet.y += head.leading() + 2.0;
        let base = sheet.y - 4.0;
        let mut ticks: Vec<u32> = (1..=last).filter(|t| *t == 1 || t % 5 == 0).collect();
        if last < 5 {
            ticks = (1..=last).collect();
        }
        for &tick in &ticks {
            let words = lang.pick(format!("第{tick}"), tick.to_string());
            sheet
                .scene
                .text(scale.at(f64::from(tick)), base, Anchor::Middle, head, words);
        }
        sheet
            .scene
            .text(interval_right, base, Anchor::End, head, interval_head);
        if full {
            sheet.scene.text(score_right, base, Anchor::End, head, score_head);
        }
        let labels: Vec<Vec<String>> = rows
            .iter()
            .map(|r| label_style.bold().wrap_at_most(&r.label, label_width + 0.5, 2))
            .collect();
        let heights: Vec<f64> = labels
            .iter()
            .map(|l| ROW.max(l.len() as f64 * label_style.leading() + 4.0))
            .collect();
        let (top, bottom) = (sheet.y, sheet.y + heights.iter().sum::<f64>());
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
            y += height;
        }
        for &tick in &ticks {
            sheet
                .scene
                .vertical(scale.at(f64::from(tick)), top, bottom, 1.0, theme::RULE);
        }
        for (((row, height), label), score) in rows.iter().zip(&heights).zip(&labels).zip(&scores) {
            let middle = sheet.y + height / 2.0;
            let (colour, band) = if row.highlighted {
                (theme::TEAL, theme::TEAL_BAND)
            } else {
                (theme::INK_FAINT, theme::NEUTRAL)
            };
            sheet.scene.lines_centred(
                sheet.left,
                middle,
                Anchor::Start,
                label_style.stressed(row.highlighted),
                label,
            );
            let (x1, x2) = (
                scale.at(f64::from(row.rank_lower)),
                scale.at(f64::from(row.rank_upper)),
            );
            sheet
                .scene
                .rect(x1 - 5.0, middle - 5.0, x2 - x1 + 10.0, 10.0, band);
            sheet
                .scene
                .ringed_dot(scale.at(f64::from(row.rank)), middle, 4.5, colour, row.borderline);
            let base = middle + value_style.drop();
            let interval = places(row.rank_lower, row.rank_upper);
            sheet.scene.text(
                interval_right,
                base,
                Anchor::End,
                value_style.stressed(row.highlighted),
                interval,
            );
            if full {
                sheet.scene.text(
                    score_right,
                    base,
                    Anchor::End,
                    value_style.stressed(row.highlighted),
                    score,
                );
                sheet.scene.text(
                    grade_left,
                    base,
                    Anchor::Start,
                    soft.stressed(row.highlighted),
                    &row.grade,
                );
            }
            sheet.y += height;
        }
        sheet.y += 4.0;
        let note = lang.pick(
            "名次区间重叠的单位之间，先后没有统计意义。",
            "Where rank intervals overlap, the order is not statistically meaningful.",
        );
        Ok(sheet.end(&self.heading, &[note.to_owned()]))
    }

    fn alt_text(&self, lang: Lang) -> String {
        let mut said = lang.pick(
            format!("名次区间图，{}个单位。", self.rows.len()),
            format!("Rank intervals of {} units. ", self.rows.len()),
        );
        if let Some(first) = self.sorted().first() {
            let shared = self.with_the_first();
            said.push_str(&lang.pick(
                format!(
                    "得分最高的是{}；名次区间与它重叠、不能分出先后的连同它共{shared}个。",
                    first.label
                ),
                format!(
                    "{} scores highest; {shared} including it share its places. ",
                    first.label
                ),
            ));
        }
        if let Some(row) = self.widest_interval() {
            let interval = places(row.rank_lower, row.rank_upper);
            said.push_str(&lang.pick(
                format!("区间最宽的是{}，第{interval}名。", row.label),
                format!("Widest interval: {}, places {interval}. ", row.label),
            ));
        }
        for row in self.rows.iter().filter(|row| row.highlighted) {
            let interval = places(row.rank_lower, row.rank_upper);
            said.push_str(&lang.pick(
                format!(
                    "{}第{}名，区间第{interval}名，得分{}。",
                    row.label,
                    row.rank,
                    Measure::Score.print(row.score)
                ),
                format!(
                    "{}: place {}, interval {interval}, score {}. ",
                    row.label,
                    row.rank,
                    Measure::Score.print(row.score)
                ),
            ));
        }
        let borderline = self.rows.iter().filter(|row| row.borderline).count();
        if borderline > 0 {
            said.push_str(&lang.pick(
                format!("{borderline}个单位等次处于临界。"),
                format!("{borderline} with a borderline grade. "),
            ));
        }
        alt_text::tidy(&said)
    }

    fn table(&self, lang: Lang) -> Table {
        let header = lang
            .pick(
                ["名次", "单位", "名次区间", "得分", "等次"],
                ["Rank", "Unit", "Rank interval", "Score", "Grade"],
            )
            .map(str::to_owned)
            .to_vec();
        let rows = self
            .sorted()
            .into_iter()
            .map(|row| {
                let mark = if row.borderline {
                    lang.pick("（临界）", " (borderline)")
                } else {
                    ""
                };
                vec![
                    row.rank.to_string(),
                    row.label.clone(),
                    places(row.rank_lower, row.rank_upper),
                    Measure::Score.print(row.score),
                    format!("{}{mark}", row.grade).trim().to_owned(),
                ]
            })
            .collect();
        Table { header, rows }
    }
}
