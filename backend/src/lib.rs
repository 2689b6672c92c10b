#![doc = include_str!("../README.md")]

pub mod app;
pub mod auth;
pub mod backup;
pub mod callbacks;
pub mod cases;
pub mod cli;
pub mod clock;
pub mod codes;
pub mod config;
pub mod dataset;
pub mod demo;
pub mod doctor;
pub mod earlier;
pub mod entity;
pub mod erasure;
pub mod error;
pub mod export;
pub mod field;
pub mod handlers;
pub mod inviting;
pub mod jobs;
pub mod keys;
pub mod linking;
pub mod mail;
pub mod mailing;
pub mod media;
pub mod merkle;
pub mod middleware;
pub mod migration;
pub mod monitor;
pub mod pages;
pub mod planning;
pub mod publication;
pub mod records;
pub mod reporting;
pub mod roots;
pub mod rounds;
pub mod router;
pub mod scoring;
pub mod serving;
pub mod sittings;
pub mod spreadsheet;
pub mod store;
pub mod submit;
pub mod summaries;
pub mod synthetic;
pub mod tabular;
pub mod weighing;
pub mod withdrawal;

#[cfg(test)]
mod hostile_bytes;

rust_i18n::i18n!("locales", fallback = "zh");
