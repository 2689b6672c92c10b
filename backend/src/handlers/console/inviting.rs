//! The page of invitations and its acts. Every handler takes a [`Independent`]: nobody whom a judged unit employs gets in.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Form, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use reports::sheets::Layout;
use serde::Deserialize;

use super::overview::group_name;
use super::{local_time, signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{HandOut, Permission, SendInvitations};
use crate::handlers::respond::{Pairs, field, html};
use crate::inviting::sheets::SheetOrder;
use crate::inviting::waves::{self, Wave};
use crate::inviting::{self as acts, Choice, InvitingError, sheets, sms};
use crate::middleware::problems::PageError;
use crate::pages::invitations::{self as page, GroupLine, Invitations, LinkLine, Pick, QuotaLine, wave_name};
use crate::pages::layout::Fault;
use crate::pages::{Lang, Reading, tr};
use crate::store::rounds::{self, RoundState};
use crate::store::units::{self, Unit};
use crate::store::{invitations, links, quotas, tallies};

/// Longest reason kept, in characters.
const MAX_REASON: usize = 200;

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
    case: String,
    wave: String,
    queued: u64,
    without: u64,
}

impl Done {
    fn words(&self, lang: Lang) -> Option<String> {
        Some(match self.done.as_str() {
            "reissue" => tr!(lang, "invitations.done_reissue", case = self.case).into_owned(),
            "withdraw" => tr!(lang, "invitations.done_withdraw", case = self.case).into_owned(),
            "email" => {
                let wave = Wave::parse(&self.wave)
                    .map(|wave| wave_name(lang, wave))
                    .unwrap_or_default();
                tr!(
                    lang,
                    "invitations.done_email",
                    wave = wave,
                    queued = self.queued,
                    without = self.without
                )
                .into_owned()
            }
            _ => return None,
        })
    }
}

fn unit_name(lang: Lang, unit: &Unit) -> String {
    match lang {
        Lang::En if !unit.name_en.is_empty() => unit.name_en.clone(),
        _ => unit.name_zh.clone(),
    }
}

/// Townships with the villages in which somebody was drawn.
async fn places(
    state: &AppState,
    round: &str,
    (lang, drawn): (Lang, &BTreeSet<String>),
) -> Result<Vec<(Pick, Vec<Pick>)>, PageError> {
    let units = units::list(&state.db, round).await?;
    let pick = |unit: &Unit| Pick {
        code: unit.code.clone(),
        name: unit_name(lang, unit),
    };
    let townships = units
        .iter()
        .filter(|unit| unit.level == "township" && drawn.contains(&unit.code));
    Ok(townships
        .map(|township| {
            let villages = units
                .iter()
                .filter(|unit| unit.parent.as_ref() == Some(&township.code) && drawn.contains(&unit.code));
            (pick(township), villages.map(pick).collect())
        })
        .collect())
}

async fn link_lines<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
) -> Result<Vec<LinkLine>, PageError> {
    let round = holder.round.id.as_str();
    let today = state.clock.today().to_string();
    let totals = tallies::by_link(&state.db, round).await?;
    let of_today = tallies::by_link_on(&state.db, round, &today).await?;
    let of_groups = rounds::groups(&state.db, round)
        .await?
        .into_iter()
        .filter_map(|group| {
            let name = group_name(lang, &group);
            Some((group.open_link?, name, None))
        });
    let of_sites = links::of_round(&state.db, round).await?.into_iter().map(|link| {
        let name = match lang {
            Lang::En if !link.site_en.is_empty() => link.site_en.clone(),
            _ => link.site_zh.clone(),
        };
        (
            link.slug,
            name,
            link.daily_cap.and_then(|cap| u64::try_from(cap).ok()),
        )
    });
    let mut lines = Vec::new();
    for (slug, name, cap) in of_groups.chain(of_sites) {
        lines.push(LinkLine {
            url: format!("{}/o/{slug}", state.config.base_url),
            today: of_today.get(&slug).copied().unwrap_or_default(),
            total: totals.get(&slug).copied().unwrap_or_default(),
            name,
            cap,
            slug,
        });
    }
    Ok(lines)
}

