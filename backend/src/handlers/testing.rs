//! A server without a socket, a round that is open, and a browser without a screen, for the handlers' tests.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::atomic::{AtomicU32, Ordering};
use std::sync::{Arc, Mutex};

use analysis::plan::PlanFiles;
use axum::Router;
use axum::body::Body;
use axum::http::{Request, StatusCode, header};
use jiff::SignedDuration;
use sea_orm::ConnectionTrait;
use tower::ServiceExt;

use crate::app::Base;
use crate::auth::{Role, password};
use crate::clock::{Entropy, FixedClock, SharedClock};
use crate::codes::Code;
use crate::config::Config;
use crate::store::sample::SampleCase;
use crate::store::{begin, drafts, invitations, staff};
use crate::{rounds, router};

mod people;

pub(crate) use people::{VILLAGE, csrf, frame_member};

/// The password of every account.
pub(crate) const PASSWORD: &str = "correct horse";
/// The sample plan's round.
pub(crate) const ROUND: &str = "yunxi-2026";

/// A server with one open round.
pub(crate) struct Server {
    pub(crate) base: Base,
    pub(crate) clock: Arc<FixedClock>,
    pub(crate) router: Router,
    _dir: tempfile::TempDir,
}

fn sample_plan() -> PlanFiles {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/sample");
    let mut files = rounds::files::read(&folder).unwrap();
    files.remove("frame.csv");
    files
}

/// A fresh database of the PostgreSQL server whose URL, without a database, is in `MINYI_TEST_POSTGRES`; none where it is
/// not set, and then each server has an SQLite file. What two databases lock differently shows only there.
pub(crate) async fn database() -> Option<String> {
    static NEXT: AtomicU32 = AtomicU32::new(0);
    let server = std::env::var("MINYI_TEST_POSTGRES").ok()?;
    let name = format!(
        "minyi_{}_{}",
        std::process::id(),
        NEXT.fetch_add(1, Ordering::Relaxed)
    );
    let admin = sea_orm::Database::connect(format!("{server}/postgres"))
        .await
        .unwrap();
    let made = admin.execute_unprepared(&format!("CREATE DATABASE {name}")).await;
    made.unwrap();
    Some(format!("{server}/{name}"))
}

impl Server {
    pub(crate) async fn start() -> Self {
        Self::start_with(|_| {}).await
    }

    /// The same with another plan.toml.
    pub(crate) async fn start_with(edit: impl FnOnce(&mut String)) -> Self {
        Self::start_from(|files| {
            let mut settings = String::from_utf8(files.remove("plan.toml").unwrap()).unwrap();
            edit(&mut settings);
            files.insert("plan.toml".to_owned(), settings.into_bytes());
        })
        .await
    }

    /// The same with other files of the plan.
    pub(crate) async fn start_from(edit: impl FnOnce(&mut PlanFiles)) -> Self {
        let mut files = sample_plan();
        edit(&mut files);
        let dir = tempfile::tempdir().unwrap();
        let data = dir.path().display().to_string();
        let database = database().await;
        let env = |name: &str| match name {
            "MINYI_DATA" => Some(data.clone()),
            "DATABASE_URL" => database.clone(),
            _ => None,
        };
        let config = Config::load(None, &env).unwrap();
        let clock = Arc::new(FixedClock::at("2026-11-23T08:00:00Z".parse().unwrap()));
        let shared: SharedClock = clock.clone();
        let base = Base::open_with(config, shared, Entropy::seeded(7)).await.unwrap();
        rounds::import(&base, &files, "test").await.unwrap();
        rounds::seal(&base, ROUND, "test").await.unwrap();
        rounds::open(&base, ROUND, "test").await.unwrap();
        let (state, _background) = base.clone().into_state();
        let router = router::router(state);
        Self {
            base,
            clock,
            router,
            _dir: dir,
        }
    }

    /// The same server with other settings.
    pub(crate) fn with_settings(mut self, edit: impl FnOnce(&mut Config)) -> Self {
        edit(&mut self.base.config);
        let (state, _background) = self.base.clone().into_state();
        self.router = router::router(state);
        self
    }

    /// The same server, and the text of every statement that it sends to its database from now on.
    pub(crate) fn watched(mut self) -> (Self, Arc<Mutex<Vec<String>>>) {
        let seen: Arc<Mutex<Vec<String>>> = Arc::default();
        let noted = Arc::clone(&seen);
        let note =
            move |info: &sea_orm::metric::Info<'_>| noted.lock().unwrap().push(info.statement.sql.clone());
        self.base.db.set_metric_callback(note);
        // The writer's statements as well: it opens no connection of its own without an address.
        (self.with_settings(|config| config.database_url.clear()), seen)
    }

