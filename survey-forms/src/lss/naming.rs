//! Names: LimeSurvey's codes where they can be names, each for one thing alone.

use super::logic::Meaning;
use super::remark::Remark;
use super::rows::Maker;
use super::shape::{Shape, is_group, shape};
use super::survey::{Group, Question};
use crate::expression::is_name;

fn key(question: &Question, part: &str) -> String {
    format!("{}\u{0}{part}", question.id)
}

pub(super) fn group_name(group: &Group) -> String {
    format!("group_{}", group.id)
}

impl Maker<'_, '_> {
    /// A name that nobody has yet.
    pub(super) fn name(&mut self, wanted: &str) -> String {
        let mut name: String = wanted
            .chars()
            .map(|c| {
                if c.is_alphanumeric() || matches!(c, '_' | '-' | '.') {
                    c
                } else {
                    '_'
                }
            })
            .collect();
        if !is_name(&name) {
            name.insert_str(0, "q_");
        }
        let base = name.clone();
        let mut number = 1;
        while !self.taken.insert(name.clone()) {
            number += 1;
            name = format!("{base}_{number}");
        }
        if name != wanted {
            self.remarks.add(Remark::Renamed {
                from: wanted.to_owned(),
                to: name.clone(),
            });
        }
        name
    }

    /// Names everything before any condition is read: conditions look ahead too.
    pub(super) fn name_all(&mut self) {
        let survey = self.survey;
        for group in &survey.groups {
            self.taken.insert(group_name(group));
        }
        for group in &survey.groups {
            for question in &group.questions {
                self.remarks.about(&group_name(group), &question.code);
                let shape = shape(question);
                if shape == Shape::None {
                    continue;
                }
                let address = format!("{}X{}X{}", survey.id, group.id, question.id);
                let name = self.name(&question.code);
                self.own.insert(key(question, ""), name.clone());
                if !matches!(shape, Shape::Plain("note")) && !is_group(shape) {
                    for code in [&question.code, &address] {
                        self.names.insert(code.as_str(), Meaning::Answer(name.clone()));
                    }
                }
                self.name_parts(question, shape, &name, &address);
            }
        }
    }

    fn name_parts(&mut self, question: &Question, shape: Shape, name: &str, address: &str) {
        let mut suffixes: Vec<String> = Vec::new();
        match shape {
            Shape::Several => {
                for part in question.parts_of(0) {
                    let meaning = Meaning::Ticked {
                        question: name.to_owned(),
                        choice: part.code.clone(),
                    };
                    self.names
                        .insert(format!("{}_{}", question.code, part.code), meaning.clone());
                    self.names.insert(format!("{address}{}", part.code), meaning);
                }
            }
            Shape::Rows | Shape::RowsOf(_) | Shape::Inputs(_) => {
                suffixes.extend(question.parts_of(0).map(|part| part.code.clone()));
            }
            Shape::Dual => {
                for part in question.parts_of(0) {
                    suffixes.extend((0..2).map(|scale| format!("{}_{scale}", part.code)));
                }
            }
            Shape::Grid(_) => {
                for row in question.parts_of(0) {
                    suffixes.extend(
                        question
                            .parts_of(1)
                            .map(|column| format!("{}_{}", row.code, column.code)),
                    );
                }
            }
            _ => {}
        }
        if question.has_other && matches!(shape, Shape::One | Shape::Several) {
            suffixes.push("other".to_owned());
        }
        if question.kind == 'O' {
            suffixes.push("comment".to_owned());
        }
        for suffix in suffixes {
            let own = self.name(&format!("{name}_{suffix}"));
            let meaning = Meaning::Answer(own.clone());
            self.names
                .insert(format!("{}_{suffix}", question.code), meaning.clone());
            self.names.insert(format!("{address}{suffix}"), meaning);
            self.own.insert(key(question, &suffix), own);
        }
    }

    /// The name of a question, or of a part of it.
    pub(super) fn own(&self, question: &Question, part: &str) -> String {
        self.own.get(&key(question, part)).cloned().unwrap_or_default()
    }
}
