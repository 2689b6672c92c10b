//! The report's data as a spreadsheet: figures are numbers at full precision with the
//! format that the other documents round by, so that they equal the results file and can
//! be computed with; words are always words, never formulas.

mod chart;

use rust_xlsxwriter::{
    Color, DocProperties, Format, FormatAlign, FormatBorder, Workbook, Worksheet, XlsxError as WriterError,
};

use crate::model::{Lang, Report, Row, Sheet};
use crate::number::{self, Value};

/// The row of the column headers, counted from 0: the title and an empty row stand above.
const HEADER_ROW: u32 = 2;
/// What a column of figures is wide, in characters of the default font.
const FIGURE_WIDTH: f64 = 12.0;

/// Why a spreadsheet could not be made.
#[derive(Debug, thiserror::Error)]
pub enum XlsxError {
    /// The writer refused: a name is taken, a text too long.
    #[error("the spreadsheet could not be written: {0}")]
    Writer(#[from] WriterError),
}

/// Renders the report's sheets as a workbook.
///
/// # Errors
/// [`XlsxError::Writer`] when a sheet's name or a text is refused by the format.
pub fn render(report: &Report) -> Result<Vec<u8>, XlsxError> {
    let mut workbook = Workbook::new();
    let properties = DocProperties::new()
        .set_title(format!("{} · {}", report.title, report.subtitle))
        .set_author(&report.organiser)
        .set_company(&report.organiser);
    workbook.set_properties(&properties);
    for sheet in &report.sheets {
        write_sheet(workbook.add_worksheet(), sheet, report.lang)?;
    }
    Ok(workbook.save_to_buffer()?)
}

fn write_sheet(worksheet: &mut Worksheet, sheet: &Sheet, lang: Lang) -> Result<(), WriterError> {
    worksheet.set_name(&sheet.name)?;
    worksheet
        .set_landscape()
        .set_paper_size(9)
        .set_print_fit_to_pages(1, 0);
    write_words(worksheet, 0, 0, &sheet.title, &title_format())?;
    let columns = &sheet.table.columns;
    for (at, column) in (0u16..).zip(columns) {
        write_words(
            worksheet,
            HEADER_ROW,
            at,
            &column.title,
            &header_format(column.figures),
        )?;
        let width = if column.figures {
            FIGURE_WIDTH * column.width.max(1.0)
        } else {
            9.0 * column.width
        };
        worksheet.set_column_width(at, width.clamp(8.0, 70.0))?;
    }
    let mut next = HEADER_ROW + 1;
    for row in &sheet.table.rows {
        write_row(worksheet, next, row, lang)?;
        next += 1;
    }
    if let Some(last_column) = last_index(columns.len())
        && next > HEADER_ROW + 1
    {
        worksheet.autofilter(HEADER_ROW, 0, next - 1, last_column)?;
        worksheet.set_repeat_rows(HEADER_ROW, HEADER_ROW)?;
    }
    worksheet.set_freeze_panes(HEADER_ROW + 1, 1)?;
    if let Some(chart) = &sheet.chart {
        chart::insert(worksheet, sheet, chart, HEADER_ROW)?;
    }
    let under = sheet.table.base.iter().chain(&sheet.table.notes);
    for (line, at) in under.zip(next + 1..) {
        write_words(worksheet, at, 0, line, &quiet_format())?;
    }
    Ok(())
}

fn write_row(worksheet: &mut Worksheet, at: u32, row: &Row, lang: Lang) -> Result<(), WriterError> {
    for (column, value) in (0u16..).zip(&row.cells) {
        let format = cell_format(row.strong);
        match value {
            Value::Number(figure, shown) => {
                let format = format.set_num_format(shown.spreadsheet());
                worksheet.write_number_with_format(at, column, shown.spreadsheet_value(*figure), &format)?;
            }
            Value::Marked(figure, shown) => {
                // Still a number: the asterisk is part of its picture.
                let format = format.set_num_format(format!("{}\"*\"", shown.spreadsheet()));
                worksheet.write_number_with_format(at, column, shown.spreadsheet_value(*figure), &format)?;
            }
            Value::Interval(lower, upper, shown) => {
                let text = number::interval(*lower, *upper, *shown, lang);
                write_words(
                    worksheet,
                    at,
                    column,
                    &text,
                    &format.set_align(FormatAlign::Right),
                )?;
            }
            Value::Suppressed | Value::Absent => {
                write_words(
                    worksheet,
                    at,
                    column,
                    &value.show(lang),
                    &format.set_align(FormatAlign::Right),
                )?;
            }
            Value::Text(words) => write_words(worksheet, at, column, words, &format.set_text_wrap())?,
        }
    }
    Ok(())
}

/// Writes words as words. What could be read as a formula when the sheet is saved as CSV
/// and opened again gets the format's quote prefix, which spreadsheets show as text.
fn write_words(
    worksheet: &mut Worksheet,
    row: u32,
    column: u16,
    words: &str,
    format: &Format,
) -> Result<(), WriterError> {
    let dangerous = words.starts_with(['=', '+', '-', '@', '\t', '\r']);
    let format = if dangerous {
        format.clone().set_quote_prefix()
    } else {
        format.clone()
    };
    worksheet.write_string_with_format(row, column, words, &format)?;
    Ok(())
}

/// The index of the last of `len` columns.
fn last_index(len: usize) -> Option<u16> {
    u16::try_from(len.checked_sub(1)?).ok()
}

fn title_format() -> Format {
    Format::new().set_bold().set_font_size(14)
}

fn header_format(figures: bool) -> Format {
    Format::new()
        .set_bold()
        .set_text_wrap()
        .set_font_color(Color::White)
        .set_background_color(Color::RGB(0x000B_5C6B))
        .set_align(FormatAlign::VerticalCenter)
        .set_align(if figures {
            FormatAlign::Right
        } else {
            FormatAlign::Left
        })
}

fn cell_format(strong: bool) -> Format {
    let format = Format::new()
        .set_border_bottom(FormatBorder::Hair)
        .set_align(FormatAlign::Top);
    if strong {
        format.set_bold().set_background_color(Color::RGB(0x00F3_F5F6))
    } else {
        format
    }
}

fn quiet_format() -> Format {
    Format::new().set_font_color(Color::RGB(0x004A_5259))
}

#[cfg(test)]
mod tests;
