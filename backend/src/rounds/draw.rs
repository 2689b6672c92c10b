//! Drawing the sample that the plan describes: in every township villages by probability proportional to size, large
//! ones for certain, and in every village persons at equal steps through a list sorted by category, grade and age.

use std::collections::BTreeMap;

use analysis::plan::{FramePerson, FrameSource, Plan, SamplingPlan, UnitTree};
use analysis::sampling::{AllocationError, SelectionError, allocate, pps_systematic, systematic};
use rand::{Rng, SeedableRng};
use rand_chacha::ChaCha20Rng;
use thiserror::Error;

use super::DrawnCase;

/// Fewest villages drawn by PPS in a township, so that a variance can be seen.
const LEAST_VILLAGES: usize = 2;

/// Why no sample could be drawn.
#[derive(Debug, Error)]
pub enum DrawError {
    /// A township cannot give what the plan wants of it.
    #[error("no sample of {township}: {source}")]
    Selection {
        /// Code of the township.
        township: String,
        /// Why.
        source: SelectionError,
    },
    /// The sample could not be spread over the townships.
    #[error("the sample cannot be spread over the townships: {0}")]
    Allocation(#[from] AllocationError),
}

/// A sampled person.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Drawn {
    /// Position in the frame that was given.
    pub row: usize,
    /// Position of the township in the sampling frame.
    pub township: usize,
    /// Position of the village within the township.
    pub village: usize,
    /// Whether the village was taken for certain: then it is a stratum whose persons are PSUs, else the township is
    /// the stratum and the village the PSU.
    pub certainty: bool,
    /// 1 ÷ the person's inclusion probability.
    pub base_weight: f64,
}

/// Persons by township and village, ready to be drawn from any number of times.
#[derive(Clone, Debug)]
pub struct SamplingFrame {
    townships: Vec<Stratum>,
}

#[derive(Clone, Debug)]
struct Stratum {
    code: String,
    villages: Vec<Village>,
    size: u64,
}

#[derive(Clone, Debug)]
struct Village {
    code: String,
    /// Rows of the frame, sorted by category, grade and year of birth.
    rows: Vec<usize>,
}

impl SamplingFrame {
    /// Sorts the rows of `group` (a group of persons) by township and village. A person whose unit is in no township
    /// is left out.
    pub fn of(frame: &[FramePerson], units: &UnitTree, group: &str) -> Self {
        let mut by_place: BTreeMap<&str, BTreeMap<&str, Vec<usize>>> = BTreeMap::new();
        for (row, person) in frame
            .iter()
            .enumerate()
            .filter(|(_, person)| person.group == group)
        {
            if let Some(township) = units.township_of(&person.unit) {
                by_place
                    .entry(township)
                    .or_default()
                    .entry(&person.unit)
                    .or_default()
                    .push(row);
            }
        }
        let key = |row: &usize| {
            let person = &frame[*row];
            (
                person.category.as_str(),
                person.grade.as_str(),
                person.birth_year,
                *row,
            )
        };
        let townships = by_place.into_iter().map(|(code, villages)| {
            let villages: Vec<Village> = villages
                .into_iter()
                .map(|(code, mut rows)| {
                    rows.sort_by(|a, b| key(a).cmp(&key(b)));
                    Village {
                        code: code.to_owned(),
                        rows,
                    }
                })
                .collect();
            let size = villages.iter().map(|village| village.rows.len() as u64).sum();
            Stratum {
                code: code.to_owned(),
                villages,
                size,
            }
        });
        Self {
            townships: townships.collect(),
        }
    }

    /// How many persons there are.
    pub fn size(&self) -> usize {
        self.townships.iter().map(|township| township.size as usize).sum()
    }

    /// The stratum and the PSU of a drawn person, as codes; `person_id` is the person's.
    pub fn design_codes(&self, drawn: &Drawn, person_id: &str) -> (String, String) {
        let township = &self.townships[drawn.township];
        let village = &township.villages[drawn.village].code;
        if drawn.certainty {
            (village.clone(), person_id.to_owned())
        } else {
            (township.code.clone(), village.clone())
        }
    }

