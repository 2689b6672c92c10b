//! Minyi from outside: the harness that starts the real program with real neighbours (PostgreSQL, an SMTP
//! server, Chromium) and the people who use it. The tests themselves are in `e2e/`, the load test in `load/`.

#![expect(
    clippy::expect_used,
    reason = "a harness fails the test that uses it, with a message that says why"
)]

pub mod answers;
pub mod browser;
pub mod command;
pub mod demo;
pub mod everything;
pub mod postgres;
pub mod provider;
pub mod proxy;
pub mod responding;
pub mod routes;
pub mod server;
pub mod smtp;
pub mod storage;
pub mod workbook;
