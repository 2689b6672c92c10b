//! The third party's marks: means per unit and criterion, and how far scorers differ.

use std::collections::BTreeMap;

use survey_forms::text::Text;

use crate::evaluation::raters::{Component, MarkedObject, RaterVariance, rater_variance};
use crate::plan::Plan;
use crate::results::CriterionResult;
use crate::round::CriterionScore;
use crate::round::space::Spread;

/// The marks by criterion and unit, each with its scorers in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    by_cell: BTreeMap<(String, String), Cell>,
    /// How scorers differ, from all blind marks together.
    variance: RaterVariance,
}

/// The marks of a criterion in a unit, and who gave them, by number.
#[derive(Clone, Debug, Default)]
struct Cell {
    marks: Vec<f64>,
    scorers: Vec<usize>,
    /// Of each mark, whether it was given before anyone knew of a difference.
    blind: Vec<bool>,
    /// Files of evidence.
    evidence: u64,
}

impl Cell {
    /// The blind marks, each with its scorer.
    fn blind(&self) -> impl Iterator<Item = (usize, f64)> {
        let marks = self.scorers.iter().zip(&self.marks).zip(&self.blind);
        marks
            .filter(|(_, blind)| **blind)
            .map(|((scorer, mark), _)| (*scorer, *mark))
    }
}

/// A leaf's third-party value in a unit.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct MarkValue {
    /// Mean over criteria and scorers as percent of the highest mark.
    pub(crate) value: f64,
    pub(crate) error: MarkError,
    pub(crate) n: u64,
}

/// What a value owes to scorers: how it would move with each one's severity and with each mark's error. Both
/// variances come from all marks together, so their degrees of freedom count once however many values are added up.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct MarkError {
    /// Coefficient of each scorer's severity, by number.
    scorers: Vec<f64>,
    /// Sum of the squared coefficients of the single marks.
    marks: f64,
    variance: RaterVariance,
}

impl MarkError {
    /// Adds `share` times another value's; the two have no mark in common.
    pub(crate) fn add(&mut self, share: f64, other: &Self) {
        if self.scorers.len() < other.scorers.len() {
            self.scorers.resize(other.scorers.len(), 0.0);
        }
        for (own, theirs) in self.scorers.iter_mut().zip(&other.scorers) {
            *own += share * theirs;
        }
        self.marks += share * share * other.marks;
        if other.variance != RaterVariance::default() {
            self.variance = other.variance;
        }
    }

    /// Severity and single marks, one after the other.
    pub(crate) fn spreads(&self) -> [Spread; 2] {
        let part = |component: Component, factor: f64| Spread {
            variance: component.variance * factor,
            df: component.df,
        };
        let severities = self.scorers.iter().map(|c| c * c).sum();
        [
            part(self.variance.severity, severities),
            part(self.variance.mark, self.marks),
        ]
    }

    /// The variance of both together.
    pub(crate) fn spread(&self) -> Spread {
        Spread::sum(self.spreads())
    }

    /// The covariance with another value: what the scorers of both bring in.
    pub(crate) fn covariance(&self, other: &Self) -> f64 {
        let products = self.scorers.iter().zip(&other.scorers).map(|(a, b)| a * b);
        self.variance.severity.variance * products.sum::<f64>()
    }
}

impl Marks {
    /// Sorts the marks; marks for units or criteria that the plan does not have are left out with a warning.
    pub(crate) fn read(plan: &Plan, scores: &[CriterionScore], warnings: &mut Vec<Text>) -> Self {
        let mut by_scorer: BTreeMap<(String, String, String), &CriterionScore> = BTreeMap::new();
        let mut strange = 0;
        for mark in scores {
            let criterion = plan
                .criteria
                .iter()
                .find(|criterion| criterion.code == mark.criterion);
            let fits = criterion.is_some_and(|criterion| (0.0..=criterion.max_score).contains(&mark.score));
            if fits && plan.units.get(&mark.unit).is_some() {
                by_scorer.insert(
                    (mark.criterion.clone(), mark.unit.clone(), mark.scorer.clone()),
                    mark,
                );
            } else {
                strange += 1;
            }
        }
        if strange > 0 {
            warnings.push(Text::zh_en(
                format!("{strange} 个第三方评分的单位、评分项或分值不在方案内，未使用。"),
                format!("{strange} third-party marks have a unit, criterion or value outside the plan and were not used."),
            ));
        }
        let mut numbers: BTreeMap<String, usize> = BTreeMap::new();
        for (_, _, scorer) in by_scorer.keys() {
            let next = numbers.len();
            numbers.entry(scorer.clone()).or_insert(next);
        }
        let mut marks = Self::default();
        for ((criterion, unit, scorer), mark) in by_scorer {
            let cell = marks.by_cell.entry((criterion, unit)).or_default();
            cell.marks.push(mark.score);
            cell.scorers.push(numbers[&scorer]);
            cell.blind.push(!mark.third);
            cell.evidence += u64::from(mark.evidence);
        }
        let objects = marks.by_cell.iter().filter_map(|((code, _), cell)| {
            let criterion = plan.criteria.iter().find(|criterion| criterion.code == *code)?;
            // Who is asked because two differ is no independent witness of how scorers differ.
            let (scorers, marks) = cell.blind().unzip::<_, _, Vec<_>, Vec<_>>();
            Some(MarkedObject {
                scorers,
                marks: marks
                    .iter()
                    .map(|mark| 100.0 * mark / criterion.max_score)
                    .collect(),
                step: 100.0 / criterion.max_score,
            })
        });
        marks.variance = rater_variance(&objects.collect::<Vec<_>>());
        marks
    }

