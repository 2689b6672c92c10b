//! A questionnaire of several hundred questions, made of the sample plan's and the bank's, through everything that becomes
//! of a questionnaire.

use super::random::book;
use crate::editor::{Edit, Spot, Workbook, apply, bank};
use crate::pretest::{self, Options};
use crate::testing::TODAY;
use crate::{xform, xlsform};

#[test]
fn several_hundred_questions__check_pretest_xform_and_xlsx_out_and_in() {
    let mut workbook = book("resident");
    for _ in 0..6 {
        for collection in bank::collections() {
            let edit = Edit::Insert {
                collection: collection.id.clone(),
                items: Vec::new(),
                to: Spot::Last,
            };
            workbook = apply(&workbook, &edit).unwrap();
        }
    }
    let checked = workbook.check("large.xlsx");
    assert!(
        !checked
            .diagnostics
            .iter()
            .any(crate::diagnostic::Diagnostic::is_error),
        "{:#?}",
        checked.diagnostics
    );
    let form = checked.form.unwrap();
    assert!(
        form.written_questions().len() > 400,
        "{}",
        form.written_questions().len()
    );

    let again = Workbook::read("large.xlsx", &workbook.to_xlsx().unwrap())
        .unwrap()
        .workbook;
    assert_eq!(again, workbook);
    let written = xlsform::read("large.xlsx", &xlsform::write(&form).unwrap())
        .unwrap()
        .form;
    assert_eq!(written.version, form.version);
    assert_eq!(again.check("large.xlsx").form.unwrap().version, form.version);

    let report = pretest::run(
        &form,
        Options {
            runs: 10,
            seed: 1,
            today: TODAY,
        },
    );
    assert!(report.dead_ends.is_empty(), "{:#?}", report.dead_ends);
    let xml = xform::write(&form);
    assert!(xml.contains("sat_overall_6"));
}
