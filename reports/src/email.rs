//! The summary that the leadership reads on a phone: three numbers with interval and
//! change, one picture, three sentences and a link, on one screen.
//!
//! The HTML is plain blocks with inline styles, for mail programs that drop style sheets
//! and tables alike; the one style sheet only turns the colours where the reader's screen is
//! dark, and nothing is lost where it is dropped. The text part says the same without the picture.

use jiff::civil::Date;
use maud::{DOCTYPE, Markup, PreEscaped, html};

use crate::chart::{ChartError, Frame};
use crate::model::{Headline, Lang, Report};
use crate::number::{self, NumberFormat, Value};

/// The name under which the mail attaches the picture: `cid:key-chart`.
pub const KEY_CHART_CID: &str = "key-chart";
/// A phone's width, drawn at two pixels a point for sharp screens.
const PICTURE: Frame = Frame {
    width: 480.0,
    heading: false,
};

/// Why a summary could not be made.
#[derive(Debug, thiserror::Error)]
pub enum EmailError {
    /// The picture could not be drawn.
    #[error("the picture of the summary could not be drawn: {0}")]
    Chart(#[from] ChartError),
}

/// The parts of the summary.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EmailSummary {
    /// The subject line.
    pub subject: String,
    /// The plain-text part.
    pub text: String,
    /// The HTML part; it refers to the picture as `cid:key-chart`.
    pub html: String,
    /// The picture.
    pub key_chart_png: Vec<u8>,
    /// The picture in words.
    pub key_chart_alt: String,
}

/// Follow-up cases that are overdue: counts, never a text.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Overdue {
    /// How many.
    pub count: u64,
    /// Days that the oldest is late.
    pub oldest_days: u64,
    /// Names of the units with enough cases to be named, the most first. The rest of the cases is in others.
    pub units: Vec<(String, u64)>,
}

/// Units named in the line.
const UNITS_NAMED: usize = 5;

impl Overdue {
    /// The line of the summary.
    fn line(&self, lang: Lang) -> String {
        if self.count == 0 {
            return lang
                .pick("诉求工单：没有超期未办的。", "Follow-up cases: none is overdue.")
                .to_owned();
        }
        let named = || self.units.iter().take(UNITS_NAMED);
        let words = named().map(|(name, count)| match lang {
            Lang::Zh => format!("{name}{count}件"),
            Lang::En => format!("{name} {count}"),
        });
        let mut places = words.collect::<Vec<_>>().join(lang.pick("、", ", "));
        if places.is_empty() {
            places.push_str(lang.pick(
                "各乡镇件数都少，不分开列",
                "too few in each township to be listed",
            ));
        } else if named().map(|(_, count)| count).sum::<u64>() < self.count {
            places.push_str(lang.pick("，其余在别的乡镇", ", the rest in others"));
        }
        let (count, days) = (self.count, self.oldest_days);
        match lang {
            Lang::Zh => format!("诉求工单：超期未办{count}件，最久的已超期{days}天；{places}。"),
            Lang::En => {
                format!("Follow-up cases: {count} overdue, the oldest by {days} days; {places}.")
            }
        }
    }
}

/// Why a summary is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Occasion {
    /// While answers still come in: the day up to which they were counted.
    Interim(Date),
    /// Fieldwork is over.
    Final,
    /// Somebody of the office asked for it.
    OnRequest,
    /// A member of staff sends it to themselves to see it.
    Test,
}

/// How far fieldwork is: every group together.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// Cases invited.
    pub invited: u64,
    /// Complete answers of them.
    pub complete: u64,
}

/// A file that goes with the message.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Enclosed {
    /// Its name.
    pub name: String,
    /// Its size in bytes.
    pub bytes: usize,
}

/// What a message says beside the report's own figures.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Why it is sent.
    pub occasion: Occasion,
    /// How far fieldwork is.
    pub progress: Option<Progress>,
    /// Where the published results are.
    pub link: &'a str,
    /// Overdue cases; none where there are no cases at all, or the reader may not know of them.
    pub overdue: Option<&'a Overdue>,
    /// What is attached.
    pub enclosed: &'a [Enclosed],
    /// Where the reader says that no further message is wanted.
    pub stop: Option<&'a str>,
}

