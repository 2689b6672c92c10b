//! Whether a corrected questionnaire may take the place of one that is being answered.
//!
//! Answers that were given must go on meaning what they meant, and what the plan counts on must stay as it is: other
//! words, hints, media, further translations, further optional questions and further choices may come; a question or a
//! choice may not go, change its name or its type. A page with an older version may still be open somewhere, and a
//! phone far from any network may hold answers that nobody has seen, so that once fieldwork has begun every question
//! counts as answered.
//!
//! AM00x questions · AM01x choices · AM02x what must be answered, and when · AM03x what is new · AM04x languages ·
//! AM05x what somebody should look at.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;

use crate::diagnostic::{Diagnostic, Place};
use crate::form::{Choice, Form, Question, QuestionKind, Required};
use crate::response::RawAnswers;
use crate::text::{Language, Text};
use crate::validate;

mod faults;
mod parts;

use faults::{Cell, Change};
use parts::{conditions, holds_range, is_stricter, page_of, written};

/// What the plan or the program does with a question.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Use {
    /// What names it, for messages: an indicator, a quota.
    pub by: BTreeSet<String>,
    /// Whether its choices are steps of a scale, to which none can be added.
    pub is_scale: bool,
}

/// What the new version is held against beside the old one.
#[derive(Clone, Copy, Debug)]
pub struct Ground<'a> {
    /// Whether fieldwork has begun, so that any question may have answers.
    pub begun: bool,
    /// What names a question, by its name.
    pub uses: &'a BTreeMap<String, Use>,
}

/// Everything that forbids `new` in place of `old`, and what somebody should look at, in the order of the file.
pub fn compare(file: &str, old: &Form, new: &Form, ground: Ground<'_>) -> Vec<Diagnostic> {
    let found = by_question(file, old, new, ground).into_iter();
    found.map(|(_, said)| said).collect()
}

/// As [`compare`], each with the name of the question that it is about (that of before, where it has another now).
pub(crate) fn by_question(
    file: &str,
    old: &Form,
    new: &Form,
    ground: Ground<'_>,
) -> Vec<(Option<String>, Diagnostic)> {
    let mut comparison = Comparison {
        file,
        old,
        new,
        ground,
        found: Vec::new(),
        pages: BTreeSet::new(),
    };
    comparison.languages();
    for question in old
        .questions()
        .filter(|question| question.kind != QuestionKind::Note)
    {
        match new.question(&question.name) {
            Some(now) => comparison.pair(question, now),
            None => comparison.gone(question),
        }
    }
    comparison.added();
    comparison.order();
    let mut found = comparison.found;
    found.sort_by(|(_, one), (_, other)| one.reading_order(other));
    found
}

/// Questions whose answers in `answers` satisfied `old` and do not satisfy `new`, with what `new` says of them. What a
/// missing answer would be told is left out: nobody was asked.
pub fn conflicts(old: &Form, new: &Form, answers: &RawAnswers, day: Date) -> Vec<(String, Text)> {
    let Err(faults) = validate::validate(new, answers, day) else {
        return Vec::new();
    };
    let before: BTreeSet<String> = validate::validate(old, answers, day)
        .err()
        .unwrap_or_default()
        .into_iter()
        .map(|fault| fault.field)
        .collect();
    let given = |name: &str| answers.get(name).is_some_and(|value| !value.trim().is_empty());
    faults
        .into_iter()
        .filter(|fault| {
            given(&fault.field) && !before.contains(&fault.field) && new.question(&fault.field).is_some()
        })
        .map(|fault| (fault.field, fault.message))
        .collect()
}

/// The fault of a question with which `count` answers that were given would be at odds.
pub fn conflict(
    file: &str,
    old: &Form,
    new: &Form,
    question: &str,
    (count, said): (usize, &Text),
) -> Diagnostic {
    let (before, now) = (old.question(question), new.question(question));
    let changed = |of: &dyn Fn(&Question) -> Option<String>| before.map(of) != now.map(of);
    let column = if changed(&|q| q.constraint.as_ref().map(ToString::to_string)) {
        "constraint"
    } else if changed(&|q| q.choice_filter.as_ref().map(ToString::to_string)) {
        "choice_filter"
    } else {
        "relevant"
    };
    let row = now.map_or(0, |question| question.row);
    Change::Conflict {
        question: question.to_owned(),
        count,
        said: said.clone(),
    }
    .at(Cell::survey(row, column), file)
}

struct Comparison<'a> {
    file: &'a str,
    old: &'a Form,
    new: &'a Form,
    ground: Ground<'a>,
    found: Vec<(Option<String>, Diagnostic)>,
    /// Pages that are told to be gone already.
    pages: BTreeSet<String>,
}

