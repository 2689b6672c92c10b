//! One block of a report in a Word document.

use docx_rs::{
    AlignmentType, BorderType, Docx, HeightRule, Paragraph, Pic, Run, Shading, Table as WordTable,
    TableBorder, TableBorderPosition, TableBorders, TableCell, TableCellBorder, TableCellBorderPosition,
    TableCellBorders, TableCellMargins, TableLayoutType, TableRow, WidthType,
};

use super::{DocxError, mm, package, words};
use crate::chart::{ChartError, Frame};
use crate::columns;
use crate::model::{Block, Column, Figure, NoteKind, Report, Row, Table};
use crate::parallel::in_parallel;

/// The width of the text, in millimetres.
const TEXT_WIDTH_MM: f64 = 156.0;
/// The room of a chart; its picture has two pixels for each of these.
const FRAME: Frame = Frame {
    width: 680.0,
    heading: false,
};
/// English metric units in a millimetre.
const EMU_PER_MM: f64 = 36_000.0;

/// The pictures of a report in reading order: drawn beforehand, and told once they are placed.
pub(super) struct Pictures {
    drawn: std::vec::IntoIter<Vec<u8>>,
    words: Vec<String>,
}

impl Pictures {
    /// Draws all pictures of the report, as many at a time as the machine has cores.
    pub(super) fn draw(report: &Report) -> Result<Self, ChartError> {
        let charts = report.charts();
        let drawn = in_parallel(&charts, |chart| chart.png_in(report.lang, FRAME))?;
        Ok(Self {
            drawn: drawn.into_iter(),
            words: Vec::new(),
        })
    }

    /// The words of the pictures that were placed, in order.
    pub(super) fn words(&self) -> &[String] {
        &self.words
    }
}

/// Appends a block and takes its picture.
pub(super) fn add(
    docx: Docx,
    report: &Report,
    block: &Block,
    pictures: &mut Pictures,
) -> Result<Docx, DocxError> {
    let lang = report.lang;
    Ok(match block {
        Block::Paragraph(text) => docx.add_paragraph(words("BodyText", text)),
        Block::Finding(text) => docx.add_paragraph(words("Finding", text)),
        Block::List { ordered, items } => items.iter().enumerate().fold(docx, |docx, (i, item)| {
            let mark = if *ordered {
                format!("{}. ", i + 1)
            } else {
                "• ".to_owned()
            };
            docx.add_paragraph(words("Point", &format!("{mark}{item}")))
        }),
        Block::Headlines => headlines(docx, report),
        Block::Table(table) => table_block(docx, report, table),
        Block::Figure(figure) => figure_block(docx, report, figure, pictures)?,
        Block::Note {
            kind: NoteKind::Note,
            text,
        } => docx.add_paragraph(words("Note", text)),
        Block::Note {
            kind: NoteKind::Warning,
            text,
        } => docx.add_paragraph(words(
            "Warning",
            &format!("{}{text}", lang.pick("注意：", "Note: ")),
        )),
    })
}

fn headlines(mut docx: Docx, report: &Report) -> Docx {
    let lang = report.lang;
    for headline in &report.headlines {
        let interval = format!(
            "{} {}",
            lang.pick("95%置信区间", "95% interval"),
            headline.interval.show(lang)
        );
        let line = Paragraph::new()
            .style("BodyText")
            .keep_lines(true)
            .add_run(Run::new().add_text(format!("{}　", headline.name)).bold())
            .add_run(
                Run::new()
                    .add_text(headline.value.show(lang))
                    .bold()
                    .size(36)
                    .color("0B5C6B"),
            )
            .add_run(Run::new().add_text(format!("　{interval}{}", lang.pick("；", "; "))))
            .add_run(Run::new().add_text(format!(
                "{}{}{}",
                headline.change,
                lang.pick("；", "; "),
                headline.meaning
            )));
        docx = docx.add_paragraph(line);
    }
    docx
}

fn figure_block(
    docx: Docx,
    report: &Report,
    figure: &Figure,
    pictures: &mut Pictures,
) -> Result<Docx, DocxError> {
    let lang = report.lang;
    let heading = figure.chart.heading();
    let png = pictures
        .drawn
        .next()
        .ok_or_else(|| DocxError::Package(format!("the picture of {} was not drawn", figure.number)))?;
    let (width, height) = package::png_size(&png)
        .ok_or_else(|| DocxError::Package(format!("the picture of {} is not a PNG", figure.number)))?;
    let wide_emu = TEXT_WIDTH_MM * EMU_PER_MM;
    let high_emu = wide_emu * f64::from(height) / f64::from(width.max(1));
    pictures.words.push(figure.chart.alt_text(lang));
    let picture = Pic::new_with_dimensions(png, width, height).size(wide_emu as u32, high_emu as u32);
    let mut docx = docx
        .add_paragraph(words("Caption", captioned(&figure.number, &heading.title).as_str()).keep_next(true));
    if !heading.subtitle.is_empty() {
        docx = docx.add_paragraph(words("Under", &heading.subtitle).keep_next(true));
    }
    docx = docx.add_paragraph(
        Paragraph::new()
            .style("Under")
            .add_run(Run::new().add_image(picture)),
    );
    if !heading.foot.is_empty() {
        docx = docx.add_paragraph(words("Under", &heading.foot));
    }
    Ok(docx)
}

