//! Attempts to reach a person, and what they make of the case.
//!
//! The rule: an accepted response settles a case as complete, whatever attempts say. Otherwise the latest attempt
//! whose code settles a case decides (refusal, dead, moved away …), and only while there is none the latest attempt
//! of all (nobody at home, address not found …). Latest is by day, within a day by code. So a refusal outlives a later
//! "nobody at home", as the Standard Definitions want it.

use analysis::disposition::{Disposition, Outcome};
use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::ConnectionTrait;
use serde::Deserialize;
use survey_forms::text::Text;
use survey_forms::validate::FieldError;
use uuid::Uuid;

use crate::cases;
use crate::store::attempts::{self, Attempt};
use crate::store::{StoreError, invitations, sample};

/// Longest note; it is for the way to the door, not for stories.
const MAX_NOTE: usize = 300;
/// Days by which a device may be ahead of the server and right.
const DAYS_AHEAD: i32 = 1;

/// An attempt as a device seals it.
#[derive(Clone, Debug, Deserialize, utoipa::ToSchema)]
#[serde(deny_unknown_fields)]
pub struct NewAttempt {
    /// UUID v4 made by the device.
    #[schema(value_type = String, format = "uuid")]
    pub id: Uuid,
    /// The round.
    pub round: String,
    /// The case.
    pub case_id: String,
    /// Day by the device, ISO 8601.
    pub day: String,
    /// `interview` or `phone`.
    pub mode: String,
    /// AAPOR code.
    pub disposition: String,
    /// What the next attempt should know.
    #[serde(default)]
    pub note: String,
    /// Day to call again, ISO 8601.
    #[serde(default)]
    pub callback_day: Option<String>,
    /// `morning`, `afternoon` or `evening`.
    #[serde(default)]
    pub callback_part: Option<String>,
}

fn fault(field: &str, zh: &str, en: &str) -> FieldError {
    FieldError {
        field: field.to_owned(),
        message: Text::zh_en(zh, en),
    }
}

impl NewAttempt {
    /// The attempt as it is stored. `known`: as it was stored before, if it was.
    ///
    /// A visit cannot be made again because a phone's clock was wrong: a day that is still to come is stored as the
    /// last possible one, and stays that when the same is sent again on a later day.
    ///
    /// # Errors
    /// Every fault by field.
    pub fn check(
        self,
        staff: Uuid,
        today: Date,
        known: Option<&Attempt>,
    ) -> Result<Attempt, Vec<FieldError>> {
        let mut faults = Vec::new();
        if self.id.get_version_num() != 4 {
            faults.push(fault(
                "id",
                "应为随机编号（UUID v4）。",
                "This must be a random UUID (version 4).",
            ));
        }
        if !matches!(self.mode.as_str(), "interview" | "phone") {
            faults.push(fault(
                "mode",
                "应为 interview 或 phone。",
                "This must be interview or phone.",
            ));
        }
        if Outcome::of(&self.disposition).is_none() {
            faults.push(fault(
                "disposition",
                "没有这个处置码。",
                "There is no such disposition code.",
            ));
        }
        let latest = known
            .and_then(|row| row.day.parse::<Date>().ok())
            .unwrap_or_else(|| today.saturating_add(DAYS_AHEAD.days()));
        let day = match self.day.parse::<Date>() {
            Ok(day) => Some(day.min(latest)),
            Err(_) => {
                faults.push(fault(
                    "day",
                    "应为日期，如 2026-11-25。",
                    "This must be a day, such as 2026-11-25.",
                ));
                None
            }
        };
        let callback_day = self.callback_day.filter(|text| !text.is_empty());
        let callback = callback_day.as_deref().map(str::parse::<Date>);
        match (&callback, day) {
            (Some(Err(_)), _) => faults.push(fault(
                "callback_day",
                "应为日期，如 2026-11-28。",
                "This must be a day, such as 2026-11-28.",
            )),
            (Some(Ok(again)), Some(day)) if *again < day => faults.push(fault(
                "callback_day",
                "再联系的日期不能早于这次联系。",
                "The day to call again cannot be before this attempt.",
            )),
            _ => {}
        }
        let callback_part = self.callback_part.filter(|text| !text.is_empty());
        let parts = ["morning", "afternoon", "evening"];
        if callback_part
            .as_deref()
            .is_some_and(|part| !parts.contains(&part))
        {
            faults.push(fault(
                "callback_part",
                "应为 morning、afternoon、evening 之一。",
                "This must be one of morning, afternoon, evening.",
            ));
        }
        if self.note.chars().count() > MAX_NOTE {
            faults.push(fault(
                "note",
                &format!("备注最多{MAX_NOTE}个字。"),
                &format!("The note may have at most {MAX_NOTE} characters."),
            ));
        }
        match day {
            Some(day) if faults.is_empty() => Ok(Attempt {
                id: self.id,
                round_id: self.round,
                case_id: self.case_id,
                staff_id: staff,
                mode: self.mode,
                day: day.to_string(),
                disposition: self.disposition,
                // PostgreSQL takes no NUL, and a device would send such a note for ever.
                note: cases::plain(&self.note).unwrap_or_default(),
                callback_day: callback.and_then(Result::ok).map(|day| day.to_string()),
                callback_part,
            }),
            _ => Err(faults),
        }
    }
}

