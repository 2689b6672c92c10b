//! Sums against the same estimates from rows in memory, and what must not change them.

use polars::prelude::*;
use proptest::prelude::*;

use super::*;
use crate::design::{StageColumns, SurveyDesign};
use crate::estimate::{DeffBase, DfRule, Linearised, mean, proportion, ratio, total};
use crate::factor::{Cells, Factor};

const NAN: f64 = f64::NAN;

/// A small sample in columns.
#[derive(Debug, Clone, Default)]
struct Rows {
    township: Vec<Option<i64>>,
    stratum: Vec<String>,
    village: Vec<i64>,
    size: Vec<f64>,
    weight: Vec<f64>,
    y: Vec<f64>,
    x: Vec<f64>,
    answer: Vec<Option<&'static str>>,
}

impl Rows {
    fn push(&mut self, (village, weight, y, x, answer, here): (i64, f64, Option<f64>, f64, usize, bool)) {
        // Two strata of three villages; a township column that cuts across villages.
        self.village.push(village);
        self.stratum
            .push(if village < 3 { "甲" } else { "乙" }.to_owned());
        // As villages or as persons, the population is larger than any sample made here.
        self.size.push(if village < 3 { 300.0 } else { 120.0 });
        self.township.push(here.then_some(village % 2));
        self.weight.push(weight);
        self.y.push(y.unwrap_or(NAN));
        self.x.push(x);
        self.answer.push([Some("是"), Some("否"), None][answer]);
    }

    fn frame(&self) -> DataFrame {
        let known = |values: &[f64]| -> Vec<Option<f64>> {
            values.iter().map(|v| (!v.is_nan()).then_some(*v)).collect()
        };
        df!(
            "township" => &self.township, "stratum" => &self.stratum, "village" => &self.village,
            "size" => &self.size, "w" => &self.weight, "y" => known(&self.y), "x" => &self.x, "answer" => &self.answer,
        )
        .unwrap()
    }

    /// Without villages every person is a unit.
    fn design(&self, clusters: bool) -> SurveyDesign {
        let villages = Factor::from_labels(self.village.iter().map(ToString::to_string));
        let strata = Factor::from_labels(&self.stratum);
        SurveyDesign::builder(self.y.len())
            .stage(StageColumns {
                ids: clusters.then_some(&villages),
                strata: Some(&strata),
                fpc: Some(&self.size),
            })
            .weights(&self.weight)
            .build()
            .unwrap()
    }
}

fn rows() -> impl Strategy<Value = Rows> {
    let row = (
        0i64..6,
        0.5f64..5.0,
        proptest::option::weighted(0.9, -10.0f64..10.0),
        0.5f64..4.0,
        0usize..3,
        prop::bool::weighted(0.9),
    );
    prop::collection::vec(row, 0..60).prop_map(|more| {
        let mut rows = Rows::default();
        // No village and no level is empty.
        for village in 0..6 {
            rows.push((
                village,
                1.0,
                Some(village as f64),
                1.0,
                (village % 2) as usize,
                true,
            ));
        }
        more.into_iter().for_each(|row| rows.push(row));
        rows
    })
}

fn columns(clusters: bool) -> DesignColumns {
    let ids = if clusters {
        vec!["village".into()]
    } else {
        Vec::new()
    };
    DesignColumns {
        ids,
        strata: vec!["stratum".into()],
        fpc: vec!["size".into()],
        weights: "w".into(),
        ..DesignColumns::default()
    }
}

fn question(statistic: Statistic, of: &str, by: &[&str]) -> Question {
    let options = EstimateOptions {
        deff: (statistic != Statistic::Ratio).then_some(DeffBase::WithoutReplacement),
        df: DfRule::Domain,
        ..EstimateOptions::default()
    };
    Question {
        statistic,
        of: of.into(),
        per: (statistic == Statistic::Ratio).then(|| "x".to_owned()),
        by: by.iter().map(|name| (*name).to_owned()).collect(),
        condition: Vec::new(),
        options,
    }
}

fn questions() -> Vec<Question> {
    let mut all = Vec::new();
    for by in [&[][..], &["township"], &["stratum", "township"]] {
        all.push(question(Statistic::Mean, "y", by));
        all.push(question(Statistic::Total, "y", by));
        all.push(question(Statistic::Ratio, "y", by));
        all.push(question(Statistic::Proportion, "answer", by));
        all.push(question(Statistic::LevelTotal, "answer", by));
    }
    all
}

