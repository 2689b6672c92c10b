//! When a summary is due: pure functions of the plan, the round's state and the time.

use analysis::plan::MailPlan;
use analysis::plan::mailing::WeeklyMail;
use jiff::civil::Date;
use jiff::tz::{Offset, TimeZone};
use jiff::{Timestamp, ToSpan};

use crate::store::mailing::MailRound;
use crate::store::rounds::{Round, RoundState};

/// Hour of the final summary where the plan has no weekly one.
const USUAL_HOUR: i8 = 9;
/// The period of the final summary.
pub const END: &str = "end";

/// Which summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Kind {
    /// Of a week of fieldwork.
    Weekly,
    /// After fieldwork.
    Final,
}

impl Kind {
    /// The word in the tables.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Weekly => "weekly",
            Self::Final => "final",
        }
    }
}

/// A summary that is due, or will be.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Due {
    /// Which one.
    pub kind: Kind,
    /// Its day, ISO 8601; [`END`] of the final one.
    pub period: String,
    /// When.
    pub at: Timestamp,
}

/// The schedule of a round.
#[derive(Clone, Debug)]
pub struct Schedule {
    weekly: Option<WeeklyMail>,
    at_end: bool,
    offset: Offset,
    hour: i8,
    first: Date,
    last: Date,
    /// First day after fieldwork and the days in which finished visits may still come in.
    after: Date,
    state: RoundState,
}

impl Schedule {
    /// The schedule of `round` by its plan; none when the round's days cannot be read.
    pub fn new(mail: &MailPlan, round: &Round) -> Option<Self> {
        let last: Date = round.closes_on.parse().ok()?;
        Some(Self {
            weekly: mail.weekly,
            at_end: mail.at_end,
            offset: mail.offset(),
            hour: mail.weekly.map_or(USUAL_HOUR, |weekly| weekly.hour),
            first: round.opens_on.parse().ok()?,
            last,
            after: last.checked_add((i64::from(round.grace_days) + 1).days()).ok()?,
            state: round.round_state(),
        })
    }

    /// Whether fieldwork is over at `now`, by the office's act or by the calendar.
    pub fn is_over(&self, now: Timestamp) -> bool {
        self.state == RoundState::Closed || self.day_of(now) >= self.after
    }

    /// What is due at `now` and was not due before the round's mail was scheduled: of several weeks missed only the
    /// latest, and none of them once fieldwork is over, when the final summary says more.
    pub fn due(&self, mail: &MailRound, now: Timestamp) -> Option<Due> {
        if !matches!(self.state, RoundState::Open | RoundState::Closed) {
            return None;
        }
        let due = if self.is_over(now) {
            self.final_one(mail, now)
        } else {
            self.weekly_at(now, -1)
        };
        due.filter(|due| due.at <= now && due.at.as_millisecond() >= mail.since)
    }

    /// The next one after `now`.
    pub fn next(&self, mail: &MailRound, now: Timestamp) -> Option<Due> {
        if self.is_over(now) || self.state == RoundState::Draft {
            return None;
        }
        let weekly = self.weekly_at(now, 1).filter(|due| due.at > now);
        weekly.or_else(|| self.final_one(mail, now))
    }

    /// The weekly summary's moment at or before `now` (`step` −1), or after it (`step` 1), within fieldwork.
    fn weekly_at(&self, now: Timestamp, step: i64) -> Option<Due> {
        let weekly = self.weekly?;
        let today = self.day_of(now);
        let (day, at) = (0..=7).find_map(|days| {
            let day = today.checked_add((step * days).days()).ok()?;
            let at = self.moment(day, weekly.hour)?;
            let side = if step < 0 {
                at <= now
            } else {
                at > now && day > self.first
            };
            (day.weekday() == weekly.weekday.weekday() && side).then_some((day, at))
        })?;
        // On the first day of fieldwork nothing has come in yet.
        (day > self.first && day <= self.last).then(|| Due {
            kind: Kind::Weekly,
            period: day.to_string(),
            at,
        })
    }

    fn final_one(&self, mail: &MailRound, now: Timestamp) -> Option<Due> {
        if !self.at_end || mail.was_over {
            return None;
        }
        // Closed by the office: now. Otherwise when nothing can come in any more.
        let by_calendar = self.moment(self.after, self.hour)?;
        let at = match self.state {
            RoundState::Closed => by_calendar.min(now),
            _ => by_calendar,
        };
        Some(Due {
            kind: Kind::Final,
            period: END.to_owned(),
            at: at.max(Timestamp::from_millisecond(mail.since).unwrap_or(at)),
        })
    }

    fn day_of(&self, moment: Timestamp) -> Date {
        TimeZone::fixed(self.offset).to_datetime(moment).date()
    }

