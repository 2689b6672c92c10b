//! What was typed, as edits of the workbook, and the edits made.

use survey_forms::editor::details::{Details, Menu};
use survey_forms::editor::edit::{Cell, Words};
use survey_forms::editor::logic::Rules;
use survey_forms::editor::{Edit, RowKey, RowKind};
use survey_forms::form::MissingKind;

use super::{Fields, Shown, condition_lines, conditions, get, lines, of, rules};

/// An edit with the field that asked for it.
pub type Asked = (String, Edit);

/// What has to be done so that the row says what was typed. Names come last: they are what all else is called by.
pub fn edits(details: &Details, languages: &[String], typed: &Fields) -> Vec<Asked> {
    let key = &details.row.key;
    let before = of(details, languages);
    let is_new = |name: &str| typed.get(name).is_some_and(|value| *value != get(&before, name));
    let mut asked: Vec<Asked> = Vec::new();
    let kind = RowKind::named(get(typed, "kind")).unwrap_or(details.row.kind);
    asked.extend(of_kind(details, kind, typed, languages));
    for words in Words::ALL {
        for lang in languages {
            let field = format!("w:{}:{lang}", words.column());
            if is_new(&field) {
                let edit = Edit::SetWords {
                    row: key.clone(),
                    words,
                    lang: lang.clone(),
                    text: get(typed, &field).to_owned(),
                };
                asked.push((field, edit));
            }
        }
    }
    if let Some(list) = &details.list {
        asked.extend(of_choices(&list.name, &before, typed, languages));
    }
    for cell in Cell::ALL {
        let field = format!("cell:{}", cell.column());
        let is_menu = matches!(cell, Cell::Required);
        if is_new(&field) && !is_menu {
            asked.push((field.clone(), set(key, cell, get(typed, &field))));
        }
    }
    if is_new("must") || (get(typed, "must") == "when" && is_new("cell:required")) {
        let value = match get(typed, "must") {
            "yes" => "yes",
            "when" => get(typed, "cell:required"),
            _ => "",
        };
        asked.push(("must".to_owned(), set(key, Cell::Required, value)));
    }
    asked.extend(of_logic(details, kind, &before, typed));
    if is_new("name") {
        let name = get(typed, "name").to_owned();
        let row = key.clone();
        asked.push(("name".to_owned(), Edit::Rename { row, name }));
    }
    asked
}

fn set(row: &RowKey, cell: Cell, value: &str) -> Edit {
    Edit::SetCell {
        row: row.clone(),
        cell,
        value: value.to_owned(),
    }
}

/// Another kind, with choices where it has none yet.
fn of_kind(details: &Details, kind: RowKind, typed: &Fields, languages: &[String]) -> Vec<Asked> {
    let mut asked = Vec::new();
    let lang = languages.first().map_or("zh", String::as_str);
    let given = lines(get(typed, "lines"), lang);
    let chosen = Some(get(typed, "list"))
        .filter(|list| !list.is_empty())
        .map(str::to_owned);
    let is_other = chosen.is_some() && chosen != details.row.list;
    let mut list = chosen.or_else(|| details.row.list.clone());
    let wants = kind.has_choices() && list.is_none();
    if wants && !given.is_empty() {
        let name = match details.row.name.as_str() {
            "" => format!("list_{}", details.row.row),
            name => name.to_owned(),
        };
        list = Some(name.clone());
        let edit = Edit::AddList {
            list: name,
            choices: given.clone(),
        };
        asked.push(("lines".to_owned(), edit));
    }
    if kind != details.row.kind || is_other || (wants && list.is_some()) {
        let edit = Edit::SetKind {
            row: details.row.key.clone(),
            kind,
            list: list.filter(|_| kind.has_choices()),
        };
        asked.push(("kind".to_owned(), edit));
    }
    if let Some(list) = details.list.as_ref().filter(|_| kind.has_choices() && !is_other) {
        asked.extend(given.into_iter().map(|choice| {
            let edit = Edit::AddChoice {
                list: list.name.clone(),
                choice,
                after: None,
            };
            ("lines".to_owned(), edit)
        }));
    }
    asked
}

