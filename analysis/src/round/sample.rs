//! The usable answers of one perspective with weights, PSUs and units: what indicators are estimated from.

use std::collections::BTreeMap;

use survey_forms::text::Text;

use super::MarginTotals;
use super::answers::Answers;
use super::cases::Cases;
use super::known::CAN_ANSWER;
use super::space::{Space, Spread, View};
use super::weights::{Weighing, Weights, weigh};
use crate::plan::{Domain, FrameSource, PERSONS, Plan};
use crate::weighting::Calibration;

/// In no scored unit.
pub(crate) const NOWHERE: u32 = u32::MAX;

/// The usable cases of a perspective.
#[derive(Clone, Debug)]
pub(crate) struct Sample {
    /// `persons` or a group's code.
    pub(crate) perspective: String,
    pub(crate) rows: usize,
    pub(crate) weight: Vec<f64>,
    /// Index of the scored unit that the case speaks about; [`NOWHERE`] for the county only.
    pub(crate) unit: Vec<u32>,
    /// Answered by someone in the person's place.
    pub(crate) proxy: Vec<bool>,
    pub(crate) census: bool,
    pub(crate) questions: BTreeMap<String, Answers>,
    traits: BTreeMap<&'static str, Vec<String>>,
    psu: Vec<u32>,
    root_correction: Vec<f64>,
    calibration: Option<Calibration>,
    view: View,
    present: Vec<bool>,
}

/// A sample before the PSUs of all samples are numbered together.
#[derive(Clone, Debug)]
pub(crate) struct Draft {
    sample: Sample,
    keys: Vec<(String, String)>,
    /// Sampling fraction of each case's stratum; 0 where PSUs were drawn with replacement.
    fraction: Vec<f64>,
    /// Row of each usable case among the cases.
    rows: Vec<u32>,
}

const TRAITS: [&str; 7] = [
    "township",
    "category",
    "grade",
    "sex",
    "age_band",
    "hardship",
    "body_kind",
];

/// How a case was answered: of whoever answered, the person or a relative.
const WAYS: [&str; 3] = ["answering", "mode", "ways"];

/// Which cases a sample is made of.
pub(crate) struct Source<'a> {
    pub(crate) plan: &'a Plan,
    pub(crate) perspective: &'a str,
    pub(crate) kind: FrameSource,
    pub(crate) cases: &'a Cases,
    pub(crate) totals: &'a [MarginTotals],
    /// For the persons' record: the relatives who answered in the person's place.
    pub(crate) proxies: Option<&'a Cases>,
}

/// What readers call a group, or the persons' record.
pub(crate) fn perspective_name(plan: &Plan, code: &str) -> Text {
    if code == PERSONS {
        return Text::zh_en("残疾人（含代答）", "Persons (self or proxy)");
    }
    plan.group(code)
        .map_or_else(|| Text::zh_en(code, code), |group| group.name.clone())
}

