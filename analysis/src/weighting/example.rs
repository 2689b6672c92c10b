//! The example data of the golden figures, for tests against constants from R.

use std::path::Path;

use crate::factor::Factor;

/// One file of `tests/fixtures/golden/data`.
pub(super) struct Example {
    header: Vec<String>,
    rows: Vec<csv::StringRecord>,
}

impl Example {
    pub(super) fn read(name: &str) -> Self {
        let path =
            Path::new(env!("CARGO_MANIFEST_DIR")).join(format!("../tests/fixtures/golden/data/{name}.csv"));
        let mut reader = csv::Reader::from_path(path).unwrap();
        let header = reader.headers().unwrap().iter().map(str::to_owned).collect();
        let rows = reader.records().map(Result::unwrap).collect();
        Self { header, rows }
    }

    pub(super) fn text(&self, column: &str) -> Vec<&str> {
        let at = self.header.iter().position(|name| name == column).unwrap();
        self.rows.iter().map(|row| &row[at]).collect()
    }

    pub(super) fn numbers(&self, column: &str) -> Vec<f64> {
        let cells = self.text(column);
        cells
            .iter()
            .map(|cell| cell.parse().unwrap_or(f64::NAN))
            .collect()
    }

    pub(super) fn factor(&self, column: &str) -> Factor {
        Factor::from_labels(self.text(column))
    }
}
