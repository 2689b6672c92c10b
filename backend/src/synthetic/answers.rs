//! Where answers go: into a map for one respondent, or straight into columns for a whole population.

use std::borrow::Cow;
use std::collections::HashMap;

use polars::prelude::{Column, IntoColumn, NewChunkedArray, StringChunked};
use survey_forms::response::RawAnswers;

/// An answer: a code that the questionnaire fixes, or text put together.
pub(super) type Answer = Cow<'static, str>;

/// Takes the answers of one respondent. The empty text is no answer.
pub(super) trait Sink {
    /// Takes one answer.
    fn put(&mut self, question: &'static str, answer: Answer);

    /// Takes a code.
    fn code(&mut self, question: &'static str, code: &'static str) {
        self.put(question, Cow::Borrowed(code));
    }
}

impl Sink for RawAnswers {
    fn put(&mut self, question: &'static str, answer: Answer) {
        if !answer.is_empty() {
            self.insert(question.to_owned(), answer.into_owned());
        }
    }
}

/// One column per question, in order of first appearance; rows end with [`Columns::end_row`].
#[derive(Debug, Default)]
pub(super) struct Columns {
    rows: usize,
    by_name: HashMap<&'static str, usize>,
    names: Vec<&'static str>,
    cells: Vec<Vec<Option<Answer>>>,
}

impl Sink for Columns {
    fn put(&mut self, question: &'static str, answer: Answer) {
        if answer.is_empty() {
            return;
        }
        let at = *self.by_name.entry(question).or_insert_with(|| {
            self.names.push(question);
            self.cells.push(Vec::new());
            self.names.len() - 1
        });
        let column = &mut self.cells[at];
        column.resize(self.rows, None);
        column.push(Some(answer));
    }
}

impl Columns {
    /// Ends the answers of one respondent.
    pub(super) fn end_row(&mut self) {
        self.rows += 1;
    }

    /// The columns, all of the same length, sorted by name.
    pub(super) fn into_columns(mut self) -> Vec<Column> {
        let mut named: Vec<(&'static str, Vec<Option<Answer>>)> =
            self.names.into_iter().zip(self.cells).collect();
        named.sort_by_key(|(name, _)| *name);
        self.by_name.clear();
        named
            .into_iter()
            .map(|(name, mut cells)| {
                cells.resize(self.rows, None);
                StringChunked::from_iter_options(name.into(), cells.into_iter()).into_column()
            })
            .collect()
    }
}
