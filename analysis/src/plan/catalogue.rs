//! The catalogue of administrative series (`series.csv`, optional): what each series is, who reports it how often, and
//! between which values a figure is plausible.
//!
//! `code,name_zh,name_en,unit_of_measure_zh,unit_of_measure_en,levels,period,lowest,highest`; `levels` holds levels of
//! `units.csv` separated by `|` (empty: any), `period` is `year`, `quarter` or `month` (empty: any), and a figure
//! outside `lowest` … `highest` (either may be empty) is refused. The catalogue is a rule of the round and is sealed;
//! the figures are not.

use std::collections::BTreeSet;

use jiff::civil::{Date, date};
use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

use super::table::{At, Faults, Table, did_you_mean, say};
use super::{IndicatorTree, UnitTree};

/// How long the time is that a figure is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum PeriodKind {
    /// `2026`.
    Year,
    /// `2026-Q3`.
    Quarter,
    /// `2026-10`.
    Month,
}

impl PeriodKind {
    /// Every kind, the longest first.
    pub const ALL: [Self; 3] = [Self::Year, Self::Quarter, Self::Month];

    /// The word in `series.csv`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Year => "year",
            Self::Quarter => "quarter",
            Self::Month => "month",
        }
    }

    /// How such a period is written, by an example.
    #[must_use]
    pub fn example(self) -> &'static str {
        match self {
            Self::Year => "2026",
            Self::Quarter => "2026-Q3",
            Self::Month => "2026-10",
        }
    }

    /// The kind of a period, none when the text is no period.
    #[must_use]
    pub fn of(period: &str) -> Option<Self> {
        let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
        let Some((year, part)) = period.split_once('-') else {
            return digits(period, 4).then_some(Self::Year);
        };
        if !digits(year, 4) {
            return None;
        }
        if let Some(quarter) = part.strip_prefix('Q') {
            return matches!(quarter, "1" | "2" | "3" | "4").then_some(Self::Quarter);
        }
        let is_month = digits(part, 2) && part.parse::<u8>().is_ok_and(|month| (1..=12).contains(&month));
        is_month.then_some(Self::Month)
    }

    /// The first day of a period, none when the text is no period.
    #[must_use]
    pub fn first_day(period: &str) -> Option<Date> {
        let year: i16 = period.get(..4)?.parse().ok()?;
        let month: i8 = match Self::of(period)? {
            Self::Year => 1,
            Self::Quarter => 3 * (period.get(6..)?.parse::<i8>().ok()? - 1) + 1,
            Self::Month => period.get(5..)?.parse().ok()?,
        };
        (year > 0).then(|| date(year, month, 1))
    }
}

/// An administrative series as the plan describes it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct SeriesPlan {
    /// Code, unique in the plan.
    pub code: String,
    /// What people call it; empty where the plan does not say.
    pub name: Text,
    /// Unit of measure; empty where the plan does not say.
    pub unit_of_measure: Text,
    /// Levels of the units that report it; empty for any.
    pub levels: Vec<String>,
    /// The kind of its periods; none for any.
    pub period: Option<PeriodKind>,
    /// Lowest plausible value.
    pub lowest: Option<f64>,
    /// Highest plausible value.
    pub highest: Option<f64>,
}

impl SeriesPlan {
    /// A series of which the plan says no more than its code.
    fn bare(code: &str) -> Self {
        Self {
            code: code.to_owned(),
            name: Text::default(),
            unit_of_measure: Text::default(),
            levels: Vec::new(),
            period: None,
            lowest: None,
            highest: None,
        }
    }

    /// The bounds in words: `0–100`, `≥ 0`; none when there are none.
    #[must_use]
    pub fn bounds(&self) -> Option<String> {
        match (self.lowest, self.highest) {
            (Some(low), Some(high)) => Some(format!("{low}–{high}")),
            (Some(low), None) => Some(format!("≥ {low}")),
            (None, Some(high)) => Some(format!("≤ {high}")),
            (None, None) => None,
        }
    }

    /// Whether a figure is plausible.
    #[must_use]
    pub fn is_plausible(&self, value: f64) -> bool {
        self.lowest.is_none_or(|low| value >= low) && self.highest.is_none_or(|high| value <= high)
    }
}

/// The series that a plan without a catalogue knows: those that indicators count on, then those with figures.
#[must_use]
pub(super) fn derived<'a>(
    indicators: &'a IndicatorTree,
    with_figures: impl Iterator<Item = &'a str>,
) -> Vec<SeriesPlan> {
    let mut seen = BTreeSet::new();
    let of_indicators = indicators
        .leaves()
        .flat_map(|leaf| leaf.series.iter().map(String::as_str));
    let codes = of_indicators
        .chain(with_figures)
        .filter(|code| seen.insert(*code));
    codes.map(SeriesPlan::bare).collect()
}

