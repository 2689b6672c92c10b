//! What every request passes: headers, the origin check, the reader's wishes,
//! and the pages for what went wrong.

pub mod address;
pub mod client;
pub mod cookie;
pub mod headers;
pub mod origin;
pub mod problems;
pub mod reading;
