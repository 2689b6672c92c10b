//! What files for spreadsheet programs need.

use rust_xlsxwriter::{Format, Workbook, XlsxError};

/// What begins a formula in some spreadsheet program, full-width forms in those of East Asia (OWASP, CSV Injection).
const FORMULA: [char; 11] = ['=', '+', '-', '@', '\t', '\r', '\n', '＝', '＋', '－', '＠'];

/// A text that no spreadsheet program takes for a formula when it opens a CSV file.
pub fn harmless(text: String) -> String {
    if is_formula(&text) {
        format!("'{text}")
    } else {
        text
    }
}

/// Whether some spreadsheet program would take a text for a formula.
pub fn is_formula(text: &str) -> bool {
    text.starts_with(FORMULA)
}

/// A table as CSV with a byte-order mark, by which spreadsheet programs know UTF-8; none when it cannot be written. Texts
/// that people wrote must have passed [`harmless`].
pub fn csv<R: AsRef<[String]>>(head: &[&str], rows: &[R]) -> Option<Vec<u8>> {
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(head).ok()?;
    for row in rows {
        writer.write_record(row.as_ref()).ok()?;
    }
    writer.into_inner().ok()
}

/// The same as a workbook, every cell a text but those of the column `numbers`: codes keep their zeros, and periods such
/// as 2026-10 do not become days.
pub fn xlsx<R: AsRef<[String]>>(head: &[&str], rows: &[R], numbers: Option<&str>) -> Option<Vec<u8>> {
    let mut workbook = Workbook::new();
    let write = |workbook: &mut Workbook| -> Result<Vec<u8>, XlsxError> {
        let sheet = workbook.add_worksheet();
        let (bold, text) = (Format::new().set_bold(), Format::new().set_num_format("@"));
        sheet.set_freeze_panes(1, 0)?;
        for (c, title) in (0u16..).zip(head) {
            sheet.write_string_with_format(0, c, *title, &bold)?;
            sheet.set_column_width(c, 16.0)?;
            if numbers != Some(*title) {
                sheet.set_column_format(c, &text)?;
            }
        }
        for (r, row) in (1u32..).zip(rows) {
            for ((c, cell), title) in (0u16..).zip(row.as_ref()).zip(head) {
                match cell.parse::<f64>() {
                    Ok(number) if numbers == Some(*title) => sheet.write_number(r, c, number)?,
                    _ if cell.is_empty() => sheet,
                    _ => sheet.write_string_with_format(r, c, cell, &text)?,
                };
            }
        }
        workbook.save_to_buffer()
    };
    write(&mut workbook).ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cells_are_no_formulas_in_half_or_full_width() {
        for formula in ["=1+1", "+1", "-1", "@A1", "\t=1", "\n=1", "＝1+1", "＠A1"] {
            assert_eq!(harmless(formula.to_owned()), format!("'{formula}"));
        }
        assert_eq!(harmless("王秀英您好".to_owned()), "王秀英您好");
    }
}
