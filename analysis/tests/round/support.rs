//! A small county with three townships, its plan folder, and cases made one by one.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::{Plan, PlanFiles};
use analysis::results::RoundDetail;
use analysis::round::{CriterionScore, GroupCases, MarginTotals, RoundInput, compute};
use polars::prelude::{Column, DataFrame};
use rust_xlsxwriter::Workbook;

pub(crate) const PLAN: &str = r#"
[round]
id = "small-2026"
year = 2026
title = { zh = "小县测评", en = "Small county" }
organiser = { zh = "考评办", en = "Office" }
opens_on = 2026-10-15
closes_on = 2026-11-15
[[groups]]
code = "resident"
name = { zh = "残疾人", en = "Residents" }
weight = 40
form = "resident"
source = "persons"
[[groups]]
code = "family"
name = { zh = "亲友", en = "Family" }
weight = 20
form = "family"
source = "relatives"
[[groups]]
code = "grassroots"
name = { zh = "基层组织", en = "Bodies" }
weight = 15
form = "grassroots"
source = "bodies"
[third_party]
weight = 25
scorers = 2
difference_limit = 2
[[areas]]
code = "rehab"
name = { zh = "康复", en = "Rehabilitation" }
[[areas]]
code = "care"
name = { zh = "托养", en = "Care" }
[sampling]
villages_per_township = 2
target_completes = 30
expected_response = 0.5
[weighting]
nonresponse_classes = ["township"]
min_class = 1
margins = [["township"], ["sex"]]
[presentation]
min_cell = 2
small_n = 5
[[grades]]
name = { zh = "优秀", en = "Excellent" }
from = 85
[[grades]]
name = { zh = "合格", en = "Fair" }
from = 60
[[grades]]
name = { zh = "不合格", en = "Below" }
from = 0
"#;

pub(crate) const UNITS: &str = "\
code,parent,level,kind,name_zh,name_en
c,,county,federation,小县,County
t1,c,township,federation,甲乡,Jia
t2,c,township,federation,乙乡,Yi
t3,c,township,federation,丙乡,Bing
t1v1,t1,village,association,甲一村,
t1v2,t1,village,association,甲二村,
t2v1,t2,village,association,乙一村,
t2v2,t2,village,association,乙二村,
t3v1,t3,village,association,丙一村,
t3v2,t3,village,association,丙二村,
";

pub(crate) const INDICATORS: &str = "\
code,parent,name_zh,name_en,weight,measure,group,area,direction,questions,perspective_weights,goalpost_low,goalpost_high
1,,参与,Participation,20,,,,,,,,
1.1,1,参与率,Took part,20,participation,,,+,took_part,persons=100,,
2,,受益,Benefit,30,,,,,,,,
2.0,2,受益率,Benefit rate,0,benefit,persons,*,,need;recv_*;help_*,persons=100,,
2.1,2,满足率,Coverage,15,coverage,persons,*,,need;recv_*=yes|partly,persons=100,,
2.2,2,有效率,Effectiveness,15,effectiveness,persons,*,,recv_*;help_*,persons=100,,
3,,满意,Satisfaction,30,satisfaction,,,,sat_overall,resident=40;family=20,,
4,,能力,Capacity,20,share,,,,grassroots:staff_post=yes;admin:posts,grassroots=30;third_party=40;admin=30,50,100
";

pub(crate) const CRITERIA: &str = "\
code,indicator,name,max_score,guidance,evidence_required
A1,4,进得了门,4,0–4,yes
A2,4,接电话,4,0–4,no
";

pub(crate) const ADMIN: &str = "\
unit,period,code,value,source
t1,2026,posts,100,台账
t2,2026,posts,75,台账
t3,2026,posts,50,台账
t3,2025,posts,99,台账
";

const SCALE: [(&str, &str); 6] = [
    ("5", ""),
    ("4", ""),
    ("3", ""),
    ("2", ""),
    ("1", ""),
    ("dk", "dont_know"),
];

