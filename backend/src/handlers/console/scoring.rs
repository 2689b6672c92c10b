//! `/console/rounds/{id}/scoring`: the office's view of the third party's work. It writes no mark, and sees those of a
//! unit once all of its cards are sealed.

use analysis::plan::Plan;
use analysis::results::{Coefficient, ScorerAgreement};
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use uuid::Uuid;

use super::marking::{as_file, failed, unit_name};
use super::{local_time, signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{ManageScoring, Permission, SeeScoring};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::scoring::{self as pages, AgreementLine, Counted, GateView, Scoring, UnitLine, UnitState};
use crate::pages::{Lang, Reading, tr, words};
use crate::scoring::count::{self, Gate};
use crate::scoring::standing::{Standing, UnitStanding, View};
use crate::scoring::{ScoringError, third_party};
use crate::store::{StoreError, audit, cards, evaluators, scores};

pub mod people;
pub mod unit;

/// Largest seed that is proposed: short enough to be read out.
const SEEDS: u64 = 1_000_000;

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    pub(super) done: String,
    pub(super) n: usize,
    pub(super) m: usize,
}

/// What is told beside a page.
#[derive(Default)]
pub(super) struct Told {
    pub(super) done: Option<String>,
    pub(super) faults: Vec<Fault>,
}

pub(super) fn told(href: &str, text: std::borrow::Cow<'_, str>) -> Told {
    Told {
        done: None,
        faults: vec![Fault {
            href: href.to_owned(),
            text: text.into_owned(),
        }],
    }
}

/// A seed that nobody chose; it can be typed over, and is kept with the draw.
pub(super) fn proposed_seed(state: &AppState) -> i64 {
    let drawn = u64::from_be_bytes(state.entropy.bytes::<8>()) % SEEDS;
    i64::try_from(drawn).unwrap_or_default()
}

fn state_of(standing: &Standing, unit: &UnitStanding) -> UnitState {
    let approved = || {
        let mut cards = unit.cards.iter();
        cards.all(|held| standing.approval(&held.card).is_some())
    };
    match unit.view {
        View::Closed if unit.unstaffed > 0 => UnitState::Unstaffed,
        View::Closed => UnitState::Marking,
        View::Differing if unit.undrawn.is_empty() => UnitState::WithThird,
        View::Differing => UnitState::Differing,
        View::Open if approved() => UnitState::Approved,
        View::Open => UnitState::Sealed,
    }
}

fn figure(value: f64) -> String {
    format!("{value:.2}").replace('-', "−")
}

/// A coefficient with its interval, in words.
fn with_interval(value: f64, lower: Option<f64>, upper: Option<f64>) -> String {
    match (lower, upper) {
        (Some(lower), Some(upper)) => {
            format!("{} [{}, {}]", figure(value), figure(lower), figure(upper))
        }
        _ => figure(value),
    }
}

fn coefficient(found: Option<Coefficient>) -> String {
    found.map_or_else(
        || "–".to_owned(),
        |found| with_interval(found.value, found.lower, found.upper),
    )
}

fn alpha(row: &ScorerAgreement) -> Option<String> {
    row.alpha
        .map(|alpha| with_interval(alpha, row.alpha_lower, row.alpha_upper))
}

fn agreement_line(row: ScorerAgreement) -> AgreementLine {
    AgreementLine {
        n: row.n.to_string(),
        exact: words::percent(row.exact),
        near: words::percent(row.within_one),
        kappa: coefficient(row.kappa),
        icc: coefficient(row.icc),
        alpha: alpha(&row).unwrap_or_else(|| "–".to_owned()),
        criterion: row.criterion,
    }
}

fn gate_view(gate: &Gate) -> GateView {
    GateView {
        unstaffed: gate.unstaffed,
        unsealed: gate.unsealed,
        differing: gate.differing,
        unapproved: gate.unapproved,
        least_alpha: gate.least_alpha.map(figure),
        alpha: gate.agreement.as_ref().and_then(alpha),
        agrees: gate.agrees(),
    }
}

async fn counted(state: &AppState, plan: &Plan) -> Result<Counted, StoreError> {
    let marks = scores::list(&state.db, &plan.round.id).await?.len();
    let acts = audit::of_subject(&state.db, &plan.round.id).await?;
    let last = acts.into_iter().rev().find(|act| act.action == "scoring.count");
    Ok(Counted {
        marks,
        by: last.map(|act| (local_time(state, act.at), act.actor)),
    })
}

