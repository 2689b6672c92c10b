//! OpenRosa: the conversations of ODK Collect and Enketo as they hold them, and what else may come.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

use super::*;
use crate::codes::Code;

/// What a conversation is said about.
pub(super) struct Talk {
    pub(super) field: Field,
    credentials: String,
    version: String,
    code: String,
}

pub(super) struct Said {
    pub(super) status: u16,
    headers: HeaderMap,
    pub(super) text: String,
}

impl Talk {
    async fn start() -> Self {
        Self::start_on(Server::start().await).await
    }

    pub(super) async fn start_on(server: Server) -> Self {
        let (field, _) = Field::with_device_on(server).await;
        let (_, token) = field.tokens().await;
        let base = &field.server.base;
        // The second resident's letter.
        let invited = invitations::of_cases(&base.db, ROUND, &["resident-000002".to_owned()])
            .await
            .unwrap();
        let code = Code::of_invitation(&base.keys, invited[0].id);
        Self {
            credentials: STANDARD.encode(format!("interviewer:{token}")),
            version: field.version().await,
            code: code.to_string(),
            field,
        }
    }

    pub(super) fn fill(&self, text: &str) -> String {
        [
            ("{round}", ROUND),
            ("{credentials}", &self.credentials),
            ("{version}", &self.version),
            ("{code}", &self.code),
        ]
        .into_iter()
        .fold(text.to_owned(), |text, (hole, value)| text.replace(hole, value))
    }

