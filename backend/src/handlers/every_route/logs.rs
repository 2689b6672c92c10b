//! What the log holds: that something happened, and nothing of whom it was about.

use std::io::Write;
use std::sync::{Arc, Mutex};

use tracing_subscriber::fmt::MakeWriter;

use crate::auth::Role;
use crate::handlers::testing::{PASSWORD, ROUND, Server};

/// A log in memory.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl Log {
    fn text(&self) -> String {
        String::from_utf8_lossy(&self.0.lock().unwrap()).into_owned()
    }
}

impl Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().unwrap().extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

impl<'a> MakeWriter<'a> for Log {
    type Writer = Self;

    fn make_writer(&'a self) -> Self {
        self.clone()
    }
}

#[tokio::test]
async fn log_at_its_most_talkative_holds_no_code_password_answer_or_address() {
    // With one subscriber alone, what other tests' threads reach first would be switched off for all.
    let _second = tracing::Dispatch::new(tracing_subscriber::registry());
    let log = Log::default();
    let subscriber = tracing_subscriber::fmt()
        .json()
        .with_max_level(tracing::Level::TRACE)
        .with_span_events(tracing_subscriber::fmt::format::FmtSpan::FULL)
        .with_writer(log.clone())
        .finish();
    let _guard = tracing::subscriber::set_default(subscriber);
    let server = Server::start().await;
    server.account(Role::Office).await;
    let path = server.invite("resident", "r-1").await;
    let code = path.trim_start_matches("/r/").to_owned();

    let mut phone = server.browser();
    phone.from = "203.0.113.77".to_owned();
    let consent = [("consent", "yes"), ("go", "begin")];
    let first = phone.post(&path, &consent).await.location().to_owned();
    phone
        .post(
            &first,
            &[("answering", "self"), ("go", "next"), ("said", "我叫张三丰")],
        )
        .await;
    let body = format!(
        "{{\"id\":\"{}\",\"code\":\"{code}\",\"form\":\"resident\",\"form_version\":\"0\",\"language\":\"zh\",\
         \"mode\":\"web\",\"answering\":\"self\",\"answers\":{{\"need\":\"秘密的回答\"}}}}",
        super::NOBODY
    );
    phone
        .post_raw("/api/v1/responses", "application/json", body.into_bytes())
        .await;
    phone.get("/r/0000-0000-00000").await;
    phone.get("/receipt?receipt=wrong-receipt-text").await;

    let mut office = server.browser();
    office.from = "203.0.113.78".to_owned();
    let wrong = [("login", "li.si"), ("password", "wrong password typed")];
    office.post("/console/login", &wrong).await;
    office.sign_in(Role::Office).await;
    let token = office.session();
    office.get(&format!("/console/rounds/{ROUND}/invitations")).await;
    office
        .get(&format!("/console/rounds/{ROUND}/cases/{}", super::NOBODY))
        .await;

    let text = log.text();
    assert!(
        text.lines().count() > 20 && text.contains("/r/{code}") && text.contains("/console/login"),
        "the log was not caught: {text}"
    );
    let plain_code: String = code.chars().filter(|c| *c != '-').collect();
    for secret in [
        code.as_str(),
        &plain_code,
        "张三丰",
        "秘密的回答",
        "0000-0000-00000",
        "wrong-receipt-text",
        "li.si",
        "wrong password typed",
        PASSWORD,
        token.as_str(),
        "203.0.113.77",
        "203.0.113.78",
        "argon2id$",
    ] {
        let line = text.lines().find(|line| line.contains(secret));
        assert_eq!(line, None, "{secret} is in the log");
    }
}
