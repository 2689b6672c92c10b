//! The sums of one way to tell domains apart: a table per column, a line per sampled unit and domain.
//!
//! The loops run column by column, so that one table of a few kilobytes stays in the processor's first cache while
//! the column streams by. Line 0 of a table takes the rows that a condition leaves out.

use super::cells::{Coder, PairCoder};

/// Tables of sums under one condition, by one set of crossed columns.
#[derive(Debug, Clone)]
pub(super) struct View {
    /// Dictionaries of the columns that tell domains apart.
    pub(super) by: Vec<usize>,
    pub(super) condition: usize,
    /// Whether every row is a sampled unit, whose squares are needed.
    elements: bool,
    /// Codes (unit, by …); line c + 1 of a table belongs to code c.
    pub(super) cells: Coder,
    /// Rows of each line.
    pub(super) rows: Vec<u64>,
    pub(super) numeric: Vec<NumericTable>,
    pub(super) ratios: Vec<RatioTable>,
    pub(super) levels: Vec<LevelTable>,
}

/// Sums of a numeric column, in each line about a centre of its own: a domain of small values keeps its digits beside
/// one of large values.
#[derive(Debug, Clone)]
pub(super) struct NumericTable {
    column: usize,
    /// The first value of each line; NaN before it.
    pub(super) centres: Vec<f64>,
    /// n, Σw, Σw(y−c), Σw(y−c)².
    pub(super) lines: Vec<[f64; 4]>,
    /// Σw², Σw²(y−c), Σw²(y−c)² where every row is a unit; else empty.
    pub(super) squares: Vec<[f64; 3]>,
}

/// Sums of the rows that have both columns of a ratio.
#[derive(Debug, Clone)]
pub(super) struct RatioTable {
    y: usize,
    x: usize,
    /// n, Σw, Σwy, Σwx.
    pub(super) lines: Vec<[f64; 4]>,
    /// Σw²y², Σw²yx, Σw²x² where every row is a unit; else empty.
    pub(super) squares: Vec<[f64; 3]>,
}

/// Sums of the rows at each level of a column.
#[derive(Debug, Clone)]
pub(super) struct LevelTable {
    dictionary: usize,
    /// Codes (line, level); level 0 is a missing value.
    pub(super) slots: PairCoder,
    /// n, Σw, Σw² of each slot.
    pub(super) sums: Vec<[f64; 3]>,
}

impl View {
    pub(super) fn new(by: Vec<usize>, condition: usize, elements: bool) -> Self {
        Self {
            cells: Coder::new(1 + by.len()),
            by,
            condition,
            elements,
            rows: vec![0],
            numeric: Vec::new(),
            ratios: Vec::new(),
            levels: Vec::new(),
        }
    }

    /// The table of a numeric column, made when first asked for.
    pub(super) fn numeric(&mut self, column: usize) -> usize {
        let known = self.numeric.iter().position(|table| table.column == column);
        known.unwrap_or_else(|| {
            self.numeric.push(NumericTable {
                column,
                centres: Vec::new(),
                lines: Vec::new(),
                squares: Vec::new(),
            });
            self.numeric.len() - 1
        })
    }

    /// The table of a pair of columns.
    pub(super) fn ratio(&mut self, y: usize, x: usize) -> usize {
        let known = self.ratios.iter().position(|table| (table.y, table.x) == (y, x));
        known.unwrap_or_else(|| {
            self.ratios.push(RatioTable {
                y,
                x,
                lines: Vec::new(),
                squares: Vec::new(),
            });
            self.ratios.len() - 1
        })
    }

    /// The table of a column's levels.
    pub(super) fn levels(&mut self, dictionary: usize) -> usize {
        let known = self
            .levels
            .iter()
            .position(|table| table.dictionary == dictionary);
        known.unwrap_or_else(|| {
            self.levels.push(LevelTable {
                dictionary,
                slots: PairCoder::new(),
                sums: Vec::new(),
            });
            self.levels.len() - 1
        })
    }

