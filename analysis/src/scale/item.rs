//! A declared item: which codes are its steps, which say that there is no answer, and the values of both.

use std::collections::BTreeMap;

use strsim::normalized_damerau_levenshtein;
use thiserror::Error;

/// Why there is no answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Missing {
    /// 说不清: asked, has no opinion or does not know.
    DontKnow,
    /// 不适用: asked, does not apply.
    NotApplicable,
    /// 不想回答: asked, would rather not say.
    Refused,
    /// Routed past the question.
    NotAsked,
    /// Asked, left empty.
    NotAnswered,
}

impl Missing {
    /// All kinds, in the order of reports.
    pub const ALL: [Self; 5] = [
        Self::DontKnow,
        Self::NotApplicable,
        Self::Refused,
        Self::NotAsked,
        Self::NotAnswered,
    ];

    /// Its name in results, for instance `dont_know`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::DontKnow => "dont_know",
            Self::NotApplicable => "not_applicable",
            Self::Refused => "refused",
            Self::NotAsked => "not_asked",
            Self::NotAnswered => "not_answered",
        }
    }
}

/// What a person said to an item.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answer {
    /// Step m of k, 1 the lowest, as the questionnaire orders them (before any reversal).
    Step(u32),
    /// No answer, and why.
    Missing(Missing),
}

/// What is wrong with a declaration of an item.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
pub enum ItemFault {
    /// A scale of fewer than two steps orders nothing.
    #[error("item {item} has {found} steps; at least two are needed")]
    TooFewSteps {
        /// The item.
        item: String,
        /// Steps declared.
        found: usize,
    },
    /// Two steps or kinds of missing share a code.
    #[error("item {item} declares the code {code:?} twice")]
    RepeatedCode {
        /// The item.
        item: String,
        /// The code.
        code: String,
    },
    /// The empty text always means "not answered".
    #[error("item {item} declares an empty code; an empty cell already means \"not answered\"")]
    EmptyCode {
        /// The item.
        item: String,
    },
}

/// A code that the item does not declare.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnknownCode {
    /// The code.
    pub code: String,
    /// First row with it, from 0.
    pub row: usize,
    /// Rows with it.
    pub rows: usize,
    /// A declared code that looks like it.
    pub nearest: Option<String>,
}

/// All codes of a column that its item does not declare.
#[derive(Clone, Debug, PartialEq, Eq, Error)]
#[error("item {item} does not declare {}", list(.unknown))]
pub struct CodingFault {
    /// The item.
    pub item: String,
    /// The codes, in the order of their first rows.
    pub unknown: Vec<UnknownCode>,
}

fn list(unknown: &[UnknownCode]) -> String {
    let one = |code: &UnknownCode| {
        let nearest = code
            .nearest
            .as_ref()
            .map(|n| format!(", perhaps {n:?}"))
            .unwrap_or_default();
        format!(
            "{:?} (row {}, {} in all{nearest})",
            code.code, code.row, code.rows
        )
    };
    unknown.iter().map(one).collect::<Vec<_>>().join("; ")
}

/// A Likert item: k ordered steps, and codes that stand for no answer.
///
/// ```
/// use analysis::scale::item::{Answer, Item, Missing};
/// let steps = ["1", "2", "3", "4", "5"]; // from 很不满意 to 很满意
/// let item = Item::new("q7", &steps, &[("dk", Missing::DontKnow), ("na", Missing::NotApplicable)])?;
/// let answers = item.answers([Some("4"), Some("dk"), None, Some("5")], None)?;
/// assert_eq!(answers[1], Answer::Missing(Missing::DontKnow));
/// let values = item.values(&answers); // 0–100, NaN where there is no answer
/// assert_eq!((values[0], values[3]), (75.0, 100.0));
/// assert!(values[1].is_nan() && values[2].is_nan());
/// # Ok::<(), Box<dyn std::error::Error>>(())
/// ```
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Item {
    name: String,
    steps: Vec<String>,
    missing: Vec<(String, Missing)>,
    reversed: bool,
}

