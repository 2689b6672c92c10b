//! Experts' pairwise comparisons: Saaty's scale in steps, each expert's consistency, and all experts as one by the
//! geometric mean of their judgements.

use std::collections::BTreeMap;

use analysis::indicator::weigh::ahp::{AhpFault, Comparisons, Contradiction, Priorities, RandomIndex};

use super::{Points, Siblings, Tree, Weighed, spread};
use crate::store::weighing::{Expert, Judgement, WITHDRAWN};

/// Steps on either side of equal importance.
pub const STEPS: i32 = 8;
/// A consistency ratio must be below it.
pub const LIMIT: f64 = 0.1;
/// The file that keeps the comparisons under the seal.
pub const FILE: &str = "comparisons.csv";

/// How many times as important the first is as the second: 0 is 1, 8 is 9, -8 is 1/9.
pub fn ratio(steps: i32) -> f64 {
    let times = f64::from(steps.abs() + 1);
    if steps >= 0 { times } else { 1.0 / times }
}

/// The same as people write it: `5` or `1/5`.
pub fn written(steps: i32) -> String {
    match steps {
        0.. => (steps + 1).to_string(),
        _ => format!("1/{}", steps.abs() + 1),
    }
}

/// The step that is nearest to a ratio on Saaty's scale.
pub fn step_of(ratio: f64) -> i32 {
    let of = |step: &i32| (self::ratio(*step).ln() - ratio.ln()).abs();
    let nearest = (-STEPS..=STEPS).min_by(|a, b| of(a).total_cmp(&of(b)));
    nearest.unwrap_or_default()
}

/// What one expert said, by pairs of codes in the order of the plan.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Said {
    pairs: BTreeMap<(String, String), i32>,
}

impl Said {
    /// Gathers an expert's judgements.
    pub fn of(rows: &[Judgement]) -> Self {
        let pairs = rows
            .iter()
            .map(|row| ((row.first.clone(), row.second.clone()), row.steps));
        Self {
            pairs: pairs.collect(),
        }
    }

    /// What was said of a pair, however it was turned when it was said.
    pub fn steps(&self, first: &str, second: &str) -> Option<i32> {
        let key = |a: &str, b: &str| (a.to_owned(), b.to_owned());
        let turned = || self.pairs.get(&key(second, first)).map(|steps| -steps);
        self.pairs.get(&key(first, second)).copied().or_else(turned)
    }

    /// The comparisons of siblings; none while a pair is missing.
    pub fn comparisons(&self, group: &Siblings<'_>) -> Option<Comparisons> {
        let steps: Option<Vec<i32>> = pairs(group).map(|(a, b)| self.steps(&a.code, &b.code)).collect();
        let upper: Vec<f64> = steps?.into_iter().map(ratio).collect();
        Comparisons::from_upper(&group.codes(), &upper).ok()
    }

    /// Pairs said and pairs there are.
    pub fn progress(&self, group: &Siblings<'_>) -> (usize, usize) {
        let all: Vec<_> = pairs(group).collect();
        let said = all.iter().filter(|(a, b)| self.steps(&a.code, &b.code).is_some());
        (said.count(), all.len())
    }
}

/// The pairs of siblings, in the order of the plan.
pub fn pairs<'a>(group: &'a Siblings<'a>) -> impl Iterator<Item = (&'a Weighed, &'a Weighed)> {
    let members = &group.members;
    (0..members.len()).flat_map(move |i| (i + 1..members.len()).map(move |j| (members[i], members[j])))
}

/// Local weights with their consistency.
pub fn priorities(comparisons: &Comparisons) -> Priorities {
    comparisons.priorities(RandomIndex::Saaty1980)
}

/// Whether a ratio is accepted.
pub fn is_consistent(found: &Priorities) -> bool {
    found.accept(LIMIT).is_ok()
}

/// An expert with what was said.
#[derive(Clone, Debug)]
pub struct Voice {
    /// The expert.
    pub expert: Expert,
    /// What was said.
    pub said: Said,
}

