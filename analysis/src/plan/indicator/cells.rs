//! The small languages inside the cells of `indicators.csv`: questions, perspective weights, domains.

use super::{Domain, Measure, PerspectiveWeight, QuestionRef};
use crate::plan::table::{At, Faults, did_you_mean, say};

/// An entry of `questions` with the prefix that was written.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Entry {
    pub(super) prefix: Option<String>,
    pub(super) question: QuestionRef,
}

/// Reads `family:recv_*=yes|partly;need`.
pub(super) fn questions(cell: &str) -> Vec<Entry> {
    parts(cell)
        .map(|part| {
            let (prefix, rest) = match part.split_once(':') {
                Some((prefix, rest)) => (Some(prefix.trim().to_owned()), rest),
                None => (None, part),
            };
            let (variable, codes) = with_codes(rest);
            Entry {
                prefix,
                question: QuestionRef { variable, codes },
            }
        })
        .collect()
}

/// Reads `persons=40;admin=15`.
pub(super) fn perspective_weights(
    cell: &str,
    known: &[&str],
    row: u32,
    faults: &mut Faults,
) -> Vec<PerspectiveWeight> {
    let mut weights: Vec<PerspectiveWeight> = Vec::new();
    let at = || At::cell(row, "perspective_weights");
    for part in parts(cell) {
        let (perspective, number) = part
            .split_once('=')
            .map_or((part, ""), |(a, b)| (a.trim(), b.trim()));
        if !known.contains(&perspective) {
            faults.error(
                "PL037",
                at(),
                say(
                    format!("没有 {perspective} 这个评价主体。"),
                    format!("There is no perspective {perspective}."),
                ),
                did_you_mean(perspective, known.iter().copied()),
            );
            continue;
        }
        if weights.iter().any(|weight| weight.perspective == perspective) {
            faults.error(
                "PL037",
                at(),
                say(
                    format!("{perspective} 出现了两次。"),
                    format!("{perspective} occurs twice."),
                ),
                say("请删去一个。", "Remove one of them."),
            );
            continue;
        }
        match number.parse::<f64>() {
            Ok(weight) if weight.is_finite() && weight > 0.0 => {
                weights.push(PerspectiveWeight {
                    perspective: perspective.to_owned(),
                    weight,
                });
            }
            _ => faults.error(
                "PL014",
                at(),
                say(
                    format!("“{part}”的权重应为大于 0 的数。"),
                    format!("“{part}” needs a weight above 0."),
                ),
                say("写成 resident=40;family=20。", "Write resident=40;family=20."),
            ),
        }
    }
    weights
}

/// Reads `hardship;grade=1|2`.
pub(super) fn domain(cell: &str, row: u32, faults: &mut Faults) -> Vec<Domain> {
    const COLUMNS: [&str; 6] = ["category", "grade", "sex", "age_band", "hardship", "body_kind"];
    parts(cell)
        .filter_map(|part| {
            let (column, values) = with_codes(part);
            if COLUMNS.contains(&column.as_str()) {
                return Some(Domain { column, values });
            }
            faults.error(
                "PL045",
                At::cell(row, "domain"),
                say(
                    format!("没有 {column} 这个变量。"),
                    format!("There is no variable {column}."),
                ),
                did_you_mean(&column, COLUMNS),
            );
            None
        })
        .collect()
}

/// Reads the measure; `Err` for a word that is none.
pub(super) fn measure(cell: &str) -> Result<Option<Measure>, ()> {
    if cell.is_empty() {
        return Ok(None);
    }
    Measure::ALL
        .into_iter()
        .find(|measure| measure.code() == cell)
        .map(Some)
        .ok_or(())
}

fn parts(cell: &str) -> impl Iterator<Item = &str> {
    cell.split([';', '；'])
        .map(str::trim)
        .filter(|part| !part.is_empty())
}

fn with_codes(part: &str) -> (String, Vec<String>) {
    match part.split_once('=') {
        None => (part.trim().to_owned(), Vec::new()),
        Some((name, codes)) => {
            let codes = codes
                .split('|')
                .map(str::trim)
                .filter(|code| !code.is_empty())
                .map(str::to_owned)
                .collect();
            (name.trim().to_owned(), codes)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn questions_with_prefix_codes_and_spaces_are_taken_apart() {
        let entries = questions(" family : recv_* = yes | partly ;need；admin:visits");
        assert_eq!(entries.len(), 3);
        assert_eq!(entries[0].prefix.as_deref(), Some("family"));
        assert_eq!(entries[0].question.variable, "recv_*");
        assert_eq!(entries[0].question.codes, ["yes", "partly"]);
        assert_eq!(
            entries[1],
            Entry {
                prefix: None,
                question: QuestionRef {
                    variable: "need".to_owned(),
                    codes: Vec::new()
                }
            }
        );
        assert_eq!(entries[2].prefix.as_deref(), Some("admin"));
    }

    #[test]
    fn perspective_weights_unknown_name_and_zero_are_faults() {
        let mut faults = Faults::new("indicators.csv");
        let weights = perspective_weights(
            "persons=40;famly=1;admin=0",
            &["persons", "family", "admin"],
            3,
            &mut faults,
        );
        assert_eq!(
            weights,
            [PerspectiveWeight {
                perspective: "persons".to_owned(),
                weight: 40.0
            }]
        );
        assert_eq!(
            faults.found.iter().map(|fault| fault.code).collect::<Vec<_>>(),
            ["PL037", "PL014"]
        );
    }
}
