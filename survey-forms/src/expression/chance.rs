//! Chance that is the same whenever it is asked: JavaRosa's shuffle for `randomize`, and numbers for `random()` and
//! `uuid()` drawn from who answers and where the expression stands. None of it is secret, and nothing that must be
//! secret may come from here.

/// The minimal standard generator of Park and Miller (Communications of the ACM 31, 1988), seeded as JavaRosa seeds its
/// `org.javarosa.xform.parse.ParkMiller`.
#[derive(Clone, Debug)]
pub(crate) struct ParkMiller(f64);

const MODULUS: f64 = 2_147_483_647.0;

impl ParkMiller {
    pub(crate) fn new(seed: i64) -> Self {
        let rest = seed as f64 % MODULUS;
        Self(if rest <= 0.0 { rest + MODULUS - 1.0 } else { rest })
    }

    /// From 0 up to and without 1.
    pub(crate) fn next(&mut self) -> f64 {
        self.0 = self.0 * 16_807.0 % MODULUS;
        (self.0 - 1.0) / (MODULUS - 1.0)
    }
}

/// A new order: the "inside-out" shuffle of Fisher and Yates, number for number as JavaRosa does it.
pub(crate) fn shuffle<T: Copy>(items: &[T], seed: i64) -> Vec<T> {
    let mut chance = ParkMiller::new(seed);
    let mut out: Vec<T> = Vec::with_capacity(items.len());
    for (at, item) in items.iter().enumerate() {
        let place = (chance.next() * (at as f64 + 1.0)) as usize;
        out.push(*item);
        let place = place.min(at);
        out[at] = out[place];
        out[place] = *item;
    }
    out
}

/// A seed from words: FNV-1a with 32 bits, which every client can compute in a line.
pub(crate) fn seed_of(words: &str) -> i64 {
    let mixed = words.bytes().fold(0x811c_9dc5_u32, |hash, byte| {
        (hash ^ u32::from(byte)).wrapping_mul(0x0100_0193)
    });
    i64::from(mixed)
}

/// The seed of `randomize(…, x)`: the number without its fraction; what is no number counts as its words.
pub(crate) fn seed_of_value(number: f64, words: &str) -> i64 {
    if number.is_nan() {
        seed_of(words)
    } else {
        number as i64
    }
}

/// `length` hexadecimal digits.
pub(crate) fn hexadecimal(chance: &mut ParkMiller, length: usize) -> String {
    (0..length)
        .map(|_| char::from_digit((chance.next() * 16.0) as u32, 16).unwrap_or('0'))
        .collect()
}

/// 32 hexadecimal digits in the form of a UUID of version 4.
pub(crate) fn uuid(chance: &mut ParkMiller) -> String {
    let digits = hexadecimal(chance, 32);
    let variant = ["8", "9", "a", "b"][usize::min((chance.next() * 4.0) as usize, 3)];
    format!(
        "{}-{}-4{}-{variant}{}-{}",
        &digits[0..8],
        &digits[8..12],
        &digits[13..16],
        &digits[17..20],
        &digits[20..32]
    )
}

#[cfg(test)]
mod tests {
    use super::{ParkMiller, seed_of, seed_of_value, shuffle, uuid};

    /// What `org.javarosa.xform.parse.FisherYates.shuffle(list, seed)` of ODK Validate 1.20 (the jar in pyxform 4.5.0)
    /// gives for the numbers from 0.
    #[test]
    fn shuffle__is_javarosas() {
        for (seed, order) in [
            (1, "0"),
            (1, "1 0"),
            (1, "1 3 4 0 2"),
            (1, "6 5 4 0 2 7 8 3 1 9"),
            (42, "0 4 2 1 3"),
            (42, "0 5 9 1 8 4 6 3 7 2"),
            (8, "2 4 6 8 9 0 3 1 7 5"),
            (-3, "5 0 9 1 4 6 3 2 7 8"),
            (0, "9 1 8 0 5 3 6 4 7 2"),
            (2_147_483_647, "9 1 8 0 5 3 6 4 7 2"),
            (2_147_483_648, "6 5 4 0 2 7 8 3 1 9"),
            (123_456_789_012, "7 9 1 4 5 0 3 6 8 2"),
            (8_589_934_592, "4 6 0 3 2 7 8 9 1 5"),
        ] {
            let items: Vec<usize> = (0..order.split(' ').count()).collect();
            let found: Vec<String> = shuffle(&items, seed).iter().map(usize::to_string).collect();
            assert_eq!(found.join(" "), order, "seed {seed}");
        }
        assert!(shuffle::<u8>(&[], 1).is_empty());
    }

    #[test]
    fn seed_of_value__number_or_words() {
        assert_eq!(seed_of_value(7.9, "7.9"), 7);
        assert_eq!(seed_of_value(f64::NAN, ""), 0x811c_9dc5);
        assert_eq!(seed_of("a"), 0xe40c_292c);
    }

    #[test]
    fn uuid__is_one_and_stays_the_same() {
        let text = uuid(&mut ParkMiller::new(5));
        assert_eq!(text, uuid(&mut ParkMiller::new(5)));
        assert_eq!(text.len(), 36);
        assert_eq!(&text[14..15], "4");
        assert!("89ab".contains(&text[19..20]), "{text}");
    }
}
