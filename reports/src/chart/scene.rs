//! A laid-out picture: rectangles, lines, marks and measured text in CSS pixels, before any backend sees it.
//!
//! Kept apart from drawing so that the same layout goes to SVG and PNG, and so that tests can ask where every
//! label is.

use super::text;
use super::theme::{self, Rgb};
use crate::font::{Weight, text_width};
use crate::model::Lang;

/// A picture as a list of shapes, drawn in order.
#[derive(Clone, Debug, PartialEq)]
pub struct Scene {
    /// Width in CSS pixels.
    pub width: f64,
    /// Height in CSS pixels.
    pub height: f64,
    pub(crate) shapes: Vec<Shape>,
    /// Curly quotes become straight ones: the Chinese face sets them as wide as a Han character.
    straight_quotes: bool,
}

/// The room that one line of text takes.
#[derive(Clone, Debug, PartialEq)]
pub struct TextBox {
    /// The line.
    pub text: String,
    /// Left edge.
    pub left: f64,
    /// Top of the letters.
    pub top: f64,
    /// Right edge.
    pub right: f64,
    /// Bottom of the letters.
    pub bottom: f64,
}

#[derive(Clone, Debug, PartialEq)]
pub(crate) enum Shape {
    Rect {
        x: f64,
        y: f64,
        width: f64,
        height: f64,
        fill: Rgb,
    },
    Polygon {
        points: Vec<(f64, f64)>,
        fill: Rgb,
    },
    Path {
        points: Vec<(f64, f64)>,
        width: f64,
        colour: Rgb,
    },
    Circle {
        x: f64,
        y: f64,
        radius: f64,
        fill: Rgb,
    },
    Text(Text),
}

/// Which point of a line of text is given.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(crate) enum Anchor {
    #[default]
    Start,
    Middle,
    End,
}

/// One line of text at its baseline.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Text {
    pub(crate) x: f64,
    pub(crate) baseline: f64,
    pub(crate) words: String,
    pub(crate) style: Style,
    pub(crate) anchor: Anchor,
    /// Written from below to above; `x` is then the baseline and `baseline` the anchored end.
    pub(crate) upwards: bool,
}

/// Size, weight and colour of text.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct Style {
    pub(crate) size: f64,
    pub(crate) weight: Weight,
    pub(crate) colour: Rgb,
}

impl Style {
    pub(crate) const fn new(size: f64, colour: Rgb) -> Self {
        Self {
            size,
            weight: Weight::Regular,
            colour,
        }
    }

    pub(crate) const fn bold(self) -> Self {
        Self {
            weight: Weight::Bold,
            ..self
        }
    }

    /// Bold and teal for what the report is about.
    pub(crate) fn stressed(self, yes: bool) -> Self {
        if yes {
            Self {
                colour: theme::TEAL,
                ..self.bold()
            }
        } else {
            self
        }
    }

    pub(crate) fn weighted(self, bold: bool) -> Self {
        if bold { self.bold() } else { self }
    }

    pub(crate) fn width(&self, words: &str) -> f64 {
        text_width(words, self.size, self.weight)
    }

    /// Distance between baselines.
    pub(crate) fn leading(&self) -> f64 {
        (self.size * 1.32).round()
    }

    /// From the middle of a line of figures or Han characters to its baseline.
    pub(crate) fn drop(&self) -> f64 {
        self.size * 0.36
    }

    pub(crate) fn wrap(&self, words: &str, width: f64) -> Vec<String> {
        text::wrap(words, self.size, self.weight, width)
    }

    pub(crate) fn wrap_running(&self, words: &str, width: f64) -> Vec<String> {
        text::wrap_running(words, self.size, self.weight, width)
    }

    pub(crate) fn wrap_at_most(&self, words: &str, width: f64, lines: usize) -> Vec<String> {
        text::wrap_at_most(words, self.size, self.weight, width, lines)
    }

    pub(crate) fn widest(&self, lines: &[String]) -> f64 {
        text::widest(lines, self.size, self.weight)
    }
}

