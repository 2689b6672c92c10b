//! Choices and their lists.

use super::{codes, done, form, key, refused, relevant, visit};
use crate::editor::details::details;
use crate::editor::edit::{Cell, NewChoice, NewItem, NewList, Words};
use crate::editor::outline::outline;
use crate::editor::{Edit, RowKind, Spot, Workbook};
use crate::text::Text;

#[test]
fn choices__renaming_follows_every_test_for_them() {
    let book = visit();
    let rename = |list: &str, choice: &str, name: &str| Edit::RenameChoice {
        list: list.to_owned(),
        choice: choice.to_owned(),
        name: name.to_owned(),
    };
    let after = done(&book, rename("yn", "yes", "1"));
    let now = form(&after);
    let group = outline(&after, "");
    let group = group
        .walk()
        .into_iter()
        .find(|row| row.name == "visit")
        .unwrap()
        .clone();
    assert_eq!(
        group.condition.unwrap().get("zh"),
        "只有当“有人来吗？”是“是”时才问"
    );
    assert_eq!(now.question("came").unwrap().default.as_deref(), Some("1"));
    let after = done(&after, rename("what", "none", "nothing"));
    let now = form(&after);
    assert_eq!(
        relevant(&now, "thanks"),
        "${times} >= 3 and selected(${what}, 'nothing')"
    );
    let constraint = now
        .question("what")
        .unwrap()
        .constraint
        .as_ref()
        .unwrap()
        .to_string();
    assert_eq!(
        constraint,
        "not(selected(., 'nothing') and count-selected(.) > 1)"
    );
    let remove = |list: &str, choice: &str| Edit::RemoveChoice {
        list: list.to_owned(),
        choice: choice.to_owned(),
    };
    assert_eq!(codes(&refused(&book, remove("what", "none"))), ["ED028", "ED028"]);
    let after = done(&book, remove("yn", "dk"));
    assert_eq!(form(&after).choice_lists["yn"].choices.len(), 2);
    let after = done(&book, remove("what", "care"));
    assert_eq!(
        form(&after).choice_lists["what"].choices.len(),
        2,
        "`or_other` brings one"
    );
    for (edit, code) in [
        (rename("yn", "yes", "no"), "ED027"),
        (rename("yn", "yes", "y s"), "ED026"),
        (rename("yn", "maybe", "x"), "ED025"),
        (rename("zn", "yes", "x"), "ED020"),
    ] {
        assert_eq!(codes(&refused(&book, edit.clone())), [code], "{edit:?}");
    }
    let sized = done(
        &book,
        Edit::SetCell {
            row: key("more"),
            cell: Cell::Relevant,
            value: "number(${came}) > 1".to_owned(),
        },
    );
    assert_eq!(codes(&refused(&sized, rename("yn", "no", "2"))), ["ED029"]);
}

#[test]
fn choices__come_move_and_say_other_words() {
    let book = visit();
    let (list, choice) = ("yn".to_owned(), "dk".to_owned());
    let book = done(
        &book,
        Edit::AddChoice {
            list: list.clone(),
            choice: NewChoice {
                name: "partly".to_owned(),
                label: Text::zh_en("一部分", "Partly"),
                missing: None,
            },
            after: Some("yes".to_owned()),
        },
    );
    let order = |book: &Workbook| -> Vec<String> {
        form(book).choice_lists["yn"]
            .choices
            .iter()
            .map(|choice| choice.name.clone())
            .collect()
    };
    assert_eq!(order(&book), ["yes", "partly", "no", "dk"]);
    let to = |after: Option<&str>| Edit::MoveChoice {
        list: list.clone(),
        choice: choice.clone(),
        after: after.map(str::to_owned),
    };
    assert_eq!(order(&done(&book, to(None))), ["dk", "yes", "partly", "no"]);
    assert_eq!(
        order(&done(&book, to(Some("yes")))),
        ["yes", "dk", "partly", "no"]
    );
    assert_eq!(
        order(&done(&done(&book, to(None)), to(Some("no")))),
        ["yes", "partly", "no", "dk"]
    );
    let words = Edit::SetChoiceWords {
        list: list.clone(),
        choice: choice.clone(),
        words: Words::Label,
        lang: "zh".to_owned(),
        text: "不知道".to_owned(),
    };
    let after = done(&book, words);
    assert_eq!(
        form(&after).choice_lists["yn"].choices[3].label.get("zh"),
        "不知道"
    );
    let answer = Edit::SetMissing {
        list,
        choice,
        missing: None,
    };
    assert_eq!(
        form(&done(&book, answer)).choice_lists["yn"].choices[3].missing,
        None
    );
}

