//! `plan.toml` changed key by key: comments, order and layout stay as somebody wrote them.

use std::fmt;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, TableLike, Value};

/// What a key holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Shape {
    /// Words.
    Words,
    /// Words of several lines or a long sentence.
    Sentence,
    /// A whole number.
    Whole,
    /// A number.
    Number,
    /// A day.
    Day,
    /// One of these words.
    OneOf(&'static [&'static str]),
    /// Yes or no.
    YesNo,
    /// Words with commas between them.
    List,
}

/// Why a value cannot be written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum SettingFault {
    /// The file is no TOML.
    Syntax,
    /// A number was expected.
    NotANumber,
    /// A whole number was expected.
    NotWhole,
    /// A day was expected.
    NotADay,
    /// One of the words that may stand there was expected.
    NotOffered,
}

/// A step on the way to a key.
#[derive(Clone, Debug, PartialEq, Eq)]
enum Step<'a> {
    Key(&'a str),
    At(usize),
}

/// `groups[1].name.zh` as steps.
fn steps(path: &str) -> Vec<Step<'_>> {
    let mut steps = Vec::new();
    for part in path.split('.') {
        let (name, index) = match part.split_once('[') {
            Some((name, rest)) => (name, rest.trim_end_matches(']').parse().ok()),
            None => (part, None),
        };
        steps.push(Step::Key(name));
        steps.extend(index.map(Step::At));
    }
    steps
}

/// `plan.toml`, open for changes.
#[derive(Clone, Debug)]
pub struct Settings {
    document: DocumentMut,
    marked: bool,
}

impl fmt::Display for Settings {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if self.marked {
            f.write_str("\u{feff}")?;
        }
        self.document.fmt(f)
    }
}

fn item_in<'a>(item: &'a Item, steps: &[Step<'_>]) -> Option<&'a Item> {
    match steps {
        [] => Some(item),
        [Step::Key(key), rest @ ..] => match rest {
            [Step::At(index), Step::Key(inner), rest @ ..] => {
                let table = element(item.as_table_like()?.get(key)?, *index)?;
                item_in(table.get(inner)?, rest)
            }
            _ => item_in(item.as_table_like()?.get(key)?, rest),
        },
        [Step::At(_), ..] => None,
    }
}

/// The table at `index` of a list of tables, however it is written.
fn element(item: &Item, index: usize) -> Option<&dyn TableLike> {
    match item {
        Item::ArrayOfTables(tables) => tables.get(index).map(|table| table as &dyn TableLike),
        Item::Value(Value::Array(values)) => {
            let table = values.get(index)?.as_inline_table()?;
            Some(table as &dyn TableLike)
        }
        _ => None,
    }
}

fn element_mut(item: &mut Item, index: usize) -> Option<&mut dyn TableLike> {
    match item {
        Item::ArrayOfTables(tables) => tables.get_mut(index).map(|table| table as &mut dyn TableLike),
        Item::Value(Value::Array(values)) => {
            let table = values.get_mut(index)?.as_inline_table_mut()?;
            Some(table as &mut dyn TableLike)
        }
        _ => None,
    }
}

/// The table that holds the last key of a path; tables on the way are made where `make` says so.
fn table_for<'a>(
    table: &'a mut dyn TableLike,
    steps: &[Step<'_>],
    top: bool,
) -> Option<&'a mut dyn TableLike> {
    match steps {
        [Step::Key(_)] => Some(table),
        [Step::Key(key), Step::At(index), rest @ ..] => {
            let inner = element_mut(table.get_mut(key)?, *index)?;
            table_for(inner, rest, false)
        }
        [Step::Key(key), rest @ ..] => {
            if table.get(key).is_none() {
                let new = match top {
                    true => Item::Table(Table::new()),
                    false => Item::Value(Value::InlineTable(InlineTable::new())),
                };
                table.insert(key, new);
            }
            table_for(table.get_mut(key)?.as_table_like_mut()?, rest, false)
        }
        _ => None,
    }
}

