//! Variances that respect the sampling design.
//!
//! [`linearise`] is the Taylor road: an estimator is replaced by the total of its
//! weighted influence values, whose variance the design gives in closed form.
//! [`replicate`] is the second road: the estimator itself is repeated with weights that
//! leave out or redraw parts of the sample. Each is tested against the other.

pub mod linearise;
pub mod replicate;
