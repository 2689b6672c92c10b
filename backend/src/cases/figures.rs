//! How cases are handled, in figures: on time, solved, satisfied, by township. Never part of a score.
//!
//! Those who may not read cases see no township with fewer cases than the plan's smallest cell: such townships are put
//! together, with the next smallest where they are still too few, so that nothing can be found by subtraction; shares of
//! too few are left out.

use std::collections::BTreeMap;

use analysis::plan::Plan;

use super::{CaseState, Outcome, Satisfaction};
use crate::store::cases::Brief;

/// Counts of some cases.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Figures {
    /// Cases, without those taken back.
    pub cases: u64,
    /// Not done.
    pub open: u64,
    /// Not done, and the day has passed.
    pub overdue: u64,
    /// Done, or late: those whose handling can be judged.
    pub judged: u64,
    /// Done by their day.
    pub on_time: u64,
    /// Closed.
    pub closed: u64,
    /// Closed as solved.
    pub solved: u64,
    /// Said how it went, other than "cannot say".
    pub rated: u64,
    /// Very or rather satisfied.
    pub satisfied: u64,
}

/// A part of a whole; none of nothing.
#[expect(clippy::cast_precision_loss, reason = "counts of cases are far below 2^52")]
fn share(part: u64, whole: u64) -> Option<f64> {
    (whole > 0).then(|| part as f64 / whole as f64)
}

impl Figures {
    fn add(&mut self, case: &Brief, today: &str) {
        let Some(state) = CaseState::parse(&case.state) else {
            return;
        };
        if state == CaseState::Withdrawn {
            return;
        }
        self.cases += 1;
        let late = state.is_open() && case.due_on.as_str() < today;
        self.open += u64::from(state.is_open());
        self.overdue += u64::from(late);
        let in_time = case.done_on.as_ref().is_some_and(|done| *done <= case.due_on);
        self.judged += u64::from(late || case.done_on.is_some());
        self.on_time += u64::from(in_time);
        self.closed += u64::from(state == CaseState::Closed);
        self.solved += u64::from(
            state == CaseState::Closed && case.outcome.as_deref() == Some(Outcome::Solved.as_str()),
        );
        match case.satisfaction.as_deref().and_then(Satisfaction::parse) {
            None | Some(Satisfaction::DontKnow) => {}
            Some(Satisfaction::VeryGood | Satisfaction::Good) => {
                self.rated += 1;
                self.satisfied += 1;
            }
            Some(_) => self.rated += 1,
        }
    }

    fn merge(&mut self, other: &Self) {
        self.cases += other.cases;
        self.open += other.open;
        self.overdue += other.overdue;
        self.judged += other.judged;
        self.on_time += other.on_time;
        self.closed += other.closed;
        self.solved += other.solved;
        self.rated += other.rated;
        self.satisfied += other.satisfied;
    }

    /// Share done by their day, of those done or late.
    pub fn on_time_share(&self) -> Option<f64> {
        share(self.on_time, self.judged)
    }

    /// Share solved, of those closed.
    pub fn solved_share(&self) -> Option<f64> {
        share(self.solved, self.closed)
    }

    /// Share satisfied, of those who said.
    pub fn satisfied_share(&self) -> Option<f64> {
        share(self.satisfied, self.rated)
    }

    /// The same with shares of fewer than `min_cell` cases, or of nobody or everybody, taken out: the counts behind them
    /// are set to nothing.
    #[must_use]
    pub fn guarded(mut self, min_cell: u64) -> Self {
        if self.judged < min_cell {
            (self.judged, self.on_time) = (0, 0);
        }
        if self.closed < min_cell {
            (self.closed, self.solved) = (0, 0);
        }
        // What single people said: also nothing when all said the same.
        if self.rated < min_cell || self.satisfied == 0 || self.satisfied == self.rated {
            (self.rated, self.satisfied) = (0, 0);
        }
        self
    }
}