impl Item {
    /// Declares an item.
    ///
    /// - `steps`: its codes from the lowest to the highest step; at least two.
    /// - `missing`: codes that stand for no answer; several may mean the same.
    ///
    /// # Errors
    /// [`ItemFault`] for the first fault.
    pub fn new(name: &str, steps: &[&str], missing: &[(&str, Missing)]) -> Result<Self, ItemFault> {
        let item = name.to_owned();
        if steps.len() < 2 {
            return Err(ItemFault::TooFewSteps {
                item,
                found: steps.len(),
            });
        }
        let codes: Vec<&str> = steps
            .iter()
            .copied()
            .chain(missing.iter().map(|(code, _)| *code))
            .collect();
        for (at, code) in codes.iter().enumerate() {
            if code.is_empty() {
                return Err(ItemFault::EmptyCode { item });
            }
            if codes[..at].contains(code) {
                return Err(ItemFault::RepeatedCode {
                    item,
                    code: (*code).to_owned(),
                });
            }
        }
        Ok(Self {
            name: item,
            steps: steps.iter().map(|&code| code.to_owned()).collect(),
            missing: missing
                .iter()
                .map(|&(code, kind)| (code.to_owned(), kind))
                .collect(),
            reversed: false,
        })
    }

    /// The same item worded the other way round: its highest step is worth 0.
    #[must_use]
    pub fn reversed(mut self) -> Self {
        self.reversed = !self.reversed;
        self
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &str {
        &self.name
    }

    /// The codes of its steps, from the lowest.
    #[must_use]
    pub fn steps(&self) -> &[String] {
        &self.steps
    }

    /// What a code means; `None` when the item does not declare it. An empty cell is "not answered".
    #[must_use]
    pub fn answer(&self, code: Option<&str>) -> Option<Answer> {
        let Some(code) = code.filter(|code| !code.is_empty()) else {
            return Some(Answer::Missing(Missing::NotAnswered));
        };
        if let Some(at) = self.steps.iter().position(|step| step == code) {
            return Some(Answer::Step(at as u32 + 1));
        }
        let (_, kind) = self.missing.iter().find(|(declared, _)| declared == code)?;
        Some(Answer::Missing(*kind))
    }

    /// Reads a column of codes.
    ///
    /// - `asked`: who was asked, one per row; an empty cell of someone not asked is "not asked". Without it every
    ///   empty cell is "not answered".
    ///
    /// # Errors
    /// [`CodingFault`] with every undeclared code, its first row and how often it occurs.
    pub fn answers<'a>(
        &self,
        codes: impl IntoIterator<Item = Option<&'a str>>,
        asked: Option<&[bool]>,
    ) -> Result<Vec<Answer>, CodingFault> {
        let mut answers = Vec::new();
        let mut unknown: Vec<UnknownCode> = Vec::new();
        let mut place: BTreeMap<&'a str, usize> = BTreeMap::new();
        for (row, code) in codes.into_iter().enumerate() {
            let was_asked = asked.is_none_or(|asked| asked.get(row).copied().unwrap_or(true));
            match (self.answer(code), code) {
                (Some(Answer::Missing(Missing::NotAnswered)), _) if !was_asked => {
                    answers.push(Answer::Missing(Missing::NotAsked));
                }
                (Some(answer), _) => answers.push(answer),
                (None, code) => {
                    let code = code.unwrap_or_default();
                    let at = *place.entry(code).or_insert_with(|| {
                        unknown.push(UnknownCode {
                            code: code.to_owned(),
                            row,
                            rows: 0,
                            nearest: self.nearest(code),
                        });
                        unknown.len() - 1
                    });
                    unknown[at].rows += 1;
                }
            }
        }
        if unknown.is_empty() {
            Ok(answers)
        } else {
            Err(CodingFault {
                item: self.name.clone(),
                unknown,
            })
        }
    }

    fn nearest(&self, code: &str) -> Option<String> {
        self.steps
            .iter()
            .chain(self.missing.iter().map(|(code, _)| code))
            .map(|declared| (normalized_damerau_levenshtein(declared, code), declared))
            .filter(|(likeness, _)| *likeness >= 0.5)
            .max_by(|(a, _), (b, _)| a.total_cmp(b))
            .map(|(_, declared)| declared.clone())
    }

    /// The answer's step counted so that more is better, 1 to k; `None` where there is no answer.
    ///
    /// A step beyond the item's last (an answer to another item) is no answer either.
    #[must_use]
    pub fn step(&self, answer: Answer) -> Option<u32> {
        let k = self.steps.len() as u32;
        match answer {
            Answer::Step(step) if (1..=k).contains(&step) => {
                Some(if self.reversed { k + 1 - step } else { step })
            }
            _ => None,
        }
    }

