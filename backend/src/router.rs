//! Every route in one list, by whom it serves, and what every request passes through.

use std::time::Duration;

use axum::Router;
use axum::extract::{DefaultBodyLimit, Request};
use axum::http::HeaderName;
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::{get, post};
use tower::ServiceBuilder;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::compression::predicate::{DefaultPredicate, NotForContentType, Predicate};
use tower_http::request_id::{MakeRequestUuid, PropagateRequestIdLayer, RequestId, SetRequestIdLayer};
use tower_http::trace::TraceLayer;

use crate::app::AppState;
use crate::auth::doors;
use crate::error::AppError;
use crate::handlers::console::marking::card_page;
use crate::handlers::console::{inviting, marking, records, scoring};
use crate::handlers::respond::{self, after, files, finish, handover, later, pin, question, remind, start};
use crate::handlers::{
    assets, console, field, forms, health, login, media, mine, notices, openrosa, password, privacy, receipt,
    responses, results, roots, second_factor, services, sessions, stop_mail, weigh,
};
use crate::middleware::pressure::{self, MAX_BODY_BYTES};
use crate::middleware::problems::PageError;
use crate::middleware::{address, headers, measure, origin, problems};

/// Longest a request may take; reports are made within it, long work is a job.
const TIMEOUT: Duration = Duration::from_secs(60);
/// Longest a form with photographs may take: 32 MB at half a megabit a second.
const UPLOAD_TIMEOUT: Duration = Duration::from_secs(600);
const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Machines: is it alive, can it serve, how is it doing.
fn operations() -> Router<AppState> {
    Router::new()
        .route("/healthz", get(health::healthz))
        .route("/readyz", get(health::readyz))
        .route("/metrics", get(health::metrics))
}

/// Programs: questionnaires out, responses in.
fn api() -> Router<AppState> {
    Router::new()
        .route("/api/v1/openapi.json", get(health::openapi))
        .route("/api/v1/forms/{round}/{form}", get(forms::show))
        .route("/api/v1/responses", post(responses::create))
        .route("/api/v1/rounds/{id}/roots", get(roots::list))
        .route("/api/v1/rounds/{id}/proof/{leaf}", get(roots::proof))
        .route("/api/v1/rounds/{id}/consistency", get(roots::consistency))
        .route("/api/{*rest}", get(unknown_api).post(unknown_api))
}

async fn unknown_api() -> AppError {
    AppError::not_found()
}

/// Interviewers: the app, which is the same for all, and what its devices send and fetch.
fn interviewers(state: &AppState) -> Router<AppState> {
    let api = Router::new()
        .route("/api/v1/field/devices", post(field::devices::register))
        .route("/api/v1/field/wiped", post(field::devices::wiped))
        .route("/api/v1/field/sign-out", post(field::devices::sign_out))
        .route("/api/v1/field/status", get(field::bundle::status))
        .route("/api/v1/field/bundle", get(field::bundle::show))
        .route("/api/v1/field/attempts", post(field::attempts::create))
        .route("/api/v1/field/responses", post(field::responses::create))
        .layer(from_fn_with_state(state.clone(), field::problem::say));
    Router::new()
        .route("/field", get(field::app::index))
        .route("/field/{*file}", get(field::app::file))
        .merge(api)
}

/// Clients of OpenRosa's: ODK Collect, Enketo; and the page on which an interviewer lets one in.
fn openrosa_clients() -> Router<AppState> {
    let base = "/openrosa/{round}";
    Router::new()
        .route(&format!("{base}/formList"), get(openrosa::form_list))
        .route(&format!("{base}/forms/{{form}}/{{version}}"), get(openrosa::form))
        .route(
            &format!("{base}/forms/{{form}}/{{version}}/manifest"),
            get(openrosa::manifest),
        )
        .route(
            "/field/odk",
            get(openrosa::join::show).post(openrosa::join::register),
        )
}

/// Respondents: a code, an open link or one's own earlier response, then the same pages.
fn respondents() -> Router<AppState> {
    let mut router = Router::new()
        .route("/", get(respond::home).post(respond::enter))
        .route("/view", post(respond::view));
    for base in ["/r/{code}", "/o/{slug}", "/receipt/again"] {
        router = router
            .route(base, get(start::show).post(start::begin))
            .route(
                &format!("{base}/q/{{page}}"),
                get(question::show).post(question::answer),
            )
            .route(&format!("{base}/check"), get(finish::check).post(finish::submit))
            .route(&format!("{base}/receipt"), get(after::receipt).post(after::act))
            .route(&format!("{base}/later"), get(later::show).post(later::hide))
            .route(
                &format!("{base}/handover"),
                get(handover::show).post(handover::hand),
            );
    }
    router
        .route("/r/{code}/pin", post(pin::enter).get(pin::back))
        .route("/r/{code}/noremind", get(remind::show).post(remind::confirm))
}

