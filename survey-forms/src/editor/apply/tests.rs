use super::apply;
use crate::editor::details::{Menu, details};
use crate::editor::edit::{Cell, NewChoice, NewItem, NewList, Setting, Words};
use crate::editor::logic::{Comparator, Condition, Conditions, Join, Rule, Rules};
use crate::editor::outline::outline;
use crate::editor::{Edit, EditError, RowKey, RowKind, Spot, Workbook};
use crate::form::{Form, MissingKind};
use crate::testing::xlsx;
use crate::text::Text;

mod random;

const VISIT: &str = "
| survey |                        |        |            |           |                        |                     |          |            |           |        |
|        | type                   | name   | label::中文 (zh) | label::English (en) | relevant | constraint       | required | appearance | 备注      | default |
|        | start                  | begun  |            |           |                        |                     |          |            |           |        |
|        | select_one yn          | came   | 有人来吗？ | Did they come? |                   |                     | yes      |            | 试过了    | yes    |
|        |                        |        |            |           |                        |                     |          |            | 这是一行备注 |     |
|        | begin_group            | visit  | 上门       | The visit | ${came} = 'yes'        |                     |          | field-list |           |        |
|        | integer                | times  | 几次？     | How often? |                       | . >= 1 and . <= 50  |          |            |           |        |
|        | select_multiple what or_other | what | 做了什么？ | What? | ${times} > 0           | not(selected(., 'none') and count-selected(.) > 1) | |     |           |        |
|        | end_group              |        |            |           |                        |                     |          |            |           |        |
|        | note                   | thanks | 您说来了 ${times} 次 | ${times} times | ${times} >= 3 and selected(${what}, 'none') | | |  |           |        |
|        | text                   | more   | 还有吗？   | More?     | ${what_other} != ''    |                     |          |            |           |        |
| choices |           |      |        |       |         |
|         | list_name | name | label::中文 (zh) | label::English (en) | missing |
|         | yn        | yes  | 是     | Yes   |         |
|         | yn        | no   | 否     | No    |         |
|         | yn        | dk   | 说不清 | Don't know | dont_know |
|         | what      | care | 照料   | Care  |         |
|         | what      | none | 都没有 | None  |         |
| settings |            |         |
|          | form_title | form_id |
|          | 回访       | visit   |
| 草稿 |      |
|      | 想法 |
|      | 以后再问 |
";

fn visit() -> Workbook {
    Workbook::read("visit.xlsx", &xlsx(VISIT)).unwrap().workbook
}

fn key(name: &str) -> RowKey {
    RowKey::name(name)
}

/// Applies, and checks that what comes out is a workbook that is written and read back as it is.
fn done(workbook: &Workbook, edit: Edit) -> Workbook {
    let json = serde_json::to_string(&edit).unwrap();
    let edit: Edit = serde_json::from_str(&json).unwrap();
    let after = apply(workbook, &edit).unwrap_or_else(|refused| panic!("{edit:?}: {refused}"));
    let again = Workbook::read("again.xlsx", &after.to_xlsx().unwrap())
        .unwrap()
        .workbook;
    assert_eq!(again, after, "{edit:?}");
    after
}

fn refused(workbook: &Workbook, edit: Edit) -> EditError {
    apply(workbook, &edit).expect_err("it should be refused")
}

fn codes(refused: &EditError) -> Vec<&'static str> {
    refused.faults().iter().map(|fault| fault.code).collect()
}

fn form(workbook: &Workbook) -> Form {
    let checked = workbook.check("visit.xlsx");
    checked
        .form
        .unwrap_or_else(|| panic!("{:#?}", checked.diagnostics))
}

fn names(workbook: &Workbook) -> Vec<String> {
    let outline = outline(workbook, "visit.xlsx");
    let rows = outline.walk().into_iter();
    rows.map(|row| format!("{}{}", "-".repeat(row.depth), row.name))
        .collect()
}

fn relevant(form: &Form, name: &str) -> String {
    form.question(name)
        .unwrap()
        .relevant
        .as_ref()
        .unwrap()
        .to_string()
}

