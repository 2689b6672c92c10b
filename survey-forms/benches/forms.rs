//! How fast questionnaires are read, checked and shown. The bounds of the project: a form of 1,000 questions is read in
//! under 50 ms, a response of 60 answers checked in under 20 µs, a page rendered in under 100 µs.
//!
//! `cargo bench -p survey-forms`

#![expect(
    clippy::expect_used,
    reason = "a benchmark that cannot begin has nothing to tell"
)]

use std::sync::LazyLock;

use divan::counter::ItemsCount;
use divan::{Bencher, black_box};
use jiff::civil::{Date, date};
use rust_xlsxwriter::Workbook;
use survey_forms::editor::{self, Edit, RowKey, outline};
use survey_forms::form::Form;
use survey_forms::response::RawAnswers;
use survey_forms::{client, flow, pretest, render, validate, xlsform};

const TODAY: Date = date(2026, 11, 26);

fn main() {
    divan::main();
}

/// A workbook of so many questions: sections of ten on a condition, choices with filters, numbers with bounds, words with
/// patterns, in two languages.
fn workbook(questions: u32) -> Vec<u8> {
    let mut workbook = Workbook::new();
    let survey = workbook.add_worksheet();
    survey.set_name("survey").expect("a name");
    let header = [
        "type",
        "name",
        "label::中文 (zh)",
        "label::English (en)",
        "hint::中文 (zh)",
        "relevant",
        "constraint",
        "constraint_message::中文 (zh)",
        "required",
        "calculation",
    ];
    for (column, word) in (0..).zip(header) {
        survey.write_string(0, column, word).expect("a cell");
    }
    let mut row = 0;
    let mut write = |cells: &[&str]| {
        row += 1;
        for (column, cell) in (0..).zip(cells) {
            if !cell.is_empty() {
                survey.write_string(row, column, *cell).expect("a cell");
            }
        }
    };
    for at in 0..questions {
        if at % 10 == 0 {
            if at > 0 {
                write(&["end_group"]);
            }
            let condition = if at == 0 {
                String::new()
            } else {
                format!("${{q{}}} != 'no'", at - 10)
            };
            let name = format!("g{at}");
            write(&["begin_group", &name, "一组题目", "A section", "", &condition]);
        }
        let (name, label) = (format!("q{at}"), format!("第{at}题，您怎么看？"));
        let kind = [
            "select_one yn",
            "integer",
            "select_one five",
            "select_multiple need",
            "text",
        ][at as usize % 5];
        let (constraint, message) = match at % 5 {
            1 => (". >= 0 and . <= 120", "请填 0 到 120。"),
            3 => (
                "not(selected(., 'none') and count-selected(.) > 1)",
                "“都不要”不能和别的一起选。",
            ),
            4 => ("regex(., '1[3-9][0-9]{9}')", "请填手机号。"),
            _ => ("", ""),
        };
        let required = if at % 5 == 4 { "" } else { "yes" };
        write(&[
            kind,
            &name,
            &label,
            "What do you think?",
            "想到什么填什么。",
            "",
            constraint,
            message,
            required,
        ]);
    }
    write(&["end_group"]);
    write(&[
        "calculate",
        "score",
        "",
        "",
        "",
        "",
        "",
        "",
        "",
        "${q1} + if(${q2} >= 4, 1, 0)",
    ]);
    let choices = workbook.add_worksheet();
    choices.set_name("choices").expect("a name");
    let rows = [
        [
            "list_name",
            "name",
            "label::中文 (zh)",
            "label::English (en)",
            "missing",
        ],
        ["yn", "yes", "是", "Yes", ""],
        ["yn", "no", "否", "No", ""],
        ["yn", "rf", "不想回答", "Rather not say", "refused"],
        ["five", "5", "很满意", "Very satisfied", ""],
        ["five", "4", "满意", "Satisfied", ""],
        ["five", "3", "一般", "Neither", ""],
        ["five", "2", "不满意", "Dissatisfied", ""],
        ["five", "1", "很不满意", "Very dissatisfied", ""],
        ["need", "rehab", "康复", "Rehabilitation", ""],
        ["need", "care", "托养", "Day care", ""],
        ["need", "none", "都不要", "None", ""],
    ];
    for (row, cells) in (0..).zip(rows) {
        for (column, cell) in (0..).zip(cells).filter(|(_, cell)| !cell.is_empty()) {
            choices.write_string(row, column, cell).expect("a cell");
        }
    }
    workbook.save_to_buffer().expect("a workbook")
}

