use super::*;
use crate::sample;

#[test]
fn summary_holds_three_numbers_three_sentences_one_picture_and_the_link() {
    let report = sample::small_report(Lang::Zh);
    let mail = summary(&report, "https://minyi.example/results/yunxi-2026").unwrap();
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text), @"");
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