/// A questionnaire from its questions: type, name; every list is known by its name.
pub(crate) fn form(questions: &[(&str, &str)]) -> Vec<u8> {
    let lists: [(&str, &[(&str, &str)]); 7] = [
        ("scale", &SCALE),
        ("yes_no", &[("yes", ""), ("no", ""), ("dk", "dont_know")]),
        (
            "got",
            &[("yes", ""), ("partly", ""), ("no", ""), ("dk", "dont_know")],
        ),
        ("areas", &[("rehab", ""), ("care", ""), ("none", "")]),
        ("activity", &[("training", ""), ("meeting", ""), ("none", "")]),
        ("reason", &[("far", ""), ("cost", ""), ("other", "")]),
        ("answering", &[("self", ""), ("assisted", ""), ("proxy", "")]),
    ];
    let mut workbook = Workbook::new();
    let survey = workbook.add_worksheet().set_name("survey").expect("name");
    for (column, header) in (0..).zip(["type", "name", "label::中文 (zh)", "label::English (en)"]) {
        survey.write(0, column, header).expect("cell");
    }
    for (row, (kind, name)) in (1..).zip(questions) {
        for (column, cell) in (0..).zip([*kind, *name, "问", "Q"]) {
            survey.write(row, column, cell).expect("cell");
        }
    }
    let choices = workbook.add_worksheet().set_name("choices").expect("name");
    let headers = [
        "list_name",
        "name",
        "label::中文 (zh)",
        "label::English (en)",
        "missing",
    ];
    for (column, header) in (0..).zip(headers) {
        choices.write(0, column, header).expect("cell");
    }
    let used: BTreeSet<&str> = questions
        .iter()
        .filter_map(|(kind, _)| kind.split(' ').nth(1))
        .collect();
    let mut row = 1;
    for (list, items) in lists.iter().filter(|(list, _)| used.contains(list)) {
        for (name, missing) in *items {
            for (column, cell) in (0..).zip([*list, name, name, name, missing]) {
                choices.write(row, column, cell).expect("cell");
            }
            row += 1;
        }
    }
    workbook.save_to_buffer().expect("workbook")
}

/// The plan folder; tests replace files in it.
pub(crate) fn files() -> PlanFiles {
    let mut files = PlanFiles::new();
    for (name, text) in [
        ("plan.toml", PLAN),
        ("units.csv", UNITS),
        ("indicators.csv", INDICATORS),
        ("criteria.csv", CRITERIA),
        ("admin.csv", ADMIN),
    ] {
        files.insert(name.to_owned(), text.as_bytes().to_vec());
    }
    let services = [
        ("select_multiple areas", "need"),
        ("select_one got", "recv_rehab"),
        ("select_one scale", "help_rehab"),
        ("select_one reason", "why_rehab"),
        ("select_one got", "recv_care"),
        ("select_one scale", "help_care"),
        ("select_one reason", "why_care"),
        ("select_multiple activity", "took_part"),
    ];
    let mut resident = vec![("select_one answering", "answering_q")];
    resident.extend(services);
    resident.push(("select_one scale", "sat_overall"));
    let mut family = vec![("select_one yes_no", "can_answer")];
    family.extend(services);
    family.push(("select_one scale", "sat_overall"));
    files.insert("forms/resident.xlsx".to_owned(), form(&resident));
    files.insert("forms/family.xlsx".to_owned(), form(&family));
    files.insert(
        "forms/grassroots.xlsx".to_owned(),
        form(&[
            ("select_one yes_no", "staff_post"),
            ("select_one scale", "sat_overall"),
        ]),
    );
    files
}

pub(crate) fn plan() -> Plan {
    read(&files())
}

pub(crate) fn read(files: &PlanFiles) -> Plan {
    Plan::read(files).unwrap_or_else(|faults| {
        panic!(
            "{}",
            faults
                .iter()
                .map(|fault| fault.to_line("en"))
                .collect::<Vec<_>>()
                .join("\n")
        )
    })
}

/// An invited case; what is not set is null.
#[derive(Clone, Debug, Default)]
pub(crate) struct Case(
    pub(crate) BTreeMap<String, String>,
    pub(crate) f64,
    pub(crate) bool,
);

impl Case {
    /// A case of weight 10 that answered, in a village drawn by PPS (its township is the stratum).
    pub(crate) fn new(id: &str, unit: &str) -> Self {
        let township = &unit[..2.min(unit.len())];
        let township = if township.starts_with('t') { township } else { "" };
        Self(BTreeMap::new(), 10.0, true)
            .set("case_id", id)
            .set("unit", unit)
            .set("township", township)
            .set("stratum", township)
            .set("psu", unit)
            .set("person", id.trim_start_matches(char::is_alphabetic))
            .set("sex", "male")
            .set("answering", "self")
            .set("mode", "web")
    }

