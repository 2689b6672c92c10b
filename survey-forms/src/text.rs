//! Strings in several languages. Every word that a person reads (labels, hints, messages, report titles) is a
//! [`Text`]; which language is shown is decided when it is shown, never when it is stored.

use std::borrow::Borrow;
use std::fmt;

use indexmap::IndexMap;
use serde::{Deserialize, Serialize};

/// A BCP 47 language tag such as `zh`, `en` or `zh-x-easy` (easy-read Chinese).
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord, Hash, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Language(String);

impl Language {
    /// The tag as given; callers that read it from a person's file check it first.
    pub fn new(tag: impl Into<String>) -> Self {
        Self(tag.into())
    }

    /// The tag.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The language's name in that language, for a language switch; the tag itself where it is not known.
    pub fn own_name(&self) -> &str {
        match self.0.as_str() {
            "zh" | "zh-CN" | "zh-Hans" => "中文",
            "zh-x-easy" => "中文（易读）",
            "zh-Hant" | "zh-TW" | "zh-HK" => "繁體中文",
            "en" => "English",
            "en-x-easy" => "English (easy read)",
            "ug" => "ئۇيغۇرچە",
            "bo" => "བོད་ཡིག",
            "mn" => "ᠮᠣᠩᠭᠣᠯ",
            "kk" => "қазақша",
            "ko" => "한국어",
            "ii" => "ꆈꌠꉙ",
            "za" => "Vahcuengh",
            tag => tag,
        }
    }
}

impl fmt::Display for Language {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.0)
    }
}

impl Borrow<str> for Language {
    fn borrow(&self) -> &str {
        &self.0
    }
}

impl From<&str> for Language {
    fn from(tag: &str) -> Self {
        Self(tag.to_owned())
    }
}

/// One string per language, in the order in which the languages were given; the first is the default.
///
/// Serialises as an object, `{"zh": "满意", "en": "satisfied"}`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(transparent)]
pub struct Text(IndexMap<String, String>);

impl Text {
    /// A text without any language.
    pub fn new() -> Self {
        Self::default()
    }

    /// A text in Chinese and English, Chinese being the default.
    pub fn zh_en(zh: impl Into<String>, en: impl Into<String>) -> Self {
        Self::from_iter([("zh".to_owned(), zh.into()), ("en".to_owned(), en.into())])
    }

    /// A text in one language.
    pub fn of(language: &str, value: impl Into<String>) -> Self {
        Self::from_iter([(language.to_owned(), value.into())])
    }

    /// The string for `lang`, or the nearest there is; empty only when no language has one.
    ///
    /// A tag with several wordings, `zh-x-proxy-easy`, looks for the string in both, then in each alone, the first
    /// named first. From a wording it falls back to its language (`zh-x-easy` → `zh`), from `zh` to `zh-CN`, and then
    /// to the default language. A wording that was not asked for is never given.
    pub fn get(&self, lang: &str) -> &str {
        self.resolve(lang).map_or("", |(_, value)| value)
    }

    /// As [`Text::get`], with the tag of the language that was found, so that a page can mark it with `lang`.
    pub fn resolve(&self, lang: &str) -> Option<(&str, &str)> {
        let (mut tag, wordings) = split(lang);
        if !wordings.is_empty()
            && let Some(found) = self.worded(tag, &wordings)
        {
            return Some(found);
        }
        loop {
            if let Some(found) = self.exact(tag) {
                return Some(found);
            }
            match tag.rfind('-') {
                Some(at) => tag = &tag[..at],
                None => break,
            }
        }
        // Here `tag` is the primary language alone.
        let plain = |(candidate, value): &(&str, &str)| !value.is_empty() && !is_wording(candidate);
        let related = |pair: &(&str, &str)| {
            plain(pair) && pair.0.strip_prefix(tag).is_some_and(|rest| rest.starts_with('-'))
        };
        self.iter().find(related).or_else(|| self.iter().find(plain))
    }

    /// The string in all these wordings of a language, else in the first of them that there is.
    fn worded(&self, language: &str, wordings: &[&str]) -> Option<(&str, &str)> {
        let in_wordings = |wanted: &[&str]| {
            self.iter().find(|(tag, value)| {
                let (base, has) = split(tag);
                !value.is_empty()
                    && base == language
                    && has.len() == wanted.len()
                    && wanted.iter().all(|word| has.contains(word))
            })
        };
        in_wordings(wordings).or_else(|| wordings.iter().find_map(|word| in_wordings(&[word])))
    }

