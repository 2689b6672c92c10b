//! Times of day and moments: ODK writes them as `14:05:00.000+08:00` and `2026-11-23T14:05:00.000+08:00`, and counts them
//! in days from 1970-01-01 where they are used as numbers.

use jiff::civil::Date;

use super::date::{parse_date, to_days};

/// Milliseconds of a day.
pub(crate) const DAY_MS: u32 = 86_400_000;

/// A time of day as it was written.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) struct Time {
    /// Milliseconds since midnight.
    pub(crate) ms: u32,
    /// Minutes east of Greenwich, where it says so.
    pub(crate) offset: Option<i32>,
}

/// Reads `14:05`, `14:05:30`, `14:05:30.250`, each also with `Z`, `+08`, `+0800` or `+08:00` behind it.
pub(crate) fn parse_time(text: &str) -> Option<Time> {
    let text = text.trim();
    let (clock, offset) = match text.find(['Z', '+', '-']) {
        Some(at) => (&text[..at], Some(offset(&text[at..])?)),
        None => (text, None),
    };
    let mut parts = clock.split(':');
    let hour = two_digits(parts.next()?)?;
    let minute = two_digits(parts.next()?)?;
    let (second, ms) = match parts.next() {
        None => (0, 0),
        Some(part) => {
            let (second, fraction) = part.split_once('.').unwrap_or((part, "0"));
            (two_digits(second)?, milliseconds(fraction)?)
        }
    };
    (parts.next().is_none() && hour < 24 && minute < 60 && second < 60).then(|| Time {
        ms: ((hour * 60 + minute) * 60 + second) * 1000 + ms,
        offset,
    })
}

/// Reads a day with a time behind `T`.
pub(crate) fn parse_moment(text: &str) -> Option<(Date, Time)> {
    let (day, time) = text.trim().split_once('T')?;
    Some((parse_date(day)?, parse_time(time)?))
}

/// Days since 1970-01-01, with the time as their fraction, by the clock that is `offset` minutes ahead of Greenwich's
/// (Greenwich's own where none is known); a moment that does not say its offset is by that clock already.
pub(crate) fn moment_to_days(day: Date, time: Time, offset: Option<i32>) -> f64 {
    let ahead = time.offset.map_or(0, |own| own - offset.unwrap_or_default());
    let ms = f64::from(time.ms) - f64::from(ahead) * 60_000.0;
    to_days(day) + ms / f64::from(DAY_MS)
}

/// A moment by the clock that is `offset` minutes ahead of Greenwich's; as it was written where either offset is unknown.
pub(crate) fn at_offset(day: Date, time: Time, offset: Option<i32>) -> Option<(Date, u32)> {
    let (Some(own), Some(offset)) = (time.offset, offset) else {
        return Some((day, time.ms));
    };
    let ms = i64::from(time.ms) + i64::from(offset - own) * 60_000;
    let day_ms = i64::from(DAY_MS);
    let days = jiff::Span::new().try_days(ms.div_euclid(day_ms)).ok()?;
    Some((
        day.checked_add(days).ok()?,
        u32::try_from(ms.rem_euclid(day_ms)).ok()?,
    ))
}

/// `+08:00` of 480 minutes.
pub fn offset_text(minutes: i32) -> String {
    let sign = if minutes < 0 { '-' } else { '+' };
    format!("{sign}{:02}:{:02}", minutes.abs() / 60, minutes.abs() % 60)
}

/// The part of the day that has gone by after so many milliseconds: `0.5` at noon.
pub(crate) fn day_part(ms: u32) -> f64 {
    f64::from(ms) / f64::from(DAY_MS)
}

fn two_digits(text: &str) -> Option<u32> {
    (text.len() == 2 && text.bytes().all(|byte| byte.is_ascii_digit()))
        .then(|| text.parse().ok())
        .flatten()
}

/// The digits behind the point, of which three count.
fn milliseconds(digits: &str) -> Option<u32> {
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return None;
    }
    format!("{digits:0<3}").get(..3)?.parse().ok()
}

/// Minutes of `Z`, `+08`, `+0800` or `+08:00`.
pub(crate) fn offset(text: &str) -> Option<i32> {
    if text == "Z" {
        return Some(0);
    }
    let sign = match text.chars().next()? {
        '-' => -1,
        '+' => 1,
        _ => return None,
    };
    let digits = text.get(1..)?;
    let (hours, minutes) = match digits.len() {
        2 => (digits, "00"),
        4 => digits.split_at_checked(2)?,
        _ => digits.split_once(':')?,
    };
    let (hours, minutes) = (two_digits(hours)?, two_digits(minutes)?);
    (hours < 24 && minutes < 60).then_some(sign * i32::try_from(hours * 60 + minutes).ok()?)
}