impl Text {
    /// The room it takes: Han characters reach from 0.86 em above to 0.12 em below the baseline.
    fn room(&self) -> TextBox {
        let length = self.style.width(&self.words);
        let (above, below) = (self.style.size * 0.86, self.style.size * 0.12);
        let start = match self.anchor {
            Anchor::Start => 0.0,
            Anchor::Middle => -length / 2.0,
            Anchor::End => -length,
        };
        let (left, top, right, bottom) = if self.upwards {
            (
                self.x - above,
                self.baseline - start - length,
                self.x + below,
                self.baseline - start,
            )
        } else {
            (
                self.x + start,
                self.baseline - above,
                self.x + start + length,
                self.baseline + below,
            )
        };
        TextBox {
            text: self.words.clone(),
            left,
            top,
            right,
            bottom,
        }
    }
}

impl TextBox {
    /// Whether two boxes share more than a hair's breadth.
    #[must_use]
    pub fn overlaps(&self, other: &Self) -> bool {
        const HAIR: f64 = 0.25;
        self.left + HAIR < other.right
            && other.left + HAIR < self.right
            && self.top + HAIR < other.bottom
            && other.top + HAIR < self.bottom
    }
}

impl Scene {
    pub(crate) fn new(width: f64, lang: Lang) -> Self {
        Self {
            width,
            height: 0.0,
            shapes: Vec::new(),
            straight_quotes: lang == Lang::En,
        }
    }

    /// The room of every line of text.
    #[must_use]
    pub fn text_boxes(&self) -> Vec<TextBox> {
        self.texts().map(Text::room).collect()
    }

    /// All words, one line of text a line.
    #[must_use]
    pub fn words(&self) -> String {
        self.texts()
            .map(|text| text.words.as_str())
            .collect::<Vec<_>>()
            .join("\n")
    }

    fn texts(&self) -> impl Iterator<Item = &Text> {
        self.shapes.iter().filter_map(|shape| match shape {
            Shape::Text(text) => Some(text),
            _ => None,
        })
    }

    pub(crate) fn rect(&mut self, x: f64, y: f64, width: f64, height: f64, fill: Rgb) {
        if width > 0.0 && height > 0.0 {
            self.shapes.push(Shape::Rect {
                x,
                y,
                width,
                height,
                fill,
            });
        }
    }

    /// The four sides of a rectangle, `stroke` wide, inside its edges.
    pub(crate) fn outline(&mut self, x: f64, y: f64, width: f64, height: f64, stroke: f64, colour: Rgb) {
        self.rect(x, y, width, stroke, colour);
        self.rect(x, y + height - stroke, width, stroke, colour);
        self.rect(x, y, stroke, height, colour);
        self.rect(x + width - stroke, y, stroke, height, colour);
    }

    pub(crate) fn horizontal(&mut self, x1: f64, x2: f64, y: f64, stroke: f64, colour: Rgb) {
        self.rect(x1, y - stroke / 2.0, x2 - x1, stroke, colour);
    }

    pub(crate) fn vertical(&mut self, x: f64, y1: f64, y2: f64, stroke: f64, colour: Rgb) {
        self.rect(x - stroke / 2.0, y1, stroke, y2 - y1, colour);
    }

    pub(crate) fn dashed_vertical(&mut self, x: f64, y1: f64, y2: f64, stroke: f64, colour: Rgb) {
        let mut y = y1;
        while y < y2 {
            self.vertical(x, y, (y + 4.0).min(y2), stroke, colour);
            y += 7.0;
        }
    }

    pub(crate) fn path(&mut self, points: Vec<(f64, f64)>, width: f64, colour: Rgb) {
        if points.len() > 1 {
            self.shapes.push(Shape::Path {
                points,
                width,
                colour,
            });
        }
    }

    pub(crate) fn polygon(&mut self, points: Vec<(f64, f64)>, fill: Rgb) {
        self.shapes.push(Shape::Polygon { points, fill });
    }

    pub(crate) fn disc(&mut self, x: f64, y: f64, radius: f64, fill: Rgb) {
        self.shapes.push(Shape::Circle { x, y, radius, fill });
    }

    /// A dot; hollow dots show paper inside.
    pub(crate) fn dot(&mut self, x: f64, y: f64, radius: f64, colour: Rgb, hollow: bool) {
        self.disc(x, y, radius, colour);
        if hollow {
            self.disc(x, y, radius - 1.8, theme::WHITE);
        }
    }

    /// A dot with a ring of paper, so that it stands off the line or band that it lies on.
    pub(crate) fn ringed_dot(&mut self, x: f64, y: f64, radius: f64, colour: Rgb, hollow: bool) {
        self.disc(x, y, radius + 1.5, theme::WHITE);
        self.dot(x, y, radius, colour, hollow);
    }

