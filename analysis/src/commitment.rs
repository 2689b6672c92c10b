//! Whether promises that can be counted are kept (`commitments.csv`): target, what was reached, by when, which way it
//! goes. Figures are those of administrative series: what an office reports of itself, without sampling error, and no
//! part of any score unless an indicator counts the same series.

use std::collections::BTreeMap;

use jiff::civil::Date;
use survey_forms::text::Text;

use crate::plan::{AdminValue, Commitment, PeriodKind, Plan};
use crate::results::AdminPoint;

/// A figure of an administrative series, wherever it is kept.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Figure<'a> {
    /// Series.
    pub code: &'a str,
    /// Unit.
    pub unit: &'a str,
    /// Period.
    pub period: &'a str,
    /// Value in the series' own unit.
    pub value: f64,
    /// The revision that set it.
    pub revision: u32,
}

impl<'a> From<&'a AdminValue> for Figure<'a> {
    fn from(value: &'a AdminValue) -> Self {
        Self {
            code: &value.code,
            unit: &value.unit,
            period: &value.period,
            value: value.value,
            revision: value.revision,
        }
    }
}

impl<'a> From<&'a AdminPoint> for Figure<'a> {
    fn from(point: &'a AdminPoint) -> Self {
        Self {
            code: &point.code,
            unit: &point.unit,
            period: &point.period,
            value: point.value,
            revision: point.revision,
        }
    }
}

/// How a commitment stands.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// The target is reached, by every unit that must.
    Kept,
    /// Not yet, and there is time left.
    Open,
    /// Not, and the day has passed.
    Missed,
    /// Nobody has reported a figure.
    Unknown,
}

/// Which way the figure went since the period before, seen from the target.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Trend {
    /// Towards the target, or further beyond it.
    Better,
    /// Away from it.
    Worse,
    /// No change.
    Same,
    /// There is no period before.
    Unknown,
}

/// A value and the period that it is of.
#[derive(Clone, Debug, PartialEq)]
pub struct Reading {
    /// Period.
    pub period: String,
    /// Value in the series' own unit.
    pub value: f64,
    /// The revision that set it; 0 for `admin.csv` as it was sealed.
    pub revision: u32,
}

/// The units that must each keep a commitment.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct UnitsKept {
    /// How many keep it.
    pub kept: usize,
    /// How many there are.
    pub of: usize,
    /// Codes of those that do not, those without a figure among them, in the order of the plan.
    pub behind: Vec<String>,
}

/// A commitment and how it stands.
#[derive(Clone, Debug, PartialEq)]
pub struct Tracked<'a> {
    /// What was promised.
    pub commitment: &'a Commitment,
    /// The unit of measure of its series.
    pub unit_of_measure: Option<Text>,
    /// The county's latest figure.
    pub latest: Option<Reading>,
    /// The figure of the period before, of the same length.
    pub before: Option<Reading>,
    /// How much of the target is reached, 0–1, by the latest figure of the county.
    pub attainment: Option<f64>,
    /// How it stands.
    pub standing: Standing,
    /// Which way it goes.
    pub trend: Trend,
    /// The units that must each keep it.
    pub units: Option<UnitsKept>,
}

/// How every commitment of the plan stands on `as_of`, in the order of the plan.
///
/// Only figures of the round's year and before count: those of later years belong to later rounds.
#[must_use]
pub fn track<'a>(plan: &'a Plan, figures: &[Figure<'_>], as_of: Date) -> Vec<Tracked<'a>> {
    let commitments = plan.commitments.iter();
    commitments
        .map(|commitment| one(plan, commitment, figures, as_of))
        .collect()
}

fn one<'a>(plan: &'a Plan, commitment: &'a Commitment, figures: &[Figure<'_>], as_of: Date) -> Tracked<'a> {
    let county = plan.county().code.as_str();
    let (latest, before) = readings(plan, commitment, figures, county);
    let units = commitment.unit_level.as_deref().map(|level| {
        let all = plan.units.of_level(level);
        let keeps = |unit: &str| {
            let (latest, _) = readings(plan, commitment, figures, unit);
            latest.is_some_and(|latest| commitment.is_kept_by(latest.value))
        };
        let behind: Vec<String> = all
            .iter()
            .filter(|unit| !keeps(&unit.code))
            .map(|unit| unit.code.clone())
            .collect();
        UnitsKept {
            kept: all.len() - behind.len(),
            of: all.len(),
            behind,
        }
    });
    let standing = match &latest {
        None => Standing::Unknown,
        Some(latest) => {
            let is_kept = commitment.is_kept_by(latest.value)
                && units.as_ref().is_none_or(|units| units.behind.is_empty());
            match is_kept {
                true => Standing::Kept,
                false if as_of > commitment.by => Standing::Missed,
                false => Standing::Open,
            }
        }
    };
    let series = plan.series.iter().find(|series| series.code == commitment.series);
    Tracked {
        commitment,
        unit_of_measure: series
            .map(|series| series.unit_of_measure.clone())
            .filter(|unit| !unit.is_empty()),
        attainment: latest.as_ref().map(|latest| attainment(commitment, latest.value)),
        trend: trend(commitment, latest.as_ref(), before.as_ref()),
        standing,
        latest,
        before,
        units,
    }
}

