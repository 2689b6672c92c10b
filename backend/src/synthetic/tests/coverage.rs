//! Do the intervals hold what they promise? Over 500 samples of the synthetic population, drawn by the plan's design
//! and answered at random given township and category, with the weights and the variance that a round uses.

use std::collections::BTreeMap;

use analysis::design::{LonelyPsu, StageColumns, SurveyDesign};
use analysis::estimate::{Estimate, EstimateOptions, ratio};
use analysis::factor::Factor;
use analysis::plan::FramePerson;
use analysis::weighting::{Margin, RakeOptions, nonresponse, rake};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;

use super::super::response::{propensity, township_propensities};
use super::*;
use crate::rounds::draw::{Drawn, SamplingFrame};

const SAMPLES: u64 = 500;
/// Sampled persons and completed answers, as in the demo's 3,000.
const INVITED: usize = 2800;
const ANSWERS: usize = 1620;
/// A population so large that its correction is nothing: PPS villages count as drawn with replacement.
const ENDLESS: f64 = 1e15;

struct World {
    county: Population,
    plan: Plan,
    frame: Vec<FramePerson>,
    /// 0–100, NaN for proxies and those without an opinion.
    satisfaction: Vec<f64>,
    townships: Vec<String>,
    age_bands: Vec<String>,
    totals: Vec<analysis::round::MarginTotals>,
}

#[test]
fn interval_of_overall_satisfaction_covers_the_truth_as_often_as_it_says() {
    let plan = plan();
    let county = county();
    let frame = county.frame(["resident", "family", "grassroots"]);
    let satisfaction: Vec<f64> = (0..county.persons.len())
        .map(|person| overall(&county, person).map_or(f64::NAN, |points| 25.0 * (points - 1.0)))
        .collect();
    let age_bands = county
        .persons
        .iter()
        .map(|person| plan.age_band(county.year - i32::from(person.age)))
        .collect();
    let townships = county
        .persons
        .iter()
        .map(|person| county.township_of(person).code.clone())
        .collect();
    let totals = margin_totals(&county, &plan, false);
    let known: Vec<f64> = satisfaction
        .iter()
        .copied()
        .filter(|value| !value.is_nan())
        .collect();
    let truth = known.iter().sum::<f64>() / known.len() as f64;
    let world = World {
        county,
        plan,
        frame,
        satisfaction,
        townships,
        age_bands,
        totals,
    };

    let sampling_frame = SamplingFrame::of(&world.frame, &world.plan.units, "resident");
    let willingness = township_propensities(&world.county);
    let estimates: Vec<Estimate> = (0..SAMPLES)
        .map(|seed| one_sample(&world, &sampling_frame, &willingness, seed))
        .collect();

    let covered = estimates
        .iter()
        .filter(|e| (e.lower..=e.upper).contains(&truth))
        .count() as f64
        / SAMPLES as f64;
    let mean = estimates.iter().map(|e| e.value).sum::<f64>() / SAMPLES as f64;
    let sd = (estimates.iter().map(|e| (e.value - mean).powi(2)).sum::<f64>() / (SAMPLES - 1) as f64).sqrt();
    let se = (estimates.iter().map(|e| e.se * e.se).sum::<f64>() / SAMPLES as f64).sqrt();
    let report = format!(
        "covered {covered}, bias {:.4}, sd {sd:.4}, mean se {se:.4}",
        mean - truth
    );
    assert!((0.92..=0.99).contains(&covered), "{report}");
    // The estimator is unbiased to well within its own spread, and the variance conservative but not wildly so.
    assert!((mean - truth).abs() < 0.25 * sd, "{report}");
    assert!((0.92..1.35).contains(&(se / sd)), "{report}");
}

