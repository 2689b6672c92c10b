//! What a relative or friend answers to the family questionnaire.

use super::answers::Sink;
use super::county::{Category, Population, Theme};
use super::draw::{Draw, Topic, logistic};
use super::experience::{Experience, codes, opinion, yes_no};
use super::resident::{PROCESS, closing, present};
use crate::submit::Answering;

const SUPPORT: [(&str, f64); 4] = [
    ("skills", 0.22),
    ("counselling", 0.10),
    ("money", 0.34),
    ("equipment", 0.18),
];

/// Puts the answers of the relative of the person at this position.
pub(super) fn answer(county: &Population, index: usize, sink: &mut impl Sink) {
    let experience = Experience::of(county, index);
    let person = &county.persons[index];
    let village = county.village_of(person);
    let township = &county.townships[village.township];
    let draw = &mut county.streams.of(Topic::Relatives, index);
    // Half of what colours a relative's view is the person's own experience.
    let mood = village.effect + 0.55 * (0.6 * experience.contentment + 0.8 * draw.normal());

    sink.code(
        "relation",
        if draw.chance(0.01) {
            "rf"
        } else {
            person.relative.unwrap_or("relative")
        },
    );
    sink.code("staff_present", present(draw, township.watched(0.03)));
    let dependent = person.grade <= 2
        || matches!(
            person.category,
            Category::Intellectual | Category::Mental | Category::Multiple
        );
    let hours = hours(draw, dependent);
    sink.code("care_hours", hours);
    let can_answer = if experience.answering == Answering::Proxy {
        draw.chance(0.1)
    } else {
        draw.chance(0.97)
    };
    sink.code("can_answer", if can_answer { "yes" } else { "no" });
    if !can_answer {
        sink.code("proxy_reason", person.proxy_reason().unwrap_or("away"));
        experience.put_needs(sink);
        experience.put_contact(sink);
    }
    if hours != "none" {
        carer(draw, hours, township.theme(Theme::Carers), mood, sink);
    }
    let contact = township.theme(Theme::Contact) + 2.0 * village.effect;
    sink.code("knows_benefits", yes_no(draw, logistic(0.65 + 0.35 * contact)));
    sink.code(
        "knows_guardianship",
        yes_no(draw, logistic(-0.2 + 0.35 * contact)),
    );
    sink.code("knows_whom", yes_no(draw, logistic(1.0 + 0.35 * contact)));
    sink.code("seen_lists", yes_no(draw, logistic(0.5 + 0.35 * contact)));
    sink.code("asked_opinion", yes_no(draw, logistic(0.4 * contact)));
    let process = township.theme(Theme::Process);
    for (question, standing) in PROCESS {
        let never = draw.chance(0.07);
        let answer = opinion(draw, standing + 0.26 * process + mood, 0.82);
        sink.code(question, if never { "na" } else { answer });
    }
    sink.code(
        "sat_overall",
        opinion(draw, 0.05 + 0.30 * township.quality + mood, 0.82),
    );
    closing(draw, sink);
}

fn hours(draw: &mut Draw, dependent: bool) -> &'static str {
    let shares = if dependent {
        [
            ("none", 0.09),
            ("under_2", 0.14),
            ("from_2", 0.30),
            ("from_6", 0.24),
            ("from_12", 0.20),
            ("dk", 0.02),
            ("rf", 0.01),
        ]
    } else {
        [
            ("none", 0.42),
            ("under_2", 0.27),
            ("from_2", 0.18),
            ("from_6", 0.07),
            ("from_12", 0.03),
            ("dk", 0.02),
            ("rf", 0.01),
        ]
    };
    draw.pick(&shares).unwrap_or("none")
}

/// The questions for those who care.
fn carer(draw: &mut Draw, hours: &'static str, standing: f64, mood: f64, sink: &mut impl Sink) {
    let weight = match hours {
        "from_12" => 1.1,
        "from_6" => 0.7,
        "from_2" => 0.2,
        _ => -0.5,
    };
    sink.code("carer_load", opinion(draw, weight - 0.9 - 0.3 * mood, 0.9));
    let respite = yes_no(draw, logistic(-0.75 + 0.4 * standing + 0.4 * weight));
    sink.code("respite", respite);
    if respite == "yes" {
        sink.code("sat_respite", opinion(draw, 0.2 + 0.27 * standing + mood, 0.8));
    }
    let mut chosen = [false; 4];
    for (support, (_, chance)) in SUPPORT.iter().enumerate() {
        chosen[support] = draw.chance((chance * (1.0 + 0.25 * standing)).clamp(0.02, 0.9));
    }
    sink.put("carer_support", codes(&chosen, &SUPPORT.map(|(code, _)| code)));
    if chosen.contains(&true) {
        sink.code(
            "sat_carer_support",
            opinion(draw, 0.1 + 0.27 * standing + mood, 0.8),
        );
    }
    sink.code(
        "sat_carer_overall",
        opinion(draw, -0.15 - 0.15 * weight + 0.28 * standing + mood, 0.8),
    );
}
