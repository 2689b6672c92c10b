use std::collections::BTreeMap;
use std::fs::File;
use std::io::{Read, Write};
use std::path::{Path, PathBuf};

use sea_orm::{ConnectionTrait, Statement};
use zip::write::{SimpleFileOptions, ZipWriter};

use super::manifest::{MANIFEST, Manifest, SEAL};
use super::{BackupFault, fault, read, write};
use crate::app::Base;
use crate::auth::Role;
use crate::clock::Entropy;
use crate::config::Config;
use crate::entity::evidence_files;
use crate::handlers::testing::{self, ROUND, Server};
use crate::pages::Lang;
use crate::store::{audit, cards, connect, connect_as_is, rounds, staff};

/// A server with a file of evidence, its backup, and an empty place to restore it to.
struct Place {
    server: Server,
    dir: tempfile::TempDir,
    config: Config,
}

impl Place {
    async fn new() -> Self {
        let server = Server::start().await;
        let id = server.base.entropy.uuid();
        let row = evidence_files::Model {
            id,
            card_id: id,
            criterion: "c1".to_owned(),
            sha256: hex::encode(<sha2::Sha256 as sha2::Digest>::digest(b"a photograph")),
            media_type: "image/png".to_owned(),
            bytes: 12,
            taken_on: String::new(),
            place: String::new(),
            at: 0,
        };
        cards::add_evidence(&server.base.db, row).await.unwrap();
        let folder = server.base.config.data_dir.join("evidence");
        std::fs::create_dir_all(&folder).unwrap();
        std::fs::write(folder.join(id.to_string()), b"a photograph").unwrap();
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().join("restored").display().to_string();
        let key = server.base.config.key_file.display().to_string();
        let env = |name: &str| match name {
            "MINYI_DATA" => Some(data.clone()),
            "MINYI_KEY_FILE" => Some(key.clone()),
            _ => None,
        };
        let config = Config::load(None, &env).unwrap();
        Self { server, dir, config }
    }

    fn file(&self) -> PathBuf {
        self.dir.path().join("a.minyi")
    }

    async fn backup(&self) -> Manifest {
        write::write(&self.server.base, &self.file(), &|_, _| {})
            .await
            .unwrap()
    }

    async fn restore(&self, file: &Path) -> Result<Manifest, BackupFault> {
        let clock = self.server.base.clock.as_ref();
        read::restore(&self.config, clock, &Entropy::seeded(3), file, &|_, _| {}).await
    }

    /// The backup with other members, sealed anew where `seal` says so.
    fn rewritten(&self, seal: bool, edit: impl FnOnce(&mut BTreeMap<String, Vec<u8>>)) -> PathBuf {
        let mut archive = zip::ZipArchive::new(File::open(self.file()).unwrap()).unwrap();
        let mut members = BTreeMap::new();
        for i in 0..archive.len() {
            let mut member = archive.by_index(i).unwrap();
            let mut bytes = Vec::new();
            member.read_to_end(&mut bytes).unwrap();
            members.insert(member.name().to_owned(), bytes);
        }
        edit(&mut members);
        if seal {
            let mac = self.server.base.keys.backup_mac(&members[MANIFEST]);
            members.insert(SEAL.to_owned(), mac.into_bytes());
        }
        let path = self.dir.path().join("b.minyi");
        let mut out = ZipWriter::new(File::create(&path).unwrap());
        for (name, bytes) in members {
            out.start_file(name, SimpleFileOptions::default()).unwrap();
            out.write_all(&bytes).unwrap();
        }
        out.finish().unwrap();
        path
    }

    /// What is wrong with that backup.
    async fn refused(&self, file: &Path) -> BackupFault {
        let fault = self.restore(file).await.unwrap_err();
        assert!(
            !self.config.data_dir.join("evidence").exists(),
            "something was restored: {fault}"
        );
        for lang in Lang::ALL {
            assert!(!fault.told(lang).starts_with("backup."), "{fault}");
        }
        fault
    }
}

async fn base_of(config: &Config, like: &Base) -> Base {
    Base {
        config: config.clone(),
        db: connect(&config.database_url).await.unwrap(),
        ..like.clone()
    }
}

#[tokio::test]
async fn what_was_backed_up_is_restored_with_its_files_and_its_chain() {
    let place = Place::new().await;
    let manifest = place.backup().await;
    assert_eq!((manifest.files.len(), manifest.missing.len()), (1, 0));
    assert_eq!(place.restore(&place.file()).await.unwrap(), manifest);
    let restored = base_of(&place.config, &place.server.base).await;
    let chain = audit::verify(&restored.db, &restored.keys).await.unwrap();
    let log = audit::latest(&restored.db, 2).await.unwrap();
    assert_eq!(
        (log[0].action.as_str(), log[1].action.as_str(), chain.entries),
        ("backup.restore", "backup.write", log[0].seq)
    );
    let file = &manifest.files[0].path;
    assert_eq!(
        std::fs::read(place.config.data_dir.join(file)).unwrap(),
        b"a photograph"
    );
    // Again, from where it was restored to: only the log has grown.
    let again = place.dir.path().join("again.minyi");
    let second = write::write(&restored, &again, &|_, _| {}).await.unwrap();
    for (one, two) in manifest.tables.iter().zip(&second.tables) {
        assert!(one == two || one.table.name == "audit", "{one:?} {two:?}");
    }
    // Nothing is overwritten: neither the file nor the database.
    assert!(matches!(
        write::write(&restored, &again, &|_, _| {}).await,
        Err(BackupFault::Exists(_))
    ));
    match place.restore(&place.file()).await {
        Err(BackupFault::NotEmpty { table, .. }) => assert_eq!(table, "audit"),
        other => panic!("{other:?}"),
    }
}

