//! `/console/rounds/{id}/weights`: ways to weights side by side, one taken over into the working copy, and the experts
//! who compare indicators by personal links.

use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::planning::refusal::refused;
use super::planning::{address, conflict, unprocessable};
use super::{signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{EditPlan, Permission, SeePlan};
use crate::handlers::respond::{Pairs, field, html};
use crate::handlers::weigh::{new_token, token_hash};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::weights::{self as page, IndicatorLine, WeightsPage};
use crate::pages::{Lang, Reading, tr};
use crate::planning::copy::{self, Changed, Copy};
use crate::planning::sheet::Sheet;
use crate::store::rounds::RoundState;
use crate::store::weighing::{self as store, Expert};
use crate::store::{StoreError, begin};
use crate::weighing::comparisons::{self, FILE as COMPARISONS};
use crate::weighing::{self, Tree, Weighed};

mod ways;

use ways::Ways;
pub(in crate::handlers) use ways::name;

const FILE: &str = "indicators.csv";
/// Longest name of an expert, in characters.
const NAME_CHARS: usize = 60;

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

fn table(copy: &Copy, round: &str) -> Result<Sheet, PageError> {
    let bytes = copy.files.get(FILE).ok_or_else(PageError::lost)?;
    Sheet::read(bytes)
        .map_err(|_| PageError::see_other(format!("/console/rounds/{round}/plan/file?path={FILE}")))
}

fn depth(tree: &Tree, node: &Weighed) -> usize {
    let mut depth = 0;
    let mut parent = node.parent.as_deref();
    // A tree is never deeper than it has nodes; a faulty one may go in circles.
    while let Some(code) = parent.filter(|_| depth <= tree.iter().count()) {
        depth += 1;
        parent = tree
            .iter()
            .find(|node| node.code == code)
            .and_then(|node| node.parent.as_deref());
    }
    depth
}

/// What the page says beside the weights.
#[derive(Default)]
struct Beside {
    done: Option<String>,
    link: Option<(String, String)>,
    faults: Vec<Fault>,
}

async fn view<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    said: Beside,
) -> Result<Html<String>, PageError> {
    let copy = copy::load(&state.db, &state.base(), &holder.round).await?;
    let sheet = table(&copy, &holder.round.id)?;
    let ways = Ways::of(state, &holder.round, &sheet).await?;
    let may_edit = holder.staff.role.may(Action::EditPlan) && holder.round.round_state() == RoundState::Draft;
    let indicators = ways.tree.iter().map(|node| IndicatorLine {
        code: node.code.clone(),
        name: name(lang, node),
        depth: depth(&ways.tree, node),
        weight: format!("{:.2}", node.weight),
    });
    let view = WeightsPage {
        round: holder.round.id.clone(),
        title: title(lang, &holder.round),
        may_edit,
        done: said.done,
        link: said.link,
        faults: said.faults,
        seen: copy.seen(FILE),
        indicators: indicators.collect(),
        ways: ways.shown(lang),
        experts: ways.experts(lang),
    };
    Ok(html(page::page(lang, &signed_in(lang, &holder.staff, ""), &view)))
}

/// `GET …/weights`.
///
/// # Errors
/// When the role may not, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeePlan>,
    reading: Reading,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    let said = Beside {
        done: (query.done == "withdrawn").then(|| tr!(reading.lang, "weights.done_withdrawn").into_owned()),
        ..Beside::default()
    };
    view(&state, &holder, reading.lang, said).await
}

/// `POST …/weights`: takes a way over, asks an expert, renews or withdraws a link.
///
/// # Errors
/// See [`show`].
pub async fn act(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    if holder.round.round_state() != RoundState::Draft {
        let fault = Fault {
            href: "#main".to_owned(),
            text: tr!(lang, "weights.read_only").into_owned(),
        };
        let said = Beside {
            faults: vec![fault],
            ..Beside::default()
        };
        return Ok(conflict(view(&state, &holder, lang, said).await?));
    }
    if let Some(way) = field(&pairs, "take") {
        let seen = field(&pairs, "seen").unwrap_or_default();
        return take(&state, &holder, lang, (way, seen)).await;
    }
    match field(&pairs, "go") {
        Some("add") => add(&state, &holder, lang, field(&pairs, "name").unwrap_or_default()).await,
        Some(go @ ("renew" | "withdraw")) => {
            let id = field(&pairs, "expert").and_then(|id| id.parse::<Uuid>().ok());
            let expert = asked(&state, &holder, id.ok_or_else(PageError::lost)?).await?;
            match go {
                "renew" => renew(&state, &holder, lang, expert).await,
                _ => leave_out(&state, &holder, lang, (expert, field(&pairs, "reason"))).await,
            }
        }
        _ => Err(PageError::lost()),
    }
}

