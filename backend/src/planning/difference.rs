//! Two states of a plan side by side: settings by key, tables by the code of each row, questionnaires by question. It
//! works on plans with faults as well, since those are the ones that somebody wants to compare.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::PlanFiles;
use survey_forms::amend::{self, Ground};
use survey_forms::diagnostic::Diagnostic;
use survey_forms::form::{Form, Question};
use survey_forms::text::Text;
use survey_forms::xlsform;

use super::settings::Settings;
use super::sheet::Sheet;
use crate::store::plan_versions::fingerprint;

/// The tables, and the columns that name a row.
pub const TABLES: [(&str, &[&str]); 7] = [
    ("units.csv", &["code"]),
    ("indicators.csv", &["code"]),
    ("criteria.csv", &["code"]),
    ("series.csv", &["code"]),
    ("commitments.csv", &["code"]),
    ("comparisons.csv", &["expert", "first", "second"]),
    ("admin.csv", &["unit", "period", "code"]),
];

/// A value before and after; none where there was or is none.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Change {
    /// Key or column.
    pub key: String,
    /// Before.
    pub old: Option<String>,
    /// After.
    pub new: Option<String>,
}

/// What became of a row, a question or a file.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Fate {
    /// It is new.
    Added,
    /// It is gone.
    Removed,
    /// It says something else; nothing is listed for files that are only seen as a whole.
    Changed(Vec<Change>),
}

/// A row, a question or a file that differs.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// By what it is known.
    pub key: String,
    /// What it is called; may be empty.
    pub name: String,
    /// What became of it.
    pub fate: Fate,
}

/// A table that differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct TableChange {
    /// Its path.
    pub file: String,
    /// Rows that differ, in the order of the new table; those that are gone at the end.
    pub rows: Vec<Line>,
    /// Whether rows stand in another order.
    pub reordered: bool,
}

/// A questionnaire that differs.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct FormChange {
    /// Its path.
    pub file: String,
    /// Questions that differ.
    pub questions: Vec<Line>,
    /// What answers given before would lose by it.
    pub notes: Vec<Diagnostic>,
    /// Whether either workbook cannot be read, so that no question can be compared.
    pub unreadable: bool,
}

/// Everything that differs between two plans.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Difference {
    /// Keys of `plan.toml`.
    pub settings: Vec<Change>,
    /// Tables.
    pub tables: Vec<TableChange>,
    /// Questionnaires.
    pub forms: Vec<FormChange>,
    /// Other files, and those that cannot be read as what they should be.
    pub files: Vec<Line>,
}

impl Difference {
    /// Whether the two say the same.
    pub fn is_empty(&self) -> bool {
        self.settings.is_empty() && self.tables.is_empty() && self.forms.is_empty() && self.files.is_empty()
    }

    /// The table of this name, if it differs.
    pub fn table(&self, file: &str) -> Option<&TableChange> {
        self.tables.iter().find(|table| table.file == file)
    }
}

/// What differs between two plans. The frame is not looked at.
pub fn between(old: &PlanFiles, new: &PlanFiles) -> Difference {
    let mut difference = Difference::default();
    let paths: BTreeSet<&String> = old.keys().chain(new.keys()).collect();
    for path in paths {
        let (before, after) = (old.get(path), new.get(path));
        if before == after || path == "frame.csv" {
            continue;
        }
        if path == "plan.toml"
            && let Some(changes) = settings(before, after)
        {
            difference.settings = changes;
            continue;
        }
        if let Some((_, keys)) = TABLES.iter().find(|(file, _)| file == path)
            && let Some(change) = table(path, keys, (before, after))
        {
            if !change.rows.is_empty() || change.reordered {
                difference.tables.push(change);
            }
            continue;
        }
        if path.starts_with("forms/")
            && let (Some(before), Some(after)) = (before, after)
        {
            difference.forms.extend(form(path, before, after));
            continue;
        }
        difference.files.push(Line {
            key: path.clone(),
            name: String::new(),
            fate: match (before, after) {
                (None, _) => Fate::Added,
                (_, None) => Fate::Removed,
                _ => Fate::Changed(Vec::new()),
            },
        });
    }
    difference
}

fn settings(old: Option<&Vec<u8>>, new: Option<&Vec<u8>>) -> Option<Vec<Change>> {
    let flat = |bytes: Option<&Vec<u8>>| Some(Settings::read(bytes?).ok()?.flat());
    let (old, new) = (flat(old)?, flat(new)?);
    let before: BTreeMap<&String, &String> = old.iter().map(|(key, value)| (key, value)).collect();
    let after: BTreeMap<&String, &String> = new.iter().map(|(key, value)| (key, value)).collect();
    let mut changes = Vec::new();
    for (key, value) in &new {
        let known = before.get(key).map(|value| (*value).clone());
        if known.as_ref() != Some(value) {
            changes.push(Change {
                key: key.clone(),
                old: known,
                new: Some(value.clone()),
            });
        }
    }
    for (key, value) in old.iter().filter(|(key, _)| !after.contains_key(key)) {
        changes.push(Change {
            key: key.clone(),
            old: Some(value.clone()),
            new: None,
        });
    }
    Some(changes)
}

