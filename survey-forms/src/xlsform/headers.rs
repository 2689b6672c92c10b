//! Header rows: which column is what, and in which language.
//!
//! `label::中文 (zh)` is the column `label` in the language `zh`; `label` alone is in the default language.

use std::collections::BTreeMap;

use super::Faults;
use super::aliases::{self, Treatment};
use super::workbook::{Row, Sheet};
use crate::diagnostic::catalogue::Fault;
use crate::diagnostic::{Place, nearest};
use crate::text::{Language, Text, is_wording, split as split_tag};

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Kind {
    Survey,
    Choices,
    ExternalChoices,
    Settings,
}

impl Kind {
    fn sheet(self) -> &'static str {
        match self {
            Self::Survey => "survey",
            Self::Choices => "choices",
            Self::ExternalChoices => "external_choices",
            Self::Settings => "settings",
        }
    }

    fn columns(self) -> &'static [(&'static str, Treatment)] {
        match self {
            Self::Survey => aliases::SURVEY,
            Self::Choices | Self::ExternalChoices => aliases::CHOICES,
            Self::Settings => aliases::SETTINGS,
        }
    }

    fn holds_choices(self) -> bool {
        matches!(self, Self::Choices | Self::ExternalChoices)
    }
}

/// A sheet whose columns are known.
pub(crate) struct Table {
    sheet: &'static str,
    columns: Vec<Column>,
    /// Headers that mean nothing here.
    unknown: Vec<String>,
    rows: Vec<TableRow>,
}

pub(crate) struct TableRow {
    pub(crate) number: u32,
    cells: BTreeMap<u32, String>,
}

#[derive(Clone, Debug)]
struct Column {
    at: u32,
    /// As written.
    header: String,
    meaning: Meaning,
}

/// What a column means.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Meaning {
    Plain(&'static str),
    /// Language as written in the header; `None` is the default language.
    Translated(&'static str, Option<String>),
    Unsupported,
    /// A column of the choices sheet that only filters know.
    Extra(String),
}

/// A cell with something in it.
#[derive(Clone, Copy)]
pub(crate) struct Cell<'t> {
    pub(crate) text: &'t str,
    pub(crate) header: &'t str,
}

pub(super) fn read(sheet: &Sheet, kind: Kind, languages: &mut Languages, faults: &mut Faults) -> Table {
    let mut table = Table {
        sheet: kind.sheet(),
        columns: Vec::new(),
        unknown: Vec::new(),
        rows: Vec::new(),
    };
    let Some((header_row, rows)) = sheet.rows.split_first() else {
        return table;
    };
    for (&at, header) in &header_row.cells {
        let place = || {
            Place::sheet(kind.sheet())
                .row(header_row.number)
                .column(header.as_str())
        };
        let Some(meaning) = meaning(header, kind, header_row, faults, &place) else {
            table.unknown.push(header.clone());
            continue;
        };
        if let Meaning::Translated(_, Some(language)) = &meaning {
            languages.note(language);
        }
        if let Some(other) = table.columns.iter().find(|column| column.meaning == meaning)
            && meaning != Meaning::Unsupported
        {
            let other = other.header.clone();
            faults.add(
                Fault::DuplicateColumn {
                    header: header.clone(),
                    other,
                },
                place(),
            );
            continue;
        }
        table.columns.push(Column {
            at,
            header: header.clone(),
            meaning,
        });
    }
    table.rows = rows
        .iter()
        .map(|row| TableRow {
            number: row.number,
            cells: row.cells.clone(),
        })
        .collect();
    table.report_unsupported(faults);
    table
}

fn meaning(
    header: &str,
    kind: Kind,
    header_row: &Row,
    faults: &mut Faults,
    place: &dyn Fn() -> Place,
) -> Option<Meaning> {
    let (base, found) = understood(header, kind);
    if let Some(meaning) = found {
        return Some(meaning);
    }
    let is_choices = kind.holds_choices();
    if let Some((_, Treatment::Ignored)) = kind.columns().iter().find(|(name, _)| *name == base) {
        faults.add(
            Fault::IgnoredColumn {
                header: header.to_owned(),
            },
            place(),
        );
        return None;
    }
    if ["bind::", "body::", "control::", "instance::"]
        .iter()
        .any(|prefix| base.starts_with(prefix))
    {
        faults.add(
            Fault::IgnoredColumn {
                header: header.to_owned(),
            },
            place(),
        );
        return None;
    }
    let suggestion = suggestion(&base, kind, header_row);
    if is_choices && suggestion.is_none() {
        return Some(Meaning::Extra(header.trim().to_owned()));
    }
    faults.add(
        Fault::UnknownColumn {
            header: header.to_owned(),
            suggestion,
        },
        place(),
    );
    // A near miss on the choices sheet may still be what a filter means.
    is_choices.then(|| Meaning::Extra(header.trim().to_owned()))
}

