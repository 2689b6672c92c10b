//! The sample plan read by the crates that use it, and the synthetic county held against its questionnaires and its
//! design.

mod coverage;
mod form_text;
mod round;

use std::collections::BTreeMap;

use analysis::plan::{Plan, read_frame};
use jiff::civil::{Date, date};
use polars::prelude::DataType;
use survey_forms::form::Form;
use survey_forms::response::RawAnswers;
use survey_forms::{flow, validate, xlsform};

use super::*;
use crate::submit::Mode;

const SEED: u64 = 20_261_123;
const TODAY: Date = date(2026, 11, 1);

fn plan() -> Plan {
    Plan::read(&sample_plan()).unwrap_or_else(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| fault.to_line("zh")).collect();
        panic!("{}", lines.join("\n"))
    })
}

fn county() -> Population {
    Population::generate(&plan(), SEED).expect("a county")
}

fn form(name: &str) -> Form {
    let path = format!("forms/{name}.xlsx");
    let files = sample_plan();
    let read = xlsform::read(&path, &files[&path]).unwrap_or_else(|faults| {
        let lines: Vec<String> = faults.iter().map(|fault| fault.to_line("zh")).collect();
        panic!("{}", lines.join("\n"))
    });
    let warnings: Vec<String> = read
        .warnings
        .iter()
        .map(|warning| warning.to_line("zh"))
        .collect();
    assert!(warnings.is_empty(), "{}", warnings.join("\n"));
    read.form
}

#[test]
fn sample_plan_reads_without_faults_and_its_tree_adds_up() {
    let plan = plan();
    assert_eq!(plan.units.of_level("township").len(), 20);
    assert_eq!(plan.units.of_level("village").len(), 600);
    assert_eq!(plan.criteria.len(), 14);
    assert_eq!(
        plan.areas
            .iter()
            .map(|area| area.code.as_str())
            .collect::<Vec<_>>(),
        AREAS
    );
    let weights: BTreeMap<&str, f64> = plan
        .indicators
        .children(None)
        .map(|node| (node.code.as_str(), node.weight))
        .collect();
    assert_eq!(
        weights,
        BTreeMap::from([("1", 20.0), ("2", 30.0), ("3", 25.0), ("4", 25.0)])
    );
}

#[test]
fn sample_forms_read_as_written() {
    for name in ["resident", "family", "grassroots"] {
        insta::assert_snapshot!(format!("form_{name}"), form_text::text(&form(name)));
    }
}

/// Answers of the first `n` subjects, spread over the county.
fn answers_of(county: &Population, name: &str, n: usize) -> Vec<RawAnswers> {
    let subjects: Vec<usize> = match name {
        "resident" => (0..county.persons.len()).collect(),
        "family" => (0..county.persons.len())
            .filter(|&i| county.persons[i].relative.is_some())
            .collect(),
        _ => (0..county.bodies.len()).collect(),
    };
    let step = (subjects.len() / n).max(1);
    let answer = |subject: usize| {
        let mut answers = RawAnswers::new();
        match name {
            "resident" => resident::answer(county, subject, &mut answers),
            "family" => family::answer(county, subject, &mut answers),
            _ => body::answer(county, subject, &mut answers),
        }
        answers
    };
    subjects.into_iter().step_by(step).map(answer).collect()
}

#[test]
fn answers_are_valid_and_canonical() {
    let county = county();
    for (name, n) in [("resident", 2500), ("family", 2000), ("grassroots", 626)] {
        let form = form(name);
        for answers in answers_of(&county, name, n) {
            match validate::validate(&form, &answers, TODAY) {
                Ok(stored) => assert_eq!(stored, answers),
                Err(errors) => panic!("{name}: {errors:?}\n{answers:?}"),
            }
        }
    }
}

#[test]
fn answers_use_every_question_of_the_forms() {
    let county = county();
    for (name, n) in [("resident", 20_000), ("family", 20_000), ("grassroots", 626)] {
        let mut asked: Vec<String> = answers_of(&county, name, n)
            .into_iter()
            .flat_map(BTreeMap::into_keys)
            .collect();
        asked.sort_unstable();
        asked.dedup();
        let mut questions: Vec<String> = form(name)
            .questions()
            .filter(|question| question.takes_answer())
            .map(|question| question.name.clone())
            .collect();
        questions.sort_unstable();
        assert_eq!(asked, questions, "{name}");
    }
}

