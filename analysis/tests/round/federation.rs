//! Counties that hand over sums, against one computation over all their answers.

use analysis::design::{StageColumns, SurveyDesign};
use analysis::estimate::{DfRule, EstimateOptions, ratio};
use analysis::factor::Factor;
use analysis::federation::county::statistics;
use analysis::federation::partitions::{Partition, columns};
use analysis::federation::province::{CombineError, Combined, combine};
use analysis::federation::records::records;
use analysis::federation::{CellName, Moments, SharedStatistics};
use analysis::plan::{Measure, Plan};
use analysis::publication::Named;
use analysis::publication::figure::Address;
use analysis::results::{IndicatorResult, RoundDetail};
use analysis::round::{GroupCases, MarginTotals};
use polars::prelude::{Column, DataFrame, ParquetWriter};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;
use survey_forms::text::Text;

use crate::support::{Case, files, group, input, read, run};

/// Three townships to a county, four villages to a township.
const COUNTIES: [[u32; 3]; 3] = [[1, 2, 3], [4, 5, 6], [7, 8, 9]];
const SURVEYED: [&str; 3] = ["persons", "resident", "family"];

/// The plan of a county with these townships; its weights are calibrated within townships.
fn plan_of(code: &str, townships: &[u32]) -> Plan {
    let mut units = format!("code,parent,level,kind,name_zh,name_en\n{code},,county,federation,县,County\n");
    for t in townships {
        units += &format!("t{t},{code},township,federation,乡{t},Town {t}\n");
        for v in 1..=4 {
            units += &format!("t{t}v{v},t{t},village,association,村{t}{v},\n");
        }
    }
    let mut files = files();
    let text = String::from_utf8(files["plan.toml"].clone()).expect("text");
    let text = text.replace(r#"[["township"], ["sex"]]"#, r#"[["township", "sex"]]"#);
    files.insert("plan.toml".to_owned(), text.into_bytes());
    files.insert("units.csv".to_owned(), units.into_bytes());
    let admin: String = townships
        .iter()
        .map(|t| format!("t{t},2026,posts,7{t},台账\n"))
        .collect();
    files.insert(
        "admin.csv".to_owned(),
        format!("unit,period,code,value,source\n{admin}").into_bytes(),
    );
    read(&files)
}

/// Residents and relatives of a township; one of its villages was taken for certain.
fn people(township: u32, rng: &mut ChaCha8Rng) -> (Vec<Case>, Vec<Case>) {
    let (mut residents, mut family) = (Vec::new(), Vec::new());
    for number in 0..24 {
        let village = format!("t{township}v{}", 1 + number % 4);
        let mut pick = |words: &[&'static str]| words[rng.random_range(0..words.len())];
        let person = format!("{township}{number:02}");
        let sex = pick(&["male", "female"]);
        let ladder = |case: Case, pick: &mut dyn FnMut(&[&'static str]) -> &'static str| {
            case.set("sex", sex)
                .set("person", &person)
                .set("took_part", pick(&["training", "meeting", "none"]))
                .set("need", pick(&["rehab", "rehab care", "care", "none"]))
                .set("recv_rehab", pick(&["yes", "partly", "no", "dk"]))
                .set("help_rehab", pick(&["5", "4", "3", "2", ""]))
                .set("recv_care", pick(&["yes", "no", ""]))
                .set("help_care", pick(&["5", "4", "1", ""]))
                .set("sat_overall", pick(&["5", "4", "4", "3", "2", "1", "dk"]))
        };
        let weight = 4.0 + f64::from(township) + f64::from(number % 5);
        let mut resident = ladder(Case::new(&format!("r{person}"), &village), &mut pick).weight(weight);
        let mut relative = ladder(Case::new(&format!("f{person}"), &village), &mut pick).weight(weight);
        relative = relative.set("can_answer", pick(&["yes", "yes", "no"]));
        if number % 4 == 3 {
            resident = resident.set("stratum", &village).certain();
            relative = relative.set("stratum", &village).certain();
        }
        if pick(&["a", "b", "c", "d"]) == "a" {
            resident = resident.silent();
        }
        residents.push(resident);
        family.push(relative);
    }
    (residents, family)
}

/// The cases of townships, the same whichever county they are put into.
fn cases(townships: &[u32], calibrated: bool) -> Vec<GroupCases> {
    let (mut residents, mut family) = (Vec::new(), Vec::new());
    let mut cells = Vec::new();
    for &township in townships {
        let (mut of_residents, mut of_family) =
            people(township, &mut ChaCha8Rng::seed_from_u64(u64::from(township)));
        residents.append(&mut of_residents);
        family.append(&mut of_family);
        for (sex, total) in [("male", 130.0), ("female", 110.0)] {
            cells.push((
                vec![format!("t{township}"), sex.to_owned()],
                total + f64::from(township),
            ));
        }
    }
    let totals = |groups: &mut GroupCases| {
        let by = vec!["township".to_owned(), "sex".to_owned()];
        let cells = cells.clone();
        groups.totals = if calibrated {
            vec![MarginTotals { by, cells }]
        } else {
            Vec::new()
        };
    };
    let mut groups = vec![group("resident", &residents), group("family", &family)];
    groups.iter_mut().for_each(totals);
    groups
}

fn county(at: usize, calibrated: bool) -> (Plan, Vec<GroupCases>, RoundDetail) {
    let plan = plan_of(&format!("c{at}"), &COUNTIES[at]);
    let groups = cases(&COUNTIES[at], calibrated);
    let detail = run(&plan, groups.clone());
    (plan, groups, detail)
}

fn shared(at: usize, calibrated: bool) -> SharedStatistics {
    let (plan, groups, detail) = county(at, calibrated);
    statistics(&input(&plan, groups), &detail).expect("statistics")
}

fn named(code: &str) -> Named {
    Named {
        code: code.to_owned(),
        name: Text::zh_en("省", "Province"),
    }
}

fn province(files: &[SharedStatistics]) -> Combined {
    combine(&named("p"), files).expect("combined").0
}

/// A figure by its own address in another unit of other results.
fn same<'a>(rows: &'a [IndicatorResult], unit: &str, wanted: &IndicatorResult) -> &'a IndicatorResult {
    rows.iter()
        .find(|row| {
            row.unit == unit
                && row.code == wanted.code
                && row.group == wanted.group
                && row.area == wanted.area
        })
        .unwrap_or_else(|| panic!("{unit} has no {wanted:?}"))
}

#[track_caller]
fn alike(found: &IndicatorResult, expected: &IndicatorResult) {
    let near = |a: Option<f64>, b: Option<f64>| match (a, b) {
        (Some(a), Some(b)) => (a - b).abs() <= 1e-9 * b.abs().max(1e-6),
        (a, b) => a == b,
    };
    let limits = near(found.lower, expected.lower) && near(found.upper, expected.upper);
    assert!(
        near(found.estimate, expected.estimate) && near(found.se, expected.se) && limits,
        "{found:?}\n{expected:?}"
    );
    assert_eq!(
        (found.n, found.flag, &found.measure),
        (expected.n, expected.flag, &expected.measure)
    );
}

#[test]
fn a_countys_sums_give_its_own_figures() {
    let (_, _, detail) = county(1, true);
    let combined = province(&[shared(1, true)]);
    let mut compared = 0;
    for row in combined
        .results
        .indicators
        .iter()
        .filter(|row| row.group.is_some())
    {
        alike(row, same(&detail.results.indicators, "c1", row));
        compared += 1;
    }
    // 1.1 once; benefit, coverage, effectiveness pooled and in two areas; satisfaction of two groups: of the county and
    // of the province that is made of it alone.
    assert_eq!(compared, 2 * (1 + 9 + 2));
    let row = combined
        .results
        .indicators
        .iter()
        .find(|row| row.code == "3" && row.group.is_none())
        .expect("3");
    let own = same(&detail.results.indicators, "c1", row);
    assert!((row.se.expect("se") - own.se.expect("se")).abs() < 1e-9);
    assert!((row.estimate.expect("value") - own.estimate.expect("value")).abs() < 1e-9);
}

#[test]
fn three_counties_sums_give_the_figures_of_one_computation_over_all_their_answers() {
    for calibrated in [true, false] {
        let files: Vec<SharedStatistics> = (0..3).map(|at| shared(at, calibrated)).collect();
        let combined = province(&files);
        let all: Vec<u32> = COUNTIES.concat();
        let flat = run(&plan_of("all", &all), cases(&all, calibrated));
        let mut compared = 0;
        for row in combined.results.indicators.iter().filter(|row| row.unit == "p") {
            let expected = same(&flat.results.indicators, "all", row);
            match &row.group {
                Some(group) => {
                    assert!(SURVEYED.contains(&group.as_str()));
                    alike(row, expected);
                    compared += 1;
                }
                // Its degrees of freedom are counted otherwise, so its interval differs.
                None => {
                    let near = |a: Option<f64>, b: Option<f64>| (a.expect("a") - b.expect("b")).abs() < 1e-9;
                    assert!(
                        near(row.estimate, expected.estimate) && near(row.se, expected.se),
                        "{row:?}"
                    );
                    compared += 1;
                }
            }
        }
        assert_eq!(compared, 12 + 5, "calibrated: {calibrated}");
        assert!(combined.lacking.is_empty());
    }
}

#[test]
fn a_country_of_provinces_is_the_country_of_their_counties() {
    let files: Vec<SharedStatistics> = (0..3).map(|at| shared(at, true)).collect();
    let (_, first) = combine(&named("p1"), &files[..2]).expect("combined");
    let (_, second) = combine(&named("p2"), &files[2..]).expect("combined");
    let stepwise = combine(&named("p"), &[first, second]).expect("combined").0;
    let at_once = province(&files);
    for row in at_once.results.indicators.iter().filter(|row| row.unit == "p") {
        alike(same(&stepwise.results.indicators, "p", row), row);
    }
    let [one, two] = [&stepwise, &at_once].map(|combined| combined.results.scores[0].clone());
    assert!((one.score.expect("score") - two.score.expect("score")).abs() < 1e-9);
    assert!((one.se.expect("se") - two.se.expect("se")).abs() < 1e-9);
}

#[test]
fn records_in_parquet_give_the_sums_of_the_round_they_came_from() {
    let (plan, groups, detail) = county(2, false);
    let given = input(&plan, groups);
    let expected = statistics(&given, &detail).expect("statistics");
    let mut compared = 0;
    for mut records in records(&given).expect("records") {
        let mut whole = Partition::new(&records.group);
        let mut parts = Partition::new(&records.group);
        whole.add(&parquet(&mut records.table)).expect("readable");
        for from in (0..records.table.height()).step_by(7) {
            parts
                .add(&parquet(&mut records.table.slice(from as i64, 7)))
                .expect("readable");
        }
        assert_eq!(whole.rows(), parts.rows());
        for (cell, again) in whole.cells().iter().zip(parts.cells()) {
            let Some(of_round) = expected.cell(&cell.name) else {
                panic!("{} is not in the round", cell.name)
            };
            let (a, b, c) = (of_round.moments, cell.moments, again.moments);
            for (a, b, c) in [
                (a.y, b.y, c.y),
                (a.x, b.x, c.x),
                (a.uu, b.uu, c.uu),
                (a.ux, b.ux, c.ux),
                (a.xx, b.xx, c.xx),
            ] {
                let size = a.abs().max(1e-6);
                assert!(
                    (a - b).abs() <= 1e-9 * size && (b - c).abs() <= 1e-9 * size,
                    "{}: {a} {b} {c}",
                    cell.name
                );
            }
            assert_eq!((a.n, a.df, a.complete), (b.n, b.df, b.complete));
            compared += 1;
        }
    }
    assert_eq!(compared, 12);
}

fn parquet(table: &mut DataFrame) -> Vec<u8> {
    let mut bytes = Vec::new();
    ParquetWriter::new(&mut bytes).finish(table).expect("written");
    bytes
}

#[test]
fn records_do_not_tell_in_which_order_cases_were_drawn() {
    let plan = plan_of("c0", &COUNTIES[0]);
    let groups = cases(&COUNTIES[0], false);
    // The same people under other case and person numbers, so that they sort the other way round.
    let other = |case: &Case| {
        let mut case = case.clone();
        for column in ["case_id", "person"] {
            let text = case.0[column].clone();
            let (letter, number) = text.split_at(text.find(|c: char| c.is_ascii_digit()).unwrap_or(0));
            let number: u32 = number.parse().expect("a number");
            case.0
                .insert(column.to_owned(), format!("{letter}{}", 99_999 - number));
        }
        case
    };
    let (mut residents, mut family) = (Vec::new(), Vec::new());
    for township in COUNTIES[0] {
        let (a, b) = people(township, &mut ChaCha8Rng::seed_from_u64(u64::from(township)));
        residents.extend(a.iter().map(other));
        family.extend(b.iter().map(other));
    }
    let turned = vec![group("resident", &residents), group("family", &family)];
    let [one, two] = [groups, turned].map(|groups| records(&input(&plan, groups)).expect("records"));
    for (one, two) in one.iter().zip(&two) {
        assert!(one.table.equals_missing(&two.table), "{}", one.group);
    }
}

#[test]
fn nothing_is_handed_over_that_is_withheld_or_follows_from_the_rest() {
    let (plan, groups, mut detail) = county(0, true);
    let at = |code: &str, area: Option<&str>| Address {
        code: code.to_owned(),
        unit: "c0".to_owned(),
        group: Some("persons".to_owned()),
        area: area.map(str::to_owned),
    };
    detail.withheld.insert(at("2.1", Some("care")));
    detail.withheld.insert(at("1.1", None));
    let shared = statistics(&input(&plan, groups), &detail).expect("statistics");
    let has = |code: &str, area: Option<&str>| {
        let name = CellName {
            code: code.to_owned(),
            group: "persons".to_owned(),
            area: area.map(str::to_owned),
        };
        (shared.cell(&name).is_some(), shared.withheld.contains(&name))
    };
    assert_eq!(has("1.1", None), (false, true));
    // With the pooled sums and the other area the withheld one would be their difference.
    assert_eq!(has("2.1", Some("care")), (false, true));
    assert_eq!(has("2.1", Some("rehab")), (false, true));
    assert_eq!(has("2.1", None), (true, false));
    assert_eq!(has("2.2", Some("care")), (true, false));
    let limit = u64::from(plan.suppression.min_cell);
    assert!(shared.cells.iter().all(|cell| cell.moments.n >= limit));
    let text = serde_json::to_string(&shared).expect("JSON");
    for private in ["t1v1", "t1", "r100", "male"] {
        assert!(!text.contains(&format!("\"{private}")), "{private}");
    }
    let others: Vec<SharedStatistics> = vec![shared, self::shared(1, true)];
    let lacking = province(&others).lacking;
    let units: Vec<&[String]> = lacking.iter().map(|lacking| lacking.units.as_slice()).collect();
    assert_eq!(units, [["c0"], ["c0"], ["c0"]]);
}

#[test]
fn files_that_do_not_belong_together_are_refused_by_name() {
    let (one, two) = (shared(0, true), shared(1, true));
    let refused = |files: &[SharedStatistics]| combine(&named("p"), files).expect_err("refused");
    assert_eq!(refused(&[]), CombineError::Nothing);
    assert_eq!(
        refused(&[one.clone(), one.clone()]),
        CombineError::Twice {
            unit: "c0".to_owned()
        }
    );
    let later = SharedStatistics {
        year: 2027,
        ..two.clone()
    };
    assert!(matches!(
        refused(&[one.clone(), later]),
        CombineError::Year { found: 2027, .. }
    ));
    let mut other = two.clone();
    other.definitions.insert("2.1".to_owned(), "0".repeat(64));
    let found = refused(&[one.clone(), other]);
    assert!(matches!(&found, CombineError::Definition { code, unit, .. } if code == "2.1" && unit == "c1"));
    let mut few = two.clone();
    few.cells[0].moments.n = 1;
    assert!(matches!(
        refused(&[one.clone(), few]),
        CombineError::Figure { .. }
    ));
    let mut broken = two;
    broken.cells[0].moments.uu = f64::INFINITY;
    assert!(refused(&[one, broken]).to_string().contains("not finite"));
}

/// A county, a stratum, a unit, its fraction, a weight, and the pair of what was answered.
type MadeUp = (usize, u32, u32, f64, f64, Option<(f64, f64)>);

/// Rows of three made-up counties: county, stratum, unit, fraction, weight, y, x.
fn made_up() -> Vec<MadeUp> {
    let mut rng = ChaCha8Rng::seed_from_u64(7);
    let mut rows = Vec::new();
    for county in 0..3 {
        for stratum in 0..4 {
            for unit in 0..(3 + stratum) {
                for _ in 0..rng.random_range(1..9) {
                    let x = f64::from(rng.random_range(1u8..4));
                    let y = (x * rng.random::<f64>()).round();
                    let pair = (rng.random::<f64>() > 0.1).then_some((y, x));
                    let fraction = if stratum == 3 { 0.25 } else { 0.0 };
                    let weight = 1.0 + 9.0 * rng.random::<f64>() * (1.0 + county as f64);
                    rows.push((county, stratum, unit, fraction, weight, pair));
                }
            }
        }
    }
    rows
}

#[test]
fn a_country_summed_county_by_county_is_the_in_memory_estimate_over_all_rows() {
    let rows = made_up();
    let name = CellName {
        code: "1".to_owned(),
        group: "persons".to_owned(),
        area: None,
    };
    let counties: Vec<Moments> = (0..3)
        .map(|county| {
            let of: Vec<_> = rows.iter().filter(|row| row.0 == county).collect();
            let [y, x] = columns(&name, Measure::Coverage);
            let part = |pick: fn(&(f64, f64)) -> f64| -> Vec<Option<f32>> {
                of.iter()
                    .map(|row| row.5.as_ref().map(|pair| pick(pair) as f32))
                    .collect()
            };
            let table = vec![
                Column::new("stratum".into(), of.iter().map(|row| row.1).collect::<Vec<u32>>()),
                Column::new("psu".into(), of.iter().map(|row| row.2).collect::<Vec<u32>>()),
                Column::new(
                    "fraction".into(),
                    of.iter().map(|row| row.3).collect::<Vec<f64>>(),
                ),
                Column::new("weight".into(), of.iter().map(|row| row.4).collect::<Vec<f64>>()),
                Column::new(y.as_str().into(), part(|pair| pair.0)),
                Column::new(x.as_str().into(), part(|pair| pair.1)),
            ];
            let mut table = DataFrame::new(of.len(), table).expect("a table");
            let mut partition = Partition::new("persons");
            partition.add(&parquet(&mut table)).expect("readable");
            partition.cells()[0].moments
        })
        .collect();
    let whole = Moments::join(&counties);
    let strata = Factor::from_labels(rows.iter().map(|row| format!("{}/{}", row.0, row.1)));
    let units = Factor::from_labels(rows.iter().map(|row| format!("{}/{}/{}", row.0, row.1, row.2)));
    // The same correction, told as population sizes: R's rule takes all values as fractions, or none.
    let sizes: Vec<f64> = rows
        .iter()
        .map(|row| {
            if row.3 > 0.0 {
                f64::from(3 + row.1) / row.3
            } else {
                f64::INFINITY
            }
        })
        .map(|size| size.min(1e18))
        .collect();
    let weights: Vec<f64> = rows.iter().map(|row| row.4).collect();
    let design = SurveyDesign::builder(rows.len())
        .stage(StageColumns {
            ids: Some(&units),
            strata: Some(&strata),
            fpc: Some(&sizes),
        })
        .weights(&weights)
        .build()
        .expect("a design");
    let part = |pick: fn((f64, f64)) -> f64| -> Vec<f64> {
        rows.iter().map(|row| row.5.map_or(f64::NAN, pick)).collect()
    };
    let flat = ratio::linearise(&design, &part(|pair| pair.0), &part(|pair| pair.1), None).estimate(
        &design,
        &EstimateOptions {
            df: DfRule::Domain,
            ..EstimateOptions::default()
        },
    );
    let value = whole.ratio().expect("a ratio");
    assert!((value - flat.value).abs() <= 1e-12, "{value} {}", flat.value);
    let se = whole.variance().sqrt();
    assert!((se - flat.se).abs() <= 1e-9 * flat.se, "{se} {}", flat.se);
    assert_eq!((whole.n as usize, whole.df), (flat.n, flat.df));
}
