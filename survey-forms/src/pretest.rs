//! A robot that answers a questionnaire as many times as asked, at random within its rules and at their edges, before any
//! person is troubled with it: which questions nobody ever got to, where nobody got on, how long it is, and which columns
//! will come out.
//!
//! The same form, seed and number of runs give the same report. What the robot did not find may still exist: a question
//! that only one answer in a thousand brings up is told as never asked, with the number of runs beside it.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use serde::Serialize;

use crate::code_book::{CodeBook, VariableKind};
use crate::flow::{self, Page};
use crate::form::{Form, Item, Question};
use crate::response::{RESPONSE_ID, RawAnswers};
use crate::state::State;
use crate::text::Text;
use crate::validate::{FieldError, slots, validate, validate_page};

mod answers;
mod pattern;

use answers::{Chance, Robot};

/// How often the robot tries other answers on a page before it gives up.
const MOST_TRIES: usize = 60;
/// How many dead ends are told with an example.
const MOST_EXAMPLES: usize = 20;

/// What the robot is asked to do.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// How many times it answers.
    pub runs: u32,
    /// Another seed gives other answers.
    pub seed: u64,
    /// The day on which it answers.
    pub today: Date,
}

/// What the robot found.
#[derive(Clone, Debug, Default, PartialEq, Serialize)]
pub struct Report {
    /// How many times it answered.
    pub runs: u32,
    /// How many of them came to the end.
    pub finished: u32,
    /// Questions that were never asked, in the order of the form.
    pub never_asked: Vec<String>,
    /// Choices that were never offered, by question.
    pub never_offered: BTreeMap<String, Vec<String>>,
    /// Where there was no way on.
    pub dead_ends: Vec<DeadEnd>,
    /// Pages of a finished run.
    pub pages: Length,
    /// Questions asked in a finished run.
    pub questions: Length,
    /// Questions asked in each group at the top of the form, in its order; questions outside of groups are under "".
    pub groups: Vec<GroupLength>,
    /// The columns that will come out.
    pub columns: Vec<ColumnFilled>,
}

/// A question whose fault no answer mended.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct DeadEnd {
    /// The page on which it stands; empty for faults that only the whole response has.
    pub page: String,
    /// The question.
    pub question: String,
    /// What was said at last.
    pub said: Text,
    /// In how many runs.
    pub runs: u32,
    /// Answers that led there, of the first such run.
    pub example: RawAnswers,
}

/// Least, middle and greatest of a count.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Length {
    /// Least.
    pub least: usize,
    /// Median; of two in the middle, the lower.
    pub median: usize,
    /// Greatest.
    pub most: usize,
}

/// How long a group is.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct GroupLength {
    /// Its name; empty for what stands outside of groups.
    pub group: String,
    /// Questions asked in it.
    pub questions: Length,
}

/// A column of the data.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct ColumnFilled {
    /// Its name.
    pub name: String,
    /// What its values are.
    pub kind: &'static str,
    /// In how many finished runs it has one.
    pub filled: u32,
    /// How many different values it had.
    pub values: usize,
}

/// Answers the form as often as asked.
///
/// # Example
/// ```
/// use survey_forms::{pretest, xlsform};
///
/// let form = xlsform::read("f.csv", "survey\n,type,name,label\n,integer,age,How old?\n".as_bytes()).unwrap().form;
/// let options = pretest::Options { runs: 20, seed: 1, today: jiff::civil::date(2026, 11, 23) };
/// let report = pretest::run(&form, options);
/// assert_eq!((report.finished, report.columns[0].name.as_str()), (20, "age"));
/// ```
pub fn run(form: &Form, options: Options) -> Report {
    let robot = Robot::new(form, options.today);
    let mut tally = Tally::default();
    for number in 0..options.runs {
        let seed = options.seed.wrapping_mul(0x9e37_79b9_7f4a_7c15) ^ u64::from(number);
        let mut chance = Chance::new(seed);
        let outcome = one_run(form, &robot, &mut chance, number, &mut tally.seen);
        tally.add(form, &outcome);
    }
    tally.report(form, options.runs)
}

/// What became of a run.
struct Outcome {
    answers: RawAnswers,
    pages: usize,
    asked: BTreeSet<String>,
    /// The page and the faults at which it stopped.
    stopped: Option<(String, Vec<FieldError>)>,
    stored: RawAnswers,
}

