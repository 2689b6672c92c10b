//! The call-back sample (回访): a share of those who answered and agreed is called by the third party, and says by yes or
//! no whether the answer came about as the record says.
//!
//! Strata are the judged units: within each the persons called are a simple random sample of those who agreed. Rates of a
//! unit are plain shares; the county's are weighted by the number who agreed. Neither speaks for those who did not agree.
//!
//! # Source
//! Stratified simple random sampling with finite-population correction: Särndal, Swensson & Wretman (1992), §3.7;
//! intervals by Korn & Graubard (1998) on the effective sample size.

use serde::{Deserialize, Serialize};

use crate::interval::{Basis, Method, ProportionMethod, limits};

/// What a person called says to a question.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Said {
    /// Yes.
    Yes,
    /// No.
    No,
    /// Does not remember, or would rather not say.
    Unsure,
}

impl Said {
    /// The word in forms and tables.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Yes => "yes",
            Self::No => "no",
            Self::Unsure => "unsure",
        }
    }

    /// The value of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Yes, Self::No, Self::Unsure]
            .into_iter()
            .find(|said| said.as_str() == word)
    }
}

/// The questions of a completed call.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Check {
    /// Did you take part in the survey?
    pub took_part: Said,
    /// Did you answer yourself?
    pub answered_self: Said,
    /// Were staff of the township or village beside you?
    pub staff_present: Said,
    /// Does the rating that you gave still stand?
    pub rating_right: Said,
}

impl Check {
    /// What the check says to `finding`; none where the person is not sure.
    fn shows(self, finding: Finding) -> Option<bool> {
        let is = |said: Said, what: Said| (said != Said::Unsure).then_some(said == what);
        match finding {
            // Either answer that contradicts the record is enough; neither may be missing for a clean bill.
            Finding::Disagrees => match (is(self.took_part, Said::No), is(self.rating_right, Said::No)) {
                (Some(true), _) | (_, Some(true)) => Some(true),
                (Some(false), Some(false)) => Some(false),
                _ => None,
            },
            Finding::NeverAsked => is(self.took_part, Said::No),
            Finding::RatingChanged => is(self.rating_right, Said::No),
            Finding::AnsweredByOther => is(self.answered_self, Said::No),
            Finding::StaffPresent => is(self.staff_present, Said::Yes),
        }
    }
}

/// What is counted over the checks.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Finding {
    /// The record is contradicted: took no part, or the rating does not stand.
    Disagrees,
    /// Took no part in the survey.
    NeverAsked,
    /// The rating does not stand.
    RatingChanged,
    /// Somebody else answered.
    AnsweredByOther,
    /// Staff of the township or village were beside them.
    StaffPresent,
}

impl Finding {
    /// Every finding, in the order in which they are told.
    pub const ALL: [Self; 5] = [
        Self::Disagrees,
        Self::NeverAsked,
        Self::RatingChanged,
        Self::AnsweredByOther,
        Self::StaffPresent,
    ];
}

/// The calls of a judged unit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct CalledUnit {
    /// Code of the unit.
    pub unit: String,
    /// Persons who answered and agreed to be called.
    pub consenting: u64,
    /// Completed calls.
    pub checks: Vec<Check>,
}

/// How many calls show a finding.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct CallbackRow {
    /// Code of the unit; the county's over all units.
    pub unit: String,
    /// What is counted.
    pub finding: Finding,
    /// Persons who agreed.
    pub consenting: u64,
    /// Calls whose answer is known.
    pub n: u64,
    /// Share, 0–1; weighted over the units for the county.
    pub estimate: Option<f64>,
    /// Standard error.
    pub se: Option<f64>,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
}

/// One stratum of a finding.
#[derive(Clone, Copy, Debug)]
struct Stratum {
    size: f64,
    called: f64,
    shown: f64,
}

