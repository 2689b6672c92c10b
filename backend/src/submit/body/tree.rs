//! JSON as it came in: its texts borrowed from the bytes, its objects in the order of their keys. Half of the work of
//! `serde_json::Value`, which owns every text and keeps the order in which keys were written, only to have it sorted out.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;

use serde::de::{Deserialize, Deserializer, MapAccess, SeqAccess, Visitor};
use serde::ser::{Serialize, Serializer};
use serde_json::Number;

use crate::borrowed::Borrowed;

/// An object by its keys.
pub(super) type Object<'j> = BTreeMap<Cow<'j, str>, Tree<'j>>;

/// A JSON value.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Tree<'j> {
    Null,
    Flag(bool),
    Number(Number),
    Text(Cow<'j, str>),
    List(Vec<Tree<'j>>),
    Object(Object<'j>),
}

impl<'j> Tree<'j> {
    /// Reads a value and nothing behind it.
    ///
    /// # Errors
    /// What is wrong and where, as `serde_json` says it; nested deeper than 128 levels is an error as well.
    pub(super) fn read(bytes: &'j [u8]) -> Result<Self, String> {
        serde_json::from_slice(bytes).map_err(|error| error.to_string())
    }

    /// The same for equal values, however they were spelled: sorted keys and no spaces.
    pub(super) fn canonical(&self) -> Vec<u8> {
        // Every key is a text and no number is infinite: there is nothing that JSON could not write.
        serde_json::to_vec(self).unwrap_or_default()
    }

    pub(super) fn as_str(&self) -> Option<&str> {
        match self {
            Self::Text(text) => Some(text),
            _ => None,
        }
    }

    pub(super) fn is_null(&self) -> bool {
        matches!(self, Self::Null)
    }
}

impl Serialize for Tree<'_> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::Null => serializer.serialize_unit(),
            Self::Flag(yes) => serializer.serialize_bool(*yes),
            Self::Number(number) => number.serialize(serializer),
            Self::Text(text) => serializer.serialize_str(text),
            Self::List(values) => values.serialize(serializer),
            Self::Object(object) => object.serialize(serializer),
        }
    }
}

impl<'de> Deserialize<'de> for Tree<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(Reader)
    }
}

struct Reader;

impl<'de> Visitor<'de> for Reader {
    type Value = Tree<'de>;

    fn expecting(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("any valid JSON value")
    }

    fn visit_unit<E>(self) -> Result<Tree<'de>, E> {
        Ok(Tree::Null)
    }

    fn visit_bool<E>(self, yes: bool) -> Result<Tree<'de>, E> {
        Ok(Tree::Flag(yes))
    }

    fn visit_i64<E>(self, number: i64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_u64<E>(self, number: u64) -> Result<Tree<'de>, E> {
        Ok(Tree::Number(number.into()))
    }

    fn visit_f64<E>(self, number: f64) -> Result<Tree<'de>, E> {
        Ok(Number::from_f64(number).map_or(Tree::Null, Tree::Number))
    }

    fn visit_borrowed_str<E>(self, text: &'de str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Borrowed(text)))
    }

    fn visit_str<E>(self, text: &str) -> Result<Tree<'de>, E> {
        Ok(Tree::Text(Cow::Owned(text.to_owned())))
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut values: A) -> Result<Tree<'de>, A::Error> {
        let mut list = Vec::new();
        while let Some(value) = values.next_element()? {
            list.push(value);
        }
        Ok(Tree::List(list))
    }

    fn visit_map<A: MapAccess<'de>>(self, mut entries: A) -> Result<Tree<'de>, A::Error> {
        let mut object = Object::new();
        while let Some((Borrowed(key), value)) = entries.next_entry()? {
            object.insert(key, value);
        }
        Ok(Tree::Object(object))
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use serde_json::{Value, json};

    use super::*;

    fn any_value() -> impl Strategy<Value = Value> {
        let leaf = prop_oneof![
            Just(Value::Null),
            any::<bool>().prop_map(Value::from),
            any::<i64>().prop_map(Value::from),
            any::<u64>().prop_map(Value::from),
            any::<f64>().prop_map(Value::from),
            any::<String>().prop_map(Value::from),
        ];
        leaf.prop_recursive(4, 64, 8, |inner| {
            prop_oneof![
                prop::collection::vec(inner.clone(), 0..8).prop_map(Value::from),
                prop::collection::hash_map(any::<String>(), inner, 0..8)
                    .prop_map(|object| Value::Object(object.into_iter().collect())),
            ]
        })
    }

    proptest! {
        // What was stored by earlier versions must be known again: their content was a sorted `Value`, written out.
        #[test]
        fn content_is_what_it_always_was(value in any_value()) {
            for text in [value.to_string(), serde_json::to_string_pretty(&value).unwrap()] {
                let mut sorted: Value = serde_json::from_str(&text).unwrap();
                sorted.sort_all_objects();
                let tree = Tree::read(text.as_bytes()).unwrap();
                prop_assert_eq!(tree.canonical(), sorted.to_string().into_bytes());
            }
        }
    }

    #[test]
    fn of_two_equal_keys_the_last_counts() {
        let tree = Tree::read(br#"{"a": 1, "a": 2}"#).unwrap();
        assert_eq!(tree.canonical(), json!({ "a": 2 }).to_string().into_bytes());
    }

    #[test]
    fn bytes_behind_the_value_are_an_error() {
        assert!(Tree::read(b"{} {}").is_err());
        assert!(Tree::read(b"\xff").is_err());
    }
}
