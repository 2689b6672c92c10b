//! The page of one question as fields of a form, and what was typed into them as edits of the workbook.
//!
//! | field | says |
//! |---|---|
//! | `w:COLUMN:LANG` | words in a language |
//! | `kind`, `name`, `cell:COLUMN` | kind, name, cells that are the same in all languages |
//! | `must` | `no`, `yes`, or `when` with an expression in `cell:required` |
//! | `c:N:was`, `c:N:name`, `c:N:l:LANG`, `c:N:missing`, `c:N:at`, `c:N:gone` | a choice |
//! | `lines`, `list` | further choices, one a line; another list in place of its own |
//! | `join`, `q:N:question`, `q:N:is`, `q:N:a`, `q:N:b` | conditions |
//! | `rule:…` | what an answer must satisfy |

use std::collections::BTreeMap;

use survey_forms::diagnostic::Diagnostic;
use survey_forms::editor::details::Details;
use survey_forms::editor::edit::{Cell, NewChoice, Words};
use survey_forms::editor::{Edit, EditError, Workbook, apply};
use survey_forms::text::Text;

mod edits;
mod logic;

pub use edits::{Asked, edits};
pub use logic::{Shown, condition_lines, conditions, rules};

/// Fields by name.
pub type Fields = BTreeMap<String, String>;

/// A field's value; empty where it is not there.
pub fn get<'a>(fields: &'a Fields, name: &str) -> &'a str {
    fields.get(name).map_or("", String::as_str)
}

/// What was sent, as fields. Line ends as the workbook has them.
pub fn typed(pairs: &[(String, String)]) -> Fields {
    pairs
        .iter()
        .map(|(name, value)| (name.clone(), value.replace("\r\n", "\n").trim_end().to_owned()))
        .collect()
}

/// The fields as the row says them.
pub fn of(details: &Details, languages: &[String]) -> Fields {
    let mut fields = Fields::new();
    let mut put = |name: String, value: &str| {
        fields.insert(name, value.trim_end().to_owned());
    };
    for words in Words::ALL {
        for lang in languages {
            put(format!("w:{}:{lang}", words.column()), details.words(words, lang));
        }
    }
    for cell in Cell::ALL {
        put(format!("cell:{}", cell.column()), details.cell(cell));
    }
    put("kind".to_owned(), details.row.kind.as_str());
    put("name".to_owned(), &details.row.name);
    put("must".to_owned(), must(details.cell(Cell::Required)));
    for (at, choice) in details.list.iter().flat_map(|list| &list.choices).enumerate() {
        put(format!("c:{at}:was"), &choice.name);
        put(format!("c:{at}:name"), &choice.name);
        put(format!("c:{at}:missing"), &choice.missing);
        put(format!("c:{at}:at"), &(at + 1).to_string());
        put(format!("c:{at}:gone"), "");
        for lang in languages {
            put(format!("c:{at}:l:{lang}"), exact(&choice.label, lang));
        }
    }
    put("lines".to_owned(), "");
    fields.extend(logic::of_conditions(&details.condition));
    fields.extend(logic::of_rules(&details.rule));
    fields
}

fn exact<'a>(text: &'a Text, lang: &str) -> &'a str {
    text.exact(lang).map_or("", |(_, words)| words)
}

/// Whether a `required` cell says never, always, or when.
fn must(cell: &str) -> &'static str {
    match cell.trim().to_ascii_lowercase().as_str() {
        "" | "no" | "false" | "false()" => "no",
        "yes" | "true" | "true()" => "yes",
        _ => "when",
    }
}

/// The choices of a text: one a line; an Excel column that was pasted is that.
pub fn lines(text: &str, lang: &str) -> Vec<NewChoice> {
    let given = text.lines().map(str::trim).filter(|line| !line.is_empty());
    given
        .map(|line| NewChoice {
            name: String::new(),
            label: Text::of(lang, line),
            missing: None,
        })
        .collect()
}

/// The workbook with all of these edits made, or everything that stands against any of them, by field.
///
/// # Errors
/// The faults, each with the field that asked for the edit; those that only all together have are under `main`.
pub fn make(workbook: &Workbook, asked: &[Asked]) -> Result<Workbook, Vec<(String, Diagnostic)>> {
    let edits = asked.iter().map(|(_, edit)| edit.clone()).collect();
    let together = match apply(workbook, &Edit::All { edits }) {
        Ok(made) => return Ok(made),
        Err(error) => told("main", &error),
    };
    // Once more one by one, to tell at which field each fault is.
    let mut made = workbook.clone();
    let mut faults = Vec::new();
    for (field, edit) in asked {
        match apply(&made, edit) {
            Ok(next) => made = next,
            Err(error) => faults.extend(told(field, &error)),
        }
    }
    Err(if faults.is_empty() { together } else { faults })
}

fn told(field: &str, error: &EditError) -> Vec<(String, Diagnostic)> {
    error
        .faults()
        .iter()
        .map(|fault| (field.to_owned(), fault.clone()))
        .collect()
}

/// What somebody typed, laid over a row that somebody else changed since: fields that were not touched say what the row
/// says now. Returns the fields, and those that both changed with what the other wrote.
pub fn merged(seen: &Fields, now: &Fields, typed: &Fields) -> (Fields, Vec<(String, String)>) {
    let mut fields = now.clone();
    let mut both = Vec::new();
    for (name, value) in typed {
        let (was, is) = (get(seen, name), get(now, name));
        if value == was {
            continue;
        }
        if is != was && is != value {
            both.push((name.clone(), is.to_owned()));
        }
        fields.insert(name.clone(), value.clone());
    }
    (fields, both)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        pairs
            .iter()
            .map(|(name, value)| ((*name).to_owned(), (*value).to_owned()))
            .collect()
    }

    #[test]
    fn what_only_the_other_changed_comes_along_and_what_both_changed_is_told() {
        let seen = fields(&[("a", "1"), ("b", "1"), ("c", "1")]);
        let now = fields(&[("a", "2"), ("b", "2"), ("c", "1")]);
        let typed = fields(&[("a", "1"), ("b", "3"), ("c", "4")]);
        let (merged, both) = merged(&seen, &now, &typed);
        assert_eq!(merged, fields(&[("a", "2"), ("b", "3"), ("c", "4")]));
        assert_eq!(both, [("b".to_owned(), "2".to_owned())]);
    }

    #[test]
    fn pasted_lines_are_choices() {
        let given = lines("满意\n\n 不满意 \n", "zh");
        let words: Vec<&str> = given.iter().map(|choice| choice.label.get("zh")).collect();
        assert_eq!(words, ["满意", "不满意"]);
    }
}