/// The rows of the county and of every unit, for each finding; the county's first. Units without a call say nothing and
/// the others stand for them.
#[must_use]
pub fn estimate(county: &str, units: &[CalledUnit]) -> Vec<CallbackRow> {
    let mut rows = Vec::new();
    for finding in Finding::ALL {
        let strata: Vec<(&CalledUnit, Stratum)> = units
            .iter()
            .map(|unit| {
                let known = unit.checks.iter().filter_map(|check| check.shows(finding));
                let (called, shown) = known.fold((0.0, 0.0), |(called, shown), is| {
                    (called + 1.0, shown + f64::from(u8::from(is)))
                });
                #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
                let size = unit.consenting as f64;
                (
                    unit,
                    Stratum {
                        size: size.max(called),
                        called,
                        shown,
                    },
                )
            })
            .collect();
        let all: Vec<Stratum> = strata.iter().map(|(_, stratum)| *stratum).collect();
        let consenting = units.iter().map(|unit| unit.consenting).sum();
        rows.push(row(county, finding, consenting, &all));
        rows.extend(
            strata
                .iter()
                .map(|(unit, stratum)| row(&unit.unit, finding, unit.consenting, &[*stratum])),
        );
    }
    rows
}

fn row(unit: &str, finding: Finding, consenting: u64, strata: &[Stratum]) -> CallbackRow {
    let called: Vec<&Stratum> = strata.iter().filter(|stratum| stratum.called > 0.0).collect();
    let n: f64 = called.iter().map(|stratum| stratum.called).sum();
    let size: f64 = called.iter().map(|stratum| stratum.size).sum();
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "a count of calls"
    )]
    let calls = n as u64;
    let mut row = CallbackRow {
        unit: unit.to_owned(),
        finding,
        consenting,
        n: calls,
        estimate: None,
        se: None,
        lower: None,
        upper: None,
    };
    if called.is_empty() {
        return row;
    }
    let share = |stratum: &Stratum| stratum.shown / stratum.called;
    let estimate: f64 = called.iter().map(|s| s.size / size * share(s)).sum();
    let pooled = called.iter().map(|s| s.shown).sum::<f64>() / n;
    let variance: f64 = called
        .iter()
        .map(|s| {
            let weight = s.size / size;
            let rest = 1.0 - s.called / s.size;
            // A stratum with a single call has no spread of its own: it takes that of all calls together.
            let spread = match s.called > 1.0 {
                true => share(s) * (1.0 - share(s)) / (s.called - 1.0),
                false => pooled * (1.0 - pooled),
            };
            weight * weight * rest * spread
        })
        .sum();
    let df: f64 = called.iter().map(|s| s.called - 1.0).sum::<f64>().max(1.0);
    let basis = Basis {
        value: estimate,
        se: variance.sqrt(),
        df,
        n: usize::try_from(calls).unwrap_or(usize::MAX),
        level: 0.95,
    };
    let (lower, upper) = limits(Method::Proportion(ProportionMethod::Beta), basis);
    let finite = |value: f64| value.is_finite().then_some(value);
    row.estimate = finite(estimate);
    row.se = finite(basis.se);
    row.lower = finite(lower);
    row.upper = finite(upper);
    row
}

#[cfg(test)]
mod tests {
    use super::*;

    const CLEAN: Check = Check {
        took_part: Said::Yes,
        answered_self: Said::Yes,
        staff_present: Said::No,
        rating_right: Said::Yes,
    };

    fn unit(code: &str, consenting: u64, clean: usize, wrong: usize) -> CalledUnit {
        let changed = Check {
            rating_right: Said::No,
            ..CLEAN
        };
        let checks = std::iter::repeat_n(CLEAN, clean).chain(std::iter::repeat_n(changed, wrong));
        CalledUnit {
            unit: code.to_owned(),
            consenting,
            checks: checks.collect(),
        }
    }