impl Voice {
    /// Whether the voice counts.
    pub fn counts(&self) -> bool {
        self.expert.state != WITHDRAWN
    }
}

/// All voices that compared every pair of these siblings, as one; none where there is none.
///
/// # Errors
/// What the method says of matrices that do not go together.
pub fn joint(voices: &[Voice], group: &Siblings<'_>) -> Option<Result<Priorities, AhpFault>> {
    let counting = voices.iter().filter(|voice| voice.counts());
    let all: Vec<Comparisons> = counting
        .filter_map(|voice| voice.said.comparisons(group))
        .collect();
    if all.is_empty() {
        return None;
    }
    Some(Comparisons::combine(&all, None).map(|joint| priorities(&joint)))
}

/// Why experts' weights cannot be taken over.
#[derive(Clone, Debug, PartialEq)]
pub enum Gap {
    /// Nobody compared these siblings to the end.
    NotCompared {
        /// Code of the one above them; empty on top.
        group: String,
    },
    /// Somebody's comparisons, or all together, contradict each other too much.
    Contradictory {
        /// Code of the one above them; empty on top.
        group: String,
        /// The expert; none for all together.
        expert: Option<i32>,
        /// Consistency ratio.
        cr: f64,
        /// The pair to look at again, and what would fit.
        worst: Box<Contradiction>,
    },
}

/// Everything that stands against taking the experts' weights over.
pub fn gaps(voices: &[Voice], tree: &Tree) -> Vec<Gap> {
    let mut gaps = Vec::new();
    for group in tree.groups() {
        let key = group.key().to_owned();
        let contradictory = |expert, found: &Priorities| {
            let worst = found.worst.clone().filter(|_| !is_consistent(found))?;
            Some(Gap::Contradictory {
                group: group.key().to_owned(),
                expert,
                cr: found.cr,
                worst: Box::new(worst),
            })
        };
        for voice in voices.iter().filter(|voice| voice.counts()) {
            let found = voice
                .said
                .comparisons(&group)
                .map(|comparisons| priorities(&comparisons));
            gaps.extend(found.and_then(|found| contradictory(Some(voice.expert.seq), &found)));
        }
        match joint(voices, &group) {
            Some(Ok(found)) => gaps.extend(contradictory(None, &found)),
            _ => gaps.push(Gap::NotCompared { group: key }),
        }
    }
    gaps
}

/// Points from all experts together; siblings that nobody compared keep the proportions that they have.
pub fn points(voices: &[Voice], tree: &Tree) -> Points {
    let mut local: BTreeMap<String, f64> = BTreeMap::new();
    for group in tree.groups() {
        if let Some(Ok(found)) = joint(voices, &group) {
            let codes = group.members.iter().map(|member| member.code.clone());
            local.extend(codes.zip(found.weights));
        }
    }
    spread(tree, &|members| {
        let found: Option<Vec<f64>> = members
            .iter()
            .map(|member| local.get(&member.code).copied())
            .collect();
        found.unwrap_or_else(|| members.iter().map(|member| member.weight).collect())
    })
}

