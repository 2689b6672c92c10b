//! The working copy of a round's plan: what the office changes bit by bit, with faults in between, until it is saved
//! whole. Every change says which state of the file it was made on, so that nobody's work is written over unseen.

use analysis::plan::{Plan, PlanFiles};
use sea_orm::ConnectionTrait;
use serde_json::json;
use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;

use crate::app::Base;
use crate::rounds::{self, RoundActError};
use crate::store::plan_versions::{
    self, Kind, PlanCopy, PlanVersion, fingerprint, fingerprint_of, manifest_of,
};
use crate::store::rounds::{Round, RoundState};
use crate::store::{StoreError, amendments, begin, forms, plan_files, tallies};

/// Longest reason of a saved version, in characters.
pub const REASON_CHARS: usize = 300;

/// A plan as it is saved and as it stands in the working copy. The frame is in neither.
#[derive(Clone, Debug)]
pub struct Copy {
    /// The saved files; of a sealed round with the questionnaires as they are now.
    pub saved: PlanFiles,
    /// The working copy; the saved files where nothing was changed.
    pub files: PlanFiles,
    /// Who changed it last, and when in Unix milliseconds; none where nothing was changed.
    pub changed: Option<(String, i64)>,
    /// Whether the saved files are others than those from which the working copy began.
    pub overtaken: bool,
}

impl Copy {
    /// What a form says of the state of a file that it was made on; empty for a file that is not there.
    pub fn seen(&self, path: &str) -> String {
        self.files
            .get(path)
            .map(|bytes| fingerprint(bytes))
            .unwrap_or_default()
    }

    /// The same of the whole working copy.
    pub fn fingerprint(&self) -> String {
        fingerprint_of(&manifest_of(&self.files))
    }

    /// The same of what is saved.
    pub fn saved_fingerprint(&self) -> String {
        fingerprint_of(&manifest_of(&self.saved))
    }

    /// Whether anything differs from what is saved.
    pub fn is_changed(&self) -> bool {
        self.files != self.saved
    }

    /// Every fault and warning of the working copy.
    pub fn faults(&self) -> Vec<Diagnostic> {
        let mut found = faults_of(&self.files);
        found.sort_by(Diagnostic::reading_order);
        found
    }
}

/// Faults and warnings of a plan; warnings of a sound one are not told by [`Plan::read`].
pub fn faults_of(files: &PlanFiles) -> Vec<Diagnostic> {
    Plan::read(files).err().unwrap_or_default()
}

/// What became of a change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Changed {
    /// It is in the working copy.
    Done,
    /// Somebody else changed the file meanwhile: this is what it says now, none if it is gone.
    Conflict(Option<Vec<u8>>),
}

/// The saved files of a round without its frame.
async fn saved(conn: &impl ConnectionTrait, base: &Base, round: &Round) -> Result<PlanFiles, StoreError> {
    let mut files = plan_files::read_without_frame(conn, &base.keys, &round.id).await?;
    if round.amended > 0 {
        amendments::apply(conn, &round.id, &mut files).await?;
    }
    Ok(files)
}

/// The working copy of a round's plan.
///
/// # Errors
/// When the database does not answer.
pub async fn load(conn: &impl ConnectionTrait, base: &Base, round: &Round) -> Result<Copy, StoreError> {
    let saved = saved(conn, base, round).await?;
    Ok(match plan_versions::copy(conn, &round.id).await? {
        None => Copy {
            files: saved.clone(),
            saved,
            changed: None,
            overtaken: false,
        },
        Some((row, manifest)) => Copy {
            files: plan_versions::files(conn, &round.id, &manifest).await?,
            overtaken: row.based_on != fingerprint_of(&manifest_of(&saved)),
            saved,
            changed: Some((row.actor, row.at)),
        },
    })
}