async fn view<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    told: Told,
) -> Result<Html<String>, PageError> {
    let plan = &holder.plan;
    third_party(plan).map_err(failed)?;
    let standing = Standing::of(&state.db, plan).await?;
    let gate = Gate::of(plan, &standing);
    let view = Scoring {
        round: holder.round.id.clone(),
        title: title(lang, &holder.round),
        done: told.done,
        faults: told.faults,
        may_manage: holder.staff.role.may(Action::ManageScoring),
        units: standing
            .units
            .iter()
            .map(|unit| UnitLine {
                code: unit.unit.clone(),
                name: unit_name(plan, lang, &unit.unit),
                cards: unit.cards.len(),
                sealed: unit.sealed(),
                state: state_of(&standing, unit),
            })
            .collect(),
        agreement: standing.agreement(plan).into_iter().map(agreement_line).collect(),
        gate: gate_view(&gate),
        counted: counted(state, plan).await?,
        seed: proposed_seed(state),
    };
    Ok(html(pages::page(
        lang,
        &signed_in(lang, &holder.staff, ""),
        &view,
    )))
}

/// `GET …/scoring`.
///
/// # Errors
/// When the role may not, the plan has no third party, or the database does not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeeScoring>,
    reading: Reading,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let told = Told {
        done: match query.done.as_str() {
            "counted" => Some(tr!(lang, "scoring.done_counted", n = query.n).into_owned()),
            "third" => Some(tr!(lang, "scoring.done_third", n = query.n).into_owned()),
            _ => None,
        },
        ..Told::default()
    };
    view(&state, &holder, lang, told).await
}

/// `POST …/scoring/count`: lets the marks count.
///
/// # Errors
/// See [`show`].
pub async fn count(
    State(state): State<AppState>,
    holder: Independent<ManageScoring>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let reason = field(&pairs, "reason").unwrap_or_default();
    let done = count::count(&state.base(), &holder.plan, &holder.staff.login, reason).await;
    let told = match done {
        Ok(n) => {
            let address = format!("{}?done=counted&n={n}", pages::base(&holder.round.id));
            return Ok(Redirect::to(&address).into_response());
        }
        Err(ScoringError::NoReason) => told("#reason", tr!(lang, "scoring.no_reason")),
        Err(ScoringError::Gate) => told("#count", tr!(lang, "scoring.gate_shut")),
        Err(ScoringError::Tampered(card)) => {
            told("#count", tampered(&state, &holder.plan, lang, card).await?)
        }
        Err(ScoringError::Audit(error)) => {
            tracing::error!(%error, "marks cannot count: the audit trail does not hold");
            told("#count", tr!(lang, "scoring.audit_broken"))
        }
        Err(error) => return Err(failed(error)),
    };
    let page = view(&state, &holder, lang, told).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What to do about a card that is not what was sealed.
pub(super) async fn tampered(
    state: &AppState,
    plan: &Plan,
    lang: Lang,
    card: Uuid,
) -> Result<std::borrow::Cow<'static, str>, PageError> {
    tracing::error!(%card, "a score card is not what its scorer sealed");
    let found = cards::find(&state.db, card).await?;
    let unit = found
        .map(|card| unit_name(plan, lang, &card.unit))
        .unwrap_or_default();
    Ok(tr!(lang, "scoring.tampered", unit = unit))
}

/// `GET …/scoring/evidence/{file}/download`: a file of a unit whose cards are all sealed.
///
/// # Errors
/// See [`show`]; as if there were no such file before.
pub async fn download(
    State(state): State<AppState>,
    holder: Independent<SeeScoring>,
    Path((_, file)): Path<(String, Uuid)>,
) -> Result<Response, PageError> {
    let found = cards::find_evidence(&state.db, file)
        .await?
        .ok_or_else(PageError::lost)?;
    let standing = Standing::of(&state.db, &holder.plan).await?;
    let is_open = standing.units.iter().any(|unit| {
        let files = standing.files(unit, found.card_id, &found.criterion);
        unit.cards.iter().any(|held| held.card.id == found.card_id)
            && files.iter().any(|other| other.id == file)
    });
    if !is_open {
        return Err(PageError::lost());
    }
    as_file(&state, &holder.staff.login, &found).await
}

/// The names of a round's evaluators by account.
pub(super) async fn names(
    state: &AppState,
    round: &str,
) -> Result<Vec<(evaluators::Evaluator, crate::store::staff::Staff)>, StoreError> {
    let rows = evaluators::list(&state.db, round).await?;
    let accounts = crate::store::staff::list(&state.db).await?;
    let found = accounts.into_iter().filter_map(|account| {
        let row = rows.iter().find(|row| row.staff_id == account.id)?.clone();
        Some((row, account))
    });
    Ok(found.collect())
}
