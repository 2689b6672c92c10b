//! Change between two rounds of a survey, with its test.
//!
//! Everything hangs on what the two samples share. Drawn independently, their variances add
//! ([`independent`]). A panel of the same PSUs, or of the same persons, is one stacked design whose
//! PSUs hold the rows of both rounds ([`joint`]). Where part of the sample was exchanged, the shared
//! PSUs give the covariance ([`rotating`]). Taking a panel for independent samples makes the interval
//! too wide, as the rounds go up and down together.

use super::{Estimate, Linearised, contrast};
use crate::design::SurveyDesign;
use crate::factor::{Cells, Factor};
use crate::interval::{t_quantile, t_tail};

/// The change of an estimate from a first to a second round. NaN stands for "cannot be said".
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Change {
    /// Second round minus first.
    pub value: f64,
    /// Standard error.
    pub se: f64,
    /// Lower limit.
    pub lower: f64,
    /// Upper limit.
    pub upper: f64,
    /// Degrees of freedom.
    pub df: f64,
    /// Change ÷ standard error.
    pub statistic: f64,
    /// The two-sided p-value of no change.
    pub p_value: f64,
    /// The correlation of the two estimates in repeated sampling; 0 for independent samples, NaN when an
    /// estimate has no error.
    pub correlation: f64,
}

impl Change {
    /// From the two estimates' values and variances and their covariance.
    fn new(values: [f64; 2], variances: [f64; 2], covariance: f64, df: f64, level: f64) -> Self {
        let value = values[1] - values[0];
        let variance = variances[0] + variances[1] - 2.0 * covariance;
        // A difference of nearly equal terms can come out a rounding error below 0. (NaN stays NaN.)
        let se = if variance < 0.0 { 0.0 } else { variance.sqrt() };
        let width = t_quantile(0.5 + level / 2.0, df) * se;
        let statistic = value / se;
        Self {
            value,
            se,
            lower: value - width,
            upper: value + width,
            df,
            statistic,
            p_value: 2.0 * t_tail(statistic.abs(), df),
            correlation: covariance / (variances[0] * variances[1]).sqrt(),
        }
    }
}

/// The change between two samples that were drawn independently: the variances add.
///
/// The degrees of freedom are Satterthwaite's, (v₁ + v₂)²/(v₁²/df₁ + v₂²/df₂).
///
/// # Source
/// Kish (1965), Survey Sampling, section 12.4; Satterthwaite (1946), Biometrics Bulletin 2(6), 110–114.
///
/// ```
/// use analysis::design::SurveyDesign;
/// use analysis::estimate::{EstimateOptions, change, mean};
/// let design = SurveyDesign::builder(4).build()?;
/// let round = |y: [f64; 4]| mean::linearise(&design, &y, None).estimate(&design, &EstimateOptions::default());
/// let change = change::independent(&round([1.0, 2.0, 3.0, 4.0]), &round([3.0, 4.0, 5.0, 6.0]), 0.95);
/// assert_eq!((change.value, change.df), (2.0, 6.0));
/// # Ok::<(), analysis::design::DesignError>(())
/// ```
pub fn independent(first: &Estimate, second: &Estimate, level: f64) -> Change {
    let variances = [first.se.powi(2), second.se.powi(2)];
    let df = satterthwaite(variances, [first.df, second.df]);
    Change::new([first.value, second.value], variances, 0.0, df, level)
}

/// The change within one design that holds the rows of both rounds, stacked.
///
/// For panels: every PSU (village, or person) is in both rounds, has one id and one stratum, and the rows
/// of both rounds under it. `first` and `second` are the same statistic of the two rounds' domains; their
/// covariance comes from the joint linearisation, down to matched persons. This is also the difference
/// of two domains of one round.
///
/// PSUs of a stratum that are in one round only are another matter, see [`rotating`].
///
/// # Source
/// Wood (2008), Journal of Official Statistics 24(1), 53–78; the contrast as [`contrast::linear`].
pub fn joint(design: &SurveyDesign, first: &Linearised, second: &Linearised, level: f64) -> Change {
    let difference = contrast::linear(design, &[(1.0, second), (-1.0, first)]);
    let variances = [first.variance(design), second.variance(design)];
    let covariance = 0.5 * (variances[0] + variances[1] - difference.variance(design));
    let df = design.df_within(&difference.rows);
    Change::new([first.value, second.value], variances, covariance, df, level)
}

/// A round of a rotating sample: its design, the statistic, and what its PSUs are called.
#[derive(Debug, Clone, Copy)]
pub struct Round<'a> {
    /// The design of the round's own rows.
    pub design: &'a SurveyDesign,
    /// The statistic under it.
    pub statistic: &'a Linearised,
    /// The PSU of each row under a label that is the same in both rounds (and differs between strata).
    pub psu: &'a Factor,
}

