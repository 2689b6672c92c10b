//! Random edits of real questionnaires: nothing panics, what is accepted is written and read back as it is, and what
//! only gives things other names keeps the questionnaire's meaning.

use std::sync::LazyLock;

use proptest::prelude::*;
use proptest::sample::Index;

use crate::editor::edit::{Cell, NewChoice, NewItem, NewList, Setting, Words};
use crate::editor::outline::outline;
use crate::editor::{Edit, RowKey, RowKind, Spot, Workbook, apply, bank};
use crate::form::{Form, QuestionKind};
use crate::response::RawAnswers;
use crate::testing::TODAY;
use crate::text::Text;
use crate::{flow, validate};

/// A questionnaire of the sample plan.
pub(super) fn book(name: &str) -> Workbook {
    let folder = concat!(env!("CARGO_MANIFEST_DIR"), "/../backend/plans/sample/forms");
    let bytes = std::fs::read(format!("{folder}/{name}.xlsx")).unwrap();
    Workbook::read("a.xlsx", &bytes).unwrap().workbook
}

static BOOKS: LazyLock<Vec<Workbook>> = LazyLock::new(|| {
    let mut books: Vec<Workbook> = ["resident", "family", "grassroots"]
        .into_iter()
        .map(book)
        .collect();
    books.push(super::visit());
    books
});

/// What an edit is made from: places by index, so that most of what is drawn fits.
#[derive(Clone, Debug)]
struct Draw {
    what: u8,
    rows: (Index, Index),
    spot: u8,
    list: Index,
    choices: (Index, Index),
    kind: Index,
    word: String,
    cell: Index,
}

prop_compose! {
    fn draw()(
        what in 0_u8..22,
        rows in any::<(Index, Index)>(),
        spot in 0_u8..5,
        list in any::<Index>(),
        choices in any::<(Index, Index)>(),
        kind in any::<Index>(),
        word in prop_oneof![
            "[a-z_]{1,5}",
            "\\PC{0,12}",
            Just("${need} = 'x'".to_owned()),
            Just("${came}".to_owned()),
            Just("selected(${need}, 'care')".to_owned()),
            Just("_x0041_ & <b>\t\u{1}\u{fffe}".to_owned()),
            Just(". >= 3 and . <= 9".to_owned()),
        ],
        cell in any::<Index>(),
    ) -> Draw {
        Draw { what, rows, spot, list, choices, kind, word, cell }
    }
}

