//! The leadership group's summary by e-mail: one message for each person on the plan's list, in that person's
//! language, with the county report attached. Messages are put into the outbox; `jobs/send_mail.rs` sends them.

use std::time::{Duration, SystemTime};

use analysis::plan::{Plan, Recipient};
use analysis::results::RoundDetail;
use reports::build::Scope;
use reports::model::{Lang, Report};
use sea_orm::DatabaseConnection;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::app::Base;
use crate::cases::figures::{self, Overdue};
use crate::mail::compose::{AttachedFile, ComposeError, Header, compose, sender_domain};
use crate::reporting::{self, Format, RenderError};
use crate::store::outbox::{self, NewMessage};
use crate::store::{StoreError, cases};

/// The kind of these messages in the outbox.
pub const KIND: &str = "summary";
/// The sender where the settings name none.
pub const DEFAULT_SENDER: &str = "民意 Minyi <minyi@localhost>";

/// Why the summaries could not be made or queued.
#[derive(Debug, Error)]
pub enum SummaryError {
    /// The report could not be built or written.
    #[error(transparent)]
    Render(#[from] RenderError),
    /// The short form could not be made.
    #[error(transparent)]
    Summary(#[from] reports::email::EmailError),
    /// A message could not be composed.
    #[error(transparent)]
    Compose(#[from] ComposeError),
    /// The outbox could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// A composed message and the person it is for.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The recipient's address.
    pub recipient: String,
    /// The same for the same content to the same person.
    pub dedup_key: String,
    /// The message as it goes over the wire.
    pub message: Vec<u8>,
}

/// Composes the summaries for everyone on the plan's list.
///
/// # Errors
/// [`SummaryError`]; nothing is half done.
pub fn letters(
    base: &Base,
    plan: &Plan,
    detail: &RoundDetail,
    overdue: Option<&Overdue>,
) -> Result<Vec<Letter>, SummaryError> {
    let round = plan.round.id.as_str();
    let link = format!("{}/results/{round}", base.config.base_url);
    let digest = content_digest(detail, overdue);
    let mut written: Vec<Edition> = Vec::new();
    let mut letters = Vec::new();
    for person in &plan.mail.leadership {
        let lang = if person.language == "en" {
            Lang::En
        } else {
            Lang::Zh
        };
        if !written.iter().any(|edition| edition.lang == lang) {
            written.push(Edition::write(detail, plan, lang, overdue)?);
        }
        let Some(edition) = written.iter().find(|edition| edition.lang == lang) else {
            continue;
        };
        letters.push(edition.letter_to(base, person, &link, &digest)?);
    }
    Ok(letters)
}

/// Queues the letters that are not in the outbox yet; returns how many were new.
///
/// # Errors
/// When the database does not answer.
pub async fn queue(
    db: &DatabaseConnection,
    base: &Base,
    round: &str,
    letters: Vec<Letter>,
) -> Result<u64, SummaryError> {
    let messages = letters
        .into_iter()
        .map(|letter| NewMessage {
            id: base.entropy.uuid(),
            round: round.to_owned(),
            kind: KIND.to_owned(),
            recipient: letter.recipient,
            dedup_key: letter.dedup_key,
            message: letter.message,
        })
        .collect();
    Ok(outbox::enqueue(db, messages, base.clock.now_ms()).await?)
}

/// The report in one language, written once for all who read it.
struct Edition {
    overdue: Option<reports::email::Overdue>,
    lang: Lang,
    report: Report,
    attached: AttachedFile,
}

impl Edition {
    fn write(
        detail: &RoundDetail,
        plan: &Plan,
        lang: Lang,
        overdue: Option<&Overdue>,
    ) -> Result<Self, SummaryError> {
        let report = reporting::report(detail, plan, &Scope::County, lang)?;
        let attached = AttachedFile {
            name: reporting::file_name(&plan.round.id, &Scope::County, lang, Format::Pdf),
            media_type: Format::Pdf.media_type(),
            content: reporting::write(&report, Format::Pdf)?,
        };
        Ok(Self {
            overdue: overdue.map(|overdue| named(plan, lang, overdue)),
            lang,
            report,
            attached,
        })
    }

    fn letter_to(
        &self,
        base: &Base,
        person: &Recipient,
        link: &str,
        digest: &str,
    ) -> Result<Letter, SummaryError> {
        let summary = reports::email::summary(&self.report, link, self.overdue.as_ref())?;
        let key = [KIND, digest, self.lang.code(), &person.email].join("\n");
        let dedup_key = hex::encode(Sha256::digest(key));
        let sender = base.config.mail_from.as_deref().unwrap_or(DEFAULT_SENDER);
        let header = Header {
            from: sender,
            to_name: &person.name,
            to: &person.email,
            message_id: format!("<{}@{}>", &dedup_key[..32], sender_domain(sender)),
            date: SystemTime::UNIX_EPOCH + Duration::from_millis(base.clock.now_ms().unsigned_abs()),
        };
        let message = compose(&header, &summary, std::slice::from_ref(&self.attached))?;
        Ok(Letter {
            recipient: person.email.clone(),
            dedup_key,
            message,
        })
    }
}

/// What is overdue in a round today; none when nobody has asked for anything yet.
///
/// # Errors
/// When the database does not answer.
pub async fn overdue(base: &Base, round: &str) -> Result<Option<Overdue>, StoreError> {
    let cases = cases::briefs(&base.db, round).await?;
    Ok((!cases.is_empty()).then(|| figures::overdue(&cases, base.clock.today())))
}

/// The same with the names of units; those with fewer cases than the plan's smallest cell are not named: in a small
/// township a number says who complained, and the e-mail keeps to the same rule as page and file.
fn named(plan: &Plan, lang: Lang, overdue: &Overdue) -> reports::email::Overdue {
    let unknown = lang.pick("乡镇不明", "township unknown");
    let name = |code: &Option<String>| {
        let unit = code.as_deref().and_then(|code| plan.units.get(code));
        unit.map_or(unknown, |unit| unit.name.get(lang.code())).to_owned()
    };
    reports::email::Overdue {
        count: overdue.count,
        oldest_days: overdue.oldest_days,
        units: overdue
            .by_unit
            .iter()
            .filter(|(_, count)| *count >= u64::from(plan.suppression.min_cell))
            .map(|(code, count)| (name(code), *count))
            .collect(),
    }
}

/// What tells one set of results from another; a summary is sent anew when more has become overdue.
fn content_digest(detail: &RoundDetail, overdue: Option<&Overdue>) -> String {
    let results = serde_json::to_vec(&detail.results).unwrap_or_default();
    let late = overdue.map_or(0, |overdue| overdue.count);
    let digest = Sha256::new()
        .chain_update(results)
        .chain_update(late.to_be_bytes());
    hex::encode(digest.finalize())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn townships_with_few_overdue_cases_are_not_named() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/sample");
        let mut files = crate::rounds::files::read(&folder).unwrap();
        files.remove("frame.csv");
        let plan = Plan::read(&files).unwrap();
        let few = u64::from(plan.suppression.min_cell) - 1;
        let codes: Vec<Option<String>> = plan
            .units
            .of_level("township")
            .iter()
            .map(|unit| Some(unit.code.clone()))
            .collect();
        let overdue = Overdue {
            count: 2 * few + 1,
            oldest_days: 3,
            by_unit: vec![(codes[0].clone(), few + 1), (codes[1].clone(), few)],
        };
        let named = named(&plan, Lang::Zh, &overdue);
        assert_eq!((named.count, named.units.len()), (overdue.count, 1));
        assert_eq!(named.units[0].1, few + 1);
    }

    #[test]
    fn the_sender_s_domain_is_found_in_both_forms() {
        assert_eq!(sender_domain("民意 <a@example.org>"), "example.org");
        assert_eq!(sender_domain("a@example.org"), "example.org");
        assert_eq!(sender_domain(DEFAULT_SENDER), "localhost");
    }
}
