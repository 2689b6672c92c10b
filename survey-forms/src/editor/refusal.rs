//! Why an edit is not made.

use std::fmt;

use crate::diagnostic::Diagnostic;

/// Everything that stands against an edit: what, where and how to mend it. `place.field` names the part of the [`Edit`]
/// that is meant (`name`, `list`, `value`, `to` …), `place.sheet`, `place.row` and `place.column` the cell of the workbook.
///
/// [`Edit`]: super::Edit
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EditError {
    faults: Vec<Diagnostic>,
}

impl EditError {
    /// What is wrong; at least one.
    pub fn faults(&self) -> &[Diagnostic] {
        &self.faults
    }
}

impl From<Diagnostic> for EditError {
    fn from(fault: Diagnostic) -> Self {
        Self { faults: vec![fault] }
    }
}

impl From<Vec<Diagnostic>> for EditError {
    fn from(faults: Vec<Diagnostic>) -> Self {
        Self { faults }
    }
}

impl fmt::Display for EditError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let lines: Vec<String> = self.faults.iter().map(|fault| fault.to_line("en")).collect();
        f.write_str(&lines.join("\n"))
    }
}

impl std::error::Error for EditError {}
