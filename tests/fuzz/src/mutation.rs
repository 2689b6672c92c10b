//! Bytes changed as a fuzzer changes them, the same in every run: for stable Rust, where nothing tells which change led
//! to new code.

/// A fixed stream of numbers (splitmix64, Steele, Lea and Flood 2014).
#[derive(Clone, Debug)]
pub(crate) struct Chance(u64);

impl Chance {
    /// The stream of a seed.
    pub(crate) fn new(seed: u64) -> Self {
        Self(seed)
    }

    fn next(&mut self) -> u64 {
        self.0 = self.0.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mut z = self.0;
        z = (z ^ (z >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        z = (z ^ (z >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        z ^ (z >> 31)
    }

    /// A number below `bound`, 0 where that is 0.
    pub(crate) fn below(&mut self, bound: usize) -> usize {
        let bound = u64::try_from(bound).unwrap_or(u64::MAX).max(1);
        usize::try_from(self.next() % bound).unwrap_or(0)
    }
}

/// What parsers stumble over: ends of ranges, brackets, quotation marks, and characters that look like others.
const WORDS: [&[u8]; 32] = [
    b"\0",
    b"\xff",
    b"\x80",
    b"\xed\xa0\x80",
    b"\xef\xbb\xbf",
    b"\r\n",
    b"\t",
    b"\"",
    b"'",
    b"\\",
    b"<",
    b">",
    b"&",
    b"(",
    b")",
    b"[",
    b"]",
    b"{",
    b"}",
    b"${",
    b",",
    b".",
    b"=",
    b"-",
    b"9999999999999999999",
    b"-0",
    b"1e309",
    b"NaN",
    b"null",
    "２０２６年１３月".as_bytes(),
    "\u{202e}".as_bytes(),
    "\u{1f600}".as_bytes(),
];

/// A seed changed in one to eight places; now and then a part of another is spliced in.
pub(crate) fn mutated(chance: &mut Chance, seeds: &[Vec<u8>], longest: usize) -> Vec<u8> {
    let pick = |chance: &mut Chance| seeds.get(chance.below(seeds.len())).cloned().unwrap_or_default();
    let mut bytes = pick(chance);
    for _ in 0..=chance.below(8) {
        let at = chance.below(bytes.len() + 1);
        let end = (at + chance.below(16)).min(bytes.len());
        match chance.below(7) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << chance.below(8);
                }
            }
            1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(chance.below(256)).unwrap_or(0);
                }
            }
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes
                    .get(at..end)
                    .unwrap_or_default()
                    .repeat(1 + chance.below(40));
                bytes.splice(at..at, copy);
            }
            4 => {
                let other = pick(chance);
                let from = chance.below(other.len() + 1);
                let to = (from + chance.below(64)).min(other.len());
                bytes.splice(at..end, other.get(from..to).unwrap_or_default().to_vec());
            }
            5 => bytes.truncate(bytes.len() - chance.below(bytes.len().min(64) + 1)),
            _ => {
                let word = WORDS.get(chance.below(WORDS.len())).copied().unwrap_or_default();
                bytes.splice(at..at, word.to_vec());
            }
        }
    }
    bytes.truncate(longest);
    bytes
}
