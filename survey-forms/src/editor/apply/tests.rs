use crate::editor::outline::outline;
use crate::editor::{Edit, EditError, RowKey, Workbook, apply};
use crate::form::Form;
use crate::testing::xlsx;

mod broken;
mod cells;
mod choices;
mod large;
mod random;
mod rows;
mod taking;

const VISIT: &str = "
| survey |                        |        |            |           |                        |                     |          |            |           |        |
|        | type                   | name   | label::中文 (zh) | label::English (en) | relevant | constraint       | required | appearance | 备注      | default |
|        | start                  | begun  |            |           |                        |                     |          |            |           |        |
|        | select_one yn          | came   | 有人来吗？ | Did they come? |                   |                     | yes      |            | 试过了    | yes    |
|        |                        |        |            |           |                        |                     |          |            | 这是一行备注 |     |
|        | begin_group            | visit  | 上门       | The visit | ${came} = 'yes'        |                     |          | field-list |           |        |
|        | integer                | times  | 几次？     | How often? |                       | . >= 1 and . <= 50  |          |            |           |        |
|        | select_multiple what or_other | what | 做了什么？ | What? | ${times} > 0           | not(selected(., 'none') and count-selected(.) > 1) | |     |           |        |
|        | end_group              |        |            |           |                        |                     |          |            |           |        |
|        | note                   | thanks | 您说来了 ${times} 次 | ${times} times | ${times} >= 3 and selected(${what}, 'none') | | |  |           |        |
|        | text                   | more   | 还有吗？   | More?     | ${what_other} != ''    |                     |          |            |           |        |
| choices |           |      |        |       |         |
|         | list_name | name | label::中文 (zh) | label::English (en) | missing |
|         | yn        | yes  | 是     | Yes   |         |
|         | yn        | no   | 否     | No    |         |
|         | yn        | dk   | 说不清 | Don't know | dont_know |
|         | what      | care | 照料   | Care  |         |
|         | what      | none | 都没有 | None  |         |
| settings |            |         |
|          | form_title | form_id |
|          | 回访       | visit   |
| 草稿 |      |
|      | 想法 |
|      | 以后再问 |
";

fn visit() -> Workbook {
    Workbook::read("visit.xlsx", &xlsx(VISIT)).unwrap().workbook
}

fn key(name: &str) -> RowKey {
    RowKey::name(name)
}

/// Applies, and checks that what comes out is a workbook that is written and read back as it is.
fn done(workbook: &Workbook, edit: Edit) -> Workbook {
    let json = serde_json::to_string(&edit).unwrap();
    let edit: Edit = serde_json::from_str(&json).unwrap();
    let after = apply(workbook, &edit).unwrap_or_else(|refused| panic!("{edit:?}: {refused}"));
    let again = Workbook::read("again.xlsx", &after.to_xlsx().unwrap())
        .unwrap()
        .workbook;
    assert_eq!(again, after, "{edit:?}");
    after
}

fn refused(workbook: &Workbook, edit: Edit) -> EditError {
    apply(workbook, &edit).expect_err("it should be refused")
}

fn codes(refused: &EditError) -> Vec<&'static str> {
    refused.faults().iter().map(|fault| fault.code).collect()
}

fn form(workbook: &Workbook) -> Form {
    let checked = workbook.check("visit.xlsx");
    checked
        .form
        .unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

fn names(workbook: &Workbook) -> Vec<String> {
    let outline = outline(workbook, "visit.xlsx");
    let rows = outline.walk().into_iter();
    rows.map(|row| format!("{}{}", "-".repeat(row.depth), row.name))
        .collect()
}

fn relevant(form: &Form, name: &str) -> String {
    form.question(name)
        .unwrap()
        .relevant
        .as_ref()
        .unwrap()
        .to_string()
}
