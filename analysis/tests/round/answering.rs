//! Who answered and how: estimates by way of answering and the differences between them.

use analysis::results::{AnsweringResults, Flag, WayBy, WayDifference};
use analysis::round::GroupCases;

use super::support::*;

/// Residents over six villages: `who(i)` is their mode, category and whether they took part.
fn residents(n: usize, who: impl Fn(usize) -> (&'static str, &'static str, &'static str, bool)) -> Vec<Case> {
    let villages = ["t1v1", "t1v2", "t2v1", "t2v2", "t3v1", "t3v2"];
    (0..n)
        .map(|i| {
            let (mode, answering, category, took_part) = who(i);
            Case::new(&format!("r{i:04}"), villages[i % 6])
                .set("mode", mode)
                .set("answering", answering)
                .set("category", category)
                .set("grade", "2")
                .set("age_band", "45-59")
                .set("sex", if i % 2 == 0 { "male" } else { "female" })
                .set("took_part", if took_part { "training" } else { "none" })
                .set(
                    "sat_overall",
                    if answering == "proxy" {
                        ""
                    } else {
                        ["3", "4", "5"][i % 3]
                    },
                )
        })
        .collect()
}

fn found(cases: &[Case]) -> AnsweringResults {
    let groups: Vec<GroupCases> = vec![group("resident", cases)];
    run(&plan(), groups).results.answering.expect("computed")
}

fn difference<'a>(
    found: &'a AnsweringResults,
    by: WayBy,
    level: &str,
    code: &str,
    adjusted: bool,
) -> &'a WayDifference {
    let mut rows = found.differences.iter();
    rows.find(|row| row.by == by && row.level == level && row.code == code && row.adjusted == adjusted)
        .expect("a difference")
}

#[test]
fn selection_by_category_is_taken_out_and_measurement_stays() {
    // Blind people take part less (20 % against 80 %) and are visited more; the visit itself changes nothing.
    let cases = residents(1200, |i| {
        let blind = i % 2 == 0;
        let turn = i / 12 % 20;
        let visited = if blind { turn < 15 } else { turn < 5 };
        let took_part = if blind { i / 240 < 1 } else { i / 240 < 4 };
        let (mode, category) = (
            if visited { "interview" } else { "web" },
            if blind { "vision" } else { "physical" },
        );
        (mode, "self", category, took_part)
    });
    let found = found(&cases);
    let raw = difference(&found, WayBy::Mode, "interview", "1.1", false);
    let adjusted = difference(&found, WayBy::Mode, "interview", "1.1", true);
    assert_eq!(raw.reference, "web");
    close(raw.estimate, -0.3);
    assert!(raw.p_value.expect("tested") < 0.05, "{raw:?}");
    assert!(adjusted.estimate.expect("a value").abs() < 1e-9, "{adjusted:?}");
    assert!(adjusted.p_value.expect("tested") > 0.9, "{adjusted:?}");
    assert_eq!(adjusted.overlap, Some(1.0));
    let rows = found
        .estimates
        .iter()
        .filter(|row| row.by == WayBy::Mode && row.code == "1.1");
    let rows: Vec<(&str, u64)> = rows.map(|row| (row.level.as_str(), row.n)).collect();
    assert_eq!(rows, [("interview", 600), ("web", 600)]);
}

#[test]
fn estimates_and_their_difference_agree_with_each_other() {
    let cases = residents(300, |i| {
        let mode = ["web", "phone", "web"][i % 3];
        (
            mode,
            "self",
            "physical",
            i % 7 < 3 || (mode == "phone" && i % 5 == 0),
        )
    });
    let found = found(&cases);
    let value = |level: &str| {
        let mut rows = found.estimates.iter();
        let row = rows.find(|row| row.by == WayBy::Mode && row.code == "1.1" && row.level == level);
        row.and_then(|row| row.estimate).expect("an estimate")
    };
    let row = difference(&found, WayBy::Mode, "phone", "1.1", false);
    close(row.estimate, value("phone") - value("web"));
    let (estimate, lower, upper) = (row.estimate, row.lower.expect("limit"), row.upper.expect("limit"));
    close(estimate, f64::midpoint(lower, upper));
    assert!(row.se.expect("error") > 0.0 && row.df.expect("df") >= 1.0);
    // Everybody is of one kind: there is nothing to adjust for.
    close(
        difference(&found, WayBy::Mode, "phone", "1.1", true).estimate,
        value("phone") - value("web"),
    );
}

