//! The page of the leadership's e-mail and its acts. Every handler takes an [`Independent`]: what goes out before the end
//! shows how fieldwork runs, which nobody whom a judged unit employs may watch.

use axum::extract::{Form, Query, State};
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Redirect, Response};
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD as BASE64;
use reports::email::KEY_CHART_CID;
use serde::Deserialize;
use uuid::Uuid;

use super::signed_in;
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::{ManageMailing, SeeOutbox};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::mailing::{self as pages, Preview, Typed};
use crate::pages::{Lang, Reading, tr};

mod acts;
mod view;

use acts::Done;

/// What the address of the page says the last act did.
#[derive(Debug, Default, Deserialize)]
#[serde(default)]
pub struct After {
    done: String,
    n: u64,
}

/// Whose message is looked at.
#[derive(Debug, Deserialize)]
pub struct Whose {
    to: Uuid,
}

/// `GET /console/rounds/{id}/mailing`.
///
/// # Errors
/// When there is no such round, or the database does not answer; so for every handler here.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeeOutbox>,
    reading: Reading,
    Query(after): Query<After>,
) -> Result<Html<String>, PageError> {
    let mut page = view::of(&state, &holder, reading.lang).await?;
    page.done = done_words(reading.lang, &after);
    let staff = signed_in(reading.lang, &holder.staff, "");
    Ok(html(pages::page(reading.lang, &staff, &page)))
}

fn done_words(lang: Lang, after: &After) -> Option<String> {
    Some(match after.done.as_str() {
        "hold" => tr!(lang, "mailing.done_hold").into_owned(),
        "release" => tr!(lang, "mailing.done_release", n = after.n).into_owned(),
        "add" => tr!(lang, "mailing.done_add").into_owned(),
        "remove" => tr!(lang, "mailing.done_remove").into_owned(),
        "restore" => tr!(lang, "mailing.done_restore").into_owned(),
        "send" => tr!(lang, "mailing.done_send", n = after.n).into_owned(),
        "test" => tr!(lang, "mailing.done_test").into_owned(),
        _ => return None,
    })
}

/// `POST /console/rounds/{id}/mailing`: one of the page's acts, by `act`.
///
/// # Errors
/// See [`show`]; when the form is another session's.
pub async fn act(
    State(state): State<AppState>,
    holder: Independent<ManageMailing>,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let text = |name: &str| field(&pairs, name).unwrap_or_default().trim().to_owned();
    let typed = Typed {
        name: text("name"),
        email: text("email"),
        language: text("language"),
        role: text("role"),
        unit: text("unit"),
        reason: text("reason"),
        own: text("own"),
    };
    let recipient = Uuid::try_parse(&text("recipient")).ok();
    let done = match (text("act").as_str(), recipient) {
        ("hold", _) => acts::hold(&state, &holder, &typed.reason).await?,
        ("release", _) => acts::release(&state, &holder).await?,
        ("add", _) => acts::add(&state, &holder, &typed).await?,
        ("remove", Some(id)) => acts::set_removed(&state, &holder, id, true).await?,
        ("restore", Some(id)) => acts::set_removed(&state, &holder, id, false).await?,
        ("send", _) => acts::send(&state, &holder).await?,
        ("test", Some(id)) => acts::test(&state, &holder, id, &typed.own, &text("number")).await?,
        _ => return Err(PageError::lost()),
    };
    let faults = match done {
        Done::Did { what, n } => {
            let path = format!("/console/rounds/{}/mailing?done={what}&n={n}", holder.round.id);
            return Ok(Redirect::to(&path).into_response());
        }
        Done::Faulty(fields) => fields,
    };
    let mut page = view::of(&state, &holder, lang).await?;
    page.faults = faults.into_iter().map(|field| fault(lang, field)).collect();
    page.typed = typed;
    let staff = signed_in(lang, &holder.staff, "");
    let page = html(pages::page(lang, &staff, &page));
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// What is wrong with a field, and how to mend it.
fn fault(lang: Lang, field: &str) -> Fault {
    let text = match field {
        "reason" => tr!(lang, "mailing.fault_reason"),
        "name" => tr!(lang, "mailing.fault_name"),
        "unit" => tr!(lang, "mailing.fault_unit"),
        "known" => tr!(lang, "mailing.fault_known"),
        "results" => tr!(lang, "mailing.not_computed"),
        _ => tr!(lang, "mailing.fault_email"),
    };
    // What is no field's own fault leads to the place where it is mended.
    let id = match field {
        "known" => "email",
        "results" => "own",
        field => field,
    };
    Fault {
        href: format!("#{id}"),
        text: text.into_owned(),
    }
}

/// `GET /console/rounds/{id}/mailing/preview`: headers, attachments and text of the message as a recipient gets it.
///
/// # Errors
/// See [`show`]; when there are no results or no such recipient.
pub async fn preview(
    State(state): State<AppState>,
    holder: Independent<SeeOutbox>,
    reading: Reading,
    Query(whose): Query<Whose>,
) -> Result<Html<String>, PageError> {
    let lang = reading.lang;
    let letter = view::letter(&state, &holder, whose.to).await?;
    let kilobytes = |bytes: usize| bytes.div_ceil(1024);
    let page = Preview {
        id: holder.round.id.clone(),
        round: super::title(lang, &holder.round),
        recipient: whose.to.to_string(),
        from: view::sender(&state),
        to: letter.to,
        enclosed: letter
            .letter
            .enclosed
            .iter()
            .map(|file| format!("{} ({} KB)", file.name, kilobytes(file.bytes)))
            .collect(),
        subject: letter.letter.summary.subject,
        text: letter.letter.summary.text,
        language: letter.language,
        note: letter
            .only_final
            .then(|| tr!(lang, "mailing.only_final").into_owned()),
    };
    let staff = signed_in(lang, &holder.staff, "");
    Ok(html(pages::preview(lang, &staff, &page)))
}

/// An e-mail's styles stand in its elements, because mail programs drop style sheets. Alone in a sandbox, with no
/// script, form or foreign picture allowed, they reach nothing of the console.
const MESSAGE_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'; \
     frame-ancestors 'none'; sandbox allow-popups allow-popups-to-escape-sandbox";

/// `GET /console/rounds/{id}/mailing/message`: the HTML part alone, with its picture in place.
///
/// # Errors
/// See [`preview`].
pub async fn message(
    State(state): State<AppState>,
    holder: Independent<SeeOutbox>,
    Query(whose): Query<Whose>,
) -> Result<Response, PageError> {
    let letter = view::letter(&state, &holder, whose.to).await?;
    let summary = letter.letter.summary;
    let picture = format!("data:image/png;base64,{}", BASE64.encode(&summary.key_chart_png));
    let page = summary.html.replace(&format!("cid:{KEY_CHART_CID}"), &picture);
    let policy = HeaderValue::from_static(MESSAGE_POLICY);
    Ok(([(header::CONTENT_SECURITY_POLICY, policy)], Html(page)).into_response())
}
