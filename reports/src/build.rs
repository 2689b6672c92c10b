//! From the results of a round to what the report says.
//!
//! A [`Release`] protects the results first (disclosure control), then writes chapter by
//! chapter what they carry: each chapter is a file below, sentences are in `narrative`,
//! rounding in `number`. Nothing here knows a format.

mod annex;
mod answering;
mod bases;
mod benefit;
mod brief;
mod callbacks;
mod charts;
mod commitments;
mod comparison;
mod context;
mod evaluation;
mod follow_up;
mod marks;
mod method;
mod participation;
mod perspectives;
mod plan_amendments;
mod quality;
mod question;
mod reasons;
pub mod release;
mod report;
mod satisfaction;
mod sheets;
mod summary;
mod tables;
mod third_party;
mod voices;
mod watched;

use std::collections::BTreeSet;

use analysis::plan::Plan;
use analysis::publication::figure::Address;
use analysis::results::{Flag, RoundDetail};

use crate::model::{Lang, Report};
pub use release::{HiddenCell, Release};

/// What a report is about.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Scope {
    /// The whole county.
    County,
    /// One unit, by its code.
    Unit(String),
}

/// Why a report could not be made.
#[derive(Debug, thiserror::Error)]
pub enum BuildError {
    /// The scope names no unit of the plan that gets a score.
    #[error("no unit with code {code} is scored in this plan")]
    UnknownUnit {
        /// The code.
        code: String,
    },
}

/// The estimates that reports withhold: whatever else is published of the round must withhold them too.
#[must_use]
pub fn withheld(detail: &RoundDetail, plan: &Plan) -> BTreeSet<Address> {
    let release = Release::of(detail, plan);
    let hidden = release.detail().results.indicators.iter();
    hidden
        .filter(|row| row.flag == Some(Flag::Suppressed))
        .map(Address::of)
        .collect()
}

/// Makes the annual report of the county or of one unit.
///
/// # Errors
/// [`BuildError::UnknownUnit`] when the scope names no scored unit.
pub fn annual(detail: &RoundDetail, plan: &Plan, scope: &Scope, lang: Lang) -> Result<Report, BuildError> {
    annual_against(detail, None, plan, scope, lang)
}

/// A copy of the results in which every cell that must not be shown is marked or emptied: what a report may say, for
/// pages that show the same.
#[must_use]
pub fn protected(detail: &RoundDetail, plan: &Plan) -> RoundDetail {
    Release::of(detail, plan).detail().clone()
}

/// Makes the annual report with last round's results beside this round's.
///
/// # Errors
/// [`BuildError::UnknownUnit`] when the scope names no scored unit.
pub fn annual_against(
    detail: &RoundDetail,
    previous: Option<&RoundDetail>,
    plan: &Plan,
    scope: &Scope,
    lang: Lang,
) -> Result<Report, BuildError> {
    let previous = previous.map(|previous| Release::of(previous, plan));
    Release::of(detail, plan).annual(previous.as_ref(), plan, scope, lang)
}
