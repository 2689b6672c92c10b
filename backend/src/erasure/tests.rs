use sea_orm::{ConnectionTrait, Statement};
use sha2::{Digest, Sha256};

use super::*;
use crate::handlers::testing::{ROUND, Server, VILLAGE, frame_member};
use crate::store::frame::{self, FrameMember, Identity};
use crate::store::{plan_files, sample};

const NAME: &str = "欧阳无名";

async fn with_people(server: &Server) {
    let base = &server.base;
    let key = base.keys.member_key(ROUND, "p1");
    server.draw(&key).await;
    let member = |key: &str, of: Option<String>| FrameMember {
        category: Some("vision".to_owned()),
        relative_of_key: of,
        ..frame_member(key, "resident", VILLAGE)
    };
    let identity = Identity {
        person_id: "p1".to_owned(),
        name: NAME.to_owned(),
        ..Identity::default()
    };
    let relative = member(&base.keys.member_key(ROUND, "p2"), Some(key.clone()));
    server
        .put_frame(vec![(member(&key, None), identity.clone()), (relative, identity)])
        .await;
}

#[tokio::test]
async fn names_go_with_a_certificate_and_what_was_said_stays() {
    let server = Server::start().await;
    let base = &server.base;
    with_people(&server).await;
    assert!(matches!(
        erase_identities(base, ROUND, "li").await,
        Err(ErasureError::NotClosed(_))
    ));
    assert!(matches!(
        erase_identities(base, "none", "li").await,
        Err(ErasureError::Unknown(_))
    ));
    crate::rounds::close(base, ROUND, "test").await.unwrap();
    let (text, sha256) = erase_identities(base, ROUND, "li").await.unwrap();
    assert_eq!(sha256, hex::encode(Sha256::digest(text.as_bytes())));
    let certificate: Certificate = serde_json::from_str(&text).unwrap();
    assert_eq!(
        (certificate.erased.identities, certificate.erased.register_keys),
        (2, 2)
    );
    assert!(!text.contains(NAME));
    let log = audit::latest(&base.db, 1).await.unwrap();
    assert!(log[0].action == "identity.erase" && log[0].detail.contains(&sha256));
    audit::verify(&base.db, &base.keys).await.unwrap();

    // With the key file and the register's number nobody is found any more, and kin still belong together.
    let old = base.keys.member_key(ROUND, "p1");
    let members = frame::members(&base.db, ROUND, None).await.unwrap();
    let kin = members
        .iter()
        .find_map(|one| one.relative_of_key.clone())
        .unwrap();
    assert!(members.iter().all(|one| one.member_key != old));
    assert!(members.iter().any(|one| one.member_key == kin));
    let case = sample::find(&base.db, ROUND, "R1").await.unwrap().unwrap();
    assert_eq!(case.member_key, Some(kin));
    assert!(
        frame::identity(&base.db, &base.keys, ROUND, &old)
            .await
            .unwrap()
            .is_none()
    );
    let plan = plan_files::read(&base.db, &base.keys, ROUND).await.unwrap();
    assert!(!plan.contains_key("frame.csv") && plan.contains_key("plan.toml"));
    assert!(matches!(
        erase_identities(base, ROUND, "li").await,
        Err(ErasureError::Nothing(_))
    ));
}

/// The sealed bytes are gone from the files too: whoever keeps a disk and gets the key later finds nothing.
#[tokio::test]
async fn erased_bytes_are_not_left_in_the_files_of_the_database() {
    let server = Server::start().await;
    let base = &server.base;
    with_people(&server).await;
    let sealed: Vec<Vec<u8>> = {
        let sql = "SELECT sealed FROM identities";
        let rows = base
            .db
            .query_all_raw(Statement::from_string(base.db.get_database_backend(), sql));
        let rows = rows.await.unwrap();
        rows.iter().map(|row| row.try_get_by_index(0).unwrap()).collect()
    };
    crate::rounds::close(base, ROUND, "test").await.unwrap();
    erase_identities(base, ROUND, "li").await.unwrap();
    if base.config.database_url.starts_with("postgres") {
        return;
    }
    for name in ["minyi.db", "minyi.db-wal"] {
        let bytes = std::fs::read(base.config.data_dir.join(name)).unwrap_or_default();
        for one in &sealed {
            let found = bytes.windows(one.len()).any(|window| window == one.as_slice());
            assert!(!found, "{name} still holds a sealed identity");
        }
    }
}