fn shown(item: &Item) -> String {
    match item {
        Item::Value(Value::String(text)) => text.value().clone(),
        Item::Value(Value::Array(array)) => {
            let cell = |value: &Value| match (value.is_array(), shown(&Item::Value(value.clone()))) {
                (true, inner) => format!("[{inner}]"),
                (false, inner) => inner,
            };
            array.iter().map(cell).collect::<Vec<_>>().join(", ")
        }
        Item::Value(value) => {
            let mut bare = value.clone();
            bare.decor_mut().clear();
            bare.to_string().trim().to_owned()
        }
        _ => String::new(),
    }
}

fn parsed(shape: Shape, text: &str) -> Result<Value, SettingFault> {
    match shape {
        Shape::Words | Shape::Sentence => Ok(Value::from(text)),
        Shape::OneOf(words) => match words.contains(&text) {
            true => Ok(Value::from(text)),
            false => Err(SettingFault::NotOffered),
        },
        Shape::YesNo => match text {
            "true" => Ok(Value::from(true)),
            "false" => Ok(Value::from(false)),
            _ => Err(SettingFault::NotOffered),
        },
        Shape::List => {
            let words = text.split([',', '，', '、', ' ']).map(str::trim);
            Ok(Value::Array(words.filter(|word| !word.is_empty()).collect()))
        }
        Shape::Whole => {
            let number = text.parse::<i64>();
            number.map(Value::from).map_err(|_| SettingFault::NotWhole)
        }
        Shape::Number => match (text.parse::<i64>(), text.parse::<f64>()) {
            (Ok(whole), _) => Ok(Value::from(whole)),
            (_, Ok(number)) if number.is_finite() => Ok(Value::from(number)),
            _ => Err(SettingFault::NotANumber),
        },
        Shape::Day => {
            if text.parse::<jiff::civil::Date>().is_err() {
                return Err(SettingFault::NotADay);
            }
            let day = text.parse::<toml_edit::Datetime>();
            day.map(Value::from).map_err(|_| SettingFault::NotADay)
        }
    }
}

impl Settings {
    /// Opens the file.
    ///
    /// # Errors
    /// [`SettingFault::Syntax`]: then it can only be mended as text.
    pub fn read(bytes: &[u8]) -> Result<Self, SettingFault> {
        let text = std::str::from_utf8(bytes).map_err(|_| SettingFault::Syntax)?;
        let (marked, text) = match text.strip_prefix('\u{feff}') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let document = text.parse().map_err(|_| SettingFault::Syntax)?;
        Ok(Self { document, marked })
    }

    /// What stands at a path, as it is typed; empty where nothing does.
    pub fn get(&self, path: &str) -> String {
        item_in(self.document.as_item(), &steps(path)).map_or_else(String::new, shown)
    }

    /// Number of tables in a list of tables.
    pub fn count(&self, path: &str) -> usize {
        match item_in(self.document.as_item(), &steps(path)) {
            Some(Item::ArrayOfTables(tables)) => tables.len(),
            Some(Item::Value(Value::Array(values))) => values.len(),
            _ => 0,
        }
    }

    /// Whether there is a section.
    pub fn has(&self, path: &str) -> bool {
        item_in(self.document.as_item(), &steps(path)).is_some()
    }

    /// Writes a value; empty text takes the key away. What is as it was is not touched.
    ///
    /// # Errors
    /// When the text does not have the shape.
    pub fn set(&mut self, path: &str, shape: Shape, text: &str) -> Result<(), SettingFault> {
        let text = text.trim();
        if self.get(path) == text {
            return Ok(());
        }
        if text.is_empty() {
            self.remove_key(path);
            return Ok(());
        }
        let steps = steps(path);
        let Some(Step::Key(key)) = steps.last() else {
            return Ok(());
        };
        let mut value = parsed(shape, text)?;
        let Some(table) = table_for(self.document.as_table_mut(), &steps, true) else {
            return Ok(());
        };
        match table.get_mut(key) {
            Some(Item::Value(old)) => {
                *value.decor_mut() = old.decor().clone();
                *old = value;
            }
            _ => {
                table.insert(key, Item::Value(value));
            }
        }
        Ok(())
    }

