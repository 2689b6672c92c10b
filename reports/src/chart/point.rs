//! One published figure: an estimate with its interval, or the reason why there is none.

use crate::model::Lang;
use crate::number::{self, NumberFormat};

/// How far a figure may be trusted or shown.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Flag {
    /// Nothing to add.
    #[default]
    None,
    /// Few answers: shown, marked.
    SmallN,
    /// Fails the presentation rules: shown, marked.
    Unreliable,
    /// Withheld to protect persons: never shown, not even as a length or a colour.
    Suppressed,
}

/// What the numbers count, which decides how they are printed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Measure {
    /// Percent, 0 to 100: printed `72.4%`.
    #[default]
    Percent,
    /// A score, 0 to 100: printed `72.4`.
    Score,
    /// A coefficient of agreement, given times 100 as charts count to 100: printed as it is, `0.72`.
    Coefficient,
}

/// An estimate in display units (percent or score, 0 to 100), already rounded and suppressed by the caller.
#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub struct Point {
    /// The estimate; `None` when there is none or it is withheld.
    pub value: Option<f64>,
    /// Lower end of the 95 % interval.
    pub lower: Option<f64>,
    /// Upper end of the 95 % interval.
    pub upper: Option<f64>,
    /// How far it may be trusted or shown.
    pub flag: Flag,
}

impl Point {
    /// An estimate without an interval (a census value, an administrative figure).
    #[must_use]
    pub fn exact(value: f64) -> Self {
        Self {
            value: Some(value),
            ..Self::default()
        }
    }

    /// An estimate with its interval.
    #[must_use]
    pub fn estimated(value: f64, lower: f64, upper: f64) -> Self {
        Self {
            value: Some(value),
            lower: Some(lower),
            upper: Some(upper),
            flag: Flag::None,
        }
    }

    /// A figure that is withheld.
    #[must_use]
    pub fn suppressed() -> Self {
        Self {
            flag: Flag::Suppressed,
            ..Self::default()
        }
    }

    /// No figure: not asked, not surveyed.
    #[must_use]
    pub fn absent() -> Self {
        Self::default()
    }

    /// The same figure with a flag.
    #[must_use]
    pub fn flagged(self, flag: Flag) -> Self {
        match flag {
            Flag::Suppressed => Self::suppressed(),
            _ => Self { flag, ..self },
        }
    }

    /// The value if it may be shown.
    #[must_use]
    pub fn shown(&self) -> Option<f64> {
        if self.flag == Flag::Suppressed {
            None
        } else {
            self.value
        }
    }

    /// The interval if both ends are known and may be shown.
    #[must_use]
    pub fn interval(&self) -> Option<(f64, f64)> {
        if self.flag == Flag::Suppressed {
            None
        } else {
            self.lower.zip(self.upper)
        }
    }

    /// Whether all numbers are finite and lower ≤ value ≤ upper (within rounding).
    #[must_use]
    pub fn is_sound(&self) -> bool {
        let finite = [self.value, self.lower, self.upper]
            .iter()
            .flatten()
            .all(|v| v.is_finite());
        let ordered = match (self.value, self.lower, self.upper) {
            (Some(v), Some(l), Some(u)) => l <= v + 0.051 && v <= u + 0.051,
            (None, Some(_), _) | (None, _, Some(_)) => false,
            _ => true,
        };
        finite && ordered
    }

    /// The figure as printed: `72.4%`, `72.4*` when marked, `隐匿`, `—`.
    #[must_use]
    pub fn print(&self, measure: Measure, lang: Lang) -> String {
        match (self.flag, self.shown()) {
            (Flag::Suppressed, _) => lang.pick("隐匿", "withheld").to_owned(),
            (_, None) => "—".to_owned(),
            (Flag::None, Some(v)) => measure.print(v),
            (_, Some(v)) => format!("{}*", measure.print(v)),
        }
    }

    /// The interval as printed: `69.1%～75.6%`, `69.1% to 75.6%`, or `—`.
    #[must_use]
    pub fn print_interval(&self, measure: Measure, lang: Lang) -> String {
        let dash = lang.pick("～", " to ");
        self.interval().map_or_else(
            || "—".to_owned(),
            |(lower, upper)| format!("{}{dash}{}", measure.print(lower), measure.print(upper)),
        )
    }
}

impl Measure {
    /// A value with one decimal and its sign: `72.4%`, `72.4`.
    #[must_use]
    pub fn print(self, value: f64) -> String {
        match self {
            Self::Percent => format!("{}%", self.digits(value)),
            Self::Score => self.digits(value),
            Self::Coefficient => number::number(value / 100.0, NumberFormat::Decimal),
        }
    }

    /// A value on an axis: no decimals where none are needed.
    #[must_use]
    pub(crate) fn tick(self, value: f64) -> String {
        match self {
            Self::Percent => format!("{}%", super::axis::trimmed(value)),
            Self::Score => super::axis::trimmed(value),
            Self::Coefficient => self.print(value),
        }
    }

    /// A value without decimals and with its sign, for narrow places: `72%`, `72`.
    #[must_use]
    pub fn print_short(self, value: f64) -> String {
        match self {
            Self::Percent => format!("{}%", whole(value)),
            Self::Score => whole(value),
            Self::Coefficient => self.print(value),
        }
    }

    /// The digits alone, one decimal.
    #[must_use]
    pub fn digits(self, value: f64) -> String {
        number::number(value, NumberFormat::Score)
    }
}

/// A value without decimals.
#[must_use]
pub fn whole(value: f64) -> String {
    number::number(value, NumberFormat::Rank)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn print_rounds_halves_away_from_zero() {
        assert_eq!(Measure::Percent.print(72.45), "72.5%");
        assert_eq!(Measure::Score.print(-0.04), "0.0");
        assert_eq!(Measure::Coefficient.print(66.7), "0.67");
        assert_eq!(Measure::Percent.tick(20.0), "20%");
        assert_eq!(whole(0.5), "1");
        assert_eq!(whole(-2.5), "−3");
    }

    #[test]
    fn print_of_suppressed_shows_no_number() {
        let point = Point::estimated(31.0, 20.0, 40.0).flagged(Flag::Suppressed);
        assert_eq!(point, Point::suppressed());
        assert_eq!(point.print(Measure::Percent, Lang::Zh), "隐匿");
        assert_eq!(point.print_interval(Measure::Percent, Lang::Zh), "—");
    }

    #[test]
    fn is_sound_refuses_upside_down_and_nan() {
        assert!(Point::estimated(50.0, 40.0, 60.0).is_sound());
        assert!(!Point::estimated(50.0, 60.0, 40.0).is_sound());
        assert!(!Point::exact(f64::NAN).is_sound());
        assert!(Point::absent().is_sound());
    }
}
