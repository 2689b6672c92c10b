//! Wordings, ways of reading and what a page holds.

use super::*;

#[tokio::test]
async fn ways_of_reading_used_on_any_page_are_kept_with_the_response() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    let page = phone.get(&first).await;
    let mut fields = answers(&page, &[]);
    fields.push(("heard".to_owned(), "1".to_owned()));
    let at = press(&mut phone, &first, &fields).await.location().to_owned();
    assert!(server.draft(&path).await.kept.ways.contains("read_aloud"));
    // Large type for one page, then back to normal.
    phone.post(&at, &[("size", "2")]).await;
    let page = phone.get(&at).await;
    let next = press(&mut phone, &at, &answers(&page, &[]))
        .await
        .location()
        .to_owned();
    phone.post(&next, &[("size", "1")]).await;
    let (_, check) = walk(&mut phone, next, &[], 80).await;
    let sent = phone.post(&check, &[("go", "submit")]).await;
    assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored[0].ways, "read_aloud large");
    assert_eq!(stored[0].consents, "sensitive");

    let plain = server.invite("resident", "r-2").await;
    let mut other = server.browser();
    let first = begin(&mut other, &plain).await;
    let (_, check) = walk(&mut other, first, &[], 80).await;
    other.post(&check, &[("go", "submit")]).await;
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert!(
        stored.iter().any(|row| row.ways.is_empty()),
        "nothing is noted that was not used"
    );
}

#[tokio::test]
async fn film_watched_and_check_page_read_aloud_are_ways_of_reading() {
    let server = Server::start().await;
    let path = server.invite("resident", "r-1").await;
    let mut phone = server.browser();
    let first = begin(&mut phone, &path).await;
    let page = phone.get(&first).await;
    assert!(page.text.contains(r#"name="watched""#), "{}", page.text);
    // The script's own saving notes it too, before any button.
    let kept = phone
        .post(&first, &[("answering", "self"), ("watched", "1"), ("go", "keep")])
        .await;
    assert_eq!(kept.status, StatusCode::NO_CONTENT);
    assert!(server.draft(&path).await.kept.ways.contains("sign"));

    let (_, check) = walk(&mut phone, first, &[], 80).await;
    let page = phone.get(&check).await;
    assert!(page.text.contains(r#"name="heard""#), "{}", page.text);
    let sent = phone
        .post(&check, &[("heard", "1"), ("watched", ""), ("go", "submit")])
        .await;
    assert_eq!(sent.location(), format!("{path}/receipt"), "{}", sent.text);
    let stored = responses::all(&server.base.db, ROUND).await.unwrap();
    assert_eq!(stored[0].ways, "read_aloud sign");
}

#[tokio::test]
async fn every_page_of_the_sample_asks_one_question_which_is_its_heading_and_its_title() {
    let server = Server::start().await;
    for group in ["resident", "family", "grassroots"] {
        let path = server.invite(group, "r-1").await;
        let mut phone = server.browser();
        let first = begin(&mut phone, &path).await;
        let (passed, _) = walk(&mut phone, first, &[], 80).await;
        assert!(passed.len() > 10, "{passed:?}");
        for at in &passed {
            let text = phone.get(at).await.text;
            let headings = text.matches("<h1").count();
            let asked = text.matches("<legend").count() + text.matches("<label for=\"first_change\"").count();
            let typed = text.matches("inputmode=\"numeric\"").count();
            assert_eq!((headings, asked + typed), (1, 1), "{at}: {text}");
            assert!(!text.contains("道题"), "{at}");
            let heading = text
                .split_once("<h1>")
                .and_then(|(_, rest)| rest.split_once("</h1>"));
            let words: String = heading
                .unwrap()
                .0
                .split('<')
                .map(|part| part.rsplit('>').next().unwrap())
                .collect();
            let words = words.trim_end_matches("（必答）");
            let title = text.split_once("<title>").unwrap().1;
            assert!(title.starts_with(words), "{at}: {words}");
        }
    }
}

#[tokio::test]
async fn proxy_and_easy_reader_are_spoken_to_in_their_words_with_pictures() {
    let server = Server::start().await;
    let path = server.invite("resident", "resident-proxy").await;
    let mut browser = server.browser();
    let first = begin(&mut browser, &path).await;
    let proxy = [("answering", "proxy"), ("need", "rehab")];
    let (passed, _) = walk(&mut browser, first, &proxy, 40).await;
    let need = passed.iter().find(|at| at.ends_with("/need")).unwrap();
    let received = passed.iter().find(|at| at.ends_with("/recv_rehab")).unwrap();
    let usual = browser.get(need).await.text;
    assert!(
        usual.contains("您的家人需要过") && !usual.contains(".svg"),
        "{usual}"
    );
    let check = browser.get(&format!("{path}/check")).await.text;
    assert!(
        check.contains("为什么由您代替您的家人回答？") && check.contains("您的家人需要过"),
        "{check}"
    );

    // One press on any page changes the words, and is remembered.
    let form = [("need", "rehab"), ("easy", "1")];
    let pressed = browser.post(need, &form).await;
    assert_eq!(pressed.location(), need);
    let easy = browser.get(need).await;
    assert!(
        easy.text.contains("您的家人需要过") && easy.text.contains("看病<"),
        "the proxy's words win, the choices are easy: {}",
        easy.text
    );
    let pictures = easy.attributes("choice-image", "src");
    assert_eq!(pictures.len(), 10, "{pictures:?}");
    for picture in &pictures {
        let reply = browser.get(&picture.replace("&amp;", "&")).await;
        assert_eq!(reply.status, StatusCode::OK, "{picture}");
        let cached = reply.headers[header::CACHE_CONTROL].to_str().unwrap();
        assert!(cached.contains("immutable"), "{picture}: {cached}");
    }
    let received = browser.get(received).await.text;
    assert!(received.contains("说的是这一年"), "{received}");
    assert!(
        !received.contains("name=\"sign\""),
        "no films, no switch: {received}"
    );
}
