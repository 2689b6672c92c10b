//! What the answers look like beside the indicators: distributions, the ladder from need to help, needs not met, and
//! what stood in the way.

use survey_forms::form::{Choice, Form, QuestionKind};
use survey_forms::text::Text;

use super::answers::{Answers, Values};
use super::known::{KEPT_AWAY, rungs, why};
use super::sample::Sample;
use crate::indicator::leaf::Ground;
use crate::indicator::present::{Scale, interval, proportion};
use crate::indicator::ratio::{Pairs, Ratio, five_points};
use crate::plan::indicator::questions::{FIVE_POINT, NONE, RECEIVED};
use crate::plan::{FrameSource, Measure, PERSONS, QuestionRef};
use crate::results::{Barrier, Distribution, LadderStep, Share, UnmetNeed};

/// The shares of each answer to every question with choices, by group and unit.
pub(crate) fn distributions(ground: &Ground<'_>) -> Vec<Distribution> {
    let mut all = Vec::new();
    for group in &ground.plan.groups {
        let (Some(sample), Some(form)) = (
            ground.samples.get(&group.code),
            ground.plan.forms.get(&group.code),
        ) else {
            continue;
        };
        for question in form.questions() {
            let closed = matches!(
                question.kind,
                QuestionKind::SelectOne { .. } | QuestionKind::SelectMultiple { .. }
            );
            if let Some(answers) = sample.questions.get(&question.name).filter(|_| closed) {
                distribution(
                    ground,
                    sample,
                    form.choices(question),
                    &question.name,
                    answers,
                    &mut all,
                );
            }
        }
    }
    all
}

fn distribution(
    ground: &Ground<'_>,
    sample: &Sample,
    choices: &[Choice],
    name: &str,
    answers: &Answers,
    all: &mut Vec<Distribution>,
) {
    let five_point = FIVE_POINT.iter().all(|step| {
        choices
            .iter()
            .any(|choice| choice.name == *step && choice.missing.is_none())
    });
    let inside: Vec<bool> = sample.proxy.iter().map(|proxy| !(five_point && *proxy)).collect();
    let valid: Vec<&Choice> = choices.iter().filter(|choice| choice.missing.is_none()).collect();
    let by_choice: Vec<Vec<Ratio>> = valid
        .iter()
        .map(|choice| shares(ground, sample, answers, &[choice.name.as_str()], &inside))
        .collect();
    let means = five_point.then(|| {
        let points = five_points(answers);
        let mut pairs = Pairs {
            y: vec![0.0; sample.rows],
            x: vec![0.0; sample.rows],
        };
        for row in 0..sample.rows {
            if let Some(value) = answers.valid_code(row).and_then(|code| points[code]) {
                (pairs.y[row], pairs.x[row]) = (value, 1.0);
            }
        }
        pairs
            .within(&inside)
            .ratios(sample, ground.space, ground.units.len() - 1)
    });
    let area = ground
        .plan
        .areas
        .iter()
        .find(|area| name.ends_with(&format!("_{}", area.code)));
    for (index, unit) in ground.units.iter().enumerate() {
        let here = |row: &usize| index == 0 || sample.unit[*row] as usize == index - 1;
        let rows = (0..sample.rows).filter(|row| inside[*row]).filter(here);
        let mut counts = vec![0u64; answers.labels.len()];
        let mut missing = 0;
        for row in rows {
            missing += u64::from(answers.is_missing(row));
            count(answers, row, &mut counts);
        }
        let shares = valid.iter().zip(&by_choice).filter_map(|(choice, ratios)| {
            let ratio = &ratios[index];
            let value = ratio.value?;
            let se = ratio.spread.se();
            let (lower, upper) = interval(value, se, ratio.df, ratio.n, Scale::Fraction, ratio.census);
            let n = answers.position(&choice.name).map_or(0, |at| counts[at]);
            Some(Share {
                value: choice.name.clone(),
                estimate: value,
                se,
                lower: lower.unwrap_or(0.0),
                upper: upper.unwrap_or(1.0),
                n,
            })
        });
        let mean = means.as_ref().map(|ratios| &ratios[index]);
        all.push(Distribution {
            question: name.to_owned(),
            group: sample.perspective.clone(),
            unit: (*unit).to_owned(),
            area: area.map(|area| area.code.clone()),
            multiple: matches!(answers.values, Values::Many(_)),
            n: by_choice.first().map_or(0, |ratios| ratios[index].n),
            missing,
            shares: shares.collect(),
            mean: mean.and_then(|ratio| ratio.value),
            mean_se: mean.and_then(|ratio| ratio.value.map(|_| ratio.spread.se())),
        });
    }
}

