//! What is stored, and what respondents are told.

use proptest::prelude::*;

use super::{FieldError, validate, validate_page};
use crate::flow;
use crate::form::Form;
use crate::response::RawAnswers;
use crate::testing::{TODAY, answers, form};

fn sample() -> Form {
    form(crate::xlsform::tests::EVERYTHING)
}

const GOOD: &[(&str, &str)] = &[
    ("age", " ３０ "),
    ("town", "a"),
    ("village", "a2"),
    ("need", "care rehab care"),
    ("sat", "4"),
    ("hours", "7.50"),
    ("income", "0.0"),
    ("wish", "多来看看\r\n我们"),
];

fn with(changes: &[(&str, &str)]) -> RawAnswers {
    let mut all = answers(GOOD);
    for (name, value) in changes {
        all.insert((*name).to_owned(), (*value).to_owned());
    }
    all
}

fn said(result: Result<RawAnswers, Vec<FieldError>>) -> Vec<String> {
    let errors = result.expect_err("errors");
    errors
        .iter()
        .map(|error| format!("{}: {}", error.field, error.message.get("zh")))
        .collect()
}

#[test]
fn validate__good_answers__are_stored_in_canonical_form() {
    let stored = validate(&sample(), &answers(GOOD), TODAY).unwrap();
    assert_eq!(
        stored,
        answers(&[
            ("age", "30"),
            ("town", "a"),
            ("village", "a2"),
            ("need", "rehab care"),
            ("sat", "4"),
            ("hours", "7.5"),
            ("income", "0"),
            ("wish", "多来看看\n我们"),
            ("score", "1"),
        ])
    );
}

#[test]
fn validate__all_faults_at_once() {
    let changes = [
        ("age", "15"),
        ("village", "b1"),
        ("since", "2026-01-01"),
        ("hours", "7.3"),
        ("income", "很多"),
        ("agee", "1"),
        ("welcome", "x"),
        ("about", "x"),
    ];
    insta::assert_debug_snapshot!(said(validate(&sample(), &with(&changes), TODAY)));
}

#[test]
fn validate__required_per_kind__says_what_to_do() {
    let blanks = [("age", ""), ("town", " "), ("sat", ""), ("need", "")];
    // Without an age the question of needs is not asked, so neither is the group behind it.
    assert_eq!(
        said(validate(&sample(), &with(&blanks), TODAY)),
        [
            "age: 这道题还没有填。请填一个数字。",
            "town: 这道题还没有选。请选一项。",
            "village: 这个答案不在选项里。请从列出的选项中选。",
            "hours: 按前面的回答，这道题不用答。请去掉这个答案。"
        ]
    );
    assert!(
        said(validate(
            &sample(),
            &with(&[("need", ""), ("sat", ""), ("hours", "")]),
            TODAY
        ))[0]
            .starts_with("need: 这道题还没有选。请至少选一项。")
    );
}

#[test]
fn validate__constraint_fails__says_the_authors_words() {
    let errors = validate(&sample(), &with(&[("age", "121")]), TODAY).unwrap_err();
    assert_eq!(errors[0].message.get("zh"), "请填 16 到 120。");
    assert_eq!(errors[0].message.get("en"), "From 16 to 120.");
    assert_eq!(
        said(validate(&sample(), &with(&[("need", "none rehab")]), TODAY)),
        ["need: “都不需要”不能和别的一起选。"]
    );
}

#[test]
fn validate__missing_kind_beside_answers__is_refused() {
    assert_eq!(
        said(validate(&sample(), &with(&[("need", "rehab dk")]), TODAY)),
        ["need: 选了“说不清”，就不能再选别的。请去掉其中一项。"]
    );
    let dont_know = with(&[("need", "dk"), ("sat", ""), ("hours", "")]);
    assert_eq!(
        validate(&sample(), &dont_know, TODAY).unwrap()["need"],
        "dk",
        "don't know is an answer to store"
    );
}

#[test]
fn validate__hidden_answer__is_an_error_unless_empty() {
    assert_eq!(
        said(validate(&sample(), &with(&[("since", "2026-01-01")]), TODAY)),
        ["since: 按前面的回答，这道题不用答。请去掉这个答案。"]
    );
    assert!(validate(&sample(), &with(&[("since", " ")]), TODAY).is_ok());
}

#[test]
fn validate__calculation_by_the_client__does_not_count() {
    let stored = validate(
        &sample(),
        &with(&[("score", "999"), ("start", "2026-01-01T00:00:00")]),
        TODAY,
    )
    .unwrap();
    assert_eq!(stored["score"], "1");
    assert!(!stored.contains_key("start"));
}

#[test]
fn validate__today__is_the_day_given() {
    let answers = with(&[("income", "5"), ("since", "2026年11月24日")]);
    assert_eq!(
        said(validate(&sample(), &answers, TODAY)),
        ["since: 不能晚于今天。"]
    );
    let tomorrow = TODAY.tomorrow().unwrap();
    assert_eq!(
        validate(&sample(), &answers, tomorrow).unwrap()["since"],
        "2026-11-24"
    );
}

#[test]
fn validate_page__looks_at_its_own_questions_only() {
    let form = sample();
    let given = answers(&[("age", "30"), ("need", "rehab"), ("hours", "25")]);
    let care = flow::page(&form, &given, "care", TODAY).unwrap();
    let fields: Vec<String> = validate_page(&form, &care, &given, TODAY)
        .into_iter()
        .map(|error| error.field)
        .collect();
    assert_eq!(fields, ["sat", "hours"]);
}

proptest! {
    /// What is stored is accepted again and stays as it is; a whole response never surprises the second reader.
    #[test]
    fn validate__of_what_is_stored__is_the_same(
        given in prop::collection::btree_map(
            proptest::sample::select(vec!["age", "town", "village", "need", "sat", "hours", "income", "since", "wish"])
                .prop_map(str::to_owned),
            prop_oneof![
                proptest::sample::select(vec!["30", "a", "a1", "rehab", "care rehab", "5", "dk", "1.50", "2026/1/2", "x  y"])
                    .prop_map(str::to_owned),
                "\\PC{0,8}",
            ],
            0..9,
        )
    ) {
        let form = sample();
        if let Ok(stored) = validate(&form, &given, TODAY) {
            prop_assert_eq!(validate(&form, &stored, TODAY), Ok(stored));
        }
    }
}
