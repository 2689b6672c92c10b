//! Translations that the bank has: whoever adds a language gets the words of the bank's questions in it, because those have
//! been looked at by somebody.

use std::collections::BTreeMap;

use super::super::desk::{Desk, Tab};
use super::super::{EditError, bank};
use crate::xlsform::layout::Holds;

/// Words in a language that is known, of a kind of cell, with those in the new one; none where the bank says it in two ways.
type Memory = BTreeMap<(&'static str, String, String), Option<String>>;

/// Fills cells of a language that are empty where the bank has the words.
pub(super) fn fill(desk: &mut Desk, lang: &str) -> Result<(), EditError> {
    let memory = memory(lang);
    for tab in [Tab::Survey, Tab::Choices] {
        let rows: Vec<usize> = desk.body(tab).map(|(at, _)| at).collect();
        for at in rows {
            for column in columns(desk, tab) {
                let words = desk.text(tab, at, column);
                if words.exact(lang).is_some() {
                    continue;
                }
                let known = words.iter().find_map(|(tag, words)| {
                    let key = (column, tag.to_owned(), words.to_owned());
                    memory.get(&key).cloned().flatten()
                });
                if let Some(known) = known {
                    desk.set(tab, at, &Holds::Words(column, lang.to_owned()), &known)?;
                }
            }
        }
    }
    Ok(())
}

/// Columns of words, but for files: a recording is in one language.
fn columns(desk: &Desk, tab: Tab) -> Vec<&'static str> {
    let mut columns: Vec<&'static str> = desk
        .columns(tab)
        .iter()
        .filter_map(|column| match column.holds {
            Holds::Words(name, _) if !name.starts_with("media::") => Some(name),
            _ => None,
        })
        .collect();
    columns.sort_unstable();
    columns.dedup();
    columns
}

fn memory(lang: &str) -> Memory {
    let mut memory = Memory::new();
    for collection in bank::collections() {
        let from = Desk::new(collection.workbook.clone());
        for tab in [Tab::Survey, Tab::Choices] {
            for (at, _) in from.body(tab) {
                for column in columns(&from, tab) {
                    let words = from.text(tab, at, column);
                    let Some((_, new)) = words.exact(lang) else {
                        continue;
                    };
                    for (tag, words) in words.iter().filter(|(tag, _)| *tag != lang) {
                        let known = memory
                            .entry((column, tag.to_owned(), words.to_owned()))
                            .or_insert_with(|| Some(new.to_owned()));
                        if known.as_deref() != Some(new) {
                            *known = None;
                        }
                    }
                }
            }
        }
    }
    memory
}
