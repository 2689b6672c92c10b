//! The product from outside, one module a subject; one binary, linked once.

mod bad_input;
mod browser;
mod console;
mod durability;
mod estimate;
mod mail;
mod privacy;
mod reports;
mod round;
