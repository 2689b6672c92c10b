//! The catalogue as a whole: nothing without words, no code twice, and a snapshot to read as prose.

use std::collections::BTreeMap;

use super::Fault;
use crate::diagnostic::Place;
use crate::expression::{FaultKind, Function, TypeFault};
use crate::testing::lines;

fn every_fault() -> Vec<Fault> {
    let s = str::to_owned;
    let path = || vec![s("a"), s("b"), s("a")];
    let expression = |kind| Fault::Expression {
        kind,
        around: s("…${a} ⟨x⟩"),
    };
    let of_type = |fault| Fault::Type { fault };
    vec![
        Fault::BrokenWorkbook {
            reason: s("invalid Zip archive"),
        },
        Fault::EmptyFile,
        Fault::MissingSheet {
            sheet: "survey",
            suggestion: Some(s("surveys")),
        },
        Fault::MissingColumn {
            column: "type",
            suggestion: None,
        },
        Fault::UnknownColumn {
            header: s("relevent"),
            suggestion: Some(s("relevant")),
        },
        Fault::DuplicateColumn {
            header: s("relevance"),
            other: s("relevant"),
        },
        Fault::NoQuestions,
        Fault::TooLarge { most: s("8 MB") },
        Fault::UnsupportedColumn {
            header: s("repeat_count"),
        },
        Fault::DuplicateName {
            name: s("age"),
            other_row: 3,
        },
        Fault::BadName { name: s("my age") },
        Fault::UnknownReference {
            name: s("ag"),
            suggestion: Some(s("age")),
        },
        Fault::Cycle { path: path() },
        Fault::ConstraintCycle { path: path() },
        Fault::MissingName,
        Fault::UnknownType {
            word: s("intger"),
            suggestion: Some(s("integer")),
        },
        Fault::UnsupportedType { word: s("geopoint") },
        Fault::MissingType,
        Fault::BadParameter { text: s("start=x") },
        Fault::RangeRunsBackwards {
            start: s("5"),
            end: s("1"),
            step: s("1"),
        },
        Fault::MissingList {
            word: s("select_one"),
        },
        Fault::EndWithoutBegin,
        Fault::BeginWithoutEnd { name: s("g") },
        Fault::EmptyGroup { name: s("g") },
        Fault::DependsOnSamePage { name: s("a") },
        Fault::UnknownList {
            list: s("yn"),
            suggestion: None,
        },
        Fault::DuplicateChoice {
            choice: s("yes"),
            list: s("yn"),
            other_row: 2,
        },
        Fault::UnusedList { list: s("yn") },
        Fault::UnknownExternalList {
            list: s("towns"),
            suggestion: None,
        },
        Fault::ListOnTwoSheets { list: s("towns") },
        Fault::BadChoiceName { choice: s("a b") },
        Fault::ChoiceWithoutList,
        Fault::ChoiceWithoutName { list: s("yn") },
        Fault::ChoiceWithoutLabel {
            choice: s("yes"),
            list: s("yn"),
        },
        Fault::BadMissingKind { word: s("dunno") },
        Fault::UnknownFilterColumn {
            name: s("twon"),
            suggestion: Some(s("town")),
        },
        Fault::OnlyMissingChoices { list: s("m") },
        expression(FaultKind::Ends),
        expression(FaultKind::Unexpected(s(")"))),
        expression(FaultKind::FullWidth {
            found: '＞',
            wanted: ">",
        }),
        expression(FaultKind::UnclosedParenthesis),
        expression(FaultKind::UnclosedText),
        expression(FaultKind::BrokenReference),
        expression(FaultKind::Path),
        expression(FaultKind::TooComplex),
        expression(FaultKind::UnknownFunction {
            name: s("selectd"),
            suggestion: Some("selected"),
        }),
        expression(FaultKind::UnsupportedFunction(s("instance"))),
        expression(FaultKind::Arguments {
            function: Function::If,
            given: 2,
        }),
        expression(FaultKind::Arguments {
            function: Function::Round,
            given: 3,
        }),
        expression(FaultKind::Arguments {
            function: Function::Sum,
            given: 0,
        }),
        expression(FaultKind::NoQuestion),
        expression(FaultKind::BadPattern(s("unclosed character class"))),
        of_type(TypeFault::UnknownCode {
            code: s("yse"),
            question: Some(s("works")),
            suggestion: Some(s("yes")),
        }),
        of_type(TypeFault::NotANumber { literal: s("abc") }),
        of_type(TypeFault::SetCompared {
            question: Some(s("need")),
        }),
        of_type(TypeFault::BooleanCompared { literal: s("true") }),
        of_type(TypeFault::NotChosen { question: None }),
        Fault::ConstraintWithoutCurrent,
        Fault::CurrentOutOfPlace,
        Fault::BareName {
            name: s("age"),
            is_question: true,
        },
        Fault::BareName {
            name: s("yes"),
            is_question: false,
        },
        Fault::HasNoValue {
            name: s("g"),
            is_group: true,
        },
        Fault::MissingCalculation,
        Fault::NoEffect {
            column: s("required"),
            kind: s("note"),
        },
        Fault::MissingLabel { name: s("age") },
        Fault::MissingTranslation { language: s("en") },
        Fault::MissingDefaultWording { language: s("zh") },
        Fault::WordingWithoutLanguage {
            tag: s("ug-x-easy"),
            language: s("ug"),
        },
        Fault::UnknownWording {
            tag: s("zh-x-esay"),
            suggestion: Some(s("zh-x-easy")),
        },
        Fault::MissingMedia { file: s("rehab.svg") },
        Fault::BadMediaName { file: s("../a.mp4") },
        Fault::WrongMedia {
            file: s("rehab.mp4"),
            found: None,
            wanted: "video",
        },
        Fault::MediaTooLarge {
            file: s("rehab.mp4"),
            most: s("64 MB"),
        },
        Fault::LanguageWithoutCode {
            name: s("Kurmanji"),
            tag: s("x-lang2"),
        },
        Fault::MessageWithoutRule { rule: "constraint" },
        Fault::ConstraintWithoutMessage,
        Fault::BrokenPlaceholder { text: s("${ag") },
        Fault::UnknownDefaultLanguage {
            name: s("fr"),
            known: vec![s("zh"), s("en")],
        },
        Fault::BadYesNo { value: s("maybe") },
        Fault::BadDefault {
            value: s("yse"),
            suggestion: Some(s("yes")),
        },
        Fault::BadFormId { id: s("a b") },
        Fault::IgnoredColumn { header: s("bind::x") },
        Fault::UnsupportedSheet { sheet: s("entities") },
        Fault::UnsupportedSheet { sheet: s("osm") },
        Fault::UnsupportedSetting {
            header: s("public_key"),
        },
        Fault::RowBeyondTypes {
            text: s("第一部分")
        },
        Fault::RepeatedReference {
            name: s("age"),
            repeat: s("member"),
        },
        Fault::PositionOutsideRepeat,
        Fault::NotARepeat { name: s("about") },
        Fault::WrongEnd {
            name: s("member"),
            is_repeat: true,
        },
        Fault::BadRepeatCount { most: 100 },
        Fault::OpenRepeat { most: 10 },
        Fault::TooManyInstances {
            count: 9_000,
            most: 5_000,
        },
        Fault::CountWithoutRepeat { name: s("about") },
        Fault::BadTrigger { text: s("age") },
        Fault::OtherOutOfPlace,
        Fault::UploadNeedsFiles { word: "image" },
        Fault::NotNotedHere { word: "phonenumber" },
        Fault::NeverAsked { name: s("age") },
        Fault::NeverSatisfied { name: s("age") },
        Fault::LongSentence {
            count: 70,
            most: 50,
            text: s("过去十二个月里"),
        },
        Fault::RareCharacters { characters: s("龘") },
        Fault::MissingTable {
            file: s("villages.csv"),
            suggestion: None,
        },
        Fault::MissingTableColumn {
            file: s("villages.csv"),
            column: s("twon"),
            suggestion: Some(s("town")),
        },
        Fault::ComputedTable,
        Fault::NotUtf8,
        Fault::UnclosedQuote { line: 3 },
    ]
}