    /// The string for exactly this language, when there is one that is not empty.
    pub fn exact(&self, lang: &str) -> Option<(&str, &str)> {
        let (tag, value) = self.0.get_key_value(lang)?;
        (!value.is_empty()).then_some((tag.as_str(), value.as_str()))
    }

    /// Sets the string of a language.
    pub fn insert(&mut self, language: impl Into<String>, value: impl Into<String>) {
        self.0.insert(language.into(), value.into());
    }

    /// Whether a language has a string; wordings of a language do not count.
    pub fn has_language(&self) -> bool {
        self.iter()
            .any(|(tag, value)| !value.is_empty() && !is_wording(tag))
    }

    /// Whether no language has a string.
    pub fn is_empty(&self) -> bool {
        self.0.values().all(String::is_empty)
    }

    /// Tags and strings in order.
    pub fn iter(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(tag, value)| (tag.as_str(), value.as_str()))
    }

    /// The same text with each string changed by `change`.
    #[must_use]
    pub fn map(&self, mut change: impl FnMut(&str, &str) -> String) -> Self {
        self.iter()
            .map(|(tag, value)| (tag.to_owned(), change(tag, value)))
            .collect()
    }
}

impl FromIterator<(String, String)> for Text {
    fn from_iter<I: IntoIterator<Item = (String, String)>>(pairs: I) -> Self {
        Self(pairs.into_iter().collect())
    }
}

/// What makes a tag a wording of a language rather than a language: a private-use part (RFC 5646 §2.2.7).
const PRIVATE_USE: &str = "-x-";

/// Whether a tag names a wording of a language, such as `zh-x-easy`, and no language of its own.
pub fn is_wording(tag: &str) -> bool {
    tag.contains(PRIVATE_USE)
}

/// `zh-x-proxy-easy` → (`zh`, `[proxy, easy]`).
pub(crate) fn split(tag: &str) -> (&str, Vec<&str>) {
    match tag.split_once(PRIVATE_USE) {
        Some((language, words)) => (language, words.split('-').collect()),
        None => (tag, Vec::new()),
    }
}

#[cfg(test)]
mod tests {
    use super::Text;

    #[test]
    fn get__wordings__come_in_the_order_asked_and_only_when_asked() {
        let mut text = Text::zh_en("您需要吗？", "Do you need it?");
        text.insert("zh-x-easy", "要吗？");
        assert_eq!(text.get("zh-x-proxy-easy"), "要吗？");
        text.insert("zh-x-proxy", "您的家人需要吗？");
        assert_eq!(text.get("zh-x-proxy-easy"), "您的家人需要吗？");
        assert_eq!(text.get("zh-x-easy-proxy"), "要吗？");
        text.insert("zh-x-easy-proxy", "他要吗？");
        assert_eq!(text.get("zh-x-proxy-easy"), "他要吗？");
        assert_eq!(text.get("zh"), "您需要吗？");
        assert_eq!(text.get("en-x-easy"), "Do you need it?");
        let picture = Text::of("zh-x-easy", "rehab.svg");
        assert_eq!(picture.get("zh"), "", "nobody asked for easy read");
        assert_eq!(picture.get("en"), "");
        assert_eq!(picture.get("zh-x-easy"), "rehab.svg");
        assert!(!picture.has_language());
    }

    #[test]
    fn get__falls_back_by_prefix_then_relative_then_default() {
        let text = Text::zh_en("满意", "satisfied");
        assert_eq!(text.get("en"), "satisfied");
        assert_eq!(text.get("zh-x-easy"), "满意");
        assert_eq!(text.get("ug"), "满意");
        assert_eq!(text.resolve("ug"), Some(("zh", "满意")));
        assert_eq!(Text::of("zh-CN", "好").resolve("zh"), Some(("zh-CN", "好")));
    }

    #[test]
    fn get__empty_string_counts_as_absent() {
        assert_eq!(Text::zh_en("", "yes").get("zh"), "yes");
        assert!(Text::zh_en("", "").is_empty());
        assert_eq!(Text::new().get("zh"), "");
    }
}
