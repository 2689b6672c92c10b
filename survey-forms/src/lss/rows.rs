//! A survey of LimeSurvey's as the rows of an XLSForm.

use std::collections::{BTreeSet, HashMap};

use super::document::Document;
use super::logic::{Names, always, translate};
use super::naming::group_name;
use super::own_words;
use super::remark::{Remark, Remarks};
use super::shape::{Fixed, Shape, by_type, shape};
use super::survey::{Group, Part, Question, Survey};
use super::words::plain;
use crate::text::Text;
use crate::xlsform::write::{Row, Rows, header, language_name};

/// The sheets, and how many questions are asked.
pub(super) struct Made {
    pub(super) survey: Rows,
    pub(super) choices: Rows,
    pub(super) settings: Rows,
    pub(super) questions: usize,
}

/// Makes the sheets.
pub(super) fn make(survey: &Survey, document: &Document, remarks: &mut Remarks) -> Made {
    let mut maker = Maker {
        survey,
        names: Names::default(),
        taken: BTreeSet::new(),
        own: HashMap::new(),
        lists: BTreeSet::new(),
        remarks,
        made: Made {
            survey: Rows::with_columns(columns("type", &survey.languages)),
            choices: Rows::with_columns(columns("list_name", &survey.languages)),
            settings: Rows::default(),
            questions: 0,
        },
    };
    maker.name_all();
    for group in &survey.groups {
        maker.group(group);
    }
    maker.settings();
    maker.remarks.about("", "");
    maker.beside(document);
    maker.made
}

fn columns(first: &str, languages: &[String]) -> Vec<String> {
    let labels = languages.iter().map(|tag| header("label", tag));
    [first.to_owned(), "name".to_owned()]
        .into_iter()
        .chain(labels)
        .collect()
}

/// What the sheets are made with.
pub(super) struct Maker<'s, 'r> {
    pub(super) survey: &'s Survey,
    pub(super) names: Names,
    pub(super) taken: BTreeSet<String>,
    /// Names by question, then by row, or by row and column.
    pub(super) own: HashMap<String, String>,
    lists: BTreeSet<String>,
    pub(super) remarks: &'r mut Remarks,
    made: Made,
}

