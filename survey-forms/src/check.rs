//! The rules that a questionnaire as a whole must keep. One family of rules a file; each reports all it finds, so
//! that a person corrects a file once and not ten times.

use crate::form::{ChoiceList, FormParts, nodes};
use crate::xlsform::{Faults, Table};

mod choices;
mod dependencies;
mod expressions;
mod names;
mod reach;
mod reading;
mod repeats;
mod translations;
mod wording;

pub(crate) use dependencies::evaluation_order;
use names::Names;

/// The sheets on which choices stand.
#[derive(Clone, Copy)]
pub(crate) struct ChoiceSheets<'t> {
    /// `choices`.
    pub(crate) choices: Option<&'t Table>,
    /// `external_choices`.
    pub(crate) external: Option<&'t Table>,
}

impl<'t> ChoiceSheets<'t> {
    /// The sheet on which a list stands; none for one in a table of its own.
    fn of(self, list: &ChoiceList) -> Option<&'t Table> {
        match list.external {
            _ if list.file.is_some() => None,
            true => self.external,
            false => self.choices,
        }
    }
}

/// Checks everything that can be checked of `parts`, which were read from these tables.
///
/// Returns the order in which slots must be evaluated; it is only right when no error was found.
pub(crate) fn check(
    parts: &FormParts,
    survey: &Table,
    sheets: ChoiceSheets<'_>,
    faults: &mut Faults,
) -> Vec<usize> {
    let nodes = nodes(&parts.items);
    let names = Names::check(parts, &nodes, survey, faults);
    choices::check(parts, &nodes, survey, sheets, faults);
    expressions::check(parts, &nodes, &names, survey, sheets.choices, faults);
    wording::check(parts, &nodes, &names, survey, faults);
    translations::check(parts, &nodes, survey, sheets, faults);
    repeats::check(parts, &nodes, &names, survey, faults);
    reading::check(&nodes, survey, faults);
    let order = dependencies::check(&nodes, &names, survey, faults);
    if !faults.has_errors() {
        reach::check(parts, &nodes, &names, survey, faults);
    }
    order
}
