//! The steps of a criterion as its guidance words them: `0 …；1 …；2 …`.

use analysis::plan::Criterion;

/// Most steps that are offered as choices; beyond them a mark is typed.
const MOST_STEPS: u32 = 10;

/// How a criterion is marked.
#[derive(Clone, Debug, PartialEq)]
pub enum Scale {
    /// By one of its steps, from 0, each with its words (empty where the guidance has none).
    Steps(Vec<String>),
    /// By a number from 0 to the highest.
    Number,
}

/// How a criterion is marked, with the words of each step in `language`.
pub fn scale(criterion: &Criterion, language: &str) -> Scale {
    let Some(highest) = (1..=MOST_STEPS).find(|step| f64::from(*step) == criterion.max_score) else {
        return Scale::Number;
    };
    let words = criterion.guidance.get(language);
    Scale::Steps(anchored(words, highest).unwrap_or_else(|| vec![String::new(); highest as usize + 1]))
}

/// The words after each step's number, if the guidance has them all in order.
fn anchored(guidance: &str, highest: u32) -> Option<Vec<String>> {
    let parts: Vec<&str> = guidance.split(['；', ';']).map(str::trim).collect();
    if parts.len() != highest as usize + 1 {
        return None;
    }
    (0..=highest)
        .zip(parts)
        .map(|(step, part)| {
            let rest = part.strip_prefix(&step.to_string())?;
            let begins =
                rest.starts_with(|c: char| c.is_whitespace() || matches!(c, '：' | ':' | '.' | '、'));
            let words =
                rest.trim_start_matches(|c: char| c.is_whitespace() || matches!(c, '：' | ':' | '.' | '、'));
            let words = words.trim_end_matches(['。', '.']);
            (begins && !words.is_empty()).then(|| words.to_owned())
        })
        .collect()
}

/// Whether a mark is one that the scale has.
pub fn is_mark(criterion: &Criterion, mark: f64) -> bool {
    let within = mark.is_finite() && (0.0..=criterion.max_score).contains(&mark);
    within
        && match scale(criterion, "zh") {
            Scale::Steps(_) => mark.fract() == 0.0,
            Scale::Number => true,
        }
}

#[cfg(test)]
mod tests {
    use survey_forms::text::Text;

    use super::*;

    fn criterion(max_score: f64, guidance: &str) -> Criterion {
        Criterion {
            code: "A1".to_owned(),
            indicator: "4.2".to_owned(),
            name: Text::zh_en("无障碍", "Access"),
            max_score,
            guidance: Text::zh_en(guidance, guidance),
            evidence_required: false,
        }
    }

    #[test]
    fn steps_carry_the_words_of_the_guidance() {
        let found = scale(&criterion(2.0, "0 进不了门；1 能进门；2 能自己到窗口。"), "zh");
        let words = ["进不了门", "能进门", "能自己到窗口"].map(str::to_owned);
        assert_eq!(found, Scale::Steps(words.to_vec()));
    }

    #[test]
    fn guidance_that_words_other_steps_stays_whole_and_the_steps_are_numbers() {
        for guidance in [
            "看现场。",
            "0 没有；2 有",
            "0 没有；1 有；3 很好",
            "10 没有；1 有；2 好",
        ] {
            let found = scale(&criterion(2.0, guidance), "zh");
            assert_eq!(found, Scale::Steps(vec![String::new(); 3]), "{guidance}");
        }
    }

    #[test]
    fn mark_is_a_step_or_within_the_range() {
        let (steps, number) = (criterion(4.0, ""), criterion(100.0, ""));
        assert_eq!(scale(&number, "zh"), Scale::Number);
        for (mark, on_steps, as_number) in [
            (0.0, true, true),
            (4.0, true, true),
            (2.5, false, true),
            (5.0, false, true),
            (-1.0, false, false),
            (f64::NAN, false, false),
            (101.0, false, false),
        ] {
            assert_eq!(is_mark(&steps, mark), on_steps, "{mark}");
            assert_eq!(is_mark(&number, mark), as_number, "{mark}");
        }
    }

    #[test]
    fn every_criterion_of_the_sample_plan_has_worded_steps_in_both_languages() {
        let plan = analysis::plan::Plan::read(&crate::synthetic::sample_plan()).unwrap();
        for criterion in &plan.criteria {
            for language in ["zh", "en"] {
                let Scale::Steps(words) = scale(criterion, language) else {
                    panic!("{}", criterion.code)
                };
                assert!(
                    words.iter().all(|words| !words.is_empty()),
                    "{} {language}",
                    criterion.code
                );
            }
        }
    }
}
