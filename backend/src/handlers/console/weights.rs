//! `/console/rounds/{id}/weights`: ways to weights side by side, one taken over into the working copy, and the experts
//! who compare indicators by personal links.

use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;
use uuid::Uuid;

use super::overview::Stored;
use super::planning::refusal::refused;
use super::planning::{address, conflict, unprocessable};
use super::{signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{EditPlan, Permission, SeePlan};
use crate::handlers::respond::{Pairs, field, html};
use crate::handlers::weigh::{contradiction_words, new_token, token_hash};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::weights::{self as page, ExpertLine, IndicatorLine, Way, WeightsPage};
use crate::pages::{Lang, Reading, tr};
use crate::planning::copy::{self, Changed, Copy};
use crate::planning::sheet::Sheet;
use crate::store::rounds::{self, RoundState};
use crate::store::weighing::{self as store, Expert};
use crate::store::{StoreError, begin, results};
use crate::weighing::comparisons::{self, FILE as COMPARISONS, Gap, Said, Voice};
use crate::weighing::entropy::{self, NoEntropy};
use crate::weighing::{self, Points, Tree, Weighed};

const FILE: &str = "indicators.csv";
/// Longest name of an expert, in characters.
const NAME_CHARS: usize = 60;

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
}

/// A name in the page's language.
pub(in crate::handlers) fn name(lang: Lang, node: &Weighed) -> String {
    match lang {
        Lang::En if !node.name_en.is_empty() => node.name_en.clone(),
        _ => node.name_zh.clone(),
    }
}

/// What experts of a round said.
pub(in crate::handlers) async fn voices(state: &AppState, round: &str) -> Result<Vec<Voice>, StoreError> {
    let mut voices = Vec::new();
    for expert in store::of_round(&state.db, round).await? {
        let rows = store::judgements(&state.db, expert.id).await?;
        voices.push(Voice {
            said: Said::of(&rows),
            expert,
        });
    }
    Ok(voices)
}

fn group_name(lang: Lang, tree: &Tree, key: &str) -> String {
    match tree.iter().find(|node| node.code == key) {
        Some(node) => format!("{} {}", node.code, name(lang, node)),
        None => tr!(lang, "weights.top").into_owned(),
    }
}

fn gap_words(lang: Lang, tree: &Tree, gap: &Gap) -> String {
    match gap {
        Gap::NotCompared { group } => tr!(
            lang,
            "weights.not_compared",
            group = group_name(lang, tree, group)
        )
        .into_owned(),
        Gap::Contradictory {
            group,
            expert,
            cr,
            worst,
        } => {
            let who = match expert {
                Some(number) => format!("E{number}"),
                None => tr!(lang, "weights.together").into_owned(),
            };
            let said = contradiction_words(lang, tree, *cr, worst);
            format!("{who} · {} · {said}", group_name(lang, tree, group))
        }
    }
}

/// Figures of the latest earlier round that was computed.
async fn earlier(state: &AppState, round: &rounds::Round) -> Result<Option<Stored>, StoreError> {
    for other in rounds::list(&state.db).await? {
        let is_earlier = other.id != round.id && other.opens_on < round.opens_on;
        if is_earlier && let Some((_, stored)) = results::get::<Stored>(&state.db, &other.id).await? {
            return Ok(Some(stored));
        }
    }
    Ok(None)
}

/// The ways beside the weights as they stand, with their points where they have some.
struct Ways {
    tree: Tree,
    voices: Vec<Voice>,
    gaps: Vec<Gap>,
    ahp: Option<Points>,
    entropy: Result<Points, NoEntropy>,
    equal: Points,
}

impl Ways {
    async fn of(state: &AppState, round: &rounds::Round, sheet: &Sheet) -> Result<Self, PageError> {
        let tree = Tree::of(sheet);
        let voices = voices(state, &round.id).await?;
        let gaps = comparisons::gaps(&voices, &tree);
        let any = tree
            .groups()
            .iter()
            .any(|group| comparisons::joint(&voices, group).is_some());
        let entropy = match earlier(state, round).await? {
            Some(stored) => entropy::points(&tree, &stored.results),
            None => Err(NoEntropy::NoRound),
        };
        Ok(Self {
            ahp: any.then(|| comparisons::points(&voices, &tree)),
            equal: weighing::equal(&tree),
            gaps,
            entropy,
            voices,
            tree,
        })
    }