    /// Takes a key away with all that it holds.
    pub fn remove_key(&mut self, path: &str) {
        let steps = steps(path);
        let Some(Step::Key(key)) = steps.last() else {
            return;
        };
        if let Some(table) = table_for(self.document.as_table_mut(), &steps, true) {
            table.remove(key);
        }
    }

    /// Adds an empty table to a list of tables, and makes the list where there is none.
    pub fn push(&mut self, path: &str) {
        let steps = steps(path);
        let Some(Step::Key(key)) = steps.last() else {
            return;
        };
        let Some(table) = table_for(self.document.as_table_mut(), &steps, true) else {
            return;
        };
        let is_section = steps.len() == 1;
        match table.get_mut(key) {
            Some(Item::ArrayOfTables(tables)) => tables.push(Table::new()),
            Some(Item::Value(Value::Array(values))) => {
                let mut new = InlineTable::new();
                // As the one before it is set.
                if let Some(last) = values.iter().last().and_then(Value::as_inline_table) {
                    *new.decor_mut() = last.decor().clone();
                }
                values.push_formatted(Value::InlineTable(new));
            }
            _ if is_section => {
                let mut tables = toml_edit::ArrayOfTables::new();
                tables.push(Table::new());
                table.insert(key, Item::ArrayOfTables(tables));
            }
            _ => {
                let mut values = Array::new();
                values.push_formatted(Value::InlineTable(InlineTable::new()));
                table.insert(key, Item::Value(Value::Array(values)));
            }
        }
    }

    /// Takes a table out of a list of tables.
    pub fn remove(&mut self, path: &str, index: usize) {
        let steps = steps(path);
        let Some(Step::Key(key)) = steps.last() else {
            return;
        };
        let table = table_for(self.document.as_table_mut(), &steps, true);
        match table.and_then(|table| table.get_mut(key)) {
            Some(Item::ArrayOfTables(tables)) if index < tables.len() => {
                tables.remove(index);
            }
            Some(Item::Value(Value::Array(values))) if index < values.len() => {
                values.remove(index);
            }
            _ => {}
        }
    }

    /// Every key with what stands there, `groups[0].weight` and `40`: what a list holds is named by its code, slug or
    /// name where it has one, so that one more in the middle does not rename the rest.
    pub fn flat(&self) -> Vec<(String, String)> {
        let mut out = Vec::new();
        flatten(self.document.as_item(), "", &mut out);
        out
    }
}

/// How an element of a list is called.
fn name_of(table: &dyn TableLike, index: usize) -> String {
    let by = |key: &str| table.get(key).map(shown).filter(|text| !text.is_empty());
    let name = || {
        let name = table.get("name")?.as_table_like()?.get("zh")?;
        Some(shown(name))
    };
    let own = by("code").or_else(|| by("slug")).or_else(|| by("email"));
    own.or_else(name).unwrap_or_else(|| (index + 1).to_string())
}

fn flatten(item: &Item, path: &str, out: &mut Vec<(String, String)>) {
    let below = |key: &str| match path {
        "" => key.to_owned(),
        path => format!("{path}.{key}"),
    };
    if let Some(table) = item.as_table_like() {
        for (key, item) in table.iter() {
            flatten(item, &below(key), out);
        }
        return;
    }
    let length = match item {
        Item::ArrayOfTables(tables) => tables.len(),
        Item::Value(Value::Array(values)) if values.iter().any(Value::is_inline_table) => values.len(),
        _ => {
            out.push((path.to_owned(), shown(item)));
            return;
        }
    };
    for index in 0..length {
        if let Some(table) = element(item, index) {
            let name = format!("{path}[{}]", name_of(table, index));
            for (key, item) in table.iter() {
                flatten(item, &format!("{name}.{key}"), out);
            }
        }
    }
}

#[cfg(test)]
mod tests;
