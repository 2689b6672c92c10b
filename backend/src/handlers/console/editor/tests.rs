//! The editor by HTTP: a questionnaire written, changed by two at once, tried out, put into a plan; and what is refused.

use axum::http::StatusCode;
use survey_forms::xlsform;

use crate::auth::Role;
use crate::handlers::console::planning::tests::{draft_plan, with_draft};
use crate::handlers::testing::{Browser, ROUND, Reply, Server};
use crate::planning::copy;
use crate::rounds;
use crate::store::{audit, forms};

mod copying;

/// The round that is still a draft.
const DRAFT: &str = "yunxi-2027";

fn at(round: &str, part: &str) -> String {
    format!("/console/rounds/{round}/forms{part}")
}

fn hidden(reply: &Reply, name: &str) -> String {
    let values = reply.attributes(&format!("name=\"{name}\""), "value");
    let found = values.into_iter().next();
    found.unwrap_or_else(|| panic!("no {name}: {}", reply.text))
}

/// Sends a form with the token and the state that a page showed.
async fn send(browser: &mut Browser, page: &str, to: &str, fields: &[(&str, &str)]) -> Reply {
    let shown = browser.get(page).await;
    assert_eq!(shown.status, StatusCode::OK, "{page}: {}", shown.text);
    let (csrf, seen) = (hidden(&shown, "csrf"), hidden(&shown, "seen"));
    let mut all = vec![("csrf", csrf.as_str()), ("seen", &seen)];
    all.extend_from_slice(fields);
    browser.post(to, &all).await
}

/// Every field of the form of a page with the value that it has.
fn fields_of(reply: &Reply) -> Vec<(String, String)> {
    let form = reply.text.split("<form id=\"edit\"").nth(1).unwrap();
    let form = form.split("</form>").next().unwrap();
    let unescape = |text: &str| {
        text.replace("&quot;", "\"")
            .replace("&lt;", "<")
            .replace("&gt;", ">")
            .replace("&amp;", "&")
    };
    let of = |tag: &str, name: &str| {
        let value = tag.split(&format!(" {name}=\"")).nth(1)?.split('"').next()?;
        Some(unescape(value))
    };
    let mut fields = Vec::new();
    let mut select = None;
    for part in form.split('<').skip(1) {
        let (tag, text) = part.split_once('>').unwrap_or((part, ""));
        if tag.starts_with("input") {
            let is_off = tag.contains("type=\"checkbox\"") && !tag.contains(" checked");
            if let Some(name) = of(tag, "name").filter(|_| !is_off) {
                fields.push((name, of(tag, "value").unwrap_or_default()));
            }
        } else if tag.starts_with("textarea") {
            fields.push((of(tag, "name").unwrap(), unescape(text.trim_start_matches('\n'))));
        } else if tag.starts_with("select") {
            select = of(tag, "name");
        } else if tag.starts_with("option") && tag.contains(" selected") {
            fields.push((select.clone().unwrap(), of(tag, "value").unwrap_or_default()));
        }
    }
    fields
}

/// Sends the form of a question as it was shown, with some fields changed.
async fn change(browser: &mut Browser, shown: &Reply, to: &str, changes: &[(&str, &str)]) -> Reply {
    let mut fields = fields_of(shown);
    for (name, value) in changes {
        fields.push(((*name).to_owned(), (*value).to_owned()));
    }
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    browser.post(to, &fields).await
}

/// A questionnaire of its own in the draft's plan, with a first question.
async fn begun(browser: &mut Browser) -> String {
    let list = browser.get(&at(DRAFT, "")).await;
    let csrf = hidden(&list, "csrf");
    let fields = [
        ("csrf", csrf.as_str()),
        ("name", "trial"),
        ("title", "试一试"),
        ("from", "blank"),
    ];
    let made = browser.upload(&at(DRAFT, ""), &fields, ("", b"")).await;
    assert_eq!(made.location(), at(DRAFT, "/trial?done=made"), "{}", made.text);
    let add = at(DRAFT, "/trial/add?to=last");
    let question = [
        ("label", "您住在哪里？"),
        ("kind", "select_one"),
        ("lines", "城里\r\n乡下"),
        ("must", "yes"),
        ("to", "last"),
    ];
    let added = send(browser, &add, &add, &question).await;
    assert!(
        added.status == StatusCode::SEE_OTHER && added.location().contains("done=added"),
        "{} {}",
        added.location(),
        added.text
    );
    added.location().split("&done").next().unwrap().to_owned()
}

