//! What a report says, free of any format.
//!
//! `build` makes it from the results of a round; `html`, `pdf`, `xlsx`, `docx` and `email`
//! only lay it out. What must stay true: every figure in it has passed disclosure control,
//! and carries the format that rounds it (`number`), so no renderer decides what is shown
//! or how it is rounded; and every chart carries its text alternative and its table.

use std::sync::Arc;

use serde::Serialize;

use crate::chart::Chart;
use crate::number::{self, Value};

/// A chart of any kind, shared by the report and the e-mail made from it.
pub type Picture = Arc<dyn Chart>;

/// The language of a report.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, serde::Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Lang {
    /// Simplified Chinese.
    Zh,
    /// English.
    En,
}

impl Lang {
    /// The code that `Text::get` of the forms and the plan takes: `zh` or `en`.
    #[must_use]
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// The BCP-47 tag of documents: `zh-CN` or `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// Picks the words of this language.
    #[must_use]
    pub fn pick<T>(self, zh: T, en: T) -> T {
        match self {
            Self::Zh => zh,
            Self::En => en,
        }
    }
}

/// How much a document says, and so how it is laid out.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Kind {
    /// Cover, table of contents and every chapter.
    #[default]
    Annual,
    /// One A4 page for a reader with a minute.
    Brief,
}

/// A whole report: the county's, or one unit's.
#[derive(Clone, Debug)]
pub struct Report {
    /// The annual report or the page beside it.
    pub kind: Kind,
    /// The language of every word in it.
    pub lang: Lang,
    /// The title on the cover, without the name of the unit.
    pub title: String,
    /// Who it is about and when, under the title.
    pub subtitle: String,
    /// Who answers for it: the name under the title and in the document's properties.
    pub organiser: String,
    /// The round's identifier, for file names.
    pub round: String,
    /// The code of the unit that it is about.
    pub unit: String,
    /// Round, days, plan's hash: what a reader needs to check where figures come from.
    pub facts: Vec<Fact>,
    /// Said on the cover and above the summary when the figures are not real.
    pub banner: Option<String>,
    /// The three headline numbers.
    pub headlines: Vec<Headline>,
    /// Three sentences for a reader who reads nothing else.
    pub key_sentences: Vec<String>,
    /// The one picture that goes into the e-mail.
    pub key_chart: Picture,
    /// The chapters.
    pub sections: Vec<Section>,
    /// The data behind it, one table a sheet, for the spreadsheet.
    pub sheets: Vec<Sheet>,
}

impl Report {
    /// The pictures in reading order.
    #[must_use]
    pub fn charts(&self) -> Vec<Picture> {
        fn collect(sections: &[Section], charts: &mut Vec<Picture>) {
            for section in sections {
                for block in &section.blocks {
                    if let Block::Figure(figure) = block {
                        charts.push(Arc::clone(&figure.chart));
                    }
                }
                collect(&section.sections, charts);
            }
        }
        let mut charts = Vec::new();
        collect(&self.sections, &mut charts);
        charts
    }
}

/// A label and what it says.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Fact {
    /// What it is: "方案指纹".
    pub label: String,
    /// What it says.
    pub value: String,
}

/// One of the three numbers that the leadership reads.
#[derive(Clone, Debug, PartialEq)]
pub struct Headline {
    /// "参与率".
    pub name: String,
    /// The number.
    pub value: Value,
    /// Its 95 % interval.
    pub interval: Value,
    /// How it moved, worded by whether the difference is more than noise.
    pub change: String,
    /// Whether the change is more than noise, and its direction.
    pub movement: Movement,
    /// One line of what the number means.
    pub meaning: String,
}

/// How a figure moved since the last round.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Movement {
    /// Nothing to compare with.
    Unknown,
    /// The difference is within what chance alone makes.
    Unclear,
    /// Up by more than chance makes.
    Up,
    /// Down by more than chance makes.
    Down,
}

/// A chapter or a part of one.
#[derive(Clone, Debug, Default)]
pub struct Section {
    /// The anchor: stable, ASCII, unique within the report.
    pub id: String,
    /// "一、", "（一）", "1." or "1.1": set by [`number_sections`].
    pub number: String,
    /// The heading without its number.
    pub title: String,
    /// What stands before the first sub-section.
    pub blocks: Vec<Block>,
    /// The parts below.
    pub sections: Vec<Section>,
}

impl Section {
    /// An empty section.
    pub fn new(id: impl Into<String>, title: impl Into<String>) -> Self {
        Self {
            id: id.into(),
            title: title.into(),
            ..Self::default()
        }
    }

    /// The heading as it is printed: `一、摘要`, `1 Summary`; the title alone where nothing is numbered.
    #[must_use]
    pub fn heading(&self, lang: Lang) -> String {
        match lang {
            Lang::En if !self.number.is_empty() => format!("{} {}", self.number, self.title),
            _ => format!("{}{}", self.number, self.title),
        }
    }