fn count(answers: &Answers, row: usize, counts: &mut [u64]) {
    match &answers.values {
        Values::One(codes) => {
            if let Some(count) = counts.get_mut(usize::from(codes[row])) {
                *count += 1;
            }
        }
        Values::Many(bits) => {
            for (label, count) in counts.iter_mut().enumerate().take(64) {
                *count += bits[row] >> label & 1;
            }
        }
    }
}

/// The share of `wanted` among the valid answers, by unit.
fn shares(
    ground: &Ground<'_>,
    sample: &Sample,
    answers: &Answers,
    wanted: &[&str],
    inside: &[bool],
) -> Vec<Ratio> {
    let wanted: Vec<bool> = answers
        .labels
        .iter()
        .map(|label| wanted.contains(&label.as_str()))
        .collect();
    let mut pairs = Pairs {
        y: vec![0.0; sample.rows],
        x: vec![0.0; sample.rows],
    };
    for row in (0..sample.rows).filter(|row| inside[*row]) {
        if let Some(hit) = answers.says(row, &wanted) {
            (pairs.y[row], pairs.x[row]) = (f64::from(u8::from(hit)), 1.0);
        }
    }
    pairs.ratios(sample, ground.space, ground.units.len() - 1)
}

/// The three questions of the ladder.
struct Rungs {
    refs: Vec<QuestionRef>,
}

impl Rungs {
    fn of(ground: &Ground<'_>) -> Self {
        Self {
            refs: rungs(ground.plan),
        }
    }

    fn need<'a>(&self, sample: &'a Sample) -> Option<&'a Answers> {
        sample.questions.get(&self.refs.first()?.variable)
    }

    fn received<'a>(&self, sample: &'a Sample, area: &str) -> Option<(&'a Answers, Vec<bool>)> {
        let entry = self.refs.get(1)?;
        let answers = sample.questions.get(&entry.variable.replace('*', area))?;
        let codes: Vec<String> = if entry.codes.is_empty() {
            RECEIVED.map(str::to_owned).to_vec()
        } else {
            entry.codes.clone()
        };
        let got = answers.among(&codes);
        Some((answers, got))
    }
}

