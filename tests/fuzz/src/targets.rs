//! What is done with hostile bytes, for libFuzzer (`tests/fuzz/run.sh`) and for the stable test `hostile_bytes` of
//! `survey-forms`: read them as what they claim to be, then hold the result to what every result must fulfil.

use std::collections::BTreeMap;
use std::io::{Cursor, Write};
use std::sync::OnceLock;

use jiff::civil::{Date, date};
use survey_forms::editor::Workbook;
use survey_forms::editor::outline::outline;
use survey_forms::expression::{Context, Expression, Value};
use survey_forms::form::{Form, UploadKind};
use survey_forms::media::upload::{check_upload, most_upload_bytes, recognise_upload, stored_name};
use survey_forms::response::{self, RawAnswers};
use survey_forms::xform::submission::Submission;
use survey_forms::{client, code_book, flow, media, render, validate, xlsform};
use zip::write::SimpleFileOptions;
use zip::{CompressionMethod, ZipWriter};

const TODAY: Date = date(2026, 11, 23);
/// Between the parts of a workbook in an input of [`Target::Parts`]: a byte that UTF-8 never has.
pub(crate) const BETWEEN_PARTS: u8 = 0xff;

/// A reader of bytes from outside.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// An `.xlsx` file as it is.
    Workbook,
    /// The XML parts of one, packed rightly: checksums would stop nearly every change of the file itself.
    Parts,
    /// The cells of one as tables: what its author may have typed.
    Tables,
    /// An XLSForm expression.
    Expression,
    /// Answers to a questionnaire, as a browser or a program sends them.
    Answers,
    /// A picture, recording or film.
    Media,
    /// A filled-in XForm, as a client of OpenRosa's sends it.
    Submission,
}

/// Runs a target; whether the bytes were what they claim to be.
///
/// # Panics
/// When what was read breaks a rule that everything read must fulfil.
pub(crate) fn run(target: Target, bytes: &[u8]) -> bool {
    match target {
        Target::Workbook => form_of(bytes).is_some(),
        Target::Parts => form_of(&packed(&parts(bytes))).is_some(),
        Target::Tables => tables(&String::from_utf8_lossy(bytes)),
        Target::Expression => expression(&String::from_utf8_lossy(bytes)),
        Target::Answers => answers(&String::from_utf8_lossy(bytes)),
        Target::Media => recognised(bytes),
        Target::Submission => submission(bytes),
    }
}

/// What an editor makes of a workbook, whatever is wrong with it: it is shown, and written and read back as it is.
fn edited(bytes: &[u8]) {
    let Ok(read) = Workbook::read("f.xlsx", bytes) else {
        return;
    };
    let seen = outline(&read.workbook, "f.xlsx");
    assert!(seen.walk().len() <= seen.spots(None).len());
    if let Ok(written) = read.workbook.to_xlsx() {
        let again = Workbook::read("f.xlsx", &written).map(|read| read.workbook);
        assert!(again.as_ref() == Ok(&read.workbook), "read back otherwise");
    }
}

/// Reads a workbook; whatever became of it, it is said in both languages, and a form can be shown and answered.
fn form_of(bytes: &[u8]) -> Option<Form> {
    edited(bytes);
    match xlsform::read("f.xlsx", bytes) {
        Err(faults) => {
            assert!(
                faults.iter().any(|fault| fault.is_error()),
                "refused without an error"
            );
            for fault in faults {
                assert!(!fault.to_line("zh").is_empty() && !fault.to_line("en").is_empty());
            }
            None
        }
        Ok(read) => {
            assert!(read.warnings.iter().all(|fault| !fault.is_error()));
            let form = read.form;
            client::model(&form);
            client::fragments(&form, form.default_language());
            code_book::CodeBook::of(&form);
            walk(&form, &RawAnswers::new());
            Some(form)
        }
    }
}

