//! Files that come with interviews: kept once, sealed, under names that say nothing, and gone with the response.

use std::io::{Cursor, Read};

use super::openrosa::{ANSWERS, Talk};
use super::*;
use crate::handlers::testing::{AMR, GPS_JPEG, PNG, asking_for_files};
use crate::store::tallies::Changes;
use crate::store::{attachments, erasure};

const ID: &str = "uuid:7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b41";
const FILES: &str = "<photo>1764982800123.jpg</photo><voice>1764982801456.amr</voice>\
                     <visited>2026-11-20T09:30:00.000+08:00</visited>";

async fn talk() -> Talk {
    Talk::start_on(Server::start_from(asking_for_files).await).await
}

fn interview(id: &str, case: &str) -> String {
    Talk::filled(id, case, "yes", &format!("{ANSWERS}{FILES}"))
}

fn response() -> Uuid {
    ID.trim_start_matches("uuid:").parse().unwrap()
}

#[tokio::test]
async fn files_in_several_requests_are_kept_once_sealed_and_without_their_names() {
    let talk = talk().await;
    let db = &talk.field.server.base.db;
    let xml = interview(ID, "resident-000001");
    let photo: (&str, &str, &[u8]) = ("1764982800123.jpg", "image/jpeg", PNG);
    let voice: (&str, &str, &[u8]) = ("1764982801456.amr", "audio/amr", AMR);
    let audit: (&str, &str, &[u8]) = ("audit.csv", "text/csv", b"event,node,start,end\n");
    // Collect sends the answers with each bundle, and says when more comes.
    let first = talk.submit_with(&xml, &[photo, audit], true).await;
    assert_eq!(first.status, 201, "{}", first.text);
    assert!(
        first.text.contains("已保存 1 个") && first.text.contains("有的文件没有保存"),
        "{}",
        first.text
    );
    let second = talk.submit_with(&xml, &[voice], false).await;
    assert_eq!(second.status, 201, "{}", second.text);
    for files in [&[photo, voice][..], &[voice], &[]] {
        assert_eq!(
            talk.submit_with(&xml, files, false).await.status,
            201,
            "sent again"
        );
    }
    assert_eq!(responses::count(db, ROUND).await.unwrap(), 1);
    assert_eq!(attachments::count(db, ROUND).await.unwrap(), 2);
    let stored = responses::find(db, response()).await.unwrap().unwrap();
    let answers: Value = serde_json::from_str(&stored.answers).unwrap();
    assert_eq!(
        (&answers["photo"], &answers["voice"], &answers["visited"]),
        (
            &json!("photo.jpg"),
            &json!("voice.amr"),
            &json!("2026-11-20T09:30+08:00")
        )
    );
    for row in attachments::page(db, ROUND, None).await.unwrap() {
        let kept = attachments::find(db, ROUND, row.id).await.unwrap().unwrap();
        let plain = if row.question == "photo" { PNG } else { AMR };
        assert_eq!(kept.opened(&talk.field.server.base.keys).unwrap(), plain);
        assert!(!kept.content.windows(8).any(|part| part == &plain[..8]), "sealed");
        assert_eq!(
            row.media_type,
            if row.question == "photo" {
                "image/png"
            } else {
                "audio/amr"
            }
        );
    }
    // Withdrawn, they are gone, and nobody brings them back.
    let accepted = responses::find(db, response()).await.unwrap().unwrap();
    let mut tallies = Changes::default();
    let was_there = responses::take_back(db, &accepted, responses::WITHDRAWN, &mut tallies).await;
    assert!(was_there.unwrap());
    tallies.write(db).await.unwrap();
    assert_eq!(attachments::remove_all(db, response()).await.unwrap(), 0);
    assert_eq!(talk.submit_with(&xml, &[photo], false).await.status, 409);
}

