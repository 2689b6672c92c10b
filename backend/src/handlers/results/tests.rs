//! Publishing from the office's page to the reader's, through the router.

use analysis::plan::Plan;
use analysis::results::{IndicatorResult, NodePart, NodeScore, RoundDetail, Score, ScoreDetail};
use axum::http::{StatusCode, header};

use crate::auth::Role;
use crate::handlers::testing::{Browser, ROUND, Reply, Server};
use crate::jobs::analyse;
use crate::publication::bundle;
use crate::rounds;
use crate::store::results;

const PAGE: &str = "/results/yunxi-2026";
const OFFICE: &str = "/console/rounds/yunxi-2026/publication";

fn row(unit: &str, n: u64, estimate: f64) -> IndicatorResult {
    let (se, t) = (0.05, 2.0);
    let odds = estimate * (1.0 - estimate);
    let centre = (estimate / (1.0 - estimate)).ln();
    let expit = |x: f64| 1.0 / (1.0 + (-x).exp());
    IndicatorResult {
        code: "1.1".to_owned(),
        unit: unit.to_owned(),
        group: None,
        area: None,
        measure: "participation".to_owned(),
        estimate: Some(estimate),
        se: Some(se),
        lower: Some(expit(centre - t * se / odds)),
        upper: Some(expit(centre + t * se / odds)),
        n,
        flag: None,
    }
}

/// Results of three townships, one of which has four answers; the others have none.
fn detail(plan: &Plan, small: u64) -> RoundDetail {
    let mut detail = RoundDetail::default();
    detail.results.round = ROUND.to_owned();
    detail.results.plan_sha256 = "0".repeat(64);
    let county = plan.county().code.clone();
    let units: Vec<String> = plan.scored_units().iter().map(|unit| unit.code.clone()).collect();
    let counts: Vec<u64> = (0u64..)
        .take(units.len())
        .map(|at| if at == 0 { small } else { 40 + at })
        .collect();
    detail
        .results
        .indicators
        .push(row(&county, counts.iter().sum(), 0.4321));
    for (unit, &n) in units.iter().zip(&counts) {
        detail.results.indicators.push(row(unit, n, 0.3777));
    }
    let same: Vec<IndicatorResult> = detail
        .results
        .indicators
        .iter()
        .map(|row| IndicatorResult {
            group: Some("persons".to_owned()),
            ..row.clone()
        })
        .collect();
    detail.results.indicators.extend(same);
    for unit in std::iter::once(&county).chain(&units) {
        for (code, value) in [("1", 43.21), ("1.1", 43.21)] {
            let part = NodePart {
                perspective: "persons".to_owned(),
                share: 1.0,
                value: Some(value),
                se: Some(5.0),
                n: 40,
            };
            detail.node_scores.push(NodeScore {
                code: code.to_owned(),
                unit: unit.clone(),
                weight: 10.0,
                value: Some(value),
                se: Some(5.0),
                lower: None,
                upper: None,
                df: None,
                withheld: false,
                parts: if code == "1.1" { vec![part] } else { Vec::new() },
            });
        }
        detail.score_details.push(ScoreDetail {
            unit: unit.clone(),
            df: None,
            borderline: false,
            possible_grades: Vec::new(),
            n: 40,
            indistinguishable: Vec::new(),
        });
        detail.results.scores.push(Score {
            unit: unit.clone(),
            score: None,
            se: None,
            lower: None,
            upper: None,
            rank: None,
            rank_lower: None,
            rank_upper: None,
            grade: None,
        });
    }
    detail
}

async fn compute(server: &Server, small: u64) {
    let plan = rounds::plan(&server.base, ROUND).await.unwrap();
    let detail = detail(&plan, small);
    results::put(&server.base.db, ROUND, 1, &detail).await.unwrap();
}

async fn office(server: &Server) -> Browser {
    server.account(Role::Office).await;
    let mut browser = server.browser();
    browser.sign_in(Role::Office).await;
    browser
}

fn hidden_field(reply: &Reply, name: &str) -> String {
    reply.attributes(&format!("name=\"{name}\""), "value").remove(0)
}

async fn publish(browser: &mut Browser) -> Reply {
    let page = browser.get(OFFICE).await;
    let (csrf, sha256) = (hidden_field(&page, "csrf"), hidden_field(&page, "sha256"));
    let fields = [("csrf", csrf.as_str()), ("act", "publish"), ("sha256", &sha256)];
    browser.post(OFFICE, &fields).await
}

