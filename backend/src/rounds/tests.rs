//! Plans in and out, states, samples, and their entries in the audit log.

use std::sync::Arc;

use analysis::plan::{FramePerson, Plan, PlanFiles};

use super::rows::member;
use super::*;
use crate::clock::{Entropy, FixedClock};
use crate::config::Config;
use crate::store::audit;
use crate::store::frame::{FrameMember, Identity};

const ROUND: &str = "yunxi-2026";

async fn base() -> (tempfile::TempDir, Base) {
    let dir = tempfile::tempdir().unwrap();
    let data = dir.path().display().to_string();
    let config = Config::load(None, &|name| (name == "MINYI_DATA").then(|| data.clone())).unwrap();
    let clock = Arc::new(FixedClock::at("2026-11-23T08:00:00Z".parse().unwrap()));
    let base = Base::open_with(config, clock, Entropy::seeded(3)).await.unwrap();
    (dir, base)
}

/// The sample plan with a frame of a few people, in a spelling that only a byte-for-byte copy keeps.
fn plan_files() -> PlanFiles {
    let mut files = crate::synthetic::sample_plan();
    let units = String::from_utf8(files["units.csv"].clone()).unwrap();
    let village = units
        .lines()
        .find(|line| line.contains(",village,"))
        .unwrap()
        .split(',')
        .next()
        .unwrap();
    let mut frame = "\u{feff}person_id,unit,group,category,grade,sex,birth_year,hardship,phone,email,name,relative_of\r\n".to_owned();
    for n in 0..6 {
        frame.push_str(&format!(
            "ID-{n:04},{village},resident,vision,1,male,{},,13900000{n:03},,张{n},\r\n",
            1950 + n
        ));
    }
    frame.push_str(&format!(
        "ID-REL,{village},family,,,,,,13900000999,,李,ID-0002\r\n"
    ));
    files.insert("frame.csv".to_owned(), frame.into_bytes());
    files
}

fn drawn(group: &str, person_id: &str, person: &str) -> DrawnCase {
    DrawnCase {
        group: group.to_owned(),
        person_id: person_id.to_owned(),
        township: None,
        unit: "u".to_owned(),
        stratum: "s".to_owned(),
        psu: person.to_owned(),
        certainty: true,
        base_weight: 1.0,
        person: Some(person.to_owned()),
        disposition: None,
    }
}

#[tokio::test]
async fn plan_comes_back_byte_for_byte_and_no_person_is_readable_in_the_database() {
    let (dir, base) = base().await;
    let files = plan_files();
    let imported = import(&base, &files, "test").await.unwrap();
    assert_eq!(
        (imported.round.as_str(), imported.frame, imported.forms),
        (ROUND, 7, 3)
    );
    assert_eq!(export(&base, ROUND, "test").await.unwrap(), files);
    base.db.close_by_ref().await.unwrap();
    let bytes = std::fs::read(dir.path().join("minyi.db")).unwrap();
    let holds = |text: &str| bytes.windows(text.len()).any(|window| window == text.as_bytes());
    assert!(holds(ROUND), "the bytes are those of the database");
    for secret in ["ID-0003", "13900000003", "张3"] {
        assert!(!holds(secret), "{secret}");
    }
}

#[tokio::test]
async fn faults_of_the_plan_are_returned_and_nothing_is_stored() {
    let (_dir, base) = base().await;
    let mut files = plan_files();
    let frame = files.get_mut("frame.csv").unwrap();
    frame.extend_from_slice(b"ID-0001,nowhere,resident,vision,1,male,1980,,,,,\r\n");
    let Err(RoundActError::Plan(faults)) = import(&base, &files, "test").await else {
        panic!()
    };
    let lines: Vec<String> = faults.iter().map(|fault| fault.to_line("zh")).collect();
    assert!(
        lines
            .iter()
            .any(|line| line.contains("frame.csv") && line.contains("person_id")),
        "{lines:?}"
    );
    assert!(matches!(
        require(&base, ROUND).await,
        Err(RoundActError::Unknown { .. })
    ));
}

