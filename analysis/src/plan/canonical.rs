//! What the seal of a plan covers: the canonical form and its SHA-256.
//!
//! The files in the order of their paths, each as `path NUL length NUL bytes`, where the bytes are
//!
//! * of `plan.toml` its values, not its text: JSON without spaces, keys in the order of their bytes, numbers in Rust's
//!   shortest form, dates as TOML writes them, and **without `mail.leadership`**, so that a plan can be published
//!   without anybody's address, and a recipient added or taken off, under the same seal;
//! * of other text files (`.csv`, `.md`, `.txt`) UTF-8 with LF line ends and without byte-order mark;
//! * of a questionnaire its [`Form::version`](survey_forms::form::Form), so that saving it again in another program
//!   changes nothing, or its bytes while it cannot be read;
//! * of every other file its bytes.
//!
//! `frame.csv` is not part of it: people move and die during a round. Neither is `admin.csv`: the year's numbers come
//! after the rules are sealed, like answers.
//!
//! Until November 2026 `plan.toml` was covered by its text, recipients included ([`first_form`]); a seal of that time
//! stays good: see [`is_sealed_by`].

use sha2::{Digest, Sha256};
use survey_forms::xlsform;
use toml::Value;

use super::PlanFiles;

/// Files that hold what happens in a round rather than its rules; the seal does not cover them.
const RECORDS: [&str; 2] = ["frame.csv", "admin.csv"];
/// The file that is covered by its values.
const SETTINGS: &str = "plan.toml";

/// The SHA-256 of the canonical form, in lower-case hex.
pub(super) fn sha256(files: &PlanFiles) -> String {
    digest(files, |path, bytes| match path {
        SETTINGS => values(bytes).unwrap_or_else(|| text(bytes)),
        _ => canonical(path, bytes),
    })
}

/// The same by the form in use until November 2026.
fn first_form(files: &PlanFiles) -> String {
    digest(files, canonical)
}

/// Whether `seal` is the plan's, by the present form or an earlier one.
pub(super) fn is_sealed_by(files: &PlanFiles, seal: &str) -> bool {
    sha256(files) == seal || first_form(files) == seal
}

fn digest(files: &PlanFiles, canonical: impl Fn(&str, &[u8]) -> Vec<u8>) -> String {
    let mut hash = Sha256::new();
    for (path, bytes) in files.iter().filter(|(path, _)| !RECORDS.contains(&path.as_str())) {
        let canonical = canonical(path, bytes);
        hash.update(path.as_bytes());
        hash.update([0]);
        hash.update(canonical.len().to_string().as_bytes());
        hash.update([0]);
        hash.update(&canonical);
    }
    hash.finalize().iter().map(|byte| format!("{byte:02x}")).collect()
}

fn canonical(path: &str, bytes: &[u8]) -> Vec<u8> {
    if path.starts_with("forms/") && path.ends_with(".xlsx") {
        return match xlsform::read(path, bytes) {
            Ok(read) => read.form.version.into_bytes(),
            Err(_) => bytes.to_vec(),
        };
    }
    let is_text = [".toml", ".csv", ".md", ".txt"]
        .iter()
        .any(|ending| path.ends_with(ending));
    if is_text { text(bytes) } else { bytes.to_vec() }
}

/// With LF line ends, without byte-order mark.
fn text(bytes: &[u8]) -> Vec<u8> {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let mut out = Vec::with_capacity(bytes.len());
    for (index, &byte) in bytes.iter().enumerate() {
        match byte {
            b'\r' if bytes.get(index + 1) == Some(&b'\n') => {}
            b'\r' => out.push(b'\n'),
            byte => out.push(byte),
        }
    }
    out
}

/// The values of `plan.toml` without its recipients; none while it is no TOML.
fn values(bytes: &[u8]) -> Option<Vec<u8>> {
    let text = String::from_utf8(text(bytes)).ok()?;
    let mut table: toml::Table = text.parse().ok()?;
    if let Some(Value::Table(mail)) = table.get_mut("mail") {
        mail.remove("leadership");
    }
    let mut out = String::new();
    write(&Value::Table(table), &mut out);
    Some(out.into_bytes())
}