#[test]
fn most_residents_see_at_most_34_screens_each_with_one_question() {
    let county = county();
    let form = form("resident");
    let screens: Vec<usize> = answers_of(&county, "resident", 1500)
        .iter()
        .map(|answers| flow::pages(&form, answers, TODAY).len())
        .collect();
    let short = screens.iter().filter(|&&screens| screens <= 34).count() as f64 / screens.len() as f64;
    assert!(short > 0.8, "{short}");
    assert!(screens.iter().max() <= Some(&52), "{:?}", screens.iter().max());
}

#[test]
fn population_is_the_same_for_a_seed_and_another_for_another() {
    let plan = plan();
    let one = Population::generate(&plan, 1).expect("a county");
    let again = Population::generate(&plan, 1).expect("a county");
    let other = Population::generate(&plan, 2).expect("a county");
    let csv = |county: &Population| {
        county
            .frame_csv(["resident", "family", "grassroots"])
            .expect("a table")
    };
    assert_eq!(csv(&one), csv(&again));
    assert_ne!(csv(&one), csv(&other));
    assert!(
        (58_000..66_000).contains(&one.persons.len()),
        "{}",
        one.persons.len()
    );
}

#[test]
fn frame_csv_reads_back_as_the_frame() {
    let county = county();
    let groups = ["resident", "family", "grassroots"];
    let bytes = county.frame_csv(groups).expect("a table");
    let read =
        read_frame(&bytes, &plan().units).unwrap_or_else(|faults| panic!("{}", faults[0].to_line("zh")));
    assert_eq!(read, county.frame(groups));
}

#[test]
fn fieldwork_brings_exactly_what_was_asked_for() {
    let (plan, county) = (plan(), county());
    for respondents in [100, 777, 3000, 12_000] {
        let fieldwork = Fieldwork::run(&county, &plan, respondents).expect("fieldwork");
        let sizes = fieldwork.sizes;
        assert_eq!(sizes.resident + sizes.family + sizes.grassroots, respondents);
        assert_eq!(fieldwork.responses.len(), respondents);
        for (group, size) in [
            ("resident", sizes.resident),
            ("family", sizes.family),
            ("grassroots", sizes.grassroots),
        ] {
            assert_eq!(
                fieldwork
                    .responses
                    .iter()
                    .filter(|response| response.group == group)
                    .count(),
                size
            );
        }
        assert!(!fieldwork.open_responses.is_empty());
        assert!(fieldwork.cases.iter().any(|case| !case.responded()));
    }
    assert!(matches!(
        Fieldwork::run(&county, &plan, 50),
        Err(SyntheticError::Respondents { .. })
    ));
    assert!(matches!(
        Fieldwork::run(&county, &plan, 1_000_000),
        Err(SyntheticError::Respondents { .. })
    ));
}

#[test]
fn fieldwork_is_the_same_for_a_seed() {
    let plan = plan();
    let run = || {
        let county = Population::generate(&plan, 7).expect("a county");
        format!("{:?}", Fieldwork::run(&county, &plan, 600).expect("fieldwork"))
    };
    assert_eq!(run(), run());
}

#[test]
fn sample_has_the_design_of_the_plan() {
    let (plan, county) = (plan(), county());
    let fieldwork = Fieldwork::run(&county, &plan, 3000).expect("fieldwork");
    let residents: Vec<&Case> = fieldwork
        .cases
        .iter()
        .filter(|case| case.group == "resident")
        .collect();
    let mut psus: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for case in &residents {
        if !case.certainty {
            assert_eq!(Some(&case.stratum), case.township.as_ref());
            assert_eq!(case.psu, case.unit);
            psus.entry(&case.stratum).or_default().push(&case.psu);
        } else {
            assert_eq!((&case.stratum, &case.psu), (&case.unit, &case.case_id));
        }
    }
    assert_eq!(psus.len(), 20);
    for (township, mut villages) in psus {
        villages.sort_unstable();
        villages.dedup();
        assert!(villages.len() >= 2, "{township}: {villages:?}");
    }
    assert!(residents.iter().any(|case| case.certainty));
    // The weights are unbiased for the population's size, and nearly equal within a township.
    let sum: f64 = residents.iter().map(|case| case.base_weight).sum();
    let size = county.persons.len() as f64;
    assert!((sum / size - 1.0).abs() < 0.05, "{sum} for {size}");
    assert!(residents.windows(2).all(|pair| pair[0].case_id < pair[1].case_id));
}