#[tokio::test]
async fn a_questionnaire_is_made_changed_tried_out_and_put_into_the_plan() {
    let (server, mut office) = with_draft().await;
    let first = begun(&mut office).await;
    let shown = office.get(&first).await;
    assert!(
        shown.text.contains("城里") && shown.text.contains("<iframe"),
        "{}",
        shown.text
    );
    let policy = shown.headers["content-security-policy"].to_str().unwrap();
    assert!(policy.contains("frame-src 'self'"));
    let saved = change(
        &mut office,
        &shown,
        &first,
        &[("name", "live"), ("w:hint:zh", "住得最久的地方")],
    )
    .await;
    assert!(
        saved.location().contains("row=live&done=saved"),
        "{} {}",
        saved.location(),
        saved.text
    );

    // A second question that only some are asked, by menus.
    let add = at(DRAFT, "/trial/add?to=last");
    let age = [
        ("label", "您多大年纪？"),
        ("kind", "integer"),
        ("to", "last"),
        ("lines", ""),
    ];
    let added = send(&mut office, &add, &add, &age).await;
    let second = added.location().split("&done").next().unwrap().to_owned();
    let shown = office.get(&second).await;
    let asked = change(
        &mut office,
        &shown,
        &second,
        &[("q:0:question", "live"), ("go", "refresh")],
    )
    .await;
    assert_eq!(asked.status, StatusCode::OK);
    assert!(
        asked.text.contains("name=\"q:0:a\""),
        "its choices can be chosen: {}",
        asked.text
    );
    let logic = [
        ("q:0:question", "live"),
        ("q:0:is", "is"),
        ("q:0:a", "乡下"),
        ("rule:least", "0"),
        ("rule:most", "120"),
    ];
    let saved = change(&mut office, &shown, &second, &logic).await;
    assert_eq!(saved.status, StatusCode::SEE_OTHER, "{}", saved.text);
    let page = office.get(&second).await;
    assert!(
        page.text.contains("${live}") && page.text.contains("120"),
        "{}",
        page.text
    );

    // Tried out: who lives in town is not asked, who lives in the country is, within limits.
    let preview = at(DRAFT, "/trial/preview");
    let start = office.get(&preview).await;
    assert_eq!(start.headers["x-frame-options"], "SAMEORIGIN");
    assert!(start.text.contains("试答") && start.text.contains("您住在哪里？"));
    let town = step(&mut office, &start, &preview, &[("live", "1")]).await;
    assert!(town.text.contains("试答完了"), "{}", town.text);
    let country = step(&mut office, &start, &preview, &[("live", "2")]).await;
    assert!(country.text.contains("您多大年纪？"), "{}", country.text);
    let too_old = step(
        &mut office,
        &country,
        &preview,
        &[("trial:none", ""), (&name_of(&country), "200")],
    )
    .await;
    assert_eq!(too_old.status, StatusCode::UNPROCESSABLE_ENTITY);
    let over = step(&mut office, &country, &preview, &[(&name_of(&country), "70")]).await;
    assert!(
        over.text.contains("试答完了") && over.text.contains("70"),
        "{}",
        over.text
    );
    let empty = step(&mut office, &start, &preview, &[]).await;
    assert_eq!(
        empty.status,
        StatusCode::UNPROCESSABLE_ENTITY,
        "it must be answered"
    );

    // Into the plan's working copy, and what was downloaded is that.
    let plan = at(DRAFT, "/trial/plan");
    let put = send(&mut office, &plan, &plan, &[]).await;
    assert_eq!(
        put.location(),
        at(DRAFT, "/trial/plan?done=handed_in"),
        "{}",
        put.text
    );
    let down = office.get(&at(DRAFT, "/trial/download")).await;
    let round = rounds::require(&server.base, DRAFT).await.unwrap();
    let copy = copy::load(&server.base.db, &server.base, &round).await.unwrap();
    assert_eq!(copy.files["forms/trial.xlsx"], down.bytes);
    let form = xlsform::read("trial.xlsx", &down.bytes).unwrap().form;
    assert_eq!(form.questions().map(|one| one.name.as_str()).next(), Some("live"));
    let acts: Vec<String> = audit::latest(&server.base.db, 20)
        .await
        .unwrap()
        .into_iter()
        .map(|one| one.action)
        .collect();
    let count = |act: &str| acts.iter().filter(|one| *one == act).count();
    assert_eq!(
        (count("form.save"), count("form.hand_in"), count("plan.change")),
        (5, 1, 1),
        "{acts:?}"
    );
    let stored = crate::store::responses::count(&server.base.db, DRAFT)
        .await
        .unwrap();
    assert_eq!(stored, 0, "a trial leaves nothing");
}

