//! Reaching the people who were drawn: letters and labels, text messages, e-mail, and a new code for a lost one.
//!
//! Everything here opens sealed identities or makes codes that answer in a person's place. So every act is one
//! transaction with an audit entry that names each case whose identity was opened, and the console lets nobody in
//! whom a judged unit employs (`auth::holder`).

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::{FrameSource, Plan};
use reports::pdf::PdfError;
use reports::sheets::Audience;
use sea_orm::DatabaseTransaction;
use serde_json::{Value, json};
use thiserror::Error;

use crate::app::Base;
use crate::codes::Code;
use crate::mail::compose::ComposeError;
use crate::mail::dkim::DkimError;
use crate::store::frame::{self, Identity};
use crate::store::invitations::{self, Invitation};
use crate::store::sample::{self, SampleCase};
use crate::store::{StoreError, attachments, begin, drafts};

pub mod email;
pub mod sheets;
pub mod sms;
pub mod waves;

/// Why an act is refused.
#[derive(Debug, Error)]
pub enum InvitingError {
    /// Nobody is left after choosing.
    #[error(
        "no invitation fits this choice: check village, group and case number, and that invitations were issued"
    )]
    Nobody,
    /// More sheets than one request can make.
    #[error("more than {most} invitations at once; choose a township or village")]
    TooMany {
        /// Most at once.
        most: usize,
    },
    /// An act without its reason.
    #[error("a reason is needed")]
    NoReason,
    /// The case has no invitation.
    #[error("there is no case {0:?} with an invitation in this round")]
    UnknownCase(String),
    /// The case has its response.
    #[error("case {0:?} has answered already; its code cannot be taken back")]
    Answered(String),
    /// The round takes no answers.
    #[error("the round is not open, so nobody is invited or reminded")]
    NotOpen,
    /// The sheets could not be typeset.
    #[error(transparent)]
    Pdf(#[from] PdfError),
    /// A message could not be composed.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// The key that signs cannot be used.
    #[error(transparent)]
    Dkim(#[from] DkimError),
    /// The CSV could not be written.
    #[error("the table could not be written: {0}")]
    Csv(String),
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<sea_orm::DbErr> for InvitingError {
    fn from(error: sea_orm::DbErr) -> Self {
        Self::Store(error.into())
    }
}

/// Which invitations are meant.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Choice {
    /// A village or township by its code; everywhere when absent.
    pub unit: Option<String>,
    /// Respondent groups; all when empty.
    pub groups: Vec<String>,
    /// One case by its number.
    pub case: Option<String>,
}

impl Choice {
    fn takes(&self, case: &SampleCase) -> bool {
        let here = |unit: &String| case.unit == *unit || case.township.as_ref() == Some(unit);
        self.unit.as_ref().is_none_or(here)
            && (self.groups.is_empty() || self.groups.contains(&case.group))
            && self.case.as_ref().is_none_or(|number| *number == case.case_id)
    }

    fn detail(&self) -> Value {
        json!({ "unit": self.unit, "groups": self.groups, "case": self.case })
    }
}

/// Someone invited.
#[derive(Clone, Debug)]
pub struct Invited {
    /// The invitation that counts: the last that was not taken back.
    pub invitation: Invitation,
    /// What was drawn.
    pub case: SampleCase,
    /// Who it is; none where identities stay closed, or the register holds none.
    pub identity: Option<Identity>,
}

impl Invited {
    /// The code.
    pub fn code(&self, base: &Base) -> Code {
        Code::of_invitation(&base.keys, self.invitation.id)
    }

    /// The personal address.
    pub fn url(&self, base: &Base) -> String {
        format!("{}/r/{}", base.config.base_url, self.code(base))
    }
}

/// The invitations that fit a choice, by case number, with identities closed.
async fn chosen(tx: &DatabaseTransaction, round: &str, choice: &Choice) -> Result<Vec<Invited>, StoreError> {
    let mut cases: BTreeMap<String, SampleCase> = sample::list(tx, round)
        .await?
        .into_iter()
        .filter(|case| choice.takes(case))
        .map(|case| (case.case_id.clone(), case))
        .collect();
    let mut invited = Vec::new();
    for invitation in invitations::list(tx, round).await? {
        if invitation.state != invitations::WITHDRAWN
            && let Some(case) = cases.remove(&invitation.case_id)
        {
            invited.push(Invited {
                invitation,
                case,
                identity: None,
            });
        }
    }
    invited.sort_by(|a, b| a.case.case_id.cmp(&b.case.case_id));
    Ok(invited)
}

/// Opens the identities of `invited`; returns the numbers of the cases whose identity was opened.
async fn open_identities(
    tx: &DatabaseTransaction,
    base: &Base,
    round: &str,
    invited: &mut [Invited],
) -> Result<Vec<String>, StoreError> {
    let keys: Vec<String> = invited
        .iter()
        .filter_map(|one| one.case.member_key.clone())
        .collect();
    let mut identities = frame::identities(tx, &base.keys, round, &keys).await?;
    let mut opened = Vec::new();
    for one in invited {
        one.identity = one
            .case
            .member_key
            .as_ref()
            .and_then(|key| identities.remove(key));
        if one.identity.is_some() {
            opened.push(one.case.case_id.clone());
        }
    }
    Ok(opened)
}

/// Whom a group's letters address.
fn audience(plan: &Plan, group: &str) -> Audience {
    match plan.group(group).map(|group| group.source) {
        Some(FrameSource::Relatives) => Audience::Family,
        Some(FrameSource::Bodies) => Audience::Grassroots,
        Some(FrameSource::Persons) | None => Audience::Resident,
    }
}

/// An address as it is typed: without scheme.
fn typed(url: &str) -> &str {
    url.split_once("://").map_or(url, |(_, rest)| rest)
}

/// The last day in words.
fn until(plan: &Plan, lang: crate::pages::Lang) -> String {
    crate::pages::words::day(lang, plan.round.closes_on)
}

/// Cases that refused, died or moved away: nobody writes to them again.
async fn closed_cases(tx: &DatabaseTransaction, round: &str) -> Result<BTreeSet<String>, StoreError> {
    invitations::closed_cases(tx, round).await
}

/// The invitation of a case that can still be taken back.
async fn current(tx: &DatabaseTransaction, round: &str, case: &str) -> Result<Invitation, InvitingError> {
    let invitation = invitations::of_case(tx, round, case)
        .await?
        .ok_or_else(|| InvitingError::UnknownCase(case.to_owned()))?;
    match invitations::is_used(&invitation) {
        true => Err(InvitingError::Answered(case.to_owned())),
        false => Ok(invitation),
    }
}

/// Takes an invitation back: its code opens nothing any more. What was begun with it is thrown away.
///
/// # Errors
/// [`InvitingError::UnknownCase`] and [`InvitingError::Answered`].
pub async fn withdraw(
    base: &Base,
    round: &str,
    case: &str,
    (actor, reason): (&str, &str),
) -> Result<(), InvitingError> {
    let tx = begin(&base.db).await?;
    let invitation = current(&tx, round, case).await?;
    invitations::withdraw(&tx, invitation.id).await?;
    let draft = base.keys.link(invitation.id);
    attachments::remove_of_drafts(&tx, vec![draft.clone()]).await?;
    drafts::delete(&tx, &draft).await?;
    let detail = json!({ "case": case, "reason": reason });
    base.record(&tx, actor, "invitation.withdraw", round, detail)
        .await?;
    tx.commit().await?;
    Ok(())
}

/// Gives a case a new code in place of a lost one. What was begun goes on under the new code, with the earlier answers
/// hidden as on any other device.
///
/// # Errors
/// See [`withdraw`].
pub async fn reissue(
    base: &Base,
    round: &str,
    case: &str,
    (actor, reason): (&str, &str),
) -> Result<(), InvitingError> {
    let tx = begin(&base.db).await?;
    let old = current(&tx, round, case).await?;
    invitations::withdraw(&tx, old.id).await?;
    let new = invitations::issue(
        &tx,
        &base.keys,
        &base.entropy,
        round,
        &[(old.group.clone(), case.to_owned())],
    )
    .await?;
    if let Some(new) = new.first() {
        if old.no_remind {
            invitations::set_no_remind(&tx, new.id).await?;
        }
        let draft = drafts::find_for_update(&tx, &base.keys.link(old.id)).await?;
        if let Some(mut draft) = draft {
            drafts::delete(&tx, &draft.id).await?;
            draft.id = base.keys.link(new.id);
            // The digits are bound to the old code; whoever found the old letter must not find them of use.
            draft.pin = None;
            draft.pin_failures = 0;
            drafts::put(&tx, draft).await?;
            invitations::mark_started(&tx, new.id).await?;
        }
    }
    let detail = json!({ "case": case, "reason": reason });
    base.record(&tx, actor, "invitation.reissue", round, detail)
        .await?;
    tx.commit().await?;
    Ok(())
}

#[cfg(test)]
mod tests;
