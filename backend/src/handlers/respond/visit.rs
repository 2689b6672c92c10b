//! A respondent's request, looked up: which door, which round and questionnaire,
//! which device, and what has been answered so far.
//!
//! Personal invitations (`/r/{code}`) and open links (`/o/{slug}`) differ only
//! here; every handler of the flow serves both.

use std::sync::Arc;

use analysis::plan::Plan;
use axum::extract::{FromRequestParts, RawPathParams};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use jiff::civil::Date;
use survey_forms::form::Form;
use survey_forms::response::RawAnswers;
use uuid::Uuid;

use super::finish;
use super::walk::{self, Walk};
use crate::app::AppState;
use crate::codes::Code;
use crate::handlers::mine::{self, Mine};
use crate::media::MediaIndex;
use crate::middleware::client::ClientAddress;
use crate::middleware::cookie::{self, NewCookie};
use crate::middleware::problems::PageError;
use crate::middleware::reading;
use crate::pages::problem::{Problem, UsedCode};
use crate::pages::{Help, Lang, Offers, Reading};
use crate::store::drafts::{self, Draft};
use crate::store::invitations::{self, Invitation};
use crate::store::links::{self, Doors, Hold, Link, OpenDoor};
use crate::store::responses::{self, Response};
use crate::store::rounds::{self, Round, RoundGroup, RoundState};

/// Sent below one code or link only, so that two invitations on one phone are not tied together.
const COOKIE: &str = "minyi_answers";
const MONTH_S: u64 = 31 * 86_400;

/// How a respondent came in.
#[derive(Clone, Debug)]
pub(crate) enum Entry {
    /// With a personal code.
    Invited(Code, Invitation),
    /// By an open link.
    Open(String),
    /// With receipt and second secret, to answer again in place of this response.
    Again(Box<Response>),
}

/// The browser, as its cookie for this door names it.
#[derive(Clone, Debug)]
pub(crate) struct Device {
    token: String,
    /// On an open link, the token that the answers hang on once the phone was handed over; the device's own before.
    session: Option<String>,
    /// The draft's own id, by which a browser that began another one before is known from this one's.
    pub(crate) response_id: Uuid,
    /// Keyed hash of the token: all that is stored.
    pub(crate) hash: String,
}

/// A respondent's request.
pub struct Visit {
    pub(crate) reading: Reading,
    pub(crate) entry: Entry,
    /// `/r/CODE` or `/o/slug`.
    pub(crate) base: String,
    pub(crate) round: Round,
    pub(crate) group: RoundGroup,
    /// The settings of the site, where the open link is a site's own.
    pub(crate) link: Option<Link>,
    pub(crate) plan: Arc<Plan>,
    pub(crate) form: Arc<Form>,
    pub(crate) device: Option<Device>,
    pub(crate) draft: Option<Draft>,
    /// Whether this browser handed the answers of a used code in.
    pub(crate) has_sent: bool,
    pub(crate) today: Date,
    /// Pictures, recordings and films of the round.
    pub(crate) media: Arc<MediaIndex>,
}

/// Whom to turn to in a round.
pub(crate) fn help(plan: &Plan, lang: Lang) -> Help {
    Help {
        organiser: plan.round.organiser.get(lang.code()).to_owned(),
        contact: plan
            .round
            .contact
            .as_ref()
            .map(|contact| contact.get(lang.code()).to_owned()),
    }
}

impl Device {
    fn of_cookie(state: &AppState, round: &str, headers: &HeaderMap) -> Option<Self> {
        let value = cookie::get(headers, COOKIE)?;
        let mut parts = value.split('.');
        let token = parts.next()?;
        let response_id = Uuid::try_parse(parts.next()?).ok()?;
        Some(Self {
            hash: state.keys.device_hash(round, token),
            token: token.to_owned(),
            session: parts.next().map(str::to_owned),
            response_id,
        })
    }

    /// A browser not seen before.
    pub(crate) fn new(state: &AppState, round: &str, response_id: Uuid) -> Self {
        let token = hex::encode(state.entropy.bytes::<16>());
        Self {
            hash: state.keys.device_hash(round, &token),
            token,
            session: None,
            response_id,
        }
    }

    /// The same browser in another person's hands: the same answers, another device.
    pub(super) fn successor(&self, state: &AppState, round: &str) -> Self {
        Self {
            session: Some(self.session.as_ref().unwrap_or(&self.token).clone()),
            ..Self::new(state, round, self.response_id)
        }
    }

    /// The id under which this browser hands its answers in.
    pub(super) fn sent_id(&self, state: &AppState) -> Uuid {
        state.keys.sent_id(&self.hash)
    }

    /// Keyed hash of the token that an open link's answers hang on.
    fn session_hash(&self, state: &AppState, round: &str) -> String {
        match &self.session {
            Some(session) => state.keys.device_hash(round, session),
            None => self.hash.clone(),
        }
    }