    /// Every dictionary whose labels stand in an answer.
    pub(super) fn dictionaries(&self) -> impl Iterator<Item = usize> {
        let levels = self.levels.iter().map(|table| table.dictionary);
        self.by.iter().copied().chain(levels)
    }

    /// The dictionary of a level table.
    pub(super) fn dictionary(&self, table: usize) -> usize {
        self.levels[table].dictionary
    }

    /// Adds a batch; rows of weight 0, or where `mask` is false, are left out.
    pub(super) fn add(
        &mut self,
        units: &[u32],
        weights: &[f64],
        codes: &[Vec<u32>],
        numbers: &[Vec<f64>],
        mask: Option<&[bool]>,
    ) {
        let mut columns: Vec<&[u32]> = vec![units];
        columns.extend(self.by.iter().map(|&dictionary| codes[dictionary].as_slice()));
        let mut lines = self.cells.encode(&columns);
        for (at, line) in lines.iter_mut().enumerate() {
            let inside = weights[at] > 0.0 && mask.is_none_or(|mask| mask[at]);
            *line = (*line + 1) * u32::from(inside);
        }
        let height = self.cells.len() + 1;
        self.rows.resize(height, 0);
        for &line in &lines {
            self.rows[line as usize] += 1;
        }
        let square_height = if self.elements { height } else { 0 };
        for table in &mut self.numeric {
            table.resize(height, square_height);
            table.add(&lines, weights, &numbers[table.column]);
        }
        for table in &mut self.ratios {
            table.lines.resize(height, [0.0; 4]);
            table.squares.resize(square_height, [0.0; 3]);
            table.add(&lines, weights, &numbers[table.y], &numbers[table.x]);
        }
        for table in &mut self.levels {
            table.add(&lines, weights, &codes[table.dictionary]);
        }
    }

    /// Takes in the sums of another part of the file.
    ///
    /// - `units`, `codes`: what its units and its dictionaries' codes are here.
    pub(super) fn absorb(&mut self, other: &Self, units: &[u32], codes: &[Vec<u32>]) {
        let cells = self.cells.absorb(&other.cells, |part, code| match part {
            0 => units[code as usize],
            _ => codes[self.by[part - 1]][code as usize],
        });
        let height = self.cells.len() + 1;
        self.rows.resize(height, 0);
        let line_here = |line: usize| line.checked_sub(1).map_or(0, |cell| cells[cell] as usize + 1);
        for (line, rows) in other.rows.iter().enumerate() {
            self.rows[line_here(line)] += rows;
        }
        let square_height = if self.elements { height } else { 0 };
        for (mine, theirs) in self.numeric.iter_mut().zip(&other.numeric) {
            mine.resize(height, square_height);
            mine.absorb(theirs, line_here);
        }
        for (mine, theirs) in self.ratios.iter_mut().zip(&other.ratios) {
            mine.lines.resize(height, [0.0; 4]);
            mine.squares.resize(square_height, [0.0; 3]);
            for (line, sums) in theirs.lines.iter().enumerate() {
                add_to(&mut mine.lines[line_here(line)], sums);
            }
            for (line, squares) in theirs.squares.iter().enumerate() {
                add_to(&mut mine.squares[line_here(line)], squares);
            }
        }
        for (mine, theirs) in self.levels.iter_mut().zip(&other.levels) {
            mine.slots
                .reserve(height, codes[mine.dictionary].len().max(mine.level_count()));
            for (&(line, level), sums) in theirs.slots.pairs().iter().zip(&theirs.sums) {
                let level = codes[mine.dictionary][level as usize];
                // The other dictionary's codes are scattered over this one's.
                mine.slots.reserve(height, level as usize + 1);
                let slot = mine.slots.code(line_here(line as usize) as u32, level) as usize;
                if slot >= mine.sums.len() {
                    mine.sums.push([0.0; 3]);
                }
                add_to(&mut mine.sums[slot], sums);
            }
        }
    }
}