/// Figures of one township, or of several put together.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// Codes of the townships; none is the unknown one.
    pub units: Vec<Option<String>>,
    /// Figures.
    pub figures: Figures,
}

/// Figures of all cases, and by township in the plan's order.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Table {
    /// Of all.
    pub total: Figures,
    /// By township.
    pub lines: Vec<Line>,
}

/// The figures as the office sees them; `today` is ISO 8601.
pub fn table(plan: &Plan, cases: &[Brief], today: &str) -> Table {
    let mut total = Figures::default();
    let mut by_unit: BTreeMap<Option<&str>, Figures> = BTreeMap::new();
    for case in cases {
        total.add(case, today);
        by_unit.entry(case.unit.as_deref()).or_default().add(case, today);
    }
    let in_order = plan
        .units
        .iter()
        .map(|unit| Some(unit.code.as_str()))
        .chain([None]);
    let lines = in_order
        .filter_map(|unit| {
            let figures = by_unit.get(&unit).copied().filter(|figures| figures.cases > 0)?;
            Some(Line {
                units: vec![unit.map(str::to_owned)],
                figures,
            })
        })
        .collect();
    Table { total, lines }
}

impl Table {
    /// The table as others see it, with no line of fewer than `min_cell` cases.
    #[must_use]
    pub fn guarded(self, min_cell: u64) -> Self {
        let (mut shown, few): (Vec<Line>, Vec<Line>) = self
            .lines
            .into_iter()
            .partition(|line| line.figures.cases >= min_cell);
        let mut rest: Option<Line> = None;
        let mut put = |line: Line| match &mut rest {
            None => rest = Some(line),
            Some(rest) => {
                rest.units.extend(line.units);
                rest.figures.merge(&line.figures);
            }
        };
        few.into_iter().for_each(&mut put);
        while let Some(line) = &rest
            && line.figures.cases < min_cell
            && let Some(smallest) = (0..shown.len()).min_by_key(|at| shown[*at].figures.cases)
        {
            let next = shown.remove(smallest);
            if let Some(rest) = &mut rest {
                rest.units.extend(next.units);
                rest.figures.merge(&next.figures);
            }
        }
        // Nothing left to put it with: too few altogether.
        let rest = rest.filter(|line| line.figures.cases >= min_cell);
        let lines = shown
            .into_iter()
            .chain(rest)
            .map(|line| Line {
                figures: line.figures.guarded(min_cell),
                ..line
            })
            .collect();
        Self {
            total: self.total.guarded(min_cell),
            lines,
        }
    }
}

/// What is overdue on a day, for those who lead.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// How many.
    pub count: u64,
    /// Days that the oldest is late.
    pub oldest_days: u64,
    /// How many by township, the most first; none is the unknown one.
    pub by_unit: Vec<(Option<String>, u64)>,
}

/// What is overdue on `today`.
pub fn overdue(cases: &[Brief], today: jiff::civil::Date) -> Overdue {
    let day = today.to_string();
    let mut by_unit: BTreeMap<Option<&str>, u64> = BTreeMap::new();
    let mut oldest_days = 0;
    for case in cases {
        let open = CaseState::parse(&case.state).is_some_and(CaseState::is_open);
        if !open || case.due_on >= day {
            continue;
        }
        *by_unit.entry(case.unit.as_deref()).or_default() += 1;
        if let Ok(due) = case.due_on.parse::<jiff::civil::Date>() {
            oldest_days = oldest_days.max(u64::from((today - due).get_days().unsigned_abs()));
        }
    }
    let count = by_unit.values().sum();
    let mut by_unit: Vec<(Option<String>, u64)> = by_unit
        .into_iter()
        .map(|(unit, count)| (unit.map(str::to_owned), count))
        .collect();
    by_unit.sort_by_key(|(_, count)| std::cmp::Reverse(*count));
    Overdue {
        count,
        oldest_days,
        by_unit,
    }
}
