//! Non-response adjustment by estimated response propensities.
//!
//! A weighted logistic regression of response on what is known of everybody sampled gives each
//! case its propensity. Respondents are then weighted up by its inverse, or, as is steadier,
//! within classes of similar propensity by the usual [class adjustment](super::nonresponse).

mod fault;
mod logistic;

pub use fault::PropensityError;

use super::nonresponse::{self, ClassAdjustment};
use super::{Model, WeightingError, check_weights};

/// The classes that are usual: fifths of the sample.
pub const USUAL_CLASSES: usize = 5;

/// A fitted response model.
#[derive(Debug, Clone, PartialEq)]
pub struct ResponseModel {
    /// The terms of the model.
    pub terms: Vec<String>,
    /// Their coefficients, on the logit scale.
    pub coefficients: Vec<f64>,
    /// The response propensity of each case, in (0, 1); NaN for cases without a base weight.
    pub propensities: Vec<f64>,
    /// −2 × the weighted log-likelihood.
    pub deviance: f64,
    /// Newton steps made.
    pub iterations: usize,
}

/// Adjusted weights and what was done.
#[derive(Debug, Clone, PartialEq)]
pub struct PropensityAdjustment {
    /// One weight per invited case: 0 for non-respondents.
    pub weights: Vec<f64>,
    /// The classes, lowest propensity first, each labelled with its range of propensities; none when
    /// inverse propensities were used.
    pub classes: Vec<ClassAdjustment>,
    /// The smallest factor that a respondent's weight was multiplied by.
    pub factor_min: f64,
    /// The largest.
    pub factor_max: f64,
}

impl ResponseModel {
    /// Fits the propensity to respond, logit pᵢ = x′ᵢβ, by weighted maximum likelihood.
    ///
    /// - `base`: base weights of all invited, eligible cases; cases of weight 0 are left out.
    /// - `responded`: who answered.
    /// - `model`: what is known of respondents and non-respondents alike, made with `base`.
    ///
    /// Nothing is shrunk: without a finite maximum there is an error, never a large coefficient.
    ///
    /// # Errors
    /// [`PropensityError`] naming the term whose values tell respondents and non-respondents apart
    /// (separation), or when everybody or nobody answered; [`ModelError::Collinear`](super::ModelError::Collinear).
    ///
    /// # Source
    /// Little (1986), International Statistical Review 54(2), 139–157; iteratively reweighted least
    /// squares (Newton's method on a canonical link); separation: Albert & Anderson (1984), Biometrika
    /// 71(1), 1–10. Coefficients are those of R `glm(family = quasibinomial, weights = base)`.
    ///
    /// ```
    /// use analysis::factor::Factor;
    /// use analysis::weighting::model::{Covariate, Model};
    /// use analysis::weighting::propensity::ResponseModel;
    /// let place = Factor::from_labels(["城", "城", "城", "城", "乡", "乡"]);
    /// let responded = [true, true, true, false, true, false];
    /// let base = [10.0; 6];
    /// let model = Model::with_intercept(&[("place", Covariate::Factor(&place))], &base)?;
    /// let fit = ResponseModel::fit(&base, &responded, &model)?;
    /// // Each place's share: 3 in 4, and 1 in 2.
    /// assert!((fit.propensities[0] - 0.75).abs() < 1e-12 && (fit.propensities[5] - 0.5).abs() < 1e-12);
    /// let adjusted = fit.inverse(&base, &responded)?;
    /// assert!((adjusted.weights.iter().sum::<f64>() - 60.0).abs() < 1e-9);
    /// # Ok::<(), analysis::weighting::WeightingError>(())
    /// ```
    pub fn fit(base: &[f64], responded: &[bool], model: &Model) -> Result<Self, WeightingError> {
        check_shapes(
            base,
            &[("responded", responded.len()), ("the model", model.rows())],
        )?;
        logistic::fit(base, responded, model)
    }

    /// Multiplies the weights of respondents by the inverse of their propensity.
    ///
    /// Σ weights is that of the invited only on average; calibrate afterwards. Propensities near 0 make
    /// weights without limit: look at `factor_max`, prefer [`in_classes`](Self::in_classes).
    ///
    /// # Errors
    /// When `base` or `responded` has another length than the model was fitted to.
    pub fn inverse(&self, base: &[f64], responded: &[bool]) -> Result<PropensityAdjustment, WeightingError> {
        self.check(base, responded)?;
        let weights = (0..base.len())
            .map(|row| {
                if responded[row] && base[row] > 0.0 {
                    base[row] / self.propensities[row]
                } else {
                    0.0
                }
            })
            .collect();
        Ok(adjustment(base, weights, Vec::new()))
    }

