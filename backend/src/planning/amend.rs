//! A sealed plan changed in public: what may still change, what never, and the version that results.
//!
//! | after sealing | while nobody is drawn | once the sample is drawn | once answers are in |
//! |---|---|---|---|
//! | titles, addresses, last day, mail lists, invitations, open links | with a reason | with a reason | with a reason |
//! | weights, goalposts, indicators, criteria, grades, calibration | with a reason | with a reason | with a reason, told beside every figure |
//! | units, sampling | with a reason | never | never |
//! | limits of disclosure | with a reason | with a reason | only stricter |
//! | round, groups, areas, questionnaires | never (a questionnaire has its own amendments) | never | never |
//!
//! The frame and the administrative series are no rules and not under the seal; they have their own ways in.

use analysis::plan::{Plan, PlanFiles};
use sea_orm::ConnectionTrait;
use serde_json::json;
use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;
use survey_forms::xlsform;

use super::copy::{self, REASON_CHARS, append, begin_history};
use super::difference;
use crate::app::Base;
use crate::media::FOLDER;
use crate::rounds::{self, Header, RoundActError};
use crate::store::plan_versions::{self, Kind};
use crate::store::rounds::{Round, RoundState};
use crate::store::{StoreError, amendments, begin, forms, plan_files, sample, scores, tallies};

mod judge;

pub use judge::{Effect, Ground, Verdict, judge};

/// Files that the seal does not cover.
const RECORDS: [&str; 2] = ["frame.csv", "admin.csv"];

/// An amendment that was looked through and not yet made.
#[derive(Clone, Debug)]
pub struct Prepared {
    /// The files as they would be stored.
    pub files: PlanFiles,
    /// Hash of the plan in force.
    pub old_sha256: String,
    /// Hash of the plan that would be.
    pub new_sha256: String,
    /// What each change means.
    pub verdicts: Vec<Verdict>,
    /// What has happened already.
    pub ground: Ground,
    /// Everything that stands against it.
    pub faults: Vec<Diagnostic>,
    /// The plan that it makes with the questionnaires in use; none where it has faults.
    plan: Option<Plan>,
}

async fn ground(conn: &impl ConnectionTrait, id: &str) -> Result<Ground, StoreError> {
    Ok(Ground {
        sampled: sample::count(conn, id).await? > 0,
        answers: tallies::total(conn, id).await?,
        marks: !scores::list(conn, id).await?.is_empty(),
    })
}

/// Lays a proposed folder over the sealed one: records stay as they are stored, and a questionnaire that is the sealed
/// one, or the one in use, is no change.
async fn laid_over(
    conn: &impl ConnectionTrait,
    id: &str,
    sealed: &PlanFiles,
    mut proposed: PlanFiles,
) -> Result<PlanFiles, StoreError> {
    for record in RECORDS {
        proposed.remove(record);
        if let Some(kept) = sealed.get(record) {
            proposed.insert(record.to_owned(), kept.clone());
        }
    }
    let version = |path: &str, bytes: &[u8]| xlsform::read(path, bytes).ok().map(|read| read.form.version);
    for current in forms::all_current(conn, id).await? {
        let path = &current.source_path;
        let (Some(before), Some(now)) = (sealed.get(path), proposed.get(path)) else {
            continue;
        };
        let now = version(path, now);
        if now.is_some() && (now.as_deref() == Some(&current.version) || now == version(path, before)) {
            proposed.insert(path.clone(), before.clone());
        }
    }
    for name in amendments::media_names(conn, id).await? {
        proposed.remove(&format!("{FOLDER}{name}"));
    }
    Ok(proposed)
}

