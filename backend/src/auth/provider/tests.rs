//! The way to a provider and back through the router, against one that says what the test wants.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex};

use axum::Router;
use axum::extract::State;
use axum::http::{StatusCode, Uri, header};
use axum::response::{IntoResponse, Response};
use axum::routing::any;
use serde_json::{Value, json};
use tokio::net::TcpListener;
use url::Url;

use super::token::tests::{published, signed};
use crate::config::provider::{ProviderSettings, Secret};
use crate::handlers::testing::{Browser, Server};

/// What it answers by path, and what it was asked.
#[derive(Default)]
struct Script {
    answers: BTreeMap<String, (StatusCode, Value)>,
    asked: Vec<(String, String)>,
}

type Shared = Arc<Mutex<Script>>;

async fn answer(State(script): State<Shared>, uri: Uri, body: String) -> Response {
    let mut script = script.lock().unwrap();
    script.asked.push((uri.path().to_owned(), body));
    match script.answers.get(uri.path()) {
        Some((status, Value::String(place))) => {
            (*status, [(header::LOCATION, place.clone())]).into_response()
        }
        Some((status, value)) => (*status, axum::Json(value.clone())).into_response(),
        None => StatusCode::NOT_FOUND.into_response(),
    }
}

/// A server whose staff may sign in by a provider, and that provider.
struct Office {
    server: Server,
    issuer: String,
    script: Shared,
}

impl Office {
    async fn open() -> Self {
        let script = Shared::default();
        let router = Router::new()
            .fallback(any(answer))
            .with_state(Arc::clone(&script));
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let issuer = format!("http://{}", listener.local_addr().unwrap());
        tokio::spawn(async move { axum::serve(listener, router).await });
        let settings = ProviderSettings {
            issuer: issuer.clone(),
            client_id: "min yi".to_owned(),
            client_secret: Secret("a&b".to_owned()),
            name: "The county".to_owned(),
            multi_factor: Vec::new(),
            ca: None,
        };
        let server = Server::start().await;
        let server = server.with_settings(|config| config.provider = Some(settings));
        let office = Self {
            server,
            issuer,
            script,
        };
        office.says("/.well-known/openid-configuration", office.metadata());
        office.says("/keys", json!({ "keys": [published("k1")] }));
        office
    }

    fn metadata(&self) -> Value {
        let at = |path: &str| format!("{}{path}", self.issuer);
        json!({
            "issuer": self.issuer, "authorization_endpoint": at("/door?theme=calm"), "token_endpoint": at("/token"),
            "jwks_uri": at("/keys"), "response_types_supported": ["code"], "subject_types_supported": ["public"],
            "id_token_signing_alg_values_supported": ["RS256"],
        })
    }

    fn says(&self, path: &str, value: Value) {
        self.says_with(StatusCode::OK, path, value);
    }

    fn says_with(&self, status: StatusCode, path: &str, value: Value) {
        let answers = &mut self.script.lock().unwrap().answers;
        answers.insert(path.to_owned(), (status, value));
    }

    /// What it was asked at a path since this was asked last.
    fn asked(&self, path: &str) -> Vec<String> {
        let asked = std::mem::take(&mut self.script.lock().unwrap().asked);
        let of_path = asked.into_iter().filter(|(asked, _)| asked == path);
        of_path.map(|(_, body)| body).collect()
    }

    /// Where somebody who leaves is sent.
    async fn leave(&self) -> (Browser, String) {
        let mut browser = self.server.browser();
        let reply = browser.get("/console/login/provider").await;
        (browser, reply.location().to_owned())
    }

    /// A token of the provider's for whoever was sent to `address`, signed by the key of a name.
    fn token(&self, address: &str, kid: &str) -> Value {
        let now = self.server.base.clock.now_ms() / 1_000;
        let claims = json!({ "iss": self.issuer, "sub": "u1", "aud": "min yi", "exp": now + 300, "iat": now,
                             "nonce": parameter(address, "nonce") });
        json!({ "access_token": "a", "token_type": "Bearer",
                "id_token": signed(&json!({ "alg": "RS256", "kid": kid }), &claims) })
    }

    /// Where somebody ends who leaves and comes back with a token that the key of a name signed.
    async fn pass(&self, kid: &str) -> String {
        let (browser, address) = self.leave().await;
        self.says("/token", self.token(&address, kid));
        come_back(browser, &address).await
    }
}

fn parameter(address: &str, name: &str) -> String {
    let address = Url::parse(address).unwrap();
    let mut pairs = address.query_pairs();
    let value = pairs.find(|(key, _)| key == name).unwrap().1;
    value.into_owned()
}

async fn come_back(mut browser: Browser, address: &str) -> String {
    let state = parameter(address, "state");
    let path = format!("/console/login/provider/back?code=c1&state={state}");
    browser.get(&path).await.location().to_owned()
}

/// Where whoever is believed and nobody here ends, and whoever is not believed.
const BELIEVED: &str = "/console/login?unlinked=1";
const REFUSED: &str = "/console/login?provider=1";