/// What the estimators say of the same rows.
fn from_rows(rows: &Rows, clusters: bool, question: &Question) -> Vec<Estimate> {
    let design = rows.design(clusters);
    let town = Factor::from_values(rows.township.iter().map(|t| t.map(|t| t.to_string())));
    let stratum = Factor::from_labels(&rows.stratum);
    let by: Vec<&Factor> = question
        .by
        .iter()
        .map(|name| if name == "township" { &town } else { &stratum })
        .collect();
    let answer = Factor::from_values(rows.answer.iter().copied());
    let cells = Cells::cross(&by, rows.y.len());
    let mut estimates = Vec::new();
    for domain in cells.rows() {
        let domain = Some(domain.as_slice());
        let linearised: Vec<Linearised> = match question.statistic {
            Statistic::Mean => vec![mean::linearise(&design, &rows.y, domain)],
            Statistic::Total => vec![total::linearise(&design, &rows.y, domain)],
            Statistic::Ratio => vec![ratio::linearise(&design, &rows.y, &rows.x, domain)],
            Statistic::Proportion => (0..2)
                .map(|level| proportion::linearise(&design, answer.codes(), level, domain))
                .collect(),
            Statistic::LevelTotal => (0..2)
                .map(|level| total::linearise_level(&design, answer.codes(), level, domain))
                .collect(),
        };
        estimates.extend(linearised.iter().map(|l| l.estimate(&design, &question.options)));
    }
    estimates
}

fn same(a: f64, b: f64) -> bool {
    (a.is_nan() && b.is_nan()) || a == b || (a - b).abs() <= 1e-9 * a.abs().max(b.abs()).max(1e-3)
}

fn assert_same(found: &[Estimate], expected: &[Estimate], what: &str) {
    assert_eq!(found.len(), expected.len(), "{what}");
    for (a, b) in found.iter().zip(expected) {
        let figures = |e: &Estimate| [e.value, e.se, e.lower, e.upper, e.df, e.sum_weights, e.n as f64];
        for (at, (x, y)) in figures(a).into_iter().zip(figures(b)).enumerate() {
            assert!(same(x, y), "{what}, figure {at}: {a:?} {b:?}");
        }
        // A design effect of a variance that is 0 up to rounding is noise.
        if b.se > 1e-9 {
            assert!(
                same(a.deff.unwrap_or(1.0), b.deff.unwrap_or(1.0)),
                "{what}: {a:?} {b:?}"
            );
        }
    }
}

fn summed(frame: &DataFrame, questions: &[Question], cut: usize, merge: bool) -> Vec<Vec<Line>> {
    summed_as(&columns(true), frame, questions, cut, merge)
}

fn summed_as(
    columns: &DesignColumns,
    frame: &DataFrame,
    questions: &[Question],
    cut: usize,
    merge: bool,
) -> Vec<Vec<Line>> {
    let cut = cut.min(frame.height());
    let (first, second) = (frame.slice(0, cut), frame.slice(cut as i64, frame.height() - cut));
    let mut sums = Sums::new(columns, questions);
    sums.add(&first, 0).unwrap();
    if merge {
        let mut other = Sums::new(columns, questions);
        other.add(&second, cut).unwrap();
        sums.absorb(other).unwrap();
    } else {
        sums.add(&second, cut).unwrap();
    }
    sums.estimates().unwrap()
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn sums_give_the_figures_of_rows_in_memory(
        rows in rows(), clusters in any::<bool>(), cut in 0usize..66, merge in any::<bool>(),
    ) {
        let questions = questions();
        let answers = summed_as(&columns(clusters), &rows.frame(), &questions, cut, merge);
        for (question, lines) in questions.iter().zip(&answers) {
            let found: Vec<Estimate> = lines.iter().map(|line| line.estimate).collect();
            let what = format!("{:?} by {:?}", question.statistic, question.by);
            assert_same(&found, &from_rows(&rows, clusters, question), &what);
        }
    }

    #[test]
    fn the_order_of_rows_changes_nothing(rows in rows(), seed in any::<u64>()) {
        let frame = rows.frame();
        let mut order: Vec<u32> = (0..frame.height() as u32).collect();
        order.sort_by_key(|&row| (u64::from(row) ^ seed).wrapping_mul(0x9E37_79B9_7F4A_7C15));
        let shuffled = frame.take(&IdxCa::from_vec("rows".into(), order)).unwrap();
        let (a, b) = (summed(&frame, &questions(), 9, false), summed(&shuffled, &questions(), 30, true));
        for (a, b) in a.iter().zip(&b) {
            for (a, b) in a.iter().zip(b) {
                prop_assert_eq!((&a.level, &a.domain), (&b.level, &b.domain));
                assert_same(&[a.estimate], &[b.estimate], "shuffled");
            }
        }
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(32))]

    #[test]
    fn the_names_of_strata_and_villages_change_nothing(rows in rows(), shift in 1i64..1_000_000) {
        let mut renamed = rows.clone();
        renamed.stratum.iter_mut().for_each(|name| *name = format!("第{shift}层 {name}"));
        renamed.village.iter_mut().for_each(|village| *village = shift * 100_000 - *village * 7);
        let (a, b) = (summed(&rows.frame(), &questions(), 8, true), summed(&renamed.frame(), &questions(), 20, true));
        for (a, b) in a.iter().flatten().zip(b.iter().flatten()) {
            prop_assert_eq!(&a.level, &b.level);
            prop_assert_eq!(&a.domain.last(), &b.domain.last());
            assert_same(&[a.estimate], &[b.estimate], "renamed");
        }
    }
}

