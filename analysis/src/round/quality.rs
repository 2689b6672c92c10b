//! Which answers deserve a second look, by way of answering.
//!
//! A response is held against others that came in the same way: the same mode, the same person answering, the same
//! means of reading that change pace and pattern (read aloud, sign language, easy wording). Ways with few responses
//! are held against nobody. What is found is counted and shown; **no weight, estimate or score depends on it**.

mod break_off;
mod items;

use std::collections::{BTreeMap, BTreeSet};

use survey_forms::form::{Form, Question, QuestionKind};

use super::cases::Cases;
use super::{RoundError, Unfinished};
use crate::factor::Factor;
use crate::indicator::present::LEVEL;
use crate::plan::Plan;
use crate::plan::indicator::questions::FIVE_POINT;
use crate::quality::duplicates::{DuplicateRule, duplicates};
use crate::quality::haste::{HasteRule, haste};
use crate::quality::interviewer::interviewer_effect;
use crate::quality::speeding::{Speeding, SpeedingRule, Timing, speeding};
use crate::quality::straight_lining::{Block, Item, Pattern, StraightLiningRule, straight_lining};
use crate::quality::{Flag, FlagKind, QualityError, Ways};
use crate::results::{FlagCount, InterviewerRow, QualityResults};

/// Ways of reading that change how fast and in what pattern people answer; larger type and contrast do not.
const READING: [&str; 3] = ["read_aloud", "sign", "easy"];
/// When a response is called too fast: stricter than the library's rule, by which one honest answer in forty would be,
/// and never against another mode.
const FAST: SpeedingRule = SpeedingRule {
    share: 0.4,
    spreads: 2.5,
    min_n: 30,
    pool_modes: false,
};
/// When two responses are called copies: stricter than the library's rule, as answers of one township go together.
const COPY: DuplicateRule = DuplicateRule {
    min_share: 0.95,
    min_items: 15,
    max_expected: 0.001,
};
/// Fewest answers behind an interviewer effect.
const FEWEST_INTERVIEWS: u64 = 30;

/// By group: the responses that were compared with the others of their township (row of the cases), and whether they
/// are nearly another's.
pub(crate) type Copies = BTreeMap<String, Vec<(usize, bool)>>;

/// The responses of a group.
struct Responses<'a> {
    cases: &'a Cases,
    form: &'a Form,
    rows: Vec<usize>,
    mode: Vec<String>,
    answering: Vec<String>,
    reading: Vec<String>,
}

/// Computes the key `quality` of `results.json`, and which responses are nearly another's.
///
/// # Errors
/// None in truth: the columns come from one table and have its length.
pub(crate) fn quality(
    plan: &Plan,
    groups: &[Cases],
    unfinished: &[Unfinished],
) -> Result<(QualityResults, Copies), RoundError> {
    let (mut found, mut copies) = (QualityResults::default(), Copies::new());
    for cases in groups {
        let Some(form) = plan.forms.get(&cases.group) else {
            continue;
        };
        let responses = Responses::of(cases, form);
        if responses.rows.is_empty() {
            continue;
        }
        let copied = responses.look(&mut found).map_err(|error| RoundError::Column {
            group: cases.group.clone(),
            column: "quality".to_owned(),
            reason: error.to_string(),
        })?;
        copies.insert(cases.group.clone(), copied);
        let day = plan.round.closes_on;
        found.item_nonresponse.extend(items::rows(&responses, day));
        found.break_off.extend(break_off::row(&responses, unfinished));
    }
    Ok((found, copies))
}

/// Single-choice questions with all of 1–5, in the order of the form.
pub(crate) fn five_point(form: &Form) -> impl Iterator<Item = &Question> {
    let is_five = |question: &&Question| {
        let choices = form.choices(question);
        let has = |step: &&str| {
            choices
                .iter()
                .any(|choice| choice.name == **step && choice.missing.is_none())
        };
        FIVE_POINT.iter().all(has)
    };
    single_choice(form).filter(is_five)
}

fn single_choice(form: &Form) -> impl Iterator<Item = &Question> {
    form.questions()
        .filter(|question| matches!(question.kind, QuestionKind::SelectOne { .. }))
}

