//! One answer: from what a person typed to the canonical text that is stored, or what is wrong with it.
//!
//! People type numbers with a Chinese input method (full-width digits), with blanks around them, and dates in the
//! way they say them; all of these are understood and stored in one form.

use std::borrow::Cow;

use jiff::civil::Date;

use crate::expression::parse_date;
use crate::form::QuestionKind;

/// The longest text that is kept, in characters.
pub(crate) const LONGEST_TEXT: usize = 10_000;
/// More digits than any count of people, yuan or days has; also what a double keeps exactly.
const MOST_DIGITS: usize = 15;
/// What a tick is stored as, in ODK too.
pub(crate) const TICKED: &str = "OK";
/// A step may be missed by this fraction of itself: 0.1 has no exact double.
const STEP_TOLERANCE: f64 = 1e-6;

pub(crate) mod parts;
pub(crate) mod rank;

/// What is wrong with an answer by its type alone.
#[derive(Clone, Debug, PartialEq)]
pub(crate) enum AnswerFault {
    NotAnInteger,
    NotANumber,
    NotADate,
    NotATime,
    NotAMoment,
    NotAPlace,
    NotALine,
    NotAnOutline,
    NotAFile,
    NotTicked,
    TooLarge,
    TooLong,
    OutsideRange,
    OffStep,
}

/// The canonical form of an answer that is not empty, for every kind whose form does not depend on a list.
pub(crate) fn canonical<'a>(kind: &QuestionKind, raw: &'a str) -> Result<Cow<'a, str>, AnswerFault> {
    match kind {
        QuestionKind::Integer => integer(raw),
        QuestionKind::Decimal => decimal(raw),
        QuestionKind::Date => date(raw),
        QuestionKind::Time => parts::time(raw).map(Cow::Owned).ok_or(AnswerFault::NotATime),
        QuestionKind::DateTime => parts::moment(raw).map(Cow::Owned).ok_or(AnswerFault::NotAMoment),
        QuestionKind::GeoPoint => parts::place(raw).map(Cow::Owned).ok_or(AnswerFault::NotAPlace),
        QuestionKind::GeoTrace => parts::places(raw, false)
            .map(Cow::Owned)
            .ok_or(AnswerFault::NotALine),
        QuestionKind::GeoShape => parts::places(raw, true)
            .map(Cow::Owned)
            .ok_or(AnswerFault::NotAnOutline),
        QuestionKind::Acknowledge => match raw.trim().to_ascii_lowercase().as_str() {
            "ok" | "yes" | "true" | "1" => Ok(Cow::Borrowed(TICKED)),
            _ => Err(AnswerFault::NotTicked),
        },
        QuestionKind::Upload { .. } if !crate::media::is_plain_name(raw.trim()) => Err(AnswerFault::NotAFile),
        QuestionKind::Range { start, end, step } => {
            let text = decimal(raw)?;
            let value: f64 = text.parse().map_err(|_| AnswerFault::NotANumber)?;
            let (least, most) = if start <= end {
                (*start, *end)
            } else {
                (*end, *start)
            };
            if !(least..=most).contains(&value) {
                return Err(AnswerFault::OutsideRange);
            }
            let steps = (value - start) / step;
            if (steps - steps.round()).abs() > STEP_TOLERANCE {
                return Err(AnswerFault::OffStep);
            }
            Ok(text)
        }
        QuestionKind::Text | QuestionKind::Barcode => {
            if raw.chars().count() > LONGEST_TEXT {
                return Err(AnswerFault::TooLong);
            }
            let trimmed = raw.trim();
            Ok(if trimmed.contains('\r') {
                Cow::Owned(trimmed.replace("\r\n", "\n").replace('\r', "\n"))
            } else {
                Cow::Borrowed(trimmed)
            })
        }
        _ => Ok(Cow::Borrowed(raw.trim())),
    }
}

