//! A questionnaire in one CSV file, as pyxform reads it: the first column names the sheet, on a line of its own or beside
//! the sheet's first row; the other columns are the sheet's.

use std::collections::BTreeMap;

use super::workbook::{MOST_CELLS, MOST_COLUMNS, MOST_ROWS, Row, Sheet, Workbook, clean};
use crate::diagnostic::catalogue::Fault;

pub(super) fn read(bytes: &[u8]) -> Result<Workbook, Fault> {
    let bytes = bytes.strip_prefix(b"\xef\xbb\xbf").unwrap_or(bytes);
    let text = std::str::from_utf8(bytes).map_err(|_| Fault::NotUtf8)?;
    let mut sheets: Vec<Sheet> = Vec::new();
    let mut cells = 0;
    for (number, record) in records(text)? {
        if number > MOST_ROWS || record.len() > MOST_COLUMNS as usize {
            let most = format!("{MOST_ROWS} × {MOST_COLUMNS}");
            return Err(Fault::TooLarge { most });
        }
        let mut record = record.into_iter().map(|cell| clean(&cell));
        let name = record.next().unwrap_or_default();
        if !name.is_empty() {
            sheets.push(Sheet {
                name: name.to_lowercase(),
                written: name,
                rows: Vec::new(),
            });
        }
        let found: BTreeMap<u32, String> = (0..).zip(record).filter(|(_, cell)| !cell.is_empty()).collect();
        cells += found.len();
        if cells > MOST_CELLS {
            let most = format!("{MOST_CELLS}");
            return Err(Fault::TooLarge { most });
        }
        if let Some(sheet) = sheets.last_mut().filter(|_| !found.is_empty()) {
            sheet.rows.push(Row { number, cells: found });
        }
    }
    Ok(Workbook { sheets })
}

