//! `…/forms/{form}/versions`: every saved state, the way back to each, and what differs between two.

use axum::extract::{Form, Query as FromQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use survey_forms::editor::difference::{Difference, difference};

use super::super::planning::refusal::Refusal;
use super::{Open, OpenToEdit, OpenToRead, Opened, Query, done_words, local_time, see, workbook};
use crate::app::AppState;
use crate::handlers::respond::{Pairs, field, html, is_local};
use crate::middleware::problems::PageError;
use crate::pages::editor::Conflict;
use crate::pages::editor::versions::{self as page, StateEntry, VersionsPage};
use crate::pages::{Lang, tr};
use crate::questionnaires::{self, Saved};
use crate::store::form_drafts;

/// The workbook that a word of the address names: `now`, `plan`, or the number of a state.
async fn content(state: &AppState, open: &Open, which: &str) -> Result<Option<Vec<u8>>, PageError> {
    Ok(match which {
        "now" => Some(open.draft.content.clone()),
        "plan" => open.draft.in_plan.clone(),
        number => {
            let Ok(seq) = number.parse::<i32>() else {
                return Err(PageError::lost());
            };
            let found = form_drafts::state(&state.db, &open.round.id, &open.draft.form, seq).await?;
            Some(found.ok_or_else(PageError::lost)?.content)
        }
    })
}

/// What differs between two workbooks; none where either has faults or is not there.
pub(super) fn between(open: &Open, old: Option<&[u8]>, new: Option<&[u8]>) -> Option<Difference> {
    let file = open.file();
    let form = |content: &[u8]| workbook(&open.draft.form, content).0.check(&file).form;
    Some(difference(&file, &form(old?)?, &form(new?)?, None))
}

fn choices(lang: Lang, open: &Open, entries: &[StateEntry]) -> Vec<(String, String)> {
    let mut choices = vec![("now".to_owned(), tr!(lang, "editor.choice_now").into_owned())];
    if open.draft.in_plan.is_some() {
        choices.push(("plan".to_owned(), tr!(lang, "editor.choice_plan").into_owned()));
    }
    choices.extend(entries.iter().map(|entry| {
        let act = page::act_words(lang, &entry.act);
        let words = tr!(
            lang,
            "editor.choice_state",
            n = entry.seq,
            act = act,
            when = entry.when
        );
        (entry.seq.to_string(), words.into_owned())
    }));
    choices
}

async fn view(
    state: &AppState,
    open: &Open,
    query: &Query,
    conflict: Option<Conflict>,
) -> Result<VersionsPage, PageError> {
    let entries: Vec<StateEntry> = open
        .draft
        .states
        .iter()
        .rev()
        .map(|line| StateEntry {
            seq: line.seq,
            parent: line.parent,
            act: line.act.clone(),
            subject: line.subject.clone(),
            who: line.actor.clone(),
            when: local_time(state, line.at),
        })
        .collect();
    let compared = if query.from.is_empty() || query.to.is_empty() {
        None
    } else {
        let (old, new) = (
            content(state, open, &query.from).await?,
            content(state, open, &query.to).await?,
        );
        let found = between(open, old.as_deref(), new.as_deref());
        Some((query.from.clone(), query.to.clone(), found))
    };
    Ok(VersionsPage {
        choices: choices(open.lang, open, &entries),
        states: entries,
        head: open.draft.head,
        compared,
        done: done_words(open.lang, &query.done),
        faults: Vec::new(),
        conflict,
    })
}

/// `GET …/forms/{form}/versions`.
///
/// # Errors
/// When the role may not, there is no such questionnaire or state, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    Opened { open, .. }: OpenToRead,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let view = view(&state, &open, &query, None).await?;
    Ok(html(page::page(open.around(), &view)).into_response())
}

/// `POST …/forms/{form}/versions`: puts the questionnaire into another of its states.
///
/// # Errors
/// See [`show`].
pub async fn go(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToEdit,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let draft = &open.draft;
    let seq = match (field(&pairs, "go"), field(&pairs, "state")) {
        (Some("undo"), _) => draft.undo().map(|line| line.seq),
        (Some("redo"), _) => draft.redo().map(|line| line.seq),
        (_, number) => number.and_then(|number| number.parse().ok()),
    };
    let seen = field(&pairs, "seen").unwrap_or_default();
    let seq = match seq {
        Some(seq) => seq,
        // Nothing to go back to any more: somebody did it already.
        None if !open.is_seen(seen) => draft.head,
        None => return Err(PageError::lost()),
    };
    let at = (open.round.id.as_str(), draft.form.as_str());
    let done = match open.is_seen(seen) {
        false => Saved::Conflict(Box::new(draft.clone())),
        true => questionnaires::go_to(&state.base(), at, seen, seq, &open.login)
            .await
            .map_err(Refusal::page)?,
    };
    if let Saved::Conflict(_) = done {
        let conflict = Some(open.conflict(&state, false));
        let view = view(&state, &open, &Query::default(), conflict).await?;
        return Ok((StatusCode::CONFLICT, html(page::page(open.around(), &view))).into_response());
    }
    let own = open.around().path("");
    let to = field(&pairs, "to").filter(|to| is_local(to) && to.starts_with(&own));
    // The row of the page may not be there in the other state; its page would be lost.
    let to = to.filter(|to| !to.contains('?')).unwrap_or(&own);
    Ok(see(&format!("{to}?done=back")))
}
