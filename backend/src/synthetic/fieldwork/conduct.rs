//! How people read while answering, and how a few of them hurry: what the flags of `analysis::round` are there to see.
//!
//! Drawn from a stream of its own, so that who answers what, when and by which mode is the same with and without it.

use survey_forms::response::RawAnswers;

use super::Response;
use crate::submit::{Answering, Mode, Way};
use crate::synthetic::county::{Category, Person, Population};
use crate::synthetic::draw::{Draw, Topic};

/// Share of those who answer alone on the web that press through.
const HASTY: f64 = 0.02;
/// Share of them that also give one answer to every opinion.
const ONE_ANSWER: f64 = 0.3;

/// How a response was given.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Conduct {
    /// With care.
    Careful,
    /// In a second or so an answer.
    Hasty,
    /// Hastily, and with one answer to every opinion.
    OneAnswer,
}

/// Gives a response its ways of reading and its conduct.
///
/// - `source`: 0 residents, 1 relatives, 2 bodies.
pub(super) fn conduct(county: &Population, source: usize, subject: usize, response: &mut Response) {
    let draw = &mut county.streams.of(Topic::Conduct, subject * 3 + source);
    let person = (source < 2).then(|| &county.persons[subject]);
    if response.mode == Mode::Web {
        response.ways = match (source, person) {
            (0, Some(person)) => ways(draw, person, response.answering),
            _ => [(Way::Large, 0.06)]
                .into_iter()
                .filter(|(_, share)| draw.chance(*share))
                .map(|(way, _)| way)
                .collect(),
        };
        let slower: f64 = response.ways.iter().map(|way| slower(*way)).product();
        response.duration_s = (f64::from(response.duration_s) * slower).round() as u32;
        let alone = response.answering == Answering::Myself && source < 2 && response.ways.is_empty();
        if alone && draw.chance(HASTY) {
            let pace = 0.8 + 0.7 * draw.uniform();
            response.duration_s = (response.answers.len() as f64 * pace).round() as u32;
            response.conduct = Conduct::Hasty;
            if draw.chance(ONE_ANSWER) {
                let code = if draw.chance(0.6) { "4" } else { "5" };
                answer_alike(&mut response.answers, code);
                response.conduct = Conduct::OneAnswer;
            }
        }
    }
}

/// One code for every opinion on the five-point scale.
fn answer_alike(answers: &mut RawAnswers, code: &str) {
    let opinions = answers
        .iter_mut()
        .filter(|(name, _)| name.starts_with("sat_") || name.starts_with("help_") || *name == "life_change");
    for (_, answer) in opinions {
        code.clone_into(answer);
    }
}

/// How much longer an answer takes.
fn slower(way: Way) -> f64 {
    match way {
        Way::ReadAloud => 1.7,
        Way::Sign => 2.1,
        Way::Easy => 1.25,
        Way::Large | Way::Contrast => 1.0,
    }
}

fn ways(draw: &mut Draw, person: &Person, answering: Answering) -> std::collections::BTreeSet<Way> {
    use Category::{Hearing, Intellectual, Mental, Multiple, Speech, Vision};
    let old = person.age >= 60;
    let mut chances = [
        (Way::ReadAloud, if old { 0.14 } else { 0.04 }),
        (Way::Sign, 0.0),
        (Way::Easy, 0.02),
        (Way::Large, if old { 0.30 } else { 0.06 }),
        (Way::Contrast, 0.02),
    ];
    for (way, chance) in &mut chances {
        *chance = match (person.category, *way) {
            (Vision, Way::ReadAloud) => 0.55,
            (Vision, Way::Large | Way::Contrast) => 0.35,
            (Hearing | Speech, Way::Sign) => 0.35,
            (Hearing, Way::ReadAloud) => 0.01,
            (Intellectual, Way::Easy) => 0.60,
            (Intellectual, Way::ReadAloud) => 0.25,
            (Mental | Multiple, Way::Easy) => 0.20,
            _ => *chance,
        };
    }
    // Somebody who answers in the person's place reads for themselves.
    let helped = if answering == Answering::Proxy { 0.2 } else { 1.0 };
    let used = chances
        .into_iter()
        .filter(|(_, chance)| draw.chance(chance * helped));
    used.map(|(way, _)| way).collect()
}
