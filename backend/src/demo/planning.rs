//! Next year's round as a draft: a plan copied from this year's, changed and saved once, with experts who compare its
//! indicators, so that every page of planning has something to show.

use analysis::plan::PlanFiles;
use anyhow::{Context, Result, bail};
use jiff::ToSpan;
use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha20Rng;

use super::ACTOR;
use crate::app::Base;
use crate::handlers::weigh::{new_token, token_hash};
use crate::planning::copy::{self, Changed, Seen};
use crate::planning::fresh::{self, Own};
use crate::planning::settings::{Settings, Shape};
use crate::planning::sheet::Sheet;
use crate::rounds;
use crate::store::begin;
use crate::store::rounds::Round;
use crate::store::weighing::{self, Expert, Judgement};
use crate::weighing::Tree;
use crate::weighing::comparisons::{STEPS, pairs, step_of};

/// Experts: name, whether all is compared, how far their answers scatter in steps of Saaty's scale.
const EXPERTS: [(&str, bool, i32); 3] = [
    ("残疾人事业研究专家", true, 0),
    ("专门协会主席", true, 1),
    ("县残联理事", false, 1),
];

/// Makes the draft and returns the path of a link by which an expert goes on.
pub(super) async fn next_year(base: &Base, files: &PlanFiles, seed: u64) -> Result<String> {
    let mut sample = files.clone();
    sample.remove("frame.csv");
    let settings = Settings::read(sample.get("plan.toml").context("plan.toml")?)
        .map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let (id, year) = (settings.get("round.id"), settings.get("round.year"));
    let next: i32 = year.parse::<i32>().context("the year")? + 1;
    let later = |key: &str| -> Result<jiff::civil::Date> {
        let day: jiff::civil::Date = settings.get(key).parse().context("a day")?;
        Ok(day.checked_add(1.year())?)
    };
    let own = Own {
        id: id.replace(&year, &next.to_string()),
        year: next,
        opens_on: later("round.opens_on")?,
        closes_on: later("round.closes_on")?,
    };
    if own.id == id {
        bail!("the round {id} does not name its year");
    }
    let copied = fresh::copied(&sample, &own).map_err(|faults| anyhow::anyhow!("{faults:?}"))?;
    rounds::import_after(base, &id, &copied, ACTOR).await?;
    change(base, &own.id, "groups[1].weight", "25").await?;
    let round = rounds::require(base, &own.id).await?;
    let seen = copy::load(&base.db, base, &round).await?;
    let (now, before) = (seen.fingerprint(), seen.saved_fingerprint());
    let seen = Seen {
        copy: &now,
        saved: &before,
    };
    copy::save(base, &own.id, seen, "领导小组会议意见：提高亲友评价的权重", ACTOR).await?;
    change(base, &own.id, "follow_up.days", "10").await?;
    super::editor::draft(base, &own.id).await?;
    experts(base, &round, seed).await
}

/// Changes a setting in the working copy.
async fn change(base: &Base, id: &str, key: &str, value: &str) -> Result<()> {
    let round = rounds::require(base, id).await?;
    let copy = copy::load(&base.db, base, &round).await?;
    let bytes = copy.files.get("plan.toml").context("plan.toml")?;
    let mut settings = Settings::read(bytes).map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    settings
        .set(key, Shape::Number, value)
        .map_err(|fault| anyhow::anyhow!("{fault:?}"))?;
    let content = Some(settings.to_string().into_bytes());
    let seen = copy.seen("plan.toml");
    match copy::change(base, id, ("plan.toml", &seen), content, ACTOR).await? {
        Changed::Done => Ok(()),
        Changed::Conflict(_) => bail!("somebody else changes the demo's plan"),
    }
}

/// Experts who judge by the plan's own weights, each with their own scatter.
async fn experts(base: &Base, round: &Round, seed: u64) -> Result<String> {
    let copy = copy::load(&base.db, base, round).await?;
    let sheet = Sheet::read(copy.files.get("indicators.csv").context("indicators.csv")?)?;
    let tree = Tree::of(&sheet);
    let mut rng = ChaCha20Rng::seed_from_u64(seed ^ 0x0a_4b);
    let mut link = String::new();
    let day = base.clock.today().to_string();
    let tx = begin(&base.db).await?;
    for ((name, is_done, scatter), seq) in EXPERTS.into_iter().zip(1..) {
        let token = new_token(&base.entropy);
        link = format!("/weights/{token}");
        let expert = Expert {
            id: base.entropy.uuid(),
            round_id: round.id.clone(),
            seq,
            name: name.to_owned(),
            token_hash: token_hash(&base.keys, &token),
            state: if is_done { weighing::DONE } else { weighing::OPEN }.to_owned(),
            at: base.clock.now_ms(),
        };
        let groups = tree.groups();
        let compared = groups.iter().take(if is_done { groups.len() } else { 2 });
        let mut said = Vec::new();
        for (first, second) in compared.flat_map(pairs) {
            let steps = step_of(first.weight / second.weight) + rng.random_range(-scatter..=scatter);
            said.push(Judgement {
                expert_id: expert.id,
                first: first.code.clone(),
                second: second.code.clone(),
                steps: steps.clamp(-STEPS, STEPS),
                day: Some(day.clone()),
            });
        }
        base.record(
            &tx,
            ACTOR,
            "weights.ask",
            &round.id,
            serde_json::json!({ "expert": seq }),
        )
        .await?;
        weighing::put(&tx, expert).await?;
        weighing::say(&tx, said).await?;
    }
    tx.commit().await?;
    Ok(link)
}
