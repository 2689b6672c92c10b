//! The weight and the place in the design of every case that counts, for those who estimate for themselves.

use super::sample::{Draft, Source};
use super::{RoundError, RoundInput, read_cases, tally};

/// A case that counts in its group's estimates.
#[derive(Clone, Debug, PartialEq)]
pub struct CaseWeight {
    /// The case.
    pub case_id: String,
    /// Its calibrated weight.
    pub weight: f64,
    /// Stratum of the variance.
    pub stratum: String,
    /// Primary sampling unit within the stratum.
    pub psu: String,
    /// Sampling fraction of the stratum; 0 where PSUs were drawn with replacement.
    pub fraction: f64,
}

/// The weights of a group, as its estimates use them.
#[derive(Clone, Debug, PartialEq)]
pub struct GroupWeights {
    /// Respondent group.
    pub group: String,
    /// Usable cases by id; whoever did not answer, or was interviewed by staff of a judged unit, has no weight.
    pub cases: Vec<CaseWeight>,
}

/// Weights every group by itself. Question columns of the cases may be left out: weights do not depend on answers.
///
/// # Errors
/// As [`compute`](super::compute).
pub fn case_weights(input: &RoundInput<'_>) -> Result<Vec<GroupWeights>, RoundError> {
    let mut out = Vec::new();
    for cases in &read_cases(input)? {
        let Some(kind) = tally::source_of(input.plan, &cases.group) else {
            continue;
        };
        let source = Source {
            plan: input.plan,
            perspective: &cases.group,
            kind,
            cases,
            totals: tally::totals_of(&input.groups, &cases.group),
            proxies: None,
        };
        let draft = Draft::new(&source, &mut Vec::new());
        let ids = cases.text("case_id");
        let weighted = draft
            .weighted()
            .map(|(row, weight, (stratum, psu), fraction)| CaseWeight {
                case_id: ids[row].clone(),
                weight,
                stratum: stratum.clone(),
                psu: psu.clone(),
                fraction,
            });
        out.push(GroupWeights {
            group: cases.group.clone(),
            cases: weighted.collect(),
        });
    }
    Ok(out)
}