#[test]
fn read_and_write__everything_the_author_wrote__is_kept() {
    let bytes = xlsx(VISIT);
    let workbook = Workbook::read("visit.xlsx", &bytes).unwrap().workbook;
    let before = crate::xlsform::read("visit.xlsx", &bytes).unwrap().form;
    assert_eq!(form(&workbook).version, before.version);
    let out = workbook.to_xlsx().unwrap();
    let again = Workbook::read("visit.xlsx", &out).unwrap().workbook;
    assert_eq!(again, workbook);
    assert_eq!(
        crate::xlsform::read("visit.xlsx", &out).unwrap().form.version,
        before.version
    );
    assert_eq!(again.sheets()[3].rows()[1].cell(0), "以后再问");
    assert_eq!(again.sheets()[0].rows()[1 + 2].cell(8), "这是一行备注");
    assert_eq!(again.languages(), ["zh", "en"]);
    assert_eq!(again.fingerprint(), workbook.fingerprint());
}

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

#[test]
fn cells__grammar_and_meaning_are_checked_where_they_are_written() {
    let book = visit();
    let cell = |row: &str, cell, value: &str| Edit::SetCell {
        row: key(row),
        cell,
        value: value.to_owned(),
    };
    let after = done(
        &book,
        cell("more", Cell::Relevant, "${came} = 'no' or ${times} = 2"),
    );
    assert_eq!(relevant(&form(&after), "more"), "${came} = 'no' or ${times} = 2");
    let broken = refused(&book, cell("more", Cell::Relevant, "${came} = "));
    assert_eq!(broken.faults()[0].place.field.as_deref(), Some("relevant"));
    let unknown = refused(&book, cell("more", Cell::Relevant, "${time} = 2"));
    assert!(
        unknown.faults()[0].mend.get("en").contains("times")
            || unknown.faults()[0].message.get("en").contains("times"),
        "{unknown}"
    );
    let circle = refused(&book, cell("came", Cell::Relevant, "${times} = 2"));
    assert!(!circle.faults().is_empty());
    let yes = done(&book, cell("more", Cell::Required, "是"));
    assert!(matches!(
        form(&yes).question("more").unwrap().required,
        crate::form::Required::Yes
    ));
    for (edit, code) in [
        (cell("more", Cell::ReadOnly, "perhaps"), "ED041"),
        (cell("more", Cell::ChoiceFilter, "x = 1"), "ED040"),
        (cell("visit", Cell::Constraint, ". > 1"), "ED040"),
        (cell("more", Cell::RepeatCount, "2"), "ED040"),
    ] {
        assert_eq!(codes(&refused(&book, edit.clone())), [code], "{edit:?}");
    }
    let hint = Edit::SetWords {
        row: key("more"),
        words: Words::Hint,
        lang: "en".to_owned(),
        text: "  One line\r\nor two ".to_owned(),
    };
    let after = done(&book, hint);
    assert_eq!(
        form(&after).question("more").unwrap().hint.get("en"),
        "One line\nor two"
    );
    let reference = Edit::SetWords {
        row: key("more"),
        words: Words::Label,
        lang: "zh".to_owned(),
        text: "${nobody} 说".to_owned(),
    };
    let error = refused(&book, reference);
    assert_eq!(error.faults()[0].place.field.as_deref(), Some("label::zh"));
    let both = Edit::All {
        edits: vec![
            cell("more", Cell::ReadOnly, "perhaps"),
            cell("thanks", Cell::Relevant, "("),
        ],
    };
    assert_eq!(
        refused(&book, both).faults().len(),
        2,
        "all that is wrong is told in one run"
    );
}

