//! The third party's marks: means per unit and criterion, and how far scorers differ.

use std::collections::BTreeMap;

use survey_forms::text::Text;

use crate::plan::Plan;
use crate::results::CriterionResult;
use crate::round::CriterionScore;
use crate::round::space::Spread;

/// The marks by criterion and unit, each with its scorers in order.
#[derive(Clone, Debug, Default)]
pub(crate) struct Marks {
    by_cell: BTreeMap<(String, String), Vec<f64>>,
    /// Those of them that were given before anyone knew of a difference.
    blind: BTreeMap<(String, String), Vec<f64>>,
    /// Files of evidence.
    evidence: BTreeMap<(String, String), u64>,
}

/// A leaf's third-party value in a unit.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct MarkValue {
    /// Mean over criteria and scorers as percent of the highest mark.
    pub(crate) value: f64,
    pub(crate) spread: Spread,
    pub(crate) n: u64,
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
        let mut marks = Self::default();
        for ((criterion, unit, _), mark) in by_scorer {
            let cell = (criterion, unit);
            if !mark.third {
                marks.blind.entry(cell.clone()).or_default().push(mark.score);
            }
            *marks.evidence.entry(cell.clone()).or_default() += u64::from(mark.evidence);
            marks.by_cell.entry(cell).or_default().push(mark.score);
        }
        marks
    }

    /// The marks of a criterion in a unit.
    pub(crate) fn cell(&self, criterion: &str, unit: &str) -> &[f64] {
        self.by_cell
            .get(&(criterion.to_owned(), unit.to_owned()))
            .map_or(&[], Vec::as_slice)
    }

    /// The marks of a criterion in a unit that were given before anyone knew of a difference.
    pub(crate) fn blind(&self, criterion: &str, unit: &str) -> Vec<f64> {
        let cell = (criterion.to_owned(), unit.to_owned());
        self.blind.get(&cell).cloned().unwrap_or_default()
    }

    /// The leaf's value in each of `units`, from those of its criteria that every one of `all_of` was given; `None`
    /// for all when no criterion is left.
    ///
    /// Scorers' differences are pooled over criteria and units: two marks alone say little about how far scorers
    /// differ. A mean of k marks then has the variance s²/k, and scorers count as independent.
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
        let (mut squares, mut freedom) = (0.0, 0.0);
        for criterion in &kept {
            for unit in all_of {
                let marks = self.cell(&criterion.code, unit);
                let mean = marks.iter().sum::<f64>() / marks.len() as f64;
                let percent = |mark: &f64| 100.0 * (mark - mean) / criterion.max_score;
                squares += marks.iter().map(|mark| percent(mark).powi(2)).sum::<f64>();
                freedom += marks.len() as f64 - 1.0;
            }
        }
        let rater_variance = if freedom > 0.0 { squares / freedom } else { 0.0 };
        let criteria = kept.len() as f64;
        let value_in = |unit: &&str| {
            let (mut value, mut variance, mut n) = (0.0, 0.0, 0);
            for criterion in &kept {
                let marks = self.cell(&criterion.code, unit);
                if marks.is_empty() {
                    return None;
                }
                let k = marks.len() as f64;
                value += 100.0 * marks.iter().sum::<f64>() / k / criterion.max_score / criteria;
                variance += rater_variance / k / (criteria * criteria);
                n += marks.len() as u64;
            }
            (n > 0).then_some(MarkValue {
                value,
                spread: Spread {
                    variance,
                    df: freedom,
                },
                n,
            })
        };
        units.iter().map(value_in).collect()
    }

    /// Every criterion in every unit that has marks, in the plan's order.
    pub(crate) fn results(&self, plan: &Plan) -> Vec<CriterionResult> {
        let limit = plan.third_party.as_ref().and_then(|third| third.difference_limit);
        let mut rows = Vec::new();
        for criterion in &plan.criteria {
            for unit in plan.units.iter() {
                let marks = self.cell(&criterion.code, &unit.code);
                if marks.is_empty() {
                    continue;
                }
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
                    third: self.blind(&criterion.code, &unit.code).len() < marks.len(),
                    evidence: self
                        .evidence
                        .get(&(criterion.code.clone(), unit.code.clone()))
                        .copied()
                        .unwrap_or_default(),
                });
            }
        }
        rows
    }
}
