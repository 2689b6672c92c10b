//! Which columns an export has, and what stands in them.
//!
//! The reduced file leaves out whatever tells one person from others: free text, days and other exact numbers, who
//! asked, from which place an open link was followed, by which way somebody reads. Of what the register knows (township,
//! category, grade, sex, age) a person's row says only so much that at least `min_cell` persons of the frame share it
//! all; weights, which follow from the same, have two digits. Grassroots bodies are few and known to everybody: of them
//! the register says nothing.

mod own;
mod reduce;

use std::collections::{BTreeMap, HashMap};
use std::fmt;
use std::marker::PhantomData;

use analysis::plan::Plan;
use jiff::civil::Date;
use serde::de::{MapAccess, Visitor};
use serde::{Deserialize, Deserializer};
use survey_forms::code_book::{CodeBook, Level, Variable, VariableKind};
use survey_forms::text::Text;
use uuid::Uuid;

use super::{Detail, ExportError};
use crate::app::Base;
use crate::borrowed::Borrowed;
use crate::dataset::{self, DatasetError};
use crate::store::attachments;
use crate::store::responses::Exported;
pub(crate) use own::Facts;
use own::{OWN, Own, own_cell};

/// Steps of whole numbers in the reduced file.
const STEP: f64 = 5.0;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Decimal,
    /// Days, `2026-11-23`.
    Date,
    /// One of the levels.
    Factor,
    /// Any number of the levels, joined by spaces.
    Multiple,
    /// Yes or no.
    Flag,
}

/// A column of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it is.
    pub label: Text,
    /// What it holds.
    pub kind: Kind,
    /// Codes with their words.
    pub levels: Vec<Level>,
    from: From,
}

/// Where a column's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Answer,
    Own(Own),
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words, codes, days.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
}

/// The columns of an export and what its rows are made of.
#[derive(Clone, Debug)]
pub struct Table {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: Text,
    /// Hash of the sealed plan, or nothing.
    pub plan_sha256: String,
    /// The day on which it is written.
    pub day: Date,
    /// How much the table holds.
    pub detail: Detail,
    /// The columns.
    pub columns: Vec<Column>,
    /// Columns of answers by question.
    places: HashMap<String, usize>,
    groups: Vec<String>,
    facts: HashMap<String, Facts>,
    /// Where in the archive of files the file of a response's question lies.
    files: HashMap<(Uuid, String), String>,
}

