//! Variances from replicate weights: jackknife, balanced repeated replication, bootstrap.
//!
//! A [`ReplicateDesign`] holds the full-sample weights and a rule by which every replicate changes
//! them. An estimator is any function of the weights; it is computed once with the full-sample
//! weights and once with each replicate's, and
//!
//! > v = scale · Σᵣ rscaleᵣ (θᵣ − c)²,
//!
//! where c is the mean of the θᵣ, or the full-sample estimate under [`mse`](ReplicateDesign::mse).
//! What made replicates share is kept by PSU or made anew when it is needed: a jackknife of 90,000
//! PSUs is a list of 90,000 numbers, not a matrix. Only weights that differ row by row, those that
//! came with the data or were calibrated in every replicate, are kept as rows × replicates.
//!
//! Replicates stand for the first stage of sampling; stages below it are part of its variation.

mod balanced;
mod bootstrap;
mod columns;
mod df;
mod error;
pub mod hadamard;
mod jackknife;
mod replicated;

use std::sync::OnceLock;

pub use columns::ReplicateColumns;
pub use error::{AdjustError, ReplicateError};
pub use replicated::Replicated;

use crate::design::{LonelyPsu, Stage, Stratum, SurveyDesign};
use crate::estimate::{Estimate, EstimateOptions, Linearised};
use balanced::Balanced;
use bootstrap::Bootstrap;
use jackknife::Jackknife;

/// Weights kept for every row and replicate may be at most this many: 2²⁷ numbers are 1 GiB.
const MAX_ROW_WEIGHTS: usize = 1 << 27;

/// Full-sample weights, replicate weights and how their estimates make a variance.
///
/// ```
/// use analysis::design::{StageColumns, SurveyDesign};
/// use analysis::estimate::{EstimateOptions, mean};
/// use analysis::factor::Factor;
/// use analysis::variance::replicate::ReplicateDesign;
///
/// let village = Factor::from_labels(["甲", "甲", "乙", "丙", "丙", "丁"]);
/// let score = [75.0, 50.0, 100.0, 25.0, 50.0, 75.0];
/// let design = SurveyDesign::builder(6)
///     .stage(StageColumns { ids: Some(&village), ..StageColumns::default() })
///     .build()?;
/// let replicates = ReplicateDesign::jk1(&design)?;
/// assert_eq!((replicates.count(), replicates.df()), (4, 3.0));
///
/// // Any statistic: weights in, values out.
/// let both = replicates.replicate(|w| vec![mean::value(w, &score, None), w.iter().sum()]);
/// assert!(both.se(0) > 0.0 && both.covariance()[(0, 1)].is_finite());
///
/// // The same as an estimate with limits.
/// let full = mean::linearise(replicates.design(), &score, None);
/// let estimate = replicates.estimate(&full, |w| mean::value(w, &score, None), &EstimateOptions::default());
/// assert_eq!((estimate.value, estimate.se), (both.values()[0], both.se(0)));
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Debug, Clone)]
pub struct ReplicateDesign {
    /// Its weights are the full-sample weights, its stages those of the sample.
    design: SurveyDesign,
    replicates: Replicates,
    scale: f64,
    rscales: Vec<f64>,
    mse: bool,
    df: OnceLock<f64>,
}

/// How the weights of each replicate follow.
#[derive(Debug, Clone)]
enum Replicates {
    /// From factors of the PSUs, filled in by a rule.
    Units(Rule),
    /// From rows × replicates numbers, one replicate after the other.
    Rows(Vec<f64>),
}

/// The rules that give each PSU its factor.
#[derive(Debug, Clone)]
enum Rule {
    Jackknife(Jackknife),
    Balanced(Balanced),
    Bootstrap(Bootstrap),
}

impl Rule {
    /// Sets the factor of every PSU in a replicate.
    fn fill(&self, stage: &Stage, replicate: usize, factors: &mut [f64]) {
        match self {
            Self::Jackknife(rule) => rule.fill(stage, replicate, factors),
            Self::Balanced(rule) => rule.fill(stage, replicate, factors),
            Self::Bootstrap(rule) => rule.fill(replicate, factors),
        }
    }
}

