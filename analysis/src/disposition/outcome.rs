//! What an attempt to reach a person can come to: the codes from which interviewers choose.

use super::Disposition;

/// A code of the Standard Definitions that an interviewer can record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Outcome {
    /// The code: `2.24`.
    pub code: &'static str,
    /// The class in which rates count it.
    pub disposition: Disposition,
    /// Whether the interviewer is done with the case, so that name and address need not be carried any longer.
    pub closes: bool,
    /// Whether a day to call again is asked for.
    pub callback: bool,
}

const fn outcome(code: &'static str, disposition: Disposition, closes: bool, callback: bool) -> Outcome {
    Outcome {
        code,
        disposition,
        closes,
        callback,
    }
}

/// Every code that interviewers choose from, in-person households, in their order.
///
/// 2.20 is an appointment: a temporary code, which counts as not yet met. 2.33 (no common language, no sign-language
/// interpreter) settles a case for the rates, but leaves it open for another visit with an interpreter. Who died after
/// fieldwork began was eligible (2.31), who died before it was not (4.1, out of sample, as who moved out of the county;
/// a move within the county changes nothing). Codes of a household that was drawn without names (screening, vacant,
/// quota) cannot occur, since persons are drawn from a register.
///
/// # Source
/// AAPOR (2023), Standard Definitions, 10th edition, final disposition codes for in-person household surveys: 2.11
/// refusal, 2.12 break-off, 2.24 no one at residence, 2.25 respondent away, 2.31 dead, 2.32 unable, 2.33 language, 2.36
/// miscellaneous, 3.17 unable to reach or unsafe, 3.18 unable to locate the address, 4.1 out of sample.
pub const OUTCOMES: [Outcome; 14] = {
    use Disposition::*;
    [
        outcome("1.1", Complete, false, false),
        outcome("1.2", Partial, false, true),
        outcome("2.11", Refusal, true, false),
        outcome("2.12", Refusal, true, false),
        outcome("2.20", NonContact, false, true),
        outcome("2.24", NonContact, false, true),
        outcome("2.25", NonContact, false, true),
        outcome("2.31", Other, true, false),
        outcome("2.32", Other, true, false),
        outcome("2.33", Other, false, true),
        outcome("2.36", Other, true, false),
        outcome("3.17", UnknownHousehold, false, true),
        outcome("3.18", UnknownHousehold, false, false),
        outcome("4.1", NotEligible, true, false),
    ]
};

impl Outcome {
    /// The outcome of a code, none for codes that interviewers do not record.
    ///
    /// ```
    /// use analysis::disposition::{Disposition, Outcome};
    /// assert_eq!(Outcome::of("2.11").map(|outcome| outcome.disposition), Some(Disposition::Refusal));
    /// assert_eq!(Outcome::of("2.1"), None);
    /// ```
    pub fn of(code: &str) -> Option<Self> {
        OUTCOMES.into_iter().find(|outcome| outcome.code == code)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_belongs_to_the_class_that_its_digits_say_and_stands_once() {
        for outcome in OUTCOMES {
            assert_eq!(
                Disposition::parse(outcome.code),
                Some(outcome.disposition),
                "{}",
                outcome.code
            );
        }
        assert!(OUTCOMES.windows(2).all(|pair| pair[0].code < pair[1].code));
    }

    #[test]
    fn cases_are_closed_only_by_codes_that_settle_them() {
        for outcome in OUTCOMES.into_iter().filter(|outcome| outcome.closes) {
            assert!(
                outcome.disposition.settles() && !outcome.callback,
                "{}",
                outcome.code
            );
        }
    }
}