    pub(crate) fn set(mut self, column: &str, value: &str) -> Self {
        self.0.insert(column.to_owned(), value.to_owned());
        self
    }

    pub(crate) fn weight(mut self, weight: f64) -> Self {
        self.1 = weight;
        self
    }

    pub(crate) fn silent(mut self) -> Self {
        self.2 = false;
        self
    }

    pub(crate) fn certain(self) -> Self {
        self.set("certainty", "true")
    }
}

/// The data frame of a group, with columns for everything that any case sets.
pub(crate) fn group(name: &str, cases: &[Case]) -> GroupCases {
    let fixed = [
        "case_id",
        "township",
        "unit",
        "stratum",
        "psu",
        "person",
        "category",
        "grade",
        "sex",
        "age_band",
        "hardship",
        "body_kind",
        "answering",
        "mode",
    ];
    let mut names: BTreeSet<&str> = cases
        .iter()
        .flat_map(|case| case.0.keys())
        .map(String::as_str)
        .collect();
    names.extend(fixed);
    names.remove("certainty");
    names.remove("staff_collected");
    let text = |name: &str| {
        cases
            .iter()
            .map(|case| case.0.get(name).filter(|v| !v.is_empty()).cloned())
            .collect::<Vec<_>>()
    };
    let flag = |name: &str| {
        cases
            .iter()
            .map(|case| case.0.contains_key(name))
            .collect::<Vec<_>>()
    };
    let mut columns: Vec<Column> = names
        .iter()
        .map(|name| Column::new((*name).into(), text(name)))
        .collect();
    columns.push(Column::new("certainty".into(), flag("certainty")));
    columns.push(Column::new("staff_collected".into(), flag("staff_collected")));
    columns.push(Column::new(
        "responded".into(),
        cases.iter().map(|case| case.2).collect::<Vec<_>>(),
    ));
    columns.push(Column::new(
        "base_weight".into(),
        cases.iter().map(|case| case.1).collect::<Vec<_>>(),
    ));
    let cases = DataFrame::new(cases.len(), columns).expect("frame");
    GroupCases {
        group: name.to_owned(),
        cases,
        totals: Vec::new(),
    }
}

/// Frame totals of one column.
pub(crate) fn totals(column: &str, cells: &[(&str, f64)]) -> MarginTotals {
    MarginTotals {
        by: vec![column.to_owned()],
        cells: cells
            .iter()
            .map(|(cell, total)| (vec![(*cell).to_owned()], *total))
            .collect(),
    }
}

/// Two scorers' marks for both criteria in every township.
pub(crate) fn marks() -> Vec<CriterionScore> {
    let mut marks = Vec::new();
    for (unit, a, b) in [("t1", 4.0, 4.0), ("t2", 3.0, 2.0), ("t3", 1.0, 1.0)] {
        for criterion in ["A1", "A2"] {
            for (scorer, score) in [("s1", a), ("s2", b)] {
                marks.push(CriterionScore {
                    unit: unit.to_owned(),
                    criterion: criterion.to_owned(),
                    scorer: scorer.to_owned(),
                    score,
                    third: false,
                    evidence: 0,
                });
            }
        }
    }
    marks
}

pub(crate) fn input<'a>(plan: &'a Plan, groups: Vec<GroupCases>) -> RoundInput<'a> {
    RoundInput {
        plan,
        plan_sha256: "0".repeat(64),
        groups,
        criterion_scores: marks(),
        open_link_counts: Vec::new(),
        daily: Vec::new(),
        unfinished: Vec::new(),
        sittings: Vec::new(),
        previous: None,
    }
}

pub(crate) fn run(plan: &Plan, groups: Vec<GroupCases>) -> RoundDetail {
    compute(&input(plan, groups)).expect("computed")
}

#[track_caller]
pub(crate) fn close(found: Option<f64>, expected: f64) {
    let found = found.expect("a value");
    assert!(
        (found - expected).abs() <= 1e-9 * expected.abs().max(1.0),
        "{found} is not {expected}"
    );
}