/// The usual name of a header's column, and what it means where that is plain.
pub(super) fn understood(header: &str, kind: Kind) -> (String, Option<Meaning>) {
    let (base, language) = split(header, kind);
    let (is_choices, is_settings) = (kind.holds_choices(), kind == Kind::Settings);
    let base = aliases::column(&base, is_choices, is_settings).to_owned();
    let meaning = match kind.columns().iter().find(|(name, _)| *name == base) {
        Some((name, Treatment::Plain)) if language.is_none() => Some(Meaning::Plain(name)),
        Some((name, Treatment::Translated)) => Some(Meaning::Translated(name, language)),
        Some((_, Treatment::Unsupported)) => Some(Meaning::Unsupported),
        _ => None,
    };
    (base, meaning)
}

/// The column that was meant, unless the sheet has that one already.
fn suggestion(base: &str, kind: Kind, header_row: &Row) -> Option<String> {
    let present: Vec<String> = header_row
        .cells
        .values()
        .map(|header| split(header, kind).0)
        .collect();
    let candidates = kind
        .columns()
        .iter()
        .map(|(name, _)| *name)
        .filter(|name| !present.iter().any(|p| p == name));
    nearest(base.split("::").next().unwrap_or(base), candidates).map(str::to_owned)
}

/// `Label::English (en)` → (`label`, `English (en)`); `media::image::zh` → (`media::image`, `zh`).
fn split(header: &str, kind: Kind) -> (String, Option<String>) {
    let normal = |text: &str| {
        text.trim()
            .to_lowercase()
            .split_whitespace()
            .collect::<Vec<_>>()
            .join("_")
    };
    // One colon is the old spelling; it is followed only where what precedes it is a translated column.
    let is_old = !header.contains("::")
        && header.split_once(':').is_some_and(|(base, _)| {
            let base = normal(base);
            let base = aliases::column(&base, kind.holds_choices(), kind == Kind::Settings).to_owned();
            base == "media"
                || kind
                    .columns()
                    .iter()
                    .any(|(name, how)| *name == base && *how == Treatment::Translated)
        });
    let parts: Vec<&str> = if is_old {
        header.split(':').collect()
    } else {
        header.split("::").collect()
    };
    match parts.as_slice() {
        [base] => (normal(base), None),
        [base, kind, rest @ ..]
            if ["media", "bind", "body", "control", "instance"].contains(&normal(base).as_str()) =>
        {
            let language = rest.first().map(|language| language.trim().to_owned());
            (format!("{}::{}", normal(base), normal(kind)), language)
        }
        [base, language, ..] => (
            normal(base),
            Some(language.trim().to_owned()).filter(|l| !l.is_empty()),
        ),
        [] => (String::new(), None),
    }
}

impl Table {
    pub(crate) fn rows(&self) -> &[TableRow] {
        &self.rows
    }

    /// Whether it is the sheet of choices of `select_one_external`.
    pub(super) fn is_external(&self) -> bool {
        self.sheet == Kind::ExternalChoices.sheet()
    }

    /// A place in this sheet.
    pub(crate) fn place(&self, row: u32) -> Place {
        Place::sheet(self.sheet).row(row)
    }

    /// The place of a cell, its column called as the author called it.
    pub(crate) fn place_of(&self, row: u32, column: &str) -> Place {
        self.place(row).column(self.header(column))
    }

    /// The author's header of a column, the usual one when there is none.
    pub(crate) fn header<'t>(&'t self, column: &'t str) -> &'t str {
        let is_it = |meaning: &Meaning| match meaning {
            Meaning::Plain(name) | Meaning::Translated(name, _) => *name == column,
            _ => false,
        };
        self.columns
            .iter()
            .find(|c| is_it(&c.meaning))
            .map_or(column, |c| c.header.as_str())
    }

