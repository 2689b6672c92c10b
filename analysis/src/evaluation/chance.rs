//! How sure an order or a grade is: chances that follow from a score, its standard error and its degrees of freedom.
//!
//! The chances are those of a t distribution around what was found, the same that gives the intervals: a grade is
//! borderline exactly where another one has a chance of 2.5 % or more on one side. They hold for a unit or a pair
//! picked beforehand; the surest of many pairs is not that sure ([`super::rank`] says what stands jointly).

use crate::interval::t_tail;
use crate::plan::GradeLine;

/// An estimate whose error is t distributed.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Known {
    /// The value.
    pub value: f64,
    /// Standard error, ≥ 0; 0 where there is nothing to err in.
    pub se: f64,
    /// Degrees of freedom of the error; infinite, or not positive, where it is known outright.
    pub df: f64,
}

impl Known {
    /// The chance that the true value is at least `line`. Without an error it is 0 or 1.
    #[must_use]
    pub fn at_least(self, line: f64) -> f64 {
        if self.se <= 0.0 {
            return if self.value >= line { 1.0 } else { 0.0 };
        }
        let df = if self.df > 0.0 { self.df } else { f64::INFINITY };
        1.0 - t_tail((self.value - line) / self.se, df)
    }

    /// The chance that the true difference is above 0, `self` being a difference found; 0.5 where both are equal
    /// without error.
    #[must_use]
    pub fn is_ahead(self) -> f64 {
        if self.se <= 0.0 && self.value.abs() < 1e-9 {
            return 0.5;
        }
        self.at_least(0.0)
    }

    /// What the same survey, done once more, would show: both have their error.
    #[must_use]
    pub fn once_more(self) -> Self {
        Self {
            se: self.se * std::f64::consts::SQRT_2,
            ..self
        }
    }
}

