//! Themes of what people wrote, by group and unit.

use super::answers::{Answers, Values};
use super::known::FIRST_CHANGE;
use crate::indicator::leaf::Ground;
use crate::indicator::present::proportion;
use crate::indicator::ratio::Pairs;
use crate::results::VoiceTheme;
use crate::voices::{FRAME, OTHER, themes};

/// The share of each theme among those who wrote something; nothing where nobody did.
pub(crate) fn voices(ground: &Ground<'_>) -> Vec<VoiceTheme> {
    let mut rows = Vec::new();
    for group in &ground.plan.groups {
        let Some(sample) = ground.samples.get(&group.code) else {
            continue;
        };
        let Some(texts) = sample.questions.get(FIRST_CHANGE).and_then(Coded::of) else {
            continue;
        };
        for (theme, code) in FRAME.iter().map(|theme| theme.code).chain([OTHER]).enumerate() {
            let mut pairs = Pairs {
                y: vec![0.0; sample.rows],
                x: vec![0.0; sample.rows],
            };
            for row in 0..sample.rows {
                if let Some(named) = texts.of_row(row) {
                    pairs.x[row] = 1.0;
                    pairs.y[row] = f64::from(u8::from(named[theme]));
                }
            }
            let ratios = pairs.ratios(sample, ground.space, ground.units.len() - 1);
            for (index, (unit, ratio)) in ground.units.iter().zip(&ratios).enumerate() {
                let here = |row: &usize| index == 0 || sample.unit[*row] as usize == index - 1;
                let named = (0..sample.rows)
                    .filter(here)
                    .filter(|row| pairs.y[*row] > 0.0)
                    .count();
                if ratio.n > 0 {
                    rows.push(VoiceTheme {
                        group: group.code.clone(),
                        unit: (*unit).to_owned(),
                        theme: code.to_owned(),
                        share: proportion(ratio),
                        named: named as u64,
                    });
                }
            }
        }
    }
    rows
}

/// The themes of every case, each different text read once.
struct Coded<'a> {
    codes: &'a [u16],
    /// By distinct text: whether it names each theme, the last being [`OTHER`]; empty for a text of blanks.
    named: Vec<Vec<bool>>,
}

impl<'a> Coded<'a> {
    fn of(answers: &'a Answers) -> Option<Self> {
        let Values::One(codes) = &answers.values else {
            return None;
        };
        let named = answers.labels.iter().map(|text| {
            if text.trim().is_empty() {
                return Vec::new();
            }
            let found = themes(text);
            let mut named = vec![false; FRAME.len() + 1];
            named[FRAME.len()] = found.is_empty();
            for theme in found {
                named[theme] = true;
            }
            named
        });
        Some(Self {
            codes,
            named: named.collect(),
        })
    }

    /// What a case named; none where it wrote nothing.
    fn of_row(&self, row: usize) -> Option<&[bool]> {
        let named = self.named.get(usize::from(self.codes[row]))?;
        (!named.is_empty()).then_some(named.as_slice())
    }
}
