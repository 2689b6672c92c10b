//! Orders: every choice has a number, chosen from a list of numbers beside it, so that nothing has to be dragged.
//!
//! The stored answer is the names in their order, `care rehab job`, as ODK stores it. While it is not whole it is kept
//! as it was given, `1:care 1:rehab`, so that the page shows it again.

/// What stands between a number and the name it was given to.
const SIGN: char = ':';

/// What is wrong with an order.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum RankFault {
    /// A name that is not on the list.
    Unknown,
    /// Not every choice has a number.
    Incomplete,
    /// Two choices have the same number.
    Twice,
}

/// The values that a page sent, each a number and a name, as one answer: the names alone when the order is whole.
pub(crate) fn join<'v>(values: impl Iterator<Item = &'v str>) -> String {
    let mut given: Vec<&str> = values.map(str::trim).filter(|value| !value.is_empty()).collect();
    if let [one] = given.as_slice()
        && !one.contains(SIGN)
    {
        return (*one).to_owned();
    }
    given.sort_by_key(|value| number(value).unwrap_or(usize::MAX));
    let whole = given
        .iter()
        .enumerate()
        .all(|(at, value)| number(value) == Some(at + 1));
    if whole {
        given = given
            .into_iter()
            .filter_map(|value| value.split_once(SIGN).map(|(_, name)| name))
            .collect();
    }
    given.join(" ")
}

/// The number that a choice has in an answer, whole or not.
pub(crate) fn place_of(answer: &str, name: &str) -> Option<usize> {
    let mut parts = answer.split_whitespace().enumerate();
    if answer.contains(SIGN) {
        return parts.find_map(|(_, part)| {
            let (_, given) = part.split_once(SIGN).filter(|_| number(part).is_some())?;
            (given == name).then(|| number(part)).flatten()
        });
    }
    parts.find(|(_, part)| *part == name).map(|(at, _)| at + 1)
}

/// The stored form of an answer: all of `offered` once, in the order given.
pub(crate) fn canonical(answer: &str, offered: &[&str]) -> Result<String, RankFault> {
    let parts: Vec<&str> = answer.split_whitespace().collect();
    let numbered = parts
        .iter()
        .any(|part| number(part).is_some() && !offered.contains(part));
    let names: Vec<&str> = parts
        .iter()
        .map(|part| match part.split_once(SIGN) {
            Some((_, name)) if numbered => name,
            _ => part,
        })
        .collect();
    if names.iter().any(|name| !offered.contains(name)) {
        return Err(RankFault::Unknown);
    }
    let twice = |items: &[&str]| {
        items
            .iter()
            .enumerate()
            .any(|(at, item)| items.iter().skip(at + 1).any(|other| other == item))
    };
    if numbered {
        let numbers: Vec<usize> = parts.iter().filter_map(|part| number(part)).collect();
        let repeated = numbers
            .iter()
            .enumerate()
            .any(|(at, n)| numbers.iter().skip(at + 1).any(|other| other == n));
        return Err(if repeated {
            RankFault::Twice
        } else {
            RankFault::Incomplete
        });
    }
    if twice(&names) {
        return Err(RankFault::Twice);
    }
    if names.len() < offered.len() {
        return Err(RankFault::Incomplete);
    }
    Ok(names.join(" "))
}

fn number(value: &str) -> Option<usize> {
    value.split_once(SIGN)?.0.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::{RankFault, canonical, join, place_of};

    #[test]
    fn order__is_numbers_beside_names_and_names_alone() {
        let whole = join(["2:rehab", "1:care", "3:job"].into_iter());
        assert_eq!(whole, "care rehab job");
        assert_eq!(place_of(&whole, "rehab"), Some(2));
        assert_eq!(join(["care rehab job"].into_iter()), "care rehab job");
        let twice = join(["1:rehab", "1:care", ""].into_iter());
        assert_eq!(twice, "1:rehab 1:care");
        assert_eq!(
            (place_of(&twice, "care"), place_of(&twice, "job")),
            (Some(1), None)
        );
        assert_eq!(join(["2:rehab", "", "3:job"].into_iter()), "2:rehab 3:job");
        assert_eq!(join(["", ""].into_iter()), "");
    }

    #[test]
    fn canonical__all_once_or_why_not() {
        let offered = ["rehab", "care", "job"];
        for (answer, found) in [
            ("care rehab job", Ok("care rehab job".to_owned())),
            ("care rehab", Err(RankFault::Incomplete)),
            ("care care job", Err(RankFault::Twice)),
            ("care rehab food", Err(RankFault::Unknown)),
            ("1:rehab 1:care 3:job", Err(RankFault::Twice)),
            ("2:rehab 3:job", Err(RankFault::Incomplete)),
            ("1:food", Err(RankFault::Unknown)),
        ] {
            assert_eq!(canonical(answer, &offered), found, "{answer}");
        }
    }
}
