//! Files on a respondent's page, without script.

use super::*;
use crate::handlers::testing::{AMR, GPS_JPEG, PNG, asking_for_files};
use crate::store::attachments;

#[tokio::test]
async fn picture_is_handed_in_replaced_taken_back_and_goes_with_the_response() {
    let server = Server::start_from(asking_for_files).await;
    let db = &server.base.db;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    begin(&mut phone, &path).await;
    let (shown, sent) = (format!("{path}/q/photo"), format!("{path}/files/photo"));
    let page = phone.get(&shown).await;
    assert_eq!(page.status, StatusCode::OK, "{}", page.location());
    for part in [
        &format!("action=\"{sent}\""),
        "enctype=\"multipart/form-data\"",
        "type=\"file\"",
        "accept=\"image/*\"",
        "最大 10 MB",
    ] {
        assert!(page.text.contains(part), "{part}: {}", page.text);
    }
    let next = [("go", "next")];
    let wrong = phone
        .post_files(&sent, &next, &[("photo", b"<html><script>")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNPROCESSABLE_ENTITY);
    for part in [
        "这不是照片或图片",
        "aria-invalid=\"true\"",
        "href=\"#photo\"",
        "<title>错误：",
    ] {
        assert!(wrong.text.contains(part), "{part}: {}", wrong.text);
    }
    assert_eq!(phone.get(&sent).await.location(), shown, "loaded again");
    let kept = || async {
        let draft = server.draft(&path).await;
        attachments::of_question(db, draft.response_id, "photo")
            .await
            .unwrap()
    };
    assert!(kept().await.is_none());

    let good = phone.post_files(&sent, &next, &[("photo", PNG)]).await;
    assert_eq!(good.status, StatusCode::SEE_OTHER, "{}", good.text);
    assert!(good.location().ends_with("/q/voice"), "{}", good.location());
    let first = kept().await.unwrap();
    assert_eq!(
        (first.name.as_str(), first.media_type.as_str()),
        ("photo.png", "image/png")
    );
    let again = phone.get(&shown).await;
    assert!(again.text.contains("文件已经收到") && again.text.contains("name=\"photo/remove\""));
    // Nothing chosen: what is there stays. Another one takes its place. A box takes it back.
    phone.post_files(&sent, &next, &[]).await;
    assert_eq!(kept().await.unwrap().id, first.id);
    phone.post_files(&sent, &next, &[("photo", GPS_JPEG)]).await;
    let photograph = kept().await.unwrap();
    assert_eq!(photograph.name, "photo.jpg");
    // Where it was taken is not kept.
    let upload = survey_forms::media::upload::recognise_upload(GPS_JPEG).unwrap();
    let clean = survey_forms::media::metadata::without_metadata(upload, GPS_JPEG.to_vec()).unwrap();
    assert!(clean.len() < GPS_JPEG.len());
    assert_eq!(usize::try_from(photograph.bytes).unwrap(), clean.len());
    // Half a picture is refused, and the one that was there stays.
    let half = phone
        .post_files(&sent, &next, &[("photo", &GPS_JPEG[..100])])
        .await;
    assert_eq!(half.status, StatusCode::UNPROCESSABLE_ENTITY);
    assert!(half.text.contains("这张照片不完整"), "{}", half.text);
    assert_eq!(kept().await.unwrap().id, photograph.id);
    // The script saves other answers meanwhile, and neither brings nor takes files.
    let saved = phone
        .post(&shown, &[("go", "keep"), ("photo/remove", "yes")])
        .await;
    assert!(kept().await.is_some(), "{}", saved.status);
    phone
        .post_files(&sent, &[("go", "next"), ("photo/remove", "yes")], &[])
        .await;
    assert!(kept().await.is_none());
    phone
        .post_files(&sent, &next, &[("photo", PNG), ("voice", AMR)])
        .await;
    let draft = server.draft(&path).await;
    assert!(
        attachments::of_question(db, draft.response_id, "voice")
            .await
            .unwrap()
            .is_none(),
        "a file for another page is nobody's"
    );

    let (_, at) = walk(&mut phone, format!("{path}/q/answering"), &[("visited", "")], 80).await;
    assert_eq!(at, format!("{path}/check"));
    let check = phone.get(&at).await;
    assert!(check.text.contains("已收到文件"), "{}", check.text);
    assert_eq!(
        attachments::count(db, ROUND).await.unwrap(),
        0,
        "not handed in yet"
    );
    let receipt = phone.post(&at, &[("go", "submit")]).await;
    assert_eq!(receipt.location(), format!("{path}/receipt"), "{}", receipt.text);
    let stored = responses::all(db, ROUND).await.unwrap().remove(0);
    assert!(
        stored.answers.contains("\"photo\":\"photo.png\""),
        "{}",
        stored.answers
    );
    let files = attachments::page(db, ROUND, None).await.unwrap();
    assert_eq!(files.len(), 1);
    assert_eq!(
        (files[0].response_id, files[0].question.as_str()),
        (stored.id, "photo")
    );
}

#[tokio::test]
async fn whoever_has_not_begun_sends_no_file_and_a_page_takes_only_so_much() {
    let server = Server::start_from(asking_for_files).await;
    let path = server.invite("resident", "r-1").await;
    let sent = format!("{path}/files/photo");
    let mut phone = server.browser();
    let early = phone
        .post_files(&sent, &[("go", "next")], &[("photo", PNG)])
        .await;
    assert_eq!(early.location(), path, "{}", early.text);
    let unknown = phone
        .post_files("/r/0000-0000-00000/files/photo", &[], &[("photo", PNG)])
        .await;
    assert_eq!(unknown.status, StatusCode::NOT_FOUND);
    begin(&mut phone, &path).await;
    let film = vec![0_u8; crate::handlers::respond::files::MAX_BODY_BYTES + 1];
    let large = phone
        .post_files(&sent, &[("go", "next")], &[("photo", &film)])
        .await;
    assert_eq!(large.status, StatusCode::PAYLOAD_TOO_LARGE);
    assert!(
        large.text.contains("文件太大") && large.text.contains(&format!("href=\"{path}/q/photo\"")),
        "{}",
        large.text
    );
    // Nobody sends so much anywhere else.
    let elsewhere = phone
        .post_files(&format!("{path}/q/photo"), &[], &[("photo", &film)])
        .await;
    assert_eq!(elsewhere.status, StatusCode::PAYLOAD_TOO_LARGE);
}

#[tokio::test]
async fn what_was_begun_with_an_invitation_that_is_taken_back_leaves_no_file() {
    let server = Server::start_from(asking_for_files).await;
    let db = &server.base.db;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    begin(&mut phone, &path).await;
    phone
        .post_files(
            &format!("{path}/files/photo"),
            &[("go", "next")],
            &[("photo", PNG)],
        )
        .await;
    let draft = server.draft(&path).await;
    let kept = || attachments::of_question(db, draft.response_id, "photo");
    assert!(kept().await.unwrap().is_some());
    crate::inviting::withdraw(&server.base, ROUND, "r-1", ("office", "typed wrongly"))
        .await
        .unwrap();
    assert!(kept().await.unwrap().is_none());
}