#[test]
fn a_million_strata_are_summed() {
    let rows: i32 = 2_000_000;
    // Two villages in each stratum, one person in each.
    let frame = df!(
        "stratum" => (0..rows).map(|row| row / 2).collect::<Vec<i32>>(),
        "village" => (0..rows).collect::<Vec<i32>>(),
        "w" => vec![3.0; rows as usize],
        "y" => (0..rows).map(|row| f64::from(row % 2)).collect::<Vec<f64>>(),
    )
    .unwrap();
    let design = DesignColumns {
        ids: vec!["village".into()],
        strata: vec!["stratum".into()],
        weights: "w".into(),
        ..DesignColumns::default()
    };
    let mut asked = question(Statistic::Mean, "y", &[]);
    asked.options.df = DfRule::Design;
    let mut sums = Sums::new(&design, &[asked]);
    sums.add(&frame, 0).unwrap();
    let estimate = sums.estimates().unwrap()[0][0].estimate;
    assert_eq!((estimate.value, estimate.df, estimate.n), (0.5, 1e6, 2_000_000));
    // Each village's total of z is ±0.5 · 3/(6 · 10⁶), so in a stratum 2/(2−1) · 2 · (2.5e-7)²; times 10⁶: 2.5e-7.
    let expected = 2.5e-7f64.sqrt();
    assert!(
        (estimate.se - expected).abs() < 1e-10 * expected,
        "{}",
        estimate.se
    );
}

fn small() -> Rows {
    let mut rows = Rows::default();
    for village in 0..6 {
        for person in 0..3 {
            let y = (person != 1).then_some(village as f64 + person as f64);
            rows.push((village, 2.0, y, 1.0, person, true));
        }
    }
    rows
}

#[test]
fn a_condition_is_a_domain_and_its_sums_stay_apart() {
    let rows = small();
    let mut asked = question(Statistic::Mean, "y", &[]);
    asked.condition = vec![("answer".to_owned(), vec!["是".to_owned()])];
    let plain = question(Statistic::Mean, "y", &["township"]);
    let answers = summed(&rows.frame(), &[asked, plain.clone()], 7, true);
    let yes: Vec<u32> = (0..18).filter(|row| row % 3 == 0).collect();
    let design = rows.design(true);
    let expected = mean::linearise(&design, &rows.y, Some(&yes)).estimate(&design, &plain.options);
    assert_same(&[answers[0][0].estimate], &[expected], "where");
    assert_eq!(answers[1].len(), 2);
}

#[test]
fn a_condition_on_a_value_that_no_row_has_is_refused() {
    let mut asked = question(Statistic::Mean, "y", &[]);
    asked.condition = vec![("answer".to_owned(), vec!["也许".to_owned()])];
    let mut sums = Sums::new(&columns(true), &[asked]);
    sums.add(&small().frame(), 0).unwrap();
    let error = sums.estimates().unwrap_err().to_string();
    assert_eq!(error, "column answer has no value 也许");
}

