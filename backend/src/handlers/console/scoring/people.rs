//! `…/scoring/people`: engaging evaluators, conflicts, draws.

use std::collections::BTreeSet;

use analysis::assignment::AssignmentFault;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::{Done, Told, failed, names, proposed_seed, told, unit_name};
use crate::app::AppState;
use crate::auth::Role;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{ManageScoring, Permission, SeeScoring};
use crate::handlers::console::{local_time, signed_in, title};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::scoring as pages;
use crate::pages::scoring::people::{ConflictLine, DrawLine, People, PersonLine};
use crate::pages::{Lang, Reading, tr};
use crate::scoring::draw::{self, Split, THIRD};
use crate::scoring::people::{self, ConflictKind, Stated, load_of};
use crate::scoring::standing::Standing;
use crate::scoring::{ScoringError, third_party};
use crate::store::{cards, evaluators, staff};

/// Most units that can be set as somebody's limit.
const MOST_UNITS: i32 = 1_000;

async fn view<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    told: Told,
) -> Result<Html<String>, PageError> {
    let (plan, round) = (&holder.plan, holder.round.id.as_str());
    let third = third_party(plan).map_err(failed)?;
    let engaged = names(state, round).await?;
    let all = cards::of_round(&state.db, round).await?;
    let known = evaluators::conflicts(&state.db, round).await?;
    let standing = Standing::of(&state.db, plan).await?;
    let mut lines = Vec::new();
    for (row, account) in &engaged {
        let units: BTreeSet<&str> = known
            .iter()
            .filter(|conflict| conflict.staff_id == row.staff_id)
            .map(|conflict| conflict.unit.as_str())
            .collect();
        lines.push(PersonLine {
            id: row.staff_id,
            login: account.login.clone(),
            name: account.display_name.clone(),
            declared: row.declared_at.map(|at| local_time(state, at)),
            left: row
                .withdrawn_reason
                .clone()
                .filter(|_| row.withdrawn_at.is_some()),
            conflicts: units.len(),
            capacity: row.capacity,
            load: load_of(&all, row.staff_id)?,
        });
    }
    let active = |id: Uuid| {
        let mut rows = engaged.iter().map(|(row, _)| row);
        rows.any(|row| row.staff_id == id && row.withdrawn_at.is_none())
    };
    let accounts = staff::list(&state.db).await?;
    let name_of = |id: Uuid| {
        let mut accounts = accounts.iter();
        let found = accounts.find(|account| account.id == id);
        found
            .map(|account| account.display_name.clone())
            .unwrap_or_default()
    };
    let view = People {
        round: round.to_owned(),
        title: title(lang, &holder.round),
        done: told.done,
        faults: told.faults,
        may_manage: holder.staff.role.may(Action::ManageScoring),
        others: accounts
            .iter()
            .filter(|account| Role::parse(&account.role) == Some(Role::Evaluator))
            .filter(|account| !account.disabled && !active(account.id))
            .map(|account| (account.id, format!("{} {}", account.display_name, account.login)))
            .collect(),
        units: plan
            .scored_units()
            .into_iter()
            .map(|unit| (unit.code.clone(), unit.name.get(lang.code()).to_owned()))
            .collect(),
        conflicts: known
            .iter()
            .filter_map(|row| {
                Some(ConflictLine {
                    person: name_of(row.staff_id),
                    unit: unit_name(plan, lang, &row.unit),
                    kind: ConflictKind::parse(&row.kind)?,
                    source: row.source.clone(),
                    note: row.note.clone(),
                })
            })
            .collect(),
        draws: evaluators::draws(&state.db, round)
            .await?
            .into_iter()
            .map(|draw| DrawLine {
                seq: draw.seq,
                third: draw.kind == THIRD,
                at: local_time(state, draw.at),
                actor: draw.actor,
                seed: draw.seed,
                made: draw.made,
                taken_back: draw.taken_back,
            })
            .collect(),
        split: draw::split_of(&state.db, round).await?,
        scorers: third.scorers,
        unstaffed: standing.units.iter().filter(|unit| unit.unstaffed > 0).count(),
        seed: proposed_seed(state),
        people: lines,
    };
    Ok(html(pages::people::page(
        lang,
        &signed_in(lang, &holder.staff, ""),
        &view,
    )))
}

/// `GET …/scoring/people`.
///
/// # Errors
/// See [`super::show`].
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeeScoring>,
    reading: Reading,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    let (lang, n, m) = (reading.lang, query.n, query.m);
    let told = Told {
        done: match query.done.as_str() {
            "engaged" => Some(tr!(lang, "scoring.done_engaged", n = n).into_owned()),
            "withdrawn" => Some(tr!(lang, "scoring.done_withdrawn", n = n).into_owned()),
            "conflict" => Some(tr!(lang, "scoring.done_conflict", n = n).into_owned()),
            "drawn" => Some(tr!(lang, "scoring.done_drawn", n = n, m = m).into_owned()),
            _ => None,
        },
        ..Told::default()
    };
    view(&state, &holder, lang, told).await
}

/// What an act did, as the address says it.
struct Acted {
    word: &'static str,
    n: usize,
    m: usize,
}

fn acted(word: &'static str, n: usize) -> Acted {
    Acted { word, n, m: 0 }
}

fn person(pairs: &Pairs) -> Result<Uuid, ScoringError> {
    let id = field(pairs, "person").and_then(|text| text.parse().ok());
    id.ok_or(ScoringError::Nobody)
}

