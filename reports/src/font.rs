//! The fonts that are built in, what they can show, and how wide text is in them.
//!
//! Subsets of Noto Sans CJK SC (Hei: charts, headings) and Noto Serif CJK SC (Song: text of documents), OFL 1.1;
//! `assets/fonts/subset.py` makes them and says which characters they hold: all 8,105 of the Table of General
//! Standard Chinese Characters, GB 2312, Latin, signs. Nothing here looks at the machine's own fonts, so a
//! picture is the same everywhere. A character outside the subset is reported by [`missing_glyphs`] and printed
//! as [`GETA`], never as an empty box.

use std::sync::LazyLock;

use plotters::style::{FontStyle, register_font};
use ttf_parser::Face;

/// The printers' mark for a type that the case does not hold.
pub const GETA: char = '〓';

/// The name under which plotters knows the built-in sans serif.
pub(crate) const PLOTTERS_FAMILY: &str = "Minyi Sans";

/// Families for headings and charts in documents that embed the built-in fonts, first choice first.
pub const SANS_FAMILIES: &[&str] = &["Noto Sans CJK SC"];

/// Families for running text in documents that embed the built-in fonts: Song, then Hei.
pub const SERIF_FAMILIES: &[&str] = &["Noto Serif CJK SC", "Noto Sans CJK SC"];

/// The `font-family` of pictures on web pages: the built-in face where a document embeds it, then the reader's own.
pub const CSS_FAMILIES: &str = "'Noto Sans CJK SC','Noto Sans SC','PingFang SC','Microsoft YaHei',sans-serif";

const SANS_REGULAR: &[u8] = include_bytes!("../assets/fonts/NotoSansCJKsc-Regular-subset.otf");
const SANS_BOLD: &[u8] = include_bytes!("../assets/fonts/NotoSansCJKsc-Bold-subset.otf");
const SERIF_REGULAR: &[u8] = include_bytes!("../assets/fonts/NotoSerifCJKsc-Regular-subset.otf");

static REGULAR: LazyLock<Option<Face<'static>>> = LazyLock::new(|| Face::parse(SANS_REGULAR, 0).ok());
static BOLD: LazyLock<Option<Face<'static>>> = LazyLock::new(|| Face::parse(SANS_BOLD, 0).ok());
static REGISTERED: LazyLock<bool> = LazyLock::new(|| {
    register_font(PLOTTERS_FAMILY, FontStyle::Normal, SANS_REGULAR).is_ok()
        && register_font(PLOTTERS_FAMILY, FontStyle::Bold, SANS_BOLD).is_ok()
});

/// Weights of the built-in sans serif.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Weight {
    /// For everything that is not stressed.
    #[default]
    Regular,
    /// For findings and for the unit that a report is about.
    Bold,
}

impl Weight {
    fn face(self) -> Option<&'static Face<'static>> {
        match self {
            Self::Regular => REGULAR.as_ref(),
            Self::Bold => BOLD.as_ref(),
        }
    }
}

/// Where a glyph's ink begins and how far the pen moves, in em.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) struct GlyphMetrics {
    /// From the pen to the left edge of the ink.
    pub(crate) bearing: f64,
    /// From this pen position to the next.
    pub(crate) advance: f64,
}

/// The font files: sans regular, sans bold, serif regular.
#[must_use]
pub fn files() -> [&'static [u8]; 3] {
    [SANS_REGULAR, SANS_BOLD, SERIF_REGULAR]
}

/// Makes the sans serif known to plotters' bitmap backend; `false` when it refuses the file.
pub(crate) fn register() -> bool {
    *REGISTERED
}

/// The characters of `text` that the built-in fonts cannot show, each once, in order of appearance. Line breaks
/// and other control characters are not looked at.
#[must_use]
pub fn missing_glyphs(text: &str) -> Vec<char> {
    let mut missing = Vec::new();
    for character in text.chars().filter(|c| !c.is_control()) {
        if !has_glyph(character) && !missing.contains(&character) {
            missing.push(character);
        }
    }
    missing
}

