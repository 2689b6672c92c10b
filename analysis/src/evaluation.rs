//! Evaluation: scores, ranks and grades, each with what the answers leave open.
//!
//! A difference that the sampling could have made is no difference: every rank is an interval that holds jointly over
//! all units, and a grade whose line lies within the score's interval is marked as borderline.

pub mod agreement;
pub mod grade;
pub mod rank;
pub mod uncertainty;