    /// Draws about `persons` persons, equally many in every township.
    ///
    /// A village too small for its share gives all it has, so a few less than `persons` may come. The result is in the
    /// order of the frame.
    ///
    /// # Errors
    /// When a township cannot give two villages' worth, or fewer persons live there than are wanted.
    ///
    /// # Source
    /// measurement.md §4; Särndal, Swensson & Wretman (1992), sections 3.6.2 and 4.3.
    pub fn draw(
        &self,
        rng: &mut impl Rng,
        plan: &SamplingPlan,
        persons: usize,
    ) -> Result<Vec<Drawn>, DrawError> {
        let sizes: Vec<u64> = self.townships.iter().map(|township| township.size).collect();
        let shares = allocate(persons as u64, &sizes, &vec![1.0; sizes.len()], 2)?;
        let mut drawn = Vec::with_capacity(persons);
        for (t, (township, share)) in self.townships.iter().zip(shares).enumerate() {
            draw_township(rng, plan, t, township, share as usize, &mut drawn).map_err(|source| {
                DrawError::Selection {
                    township: township.code.clone(),
                    source,
                }
            })?;
        }
        drawn.sort_by_key(|person| person.row);
        Ok(drawn)
    }
}

/// Draws everyone whom the plan invites: persons in two stages, the relatives of the drawn persons, all bodies.
///
/// The same frame and seed give the same cases, in the order of the frame within each group.
///
/// # Errors
/// See [`SamplingFrame::draw`].
pub fn cases(plan: &Plan, frame: &[FramePerson]) -> Result<Vec<DrawnCase>, DrawError> {
    let mut all = Vec::new();
    if let Some(group) = plan.group_of(FrameSource::Persons) {
        all.extend(persons(plan, frame, &group.code)?);
    }
    let residents: BTreeMap<String, DrawnCase> = all
        .iter()
        .map(|case| (case.person_id.clone(), case.clone()))
        .collect();
    if let Some(group) = plan.group_of(FrameSource::Relatives) {
        all.extend(relatives(plan, frame, &group.code, &residents));
    }
    if let Some(group) = plan.group_of(FrameSource::Bodies) {
        all.extend(
            frame
                .iter()
                .filter(|row| row.group == group.code)
                .map(|body| every_body(plan, body)),
        );
    }
    Ok(all)
}

fn persons(plan: &Plan, frame: &[FramePerson], group: &str) -> Result<Vec<DrawnCase>, DrawError> {
    let sampling_frame = SamplingFrame::of(frame, &plan.units, group);
    let wanted = (plan.sampling.target_completes as f64 / plan.sampling.expected_response).ceil() as usize;
    let mut rng = ChaCha20Rng::seed_from_u64(plan.sampling.seed);
    let drawn = sampling_frame.draw(&mut rng, &plan.sampling, wanted.min(sampling_frame.size()))?;
    let cases = drawn.into_iter().map(|drawn| {
        let person = &frame[drawn.row];
        let (stratum, psu) = sampling_frame.design_codes(&drawn, &person.person_id);
        DrawnCase {
            group: group.to_owned(),
            person_id: person.person_id.clone(),
            township: plan.units.township_of(&person.unit).map(str::to_owned),
            unit: person.unit.clone(),
            stratum,
            psu,
            certainty: drawn.certainty,
            base_weight: drawn.base_weight,
            person: Some(person.person_id.clone()),
            disposition: None,
        }
    });
    Ok(cases.collect())
}

