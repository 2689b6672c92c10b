//! Questions that the computation knows by their names, in whatever questionnaire they stand.

use crate::plan::{Measure, PERSONS, Plan, QuestionRef};

/// Whether the person could have answered in person; asked of relatives.
pub(crate) const CAN_ANSWER: &str = "can_answer";
/// Whether staff of the judged unit were there.
pub(crate) const STAFF_PRESENT: &str = "staff_present";
/// What kept somebody away from what was offered.
pub(crate) const KEPT_AWAY: &str = "kept_away";

/// What should change first, in the person's own words.
pub(crate) const FIRST_CHANGE: &str = "first_change";

/// Why what was needed in an area did not come.
pub(crate) fn why(area: &str) -> String {
    format!("why_{area}")
}

/// The three questions of the ladder (needed, received, helped), as the plan's benefit rate names them.
pub(crate) fn rungs(plan: &Plan) -> Vec<QuestionRef> {
    let benefit = plan
        .indicators
        .leaves()
        .find(|leaf| leaf.measure == Some(Measure::Benefit) && leaf.by_area);
    let named = benefit.and_then(|leaf| leaf.questions.get(PERSONS)).cloned();
    let plain = |variable: &str| QuestionRef {
        variable: variable.to_owned(),
        codes: Vec::new(),
    };
    named.unwrap_or_else(|| ["need", "recv_*", "help_*"].map(plain).to_vec())
}