impl Comparison<'_> {
    fn add(&mut self, change: Change, cell: Cell) {
        let question = change.question().map(str::to_owned);
        self.found.push((question, change.at(cell, self.file)));
    }

    /// What stands against changing a question, none when nothing does.
    fn kept_by(&self, question: &str) -> Option<Reason> {
        match self.ground.uses.get(question) {
            Some(used) => Some(Reason::Used(used.by.iter().cloned().collect())),
            None => self.ground.begun.then_some(Reason::Answered),
        }
    }

    fn languages(&mut self) {
        let all =
            |form: &Form| -> Vec<Language> { form.languages.iter().chain(&form.wordings).cloned().collect() };
        let now = all(self.new);
        for language in all(self.old) {
            if !now.contains(&language) {
                let change = Change::LanguageGone {
                    language: language.to_string(),
                };
                self.add(change, Cell::sheet("survey", format!("label::{language}")));
            }
        }
    }

    fn gone(&mut self, question: &Question) {
        let Some(reason) = self.kept_by(&question.name) else {
            return;
        };
        let twin = self.new.questions().find(|candidate| {
            self.old.question(&candidate.name).is_none()
                && candidate.kind.type_name() == question.kind.type_name()
                && (candidate.label == question.label || candidate.row == question.row)
        });
        match twin.map(|twin| (twin.name.clone(), twin.row)) {
            Some((now, row)) => {
                let change = Change::Renamed {
                    question: question.name.clone(),
                    now,
                    reason,
                };
                self.add(change, Cell::survey(row, "name"));
            }
            None => {
                let change = Change::Gone {
                    question: question.name.clone(),
                    row: question.row,
                    reason,
                };
                self.add(change, Cell::sheet("survey", "name".to_owned()));
            }
        }
    }

    fn pair(&mut self, old: &Question, new: &Question) {
        if let Some(reason) = self.kept_by(&old.name) {
            if old.kind.type_name() != new.kind.type_name() || old.is_fixed() != new.is_fixed() {
                let change = Change::Type {
                    question: old.name.clone(),
                    before: old.kind.type_name(),
                    now: new.kind.type_name(),
                    reason,
                };
                self.add(change, Cell::survey(new.row, "type"));
                return;
            }
            if !holds_range(&old.kind, &new.kind) {
                let change = Change::Range {
                    question: old.name.clone(),
                    reason: reason.clone(),
                };
                self.add(change, Cell::survey(new.row, "parameters"));
            }
            self.choices(old, new, &reason);
        }
        let (before, now) = (page_of(self.old, &old.name), page_of(self.new, &new.name));
        if self.ground.begun && before != now && old.takes_answer() && self.pages.insert(before.to_owned()) {
            let change = Change::Page {
                question: old.name.clone(),
                before: before.to_owned(),
                now: now.to_owned(),
            };
            self.add(change, Cell::survey(new.row, "name"));
        }
        if self.ground.begun && is_stricter(&old.required, &new.required) {
            let change = Change::Required {
                question: old.name.clone(),
            };
            self.add(change, Cell::survey(new.row, "required"));
        }
        let asked = (conditions(self.old, &old.name), conditions(self.new, &new.name));
        let is_used = self.ground.uses.contains_key(&old.name);
        // Whoever was not asked before would be held up now. What the plan counts on is refused below in any case.
        if self.ground.begun && !is_used && asked.0 != asked.1 && !matches!(new.required, Required::No) {
            let change = Change::Required {
                question: old.name.clone(),
            };
            self.add(change, Cell::survey(new.row, "relevant"));
        }
        if let Some(used) = self.ground.uses.get(&old.name) {
            let reason = Reason::Used(used.by.iter().cloned().collect());
            let pairs = [
                ("relevant", asked.0, asked.1),
                (
                    "calculation",
                    written(&old.calculation),
                    written(&new.calculation),
                ),
            ];
            for (column, before, now) in pairs {
                if before != now {
                    let change = Change::Condition {
                        question: old.name.clone(),
                        column,
                        reason: reason.clone(),
                    };
                    self.add(change, Cell::survey(new.row, column));
                }
            }
            if old.label != new.label {
                let change = Change::Wording {
                    question: old.name.clone(),
                    reason,
                };
                self.add(change, Cell::survey(new.row, "label"));
            }
        }
        self.recording(
            &old.name,
            (&old.label, &old.media.audio),
            (&new.label, &new.media.audio),
            |column| Cell::survey(new.row, column),
        );
    }

    /// A recording that still says the words of before.
    fn recording(
        &mut self,
        question: &str,
        old: (&Text, &Text),
        new: (&Text, &Text),
        cell: impl Fn(&str) -> Cell,
    ) {
        let stale = new.1.iter().find(|(tag, recording)| {
            !recording.is_empty()
                && old.1.get(tag) == *recording
                && !old.0.get(tag).is_empty()
                && old.0.get(tag) != new.0.get(tag)
        });
        if let Some((tag, recording)) = stale {
            let change = Change::Recording {
                question: question.to_owned(),
                recording: recording.to_owned(),
            };
            self.add(change, cell(&format!("media::audio::{tag}")));
        }
    }

    fn choices(&mut self, old: &Question, new: &Question, reason: &Reason) {
        let (before, now) = (self.old.choices(old), self.new.choices(new));
        let is_scale = self.ground.uses.get(&old.name).is_some_and(|used| used.is_scale);
        let named = |choices: &[Choice], name: &str| choices.iter().any(|choice| choice.name == name);
        for choice in before {
            let same = now.iter().find(|candidate| candidate.name == choice.name);
            match same {
                Some(same) if same.missing != choice.missing => {
                    let change = Change::Missing {
                        question: old.name.clone(),
                        choice: choice.name.clone(),
                        reason: reason.clone(),
                    };
                    self.add(change, Cell::choices(same.row, "missing"));
                }
                Some(same) => self.choice(old, (before, choice), same, reason),
                None => {
                    let twin = now
                        .iter()
                        .find(|candidate| candidate.label == choice.label && !named(before, &candidate.name));
                    let (change, cell) = match twin {
                        Some(twin) => {
                            let change = Change::Recoded {
                                question: old.name.clone(),
                                choice: choice.name.clone(),
                                now: twin.name.clone(),
                                reason: reason.clone(),
                            };
                            (change, Cell::choices(twin.row, "name"))
                        }
                        None => {
                            let change = Change::ChoiceGone {
                                question: old.name.clone(),
                                choice: choice.name.clone(),
                                row: choice.row,
                                reason: reason.clone(),
                            };
                            (change, Cell::sheet("choices", "name".to_owned()))
                        }
                    };
                    self.add(change, cell);
                }
            }
        }
        let added = now
            .iter()
            .filter(|choice| choice.missing.is_none() && !named(before, &choice.name));
        for choice in added.filter(|_| is_scale) {
            let change = Change::Step {
                question: old.name.clone(),
                choice: choice.name.clone(),
                reason: reason.clone(),
            };
            self.add(change, Cell::choices(choice.row, "name"));
        }
    }

    /// A choice that kept its name: with the words of another of before it would mean what that one meant.
    fn choice(
        &mut self,
        question: &Question,
        (all, old): (&[Choice], &Choice),
        new: &Choice,
        reason: &Reason,
    ) {
        let changed: Vec<(&str, &str)> = new
            .label
            .iter()
            .filter(|(tag, words)| !words.is_empty() && old.label.get(tag) != *words)
            .collect();
        let says = |other: &Choice| changed.iter().any(|(tag, words)| other.label.get(tag) == *words);
        let taken = all.iter().find(|other| other.name != old.name && says(other));
        let question = question.name.clone();
        if let Some(other) = taken {
            let change = Change::Recoded {
                question: question.clone(),
                choice: other.name.clone(),
                now: old.name.clone(),
                reason: reason.clone(),
            };
            self.add(change, Cell::choices(new.row, "label"));
        } else if !changed.is_empty() && matches!(reason, Reason::Used(_)) {
            let change = Change::Wording {
                question: question.clone(),
                reason: reason.clone(),
            };
            self.add(change, Cell::choices(new.row, "label"));
        }
        self.recording(
            &question,
            (&old.label, &old.media.audio),
            (&new.label, &new.media.audio),
            |column| Cell::choices(new.row, column),
        );
    }

    fn added(&mut self) {
        let new = self.new;
        for question in new
            .questions()
            .filter(|question| self.old.question(&question.name).is_none())
        {
            if self.ground.begun && question.takes_answer() && !matches!(question.required, Required::No) {
                let change = Change::NewRequired {
                    question: question.name.clone(),
                };
                self.add(change, Cell::survey(question.row, "required"));
            }
        }
    }

    /// Questions that stand in another order than before.
    fn order(&mut self) {
        let (old, new) = (self.old, self.new);
        let names = |form: &Form, other: &Form| -> Vec<String> {
            form.questions()
                .map(|question| question.name.clone())
                .filter(|name| other.question(name).is_some())
                .collect()
        };
        let (before, now) = (names(old, new), names(new, old));
        if let Some((_, moved)) = before.iter().zip(&now).find(|(before, now)| before != now) {
            let row = new.question(moved).map_or(0, |question| question.row);
            let change = Change::Order { what: moved.clone() };
            self.add(change, Cell::survey(row, "name"));
        }
    }
}

/// Why a question or choice must stay.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Reason {
    /// These count on it.
    Used(Vec<String>),
    /// Fieldwork has begun.
    Answered,
}

#[cfg(test)]
mod tests;
