use super::*;
use crate::sample;

#[test]
fn summary_holds_three_numbers_three_sentences_one_picture_and_the_link() {
    let report = sample::small_report(Lang::Zh);
    let mail = summary(&report, "https://minyi.example/results/yunxi-2026", None).unwrap();
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text), @r"
    云溪县（2026年）：参与率62.4%

    残疾人工作社会测评年度报告
    云溪县（2026年）

    演示数据。

    参与率：62.4%（95%置信区间59.1%～65.7%），尚无可比的上一轮数字。

    每100项需求中，约62项得到了服务。

    完整报告：https://minyi.example/results/yunxi-2026

    云溪县残疾人联合会考评办
    ");
    assert_eq!(mail.html.matches("cid:key-chart").count(), 1);
    assert!(mail.html.contains("https://minyi.example/results/yunxi-2026"));
    assert!(!mail.html.contains("<table") && !mail.html.contains("<style"));
    assert!(mail.key_chart_png.starts_with(b"\x89PNG"));
    assert!(!mail.key_chart_alt.is_empty());
}

#[test]
fn summary_escapes_what_people_wrote() {
    let mut report = sample::small_report(Lang::En);
    report.organiser = "<script>alert(1)</script>".to_owned();
    let mail = summary(&report, "https://minyi.example/?a=1&b=\"2\"", None).unwrap();
    assert!(!mail.html.contains("<script>"));
    assert!(mail.html.contains("a=1&amp;b=&quot;2&quot;"));
}

#[test]
fn overdue_cases_are_a_line_with_counts_only() {
    let report = sample::small_report(Lang::Zh);
    let link = "https://minyi.example/results/yunxi-2026";
    let units = ["青山镇", "云口乡", "甲乡", "乙乡", "丙乡", "丁乡"];
    let overdue = Overdue {
        count: 21,
        oldest_days: 12,
        units: units
            .iter()
            .zip([6, 5, 4, 3, 2, 1])
            .map(|(name, n)| ((*name).to_owned(), n))
            .collect(),
    };
    let mail = summary(&report, link, Some(&overdue)).unwrap();
    let line = "诉求工单：超期未办21件，最久的已超期12天；";
    assert!(
        mail.text.contains(line) && mail.html.contains(line),
        "{}",
        mail.text
    );
    assert!(mail.text.contains("青山镇") && !mail.text.contains("丁乡"));
    assert!(mail.text.contains("，其余在别的乡镇。"));
    let whole = Overdue {
        count: 12,
        oldest_days: 1,
        units: vec![("青山镇".to_owned(), 12)],
    };
    let mail = summary(&report, link, Some(&whole)).unwrap();
    assert!(mail.text.contains("；青山镇12件。"), "{}", mail.text);
    let few = Overdue {
        units: Vec::new(),
        ..whole
    };
    let mail = summary(&report, link, Some(&few)).unwrap();
    assert!(
        mail.text.contains("；各乡镇件数都少，不分开列。"),
        "{}",
        mail.text
    );
    let none = summary(&report, link, Some(&Overdue::default())).unwrap();
    assert!(none.text.contains("没有超期未办的"));
    let without = summary(&report, link, None).unwrap();
    assert!(!without.text.contains("诉求工单"));
}
