//! `minyi doctor` (体检): looks at everything the program stands on, changes nothing, and says how to mend what is wrong.

use std::time::{Duration, Instant};

use crate::clock::Clock;
use crate::config::{Config, ConfigError};
use crate::keys::{KeyError, Keys};
use crate::mail::compose::parse_mailbox;
use crate::mail::dkim::Signer;
use crate::mail::transport::{Outcome, SmtpRelay};
use crate::pages::{Lang, tr};
use crate::store::{connect_as_is, health, redact_url};
use crate::summaries::DEFAULT_SENDER;

mod disk;

/// How bad a finding is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// As it should be.
    Ok,
    /// Works, but will not for long or not for everyone.
    Warn,
    /// Does not work, or loses data.
    Fail,
}

/// What was found, and how to mend it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Finding {
    /// How bad it is.
    pub level: Level,
    /// What is so.
    pub what: String,
    /// What to do; empty where nothing is to be done.
    pub mend: String,
}

impl Finding {
    fn ok(what: impl Into<String>) -> Self {
        Self {
            level: Level::Ok,
            what: what.into(),
            mend: String::new(),
        }
    }

    fn warn(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            level: Level::Warn,
            what: what.into(),
            mend: mend.into(),
        }
    }

    fn fail(what: impl Into<String>, mend: impl Into<String>) -> Self {
        Self {
            level: Level::Fail,
            ..Self::warn(what, mend)
        }
    }
}

/// How long a mail server may take to greet.
const GREETING: Duration = Duration::from_secs(10);
/// A clock that is further from the database's is wrong, in seconds.
const FAR_OFF: i64 = 60;
/// A clock that is further off is worth a word.
const OFF: i64 = 5;

/// Looks at the settings and, where they can be read, at all that they name.
pub async fn examine(config: Result<Config, ConfigError>, clock: &dyn Clock, lang: Lang) -> Vec<Finding> {
    let config = match config {
        Ok(config) => config,
        Err(error) => {
            return vec![Finding::fail(
                error.to_string(),
                tr!(lang, "doctor.mend_settings"),
            )];
        }
    };
    let mut found = vec![settings(&config, lang)];
    found.extend(disk::examine(&config.data_dir, lang));
    let keys = Keys::load(&config.key_file);
    found.extend(key_file(&config, &keys, lang));
    found.extend(database(&config, keys.ok().as_ref(), clock, lang).await);
    found.push(mail(&config, lang).await);
    found
}

/// The worst level found.
pub fn worst(found: &[Finding]) -> Level {
    found
        .iter()
        .map(|finding| finding.level)
        .max()
        .unwrap_or(Level::Ok)
}

fn settings(config: &Config, lang: Lang) -> Finding {
    let what = tr!(
        lang,
        "doctor.settings",
        listen = config.listen,
        url = config.base_url
    );
    if config.base_url.starts_with("http://") && !config.listen.ip().is_loopback() {
        return Finding::warn(what, tr!(lang, "doctor.mend_https"));
    }
    Finding::ok(what)
}

fn key_file(config: &Config, keys: &Result<Keys, KeyError>, lang: Lang) -> Vec<Finding> {
    let path = config.key_file.display();
    let keys = match keys {
        Ok(keys) => keys,
        Err(KeyError::Io { source, .. }) if source.kind() == std::io::ErrorKind::NotFound => {
            let what = tr!(lang, "doctor.no_key", path = path);
            return vec![Finding::warn(what, tr!(lang, "doctor.mend_no_key"))];
        }
        Err(error) => return vec![Finding::fail(error.to_string(), tr!(lang, "doctor.mend_key"))],
    };
    let what = tr!(lang, "doctor.key", path = path, key = keys.fingerprint());
    let mut found = vec![Finding::ok(what)];
    if let Some(mode) = disk::open_to_others(&config.key_file) {
        found.push(Finding::fail(
            tr!(lang, "doctor.key_open", path = path, mode = format!("{mode:o}")),
            tr!(lang, "doctor.mend_key_open", path = path),
        ));
    }
    found
}

