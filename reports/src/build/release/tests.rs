//! What must be hidden is hidden everywhere, and nothing else is.

use analysis::plan::ADMIN;
use analysis::results::{Flag, IndicatorResult, ModeColumn, RoundDetail};

use super::*;
use crate::sample;

fn protect(detail: &RoundDetail, plan: &Plan) -> RoundDetail {
    Release::of(detail, plan).detail
}

#[test]
fn a_single_small_cell_takes_another_with_it() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    let leaf = "1.1";
    let unit = plan.scored_units()[4].code.clone();
    for row in detail
        .results
        .indicators
        .iter_mut()
        .filter(|row| row.code == leaf)
    {
        row.flag = None;
        if row.unit == unit {
            row.n = 4;
        }
    }
    let safe = protect(&detail, &plan);
    let hidden: Vec<&str> = safe
        .results
        .indicators
        .iter()
        .filter(|row| row.code == leaf && row.flag == Some(Flag::Suppressed))
        .map(|row| row.unit.as_str())
        .collect();
    assert!(hidden.contains(&unit.as_str()));
    assert_eq!(hidden.len(), 2, "one alone is the county minus the others");
    assert!(!hidden.contains(&plan.county().code.as_str()));
}

#[test]
fn a_county_of_too_few_persons_is_hidden_like_its_units() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    let county = plan.county().code.clone();
    let found = |row: &&mut IndicatorResult| row.code == "1.1" && row.group.is_some();
    for row in detail.results.indicators.iter_mut().filter(found) {
        row.flag = None;
        row.n = if row.unit == county { 4 } else { 1 };
    }
    let safe = protect(&detail, &plan);
    let mut rows = safe
        .results
        .indicators
        .iter()
        .filter(|row| row.code == "1.1" && row.group.is_some());
    assert!(rows.all(|row| row.flag == Some(Flag::Suppressed)));
}

#[test]
fn a_single_small_way_takes_another_and_their_differences_with_it() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    let answering = detail.results.answering.as_mut().unwrap();
    for row in &mut answering.estimates {
        row.flag = None;
        row.n = match row.level.as_str() {
            "paper" => 4,
            "phone" => 40,
            _ => 400,
        };
    }
    for row in &mut answering.differences {
        row.flag = None;
    }
    let safe = protect(&detail, &plan).results.answering.unwrap();
    let hidden = |level: &str| {
        let mut rows = safe.estimates.iter().filter(|row| row.level == level);
        rows.all(|row| row.flag == Some(Flag::Suppressed))
    };
    assert!(hidden("paper") && hidden("phone") && !hidden("web") && !hidden("proxy"));
    for row in &safe.differences {
        let small = ["paper", "phone"].contains(&row.level.as_str());
        assert_eq!(row.flag == Some(Flag::Suppressed), small, "{row:?}");
    }
}

#[test]
fn a_unit_s_only_small_way_is_not_what_the_others_leave_of_its_answers() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    let units: Vec<String> = plan.scored_units().iter().map(|unit| unit.code.clone()).collect();
    let group = plan.groups[0].code.clone();
    detail.counts.clear();
    let mut add = |unit: &str, value: &str, n: u64| {
        detail.counts.push(analysis::results::ModeCount {
            group: group.clone(),
            unit: unit.to_owned(),
            what: ModeColumn::Answering,
            value: value.to_owned(),
            n,
            share: 0.3,
        });
    };
    for (index, unit) in units.iter().enumerate() {
        add(unit, "self", 90);
        add(unit, "assisted", 60);
        add(unit, "proxy", if index == 2 { 3 } else { 40 });
    }
    let n = units.len() as u64;
    add(&plan.county().code, "self", 90 * n);
    add(&plan.county().code, "assisted", 60 * n);
    add(&plan.county().code, "proxy", 40 * (n - 1) + 3);
    let safe = protect(&detail, &plan);
    let hidden = |unit: &str, value: &str| {
        let mut rows = safe.counts.iter();
        let row = rows.find(|row| row.unit == unit && row.value == value).unwrap();
        row.n < u64::from(plan.suppression.min_cell)
    };
    assert!(hidden(&units[2], "proxy"));
    let of = |unit: &str| {
        ["self", "assisted", "proxy"]
            .into_iter()
            .filter(|value| hidden(unit, value))
            .count()
    };
    assert!(of(&units[2]) >= 2, "the township's total would give it away");
    let proxies = units.iter().filter(|unit| hidden(unit, "proxy")).count();
    assert!(proxies >= 2, "the county's total would give it away");
    assert_eq!(of(&plan.county().code), 0);
}

