//! ODK Web Forms' own engine as an interviewer's client of a running server: it loads the form, answers it and makes the
//! submission; only fetching and posting is written here.

use minyi_tests::browser;
use minyi_tests::demo::{self, DemoFile};
use minyi_tests::server::Server;
use serde_json::json;

use crate::field::{Device, open_residents};

#[test]
fn odk_web_forms_answers_a_form_of_the_server_and_its_submission_is_a_response() {
    let data = demo::copy();
    let demo = DemoFile::read(data.path());
    let server = Server::start(data.path(), &[]);
    let runtime = tokio::runtime::Runtime::new().expect("a runtime");
    let login = demo.login("interviewer");
    let base = server.base_url.as_str();
    let (device, case, page) = runtime.block_on(async {
        let device = Device::register(base, login).await;
        let (_, bundle) = device.get(base, "bundle").await;
        let case = open_residents(&bundle).remove(0);
        let form = [("login", &login.user), ("password", &login.password)];
        let url = format!("{base}/field/odk");
        let reply = reqwest::Client::new()
            .post(url)
            .form(&form)
            .send()
            .await
            .expect("an answer");
        (device, case, reply.text().await.expect("a page"))
    });
    let secret = page.split("class=\"secret\"><code>").nth(1);
    let token = secret.and_then(|rest| rest.split('<').next()).expect("a token");
    let said = browser::run(
        "web_forms.mjs",
        &json!({ "talk": {
            "base": base, "round": demo.round, "user": login.user, "password": token,
            "form": format!("{}_resident", demo.round),
            "answers": {
                "minyi_case": case, "minyi_part": "yes", "minyi_sensitive": "yes", "minyi_callback": "no",
                "answering": "self", "need": "none", "took_part": "none", "first_change": "多修一条路 & <坡道>",
            },
        } }),
    );
    assert_eq!(said["violations"], json!([]));
    assert_eq!(said["replies"][0]["status"], 201, "{said:#}");
    let (_, after) = runtime.block_on(device.get(base, "bundle"));
    assert!(!open_residents(&after).contains(&case), "the case is answered");
}
