//! Pictures of a report: what each shows is a plain struct, drawn by plotters.
//!
//! A chart is laid out once, in pixels of the page, as a [`Scene`] of rectangles, lines and measured text; the
//! scene is then drawn by plotters' SVG or bitmap backend. Because every label is measured with the embedded
//! font before anything is drawn, labels can be wrapped, moved apart and tested for collisions, and a picture
//! for a phone is a layout of its own rather than the wide one made small.
//!
//! What must stay true: a picture never says more than its [`Table`]; intervals are drawn wherever there are
//! any; a suppressed value leaves no trace of its size; the same input gives the same bytes.

pub mod bars;
pub mod dots;
pub mod heat;
pub mod ladder;
pub mod likert;
pub mod point;
pub mod rank;
pub mod scene;
pub mod slope;
pub mod theme;
pub mod trend;

mod alt_text;
mod axis;
mod check;
mod draw;
mod mark;
mod scale;
mod sheet;
mod text;

pub use bars::{BarChart, BarRow};
pub use dots::{DotChart, DotRow, GradeLine, Reference};
pub use heat::{HeatMap, HeatRow};
pub use ladder::{LadderChart, LadderStep};
pub use likert::{LikertChart, LikertRow};
pub use point::{Flag, Measure, Point};
pub use rank::{RankChart, RankRow};
pub use scene::Scene;
pub use slope::{SlopeChart, SlopeRow};
pub use trend::{Series, TrendChart};

use crate::model::Lang;

/// What stands around a picture. All texts are in the language of the report.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Heading {
    /// A name that is unique within a document, of ASCII letters, digits, `-` and `_`; ids inside the SVG begin with it.
    pub id: String,
    /// The finding, as a sentence.
    pub title: String,
    /// What is shown: measure, population, time, n.
    pub subtitle: String,
    /// Source and method.
    pub foot: String,
}

/// The room a picture has, in CSS pixels.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Frame {
    /// Width of the picture; its height follows from what is shown.
    pub width: f64,
    /// Whether title, subtitle and foot are drawn; `false` where the document sets them as text of its own.
    pub heading: bool,
}

impl Frame {
    /// A page or an e-mail: 720 px.
    pub const WIDE: Self = Self {
        width: 720.0,
        heading: true,
    };
    /// A phone: 360 px.
    pub const NARROW: Self = Self {
        width: 360.0,
        heading: true,
    };

    /// The same room without title, subtitle and foot.
    #[must_use]
    pub const fn bare(self) -> Self {
        Self {
            heading: false,
            ..self
        }
    }

    /// Whether labels go above the marks rather than beside them.
    #[must_use]
    pub fn is_narrow(self) -> bool {
        self.width < 520.0
    }
}

/// The figures of a picture, for readers who cannot or do not want to see it.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Table {
    /// Names of the columns.
    pub header: Vec<String>,
    /// Rows, each as long as the header.
    pub rows: Vec<Vec<String>>,
}

/// Why a picture could not be made.
#[derive(Debug, thiserror::Error)]
pub enum ChartError {
    /// There is nothing to show.
    #[error("chart {id}: no rows to show")]
    Empty {
        /// The chart's id.
        id: String,
    },
    /// A value is not a finite number, or an interval is upside down.
    #[error("chart {id}: {label} has an impossible value or interval")]
    ImpossibleValue {
        /// The chart's id.
        id: String,
        /// The row or series at fault.
        label: String,
    },
    /// A row has not as many values as the chart has columns.
    #[error("chart {id}: {label} has {found} values where {expected} are needed")]
    ShapeMismatch {
        /// The chart's id.
        id: String,
        /// The row or series at fault.
        label: String,
        /// How many values the chart needs.
        expected: usize,
        /// How many were given.
        found: usize,
    },
    /// The id cannot stand in a document.
    #[error("chart id {id:?} must be ASCII letters, digits, - and _, and begin with a letter")]
    BadId {
        /// The id as given.
        id: String,
    },
    /// The room is too small or too large to draw in.
    #[error("chart {id}: cannot be drawn {width} px wide (320 to 2000)")]
    BadWidth {
        /// The chart's id.
        id: String,
        /// The width asked for.
        width: f64,
    },
    /// plotters, or the PNG encoder, refused.
    #[error("chart {id}: {message}")]
    Drawing {
        /// The chart's id.
        id: String,
        /// What the library said.
        message: String,
    },
}

/// A picture that can be drawn, told and tabulated.
pub trait Chart: std::fmt::Debug + Send + Sync {
    /// What stands around the picture.
    fn heading(&self) -> &Heading;

    /// The laid-out picture.
    ///
    /// # Errors
    /// [`ChartError`] when the values cannot be shown in this frame.
    fn scene(&self, lang: Lang, frame: Frame) -> Result<Scene, ChartError>;

    /// The picture in words, computed from the figures: what it is, extremes, reference, gaps.
    fn alt_text(&self, lang: Lang) -> String;

    /// The figures of the picture.
    fn table(&self, lang: Lang) -> Table;

    /// The wide picture as SVG for inclusion in HTML; see [`Chart::svg_in`].
    ///
    /// # Errors
    /// As [`Chart::scene`].
    fn svg(&self, lang: Lang) -> Result<String, ChartError> {
        self.svg_in(lang, Frame::WIDE)
    }

    /// The picture for a phone, 360 px wide, as SVG.
    ///
    /// # Errors
    /// As [`Chart::scene`].
    fn svg_narrow(&self, lang: Lang) -> Result<String, ChartError> {
        self.svg_in(lang, Frame::NARROW)
    }

    /// The picture in a given room as one `<svg>` element: scales with its container, `role="img"`, title and
    /// description with ids made from the chart's id and the width, no script, no style sheet, no outside link.
    ///
    /// # Errors
    /// As [`Chart::scene`].
    fn svg_in(&self, lang: Lang, frame: Frame) -> Result<String, ChartError> {
        let scene = self.scene(lang, frame)?;
        draw::svg(&scene, self.heading(), lang, frame, &self.alt_text(lang))
    }

    /// The picture as PNG, `width_px` pixels wide and meant to be shown at half that width.
    ///
    /// # Errors
    /// As [`Chart::scene`].
    fn png(&self, lang: Lang, width_px: u32) -> Result<Vec<u8>, ChartError> {
        self.png_in(
            lang,
            Frame {
                width: f64::from(width_px) / 2.0,
                heading: true,
            },
        )
    }

    /// The picture in a given room as PNG with two pixels for each CSS pixel.
    ///
    /// # Errors
    /// As [`Chart::scene`].
    fn png_in(&self, lang: Lang, frame: Frame) -> Result<Vec<u8>, ChartError> {
        let scene = self.scene(lang, frame)?;
        draw::png(&scene, self.heading())
    }

    /// The characters of this picture that the embedded font lacks, each once, in order of appearance. In PNG
    /// they are printed as 〓, the printers' mark for a missing type; in SVG the reader's own fonts serve them.
    fn missing_glyphs(&self, lang: Lang) -> Vec<char> {
        self.scene(lang, Frame::WIDE)
            .map(|scene| crate::font::missing_glyphs(&scene.words()))
            .unwrap_or_default()
    }
}
