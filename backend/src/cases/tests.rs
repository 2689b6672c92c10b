use analysis::plan::PlanFiles;
use uuid::Uuid;

use super::figures::{self, Figures};
use analysis::plan::Plan;

use super::*;
use crate::store::cases::Brief;

fn plan() -> Plan {
    let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/sample");
    let mut files: PlanFiles = crate::rounds::files::read(&folder).unwrap();
    files.remove("frame.csv");
    Plan::read(&files).unwrap()
}

fn brief(unit: &str, state: CaseState, due_on: &str, done_on: Option<&str>) -> Brief {
    Brief {
        unit: Some(unit.to_owned()),
        area: None,
        state: state.as_str().to_owned(),
        due_on: due_on.to_owned(),
        done_on: done_on.map(str::to_owned),
        outcome: None,
        satisfaction: None,
    }
}

#[test]
fn words_of_states_outcomes_and_steps_are_read_back() {
    for state in CaseState::ALL {
        assert_eq!(CaseState::parse(state.as_str()), Some(state));
        for next in state.next() {
            assert!(
                !matches!(next, CaseState::New | CaseState::Withdrawn),
                "the office makes no {next:?}"
            );
        }
    }
    for outcome in Outcome::ALL {
        assert_eq!(Outcome::parse(outcome.as_str()), Some(outcome));
    }
    for step in Satisfaction::ALL {
        assert_eq!(Satisfaction::parse(step.as_str()), Some(step));
    }
    assert_eq!(CaseState::parse("done"), None);
}

#[test]
fn only_a_wish_for_contact_makes_a_case() {
    assert_eq!(
        wish(r#"{"first_change":"路太陡","follow_up":"yes"}"#).as_deref(),
        Some("路太陡")
    );
    assert_eq!(wish(r#"{"follow_up":"yes"}"#).as_deref(), Some(""));
    for nothing in [
        r#"{"first_change":"路太陡"}"#,
        r#"{"first_change":"follow_up","follow_up":"no"}"#,
        "{}",
    ] {
        assert_eq!(wish(nothing), None, "{nothing}");
    }
}

#[test]
fn plain_text_loses_what_is_no_text() {
    assert_eq!(plain(" 一\r\n二\u{7}\u{0} ").as_deref(), Some("一\n二"));
    assert_eq!(plain(" \r\n\u{1b} "), None);
}

#[test]
fn figures_count_late_cases_as_not_in_time_and_leave_out_those_taken_back() {
    let plan = plan();
    let code = plan.units.of_level("township")[0].code.clone();
    let mut closed = brief(&code, CaseState::Closed, "2026-11-10", Some("2026-11-10"));
    closed.outcome = Some("solved".to_owned());
    closed.satisfaction = Some("good".to_owned());
    let mut unsure = brief(&code, CaseState::Answered, "2026-11-10", Some("2026-11-12"));
    unsure.satisfaction = Some("dont_know".to_owned());
    let cases = [
        closed,
        unsure,
        brief(&code, CaseState::New, "2026-11-19", None),
        brief(&code, CaseState::Working, "2026-11-20", None),
        brief(&code, CaseState::Withdrawn, "2026-11-01", Some("2026-11-02")),
    ];
    let table = figures::table(&plan, &cases, "2026-11-20");
    assert_eq!(
        table.total,
        Figures {
            cases: 4,
            open: 2,
            overdue: 1,
            judged: 3,
            on_time: 1,
            closed: 1,
            solved: 1,
            rated: 1,
            satisfied: 1,
        }
    );
    let late = figures::overdue(&cases, jiff::civil::date(2026, 11, 20));
    assert_eq!((late.count, late.oldest_days), (1, 1));
    assert_eq!(late.by_unit, [(Some(code), 1)]);
}

#[test]
fn guarded_figures_show_no_township_with_few_cases_and_none_can_be_subtracted() {
    let plan = plan();
    let units = plan.units.of_level("township");
    for (sizes, lines) in [
        (vec![30, 3, 4, 12], 2),
        (vec![30, 12, 3, 20], 3),
        (vec![30, 9], 1),
        (vec![5], 0),
        (vec![15, 15, 15], 3),
    ] {
        let mut cases = Vec::new();
        for (unit, size) in units.iter().zip(&sizes) {
            let case = brief(&unit.code, CaseState::Working, "2026-12-01", None);
            cases.extend(std::iter::repeat_n(case, *size));
        }
        let table = figures::table(&plan, &cases, "2026-11-20").guarded(10);
        assert_eq!(table.lines.len(), lines, "{sizes:?}: {:?}", table.lines);
        let mut shown = 0;
        for line in &table.lines {
            assert!(line.figures.cases >= 10, "{sizes:?}: {line:?}");
            shown += line.figures.cases;
        }
        // What is left out altogether is the whole, or nothing: a difference tells nothing of few.
        assert!(shown == table.total.cases || shown == 0, "{sizes:?}");
    }
}

#[test]
fn shares_of_few_or_of_all_are_taken_out() {
    let all = Figures {
        cases: 40,
        judged: 9,
        on_time: 4,
        closed: 20,
        solved: 20,
        rated: 12,
        satisfied: 12,
        ..Figures::default()
    };
    let guarded = all.guarded(10);
    assert_eq!(guarded.on_time_share(), None);
    assert_eq!(
        guarded.solved_share(),
        Some(1.0),
        "an outcome is the office's, not a person's"
    );
    assert_eq!(guarded.satisfied_share(), None);
}

#[test]
fn sealed_texts_open_with_their_case_only() {
    let (keys, entropy) = (Keys::from_master(&[3; 32]), Entropy::seeded(1));
    let mut case = Case {
        id: Uuid::from_u128(1),
        round_id: "r".to_owned(),
        leaf: "l".to_owned(),
        group: "g".to_owned(),
        area: None,
        unit: None,
        text: Vec::new(),
        contact: None,
        state: "new".to_owned(),
        owner: None,
        opened_on: String::new(),
        due_on: String::new(),
        done_on: None,
        outcome: None,
        satisfaction: None,
        unread: true,
    };
    assert_eq!(text(&keys, &case).unwrap(), "", "destroyed");
    case.text = keys
        .seal(&context(case.id, "text"), "路太陡".as_bytes(), &entropy)
        .unwrap();
    assert_eq!(text(&keys, &case).unwrap(), "路太陡");
    case.id = Uuid::from_u128(2);
    assert!(text(&keys, &case).is_err());
}

#[test]
fn deadlines_are_days_later_over_the_end_of_a_month() {
    assert_eq!(due("2026-11-20", 15).unwrap(), "2026-12-05");
    assert!(due("no day", 15).is_err());
}
