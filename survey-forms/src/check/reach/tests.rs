//! What is claimed to be impossible, and what is not.

use crate::testing::{faults, lines};

fn codes(relevant: &str, kind: &str, constraint: &str) -> Vec<&'static str> {
    let survey = format!(
        "
        | survey  |                 |       |        |                |          |
        |         | type            | name  | label  | relevant       | constraint | constraint_message | calculation |
        |         | integer         | age   | 几岁？ |                |          |      | |
        |         | select_one yn   | works | 工作？ | ${{age}} >= 16 |          |      | |
        |         | select_multiple l | need | 需要？ |               |          |      | |
        |         | range           | sat   | 几分？ |                |          |      | |
        |         | calculate       | twice |        |                |          |      | ${{age}} * 2 |
        |         | text            | word  | 什么？ |                |          |      | |
        |         | {kind}          | q     | 题目   | {relevant}     | {constraint} | {message} | |
        | choices |                 |       |        |
        |         | list_name       | name  | label  |
        |         | yn              | yes   | 是     |
        |         | yn              | no    | 否     |
        |         | l               | a     | 甲     |
        |         | l               | b     | 乙     |
        ",
        message = if constraint.is_empty() { "" } else { "不行" }
    );
    let found = faults(&survey);
    let told: Vec<&'static str> = found.iter().map(|fault| fault.code).collect();
    assert!(
        told.iter().all(|code| ["XF067", "XF068"].contains(code)),
        "{}",
        lines(&found)
    );
    told
}

#[test]
fn relevant__never_true__is_told() {
    for never in [
        "${works} = 'yes' and ${works} = 'no'",
        "${age} > 60 and ${age} < 18",
        "${age} > 17 and ${age} < 18",
        "${works} = 'yes' and ${age} < 16",
        "selected(${need}, 'a') and count-selected(${need}) = 0",
        "not(${works} = 'yes' or ${works} != 'yes')",
        "${sat} > 10",
        "false()",
    ] {
        assert_eq!(codes(never, "text", ""), ["XF067"], "{never}");
    }
}

#[test]
fn relevant__that_may_be_true_or_is_not_understood__is_left_alone() {
    for maybe in [
        "${works} = 'yes' or ${works} = 'no'",
        "${age} > 17 and ${age} < 19",
        "${age} = '' and ${works} = ''",
        "selected(${need}, 'a') and selected(${need}, 'b')",
        "${age} + 1 < ${age}",
        "${twice} > 3 and ${twice} < 2",
        "${word} = 'a' and ${word} = 'b'",
        "today() < '2000-01-01'",
        "not(selected(${need}, 'a'))",
        "${sat} = 10",
    ] {
        assert_eq!(codes(maybe, "text", ""), [""; 0], "{maybe}");
    }
}

#[test]
fn constraint__no_answer_satisfies__is_told() {
    for (kind, never) in [
        ("integer", ". > 5 and . < 3"),
        ("integer", ". > 5 and . < 6"),
        ("decimal", ". > 3 and false()"),
        ("range", ". > 10"),
        ("select_one yn", ". = 'yes' and . = 'no'"),
        ("select_multiple l", "count-selected(.) > 2"),
    ] {
        assert_eq!(codes("", kind, never), ["XF068"], "{kind} {never}");
    }
    for (kind, maybe) in [
        ("decimal", ". > 5 and . < 6"),
        ("integer", ". > ${age} and . < 3"),
        ("text", "regex(., 'a') and regex(., 'b')"),
        ("range", ". = 10"),
        ("select_multiple l", "count-selected(.) = 2"),
        ("date", ". > today() and . < today()"),
        ("select_one yn", ". = 'yes' or ${age} < 3"),
    ] {
        assert_eq!(codes("", kind, maybe), [""; 0], "{kind} {maybe}");
    }
}

#[test]
fn group__never_shown__is_told_once() {
    let found = faults(
        "
        | survey  |               |       |        |                |
        |         | type          | name  | label  | relevant       |
        |         | select_one yn | works | 工作？ |                |
        |         | begin_group   | g     | 组     | ${works} = 'yes' and ${works} = 'no' |
        |         | text          | a     | 甲     | ${works} = 'yes' |
        |         | text          | b     | 乙     |                |
        |         | end_group     |       |        |                |
        | choices |               |       |        |
        |         | list_name     | name  | label  |
        |         | yn            | yes   | 是     |
        |         | yn            | no    | 否     |
        ",
    );
    assert_eq!(found.len(), 1, "{}", lines(&found));
    assert_eq!((found[0].code, found[0].place.row), ("XF067", Some(3)));
}