    /// The place of a translated column's cell in one language, or of the column where it has no such language.
    pub(crate) fn place_in(&self, row: u32, column: &str, tag: &str) -> Place {
        let is_it = |meaning: &Meaning| match meaning {
            Meaning::Translated(name, Some(language)) => {
                *name == column && tag_of(language).as_deref() == Some(tag)
            }
            _ => false,
        };
        let found = self.columns.iter().find(|c| is_it(&c.meaning));
        self.place(row)
            .column(found.map_or(column, |c| c.header.as_str()))
    }

    pub(crate) fn has(&self, column: &str) -> bool {
        self.columns.iter().any(|c| match &c.meaning {
            Meaning::Plain(name) | Meaning::Translated(name, _) => *name == column,
            _ => false,
        })
    }

    /// Reports that a column is missing; a strange one that looks like it may be it, misspelt.
    pub(crate) fn report_missing(&self, column: &'static str, faults: &mut Faults) {
        let strange = self.unknown.iter().map(String::as_str).chain(self.extra_names());
        let suggestion = nearest(column, strange).map(str::to_owned);
        faults.add(Fault::MissingColumn { column, suggestion }, self.place(1));
    }

    pub(crate) fn cell<'t>(&'t self, row: &'t TableRow, column: &str) -> Option<Cell<'t>> {
        let found = self
            .columns
            .iter()
            .find(|c| matches!(&c.meaning, Meaning::Plain(name) if *name == column))?;
        row.cells.get(&found.at).map(|text| Cell {
            text,
            header: &found.header,
        })
    }

    /// A translated column of a row, the default language first.
    pub(crate) fn text(&self, row: &TableRow, column: &str, languages: &Languages) -> Text {
        let mut found: Vec<(usize, &str, &str)> = Vec::new();
        for (name, language, text) in self.columns.iter().filter_map(|c| match &c.meaning {
            Meaning::Translated(name, language) => row
                .cells
                .get(&c.at)
                .map(|text| (*name, language.as_deref(), text.as_str())),
            _ => None,
        }) {
            if name == column {
                let (rank, tag) = languages.tag(language);
                found.push((rank, tag, text));
            }
        }
        found.sort_by_key(|(rank, ..)| *rank);
        found
            .into_iter()
            .map(|(_, tag, text)| (tag.to_owned(), text.to_owned()))
            .collect()
    }

    /// Columns that only filters know, with their cells.
    pub(crate) fn extras<'t>(&'t self, row: &'t TableRow) -> impl Iterator<Item = (&'t str, &'t str)> {
        self.columns.iter().filter_map(|c| match &c.meaning {
            Meaning::Extra(name) => row.cells.get(&c.at).map(|text| (name.as_str(), text.as_str())),
            _ => None,
        })
    }

    /// Names of the columns that only filters know.
    pub(crate) fn extra_names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().filter_map(|c| match &c.meaning {
            Meaning::Extra(name) => Some(name.as_str()),
            _ => None,
        })
    }

    fn report_unsupported(&self, faults: &mut Faults) {
        for column in self.columns.iter().filter(|c| c.meaning == Meaning::Unsupported) {
            for row in self.rows.iter().filter(|row| row.cells.contains_key(&column.at)) {
                let place = self.place(row.number).column(column.header.as_str());
                let fault = match self.sheet {
                    "settings" => Fault::UnsupportedSetting {
                        header: column.header.clone(),
                    },
                    _ => Fault::UnsupportedColumn {
                        header: column.header.clone(),
                    },
                };
                faults.add(fault, place);
            }
        }
    }

    fn has_unmarked_text(&self) -> bool {
        self.columns.iter().any(|c| {
            matches!(&c.meaning, Meaning::Translated(name, None) if *name != "form_title" && !name.starts_with("media"))
        })
    }

    fn has_unmarked_han(&self) -> bool {
        self.columns
            .iter()
            .filter(|c| matches!(&c.meaning, Meaning::Translated(_, None)))
            .any(|c| {
                self.rows
                    .iter()
                    .filter_map(|row| row.cells.get(&c.at))
                    .any(|text| {
                        text.chars()
                            .any(|c| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}'))
                    })
            })
    }
}

impl TableRow {
    pub(crate) fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The first cell, to show which row is meant.
    pub(crate) fn first_text(&self) -> &str {
        self.cells.values().next().map_or("", String::as_str)
    }
}

/// Wordings that a reader, or who answers, asks for.
const WORDINGS: [&str; 2] = ["easy", "proxy"];

/// The languages of a form: as written in headers, and their tags.
#[derive(Default)]
pub(crate) struct Languages {
    /// As written and tag, the default language first.
    list: Vec<(String, String)>,
    default: Option<String>,
}