/// Whoever holds a receipt; with the second secret, its respondent.
fn receipts() -> Router<AppState> {
    Router::new()
        .route("/receipt", get(receipt::show).post(receipt::enter))
        .route("/receipt/mine", get(mine::show).post(mine::enter))
        .route("/receipt/mine/leave", post(mine::leave))
        .route("/receipt/mine/message", post(mine::message))
        .route("/receipt/mine/rating", post(mine::rate))
        .route("/receipt/mine/withdraw", get(mine::confirm).post(mine::withdraw))
}

/// What rounds published.
fn publications() -> Router<AppState> {
    Router::new()
        .route("/results", get(results::archive::show))
        .route("/results/{round}", get(results::show))
        .route("/results/{round}/{file}", get(results::files::get))
        .route(
            "/console/rounds/{id}/publication",
            get(console::publication::show).post(console::publication::act),
        )
        .route(
            "/console/rounds/{id}/publication/preview",
            get(console::publication::preview),
        )
        .route(
            "/console/rounds/{id}/data",
            get(console::data::show).post(console::data::act),
        )
        .route("/console/rounds/{id}/data/download", get(console::data::download))
}

/// The public.
fn public() -> Router<AppState> {
    Router::new()
        .route("/services/{round}", get(services::show))
        .route("/privacy", get(privacy::show))
        .merge(publications())
        .route("/assets/{file}", get(assets::get))
        .route("/media/{round}/{file}", get(media::get))
}

/// Staff. Every handler asks for the right to do what it does.
fn staff() -> Router<AppState> {
    Router::new()
        .route("/console", get(console::rounds))
        .merge(own_account())
        .route("/console/rounds/{id}", get(console::round))
        .route("/console/rounds/{id}/fieldwork", get(console::fieldwork::show))
        .route(
            "/console/rounds/{id}/fieldwork/download",
            get(console::fieldwork::download),
        )
        .route(
            "/console/rounds/{id}/interviewers",
            get(console::interviewers::show).post(console::interviewers::add),
        )
        .route(
            "/console/rounds/{id}/interviewers/cases",
            post(console::interviewers::cases),
        )
        .route(
            "/console/rounds/{id}/interviewers/devices",
            post(console::interviewers::device),
        )
        .route(
            "/console/rounds/{id}/interviewers/exceptions",
            post(console::interviewers::exception),
        )
        .route(
            "/console/rounds/{id}/interviewers/accounts",
            post(console::interviewers::account),
        )
        .route("/console/rounds/{id}/held", get(console::held::show))
        .route(
            "/console/rounds/{id}/held/{response}",
            post(console::held::settle),
        )
        .route(
            "/console/rounds/{id}/compute",
            get(console::watch).post(console::compute),
        )
        .route("/console/rounds/{id}/report/download", get(console::report))
        .merge(invitations_of_round())
        .merge(records_of_round())
        .merge(leadership_mail())
        .merge(attachments_of_round())
        .merge(call_backs())
        .merge(reports_of_round())
        .merge(third_party())
        .merge(planning_of_round())
        .merge(questionnaires_of_round())
        .merge(identities_of_round())
        .merge(privacy_of_round())
        .merge(units_of_round())
        .route("/console/rounds/{id}/quality", get(console::quality::show))
        .route("/console/rounds/{id}/cases", get(console::cases::list))
        .route(
            "/console/rounds/{id}/cases/{case}",
            get(console::cases::one).post(console::cases::act),
        )
        .route(
            "/console/rounds/{id}/improvements",
            get(console::improvements::show).post(console::improvements::change),
        )
        .route("/console/outbox", get(console::mail))
        .route("/console/outbox/{id}/again", post(console::mail_again))
        .route("/console/audit", get(console::audit_log))
}

/// Signing in and out, and everyone's own account; the office's list of accounts.
fn own_account() -> Router<AppState> {
    Router::new()
        .route("/console/login", get(login::show).post(login::enter))
        .route(
            "/console/login/code",
            get(login::code::show).post(login::code::enter),
        )
        .route("/console/login/provider", get(login::provider::leave))
        .route("/console/login/provider/back", get(login::provider::back))
        .route("/console/logout", post(login::leave))
        .route("/console/password", get(password::show).post(password::change))
        .route(
            "/console/second-factor",
            get(second_factor::show).post(second_factor::act),
        )
        .route("/console/sessions", get(sessions::show).post(sessions::act))
        .route("/console/notices", get(notices::show).post(notices::act))
        .route(
            "/console/accounts",
            get(console::accounts::show).post(console::accounts::act),
        )
}

