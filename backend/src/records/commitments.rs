//! How the plan's commitments stand by the figures as they are now.

use analysis::commitment::{Figure, track};
use analysis::plan::{AdminValue, Plan};
use jiff::civil::Date;

pub use analysis::commitment::{Reading, Standing, Tracked, Trend, UnitsKept};

/// Every commitment of the plan on `today`.
pub fn standing<'a>(plan: &'a Plan, figures: &[AdminValue], today: Date) -> Vec<Tracked<'a>> {
    let figures: Vec<Figure<'_>> = figures.iter().map(Figure::from).collect();
    track(plan, &figures, today)
}
