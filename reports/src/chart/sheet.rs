//! The page around a picture: margins, title, subtitle, notes and foot, the same in every chart.

use super::scene::{Anchor, Style};
use super::theme;
use super::{ChartError, Frame, Heading, Scene};
use crate::model::Lang;

/// A scene being filled from above.
pub(crate) struct Sheet {
    pub(crate) scene: Scene,
    /// Left edge of the content.
    pub(crate) left: f64,
    /// Right edge of the content.
    pub(crate) right: f64,
    /// Where the next thing may begin.
    pub(crate) y: f64,
    frame: Frame,
}

/// A coloured square or mark with its meaning.
pub(crate) enum Key {
    /// A filled square.
    Fill(theme::Rgb),
    /// A hatched square: withheld.
    Hatch,
    /// A dot with an interval.
    Dot,
    /// A hollow dot with an interval.
    HollowDot,
    /// A dot on the thick band of a rank interval.
    RankDot,
    /// A hollow dot on such a band.
    HollowRankDot,
    /// An interval alone.
    Whisker,
}

impl Key {
    /// Width of the mark and the space behind it.
    fn room(&self) -> f64 {
        match self {
            Self::Fill(_) | Self::Hatch => 17.0,
            Self::Dot | Self::HollowDot | Self::RankDot | Self::HollowRankDot | Self::Whisker => 29.0,
        }
    }

    fn draw(&self, scene: &mut Scene, x: f64, middle: f64) {
        match self {
            Self::Fill(colour) => scene.rect(x, middle - 6.0, 12.0, 12.0, *colour),
            Self::Hatch => scene.hatch(x, middle - 6.0, 12.0, 12.0),
            Self::Dot | Self::HollowDot => {
                scene.horizontal(x, x + 23.0, middle, 1.8, theme::GREY_MARK);
                scene.dot(
                    x + 11.5,
                    middle,
                    4.5,
                    theme::GREY_MARK,
                    matches!(self, Self::HollowDot),
                );
            }
            Self::RankDot | Self::HollowRankDot => {
                scene.rect(x, middle - 5.0, 23.0, 10.0, theme::NEUTRAL);
                let hollow = matches!(self, Self::HollowRankDot);
                scene.ringed_dot(x + 11.5, middle, 4.5, theme::INK_FAINT, hollow);
            }
            Self::Whisker => scene.whisker(x, x + 23.0, middle, 1.3, 3.5, theme::INK),
        }
    }
}

impl Sheet {
    /// Checks the heading and the frame, and writes title and subtitle.
    pub(crate) fn begin(heading: &Heading, lang: Lang, frame: Frame) -> Result<Self, ChartError> {
        let ascii = heading
            .id
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || c == '-' || c == '_');
        if !ascii || !heading.id.starts_with(|c: char| c.is_ascii_alphabetic()) {
            return Err(ChartError::BadId {
                id: heading.id.clone(),
            });
        }
        if !(320.0..=2000.0).contains(&frame.width) {
            return Err(ChartError::BadWidth {
                id: heading.id.clone(),
                width: frame.width,
            });
        }
        let margin = if frame.heading {
            if frame.is_narrow() { 12.0 } else { 16.0 }
        } else {
            2.0
        };
        let mut sheet = Self {
            scene: Scene::new(frame.width, lang),
            left: margin,
            right: frame.width - margin,
            y: if frame.heading { 14.0 } else { 4.0 },
            frame,
        };
        if frame.heading {
            let size = if frame.is_narrow() {
                theme::TITLE_NARROW
            } else {
                theme::TITLE
            };
            let style = Style::new(size, theme::INK).bold();
            let lines = style.wrap(&heading.title, sheet.width());
            sheet.set(&lines, style);
            if !heading.subtitle.is_empty() {
                sheet.y += 4.0;
                sheet.paragraph(&heading.subtitle, Style::new(theme::LABEL, theme::INK_SOFT));
            }
            sheet.y += 14.0;
        }
        Ok(sheet)
    }

    pub(crate) fn width(&self) -> f64 {
        self.right - self.left
    }

    pub(crate) fn is_narrow(&self) -> bool {
        self.frame.is_narrow()
    }

    /// Sets wrapped text over the full width and moves on.
    pub(crate) fn paragraph(&mut self, words: &str, style: Style) {
        if words.is_empty() {
            return;
        }
        let lines = style.wrap_running(words, self.width());
        self.set(&lines, style);
    }

    fn set(&mut self, lines: &[String], style: Style) {
        for line in lines {
            self.y += style.leading();
            let baseline = self.y - style.size * 0.24;
            self.scene.text(self.left, baseline, Anchor::Start, style, line);
        }
    }

    /// Sets a row of keys with their words, wrapped where needed, from `left`, and moves on.
    pub(crate) fn keys(&mut self, left: f64, keys: &[(Key, String)]) {
        let style = Style::new(theme::VALUE, theme::INK_SOFT);
        let (line, gap) = (19.0, if self.is_narrow() { 11.0 } else { 16.0 });
        let mut x = left;
        self.y += line;
        for (key, words) in keys {
            let room = key.room();
            if x > left && x + room + style.width(words) > self.right {
                x = left;
                self.y += line;
            }
            key.draw(&mut self.scene, x, self.y - 6.5);
            let at = x + room;
            // A key that is wider than the whole row goes on below, under itself.
            for (i, part) in style.wrap(words, self.right - at).into_iter().enumerate() {
                if i > 0 {
                    self.y += style.leading();
                }
                x = at + style.width(&part) + gap;
                self.scene
                    .text(at, self.y - 6.5 + style.drop(), Anchor::Start, style, part);
            }
        }
        self.y += 6.0;
    }

    /// Writes notes (one sentence each) and the foot, and closes the picture.
    pub(crate) fn end(mut self, heading: &Heading, notes: &[String]) -> Scene {
        let foot = Style::new(theme::FOOT, theme::INK_FAINT);
        let words = notes.iter().fold(String::new(), |said, note| {
            let space = if said.is_empty() || said.ends_with('。') {
                ""
            } else {
                " "
            };
            format!("{said}{space}{note}")
        });
        if !words.is_empty() {
            self.y += 6.0;
            self.paragraph(&words, foot);
        }
        if self.frame.heading && !heading.foot.is_empty() {
            self.y += 10.0;
            self.scene
                .horizontal(self.left, self.right, self.y, 1.0, theme::RULE);
            self.y += 4.0;
            self.paragraph(&heading.foot, foot);
        }
        self.scene.height = (self.y + if self.frame.heading { 12.0 } else { 4.0 }).ceil();
        self.scene
    }
}