    /// The points of a way that can be taken over.
    fn taken(&self, way: &str) -> Option<&Points> {
        match way {
            "equal" => Some(&self.equal),
            "ahp" if self.gaps.is_empty() => self.ahp.as_ref(),
            "entropy" => self.entropy.as_ref().ok(),
            _ => None,
        }
    }

    fn shown(&self, lang: Lang) -> Vec<Way> {
        let column = |points: Option<&Points>| match points {
            None => Vec::new(),
            Some(points) => {
                let cell = |node: &Weighed| points.get(&node.code).map(|value| format!("{value:.2}"));
                self.tree
                    .iter()
                    .map(|node| cell(node).unwrap_or_default())
                    .collect()
            }
        };
        let no_entropy = match &self.entropy {
            Ok(_) => Vec::new(),
            Err(NoEntropy::NoRound) => vec![tr!(lang, "weights.no_round").into_owned()],
            Err(NoEntropy::Missing(codes)) => {
                vec![tr!(lang, "weights.no_value", codes = codes.join(" ")).into_owned()]
            }
            Err(NoEntropy::NothingTold) => vec![tr!(lang, "weights.no_difference").into_owned()],
        };
        vec![
            Way {
                name: "ahp",
                title: tr!(lang, "weights.ahp").into_owned(),
                against: self
                    .gaps
                    .iter()
                    .map(|gap| gap_words(lang, &self.tree, gap))
                    .collect(),
                points: column(self.ahp.as_ref()),
            },
            Way {
                name: "entropy",
                title: tr!(lang, "weights.entropy").into_owned(),
                against: no_entropy,
                points: column(self.entropy.as_ref().ok()),
            },
            Way {
                name: "equal",
                title: tr!(lang, "weights.equal").into_owned(),
                against: Vec::new(),
                points: column(Some(&self.equal)),
            },
        ]
    }

    fn experts(&self, lang: Lang) -> Vec<ExpertLine> {
        let line = |voice: &Voice| {
            let progress = self
                .tree
                .groups()
                .iter()
                .map(|group| voice.said.progress(group))
                .fold((0, 0), |(said, all), (more_said, more)| {
                    (said + more_said, all + more)
                });
            let own = self.gaps.iter().filter(
                |gap| matches!(gap, Gap::Contradictory { expert: Some(seq), .. } if *seq == voice.expert.seq),
            );
            ExpertLine {
                id: voice.expert.id.to_string(),
                number: format!("E{}", voice.expert.seq),
                name: voice.expert.name.clone(),
                state: voice.expert.state.clone(),
                progress,
                contradictions: own.map(|gap| gap_words(lang, &self.tree, gap)).collect(),
            }
        };
        self.voices.iter().map(line).collect()
    }
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
            change(&state, &holder, lang, (go, id.ok_or_else(PageError::lost)?)).await
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
    action: &str,
) -> Result<(), PageError> {
    let tx = begin(&state.db).await?;
    let detail = json!({ "expert": expert.seq });
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
    record(state, holder, expert, "weights.ask").await?;
    with_link(state, holder, lang, (seq, &token)).await
}

async fn change(
    state: &AppState,
    holder: &Independent<EditPlan>,
    lang: Lang,
    (go, id): (&str, Uuid),
) -> Result<Response, PageError> {
    let found = store::of_round(&state.db, &holder.round.id).await?;
    let mut expert = found
        .into_iter()
        .find(|expert| expert.id == id)
        .ok_or_else(PageError::lost)?;
    if expert.state == store::WITHDRAWN {
        return Err(PageError::lost());
    }
    if go == "withdraw" {
        store::WITHDRAWN.clone_into(&mut expert.state);
        record(state, holder, expert, "weights.withdraw").await?;
        let address = format!("/console/rounds/{}/weights?done=withdrawn", holder.round.id);
        return Ok(Redirect::to(&address).into_response());
    }
    let token = new_token(&state.entropy);
    expert.token_hash = token_hash(&state.keys, &token);
    let seq = expert.seq;
    record(state, holder, expert, "weights.renew").await?;
    with_link(state, holder, lang, (seq, &token)).await
}
