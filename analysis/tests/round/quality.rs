//! Quality flags: held against the own way of answering, and without any effect on the figures.

use std::collections::BTreeMap;

use analysis::quality::FlagKind;
use analysis::results::{QualityResults, RoundDetail};
use analysis::round::{Unfinished, compute};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

use super::support::*;

const ITEMS: usize = 16;
/// No way of answering may have more honest people flagged than this.
const BOUND: f64 = 0.02;

/// A way of answering as it is in the field.
#[derive(Clone, Copy)]
struct Way {
    mode: &'static str,
    answering: &'static str,
    reading: &'static str,
    n: usize,
    /// Median seconds per answer.
    pace: f64,
    /// Share who mean the same answer throughout.
    of_one_mind: f64,
}

/// Every third of the first way answers by a screen reader that no server can see: five times as slow.
const WAYS: [Way; 6] = [
    Way {
        mode: "web",
        answering: "self",
        reading: "",
        n: 420,
        pace: 8.0,
        of_one_mind: 0.10,
    },
    Way {
        mode: "web",
        answering: "self",
        reading: "read_aloud large",
        n: 120,
        pace: 19.0,
        of_one_mind: 0.10,
    },
    Way {
        mode: "web",
        answering: "assisted",
        reading: "easy",
        n: 150,
        pace: 14.0,
        of_one_mind: 0.45,
    },
    Way {
        mode: "web",
        answering: "self",
        reading: "sign",
        n: 90,
        pace: 25.0,
        of_one_mind: 0.15,
    },
    Way {
        mode: "interview",
        answering: "assisted",
        reading: "",
        n: 240,
        pace: 11.0,
        of_one_mind: 0.20,
    },
    // The typist's pace, not the reader's.
    Way {
        mode: "paper",
        answering: "self",
        reading: "",
        n: 120,
        pace: 1.1,
        of_one_mind: 0.20,
    },
];

const KINDS: [FlagKind; 3] = [
    FlagKind::Speeding,
    FlagKind::StraightLining,
    FlagKind::NearDuplicate,
];
/// How often the field is made anew for the table of `docs/quality_flags.md`.
const TIMES: u64 = 10;

struct Field {
    rng: ChaCha8Rng,
    cases: Vec<Case>,
}

impl Field {
    fn normal(&mut self) -> f64 {
        let u: f64 = self.rng.random_range(f64::EPSILON..1.0);
        let v: f64 = self.rng.random();
        (-2.0 * u.ln()).sqrt() * (std::f64::consts::TAU * v).cos()
    }

    fn add(&mut self, way: Way, seconds: f64, answers: [usize; ITEMS]) {
        let i = self.cases.len();
        let villages = ["t1v1", "t1v2", "t2v1", "t2v2", "t3v1", "t3v2"];
        let mut case = Case::new(&format!("r{i:05}"), villages[i % 6])
            .set("mode", way.mode)
            .set("answering", way.answering)
            .set("ways", way.reading)
            .set("sex", if i.is_multiple_of(2) { "male" } else { "female" })
            .set("took_part", if i.is_multiple_of(3) { "training" } else { "none" })
            .set("duration_s", &format!("{seconds:.0}"));
        for (item, answer) in answers.into_iter().enumerate() {
            let name = if item == 0 {
                "sat_overall".to_owned()
            } else {
                format!("sat_{item}")
            };
            case = case.set(&name, &answer.to_string());
        }
        self.cases.push(case);
    }

    fn honest(&mut self, way: Way, slow: f64) {
        let content = self.normal();
        let one_mind = self.rng.random::<f64>() < way.of_one_mind;
        let answers = std::array::from_fn(|_| {
            let noise = if one_mind { 0.0 } else { 0.9 * self.normal() };
            (3.6 + 0.8 * content + noise).round().clamp(1.0, 5.0) as usize
        });
        let pace = way.pace * slow * (0.35 * self.normal()).exp();
        self.add(way, pace * (ITEMS as f64 + 1.0), answers);
    }
}

fn field(careless: usize) -> Vec<Case> {
    field_of(20_261_125, careless)
}

fn field_of(seed: u64, careless: usize) -> Vec<Case> {
    let mut field = Field {
        rng: ChaCha8Rng::seed_from_u64(seed),
        cases: Vec::new(),
    };
    for way in WAYS {
        for i in 0..way.n {
            let unseen_reader = way.reading.is_empty() && way.mode == "web" && i % 7 == 0;
            field.honest(way, if unseen_reader { 5.0 } else { 1.0 });
        }
    }
    for i in 0..careless {
        // A second an answer; every other one presses the same choice throughout.
        let answers = std::array::from_fn(|item| if i % 2 == 0 { 5 } else { 1 + (i + 3 * item) % 5 });
        field.add(WAYS[0], 15.0, answers);
    }
    field.cases
}