/// The name of the only question that a page of a trial asks.
fn name_of(reply: &Reply) -> String {
    hidden(reply, "trial:page")
}

/// Sends a page of a trial.
async fn step(browser: &mut Browser, page: &Reply, to: &str, answers: &[(&str, &str)]) -> Reply {
    let names = ["csrf", "seen", "trial:page", "trial:view", "trial:kept"];
    let kept: Vec<String> = names
        .iter()
        .map(|name| hidden(page, name).replace("&quot;", "\""))
        .collect();
    let mut fields: Vec<(&str, &str)> = names
        .iter()
        .copied()
        .zip(kept.iter().map(String::as_str))
        .collect();
    fields.push(("go", "next"));
    fields.extend_from_slice(answers);
    browser.post(to, &fields).await
}

#[tokio::test]
async fn of_two_at_once_the_second_keeps_what_was_typed_and_loses_nothing_of_the_first() {
    let (server, mut first) = with_draft().await;
    let page = begun(&mut first).await;
    server.named_account("second", Role::Office, None).await;
    let mut second = server.browser();
    second.sign_in_as("second").await;
    let (mine, theirs) = (second.get(&page).await, first.get(&page).await);
    let done = change(
        &mut first,
        &theirs,
        &page,
        &[("w:hint:zh", "甲写的提示"), ("c:0:l:zh", "城市")],
    )
    .await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let late = change(
        &mut second,
        &mine,
        &page,
        &[("w:label:zh", "乙写的题目"), ("w:hint:zh", "乙写的提示")],
    )
    .await;
    assert_eq!(late.status, StatusCode::CONFLICT);
    for words in [
        "有人先改了",
        "office",
        "乙写的题目",
        "乙写的提示",
        "甲写的提示",
        "城市",
    ] {
        assert!(late.text.contains(words), "{words}: {}", late.text);
    }
    // Looked at and sent again, both are there.
    let done = change(&mut second, &late, &page, &[]).await;
    assert_eq!(done.status, StatusCode::SEE_OTHER, "{}", done.text);
    let after = second.get(&page).await;
    assert!(
        after.text.contains("乙写的题目") && after.text.contains("乙写的提示") && after.text.contains("城市")
    );
    let outline = at(DRAFT, "/trial");
    let stale = hidden(&mine, "seen");
    let csrf = hidden(&after, "csrf");
    for (to, fields) in [
        (outline.clone(), vec![("down", "x")]),
        (at(DRAFT, "/trial/versions"), vec![("go", "undo")]),
        (at(DRAFT, "/trial/plan"), vec![]),
        (at(DRAFT, "/trial/words?lang=zh"), vec![("go", "words")]),
        (
            at(DRAFT, "/trial/add?to=last"),
            vec![("to", "last"), ("kind", "text"), ("label", "第三题")],
        ),
        (
            at(DRAFT, "/trial/bank?to=last"),
            vec![("to", "last"), ("collection", "x")],
        ),
        (at(DRAFT, "/trial/copy?to=last"), vec![("to", "last")]),
    ] {
        let mut all = vec![("csrf", csrf.as_str()), ("seen", stale.as_str())];
        all.extend(fields);
        let refused = second.post(&to, &all).await;
        assert_eq!(refused.status, StatusCode::CONFLICT, "{to}: {}", refused.text);
        assert!(refused.text.contains("有人先改了"), "{to}");
    }
    let undone = send(
        &mut second,
        &outline,
        &at(DRAFT, "/trial/versions"),
        &[("go", "undo")],
    )
    .await;
    assert_eq!(
        undone.location(),
        at(DRAFT, "/trial?done=back"),
        "{}",
        undone.text
    );
    assert!(second.get(&page).await.text.contains("甲写的提示"));
    let redone = send(
        &mut second,
        &outline,
        &at(DRAFT, "/trial/versions"),
        &[("go", "redo")],
    )
    .await;
    assert_eq!(redone.status, StatusCode::SEE_OTHER, "{}", redone.text);
    assert!(second.get(&page).await.text.contains("乙写的提示"));
}

