//! What happened to a person in the year, whoever tells of it: needs, help, activities, visits. The person's own
//! answers and a relative's answers in the person's place draw on the same experience.

use super::answers::{Answer, Sink};
use super::county::{Category, Person, Population, Theme};
use super::draw::{Draw, Topic, five, logistic};
use crate::submit::Answering;

/// The questions of each service area, in the order of [`AREAS`](super::AREAS).
pub(super) const RECEIVED: [&str; 10] = [
    "recv_rehab",
    "recv_care",
    "recv_education",
    "recv_employment",
    "recv_poverty",
    "recv_medical",
    "recv_access",
    "recv_culture",
    "recv_cert",
    "recv_rights",
];
const HELPED: [&str; 10] = [
    "help_rehab",
    "help_care",
    "help_education",
    "help_employment",
    "help_poverty",
    "help_medical",
    "help_access",
    "help_culture",
    "help_cert",
    "help_rights",
];
const ACTIVITIES: [(&str, f64); 6] = [
    ("training", 0.26),
    ("culture_sport", 0.30),
    ("consultation", 0.16),
    ("volunteer", 0.34),
    ("association", 0.24),
    ("meeting", 0.42),
];

/// Chance that who needs it receives it, as a logit, and how much it helps, per area.
const SERVICE: [(f64, f64); 10] = [
    (0.95, 0.20),
    (0.20, 0.30),
    (1.30, 0.25),
    (0.05, -0.25),
    (1.50, 0.10),
    (1.10, 0.15),
    (0.35, 0.40),
    (0.60, -0.05),
    (2.05, 0.35),
    (0.40, -0.20),
];

/// A person's year. Codes are the questionnaire's; empty where not asked or left blank.
#[derive(Clone, Debug)]
pub(super) struct Experience {
    /// Who would fill in the person's questionnaire.
    pub(super) answering: Answering,
    /// A trait that colours every opinion about the person's services, mean 0, standard deviation 1.
    pub(super) contentment: f64,
    need: Answer,
    /// Whether help was received, per area.
    pub(super) received: [&'static str; 10],
    helped: [&'static str; 10],
    /// Activities; `none`, `rf`.
    pub(super) took_part: Answer,
    visits: &'static str,
}

impl Experience {
    /// The year of the person at this position.
    pub(super) fn of(county: &Population, index: usize) -> Self {
        let person = &county.persons[index];
        let village = county.village_of(person);
        let township = &county.townships[village.township];
        let draw = &mut county.streams.of(Topic::Experience, index);
        let contentment = draw.normal();
        let answering = answering(person, draw);

        let mut needs = [false; 10];
        for (area, needed) in needs.iter_mut().enumerate() {
            *needed = draw.chance(need_chance(person, area));
        }
        let unsaid = if draw.chance(0.006) {
            "rf"
        } else if draw.chance(0.012) {
            "dk"
        } else {
            ""
        };
        let mut received = [""; 10];
        let mut helped = [""; 10];
        for area in 0..10 {
            if !needs[area] || !unsaid.is_empty() {
                continue;
            }
            let (base, usefulness) = SERVICE[area];
            let reach = base
                + 0.42 * township.area(area)
                + village.effect
                + 0.15 * contentment
                + if person.in_hardship() { 0.15 } else { 0.0 };
            received[area] = if draw.chance(0.02) {
                if draw.chance(0.75) { "dk" } else { "rf" }
            } else if !draw.chance(logistic(reach)) {
                "no"
            } else if draw.chance(0.33) {
                "partly"
            } else {
                "yes"
            };
            if matches!(received[area], "yes" | "partly") {
                let partly = if received[area] == "partly" { -0.45 } else { 0.15 };
                let help =
                    usefulness + partly + 0.24 * township.area(area) + village.effect + 0.4 * contentment;
                helped[area] = opinion(draw, help, 0.85);
            }
        }
        let need = if unsaid.is_empty() {
            codes(&needs, &super::AREAS)
        } else {
            Answer::Borrowed(unsaid)
        };
        let took_part = activities(
            person,
            draw,
            township.theme(Theme::Participation) + 2.0 * village.effect,
            contentment,
        );
        let visits = visits(
            person,
            draw,
            township.theme(Theme::Contact) + 2.0 * village.effect,
        );
        Self {
            answering,
            contentment,
            need,
            received,
            helped,
            took_part,
            visits,
        }
    }

    /// Answers the questions that a proxy may answer too.
    pub(super) fn put_needs(&self, sink: &mut impl Sink) {
        sink.put("need", self.need.clone());
        for area in 0..10 {
            sink.code(RECEIVED[area], self.received[area]);
            sink.code(HELPED[area], self.helped[area]);
        }
    }

    /// Answers about activities and visits.
    pub(super) fn put_contact(&self, sink: &mut impl Sink) {
        sink.put("took_part", self.took_part.clone());
        sink.code("visits", self.visits);
    }

    /// Whether any help was received in this area.
    pub(super) fn got(&self, area: usize) -> bool {
        matches!(self.received[area], "yes" | "partly")
    }
}

/// A latent mean and its noise as five steps, or one of the ways of not answering.
pub(super) fn opinion(draw: &mut Draw, mean: f64, noise_sd: f64) -> &'static str {
    let x = mean + noise_sd * draw.normal();
    match draw.uniform() {
        u if u < 0.022 => "dk",
        u if u < 0.030 => "rf",
        u if u < 0.037 => "",
        _ => five(x),
    }
}

/// Yes with this chance, or one of the ways of not answering.
pub(super) fn yes_no(draw: &mut Draw, yes: f64) -> &'static str {
    match draw.uniform() {
        u if u < 0.018 => "dk",
        u if u < 0.025 => "rf",
        u if u < 0.030 => "",
        _ if draw.chance(yes) => "yes",
        _ => "no",
    }
}

