//! How many to sample for a proportion to be known within a margin of error.

use thiserror::Error;

use crate::interval::normal_quantile;

/// What precision is wanted, and what the sample will lose.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct SizeRequest {
    /// Half-width of the interval, as a fraction (0.03 for ±3 points).
    pub margin_of_error: f64,
    /// The proportion expected; 0.5 is the safe choice.
    pub proportion: f64,
    /// Confidence level, for instance 0.95.
    pub level: f64,
    /// Design effect expected of clustering and weighting, ≥ 1 as a rule.
    pub deff: f64,
    /// Persons in the population; `None` when it is large.
    pub population: Option<u64>,
    /// Share of the invited who will answer, in (0, 1].
    pub response_rate: f64,
}

impl Default for SizeRequest {
    fn default() -> Self {
        Self {
            margin_of_error: 0.05,
            proportion: 0.5,
            level: 0.95,
            deff: 1.0,
            population: None,
            response_rate: 1.0,
        }
    }
}

/// How many answers are needed, and how many invitations for them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SampleSize {
    /// Completed responses needed.
    pub completes: u64,
    /// Invitations to send, never more than the population.
    pub invitations: u64,
}

/// A figure of the request that makes no sense.
#[derive(Debug, Clone, Copy, PartialEq, Error)]
#[error("{what} = {value} is out of range")]
pub struct SizeError {
    /// Which figure.
    pub what: &'static str,
    /// Its value.
    pub value: f64,
}

/// The sample size for a proportion.
///
/// The simple random size n₀ = z² p(1−p)/e² is corrected for a finite population,
/// n₀ / (1 + (n₀−1)/N), multiplied by the design effect and rounded up.
///
/// # Errors
/// When a figure is out of its range.
///
/// # Source
/// Cochran (1977), Sampling Techniques, equations 4.1 and 4.2; Kish (1965), section 8.2, for deff.
///
/// ```
/// use analysis::sampling::{SizeRequest, sample_size};
/// let size = sample_size(SizeRequest { response_rate: 0.8, ..SizeRequest::default() })?;
/// assert_eq!((size.completes, size.invitations), (385, 482));
/// # Ok::<(), analysis::sampling::SizeError>(())
/// ```
pub fn sample_size(request: SizeRequest) -> Result<SampleSize, SizeError> {
    let inside = |what, value: f64, ok: bool| {
        if ok {
            Ok(())
        } else {
            Err(SizeError { what, value })
        }
    };
    let SizeRequest {
        margin_of_error: e,
        proportion: p,
        level,
        deff,
        population,
        response_rate,
    } = request;
    inside("margin_of_error", e, e > 0.0 && e < 1.0)?;
    inside("proportion", p, p > 0.0 && p < 1.0)?;
    inside("level", level, level > 0.0 && level < 1.0)?;
    inside("deff", deff, deff > 0.0 && deff.is_finite())?;
    inside(
        "response_rate",
        response_rate,
        response_rate > 0.0 && response_rate <= 1.0,
    )?;
    let z = normal_quantile(0.5 + level / 2.0);
    let simple = z * z * p * (1.0 - p) / (e * e);
    let corrected = match population {
        Some(total) => simple / (1.0 + (simple - 1.0) / total as f64),
        None => simple,
    };
    let most = population.unwrap_or(u64::MAX);
    let completes = ((corrected * deff).ceil() as u64).min(most);
    let invitations = ((completes as f64 / response_rate).ceil() as u64).min(most);
    Ok(SampleSize {
        completes,
        invitations,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sample_size_finite_population_by_hand() {
        // n0 = 1.96² · 0.25 / 0.05² = 384.15; 384.15 / (1 + 383.15/1000) = 277.7
        let size = sample_size(SizeRequest {
            population: Some(1000),
            ..SizeRequest::default()
        });
        assert_eq!(
            size,
            Ok(SampleSize {
                completes: 278,
                invitations: 278
            })
        );
    }

    #[test]
    fn sample_size_never_exceeds_the_population() {
        let request = SizeRequest {
            population: Some(50),
            deff: 3.0,
            response_rate: 0.5,
            ..SizeRequest::default()
        };
        assert_eq!(
            sample_size(request),
            Ok(SampleSize {
                completes: 50,
                invitations: 50
            })
        );
    }

    #[test]
    fn sample_size_out_of_range_names_the_figure() {
        let error = sample_size(SizeRequest {
            level: 95.0,
            ..SizeRequest::default()
        })
        .unwrap_err();
        assert_eq!(error.to_string(), "level = 95 is out of range");
    }
}