#[tokio::test]
async fn nothing_is_public_before_the_office_publishes_and_then_what_it_looked_at() {
    let server = Server::start().await;
    compute(&server, 44).await;
    let mut reader = server.browser();
    let before = reader.get(PAGE).await;
    assert!(!before.text.contains("43.2") && before.status == StatusCode::OK);
    for file in ["figures.csv", "replication.zip", "release.json", "ranks-zh.svg"] {
        assert_eq!(
            reader.get(&format!("{PAGE}/{file}")).await.status,
            StatusCode::NOT_FOUND,
            "{file}"
        );
    }
    let mut office = office(&server).await;
    let preview = office.get(&format!("{OFFICE}/preview")).await;
    assert!(preview.text.contains("43.2%"), "{}", preview.text);
    assert!(
        !reader.get(PAGE).await.text.contains("43.2"),
        "a preview publishes nothing"
    );
    // What was looked at is no longer what would be published.
    let page = office.get(OFFICE).await;
    let (csrf, sha256) = (hidden_field(&page, "csrf"), hidden_field(&page, "sha256"));
    compute(&server, 45).await;
    let stale = [("csrf", csrf.as_str()), ("act", "publish"), ("sha256", &sha256)];
    assert_eq!(
        office.post(OFFICE, &stale).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    assert_eq!(publish(&mut office).await.status, StatusCode::SEE_OTHER);
    let after = reader.get(PAGE).await;
    assert!(after.text.contains("43.2%") && after.text.contains("阶段性结果"));
    // Computing again changes nothing of it.
    compute(&server, 90).await;
    assert_eq!(reader.get(PAGE).await.text, after.text);
    assert!(reader.get("/results").await.text.contains(PAGE));
    let again = reader.get(&format!("{PAGE}/release.json")).await;
    let tag = again.headers[header::ETAG].to_str().unwrap().to_owned();
    assert!(
        again.headers[header::CACHE_CONTROL]
            .to_str()
            .unwrap()
            .starts_with("public")
    );
    let known = reader
        .get_with(&format!("{PAGE}/release.json"), &[(header::IF_NONE_MATCH, &tag)])
        .await;
    assert_eq!(
        (known.status, known.text.as_str()),
        (StatusCode::NOT_MODIFIED, "")
    );
    assert_eq!(crate::publication::sha256(&again.text), {
        let row = crate::store::publications::current(&server.base.db, ROUND)
            .await
            .unwrap();
        row.unwrap().sha256
    });
}

#[tokio::test]
async fn a_small_township_is_hidden_on_the_page_and_in_every_file() {
    let server = Server::start().await;
    compute(&server, 4).await;
    let mut office = office(&server).await;
    assert_eq!(publish(&mut office).await.status, StatusCode::SEE_OTHER);
    let mut reader = server.browser();
    let figures = reader.get(&format!("{PAGE}/figures.csv")).await.text;
    let plan = rounds::plan(&server.base, ROUND).await.unwrap();
    let small = plan.scored_units()[0].code.clone();
    let lines: Vec<&str> = figures
        .lines()
        .filter(|line| line.contains(&format!(",{small},")))
        .collect();
    assert_eq!(lines.len(), 2);
    assert!(
        lines.iter().all(|line| line.ends_with(",,,,,hidden")),
        "{lines:?}"
    );
    let hidden = figures.lines().filter(|line| line.ends_with("hidden")).count();
    assert!(
        hidden >= 4,
        "another township is hidden with it, in both lines: {hidden}"
    );
    let release = reader.get(&format!("{PAGE}/release.json")).await.text;
    let release: analysis::publication::Release = serde_json::from_str(&release).unwrap();
    let figure = release.figure("1.1", &small, None, None).unwrap();
    assert!(figure.shown.is_none() && figure.statistic.is_none() && figure.about.is_none());
}

/// What a publication hides because of an earlier one, reports made after it hide as well: three people more in a
/// township, and the two figures would say what they answered.
#[tokio::test]
async fn what_an_earlier_publication_makes_secret_is_secret_in_reports_too() {
    let server = Server::start().await;
    let plan = rounds::plan(&server.base, ROUND).await.unwrap();
    let small = plan.scored_units()[0].code.clone();
    let is_hidden = |detail: &RoundDetail| {
        let hidden = reports::build::withheld(detail, &plan);
        hidden.iter().any(|at| at.unit == small && at.group.is_none())
    };
    compute(&server, 44).await;
    let mut office = office(&server).await;
    assert_eq!(publish(&mut office).await.status, StatusCode::SEE_OTHER);
    // Computing anew takes what was published into account.
    let mut anew = detail(&plan, 47);
    assert!(!is_hidden(&anew));
    let earlier = crate::publication::earlier(&server.base.db, ROUND).await.unwrap();
    crate::publication::withhold(&mut anew, &plan, &earlier).unwrap();
    assert!(is_hidden(&anew));
    // So does publishing results that did not know of it, and publishing them again changes nothing.
    compute(&server, 47).await;
    assert_eq!(publish(&mut office).await.status, StatusCode::SEE_OTHER);
    let (_, stored) = results::get::<RoundDetail>(&server.base.db, ROUND)
        .await
        .unwrap()
        .unwrap();
    assert!(is_hidden(&stored));
    let again = crate::publication::candidate(&server.base, ROUND).await.unwrap();
    let current = crate::store::publications::current(&server.base.db, ROUND)
        .await
        .unwrap();
    assert_eq!(again.sha256, current.unwrap().sha256);
}

#[tokio::test]
async fn superseded_publications_stay_and_withdrawn_ones_are_listed_with_their_reason() {
    let server = Server::start().await;
    compute(&server, 44).await;
    let mut office = office(&server).await;
    publish(&mut office).await;
    compute(&server, 60).await;
    assert_eq!(publish(&mut office).await.status, StatusCode::SEE_OTHER);
    let mut reader = server.browser();
    let old = reader.get(&format!("{PAGE}?version=1")).await;
    assert_eq!(old.status, StatusCode::OK);
    assert!(old.text.contains("不是现行"), "an old one says so");
    let csrf = hidden_field(&office.get(OFFICE).await, "csrf");
    let empty = [("csrf", csrf.as_str()), ("act", "withdraw"), ("reason", " ")];
    assert_eq!(
        office.post(OFFICE, &empty).await.status,
        StatusCode::UNPROCESSABLE_ENTITY
    );
    let reason = [
        ("csrf", csrf.as_str()),
        ("act", "withdraw"),
        ("reason", "西河乡的记录还在核对"),
    ];
    assert_eq!(office.post(OFFICE, &reason).await.status, StatusCode::SEE_OTHER);
    let page = reader.get(PAGE).await;
    assert!(page.text.contains("西河乡的记录还在核对") && !page.text.contains("43.2%"));
    for gone in ["?version=2", "/figures.csv", "/figures.csv?version=2"] {
        assert_eq!(
            reader.get(&format!("{PAGE}{gone}")).await.status,
            StatusCode::NOT_FOUND,
            "{gone}"
        );
    }
    assert_eq!(
        reader.get(&format!("{PAGE}/figures.csv?version=1")).await.status,
        StatusCode::OK
    );
    let acts = crate::store::audit::of_subject(&server.base.db, ROUND)
        .await
        .unwrap();
    let acts: Vec<&str> = acts.iter().map(|act| act.action.as_str()).collect();
    assert!(acts.contains(&"results.publish") && acts.contains(&"results.withdraw"));
}

#[tokio::test]
async fn neither_other_roles_nor_staff_of_a_judged_unit_publish() {
    let server = Server::start().await;
    compute(&server, 44).await;
    for role in [Role::Viewer, Role::Evaluator, Role::Auditor] {
        server.account(role).await;
        let mut browser = server.browser();
        browser.sign_in(role).await;
        assert_eq!(
            browser.get(OFFICE).await.status,
            StatusCode::FORBIDDEN,
            "{role:?}"
        );
        assert_eq!(
            browser.get("/console/rounds/yunxi-2026/data").await.status,
            StatusCode::FORBIDDEN
        );
    }
    server.account_of(Role::Office, Some("990101001")).await;
    let mut browser = server.browser();
    browser.sign_in(Role::Office).await;
    for path in [
        OFFICE,
        "/console/rounds/yunxi-2026/publication/preview",
        "/console/rounds/yunxi-2026/data",
    ] {
        assert_eq!(browser.get(path).await.status, StatusCode::FORBIDDEN, "{path}");
    }
}

#[tokio::test]
async fn the_bundle_is_recomputed_to_the_last_digit_and_a_changed_figure_is_found() {
    let server = Server::start().await;
    analyse::analyse(&server.base, ROUND).await.unwrap();
    compute(&server, 44).await;
    crate::publication::publish(&server.base, ROUND, None, "test")
        .await
        .unwrap();
    let row = crate::store::publications::current(&server.base.db, ROUND)
        .await
        .unwrap()
        .unwrap();
    let release = crate::publication::stored(&row).unwrap();
    let mut contents = bundle::contents(&release, &row.sha256, &Default::default()).unwrap();
    let found = bundle::replicate(&bundle::zip(&contents).unwrap()).unwrap();
    assert!(found.holds() && found.compared > 80, "{found:?}");
    let csv = String::from_utf8(contents["figures.csv"].clone()).unwrap();
    contents.insert(
        "figures.csv".to_owned(),
        csv.replacen("43.2,", "43.3,", 1).into_bytes(),
    );
    let changed = bundle::replicate(&bundle::zip(&contents).unwrap()).unwrap();
    assert_eq!(changed.differing.len(), 1, "{changed:?}");
    contents.remove("statistics.json");
    let missing = bundle::replicate(&bundle::zip(&contents).unwrap()).unwrap_err();
    assert!(missing.to_string().starts_with("statistics.json"), "{missing}");
    assert!(bundle::replicate(b"no archive").is_err());
}