    /// Values on 0–100, 100 (m − 1)/(k − 1); NaN where there is no answer. For five steps 25 (m − 1).
    ///
    /// The column is what the estimators take: `estimate::mean` of it is the mean satisfaction with its sampling
    /// error.
    #[must_use]
    pub fn values(&self, answers: &[Answer]) -> Vec<f64> {
        let widest = self.steps.len() as f64 - 1.0;
        answers
            .iter()
            .map(|&answer| {
                self.step(answer)
                    .map_or(f64::NAN, |step| 100.0 * (f64::from(step) - 1.0) / widest)
            })
            .collect()
    }

    /// 1 where the answer is among the `count` best steps, 0 where it is another, NaN where there is none.
    ///
    /// `top(answers, 2)` is the top-two column, whose mean is the top-two share among those who answered.
    #[must_use]
    pub fn top(&self, answers: &[Answer], count: u32) -> Vec<f64> {
        let k = self.steps.len() as u32;
        answers
            .iter()
            .map(|&answer| {
                self.step(answer)
                    .map_or(f64::NAN, |step| f64::from(u8::from(step + count > k)))
            })
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn five() -> Item {
        let steps = ["很不满意", "不太满意", "一般", "比较满意", "很满意"];
        let missing = [
            ("说不清", Missing::DontKnow),
            ("不适用", Missing::NotApplicable),
            ("不想回答", Missing::Refused),
            ("跳过", Missing::NotAsked),
        ];
        Item::new("q7", &steps, &missing).expect("a good item")
    }

    #[test]
    fn answers_keep_five_kinds_of_missing_apart() {
        let codes = ["说不清", "不适用", "不想回答", "跳过", ""].map(Some);
        let answers = five().answers(codes, None).expect("declared");
        assert_eq!(answers, Missing::ALL.map(Answer::Missing));
        assert!(five().values(&answers).iter().all(|value| value.is_nan()));
        assert!(five().top(&answers, 2).iter().all(|value| value.is_nan()));
    }

    #[test]
    fn answers_of_those_not_asked_are_not_asked() {
        let answers = five()
            .answers([None, None, Some("一般")], Some(&[false, true, false]))
            .expect("declared");
        assert_eq!(
            answers,
            [
                Answer::Missing(Missing::NotAsked),
                Answer::Missing(Missing::NotAnswered),
                Answer::Step(3)
            ]
        );
    }

    #[test]
    fn answers_with_undeclared_codes_name_them_all_at_once() {
        let fault = five()
            .answers([Some("很满"), Some("6"), Some("一般"), Some("6")], None)
            .expect_err("two undeclared codes");
        assert_eq!(fault.unknown.len(), 2);
        assert_eq!((fault.unknown[1].row, fault.unknown[1].rows), (1, 2));
        assert_eq!(
            fault.to_string(),
            "item q7 does not declare \"很满\" (row 0, 1 in all, perhaps \"很满意\"); \"6\" (row 1, 2 in all)"
        );
    }

    #[test]
    fn values_are_25_per_step_and_turn_round_when_reversed() {
        let answers: Vec<Answer> = (1..=5).map(Answer::Step).collect();
        assert_eq!(five().values(&answers), [0.0, 25.0, 50.0, 75.0, 100.0]);
        assert_eq!(five().reversed().values(&answers), [100.0, 75.0, 50.0, 25.0, 0.0]);
        assert_eq!(five().reversed().reversed(), five());
        assert_eq!(five().top(&answers, 2), [0.0, 0.0, 0.0, 1.0, 1.0]);
        assert_eq!(five().reversed().top(&answers, 2), [1.0, 1.0, 0.0, 0.0, 0.0]);
        assert!(
            five()
                .values(&[Answer::Step(0), Answer::Step(6)])
                .iter()
                .all(|x| x.is_nan())
        );
    }

    #[test]
    fn item_faults_are_named() {
        assert!(matches!(
            Item::new("q", &["1"], &[]),
            Err(ItemFault::TooFewSteps { .. })
        ));
        let twice = Item::new("q", &["1", "2"], &[("2", Missing::Refused)]);
        assert!(matches!(twice, Err(ItemFault::RepeatedCode { ref code, .. }) if code == "2"));
        assert!(matches!(
            Item::new("q", &["1", ""], &[]),
            Err(ItemFault::EmptyCode { .. })
        ));
    }
}