/// Columns of each table of a schema that these migrations made.
async fn schema_of(migrations: &[String]) -> BTreeMap<String, Vec<String>> {
    let dir = tempfile::tempdir().unwrap();
    let url = format!("sqlite://{}", dir.path().join("old.db").display());
    let db = connect_as_is(&url, true).await.unwrap();
    let upto = crate::migration::Upto(migrations.to_vec());
    sea_orm_migration::MigratorTraitSelf::up(&upto, &db, None)
        .await
        .unwrap();
    let sql =
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'";
    let rows = db.query_all_raw(Statement::from_string(db.get_database_backend(), sql));
    let mut schema: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for row in rows.await.unwrap() {
        let table: String = row.try_get_by_index(0).unwrap();
        let column: String = row.try_get_by_index(1).unwrap();
        schema.entry(table).or_default().push(column);
    }
    schema
}

/// What a backup would hold had it been made when the schema was that old.
fn as_old_as(
    members: &mut BTreeMap<String, Vec<u8>>,
    migrations: &[String],
    schema: &BTreeMap<String, Vec<String>>,
) {
    let mut manifest: Manifest = serde_json::from_slice(&members[MANIFEST]).unwrap();
    manifest.migrations = migrations.to_vec();
    manifest.tables.retain_mut(|table| {
        let name = table.member();
        let Some(columns) = schema.get(&table.table.name) else {
            members.remove(&name);
            return false;
        };
        let kept: Vec<bool> = table
            .table
            .columns
            .iter()
            .map(|c| columns.contains(&c.name))
            .collect();
        let mut keep = kept.iter();
        table.table.columns.retain(|_| *keep.next().unwrap());
        let mut text = Vec::new();
        for line in members[&name]
            .split(|byte| *byte == b'\n')
            .filter(|line| !line.is_empty())
        {
            let cells: Vec<serde_json::Value> = serde_json::from_slice(line).unwrap();
            let cells: Vec<_> = cells.into_iter().zip(&kept).filter(|(_, kept)| **kept).collect();
            let cells: Vec<_> = cells.into_iter().map(|(cell, _)| cell).collect();
            serde_json::to_writer(&mut text, &cells).unwrap();
            text.push(b'\n');
        }
        table.bytes = text.len() as u64;
        table.sha256 = hex::encode(<sha2::Sha256 as sha2::Digest>::digest(&text));
        members.insert(name, text);
        true
    });
    members.insert(MANIFEST.to_owned(), serde_json::to_vec(&manifest).unwrap());
}

/// Every version that was ever released has a schema made by the first so many migrations. With `MINYI_TEST_POSTGRES`
/// this runs on PostgreSQL.
#[tokio::test]
async fn data_of_every_earlier_schema_is_migrated_to_this_one() {
    let mut place = Place::new().await;
    place.server.account(Role::Office).await;
    let whole = place.backup().await;
    for length in 1..=whole.migrations.len() {
        let migrations = &whole.migrations[..length];
        let schema = schema_of(migrations).await;
        let old = place.rewritten(true, |members| as_old_as(members, migrations, &schema));
        place.config.data_dir = place.dir.path().join(format!("upto-{length}"));
        let file = place.config.data_dir.join("minyi.db");
        place.config.database_url = match testing::database().await {
            Some(url) => url,
            None => format!("sqlite://{}", file.display()),
        };
        let restored = place.restore(&old).await;
        restored.unwrap_or_else(|fault| panic!("after {:?}: {fault}", migrations.last()));
        let db = connect(&place.config.database_url).await.unwrap();
        for table in &whole.tables {
            let name = &table.table.name;
            let rows = crate::store::tables::count(&db, name).await.unwrap();
            let expected = if schema.contains_key(name) { table.rows } else { 0 };
            // The restore itself is in the log.
            let expected = expected + u64::from(name == "audit");
            assert_eq!(rows, expected, "{name} after {:?}", migrations.last());
        }
        assert!(rounds::find(&db, ROUND).await.unwrap().is_some());
        assert!(staff::by_login(&db, "office").await.unwrap().is_some());
        let chain = audit::verify(&db, &place.server.base.keys).await;
        assert!(chain.is_ok(), "{chain:?}");
    }
}

