//! Questions to take over, each with its source and licence. They are files of this crate (`editor/bank/*.csv` with a
//! head in TOML), read once.

use super::Workbook;
use super::outline::OutlineRow;
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

/// All collections, in the order of a menu.
pub fn collections() -> &'static [Collection] {
    &[]
}

/// The collection of this id.
pub fn collection(id: &str) -> Option<&'static Collection> {
    collections().iter().find(|collection| collection.id == id)
}
