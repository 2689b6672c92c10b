//! `[callback]` of the plan: how many of those who answered and agreed are called back (回访).
//!
//! ```toml
//! [callback]                          # optional
//! per_unit = 12                       # persons called in each judged unit
//! attempts = 3                        # calls before somebody counts as not reached
//! seed = 20261201                     # of the draw
//! ```

use serde::{Deserialize, Serialize};

use super::settings::Lines;
use super::table::{Faults, say};

/// How many are called back.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CallbackPlan {
    /// Persons called in each judged unit, at most.
    pub per_unit: usize,
    /// Calls before somebody counts as not reached.
    #[serde(default = "three")]
    pub attempts: i32,
    /// Seed of the draw.
    #[serde(default = "first_seed")]
    pub seed: u64,
}

fn three() -> i32 {
    3
}

fn first_seed() -> u64 {
    1
}

/// Checks the numbers.
pub(super) fn check(callback: Option<&CallbackPlan>, lines: &Lines, faults: &mut Faults) {
    let Some(callback) = callback else { return };
    let mut bad = |key: &str, most: usize| {
        faults.error(
            "PL004",
            lines.at(&format!("callback.{key}")),
            say(
                format!("{key} 应在 1 到 {most} 之间。"),
                format!("{key} must be from 1 to {most}."),
            ),
            say("请改正。", "Correct it."),
        );
    };
    if !(1..=1_000).contains(&callback.per_unit) {
        bad("per_unit", 1_000);
    }
    if !(1..=10).contains(&callback.attempts) {
        bad("attempts", 10);
    }
}
