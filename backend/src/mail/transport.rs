//! The SMTP connection: made from `MINYI_SMTP_URL`, trusting `MINYI_SMTP_CA` where one is given.

use std::path::Path;
use std::time::Duration;

use lettre::address::Envelope;
use lettre::transport::smtp::Error;
use lettre::transport::smtp::client::{Certificate, Tls, TlsParameters};
use lettre::{AsyncSmtpTransport, AsyncTransport, Tokio1Executor};
use url::Url;

/// A silent server must not hold the worker for ever.
const TIMEOUT: Duration = Duration::from_secs(30);

/// Why the settings do not make a transport.
#[derive(Debug, thiserror::Error)]
pub enum TransportError {
    /// `MINYI_SMTP_URL` is not a URL that lettre understands.
    #[error(
        "MINYI_SMTP_URL: {0} (expected for example smtp://user:password@mail.example.org:587?tls=required)"
    )]
    Url(String),
    /// The CA file cannot be read or holds no certificate.
    #[error("MINYI_SMTP_CA: {path}: {reason}")]
    Authority {
        /// The file named in the settings.
        path: String,
        /// What is wrong with it.
        reason: String,
    },
}

/// What became of an attempt to send.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// The server took the message.
    Accepted,
    /// Not now: the server said to come back.
    TryAgain(String),
    /// No connection came about: nothing was handed over.
    Unreachable(String),
    /// Never: the server refused the message or the login.
    Refused(String),
    /// The connection broke after the message was handed over: it may have been taken.
    Unknown(String),
}

/// A way to an SMTP server.
#[derive(Debug, Clone)]
pub struct SmtpRelay {
    transport: AsyncSmtpTransport<Tokio1Executor>,
}

impl SmtpRelay {
    /// Reads the settings; nothing is connected yet.
    ///
    /// # Errors
    /// [`TransportError`] naming the setting at fault.
    pub fn new(url: &str, authority: Option<&Path>) -> Result<Self, TransportError> {
        let mut builder = AsyncSmtpTransport::<Tokio1Executor>::from_url(url)
            .map_err(|e| TransportError::Url(e.to_string()))?
            .timeout(Some(TIMEOUT));
        if let Some(path) = authority {
            let url = Url::parse(url).map_err(|e| TransportError::Url(e.to_string()))?;
            builder = builder.tls(tls_trusting(&url, path)?);
        }
        Ok(Self {
            transport: builder.build(),
        })
    }

    /// Asks whether the server can be reached and accepts the login, before a message is marked as being sent.
    ///
    /// # Errors
    /// The [`Outcome`] that a message would have had: `TryAgain`, `Unreachable` or `Refused`.
    pub async fn greet(&self) -> Result<(), Outcome> {
        match self.transport.test_connection().await {
            Ok(true) => Ok(()),
            Ok(false) => Err(Outcome::TryAgain("the server does not answer NOOP".to_owned())),
            Err(error) if error.is_permanent() => Err(Outcome::Refused(error.to_string())),
            Err(error) if is_unreachable(&error) => Err(Outcome::Unreachable(describe(&error))),
            Err(error) => Err(Outcome::TryAgain(describe(&error))),
        }
    }

    /// Sends one message.
    pub async fn send(&self, envelope: &Envelope, message: &[u8]) -> Outcome {
        match self.transport.send_raw(envelope, message).await {
            Ok(_) => Outcome::Accepted,
            Err(error) if error.is_permanent() => Outcome::Refused(error.to_string()),
            Err(error) if error.is_transient() => Outcome::TryAgain(error.to_string()),
            Err(error) if is_unreachable(&error) => Outcome::Unreachable(describe(&error)),
            Err(error) => Outcome::Unknown(describe(&error)),
        }
    }
}

/// Whether no connection came about. lettre tells such errors from those of a connection that broke later by their words
/// only; the tests below fail should these change.
fn is_unreachable(error: &Error) -> bool {
    error.to_string().starts_with("Connection error")
}

fn tls_trusting(url: &Url, path: &Path) -> Result<Tls, TransportError> {
    let at_fault = |reason: String| TransportError::Authority {
        path: path.display().to_string(),
        reason,
    };
    let pem = std::fs::read(path).map_err(|e| at_fault(e.to_string()))?;
    let certificate = Certificate::from_pem(&pem).map_err(|e| at_fault(e.to_string()))?;
    let host = url
        .host_str()
        .ok_or_else(|| TransportError::Url("no host".to_owned()))?;
    let parameters = TlsParameters::builder(host.to_owned())
        .add_root_certificate(certificate)
        .build()
        .map_err(|e| at_fault(e.to_string()))?;
    let mode = url
        .query_pairs()
        .find(|(key, _)| key == "tls")
        .map(|(_, value)| value.into_owned());
    Ok(match (url.scheme(), mode.as_deref()) {
        ("smtps", _) => Tls::Wrapper(parameters),
        (_, Some("opportunistic")) => Tls::Opportunistic(parameters),
        (_, Some("required")) => Tls::Required(parameters),
        _ => Tls::None,
    })
}

/// The error with its causes: lettre's own text says only which step failed.
fn describe(error: &dyn std::error::Error) -> String {
    let mut text = error.to_string();
    let mut source = error.source();
    while let Some(cause) = source {
        text.push_str(": ");
        text.push_str(&cause.to_string());
        source = cause.source();
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn what_a_server_that_is_not_there_did_not_get_is_no_doubtful_message() {
        let envelope = Envelope::new(None, vec!["a@example.org".parse().unwrap()]).unwrap();
        // Port 9 of the loopback interface: nobody listens there. The names cannot exist (RFC 6761).
        for url in [
            "smtp://user:secret@127.0.0.1:9",
            "smtp://no-such-host.invalid:25",
            "smtps://no-such-host.invalid:465",
        ] {
            let relay = SmtpRelay::new(url, None).unwrap();
            let greeted = relay.greet().await.unwrap_err();
            assert!(matches!(greeted, Outcome::Unreachable(_)), "{greeted:?}");
            let sent = relay.send(&envelope, b"Subject: x\r\n\r\nx").await;
            assert!(matches!(sent, Outcome::Unreachable(_)), "{sent:?}");
        }
    }

    #[tokio::test]
    async fn a_message_is_doubtful_when_the_server_goes_away_during_the_talk() {
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("smtp://{}", listener.local_addr().unwrap());
        let server = tokio::spawn(async move { drop(listener.accept().await.unwrap()) });
        let envelope = Envelope::new(None, vec!["a@example.org".parse().unwrap()]).unwrap();
        let sent = SmtpRelay::new(&url, None).unwrap().send(&envelope, b"x").await;
        assert!(matches!(sent, Outcome::Unknown(_)), "{sent:?}");
        server.await.unwrap();
    }

    #[test]
    fn a_bad_url_and_a_missing_authority_name_the_setting() {
        let error = SmtpRelay::new("http://example.org", None).expect_err("not SMTP");
        assert!(error.to_string().starts_with("MINYI_SMTP_URL"), "{error}");
        let path = Path::new("/nonexistent/ca.pem");
        let error = SmtpRelay::new("smtp://localhost?tls=required", Some(path)).expect_err("no file");
        assert!(error.to_string().contains("/nonexistent/ca.pem"), "{error}");
    }
}
