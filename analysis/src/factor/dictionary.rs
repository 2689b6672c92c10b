//! Columns as codes, with one dictionary for all batches.

use polars::prelude::{Column, DataType, IdxCa, PlHashMap, PolarsResult};

use super::level_order;

/// Integers below this are looked up in a flat table.
const DENSE: i64 = 1 << 16;

/// The values of a column seen so far. Code 0 is a missing value, codes from 1 on are values.
#[derive(Debug, Clone)]
pub(crate) struct Dictionary {
    name: String,
    /// The text of each value, by code − 1.
    labels: Vec<String>,
    /// What tells values apart, by code − 1, when they are numbers.
    bits: Vec<u64>,
    by_label: PlHashMap<String, u32>,
    by_bits: PlHashMap<u64, u32>,
    dense: Vec<u32>,
}

impl Dictionary {
    pub(crate) fn new(name: &str) -> Self {
        Self {
            name: name.to_owned(),
            labels: Vec::new(),
            bits: Vec::new(),
            by_label: PlHashMap::default(),
            by_bits: PlHashMap::default(),
            dense: Vec::new(),
        }
    }

    pub(crate) fn name(&self) -> &str {
        &self.name
    }

    /// The text of each value, by code − 1.
    pub(crate) fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The text of a code; empty for a missing value.
    pub(crate) fn label(&self, code: u32) -> &str {
        (code as usize)
            .checked_sub(1)
            .and_then(|at| self.labels.get(at))
            .map_or("", String::as_str)
    }

    /// All codes but the missing value's, their labels sorted as readers expect.
    pub(crate) fn order(&self) -> Vec<u32> {
        level_order(&self.labels).into_iter().map(|at| at + 1).collect()
    }

    /// All values, sorted as readers expect.
    pub(crate) fn sorted(&self) -> Vec<String> {
        self.order()
            .into_iter()
            .map(|code| self.label(code).to_owned())
            .collect()
    }

    /// The codes of a column's rows. An empty text is missing.
    pub(crate) fn encode(&mut self, column: &Column) -> PolarsResult<Vec<u32>> {
        use DataType as D;
        match column.dtype() {
            D::Int8 | D::Int16 | D::Int32 | D::Int64 | D::UInt8 | D::UInt16 | D::UInt32 | D::Boolean => {
                self.encode_integers(column)
            }
            D::Float32 | D::Float64 => self.encode_floats(column),
            _ => self.encode_text(column),
        }
    }

    fn encode_text(&mut self, column: &Column) -> PolarsResult<Vec<u32>> {
        let text = column.cast(&DataType::String)?;
        let mut codes = Vec::with_capacity(column.len());
        // Rows of one unit mostly stand together.
        let mut last = ("", 0);
        for cell in text.str()?.iter() {
            let cell = cell.unwrap_or_default();
            // A cell of blanks looks empty, and is.
            let cell = if cell.trim_start().is_empty() { "" } else { cell };
            if cell != last.0 {
                last = (cell, self.code_of_label(cell));
            }
            codes.push(last.1);
        }
        Ok(codes)
    }

    fn code_of_label(&mut self, label: &str) -> u32 {
        if label.is_empty() {
            return 0;
        }
        if let Some(&code) = self.by_label.get(label) {
            return code;
        }
        self.labels.push(label.to_owned());
        let code = self.labels.len() as u32;
        self.by_label.insert(label.to_owned(), code);
        code
    }

    fn encode_integers(&mut self, column: &Column) -> PolarsResult<Vec<u32>> {
        let mut new = Vec::new();
        self.dense.resize(DENSE as usize, 0);
        let codes = match column.dtype() {
            DataType::Int32 => {
                let values = column.i32()?.iter().map(|value| value.map(i64::from));
                self.code_integers(values, &mut new)
            }
            _ => self.code_integers(column.cast(&DataType::Int64)?.i64()?.iter(), &mut new),
        };
        self.name_new(column, &new)?;
        Ok(codes)
    }

    fn code_integers(&mut self, values: impl Iterator<Item = Option<i64>>, new: &mut Vec<u32>) -> Vec<u32> {
        (0u32..)
            .zip(values)
            .map(|(row, value)| match value {
                None => 0,
                Some(value) if (0..DENSE).contains(&value) => {
                    let code = self.dense[value as usize];
                    if code == 0 {
                        self.new_bits(value as u64, row, new)
                    } else {
                        code
                    }
                }
                Some(value) => self.code_of_bits(value as u64, row, new),
            })
            .collect()
    }

    fn encode_floats(&mut self, column: &Column) -> PolarsResult<Vec<u32>> {
        let floats = column.cast(&DataType::Float64)?;
        let mut codes = Vec::with_capacity(column.len());
        let mut new = Vec::new();
        for (row, value) in (0u32..).zip(floats.f64()?.iter()) {
            codes.push(match value {
                None => 0,
                // Not a number is no value; adding 0 makes −0 and 0 one value.
                Some(value) if value.is_nan() => 0,
                Some(value) => self.code_of_bits((value + 0.0).to_bits(), row, &mut new),
            });
        }
        self.name_new(column, &new)?;
        Ok(codes)
    }