/// What was seen in any run.
#[derive(Default)]
struct Seen {
    asked: BTreeSet<String>,
    offered: BTreeMap<String, BTreeSet<String>>,
}

fn one_run(form: &Form, robot: &Robot<'_>, chance: &mut Chance, number: u32, seen: &mut Seen) -> Outcome {
    let mut answers = RawAnswers::new();
    answers.insert(RESPONSE_ID.to_owned(), format!("pretest/{number}"));
    // Edges come together: what is 0 here is often empty there.
    let at_edges = number % 3 == 2;
    let mut outcome = Outcome {
        answers: RawAnswers::new(),
        pages: 0,
        asked: BTreeSet::new(),
        stopped: None,
        stored: RawAnswers::new(),
    };
    let mut after: Option<String> = None;
    while let Some(page) = flow::next(form, &answers, after.as_deref(), robot.today) {
        outcome.pages += 1;
        let faults = answer_page(form, robot, &page, &mut answers, chance, at_edges);
        let state = State::of(form, &answers, robot.today);
        for slot in slots(&state, &page) {
            let Some(question) = state.question(slot).filter(|_| state.is_relevant(slot)) else {
                continue;
            };
            outcome.asked.insert(question.name.clone());
            if question.kind.list().is_some() {
                let offered = seen.offered.entry(question.name.clone()).or_default();
                offered.extend(state.offered(question).iter().map(|choice| choice.name.clone()));
            }
        }
        if !faults.is_empty() {
            outcome.stopped = Some((page.name, faults));
            break;
        }
        flow::clear_hidden(form, &mut answers, robot.today);
        after = Some(page.name);
    }
    seen.asked.extend(outcome.asked.iter().cloned());
    if outcome.stopped.is_none() {
        match validate(form, &answers, robot.today) {
            Ok(stored) => outcome.stored = stored,
            Err(faults) => outcome.stopped = Some((String::new(), faults)),
        }
    }
    answers.remove(RESPONSE_ID);
    outcome.answers = answers;
    outcome
}

/// Answers the questions of a page until nothing is wrong with them; what is left of faults when no answer helped.
fn answer_page(
    form: &Form,
    robot: &Robot<'_>,
    page: &Page,
    answers: &mut RawAnswers,
    chance: &mut Chance,
    at_edges: bool,
) -> Vec<FieldError> {
    let mut faults = Vec::new();
    for attempt in 0..MOST_TRIES {
        let drawn: Vec<(String, String)> = {
            let state = State::of(form, answers, robot.today);
            slots(&state, page)
                .into_iter()
                .filter_map(|slot| state.question(slot))
                .filter(|question| question.takes_answer())
                // At first every question, then those that are wrong and those that came up with them.
                .filter(|question| {
                    attempt == 0
                        || !answers.contains_key(&question.name)
                        || faults
                            .iter()
                            .any(|fault: &FieldError| fault.field == question.name)
                })
                .map(|question| {
                    // Whoever is told that something is missing does not leave it out again.
                    let may_pass = attempt == 0;
                    let value = robot.answer(&state, question, chance, at_edges && attempt < 10, may_pass);
                    (question.name.clone(), value)
                })
                .collect()
        };
        answers.extend(drawn);
        faults = validate_page(form, page, answers, robot.today);
        if faults.is_empty() {
            break;
        }
    }
    faults
}

#[derive(Default)]
struct Tally {
    seen: Seen,
    finished: u32,
    pages: Vec<usize>,
    questions: Vec<usize>,
    groups: BTreeMap<String, Vec<usize>>,
    dead_ends: Vec<DeadEnd>,
    filled: BTreeMap<String, BTreeMap<String, u32>>,
}

impl Tally {
    fn add(&mut self, form: &Form, outcome: &Outcome) {
        if let Some((page, faults)) = &outcome.stopped {
            self.stop(page, faults, &outcome.answers);
            return;
        }
        self.finished += 1;
        self.pages.push(outcome.pages);
        self.questions.push(outcome.asked.len());
        for (group, names) in tops(form) {
            let asked = names.iter().filter(|name| outcome.asked.contains(**name)).count();
            self.groups.entry(group.to_owned()).or_default().push(asked);
        }
        for (name, value) in &outcome.stored {
            let values = self.filled.entry(name.clone()).or_default();
            *values.entry(value.clone()).or_default() += 1;
        }
    }

