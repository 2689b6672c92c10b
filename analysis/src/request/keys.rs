//! Reading JSON objects key by key, so that every fault is found and named by its path.

use serde_json::{Map, Value};

use super::fault::{Faults, join};

/// An object of the request and the path that leads to it.
pub(super) struct Keys<'a> {
    object: &'a Map<String, Value>,
    pub(super) path: String,
}

impl<'a> Keys<'a> {
    /// The object at `path`; a fault and `None` when it is something else.
    pub(super) fn of(value: &'a Value, path: &str, faults: &mut Faults) -> Option<Self> {
        match value {
            Value::Object(object) => Some(Self {
                object,
                path: path.to_owned(),
            }),
            other => {
                faults.bad_value(
                    if path.is_empty() { "{}" } else { path },
                    other,
                    ("对象", "an object"),
                );
                None
            }
        }
    }

    /// Names every key that is not in the list.
    pub(super) fn only(&self, known: &[&str], faults: &mut Faults) {
        for key in self.object.keys().filter(|key| !known.contains(&key.as_str())) {
            faults.unknown_key(&self.path, key, known);
        }
    }

    /// The value of a key; null counts as absent.
    pub(super) fn get(&self, key: &str) -> Option<&'a Value> {
        self.object.get(key).filter(|value| !value.is_null())
    }

    /// Keys and values in the order written.
    pub(super) fn entries(&self) -> impl Iterator<Item = (&'a String, &'a Value)> {
        self.object.iter()
    }

    /// The path of a key.
    pub(super) fn field(&self, key: &str) -> String {
        join(&self.path, key)
    }

    /// A value converted; a fault when it does not convert.
    fn convert<T>(
        &self,
        key: &str,
        faults: &mut Faults,
        expected: (&str, &str),
        convert: impl Fn(&'a Value) -> Option<T>,
    ) -> Option<T> {
        let value = self.get(key)?;
        let converted = convert(value);
        if converted.is_none() {
            faults.bad_value(&self.field(key), value, expected);
        }
        converted
    }

    /// A string.
    pub(super) fn text(&self, key: &str, faults: &mut Faults) -> Option<&'a str> {
        self.convert(key, faults, ("字符串", "a string"), Value::as_str)
    }

    /// true or false.
    pub(super) fn flag(&self, key: &str, faults: &mut Faults) -> Option<bool> {
        self.convert(key, faults, ("true 或 false", "true or false"), Value::as_bool)
    }

    /// A list of strings; a single string is a list of one.
    pub(super) fn names(&self, key: &str, faults: &mut Faults) -> Vec<String> {
        let one_or_more = |value: &Value| match value {
            Value::String(name) => Some(vec![name.clone()]),
            Value::Array(items) => items
                .iter()
                .map(|item| item.as_str().map(str::to_owned))
                .collect(),
            _ => None,
        };
        self.convert(
            key,
            faults,
            ("列名或列名的列表", "a column name or a list of them"),
            one_or_more,
        )
        .unwrap_or_default()
    }

    /// The elements of a list, each with its path.
    pub(super) fn items(&self, key: &str, faults: &mut Faults) -> Vec<(String, &'a Value)> {
        let field = self.field(key);
        self.convert(key, faults, ("列表", "a list"), Value::as_array)
            .into_iter()
            .flatten()
            .enumerate()
            .map(|(index, item)| (format!("{field}[{index}]"), item))
            .collect()
    }

    /// One name out of a list.
    pub(super) fn choice<T>(
        &self,
        key: &str,
        known: &[&str],
        faults: &mut Faults,
        convert: impl Fn(&str) -> Option<T>,
    ) -> Option<T> {
        let name = self.text(key, faults)?;
        let found = if known.contains(&name) {
            convert(name)
        } else {
            None
        };
        if found.is_none() {
            faults.bad_name(&self.field(key), name, known);
        }
        found
    }
}

/// A scalar as it would stand in the file.
pub(super) fn scalar_text(value: &Value) -> Option<String> {
    match value {
        Value::String(text) => Some(text.clone()),
        Value::Number(number) => Some(number.to_string()),
        Value::Bool(flag) => Some(flag.to_string()),
        _ => None,
    }
}