/// The chosen codes, joined by spaces; `none` when there are none.
pub(super) fn codes(chosen: &[bool], codes: &[&'static str]) -> Answer {
    let mut picked = codes
        .iter()
        .zip(chosen)
        .filter(|(_, chosen)| **chosen)
        .map(|(code, _)| *code);
    match (picked.next(), picked.next()) {
        (None, _) => Answer::Borrowed("none"),
        (Some(only), None) => Answer::Borrowed(only),
        (Some(first), Some(second)) => {
            let mut text = format!("{first} {second}");
            for code in picked {
                text.push(' ');
                text.push_str(code);
            }
            Answer::Owned(text)
        }
    }
}

fn answering(person: &Person, draw: &mut Draw) -> Answering {
    if person.age < 16 {
        return Answering::Proxy;
    }
    let severe: f64 = if person.grade <= 2 { 1.6 } else { 0.7 };
    let (proxy, assisted): (f64, f64) = match person.category {
        Category::Intellectual => (0.30, 0.40),
        Category::Mental => (0.20, 0.30),
        Category::Multiple => (0.24, 0.38),
        Category::Speech => (0.10, 0.35),
        Category::Hearing => (0.06, 0.28),
        Category::Vision => (0.03, 0.46),
        Category::Physical => (0.05, 0.18),
    };
    let old = if person.age >= 75 { 1.5 } else { 1.0 };
    let u = draw.uniform();
    let proxy = (proxy * severe * old).min(0.6);
    if u < proxy {
        Answering::Proxy
    } else if u < (proxy + assisted * old).min(0.95) {
        Answering::Assisted
    } else {
        Answering::Myself
    }
}

fn need_chance(person: &Person, area: usize) -> f64 {
    use Category::{Intellectual, Mental, Multiple, Physical, Vision};
    let severe = person.grade <= 2;
    let age = person.age;
    let when = |condition: bool, factor: f64| if condition { factor } else { 1.0 };
    let chance = match super::AREAS[area] {
        "rehab" => {
            0.30 * when(person.category == Physical, 1.2)
                * when(severe, 1.25)
                * when(person.category == Mental, 0.6)
        }
        "care" => {
            0.07 * when(matches!(person.category, Intellectual | Mental | Multiple), 2.0)
                * when(severe, 1.7)
                * when(age >= 75, 1.5)
        }
        "education" => {
            if age < 24 {
                0.55
            } else {
                0.012
            }
        }
        "employment" => match age {
            16..60 => 0.24 * when(!severe, 1.3),
            _ => 0.006,
        },
        "poverty" => {
            if person.in_hardship() {
                0.48
            } else {
                0.20
            }
        }
        "medical" => 0.26 * when(age >= 60, 1.3) * when(person.category == Mental, 1.6),
        "access" => {
            0.09 * when(matches!(person.category, Physical | Vision | Multiple), 1.6) * when(severe, 1.5)
        }
        "culture" => 0.09 * when(!severe, 1.25) * when(age >= 75, 0.6),
        "cert" => 0.09,
        _ => 0.055,
    };
    chance.min(0.85)
}

fn activities(person: &Person, draw: &mut Draw, standing: f64, contentment: f64) -> Answer {
    if draw.chance(0.008) {
        return Answer::Borrowed(if draw.chance(0.5) { "rf" } else { "dk" });
    }
    let able = match person.grade {
        1 => -0.75,
        2 => -0.30,
        3 => 0.15,
        _ => 0.30,
    } - if person.age >= 75 { 0.45 } else { 0.0 };
    // First whether at all, then what: at least one, so that the rate is what the first line says.
    let any = draw.chance(logistic(0.75 + able + 0.42 * standing + 0.2 * contentment));
    let mut chosen = [false; 6];
    if any {
        let sure = draw
            .pick(&[(0, 0.14), (1, 0.17), (2, 0.07), (3, 0.22), (4, 0.13), (5, 0.27)])
            .unwrap_or(5);
        chosen[sure] = true;
        for (activity, (_, chance)) in ACTIVITIES.iter().enumerate() {
            chosen[activity] |= draw.chance(chance * 0.55);
        }
    }
    codes(&chosen, &ACTIVITIES.map(|(code, _)| code))
}

fn visits(person: &Person, draw: &mut Draw, standing: f64) -> &'static str {
    if draw.chance(0.03) {
        return if draw.chance(0.7) { "dk" } else { "" };
    }
    let mean = 1.15 * (0.26 * standing).exp() * if person.in_hardship() { 1.55 } else { 0.85 };
    // Poisson by inversion, three or more together.
    let u = draw.uniform();
    let none = (-mean).exp();
    match u {
        u if u < none => "0",
        u if u < none * (1.0 + mean) => "1",
        u if u < none * (1.0 + mean + mean * mean / 2.0) => "2",
        _ => "3",
    }
}