    fn find(&self, criterion: &str, unit: &str) -> Option<&Cell> {
        self.by_cell.get(&(criterion.to_owned(), unit.to_owned()))
    }

    /// The marks of a criterion in a unit.
    pub(crate) fn cell(&self, criterion: &str, unit: &str) -> &[f64] {
        self.find(criterion, unit)
            .map_or(&[], |cell| cell.marks.as_slice())
    }

    /// The marks of a criterion in a unit that were given before anyone knew of a difference.
    pub(crate) fn blind(&self, criterion: &str, unit: &str) -> Vec<f64> {
        let cell = self.find(criterion, unit);
        cell.map_or_else(Vec::new, |cell| cell.blind().map(|(_, mark)| mark).collect())
    }

    /// The leaf's value in each of `units`, from those of its criteria that every one of `all_of` was given; `None`
    /// for all when no criterion is left.
    ///
    /// How far scorers differ is estimated from all marks of the round ([`rater_variance`]): two marks alone say little.
    /// A severe scorer is severe on all criteria of a unit, which does not average out over them.
    pub(crate) fn leaf(
        &self,
        plan: &Plan,
        leaf: &str,
        all_of: &[&str],
        units: &[&str],
        warnings: &mut Vec<Text>,
    ) -> Vec<Option<MarkValue>> {
        let (kept, lacking): (Vec<_>, Vec<_>) = plan
            .criteria
            .iter()
            .filter(|criterion| criterion.indicator == leaf)
            .partition(|criterion| {
                all_of
                    .iter()
                    .all(|unit| !self.cell(&criterion.code, unit).is_empty())
            });
        if !kept.is_empty() && !lacking.is_empty() {
            let codes = lacking
                .iter()
                .map(|criterion| criterion.code.as_str())
                .collect::<Vec<_>>()
                .join(", ");
            warnings.push(Text::zh_en(
                format!("指标 {leaf}：评分项 {codes} 不是每个单位都有评分，对所有单位都不计入。"),
                format!(
                    "Indicator {leaf}: the criteria {codes} were not scored in every unit and count for none."
                ),
            ));
        }
        let criteria = kept.len() as f64;
        let value_in = |unit: &&str| {
            let (mut value, mut n) = (0.0, 0);
            let mut error = MarkError {
                variance: self.variance,
                ..MarkError::default()
            };
            for criterion in &kept {
                let cell = self.find(&criterion.code, unit)?;
                let marks = &cell.marks;
                let coefficient = 1.0 / (marks.len() as f64 * criteria);
                value += coefficient * 100.0 * marks.iter().sum::<f64>() / criterion.max_score;
                for &scorer in &cell.scorers {
                    if error.scorers.len() <= scorer {
                        error.scorers.resize(scorer + 1, 0.0);
                    }
                    error.scorers[scorer] += coefficient;
                    error.marks += coefficient * coefficient;
                }
                n += marks.len() as u64;
            }
            (n > 0).then_some(MarkValue { value, error, n })
        };
        units.iter().map(value_in).collect()
    }

    /// Every criterion in every unit that has marks, in the plan's order.
    pub(crate) fn results(&self, plan: &Plan) -> Vec<CriterionResult> {
        let limit = plan.third_party.as_ref().and_then(|third| third.difference_limit);
        let mut rows = Vec::new();
        for criterion in &plan.criteria {
            for unit in plan.units.iter() {
                let Some(cell) = self.find(&criterion.code, &unit.code) else {
                    continue;
                };
                let marks = &cell.marks;
                let k = marks.len() as f64;
                let mean = marks.iter().sum::<f64>() / k;
                let range = marks.iter().copied().fold(f64::MIN, f64::max)
                    - marks.iter().copied().fold(f64::MAX, f64::min);
                let variance = marks.iter().map(|mark| (mark - mean).powi(2)).sum::<f64>() / (k - 1.0);
                rows.push(CriterionResult {
                    criterion: criterion.code.clone(),
                    indicator: criterion.indicator.clone(),
                    unit: unit.code.clone(),
                    mean,
                    value: 100.0 * mean / criterion.max_score,
                    se: (marks.len() > 1).then(|| 100.0 * (variance / k).sqrt() / criterion.max_score),
                    scorers: marks.len() as u64,
                    range,
                    beyond_limit: limit.is_some_and(|limit| range > limit),
                    third: cell.blind.contains(&false),
                    evidence: cell.evidence,
                });
            }
        }
        rows
    }
}
