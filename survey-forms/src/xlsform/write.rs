//! XLSForm out: a form as a workbook that reads back as the same form, to the same version.
//!
//! What is no part of a form is not in the workbook: remarks, disabled rows, columns that mean nothing here.

use indexmap::{IndexMap, IndexSet};
use rust_xlsxwriter::{Format, Workbook, XlsxError};

use crate::expression::{Expression, NodeKind};
use crate::form::{Choice, ChoiceList, Form, Group, Item, MORE, Media, Question, QuestionKind, Required};
use crate::text::{Language, Text};

mod tables;

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
    sheets([("survey", survey), ("choices", choices), ("settings", settings)])
}

fn sheets<'s>(sheets: impl IntoIterator<Item = (&'s str, &'s Rows)>) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let bold = Format::new().set_bold();
    for (name, rows) in sheets {
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
    add(form.written(), form, &mut survey);

    let mut choices = Rows::with_columns(fixed(["list_name", "name"]).chain(labels()));
    let mut external = Rows::with_columns(fixed(["list_name", "name"]).chain(labels()));
    let own = |list: &&ChoiceList| list.file.is_none() && list.name != MORE;
    for list in form.choice_lists.values().filter(own) {
        let rows = if list.external {
            &mut external
        } else {
            &mut choices
        };
        for one in &list.choices {
            rows.push(choice(&list.name, one));
        }
    }

    let mut settings = Rows::default();
    let mut row = Row::default();
    row.set_text("form_title", &form.title);
    row.set("form_id", form.id.as_str());
    row.set("version", form.author_version.as_str());
    row.set("default_language", language_name(form.default_language()));
    settings.push(row);
    let files = tables::of(form);
    let own = [
        ("survey", &survey),
        ("choices", &choices),
        ("settings", &settings),
    ];
    let external = (!external.rows.is_empty()).then_some(("external_choices", &external));
    sheets(
        own.into_iter()
            .chain(external)
            .chain(files.iter().map(|(name, rows)| (name.as_str(), rows))),
    )
}

fn add(items: &[Item], form: &Form, survey: &mut Rows) {
    let mut items = items.iter().peekable();
    while let Some(item) = items.next() {
        match item {
            Item::Question(question) => {
                let next = items.peek().and_then(|item| item.as_question());
                let or_other = next.is_some_and(|next| tables::is_other(question, next, form));
                survey.push(asked(question, or_other, form));
                if or_other {
                    items.next();
                }
            }
            Item::Group(group) => {
                survey.push(begin(group));
                add(&group.items, form, survey);
                let mut end = Row::default();
                end.set("type", format!("end_{}", word(group)));
                survey.push(end);
            }
        }
    }
}

fn word(group: &Group) -> &'static str {
    match group.repeat {
        Some(_) => "repeat",
        None => "group",
    }
}

fn begin(group: &Group) -> Row {
    let mut row = Row::default();
    row.set("type", format!("begin_{}", word(group)));
    row.set("name", group.name.as_str());
    row.set_text("label", &group.label);
    if let Some(relevant) = &group.relevant {
        row.set("relevant", relevant.source());
    }
    row.set("appearance", group.appearance.as_str());
    if let Some(repeat) = &group.repeat {
        let count = repeat.count.as_ref();
        row.set("repeat_count", count.map_or("", Expression::source));
        // A number says itself how many there can be.
        if !count.is_some_and(|count| matches!(count.root().kind, NodeKind::Number(_))) {
            row.set("parameters", format!("most={}", repeat.most));
        }
    }
    row
}

fn type_cell(kind: &QuestionKind, form: &Form) -> String {
    let word = kind.type_name();
    let Some(list) = kind.list() else {
        return word.to_owned();
    };
    let is = |wanted: fn(&ChoiceList) -> bool| form.choice_lists.get(list).is_some_and(wanted);
    let (is_file, is_external) = (is(|list| list.file.is_some()), is(|list| list.external));
    match kind {
        QuestionKind::SelectOne { .. } if is_external => format!("{word}_external {list}"),
        QuestionKind::SelectOne { .. } | QuestionKind::SelectMultiple { .. } if is_file => {
            format!("{word}_from_file {list}")
        }
        _ => format!("{word} {list}"),
    }
}

/// The `parameters` cell.
fn parameters(question: &Question, form: &Form) -> String {
    let mut pairs = Vec::new();
    if let QuestionKind::Range { start, end, step } = &question.kind {
        pairs.extend([
            format!("start={start}"),
            format!("end={end}"),
            format!("step={step}"),
        ]);
    }
    let list = question.kind.list().and_then(|list| form.choice_lists.get(list));
    if let Some(columns) = list.and_then(|list| list.file.as_ref()) {
        pairs.extend([
            format!("value={}", columns.value),
            format!("label={}", columns.label),
        ]);
    }
    if let Some(randomize) = &question.randomize {
        pairs.push("randomize=true".to_owned());
        pairs.extend(
            randomize
                .seed
                .iter()
                .map(|seed| format!("seed={}", seed.source())),
        );
    }
    pairs.extend(
        question
            .parameters
            .iter()
            .map(|(key, value)| format!("{key}={value}")),
    );
    pairs.join(" ")
}

fn asked(question: &Question, or_other: bool, form: &Form) -> Row {
    let mut row = Row::default();
    let other = if or_other { " or_other" } else { "" };
    row.set("type", format!("{}{other}", type_cell(&question.kind, form)));
    row.set("name", question.name.as_str());
    row.set_text("label", &question.label);
    row.set_text("hint", &question.hint);
    row.set_text("guidance_hint", &question.guidance);
    let rules = [
        ("relevant", &question.relevant),
        ("constraint", &question.constraint),
        ("choice_filter", &question.choice_filter),
        ("calculation", &question.calculation),
        ("default", &question.dynamic_default),
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
    row.set("default", question.default.clone().unwrap_or_default());
    if question.read_only {
        row.set("read_only", "yes");
    }
    let triggers: Vec<String> = question
        .trigger
        .iter()
        .map(|name| format!("${{{name}}}"))
        .collect();
    row.set("trigger", triggers.join(", "));
    row.set("parameters", parameters(question, form));
    row
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