#[test]
fn every_fault_has_words_and_its_own_code() {
    let mut owners: BTreeMap<&'static str, std::mem::Discriminant<Fault>> = BTreeMap::new();
    for fault in every_fault() {
        let diagnostic = fault.at(Place::unknown());
        assert_ne!(diagnostic.code, "XF000", "{fault:?} has no words");
        for language in ["zh", "en"] {
            assert!(
                diagnostic.message.exact(language).is_some(),
                "{fault:?} in {language}"
            );
        }
        // Grammar and types hold several codes each; between variants none is shared.
        let owner = *owners
            .entry(diagnostic.code)
            .or_insert(std::mem::discriminant(&fault));
        assert_eq!(
            owner,
            std::mem::discriminant(&fault),
            "{} is given out twice",
            diagnostic.code
        );
    }
}

#[test]
fn catalogue__reads_well() {
    let place = Place::sheet("survey").row(14).column("relevant");
    let mut all: Vec<_> = every_fault()
        .iter()
        .map(|fault| fault.at(place.clone()))
        .collect();
    all.sort_by_key(|diagnostic| diagnostic.code);
    insta::assert_snapshot!(lines(&all));
}

#[test]
fn xf012__is_worded_as_the_style_guide_shows() {
    let fault = Fault::UnknownReference {
        name: "ag".to_owned(),
        suggestion: Some("age".to_owned()),
    };
    assert_eq!(
        fault
            .at(Place::sheet("survey").row(14).column("relevant"))
            .to_line("zh"),
        "XF012 survey 表第 14 行 relevant 列：引用了不存在的题目 ${ag}。是否想写 ${age}？"
    );
}
