//! The code book of a form with one of everything.

use super::CodeBook;
use crate::testing::form;

#[test]
fn code_book__of_everything() {
    let book = CodeBook::of(&form(crate::xlsform::tests::EVERYTHING));
    let names: Vec<&str> = book
        .variables
        .iter()
        .map(|variable| variable.name.as_str())
        .collect();
    assert_eq!(
        names,
        [
            "age", "town", "village", "need", "sat", "hours", "income", "since", "wish", "score"
        ]
    );
    insta::assert_json_snapshot!([
        book.variable("need"),
        book.variable("hours"),
        book.variable("welcome")
    ]);
}
