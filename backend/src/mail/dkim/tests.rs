use std::path::PathBuf;

use super::*;

/// `openssl genpkey -algorithm ED25519` of RFC 8410's example.
const ED25519_PEM: &str = "-----BEGIN PRIVATE KEY-----\n\
    MC4CAQAwBQYDK2VwBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n\
    -----END PRIVATE KEY-----\n";

fn config(dir: &Path, pem: &str, settings: &[(&str, &str)]) -> Config {
    let path = dir.join("dkim.pem");
    std::fs::write(&path, pem).unwrap();
    let env = |name: &str| match name {
        "MINYI_DKIM_KEY" => Some(path.display().to_string()),
        _ => settings
            .iter()
            .find(|(key, _)| *key == name)
            .map(|(_, value)| (*value).to_owned()),
    };
    Config::load(None, &env).unwrap()
}

const SENDER: (&str, &str) = ("MINYI_MAIL_FROM", "民意 <minyi@mail.example.org>");
const SELECTOR: (&str, &str) = ("MINYI_DKIM_SELECTOR", "minyi");

#[test]
fn without_a_key_nothing_is_signed_and_with_one_its_place_in_the_dns_is_told() {
    let dir = tempfile::tempdir().unwrap();
    let none = Config::load(None, &|_| None).unwrap();
    assert!(Signer::of(&none).unwrap().is_none());
    let own = config(dir.path(), ED25519_PEM, &[SENDER, SELECTOR]);
    let signer = Signer::of(&own).unwrap().unwrap();
    assert_eq!(signer.dns_name(), "minyi._domainkey.mail.example.org");
    let above = config(
        dir.path(),
        ED25519_PEM,
        &[SENDER, SELECTOR, ("MINYI_DKIM_DOMAIN", "Example.org")],
    );
    let signer = Signer::of(&above).unwrap().unwrap();
    assert_eq!(signer.dns_name(), "minyi._domainkey.example.org");
    assert!(!format!("{signer:?}").contains("1O5y"), "the key is shown");
}

#[test]
fn what_keeps_messages_from_being_signed_names_the_setting() {
    let dir = tempfile::tempdir().unwrap();
    let fault = |pem: &str, settings: &[(&str, &str)]| {
        Signer::of(&config(dir.path(), pem, settings))
            .unwrap_err()
            .to_string()
    };
    assert!(fault(ED25519_PEM, &[SENDER]).starts_with("MINYI_DKIM_SELECTOR is not set"));
    let strange = fault(ED25519_PEM, &[SENDER, ("MINYI_DKIM_SELECTOR", "a; b")]);
    assert!(strange.contains("\"a; b\" is not a DNS name"), "{strange}");
    let foreign = fault(ED25519_PEM, &[SENDER, SELECTOR, ("MINYI_DKIM_DOMAIN", "ple.org")]);
    assert!(foreign.contains("not the domain of the sender"), "{foreign}");
    for pem in [
        "",
        "-----BEGIN PRIVATE KEY-----\n!\n-----END PRIVATE KEY-----\n",
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAw\n-----END PRIVATE KEY-----\n",
        // X25519: a key, but none that signs.
        "-----BEGIN PRIVATE KEY-----\nMC4CAQAwBQYDK2VuBCIEINTuctv5E1hK1bbY8fdp+K06/nwoy/HU++CXqI9EdVhC\n-----END PRIVATE KEY-----\n",
        "-----BEGIN RSA PRIVATE KEY-----\nMC4CAQAw\n-----END RSA PRIVATE KEY-----\n",
    ] {
        let said = fault(pem, &[SENDER, SELECTOR]);
        assert!(said.contains("openssl genpkey"), "{pem}: {said}");
    }
    let mut missing = config(dir.path(), ED25519_PEM, &[SENDER, SELECTOR]);
    missing.dkim_key = Some(PathBuf::from("/nowhere/dkim.pem"));
    let said = Signer::of(&missing).unwrap_err().to_string();
    assert!(said.starts_with("MINYI_DKIM_KEY: /nowhere/dkim.pem"), "{said}");
}