fn edit(workbook: &Workbook, draw: &Draw) -> Edit {
    let seen = outline(workbook, "");
    let keys: Vec<RowKey> = seen.walk().into_iter().map(|row| row.key.clone()).collect();
    let key = |index: &Index| {
        keys.get(index.index(keys.len().max(1)))
            .cloned()
            .unwrap_or(RowKey::Number(9))
    };
    let (row, other) = (key(&draw.rows.0), key(&draw.rows.1));
    let to = match draw.spot {
        0 => Spot::First,
        1 => Spot::Last,
        2 => Spot::Into(other),
        3 => Spot::IntoEnd(other),
        _ => Spot::After(other),
    };
    let lists = &seen.lists;
    let list = lists.get(draw.list.index(lists.len().max(1)));
    let name = list.map_or_else(String::new, |list| list.name.clone());
    let choice = |index: &Index| {
        let choices = list.map_or(&[][..], |list| &list.choices);
        let found = choices.get(index.index(choices.len().max(1)));
        found.map_or_else(String::new, |choice| choice.name.clone())
    };
    let (one, two) = (choice(&draw.choices.0), choice(&draw.choices.1));
    let kind = RowKind::ADDABLE[draw.kind.index(RowKind::ADDABLE.len())];
    let word = draw.word.clone();
    let label = Text::zh_en(word.clone(), "words");
    let lang = if draw.spot.is_multiple_of(2) { "zh" } else { "en" }.to_owned();
    match draw.what {
        0 => Edit::Add {
            item: NewItem {
                name: word,
                choices: Some(NewList::Existing(name)),
                label: Text::zh_en("问题", "Question"),
                required: draw.spot == 0,
                ..NewItem::of(kind)
            },
            to,
        },
        1 => Edit::Insert {
            collection: bank::collections()[draw.kind.index(bank::collections().len())]
                .id
                .clone(),
            items: Vec::new(),
            to,
        },
        2 | 3 => Edit::Move { row, to },
        4 => Edit::MoveUp { row },
        5 => Edit::MoveDown { row },
        6 => Edit::MoveOut { row },
        7 => Edit::Duplicate { row },
        8 => Edit::Remove { row },
        9 => Edit::Ungroup { row },
        10 => Edit::Rename { row, name: word },
        11 => Edit::SetKind {
            row,
            kind,
            list: Some(name),
        },
        12 => Edit::SetWords {
            row,
            words: Words::ALL[draw.cell.index(Words::ALL.len())],
            lang,
            text: word,
        },
        13 => Edit::SetCell {
            row,
            cell: Cell::ALL[draw.cell.index(Cell::ALL.len())],
            value: word,
        },
        14 => Edit::AddChoice {
            list: name,
            choice: NewChoice {
                name: word,
                label,
                missing: None,
            },
            after: Some(one),
        },
        15 => Edit::RenameChoice {
            list: name,
            choice: one,
            name: word,
        },
        16 => Edit::MoveChoice {
            list: name,
            choice: one,
            after: Some(two),
        },
        17 => Edit::RemoveChoice {
            list: name,
            choice: one,
        },
        18 => Edit::RenameList {
            list: name,
            name: word,
        },
        19 => Edit::OwnList { row, name: word },
        20 => Edit::SetSetting {
            setting: Setting::Title,
            lang: Some(lang),
            value: word,
        },
        _ => Edit::AddLanguage {
            lang: ["ug", "bo", "fr-x-easy", &draw.word][draw.cell.index(4)].to_owned(),
        },
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    #[test]
    fn any_edits__never_panic_and_are_written_and_read_back(
        which in any::<Index>(),
        draws in prop::collection::vec(draw(), 1..12),
    ) {
        let mut workbook = BOOKS[which.index(BOOKS.len())].clone();
        for draw in &draws {
            let edit = edit(&workbook, draw);
            match apply(&workbook, &edit) {
                Ok(after) => workbook = after,
                Err(refused) => prop_assert!(!refused.faults().is_empty()),
            }
        }
        let bytes = workbook.to_xlsx().unwrap();
        let again = Workbook::read("a.xlsx", &bytes).unwrap().workbook;
        prop_assert_eq!(&again, &workbook);
        let (here, there) = (workbook.check("a.xlsx"), again.check("a.xlsx"));
        prop_assert_eq!(&here.diagnostics, &there.diagnostics);
        prop_assert_eq!(here.form.map(|form| form.version), there.form.map(|form| form.version));
    }

    #[test]
    fn other_names__leave_every_page_and_condition_as_they_were(
        which in any::<Index>(),
        rows in prop::collection::vec(any::<Index>(), 1..6),
        seed in any::<u64>(),
    ) {
        let before = &BOOKS[which.index(BOOKS.len())];
        let form = before.check("a.xlsx").form.unwrap();
        let mut workbook = before.clone();
        let mut names: Vec<(String, String)> = Vec::new();
        for (at, index) in rows.iter().enumerate() {
            let seen = outline(&workbook, "");
            let all = seen.walk();
            let row = all[index.index(all.len())];
            let other = format!("other_{at}");
            let edit = Edit::Rename { row: row.key.clone(), name: other.clone() };
            let old = row.name.clone();
            workbook = apply(&workbook, &edit).unwrap();
            match names.iter_mut().find(|(_, now)| *now == old) {
                Some((_, now)) => *now = other,
                None => names.push((old, other)),
            }
        }
        let renamed = workbook.check("a.xlsx").form.unwrap();
        let now = |name: &str| {
            let direct = names.iter().find(|(old, _)| old == name).map(|(_, now)| now.clone());
            let made = || {
                let stem = name.strip_suffix("_other")?;
                names.iter().find(|(old, _)| old == stem).map(|(_, now)| format!("{now}_other"))
            };
            direct.or_else(made).unwrap_or_else(|| name.to_owned())
        };
        through_both(&form, &renamed, (&now, &|_, value| value.to_owned()), seed)?;
    }

    #[test]
    fn other_values_of_choices__leave_every_page_and_fault_as_they_were(
        which in any::<Index>(),
        picks in prop::collection::vec(any::<(Index, Index)>(), 1..8),
        seed in any::<u64>(),
    ) {
        let before = &BOOKS[which.index(BOOKS.len())];
        let form = before.check("a.xlsx").form.unwrap();
        let mut workbook = before.clone();
        // Values of before and now, by list.
        let mut values: Vec<(String, String, String)> = Vec::new();
        for (at, (list, choice)) in picks.iter().enumerate() {
            let lists = outline(&workbook, "").lists;
            let list = &lists[list.index(lists.len())];
            let old = list.choices[choice.index(list.choices.len())].name.clone();
            let name = format!("value_{at}");
            let edit = Edit::RenameChoice {
                list: list.name.clone(),
                choice: old.clone(),
                name: name.clone(),
            };
            workbook = apply(&workbook, &edit).unwrap();
            match values.iter_mut().find(|(known, _, now)| *known == list.name && *now == old) {
                Some((_, _, now)) => *now = name,
                None => values.push((list.name.clone(), old, name)),
            }
        }
        let renamed = workbook.check("a.xlsx").form.unwrap();
        let value = |question: &str, value: &str| {
            let list = form.question(question).and_then(|question| question.kind.list());
            let found = values.iter().find(|(known, old, _)| Some(known.as_str()) == list && old == value);
            found.map_or_else(|| value.to_owned(), |(_, _, now)| now.clone())
        };
        through_both(&form, &renamed, (&str::to_owned, &value), seed)?;
    }
}

/// What a name became, and what a value of a question became.
type Became<'b> = (&'b dyn Fn(&str) -> String, &'b dyn Fn(&str, &str) -> String);

/// Somebody goes through both: the same pages come in the same order with the same faults, whatever is answered.
fn through_both(
    form: &Form,
    renamed: &Form,
    (name, value): Became<'_>,
    seed: u64,
) -> Result<(), TestCaseError> {
    let mut answers = RawAnswers::new();
    let mut twins = RawAnswers::new();
    let mut state = seed;
    let mut draw = |among: usize| {
        state = state.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1);
        (state >> 33) as usize % among.max(1)
    };
    let mut page = flow::next(form, &answers, None, TODAY);
    let mut twin = flow::next(renamed, &twins, None, TODAY);
    while let (Some(here), Some(there)) = (&page, &twin) {
        prop_assert_eq!(name(&here.name), there.name.clone());
        for asked in &here.questions {
            let question = form.question(asked).unwrap();
            let choices = form.choices(question);
            let several = matches!(question.kind, QuestionKind::SelectMultiple { .. });
            let given: Vec<String> = match choices.len() {
                0 => vec![draw(60).to_string()],
                _ if several => (0..draw(3) + 1)
                    .map(|_| choices[draw(choices.len())].name.clone())
                    .collect(),
                count => vec![choices[draw(count)].name.clone()],
            };
            let now: Vec<String> = given.iter().map(|given| value(asked, given)).collect();
            answers.insert(asked.clone(), given.join(" "));
            twins.insert(name(asked), now.join(" "));
        }
        let faults = |form: &Form, page, answers: &RawAnswers| -> Vec<String> {
            let faults = validate::validate_page(form, page, answers, TODAY);
            faults.into_iter().map(|fault| fault.field).collect()
        };
        let here_wrong: Vec<String> = faults(form, here, &answers)
            .iter()
            .map(|field| name(field))
            .collect();
        prop_assert_eq!(here_wrong, faults(renamed, there, &twins));
        let (after, twin_after) = (here.name.clone(), there.name.clone());
        page = flow::next(form, &answers, Some(&after), TODAY);
        twin = flow::next(renamed, &twins, Some(&twin_after), TODAY);
    }
    prop_assert!(page.is_none() && twin.is_none());
    Ok(())
}
