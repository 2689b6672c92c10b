//! What the evaluation's chapters say, and that they say no more than the figures.

use analysis::plan::Plan;
use analysis::results::{EvaluationResults, RoundDetail};

use crate::build::{Scope, annual};
use crate::model::{Block, Lang, Report, Section};
use crate::number::Value;
use crate::sample;

fn find<'r>(sections: &'r [Section], id: &str) -> Option<&'r Section> {
    sections.iter().find_map(|section| match section.id == id {
        true => Some(section),
        false => find(&section.sections, id),
    })
}

fn words(section: &Section) -> String {
    let mut said = String::new();
    for block in &section.blocks {
        match block {
            Block::Paragraph(text) | Block::Finding(text) | Block::Note { text, .. } => said.push_str(text),
            _ => {}
        }
    }
    said
}

fn report(detail: &RoundDetail, plan: &Plan, scope: &Scope, lang: Lang) -> Report {
    annual(detail, plan, scope, lang).unwrap()
}

fn evaluated(edit: impl FnOnce(&mut EvaluationResults)) -> (RoundDetail, Plan) {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    edit(detail.results.evaluation.as_mut().unwrap());
    (detail, plan)
}

#[test]
fn changes_within_noise_are_never_called_up_or_down() {
    let (detail, plan) = evaluated(|found| {
        for row in &mut found.change.as_mut().unwrap().rows {
            row.real = false;
        }
    });
    let said = report(&detail, &plan, &Scope::County, Lang::Zh);
    let chapter = find(&said.sections, "change").unwrap();
    // The paragraph before it explains when up and down are said.
    let Some(Block::Finding(finding)) = chapter.blocks.get(1) else {
        panic!("a finding")
    };
    assert!(finding.contains("没有一个的变化超出误差"), "{finding}");
    assert!(!finding.contains("上升") && !finding.contains("下降"));
    let nodes = words(find(&said.sections, "change-nodes").unwrap());
    assert_eq!(nodes, "没有一项计分的指标变化超出误差。");
    assert!(said.headlines.iter().all(|row| row.change.contains("误差之内")));
}

#[test]
fn real_changes_are_named_with_their_direction_and_headlines_agree() {
    let (detail, plan) = evaluated(|found| {
        for row in &mut found.change.as_mut().unwrap().rows {
            row.real = row.code == "3.1" || row.code.is_empty() && row.unit.ends_with("003");
            row.change = row.change.map(|_| if row.code == "3.1" { 4.0 } else { -6.0 });
        }
    });
    let said = report(&detail, &plan, &Scope::County, Lang::Zh);
    let chapter = words(find(&said.sections, "change").unwrap());
    assert!(chapter.contains("下降的有1个"), "{chapter}");
    let satisfaction = said.headlines.iter().find(|row| row.name == "满意度").unwrap();
    assert_eq!(satisfaction.change, "比上一轮上升4.0分，超出抽样误差");
}

#[test]
fn without_an_evaluation_nothing_of_it_is_said() {
    let (mut detail, plan) = (sample::detail(), sample::plan());
    detail.results.evaluation = None;
    let said = report(&detail, &plan, &Scope::County, Lang::En);
    for id in [
        "change",
        "comparison-bands",
        "comparison-chances",
        "comparison-steering",
    ] {
        assert!(find(&said.sections, id).is_none(), "{id}");
    }
    assert!(
        said.headlines
            .iter()
            .all(|row| row.change == "no earlier round to compare with")
    );
}

#[test]
fn a_unit_s_report_says_its_own_chances_and_gains_and_no_other_unit_s_signs() {
    let (detail, plan) = (sample::detail(), sample::plan());
    let signs = &detail.results.evaluation.as_ref().unwrap().steering;
    let flagged = &signs.iter().find(|sign| sign.flagged).unwrap().unit;
    for unit in plan.scored_units() {
        let said = report(&detail, &plan, &Scope::Unit(unit.code.clone()), Lang::Zh);
        let chances = find(&said.sections, "comparison-chances").unwrap();
        assert!(words(chances).contains("真实得分属于"));
        assert!(find(&said.sections, "comparison-leverage").is_some());
        let steering = find(&said.sections, "comparison-steering").unwrap();
        let tables = steering
            .blocks
            .iter()
            .any(|block| matches!(block, Block::Table(_)));
        assert_eq!(tables, unit.code == *flagged, "{}", unit.code);
        assert!(find(&said.sections, "comparison-weights").is_none());
    }
}

#[test]
fn a_sign_of_a_few_persons_is_told_without_its_share() {
    let (detail, plan) = evaluated(|found| {
        for sign in found.steering.iter_mut().filter(|sign| sign.flagged) {
            sign.found = 6;
        }
    });
    let said = report(&detail, &plan, &Scope::County, Lang::Zh);
    let section = find(&said.sections, "comparison-steering").unwrap();
    let table = section.blocks.iter().find_map(|block| match block {
        Block::Table(table) => Some(table),
        _ => None,
    });
    assert_eq!(table.unwrap().rows[0].cells[3], Value::Suppressed);
    // Who is at the end of the scale is named without the share.
    let said = words(section);
    assert!(
        said.contains("几乎所有评价都是最好一档") && !said.contains("93"),
        "{said}"
    );
}

#[test]
fn chances_never_read_as_certainty() {
    let (detail, plan) = evaluated(|found| {
        for grade in &mut found.grades {
            for chance in &mut grade.chances {
                chance.chance = 0.9999;
            }
            grade.moved_by_noise = 0.0001;
        }
    });
    let said = report(&detail, &plan, &Scope::County, Lang::Zh);
    let section = find(&said.sections, "comparison-chances").unwrap();
    let Some(Block::Table(table)) = section.blocks.last() else {
        panic!("a table")
    };
    for row in &table.rows {
        assert_eq!(row.cells[2], Value::text("99%以上"));
        assert_eq!(row.cells.last(), Some(&Value::text("不到1%")));
    }
}