    /// The path of a new invitation.
    pub(crate) async fn invite(&self, group: &str, case_id: &str) -> String {
        let cases = [(group.to_owned(), case_id.to_owned())];
        let tx = begin(&self.base.db).await.unwrap();
        let issued = invitations::issue(&tx, &self.base.keys, &self.base.entropy, ROUND, &cases)
            .await
            .unwrap();
        tx.commit().await.unwrap();
        let code: Code = issued[0].code;
        format!("/r/{code}")
    }

    /// The draft of an invitation, by its path.
    pub(crate) async fn draft(&self, path: &str) -> drafts::Draft {
        let code = Code::parse(path.trim_start_matches("/r/")).unwrap();
        let invitation = invitations::by_code(&self.base.db, &self.base.keys, &code).await;
        let link = self.base.keys.link(invitation.unwrap().unwrap().id);
        drafts::find(&self.base.db, &link).await.unwrap().unwrap()
    }

    /// An account of a role, named like it.
    pub(crate) async fn account(&self, role: Role) {
        self.account_of(role, None).await;
    }

    /// The same for someone whom a unit employs.
    pub(crate) async fn account_of(&self, role: Role, employer: Option<&str>) {
        self.insert_account(role.as_str(), "测试".to_owned(), role, employer)
            .await;
    }

    /// An account with a login of its own.
    pub(crate) async fn named_account(&self, login: &str, role: Role, employer: Option<&str>) -> uuid::Uuid {
        self.insert_account(login, format!("测试 {login}"), role, employer)
            .await
    }

    async fn insert_account(
        &self,
        login: &str,
        display_name: String,
        role: Role,
        employer: Option<&str>,
    ) -> uuid::Uuid {
        let id = self.base.entropy.uuid();
        let row = staff::Staff {
            id,
            login: login.to_owned(),
            display_name,
            role: role.as_str().to_owned(),
            password_hash: password::hash(PASSWORD, &self.base.entropy).unwrap(),
            failed: 0,
            locked_until: None,
            disabled: false,
            created_at: 0,
            employer_unit: employer.map(str::to_owned),
        };
        staff::insert(&self.base.db, row).await.unwrap();
        id
    }

    /// The round's plan.
    pub(crate) async fn plan(&self) -> Arc<analysis::plan::Plan> {
        let plans = crate::app::PlanCache::default();
        let plan = plans.get(&self.base.db, &self.base.keys, ROUND).await;
        plan.unwrap().unwrap()
    }

    /// Lets time pass.
    pub(crate) fn wait(&self, seconds: i64) {
        self.clock.advance(SignedDuration::from_secs(seconds));
    }

    /// Sets the clock forward or back, without time passing.
    pub(crate) fn set_clock(&self, hours: i64) {
        self.clock.jump(SignedDuration::from_hours(hours));
    }

    /// A browser that has been nowhere yet.
    pub(crate) fn browser(&self) -> Browser {
        Browser {
            router: self.router.clone(),
            cookies: BTreeMap::new(),
            language: "zh-CN",
            from: String::new(),
        }
    }
}

impl Server {
    /// A browser at another server of the same database.
    pub(crate) fn browser_elsewhere(&self) -> Browser {
        let (state, _background) = self.base.clone().into_state();
        Browser {
            router: router::router(state),
            ..self.browser()
        }
    }
}

/// What came back.
pub(crate) struct Reply {
    pub(crate) status: StatusCode,
    pub(crate) headers: header::HeaderMap,
    pub(crate) text: String,
    pub(crate) bytes: Vec<u8>,
}

impl Reply {
    /// Where a redirect leads.
    pub(crate) fn location(&self) -> &str {
        self.headers
            .get(header::LOCATION)
            .map(|value| value.to_str().unwrap())
            .unwrap_or_default()
    }

    /// The values of an attribute of elements that contain `marker`.
    pub(crate) fn attributes(&self, marker: &str, attribute: &str) -> Vec<String> {
        let name = format!(" {attribute}=\"");
        self.text
            .split('<')
            .filter(|element| element.contains(marker))
            .filter_map(|element| element.split(&name).nth(1)?.split('"').next().map(str::to_owned))
            .collect()
    }
}

/// A file that a form sends.
struct FilePart<'a> {
    field: &'a str,
    name: &'a str,
    kind: &'a str,
    content: &'a [u8],
}

/// Keeps cookies by path, follows nothing by itself.
#[derive(Clone)]
pub(crate) struct Browser {
    router: Router,
    cookies: BTreeMap<(String, String), String>,
    pub(crate) language: &'static str,
    /// The address that a proxy on the server's machine says it comes from; empty for that machine itself.
    pub(crate) from: String,
}

