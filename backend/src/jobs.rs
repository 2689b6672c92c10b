//! Slow or fallible work: queued in the database, claimed by one runner, retried, safe to run again.
//!
//! [`queue`] runs what is enqueued; [`send_mail`] empties the outbox; [`measure`] shows what waits. Kinds of
//! work are registered by name when the server starts.

pub mod analyse;
pub mod count_ahead;
pub mod count_sittings;
pub mod erase_due;
pub mod make_reports;
pub mod measure;
pub mod publish_roots;
pub mod queue;
pub mod run_mailing;
pub mod send_mail;
pub mod shuffle_traces;
