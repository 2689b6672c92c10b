//! How figures are named and printed.

use serde::{Deserialize, Serialize};

use crate::plan::Measure;
use crate::results::IndicatorResult;

/// Which estimate a figure is.
#[derive(Clone, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
pub struct Address {
    /// Indicator.
    pub code: String,
    /// Unit.
    pub unit: String,
    /// Perspective; none combines them.
    pub group: Option<String>,
    /// Service area; none pools them.
    pub area: Option<String>,
}

impl Address {
    /// The address of a row of the results.
    pub fn of(row: &IndicatorResult) -> Self {
        Self {
            code: row.code.clone(),
            unit: row.unit.clone(),
            group: row.group.clone(),
            area: row.area.clone(),
        }
    }
}

impl std::fmt::Display for Address {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}/{}", self.code, self.unit)?;
        for part in [&self.group, &self.area].into_iter().flatten() {
            write!(f, "/{part}")?;
        }
        Ok(())
    }
}

/// How a measure is printed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Scale {
    /// A fraction of 1, printed in percent.
    Percent,
    /// Points of 100.
    Points,
}

impl Scale {
    /// The scale of a measure.
    pub fn of(measure: &str) -> Self {
        let known = Measure::ALL.into_iter().find(|one| one.code() == measure);
        match known.is_some_and(Measure::is_fraction) {
            true => Self::Percent,
            false => Self::Points,
        }
    }

    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Percent => "percent",
            Self::Points => "points",
        }
    }

    /// A value rounded for print: one decimal, in percent or points.
    pub fn print(self, value: f64) -> String {
        self.decimals(value, 1)
    }

    /// A standard error for print: one decimal more than the estimate.
    pub fn print_error(self, value: f64) -> String {
        self.decimals(value, 2)
    }

    fn decimals(self, value: f64, places: usize) -> String {
        let value = match self {
            Self::Percent => value * 100.0,
            Self::Points => value,
        };
        let text = format!("{value:.places$}");
        match text.trim_matches(['-', '0', '.']).is_empty() {
            true => text.trim_start_matches('-').to_owned(),
            false => text,
        }
    }
}

/// An estimate as it is printed: in percent or points, without the sign.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Printed {
    /// The estimate, one decimal.
    pub estimate: String,
    /// Standard error, two decimals.
    pub se: Option<String>,
    /// Lower end of the 95 % interval, one decimal.
    pub lower: Option<String>,
    /// Upper end.
    pub upper: Option<String>,
}

impl Printed {
    /// Rounds an estimate with its error and limits.
    pub fn of(scale: Scale, estimate: f64, se: Option<f64>, lower: Option<f64>, upper: Option<f64>) -> Self {
        Self {
            estimate: scale.print(estimate),
            se: se.map(|value| scale.print_error(value)),
            lower: lower.map(|value| scale.print(value)),
            upper: upper.map(|value| scale.print(value)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fractions_are_printed_in_percent_and_scores_in_points() {
        assert_eq!(Scale::of("participation"), Scale::Percent);
        assert_eq!(Scale::of("satisfaction"), Scale::Points);
        assert_eq!(Scale::of("criteria"), Scale::Points);
        assert_eq!(Scale::Percent.print(0.7124), "71.2");
        assert_eq!(Scale::Points.print(-0.01), "0.0");
        assert_eq!(Scale::Points.print_error(1.005), "1.00");
    }
}
