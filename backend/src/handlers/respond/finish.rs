//! Check and submit.

use analysis::plan::FrameSource;
use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use survey_forms::flow;
use survey_forms::form::Question;
use survey_forms::render::{Words, answer_text};
use survey_forms::validate::FieldError;

use super::visit::{Device, Entry, Visit};
use super::{Pairs, field, html, phone, room, walk, ways_of_page};
use crate::app::AppState;
use crate::dataset;
use crate::error::AppError;
use crate::middleware::problems::PageError;
use crate::pages::check::{self, Answered, Check};
use crate::pages::layout::Fault;
use crate::pages::tr;
use crate::store::callbacks;
use crate::store::drafts::Draft;
use crate::store::invitations::Invitation;
use crate::store::responses;
use crate::submit::{Answering, Door, Mode, NewResponse, SubmitError};

fn check_page(visit: &Visit, draft: &Draft, device: &Device, faults: &[FieldError]) -> Html<String> {
    let form = &visit.form;
    let walk = visit.walk(draft, device);
    let lang = visit.wording(walk.answers());
    let change = |page: &str| format!("{}?from=check", visit.address(Some(page)));
    let words = Words::new(form, walk.answers(), visit.today);
    let mut rows = Vec::new();
    let pages = walk.pages();
    for page in &pages {
        let asked = page.questions.iter().filter_map(|name| form.question(name));
        for question in asked.filter(|question| question.takes_answer() || question.takes_file()) {
            let value = walk
                .answers()
                .get(&question.name)
                .map(String::as_str)
                .unwrap_or_default();
            rows.push(Answered {
                name: question.name.clone(),
                question: words.of(question, lang),
                answer: match value {
                    "" => String::new(),
                    _ if question.takes_file() => {
                        tr!(visit.reading.lang, "attachments.received").into_owned()
                    }
                    value => answer_text(form, question, value, lang),
                },
                change: change(&page.name),
            });
        }
    }
    let faults = faults.iter().map(|fault| {
        let label = form
            .question(&fault.field)
            .map(|question: &Question| words.of(question, lang));
        let page = walk.page_of(&fault.field).map(|page| change(&page.name));
        Fault {
            href: page.unwrap_or_else(|| visit.base.clone()),
            text: format!(
                "{}{}",
                label.map(|l| format!("{l} ")).unwrap_or_default(),
                fault.message.get(lang)
            ),
        }
    });
    let view = Check {
        round: visit.round_title().to_owned(),
        path: visit.address(None),
        faults: faults.collect(),
        rows,
        elsewhere: walk.elsewhere(),
        taken: draft.is_taken_over(&device.hash),
        withheld: walk.withheld(),
        asks_callback: callback_case(visit).is_some(),
        back: pages.last().map(|page| visit.address(Some(&page.name))),
        help: visit.help(),
    };
    html(check::page(visit.reading, &view))
}

/// The case that may be called back: of somebody in the register who was invited, where the plan calls back.
fn callback_case(visit: &Visit) -> Option<&str> {
    let is_resident = visit
        .plan
        .group(&visit.group.group)
        .is_some_and(|group| group.source == FrameSource::Persons);
    match &visit.entry {
        Entry::Invited(_, invitation) if is_resident && visit.plan.callback.is_some() => {
            Some(&invitation.case_id)
        }
        _ => None,
    }
}

/// `GET …/check`: every answer of this device, with links to change them.
///
/// # Errors
/// Redirects to the start page before consent, and to the first question that nobody has passed.
pub async fn check(visit: Visit) -> Result<Html<String>, PageError> {
    let (draft, device) = visit.begun()?;
    if let Some(page) = visit.walk(draft, device).unvisited() {
        return Err(PageError::see_other(visit.address(Some(&page.name))));
    }
    Ok(check_page(&visit, draft, device, &[]))
}

