use std::fmt::Write as _;

use super::{Outline, outline};
use crate::editor::{RowKey, Spot, Workbook};
use crate::testing::xlsx;

const FORM: &str = "
| survey |                |       |            |           |                 |                  |          |
|        | type           | name  | label::中文 (zh) | label::English (en) | relevant | constraint | required |
|        | select_one yn  | came  | 有人来吗？ | Did they come? |            |                  | yes      |
|        | begin_group    | visit | 上门       |           | ${came} = 'yes' |                  |          |
|        | integer        | times | 几次？     | How often? |                | . >= 1 and . <= 50 |        |
|        | begin_repeat   | each  | 每一次     | Each      |                 |                  |          |
|        | text           | who   | 谁？       | Who?      | ${times} + 1 > 2 | . != 'x'        |          |
|        | end_repeat     |       |            |           |                 |                  |          |
|        | end_group      |       |            |           |                 |                  |          |
|        | text           |       | 没有名称   |           | ${nobody} = 1   |                  |          |
|        | wibble         | odd   | 怪         |           |                 |                  |          |
| choices |           |      |        |       |
|         | list_name | name | label::中文 (zh) | label::English (en) |
|         | yn        | yes  | 是     | Yes   |
|         | yn        | yes  | 否     |       |
|         | free      | a    | 甲     | A     |
";

fn lines(outline: &Outline) -> String {
    let mut out = String::new();
    for row in outline.walk() {
        let number = row.number.map_or("·".to_owned(), |number| number.to_string());
        let _ = writeln!(
            out,
            "{}{number} [{}] {} {}{}",
            "  ".repeat(row.depth),
            row.key,
            row.kind.as_str(),
            row.label.get("zh"),
            if row.required { " *" } else { "" },
        );
        for said in [&row.condition, &row.rule].into_iter().flatten() {
            let _ = writeln!(
                out,
                "{}    {} | {}",
                "  ".repeat(row.depth),
                said.get("zh"),
                said.get("en")
            );
        }
        if !row.untranslated.is_empty() {
            let _ = writeln!(out, "      without {}", row.untranslated.join(", "));
        }
        for fault in &row.diagnostics {
            let _ = writeln!(out, "      {}", fault.to_line("en"));
        }
    }
    for list in &outline.lists {
        let keys: Vec<String> = list.used_by.iter().map(ToString::to_string).collect();
        let _ = writeln!(
            out,
            "{}: {} choices, used by [{}]",
            list.name,
            list.choices.len(),
            keys.join(", ")
        );
        for fault in list.choices.iter().flat_map(|choice| &choice.diagnostics) {
            let _ = writeln!(out, "      {}", fault.to_line("en"));
        }
    }
    for fault in &outline.diagnostics {
        let _ = writeln!(out, "beside: {}", fault.to_line("en"));
    }
    out
}

#[test]
fn outline__of_a_draft_with_faults() {
    let workbook = Workbook::read("draft.xlsx", &xlsx(FORM)).unwrap().workbook;
    let seen = outline(&workbook, "draft.xlsx");
    assert!(seen.form.is_none());
    insta::assert_snapshot!(lines(&seen));
}

#[test]
fn outline__of_the_sample_questionnaire() {
    let path = concat!(
        env!("CARGO_MANIFEST_DIR"),
        "/../backend/plans/sample/forms/grassroots.xlsx"
    );
    let workbook = Workbook::read("grassroots.xlsx", &std::fs::read(path).unwrap())
        .unwrap()
        .workbook;
    let seen = outline(&workbook, "grassroots.xlsx");
    assert!(seen.form.is_some());
    insta::assert_snapshot!(lines(&seen));
}

#[test]
fn spots__everywhere_but_into_itself_and_where_it_stands() {
    let workbook = Workbook::read("draft.xlsx", &xlsx(FORM)).unwrap().workbook;
    let seen = outline(&workbook, "draft.xlsx");
    let words = |moved: Option<&str>| -> Vec<String> {
        let key = moved.map(RowKey::name);
        let spots = seen.spots(key.as_ref()).into_iter();
        spots
            .map(|choice| format!("{}{}", "-".repeat(choice.depth), choice.spot))
            .collect()
    };
    assert_eq!(
        words(None),
        [
            "first",
            "after:came",
            "-into:visit",
            "-after:times",
            "--into:each",
            "--after:who",
            "-after:each",
            "after:visit",
            "after:#9",
            "after:odd",
        ]
    );
    assert_eq!(
        words(Some("visit")),
        ["first", "after:#9", "after:odd"],
        "behind `came` it stands already"
    );
    assert_eq!(
        words(Some("times"))[2],
        "--into:each",
        "the first of its group is where it is"
    );
    for word in ["after:a", "into:#12", "into_end:b", "first", "last"] {
        assert_eq!(word.parse::<Spot>().unwrap().to_string(), word);
    }
    for word in ["", "behind:a", "after:", "into:#x"] {
        assert!(word.parse::<Spot>().is_err(), "{word}");
    }
}