#[tokio::test]
async fn what_is_in_use_cannot_go_and_the_rule_is_named_at_its_row() {
    let server = Server::start().await;
    server.account(Role::Office).await;
    let mut office = server.browser();
    office.sign_in(Role::Office).await;
    let stored = forms::all_current(&server.base.db, ROUND).await.unwrap();
    let resident = stored.iter().find(|form| form.form == "resident").unwrap();
    let form = xlsform::read("resident.xlsx", &resident.xlsx).unwrap().form;
    // A question that nothing refers to and that answers hold.
    let outline = at(ROUND, "/resident");
    let free = form
        .written_questions()
        .into_iter()
        .rev()
        .find(|one| one.takes_answer() && form.choices(one).len() > 2)
        .unwrap();
    let shown = office
        .get(&at(ROUND, &format!("/resident/question?row={}", free.name)))
        .await;
    assert_eq!(shown.status, StatusCode::OK, "{}", shown.text);
    let to = at(ROUND, &format!("/resident/question?row={}", free.name));
    let changed = change(&mut office, &shown, &to, &[("kind", "text")]).await;
    assert_eq!(
        changed.status,
        StatusCode::SEE_OTHER,
        "a draft may be anything: {}",
        changed.text
    );
    let plan = at(ROUND, "/resident/plan");
    let page = office.get(&plan).await;
    assert!(
        page.text.contains("[AM") && page.text.contains(&format!("question?row={}", free.name)),
        "{}",
        page.text
    );
    let refused = send(&mut office, &plan, &plan, &[("reason", "试试")]).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let now = forms::current(&server.base.db, ROUND, "resident")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(now.version, resident.version, "nothing was amended");
    let undone = send(
        &mut office,
        &outline,
        &at(ROUND, "/resident/versions"),
        &[("go", "undo")],
    )
    .await;
    assert_eq!(undone.status, StatusCode::SEE_OTHER, "{}", undone.text);
    let shown = office.get(&to).await;
    let reworded = change(&mut office, &shown, &to, &[("w:hint:zh", "想到什么就选什么")]).await;
    assert_eq!(reworded.status, StatusCode::SEE_OTHER, "{}", reworded.text);
    let silent = send(&mut office, &plan, &plan, &[("reason", " ")]).await;
    assert_eq!(silent.status, StatusCode::UNPROCESSABLE_ENTITY);
    let amended = send(&mut office, &plan, &plan, &[("reason", "提示说得更清楚")]).await;
    assert_eq!(
        amended.location(),
        at(ROUND, "/resident/plan?done=amended"),
        "{}",
        amended.text
    );
    let now = forms::current(&server.base.db, ROUND, "resident")
        .await
        .unwrap()
        .unwrap();
    assert_ne!(now.version, resident.version);
}

