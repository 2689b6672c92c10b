//! Random numbers by topic and person: every stream is one of the 2⁶⁴ streams of a single ChaCha key.

use rand::{RngExt, SeedableRng};
use rand_chacha::ChaCha8Rng;

/// What a stream is for. Two topics never share a stream, so a change in one leaves the others alone.
#[derive(Clone, Copy, Debug)]
#[repr(u64)]
pub(super) enum Topic {
    /// Townships and villages.
    Places = 1,
    /// Who lives in a village.
    Residents,
    /// What a person needed, got and did.
    Experience,
    /// What a person thinks.
    Views,
    /// What a relative thinks.
    Relatives,
    /// What a body reports.
    Bodies,
    /// Third-party marks.
    Marks,
    /// Which persons are sampled.
    Sample,
    /// Who responds.
    Response,
    /// How an answer comes in.
    Collection,
    /// Interviewers' visits.
    Visits,
    /// How people read, and whether they hurry.
    Conduct,
}

/// The streams of a seed.
#[derive(Clone, Debug)]
pub(super) struct Streams(ChaCha8Rng);

impl Streams {
    /// All streams of this seed.
    pub(super) fn new(seed: u64) -> Self {
        Self(ChaCha8Rng::seed_from_u64(seed))
    }

    /// The stream of a topic and an index below 2⁴⁸.
    pub(super) fn of(&self, topic: Topic, index: usize) -> Draw {
        let mut rng = self.0.clone();
        rng.set_stream((topic as u64) << 48 | index as u64);
        Draw(rng)
    }
}

/// One stream.
#[derive(Clone, Debug)]
pub(super) struct Draw(pub(super) ChaCha8Rng);

impl Draw {
    /// Uniform in [0, 1).
    pub(super) fn uniform(&mut self) -> f64 {
        self.0.random()
    }

    /// True with probability `p`.
    pub(super) fn chance(&mut self, p: f64) -> bool {
        self.uniform() < p
    }

    /// Uniform in 0..n.
    pub(super) fn below(&mut self, n: usize) -> usize {
        self.0.random_range(0..n.max(1))
    }

    /// Standard normal (Box–Muller; the second of the pair is not kept, so that draws can be counted).
    pub(super) fn normal(&mut self) -> f64 {
        let radius = (-2.0 * (1.0 - self.uniform()).ln()).sqrt();
        radius * (std::f64::consts::TAU * self.uniform()).cos()
    }

    /// One of the values, with chances in proportion to the numbers beside them; the last when they round short.
    pub(super) fn pick<T: Copy>(&mut self, choices: &[(T, f64)]) -> Option<T> {
        let total: f64 = choices.iter().map(|(_, share)| share).sum();
        let mut point = self.uniform() * total;
        for &(value, share) in choices {
            point -= share;
            if point < 0.0 {
                return Some(value);
            }
        }
        choices.last().map(|&(value, _)| value)
    }
}

/// The logistic function.
pub(super) fn logistic(x: f64) -> f64 {
    1.0 / (1.0 + (-x).exp())
}

/// A latent opinion (mean 0, standard deviation 1 within a township of middling quality) as one of five steps:
/// 2, 7, 21, 38 and 31 % at x = 0.
pub(super) fn five(x: f64) -> &'static str {
    match x {
        x if x < -2.03 => "1",
        x if x < -1.32 => "2",
        x if x < -0.51 => "3",
        x if x < 0.49 => "4",
        _ => "5",
    }
}
