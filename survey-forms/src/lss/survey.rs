//! The tables of an export as a survey: groups with their questions, these with rows, columns and answers.

use std::collections::{BTreeMap, HashMap};

use super::document::{Document, Fields, field};
use crate::text::Text;

/// A survey.
#[derive(Debug, Default)]
pub(super) struct Survey {
    pub(super) id: String,
    pub(super) languages: Vec<String>,
    pub(super) title: Text,
    pub(super) groups: Vec<Group>,
}

/// A group of questions.
#[derive(Debug, Default)]
pub(super) struct Group {
    pub(super) id: String,
    pub(super) name: Text,
    pub(super) description: Text,
    pub(super) relevance: String,
    pub(super) questions: Vec<Question>,
}

/// A question.
#[derive(Debug, Default)]
pub(super) struct Question {
    pub(super) id: String,
    pub(super) code: String,
    /// LimeSurvey's letter for the type.
    pub(super) kind: char,
    pub(super) text: Text,
    pub(super) help: Text,
    pub(super) has_other: bool,
    pub(super) is_mandatory: bool,
    pub(super) relevance: String,
    /// Pattern that an answer must match.
    pub(super) pattern: String,
    /// Rows, or boxes to tick; with scale 1, columns.
    pub(super) parts: Vec<Part>,
    pub(super) answers: Vec<Part>,
    attributes: HashMap<String, String>,
}

/// A row, a column or an answer.
#[derive(Clone, Debug, Default)]
pub(super) struct Part {
    pub(super) code: String,
    pub(super) text: Text,
    pub(super) scale: u8,
    order: i64,
}

impl Question {
    /// The value of an attribute that is set.
    pub(super) fn value(&self, name: &str) -> Option<&str> {
        self.attributes
            .get(name)
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// An attribute that is switched on; `0` and `N` are off.
    pub(super) fn attribute(&self, name: &str) -> Option<&str> {
        self.value(name).filter(|value| !matches!(*value, "0" | "N"))
    }

    /// Rows (scale 0) or columns (scale 1).
    pub(super) fn parts_of(&self, scale: u8) -> impl Iterator<Item = &Part> {
        self.parts.iter().filter(move |part| part.scale == scale)
    }
}

fn order(row: &Fields, name: &str) -> i64 {
    field(row, name).parse().unwrap_or_default()
}

/// Gathers the words of rows that stand once a language.
struct Words<'d> {
    first: &'d str,
    tables: HashMap<(&'d str, &'d str), Vec<&'d Fields>>,
}

impl<'d> Words<'d> {
    fn of(document: &'d Document, first: &'d str) -> Self {
        let mut tables: HashMap<(&str, &str), Vec<&Fields>> = HashMap::new();
        for (table, key) in [
            ("question_l10ns", "qid"),
            ("answer_l10ns", "aid"),
            ("group_l10ns", "gid"),
        ] {
            for row in document.rows(table) {
                tables.entry((table, field(row, key))).or_default().push(row);
            }
        }
        Self { first, tables }
    }