/// The change between two rounds of which some PSUs are in both.
///
/// Each round's variance is its own; the covariance is that of the PSU totals of the PSUs in both rounds,
/// centred within the strata (those of both rounds crossed): with m shared of n₁ and n₂ drawn,
/// (1 − n₁n₂/(Nm)) · m/(m−1) Σ (t₁ᵢ − t̄₁)(t₂ᵢ − t̄₂). N is known from the first round's fpc and unbounded
/// without. With all PSUs shared and no fpc the figures are those of [`joint`], with none those of
/// [`independent`]. A stratum that shares one PSU shows no covariance and adds none. Below the
/// PSUs nothing is added, which is on the safe side when persons answer alike in both rounds.
///
/// Degrees of freedom: the smaller of the two rounds', or Satterthwaite's when nothing is shared.
///
/// A PSU without a label counts as not shared. A label factor of another length than its design shares
/// nothing beyond the shorter of the two.
///
/// # Source
/// Tam (1984), The American Statistician 38(4), 288–289; Qualité & Tillé (2008), Survey Methodology 34(2),
/// 173–181; Berger (2004), Canadian Journal of Statistics 32(4), 451–467.
pub fn rotating(first: Round<'_>, second: Round<'_>, level: f64) -> Change {
    let rounds = [first, second];
    let values = rounds.map(|round| round.statistic.value);
    let variances = rounds.map(|round| round.statistic.variance(round.design));
    let df = rounds.map(|round| round.design.df_within(&round.statistic.rows));
    let shared = shared_psus(first, second);
    if shared.is_empty() {
        return Change::new(values, variances, 0.0, satterthwaite(variances, df), level);
    }
    // Beyond ±1 the correlation would be an artefact of few shared PSUs. (`clamp` refuses a NaN bound.)
    let bound = (variances[0] * variances[1]).sqrt();
    let covariance = shared_covariance(first, second, &shared).max(-bound).min(bound);
    Change::new(values, variances, covariance, df[0].min(df[1]), level)
}

/// A PSU that is in both rounds.
struct Shared {
    /// The unit's number and its stratum's in each round's design.
    units: [usize; 2],
    strata: [usize; 2],
}

fn shared_psus(first: Round<'_>, second: Round<'_>) -> Vec<Shared> {
    let unit_of_label = |round: Round<'_>| -> Vec<(String, usize)> {
        let stage = &round.design.stages()[0];
        let mut units: Vec<Option<usize>> = vec![None; round.psu.levels().len()];
        for (row, &code) in round.psu.codes().iter().enumerate().take(round.design.rows()) {
            if let Some(unit) = units.get_mut(code as usize) {
                *unit = Some(stage.unit_of(row));
            }
        }
        round
            .psu
            .levels()
            .iter()
            .zip(units)
            .filter_map(|(label, unit)| Some((label.clone(), unit?)))
            .collect()
    };
    // The levels of a factor are sorted, but by value for numbers: sort as text for the look-up.
    let mut others = unit_of_label(second);
    others.sort();
    let stratum = |round: Round<'_>, unit: usize| round.design.stages()[0].stratum_of(unit);
    unit_of_label(first)
        .into_iter()
        .filter_map(|(label, unit)| {
            let at = others.binary_search_by(|(other, _)| other.cmp(&label)).ok()?;
            let other = others[at].1;
            Some(Shared {
                units: [unit, other],
                strata: [stratum(first, unit), stratum(second, other)],
            })
        })
        .collect()
}

fn shared_covariance(first: Round<'_>, second: Round<'_>, shared: &[Shared]) -> f64 {
    let totals = [first, second].map(psu_totals);
    let labels = |round: usize| Factor::from_labels(shared.iter().map(|psu| psu.strata[round].to_string()));
    let (before, after) = (labels(0), labels(1));
    let cells = Cells::cross(&[&before, &after], shared.len());
    cells
        .rows()
        .iter()
        .map(|members| {
            let m = members.len() as f64;
            if members.len() < 2 {
                return 0.0;
            }
            let of = |round: usize, member: u32| totals[round][shared[member as usize].units[round]];
            let mean = |round: usize| members.iter().map(|&member| of(round, member)).sum::<f64>() / m;
            let centres = [mean(0), mean(1)];
            let products: f64 = members
                .iter()
                .map(|&member| (of(0, member) - centres[0]) * (of(1, member) - centres[1]))
                .sum();
            let strata = shared[members[0] as usize].strata;
            let one = &first.design.stages()[0].strata()[strata[0]];
            let two = &second.design.stages()[0].strata()[strata[1]];
            // n₁n₂/(Nm) with N = n₁/f₁.
            let complete = one.fraction * f64::from(two.units) / m;
            (1.0 - complete) * m / (m - 1.0) * products
        })
        .sum()
}

/// The weighted influence values of a round, calibration residuals taken, added up over its PSUs.
fn psu_totals(round: Round<'_>) -> Vec<f64> {
    let mut column = round.statistic.weighted_column(round.design);
    for calibration in round.design.calibration() {
        calibration.residualise(&mut column);
    }
    let stage = &round.design.stages()[0];
    let mut totals = vec![0.0; stage.units()];
    for (row, value) in column.iter().enumerate() {
        totals[stage.unit_of(row)] += value;
    }
    totals
}

fn satterthwaite(variances: [f64; 2], df: [f64; 2]) -> f64 {
    let [a, b] = variances;
    (a + b).powi(2) / (a * a / df[0] + b * b / df[1])
}

#[cfg(test)]
mod tests;