/// Every page of a questionnaire, in order and shown, with these answers.
fn walk(form: &Form, answers: &RawAnswers) {
    let pages = flow::pages(form, answers, TODAY);
    let mut after: Option<String> = None;
    // Each step looks through all pages; a questionnaire of thousands would take minutes.
    let shown = pages.len().min(40);
    for page in &pages[..shown] {
        let next = flow::next(form, answers, after.as_deref(), TODAY);
        assert_eq!(
            next.as_ref().map(|next| &next.name),
            Some(&page.name),
            "the list and the way differ"
        );
        let faults = validate::validate_page(form, page, answers, TODAY);
        for lang in ["zh", "en", "zh-x-easy"] {
            render::page(form, page, answers, &faults, lang);
        }
        let (step, of) = flow::progress(form, answers, &page.name, TODAY);
        assert!(step <= of, "step {step} of {of}");
        after = Some(page.name.clone());
    }
    let more = flow::next(form, answers, after.as_deref(), TODAY).is_some();
    assert_eq!(more, shown < pages.len(), "the way ends where the list ends");
}

/// A ZIP archive of files.
fn packed(files: &[(&str, Vec<u8>)]) -> Vec<u8> {
    let stored = SimpleFileOptions::default().compression_method(CompressionMethod::Stored);
    let mut zip = ZipWriter::new(Cursor::new(Vec::new()));
    // What leads a reader to the rest.
    let relations = format!(
        "<Relationships xmlns=\"{PACKAGE}\"><Relationship Id=\"r1\" Type=\"{OFFICE}/officeDocument\" \
         Target=\"xl/workbook.xml\"/></Relationships>"
    );
    let root = [("_rels/.rels", relations.into_bytes())];
    for (name, content) in root.iter().chain(files) {
        zip.start_file(*name, stored).expect("an entry in memory");
        zip.write_all(content).expect("bytes in memory");
    }
    zip.finish().expect("an archive in memory").into_inner()
}

const MAIN: &str = "http://schemas.openxmlformats.org/spreadsheetml/2006/main";
const OFFICE: &str = "http://schemas.openxmlformats.org/officeDocument/2006/relationships";
const PACKAGE: &str = "http://schemas.openxmlformats.org/package/2006/relationships";

const PART_NAMES: [&str; 7] = [
    "xl/workbook.xml",
    "xl/_rels/workbook.xml.rels",
    "xl/worksheets/sheet1.xml",
    "xl/sharedStrings.xml",
    "xl/styles.xml",
    "xl/worksheets/sheet2.xml",
    "xl/worksheets/sheet3.xml",
];

fn parts(bytes: &[u8]) -> Vec<(&'static str, Vec<u8>)> {
    let parts = bytes.split(|byte| *byte == BETWEEN_PARTS);
    PART_NAMES.into_iter().zip(parts.map(<[u8]>::to_vec)).collect()
}

/// The tables of `tests/fixtures/everything/form.txt`: `| sheet |` begins one, an empty first cell goes on with it.
fn tables(text: &str) -> bool {
    let Some(form) = form_of(&workbook_of(text)) else {
        return false;
    };
    // The same cells again are the same questionnaire.
    let again = xlsform::read("f.xlsx", &workbook_of(text))
        .expect("read before")
        .form;
    assert_eq!(form.version, again.version);
    true
}

fn escaped(text: &str) -> String {
    text.chars()
        .filter(|c| !c.is_control())
        .map(|c| match c {
            '&' => "&amp;".to_owned(),
            '<' => "&lt;".to_owned(),
            '>' => "&gt;".to_owned(),
            c => c.to_string(),
        })
        .collect()
}

