//! `/console/password`: everyone who has an account changes its password, signed in or not.

use axum::extract::{Form, State};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{Html, IntoResponse, Redirect, Response};
use serde_json::json;

use super::console::signed_in;
use super::respond::{Pairs, field, html, with_cookie};
use crate::app::AppState;
use crate::auth::browser;
use crate::auth::limit::shared;
use crate::auth::notices::{self, Kind, Owner};
use crate::auth::password::{self, Unfit};
use crate::auth::second_factor;
use crate::auth::session;
use crate::auth::staff::Anyone;
use crate::error::AppError;
use crate::middleware::client::ClientAddress;
use crate::middleware::problems::PageError;
use crate::pages::Reading;
use crate::pages::password::{self as page, Change, Wrong};
use crate::store::audit::{self, Entry};
use crate::store::staff::{self, Staff as Account};
use crate::store::{StoreError, begin, sessions};

/// Longest login looked at, in characters.
const MAX_LOGIN: usize = 100;

/// `GET /console/password`.
pub async fn show(Anyone(who): Anyone, reading: Reading) -> Html<String> {
    let staff = who.map(|staff| signed_in(reading.lang, &staff, "/console/password"));
    html(page::page(reading.lang, staff.as_ref(), &Change::default()))
}

/// What is wrong with a new password.
fn unfit(new: &str, again: &str, old: &str, login: &str) -> Option<Wrong> {
    let fault = match password::fitness(new, old, login) {
        Err(Unfit::Short) => Some(Wrong::Short),
        Err(Unfit::Long) => Some(Wrong::Long),
        Err(Unfit::Same) => Some(Wrong::Same),
        Err(Unfit::Guessable) => Some(Wrong::Guessable),
        Ok(()) => None,
    };
    fault.or_else(|| (new != again).then_some(Wrong::Differs))
}

