//! Completes against targets, outcome rates, and what is best done next, by group and by township.

use std::collections::BTreeMap;

use analysis::disposition::{Disposition, DispositionCounts};
use analysis::plan::{FrameSource, GroupPlan, Plan};
use analysis::sampling::allocate;

use crate::store::fieldwork::{CallBack, CaseCount};
use crate::store::invitations::STARTED;

/// Where a set of invited cases stands. Every case is in `complete`, in one of the pools, or closed.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Progress {
    /// Invited cases.
    pub invited: u64,
    /// Complete responses received.
    pub complete: u64,
    /// Begun on a page and not handed in.
    pub started: u64,
    /// Reported as interviewed; the answers have not come in yet.
    pub held: u64,
    /// Tried, nobody met.
    pub not_met: u64,
    /// Never tried and never heard of.
    pub untried: u64,
    /// The same cases by AAPOR disposition.
    pub counts: DispositionCounts,
}

impl Progress {
    /// Adds cases; `over`: fieldwork is over, and rates are the final ones.
    pub fn add(&mut self, row: &CaseCount, over: bool) {
        let disposition = row.disposition();
        let counted = if over { row.at_close() } else { disposition };
        #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
        self.counts.add(counted, row.n as f64);
        self.invited += row.n;
        let pool = match disposition {
            Disposition::Complete => &mut self.complete,
            Disposition::Partial => &mut self.held,
            settled if settled.settles() => return,
            _ if row.invitation == STARTED => &mut self.started,
            _ if row.latest.is_some() || row.office.is_some() => &mut self.not_met,
            _ => &mut self.untried,
        };
        *pool += row.n;
    }

    /// Adds another set of cases.
    fn merge(&mut self, other: &Self) {
        self.counts.merge(&other.counts);
        self.invited += other.invited;
        self.complete += other.complete;
        self.started += other.started;
        self.held += other.held;
        self.not_met += other.not_met;
        self.untried += other.untried;
    }

    /// Cases from which an answer may still come.
    pub fn open(&self) -> u64 {
        self.started + self.held + self.not_met + self.untried
    }
}

/// A group or a township.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Line {
    /// Code of the group or unit.
    pub code: String,
    /// Where its cases stand.
    pub progress: Progress,
    /// Completes wanted.
    pub target: u64,
    /// Call-backs due within the days that were asked for.
    pub call_backs: u64,
}

/// What is best done next.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Step {
    /// Nothing is missing.
    Reached,
    /// So many are missing, and enough cases are open.
    Work,
    /// More are missing than cases are open.
    Exhausted,
}

impl Line {
    /// Completes that are missing.
    pub fn gap(&self) -> u64 {
        self.target.saturating_sub(self.progress.complete)
    }

    /// Complete ÷ target; none without a target.
    pub fn share(&self) -> Option<f64> {
        crate::pages::office::rate(self.progress.complete, self.target)
    }

    /// See [`Step`].
    pub fn step(&self) -> Step {
        match self.gap() {
            0 => Step::Reached,
            gap if self.progress.open() < gap => Step::Exhausted,
            _ => Step::Work,
        }
    }
}

/// Groups, townships and all of them.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Standing {
    /// Every group, in the plan's order.
    pub groups: Vec<Line>,
    /// Townships, and the county for its own bodies, the largest gap first; of one group only if one was chosen.
    pub townships: Vec<Line>,
    /// The sum of the townships.
    pub total: Line,
}

/// Completes wanted of a group.
///
/// The plan's target is of persons; relatives and bodies, whom the plan invites without a number, are expected to
/// answer as often as it expects persons to.
pub fn group_target(plan: &Plan, group: &GroupPlan, invited: u64) -> u64 {
    match group.source {
        FrameSource::Persons => plan.sampling.target_completes as u64,
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            clippy::cast_precision_loss,
            reason = "a share of a count of people"
        )]
        FrameSource::Relatives | FrameSource::Bodies => {
            (invited as f64 * plan.sampling.expected_response).ceil() as u64
        }
    }
}

