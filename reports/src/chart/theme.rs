//! Colours and sizes of all charts (design §11), with the contrasts that were checked for them.
//!
//! Ratios are those of WCAG 2.2 against white. Steps that stand next to each other differ by at least
//! [`LEAST_LIGHTNESS_STEP`] in CIE lightness, so they stay apart in grey print; teal and amber lie on the
//! blue–yellow axis, which deuteranopes and protanopes see. The tests below simulate both.

use plotters::style::RGBColor;

/// A colour of the theme.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Rgb(
    /// Red.
    pub u8,
    /// Green.
    pub u8,
    /// Blue.
    pub u8,
);

impl Rgb {
    /// Relative luminance, 0 (black) to 1 (white), as WCAG 2.2 defines it.
    #[must_use]
    pub fn luminance(self) -> f64 {
        let [r, g, b] = self.linear();
        0.2126 * r + 0.7152 * g + 0.0722 * b
    }

    /// CIE L*, 0 to 100: what is left of the colour in grey print.
    #[must_use]
    pub fn lightness(self) -> f64 {
        let y = self.luminance();
        if y > 216.0 / 24389.0 {
            116.0 * y.cbrt() - 16.0
        } else {
            y * 24389.0 / 27.0
        }
    }

    /// Contrast ratio with another colour, 1 to 21.
    #[must_use]
    pub fn contrast(self, other: Self) -> f64 {
        let (a, b) = (self.luminance(), other.luminance());
        (a.max(b) + 0.05) / (a.min(b) + 0.05)
    }

    /// The text colour that is easier to read on this one: [`INK`] or [`WHITE`].
    #[must_use]
    pub fn text_on(self) -> Self {
        if self.contrast(INK) >= self.contrast(WHITE) {
            INK
        } else {
            WHITE
        }
    }

    fn linear(self) -> [f64; 3] {
        [self.0, self.1, self.2].map(|channel| {
            let c = f64::from(channel) / 255.0;
            if c <= 0.040_45 {
                c / 12.92
            } else {
                ((c + 0.055) / 1.055).powf(2.4)
            }
        })
    }

    pub(crate) fn plotters(self) -> RGBColor {
        RGBColor(self.0, self.1, self.2)
    }
}

/// Least difference in L* between steps that touch each other.
pub const LEAST_LIGHTNESS_STEP: f64 = 8.0;

/// Paper.
pub const WHITE: Rgb = Rgb(0xFF, 0xFF, 0xFF);
/// Text and intervals: 16.6:1.
pub const INK: Rgb = Rgb(0x1B, 0x1F, 0x23);
/// Subtitles, ordinary labels of values: 8.1:1.
pub const INK_SOFT: Rgb = Rgb(0x48, 0x50, 0x57);
/// Feet, axes: 5.8:1.
pub const INK_FAINT: Rgb = Rgb(0x5F, 0x67, 0x6E);
/// "This unit": 7.6:1.
pub const TEAL: Rgb = Rgb(0x0B, 0x5C, 0x6B);
/// The middle rung between [`NEUTRAL`] and [`TEAL`]: 3.1:1.
pub const TEAL_MIDDLE: Rgb = Rgb(0x5E, 0x9B, 0xA5);
/// Band of an interval behind a teal line.
pub const TEAL_PALE: Rgb = Rgb(0xDC, 0xEC, 0xEE);
/// Rank interval of this unit, behind its dot.
pub const TEAL_BAND: Rgb = Rgb(0x9F, 0xC9, 0xCF);
/// Ground of the row of this unit.
pub const TEAL_TINT: Rgb = Rgb(0xEF, 0xF6, 0xF7);
/// Marks of units that the report is not about: 3.9:1.
pub const GREY_MARK: Rgb = Rgb(0x7A, 0x83, 0x8A);
/// Bars that are not highlighted; always with a printed value.
pub const NEUTRAL: Rgb = Rgb(0xB9, 0xC1, 0xC7);
/// Bands and rank intervals.
pub const NEUTRAL_PALE: Rgb = Rgb(0xE4, 0xE8, 0xEB);
/// Rules, ticks.
pub const RULE: Rgb = Rgb(0xD5, 0xD9, 0xDC);
/// Guide lines under dots.
pub const GUIDE: Rgb = Rgb(0xEC, 0xEE, 0xF0);

/// Five-point answers from the worst to the best: amber, grey, teal.
pub const LIKERT: [Rgb; 5] = [
    Rgb(0xA6, 0x59, 0x0A),
    Rgb(0xE8, 0xB4, 0x6C),
    Rgb(0xDF, 0xE3, 0xE6),
    Rgb(0x7D, 0xB5, 0xBD),
    TEAL,
];

/// One hue from little to much.
pub const SEQUENTIAL: [Rgb; 5] = [
    Rgb(0xEA, 0xF3, 0xF4),
    Rgb(0xC3, 0xDE, 0xE2),
    Rgb(0x8C, 0xBE, 0xC6),
    Rgb(0x36, 0x7D, 0x89),
    Rgb(0x07, 0x47, 0x53),
];