    /// Appends a block.
    pub fn push(&mut self, block: Block) -> &mut Self {
        self.blocks.push(block);
        self
    }

    /// Appends a paragraph unless it is empty.
    pub fn paragraph(&mut self, text: impl Into<String>) -> &mut Self {
        let text = text.into();
        if !text.is_empty() {
            self.blocks.push(Block::Paragraph(text));
        }
        self
    }

    /// Appends a finding unless it is empty.
    pub fn finding(&mut self, text: impl Into<String>) -> &mut Self {
        let text = text.into();
        if !text.is_empty() {
            self.blocks.push(Block::Finding(text));
        }
        self
    }

    /// Appends a chart.
    pub fn figure(&mut self, chart: impl Chart + 'static) -> &mut Self {
        self.blocks.push(Block::Figure(Figure {
            number: String::new(),
            chart: Arc::new(chart),
        }));
        self
    }

    /// Appends a table.
    pub fn table(&mut self, table: Table) -> &mut Self {
        self.blocks.push(Block::Table(table));
        self
    }

    /// Appends a warning.
    pub fn warning(&mut self, text: impl Into<String>) -> &mut Self {
        self.blocks.push(Block::Note {
            kind: NoteKind::Warning,
            text: text.into(),
        });
        self
    }

    /// Appends a note.
    pub fn note(&mut self, text: impl Into<String>) -> &mut Self {
        self.blocks.push(Block::Note {
            kind: NoteKind::Note,
            text: text.into(),
        });
        self
    }

    /// Whether there is nothing to print under the heading.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.blocks.is_empty() && self.sections.iter().all(Section::is_empty)
    }
}

/// A piece of a section.
#[derive(Clone, Debug)]
pub enum Block {
    /// Running text.
    Paragraph(String),
    /// The sentence that the piece is there for, computed from the figures.
    Finding(String),
    /// Points, in order when `ordered`.
    List {
        /// Whether the order matters.
        ordered: bool,
        /// The points.
        items: Vec<String>,
    },
    /// The three headline numbers of the report.
    Headlines,
    /// A table.
    Table(Table),
    /// A chart with its number and what it shows.
    Figure(Figure),
    /// Something to know before reading on.
    Note {
        /// How grave it is.
        kind: NoteKind,
        /// What to know.
        text: String,
    },
}

/// How grave a note is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NoteKind {
    /// Explains.
    Note,
    /// Limits what may be concluded.
    Warning,
}

/// A chart in its place. Its finding, what it shows and its source are the chart's own heading,
/// which documents set as text around the bare picture.
#[derive(Clone, Debug)]
pub struct Figure {
    /// "图 1", "Figure 1": set by [`number_sections`].
    pub number: String,
    /// The picture.
    pub chart: Picture,
}

/// A table with what is needed to judge it.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Table {
    /// "表 1", "Table 1": set by [`number_sections`].
    pub number: String,
    /// What the table shows.
    pub caption: String,
    /// "单位：%", when one unit holds for all figures.
    pub unit: Option<String>,
    /// The columns; the first holds the row headers.
    pub columns: Vec<Column>,
    /// The rows; as many cells as columns.
    pub rows: Vec<Row>,
    /// Unweighted, weighted and effective base, or who answered.
    pub base: Option<String>,
    /// What the marks mean and other remarks.
    pub notes: Vec<String>,
}

/// A column of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// The header.
    pub title: String,
    /// Whether it holds figures, set to the right.
    pub figures: bool,
    /// The share of the width that it asks for; 1 is a column of short figures.
    pub width: f64,
}

impl Column {
    /// A column of words, `width` times as wide as one of figures.
    pub fn words(title: impl Into<String>, width: f64) -> Self {
        Self {
            title: title.into(),
            figures: false,
            width,
        }
    }

    /// A column of figures.
    pub fn figures(title: impl Into<String>) -> Self {
        Self::sized(title.into(), 1.0)
    }

    /// A column of intervals.
    pub fn intervals(title: impl Into<String>) -> Self {
        Self::sized(title.into(), 1.7)
    }

    /// A column of figures, wide enough that a title of usual length breaks at most once.
    fn sized(title: String, least: f64) -> Self {
        /// A Han character counts one, a Latin letter about half of it; five fit a column of width 1.
        const PER_WIDTH: f64 = 5.0;
        let ems: f64 = title.chars().map(|c| if c.is_ascii() { 0.55 } else { 1.0 }).sum();
        let width = (ems / PER_WIDTH).clamp(least, least.max(1.5));
        Self {
            title,
            figures: true,
            width,
        }
    }
}