fn round(cases: &[Case]) -> RoundDetail {
    let mut files = files();
    let mut questions = vec![
        ("select_one answering", "answering_q"),
        ("select_multiple activity", "took_part"),
        ("select_one scale", "sat_overall"),
    ];
    let more: Vec<String> = (1..ITEMS).map(|item| format!("sat_{item}")).collect();
    questions.extend(more.iter().map(|name| ("select_one scale", name.as_str())));
    for name in ["need", "recv_rehab", "help_rehab", "recv_care", "help_care"] {
        let kind = match name {
            "need" => "select_multiple areas",
            name if name.starts_with("recv") => "select_one got",
            _ => "select_one scale",
        };
        questions.push((kind, name));
    }
    files.insert("forms/resident.xlsx".to_owned(), form(&questions));
    let plan = read(&files);
    let mut input = input(&plan, vec![group("resident", cases)]);
    input.unfinished = ["sat_3", "sat_3", "sat_9", "gone"]
        .map(|page| Unfinished {
            group: "resident".to_owned(),
            page: page.to_owned(),
        })
        .to_vec();
    compute(&input).expect("computed")
}

fn quality(cases: &[Case]) -> QualityResults {
    round(cases).results.quality.expect("computed")
}

#[test]
fn no_way_of_answering_is_taken_for_carelessness() {
    let found = quality(&field(0));
    let mut judged: BTreeMap<FlagKind, u64> = BTreeMap::new();
    for row in &found.flags {
        let rate = row.flagged as f64 / row.responses as f64;
        assert!(rate <= BOUND, "{row:?}");
        *judged.entry(row.kind).or_default() += row.judged;
    }
    assert!(judged.values().all(|n| *n > 400), "{judged:?}");
    let of = |kind: FlagKind, mode: &str, reading: &str| {
        let mut rows = found.flags.iter();
        rows.find(|row| row.kind == kind && row.mode == mode && row.reading == reading)
            .expect("a way")
    };
    let paper = of(FlagKind::Speeding, "paper", "none");
    assert_eq!((paper.judged, paper.flagged, paper.baseline), (0, 0, None));
    let aloud = of(FlagKind::Speeding, "web", "read_aloud");
    assert!(
        aloud.baseline.expect("usual pace") > 15.0,
        "held against its own pace: {aloud:?}"
    );
}

#[test]
fn who_answers_in_a_second_each_is_found_among_honest_people() {
    let (honest, mixed) = (quality(&field(0)), quality(&field(40)));
    let of = |found: &QualityResults, kind: FlagKind| -> u64 {
        let rows = found
            .flags
            .iter()
            .filter(|row| row.kind == kind && row.mode == "web");
        rows.filter(|row| row.reading == "none")
            .map(|row| row.flagged)
            .sum()
    };
    let caught = |kind| of(&mixed, kind).saturating_sub(of(&honest, kind));
    assert!(caught(FlagKind::Speeding) >= 36, "{}", caught(FlagKind::Speeding));
    assert!(
        caught(FlagKind::StraightLining) >= 18,
        "{}",
        caught(FlagKind::StraightLining)
    );
    assert_eq!(mixed.responses, honest.responses + 40);
    assert!(mixed.flagged >= honest.flagged + 36);
}

/// The share flagged among those who could be judged, as the document prints it.
fn share(flagged: u64, judged: u64) -> String {
    if judged == 0 {
        "not judged".to_owned()
    } else {
        format!("{:.2} %", 100.0 * flagged as f64 / judged as f64)
    }
}

#[test]
fn documented_rates_of_false_and_found_flags_are_those_measured() {
    let mut honest: BTreeMap<(String, String, String, FlagKind), (u64, u64)> = BTreeMap::new();
    let mut more: BTreeMap<FlagKind, u64> = BTreeMap::new();
    for seed in 1..=TIMES {
        let found = quality(&field_of(seed, 0));
        for row in &found.flags {
            let key = (
                row.mode.clone(),
                row.answering.clone(),
                row.reading.clone(),
                row.kind,
            );
            let sum = honest.entry(key).or_default();
            sum.0 += row.flagged;
            sum.1 += row.judged;
        }
        let mixed = quality(&field_of(seed, 40));
        for kind in KINDS {
            let of = |found: &QualityResults| -> u64 {
                let rows = found.flags.iter().filter(|row| row.kind == kind);
                rows.map(|row| row.flagged).sum()
            };
            *more.entry(kind).or_default() += of(&mixed).saturating_sub(of(&found));
        }
    }
    let mut table = String::from(
        "| mode | who | reading | too fast | one answer in haste | copied |\n|---|---|---|---|---|---|\n",
    );
    let ways: std::collections::BTreeSet<_> = honest
        .keys()
        .map(|(mode, who, reading, _)| (mode, who, reading))
        .collect();
    for (mode, who, reading) in ways {
        let cells = KINDS.map(|kind| {
            let (flagged, judged) = honest[&(mode.clone(), who.clone(), reading.clone(), kind)];
            let rate = flagged as f64 / judged.max(1) as f64;
            assert!(rate <= BOUND, "{mode} {who} {reading} {kind:?}: {rate}");
            share(flagged, judged)
        });
        table += &format!("| {mode} | {who} | {reading} | {} |\n", cells.join(" | "));
    }
    let careless = 40 * TIMES;
    table += &format!(
        "\nWith {careless} careless people among them, {} of whom gave one answer throughout, {} more answers were flagged as too fast and {} more as one answer in haste.\n",
        careless / 2,
        more[&FlagKind::Speeding],
        more[&FlagKind::StraightLining]
    );
    let document = include_str!("../../docs/quality_flags.md");
    assert!(document.contains(&table), "the document should say:\n{table}");
}

