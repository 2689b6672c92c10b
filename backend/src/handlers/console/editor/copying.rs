//! `…/forms/{form}/copy`: questions of another questionnaire, of this round or another.
//!
//! `?from=` says whose: nothing for the questionnaires of this round, `ROUND` for those of another, `ROUND/FORM` for the
//! questions of one.

use std::collections::BTreeSet;

use axum::extract::{Form, Query as FromQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use survey_forms::editor::outline::outline;
use survey_forms::editor::{RowKey, Spot, take_over};

use super::adding::{new_key, places};
use super::{Open, OpenToEdit, Opened, Outcome, Query, Writer, fault, see, title, workbook};
use crate::app::AppState;
use crate::auth::independence::judged_employer;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::editor::copying::{self as page, CopyPage, Picked, Source};
use crate::pages::editor::{mend, row_id};
use crate::pages::layout::Fault;
use crate::pages::tr;
use crate::questionnaires::{self, Act, path_of};
use crate::store::form_drafts;
use crate::store::rounds::{self, Round};

/// A round whose questionnaires this member of staff may read; not one in which a unit is judged that employs them.
async fn readable(state: &AppState, holder: &Writer, id: &str) -> Result<Round, PageError> {
    if id.is_empty() || id == holder.round.id {
        return Ok(holder.round.clone());
    }
    let round = rounds::find(&state.db, id).await?.ok_or_else(PageError::lost)?;
    let plan = state.plans.get(&state.db, &state.keys, id).await?;
    let plan = plan.ok_or_else(PageError::lost)?;
    match judged_employer(&plan, holder.staff.employer_unit.as_deref()) {
        Some(_) => Err(PageError::lost()),
        None => Ok(round),
    }
}

/// Names of a round's questionnaires, in the plan or being written.
async fn names(state: &AppState, round: &Round) -> Result<BTreeSet<String>, PageError> {
    let drafts = form_drafts::of_round(&state.db, &round.id).await?;
    let mut names: BTreeSet<String> = drafts.into_iter().map(|draft| draft.form).collect();
    names.extend(
        questionnaires::of_plan(&state.db, &state.base(), round)
            .await?
            .into_keys(),
    );
    Ok(names)
}

/// The page about `from`, with what was ticked.
async fn view(
    state: &AppState,
    (holder, open): (&Writer, &Open),
    (from, to): (&str, &str),
    ticked: Vec<String>,
) -> Result<CopyPage, PageError> {
    let (id, form) = from.split_once('/').unwrap_or((from, ""));
    let round = readable(state, holder, id).await?;
    let is_here = round.id == holder.round.id;
    let mut view = CopyPage {
        from: from.to_owned(),
        spots: places(open, to),
        to: to.to_owned(),
        round_title: (!is_here).then(|| title(open.lang, &round)),
        ticked,
        ..CopyPage::default()
    };
    let base = state.base();
    if !form.is_empty() {
        let draft = questionnaires::load(&state.db, &base, &round, form).await?;
        let draft = draft.ok_or_else(PageError::lost)?;
        let outline = outline(&workbook(&draft.form, &draft.content).0, &path_of(&draft.form));
        view.picked = Some(Picked {
            title: outline.title,
            rows: outline.rows,
        });
        return Ok(view);
    }
    for name in names(state, &round).await? {
        // A questionnaire has its own questions already.
        if is_here && name == open.draft.form {
            continue;
        }
        if let Some(draft) = questionnaires::load(&state.db, &base, &round, &name).await? {
            let outline = outline(&workbook(&draft.form, &draft.content).0, &path_of(&draft.form));
            view.sources.push(Source {
                from: format!("{}/{name}", round.id),
                title: outline.title,
                name,
            });
        }
    }
    for other in rounds::list(&state.db).await? {
        if other.id != round.id && readable(state, holder, &other.id).await.is_ok() {
            view.rounds.push((other.id.clone(), title(open.lang, &other)));
        }
    }
    Ok(view)
}

/// `GET …/forms/{form}/copy`.
///
/// # Errors
/// When the role may not, there is no such questionnaire, or the database does not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToEdit,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let view = view(&state, (&holder, &open), (&query.from, &query.to), Vec::new()).await?;
    Ok(html(page::page(open.around(), &view)).into_response())
}

/// `POST …/forms/{form}/copy`: takes over what was ticked, with what it refers to.
///
/// # Errors
/// See [`show`].
pub async fn take(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToEdit,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = open.lang;
    let of = |name: &str| field(&pairs, name).unwrap_or_default();
    let (from, to) = (of("from"), of("to"));
    let items = pairs.iter().filter(|(name, _)| name == "item");
    let ticked: Vec<String> = items.map(|(_, item)| item.clone()).collect();
    let shown = view(&state, (&holder, &open), (from, to), ticked.clone()).await?;
    let again = |status: StatusCode, faults: Vec<Fault>| {
        let view = CopyPage {
            faults,
            conflict: (status == StatusCode::CONFLICT).then(|| open.conflict(&state, true)),
            ..shown.clone()
        };
        (status, html(page::page(open.around(), &view))).into_response()
    };
    let refused = |words: Vec<String>| {
        let faults = words.into_iter().map(|words| fault("#pick", words)).collect();
        again(StatusCode::UNPROCESSABLE_ENTITY, faults)
    };
    if !open.is_seen(of("seen")) {
        return Ok(again(StatusCode::CONFLICT, Vec::new()));
    }
    let (id, form) = from.split_once('/').ok_or_else(PageError::lost)?;
    let to: Spot = to.parse().map_err(|_| PageError::lost())?;
    let keys: Vec<RowKey> = ticked.iter().filter_map(|item| item.parse().ok()).collect();
    if keys.is_empty() {
        return Ok(refused(vec![tr!(lang, "editor.e_nothing_ticked").into_owned()]));
    }
    let round = readable(&state, &holder, id).await?;
    let draft = questionnaires::load(&state.db, &state.base(), &round, form).await?;
    let draft = draft.ok_or_else(PageError::lost)?;
    let (other, _) = workbook(&draft.form, &draft.content);
    let made = match take_over(&open.workbook, &other, &keys, &to) {
        Ok(made) => made,
        Err(error) => {
            return Ok(refused(
                error.faults().iter().map(|one| mend(lang, one)).collect(),
            ));
        }
    };
    let first = new_key(&open, &made);
    match open.save(&state, &made, (Act::Copied, from)).await? {
        Outcome::Saved => {
            let fragment = first.map(|key| format!("#{}", row_id(&key))).unwrap_or_default();
            Ok(see(&format!("{}?done=copied{fragment}", open.around().path(""))))
        }
        Outcome::Overtaken => Ok(again(StatusCode::CONFLICT, Vec::new())),
        Outcome::Refused(words) => Ok(refused(words)),
    }
}
