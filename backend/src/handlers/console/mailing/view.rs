//! Gathers what the page of the leadership's e-mail shows.

use std::sync::Arc;

use analysis::plan::{Plan, RecipientRole};
use analysis::results::RoundDetail;
use jiff::tz::TimeZone;
use uuid::Uuid;

use super::super::{local_time, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::Permission;
use crate::error::AppError;
use crate::mail::dkim::Signer;
use crate::mailing::recipients::{self as list, role_of};
use crate::mailing::schedule::{Due, END, Schedule};
use crate::middleware::problems::PageError;
use crate::pages::invitations::Pick;
use crate::pages::mailing::{Mailing, RecipientLine, RunLine, Typed};
use crate::pages::office::Message;
use crate::pages::{Lang, tr, words};
use crate::store::mailing::MailRound;
use crate::store::mailing::recipients::{self, MailRecipient};
use crate::store::mailing::runs::{self, MailRun};
use crate::store::{mailing, outbox, results};
use crate::summaries::{self, DEFAULT_SENDER, KINDS, Letter, Reason};

/// Messages shown.
const MESSAGES: u64 = 500;

/// The sender of all mail.
pub(super) fn sender(state: &AppState) -> String {
    state
        .config
        .mail_from
        .clone()
        .unwrap_or_else(|| DEFAULT_SENDER.to_owned())
}

/// The page as it is before any act.
pub(super) async fn of<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
) -> Result<Mailing, PageError> {
    let (plan, round) = (&holder.plan, &holder.round);
    let found = mailing::find(&state.db, &round.id).await?;
    let now = state.clock.now();
    // Before the round is opened nothing is scheduled; what is told then is what will be.
    let mail = found.unwrap_or_else(|| MailRound {
        round_id: round.id.clone(),
        since: now.as_millisecond(),
        was_over: false,
        held: false,
        held_by: None,
        held_reason: None,
    });
    let schedule = Schedule::new(&plan.mail, round);
    let next = schedule.as_ref().and_then(|schedule| schedule.next(&mail, now));
    let runs = runs::of_round(&state.db, &round.id).await?;
    let due = schedule.as_ref().and_then(|schedule| schedule.due(&mail, now));
    let was_run = |due: &Due| {
        let mut runs = runs.iter();
        runs.any(|run| run.kind == due.kind.as_str() && run.period == due.period)
    };
    let computed = results::get::<serde::de::IgnoredAny>(&state.db, &round.id).await?;
    let everyone = list::of_round(&state.base(), &state.db, plan).await?;
    let kept = outbox::of_round(&state.db, &round.id, MESSAGES).await?;
    Ok(Mailing {
        id: round.id.clone(),
        round: title(lang, round),
        faults: Vec::new(),
        done: None,
        schedule: schedule_words(lang, plan),
        next: next.map(|due| {
            let local = TimeZone::fixed(plan.mail.offset()).to_datetime(due.at);
            let time = local.strftime("%H:%M").to_string();
            format!("{} {time}", words::day(lang, local.date()))
        }),
        imminent: due.is_some_and(|due| !was_run(&due)),
        held: mail.held.then(|| {
            (
                mail.held_by.unwrap_or_default(),
                mail.held_reason.unwrap_or_default(),
            )
        }),
        computed: computed.map(|(at, _)| local_time(state, at)),
        has_mail: state.config.smtp_url.is_some(),
        signed: Signer::of(&state.config)
            .ok()
            .flatten()
            .map(|signer| signer.dns_name()),
        recipients: everyone.into_iter().map(|row| line(lang, plan, row)).collect(),
        runs: runs.into_iter().map(|run| run_line(state, lang, run)).collect(),
        log: kept
            .into_iter()
            .filter(|message| KINDS.contains(&message.kind.as_str()))
            .map(|message| Message {
                id: message.id,
                when: local_time(state, message.sent_at.unwrap_or(message.next_attempt_at)),
                recipient: message.recipient,
                kind: message.kind,
                state: message.state,
                attempts: message.attempts,
                error: message.last_error,
            })
            .collect(),
        units: plan
            .scored_units()
            .iter()
            .map(|unit| Pick {
                code: unit.code.clone(),
                name: unit.name.get(lang.code()).to_owned(),
            })
            .collect(),
        typed: Typed::default(),
        number: state.entropy.uuid().to_string(),
        may_manage: holder.staff.role.may(Action::ManageMailing),
    })
}

