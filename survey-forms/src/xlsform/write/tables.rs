//! Sheets beside the three: tables, each named as its file.

use indexmap::{IndexMap, IndexSet};

use super::super::choices::OTHER;
use super::{Row, Rows};
use crate::form::{ChoiceList, DataTable, FileColumns, Form, Question};

/// The tables of a form by the names of their sheets. One that expressions look into is whole; of one that is only a list
/// there is what the list took from it.
pub(super) fn of(form: &Form) -> IndexMap<String, Rows> {
    let mut sheets = IndexMap::new();
    for (name, table) in &form.tables {
        sheets.insert(format!("{}.csv", name.trim_end_matches(".csv")), whole(table));
    }
    for list in form.choice_lists.values() {
        let is_there = |name: &String| name.eq_ignore_ascii_case(&list.name);
        if let Some(columns) = &list.file
            && !sheets.keys().any(is_there)
        {
            sheets.insert(list.name.clone(), of_list(list, columns));
        }
    }
    sheets
}

fn whole(table: &DataTable) -> Rows {
    let mut rows = Rows::with_columns(table.columns.iter().cloned());
    for cells in &table.rows {
        let mut row = Row::default();
        for (column, cell) in table.columns.iter().zip(cells) {
            row.set(column, cell.as_str());
        }
        rows.push(row);
    }
    rows
}

fn of_list(list: &ChoiceList, columns: &FileColumns) -> Rows {
    let names: IndexSet<&str> = [columns.value.as_str(), columns.label.as_str()]
        .into_iter()
        .collect();
    let mut rows = Rows::with_columns(names);
    for choice in list
        .choices
        .iter()
        .filter(|choice| !is_added(&choice.name, choice.label.iter().count()))
    {
        let mut row = Row::default();
        row.set(&columns.value, choice.name.as_str());
        let label = choice.label.iter().next().map_or("", |(_, words)| words);
        row.set(&columns.label, label);
        for (column, cell) in &choice.filters {
            row.set(column, cell.as_str());
        }
        rows.push(row);
    }
    rows
}

/// Whether a choice was not in the file: that of `or_other` is in all languages of the form, a file in one.
fn is_added(name: &str, languages: usize) -> bool {
    name == OTHER && languages > 1
}

/// Whether `next` is the question that `or_other` made for a list from a file, to which no row can be added.
pub(super) fn is_other(question: &Question, next: &Question, form: &Form) -> bool {
    let list = question.kind.list().and_then(|list| form.choice_lists.get(list));
    list.is_some_and(|list| list.file.is_some() && list.choice(OTHER).is_some())
        && next.name == format!("{}_{OTHER}", question.name)
        && question.choice_filter.is_none()
        && next.relevant.as_ref().is_some_and(|relevant| {
            relevant.to_string() == format!("selected(${{{}}}, '{OTHER}')", question.name)
        })
}