fn seed(pairs: &Pairs) -> Option<i64> {
    let text = field(pairs, "seed")?.trim();
    text.parse().ok().filter(|seed| *seed >= 0)
}

/// `POST …/scoring/people`: engages, ends an engagement, writes a conflict down, draws.
///
/// # Errors
/// See [`super::show`].
pub async fn act(
    State(state): State<AppState>,
    holder: Independent<ManageScoring>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let (lang, go) = (reading.lang, field(&pairs, "go").unwrap_or_default());
    let said = match go {
        "engage" => engage(&state, &holder, lang, &pairs).await,
        "withdraw" | "conflict" => end_or_bind(&state, &holder, &pairs, go).await,
        "draw" | "third" => share(&state, &holder, &pairs, go).await,
        _ => return Err(PageError::lost()),
    };
    match said {
        Ok(Ok(Acted { word, n, m })) => {
            let place = if word == "third" { "" } else { "/people" };
            let address = format!("{}{place}?done={word}&n={n}&m={m}", pages::base(&holder.round.id));
            Ok(Redirect::to(&address).into_response())
        }
        Ok(Err(told)) => refuse(&state, &holder, lang, told).await,
        Err(error) => {
            let told = explain(&holder, lang, go, error)?;
            refuse(&state, &holder, lang, told).await
        }
    }
}

async fn refuse(
    state: &AppState,
    holder: &Independent<ManageScoring>,
    lang: Lang,
    told: Told,
) -> Result<Response, PageError> {
    let page = view(state, holder, lang, told).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// A refusal in words, at the field that it is about.
fn explain(
    holder: &Independent<ManageScoring>,
    lang: Lang,
    go: &str,
    error: ScoringError,
) -> Result<Told, PageError> {
    let name = |unit: &str| unit_name(&holder.plan, lang, unit);
    Ok(match error {
        ScoringError::NoReason => told(&format!("#{go}-reason"), tr!(lang, "scoring.no_reason")),
        ScoringError::Employed { unit } => {
            told("#person", tr!(lang, "scoring.is_employed", unit = name(&unit)))
        }
        ScoringError::NoEvaluators => told("#draw", tr!(lang, "scoring.no_evaluators")),
        ScoringError::Assignment(AssignmentFault::Barred {
            unit, needed, free, ..
        }) => told(
            "#draw",
            tr!(
                lang,
                "scoring.barred",
                unit = name(&unit),
                needed = needed,
                free = free
            ),
        ),
        ScoringError::Assignment(AssignmentFault::Full { unit, lacking }) => told(
            "#draw",
            tr!(lang, "scoring.full", unit = name(&unit), n = lacking),
        ),
        other => return Err(failed(other)),
    })
}

async fn engage(
    state: &AppState,
    holder: &Independent<ManageScoring>,
    lang: Lang,
    pairs: &Pairs,
) -> Result<Result<Acted, Told>, ScoringError> {
    let typed = field(pairs, "capacity").unwrap_or_default().trim();
    let capacity = typed.parse::<i32>().ok().filter(|n| (1..=MOST_UNITS).contains(n));
    if capacity.is_none() && !typed.is_empty() {
        return Ok(Err(told("#capacity", tr!(lang, "scoring.bad_capacity"))));
    }
    let found = people::engage(
        &state.base(),
        &holder.plan,
        &holder.staff.login,
        person(pairs)?,
        capacity,
    )
    .await?;
    Ok(Ok(acted("engaged", found)))
}

async fn end_or_bind(
    state: &AppState,
    holder: &Independent<ManageScoring>,
    pairs: &Pairs,
    go: &str,
) -> Result<Result<Acted, Told>, ScoringError> {
    let (base, plan, actor) = (state.base(), &holder.plan, holder.staff.login.as_str());
    let reason = field(pairs, "reason").unwrap_or_default();
    if go == "withdraw" {
        let taken = people::withdraw(&base, plan, actor, person(pairs)?, reason).await?;
        return Ok(Ok(acted("withdrawn", taken)));
    }
    let kind = field(pairs, "kind").and_then(ConflictKind::parse);
    let stated = Stated {
        unit: field(pairs, "unit").unwrap_or_default().to_owned(),
        kind: kind.ok_or(ScoringError::Nobody)?,
        note: reason.to_owned(),
    };
    let taken = people::add_conflict(&base, plan, actor, person(pairs)?, stated).await?;
    Ok(Ok(acted("conflict", taken)))
}

async fn share(
    state: &AppState,
    holder: &Independent<ManageScoring>,
    pairs: &Pairs,
    go: &str,
) -> Result<Result<Acted, Told>, ScoringError> {
    let (base, plan, actor) = (state.base(), &holder.plan, holder.staff.login.as_str());
    // What is no number is taken for no choice.
    let seed = seed(pairs).unwrap_or_else(|| proposed_seed(state));
    if go == "third" {
        let drawn = draw::third(&base, plan, actor, seed).await?;
        return Ok(Ok(acted("third", drawn.made)));
    }
    let split = field(pairs, "split")
        .and_then(Split::parse)
        .unwrap_or(Split::Unit);
    let drawn = draw::units(&base, plan, actor, split, seed).await?;
    Ok(Ok(Acted {
        word: "drawn",
        n: drawn.made,
        m: drawn.taken_back,
    }))
}
