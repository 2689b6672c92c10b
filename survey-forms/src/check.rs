//! The rules that a questionnaire as a whole must keep. One family of rules a file; each reports all it finds, so
//! that a person corrects a file once and not ten times.

use crate::form::{FormParts, nodes};
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

/// Checks everything that can be checked of `parts`, which were read from these tables.
///
/// Returns the order in which slots must be evaluated; it is only right when no error was found.
pub(crate) fn check(
    parts: &FormParts,
    survey: &Table,
    choices: Option<&Table>,
    faults: &mut Faults,
) -> Vec<usize> {
    let nodes = nodes(&parts.items);
    let names = Names::check(parts, &nodes, survey, faults);
    choices::check(parts, &nodes, survey, choices, faults);
    expressions::check(parts, &nodes, &names, survey, choices, faults);
    wording::check(parts, &nodes, &names, survey, faults);
    translations::check(parts, &nodes, survey, choices, faults);
    repeats::check(parts, &nodes, &names, survey, faults);
    reading::check(&nodes, survey, faults);
    let order = dependencies::check(&nodes, &names, survey, faults);
    if !faults.has_errors() {
        reach::check(parts, &nodes, &names, survey, faults);
    }
    order
}
