//! One leaf indicator: what each perspective says of each unit, and the leaf's value from all of them.
//!
//! Units are numbered with the county first and the scored units after it. Values here are on 0–100 with more being
//! better; `results.json` shows them on the measure's own scale (the leaf's `rows`).

use std::collections::BTreeMap;

use survey_forms::text::Text;

use super::marks::{MarkError, Marks};
use super::normalise::{goalposts, orient};
use super::present::{Limits, Scale, flag, interval, unanimous};
use super::ratio::{Pairs, Ratio};
use crate::plan::{ADMIN, Indicator, Measure, Plan, THIRD_PARTY};
use crate::results::{DroppedPerspective, Flag, IndicatorResult};
use crate::round::sample::Sample;
use crate::round::space::{Space, Spread, View};

/// What all leaves share.
pub(crate) struct Ground<'a> {
    pub(crate) plan: &'a Plan,
    /// Codes of the county and the scored units.
    pub(crate) units: Vec<&'a str>,
    pub(crate) samples: &'a BTreeMap<String, Sample>,
    pub(crate) space: &'a Space,
    /// All PSUs of all samples.
    pub(crate) view: &'a View,
    pub(crate) marks: &'a Marks,
    /// Estimated persons of each scored unit, for the county's means of units.
    pub(crate) persons: Vec<f64>,
}

/// A value on 0–100 with what it varies with.
#[derive(Clone, Debug, Default)]
pub(crate) struct Value {
    pub(crate) value: f64,
    /// Influence by PSU; empty where no survey is behind it.
    pub(crate) totals: Vec<f64>,
    /// Variance that is independent of the surveys and of other units.
    pub(crate) independent: Vec<Spread>,
    /// What it owes to the third party's scorers.
    pub(crate) marks: MarkError,
}

impl Value {
    /// Σ share × value; the shares sum to 1.
    pub(crate) fn mix<'a>(parts: impl IntoIterator<Item = (f64, &'a Self)>) -> Self {
        let mut mixed = Self::default();
        for (share, part) in parts {
            mixed.value += share * part.value;
            if mixed.totals.len() < part.totals.len() {
                mixed.totals.resize(part.totals.len(), 0.0);
            }
            for (total, x) in mixed.totals.iter_mut().zip(&part.totals) {
                *total += share * x;
            }
            mixed
                .independent
                .extend(part.independent.iter().map(|spread| spread.scaled(share)));
            mixed.marks.add(share, &part.marks);
        }
        mixed
    }

    /// Variance over all PSUs and the independent parts.
    pub(crate) fn spread(&self, view: &View) -> Spread {
        let survey = if self.totals.is_empty() {
            Spread::default()
        } else {
            view.spread(&self.totals)
        };
        let independent = self.independent.iter().copied();
        Spread::sum(
            std::iter::once(survey)
                .chain(independent)
                .chain(self.marks.spreads()),
        )
    }

    /// The covariance with another unit's value: PSUs and scorers that both have in common.
    pub(crate) fn covariance(&self, other: &Self, view: &View) -> f64 {
        let survey = match self.totals.is_empty() || other.totals.is_empty() {
            true => 0.0,
            false => view.covariance(&self.totals, &other.totals),
        };
        survey + self.marks.covariance(&other.marks)
    }
}

/// What a perspective says of a unit.
#[derive(Clone, Debug)]
pub(crate) struct Part {
    pub(crate) value: Value,
    pub(crate) spread: Spread,
    pub(crate) n: u64,
    pub(crate) flag: Option<Flag>,
    /// Whether there is no error to speak of.
    pub(crate) certain: bool,
}

/// A perspective of a leaf in all units.
#[derive(Clone, Debug)]
pub(crate) struct Perspective {
    pub(crate) name: String,
    /// Share of the leaf, 0 when dropped.
    pub(crate) share: f64,
    pub(crate) parts: Vec<Option<Part>>,
}

/// A leaf in all units.
#[derive(Clone, Debug)]
pub(crate) struct Leaf {
    pub(crate) perspectives: Vec<Perspective>,
    pub(crate) dropped: Vec<DroppedPerspective>,
    /// The leaf's value by unit; all `None` when no perspective was left.
    pub(crate) values: Vec<Option<Value>>,
    /// Rows for `results.json`.
    pub(crate) rows: Vec<IndicatorResult>,
}

