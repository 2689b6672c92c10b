//! `/console/rounds/{id}/steps`: a round from sealing to publication. The office takes each step here, with a
//! confirmation; what the command line does is the same act.

use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde::Deserialize;
use serde_json::json;

use super::planning::refusal::refused;
use super::{signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{RunRound, SeePlan};
use crate::handlers::respond::{Pairs, field, html};
use crate::jobs::analyse::KIND as ANALYSE;
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::round::Computing;
use crate::pages::steps::{self as page, Standing, Step, StepsPage};
use crate::pages::{Lang, Reading, tr};
use crate::planning::history;
use crate::rounds as acts;
use crate::store::rounds::RoundState;
use crate::store::{StoreError, begin, jobs, mailing, plan_versions, publications, results, tallies};

/// How a round stands.
#[derive(Clone, Debug)]
struct Facts {
    state: RoundState,
    unsaved: bool,
    frame: u64,
    sample: u64,
    invited: u64,
    answers: u64,
    links: bool,
    computing: Computing,
    /// Whether figures are there, and whether they were computed under the version of the plan that is in force.
    computed: Option<bool>,
    /// Whether results are published.
    published: bool,
    /// Whether closing sends the final summary by e-mail.
    mails: bool,
    /// When register, sample and invitations were counted, if not just now.
    as_of: Option<String>,
}

async fn facts(state: &AppState, holder: &Independent<SeePlan>) -> Result<Facts, PageError> {
    let id = holder.round.id.as_str();
    let sizes = state.figures.sizes(&state.db, id).await?;
    let stored = results::get::<super::overview::Stored>(&state.db, id).await?;
    let computed = match &stored {
        None => None,
        Some((_, stored)) => {
            let found = history::provenance(&state.db, id, &stored.results.plan_sha256).await?;
            Some(found.is_some_and(|found| !found.is_outdated()))
        }
    };
    Ok(Facts {
        state: holder.round.round_state(),
        unsaved: plan_versions::copy(&state.db, id).await?.is_some(),
        as_of: sizes.as_of.map(|at| super::local_time(state, at)),
        frame: sizes.of.frame,
        sample: sizes.of.sample,
        invited: sizes.of.invited,
        answers: tallies::total(&state.db, id).await?,
        links: !holder.plan.links.is_empty()
            || holder.plan.groups.iter().any(|group| group.open_link.is_some()),
        computing: super::computing(state, id).await?,
        computed,
        published: publications::is_published(&state.db, id).await?,
        mails: holder.plan.mail.at_end && !mailing::find(&state.db, id).await?.is_some_and(|mail| mail.held),
    })
}

/// A step with what makes it.
struct Making {
    name: &'static str,
    title: String,
    does: String,
    done: bool,
    missing: Vec<String>,
    notes: Vec<String>,
    links: Vec<(String, String)>,
    confirm: Option<(String, String)>,
}

impl Making {
    fn step(self, may_run: bool) -> Step {
        let standing = match (self.done, self.missing.is_empty()) {
            (true, _) => Standing::Done,
            (false, true) => Standing::Next,
            (false, false) => Standing::Waiting,
        };
        let (confirm, button) = match self.confirm {
            Some((confirm, button)) if may_run && self.missing.is_empty() => (Some(confirm), button),
            _ => (None, String::new()),
        };
        Step {
            name: self.name,
            title: self.title,
            does: self.does,
            standing,
            notes: self.missing.into_iter().chain(self.notes).collect(),
            links: match may_run {
                true => self.links,
                false => self
                    .links
                    .into_iter()
                    .filter(|(to, _)| is_for_readers(to))
                    .collect(),
            },
            confirm,
            button,
        }
    }
}

/// Whether whoever may read the plan may open an address that a step leads to.
fn is_for_readers(address: &str) -> bool {
    let after_round = address
        .strip_prefix("/console/rounds/")
        .map(|rest| rest.split_once('/').map_or("", |(_, part)| part));
    matches!(after_round, None | Some("" | "plan" | "plan/versions"))
}

fn before_fieldwork(lang: Lang, round: &str, at: &Facts) -> Vec<Making> {
    let draft = at.state == RoundState::Draft;
    let sealed_first = || vec![tr!(lang, "steps.m_seal").into_owned()];
    let path = |part: &str| format!("/console/rounds/{round}{part}");
    let sample_missing = match (draft, at.frame) {
        (true, _) => sealed_first(),
        (false, 0) => vec![tr!(lang, "steps.m_frame").into_owned()],
        _ => Vec::new(),
    };
    let invite_missing = match (draft, at.sample) {
        (true, _) => sealed_first(),
        (false, 0) => vec![tr!(lang, "steps.m_sample").into_owned()],
        _ => Vec::new(),
    };
    vec![
        Making {
            name: "seal",
            title: tr!(lang, "steps.seal").into_owned(),
            does: tr!(lang, "steps.seal_does").into_owned(),
            done: !draft,
            missing: match draft && at.unsaved {
                true => vec![tr!(lang, "steps.m_saved").into_owned()],
                false => Vec::new(),
            },
            notes: Vec::new(),
            links: match draft {
                true => vec![
                    (path("/plan"), tr!(lang, "plan.title").into_owned()),
                    (path("/plan/seal"), tr!(lang, "plan.seal").into_owned()),
                ],
                false => vec![(path("/plan/versions"), tr!(lang, "plan.versions").into_owned())],
            },
            // It is confirmed where its hash is shown.
            confirm: None,
        },
        Making {
            name: "sample",
            title: tr!(lang, "steps.sample").into_owned(),
            does: tr!(lang, "steps.sample_does").into_owned(),
            done: at.sample > 0,
            missing: sample_missing,
            notes: match at.sample {
                0 => Vec::new(),
                n => vec![tr!(lang, "steps.sampled", n = n).into_owned()],
            },
            links: Vec::new(),
            confirm: (at.sample == 0).then(|| {
                let confirm = tr!(lang, "steps.sample_confirm", n = at.frame);
                (confirm.into_owned(), tr!(lang, "steps.sample_go").into_owned())
            }),
        },
        Making {
            name: "invite",
            title: tr!(lang, "steps.invite").into_owned(),
            does: tr!(lang, "steps.invite_does").into_owned(),
            done: at.invited > 0,
            missing: invite_missing,
            notes: match at.invited {
                0 => Vec::new(),
                n => vec![tr!(lang, "steps.invited", n = n).into_owned()],
            },
            links: match at.invited {
                0 => Vec::new(),
                _ => vec![(path("/invitations"), tr!(lang, "invitations.title").into_owned())],
            },
            confirm: (at.invited == 0).then(|| {
                let confirm = tr!(lang, "steps.invite_confirm", n = at.sample);
                (confirm.into_owned(), tr!(lang, "steps.invite_go").into_owned())
            }),
        },
    ]
}

fn fieldwork(lang: Lang, round: &str, at: &Facts) -> Vec<Making> {
    let path = |part: &str| format!("/console/rounds/{round}{part}");
    let mut open_missing = Vec::new();
    if at.state == RoundState::Draft {
        open_missing.push(tr!(lang, "steps.m_seal").into_owned());
    }
    if at.state == RoundState::Sealed && at.invited == 0 && !at.links {
        open_missing.push(tr!(lang, "steps.m_door").into_owned());
    }
    let is_open = at.state == RoundState::Open;
    let is_closed = at.state == RoundState::Closed;
    vec![
        Making {
            name: "open",
            title: tr!(lang, "steps.open").into_owned(),
            does: tr!(lang, "steps.open_does").into_owned(),
            done: is_open || is_closed,
            missing: open_missing,
            notes: match at.state {
                RoundState::Sealed if at.invited == 0 => vec![tr!(lang, "steps.only_links").into_owned()],
                RoundState::Closed => vec![tr!(lang, "steps.reopen_note").into_owned()],
                _ => Vec::new(),
            },
            links: Vec::new(),
            confirm: match at.state {
                RoundState::Sealed => Some((
                    tr!(lang, "steps.open_confirm").into_owned(),
                    tr!(lang, "steps.open_go").into_owned(),
                )),
                RoundState::Closed => Some((
                    tr!(lang, "steps.reopen_confirm").into_owned(),
                    tr!(lang, "steps.reopen_go").into_owned(),
                )),
                _ => None,
            },
        },
        Making {
            name: "close",
            title: tr!(lang, "steps.close").into_owned(),
            does: tr!(lang, "steps.close_does").into_owned(),
            done: is_closed,
            missing: match is_open || is_closed {
                true => Vec::new(),
                false => vec![tr!(lang, "steps.m_open").into_owned()],
            },
            notes: match at.answers {
                0 => None,
                n => Some(tr!(lang, "steps.answers", n = n).into_owned()),
            }
            .into_iter()
            // Nobody should learn of it from the leadership.
            .chain((is_open && at.mails).then(|| tr!(lang, "steps.close_mails").into_owned()))
            .collect(),
            links: vec![
                (path("/fieldwork"), tr!(lang, "fieldwork.link").into_owned()),
                (path("/mailing"), tr!(lang, "mailing.title").into_owned()),
            ],
            confirm: is_open.then(|| {
                let confirm = tr!(lang, "steps.close_confirm", n = at.answers);
                (confirm.into_owned(), tr!(lang, "steps.close_go").into_owned())
            }),
        },
    ]
}

fn afterwards(lang: Lang, round: &str, at: &Facts) -> Vec<Making> {
    let path = |part: &str| format!("/console/rounds/{round}{part}");
    let mut missing = Vec::new();
    if at.state == RoundState::Draft {
        missing.push(tr!(lang, "steps.m_seal").into_owned());
    } else if at.answers == 0 {
        missing.push(tr!(lang, "steps.m_answers").into_owned());
    }
    let mut notes = Vec::new();
    if at.computing.is_pending() {
        notes.push(tr!(lang, "steps.computing").into_owned());
    }
    if let Computing::Failed(message) = &at.computing {
        notes.push(tr!(lang, "round.compute_failed", message = message).into_owned());
    }
    if at.computed == Some(false) {
        notes.push(tr!(lang, "steps.outdated").into_owned());
    }
    let mut unpublished = Vec::new();
    if at.computed.is_none() {
        unpublished.push(tr!(lang, "steps.m_computed").into_owned());
    }
    vec![
        Making {
            name: "compute",
            title: tr!(lang, "steps.compute").into_owned(),
            does: tr!(lang, "steps.compute_does").into_owned(),
            done: at.computed == Some(true) && !at.computing.is_pending(),
            missing,
            notes,
            links: vec![(path(""), tr!(lang, "steps.to_round").into_owned())],
            confirm: (!at.computing.is_pending()).then(|| {
                let confirm = tr!(lang, "steps.compute_confirm", n = at.answers);
                (confirm.into_owned(), tr!(lang, "steps.compute_go").into_owned())
            }),
        },
        Making {
            name: "publish",
            title: tr!(lang, "steps.publish").into_owned(),
            does: tr!(lang, "steps.publish_does").into_owned(),
            done: at.published,
            missing: unpublished,
            notes: match at.state {
                RoundState::Closed => Vec::new(),
                _ => vec![tr!(lang, "steps.interim").into_owned()],
            },
            links: vec![
                (path("/publication"), tr!(lang, "publication.title").into_owned()),
                (
                    format!("/results/{round}"),
                    tr!(lang, "console.public").into_owned(),
                ),
            ],
            confirm: None,
        },
    ]
}

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
    n: u64,
}

