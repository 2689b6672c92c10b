//! The `parameters` column: `key=value` with blanks, commas or semicolons between.

use indexmap::IndexMap;

use super::Faults;
use super::aliases::yes_no;
use super::headers::{Table, TableRow};
use crate::diagnostic::catalogue::Fault;
use crate::expression::Expression;
use crate::form::{QuestionKind, Randomize};

/// What may stand there beside what is understood, because it means something to other clients.
const ELSEWHERE: &[(&str, &[&str])] = &[
    ("text", &["rows"]),
    ("image", &["max-pixels", "app"]),
    ("audio", &["quality"]),
    (
        "geopoint",
        &[
            "capture-accuracy",
            "warning-accuracy",
            "allow-mock-accuracy",
            "max-pixels",
        ],
    ),
    ("geotrace", &["allow-mock-accuracy"]),
    ("geoshape", &["allow-mock-accuracy"]),
    ("range", &["tick_interval", "tick_labelset", "placeholder"]),
];

/// Pairs of a row, in order; what is no pair is reported.
pub(super) fn pairs(table: &Table, row: &TableRow, faults: &mut Faults) -> IndexMap<String, String> {
    let Some(cell) = table.cell(row, "parameters") else {
        return IndexMap::new();
    };
    let spaced = cell
        .text
        .replace([',', ';', '，', '；'], " ")
        .replace(" =", "=")
        .replace("= ", "=");
    let mut out = IndexMap::new();
    for part in spaced.split_whitespace() {
        match part
            .split_once('=')
            .filter(|(key, value)| !key.is_empty() && !value.is_empty())
        {
            Some((key, value)) => {
                out.insert(key.to_lowercase(), value.to_owned());
            }
            None => faults.add(
                Fault::BadParameter {
                    text: part.to_owned(),
                },
                table.place(row.number).column(cell.header),
            ),
        }
    }
    out
}

/// Takes `randomize` and `seed` out of a select's parameters.
pub(super) fn randomize(
    pairs: &mut IndexMap<String, String>,
    table: &Table,
    row: &TableRow,
    faults: &mut Faults,
) -> Option<Randomize> {
    let place = || table.place_of(row.number, "parameters");
    let wanted = pairs.shift_remove("randomize");
    let seed = pairs.shift_remove("seed");
    let wanted = match wanted {
        None => false,
        Some(word) => yes_no(&word).unwrap_or_else(|| {
            let text = format!("randomize={word}");
            faults.add(Fault::BadParameter { text }, place());
            false
        }),
    };
    let seed = seed.and_then(|source| match Expression::parse(&source) {
        Ok(expression) if wanted => Some(expression),
        _ => {
            let text = format!("seed={source}");
            faults.add(Fault::BadParameter { text }, place());
            None
        }
    });
    wanted.then_some(Randomize { seed })
}

/// Takes a whole number out.
pub(super) fn whole(
    pairs: &mut IndexMap<String, String>,
    key: &str,
    table: &Table,
    row: &TableRow,
    faults: &mut Faults,
) -> Option<u32> {
    let value = pairs.shift_remove(key)?;
    let read = value.parse().ok().filter(|number| *number > 0);
    if read.is_none() {
        let text = format!("{key}={value}");
        faults.add(
            Fault::BadParameter { text },
            table.place_of(row.number, "parameters"),
        );
    }
    read
}

/// Reports what is left and means nothing for this kind of question.
pub(super) fn check_rest(
    pairs: &IndexMap<String, String>,
    kind: &QuestionKind,
    table: &Table,
    row: &TableRow,
    faults: &mut Faults,
) {
    let known = ELSEWHERE
        .iter()
        .find(|(word, _)| *word == kind.type_name())
        .map_or(&[][..], |(_, keys)| *keys);
    for (key, value) in pairs.iter().filter(|(key, _)| !known.contains(&key.as_str())) {
        let text = format!("{key}={value}");
        faults.add(
            Fault::BadParameter { text },
            table.place_of(row.number, "parameters"),
        );
    }
}
