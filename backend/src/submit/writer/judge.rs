//! Whether a response is let in: its door, its round, its form, the room that is left.

use std::collections::{BTreeMap, BTreeSet};

use sea_orm::ConnectionTrait;

use super::pending::{Key, Pending};
use super::rows::repeat;
use super::surroundings::Surroundings;
use super::{Outcome, Writer};
use crate::entity::{invitations, responses};
use crate::store::invitations as invitation_store;
use crate::store::quotas::QuotaPlace;
use crate::store::responses as response_store;
use crate::store::rounds::{self, Round, RoundState};
use crate::store::{StoreError, forms};
use crate::submit::limits::{Arrival, Limits};
use crate::submit::{SubmitError, receipt, wrong_form};

/// Groups and form versions of a round. Once it is sealed, groups no longer change, and versions are only added.
#[derive(Debug)]
pub(super) struct RoundForms {
    /// Form by group.
    forms: BTreeMap<String, String>,
    /// Current version by form.
    current: BTreeMap<String, String>,
    /// Every `(form, version)` that the round has had.
    known: BTreeSet<(String, String)>,
}

/// What comes of judging.
pub(super) enum Judged {
    /// Refused, or stored before.
    Done(Outcome),
    /// The same id once more in this batch: it shares the outcome of the first.
    Twin,
    /// To be written.
    New {
        row: Box<responses::Model>,
        invitation: Option<Box<invitations::Model>>,
        taken: Vec<QuotaPlace>,
        /// What the row takes the place of.
        earlier: Option<Box<responses::Model>>,
    },
}

impl Writer {
    pub(super) async fn judge(
        &mut self,
        tx: &impl ConnectionTrait,
        pending: &Pending,
        around: &Surroundings,
        limits: &mut Limits,
    ) -> Result<Judged, StoreError> {
        let refuse = |error| Ok(Judged::Done(Err(error)));
        if let Some(first) = around.stored.as_ref().and_then(|stored| stored.get(&pending.id)) {
            return Ok(Judged::Done(repeat(first, &pending.content_mac)));
        }
        if limits.has_admitted(pending.id) {
            return Ok(Judged::Twin);
        }
        let invitation = match &pending.key {
            Key::Lookup(lookup) => around.by_lookup.get(lookup),
            Key::Invitation(id) => around.by_id.get(id),
            Key::Slug(_) | Key::Again(_) | Key::Nothing => None,
        };
        let earlier = match &pending.key {
            Key::Again(id) => around.earlier.get(id),
            _ => None,
        };
        if let Some(earlier) = earlier
            && (earlier.state == response_store::REPLACED || limits.has_replaced(earlier.id))
        {
            return refuse(SubmitError::CodeUsed);
        }
        let (round, group, door) = match (&pending.key, invitation) {
            (Key::Again(_), _) => {
                match earlier.and_then(|row| Some((row, around.rounds.get(&row.round_id)?))) {
                    Some((row, round)) => (round, &row.group, None),
                    None => return refuse(SubmitError::UnknownCode),
                }
            }
            (Key::Slug(slug), _) => match around.links.get(slug) {
                Some(Some(door)) => match around.rounds.get(&door.round.id) {
                    Some(round) => (round, &door.group.group, Some((slug, door))),
                    None => return refuse(SubmitError::UnknownLink),
                },
                _ => return refuse(SubmitError::UnknownLink),
            },
            (_, Some(invitation)) if invitation.state != invitation_store::WITHDRAWN => {
                match around.rounds.get(&invitation.round_id) {
                    Some(round) => (round, &invitation.group, None),
                    None => return refuse(SubmitError::UnknownCode),
                }
            }
            _ => return refuse(SubmitError::UnknownCode),
        };
        if invitation.is_some_and(invitation_store::is_used) {
            return refuse(SubmitError::CodeUsed);
        }
        match pending.mode.state_of(round, self.clock.today(), door.is_some()) {
            RoundState::Open => {}
            RoundState::Closed => return refuse(SubmitError::Closed),
            RoundState::Draft | RoundState::Sealed => return refuse(SubmitError::NotOpen),
        }
        let version = (pending.form.clone(), pending.form_version.clone());
        let known = self.round_forms(tx, &round.id, &version).await?;
        let form = known.forms.get(group).map(String::as_str).unwrap_or_default();
        if form != pending.form {
            return refuse(SubmitError::Invalid(vec![wrong_form(form)]));
        }
        let current = known.current.get(form).cloned().unwrap_or_default();
        // What was answered with an earlier version, on a page left open or far from any network, is as good as what
        // is answered with the present one; it was validated by the version that it names.
        if !known.known.contains(&version) {
            return refuse(SubmitError::UnknownVersion { current });
        }
        // A site that lies in one township answers for it.
        let of_site = door.and_then(|(_, door)| door.link.as_ref()?.unit.clone());
        let unit = of_site.or_else(|| pending.unit.clone());
        // Answers given again stand for the same place, and come through no door that could be full by now, unless the
        // place was given back before.
        let limited = match (door, earlier) {
            (Some((_, door)), _) => Some(door),
            (None, Some(earlier)) => around.earlier_doors.get(&earlier.id),
            (None, None) => None,
        };
        let mut taken = Vec::new();
        if let Some(door) = limited {
            let arrival = Arrival {
                id: pending.id,
                unit: unit.as_deref().or(earlier.and_then(|row| row.unit.as_deref())),
                answers: &pending.answers,
                begun: pending.draft_id.is_some() && earlier.is_none(),
                replaces: earlier,
            };
            taken = match limits.admit(tx, door, arrival).await? {
                Ok(taken) => taken,
                Err(refused) => return refuse(refused),
            };
        }
        limits.note(pending.id, earlier.map(|row| row.id));
        let mut row = self.row(pending, round, group);
        row.unit = unit;
        row.open_link = door.map(|(slug, _)| slug.clone());
        row.link = invitation.map(|invitation| self.keys.link(invitation.id));
        let mut invitation = invitation.cloned();
        if let Some(earlier) = earlier {
            row.unit = row.unit.or_else(|| earlier.unit.clone());
            row.open_link.clone_from(&earlier.open_link);
            row.link.clone_from(&earlier.link);
            if let Some(link) = &earlier.link {
                invitation = invitation_store::by_link(tx, &self.keys, &round.id, link).await?;
            }
        }
        Ok(Judged::New {
            row: Box::new(row),
            invitation: invitation.map(Box::new),
            taken,
            earlier: earlier.cloned().map(Box::new),
        })
    }