/// Reads `series.csv`.
pub(super) fn read(bytes: &[u8], units: Option<&UnitTree>, faults: &mut Faults) -> Vec<SeriesPlan> {
    let required = ["code", "name_zh", "levels", "period", "lowest", "highest"];
    let optional = ["name_en", "unit_of_measure_zh", "unit_of_measure_en"];
    let Some(table) = Table::read(bytes, &required, &optional, faults) else {
        return Vec::new();
    };
    let known: BTreeSet<&str> = units
        .iter()
        .flat_map(|units| units.iter().map(|unit| unit.level.as_str()))
        .collect();
    let mut series: Vec<SeriesPlan> = Vec::new();
    for row in &table.rows {
        let code = table.need(row, "code", faults).to_owned();
        table.need(row, "name_zh", faults);
        if series.iter().any(|one| one.code == code) {
            faults.error(
                "PL090",
                At::cell(row.number, "code"),
                say(
                    format!("系列代码 {code} 重复。"),
                    format!("The series {code} occurs twice."),
                ),
                say("每个系列一行。", "Give each series one row."),
            );
        }
        let levels: Vec<String> = table
            .get(row, "levels")
            .split(['|', ' '])
            .filter(|level| !level.is_empty())
            .map(str::to_owned)
            .collect();
        for level in levels
            .iter()
            .filter(|level| units.is_some() && !known.contains(level.as_str()))
        {
            faults.error(
                "PL091",
                At::cell(row.number, "levels"),
                say(
                    format!("units.csv 里没有 {level} 这一级。"),
                    format!("units.csv has no level {level}."),
                ),
                did_you_mean(level, known.iter().copied().collect::<Vec<_>>()),
            );
        }
        let word = table.get(row, "period");
        let period = PeriodKind::ALL.into_iter().find(|kind| kind.as_str() == word);
        if period.is_none() && !word.is_empty() {
            faults.error(
                "PL092",
                At::cell(row.number, "period"),
                say(format!("不认识“{word}”。"), format!("“{word}” is not known.")),
                did_you_mean(word, PeriodKind::ALL.map(PeriodKind::as_str)),
            );
        }
        let (lowest, highest) = (
            table.number(row, "lowest", faults),
            table.number(row, "highest", faults),
        );
        if let (Some(low), Some(high)) = (lowest, highest)
            && low >= high
        {
            faults.error(
                "PL093",
                At::cell(row.number, "lowest"),
                say(
                    "最低值应小于最高值。",
                    "The lowest value must be below the highest.",
                ),
                say("例如 0 和 100。", "For instance 0 and 100."),
            );
        }
        series.push(SeriesPlan {
            code,
            name: table.text(row, "name_zh", "name_en"),
            unit_of_measure: table.text(row, "unit_of_measure_zh", "unit_of_measure_en"),
            levels,
            period,
            lowest,
            highest,
        });
    }
    series
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_knows_years_quarters_and_months_only() {
        let kinds = ["2026", "2026-Q1", "2026-12"].map(PeriodKind::of);
        assert_eq!(kinds, PeriodKind::ALL.map(Some));
        for other in ["26", "2026-Q5", "2026-13", "2026/1", "２０２６", ""] {
            assert_eq!(PeriodKind::of(other), None, "{other}");
        }
    }

    #[test]
    fn first_day_is_the_first_of_year_quarter_and_month() {
        let days = ["2026", "2026-Q3", "2026-10", "2026-Q9"].map(PeriodKind::first_day);
        assert_eq!(
            days,
            [
                Some(date(2026, 1, 1)),
                Some(date(2026, 7, 1)),
                Some(date(2026, 10, 1)),
                None
            ]
        );
    }

    #[test]
    fn read_faulty_catalogue_reports_every_fault_with_its_row() {
        let mut faults = Faults::new("series.csv");
        let units = super::super::unit::read(
            "code,parent,level,kind,name_zh\nc,,county,,县\n".as_bytes(),
            &mut Faults::new("units.csv"),
        );
        read(
            "code,name_zh,levels,period,lowest,highest\na,甲,county,year,0,100\na,乙,coumty,yearly,5,5\n"
                .as_bytes(),
            units.as_ref(),
            &mut faults,
        );
        let found: Vec<_> = faults
            .found
            .iter()
            .map(|fault| (fault.code, fault.place.row))
            .collect();
        assert_eq!(
            found,
            ["PL090", "PL091", "PL092", "PL093"].map(|code| (code, Some(3)))
        );
    }
}
