//! Indicators: from answers, marks and administrative values to one value per unit, in the order of the OECD/JRC
//! Handbook: measure each perspective, [normalise] to 0–100, [weigh] and [aggregate] up the tree, then look back:
//! [correlation] between indicators and composite, and [sensitivity] to the choices made. Every survey measure is a
//! ratio of two person-level sums, so that one linearisation serves all of them and the sampling error can be carried
//! to the top.
//!
//! In a sealed plan the weights and goalposts are numbers. What depends on the round's own data (min–max, z, ranks,
//! entropy weights) serves sensitivity analysis only: with it a unit's score would move because another unit's did.

pub mod aggregate;
pub mod correlation;
pub(crate) mod leaf;
pub(crate) mod marks;
pub mod normalise;
pub(crate) mod present;
pub(crate) mod ratio;
pub mod sensitivity;
pub mod weigh;
