//! Every door of the console in one list: which address, by which method, and what it takes to be let in.
//!
//! The list decides twice. The gate ([`check`]) serves no address of the console that is not in it, so that a route
//! cannot be added without saying whom it serves; and a test knocks at every door as every role and finds whether its
//! handler, which asks for its permit by itself ([`super::staff::Permit`], [`super::independence::Independent`]), lets in
//! whom the list says and nobody else (`handlers::every_route`).

use axum::extract::{MatchedPath, Request};
use axum::http::{Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use super::policy::Action;
use crate::middleware::problems::PageError;
use crate::pages::problem::Problem;

/// What it takes to be let in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Needs {
    /// Nothing: signing in itself, and changing a password with the present one.
    Nothing,
    /// To be signed in: one's own account.
    SignedIn,
    /// A role that may do this.
    Action(Action),
    /// The same, for whoever is employed by no unit that is judged in the round of the address.
    Independent(Action),
    /// The same, for whoever is employed by no unit that is judged in any round.
    IndependentOfAll(Action),
}

/// A door.
#[derive(Clone, Debug)]
pub struct Door {
    /// The method; HEAD goes with GET.
    pub method: Method,
    /// The address as the router has it.
    pub path: &'static str,
    /// What it takes.
    pub needs: Needs,
}

/// A line of the list: method, address, what it takes.
macro_rules! doors {
    ($($method:ident $path:literal $needs:ident $(($action:ident))?;)*) => {
        &[$(Door { method: Method::$method, path: $path, needs: Needs::$needs $((Action::$action))? }),*]
    };
}