    /// The cookie by which the browser is known again below `base`.
    pub(crate) fn cookie(&self, base: &str, secure: bool) -> Option<HeaderValue> {
        let mut value = format!("{}.{}", self.token, self.response_id);
        if let Some(session) = self.session.as_ref().filter(|_| base.starts_with("/o/")) {
            value.push('.');
            value.push_str(session);
        }
        NewCookie {
            name: COOKIE,
            value: &value,
            path: base,
            max_age_s: MONTH_S,
            secure,
        }
        .header()
    }
}

/// The cookie's removal: this browser becomes a new device.
pub(crate) fn forget(base: &str, secure: bool) -> Option<HeaderValue> {
    NewCookie {
        name: COOKIE,
        value: "",
        path: base,
        max_age_s: 0,
        secure,
    }
    .header()
}

impl Visit {
    /// Whom to turn to.
    pub(crate) fn help(&self) -> Help {
        help(&self.plan, self.reading.lang)
    }

    /// The tag by which the questionnaire's words are asked for, given the answers so far: to someone who answers for
    /// the person they speak of that person.
    pub(crate) fn wording(&self, answers: &RawAnswers) -> &'static str {
        let is_proxy = answers.get("answering").is_some_and(|said| said == "proxy");
        self.reading.wording(is_proxy)
    }

    /// Name of the round in the reader's language.
    pub(crate) fn round_title(&self) -> &str {
        self.plan.round.title.get(self.reading.lang.code())
    }

    /// Name of the place where the link hangs, in the reader's language.
    pub(crate) fn site(&self) -> Option<&str> {
        let link = self.link.as_ref()?;
        match self.reading.lang {
            Lang::En if !link.site_en.is_empty() => Some(&link.site_en),
            _ => Some(&link.site_zh),
        }
    }

    /// Id of the draft of this door and device.
    pub(crate) fn draft_id(&self, state: &AppState, device: &Device) -> String {
        match &self.entry {
            Entry::Invited(_, invitation) => state.keys.link(invitation.id),
            Entry::Open(_) => device.session_hash(state, &self.round.id),
            Entry::Again(earlier) => again_draft(state, earlier),
        }
    }

    /// Whether the invitation has its response.
    pub(crate) fn is_used(&self) -> bool {
        matches!(&self.entry, Entry::Invited(_, invitation) if invitations::is_used(invitation))
    }

    /// The kind answer to a code that was used.
    pub(crate) fn used(&self) -> PageError {
        let used = UsedCode {
            receipt: self.has_sent.then(|| format!("{}/receipt", self.base)),
            until: (self.round.state_on(self.today) == RoundState::Open).then_some(self.plan.round.closes_on),
        };
        PageError::helped(StatusCode::CONFLICT, Problem::UsedCode(used), &self.help())
    }

    /// Refuses when nothing can be answered (any more, or yet).
    pub(crate) fn must_be_open(&self) -> Result<(), PageError> {
        if self.is_used() {
            return Err(self.used());
        }
        if matches!(&self.entry, Entry::Again(earlier) if earlier.state == responses::REPLACED) {
            return Err(PageError::see_other(mine::PATH));
        }
        let (status, problem) = match self.round.state_on(self.today) {
            RoundState::Open => return Ok(()),
            RoundState::Closed => (StatusCode::GONE, Problem::Closed(self.plan.round.closes_on)),
            RoundState::Draft | RoundState::Sealed => {
                (StatusCode::FORBIDDEN, Problem::Early(self.plan.round.opens_on))
            }
        };
        Err(PageError::helped(status, problem, &self.help()))
    }

    /// Draft and device, for the pages in the middle; without either, the start page comes first.
    pub(crate) fn begun(&self) -> Result<(&Draft, &Device), PageError> {
        self.must_be_open()?;
        self.draft
            .as_ref()
            .zip(self.device.as_ref())
            .ok_or_else(|| PageError::see_other(self.base.clone()))
    }

    /// The way through the questionnaire for `draft` on `device`.
    pub(super) fn walk<'a>(&'a self, draft: &'a Draft, device: &'a Device) -> Walk<'a> {
        Walk::new(&self.form, draft, &device.hash, self.today)
    }

    /// Address of a page of the questionnaire, or of the check page.
    pub(crate) fn address(&self, page: Option<&str>) -> String {
        match page {
            Some(page) => format!("{}/q/{page}", self.base),
            None => format!("{}/check", self.base),
        }
    }
}

/// Id of the draft by which a response is given again.
fn again_draft(state: &AppState, earlier: &Response) -> String {
    state
        .keys
        .device_hash(&earlier.round_id, &format!("again {}", earlier.leaf))
}

