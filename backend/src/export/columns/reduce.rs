//! What the reduced file says of the register: no more than many persons of the frame share.

use std::collections::{BTreeMap, HashMap};

use analysis::plan::{FrameSource, Plan};

use super::Facts;
use crate::app::Base;
use crate::export::ExportError;
use crate::store::frame;

/// Two digits: as exact as it takes to estimate, and too coarse to tell from which cells a weight was made.
fn two_digits(weight: f64) -> f64 {
    match format!("{weight:.1e}").parse() {
        Ok(rounded) => rounded,
        Err(_) => weight,
    }
}

/// Takes from the facts what too few persons of the frame share.
pub(super) async fn reduce(
    base: &Base,
    plan: &Plan,
    facts: &mut BTreeMap<String, (String, Facts)>,
) -> Result<(), ExportError> {
    let min_cell = u64::from(plan.suppression.min_cell);
    let persons = plan
        .group_of(FrameSource::Persons)
        .map(|group| group.code.as_str());
    let members = frame::members(&base.db, &plan.round.id, persons).await?;
    let frame: Vec<[Option<String>; 5]> = members
        .into_iter()
        .map(|member| {
            [
                plan.units.township_of(&member.unit).map(str::to_owned),
                member.category,
                member.grade,
                member.sex,
                member.birth_year.map(|year| plan.age_band(year)),
            ]
        })
        .collect();
    let shared = Shared::count(&frame);
    for (group, facts) in facts.values_mut() {
        let known = match Some(group.as_str()) == persons {
            true => shared.most(
                [
                    facts.township.take(),
                    facts.category.take(),
                    facts.grade.take(),
                    facts.sex.take(),
                    facts.age_band.take(),
                ],
                min_cell,
            ),
            false => Default::default(),
        };
        let [township, category, grade, sex, age_band] = known;
        *facts = Facts {
            weight: facts.weight.map(two_digits),
            township,
            category,
            grade,
            sex,
            age_band,
            ..Facts::default()
        };
    }
    Ok(())
}

/// How many persons of the frame share each combination of traits, by the traits that are looked at.
struct Shared(HashMap<(u8, Vec<Option<String>>), u64>);

/// Which traits a row may keep, in the order in which they are tried: sex and age are asked of every analysis, the
/// township is what its neighbours know best.
const KEPT: [[bool; 5]; 8] = [
    [true, true, true, true, true],
    [true, true, false, true, true],
    [true, false, false, true, true],
    [false, true, true, true, true],
    [false, true, false, true, true],
    [false, true, false, true, false],
    [false, true, false, false, false],
    [false, false, false, true, false],
];

impl Shared {
    fn count(frame: &[[Option<String>; 5]]) -> Self {
        let mut counts = HashMap::new();
        for (number, kept) in (0u8..).zip(KEPT) {
            for traits in frame {
                *counts.entry((number, keep(traits, kept))).or_default() += 1;
            }
        }
        Self(counts)
    }

    /// As much of the traits as at least `least` persons share.
    fn most(&self, traits: [Option<String>; 5], least: u64) -> [Option<String>; 5] {
        for (number, kept) in (0u8..).zip(KEPT) {
            let known = keep(&traits, kept);
            if self.0.get(&(number, known)).is_some_and(|&n| n >= least) {
                let mut traits = traits;
                for (value, kept) in traits.iter_mut().zip(kept) {
                    if !kept {
                        *value = None;
                    }
                }
                return traits;
            }
        }
        Default::default()
    }
}

fn keep(traits: &[Option<String>; 5], kept: [bool; 5]) -> Vec<Option<String>> {
    let pairs = traits.iter().zip(kept);
    pairs
        .map(|(value, kept)| value.clone().filter(|_| kept))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(township: &str, category: &str, grade: &str) -> [Option<String>; 5] {
        [
            Some(township.to_owned()),
            Some(category.to_owned()),
            Some(grade.to_owned()),
            Some("f".to_owned()),
            Some("18–44".to_owned()),
        ]
    }

    #[test]
    fn a_row_says_no_more_than_ten_persons_share() {
        let mut frame = vec![traits("t1", "vision", "1"); 12];
        frame.extend(vec![traits("t1", "vision", "2"); 3]);
        frame.extend(vec![traits("t2", "speech", "1"); 2]);
        let shared = Shared::count(&frame);
        assert_eq!(
            shared.most(traits("t1", "vision", "1"), 10),
            traits("t1", "vision", "1")
        );
        let [township, category, grade, ..] = shared.most(traits("t1", "vision", "2"), 10);
        assert_eq!(
            (township.is_some(), category.is_some(), grade),
            (true, true, None)
        );
        // Two persons share the category: nothing of it is said, and no township in which they are alone.
        let rare = shared.most(traits("t2", "speech", "1"), 10);
        assert_eq!(rare, [None, None, None, Some("f".to_owned()), None]);
        assert_eq!(
            shared.most(traits("t9", "x", "9"), 100),
            <[Option<String>; 5]>::default()
        );
    }

    #[test]
    fn weights_have_two_digits() {
        assert_eq!(two_digits(37.4912), 37.0);
        assert_eq!(two_digits(0.8371), 0.84);
        assert_eq!(two_digits(128.0), 130.0);
    }
}