#[test]
fn marks_and_registers_are_not_persons() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    for row in detail
        .results
        .indicators
        .iter_mut()
        .filter(|row| row.group.as_deref() == Some(ADMIN))
    {
        (row.n, row.flag) = (1, None);
    }
    let safe = protect(&detail, &plan);
    let mut admin = safe
        .results
        .indicators
        .iter()
        .filter(|row| row.group.as_deref() == Some(ADMIN));
    assert!(admin.all(|row| row.flag.is_none()));
}

#[test]
fn nothing_small_changes_nothing() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    for row in &mut detail.results.indicators {
        row.n = row.n.max(50);
        row.flag = None;
    }
    let safe = protect(&detail, &plan);
    assert_eq!(safe.results.indicators, detail.results.indicators);
}

/// Numbers that look random and are the same in every run.
struct Lots(u64);

impl Lots {
    fn below(&mut self, limit: u64) -> u64 {
        self.0 = self
            .0
            .wrapping_mul(0x5851_f42d_4c95_7f2d)
            .wrapping_add(0x1405_7b7e_f767_814f);
        (self.0 >> 33) % limit
    }
}

/// The made-up round with some bases made small and some rates made 0 % or 100 %.
fn shaken(seed: u64) -> RoundDetail {
    let (mut detail, mut lots) = (sample::detail(), Lots(seed));
    for row in &mut detail.results.indicators {
        row.flag = None;
        match lots.below(60) {
            0 => row.n = 1 + lots.below(9),
            1 if row.measure == "share" => row.estimate = Some(1.0),
            _ => row.n = row.n.max(20),
        }
    }
    for step in &mut detail.ladder {
        if lots.below(40) == 0 {
            step.received.n = 1 + lots.below(9);
        }
    }
    detail
}

#[test]
fn no_hidden_part_of_a_score_can_be_solved_for() {
    let plan = sample::plan();
    for seed in 1..=6 {
        let detail = shaken(seed);
        let release = Release::of(&detail, &plan);
        let mut parts_hidden = 0;
        for node in &release.detail.node_scores {
            let cell = |group: Option<&str>| HiddenCell::of(&node.code, &node.unit, group);
            let all = release.hidden.contains(&cell(None));
            assert_eq!(all, node.value.is_none(), "{seed}: {node:?}");
            let parts = node.parts.iter();
            let hidden = parts
                .filter(|part| release.hidden.contains(&cell(Some(&part.perspective))))
                .count();
            parts_hidden += hidden;
            // One unknown in one equation is no unknown.
            if !node.parts.is_empty() {
                assert_ne!(hidden + usize::from(all), 1, "{seed}: {node:?}");
            }
        }
        assert!(parts_hidden > 0, "{seed}: nothing was small");
        for unit in plan.scored_units() {
            let inner = plan.indicators.iter().filter(|node| node.measure.is_none());
            for parent in inner.map(|node| Some(node.code.as_str())).chain([None]) {
                let is_hidden = |code: &str| release.hidden.contains(&HiddenCell::of(code, &unit.code, None));
                let children = plan
                    .indicators
                    .children(parent)
                    .filter(|child| child.weight > 0.0);
                let hidden = children.filter(|child| is_hidden(&child.code)).count()
                    + usize::from(parent.is_some_and(is_hidden));
                assert_ne!(hidden, 1, "{seed}: {parent:?} of {}", unit.code);
            }
        }
    }
}

#[test]
fn need_receipt_and_help_of_a_unit_and_area_are_hidden_under_all_their_names() {
    let plan = sample::plan();
    for seed in 1..=6 {
        let safe = Release::of(&shaken(seed), &plan).detail;
        for step in &safe.ladder {
            let is_hidden = |code: &str| {
                let mut rows = safe.results.indicators.iter();
                rows.find(|row| row.code == code && row.unit == step.unit && row.area == step.area)
                    .map(|row| row.flag == Some(Flag::Suppressed))
            };
            let (received, helped) = (step.received.estimate.is_none(), step.helped.estimate.is_none());
            assert_eq!(is_hidden("2.1"), Some(received), "{seed}: {step:?}");
            // Two of received, helped and effectiveness tell the third.
            assert_eq!(is_hidden("2.0"), Some(helped), "{seed}: {step:?}");
            assert_eq!(is_hidden("2.2"), Some(helped), "{seed}: {step:?}");
            assert!(helped || !received, "{seed}: {step:?}");
            let unmet = safe
                .unmet_needs
                .iter()
                .find(|need| need.unit == step.unit && Some(need.area.as_str()) == step.area.as_deref());
            if let Some(need) = unmet {
                assert_eq!(need.share.estimate.is_none(), received, "{seed}: {need:?}");
            }
        }
    }
}