/// The evaluation of units: for those who may see results, withheld as in the report unless they are the office.
fn units_of_round() -> Router<AppState> {
    Router::new()
        .route("/console/rounds/{id}/units", get(console::units::show))
        .route("/console/rounds/{id}/units/{unit}", get(console::units::one))
}

/// Invitations: for the office and the third party, never for a judged unit.
fn invitations_of_round() -> Router<AppState> {
    let base = "/console/rounds/{id}/invitations";
    Router::new()
        .route(base, get(inviting::show))
        .route(&format!("{base}/sheets"), post(inviting::print))
        .route(&format!("{base}/sms"), post(inviting::text_messages))
        .route(&format!("{base}/posters"), post(inviting::posters))
        .route(&format!("{base}/email"), post(inviting::email))
        .route(&format!("{base}/replace"), post(inviting::replace))
}

/// A round's records: figures, commitments, the register of institutions, newer frames.
fn records_of_round() -> Router<AppState> {
    let tables = Router::new()
        .route(
            "/console/rounds/{id}/series",
            get(records::series::show).post(records::series::import),
        )
        .route(
            "/console/rounds/{id}/services",
            get(records::services::show).post(records::services::import),
        )
        .layer(DefaultBodyLimit::max(records::TABLE_BYTES));
    let frames = Router::new()
        .route(
            "/console/rounds/{id}/frame",
            get(records::frame::show).post(records::frame::propose),
        )
        .layer(DefaultBodyLimit::max(records::FRAME_BYTES));
    Router::new()
        .merge(tables)
        .merge(frames)
        .route(
            "/console/rounds/{id}/series/download",
            get(records::series::download),
        )
        .route(
            "/console/rounds/{id}/series/{revision}",
            get(records::series::revision),
        )
        .route(
            "/console/rounds/{id}/commitments",
            get(records::commitments::show),
        )
        .route(
            "/console/rounds/{id}/services/download",
            get(records::services::download),
        )
        .route(
            "/console/rounds/{id}/services/{code}",
            get(records::services::edit).post(records::services::save),
        )
        .route(
            "/console/rounds/{id}/frame/use",
            post(records::frame::use_version),
        )
        .route(
            "/console/rounds/{id}/frame/{version}",
            get(records::frame::version).post(records::frame::decide),
        )
        .route(
            "/console/rounds/{id}/frame/{version}/download",
            get(records::frame::download),
        )
}

/// The leadership's e-mail: the office's page, and the one on which a recipient stops it.
fn leadership_mail() -> Router<AppState> {
    Router::new()
        .route(
            "/mail/stop/{token}",
            get(stop_mail::show).post(stop_mail::confirm),
        )
        .route(
            "/console/rounds/{id}/mailing",
            get(console::mailing::show).post(console::mailing::act),
        )
        .route(
            "/console/rounds/{id}/mailing/preview",
            get(console::mailing::preview),
        )
        .route(
            "/console/rounds/{id}/mailing/message",
            get(console::mailing::message),
        )
}

/// From a response to its person, by two people.
fn identities_of_round() -> Router<AppState> {
    Router::new().route(
        "/console/rounds/{id}/identity",
        get(console::identity::show).post(console::identity::act),
    )
}

/// How long a round keeps what, and requests of the people whom that is about.
fn privacy_of_round() -> Router<AppState> {
    Router::new()
        .route(
            "/console/rounds/{id}/retention",
            get(console::retention::show).post(console::retention::act),
        )
        .route(
            "/console/rounds/{id}/retention/{erasure}/download",
            get(console::retention::download),
        )
        .route(
            "/console/rounds/{id}/people",
            get(console::people::show).post(console::people::act),
        )
        .route(
            "/console/rounds/{id}/people/{request}",
            get(console::people::one).post(console::people::handle),
        )
        .route(
            "/console/rounds/{id}/people/{request}/copy/download",
            get(console::people::copy),
        )
}

/// Files that came with responses.
fn attachments_of_round() -> Router<AppState> {
    let base = "/console/rounds/{id}/attachments";
    Router::new()
        .route(base, get(console::attachments::show))
        .route(
            &format!("{base}/all/download"),
            get(console::attachments::archive),
        )
        .route(
            "/console/rounds/{id}/attachments/{file}/download",
            get(console::attachments::download),
        )
}