impl<'s> Maker<'s, '_> {
    fn group(&mut self, group: &'s Group) {
        let name = group_name(group);
        self.remarks.about(&name, "");
        let mut row = row("begin_group", &name);
        row.set_text("label", &plain(&group.name, &self.names, self.remarks));
        let relevant = self.relevant(&group.relevance);
        row.set("relevant", relevant);
        let before = self.made.questions;
        self.made.survey.push(row);
        let mut is_empty = true;
        let description = plain(&group.description, &self.names, self.remarks);
        if !description.is_empty() {
            let name = self.name(&format!("{name}_text"));
            let mut note = self::row("note", &name);
            note.set_text("label", &description);
            self.made.survey.push(note);
            is_empty = false;
        }
        for question in &group.questions {
            self.remarks.about(&group_name(group), &question.code);
            is_empty &= !self.question(question);
        }
        if is_empty && self.made.questions == before {
            self.made.survey.pop();
        } else {
            self.made.survey.push(self::row("end_group", ""));
        }
    }

    /// A condition; one that has no counterpart is named and left out.
    fn relevant(&mut self, source: &str) -> String {
        if always(source) {
            return String::new();
        }
        if source.trim() == "0" {
            return "false()".to_owned();
        }
        translate(source, &self.names).unwrap_or_else(|| {
            let source = source.to_owned();
            self.remarks.add(Remark::Condition { source });
            String::new()
        })
    }

    /// Adds a question; whether anything was added.
    fn question(&mut self, question: &'s Question) -> bool {
        let shape = shape(question);
        if shape == Shape::None {
            self.remarks.add(match by_type(question) {
                Shape::None => Remark::Type { kind: question.kind },
                _ => Remark::Unfinished,
            });
            return false;
        }
        self.behaviour(question);
        let mut relevant = self.relevant(&question.relevance);
        if question.attribute("hidden").is_some() && shape != Shape::Equation {
            self.remarks.add(Remark::Behaviour {
                name: "hidden".to_owned(),
            });
            relevant = "false()".to_owned();
        }
        match shape {
            Shape::Plain(kind) => self.input(question, kind, relevant),
            Shape::One => {
                let list = self.list(question, 0, question.has_other);
                self.choice(question, &format!("select_one {list}"), relevant);
            }
            Shape::Ranked => {
                let list = self.list(question, 0, false);
                self.choice(question, &format!("rank {list}"), relevant);
            }
            Shape::OneOf(fixed) => {
                let list = self.fixed(fixed);
                self.choice(question, &format!("select_one {list}"), relevant);
            }
            Shape::Several => self.several(question, relevant),
            Shape::Equation => return self.equation(question),
            _ => self.rows(question, shape, relevant),
        }
        true
    }

    /// The row of a question with its words.
    fn asked(&mut self, question: &Question, kind: &str) -> Row {
        self.made.questions += usize::from(kind != "note");
        let mut row = row(kind, &self.own(question, ""));
        self.label(&mut row, &question.text, &question.code);
        row.set_text("hint", &plain(&question.help, &self.names, self.remarks));
        row
    }

    fn label(&mut self, row: &mut Row, text: &Text, code: &str) {
        let mut words = plain(text, &self.names, self.remarks);
        if words.is_empty() {
            self.remarks.add(Remark::NoWords);
            words = Text::of(self.survey.languages.first().map_or("en", String::as_str), code);
        }
        row.set_text("label", &words);
    }

    fn input(&mut self, question: &Question, kind: &str, relevant: String) {
        let mut row = self.asked(question, kind);
        row.set("relevant", relevant);
        if kind != "note" {
            row.set("required", required(question.is_mandatory));
        }
        if matches!(question.kind, 'T' | 'U') && kind == "text" {
            row.set("appearance", "multiline");
        }
        let rules = self.rules(question);
        row.set("constraint", rules);
        self.made.survey.push(row);
    }

    fn choice(&mut self, question: &Question, kind: &str, relevant: String) {
        let mut row = self.asked(question, kind);
        row.set("relevant", relevant);
        row.set("required", required(question.is_mandatory));
        if question.kind == '!' {
            row.set("appearance", "minimal");
        }
        self.made.survey.push(row);
        if question.kind == 'O' {
            let words = own_words(&self.survey.languages, "请补充说明。", "Please comment.");
            self.further(question, "comment", &words, String::new());
        }
        self.other(question);
    }

    /// The text in which "other" is explained.
    fn other(&mut self, question: &Question) {
        if question.has_other {
            let words = own_words(&self.survey.languages, "请写明。", "Please specify.");
            let condition = format!("selected(${{{}}}, 'other')", self.own(question, ""));
            self.further(question, "other", &words, condition);
        }
    }

    fn further(&mut self, question: &Question, part: &str, words: &Text, relevant: String) {
        let mut row = row("text", &self.own(question, part));
        row.set_text("label", words);
        row.set("relevant", relevant);
        self.made.survey.push(row);
    }

    fn several(&mut self, question: &'s Question, relevant: String) {
        if question.kind == 'P' {
            self.remarks.add(Remark::Behaviour {
                name: "comments".to_owned(),
            });
        }
        let list = self.list_of(question, question.parts_of(0), 0, question.has_other);
        let mut row = self.asked(question, &format!("select_multiple {list}"));
        row.set("relevant", relevant);
        row.set("required", required(question.is_mandatory));
        let rules = self.rules_of_boxes(question);
        row.set("constraint", rules);
        self.made.survey.push(row);
        self.other(question);
    }

    fn equation(&mut self, question: &Question) -> bool {
        let first = self.survey.languages.first().map_or("en", String::as_str);
        let source = question
            .attribute("equation")
            .unwrap_or_else(|| question.text.get(first));
        let source = source.trim();
        let inside = source
            .strip_prefix('{')
            .and_then(|rest| rest.strip_suffix('}'))
            .unwrap_or(source);
        let Some(calculation) = translate(inside, &self.names) else {
            let source = source.to_owned();
            self.remarks.add(Remark::Equation { source });
            return false;
        };
        let mut row = row("calculate", &self.own(question, ""));
        row.set("calculation", calculation);
        let relevant = self.relevant(&question.relevance);
        row.set("relevant", relevant);
        self.made.survey.push(row);
        true
    }

    /// A question a row, in a group that has the words of all.
    fn rows(&mut self, question: &'s Question, shape: Shape, relevant: String) {
        let list = match shape {
            Shape::Rows => self.list(question, 0, false),
            Shape::RowsOf(fixed) => self.fixed(fixed),
            _ => String::new(),
        };
        let is_table = matches!(shape, Shape::Rows | Shape::RowsOf(_));
        let mut begin = row("begin_group", &self.own(question, ""));
        self.label(&mut begin, &question.text, &question.code);
        begin.set("relevant", relevant);
        begin.set("appearance", if is_table { "table-list" } else { "field-list" });
        self.made.survey.push(begin);
        let help = plain(&question.help, &self.names, self.remarks);
        if !help.is_empty() {
            let name = self.name(&format!("{}_help", self.own(question, "")));
            let mut note = row("note", &name);
            note.set_text("label", &help);
            self.made.survey.push(note);
        }
        for part in question.parts_of(0) {
            match shape {
                Shape::Dual => {
                    for scale in 0..2 {
                        let list = self.list(question, scale, false);
                        let heads = ["dualscale_headerA", "dualscale_headerB"];
                        let head = question.attribute(heads[usize::from(scale)]).unwrap_or_default();
                        let text = part.text.map(|_, words| match head {
                            "" => words.to_owned(),
                            head => format!("{words}：{head}"),
                        });
                        self.part(
                            question,
                            &format!("{}_{scale}", part.code),
                            &text,
                            &format!("select_one {list}"),
                        );
                    }
                }
                Shape::Grid(kind) => {
                    for column in question.parts_of(1) {
                        let text = part
                            .text
                            .map(|tag, words| format!("{words}：{}", column.text.get(tag)));
                        self.part(question, &format!("{}_{}", part.code, column.code), &text, kind);
                    }
                }
                Shape::Inputs(kind) => self.part(question, &part.code, &part.text, kind),
                _ => self.part(question, &part.code, &part.text, &format!("select_one {list}")),
            }
        }
        self.made.survey.push(self::row("end_group", ""));
    }

    fn part(&mut self, question: &Question, suffix: &str, text: &Text, kind: &str) {
        self.made.questions += 1;
        let mut row = row(kind, &self.own(question, suffix));
        self.label(&mut row, text, suffix);
        row.set("required", required(question.is_mandatory));
        if !kind.starts_with("select") {
            let rules = self.rules(question);
            row.set("constraint", rules);
        }
        self.made.survey.push(row);
    }

    /// The list of a question's answers.
    fn list(&mut self, question: &'s Question, scale: u8, has_other: bool) -> String {
        let answers = question.answers.iter().filter(|answer| answer.scale == scale);
        self.list_of(question, answers, scale, has_other)
    }

    fn list_of(
        &mut self,
        question: &'s Question,
        answers: impl Iterator<Item = &'s Part>,
        scale: u8,
        has_other: bool,
    ) -> String {
        let name = self.own(question, "");
        let list = match scale {
            0 => format!("{name}_choices"),
            _ => format!("{name}_choices_{scale}"),
        };
        if !self.lists.insert(list.clone()) {
            return list;
        }
        for answer in answers {
            let mut row = self::choice(&list, &answer.code);
            self.label(&mut row, &answer.text, &answer.code);
            self.made.choices.push(row);
        }
        if has_other {
            let mut row = self::choice(&list, "other");
            let own = question.attribute("other_replace_text");
            let words = match own {
                Some(words) => Text::of(self.survey.languages.first().map_or("en", String::as_str), words),
                None => own_words(&self.survey.languages, "其他", "Other"),
            };
            row.set_text("label", &words);
            self.made.choices.push(row);
        }
        list
    }

    fn fixed(&mut self, fixed: Fixed) -> String {
        let list = fixed.list();
        if self.lists.insert(list.clone()) {
            for (code, words) in fixed.answers(&self.survey.languages) {
                let mut row = self::choice(&list, &code);
                row.set_text("label", &words);
                self.made.choices.push(row);
            }
        }
        list
    }

    fn settings(&mut self) {
        let mut row = Row::default();
        row.set_text(
            "form_title",
            &plain(&self.survey.title, &self.names, self.remarks),
        );
        row.set("form_id", format!("survey_{}", self.survey.id));
        if let Some(first) = self.survey.languages.first() {
            row.set("default_language", language_name(first));
        }
        self.made.settings.push(row);
    }

    /// What an export has beside questions.
    fn beside(&mut self, document: &Document) {
        let count = document.rows("conditions").len();
        let has_conditions = self
            .survey
            .groups
            .iter()
            .flat_map(|group| &group.questions)
            .any(|question| !always(&question.relevance));
        if count > 0 && !has_conditions {
            self.remarks.add(Remark::OldConditions { count });
        }
        for (table, zh, en) in [
            ("quota", "配额", "Quotas"),
            ("assessments", "计分规则", "Assessment rules"),
            ("defaultvalues", "默认答案", "Default answers"),
            ("defaultvalue_l10ns", "默认答案", "Default answers"),
        ] {
            if !document.rows(table).is_empty() {
                self.remarks.add(Remark::Beside { zh, en });
            }
        }
        let texts = ["surveyls_welcometext", "surveyls_endtext"];
        let has_text = document.rows("surveys_languagesettings").iter().any(|row| {
            texts
                .iter()
                .any(|name| !super::document::field(row, name).is_empty())
        });
        if has_text {
            self.remarks.add(Remark::Beside {
                zh: "欢迎语和结束语",
                en: "The words of welcome and thanks",
            });
        }
    }
}

fn row(kind: &str, name: &str) -> Row {
    let mut row = Row::default();
    row.set("type", kind);
    row.set("name", name);
    row
}

fn choice(list: &str, name: &str) -> Row {
    let mut row = Row::default();
    row.set("list_name", list);
    row.set("name", name);
    row
}

fn required(is_mandatory: bool) -> &'static str {
    if is_mandatory { "yes" } else { "" }
}