#[tokio::test]
async fn whatever_was_changed_is_refused_and_named() {
    let place = Place::new().await;
    place.backup().await;
    let altered = |member: &str, what: fault::Difference| {
        let member = member.to_owned();
        move |fault: &BackupFault| matches!(fault, BackupFault::Altered { member: m, what: w, .. } if *m == member && *w == what)
    };
    let cut = place.dir.path().join("cut.minyi");
    let whole = std::fs::read(place.file()).unwrap();
    std::fs::write(&cut, &whole[..whole.len() / 2]).unwrap();
    assert!(matches!(place.refused(&cut).await, BackupFault::NotWhole { .. }));
    std::fs::write(&cut, b"hello").unwrap();
    assert!(matches!(place.refused(&cut).await, BackupFault::NotWhole { .. }));
    let gone = place.dir.path().join("none");
    assert!(!place.refused(&gone).await.is_environment());

    let other = place.rewritten(false, |members| {
        members.remove(MANIFEST);
    });
    assert!(matches!(place.refused(&other).await, BackupFault::Foreign(_)));
    let bad = place.rewritten(false, |members| {
        let audit = members.get_mut("tables/audit.jsonl").unwrap();
        let text = String::from_utf8(std::mem::take(audit)).unwrap();
        *audit = text.replace("round.seal", "round.veal").into_bytes();
    });
    let fault = place.refused(&bad).await;
    assert!(
        altered("tables/audit.jsonl", fault::Difference::Hash)(&fault),
        "{fault}"
    );
    let bad = place.rewritten(false, |members| {
        members.remove("tables/rounds.jsonl");
    });
    let fault = place.refused(&bad).await;
    assert!(
        altered("tables/rounds.jsonl", fault::Difference::Gone)(&fault),
        "{fault}"
    );
    let bad = place.rewritten(false, |members| {
        members.insert("files/../../x".to_owned(), Vec::new());
    });
    let fault = place.refused(&bad).await;
    assert!(
        altered("files/../../x", fault::Difference::Extra)(&fault),
        "{fault}"
    );
    let bad = place.rewritten(false, |members| {
        let manifest = members.get_mut(MANIFEST).unwrap();
        let text = String::from_utf8(std::mem::take(manifest)).unwrap();
        *manifest = text.replace("\"at\"", "\"at\" ").into_bytes();
    });
    let fault = place.refused(&bad).await;
    assert!(altered(MANIFEST, fault::Difference::Seal)(&fault), "{fault}");
    let newer = place.rewritten(true, |members| {
        let mut manifest: Manifest = serde_json::from_slice(&members[MANIFEST]).unwrap();
        manifest.migrations.push("m20991231_000999_future".to_owned());
        members.insert(MANIFEST.to_owned(), serde_json::to_vec(&manifest).unwrap());
    });
    assert!(matches!(place.refused(&newer).await, BackupFault::Newer(what) if what.contains("m20991231")));
    // A flipped byte in the middle of a member: the archive's own check or the hash finds it.
    let mut flipped = whole.clone();
    flipped[whole.len() / 3] ^= 1;
    std::fs::write(&cut, flipped).unwrap();
    let fault = place.refused(&cut).await;
    assert!(matches!(fault, BackupFault::Altered { .. }), "{fault}");
}

#[tokio::test]
async fn the_key_must_be_there_and_the_right_one() {
    let mut place = Place::new().await;
    let needed = place.backup().await.keys;
    let key = place.dir.path().join("other.key");
    place.config.key_file = key.clone();
    match place.refused(&place.file()).await {
        BackupFault::NoKey { needed: n, file } => assert_eq!((n, file), (needed.clone(), key.clone())),
        other => panic!("{other:?}"),
    }
    assert!(!key.exists(), "no key is made where one is missing");
    std::fs::write(&key, hex::encode([9; 32])).unwrap();
    match place.refused(&place.file()).await {
        BackupFault::OtherKey { needed: n, held, .. } => {
            assert_eq!(n, needed);
            assert_ne!(held.master, needed.master);
        }
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn a_lost_file_is_said_and_one_in_the_way_is_kept() {
    let place = Place::new().await;
    let whole = place.backup().await;
    let name = whole.files[0].path.clone();
    let target = place.config.data_dir.join(&name);
    std::fs::create_dir_all(target.parent().unwrap()).unwrap();
    std::fs::write(&target, b"somebody else's").unwrap();
    assert!(matches!(
        place.restore(&place.file()).await,
        Err(BackupFault::InTheWay(path)) if path == target
    ));
    assert_eq!(std::fs::read(&target).unwrap(), b"somebody else's");
    std::fs::remove_file(place.server.base.config.data_dir.join(&name)).unwrap();
    let out = place.dir.path().join("c.minyi");
    let manifest = write::write(&place.server.base, &out, &|_, _| {}).await.unwrap();
    assert_eq!((manifest.files.len(), manifest.missing), (0, vec![name]));
}
