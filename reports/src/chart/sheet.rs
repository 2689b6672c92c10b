//! The page around a picture: margins, title, subtitle, notes and foot, the same in every chart.

use super::scene::{Anchor, Style};
use super::theme;
use super::{ChartError, Frame, Heading, Scene};

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
    /// An interval alone.
    Whisker,
    /// No mark, words alone.
    None,
}

impl Sheet {
    /// Checks the heading and the frame, and writes title and subtitle.
    pub(crate) fn begin(heading: &Heading, frame: Frame) -> Result<Self, ChartError> {
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
            scene: Scene::new(frame.width),
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
            sheet.paragraph(&heading.title, Style::new(size, theme::INK).bold());
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
        for line in style.wrap(words, self.width()) {
            self.y += style.leading();
            self.scene
                .text(self.left, self.y - style.size * 0.24, Anchor::Start, style, line);
        }
    }

    /// Sets a row of keys with their words, wrapped where needed, from `left`, and moves on.
    pub(crate) fn keys(&mut self, left: f64, keys: &[(Key, String)]) {
        let style = Style::new(theme::VALUE, theme::INK_SOFT);
        let (mut x, line) = (left, 19.0);
        self.y += line;
        for (key, words) in keys {
            let mark = match key {
                Key::None => 0.0,
                Key::Fill(_) | Key::Hatch => 17.0,
                Key::Dot | Key::HollowDot | Key::RankDot | Key::Whisker => 29.0,
            };
            let length = mark + style.width(words);
            if x > left && x + length > self.right {
                x = left;
                self.y += line;
            }
            let (y, middle) = (self.y - 12.0, self.y - 6.5);
            match key {
                Key::Fill(colour) => self.scene.rect(x, y, 12.0, 12.0, *colour),
                Key::Hatch => self.scene.hatch(x, y, 12.0, 12.0),
                Key::Dot | Key::HollowDot => {
                    self.scene
                        .whisker(x, x + 23.0, middle, 1.5, 3.0, theme::GREY_MARK);
                    self.scene.dot(
                        x + 11.5,
                        middle,
                        4.0,
                        theme::GREY_MARK,
                        matches!(key, Key::HollowDot),
                    );
                }
                Key::RankDot => {
                    self.scene.rect(x, middle - 5.0, 23.0, 10.0, theme::NEUTRAL);
                    self.scene.dot(x + 11.5, middle, 4.5, theme::INK_FAINT, false);
                }
                Key::Whisker => self.scene.whisker(x, x + 23.0, middle, 1.5, 3.5, theme::INK),
                Key::None => {}
            }
            let mut at = x + mark;
            // A key that is wider than the whole row goes on below, under itself.
            for (i, part) in style.wrap(words, self.right - at).into_iter().enumerate() {
                if i > 0 {
                    self.y += style.leading();
                }
                self.scene.text(
                    at,
                    self.y - 6.5 + style.drop(),
                    Anchor::Start,
                    style,
                    part.clone(),
                );
                x = at + style.width(&part);
                at = at.min(x);
            }
            x += 16.0;
        }
        self.y += 6.0;
    }

    /// Writes notes (one sentence each) and the foot, and closes the picture.
    pub(crate) fn end(mut self, heading: &Heading, notes: &[String]) -> Scene {
        let foot = Style::new(theme::FOOT, theme::INK_FAINT);
        let words = notes.join(" ");
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
