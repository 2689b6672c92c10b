//! `/console/rounds/{id}/interviewers`: accounts, devices, and who visits which village.
//!
//! The office manages accounts, devices and exceptions; giving out cases is open to the third party as well, whose
//! people run the fieldwork. Nobody whom a judged unit employs gets in ([`Independent`]).

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::Plan;
use axum::extract::{Form, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use jiff::ToSpan;
use jiff::civil::Date;
use serde::Deserialize;
use uuid::Uuid;

use super::{signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{AssignCases, ManageInterviewers, Permission, SeeInterviewers};
use crate::auth::{MAX_NAME, Role, is_login};
use crate::error::AppError;
use crate::field::accounts::{self, AccountError, NewInterviewer};
use crate::field::assigning::{self, AssignError, Caseload};
use crate::field::devices as field_devices;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::interviewers::{
    self as page, DeviceLine, Interviewers, PersonLine, TownshipBlock, Typed, UnitOption, VillageLine,
};
use crate::pages::layout::Fault;
use crate::pages::{Lang, Reading, tr};
use crate::store::{devices, exceptions, held, staff};

/// Days without contact after which a device is called silent.
const STALE_DAYS: i32 = 3;
/// Longest reason kept, in characters.
const MAX_REASON: usize = 300;
/// What can be done with an account, as the page's forms say it.
const ACCOUNT_ACTS: [&str; 4] = ["password", "close", "reopen", "unexcept"];

/// What the last act did, in the address to which it leads.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct Done {
    done: String,
    n: usize,
}

impl Done {
    fn words(&self, lang: Lang) -> Option<String> {
        let n = self.n;
        let text = match self.done.as_str() {
            "assign" => tr!(lang, "interviewers.done_assign", n = n),
            "unassign" => tr!(lang, "interviewers.done_unassign", n = n),
            "lost" => tr!(lang, "interviewers.done_lost"),
            "days" => tr!(lang, "interviewers.done_days", n = n),
            "except" => tr!(lang, "interviewers.done_except"),
            "unexcept" => tr!(lang, "interviewers.done_unexcept", n = n),
            "close" => tr!(lang, "interviewers.done_close", n = n),
            _ => return None,
        };
        Some(text.into_owned())
    }
}

/// What a reply shows beside the lists.
#[derive(Default)]
struct Told {
    done: Option<String>,
    made: Option<(String, String)>,
    faults: Vec<Fault>,
    typed: Typed,
}

fn unit_name(plan: &Plan, lang: Lang, code: &str) -> String {
    plan.units
        .get(code)
        .map_or_else(|| code.to_owned(), |unit| unit.name.get(lang.code()).to_owned())
}

/// Interviewers with their devices and cases.
async fn people<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    caseload: &Caseload,
) -> Result<Vec<PersonLine>, PageError> {
    let stale_before = state.clock.today().saturating_sub(STALE_DAYS.days());
    let mut of_staff: BTreeMap<Uuid, Vec<DeviceLine>> = BTreeMap::new();
    for device in devices::list(&state.db).await? {
        let is_stale = device
            .last_seen_day
            .parse::<Date>()
            .is_ok_and(|day| day < stale_before);
        of_staff.entry(device.staff_id).or_default().push(DeviceLine {
            id: device.id,
            name: device.name,
            stale: is_stale,
            seen: device.last_seen_day,
            state: device.state,
            offline_days: device.max_offline_days,
        });
    }
    let mut excepted = exceptions::of_round(&state.db, &holder.round.id).await?;
    let all = staff::list(&state.db).await?;
    let interviewers = all
        .into_iter()
        .filter(|row| Role::parse(&row.role) == Some(Role::Interviewer));
    let mut lines = Vec::new();
    for row in interviewers {
        let refused = !row.disabled && !field_devices::is_independent(state, &row).await?;
        lines.push(PersonLine {
            refused,
            closed: row.disabled,
            id: row.id,
            open: caseload.load(row.id),
            complete: caseload.complete.get(&row.id).copied().unwrap_or_default(),
            exception: excepted.remove(&row.id).map(|exception| exception.reason),
            employer: row.employer_unit.map(|code| unit_name(&holder.plan, lang, &code)),
            devices: of_staff.remove(&row.id).unwrap_or_default(),
            login: row.login,
            name: row.display_name,
        });
    }
    // Closed accounts last: they are kept for the record.
    lines.sort_by_key(|line| line.closed);
    Ok(lines)
}