/// Call-backs: the office draws, the third party calls.
fn call_backs() -> Router<AppState> {
    Router::new()
        .route(
            "/console/rounds/{id}/callbacks",
            get(console::callbacks::show).post(console::callbacks::draw),
        )
        .route(
            "/console/rounds/{id}/callbacks/call",
            get(console::callbacks::call).post(console::callbacks::act),
        )
}

/// Briefs, and the reports of all units as one archive.
fn reports_of_round() -> Router<AppState> {
    let base = "/console/rounds/{id}/reports";
    Router::new()
        .route(base, get(console::reports::show).post(console::reports::start))
        .route(&format!("{base}/all/download"), get(console::reports::archive))
}

/// The third party's score cards: the office's pages, and each evaluator's own.
fn third_party() -> Router<AppState> {
    Router::new()
        .route("/console/rounds/{id}/scoring", get(scoring::show))
        .route("/console/rounds/{id}/scoring/count", post(scoring::count))
        .route(
            "/console/rounds/{id}/scoring/people",
            get(scoring::people::show).post(scoring::people::act),
        )
        .route(
            "/console/rounds/{id}/scoring/units/{unit}",
            get(scoring::unit::show).post(scoring::unit::act),
        )
        .route(
            "/console/rounds/{id}/scoring/evidence/{file}/download",
            get(scoring::download),
        )
        .route("/console/rounds/{id}/marking", get(marking::units))
        .route(
            "/console/rounds/{id}/marking/declaration",
            get(marking::declaration).post(marking::declare),
        )
        .route(
            "/console/rounds/{id}/marking/evidence/{file}/download",
            get(marking::download),
        )
        .route("/console/rounds/{id}/marking/log", get(marking::log))
}

/// The plan of a round, its weights, and the steps from sealing to publication: the office's, read by those who oversee.
fn planning_of_round() -> Router<AppState> {
    use console::planning::{self, history, rows, seal, settings, start, text};
    let base = "/console/rounds/{id}/plan";
    let large = DefaultBodyLimit::max(planning::MAX_TEXT);
    let upload = DefaultBodyLimit::max(planning::MAX_UPLOAD);
    Router::new()
        .route(base, get(planning::show))
        .route(
            &format!("{base}/settings"),
            get(settings::show).post(settings::keep),
        )
        .route(&format!("{base}/table"), get(rows::show).post(rows::keep_weights))
        .route(&format!("{base}/row"), get(rows::show_row).post(rows::keep_row))
        .route(&format!("{base}/file"), get(text::show).post(text::keep))
        .route(&format!("{base}/versions"), get(history::show))
        .route(&format!("{base}/seal"), get(seal::show).post(seal::seal))
        .route(
            &format!("{base}/amend"),
            get(seal::show_amendment).post(seal::amend),
        )
        .route(&format!("{base}/save"), post(planning::save))
        .route(&format!("{base}/discard"), post(planning::discard))
        .route(&format!("{base}/download"), get(planning::download))
        .route("/console/plans/new", get(start::show).post(start::make))
        .route(
            "/console/rounds/{id}/weights",
            get(console::weights::show).post(console::weights::act),
        )
        .route(
            "/console/rounds/{id}/steps",
            get(console::steps::show).post(console::steps::take),
        )
        .layer(large)
        .route(&format!("{base}/upload"), post(planning::upload).layer(upload))
        .route("/console/plans/new/upload", post(start::upload).layer(upload))
}

/// The editor of a round's questionnaires: the office's, read by those who oversee.
fn questionnaires_of_round() -> Router<AppState> {
    use console::editor::{
        self, adding, check, copying, handing_in, list, outline, preview, question, transfer, versions, words,
    };
    let base = "/console/rounds/{id}/forms";
    let upload = DefaultBodyLimit::max(editor::MAX_UPLOAD);
    Router::new()
        .route(&format!("{base}/{{form}}"), get(outline::show).post(outline::act))
        .route(
            &format!("{base}/{{form}}/question"),
            get(question::show).post(question::keep),
        )
        .route(
            &format!("{base}/{{form}}/add"),
            get(adding::show).post(adding::add),
        )
        .route(
            &format!("{base}/{{form}}/bank"),
            get(adding::show_bank).post(adding::take),
        )
        .route(
            &format!("{base}/{{form}}/copy"),
            get(copying::show).post(copying::take),
        )
        .route(
            &format!("{base}/{{form}}/words"),
            get(words::show).post(words::keep),
        )
        .route(
            &format!("{base}/{{form}}/versions"),
            get(versions::show).post(versions::go),
        )
        .route(&format!("{base}/{{form}}/check"), get(check::show))
        .route(
            &format!("{base}/{{form}}/preview"),
            get(preview::show).post(preview::answer),
        )
        .route(
            &format!("{base}/{{form}}/plan"),
            get(handing_in::show).post(handing_in::hand_in),
        )
        .route(&format!("{base}/{{form}}/download"), get(transfer::download))
        .layer(DefaultBodyLimit::max(editor::MAX_TEXT))
        .route(base, get(list::show).post(list::begin).layer(upload))
        .route(
            &format!("{base}/{{form}}/file"),
            get(transfer::show).post(transfer::upload).layer(upload),
        )
}