/// `POST /console/password`: with the present password, slowed down like signing in; ends all sessions of the account.
///
/// # Errors
/// When the form is another session's, or the database or argon2 fails.
pub async fn change(
    State(state): State<AppState>,
    Anyone(who): Anyone,
    reading: Reading,
    ClientAddress(address): ClientAddress,
    headers: HeaderMap,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    // Without a session there is no token; the present password is asked for in either case.
    if let Some(staff) = &who {
        staff.must_own_form(field(&pairs, "csrf"))?;
    }
    let text = |name: &str| field(&pairs, name).unwrap_or_default().to_owned();
    let login: String = match &who {
        Some(staff) => staff.login.clone(),
        None => text("login").trim().chars().take(MAX_LOGIN).collect(),
    };
    let (old, new) = (text("old"), text("new"));
    let refuse = |status: StatusCode, wrong: Wrong| {
        let staff = who
            .as_ref()
            .map(|staff| signed_in(reading.lang, staff, "/console/password"));
        let view = Change {
            user: login.clone(),
            wrong: Some(wrong),
        };
        (status, html(page::page(reading.lang, staff.as_ref(), &view))).into_response()
    };
    if let Some(wrong) = unfit(&new, &text("again"), &old, &login) {
        return Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, wrong));
    }
    if shared::login_wait(&state, &login, address).await.is_some() {
        return Ok(refuse(StatusCode::TOO_MANY_REQUESTS, Wrong::Failed));
    }
    let account = staff::by_login(&state.db, &login).await?;
    let stored = account.as_ref().map(|account| account.password_hash.clone());
    let is_right = password::verify(old, stored)
        .await
        .map_err(|error| AppError::internal(&error))?;
    let Some(account) = account.filter(|account| is_right && !account.disabled) else {
        shared::login_failed(&state, &login, address).await;
        return Ok(refuse(StatusCode::UNPROCESSABLE_ENTITY, Wrong::Failed));
    };
    if who.is_none() && second_factor::is_on(&state.db, account.id).await? {
        // The password alone opens nothing of such an account, nor does it change anything.
        return Ok(Redirect::to("/console/login?next=%2Fconsole%2Fpassword").into_response());
    }
    let password_hash = password::hash_soon(new, &state.entropy)
        .await
        .map_err(|error| AppError::internal(&error))?;
    let (id, login) = (account.id, account.login.clone());
    let tx = begin(&state.db).await?;
    staff::update(
        &tx,
        Account {
            password_hash,
            ..account
        },
    )
    .await?;
    sessions::delete_of(&tx, id).await?;
    let entry = Entry {
        actor: login.clone(),
        action: "staff.password".to_owned(),
        subject: login.clone(),
        detail: json!({}),
    };
    audit::append(&tx, &state.keys, state.clock.now_ms(), entry).await?;
    let owner = Owner { id, login: &login };
    notices::tell(
        &state.base(),
        &tx,
        owner,
        Kind::Password,
        &browser::kind(&headers),
    )
    .await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(with_cookie(
        Redirect::to("/console/login?changed=1"),
        session::forget(state.config.is_https()),
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::auth::Role;
    use crate::handlers::testing::{PASSWORD, Server};

    const PAGE: &str = "/console/password";
    const NEW: &str = "a longer sentence";

    #[tokio::test]
    async fn changed_password_ends_every_session_and_is_recorded() {
        let server = Server::start().await;
        server.account(Role::Viewer).await;
        let (mut here, mut elsewhere) = (server.browser(), server.browser());
        here.sign_in(Role::Viewer).await;
        elsewhere.sign_in(Role::Viewer).await;
        let shown = here.get(PAGE).await;
        assert!(!shown.text.contains("name=\"login\""), "{}", shown.text);
        let csrf = shown.attributes("name=\"csrf\"", "value")[0].clone();
        let fields = [("old", PASSWORD), ("new", NEW), ("again", NEW)];
        assert_eq!(here.post(PAGE, &fields).await.status, StatusCode::FORBIDDEN);
        let own = [("csrf", csrf.as_str()), fields[0], fields[1], fields[2]];
        let done = here.post(PAGE, &own).await;
        assert_eq!(done.location(), "/console/login?changed=1", "{}", done.text);
        assert!(here.get(done.location()).await.text.contains("密码已经改好"));
        for browser in [&mut here, &mut elsewhere] {
            assert_eq!(browser.get("/console").await.status, StatusCode::SEE_OTHER);
        }
        assert_eq!(
            here.sign_in(Role::Viewer).await.status,
            StatusCode::UNPROCESSABLE_ENTITY
        );
        let fields = [("login", "viewer"), ("password", NEW)];
        assert_eq!(here.post("/console/login", &fields).await.location(), "/console");
        let acts = audit::latest(&server.base.db, 2).await.unwrap();
        assert_eq!(
            (acts[1].actor.as_str(), acts[1].action.as_str()),
            ("viewer", "staff.password")
        );
    }

    #[tokio::test]
    async fn unfit_passwords_are_refused_with_the_field_that_must_be_mended() {
        let server = Server::start().await;
        server.account(Role::Interviewer).await;
        let mut browser = server.browser();
        for (old, new, again, href) in [
            (PASSWORD, "short", "short", "#new"),
            (PASSWORD, PASSWORD, PASSWORD, "#new"),
            (PASSWORD, "woaini520131", "woaini520131", "#new"),
            (PASSWORD, NEW, "something else entirely", "#again"),
            ("wrong password", NEW, NEW, "#old"),
        ] {
            let fields = [
                ("login", "interviewer"),
                ("old", old),
                ("new", new),
                ("again", again),
            ];
            let reply = browser.post(PAGE, &fields).await;
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY, "{new}");
            assert!(
                reply.text.contains(&format!("href=\"{href}\"")),
                "{href}: {}",
                reply.text
            );
            assert!(
                !reply.text.contains(new) || new == "short",
                "no password comes back"
            );
        }
        // An interviewer has no session, and changes the password all the same.
        let fields = [
            ("login", "interviewer"),
            ("old", PASSWORD),
            ("new", NEW),
            ("again", NEW),
        ];
        assert_eq!(browser.post(PAGE, &fields).await.status, StatusCode::SEE_OTHER);
    }

    #[tokio::test]
    async fn guessing_the_present_password_is_slowed_down_like_signing_in() {
        let server = Server::start().await;
        server.account(Role::Office).await;
        let mut browser = server.browser();
        let fields = [
            ("login", "office"),
            ("old", "guess"),
            ("new", NEW),
            ("again", NEW),
        ];
        for _ in 0..7 {
            let reply = browser.post(PAGE, &fields).await;
            assert_eq!(reply.status, StatusCode::UNPROCESSABLE_ENTITY);
        }
        let right = [
            ("login", "office"),
            ("old", PASSWORD),
            ("new", NEW),
            ("again", NEW),
        ];
        assert_eq!(
            browser.post(PAGE, &right).await.status,
            StatusCode::TOO_MANY_REQUESTS
        );
        // The same count as for signing in.
        assert_eq!(
            browser.sign_in(Role::Office).await.status,
            StatusCode::TOO_MANY_REQUESTS
        );
    }
}