impl ReplicateDesign {
    /// Delete-one-PSU jackknife of an unstratified design (JK1).
    ///
    /// Replicate r leaves out PSU r and multiplies the others by n/(n−1); scale (1−f)(n−1)/n with the
    /// sampling fraction f of the first stage.
    ///
    /// # Errors
    /// [`ReplicateError::Stratified`], [`ReplicateError::OnePsu`].
    ///
    /// # Source
    /// Wolter (2007), Introduction to Variance Estimation, chapter 4; conventions of
    /// `as.svrepdesign(type = "JK1")` in R survey.
    pub fn jk1(design: &SurveyDesign) -> Result<Self, ReplicateError> {
        let (rule, scale) = Jackknife::unstratified(design)?;
        let rscales = vec![1.0; rule.count()];
        Ok(Self::by_units(design, Rule::Jackknife(rule), scale, rscales))
    }

    /// Delete-one-PSU jackknife of a stratified design (JKn).
    ///
    /// The replicate of PSU i in stratum h leaves it out and multiplies the other PSUs of the stratum by
    /// nₕ/(nₕ−1); rscale (1−fₕ)(nₕ−1)/nₕ. For totals this is the linearised variance exactly.
    /// A stratum taken completely has no replicates, and neither has a lonely PSU, except under
    /// [`LonelyPsu::Adjust`]: there one replicate leaves out the stratum and multiplies all others by
    /// L/(L−1), with rscale (1−f)(L−1)/L for L strata. [`LonelyPsu::Average`] scales by
    /// strata / (strata − lonely), as the linearised variance does (R 4.1.1 counts replicates there).
    ///
    /// # Errors
    /// [`ReplicateError::OnePsu`] when no stratum has a replicate but not all are taken completely.
    ///
    /// # Source
    /// Rust & Rao (1996), Statistical Methods in Medical Research 5(3), 283–310; conventions of
    /// `as.svrepdesign(type = "JKn")` in R survey.
    pub fn jkn(design: &SurveyDesign) -> Result<Self, ReplicateError> {
        let (rule, scale, rscales) = Jackknife::stratified(design)?;
        Ok(Self::by_units(design, Rule::Jackknife(rule), scale, rscales))
    }

    /// Balanced repeated replication: half-samples chosen by a Hadamard matrix.
    ///
    /// Every replicate doubles one PSU of each stratum and leaves out the other; scale 1/R. The matrix is
    /// the smallest of [`hadamard`] with more rows than there are strata, so that the balance is full:
    /// for totals this is the linearised variance without fpc exactly. An fpc is not used, as in R.
    ///
    /// Strata and PSUs are taken in the order of their labels. For statistics that are not linear, another
    /// program's matrix gives slightly different figures; its replicate columns give the same ones
    /// ([`from_columns`](Self::from_columns)).
    ///
    /// # Errors
    /// [`ReplicateError::NotPaired`] naming a stratum that does not have two PSUs.
    ///
    /// # Source
    /// McCarthy (1969), Review of the International Statistical Institute 37(3), 239–264.
    pub fn brr(design: &SurveyDesign) -> Result<Self, ReplicateError> {
        Self::fay(design, 0.0)
    }

    /// Fay's variant of balanced repeated replication: factors 2−ρ and ρ instead of 2 and 0.
    ///
    /// Scale 1/(R(1−ρ)²). No PSU is left out, so that a domain never runs empty.
    ///
    /// # Errors
    /// As [`brr`](Self::brr), and [`ReplicateError::Rho`] unless 0 ≤ ρ < 1.
    ///
    /// # Source
    /// Judkins (1990), Journal of Official Statistics 6(3), 223–239.
    pub fn fay(design: &SurveyDesign, rho: f64) -> Result<Self, ReplicateError> {
        let rule = Balanced::new(design, rho)?;
        let count = rule.count();
        let scale = 1.0 / (count as f64 * (1.0 - rho).powi(2));
        Ok(Self::by_units(
            design,
            Rule::Balanced(rule),
            scale,
            vec![1.0; count],
        ))
    }

    /// Rescaled bootstrap: in each stratum nₕ−1 of nₕ PSUs are drawn with replacement.
    ///
    /// A PSU drawn m times has the factor 1 − λ + λ·m·nₕ/(nₕ−1) with λ = √(1−fₕ) (λ = 1 without fpc);
    /// scale 1/(count−1). The draws of replicate r are stream r of a ChaCha generator with this seed: the
    /// same seed gives the same replicates on every machine, and they take no memory.
    /// Lonely PSUs keep their weight, and [`LonelyPsu::Average`] scales as in [`jkn`](Self::jkn).
    ///
    /// # Errors
    /// [`ReplicateError::Count`] below two replicates, [`ReplicateError::OnePsu`],
    /// [`ReplicateError::LonelyAdjust`] naming a lonely stratum under a rule that draws cannot follow.
    ///
    /// # Source
    /// Rao & Wu (1988), JASA 83(401), 231–241, section 4; Rao, Wu & Yue (1992), Survey Methodology 18(2),
    /// 209–217. R survey's "subbootstrap" is the case without fpc.
    pub fn bootstrap(design: &SurveyDesign, count: usize, seed: u64) -> Result<Self, ReplicateError> {
        let (rule, scale) = Bootstrap::new(design, count, seed)?;
        Ok(Self::by_units(
            design,
            Rule::Bootstrap(rule),
            scale,
            vec![1.0; count],
        ))
    }