/// What attempts, the latest last, make of a case that has no response.
pub fn outcome(tried: &[Attempt]) -> Disposition {
    let latest = |chosen: &dyn Fn(Disposition) -> bool| {
        let mut classes = tried
            .iter()
            .rev()
            .filter_map(|attempt| Disposition::parse(&attempt.disposition));
        classes.find(|class| chosen(*class))
    };
    Disposition::settle(false, None, latest(&Disposition::settles), latest(&|_| true))
}

/// Whether an interviewer is done with a case: the latest settling attempt of their own closes it.
///
/// Only their own, so that a refusal can be given to a colleague for another try.
pub fn is_closed(tried: &[Attempt], staff: Uuid) -> bool {
    tried
        .iter()
        .rev()
        .filter(|attempt| attempt.staff_id == staff)
        .filter_map(|attempt| Outcome::of(&attempt.disposition))
        .find(|outcome| outcome.disposition.settles())
        .is_some_and(|outcome| outcome.closes)
}

/// What became of an attempt that was sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Recorded {
    /// Stored now.
    New,
    /// Stored before.
    Again,
    /// Other content under the same id.
    Conflict,
}

/// Stores an attempt and settles its case; for the caller's transaction.
///
/// # Errors
/// When the database does not answer.
pub async fn record(tx: &impl ConnectionTrait, attempt: Attempt) -> Result<Recorded, StoreError> {
    let (stored, inserted) = attempts::insert(tx, attempt.clone()).await?;
    if stored != attempt {
        return Ok(Recorded::Conflict);
    }
    if !inserted {
        return Ok(Recorded::Again);
    }
    let case = [attempt.case_id.clone()];
    let invited = invitations::of_cases(tx, &attempt.round_id, &case).await?;
    if !invited.iter().any(invitations::is_used) {
        let tried = attempts::of_case(tx, &attempt.round_id, &attempt.case_id).await?;
        sample::set_disposition(tx, &attempt.round_id, &case, outcome(&tried)).await?;
    }
    Ok(Recorded::New)
}

#[cfg(test)]
mod tests {
    use super::*;

    const ANNA: Uuid = Uuid::from_u128(1);
    const BEN: Uuid = Uuid::from_u128(2);

    fn attempt(day: &str, code: &str, staff: Uuid) -> Attempt {
        Attempt {
            id: Uuid::nil(),
            round_id: "r".into(),
            case_id: "c".into(),
            staff_id: staff,
            mode: "interview".into(),
            day: day.into(),
            disposition: code.into(),
            note: String::new(),
            callback_day: None,
            callback_part: None,
        }
    }