fn schedule_words(lang: Lang, plan: &Plan) -> Vec<String> {
    let mut lines = Vec::new();
    let zone = &plan.mail.time_zone;
    if let Some(weekly) = plan.mail.weekly {
        use analysis::plan::mailing::MailDay;
        let day = match weekly.weekday {
            MailDay::Monday => tr!(lang, "mailing.monday"),
            MailDay::Tuesday => tr!(lang, "mailing.tuesday"),
            MailDay::Wednesday => tr!(lang, "mailing.wednesday"),
            MailDay::Thursday => tr!(lang, "mailing.thursday"),
            MailDay::Friday => tr!(lang, "mailing.friday"),
            MailDay::Saturday => tr!(lang, "mailing.saturday"),
            MailDay::Sunday => tr!(lang, "mailing.sunday"),
        };
        let line = tr!(lang, "mailing.weekly", day = day, hour = weekly.hour, zone = zone);
        lines.push(line.into_owned());
    }
    if plan.mail.at_end {
        lines.push(tr!(lang, "mailing.at_end").into_owned());
    }
    lines
}

fn line(lang: Lang, plan: &Plan, row: MailRecipient) -> RecipientLine {
    let code = match row.unit.as_str() {
        "" => plan.round.county.as_str(),
        code => code,
    };
    let unit = plan.units.get(code);
    RecipientLine {
        id: row.id.to_string(),
        role: match role_of(&row) {
            RecipientRole::Leadership => tr!(lang, "mailing.role_leadership").into_owned(),
            RecipientRole::Unit => tr!(lang, "mailing.role_unit").into_owned(),
        },
        scope: unit.map_or(code, |unit| unit.name.get(lang.code())).to_owned(),
        language: match row.language.as_str() {
            "en" => tr!(lang, "language.en").into_owned(),
            _ => tr!(lang, "language.zh").into_owned(),
        },
        since: row
            .since
            .as_deref()
            .map(|day| words::day_of(lang, day))
            .unwrap_or_default(),
        name: row.name,
        email: row.email,
        state: row.state,
    }
}

fn run_line(state: &AppState, lang: Lang, run: MailRun) -> RunLine {
    RunLine {
        what: match run.period.as_str() {
            END => tr!(lang, "mailing.run_final").into_owned(),
            day => tr!(lang, "mailing.run_weekly", day = words::day_of(lang, day)).into_owned(),
        },
        due: local_time(state, run.due_at),
        state: run.state,
        messages: run.messages,
        error: run.error,
    }
}

/// A recipient's message, as the schedule would send it now.
pub(super) struct Looked {
    /// Name and address.
    pub(super) to: String,
    /// Its language.
    pub(super) language: Lang,
    /// Whether the recipient gets the final one only.
    pub(super) only_final: bool,
    /// The message.
    pub(super) letter: Letter,
}

/// The message of the recipient `id` from the results that are stored.
pub(super) async fn letter<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    id: Uuid,
) -> Result<Looked, PageError> {
    let (plan, round) = (Arc::clone(&holder.plan), &holder.round);
    let row = recipients::find(&state.db, id).await?;
    let row = row
        .filter(|row| row.round_id == round.id)
        .ok_or_else(PageError::lost)?;
    let stored = results::get::<RoundDetail>(&state.db, &round.id).await?;
    let (_, detail) = stored.ok_or_else(PageError::lost)?;
    let overdue = summaries::overdue(&state.base(), &round.id).await?;
    let only_final = role_of(&row) == RecipientRole::Unit;
    let over = Schedule::new(&plan.mail, round).is_some_and(|it| it.is_over(state.clock.now()));
    let reason = match over || only_final {
        true => Reason::Final,
        false => Reason::Weekly(state.clock.today().to_string()),
    };
    let to = format!("{} <{}>", row.name, row.email);
    let language = Lang::parse(&row.language).unwrap_or_default();
    let base = state.base();
    let written = tokio::task::spawn_blocking(move || {
        summaries::letters(&base, &plan, &detail, overdue.as_ref(), &[row], &reason)
    });
    let written = written.await.map_err(|error| AppError::internal(&error))?;
    let letters = written.map_err(|error| AppError::internal(&error))?;
    let letter = letters.into_iter().next().ok_or_else(PageError::lost)?;
    Ok(Looked {
        to,
        language,
        only_final,
        letter,
    })
}