/// Need → received → helped, pooled and by area.
pub(crate) fn ladder(ground: &Ground<'_>) -> Vec<LadderStep> {
    let Some(sample) = ground.samples.get(PERSONS) else {
        return Vec::new();
    };
    let rungs = Rungs::of(ground);
    let Some(need) = rungs.need(sample) else {
        return Vec::new();
    };
    let codes: Vec<String> = ground.plan.areas.iter().map(|area| area.code.clone()).collect();
    let units = ground.units.len() - 1;
    let persons = person_totals(ground, sample);
    let inside = vec![true; sample.rows];
    let mut steps = Vec::new();
    let pooled = std::iter::once(None).chain(codes.iter().map(Some));
    for area in pooled {
        let wanted: Vec<&str> = area.map_or_else(
            || codes.iter().map(String::as_str).collect(),
            |area| vec![area.as_str()],
        );
        let needed = shares(ground, sample, need, &wanted, &inside);
        let areas = area.map_or(codes.as_slice(), std::slice::from_ref);
        let received = Pairs::of(
            sample,
            Measure::Coverage,
            &rungs.refs[..2.min(rungs.refs.len())],
            areas,
        )
        .ratios(sample, ground.space, units);
        let helped =
            Pairs::of(sample, Measure::Benefit, &rungs.refs, areas).ratios(sample, ground.space, units);
        let pairs = needed_pairs(sample, need, &wanted, units);
        for (index, unit) in ground.units.iter().enumerate() {
            // Those who left the question out are taken to need as often as the others.
            let answered = answered_weight(sample, need, index);
            let scale = if answered > 0.0 {
                persons[index] / answered
            } else {
                0.0
            };
            let persons_needed = pairs[index] * scale;
            steps.push(LadderStep {
                area: area.cloned(),
                unit: (*unit).to_owned(),
                needed: proportion(&needed[index]),
                received: proportion(&received[index]),
                helped: proportion(&helped[index]),
                persons_needed,
                persons_received: persons_needed * received[index].value.unwrap_or(0.0),
                persons_helped: persons_needed * helped[index].value.unwrap_or(0.0),
            });
        }
    }
    steps
}

/// Estimated persons of the county and each unit.
pub(crate) fn person_totals(ground: &Ground<'_>, sample: &Sample) -> Vec<f64> {
    sums(sample, ground.units.len() - 1, |_| 1.0)
}

fn answered_weight(sample: &Sample, answers: &Answers, index: usize) -> f64 {
    let any = vec![true; answers.labels.len()];
    let here = |row: &usize| index == 0 || sample.unit[*row] as usize == index - 1;
    (0..sample.rows)
        .filter(here)
        .filter(|&row| answers.says(row, &any).is_some())
        .map(|row| sample.weight[row])
        .sum()
}

fn needed_pairs(sample: &Sample, need: &Answers, wanted: &[&str], units: usize) -> Vec<f64> {
    let bits: Vec<Vec<bool>> = wanted
        .iter()
        .map(|area| need.labels.iter().map(|label| label == area).collect())
        .collect();
    sums(sample, units, |row| {
        bits.iter()
            .filter(|wanted| need.says(row, wanted) == Some(true))
            .count() as f64
    })
}

fn sums(sample: &Sample, units: usize, value: impl Fn(usize) -> f64) -> Vec<f64> {
    let mut sums = vec![0.0; units + 1];
    for row in 0..sample.rows {
        let x = sample.weight[row] * value(row);
        sums[0] += x;
        if let Some(sum) = sums.get_mut((sample.unit[row] as usize).saturating_add(1)) {
            *sum += x;
        }
    }
    sums
}

/// Who needed a service and did not get it, as a share of all persons, ranked within each unit.
pub(crate) fn unmet_needs(ground: &Ground<'_>) -> Vec<UnmetNeed> {
    let Some(sample) = ground.samples.get(PERSONS) else {
        return Vec::new();
    };
    let rungs = Rungs::of(ground);
    let Some(need) = rungs.need(sample) else {
        return Vec::new();
    };
    let persons = person_totals(ground, sample);
    let mut rows = Vec::new();
    for area in &ground.plan.areas {
        let Some((received, got)) = rungs.received(sample, &area.code) else {
            continue;
        };
        let wanted: Vec<bool> = need.labels.iter().map(|label| *label == area.code).collect();
        let mut pairs = Pairs {
            y: vec![0.0; sample.rows],
            x: vec![0.0; sample.rows],
        };
        for row in 0..sample.rows {
            let unmet = match need.says(row, &wanted) {
                None => continue,
                Some(false) => false,
                Some(true) => match received.says(row, &got) {
                    None => continue,
                    Some(got) => !got,
                },
            };
            (pairs.y[row], pairs.x[row]) = (f64::from(u8::from(unmet)), 1.0);
        }
        let ratios = pairs.ratios(sample, ground.space, ground.units.len() - 1);
        for ((unit, ratio), persons) in ground.units.iter().zip(&ratios).zip(&persons) {
            rows.push(UnmetNeed {
                unit: (*unit).to_owned(),
                area: area.code.clone(),
                rank: 0,
                share: proportion(ratio),
                persons: ratio.value.unwrap_or(0.0) * persons,
            });
        }
    }
    rank_unmet(ground, rows)
}