/// The response a draft stands for, as `device` hands it in; `pairs` are the check page's fields.
fn response_of(
    state: &AppState,
    visit: &Visit,
    (draft, device): (&Draft, &Device),
    pairs: &[(String, String)],
) -> NewResponse {
    let mut ways = draft.kept.ways();
    ways.extend(ways_of_page(visit.reading, pairs));
    let mut answers = walk::known(&visit.form, draft);
    flow::clear_hidden(&visit.form, &mut answers, visit.today);
    answers.retain(|_, value| !value.is_empty());
    let (door, draft_id) = match &visit.entry {
        Entry::Invited(_, invitation) => (Door::Invitation(invitation.id), None),
        Entry::Open(slug) => (Door::Link(slug.clone()), Some(draft.id.clone())),
        Entry::Again(earlier) => (Door::Again(earlier.id), Some(draft.id.clone())),
    };
    NewResponse {
        id: device.sent_id(state),
        door,
        form: visit.group.form.clone(),
        form_version: visit.form.version.clone(),
        language: draft.language.clone(),
        mode: Mode::Web,
        answering: answers
            .get("answering")
            .and_then(|said| Answering::parse(said))
            .unwrap_or(Answering::Myself),
        duration_s: (state.clock.now_ms() - draft.started_at).max(0) / 1_000,
        answers,
        draft_id,
        unit: draft.kept.unit.clone(),
        ways,
        consents: draft.kept.consents(),
        interviewer: None,
        staff_collected: false,
        files_of: Some(draft.response_id),
        ended_on: None,
    }
}

/// `POST …/check`: hands the answers in. Pressed twice, it gives the same receipt.
///
/// # Errors
/// When the code is used by another response, the round is over, or the database does not answer.
pub async fn submit(
    State(state): State<AppState>,
    visit: Visit,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    let to_receipt = || Redirect::to(&format!("{}/receipt", visit.base)).into_response();
    if stored(&state, &visit).await?.is_some() {
        return Ok(to_receipt());
    }
    let (draft, device) = visit.begun()?;
    let response = response_of(&state, &visit, (draft, device), &pairs);
    match state.submitter.submit(response).await {
        Ok(accepted) => {
            if let Entry::Invited(_, invitation) = &visit.entry
                && !accepted.replayed
            {
                count(&state, &visit, invitation, &headers).await;
            }
            if let Entry::Again(earlier) = &visit.entry {
                dataset::forget(&state.config.data_dir, earlier);
            }
            if let Some(case) = callback_case(&visit).filter(|_| field(&pairs, "callback") == Some("yes")) {
                // With the case and not with the answers, which hold no identity.
                callbacks::set_consent(&state.db, &visit.round.id, case).await?;
            }
            Ok(to_receipt())
        }
        Err(SubmitError::Invalid(faults)) => {
            let page = check_page(&visit, draft, device, &faults);
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
        // Handed in a moment ago by the first of two presses, in another language.
        Err(SubmitError::IdConflict) => Ok(to_receipt()),
        Err(SubmitError::CodeUsed) => Err(visit.used()),
        Err(SubmitError::DailyCap { .. }) => Err(room::capped(&state, &visit)),
        Err(SubmitError::QuotaFull) => Err(room::quota_full(&visit)),
        Err(SubmitError::UnknownVersion { .. }) => Err(PageError::see_other(visit.address(None))),
        Err(error) => Err(AppError::from(error).into()),
    }
}

/// Counts the response for its device. It is accepted: that a count failed is nothing that its respondent must hear.
async fn count(state: &AppState, visit: &Visit, invitation: &Invitation, headers: &HeaderMap) {
    let case = (invitation.group.as_str(), invitation.case_id.as_str());
    let token = phone::token(headers);
    let noted = state.sittings.note(&state.base(), &visit.plan, case, token).await;
    if let Err(error) = noted {
        tracing::warn!(%error, "a response is not counted for its device");
    }
}

/// The response that this browser handed in, if it has been accepted. To have begun it is not enough: whoever holds the
/// code may begin.
pub(super) async fn stored(
    state: &AppState,
    visit: &Visit,
) -> Result<Option<responses::Response>, PageError> {
    let Some(device) = &visit.device else {
        return Ok(None);
    };
    let found = responses::find(&state.db, device.sent_id(state)).await?;
    let of_this_door = |response: &responses::Response| match &visit.entry {
        // A response that was replaced has given its link up; its id is this browser's all the same.
        Entry::Invited(_, invitation) => {
            response.link.as_deref() == Some(&state.keys.link(invitation.id))
                || (response.state == responses::REPLACED && response.group == invitation.group)
        }
        Entry::Open(slug) => response.open_link.as_ref() == Some(slug),
        Entry::Again(earlier) => response.id != earlier.id && response.group == earlier.group,
    };
    Ok(found
        .filter(|response| response.round_id == visit.round.id)
        .filter(of_this_door))
}
