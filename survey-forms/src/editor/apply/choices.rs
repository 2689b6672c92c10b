//! Choices of a list.

use super::super::book::Row;
use super::super::desk::{Desk, Tab};
use super::super::edit::{NewChoice, Words};
use super::super::refusal::Refusal;
use super::super::tested::{self, Test};
use super::super::{EditError, RowKind};
use super::rows::known_language;
use super::{lists, tidy};
use crate::diagnostic::{Diagnostic, Place, nearest};
use crate::form::MissingKind;
use crate::xlsform::layout::Holds;

/// Values of a list with their rows.
fn values(desk: &Desk, list: &str) -> Result<Vec<(usize, String)>, EditError> {
    let named = |at: usize| (at, desk.plain(Tab::Choices, at, "name").to_owned());
    Ok(lists::rows(desk, list)?.into_iter().map(named).collect())
}

/// The row of a choice.
fn find(desk: &Desk, list: &str, choice: &str) -> Result<usize, EditError> {
    let values = values(desk, list)?;
    let found = values.iter().find(|(_, name)| name == choice);
    found.map(|(at, _)| *at).ok_or_else(|| {
        let refusal = Refusal::NoChoice {
            choice: choice.to_owned(),
            list: list.to_owned(),
            suggestion: nearest(choice, values.iter().map(|(_, name)| name.as_str())).map(str::to_owned),
        };
        refusal.field("choice")
    })
}

fn check_name(name: &str, taken: &[(usize, String)], list: &str) -> Result<(), EditError> {
    let choice = || name.to_owned();
    if name.is_empty() || name.contains(|c: char| c.is_whitespace() || "'\"‘’“”".contains(c)) {
        return Err(Refusal::BadChoiceName { choice: choice() }.field("name"));
    }
    if taken.iter().any(|(_, known)| known == name) {
        let list = list.to_owned();
        let choice = choice();
        return Err(Refusal::ChoiceTaken { choice, list }.field("name"));
    }
    Ok(())
}

/// A choice as a new row at a place.
pub(super) fn put(desk: &mut Desk, list: &str, choice: &NewChoice, at: usize) -> Result<(), EditError> {
    let taken = if lists::has(desk, list) {
        values(desk, list)?
    } else {
        Vec::new()
    };
    let name = match tidy(&choice.name, "name")? {
        name if name.is_empty() => {
            let numbers = taken.iter().filter_map(|(_, name)| name.parse::<u32>().ok());
            (numbers.max().unwrap_or_default().saturating_add(1)).to_string()
        }
        name => name,
    };
    check_name(&name, &taken, list)?;
    desk.insert(Tab::Choices, at, Row::default())?;
    desk.set_plain(Tab::Choices, at, "list_name", list)?;
    desk.set_plain(Tab::Choices, at, "name", &name)?;
    for (tag, words) in choice.label.iter() {
        let words = tidy(words, "label")?;
        known_language(desk, tag, &words)?;
        desk.set(Tab::Choices, at, &Holds::Words("label", tag.to_owned()), &words)?;
    }
    let missing = choice.missing.map_or("", MissingKind::as_str);
    desk.set_plain(Tab::Choices, at, "missing", missing)
}

/// A choice comes.
pub(super) fn add(
    desk: &mut Desk,
    list: &str,
    choice: &NewChoice,
    after: Option<&str>,
) -> Result<(), EditError> {
    let at = match after {
        Some(after) => find(desk, list, after)?,
        None => lists::rows(desk, list)?
            .into_iter()
            .next_back()
            .unwrap_or_default(),
    };
    put(desk, list, choice, at + 1)
}

/// Words of a choice.
pub(super) fn words(
    desk: &mut Desk,
    (list, choice): (&str, &str),
    words: Words,
    (lang, text): (&str, &str),
) -> Result<(), EditError> {
    let at = find(desk, list, choice)?;
    let field = format!("{}::{lang}", words.column());
    let text = tidy(text, &field)?;
    known_language(desk, lang, &text)?;
    let fits = matches!(
        words,
        Words::Label | Words::Image | Words::Audio | Words::Video | Words::Captions
    );
    if !fits && !text.is_empty() {
        let kind = crate::text::Text::zh_en("选项", "choice");
        let column = words.column();
        return Err(Refusal::OutOfPlace { column, kind }.field(&field));
    }
    desk.set(
        Tab::Choices,
        at,
        &Holds::Words(words.column(), lang.to_owned()),
        &text,
    )
}

