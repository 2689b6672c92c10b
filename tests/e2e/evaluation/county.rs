//! The county of the whole evaluation: its plan as an archive, who lives there, what they answer, how the third party
//! marks, and what must come of it, computed here by hand.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};

use minyi_tests::command::tests_dir;
use minyi_tests::workbook;
use serde_json::{Map, Value, json};
use zip::ZipWriter;
use zip::write::SimpleFileOptions;

/// The round's id, as its plan says.
pub(super) const ROUND: &str = "qingshi-2026";
/// Persons drawn in each township, as the plan's target makes it.
pub(super) const DRAWN: usize = 36;
/// The third party's criteria by the plan: code and name.
pub(super) const CRITERIA: [[&str; 2]; 2] = [
    ["A1", "坐轮椅的人能自己走到窗口"],
    ["A2", "听力残疾人来办事有办法沟通"],
];

/// A township: its code, its name, how many live there, how many of those drawn answer, who marks it, and the marks, a
/// pair for each criterion; with what a third scorer gives where the first two lie too far apart.
pub(super) struct Township {
    pub(super) code: &'static str,
    pub(super) name: &'static str,
    pub(super) population: usize,
    pub(super) answers: usize,
    pub(super) scorers: [&'static str; 2],
    pub(super) marks: [(u8, u8); 2],
    pub(super) third: Option<Third>,
}

/// A third scorer's mark.
pub(super) struct Third {
    pub(super) login: &'static str,
    /// Which of the criteria.
    pub(super) criterion: usize,
    pub(super) mark: u8,
}

/// Who declares a conflict of interest, and with which township: somebody else marks it.
pub(super) const CONFLICT: [&str; 2] = ["chen", "990201003"];
/// Who takes one township at the most, as a stand-in.
pub(super) const STAND_IN: &str = "wei";

/// Each with another size and another share who answer, so that a figure without weights would be another one.
pub(super) const TOWNSHIPS: [Township; 3] = [
    Township {
        code: "990201001",
        name: "东河镇",
        population: 80,
        answers: 34,
        scorers: ["chen", "luo"],
        marks: [(4, 4), (1, 4)],
        third: Some(Third {
            login: "wei",
            criterion: 1,
            mark: 4,
        }),
    },
    Township {
        code: "990201002",
        name: "南山镇",
        population: 60,
        answers: 36,
        scorers: ["chen", "luo"],
        marks: [(2, 3), (3, 3)],
        third: None,
    },
    Township {
        code: "990201003",
        name: "北岭镇",
        population: 40,
        answers: 32,
        scorers: ["luo", "wei"],
        marks: [(1, 1), (1, 1)],
        third: None,
    },
];

/// The telephone number of a person, by which the office's list of messages is told apart.
fn phone(township: usize, person: usize) -> String {
    format!("139000{township}{person:04}")
}

/// The township of every telephone number.
pub(super) fn township_of() -> Map<String, Value> {
    let people = TOWNSHIPS.iter().enumerate().flat_map(|(at, township)| {
        (0..township.population).map(move |person| (phone(at, person), json!(township.code)))
    });
    people.collect()
}

fn frame() -> String {
    let mut rows = vec!["person_id,unit,group,category,grade,sex,birth_year,hardship,phone,email".to_owned()];
    let categories = ["vision", "hearing", "physical", "mental"];
    for (at, township) in TOWNSHIPS.iter().enumerate() {
        for person in 0..township.population {
            rows.push(format!(
                "P{at}{person:03},{}00{},resident,{},{},{},{},,{},",
                township.code,
                1 + person % 2,
                categories[person % 4],
                1 + person % 3,
                ["female", "male"][person / 2 % 2],
                1940 + person % 50,
                phone(at, person),
            ));
        }
    }
    rows.join("\n")
}

/// The plan with its frame, as the office has it on its disk.
pub(super) fn archive() -> Vec<u8> {
    let folder = tests_dir().join("fixtures/evaluation");
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    let mut add = |name: &str, bytes: &[u8]| {
        zip.start_file(name, SimpleFileOptions::default())
            .expect("an entry");
        zip.write_all(bytes).expect("its content");
    };
    for name in ["plan.toml", "units.csv", "indicators.csv", "criteria.csv"] {
        add(
            name,
            &std::fs::read(folder.join(name)).expect("a file of the plan"),
        );
    }
    add("frame.csv", frame().as_bytes());
    add(
        "forms/resident.xlsx",
        &workbook::of_tables(&folder.join("form.txt")),
    );
    zip.finish().expect("an archive").into_inner()
}

/// What the `nth` person of a township answers. Townships differ, and within one nobody answers like the next.
fn answer(township: usize, nth: usize) -> Map<String, Value> {
    let mut all = Map::new();
    let mut say = |name: &str, value: &str| all.insert(name.to_owned(), json!(value));
    let part = ["training", "meeting", "training meeting", "meeting"];
    let takes_part = nth % 5 < part.len() - township;
    say("took_part", if takes_part { part[nth % 5] } else { "none" });
    let need = [
        "rehab care",
        "rehab",
        "care",
        "none",
        "rehab care",
        "care",
        "rehab",
    ][nth % 7];
    say("need", need);
    for (at, area) in need.split(' ').filter(|area| *area != "none").enumerate() {
        let received = ["yes", "partly", "no", "yes"][(nth + at + township) % 4];
        say(&format!("recv_{area}"), received);
        if received != "no" {
            say(
                &format!("help_{area}"),
                ["5", "4", "3", "5", "2"][(nth * 2 + at + township) % 5],
            );
        }
    }
    say(
        "sat_attitude",
        ["5", "4", "3", "4", "2", "dk"][(nth + township) % 6],
    );
    let scale = [["5", "4", "5", "3"], ["4", "3", "5", "3"], ["3", "2", "4", "3"]];
    say("sat_overall", scale[township][nth % 4]);
    all
}

/// The answers of each township, by its code.
pub(super) fn answers() -> BTreeMap<String, Vec<Map<String, Value>>> {
    let each = TOWNSHIPS.iter().enumerate().map(|(at, township)| {
        let all = (0..township.answers).map(|nth| answer(at, nth)).collect();
        (township.code.to_owned(), all)
    });
    each.collect()
}

/// The marks of the first scorers, by login, township and criterion.
pub(super) fn marks() -> Value {
    let mut by_login: BTreeMap<&str, Map<String, Value>> = BTreeMap::new();
    for township in &TOWNSHIPS {
        let [one, other] = township.scorers;
        let of = |pick: fn(&(u8, u8)) -> u8| {
            let marks = CRITERIA.iter().zip(&township.marks);
            let by_criterion = marks.map(|([code, _], pair)| ((*code).to_owned(), json!(pick(pair))));
            Value::Object(by_criterion.collect())
        };
        for (login, marks) in [(one, of(|pair| pair.0)), (other, of(|pair| pair.1))] {
            by_login
                .entry(login)
                .or_default()
                .insert(township.name.to_owned(), marks);
        }
    }
    json!(by_login)
}

/// The marks of third scorers, as [`marks`] has those of the first.
pub(super) fn thirds() -> Value {
    let with_third = TOWNSHIPS.iter().filter_map(|township| {
        let third = township.third.as_ref()?;
        let marks = json!({ CRITERIA[third.criterion][0]: third.mark });
        Some(json!({ "login": third.login, "unit": township.name, "code": township.code, "marks": marks }))
    });
    with_third.collect()
}

/// All marks that a township has on a criterion.
pub(super) fn all_marks(township: &Township, criterion: usize) -> Vec<u8> {
    let (one, other) = township.marks[criterion];
    let third = township
        .third
        .as_ref()
        .filter(|third| third.criterion == criterion);
    [one, other]
        .into_iter()
        .chain(third.map(|third| third.mark))
        .collect()
}

/// The share of pairs of marks of first scorers that are the same, as the console shows it: who was called in because
/// they differ says nothing of how far they agree.
pub(super) fn exact() -> String {
    let pairs = TOWNSHIPS.iter().flat_map(|township| township.marks);
    let same = pairs.filter(|(one, other)| one == other).count();
    format!(
        "{:.1}%",
        100.0 * same as f64 / (TOWNSHIPS.len() * CRITERIA.len()) as f64
    )
}

/// A ratio of weighted sums over the townships: whoever answers stands for as many as live there for each that
/// answered.
fn weighted(of: impl Fn(&Map<String, Value>) -> (f64, f64)) -> f64 {
    let (mut above, mut below) = (0.0, 0.0);
    for (at, township) in TOWNSHIPS.iter().enumerate() {
        let weight = township.population as f64 / township.answers as f64;
        for nth in 0..township.answers {
            let (one, other) = of(&answer(at, nth));
            above += weight * one;
            below += weight * other;
        }
    }
    above / below
}

fn one_if(is_so: bool) -> f64 {
    f64::from(u8::from(is_so))
}

/// How many of a township's respondents needed something: on them its benefit rate rests.
pub(super) fn needing(township: usize) -> usize {
    let all = 0..TOWNSHIPS[township].answers;
    all.filter(|nth| answer(township, *nth)["need"] != "none").count()
}

/// A township's participation rate: within one, everybody stands for as many.
pub(super) fn participation(township: usize) -> String {
    let all = TOWNSHIPS[township].answers;
    let taking = (0..all).filter(|nth| answer(township, *nth)["took_part"] != "none");
    format!("{:.1}%", 100.0 * taking.count() as f64 / all as f64)
}

/// The county's participation rate, benefit rate and satisfaction as every page, file and message must show them.
pub(super) fn truth() -> [(&'static str, String); 3] {
    let participation = weighted(|said| (one_if(said["took_part"] != "none"), 1.0));
    let benefit = weighted(|said| {
        let needed = said["need"].as_str().unwrap_or_default().split(' ');
        needed
            .filter(|area| *area != "none")
            .fold((0.0, 0.0), |(helped, all), area| {
                let help = said.get(&format!("help_{area}"));
                let is_help = help.is_some_and(|step| *step == "4" || *step == "5");
                (helped + one_if(is_help), all + 1.0)
            })
    });
    let satisfaction = weighted(|said| {
        let step: f64 = said["sat_overall"]
            .as_str()
            .unwrap_or_default()
            .parse()
            .expect("a step");
        (25.0 * (step - 1.0), 1.0)
    });
    [
        ("参与率", format!("{:.1}%", 100.0 * participation)),
        ("受益率", format!("{:.1}%", 100.0 * benefit)),
        ("总体满意度", format!("{satisfaction:.1}")),
    ]
}
