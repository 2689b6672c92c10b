//! Answers that are typed into several fields: days, times, moments and places.

use super::{date, decimal, fold};
use crate::expression::moment::{offset_text, parse_time};
use crate::expression::parse_date;
use crate::form::QuestionKind;

/// More places than a day's walk with a phone that notes one every few seconds.
const MOST_PLACES: usize = 10_000;

/// `14:05`, or `14:05:30` where there are seconds: read also from `14：5`, `14时5分`, and what ODK writes,
/// `14:05:00.000+08:00`, of which the clock counts and not the offset.
///
/// An offset makes a moment of a day with a time, and is kept there ([`moment`]). A time of day alone stays a time of day:
/// - what a device writes behind it is where its clock was when it was asked, not when it is five past two: where clocks
///   are put forward in summer, "I get up at six" said in July and meant for January would be moved by an hour;
/// - the same answer typed on a page has none, and both must be one value to be counted, compared (`${a} < ${b}`) and
///   recognised when it is sent again by the other way;
/// - `decimal-time()` counts in the clock of the place, which the digits say already.
pub(super) fn time(raw: &str) -> Option<String> {
    let folded = fold(raw).replace('：', ":");
    let (hour, minute, second) = match parse_time(&folded) {
        Some(time) => (time.ms / 3_600_000, time.ms / 60_000 % 60, time.ms / 1000 % 60),
        None => {
            let separators = [':', '时', '点', '分', '秒', '.'];
            let mut numbers = Vec::new();
            for part in folded
                .split(separators)
                .map(str::trim)
                .filter(|part| !part.is_empty())
            {
                let digits = part.len() <= 2 && part.bytes().all(|byte| byte.is_ascii_digit());
                numbers.push(part.parse::<u32>().ok().filter(|_| digits)?);
            }
            match numbers.as_slice() {
                [hour, minute] => (*hour, *minute, 0),
                [hour, minute, second] => (*hour, *minute, *second),
                _ => return None,
            }
        }
    };
    if hour > 23 || minute > 59 || second > 59 {
        return None;
    }
    Some(if second == 0 {
        format!("{hour:02}:{minute:02}")
    } else {
        format!("{hour:02}:{minute:02}:{second:02}")
    })
}

/// `2026-11-23T14:05`, with a day and a time as those are read alone, between them `T` or a blank. Where the clock says how
/// far it is ahead of Greenwich's, as a device's does, that stays: `2026-11-23T14:05+08:00`.
pub(super) fn moment(raw: &str) -> Option<String> {
    let trimmed = raw.trim();
    let (day, clock) = trimmed
        .split_once('T')
        .or_else(|| trimmed.rsplit_once(char::is_whitespace))?;
    let day = date(day).ok()?;
    let offset = parse_time(&fold(clock).replace('：', ":")).and_then(|time| time.offset);
    let offset = offset.map_or(String::new(), offset_text);
    Some(format!("{day}T{}{offset}", time(clock)?))
}

/// Places with semicolons or line breaks between, each as [`place`] has it: at least two, and for an outline three, closed
/// by the first where it is not.
pub(super) fn places(raw: &str, is_outline: bool) -> Option<String> {
    let parts = raw
        .split([';', '；', '\n', '\r'])
        .map(str::trim)
        .filter(|part| !part.is_empty());
    let mut places = parts.map(place).collect::<Option<Vec<String>>>()?;
    let where_of = |place: &String| place.split(' ').take(2).collect::<Vec<_>>().join(" ");
    if is_outline
        && let (Some(first), Some(last)) = (places.first(), places.last())
        && where_of(first) != where_of(last)
    {
        places.push(first.clone());
    }
    let least = if is_outline { 4 } else { 2 };
    (least..=MOST_PLACES)
        .contains(&places.len())
        .then(|| places.join(";"))
}

/// `38.25 116.5 0 0`: latitude, longitude, height and accuracy in metres, of which the last two may be left out.
pub(super) fn place(raw: &str) -> Option<String> {
    let mut numbers = Vec::new();
    for part in raw
        .split([' ', ',', '，', '\t', '\u{3000}'])
        .filter(|part| !part.is_empty())
    {
        numbers.push(decimal(part).ok()?.into_owned());
    }
    if !(2..=4).contains(&numbers.len()) {
        return None;
    }
    numbers.resize(4, "0".to_owned());
    let value = |at: usize| numbers.get(at).and_then(|text: &String| text.parse::<f64>().ok());
    let fits = value(0)?.abs() <= 90.0 && value(1)?.abs() <= 180.0 && value(3)? >= 0.0;
    fits.then(|| numbers.join(" "))
}

