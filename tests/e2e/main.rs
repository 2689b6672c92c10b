//! The product from outside, one module a subject; one binary, linked once.

#![expect(
    clippy::expect_used,
    reason = "a test that meets what it does not expect fails, with a message that says why"
)]

mod bad_input;
mod browser;
mod console;
mod durability;
mod estimate;
mod mail;
mod old_phones;
mod pages;
mod privacy;
mod reports;
mod round;
