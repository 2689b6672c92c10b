//! Where readers and checks put what they find.

use crate::diagnostic::catalogue::Fault;
use crate::diagnostic::{Diagnostic, Place};

/// Faults of one file, in the order in which they were found.
pub(crate) struct Faults {
    file: String,
    found: Vec<Diagnostic>,
}

impl Faults {
    pub(crate) fn new(file: &str) -> Self {
        Self {
            file: file.to_owned(),
            found: Vec::new(),
        }
    }

    pub(crate) fn add(&mut self, fault: Fault, place: Place) {
        self.found.push(fault.at(place.in_file(self.file.clone())));
    }

    pub(crate) fn has_errors(&self) -> bool {
        self.found.iter().any(Diagnostic::is_error)
    }

    /// All of them, in the order of the file: the workbook itself, then survey, choices and settings by row.
    pub(crate) fn finish(mut self) -> Vec<Diagnostic> {
        let sheet = |diagnostic: &Diagnostic| match diagnostic.place.sheet.as_deref() {
            None => 0,
            Some("survey") => 1,
            Some("choices") => 2,
            Some("settings") => 3,
            Some(_) => 4,
        };
        // Stable: within a row they stay in the order in which its columns were read.
        self.found
            .sort_by_key(|diagnostic| (sheet(diagnostic), diagnostic.place.row));
        self.found
    }
}
