//! What a grassroots body answers to its questionnaire.

use std::borrow::Cow;

use super::answers::Sink;
use super::county::{BodyKind, Population, Theme};
use super::draw::{Draw, Topic, logistic};
use super::experience::{codes, opinion, yes_no};
use super::resident::{closing, present};

const BURDENS: [(&str, f64); 6] = [
    ("forms", 0.55),
    ("apps", 0.42),
    ("inspections", 0.33),
    ("meetings", 0.24),
    ("travel", 0.20),
    ("other_duties", 0.38),
];
const COOPERATION: [(&str, f64); 4] = [
    ("coop_health", 0.25),
    ("coop_education", 0.05),
    ("coop_civil", 0.35),
    ("coop_court", -0.10),
];

/// Puts the answers of the body at this position.
pub(super) fn answer(county: &Population, index: usize, sink: &mut impl Sink) {
    let body = &county.bodies[index];
    let draw = &mut county.streams.of(Topic::Bodies, index);
    let village = body
        .village
        .map_or(0.0, |village| county.villages[village].effect);
    let (capacity, quality) = body.township.map_or((0.0, 0.0), |t| {
        (
            county.townships[t].theme(Theme::Capacity),
            county.townships[t].quality,
        )
    });
    let standing = capacity + 2.0 * village;
    let mood = village + 0.5 * draw.normal();

    sink.code("body_type", body.kind.code());
    let filled = [
        ("head", 0.45),
        ("staff", 0.44),
        ("member", 0.09),
        ("other", 0.01),
        ("rf", 0.01),
    ];
    sink.code("filled_by", draw.pick(&filled).unwrap_or_default());
    sink.code("staff_present", present(draw, 0.04));
    sink.code("staff_post", degrees(draw, 1.6 + 0.5 * standing));
    let trained = yes_no(draw, logistic(1.3 + 0.4 * standing));
    sink.code("staff_trained", trained);
    sink.code("pay_on_time", degrees(draw, 1.4 + 0.5 * standing));
    if trained == "yes" {
        sink.code("sat_training", opinion(draw, 0.1 + mood, 0.85));
    }
    sink.code("equipment", degrees(draw, 0.4 + 0.4 * standing));
    sink.code("funds", degrees(draw, -0.7 + 0.3 * standing));
    if body.kind != BodyKind::SpecialAssociation {
        sink.code("one_stop", degrees(draw, 0.9 + 0.5 * standing));
    }
    if body.kind == BodyKind::VillageAssociation {
        sink.code("register_current", yes_no(draw, logistic(1.3 + 0.4 * standing)));
        let extents = match standing {
            s if s > 0.8 => [
                ("all", 0.40),
                ("most", 0.38),
                ("half", 0.13),
                ("some", 0.07),
                ("none", 0.02),
            ],
            s if s > -0.6 => [
                ("all", 0.24),
                ("most", 0.37),
                ("half", 0.22),
                ("some", 0.14),
                ("none", 0.03),
            ],
            _ => [
                ("all", 0.12),
                ("most", 0.28),
                ("half", 0.28),
                ("some", 0.24),
                ("none", 0.08),
            ],
        };
        sink.code("known_visited", draw.pick(&extents).unwrap_or_default());
    }
    let busy = match body.kind {
        BodyKind::VillageAssociation => 3.0,
        _ => 12.0,
    };
    sink.put("activities", count(draw, busy * (0.2 * standing).exp()));
    sink.put("volunteers", count(draw, 3.0 * busy * (0.25 * standing).exp()));
    sink.code(
        "purchased_services",
        yes_no(draw, logistic(0.4 + 0.45 * standing)),
    );
    sink.code("enterprises", yes_no(draw, logistic(-0.2 + 0.4 * standing)));
    for (question, liked) in COOPERATION {
        let never = draw.chance(0.12);
        let answer = opinion(draw, liked + 0.1 * quality + mood, 0.85);
        sink.code(question, if never { "na" } else { answer });
    }
    sink.code("asked_opinion", yes_no(draw, logistic(0.9 + 0.2 * standing)));
    let raised = yes_no(draw, 0.42);
    sink.code("raised", raised);
    if raised == "yes" {
        sink.code("raised_answered", yes_no(draw, logistic(1.0 + 0.2 * standing)));
    }
    let mut chosen = [false; 6];
    for (burden, (_, chance)) in BURDENS.iter().enumerate() {
        chosen[burden] = draw.chance(*chance);
    }
    sink.put("burden", codes(&chosen, &BURDENS.map(|(code, _)| code)));
    sink.code("sat_guidance", opinion(draw, 0.25 + mood, 0.85));
    sink.code("sat_overall", opinion(draw, 0.20 + mood, 0.85));
    closing(draw, sink);
}

/// Yes, partly or no, from a logit; sometimes no answer.
fn degrees(draw: &mut Draw, logit: f64) -> &'static str {
    match yes_no(draw, logistic(logit)) {
        "no" if draw.chance(0.6) => "partly",
        other => other,
    }
}

/// A whole number around `mean`.
fn count(draw: &mut Draw, mean: f64) -> Cow<'static, str> {
    if draw.chance(0.04) {
        return Cow::Borrowed("");
    }
    // Geometric-like spread, as such figures have.
    let value = (mean * (0.5 * draw.normal()).exp()).round().clamp(0.0, 400.0);
    Cow::Owned(format!("{value:.0}"))
}