/// A unit's latest figure, and the one of the period before of the same length.
fn readings(
    plan: &Plan,
    commitment: &Commitment,
    figures: &[Figure<'_>],
    unit: &str,
) -> (Option<Reading>, Option<Reading>) {
    let by_day: BTreeMap<Date, &Figure<'_>> = figures
        .iter()
        .filter(|figure| figure.code == commitment.series && figure.unit == unit)
        .filter_map(|figure| Some((PeriodKind::first_day(figure.period)?, figure)))
        .filter(|(day, _)| i32::from(day.year()) <= plan.round.year)
        .collect();
    let mut newest_first = by_day.values().rev();
    let Some(latest) = newest_first.next() else {
        return (None, None);
    };
    let before = newest_first.find(|figure| PeriodKind::of(figure.period) == PeriodKind::of(latest.period));
    let reading = |figure: &&Figure<'_>| Reading {
        period: figure.period.to_owned(),
        value: figure.value,
        revision: figure.revision,
    };
    (Some(reading(latest)), before.map(reading))
}

/// How much of the target a value reaches, 0–1: value ÷ target, or target ÷ value where less is better.
fn attainment(commitment: &Commitment, value: f64) -> f64 {
    let (reached, wanted) = if commitment.at_least {
        (value, commitment.target)
    } else {
        (commitment.target, value)
    };
    if commitment.is_kept_by(value) || wanted <= 0.0 {
        1.0
    } else {
        (reached / wanted).clamp(0.0, 1.0)
    }
}

fn trend(commitment: &Commitment, latest: Option<&Reading>, before: Option<&Reading>) -> Trend {
    let (Some(latest), Some(before)) = (latest, before) else {
        return Trend::Unknown;
    };
    let towards = if commitment.at_least {
        latest.value - before.value
    } else {
        before.value - latest.value
    };
    if towards > 0.0 {
        Trend::Better
    } else if towards < 0.0 {
        Trend::Worse
    } else {
        Trend::Same
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn commitment(at_least: bool, target: f64) -> Commitment {
        Commitment {
            code: "a".to_owned(),
            series: "s".to_owned(),
            name: Text::of("zh", "甲"),
            unit_level: None,
            at_least,
            target,
            by: date(2026, 12, 31),
            clause: Text::default(),
        }
    }

    #[test]
    fn attainment_is_the_share_of_the_target_whichever_way_is_better() {
        for (at_least, target, value, expected) in [
            (true, 65.0, 32.5, 0.5),
            (true, 65.0, 70.0, 1.0),
            (true, 65.0, -5.0, 0.0),
            (true, 0.0, 3.0, 1.0),
            (false, 10.0, 20.0, 0.5),
            (false, 10.0, 0.0, 1.0),
            (false, 0.0, 4.0, 0.0),
        ] {
            let found = attainment(&commitment(at_least, target), value);
            assert!(
                (found - expected).abs() < 1e-12,
                "{at_least} {target} {value}: {found}"
            );
        }
    }

    #[test]
    fn trend_is_seen_from_the_target() {
        let reading = |value| Reading {
            period: "2026".to_owned(),
            value,
            revision: 0,
        };
        let of = |at_least, now, then| {
            trend(
                &commitment(at_least, 50.0),
                Some(&reading(now)),
                Some(&reading(then)),
            )
        };
        assert_eq!(of(true, 2.0, 1.0), Trend::Better);
        assert_eq!(of(false, 2.0, 1.0), Trend::Worse);
        assert_eq!(of(true, 1.0, 1.0), Trend::Same);
        assert_eq!(
            trend(&commitment(true, 1.0), Some(&reading(1.0)), None),
            Trend::Unknown
        );
    }
}
