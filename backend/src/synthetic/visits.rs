//! Interviewers on the synthetic county: who visits whom, each attempt with its AAPOR code, and call-backs.
//!
//! Every case ends as [`Fieldwork`] settled it: a completed interview ends with 1.1 on its day, a refusal with 2.11 or
//! 2.12, a case nobody was met at has visits without anybody home, and where nothing was ever heard nobody has been yet.

use analysis::disposition::Disposition;
use jiff::ToSpan;
use jiff::civil::Date;

use super::county::Population;
use super::draw::{Draw, Topic};
use super::fieldwork::{Case, Fieldwork};
use crate::submit::Mode;

/// Interviewers by name.
pub const INTERVIEWERS: [&str; 8] = ["赵慧", "钱立", "孙洁", "李强", "周宁", "吴芳", "郑凯", "王静"];
/// Parts of the day at which people ask to be called back.
const PARTS: [(&str, f64); 3] = [("morning", 0.3), ("afternoon", 0.3), ("evening", 0.4)];
/// Share of the cases at which nobody was met that have agreed to a call-back about today.
const CALLED_BACK: f64 = 0.04;
/// Share of the cases never heard of that are assigned and wait for a first visit.
const WAITING: f64 = 0.5;

/// One attempt.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Attempt {
    /// Position in [`Fieldwork::cases`].
    pub case: usize,
    /// Position in [`INTERVIEWERS`].
    pub interviewer: usize,
    /// interview or phone.
    pub mode: &'static str,
    /// The day.
    pub day: Date,
    /// AAPOR code.
    pub code: &'static str,
    /// Day and part of the day on which to call again.
    pub call_back: Option<(Date, &'static str)>,
}

/// What the interviewers did.
#[derive(Clone, Debug, Default)]
pub struct Visits {
    /// Case and interviewer.
    pub assigned: Vec<(usize, usize)>,
    /// Attempts, by case and day.
    pub attempts: Vec<Attempt>,
}

/// Who visits a case: two interviewers share each township, so that their work can be told from the place's.
fn interviewer_of(county: &Population, case: &Case) -> usize {
    let township = county
        .townships
        .iter()
        .position(|township| Some(&township.code) == case.township.as_ref());
    (2 * township.unwrap_or_default() + case.subject % 2) % INTERVIEWERS.len()
}

/// Who asked, for an answer that an interviewer took down at home or by telephone.
pub fn asked_by(
    county: &Population,
    fieldwork: &Fieldwork,
    case: Option<usize>,
    mode: Mode,
) -> Option<usize> {
    let case = &fieldwork.cases[case?];
    (matches!(mode, Mode::Interview | Mode::Phone) && case.person.is_some())
        .then(|| interviewer_of(county, case))
}

/// What the interviewers did up to `today`, consistent with what became of every case.
pub fn visits(county: &Population, fieldwork: &Fieldwork, opens: Date, today: Date) -> Visits {
    let mut answered = vec![None; fieldwork.cases.len()];
    for response in &fieldwork.responses {
        if let Some(case) = response.case {
            answered[case] = Some((response.mode, response.day));
        }
    }
    let mut visits = Visits::default();
    for (at, (case, answered)) in fieldwork.cases.iter().zip(answered).enumerate() {
        let mut draw = county.streams.of(Topic::Visits, at);
        let mut round = CaseVisits {
            case: at,
            interviewer: interviewer_of(county, case),
            mode: if case.person.is_some() {
                "interview"
            } else {
                "phone"
            },
            opens,
            visits: &mut visits,
        };
        match (case.disposition, answered) {
            (Disposition::Complete, Some((mode @ (Mode::Interview | Mode::Phone), day)))
                if case.person.is_some() =>
            {
                round.mode = mode.as_str();
                round.end(&mut draw, day, "1.1");
            }
            (Disposition::NonContact, _) => round.never_met(&mut draw, today),
            (Disposition::Refusal, _) => {
                let code = if draw.chance(0.85) { "2.11" } else { "2.12" };
                let day = round.some_day(&mut draw);
                round.end(&mut draw, day, code);
            }
            (Disposition::Other, _) => {
                let reasons = [("2.31", 0.1), ("2.32", 0.4), ("2.33", 0.15), ("2.36", 0.35)];
                let code = draw.pick(&reasons).unwrap_or("2.36");
                let day = round.some_day(&mut draw);
                round.end(&mut draw, day, code);
            }
            (Disposition::UnknownOther, _) if case.person.is_some() && draw.chance(WAITING) => {
                let (case, interviewer) = (round.case, round.interviewer);
                visits.assigned.push((case, interviewer));
            }
            _ => {}
        }
    }
    visits
}

/// The attempts at one case.
struct CaseVisits<'a> {
    case: usize,
    interviewer: usize,
    mode: &'static str,
    opens: Date,
    visits: &'a mut Visits,
}

impl CaseVisits<'_> {
    fn attempt(&mut self, day: Date, code: &'static str, call_back: Option<(Date, &'static str)>) {
        self.visits.attempts.push(Attempt {
            case: self.case,
            interviewer: self.interviewer,
            mode: self.mode,
            day,
            code,
            call_back,
        });
    }

    /// A day in the second to fifth week.
    fn some_day(&self, draw: &mut Draw) -> Date {
        self.opens.saturating_add((5 + draw.below(29) as i64).days())
    }

    /// Up to two visits without anybody home, or with an appointment that is kept, then the last one.
    fn end(&mut self, draw: &mut Draw, day: Date, code: &'static str) {
        self.visits.assigned.push((self.case, self.interviewer));
        for before in (1..=draw.below(3) as i64).rev() {
            let earlier = day.saturating_sub((2 * before).days());
            if earlier < self.opens {
                continue;
            }
            if draw.chance(0.35) {
                let again = earlier.saturating_add(2.days());
                let part = draw.pick(&PARTS).unwrap_or("evening");
                self.attempt(earlier, "2.20", Some((again, part)));
            } else {
                self.attempt(earlier, "2.21", None);
            }
        }
        self.attempt(day, code, None);
    }

    /// One to four visits without anybody home; a few have just agreed to a call-back.
    fn never_met(&mut self, draw: &mut Draw, today: Date) {
        self.visits.assigned.push((self.case, self.interviewer));
        let first = self.some_day(draw);
        let count = draw.below(4) as i64;
        let agreed = draw
            .chance(CALLED_BACK)
            .then(|| today.saturating_sub((4 + draw.below(4) as i64).days()))
            .filter(|day| *day > self.opens);
        for visit in 0..=count {
            let day = first.saturating_add((3 * visit).days()).min(today.max(first));
            if agreed.is_none_or(|agreed| day < agreed) {
                self.attempt(day, "2.21", None);
            }
        }
        if let Some(day) = agreed {
            let again = today.saturating_add((draw.below(6) as i64 - 2).days());
            let part = draw.pick(&PARTS).unwrap_or("evening");
            self.attempt(day, "2.20", Some((again, part)));
        }
    }
}
