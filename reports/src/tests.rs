//! The whole way from results to documents, on the made-up round.

use std::path::PathBuf;

use analysis::results::AmendmentLine;

use crate::build::{BuildError, Release, Scope, annual, annual_against};
use crate::model::{Block, Lang, Report, Section, Table};
use crate::number::{NumberFormat, Value};
use crate::{docx, email, html, pdf, sample, xlsx};

/// The county's report and one unit's, in both languages.
fn reports() -> Vec<(&'static str, Report)> {
    let (detail, plan) = (sample::detail(), sample::plan());
    let unit = Scope::Unit(plan.scored_units()[6].code.clone());
    [
        ("county-zh", Scope::County, Lang::Zh),
        ("county-en", Scope::County, Lang::En),
        ("unit-zh", unit.clone(), Lang::Zh),
        ("unit-en", unit, Lang::En),
    ]
    .into_iter()
    .map(|(name, scope, lang)| (name, annual(&detail, &plan, &scope, lang).unwrap()))
    .collect()
}

/// The briefs beside them, in the same order.
fn briefs() -> Vec<(&'static str, Report)> {
    let (detail, plan) = (sample::detail(), sample::plan());
    let release = Release::of(&detail, &plan);
    let unit = Scope::Unit(plan.scored_units()[6].code.clone());
    [
        ("brief-county-zh", Scope::County, Lang::Zh),
        ("brief-county-en", Scope::County, Lang::En),
        ("brief-unit-zh", unit.clone(), Lang::Zh),
        ("brief-unit-en", unit, Lang::En),
    ]
    .into_iter()
    .map(|(name, scope, lang)| (name, release.brief(&plan, &scope, lang).unwrap()))
    .collect()
}

/// Where to leave the documents for a person to look at; nowhere unless asked.
fn keep(name: &str, bytes: &[u8]) {
    if let Some(folder) = std::env::var_os("MINYI_SAMPLE_REPORTS") {
        let folder = PathBuf::from(folder);
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(name), bytes).unwrap();
    }
}

#[test]
fn sample_round_renders_in_every_format_and_language() {
    for (name, report) in reports() {
        let page = html::render(&report).unwrap();
        assert_eq!(page.matches("<h1").count(), 1);
        keep(&format!("{name}.html"), page.as_bytes());
        let started = std::time::Instant::now();
        let pdf = pdf::render(&report).unwrap();
        if std::env::var_os("MINYI_SAMPLE_REPORTS").is_some() {
            println!("{name}: PDF of {} bytes in {:?}", pdf.len(), started.elapsed());
        }
        assert!(pdf.starts_with(b"%PDF-1.7"));
        keep(&format!("{name}.pdf"), &pdf);
        let sheet = xlsx::render(&report).unwrap();
        assert!(sheet.starts_with(b"PK"));
        keep(&format!("{name}.xlsx"), &sheet);
        let word = docx::render(&report).unwrap();
        assert!(word.starts_with(b"PK"));
        keep(&format!("{name}.docx"), &word);
        let mail = email::summary(
            &report,
            &email::Around {
                occasion: email::Occasion::Final,
                progress: None,
                link: "https://minyi.example/results/yunxi-2026",
                overdue: None,
                enclosed: &[],
                stop: None,
            },
        )
        .unwrap();
        keep(&format!("{name}-mail.html"), mail.html.as_bytes());
        keep(&format!("{name}-mail.png"), &mail.key_chart_png);
        keep(
            &format!("{name}-mail.txt"),
            format!("{}\n\n{}", mail.subject, mail.text).as_bytes(),
        );
    }
}

#[test]
fn call_backs_are_a_chapter_where_there_were_calls_and_single_out_no_unit() {
    use analysis::callback::{CalledUnit, Check, Said, estimate};
    let (mut detail, plan) = (sample::detail(), sample::plan());
    let page = |detail: &analysis::results::RoundDetail, lang| {
        html::render(&annual(detail, &plan, &Scope::County, lang).unwrap()).unwrap()
    };
    assert!(!page(&detail, Lang::Zh).contains("电话回访</h2>"));
    let clean = Check {
        took_part: Said::Yes,
        answered_self: Said::Yes,
        staff_present: Said::No,
        rating_right: Said::Yes,
    };
    let wrong = Check {
        took_part: Said::No,
        ..clean
    };
    let codes: Vec<String> = plan.scored_units().iter().map(|unit| unit.code.clone()).collect();
    // One disagrees among twelve, but in the first unit nobody does: all of its callers say the same.
    let units: Vec<CalledUnit> = codes
        .iter()
        .enumerate()
        .map(|(at, code)| CalledUnit {
            unit: code.clone(),
            consenting: 40,
            checks: (0..12 + at)
                .map(|call| if call == 0 && at > 0 { wrong } else { clean })
                .collect(),
        })
        .collect();
    detail.callbacks = estimate(&plan.county().code, &units);
    let chinese = page(&detail, Lang::Zh);
    let from = chinese.find("和记录不一致的比例，按单位").expect("the table");
    let table = &chinese[from..from + chinese[from..].find("</table>").unwrap()];
    let name = |code: &str| plan.units.get(code).unwrap().name.get("zh").to_owned();
    let cells_of = |code: &str| {
        let at = table.find(&name(code)).expect("the unit");
        table[at..].split("</tr>").next().unwrap().to_owned()
    };
    assert!(!cells_of(&codes[0]).contains('%'), "{}", cells_of(&codes[0]));
    assert!(
        !cells_of(&codes[1]).contains('%'),
        "the second goes with a single one"
    );
    assert!(cells_of(&codes[2]).contains("7.1%"), "{}", cells_of(&codes[2]));
    assert!(page(&detail, Lang::En).contains("contradicted the record"));
    // Too few calls in the whole county: no chapter.
    detail.callbacks = estimate(
        &plan.county().code,
        &[CalledUnit {
            checks: vec![clean; 9],
            ..units[0].clone()
        }],
    );
    assert!(!page(&detail, Lang::Zh).contains("和记录不一致的比例"));
}