impl<'a> Responses<'a> {
    fn of(cases: &'a Cases, form: &'a Form) -> Self {
        let rows: Vec<usize> = (0..cases.rows).filter(|&row| cases.responded[row]).collect();
        let column = |name: &str| -> Vec<String> {
            let cell = |&row: &usize| cases.text(name).get(row).cloned().unwrap_or_default();
            rows.iter().map(cell).collect()
        };
        let reading = column("ways").iter().map(|ways| reading(ways)).collect();
        // Only the persons' form asks who fills it in; the others are answered by whom they are about.
        let answering = column("answering")
            .into_iter()
            .map(|who| if who.is_empty() { "self".to_owned() } else { who })
            .collect();
        Self {
            cases,
            form,
            mode: column("mode"),
            answering,
            reading,
            rows,
        }
    }

    fn len(&self) -> usize {
        self.rows.len()
    }

    /// The answers to a five-point question; NaN for none.
    fn points(&self, question: &str) -> Vec<f64> {
        let Some(answers) = self.cases.questions.get(question) else {
            return vec![f64::NAN; self.len()];
        };
        let numbers = answers.numbers();
        let point = |&row: &usize| answers.valid_code(row).and_then(|code| numbers[code]);
        self.rows
            .iter()
            .map(|row| point(row).filter(|m| (1.0..=5.0).contains(m)).unwrap_or(f64::NAN))
            .collect()
    }

    /// Time and answers of each response. What is typed from paper takes the typist's time, not the reader's.
    fn timings(&self) -> Vec<Timing> {
        let seconds = self.cases.text("duration_s");
        let closed: Vec<&Question> = self
            .form
            .questions()
            .filter(|question| question.takes_answer())
            .collect();
        let timing = |(at, &row): (usize, &usize)| {
            let given = closed.iter().filter(|question| {
                let answers = self.cases.questions.get(&question.name);
                answers.is_some_and(|answers| answers.is_given(row))
            });
            let known = seconds.get(row).and_then(|text| text.parse().ok());
            Timing {
                seconds: known.filter(|_| self.mode[at] != "paper").unwrap_or(f64::NAN),
                answers: given.count() as u32,
                pages: 0,
            }
        };
        self.rows.iter().enumerate().map(timing).collect()
    }

    /// Counts the flags; which responses were compared for copies, and whether they are.
    fn look(&self, found: &mut QualityResults) -> Result<Vec<(usize, bool)>, QualityError> {
        let factors = [&self.mode, &self.answering, &self.reading].map(|values| {
            Factor::from_values(
                values
                    .iter()
                    .map(|value| Some(value).filter(|value| !value.is_empty())),
            )
        });
        let ways = Ways {
            mode: &factors[0],
            answering: &factors[1],
            tool: &factors[2],
        };
        let pace = speeding(&self.timings(), &ways, FAST)?;
        let mut judged: BTreeMap<FlagKind, Vec<bool>> = BTreeMap::new();
        judged.insert(
            FlagKind::Speeding,
            pace.paces.iter().map(|pace| pace.baseline.is_some()).collect(),
        );
        let mut flags = pace.flags.clone();
        let patterns = self.patterns(&ways)?;
        let rule = HasteRule::default();
        flags.extend(haste(&patterns, &pace, rule)?);
        let could = (0..self.len()).map(|row| rule.can_judge(&patterns[row], &pace, row));
        judged.insert(FlagKind::StraightLining, could.collect());
        let (copies, could) = self.copies(&patterns)?;
        let copied: BTreeSet<u32> = copies.iter().map(|flag| flag.row).collect();
        let compared = (0..self.len()).filter(|row| could[*row]);
        let compared = compared.map(|row| (self.rows[row], copied.contains(&(row as u32))));
        let compared: Vec<(usize, bool)> = compared.collect();
        flags.extend(copies);
        judged.insert(FlagKind::NearDuplicate, could);

        let rows: BTreeSet<u32> = flags.iter().map(|flag| flag.row).collect();
        found.responses += self.len() as u64;
        found.flagged += rows.len() as u64;
        self.count(&flags, &judged, &pace, found);
        self.interviewers(found)?;
        Ok(compared)
    }

    /// The pattern of the five-point answers, all of them as one block.
    fn patterns(&self, ways: &Ways<'_>) -> Result<Vec<Pattern>, QualityError> {
        let questions = five_point(self.form);
        let columns: Vec<Vec<f64>> = questions.map(|q| self.points(&q.name)).collect();
        let items = columns.iter().map(|answers| Item {
            answers,
            reversed: false,
        });
        let block = Block {
            items: items.collect(),
            scale: (1.0, 5.0),
        };
        Ok(straight_lining(&[block], ways, StraightLiningRule::default())?.patterns)
    }

