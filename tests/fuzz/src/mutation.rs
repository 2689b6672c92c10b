//! Bytes changed as a fuzzer changes them, the same in every run: for stable Rust, where nothing tells which change led
//! to new code.

use rand::RngExt;
use rand_chacha::ChaCha8Rng;

/// A number below `bound`, 0 where that is 0.
fn below(chance: &mut ChaCha8Rng, bound: usize) -> usize {
    chance.random_range(0..bound.max(1))
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
pub(crate) fn mutated(chance: &mut ChaCha8Rng, seeds: &[Vec<u8>], longest: usize) -> Vec<u8> {
    let pick = |chance: &mut ChaCha8Rng| seeds.get(below(chance, seeds.len())).cloned().unwrap_or_default();
    let mut bytes = pick(chance);
    for _ in 0..=below(chance, 8) {
        let at = below(chance, bytes.len() + 1);
        let end = (at + below(chance, 16)).min(bytes.len());
        match below(chance, 7) {
            0 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte ^= 1 << below(chance, 8);
                }
            }
            1 => {
                if let Some(byte) = bytes.get_mut(at) {
                    *byte = u8::try_from(below(chance, 256)).unwrap_or(0);
                }
            }
            2 => drop(bytes.drain(at..end)),
            3 => {
                let copy = bytes
                    .get(at..end)
                    .unwrap_or_default()
                    .repeat(1 + below(chance, 40));
                bytes.splice(at..at, copy);
            }
            4 => {
                let other = pick(chance);
                let from = below(chance, other.len() + 1);
                let to = (from + below(chance, 64)).min(other.len());
                bytes.splice(at..end, other.get(from..to).unwrap_or_default().to_vec());
            }
            5 => bytes.truncate(bytes.len() - below(chance, bytes.len().min(64) + 1)),
            _ => {
                let word = WORDS.get(below(chance, WORDS.len())).copied().unwrap_or_default();
                bytes.splice(at..at, word.to_vec());
            }
        }
    }
    bytes.truncate(longest);
    bytes
}
