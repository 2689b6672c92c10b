//! Real public questionnaires of several hundred rows (`fixtures/questionnaires/README.md`), through everything that
//! becomes of one: read, checked, mended in the editor by what the check says, tried by the robot, written as XForm and
//! `.xlsx`, answered.

#![expect(
    clippy::unwrap_used,
    non_snake_case,
    reason = "a test that meets what it does not expect fails; tests are named subject__condition__result"
)]

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use jiff::civil::{Date, date};
use survey_forms::diagnostic::Diagnostic;
use survey_forms::editor::edit::{Cell, Words};
use survey_forms::editor::{Edit, RowKey, RowKind, Workbook, apply};
use survey_forms::form::Form;
use survey_forms::pretest::{self, Options};
use survey_forms::response::{NOW, RawAnswers};
use survey_forms::validate::validate;
use survey_forms::{xform, xlsform};

mod answering;

use answering::answered;

const TODAY: Date = date(2026, 11, 23);

fn path(name: &str) -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("tests/fixtures/questionnaires/{name}.xlsx"))
}

fn workbook(name: &str) -> Workbook {
    let bytes = std::fs::read(path(name)).unwrap();
    let imported = Workbook::read(&format!("{name}.xlsx"), &bytes).unwrap();
    assert!(imported.remarks.is_empty(), "{:?}", imported.remarks);
    imported.workbook
}

/// How often each finding of a kind is made, and where the errors are.
fn findings(workbook: &Workbook) -> (BTreeMap<&'static str, usize>, Vec<String>) {
    let checked = workbook.check("q.xlsx");
    let mut counts = BTreeMap::new();
    for found in &checked.diagnostics {
        *counts.entry(found.code).or_default() += 1;
    }
    let errors = checked.diagnostics.iter().filter(|found| found.is_error());
    let told = errors.map(|found| {
        let row = found.place.row.unwrap_or_default();
        format!(
            "{} {row} {}",
            found.code,
            found.place.column.as_deref().unwrap_or_default()
        )
    });
    (counts, told.collect())
}

/// The questionnaire out as `.xlsx` and in again, as the workbook that it is and as the form that was made of it; through
/// the robot, and as XForm.
fn goes_everywhere(workbook: &Workbook) -> Form {
    let checked = workbook.check("q.xlsx");
    let errors: Vec<&Diagnostic> = checked
        .diagnostics
        .iter()
        .filter(|found| found.is_error())
        .collect();
    assert!(errors.is_empty(), "{errors:#?}");
    let form = checked.form.unwrap();
    let again = Workbook::read("q.xlsx", &workbook.to_xlsx().unwrap())
        .unwrap()
        .workbook;
    assert_eq!(&again, workbook);
    let written = xlsform::read("q.xlsx", &xlsform::write(&form).unwrap())
        .unwrap()
        .form;
    assert_eq!(written.version, form.version);
    let xml = xform::write(&form);
    for question in form.questions() {
        assert!(xml.contains(&format!("<{}", question.name)), "{}", question.name);
    }
    let report = pretest::run(
        &form,
        Options {
            runs: 20,
            seed: 1,
            today: TODAY,
        },
    );
    assert!(report.dead_ends.is_empty(), "{:#?}", report.dead_ends);
    assert_eq!(report.finished, 20);
    form
}

#[test]
fn iraq__305_questions_in_four_languages__goes_everywhere() {
    let workbook = workbook("iraq");
    let (counts, errors) = findings(&workbook);
    assert_eq!(errors, Vec::<String>::new());
    // Read one by one: each names a translation that is not there, a sentence of more than 30 words, a note that cannot be
    // required, and a device's account that web pages do not have.
    assert_eq!(
        counts,
        BTreeMap::from([("XF028", 1), ("XF065", 2), ("XF071", 64), ("XF100", 22)])
    );
    let form = goes_everywhere(&workbook);
    assert_eq!(form.written_questions().len(), 318);
    assert_eq!(form.written_lists().count(), 77);
    let (answers, asked) = answered(&form, RawAnswers::new(), TODAY, &|_| None);
    assert_eq!(asked.len(), 318);
    let stored = validate(&form, &answers, TODAY).unwrap();
    assert_eq!(stored.len(), 305);
    let error = validate(
        &form,
        &RawAnswers::from_iter([("A02".to_owned(), "x".to_owned())]),
        TODAY,
    )
    .unwrap_err();
    assert!(error.iter().any(|error| error.field == "A02"));
    assert_eq!(error.len(), 305, "everything is required");
}

