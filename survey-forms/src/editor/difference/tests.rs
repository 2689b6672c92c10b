use std::collections::BTreeMap;
use std::fmt::Write as _;

use super::{Difference, Fate, difference};
use crate::amend::{Ground, Use};
use crate::form::Form;
use crate::testing::form;

const OLD: &str = "
| survey |                |       |            |           |                 |            |          |
|        | type           | name  | label::中文 (zh) | label::English (en) | relevant | constraint | required |
|        | select_one yn  | came  | 有人来吗？ | Did they come? |            |            | yes      |
|        | integer        | times | 几次？     | How often? | ${came} = 'yes' | . <= 50    |          |
|        | text           | who   | 谁来的？   | Who?      |                 |            |          |
|        | text           | gone  | 不再问的   | No more   |                 |            |          |
|        | note           | bye   | 谢谢       | Thanks    |                 |            |          |
| choices |           |      |        |       |         |
|         | list_name | name | label::中文 (zh) | label::English (en) | missing |
|         | yn        | yes  | 有     | Yes   |         |
|         | yn        | no   | 没有   | No    |         |
|         | yn        | dk   | 说不清 | ?     | dont_know |
";

const NEW: &str = "
| survey |                |       |            |           |                 |            |          |           |
|        | type           | name  | label::中文 (zh) | label::English (en) | relevant | constraint | required | label::ئۇيغۇرچە (ug) |
|        | note           | bye   | 谢谢       | Thanks    |                 |            |          |           |
|        | select_one yn  | came  | 有人上门吗？ | Did they come? |          |            | yes      | كەلدىمۇ |
|        | integer        | times | 几次？     | How often? | ${came} != 'no' | . <= 99    | yes      |           |
|        | begin_group    | new   | 新的       | New       |                 |            |          |           |
|        | text           | who   | 谁来的？   | Who?      |                 |            |          |           |
|        | date           | when  | 哪天？     | When?     |                 |            | yes      |           |
|        | end_group      |       |            |           |                 |            |          |           |
| choices |           |      |        |       |         |
|         | list_name | name | label::中文 (zh) | label::English (en) | missing |
|         | yn        | no   | 没有   | No    |         |
|         | yn        | yes  | 有     | They did |      |
|         | yn        | rf   | 不想回答 | Rather not | refused |
";

fn lines(difference: &Difference) -> String {
    let mut out = String::new();
    for change in &difference.settings {
        let _ = writeln!(out, "{}: {} → {}", change.column, change.old, change.new);
    }
    let _ = writeln!(
        out,
        "+{:?} -{:?}",
        difference.languages_added, difference.languages_removed
    );
    for row in &difference.rows {
        let _ = writeln!(
            out,
            "{:?} {} {} {}",
            row.fate,
            row.kind.as_str(),
            row.name,
            row.label
        );
        for change in &row.changes {
            let place = [&change.lang, &change.choice];
            let place: String = place
                .into_iter()
                .flatten()
                .map(|part| format!("::{part}"))
                .collect();
            let _ = writeln!(
                out,
                "  {:?} {}{place}: {:?} → {:?}",
                change.what, change.column, change.old, change.new
            );
        }
        for rule in &row.rules {
            let _ = writeln!(out, "  {}", rule.to_line("en"));
        }
    }
    for remark in &difference.remarks {
        let _ = writeln!(out, "beside: {}", remark.to_line("en"));
    }
    out
}

#[test]
fn difference__every_kind_of_change__with_the_rules_for_a_form_in_use() {
    let (old, new) = (form(OLD), form(NEW));
    let uses = BTreeMap::from([(
        "times".to_owned(),
        Use {
            by: ["3.1".to_owned()].into(),
            is_scale: false,
        },
    )]);
    let ground = Ground {
        begun: true,
        uses: &uses,
    };
    let found = difference("new.xlsx", &old, &new, Some(ground));
    assert!(found.is_forbidden());
    insta::assert_snapshot!(lines(&found));
    let free = difference("new.xlsx", &old, &new, None);
    assert!(!free.is_forbidden() && !free.is_empty());
    assert_eq!(free.languages_added, ["ug"]);
    assert_eq!(difference("", &new, &old, None).languages_removed, ["ug"]);
}

#[test]
fn difference__with_itself__is_none() {
    let old = form(OLD);
    assert!(difference("", &old, &old, None).is_empty());
}

#[test]
fn moved__only_what_was_moved_is_told() {
    let rows = |names: [&str; 5]| -> Form {
        let mut text = String::from("| survey | | | |\n| | type | name | label |\n");
        for name in names {
            let _ = writeln!(text, "| | text | {name} | 问题 |");
        }
        form(&text)
    };
    let old = rows(["a", "b", "c", "d", "e"]);
    let new = rows(["b", "c", "d", "a", "e"]);
    let found = difference("", &old, &new, None);
    let told: Vec<(&str, Fate)> = found
        .rows
        .iter()
        .map(|row| (row.name.as_str(), row.fate))
        .collect();
    assert_eq!(told, [("a", Fate::Moved)]);
    assert_eq!(
        (
            found.rows[0].changes[0].old.as_str(),
            found.rows[0].changes[0].new.as_str()
        ),
        ("1", "4")
    );
}
