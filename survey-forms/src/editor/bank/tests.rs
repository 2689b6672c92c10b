use super::{FILES, collections};
use crate::editor::{Edit, RowKey, Spot, Workbook, apply};

#[test]
fn collections__all_files__are_read_and_are_forms_without_faults() {
    assert_eq!(collections().len(), FILES.len());
    for collection in collections() {
        let checked = collection.workbook.check("bank.csv");
        assert!(
            checked.diagnostics.is_empty(),
            "{}: {:#?}",
            collection.id,
            checked.diagnostics
        );
        let form = checked.form.unwrap();
        assert!(
            form.languages.iter().any(|tag| tag.as_str() == "zh"),
            "{}",
            collection.id
        );
        assert!(
            form.languages.iter().any(|tag| tag.as_str() == "en"),
            "{}",
            collection.id
        );
        for text in [
            &collection.title,
            &collection.measures,
            &collection.source,
            &collection.licence,
            &collection.note,
        ] {
            assert!(
                !text.get("zh").is_empty() && text.get("zh") != text.get("en"),
                "{}",
                collection.id
            );
        }
        assert!(!collection.rows.is_empty());
    }
}

#[test]
fn insert__into_a_blank_form_in_one_language__gives_a_form_without_faults() {
    for lang in ["zh", "en"] {
        let mut workbook = Workbook::blank("all", "全部", lang);
        for collection in collections() {
            let edit = Edit::Insert {
                collection: collection.id.clone(),
                items: Vec::new(),
                to: Spot::Last,
            };
            workbook = apply(&workbook, &edit).unwrap();
        }
        let checked = workbook.check("all.xlsx");
        assert!(checked.diagnostics.is_empty(), "{:#?}", checked.diagnostics);
        assert_eq!(workbook.languages(), [lang]);
        let questions = |workbook: &Workbook| workbook.check("").form.unwrap().written_questions().len();
        let each: usize = collections()
            .iter()
            .map(|collection| questions(&collection.workbook))
            .sum();
        assert_eq!(questions(&workbook), each);
    }
}

#[test]
fn insert__twice__names_are_unique_and_conditions_follow() {
    let workbook = Workbook::blank("twice", "两遍", "zh");
    let edit = Edit::Insert {
        collection: "need_received_helped".to_owned(),
        items: vec!["about_rehab".to_owned()],
        to: Spot::Last,
    };
    // What it asks about comes with it.
    let once = apply(&workbook, &edit).unwrap();
    assert!(once.check("").form.unwrap().question("recv_rehab").is_some());
    let twice = apply(&once, &edit).unwrap();
    let form = twice.check("").form.unwrap();
    let help = form.question("help_rehab_2").unwrap();
    let relevant = help.relevant.as_ref().unwrap().to_string();
    assert_eq!(relevant, "${recv_rehab_2} = 'yes' or ${recv_rehab_2} = 'partly'");
    // The same list is not there twice.
    assert_eq!(
        form.choice_lists.len(),
        once.check("").form.unwrap().choice_lists.len()
    );
    let unknown = Edit::Insert {
        collection: "need_received_helped".to_owned(),
        items: vec!["nothing".to_owned()],
        to: Spot::Last,
    };
    assert_eq!(apply(&once, &unknown).unwrap_err().faults()[0].code, "ED053");
    let foreign = Workbook::blank("fr", "Enquête", "fr");
    assert_eq!(apply(&foreign, &edit).unwrap_err().faults()[0].code, "ED035");
    let other = apply(
        &twice,
        &Edit::AddChoice {
            list: "helped".to_owned(),
            choice: Default::default(),
            after: None,
        },
    )
    .unwrap();
    let third = apply(&other, &edit).unwrap();
    let form = third.check("");
    assert!(
        third.sheets()[1]
            .rows()
            .iter()
            .any(|row| row.cell(0) == "helped_2"),
        "{:?}",
        form.diagnostics
    );
    let _ = RowKey::name("help_rehab_3");
}