/// A row of a table.
#[derive(Clone, Debug, PartialEq)]
pub struct Row {
    /// As many as the table has columns; the first is the row's header.
    pub cells: Vec<Value>,
    /// Whether it stands out: the county's row, or the unit that the report is about.
    pub strong: bool,
}

impl Row {
    /// A row like the others.
    #[must_use]
    pub fn plain(cells: Vec<Value>) -> Self {
        Self { cells, strong: false }
    }

    /// A row that stands out.
    #[must_use]
    pub fn strong(cells: Vec<Value>) -> Self {
        Self { cells, strong: true }
    }
}

/// A sheet of the spreadsheet: figures at full precision.
#[derive(Clone, Debug, PartialEq)]
pub struct Sheet {
    /// The name on the tab, at most 31 characters.
    pub name: String,
    /// One line above the table.
    pub title: String,
    /// The table; [`Table::number`] is empty.
    pub table: Table,
    /// A native chart beside it.
    pub chart: Option<SheetChart>,
}

/// A native chart of a spreadsheet, drawn from the columns of its sheet (counted from 0).
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SheetChart {
    /// Horizontal bars with error bars from two columns that hold the interval's ends.
    BarsWithIntervals {
        /// The title.
        title: String,
        /// The column with the names.
        names: u16,
        /// The column with the figures.
        values: u16,
        /// The column with the lower ends.
        lower: u16,
        /// The column with the upper ends.
        upper: u16,
    },
    /// Clustered bars, one series a column.
    Clusters {
        /// The title.
        title: String,
        /// The column with the names.
        names: u16,
        /// The columns with the figures.
        series: Vec<u16>,
    },
}

/// Numbers sections, tables and figures in reading order.
///
/// Chinese headings follow GB/T 9704: 一、 （一） 1. （1）; English ones 1, 1.1, 1.1.1.
pub fn number_sections(sections: &mut [Section], lang: Lang) {
    let mut counts = Counts {
        lang,
        tables: 0,
        figures: 0,
    };
    for (i, section) in sections.iter_mut().enumerate() {
        counts.section(section, &[i + 1]);
    }
}

struct Counts {
    lang: Lang,
    tables: usize,
    figures: usize,
}

impl Counts {
    fn section(&mut self, section: &mut Section, path: &[usize]) {
        section.number = section_number(path, self.lang);
        for block in &mut section.blocks {
            match block {
                Block::Table(table) => {
                    self.tables += 1;
                    table.number = format!("{} {}", self.lang.pick("表", "Table"), self.tables);
                }
                Block::Figure(figure) => {
                    self.figures += 1;
                    figure.number = format!("{} {}", self.lang.pick("图", "Figure"), self.figures);
                }
                _ => {}
            }
        }
        for (i, below) in section.sections.iter_mut().enumerate() {
            let mut path = path.to_vec();
            path.push(i + 1);
            self.section(below, &path);
        }
    }
}

fn section_number(path: &[usize], lang: Lang) -> String {
    let last = path.last().copied().unwrap_or(0);
    match lang {
        Lang::Zh => match path.len() {
            1 => format!("{}、", number::chinese_numeral(last)),
            2 => format!("（{}）", number::chinese_numeral(last)),
            3 => format!("{last}．"),
            _ => format!("（{last}）"),
        },
        Lang::En => path.iter().map(ToString::to_string).collect::<Vec<_>>().join("."),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn three_levels() -> Vec<Section> {
        let mut deepest = Section::new("a1a", "丙");
        deepest.push(Block::Table(Table::default()));
        let mut middle = Section::new("a1", "乙");
        middle.push(Block::Table(Table::default()));
        middle.sections.push(deepest);
        let mut top = Section::new("a", "甲");
        top.sections.push(middle);
        vec![top.clone(), top]
    }

    fn headings(sections: &[Section], lang: Lang) -> Vec<String> {
        sections
            .iter()
            .flat_map(|s| std::iter::once(s.heading(lang)).chain(headings(&s.sections, lang)))
            .collect()
    }

    #[test]
    fn number_sections_chinese_follows_official_papers() {
        let mut sections = three_levels();
        number_sections(&mut sections, Lang::Zh);
        assert_eq!(
            headings(&sections, Lang::Zh),
            ["一、甲", "（一）乙", "1．丙", "二、甲", "（一）乙", "1．丙"]
        );
    }

    #[test]
    fn number_sections_english_counts_tables_through() {
        let mut sections = three_levels();
        number_sections(&mut sections, Lang::En);
        assert_eq!(headings(&sections, Lang::En)[3..], ["2 甲", "2.1 乙", "2.1.1 丙"]);
        let Block::Table(last) = &sections[1].sections[0].sections[0].blocks[0] else {
            panic!("a table")
        };
        assert_eq!(last.number, "Table 4");
    }
}
