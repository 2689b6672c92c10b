//! Non-response adjustment in weighting classes.

use super::{WeightingError, check_weights};
use crate::factor::MISSING;

/// What the adjustment did in one class.
#[derive(Debug, Clone, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct ClassAdjustment {
    /// The class.
    pub label: String,
    /// Eligible sampled cases.
    pub invited: usize,
    /// Respondents.
    pub responded: usize,
    /// Σ base weights of the invited ÷ Σ base weights of the respondents.
    pub factor: f64,
}

/// Adjusted weights and what was done.
#[derive(Debug, Clone, PartialEq)]
pub struct NonresponseAdjustment {
    /// One weight per invited case: 0 for non-respondents.
    pub weights: Vec<f64>,
    /// One line per class, in the order of the codes.
    pub classes: Vec<ClassAdjustment>,
}

/// Gives the weight of the non-respondents of a class to its respondents.
///
/// - `base`: base weights of all invited, eligible cases.
/// - `responded`: who answered.
/// - `class`: the weighting class of each case as a code into `labels`; response is taken
///   to be at random within a class.
///
/// Σ weights is kept in every class. Rows stay, with weight 0 for non-respondents, so that
/// the design (its PSUs and strata) is that of the sample drawn.
///
/// # Errors
/// [`WeightingError::NoRespondents`] naming the first class nobody of which answered.
///
/// # Source
/// Särndal, Swensson & Wretman (1992), section 15.6 (response homogeneity groups).
pub fn adjust(
    base: &[f64],
    responded: &[bool],
    class: &[u32],
    labels: &[String],
) -> Result<NonresponseAdjustment, WeightingError> {
    for (what, found) in [("responded", responded.len()), ("class", class.len())] {
        if found != base.len() {
            return Err(WeightingError::ShapeMismatch {
                what: what.to_owned(),
                found,
                expected: base.len(),
            });
        }
    }
    check_weights(base)?;
    let mut classes: Vec<ClassAdjustment> = labels
        .iter()
        .map(|label| ClassAdjustment {
            label: label.clone(),
            invited: 0,
            responded: 0,
            factor: 1.0,
        })
        .collect();
    let mut invited = vec![0.0; labels.len()];
    let mut answered = vec![0.0; labels.len()];
    for row in 0..base.len() {
        let code = class[row] as usize;
        if class[row] == MISSING || code >= labels.len() {
            return Err(WeightingError::MissingCategory {
                margin: "weighting class".to_owned(),
                row,
            });
        }
        invited[code] += base[row];
        classes[code].invited += 1;
        if responded[row] {
            answered[code] += base[row];
            classes[code].responded += 1;
        }
    }
    for (code, line) in classes.iter_mut().enumerate() {
        if invited[code] > 0.0 {
            if answered[code] == 0.0 {
                return Err(WeightingError::NoRespondents {
                    class: line.label.clone(),
                    invited: line.invited,
                });
            }
            line.factor = invited[code] / answered[code];
        }
    }
    let weights = (0..base.len())
        .map(|row| {
            if responded[row] {
                base[row] * classes[class[row] as usize].factor
            } else {
                0.0
            }
        })
        .collect();
    Ok(NonresponseAdjustment { weights, classes })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn labels() -> Vec<String> {
        vec!["城".to_owned(), "乡".to_owned()]
    }

    #[test]
    fn adjust_keeps_the_weight_of_each_class() {
        let base = [1.0, 2.0, 3.0, 4.0];
        let adjusted = adjust(&base, &[true, false, true, true], &[0, 0, 1, 1], &labels()).unwrap();
        assert_eq!(adjusted.weights, [3.0, 0.0, 3.0, 4.0]);
        assert_eq!(adjusted.classes[0].factor, 3.0);
        assert_eq!(
            (adjusted.classes[0].invited, adjusted.classes[0].responded),
            (2, 1)
        );
    }

    #[test]
    fn adjust_class_without_respondents_is_refused_by_name() {
        let error = adjust(&[1.0; 3], &[true, false, false], &[0, 1, 1], &labels()).unwrap_err();
        let expected = WeightingError::NoRespondents {
            class: "乡".to_owned(),
            invited: 2,
        };
        assert_eq!(error, expected);
    }

    #[test]
    fn adjust_case_without_class_is_refused_by_row() {
        let error = adjust(&[1.0; 2], &[true, true], &[0, MISSING], &labels()).unwrap_err();
        assert!(
            matches!(error, WeightingError::MissingCategory { row: 1, .. }),
            "{error}"
        );
    }
}