impl Table {
    /// Prepares an export of a round, of all its groups or of one.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn prepare(
        base: &Base,
        plan: &Plan,
        detail: Detail,
        group: Option<&str>,
    ) -> Result<Self, ExportError> {
        let known: Vec<&str> = plan.groups.iter().map(|group| group.code.as_str()).collect();
        let groups: Vec<String> = match group {
            None => known.iter().map(|code| (*code).to_owned()).collect(),
            Some(code) if known.contains(&code) => vec![code.to_owned()],
            Some(code) => {
                return Err(ExportError::UnknownGroup {
                    group: code.to_owned(),
                    known: known.join(", "),
                });
            }
        };
        let mut facts = dataset::case_facts(base, plan).await?;
        if detail == Detail::Reduced {
            reduce::reduce(base, plan, &mut facts).await?;
        }
        let row = crate::store::rounds::find(&base.db, &plan.round.id).await?;
        let columns = columns(plan, &groups, detail);
        Ok(Self {
            round: plan.round.id.clone(),
            title: plan.round.title.clone(),
            plan_sha256: row.and_then(|row| row.plan_sha256).unwrap_or_default(),
            day: base.clock.today(),
            detail,
            places: places(&columns),
            columns,
            groups,
            facts: facts
                .into_iter()
                .map(|(link, (_, facts))| (link, facts))
                .collect(),
            files: match detail {
                Detail::Full => files(base, &plan.round.id).await?,
                // Words are not in the reduced file, and files neither.
                Detail::Reduced => HashMap::new(),
            },
        })
    }

    /// A table of given columns without cases, for tests and measurements of the writers.
    #[cfg(test)]
    pub(crate) fn of(columns: Vec<(&str, Kind, Vec<Level>)>) -> Self {
        let column = |(name, kind, levels): (&str, Kind, Vec<Level>)| Column {
            name: name.to_owned(),
            label: Text::zh_en(format!("{name}是什么"), format!("What {name} is")),
            kind,
            levels,
            from: From::Answer,
        };
        let columns: Vec<Column> = columns.into_iter().map(column).collect();
        Self {
            round: "test".to_owned(),
            title: Text::zh_en("测试", "Test"),
            plan_sha256: "0".repeat(64),
            day: jiff::civil::date(2026, 11, 26),
            detail: Detail::Full,
            places: places(&columns),
            columns,
            groups: vec!["g".to_owned()],
            facts: HashMap::new(),
            files: HashMap::new(),
        }
    }

    /// Whether responses of a group are in it.
    pub fn holds(&self, group: &str) -> bool {
        self.groups.iter().any(|code| code == group)
    }

    /// The cells of a response.
    ///
    /// # Errors
    /// [`DatasetError::Response`] where the stored answers cannot be read.
    pub fn row(&self, response: &Exported) -> Result<Vec<Cell>, ExportError> {
        let Answers(answers) =
            serde_json::from_str(&response.answers).map_err(|error| DatasetError::Response {
                id: response.id,
                reason: error.to_string(),
            })?;
        let facts = response.link.as_ref().and_then(|link| self.facts.get(link));
        let cells = self.columns.iter().map(|column| match column.from {
            From::Own(own) => own_cell(own, response, facts),
            From::Answer => match self.file(response.id, &column.name) {
                Some(place) => Cell::Text(place.clone()),
                None => Cell::Empty,
            },
        });
        let mut cells: Vec<Cell> = cells.collect();
        // Each answer finds its column: there are fewer of them than columns that look for an answer.
        for (name, text) in &answers {
            let Some(&at) = self.places.get(&*name.0) else {
                continue;
            };
            if let (Some(column), Some(cell @ Cell::Empty)) = (self.columns.get(at), cells.get_mut(at)) {
                *cell = self.answer(column, &text.0);
            }
        }
        Ok(cells)
    }

    fn file(&self, response: Uuid, question: &str) -> Option<&String> {
        // Most rounds have none, and the key would be copied for every cell.
        match self.files.is_empty() {
            true => None,
            false => self.files.get(&(response, question.to_owned())),
        }
    }

    fn answer(&self, column: &Column, text: &str) -> Cell {
        if text.is_empty() {
            return Cell::Empty;
        }
        match column.kind {
            Kind::Integer | Kind::Decimal => match text.parse::<f64>() {
                Ok(number) if self.detail == Detail::Reduced => Cell::Number((number / STEP).round() * STEP),
                Ok(number) => Cell::Number(number),
                Err(_) => Cell::Empty,
            },
            _ => Cell::Text(text.to_owned()),
        }
    }
}

/// Answers by question, in the order in which they are stored.
#[derive(Debug, PartialEq, Eq)]
struct Answers<'j>(Vec<(Borrowed<'j>, Borrowed<'j>)>);

impl<'de: 'j, 'j> Deserialize<'de> for Answers<'j> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        struct Reader<'j>(PhantomData<Answers<'j>>);

        impl<'de: 'j, 'j> Visitor<'de> for Reader<'j> {
            type Value = Answers<'j>;

            fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
                formatter.write_str("answers by question")
            }

            fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Answers<'j>, A::Error> {
                let mut answers = Vec::with_capacity(64);
                while let Some(entry) = map.next_entry()? {
                    answers.push(entry);
                }
                Ok(Answers(answers))
            }
        }

        deserializer.deserialize_map(Reader(PhantomData))
    }
}

/// Where the answers to each question stand.
fn places(columns: &[Column]) -> HashMap<String, usize> {
    let of_answers = columns
        .iter()
        .enumerate()
        .filter(|(_, column)| column.from == From::Answer);
    of_answers.map(|(at, column)| (column.name.clone(), at)).collect()
}

/// Where the files of a round lie in their archive.
async fn files(base: &Base, round: &str) -> Result<HashMap<(Uuid, String), String>, ExportError> {
    let mut all = HashMap::new();
    let mut after = None;
    loop {
        let rows = attachments::page(&base.db, round, after).await?;
        after = rows.last().map(|row| row.id);
        let is_last = (rows.len() as u64) < attachments::PAGE_SIZE;
        all.extend(rows.into_iter().map(|row| {
            let place = row.place();
            ((row.response_id, row.question), place)
        }));
        if is_last {
            return Ok(all);
        }
    }
}

