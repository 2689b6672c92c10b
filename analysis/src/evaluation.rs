//! Evaluation: scores, ranks and grades, each with what the answers leave open.
//!
//! A difference that the sampling could have made is no difference: every rank is an interval that holds jointly over
//! all units, and a grade whose line lies within the score's interval is marked as borderline.

pub mod agreement;
pub mod band;
pub mod chance;
pub mod change;
pub mod grade;
pub mod leverage;
pub mod multiplicity;
pub mod outlier;

pub mod rank;
pub mod raters;
pub mod uncertainty;