#[test]
fn logic__from_menus_to_cells_and_back() {
    let book = visit();
    let conditions = Conditions {
        join: Join::Any,
        conditions: vec![
            Condition {
                question: "came".to_owned(),
                comparator: Comparator::Is,
                values: vec!["no".to_owned()],
            },
            Condition {
                question: "times".to_owned(),
                comparator: Comparator::Between,
                values: vec!["2".to_owned(), "4".to_owned()],
            },
        ],
    };
    let book = done(
        &book,
        Edit::SetConditions {
            row: key("more"),
            conditions: conditions.clone(),
        },
    );
    let seen = details(&book, &key("more"), "").unwrap();
    assert_eq!(seen.condition, Menu::Menus(conditions));
    assert_eq!(
        seen.cell(Cell::Relevant),
        "${came} = 'no' or ${times} >= 2 and ${times} <= 4"
    );
    let rules = Rules(vec![Rule::Length {
        least: None,
        most: Some(200),
    }]);
    let book = done(
        &book,
        Edit::SetRules {
            row: key("more"),
            rules: rules.clone(),
        },
    );
    assert_eq!(details(&book, &key("more"), "").unwrap().rule, Menu::Menus(rules));
    // A condition about a later question can only be seen as text, since no menu offers it.
    let late = Conditions {
        join: Join::All,
        conditions: vec![Condition {
            question: "more".to_owned(),
            comparator: Comparator::Answered,
            values: Vec::new(),
        }],
    };
    let late = Edit::SetConditions {
        row: key("came"),
        conditions: late,
    };
    assert!(
        apply(&book, &late).is_err() || {
            let after = done(&book, late);
            matches!(
                details(&after, &key("came"), "").unwrap().condition,
                Menu::Text(_)
            )
        }
    );
}

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
fn languages_and_settings() {
    let add = |lang: &str| Edit::AddLanguage {
        lang: lang.to_owned(),
    };
    let book = done(&visit(), add("ug"));
    assert_eq!(book.languages(), ["zh", "en", "ug"]);
    let words = Edit::SetWords {
        row: key("came"),
        words: Words::Hint,
        lang: "ug".to_owned(),
        text: "ياردەم".to_owned(),
    };
    let book = done(&book, words);
    let seen = details(&book, &key("came"), "").unwrap();
    assert_eq!(seen.words(Words::Hint, "ug"), "ياردەم");
    assert_eq!(seen.row.untranslated, ["ug"]);
    let book = done(&book, add("zh-x-easy"));
    assert_eq!(book.languages(), ["zh", "en", "ug", "zh-x-easy"]);
    for (lang, code) in [
        ("zh", "ED032"),
        ("中文", "ED031"),
        ("bo-x-easy", "ED033"),
        ("zh-x-loud", "ED031"),
    ] {
        assert_eq!(codes(&refused(&book, add(lang))), [code], "{lang}");
    }
    let set = |setting, lang: Option<&str>, value: &str| Edit::SetSetting {
        setting,
        lang: lang.map(str::to_owned),
        value: value.to_owned(),
    };
    let book = done(&book, set(Setting::Title, Some("en"), "Visits"));
    let book = done(&book, set(Setting::Version, None, "2"));
    let book = done(&book, set(Setting::DefaultLanguage, None, "en"));
    let seen = outline(&book, "");
    assert_eq!((seen.title.get("zh"), seen.title.get("en")), ("回访", "Visits"));
    assert_eq!((seen.form_id.as_str(), seen.version.as_str()), ("visit", "2"));
    assert_eq!(seen.languages[0], "en");
    assert_eq!(
        codes(&refused(&book, set(Setting::FormId, None, "a b"))),
        ["ED034"]
    );
    assert_eq!(
        codes(&refused(&book, set(Setting::DefaultLanguage, None, "fr"))),
        ["ED030"]
    );
    // A workbook that never said which language comes first says so before another one comes.
    let plain = "survey\n,type,name,label\n,text,a,您好\n";
    let plain = Workbook::read("a.csv", plain.as_bytes()).unwrap().workbook;
    let plain = done(&plain, add("en"));
    assert_eq!(plain.languages(), ["zh", "en"]);
    assert!(form(&plain).question("a").unwrap().label.exact("zh").is_some());
}

#[test]
fn imports__csv_and_lss() {
    let csv = "survey\n,type,name,label\n,text,a,您好\n\nchoices\n,list_name,name,label\n,l,x,甲\n";
    let book = Workbook::read("a.csv", csv.as_bytes()).unwrap().workbook;
    assert_eq!(
        book.sheets().iter().map(|sheet| sheet.name()).collect::<Vec<_>>(),
        ["survey", "choices"]
    );
    assert_eq!(book.sheets()[1].rows()[0].cell(0), "list_name");
    assert_eq!(
        Workbook::read("a.xlsx", &book.to_xlsx().unwrap())
            .unwrap()
            .workbook,
        book
    );
    assert_eq!(Workbook::read("a.xlsx", b"no").unwrap_err()[0].code, "XF001");
    assert_eq!(
        Workbook::read("a.lss", b"<document/>").unwrap_err()[0].code,
        "LS002"
    );
    let twice = "survey\n,type,name,label\n,text,a,您好\nsurvey\n,x\n";
    let book = Workbook::read("a.csv", twice.as_bytes()).unwrap().workbook;
    assert!(book.to_xlsx().is_ok());
}
