//! The summary that the leadership reads on a phone: three numbers with interval and
//! change, one picture, three sentences and a link, on one screen.
//!
//! The HTML is plain blocks with inline styles, for mail programs that drop style sheets
//! and tables alike; the text part says the same without the picture.

use maud::{DOCTYPE, html};

use crate::chart::{ChartError, Frame};
use crate::model::{Lang, Report};
use crate::number::Value;

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

/// Makes the summary of a report; `link` leads to the full report, `overdue` is none where there are no cases.
///
/// # Errors
/// [`EmailError::Chart`] when the picture cannot be drawn.
pub fn summary(report: &Report, link: &str, overdue: Option<&Overdue>) -> Result<EmailSummary, EmailError> {
    let line = overdue.map(|overdue| overdue.line(report.lang));
    let alt = report.key_chart.alt_text(report.lang);
    Ok(EmailSummary {
        subject: subject(report),
        text: text_part(report, link, line.as_deref()),
        html: html_part(report, link, &alt, line.as_deref()),
        key_chart_png: report.key_chart.png_in(report.lang, PICTURE)?,
        key_chart_alt: alt,
    })
}

fn subject(report: &Report) -> String {
    let numbers: Vec<_> = report
        .headlines
        .iter()
        .map(|h| {
            format!(
                "{}{}{}",
                h.name,
                report.lang.pick("", " "),
                h.value.show(report.lang)
            )
        })
        .collect();
    match report.lang {
        Lang::Zh => format!("{}：{}", report.subtitle, numbers.join("，")),
        Lang::En => format!("{}: {}", report.subtitle, numbers.join(", ")),
    }
}

fn text_part(report: &Report, link: &str, overdue: Option<&str>) -> String {
    let lang = report.lang;
    let mut lines = vec![report.title.clone(), report.subtitle.clone(), String::new()];
    if let Some(banner) = &report.banner {
        lines.extend([banner.clone(), String::new()]);
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
    lines.push(String::new());
    lines.extend(report.key_sentences.iter().cloned());
    lines.extend(overdue.map(str::to_owned));
    lines.extend([
        String::new(),
        format!("{}{link}", lang.pick("完整报告：", "Full report: ")),
        String::new(),
    ]);
    lines.push(report.organiser.clone());
    lines.join("\n")
}

fn html_part(report: &Report, link: &str, alt: &str, overdue: Option<&str>) -> String {
    let lang = report.lang;
    let interval = lang.pick("95%置信区间 ", "95% interval ");
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title { (report.title) }
            }
            body style="margin:0;background:#ffffff;color:#1b1f23;font:16px/1.6 -apple-system,'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif" {
                div style="max-width:480px;margin:0 auto;padding:16px" {
                    h1 style="font-size:19px;line-height:1.4;margin:0" { (report.title) }
                    p style="margin:2px 0 12px;color:#4a5259;font-size:14px" { (report.subtitle) }
                    @if let Some(banner) = &report.banner {
                        p style="margin:0 0 12px;padding:8px 12px;background:#fdf4e3;border-left:4px solid #7a4a00;font-size:14px" { (banner) }
                    }
                    @for headline in &report.headlines {
                        div style="border-left:4px solid #0b5c6b;padding:0 0 0 12px;margin:0 0 10px" {
                            p style="margin:0" {
                                strong { (headline.name) } " "
                                strong style="font-size:22px;color:#0b5c6b" { (headline.value.show(lang)) }
                            }
                            p style="margin:0;font-size:13px;line-height:1.5;color:#4a5259" {
                                @if headline.interval != Value::Absent {
                                    (interval) (headline.interval.show(lang)) br;
                                }
                                (headline.change)
                            }
                        }
                    }
                    p style="margin:12px 0 4px;font-weight:bold;font-size:15px" { (report.key_chart.heading().title) }
                    img src={ "cid:" (KEY_CHART_CID) } alt=(alt) width="448" style="display:block;width:100%;height:auto;border:0";
                    @for sentence in &report.key_sentences {
                        p style="margin:8px 0" { (sentence) }
                    }
                    @if let Some(overdue) = overdue {
                        p style="margin:8px 0;padding:6px 0 6px 12px;border-left:4px solid #a3160e" { (overdue) }
                    }
                    p style="margin:16px 0" {
                        a href=(link) style="display:inline-block;background:#0b5c6b;color:#ffffff;padding:12px 20px;text-decoration:none;font-weight:bold" {
                            (lang.pick("打开完整报告", "Open the full report"))
                        }
                    }
                    p style="margin:0;font-size:13px;color:#4a5259" { (report.organiser) }
                }
            }
        }
    }
    .into_string()
}

#[cfg(test)]
mod tests;
