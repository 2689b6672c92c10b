//! Days, moments, characters and identifiers.

use base64::Engine as _;
use base64::alphabet;
use base64::engine::DecodePaddingMode;
use base64::engine::general_purpose::{GeneralPurpose, GeneralPurposeConfig, STANDARD};
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{Call, Context};
use crate::expression::chance::{ParkMiller, hexadecimal, uuid};
use crate::expression::date::{from_days, parse_date};
use crate::expression::function::Function;
use crate::expression::moment::{DAY_MS, at_offset, day_part, format, parse_moment, parse_time};
use crate::expression::value::Value;

/// Longer than any identifier that somebody would have to type.
const LONGEST_ID: f64 = 64.0;

impl<'a, C: Context<'a>> Call<'a, '_, C> {
    pub(super) fn day(&self, function: Function) -> Value<'a> {
        match function {
            Function::Today => Value::Date(self.context.today()),
            Function::Now => self.context.now(),
            _ => match self.argument(0) {
                Value::Text(text) => {
                    let shown = match parse_moment(&text) {
                        Some((day, time)) => at_offset(day, time, self.context.offset()).map(|(day, _)| day),
                        None => parse_date(&text),
                    };
                    shown.map_or(Value::EMPTY, Value::Date)
                }
                Value::Date(date) => Value::Date(date),
                other => from_days(other.to_number()).map_or(Value::EMPTY, Value::Date),
            },
        }
    }

    pub(super) fn moment(&self, function: Function) -> Value<'a> {
        let value = self.argument(0);
        match function {
            Function::DecimalDateTime => Value::Number(value.to_number_at(self.context.offset())),
            Function::DecimalTime => {
                let text = value.to_text();
                let shown = match parse_moment(&text) {
                    Some((day, time)) => at_offset(day, time, self.context.offset()).map(|(_, ms)| ms),
                    None => parse_time(&text).map(|time| time.ms),
                };
                Value::Number(shown.map_or(f64::NAN, day_part))
            }
            _ => {
                let pattern = self.text(1);
                clock(&value, self.context.offset()).map_or(Value::EMPTY, |(day, ms)| {
                    Value::text(format(day, ms, &pattern, self.context.language()))
                })
            }
        }
    }

    pub(super) fn translate(&self) -> Value<'a> {
        let (text, from) = (self.text(0), self.text(1));
        let to: Vec<char> = self.text(2).chars().collect();
        let changed = text
            .chars()
            .filter_map(|c| match from.chars().position(|known| known == c) {
                Some(at) => to.get(at).copied(),
                None => Some(c),
            });
        Value::text(changed.collect::<String>())
    }

    pub(super) fn uuid(&self) -> Value<'a> {
        let mut chance = ParkMiller::new((self.context.chance() * 2_147_483_647.0) as i64);
        if self.arguments.is_empty() {
            return Value::text(uuid(&mut chance));
        }
        let length = self.number(0).clamp(0.0, LONGEST_ID) as usize;
        Value::text(hexadecimal(&mut chance, length))
    }

    /// SHA-256, in base64 unless hex is asked for; empty for every other algorithm.
    pub(super) fn digest(&self) -> Value<'a> {
        if !self.text(1).eq_ignore_ascii_case("SHA-256") {
            return Value::EMPTY;
        }
        let sum = Sha256::digest(self.text(0).as_bytes());
        Value::text(if self.text(2).eq_ignore_ascii_case("hex") {
            sum.iter().map(|byte| format!("{byte:02x}")).collect()
        } else {
            STANDARD.encode(sum)
        })
    }
}

/// Blanks are passed over, and the signs that fill up the last group may be missing, as clients forgive both.
const FORGIVING: GeneralPurpose = GeneralPurpose::new(
    &alphabet::STANDARD,
    GeneralPurposeConfig::new()
        .with_decode_padding_mode(DecodePaddingMode::RequireNone)
        .with_decode_allow_trailing_bits(true),
);

/// The text that base64 stands for, bytes that are no UTF-8 as U+FFFD; none for what is no base64.
pub(super) fn base64_decode(text: &str) -> Option<String> {
    let signs: String = text.chars().filter(|c| !c.is_ascii_whitespace()).collect();
    let bytes = FORGIVING.decode(signs.trim_end_matches('=')).ok()?;
    Some(String::from_utf8_lossy(&bytes).into_owned())
}

/// The day and the milliseconds of it that a value says, by the clock of the place.
fn clock(value: &Value<'_>, offset: Option<i32>) -> Option<(Date, u32)> {
    match value {
        Value::Text(text) => match parse_moment(text) {
            Some((day, time)) => at_offset(day, time, offset),
            None => parse_date(text).map(|day| (day, 0)),
        },
        Value::Date(date) => Some((*date, 0)),
        Value::Boolean(_) => None,
        Value::Number(days) => {
            let day = from_days(*days)?;
            let ms = ((days - days.floor()) * f64::from(DAY_MS)).round();
            Some((day, (ms as u32).min(DAY_MS - 1)))
        }
    }
}