#[tokio::test]
async fn the_request_and_the_exchange_are_those_of_the_standard() {
    let office = Office::open().await;
    let (browser, address) = office.leave().await;
    assert!(
        address.starts_with(&format!("{}/door?theme=calm&", office.issuer)),
        "{address}"
    );
    let back = parameter(&address, "redirect_uri");
    assert!(back.ends_with("/console/login/provider/back"), "{back}");
    for (name, value) in [
        ("response_type", "code"),
        ("scope", "openid"),
        ("client_id", "min yi"),
        ("code_challenge_method", "S256"),
    ] {
        assert_eq!(parameter(&address, name), value);
    }
    office.says("/token", office.token(&address, "k1"));
    assert_eq!(come_back(browser.clone(), &address).await, BELIEVED);
    let form = office.asked("/token").remove(0);
    let form = Url::parse(&format!("http://form/?{form}")).unwrap();
    let verifier = form
        .query_pairs()
        .find(|(key, _)| key == "code_verifier")
        .unwrap()
        .1;
    let challenge = openidconnect::PkceCodeChallenge::from_code_verifier_sha256(
        &openidconnect::PkceCodeVerifier::new(verifier.into_owned()),
    );
    assert_eq!(parameter(&address, "code_challenge"), challenge.as_str());
    assert!(
        form.query_pairs()
            .any(|(key, value)| (&*key, &*value) == ("code", "c1"))
    );
    // The secret stands in the head, not in the form; where the provider knows the form alone, there.
    assert!(!form.query_pairs().any(|(key, _)| key == "client_secret"));
    // Each way back is good once.
    assert_eq!(come_back(browser, &address).await, "/console/login?expired=1");
    let mut form_alone = office.metadata();
    form_alone["token_endpoint_auth_methods_supported"] = json!(["client_secret_post", "private_key_jwt"]);
    office.says("/.well-known/openid-configuration", form_alone);
    office.server.wait(3_601);
    assert_eq!(office.pass("k1").await, BELIEVED);
    let form = office.asked("/token").remove(0);
    assert!(form.contains("client_id=min+yi&client_secret=a%26b"), "{form}");
}

#[tokio::test]
async fn what_the_provider_says_of_itself_is_asked_for_hourly_and_its_keys_when_they_changed() {
    let office = Office::open().await;
    let asked = |office: &Office| office.asked("/keys").len();
    assert_eq!((office.pass("k1").await.as_str(), asked(&office)), (BELIEVED, 1));
    assert_eq!((office.pass("k1").await.as_str(), asked(&office)), (BELIEVED, 0));
    // It signs with another key from now on, which it publishes beside the first.
    office.says("/keys", json!({ "keys": [published("k1"), published("k2")] }));
    assert_eq!((office.pass("k2").await.as_str(), asked(&office)), (BELIEVED, 1));
    assert_eq!((office.pass("k9").await.as_str(), asked(&office)), (REFUSED, 1));
    office.server.wait(3_601);
    assert_eq!((office.pass("k1").await.as_str(), asked(&office)), (BELIEVED, 1));
    // What was said at a time that is not yet is asked for again, and whoever left then comes back too late.
    let (browser, address) = office.leave().await;
    office.server.set_clock(-2);
    assert_eq!(come_back(browser, &address).await, "/console/login?expired=1");
    assert_eq!((office.pass("k1").await.as_str(), asked(&office)), (BELIEVED, 1));
}

#[tokio::test]
async fn a_provider_that_says_what_it_should_not_signs_nobody_in() {
    let office = Office::open().await;
    let well_known = "/.well-known/openid-configuration";
    let mut another = office.metadata();
    another["issuer"] = json!(format!("{}/", office.issuer));
    let mut endless = office.metadata();
    endless["op_policy_note"] = json!("x".repeat(1 << 20));
    let mut without_keys = office.metadata();
    without_keys["jwks_uri"] = json!(format!("{}/nowhere", office.issuer));
    office.says("/elsewhere", office.metadata());
    for (status, value) in [
        (StatusCode::OK, another),
        (StatusCode::OK, endless),
        (StatusCode::OK, without_keys),
        (StatusCode::OK, json!([])),
        (StatusCode::FOUND, json!(format!("{}/elsewhere", office.issuer))),
        (StatusCode::SERVICE_UNAVAILABLE, office.metadata()),
    ] {
        office.says_with(status, well_known, value.clone());
        let (_, end) = office.leave().await;
        assert_eq!(end, REFUSED, "{status} {value:.200}");
    }
    assert_eq!(office.asked("/elsewhere"), Vec::<String>::new());

    office.says(well_known, office.metadata());
    let mut broken = office.token("http://a/?nonce=n", "k1");
    broken["id_token"] = json!("a.b.c");
    for (status, value) in [
        (StatusCode::BAD_REQUEST, json!({ "error": "invalid_grant" })),
        (
            StatusCode::OK,
            json!({ "access_token": "a", "token_type": "Bearer" }),
        ),
        (StatusCode::OK, office.token("http://a/?nonce=another", "k1")),
        (StatusCode::OK, broken),
        (StatusCode::OK, json!({})),
    ] {
        let (browser, address) = office.leave().await;
        office.says_with(status, "/token", value.clone());
        assert_eq!(come_back(browser, &address).await, REFUSED, "{value}");
    }
    assert_eq!(office.pass("k1").await, BELIEVED);
}