fn of_choices(list: &str, before: &Fields, typed: &Fields, languages: &[String]) -> Vec<Asked> {
    let mut asked = Vec::new();
    let mut renamed = Vec::new();
    let mut order: Vec<(i64, usize, String)> = Vec::new();
    let numbers = (0..).take_while(|at| before.contains_key(&format!("c:{at}:was")));
    for at in numbers {
        let field = |part: &str| format!("c:{at}:{part}");
        let choice = get(before, &field("was")).to_owned();
        // A choice that came since the page was made is not on it.
        if get(typed, &field("was")) != choice {
            order.push((i64::try_from(at).unwrap_or(i64::MAX), at, choice));
            continue;
        }
        let list = list.to_owned();
        if get(typed, &field("gone")) == "1" {
            asked.push((field("gone"), Edit::RemoveChoice { list, choice }));
            continue;
        }
        for lang in languages {
            let words = field(&format!("l:{lang}"));
            if typed.get(&words).is_some_and(|text| text != get(before, &words)) {
                let edit = Edit::SetChoiceWords {
                    list: list.clone(),
                    choice: choice.clone(),
                    words: Words::Label,
                    lang: lang.clone(),
                    text: get(typed, &words).to_owned(),
                };
                asked.push((words, edit));
            }
        }
        let missing = |fields| MissingKind::parse(get(fields, &field("missing")));
        if typed.contains_key(&field("missing")) && missing(typed) != missing(before) {
            let edit = Edit::SetMissing {
                list: list.clone(),
                choice: choice.clone(),
                missing: missing(typed),
            };
            asked.push((field("missing"), edit));
        }
        let name = get(typed, &field("name")).trim().to_owned();
        if !name.is_empty() && name != choice {
            let choice = choice.clone();
            renamed.push((field("name"), Edit::RenameChoice { list, choice, name }));
        }
        let place = get(typed, &field("at")).trim().parse::<i64>();
        order.push((
            place.unwrap_or(i64::try_from(at + 1).unwrap_or(i64::MAX)),
            at,
            choice,
        ));
    }
    asked.extend(moved(list, order));
    asked.extend(renamed);
    asked
}

/// Choices in the order of the numbers before them. Of two with one number the one that was moved there comes first.
fn moved(list: &str, order: Vec<(i64, usize, String)>) -> Vec<Asked> {
    let mut wished = order.clone();
    let own = |at: usize| i64::try_from(at + 1).unwrap_or(i64::MAX);
    wished.sort_by_key(|(place, at, _)| {
        // Who moves up stands before the one who was there, who moves down behind it.
        let side = match place.cmp(&own(*at)) {
            std::cmp::Ordering::Less => 0,
            std::cmp::Ordering::Equal => 1,
            std::cmp::Ordering::Greater => 2,
        };
        (*place, side, *at)
    });
    if wished.iter().map(|one| one.1).eq(order.iter().map(|one| one.1)) {
        return Vec::new();
    }
    let mut after = None;
    let mut asked = Vec::new();
    for (_, at, choice) in wished {
        let edit = Edit::MoveChoice {
            list: list.to_owned(),
            choice: choice.clone(),
            after: after.replace(choice),
        };
        asked.push((format!("c:{at}:at"), edit));
    }
    asked
}

/// Conditions and rules from menus, where they differ; an expression that was typed has been taken already.
fn of_logic(details: &Details, kind: RowKind, before: &Fields, typed: &Fields) -> Vec<Asked> {
    let row = &details.row.key;
    let is_typed = |cell: Cell| {
        let field = format!("cell:{}", cell.column());
        typed
            .get(&field)
            .is_some_and(|value| *value != get(before, &field))
    };
    let mut asked = Vec::new();
    let has_conditions = condition_lines(typed) > 0 && !matches!(details.condition, Menu::Text(_));
    if has_conditions && !is_typed(Cell::Relevant) {
        let (was, now) = (
            conditions(before, &details.askable),
            conditions(typed, &details.askable),
        );
        let (was_none, now_none) = (was.conditions.is_empty(), now.conditions.is_empty());
        if was != now && !(was_none && now_none) {
            let edit = Edit::SetConditions {
                row: row.clone(),
                conditions: now,
            };
            asked.push(("conditions".to_owned(), edit));
        }
    }
    let has_rules = Shown::of(kind).any() && !matches!(details.rule, Menu::Text(_));
    if has_rules && !is_typed(Cell::Constraint) {
        let was = match &details.rule {
            Menu::Menus(rules) => rules.clone(),
            _ => Rules::default(),
        };
        if let Ok(now) = rules(typed, kind)
            && now != was
            && typed.keys().any(|name| name.starts_with("rule:"))
        {
            let edit = Edit::SetRules {
                row: row.clone(),
                rules: now,
            };
            asked.push(("rules".to_owned(), edit));
        }
    }
    asked
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_move_by_their_numbers() {
        let order = |places: &[i64]| {
            let names = ["a", "b", "c"];
            let order = places.iter().zip(names).enumerate();
            let order = order
                .map(|(at, (place, name))| (*place, at, name.to_owned()))
                .collect();
            let moves = moved("l", order);
            let names: Vec<String> = moves
                .into_iter()
                .map(|(_, edit)| match edit {
                    Edit::MoveChoice { choice, .. } => choice,
                    other => panic!("{other:?}"),
                })
                .collect();
            names.concat()
        };
        assert_eq!(order(&[1, 2, 3]), "", "nothing moves");
        assert_eq!(order(&[1, 2, 1]), "cab", "the last goes first");
        assert_eq!(order(&[3, 2, 3]), "bca", "the first goes last");
    }
}
