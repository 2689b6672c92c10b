//! The start page and its button.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::Markup;

use super::visit::{Device, Entry, Visit};
use super::walk::{self, Walk};
use super::{Pairs, field, html, phone, pin, room, ways_of_page, with_cookie};
use crate::app::AppState;
use crate::handlers::open_link;
use crate::middleware::problems::PageError;
use crate::middleware::reading;
use crate::pages::Reading;
use crate::pages::start::{self, Audience, Consents, OpenLink, PinAsk, PinFault, Resume, Start};
use crate::store::drafts::{self, Draft, Kept};
use crate::store::{begin as begin_tx, invitations};
use crate::submit::Way;

/// Seconds a page takes: reading, being read to, choosing.
const SECONDS_PER_PAGE: usize = 15;

/// What the form of the start page says.
#[derive(Default)]
struct Said {
    consents: Consents,
    unit: String,
    ways: BTreeSet<Way>,
}

impl Said {
    fn of(reading: Reading, pairs: &[(String, String)]) -> Self {
        let ticked = |name: &str| field(pairs, name) == Some("yes");
        Self {
            consents: Consents {
                part: ticked("consent"),
                sensitive: ticked("sensitive"),
                guardian: ticked("guardian"),
            },
            unit: field(pairs, "unit").unwrap_or_default().to_owned(),
            ways: ways_of_page(reading, pairs),
        }
    }
}

/// The page, and whether what was said on it cannot be taken yet.
fn page(visit: &Visit, said: &Said, pressed: bool, pin_fault: Option<PinFault>) -> (Markup, bool) {
    let lang = visit.reading.lang;
    let resume = visit.draft.as_ref().map(|draft| {
        let here = visit.device.as_ref().is_some_and(|device| {
            draft.device.as_ref() == Some(&device.hash) || !draft.answers_of(&device.hash).is_empty()
        });
        let taken = visit
            .device
            .as_ref()
            .is_some_and(|device| draft.is_taken_over(&device.hash));
        match (here, taken) {
            (_, true) => Resume::Taken,
            (true, false) => Resume::Here,
            (false, false) => Resume::Elsewhere,
        }
    });
    let open = match &visit.entry {
        Entry::Invited(..) | Entry::Again(_) => None,
        Entry::Open(_) if visit.link.as_ref().is_some_and(|link| link.unit.is_some()) => Some(OpenLink {
            site: visit.site().map(str::to_owned),
            ..OpenLink::default()
        }),
        Entry::Open(_) => {
            let units = open_link::units(&visit.plan, lang);
            let missing = pressed && !units.iter().any(|unit| unit.code == said.unit);
            Some(OpenLink {
                units,
                chosen: said.unit.clone(),
                missing,
                site: visit.site().map(str::to_owned),
            })
        }
    };
    let pages = survey_forms::flow::pages(&visit.form, &Default::default(), visit.today).len();
    let view = Start {
        title: visit.form.title.get(lang.code()).to_owned(),
        round: visit.round_title().to_owned(),
        action: visit.base.clone(),
        audience: Audience::of_group(&visit.group.group),
        minutes: (pages * SECONDS_PER_PAGE).div_ceil(60).max(3),
        closes_on: Some(visit.plan.round.closes_on),
        asks_health: walk::asks_health(&visit.form),
        consent_missing: pressed && !said.consents.part,
        consents: said.consents,
        open,
        pin: pin_ask(visit, resume, pin_fault),
        resume,
        help: visit.help(),
    };
    let faulty = view.consent_missing || view.open.as_ref().is_some_and(|open| open.missing);
    (start::page(visit.reading, &view), faulty)
}

/// What is said about the four digits: on another device, where the respondent has set some.
fn pin_ask(visit: &Visit, resume: Option<Resume>, fault: Option<PinFault>) -> Option<PinAsk> {
    let draft = visit.draft.as_ref()?;
    draft.pin.as_ref()?;
    (resume == Some(Resume::Elsewhere)).then(|| PinAsk {
        action: format!("{}/pin", visit.base),
        fault: match draft.pin_failures >= pin::MOST_FAILURES {
            true => Some(PinFault::Locked),
            false => fault,
        },
    })
}

/// The start page after digits that did not open the earlier answers.
pub(super) fn page_with_pin_fault(visit: &Visit, fault: PinFault) -> Markup {
    page(visit, &Said::default(), false, Some(fault)).0
}