/// A day or moment in the words of a format of `format-date-time()`: `%Y` year, `%y` its last two digits, `%m` month with
/// two digits, `%n` month, `%b` its short name, `%d` day with two digits, `%e` day, `%a` short name of the weekday, `%H`
/// hour with two digits, `%h` hour, `%M` minute, `%S` second, `%3` milliseconds. `%%` is a percent sign; what else stands
/// behind one stays as it is.
pub(super) fn format(day: Date, ms: u32, pattern: &str, language: &str) -> String {
    const MONTHS: [&str; 12] = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ];
    const WEEKDAYS: [[&str; 2]; 7] = [
        ["Sun", "周日"],
        ["Mon", "周一"],
        ["Tue", "周二"],
        ["Wed", "周三"],
        ["Thu", "周四"],
        ["Fri", "周五"],
        ["Sat", "周六"],
    ];
    let chinese = language.split('-').next() == Some("zh");
    let (hour, minute, second) = (ms / 3_600_000, ms / 60_000 % 60, ms / 1000 % 60);
    let mut out = String::new();
    let mut signs = pattern.chars();
    while let Some(sign) = signs.next() {
        if sign != '%' {
            out.push(sign);
            continue;
        }
        let Some(what) = signs.next() else {
            out.push('%');
            break;
        };
        let piece = match what {
            'Y' => format!("{:04}", day.year()),
            'y' => format!("{:02}", day.year().rem_euclid(100)),
            'm' => format!("{:02}", day.month()),
            'n' => day.month().to_string(),
            'b' if chinese => format!("{}月", day.month()),
            'b' => index(day.month() - 1, &MONTHS).to_owned(),
            'd' => format!("{:02}", day.day()),
            'e' => day.day().to_string(),
            'a' => index(day.weekday().to_sunday_zero_offset(), &WEEKDAYS)[usize::from(chinese)].to_owned(),
            'H' => format!("{hour:02}"),
            'h' => hour.to_string(),
            'M' => format!("{minute:02}"),
            'S' => format!("{second:02}"),
            '3' => format!("{:03}", ms % 1000),
            '%' => "%".to_owned(),
            other => format!("%{other}"),
        };
        out.push_str(&piece);
    }
    out
}

fn index<T: Copy + Default>(at: i8, list: &[T]) -> T {
    usize::try_from(at)
        .ok()
        .and_then(|at| list.get(at))
        .copied()
        .unwrap_or_default()
}

#[cfg(test)]
mod tests {
    use super::{at_offset, format, moment_to_days, offset, offset_text, parse_moment, parse_time};

    #[test]
    fn parse_time__what_phones_and_people_write() {
        for (text, ms, offset) in [
            ("14:05", 50_700_000, None),
            ("00:00:01.5", 1_500, None),
            ("23:59:59.999Z", 86_399_999, Some(0)),
            ("08:00:00.000+08:00", 28_800_000, Some(480)),
            ("08:00-0330", 28_800_000, Some(-210)),
            ("08:00+08", 28_800_000, Some(480)),
        ] {
            let time = parse_time(text).unwrap_or_else(|| panic!("{text}"));
            assert_eq!((time.ms, time.offset), (ms, offset), "{text}");
        }
        for text in [
            "24:00",
            "8:00",
            "08:60",
            "08",
            "08:00:",
            "08:00+8",
            "08:00:00:00",
            "",
            "08:00:0é",
        ] {
            assert_eq!(parse_time(text), None, "{text}");
        }
    }

    #[test]
    fn moment_to_days__offset_is_taken_away() {
        let days = |text: &str| parse_moment(text).map(|(day, time)| moment_to_days(day, time, None));
        assert_eq!(days("1970-01-02T12:00"), Some(1.5));
        assert_eq!(days("1970-01-02T12:00:00.000+12:00"), Some(1.0));
        assert_eq!(days("1970-01-02"), None);
        let here = |text: &str| parse_moment(text).map(|(day, time)| moment_to_days(day, time, Some(480)));
        assert_eq!(here("1970-01-02T12:00"), Some(1.5));
        assert_eq!(here("1970-01-02T12:00+08:00"), Some(1.5));
        assert_eq!(here("1970-01-02T04:00Z"), Some(1.5));
    }

    #[test]
    fn at_offset__days_turn_where_clocks_differ() {
        let shown = |text: &str, offset| {
            let (day, time) = parse_moment(text).unwrap();
            at_offset(day, time, offset).map(|(day, ms)| format!("{day} {}", ms / 60_000))
        };
        assert_eq!(
            shown("2026-11-23T20:00Z", Some(480)).as_deref(),
            Some("2026-11-24 240")
        );
        assert_eq!(
            shown("2026-01-01T01:00+08:00", Some(0)).as_deref(),
            Some("2025-12-31 1020")
        );
        assert_eq!(
            shown("2026-01-01T01:00+08:00", None).as_deref(),
            Some("2026-01-01 60")
        );
        assert_eq!(
            shown("2026-01-01T01:00", Some(480)).as_deref(),
            Some("2026-01-01 60")
        );
        assert_eq!(shown("9999-12-31T23:00Z", Some(480)), None);
        for minutes in [480, 0, -210, 5 * 60 + 45] {
            assert_eq!(offset(&offset_text(minutes)), Some(minutes));
        }
        assert_eq!((offset("Z"), offset("08:00"), offset("")), (Some(0), None, None));
    }

    #[test]
    fn format__every_sign() {
        let day = jiff::civil::date(2026, 3, 5);
        assert_eq!(
            format(
                day,
                33_303_007,
                "%Y %y %m %n %b %d %e %a %H:%h %M %S %3 %% %q %",
                "en"
            ),
            "2026 26 03 3 Mar 05 5 Thu 09:9 15 03 007 % %q %"
        );
        assert_eq!(format(day, 0, "%b%a", "zh"), "3月周四");
    }
}
