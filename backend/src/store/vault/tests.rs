use super::*;
use crate::auth::Role;
use crate::handlers::testing::{ROUND, Server, frame_member};
use crate::keys::file::KeyFile;
use crate::keys::sealed_in_test;
use crate::store::frame::{FrameMember, Identity};
use crate::store::tables::{self, Kind};
use crate::store::testing;

/// Columns of text that hold something sealed.
const SEALED_TEXT: [(&str, &str); 1] = [("held", "envelope")];

#[test]
fn every_column_of_bytes_is_said_to_be_sealed_or_open() {
    let mut schema: Vec<(String, String)> = tables::all()
        .into_iter()
        .flat_map(|table| {
            let name = table.name;
            let bytes = table.columns.into_iter().filter(|c| c.kind == Kind::Bytes);
            bytes
                .map(move |column| (name.clone(), column.name))
                .collect::<Vec<_>>()
        })
        .collect();
    schema.sort();
    let is_text = |table: &str, column: &str| SEALED_TEXT.contains(&(table, column));
    let listed: Vec<(String, String)> = COLUMNS
        .iter()
        .filter(|(table, column, _)| !is_text(table, column))
        .map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned()))
        .collect();
    assert_eq!(
        schema, listed,
        "say in store/vault.rs whether a new column is sealed, and seal it again there"
    );
}

#[tokio::test]
async fn after_a_rotation_only_the_new_key_opens_and_a_second_run_changes_nothing() {
    let (_dir, db) = testing::database().await;
    let entropy = Entropy::seeded(1);
    let mut file = KeyFile::new([1; 32]);
    let old = Keys::of(&file);
    let person = |n: u32| {
        let member = FrameMember {
            round_id: "r".to_owned(),
            ..frame_member(&format!("m{n}"), "resident", "u")
        };
        let identity = Identity {
            name: format!("张{n}"),
            ..Identity::default()
        };
        (member, identity)
    };
    frame::replace(&db, &old, &entropy, "r", (0..1_200).map(person).collect())
        .await
        .unwrap();
    let files = [("frame.csv".to_owned(), b"person_id".to_vec())].into();
    plan_store::replace(&db, &old, &entropy, "r", &files)
        .await
        .unwrap();
    file.rotate(&entropy);
    let new = Keys::of(&file);
    assert_eq!(seal_again(&db, &new, &entropy).await.unwrap(), 1_201);
    assert_eq!(seal_again(&db, &new, &entropy).await.unwrap(), 0);
    let row = identities::Entity::find_by_id(("r".to_owned(), "m7".to_owned()));
    let row = row.one(&db).await.unwrap().unwrap();
    let context = frame::context("r", "m7");
    assert!(old.open(&context, &row.sealed).is_err());
    assert!(String::from_utf8_lossy(&new.open(&context, &row.sealed).unwrap()).contains("张7"));
    assert_eq!(
        plan_store::read(&db, &new, "r").await.unwrap()["frame.csv"],
        b"person_id"
    );
    // A key file that opens nothing of it changes nothing.
    let foreign = Keys::from_master(&[9; 32]);
    assert!(seal_again(&db, &foreign, &entropy).await.is_err());
}

/// Where the program seals, by file, and how often: whoever adds one says in [`COLUMNS`] where it is kept, and adds it to
/// the server of the test below.
const SEALERS: [(&str, usize); 9] = [
    ("attachments.rs", 1),
    ("auth/second_factor.rs", 1),
    ("cases.rs", 2),
    ("cases/respondent.rs", 1),
    ("records/frames.rs", 1),
    ("store/erasure/person.rs", 2),
    ("store/frame.rs", 1),
    ("store/held.rs", 1),
    ("store/plan_files.rs", 1),
];

fn sources(folder: &std::path::Path, found: &mut Vec<std::path::PathBuf>) {
    for entry in std::fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            sources(&path, found);
        } else if path.extension().is_some_and(|extension| extension == "rs") {
            found.push(path);
        }
    }
}