#[test]
fn a_hidden_estimate_leaves_no_number_behind_and_its_columns_hide_enough_persons() {
    let plan = sample::plan();
    let county = plan.county().code.clone();
    for seed in 1..=6 {
        let detail = shaken(seed);
        let safe = Release::of(&detail, &plan).detail;
        let mut columns: std::collections::BTreeMap<_, Vec<u64>> = std::collections::BTreeMap::new();
        for (was, row) in detail.results.indicators.iter().zip(&safe.results.indicators) {
            if row.flag != Some(Flag::Suppressed) {
                assert_eq!(was, row);
                continue;
            }
            assert_eq!(
                (row.estimate, row.se, row.lower, row.upper),
                (None, None, None, None)
            );
            assert_eq!(row.n, HIDDEN_COUNT);
            if row.unit != county {
                let key = (row.code.clone(), row.group.clone(), row.area.clone());
                columns.entry(key).or_default().push(was.n);
            }
        }
        for (key, hidden) in columns {
            assert!(hidden.len() > 1, "{seed}: {key:?} is the county less the others");
            assert!(hidden.iter().sum::<u64>() >= 10, "{seed}: {key:?} {hidden:?}");
        }
    }
}

#[test]
fn what_is_hidden_elsewhere_is_hidden_here() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    for row in &mut detail.results.indicators {
        (row.n, row.flag) = (row.n.max(50), None);
    }
    let unit = plan.scored_units()[2].code.clone();
    let cell = HiddenCell::of("3.1", &unit, Some("resident"));
    assert!(!Release::of(&detail, &plan).hidden().contains(&cell));
    let release = Release::with(&detail, &plan, &BTreeSet::from([cell.clone()]));
    assert!(release.hidden().contains(&cell));
    let row = release
        .detail
        .indicator("3.1", &unit, Some("resident"), None)
        .unwrap();
    assert_eq!(row.flag, Some(Flag::Suppressed));
}

#[test]
fn few_who_did_not_answer_hide_those_who_did_in_every_table() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    let unit = plan.scored_units()[5].code.clone();
    for row in &mut detail.results.response_rates {
        if row.group == "grassroots" && row.unit == unit {
            row.invited = row.complete + 2;
        } else {
            row.invited = row.complete + 60;
        }
        row.complete = row.complete.max(12);
    }
    let release = Release::of(&detail, &plan);
    let safe = release.detail();
    let rate = safe
        .results
        .response_rates
        .iter()
        .find(|row| row.group == "grassroots" && row.unit == unit);
    assert_eq!(rate.unwrap().rr, None);
    let others = safe.results.response_rates.iter();
    let hidden = others
        .filter(|row| row.group == "grassroots" && row.rr.is_none())
        .count();
    assert!(hidden >= 2, "the county's total would give it away");
    let weights = safe
        .weights
        .iter()
        .find(|row| row.group == "grassroots" && row.unit == unit);
    assert_eq!(weights.unwrap().n, HIDDEN_COUNT);
    let report = release.annual(None, &plan, &Scope::Unit(unit), Lang::Zh).unwrap();
    assert!(crate::html::render(&report).unwrap().contains("总数不公布"));
}

#[test]
fn themes_that_few_named_are_not_told_and_do_not_follow_from_the_county() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    let units: Vec<String> = plan.scored_units().iter().map(|unit| unit.code.clone()).collect();
    for row in detail
        .voices
        .iter_mut()
        .filter(|row| row.group == "resident" && row.theme == "access")
    {
        row.named = if row.unit == units[3] { 4 } else { 15 };
        row.share.n = 60;
    }
    let safe = protect(&detail, &plan);
    let mut hidden = safe
        .voices
        .iter()
        .filter(|row| row.group == "resident" && row.theme == "access" && row.share.estimate.is_none());
    assert!(hidden.any(|row| row.unit == units[3]));
    assert!(hidden.next().is_some(), "one alone is the county less the others");
}