#[test]
fn no_flag_of_any_kind_drops_an_answer() {
    let mut cases = field(40);
    // Twenty copies of answers of the same village.
    for i in 0..20 {
        let mut copy = cases[11 * i].clone();
        copy.0.insert("case_id".to_owned(), format!("x{i:05}"));
        copy.0.insert("person".to_owned(), format!("x{i:05}"));
        cases.push(copy);
    }
    let found = round(&cases);
    let quality = found.results.quality.as_ref().expect("computed");
    for kind in KINDS {
        let flagged: u64 = quality
            .flags
            .iter()
            .filter(|row| row.kind == kind)
            .map(|row| row.flagged)
            .sum();
        assert!(flagged >= 10, "{kind:?}: {flagged}");
    }
    let all = cases.len() as u64;
    let county = |unit: &str| unit == "c";
    let rates = &found.results.response_rates;
    let rate = rates
        .iter()
        .find(|row| county(&row.unit) && row.group == "resident");
    assert_eq!(rate.map(|row| (row.invited, row.complete)), Some((all, all)));
    let weights = found
        .weights
        .iter()
        .find(|row| county(&row.unit) && row.group == "resident");
    let weights = weights.expect("weights");
    assert_eq!(weights.n, all);
    // Everybody answered and nothing is calibrated: each stands for ten, flagged or not.
    assert!(
        (weights.min - 10.0).abs() < 1e-9 && (weights.max - 10.0).abs() < 1e-9,
        "{weights:?}"
    );
    let satisfied = found
        .indicator("3", "c", Some("resident"), None)
        .expect("an estimate");
    assert_eq!(satisfied.n, all);
}

#[test]
fn flags_change_no_weight_and_no_estimate() {
    let careful = field(40);
    let mut hasty = careful.clone();
    for case in &mut hasty {
        if case.0["mode"] == "web" && case.0["case_id"].ends_with('7') {
            case.0.insert("duration_s".to_owned(), "9".to_owned());
        }
    }
    let (with, without) = (round(&hasty), round(&careful));
    let flagged = |detail: &RoundDetail| detail.results.quality.as_ref().expect("computed").flagged;
    assert!(flagged(&with) > flagged(&without) + 20);
    assert_eq!(with.results.indicators, without.results.indicators);
    assert_eq!(with.results.scores, without.results.scores);
    assert_eq!(with.results.response_rates, without.results.response_rates);
    assert_eq!(with.dispositions, without.dispositions);
    assert_eq!(with.results.answering, without.results.answering);
    assert_eq!(with.weights, without.weights);
    assert_eq!(with.node_scores, without.node_scores);
    assert_eq!(with.distributions, without.distributions);
}

#[test]
fn interviewers_missing_answers_and_break_off_are_counted() {
    let mut cases = field(0);
    for (i, case) in cases.iter_mut().enumerate() {
        if case.0["mode"] == "interview" {
            let who = ["a", "b", "c", "d"][i % 4];
            case.0.insert("interviewer".to_owned(), who.to_owned());
            // Whoever is asked by d is content with the first thing.
            if who == "d" {
                case.0.insert("sat_1".to_owned(), "5".to_owned());
            }
        }
        if i < 10 {
            case.0.insert("sat_2".to_owned(), "dk".to_owned());
        } else if i < 15 {
            case.0.remove("sat_2");
        }
    }
    let found = quality(&cases);
    let icc = |question: &str| {
        let mut rows = found.interviewers.iter();
        rows.find(|row| row.question == question).expect("an effect")
    };
    assert_eq!((icc("sat_1").interviewers, icc("sat_1").n), (4, 240));
    assert!(
        icc("sat_1").p_value < 0.001 && icc("sat_1").icc > 0.1,
        "{:?}",
        icc("sat_1")
    );
    assert!(icc("sat_5").icc < 0.05, "{:?}", icc("sat_5"));
    let item = |question: &str| {
        let mut rows = found.item_nonresponse.iter();
        rows.find(|row| row.question == question).expect("a question")
    };
    let (n, all) = (item("sat_2"), cases.len() as f64);
    assert_eq!(n.concerned, cases.len() as u64);
    assert!((n.dont_know - 10.0 / all).abs() < 1e-12 && (n.not_answered - 5.0 / all).abs() < 1e-12);
    assert!((n.rate - 15.0 / all).abs() < 1e-12);
    let left = &found.break_off[0];
    // 780 came by web and finished; a page that the form does not have says nothing.
    assert_eq!((left.began, left.broke_off), (783, 3));
    assert_eq!(left.worst_page.as_deref(), Some("sat_3"));
}