/// The door of whoever signed in with receipt and second secret.
async fn again(state: &AppState, parts: &Parts) -> Result<(Entry, String, OpenDoor), PageError> {
    let mine = Mine::of_headers(state, &parts.headers)
        .await?
        .ok_or_else(|| PageError::see_other(mine::PATH))?;
    let groups = rounds::groups(&state.db, &mine.round.id).await?;
    let group = groups
        .into_iter()
        .find(|group| group.group == mine.response.group)
        .ok_or_else(PageError::lost)?;
    let door = OpenDoor {
        round: mine.round,
        group,
        link: None,
    };
    Ok((
        Entry::Again(Box::new(mine.response)),
        mine::AGAIN.to_owned(),
        door,
    ))
}

async fn invited(state: &AppState, parts: &Parts, text: &str) -> Result<(Entry, String), PageError> {
    let unknown = || PageError::problem(StatusCode::NOT_FOUND, Problem::UnknownCode);
    let ClientAddress(address) = ClientAddress::of(parts);
    if let Some(wait) = state.limits.flood_wait(address) {
        return Err(PageError::too_many(wait.as_secs()));
    }
    // A code that its check symbol refuses is a typing mistake, not a guess.
    let code = Code::parse(text).map_err(|_| unknown())?;
    let found = invitations::by_code(&state.db, &state.keys, &code).await?;
    let Some(invitation) = found.filter(|invitation| invitation.state != invitations::WITHDRAWN) else {
        // Only wrong codes wait: a whole village may be behind the address of whoever guesses.
        state.limits.code_guessed(address);
        if let Some(wait) = state.limits.code_wait(address) {
            return Err(PageError::too_many(wait.as_secs()));
        }
        state.limits.code_failed(address);
        return Err(unknown());
    };
    Ok((Entry::Invited(code, invitation), format!("/r/{code}")))
}

impl FromRequestParts<AppState> for Visit {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let mut reading = reading::of_headers(&parts.headers);
        let params = RawPathParams::from_request_parts(parts, state)
            .await
            .map_err(|_| PageError::lost())?;
        let param = |name: &str| {
            params
                .iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| value.to_owned())
        };
        let (entry, base, door) = if let Some(text) = param("code") {
            let (entry, base) = invited(state, parts, &text).await?;
            // One address for one invitation, however its code was typed: the cookie hangs on it.
            if *parts.uri.path() != base
                && parts.method == Method::GET
                && !parts.uri.path().starts_with(&base)
            {
                return Err(PageError::see_other(base));
            }
            let Entry::Invited(_, invitation) = &entry else {
                return Err(PageError::lost());
            };
            let round = rounds::find(&state.db, &invitation.round_id)
                .await?
                .ok_or_else(PageError::lost)?;
            let read = Doors::read(&state.db, &round.id);
            let doors = state.doors.get_or_read(&round, read).await?;
            let group = doors.group(&invitation.group).cloned();
            let door = OpenDoor {
                group: group.ok_or_else(PageError::lost)?,
                round,
                link: None,
            };
            (entry, base, door)
        } else if parts.uri.path().starts_with(mine::AGAIN) {
            again(state, parts).await?
        } else {
            let slug = param("slug").ok_or_else(PageError::lost)?;
            let unknown = || PageError::problem(StatusCode::NOT_FOUND, Problem::UnknownLink);
            let round = links::round_by_slug(&state.db, &slug, Hold::No).await?;
            let round = round.ok_or_else(unknown)?;
            let read = Doors::read(&state.db, &round.id);
            let doors = state.doors.get_or_read(&round, read).await?;
            let door = doors.open(round, &slug).ok_or_else(unknown)?;
            let base = format!("/o/{slug}");
            (Entry::Open(slug), base, door)
        };
        let OpenDoor { round, group, link } = door;
        let plan = state.plans.of_round(&state.db, &state.keys, &round).await?;
        let form = state
            .forms
            .current_of(&state.db, &round, &group.form)
            .await?
            .ok_or_else(PageError::lost)?;
        let media = state.media.of_round(state, &round).await?;
        reading.offers = Offers {
            easy: form.wordings.iter().any(|tag| tag.as_str().contains("-x-easy")),
            sign: media.has_films(&form),
        };
        let device = Device::of_cookie(state, &round.id, &parts.headers);
        let mut visit = Self {
            reading,
            entry,
            base,
            round,
            group,
            link,
            plan,
            form,
            device,
            draft: None,
            has_sent: false,
            today: state.clock.today(),
            media,
        };
        let draft_id = match (&visit.entry, &visit.device) {
            (Entry::Invited(_, invitation), _) => Some(state.keys.link(invitation.id)),
            (Entry::Open(_), Some(device)) => Some(device.session_hash(state, &visit.round.id)),
            (Entry::Open(_), None) => None,
            (Entry::Again(earlier), _) => Some(again_draft(state, earlier)),
        };
        if let Some(id) = draft_id {
            visit.draft = drafts::find(&state.db, &id).await?;
            if let Some(draft) = &mut visit.draft {
                walk::adopt(&visit.form, draft);
            }
        }
        if visit.is_used() {
            visit.has_sent = finish::stored(state, &visit).await?.is_some();
        }
        Ok(visit)
    }
}