/// Measures a leaf in every unit.
pub(crate) fn measure(
    ground: &Ground<'_>,
    indicator: &Indicator,
    measure: Measure,
    warnings: &mut Vec<Text>,
) -> Leaf {
    let mut rows = Vec::new();
    let mut perspectives = Vec::new();
    for weight in &indicator.perspectives {
        let parts = match weight.perspective.as_str() {
            THIRD_PARTY => marks(ground, indicator, &mut rows, warnings),
            ADMIN => series(ground, indicator, &mut rows),
            survey => survey_parts(ground, indicator, measure, survey, &mut rows),
        };
        perspectives.push((weight, parts));
    }
    let mut dropped = Vec::new();
    let lacking = |parts: &[Option<Part>]| -> Vec<String> {
        let scored = ground.units.iter().zip(parts).skip(1);
        scored
            .filter(|(_, part)| part.is_none())
            .map(|(unit, _)| (*unit).to_owned())
            .collect()
    };
    let mut perspectives: Vec<Perspective> = perspectives
        .into_iter()
        .map(|(weight, parts)| {
            let lacking = lacking(&parts);
            let share = if lacking.is_empty() { weight.weight } else { 0.0 };
            if !lacking.is_empty() {
                dropped.push(DroppedPerspective {
                    code: indicator.code.clone(),
                    perspective: weight.perspective.clone(),
                    lacking,
                });
            }
            Perspective {
                name: weight.perspective.clone(),
                share,
                parts,
            }
        })
        .collect();
    let total: f64 = perspectives.iter().map(|perspective| perspective.share).sum();
    if total > 0.0 {
        for perspective in &mut perspectives {
            perspective.share /= total;
        }
    }
    let values: Vec<Option<Value>> = (0..ground.units.len())
        .map(|unit| {
            let kept: Option<Vec<_>> = perspectives
                .iter()
                .filter(|perspective| perspective.share > 0.0)
                .map(|perspective| {
                    perspective.parts[unit]
                        .as_ref()
                        .map(|part| (perspective.share, &part.value))
                })
                .collect();
            kept.filter(|kept| !kept.is_empty()).map(Value::mix)
        })
        .collect();
    let mut leaf = Leaf {
        perspectives,
        dropped,
        values,
        rows,
    };
    combined_rows(ground, indicator, measure, &mut leaf);
    leaf
}

pub(crate) fn scale_of(measure: Measure) -> Scale {
    if measure.is_fraction() {
        Scale::Fraction
    } else {
        Scale::Hundred
    }
}

fn survey_parts(
    ground: &Ground<'_>,
    indicator: &Indicator,
    measure: Measure,
    name: &str,
    rows: &mut Vec<IndicatorResult>,
) -> Vec<Option<Part>> {
    let count = ground.units.len();
    let (Some(sample), Some(refs)) = (ground.samples.get(name), indicator.questions.get(name)) else {
        return vec![None; count];
    };
    let scale = scale_of(measure);
    let inside = sample.in_domain(&indicator.domain);
    let ratios = |areas: &[String]| {
        Pairs::of(sample, measure, refs, areas)
            .within(&inside)
            .ratios(sample, ground.space, count - 1)
    };
    let pooled = ratios(&indicator.areas);
    push_rows(ground, indicator, measure, name, None, &pooled, rows);
    if indicator.by_area {
        for area in &indicator.areas {
            let by_area = ratios(std::slice::from_ref(area));
            push_rows(ground, indicator, measure, name, Some(area), &by_area, rows);
        }
    }
    let limits = limits_of(ground.plan);
    pooled
        .into_iter()
        .map(|ratio| {
            let flag = flag(&ratio, scale, limits);
            let to_hundred = if scale == Scale::Fraction { 100.0 } else { 1.0 };
            let factor = if indicator.more_is_better {
                to_hundred
            } else {
                -to_hundred
            };
            let value = orient(ratio.value? * to_hundred, indicator.more_is_better);
            let totals = ratio.totals.iter().map(|total| factor * total).collect();
            let mut spread = ratio.spread.scaled(to_hundred);
            let mut independent = Vec::new();
            if spread.variance == 0.0 && !ratio.census {
                spread = unanimous(value, ratio.n, ratio.df);
                independent.push(spread);
            }
            let value = Value {
                value,
                totals,
                independent,
                ..Value::default()
            };
            Some(Part {
                value,
                spread,
                n: ratio.n,
                flag,
                certain: ratio.census,
            })
        })
        .collect()
}

pub(crate) fn limits_of(plan: &Plan) -> Limits {
    Limits {
        min_cell: plan.suppression.min_cell,
        small_n: plan.small_n,
    }
}