    #[test]
    fn latest_settling_code_decides_and_a_temporary_one_only_without() {
        use Disposition::*;
        let of = |codes: &[&str]| {
            let days = codes.iter().enumerate();
            let tried: Vec<Attempt> = days
                .map(|(day, code)| attempt(&format!("2026-11-{:02}", day + 1), code, ANNA))
                .collect();
            outcome(&tried)
        };
        assert_eq!(of(&["2.24", "3.18"]), UnknownHousehold);
        assert_eq!(of(&["2.24", "2.11", "2.24"]), Refusal);
        assert_eq!(of(&["2.11", "2.33"]), Other);
        assert_eq!(of(&["4.1"]), NotEligible);
        assert_eq!(of(&["2.24", "1.1"]), Partial);
        assert_eq!(of(&[]), UnknownOther);
    }

    #[test]
    fn case_is_closed_for_whoever_was_refused_and_open_for_the_colleague() {
        let tried = [
            attempt("2026-11-01", "2.24", ANNA),
            attempt("2026-11-02", "2.11", ANNA),
        ];
        assert!(is_closed(&tried, ANNA) && !is_closed(&tried, BEN));
        assert!(!is_closed(&tried[..1], ANNA));
        let interpreter = [attempt("2026-11-01", "2.33", ANNA)];
        assert!(!is_closed(&interpreter, ANNA));
    }

    fn new_attempt() -> NewAttempt {
        NewAttempt {
            id: "7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b11".parse().unwrap(),
            round: "r".into(),
            case_id: "c".into(),
            day: "2026-11-25".into(),
            mode: "interview".into(),
            disposition: "2.24".into(),
            note: " 狗在\u{0}院里 ".into(),
            callback_day: Some("2026-11-27".into()),
            callback_part: Some("evening".into()),
        }
    }

    #[test]
    fn every_fault_of_an_attempt_is_named_at_once() {
        let today: Date = "2026-11-25".parse().unwrap();
        let good = new_attempt().check(ANNA, today, None).unwrap();
        assert_eq!(
            (good.note.as_str(), good.callback_day.as_deref()),
            ("狗在院里", Some("2026-11-27"))
        );
        let bad = NewAttempt {
            id: Uuid::nil(),
            mode: "web".into(),
            disposition: "2.21".into(),
            day: "tomorrow".into(),
            callback_day: Some("soon".into()),
            callback_part: Some("night".into()),
            note: "长".repeat(301),
            ..new_attempt()
        };
        let fields: Vec<String> = bad
            .check(ANNA, today, None)
            .unwrap_err()
            .into_iter()
            .map(|fault| fault.field)
            .collect();
        assert_eq!(
            fields,
            [
                "id",
                "mode",
                "disposition",
                "day",
                "callback_day",
                "callback_part",
                "note"
            ]
        );
        let before = NewAttempt {
            callback_day: Some("2026-11-24".into()),
            ..new_attempt()
        };
        assert_eq!(
            before.check(ANNA, today, None).unwrap_err()[0].field,
            "callback_day"
        );
    }

    #[test]
    fn day_of_a_clock_that_is_ahead_is_the_last_possible_one_and_stays_it_when_sent_again() {
        let today: Date = "2026-11-25".parse().unwrap();
        let ahead = || NewAttempt {
            day: "2027-03-01".into(),
            callback_day: None,
            callback_part: None,
            ..new_attempt()
        };
        let stored = ahead().check(ANNA, today, None).unwrap();
        assert_eq!(stored.day, "2026-11-26");
        let later: Date = "2026-11-29".parse().unwrap();
        assert_eq!(ahead().check(ANNA, later, Some(&stored)).unwrap(), stored);
        let other = NewAttempt {
            day: "2026-11-20".into(),
            ..ahead()
        };
        assert_ne!(other.check(ANNA, later, Some(&stored)).unwrap(), stored);
    }
}
