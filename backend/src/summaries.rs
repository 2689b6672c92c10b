//! The leadership group's summary by e-mail: one message for each person on the list, in that person's language and
//! about that person's unit, with the report attached. Messages are put into the outbox; `jobs/send_mail.rs` sends them.

use std::time::{Duration, SystemTime};

use analysis::plan::{AttachedFormat, Plan};
use analysis::results::RoundDetail;
use reports::build::{Release, Scope};
use reports::email::{Around, EmailSummary, Enclosed, Occasion, Progress};
use reports::model::{Kind, Lang, Report};
use sea_orm::ConnectionTrait;
use sha2::{Digest, Sha256};
use thiserror::Error;

use crate::app::Base;
use crate::cases::figures::{self, Overdue};
use crate::mail::compose::{AttachedFile, ComposeError, Header, compose, sender_domain};
use crate::mail::dkim::{DkimError, Signer};
use crate::mailing::recipients;
use crate::reporting::{self, Format, RenderError};
use crate::store::mailing::recipients::MailRecipient;
use crate::store::outbox::{self, NewMessage};
use crate::store::{StoreError, cases, mailing};

/// Every kind of summary in the outbox.
pub const KINDS: [&str; 4] = [KIND, "summary-weekly", "summary-final", TEST];
/// The kind of a summary that somebody asked for.
pub const KIND: &str = "summary";
/// The kind of a message that a member of staff sends to themselves.
pub const TEST: &str = "summary-test";
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
    /// The key that signs cannot be used.
    #[error(transparent)]
    Dkim(#[from] DkimError),
    /// The outbox could not be written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Why summaries are sent, and with it which of them are the same.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Reason {
    /// Somebody asked: one for each content and person.
    OnRequest,
    /// The schedule's week, by its day.
    Weekly(String),
    /// The schedule's end.
    Final,
    /// A member of staff tries it, by the form's own number.
    Test(String),
}

impl Reason {
    /// The kind in the outbox.
    pub fn kind(&self) -> &'static str {
        match self {
            Self::OnRequest => KIND,
            Self::Weekly(_) => "summary-weekly",
            Self::Final => "summary-final",
            Self::Test(_) => TEST,
        }
    }

    fn occasion(&self, base: &Base) -> Occasion {
        match self {
            Self::OnRequest => Occasion::OnRequest,
            Self::Weekly(_) => Occasion::Interim(base.clock.today()),
            Self::Final => Occasion::Final,
            Self::Test(_) => Occasion::Test,
        }
    }

    /// What makes two summaries to one person the same.
    fn same(&self, detail: &RoundDetail, overdue: Option<&Overdue>) -> String {
        match self {
            Self::OnRequest => content_digest(detail, overdue),
            Self::Weekly(day) => day.clone(),
            Self::Final => "end".to_owned(),
            Self::Test(number) => number.clone(),
        }
    }
}

/// A composed message and the person it is for.
#[derive(Clone, Debug)]
pub struct Letter {
    /// The kind in the outbox.
    pub kind: &'static str,
    /// The recipient's address.
    pub recipient: String,
    /// The same for the same summary to the same person.
    pub dedup_key: String,
    /// The parts of the message.
    pub summary: EmailSummary,
    /// What is attached.
    pub enclosed: Vec<Enclosed>,
    /// The message as it goes over the wire.
    pub message: Vec<u8>,
}

/// Composes the summaries for `to`.
///
/// # Errors
/// [`SummaryError`]; nothing is half done.
pub fn letters(
    base: &Base,
    plan: &Plan,
    detail: &RoundDetail,
    overdue: Option<&Overdue>,
    to: &[MailRecipient],
    reason: &Reason,
) -> Result<Vec<Letter>, SummaryError> {
    let signer = Signer::of(&base.config)?;
    let desk = Desk {
        base,
        signer: signer.as_ref(),
        link: format!("{}/results/{}", base.config.base_url, plan.round.id),
        occasion: reason.occasion(base),
        kind: reason.kind(),
        same: reason.same(detail, overdue),
    };
    let mut written: Vec<Edition> = Vec::new();
    let mut letters = Vec::new();
    for person in to {
        let lang = if person.language == "en" {
            Lang::En
        } else {
            Lang::Zh
        };
        let scope = match person.unit.as_str() {
            "" => Scope::County,
            code => Scope::Unit(code.to_owned()),
        };
        let known = |edition: &&Edition| edition.lang == lang && edition.scope == scope;
        if !written.iter().any(|edition| known(&edition)) {
            written.push(Edition::write(detail, plan, scope.clone(), lang, overdue)?);
        }
        if let Some(edition) = written.iter().find(known) {
            letters.push(desk.letter(edition, person)?);
        }
    }
    Ok(letters)
}

/// Queues the letters that are not in the outbox yet; returns how many were new. While the office holds the round's
/// mail they wait there until it lets them go.
///
/// # Errors
/// When the database does not answer.
pub async fn queue(
    conn: &impl ConnectionTrait,
    base: &Base,
    round: &str,
    letters: Vec<Letter>,
) -> Result<u64, StoreError> {
    let messages = letters
        .into_iter()
        .map(|letter| NewMessage {
            id: base.entropy.uuid(),
            round: round.to_owned(),
            kind: letter.kind.to_owned(),
            recipient: letter.recipient,
            dedup_key: letter.dedup_key,
            message: letter.message,
        })
        .collect();
    let queued = outbox::enqueue(conn, messages, base.clock.now_ms()).await?;
    if mailing::is_held(conn, round).await? {
        hold(conn, round).await?;
    }
    Ok(queued)
}

