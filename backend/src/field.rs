//! Interviewer mode (design §7): what devices may carry, what they send back, and who may interview whom.
//!
//! The API is in `handlers::field`, the office's pages in `handlers::console::interviewers` and `held`; the rules
//! are here.

pub mod accounts;
pub mod assigning;
pub mod attempts;
pub mod bundle;
pub mod devices;
pub mod forms;
pub mod interviews;
pub mod sealing;
