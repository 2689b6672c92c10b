//! Questions to take over, each with its source and licence. They are files of this crate (`editor/bank/*.csv` with a
//! head in TOML), read once.

use std::sync::LazyLock;

use serde::Deserialize;

use super::Workbook;
use super::outline::{OutlineRow, outline};
use crate::text::Text;

/// Questions that belong together.
#[derive(Clone, Debug)]
pub struct Collection {
    /// By which it is called in [`super::Edit::Insert`].
    pub id: String,
    /// What it is called.
    pub title: Text,
    /// What it measures.
    pub measures: Text,
    /// Where it comes from, as a citation.
    pub source: Text,
    /// Address of the source; may be empty.
    pub link: String,
    /// Licence or terms of use.
    pub licence: Text,
    /// What somebody who uses it must know, for instance whose translation it is.
    pub note: Text,
    /// Its questions, as an outline.
    pub rows: Vec<OutlineRow>,
    /// The questions as a workbook, for a preview.
    pub workbook: Workbook,
}

/// A collection's id with its files.
macro_rules! parts_of {
    ($id:literal) => {
        (
            $id,
            include_str!(concat!("bank/", $id, ".toml")),
            include_str!(concat!("bank/", $id, ".csv")),
        )
    };
}
/// All files: id, head, questions.
const FILES: [(&str, &str, &str); 8] = [
    parts_of!("wg_short_set"),
    parts_of!("satisfaction"),
    parts_of!("need_received_helped"),
    parts_of!("participation_voice"),
    parts_of!("carers"),
    parts_of!("grassroots"),
    parts_of!("who_answers"),
    parts_of!("closing"),
];

/// The head of a file.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
struct Head {
    title_zh: String,
    title_en: String,
    measures_zh: String,
    measures_en: String,
    source_zh: String,
    source_en: String,
    link: String,
    licence_zh: String,
    licence_en: String,
    note_zh: String,
    note_en: String,
}

/// A collection; none when its files are broken, which a test forbids.
fn read((id, head, questions): (&str, &str, &str)) -> Option<Collection> {
    let head: Head = toml::from_str(head).ok()?;
    let workbook = Workbook::read("bank.csv", questions.as_bytes()).ok()?.workbook;
    Some(Collection {
        id: id.to_owned(),
        title: Text::zh_en(head.title_zh, head.title_en),
        measures: Text::zh_en(head.measures_zh, head.measures_en),
        source: Text::zh_en(head.source_zh, head.source_en),
        link: head.link,
        licence: Text::zh_en(head.licence_zh, head.licence_en),
        note: Text::zh_en(head.note_zh, head.note_en),
        rows: outline(&workbook, "bank.csv").rows,
        workbook,
    })
}

static COLLECTIONS: LazyLock<Vec<Collection>> =
    LazyLock::new(|| FILES.into_iter().filter_map(read).collect());

/// All collections, in the order of a menu.
pub fn collections() -> &'static [Collection] {
    &COLLECTIONS
}

/// The collection of this id.
pub fn collection(id: &str) -> Option<&'static Collection> {
    collections().iter().find(|collection| collection.id == id)
}

#[cfg(test)]
mod tests;
