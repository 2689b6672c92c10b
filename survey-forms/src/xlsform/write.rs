//! XLSForm out: a form as a workbook that reads back as the same form, to the same version.
//!
//! What is no part of a form is not in the workbook: remarks, disabled rows, columns that mean nothing here.

use indexmap::{IndexMap, IndexSet};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::expression::{Expression, NodeKind};
use crate::form::{Choice, Form, Group, Item, Media, Question, QuestionKind, Required};
use crate::text::{Language, Text};

/// A sheet while it is filled: cells by header, row by row. Columns stand in the order in which they were first used.
#[derive(Debug, Default)]
pub(crate) struct Rows {
    columns: IndexSet<String>,
    rows: Vec<IndexMap<String, String>>,
}

impl Rows {
    /// Columns that stand first, whether or not any cell is filled.
    pub(crate) fn with_columns<H: Into<String>>(columns: impl IntoIterator<Item = H>) -> Self {
        Self {
            columns: columns.into_iter().map(Into::into).collect(),
            rows: Vec::new(),
        }
    }

    /// A row; empty cells are left out.
    pub(crate) fn push(&mut self, row: Row) {
        self.columns.extend(row.0.keys().cloned());
        self.rows.push(row.0);
    }

    /// Takes the last row back.
    pub(crate) fn pop(&mut self) {
        self.rows.pop();
    }
}

/// A row while it is filled.
#[derive(Debug, Default)]
pub(crate) struct Row(IndexMap<String, String>);

impl Row {
    /// A cell; none when the text is empty.
    pub(crate) fn set(&mut self, column: &str, text: impl Into<String>) {
        let text = text.into();
        if !text.is_empty() {
            self.0.insert(column.to_owned(), text);
        }
    }

    /// A text in a column for each of its languages.
    pub(crate) fn set_text(&mut self, column: &str, text: &Text) {
        for (tag, words) in text.iter() {
            self.set(&header(column, tag), words);
        }
    }

    fn set_media(&mut self, media: &Media) {
        self.set_text("media::image", &media.image);
        self.set_text("media::audio", &media.audio);
        self.set_text("media::video", &media.video);
        self.set_text("media::captions", &media.captions);
    }
}

/// `label::中文 (zh)`.
pub(crate) fn header(column: &str, tag: &str) -> String {
    format!("{column}::{}", language_name(tag))
}

/// `中文 (zh)`: a name for people, with the tag from which the language is read back.
pub(crate) fn language_name(tag: &str) -> String {
    format!("{} ({tag})", Language::new(tag).own_name())
}

/// The three sheets as a workbook. Every cell is a text: Excel would make a number of `007` and a day of `1-2`.
///
/// # Errors
/// When a sheet is larger than a workbook can hold.
pub(crate) fn workbook(survey: &Rows, choices: &Rows, settings: &Rows) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    for (name, rows) in [("survey", survey), ("choices", choices), ("settings", settings)] {
        let sheet = workbook.add_worksheet();
        sheet.set_name(name)?;
        sheet.set_freeze_panes(1, 0)?;
        for (at, column) in (0..).zip(&rows.columns) {
            sheet.write_string_with_format(0, at, column, &bold)?;
            sheet.set_column_width(at, 24)?;
        }
        for (number, row) in (1..).zip(&rows.rows) {
            for (at, column) in (0..).zip(&rows.columns) {
                if let Some(cell) = row.get(column) {
                    sheet.write_string(number, at, cell)?;
                }
            }
        }
    }
    workbook.save_to_buffer()
}

/// The workbook of a form: what [`super::read`] makes the same form of, with the same version.
///
/// # Errors
/// When a text is longer than a cell holds (32,767 characters).
///
/// # Example
/// ```
/// use survey_forms::xlsform;
/// let bytes = std::fs::read("tests/fixtures/greeting.xlsx").unwrap();
/// let form = xlsform::read("greeting.xlsx", &bytes).unwrap().form;
/// let again = xlsform::read("greeting.xlsx", &xlsform::write(&form).unwrap()).unwrap().form;
/// assert_eq!(again.version, form.version);
/// ```
pub fn write(form: &Form) -> Result<Vec<u8>, XlsxError> {
    let tags: Vec<&str> = form
        .languages
        .iter()
        .chain(&form.wordings)
        .map(Language::as_str)
        .collect();
    // A language is one because it has a column, whether or not anything is said in it.
    let labels = || tags.iter().map(|tag| header("label", tag));
    let fixed = |columns: [&str; 2]| columns.map(str::to_owned).into_iter();

    let mut survey = Rows::with_columns(fixed(["type", "name"]).chain(labels()));
    for metadata in &form.metadata {
        let mut row = Row::default();
        row.set("type", metadata.kind.type_name());
        row.set("name", metadata.name.as_str());
        survey.push(row);
    }
    for item in form.written() {
        add(item, &mut survey);
    }

    let mut choices = Rows::with_columns(fixed(["list_name", "name"]).chain(labels()));
    for list in form.written_lists() {
        for one in &list.choices {
            choices.push(choice(&list.name, one));
        }
    }

    let mut settings = Rows::default();
    let mut row = Row::default();
    row.set_text("form_title", &form.title);
    row.set("form_id", form.id.as_str());
    row.set("version", form.author_version.as_str());
    row.set("default_language", language_name(form.default_language()));
    settings.push(row);
    workbook(&survey, &choices, &settings)
}