fn write(value: &Value, out: &mut String) {
    match value {
        Value::String(text) => write_text(text, out),
        Value::Integer(number) => out.push_str(&number.to_string()),
        Value::Float(number) => out.push_str(&format!("{number:?}")),
        Value::Boolean(is) => out.push_str(if *is { "true" } else { "false" }),
        Value::Datetime(moment) => write_text(&moment.to_string(), out),
        Value::Array(items) => {
            out.push('[');
            for (index, item) in items.iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write(item, out);
            }
            out.push(']');
        }
        Value::Table(table) => {
            let mut entries: Vec<_> = table.iter().collect();
            entries.sort_by_key(|(key, _)| *key);
            out.push('{');
            for (index, (key, item)) in entries.into_iter().enumerate() {
                if index > 0 {
                    out.push(',');
                }
                write_text(key, out);
                out.push(':');
                write(item, out);
            }
            out.push('}');
        }
    }
}

fn write_text(text: &str, out: &mut String) {
    // As serde_json escapes it: quotation marks, backslashes and control characters only.
    out.push_str(&serde_json::Value::String(text.to_owned()).to_string());
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files(entries: &[(&str, &[u8])]) -> PlanFiles {
        entries
            .iter()
            .map(|(path, bytes)| ((*path).to_owned(), bytes.to_vec()))
            .collect()
    }

    #[test]
    fn sha256_ignores_line_ends_marks_and_records() {
        let unix = files(&[("plan.toml", b"a = 1\nb = 2\n"), ("units.csv", b"code\n1\n")]);
        let windows = files(&[
            ("plan.toml", b"\xEF\xBB\xBFa = 1\r\nb = 2\r\n"),
            ("units.csv", b"code\r\n1\r\n"),
            ("frame.csv", b"anything"),
            ("admin.csv", b"anything"),
        ]);
        assert_eq!(sha256(&unix), sha256(&windows));
        assert_eq!(first_form(&unix), first_form(&windows));
    }

    #[test]
    fn sha256_sees_a_moved_byte_between_files() {
        let one = files(&[("a.csv", b"xy"), ("b.csv", b"z")]);
        let other = files(&[("a.csv", b"x"), ("b.csv", b"yz")]);
        assert_ne!(sha256(&one), sha256(&other));
    }

    #[test]
    fn the_seal_covers_when_mail_goes_but_not_to_whom() {
        let plan = |text: &str| files(&[("plan.toml", text.as_bytes())]);
        let named = plan("[mail]\nfinal = true\nleadership = [{ name = \"a\", email = \"a@b.cn\" }]\n");
        let anonymous = plan("[mail]\nfinal = true\n");
        let tables = plan("[mail]\nfinal = true\n[[mail.leadership]]\nname = \"b\"\nemail = \"b@b.cn\"\n");
        let never = plan("[mail]\nfinal = false\n");
        assert_eq!(sha256(&named), sha256(&anonymous));
        assert_eq!(sha256(&named), sha256(&tables));
        assert_ne!(sha256(&named), sha256(&never));
    }

    #[test]
    fn the_seal_covers_every_other_value_and_no_comment() {
        let seal = |text: &str| sha256(&files(&[("plan.toml", text.as_bytes())]));
        let plan =
            "[round]\nid = \"r\"\nopens_on = 2026-10-12\nshare = 0.50\n[[groups]]\ncode = \"\\u4EBA\"\n";
        assert_eq!(
            seal(plan),
            seal("# why\n[[groups]]\ncode = '人'\n[round]\nshare = 0.5\nopens_on = 2026-10-12\nid = \"r\"\n")
        );
        for (from, to) in [
            ("\"r\"", "\"q\""),
            ("10-12", "10-13"),
            ("0.50", "0.51"),
            ("[[groups]]", "[groups]"),
        ] {
            assert_ne!(seal(plan), seal(&plan.replacen(from, to, 1)), "{from}");
        }
    }

    #[test]
    fn a_seal_of_the_first_form_stays_good() {
        let text = b"[mail]\nleadership = [{ name = \"a\", email = \"a@b.cn\" }]\n";
        let plan = files(&[("plan.toml", text), ("units.csv", b"code\n1\n")]);
        // Computed by the program as it was before the form changed.
        let seal = "3f5b832c141fed7399fa73020ea6711994e9ba75cc795f81856858b3956e41f3";
        assert!(is_sealed_by(&plan, seal));
        assert!(is_sealed_by(&plan, &sha256(&plan)));
        let other = files(&[("plan.toml", text), ("units.csv", b"code\n2\n")]);
        assert!(!is_sealed_by(&other, seal) && !is_sealed_by(&other, &sha256(&plan)));
    }
}