    fn code_of_bits(&mut self, bits: u64, row: u32, new: &mut Vec<u32>) -> u32 {
        match self.by_bits.get(&bits) {
            Some(&code) => code,
            None => self.new_bits(bits, row, new),
        }
    }

    /// A code for a value first seen at `row`; its text follows by [`name_new`](Self::name_new).
    fn new_bits(&mut self, bits: u64, row: u32, new: &mut Vec<u32>) -> u32 {
        new.push(row);
        self.insert_bits(bits)
    }

    fn insert_bits(&mut self, bits: u64) -> u32 {
        self.bits.push(bits);
        let code = self.bits.len() as u32;
        self.by_bits.insert(bits, code);
        if let Some(slot) = self.dense.get_mut(usize::try_from(bits).unwrap_or(usize::MAX)) {
            *slot = code;
        }
        code
    }

    /// Takes the text of new values from polars, so that it is what every other path writes.
    fn name_new(&mut self, column: &Column, new: &[u32]) -> PolarsResult<()> {
        if new.is_empty() {
            return Ok(());
        }
        let rows = IdxCa::from_vec("rows".into(), new.to_vec());
        let text = column.take(&rows)?.cast(&DataType::String)?;
        let label = |label: Option<&str>| match label.unwrap_or_default() {
            "-0.0" => "0.0".to_owned(),
            label => label.to_owned(),
        };
        self.labels.extend(text.str()?.iter().map(label));
        Ok(())
    }

    /// For every code whether it is one of the values, told as [`label`](Self::label) tells them.
    pub(crate) fn matching(&self, values: &[String]) -> Vec<bool> {
        let mut wanted = vec![false; self.labels.len() + 1];
        for value in values {
            if let Some(code) = self.find(value) {
                wanted[code as usize] = true;
            }
        }
        wanted
    }

    /// The code of a value told as [`label`](Self::label) tells it.
    pub(crate) fn find(&self, value: &str) -> Option<u32> {
        let at = self.labels.iter().position(|label| label == value);
        at.map(|at| at as u32 + 1)
    }

    /// Takes in another part's values; returns what each of its codes is here.
    pub(crate) fn absorb(&mut self, other: &Self) -> Vec<u32> {
        let mut map = vec![0];
        for (at, label) in other.labels.iter().enumerate() {
            map.push(match other.bits.get(at) {
                None => self.code_of_label(label),
                Some(&bits) => match self.by_bits.get(&bits) {
                    Some(&code) => code,
                    None => {
                        self.labels.push(label.clone());
                        self.insert_bits(bits)
                    }
                },
            });
        }
        map
    }
}

#[cfg(test)]
mod tests {
    use polars::prelude::*;

    use super::*;

    fn column(values: &[Option<i64>]) -> Column {
        Series::new("v".into(), values).into_column()
    }

    #[test]
    fn integers_small_large_negative_and_missing_have_codes() {
        let mut dictionary = Dictionary::new("v");
        let codes = dictionary
            .encode(&column(&[Some(7), None, Some(-1), Some(1 << 40), Some(7)]))
            .unwrap();
        assert_eq!(codes, [1, 0, 2, 3, 1]);
        assert_eq!(dictionary.encode(&column(&[Some(-1), Some(8)])).unwrap(), [2, 4]);
        assert_eq!((dictionary.label(3), dictionary.label(0)), ("1099511627776", ""));
        assert_eq!(dictionary.sorted(), ["-1", "7", "8", "1099511627776"]);
    }

    #[test]
    fn an_empty_text_is_missing_and_floats_are_written_as_polars_writes_them() {
        let mut dictionary = Dictionary::new("v");
        let text = Column::new("v".into(), ["城", "", "乡", "城"]);
        assert_eq!(dictionary.encode(&text).unwrap(), [1, 0, 2, 1]);
        let mut floats = Dictionary::new("v");
        let column = Column::new("v".into(), [1.0, 2.5, f64::NAN, -0.0, 0.0]);
        assert_eq!(floats.encode(&column).unwrap(), [1, 2, 0, 3, 3]);
        assert_eq!((floats.label(1), floats.label(3)), ("1.0", "0.0"));
        assert_eq!((floats.find("1.0"), floats.find("1")), (Some(1), None));
        let wanted = floats.matching(&["2.5".to_owned(), "9".to_owned()]);
        assert_eq!(wanted, [false, false, true, false]);
    }

    #[test]
    fn absorb_joins_by_value() {
        let (mut a, mut b) = (Dictionary::new("v"), Dictionary::new("v"));
        a.encode(&column(&[Some(1), Some(2)])).unwrap();
        b.encode(&column(&[Some(2), Some(3)])).unwrap();
        assert_eq!(a.absorb(&b), [0, 2, 3]);
        assert_eq!(a.encode(&column(&[Some(3)])).unwrap(), [3]);
    }
}
