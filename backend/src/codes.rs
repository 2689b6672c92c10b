//! Invitation codes: 60 bits as 12 symbols of Crockford's base 32, and a check symbol.
//!
//! A code is the HMAC of the invitation's id under the code key, so that it can
//! be printed again and is stored nowhere. The check symbol is from the same 32:
//! reading the symbols as elements of GF(32) (x⁵ + x² + 1, generator α = x), a
//! code is right when Σ αⁱ·xᵢ = 0. An error in one place i adds αⁱ·e ≠ 0, and
//! swapping places i and j adds (αⁱ + αʲ)(xᵢ + xⱼ) ≠ 0 for i ≠ j below 31 and
//! xᵢ ≠ xⱼ; so every single wrong symbol and every swap of two is noticed.

use std::fmt;

use thiserror::Error;
use uuid::Uuid;

use crate::keys::Keys;

const ALPHABET: &[u8; 32] = b"0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const DATA_SYMBOLS: usize = 12;
const SYMBOLS: usize = DATA_SYMBOLS + 1;
/// Where a hyphen is printed: three groups of four symbols, and the check symbol by itself.
const GROUP_STARTS: [usize; 3] = [4, 8, 12];

/// A well-formed invitation code; whether it was ever issued is another question.
#[derive(Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Code([u8; SYMBOLS]);

/// Why what was typed is not a code.
#[derive(Clone, Copy, Debug, Error, PartialEq, Eq)]
pub enum CodeError {
    /// Too few or too many symbols: so many.
    #[error("a code has {SYMBOLS} letters and digits, not {0}")]
    Length(usize),
    /// A character that no code has.
    #[error("a code has no character {0:?}")]
    Symbol(char),
    /// A slip of the pen.
    #[error("the code has a typing mistake")]
    Check,
}

/// x·α in GF(32).
fn times_alpha(x: u8) -> u8 {
    let shifted = x << 1;
    if shifted & 0b10_0000 == 0 {
        shifted
    } else {
        shifted ^ 0b10_0101
    }
}

/// Σ αⁱ·xᵢ with i counted from the last symbol, by Horner's rule.
fn syndrome(symbols: &[u8]) -> u8 {
    symbols.iter().fold(0, |sum, symbol| times_alpha(sum) ^ symbol)
}

fn value_of(symbol: char) -> Option<u8> {
    let symbol = match symbol.to_ascii_uppercase() {
        'O' => '0',
        'I' | 'L' => '1',
        other => other,
    };
    let position = ALPHABET.iter().position(|known| char::from(*known) == symbol)?;
    u8::try_from(position).ok()
}

/// Half-width form of a full-width character, as Chinese keyboards type it.
fn half_width(c: char) -> char {
    match c {
        '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
        other => other,
    }
}

/// What people and programs put between groups: spaces, dashes of all kinds, dots, and invisible characters that come
/// along when a code is copied.
fn is_separator(c: char) -> bool {
    c.is_whitespace()
        || matches!(
            c,
            '-' | '_' | '.' | '·' | '\u{2010}'..='\u{2015}' | '\u{2212}' | '\u{30fc}' | '\u{200b}'..='\u{200f}' | '\u{2060}' | '\u{feff}'
        )
}

impl Code {
    /// The code of an invitation.
    pub fn of_invitation(keys: &Keys, invitation: Uuid) -> Self {
        let [a, b, c, d, e, f, g, h, ..] = keys.code_bytes(invitation);
        Self::from_bits(u64::from_be_bytes([a, b, c, d, e, f, g, h]) >> 4)
    }

    /// The code of the low 60 bits.
    fn from_bits(bits: u64) -> Self {
        let mut symbols = [0; SYMBOLS];
        for (place, symbol) in symbols.iter_mut().take(DATA_SYMBOLS).enumerate() {
            *symbol = (bits >> (5 * (DATA_SYMBOLS - 1 - place)) & 31) as u8;
        }
        // The last place has the factor α⁰ = 1, so that the sum of the others is the check symbol.
        symbols[DATA_SYMBOLS] = syndrome(&symbols);
        Self(symbols)
    }

