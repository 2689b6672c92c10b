//! Signing in by a real identity provider: an account is linked by its owner, a stranger is nobody, and a second factor
//! counts where the settings trust it.

use std::io::Write;
use std::path::Path;
use std::process::Stdio;

use minyi_tests::command::minyi;
use minyi_tests::provider::{Place, Provider, SECRET, attribute, pass};
use minyi_tests::server::Server;
use tempfile::TempDir;

const PASSWORD: &str = "four words 彼此无关 here";

fn add_account(data: &Path) {
    let mut command = minyi([
        "staff",
        "add",
        "wang.min",
        "--role",
        "office",
        "--name",
        "王敏",
        "--password-stdin",
    ]);
    command
        .env("MINYI_DATA", data)
        .stdin(Stdio::piped())
        .stdout(Stdio::null());
    let mut child = command.spawn().expect("the command starts");
    let mut stdin = child.stdin.take().expect("its standard input");
    writeln!(stdin, "{PASSWORD}").expect("it reads");
    drop(stdin);
    assert!(child.wait().expect("its end").success());
}

fn browser() -> reqwest::Client {
    let builder = reqwest::Client::builder().cookie_store(true);
    builder.build().expect("a client")
}

async fn page(client: &reqwest::Client, server: &Server, path: &str) -> (String, String) {
    let url = format!("{}{path}", server.base_url);
    let reply = client
        .get(url)
        .header("accept-language", "en")
        .send()
        .await
        .expect("an answer");
    let at = reply.url().path().to_owned();
    (at, reply.text().await.expect("a page"))
}

/// Signs in by the link of the sign-in page.
async fn by_provider(server: &Server, person: &str, password: &str) -> (reqwest::Client, String) {
    let client = browser();
    let (_, login) = page(&client, server, "/console/login").await;
    let link = attribute(&login, "/console/login/provider", "href");
    assert!(login.contains("Sign in with The county"), "{login}");
    let (end, _) = pass(&client, &format!("{}{link}", server.base_url), (person, password)).await;
    (client, end)
}

#[tokio::test]
async fn staff_sign_in_by_an_identity_provider_once_they_linked_their_account() {
    let data = TempDir::new().expect("a temporary folder");
    add_account(data.path());
    let place = Place::free();
    let issuer = place.issuer();
    let settings = [
        ("MINYI_OIDC_ISSUER", issuer.as_str()),
        ("MINYI_OIDC_CLIENT_ID", "minyi"),
        ("MINYI_OIDC_CLIENT_SECRET", SECRET),
        ("MINYI_OIDC_NAME", "The county"),
        ("MINYI_OIDC_MULTI_FACTOR", "otp"),
        ("MINYI_REQUIRE_SECOND_FACTOR", "office"),
    ];
    let server = Server::start(data.path(), &settings);
    // The provider is away: the password still works, and the page says what to do.
    let (_, end) = {
        let client = browser();
        let url = format!("{}/console/login/provider", server.base_url);
        let reply = client.get(url).send().await.expect("an answer");
        let end = format!(
            "{}?{}",
            reply.url().path(),
            reply.url().query().unwrap_or_default()
        );
        (client, end)
    };
    assert_eq!(end, "/console/login?provider=1");
    let _provider = Provider::start(place, &server.base_url);

    // Whom the provider means is nobody here until the owner of an account says so.
    let (_, end) = by_provider(&server, "u-17", "secret").await;
    assert_eq!(end, "/console/login?unlinked=1");

    let owner = browser();
    let form = [("login", "wang.min"), ("password", PASSWORD)];
    let url = format!("{}/console/login", server.base_url);
    owner.post(url).form(&form).send().await.expect("an answer");
    let (_, own) = page(&owner, &server, "/console/notices").await;
    let csrf = attribute(&own, "name=\"csrf\"", "value");
    let link = async |password: &str| {
        let form = [("csrf", csrf.as_str()), ("act", "link"), ("password", password)];
        let url = format!("{}/console/notices", server.base_url);
        let reply = owner
            .post(url)
            .header("accept-language", "en")
            .form(&form)
            .send()
            .await
            .expect("an answer");
        reply.text().await.expect("a page")
    };
    assert!(link("wrong").await.contains("id=\"password-error\""));
    let onward = attribute(&link(PASSWORD).await, &issuer, "href");
    let (end, own) = pass(&owner, &onward, ("u-17", "secret")).await;
    assert_eq!(end, "/console/notices", "{own}");
    let (_, own) = page(&owner, &server, "/console/notices").await;
    assert!(
        own.contains("by signing in with The county") && own.contains("linked to single sign-on"),
        "{own}"
    );

    // Without a second factor there, the office's own is asked for: it is compulsory, and this account has none yet.
    let (client, end) = by_provider(&server, "u-17", "secret").await;
    assert_eq!(end, "/console/second-factor");
    assert_eq!(
        page(&client, &server, "/console/second-factor").await.0,
        "/console/second-factor"
    );
    let (client, end) = by_provider(&server, "u-17", "otp").await;
    assert_eq!(end, "/console");
    assert_eq!(page(&client, &server, "/console").await.0, "/console");
    // Another person of the provider's is nobody, and a way back that nobody left for leads nowhere.
    let (_, end) = by_provider(&server, "u-18", "otp").await;
    assert_eq!(end, "/console/login?unlinked=1");
    let forged = page(&browser(), &server, "/console/login/provider/back?code=x&state=y").await;
    assert_eq!(forged.0, "/console/login");
    let log = server.printed();
    assert!(!log.contains(SECRET) && !log.contains("code="), "{log}");
}
