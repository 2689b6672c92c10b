//! Days: ODK counts them from 1970-01-01 where a day is used as a number.

use jiff::civil::Date;

const EPOCH: Date = Date::constant(1970, 1, 1);

/// Reads `2026-11-23`, also when a time follows after `T`.
pub fn parse_date(text: &str) -> Option<Date> {
    let text = text.trim();
    let day = text.split_once('T').map_or(text, |(day, _)| day);
    let bytes = day.as_bytes();
    let digits = |range: std::ops::Range<usize>| bytes[range].iter().all(u8::is_ascii_digit);
    if bytes.len() != 10
        || bytes[4] != b'-'
        || bytes[7] != b'-'
        || !digits(0..4)
        || !digits(5..7)
        || !digits(8..10)
    {
        return None;
    }
    Date::new(
        day[0..4].parse().ok()?,
        day[5..7].parse().ok()?,
        day[8..10].parse().ok()?,
    )
    .ok()
}

/// Days since 1970-01-01.
pub fn to_days(date: Date) -> f64 {
    date.since((jiff::Unit::Day, EPOCH))
        .map_or(f64::NAN, |span| f64::from(span.get_days()))
}

/// The day so many days after 1970-01-01; fractions are cut off.
pub fn from_days(days: f64) -> Option<Date> {
    if !days.is_finite() || days.abs() > 4_000_000.0 {
        return None;
    }
    let span = jiff::Span::new().try_days(days.floor() as i64).ok()?;
    EPOCH.checked_add(span).ok()
}
