//! Workbooks with any fault: they are shown and changed all the same.

use proptest::prelude::*;

use crate::editor::details::details;
use crate::editor::edit::Cell;
use crate::editor::outline::outline;
use crate::editor::{Edit, RowKey, RowKind, Spot, Workbook, apply};

proptest! {
    #![proptest_config(ProptestConfig::with_cases(60))]

    #[test]
    fn anything_of_a_forms_parts__is_shown_and_changed_without_panic(
        cells in prop::collection::vec(proptest::sample::select(vec![
            "survey", "choices", "settings", "a.csv", "type", "name", "label", "label::en", "relevant", "appearance", "disabled",
            "default", "trigger", "repeat_count", "choice_filter", "list_name", "text", "integer", "begin_repeat", "end_repeat",
            "begin_group", "end_group", "end_group", "select_one l or_other", "rank l", "select_one_from_file a.csv", "l", "x",
            "y", "${x}", "${y} = 'l'", "selected(${x}, 'y')", "${x} >= 3 and", "field-list", "yes", "geoshape", "start", "3", "",
            "", "", "\n", "\n", "\n", "\n,", "\n,", "\"", ",", "default_language", "zh",
        ]), 0..100),
        row in 1_u32..12,
    ) {
        let text = format!("survey\n,type,name,label,relevant,disabled\n{}", cells.join(","));
        let Ok(read) = Workbook::read("a.csv", text.as_bytes()) else { return Ok(()) };
        let mut workbook = read.workbook;
        let seen = outline(&workbook, "a.csv");
        seen.spots(None);
        for row in seen.walk() {
            let shown = details(&workbook, &row.key, "a.csv");
            prop_assert!(shown.is_some(), "{}", row.key);
            seen.spots(Some(&row.key));
        }
        let row = RowKey::Number(row);
        for edit in [
            Edit::Duplicate { row: row.clone() },
            Edit::MoveUp { row: row.clone() },
            Edit::MoveDown { row: row.clone() },
            Edit::MoveOut { row: row.clone() },
            Edit::Ungroup { row: row.clone() },
            Edit::Rename { row: row.clone(), name: "other".to_owned() },
            Edit::SetKind { row: row.clone(), kind: RowKind::Repeat, list: None },
            Edit::SetKind { row: row.clone(), kind: RowKind::SelectOne, list: Some("l".to_owned()) },
            Edit::SetCell { row: row.clone(), cell: Cell::Relevant, value: "${x} = 'l'".to_owned() },
            Edit::RenameChoice { list: "l".to_owned(), choice: "y".to_owned(), name: "z".to_owned() },
            Edit::RemoveChoice { list: "l".to_owned(), choice: "x".to_owned() },
            Edit::AddLanguage { lang: "ug".to_owned() },
            Edit::Insert { collection: "closing".to_owned(), items: Vec::new(), to: Spot::Last },
            Edit::Remove { row },
        ] {
            if let Ok(after) = apply(&workbook, &edit) {
                workbook = after;
            }
        }
        if let Ok(bytes) = workbook.to_xlsx() {
            let again = Workbook::read("a.xlsx", &bytes).unwrap().workbook;
            prop_assert_eq!(again, workbook);
        }
    }

    #[test]
    fn any_bytes__never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
        for name in ["a.csv", "a.xlsx", "a.lss"] {
            if let Ok(read) = Workbook::read(name, &bytes) {
                outline(&read.workbook, name);
            }
        }
    }
}
