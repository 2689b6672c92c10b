//! Editing a questionnaire as the workbook that it is.
//!
//! What is edited is an XLSForm [`Workbook`]: every cell of every sheet is kept, those that the editor never shows
//! too, so that a questionnaire that came from a spreadsheet goes back to one without loss. A change is an [`Edit`];
//! [`apply`] makes another workbook of one, or says what stands against it, where, and how to mend it. Nothing here
//! asks that a workbook be free of faults: one that is being written never is.
//!
//! | module | does |
//! |---|---|
//! | [`book`] | sheets, rows and cells; `.xlsx`, `.csv` and `.lss` in, `.xlsx` and `.csv` out |
//! | [`edit`], [`apply()`], [`take_over`] | the changes there are, and making them; rows of another questionnaire |
//! | [`outline`], [`details`] | what pages show: the tree of rows; one row with all its cells |
//! | [`logic`] | conditions and rules from menus to expressions and back, and in words |
//! | [`bank`] | questions with source and licence to take over |
//! | [`difference`] | two versions side by side, with what a form in use does not allow |

pub mod bank;
pub mod book;
mod desk;
pub mod details;
pub mod difference;
pub mod edit;
mod key;
pub mod kind;
pub mod logic;
pub mod outline;
mod references;
mod refusal;
mod tested;

mod apply;

pub use apply::{apply, take_over};
pub use book::Workbook;
pub use edit::Edit;
pub use key::{RowKey, Spot};
pub use kind::RowKind;
pub use refusal::EditError;
