//! Amending in the middle of fieldwork, through the server that is running meanwhile.

use axum::http::StatusCode;

use super::*;
use crate::app::PlanCache;
use crate::handlers::respond::tests::{begin as begin_answering, walk};
use crate::handlers::testing::{ROUND, Server, edited, row_of};
use crate::store::audit;
use crate::{dataset, jobs, media};

const FORM: &str = "grassroots";
const NEW_WORDS: &str = "您代表的是下面哪一类组织？";

/// Other words for a question, a further choice, a further question.
fn corrected() -> Vec<u8> {
    edited(FORM, |sheet, rows| match sheet {
        "survey" => {
            row_of(rows, "body_type")[2] = NEW_WORDS.to_owned();
            let mut more = vec![String::new(); rows[0].len()];
            for (column, text) in ["text", "more", "还有什么要说的吗？", "Anything else?"]
                .iter()
                .enumerate()
            {
                more[column] = (*text).to_owned();
            }
            let at = rows.iter().position(|row| row[1] == "one_stop").unwrap();
            rows.insert(at, more);
        }
        "choices" => {
            let at = rows
                .iter()
                .position(|row| row[0] == "filled_by" && row[1] == "other")
                .unwrap();
            let mut volunteer = rows[at].clone();
            volunteer[1..4].clone_from_slice(&["volunteer", "志愿者", "A volunteer"].map(str::to_owned));
            rows.insert(at, volunteer);
        }
        _ => {}
    })
}

fn correction(xlsx: Vec<u8>) -> Correction {
    Correction {
        file: "grassroots.xlsx".to_owned(),
        xlsx,
        media: BTreeMap::new(),
        reason: "第1题说得不清楚。".to_owned(),
    }
}

/// What is said of a correction, as `code row column`.
async fn refused(server: &Server, correction: Correction) -> Vec<String> {
    match amend(&server.base, ROUND, correction, "test").await {
        Err(RoundActError::Form(faults)) => faults
            .iter()
            .filter(|fault| fault.is_error())
            .map(|fault| {
                let row = fault.place.row.map_or("-".to_owned(), |row| row.to_string());
                format!(
                    "{} {row} {}",
                    fault.code,
                    fault.place.column.as_deref().unwrap_or("-")
                )
            })
            .collect(),
        other => panic!("{other:?}"),
    }
}