#[tokio::test]
async fn photograph_is_kept_without_the_place_and_known_by_what_was_sent() {
    let talk = talk().await;
    let db = &talk.field.server.base.db;
    let xml = interview(ID, "resident-000001");
    let photo: (&str, &str, &[u8]) = ("1764982800123.jpg", "image/jpeg", GPS_JPEG);
    for _ in 0..2 {
        // Sent again after a reply that got lost: the same file, nothing twice.
        let sent = talk.submit_with(&xml, &[photo], false).await;
        assert_eq!(sent.status, 201, "{}", sent.text);
    }
    let kept = attachments::of_question(db, response(), "photo")
        .await
        .unwrap()
        .unwrap();
    let kept = attachments::find(db, ROUND, kept.id).await.unwrap().unwrap();
    let opened = kept.opened(&talk.field.server.base.keys).unwrap();
    assert_eq!(opened.len(), usize::try_from(kept.bytes).unwrap());
    let has = |bytes: &[u8], part: &[u8]| bytes.windows(part.len()).any(|window| window == part);
    // Latitude: 39 degrees, 54 minutes.
    let place = &[0, 0, 0, 39, 0, 0, 0, 1, 0, 0, 0, 54, 0, 0, 0, 1];
    assert!(has(GPS_JPEG, place) && !has(&opened, place) && !has(&opened, b"Phone"));
    assert!(opened.starts_with(b"\xff\xd8\xff\xe0") && opened.ends_with(b"\xff\xd9"));
    // What was kept is another file than what was sent.
    let cleaned: (&str, &str, &[u8]) = ("1764982800123.jpg", "image/jpeg", &opened);
    assert_eq!(talk.submit_with(&xml, &[cleaned], false).await.status, 422);
}

#[tokio::test]
async fn what_is_no_file_of_its_question_is_refused_and_the_answers_are_kept() {
    let talk = talk().await;
    let db = &talk.field.server.base.db;
    let xml = interview(ID, "resident-000001");
    let program: (&str, &str, &[u8]) = ("1764982800123.jpg", "image/jpeg", b"MZ\x90\0 not a picture");
    let voice: (&str, &str, &[u8]) = ("1764982801456.amr", "audio/amr", AMR);
    let refused = talk.submit_with(&xml, &[program, voice], false).await;
    assert_eq!(refused.status, 422, "{}", refused.text);
    assert!(
        refused.text.contains("1764982800123.jpg: 这不是照片") && refused.text.contains("nature=\"error\""),
        "{}",
        refused.text
    );
    assert_eq!(
        responses::count(db, ROUND).await.unwrap(),
        1,
        "an interview cannot be repeated"
    );
    assert_eq!(
        attachments::count(db, ROUND).await.unwrap(),
        1,
        "the recording is"
    );
    let good: (&str, &str, &[u8]) = ("1764982800123.jpg", "image/jpeg", PNG);
    assert_eq!(talk.submit_with(&xml, &[good, voice], false).await.status, 201);
    let other: (&str, &str, &[u8]) = ("1764982800123.jpg", "image/jpeg", GPS_JPEG);
    let conflict = talk.submit_with(&xml, &[other], false).await;
    assert_eq!(conflict.status, 422);
    assert!(
        conflict.text.contains("已经有这道题的另一个文件"),
        "{}",
        conflict.text
    );
    // A name that is a path is no file's.
    let path = interview("uuid:7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b42", "resident-000002")
        .replace("1764982800123.jpg", "../../x.jpg");
    assert_eq!(talk.submit_with(&path, &[good], false).await.status, 202, "held");
    assert_eq!(attachments::count(db, ROUND).await.unwrap(), 2);
    // More than fits one request: the client splits, it is told how much.
    let large = vec![0_u8; crate::handlers::openrosa::MAX_PARCEL_BYTES];
    let too_large = talk
        .submit_with(&xml, &[("1764982800123.jpg", "image/jpeg", &large)], false)
        .await;
    assert_eq!(too_large.status, 413, "{}", too_large.text);
}

#[tokio::test]
async fn files_of_a_held_interview_wait_with_it_and_go_when_it_is_put_aside() {
    let talk = talk().await;
    let db = &talk.field.server.base.db;
    let xml = interview(ID, "resident-000003");
    let photo: (&str, &str, &[u8]) = ("1764982800123.jpg", "image/jpeg", PNG);
    let held = talk.submit_with(&xml, &[photo], false).await;
    assert_eq!(held.status, 202, "{}", held.text);
    assert!(held.text.contains("已保存 1 个"), "{}", held.text);
    let kept = || attachments::of_question(db, response(), "photo");
    assert!(kept().await.unwrap().is_some());
    assert_eq!(
        attachments::count(db, ROUND).await.unwrap(),
        0,
        "nobody sees it yet"
    );
    let (mut office, csrf) = talk.field.office().await;
    let path = format!("/console/rounds/{ROUND}/held/{}", response());
    talk.field.assign("resident-000003").await;
    let retried = office.post(&path, &[("csrf", &csrf), ("go", "retry")]).await;
    assert!(retried.location().ends_with("done=accepted"), "{}", retried.text);
    assert_eq!(attachments::count(db, ROUND).await.unwrap(), 1);

    let other = ID.replace("b41", "b43");
    let xml = interview(&other, "resident-000003");
    assert_eq!(
        talk.submit_with(&xml, &[photo], false).await.status,
        202,
        "answered already"
    );
    let id: Uuid = other.trim_start_matches("uuid:").parse().unwrap();
    assert!(attachments::of_question(db, id, "photo").await.unwrap().is_some());
    let path = format!("/console/rounds/{ROUND}/held/{id}");
    let aside = [("csrf", csrf.as_str()), ("go", "discard"), ("reason", "重复")];
    office.post(&path, &aside).await;
    assert!(attachments::of_question(db, id, "photo").await.unwrap().is_none());
    assert_eq!(talk.submit_with(&xml, &[photo], false).await.status, 202);
    assert!(
        attachments::of_question(db, id, "photo").await.unwrap().is_none(),
        "put aside it stays"
    );
}

