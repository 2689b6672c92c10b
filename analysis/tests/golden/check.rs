//! Comparing figures: relative tolerances, and a tally that cannot be empty unnoticed.

use std::fmt;

use serde_json::Value;

/// What a file's cases came to.
#[derive(Debug)]
pub(crate) struct Tally {
    file: String,
    pub(crate) cases: usize,
    pub(crate) figures: usize,
    pub(crate) failures: Vec<String>,
    pub(crate) uncovered: Vec<String>,
    /// Cases that were compared, but not in all their stored figures.
    pub(crate) incomplete: Vec<String>,
}

/// The comparisons of one case.
pub(crate) struct Case<'a> {
    pub(crate) id: &'a str,
    tolerance: f64,
    /// The numbers stored as the result, less those that only restate what was asked.
    stored: usize,
    figures: usize,
    failures: Vec<String>,
}

impl Tally {
    pub(crate) fn new(file: &str) -> Self {
        let file = file.to_owned();
        Self {
            file,
            cases: 0,
            figures: 0,
            failures: Vec::new(),
            uncovered: Vec::new(),
            incomplete: Vec::new(),
        }
    }

    /// Takes in a finished case.
    pub(crate) fn add(&mut self, case: Case<'_>) {
        self.cases += 1;
        self.figures += case.figures;
        if case.figures != case.stored {
            let Case {
                id, figures, stored, ..
            } = case;
            self.incomplete
                .push(format!("{id}: {figures} of {stored} figures compared"));
        }
        self.failures.extend(case.failures);
    }
}

impl fmt::Display for Tally {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        writeln!(
            f,
            "{}: {} cases, {} figures compared",
            self.file, self.cases, self.figures
        )?;
        for failure in &self.failures {
            writeln!(f, "  differs: {failure}")?;
        }
        for case in &self.incomplete {
            writeln!(f, "  incomplete: {case}")?;
        }
        write!(
            f,
            "  not covered yet ({}): {}",
            self.uncovered.len(),
            self.uncovered.join(", ")
        )
    }
}

impl<'a> Case<'a> {
    pub(crate) fn new(case: &'a Value) -> Self {
        let tolerance = case["rel_tol"].as_f64().unwrap_or(1e-8);
        Self {
            id: case["id"].as_str().unwrap(),
            tolerance,
            stored: numbers(&case["result"]),
            figures: 0,
            failures: Vec::new(),
        }
    }

    /// Compares a figure, relatively; a null expected figure is not compared.
    ///
    /// R gives about 1e-16 of the estimate where a standard error is truly 0: `scale` is the
    /// size against which such a rounding error is nothing.
    pub(crate) fn figure(&mut self, what: &str, found: f64, expected: &Value, scale: f64) {
        let Some(wanted) = expected.as_f64() else { return };
        self.figures += 1;
        let allowed = self.tolerance * wanted.abs() + 1e-13 * scale.abs();
        if found.is_nan() || (found - wanted).abs() > allowed {
            self.failures
                .push(format!("{} {what}: {found:e}, expected {wanted:e}", self.id));
        }
    }

    /// Compares a figure of which null says that there is none: a limit outside the data.
    pub(crate) fn figure_or_absent(&mut self, what: &str, found: f64, expected: &Value) {
        if expected.is_null() && !found.is_nan() {
            self.failures
                .push(format!("{} {what}: {found:e}, expected none", self.id));
        }
        self.figure(what, found, expected, 0.0);
    }

    /// Compares another road to a figure that counts elsewhere.
    pub(crate) fn again(&mut self, what: &str, found: f64, expected: &Value) {
        let before = self.figures;
        self.figure(what, found, expected, 0.0);
        self.figures = before;
    }

    /// Takes stored numbers that restate the question (a level, the groups) off those to be compared.
    pub(crate) fn given(&mut self, stored: &Value) {
        self.stored -= numbers(stored);
    }

    /// Compares a figure at a tolerance of its own.
    pub(crate) fn loose(&mut self, what: &str, found: f64, expected: &Value, tolerance: f64) {
        let before = std::mem::replace(&mut self.tolerance, tolerance);
        self.figure(what, found, expected, 0.0);
        self.tolerance = before;
    }
}

/// The elements of an array; a scalar stands for an array of length one.
pub(crate) fn elements(value: &Value) -> Vec<Value> {
    match value {
        Value::Array(items) => items.clone(),
        Value::Null => Vec::new(),
        other => vec![other.clone()],
    }
}

/// How many numbers a stored result holds.
fn numbers(value: &Value) -> usize {
    match value {
        Value::Number(_) => 1,
        Value::Array(items) => items.iter().map(numbers).sum(),
        Value::Object(entries) => entries.values().map(numbers).sum(),
        _ => 0,
    }
}