/// Writes a file of the working copy, or takes it out; `seen` is what [`Copy::seen`] said when it was shown.
///
/// # Errors
/// [`RoundActError::Unknown`]; [`RoundActError::Plan`] for a file that no plan has.
pub async fn change(
    base: &Base,
    id: &str,
    (path, seen): (&str, &str),
    content: Option<Vec<u8>>,
    actor: &str,
) -> Result<Changed, RoundActError> {
    if !super::archive::is_of_a_plan(path) || path == "frame.csv" {
        return Err(RoundActError::Plan(vec![super::archive::stray(path)]));
    }
    let tx = begin(&base.db).await?;
    let round = rounds::held_alone(&tx, id).await?;
    let mut copy = load(&tx, base, &round).await?;
    if copy.seen(path) != seen {
        // The same change twice, as when a button is pressed again, is none.
        return Ok(match copy.files.get(path) == content.as_ref() {
            true => Changed::Done,
            false => Changed::Conflict(copy.files.remove(path)),
        });
    }
    match content {
        Some(content) => copy.files.insert(path.to_owned(), content),
        None => copy.files.remove(path),
    };
    put(&tx, base, &round, &copy, actor).await?;
    base.record(&tx, actor, "plan.change", id, json!({ "file": path }))
        .await?;
    tx.commit().await?;
    Ok(Changed::Done)
}

async fn put(
    tx: &impl ConnectionTrait,
    base: &Base,
    round: &Round,
    copy: &Copy,
    actor: &str,
) -> Result<(), StoreError> {
    if !copy.is_changed() {
        return plan_versions::drop_copy(tx, &round.id).await;
    }
    let based_on = match plan_versions::copy(tx, &round.id).await? {
        Some((row, _)) => row.based_on,
        None => copy.saved_fingerprint(),
    };
    let row = PlanCopy {
        round_id: round.id.clone(),
        manifest: String::new(),
        based_on,
        actor: actor.to_owned(),
        at: base.clock.now_ms(),
    };
    plan_versions::put_copy(tx, row, &copy.files).await
}

/// Puts a whole plan in place of the working copy, as when an archive is uploaded; `seen` is its
/// [`Copy::fingerprint`]. Returns whether it was still that.
///
/// # Errors
/// [`RoundActError::Unknown`].
pub async fn replace(
    base: &Base,
    id: &str,
    mut files: PlanFiles,
    seen: &str,
    actor: &str,
) -> Result<bool, RoundActError> {
    files.remove("frame.csv");
    let tx = begin(&base.db).await?;
    let round = rounds::held_alone(&tx, id).await?;
    let mut copy = load(&tx, base, &round).await?;
    if copy.fingerprint() != seen {
        return Ok(false);
    }
    copy.files = files;
    put(&tx, base, &round, &copy, actor).await?;
    let detail = json!({ "files": copy.files.len() });
    base.record(&tx, actor, "plan.upload", id, detail).await?;
    tx.commit().await?;
    Ok(true)
}

/// Forgets the working copy, which must still be in the state `seen`. Returns whether it was.
///
/// # Errors
/// [`RoundActError::Unknown`].
pub async fn discard(base: &Base, id: &str, seen: &str, actor: &str) -> Result<bool, RoundActError> {
    let tx = begin(&base.db).await?;
    let round = rounds::held_alone(&tx, id).await?;
    if load(&tx, base, &round).await?.fingerprint() != seen {
        return Ok(false);
    }
    plan_versions::drop_copy(&tx, id).await?;
    base.record(&tx, actor, "plan.discard", id, json!({ "fingerprint": seen }))
        .await?;
    tx.commit().await?;
    Ok(true)
}

/// What somebody who saves has seen: the working copy, and what was saved before.
#[derive(Clone, Copy, Debug)]
pub struct Seen<'a> {
    /// [`Copy::fingerprint`].
    pub copy: &'a str,
    /// [`Copy::saved_fingerprint`].
    pub saved: &'a str,
}

