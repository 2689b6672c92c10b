//! `/weights/{token}`: an expert compares indicators by a personal link, a group of siblings at a time, and comes back
//! whenever there is time. The token is the only key: the database keeps its keyed hash.

use analysis::indicator::weigh::ahp::Contradiction;
use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;

use super::console::weights::name;
use super::respond::{Pairs, field, html};
use crate::app::AppState;
use crate::clock::Entropy;
use crate::keys::Keys;
use crate::middleware::client::ClientAddress;
use crate::middleware::problems::PageError;
use crate::pages::weights::expert::{self as page, ExpertPage, GroupLine, GroupPage, PairLine, step_words};
use crate::pages::{Lang, Reading, tr};
use crate::planning::copy;
use crate::planning::sheet::Sheet;
use crate::store::rounds::{self, Round, RoundState};
use crate::store::weighing::{self as store, Expert, Judgement};
use crate::store::{StoreError, begin};
use crate::weighing::comparisons::{STEPS, Said, is_consistent, pairs, priorities, step_of};
use crate::weighing::{Siblings, Tree};

/// The highest group's word in the address.
const TOP: &str = "top";

/// A token nobody guesses: 128 bits, hex.
pub(crate) fn new_token(entropy: &Entropy) -> String {
    hex::encode(entropy.bytes::<16>())
}

/// What the database keeps of a token; the slash keeps it apart from any round's secrets.
pub(crate) fn token_hash(keys: &Keys, token: &str) -> String {
    keys.secret_mac("/weights", token)
}

/// What contradicts itself and what would fit, in words.
pub(super) fn contradiction_words(lang: Lang, tree: &Tree, cr: f64, worst: &Contradiction) -> String {
    let named = |code: &str| {
        let node = tree.iter().find(|node| node.code == code);
        node.map_or_else(|| code.to_owned(), |node| name(lang, node))
    };
    let (row, column) = (named(&worst.row), named(&worst.column));
    let words = |ratio: f64| step_words(lang, step_of(ratio), (&row, &column));
    tr!(
        lang,
        "weigh.contradiction",
        cr = format!("{cr:.2}"),
        first = row,
        second = column,
        given = words(worst.given),
        proposed = words(worst.proposed),
        after = format!("{:.2}", worst.cr_after)
    )
    .into_owned()
}

/// An expert's questionnaire.
struct Asked {
    expert: Expert,
    round: Round,
    tree: Tree,
    said: Said,
    path: String,
}

impl Asked {
    async fn of(state: &AppState, expert: Expert, token: &str) -> Result<Self, PageError> {
        let round = rounds::find(&state.db, &expert.round_id)
            .await?
            .ok_or_else(PageError::lost)?;
        let copy = copy::load(&state.db, &state.base(), &round).await?;
        let bytes = copy.files.get("indicators.csv").ok_or_else(PageError::lost)?;
        // While the office mends the table as text there is nothing to compare.
        let sheet = Sheet::read(bytes).map_err(|_| PageError::lost())?;
        let said = Said::of(&store::judgements(&state.db, expert.id).await?);
        Ok(Self {
            tree: Tree::of(&sheet),
            path: format!("/weights/{token}"),
            expert,
            round,
            said,
        })
    }

    fn is_open(&self) -> bool {
        self.round.round_state() == RoundState::Draft
    }

    fn title(&self, lang: Lang) -> String {
        match lang {
            Lang::En if !self.round.title_en.is_empty() => self.round.title_en.clone(),
            _ => self.round.title_zh.clone(),
        }
    }

    fn contradiction(&self, lang: Lang, group: &Siblings<'_>) -> Option<(String, Contradiction)> {
        let found = priorities(&self.said.comparisons(group)?);
        let worst = found.worst.clone().filter(|_| !is_consistent(&found))?;
        Some((contradiction_words(lang, &self.tree, found.cr, &worst), worst))
    }
}

fn key_of(group: &Siblings<'_>) -> String {
    group
        .parent
        .map_or_else(|| TOP.to_owned(), |parent| parent.code.clone())
}

fn group_name(lang: Lang, group: &Siblings<'_>) -> String {
    match group.parent {
        None => tr!(lang, "weigh.top").into_owned(),
        Some(parent) => tr!(lang, "weigh.below", name = name(lang, parent)).into_owned(),
    }
}

/// What was just done, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    saved: String,
}

/// `GET /weights/{token}`.
///
/// # Errors
/// 404 for a token that nobody has any more; when the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    address: ClientAddress,
    reading: Reading,
    Path(token): Path<String>,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    let asked = known(&state, address, &token).await?;
    let lang = reading.lang;
    let line = |group: &Siblings<'_>| GroupLine {
        key: key_of(group),
        name: group_name(lang, group),
        progress: asked.said.progress(group),
        contradiction: asked.contradiction(lang, group).map(|(words, _)| words),
    };
    let view = ExpertPage {
        path: asked.path.clone(),
        round: asked.title(lang),
        groups: asked.tree.groups().iter().map(line).collect(),
        is_done: asked.expert.state == store::DONE,
        is_open: asked.is_open(),
        saved: query.saved == "yes",
    };
    Ok(html(page::page(reading, &view)))
}

/// `POST /weights/{token}`: the expert says that everything is compared.
///
/// # Errors
/// See [`show`].
pub async fn finish(
    State(state): State<AppState>,
    address: ClientAddress,
    Path(token): Path<String>,
) -> Result<Redirect, PageError> {
    let asked = known(&state, address, &token).await?;
    let complete = asked.tree.groups().iter().all(|group| {
        let (said, all) = asked.said.progress(group);
        said == all
    });
    if asked.is_open() && complete {
        let mut expert = asked.expert.clone();
        store::DONE.clone_into(&mut expert.state);
        put(&state, &asked, expert, Vec::new(), "weights.done").await?;
    }
    Ok(Redirect::to(&asked.path))
}

