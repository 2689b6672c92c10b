#![doc = include_str!("../README.md")]

pub mod design;
pub mod disclosure;
pub mod disposition;
pub mod estimate;
pub mod evaluation;
pub mod factor;
pub mod indicator;
pub mod interval;
pub mod moments;
pub mod plan;
pub mod request;
pub mod results;
pub mod round;
pub mod sampling;
pub mod variance;
pub mod weighting;