    /// Replicate weights that came with the data.
    ///
    /// # Errors
    /// Lengths that differ, weights or scales that are negative or not finite, no column at all, or more than
    /// 2²⁷ weights.
    pub fn from_columns(
        design: &SurveyDesign,
        columns: &ReplicateColumns<'_>,
    ) -> Result<Self, ReplicateError> {
        let (weights, rscales) = columns.check(design.weights())?;
        Ok(Self {
            design: design.clone(),
            replicates: Replicates::Rows(weights),
            scale: columns.scale,
            rscales,
            mse: false,
            df: OnceLock::new(),
        })
    }

    fn by_units(design: &SurveyDesign, rule: Rule, scale: f64, rscales: Vec<f64>) -> Self {
        Self {
            design: design.clone(),
            replicates: Replicates::Units(rule),
            scale,
            rscales,
            mse: false,
            df: OnceLock::new(),
        }
    }

    /// Centres at the full-sample estimate instead of the mean of the replicates.
    #[must_use]
    pub fn mse(mut self, mse: bool) -> Self {
        self.mse = mse;
        self
    }

    /// Repeats an adjustment of the weights (post-stratification, raking, trimming, several in a row) with
    /// the full sample and with every replicate.
    ///
    /// - `adjust`: weights in, adjusted weights out; must give the same for the same weights.
    ///
    /// The variance then holds what the adjustment gains and costs. Calibrations that the design itself carries
    /// are not repeated: make replicates from the design before calibration.
    ///
    /// # Errors
    /// [`AdjustError`], naming the replicate whose weights could not be adjusted: for instance one that leaves
    /// out all respondents of a post-stratum.
    ///
    /// # Source
    /// Valliant (1993), JASA 88(421), 89–96; `postStratify`, `rake` and `calibrate` of an R `svyrep.design`.
    pub fn adjusted<E>(self, adjust: impl Fn(&[f64]) -> Result<Vec<f64>, E>) -> Result<Self, AdjustError<E>> {
        let (rows, count) = (self.design.rows(), self.count());
        if rows.saturating_mul(count) > MAX_ROW_WEIGHTS {
            return Err(AdjustError::TooLarge {
                rows,
                replicates: count,
            });
        }
        let checked = |replicate: Option<usize>, weights: &[f64]| {
            let adjusted = adjust(weights).map_err(|reason| match replicate {
                None => AdjustError::Full { reason },
                Some(replicate) => AdjustError::Replicate { replicate, reason },
            })?;
            if adjusted.len() != rows {
                let found = adjusted.len();
                return Err(AdjustError::Length {
                    found,
                    expected: rows,
                });
            }
            let bad = |weight: &f64| !weight.is_finite() || (replicate.is_none() && *weight < 0.0);
            match adjusted.iter().position(bad) {
                None => Ok(adjusted),
                Some(row) => Err(AdjustError::Weight {
                    replicate: replicate.unwrap_or_default(),
                    row,
                    value: adjusted[row],
                }),
            }
        };
        let full = checked(None, self.design.weights())?;
        let mut kept = Vec::with_capacity(rows * count);
        let mut buffer = Buffer::default();
        for replicate in 0..count {
            kept.extend(checked(
                Some(replicate + 1),
                self.fill_weights(replicate, &mut buffer),
            )?);
        }
        // Weights just checked make no design fault; were there one, the unadjusted design would be wrong to use.
        let design = self
            .design
            .with_weights(full)
            .map_err(|error| AdjustError::Design { error })?;
        Ok(Self {
            design,
            replicates: Replicates::Rows(kept),
            df: OnceLock::new(),
            ..self
        })
    }

    /// The sample with its full-sample weights, adjusted if they were.
    pub fn design(&self) -> &SurveyDesign {
        &self.design
    }

    /// Number of replicates.
    pub fn count(&self) -> usize {
        self.rscales.len()
    }

