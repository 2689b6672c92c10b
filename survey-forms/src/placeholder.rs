//! `${name}` in words that people read: the place where an earlier answer is shown.

use crate::expression::is_reference;

/// A piece of words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Part<'w> {
    /// Words as they are.
    Words(&'w str),
    /// The answer to the question of this name.
    Answer(&'w str),
    /// `${` without a name and `}`.
    Broken(&'w str),
}

/// Cuts words at their placeholders.
pub(crate) fn parts(words: &str) -> Vec<Part<'_>> {
    let mut parts = Vec::new();
    let mut rest = words;
    while let Some(at) = rest.find("${") {
        if at > 0 {
            parts.push(Part::Words(&rest[..at]));
        }
        let inside = &rest[at + 2..];
        match inside.find('}').filter(|&end| is_reference(inside[..end].trim())) {
            Some(end) => {
                parts.push(Part::Answer(inside[..end].trim()));
                rest = &inside[end + 1..];
            }
            None => {
                parts.push(Part::Broken(&rest[at..]));
                return parts;
            }
        }
    }
    if !rest.is_empty() {
        parts.push(Part::Words(rest));
    }
    parts
}

#[cfg(test)]
mod tests {
    use super::{Part, parts};

    #[test]
    fn parts__words_answers_and_leftovers() {
        assert_eq!(
            parts("您说 ${age} 岁"),
            [Part::Words("您说 "), Part::Answer("age"), Part::Words(" 岁")]
        );
        assert_eq!(parts("${𠮷}"), [Part::Answer("𠮷")]);
        assert_eq!(parts("$5 {x}"), [Part::Words("$5 {x}")]);
        assert_eq!(parts("a ${b"), [Part::Words("a "), Part::Broken("${b")]);
    }
}
