//! `minyi round plan-amend` and `round versions`.

use analysis::plan::PlanFiles;
use anyhow::Result;

use super::{ACTOR, say};
use crate::app::Base;
use crate::planning::amend;
use crate::planning::history::{self, Entry};

/// Amends a sealed plan and says what that did.
pub(super) async fn amend(base: &Base, id: &str, files: PlanFiles, reason: &str, lang: &str) -> Result<()> {
    let done = amend::amend(base, id, files, (reason, None), ACTOR).await?;
    // Twelve characters tell versions apart.
    let (old, new) = (&done.old_sha256, &done.new_sha256);
    say(&match lang {
        "en" => format!(
            "{id}: version {} of the plan, {old:.12} → {new:.12}; {} changes of rules, {} of words; {} answers before it",
            done.number, done.rules, done.words, done.answers
        ),
        _ => format!(
            "{id}：方案第 {} 版，{old:.12} → {new:.12}；规则改动 {} 处，文字和安排改动 {} 处；此前已收到 {} 份答卷",
            done.number, done.rules, done.words, done.answers
        ),
    });
    say(new);
    Ok(())
}

/// Lists what is known of a plan's history.
pub(super) async fn versions(base: &Base, id: &str, json: bool) -> Result<()> {
    crate::rounds::require(base, id).await?;
    let entries = history::of_round(&base.db, id).await?;
    if json {
        say(&serde_json::to_string_pretty(&entries)?);
        return Ok(());
    }
    for entry in &entries {
        say(&line(entry));
    }
    Ok(())
}

fn line(entry: &Entry) -> String {
    let number = match (entry.published, entry.seq) {
        (Some(number), _) => format!("v{number}"),
        (None, Some(seq)) => format!("#{seq}"),
        (None, None) => "-".to_owned(),
    };
    format!(
        "{:<4} {} {:<7} {:.12}  {}  {}",
        number, entry.day, entry.kind, entry.sha256, entry.actor, entry.reason
    )
}