    /// The factor common to all replicates.
    pub fn scale(&self) -> f64 {
        self.scale
    }

    /// The factor of each replicate.
    pub fn rscales(&self) -> &[f64] {
        &self.rscales
    }

    /// The analysis weights of one replicate, one per row.
    ///
    /// Counts from 0; a replicate that is not there has no weights.
    pub fn weights_of(&self, replicate: usize) -> Vec<f64> {
        if replicate >= self.count() {
            return Vec::new();
        }
        self.fill_weights(replicate, &mut Buffer::default()).to_vec()
    }

    fn fill_weights<'a>(&'a self, replicate: usize, buffer: &'a mut Buffer) -> &'a [f64] {
        let rows = self.design.rows();
        let rule = match &self.replicates {
            Replicates::Rows(weights) => return &weights[replicate * rows..(replicate + 1) * rows],
            Replicates::Units(rule) => rule,
        };
        let stage = &self.design.stages()[0];
        buffer.factors.resize(stage.units(), 1.0);
        rule.fill(stage, replicate, &mut buffer.factors);
        let weights = self.design.weights().iter().enumerate();
        buffer.weights.clear();
        buffer
            .weights
            .extend(weights.map(|(row, weight)| weight * buffer.factors[stage.unit_of(row)]));
        &buffer.weights
    }

    /// Computes statistics with the full-sample weights and with those of every replicate.
    ///
    /// - `statistic`: weights in, values out; always as many values, NaN where there is none.
    pub fn replicate(&self, statistic: impl Fn(&[f64]) -> Vec<f64>) -> Replicated<'_> {
        let values = statistic(self.design.weights());
        let mut replicates = Vec::with_capacity(values.len() * self.count());
        let mut buffer = Buffer::default();
        for replicate in 0..self.count() {
            let mut found = statistic(self.fill_weights(replicate, &mut buffer));
            found.resize(values.len(), f64::NAN);
            replicates.extend(found);
        }
        Replicated::new(self, values, replicates)
    }

    /// The estimate of one statistic, its error from the replicates.
    ///
    /// - `full`: the statistic linearised over [`design`](Self::design): which rows are used, and what the
    ///   design effect compares with.
    /// - `value`: the statistic as a function of the weights.
    pub fn estimate(
        &self,
        full: &Linearised,
        value: impl Fn(&[f64]) -> f64,
        options: &EstimateOptions,
    ) -> Estimate {
        self.replicate(|weights| vec![value(weights)])
            .estimate(0, full, options)
    }

    /// Degrees of freedom: the rank of the analysis weights of all replicates, less one.
    ///
    /// For jackknife and balanced replicates this is known without a decomposition: PSUs − strata, when every
    /// PSU has a weight. See [`df_within`](Self::df_within).
    ///
    /// # Source
    /// `degf` of R survey, with its tolerance of 1e-5.
    pub fn df(&self) -> f64 {
        *self.df.get_or_init(|| {
            let rows: Vec<u32> = (0..self.design.rows() as u32).collect();
            df::within(self, &rows)
        })
    }

    /// Degrees of freedom of a domain: the rank of the replicates' weights of these rows, less one.
    ///
    /// Weights that differ row by row need a decomposition; past 4·10⁹ multiplications (rows that differ ×
    /// replicates²) PSUs − strata are given instead, but never more than replicates − 1.
    pub fn df_within(&self, rows: &[u32]) -> f64 {
        df::within(self, rows)
    }
}

/// Space for one replicate's weights, used again for the next.
#[derive(Debug, Default)]
struct Buffer {
    factors: Vec<f64>,
    weights: Vec<f64>,
}

/// Whether a stratum was taken completely, up to rounding; then it has no sampling error.
fn is_complete(stratum: &Stratum) -> bool {
    1.0 - stratum.fraction < 1e-7
}

/// Whether a stratum has a single PSU that says nothing about its variance.
fn is_lonely(stratum: &Stratum) -> bool {
    stratum.units == 1 && !is_complete(stratum)
}

/// The scale of [`LonelyPsu::Average`]: strata / (strata − lonely); 1 under other rules.
fn lonely_scale(design: &SurveyDesign) -> f64 {
    let strata = design.stages()[0].strata();
    let lonely = strata.iter().filter(|stratum| is_lonely(stratum)).count();
    if design.lonely_psu() == LonelyPsu::Average && lonely < strata.len() {
        strata.len() as f64 / (strata.len() - lonely) as f64
    } else {
        1.0
    }
}

#[cfg(test)]
mod tests;