/// Looks through an amendment of the sealed plan without making it.
///
/// # Errors
/// [`RoundActError::State`] for drafts, whose plan is simply saved.
pub async fn prepare(
    conn: &impl ConnectionTrait,
    base: &Base,
    round: &Round,
    proposed: PlanFiles,
) -> Result<Prepared, RoundActError> {
    if round.round_state() == RoundState::Draft {
        return Err(RoundActError::State {
            id: round.id.clone(),
            state: "draft",
            why: "nothing is sealed yet; change the plan and save it",
        });
    }
    let sealed = plan_files::read_without_frame(conn, &base.keys, &round.id).await?;
    let files = laid_over(conn, &round.id, &sealed, proposed).await?;
    let ground = ground(conn, &round.id).await?;
    let difference = difference::between(&sealed, &files);
    let verdicts = judge(&difference, ground);
    let mut faults: Vec<Diagnostic> = verdicts
        .iter()
        .filter_map(|verdict| match &verdict.effect {
            Effect::Never(fault) => Some(fault.as_ref().clone()),
            _ => None,
        })
        .collect();
    faults.extend(
        files
            .keys()
            .filter(|path| !super::archive::is_of_a_plan(path))
            .map(|path| super::archive::stray(path)),
    );
    let mut in_use = files.clone();
    for form in forms::all_current(conn, &round.id).await? {
        in_use.insert(form.source_path, form.xlsx);
    }
    for name in amendments::media_names(conn, &round.id).await? {
        if let Some(content) = amendments::media(conn, &round.id, &name).await? {
            in_use.insert(format!("{FOLDER}{name}"), content);
        }
    }
    let plan = match Plan::read(&in_use) {
        Ok(plan) => {
            if let Err(RoundActError::Plan(other)) = copy::same_round(&plan, &round.id) {
                faults.extend(other);
            }
            Some(plan)
        }
        Err(found) => {
            faults.extend(found.into_iter().filter(Diagnostic::is_error));
            None
        }
    };
    let (old_sha256, new_sha256) = (Plan::sha256(&sealed), Plan::sha256(&files));
    if old_sha256 == new_sha256 {
        faults.push(Diagnostic::error(
            "PA022",
            Place::unknown(),
            Text::zh_en(
                "和封存的方案没有区别。",
                "It does not differ from the sealed plan.",
            ),
            Text::zh_en("没有什么要修订。", "There is nothing to amend."),
        ));
    }
    Ok(Prepared {
        files,
        old_sha256,
        new_sha256,
        verdicts,
        ground,
        faults,
        plan,
    })
}

/// What was amended.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Amended {
    /// Number of the published version: 1 is the plan as it was first sealed.
    pub number: usize,
    /// Hash of the plan that was in force.
    pub old_sha256: String,
    /// Hash of the plan that is now.
    pub new_sha256: String,
    /// Changes of words and arrangements.
    pub words: usize,
    /// Changes of the rules by which figures are made.
    pub rules: usize,
    /// Answers that had come.
    pub answers: u64,
}

fn reason_fault() -> RoundActError {
    RoundActError::Plan(vec![Diagnostic::error(
        "PA027",
        Place::unknown().field("reason"),
        Text::zh_en("要写明为什么修订。", "An amendment needs its reason."),
        Text::zh_en(
            format!("写一句话，不超过 {REASON_CHARS} 字；公开页面和每份报告都会印出来。"),
            format!(
                "Write a sentence of at most {REASON_CHARS} characters; the public page and every report print it."
            ),
        ),
    )])
}

/// Puts another plan in the place of a sealed one: one transaction with its version and its audit entry. With
/// `expected`, the hash that was shown beforehand, a plan that became another meanwhile is refused.
///
/// # Errors
/// [`RoundActError::Plan`] with everything that stands against it; [`RoundActError::State`] for drafts;
/// [`RoundActError::Moved`].
pub async fn amend(
    base: &Base,
    id: &str,
    proposed: PlanFiles,
    (reason, expected): (&str, Option<&str>),
    actor: &str,
) -> Result<Amended, RoundActError> {
    let reason = reason.trim();
    if reason.is_empty() || reason.chars().count() > REASON_CHARS {
        return Err(reason_fault());
    }
    let tx = begin(&base.db).await?;
    let round = rounds::held_alone(&tx, id).await?;
    let prepared = prepare(&tx, base, &round, proposed).await?;
    let plan = match prepared.plan {
        Some(plan) if prepared.faults.is_empty() => plan,
        _ => return Err(RoundActError::Plan(prepared.faults)),
    };
    if expected.is_some_and(|expected| expected != prepared.new_sha256) {
        return Err(RoundActError::Moved {
            now: prepared.new_sha256,
        });
    }
    let sealed = plan_files::read_without_frame(&tx, &base.keys, id).await?;
    begin_history(&tx, base, &round, &sealed).await?;
    let header = Header {
        state: round.state.clone(),
        plan_sha256: Some(prepared.new_sha256.clone()),
        amended: round.amended + 1,
    };
    rounds::write_plan(&tx, base, (&plan, &prepared.files), header).await?;
    append(&tx, base, id, (Kind::Amend, reason, actor), &prepared.files).await?;
    plan_versions::drop_copy(&tx, id).await?;
    let published = plan_versions::of_round(&tx, id).await?;
    let count = |effect: fn(&Effect) -> bool| {
        prepared
            .verdicts
            .iter()
            .filter(|verdict| effect(&verdict.effect))
            .count()
    };
    let amended = Amended {
        number: published.iter().filter(|version| version.is_published()).count(),
        old_sha256: prepared.old_sha256,
        new_sha256: prepared.new_sha256,
        words: count(|effect| *effect == Effect::Words),
        rules: count(|effect| *effect == Effect::Rules),
        answers: prepared.ground.answers,
    };
    let detail = json!({
        "from": amended.old_sha256, "to": amended.new_sha256, "reason": reason,
        "rules": amended.rules, "answers": amended.answers,
    });
    base.record(&tx, actor, "plan.amend", id, detail).await?;
    tx.commit().await?;
    Ok(amended)
}