fn push_rows(
    ground: &Ground<'_>,
    indicator: &Indicator,
    measure: Measure,
    group: &str,
    area: Option<&String>,
    ratios: &[Ratio],
    rows: &mut Vec<IndicatorResult>,
) {
    let scale = scale_of(measure);
    for (unit, ratio) in ground.units.iter().zip(ratios) {
        let se = ratio.value.map(|_| ratio.spread.se());
        let (lower, upper) = match ratio.value {
            Some(value) => interval(value, ratio.spread.se(), ratio.df, ratio.n, scale, ratio.census),
            None => (None, None),
        };
        rows.push(IndicatorResult {
            code: indicator.code.clone(),
            unit: (*unit).to_owned(),
            group: Some(group.to_owned()),
            area: area.cloned(),
            measure: measure.code().to_owned(),
            estimate: ratio.value,
            se,
            lower,
            upper,
            n: ratio.n,
            flag: flag(ratio, scale, limits_of(ground.plan)),
        });
    }
}

fn marks(
    ground: &Ground<'_>,
    indicator: &Indicator,
    rows: &mut Vec<IndicatorResult>,
    warnings: &mut Vec<Text>,
) -> Vec<Option<Part>> {
    let scored = &ground.units[1..];
    let found = ground
        .marks
        .leaf(ground.plan, &indicator.code, scored, &ground.units, warnings);
    // Marks without a second scorer have an error that cannot be seen; the truth of a census has none.
    let certain = ground.samples.values().all(|sample| sample.census);
    let parts = found.into_iter().map(|found| {
        let found = found?;
        let spread = found.error.spread();
        let value = Value {
            value: found.value,
            marks: found.error,
            ..Value::default()
        };
        Some(Part {
            value,
            spread,
            n: found.n,
            flag: None,
            certain,
        })
    });
    let parts = county_from_units(ground, parts.collect());
    push_parts(ground, indicator, THIRD_PARTY, Measure::Criteria, &parts, rows);
    parts
}

/// Administrative values of the round's year by goalposts, the mean of the leaf's series.
fn series(ground: &Ground<'_>, indicator: &Indicator, rows: &mut Vec<IndicatorResult>) -> Vec<Option<Part>> {
    let parts = ground.units.iter().map(|unit| {
        let (low, high) = indicator.goalposts?;
        let mut sum = 0.0;
        for code in &indicator.series {
            sum += goalposts(
                latest(ground.plan, code, unit)?,
                low,
                high,
                indicator.more_is_better,
            );
        }
        let n = indicator.series.len();
        let value = Value {
            value: sum / n as f64,
            ..Value::default()
        };
        (n > 0).then_some(Part {
            value,
            spread: Spread::default(),
            n: n as u64,
            flag: None,
            certain: true,
        })
    });
    let parts = county_from_units(ground, parts.collect());
    push_parts(ground, indicator, ADMIN, Measure::Admin, &parts, rows);
    parts
}

/// The value of the latest period of the round's year.
fn latest(plan: &Plan, code: &str, unit: &str) -> Option<f64> {
    let year = plan.round.year.to_string();
    let of_year = |period: &str| period.split('-').next() == Some(year.as_str());
    let values = plan
        .admin
        .iter()
        .filter(|v| v.code == code && v.unit == unit && of_year(&v.period));
    values
        .max_by(|a, b| a.period.cmp(&b.period))
        .map(|value| value.value)
}

/// A county that was not judged itself has the mean of its units, by the persons they have.
fn county_from_units(ground: &Ground<'_>, mut parts: Vec<Option<Part>>) -> Vec<Option<Part>> {
    if parts[0].is_none() && parts[1..].iter().all(Option::is_some) {
        let all: f64 = ground.persons.iter().sum();
        let weighted = parts[1..]
            .iter()
            .flatten()
            .zip(&ground.persons)
            .map(|(part, n)| (n / all, &part.value));
        let value = Value::mix(weighted);
        let independent = value.independent.iter().copied();
        let spread = Spread::sum(independent.chain(value.marks.spreads()));
        let certain = parts[1..].iter().flatten().all(|part| part.certain);
        let n = parts[1..].iter().flatten().map(|part| part.n).sum();
        parts[0] = (all > 0.0).then_some(Part {
            value,
            spread,
            n,
            flag: None,
            certain,
        });
    }
    parts
}

fn push_parts(
    ground: &Ground<'_>,
    indicator: &Indicator,
    group: &str,
    measure: Measure,
    parts: &[Option<Part>],
    rows: &mut Vec<IndicatorResult>,
) {
    for (unit, part) in ground.units.iter().zip(parts) {
        let found = part.as_ref().map(|part| (part.value.value, part.spread));
        let certain = part.as_ref().is_some_and(|part| part.certain);
        let (lower, upper) = found.map_or((None, None), |(value, spread)| {
            interval(value, spread.se(), spread.df, 0, Scale::Hundred, certain)
        });
        rows.push(IndicatorResult {
            code: indicator.code.clone(),
            unit: (*unit).to_owned(),
            group: Some(group.to_owned()),
            area: None,
            measure: measure.code().to_owned(),
            estimate: found.map(|(value, _)| value),
            se: found.map(|(_, spread)| spread.se()),
            lower,
            upper,
            n: part.as_ref().map_or(0, |part| part.n),
            flag: None,
        });
    }
}