/// Spreads a target over places in proportion to the invited, never more than were invited.
fn spread(target: u64, invited: &[u64]) -> Vec<u64> {
    let total = target.min(invited.iter().sum());
    #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
    let measures: Vec<f64> = invited.iter().map(|n| *n as f64).collect();
    // Between 0 and the sum of the sizes every total can be spread.
    allocate(total, invited, &measures, 0).unwrap_or_else(|_| vec![0; invited.len()])
}

/// Puts counted cases and due call-backs together by group and by township.
///
/// - `only`: townships of this group alone.
/// - `over`: fieldwork is over, so that cases count as they do in the report.
pub fn standing(
    plan: &Plan,
    rows: &[CaseCount],
    call_backs: &[CallBack],
    only: Option<&str>,
    over: bool,
) -> Standing {
    // Bodies of the county have no township: they stand in a line of the county's.
    let place_of = |township: &Option<String>| township.clone().unwrap_or_else(|| plan.round.county.clone());
    let mut cells: BTreeMap<(&str, String), Progress> = BTreeMap::new();
    for row in rows {
        cells
            .entry((row.group.as_str(), place_of(&row.township)))
            .or_default()
            .add(row, over);
    }
    let mut places: BTreeMap<String, Line> = BTreeMap::new();
    let mut groups = Vec::new();
    for group in &plan.groups {
        let of_group: Vec<(&String, &Progress)> = cells
            .iter()
            .filter(|((code, _), _)| *code == group.code)
            .map(|((_, place), progress)| (place, progress))
            .collect();
        let mut line = Line {
            code: group.code.clone(),
            call_backs: count(call_backs, |due| due.group == group.code),
            ..Line::default()
        };
        for (_, progress) in &of_group {
            line.progress.merge(progress);
        }
        line.target = group_target(plan, group, line.progress.invited);
        let invited: Vec<u64> = of_group.iter().map(|(_, progress)| progress.invited).collect();
        if only.is_none_or(|code| code == group.code) {
            for ((place, progress), target) in of_group.into_iter().zip(spread(line.target, &invited)) {
                let of_place = places.entry(place.clone()).or_default();
                of_place.progress.merge(progress);
                of_place.target += target;
            }
        }
        groups.push(line);
    }
    let mut townships: Vec<Line> = Vec::new();
    let mut total = Line::default();
    for (place, mut line) in places {
        line.call_backs = count(call_backs, |due| {
            place_of(&due.township) == place && only.is_none_or(|code| code == due.group)
        });
        line.code = place;
        total.progress.merge(&line.progress);
        total.call_backs += line.call_backs;
        townships.push(line);
    }
    total.target = groups
        .iter()
        .filter(|line| only.is_none_or(|code| code == line.code))
        .map(|line| line.target)
        .sum();
    townships.sort_by(|a, b| b.gap().cmp(&a.gap()).then_with(|| a.code.cmp(&b.code)));
    Standing {
        groups,
        townships,
        total,
    }
}