fn townships(plan: &Plan, lang: Lang, caseload: &Caseload, people: &[PersonLine]) -> Vec<TownshipBlock> {
    let mut blocks: Vec<(Option<String>, TownshipBlock)> = Vec::new();
    for village in &caseload.villages {
        let township = plan.units.township_of(&village.unit).map(str::to_owned);
        let given = village.given.iter().map(|(id, cases)| {
            let person = people.iter().find(|person| person.id == *id);
            (
                person.map_or_else(|| "–".to_owned(), |person| person.name.clone()),
                cases.len(),
            )
        });
        let line = VillageLine {
            code: village.unit.clone(),
            name: unit_name(plan, lang, &village.unit),
            free: village.free.len(),
            given: given.collect(),
        };
        match blocks.iter_mut().find(|(code, _)| *code == township) {
            Some((_, block)) => block.villages.push(line),
            None => {
                let name = unit_name(plan, lang, township.as_deref().unwrap_or(&plan.round.county));
                let villages = vec![line];
                blocks.push((township, TownshipBlock { name, villages }));
            }
        }
    }
    blocks.into_iter().map(|(_, block)| block).collect()
}

/// Units in the order of the tree, deeper ones set in.
fn unit_options(plan: &Plan, lang: Lang) -> Vec<UnitOption> {
    let depth = |code: &str| {
        let mut depth = 0;
        let mut at = plan.units.get(code).and_then(|unit| unit.parent.as_deref());
        while let Some(parent) = at {
            depth += 1;
            at = plan.units.get(parent).and_then(|unit| unit.parent.as_deref());
        }
        depth
    };
    plan.units
        .iter()
        .map(|unit| UnitOption {
            code: unit.code.clone(),
            name: format!("{}{}", "　".repeat(depth(&unit.code)), unit.name.get(lang.code())),
        })
        .collect()
}

async fn view<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    told: Told,
) -> Result<Html<String>, PageError> {
    let caseload = Caseload::of(&state.db, &holder.plan).await?;
    let people = people(state, holder, lang, &caseload).await?;
    let role = holder.staff.role;
    let held = if role.may(Action::SettleHeld) {
        Some(held::waiting(&state.db, &holder.round.id).await?)
    } else {
        None
    };
    let may_manage = role.may(Action::ManageInterviewers);
    let page_view = Interviewers {
        round: holder.round.id.clone(),
        title: title(lang, &holder.round),
        done: told.done,
        made: told.made,
        faults: told.faults,
        typed: told.typed,
        townships: townships(&holder.plan, lang, &caseload, &people),
        people,
        units: if may_manage {
            unit_options(&holder.plan, lang)
        } else {
            Vec::new()
        },
        held,
        may_assign: role.may(Action::AssignCases),
        may_manage,
    };
    Ok(html(page::page(
        lang,
        &signed_in(lang, &holder.staff, ""),
        &page_view,
    )))
}

/// The page with faults, after a form that cannot be followed.
async fn refuse<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    told: Told,
) -> Result<Response, PageError> {
    let page = view(state, holder, lang, told).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

fn fault(href: &str, text: std::borrow::Cow<'_, str>) -> Told {
    Told {
        faults: vec![Fault {
            href: href.to_owned(),
            text: text.into_owned(),
        }],
        ..Told::default()
    }
}

fn done(round: &str, word: &str, n: usize) -> Response {
    Redirect::to(&format!("/console/rounds/{round}/interviewers?done={word}&n={n}")).into_response()
}

fn failed(error: AccountError) -> PageError {
    match error {
        AccountError::Store(error) => error.into(),
        AccountError::Password(error) => AppError::internal(&error).into(),
        AccountError::Taken | AccountError::NoUnit | AccountError::Nobody => PageError::lost(),
    }
}

/// `GET /console/rounds/{id}/interviewers`.
///
/// # Errors
/// When the role may not, or the database does not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeeInterviewers>,
    reading: Reading,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    let told = Told {
        done: query.words(reading.lang),
        ..Told::default()
    };
    view(&state, &holder, reading.lang, told).await
}

