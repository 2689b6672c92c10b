//! The reader's opinion of cells that were changed: what was written must not be wrong where it was not before.

use super::super::desk::{Desk, Tab, row_number};
use crate::diagnostic::Diagnostic;
use crate::xlsform;
use crate::xlsform::layout::Holds;

/// Cells that are watched, and what was wrong before they were changed.
#[derive(Default)]
pub(super) struct Watch {
    before: Option<Vec<Diagnostic>>,
    cells: Vec<(usize, Holds, String)>,
}

fn errors(desk: &Desk) -> Vec<Diagnostic> {
    let said = match xlsform::read_workbook("", &desk.book.raw()) {
        Ok(_) => Vec::new(),
        Err(said) => said,
    };
    said.into_iter().filter(Diagnostic::is_error).collect()
}

impl Watch {
    /// Watches a cell of the survey sheet, of which `field` of the edit speaks; called before it is changed.
    pub(super) fn begin(&mut self, desk: &Desk, (at, holds): (usize, Holds), field: &str) {
        if self.before.is_none() {
            self.before = Some(errors(desk));
        }
        self.cells.push((at, holds, field.to_owned()));
    }

    /// What is wrong with watched cells now and was not before.
    pub(super) fn settle(&mut self, desk: &Desk) -> Vec<Diagnostic> {
        let (Some(before), cells) = (self.before.take(), std::mem::take(&mut self.cells)) else {
            return Vec::new();
        };
        let is_old = |fault: &Diagnostic| {
            before.iter().any(|old| {
                old.code == fault.code && old.message == fault.message && old.place.row == fault.place.row
            })
        };
        let mut found = Vec::new();
        for mut fault in errors(desk).into_iter().filter(|fault| !is_old(fault)) {
            let place = &fault.place;
            let cell = cells.iter().find(|(at, holds, _)| {
                place.sheet.as_deref() == Some(Tab::Survey.name())
                    && place.row == Some(row_number(*at))
                    && place.column.as_deref() == Some(desk.header_of(Tab::Survey, holds).as_str())
            });
            if let Some((_, _, field)) = cell {
                fault.place.file = None;
                fault.place.field = Some(field.clone());
                found.push(fault);
            }
        }
        found
    }
}