/// Experts who compare indicators by a personal link.
fn experts() -> Router<AppState> {
    Router::new()
        .route("/weights/{token}", get(weigh::show).post(weigh::finish))
        .route(
            "/weights/{token}/{group}",
            get(weigh::show_group).post(weigh::say),
        )
}

/// What brings photographs with it: larger than anything else, and slow where the network is.
fn uploads() -> Router<AppState> {
    let mut router = Router::new()
        .route(
            "/console/rounds/{id}/marking/cards/{card}",
            get(card_page::show)
                .post(card_page::write)
                .layer(DefaultBodyLimit::max(card_page::MAX_BODY_BYTES)),
        )
        .route(
            "/openrosa/{round}/submission",
            post(openrosa::submit)
                .head(openrosa::ready)
                .layer(DefaultBodyLimit::max(openrosa::MAX_PARCEL_BYTES)),
        );
    for base in ["/r/{code}", "/o/{slug}", "/receipt/again"] {
        router = router.route(
            &format!("{base}/files/{{page}}"),
            get(files::back)
                .post(files::answer)
                .layer(DefaultBodyLimit::max(files::MAX_BODY_BYTES)),
        );
    }
    router
}

/// What every request passes, within the longest time that it may take. The first layer sees the request first.
///
/// They are one layer to the router: each of a router's layers is copied for every request, with all that lies within.
pub(crate) fn guarded(router: Router<AppState>, state: &AppState, longest: Duration) -> Router<AppState> {
    router.layer(
        ServiceBuilder::new()
            // Outside of what may answer in place of a handler.
            .layer(from_fn_with_state(state.clone(), headers::add))
            .layer(CatchPanicLayer::new())
            .layer(from_fn_with_state(state.clone(), problems::render))
            .layer(from_fn_with_state((state.clone(), longest), pressure::guard))
            .layer(from_fn(address::check))
            .layer(from_fn_with_state(state.clone(), origin::check))
            .layer(from_fn(doors::check))
            .layer(DefaultBodyLimit::max(MAX_BODY_BYTES)),
    )
}

/// The whole server.
pub fn router(state: AppState) -> Router {
    let pages = respondents()
        .merge(receipts())
        .merge(experts())
        .merge(public())
        .merge(staff())
        .fallback(async || PageError::lost());
    let quick = Router::new()
        .merge(operations())
        .merge(api())
        .merge(interviewers(&state))
        .merge(openrosa_clients())
        .merge(pages);
    guarded(quick, &state, TIMEOUT)
        .merge(guarded(uploads(), &state, UPLOAD_TIMEOUT))
        .layer(
            ServiceBuilder::new()
                .layer(SetRequestIdLayer::new(REQUEST_ID, MakeRequestUuid))
                .layer(TraceLayer::new_for_http().make_span_with(span).on_failure(()))
                .layer(PropagateRequestIdLayer::new(REQUEST_ID))
                .layer(from_fn(measure::count))
                .layer(
                    CompressionLayer::new().compress_when(
                        DefaultPredicate::new()
                            // Compressed already, and served in ranges.
                            .and(NotForContentType::const_new("audio/"))
                            .and(NotForContentType::const_new("video/")),
                    ),
                ),
        )
        .with_state(state)
}

/// A span that names the route, never the address: addresses hold codes.
fn span(request: &Request) -> tracing::Span {
    let route = request
        .extensions()
        .get::<axum::extract::MatchedPath>()
        .map_or("-", |path| path.as_str());
    let id = request
        .extensions()
        .get::<RequestId>()
        .and_then(|id| id.header_value().to_str().ok());
    tracing::info_span!("request", method = %request.method(), route, id)
}