fn key_of(sheet: &Sheet, row: usize, keys: &[&str]) -> String {
    let cells: Vec<&str> = keys.iter().map(|key| sheet.cell(row, key)).collect();
    cells.join(" ")
}

fn name_of(sheet: &Sheet, row: usize) -> String {
    let name = ["name_zh", "name"]
        .into_iter()
        .map(|column| sheet.cell(row, column));
    name.into_iter()
        .find(|name| !name.is_empty())
        .unwrap_or_default()
        .to_owned()
}

/// The rows of a table by their keys; none when a key stands twice, and rows cannot be told apart.
fn by_key(sheet: &Sheet, keys: &[&str]) -> Option<BTreeMap<String, usize>> {
    let mut rows = BTreeMap::new();
    for row in 0..sheet.rows.len() {
        if rows.insert(key_of(sheet, row, keys), row).is_some() {
            return None;
        }
    }
    Some(rows)
}

fn table(file: &str, keys: &[&str], (old, new): (Option<&Vec<u8>>, Option<&Vec<u8>>)) -> Option<TableChange> {
    // A table that is not there has no rows.
    let read =
        |bytes: Option<&Vec<u8>>| bytes.map_or_else(|| Ok(Sheet::default()), |bytes| Sheet::read(bytes));
    let (old, new) = (read(old).ok()?, read(new).ok()?);
    let (before, after) = (by_key(&old, keys)?, by_key(&new, keys)?);
    let mut columns: Vec<&String> = new.header.iter().collect();
    columns.extend(old.header.iter().filter(|column| !new.header.contains(column)));
    let mut change = TableChange {
        file: file.to_owned(),
        ..TableChange::default()
    };
    for row in 0..new.rows.len() {
        let key = key_of(&new, row, keys);
        let fate = match before.get(&key) {
            None => Fate::Added,
            Some(&known) => {
                let cells = columns
                    .iter()
                    .filter(|column| old.cell(known, column) != new.cell(row, column));
                let cells: Vec<Change> = cells
                    .map(|column| Change {
                        key: (*column).clone(),
                        old: Some(old.cell(known, column).to_owned()),
                        new: Some(new.cell(row, column).to_owned()),
                    })
                    .collect();
                if cells.is_empty() {
                    continue;
                }
                Fate::Changed(cells)
            }
        };
        let name = name_of(&new, row);
        change.rows.push(Line { key, name, fate });
    }
    for row in 0..old.rows.len() {
        let key = key_of(&old, row, keys);
        if !after.contains_key(&key) {
            let name = name_of(&old, row);
            let fate = Fate::Removed;
            change.rows.push(Line { key, name, fate });
        }
    }
    let order = |sheet: &Sheet, other: &BTreeMap<String, usize>| -> Vec<String> {
        let keys = (0..sheet.rows.len()).map(|row| key_of(sheet, row, keys));
        keys.filter(|key| other.contains_key(key)).collect()
    };
    change.reordered = order(&old, &after) != order(&new, &before);
    Some(change)
}

fn words(text: &Text) -> String {
    let (zh, en) = (text.get("zh"), text.get("en"));
    if zh == en {
        zh.to_owned()
    } else {
        format!("{zh} / {en}")
    }
}

/// Everything of a question but where it stands, to be compared.
fn parts(form: &Form, question: &Question) -> Vec<(&'static str, String)> {
    let expression = |expression: &Option<survey_forms::expression::Expression>| {
        expression.as_ref().map(ToString::to_string).unwrap_or_default()
    };
    let choices = question.kind.list().and_then(|list| form.choice_lists.get(list));
    let choices = choices.map_or_else(String::new, |list| {
        let one = |choice: &survey_forms::form::Choice| format!("{} {}", choice.name, words(&choice.label));
        list.choices.iter().map(one).collect::<Vec<_>>().join("; ")
    });
    vec![
        ("type", serde_json::to_string(&question.kind).unwrap_or_default()),
        ("label", words(&question.label)),
        ("hint", words(&question.hint)),
        ("relevant", expression(&question.relevant)),
        ("constraint", expression(&question.constraint)),
        (
            "required",
            serde_json::to_string(&question.required).unwrap_or_default(),
        ),
        ("choices", choices),
        ("calculation", expression(&question.calculation)),
        ("default", question.default.clone().unwrap_or_default()),
        (
            "media",
            serde_json::to_string(&question.media).unwrap_or_default(),
        ),
    ]
}

