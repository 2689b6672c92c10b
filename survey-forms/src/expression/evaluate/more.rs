//! Days, moments, characters and identifiers.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use jiff::civil::Date;
use sha2::{Digest, Sha256};

use super::{Call, Context};
use crate::expression::chance::{ParkMiller, hexadecimal, uuid};
use crate::expression::date::{from_days, parse_date};
use crate::expression::function::Function;
use crate::expression::moment::{DAY_MS, format, parse_moment, parse_time, time_to_fraction};
use crate::expression::value::Value;

/// Longer than any identifier that somebody would have to type.
const LONGEST_ID: f64 = 64.0;

impl<'a, C: Context<'a>> Call<'a, '_, C> {
    pub(super) fn day(&self, function: Function) -> Value<'a> {
        match function {
            Function::Today => Value::Date(self.context.today()),
            Function::Now => self.context.now(),
            _ => match self.argument(0) {
                Value::Text(text) => parse_date(&text).map_or(Value::EMPTY, Value::Date),
                Value::Date(date) => Value::Date(date),
                other => from_days(other.to_number()).map_or(Value::EMPTY, Value::Date),
            },
        }
    }

    pub(super) fn moment(&self, function: Function) -> Value<'a> {
        let value = self.argument(0);
        match function {
            Function::DecimalDateTime => Value::Number(value.to_number()),
            Function::DecimalTime => {
                let text = value.to_text();
                let time = parse_moment(&text)
                    .map(|(_, time)| time)
                    .or_else(|| parse_time(&text));
                Value::Number(time.map_or(f64::NAN, time_to_fraction))
            }
            _ => {
                let pattern = self.text(1);
                clock(&value).map_or(Value::EMPTY, |(day, ms)| {
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

/// The day and the milliseconds of it that a value says.
fn clock(value: &Value<'_>) -> Option<(Date, u32)> {
    match value {
        Value::Text(text) => match parse_moment(text) {
            Some((day, time)) => Some((day, time.ms)),
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
