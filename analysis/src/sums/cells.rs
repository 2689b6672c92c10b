//! Dense codes for combinations of codes, that keep growing from batch to batch.

use polars::prelude::PlHashMap;

/// Up to this many slots (16 MiB) a flat table is several times faster than hashing.
const FLAT_LIMIT: usize = 1 << 22;

/// Codes for pairs of codes, dense and in order of first appearance.
#[derive(Debug, Clone)]
pub(super) struct PairCoder {
    pairs: Vec<(u32, u32)>,
    slots: Slots,
}

#[derive(Debug, Clone)]
enum Slots {
    /// `table[a * width + b]` is 1 + the code, 0 when not seen; `width` is a power of two.
    Flat {
        table: Vec<u32>,
        width: usize,
    },
    Hashed(PlHashMap<(u32, u32), u32>),
}

impl PairCoder {
    pub(super) fn new() -> Self {
        Self {
            pairs: Vec::new(),
            slots: Slots::Flat {
                table: Vec::new(),
                width: 1,
            },
        }
    }

    pub(super) fn len(&self) -> usize {
        self.pairs.len()
    }

    /// The pair behind each code.
    pub(super) fn pairs(&self) -> &[(u32, u32)] {
        &self.pairs
    }

    /// Makes room for codes below `a_levels` and `b_levels`.
    pub(super) fn reserve(&mut self, a_levels: usize, b_levels: usize) {
        let Slots::Flat { table, width } = &mut self.slots else {
            return;
        };
        let (height, wide) = (
            a_levels.next_power_of_two(),
            b_levels.next_power_of_two().max(*width),
        );
        if height.saturating_mul(wide) > FLAT_LIMIT {
            let hashed = self
                .pairs
                .iter()
                .zip(0u32..)
                .map(|(&pair, code)| (pair, code))
                .collect();
            self.slots = Slots::Hashed(hashed);
        } else if wide > *width || height * wide > table.len() {
            let mut grown = vec![0; (height * wide).max(table.len() / *width * wide)];
            for (&(a, b), code) in self.pairs.iter().zip(1u32..) {
                grown[a as usize * wide + b as usize] = code;
            }
            (*table, *width) = (grown, wide);
        }
    }

    /// The code of a pair within the room reserved.
    #[inline]
    pub(super) fn code(&mut self, a: u32, b: u32) -> u32 {
        match &mut self.slots {
            Slots::Flat { table, width } => {
                let slot = &mut table[a as usize * *width + b as usize];
                if *slot == 0 {
                    self.pairs.push((a, b));
                    *slot = self.pairs.len() as u32;
                }
                *slot - 1
            }
            Slots::Hashed(map) => {
                let next = self.pairs.len() as u32;
                let code = *map.entry((a, b)).or_insert(next);
                if code == next {
                    self.pairs.push((a, b));
                }
                code
            }
        }
    }

    /// Codes two columns, each pair of codes found anew or known.
    pub(super) fn encode(&mut self, a: &[u32], b: &[u32]) -> Vec<u32> {
        let levels = |codes: &[u32]| codes.iter().copied().max().map_or(0, |max| max as usize + 1);
        self.reserve(levels(a), levels(b));
        a.iter().zip(b).map(|(&a, &b)| self.code(a, b)).collect()
    }
}

/// Codes for combinations of any number of columns, by coding pairs of pairs; dense, in order of first appearance.
#[derive(Debug, Clone)]
pub(super) struct Coder {
    /// `chain[k]` pairs the code of the first k columns (0 for none) with column k.
    chain: Vec<PairCoder>,
}

impl Coder {
    /// A coder of so many columns, at least one.
    pub(super) fn new(columns: usize) -> Self {
        Self {
            chain: vec![PairCoder::new(); columns.max(1)],
        }
    }

    /// Number of codes given out.
    pub(super) fn len(&self) -> usize {
        self.chain.last().map_or(0, PairCoder::len)
    }

    /// Codes the rows of as many columns as the coder was made for.
    pub(super) fn encode(&mut self, columns: &[&[u32]]) -> Vec<u32> {
        let mut codes = vec![0; columns.first().map_or(0, |column| column.len())];
        for (pairs, column) in self.chain.iter_mut().zip(columns) {
            codes = pairs.encode(&codes, column);
        }
        codes
    }

    /// The columns' codes behind a code.
    pub(super) fn key(&self, mut code: u32) -> Vec<u32> {
        let mut key = vec![0; self.chain.len()];
        for (part, pairs) in key.iter_mut().zip(&self.chain).rev() {
            (code, *part) = pairs.pairs()[code as usize];
        }
        key
    }

    /// Takes in another coder's codes; returns what each of them is here.
    ///
    /// - `translate(part, code)`: what a code of that part is here.
    pub(super) fn absorb(&mut self, other: &Self, translate: impl Fn(usize, u32) -> u32) -> Vec<u32> {
        let mut columns = vec![Vec::with_capacity(other.len()); self.chain.len()];
        for code in 0..other.len() as u32 {
            for (part, (column, value)) in columns.iter_mut().zip(other.key(code)).enumerate() {
                column.push(translate(part, value));
            }
        }
        let columns: Vec<&[u32]> = columns.iter().map(Vec::as_slice).collect();
        self.encode(&columns)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pair_codes_stay_when_the_table_grows_and_when_it_is_hashed() {
        let mut coder = PairCoder::new();
        assert_eq!(coder.encode(&[0, 1, 0], &[0, 0, 3]), [0, 1, 2]);
        assert_eq!(coder.encode(&[40, 1, 0], &[9, 0, 3]), [3, 1, 2]);
        assert_eq!(coder.encode(&[3_000_000, 1, 40], &[9, 0, 9]), [4, 1, 3]);
        assert_eq!(coder.pairs()[4], (3_000_000, 9));
    }

    #[test]
    fn keys_give_back_the_parts() {
        let mut coder = Coder::new(3);
        let codes = coder.encode(&[&[5, 1, 5], &[2, 2, 7], &[0, 0, 1]]);
        assert_eq!(coder.key(codes[2]), [5, 7, 1]);
        assert_eq!(coder.key(codes[1]), [1, 2, 0]);
        assert_eq!(coder.len(), 3);
    }

    #[test]
    fn absorb_translates_each_part() {
        let (mut a, mut b) = (Coder::new(2), Coder::new(2));
        a.encode(&[&[1, 2], &[1, 1]]);
        b.encode(&[&[1, 1], &[1, 2]]);
        // Code 1 of the first part there is 2 here.
        let map = a.absorb(&b, |part, code| if part == 0 { code + 1 } else { code });
        assert_eq!(map, [1, 2]);
        assert_eq!(a.key(2), [2, 2]);
    }
}
