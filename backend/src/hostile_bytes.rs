//! Readers of what strangers, respondents, devices and staff send, on seeds that are right, changed at random with a
//! fixed seed (`tests/fuzz/src/mutation.rs`): what is read is read again as it was, and nothing ends a request but its
//! answer. The questionnaire's own readers are in `survey-forms/tests/hostile_bytes.rs`.

use std::path::Path;

use analysis::plan::{Plan, read_frame};
use rand::SeedableRng;
use rand_chacha::ChaCha8Rng;
use serde_json::json;
use uuid::Uuid;

use crate::clock::Entropy;
use crate::codes::Code;
use crate::field::sealing::{self, Envelope, Subject};
use crate::keys::Keys;
use crate::pages::Lang;
use crate::planning::archive;
use crate::rounds;
use crate::submit::body::{Interview, Submission};
use crate::submit::receipt;
use crate::tabular::{self, Limits};

#[path = "../../tests/fuzz/src/mutation.rs"]
mod mutation;

use mutation::mutated;

const ID: Uuid = Uuid::from_u128(0x7c2f_6e0e_5b0e_4a3b_9a53_0a4d_1c1f_7b11);
const LONGEST: usize = 256 << 10;

/// Calls `read` with each seed, and then `count` times with a changed one.
fn hold(seeds: &[Vec<u8>], count: usize, read: impl Fn(&[u8])) {
    let mut chance = ChaCha8Rng::seed_from_u64(20_261_126);
    let changed = (0..count).map(|_| mutated(&mut chance, seeds, LONGEST));
    for bytes in seeds.iter().cloned().chain(changed) {
        let read = std::panic::AssertUnwindSafe(|| read(&bytes));
        let outcome = std::panic::catch_unwind(read);
        assert!(outcome.is_ok(), "{:?}", String::from_utf8_lossy(&bytes));
    }
}

fn texts(seeds: &[&str]) -> Vec<Vec<u8>> {
    seeds.iter().map(|seed| seed.as_bytes().to_vec()).collect()
}

fn keys() -> Keys {
    Keys::from_master(&[7; 32])
}

#[test]
fn responses_of_programs_and_devices() {
    let body = json!({
        "id": ID, "code": "0000-0000-00012", "form": "resident", "form_version": "v", "language": "zh", "mode": "web",
        "answering": "self", "started_at": "2026-11-23T09:00:00+08:00", "ended_at": "2026-11-23T09:05:30+08:00",
        "answers": { "q1": "4", "q2": null, "q3": "a b" }, "ways": ["easy"],
    });
    let interview = json!({
        "id": ID, "case_id": "c", "form": "resident", "form_version": "v", "language": "zh", "mode": "interview",
        "answering": "self", "answers": { "q1": "4" }, "consents": "sensitive",
        "started_at": "2026-11-23T09:00:00+08:00", "ended_at": "2026-11-23T09:05:30+08:00",
    });
    let seeds = texts(&[&body.to_string(), &interview.to_string()]);
    hold(&seeds, 20_000, |bytes| {
        let day = jiff::civil::date(2026, 11, 23);
        let interview = Interview {
            id: ID,
            invitation: ID,
            interviewer: "li".to_owned(),
            staff_collected: false,
            days: (day, day),
        };
        let read = [
            Submission::from_json(bytes),
            Submission::from_interview(bytes, "c", interview),
        ];
        for submission in read.into_iter().flatten() {
            // The content by which a repeat is known is the same however often it is read.
            let again: serde_json::Value = serde_json::from_slice(&submission.content).unwrap();
            assert_eq!(
                Submission::content_of(again.to_string().as_bytes()),
                submission.content
            );
            match submission.response {
                Ok(response) => assert!(response.duration_s >= 0 && !response.form.contains('\0')),
                Err(faults) => assert!(!faults.is_empty()),
            }
        }
    });
}

