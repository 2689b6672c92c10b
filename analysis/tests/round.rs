//! Whole rounds, from a plan folder and invited cases to scores.

#![expect(
    clippy::expect_used,
    reason = "a test that meets what it does not expect fails, with a message that says why"
)]

#[path = "round/against_r.rs"]
mod against_r;
#[path = "round/answering.rs"]
mod answering;
#[path = "round/estimates.rs"]
mod estimates;
#[path = "round/evaluation.rs"]
mod evaluation;
#[path = "round/faults.rs"]
mod faults;
#[path = "round/federation.rs"]
mod federation;
#[path = "round/jackknife.rs"]
mod jackknife;
#[path = "round/quality.rs"]
mod quality;
#[path = "round/support.rs"]
mod support;