fn done_words(lang: Lang, done: &Done) -> Option<String> {
    Some(
        match done.done.as_str() {
            "seal" => tr!(lang, "steps.done_seal"),
            "sample" => tr!(lang, "steps.done_sample", n = done.n),
            "invite" => tr!(lang, "steps.done_invite", n = done.n),
            "open" => tr!(lang, "steps.done_open"),
            "close" => tr!(lang, "steps.done_close"),
            _ => return None,
        }
        .into_owned(),
    )
}

async fn view(
    state: &AppState,
    holder: &Independent<SeePlan>,
    lang: Lang,
    (done, faults): (Option<String>, Vec<Fault>),
) -> Result<Html<String>, PageError> {
    let at = facts(state, holder).await?;
    let round = holder.round.id.as_str();
    let may_run = holder.staff.role.may(Action::RunRound);
    let steps = before_fieldwork(lang, round, &at)
        .into_iter()
        .chain(fieldwork(lang, round, &at))
        .chain(afterwards(lang, round, &at));
    let view = StepsPage {
        round: round.to_owned(),
        title: title(lang, &holder.round),
        done,
        steps: steps.map(|step| step.step(may_run)).collect(),
        faults,
        as_of: at.as_of,
    };
    Ok(html(page::page(lang, &signed_in(lang, &holder.staff, ""), &view)))
}

