//! Who is meant by a name and a number.

use std::collections::BTreeSet;

use crate::app::Base;
use crate::store::StoreError;
use crate::store::frame::{self, Identity};

/// A name as it is compared: without spaces and middle dots, which registers set differently.
fn plain_name(name: &str) -> String {
    name.chars()
        .filter(|c| !c.is_whitespace() && !matches!(c, '·' | '•' | '・' | '.'))
        .flat_map(char::to_lowercase)
        .collect()
}

/// A number as it is compared: digits and letters alone, of full width or not, without the country's prefix.
fn plain_number(number: &str) -> String {
    let narrow = |c: char| match c {
        '\u{ff01}'..='\u{ff5e}' => u32::from(c)
            .checked_sub(0xfee0)
            .and_then(char::from_u32)
            .unwrap_or(c),
        _ => c,
    };
    let plain: String = number
        .trim_start_matches("+86")
        .chars()
        .map(narrow)
        .filter(char::is_ascii_alphanumeric)
        .map(|c| c.to_ascii_uppercase())
        .collect();
    plain
}

/// Shortest number that is looked for, in digits: shorter ones would fit many.
const SHORTEST_NUMBER: usize = 6;

/// Who is meant by a name and a number.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Found {
    /// Nobody in the round's register.
    Nobody,
    /// Several people, by their card numbers: a telephone that a family shares.
    Several,
    /// One person, by the keys of the frame's members: somebody's relative may be in the register themselves.
    One(Vec<String>),
}

/// Finds the member of a round's frame who has this name and this card or telephone number.
///
/// # Errors
/// When the database does not answer or the key file is another one.
pub async fn find(base: &Base, round: &str, name: &str, number: &str) -> Result<Found, StoreError> {
    let (name, number) = (plain_name(name), plain_number(number));
    if name.is_empty() || number.len() < SHORTEST_NUMBER {
        return Ok(Found::Nobody);
    }
    let mut cards = BTreeSet::new();
    let is_meant = |identity: &Identity| {
        let (card, phone) = (plain_number(&identity.card_number), plain_number(&identity.phone));
        let is_meant = plain_name(&identity.name) == name && (card == number || phone == number);
        if is_meant && !card.is_empty() {
            cards.insert(card);
        }
        is_meant
    };
    let found = frame::find(&base.db, &base.keys, round, is_meant).await?;
    Ok(match (found.is_empty(), cards.len()) {
        (true, _) => Found::Nobody,
        (false, 0 | 1) => Found::One(found),
        _ => Found::Several,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_and_numbers_are_compared_as_people_write_them() {
        assert_eq!(plain_name(" 阿依古丽 · 买买提 "), plain_name("阿依古丽•买买提"));
        assert_eq!(plain_number("+86 139-0000-1111"), "13900001111");
        assert_eq!(plain_number("１３９００００１１１１"), "13900001111");
        assert_eq!(plain_number("99010119700101123x"), "99010119700101123X");
    }
}