/// A caption behind its number, where there is one.
fn captioned(number: &str, caption: &str) -> String {
    format!("{number}　{caption}").trim_start().to_owned()
}

fn table_block(mut docx: Docx, report: &Report, table: &Table) -> Docx {
    let unit = table
        .unit
        .as_ref()
        .map(|unit| format!("　（{unit}）"))
        .unwrap_or_default();
    let caption = format!("{}{unit}", captioned(&table.number, &table.caption));
    docx = docx.add_paragraph(words("Caption", &caption).keep_next(true));
    let widths = column_widths(report, table);
    let mut rows = vec![header_row(&table.columns, &widths)];
    let last = table.rows.len().saturating_sub(1);
    rows.extend(
        table
            .rows
            .iter()
            .enumerate()
            .map(|(i, row)| body_row(report, &table.columns, &widths, row, i == last)),
    );
    let word_table = WordTable::new(rows)
        .set_grid(widths)
        .layout(TableLayoutType::Fixed)
        .width(mm(TEXT_WIDTH_MM).unsigned_abs() as usize, WidthType::Dxa)
        .margins(TableCellMargins::new().margin(30, 60, 30, 60))
        .set_borders(three_line_borders());
    docx = docx.add_table(word_table);
    for line in table.base.iter().chain(&table.notes) {
        docx = docx.add_paragraph(words("Under", line));
    }
    docx
}

fn column_widths(report: &Report, table: &Table) -> Vec<usize> {
    let room = f64::from(mm(TEXT_WIDTH_MM));
    // Cells are set in 9 pt; the room is counted in twentieths of a point.
    let em = 9.0 * 20.0;
    let widths = columns::widths(table, report.lang, room / em);
    widths
        .into_iter()
        .map(|width| (width * em).floor() as usize)
        .collect()
}

/// Thick rules above and below, none between: the three-line table of Chinese papers.
fn three_line_borders() -> TableBorders {
    let thick = |position| {
        TableBorder::new(position)
            .border_type(BorderType::Single)
            .size(12)
            .color("1B1F23")
    };
    TableBorders::with_empty()
        .set(thick(TableBorderPosition::Top))
        .set(thick(TableBorderPosition::Bottom))
}

fn header_row(columns: &[Column], widths: &[usize]) -> TableRow {
    let cells = columns
        .iter()
        .zip(widths)
        .map(|(column, width)| {
            let rule = TableCellBorder::new(TableCellBorderPosition::Bottom)
                .size(6)
                .color("1B1F23");
            // From none: a header with four borders would be a row of boxes.
            let borders = TableCellBorders::with_empty()
                .set(
                    TableCellBorder::new(TableCellBorderPosition::Top)
                        .size(12)
                        .color("1B1F23"),
                )
                .set(rule);
            cell(words("CellHeader", &column.title), column.figures, *width).set_borders(borders)
        })
        .collect();
    // The height marks the row for `package`, which turns it into a repeated header.
    TableRow::new(cells)
        .row_height(package::HEADER_ROW_HEIGHT)
        .height_rule(HeightRule::AtLeast)
}

fn body_row(report: &Report, columns: &[Column], widths: &[usize], row: &Row, last: bool) -> TableRow {
    let cells = row
        .cells
        .iter()
        .zip(columns)
        .zip(widths)
        .map(|((value, column), width)| {
            let run = Run::new().add_text(value.show(report.lang));
            let run = if row.strong { run.bold() } else { run };
            // Rows hold together and with the next, so that no page ends in a lone last row.
            let paragraph = Paragraph::new()
                .style("Cell")
                .keep_lines(true)
                .keep_next(!last && row.strong)
                .add_run(run);
            let cell = cell(paragraph, column.figures, *width);
            if row.strong {
                cell.shading(Shading::new().fill("F3F5F6"))
            } else {
                cell
            }
        })
        .collect();
    TableRow::new(cells).cant_split()
}

fn cell(paragraph: Paragraph, figures: bool, width: usize) -> TableCell {
    let side = if figures {
        AlignmentType::Right
    } else {
        AlignmentType::Left
    };
    TableCell::new()
        .width(width, WidthType::Dxa)
        .add_paragraph(paragraph.align(side))
}
