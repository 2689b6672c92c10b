//! Reports on forms of which it is known what the robot must find.

use super::{Options, run};
use crate::form::Form;
use crate::testing::{TODAY, form};

fn options(runs: u32) -> Options {
    Options {
        runs,
        seed: 7,
        today: TODAY,
    }
}

const FAULTY: &str = "
    | survey  |                   |        |            |                     |                    |                    |          |               |             |
    |         | type              | name   | label      | relevant            | constraint         | constraint_message | required | choice_filter | calculation |
    |         | begin_group       | about  | 关于您     |                     |                    |                    |          |               |             |
    |         | integer           | age    | 几岁？     |                     | . >= 16 and . <= 120 | 16 到 120        | yes      |               |             |
    |         | text              | id     | 证件号？   |                     | regex(., '[0-9]{17}[0-9X]') | 18 位     | yes      |               |             |
    |         | end_group         |        |            |                     |                    |                    |          |               |             |
    |         | select_one town   | town   | 哪个镇？   |                     |                    |                    | yes      |               |             |
    |         | select_one village | village | 哪个村？ |                     |                    |                    | yes      | of = ${town}  |             |
    |         | text              | young  | 多小？     | ${twice} < 20       |                    |                    |          |               |             |
    |         | note              | bye    | 再见       |                     |                    |                    |          |               |             |
    |         | calculate         | twice  |            |                     |                    |                    |          |               | ${age} * 2  |
    | choices |                   |        |            |    |
    |         | list_name         | name   | label      | of |
    |         | town              | a      | 东镇       |    |
    |         | town              | b      | 西镇       |    |
    |         | village           | a1     | 东一村     | a  |
    |         | village           | c1     | 无名村     | c  |
";

#[test]
fn run__dead_ends_and_what_is_never_reached__are_found() {
    let form: Form = form(FAULTY);
    let report = run(&form, options(120));
    assert_eq!(report.runs, 120);
    assert_eq!(report.never_asked, ["young"]);
    assert_eq!(report.never_offered["village"], ["c1"]);
    assert!(
        report.finished > 30 && report.finished < 90,
        "{}",
        report.finished
    );
    let ends: Vec<(&str, &str, u32)> = report
        .dead_ends
        .iter()
        .map(|end| (end.page.as_str(), end.question.as_str(), end.runs))
        .collect();
    assert_eq!(ends, [("village", "village", 120 - report.finished)]);
    assert_eq!(report.dead_ends[0].example["town"], "b");
    assert_eq!((report.pages.least, report.pages.most), (5, 5));
    let lengths: Vec<(&str, usize)> = report
        .groups
        .iter()
        .map(|group| (group.group.as_str(), group.questions.median))
        .collect();
    assert_eq!(lengths, [("about", 2), ("", 3)]);
    let columns: Vec<(&str, &str)> = report
        .columns
        .iter()
        .map(|column| (column.name.as_str(), column.kind))
        .collect();
    assert_eq!(
        columns,
        [
            ("age", "integer"),
            ("id", "text"),
            ("town", "factor"),
            ("village", "factor"),
            ("young", "text"),
            ("twice", "text")
        ]
    );
    assert_eq!(
        (report.columns[0].filled, report.columns[4].filled),
        (report.finished, 0)
    );
    assert_eq!(report, run(&form, options(120)), "the same again");
    assert!(serde_json::to_value(&report).unwrap()["dead_ends"][0]["said"]["zh"].is_string());
}

#[test]
fn run__every_kind_of_question__comes_to_the_end() {
    let wide = form(crate::client::tests::WIDE);
    let report = run(&wide, options(150));
    assert_eq!(report.dead_ends, [], "every way ends");
    assert_eq!(report.finished, 150);
    assert_eq!(report.never_asked, [""; 0]);
    assert!(
        report
            .groups
            .iter()
            .any(|group| group.group == "member" && group.questions.most > 4)
    );
    let everything = run(&form(crate::xlsform::tests::EVERYTHING), options(150));
    assert_eq!((everything.finished, everything.dead_ends.len()), (150, 0));
}

#[test]
fn run__the_sample_plan__has_no_dead_ends() {
    for name in ["resident", "family", "grassroots"] {
        let path = format!(
            "{}/../backend/plans/sample/forms/{name}.xlsx",
            env!("CARGO_MANIFEST_DIR")
        );
        let read = crate::xlsform::read(&path, &std::fs::read(&path).unwrap()).unwrap();
        let report = run(&read.form, options(60));
        assert_eq!((report.finished, report.dead_ends), (60, Vec::new()), "{name}");
    }
}
