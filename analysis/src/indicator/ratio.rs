//! Survey measures as ratios of two person-level sums, R = Σwy / Σwx, and their linearisation.
//!
//! The influence of a case is zᵢ = (yᵢ − R xᵢ) / Σwx (Särndal, Swensson & Wretman 1992, section 5.6); cases outside a
//! domain have y = x = 0 and stay in the design.

use crate::plan::indicator::questions::{NONE, RECEIVED, TOP_TWO};
use crate::plan::{Measure, QuestionRef};
use crate::round::answers::Answers;
use crate::round::sample::Sample;
use crate::round::space::{Space, Spread};

/// A standard error below this share of the estimate is what floating-point sums leave over.
const ROUNDING: f64 = 1e-12;

/// What each case adds to numerator and denominator.
#[derive(Clone, Debug)]
pub(crate) struct Pairs {
    pub(crate) y: Vec<f64>,
    pub(crate) x: Vec<f64>,
}

/// A ratio with its sampling error.
#[derive(Clone, Debug)]
pub(crate) struct Ratio {
    /// `None` when the denominator is empty.
    pub(crate) value: Option<f64>,
    /// Cases with a part in the denominator.
    pub(crate) n: u64,
    pub(crate) spread: Spread,
    /// Degrees of freedom of the domain.
    pub(crate) df: f64,
    /// Influence summed by PSU; empty when nothing was observed.
    pub(crate) totals: Vec<f64>,
    /// Whether there is no error because everybody in the domain was asked and answered.
    pub(crate) census: bool,
}

impl Pairs {
    /// The pairs of a measure for the areas given (pooled when several; ignored by questions without `*`).
    ///
    /// Don't know, not applicable, refused and unanswered leave the denominator. For benefit, so does a service that
    /// was received without a word on whether it helped.
    pub(crate) fn of(sample: &Sample, measure: Measure, refs: &[QuestionRef], areas: &[String]) -> Self {
        let mut pairs = Self {
            y: vec![0.0; sample.rows],
            x: vec![0.0; sample.rows],
        };
        match measure {
            Measure::Participation => pairs.add_shares(sample, refs, areas, other_than_none),
            Measure::Share => pairs.add_shares(sample, refs, areas, |answers, codes| answers.among(codes)),
            Measure::TopTwo => pairs.add_shares(sample, refs, areas, |answers, codes| {
                or_default(answers, codes, &TOP_TWO)
            }),
            Measure::Satisfaction => pairs.add_means(sample, refs, areas),
            Measure::Coverage | Measure::Effectiveness | Measure::Benefit => {
                for area in areas {
                    pairs.add_area(sample, measure, refs, area);
                }
            }
            Measure::Criteria | Measure::Admin => {}
        }
        if measure.is_opinion() {
            pairs.leave_out(&sample.proxy);
        }
        pairs
    }

    fn add_shares(
        &mut self,
        sample: &Sample,
        refs: &[QuestionRef],
        areas: &[String],
        wanted: impl Fn(&Answers, &[String]) -> Vec<bool>,
    ) {
        for (answers, codes) in questions(sample, refs, areas) {
            let wanted = wanted(answers, codes);
            for row in 0..sample.rows {
                if let Some(hit) = answers.says(row, &wanted) {
                    self.x[row] += 1.0;
                    self.y[row] += f64::from(u8::from(hit));
                }
            }
        }
    }

    fn add_means(&mut self, sample: &Sample, refs: &[QuestionRef], areas: &[String]) {
        for (answers, _) in questions(sample, refs, areas) {
            let points = five_points(answers);
            for row in 0..sample.rows {
                if let Some(points) = answers.valid_code(row).and_then(|code| points[code]) {
                    self.x[row] += 1.0;
                    self.y[row] += points;
                }
            }
        }
    }

    /// The rungs of one service area: needed, received, helped.
    fn add_area(&mut self, sample: &Sample, measure: Measure, refs: &[QuestionRef], area: &str) {
        let rung = |at: usize| {
            refs.get(at)
                .and_then(|entry| find(sample, entry, area).map(|found| (found, &entry.codes)))
        };
        let (need, received, helped) = match measure {
            Measure::Effectiveness => (None, rung(0), rung(1)),
            Measure::Coverage => (rung(0), rung(1), None),
            _ => (rung(0), rung(1), rung(2)),
        };
        let needs_need = measure != Measure::Effectiveness;
        let needs_help = measure != Measure::Coverage;
        let Some((received, received_codes)) = received else {
            return;
        };
        if (needs_need && need.is_none()) || (needs_help && helped.is_none()) {
            return;
        }
        let needed_codes = need.map(|(answers, codes)| {
            let own = [area.to_owned()];
            (
                answers,
                answers.among(if codes.is_empty() { &own } else { codes }),
            )
        });
        let received_codes = or_default(received, received_codes, &RECEIVED);
        let helped = helped.map(|(answers, codes)| (answers, or_default(answers, codes, &TOP_TWO)));
        for row in 0..sample.rows {
            if let Some((need, codes)) = &needed_codes
                && need.says(row, codes) != Some(true)
            {
                continue;
            }
            let Some(got) = received.says(row, &received_codes) else {
                continue;
            };
            let help = helped.as_ref().map(|(answers, codes)| answers.says(row, codes));
            let (x, y) = match (measure, got, help.flatten()) {
                (Measure::Coverage, got, _) => (1.0, f64::from(u8::from(got))),
                (Measure::Effectiveness, false, _) | (_, true, None) => (0.0, 0.0),
                (_, false, _) => (1.0, 0.0),
                (_, true, Some(help)) => (1.0, f64::from(u8::from(help))),
            };
            self.x[row] += x;
            self.y[row] += y;
        }
    }

