use super::*;
use crate::sample;

const LINK: &str = "https://minyi.example/results/yunxi-2026";

/// A message on request with nothing around it.
fn around(overdue: Option<&Overdue>) -> Around<'_> {
    Around {
        occasion: Occasion::OnRequest,
        progress: None,
        link: LINK,
        overdue,
        enclosed: &[],
        stop: None,
    }
}

#[test]
fn summary_holds_three_numbers_three_sentences_one_picture_and_the_link() {
    let report = sample::small_report(Lang::Zh);
    let mail = summary(&report, &around(None)).unwrap();
    insta::assert_snapshot!(format!("{}\n\n{}", mail.subject, mail.text), @r"
    云溪县（2026年）：参与率62.4%

    残疾人工作社会测评年度报告
    云溪县（2026年）

    演示数据。

    参与率：62.4%（95%置信区间59.1%～65.7%），尚无可比的上一轮数字。

    点与区间图，2个单位，由高到低排列。最高的是青石镇（71.3），最低的是柳河乡（69.9）。

    每100项需求中，约62项得到了服务。

    公开的结果：https://minyi.example/results/yunxi-2026

    云溪县残疾人联合会考评办
    您收到它，是因为测评方案的收件人名单上有您。
    ");
    assert_eq!(mail.html.matches("cid:key-chart").count(), 1);
    assert!(mail.html.contains(LINK));
    assert!(!mail.html.contains("<table"));
    assert_eq!(mail.html.matches("<style").count(), 1);
    assert!(mail.key_chart_png.starts_with(b"\x89PNG"));
    assert!(!mail.key_chart_alt.is_empty());
}

#[test]
fn summary_escapes_what_people_wrote() {
    let mut report = sample::small_report(Lang::En);
    report.organiser = "<script>alert(1)</script>".to_owned();
    let link = "https://minyi.example/?a=1&b=\"2\"";
    let mail = summary(&report, &Around { link, ..around(None) }).unwrap();
    assert!(!mail.html.contains("<script>"));
    assert!(mail.html.contains("a=1&amp;b=&quot;2&quot;"));
}

#[test]
fn overdue_cases_are_a_line_with_counts_only() {
    let report = sample::small_report(Lang::Zh);
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
    let mail = summary(&report, &around(Some(&overdue))).unwrap();
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
    let mail = summary(&report, &around(Some(&whole))).unwrap();
    assert!(mail.text.contains("；青山镇12件。"), "{}", mail.text);
    let few = Overdue {
        units: Vec::new(),
        ..whole
    };
    let mail = summary(&report, &around(Some(&few))).unwrap();
    assert!(
        mail.text.contains("；各乡镇件数都少，不分开列。"),
        "{}",
        mail.text
    );
    let none = summary(&report, &around(Some(&Overdue::default()))).unwrap();
    assert!(none.text.contains("没有超期未办的"));
    let without = summary(&report, &around(None)).unwrap();
    assert!(!without.text.contains("诉求工单"));
}

#[test]
fn a_message_says_why_it_comes_how_far_fieldwork_is_what_is_attached_and_how_to_stop_it() {
    let enclosed = [Enclosed {
        name: "yunxi-2026-county-zh.pdf".to_owned(),
        bytes: 421_000,
    }];
    let weekly = Around {
        occasion: Occasion::Interim(jiff::civil::date(2026, 11, 23)),
        progress: Some(Progress {
            invited: 3_000,
            complete: 1_230,
        }),
        enclosed: &enclosed,
        stop: Some("https://minyi.example/mail/stop/x"),
        ..around(None)
    };
    for (lang, words) in [
        (
            Lang::Zh,
            [
                "截至2026年11月23日",
                "收回有效答卷1,230份",
                "附件：yunxi-2026-county-zh.pdf（412 KB）",
                "每周一封",
            ],
        ),
        (
            Lang::En,
            [
                "Interim figures up to 23 November 2026",
                "1,230 brought a complete answer (41.0%)",
                "Attached: yunxi-2026-county-zh.pdf (412 KB)",
                "Sent weekly",
            ],
        ),
    ] {
        let mail = summary(&sample::small_report(lang), &weekly).unwrap();
        for word in words {
            assert!(mail.text.contains(word), "{word}: {}", mail.text);
            assert!(mail.html.contains(word), "{word}: {}", mail.html);
        }
        assert!(mail.text.contains("https://minyi.example/mail/stop/x"));
        assert!(mail.html.contains("href=\"https://minyi.example/mail/stop/x\""));
        assert!(
            mail.text.contains(&mail.key_chart_alt),
            "the text part has no picture"
        );
    }
    let subject = |occasion| {
        let report = sample::small_report(Lang::Zh);
        summary(&report, &Around { occasion, ..weekly }).unwrap().subject
    };
    assert!(subject(weekly.occasion).starts_with("【周报】"));
    assert!(subject(Occasion::Final).starts_with("【最终结果】"));
    assert!(subject(Occasion::Test).starts_with("【试发】"));
}
