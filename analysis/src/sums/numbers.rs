//! Columns as numbers.

use polars::prelude::{ChunkedArray, Column, DataType, PolarsNumericType, PolarsResult};

/// The values as f64, NaN where there is none.
pub(super) fn to_f64(column: &Column) -> PolarsResult<Vec<f64>> {
    match column.dtype() {
        DataType::Float64 => Ok(collect(column.f64()?, |value| value)),
        DataType::Float32 => Ok(collect(column.f32()?, f64::from)),
        DataType::Int32 => Ok(collect(column.i32()?, f64::from)),
        DataType::Int64 => Ok(collect(column.i64()?, |value| value as f64)),
        _ => Ok(collect(column.cast(&DataType::Float64)?.f64()?, |value| value)),
    }
}

fn collect<T: PolarsNumericType>(values: &ChunkedArray<T>, number: impl Fn(T::Native) -> f64) -> Vec<f64> {
    let mut numbers = Vec::with_capacity(values.len());
    for chunk in values.downcast_iter() {
        match chunk.validity() {
            None => numbers.extend(chunk.values().iter().map(|&value| number(value))),
            Some(validity) => numbers.extend(
                chunk
                    .values()
                    .iter()
                    .zip(validity.iter())
                    .map(|(&value, valid)| if valid { number(value) } else { f64::NAN }),
            ),
        }
    }
    numbers
}
