//! Words that are hard to read: long sentences and rare characters. What helps somebody who reads slowly, who hears the
//! questions read aloud, or whose old phone cannot say a rare character, helps everybody.

use std::collections::BTreeSet;
use std::sync::LazyLock;

use super::names::row;
use crate::diagnostic::catalogue::Fault;
use crate::form::{Item, Node};
use crate::styled::plain;
use crate::text::{Text, is_wording};
use crate::xlsform::{Faults, Table};

/// The 3755 characters of level 1 of GB 2312-80: those that people who left school early know.
static COMMON: LazyLock<BTreeSet<char>> = LazyLock::new(|| include_str!("common_han.txt").chars().collect());

/// Longest sentence in Chinese, in characters without marks. GB/T 41466 and easy-read guides ask for far less; beyond
/// this everybody loses the thread.
const MOST_CHARACTERS: usize = 50;
/// Longest sentence in a language with blanks, in words; plain-language guides ask for 15 to 25.
const MOST_WORDS: usize = 30;

pub(super) fn check(nodes: &[Node<'_>], survey: &Table, faults: &mut Faults) {
    for node in nodes {
        let row = row(node.item);
        match node.item {
            Item::Group(group) => check_text(&group.label, row, "label", survey, faults),
            Item::Question(question) => {
                check_text(&question.label, row, "label", survey, faults);
                check_text(&question.hint, row, "hint", survey, faults);
            }
        }
    }
}

fn check_text(text: &Text, row: u32, column: &str, survey: &Table, faults: &mut Faults) {
    for (language, words) in text.iter().filter(|(language, _)| !is_wording(language)) {
        let place = || survey.place_in(row, column, language);
        let words = &*plain(words);
        if let Some((count, most, sentence)) = longest(words, language) {
            let text = sentence.chars().take(8).collect();
            faults.add(Fault::LongSentence { count, most, text }, place());
        }
        let rare = rare(words, language);
        if !rare.is_empty() {
            let characters = rare.iter().map(char::to_string).collect::<Vec<_>>().join(" ");
            faults.add(Fault::RareCharacters { characters }, place());
        }
    }
}

/// The longest sentence that is too long, with its length and what is allowed.
fn longest<'t>(text: &'t str, language: &str) -> Option<(usize, usize, &'t str)> {
    let is_chinese = language.split('-').next() == Some("zh");
    let sentences = text
        .split(['。', '！', '？', '；', '!', '?', ';', '؟', '۔', '؛', '।', '\n'])
        // A full stop is also in numbers and addresses.
        .flat_map(|part| part.split(". "));
    let count = |sentence: &str| {
        if is_chinese {
            sentence.chars().filter(|c| c.is_alphanumeric()).count()
        } else {
            // A dash or a mark that stands alone is not a word.
            let words = sentence.split_whitespace();
            words.filter(|word| word.contains(char::is_alphanumeric)).count()
        }
    };
    let most = if is_chinese { MOST_CHARACTERS } else { MOST_WORDS };
    let (count, sentence) = sentences
        .map(|sentence| (count(sentence), sentence.trim()))
        .max_by_key(|(count, _)| *count)?;
    (count > most).then_some((count, most, sentence))
}

/// Han characters that are not common, each once.
fn rare(text: &str, language: &str) -> BTreeSet<char> {
    if language.split('-').next() != Some("zh") || language.contains("Hant") {
        return BTreeSet::new();
    }
    let is_han = |c: &char| matches!(c, '\u{3400}'..='\u{9fff}' | '\u{20000}'..='\u{323af}');
    text.chars()
        .filter(is_han)
        .filter(|c| !COMMON.contains(c))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::{COMMON, longest, rare};

    #[test]
    fn common__is_level_one_of_gb_2312() {
        let han = COMMON.iter().filter(|c| !c.is_whitespace()).count();
        assert_eq!(han, 3755);
        assert!("您残疾瘫痪康复托养满意".chars().all(|c| COMMON.contains(&c)));
    }

    #[test]
    fn longest__is_by_sentence_and_language() {
        assert_eq!(longest(&"很".repeat(50), "zh"), None);
        assert_eq!(
            longest(&format!("好。{}", "很".repeat(51)), "zh").map(|found| found.0),
            Some(51)
        );
        assert_eq!(
            longest(&format!("{}，{}。", "很".repeat(30), "很".repeat(20)), "zh"),
            None
        );
        assert_eq!(longest(&"word ".repeat(31), "en").map(|found| found.0), Some(31));
        assert_eq!(
            longest(&format!("{}. {}", "word ".repeat(20), "word ".repeat(20)), "en"),
            None
        );
        // The words shown are those of the sentence that is too long.
        let text = format!("Short one. {}", "word ".repeat(31));
        assert!(longest(&text, "en").is_some_and(|found| found.2.starts_with("word")));
        assert_eq!(
            longest(&format!("{}؟ {}", "كلمة ".repeat(20), "كلمة ".repeat(20)), "ar"),
            None
        );
        assert_eq!(longest(&"- word / ".repeat(30), "en"), None);
    }

    #[test]
    fn rare__characters_of_other_levels() {
        assert_eq!(rare("龘先生，您好", "zh").into_iter().collect::<String>(), "龘");
        assert!(rare("龘", "en").is_empty());
    }
}
