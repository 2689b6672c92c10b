//! A question's answers as codes: one small integer per case, or a bit set where several may be chosen.

use survey_forms::form::{Form, QuestionKind};

/// No answer: not asked, or left empty.
pub(crate) const EMPTY: u16 = u16::MAX;

/// The answers of all cases to one question.
#[derive(Clone, Debug)]
pub(crate) struct Answers {
    /// Codes as stored: the form's choices in order, then what else occurred.
    pub(crate) labels: Vec<String>,
    /// Whether a label is a kind of missing.
    pub(crate) missing: Vec<bool>,
    pub(crate) values: Values,
}

#[derive(Clone, Debug)]
pub(crate) enum Values {
    /// At most one label per case.
    One(Vec<u16>),
    /// A set of labels per case, bit by bit.
    Many(Vec<u64>),
}

impl Answers {
    /// Codes the answers of a question; `form` says which choices it has.
    pub(crate) fn read<'a>(
        form: Option<&Form>,
        name: &str,
        rows: usize,
        values: impl Iterator<Item = Option<&'a str>>,
    ) -> Self {
        let question = form.and_then(|form| form.question(name));
        let (mut labels, mut missing) = (Vec::new(), Vec::new());
        if let (Some(form), Some(question)) = (form, question) {
            for choice in form.choices(question) {
                labels.push(choice.name.clone());
                missing.push(choice.missing.is_some());
            }
        }
        let many =
            question.is_some_and(|question| matches!(question.kind, QuestionKind::SelectMultiple { .. }));
        let mut code = |text: &str| -> u16 {
            let found = labels.iter().position(|label| label == text).unwrap_or_else(|| {
                labels.push(text.to_owned());
                missing.push(false);
                labels.len() - 1
            });
            u16::try_from(found).unwrap_or(EMPTY)
        };
        let coded = if many {
            let mut bits = Vec::with_capacity(rows);
            for value in values {
                let words = value.unwrap_or_default().split_whitespace();
                // A list of more than 64 choices is no question that a person answers.
                bits.push(
                    words
                        .map(&mut code)
                        .filter(|&c| c < 64)
                        .fold(0u64, |set, c| set | 1 << c),
                );
            }
            Values::Many(bits)
        } else {
            let mut codes = Vec::with_capacity(rows);
            for value in values {
                codes.push(match value {
                    None | Some("") => EMPTY,
                    Some(text) => code(text),
                });
            }
            Values::One(codes)
        };
        Self {
            labels,
            missing,
            values: coded,
        }
    }

    /// The answers of some rows, in their order.
    pub(crate) fn take(&self, rows: &[u32]) -> Self {
        let values = match &self.values {
            Values::One(codes) => Values::One(rows.iter().map(|&row| codes[row as usize]).collect()),
            Values::Many(bits) => Values::Many(rows.iter().map(|&row| bits[row as usize]).collect()),
        };
        Self {
            labels: self.labels.clone(),
            missing: self.missing.clone(),
            values,
        }
    }

    /// Puts rows of two questions together: `Ok(row)` from this one, `Err(row)` from the other.
    ///
    /// The other's labels are matched by their text, so the two forms may order their choices differently; where one
    /// form lets people choose several and the other does not, the other's single answers become sets.
    pub(crate) fn join(&self, other: Option<&Self>, rows: &[Result<u32, u32>]) -> Self {
        let (mut labels, mut missing) = (self.labels.clone(), self.missing.clone());
        let recode: Vec<u16> = other.map_or(Vec::new(), |other| {
            let pairs = other.labels.iter().zip(&other.missing);
            pairs
                .map(|(label, &gone)| {
                    let at = labels.iter().position(|known| known == label).unwrap_or_else(|| {
                        labels.push(label.clone());
                        missing.push(gone);
                        labels.len() - 1
                    });
                    u16::try_from(at).unwrap_or(EMPTY)
                })
                .collect()
        });
        let values = match &self.values {
            Values::One(codes) => Values::One(
                rows.iter()
                    .map(|row| match *row {
                        Ok(row) => codes[row as usize],
                        Err(row) => other
                            .and_then(|other| other.one(row))
                            .map_or(EMPTY, |c| recode[c as usize]),
                    })
                    .collect(),
            ),
            Values::Many(bits) => Values::Many(
                rows.iter()
                    .map(|row| match *row {
                        Ok(row) => bits[row as usize],
                        Err(row) => other.map_or(0, |other| {
                            let chosen =
                                (0..other.labels.len().min(64)).filter(|&label| other.has(row, label));
                            chosen
                                .map(|label| recode[label])
                                .filter(|&c| c < 64)
                                .fold(0, |set, c| set | 1 << c)
                        }),
                    })
                    .collect(),
            ),
        };
        Self {
            labels,
            missing,
            values,
        }
    }

    fn one(&self, row: u32) -> Option<u16> {
        match &self.values {
            Values::One(codes) => Some(codes[row as usize]).filter(|&code| code != EMPTY),
            Values::Many(_) => None,
        }
    }

    fn has(&self, row: u32, label: usize) -> bool {
        match &self.values {
            Values::One(codes) => usize::from(codes[row as usize]) == label,
            Values::Many(bits) => bits[row as usize] >> label & 1 == 1,
        }
    }

    /// Which labels are among `codes`.
    pub(crate) fn among(&self, codes: &[String]) -> Vec<bool> {
        self.labels.iter().map(|label| codes.contains(label)).collect()
    }

    /// The label's position.
    pub(crate) fn position(&self, label: &str) -> Option<usize> {
        self.labels.iter().position(|known| known == label)
    }

    /// What a case said of `wanted` labels: `None` without an answer or with a kind of missing only, else whether
    /// any wanted label was chosen.
    pub(crate) fn says(&self, row: usize, wanted: &[bool]) -> Option<bool> {
        match &self.values {
            Values::One(codes) => {
                let code = codes[row];
                (code != EMPTY && !self.missing[usize::from(code)]).then(|| wanted[usize::from(code)])
            }
            Values::Many(bits) => {
                let mut set = bits[row];
                let mut answered = false;
                let mut hit = false;
                while set != 0 {
                    let label = set.trailing_zeros() as usize;
                    set &= set - 1;
                    answered |= !self.missing[label];
                    hit |= wanted[label] && !self.missing[label];
                }
                answered.then_some(hit)
            }
        }
    }

    /// Whether the case gave a kind of missing and nothing else.
    pub(crate) fn is_missing(&self, row: usize) -> bool {
        match &self.values {
            Values::One(codes) => codes[row] != EMPTY && self.missing[usize::from(codes[row])],
            Values::Many(bits) => {
                bits[row] != 0
                    && (0..self.labels.len().min(64)).all(|c| bits[row] >> c & 1 == 0 || self.missing[c])
            }
        }
    }

    /// Whether the case gave any answer, kinds of missing included.
    pub(crate) fn is_given(&self, row: usize) -> bool {
        match &self.values {
            Values::One(codes) => codes[row] != EMPTY,
            Values::Many(bits) => bits[row] != 0,
        }
    }

    /// The answer as it was stored, labels of a set joined by spaces; none without one.
    pub(crate) fn text(&self, row: usize) -> Option<String> {
        match &self.values {
            Values::One(codes) => self.labels.get(usize::from(codes[row])).cloned(),
            Values::Many(bits) => {
                let chosen = self.labels.iter().take(64).enumerate();
                let chosen = chosen.filter(|(label, _)| bits[row] >> label & 1 == 1);
                let words: Vec<&str> = chosen.map(|(_, label)| label.as_str()).collect();
                (!words.is_empty()).then(|| words.join(" "))
            }
        }
    }

    /// The number that each label stands for, for five-point answers.
    pub(crate) fn numbers(&self) -> Vec<Option<f64>> {
        let labels = self.labels.iter().zip(&self.missing);
        labels
            .map(|(label, &missing)| if missing { None } else { label.parse().ok() })
            .collect()
    }

    /// The code of a case's single answer, if it is one and no kind of missing.
    pub(crate) fn valid_code(&self, row: usize) -> Option<usize> {
        match &self.values {
            Values::One(codes) => {
                let code = usize::from(codes[row]);
                (codes[row] != EMPTY && !self.missing[code]).then_some(code)
            }
            Values::Many(_) => None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn one(values: &[&str]) -> Answers {
        Answers::read(None, "q", values.len(), values.iter().map(|v| Some(*v)))
    }

    #[test]
    fn says_empty_is_no_answer_and_other_is_a_miss() {
        let answers = one(&["yes", "", "no"]);
        let wanted = answers.among(&["yes".to_owned()]);
        assert_eq!(
            [0, 1, 2].map(|row| answers.says(row, &wanted)),
            [Some(true), None, Some(false)]
        );
    }

    #[test]
    fn join_matches_labels_by_text() {
        let (own, proxy) = (one(&["yes", "no"]), one(&["no", "partly"]));
        let joined = own.join(Some(&proxy), &[Ok(1), Err(1), Err(0), Ok(0)]);
        let text = |row: usize| joined.valid_code(row).map(|code| joined.labels[code].clone());
        assert_eq!(
            (0..4).map(text).collect::<Vec<_>>(),
            ["no", "partly", "no", "yes"].map(|s| Some(s.to_owned()))
        );
    }
}
