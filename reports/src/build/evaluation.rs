//! What the evaluation leaves open and what stands behind it: chances of grades and orders, what would change the most,
//! what moved since the round before, and signs of steering.

pub(super) mod chances;
pub(super) mod change;
pub(super) mod leverage;
pub(super) mod steering;

#[cfg(test)]
mod tests;

use analysis::results::EvaluationResults;

use super::context::Context;
use crate::number::Value;

/// The evaluation, where it was computed.
pub(super) fn of<'a>(ctx: &Context<'a>) -> Option<&'a EvaluationResults> {
    ctx.detail.results.evaluation.as_ref()
}

/// A chance as a table shows it: one decimal, so that no 94.6% reads as the 95% that a sentence counts from, and never
/// certainty where there is none.
pub(super) fn chance(ctx: &Context<'_>, chance: f64) -> Value {
    if chance > 0.0 && chance < 0.01 {
        return Value::text(ctx.t("不到1%", "below 1%"));
    }
    if chance < 1.0 && chance > 0.99 {
        return Value::text(ctx.t("99%以上", "above 99%"));
    }
    Value::percent(Some(chance))
}

/// The same within a sentence.
pub(super) fn chance_words(ctx: &Context<'_>, of: f64) -> String {
    chance(ctx, of).show(ctx.lang)
}
