//! The offline drill: sixty interviews over simulated days, with the network cut, the browser killed, the server
//! killed and a network that lies; afterwards the server holds exactly the sixty, each equal to what was typed.

use std::collections::BTreeMap;

use minyi_tests::browser;
use minyi_tests::command::{free_port, minyi_bin};
use minyi_tests::demo::{self, DemoFile};
use sea_orm::{ConnectionTrait, Database, DatabaseConnection, DbBackend, Statement};
use serde::Deserialize;
use serde_json::json;

const INTERVIEWS: usize = 60;
const BY_HAND: usize = 12;

/// What was typed for one case.
#[derive(Deserialize)]
struct Typed {
    answers: BTreeMap<String, String>,
    consented: bool,
}

/// What the server holds of one interview.
struct Stored {
    answers: BTreeMap<String, String>,
    consents: String,
    mode: String,
    duration_s: i64,
}

fn select(sql: String) -> Statement {
    Statement::from_string(DbBackend::Sqlite, sql)
}

/// Gives the demo's interviewer sixty residents without a response, of any township.
async fn assign(db: &DatabaseConnection, login: &str) {
    for sql in [
        format!("UPDATE staff SET employer_unit = NULL WHERE login = '{login}'"),
        "DELETE FROM assignments".to_owned(),
        "DELETE FROM attempts".to_owned(),
        format!(
            "INSERT INTO assignments (round_id, case_id, staff_id) SELECT i.round_id, i.case_id, s.id \
             FROM invitations i, staff s WHERE s.login = '{login}' AND i.\"group\" = 'resident' AND i.state = 'issued' \
             ORDER BY i.case_id LIMIT {INTERVIEWS}"
        ),
    ] {
        db.execute_unprepared(&sql)
            .await
            .expect("the assignments are made");
    }
}

async fn stored(db: &DatabaseConnection, login: &str) -> Vec<Stored> {
    let sql = format!(
        "SELECT answers, consents, mode, duration_s FROM responses WHERE interviewer = '{login}' AND state = 'accepted'"
    );
    let rows = db.query_all_raw(select(sql)).await.expect("the responses");
    rows.iter()
        .map(|row| {
            let text: String = row.try_get("", "answers").expect("answers");
            Stored {
                answers: serde_json::from_str(&text).expect("answers are JSON"),
                consents: row.try_get("", "consents").expect("consents"),
                mode: row.try_get("", "mode").expect("mode"),
                duration_s: row.try_get("", "duration_s").expect("duration"),
            }
        })
        .collect()
}

async fn count(db: &DatabaseConnection, sql: &str) -> i64 {
    let row = db.query_one_raw(select(sql.to_owned())).await.expect("a count");
    row.expect("one row").try_get("", "n").expect("n")
}

#[test]
fn sixty_interviews_survive_kills_cuts_and_a_lying_network_each_once_and_as_typed() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let login = demo.login("interviewer");
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let url = format!("sqlite://{}", data.path().join("minyi.db").display());
    let db = runtime.block_on(Database::connect(&url)).expect("the database");
    runtime.block_on(assign(&db, &login.user));
    runtime.block_on(db.close()).expect("closed");

    let port = free_port();
    let typed_file = data.path().join("typed.json");
    let report = browser::run(
        "drill.mjs",
        &json!({
            "server": {
                "command": [minyi_bin(), "serve"], "port": port,
                "env": {
                    "MINYI_DATA": data.path(), "MINYI_LISTEN": format!("127.0.0.1:{port}"),
                    "MINYI_BASE_URL": format!("http://127.0.0.1:{port}"),
                },
            },
            "login": login.user, "password": login.password, "seed": 20_261_125, "interviews": INTERVIEWS,
            "byHand": BY_HAND, "days": 5, "typed": typed_file,
        }),
    );
    assert_eq!(report["interviews"], INTERVIEWS, "{report}");
    assert_eq!(report["by_hand"], BY_HAND, "{report}");
    // The drill must have been one.
    for (what, least) in [
        ("kills", 8),
        ("crashes", 4),
        ("server_kills", 1),
        ("finished_while_killed", 4),
    ] {
        assert!(
            report[what].as_u64().is_some_and(|n| n >= least),
            "{what}: {report}"
        );
    }
    let faults = report["faults"].as_object().expect("faults by kind");
    assert!(faults.len() >= 8, "{report}");

    let text = std::fs::read_to_string(&typed_file).expect("what was typed");
    let typed: BTreeMap<String, Typed> = serde_json::from_str(&text).expect("as the drill writes it");
    let db = runtime.block_on(Database::connect(&url)).expect("the database");
    let stored = runtime.block_on(stored(&db, &login.user));
    assert_eq!(typed.len(), INTERVIEWS);
    assert_eq!(stored.len(), INTERVIEWS, "{report}");
    for (case, typed) in &typed {
        let same: Vec<&Stored> = stored.iter().filter(|stored| matches(stored, typed)).collect();
        assert_eq!(
            same.len(),
            1,
            "{case}: {} of the stored responses are what was typed",
            same.len()
        );
        assert_eq!(same[0].consents.contains("sensitive"), typed.consented, "{case}");
        assert_eq!(same[0].mode, "interview");
        assert!(
            same[0].duration_s < 3_600,
            "pauses and a wrong clock do not count: {} s",
            same[0].duration_s
        );
    }
    let visits = "SELECT COUNT(*) AS n FROM attempts WHERE disposition = '1.1'";
    assert_eq!(
        runtime.block_on(count(&db, visits)),
        i64::try_from(INTERVIEWS).expect("small")
    );
    let cases = "SELECT COUNT(DISTINCT case_id) AS n FROM attempts";
    assert_eq!(
        runtime.block_on(count(&db, cases)),
        i64::try_from(INTERVIEWS).expect("small")
    );
    let held = "SELECT COUNT(*) AS n FROM held";
    assert_eq!(runtime.block_on(count(&db, held)), 0, "nothing had to be held");
    assert!(
        report["signed_in_again"].as_u64().is_some_and(|n| n >= 1),
        "{report}"
    );
}

/// Whether a stored response holds all that was typed; questions about health are answered by the app itself exactly
/// when there was no consent to them.
fn matches(stored: &Stored, typed: &Typed) -> bool {
    let all_typed = typed
        .answers
        .iter()
        .all(|(name, value)| stored.answers.get(name) == Some(value));
    let withheld = stored
        .answers
        .iter()
        .filter(|(name, _)| name.starts_with("wg_") && !typed.answers.contains_key(*name));
    all_typed && (withheld.count() == 0) == typed.consented
}