    /// Answers nearly the same as another's in the same township. Who gives one answer to every opinion resembles all
    /// others who do, without having copied: such rows are compared with nobody.
    fn copies(&self, patterns: &[Pattern]) -> Result<(Vec<Flag>, Vec<bool>), QualityError> {
        let questions = single_choice(self.form).filter_map(|question| {
            let answers = self.cases.questions.get(&question.name)?;
            let label = |&row: &usize| Some(answers.labels[answers.valid_code(row)?].as_str());
            Some(Factor::from_values(self.rows.iter().map(label)))
        });
        let questions: Vec<Factor> = questions.collect();
        let questions: Vec<&Factor> = questions.iter().collect();
        if questions.is_empty() {
            return Ok((Vec::new(), vec![false; self.len()]));
        }
        let township = self.cases.text("township");
        let place = |(row, pattern): (&usize, &Pattern)| {
            let alike = pattern.answered > 1 && pattern.longest_run == pattern.answered;
            Some(township[*row].as_str()).filter(|code| !code.is_empty() && !alike)
        };
        let within = Factor::from_values(self.rows.iter().zip(patterns).map(place));
        let found = duplicates(&questions, Some(&within), COPY)?;
        let could = found.matches.iter().map(Option::is_some).collect();
        Ok((found.flags, could))
    }

    fn count(
        &self,
        flags: &[Flag],
        judged: &BTreeMap<FlagKind, Vec<bool>>,
        pace: &Speeding,
        found: &mut QualityResults,
    ) {
        let key = |row: usize| {
            (
                self.mode[row].as_str(),
                self.answering[row].as_str(),
                self.reading[row].as_str(),
            )
        };
        let flagged: BTreeSet<(FlagKind, u32)> = flags.iter().map(|flag| (flag.kind, flag.row)).collect();
        for (&kind, could) in judged {
            let mut ways: BTreeMap<(&str, &str, &str), FlagCount> = BTreeMap::new();
            for (row, could) in could.iter().enumerate() {
                let (mode, answering, reading) = key(row);
                let count = ways.entry(key(row)).or_insert_with(|| FlagCount {
                    group: self.cases.group.clone(),
                    kind,
                    mode: mode.to_owned(),
                    answering: answering.to_owned(),
                    reading: reading.to_owned(),
                    responses: 0,
                    judged: 0,
                    flagged: 0,
                    baseline: None,
                });
                count.responses += 1;
                count.judged += u64::from(*could);
                count.flagged += u64::from(flagged.contains(&(kind, row as u32)));
                if kind == FlagKind::Speeding {
                    let baseline = pace.paces[row].baseline.and_then(|at| pace.baselines.get(at));
                    count.baseline = count.baseline.or(baseline.map(|baseline| baseline.median.exp()));
                }
            }
            found.flags.extend(ways.into_values());
        }
    }

    fn interviewers(&self, found: &mut QualityResults) -> Result<(), QualityError> {
        let asked = self.cases.text("interviewer");
        let who = |&row: &usize| {
            let name = asked.get(row).map(String::as_str);
            name.filter(|name| !name.is_empty())
        };
        let interviewer = Factor::from_values(self.rows.iter().map(who));
        if interviewer.levels().len() < 2 {
            return Ok(());
        }
        for question in five_point(self.form) {
            let effect = interviewer_effect(&self.points(&question.name), &interviewer, LEVEL)?;
            if effect.icc.is_finite() && effect.n as u64 >= FEWEST_INTERVIEWS {
                found.interviewers.push(InterviewerRow {
                    group: self.cases.group.clone(),
                    question: question.name.clone(),
                    icc: effect.icc,
                    lower: effect.lower,
                    upper: effect.upper,
                    deff: effect.deff,
                    interviewers: effect.interviewers as u64,
                    n: effect.n as u64,
                    p_value: effect.p_value,
                });
            }
        }
        Ok(())
    }
}

/// The ways of reading that change pace and pattern, joined; `none` without any.
fn reading(ways: &str) -> String {
    let used: Vec<&str> = READING
        .into_iter()
        .filter(|way| ways.split_whitespace().any(|word| word == *way))
        .collect();
    if used.is_empty() {
        "none".to_owned()
    } else {
        used.join("+")
    }
}
