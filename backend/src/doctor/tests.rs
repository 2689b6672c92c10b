use std::net::TcpListener;

use super::*;
use crate::clock::FixedClock;
use crate::handlers::testing::Server;

async fn examined(config: &Config, clock: &dyn Clock) -> Vec<Finding> {
    for lang in Lang::ALL {
        for finding in examine(Ok(config.clone()), clock, lang).await {
            assert!(
                !finding.what.contains("doctor.") && !finding.mend.contains("doctor."),
                "{finding:?}"
            );
            assert_eq!(finding.mend.is_empty(), finding.level == Level::Ok, "{finding:?}");
        }
    }
    examine(Ok(config.clone()), clock, Lang::En).await
}

/// The level of the finding that has these words.
fn level(found: &[Finding], words: &str) -> Level {
    let with = found.iter().find(|finding| finding.what.contains(words));
    with.unwrap_or_else(|| panic!("nothing says {words:?}: {found:#?}"))
        .level
}

#[tokio::test]
async fn a_server_in_order_is_found_so_and_nothing_is_changed() {
    let server = Server::start().await;
    let folder = |path: &std::path::Path| {
        let mut names: Vec<_> = std::fs::read_dir(path)
            .unwrap()
            .map(|entry| entry.unwrap().file_name())
            .collect();
        names.sort();
        names
    };
    let before = folder(&server.base.config.data_dir);
    let found = examined(&server.base.config, server.clock.as_ref()).await;
    assert_eq!(folder(&server.base.config.data_dir), before);
    let serious: Vec<_> = found.iter().filter(|one| one.level == Level::Fail).collect();
    assert!(serious.is_empty(), "{serious:?}");
    let key = server.base.keys.fingerprint().to_string();
    assert_eq!(level(&found, &key), Level::Ok);
    assert_eq!(level(&found, "MINYI_SMTP_URL"), Level::Warn);
}

#[tokio::test]
async fn an_empty_folder_is_no_fault_and_gets_no_database() {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().join("none").display().to_string();
    let config = Config::load(None, &|name| (name == "MINYI_DATA").then(|| data.clone())).unwrap();
    let clock = FixedClock::at("2026-11-23T08:00:00Z".parse().unwrap());
    let found = examined(&config, &clock).await;
    assert_eq!(worst(&found), Level::Warn, "{found:?}");
    assert!(!config.data_dir.exists());
    std::fs::create_dir_all(&config.data_dir).unwrap();
    let found = examined(&config, &clock).await;
    assert_eq!(level(&found, "makes it"), Level::Ok);
    assert_eq!(std::fs::read_dir(&config.data_dir).unwrap().count(), 0);
}

#[tokio::test]
async fn each_fault_is_found_with_the_way_to_mend_it() {
    let server = Server::start().await;
    let config = &server.base.config;
    let clock = FixedClock::at("2026-11-22T08:00:00Z".parse().unwrap());
    let found = examined(config, &clock).await;
    assert_eq!(level(&found, "behind the newest entry"), Level::Fail);

    let other = tempfile::tempdir().unwrap();
    let mut changed = config.clone();
    changed.key_file = other.path().join("other.key");
    std::fs::write(&changed.key_file, hex::encode([5; 32])).unwrap();
    let found = examined(&changed, server.clock.as_ref()).await;
    assert_eq!(level(&found, "not the one"), Level::Fail);
    #[cfg(unix)]
    assert_eq!(level(&found, "others than its owner"), Level::Fail);

    let mut changed = config.clone();
    changed.database_url = "postgres://minyi:hunter2@127.0.0.1:1/minyi".to_owned();
    let found = examined(&changed, server.clock.as_ref()).await;
    assert_eq!(level(&found, "127.0.0.1:1"), Level::Fail);
    assert!(found.iter().all(|one| !one.what.contains("hunter2")));

    let silent = TcpListener::bind("127.0.0.1:0").unwrap();
    drop(silent.set_nonblocking(true));
    let mut changed = config.clone();
    changed.smtp_url = Some("smtp://user:secret@127.0.0.1:1?tls=required".to_owned());
    let found = examined(&changed, server.clock.as_ref()).await;
    assert_eq!(level(&found, "127.0.0.1:1"), Level::Fail);
    assert!(found.iter().all(|one| !one.what.contains("secret")), "{found:?}");
}

#[tokio::test]
async fn a_damaged_database_is_found() {
    let server = Server::start().await;
    if server.base.config.database_url.starts_with("postgres") {
        return;
    }
    // The whole database in one file, then a page in its middle overwritten.
    sea_orm::ConnectionTrait::execute_unprepared(&server.base.db, "PRAGMA wal_checkpoint(TRUNCATE)")
        .await
        .unwrap();
    let dir = tempfile::tempdir().unwrap();
    let copy = dir.path().join("minyi.db");
    let mut bytes = std::fs::read(server.base.config.data_dir.join("minyi.db")).unwrap();
    for page in 3..bytes.len() / 4096 {
        bytes[page * 4096..page * 4096 + 512].fill(0x5A);
    }
    std::fs::write(&copy, bytes).unwrap();
    let mut config = server.base.config.clone();
    config.database_url = format!("sqlite://{}", copy.display());
    let found = examined(&config, server.clock.as_ref()).await;
    assert_eq!(worst(&found), Level::Fail, "{found:?}");
    let told = found
        .iter()
        .find(|one| one.level == Level::Fail && one.what.contains("minyi.db"));
    assert!(
        told.is_some_and(|one| one.mend.contains("minyi restore")),
        "{found:?}"
    );
}

#[test]
fn settings_that_cannot_be_read_are_the_one_finding() {
    let config = Config::load(None, &|name| (name == "MINYI_LISTEN").then(|| "x".to_owned()));
    let clock = FixedClock::at("2026-11-23T08:00:00Z".parse().unwrap());
    let runtime = tokio::runtime::Builder::new_current_thread().build().unwrap();
    let found = runtime.block_on(examine(config, &clock, Lang::En));
    assert_eq!(found.len(), 1);
    assert!(found[0].what.contains("MINYI_LISTEN"), "{found:?}");
}