#[test]
fn every_place_that_seals_is_known() {
    let root = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("src");
    let mut files = Vec::new();
    sources(&root, &mut files);
    let mut seals: Vec<(String, usize)> = Vec::new();
    for path in files {
        let name = path.strip_prefix(&root).unwrap().display().to_string();
        let is_test = name.contains("tests") || name == "keys.rs";
        let source = std::fs::read_to_string(&path).unwrap();
        let program = source.split("#[cfg(test)]\nmod tests {").next().unwrap();
        let joined: String = program.split_whitespace().collect();
        let count = joined.matches("keys.seal(").count() + joined.matches("keys.seal_second_factor(").count();
        if count > 0 && !is_test {
            seals.push((name, count));
        }
    }
    seals.sort();
    let known: Vec<(String, usize)> = SEALERS.map(|(name, count)| (name.to_owned(), count)).into();
    assert_eq!(
        seals, known,
        "what is sealed there has to be sealed again when keys are rotated"
    );
}

/// Every value of the database that something sealed, with the generation that did.
async fn sealed_values(db: &sea_orm::DatabaseConnection) -> Vec<(String, String, u32)> {
    use base64::Engine;
    use base64::engine::general_purpose::STANDARD;
    use sea_orm::Statement;
    let mut found = Vec::new();
    for table in tables::all() {
        for column in table.columns {
            let sql = format!("SELECT \"{}\" FROM \"{}\"", column.name, table.name);
            let statement = Statement::from_string(db.get_database_backend(), sql);
            for row in db.query_all_raw(statement).await.unwrap() {
                let bytes = match column.kind {
                    Kind::Bytes => row.try_get_by_index::<Option<Vec<u8>>>(0).unwrap(),
                    Kind::Text => row
                        .try_get_by_index::<Option<String>>(0)
                        .unwrap()
                        .and_then(|text| {
                            let coded = text.rsplit(':').next().unwrap_or_default();
                            STANDARD.decode(coded).ok().or_else(|| hex::decode(coded).ok())
                        }),
                    _ => None,
                };
                let generation = bytes.and_then(|bytes| sealed_in_test::generation_of(&bytes));
                if let Some(generation) = generation {
                    found.push((table.name.clone(), column.name.clone(), generation));
                }
            }
        }
    }
    found
}