/// The cells that have answers, and those with numbers of their own.
async fn quota_lines<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
) -> Result<Vec<QuotaLine>, PageError> {
    let plan = &holder.plan;
    if plan.quotas.is_empty() {
        return Ok(Vec::new());
    }
    let taken = quotas::taken(&state.db, &holder.round.id).await?;
    let mut lines = Vec::new();
    for quota in &plan.quotas {
        let group = plan
            .group(&quota.group)
            .map(|group| group.name.get(lang.code()))
            .unwrap_or_default();
        let mut cells: BTreeMap<String, Vec<String>> = quota
            .cells
            .iter()
            .map(|cell| (quotas::key(quota, &cell.of), cell.of.clone()))
            .collect();
        for key in taken.keys() {
            let read = serde_json::from_str::<(String, Vec<String>, Vec<String>)>(key);
            if let Ok((_, _, cell)) = read.as_ref()
                && quotas::key(quota, cell) == *key
            {
                cells.insert(key.clone(), cell.clone());
            }
        }
        for (key, cell) in cells {
            let limits = quota.limits(&cell);
            let values = cell.iter().map(|value| match plan.units.get(value) {
                Some(unit) => unit.name.get(lang.code()).to_owned(),
                None if value.is_empty() => tr!(lang, "invitations.unknown_cell").into_owned(),
                None => value.clone(),
            });
            lines.push(QuotaLine {
                name: format!("{group} · {}", values.collect::<Vec<_>>().join(" · ")),
                taken: taken.get(&key).copied().unwrap_or_default(),
                target: limits.target.into(),
                maximum: limits.maximum.into(),
            });
        }
    }
    Ok(lines)
}

async fn view<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    fault: Option<Fault>,
) -> Result<Invitations, PageError> {
    let round = holder.round.id.as_str();
    let invited = state.figures.invited(state.base(), &holder.plan).await?;
    let counts = &invited.of.counts;
    let groups = rounds::groups(&state.db, round).await?;
    let of = |group: &str, word: &str| {
        let key = (group.to_owned(), word.to_owned());
        counts.get(&key).copied().unwrap_or_default()
    };
    let lines = groups.iter().map(|group| GroupLine {
        name: group_name(lang, group),
        issued: of(&group.group, invitations::ISSUED),
        started: of(&group.group, invitations::STARTED),
        complete: of(&group.group, invitations::COMPLETE),
        left: of(&group.group, invitations::LEFT),
        withdrawn: of(&group.group, invitations::WITHDRAWN),
    });
    Ok(Invitations {
        id: round.to_owned(),
        round: title(lang, &holder.round),
        fault,
        done: None,
        groups: lines.collect(),
        group_picks: groups
            .iter()
            .map(|group| Pick {
                code: group.group.clone(),
                name: group_name(lang, group),
            })
            .collect(),
        places: places(state, round, (lang, &invited.of.places)).await?,
        waves: invited.of.waves.clone(),
        as_of: invited.as_of.map(|at| local_time(state, at)),
        spacing_days: holder.plan.invitations.remind_after_days,
        has_mail: state.config.smtp_url.is_some(),
        is_open: holder.round.state_on(state.clock.today()) == RoundState::Open,
        links: link_lines(state, holder, lang).await?,
        quotas: quota_lines(state, holder, lang).await?,
        may_send: holder.staff.role.may(Action::SendInvitations),
        case: String::new(),
    })
}

/// `GET /console/rounds/{id}/invitations`: how invitations stand, and what can be done with them.
///
/// # Errors
/// When the database does not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<HandOut>,
    reading: Reading,
    Query(done): Query<Done>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let mut view = view(&state, &holder, lang, None).await?;
    view.done = done.words(lang);
    view.case = done.case;
    let staff = signed_in(lang, &holder.staff, "");
    Ok(html(page::page(lang, &staff, &view)))
}