impl Languages {
    pub(super) fn note(&mut self, written: &str) {
        if !self.list.iter().any(|(name, _)| same(name, written)) {
            self.list
                .push((written.to_owned(), tag_of(written).unwrap_or_default()));
        }
    }

    pub(super) fn set_default(&mut self, written: &str) {
        self.default = Some(written.to_owned());
    }

    /// Once all headers are read: gives every language a tag and puts the default first.
    pub(super) fn finish<'t>(
        &mut self,
        tables: impl Iterator<Item = &'t Table>,
        faults: &mut Faults,
        settings: &Table,
    ) {
        let tables: Vec<&Table> = tables.collect();
        self.name_the_nameless(faults);
        // Wordings stand behind the languages, so that none of them is ever the default.
        self.list.sort_by_key(|(_, tag)| is_wording(tag));
        let unmarked = tables.iter().any(|table| table.has_unmarked_text()) || self.list.is_empty();
        let wanted = self.default.clone();
        let matches = |(name, tag): &(String, String), wanted: &str| {
            same(name, wanted) || tag_of(wanted).is_some_and(|wanted| wanted == *tag)
        };
        let position = wanted.as_ref().and_then(|wanted| {
            let is_it = |entry: &(String, String)| matches(entry, wanted) && !is_wording(&entry.1);
            self.list.iter().position(is_it)
        });
        match (position, wanted) {
            (Some(at), _) => {
                let entry = self.list.remove(at);
                self.list.insert(0, entry);
            }
            (None, Some(wanted)) if !unmarked => {
                let known = self
                    .list
                    .iter()
                    .filter(|(_, tag)| !is_wording(tag))
                    .map(|(name, _)| name.clone())
                    .collect();
                let row = settings.rows.first().map_or(2, |row| row.number);
                let place = settings.place_of(row, "default_language");
                faults.add(Fault::UnknownDefaultLanguage { name: wanted, known }, place);
            }
            (None, Some(wanted)) => {
                let tag = tag_of(&wanted).unwrap_or_else(|| "zh".to_owned());
                self.list.insert(0, (wanted, tag));
            }
            (None, None) if unmarked => {
                // `label` without a language: what it is written in decides.
                let tag = if tables.iter().any(|table| table.has_unmarked_han()) {
                    "zh"
                } else {
                    "en"
                };
                match self.list.iter().position(|(_, known)| known == tag) {
                    Some(at) => {
                        let entry = self.list.remove(at);
                        self.list.insert(0, entry);
                    }
                    None => self.list.insert(0, (tag.to_owned(), tag.to_owned())),
                }
            }
            (None, None) => {}
        }
        self.check_wordings(faults);
    }

    /// A wording belongs to a language of the form, and somebody must be able to ask for it.
    fn check_wordings(&self, faults: &mut Faults) {
        let is_language = |tag: &str| self.list.iter().any(|(_, known)| known == tag);
        for (name, tag) in self.list.iter().filter(|(_, tag)| is_wording(tag)) {
            let (language, words) = split_tag(tag);
            let place = || Place::sheet("survey").row(1).column(format!("label::{name}"));
            if !is_language(language) {
                let fault = Fault::WordingWithoutLanguage {
                    tag: tag.clone(),
                    language: language.to_owned(),
                };
                faults.add(fault, place());
            }
            for word in words.into_iter().filter(|word| !WORDINGS.contains(word)) {
                let suggestion = nearest(word, WORDINGS).map(|word| format!("{language}-x-{word}"));
                faults.add(
                    Fault::UnknownWording {
                        tag: tag.clone(),
                        suggestion,
                    },
                    place(),
                );
            }
        }
    }

    fn name_the_nameless(&mut self, faults: &mut Faults) {
        for (at, (name, tag)) in self.list.iter_mut().enumerate() {
            if tag.is_empty() {
                // A private-use tag (RFC 5646 §2.2.7), which no voice will try to read as something else.
                *tag = format!("x-lang{}", at + 1);
                let fault = Fault::LanguageWithoutCode {
                    name: name.clone(),
                    tag: tag.clone(),
                };
                faults.add(fault, Place::sheet("survey").row(1));
            }
        }
    }

    /// As written and tag, the default language first, wordings behind the languages.
    pub(super) fn pairs(&self) -> &[(String, String)] {
        &self.list
    }

    /// Rank and tag of a language as written; the default for `None`.
    pub(super) fn tag(&self, written: Option<&str>) -> (usize, &str) {
        let at = written
            .and_then(|written| self.list.iter().position(|(name, _)| same(name, written)))
            .unwrap_or(0);
        (at, self.list.get(at).map_or("zh", |(_, tag)| tag.as_str()))
    }

    /// The languages, the default first.
    pub(super) fn tags(&self) -> Vec<Language> {
        self.tags_where(|tag| !is_wording(tag))
    }

    /// The wordings of these languages.
    pub(super) fn wordings(&self) -> Vec<Language> {
        self.tags_where(is_wording)
    }

    fn tags_where(&self, keep: impl Fn(&str) -> bool) -> Vec<Language> {
        let mut tags: Vec<Language> = Vec::new();
        for (_, tag) in self.list.iter().filter(|(_, tag)| keep(tag)) {
            if !tags.iter().any(|known| known.as_str() == tag) {
                tags.push(Language::new(tag.as_str()));
            }
        }
        tags
    }
}