#[test]
fn amendments_are_told_in_the_annex_and_only_where_there_are_any() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    let page = |detail: &analysis::results::RoundDetail, lang| {
        html::render(&annual(detail, &plan, &Scope::County, lang).unwrap()).unwrap()
    };
    assert!(!page(&detail, Lang::Zh).contains("问卷的修订"));
    detail.results.amendments.push(AmendmentLine {
        form: "resident".to_owned(),
        old_version: "8d171d50ed07".repeat(5),
        new_version: "30d8e9e9a8d7".repeat(5),
        reason: "第1题漏了“现在”。".to_owned(),
        day: jiff::civil::date(2026, 11, 20),
        answers_before: 1_234,
    });
    let told = page(&detail, Lang::Zh);
    for words in [
        "问卷的修订",
        "第1题漏了“现在”。",
        "8d171d50ed07 → 30d8e9e9a8d7",
        "1,234",
        "2026-11-20",
    ] {
        assert!(told.contains(words), "{words}");
    }
    assert!(page(&detail, Lang::En).contains("Amendments of the questionnaires"));
}

#[test]
fn county_report_has_all_chapters_in_order() {
    let (_, report) = &reports()[0];
    let headings: Vec<String> = report.sections.iter().map(|s| s.heading(Lang::Zh)).collect();
    insta::assert_snapshot!(headings.join("\n"), @r"
    一、摘要
    二、方法与样本
    三、谁来填、怎么填
    四、参与
    五、受益
    六、满意
    七、重点工作
    八、各评价主体的看法
    九、改革承诺
    十、单位比较
    十一、与上一轮比较
    十二、第三方评估
    十三、群众意见
    十四、后续工作
    十五、附录
    ");
}

#[test]
fn tables_are_square_and_ids_unique() {
    for (name, report) in reports() {
        let mut ids = Vec::new();
        walk(&report.sections, &mut |section| {
            assert!(!ids.contains(&section.id), "{name}: {} twice", section.id);
            ids.push(section.id.clone());
            for block in &section.blocks {
                if let Block::Table(table) = block {
                    assert!(!table.rows.is_empty(), "{name}: {} is empty", table.caption);
                    assert!(
                        table
                            .rows
                            .iter()
                            .all(|row| row.cells.len() == table.columns.len()),
                        "{name}: {}",
                        table.caption
                    );
                }
            }
        });
        for sheet in &report.sheets {
            assert!(sheet.name.chars().count() <= 31, "{}", sheet.name);
            assert!(
                sheet
                    .table
                    .rows
                    .iter()
                    .all(|row| row.cells.len() == sheet.table.columns.len()),
                "{name}: {}",
                sheet.name
            );
        }
    }
}

/// Every table of a report and of its workbook, by caption or name.
fn tables(report: &Report) -> Vec<(String, Table)> {
    let mut all: Vec<(String, Table)> = report
        .sheets
        .iter()
        .map(|sheet| (sheet.name.clone(), sheet.table.clone()))
        .collect();
    walk(&report.sections, &mut |section| {
        for block in &section.blocks {
            if let Block::Table(table) = block {
                all.push((table.caption.clone(), table.clone()));
            }
        }
    });
    all
}

#[test]
fn no_percentage_is_more_than_the_whole_where_marks_stand_beside_shares() {
    for (name, report) in reports() {
        let mut percentages = 0;
        for (caption, table) in tables(&report) {
            for cell in table.rows.iter().flat_map(|row| &row.cells) {
                let most = match cell {
                    Value::Number(v, NumberFormat::Percent) | Value::Marked(v, NumberFormat::Percent) => {
                        v.abs()
                    }
                    Value::Interval(low, high, NumberFormat::Percent) => low.abs().max(high.abs()),
                    _ => continue,
                };
                percentages += 1;
                assert!(most <= 1.0, "{name}, {caption}: {cell:?}");
            }
        }
        assert!(percentages > 100, "{name}: only {percentages}");
    }
}

#[test]
fn a_base_stands_under_every_table_and_on_every_sheet() {
    for (name, report) in reports().into_iter().chain(briefs()) {
        for (caption, table) in tables(&report) {
            let base = table.base.unwrap_or_default();
            let none_needed = ["不由答卷得出", "no answers", "No answers"];
            let told = none_needed.iter().any(|words| base.contains(words));
            assert!(
                told || base.chars().any(|c| c.is_ascii_digit()),
                "{name}, {caption}: {base:?}"
            );
        }
    }
}

#[test]
fn the_annex_lists_every_table_and_figure_with_its_number() {
    for (name, report) in reports() {
        let annex = report.sections.last().unwrap();
        let index = annex
            .sections
            .iter()
            .find(|section| section.id == "annex-index")
            .unwrap();
        let Block::Table(index) = &index.blocks[0] else {
            panic!("a table")
        };
        let listed: Vec<String> = index
            .rows
            .iter()
            .map(|row| row.cells[0].show(report.lang))
            .collect();
        let mut numbers = Vec::new();
        walk(&report.sections, &mut |section| {
            for block in &section.blocks {
                match block {
                    Block::Table(table) => numbers.push(table.number.clone()),
                    Block::Figure(figure) => numbers.push(figure.number.clone()),
                    _ => {}
                }
            }
        });
        assert_eq!(
            numbers.pop().as_ref(),
            Some(&index.number),
            "{name}: the list comes last"
        );
        assert_eq!(listed, numbers, "{name}");
    }
}

#[test]
fn briefs_say_nothing_that_the_report_of_the_unit_does_not() {
    for ((name, brief), (_, report)) in briefs().into_iter().zip(reports()) {
        assert_eq!(brief.headlines, report.headlines, "{name}");
        assert_eq!(brief.key_sentences, report.key_sentences, "{name}");
        assert!(brief.sections.iter().all(|section| section.number.is_empty()));
        let page = html::render(&brief).unwrap();
        assert_eq!(page.matches("<h1").count(), 1);
        assert!(
            !page.contains("class=\"contents\""),
            "{name}: one page needs no table of contents"
        );
        keep(&format!("{name}.html"), page.as_bytes());
        keep(&format!("{name}.pdf"), &pdf::render(&brief).unwrap());
    }
}

#[test]
fn english_report_holds_no_chinese_but_names() {
    let (_, report) = &reports()[1];
    let page = html::render(report).unwrap();
    let han = page
        .lines()
        .find(|line| line.chars().any(|c| ('\u{4e00}'..='\u{9fff}').contains(&c)));
    assert!(
        han.is_none(),
        "{:?}",
        han.map(|line| line.chars().take(400).collect::<String>())
    );
}

#[test]
fn round_without_any_answer_still_renders() {
    let detail = analysis::results::RoundDetail::default();
    let plan = sample::plan();
    for scope in [Scope::County, Scope::Unit(plan.scored_units()[0].code.clone())] {
        let report = annual(&detail, &plan, &scope, Lang::Zh).unwrap();
        assert!(
            report
                .headlines
                .iter()
                .all(|h| h.value == crate::number::Value::Absent)
        );
        html::render(&report).unwrap();
        pdf::render(&report).unwrap();
        docx::render(&report).unwrap();
        xlsx::render(&report).unwrap();
    }
}

#[test]
fn unknown_unit_is_refused_by_code() {
    let (detail, plan) = (sample::detail(), sample::plan());
    let refused = annual(&detail, &plan, &Scope::Unit("nowhere".to_owned()), Lang::Zh);
    assert!(matches!(refused, Err(BuildError::UnknownUnit { code }) if code == "nowhere"));
}

#[test]
fn annual_against_last_round_words_the_change_by_significance() {
    let (now, plan) = (sample::detail(), sample::plan());
    let mut then = now.clone();
    for row in &mut then.results.indicators {
        // Participation was far lower, everything else the same.
        if row.measure == "participation" {
            row.estimate = row.estimate.map(|v| v - 0.2);
        }
    }
    let report = annual_against(&now, Some(&then), &plan, &Scope::County, Lang::Zh).unwrap();
    assert_eq!(
        report.headlines[0].change,
        "比上一轮上升20.0个百分点，超出抽样误差"
    );
    assert!(report.headlines[1].change.contains("在抽样误差之内"));
}

fn walk(sections: &[Section], visit: &mut impl FnMut(&Section)) {
    for section in sections {
        visit(section);
        walk(&section.sections, visit);
    }
}