    /// Words of an entry: from its own rows, or from the table beside.
    fn text(&self, own: &[&'d Fields], beside: (&'d str, &'d str), name: &str) -> Text {
        let rows = self.tables.get(&beside).map_or(own, Vec::as_slice);
        let mut found: Vec<(String, String)> = rows
            .iter()
            .map(|row| {
                let tag = match field(row, "language") {
                    "" => self.first,
                    tag => tag,
                };
                (tag.to_owned(), field(row, name).to_owned())
            })
            .filter(|(_, words)| !words.is_empty())
            .collect();
        found.sort_by_key(|(tag, _)| tag != self.first);
        found.into_iter().collect()
    }
}

/// Rows by their key, in the order in which each was first met.
fn by_key<'d>(rows: &'d [Fields], key: impl Fn(&'d Fields) -> String) -> Vec<Vec<&'d Fields>> {
    let mut found: indexmap::IndexMap<String, Vec<&Fields>> = indexmap::IndexMap::new();
    for row in rows {
        found.entry(key(row)).or_default().push(row);
    }
    found.into_values().collect()
}

impl Survey {
    pub(super) fn of(document: &Document) -> Self {
        let own = document.rows("surveys").first();
        let first = own.map_or("", |row| field(row, "language"));
        let mut languages = document.languages.clone();
        languages.retain(|tag| !tag.is_empty() && tag != first);
        if !first.is_empty() {
            languages.insert(0, first.to_owned());
        }
        let first = languages.first().cloned().unwrap_or_else(|| "en".to_owned());
        if languages.is_empty() {
            languages.push(first.clone());
        }
        let words = Words::of(document, &first);
        let titles = document.rows("surveys_languagesettings").iter().map(|row| {
            let title = field(row, "surveyls_title").to_owned();
            (field(row, "surveyls_language").to_owned(), title)
        });
        let mut title: Vec<(String, String)> = titles.filter(|(_, title)| !title.is_empty()).collect();
        title.sort_by_key(|(tag, _)| *tag != first);

        let mut questions = questions(document, &words);
        let mut groups: Vec<(i64, Group)> =
            by_key(document.rows("groups"), |row| field(row, "gid").to_owned())
                .into_iter()
                .filter_map(|rows| {
                    let row = rows.first()?;
                    let id = field(row, "gid");
                    let beside = ("group_l10ns", id);
                    let group = Group {
                        id: id.to_owned(),
                        name: words.text(&rows, beside, "group_name"),
                        description: words.text(&rows, beside, "description"),
                        relevance: field(row, "grelevance").to_owned(),
                        questions: questions.remove(id).unwrap_or_default(),
                    };
                    Some((order(row, "group_order"), group))
                })
                .collect();
        groups.sort_by_key(|(order, _)| *order);
        let mut groups: Vec<Group> = groups.into_iter().map(|(_, group)| group).collect();
        // Questions of a group that the export does not have are questions all the same.
        groups.extend(questions.into_iter().map(|(id, questions)| Group {
            id,
            questions,
            ..Group::default()
        }));
        Self {
            id: own.map_or("", |row| field(row, "sid")).to_owned(),
            languages,
            title: title.into_iter().collect(),
            groups,
        }
    }
}

/// Questions by group, each in its order.
fn questions(document: &Document, words: &Words<'_>) -> BTreeMap<String, Vec<Question>> {
    let mut attributes: HashMap<&str, HashMap<String, String>> = HashMap::new();
    for row in document.rows("question_attributes") {
        let value = field(row, "value");
        if !value.is_empty() {
            attributes
                .entry(field(row, "qid"))
                .or_default()
                .entry(field(row, "attribute").to_owned())
                .or_insert_with(|| value.to_owned());
        }
    }
    let mut parts = parts(document, words);
    let mut answers = answers(document, words);
    let mut found: BTreeMap<String, Vec<(i64, Question)>> = BTreeMap::new();
    for rows in by_key(document.rows("questions"), |row| field(row, "qid").to_owned()) {
        let Some(row) = rows
            .first()
            .filter(|row| matches!(field(row, "parent_qid"), "" | "0"))
        else {
            continue;
        };
        let id = field(row, "qid");
        let beside = ("question_l10ns", id);
        let question = Question {
            id: id.to_owned(),
            code: field(row, "title").to_owned(),
            kind: field(row, "type").chars().next().unwrap_or('?'),
            text: words.text(&rows, beside, "question"),
            help: words.text(&rows, beside, "help"),
            has_other: field(row, "other") == "Y",
            is_mandatory: matches!(field(row, "mandatory"), "Y" | "S"),
            relevance: field(row, "relevance").to_owned(),
            pattern: field(row, "preg").to_owned(),
            parts: parts.remove(id).unwrap_or_default(),
            answers: answers.remove(id).unwrap_or_default(),
            attributes: attributes.remove(id).unwrap_or_default(),
        };
        let group = found.entry(field(row, "gid").to_owned()).or_default();
        group.push((order(row, "question_order"), question));
    }
    let sorted = found.into_iter().map(|(group, mut questions)| {
        questions.sort_by_key(|(order, _)| *order);
        (
            group,
            questions.into_iter().map(|(_, question)| question).collect(),
        )
    });
    sorted.collect()
}

fn sorted(mut found: BTreeMap<String, Vec<Part>>) -> BTreeMap<String, Vec<Part>> {
    for parts in found.values_mut() {
        parts.sort_by_key(|part| (part.scale, part.order));
    }
    found
}

/// Rows and columns by question.
fn parts(document: &Document, words: &Words<'_>) -> BTreeMap<String, Vec<Part>> {
    let mut found: BTreeMap<String, Vec<Part>> = BTreeMap::new();
    for table in ["subquestions", "questions"] {
        for rows in by_key(document.rows(table), |row| field(row, "qid").to_owned()) {
            let Some(row) = rows.first() else { continue };
            let parent = field(row, "parent_qid");
            if matches!(parent, "" | "0") {
                continue;
            }
            let part = Part {
                code: field(row, "title").to_owned(),
                text: words.text(&rows, ("question_l10ns", field(row, "qid")), "question"),
                scale: u8::from(field(row, "scale_id") == "1"),
                order: order(row, "question_order"),
            };
            found.entry(parent.to_owned()).or_default().push(part);
        }
    }
    sorted(found)
}

/// Answers by question.
fn answers(document: &Document, words: &Words<'_>) -> BTreeMap<String, Vec<Part>> {
    let mut found: BTreeMap<String, Vec<Part>> = BTreeMap::new();
    let key = |row: &Fields| [field(row, "qid"), field(row, "scale_id"), field(row, "code")].join("\u{0}");
    for rows in by_key(document.rows("answers"), key) {
        let Some(row) = rows.first() else { continue };
        let part = Part {
            code: field(row, "code").to_owned(),
            text: words.text(&rows, ("answer_l10ns", field(row, "aid")), "answer"),
            scale: u8::from(field(row, "scale_id") == "1"),
            order: order(row, "sortorder"),
        };
        found.entry(field(row, "qid").to_owned()).or_default().push(part);
    }
    sorted(found)
}