/// The text with every character that cannot be shown replaced by [`GETA`].
#[must_use]
pub fn printable(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .map(|c| if has_glyph(c) { c } else { GETA })
        .collect()
}

/// The width of one line of `text` in the built-in sans serif, in the unit of `size` (height of the em square).
#[must_use]
pub fn text_width(text: &str, size: f64, weight: Weight) -> f64 {
    let mut ems = 0.0;
    let mut previous = None;
    for character in text.chars().filter(|c| !c.is_control()) {
        ems += previous.map_or(0.0, |before| pair_spacing(before, character));
        ems += glyph_metrics(character, weight).advance;
        previous = Some(character);
    }
    ems * size
}

/// How far two full-width signs in a row move together, in em: `），` shares one blank half instead of showing two,
/// as browsers and typst set it.
pub(crate) fn pair_spacing(before: char, after: char) -> f64 {
    const CLOSING: &str = "，。、：；）》〉」』】〕”’";
    const OPENING: &str = "（《〈「『【〔“‘";
    let (closes, opens) = (CLOSING.contains(before), OPENING.contains(before));
    if closes && (CLOSING.contains(after) || OPENING.contains(after)) || opens && OPENING.contains(after) {
        -0.5
    } else {
        0.0
    }
}

/// Ascender minus descender of the sans serif in em: what ab_glyph takes a font's size to mean.
pub(crate) fn line_extent() -> f64 {
    REGULAR.as_ref().map_or(1.448, |face| {
        f64::from(i32::from(face.ascender()) - i32::from(face.descender())) / f64::from(face.units_per_em())
    })
}

/// Measures one character; one that is missing is as wide as [`GETA`], which stands for it.
pub(crate) fn glyph_metrics(character: char, weight: Weight) -> GlyphMetrics {
    const UNKNOWN: GlyphMetrics = GlyphMetrics {
        bearing: 0.0,
        advance: 1.0,
    };
    let Some(face) = weight.face() else { return UNKNOWN };
    let Some(glyph) = face.glyph_index(character).or_else(|| face.glyph_index(GETA)) else {
        return UNKNOWN;
    };
    let em = f64::from(face.units_per_em());
    GlyphMetrics {
        bearing: face
            .glyph_bounding_box(glyph)
            .map_or(0.0, |ink| f64::from(ink.x_min) / em),
        advance: face
            .glyph_hor_advance(glyph)
            .map_or(1.0, |units| f64::from(units) / em),
    }
}

fn has_glyph(character: char) -> bool {
    REGULAR
        .as_ref()
        .is_some_and(|face| face.glyph_index(character).is_some_and(|glyph| glyph.0 != 0))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_file_parses_and_holds_the_same_characters() {
        for bytes in files() {
            let face = Face::parse(bytes, 0).unwrap();
            for character in "测评轮次残疾人联合会塱墘𬒈▲▼●○→↑↓–—·×÷≥≤±%‰＋（）“”℃①〇㙍aZ09".chars()
            {
                assert!(face.glyph_index(character).is_some(), "{character} is missing");
            }
        }
        assert!(register());
    }

    #[test]
    fn missing_glyphs_reports_each_once_in_order() {
        assert_eq!(missing_glyphs("龘镇😀与龘\n村𰻞"), ['龘', '😀', '𰻞']);
        assert!(missing_glyphs("满意度 72.4%（±1.6）").is_empty());
        assert_eq!(printable("龘镇\n"), "〓镇");
    }

    #[test]
    fn text_width_counts_ems_for_han_and_tabular_digits() {
        assert!((text_width("满意度", 10.0, Weight::Regular) - 30.0).abs() < 1e-9);
        let digits: Vec<f64> = ('0'..='9')
            .map(|d| text_width(&d.to_string(), 10.0, Weight::Bold))
            .collect();
        assert!(
            digits.iter().all(|w| (w - digits[0]).abs() < 1e-9),
            "digits align in columns"
        );
        assert!(
            (text_width("（甲），", 10.0, Weight::Regular) - 35.0).abs() < 1e-9,
            "signs share a blank half"
        );
        assert!(text_width("满意", 10.0, Weight::Regular) > text_width("ab", 10.0, Weight::Regular));
    }
}