#[test]
fn proxies_have_no_satisfaction_and_their_share_is_said_to_be_missing() {
    let cases = residents(60, |i| {
        let answering = ["self", "assisted", "proxy", "self"][i % 4];
        ("web", answering, "physical", i % 5 == 0)
    });
    let found = found(&cases);
    let levels = |code: &str| -> Vec<&str> {
        let rows = found.estimates.iter();
        rows.filter(|row| row.by == WayBy::Answering && row.code == code)
            .map(|row| row.level.as_str())
            .collect()
    };
    assert_eq!(levels("3"), ["assisted", "self"]);
    assert_eq!(levels("1.1"), ["assisted", "proxy", "self"]);
    assert_eq!((found.not_asked.len(), found.not_asked[0].n), (1, 15));
    close(Some(found.not_asked[0].share), 0.25);
    assert!(
        found
            .differences
            .iter()
            .all(|row| row.code != "3" || row.level != "proxy")
    );
    let shares = found
        .shares
        .iter()
        .filter(|row| row.by == WayBy::Answering && row.perspective == "persons");
    let shares: Vec<(&str, u64)> = shares.map(|row| (row.level.as_str(), row.n)).collect();
    assert_eq!(shares, [("assisted", 15), ("proxy", 15), ("self", 30)]);
}

#[test]
fn relative_who_stands_in_is_a_proxy_in_the_relative_s_own_mode() {
    let mut cases = residents(40, |i| ("web", "self", "physical", i % 2 == 0));
    cases[0] = Case::new("r0000", "t1v1")
        .silent()
        .set("answering", "")
        .set("mode", "");
    let relative = Case::new("f0000", "t1v1")
        .set("answering", "self")
        .set("mode", "phone")
        .set("can_answer", "no")
        .set("took_part", "training");
    let groups = vec![group("resident", &cases), group("family", &[relative])];
    let found = run(&plan(), groups).results.answering.expect("computed");
    let has = |by: WayBy, level: &str| {
        let mut shares = found.shares.iter();
        shares.any(|row| row.perspective == "persons" && row.by == by && row.level == level && row.n == 1)
    };
    assert!(
        has(WayBy::Answering, "proxy") && has(WayBy::Mode, "phone"),
        "{:?}",
        found.shares
    );
    let row = difference(&found, WayBy::Mode, "phone", "1.1", false);
    assert_eq!(row.flag, Some(Flag::Suppressed), "one person must not be shown");
}

#[test]
fn category_for_which_only_proxies_answer_is_in_no_comparison_and_the_overlap_says_so() {
    // For people with an intellectual disability somebody else always answers: they are a third of the proxies.
    let cases = residents(240, |i| {
        let kind = ["mind", "physical", "vision"][i % 3];
        let turn = i / 3;
        let proxy = kind == "mind" && turn < 40 || kind != "mind" && turn % 2 == 0;
        let took_part = match kind {
            "mind" => false,
            _ => turn % 4 < if proxy { 1 } else { 2 },
        };
        let asked = kind != "mind" || proxy;
        (
            "web",
            if proxy {
                "proxy"
            } else if asked {
                "self"
            } else {
                "assisted"
            },
            kind,
            took_part,
        )
    });
    let found = found(&cases);
    let raw = difference(&found, WayBy::Answering, "proxy", "1.1", false);
    let same_kind = difference(&found, WayBy::Answering, "proxy", "1.1", true);
    assert_eq!((raw.n, raw.overlap), (120, None));
    close(same_kind.overlap, 80.0 / 120.0);
    // Within the other two kinds proxies report 1 in 2 less; the 40 without counterpart, who never took part, are out.
    let within = same_kind.estimate.expect("a value");
    assert!(raw.estimate.expect("a value") < within, "{raw:?} {same_kind:?}");
}

#[test]
fn no_kind_of_people_with_both_ways_gives_no_adjusted_difference_rather_than_a_wrong_one() {
    let cases = residents(120, |i| {
        let mind = i % 2 == 0;
        (
            "web",
            if mind { "proxy" } else { "self" },
            if mind { "mind" } else { "physical" },
            i % 6 < 2,
        )
    });
    let found = found(&cases);
    let raw = difference(&found, WayBy::Answering, "proxy", "1.1", false);
    let same_kind = difference(&found, WayBy::Answering, "proxy", "1.1", true);
    assert!(raw.estimate.is_some() && raw.se.is_some());
    assert_eq!(
        (
            same_kind.estimate,
            same_kind.se,
            same_kind.p_value,
            same_kind.overlap
        ),
        (None, None, None, None)
    );
    assert_eq!((same_kind.n, same_kind.n_reference), (60, 60));
}