/// Whether a choice says why there is no answer.
pub(super) fn missing(
    desk: &mut Desk,
    list: &str,
    choice: &str,
    missing: Option<MissingKind>,
) -> Result<(), EditError> {
    let at = find(desk, list, choice)?;
    desk.set_plain(
        Tab::Choices,
        at,
        "missing",
        missing.map_or("", MissingKind::as_str),
    )
}

/// A choice goes elsewhere in its list.
pub(super) fn move_to(
    desk: &mut Desk,
    list: &str,
    choice: &str,
    after: Option<&str>,
) -> Result<(), EditError> {
    let at = find(desk, list, choice)?;
    if after == Some(choice) {
        return Err(Refusal::IntoItself.field("after"));
    }
    let to = match after {
        Some(after) => find(desk, list, after)? + 1,
        None => lists::rows(desk, list)?.into_iter().next().unwrap_or(at),
    };
    let rows = &mut desk.sheet_mut(Tab::Choices).rows;
    let row = rows.remove(at);
    rows.insert(if to > at { to - 1 } else { to }, row);
    Ok(())
}

/// Whether `or_other` makes this choice, and the question for it.
fn made_by_other(desk: &Desk, list: &str, choice: &str) -> Option<Diagnostic> {
    let lines = desk.lines();
    let line = lists::users(&lines, list).find(|line| line.or_other && choice == "other")?;
    let place = line.place().column("type");
    let by = tested::at(desk, line.at, "type");
    let choice = choice.to_owned();
    Some(Refusal::ChoiceTested { choice, by }.at(place))
}

/// Another value.
pub(super) fn rename(desk: &mut Desk, list: &str, choice: &str, name: &str) -> Result<(), EditError> {
    let at = find(desk, list, choice)?;
    let name = tidy(name, "name")?;
    if name == choice {
        return Ok(());
    }
    check_name(&name, &values(desk, list)?, list)?;
    let tests = tested::tests(desk, list, choice);
    let mut faults: Vec<Diagnostic> = made_by_other(desk, list, choice).into_iter().collect();
    for test in tests.iter().filter(|test| test.is_calculated()) {
        let by = test.reference(desk);
        let place = Place::sheet(by.sheet.clone())
            .row(by.row)
            .column(by.column.clone());
        let choice = choice.to_owned();
        faults.push(Refusal::CodeCalculated { choice, by }.at(place));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    for test in &tests {
        test.rewrite(desk, &name)?;
    }
    desk.set_plain(Tab::Choices, at, "name", &name)
}

/// A choice goes.
pub(super) fn remove(desk: &mut Desk, list: &str, choice: &str) -> Result<(), EditError> {
    let at = find(desk, list, choice)?;
    let lines = desk.lines();
    let is_used = lists::users(&lines, list).any(|line| line.kind != RowKind::Other);
    if is_used && lists::rows(desk, list)?.len() == 1 {
        let list = list.to_owned();
        return Err(Refusal::LastChoice { list }.field("choice"));
    }
    let mut faults: Vec<Diagnostic> = made_by_other(desk, list, choice).into_iter().collect();
    let tests = tested::tests(desk, list, choice);
    for test in tests.iter().filter(|test| !test.is_calculated()) {
        let by = Test::reference(test, desk);
        let place = Place::sheet(by.sheet.clone())
            .row(by.row)
            .column(by.column.clone());
        let choice = choice.to_owned();
        faults.push(Refusal::ChoiceTested { choice, by }.at(place));
    }
    if !faults.is_empty() {
        return Err(faults.into());
    }
    desk.sheet_mut(Tab::Choices).rows.remove(at);
    Ok(())
}