/// Lines of a trend in order: this unit, then others; each also has its own mark.
pub const SERIES: [Rgb; 6] = [
    TEAL,
    Rgb(0xA6, 0x59, 0x0A),
    GREY_MARK,
    Rgb(0x48, 0x50, 0x57),
    Rgb(0x4C, 0x92, 0x9E),
    Rgb(0xC2, 0x86, 0x3A),
];

/// Size of the title on a wide picture.
pub const TITLE: f64 = 19.0;
/// Size of the title on a phone.
pub const TITLE_NARROW: f64 = 17.0;
/// Size of subtitle and labels.
pub const LABEL: f64 = 13.0;
/// Size of values and axis labels.
pub const VALUE: f64 = 12.0;
/// Size of foot and notes.
pub const FOOT: f64 = 11.0;

#[cfg(test)]
mod tests {
    use super::*;

    /// Viénot, Brettel & Mollon (1999) for deuteranopia and protanopia, in linear RGB.
    const DEUTERANOPIA: [[f64; 3]; 3] = [
        [0.29275, 0.70725, 0.0],
        [0.29275, 0.70725, 0.0],
        [-0.02234, 0.02234, 1.0],
    ];
    const PROTANOPIA: [[f64; 3]; 3] = [
        [0.11238, 0.88762, 0.0],
        [0.11238, 0.88762, 0.0],
        [0.00401, -0.00401, 1.0],
    ];

    fn lab(linear: [f64; 3]) -> [f64; 3] {
        let [r, g, b] = linear;
        let xyz = [
            (0.4124 * r + 0.3576 * g + 0.1805 * b) / 0.9505,
            0.2126 * r + 0.7152 * g + 0.0722 * b,
            (0.0193 * r + 0.1192 * g + 0.9505 * b) / 1.089,
        ];
        let [x, y, z] = xyz.map(|t| {
            if t > 0.008_856 {
                t.cbrt()
            } else {
                7.787 * t + 16.0 / 116.0
            }
        });
        [116.0 * y - 16.0, 500.0 * (x - y), 200.0 * (y - z)]
    }

    fn difference(a: Rgb, b: Rgb, eye: Option<[[f64; 3]; 3]>) -> f64 {
        let seen = |colour: Rgb| {
            let linear = colour.linear();
            lab(eye.map_or(linear, |m| m.map(|row| (0..3).map(|i| row[i] * linear[i]).sum())))
        };
        let (a, b) = (seen(a), seen(b));
        (0..3).map(|i| (a[i] - b[i]).powi(2)).sum::<f64>().sqrt()
    }

    #[test]
    fn text_colours_reach_their_contrast_on_white() {
        for (colour, least) in [(INK, 12.0), (INK_SOFT, 7.0), (INK_FAINT, 4.5), (TEAL, 7.0)] {
            assert!(
                colour.contrast(WHITE) >= least,
                "{colour:?} {:.2}",
                colour.contrast(WHITE)
            );
        }
        for colour in [GREY_MARK, TEAL_MIDDLE, LIKERT[0]] {
            assert!(
                colour.contrast(WHITE) >= 3.0,
                "marks: {colour:?} {:.2}",
                colour.contrast(WHITE)
            );
        }
    }

    #[test]
    fn labels_inside_fills_reach_four_and_a_half() {
        for fill in LIKERT
            .into_iter()
            .chain(SEQUENTIAL)
            .chain([NEUTRAL, NEUTRAL_PALE, TEAL_PALE])
        {
            assert!(
                fill.contrast(fill.text_on()) >= 4.5,
                "{fill:?} {:.2}",
                fill.contrast(fill.text_on())
            );
        }
    }

    #[test]
    fn steps_that_touch_stay_apart_in_grey_print() {
        for pair in LIKERT
            .windows(2)
            .chain(SEQUENTIAL.windows(2))
            .chain([NEUTRAL, TEAL_MIDDLE, TEAL].windows(2))
        {
            let step = (pair[0].lightness() - pair[1].lightness()).abs();
            assert!(step >= LEAST_LIGHTNESS_STEP, "{pair:?} {step:.1}");
        }
        // The two ends never touch, yet they must not be the same grey.
        assert!((LIKERT[0].lightness() - LIKERT[4].lightness()).abs() >= LEAST_LIGHTNESS_STEP);
    }

    #[test]
    fn five_steps_stay_apart_for_colour_blind_readers() {
        for eye in [None, Some(DEUTERANOPIA), Some(PROTANOPIA)] {
            for (i, one) in LIKERT.into_iter().enumerate() {
                for (j, other) in LIKERT.into_iter().enumerate().skip(i + 1) {
                    let apart = difference(one, other, eye);
                    assert!(apart >= 15.0, "steps {} and {}: {apart:.1}", i + 1, j + 1);
                }
            }
            for pair in SEQUENTIAL.windows(2) {
                assert!(difference(pair[0], pair[1], eye) >= 8.0, "{pair:?}");
            }
            assert!(
                difference(TEAL, GREY_MARK, eye) >= 15.0,
                "this unit among the others"
            );
        }
    }

    #[test]
    fn sequential_darkens_at_every_step() {
        assert!(
            SEQUENTIAL
                .windows(2)
                .all(|pair| pair[0].lightness() > pair[1].lightness())
        );
    }
}