impl Browser {
    async fn send(
        &mut self,
        request: axum::http::request::Builder,
        path: &str,
        body: impl Into<Body>,
    ) -> Reply {
        let plain = path.split('?').next().unwrap();
        let below = |scope: &str| plain == scope || scope == "/" || plain.starts_with(&format!("{scope}/"));
        let cookies: Vec<String> = self
            .cookies
            .iter()
            .filter(|((_, scope), _)| below(scope))
            .map(|((name, _), value)| format!("{name}={value}"))
            .collect();
        let request = request
            .uri(path)
            .header(header::ACCEPT_LANGUAGE, self.language)
            .header(header::COOKIE, cookies.join("; "))
            .header("x-forwarded-for", &self.from)
            .body(body.into())
            .unwrap();
        let reply = self.router.clone().oneshot(request).await.unwrap();
        let (parts, body) = reply.into_parts();
        for cookie in parts.headers.get_all(header::SET_COOKIE) {
            let text = cookie.to_str().unwrap();
            let mut fields = text.split("; ");
            let (name, value) = fields.next().unwrap().split_once('=').unwrap();
            let scope = text.split("Path=").nth(1).unwrap().split(';').next().unwrap();
            let key = (name.to_owned(), scope.to_owned());
            match text.contains("Max-Age=0") {
                true => self.cookies.remove(&key),
                false => self.cookies.insert(key, value.to_owned()),
            };
        }
        let bytes = axum::body::to_bytes(body, usize::MAX).await.unwrap();
        Reply {
            status: parts.status,
            headers: parts.headers,
            text: String::from_utf8_lossy(&bytes).into_owned(),
            bytes: bytes.to_vec(),
        }
    }

    pub(crate) async fn get(&mut self, path: &str) -> Reply {
        self.send(Request::builder().method("GET"), path, String::new())
            .await
    }

    /// With further headers.
    pub(crate) async fn get_with(&mut self, path: &str, headers: &[(header::HeaderName, &str)]) -> Reply {
        let mut request = Request::builder().method("GET");
        for (name, value) in headers {
            request = request.header(name, *value);
        }
        self.send(request, path, String::new()).await
    }

    /// Sends a form as a browser without script does.
    pub(crate) async fn post(&mut self, path: &str, fields: &[(&str, &str)]) -> Reply {
        self.post_with(path, fields, &[]).await
    }

    /// The same with further headers.
    pub(crate) async fn post_with(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        headers: &[(&str, &str)],
    ) -> Reply {
        let mut body = url::form_urlencoded::Serializer::new(String::new());
        body.extend_pairs(fields);
        let mut request = Request::builder()
            .method("POST")
            .header(header::CONTENT_TYPE, "application/x-www-form-urlencoded");
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        self.send(request, path, body.finish()).await
    }

    /// Sends JSON as a program does.
    pub(crate) async fn post_json(&mut self, path: &str, body: &serde_json::Value) -> Reply {
        let request = Request::builder()
            .method("POST")
            .header(header::CONTENT_TYPE, "application/json");
        self.send(request, path, body.to_string()).await
    }

    /// Sends bytes that say they are of a kind.
    pub(crate) async fn post_raw(&mut self, path: &str, kind: &str, bytes: Vec<u8>) -> Reply {
        let request = Request::builder()
            .method("POST")
            .header(header::CONTENT_TYPE, kind);
        self.send(request, path, bytes).await
    }

    /// The token of the console's session.
    pub(crate) fn session(&self) -> String {
        let found = self
            .cookies
            .iter()
            .find(|((name, _), _)| name.ends_with("minyi_session"));
        found.unwrap().1.clone()
    }

    /// Sends a form with a table in the field `file`, as a browser without script does.
    pub(crate) async fn upload(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        (name, content): (&str, &[u8]),
    ) -> Reply {
        let file = FilePart {
            field: "file",
            name,
            kind: "text/csv",
            content,
        };
        self.post_parts(path, fields, &[file]).await
    }

    /// Sends a form with pictures, each by its field, as a browser without script does.
    pub(crate) async fn post_files(
        &mut self,
        path: &str,
        fields: &[(&str, &str)],
        files: &[(&str, &[u8])],
    ) -> Reply {
        let picture = |&(field, content)| FilePart {
            field,
            name: "a.png",
            kind: "image/png",
            content,
        };
        let files: Vec<_> = files.iter().map(picture).collect();
        self.post_parts(path, fields, &files).await
    }