fn same(a: &str, b: &str) -> bool {
    let fold = |text: &str| {
        text.chars()
            .filter(|c| !c.is_whitespace())
            .flat_map(char::to_lowercase)
            .collect::<String>()
    };
    fold(a) == fold(b)
}

/// `中文 (zh)` → `zh`; `en` → `en`; `English` → `en`.
fn tag_of(written: &str) -> Option<String> {
    let folded = written.replace('（', "(").replace('）', ")");
    if let Some((_, rest)) = folded.rsplit_once('(')
        && let Some(tag) = rest.trim_end().strip_suffix(')')
        && is_tag(tag.trim())
    {
        return Some(tag.trim().to_owned());
    }
    let name = written.trim();
    let known = match name.to_lowercase().as_str() {
        "中文" | "chinese" | "汉语" | "普通话" | "简体中文" | "mandarin" => Some("zh"),
        "繁體中文" | "繁体中文" => Some("zh-Hant"),
        "english" | "英文" | "英语" => Some("en"),
        "uyghur" | "维吾尔语" => Some("ug"),
        "tibetan" | "藏语" | "藏文" => Some("bo"),
        "mongolian" | "蒙古语" => Some("mn"),
        "kazakh" | "哈萨克语" => Some("kk"),
        "korean" | "朝鲜语" => Some("ko"),
        "french" | "français" => Some("fr"),
        "spanish" | "español" => Some("es"),
        _ => None,
    };
    known.map(str::to_owned).or_else(|| {
        // A bare code has two or three letters; anything longer is a name.
        let primary = name.split('-').next().unwrap_or_default();
        (is_tag(name) && (2..=3).contains(&primary.len())).then(|| name.to_owned())
    })
}

pub(super) fn is_tag(text: &str) -> bool {
    !text.is_empty()
        && text.starts_with(|c: char| c.is_ascii_alphabetic())
        && text
            .split('-')
            .all(|part| (1..=8).contains(&part.len()) && part.chars().all(|c| c.is_ascii_alphanumeric()))
}

#[cfg(test)]
mod tests {
    use super::{Kind, split, tag_of};

    #[test]
    fn split__old_and_new_spellings() {
        let language = |text: &str| Some(text.to_owned());
        assert_eq!(
            split("Label::中文 (zh)", Kind::Survey),
            ("label".into(), language("中文 (zh)"))
        );
        assert_eq!(split("label:en", Kind::Survey), ("label".into(), language("en")));
        assert_eq!(
            split("media::image::en", Kind::Survey),
            ("media::image".into(), language("en"))
        );
        assert_eq!(split("image::en", Kind::Survey), ("image".into(), language("en")));
        assert_eq!(
            split("Constraint Message", Kind::Survey),
            ("constraint_message".into(), None)
        );
        assert_eq!(
            split("bind::jr:constraintMsg", Kind::Survey),
            ("bind::jr:constraintmsg".into(), None)
        );
        assert_eq!(split("备注:内部", Kind::Survey), ("备注:内部".into(), None));
    }

    #[test]
    fn tag_of__code_in_parentheses_or_known_name() {
        for (written, tag) in [
            ("中文 (zh)", "zh"),
            ("中文（zh）", "zh"),
            ("易读 (zh-x-easy)", "zh-x-easy"),
            ("English", "en"),
            ("fr", "fr"),
        ] {
            assert_eq!(tag_of(written).as_deref(), Some(tag), "{written}");
        }
        assert_eq!(tag_of("Kurmanji"), None);
    }
}
