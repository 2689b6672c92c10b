//! The product from outside, one module a subject; one binary, linked once.

#![expect(
    clippy::expect_used,
    reason = "a test that meets what it does not expect fails, with a message that says why"
)]

mod amend;
mod api_description;
mod audit;
mod backup;
mod bad_input;
mod browser;
mod chaos;
mod console;
mod data;
mod drill;
mod durability;
mod editor;
mod estimate;
mod evaluation;
mod faults;
mod federation;
mod field;
mod field_app;
mod inviting;
mod mail;
mod mailing;
mod monitor;
mod old_phones;
mod outages;
mod pages;
mod planning;
mod pressure;
mod privacy;
mod questionnaires;
mod receipts;
mod records;
mod reports;
mod round;
mod several_servers;
mod sign_in;
mod soak;
mod staff;
mod timing;
mod web_forms;
mod weights;
mod xform;