fn columns(plan: &Plan, groups: &[String], detail: Detail) -> Vec<Column> {
    let level = |code: &String, name: &Text| Level {
        value: code.clone(),
        label: name.clone(),
        missing: None,
    };
    let mut out: Vec<Column> = OWN
        .iter()
        .filter(|(.., reduced)| *reduced || detail == Detail::Full)
        .map(|(own, name, kind, zh, en, _)| Column {
            name: (*name).to_owned(),
            label: Text::zh_en(*zh, *en),
            kind: *kind,
            levels: match own {
                Own::Group => plan.groups.iter().map(|g| level(&g.code, &g.name)).collect(),
                Own::Township => plan
                    .scored_units()
                    .into_iter()
                    .map(|u| level(&u.code, &u.name))
                    .collect(),
                _ => Vec::new(),
            },
            from: From::Own(*own),
        })
        .collect();
    let taken: Vec<String> = OWN.iter().map(|(_, name, ..)| (*name).to_owned()).collect();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for group in groups {
        let Some(form) = plan.forms.get(group) else {
            continue;
        };
        for variable in CodeBook::of(form).variables {
            // What the response says of itself wins over a question of the same name.
            if taken.contains(&variable.name) || !may_hold(&variable, detail) {
                continue;
            }
            match places.get(&variable.name).and_then(|&at| out.get_mut(at)) {
                Some(column) => join(column, &variable),
                None => {
                    places.insert(variable.name.clone(), out.len());
                    out.push(column(variable));
                }
            }
        }
    }
    out
}

fn may_hold(variable: &Variable, detail: Detail) -> bool {
    detail == Detail::Full || !matches!(variable.kind, VariableKind::Text | VariableKind::Date)
}

fn kind(variable: &Variable) -> Kind {
    match variable.kind {
        // An order stands in one column, its names with blanks between.
        VariableKind::Text | VariableKind::Ranking { .. } => Kind::Text,
        VariableKind::Integer => Kind::Integer,
        VariableKind::Decimal => Kind::Decimal,
        VariableKind::Date => Kind::Date,
        VariableKind::Factor { .. } => Kind::Factor,
        VariableKind::MultiResponse { .. } => Kind::Multiple,
    }
}

fn column(variable: Variable) -> Column {
    Column {
        kind: kind(&variable),
        levels: match variable.kind {
            // Labels belong to single values, and an order is one of many.
            VariableKind::Ranking { .. } => Vec::new(),
            _ => variable.levels().to_vec(),
        },
        name: variable.name,
        label: variable.label,
        from: From::Answer,
    }
}

/// The same name in two questionnaires: the levels of both; text where they are of two kinds.
fn join(column: &mut Column, variable: &Variable) {
    if column.kind != kind(variable) {
        column.kind = Kind::Text;
        column.levels.clear();
        return;
    }
    for level in variable.levels() {
        if !column.levels.iter().any(|known| known.value == level.value) {
            column.levels.push(level.clone());
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_reduced_file_has_no_words_days_places_or_interviewers() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/sample");
        let mut files = crate::rounds::files::read(&folder).unwrap();
        files.remove("frame.csv");
        let plan = Plan::read(&files).unwrap();
        let groups: Vec<String> = plan.groups.iter().map(|group| group.code.clone()).collect();
        let names = |detail| -> Vec<String> {
            columns(&plan, &groups, detail)
                .into_iter()
                .map(|column| column.name)
                .collect()
        };
        let (reduced, full) = (names(Detail::Reduced), names(Detail::Full));
        for private in [
            "village",
            "psu",
            "day",
            "interviewer",
            "ways",
            "duration_s",
            "open_link",
        ] {
            assert!(!reduced.iter().any(|name| name == private), "{private}");
            assert!(full.iter().any(|name| name == private), "{private}");
        }
        let texts = columns(&plan, &groups, Detail::Reduced);
        let free = texts
            .iter()
            .filter(|c| c.from == From::Answer && matches!(c.kind, Kind::Text | Kind::Date));
        assert_eq!(free.count(), 0);
        assert!(reduced.len() > 40 && full.len() > reduced.len());
    }
}