fn count(call_backs: &[CallBack], chosen: impl Fn(&CallBack) -> bool) -> u64 {
    call_backs.iter().filter(|due| chosen(due)).count() as u64
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::store::invitations::{COMPLETE, ISSUED};

    fn plan() -> Plan {
        Plan::read(&crate::synthetic::sample_plan()).unwrap()
    }

    fn row(group: &str, township: &str, invitation: &str, latest: Option<&str>, n: u64) -> CaseCount {
        let settles = |code: &&str| Disposition::parse(code).unwrap().settles();
        CaseCount {
            group: group.to_owned(),
            township: (!township.is_empty()).then(|| township.to_owned()),
            invitation: invitation.to_owned(),
            office: None,
            settled: latest.filter(settles).map(str::to_owned),
            latest: latest.map(str::to_owned),
            n,
        }
    }

    #[test]
    fn every_case_is_in_one_pool_and_the_rates_are_aapor_s() {
        let mut progress = Progress::default();
        let rows = [
            row("resident", "a", COMPLETE, None, 40),
            row("resident", "a", ISSUED, Some("1.1"), 2),
            row("resident", "a", ISSUED, Some("2.11"), 10),
            row("resident", "a", ISSUED, Some("2.21"), 8),
            row("resident", "a", STARTED, Some("2.21"), 3),
            row("resident", "a", ISSUED, Some("2.32"), 5),
            row("resident", "a", ISSUED, Some("4.5"), 4),
            row("resident", "a", ISSUED, None, 28),
        ];
        for row in &rows {
            progress.add(row, false);
        }
        assert_eq!(
            (progress.invited, progress.complete, progress.open()),
            (100, 40, 2 + 8 + 3 + 28)
        );
        assert_eq!(
            (
                progress.held,
                progress.not_met,
                progress.started,
                progress.untried
            ),
            (2, 8, 3, 28)
        );
        // By hand: I 40, P 2, R 10, NC 11, O 5, UO 28, not eligible 4; eligible or unknown 96.
        let rates = progress.counts.rates();
        let close = |a: f64, b: f64| assert!((a - b).abs() < 1e-12, "{a} is not {b}");
        close(rates.response[0], 40.0 / 96.0);
        close(rates.response[1], 42.0 / 96.0);
        close(rates.contact[0], 57.0 / 96.0);
        close(rates.cooperation[0], 40.0 / 57.0);
        close(rates.refusal[0], 10.0 / 96.0);
        close(rates.e, 68.0 / 72.0);
        // Once fieldwork is over the two interviews that never came in are lost, and the three begun are broken off.
        let mut last = Progress::default();
        for row in &rows {
            last.add(row, true);
        }
        let count = |disposition| last.counts.count(disposition);
        assert_eq!(
            [
                count(Disposition::Partial),
                count(Disposition::Other),
                count(Disposition::Refusal),
                count(Disposition::NonContact),
            ],
            [0.0, 7.0, 13.0, 8.0]
        );
        assert_eq!(last.counts.rr1(), progress.counts.rr1());
        assert_eq!(last.counts.rr2(), last.counts.rr1());
    }

    #[test]
    fn target_is_spread_by_invited_and_the_widest_gap_comes_first() {
        let plan = plan();
        let codes: Vec<String> = plan
            .scored_units()
            .iter()
            .take(2)
            .map(|unit| unit.code.clone())
            .collect();
        let rows = [
            row("resident", &codes[0], COMPLETE, None, 900),
            row("resident", &codes[0], ISSUED, None, 600),
            row("resident", &codes[1], COMPLETE, None, 100),
            row("resident", &codes[1], ISSUED, None, 1400),
            row("grassroots", "", ISSUED, None, 10),
        ];
        let all = standing(&plan, &rows, &[], None, false);
        let of = |code: &str| all.townships.iter().find(|line| line.code == code).unwrap();
        assert_eq!((of(&codes[0]).target, of(&codes[1]).target), (825, 825));
        assert_eq!(all.townships[0].code, codes[1]);
        assert_eq!((of(&codes[0]).gap(), of(&codes[0]).step()), (0, Step::Reached));
        assert_eq!((of(&codes[1]).gap(), of(&codes[1]).step()), (725, Step::Work));
        assert_eq!(of(&plan.round.county).target, 6, "58 % of ten, rounded up");
        assert_eq!(all.total.target, 1650 + 6);
        let bodies = standing(&plan, &rows, &[], Some("grassroots"), false);
        assert_eq!((bodies.townships.len(), bodies.groups.len()), (1, 3));
    }

    #[test]
    fn sample_too_small_for_the_target_is_exhausted() {
        let plan = plan();
        let rows = [
            row("resident", "x", COMPLETE, None, 10),
            row("resident", "x", ISSUED, Some("2.11"), 5),
        ];
        let line = &standing(&plan, &rows, &[], None, false).townships[0];
        assert_eq!((line.target, line.gap(), line.step()), (15, 5, Step::Exhausted));
    }
}