#[tokio::test]
async fn hostile_files_and_names_are_refused_and_nothing_is_kept_of_them() {
    let (server, mut office) = with_draft().await;
    let list = office.get(&at(DRAFT, "")).await;
    let csrf = hidden(&list, "csrf");
    let begin = async |office: &mut Browser, name: &str, file: (&str, &[u8])| {
        let fields = [
            ("csrf", csrf.as_str()),
            ("name", name),
            ("title", ""),
            ("from", "file"),
        ];
        office.upload(&at(DRAFT, ""), &fields, file).await
    };
    for (name, file) in [
        ("fresh", ("a.xlsx", b"PK\x03\x04 no workbook".as_slice())),
        ("fresh", ("a.exe", b"MZ".as_slice())),
        (
            "fresh",
            (
                "a.lss",
                b"<!DOCTYPE x [<!ENTITY a \"b\">]><document>&a;</document>".as_slice(),
            ),
        ),
        ("fresh", ("a.xlsx", b"".as_slice())),
        (
            "../../etc",
            ("a.csv", "survey\n,type,name,label\n,text,a,b\n".as_bytes()),
        ),
        (
            "resident",
            ("a.csv", "survey\n,type,name,label\n,text,a,b\n".as_bytes()),
        ),
    ] {
        let refused = begin(&mut office, name, file).await;
        assert_eq!(
            refused.status,
            StatusCode::UNPROCESSABLE_ENTITY,
            "{name} {file:?}: {}",
            refused.text
        );
        assert!(refused.text.contains("class=\"faults\""), "{}", refused.text);
    }
    let huge = vec![b'a'; super::MAX_UPLOAD + 1];
    let refused = begin(&mut office, "fresh", ("a.csv", &huge)).await;
    assert!(refused.status.is_client_error(), "{}", refused.status);
    assert_eq!(
        office.get(&at(DRAFT, "/fresh")).await.status,
        StatusCode::NOT_FOUND
    );
    for part in [
        "/resident/question?row=nothing",
        "/..%2f/add",
        "/nothing",
        "/resident/versions?from=99&to=now",
    ] {
        assert_eq!(
            office.get(&at(DRAFT, part)).await.status,
            StatusCode::NOT_FOUND,
            "{part}"
        );
    }
    let page = at(DRAFT, "/resident/file");
    let shown = office.get(&page).await;
    let (csrf, seen) = (hidden(&shown, "csrf"), hidden(&shown, "seen"));
    let fields = [("csrf", csrf.as_str()), ("seen", &seen)];
    let refused = office.upload(&page, &fields, ("b.xlsx", b"nothing")).await;
    assert_eq!(refused.status, StatusCode::UNPROCESSABLE_ENTITY);
    let csv = "survey\n,type,name,label::中文 (zh)\n,text,one,<script>alert(1)</script>\n".as_bytes();
    let taken = office.upload(&page, &fields, ("b.csv", csv)).await;
    assert_eq!(
        taken.location(),
        at(DRAFT, "/resident?done=uploaded"),
        "{}",
        taken.text
    );
    for part in [
        "/resident",
        "/resident/question?row=one",
        "/resident/preview",
        "/resident/words?all=1",
    ] {
        let page = office.get(&at(DRAFT, part)).await;
        assert!(!page.text.contains("<script>alert"), "{part}");
    }
    let _ = server;
}

#[tokio::test]
async fn those_who_oversee_read_and_change_nothing() {
    let (server, _office) = with_draft().await;
    server.account(Role::Viewer).await;
    let mut viewer = server.browser();
    viewer.sign_in(Role::Viewer).await;
    let outline = viewer.get(&at(DRAFT, "/resident")).await;
    assert_eq!(outline.status, StatusCode::OK);
    assert!(
        !outline.text.contains("name=\"up\"") && !outline.text.contains("/add?to="),
        "{}",
        outline.text
    );
    for part in [
        "",
        "/resident/check",
        "/resident/versions",
        "/resident/download",
        "/resident/preview",
    ] {
        assert_eq!(
            viewer.get(&at(DRAFT, part)).await.status,
            StatusCode::OK,
            "{part}"
        );
    }
    for part in [
        "/resident/question?row=need",
        "/resident/add",
        "/resident/words",
        "/resident/plan",
    ] {
        assert_eq!(
            viewer.get(&at(DRAFT, part)).await.status,
            StatusCode::FORBIDDEN,
            "{part}"
        );
    }
    let posted = viewer.post(&at(DRAFT, "/resident"), &[("up", "need")]).await;
    assert_eq!(posted.status, StatusCode::FORBIDDEN);
    assert!(draft_plan().contains_key("forms/resident.xlsx"));
}
