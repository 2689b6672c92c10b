//! Questionnaires for tests, written as tables in a text so that they can be read and compared.

use std::path::Path;

use rust_xlsxwriter::Workbook;

/// The workbook that the text file `tables` describes: a table a sheet, named by its first cell.
///
/// # Panics
/// When the file cannot be read, or a cell is too long for a workbook.
pub fn of_tables(tables: &Path) -> Vec<u8> {
    let text = std::fs::read_to_string(tables).unwrap_or_else(|e| panic!("{}: {e}", tables.display()));
    let mut workbook = Workbook::new();
    let tables = text
        .split("\n\n")
        .filter(|part| part.trim_start().starts_with('|'));
    for table in tables {
        let sheet = workbook.add_worksheet();
        for (row, line) in (0u32..).zip(table.trim().lines()) {
            let cells: Vec<&str> = line.trim().trim_matches('|').split('|').map(str::trim).collect();
            if row == 0 {
                sheet.set_name(cells[0]).expect("a sheet's name");
            }
            for (column, cell) in (0u16..).zip(&cells[1..]) {
                if !cell.is_empty() {
                    sheet.write_string(row, column, *cell).expect("a cell");
                }
            }
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}
