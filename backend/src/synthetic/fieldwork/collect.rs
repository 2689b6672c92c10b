//! How answers come in: what is answered, in which way, when, and how long it took.

use std::collections::BTreeSet;

use analysis::plan::Plan;
use jiff::ToSpan;
use jiff::civil::Date;
use survey_forms::response::RawAnswers;

use super::conduct::conduct;
use super::{Case, Conduct, Response};
use crate::submit::{Answering, Mode};
use crate::synthetic::county::Population;
use crate::synthetic::draw::{Draw, Topic};
use crate::synthetic::experience::Experience;
use crate::synthetic::{body, family, resident};

/// Days of fieldwork.
const DAYS: i32 = 35;

/// The answers of a person, a relative or a body, and how they come in.
pub(super) fn collect(
    county: &Population,
    plan: &Plan,
    groups: [&str; 3],
    group: &str,
    subject: usize,
    case: Option<usize>,
) -> Response {
    let source = groups.iter().position(|code| *code == group).unwrap_or_default();
    let mut draw = county.streams.of(Topic::Collection, subject * 3 + source);
    let mut answers = RawAnswers::new();
    let (answering, age) = match source {
        0 => {
            resident::answer(county, subject, &mut answers);
            (
                Experience::of(county, subject).answering,
                county.persons[subject].age,
            )
        }
        1 => {
            family::answer(county, subject, &mut answers);
            (Answering::Myself, 45)
        }
        _ => {
            body::answer(county, subject, &mut answers);
            (Answering::Myself, 30)
        }
    };
    let mode = mode(&mut draw, source, age, answering, case.is_none());
    let (slower, per_answer) = match (answering, mode) {
        (Answering::Assisted, _) => (1.35, 9.0),
        (_, Mode::Interview) => (1.2, 9.0),
        (_, Mode::Web) => (1.0, 7.5),
        _ => (1.1, 8.5),
    };
    let written = if answers.contains_key("first_change") {
        25.0
    } else {
        0.0
    };
    let duration = (answers.len() as f64 * per_answer + written) * slower * (0.33 * draw.normal()).exp();
    let mut response = Response {
        group: group.to_owned(),
        case,
        answers,
        mode,
        answering,
        language: if draw.chance(0.004) { "en" } else { "zh" },
        day: day(&mut draw, plan, mode),
        start_minute: (8 * 60 + draw.below(12 * 60 + 30)) as u16,
        duration_s: duration.round().max(30.0) as u32,
        ways: BTreeSet::new(),
        conduct: Conduct::Careful,
    };
    conduct(county, source, subject, &mut response);
    response
}

fn mode(draw: &mut Draw, source: usize, age: u8, answering: Answering, open: bool) -> Mode {
    let web = match (source, age, answering) {
        _ if open => 1.0,
        (2, _, _) => 0.94,
        (1, _, _) => 0.72,
        (_, _, Answering::Proxy) => 0.5,
        (_, 0..45, _) => 0.62,
        (_, 45..60, _) => 0.44,
        (_, 60..75, _) => 0.24,
        _ => 0.10,
    };
    let rest: [(Mode, f64); 3] = match source {
        2 => [(Mode::Paper, 1.0), (Mode::Phone, 0.0), (Mode::Interview, 0.0)],
        1 => [(Mode::Phone, 0.6), (Mode::Interview, 0.3), (Mode::Paper, 0.1)],
        _ => [(Mode::Interview, 0.68), (Mode::Phone, 0.20), (Mode::Paper, 0.12)],
    };
    if draw.chance(web) {
        Mode::Web
    } else {
        draw.pick(&rest).unwrap_or(Mode::Paper)
    }
}

/// Web answers come early, the others as the interviewers get round.
fn day(draw: &mut Draw, plan: &Plan, mode: Mode) -> Date {
    let open = plan.round.opens_on;
    let length = open
        .until(plan.round.closes_on)
        .map_or(DAYS, |span| (span.get_days() + 1).clamp(1, DAYS));
    let u = draw.uniform();
    let part = match mode {
        Mode::Web => u * u,
        Mode::Interview => 0.08 + 0.92 * u,
        Mode::Phone | Mode::Paper => 0.25 + 0.75 * u,
    };
    let day = (part * f64::from(length)).floor().min(f64::from(length - 1));
    open.saturating_add((day as i64).days())
}

/// About one answer by open link for every hundred asked for, from people without an invitation.
pub(super) fn open_responses(
    county: &Population,
    plan: &Plan,
    groups: [&str; 3],
    cases: &[Case],
    respondents: usize,
) -> Vec<Response> {
    let mut draw = county.streams.of(Topic::Collection, (1 << 40) + 1);
    let invited: BTreeSet<usize> = cases
        .iter()
        .filter(|case| case.person.is_some())
        .map(|case| case.subject)
        .collect();
    let wanted = [respondents.div_ceil(125), respondents.div_ceil(330)];
    let mut responses = Vec::new();
    for (source, wanted) in wanted.into_iter().enumerate() {
        let before = responses.len();
        // The county has far more people than the sample, so this ends soon; the bound is for tiny counties.
        for _ in 0..wanted * 50 {
            if responses.len() - before == wanted {
                break;
            }
            let subject = draw.below(county.persons.len());
            let known = source == 0 || county.persons[subject].relative.is_some();
            if known && !invited.contains(&subject) {
                responses.push(collect(county, plan, groups, groups[source], subject, None));
            }
        }
    }
    responses
}