/// The canonical form where there is one, else the answer as it came: what conditions look at while a respondent is
/// still on the way.
pub(crate) fn lenient<'a>(kind: &QuestionKind, raw: &'a str) -> Cow<'a, str> {
    let trimmed = raw.trim();
    if trimmed.is_empty() {
        return Cow::Borrowed("");
    }
    canonical(kind, raw).unwrap_or(Cow::Borrowed(trimmed))
}

fn integer(raw: &str) -> Result<Cow<'_, str>, AnswerFault> {
    match decimal(raw) {
        Ok(text) if text.contains('.') => Err(AnswerFault::NotAnInteger),
        Err(AnswerFault::NotANumber) => Err(AnswerFault::NotAnInteger),
        other => other,
    }
}

/// `-12.5`: no plus sign, no leading or trailing zeros, `0` for all kinds of zero.
fn decimal(raw: &str) -> Result<Cow<'_, str>, AnswerFault> {
    let folded = fold(raw);
    let (negative, unsigned) = match folded.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, folded.strip_prefix('+').unwrap_or(&folded)),
    };
    let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
    let digits = |text: &str| text.bytes().all(|byte| byte.is_ascii_digit());
    if (whole.is_empty() && fraction.is_empty()) || !digits(whole) || !digits(fraction) {
        return Err(AnswerFault::NotANumber);
    }
    let (whole, fraction) = (whole.trim_start_matches('0'), fraction.trim_end_matches('0'));
    if whole.len() + fraction.len() > MOST_DIGITS {
        return Err(AnswerFault::TooLarge);
    }
    if whole.is_empty() && fraction.is_empty() {
        return Ok(Cow::Borrowed("0"));
    }
    let sign = if negative { "-" } else { "" };
    let whole = if whole.is_empty() { "0" } else { whole };
    let dot = if fraction.is_empty() { "" } else { "." };
    let text = format!("{sign}{whole}{dot}{fraction}");
    // Most answers are canonical already; borrowing them spares the caller a copy.
    Ok(if text == raw {
        Cow::Borrowed(raw)
    } else {
        Cow::Owned(text)
    })
}

/// `2026-11-23`, read also from `2026/11/23`, `2026.11.23`, `20261123` and `2026年11月23日`.
fn date(raw: &str) -> Result<Cow<'_, str>, AnswerFault> {
    if raw.len() == 10 && parse_date(raw).is_some() {
        return Ok(Cow::Borrowed(raw));
    }
    let folded = fold(raw);
    let parts: Vec<&str> = if folded.len() == 8 && folded.bytes().all(|byte| byte.is_ascii_digit()) {
        vec![&folded[0..4], &folded[4..6], &folded[6..8]]
    } else {
        let separators = ['-', '/', '.', '年', '月', '日', '号'];
        folded
            .split(separators)
            .map(str::trim)
            .filter(|part| !part.is_empty())
            .collect()
    };
    let [year, month, day] = parts.as_slice() else {
        return Err(AnswerFault::NotADate);
    };
    // Two-digit years are not guessed at: 43 may be 1943.
    let read = |text: &str| text.parse::<i8>().map_err(|_| AnswerFault::NotADate);
    if year.len() != 4 {
        return Err(AnswerFault::NotADate);
    }
    let year: i16 = year.parse().map_err(|_| AnswerFault::NotADate)?;
    let date = Date::new(year, read(month)?, read(day)?).map_err(|_| AnswerFault::NotADate)?;
    Ok(Cow::Owned(date.to_string()))
}

