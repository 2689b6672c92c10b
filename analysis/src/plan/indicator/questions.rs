//! Whether the questions that an indicator names exist and can be answered the way its measure needs.

use std::collections::BTreeMap;

use survey_forms::form::{Form, Question, QuestionKind};

use super::{Indicator, Measure, QuestionRef};
use crate::plan::PERSONS;
use crate::plan::header::{FrameSource, GroupPlan};
use crate::plan::table::{At, Faults, did_you_mean, say};

/// Codes of a service received.
pub(crate) const RECEIVED: [&str; 2] = ["yes", "partly"];
/// Steps of the five-point scale that count as helped or satisfied.
pub(crate) const TOP_TWO: [&str; 2] = ["4", "5"];
/// All steps of the five-point scale, from the worst.
pub(crate) const FIVE_POINT: [&str; 5] = ["1", "2", "3", "4", "5"];
/// The choice of a list that says none of the others applies.
pub(crate) const NONE: &str = "none";

/// How many entries a measure takes: exactly so many, or at least one.
fn arity(measure: Measure) -> Option<usize> {
    match measure {
        Measure::Coverage | Measure::Effectiveness => Some(2),
        Measure::Benefit => Some(3),
        Measure::Participation => Some(1),
        Measure::Satisfaction | Measure::TopTwo | Measure::Share | Measure::Criteria | Measure::Admin => None,
    }
}

/// What a question must offer to serve at its position in a measure.
fn default_codes(measure: Measure, position: usize) -> &'static [&'static str] {
    match (measure, position) {
        (Measure::Coverage, 1) | (Measure::Benefit, 1) | (Measure::Effectiveness, 0) => &RECEIVED,
        (Measure::Benefit, 2) | (Measure::Effectiveness, 1) => &TOP_TWO,
        (Measure::Satisfaction | Measure::TopTwo, _) => &FIVE_POINT,
        _ => &[],
    }
}

/// Checks one indicator's questions against the questionnaires.
pub(crate) fn check(
    indicator: &Indicator,
    row: u32,
    groups: &[GroupPlan],
    forms: &BTreeMap<String, Form>,
    faults: &mut Faults,
) {
    let Some(measure) = indicator.measure else { return };
    for (perspective, entries) in &indicator.questions {
        if let Some(needed) = arity(measure).filter(|&needed| needed != entries.len()) {
            faults.error(
                "PL043",
                At::cell(row, "questions"),
                say(
                    format!(
                        "{} 需要 {needed} 个题目（{perspective}），现有 {} 个。",
                        measure.code(),
                        entries.len()
                    ),
                    format!(
                        "{} takes {needed} questions ({perspective}), not {}.",
                        measure.code(),
                        entries.len()
                    ),
                ),
                say(example(measure), example(measure)),
            );
            continue;
        }
        for (position, entry) in entries.iter().enumerate() {
            if let Some(form) = forms_of(perspective, groups, forms) {
                check_entry(indicator, measure, position, entry, form, row, faults);
            }
        }
    }
}

/// The forms that must have a perspective's questions. Persons' own; that the family's proxy section has fewer of
/// them only means that proxies do not answer those.
fn forms_of<'a>(
    perspective: &str,
    groups: &[GroupPlan],
    forms: &'a BTreeMap<String, Form>,
) -> Option<&'a Form> {
    let group = if perspective == PERSONS {
        groups.iter().find(|group| group.source == FrameSource::Persons)?
    } else {
        groups.iter().find(|group| group.code == perspective)?
    };
    forms.get(&group.code)
}

fn example(measure: Measure) -> &'static str {
    match measure {
        Measure::Participation => "took_part",
        Measure::Coverage => "need;recv_*",
        Measure::Effectiveness => "recv_*;help_*",
        Measure::Benefit => "need;recv_*;help_*",
        _ => "sat_overall",
    }
}

fn check_entry(
    indicator: &Indicator,
    measure: Measure,
    position: usize,
    entry: &QuestionRef,
    form: &Form,
    row: u32,
    faults: &mut Faults,
) {
    let at = || At::cell(row, "questions");
    if measure == Measure::Share && entry.codes.is_empty() {
        faults.error(
            "PL042",
            at(),
            say(
                format!("share 须写明 {} 的哪些答案算数。", entry.variable),
                format!("share needs the codes of {} that count.", entry.variable),
            ),
            say(
                format!("写成 {}=yes。", entry.variable),
                format!("Write {}=yes.", entry.variable),
            ),
        );
    }
    let variables = entry.names(indicator.areas.iter().map(String::as_str));
    if variables.is_empty() {
        faults.error(
            "PL040",
            at(),
            say(
                format!("{} 含 *，但 area 列为空。", entry.variable),
                format!("{} holds *, but the area is empty.", entry.variable),
            ),
            say(
                "在 area 列写 * 或领域代码。",
                "Write * or an area's code in the column area.",
            ),
        );
    }
    for variable in variables {
        let Some(question) = form.question(&variable) else {
            let names: Vec<&str> = form.questions().map(|question| question.name.as_str()).collect();
            faults.error(
                "PL035",
                at(),
                say(
                    format!("问卷 {} 没有题目 {variable}。", form.id),
                    format!("The questionnaire {} has no question {variable}.", form.id),
                ),
                did_you_mean(&variable, names),
            );
            continue;
        };
        let is_need = position == 0 && matches!(measure, Measure::Coverage | Measure::Benefit);
        let wanted: Vec<&str> = if !entry.codes.is_empty() {
            entry.codes.iter().map(String::as_str).collect()
        } else if is_need {
            indicator.areas.iter().map(String::as_str).collect()
        } else {
            default_codes(measure, position).to_vec()
        };
        check_codes(form, question, &wanted, row, faults);
    }
}

fn check_codes(form: &Form, question: &Question, wanted: &[&str], row: u32, faults: &mut Faults) {
    let choices = form.choices(question);
    let closed = matches!(
        question.kind,
        QuestionKind::SelectOne { .. } | QuestionKind::SelectMultiple { .. }
    );
    if !closed {
        // Numbers and calculations are compared as text; nothing to check them against.
        if !matches!(
            question.kind,
            QuestionKind::Integer | QuestionKind::Range { .. } | QuestionKind::Calculate
        ) {
            faults.error(
                "PL044",
                At::cell(row, "questions"),
                say(
                    format!("题目 {} 不是选择题。", question.name),
                    format!("The question {} has no choices.", question.name),
                ),
                say(
                    "指标只能用选择题或整数题。",
                    "Indicators take questions with choices or whole numbers.",
                ),
            );
        }
        return;
    }
    for code in wanted {
        if !choices
            .iter()
            .any(|choice| choice.name == *code && choice.missing.is_none())
        {
            let names: Vec<&str> = choices
                .iter()
                .filter(|choice| choice.missing.is_none())
                .map(|choice| choice.name.as_str())
                .collect();
            faults.error(
                "PL036",
                At::cell(row, "questions"),
                say(
                    format!("题目 {} 没有选项 {code}。", question.name),
                    format!("The question {} has no choice {code}.", question.name),
                ),
                did_you_mean(code, names),
            );
        }
    }
}
