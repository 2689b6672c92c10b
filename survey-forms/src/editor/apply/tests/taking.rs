//! Rows of another questionnaire, words that the bank knows, and the workbook as CSV.

use super::random::book;
use super::*;
use crate::editor::{Spot, bank, take_over};

const OTHER: &str = "
| survey   |                        |       |                  |            |               |          |
|          | type                   | name  | label::中文 (zh) | label::Français (fr) | choice_filter | relevant |
|          | select_one town        | town  | 哪个镇？         | Quelle ville ?   |               |          |
|          | begin_group            | visit | 上门             | Visite           |               |          |
|          | select_one village     | place | 哪个村？         | Quel village ?   | town = ${town} |         |
|          | select_one_from_file jobs.csv | job | 做什么？    | Quel métier ?    |               |          |
|          | calculate              | pay   |                  |                  |               | ${job} != '' |
|          | end_group              |       |                  |                  |               |          |
|          | select_one yn          | came  | 有人来吗？       | On est venu ?    |               |          |
| choices  |           |      |                  |                      |      |
|          | list_name | name | label::中文 (zh) | label::Français (fr) | town |
|          | town      | e    | 东镇             | Est                  |      |
|          | village   | e1   | 东一村           | Un                   | e    |
|          | village   | w1   | 西一村           | Deux                 | w    |
|          | yn        | yes  | 是               | Oui                  |      |
|          | yn        | no   | 否               | Non                  |      |
| jobs.csv |      |       |
|          | name | label |
|          | farm | 种地  |
";

fn other() -> Workbook {
    Workbook::read("other.xlsx", &xlsx(OTHER)).unwrap().workbook
}

#[test]
fn take_over__brings_what_it_refers_to__with_lists_filters_and_tables() {
    let after = take_over(&visit(), &other(), &[key("place")], &Spot::After(key("came"))).unwrap();
    // The town, on which the village depends, stands before it; French stays behind.
    let names = names(&after);
    let at = |name: &str| names.iter().position(|known| known == name).unwrap();
    assert_eq!((at("town"), at("place")), (at("came") + 1, at("came") + 2));
    let form = form(&after);
    assert_eq!(form.languages.len(), 2);
    let place = form.question("place").unwrap();
    assert_eq!(
        place.choice_filter.as_ref().unwrap().to_string(),
        "town = ${town}"
    );
    let village = form
        .choices(place)
        .iter()
        .find(|choice| choice.name == "w1")
        .unwrap();
    assert_eq!(village.filters.get("town").map(String::as_str), Some("w"));
    // A group comes whole, its name has a number because there is one already, and the table comes with it.
    let after = take_over(&after, &other(), &[key("visit")], &Spot::Last).unwrap();
    let form = Workbook::check(&after, "after.xlsx");
    assert!(after.sheets().iter().any(|sheet| sheet.name() == "jobs.csv"));
    assert!(self::names(&after).iter().any(|name| name == "visit_2"));
    // A calculation without a calculation is what it was.
    assert!(
        form.diagnostics.iter().any(|found| found.code == "XF064"),
        "{:?}",
        form.diagnostics
    );
    // Once more: the same table and the same lists are not there twice.
    let again = take_over(&after, &other(), &[key("visit")], &Spot::Last).unwrap();
    assert_eq!(again.sheets().len(), after.sheets().len());
    assert_eq!(again.sheets()[1].rows().len(), after.sheets()[1].rows().len());
    let read = Workbook::read("again.xlsx", &again.to_xlsx().unwrap())
        .unwrap()
        .workbook;
    assert_eq!(read, again);
}

#[test]
fn take_over__list_that_differs__gets_a_name_of_its_own() {
    let after = take_over(&visit(), &other(), &[key("came")], &Spot::Last).unwrap();
    let form = form(&after);
    let came = form.question("came_2").unwrap();
    assert_eq!(came.kind.list(), Some("yn_2"));
    assert_eq!(form.choices(came).len(), 2);
    // The same one is used as it is.
    let same = take_over(&visit(), &visit(), &[key("came")], &Spot::Last).unwrap();
    let form = self::form(&same);
    assert_eq!(form.question("came_2").unwrap().kind.list(), Some("yn"));
}

#[test]
fn take_over__what_stands_against_it__is_said() {
    let code = |of: Result<Workbook, EditError>| of.unwrap_err().faults()[0].code;
    let last = Spot::Last;
    assert_eq!(
        code(take_over(&visit(), &other(), &[key("nothing")], &last)),
        "ED001"
    );
    let french = Workbook::blank("fr", "Enquête", "fr");
    assert!(take_over(&french, &other(), &[key("came")], &last).is_ok());
    let german = Workbook::blank("de", "Befragung", "de");
    assert_eq!(code(take_over(&german, &other(), &[key("came")], &last)), "ED054");
    let mine = OTHER.replace("种地", "放牧");
    let mine = Workbook::read("mine.xlsx", &xlsx(&mine)).unwrap().workbook;
    assert_eq!(code(take_over(&mine, &other(), &[key("job")], &last)), "ED055");
}

#[test]
fn add_language__words_of_the_bank_come__and_changed_ones_do_not() {
    let take = |id: &str| Edit::Insert {
        collection: id.to_owned(),
        items: Vec::new(),
        to: Spot::Last,
    };
    let workbook = done(&Workbook::blank("late", "后来", "zh"), take("wg_short_set"));
    let workbook = done(
        &workbook,
        Edit::SetWords {
            row: key("wg_hear"),
            words: crate::editor::edit::Words::Label,
            lang: "zh".to_owned(),
            text: "您听得清吗？".to_owned(),
        },
    );
    let lang = "en".to_owned();
    let form = form(&done(&workbook, Edit::AddLanguage { lang }));
    let label = |name: &str| {
        form.question(name)
            .unwrap()
            .label
            .exact("en")
            .map(|(_, words)| words.to_owned())
    };
    assert!(
        label("wg_see")
            .unwrap()
            .starts_with("Do you have difficulty seeing")
    );
    assert_eq!(label("wg_hear"), None, "another question by now");
    let hint = &form.question("wg_communicate").unwrap().hint;
    assert!(hint.exact("en").is_some());
    let first = form.choices(form.question("wg_see").unwrap()).first().unwrap();
    assert_eq!(first.label.get("en"), "No – no difficulty");
}

#[test]
fn to_csv__is_read_again_as_the_same_questionnaire() {
    let full = |workbook: &Workbook| {
        let rows = workbook.sheets().iter().flat_map(|sheet| {
            let rows = sheet.rows.iter().filter(|row| !row.cells.is_empty());
            rows.map(|row| (sheet.name.clone(), row.clone()))
        });
        rows.collect::<Vec<_>>()
    };
    let mut books = vec![
        visit(),
        other(),
        book("resident"),
        book("family"),
        book("grassroots"),
    ];
    books.extend(bank::collections().iter().map(|one| one.workbook.clone()));
    for book in books {
        let again = Workbook::read("again.csv", book.to_csv().as_bytes())
            .unwrap()
            .workbook;
        assert_eq!(full(&again), full(&book));
        let version = |workbook: &Workbook| workbook.check("f.csv").form.map(|form| form.version);
        assert_eq!(version(&again), version(&book));
    }
}