/// Full-width digits and signs to ASCII, blanks around taken away.
fn fold(raw: &str) -> String {
    raw.trim()
        .chars()
        .map(|c| match c {
            '０'..='９' => {
                char::from(b'0' + u8::try_from(u32::from(c) - u32::from('０')).unwrap_or_default())
            }
            '．' | '。' | '｡' => '.',
            '－' | '\u{2212}' | '—' | '–' => '-',
            '＋' => '+',
            '／' => '/',
            other => other,
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::parts::{join, split};
    use super::{AnswerFault, canonical};
    use crate::form::QuestionKind;

    fn read(kind: &QuestionKind, raw: &str) -> Result<String, AnswerFault> {
        canonical(kind, raw).map(std::borrow::Cow::into_owned)
    }

    #[test]
    fn integer__full_width_digits_and_blanks__are_folded() {
        for (raw, stored) in [
            (" 42 ", "42"),
            ("４２", "42"),
            ("+7", "7"),
            ("007", "7"),
            ("-0", "0"),
            ("－３", "-3"),
            ("4.0", "4"),
        ] {
            assert_eq!(read(&QuestionKind::Integer, raw).as_deref(), Ok(stored), "{raw}");
        }
        for raw in ["4.5", "四", "1e3", "--1", "-", "𠮷", "1 2", "0x10"] {
            assert_eq!(
                read(&QuestionKind::Integer, raw),
                Err(AnswerFault::NotAnInteger),
                "{raw}"
            );
        }
        assert_eq!(
            read(&QuestionKind::Integer, "1234567890123456"),
            Err(AnswerFault::TooLarge)
        );
    }

    #[test]
    fn decimal__zeros_that_say_nothing__are_dropped() {
        for (raw, stored) in [
            ("1.50", "1.5"),
            (".5", "0.5"),
            ("00.0", "0"),
            ("１２．５", "12.5"),
            ("-0.25", "-0.25"),
        ] {
            assert_eq!(read(&QuestionKind::Decimal, raw).as_deref(), Ok(stored), "{raw}");
        }
        assert_eq!(read(&QuestionKind::Decimal, "."), Err(AnswerFault::NotANumber));
    }

    #[test]
    fn date__ways_people_write_it__are_one_form() {
        for raw in [
            "2026-11-03",
            "2026/11/3",
            "2026年11月3日",
            "２０２６－１１－０３",
            "20261103",
            "2026.11.3",
        ] {
            assert_eq!(
                read(&QuestionKind::Date, raw).as_deref(),
                Ok("2026-11-03"),
                "{raw}"
            );
        }
        for raw in ["2026-02-30", "26-11-03", "11/03/2026", "昨天", "2026-11"] {
            assert_eq!(
                read(&QuestionKind::Date, raw),
                Err(AnswerFault::NotADate),
                "{raw}"
            );
        }
    }

    #[test]
    fn date__three_fields__are_one_answer_and_three_fields_again() {
        for (fields, joined, shown) in [
            (["2026", "1", "31"], "2026-1-31", ["2026", "1", "31"]),
            (["２０２６", " 01 ", "09"], "２０２６-01-09", ["2026", "1", "9"]),
            (["2026年", "1月", "31日"], "2026年-1月-31日", ["2026", "1", "31"]),
            (["20260131", "", ""], "20260131", ["2026", "1", "31"]),
            (["2026-01-31", "", ""], "2026-01-31", ["2026", "1", "31"]),
            (["2026", "", "31"], "2026--31", ["2026", "", "31"]),
            (["", "1", ""], "-1", ["", "1", ""]),
            (["2026", "02", "30"], "2026-02-30", ["2026", "02", "30"]),
            (["昨天", "", ""], "昨天", ["昨天", "", ""]),
            (["", " ", ""], "", ["", "", ""]),
        ] {
            assert_eq!(join(&QuestionKind::Date, &fields), joined);
            assert_eq!(
                split(&QuestionKind::Date, joined),
                shown.map(str::to_owned),
                "{joined}"
            );
        }
    }

    #[test]
    fn range__steps_that_no_double_holds__are_accepted() {
        let range = QuestionKind::Range {
            start: 0.0,
            end: 1.0,
            step: 0.1,
        };
        assert_eq!(read(&range, "0.3").as_deref(), Ok("0.3"));
        assert_eq!(read(&range, "0.35"), Err(AnswerFault::OffStep));
        assert_eq!(read(&range, "1.1"), Err(AnswerFault::OutsideRange));
    }
}