#[tokio::test]
async fn amended_form_is_new_to_the_next_and_whoever_is_in_the_middle_goes_on_without_loss() {
    let server = Server::start().await;
    let base = &server.base;
    let seal = rounds::find(&base.db, ROUND).await.unwrap().unwrap().plan_sha256;
    let old = forms::current(&base.db, ROUND, FORM)
        .await
        .unwrap()
        .unwrap()
        .version;

    // One has answered, one is in the middle.
    let first_path = server.invite(FORM, "grassroots-1").await;
    let mut first = server.browser();
    let at = begin_answering(&mut first, &first_path).await;
    let (_, check) = walk(&mut first, at, &[], 80).await;
    assert_eq!(
        first.post(&check, &[("go", "submit")]).await.status,
        StatusCode::SEE_OTHER
    );
    let second_path = server.invite(FORM, "grassroots-2").await;
    let mut second = server.browser();
    let at = begin_answering(&mut second, &second_path).await;
    let (_, at) = walk(&mut second, at, &[("body_type", "commissioner")], 8).await;
    let before = server.draft(&second_path).await.answers();
    assert!(before.len() > 4, "{before:?}");
    let public = format!("/results/{ROUND}");
    assert!(
        !server
            .browser()
            .get(&public)
            .await
            .text
            .contains("第1题说得不清楚")
    );

    let amended = amend(base, ROUND, correction(corrected()), "office")
        .await
        .unwrap();
    assert_eq!(
        (
            amended.form.as_str(),
            amended.old_version.as_str(),
            amended.held_against
        ),
        (FORM, old.as_str(), 2)
    );

    // The running server shows the next one the new words, and lists the amendment.
    let third_path = server.invite(FORM, "grassroots-3").await;
    let mut third = server.browser();
    let page = begin_answering(&mut third, &third_path).await;
    assert!(third.get(&page).await.text.contains(NEW_WORDS));
    let shown = server.browser().get(&public).await.text;
    assert!(
        shown.contains("第1题说得不清楚") && shown.contains(&amended.new_version),
        "{shown}"
    );

    // The one in the middle loses nothing and is asked the new question as well.
    let (passed, check) = walk(&mut second, at, &[], 80).await;
    assert!(passed.iter().any(|page| page.ends_with("/q/more")), "{passed:?}");
    let now = server.draft(&second_path).await.answers();
    for (question, value) in &before {
        assert_eq!(now.get(question), Some(value), "{question}");
    }
    assert_eq!(
        second.post(&check, &[("go", "submit")]).await.status,
        StatusCode::SEE_OTHER
    );
    let (_, check) = walk(&mut third, page, &[("filled_by", "volunteer")], 80).await;
    assert_eq!(
        third.post(&check, &[("go", "submit")]).await.status,
        StatusCode::SEE_OTHER
    );

    // All count, each with its version; the seal is what it was.
    let stored = responses::all(&base.db, ROUND).await.unwrap();
    let mut versions: Vec<&str> = stored.iter().map(|row| row.form_version.as_str()).collect();
    versions.sort_by_key(|version| *version != old);
    let new = amended.new_version.as_str();
    assert_eq!(versions, [old.as_str(), new, new]);
    let plan = PlanCache::default()
        .get(&base.db, &base.keys, ROUND)
        .await
        .unwrap()
        .unwrap();
    let table = dataset::answers(base, &plan, FORM).await.unwrap().unwrap();
    let more = table.column("more").unwrap();
    assert_eq!((table.height(), more.null_count()), (3, 1));
    let round = rounds::find(&base.db, ROUND).await.unwrap().unwrap();
    assert_eq!((round.plan_sha256.clone(), round.amended), (seal.clone(), 1));
    let files = plan_files::read(&base.db, &base.keys, ROUND).await.unwrap();
    assert_eq!(Some(Plan::sha256(&files)), seal);
    let act = audit::latest(&base.db, 20).await.unwrap();
    let act = act.iter().find(|row| row.action == "round.amend").unwrap();
    assert!(act.actor == "office" && act.detail.contains(new) && act.detail.contains("说得不清楚"));
    let detail = jobs::analyse::analyse(base, ROUND).await.unwrap();
    let line = &detail.results.amendments[0];
    assert_eq!((line.answers_before, line.new_version.as_str()), (1, new));

    // A response that is taken back leaves no data set of any version behind.
    let folder = base.config.data_dir.join("datasets").join(ROUND).join(FORM);
    assert!(folder.join(new).join("grassroots.parquet").is_file());
    dataset::forget(
        &base.config.data_dir,
        stored.iter().find(|row| row.form_version == old).unwrap(),
    );
    assert!(!folder.join(new).join("grassroots.parquet").exists());
}

#[tokio::test]
async fn what_would_change_answers_or_plan_is_refused_and_leaves_nothing() {
    let server = Server::start().await;
    let edits: [(&str, &str); 3] = [
        ("sat_overall", "AM001"),
        ("volunteers", "AM001"),
        ("purchased_services", "AM001"),
    ];
    for (question, code) in edits {
        let gone = edited(FORM, |sheet, rows| {
            if sheet == "survey" {
                rows.retain(|row| row[1] != question);
            }
        });
        let said = refused(&server, correction(gone)).await;
        assert!(said[0].starts_with(code), "{question}: {said:?}");
    }
    let recoded = edited(FORM, |sheet, rows| {
        if sheet == "choices" {
            rows.iter_mut()
                .find(|row| row[0] == "enough" && row[1] == "yes")
                .unwrap()[1] = "oui".to_owned();
        }
    });
    let said = refused(&server, correction(recoded)).await;
    assert!(said.iter().any(|line| line.starts_with("AM011")), "{said:?}");
    let other = edited(FORM, |sheet, rows| {
        if sheet == "settings" {
            rows[1][1] = "grassroot".to_owned();
        }
    });
    assert_eq!(refused(&server, correction(other)).await, ["AM090 - form_id"]);
    assert_eq!(
        refused(&server, correction(edited(FORM, |_, _| {}))).await,
        ["AM091 - -"]
    );
    let silent = Correction {
        reason: " ".to_owned(),
        ..correction(corrected())
    };
    assert_eq!(refused(&server, silent).await, ["AM092 - -"]);
    let round = rounds::find(&server.base.db, ROUND).await.unwrap().unwrap();
    assert_eq!(round.amended, 0);
    assert!(
        amendments::of_round(&server.base.db, ROUND)
            .await
            .unwrap()
            .is_empty()
    );
    super::super::close(&server.base, ROUND, "test").await.unwrap();
    let closed = amend(&server.base, ROUND, correction(corrected()), "test").await;
    assert!(
        matches!(closed, Err(RoundActError::State { state: "closed", .. })),
        "{closed:?}"
    );
}

