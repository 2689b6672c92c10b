//! What is asked of answers, and what a question does beside asking.

use super::logic::pattern_of;
use super::remark::Remark;
use super::rows::Maker;
use super::survey::Question;

impl Maker<'_, '_> {
    /// Rules for what is typed.
    pub(super) fn rules(&mut self, question: &Question) -> String {
        let mut rules = Vec::new();
        for (attribute, sign) in [("min_num_value_n", ">="), ("max_num_value_n", "<=")] {
            match question
                .value(attribute)
                .map(|value| (value, value.parse::<f64>()))
            {
                Some((_, Ok(number))) => rules.push(format!(". {sign} {number}")),
                Some((value, Err(_))) => self.rule(attribute, value),
                None => {}
            }
        }
        if let Some(most) = question.attribute("maximum_chars") {
            match most.parse::<u32>() {
                Ok(most) if matches!(question.kind, 'S' | 'T' | 'U') => {
                    rules.push(format!("string-length(.) <= {most}"))
                }
                _ => self.rule("maximum_chars", most),
            }
        }
        if !question.pattern.is_empty() {
            match pattern_of(&question.pattern).filter(|pattern| regex::Regex::new(pattern).is_ok()) {
                Some(pattern) if pattern.contains('\'') => rules.push(format!("regex(., \"{pattern}\")")),
                Some(pattern) => rules.push(format!("regex(., '{pattern}')")),
                None => self.rule("preg", &question.pattern),
            }
        }
        rules.join(" and ")
    }

    fn rule(&mut self, name: &str, value: &str) {
        self.remarks.add(Remark::Rule {
            name: name.to_owned(),
            value: value.to_owned(),
        });
    }

    /// Rules for boxes that are ticked.
    pub(super) fn rules_of_boxes(&mut self, question: &Question) -> String {
        let mut rules: Vec<String> = Vec::new();
        for (attribute, sign) in [("min_answers", ">="), ("max_answers", "<=")] {
            match question
                .attribute(attribute)
                .map(|value| (value, value.parse::<u32>()))
            {
                Some((_, Ok(number))) => rules.push(format!("count-selected(.) {sign} {number}")),
                Some((value, Err(_))) => self.rule(attribute, value),
                None => {}
            }
        }
        for code in question
            .attribute("exclude_all_others")
            .unwrap_or_default()
            .split(';')
        {
            if question.parts.iter().any(|part| part.code == code) {
                rules.push(format!("(not(selected(., '{code}')) or count-selected(.) = 1)"));
            }
        }
        rules.join(" and ")
    }

    /// Names what a question does that a questionnaire here does not.
    pub(super) fn behaviour(&mut self, question: &Question) {
        for name in [
            "array_filter",
            "array_filter_exclude",
            "random_order",
            "time_limit",
            "date_min",
            "date_max",
        ] {
            if question.attribute(name).is_some() {
                self.remarks.add(Remark::Behaviour {
                    name: name.to_owned(),
                });
            }
        }
        for name in ["em_validation_q", "em_validation_sq"] {
            if let Some(value) = question.attribute(name) {
                self.rule(name, value);
            }
        }
        if question.kind == 'D'
            && question
                .attribute("date_format")
                .is_some_and(|format| format.contains(['H', 'h']))
        {
            self.remarks.add(Remark::Behaviour {
                name: "date_format".to_owned(),
            });
        }
    }
}