/// `POST /console/rounds/{id}/interviewers`: adds an account and shows its initial password, once.
///
/// # Errors
/// See [`show`].
pub async fn add(
    State(state): State<AppState>,
    holder: Independent<ManageInterviewers>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let text = |name: &str| field(&pairs, name).unwrap_or_default().trim().to_owned();
    let typed = Typed {
        login: text("login"),
        name: text("name"),
        employer: text("employer"),
    };
    let mut faults = Vec::new();
    let mut wrong = |id: &str, text: std::borrow::Cow<'_, str>| {
        faults.push(Fault {
            href: format!("#{id}"),
            text: text.into_owned(),
        });
    };
    if !is_login(&typed.login) {
        wrong("new-login", tr!(lang, "interviewers.bad_login"));
    }
    if typed.name.is_empty() || typed.name.chars().count() > MAX_NAME {
        wrong("new-name", tr!(lang, "interviewers.bad_name"));
    }
    let new = NewInterviewer {
        login: typed.login.clone(),
        name: typed.name.clone(),
        employer: typed.employer.clone(),
    };
    if faults.is_empty() {
        match accounts::add(&state.base(), &holder.plan, &holder.staff.login, &new).await {
            Ok(password) => {
                let told = Told {
                    made: Some((new.login, password)),
                    ..Told::default()
                };
                return Ok(view(&state, &holder, lang, told).await?.into_response());
            }
            Err(AccountError::Taken) => faults.push(Fault {
                href: "#new-login".to_owned(),
                text: tr!(lang, "interviewers.taken").into_owned(),
            }),
            Err(AccountError::NoUnit) => faults.push(Fault {
                href: "#new-employer".to_owned(),
                text: tr!(lang, "interviewers.no_unit").into_owned(),
            }),
            Err(error) => return Err(failed(error)),
        }
    }
    let told = Told {
        faults,
        typed,
        ..Told::default()
    };
    refuse(&state, &holder, lang, told).await
}

fn ids(pairs: &Pairs, name: &str) -> BTreeSet<Uuid> {
    let of = pairs.iter().filter(|(key, _)| key == name);
    of.filter_map(|(_, value)| value.parse().ok()).collect()
}

/// `POST …/cases`: gives out, takes back, or shares out.
///
/// # Errors
/// See [`show`].
pub async fn cases(
    State(state): State<AppState>,
    holder: Independent<AssignCases>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let base = state.base();
    let (plan, actor) = (&holder.plan, holder.staff.login.as_str());
    let units: BTreeSet<String> = pairs
        .iter()
        .filter(|(key, _)| key == "unit")
        .map(|(_, value)| value.clone())
        .collect();
    let go = field(&pairs, "go").unwrap_or_default();
    if units.is_empty() && go != "share" {
        let told = fault("#cases", tr!(lang, "interviewers.choose_village"));
        return refuse(&state, &holder, lang, told).await;
    }
    let given = match go {
        "assign" => match ids(&pairs, "person").first() {
            Some(person) => assigning::assign(&base, plan, actor, *person, &units).await,
            None => Err(AssignError::Nobody),
        },
        "unassign" => assigning::unassign(&base, plan, actor, &units)
            .await
            .map_err(AssignError::from),
        "share" => assigning::share_out(&base, plan, actor, &ids(&pairs, "among")).await,
        _ => return Err(PageError::lost()),
    };
    match given {
        Ok(n) => {
            let word = if go == "unassign" { "unassign" } else { "assign" };
            Ok(done(&holder.round.id, word, n))
        }
        Err(AssignError::Bound) => {
            let told = fault("#cases", tr!(lang, "interviewers.bound"));
            refuse(&state, &holder, lang, told).await
        }
        Err(AssignError::Nobody) => {
            let told = fault("#cases", tr!(lang, "interviewers.choose_person"));
            refuse(&state, &holder, lang, told).await
        }
        Err(AssignError::Store(error)) => Err(error.into()),
    }
}