/// The rows that combine the perspectives by their shares, on the measure's own scale, and those by area: there the
/// survey perspectives alone, in proportion, as nobody else speaks by area.
fn combined_rows(ground: &Ground<'_>, indicator: &Indicator, measure: Measure, leaf: &mut Leaf) {
    let scale = scale_of(measure);
    let to_hundred = if scale == Scale::Fraction { 100.0 } else { 1.0 };
    let row = |unit: &str, area: Option<&String>| IndicatorResult {
        code: indicator.code.clone(),
        unit: unit.to_owned(),
        group: None,
        area: area.cloned(),
        measure: measure.code().to_owned(),
        estimate: None,
        se: None,
        lower: None,
        upper: None,
        n: 0,
        flag: None,
    };
    let mut combined = Vec::new();
    for (index, unit) in ground.units.iter().enumerate() {
        let mut out = row(unit, None);
        if let Some(value) = &leaf.values[index] {
            let kept = || {
                let perspectives = leaf.perspectives.iter().filter(|p| p.share > 0.0);
                perspectives.filter_map(|p| Some((p.name.as_str(), p.parts[index].as_ref()?)))
            };
            let asked = |(name, _): &(&str, &Part)| ground.samples.contains_key(*name);
            let spread = value.spread(ground.view);
            let estimate = orient(value.value, indicator.more_is_better) / to_hundred;
            let (se, certain) = (spread.se() / to_hundred, kept().all(|(_, part)| part.certain));
            // Persons and bodies; marks and administrative values count only where nobody was asked.
            let anybody = kept().any(|part| asked(&part));
            out.n = kept()
                .filter(|part| !anybody || asked(part))
                .map(|(_, part)| part.n)
                .sum();
            (out.lower, out.upper) = interval(estimate, se, spread.df, out.n, scale, certain);
            out.flag = kept().filter_map(|(_, part)| part.flag).min();
            // One perspective alone keeps its own interval, degrees of freedom and all.
            let mut alone = leaf.perspectives.iter().filter(|p| p.share > 0.0);
            if let (Some(only), None) = (alone.next(), alone.next())
                && let Some(same) = leaf.rows.iter().find(|r| {
                    r.unit == **unit
                        && r.group.as_deref() == Some(&only.name)
                        && r.area.is_none()
                        && r.measure == out.measure
                })
            {
                (out.lower, out.upper) = (same.lower, same.upper);
            }
            out.estimate = Some(estimate);
            out.se = Some(se);
        }
        combined.push(out);
    }
    if indicator.by_area {
        for area in &indicator.areas {
            for unit in &ground.units {
                combined.push(by_area(leaf, row(unit, Some(area)), unit, area, scale));
            }
        }
    }
    leaf.rows.append(&mut combined);
}

fn by_area(leaf: &Leaf, mut out: IndicatorResult, unit: &str, area: &str, scale: Scale) -> IndicatorResult {
    let of_area = |name: &str| {
        leaf.rows
            .iter()
            .find(|r| r.unit == unit && r.group.as_deref() == Some(name) && r.area.as_deref() == Some(area))
    };
    let parts: Vec<(f64, &IndicatorResult)> = leaf
        .perspectives
        .iter()
        .filter(|perspective| perspective.share > 0.0)
        .filter_map(|perspective| Some((perspective.share, of_area(&perspective.name)?)))
        .filter(|(_, row)| row.estimate.is_some())
        .collect();
    if let [(_, only)] = parts.as_slice() {
        return IndicatorResult {
            group: None,
            ..(*only).clone()
        };
    }
    let total: f64 = parts.iter().map(|(share, _)| share).sum();
    if total > 0.0 {
        let mean = |value: &dyn Fn(&IndicatorResult) -> f64| {
            parts
                .iter()
                .map(|(share, row)| share / total * value(row))
                .sum::<f64>()
        };
        let estimate = mean(&|row| row.estimate.unwrap_or_default());
        // Perspectives share PSUs; without their covariance the sum of the errors is the safe bound.
        let se = mean(&|row| row.se.unwrap_or_default());
        out.n = parts.iter().map(|(_, row)| row.n).sum();
        (out.lower, out.upper) = interval(estimate, se, f64::INFINITY, out.n, scale, se == 0.0);
        (out.estimate, out.se) = (Some(estimate), Some(se));
        out.flag = parts.iter().filter_map(|(_, row)| row.flag).min();
    }
    out
}