impl Draft {
    /// Weights the usable cases of a group, or of the persons' record.
    pub(crate) fn new(source: &Source<'_>, warnings: &mut Vec<Text>) -> Self {
        let Source { plan, cases, .. } = *source;
        let own: Vec<bool> = cases
            .responded
            .iter()
            .zip(&cases.staff_collected)
            .map(|(&yes, &staff)| yes && !staff)
            .collect();
        let stand_ins = source
            .proxies
            .map(|relatives| stand_ins(cases, &own, relatives))
            .unwrap_or_default();
        let usable: Vec<bool> = (0u32..)
            .zip(&own)
            .map(|(row, &own)| own || stand_ins.contains_key(&row))
            .collect();
        let bodies = source.kind == FrameSource::Bodies;
        let class_names = if bodies {
            &plan.weighting.body_classes
        } else {
            &plan.nonresponse_classes
        };
        let column = |name: &str| cases.text(name);
        let weights = weigh(
            &Weighing {
                name: &perspective_name(plan, source.perspective),
                base: &cases.base_weight,
                usable: &usable,
                class_columns: class_names
                    .iter()
                    .map(|name| cases.text(name))
                    .filter(|c| c.len() == cases.rows)
                    .collect(),
                smallest_class: if bodies { 2 } else { plan.weighting.min_class },
                totals: source.totals,
                column: &column,
            },
            warnings,
        );
        let (keys, fraction) = if bodies {
            phases(&weights, cases)
        } else {
            stages(&weights, cases)
        };
        let rows = &weights.rows;
        let joined: Vec<Result<u32, u32>> = rows
            .iter()
            .map(|row| stand_ins.get(row).map_or(Ok(*row), |&relative| Err(relative)))
            .collect();
        let questions = cases.questions.iter().map(|(name, answers)| {
            let answers = match source.proxies {
                Some(relatives) => answers.join(relatives.questions.get(name), &joined),
                None => answers.take(rows),
            };
            (name.clone(), answers)
        });
        let pick = |values: &[String]| {
            rows.iter()
                .map(|&row| values[row as usize].clone())
                .collect::<Vec<_>>()
        };
        let persons = source.kind == FrameSource::Persons;
        let mut traits: BTreeMap<&'static str, Vec<String>> = TRAITS
            .map(|name| (name, pick(cases.text(name))))
            .into_iter()
            .collect();
        for name in WAYS {
            traits.insert(name, way(name, &joined, cases, source.proxies));
        }
        let sample = Sample {
            perspective: source.perspective.to_owned(),
            rows: rows.len(),
            unit: units_of(plan, cases, rows, bodies),
            proxy: joined
                .iter()
                .map(|row| {
                    persons && row.is_ok_and(|row| cases.text("answering")[row as usize] == "proxy")
                        || row.is_err()
                })
                .collect(),
            census: weights.census,
            questions: questions.collect(),
            traits,
            weight: weights.weight,
            psu: Vec::new(),
            root_correction: Vec::new(),
            calibration: weights.calibration,
            view: View::default(),
            present: Vec::new(),
        };
        Self {
            sample,
            keys,
            fraction,
            rows: weights.rows,
        }
    }

    /// The usable cases: row among the cases, weight, stratum and PSU, sampling fraction of the stratum.
    pub(crate) fn weighted(&self) -> impl Iterator<Item = (usize, f64, &(String, String), f64)> {
        let cases = self.rows.iter().zip(&self.sample.weight);
        let design = self.keys.iter().zip(&self.fraction);
        cases
            .zip(design)
            .map(|((&row, &weight), (key, &fraction))| (row as usize, weight, key, fraction))
    }

    /// Stratum and name of each case's PSU.
    pub(crate) fn keys(&self) -> impl Iterator<Item = (String, String)> {
        self.keys.iter().cloned()
    }

    /// Finds the cases' PSUs in the space of all samples.
    pub(crate) fn place(self, space: &Space) -> Sample {
        let mut sample = self.sample;
        sample.present = vec![false; space.len()];
        for ((stratum, psu), fraction) in self.keys.iter().zip(self.fraction) {
            let psu = space.psu(stratum, psu).unwrap_or_default();
            sample.present[psu as usize] = true;
            sample.psu.push(psu);
            let left = if sample.census {
                0.0
            } else {
                (1.0 - fraction).max(0.0)
            };
            sample.root_correction.push(left.sqrt());
        }
        sample.view = space.view(&sample.present);
        sample
    }
}

/// A column of [`WAYS`] for the usable cases: a relative who stood in is a proxy, in the relative's own mode.
fn way(name: &str, joined: &[Result<u32, u32>], cases: &Cases, relatives: Option<&Cases>) -> Vec<String> {
    let cell = |cases: &Cases, row: u32| cases.text(name).get(row as usize).cloned().unwrap_or_default();
    joined
        .iter()
        .map(|row| match (*row, relatives) {
            (Ok(row), _) => cell(cases, row),
            (Err(_), _) if name == "answering" => "proxy".to_owned(),
            (Err(row), Some(relatives)) => cell(relatives, row),
            (Err(_), None) => String::new(),
        })
        .collect()
}

