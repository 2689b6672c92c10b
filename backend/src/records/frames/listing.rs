//! Who changed between two versions of the frame, by name: a file for the office.

use std::sync::Arc;

use analysis::plan::{Change, FramePerson, MemberChange, Plan};
use serde_json::json;

use super::{drawn, not_proposed, off_thread, pair};
use crate::app::Base;
use crate::records::RecordError;
use crate::spreadsheet::harmless;
use crate::store::begin;
use crate::store::frame_versions::FrameVersion;

/// The head of the list of members that a version changes.
pub const LIST: [&str; 13] = [
    "person_id",
    "name",
    "group",
    "changes",
    "drawn",
    "unit_before",
    "unit_now",
    "category_before",
    "category_now",
    "grade_before",
    "grade_now",
    "hardship_before",
    "hardship_now",
];

/// The members that a version changes, by id, under [`LIST`]: for the office alone. Those of whom only a telephone number
/// or the like changed are left out. Recorded.
///
/// # Errors
/// [`RecordError::Faults`] when the version was put aside.
pub async fn list(
    base: &Base,
    plan: &Plan,
    row: &FrameVersion,
    actor: &str,
) -> Result<Vec<[String; 13]>, RecordError> {
    let id = plan.round.id.as_str();
    let pair = pair(base, plan, row).await?.ok_or_else(not_proposed)?;
    let drawn = drawn(base, id).await?;
    let (keys, round) = (Arc::clone(&base.keys), id.to_owned());
    let lines = off_thread(move || {
        let changes = pair
            .changes()
            .into_iter()
            .filter(|change| change.kinds != [Change::Contact]);
        let lines = changes.map(|change| {
            let is_drawn = drawn.contains(&keys.member_key(&round, change.person_id()));
            line(&change, is_drawn)
        });
        lines.collect::<Vec<_>>()
    })
    .await?;
    let tx = begin(&base.db).await?;
    let detail = json!({ "version": row.version, "rows": lines.len() });
    base.record(&tx, actor, "frame.download", id, detail).await?;
    tx.commit().await?;
    Ok(lines)
}

fn line(change: &MemberChange<'_>, is_drawn: bool) -> [String; 13] {
    let both = |of: &dyn Fn(&FramePerson) -> String| {
        [change.before, change.after].map(|row| row.map(of).map(harmless).unwrap_or_default())
    };
    let [unit_before, unit_now] = both(&|row| row.unit.clone());
    let [category_before, category_now] = both(&|row| row.category.clone());
    let [grade_before, grade_now] = both(&|row| row.grade.clone());
    let [hardship_before, hardship_now] = both(&|row| row.hardship.join(" "));
    let name = change.after.or(change.before).and_then(|row| row.name.clone());
    let kinds: Vec<&str> = change.kinds.iter().map(|kind| kind.as_str()).collect();
    [
        harmless(change.person_id().to_owned()),
        harmless(name.unwrap_or_default()),
        harmless(change.group().to_owned()),
        kinds.join(" "),
        if is_drawn { "yes" } else { "no" }.to_owned(),
        unit_before,
        unit_now,
        category_before,
        category_now,
        grade_before,
        grade_now,
        hardship_before,
        hardship_now,
    ]
}
