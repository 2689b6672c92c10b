//! The files of a frame's versions, opened and read.

use analysis::plan::{FramePerson, MemberChange, NewFrame, Plan, compare_frames, read_frame, read_new_frame};
use sea_orm::ConnectionTrait;

use crate::app::Base;
use crate::store::frame_versions::{self as versions, FrameVersion};
use crate::store::{StoreError, plan_files};

/// The file of a version of the frame; version 0 is the plan's.
pub(super) async fn file_of(
    conn: &impl ConnectionTrait,
    base: &Base,
    round: &str,
    version: i32,
) -> Result<Option<Vec<u8>>, StoreError> {
    if version == 0 {
        plan_files::find(conn, &base.keys, round, "frame.csv").await
    } else {
        versions::content(conn, &base.keys, round, version).await
    }
}

/// Reads the members of a version that was accepted before.
pub(super) fn accepted(plan: &Plan, version: i32, bytes: &[u8]) -> Result<NewFrame, StoreError> {
    let read = if version == 0 {
        read_frame(bytes, &plan.units).map(|people| NewFrame {
            people,
            ..NewFrame::default()
        })
    } else {
        read_new_frame("frame.csv", bytes, &plan.units, &plan.groups)
    };
    read.map_err(|faults| StoreError::Corrupt {
        table: "frame_versions",
        what: format!("{} faults in a frame that was accepted", faults.len()),
    })
}

/// Works on large tables off the server's own threads.
pub(super) async fn off_thread<T: Send + 'static>(
    work: impl FnOnce() -> T + Send + 'static,
) -> Result<T, StoreError> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(|error| StoreError::Corrupt {
            table: "frame_versions",
            what: error.to_string(),
        })
}

/// Two versions side by side.
pub(super) struct Pair {
    pub(super) before: Vec<FramePerson>,
    pub(super) now: NewFrame,
}

impl Pair {
    pub(super) fn changes(&self) -> Vec<MemberChange<'_>> {
        compare_frames(&self.before, &self.now)
    }
}

pub(super) async fn pair(base: &Base, plan: &Plan, row: &FrameVersion) -> Result<Option<Pair>, StoreError> {
    let id = plan.round.id.as_str();
    let before = file_of(&base.db, base, id, row.based_on).await?;
    let now = file_of(&base.db, base, id, row.version).await?;
    let (Some(before), Some(now)) = (before, now) else {
        return Ok(None);
    };
    let (of_before, of_now, based_on, version) = (plan.clone(), plan.clone(), row.based_on, row.version);
    // A county's frame takes about a second to read: both are read at once.
    let (before, now) = tokio::try_join!(
        off_thread(move || accepted(&of_before, based_on, &before)),
        off_thread(move || accepted(&of_now, version, &now)),
    )?;
    Ok(Some(Pair {
        before: before?.people,
        now: now?,
    }))
}