/// For each person without an own answer: the first relative who answered that the person cannot.
fn stand_ins(cases: &Cases, own: &[bool], relatives: &Cases) -> BTreeMap<u32, u32> {
    let mut by_person: BTreeMap<&str, u32> = BTreeMap::new();
    let cannot = relatives.questions.get(CAN_ANSWER);
    let wanted = cannot.map(|answers| answers.among(&["no".to_owned()]));
    for row in (0..relatives.rows).rev() {
        let usable = relatives.responded[row] && !relatives.staff_collected[row];
        let says = cannot
            .zip(wanted.as_ref())
            .and_then(|(answers, wanted)| answers.says(row, wanted));
        let person = relatives.text("person")[row].as_str();
        if usable && says == Some(true) && !person.is_empty() {
            by_person.insert(person, row as u32);
        }
    }
    let persons = cases.text("person").iter().zip(cases.text("case_id"));
    (0u32..)
        .zip(own.iter().zip(persons))
        .filter(|(_, (own, _))| !**own)
        .filter_map(|(row, (_, (person, id)))| {
            let key = if person.is_empty() { id } else { person };
            by_person.get(key.as_str()).map(|&relative| (row, relative))
        })
        .collect()
}

/// Strata and PSUs of persons and relatives.
///
/// Villages drawn by PPS are PSUs of their stratum, taken as if drawn with replacement, without correction
/// (conservative). A village taken for certain is a stratum of its own whose persons are the PSUs; its fraction is
/// respondents ÷ persons, the persons being the sum of the base weights of all invited there: those who answered count
/// as a random second phase.
fn stages(weights: &Weights, cases: &Cases) -> (Vec<(String, String)>, Vec<f64>) {
    let [stratum, psu, person, id] = ["stratum", "psu", "person", "case_id"].map(|name| cases.text(name));
    let key = |row: usize| {
        if cases.certainty[row] {
            let own = if person[row].is_empty() {
                &id[row]
            } else {
                &person[row]
            };
            // The draw stores such a person as a PSU of the village; other samples name the village itself as the PSU.
            let village = match psu[row] == *own {
                true => format!("certain/{}", stratum[row]),
                false => format!("certain/{}/{}", stratum[row], psu[row]),
            };
            (village, own.clone())
        } else {
            (format!("drawn/{}", stratum[row]), psu[row].clone())
        }
    };
    let mut invited: BTreeMap<String, f64> = BTreeMap::new();
    let mut answered: BTreeMap<String, f64> = BTreeMap::new();
    for row in (0..cases.rows).filter(|&row| cases.certainty[row]) {
        *invited.entry(key(row).0).or_default() += cases.base_weight[row];
    }
    let keys: Vec<(String, String)> = weights.rows.iter().map(|&row| key(row as usize)).collect();
    for (stratum, _) in &keys {
        *answered.entry(stratum.clone()).or_default() += 1.0;
    }
    let fraction = keys.iter().map(
        |(stratum, _)| match (answered.get(stratum), invited.get(stratum)) {
            (Some(answered), Some(invited)) => (answered / invited).min(1.0),
            _ => 0.0,
        },
    );
    let fraction = fraction.collect();
    (keys, fraction)
}

/// Strata and PSUs of bodies, all of which were asked: there is no sampling error, but those who answered are taken as
/// a random sample of their weighting class, so a class is a stratum, a body a PSU, and the fraction the share that
/// answered. A class that answered in full has no error.
fn phases(weights: &Weights, cases: &Cases) -> (Vec<(String, String)>, Vec<f64>) {
    let keys = weights.rows.iter().zip(&weights.class).map(|(&row, class)| {
        (
            format!("{}/{class:06}", cases.group),
            cases.text("case_id")[row as usize].clone(),
        )
    });
    let fraction = weights
        .class
        .iter()
        .map(|&class| weights.class_rate[class as usize])
        .collect();
    (keys.collect(), fraction)
}

