//! Leadership e-mail by the plan's schedule: when it is due, to whom it goes, how it is run, held and stopped.
//!
//! The plan says when (`[mail]`, `analysis::plan::mailing`); the list of recipients begins as the plan's and is kept
//! beside it, because the seal does not cover it. A run computes the round anew, writes a letter for each recipient
//! (`summaries`) and puts all of them into the outbox in one transaction with its own record.

pub mod recipients;
pub mod run;
pub mod schedule;

#[cfg(test)]
mod tests;