/// What was written into the fields of a question, as one answer. A part that stands alone is left as it is: it may be
/// the whole. Nothing in all of them is no answer.
pub(crate) fn join(kind: &QuestionKind, fields: &[&str]) -> String {
    let fields: Vec<&str> = fields.iter().map(|part| part.trim()).collect();
    let with = |parts: &[&str], sign: char| parts.join(&sign.to_string()).trim_end_matches(sign).to_owned();
    match kind {
        QuestionKind::Time => with(&fields, ':'),
        QuestionKind::GeoPoint if fields.iter().any(|part| !part.is_empty()) => fields.join(","),
        QuestionKind::GeoPoint => String::new(),
        QuestionKind::DateTime if fields.len() > 3 => {
            let (day, clock) = fields.split_at(3);
            let (day, clock) = (with(day, '-'), with(clock, ':'));
            if clock.is_empty() {
                day
            } else {
                format!("{day}T{clock}")
            }
        }
        _ => with(&fields, '-'),
    }
}

/// What stands in the fields of a question: the parts of the answer, or what was typed where it is none.
pub(crate) fn split(kind: &QuestionKind, raw: &str) -> Vec<String> {
    let fields = match kind {
        QuestionKind::Date => split_day(raw),
        QuestionKind::Time => split_clock(raw),
        QuestionKind::DateTime => {
            let read = moment(raw).unwrap_or_else(|| raw.trim().to_owned());
            let (day, clock) = read.split_once('T').unwrap_or((&read, ""));
            let mut fields = split_day(day);
            fields.extend(split_clock(clock));
            fields
        }
        QuestionKind::GeoPoint => {
            let read = place(raw);
            let separator = if read.is_some() { ' ' } else { ',' };
            let text = read.as_deref().unwrap_or(raw.trim());
            text.split(separator)
                .take(2)
                .map(|part| part.trim().to_owned())
                .collect()
        }
        _ => vec![raw.to_owned()],
    };
    let mut fields = fields;
    fields.resize(kind.fields(), String::new());
    fields
}

fn split_day(raw: &str) -> Vec<String> {
    let read = date(raw).unwrap_or(std::borrow::Cow::Borrowed(raw));
    let is_date = parse_date(&read).is_some();
    let parts = read.trim().splitn(3, '-').map(str::trim).enumerate();
    let mut fields: Vec<String> = parts
        // People write 3, not 03.
        .map(|(at, part)| match part.strip_prefix('0') {
            Some(rest) if is_date && at > 0 => rest.to_owned(),
            _ => part.to_owned(),
        })
        .collect();
    fields.resize(3, String::new());
    fields
}

fn split_clock(raw: &str) -> Vec<String> {
    let read = time(raw).unwrap_or_else(|| raw.trim().to_owned());
    let (hour, rest) = read.split_once(':').unwrap_or((&read, ""));
    vec![hour.trim().to_owned(), rest.trim().to_owned()]
}

#[cfg(test)]
mod tests {
    use super::{join, moment, place, places, split, time};
    use crate::form::QuestionKind;

    #[test]
    fn time__ways_people_and_phones_write_it__are_one_form() {
        for raw in [
            "14:05",
            "14：5",
            "１４：０５",
            "14时5分",
            "14:05:00.000+08:00",
            "14.5",
            "14点05分",
        ] {
            assert_eq!(time(raw).as_deref(), Some("14:05"), "{raw}");
        }
        assert_eq!(time("8:00:09").as_deref(), Some("08:00:09"));
        for raw in ["24:00", "14", "14:60", "下午2点", "", "1:2:3:4", "123:00"] {
            assert_eq!(time(raw), None, "{raw}");
        }
    }

    #[test]
    fn time__by_any_clock__is_the_answer_that_a_page_gets() {
        let typed = time("14:05");
        for raw in [
            "14:05:00.000+08:00",
            "14:05:00.000-03:30",
            "14:05:00Z",
            "14:05+0000",
        ] {
            assert_eq!(time(raw), typed, "{raw}");
        }
        // Of a moment it stays.
        assert_ne!(moment("2026-11-03T14:05Z"), moment("2026-11-03T14:05"));
    }

