use std::collections::{BTreeMap, BTreeSet};

use super::{Ground, Use, compare, conflict, conflicts};
use crate::testing::{TODAY, answers, form};

const BEFORE: &str = "
| survey  |                       |       |        |          |              |             |
|         | type                  | name  | label  | required | relevant     | constraint  |
|         | select_one sat        | care  | 满意吗  | yes      |              |             |
|         | select_one yn         | again | 再来吗  |          | ${care} = 5  |             |
|         | integer               | age   | 年龄    |          |              | . < 120     |
|         | range                 | pain  | 疼     |          |              |             |
| choices |           |      |       |           |
|         | list_name | name | label | missing   |
|         | sat       | 1    | 差     |           |
|         | sat       | 5    | 好     |           |
|         | sat       | dk   | 说不清  | dont_know |
|         | yn        | yes  | 是     |           |
|         | yn        | no   | 否     |           |
";

fn uses() -> BTreeMap<String, Use> {
    let used = |is_scale| Use {
        by: BTreeSet::from(["4.1".to_owned()]),
        is_scale,
    };
    BTreeMap::from([("care".to_owned(), used(true)), ("pain".to_owned(), used(false))])
}

/// What is said of BEFORE after these replacements, as `code row column` lines; warnings with a `?`.
fn said(begun: bool, changes: &[(&str, &str)]) -> Vec<String> {
    let mut after = BEFORE.to_owned();
    for (from, to) in changes {
        assert!(after.contains(from), "{from}");
        after = after.replacen(from, to, 1);
    }
    let uses = uses();
    let ground = Ground { begun, uses: &uses };
    compare("new.xlsx", &form(BEFORE), &form(&after), ground)
        .into_iter()
        .map(|fault| {
            assert!(!fault.message.get("zh").is_empty() && !fault.message.get("en").is_empty());
            let mark = if fault.is_error() { "" } else { "?" };
            let row = fault.place.row.map_or("-".to_owned(), |row| row.to_string());
            format!(
                "{}{mark} {row} {}",
                fault.code,
                fault.place.column.unwrap_or_default()
            )
        })
        .collect()
}

#[test]
fn compare__other_words_choices_and_optional_questions__are_allowed() {
    assert!(
        said(
            true,
            &[
                ("再来吗", "还会再来吗"),
                ("| yn        | no ", "| yn | maybe | 也许 | |\n| | yn | no ")
            ]
        )
        .is_empty()
    );
    assert!(
        said(
            true,
            &[(
                "|         | integer ",
                "| | text | more | 还有吗 | | | |\n|         | integer "
            )]
        )
        .is_empty()
    );
    assert!(said(true, &[("| yes      |", "|  |"), (". < 120", ". < 130")]).is_empty());
    assert_eq!(said(true, &[("| 差  ", "| 很差 ")]), ["AM050? 2 label"]);
    assert_eq!(said(true, &[("满意吗", "您满意吗")]), ["AM050? 2 label"]);
    assert_eq!(
        said(
            true,
            &[(
                "| sat       | dk   | 说不清  | dont_know |",
                "| sat | dk | 说不清 | dont_know |\n| | sat | no | 不想说 | refused |"
            )]
        ),
        [""; 0]
    );
}

#[test]
fn compare__choices_that_change_their_words_with_each_other__would_turn_answers_round() {
    assert_eq!(
        said(
            true,
            &[("| 1    | 差 ", "| 1 | 好 "), ("| 5    | 好 ", "| 5 | 差 ")]
        ),
        ["AM011 2 label", "AM011 3 label"]
    );
}

#[test]
fn compare__a_required_question_that_is_asked_of_others__holds_up_who_was_not_asked() {
    let required = BEFORE.replace("| again | 再来吗  |          |", "| again | 再来吗 | yes |");
    let changed = required.replace("${care} = 5", "${care} = 1");
    let uses = uses();
    let found = |new: &str, begun| {
        let ground = Ground { begun, uses: &uses };
        compare("new.xlsx", &form(&required), &form(new), ground)
            .iter()
            .map(|fault| fault.code)
            .collect::<Vec<_>>()
    };
    assert!(!uses.contains_key("again"));
    assert_eq!(found(&changed, true), ["AM020"]);
    assert!(found(&changed, false).is_empty() && found(&required, true).is_empty());
}

