//! What came in day by day and by which door, beside a straight line to the target.

use std::collections::BTreeMap;

use jiff::civil::Date;

use crate::store::tallies::DayCount;

/// How an answer came in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Door {
    /// An invited person, on a page.
    Web,
    /// An interviewer at home.
    Interview,
    /// By telephone or on paper.
    Other,
    /// The open link: not part of the sample, and in no sum against the target.
    OpenLink,
}

impl Door {
    /// All doors, in the order in which they are shown.
    pub const ALL: [Self; 4] = [Self::Web, Self::Interview, Self::Other, Self::OpenLink];

    fn of(row: &DayCount) -> Self {
        match row.mode.as_str() {
            _ if row.open_link => Self::OpenLink,
            "web" => Self::Web,
            "interview" => Self::Interview,
            _ => Self::Other,
        }
    }
}

/// One day.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Day {
    /// The day.
    pub day: Date,
    /// Answers by door, in the order of [`Door::ALL`].
    pub doors: [u64; 4],
    /// Answers of invited people up to and with this day.
    pub so_far: u64,
}

impl Day {
    /// Answers of invited people on this day.
    pub fn invited(&self) -> u64 {
        self.doors[..3].iter().sum()
    }
}

/// The days of a round.
#[derive(Clone, Debug, PartialEq)]
pub struct Curve {
    /// First day of fieldwork.
    pub opens: Date,
    /// Last day of fieldwork.
    pub closes: Date,
    /// Completes wanted.
    pub target: u64,
    /// Every day from the first to today or the last, without gaps.
    pub days: Vec<Day>,
}

impl Curve {
    /// Puts counts in the order of the days; days without an answer are there too.
    ///
    /// - `only`: answers of this group alone.
    pub fn new(
        rows: &[DayCount],
        only: Option<&str>,
        (opens, closes): (Date, Date),
        today: Date,
        target: u64,
    ) -> Self {
        let mut by_day: BTreeMap<Date, [u64; 4]> = BTreeMap::new();
        let chosen = rows
            .iter()
            .filter(|row| only.is_none_or(|code| code == row.group));
        for row in chosen {
            if let Ok(day) = row.day.parse::<Date>() {
                by_day.entry(day).or_default()[Door::of(row) as usize] += row.count();
            }
        }
        let first = by_day.keys().next().copied().unwrap_or(opens).min(opens);
        let last = by_day
            .keys()
            .next_back()
            .copied()
            .unwrap_or(opens)
            .max(today.min(closes));
        let mut days = Vec::new();
        let mut so_far = 0;
        let mut day = first;
        while day <= last {
            let doors = by_day.get(&day).copied().unwrap_or_default();
            so_far += doors[..3].iter().sum::<u64>();
            days.push(Day { day, doors, so_far });
            match day.tomorrow() {
                Ok(next) => day = next,
                Err(_) => break,
            }
        }
        Self {
            opens,
            closes,
            target,
            days,
        }
    }

    /// Days from the first to the last of fieldwork, both counted.
    pub fn length(&self) -> i32 {
        (self.closes - self.opens).get_days().max(0) + 1
    }

    /// Completes that a steady pace would have brought by the evening of `day`.
    pub fn steady(&self, day: Date) -> f64 {
        let gone = ((day - self.opens).get_days() + 1).clamp(0, self.length());
        #[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
        let target = self.target as f64;
        target * f64::from(gone) / f64::from(self.length())
    }
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;

    fn row(day: &str, mode: &str, open_link: bool, n: i64) -> DayCount {
        DayCount {
            day: day.to_owned(),
            group: "resident".to_owned(),
            mode: mode.to_owned(),
            open_link,
            n,
        }
    }

    #[test]
    fn days_have_no_gaps_and_open_links_are_in_no_sum() {
        let rows = [
            row("2026-11-01", "web", false, 3),
            row("2026-11-03", "interview", false, 4),
            row("2026-11-03", "paper", false, 1),
            row("2026-11-03", "web", true, 9),
        ];
        let dates = (date(2026, 11, 1), date(2026, 11, 10));
        let curve = Curve::new(&rows, None, dates, date(2026, 11, 4), 100);
        let so_far: Vec<u64> = curve.days.iter().map(|day| day.so_far).collect();
        assert_eq!(so_far, [3, 3, 8, 8]);
        assert_eq!(curve.days[2].doors, [0, 4, 1, 9]);
        assert_eq!(
            (curve.steady(date(2026, 11, 4)), curve.steady(date(2026, 12, 9))),
            (40.0, 100.0)
        );
        assert_eq!(curve.steady(date(2026, 10, 1)), 0.0);
        let none = Curve::new(&rows, Some("family"), dates, date(2026, 11, 30), 0);
        assert_eq!((none.days.len(), none.days[9].so_far), (10, 0));
    }
}
