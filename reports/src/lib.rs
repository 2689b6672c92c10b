#![doc = include_str!("../README.md")]

pub mod build;
pub mod chart;
mod columns;
pub mod docx;
pub mod email;
pub mod font;
pub mod html;
pub mod model;
pub mod narrative;
pub mod number;
mod parallel;
pub mod pdf;
#[cfg(test)]
mod sample;
pub mod sheets;
#[cfg(test)]
mod tests;
pub mod xlsx;
