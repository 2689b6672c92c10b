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
}

/// The comparisons of one case.
pub(crate) struct Case<'a> {
    pub(crate) id: &'a str,
    tolerance: f64,
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
        }
    }

    /// Takes in a finished case.
    pub(crate) fn add(&mut self, case: Case<'_>) {
        self.cases += 1;
        self.figures += case.figures;
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
