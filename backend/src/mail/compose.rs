//! A summary for one recipient as a MIME message: text and HTML alternatives, the key chart inline, the report
//! attached.

use lettre::Message;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Attachment, Mailbox, MessageBuilder, MultiPart, SinglePart};
use reports::email::{EmailSummary, KEY_CHART_CID};

use super::dkim::Signer;

/// A file that goes with a message.
#[derive(Debug, Clone)]
pub struct AttachedFile {
    /// The name shown to the reader.
    pub name: String,
    /// The media type, such as `application/pdf`.
    pub media_type: &'static str,
    /// The content.
    pub content: Vec<u8>,
}

/// Why a message could not be composed.
#[derive(Debug, thiserror::Error)]
pub enum ComposeError {
    /// An address is not an e-mail address.
    #[error("{address:?} is not an e-mail address: {source}")]
    Address {
        /// What was given.
        address: String,
        /// What is wrong with it.
        source: lettre::address::AddressError,
    },
    /// The parts do not make a message.
    #[error("the message cannot be built: {0}")]
    Message(#[from] lettre::error::Error),
    /// A media type is not one.
    #[error("{0:?} is not a media type")]
    MediaType(String),
}

/// Who a message is from and to, when, and under which id.
#[derive(Debug, Clone)]
pub struct Header<'a> {
    /// `Name <address>` of the sender.
    pub from: &'a str,
    /// The recipient's name.
    pub to_name: &'a str,
    /// The recipient's address.
    pub to: &'a str,
    /// The same for every attempt to send the message, so that a receiving server can drop a second copy.
    pub message_id: String,
    /// The time in the `Date` header.
    pub date: std::time::SystemTime,
    /// Where no further message is asked for, by opening or by a `POST` of the mail program (RFC 8058).
    pub unsubscribe: Option<&'a str>,
    /// Signs the message.
    pub signer: Option<&'a Signer>,
}

impl Header<'_> {
    /// A message with these headers, to which subject and body are added.
    fn begin(&self) -> Result<MessageBuilder, ComposeError> {
        let raw =
            |name: &'static str, value: String| HeaderValue::new(HeaderName::new_from_ascii_str(name), value);
        let to = Mailbox::new(named(self.to_name), parse_address(self.to)?);
        let mut message = Message::builder()
            .from(parse_mailbox(self.from)?)
            .to(to)
            .date(self.date)
            .message_id(Some(self.message_id.clone()))
            .raw_header(raw("Auto-Submitted", "auto-generated".to_owned()));
        if let Some(address) = self.unsubscribe {
            message = message
                .raw_header(raw("List-Unsubscribe", format!("<{address}>")))
                .raw_header(raw(
                    "List-Unsubscribe-Post",
                    "List-Unsubscribe=One-Click".to_owned(),
                ));
        }
        Ok(message)
    }

    /// The message as it goes over the wire, signed where there is a key.
    fn finish(&self, mut message: Message) -> Vec<u8> {
        if let Some(signer) = self.signer {
            signer.sign(&mut message);
        }
        message.formatted()
    }
}

/// Composes the message and returns it as it goes over the wire.
///
/// # Errors
/// [`ComposeError`] when an address or a part is malformed.
pub fn compose(
    header: &Header<'_>,
    summary: &EmailSummary,
    files: &[AttachedFile],
) -> Result<Vec<u8>, ComposeError> {
    let png = media_type("image/png")?;
    let related = MultiPart::related()
        .singlepart(SinglePart::html(summary.html.clone()))
        .singlepart(
            Attachment::new_inline(KEY_CHART_CID.to_owned()).body(summary.key_chart_png.clone(), png),
        );
    let alternative = MultiPart::alternative()
        .singlepart(SinglePart::plain(summary.text.clone()))
        .multipart(related);
    let mut mixed = MultiPart::mixed().multipart(alternative);
    for file in files {
        let kind = media_type(file.media_type)?;
        mixed = mixed.singlepart(Attachment::new(file.name.clone()).body(file.content.clone(), kind));
    }
    let message = header
        .begin()?
        .subject(summary.subject.clone())
        .multipart(mixed)?;
    Ok(header.finish(message))
}

/// A message of words alone.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The subject.
    pub subject: String,
    /// The plain text.
    pub text: String,
    /// The same as HTML.
    pub html: String,
}

/// Composes a letter and returns it as it goes over the wire.
///
/// # Errors
/// See [`compose`].
pub fn compose_letter(header: &Header<'_>, letter: &Letter) -> Result<Vec<u8>, ComposeError> {
    let message =
        header
            .begin()?
            .subject(letter.subject.clone())
            .multipart(MultiPart::alternative_plain_html(
                letter.text.clone(),
                letter.html.clone(),
            ))?;
    Ok(header.finish(message))
}