fn cell(row: &str, cell: Cell, value: &str) -> Edit {
    Edit::SetCell {
        row: row.parse().unwrap(),
        cell,
        value: value.to_owned(),
    }
}

fn words(row: &str, lang: &str, text: &str) -> Edit {
    Edit::SetWords {
        row: row.parse().unwrap(),
        words: Words::Label,
        lang: lang.to_owned(),
        text: text.to_owned(),
    }
}

fn rename(row: u32, name: &str) -> Edit {
    Edit::Rename {
        row: RowKey::Number(row),
        name: name.to_owned(),
    }
}

/// What the check says is wrong with it, mended as it says.
fn mended() -> Workbook {
    let both = |row: &str, en: &str, sw: &str| [words(row, "en", en), words(row, "sw", sw)];
    let ask = |name: &str, choices: [&str; 2]| {
        let conditions = choices.map(|choice| format!("selected(${{{name}}}, '{choice}')"));
        conditions.join(" or ")
    };
    let mut edits = vec![
        // A question that stands there as a note: what depends on its answer could never be asked.
        Edit::SetKind {
            row: RowKey::name("ever_breastfed"),
            kind: RowKind::SelectOne,
            list: Some("of_child_consent_today".to_owned()),
        },
        cell(
            "age_months",
            Cell::Calculation,
            "int((${age_days} - (${age_years} * 12 * 30)) div 30)",
        ),
        cell("age_years", Cell::Calculation, "int(${age_days} div (30 * 12))"),
        rename(195, "small_baby_note_2"),
        rename(327, "how_play_2"),
        rename(328, "praise_play_2"),
        rename(329, "concern_play_2"),
        rename(335, "how_communicate_2"),
        rename(336, "praise_communicate_2"),
        rename(337, "concern_communicate_2"),
        cell(
            "praise_play",
            Cell::Relevant,
            &ask("how_play", ["moves_arms_legs", "gets_attention"]),
        ),
        cell(
            "concern_play",
            Cell::Relevant,
            "selected(${how_play}, 'does_not_play')",
        ),
        cell(
            "praise_communicate",
            Cell::Relevant,
            &ask("how_communicate", ["looks_talks", "responds_sounds"]),
        ),
        cell(
            "concern_communicate",
            Cell::Relevant,
            &ask("how_communicate", ["does_not_talk", "not_responsive"]),
        ),
        cell("praise_play_2", Cell::Relevant, "selected(${how_play_2}, 'yes')"),
        cell("concern_play_2", Cell::Relevant, "selected(${how_play_2}, 'no')"),
        cell(
            "praise_communicate_2",
            Cell::Relevant,
            &ask("how_communicate_2", ["looks_talks", "draws_smile"]),
        ),
        cell(
            "concern_communicate_2",
            Cell::Relevant,
            &ask("how_communicate_2", ["does_not_talk", "not_responsive"]),
        ),
        words(
            "tip_leave_child_concern_no",
            "en",
            "Please be careful when you leave the child with other caregivers.",
        ),
    ];
    for picture in ["attachment_pic_1", "attachment_pic_2"] {
        edits.extend(both(picture, "A baby at the breast", "Mtoto akinyonya"));
    }
    for picture in ["thermal_care_pic_1", "thermal_care_pic_2"] {
        edits.extend(both(picture, "A baby kept warm", "Mtoto akiwa na joto"));
    }
    edits.iter().fold(workbook("infant_child"), |workbook, edit| {
        apply(&workbook, edit).unwrap_or_else(|error| panic!("{edit:?}: {error:?}"))
    })
}

#[test]
fn infant_child__every_fault_is_found__and_nothing_else() {
    let (counts, errors) = findings(&workbook("infant_child"));
    assert_eq!(
        errors,
        [
            // int() with two arguments, as neither JavaRosa nor Enketo takes it.
            "XF053 38 calculation",
            "XF053 39 calculation",
            // A note is tested for an answer.
            "XF063 164 relevant",
            // Pictures without words.
            "XF070 178 label::en",
            "XF070 179 label::en",
            "XF010 195 name",
            "XF070 215 label::en",
            "XF070 216 label::en",
            // Names that another group has too, and the paths that tell them apart.
            "XF050 318 relevant",
            "XF050 319 relevant",
            "XF050 322 relevant",
            "XF050 323 relevant",
            "XF010 327 name",
            "XF050 328 relevant",
            "XF010 328 name",
            "XF050 329 relevant",
            "XF010 329 name",
            "XF010 335 name",
            "XF050 336 relevant",
            "XF010 336 name",
            "XF050 337 relevant",
            "XF010 337 name",
            // Said in Swahili only.
            "XF078 377 label::en",
        ]
    );
    let warnings: Vec<_> = counts
        .iter()
        .filter(|(code, _)| ["XF033", "XF074", "XF100"].contains(code))
        .collect();
    assert_eq!(warnings, [(&"XF033", &112), (&"XF074", &4), (&"XF100", &20)]);
}

