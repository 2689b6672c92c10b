//! Checks that every chart makes before it is laid out.

use super::{ChartError, Heading, Point};

/// Refuses a chart without rows.
pub(crate) fn not_empty<T>(heading: &Heading, rows: &[T]) -> Result<(), ChartError> {
    if rows.is_empty() {
        Err(ChartError::Empty {
            id: heading.id.clone(),
        })
    } else {
        Ok(())
    }
}

/// Refuses values that are not finite and intervals that are upside down.
pub(crate) fn sound<'a>(
    heading: &Heading,
    points: impl IntoIterator<Item = (&'a str, &'a Point)>,
) -> Result<(), ChartError> {
    match points.into_iter().find(|(_, point)| !point.is_sound()) {
        Some((label, _)) => Err(ChartError::ImpossibleValue {
            id: heading.id.clone(),
            label: label.to_owned(),
        }),
        None => Ok(()),
    }
}

/// Refuses a row whose length is not that of the header.
pub(crate) fn as_long(
    heading: &Heading,
    label: &str,
    expected: usize,
    found: usize,
) -> Result<(), ChartError> {
    if expected == found {
        return Ok(());
    }
    Err(ChartError::ShapeMismatch {
        id: heading.id.clone(),
        label: label.to_owned(),
        expected,
        found,
    })
}