#[tokio::test]
async fn condition_stricter_than_an_answer_already_given_is_refused_with_its_row() {
    let server = Server::start().await;
    let path = server.invite(FORM, "grassroots-1").await;
    let mut browser = server.browser();
    let at = begin_answering(&mut browser, &path).await;
    walk(&mut browser, at, &[("volunteers", "70")], 80).await;
    let bounded = |most: &str| {
        edited(FORM, |sheet, rows| {
            if sheet == "survey" {
                row_of(rows, "volunteers")[8] = format!(". >= 0 and . <= {most}");
            }
        })
    };
    let said = refused(&server, correction(bounded("60"))).await;
    assert_eq!(said.len(), 1, "{said:?}");
    assert!(
        said[0].starts_with("AM021") && said[0].ends_with("constraint"),
        "{said:?}"
    );
    amend(&server.base, ROUND, correction(bounded("80")), "test")
        .await
        .unwrap();
}

#[tokio::test]
async fn new_recording_comes_along_and_takes_no_name_of_another() {
    let server = Server::start().await;
    let spoken = edited(FORM, |sheet, rows| {
        if sheet == "survey" {
            for row in rows.iter_mut() {
                row.push(String::new());
            }
            let last = rows[0].len() - 1;
            rows[0][last] = "media::audio::中文 (zh)".to_owned();
            row_of(rows, "body_type")[last] = "body.ogg".to_owned();
        }
    });
    let silent = refused(&server, correction(spoken.clone())).await;
    assert!(!silent.is_empty(), "a recording that is nowhere");
    let with = |name: &str, bytes: &[u8]| Correction {
        media: BTreeMap::from([(name.to_owned(), bytes.to_vec())]),
        ..correction(spoken.clone())
    };
    amend(&server.base, ROUND, with("body.ogg", b"OggS recording"), "test")
        .await
        .unwrap();
    let path = server.invite(FORM, "grassroots-1").await;
    let mut browser = server.browser();
    let at = begin_answering(&mut browser, &path).await;
    let page = browser.get(&at).await;
    let address = format!("/media/{ROUND}/body.ogg");
    let source = page
        .text
        .split('"')
        .find(|part| part.starts_with(&address))
        .map(str::to_owned);
    let source = source
        .unwrap_or_else(|| panic!("{}", page.text))
        .replace("&amp;", "&");
    let heard = browser.get(&source).await;
    assert_eq!(
        (heard.status, heard.text.as_str()),
        (StatusCode::OK, "OggS recording")
    );
    let plan = PlanCache::default()
        .get(&server.base.db, &server.base.keys, ROUND)
        .await
        .unwrap();
    assert!(survey_forms::media::files(&plan.unwrap().forms[FORM]).contains(&"body.ogg".to_owned()));
    let names = plan_files::paths(&server.base.db, ROUND).await.unwrap();
    assert!(!names.contains(&format!("{}body.ogg", media::FOLDER)));
    // The same name for other bytes would change what the version before says.
    let again = edited(FORM, |sheet, rows| {
        if sheet == "survey" {
            row_of(rows, "body_type")[2] = NEW_WORDS.to_owned();
            for row in rows.iter_mut() {
                row.push(String::new());
            }
            let last = rows[0].len() - 1;
            rows[0][last] = "media::audio::中文 (zh)".to_owned();
            row_of(rows, "body_type")[last] = "body.ogg".to_owned();
        }
    });
    let clash = Correction {
        media: BTreeMap::from([("body.ogg".to_owned(), b"OggS other words".to_vec())]),
        ..correction(again)
    };
    assert_eq!(refused(&server, clash).await, ["AM093 - -"]);
}

#[tokio::test]
async fn before_opening_what_the_plan_does_not_use_may_still_change_its_name() {
    let server = Server::start().await;
    let db = &server.base.db;
    let round = rounds::find(db, ROUND).await.unwrap().unwrap();
    rounds::set_state(db, round, RoundState::Sealed, None)
        .await
        .unwrap();
    let renamed = |question: &'static str| {
        edited(FORM, move |sheet, rows| {
            if sheet == "survey" {
                row_of(rows, question)[1] = "renamed".to_owned();
            }
        })
    };
    let said = refused(&server, correction(renamed("known_visited"))).await;
    assert!(said.iter().any(|line| line.starts_with("AM002")), "{said:?}");
    amend(&server.base, ROUND, correction(renamed("volunteers")), "test")
        .await
        .unwrap();
    assert_eq!(rounds::find(db, ROUND).await.unwrap().unwrap().amended, 1);
}
