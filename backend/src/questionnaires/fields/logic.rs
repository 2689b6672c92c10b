//! Conditions and rules as fields of a form, and back.

use survey_forms::editor::RowKind;
use survey_forms::editor::details::{Askable, Menu};
use survey_forms::editor::logic::{Comparator, Condition, Conditions, Join, Rule, Rules};

use super::{Fields, get};

/// Conditions beyond this many are no longer read by anybody; text holds more.
const MOST_CONDITIONS: usize = 12;

pub(super) fn of_conditions(menu: &Menu<Conditions>) -> Fields {
    let mut fields = Fields::from([("join".to_owned(), "all".to_owned())]);
    let Menu::Menus(said) = menu else {
        return fields;
    };
    if said.join == Join::Any {
        fields.insert("join".to_owned(), "any".to_owned());
    }
    for (at, condition) in said.conditions.iter().enumerate() {
        let value = |n: usize| condition.values.get(n).cloned().unwrap_or_default();
        fields.insert(format!("q:{at}:question"), condition.question.clone());
        fields.insert(format!("q:{at}:is"), condition.comparator.as_str().to_owned());
        fields.insert(format!("q:{at}:a"), value(0));
        fields.insert(format!("q:{at}:b"), value(1));
    }
    fields
}

fn number<T: ToString>(value: Option<T>) -> String {
    value.map(|value| value.to_string()).unwrap_or_default()
}

pub(super) fn of_rules(menu: &Menu<Rules>) -> Fields {
    let mut fields = Fields::new();
    let Menu::Menus(Rules(rules)) = menu else {
        return fields;
    };
    let mut put = |name: &str, value: String| fields.insert(format!("rule:{name}"), value);
    for rule in rules {
        match rule {
            Rule::Number { least, most } => {
                put("least", number(*least));
                put("most", number(*most));
            }
            Rule::Length { least, most } => {
                put("len_least", number(*least));
                put("len_most", number(*most));
            }
            Rule::Chosen { least, most } => {
                put("n_least", number(*least));
                put("n_most", number(*most));
            }
            Rule::Day { from, to } => {
                put("from", from.clone().unwrap_or_default());
                put("to", to.clone().unwrap_or_default());
            }
            Rule::NotInFuture => {
                put("future", "1".to_owned());
            }
            Rule::NotInPast => {
                put("past", "1".to_owned());
            }
            Rule::Alone { choice } => {
                put("alone", choice.clone());
            }
            Rule::MobilePhone => {
                put("like", "mobile".to_owned());
            }
            Rule::IdNumber => {
                put("like", "id".to_owned());
            }
            Rule::PostalCode => {
                put("like", "postal".to_owned());
            }
            Rule::Pattern { pattern } => {
                put("like", "pattern".to_owned());
                put("pattern", pattern.clone());
            }
        }
    }
    fields
}

/// Words that stand for a value of a question: the value itself, or the choice with these words.
fn value_of(asked: Option<&Askable>, typed: &str) -> String {
    let typed = typed.trim();
    let choices = asked.map_or(&[][..], |asked| &asked.choices);
    if choices.iter().any(|(name, _)| name == typed) {
        return typed.to_owned();
    }
    choices
        .iter()
        .find(|(_, words)| words.iter().any(|(_, words)| words.trim() == typed))
        .map_or_else(|| typed.to_owned(), |(name, _)| name.clone())
}

/// How many lines of conditions the fields have.
pub fn condition_lines(fields: &Fields) -> usize {
    (0..MOST_CONDITIONS)
        .rev()
        .find(|at| fields.contains_key(&format!("q:{at}:question")))
        .map_or(0, |at| at + 1)
}

/// The conditions that the fields say; lines without a question are none.
pub fn conditions(fields: &Fields, askable: &[Askable]) -> Conditions {
    let field = |at: usize, part: &str| get(fields, &format!("q:{at}:{part}"));
    let conditions = (0..condition_lines(fields)).filter_map(|at| {
        let question = field(at, "question");
        if question.is_empty() {
            return None;
        }
        let asked = askable.iter().find(|asked| asked.name == question);
        let fitting = asked.map_or(&[][..], |asked| &asked.comparators);
        let comparator = Comparator::named(field(at, "is"))
            .filter(|chosen| fitting.is_empty() || fitting.contains(chosen))
            .or_else(|| fitting.first().copied())
            .unwrap_or(Comparator::Is);
        let values = ["a", "b"].into_iter().take(comparator.values());
        Some(Condition {
            question: question.to_owned(),
            comparator,
            values: values.map(|part| value_of(asked, field(at, part))).collect(),
        })
    });
    Conditions {
        join: if get(fields, "join") == "any" {
            Join::Any
        } else {
            Join::All
        },
        conditions: conditions.collect(),
    }
}

