//! `[retention]` of the plan: how long what names or describes people is kept (保存期限).
//!
//! ```toml
//! [retention]                         # optional; every key too: what is not named is kept until the office erases it
//! identities = 180                    # names, telephones, addresses, card numbers, the frame as a file
//! free_text = 365                     # words that people typed: answers, follow-up cases and their messages
//! visits = 180                        # notes of visits and calls, consents to be called back
//! evidence = 1095                     # photographs and documents of the third party, where and when they were taken
//! mail = 365                          # sent messages and the addresses that they went to
//! ```
//!
//! Days are counted from the last day of the round (`round.closes_on`), which the seal covers like the rest: what people
//! were told when they answered can be looked up afterwards.

use jiff::ToSpan;
use jiff::civil::Date;
use serde::{Deserialize, Serialize};

use super::settings::Lines;
use super::table::{Faults, say};

/// Longest time in days: thirty years.
const MOST_DAYS: i32 = 10_950;

/// A kind of what is kept.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Kept {
    /// Names, telephones, addresses, card numbers, the frame as a file, contacts left with follow-up cases.
    Identities,
    /// Words that people typed.
    FreeText,
    /// Notes of visits and calls.
    Visits,
    /// The third party's photographs and documents.
    Evidence,
    /// Messages that were sent, and the addresses they went to.
    Mail,
}

impl Kept {
    /// All of them, in the order in which they are shown.
    pub const ALL: [Self; 5] = [
        Self::Identities,
        Self::FreeText,
        Self::Visits,
        Self::Evidence,
        Self::Mail,
    ];

    /// The key in the plan and the word in the database.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Identities => "identities",
            Self::FreeText => "free_text",
            Self::Visits => "visits",
            Self::Evidence => "evidence",
            Self::Mail => "mail",
        }
    }

    /// The kind of this word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kept| kept.word() == word)
    }
}

/// Days after the round's last day for which each kind is kept.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields, default)]
pub struct RetentionPlan {
    /// See [`Kept::Identities`].
    pub identities: Option<i32>,
    /// See [`Kept::FreeText`].
    pub free_text: Option<i32>,
    /// See [`Kept::Visits`].
    pub visits: Option<i32>,
    /// See [`Kept::Evidence`].
    pub evidence: Option<i32>,
    /// See [`Kept::Mail`].
    pub mail: Option<i32>,
}

impl RetentionPlan {
    /// Days for which a kind is kept; none where the plan does not say.
    #[must_use]
    pub fn days(&self, kept: Kept) -> Option<i32> {
        match kept {
            Kept::Identities => self.identities,
            Kept::FreeText => self.free_text,
            Kept::Visits => self.visits,
            Kept::Evidence => self.evidence,
            Kept::Mail => self.mail,
        }
    }

    /// The day on which a kind is erased in a round whose last day is `closes_on`; none where the plan does not say.
    #[must_use]
    pub fn due(&self, kept: Kept, closes_on: Date) -> Option<Date> {
        closes_on.checked_add(self.days(kept)?.days()).ok()
    }
}

/// Checks the numbers: at least `grace` days, in which interviews still arrive.
pub(super) fn check(plan: &RetentionPlan, grace: u32, lines: &Lines, faults: &mut Faults) {
    let least = i32::try_from(grace).unwrap_or(MOST_DAYS).min(MOST_DAYS - 1) + 1;
    for kept in Kept::ALL {
        let Some(days) = plan.days(kept) else { continue };
        if (least..=MOST_DAYS).contains(&days) {
            continue;
        }
        let key = kept.word();
        faults.error(
            "PL004",
            lines.at(&format!("retention.{key}")),
            say(
                format!("{key} 应在 {least} 到 {MOST_DAYS} 天之间。"),
                format!("{key} must be from {least} to {MOST_DAYS} days."),
            ),
            say(
                "从轮次最后一天算起；要晚于补交访问的最后一天（invitations.interview_grace_days）。",
                "Counted from the round's last day; later than the last day on which interviews are handed in \
                 (invitations.interview_grace_days).",
            ),
        );
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn words_are_the_keys_and_days_count_from_the_last_day() {
        for kept in Kept::ALL {
            assert_eq!(Kept::parse(kept.word()), Some(kept));
            let plan: RetentionPlan = toml::from_str(&format!("{} = 31", kept.word())).unwrap();
            assert_eq!(plan.days(kept), Some(31));
            let due = plan.due(kept, "2026-12-31".parse().unwrap());
            assert_eq!(due, Some("2027-01-31".parse().unwrap()));
            let others = Kept::ALL.into_iter().filter(|other| *other != kept);
            assert!(others.map(|other| plan.days(other)).all(|days| days.is_none()));
        }
        assert!(toml::from_str::<RetentionPlan>("sound = 3").is_err());
    }
}
