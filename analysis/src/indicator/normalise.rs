//! Bringing values of any unit of measure to 0–100, where more is better.

/// The value's place between the goalposts, 0 at `low` and 100 at `high`, cut off beyond them; turned round when less
/// is better.
///
/// # Source
/// OECD/JRC (2008), Handbook on Constructing Composite Indicators, step 5 (min–max with fixed goalposts).
///
/// ```
/// use analysis::indicator::normalise::goalposts;
/// assert_eq!(goalposts(15.0, 0.0, 30.0, true), 50.0);
/// assert_eq!(goalposts(40.0, 0.0, 30.0, false), 0.0);
/// ```
#[must_use]
pub fn goalposts(value: f64, low: f64, high: f64, more_is_better: bool) -> f64 {
    orient(
        (100.0 * (value - low) / (high - low)).clamp(0.0, 100.0),
        more_is_better,
    )
}

/// A value on 0–100, turned round when less is better.
#[must_use]
pub fn orient(value: f64, more_is_better: bool) -> f64 {
    if more_is_better { value } else { 100.0 - value }
}