/// The page again, with what was wrong.
async fn refuse<P: Permission>(
    state: &AppState,
    (holder, lang): (&Independent<P>, Lang),
    (href, error): (&str, InvitingError),
    case: &str,
) -> Result<Response, PageError> {
    let text = match &error {
        InvitingError::Nobody => tr!(lang, "invitations.nobody"),
        InvitingError::UnknownCase(case) => tr!(lang, "invitations.unknown_case", case = case),
        InvitingError::Answered(case) => tr!(lang, "invitations.answered", case = case),
        InvitingError::NotOpen => tr!(lang, "invitations.not_open"),
        InvitingError::TooMany { most } => tr!(lang, "invitations.too_many", most = most),
        InvitingError::NoReason => tr!(lang, "invitations.no_reason"),
        InvitingError::Store(_)
        | InvitingError::Pdf(_)
        | InvitingError::Compose(_)
        | InvitingError::Dkim(_)
        | InvitingError::Csv(_) => {
            return Err(crate::error::AppError::internal(&error).into());
        }
    };
    let fault = Fault {
        href: href.to_owned(),
        text: text.into_owned(),
    };
    let mut view = view(state, holder, lang, Some(fault)).await?;
    case.clone_into(&mut view.case);
    let staff = signed_in(lang, &holder.staff, "");
    let page = html(page::page(lang, &staff, &view));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn choice(pairs: &Pairs) -> Choice {
    let given = |name: &str| {
        let value = field(pairs, name).unwrap_or_default().trim();
        (!value.is_empty()).then(|| value.to_owned())
    };
    Choice {
        unit: given("unit"),
        groups: given("group").into_iter().collect(),
        case: given("case"),
    }
}

fn language(pairs: &Pairs) -> Lang {
    field(pairs, "lang").and_then(Lang::parse).unwrap_or_default()
}

/// A file of the round to be saved.
fn download(name: &str, media_type: &'static str, content: Vec<u8>) -> Response {
    let plain: String = name
        .chars()
        .filter(|c| c.is_ascii_alphanumeric() || matches!(c, '.' | '-' | '_'))
        .collect();
    let mut reply = (
        [(header::CONTENT_TYPE, HeaderValue::from_static(media_type))],
        content,
    )
        .into_response();
    if let Ok(value) = HeaderValue::from_str(&format!("attachment; filename=\"{plain}\"")) {
        reply.headers_mut().insert(header::CONTENT_DISPOSITION, value);
    }
    // Codes: no copy stays in a shared browser.
    reply
        .headers_mut()
        .insert(header::CACHE_CONTROL, HeaderValue::from_static("no-store"));
    reply
}

/// `POST …/invitations/sheets`: letters or labels as a PDF.
///
/// # Errors
/// See [`show`].
pub async fn print(
    State(state): State<AppState>,
    holder: Independent<HandOut>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let order = SheetOrder {
        choice: choice(&pairs),
        layout: match field(&pairs, "layout") {
            Some("labels") => Layout::Labels,
            _ => Layout::Letter,
        },
        lang: language(&pairs),
        names: field(&pairs, "names") == Some("yes"),
        most: Some(sheets::MOST_AT_ONCE),
    };
    match sheets::make(&state.base(), &holder.plan, &order, &holder.staff.login).await {
        Ok(printed) => {
            let whose = order
                .choice
                .case
                .or(order.choice.unit)
                .unwrap_or_else(|| "all".to_owned());
            let name = format!("{}-{whose}-invitations.pdf", holder.round.id);
            Ok(download(&name, "application/pdf", printed.pdf))
        }
        Err(error) => {
            let case = order.choice.case.unwrap_or_default();
            let href = match case.as_str() {
                "" => "#sheet-place",
                _ => "#sheet-case",
            };
            refuse(&state, (&holder, reading.lang), (href, error), &case).await
        }
    }
}

/// `POST …/invitations/sms`: text messages as a table.
///
/// # Errors
/// See [`show`].
pub async fn text_messages(
    State(state): State<AppState>,
    holder: Independent<HandOut>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let choice = choice(&pairs);
    let base = state.base();
    let whose = (&choice, language(&pairs));
    match sms::messages(&base, &holder.plan, whose, &holder.staff.login).await {
        Ok(messages) => {
            let name = format!("{}-sms.csv", holder.round.id);
            Ok(download(&name, "text/csv; charset=utf-8", messages.csv))
        }
        Err(error) => refuse(&state, (&holder, reading.lang), ("#sms-place", error), "").await,
    }
}

/// `POST …/invitations/posters`: the poster of an open link as a PDF.
///
/// # Errors
/// See [`show`].
pub async fn posters(
    State(state): State<AppState>,
    holder: Independent<HandOut>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let slug = field(&pairs, "slug").filter(|slug| !slug.is_empty());
    let base = state.base();
    let which = (slug, language(&pairs));
    match sheets::posters(&base, &holder.plan, which, &holder.staff.login).await {
        Ok(printed) => {
            let name = format!("{}-{}-poster.pdf", holder.round.id, slug.unwrap_or("all"));
            Ok(download(&name, "application/pdf", printed.pdf))
        }
        Err(error) => refuse(&state, (&holder, reading.lang), ("#links", error), "").await,
    }
}

/// `POST …/invitations/email`: queues a wave.
///
/// # Errors
/// See [`show`].
pub async fn email(
    State(state): State<AppState>,
    holder: Independent<SendInvitations>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let wave = field(&pairs, "wave")
        .and_then(Wave::parse)
        .ok_or_else(PageError::lost)?;
    match waves::queue(&state.base(), &holder.plan, wave, &holder.staff.login).await {
        Ok(done) => {
            state.figures.invited_changed(&holder.round.id);
            let to = format!(
                "/console/rounds/{}/invitations?done=email&wave={}&queued={}&without={}",
                holder.round.id,
                wave.kind(),
                done.queued,
                done.without_address
            );
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => refuse(&state, (&holder, reading.lang), ("#email", error), "").await,
    }
}

/// `POST …/invitations/replace`: a new code for a case, or none any more.
///
/// # Errors
/// See [`show`].
pub async fn replace(
    State(state): State<AppState>,
    holder: Independent<SendInvitations>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let case = field(&pairs, "case").unwrap_or_default().trim().to_owned();
    let reason: String = field(&pairs, "reason")
        .unwrap_or_default()
        .trim()
        .chars()
        .take(MAX_REASON)
        .collect();
    let (base, round) = (state.base(), holder.round.id.as_str());
    let act = (holder.staff.login.as_str(), reason.as_str());
    let word = match field(&pairs, "go") {
        Some("withdraw") => "withdraw",
        _ => "reissue",
    };
    let outcome = match (reason.is_empty(), word) {
        (true, _) => Err(InvitingError::NoReason),
        (false, "withdraw") => acts::withdraw(&base, round, &case, act).await,
        (false, _) => acts::reissue(&base, round, &case, act).await,
    };
    match outcome {
        Ok(()) => {
            state.figures.invited_changed(round);
            let case: String = url::form_urlencoded::byte_serialize(case.as_bytes()).collect();
            let to = format!("/console/rounds/{round}/invitations?done={word}&case={case}");
            Ok(Redirect::to(&to).into_response())
        }
        Err(error) => {
            let href = match error {
                InvitingError::NoReason => "#reason",
                _ => "#case",
            };
            refuse(&state, (&holder, reading.lang), (href, error), &case).await
        }
    }
}

#[cfg(test)]
mod tests;
