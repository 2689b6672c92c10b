//! The plan in the hands of the office: a working copy that may have faults, versions that have none, what differs
//! between two of them, and what a sealed plan may still change.
//!
//! - [`copy`]: the working copy. Whoever changes a file says which state of it they saw; another state is a conflict.
//! - [`settings`] and [`sheet`]: `plan.toml` and the tables changed in place, with comments and layout kept.
//! - [`archive`]: a whole plan as a zip, in and out, never with the frame.
//! - [`difference`]: two plans side by side, by keys, rows and questions rather than lines.
//! - [`amend`]: a sealed plan changed in public, with a reason.
//! - [`history`]: every version, and which of them made a figure.
//! - [`fresh`]: a new round from an earlier one.

pub mod amend;
pub mod archive;
pub mod copy;
pub mod difference;
pub mod fresh;
pub mod history;
pub mod settings;
pub mod sheet;
