//! The invited cases of a group, out of their data frame: sorted, checked, coded.

use std::collections::BTreeMap;

use polars::prelude::{BooleanChunked, Column, DataFrame, DataType, SortMultipleOptions, StringChunked};
use survey_forms::form::Form;

use super::answers::Answers;
use super::{GroupCases, RoundError};

const TEXT: [&str; 14] = [
    "case_id",
    "township",
    "unit",
    "stratum",
    "psu",
    "person",
    "category",
    "grade",
    "sex",
    "age_band",
    "hardship",
    "body_kind",
    "answering",
    "mode",
];
/// Columns that may be missing.
const OPTIONAL: [&str; 4] = ["disposition", "ways", "interviewer", "duration_s"];
const OTHER: [&str; 4] = ["certainty", "base_weight", "responded", "staff_collected"];

/// Cases in the order of their ids.
#[derive(Clone, Debug)]
pub(crate) struct Cases {
    pub(crate) group: String,
    pub(crate) rows: usize,
    text: BTreeMap<&'static str, Vec<String>>,
    pub(crate) certainty: Vec<bool>,
    pub(crate) base_weight: Vec<f64>,
    pub(crate) responded: Vec<bool>,
    pub(crate) staff_collected: Vec<bool>,
    pub(crate) questions: BTreeMap<String, Answers>,
}

impl Cases {
    /// A text column; empty where null, without rows where the cases do not have it.
    pub(crate) fn text(&self, column: &str) -> &[String] {
        self.text.get(column).map_or(&[], Vec::as_slice)
    }

    /// Reads a group's cases.
    pub(crate) fn read(input: &GroupCases, form: Option<&Form>) -> Result<Self, RoundError> {
        let fault = |column: &str, reason: String| RoundError::Column {
            group: input.group.clone(),
            column: column.to_owned(),
            reason,
        };
        let sorted = input
            .cases
            .sort(["case_id"], SortMultipleOptions::default())
            .map_err(|error| fault("case_id", error.to_string()))?;
        let rows = sorted.height();
        let mut text = BTreeMap::new();
        for name in TEXT {
            text.insert(
                name,
                strings(&sorted, name).map_err(|reason| fault(name, reason))?,
            );
        }
        if let Some(pair) = text["case_id"].windows(2).find(|pair| pair[0] == pair[1]) {
            return Err(fault("case_id", format!("{} occurs twice", pair[0])));
        }
        let base_weight = numbers(&sorted, "base_weight").map_err(|reason| fault("base_weight", reason))?;
        if let Some(row) = base_weight
            .iter()
            .position(|weight| !(weight.is_finite() && *weight > 0.0))
        {
            let reason = format!(
                "case {} has the weight {}",
                text["case_id"][row], base_weight[row]
            );
            return Err(fault("base_weight", reason));
        }
        let boolean = |name: &str| booleans(&sorted, name).map_err(|reason| fault(name, reason));
        for name in OPTIONAL {
            if sorted.column(name).is_ok() {
                let values = strings(&sorted, name).map_err(|reason| fault(name, reason))?;
                text.insert(name, values);
            }
        }
        let mut questions = BTreeMap::new();
        for column in sorted.columns() {
            let name = column.name().as_str();
            if TEXT.contains(&name) || OPTIONAL.contains(&name) || OTHER.contains(&name) {
                continue;
            }
            let values = as_text(column).map_err(|reason| fault(name, reason))?;
            questions.insert(name.to_owned(), Answers::read(form, name, rows, values.iter()));
        }
        Ok(Self {
            group: input.group.clone(),
            rows,
            certainty: boolean("certainty")?,
            responded: boolean("responded")?,
            staff_collected: boolean("staff_collected")?,
            text,
            base_weight,
            questions,
        })
    }
}

fn column<'a>(frame: &'a DataFrame, name: &str) -> Result<&'a Column, String> {
    frame.column(name).map_err(|_| "is missing".to_owned())
}

fn as_text(column: &Column) -> Result<StringChunked, String> {
    let text = column
        .cast(&DataType::String)
        .map_err(|error| error.to_string())?;
    text.str().cloned().map_err(|error| error.to_string())
}

fn strings(frame: &DataFrame, name: &str) -> Result<Vec<String>, String> {
    let values = as_text(column(frame, name)?)?;
    Ok(values
        .iter()
        .map(|value| value.unwrap_or_default().to_owned())
        .collect())
}

fn numbers(frame: &DataFrame, name: &str) -> Result<Vec<f64>, String> {
    let values = column(frame, name)?
        .cast(&DataType::Float64)
        .map_err(|error| error.to_string())?;
    let values = values.f64().map_err(|error| error.to_string())?;
    Ok(values.iter().map(|value| value.unwrap_or(f64::NAN)).collect())
}

fn booleans(frame: &DataFrame, name: &str) -> Result<Vec<bool>, String> {
    let values: &BooleanChunked = column(frame, name)?.bool().map_err(|error| error.to_string())?;
    Ok(values.iter().map(|value| value.unwrap_or(false)).collect())
}
