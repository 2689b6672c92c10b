//! Rows come, go, move, and have other names and kinds.

use super::{codes, done, form, key, names, refused, relevant, visit};
use crate::editor::edit::{NewChoice, NewItem, NewList};
use crate::editor::logic::Conditions;
use crate::editor::outline::outline;
use crate::editor::{Edit, RowKind, Spot};
use crate::form::MissingKind;
use crate::text::Text;

#[test]
fn add__questions_groups_and_lists() {
    let label = Text::zh_en("多大年纪？", "How old?");
    let item = |kind, name: &str| NewItem {
        name: name.to_owned(),
        label: label.clone(),
        ..NewItem::of(kind)
    };
    let add = |item, to| Edit::Add { item, to };
    let book = done(
        &visit(),
        add(item(RowKind::Integer, "age"), Spot::After(key("came"))),
    );
    // A remark stands where it stood: behind the question that it follows.
    assert_eq!(names(&book)[..4], ["begun", "came", "age", "visit"]);
    let book = done(&book, add(item(RowKind::Page, ""), Spot::IntoEnd(key("visit"))));
    let book = done(&book, add(item(RowKind::Text, ""), Spot::Into(key("page_1"))));
    assert_eq!(
        names(&book)[3..8],
        ["visit", "-times", "-what", "-page_1", "--text_1"]
    );
    let choices = NewList::New(vec![
        NewChoice {
            label: Text::zh_en("早", "Early"),
            ..NewChoice::default()
        },
        NewChoice {
            name: "late".to_owned(),
            label: Text::zh_en("晚", "Late"),
            missing: Some(MissingKind::NotApplicable),
        },
    ]);
    let asked = NewItem {
        choices: Some(choices),
        required: true,
        ..item(RowKind::SelectOne, "when")
    };
    let book = done(&book, add(asked, Spot::Last));
    let form = form(&book);
    let list = &form.choice_lists["when"].choices;
    assert_eq!((list[0].name.as_str(), list[1].name.as_str()), ("1", "late"));
    assert_eq!(list[1].missing, Some(MissingKind::NotApplicable));
    let same = NewItem {
        choices: Some(NewList::Existing("yn".to_owned())),
        ..item(RowKind::SelectMultiple, "again")
    };
    let book = done(&book, add(same.clone(), Spot::First));
    assert_eq!(names(&book)[0], "again");
    let refusals = [
        (add(item(RowKind::Text, "came"), Spot::Last), "ED003"),
        (add(item(RowKind::Text, "两 字"), Spot::Last), "ED002"),
        (add(item(RowKind::SelectOne, "x"), Spot::Last), "ED023"),
        (add(item(RowKind::Text, "x"), Spot::Into(key("came"))), "ED010"),
        (add(item(RowKind::Text, "x"), Spot::After(key("cane"))), "ED001"),
        (add(item(RowKind::End, "x"), Spot::Last), "ED006"),
        (
            add(
                NewItem {
                    label: Text::of("fr", "Quoi ?"),
                    ..NewItem::of(RowKind::Text)
                },
                Spot::Last,
            ),
            "ED030",
        ),
        (
            add(
                NewItem {
                    name: "once_more".to_owned(),
                    choices: Some(NewList::Existing("yno".to_owned())),
                    ..same
                },
                Spot::Last,
            ),
            "ED020",
        ),
    ];
    for (edit, code) in refusals {
        let error = refused(&book, edit.clone());
        assert_eq!(codes(&error), [code], "{edit:?}");
        let fault = &error.faults()[0];
        assert!(!fault.message.get("zh").is_empty() && !fault.mend.get("en").is_empty());
    }
}

#[test]
fn move__up_down_in_and_out() {
    let book = visit();
    let all = ["begun", "came", "visit", "-times", "-what", "thanks", "more"];
    assert_eq!(names(&book), all);
    let up = |row: &str| Edit::MoveUp { row: key(row) };
    let down = |row: &str| Edit::MoveDown { row: key(row) };
    let after = done(&book, up("what"));
    assert_eq!(names(&after)[3..5], ["-what", "-times"]);
    let after = done(&after, up("what"));
    assert_eq!(names(&after)[2..5], ["what", "visit", "-times"]);
    let after = done(&book, down("what"));
    assert_eq!(names(&after)[2..5], ["visit", "-times", "what"]);
    assert_eq!(
        names(&done(&after, up("what")))[2..5],
        ["what", "visit", "-times"],
        "past the group"
    );
    assert_eq!(
        names(&done(&book, down("visit")))[2..6],
        ["thanks", "visit", "-times", "-what"]
    );
    let after = done(&book, Edit::MoveOut { row: key("times") });
    assert_eq!(names(&after)[2..5], ["visit", "-what", "times"]);
    let to = |row: &str, to: &str| Edit::Move {
        row: key(row),
        to: to.parse().unwrap(),
    };
    let after = done(&book, to("more", "into:visit"));
    assert_eq!(names(&after)[2..5], ["visit", "-more", "-times"]);
    let after = done(&book, to("more", "into_end:visit"));
    assert_eq!(names(&after)[2..6], ["visit", "-times", "-what", "-more"]);
    assert_eq!(
        names(&done(&book, to("visit", "last")))[2..],
        ["thanks", "more", "visit", "-times", "-what"]
    );
    assert_eq!(names(&done(&book, to("came", "first")))[..2], ["came", "begun"]);
    assert_eq!(done(&book, to("more", "after:thanks")), book);
    for (edit, code) in [
        (up("begun"), "ED012"),
        (down("more"), "ED012"),
        (to("visit", "after:times"), "ED011"),
        (to("visit", "into:visit"), "ED011"),
        (Edit::MoveOut { row: key("came") }, "ED013"),
        (to("more", "into:came"), "ED010"),
    ] {
        assert_eq!(codes(&refused(&book, edit.clone())), [code], "{edit:?}");
    }
}