    fn leave_out(&mut self, which: &[bool]) {
        for (row, _) in which.iter().enumerate().filter(|(_, out)| **out) {
            self.x[row] = 0.0;
            self.y[row] = 0.0;
        }
    }

    /// Only the cases for which `inside` holds.
    pub(crate) fn within(mut self, inside: &[bool]) -> Self {
        for (row, _) in inside.iter().enumerate().filter(|(_, inside)| !**inside) {
            self.x[row] = 0.0;
            self.y[row] = 0.0;
        }
        self
    }

    /// The ratio for the county and for each scored unit, in this order.
    pub(crate) fn ratios(&self, sample: &Sample, space: &Space, units: usize) -> Vec<Ratio> {
        let all: Vec<u32> = (0..sample.rows as u32)
            .filter(|&row| self.x[row as usize] != 0.0)
            .collect();
        let mut by_unit: Vec<Vec<u32>> = vec![Vec::new(); units];
        for &row in &all {
            if let Some(rows) = by_unit.get_mut(sample.unit[row as usize] as usize) {
                rows.push(row);
            }
        }
        std::iter::once(&all)
            .chain(&by_unit)
            .map(|rows| self.ratio(sample, space, rows))
            .collect()
    }

    fn ratio(&self, sample: &Sample, space: &Space, rows: &[u32]) -> Ratio {
        let sum = |values: &[f64]| {
            rows.iter()
                .map(|&row| sample.weight[row as usize] * values[row as usize])
                .sum::<f64>()
        };
        let (y, x) = (sum(&self.y), sum(&self.x));
        let mut ratio = Ratio {
            value: (x > 0.0).then(|| y / x),
            n: rows.len() as u64,
            spread: Spread::default(),
            df: 0.0,
            totals: Vec::new(),
            census: sample.is_complete(rows),
        };
        if let Some(value) = ratio.value.filter(|_| !sample.census) {
            let mut influence = vec![0.0; sample.rows];
            for &row in rows {
                let row = row as usize;
                influence[row] = (self.y[row] - value * self.x[row]) / x;
            }
            ratio.totals = sample.psu_totals(&influence);
            ratio.spread = sample.spread(&ratio.totals);
            // Where all answer alike, rounding alone leaves something: that is no spread.
            if ratio.spread.se() <= ROUNDING * value.abs() {
                ratio.spread = Spread::default();
                ratio.totals.fill(0.0);
            }
            ratio.df = sample.df(space, rows.iter().map(|&row| row as usize));
        }
        ratio
    }
}

/// The questions that entries name in a sample, areas filled in, with the codes that count.
fn questions<'a>(
    sample: &'a Sample,
    refs: &'a [QuestionRef],
    areas: &'a [String],
) -> impl Iterator<Item = (&'a Answers, &'a Vec<String>)> {
    refs.iter().flat_map(move |entry| {
        let names = entry.names(areas.iter().map(String::as_str));
        names
            .into_iter()
            .filter_map(move |name| sample.questions.get(&name).map(|answers| (answers, &entry.codes)))
    })
}

fn find<'a>(sample: &'a Sample, entry: &QuestionRef, area: &str) -> Option<&'a Answers> {
    sample.questions.get(&entry.variable.replace('*', area))
}

fn or_default(answers: &Answers, codes: &[String], default: &[&str]) -> Vec<bool> {
    if codes.is_empty() {
        answers
            .labels
            .iter()
            .map(|label| default.contains(&label.as_str()))
            .collect()
    } else {
        answers.among(codes)
    }
}

fn other_than_none(answers: &Answers, codes: &[String]) -> Vec<bool> {
    if codes.is_empty() {
        answers.labels.iter().map(|label| label != NONE).collect()
    } else {
        answers.among(codes)
    }
}

/// 25 (m − 1) for answers 1–5.
pub(crate) fn five_points(answers: &Answers) -> Vec<Option<f64>> {
    let on_scale = |m: &f64| (1.0..=5.0).contains(m);
    answers
        .numbers()
        .into_iter()
        .map(|number| number.filter(on_scale).map(|m| 25.0 * (m - 1.0)))
        .collect()
}
