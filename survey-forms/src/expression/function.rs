//! The functions of the ODK XForms specification that are understood, with how many arguments each takes.

use super::types::ValueType;

/// A function.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Function {
    /// `selected(set, value)`: whether a choice is among those chosen.
    Selected,
    /// `selected-at(set, n)`: the choice at place n, from 0.
    SelectedAt,
    /// `count-selected(set)`: how many are chosen.
    CountSelected,
    /// `if(condition, then, else)`.
    If,
    /// `coalesce(a, b, …)`: the first that is not empty.
    Coalesce,
    /// `once(x)`: what is there already, else x.
    Once,
    /// `not(x)`.
    Not,
    /// `true()`.
    True,
    /// `false()`.
    False,
    /// `boolean(x)`.
    Boolean,
    /// `boolean-from-string(x)`: true for "true" and "1".
    BooleanFromString,
    /// `string(x)`.
    String,
    /// `string-length(x)`, in characters.
    StringLength,
    /// `concat(a, …)`.
    Concat,
    /// `join(separator, a, …)`.
    Join,
    /// `contains(text, part)`.
    Contains,
    /// `starts-with(text, part)`.
    StartsWith,
    /// `ends-with(text, part)`.
    EndsWith,
    /// `substr(text, from, to?)`, from 0, without the end.
    Substr,
    /// `substring-before(text, part)`.
    SubstringBefore,
    /// `substring-after(text, part)`.
    SubstringAfter,
    /// `normalize-space(text)`.
    NormalizeSpace,
    /// `regex(text, pattern)`: whether the whole text matches.
    Regex,
    /// `number(x)`.
    Number,
    /// `int(x)`: without its fraction.
    Int,
    /// `round(x, digits?)`, halves away from zero.
    Round,
    /// `floor(x)`.
    Floor,
    /// `ceiling(x)`.
    Ceiling,
    /// `abs(x)`.
    Abs,
    /// `sqrt(x)`.
    Sqrt,
    /// `pow(x, y)`.
    Pow,
    /// `exp(x)`.
    Exp,
    /// `log(x)`.
    Log,
    /// `log10(x)`.
    Log10,
    /// `min(a, …)` of those that are not empty.
    Min,
    /// `max(a, …)` of those that are not empty.
    Max,
    /// `sum(a, …)` of those that are not empty.
    Sum,
    /// `count(a, …)`: how many are not empty.
    Count,
    /// `count-non-empty(a, …)`: the same.
    CountNonEmpty,
    /// `checklist(min, max, a, …)`: whether from min to max of them are true; -1 is no limit.
    Checklist,
    /// `today()`.
    Today,
    /// `date(x)`: a day from a text or from days since 1970-01-01.
    Date,
    /// `now()`: the moment of answering, as far as it is known.
    Now,
    /// `format-date(x, format)`.
    FormatDate,
    /// `format-date-time(x, format)`.
    FormatDateTime,
    /// `decimal-date-time(x)`: days since 1970-01-01 with the time as their fraction.
    DecimalDateTime,
    /// `decimal-time(x)`: the part of the day that has gone by.
    DecimalTime,
    /// `translate(text, from, to)`: characters of `from` become those of `to` at the same place, or nothing.
    Translate,
    /// `jr:choice-name(value, '${question}')`: the label of a choice, in the form's default language.
    ChoiceName,
    /// `weighted-checklist(min, max, a, weight, …)`.
    WeightedChecklist,
    /// `position(..)`: the number of the instance of the repeat around it, from 1.
    Position,
    /// `indexed-repeat(${question}, ${repeat}, n, …)`: the answer in the n-th instance.
    IndexedRepeat,
    /// `item-at(n, a, b, …)`: the n-th of what follows, from 1. Not of ODK: it is what `indexed-repeat()` becomes.
    ItemAt,
    /// `pi()`.
    Pi,
    /// `sin(x)`.
    Sin,
    /// `cos(x)`.
    Cos,
    /// `tan(x)`.
    Tan,
    /// `asin(x)`.
    Asin,
    /// `acos(x)`.
    Acos,
    /// `atan(x)`.
    Atan,
    /// `atan2(y, x)`.
    Atan2,
    /// `exp10(x)`.
    Exp10,
    /// `random()`: from 0 up to 1; the same for the same response and place.
    Random,
    /// `uuid(length?)`: an identifier; the same for the same response and place.
    Uuid,
    /// `digest(text, 'SHA-256', encoding?)`, in base64 or hex.
    Digest,
    /// `version()`: the version that the author gave the form.
    Version,
    /// `property(name)`: what the device says of itself, such as `deviceid`.
    Property,
    /// `pulldata(table, column, key column, key)`: a cell of a table that came with the form.
    PullData,
    /// `area(shape, …)`: square metres inside an outline.
    Area,
    /// `distance(line, …)`: metres along a line, or from place to place.
    Distance,
    /// `base64-decode(text)`: the text that was written in base64.
    Base64Decode,
}

