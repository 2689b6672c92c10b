//! The invitation or reminder of one case, written at the moment it is sent.
//!
//! The outbox keeps the id of the invitation and nothing else: no address, no name, no code. Whoever holds the
//! database but not the key file learns from it neither whom the office writes to nor how to answer in their place.
//! Written late, the message also knows what has become of the invitation: whoever has answered meanwhile, wants no
//! reminder or has moved away is left alone.

use std::time::{Duration, SystemTime};

use analysis::plan::Plan;
use maud::{Markup, html};
use reports::sheets::Audience;
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::waves::Wave;
use super::{InvitingError, audience, typed, until};
use crate::app::{Base, PlanCache};
use crate::codes::Code;
use crate::mail::compose::{Header, Letter, compose_letter, sender_domain};
use crate::mail::dkim::Signer;
use crate::pages::{Lang, tr};
use crate::store::frame::{self, Identity};
use crate::store::invitations::{self, Invitation};
use crate::store::outbox::Message;
use crate::store::rounds::{self, RoundState};
use crate::store::{StoreError, begin, sample};
use crate::summaries::DEFAULT_SENDER;

/// What the outbox keeps of a message until it is sent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Waiting {
    /// The invitation it is about.
    invitation: Uuid,
}

impl Waiting {
    /// About this invitation.
    pub fn new(invitation: Uuid) -> Self {
        Self { invitation }
    }

    /// As the outbox keeps it.
    pub fn to_bytes(self) -> Vec<u8> {
        serde_json::json!(self).to_string().into_bytes()
    }
}

/// A message whose turn has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Prepared {
    /// Goes to this address.
    Send {
        /// The recipient's address.
        to: String,
        /// The message as it goes over the wire.
        message: Vec<u8>,
    },
    /// Is not sent, and why.
    Skip(&'static str),
}

/// Writes the message of a wave, or finds that it must not be sent any more.
///
/// # Errors
/// When the database does not answer, or the message cannot be composed.
pub async fn prepare(
    base: &Base,
    plans: &PlanCache,
    wave: Wave,
    queued: &Message,
) -> Result<Prepared, InvitingError> {
    let waiting: Waiting = serde_json::from_slice(&queued.message).map_err(|_| StoreError::Corrupt {
        table: "outbox",
        what: "a waiting invitation".to_owned(),
    })?;
    let Some(invitation) = invitations::find(&base.db, waiting.invitation).await? else {
        return Ok(Prepared::Skip("the invitation is gone"));
    };
    // A code that was replaced since: the message goes out with the one that counts.
    let invitation = match invitation.state == invitations::WITHDRAWN {
        false => invitation,
        true => match invitations::of_case(&base.db, &invitation.round_id, &invitation.case_id).await? {
            Some(current) => current,
            None => return Ok(Prepared::Skip("the invitation was taken back")),
        },
    };
    if invitations::is_used(&invitation) {
        return Ok(Prepared::Skip("answered"));
    }
    if invitation.no_remind {
        return Ok(Prepared::Skip("no reminders wanted"));
    }
    let round = rounds::find(&base.db, &invitation.round_id).await?;
    if round.is_none_or(|round| round.state_on(base.clock.today()) != RoundState::Open) {
        return Ok(Prepared::Skip("the round is over"));
    }
    let tx = begin(&base.db).await?;
    let closed = invitations::closed_cases(&tx, &invitation.round_id).await?;
    tx.commit().await?;
    if closed.contains(&invitation.case_id) {
        return Ok(Prepared::Skip("refused or gone"));
    }
    let Some(plan) = plans.get(&base.db, &base.keys, &invitation.round_id).await? else {
        return Ok(Prepared::Skip("the round is gone"));
    };
    let Some(identity) = identity_of(base, &invitation).await? else {
        return Ok(Prepared::Skip("no identity in the register"));
    };
    let to = identity.email.trim().to_owned();
    if to.is_empty() {
        return Ok(Prepared::Skip("no e-mail address"));
    }
    let content = Content::new(base, &plan, wave, &invitation, &identity);
    let message = content.compose(base, queued, &to)?;
    Ok(Prepared::Send { to, message })
}

async fn identity_of(base: &Base, invitation: &Invitation) -> Result<Option<Identity>, StoreError> {
    let case = sample::find(&base.db, &invitation.round_id, &invitation.case_id).await?;
    match case.and_then(|case| case.member_key) {
        Some(key) => frame::identity(&base.db, &base.keys, &invitation.round_id, &key).await,
        None => Ok(None),
    }
}

/// What a message says, in both languages.
struct Content<'a> {
    plan: &'a Plan,
    wave: Wave,
    audience: Audience,
    name: &'a str,
    code: String,
    url: String,
    address: &'a str,
}

/// The sentences in one language, in their order.
struct Words {
    title: String,
    hello: String,
    lines: Vec<String>,
    open: String,
    by_code: String,
    until: String,
    free: String,
    contact: Option<String>,
    stop: String,
}

impl<'a> Content<'a> {
    fn new(
        base: &'a Base,
        plan: &'a Plan,
        wave: Wave,
        invitation: &Invitation,
        identity: &'a Identity,
    ) -> Self {
        let code = Code::of_invitation(&base.keys, invitation.id).to_string();
        Self {
            plan,
            wave,
            audience: audience(plan, &invitation.group),
            name: identity.name.trim(),
            url: format!("{}/r/{code}", base.config.base_url),
            code,
            address: typed(&base.config.base_url),
        }
    }

