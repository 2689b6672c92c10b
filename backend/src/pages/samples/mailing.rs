//! Samples of the pages of the leadership's e-mail.

use maud::Markup;

use super::{help, signed_in};
use crate::pages::invitations::Pick;
use crate::pages::layout::Fault;
use crate::pages::mailing::{self, Mailing, Preview, RecipientLine, RunLine, Typed};
use crate::pages::office::Message;
use crate::pages::stop_mail::{self, StopMail};
use crate::pages::{Lang, Reading};

const ROUND: &str = "云岭县2026年度残疾人工作测评";

fn recipient(name: &str, state: &str) -> RecipientLine {
    RecipientLine {
        id: format!("id-{state}"),
        name: name.to_owned(),
        email: format!("{state}@yunling.example"),
        role: "领导小组".to_owned(),
        scope: "云岭县".to_owned(),
        language: "中文".to_owned(),
        state: state.to_owned(),
        since: "2026年11月20日".to_owned(),
    }
}

fn message(state: &str, error: Option<&str>) -> Message {
    Message {
        id: uuid::Uuid::nil(),
        recipient: "active@yunling.example".to_owned(),
        kind: "summary-weekly".to_owned(),
        state: state.to_owned(),
        attempts: 1,
        error: error.map(str::to_owned),
        when: "2026-11-23 09:01".to_owned(),
    }
}

fn run(what: &str, state: &str, error: Option<&str>) -> RunLine {
    RunLine {
        what: what.to_owned(),
        due: "2026-11-23 09:00".to_owned(),
        state: state.to_owned(),
        messages: 3,
        error: error.map(str::to_owned),
    }
}

fn view() -> Mailing {
    Mailing {
        id: "yunling-2026".to_owned(),
        round: ROUND.to_owned(),
        faults: Vec::new(),
        done: None,
        schedule: vec![
            "调查期间，每周一9:00（时区 +08:00）发一次，发之前重新计算。".to_owned(),
            "调查结束以后发一次最终结果。".to_owned(),
        ],
        next: Some("2026年11月30日 09:00".to_owned()),
        imminent: false,
        held: None,
        computed: Some("2026-11-23 09:00".to_owned()),
        has_mail: true,
        signed: Some("minyi._domainkey.yunling.example".to_owned()),
        recipients: vec![
            recipient("组长", "active"),
            recipient("副组长", "stopped"),
            recipient("前组长", "removed"),
        ],
        runs: vec![
            run("2026年11月23日的周报", "done", None),
            run("2026年11月16日的周报", "failed", Some("no answers yet")),
        ],
        log: vec![
            message("sent", None),
            message("held", None),
            message("failed", Some("550 no such user")),
        ],
        units: vec![Pick {
            code: "T01".to_owned(),
            name: "青石镇".to_owned(),
        }],
        typed: Typed::default(),
        number: "7d1c".to_owned(),
        may_manage: true,
    }
}

fn fault(field: &str) -> Fault {
    Fault {
        href: format!("#{field}"),
        text: "请改正。".to_owned(),
    }
}

/// The console's pages.
pub(super) fn staff(lang: Lang) -> Vec<(&'static str, Markup)> {
    let staff = signed_in();
    let views = [
        ("mailing", view()),
        (
            "mailing-held",
            Mailing {
                held: Some(("王敏".to_owned(), "有一个乡镇的数据要核对".to_owned())),
                done: Some("已经暂停。".to_owned()),
                ..view()
            },
        ),
        (
            "mailing-faults",
            Mailing {
                faults: ["reason", "name", "email", "unit", "own"].map(fault).to_vec(),
                ..view()
            },
        ),
        (
            "mailing-empty",
            Mailing {
                schedule: Vec::new(),
                next: None,
                computed: None,
                has_mail: false,
                signed: None,
                recipients: Vec::new(),
                runs: Vec::new(),
                log: Vec::new(),
                may_manage: false,
                ..view()
            },
        ),
    ];
    let mut pages: Vec<(&'static str, Markup)> = views
        .into_iter()
        .map(|(name, view)| (name, mailing::page(lang, &staff, &view)))
        .collect();
    let preview = Preview {
        id: "yunling-2026".to_owned(),
        round: ROUND.to_owned(),
        recipient: "id-active".to_owned(),
        from: "民意 <minyi@yunling.example>".to_owned(),
        to: "组长 <active@yunling.example>".to_owned(),
        subject: "【周报】云岭县（2026年）：参与率62.4%".to_owned(),
        enclosed: vec!["yunling-2026-county-zh.pdf (412 KB)".to_owned()],
        text: "残疾人工作社会测评\n\n参与率：62.4%".to_owned(),
        language: Lang::Zh,
        note: Some("只在最后收到。".to_owned()),
    };
    pages.push(("mailing-preview", mailing::preview(lang, &staff, &preview)));
    pages
}

/// The page on which a recipient stops the mail.
pub(super) fn stopping(reading: Reading) -> Vec<(&'static str, Markup)> {
    let states = [
        ("stop-mail-asked", false, false),
        ("stop-mail-stopped", true, false),
        ("stop-mail-removed", false, true),
    ];
    states
        .into_iter()
        .map(|(name, stopped, removed)| {
            let view = StopMail {
                path: "/mail/stop/0a1b".to_owned(),
                email: "leader@yunling.example".to_owned(),
                stopped,
                removed,
                help: help(),
            };
            (name, stop_mail::page(reading, &view))
        })
        .collect()
}
