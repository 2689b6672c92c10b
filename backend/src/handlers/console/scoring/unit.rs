//! `…/scoring/units/{unit}`: a unit's cards, and what the office does with those that are sealed.

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::{Done, Told, failed, names, tampered, told, unit_name};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{ManageScoring, Permission, SeeScoring};
use crate::handlers::console::marking::card_page::line;
use crate::handlers::console::{local_time, signed_in, title};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::scoring as pages;
use crate::pages::scoring::unit::{CardLine, CriterionLine, Given, Shown, UnitPage};
use crate::pages::{Lang, Reading, tr};
use crate::scoring::standing::{Held, Standing, UnitStanding, View};
use crate::scoring::{ScoringError, count, third_party};

async fn view<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    code: &str,
    told: Told,
) -> Result<Html<String>, PageError> {
    let plan = &holder.plan;
    third_party(plan).map_err(failed)?;
    let standing = Standing::of(&state.db, plan).await?;
    let unit = standing
        .units
        .iter()
        .find(|unit| unit.unit == code)
        .ok_or_else(PageError::lost)?;
    let named = |criterion: &String| {
        let found = plan.criteria.iter().find(|one| one.code == *criterion);
        let name = found.map(|one| one.name.get(lang.code()).to_owned());
        (criterion.clone(), name.unwrap_or_default())
    };
    let shown = match unit.view {
        View::Closed => Shown::Closed {
            cards: unit.cards.len(),
            sealed: unit.sealed(),
        },
        View::Differing => Shown::Differing(unit.differing.iter().map(named).collect()),
        View::Open => opened(state, holder, lang, (&standing, unit)).await?,
    };
    let view = UnitPage {
        round: holder.round.id.clone(),
        title: title(lang, &holder.round),
        code: code.to_owned(),
        name: unit_name(plan, lang, code),
        done: told.done,
        faults: told.faults,
        may_manage: holder.staff.role.may(Action::ManageScoring),
        shown,
    };
    Ok(html(pages::unit::page(
        lang,
        &signed_in(lang, &holder.staff, ""),
        &view,
    )))
}

async fn opened<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    (standing, unit): (&Standing, &UnitStanding),
) -> Result<Shown, PageError> {
    let people = names(state, &holder.round.id).await?;
    let name = |held: &Held| {
        let mut of = people
            .iter()
            .filter(|(row, _)| row.staff_id == held.card.staff_id);
        of.next()
            .map(|(_, account)| account.display_name.clone())
            .unwrap_or_default()
    };
    let given = |criterion: &str, held: &Held| {
        let mark = standing.mark(unit, held.card.id, criterion);
        Given {
            scorer: name(held),
            mark: mark.and_then(|mark| mark.mark),
            comment: mark.map(|mark| mark.comment.clone()).unwrap_or_default(),
            files: standing
                .files(unit, held.card.id, criterion)
                .into_iter()
                .map(line)
                .collect(),
        }
    };
    let criteria = holder.plan.criteria.iter().map(|criterion| CriterionLine {
        code: criterion.code.clone(),
        name: criterion.name.get(lang.code()).to_owned(),
        max_score: criterion.max_score,
        differs: unit.differing.contains(&criterion.code),
        given: unit
            .cards
            .iter()
            .map(|held| given(&criterion.code, held))
            .collect(),
    });
    let card = |held: &Held| {
        let approval = standing.approval(&held.card);
        CardLine {
            id: held.card.id,
            scorer: name(held),
            third: held.card.third,
            sealed: held
                .card
                .sealed_at
                .map(|at| local_time(state, at))
                .unwrap_or_default(),
            hash: held.card.hash.clone().unwrap_or_default(),
            approved: approval.map(|row| (row.actor.clone(), local_time(state, row.at))),
            earlier: standing
                .seals_of(held.card.id)
                .filter_map(|seal| Some((local_time(state, seal.at), seal.returned_reason.clone()?)))
                .collect(),
        }
    };
    Ok(Shown::Open {
        criteria: criteria.collect(),
        cards: unit.cards.iter().map(card).collect(),
    })
}

/// `GET …/scoring/units/{unit}`.
///
/// # Errors
/// See [`super::show`].
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeeScoring>,
    reading: Reading,
    Path((_, code)): Path<(String, String)>,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let told = Told {
        done: match query.done.as_str() {
            "approved" => Some(tr!(lang, "scoring.done_approved").into_owned()),
            "returned" => Some(tr!(lang, "scoring.done_returned", n = query.n).into_owned()),
            _ => None,
        },
        ..Told::default()
    };
    view(&state, &holder, lang, &code, told).await
}

/// `POST …/scoring/units/{unit}`: approves the state of a card, or gives it back.
///
/// # Errors
/// See [`super::show`].
pub async fn act(
    State(state): State<AppState>,
    holder: Independent<ManageScoring>,
    reading: Reading,
    Path((_, code)): Path<(String, String)>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let (lang, base, plan) = (reading.lang, state.base(), &holder.plan);
    let actor = holder.staff.login.as_str();
    let card: Uuid = field(&pairs, "card")
        .and_then(|text| text.parse().ok())
        .ok_or_else(PageError::lost)?;
    let done = match field(&pairs, "go") {
        Some("approve") => {
            let hash = field(&pairs, "hash").unwrap_or_default();
            let approved = count::approve(&base, plan, actor, card, hash).await;
            approved.map(|()| "approved".to_owned())
        }
        Some("return") => {
            let reason = field(&pairs, "reason").unwrap_or_default();
            let returned = count::give_back(&base, plan, actor, card, reason).await;
            returned.map(|n| format!("returned&n={n}"))
        }
        _ => return Err(PageError::lost()),
    };
    let told = match done {
        Ok(done) => {
            let address = format!("{}/units/{code}?done={done}", pages::base(&holder.round.id));
            return Ok(Redirect::to(&address).into_response());
        }
        Err(ScoringError::NoReason) => told(&format!("#reason-{card}"), tr!(lang, "scoring.no_reason")),
        // The page shows how the unit stands now: the card may no longer be on it.
        Err(ScoringError::Changed | ScoringError::NotSealed) => told("#main", tr!(lang, "scoring.changed")),
        Err(ScoringError::Tampered(card)) => told("#main", tampered(&state, plan, lang, card).await?),
        Err(error) => return Err(failed(error)),
    };
    let page = view(&state, &holder, lang, &code, told).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}