#[test]
fn rename__every_expression_and_word_follows__and_nothing_changes_its_meaning() {
    let book = visit();
    let rename = |row: &str, name: &str| Edit::Rename {
        row: key(row),
        name: name.to_owned(),
    };
    let after = done(&book, rename("times", "visits"));
    let now = form(&after);
    assert_eq!(relevant(&now, "what"), "${visits} > 0");
    assert_eq!(
        relevant(&now, "thanks"),
        "${visits} >= 3 and selected(${what}, 'none')"
    );
    assert_eq!(now.question("thanks").unwrap().label.get("en"), "${visits} times");
    let after = done(&after, rename("what", "done"));
    assert_eq!(relevant(&form(&after), "more"), "${done_other} != ''");
    assert_eq!(form(&done(&after, rename("done", "what"))).version, now.version);
    assert_eq!(codes(&refused(&book, rename("times", "came"))), ["ED003"]);
    assert_eq!(codes(&refused(&book, rename("times", "3x"))), ["ED002"]);
    assert_eq!(done(&book, rename("times", "times")), book);
}

#[test]
fn remove__refused_with_the_places_that_refer_to_it() {
    let book = visit();
    let remove = |row: &str| Edit::Remove { row: key(row) };
    let refused_by = refused(&book, remove("times"));
    let places: Vec<String> = refused_by
        .faults()
        .iter()
        .map(|fault| fault.place.describe("en"))
        .collect();
    assert_eq!(
        places,
        [
            "survey sheet, row 7, column relevant",
            "survey sheet, row 9, column label::中文 (zh)",
            "survey sheet, row 9, column label::English (en)",
            "survey sheet, row 9, column relevant",
        ]
    );
    // What the reader makes of `or_other` is referred to as well.
    assert_eq!(codes(&refused(&book, remove("what"))), ["ED004", "ED004"]);
    let after = done(&done(&book, remove("more")), remove("thanks"));
    let after = done(&after, remove("visit"));
    assert_eq!(names(&after), ["begun", "came"]);
    assert_eq!(
        codes(&refused(&book, Edit::Ungroup { row: key("visit") })),
        ["ED005"]
    );
    let free = Edit::All {
        edits: vec![
            Edit::SetConditions {
                row: key("visit"),
                conditions: Conditions::default(),
            },
            Edit::Ungroup { row: key("visit") },
        ],
    };
    assert_eq!(names(&done(&book, free))[2..4], ["times", "what"]);
}

#[test]
fn duplicate__copies_refer_to_copies() {
    let after = done(&visit(), Edit::Duplicate { row: key("visit") });
    assert_eq!(
        names(&after)[2..8],
        ["visit", "-times", "-what", "visit_2", "-times_2", "-what_2"]
    );
    let now = form(&after);
    assert_eq!(relevant(&now, "what_2"), "${times_2} > 0");
    assert_eq!(relevant(&now, "what"), "${times} > 0");
    let after = done(&after, Edit::Duplicate { row: key("times_2") });
    assert!(names(&after).contains(&"-times_3".to_owned()));
}

#[test]
fn set_kind__questions_and_groups() {
    let set = |row: &str, kind, list: Option<&str>| Edit::SetKind {
        row: key(row),
        kind,
        list: list.map(str::to_owned),
    };
    let book = done(&visit(), set("came", RowKind::SelectMultiple, None));
    assert_eq!(book.sheets()[0].rows()[2].cell(0), "select_multiple yn");
    let book = done(&book, set("visit", RowKind::Repeat, None));
    let outline = outline(&book, "");
    let row = outline
        .walk()
        .into_iter()
        .find(|row| row.name == "visit")
        .unwrap()
        .clone();
    assert_eq!(row.kind, RowKind::Repeat);
    let book = done(&book, set("visit", RowKind::Page, None));
    assert_eq!(book.sheets()[0].rows()[4].cell(7), "field-list");
    let book = done(&book, set("more", RowKind::SelectOne, Some("what")));
    assert_eq!(form(&book).question("more").unwrap().kind.list(), Some("what"));
    assert_eq!(
        codes(&refused(&book, set("visit", RowKind::Text, None))),
        ["ED006"]
    );
    assert_eq!(
        codes(&refused(&book, set("times", RowKind::Rank, None))),
        ["ED023"]
    );
    assert_eq!(
        codes(&refused(&book, set("times", RowKind::Rank, Some("nope")))),
        ["ED020"]
    );
}