    /// Cuts the sample into `count` classes of equal size by propensity and gives the weight of a
    /// class's non-respondents to its respondents.
    ///
    /// Classes end at the quantiles k/count of the propensities of all cases (unweighted,
    /// interpolated as R does by default); cases with one propensity are never separated. Σ weights
    /// is kept in every class.
    ///
    /// # Errors
    /// [`PropensityError::EmptyClass`] when too many cases share a propensity for so many classes,
    /// [`WeightingError::NoRespondents`] naming the class that nobody of answered: nothing is merged in silence.
    ///
    /// # Source
    /// Rosenbaum & Rubin (1984), JASA 79(387), 516–524 (five classes); Little (1986).
    pub fn in_classes(
        &self,
        base: &[f64],
        responded: &[bool],
        count: usize,
    ) -> Result<PropensityAdjustment, WeightingError> {
        self.check(base, responded)?;
        let (class, labels) = self.classes(count)?;
        let adjusted = nonresponse::adjust(base, responded, &class, &labels)?;
        Ok(adjustment(base, adjusted.weights, adjusted.classes))
    }

    /// The class of each case as a code into labels such as `1/5 (0.312–0.458)`.
    fn classes(&self, count: usize) -> Result<(Vec<u32>, Vec<String>), PropensityError> {
        let mut sorted: Vec<f64> = self
            .propensities
            .iter()
            .copied()
            .filter(|p| !p.is_nan())
            .collect();
        sorted.sort_by(f64::total_cmp);
        let distinct = 1 + sorted.windows(2).filter(|pair| pair[0] < pair[1]).count();
        let ends: Vec<f64> = (1..count).map(|k| quantile(&sorted, k, count)).collect();
        // Ends are ascending, so the class is the number of ends below.
        let class_of = |p: f64| ends.partition_point(|end| *end < p);
        let mut ranges = vec![(f64::NAN, f64::NAN); count];
        for &p in &sorted {
            let range = &mut ranges[class_of(p)];
            *range = (range.0.min(p), range.1.max(p));
        }
        if let Some(empty) = ranges.iter().position(|range| range.0.is_nan()) {
            return Err(PropensityError::EmptyClass {
                class: empty + 1,
                count,
                distinct,
            });
        }
        let labels = ranges
            .iter()
            .enumerate()
            .map(|(at, (low, high))| format!("{}/{count} ({low:.3}–{high:.3})", at + 1))
            .collect();
        let class = self
            .propensities
            .iter()
            // A case without a base weight adds nothing, whichever class it is in.
            .map(|p| if p.is_nan() { 0 } else { class_of(*p) as u32 })
            .collect();
        Ok((class, labels))
    }

    fn check(&self, base: &[f64], responded: &[bool]) -> Result<(), WeightingError> {
        let lengths = [
            ("responded", responded.len()),
            ("the response model", self.propensities.len()),
        ];
        check_shapes(base, &lengths)
    }
}

/// Adjusts in classes of a fitted response model, [`USUAL_CLASSES`] of them unless told otherwise.
///
/// # Errors
/// As [`ResponseModel::fit`] and [`ResponseModel::in_classes`].
pub fn adjust(
    base: &[f64],
    responded: &[bool],
    model: &Model,
    classes: Option<usize>,
) -> Result<(ResponseModel, PropensityAdjustment), WeightingError> {
    let fit = ResponseModel::fit(base, responded, model)?;
    let adjusted = fit.in_classes(base, responded, classes.unwrap_or(USUAL_CLASSES))?;
    Ok((fit, adjusted))
}

fn check_shapes(base: &[f64], lengths: &[(&str, usize)]) -> Result<(), WeightingError> {
    check_weights(base)?;
    match lengths.iter().find(|(_, found)| *found != base.len()) {
        Some((what, found)) => Err(WeightingError::ShapeMismatch {
            what: (*what).to_owned(),
            found: *found,
            expected: base.len(),
        }),
        None => Ok(()),
    }
}

fn adjustment(base: &[f64], weights: Vec<f64>, classes: Vec<ClassAdjustment>) -> PropensityAdjustment {
    let factors = || {
        let pairs = weights.iter().zip(base);
        pairs
            .filter(|(weight, _)| **weight > 0.0)
            .map(|(weight, base)| weight / base)
    };
    PropensityAdjustment {
        factor_min: factors().fold(f64::NAN, f64::min),
        factor_max: factors().fold(f64::NAN, f64::max),
        classes,
        weights,
    }
}

/// The quantile k/count of sorted values, interpolated between order statistics.
///
/// # Source
/// Hyndman & Fan (1996), The American Statistician 50(4), 361–365, definition 7.
fn quantile(sorted: &[f64], k: usize, count: usize) -> f64 {
    let last = sorted.len().saturating_sub(1);
    // Whole and fractional part of (n − 1)·k/count, without rounding.
    let (at, rest) = (last * k / count, last * k % count);
    let (Some(&low), Some(&high)) = (sorted.get(at), sorted.get((at + 1).min(last))) else {
        return f64::NAN;
    };
    low + (high - low) * rest as f64 / count as f64
}

#[cfg(test)]
mod tests;
