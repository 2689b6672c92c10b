//! Interviewer effects: how much of the variance of an answer lies between those who asked.

use statrs::function::beta::beta_reg;

use super::{QualityError, check_rows};
use crate::factor::{Factor, MISSING};
use crate::interval::beta_quantile;

/// The intra-interviewer correlation of one item. NaN stands for "cannot be said".
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct InterviewerEffect {
    /// ρ: the share of the variance between interviewers; may be negative, which says that there is none.
    pub icc: f64,
    /// Lower limit of ρ.
    pub lower: f64,
    /// Upper limit of ρ.
    pub upper: f64,
    /// What it does to the variance of a mean: 1 + (Σn²/Σn − 1) ρ, never below 1.
    pub deff: f64,
    /// Interviewers with an answer.
    pub interviewers: usize,
    /// Answers.
    pub n: usize,
    /// Answers per interviewer as the estimator counts them, (Σn − Σn²/Σn)/(interviewers − 1).
    pub workload: f64,
    /// Mean square between ÷ mean square within.
    pub f: f64,
    /// Probability of an F as large or larger without any effect.
    pub p_value: f64,
}

/// Estimates the intra-interviewer correlation of a score or a 0/1 item by one-way analysis of variance.
///
/// - `values`: NaN is not answered; for a 0/1 item the same estimator applies.
/// - `interviewer`: who asked; rows without one (answered alone) are left out.
/// - `level`: of the interval, in (0, 1).
///
/// ρ = (MSB − MSW)/(MSB + (n₀ − 1) MSW). The limits come from the F distribution and are exact for equal workloads and
/// normal answers, and close otherwise. Interviewers mostly work in one place each: unless their work is
/// interpenetrated, ρ holds the differences between places too.
///
/// NaN with fewer than two interviewers, with one answer each, or when no answer varies.
///
/// # Errors
/// [`QualityError::ShapeMismatch`].
///
/// # Source
/// Kish (1962), JASA 57(297), 92–115; unequal workloads: Searle, Casella & McCulloch (1992), Variance Components,
/// section 3.6, and for the interval Thomas & Hultquist (1978), Annals of Statistics 6(3), 582–587, with n₀ in
/// place of their harmonic mean.
///
/// ```
/// use analysis::factor::Factor;
/// use analysis::quality::interviewer::interviewer_effect;
/// let who = Factor::from_labels(["a", "a", "a", "b", "b", "b"]);
/// let found = interviewer_effect(&[1.0, 2.0, 3.0, 5.0, 6.0, 7.0], &who, 0.95)?;
/// // MSB = 24, MSW = 1, n₀ = 3: ρ = 23/26
/// assert!((found.icc - 23.0 / 26.0).abs() < 1e-14);
/// # Ok::<(), analysis::quality::QualityError>(())
/// ```
pub fn interviewer_effect(
    values: &[f64],
    interviewer: &Factor,
    level: f64,
) -> Result<InterviewerEffect, QualityError> {
    check_rows("interviewer", interviewer.len(), values.len())?;
    let mut counts = vec![0.0; interviewer.levels().len()];
    let mut means = vec![0.0; counts.len()];
    let used = || {
        let rows = values.iter().zip(interviewer.codes());
        rows.filter(|(value, code)| value.is_finite() && **code != MISSING)
            .map(|(value, code)| (*value, *code as usize))
    };
    for (value, who) in used() {
        counts[who] += 1.0;
        means[who] += (value - means[who]) / counts[who];
    }
    let n: f64 = counts.iter().sum();
    let squares: f64 = counts.iter().map(|count| count * count).sum();
    let groups = counts.iter().filter(|count| **count > 0.0).count();
    let k = groups as f64;
    let grand = counts
        .iter()
        .zip(&means)
        .map(|(count, mean)| count * mean)
        .sum::<f64>()
        / n;
    let between: f64 = (counts.iter().zip(&means))
        .map(|(count, mean)| count * (mean - grand).powi(2))
        .sum();
    let within: f64 = used().map(|(value, who)| (value - means[who]).powi(2)).sum();
    let (msb, msw) = (between / (k - 1.0), within / (n - k));
    let workload = (n - squares / n) / (k - 1.0);
    let f = msb / msw;
    let icc = (msb - msw) / (msb + (workload - 1.0) * msw);
    let limit = |p: f64| {
        let quotient = f / f_quantile(p, k - 1.0, n - k);
        (quotient - 1.0) / (quotient + workload - 1.0)
    };
    let can_be_said = groups >= 2 && n > k && between + within > 0.0;
    if !can_be_said {
        let nan = f64::NAN;
        return Ok(InterviewerEffect {
            icc: nan,
            lower: nan,
            upper: nan,
            deff: nan,
            interviewers: groups,
            n: n as usize,
            workload: if groups >= 2 { workload } else { nan },
            f: nan,
            p_value: nan,
        });
    }
    let (lower, upper) = if f.is_finite() {
        (limit(0.5 + level / 2.0), limit(0.5 - level / 2.0))
    } else {
        (1.0, 1.0)
    };
    Ok(InterviewerEffect {
        icc,
        lower,
        upper,
        deff: 1.0 + (squares / n - 1.0) * icc.max(0.0),
        interviewers: groups,
        n: n as usize,
        workload,
        f,
        p_value: f_tail(f, k - 1.0, n - k),
    })
}