/// `GET /r/{code}`, `GET /o/{slug}`: who asks, why, and what happens to the answers.
///
/// # Errors
/// When the code is used, the round is not open, or the database does not answer.
pub async fn show(State(state): State<AppState>, visit: Visit) -> Result<Html<String>, PageError> {
    visit.must_be_open()?;
    if visit.draft.is_none() {
        room::under_cap(&state, &visit).await?;
    }
    let (page, _) = page(&visit, &Said::default(), false, None);
    Ok(html(page))
}

/// `POST /r/{code}`, `POST /o/{slug}`: begins, or goes on where it was left.
///
/// # Errors
/// See [`show`].
pub async fn begin(
    State(state): State<AppState>,
    mut visit: Visit,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    visit.must_be_open()?;
    let mut said = Said::of(visit.reading, &pairs);
    if let Some(unit) = visit.link.as_ref().and_then(|link| link.unit.clone()) {
        said.unit = unit;
    }
    let secure = state.config.is_https();
    if let Some(wished) = reading::changed(visit.reading, &pairs) {
        visit.reading = wished;
        let (page, _) = page(&visit, &said, false, None);
        return Ok(with_cookie(html(page), reading::remember(wished, secure)));
    }
    if visit.draft.is_none() {
        let (page, faulty) = page(&visit, &said, true, None);
        if faulty {
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response());
        }
        room::under_cap(&state, &visit).await?;
        let unit = Some(said.unit.as_str());
        room::under_quota(&state, &visit, None, (unit, &BTreeMap::new())).await?;
    }
    let (draft, device) = draft_and_device(&state, &visit, said).await?;
    let walk = Walk::new(&visit.form, &draft, &device.hash, visit.today);
    let page = if draft.current_page.is_none() && draft.kept.answers.is_empty() {
        walk.pages().into_iter().next()
    } else {
        walk.resume()
    };
    let address = visit.address(page.as_ref().map(|page| page.name.as_str()));
    let reply = with_cookie(Redirect::to(&address), device.cookie(&visit.base, secure));
    Ok(match &visit.entry {
        Entry::Invited(..) => with_cookie(reply, phone::new_cookie(&state, &headers)),
        Entry::Open(_) | Entry::Again(_) => reply,
    })
}

/// The draft that is there, else a new one; and the device, known or new.
async fn draft_and_device(state: &AppState, visit: &Visit, said: Said) -> Result<(Draft, Device), PageError> {
    let known = |draft: &Draft| {
        let device = visit
            .device
            .clone()
            .filter(|device| device.response_id == draft.response_id);
        device.unwrap_or_else(|| Device::new(state, &visit.round.id, draft.response_id))
    };
    if let Some(draft) = &visit.draft {
        return Ok((draft.clone(), known(draft)));
    }
    let response_id = state.entropy.uuid();
    let device = Device::new(state, &visit.round.id, response_id);
    let (invitation_id, open_link) = match &visit.entry {
        Entry::Invited(_, invitation) => (Some(invitation.id), None),
        Entry::Open(slug) => (None, Some(slug.clone())),
        Entry::Again(_) => (None, None),
    };
    let mut draft = Draft {
        id: visit.draft_id(state, &device),
        round_id: visit.round.id.clone(),
        group: visit.group.group.clone(),
        form_version: visit.form.version.clone(),
        response_id,
        language: visit.reading.lang.code().to_owned(),
        current_page: None,
        device: Some(device.hash.clone()),
        started_at: state.clock.now_ms(),
        updated_day: visit.today.to_string(),
        kept: Kept {
            sensitive: said.consents.sensitive,
            guardian: said.consents.guardian,
            unit: open_link.is_some().then_some(said.unit),
            ..Kept::default()
        },
        open_link,
        pin: None,
        pin_failures: 0,
    };
    draft.kept.add_ways(&said.ways);
    let tx = begin_tx(&state.db).await?;
    // The button may have been pressed twice: the first press made the draft.
    if let Some(draft) = drafts::find_for_update(&tx, &draft.id).await? {
        tx.commit().await.map_err(crate::store::StoreError::from)?;
        let device = known(&draft);
        return Ok((draft, device));
    }
    walk::withhold(&visit.form, &mut draft);
    drafts::put(&tx, draft.clone()).await?;
    if let Some(id) = invitation_id {
        invitations::mark_started(&tx, id).await?;
    }
    tx.commit().await.map_err(crate::store::StoreError::from)?;
    Ok((draft, device))
}
