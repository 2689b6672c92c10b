//! Settings of the identity provider (OpenID Connect) by which staff may sign in beside their passwords.

use std::fmt;
use std::path::PathBuf;

use serde::Deserialize;

use super::ConfigError;

/// `[oidc]` of the settings file.
#[derive(Debug, Default, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Section {
    issuer: Option<String>,
    client_id: Option<String>,
    client_secret: Option<Secret>,
    name: Option<String>,
    multi_factor: Option<Vec<String>>,
    ca: Option<PathBuf>,
}

/// A secret that no log shows.
#[derive(Clone, PartialEq, Eq, Deserialize)]
pub struct Secret(pub String);

impl fmt::Debug for Secret {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Secret(not shown)")
    }
}

/// The identity provider.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProviderSettings {
    /// Its address, exactly as it writes it into its tokens (`MINYI_OIDC_ISSUER`, `issuer`).
    pub issuer: String,
    /// This server's name there (`MINYI_OIDC_CLIENT_ID`, `client_id`).
    pub client_id: String,
    /// This server's secret there (`MINYI_OIDC_CLIENT_SECRET`, `client_secret`).
    pub client_secret: Secret,
    /// What people call it (`MINYI_OIDC_NAME`, `name`); the host of the issuer by default.
    pub name: String,
    /// Values of `amr` or `acr` that are trusted to mean a second factor (`MINYI_OIDC_MULTI_FACTOR`, words with commas
    /// between them; `multi_factor`); none by default, and then the account's own second factor is asked for.
    pub multi_factor: Vec<String>,
    /// Certificate authority of the provider (`MINYI_OIDC_CA`, `ca`), beside those that the machine trusts.
    pub ca: Option<PathBuf>,
}

impl ProviderSettings {
    /// The settings of the section, over which the environment wins; none where no issuer is named.
    pub(super) fn load(
        var: &dyn Fn(&str) -> Option<String>,
        section: Section,
    ) -> Result<Option<Self>, ConfigError> {
        let Some(issuer) = var("MINYI_OIDC_ISSUER").or(section.issuer) else {
            return Ok(None);
        };
        let url = url::Url::parse(&issuer).ok();
        // Without TLS only on this machine: what comes back says who somebody is.
        let sound = url.filter(|url| {
            let host = url.host_str().unwrap_or_default();
            let is_local = matches!(host, "localhost" | "127.0.0.1" | "[::1]");
            url.scheme() == "https" || (url.scheme() == "http" && is_local)
        });
        let Some(url) = sound else {
            return Err(ConfigError::BadValue {
                name: "MINYI_OIDC_ISSUER",
                value: issuer,
                expected: "an https URL",
            });
        };
        let needed = |name: &'static str, value: Option<String>| {
            value.ok_or(ConfigError::BadValue {
                name,
                value: String::new(),
                expected: "set, as MINYI_OIDC_ISSUER is",
            })
        };
        let words = |words: String| words.split(',').map(|word| word.trim().to_owned()).collect();
        Ok(Some(Self {
            client_id: needed(
                "MINYI_OIDC_CLIENT_ID",
                var("MINYI_OIDC_CLIENT_ID").or(section.client_id),
            )?,
            client_secret: Secret(needed(
                "MINYI_OIDC_CLIENT_SECRET",
                var("MINYI_OIDC_CLIENT_SECRET").or(section.client_secret.map(|secret| secret.0)),
            )?),
            name: var("MINYI_OIDC_NAME")
                .or(section.name)
                .unwrap_or_else(|| url.host_str().unwrap_or_default().to_owned()),
            multi_factor: var("MINYI_OIDC_MULTI_FACTOR")
                .map(words)
                .or(section.multi_factor)
                .unwrap_or_default(),
            ca: var("MINYI_OIDC_CA").map(PathBuf::from).or(section.ca),
            issuer,
        }))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(vars: &[(&str, &str)]) -> Result<Option<ProviderSettings>, String> {
        let var = |name: &str| {
            vars.iter()
                .find(|(key, _)| *key == name)
                .map(|(_, value)| (*value).to_owned())
        };
        ProviderSettings::load(&var, Section::default()).map_err(|error| error.to_string())
    }

    #[test]
    fn a_provider_needs_tls_and_a_secret_which_is_never_shown() {
        assert_eq!(load(&[]).unwrap(), None);
        let issuer = ("MINYI_OIDC_ISSUER", "https://id.example.org/realms/a");
        let client = ("MINYI_OIDC_CLIENT_ID", "minyi");
        assert!(
            load(&[issuer, client])
                .unwrap_err()
                .starts_with("MINYI_OIDC_CLIENT_SECRET")
        );
        let secret = ("MINYI_OIDC_CLIENT_SECRET", "hunter2");
        let mfa = ("MINYI_OIDC_MULTI_FACTOR", "mfa, otp");
        let settings = load(&[issuer, client, secret, mfa]).unwrap().unwrap();
        assert_eq!(
            (settings.name.as_str(), settings.multi_factor.len()),
            ("id.example.org", 2)
        );
        assert!(!format!("{settings:?}").contains("hunter2"));
        let plain = ("MINYI_OIDC_ISSUER", "http://id.example.org");
        assert!(
            load(&[plain, client, secret])
                .unwrap_err()
                .contains("an https URL")
        );
        let local = ("MINYI_OIDC_ISSUER", "http://127.0.0.1:9000");
        assert!(load(&[local, client, secret]).is_ok());
    }
}