fn read(bytes: &[u8]) -> Form {
    xlsform::read("bench.xlsx", bytes)
        .expect("a form without errors")
        .form
}

static SIXTY: LazyLock<(Form, RawAnswers)> = LazyLock::new(|| {
    let form = read(&workbook(60));
    let answers = (0..60)
        .map(|at| {
            let value = ["yes", "42", "4", "rehab care", "13800138000"][at % 5];
            (format!("q{at}"), value.to_owned())
        })
        .collect();
    assert_eq!(
        validate::validate(&form, &answers, TODAY).map(|stored| stored.len()),
        Ok(61)
    );
    (form, answers)
});

#[divan::bench(args = [100, 1_000])]
fn read_xlsx(bencher: Bencher, questions: u32) {
    let bytes = workbook(questions);
    bencher
        .counter(ItemsCount::new(questions))
        .bench(|| read(black_box(&bytes)));
}

#[divan::bench]
fn validate_60_answers(bencher: Bencher) {
    let (form, answers) = &*SIXTY;
    bencher.bench(|| validate::validate(form, black_box(answers), TODAY));
}

#[divan::bench]
fn next_page_of_60(bencher: Bencher) {
    let (form, answers) = &*SIXTY;
    bencher.bench(|| flow::next(form, black_box(answers), Some("q30"), TODAY));
}

#[divan::bench]
fn render_page(bencher: Bencher) {
    let (form, answers) = &*SIXTY;
    let page = flow::page(form, answers, "q32", TODAY).expect("a page");
    bencher.bench(|| render::page(form, black_box(&page), answers, &[], "zh").into_string());
}

#[divan::bench]
fn client_model_of_60(bencher: Bencher) {
    let (form, _) = &*SIXTY;
    bencher.bench(|| client::model(black_box(form)));
}

#[divan::bench(sample_count = 10)]
fn pretest_100_runs_of_60(bencher: Bencher) {
    let (form, _) = &*SIXTY;
    let options = pretest::Options {
        runs: 100,
        seed: 1,
        today: TODAY,
    };
    bencher.bench(|| pretest::run(black_box(form), options));
}

static BOOK: LazyLock<editor::Workbook> = LazyLock::new(|| {
    let read = editor::Workbook::read("bench.xlsx", &workbook(1000)).expect("a workbook");
    read.workbook
});

/// A question of a thousand gets another name, everywhere.
#[divan::bench]
fn edit_rename(bencher: Bencher<'_, '_>) {
    let first = outline::outline(&BOOK, "bench.xlsx");
    let row = first
        .walk()
        .get(1)
        .map(|row| row.key.clone())
        .expect("a question");
    let edit = Edit::Rename {
        row,
        name: "another_name".to_owned(),
    };
    bencher.bench_local(|| black_box(editor::apply(&BOOK, &edit)));
}

/// A condition of one of a thousand questions is written and held to the reader's opinion.
#[divan::bench]
fn edit_condition(bencher: Bencher<'_, '_>) {
    let edit = Edit::SetCell {
        row: RowKey::Number(900),
        cell: editor::edit::Cell::Relevant,
        value: "true()".to_owned(),
    };
    bencher.bench_local(|| black_box(editor::apply(&BOOK, &edit)));
}

/// The outline of a thousand questions, looked through by the reader.
#[divan::bench]
fn edit_outline(bencher: Bencher<'_, '_>) {
    bencher.bench_local(|| black_box(outline::outline(&BOOK, "bench.xlsx")));
}
