//! Cells, logic, settings, languages; files in and out.

use super::{VISIT, codes, done, form, key, refused, relevant, visit};
use crate::editor::details::{Menu, details};
use crate::editor::edit::{Cell, Setting, Words};
use crate::editor::logic::{Comparator, Condition, Conditions, Join, Rule, Rules};
use crate::editor::outline::outline;
use crate::editor::{Edit, Workbook, apply};
use crate::testing::xlsx;

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
    let remove = |lang: &str| Edit::RemoveLanguage {
        lang: lang.to_owned(),
    };
    assert_eq!(
        codes(&refused(&book, remove("en"))),
        ["ED036"],
        "it is shown first"
    );
    assert_eq!(
        codes(&refused(&book, remove("zh"))),
        ["ED036"],
        "there is an easy wording of it"
    );
    assert_eq!(codes(&refused(&book, remove("fr"))), ["ED030"]);
    let book = done(&done(&book, remove("zh-x-easy")), remove("ug"));
    assert_eq!(book.languages(), ["en", "zh"]);
    assert_eq!(details(&book, &key("came"), "").unwrap().others[0].1, "试过了");
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

#[test]
fn details__all_that_a_page_needs() {
    let repeats = "
| survey |               |       |        |                 |        |
|        | type          | name  | label  | relevant        | 备注   |
|        | integer       | count | 几个？ |                 |        |
|        | begin_repeat  | child | 孩子   |                 |        |
|        | text          | named | 叫什么？ |               |        |
|        | integer       | age   | 几岁？ | ${named} != ''  | 问父母 |
|        | end_repeat    |       |        |                 |        |
|        | note          | hello | 您好   |                 |        |
|        | text          | last  | 最后   | ${count} > 2    |        |
";
    let book = Workbook::read("c.xlsx", &xlsx(repeats)).unwrap().workbook;
    let askable = |row: &str| -> Vec<String> {
        let seen = details(&book, &key(row), "").unwrap();
        seen.askable.into_iter().map(|asked| asked.name).collect()
    };
    assert_eq!(askable("age"), ["count", "named"]);
    assert_eq!(
        askable("last"),
        ["count"],
        "what is asked several times has no one answer outside"
    );
    let seen = details(&book, &key("age"), "").unwrap();
    assert_eq!(seen.others, [("备注".to_owned(), "问父母".to_owned())]);
    assert_eq!(seen.spot.to_string(), "after:named");
    assert_eq!(
        details(&book, &key("named"), "").unwrap().spot.to_string(),
        "into:child"
    );
    let referred = details(&book, &key("count"), "").unwrap().referred;
    assert_eq!(referred.len(), 1);
    assert_eq!(
        (referred[0].name.as_str(), referred[0].column.as_str()),
        ("last", "relevant")
    );
    assert!(details(&book, &key("nobody"), "").is_none());
}