fn add(item: &Item, survey: &mut Rows) {
    match item {
        Item::Question(question) => survey.push(asked(question)),
        Item::Group(group) => {
            survey.push(begin(group));
            for inside in &group.items {
                add(inside, survey);
            }
            let mut end = Row::default();
            let is_repeat = group.repeat.is_some();
            end.set("type", if is_repeat { "end_repeat" } else { "end_group" });
            survey.push(end);
        }
    }
}

fn begin(group: &Group) -> Row {
    let mut row = Row::default();
    match &group.repeat {
        None => row.set("type", "begin_group"),
        Some(repeat) => {
            row.set("type", "begin_repeat");
            if let Some(count) = &repeat.count {
                row.set("repeat_count", count.source());
            }
            // A count that is written as a number says how often by itself.
            let is_number = |count: &Expression| matches!(count.root().kind, NodeKind::Number(_));
            if !repeat.count.as_ref().is_some_and(is_number) {
                row.set("parameters", format!("most={}", repeat.most));
            }
        }
    }
    row.set("name", group.name.as_str());
    row.set_text("label", &group.label);
    if let Some(relevant) = &group.relevant {
        row.set("relevant", relevant.source());
    }
    row.set("appearance", group.appearance.as_str());
    row
}

fn type_cell(kind: &QuestionKind) -> String {
    match kind {
        QuestionKind::SelectOne { list }
        | QuestionKind::SelectMultiple { list }
        | QuestionKind::Rank { list } => {
            format!("{} {list}", kind.type_name())
        }
        QuestionKind::Text
        | QuestionKind::Integer
        | QuestionKind::Decimal
        | QuestionKind::Date
        | QuestionKind::Range { .. }
        | QuestionKind::Note
        | QuestionKind::Calculate
        | QuestionKind::Time
        | QuestionKind::DateTime
        | QuestionKind::Acknowledge
        | QuestionKind::Barcode
        | QuestionKind::GeoPoint
        | QuestionKind::Upload { .. }
        | QuestionKind::Hidden => kind.type_name().to_owned(),
    }
}

fn asked(question: &Question) -> Row {
    let mut row = Row::default();
    row.set("type", type_cell(&question.kind));
    row.set("name", question.name.as_str());
    row.set_text("label", &question.label);
    row.set_text("hint", &question.hint);
    row.set_text("guidance_hint", &question.guidance);
    let rules = [
        ("relevant", &question.relevant),
        ("constraint", &question.constraint),
        ("choice_filter", &question.choice_filter),
        ("calculation", &question.calculation),
    ];
    for (column, rule) in rules {
        if let Some(rule) = rule {
            row.set(column, rule.source());
        }
    }
    row.set_text("constraint_message", &question.constraint_message);
    match &question.required {
        Required::No => {}
        Required::Yes => row.set("required", "yes"),
        Required::When(condition) => row.set("required", condition.source()),
    }
    row.set_text("required_message", &question.required_message);
    row.set("appearance", question.appearance.as_str());
    row.set_media(&question.media);
    let default = match (&question.default, &question.dynamic_default) {
        (Some(fixed), _) => fixed.as_str(),
        (None, Some(computed)) => computed.source(),
        (None, None) => "",
    };
    row.set("default", default);
    let trigger: Vec<String> = question
        .trigger
        .iter()
        .map(|name| format!("${{{name}}}"))
        .collect();
    row.set("trigger", trigger.join(", "));
    if question.read_only {
        row.set("read_only", "yes");
    }
    row.set("parameters", parameters(question));
    row
}

fn parameters(question: &Question) -> String {
    let mut pairs = Vec::new();
    if let QuestionKind::Range { start, end, step } = &question.kind {
        pairs.push(format!("start={start} end={end} step={step}"));
    }
    if let Some(randomize) = &question.randomize {
        pairs.push("randomize=true".to_owned());
        if let Some(seed) = &randomize.seed {
            pairs.push(format!("seed={}", seed.source()));
        }
    }
    pairs.extend(
        question
            .parameters
            .iter()
            .map(|(key, value)| format!("{key}={value}")),
    );
    pairs.join(" ")
}

fn choice(list: &str, choice: &Choice) -> Row {
    let mut row = Row::default();
    row.set("list_name", list);
    row.set("name", choice.name.as_str());
    row.set_text("label", &choice.label);
    row.set("missing", choice.missing.map_or("", |kind| kind.as_str()));
    row.set_media(&choice.media);
    for (column, cell) in &choice.filters {
        row.set(column, cell.as_str());
    }
    row
}

#[cfg(test)]
mod tests;
