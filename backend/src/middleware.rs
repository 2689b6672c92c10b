//! What every request passes: counting, the wait for a place, headers, the
//! origin check, the reader's wishes, and the pages for what went wrong.

pub mod address;
pub mod client;
pub mod cookie;
pub mod headers;
pub mod measure;
pub mod origin;
pub mod pressure;
pub mod problems;
pub mod reading;