    fn stop(&mut self, page: &str, faults: &[FieldError], answers: &RawAnswers) {
        for fault in faults {
            let known = self
                .dead_ends
                .iter()
                .position(|known| known.page == page && known.question == fault.field);
            match known {
                Some(at) => self.dead_ends[at].runs += 1,
                None if self.dead_ends.len() < MOST_EXAMPLES => self.dead_ends.push(DeadEnd {
                    page: page.to_owned(),
                    question: fault.field.clone(),
                    said: fault.message.clone(),
                    runs: 1,
                    example: answers.clone(),
                }),
                None => {}
            }
        }
    }

    fn report(mut self, form: &Form, runs: u32) -> Report {
        let visible = || form.questions().filter(|question| question.is_visible());
        let never_asked = visible()
            .filter(|question| !self.seen.asked.contains(&question.name))
            .map(|question| question.name.clone())
            .collect();
        let mut never_offered = BTreeMap::new();
        for question in visible() {
            let Some(offered) = self.seen.offered.get(&question.name) else {
                continue;
            };
            let missing: Vec<String> = form
                .choices(question)
                .iter()
                .filter(|choice| !offered.contains(&choice.name))
                .map(|choice| choice.name.clone())
                .collect();
            if !missing.is_empty() {
                never_offered.insert(question.name.clone(), missing);
            }
        }
        let groups = tops(form)
            .into_iter()
            .filter_map(|(group, _)| {
                Some(GroupLength {
                    group: group.to_owned(),
                    questions: length(self.groups.get_mut(group)?),
                })
            })
            .collect();
        let columns = CodeBook::of(form)
            .variables
            .into_iter()
            .map(|variable| {
                let values = self.filled.get(&variable.name);
                ColumnFilled {
                    filled: values.map_or(0, |values| values.values().sum()),
                    values: values.map_or(0, BTreeMap::len),
                    kind: kind_word(&variable.kind),
                    name: variable.name,
                }
            })
            .collect();
        Report {
            runs,
            finished: self.finished,
            never_asked,
            never_offered,
            dead_ends: self.dead_ends,
            pages: length(&mut self.pages),
            questions: length(&mut self.questions),
            groups,
            columns,
        }
    }
}

/// Groups at the top with the questions in each, in order; questions outside of groups together under "".
fn tops(form: &Form) -> Vec<(&str, Vec<&str>)> {
    fn names<'a>(items: &'a [Item], out: &mut Vec<&'a str>) {
        for item in items {
            match item {
                Item::Question(Question { name, .. }) => out.push(name),
                Item::Group(group) => names(&group.items, out),
            }
        }
    }
    let mut found: Vec<(&str, Vec<&str>)> = Vec::new();
    for item in &form.items {
        let group = match item {
            Item::Question(_) => "",
            // All instances of a repeat are one length.
            Item::Group(group) => group
                .instance
                .as_ref()
                .map_or(group.name.as_str(), |instance| &instance.of),
        };
        let at = found
            .iter()
            .position(|(known, _)| *known == group)
            .unwrap_or_else(|| {
                found.push((group, Vec::new()));
                found.len() - 1
            });
        if let Some((_, inside)) = found.get_mut(at) {
            names(std::slice::from_ref(item), inside);
        }
    }
    found
}

fn length(counts: &mut [usize]) -> Length {
    counts.sort_unstable();
    let at = |place: usize| counts.get(place).copied().unwrap_or_default();
    Length {
        least: at(0),
        median: at(counts.len().saturating_sub(1) / 2),
        most: at(counts.len().saturating_sub(1)),
    }
}

fn kind_word(kind: &VariableKind) -> &'static str {
    match kind {
        VariableKind::Text => "text",
        VariableKind::Integer => "integer",
        VariableKind::Decimal => "decimal",
        VariableKind::Date => "date",
        VariableKind::Factor { .. } => "factor",
        VariableKind::Ranking { .. } => "ranking",
        VariableKind::MultiResponse { .. } => "multi_response",
    }
}

#[cfg(test)]
mod tests;
