//! The monitor's tables for the office's own spreadsheets: townships as CSV, townships and call-backs as XLSX.

use rust_xlsxwriter::{Format, Workbook, Worksheet, XlsxError};

use crate::pages::fieldwork::{View, next_step, part_of_day};
use crate::pages::{Lang, tr, words};
use crate::spreadsheet::harmless;

/// What a cell holds.
enum Cell {
    Text(String),
    Count(u64),
    /// A share of one; none where there is nothing to divide by.
    Share(f64),
}

/// A header and its rows.
struct Sheet {
    name: String,
    head: Vec<String>,
    rows: Vec<Vec<Cell>>,
}

fn townships(lang: Lang, view: &View) -> Sheet {
    let head = [
        tr!(lang, "fieldwork.unit"),
        tr!(lang, "fieldwork.gap"),
        tr!(lang, "fieldwork.received"),
        tr!(lang, "fieldwork.target_column"),
        tr!(lang, "fieldwork.invited"),
        tr!(lang, "fieldwork.started"),
        tr!(lang, "fieldwork.held"),
        tr!(lang, "fieldwork.rr1"),
        tr!(lang, "fieldwork.rr2"),
        tr!(lang, "fieldwork.con1"),
        tr!(lang, "fieldwork.coop1"),
        tr!(lang, "fieldwork.ref1"),
        tr!(lang, "fieldwork.next"),
    ];
    let rows = view.townships.iter().map(|place| {
        let (line, progress) = (&place.line, &place.line.progress);
        let counts = &progress.counts;
        vec![
            Cell::Text(place.name.clone()),
            Cell::Count(line.gap()),
            Cell::Count(progress.complete),
            Cell::Count(line.target),
            Cell::Count(progress.invited),
            Cell::Count(progress.started),
            Cell::Count(progress.held),
            Cell::Share(counts.rr1()),
            Cell::Share(counts.rr2()),
            Cell::Share(counts.con1()),
            Cell::Share(counts.coop1()),
            Cell::Share(counts.ref1()),
            Cell::Text(next_step(lang, line)),
        ]
    });
    Sheet {
        name: tr!(lang, "fieldwork.sheet_townships").into_owned(),
        head: head.into_iter().map(std::borrow::Cow::into_owned).collect(),
        rows: rows.collect(),
    }
}

fn calls(lang: Lang, view: &View) -> Sheet {
    let head = [
        tr!(lang, "fieldwork.case"),
        tr!(lang, "fieldwork.when"),
        tr!(lang, "fieldwork.part"),
        tr!(lang, "fieldwork.unit"),
        tr!(lang, "fieldwork.village"),
        tr!(lang, "fieldwork.group"),
        tr!(lang, "fieldwork.last"),
        tr!(lang, "fieldwork.person"),
    ];
    let rows = view.calls.iter().map(|due| {
        let cells = [
            due.case_id.clone(),
            due.day.to_string(),
            part_of_day(lang, due.part.as_deref()),
            due.township.clone(),
            due.village.clone(),
            due.group.clone(),
            words::disposition(lang, &due.disposition),
            due.who.clone(),
        ];
        cells.into_iter().map(Cell::Text).collect()
    });
    Sheet {
        name: tr!(lang, "fieldwork.sheet_calls").into_owned(),
        head: head.into_iter().map(std::borrow::Cow::into_owned).collect(),
        rows: rows.collect(),
    }
}

/// Townships as CSV with a byte order mark, by which spreadsheet programs know UTF-8; none when it cannot be written.
pub(super) fn csv(lang: Lang, view: &View) -> Option<Vec<u8>> {
    let sheet = townships(lang, view);
    let mut writer = csv::Writer::from_writer("\u{feff}".as_bytes().to_vec());
    writer.write_record(&sheet.head).ok()?;
    for row in sheet.rows {
        let cells = row.into_iter().map(|cell| match cell {
            Cell::Text(text) => harmless(text),
            Cell::Count(n) => n.to_string(),
            Cell::Share(share) if share.is_finite() => format!("{share:.4}"),
            Cell::Share(_) => String::new(),
        });
        writer.write_record(cells).ok()?;
    }
    writer.into_inner().ok()
}

fn write(worksheet: &mut Worksheet, sheet: Sheet) -> Result<(), XlsxError> {
    worksheet.set_name(&sheet.name)?;
    worksheet.set_freeze_panes(1, 1)?;
    let (bold, percent) = (Format::new().set_bold(), Format::new().set_num_format("0.0%"));
    for (c, title) in (0u16..).zip(&sheet.head) {
        worksheet.write_string_with_format(0, c, title, &bold)?;
        worksheet.set_column_width(c, 14.0)?;
    }
    for (r, row) in (1u32..).zip(sheet.rows) {
        for (c, cell) in (0u16..).zip(row) {
            match cell {
                // Written as a string, a text is never run as a formula.
                Cell::Text(text) => worksheet.write_string(r, c, text)?,
                Cell::Count(n) => worksheet.write_number(r, c, u32::try_from(n).unwrap_or(u32::MAX))?,
                Cell::Share(share) if share.is_finite() => {
                    worksheet.write_number_with_format(r, c, share, &percent)?
                }
                Cell::Share(_) => worksheet,
            };
        }
    }
    Ok(())
}

/// Townships and call-backs as a workbook; none when it cannot be written.
pub(super) fn xlsx(lang: Lang, view: &View) -> Option<Vec<u8>> {
    let mut workbook = Workbook::new();
    for sheet in [townships(lang, view), calls(lang, view)] {
        write(workbook.add_worksheet(), sheet).ok()?;
    }
    workbook.save_to_buffer().ok()
}
