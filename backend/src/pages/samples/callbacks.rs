//! Samples of the pages of the call-back sample.

use maud::Markup;

use super::signed_in;
use crate::pages::Lang;
use crate::pages::callbacks::{self, Callbacks, Case, FindingLine, Person, Talk, Typed, UnitLine};
use crate::pages::layout::Fault;

const ROUND: &str = "云岭县2026年度残疾人工作测评";

fn overview() -> Callbacks {
    let unit = |name: &str, disagrees: Option<&str>| UnitLine {
        name: name.to_owned(),
        consenting: 41,
        drawn: 12,
        done: 9,
        disagrees: disagrees.map(str::to_owned),
    };
    Callbacks {
        id: "yunling-2026".to_owned(),
        round: ROUND.to_owned(),
        done: Some("抽出了240人。".to_owned()),
        per_unit: 12,
        outcomes: vec![("问完了 (1.1)".to_owned(), 180), ("还没有打通".to_owned(), 60)],
        units: vec![unit("青石镇", Some("8.3% (2.1–21.0%)")), unit("云口乡", None)],
        findings: vec![FindingLine {
            name: "和记录不一致".to_owned(),
            rate: "4.1% (2.0–7.3%)".to_owned(),
            n: 180,
        }],
        may_draw: true,
        may_call: true,
        may_read: true,
    }
}

fn talk() -> Talk {
    Talk {
        id: "yunling-2026".to_owned(),
        round: ROUND.to_owned(),
        organiser: "云岭县残疾人联合会".to_owned(),
        caller: "王敏".to_owned(),
        case: Some(Case {
            number: "r-00012".to_owned(),
            unit: "青石镇".to_owned(),
            attempt: 2,
        }),
        person: None,
        attempts: 3,
        open: 17,
        outcomes: vec![("done", "问完了 (1.1)".to_owned())],
        faults: Vec::new(),
        typed: Typed::default(),
        done: None,
    }
}

/// The console's pages.
pub(super) fn staff(lang: Lang) -> Vec<(&'static str, Markup)> {
    let staff = signed_in();
    let person = |phone: &str| Person {
        name: "张三".to_owned(),
        phone: phone.to_owned(),
    };
    let faults = callbacks::QUESTIONS
        .into_iter()
        .chain(["outcome"])
        .map(|name| Fault {
            href: format!("#{name}"),
            text: "请选一个。".to_owned(),
        });
    let talks = [
        ("callback-next", Talk { case: None, ..talk() }),
        ("callback-hidden", talk()),
        (
            "callback-shown",
            Talk {
                person: Some(person("13800000000")),
                ..talk()
            },
        ),
        (
            "callback-no-number",
            Talk {
                person: Some(person("")),
                ..talk()
            },
        ),
        (
            "callback-faults",
            Talk {
                faults: faults.collect(),
                ..talk()
            },
        ),
    ];
    let empty = Callbacks {
        done: None,
        units: Vec::new(),
        findings: Vec::new(),
        may_draw: false,
        ..overview()
    };
    let mut pages = vec![
        ("callbacks", callbacks::page(lang, &staff, &overview())),
        ("callbacks-empty", callbacks::page(lang, &staff, &empty)),
    ];
    pages.extend(
        talks
            .into_iter()
            .map(|(name, view)| (name, callbacks::talk(lang, &staff, &view))),
    );
    pages
}