/// `GET …/steps`.
///
/// # Errors
/// When the role may not, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeePlan>,
    reading: Reading,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    let done = done_words(reading.lang, &query);
    view(&state, &holder, reading.lang, (done, Vec::new())).await
}

/// `POST …/steps`: takes a step.
///
/// # Errors
/// See [`show`].
pub async fn take(
    State(state): State<AppState>,
    runner: Independent<RunRound>,
    holder: Independent<SeePlan>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    runner.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let step = field(&pairs, "step").unwrap_or_default();
    let href = format!("#confirm-{step}");
    let again = |text: String| {
        vec![Fault {
            href: href.clone(),
            text,
        }]
    };
    if field(&pairs, "confirm") != Some("yes") {
        let faults = again(tr!(lang, "steps.e_confirm").into_owned());
        let page = view(&state, &holder, lang, (None, faults)).await?;
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response());
    }
    let (base, id, login) = (
        state.base(),
        runner.round.id.as_str(),
        runner.staff.login.as_str(),
    );
    let done = match step {
        "sample" => acts::draw_sample(&base, id, login).await.map(|n| n as u64),
        "invite" => acts::invite(&base, id, login)
            .await
            .map(|issued| issued.len() as u64),
        "open" => acts::open(&base, id, login).await.map(|()| 0),
        "close" => acts::close(&base, id, login).await.map(|()| 0),
        "compute" => {
            compute(&state, id, login).await?;
            return Ok(Redirect::to(&format!("/console/rounds/{id}/compute")).into_response());
        }
        _ => return Err(PageError::lost()),
    };
    state.figures.invited_changed(id);
    match done {
        Ok(n) => Ok(Redirect::to(&format!("/console/rounds/{id}/steps?done={step}&n={n}")).into_response()),
        Err(error) => {
            let faults = refused(lang, error, &href)?;
            let page = view(&state, &holder, lang, (None, faults)).await?;
            Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
        }
    }
}

/// Queues the computation, unless one is waiting or running.
async fn compute(state: &AppState, id: &str, login: &str) -> Result<(), PageError> {
    if super::computing(state, id).await?.is_pending() {
        return Ok(());
    }
    let now = state.clock.now_ms();
    let job = state.entropy.uuid();
    let tx = begin(&state.db).await?;
    jobs::enqueue(&tx, job, ANALYSE, Some(id), &json!({ "by": login }), now, now).await?;
    state
        .base()
        .record(&tx, login, "round.analyse", id, json!({ "job": job }))
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

#[cfg(test)]
mod tests;