    fn spelt(&self, words: String) -> String {
        if !self.straight_quotes {
            return words;
        }
        words.replace(['‘', '’'], "'").replace(['“', '”'], "\"")
    }

    /// A rectangle of thin slanted lines: withheld.
    pub(crate) fn hatch(&mut self, x: f64, y: f64, width: f64, height: f64) {
        self.rect(x, y, width, height, theme::WHITE);
        let step = 6.0;
        let mut offset = step / 2.0;
        while offset < width + height {
            let (x1, y1) = if offset <= height {
                (x, y + offset)
            } else {
                (x + offset - height, y + height)
            };
            let (x2, y2) = if offset <= width {
                (x + offset, y)
            } else {
                (x + width, y + offset - width)
            };
            self.path(vec![(x1, y1), (x2, y2)], 0.8, theme::NEUTRAL);
            offset += step;
        }
        self.outline(x, y, width, height, 0.8, theme::NEUTRAL);
    }

    /// An interval: a line with short ends.
    pub(crate) fn whisker(&mut self, x1: f64, x2: f64, y: f64, stroke: f64, end: f64, colour: Rgb) {
        self.horizontal(x1, x2.max(x1 + 0.5), y, stroke, colour);
        for x in [x1, x2] {
            self.vertical(x, y - end, y + end, stroke, colour);
        }
    }

    pub(crate) fn text(
        &mut self,
        x: f64,
        baseline: f64,
        anchor: Anchor,
        style: Style,
        words: impl Into<String>,
    ) {
        let words = self.spelt(words.into());
        if !words.is_empty() {
            self.shapes.push(Shape::Text(Text {
                x,
                baseline,
                words,
                style,
                anchor,
                upwards: false,
            }));
        }
    }

    /// Text from below to above, its first letter at `bottom`, its baseline at `x`.
    pub(crate) fn text_upwards(&mut self, x: f64, bottom: f64, style: Style, words: impl Into<String>) {
        let words = self.spelt(words.into());
        if !words.is_empty() {
            let anchor = Anchor::Start;
            self.shapes.push(Shape::Text(Text {
                x,
                baseline: bottom,
                words,
                style,
                anchor,
                upwards: true,
            }));
        }
    }

    /// A printed figure whose digits end at `x`; a star stands beyond, so that digits stay aligned.
    pub(crate) fn figure(&mut self, x: f64, middle: f64, style: Style, printed: &str) {
        let baseline = middle + style.drop();
        self.text(x, baseline, Anchor::End, style, printed.trim_end_matches('*'));
        if printed.ends_with('*') {
            self.text(x, baseline, Anchor::Start, style, "*");
        }
    }

    /// The interval of a bar that ends at `at`: in paper where it lies on a dark bar, in ink elsewhere.
    pub(crate) fn bar_interval(&mut self, (x1, at, x2): (f64, f64, f64), middle: f64, end: f64, fill: Rgb) {
        let inside = if fill.contrast(theme::INK) < 4.5 {
            theme::WHITE
        } else {
            theme::INK
        };
        self.horizontal(x1, at, middle, 1.3, inside);
        self.vertical(x1, middle - end, middle + end, 1.3, inside);
        self.horizontal(at, x2, middle, 1.3, theme::INK);
        self.vertical(x2, middle - end, middle + end, 1.3, theme::INK);
    }

    /// Lines of text, the first baseline given; returns the last baseline.
    pub(crate) fn lines(
        &mut self,
        x: f64,
        baseline: f64,
        anchor: Anchor,
        style: Style,
        lines: &[String],
    ) -> f64 {
        let mut y = baseline;
        for (i, line) in lines.iter().enumerate() {
            if i > 0 {
                y += style.leading();
            }
            self.text(x, y, anchor, style, line);
        }
        y
    }

    /// Lines of text around a middle height.
    pub(crate) fn lines_centred(
        &mut self,
        x: f64,
        middle: f64,
        anchor: Anchor,
        style: Style,
        lines: &[String],
    ) {
        let first = middle - (lines.len().saturating_sub(1)) as f64 * style.leading() / 2.0 + style.drop();
        self.lines(x, first, anchor, style, lines);
    }
}
