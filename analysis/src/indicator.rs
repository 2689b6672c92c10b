//! Indicators: from answers, marks and administrative values to one value per unit, in the order of the OECD/JRC
//! Handbook: measure each perspective, [normalise](normalise) to 0–100, weigh and aggregate up the
//! tree. Every survey measure is a ratio of two person-level sums, so that one linearisation serves all of them and
//! the sampling error can be carried to the top.

pub(crate) mod aggregate;
pub(crate) mod leaf;
pub(crate) mod marks;
pub mod normalise;
pub(crate) mod present;
pub(crate) mod ratio;