fn form(file: &str, old: &[u8], new: &[u8]) -> Option<FormChange> {
    let mut change = FormChange {
        file: file.to_owned(),
        ..FormChange::default()
    };
    let (Ok(old), Ok(new)) = (xlsform::read(file, old), xlsform::read(file, new)) else {
        change.unreadable = true;
        return Some(change);
    };
    let (old, new) = (old.form, new.form);
    if old.version == new.version {
        // Saved again by another program: the same questions.
        return None;
    }
    for question in new.questions() {
        let fate = match old.question(&question.name) {
            None => Fate::Added,
            Some(before) => {
                let pairs = parts(&old, before).into_iter().zip(parts(&new, question));
                let cells: Vec<Change> = pairs
                    .filter(|((_, old), (_, new))| old != new)
                    .map(|((key, old), (_, new))| Change {
                        key: key.to_owned(),
                        old: Some(old),
                        new: Some(new),
                    })
                    .collect();
                if cells.is_empty() {
                    continue;
                }
                Fate::Changed(cells)
            }
        };
        change.questions.push(Line {
            key: question.name.clone(),
            name: question.label.get("zh").to_owned(),
            fate,
        });
    }
    for question in old
        .questions()
        .filter(|question| new.question(&question.name).is_none())
    {
        change.questions.push(Line {
            key: question.name.clone(),
            name: question.label.get("zh").to_owned(),
            fate: Fate::Removed,
        });
    }
    let uses = BTreeMap::new();
    let ground = Ground {
        begun: true,
        uses: &uses,
    };
    change.notes = amend::compare(file, &old, &new, ground);
    Some(change)
}

/// A short word for a content: enough to tell two apart.
pub fn short(bytes: &[u8]) -> String {
    let mut hash = fingerprint(bytes);
    hash.truncate(12);
    hash
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::handlers::testing::{edited, row_of};
    use crate::synthetic::sample_plan;

    fn replace(files: &mut PlanFiles, path: &str, from: &str, to: &str) {
        let text = String::from_utf8(files[path].clone()).unwrap();
        assert!(text.contains(from), "{from}");
        files.insert(path.to_owned(), text.replace(from, to).into_bytes());
    }

    #[test]
    fn nothing_differs_between_a_plan_and_itself_saved_by_another_program() {
        let old = sample_plan();
        let mut new = old.clone();
        for (path, bytes) in &old {
            if path.ends_with(".csv") {
                let unix = String::from_utf8(bytes.clone()).unwrap().replace("\r\n", "\n");
                new.insert(path.clone(), unix.trim_start_matches('\u{feff}').into());
            }
        }
        new.insert("forms/family.xlsx".to_owned(), edited("family", |_, _| {}));
        assert!(between(&old, &new).is_empty(), "{:?}", between(&old, &new));
    }

    #[test]
    fn settings_weights_units_and_questions_are_told_by_name() {
        let old = sample_plan();
        let mut new = old.clone();
        replace(&mut new, "plan.toml", "weight = 40", "weight = 35");
        replace(
            &mut new,
            "indicators.csv",
            "参与率,Took part at least once,10",
            "参与率,Took part at least once,12",
        );
        replace(
            &mut new,
            "indicators.csv",
            "组织联系,Known and visited,4",
            "组织联系,Known and visited,2",
        );
        replace(&mut new, "units.csv", "城关镇", "新城关镇");
        new.insert(
            "forms/resident.xlsx".to_owned(),
            edited("resident", |sheet, rows| {
                if sheet == "survey" {
                    let row = row_of(rows, "sat_overall");
                    let label = row.iter_mut().find(|cell| cell.contains('满')).unwrap();
                    label.push('呢');
                }
            }),
        );
        new.insert("media/new.svg".to_owned(), b"<svg/>".to_vec());
        new.insert("frame.csv".to_owned(), b"people".to_vec());
        let found = between(&old, &new);
        assert_eq!(
            found.settings,
            [Change {
                key: "groups[resident].weight".to_owned(),
                old: Some("40".to_owned()),
                new: Some("35".to_owned()),
            }]
        );
        let weights: Vec<&str> = found
            .table("indicators.csv")
            .unwrap()
            .rows
            .iter()
            .map(|row| row.key.as_str())
            .collect();
        assert_eq!(weights, ["1.1", "1.3"]);
        assert_eq!(found.table("units.csv").unwrap().rows[0].name, "新城关镇");
        assert_eq!(found.forms[0].questions[0].key, "sat_overall");
        assert_eq!(
            found.files,
            [Line {
                key: "media/new.svg".to_owned(),
                name: String::new(),
                fate: Fate::Added,
            }]
        );
    }
}