#[tokio::test]
async fn office_downloads_files_one_by_one_and_as_an_archive_each_time_on_record() {
    let talk = talk().await;
    let base = &talk.field.server.base;
    let (mut office, _) = talk.field.office().await;
    let path = format!("/console/rounds/{ROUND}/attachments");
    let empty = office.get(&path).await;
    assert!(empty.text.contains("还没有随答卷交来的文件"), "{}", empty.text);
    let xml = interview(ID, "resident-000001");
    let photo: (&str, &str, &[u8]) = ("1764982800123.jpg", "image/jpeg", PNG);
    let voice: (&str, &str, &[u8]) = ("1764982801456.amr", "audio/amr", AMR);
    assert_eq!(talk.submit_with(&xml, &[photo, voice], false).await.status, 201);
    let list = office.get(&path).await;
    for part in [
        "请拍一张家门口的照片。",
        "照片或图片 · PNG",
        "录音 · AMR",
        "共 2 个文件",
    ] {
        assert!(list.text.contains(part), "{part}: {}", list.text);
    }
    let rows = attachments::page(&base.db, ROUND, None).await.unwrap();
    let picture = rows.iter().find(|row| row.question == "photo").unwrap();
    let one = office.get(&format!("{path}/{}/download", picture.id)).await;
    assert_eq!(one.bytes, PNG);
    assert_eq!(one.headers[header::CONTENT_TYPE], "image/png");
    let disposition = one.headers[header::CONTENT_DISPOSITION].to_str().unwrap();
    assert_eq!(
        disposition,
        format!("attachment; filename=\"{}.jpg\"", picture.id)
    );
    assert_eq!(talk.field.acts("attachment.read").await.len(), 1);
    let all = office.get(&format!("{path}/all/download")).await;
    assert_eq!(all.status, StatusCode::OK, "{}", all.text);
    let mut zip = zip::ZipArchive::new(Cursor::new(all.bytes)).unwrap();
    let mut read = |name: &str| {
        let mut content = Vec::new();
        zip.by_name(name).unwrap().read_to_end(&mut content).unwrap();
        content
    };
    assert_eq!(read(&picture.place()), PNG);
    let list = String::from_utf8(read("files.csv")).unwrap();
    assert!(
        list.contains(&picture.place()) && list.lines().count() == 3,
        "{list}"
    );
    assert_eq!(talk.field.acts("attachments.export").await[0]["files"], 2);
    let left = std::fs::read_dir(&base.config.data_dir).unwrap();
    let left = left.filter(|entry| {
        entry
            .as_ref()
            .unwrap()
            .file_name()
            .to_string_lossy()
            .starts_with("export-")
    });
    assert_eq!(left.count(), 0, "no archive stays");

    // The full file says where in the archive each file is.
    use crate::export::columns::{Cell, Table};
    let plan = talk.field.server.plan().await;
    let table = Table::prepare(base, &plan, crate::export::Detail::Full, None)
        .await
        .unwrap();
    let stored = responses::exported_page(&base.db, &table.round, (None, None))
        .await
        .unwrap();
    let stored = stored.iter().find(|row| row.id == response()).unwrap();
    let cells = table.row(stored).unwrap();
    let at = table
        .columns
        .iter()
        .position(|column| column.name == "photo")
        .unwrap();
    assert_eq!(cells[at], Cell::Text(picture.place()));
    let at = table
        .columns
        .iter()
        .position(|column| column.name == "visited")
        .unwrap();
    assert_eq!(cells[at], Cell::Text("2026-11-20T09:30+08:00".to_owned()));

    // With the words that people typed they are erased.
    let tx = begin(&base.db).await.unwrap();
    assert_eq!(erasure::other_words(&tx, ROUND).await.unwrap().attachments, 2);
    tx.commit().await.unwrap();
    let gone = office.get(&format!("{path}/{}/download", picture.id)).await;
    assert_eq!(gone.status, StatusCode::NOT_FOUND);
}