/// The rules that the fields say for a kind of question; the names of fields that hold no number.
pub fn rules(fields: &Fields, kind: RowKind) -> Result<Rules, Vec<String>> {
    let mut wrong = Vec::new();
    let mut rules = Vec::new();
    let text = |name: &str| get(fields, &format!("rule:{name}")).trim();
    let given = |name: &str| {
        Some(text(name))
            .filter(|value| !value.is_empty())
            .map(str::to_owned)
    };
    let mut whole = |name: &str| {
        given(name).and_then(|value| {
            let read = value.parse::<u32>().ok();
            if read.is_none() {
                wrong.push(format!("rule:{name}"));
            }
            read
        })
    };
    let of_kind = Shown::of(kind);
    if of_kind.length {
        let (least, most) = (whole("len_least"), whole("len_most"));
        if least.is_some() || most.is_some() {
            rules.push(Rule::Length { least, most });
        }
    }
    if of_kind.chosen {
        let (least, most) = (whole("n_least"), whole("n_most"));
        if least.is_some() || most.is_some() {
            rules.push(Rule::Chosen { least, most });
        }
        if let Some(choice) = given("alone") {
            rules.push(Rule::Alone { choice });
        }
    }
    if of_kind.number {
        let mut read = |name: &str| {
            given(name).and_then(|value| {
                let read = value.parse::<f64>().ok().filter(|value| value.is_finite());
                if read.is_none() {
                    wrong.push(format!("rule:{name}"));
                }
                read
            })
        };
        let (least, most) = (read("least"), read("most"));
        if least.is_some() || most.is_some() {
            rules.push(Rule::Number { least, most });
        }
    }
    if of_kind.day {
        let (from, to) = (given("from"), given("to"));
        if from.is_some() || to.is_some() {
            rules.push(Rule::Day { from, to });
        }
        for (name, rule) in [("future", Rule::NotInFuture), ("past", Rule::NotInPast)] {
            if text(name) == "1" {
                rules.push(rule);
            }
        }
    }
    if of_kind.length {
        let like = match text("like") {
            "mobile" => Some(Rule::MobilePhone),
            "id" => Some(Rule::IdNumber),
            "postal" => Some(Rule::PostalCode),
            "pattern" => Some(Rule::Pattern {
                pattern: text("pattern").to_owned(),
            }),
            _ => None,
        };
        rules.extend(like);
    }
    if wrong.is_empty() {
        Ok(Rules(rules))
    } else {
        Err(wrong)
    }
}

/// Which rules a kind of question has menus for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shown {
    /// A number from, to.
    pub number: bool,
    /// How many characters, and what they are like.
    pub length: bool,
    /// How many choices, and one that stands alone.
    pub chosen: bool,
    /// A day from, to.
    pub day: bool,
}

impl Shown {
    /// Those of a kind.
    pub fn of(kind: RowKind) -> Self {
        let none = Self::default();
        match kind {
            RowKind::Integer | RowKind::Decimal | RowKind::Range => Self { number: true, ..none },
            RowKind::Text | RowKind::Barcode => Self { length: true, ..none },
            RowKind::SelectMultiple => Self { chosen: true, ..none },
            RowKind::Date => Self { day: true, ..none },
            _ => none,
        }
    }

    /// Whether there is any.
    pub fn any(self) -> bool {
        self != Self::default()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn fields(pairs: &[(&str, &str)]) -> Fields {
        let owned = |(name, value): &(&str, &str)| ((*name).to_owned(), (*value).to_owned());
        pairs.iter().map(owned).collect()
    }

    #[test]
    fn rules_are_those_of_the_kind_and_numbers_are_looked_at() {
        let typed = fields(&[("rule:least", "0"), ("rule:most", "120"), ("rule:len_most", "5")]);
        let least_most = Rule::Number {
            least: Some(0.0),
            most: Some(120.0),
        };
        assert_eq!(rules(&typed, RowKind::Integer), Ok(Rules(vec![least_most])));
        assert_eq!(rules(&typed, RowKind::Note), Ok(Rules(Vec::new())));
        let wrong = fields(&[("rule:least", "十八")]);
        assert_eq!(
            rules(&wrong, RowKind::Integer),
            Err(vec!["rule:least".to_owned()])
        );
    }
}
