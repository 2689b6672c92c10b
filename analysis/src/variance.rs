//! Variances that respect the sampling design.
//!
//! [`linearise`] is the Taylor road: an estimator is replaced by the total of its
//! weighted influence values, whose variance the design gives in closed form.

pub mod linearise;