/// Writes a way's points into the working copy, and with experts' points their comparisons beside them.
async fn take(
    state: &AppState,
    holder: &Independent<EditPlan>,
    lang: Lang,
    (way, seen): (&str, &str),
) -> Result<Response, PageError> {
    let base = state.base();
    let copy = copy::load(&state.db, &base, &holder.round).await?;
    let mut sheet = table(&copy, &holder.round.id)?;
    let ways = Ways::of(state, &holder.round, &sheet).await?;
    let fault = |text: String| Beside {
        faults: vec![Fault {
            href: "#ways".to_owned(),
            text,
        }],
        ..Beside::default()
    };
    let Some(points) = ways.taken(way) else {
        let said = fault(tr!(lang, "weights.e_against").into_owned());
        return Ok(unprocessable(view(state, holder, lang, said).await?));
    };
    weighing::write(&mut sheet, points);
    let (id, login) = (holder.round.id.as_str(), holder.staff.login.as_str());
    let kept = copy::change(&base, id, (FILE, seen), Some(sheet.write()), login).await;
    match kept {
        Ok(Changed::Done) => {}
        Ok(Changed::Conflict(_)) => {
            let said = fault(tr!(lang, "weights.e_changed").into_owned());
            return Ok(conflict(view(state, holder, lang, said).await?));
        }
        Err(error) => {
            let said = Beside {
                faults: refused(lang, error, "#ways")?,
                ..Beside::default()
            };
            return Ok(unprocessable(view(state, holder, lang, said).await?));
        }
    }
    // Comparisons stand in the plan only while its weights come from them.
    let comparisons = (way == "ahp").then(|| comparisons::file(&ways.voices, &ways.tree));
    let seen = copy.seen(COMPARISONS);
    if comparisons.is_some() || !seen.is_empty() {
        let kept = copy::change(&base, id, (COMPARISONS, &seen), comparisons, login).await;
        if let Err(error) = kept {
            let said = Beside {
                faults: refused(lang, error, "#ways")?,
                ..Beside::default()
            };
            return Ok(unprocessable(view(state, holder, lang, said).await?));
        }
    }
    Ok(address(id, "weights").into_response())
}

async fn record(
    state: &AppState,
    holder: &Independent<EditPlan>,
    expert: Expert,
    (action, detail): (&str, serde_json::Value),
) -> Result<(), PageError> {
    let tx = begin(&state.db).await?;
    store::put(&tx, expert).await?;
    let (login, id) = (&holder.staff.login, &holder.round.id);
    state.base().record(&tx, login, action, id, detail).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// The page with a link that is shown this once.
async fn with_link(
    state: &AppState,
    holder: &Independent<EditPlan>,
    lang: Lang,
    (seq, token): (i32, &str),
) -> Result<Response, PageError> {
    let said = Beside {
        link: Some((
            format!("E{seq}"),
            format!("{}/weights/{token}", state.config.base_url),
        )),
        ..Beside::default()
    };
    Ok(view(state, holder, lang, said).await?.into_response())
}

async fn add(
    state: &AppState,
    holder: &Independent<EditPlan>,
    lang: Lang,
    typed: &str,
) -> Result<Response, PageError> {
    let typed: String = typed.trim().chars().take(NAME_CHARS).collect();
    if typed.is_empty() {
        let said = Beside {
            faults: vec![Fault {
                href: "#name".to_owned(),
                text: tr!(lang, "weights.e_name").into_owned(),
            }],
            ..Beside::default()
        };
        return Ok(unprocessable(view(state, holder, lang, said).await?));
    }
    let last = store::of_round(&state.db, &holder.round.id).await?;
    let token = new_token(&state.entropy);
    let seq = last.last().map_or(1, |last| last.seq + 1);
    let expert = Expert {
        id: state.entropy.uuid(),
        round_id: holder.round.id.clone(),
        seq,
        name: typed,
        token_hash: token_hash(&state.keys, &token),
        state: store::OPEN.to_owned(),
        at: state.clock.now_ms(),
    };
    record(state, holder, expert, ("weights.ask", json!({ "expert": seq }))).await?;
    with_link(state, holder, lang, (seq, &token)).await
}

/// An expert of the round whose link still holds.
async fn asked(state: &AppState, holder: &Independent<EditPlan>, id: Uuid) -> Result<Expert, PageError> {
    let all = store::of_round(&state.db, &holder.round.id).await?;
    all.into_iter()
        .find(|expert| expert.id == id && expert.state != store::WITHDRAWN)
        .ok_or_else(PageError::lost)
}

/// Leaves an expert out: the link ends, and what was said counts no longer.
async fn leave_out(
    state: &AppState,
    holder: &Independent<EditPlan>,
    lang: Lang,
    (mut expert, reason): (Expert, Option<&str>),
) -> Result<Response, PageError> {
    let reason: String = reason
        .unwrap_or_default()
        .trim()
        .chars()
        .take(copy::REASON_CHARS)
        .collect();
    if reason.is_empty() {
        let said = Beside {
            faults: vec![Fault {
                href: format!("#reason-E{}", expert.seq),
                text: tr!(lang, "weights.e_leave_out", n = expert.seq).into_owned(),
            }],
            ..Beside::default()
        };
        return Ok(unprocessable(view(state, holder, lang, said).await?));
    }
    store::WITHDRAWN.clone_into(&mut expert.state);
    let detail = json!({ "expert": expert.seq, "reason": reason });
    record(state, holder, expert, ("weights.withdraw", detail)).await?;
    let address = format!("/console/rounds/{}/weights?done=withdrawn", holder.round.id);
    Ok(Redirect::to(&address).into_response())
}

/// Gives an expert another link in place of the one before.
async fn renew(
    state: &AppState,
    holder: &Independent<EditPlan>,
    lang: Lang,
    mut expert: Expert,
) -> Result<Response, PageError> {
    let token = new_token(&state.entropy);
    expert.token_hash = token_hash(&state.keys, &token);
    let seq = expert.seq;
    record(state, holder, expert, ("weights.renew", json!({ "expert": seq }))).await?;
    with_link(state, holder, lang, (seq, &token)).await
}