/// What an earlier key sealed and rotation forgot would be found here, whatever table or column it is in.
#[tokio::test]
async fn no_value_of_the_database_is_left_under_the_earlier_key() {
    let server = Server::start().await;
    let base = &server.base;
    let (db, entropy) = (&base.db, &base.entropy);
    let mut file = KeyFile::read(&base.config.key_file).unwrap();
    let old = Keys::of(&file);
    let staff = server.named_account("li", Role::Office, None).await;
    let member = frame_member("m1", "resident", "u");
    frame::replace(db, &old, entropy, ROUND, vec![(member, Identity::default())])
        .await
        .unwrap();
    let mut files = plan_store::read(db, &old, ROUND).await.unwrap();
    files.insert("frame.csv".to_owned(), b"person_id".to_vec());
    plan_store::replace(db, &old, entropy, ROUND, &files)
        .await
        .unwrap();
    let version = versions::Model {
        round_id: ROUND.to_owned(),
        version: 1,
        based_on: 0,
        state: frame_versions::PROPOSED.to_owned(),
        file: "f.csv".to_owned(),
        sha256: String::new(),
        rows: 1,
        counts: String::new(),
        drawn_from: false,
        reason: String::new(),
        actor: "li".to_owned(),
        at: 0,
        day: "2026-11-23".to_owned(),
        content: old
            .seal(&frame_versions::context(ROUND, 1), b"person_id", entropy)
            .unwrap(),
    };
    frame_versions::insert(db, version).await.unwrap();
    let case = uuid::Uuid::from_u128(7);
    let row = follow_up_cases::Model {
        id: case,
        round_id: ROUND.to_owned(),
        leaf: "l".to_owned(),
        group: "resident".to_owned(),
        area: None,
        unit: None,
        text: old.seal(&case_context(case, "text"), b"t", entropy).unwrap(),
        contact: Some(old.seal(&case_context(case, "contact"), b"c", entropy).unwrap()),
        state: "new".to_owned(),
        owner: None,
        opened_on: "2026-11-23".to_owned(),
        due_on: "2026-12-14".to_owned(),
        done_on: None,
        outcome: None,
        satisfaction: None,
        unread: false,
    };
    crate::store::cases::insert(db, vec![row]).await.unwrap();
    let message = case_messages::Model {
        case_id: case,
        ord: 1,
        from_office: false,
        day: "2026-11-23".to_owned(),
        body: old.seal(&case_context(case, "1"), b"m", entropy).unwrap(),
    };
    crate::store::cases::add_message(db, message).await.unwrap();
    let factor = second_factors::Model {
        staff_id: staff,
        secret: old.seal_second_factor(staff, b"secret", entropy).unwrap(),
        last_step: 0,
        since: "2026-11-23".to_owned(),
    };
    crate::store::second_factors::put(db, factor, Vec::new())
        .await
        .unwrap();
    let session = sessions::Model {
        token_hash: "h".to_owned(),
        staff_id: staff,
        csrf: String::new(),
        created_at: 0,
        expires_at: i64::MAX,
        device: String::new(),
        enrolling: Some(old.seal_second_factor(staff, b"secret", entropy).unwrap()),
    };
    crate::store::sessions::insert(db, session).await.unwrap();
    let photo = uuid::Uuid::from_u128(11);
    let attachment = crate::entity::attachments::Model {
        id: photo,
        response_id: uuid::Uuid::from_u128(12),
        round_id: ROUND.to_owned(),
        question: "photo".to_owned(),
        name: "photo.jpg".to_owned(),
        media_type: "image/jpeg".to_owned(),
        bytes: 6,
        mac: String::new(),
        content: old
            .seal(&attachment_store::context(photo), b"a face", entropy)
            .unwrap(),
    };
    attachment_store::insert(db, attachment).await.unwrap();
    // One as it was kept before November 2026, and one as it is.
    for (id, envelope) in [
        (8, "{\"v\":1}".to_owned()),
        (
            9,
            held_store::sealed(&old, entropy, uuid::Uuid::from_u128(9), "{\"v\":1}").unwrap(),
        ),
    ] {
        let row = held::Model {
            id: uuid::Uuid::from_u128(id),
            round_id: ROUND.to_owned(),
            case_id: "R1".to_owned(),
            staff_id: staff,
            envelope,
            content_mac: String::new(),
            reason: "closed".to_owned(),
            faults: "[]".to_owned(),
            state: "held".to_owned(),
            note: None,
            day: "2026-11-23".to_owned(),
        };
        crate::store::held::insert(db, row).await.unwrap();
    }

    let columns = |found: &[(String, String, u32)]| -> std::collections::BTreeSet<(String, String)> {
        found
            .iter()
            .map(|(table, column, _)| (table.clone(), column.clone()))
            .collect()
    };
    let before = sealed_values(db).await;
    let listed = COLUMNS
        .iter()
        .filter(|(_, _, content)| *content == Content::Sealed);
    let listed: std::collections::BTreeSet<(String, String)> = listed
        .map(|(table, column, _)| ((*table).to_owned(), (*column).to_owned()))
        .collect();
    assert_eq!(
        columns(&before),
        listed,
        "this server holds something of every sealed column"
    );
    assert!(before.iter().all(|(_, _, generation)| *generation == 1));

    file.rotate(entropy);
    let new = Keys::of(&file);
    assert!(seal_again(db, &new, entropy).await.unwrap() >= before.len() as u64);
    let after = sealed_values(db).await;
    assert_eq!(columns(&after), columns(&before));
    let left: Vec<_> = after
        .iter()
        .filter(|(_, _, generation)| *generation != 2)
        .collect();
    assert!(left.is_empty(), "still under the earlier key: {left:?}");
    assert_eq!(seal_again(db, &new, entropy).await.unwrap(), 0);
    // With the new key alone everything opens, and with the old one nothing.
    let secret = crate::store::second_factors::find(db, staff)
        .await
        .unwrap()
        .unwrap()
        .secret;
    assert!(old.open_second_factor(staff, &secret).is_err());
    assert_eq!(new.open_second_factor(staff, &secret).unwrap(), b"secret");
    for id in [8, 9] {
        let id = uuid::Uuid::from_u128(id);
        let kept = crate::store::held::find(db, id).await.unwrap().unwrap().envelope;
        assert_eq!(held_store::opened(&new, id, &kept).unwrap(), "{\"v\":1}");
        assert!(held_store::opened(&old, id, &kept).is_err());
    }
}