    fn of<'a>(rows: &'a [CallbackRow], unit: &str, finding: Finding) -> &'a CallbackRow {
        rows.iter()
            .find(|row| row.unit == unit && row.finding == finding)
            .expect("a row")
    }

    #[test]
    fn the_county_weighs_units_by_those_who_agreed() {
        // 300 of whom 2 of 10 disagree, 100 of whom 5 of 10: (300 × 0.2 + 100 × 0.5) ÷ 400.
        let rows = estimate(
            "C",
            &[unit("A", 300, 8, 2), unit("B", 100, 5, 5), unit("D", 50, 0, 0)],
        );
        let county = of(&rows, "C", Finding::Disagrees);
        assert!((county.estimate.unwrap() - 0.275).abs() < 1e-12);
        // By hand: Σ W² (1 − f) p(1 − p)/(n − 1).
        let expected =
            0.75 * 0.75 * (1.0 - 10.0 / 300.0) * 0.16 / 9.0 + 0.25 * 0.25 * (1.0 - 10.0 / 100.0) * 0.25 / 9.0;
        assert!((county.se.unwrap() - f64::sqrt(expected)).abs() < 1e-12);
        assert_eq!((county.n, county.consenting), (20, 450));
        assert!(county.lower.unwrap() < 0.275 && county.upper.unwrap() > 0.275);
        assert_eq!(of(&rows, "A", Finding::Disagrees).estimate, Some(0.2));
        assert_eq!(of(&rows, "D", Finding::Disagrees).estimate, None);
        assert_eq!(rows[0].unit, "C");
    }

    #[test]
    fn nothing_found_still_has_an_upper_limit_and_everyone_called_has_none() {
        let rows = estimate("C", &[unit("A", 300, 20, 0)]);
        let none = of(&rows, "A", Finding::Disagrees);
        assert_eq!((none.estimate, none.lower), (Some(0.0), Some(0.0)));
        // The rule of three: about 3 ÷ 20, here the exact 95 % limit on both sides.
        assert!((0.13..0.19).contains(&none.upper.unwrap()), "{none:?}");
    }

    #[test]
    fn who_is_not_sure_is_left_out_unless_another_answer_tells() {
        let unsure = Check {
            took_part: Said::Unsure,
            ..CLEAN
        };
        assert_eq!(unsure.shows(Finding::Disagrees), None);
        let told = Check {
            rating_right: Said::No,
            ..unsure
        };
        assert_eq!(told.shows(Finding::Disagrees), Some(true));
        assert_eq!(CLEAN.shows(Finding::StaffPresent), Some(false));
        let helped = Check {
            answered_self: Said::No,
            ..CLEAN
        };
        assert_eq!(helped.shows(Finding::AnsweredByOther), Some(true));
        assert_eq!(
            helped.shows(Finding::Disagrees),
            Some(false),
            "being helped is no fault"
        );
    }

    #[test]
    fn intervals_hold_the_truth_at_the_nominal_rate() {
        use rand::{RngExt, SeedableRng};
        let mut rng = rand_chacha::ChaCha20Rng::seed_from_u64(20_261_126);
        let shares = [0.02, 0.05, 0.1, 0.2, 0.3];
        let truth = shares.iter().sum::<f64>() / 5.0;
        let mut held = 0;
        let runs = 1_000;
        for _ in 0..runs {
            let units: Vec<CalledUnit> = (0..20)
                .map(|at: usize| {
                    let wrong = (0..12).filter(|_| rng.random::<f64>() < shares[at % 5]).count();
                    unit(&at.to_string(), 200, 12 - wrong, wrong)
                })
                .collect();
            let rows = estimate("C", &units);
            let county = of(&rows, "C", Finding::Disagrees);
            held += u32::from(county.lower.unwrap() <= truth && truth <= county.upper.unwrap());
        }
        let rate = f64::from(held) / f64::from(runs);
        assert!((0.935..=0.99).contains(&rate), "{rate}");
    }
}
