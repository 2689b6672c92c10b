//! Interviewer mode: the app's files, and the API of its devices (design §7).
//!
//! Devices carry a bearer token and no cookie, so that no other site can make a browser send anything here.

pub mod app;
pub mod attempts;
pub mod bundle;
pub mod contact;
pub mod devices;
pub mod problem;
pub mod responses;

#[cfg(test)]
mod tests;