#[test]
fn bad_cells_are_named_by_column_and_row() {
    let refuse = |change: &dyn Fn(&mut Rows)| {
        let mut rows = small();
        change(&mut rows);
        let mut sums = Sums::new(&columns(true), &questions());
        sums.add(&rows.frame(), 100).unwrap_err().to_string()
    };
    assert_eq!(
        refuse(&|rows| rows.weight[4] = -1.0),
        "row 104: the weight -1 is not a finite number ≥ 0"
    );
    assert_eq!(refuse(&|rows| rows.weight[2] = NAN), "row 102: no value in w");
    assert_eq!(
        refuse(&|rows| rows.stratum[5].clear()),
        "row 105: no value in stratum"
    );
    assert_eq!(
        refuse(&|rows| rows.size[1] = 310.0),
        "row 101: size is 310, but 300 in the same sampled unit before"
    );
    let text = question(Statistic::Mean, "answer", &[]);
    let mut sums = Sums::new(&columns(true), &[text]);
    let error = sums.add(&small().frame(), 0).unwrap_err().to_string();
    assert_eq!(error, "column answer holds text, not numbers");
}

#[test]
fn lonely_psus_are_refused_by_name() {
    let mut rows = small();
    rows.stratum[..3].fill("丙".to_owned());
    let mut sums = Sums::new(&columns(true), &questions());
    sums.add(&rows.frame(), 0).unwrap();
    let error = sums.estimates().unwrap_err().to_string();
    assert!(error.contains("stratum 丙 has a single sampled unit"), "{error}");
}

#[test]
fn rows_of_weight_zero_are_in_no_estimate_but_their_village_stays_in_the_design() {
    let mut rows = small();
    rows.weight[..3].fill(0.0);
    let asked = question(Statistic::Mean, "y", &[]);
    for clusters in [true, false] {
        let answers = summed_as(
            &columns(clusters),
            &rows.frame(),
            std::slice::from_ref(&asked),
            5,
            true,
        );
        let design = rows.design(clusters);
        let expected = mean::linearise(&design, &rows.y, None).estimate(&design, &asked.options);
        assert_same(&[answers[0][0].estimate], &[expected], "weight 0");
    }
}

#[test]
fn a_large_mean_does_not_swallow_a_small_spread() {
    let mut rows = small();
    let plain = summed(&rows.frame(), &[question(Statistic::Mean, "y", &[])], 6, true)[0][0].estimate;
    // 2²⁰ is exact in all the sums that follow from it.
    rows.y.iter_mut().for_each(|y| *y += 1_048_576.0 * 1_024.0);
    let moved = summed(&rows.frame(), &[question(Statistic::Mean, "y", &[])], 6, true)[0][0].estimate;
    assert!(
        (moved.se - plain.se).abs() <= 1e-7 * plain.se,
        "{} {}",
        moved.se,
        plain.se
    );
}

#[test]
fn a_parquet_file_gives_the_figures_of_its_rows() {
    let mut rows = small();
    for turn in 0..400 {
        let y = (turn % 11 != 0).then(|| f64::from(turn * 37 % 23));
        rows.push((
            i64::from(turn % 6),
            1.0 + f64::from(turn % 5),
            y,
            1.5,
            turn as usize % 3,
            turn % 7 != 0,
        ));
    }
    let folder = tempfile::tempdir().unwrap();
    let path = folder.path().join("sums.parquet");
    let file = std::fs::File::create(&path).unwrap();
    ParquetWriter::new(file)
        .with_row_group_size(Some(50))
        .finish(&mut rows.frame())
        .unwrap();
    let questions = questions();
    let sums = parquet::sums(&path, &columns(true), &questions).unwrap();
    assert_eq!(sums.levels("answer"), ["否", "是"]);
    let weights = sums.weights();
    assert_eq!((weights.moments.n(), weights.min, weights.max), (418, 1.0, 5.0));
    for (question, lines) in questions.iter().zip(sums.estimates().unwrap()) {
        let found: Vec<Estimate> = lines.iter().map(|line| line.estimate).collect();
        assert_same(
            &found,
            &from_rows(&rows, true, question),
            &format!("{question:?}"),
        );
    }
}