    fn moment(&self, day: Date, hour: i8) -> Option<Timestamp> {
        self.offset.to_timestamp(day.at(hour, 0, 0, 0)).ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn round(state: &str) -> Round {
        Round {
            id: "r".to_owned(),
            title_zh: String::new(),
            title_en: String::new(),
            state: state.to_owned(),
            plan_sha256: None,
            // A Monday and a Sunday.
            opens_on: "2026-10-12".to_owned(),
            closes_on: "2026-11-08".to_owned(),
            grace_days: 7,
            quotas: "[]".to_owned(),
            amended: 0,
        }
    }

    fn plan() -> MailPlan {
        toml::from_str("weekly = { weekday = \"monday\", hour = 9 }\nfinal = true").unwrap()
    }

    fn mail(since: &str) -> MailRound {
        MailRound {
            round_id: "r".to_owned(),
            since: at(since).as_millisecond(),
            was_over: false,
            held: false,
            held_by: None,
            held_reason: None,
        }
    }

    /// A moment of the office's clock.
    fn at(text: &str) -> Timestamp {
        format!("{text}:00+08:00").parse().unwrap()
    }

    fn due(state: &str, since: &str, now: &str) -> Option<String> {
        let schedule = Schedule::new(&plan(), &round(state)).unwrap();
        schedule
            .due(&mail(since), at(now))
            .map(|due| format!("{} {}", due.kind.as_str(), due.period))
    }

    #[test]
    fn weeks_are_due_at_their_hour_and_of_missed_ones_only_the_latest() {
        let opened = "2026-10-12T08:00";
        for (now, expected) in [
            ("2026-10-12T12:00", None),
            ("2026-10-19T08:59", None),
            ("2026-10-19T09:00", Some("weekly 2026-10-19")),
            ("2026-10-25T23:00", Some("weekly 2026-10-19")),
            ("2026-11-02T09:30", Some("weekly 2026-11-02")),
            ("2026-11-08T23:59", Some("weekly 2026-11-02")),
        ] {
            assert_eq!(due("open", opened, now).as_deref(), expected, "{now}");
        }
        // In the days in which visits still come in there is no new week.
        assert_eq!(due("open", opened, "2026-11-09T10:00"), None);
    }

    #[test]
    fn the_final_one_is_due_when_nothing_can_come_in_any_more_or_the_office_closes() {
        let opened = "2026-10-12T08:00";
        assert_eq!(due("open", opened, "2026-11-16T08:59"), None);
        assert_eq!(
            due("open", opened, "2026-11-16T09:00").as_deref(),
            Some("final end")
        );
        assert_eq!(
            due("closed", opened, "2026-11-03T15:00").as_deref(),
            Some("final end")
        );
        assert_eq!(due("draft", opened, "2026-11-16T09:00"), None);
        assert_eq!(due("sealed", opened, "2026-11-16T09:00"), None);
    }

    #[test]
    fn what_was_due_before_the_schedule_began_is_not_sent() {
        assert_eq!(due("open", "2026-10-20T10:00", "2026-10-21T10:00"), None);
        assert_eq!(
            due("open", "2026-10-20T10:00", "2026-10-26T10:00").as_deref(),
            Some("weekly 2026-10-26")
        );
        let schedule = Schedule::new(&plan(), &round("closed")).unwrap();
        let over = MailRound {
            was_over: true,
            ..mail("2026-12-01T10:00")
        };
        assert_eq!(schedule.due(&over, at("2026-12-02T10:00")), None);
    }

    #[test]
    fn the_next_one_is_told_until_the_last() {
        let schedule = Schedule::new(&plan(), &round("open")).unwrap();
        let next = |now: &str| schedule.next(&mail("2026-10-12T08:00"), at(now));
        assert_eq!(next("2026-10-12T08:00").unwrap().at, at("2026-10-19T09:00"));
        assert_eq!(next("2026-10-19T09:00").unwrap().at, at("2026-10-26T09:00"));
        let last = next("2026-11-02T09:00").unwrap();
        assert_eq!((last.kind, last.at), (Kind::Final, at("2026-11-16T09:00")));
        assert_eq!(next("2026-11-16T09:00"), None);
    }

    #[test]
    fn hours_are_those_of_the_plans_zone() {
        let mut plan = plan();
        plan.time_zone = "+06:00".to_owned();
        let schedule = Schedule::new(&plan, &round("open")).unwrap();
        let opened = mail("2026-10-12T08:00");
        assert_eq!(schedule.due(&opened, at("2026-10-19T10:59")), None);
        assert!(schedule.due(&opened, at("2026-10-19T11:00")).is_some());
    }
}