/// The scored unit that each case speaks about. A body that is itself a scored unit speaks about the county only: no
/// unit's own answer enters its own score.
fn units_of(plan: &Plan, cases: &Cases, rows: &[u32], bodies: bool) -> Vec<u32> {
    let scored: BTreeMap<&str, u32> = plan
        .scored_units()
        .into_iter()
        .map(|unit| unit.code.as_str())
        .zip(0u32..)
        .collect();
    let mut known: BTreeMap<&str, u32> = BTreeMap::new();
    rows.iter()
        .map(|&row| {
            let unit = cases.text("unit")[row as usize].as_str();
            if bodies && scored.contains_key(unit) {
                return NOWHERE;
            }
            let township = cases.text("township")[row as usize].as_str();
            scored.get(township).copied().unwrap_or_else(|| {
                *known.entry(unit).or_insert_with(|| {
                    let above = plan.units.ancestor_of_level(unit, &plan.round.scored_level);
                    above
                        .and_then(|unit| scored.get(unit.code.as_str()).copied())
                        .unwrap_or(NOWHERE)
                })
            })
        })
        .collect()
}

impl Sample {
    /// Whether a case meets all conditions.
    pub(crate) fn in_domain(&self, domain: &[Domain]) -> Vec<bool> {
        let mut inside = vec![true; self.rows];
        for condition in domain {
            let Some(column) = self.traits.get(condition.column.as_str()) else {
                continue;
            };
            for (inside, value) in inside.iter_mut().zip(column) {
                *inside = *inside
                    && if condition.values.is_empty() {
                        !value.is_empty()
                    } else {
                        value
                            .split_whitespace()
                            .any(|word| condition.values.iter().any(|wanted| wanted == word))
                    };
            }
        }
        inside
    }

    /// A column of the cases, for counting.
    pub(crate) fn column(&self, name: &str) -> &[String] {
        self.traits.get(name).map_or(&[], Vec::as_slice)
    }

    /// Sums the influence values of cases into PSU totals: weights applied, calibration residuals taken, the
    /// finite-population correction included. `influence` is per case and without its weight.
    pub(crate) fn psu_totals(&self, influence: &[f64]) -> Vec<f64> {
        let mut totals = vec![0.0; self.present.len()];
        if self.census {
            return totals;
        }
        let mut weighted: Vec<f64> = influence.iter().zip(&self.weight).map(|(z, w)| z * w).collect();
        if let Some(calibration) = &self.calibration {
            calibration.residualise(&mut weighted);
        }
        for ((&psu, &root), x) in self.psu.iter().zip(&self.root_correction).zip(weighted) {
            totals[psu as usize] += root * x;
        }
        totals
    }

    /// The variance of a sum of PSU totals under this sample's design.
    pub(crate) fn spread(&self, totals: &[f64]) -> Spread {
        if self.census {
            Spread::default()
        } else {
            self.view.spread(totals)
        }
    }

    /// The covariance of two sums of PSU totals under this sample's design.
    pub(crate) fn covariance(&self, a: &[f64], b: &[f64]) -> f64 {
        self.view.covariance(a, b)
    }

    /// Degrees of freedom of a domain: PSUs with cases in it minus strata with cases in it.
    pub(crate) fn df(&self, space: &Space, inside: impl Iterator<Item = usize>) -> f64 {
        let mut psus = vec![false; space.len()];
        let mut strata = vec![false; space.strata()];
        let (mut n_psus, mut n_strata) = (0u32, 0u32);
        for row in inside {
            let psu = self.psu[row];
            if !std::mem::replace(&mut psus[psu as usize], true) {
                n_psus += 1;
                if !std::mem::replace(&mut strata[space.stratum(psu) as usize], true) {
                    n_strata += 1;
                }
            }
        }
        f64::from(n_psus) - f64::from(n_strata)
    }

    /// The PSU of a case, numbered in the space of all samples.
    pub(crate) fn psu(&self, row: usize) -> u32 {
        self.psu[row]
    }

    /// The sampling fraction that corrects a case's part in variances, 1 where everybody was asked.
    pub(crate) fn fraction(&self, row: usize) -> f64 {
        1.0 - self.root_correction[row].powi(2)
    }

    /// Whether everybody in these cases' strata was asked and answered.
    pub(crate) fn is_complete(&self, rows: &[u32]) -> bool {
        self.census || rows.iter().all(|&row| self.root_correction[row as usize] == 0.0)
    }

    /// Which PSUs of the space have cases here.
    pub(crate) fn present(&self) -> &[bool] {
        &self.present
    }

    /// Whether this is the persons' record.
    pub(crate) fn is_persons(&self) -> bool {
        self.perspective == PERSONS
    }
}
