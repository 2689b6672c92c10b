//! `minyi form pretest`: a robot answers a questionnaire before any person does.

use std::path::Path;

use anyhow::Result;
use jiff::tz::Offset;
use survey_forms::pretest::{self, Length, Options, Report};

use super::{say, workbook};
use crate::cli::failure::Faults;
use crate::clock::{Clock, SystemClock};

/// Answers the questionnaire so many times and tells what was found, in words or as JSON.
///
/// # Errors
/// [`Faults`] when the form has any.
pub(super) fn run(file: &Path, runs: u32, seed: u64, json: bool, lang: &str) -> Result<()> {
    let (name, bytes) = workbook(file)?;
    let form = survey_forms::xlsform::read(&name, &bytes).map_err(Faults)?.form;
    let today = SystemClock::new(Offset::constant(8)).today();
    let report = pretest::run(&form, Options { runs, seed, today });
    if json {
        say(&serde_json::to_string_pretty(&report)?);
    } else {
        for line in lines(&report, lang) {
            say(&line);
        }
    }
    Ok(())
}

fn lines(report: &Report, lang: &str) -> Vec<String> {
    let is_english = lang == "en";
    let length = |of: &Length| format!("{}–{}–{}", of.least, of.median, of.most);
    let (finished, runs) = (report.finished, report.runs);
    let mut out = vec![if is_english {
        format!(
            "{finished} of {runs} runs came to the end; pages {}, questions {} (least–median–most)",
            length(&report.pages),
            length(&report.questions)
        )
    } else {
        format!(
            "答了 {runs} 次，{finished} 次答到最后；页数 {}，题数 {}（最少–中位–最多）",
            length(&report.pages),
            length(&report.questions)
        )
    }];
    for group in report.groups.iter().filter(|group| !group.group.is_empty()) {
        let length = length(&group.questions);
        out.push(if is_english {
            format!("group {}: {length} questions", group.group)
        } else {
            format!("分组 {}：{length} 道题", group.group)
        });
    }
    for end in &report.dead_ends {
        let (question, runs) = (&end.question, end.runs);
        let said = end.said.get(lang);
        out.push(if is_english {
            format!("dead end at {question} in {runs} runs: {said}")
        } else {
            format!("在 {question} 走不下去（{runs} 次）：{said}")
        });
    }
    for (question, choices) in &report.never_offered {
        let choices = choices.join(" ");
        out.push(if is_english {
            format!("never offered in {question}: {choices}")
        } else {
            format!("{question} 从没出现过的选项：{choices}")
        });
    }
    if !report.never_asked.is_empty() {
        let names = report.never_asked.join(" ");
        out.push(if is_english {
            format!("never asked: {names}")
        } else {
            format!("从没问到的题：{names}")
        });
    }
    let empty: Vec<&str> = report
        .columns
        .iter()
        .filter(|column| column.filled == 0)
        .map(|column| column.name.as_str())
        .collect();
    out.push(if is_english {
        format!(
            "{} columns, always empty: {}",
            report.columns.len(),
            empty.join(" ")
        )
    } else {
        format!(
            "数据有 {} 列，一直空着的：{}",
            report.columns.len(),
            empty.join(" ")
        )
    });
    out
}