#[test]
fn compare__what_was_answered__cannot_go_or_change_its_kind() {
    assert_eq!(
        said(true, &[("integer               | age ", "decimal | age ")]),
        ["AM003 4 type"]
    );
    assert_eq!(said(true, &[("| age ", "| years ")]), ["AM002 4 name"]);
    let gone =
        "|         | integer               | age   | 年龄    |          |              | . < 120     |\n";
    assert_eq!(said(true, &[(gone, "")]), ["AM001 - name"]);
    assert_eq!(
        said(true, &[("| yn        | no   ", "| yn | nope ")]),
        ["AM011 6 name"]
    );
    assert_eq!(
        said(
            true,
            &[("|         | yn        | no   | 否     |           |\n", "")]
        ),
        ["AM010 - name"]
    );
    assert_eq!(
        said(true, &[("| 否     |           |", "| 否 | refused |")]),
        ["AM012 6 missing"]
    );
    assert_eq!(
        said(
            true,
            &[("| again | 再来吗  |          |", "| again | 再来吗 | yes |")]
        ),
        ["AM020 3 required"]
    );
    let new = "| | text | more | 还有吗 | yes | | |\n|         | integer ";
    assert_eq!(said(true, &[("|         | integer ", new)]), ["AM030 4 required"]);
}

#[test]
fn compare__question_on_another_page__is_refused_once_pages_may_be_open() {
    let age =
        "|         | integer               | age   | 年龄    |          |              | . < 120     |\n";
    let shared = format!("| | begin_group | both | 一起 | | | |\n{age}| | end_group | | | | | |\n");
    assert!(
        said(true, &[(age, &shared)]).is_empty(),
        "a group that is no page"
    );
    let page = format!(
        "{}{age}{}",
        "| | begin_group | both | 一起 | | | | field-list |\n", "| | end_group | | | | | | |\n"
    );
    let header = "| relevant     | constraint  |";
    let with_column = "| relevant     | constraint  | appearance |";
    assert_eq!(
        said(true, &[(header, with_column), (age, &page)]),
        ["AM005 5 name"]
    );
    assert!(said(false, &[(header, with_column), (age, &page)]).is_empty());
}

#[test]
fn compare__before_fieldwork__only_what_the_plan_uses_is_kept() {
    assert!(
        said(
            false,
            &[("| age ", "| years "), ("| yn        | no   ", "| yn | nope ")]
        )
        .is_empty()
    );
    assert_eq!(
        said(
            false,
            &[(
                "| pain  | 疼     |          |              |",
                "| pain | 疼 | | ${age} > 5 |"
            )]
        ),
        ["AM022 5 relevant"]
    );
    assert_eq!(
        said(false, &[("| sat       | 1    ", "| sat | 0 ")]),
        ["AM011 2 name", "AM013 2 name"]
    );
}

#[test]
fn compare__messages__name_file_sheet_and_reason_in_both_languages() {
    let uses = uses();
    let ground = Ground {
        begun: true,
        uses: &uses,
    };
    let after = BEFORE.replacen("select_one yn         | again", "select_multiple yn | again", 1);
    let found = compare("new.xlsx", &form(BEFORE), &form(&after), ground);
    assert_eq!(
        found[0].to_line("zh"),
        "AM003 new.xlsx survey 表第 3 行 type 列：题目 again 的类型从 select_one 变成了 select_multiple（或者变成自动计算、只读）：测评已经开始，可能已有人答过。类型改回原来的；另一种问法请加一道新题。"
    );
    assert!(
        found[0]
            .to_line("en")
            .contains("new.xlsx, survey sheet, row 3, column type: the question again")
    );
}

#[test]
fn conflicts__only_answers_that_were_right_before_count() {
    let old = form(BEFORE);
    let new = form(
        &BEFORE
            .replacen(". < 120", ". < 60", 1)
            .replacen("${care} = 5", "${care} = 1", 1),
    );
    let given = answers(&[("care", "5"), ("again", "yes"), ("age", "70")]);
    let fields: Vec<String> = conflicts(&old, &new, &given, TODAY)
        .into_iter()
        .map(|(field, _)| field)
        .collect();
    assert_eq!(fields, ["again", "age"]);
    assert!(conflicts(&old, &new, &answers(&[("age", "200")]), TODAY).is_empty());
    assert!(conflicts(&old, &new, &answers(&[("care", "1"), ("age", "30")]), TODAY).is_empty());
    let (_, said) = &conflicts(&old, &new, &given, TODAY)[1];
    let fault = conflict("new.xlsx", &old, &new, "age", (3, said));
    assert_eq!(
        (fault.code, fault.place.row, fault.place.column.as_deref()),
        ("AM021", Some(4), Some("constraint"))
    );
}