fn workbook_of(text: &str) -> Vec<u8> {
    let mut sheets: Vec<(String, String)> = Vec::new();
    let mut row = 0;
    for line in text.lines().map(str::trim).filter(|line| line.starts_with('|')) {
        let mut cells = line.trim_matches('|').split('|').map(str::trim);
        let name = cells.next().unwrap_or_default();
        if !name.is_empty() && sheets.len() < 5 {
            sheets.push((escaped(name), String::new()));
            row = 0;
        }
        let Some((_, xml)) = sheets.last_mut() else {
            continue;
        };
        row += 1;
        xml.push_str(&format!("<row r=\"{row}\">"));
        for (column, cell) in (0_u32..).zip(cells).take(60) {
            let letters = match column {
                0..26 => char::from_u32(65 + column).unwrap_or('A').to_string(),
                _ => format!("A{}", char::from_u32(65 + (column - 26) % 26).unwrap_or('A')),
            };
            let at = format!("{letters}{row}");
            xml.push_str(&match cell.parse::<f64>() {
                Ok(number) if number.is_finite() => format!("<c r=\"{at}\"><v>{number}</v></c>"),
                _ if cell.is_empty() => String::new(),
                _ => format!(
                    "<c r=\"{at}\" t=\"inlineStr\"><is><t>{}</t></is></c>",
                    escaped(cell)
                ),
            });
        }
        xml.push_str("</row>");
    }
    let mut list = String::new();
    let mut relations = String::new();
    let mut files = Vec::new();
    for (number, (name, rows)) in (1..).zip(&sheets) {
        let name = name.replace('"', "");
        list.push_str(&format!(
            "<sheet name=\"{name}\" sheetId=\"{number}\" r:id=\"r{number}\"/>"
        ));
        relations.push_str(&format!(
            "<Relationship Id=\"r{number}\" Type=\"{OFFICE}/worksheet\" Target=\"worksheets/sheet{number}.xml\"/>"
        ));
        let xml = format!("<worksheet xmlns=\"{MAIN}\"><sheetData>{rows}</sheetData></worksheet>");
        files.push((format!("xl/worksheets/sheet{number}.xml"), xml.into_bytes()));
    }
    let book = format!("<workbook xmlns=\"{MAIN}\" xmlns:r=\"{OFFICE}\"><sheets>{list}</sheets></workbook>");
    let relations = format!("<Relationships xmlns=\"{PACKAGE}\">{relations}</Relationships>");
    let mut all = vec![
        (PART_NAMES[0], book.into_bytes()),
        (PART_NAMES[1], relations.into_bytes()),
    ];
    all.extend(files.iter().map(|(name, xml)| (name.as_str(), xml.clone())));
    packed(&all)
}

/// Answers of every type to the names that the corpus uses.
struct Answered;

impl<'a> Context<'a> for Answered {
    fn answer(&self, name: &str) -> Value<'a> {
        match name.len() % 4 {
            0 => Value::Number(18.5),
            1 => Value::text("yes no 2026-11-23"),
            2 => Value::Number(f64::NAN),
            _ => Value::EMPTY,
        }
    }

    fn current(&self) -> Value<'a> {
        Value::text("2026-02-29")
    }

    fn column(&self, _name: &str) -> Value<'a> {
        Value::text("a")
    }

    fn today(&self) -> Date {
        TODAY
    }
}

fn expression(source: &str) -> bool {
    match Expression::parse(source) {
        Err(faults) => {
            assert!(!faults.is_empty(), "refused without a reason");
            false
        }
        Ok(parsed) => {
            let printed = parsed.to_string();
            let again = Expression::parse(&printed);
            assert_eq!(
                again.as_ref().ok(),
                Some(&parsed),
                "{source:?} is printed as {printed:?}"
            );
            let value = parsed.evaluate(&Answered);
            let _shown = (
                value.to_boolean(),
                value.to_number(),
                value.to_text(),
                value.to_answer(),
            );
            true
        }
    }
}

