//! Agreements need two people, and without one nobody gets more than the reduced file.

use axum::http::StatusCode;

use crate::auth::{Role, password};
use crate::handlers::testing::{Browser, PASSWORD, ROUND, Reply, Server};
use crate::store::{agreements, staff};

const PAGE: &str = "/console/rounds/yunxi-2026/data";

fn csrf(reply: &Reply) -> String {
    reply.attributes("name=\"csrf\"", "value").remove(0)
}

async fn another_office(server: &Server) -> Browser {
    let row = staff::Staff {
        id: server.base.entropy.uuid(),
        login: "second".to_owned(),
        display_name: "第二人".to_owned(),
        role: Role::Office.as_str().to_owned(),
        password_hash: password::hash(PASSWORD, &server.base.entropy).unwrap(),
        failed: 0,
        locked_until: None,
        disabled: false,
        created_at: 0,
        employer_unit: None,
    };
    staff::insert(&server.base.db, row).await.unwrap();
    let mut browser = server.browser();
    browser
        .post("/console/login", &[("login", "second"), ("password", PASSWORD)])
        .await;
    browser
}

#[tokio::test]
async fn an_agreement_holds_once_a_second_person_confirms_it_and_until_it_ends() {
    let server = Server::start().await;
    server.account(Role::Office).await;
    let mut office = server.browser();
    office.sign_in(Role::Office).await;
    let token = csrf(&office.get(PAGE).await);
    let wrong = office
        .post(
            PAGE,
            &[("csrf", &token), ("person", "周敏"), ("until", "2020-01-01")],
        )
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(wrong.text.contains("id=\"until-error\"") && wrong.text.contains("value=\"周敏\""));
    let fields = [
        ("csrf", token.as_str()),
        ("person", "周敏"),
        ("institution", "省社会科学院"),
        ("purpose", "康复服务可及性研究"),
        ("until", "2027-06-30"),
    ];
    assert_eq!(office.post(PAGE, &fields).await.status, StatusCode::SEE_OTHER);
    let id = agreements::of_round(&server.base.db, ROUND).await.unwrap()[0]
        .id
        .to_string();
    let full = format!("{PAGE}/download?format=csv&agreement={id}");
    assert_eq!(
        office.get(&full).await.status,
        StatusCode::FORBIDDEN,
        "not confirmed yet"
    );
    let own = office.post(PAGE, &[("csrf", &token), ("confirm", &id)]).await;
    assert_eq!(own.status, StatusCode::FORBIDDEN, "nobody confirms their own");
    let mut second = another_office(&server).await;
    let theirs = csrf(&second.get(PAGE).await);
    assert_eq!(
        second
            .post(PAGE, &[("csrf", &theirs), ("confirm", &id)])
            .await
            .status,
        StatusCode::SEE_OTHER
    );
    let file = office.get(&full).await;
    assert_eq!(file.status, StatusCode::OK);
    assert!(file.text.contains("village") && file.text.contains("interviewer"));
    let bundle = office.get(&full.replace("csv", "bundle")).await;
    assert!(bundle.text.starts_with("PK") && bundle.text.contains("request-resident.json"));
    assert_eq!(
        office.get(&format!("{PAGE}/download?format=bundle")).await.status,
        StatusCode::NOT_FOUND
    );
    let reduced = office.get(&format!("{PAGE}/download?format=csv")).await;
    assert!(reduced.text.contains("weight") && !reduced.text.contains("village"));
    for format in ["xlsx", "parquet", "sav", "ddi"] {
        assert_eq!(
            office
                .get(&format!("{PAGE}/download?format={format}"))
                .await
                .status,
            StatusCode::OK,
            "{format}"
        );
    }
    assert_eq!(
        office.get(&format!("{PAGE}/download?format=exe")).await.status,
        StatusCode::NOT_FOUND
    );
    office.post(PAGE, &[("csrf", &token), ("end", &id)]).await;
    assert_eq!(office.get(&full).await.status, StatusCode::FORBIDDEN, "ended");
    let acts = crate::store::audit::of_subject(&server.base.db, &id)
        .await
        .unwrap();
    let acts: Vec<&str> = acts.iter().map(|act| act.action.as_str()).collect();
    assert_eq!(
        acts,
        [
            "data.agreement.enter",
            "data.agreement.confirm",
            "data.agreement.end"
        ]
    );
    let left: Vec<_> = std::fs::read_dir(&server.base.config.data_dir)
        .unwrap()
        .filter(|entry| {
            entry
                .as_ref()
                .unwrap()
                .file_name()
                .to_string_lossy()
                .starts_with("export-")
        })
        .collect();
    assert!(left.is_empty(), "no export is left on disk");
}
