//! What followed the demo's answers: roots published day by day, requests handled well and badly, and what the office
//! says it did. The acts are those of the product, on days of the demo's own clock.

use std::sync::Arc;

use analysis::plan::Plan;
use anyhow::{Context, Result};
use jiff::civil::Date;
use jiff::{SignedDuration, ToSpan};
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::{ACTOR, noon};
use crate::app::Base;
use crate::cases::office::{self, Act};
use crate::cases::{CaseState, Outcome, Satisfaction, respondent};
use crate::clock::FixedClock;
use crate::roots;
use crate::store::cases::{self, Case, Filter};
use crate::store::improvements::{self, Improvement};
use crate::store::merkle_log::DAILY;
use crate::store::{begin, tallies};

/// Cases handled at most: enough for every page and figure.
const HANDLED: u64 = 400;

/// What the office answers.
const ANSWERS: [&str; 5] = [
    "已经转给乡镇残联，本周内有人上门看情况。",
    "您说的事我们查过了，手续可以在村里办，村里会帮您填表。",
    "已经排进下个月的计划，办好以后会在村里贴通知。",
    "钱款这个月已经补发，请您查一查。还没有到，请再写话告诉我们。",
    "这件事要和县里别的部门一起办，我们已经发了函，有消息就写在这里。",
];

/// What people said, what was done, and in which area.
const DONE: [(&str, [&str; 4]); 3] = [
    (
        "rehab",
        [
            "轮椅、助行器坏了没地方修。",
            "从11月起，每月10日修理师傅轮流到各乡镇，行动不便的上门修。",
            "There was nowhere to have wheelchairs repaired.",
            "Since November a repairer comes to each township on the 10th of the month, and to the homes of those who cannot travel.",
        ],
    ),
    (
        "cert",
        [
            "评残要跑县城，路远，费用高。",
            "评残医生每季度下乡一次，重度残疾人可以上门评定。",
            "Disability assessment meant a long and costly trip to the county town.",
            "Assessors now come to the townships every quarter, and to the homes of people with severe disabilities.",
        ],
    ),
    (
        "access",
        [
            "村委会门口的坡太陡，轮椅上不去。",
            "第一批36个村的坡道已经按标准改好，名单贴在村务公开栏。",
            "The ramps at village offices are too steep for wheelchairs.",
            "Ramps of the first 36 villages have been rebuilt to the standard; the list is on the villages' notice boards.",
        ],
    ),
];

/// Publishes the root of each day of fieldwork, up to the last day with a response.
pub(super) async fn publish_roots(base: &Base, plan: &Plan) -> Result<()> {
    let id = plan.round.id.as_str();
    let counts = tallies::daily(&base.db, id).await?;
    let days: std::collections::BTreeSet<&String> = counts.iter().map(|row| &row.day).collect();
    let yesterday = base.clock.today().yesterday()?.to_string();
    for day in days.into_iter().filter(|day| **day <= yesterday) {
        let tx = begin(&base.db).await?;
        roots::publish(&tx, &base.keys, id, DAILY, day).await?;
        tx.commit().await?;
    }
    Ok(())
}

/// `base` on another day.
fn on(base: &Base, day: Date) -> Base {
    Base {
        clock: Arc::new(FixedClock::at(noon(day) + SignedDuration::from_hours(2))),
        ..base.clone()
    }
}

/// Handles most of the requests that came with the answers, some of them late, and leaves the rest.
pub(super) async fn handle(base: &Base, plan: &Plan, seed: u64) -> Result<()> {
    let id = plan.round.id.as_str();
    let mut draw = ChaCha20Rng::seed_from_u64(seed ^ 0x000c_a5e5);
    let mut open = cases::page(&base.db, id, &Filter::default(), (0, HANDLED)).await?;
    // Ids are random and not the seed's: the order of what is drawn for must be.
    open.sort_by(|a, b| (&a.opened_on, &a.unit, &a.group).cmp(&(&b.opened_on, &b.unit, &b.group)));
    for case in open {
        one(base, plan, &case, &mut draw).await?;
    }
    publish(base, plan).await
}

async fn one(base: &Base, plan: &Plan, case: &Case, draw: &mut ChaCha20Rng) -> Result<()> {
    let round = plan.round.id.as_str();
    let today = base.clock.today();
    let opened: Date = case.opened_on.parse().context("a case's day")?;
    let area = plan.areas[draw.random_range(0..plan.areas.len())].code.clone();
    // How long the office takes, in days; a fifth is late, a tenth is never looked at.
    let (luck, first, rest) = (
        draw.random_range(0.0..1.0),
        draw.random_range(1..4),
        draw.random_range(2..10),
    );
    let (ending, step) = (draw.random_range(0.0..1.0), draw.random_range(0.0..1.0));
    let answer = ANSWERS[draw.random_range(0..ANSWERS.len())];
    if luck < 0.1 {
        return Ok(());
    }
    let accepted = opened.saturating_add(first.days());
    let done = accepted.saturating_add((rest + if luck < 0.3 { 14 } else { 0 }).days());
    let act = async |day: Date, act: Act| -> Result<bool> {
        if day >= today {
            return Ok(false);
        }
        office::act(&on(base, day), round, case.id, act, ACTOR).await?;
        Ok(true)
    };
    let assign = Act::Assign {
        owner: None,
        due_on: case.due_on.clone(),
        area: Some(area),
    };
    let refused = ending < 0.04;
    if refused {
        let why = "这件事不归残联办，请找镇政府民政办，电话在村务公开栏上。".to_owned();
        act(accepted, Act::Move(CaseState::Rejected, None, why)).await?;
        return Ok(());
    }
    let went_on = act(accepted, Act::Move(CaseState::Accepted, None, String::new())).await?
        && act(accepted, assign).await?
        && act(accepted, Act::Move(CaseState::Working, None, String::new())).await?
        && act(done, Act::Move(CaseState::Answered, None, answer.to_owned())).await?;
    if !went_on {
        return Ok(());
    }
    let outcome = match ending {
        e if e < 0.6 => Outcome::Solved,
        e if e < 0.85 => Outcome::Partly,
        _ => Outcome::Unsolved,
    };
    let closed = done.saturating_add(2.days());
    act(closed, Act::Move(CaseState::Closed, Some(outcome), String::new())).await?;
    let said = match step {
        s if s < 0.25 => Satisfaction::VeryGood,
        s if s < 0.5 => Satisfaction::Good,
        s if s < 0.62 => Satisfaction::Fair,
        s if s < 0.7 => Satisfaction::Poor,
        s if s < 0.74 => Satisfaction::VeryPoor,
        s if s < 0.78 => Satisfaction::DontKnow,
        _ => return Ok(()),
    };
    Ok(respondent::rate(base, &case.leaf, said).await?)
}

/// Publishes what the office did.
async fn publish(base: &Base, plan: &Plan) -> Result<()> {
    let known = |code: &str| plan.areas.iter().any(|area| area.code == code);
    let rows = DONE.map(|(area, [said_zh, did_zh, said_en, did_en])| Improvement {
        id: base.entropy.uuid(),
        round_id: plan.round.id.clone(),
        area: Some(area.to_owned()).filter(|code| known(code)),
        said_zh: said_zh.to_owned(),
        did_zh: did_zh.to_owned(),
        said_en: said_en.to_owned(),
        did_en: did_en.to_owned(),
        day: base.clock.today().to_string(),
        withdrawn: false,
    });
    Ok(improvements::insert(&base.db, rows.into()).await?)
}