impl Around<'_> {
    /// What the reader must know of the figures before reading them.
    fn standing(&self, lang: Lang) -> Option<String> {
        let Occasion::Interim(day) = self.occasion else {
            return None;
        };
        let day = number::date(day, lang);
        Some(match lang {
            Lang::Zh => {
                format!("截至{day}的阶段数字。调查还在进行，数字会随答卷增加而变化，不作为最后结果。")
            }
            Lang::En => format!(
                "Interim figures up to {day}. Fieldwork goes on and the figures will move as answers come in; they are not the final result."
            ),
        })
    }

    fn progress_line(&self, lang: Lang) -> Option<String> {
        let Progress { invited, complete } = self.progress?;
        if invited == 0 {
            return None;
        }
        #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
        let (all, done) = (invited as f64, complete as f64);
        let count = |n: f64| number::number(n, NumberFormat::Count);
        let share = number::number(done / all, NumberFormat::Percent);
        Some(match lang {
            Lang::Zh => format!(
                "发出邀请{}份，收回有效答卷{}份，占{share}。",
                count(all),
                count(done)
            ),
            Lang::En => format!(
                "Of {} invitations, {} brought a complete answer ({share}).",
                count(all),
                count(done)
            ),
        })
    }

    fn enclosed_line(&self, lang: Lang) -> Option<String> {
        let files = self.enclosed.iter().map(|file| {
            let size = file.bytes.div_ceil(1024);
            match lang {
                Lang::Zh => format!("{}（{size} KB）", file.name),
                Lang::En => format!("{} ({size} KB)", file.name),
            }
        });
        let files: Vec<String> = files.collect();
        (!files.is_empty()).then(|| {
            let files = files.join(lang.pick("、", ", "));
            format!("{}{files}", lang.pick("附件：", "Attached: "))
        })
    }

    fn why(&self, lang: Lang) -> &'static str {
        match self.occasion {
            Occasion::Interim(_) => lang.pick(
                "调查期间每周一封。您收到它，是因为测评方案的收件人名单上有您。",
                "Sent weekly during fieldwork, because you are on the evaluation plan's list.",
            ),
            Occasion::Final | Occasion::OnRequest => lang.pick(
                "您收到它，是因为测评方案的收件人名单上有您。",
                "Sent because you are on the evaluation plan's list.",
            ),
            Occasion::Test => lang.pick(
                "这是一封试发的邮件，只发给了您自己。",
                "This is a test message, sent to you alone.",
            ),
        }
    }
}

/// Makes the summary of a report.
///
/// # Errors
/// [`EmailError::Chart`] when the picture cannot be drawn.
pub fn summary(report: &Report, around: &Around<'_>) -> Result<EmailSummary, EmailError> {
    let alt = report.key_chart.alt_text(report.lang);
    Ok(EmailSummary {
        subject: subject(report, around.occasion),
        text: text_part(report, around, &alt),
        html: html_part(report, around, &alt),
        key_chart_png: report.key_chart.png_in(report.lang, PICTURE)?,
        key_chart_alt: alt,
    })
}

fn subject(report: &Report, occasion: Occasion) -> String {
    let lang = report.lang;
    let kind = match occasion {
        Occasion::Interim(_) => lang.pick("【周报】", "[Weekly] "),
        Occasion::Final => lang.pick("【最终结果】", "[Final] "),
        Occasion::OnRequest => "",
        Occasion::Test => lang.pick("【试发】", "[Test] "),
    };
    let numbers: Vec<_> = report
        .headlines
        .iter()
        .map(|h| format!("{}{}{}", h.name, lang.pick("", " "), h.value.show(lang)))
        .collect();
    let separator = lang.pick("，", ", ");
    let colon = lang.pick("：", ": ");
    format!("{kind}{}{colon}{}", report.subtitle, numbers.join(separator))
}

fn text_part(report: &Report, around: &Around<'_>, alt: &str) -> String {
    let lang = report.lang;
    let mut lines = vec![report.title.clone(), report.subtitle.clone(), String::new()];
    for notice in report.banner.iter().cloned().chain(around.standing(lang)) {
        lines.extend([notice, String::new()]);
    }
    for headline in &report.headlines {
        let mut line = format!(
            "{}{}{}",
            headline.name,
            lang.pick("：", ": "),
            headline.value.show(lang)
        );
        if headline.interval != Value::Absent {
            let interval = headline.interval.show(lang);
            line.push_str(&match lang {
                Lang::Zh => format!("（95%置信区间{interval}）"),
                Lang::En => format!(" (95% interval {interval})"),
            });
        }
        line.push_str(lang.pick("，", "; "));
        line.push_str(&headline.change);
        line.push_str(lang.pick("。", "."));
        lines.push(line);
    }
    lines.extend([String::new(), alt.to_owned(), String::new()]);
    lines.extend(report.key_sentences.iter().cloned());
    lines.extend(around.progress_line(lang));
    lines.extend(around.overdue.map(|overdue| overdue.line(lang)));
    lines.extend([
        String::new(),
        format!(
            "{}{}",
            lang.pick("公开的结果：", "Published results: "),
            around.link
        ),
    ]);
    lines.extend(around.enclosed_line(lang));
    lines.extend([
        String::new(),
        report.organiser.clone(),
        around.why(lang).to_owned(),
    ]);
    if let Some(stop) = around.stop {
        lines.push(format!(
            "{}{stop}",
            lang.pick("不再接收：", "Stop these messages: ")
        ));
    }
    lines.join("\n")
}