impl NumericTable {
    fn resize(&mut self, height: usize, square_height: usize) {
        self.centres.resize(height, f64::NAN);
        self.lines.resize(height, [0.0; 4]);
        self.squares.resize(square_height, [0.0; 3]);
    }

    fn add(&mut self, lines: &[u32], weights: &[f64], values: &[f64]) {
        for ((&line, &weight), &value) in lines.iter().zip(weights).zip(values) {
            let (sums, centre) = (&mut self.lines[line as usize], &mut self.centres[line as usize]);
            if centre.is_nan() {
                *centre = value;
            }
            // Without a branch: missing values come at random and would be mispredicted.
            let known = !value.is_nan();
            let weight = if known { weight } else { 0.0 };
            let deviation = if known { value - *centre } else { 0.0 };
            let weighted = weight * deviation;
            sums[0] += f64::from(u8::from(known));
            sums[1] += weight;
            sums[2] += weighted;
            sums[3] += weighted * deviation;
        }
        if self.squares.is_empty() {
            return;
        }
        for ((&line, &weight), &value) in lines.iter().zip(weights).zip(values) {
            if !value.is_nan() {
                let (deviation, square) = (value - self.centres[line as usize], weight * weight);
                let more = [square, square * deviation, square * deviation * deviation];
                add_to(&mut self.squares[line as usize], &more);
            }
        }
    }

    fn absorb(&mut self, other: &Self, line_here: impl Fn(usize) -> usize) {
        for (line, &theirs) in other
            .centres
            .iter()
            .enumerate()
            .filter(|(_, centre)| !centre.is_nan())
        {
            let here = line_here(line);
            let centre = &mut self.centres[here];
            if centre.is_nan() {
                *centre = theirs;
            }
            let shift = theirs - *centre;
            let [n, w, first, second] = other.lines[line];
            let [w, first, second] = moved([w, first, second], shift);
            add_to(&mut self.lines[here], &[n, w, first, second]);
            if let Some(&squares) = other.squares.get(line) {
                add_to(&mut self.squares[here], &moved(squares, shift));
            }
        }
    }
}

/// Σw, Σw(y−c) and Σw(y−c)² about another centre: Σw(y−c) = Σw(y−c′) + (c′−c)Σw, and so for the squares.
///
/// - `shift`: c′ − c, the centre of the sums given less the one wanted.
pub(super) fn moved([w, first, second]: [f64; 3], shift: f64) -> [f64; 3] {
    [
        w,
        first + shift * w,
        second + 2.0 * shift * first + shift * shift * w,
    ]
}

impl RatioTable {
    fn add(&mut self, lines: &[u32], weights: &[f64], y: &[f64], x: &[f64]) {
        for (((&line, &weight), &y), &x) in lines.iter().zip(weights).zip(y).zip(x) {
            if !y.is_nan() && !x.is_nan() {
                add_to(
                    &mut self.lines[line as usize],
                    &[1.0, weight, weight * y, weight * x],
                );
                if let Some(squares) = self.squares.get_mut(line as usize) {
                    let (wy, wx) = (weight * y, weight * x);
                    add_to(squares, &[wy * wy, wy * wx, wx * wx]);
                }
            }
        }
    }
}

impl LevelTable {
    fn level_count(&self) -> usize {
        let levels = self.slots.pairs().iter().map(|&(_, level)| level as usize + 1);
        levels.max().unwrap_or(0)
    }

    fn add(&mut self, lines: &[u32], weights: &[f64], codes: &[u32]) {
        let slots = self.slots.encode(lines, codes);
        self.sums.resize(self.slots.len(), [0.0; 3]);
        for (&slot, &weight) in slots.iter().zip(weights) {
            add_to(&mut self.sums[slot as usize], &[1.0, weight, weight * weight]);
        }
    }
}

fn add_to<const N: usize>(sums: &mut [f64; N], more: &[f64; N]) {
    for (sum, more) in sums.iter_mut().zip(more) {
        *sum += more;
    }
}