fn rank_unmet(ground: &Ground<'_>, rows: Vec<UnmetNeed>) -> Vec<UnmetNeed> {
    let mut ranked = Vec::with_capacity(rows.len());
    for unit in &ground.units {
        let mut own: Vec<UnmetNeed> = rows.iter().filter(|row| row.unit == **unit).cloned().collect();
        // Stable: equal areas keep the plan's order.
        own.sort_by(|a, b| b.persons.total_cmp(&a.persons));
        for (rank, row) in (1u32..).zip(&mut own) {
            row.rank = rank;
        }
        ranked.append(&mut own);
    }
    ranked
}

/// Why services were not received, pooled and by area, from the persons' own answers.
pub(crate) fn barriers(ground: &Ground<'_>) -> Vec<Barrier> {
    let names: Vec<(Option<String>, String)> = ground
        .plan
        .areas
        .iter()
        .map(|area| (Some(area.code.clone()), why(&area.code)))
        .collect();
    let pooled: Vec<String> = names.iter().map(|(_, name)| name.clone()).collect();
    let mut rows = reasons(ground, None, &pooled, &[]);
    for (area, name) in names {
        rows.append(&mut reasons(ground, area, &[name], &[]));
    }
    rows
}

/// Why people took no part.
pub(crate) fn kept_away(ground: &Ground<'_>) -> Vec<Barrier> {
    reasons(ground, None, &[KEPT_AWAY.to_owned()], &[NONE])
}

fn reasons(ground: &Ground<'_>, area: Option<String>, names: &[String], skip: &[&str]) -> Vec<Barrier> {
    let Some(sample) = ground.samples.get(PERSONS) else {
        return Vec::new();
    };
    let persons = ground.plan.group_of(FrameSource::Persons);
    let form = persons.and_then(|group| ground.plan.forms.get(&group.code));
    let asked: Vec<&Answers> = names
        .iter()
        .filter_map(|name| sample.questions.get(name))
        .collect();
    let Some(choices) = form.and_then(|form| names.iter().find_map(|name| choices_of(form, name))) else {
        return Vec::new();
    };
    let mut rows = Vec::new();
    for (reason, label) in choices
        .into_iter()
        .filter(|(reason, _)| !skip.contains(&reason.as_str()))
    {
        let mut pairs = Pairs {
            y: vec![0.0; sample.rows],
            x: vec![0.0; sample.rows],
        };
        for answers in &asked {
            let wanted = answers.among(std::slice::from_ref(&reason));
            for row in 0..sample.rows {
                if let Some(hit) = answers.says(row, &wanted) {
                    pairs.x[row] += 1.0;
                    pairs.y[row] += f64::from(u8::from(hit));
                }
            }
        }
        let ratios = pairs.ratios(sample, ground.space, ground.units.len() - 1);
        for (unit, ratio) in ground.units.iter().zip(&ratios) {
            rows.push(Barrier {
                unit: (*unit).to_owned(),
                area: area.clone(),
                reason: reason.clone(),
                label: label.clone(),
                share: proportion(ratio),
            });
        }
    }
    rows
}

fn choices_of(form: &Form, name: &str) -> Option<Vec<(String, Text)>> {
    let question = form.question(name)?;
    let valid = form
        .choices(question)
        .iter()
        .filter(|choice| choice.missing.is_none());
    Some(
        valid
            .map(|choice| (choice.name.clone(), choice.label.clone()))
            .collect(),
    )
}