#[test]
fn respond_has_the_size_and_the_chances_asked_for() {
    use rand::SeedableRng;
    let propensities: Vec<f64> = (0..60).map(|i| 0.5 + f64::from(i % 3)).collect();
    let mut counts = [0.0; 3];
    let runs = 4000;
    for seed in 0..runs {
        let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(seed);
        let responded = respond(&mut rng, &propensities, 24);
        assert_eq!(responded.iter().filter(|responded| **responded).count(), 24);
        for (row, _) in responded.iter().enumerate().filter(|(_, responded)| **responded) {
            counts[row % 3] += 1.0 / (20.0 * runs as f64);
        }
    }
    // 20 of each kind: chances 0.5 c, 1.5 c, 2.5 c that sum to 24, so c = 24/90.
    for (count, share) in counts.into_iter().zip([0.5, 1.5, 2.5]) {
        let expected = share * 24.0 / 90.0;
        assert!((count / expected - 1.0).abs() < 0.04, "{count} for {expected}");
    }
}

#[test]
fn respond_with_as_many_as_invited_is_everyone() {
    use rand::SeedableRng;
    let mut rng = rand_chacha::ChaCha8Rng::seed_from_u64(1);
    assert!(
        respond(&mut rng, &[1.0, 2.0, 3.0], 3)
            .iter()
            .all(|responded| *responded)
    );
}

#[test]
fn truth_holds_what_a_sampled_respondent_answers() {
    let (plan, county) = (plan(), county());
    let fieldwork = Fieldwork::run(&county, &plan, 400).expect("fieldwork");
    let truth = truth(&county, &plan).expect("the truth");
    assert_eq!(
        truth.iter().map(|group| group.group.as_str()).collect::<Vec<_>>(),
        ["resident", "family", "grassroots"]
    );
    for group in &truth {
        let ids = group.cases.column("case_id").expect("ids").str().expect("text");
        let rows: BTreeMap<&str, usize> = ids
            .iter()
            .enumerate()
            .filter_map(|(row, id)| Some((id?, row)))
            .collect();
        for response in fieldwork
            .responses
            .iter()
            .filter(|response| response.group == group.group && response.conduct != Conduct::OneAnswer)
        {
            let case = &fieldwork.cases[response.case.expect("a case")];
            let row = rows[case.case_id.as_str()];
            for (question, answer) in &response.answers {
                let column = group.cases.column(question).expect("a column");
                assert_eq!(column.dtype(), &DataType::String);
                assert_eq!(
                    column.str().expect("text").get(row),
                    Some(answer.as_str()),
                    "{question}"
                );
            }
        }
    }
    let totals = &truth[0].totals;
    let size = county.persons.len() as f64;
    assert_eq!(totals.len(), plan.weighting.margins.len());
    for margin in totals {
        assert_eq!(margin.cells.iter().map(|(_, count)| count).sum::<f64>(), size);
    }
}