/// Saves the working copy of a draft as its plan and as a version. Returns the version's number; none when the
/// working copy or what was saved is no longer what was seen.
///
/// # Errors
/// [`RoundActError::Plan`] with every fault; [`RoundActError::State`] once the round is sealed.
pub async fn save(
    base: &Base,
    id: &str,
    seen: Seen<'_>,
    reason: &str,
    actor: &str,
) -> Result<Option<i32>, RoundActError> {
    let tx = begin(&base.db).await?;
    let round = rounds::held_alone(&tx, id).await?;
    if round.round_state() != RoundState::Draft {
        return Err(RoundActError::State {
            id: id.to_owned(),
            state: round.round_state().as_str(),
            why: "a sealed plan changes only by an amendment with a reason",
        });
    }
    let copy = load(&tx, base, &round).await?;
    if copy.fingerprint() != seen.copy || copy.saved_fingerprint() != seen.saved {
        return Ok(None);
    }
    let plan = checked(&tx, base, id, &copy.files).await?;
    begin_history(&tx, base, &round, &copy.saved).await?;
    rounds::write_plan(&tx, base, (&plan, &copy.files), rounds::Header::draft()).await?;
    forms::replace(&tx, id, rounds::form_rows(&plan, &copy.files)).await?;
    let seq = append(&tx, base, id, (Kind::Edit, reason, actor), &copy.files).await?;
    plan_versions::drop_copy(&tx, id).await?;
    base.record(&tx, actor, "plan.save", id, json!({ "version": seq }))
        .await?;
    tx.commit().await?;
    Ok(Some(seq))
}

/// The plan that `files` make with the round's own frame.
async fn checked(
    tx: &impl ConnectionTrait,
    base: &Base,
    id: &str,
    files: &PlanFiles,
) -> Result<Plan, RoundActError> {
    let mut files = files.clone();
    if let Some(frame) = plan_files::find(tx, &base.keys, id, "frame.csv").await? {
        files.insert("frame.csv".to_owned(), frame);
    }
    let plan = Plan::read(&files).map_err(RoundActError::Plan)?;
    same_round(&plan, id)?;
    Ok(plan)
}

/// Refuses a plan that is another round's.
pub(super) fn same_round(plan: &Plan, id: &str) -> Result<(), RoundActError> {
    if plan.round.id == id {
        return Ok(());
    }
    Err(RoundActError::Plan(vec![Diagnostic::error(
        "PA010",
        Place::file("plan.toml").field("round.id"),
        Text::zh_en(
            format!("轮次的代码是 {id}，这里写的是 {}。", plan.round.id),
            format!("The round is {id}, but this says {}.", plan.round.id),
        ),
        Text::zh_en(
            "代码定了就不能改：请改回来；要另开一轮，请用“新建轮次”。",
            "The id of a round cannot change: put it back, or start another round.",
        ),
    )]))
}

/// Appends a version of what is now in force or saved.
///
/// # Errors
/// When the database does not answer.
pub async fn append(
    tx: &impl ConnectionTrait,
    base: &Base,
    id: &str,
    (kind, reason, actor): (Kind, &str, &str),
    files: &PlanFiles,
) -> Result<i32, StoreError> {
    let row = PlanVersion {
        round_id: id.to_owned(),
        seq: 0,
        kind: kind.as_str().to_owned(),
        plan_sha256: Plan::sha256(files),
        manifest: String::new(),
        reason: reason.trim().chars().take(REASON_CHARS).collect(),
        actor: actor.to_owned(),
        at: base.clock.now_ms(),
        day: base.clock.today().to_string(),
        answers_before: i64::try_from(tallies::total(tx, id).await?).unwrap_or(i64::MAX),
    };
    plan_versions::append(tx, row, files).await
}

/// Rounds that were made before versions were kept begin with what they have.
///
/// # Errors
/// When the database does not answer.
pub async fn begin_history(
    tx: &impl ConnectionTrait,
    base: &Base,
    round: &Round,
    saved: &PlanFiles,
) -> Result<(), StoreError> {
    if plan_versions::of_round(tx, &round.id).await?.is_empty() {
        append(tx, base, &round.id, (Kind::Import, "", "minyi"), saved).await?;
        if round.plan_sha256.is_some() {
            append(tx, base, &round.id, (Kind::Seal, "", "minyi"), saved).await?;
        }
    }
    Ok(())
}
