#![doc = include_str!("../README.md")]

pub mod app;
pub mod auth;
pub mod cases;
pub mod cli;
pub mod clock;
pub mod codes;
pub mod config;
pub mod dataset;
pub mod demo;
pub mod earlier;
pub mod entity;
pub mod error;
pub mod field;
pub mod handlers;
pub mod inviting;
pub mod jobs;
pub mod keys;
pub mod mail;
pub mod media;
pub mod merkle;
pub mod middleware;
pub mod migration;
pub mod monitor;
pub mod pages;
pub mod reporting;
pub mod roots;
pub mod rounds;
pub mod router;
pub mod spreadsheet;
pub mod store;
pub mod submit;
pub mod summaries;
pub mod synthetic;
pub mod withdrawal;

rust_i18n::i18n!("locales", fallback = "zh");
