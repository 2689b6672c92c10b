//! What a county hands over.

use std::collections::{BTreeMap, BTreeSet};

use sha2::{Digest, Sha256};

use super::{Answered, Cell, CellName, Cross, CrossCell, FORMAT, Moments, SharedScore, SharedStatistics};
use crate::indicator::ratio::Pairs;
use crate::plan::{Indicator, Measure, PERSONS, Plan};
use crate::publication::Named;
use crate::publication::figure::Address;
use crate::results::RoundDetail;
use crate::round::perspectives::{Perspectives, perspectives};
use crate::round::sample::Sample;
use crate::round::space::{Space, View};
use crate::round::{RoundError, RoundInput};

/// A variance below this share of the square of its total is what floating-point sums leave over.
const ROUNDING: f64 = 1e-24;

/// The county's statistics.
///
/// - `detail`: the computed round, with what may not be shown of it in [`RoundDetail::withheld`].
///
/// # Errors
/// As [`compute`](crate::round::compute).
pub fn statistics(input: &RoundInput<'_>, detail: &RoundDetail) -> Result<SharedStatistics, RoundError> {
    let plan = input.plan;
    let Perspectives { samples, space } = perspectives(input)?;
    let present: Vec<bool> = (0..space.len())
        .map(|psu| samples.values().any(|sample| sample.present()[psu]))
        .collect();
    let ground = Ground {
        plan,
        detail,
        samples: &samples,
        space: &space,
        all: space.view(&present),
    };
    let mut shared = SharedStatistics {
        format: FORMAT.to_owned(),
        unit: Named {
            code: plan.county().code.clone(),
            name: plan.county().name.clone(),
        },
        round: plan.round.id.clone(),
        year: plan.round.year,
        plan_sha256: input.plan_sha256.clone(),
        min_cell: plan.suppression.min_cell,
        small_n: plan.small_n,
        definitions: plan
            .indicators
            .leaves()
            .map(|leaf| (leaf.code.clone(), definition(leaf)))
            .collect(),
        forms: plan
            .forms
            .iter()
            .map(|(group, form)| (group.clone(), form.version.clone()))
            .collect(),
        shares: plan
            .indicators
            .leaves()
            .map(|leaf| (leaf.code.clone(), shares(leaf)))
            .collect(),
        persons: samples.get(PERSONS).map(|sample| sample.weight.iter().sum()),
        answered: answered(plan, detail),
        cells: Vec::new(),
        crosses: Vec::new(),
        withheld: Vec::new(),
        score: score(plan, detail),
    };
    for leaf in plan.indicators.leaves() {
        ground.hand_over(leaf, &mut shared);
    }
    Ok(shared)
}

/// What is the same for all leaves.
struct Ground<'a> {
    plan: &'a Plan,
    detail: &'a RoundDetail,
    samples: &'a BTreeMap<String, Sample>,
    space: &'a Space,
    /// The PSUs of all samples.
    all: View,
}

/// A ratio's moments with the PSU totals of its residuals and of its denominator.
struct Ratio {
    moments: Moments,
    u: Vec<f64>,
    x: Vec<f64>,
}

impl Ground<'_> {
    fn hand_over(&self, leaf: &Indicator, shared: &mut SharedStatistics) {
        let Some(measure) = leaf.measure else { return };
        let mut pooled: Vec<(String, Ratio)> = Vec::new();
        for weight in &leaf.perspectives {
            let group = &weight.perspective;
            let (Some(sample), Some(refs)) = (self.samples.get(group), leaf.questions.get(group)) else {
                continue;
            };
            let inside = sample.in_domain(&leaf.domain);
            let ratio = |areas: &[String]| {
                let pairs = Pairs::of(sample, measure, refs, areas).within(&inside);
                ratio(&pairs, sample, self.space)
            };
            let name = |area: Option<&String>| CellName {
                code: leaf.code.clone(),
                group: group.clone(),
                area: area.cloned(),
            };
            let mut found = vec![(name(None), ratio(&leaf.areas))];
            if leaf.by_area {
                for area in &leaf.areas {
                    found.push((name(Some(area)), ratio(std::slice::from_ref(area))));
                }
            }
            let hidden = self.hidden(&found);
            for (name, ratio) in found {
                let Some(ratio) = ratio else { continue };
                if hidden.contains(&name) {
                    shared.withheld.push(name);
                    continue;
                }
                shared.cells.push(Cell {
                    name: name.clone(),
                    measure,
                    moments: ratio.moments,
                });
                if name.area.is_none() {
                    pooled.push((name.group, ratio));
                }
            }
        }
        for (at, (first, a)) in pooled.iter().enumerate() {
            for (second, b) in &pooled[at..] {
                let covariance = |s: &[f64], t: &[f64]| self.all.covariance(s, t);
                shared.crosses.push(CrossCell {
                    code: leaf.code.clone(),
                    groups: (first.clone(), second.clone()),
                    cross: Cross {
                        uu: covariance(&a.u, &b.u),
                        ux: covariance(&a.u, &b.x),
                        xu: covariance(&a.x, &b.u),
                        xx: covariance(&a.x, &b.x),
                    },
                });
            }
        }
    }

    /// The figures of a perspective that are not handed over: those that are withheld everywhere and those of too few.
    /// Exact sums of areas add up to the pooled ones, so that none of them is ever the only one missing: the area of the
    /// fewest persons goes with it.
    fn hidden(&self, found: &[(CellName, Option<Ratio>)]) -> BTreeSet<CellName> {
        let min_cell = u64::from(self.plan.suppression.min_cell);
        let of_persons = |name: &CellName| {
            let at = Address {
                code: name.code.clone(),
                unit: self.plan.county().code.clone(),
                group: Some(name.group.clone()),
                area: name.area.clone(),
            };
            self.detail.withheld.contains(&at)
        };
        let known = || {
            found
                .iter()
                .filter_map(|(name, ratio)| Some((name, ratio.as_ref()?)))
        };
        let mut hidden: BTreeSet<CellName> = known()
            .filter(|(name, ratio)| of_persons(name) || ratio.moments.n < min_cell)
            .map(|(name, _)| name.clone())
            .collect();
        if hidden.len() == 1 {
            let open = known().filter(|(name, _)| !hidden.contains(name));
            let next = open.min_by_key(|(name, ratio)| (name.area.is_none(), ratio.moments.n));
            hidden.extend(next.map(|(name, _)| name.clone()));
        }
        hidden
    }
}

