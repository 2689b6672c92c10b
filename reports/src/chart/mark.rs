//! The marks of the series of a trend, so that lines stay apart without colour.

use super::{Scene, theme};

/// Most series that one picture holds.
pub(crate) const MOST_SERIES: usize = 6;

/// The mark of a series, so that lines stay apart without colour.
#[derive(Clone, Copy)]
pub(crate) enum Mark {
    Disc,
    Square,
    Triangle,
    Diamond,
    Ring,
    TriangleDown,
}

/// Marks in the order of the series' colours.
pub(crate) const MARKS: [Mark; MOST_SERIES] = [
    Mark::Disc,
    Mark::Square,
    Mark::Triangle,
    Mark::Diamond,
    Mark::Ring,
    Mark::TriangleDown,
];

impl Mark {
    /// `size` is 1 for few periods, less where marks would stand close.
    pub(crate) fn draw(self, scene: &mut Scene, (x, y): (f64, f64), size: f64, colour: theme::Rgb) {
        let corners = |offsets: &[(f64, f64)]| {
            offsets
                .iter()
                .map(|(dx, dy)| (x + dx * size, y + dy * size))
                .collect()
        };
        let r = 4.2 * size;
        match self {
            Self::Disc => scene.ringed_dot(x, y, r, colour, false),
            Self::Ring => scene.ringed_dot(x, y, r, colour, true),
            Self::Square => scene.rect(x - r, y - r, 2.0 * r, 2.0 * r, colour),
            Self::Triangle => scene.polygon(corners(&[(0.0, -5.5), (5.2, 4.0), (-5.2, 4.0)]), colour),
            Self::TriangleDown => scene.polygon(corners(&[(0.0, 5.5), (5.2, -4.0), (-5.2, -4.0)]), colour),
            Self::Diamond => scene.polygon(
                corners(&[(0.0, -5.8), (5.8, 0.0), (0.0, 5.8), (-5.8, 0.0)]),
                colour,
            ),
        }
    }
}
