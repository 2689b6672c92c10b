//! Settings: a TOML file, then the environment, which wins (design §5).

use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use serde::Deserialize;
use thiserror::Error;

pub mod capacity;
pub mod provider;

use crate::auth::Role;
use capacity::Capacity;
use provider::ProviderSettings;

/// Everything the program is told from outside.
#[derive(Clone, Debug)]
pub struct Config {
    /// Data folder (`MINYI_DATA`, file key `data`).
    pub data_dir: PathBuf,
    /// Database URL (`DATABASE_URL`, `database_url`); SQLite in the data folder by default.
    pub database_url: String,
    /// Address to listen on (`MINYI_LISTEN`, `listen`).
    pub listen: SocketAddr,
    /// URL under which the world sees the server, without a slash at the end (`MINYI_BASE_URL`, `base_url`).
    pub base_url: String,
    /// Mail server in lettre's URL form (`MINYI_SMTP_URL`, `smtp_url`).
    pub smtp_url: Option<String>,
    /// Certificate authority for the mail server (`MINYI_SMTP_CA`, `smtp_ca`).
    pub smtp_ca: Option<PathBuf>,
    /// Sender address (`MINYI_MAIL_FROM`, `mail_from`).
    pub mail_from: Option<String>,
    /// Private key with which mail is signed (`MINYI_DKIM_KEY`, `dkim_key`); see [`crate::mail::dkim`].
    pub dkim_key: Option<PathBuf>,
    /// Name of its public key in the DNS (`MINYI_DKIM_SELECTOR`, `dkim_selector`).
    pub dkim_selector: Option<String>,
    /// Domain that signs (`MINYI_DKIM_DOMAIN`, `dkim_domain`); the sender's by default.
    pub dkim_domain: Option<String>,
    /// File with the master key (`MINYI_KEY_FILE`, `key_file`); `minyi.key` in the data folder by default.
    pub key_file: PathBuf,
    /// Hours from UTC to the office's time (`MINYI_UTC_OFFSET`, `utc_offset_hours`); 8 by default.
    pub utc_offset_hours: i8,
    /// What the server takes on at once.
    pub capacity: Capacity,
    /// Roles that must have a second factor (`MINYI_REQUIRE_SECOND_FACTOR`, words with commas between them;
    /// `require_second_factor`, a list); none by default.
    pub require_second_factor: Vec<Role>,
    /// The identity provider by which staff may sign in (`MINYI_OIDC_…`, `[oidc]`); none by default.
    pub provider: Option<ProviderSettings>,
}

#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    data: Option<PathBuf>,
    database_url: Option<String>,
    listen: Option<String>,
    base_url: Option<String>,
    smtp_url: Option<String>,
    smtp_ca: Option<PathBuf>,
    mail_from: Option<String>,
    dkim_key: Option<PathBuf>,
    dkim_selector: Option<String>,
    dkim_domain: Option<String>,
    key_file: Option<PathBuf>,
    utc_offset_hours: Option<i8>,
    require_second_factor: Option<Vec<String>>,
    oidc: Option<provider::Section>,
}

/// The roles that words name. Interviewers have no session of the console, and so no second factor.
fn console_roles(words: &[String]) -> Result<Vec<Role>, ConfigError> {
    let role = |word: &String| {
        Role::parse(word.trim())
            .filter(|role| *role != Role::Interviewer)
            .ok_or_else(|| ConfigError::BadValue {
                name: "MINYI_REQUIRE_SECOND_FACTOR",
                value: word.clone(),
                expected: "a list of office, evaluator, viewer and auditor",
            })
    };
    words.iter().map(role).collect()
}

/// Why the settings cannot be used.
#[derive(Debug, Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the settings file {path}: {source}")]
    Unreadable {
        /// The file.
        path: PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The file is not TOML, or has an unknown key.
    #[error("settings file {path}: {message}")]
    Malformed {
        /// The file.
        path: PathBuf,
        /// Line, column and what is wrong.
        message: String,
    },
    /// A value cannot be understood.
    #[error("{name} = {value:?} is not {expected}")]
    BadValue {
        /// The setting.
        name: &'static str,
        /// What was given.
        value: String,
        /// What it should be.
        expected: &'static str,
    },
}