/// `POST …/devices`: reports a device lost, or sets its days without contact.
///
/// # Errors
/// See [`show`].
pub async fn device(
    State(state): State<AppState>,
    holder: Independent<ManageInterviewers>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let base = state.base();
    let actor = holder.staff.login.as_str();
    let id = ids(&pairs, "device")
        .first()
        .copied()
        .ok_or_else(PageError::lost)?;
    match field(&pairs, "go") {
        Some("lost") => {
            accounts::report_lost(&base, actor, id).await.map_err(failed)?;
            Ok(done(&holder.round.id, "lost", 1))
        }
        Some("days") => {
            let days = field(&pairs, "days").and_then(|text| text.trim().parse::<i32>().ok());
            let Some(days) = days.filter(|days| accounts::OFFLINE_DAYS.contains(days)) else {
                let href = format!("#days-{id}");
                let told = fault(&href, tr!(reading.lang, "interviewers.bad_days"));
                return refuse(&state, &holder, reading.lang, told).await;
            };
            accounts::set_offline_days(&base, actor, id, days)
                .await
                .map_err(failed)?;
            Ok(done(&holder.round.id, "days", days.unsigned_abs() as usize))
        }
        _ => Err(PageError::lost()),
    }
}

fn reason(pairs: &Pairs) -> String {
    let text = field(pairs, "reason").unwrap_or_default().trim();
    text.chars().take(MAX_REASON).collect()
}

/// `POST …/exceptions`: lets an interviewer of a judged unit visit its cases, with a reason.
///
/// # Errors
/// See [`show`].
pub async fn exception(
    State(state): State<AppState>,
    holder: Independent<ManageInterviewers>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let person = ids(&pairs, "person")
        .first()
        .copied()
        .ok_or_else(PageError::lost)?;
    let reason = reason(&pairs);
    if reason.is_empty() {
        let told = fault("#except-reason", tr!(reading.lang, "interviewers.no_reason"));
        return refuse(&state, &holder, reading.lang, told).await;
    }
    accounts::except(&state.base(), &holder.plan, &holder.staff.login, person, &reason)
        .await
        .map_err(failed)?;
    Ok(done(&holder.round.id, "except", 1))
}

/// `POST …/accounts`: a new password, closing, opening again, or the end of an exception.
///
/// # Errors
/// See [`show`]; when there is no such interviewer, or what is asked for is so already.
pub async fn account(
    State(state): State<AppState>,
    holder: Independent<ManageInterviewers>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let (base, lang) = (state.base(), reading.lang);
    let (round, actor) = (holder.round.id.as_str(), holder.staff.login.as_str());
    let Some(person) = ids(&pairs, "person").first().copied() else {
        let go = field(&pairs, "go").filter(|go| ACCOUNT_ACTS.contains(go));
        let href = format!("#{}-person", go.ok_or_else(PageError::lost)?);
        let told = fault(&href, tr!(lang, "interviewers.choose_person"));
        return refuse(&state, &holder, lang, told).await;
    };
    let why = reason(&pairs);
    let made = match field(&pairs, "go") {
        Some("password") => accounts::renew_password(&base, actor, person).await,
        Some("reopen") => accounts::reopen(&base, actor, person).await,
        Some(go @ ("close" | "unexcept")) if why.is_empty() => {
            let href = format!("#{go}-reason");
            let told = fault(&href, tr!(lang, "interviewers.no_reason"));
            return refuse(&state, &holder, lang, told).await;
        }
        Some("close") => {
            let freed = accounts::close(&base, &state.plans, actor, person, &why).await;
            return Ok(done(round, "close", freed.map_err(failed)?));
        }
        Some("unexcept") => {
            let freed = accounts::end_exception(&base, &holder.plan, actor, person, &why).await;
            return Ok(done(round, "unexcept", freed.map_err(failed)?));
        }
        _ => return Err(PageError::lost()),
    };
    let told = Told {
        made: Some(made.map_err(failed)?),
        ..Told::default()
    };
    Ok(view(&state, &holder, lang, told).await?.into_response())
}
