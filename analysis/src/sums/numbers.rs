//! Columns as numbers.

use polars::prelude::{Column, DataType, PolarsResult};

/// The values as f64, NaN where there is none.
pub(super) fn to_f64(column: &Column) -> PolarsResult<Vec<f64>> {
    let column = column.cast(&DataType::Float64)?;
    let values = column.f64()?;
    let mut numbers = Vec::with_capacity(values.len());
    for chunk in values.downcast_iter() {
        match chunk.validity() {
            None => numbers.extend_from_slice(chunk.values()),
            Some(validity) => numbers.extend(
                chunk
                    .values()
                    .iter()
                    .zip(validity.iter())
                    .map(|(&value, valid)| if valid { value } else { f64::NAN }),
            ),
        }
    }
    Ok(numbers)
}
