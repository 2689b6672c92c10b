//! Answers for tests that post responses themselves.

use serde_json::{Map, Value, json};

/// The service areas of the sample plan.
const AREAS: [&str; 10] = [
    "rehab",
    "care",
    "education",
    "employment",
    "poverty",
    "medical",
    "access",
    "culture",
    "cert",
    "rights",
];

/// The shortest valid answers to the sample plan's residents' questionnaire: someone who answers for themselves,
/// needed nothing and took part in nothing.
pub fn minimal_resident() -> Value {
    json!({ "answering": "self", "need": "none", "took_part": "none" })
}

/// About fifty answers, 1.6 KB as JSON: someone who needed everything and got it.
pub fn long_resident() -> Value {
    let mut answers = Map::new();
    answers.insert("answering".to_owned(), json!("self"));
    answers.insert("need".to_owned(), json!(AREAS.join(" ")));
    for area in AREAS {
        answers.insert(format!("recv_{area}"), json!("yes"));
        answers.insert(format!("help_{area}"), json!("4"));
        answers.insert(format!("sat_{area}"), json!("4"));
    }
    answers.insert("took_part".to_owned(), json!("training meeting"));
    for name in [
        "sat_attitude",
        "sat_speed",
        "sat_trips",
        "sat_fair",
        "sat_clear",
        "life_change",
        "sat_overall",
    ] {
        answers.insert(name.to_owned(), json!("4"));
    }
    answers.insert(
        "first_change".to_owned(),
        json!("希望村里的康复点每周多开两天，晚上也能去，最好有人上门指导。"),
    );
    Value::Object(answers)
}
