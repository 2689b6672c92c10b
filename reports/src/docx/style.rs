//! Styles by role: Song for text, Hei for headings, as official papers have them. Word and
//! WPS fall back to their own Song and Hei where these names are not installed.

use docx_rs::{
    AlignmentType, Docx, LineSpacing, LineSpacingType, RunFonts, SpecialIndentType, Style, StyleType,
};

use crate::model::Lang;

const TEAL: &str = "0B5C6B";
const QUIET: &str = "4A5259";
const AMBER: &str = "7A4A00";

/// Adds the styles that the blocks name.
pub(super) fn apply(docx: Docx, lang: Lang) -> Docx {
    let song = || {
        RunFonts::new()
            .ascii("Times New Roman")
            .hi_ansi("Times New Roman")
            .east_asia("宋体")
    };
    let hei = || RunFonts::new().ascii("Arial").hi_ansi("Arial").east_asia("黑体");
    let style = |id: &str, name: &str| Style::new(id, StyleType::Paragraph).name(name).based_on("Normal");
    // Half-points: 24 is 小四 (12 pt), 32 is 三号 (16 pt), 28 is 四号 (14 pt).
    let body = lang.pick(24, 22);
    let heading = |id: &str, name: &str, level: usize, size: usize| {
        style(id, name)
            .fonts(hei())
            .size(size)
            .bold()
            .outline_lvl(level)
            .line_spacing(spacing(lang.pick(300, 280)).before(280).after(140))
            .next("BodyText")
            .q_format(true)
    };
    let mut text = style("BodyText", "Body Text")
        .size(body)
        .align(AlignmentType::Both)
        .line_spacing(spacing(lang.pick(400, 320)).after(lang.pick(60, 140)));
    if lang == Lang::Zh {
        // Two characters, whatever the size.
        text = text.first_line_chars(200);
    }
    docx.default_fonts(song())
        .default_size(body)
        .add_style(text)
        .add_style(heading("Heading1", "heading 1", 0, 32))
        .add_style(heading("Heading2", "heading 2", 1, 28))
        .add_style(heading("Heading3", "heading 3", 2, 24))
        .add_style(
            style("Organiser", "Organiser")
                .fonts(hei())
                .size(30)
                .color(QUIET)
                .line_spacing(spacing(240).before(1800)),
        )
        .add_style(
            style("Title", "Title")
                .fonts(hei())
                .size(56)
                .bold()
                .line_spacing(spacing(300).before(600).after(200)),
        )
        .add_style(
            style("Subtitle", "Subtitle")
                .fonts(hei())
                .size(32)
                .line_spacing(spacing(300).after(1200)),
        )
        .add_style(
            style("Fact", "Fact")
                .size(21)
                .line_spacing(spacing(300).after(60)),
        )
        .add_style(
            style("Finding", "Finding")
                .fonts(hei())
                .size(body)
                .line_spacing(spacing(360).before(120).after(120)),
        )
        .add_style(
            style("Point", "Point")
                .size(body)
                .line_spacing(spacing(340).after(80))
                .indent(Some(420), Some(SpecialIndentType::Hanging(420)), None, None),
        )
        .add_style(
            style("Note", "Note")
                .size(21)
                .color(QUIET)
                .line_spacing(spacing(300).before(80).after(120)),
        )
        .add_style(
            style("Warning", "Warning")
                .fonts(hei())
                .size(21)
                .color(AMBER)
                .line_spacing(spacing(300).before(120).after(120)),
        )
        .add_style(
            style("Caption", "caption")
                .fonts(hei())
                .size(20)
                .bold()
                .color(TEAL)
                .line_spacing(spacing(260).before(200).after(80)),
        )
        .add_style(
            style("Under", "Under table")
                .size(18)
                .color(QUIET)
                .line_spacing(spacing(250).before(40).after(80)),
        )
        .add_style(style("Cell", "Table cell").size(18).line_spacing(spacing(240)))
        .add_style(
            style("CellHeader", "Table header")
                .fonts(hei())
                .size(18)
                .bold()
                .line_spacing(spacing(240)),
        )
        .add_style(style("Running", "Running").size(18).color(QUIET))
        .add_style(
            style("ContentsTitle", "Contents title")
                .fonts(hei())
                .size(32)
                .bold()
                .line_spacing(spacing(300).after(200)),
        )
        .add_style(
            style("ContentsField", "Contents field")
                .size(2)
                .color("FFFFFF")
                .line_spacing(LineSpacing::new().line_rule(LineSpacingType::Exact).line(20)),
        )
        .add_style(
            style("ToC1", "toc 1")
                .fonts(hei())
                .size(21)
                .line_spacing(spacing(260).before(60)),
        )
        .add_style(style("ToC2", "toc 2").size(21).line_spacing(spacing(260)).indent(
            Some(420),
            None,
            None,
            None,
        ))
}

/// Line spacing in 240ths of a line.
fn spacing(line: i32) -> LineSpacing {
    LineSpacing::new().line_rule(LineSpacingType::Auto).line(line)
}