/// The relatives of drawn persons, at most as many for each as the plan says: same design, same weight, and the
/// weight of a person is shared among the relatives.
fn relatives(
    plan: &Plan,
    frame: &[FramePerson],
    group: &str,
    residents: &BTreeMap<String, DrawnCase>,
) -> Vec<DrawnCase> {
    let mut taken: BTreeMap<&str, Vec<&str>> = BTreeMap::new();
    for row in frame.iter().filter(|row| row.group == group) {
        if let Some(person) = row
            .relative_of
            .as_deref()
            .filter(|person| residents.contains_key(*person))
        {
            let of_person = taken.entry(person).or_default();
            if of_person.len() < plan.sampling.relatives_per_person {
                of_person.push(&row.person_id);
            }
        }
    }
    let cases = taken.into_iter().flat_map(|(person, relatives)| {
        let share = relatives.len() as f64;
        relatives.into_iter().map(move |relative| {
            let resident = &residents[person];
            DrawnCase {
                group: group.to_owned(),
                person_id: relative.to_owned(),
                base_weight: resident.base_weight / share,
                ..resident.clone()
            }
        })
    });
    cases.collect()
}

/// A body: all of them are invited, each its own PSU.
fn every_body(plan: &Plan, body: &FramePerson) -> DrawnCase {
    let township = plan.units.township_of(&body.unit).map(str::to_owned);
    DrawnCase {
        group: body.group.clone(),
        person_id: body.person_id.clone(),
        stratum: township.clone().unwrap_or_else(|| plan.round.county.clone()),
        township,
        unit: body.unit.clone(),
        psu: body.person_id.clone(),
        certainty: true,
        base_weight: 1.0,
        person: None,
        disposition: None,
    }
}

fn draw_township(
    rng: &mut impl Rng,
    plan: &SamplingPlan,
    t: usize,
    township: &Stratum,
    share: usize,
    drawn: &mut Vec<Drawn>,
) -> Result<(), SelectionError> {
    let sizes: Vec<usize> = township
        .villages
        .iter()
        .map(|village| village.rows.len())
        .collect();
    let wanted = plan.villages_per_township.unwrap_or(sizes.len());
    let large = |size: usize| plan.certainty_size.is_some_and(|limit| size as u64 >= limit);
    let certain = sizes.iter().filter(|size| large(**size)).count();
    // Villages beyond the certain ones, by size; never so few that their variance could not be seen.
    let others = wanted
        .saturating_sub(certain)
        .max(LEAST_VILLAGES)
        .min(sizes.len() - certain);
    let measures: Vec<f64> = sizes
        .iter()
        .map(|&size| if large(size) { 0.0 } else { size as f64 })
        .collect();
    let mut chosen: Vec<(usize, f64, bool)> = (0..sizes.len())
        .filter(|&v| large(sizes[v]))
        .map(|v| (v, 1.0, true))
        .collect();
    chosen.extend(
        pps_systematic(rng, &measures, others)?
            .into_iter()
            .map(|v| (v.index, v.probability, v.certainty)),
    );
    chosen.sort_by_key(|&(v, _, _)| v);

    // Certain villages take their proportional part, the drawn ones share the rest equally: nearly self-weighting.
    let mut left = share;
    let mut open = chosen.iter().filter(|(_, _, certainty)| !certainty).count();
    let mut takes = vec![0; chosen.len()];
    for (take, &(v, _, _)) in takes
        .iter_mut()
        .zip(&chosen)
        .filter(|(_, (_, _, certainty))| *certainty)
    {
        let part = (share * sizes[v]) as f64 / township.size as f64;
        *take = (part.round() as usize)
            .clamp(2, sizes[v].max(2))
            .min(sizes[v])
            .min(left);
        left -= *take;
    }
    for (take, &(v, _, _)) in takes
        .iter_mut()
        .zip(&chosen)
        .filter(|(_, (_, _, certainty))| !certainty)
    {
        *take = left.div_ceil(open).min(sizes[v]);
        left -= *take;
        open -= 1;
    }
    for (take, (v, probability, certainty)) in takes.into_iter().zip(chosen) {
        for person in systematic(rng, sizes[v], take)? {
            drawn.push(Drawn {
                row: township.villages[v].rows[person.index],
                township: t,
                village: v,
                certainty,
                base_weight: 1.0 / (probability * person.probability),
            });
        }
    }
    Ok(())
}