    #[test]
    fn moment__day_and_time() {
        for raw in ["2026-11-03T14:05", "2026年11月3日 14:05", "2026-11-3T14:5"] {
            assert_eq!(moment(raw).as_deref(), Some("2026-11-03T14:05"), "{raw}");
        }
        for (raw, read) in [
            ("2026-11-03T14:05:00.000+08:00", "2026-11-03T14:05+08:00"),
            ("2026-11-03T14:05:09.1Z", "2026-11-03T14:05:09+00:00"),
            ("2026-11-03T14:05-0330", "2026-11-03T14:05-03:30"),
            ("2026-11-03T14:05+08:00", "2026-11-03T14:05+08:00"),
        ] {
            assert_eq!(moment(raw).as_deref(), Some(read), "{raw}");
            assert_eq!(
                split(&QuestionKind::DateTime, raw)[3..],
                [
                    "14".to_owned(),
                    read[14..].split(['+', '-']).next().unwrap().to_owned()
                ]
            );
        }
        for raw in ["2026-11-03", "14:05", "2026-11-03T", "2026-02-30T14:05"] {
            assert_eq!(moment(raw), None, "{raw}");
        }
    }

    #[test]
    fn place__two_to_four_numbers() {
        assert_eq!(place("38.25,116.50").as_deref(), Some("38.25 116.5 0 0"));
        assert_eq!(
            place("３８．２５ 116.5 12 4.9").as_deref(),
            Some("38.25 116.5 12 4.9")
        );
        for raw in ["38.25", "91 0", "0 181", "0 0 0 -1", "a b", "1 2 3 4 5", ""] {
            assert_eq!(place(raw), None, "{raw}");
        }
    }

    #[test]
    fn places__lines_and_outlines() {
        assert_eq!(
            places("38.25,116.5\n38.26 116.5 12 4.9；", false).as_deref(),
            Some("38.25 116.5 0 0;38.26 116.5 12 4.9")
        );
        assert_eq!(
            places("1 1;2 2;3 1", true).as_deref(),
            Some("1 1 0 0;2 2 0 0;3 1 0 0;1 1 0 0")
        );
        let closed = "1 1 0 0;2 2 0 0;3 1 0 0;1 1 5 2";
        assert_eq!(places(closed, true).as_deref(), Some(closed));
        for (raw, is_outline) in [
            ("1 1", false),
            ("1 1;2 2", true),
            ("1 1;1 1;1 1", true),
            ("1 1;x", false),
            ("", false),
        ] {
            assert_eq!(places(raw, is_outline), None, "{raw}");
        }
    }

    #[test]
    fn fields__are_one_answer_and_fields_again() {
        for (kind, fields, joined, shown) in [
            (QuestionKind::Time, &["14", "5"][..], "14:5", &["14", "05"][..]),
            (QuestionKind::Time, &["", "5"], ":5", &["", "5"]),
            (QuestionKind::Time, &["14:05", ""], "14:05", &["14", "05"]),
            (QuestionKind::Time, &["", ""], "", &["", ""]),
            (
                QuestionKind::GeoPoint,
                &["38.25", "116.5"],
                "38.25,116.5",
                &["38.25", "116.5"],
            ),
            (QuestionKind::GeoPoint, &["", "116.5"], ",116.5", &["", "116.5"]),
            (QuestionKind::GeoPoint, &["x", "y"], "x,y", &["x", "y"]),
            (QuestionKind::GeoPoint, &["", ""], "", &["", ""]),
            (
                QuestionKind::DateTime,
                &["2026", "1", "31", "9", "30"],
                "2026-1-31T9:30",
                &["2026", "1", "31", "09", "30"],
            ),
            (
                QuestionKind::DateTime,
                &["2026", "", "", "", ""],
                "2026",
                &["2026", "", "", "", ""],
            ),
            (
                QuestionKind::DateTime,
                &["", "", "", "9", ""],
                "T9",
                &["", "", "", "9", ""],
            ),
            (
                QuestionKind::DateTime,
                &["", "", "", "", ""],
                "",
                &["", "", "", "", ""],
            ),
        ] {
            assert_eq!(join(&kind, fields), joined);
            assert_eq!(split(&kind, joined), shown, "{joined}");
        }
    }
}
