//! The nearest known name to one that is not known: the "did you mean" of every message.

/// The candidate that a person most likely meant by `name`, if one is near enough.
///
/// Case and the difference between `-`, `_` and space do not count. Near enough is one slip in a short name and a
/// third of the letters in a long one; of equally near ones the first is given.
pub fn nearest<'a>(name: &str, candidates: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let wanted = fold(name);
    let limit = (wanted.chars().count() / 3).max(1);
    let mut best: Option<(usize, &'a str)> = None;
    for candidate in candidates {
        if candidate == name {
            continue;
        }
        let folded = fold(candidate);
        let distance = strsim::damerau_levenshtein(&wanted, &folded);
        // A slip in a name of one letter would make every other name "near".
        let near = distance <= limit && distance < folded.chars().count().max(1);
        if near && best.is_none_or(|(least, _)| distance < least) {
            best = Some((distance, candidate));
        }
    }
    best.map(|(_, candidate)| candidate)
}

fn fold(name: &str) -> String {
    name.chars()
        .flat_map(char::to_lowercase)
        .map(|c| if matches!(c, '-' | ' ') { '_' } else { c })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::nearest;

    #[test]
    fn nearest__finds_slips_and_ignores_strangers() {
        let names = ["age", "sex", "sat_overall", "first_change"];
        assert_eq!(nearest("ag", names), Some("age"));
        assert_eq!(nearest("sat-overal", names), Some("sat_overall"));
        assert_eq!(nearest("income", names), None);
        assert_eq!(nearest("x", ["y"]), None);
        assert_eq!(nearest("", names), None);
    }

    #[test]
    fn nearest__four_byte_han_is_counted_by_character() {
        assert_eq!(nearest("𠮷野家", ["𠮷野屋"]), Some("𠮷野屋"));
    }
}