    /// Sends a request as it stands on the wire.
    async fn send(&self, request: &str) -> Said {
        let request = self.fill(request);
        let (head, body) = request.split_once("\n\n").unwrap_or((&request, ""));
        let mut lines = head.lines();
        let mut first = lines.next().unwrap().split(' ');
        let mut built = Request::builder()
            .method(first.next().unwrap())
            .uri(first.next().unwrap());
        for line in lines {
            let (name, value) = line.split_once(':').unwrap();
            // Replies are read here as they are.
            if name.eq_ignore_ascii_case("accept-encoding") {
                continue;
            }
            built = built.header(name, value.trim());
        }
        let body = body.trim_end().replace('\n', "\r\n");
        let reply = self
            .field
            .server
            .router
            .clone()
            .oneshot(built.body(Body::from(body)).unwrap())
            .await
            .unwrap();
        let (parts, body) = reply.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Said {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// Replays a conversation; every reply has the status that stands beside its request.
    async fn replay(&self, conversation: &str) -> Vec<Said> {
        let mut all = Vec::new();
        for part in conversation.split("### ").skip(1) {
            let (title, request) = part.split_once('\n').unwrap();
            let (title, status) = title.split_once(" => ").unwrap();
            let said = self.send(request).await;
            assert_eq!(said.status.to_string(), status, "{title}: {}", said.text);
            assert_eq!(said.headers["x-openrosa-version"], "1.0", "{title}");
            all.push(said);
        }
        all
    }

    /// Answers with files, each by its name and type, as Collect's OkHttp writes them.
    pub(super) async fn submit_with(&self, xml: &str, files: &[(&str, &str, &[u8])], more: bool) -> Said {
        const BOUNDARY: &str = "5d3cb0f6-8b3a-4b7a-9c6e-0a1b2c3d4e5f";
        let mut body = Vec::new();
        let mut part = |head: String, content: &[u8]| {
            body.extend(
                format!(
                    "--{BOUNDARY}\r\n{head}\r\nContent-Length: {}\r\n\r\n",
                    content.len()
                )
                .into_bytes(),
            );
            body.extend_from_slice(content);
            body.extend_from_slice(b"\r\n");
        };
        let head = |name: &str, file: &str, kind: &str| {
            format!(
                "Content-Disposition: form-data; name=\"{name}\"; filename=\"{file}\"\r\nContent-Type: {kind}"
            )
        };
        let xml = self.fill(xml);
        part(
            head(
                "xml_submission_file",
                "resident_2026-11-23_09-20-03.xml",
                "text/xml",
            ),
            xml.as_bytes(),
        );
        for (name, kind, content) in files {
            part(head(name, name, kind), content);
        }
        if more {
            part(
                "Content-Disposition: form-data; name=\"*isIncomplete*\"".to_owned(),
                b"yes",
            );
        }
        body.extend(format!("--{BOUNDARY}--\r\n").into_bytes());
        let request =
            Request::post(self.fill("/openrosa/{round}/submission?deviceID=collect%3AzVMfYjCGo2mUJL6o"))
                .header("x-openrosa-version", "1.0")
                .header(header::AUTHORIZATION, format!("Basic {}", self.credentials))
                .header(
                    header::CONTENT_TYPE,
                    format!("multipart/form-data; boundary={BOUNDARY}"),
                )
                .body(Body::from(body))
                .unwrap();
        let reply = self.field.server.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = reply.into_parts();
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Said {
            status: parts.status.as_u16(),
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
        }
    }

    /// A submission as Collect sends it.
    async fn submit(&self, xml: &str) -> Said {
        self.send(&format!(
            "POST /openrosa/{{round}}/submission HTTP/1.1\nX-OpenRosa-Version: 1.0\n\
             Authorization: Basic {{credentials}}\nContent-Type: multipart/form-data; boundary=b\n\n\
             --b\nContent-Disposition: form-data; name=\"xml_submission_file\"; filename=\"a.xml\"\n\
             Content-Type: text/xml\n\n{xml}\n--b--\n"
        ))
        .await
    }

    pub(super) fn filled(id: &str, case: &str, part: &str, answers: &str) -> String {
        format!(
            "<data id=\"{{round}}_resident\" version=\"{{version}}\"><minyi_visit><minyi_case>{case}</minyi_case>\
             <minyi_part>{part}</minyi_part><minyi_sensitive>yes</minyi_sensitive></minyi_visit>{answers}\
             <meta><instanceID>{id}</instanceID></meta></data>"
        )
    }
}

pub(super) const ANSWERS: &str = "<answering>self</answering><need>none</need><took_part>none</took_part>";

#[tokio::test]
async fn conversations_of_collect_and_enketo_end_in_the_same_responses_as_the_app() {
    let talk = Talk::start().await;
    let said = talk
        .replay(include_str!("../../../openrosa/testdata/collect.http"))
        .await;
    assert!(
        said[0].headers[header::WWW_AUTHENTICATE]
            .to_str()
            .unwrap()
            .starts_with("Basic realm=")
    );
    let list = &said[1].text;
    for part in [
        "<xforms xmlns=\"http://openrosa.org/xforms/xformsList\">",
        &format!("<formID>{ROUND}_resident</formID>"),
        &format!("<version>{}</version>", talk.version),
        "<hash>md5:",
        "/openrosa/yunxi-2026/forms/resident/",
        "/manifest</manifestUrl>",
    ] {
        assert!(list.contains(part), "{part}: {list}");
    }
    let xform = &said[2].text;
    let print = format!(
        "md5:{}",
        hex::encode(<md5::Md5 as md5::Digest>::digest(xform.as_bytes()))
    );
    assert!(
        list.contains(&print),
        "the list tells the hash of the form that is sent"
    );
    assert!(xform.contains("<minyi_case/>") && xform.contains("id=\"yunxi-2026_resident\""));
    assert!(
        said[3].text.contains("<filename>") && said[3].text.contains("/media/yunxi-2026/"),
        "{}",
        said[3].text
    );
    let most: usize = said[4].headers["x-openrosa-accept-content-length"]
        .to_str()
        .unwrap()
        .parse()
        .unwrap();
    assert_eq!(most, crate::handlers::openrosa::MAX_PARCEL_BYTES);
    assert!(
        said[4].headers[header::LOCATION]
            .to_str()
            .unwrap()
            .ends_with("/openrosa/yunxi-2026/submission")
    );
    assert!(said[5].text.contains("submit_success"), "{}", said[5].text);
    assert!(said[6].text.contains("没有保存"), "{}", said[6].text);

    let said = talk
        .replay(include_str!("../../../openrosa/testdata/enketo.http"))
        .await;
    assert_eq!(
        said[1].text.matches("<xform>").count(),
        1,
        "only the form that was asked for"
    );

    let db = &talk.field.server.base.db;
    let find = |id: &str| responses::find(db, id.parse().unwrap());
    let collect = find("7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b11")
        .await
        .unwrap()
        .unwrap();
    let enketo = find("1b9d6bcd-bbfd-4b2d-9b5d-ab8dfbbd4bed")
        .await
        .unwrap()
        .unwrap();
    assert_eq!(
        responses::count(db, ROUND).await.unwrap(),
        2,
        "sent twice, stored once"
    );
    assert_eq!(collect.answers, enketo.answers);
    assert_eq!(
        (
            collect.mode.as_str(),
            collect.interviewer.as_deref(),
            collect.duration_s,
            collect.consents.as_str()
        ),
        ("interview", Some("interviewer"), 1_200, "sensitive")
    );
    let first = talk.field.disposition("resident-000001").await;
    assert_eq!(first.as_deref(), Some(Disposition::Complete.word()));

    // The same answers by the app, of another case.
    let (field, token) = Field::with_device().await;
    let id = field.id();
    let body = field
        .interview(id, "resident-000001", |plain| {
            plain["answers"]["first_change"] = json!("多修一条路 & 坡道")
        })
        .await;
    assert_eq!(
        field.send("POST", "responses", &token, Some(&body)).await.status,
        201
    );
    let app = responses::find(&field.server.base.db, id).await.unwrap().unwrap();
    assert_eq!(
        (&app.answers, &app.consents, &app.mode),
        (&collect.answers, &collect.consents, &collect.mode)
    );
}

#[tokio::test]
async fn what_cannot_be_accepted_is_held_and_nothing_is_lost() {
    let talk = Talk::start().await;
    let db = &talk.field.server.base.db;
    for (n, (case, part, answers, word)) in [
        ("resident-000001", "no", ANSWERS, "自愿参加"),
        ("resident-000001", "yes", "<intruder>x</intruder>", "intruder"),
        ("resident-000003", "yes", ANSWERS, "没有分配给这位访问员"),
        ("张三", "yes", ANSWERS, "样本里没有这个人"),
    ]
    .into_iter()
    .enumerate()
    {
        let id = format!("uuid:7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b2{n}");
        let xml = Talk::filled(&id, case, part, answers);
        let held = talk.submit(&xml).await;
        assert_eq!(held.status, 202, "{word}: {}", held.text);
        assert!(
            word == "intruder" || held.text.contains(word),
            "{word}: {}",
            held.text
        );
        // Again: the same answer, nothing twice.
        assert_eq!(talk.submit(&xml).await.status, 202);
    }
    assert_eq!(held::waiting(db, ROUND).await.unwrap(), 4);
    assert_eq!(responses::count(db, ROUND).await.unwrap(), 0);
    let rows = held::list(db, ROUND).await.unwrap();
    assert!(
        rows.iter().all(|row| !row.case_id.contains('张')),
        "no name is kept in the open"
    );
}

#[tokio::test]
async fn what_is_refused_stays_on_the_device() {
    let talk = Talk::start().await;
    let good = Talk::filled(
        "uuid:7c2f6e0e-5b0e-4a3b-9a53-0a4d1c1f7b31",
        "resident-000001",
        "yes",
        ANSWERS,
    );
    assert_eq!(talk.submit("<data").await.status, 400);
    assert_eq!(
        talk.submit(&good.replace("{version}", "0")).await.status,
        404,
        "no such version"
    );
    assert_eq!(
        talk.submit(&good.replace("{round}_", "elsewhere_")).await.status,
        404
    );
    assert_eq!(talk.submit(&good).await.status, 201);
    let other = good.replace("<need>none</need>", "<need>rehab</need>");
    assert_eq!(
        talk.submit(&other).await.status,
        409,
        "other content under a known id"
    );

    let get = |line: &str| format!("GET /openrosa/{{round}}/formList HTTP/1.1\n{line}\n\n");
    for wrong in [
        "Authorization: Basic !!".to_owned(),
        format!(
            "Authorization: Basic {}",
            STANDARD.encode("interviewer:no such token")
        ),
        format!(
            "Authorization: Basic {}",
            STANDARD.encode(format!("interviewer:{PASSWORD}"))
        ),
        "Authorization: Bearer {credentials}".to_owned(),
    ] {
        assert_eq!(talk.send(&get(&wrong)).await.status, 401, "{wrong}");
    }
    // Another's name with a good token.
    let token = String::from_utf8(STANDARD.decode(&talk.credentials).unwrap()).unwrap();
    let stolen = STANDARD.encode(token.replace("interviewer:", "office:"));
    assert_eq!(
        talk.send(&get(&format!("Authorization: Basic {stolen}")))
            .await
            .status,
        401
    );
    // A form of another site's carries no such header.
    let bare = "POST /openrosa/{round}/submission HTTP/1.1\nAuthorization: Basic {credentials}\n\
                Content-Type: multipart/form-data; boundary=b\n\n--b--\n";
    assert_eq!(talk.send(bare).await.status, 400);
    let unknown = "GET /openrosa/nowhere/formList HTTP/1.1\nAuthorization: Basic {credentials}\n\n";
    assert_eq!(talk.send(unknown).await.status, 404);
    // Once the office reports the device lost, its token is worth nothing.
    for device in devices::list(&talk.field.server.base.db).await.unwrap() {
        devices::set_state(
            &talk.field.server.base.db,
            device.id,
            devices::ACTIVE,
            devices::WIPE,
        )
        .await
        .unwrap();
    }
    let lost = talk.send(&get("Authorization: Basic {credentials}")).await;
    assert_eq!(lost.status, 410, "{}", lost.text);
}

#[tokio::test]
async fn interviewer_gets_address_and_token_once_without_a_session() {
    let (field, _) = Field::with_device().await;
    let mut phone = field.server.browser();
    assert_eq!(phone.get("/field/odk").await.status, StatusCode::OK);
    let wrong = phone
        .post("/field/odk", &[("login", "interviewer"), ("password", "x")])
        .await;
    assert_eq!(wrong.status, StatusCode::UNAUTHORIZED);
    assert!(
        wrong.text.contains("aria-invalid") && wrong.text.contains("不对"),
        "{}",
        wrong.text
    );
    let said = [
        ("login", "interviewer"),
        ("password", PASSWORD),
        ("device", "红米 ODK"),
    ];
    let joined = phone.post("/field/odk", &said).await;
    assert_eq!(joined.status, StatusCode::CREATED, "{}", joined.text);
    assert!(joined.text.contains("/openrosa/yunxi-2026"), "{}", joined.text);
    assert!(joined.headers.get(header::SET_COOKIE).is_none());
    let rows = devices::list(&field.server.base.db).await.unwrap();
    assert!(rows.iter().any(|row| row.name == "红米 ODK"));
}

#[tokio::test]
async fn staff_of_a_judged_unit_gets_no_token() {
    let field = Field::start(Some("990101002")).await;
    let mut phone = field.server.browser();
    let said = [("login", "interviewer"), ("password", PASSWORD)];
    assert_eq!(
        phone.post("/field/odk", &said).await.status,
        StatusCode::FORBIDDEN
    );
}