    async fn post_parts(&mut self, path: &str, fields: &[(&str, &str)], files: &[FilePart<'_>]) -> Reply {
        const BOUNDARY: &str = "minyi-test-boundary";
        let part = |head: &str, content: &[u8]| {
            let head = format!("--{BOUNDARY}\r\nContent-Disposition: form-data; {head}\r\n\r\n");
            [head.as_bytes(), content, b"\r\n"].concat()
        };
        let mut body = Vec::new();
        for (field, value) in fields {
            body.extend(part(&format!("name=\"{field}\""), value.as_bytes()));
        }
        for file in files {
            let FilePart {
                field, name, kind, ..
            } = file;
            let head = format!("name=\"{field}\"; filename=\"{name}\"\r\nContent-Type: {kind}");
            body.extend(part(&head, file.content));
        }
        body.extend(format!("--{BOUNDARY}--\r\n").bytes());
        let kind = format!("multipart/form-data; boundary={BOUNDARY}");
        let request = Request::builder()
            .method("POST")
            .header(header::CONTENT_TYPE, kind);
        self.send(request, path, body).await
    }

    /// Signs in with a login of its own.
    pub(crate) async fn sign_in_as(&mut self, login: &str) -> Reply {
        self.post("/console/login", &[("login", login), ("password", PASSWORD)])
            .await
    }

    /// Signs in as the account of a role.
    pub(crate) async fn sign_in(&mut self, role: Role) -> Reply {
        self.post(
            "/console/login",
            &[("login", role.as_str()), ("password", PASSWORD)],
        )
        .await
    }
}

/// A case drawn from a village or, where a township is itself a unit of answering, from a township; nothing else is
/// known of it.
pub(crate) fn sample_case(case_id: &str, group: &str, unit: &str) -> SampleCase {
    let township = &unit[..9];
    SampleCase {
        round_id: ROUND.to_owned(),
        case_id: case_id.to_owned(),
        group: group.to_owned(),
        member_key: Some(case_id.to_owned()),
        township: Some(township.to_owned()),
        unit: unit.to_owned(),
        stratum: township.to_owned(),
        psu: unit.to_owned(),
        certainty: false,
        base_weight: 1.0,
        person: Some(case_id.to_owned()),
        category: None,
        grade: None,
        sex: None,
        age_band: None,
        hardship: String::new(),
        body_kind: None,
        disposition: None,
    }
}

/// A questionnaire of the sample plan after `edit`, which is called with each sheet's name and rows.
pub(crate) fn edited(form: &str, edit: impl Fn(&str, &mut Vec<Vec<String>>)) -> Vec<u8> {
    use calamine::{Data, Reader, Xlsx};
    let bytes = sample_plan().remove(&format!("forms/{form}.xlsx")).unwrap();
    let mut before: Xlsx<_> = Xlsx::new(std::io::Cursor::new(bytes)).unwrap();
    let mut after = rust_xlsxwriter::Workbook::new();
    for name in before.sheet_names() {
        let range = before.worksheet_range(&name).unwrap();
        let text = |cell: &Data| match cell {
            Data::Empty => String::new(),
            cell => cell.to_string(),
        };
        let mut rows: Vec<Vec<String>> = range.rows().map(|row| row.iter().map(text).collect()).collect();
        edit(&name, &mut rows);
        let sheet = after.add_worksheet();
        sheet.set_name(&name).unwrap();
        for (row, cells) in (0..).zip(&rows) {
            for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
                sheet.write_string(row, column, cell).unwrap();
            }
        }
    }
    after.save_to_buffer().unwrap()
}

/// A picture of one grey pixel.
pub(crate) const PNG: &[u8] = b"\x89PNG\r\n\x1a\n\0\0\0\x0dIHDR\0\0\0\x01\0\0\0\x01\x08\0\0\0\0:~\x9bU\
\0\0\0\x0aIDATx\x9cch\0\0\0\x82\0\x81w\xcdr\xb6\0\0\0\0IEND\xaeB`\x82";
/// A photograph that says where and when it was taken, by which device, and whose it is.
pub(crate) const GPS_JPEG: &[u8] = include_bytes!("../../../survey-forms/tests/fixtures/media/gps.jpg");
/// The first bytes of a recording as phones make it.
pub(crate) const AMR: &[u8] = b"#!AMR\n a voice";

/// The plan with a questionnaire of residents that asks for a picture, a recording and a moment at its end.
pub(crate) fn asking_for_files(files: &mut PlanFiles) {
    let form = edited("resident", |sheet, rows| {
        if sheet == "survey" {
            for (kind, name, zh, en) in [
                (
                    "image",
                    "photo",
                    "请拍一张家门口的照片。",
                    "Please take a picture of your door.",
                ),
                (
                    "audio",
                    "voice",
                    "有什么话想说？请录下来。",
                    "Is there anything to say? Please record it.",
                ),
                (
                    "dateTime",
                    "visited",
                    "什么时候来看过您？",
                    "When did somebody visit you?",
                ),
            ] {
                rows.push([kind, name, zh, en].map(str::to_owned).to_vec());
            }
        }
    });
    files.insert("forms/resident.xlsx".to_owned(), form);
}

/// The row of a sheet whose second cell is `name`.
pub(crate) fn row_of<'a>(rows: &'a mut [Vec<String>], name: &str) -> &'a mut Vec<String> {
    rows.iter_mut().find(|row| row[1] == name).unwrap()
}