async fn put(
    state: &AppState,
    asked: &Asked,
    expert: Expert,
    said: Vec<Judgement>,
    action: &str,
) -> Result<(), PageError> {
    let tx = begin(&state.db).await?;
    // Held while the answer is written: nothing is said of a plan that was sealed meanwhile.
    let round = rounds::hold(&tx, &asked.round.id).await?;
    if round.is_none_or(|round| round.round_state() != RoundState::Draft) {
        return Ok(());
    }
    let (who, detail) = (
        format!("E{}", expert.seq),
        serde_json::json!({ "pairs": said.len() }),
    );
    store::put(&tx, expert).await?;
    store::say(&tx, said).await?;
    state
        .base()
        .record(&tx, &who, action, &asked.round.id, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

fn group_view(asked: &Asked, lang: Lang, group: &Siblings<'_>) -> GroupPage {
    let contradiction = asked.contradiction(lang, group);
    let pair = |(at, (first, second)): (usize, (&crate::weighing::Weighed, &crate::weighing::Weighed))| {
        let is_worst = |worst: &Contradiction| {
            (worst.row == first.code && worst.column == second.code)
                || (worst.row == second.code && worst.column == first.code)
        };
        let (first_name, second_name) = (name(lang, first), name(lang, second));
        let worst = contradiction
            .as_ref()
            .map(|(_, worst)| worst)
            .filter(|worst| is_worst(worst));
        let proposal = worst.map(|worst| {
            let steps = step_of(worst.proposed);
            let steps = if worst.row == first.code { steps } else { -steps };
            let words = step_words(lang, steps, (&first_name, &second_name));
            tr!(lang, "weigh.proposal", words = words).into_owned()
        });
        PairLine {
            field: format!("p{at}"),
            steps: asked.said.steps(&first.code, &second.code),
            proposal,
            first: first_name,
            second: second_name,
        }
    };
    GroupPage {
        path: asked.path.clone(),
        key: key_of(group),
        round: asked.title(lang),
        name: group_name(lang, group),
        pairs: pairs(group).enumerate().map(pair).collect(),
        contradiction: contradiction.as_ref().map(|(words, _)| words.clone()),
        faults: Vec::new(),
    }
}

/// `GET /weights/{token}/{group}`.
///
/// # Errors
/// See [`show`].
pub async fn show_group(
    State(state): State<AppState>,
    address: ClientAddress,
    reading: Reading,
    Path((token, key)): Path<(String, String)>,
) -> Result<Response, PageError> {
    let asked = known(&state, address, &token).await?;
    if !asked.is_open() {
        return Ok(Redirect::to(&asked.path).into_response());
    }
    let groups = asked.tree.groups();
    let group = groups
        .iter()
        .find(|group| key_of(group) == key)
        .ok_or_else(PageError::lost)?;
    Ok(html(page::group_page(
        reading,
        &group_view(&asked, reading.lang, group),
    ))
    .into_response())
}

/// `POST /weights/{token}/{group}`: keeps what is chosen, whether all pairs are or not.
///
/// # Errors
/// See [`show`].
pub async fn say(
    State(state): State<AppState>,
    address: ClientAddress,
    reading: Reading,
    Path((token, key)): Path<(String, String)>,
    Form(fields): Form<Pairs>,
) -> Result<Response, PageError> {
    let asked = known(&state, address, &token).await?;
    let groups = asked.tree.groups();
    let group = groups
        .iter()
        .find(|group| key_of(group) == key)
        .ok_or_else(PageError::lost)?;
    let day = state.clock.today().to_string();
    let mut said = Vec::new();
    for (at, (first, second)) in pairs(group).enumerate() {
        let Some(typed) = field(&fields, &format!("p{at}")).filter(|typed| !typed.is_empty()) else {
            continue;
        };
        // No page offers anything else.
        let steps: i32 = typed.parse().unwrap_or(STEPS + 1);
        if !(-STEPS..=STEPS).contains(&steps) {
            let page = page::group_page(reading, &group_view(&asked, reading.lang, group));
            return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response());
        }
        said.push(Judgement {
            expert_id: asked.expert.id,
            first: first.code.clone(),
            second: second.code.clone(),
            steps,
            day: Some(day.clone()),
        });
    }
    let mut expert = asked.expert.clone();
    // Whoever changes something says again at the end that it is all.
    store::OPEN.clone_into(&mut expert.state);
    put(&state, &asked, expert, said, "weights.say").await?;
    Ok(Redirect::to(&format!("{}?saved=yes", asked.path)).into_response())
}

/// The questionnaire of a token; wrong ones are counted, as wrong codes are.
async fn known(
    state: &AppState,
    ClientAddress(address): ClientAddress,
    token: &str,
) -> Result<Asked, PageError> {
    if let Some(wait) = state.limits.flood_wait(address) {
        return Err(PageError::too_many(wait.as_secs()));
    }
    let hash = token_hash(&state.keys, token);
    match store::by_token(&state.db, &hash).await? {
        Some(expert) => Asked::of(state, expert, token).await,
        None => {
            state.limits.code_guessed(address);
            if let Some(wait) = state.limits.code_wait(address) {
                return Err(PageError::too_many(wait.as_secs()));
            }
            state.limits.code_failed(address);
            Err(PageError::lost())
        }
    }
}

#[cfg(test)]
mod tests;
