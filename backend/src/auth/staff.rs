//! The extractor by which a console handler learns who is signed in, and only
//! if their role may do what the handler does.

use std::marker::PhantomData;

use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::http::{Method, StatusCode};

use super::Role;
use super::policy::Action;
use super::second_factor;
use super::session::{self, Token};
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::pages::problem::Problem;
use crate::store::sessions::Session;
use crate::store::{providers, staff};

/// Where the second factor is set up.
pub const SECOND_FACTOR: &str = "/console/second-factor";

/// A member of staff with a live session.
#[derive(Clone, Debug)]
pub struct Staff {
    /// Login, as the audit log names them.
    pub login: String,
    /// Name shown.
    pub name: String,
    /// What they are.
    pub role: Role,
    /// Code of the judged unit that employs them, if one does.
    pub employer_unit: Option<String>,
    session: Session,
}

impl Staff {
    /// The account.
    pub fn id(&self) -> uuid::Uuid {
        self.session.staff_id
    }

    /// The same person in the session that took this one's place.
    #[must_use]
    pub fn with_session(self, session: Session) -> Self {
        Self { session, ..self }
    }

    /// The session.
    pub fn session(&self) -> &Session {
        &self.session
    }

    /// The token that every form of this session carries.
    pub fn csrf(&self) -> &str {
        &self.session.csrf
    }

    /// Refuses a form that this session did not make.
    ///
    /// # Errors
    /// The page that says so.
    pub fn must_own_form(&self, csrf: Option<&str>) -> Result<(), PageError> {
        if session::is_own_form(&self.session, csrf.unwrap_or_default()) {
            Ok(())
        } else {
            Err(PageError::problem(StatusCode::FORBIDDEN, Problem::Stale))
        }
    }

    /// Whoever the request's cookie says, if the session lives and the account is open.
    async fn of_parts(parts: &Parts, state: &AppState) -> Result<Option<Self>, PageError> {
        let Some(token) = Token::of_headers(&parts.headers, state.config.is_https()) else {
            return Ok(None);
        };
        let Some(session) = session::find(&state.db, &token, state.clock.now_ms()).await? else {
            return Ok(None);
        };
        let row = staff::find(&state.db, session.staff_id)
            .await?
            .filter(|row| !row.disabled);
        Ok(row.and_then(|row| {
            let role = Role::parse(&row.role)?;
            Some(Self {
                login: row.login,
                name: row.display_name,
                role,
                employer_unit: row.employer_unit,
                session,
            })
        }))
    }
}

/// Whoever is signed in, or nobody: for pages that serve both.
#[derive(Clone, Debug)]
pub struct Anyone(pub Option<Staff>);

impl FromRequestParts<AppState> for Anyone {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        Ok(Self(Staff::of_parts(parts, state).await?))
    }
}

impl FromRequestParts<AppState> for Staff {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        match Self::of_parts(parts, state).await? {
            Some(staff) => Ok(staff),
            None => Err(PageError::see_other(login_address(parts))),
        }
    }
}

/// The sign-in page, which leads back to the page asked for.
fn login_address(parts: &Parts) -> String {
    if parts.method == Method::GET {
        let next: String = url::form_urlencoded::byte_serialize(parts.uri.path().as_bytes()).collect();
        format!("/console/login?next={next}")
    } else {
        "/console/login".to_owned()
    }
}

/// An action as a type, so that a handler's signature says what it needs.
pub trait Permission: Send + Sync {
    /// The action of the policy table.
    const ACTION: Action;
}

/// A member of staff whose role may do `P`.
#[derive(Clone, Debug)]
pub struct Permit<P: Permission> {
    /// Who it is.
    pub staff: Staff,
    permission: PhantomData<P>,
}

impl<P: Permission> FromRequestParts<AppState> for Permit<P> {
    type Rejection = PageError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, PageError> {
        let staff = Staff::from_request_parts(parts, state).await?;
        if !staff.role.may(P::ACTION) {
            // Who it was stands in no log; the role and what was wanted are enough to see that somebody tries doors.
            tracing::warn!(role = staff.role.as_str(), action = ?P::ACTION, "refused");
            return Err(PageError::forbidden());
        }
        if state.config.require_second_factor.contains(&staff.role)
            && !second_factor::is_on(&state.db, staff.id()).await?
            && !providers::is_multi_factor(&state.db, &staff.session().token_hash).await?
        {
            // The page says what is missing; it and the way out take no permit.
            return Err(PageError::see_other(SECOND_FACTOR));
        }
        Ok(Self {
            staff,
            permission: PhantomData,
        })
    }
}

macro_rules! permissions {
    ($($name:ident),*) => {
        $(
            #[doc = concat!("See [`Action::", stringify!($name), "`].")]
            #[derive(Clone, Copy, Debug)]
            pub struct $name;

            impl Permission for $name {
                const ACTION: Action = Action::$name;
            }
        )*
    };
}

permissions!(
    SeeRound,
    SeeResults,
    Compute,
    DownloadReport,
    SeeOutbox,
    ResendMail,
    ManageMailing,
    SeeCallbacks,
    DrawCallbacks,
    CallBack,
    ManageAccounts,
    SeeAudit,
    HandOut,
    SendInvitations,
    SeeInterviewers,
    AssignCases,
    ManageInterviewers,
    SettleHeld,
    SeeCaseCounts,
    HandleCases,
    PublishImprovements,
    SeeRecords,
    SeeFrame,
    EditRecords,
    ScoreUnits,
    SeeScoring,
    ManageScoring,
    SeePlan,
    EditPlan,
    RunRound,
    PublishResults,
    ManageDataAgreements,
    AskIdentity,
    SettleIdentity,
    SeeRetention,
    DelayErasure,
    SeeAttachments
);