    /// Reads a code as people type it: any case, with spaces and hyphens, O for 0, I and L for 1, full-width forms.
    ///
    /// # Errors
    /// [`CodeError`].
    pub fn parse(text: &str) -> Result<Self, CodeError> {
        let mut symbols = [0; SYMBOLS];
        let mut count = 0;
        for c in text.chars().map(half_width) {
            if is_separator(c) {
                continue;
            }
            let value = value_of(c).ok_or(CodeError::Symbol(c))?;
            if let Some(symbol) = symbols.get_mut(count) {
                *symbol = value;
            }
            count += 1;
        }
        if count != SYMBOLS {
            return Err(CodeError::Length(count));
        }
        if syndrome(&symbols) != 0 {
            return Err(CodeError::Check);
        }
        Ok(Self(symbols))
    }

    /// The symbols without hyphens, for URLs.
    pub fn compact(&self) -> String {
        self.0
            .iter()
            .map(|value| char::from(ALPHABET[usize::from(*value & 31)]))
            .collect()
    }

    /// What the database keeps of this code.
    pub fn lookup(&self, keys: &Keys) -> String {
        keys.code_lookup(&self.compact())
    }
}

impl fmt::Display for Code {
    /// In groups, for print.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for (place, c) in self.compact().chars().enumerate() {
            if GROUP_STARTS.contains(&place) {
                f.write_str("-")?;
            }
            write!(f, "{c}")?;
        }
        Ok(())
    }
}

impl fmt::Debug for Code {
    /// A code opens a questionnaire: it must not reach a log by accident.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Code(not shown)")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn check_symbol_is_as_computed_by_hand() {
        // Only the last data symbol is 1: the check symbol is α·1 = 2.
        assert_eq!(Code::from_bits(1).to_string(), "0000-0000-0001-2");
        assert_eq!(Code::parse("0000 0000 00012"), Ok(Code::from_bits(1)));
    }

    #[test]
    fn typed_forms_are_understood() {
        let code = Code::from_bits(0x0123_4567_89ab_cdef & ((1 << 60) - 1));
        let text = code.to_string();
        let typed = text
            .to_lowercase()
            .replace('0', "o")
            .replace('1', "L")
            .replace('-', " — ");
        assert_eq!(Code::parse(&typed), Ok(code));
        let wide: String = text
            .chars()
            .map(|c| char::from_u32(u32::from(c) + 0xfee0).unwrap())
            .collect();
        assert_eq!(Code::parse(&wide), Ok(code));
        let copied = format!("\u{feff}{}\u{200b}", text.replace('-', "·"));
        assert_eq!(Code::parse(&copied), Ok(code));
    }

    #[test]
    fn what_is_no_code_says_why() {
        assert_eq!(Code::parse(""), Err(CodeError::Length(0)));
        assert_eq!(Code::parse("0000-0000-0001"), Err(CodeError::Length(12)));
        assert_eq!(Code::parse("0000-0000-000122"), Err(CodeError::Length(14)));
        assert_eq!(Code::parse("0000-0000-0001U"), Err(CodeError::Symbol('U')));
        assert_eq!(Code::parse("0000-0000-00011"), Err(CodeError::Check));
        assert_eq!(Code::parse("残疾人"), Err(CodeError::Symbol('残')));
    }

    #[test]
    fn debug_shows_no_code() {
        assert!(!format!("{:?}", Code::from_bits(5)).contains('5'));
    }

    proptest! {
        #[test]
        fn parse_undoes_print(bits in 0u64..1 << 60) {
            let code = Code::from_bits(bits);
            prop_assert_eq!(Code::parse(&code.to_string()), Ok(code));
            prop_assert_eq!(Code::parse(&code.compact()), Ok(code));
        }

        #[test]
        fn every_single_substitution_is_caught(bits in 0u64..1 << 60) {
            let code = Code::from_bits(bits);
            for place in 0..SYMBOLS {
                for change in 1..32 {
                    let mut symbols = code.0;
                    symbols[place] ^= change;
                    prop_assert_eq!(Code::parse(&Code(symbols).compact()), Err(CodeError::Check));
                }
            }
        }

        #[test]
        fn every_transposition_is_caught(bits in 0u64..1 << 60) {
            let code = Code::from_bits(bits);
            for i in 0..SYMBOLS {
                for j in i + 1..SYMBOLS {
                    let mut symbols = code.0;
                    symbols.swap(i, j);
                    if symbols != code.0 {
                        prop_assert_eq!(Code::parse(&Code(symbols).compact()), Err(CodeError::Check));
                    }
                }
            }
        }

        #[test]
        fn parsing_never_panics(text in "\\PC*") {
            let _ = Code::parse(&text);
        }
    }
}
