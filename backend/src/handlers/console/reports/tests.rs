//! Briefs and the archive of all reports, by HTTP.

use axum::http::StatusCode;

use super::super::tests::{csrf, signed_in};
use crate::auth::Role;
use crate::handlers::testing::{ROUND, Server};
use crate::jobs::analyse::analyse;
use crate::jobs::make_reports::{self, KIND};
use crate::store::{audit, jobs};

#[tokio::test]
async fn the_page_says_what_is_missing_before_the_results_are_there() {
    let server = Server::start().await;
    let mut office = signed_in(&server, Role::Office).await;
    let page = office.get(&format!("/console/rounds/{ROUND}/reports")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("还没有计算结果"), "{}", page.text);
    let mut evaluator = signed_in(&server, Role::Evaluator).await;
    let page = evaluator.get(&format!("/console/rounds/{ROUND}/reports")).await;
    assert_eq!(
        page.status,
        StatusCode::FORBIDDEN,
        "no results for those who score"
    );
}

#[tokio::test]
async fn a_brief_is_downloaded_as_pdf_or_page_and_in_no_other_format() {
    let server = Server::start().await;
    analyse(&server.base, ROUND).await.unwrap();
    let mut viewer = signed_in(&server, Role::Viewer).await;
    let of = |format: &str| {
        format!("/console/rounds/{ROUND}/report/download?kind=brief&unit=990101002&format={format}&lang=zh")
    };
    let page = viewer.get(&of("html")).await;
    assert_eq!(page.status, StatusCode::OK);
    assert!(page.text.contains("残疾人工作社会测评简报"), "{}", page.text);
    let name = page.headers["content-disposition"].to_str().unwrap().to_owned();
    assert_eq!(
        name,
        "attachment; filename=\"yunxi-2026-990101002-brief-zh.html\""
    );
    assert_eq!(viewer.get(&of("docx")).await.status, StatusCode::NOT_FOUND);
}

#[tokio::test]
async fn all_reports_are_queued_once_shown_with_their_progress_and_downloaded_when_made() {
    let server = Server::start().await;
    analyse(&server.base, ROUND).await.unwrap();
    let mut office = signed_in(&server, Role::Office).await;
    let path = format!("/console/rounds/{ROUND}/reports");
    let page = office.get(&path).await;
    let token = csrf(&page.text);
    let archive = format!("{path}/all/download?lang=zh");
    assert_eq!(office.get(&archive).await.status, StatusCode::NOT_FOUND);
    for _ in 0..2 {
        let reply = office.post(&path, &[("csrf", &token), ("lang", "zh")]).await;
        assert_eq!(reply.location(), path);
    }
    let queued = jobs::of_round(&server.base.db, ROUND, 10).await.unwrap();
    let mut made = queued.into_iter().filter(|job| job.kind == KIND);
    let job = made.next().unwrap();
    assert!(made.next().is_none(), "pressed twice, queued once");

    let now = server.base.clock.now_ms();
    jobs::claim(&server.base.db, &[KIND], now, now + 60_000)
        .await
        .unwrap()
        .unwrap();
    jobs::progress(&server.base.db, job.id, 0.4).await.unwrap();
    let page = office.get(&path).await;
    assert!(page.headers.contains_key("refresh"));
    assert!(
        page.text.contains("已完成40%") && page.text.contains("<progress"),
        "{}",
        page.text
    );

    let file = make_reports::archive(&server.base.config.data_dir, ROUND, ::reports::model::Lang::Zh);
    std::fs::create_dir_all(file.parent().unwrap()).unwrap();
    std::fs::write(&file, "PK").unwrap();
    jobs::finish(&server.base.db, job.id, now).await.unwrap();
    let page = office.get(&path).await;
    assert!(page.text.contains("data-job-state=\"done\"") && !page.headers.contains_key("refresh"));
    let reply = office.get(&archive).await;
    assert_eq!((reply.status, reply.text.as_str()), (StatusCode::OK, "PK"));
    assert_eq!(reply.headers["content-type"], "application/zip");

    server.wait(60);
    analyse(&server.base, ROUND).await.unwrap();
    let page = office.get(&path).await;
    assert!(page.text.contains("后来重新计算过结果"), "{}", page.text);

    let acts = audit::latest(&server.base.db, 20).await.unwrap();
    let count = |action: &str| acts.iter().filter(|act| act.action == action).count();
    assert_eq!((count("report.make_all"), count("report.download_all")), (1, 1));
    let mut viewer = signed_in(&server, Role::Viewer).await;
    let refused = viewer.post(&path, &[("csrf", "x"), ("lang", "zh")]).await;
    assert_eq!(refused.status, StatusCode::FORBIDDEN);
    assert!(
        !viewer.get(&path).await.text.contains("name=\"csrf\" value=\"")
            || !viewer.get(&path).await.text.contains("全部报告</button>")
    );
}