fn forms() -> &'static [Form] {
    static FORMS: OnceLock<Vec<Form>> = OnceLock::new();
    FORMS.get_or_init(|| {
        let everything = workbook_of(include_str!("../../fixtures/everything/form.txt"));
        let wide = workbook_of(include_str!("wide.txt"));
        let files: [&[u8]; 5] = [
            include_bytes!("../../../backend/plans/sample/forms/resident.xlsx"),
            include_bytes!("../../../backend/plans/sample/forms/family.xlsx"),
            include_bytes!("../../../backend/plans/sample/forms/grassroots.xlsx"),
            &everything,
            &wide,
        ];
        let read = files.map(|bytes| xlsform::read("f.xlsx", bytes).expect("a form of ours").form);
        read.into()
    })
}

/// A line for each answer, `name=value`; the first byte chooses the questionnaire, `w` the one with what the others have not.
fn answers(text: &str) -> bool {
    let which = usize::from(text.as_bytes().first().copied().unwrap_or(b'0'));
    let at = if which == usize::from(b'w') { 4 } else { which % 4 };
    let Some(form) = forms().get(at) else {
        return false;
    };
    let pairs: Vec<(String, String)> = text
        .lines()
        .skip(1)
        .filter_map(|line| line.split_once('='))
        .map(|(name, value)| (name.to_owned(), value.replace("\\n", "\n")))
        .collect();
    let mut given: RawAnswers = pairs.iter().cloned().collect::<BTreeMap<_, _>>();
    let checked = validate::validate(form, &given, TODAY);
    let is_valid = checked.is_ok();
    match checked {
        Ok(stored) => {
            let again = validate::validate(form, &stored, TODAY);
            assert_eq!(
                again.as_ref().ok(),
                Some(&stored),
                "what is stored is not stored as it is"
            );
            walk(form, &stored);
        }
        Err(faults) => assert!(!faults.is_empty(), "refused without a reason"),
    }
    for page in flow::pages(form, &given, TODAY) {
        for (name, value) in response::from_pairs(form, &page, &pairs) {
            assert!(
                form.question(&name).is_some(),
                "{name} came from nowhere: {value}"
            );
        }
    }
    walk(form, &given);
    flow::clear_hidden(form, &mut given, TODAY);
    let once = given.clone();
    flow::clear_hidden(form, &mut given, TODAY);
    assert_eq!(once, given, "what is hidden is cleared at once");
    is_valid
}

/// Reads what a client sent, and its answers by each questionnaire: what is accepted is accepted again as it is stored.
fn submission(bytes: &[u8]) -> bool {
    let read = match Submission::read(bytes) {
        Ok(read) => read,
        Err(fault) => {
            let said = fault.message();
            assert!(!said.get("zh").is_empty() && !said.get("en").is_empty());
            return false;
        }
    };
    assert!(!read.form_id.is_empty() && !read.instance_id.is_empty());
    for form in forms() {
        let given = read.answers(form, &["minyi_visit"]);
        assert_eq!(given, read.answers(form, &["minyi_visit"]));
        match validate::validate(form, &given, TODAY) {
            Ok(stored) => {
                let again = validate::validate(form, &stored, TODAY);
                assert_eq!(
                    again.as_ref().ok(),
                    Some(&stored),
                    "what is stored is not stored as it is"
                );
            }
            Err(faults) => assert!(!faults.is_empty(), "refused without a reason"),
        }
    }
    true
}

fn recognised(bytes: &[u8]) -> bool {
    let found = media::recognise(bytes);
    assert!(found.is_none_or(|found| !found.mime.is_empty()));
    if let Some(upload) = recognise_upload(bytes) {
        assert!(media::is_plain_name(&stored_name("q[2]", upload.ending)));
        assert!(
            check_upload(UploadKind::File, bytes).is_ok()
                || bytes.len() > most_upload_bytes(UploadKind::File)
        );
    }
    let name = String::from_utf8_lossy(bytes);
    if media::is_plain_name(&name) {
        assert!(!name.contains(['/', '\\', '\0']) && !name.starts_with('.'));
    }
    found.is_some()
}