fn ratio(pairs: &Pairs, sample: &Sample, space: &Space) -> Option<Ratio> {
    let rows: Vec<u32> = (0..sample.rows as u32)
        .filter(|&row| pairs.x[row as usize] != 0.0)
        .collect();
    let sum = |values: &[f64]| {
        rows.iter()
            .map(|&row| sample.weight[row as usize] * values[row as usize])
            .sum::<f64>()
    };
    let (y, x) = (sum(&pairs.y), sum(&pairs.x));
    if x <= 0.0 {
        return None;
    }
    let residuals: Vec<f64> = pairs.y.iter().zip(&pairs.x).map(|(a, b)| a - y / x * b).collect();
    let (u_totals, x_totals) = (sample.psu_totals(&residuals), sample.psu_totals(&pairs.x));
    let variance = |a: &[f64], b: &[f64]| match sample.census {
        true => 0.0,
        false => sample.covariance(a, b),
    };
    let mut moments = Moments {
        n: rows.len() as u64,
        y,
        x,
        uu: variance(&u_totals, &u_totals),
        ux: variance(&u_totals, &x_totals),
        xx: variance(&x_totals, &x_totals),
        df: match sample.census {
            true => 0.0,
            false => sample.df(space, rows.iter().map(|&row| row as usize)),
        },
        complete: sample.is_complete(&rows),
    };
    // Where all answer alike, rounding alone leaves something: that is no spread.
    if moments.uu <= ROUNDING * y * y {
        (moments.uu, moments.ux) = (0.0, 0.0);
    }
    Some(Ratio {
        moments,
        u: u_totals,
        x: x_totals,
    })
}

/// What a leaf measures and of whom: names, weights and goalposts may differ from county to county.
fn definition(leaf: &Indicator) -> String {
    let said = serde_json::json!([
        leaf.measure.map(Measure::code),
        leaf.areas,
        leaf.by_area,
        leaf.more_is_better,
        leaf.questions,
        leaf.domain,
    ]);
    let digest = Sha256::digest(said.to_string());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}

fn shares(leaf: &Indicator) -> Vec<(String, f64)> {
    let parts = leaf.perspectives.iter();
    parts
        .map(|part| (part.perspective.clone(), part.weight))
        .collect()
}

fn answered(plan: &Plan, detail: &RoundDetail) -> Vec<Answered> {
    let min_cell = u64::from(plan.suppression.min_cell);
    let county = plan.county().code.as_str();
    let rates = detail
        .results
        .response_rates
        .iter()
        .filter(|row| row.unit == county);
    let many =
        rates.filter(|row| row.complete >= min_cell && row.invited.saturating_sub(row.complete) >= min_cell);
    many.map(|row| Answered {
        group: row.group.clone(),
        invited: row.invited,
        complete: row.complete,
    })
    .collect()
}

fn score(plan: &Plan, detail: &RoundDetail) -> Option<SharedScore> {
    let county = plan.county().code.as_str();
    let row = detail.score(county)?;
    let more = detail.score_details.iter().find(|row| row.unit == county);
    Some(SharedScore {
        score: row.score?,
        se: row.se?,
        df: more.and_then(|row| row.df),
    })
}