impl Config {
    /// Reads `file` if given, then lets `env` override it.
    ///
    /// # Errors
    /// [`ConfigError`], naming the file or variable at fault.
    pub fn load(file: Option<&Path>, env: &dyn Fn(&str) -> Option<String>) -> Result<Self, ConfigError> {
        let file = match file {
            None => File::default(),
            Some(path) => {
                let text = std::fs::read_to_string(path).map_err(|source| ConfigError::Unreadable {
                    path: path.to_owned(),
                    source,
                })?;
                toml::from_str(&text).map_err(|error| ConfigError::Malformed {
                    path: path.to_owned(),
                    message: error.to_string().trim_end().to_owned(),
                })?
            }
        };
        // An empty variable means "not set": that is how container tools unset one.
        let var = |name: &str| env(name).filter(|value| !value.trim().is_empty());

        let data_dir = var("MINYI_DATA")
            .map(PathBuf::from)
            .or(file.data)
            .unwrap_or_else(|| PathBuf::from("minyi-data"));
        let listen_text = var("MINYI_LISTEN")
            .or(file.listen)
            .unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let listen = listen_text.parse().map_err(|_| ConfigError::BadValue {
            name: "MINYI_LISTEN",
            value: listen_text,
            expected: "an address and a port, such as 127.0.0.1:8080",
        })?;
        let base_url = var("MINYI_BASE_URL")
            .or(file.base_url)
            .unwrap_or_else(|| format!("http://{listen}"));
        match url::Url::parse(&base_url) {
            Ok(url) if matches!(url.scheme(), "http" | "https") && url.has_host() => {}
            _ => {
                return Err(ConfigError::BadValue {
                    name: "MINYI_BASE_URL",
                    value: base_url,
                    expected: "an http or https URL",
                });
            }
        }
        let utc_offset_hours = match var("MINYI_UTC_OFFSET") {
            None => file.utc_offset_hours.unwrap_or(8),
            Some(value) => value.parse().unwrap_or(i8::MAX),
        };
        if !(-12..=14).contains(&utc_offset_hours) {
            return Err(ConfigError::BadValue {
                name: "MINYI_UTC_OFFSET",
                value: var("MINYI_UTC_OFFSET").unwrap_or_else(|| utc_offset_hours.to_string()),
                expected: "a number of hours from -12 to 14",
            });
        }
        let database_url = var("DATABASE_URL")
            .or(file.database_url)
            .unwrap_or_else(|| format!("sqlite://{}", data_dir.join("minyi.db").display()));
        if !["sqlite:", "postgres:", "postgresql:"]
            .iter()
            .any(|scheme| database_url.starts_with(scheme))
        {
            return Err(ConfigError::BadValue {
                name: "DATABASE_URL",
                value: crate::store::redact_url(&database_url),
                expected: "a sqlite: or postgres: URL",
            });
        }
        let require_second_factor = match var("MINYI_REQUIRE_SECOND_FACTOR") {
            Some(words) => console_roles(&words.split(',').map(str::to_owned).collect::<Vec<_>>())?,
            None => console_roles(&file.require_second_factor.unwrap_or_default())?,
        };
        Ok(Self {
            database_url,
            listen,
            base_url: base_url.trim_end_matches('/').to_owned(),
            smtp_url: var("MINYI_SMTP_URL").or(file.smtp_url),
            smtp_ca: var("MINYI_SMTP_CA").map(PathBuf::from).or(file.smtp_ca),
            mail_from: var("MINYI_MAIL_FROM").or(file.mail_from),
            dkim_key: var("MINYI_DKIM_KEY").map(PathBuf::from).or(file.dkim_key),
            dkim_selector: var("MINYI_DKIM_SELECTOR").or(file.dkim_selector),
            dkim_domain: var("MINYI_DKIM_DOMAIN").or(file.dkim_domain),
            key_file: var("MINYI_KEY_FILE")
                .map(PathBuf::from)
                .or(file.key_file)
                .unwrap_or_else(|| data_dir.join("minyi.key")),
            capacity: Capacity::load(&var)?,
            data_dir,
            utc_offset_hours,
            require_second_factor,
            provider: ProviderSettings::load(&var, file.oidc.unwrap_or_default())?,
        })
    }

    /// Whether the public URL is behind TLS, so that cookies must be `Secure`.
    pub fn is_https(&self) -> bool {
        self.base_url.starts_with("https://")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(vars: &[(&str, &str)], file: Option<&str>) -> Result<Config, ConfigError> {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("minyi.toml");
        if let Some(text) = file {
            std::fs::write(&path, text).unwrap();
        }
        let env = |name: &str| {
            vars.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        Config::load(file.map(|_| path.as_path()), &env)
    }

    #[test]
    fn defaults_live_in_the_data_folder() {
        let config = load(&[("MINYI_DATA", "/srv/minyi")], None).unwrap();
        assert_eq!(config.database_url, "sqlite:///srv/minyi/minyi.db");
        assert_eq!(config.key_file, PathBuf::from("/srv/minyi/minyi.key"));
        assert_eq!(config.base_url, "http://127.0.0.1:8080");
        assert!(!config.is_https());
    }

    #[test]
    fn environment_wins_over_the_file() {
        let file =
            "listen = \"0.0.0.0:80\"\nbase_url = \"https://a.example/\"\nmail_from = \"a@example.org\"";
        let config = load(
            &[("MINYI_LISTEN", "127.0.0.1:9000"), ("MINYI_MAIL_FROM", " ")],
            Some(file),
        )
        .unwrap();
        assert_eq!(config.listen.port(), 9000);
        assert_eq!(config.base_url, "https://a.example");
        assert_eq!(config.mail_from.as_deref(), Some("a@example.org"));
        assert!(config.is_https());
    }

    #[test]
    fn roles_that_need_a_second_factor_are_read_from_file_and_environment() {
        let file = Some("require_second_factor = [\"office\", \"auditor\"]");
        let config = load(&[], file).unwrap();
        assert_eq!(config.require_second_factor, [Role::Office, Role::Auditor]);
        let config = load(&[("MINYI_REQUIRE_SECOND_FACTOR", "viewer, office")], file).unwrap();
        assert_eq!(config.require_second_factor, [Role::Viewer, Role::Office]);
        assert!(load(&[], None).unwrap().require_second_factor.is_empty());
        for word in ["interviewer", "boss"] {
            let said = load(&[("MINYI_REQUIRE_SECOND_FACTOR", word)], None)
                .unwrap_err()
                .to_string();
            assert!(said.contains(word) && said.contains("evaluator"), "{said}");
        }
    }

    #[test]
    fn bad_settings_name_what_is_wrong() {
        let message = |vars: &[(&str, &str)], file| load(vars, file).unwrap_err().to_string();
        assert!(message(&[("MINYI_LISTEN", "8080")], None).starts_with("MINYI_LISTEN = \"8080\" is not"));
        assert!(message(&[("MINYI_UTC_OFFSET", "east")], None).contains("\"east\""));
        assert!(message(&[], Some("lisen = 1")).contains("unknown field `lisen`"));
        let secret = message(&[("DATABASE_URL", "mysql://u:hunter2@h/db")], None);
        assert!(
            secret.contains("DATABASE_URL") && !secret.contains("hunter2"),
            "{secret}"
        );
    }
}