/// Keeps the round's waiting summaries in the outbox; a message that a member of staff sends to themselves goes.
///
/// # Errors
/// When the database does not answer.
pub async fn hold(conn: &impl ConnectionTrait, round: &str) -> Result<u64, StoreError> {
    outbox::hold(conn, round, &KINDS[..3]).await
}

/// The report in one language about one unit, written once for all who read it.
struct Edition {
    lang: Lang,
    scope: Scope,
    overdue: Option<reports::email::Overdue>,
    progress: Option<Progress>,
    report: Report,
    attached: Vec<AttachedFile>,
    enclosed: Vec<Enclosed>,
}

impl Edition {
    fn write(
        detail: &RoundDetail,
        plan: &Plan,
        scope: Scope,
        lang: Lang,
        overdue: Option<&Overdue>,
    ) -> Result<Self, SummaryError> {
        let release = Release::of(detail, plan);
        let report = reporting::of_release(&release, plan, Kind::Annual, &scope, lang)?;
        let mut attached = Vec::new();
        // Whoever answers for one unit reads the page about it first.
        if let Scope::Unit(_) = scope {
            let brief = reporting::of_release(&release, plan, Kind::Brief, &scope, lang)?;
            attached.push(AttachedFile {
                name: reporting::file_name_of(Kind::Brief, &plan.round.id, &scope, lang, Format::Pdf),
                media_type: Format::Pdf.media_type(),
                content: reporting::write(&brief, Format::Pdf)?,
            });
        }
        for format in &plan.mail.attach {
            let format = match format {
                AttachedFormat::Pdf => Format::Pdf,
                AttachedFormat::Xlsx => Format::Xlsx,
                AttachedFormat::Docx => Format::Docx,
            };
            attached.push(AttachedFile {
                name: reporting::file_name(&plan.round.id, &scope, lang, format),
                media_type: format.media_type(),
                content: reporting::write(&report, format)?,
            });
        }
        let enclosed = attached.iter().map(|file| Enclosed {
            name: file.name.clone(),
            bytes: file.content.len(),
        });
        Ok(Self {
            lang,
            // How requests stand is the county's to know; a unit's own number says too easily who complained.
            overdue: overdue
                .filter(|_| scope == Scope::County)
                .map(|overdue| named(plan, lang, overdue)),
            progress: progress(detail, plan, &scope),
            report,
            enclosed: enclosed.collect(),
            attached,
            scope,
        })
    }
}

/// Invitations and complete answers of all groups, as the report counts them.
fn progress(detail: &RoundDetail, plan: &Plan, scope: &Scope) -> Option<Progress> {
    let unit = match scope {
        Scope::County => plan.round.county.as_str(),
        Scope::Unit(code) => code.as_str(),
    };
    let mut sum = Progress {
        invited: 0,
        complete: 0,
    };
    for group in &plan.groups {
        let rates = &detail.results.response_rates;
        let of_group = rates
            .iter()
            .find(|rate| rate.unit == unit && rate.group == group.code);
        if let Some(rate) = of_group {
            sum.invited += rate.invited;
            sum.complete += rate.complete;
        }
    }
    (sum.invited > 0).then_some(sum)
}

/// What all letters of one occasion share.
struct Desk<'a> {
    base: &'a Base,
    signer: Option<&'a Signer>,
    link: String,
    occasion: Occasion,
    kind: &'static str,
    same: String,
}

impl Desk<'_> {
    fn letter(&self, edition: &Edition, person: &MailRecipient) -> Result<Letter, SummaryError> {
        let stop = recipients::stop_url(self.base, person.id);
        // A message to oneself stops nobody's mail.
        let stop = (self.occasion != Occasion::Test).then_some(stop);
        let around = Around {
            occasion: self.occasion,
            progress: edition.progress,
            link: &self.link,
            overdue: edition.overdue.as_ref(),
            enclosed: &edition.enclosed,
            stop: stop.as_deref(),
        };
        let summary = reports::email::summary(&edition.report, &around)?;
        let round = edition.report.round.as_str();
        let key = [
            self.kind,
            round,
            &self.same,
            edition.lang.code(),
            &person.unit,
            &person.email_key,
        ];
        let dedup_key = hex::encode(Sha256::digest(key.join("\n")));
        let sender = self.base.config.mail_from.as_deref().unwrap_or(DEFAULT_SENDER);
        let header = Header {
            from: sender,
            to_name: &person.name,
            to: &person.email,
            message_id: format!("<{}@{}>", &dedup_key[..32], sender_domain(sender)),
            date: SystemTime::UNIX_EPOCH + Duration::from_millis(self.base.clock.now_ms().unsigned_abs()),
            unsubscribe: stop.as_deref(),
            signer: self.signer,
        };
        let message = compose(&header, &summary, &edition.attached)?;
        Ok(Letter {
            kind: self.kind,
            recipient: person.email.clone(),
            dedup_key,
            summary,
            enclosed: edition.enclosed.clone(),
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