fn one_sample(world: &World, frame: &SamplingFrame, willingness: &[f64], seed: u64) -> Estimate {
    let mut rng = ChaCha8Rng::seed_from_u64(1_000_000 + seed);
    let drawn = frame
        .draw(&mut rng, &world.plan.sampling, INVITED)
        .expect("a sample");
    let propensities: Vec<f64> = drawn
        .iter()
        .map(|drawn| propensity(&world.county, willingness, drawn.row))
        .collect();
    let responded = respond(&mut rng, &propensities, ANSWERS);

    let base: Vec<f64> = drawn.iter().map(|drawn| drawn.base_weight).collect();
    let persons: Vec<&FramePerson> = drawn.iter().map(|drawn| &world.frame[drawn.row]).collect();
    let townships: Vec<&str> = drawn
        .iter()
        .map(|drawn| world.townships[drawn.row].as_str())
        .collect();
    let classes = classes(&townships, &persons, &responded);
    let classes = Factor::from_labels(&classes);
    let adjusted = nonresponse::adjust(&base, &responded, classes.codes(), classes.levels())
        .expect("respondents in every class");

    let codes: Vec<(String, String)> = drawn
        .iter()
        .zip(&persons)
        .map(|(drawn, person)| frame.design_codes(drawn, &person.person_id))
        .collect();
    let strata = Factor::from_labels(codes.iter().map(|(stratum, _)| stratum));
    let psus = Factor::from_labels(codes.iter().map(|(_, psu)| psu));
    let fpc: Vec<f64> = drawn
        .iter()
        .map(|drawn| {
            if drawn.certainty {
                village_size(world, drawn)
            } else {
                ENDLESS
            }
        })
        .collect();
    let stage = StageColumns {
        ids: Some(&psus),
        strata: Some(&strata),
        fpc: Some(&fpc),
    };
    let design = SurveyDesign::builder(drawn.len())
        .stage(stage)
        .weights(&adjusted.weights)
        .lonely_psu(LonelyPsu::Adjust)
        .build()
        .expect("a design");

    let columns: BTreeMap<&str, Factor> = BTreeMap::from([
        ("township", Factor::from_labels(&townships)),
        (
            "category",
            Factor::from_labels(persons.iter().map(|person| &person.category)),
        ),
        (
            "grade",
            Factor::from_labels(persons.iter().map(|person| &person.grade)),
        ),
        (
            "sex",
            Factor::from_labels(persons.iter().map(|person| &person.sex)),
        ),
        (
            "age_band",
            Factor::from_labels(drawn.iter().map(|drawn| &world.age_bands[drawn.row])),
        ),
    ]);
    let margins: Vec<Margin> = world
        .totals
        .iter()
        .map(|margin| {
            let by: Vec<(&str, &Factor)> = margin
                .by
                .iter()
                .map(|name| (name.as_str(), &columns[name.as_str()]))
                .collect();
            Margin::new(&by, &margin.cells, &adjusted.weights).expect("a margin")
        })
        .collect();
    let (calibration, _) = rake(&adjusted.weights, &margins, RakeOptions::default()).expect("raked weights");
    let design = design.with_calibration(calibration).expect("a calibrated design");

    let y: Vec<f64> = drawn.iter().map(|drawn| world.satisfaction[drawn.row]).collect();
    let ones = vec![1.0; drawn.len()];
    ratio::linearise(&design, &y, &ones, None).estimate(&design, &EstimateOptions::default())
}

fn village_size(world: &World, drawn: &Drawn) -> f64 {
    world
        .county
        .village_of(&world.county.persons[drawn.row])
        .persons
        .len() as f64
}

/// Township × category; categories with too few answers in a township are put together, and with the next larger when
/// even together they are too few.
fn classes(townships: &[&str], persons: &[&FramePerson], responded: &[bool]) -> Vec<String> {
    const LEAST: usize = 20;
    let mut answers: BTreeMap<(&str, &str), usize> = BTreeMap::new();
    for ((township, person), responded) in townships.iter().zip(persons).zip(responded) {
        *answers.entry((township, &person.category)).or_default() += usize::from(*responded);
    }
    let rare = |township: &str| -> usize {
        let of_township = answers.iter().filter(|((code, _), _)| *code == township);
        of_township.map(|(_, n)| *n).filter(|n| *n < LEAST).sum()
    };
    townships
        .iter()
        .zip(persons)
        .map(|(township, person)| {
            if rare(township) < LEAST {
                (*township).to_owned()
            } else if answers[&(*township, person.category.as_str())] < LEAST {
                format!("{township} other")
            } else {
                format!("{township} {}", person.category)
            }
        })
        .collect()
}