/// The focus of the keyboard, and the colours of a dark screen, by class. Each pair keeps a contrast of at least 7 : 1;
/// the picture keeps its white ground, because its ink is dark.
const STYLE: &str = ":root{color-scheme:light dark;supported-color-schemes:light dark}\
a:focus{outline:3px solid #b7791f;outline-offset:2px}\
@media (prefers-color-scheme:dark){\
.page{background:#14181b !important;color:#e9edf0 !important}\
.soft{color:#b9c3ca !important}\
.mark{border-color:#5fb8c6 !important}\
.number{color:#8fd3de !important}\
.notice{background:#3a2c10 !important;color:#ffe2ad !important;border-color:#e0a23c !important}\
.late{border-color:#ff8a80 !important}\
.go{background:#8fd3de !important;color:#0c1113 !important}\
.plain{color:#8fd3de !important}}";

fn html_part(report: &Report, around: &Around<'_>, alt: &str) -> String {
    let lang = report.lang;
    let page = "margin:0;background:#ffffff;color:#1b1f23;font:16px/1.6 -apple-system,'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif";
    let notices = report.banner.iter().cloned().chain(around.standing(lang));
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                meta name="color-scheme" content="light dark";
                meta name="supported-color-schemes" content="light dark";
                title { (subject(report, around.occasion)) }
                style { (PreEscaped(STYLE)) }
            }
            body.page style=(page) {
                main style="display:block;max-width:480px;margin:0 auto;padding:12px 16px" {
                    h1 style="font-size:18px;line-height:1.4;margin:0" { (report.title) }
                    p.soft style="margin:0 0 8px;color:#4a5259;font-size:14px" { (report.subtitle) }
                    @for notice in notices {
                        p.notice style="margin:0 0 8px;padding:6px 10px;background:#fdf4e3;color:#1b1f23;border-left:4px solid #7a4a00;font-size:13px;line-height:1.5" { (notice) }
                    }
                    @for headline in &report.headlines { (headline_block(report, headline)) }
                    p style="margin:10px 0 4px;font-weight:bold;font-size:15px" { (report.key_chart.heading().title) }
                    img src={ "cid:" (KEY_CHART_CID) } alt=(alt) width="448" style="display:block;width:100%;height:auto;border:0;background:#ffffff";
                    @for sentence in &report.key_sentences {
                        p style="margin:8px 0" { (sentence) }
                    }
                    @if let Some(line) = around.progress_line(lang) {
                        p style="margin:8px 0" { (line) }
                    }
                    @if let Some(overdue) = around.overdue {
                        p.late style="margin:8px 0;padding:6px 0 6px 12px;border-left:4px solid #a3160e" { (overdue.line(lang)) }
                    }
                    p style="margin:16px 0 8px" {
                        a.go href=(around.link) style="display:inline-block;background:#0b5c6b;color:#ffffff;padding:12px 20px;text-decoration:none;font-weight:bold" {
                            (lang.pick("打开公开的结果", "Open the published results"))
                        }
                    }
                    @if let Some(line) = around.enclosed_line(lang) {
                        p.soft style="margin:0 0 8px;font-size:14px;color:#4a5259;overflow-wrap:anywhere" { (line) }
                    }
                    (foot(report, around))
                }
            }
        }
    }
    .into_string()
}

fn headline_block(report: &Report, headline: &Headline) -> Markup {
    let lang = report.lang;
    html! {
        div.mark style="border-left:4px solid #0b5c6b;padding:0 0 0 10px;margin:0 0 8px" {
            p style="margin:0;line-height:1.4" {
                strong { (headline.name) } " "
                strong.number style="font-size:22px;color:#0b5c6b" { (headline.value.show(lang)) }
                @if headline.interval != Value::Absent {
                    " "
                    span.soft style="font-size:13px;color:#4a5259;white-space:nowrap" {
                        (lang.pick("区间", "interval")) " " (headline.interval.show(lang))
                    }
                }
            }
            p.soft style="margin:0;font-size:13px;line-height:1.5;color:#4a5259" { (headline.change) }
        }
    }
}

fn foot(report: &Report, around: &Around<'_>) -> Markup {
    let lang = report.lang;
    html! {
        p.soft style="margin:0;font-size:13px;line-height:1.5;color:#4a5259" {
            @if report.headlines.iter().any(|headline| headline.interval != Value::Absent) {
                (lang.pick(
                    "“区间”是95%置信区间：抽样可能使数字在这个范围内变动。",
                    "“Interval” is the 95% interval: how far the draw of the sample may have moved the number.",
                )) br;
            }
            (report.organiser) br;
            (around.why(lang))
        }
        @if let Some(stop) = around.stop {
            p.soft style="margin:4px 0 0;font-size:13px;color:#4a5259" {
                a.plain href=(stop) style="display:inline-block;padding:10px 0;color:#0b5c6b" {
                    (lang.pick("不再接收这类邮件", "Stop these messages"))
                }
            }
        }
    }
}

#[cfg(test)]
mod tests;