    /// The row of a response; who gave it and through which door is the caller's to fill in.
    fn row(&self, pending: &Pending, round: &Round, group: &str) -> responses::Model {
        let salt = self.entropy.bytes::<32>();
        let leaf = receipt::leaf(&salt, &round.id, &pending.form_version, &pending.answers);
        responses::Model {
            id: pending.id,
            round_id: round.id.clone(),
            group: group.to_owned(),
            form: pending.form.clone(),
            form_version: pending.form_version.clone(),
            link: None,
            open_link: None,
            unit: None,
            mode: pending.mode.as_str().to_owned(),
            answering: pending.answering.to_owned(),
            language: pending.language.clone(),
            staff_collected: pending.staff_collected,
            day: self.clock.today().to_string(),
            duration_s: pending.duration_s,
            answers: pending.answers.clone(),
            content_mac: pending.content_mac.clone(),
            salt: salt.to_vec(),
            leaf: hex::encode(leaf),
            ways: pending.ways.clone(),
            consents: pending.consents.clone(),
            interviewer: pending.interviewer.clone(),
            state: response_store::ACCEPTED.to_owned(),
        }
    }

    /// Groups and versions of a round; kept, and read again when a version comes that was not there before.
    async fn round_forms(
        &mut self,
        tx: &impl ConnectionTrait,
        round: &str,
        version: &(String, String),
    ) -> Result<&RoundForms, StoreError> {
        let is_known = |forms: &RoundForms| forms.known.contains(version);
        if !self.round_forms.get(round).is_some_and(is_known) {
            let versions = forms::versions(tx, round).await?;
            let current = versions.iter().filter(|v| v.current);
            let pair = |v: &forms::FormVersion| (v.form.clone(), v.version.clone());
            let groups = rounds::groups(tx, round).await?;
            let found = RoundForms {
                forms: groups.into_iter().map(|row| (row.group, row.form)).collect(),
                current: current.map(pair).collect(),
                known: versions.iter().map(pair).collect(),
            };
            self.round_forms.insert(round.to_owned(), found);
        }
        self.round_forms.get(round).ok_or_else(|| StoreError::Corrupt {
            table: "forms",
            what: "round without forms".to_owned(),
        })
    }
}
