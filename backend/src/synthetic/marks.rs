//! The third party's marks: independent scorers who see the same township with their own eyes.

use analysis::plan::Plan;
use analysis::round::CriterionScore;

use super::county::{Population, Theme};
use super::draw::Topic;

/// Standard deviations of what a township is like in one criterion, of how severe a scorer is, and of a single mark.
const TRAIT_SD: f64 = 0.45;
const SEVERITY_SD: f64 = 0.15;
const MARK_SD: f64 = 0.35;
/// Township and criterion where the first two scorers take the steps for the opposite of each other, so that every county
/// has something for a third.
const MISREAD: (usize, usize) = (7, 2);

/// Marks of as many scorers per township and criterion as the plan asks for, with a third where two lie further apart
/// than the plan allows.
pub fn criterion_scores(county: &Population, plan: &Plan) -> Vec<CriterionScore> {
    let scorers = plan
        .third_party
        .as_ref()
        .map_or(2, |third_party| third_party.scorers.max(1) as usize);
    let limit = plan
        .third_party
        .as_ref()
        .and_then(|third_party| third_party.difference_limit);
    let severity: Vec<f64> = {
        let mut draw = county.streams.of(Topic::Marks, 0);
        // Four firms' people; pairs go round, so that nobody scores every township.
        (0..=2 * scorers).map(|_| SEVERITY_SD * draw.normal()).collect()
    };
    let mut scores = Vec::new();
    for (t, township) in county.townships.iter().enumerate() {
        for (c, criterion) in plan.criteria.iter().enumerate() {
            let mut draw = county.streams.of(Topic::Marks, 1 + t * plan.criteria.len() + c);
            let level = 0.70 + 0.11 * township.theme(Theme::Capacity);
            let truth = level * criterion.max_score + TRAIT_SD * draw.normal();
            let mut give = |scorer: usize, third: bool| {
                let mark = truth + severity[scorer] + MARK_SD * draw.normal();
                CriterionScore {
                    unit: township.code.clone(),
                    criterion: criterion.code.clone(),
                    scorer: format!("evaluator-{}", scorer + 1),
                    score: mark.round().clamp(0.0, criterion.max_score),
                    third,
                    evidence: 0,
                }
            };
            let mut marks: Vec<CriterionScore> = (0..scorers)
                .map(|s| give((s + t % 2 * scorers) % (2 * scorers), false))
                .collect();
            if let [first, second, ..] = marks.as_mut_slice()
                && (t, c) == MISREAD
            {
                (first.score, second.score) = (criterion.max_score, 0.0);
            }
            let spread = marks
                .iter()
                .map(|mark| mark.score)
                .fold(f64::NEG_INFINITY, f64::max)
                - marks.iter().map(|mark| mark.score).fold(f64::INFINITY, f64::min);
            scores.extend(marks);
            if limit.is_some_and(|limit| spread > limit) {
                scores.push(give(2 * scorers, true));
            }
        }
    }
    scores
}