/// Records with the line on which each begins (RFC 4180; a bare `\n` or `\r` ends a line too). Only a quotation mark at
/// the beginning of a cell quotes.
fn records(text: &str) -> Result<Vec<(u32, Vec<String>)>, Fault> {
    let mut out = Vec::new();
    let mut record: Vec<String> = Vec::new();
    let mut cell = String::new();
    let (mut line, mut begun, mut quoted) = (1_u32, 1_u32, false);
    let mut signs = text.chars().peekable();
    while let Some(sign) = signs.next() {
        line += u32::from(sign == '\n');
        match sign {
            '"' if quoted && signs.peek() == Some(&'"') => {
                signs.next();
                cell.push('"');
            }
            '"' if quoted => quoted = false,
            '"' if cell.is_empty() => quoted = true,
            _ if quoted => cell.push(sign),
            ',' => record.push(std::mem::take(&mut cell)),
            '\r' | '\n' => {
                if sign == '\r' && signs.peek() == Some(&'\n') {
                    continue;
                }
                record.push(std::mem::take(&mut cell));
                out.push((begun, std::mem::take(&mut record)));
                begun = line;
            }
            _ => cell.push(sign),
        }
    }
    if quoted {
        return Err(Fault::UnclosedQuote { line: begun });
    }
    if !cell.is_empty() || !record.is_empty() {
        record.push(cell);
        out.push((begun, record));
    }
    Ok(out)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{read, records};
    use crate::diagnostic::catalogue::Fault;

    #[test]
    fn records__quotes_and_line_ends() {
        let found = records("a,\"b\"\"c\nd\",e\r\n,f\"g\n\"h").unwrap_err();
        assert_eq!(found, Fault::UnclosedQuote { line: 4 });
        let found = records("a,\"b\"\"c\nd\",e\r\n,f\"g\n").unwrap();
        let cells = |row: &[&str]| row.iter().map(|cell| (*cell).to_owned()).collect::<Vec<_>>();
        assert_eq!(
            found,
            [(1, cells(&["a", "b\"c\nd", "e"])), (3, cells(&["", "f\"g"]))]
        );
        assert!(records("").unwrap().is_empty());
    }

    #[test]
    fn read__sheets_are_named_in_the_first_column() {
        let workbook =
            read("\u{feff}survey\n,type,name\n,text,a\n\nChoices,list_name,name\n,yn,yes\n".as_bytes())
                .unwrap();
        let names: Vec<&str> = workbook.names().collect();
        assert_eq!(names, ["survey", "choices"]);
        let rows: Vec<u32> = workbook
            .sheet("choices")
            .unwrap()
            .rows
            .iter()
            .map(|row| row.number)
            .collect();
        assert_eq!(rows, [5, 6]);
        assert_eq!(read(b"survey\n,type\n,\xc4\xe3").err(), Some(Fault::NotUtf8));
    }

    proptest! {
        #[test]
        fn read__any_bytes__never_panics(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let _ = crate::xlsform::read("a.csv", &bytes);
        }

        #[test]
        fn read__anything_of_a_forms_parts__never_panics(
            cells in prop::collection::vec(proptest::sample::select(vec![
                "survey", "choices", "settings", "a.csv", "type", "name", "label", "relevant", "calculation", "default", "trigger",
                "repeat_count", "parameters", "choice_filter", "list_name", "text", "integer", "begin_repeat", "end_repeat",
                "begin_group", "end_group", "select_one l or_other", "rank l", "select_one_from_file a.csv", "l", "x", "y", "${x}",
                "${y}", "sum(${x})", "position(..)", "indexed-repeat(${x}, ${y}, 1)", "count(${y})", "once(random())",
                "pulldata('a', 'x', 'y', ${x})", "most=3", "randomize=true", "3", "", "", "\n", "\n", "\n", "\"", ",",
            ]), 0..120)
        ) {
            if let Ok(read) = crate::xlsform::read("a.csv", cells.join(",").as_bytes()) {
                let options = crate::pretest::Options { runs: 3, seed: 1, today: crate::testing::TODAY };
                let _ = crate::pretest::run(&read.form, options);
            }
        }

        #[test]
        fn read__forms_of_random_rows__never_panic(
            rows in prop::collection::vec(
                (
                    proptest::sample::select(vec![
                        "text", "integer", "decimal", "date", "time", "dateTime", "geopoint", "note", "calculate", "hidden",
                        "select_one l", "select_multiple l or_other", "rank l", "acknowledge", "range", "image",
                        "select_one_from_file a.csv", "begin_group", "begin_repeat", "begin_repeat", "end", "end",
                    ]),
                    proptest::sample::select(vec![
                        "", "", "", "${x0} != ''", "${x1} > 2", "position(..) = 1", "selected(${x2}, 'a')", "count(${x3}) > 1",
                        "sum(${x4}) > 3", "false()", "today() > '2020-01-01'",
                    ]),
                    proptest::sample::select(vec![
                        "", "", "", ". > 3", "regex(., '[0-9]{2,3}')", "not(selected(., 'a'))", ". < ${x1}", ". >= 0 and . <= 5",
                    ]),
                    proptest::sample::select(vec![
                        "", "", "1 + ${x0}", "once(random())", "join('-', ${x5})", "indexed-repeat(${x4}, ${x3}, 2)",
                        "pulldata('a', 'label', 'name', ${x2})", "concat(${x0}, uuid(4), now())",
                    ]),
                    proptest::sample::select(vec!["", "", "", "${x0}", "${x1} ${x2}"]),
                    proptest::sample::select(vec!["", "", "2", "${x1}", "most=3", "randomize=true seed=${x1}", "most=2"]),
                ),
                1..12,
            )
        ) {
            let mut text = String::from("survey\n,type,name,label,relevant,constraint,calculation,trigger,repeat_count,parameters,required\n");
            let mut open = Vec::new();
            let mut line = |cells: [&str; 10]| text.push_str(&format!(",\"{}\"\n", cells.join("\",\"")));
            for (at, (kind, relevant, constraint, calculation, trigger, more)) in rows.iter().enumerate() {
                let name = format!("x{at}");
                let (count, parameters) = if more.contains('=') { ("", *more) } else { (*more, "") };
                match *kind {
                    "end" => {
                        if let Some(end) = open.pop() {
                            line([end, "", "", "", "", "", "", "", "", ""]);
                        }
                    }
                    "begin_group" => {
                        open.push("end_group");
                        line([kind, &name, "组", relevant, "", "", "", "", "", ""]);
                    }
                    "begin_repeat" => {
                        open.push("end_repeat");
                        line([kind, &name, "组", relevant, "", "", "", count, parameters, ""]);
                    }
                    _ => {
                        let required = if at % 3 == 0 { "yes" } else { "" };
                        line([kind, &name, "题 ${x0}", relevant, constraint, calculation, trigger, "", parameters, required]);
                    }
                }
            }
            while let Some(end) = open.pop() {
                line([end, "", "", "", "", "", "", "", "", ""]);
            }
            text.push_str("choices\n,list_name,name,label\n,l,a,甲\n,l,b,乙\na.csv\n,name,label\n,s1,一\n,s2,二\n");
            if let Ok(read) = crate::xlsform::read("a.csv", text.as_bytes()) {
                let options = crate::pretest::Options { runs: 4, seed: 1, today: crate::testing::TODAY };
                let report = crate::pretest::run(&read.form, options);
                prop_assert_eq!(report.runs, 4);
                let model = crate::client::model(&read.form);
                prop_assert!(model["nodes"].is_array());
            }
        }
    }
}