#[test]
fn few_hurry_and_many_read_in_their_own_way() {
    let (plan, county) = (plan(), county());
    let fieldwork = Fieldwork::run(&county, &plan, 3000).expect("fieldwork");
    let count = |test: &dyn Fn(&Response) -> bool| fieldwork.responses.iter().filter(|r| test(r)).count();
    let hasty = count(&|response| response.conduct != Conduct::Careful);
    let alike = count(&|response| response.conduct == Conduct::OneAnswer);
    assert!(
        (5..40).contains(&hasty) && (1..hasty).contains(&alike),
        "{hasty} {alike}"
    );
    for response in fieldwork
        .responses
        .iter()
        .filter(|r| r.conduct != Conduct::Careful)
    {
        let pace = f64::from(response.duration_s) / response.answers.len() as f64;
        assert!(pace < 1.6 && response.mode == Mode::Web, "{response:?}");
    }
    let web = count(&|response| response.mode == Mode::Web);
    let read = count(&|response| !response.ways.is_empty());
    assert!(
        (0.1..0.5).contains(&(read as f64 / web as f64)),
        "{read} of {web}"
    );
    // Who asked is known exactly where somebody asked.
    assert!(fieldwork.responses.iter().all(|response| {
        let asked = matches!(response.mode, Mode::Interview | Mode::Phone);
        let interviewer = asked_by(&county, &fieldwork, response.case, response.mode);
        interviewer.is_some() == (asked && response.group != "grassroots")
    }));
    // One answer to everything still is a valid answer.
    let form = form("resident");
    for response in fieldwork
        .responses
        .iter()
        .filter(|r| r.conduct == Conduct::OneAnswer)
    {
        if response.group == "resident" {
            assert_eq!(
                validate::validate(&form, &response.answers, TODAY).as_ref(),
                Ok(&response.answers)
            );
        }
    }
}

#[test]
fn county_is_realistic() {
    let county = county();
    let n = county.persons.len() as f64;
    let share = |count: usize| count as f64 / n;
    let relatives = share(
        county
            .persons
            .iter()
            .filter(|person| person.relative.is_some())
            .count(),
    );
    assert!((0.6..0.7).contains(&relatives), "{relatives}");
    let hardship = share(
        county
            .persons
            .iter()
            .filter(|person| person.in_hardship())
            .count(),
    );
    assert!((0.2..0.4).contains(&hardship), "{hardship}");
    let answers = answers_of(&county, "resident", 6000);
    let part = |test: &dyn Fn(&RawAnswers) -> bool| {
        answers.iter().filter(|answers| test(answers)).count() as f64 / answers.len() as f64
    };
    let proxies = part(&|answers| answers["answering"] == "proxy");
    assert!((0.08..0.20).contains(&proxies), "{proxies}");
    let took_part = part(&|answers| !matches!(answers["took_part"].as_str(), "none" | "rf" | "dk"));
    assert!((0.55..0.75).contains(&took_part), "{took_part}");
    let needs: f64 = answers
        .iter()
        .filter(|answers| !matches!(answers["need"].as_str(), "none" | "rf" | "dk"))
        .map(|answers| answers["need"].split(' ').count() as f64)
        .sum::<f64>()
        / answers.len() as f64;
    assert!((1.2..2.2).contains(&needs), "{needs}");
}

#[test]
fn villages_agree_a_little() {
    let county = county();
    // One-way analysis of variance of overall satisfaction between the villages of a township.
    let (mut within, mut within_df, mut between, mut between_df, mut squares, mut sum_n) =
        (0.0, 0.0, 0.0, 0.0, 0.0, 0.0);
    for township in 0..county.townships.len() {
        let villages: Vec<Vec<f64>> = county
            .villages
            .iter()
            .filter(|village| village.township == township)
            .map(|village| {
                village
                    .persons
                    .clone()
                    .filter_map(|person| overall(&county, person))
                    .collect()
            })
            .collect();
        let all: f64 = villages.iter().flatten().sum();
        let n: f64 = villages.iter().map(|village| village.len() as f64).sum();
        between_df += villages.len() as f64 - 1.0;
        sum_n += n - villages
            .iter()
            .map(|village| (village.len() as f64).powi(2))
            .sum::<f64>()
            / n;
        for village in &villages {
            let mean = village.iter().sum::<f64>() / village.len() as f64;
            between += village.len() as f64 * (mean - all / n).powi(2);
            within += village.iter().map(|value| (value - mean).powi(2)).sum::<f64>();
            within_df += village.len() as f64 - 1.0;
        }
        squares += n;
    }
    let n0 = sum_n / between_df;
    let (between, within) = (between / between_df, within / within_df);
    let variance = (between - within) / n0;
    let icc = variance / (variance + within);
    assert!((0.015..0.045).contains(&icc), "{icc} over {squares} answers");
}

/// A person's overall satisfaction in scale points, if the person has one.
fn overall(county: &Population, person: usize) -> Option<f64> {
    let mut answers = RawAnswers::new();
    resident::answer(county, person, &mut answers);
    answers.get("sat_overall")?.parse().ok()
}
