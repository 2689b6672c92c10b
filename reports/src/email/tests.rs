use super::*;
use crate::sample;

#[test]
fn summary_holds_three_numbers_three_sentences_one_picture_and_the_link() {
    let report = sample::small_report(Lang::Zh);
    let mail = summary(&report, "https://minyi.example/results/yunxi-2026").unwrap();
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
    let mail = summary(&report, "https://minyi.example/?a=1&b=\"2\"").unwrap();
    assert!(!mail.html.contains("<script>"));
    assert!(mail.html.contains("a=1&amp;b=&quot;2&quot;"));
}