#[test]
fn lists__shared_renamed_and_copied() {
    let share = NewItem {
        name: "helped".to_owned(),
        label: Text::zh_en("有帮助吗？", "Did it help?"),
        choices: Some(NewList::Existing("yn".to_owned())),
        ..NewItem::of(RowKind::SelectOne)
    };
    let book = done(
        &visit(),
        Edit::Add {
            item: share,
            to: Spot::Last,
        },
    );
    let seen = details(&book, &key("helped"), "").unwrap().list.unwrap();
    assert_eq!(seen.used_by, [key("came"), key("helped")]);
    let book = done(
        &book,
        Edit::RenameList {
            list: "yn".to_owned(),
            name: "yes_no".to_owned(),
        },
    );
    assert_eq!(form(&book).question("came").unwrap().kind.list(), Some("yes_no"));
    let own = |name: &str| Edit::OwnList {
        row: key("helped"),
        name: name.to_owned(),
    };
    assert_eq!(codes(&refused(&book, own("what"))), ["ED021"]);
    assert_eq!(codes(&refused(&book, own("or_other"))), ["ED022"]);
    let book = done(&book, own("helped_choices"));
    let now = form(&book);
    assert_eq!(now.choice_lists["helped_choices"].choices.len(), 3);
    assert_eq!(now.question("came").unwrap().kind.list(), Some("yes_no"));
    let gone = |list: &str| Edit::RemoveList {
        list: list.to_owned(),
    };
    assert_eq!(codes(&refused(&book, gone("yes_no"))), ["ED024"]);
    let book = done(&book, Edit::Remove { row: key("helped") });
    let book = done(&book, gone("helped_choices"));
    assert!(!form(&book).choice_lists.contains_key("helped_choices"));
    let renamed = Edit::RenameList {
        list: "what".to_owned(),
        name: "w".to_owned(),
    };
    assert_eq!(
        done(&book, renamed).sheets()[0].rows()[6].cell(0),
        "select_multiple w or_other"
    );
}

#[test]
fn choices__that_filters_compare_with__follow() {
    let form_of = "
| survey |                  |          |      |                                             |
|        | type             | name     | label | choice_filter                              |
|        | select_one county | county  | 县？  |                                             |
|        | select_one town  | town     | 乡？  | of = ${county}                              |
|        | select_one town  | other    | 另一个乡？ | selected(${county}, of) or ${county} = 'b' |
| choices |           |      |       |      |
|         | list_name | name | label | of   |
|         | county    | a    | 甲县  |      |
|         | county    | b    | 乙县  |      |
|         | town      | t1   | 一乡  | a    |
|         | town      | t2   | 二乡  | b    |
";
    let book = Workbook::read("towns.xlsx", &crate::testing::xlsx(form_of))
        .unwrap()
        .workbook;
    let rename = |choice: &str, name: &str| Edit::RenameChoice {
        list: "county".to_owned(),
        choice: choice.to_owned(),
        name: name.to_owned(),
    };
    let after = done(&done(&book, rename("a", "alpha")), rename("b", "beta"));
    let now = form(&after);
    let filters: Vec<&str> = now.choice_lists["town"]
        .choices
        .iter()
        .map(|choice| choice.filters["of"].as_str())
        .collect();
    assert_eq!(filters, ["alpha", "beta"]);
    let filter = now
        .question("other")
        .unwrap()
        .choice_filter
        .as_ref()
        .unwrap()
        .to_string();
    assert_eq!(filter, "selected(${county}, of) or ${county} = 'beta'");
    let gone = Edit::RemoveChoice {
        list: "county".to_owned(),
        choice: "a".to_owned(),
    };
    let error = refused(&book, gone);
    assert_eq!(
        error.faults()[0].place.describe("en"),
        "choices sheet, row 4, column of"
    );
    assert_eq!(codes(&error), ["ED028"]);
}