async fn database(config: &Config, keys: Option<&Keys>, clock: &dyn Clock, lang: Lang) -> Vec<Finding> {
    let url = redact_url(&config.database_url);
    let db = match connect_as_is(&config.database_url, false).await {
        Ok(db) => db,
        Err(_) if disk::is_absent_sqlite(&config.database_url) => {
            return vec![Finding::ok(tr!(lang, "doctor.no_database", url = url))];
        }
        Err(error) => {
            let what = error.to_string();
            // SQLite reads the first page on opening: its words where that page, or the file, is not what it should be.
            let damaged = ["malformed", "not a database"]
                .iter()
                .any(|word| what.contains(word));
            let mend = if damaged {
                tr!(lang, "doctor.mend_damaged")
            } else {
                tr!(lang, "doctor.mend_connect")
            };
            return vec![Finding::fail(what, mend)];
        }
    };
    let health = match health::look(&db).await {
        Ok(health) => health,
        Err(error) => {
            let what = tr!(lang, "doctor.database_fault", url = url, error = error);
            return vec![Finding::fail(what, tr!(lang, "doctor.mend_database"))];
        }
    };
    let what = tr!(
        lang,
        "doctor.database",
        url = url,
        version = health.version,
        schema = health.applied
    );
    let mut found = vec![match health.pending {
        0 => Finding::ok(what),
        pending => Finding::warn(what, tr!(lang, "doctor.mend_pending", count = pending)),
    }];
    if !health.damage.is_empty() {
        let what = tr!(lang, "doctor.damaged", url = url, damage = health.damage);
        found.push(Finding::fail(what, tr!(lang, "doctor.mend_damaged")));
    }
    if let Some(setting) = health.unsafe_setting {
        let what = tr!(lang, "doctor.unsafe", setting = setting);
        found.push(Finding::fail(what, tr!(lang, "doctor.mend_unsafe")));
    }
    if health.applied == 0 || !health.damage.is_empty() {
        return found;
    }
    let (mut newest, mut names) = (None, Vec::new());
    if let Some(keys) = keys {
        newest = health::newest_entry(&db, keys).await.ok().flatten();
    }
    if health.pending == 0 {
        names = health::printed_names(&db).await.unwrap_or_default();
    }
    if newest.is_some_and(|(_, genuine)| !genuine) {
        let what = tr!(lang, "doctor.foreign_key", path = config.key_file.display());
        found.push(Finding::fail(what, tr!(lang, "doctor.mend_foreign_key")));
    }
    found.push(time(clock, health.clock, newest.map(|(at, _)| at), lang));
    found.push(fonts(&names, lang));
    found
}

/// The machine's clock beside that of the database and the newest entry of the log.
fn time(clock: &dyn Clock, database: Option<i64>, newest_ms: Option<i64>, lang: Lang) -> Finding {
    let now = clock.now_ms() / 1_000;
    let off = database.map_or(0, |database| (now - database).abs());
    let ahead = newest_ms.map_or(0, |at| at / 1_000 - now);
    let local = clock.local().strftime("%Y-%m-%d %H:%M").to_string();
    if ahead > FAR_OFF {
        let what = tr!(lang, "doctor.clock_back", now = local, seconds = ahead);
        return Finding::fail(what, tr!(lang, "doctor.mend_clock"));
    }
    let what = match database {
        Some(_) => tr!(lang, "doctor.clock_both", now = local, seconds = off),
        None => tr!(lang, "doctor.clock", now = local),
    };
    if off <= OFF {
        Finding::ok(what)
    } else if off <= FAR_OFF {
        Finding::warn(what, tr!(lang, "doctor.mend_clock"))
    } else {
        Finding::fail(what, tr!(lang, "doctor.mend_clock"))
    }
}

/// Whether every character of names that are printed is in the built-in fonts.
fn fonts(names: &[String], lang: Lang) -> Finding {
    let missing: String = reports::font::missing_glyphs(&names.concat())
        .into_iter()
        .collect();
    if missing.is_empty() {
        let count = reports::font::files().len();
        return Finding::ok(tr!(lang, "doctor.fonts", count = count));
    }
    let what = tr!(lang, "doctor.glyphs", characters = missing);
    Finding::warn(what, tr!(lang, "doctor.mend_glyphs"))
}

async fn mail(config: &Config, lang: Lang) -> Finding {
    let Some(url) = &config.smtp_url else {
        return Finding::warn(tr!(lang, "doctor.no_mail"), tr!(lang, "doctor.mend_no_mail"));
    };
    let mend = tr!(lang, "doctor.mend_mail_settings");
    let sender = config.mail_from.as_deref().unwrap_or(DEFAULT_SENDER);
    if let Err(error) = parse_mailbox(sender) {
        return Finding::fail(format!("MINYI_MAIL_FROM: {error}"), mend);
    }
    if let Err(error) = Signer::of(config) {
        return Finding::fail(error.to_string(), mend);
    }
    let relay = match SmtpRelay::new(url, config.smtp_ca.as_deref()) {
        Ok(relay) => relay,
        Err(error) => return Finding::fail(error.to_string(), mend),
    };
    let server = redact_url(url);
    let begun = Instant::now();
    match tokio::time::timeout(GREETING, relay.greet()).await {
        Ok(Ok(())) => {
            let took = begun.elapsed().as_millis();
            let what = tr!(lang, "doctor.mail", server = server, took = took);
            if server.starts_with("smtp:") && !url.contains("tls=required") {
                return Finding::warn(what, tr!(lang, "doctor.mend_mail_tls"));
            }
            Finding::ok(what)
        }
        Ok(Err(Outcome::Refused(error))) => {
            let what = tr!(lang, "doctor.mail_refused", server = server, error = error);
            Finding::fail(what, tr!(lang, "doctor.mend_mail_login"))
        }
        Ok(Err(Outcome::TryAgain(error) | Outcome::Unreachable(error) | Outcome::Unknown(error))) => {
            let what = tr!(lang, "doctor.mail_away", server = server, error = error);
            Finding::fail(what, tr!(lang, "doctor.mend_mail_away"))
        }
        Ok(Err(Outcome::Accepted)) => Finding::ok(server),
        Err(_) => {
            let seconds = GREETING.as_secs();
            let what = tr!(lang, "doctor.mail_silent", server = server, seconds = seconds);
            Finding::fail(what, tr!(lang, "doctor.mend_mail_away"))
        }
    }
}

#[cfg(test)]
mod tests;