/// The domain of a sender, for message ids.
pub fn sender_domain(sender: &str) -> &str {
    sender
        .rsplit('@')
        .next()
        .map_or("localhost", |domain| domain.trim_end_matches('>'))
}

/// Parses `Name <address>` or a bare address.
///
/// # Errors
/// [`ComposeError::Address`] naming what was given.
pub fn parse_mailbox(text: &str) -> Result<Mailbox, ComposeError> {
    text.parse().map_err(|source| ComposeError::Address {
        address: text.to_owned(),
        source,
    })
}

/// A name as a header can hold it. Registers are typed by hand and pasted from tables: lettre cannot write a line break
/// in a name, and one such name must not keep everyone else's message back.
fn named(name: &str) -> Option<String> {
    let name: String = name
        .chars()
        .map(|c| if c.is_control() { ' ' } else { c })
        .collect();
    Some(name.trim().to_owned()).filter(|name| !name.is_empty())
}

fn parse_address(text: &str) -> Result<lettre::Address, ComposeError> {
    text.parse().map_err(|source| ComposeError::Address {
        address: text.to_owned(),
        source,
    })
}

fn media_type(text: &str) -> Result<ContentType, ComposeError> {
    ContentType::parse(text).map_err(|_| ComposeError::MediaType(text.to_owned()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn summary() -> EmailSummary {
        EmailSummary {
            subject: "云溪县残联满意度测评简报".to_owned(),
            text: "参与率 61.2%".to_owned(),
            html: "<p>参与率 61.2%</p><img src=\"cid:key-chart\" alt=\"各乡镇得分\">".to_owned(),
            key_chart_png: vec![0x89, b'P', b'N', b'G'],
            key_chart_alt: "各乡镇得分".to_owned(),
        }
    }

    fn header() -> Header<'static> {
        Header {
            from: "民意 <minyi@example.org>",
            to_name: "领导小组",
            to: "group@example.org",
            message_id: "<summary-1@example.org>".to_owned(),
            date: std::time::SystemTime::UNIX_EPOCH,
            unsubscribe: Some("https://minyi.example/r/X/noremind"),
            signer: None,
        }
    }

    #[test]
    fn message_has_both_bodies_the_inline_picture_and_the_attachment() {
        let pdf = AttachedFile {
            name: "年度报告.pdf".to_owned(),
            media_type: "application/pdf",
            content: b"%PDF-1.7".to_vec(),
        };
        let bytes = compose(&header(), &summary(), &[pdf]).expect("a message");
        let text = String::from_utf8(bytes).expect("mail is ASCII");
        let order = [
            "multipart/mixed",
            "multipart/alternative",
            "text/plain",
            "multipart/related",
            "text/html",
        ];
        let places: Vec<usize> = order.iter().map(|part| text.find(part).expect(part)).collect();
        assert!(places.is_sorted(), "{places:?}");
        assert!(text.contains("Content-ID: <key-chart>"));
        assert!(text.contains("application/pdf"));
        assert!(text.contains("Message-ID: <summary-1@example.org>"));
    }

    #[test]
    fn a_malformed_recipient_is_named() {
        let header = Header {
            to: "not an address",
            ..header()
        };
        let error = compose(&header, &summary(), &[]).expect_err("no message");
        assert!(error.to_string().contains("not an address"), "{error}");
    }

    #[test]
    fn a_line_break_in_a_name_of_the_register_adds_no_header() {
        for to_name in [
            "a\r\nBcc: all@example.org",
            "王\r\nBcc: all@example.org",
            "a\nBcc: all@example.org",
            "\"a\"\r\n\r\nBcc: all@example.org",
        ] {
            let header = Header { to_name, ..header() };
            let letter = Letter {
                subject: "s".to_owned(),
                text: "t".to_owned(),
                html: "h".to_owned(),
            };
            let bytes = compose_letter(&header, &letter).expect("a message");
            let text = String::from_utf8_lossy(&bytes);
            let (head, _) = text.split_once("\r\n\r\n").expect("a body");
            let headers = head.lines().filter(|line| !line.starts_with([' ', '\t']));
            for line in headers {
                let (name, _) = line.split_once(':').unwrap_or((line, ""));
                assert!(!name.eq_ignore_ascii_case("bcc"), "{to_name:?}: {text}");
                assert!(!name.is_empty(), "{to_name:?}: {text}");
            }
            assert!(
                head.contains("Auto-Submitted:"),
                "{to_name:?} ends the head early: {text}"
            );
        }
    }

    #[test]
    fn a_line_break_in_the_subject_adds_no_header() {
        let summary = EmailSummary {
            subject: "a\r\nBcc: all@example.org".to_owned(),
            ..summary()
        };
        let bytes = compose(&header(), &summary, &[]).expect("a message");
        assert!(
            !String::from_utf8_lossy(&bytes)
                .lines()
                .any(|line| line.starts_with("Bcc:"))
        );
    }
}