/// All doors of the console, by address.
pub const DOORS: &[Door] = doors! {
    GET  "/console" Action(SeeRound);
    GET  "/console/accounts" IndependentOfAll(ManageAccounts);
    POST "/console/accounts" IndependentOfAll(ManageAccounts);
    GET  "/console/audit" Action(SeeAudit);
    GET  "/console/login" Nothing;
    POST "/console/login" Nothing;
    GET  "/console/login/code" Nothing;
    POST "/console/login/code" Nothing;
    GET  "/console/login/provider" Nothing;
    GET  "/console/login/provider/back" Nothing;
    POST "/console/logout" SignedIn;
    GET  "/console/notices" SignedIn;
    POST "/console/notices" SignedIn;
    GET  "/console/outbox" Action(SeeOutbox);
    POST "/console/outbox/{id}/again" Action(ResendMail);
    GET  "/console/password" Nothing;
    POST "/console/password" Nothing;
    GET  "/console/plans/new" Action(EditPlan);
    POST "/console/plans/new" Action(EditPlan);
    POST "/console/plans/new/upload" Action(EditPlan);
    GET  "/console/rounds/{id}" Action(SeeRound);
    GET  "/console/rounds/{id}/attachments" Independent(SeeAttachments);
    GET  "/console/rounds/{id}/attachments/all/download" Independent(SeeAttachments);
    GET  "/console/rounds/{id}/attachments/{file}/download" Independent(SeeAttachments);
    GET  "/console/rounds/{id}/callbacks" Independent(SeeCallbacks);
    POST "/console/rounds/{id}/callbacks" Independent(DrawCallbacks);
    GET  "/console/rounds/{id}/callbacks/call" Independent(CallBack);
    POST "/console/rounds/{id}/callbacks/call" Independent(CallBack);
    GET  "/console/rounds/{id}/cases" Independent(SeeCaseCounts);
    GET  "/console/rounds/{id}/cases/{case}" Independent(HandleCases);
    POST "/console/rounds/{id}/cases/{case}" Independent(HandleCases);
    GET  "/console/rounds/{id}/commitments" Independent(SeeRecords);
    GET  "/console/rounds/{id}/compute" Action(SeeRound);
    POST "/console/rounds/{id}/compute" Action(Compute);
    GET  "/console/rounds/{id}/data" Independent(ManageDataAgreements);
    POST "/console/rounds/{id}/data" Independent(ManageDataAgreements);
    GET  "/console/rounds/{id}/data/download" Independent(ManageDataAgreements);
    GET  "/console/rounds/{id}/fieldwork" Independent(SeeRound);
    GET  "/console/rounds/{id}/fieldwork/download" Independent(SeeRound);
    GET  "/console/rounds/{id}/forms" Independent(SeePlan);
    POST "/console/rounds/{id}/forms" Independent(EditPlan);
    GET  "/console/rounds/{id}/forms/{form}" Independent(SeePlan);
    POST "/console/rounds/{id}/forms/{form}" Independent(EditPlan);
    GET  "/console/rounds/{id}/forms/{form}/add" Independent(EditPlan);
    POST "/console/rounds/{id}/forms/{form}/add" Independent(EditPlan);
    GET  "/console/rounds/{id}/forms/{form}/bank" Independent(EditPlan);
    POST "/console/rounds/{id}/forms/{form}/bank" Independent(EditPlan);
    GET  "/console/rounds/{id}/forms/{form}/check" Independent(SeePlan);
    GET  "/console/rounds/{id}/forms/{form}/copy" Independent(EditPlan);
    POST "/console/rounds/{id}/forms/{form}/copy" Independent(EditPlan);
    GET  "/console/rounds/{id}/forms/{form}/download" Independent(SeePlan);
    GET  "/console/rounds/{id}/forms/{form}/file" Independent(EditPlan);
    POST "/console/rounds/{id}/forms/{form}/file" Independent(EditPlan);
    GET  "/console/rounds/{id}/forms/{form}/plan" Independent(EditPlan);
    POST "/console/rounds/{id}/forms/{form}/plan" Independent(EditPlan);
    GET  "/console/rounds/{id}/forms/{form}/preview" Independent(SeePlan);
    POST "/console/rounds/{id}/forms/{form}/preview" Independent(SeePlan);
    GET  "/console/rounds/{id}/forms/{form}/question" Independent(EditPlan);
    POST "/console/rounds/{id}/forms/{form}/question" Independent(EditPlan);
    GET  "/console/rounds/{id}/forms/{form}/versions" Independent(SeePlan);
    POST "/console/rounds/{id}/forms/{form}/versions" Independent(EditPlan);
    GET  "/console/rounds/{id}/forms/{form}/words" Independent(EditPlan);
    POST "/console/rounds/{id}/forms/{form}/words" Independent(EditPlan);
    GET  "/console/rounds/{id}/frame" Independent(SeeFrame);
    POST "/console/rounds/{id}/frame" Independent(EditRecords);
    POST "/console/rounds/{id}/frame/use" Independent(EditRecords);
    GET  "/console/rounds/{id}/frame/{version}" Independent(SeeFrame);
    POST "/console/rounds/{id}/frame/{version}" Independent(EditRecords);
    GET  "/console/rounds/{id}/frame/{version}/download" Independent(EditRecords);
    GET  "/console/rounds/{id}/held" Independent(SettleHeld);
    POST "/console/rounds/{id}/held/{response}" Independent(SettleHeld);
    GET  "/console/rounds/{id}/identity" Independent(SettleIdentity);
    POST "/console/rounds/{id}/identity" Independent(SettleIdentity);
    GET  "/console/rounds/{id}/improvements" Action(SeeRound);
    POST "/console/rounds/{id}/improvements" Action(PublishImprovements);
    GET  "/console/rounds/{id}/interviewers" Independent(SeeInterviewers);
    POST "/console/rounds/{id}/interviewers" Independent(ManageInterviewers);
    POST "/console/rounds/{id}/interviewers/accounts" Independent(ManageInterviewers);
    POST "/console/rounds/{id}/interviewers/cases" Independent(AssignCases);
    POST "/console/rounds/{id}/interviewers/devices" Independent(ManageInterviewers);
    POST "/console/rounds/{id}/interviewers/exceptions" Independent(ManageInterviewers);
    GET  "/console/rounds/{id}/invitations" Independent(HandOut);
    POST "/console/rounds/{id}/invitations/email" Independent(SendInvitations);
    POST "/console/rounds/{id}/invitations/posters" Independent(HandOut);
    POST "/console/rounds/{id}/invitations/replace" Independent(SendInvitations);
    POST "/console/rounds/{id}/invitations/sheets" Independent(HandOut);
    POST "/console/rounds/{id}/invitations/sms" Independent(HandOut);
    GET  "/console/rounds/{id}/mailing" Independent(SeeOutbox);
    POST "/console/rounds/{id}/mailing" Independent(ManageMailing);
    GET  "/console/rounds/{id}/mailing/message" Independent(SeeOutbox);
    GET  "/console/rounds/{id}/mailing/preview" Independent(SeeOutbox);
    GET  "/console/rounds/{id}/marking" Independent(ScoreUnits);
    GET  "/console/rounds/{id}/marking/cards/{card}" Independent(ScoreUnits);
    POST "/console/rounds/{id}/marking/cards/{card}" Independent(ScoreUnits);
    GET  "/console/rounds/{id}/marking/declaration" Independent(ScoreUnits);
    POST "/console/rounds/{id}/marking/declaration" Independent(ScoreUnits);
    GET  "/console/rounds/{id}/marking/evidence/{file}/download" Independent(ScoreUnits);
    GET  "/console/rounds/{id}/marking/log" Independent(ScoreUnits);
    GET  "/console/rounds/{id}/people" Independent(SettleIdentity);
    POST "/console/rounds/{id}/people" Independent(SettleIdentity);
    GET  "/console/rounds/{id}/people/{request}" Independent(AskIdentity);
    POST "/console/rounds/{id}/people/{request}" Independent(AskIdentity);
    GET  "/console/rounds/{id}/people/{request}/copy/download" Independent(AskIdentity);
    GET  "/console/rounds/{id}/plan" Independent(SeePlan);
    GET  "/console/rounds/{id}/plan/amend" Independent(EditPlan);
    POST "/console/rounds/{id}/plan/amend" Independent(EditPlan);
    POST "/console/rounds/{id}/plan/discard" Independent(EditPlan);
    GET  "/console/rounds/{id}/plan/download" Independent(SeePlan);
    GET  "/console/rounds/{id}/plan/file" Independent(EditPlan);
    POST "/console/rounds/{id}/plan/file" Independent(EditPlan);
    GET  "/console/rounds/{id}/plan/row" Independent(EditPlan);
    POST "/console/rounds/{id}/plan/row" Independent(EditPlan);
    POST "/console/rounds/{id}/plan/save" Independent(EditPlan);
    GET  "/console/rounds/{id}/plan/seal" Independent(EditPlan);
    POST "/console/rounds/{id}/plan/seal" Independent(EditPlan);
    GET  "/console/rounds/{id}/plan/settings" Independent(EditPlan);
    POST "/console/rounds/{id}/plan/settings" Independent(EditPlan);
    GET  "/console/rounds/{id}/plan/table" Independent(SeePlan);
    POST "/console/rounds/{id}/plan/table" Independent(EditPlan);
    POST "/console/rounds/{id}/plan/upload" Independent(EditPlan);
    GET  "/console/rounds/{id}/plan/versions" Independent(SeePlan);
    GET  "/console/rounds/{id}/publication" Independent(PublishResults);
    POST "/console/rounds/{id}/publication" Independent(PublishResults);
    GET  "/console/rounds/{id}/publication/preview" Independent(PublishResults);
    GET  "/console/rounds/{id}/quality" Independent(SeeResults);
    GET  "/console/rounds/{id}/report/download" Action(DownloadReport);
    GET  "/console/rounds/{id}/reports" Action(DownloadReport);
    POST "/console/rounds/{id}/reports" Action(Compute);
    GET  "/console/rounds/{id}/reports/all/download" Action(DownloadReport);
    GET  "/console/rounds/{id}/retention" Independent(SeeRetention);
    POST "/console/rounds/{id}/retention" Independent(DelayErasure);
    GET  "/console/rounds/{id}/retention/{erasure}/download" Independent(SeeRetention);
    GET  "/console/rounds/{id}/scoring" Independent(SeeScoring);
    POST "/console/rounds/{id}/scoring/count" Independent(ManageScoring);
    GET  "/console/rounds/{id}/scoring/evidence/{file}/download" Independent(SeeScoring);
    GET  "/console/rounds/{id}/scoring/people" Independent(SeeScoring);
    POST "/console/rounds/{id}/scoring/people" Independent(ManageScoring);
    GET  "/console/rounds/{id}/scoring/units/{unit}" Independent(SeeScoring);
    POST "/console/rounds/{id}/scoring/units/{unit}" Independent(ManageScoring);
    GET  "/console/rounds/{id}/series" Independent(SeeRecords);
    POST "/console/rounds/{id}/series" Independent(EditRecords);
    GET  "/console/rounds/{id}/series/download" Independent(SeeRecords);
    GET  "/console/rounds/{id}/series/{revision}" Independent(SeeRecords);
    GET  "/console/rounds/{id}/services" Independent(SeeRecords);
    POST "/console/rounds/{id}/services" Independent(EditRecords);
    GET  "/console/rounds/{id}/services/download" Independent(SeeRecords);
    GET  "/console/rounds/{id}/services/{code}" Independent(EditRecords);
    POST "/console/rounds/{id}/services/{code}" Independent(EditRecords);
    GET  "/console/rounds/{id}/steps" Independent(SeePlan);
    POST "/console/rounds/{id}/steps" Independent(RunRound);
    GET  "/console/rounds/{id}/units" Action(SeeResults);
    GET  "/console/rounds/{id}/units/{unit}" Action(SeeResults);
    GET  "/console/rounds/{id}/weights" Independent(SeePlan);
    POST "/console/rounds/{id}/weights" Independent(EditPlan);
    GET  "/console/second-factor" SignedIn;
    POST "/console/second-factor" SignedIn;
    GET  "/console/sessions" SignedIn;
    POST "/console/sessions" SignedIn;
};

/// Serves an address of the console only by a door.
pub async fn check(request: Request, next: Next) -> Response {
    let path = request.extensions().get::<MatchedPath>().map(MatchedPath::as_str);
    let Some(path) = path.filter(|path| path.starts_with("/console")) else {
        return next.run(request).await;
    };
    let method = match *request.method() {
        Method::HEAD => &Method::GET,
        ref other => other,
    };
    if DOORS
        .iter()
        .any(|door| door.path == path && door.method == *method)
    {
        return next.run(request).await;
    }
    if DOORS.iter().any(|door| door.path == path) {
        return StatusCode::METHOD_NOT_ALLOWED.into_response();
    }
    tracing::error!(%method, path, "this address is not in auth::doors and is not served");
    PageError::problem(StatusCode::NOT_FOUND, Problem::Lost).into_response()
}