/// The comparisons that count as a table of the plan: experts by number, never by name.
pub fn file(voices: &[Voice], tree: &Tree) -> Vec<u8> {
    let mut writer = csv::Writer::from_writer(Vec::new());
    // A vector takes everything.
    let _written = writer.write_record(["expert", "first", "second", "value"]);
    for group in tree.groups() {
        for voice in voices.iter().filter(|voice| voice.counts()) {
            if voice.said.comparisons(&group).is_none() {
                continue;
            }
            for (first, second) in pairs(&group) {
                let steps = voice.said.steps(&first.code, &second.code).unwrap_or_default();
                let expert = format!("E{}", voice.expert.seq);
                let _written = writer.write_record([&expert, &first.code, &second.code, &written(steps)]);
            }
        }
    }
    writer.into_inner().unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::weighing::tests::sample;

    pub(in crate::weighing) fn voice(seq: i32, said: &[(&str, &str, i32)]) -> Voice {
        Voice {
            expert: Expert {
                id: uuid::Uuid::from_u128(u128::from(seq.unsigned_abs())),
                round_id: "r".to_owned(),
                seq,
                name: "某专家".to_owned(),
                token_hash: String::new(),
                state: "open".to_owned(),
                at: 0,
            },
            said: Said {
                pairs: said
                    .iter()
                    .map(|(a, b, steps)| (((*a).to_owned(), (*b).to_owned()), *steps))
                    .collect(),
            },
        }
    }

    #[test]
    fn steps_and_ratios_are_each_others_inverse() {
        for steps in -STEPS..=STEPS {
            assert_eq!(step_of(ratio(steps)), steps);
        }
        assert_eq!(
            (written(4), written(-4), written(0)),
            ("5".to_owned(), "1/5".to_owned(), "1".to_owned())
        );
    }

    /// Three criteria, two experts: 3, 5, 3 and 1/3, 1, 3 – joined cell by cell they are 1, √5, 3.
    #[test]
    fn two_experts_are_joined_by_the_geometric_mean() {
        let (_, tree) = sample();
        let group = tree
            .groups()
            .into_iter()
            .find(|group| group.key() == "1")
            .unwrap();
        let voices = [
            voice(1, &[("1.1", "1.2", 2), ("1.1", "1.3", 4), ("1.2", "1.3", 2)]),
            voice(2, &[("1.2", "1.1", 2), ("1.1", "1.3", 0), ("1.2", "1.3", 2)]),
        ];
        let found = joint(&voices, &group).unwrap().unwrap();
        // For three criteria the eigenvector is the geometric means of the rows.
        let rows = [
            5f64.sqrt().cbrt(),
            3f64.cbrt(),
            (1.0 / (3.0 * 5f64.sqrt())).cbrt(),
        ];
        let sum: f64 = rows.iter().sum();
        for (weight, row) in found.weights.iter().zip(rows) {
            assert!((weight - row / sum).abs() < 1e-12);
        }
        let withdrawn = {
            let mut voices = voices.clone();
            voices[1].expert.state = WITHDRAWN.to_owned();
            joint(&voices, &group).unwrap().unwrap()
        };
        assert!(
            (withdrawn.weights[0] - 0.636_985_571_744_757_1).abs() < 1e-9,
            "{:?}",
            withdrawn.weights
        );
    }

    #[test]
    fn gaps_name_what_nobody_compared_and_the_pair_that_fits_least() {
        let (_, tree) = sample();
        let voices = [voice(
            3,
            &[("1.1", "1.2", 4), ("1.2", "1.3", 4), ("1.3", "1.1", 2)],
        )];
        let found = gaps(&voices, &tree);
        let not_compared = found.iter().filter(|gap| matches!(gap, Gap::NotCompared { .. }));
        assert_eq!(not_compared.count(), 4);
        let Some(Gap::Contradictory {
            expert: Some(3),
            cr,
            worst,
            ..
        }) = found
            .iter()
            .find(|gap| matches!(gap, Gap::Contradictory { expert: Some(_), .. }))
        else {
            panic!("{found:?}");
        };
        assert!(*cr > LIMIT && worst.cr_after < *cr);
    }

    #[test]
    fn the_table_of_comparisons_names_experts_by_number() {
        let (_, tree) = sample();
        let voices = [voice(
            2,
            &[("1.1", "1.2", 2), ("1.1", "1.3", -1), ("1.2", "1.3", 0)],
        )];
        let text = String::from_utf8(file(&voices, &tree)).unwrap();
        assert_eq!(
            text,
            "expert,first,second,value\nE2,1.1,1.2,3\nE2,1.1,1.3,1/2\nE2,1.2,1.3,1\n"
        );
    }
}