    fn words(&self, lang: Lang) -> Words {
        let text = |text: &survey_forms::text::Text| text.get(lang.code()).to_owned();
        let organiser = text(&self.plan.round.organiser);
        let why = match self.audience {
            Audience::Resident => tr!(lang, "start.why_resident"),
            Audience::Family => tr!(lang, "start.why_family"),
            Audience::Grassroots => tr!(lang, "start.why_grassroots"),
        };
        let mut lines = vec![
            tr!(lang, "start.who_text", organiser = organiser).into_owned(),
            why.into_owned(),
            tr!(lang, "letter.help").into_owned(),
        ];
        if self.wave != Wave::Invitation {
            lines.insert(0, tr!(lang, "letter.again").into_owned());
        }
        if self.wave == Wave::Second {
            lines.push(tr!(lang, "letter.last").into_owned());
        }
        Words {
            title: text(&self.plan.round.title),
            hello: match self.name.is_empty() {
                true => tr!(lang, "letter.hello_nobody").into_owned(),
                false => tr!(lang, "letter.hello", name = self.name).into_owned(),
            },
            lines,
            open: tr!(lang, "letter.open").into_owned(),
            by_code: tr!(lang, "letter.by_code", address = self.address).into_owned(),
            until: tr!(lang, "letter.until", date = until(self.plan, lang)).into_owned(),
            free: format!("{} {}", tr!(lang, "start.free_text"), tr!(lang, "letter.secret")),
            contact: self
                .plan
                .round
                .contact
                .as_ref()
                .map(|contact| tr!(lang, "letter.contact", contact = text(contact)).into_owned()),
            stop: tr!(lang, "letter.stop").into_owned(),
        }
    }

    fn stop_url(&self) -> String {
        format!("{}/noremind", self.url)
    }

    fn subject(&self) -> String {
        let (zh, en) = (&self.plan.round.title.get("zh"), &self.plan.round.title.get("en"));
        match self.wave {
            Wave::Invitation => format!(
                "{} / {}",
                tr!(Lang::Zh, "letter.subject", title = zh),
                tr!(Lang::En, "letter.subject", title = en)
            ),
            Wave::First | Wave::Second => format!(
                "{} / {}",
                tr!(Lang::Zh, "letter.subject_again", title = zh),
                tr!(Lang::En, "letter.subject_again", title = en)
            ),
        }
    }

    fn text_in(&self, lang: Lang) -> String {
        let words = self.words(lang);
        let mut text = format!(
            "{}\n\n{}\n\n{}\n\n",
            words.title,
            words.hello,
            words.lines.join("\n\n")
        );
        text.push_str(&format!(
            "{}\n{}\n\n{}\n{}\n\n",
            words.open, self.url, words.by_code, self.code
        ));
        text.push_str(&format!("{}\n\n{}\n\n", words.until, words.free));
        if let Some(contact) = words.contact {
            text.push_str(&format!("{contact}\n\n"));
        }
        text.push_str(&format!("{}\n{}\n", words.stop, self.stop_url()));
        text
    }

    fn html_in(&self, lang: Lang) -> Markup {
        let words = self.words(lang);
        let button = "display:inline-block;padding:12px 24px;background:#0b5c6b;color:#ffffff;font-weight:bold;\
                      text-decoration:none;border-radius:4px";
        html! {
            div lang=(lang.tag()) {
                h1 style="font-size:22px;line-height:1.4;color:#0b5c6b" { (words.title) }
                p { (words.hello) }
                @for line in &words.lines { p { (line) } }
                p { a href=(self.url) style=(button) { (tr!(lang, "letter.go")) } }
                p { (words.by_code) br; strong style="font-size:26px;white-space:nowrap" { (self.code) } }
                p { strong { (words.until) } }
                p { (words.free) }
                @if let Some(contact) = &words.contact { p { (contact) } }
                p style="font-size:16px" { a href=(self.stop_url()) style="color:#0b5c6b" { (words.stop) } }
            }
        }
    }

    fn html(&self) -> String {
        let body = "margin:0 auto;padding:16px;max-width:640px;background:#ffffff;color:#1b1f23;font-size:18px;\
                    line-height:1.7;font-family:'PingFang SC','Noto Sans CJK SC','Microsoft YaHei',sans-serif";
        let page = html! {
            (maud::DOCTYPE)
            html lang="zh-CN" {
                head {
                    meta charset="utf-8";
                    meta name="viewport" content="width=device-width, initial-scale=1";
                    title { (self.subject()) }
                }
                body style=(body) {
                    (self.html_in(Lang::Zh))
                    hr;
                    (self.html_in(Lang::En))
                }
            }
        };
        page.into_string()
    }

    fn compose(&self, base: &Base, queued: &Message, to: &str) -> Result<Vec<u8>, InvitingError> {
        let from = base.config.mail_from.as_deref().unwrap_or(DEFAULT_SENDER);
        let signer = Signer::of(&base.config)?;
        let stop = self.stop_url();
        let id: String = queued.dedup_key.chars().take(32).collect();
        let header = Header {
            from,
            to_name: self.name,
            to,
            message_id: format!("<{id}@{}>", sender_domain(from)),
            date: SystemTime::UNIX_EPOCH + Duration::from_millis(base.clock.now_ms().unsigned_abs()),
            unsubscribe: Some(&stop),
            signer: signer.as_ref(),
        };
        let letter = Letter {
            subject: self.subject(),
            text: format!("{}\n----\n\n{}", self.text_in(Lang::Zh), self.text_in(Lang::En)),
            html: self.html(),
        };
        Ok(compose_letter(&header, &letter)?)
    }
}
