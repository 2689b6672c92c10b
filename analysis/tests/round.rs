//! Whole rounds, from a plan folder and invited cases to scores.

#[path = "round/estimates.rs"]
mod estimates;
#[path = "round/faults.rs"]
mod faults;
#[path = "round/jackknife.rs"]
mod jackknife;
#[path = "round/support.rs"]
mod support;
