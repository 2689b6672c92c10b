//! Plans with faults: every fault is named with its place, and all of them at once.

use analysis::plan::{Plan, PlanFiles};

use crate::support::{ADMIN, CRITERIA, INDICATORS, PLAN, UNITS, files};

fn with(name: &str, text: String) -> PlanFiles {
    let mut files = files();
    files.insert(name.to_owned(), text.into_bytes());
    files
}

fn faults(files: &PlanFiles) -> String {
    let faults = Plan::read(files).expect_err("a faulty plan");
    faults
        .iter()
        .map(|fault| format!("{}\n{}", fault.to_line("zh"), fault.to_line("en")))
        .collect::<Vec<_>>()
        .join("\n")
}

#[test]
fn sound_plan_is_read_and_its_seal_covers_the_rules_only() {
    let plan = Plan::read(&files()).expect("sound");
    assert_eq!(plan.scored_units().len(), 3);
    assert_eq!(plan.forms.len(), 3);
    let seal = Plan::sha256(&files());
    assert_eq!(seal, Plan::sha256(&with("admin.csv", ADMIN.replace("75", "76"))));
    assert_ne!(
        seal,
        Plan::sha256(&with(
            "indicators.csv",
            INDICATORS.replace("family=20", "family=21")
        ))
    );
}

#[test]
fn frame_with_a_duplicate_id() {
    let header = "person_id,unit,group,category,grade,sex,birth_year,hardship,phone,email";
    let frame = format!(
        "{header}\np1,t1v1,resident,vision,1,male,1960,,,\np2,t9,resident,vision,1,male,1960,,,\np1,t1v2,resident,vision,1,male,1960,,,\n"
    );
    insta::assert_snapshot!(faults(&with("frame.csv", frame)));
}

#[test]
fn unit_without_parent() {
    insta::assert_snapshot!(faults(&with(
        "units.csv",
        UNITS.replace("t2,c,", "t2,,").replace("t3v1,t3,", "t3v1,t33,")
    )));
}

#[test]
fn weights_that_do_not_sum() {
    let indicators = INDICATORS
        .replace("2.1,2,满足率,Coverage,15", "2.1,2,满足率,Coverage,20")
        .replace("参与,Participation,20", "参与,Participation,25");
    insta::assert_snapshot!(faults(&with("indicators.csv", indicators)));
}

#[test]
fn unknown_question_choice_perspective_and_measure() {
    let indicators = INDICATORS
        .replace("+,took_part,persons=100", "+,tookpart,persons=100")
        .replace("need;recv_*=yes|partly", "need;recv_*=yes|partially")
        .replace(
            "satisfaction,,,,sat_overall,resident=40",
            "satisfacton,,,,sat_overall,residents=40",
        )
        .replace("recv_*;help_*,persons", "recv_*,persons");
    insta::assert_snapshot!(faults(&with("indicators.csv", indicators)));
}

#[test]
fn criteria_and_series_that_point_nowhere() {
    let mut files = with("criteria.csv", CRITERIA.replace("A2,4,", "A1,2,"));
    files.insert(
        "admin.csv".to_owned(),
        ADMIN
            .replace("t2,2026", "t7,2026-13")
            .replace("75", "many")
            .into_bytes(),
    );
    insta::assert_snapshot!(faults(&files));
}

#[test]
fn missing_files_and_a_form_that_is_not_one() {
    let mut files = files();
    files.remove("units.csv");
    files.remove("forms/family.xlsx");
    files.insert(
        "plan.toml".to_owned(),
        PLAN.replace("min_class = 1", "min_class = \"one\"").into_bytes(),
    );
    insta::assert_snapshot!(faults(&files));
}
