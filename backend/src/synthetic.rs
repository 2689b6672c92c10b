//! The sample plan and a synthetic county to try it on.
//!
//! A [`Population`] of card holders, relatives and grassroots bodies is made from a seed, with true values that are
//! known: what anyone would answer is fixed before anyone is asked. [`Fieldwork`] then draws a sample by the plan's
//! design, lets part of it respond, and collects their answers; [`truth`] is what the whole population would have
//! answered, in the shape that `analysis::round::compute` takes, so that an estimate can be held against the truth.
//!
//! What must stay true: everything follows from the plan and the seed; each person's answers come from a stream of
//! their own, so they are the same whether the person was sampled or not and in whichever order answers are made;
//! response depends on nothing but township and category, so it is at random given the weighting classes.

mod answers;
mod body;
mod county;
mod draw;
mod experience;
mod family;
mod fieldwork;
mod frame;
mod marks;
mod resident;
mod response;
mod truth;
mod visits;

use analysis::plan::PlanFiles;
use rust_embed::RustEmbed;
use thiserror::Error;

pub use county::{Body, BodyKind, Category, Person, Population, Township, Village};
pub use fieldwork::{Case, Conduct, Fieldwork, GroupSizes, Response};
pub use marks::criterion_scores;
pub use response::respond;
pub use truth::{group_cases, margin_totals, truth};
pub use visits::{Attempt, INTERVIEWERS, Visits, asked_by, visits};

/// The service areas of the sample plan, in its order.
pub const AREAS: [&str; 10] = [
    "rehab",
    "care",
    "education",
    "employment",
    "poverty",
    "medical",
    "access",
    "culture",
    "cert",
    "rights",
];

/// Why no synthetic round could be made.
#[derive(Debug, Error)]
pub enum SyntheticError {
    /// The plan lacks something the synthetic county is built on.
    #[error("the plan has no {0}")]
    PlanLacks(&'static str),
    /// More answers asked for than the county can give, or too few to spread over it.
    #[error("{asked} respondents cannot be had: between {least} and {most} are possible")]
    Respondents {
        /// Answers asked for.
        asked: usize,
        /// Fewest possible.
        least: usize,
        /// Most possible.
        most: usize,
    },
    /// No sample could be drawn.
    #[error(transparent)]
    Draw(#[from] crate::rounds::draw::DrawError),
    /// A table could not be put together.
    #[error("a table of cases could not be made")]
    Table(#[from] polars::error::PolarsError),
    /// `frame.csv` could not be written.
    #[error("frame.csv could not be written")]
    Csv(#[from] csv::Error),
}

#[derive(RustEmbed)]
#[folder = "plans/sample"]
struct SamplePlan;

/// The files of the sample plan, as they lie in `backend/plans/sample`; it has no `frame.csv`, which a
/// [`Population`] supplies.
pub fn sample_plan() -> PlanFiles {
    SamplePlan::iter()
        .filter_map(|path| Some((path.to_string(), SamplePlan::get(&path)?.data.into_owned())))
        .collect()
}

#[cfg(test)]
mod tests;
