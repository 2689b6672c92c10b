//! What the typesetter may see: one template, one data file, the charts and the embedded
//! fonts. No disk, no network, no clock.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::LazyLock;

use serde_json::Value as Json;
use typst::diag::{FileError, FileResult};
use typst::foundations::{Bytes, Datetime, Duration};
use typst::syntax::{FileId, RootedPath, Source, VirtualPath, VirtualRoot};
use typst::text::{Font, FontBook};
use typst::utils::LazyHash;
use typst::{Feature, Library, LibraryExt, World};

use super::PdfError;
use super::document::ChartFiles;
use crate::font;

/// A document's fixed part: what it looks like, and the path under which it reads what it says.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Template {
    /// Source of the template.
    pub(crate) source: &'static str,
    /// Path of its data.
    pub(crate) data: &'static str,
}

/// The embedded fonts, parsed once for the life of the process.
struct Fonts {
    book: LazyHash<FontBook>,
    fonts: Vec<Font>,
}

static FONTS: LazyLock<Fonts> = LazyLock::new(|| {
    let fonts: Vec<Font> = font::files()
        .iter()
        .flat_map(|bytes| Font::iter(Bytes::new(*bytes)))
        .collect();
    Fonts {
        book: LazyHash::new(FontBook::from_fonts(&fonts)),
        fonts,
    }
});

/// Row headers of tables can only be tagged with the typesetter's accessibility extras.
static LIBRARY: LazyLock<LazyHash<Library>> = LazyLock::new(|| {
    LazyHash::new(
        Library::builder()
            .with_features([Feature::A11yExtras].into_iter().collect())
            .build(),
    )
});

/// One report's files beside the shared fonts and library.
pub(super) struct ReportWorld {
    main: Source,
    files: BTreeMap<String, Bytes>,
}

impl ReportWorld {
    /// The world of one document: its template, its data and the pictures that these name.
    ///
    /// # Errors
    /// [`PdfError::Typeset`] when the template's own path is refused, which would be a fault in this crate.
    pub(super) fn new(template: Template, data: Vec<u8>, charts: ChartFiles) -> Result<Self, PdfError> {
        let path = VirtualPath::new("/report.typ").map_err(|e| PdfError::Typeset(format!("{e:?}")))?;
        let id = RootedPath::new(VirtualRoot::Project, path).intern();
        let mut files: BTreeMap<String, Bytes> = charts
            .into_iter()
            .map(|(path, svg)| (path, Bytes::from_string(svg)))
            .collect();
        files.insert(template.data.to_owned(), Bytes::new(data));
        Ok(Self {
            main: Source::new(id, template.source.to_owned()),
            files,
        })
    }
}

impl World for ReportWorld {
    fn library(&self) -> &LazyHash<Library> {
        &LIBRARY
    }

    fn book(&self) -> &LazyHash<FontBook> {
        &FONTS.book
    }

    fn main(&self) -> FileId {
        self.main.id()
    }

    fn source(&self, id: FileId) -> FileResult<Source> {
        if id == self.main.id() {
            Ok(self.main.clone())
        } else {
            Err(FileError::NotSource)
        }
    }

    fn file(&self, id: FileId) -> FileResult<Bytes> {
        let path = id.vpath().get_with_slash();
        self.files
            .get(path)
            .cloned()
            .ok_or_else(|| FileError::NotFound(path.into()))
    }

    fn font(&self, index: usize) -> Option<Font> {
        FONTS.fonts.get(index).cloned()
    }

    fn today(&self, _offset: Option<Duration>) -> Option<Datetime> {
        None
    }
}

/// Refuses text with a character that no embedded font has.
pub(super) fn check_glyphs(data: &Json, charts: &ChartFiles) -> Result<(), PdfError> {
    let mut seen = BTreeSet::new();
    check_json(data, &mut seen)?;
    for (_, svg) in charts {
        check_text(svg, &mut seen)?;
    }
    Ok(())
}

fn check_json(data: &Json, seen: &mut BTreeSet<char>) -> Result<(), PdfError> {
    match data {
        Json::String(text) => check_text(text, seen),
        Json::Array(items) => items.iter().try_for_each(|item| check_json(item, seen)),
        Json::Object(fields) => fields.values().try_for_each(|value| check_json(value, seen)),
        _ => Ok(()),
    }
}

fn check_text(text: &str, seen: &mut BTreeSet<char>) -> Result<(), PdfError> {
    for (at, character) in text.char_indices() {
        if character.is_whitespace() || character.is_control() || !seen.insert(character) {
            continue;
        }
        let code = u32::from(character);
        if !FONTS.fonts.iter().any(|font| font.info().coverage.contains(code)) {
            return Err(PdfError::MissingGlyph {
                character,
                context: context(text, at),
            });
        }
    }
    Ok(())
}

/// Up to twelve characters on both sides of byte `at`.
fn context(text: &str, at: usize) -> String {
    const REACH: usize = 12;
    let before = text[..at].chars().rev().take(REACH).count();
    let skip = text[..at].chars().count() - before;
    text.chars().skip(skip).take(before + 1 + REACH).collect()
}