#[test]
fn codes_receipts_and_languages() {
    let keys = keys();
    let code = Code::of_invitation(&keys, ID).to_string();
    let receipt = receipt::sign(&keys, "yunxi-2026", &[3; 32]);
    let seeds = texts(&[&code, &receipt, "zh-CN,zh;q=0.9,en;q=0.8"]);
    hold(&seeds, 40_000, |bytes| {
        let text = String::from_utf8_lossy(bytes);
        if let Ok(code) = Code::parse(&text) {
            assert_eq!(Code::parse(&code.to_string()), Ok(code));
        }
        if let Ok(known) = receipt::verify(&keys.verifying_key(), &text) {
            // A signature stands for this round and leaf and for no other.
            assert_eq!(
                (known.round.as_str(), known.leaf),
                ("yunxi-2026", hex::encode([3; 32]))
            );
        }
        let _language = Lang::accepted(&text);
    });
}

#[test]
fn sealed_interviews() {
    let keys = keys();
    let subject = Subject {
        id: ID,
        round: "yunxi-2026",
        case: "resident-000001",
    };
    let sealed = sealing::testing::seal(&keys, subject, b"{}", &Entropy::seeded(1));
    let seeds = [serde_json::to_vec(&sealed).unwrap()];
    hold(&seeds, 3_000, |bytes| {
        let Ok(envelope) = serde_json::from_slice::<Envelope>(bytes) else {
            return;
        };
        if let Ok(plain) = sealing::open(&keys, &envelope, subject) {
            assert_eq!(plain, b"{}", "opened to what nobody sealed");
        }
    });
}

fn sample(file: &str) -> Vec<u8> {
    std::fs::read(
        Path::new(env!("CARGO_MANIFEST_DIR"))
            .join("plans/sample")
            .join(file),
    )
    .unwrap()
}

#[test]
fn tables_and_archives() {
    let workbook = sample("forms/grassroots.xlsx");
    let mut files = analysis::plan::PlanFiles::new();
    for name in ["plan.toml", "units.csv", "series.csv"] {
        files.insert(name.to_owned(), sample(name));
    }
    let packed = archive::write(&files).unwrap();
    let limits = Limits {
        bytes: 1 << 20,
        rows: 5_000,
        columns: 60,
    };
    hold(&[workbook, packed, sample("units.csv")], 600, |bytes| {
        match tabular::to_csv("a.xlsx", bytes.to_vec(), limits) {
            Ok(csv) => assert!(csv.iter().filter(|byte| **byte == b'\n').count() <= 5_000 * 60),
            Err(faults) => assert!(!faults.is_empty()),
        }
        if let Ok(files) = archive::read(bytes) {
            assert!(files.keys().all(|path| archive::is_of_a_plan(path)));
        }
    });
}

#[test]
fn plans() {
    let mut whole = rounds::files::read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/sample")).unwrap();
    whole.remove("frame.csv");
    let units = Plan::read(&whole).unwrap().units;
    for (file, count) in [
        ("plan.toml", 40),
        ("units.csv", 40),
        ("indicators.csv", 40),
        ("criteria.csv", 20),
        ("series.csv", 20),
        ("admin.csv", 20),
    ] {
        hold(&[sample(file)], count, |bytes| {
            let mut files = whole.clone();
            files.insert(file.to_owned(), bytes.to_vec());
            if let Err(faults) = Plan::read(&files) {
                let says = |lang: &str| faults.iter().all(|fault| !fault.to_line(lang).is_empty());
                assert!(!faults.is_empty() && says("zh") && says("en"));
            }
        });
    }
    let unit = units.root().code.clone();
    let frame = format!(
        "person_id,unit,group,category,grade,sex,birth_year,hardship,phone,email\n\
         p1,{unit},resident,vision,1,male,1960,,13800000000,\np2,{unit},resident,physical,4,female,2001,,,a@b.cn\n"
    );
    hold(&texts(&[&frame]), 2_000, |bytes| {
        if let Err(faults) = read_frame(bytes, &units) {
            assert!(!faults.is_empty());
        }
    });
}