/// The quantile of Fisher's F by way of the beta distribution.
fn f_quantile(p: f64, df1: f64, df2: f64) -> f64 {
    let x = beta_quantile(p, 0.5 * df1, 0.5 * df2);
    df2 * x / (df1 * (1.0 - x))
}

/// P(F > f).
fn f_tail(f: f64, df1: f64, df2: f64) -> f64 {
    if f.is_infinite() {
        return 0.0;
    }
    beta_reg(0.5 * df2, 0.5 * df1, df2 / (df2 + df1 * f))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use rand::{RngExt, SeedableRng};
    use rand_chacha::ChaCha8Rng;

    use super::*;

    fn effect(values: &[f64], who: &[&str]) -> InterviewerEffect {
        interviewer_effect(values, &Factor::from_labels(who.iter().copied()), 0.95).unwrap()
    }

    #[test]
    fn unequal_workloads_by_hand() {
        // a: 2, 4; b: 6, 8, 10; grand mean 6. SSB = 2·9 + 3·4 = 30, SSW = 2 + 8 = 10, n₀ = 5 − 13/5 = 2.4.
        let found = effect(&[2.0, 4.0, 6.0, 8.0, 10.0], &["a", "a", "b", "b", "b"]);
        let (msb, msw): (f64, f64) = (30.0, 10.0 / 3.0);
        assert!((found.workload - 2.4).abs() < 1e-14);
        assert!((found.f - 9.0).abs() < 1e-12);
        let icc = (msb - msw) / (msb + 1.4 * msw);
        assert!((found.icc - icc).abs() < 1e-14);
        assert!((found.deff - (1.0 + 1.6 * icc)).abs() < 1e-14);
        // scipy.stats.f.sf(9, 1, 3)
        assert!(
            (found.p_value - 0.057_668_885_622_437).abs() < 1e-12,
            "{}",
            found.p_value
        );
        // With scipy.stats.f.ppf(·, 1, 3) and n₀ = 2.4.
        assert!(
            (found.lower + 0.252_640_215_193_935_6).abs() < 1e-10,
            "{}",
            found.lower
        );
        assert!(
            (found.upper - 0.999_691_471_768_665_7).abs() < 1e-10,
            "{}",
            found.upper
        );
    }

    #[test]
    fn equal_workloads_agree_with_psych() {
        // R psych 2.2.9, ICC(m)$results[1, ] on the ratings of Shrout & Fleiss (1979), a row for each interviewer.
        let values = [
            9.0, 2.0, 5.0, 8.0, 6.0, 1.0, 3.0, 2.0, 8.0, 4.0, 6.0, 8.0, 7.0, 1.0, 2.0, 6.0, 10.0, 5.0, 6.0,
            9.0, 6.0, 2.0, 4.0, 7.0,
        ];
        let who = Factor::from_labels((0..24).map(|at| (at / 4).to_string()));
        let found = interviewer_effect(&values, &who, 0.95).unwrap();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} is not {b}");
        close(found.icc, 0.165_741_768_405_476);
        close(found.f, 1.794_678_492_239_469);
        close(found.p_value, 0.164_768_808_344_640);
        close(found.lower, -0.132_932_324_874_751);
        close(found.upper, 0.722_560_062_328_121);
    }

    #[test]
    fn binary_item_uses_the_same_estimator() {
        let found = effect(
            &[1.0, 1.0, 1.0, 0.0, 0.0, 0.0, 0.0, 1.0],
            &["a", "a", "a", "a", "b", "b", "b", "b"],
        );
        // p = 3/4 and 1/4: SSB = 8/16, SSW = 12/8, MSB = 1/2, MSW = 1/4
        assert!((found.icc - 0.25 / 1.25).abs() < 1e-14);
    }

    #[test]
    fn what_cannot_be_said_is_nan() {
        assert!(effect(&[], &[]).icc.is_nan());
        assert!(effect(&[1.0, 2.0], &["a", "a"]).icc.is_nan());
        assert!(effect(&[1.0, 2.0], &["a", "b"]).icc.is_nan());
        assert!(effect(&[1.0; 4], &["a", "a", "b", "b"]).icc.is_nan());
        let perfect = effect(&[1.0, 1.0, 2.0, 2.0], &["a", "a", "b", "b"]);
        assert_eq!((perfect.icc, perfect.lower, perfect.p_value), (1.0, 1.0, 0.0));
        let none = effect(&[1.0, 3.0, 1.0, 3.0], &["a", "a", "b", "b"]);
        assert!(none.icc < 0.0 && none.deff == 1.0);
    }

    #[test]
    fn missing_answers_and_self_completed_rows_are_left_out() {
        let who = Factor::from_values([Some("a"), Some("a"), None, Some("b"), Some("b"), Some("b")]);
        let found = interviewer_effect(&[2.0, 4.0, 99.0, 6.0, 8.0, f64::NAN], &who, 0.95).unwrap();
        let plain = effect(&[2.0, 4.0, 6.0, 8.0], &["a", "a", "b", "b"]);
        assert_eq!(found, plain);
    }

    #[test]
    fn interval_covers_the_true_correlation_as_often_as_it_says() {
        let mut rng = ChaCha8Rng::seed_from_u64(5);
        let mut normal = move || (0..12).map(|_| rng.random::<f64>()).sum::<f64>() - 6.0;
        let workloads = [8usize, 10, 12, 9, 11, 10, 13, 7, 10, 10];
        let rho = 0.2f64;
        let runs = 600;
        let mut covered = 0;
        for _ in 0..runs {
            let mut values = Vec::new();
            let mut who = Vec::new();
            for (at, &n) in workloads.iter().enumerate() {
                let own = rho.sqrt() * normal();
                for _ in 0..n {
                    values.push(own + (1.0 - rho).sqrt() * normal());
                    who.push(at.to_string());
                }
            }
            let found = interviewer_effect(&values, &Factor::from_labels(&who), 0.95).unwrap();
            covered += usize::from(found.lower <= rho && rho <= found.upper);
        }
        // sd of the share: √(0.05 · 0.95 / 600) = 0.9 %
        let share = f64::from(covered as u32) / f64::from(runs);
        assert!((share - 0.95).abs() < 0.03, "{share}");
    }

    proptest! {
        #[test]
        fn correlation_does_not_depend_on_scale_or_order(
            rows in prop::collection::vec((0u8..5, -10.0f64..10.0), 8..40),
            shift in -100.0f64..100.0,
        ) {
            let who: Vec<String> = rows.iter().map(|(who, _)| who.to_string()).collect();
            let values: Vec<f64> = rows.iter().map(|(_, value)| *value).collect();
            let found = interviewer_effect(&values, &Factor::from_labels(&who), 0.9).unwrap();
            let turned: Vec<f64> = values.iter().rev().map(|value| shift - 3.0 * value).collect();
            let reversed = Factor::from_labels(who.iter().rev());
            let same = interviewer_effect(&turned, &reversed, 0.9).unwrap();
            if found.icc.is_finite() {
                prop_assert!((found.icc - same.icc).abs() < 1e-8);
                prop_assert!((found.upper - same.upper).abs() < 1e-8);
                prop_assert!(found.lower <= found.icc + 1e-12 && found.icc <= found.upper + 1e-12);
            }
        }
    }
}
