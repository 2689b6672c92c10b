//! The weighted samples of all perspectives, for whoever makes something else of them than results.

use std::collections::BTreeMap;

use super::sample::Sample;
use super::space::Space;
use super::{RoundError, RoundInput, draw_together, read_cases};

/// Every perspective's sample, and the PSUs of all of them.
pub(crate) struct Perspectives {
    pub(crate) samples: BTreeMap<String, Sample>,
    pub(crate) space: Space,
}

/// Weights the cases as [`compute`](super::compute) does.
///
/// # Errors
/// As [`compute`](super::compute).
pub(crate) fn perspectives(input: &RoundInput<'_>) -> Result<Perspectives, RoundError> {
    let cases = read_cases(input)?;
    let (samples, space) = draw_together(input, &cases, &mut Vec::new());
    Ok(Perspectives { samples, space })
}