/// The chance of every grade, in the order of the lines; they sum to 1. Empty without lines.
///
/// - `lines`: from the best down, the last from 0: whatever is below the last but one has the last.
///
/// ```
/// use analysis::evaluation::chance::{Known, grade_chances};
/// use analysis::plan::GradeLine;
/// use survey_forms::text::Text;
/// let lines = [("良好", 75.0), ("合格", 0.0)].map(|(zh, from)| GradeLine { name: Text::of("zh", zh), from });
/// let on_the_line = Known { value: 75.0, se: 2.0, df: 30.0 };
/// assert_eq!(grade_chances(&lines, on_the_line), [0.5, 0.5]);
/// ```
#[must_use]
pub fn grade_chances(lines: &[GradeLine], score: Known) -> Vec<f64> {
    let mut above = 0.0;
    (0..lines.len())
        .map(|at| {
            let reached = if at + 1 == lines.len() {
                1.0
            } else {
                score.at_least(lines[at].from).max(above)
            };
            let chance = reached - above;
            above = reached;
            chance
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use survey_forms::text::Text;

    use super::*;
    use crate::evaluation::grade::grade;
    use crate::interval::t_quantile;
    use crate::simulation::Draws;

    fn lines() -> Vec<GradeLine> {
        [("优秀", 85.0), ("良好", 75.0), ("合格", 60.0), ("不合格", 0.0)]
            .map(|(zh, from)| GradeLine {
                name: Text::of("zh", zh),
                from,
            })
            .to_vec()
    }

    #[test]
    fn chance_of_the_true_order_is_students_and_normal() {
        let known = |df| Known {
            value: 2.0,
            se: 1.0,
            df,
        };
        // R: pnorm(2) = 0.9772499, pt(2, 5) = 0.9490303.
        assert!((known(f64::INFINITY).is_ahead() - 0.977_249_9).abs() < 1e-7);
        assert!((known(5.0).is_ahead() - 0.949_030_3).abs() < 1e-7);
        assert_eq!(
            Known {
                value: 0.0,
                se: 0.0,
                df: 0.0
            }
            .is_ahead(),
            0.5
        );
    }

    #[test]
    fn grade_of_a_census_is_certain() {
        let found = grade_chances(
            &lines(),
            Known {
                value: 85.0,
                se: 0.0,
                df: 0.0,
            },
        );
        assert_eq!(found, [1.0, 0.0, 0.0, 0.0]);
        assert!(
            grade_chances(
                &[],
                Known {
                    value: 1.0,
                    se: 1.0,
                    df: 1.0
                }
            )
            .is_empty()
        );
    }

    /// Counties whose true scores are known: how often the true grade is another than the one given, and how often a
    /// second survey of the same units gives another grade, against what was said beforehand.
    #[test]
    fn simulated_counties_grades_move_by_noise_as_often_as_was_said() {
        let lines = lines();
        let given = |score: f64| lines.iter().position(|line| score >= line.from).unwrap_or(3);
        let mut stream = Draws::new(20_261_126);
        let rounds = 20_000;
        let (mut wrong, mut said_wrong, mut moved, mut said_moved) = (0.0, 0.0, 0.0, 0.0);
        let (mut firm, mut firm_wrong) = (0.0, 0.0);
        for _ in 0..rounds {
            let truth = 50.0 + 45.0 * stream.uniform();
            let (sd, df) = (1.0 + 2.0 * stream.uniform(), 8.0 + 40.0 * stream.uniform());
            let mut survey = || Known {
                value: truth + sd * stream.normal(),
                se: sd * (stream.chi_square(df) / df).sqrt(),
                df,
            };
            let (first, second) = (survey(), survey());
            let grade_now = given(first.value);
            let off = f64::from(u8::from(grade_now != given(truth)));
            wrong += off;
            said_wrong += 1.0 - grade_chances(&lines, first)[grade_now];
            moved += f64::from(u8::from(grade_now != given(second.value)));
            said_moved += 1.0 - grade_chances(&lines, first.once_more())[grade_now];
            let width = t_quantile(0.975, df) * first.se;
            let graded = grade(&lines, first.value, first.value - width, first.value + width).expect("lines");
            if !graded.borderline() {
                firm += 1.0;
                firm_wrong += off;
            }
        }
        let share = |count: f64| count / f64::from(rounds);
        // Standard errors of the shares are below 0.003.
        assert!(
            (share(wrong) - share(said_wrong)).abs() < 0.01,
            "{} {}",
            share(wrong),
            share(said_wrong)
        );
        assert!(
            (share(moved) - share(said_moved)).abs() < 0.012,
            "{} {}",
            share(moved),
            share(said_moved)
        );
        // A grade that is not borderline is wrong in fewer than one case in twenty.
        assert!(firm_wrong / firm < 0.05, "{}", firm_wrong / firm);
    }

    proptest! {
        #[test]
        fn chances_sum_to_one_and_agree_with_the_borderline(
            value in 0.0f64..100.0, se in 0.01f64..10.0, df in 2.0f64..200.0,
        ) {
            let lines = lines();
            let score = Known { value, se, df };
            let chances = grade_chances(&lines, score);
            prop_assert!((chances.iter().sum::<f64>() - 1.0).abs() < 1e-9);
            prop_assert!(chances.iter().all(|chance| (0.0..=1.0).contains(chance)));
            let width = t_quantile(0.975, df) * se;
            let graded = grade(&lines, value, value - width, value + width).expect("lines");
            // At the line itself the two routes may differ by rounding.
            let near = lines.iter().any(|line| (score.at_least(line.from) - 0.975).abs() < 1e-6
                || (score.at_least(line.from) - 0.025).abs() < 1e-6);
            let own = lines.iter().position(|line| value >= line.from).expect("from 0");
            let upper: f64 = chances[..own].iter().sum();
            let lower: f64 = chances[own + 1..].iter().sum();
            prop_assert!(near || graded.borderline() == (upper > 0.025 || lower > 0.025));
        }
    }
}