#[test]
fn infant_child__mended_in_the_editor__goes_everywhere() {
    let mended = mended();
    let form = goes_everywhere(&mended);
    assert_eq!(form.questions().count(), 385);
    // For the end-to-end tests.
    if std::env::var("MINYI_VECTORS").is_ok_and(|word| word == "write") {
        std::fs::write(path("infant_child_mended"), mended.to_xlsx().unwrap()).unwrap();
    }
    assert_eq!(workbook("infant_child_mended"), mended);
}

/// A child of so many days, answered; what the application around the form hands in is a default here.
fn child(days: i64, say: &dyn Fn(&str) -> Option<String>) -> (RawAnswers, Vec<String>) {
    let born = TODAY - jiff::Span::new().days(days);
    let workbook = apply(
        &mended(),
        &cell("given_contact_date_of_birth", Cell::Default, &born.to_string()),
    )
    .unwrap();
    let form = workbook.check("q.xlsx").form.unwrap();
    let account = RawAnswers::from_iter([(NOW.to_owned(), format!("{TODAY}T10:00:00.000+03:00"))]);
    let (answers, asked) = answered(&form, account, TODAY, say);
    (validate(&form, &answers, TODAY).unwrap(), asked)
}

#[test]
fn infant_child__answered__asks_what_a_childs_age_and_answers_call_for() {
    let has = |asked: &[String], name: &str| asked.iter().any(|one| one == name);
    // A newborn with fever: the neonatal signs, and nothing that is for older or for healthy children.
    let (stored, asked) = child(30, &|name| {
        let is_sign = name.starts_with("neonatal_") && name != "neonatal_fever";
        is_sign.then(|| "no".to_owned())
    });
    let value = |name: &str| stored.get(name).map(String::as_str);
    assert_eq!(
        ["age_days", "age_months", "age_years", "age_days_display"].map(value),
        [Some("30"), Some("1"), Some("0"), Some("0")]
    );
    assert_eq!(value("refer_neonatal_danger_sign_flag"), Some("1"));
    assert!(has(&asked, "has_neonatal_danger_note"));
    for name in [
        "child_vomit",
        "muac_color",
        "time_to_breastfeed",
        "why_vaccines_important_note",
    ] {
        assert!(!has(&asked, name), "{name}");
    }
    // A healthy newborn goes on to breastfeeding, where the note has become a question.
    let (stored, asked) = child(30, &|name| match name {
        "child_birthweight" => Some("3".to_owned()),
        name => name.starts_with("neonatal_").then(|| "no".to_owned()),
    });
    assert_eq!(
        stored.get("refer_neonatal_danger_sign_flag").map(String::as_str),
        Some("0")
    );
    assert!(has(&asked, "time_to_breastfeed") && !has(&asked, "has_neonatal_danger_note"));
    // Six months and a half: danger signs of children, arm band, play of that age.
    let (stored, asked) = child(200, &|name| {
        (name == "development_stage").then(|| "stage_6mo_to_9mo".to_owned())
    });
    assert_eq!(stored.get("age_months").map(String::as_str), Some("6"));
    for name in [
        "child_vomit",
        "muac_color",
        "how_play_2",
        "praise_play_2",
        "tip_play_handle",
    ] {
        assert!(has(&asked, name), "{name}");
    }
    for name in [
        "neonatal_fever",
        "how_play",
        "concern_play_2",
        "tip_play_hide",
        "still_breastfeeding",
    ] {
        assert!(!has(&asked, name), "{name}");
    }
    // Ten months: no assessment is due, breastfeeding is asked about.
    let (_, asked) = child(300, &|_| None);
    assert!(has(&asked, "still_breastfeeding") && !has(&asked, "development_stage"));
}
