//! Figures that have passed disclosure control.
//!
//! A [`Protected`] value is made only by this module's siblings, and a hidden one holds nothing: whoever writes a web
//! page, a file or a letter can print it, serialise it or debug it without betraying anything.

use std::fmt;

use serde::{Serialize, Serializer};

/// What stands for a hidden figure where text is wanted.
pub const HIDDEN: &str = "*";

/// A figure that may be shown, or the fact that it may not be.
///
/// The number behind a hidden figure is dropped when the figure is made; there is no way back to it. Serialises as the
/// value or null; displays as the value or [`HIDDEN`].
///
/// ```
/// use analysis::disclosure::{Dimension, Rule, Tables};
/// let mut tables = Tables::default();
/// let sex = Dimension::flat("sex", ["f", "m"])?;
/// let cells = tables.cross(&[sex], &[4, 90])?;
/// let safe = tables.protect(&Rule::min_cell(10))?;
/// let mean = safe.figure(cells[0], 71.5);
/// assert!(mean.is_hidden());
/// assert_eq!((mean.to_string().as_str(), format!("{mean:?}").as_str()), ("*", "Hidden"));
/// # Ok::<(), analysis::disclosure::DisclosureError>(())
/// ```
#[derive(Clone, Copy, PartialEq, Eq)]
pub struct Protected<T>(Option<T>);

impl<T> Protected<T> {
    pub(super) fn new(value: T, shown: bool) -> Self {
        Self(shown.then_some(value))
    }

    /// The value, unless it is hidden.
    pub fn shown(&self) -> Option<&T> {
        self.0.as_ref()
    }

    /// Whether it is hidden.
    pub fn is_hidden(&self) -> bool {
        self.0.is_none()
    }

    /// A figure made from this one alone, hidden if this one is.
    pub fn map<U>(self, make: impl FnOnce(T) -> U) -> Protected<U> {
        Protected(self.0.map(make))
    }

    /// A figure made from two, hidden if either is.
    pub fn zip<U>(self, other: Protected<U>) -> Protected<(T, U)> {
        Protected(self.0.zip(other.0))
    }
}

impl<T: fmt::Display> fmt::Display for Protected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => value.fmt(f),
            None => f.pad(HIDDEN),
        }
    }
}

impl<T: fmt::Debug> fmt::Debug for Protected<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match &self.0 {
            Some(value) => f.debug_tuple("Shown").field(value).finish(),
            None => f.write_str("Hidden"),
        }
    }
}

impl<T: Serialize> Serialize for Protected<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        self.0.serialize(serializer)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hidden_figure_prints_and_serialises_without_its_number() {
        let hidden = Protected::new(7u64, false);
        assert_eq!(format!("[{hidden:>3}] {hidden:?}"), "[  *] Hidden");
        assert_eq!(serde_json::to_string(&hidden).unwrap(), "null");
        assert!(hidden.map(|n| n + 1).is_hidden());
        assert!(hidden.zip(Protected::new(1, true)).is_hidden());
    }

    #[test]
    fn shown_figure_prints_as_its_value() {
        let shown = Protected::new(0.5, true);
        assert_eq!(format!("{shown:.2} {shown:?}"), "0.50 Shown(0.5)");
        assert_eq!(serde_json::to_string(&shown).unwrap(), "0.5");
        assert_eq!(shown.zip(Protected::new(2, true)).shown(), Some(&(0.5, 2)));
    }
}