/// Name, least and greatest number of arguments, and what comes out.
type Entry = (Function, &'static str, usize, usize, ValueType);

const ANY: usize = usize::MAX;

const TABLE: &[Entry] = {
    use Function as F;
    use ValueType as T;
    &[
        (F::Selected, "selected", 2, 2, T::Boolean),
        (F::SelectedAt, "selected-at", 2, 2, T::Text),
        (F::CountSelected, "count-selected", 1, 1, T::Number),
        (F::If, "if", 3, 3, T::Any),
        (F::Coalesce, "coalesce", 1, ANY, T::Any),
        (F::Once, "once", 1, 1, T::Any),
        (F::Not, "not", 1, 1, T::Boolean),
        (F::True, "true", 0, 0, T::Boolean),
        (F::False, "false", 0, 0, T::Boolean),
        (F::Boolean, "boolean", 1, 1, T::Boolean),
        (F::BooleanFromString, "boolean-from-string", 1, 1, T::Boolean),
        (F::String, "string", 1, 1, T::Text),
        (F::StringLength, "string-length", 1, 1, T::Number),
        (F::Concat, "concat", 1, ANY, T::Text),
        (F::Join, "join", 1, ANY, T::Text),
        (F::Contains, "contains", 2, 2, T::Boolean),
        (F::StartsWith, "starts-with", 2, 2, T::Boolean),
        (F::EndsWith, "ends-with", 2, 2, T::Boolean),
        (F::Substr, "substr", 2, 3, T::Text),
        (F::SubstringBefore, "substring-before", 2, 2, T::Text),
        (F::SubstringAfter, "substring-after", 2, 2, T::Text),
        (F::NormalizeSpace, "normalize-space", 1, 1, T::Text),
        (F::Regex, "regex", 2, 2, T::Boolean),
        (F::Number, "number", 1, 1, T::Number),
        (F::Int, "int", 1, 1, T::Number),
        (F::Round, "round", 1, 2, T::Number),
        (F::Floor, "floor", 1, 1, T::Number),
        (F::Ceiling, "ceiling", 1, 1, T::Number),
        (F::Abs, "abs", 1, 1, T::Number),
        (F::Sqrt, "sqrt", 1, 1, T::Number),
        (F::Pow, "pow", 2, 2, T::Number),
        (F::Exp, "exp", 1, 1, T::Number),
        (F::Log, "log", 1, 1, T::Number),
        (F::Log10, "log10", 1, 1, T::Number),
        (F::Min, "min", 1, ANY, T::Number),
        (F::Max, "max", 1, ANY, T::Number),
        (F::Sum, "sum", 1, ANY, T::Number),
        (F::Count, "count", 1, ANY, T::Number),
        (F::CountNonEmpty, "count-non-empty", 1, ANY, T::Number),
        (F::Checklist, "checklist", 3, ANY, T::Boolean),
        (F::Today, "today", 0, 0, T::Date),
        (F::Date, "date", 1, 1, T::Date),
        (F::Now, "now", 0, 0, T::DateTime),
        (F::FormatDate, "format-date", 2, 2, T::Text),
        (F::FormatDateTime, "format-date-time", 2, 2, T::Text),
        (F::DecimalDateTime, "decimal-date-time", 1, 1, T::Number),
        (F::DecimalTime, "decimal-time", 1, 1, T::Number),
        (F::Translate, "translate", 3, 3, T::Text),
        (F::ChoiceName, "jr:choice-name", 2, 2, T::Text),
        (F::WeightedChecklist, "weighted-checklist", 4, ANY, T::Boolean),
        (F::Position, "position", 0, 0, T::Number),
        (F::IndexedRepeat, "indexed-repeat", 3, 7, T::Any),
        (F::ItemAt, "item-at", 2, ANY, T::Any),
        (F::Pi, "pi", 0, 0, T::Number),
        (F::Sin, "sin", 1, 1, T::Number),
        (F::Cos, "cos", 1, 1, T::Number),
        (F::Tan, "tan", 1, 1, T::Number),
        (F::Asin, "asin", 1, 1, T::Number),
        (F::Acos, "acos", 1, 1, T::Number),
        (F::Atan, "atan", 1, 1, T::Number),
        (F::Atan2, "atan2", 2, 2, T::Number),
        (F::Exp10, "exp10", 1, 1, T::Number),
        (F::Random, "random", 0, 0, T::Number),
        (F::Uuid, "uuid", 0, 1, T::Text),
        (F::Digest, "digest", 2, 3, T::Text),
        (F::Version, "version", 0, 0, T::Text),
        (F::Property, "property", 1, 1, T::Text),
        (F::PullData, "pulldata", 4, 4, T::Text),
        (F::Area, "area", 1, ANY, T::Number),
        (F::Distance, "distance", 1, ANY, T::Number),
        (F::Base64Decode, "base64-decode", 1, 1, T::Text),
    ]
};

/// Functions that ODK has and that are not understood here yet, so that the message can say so.
const KNOWN_ELSEWHERE: &[&str] = &[
    "count-if",
    "current",
    "extract-signed",
    "geofence",
    "instance",
    "intersects",
    "itemset",
    "jr:itext",
    "last",
    "randomize",
    "search",
];

impl Function {
    /// The function of this name.
    pub fn named(name: &str) -> Option<Self> {
        let name = match name {
            // JavaRosa reads both.
            "is-selected" => "selected",
            // Enketo reads both; JavaRosa has only the one that is written into XForms.
            "date-time" => "date",
            name => name,
        };
        TABLE.iter().find(|entry| entry.1 == name).map(|entry| entry.0)
    }

    /// Whether so many arguments are right.
    pub fn takes(self, count: usize) -> bool {
        let (least, most) = self.arity();
        (least..=most).contains(&count)
            && match self {
                // Truth values and weights come in pairs; so do repeats and their numbers behind the question.
                Self::WeightedChecklist => count.is_multiple_of(2),
                Self::IndexedRepeat => !count.is_multiple_of(2),
                _ => true,
            }
    }

    /// Whether one argument may stand for a question in every instance of a repeat.
    pub fn takes_many(self) -> bool {
        matches!(
            self,
            Self::Sum
                | Self::Min
                | Self::Max
                | Self::Count
                | Self::CountNonEmpty
                | Self::Join
                | Self::Concat
                | Self::Checklist
                | Self::Area
                | Self::Distance
        )
    }

    /// All names, for suggestions.
    pub fn names() -> impl Iterator<Item = &'static str> {
        TABLE.iter().map(|entry| entry.1)
    }

    /// All functions.
    pub fn all() -> impl Iterator<Item = Self> {
        TABLE.iter().map(|entry| entry.0)
    }

    /// Whether ODK knows a function of this name that is not understood here.
    pub fn is_known_elsewhere(name: &str) -> bool {
        KNOWN_ELSEWHERE.contains(&name)
    }

    /// As written.
    pub fn name(self) -> &'static str {
        self.entry().1
    }

    /// Least and greatest number of arguments; `usize::MAX` when there is no greatest.
    pub fn arity(self) -> (usize, usize) {
        let entry = self.entry();
        (entry.2, entry.3)
    }

    /// What comes out, whatever goes in.
    pub fn result(self) -> ValueType {
        self.entry().4
    }

    fn entry(self) -> &'static Entry {
        // The table is in the order of the enum; the test below holds it to that.
        &TABLE[self as usize]
    }
}

#[cfg(test)]
mod tests {
    use super::{Function, TABLE};

    #[test]
    fn table__is_in_the_order_of_the_enum() {
        for (at, entry) in TABLE.iter().enumerate() {
            assert_eq!(entry.0 as usize, at, "{}", entry.1);
            assert_eq!(Function::named(entry.1), Some(entry.0));
            assert!(
                !Function::is_known_elsewhere(entry.1),
                "{} is understood",
                entry.1
            );
        }
    }
}