#[tokio::test]
async fn round_moves_forward_only_and_every_act_is_in_the_log() {
    let (_dir, base) = base().await;
    let files = plan_files();
    import(&base, &files, "test").await.unwrap();
    import(&base, &files, "test").await.unwrap();
    assert!(matches!(
        open(&base, ROUND, "test").await,
        Err(RoundActError::State { .. })
    ));
    assert!(matches!(
        invite(&base, ROUND, "test").await,
        Err(RoundActError::State { .. })
    ));
    let hash = seal(&base, ROUND, "test").await.unwrap();
    assert_eq!(hash, Plan::sha256(&files));
    assert_eq!(seal(&base, ROUND, "test").await.unwrap(), hash);
    assert!(matches!(
        import(&base, &files, "test").await,
        Err(RoundActError::State { .. })
    ));
    assert!(matches!(
        close(&base, ROUND, "test").await,
        Err(RoundActError::State { .. })
    ));
    open(&base, ROUND, "test").await.unwrap();
    close(&base, ROUND, "test").await.unwrap();
    let log = audit::latest(&base.db, 100).await.unwrap();
    let acts: Vec<&str> = log.iter().rev().map(|row| row.action.as_str()).collect();
    assert_eq!(
        acts,
        [
            "round.import",
            "round.import",
            "round.seal",
            "round.open",
            "round.closed"
        ]
    );
    assert_eq!(audit::verify(&base.db, &base.keys).await.unwrap().entries, 5);
}

#[tokio::test]
async fn sample_holds_case_numbers_and_joins_relatives_to_their_persons() {
    let (_dir, base) = base().await;
    let files = plan_files();
    import(&base, &files, "test").await.unwrap();
    seal(&base, ROUND, "test").await.unwrap();
    let plan = Plan::read(&files).unwrap();
    let draw = [
        drawn("resident", "ID-0001", "ID-0001"),
        drawn("resident", "ID-0002", "ID-0002"),
        drawn("family", "ID-REL", "ID-0002"),
    ];
    let unknown = [drawn("resident", "ID-9999", "ID-9999")];
    assert!(matches!(
        set_sample(&base, &plan, &unknown, "test").await,
        Err(RoundActError::NotInFrame(1))
    ));
    let numbers = set_sample(&base, &plan, &draw, "test").await.unwrap();
    assert_eq!(numbers, ["resident-000001", "resident-000002", "family-000001"]);
    let cases = sample::list(&base.db, ROUND).await.unwrap();
    let find = |id: &str| cases.iter().find(|case| case.case_id == id).unwrap();
    let (person, relative) = (find("resident-000002"), find("family-000001"));
    assert_eq!((&relative.person, &relative.psu), (&person.person, &person.psu));
    assert_eq!(
        (relative.category.as_deref(), relative.age_band.as_deref()),
        (Some("vision"), person.age_band.as_deref())
    );
    assert!(!format!("{cases:?}").contains("ID-"));

    let issued = invite(&base, ROUND, "test").await.unwrap();
    assert_eq!(issued.len(), 3);
    assert!(
        invite(&base, ROUND, "test").await.unwrap().is_empty(),
        "nobody is invited twice"
    );
    assert!(matches!(
        set_sample(&base, &plan, &draw, "test").await,
        Err(RoundActError::State { .. })
    ));
    let invitation = invitations::by_code(&base.db, &base.keys, &issued[0].code)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(invitation.case_id, issued[0].case_id);
}

#[tokio::test]
async fn frame_of_a_county_is_stored_in_seconds() {
    let (_dir, base) = base().await;
    let people: Vec<(FrameMember, Identity)> = (0..62_000)
        .map(|n| {
            let person = FramePerson {
                person_id: format!("ID-{n:06}"),
                group: "resident".into(),
                ..Default::default()
            };
            member(&base, ROUND, person)
        })
        .collect();
    let begun = std::time::Instant::now();
    let tx = begin(&base.db).await.unwrap();
    frame::replace(&tx, &base.keys, &base.entropy, ROUND, people)
        .await
        .unwrap();
    tx.commit().await.unwrap();
    let seconds = begun.elapsed().as_secs_f64();
    assert_eq!(frame::count(&base.db, ROUND).await.unwrap(), 62_000);
    // Two busy cores and a debug build take three; one statement a row took minutes.
    assert!(seconds < 30.0, "{seconds}");
    let key = base.keys.member_key(ROUND, "ID-000007");
    let identity = frame::identity(&base.db, &base.keys, ROUND, &key)
        .await
        .unwrap()
        .unwrap();
    assert_eq!(identity.person_id, "ID-000007");
}
