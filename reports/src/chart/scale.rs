//! From values to pixels, and round numbers for axes.

/// A linear scale from values to horizontal or vertical pixels.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Scale {
    domain: (f64, f64),
    range: (f64, f64),
}

impl Scale {
    /// Maps `domain` onto `range`; a domain of no length is widened.
    pub(crate) fn new(domain: (f64, f64), range: (f64, f64)) -> Self {
        let domain = if domain.1 - domain.0 > f64::EPSILON {
            domain
        } else {
            (domain.0 - 0.5, domain.0 + 0.5)
        };
        Self { domain, range }
    }

    /// The pixel of a value; values outside stay at the edge.
    pub(crate) fn at(&self, value: f64) -> f64 {
        let (low, high) = self.domain;
        let share = ((value - low) / (high - low)).clamp(0.0, 1.0);
        self.range.0 + share * (self.range.1 - self.range.0)
    }

    /// Whether a value lies within the domain.
    pub(crate) fn holds(&self, value: f64) -> bool {
        value >= self.domain.0 - 1e-9 && value <= self.domain.1 + 1e-9
    }
}

/// Round ticks that enclose `low..=high`, `about` of them; never outside 0 to 100.
pub(crate) fn ticks(low: f64, high: f64, about: usize) -> Vec<f64> {
    let span = (high - low).max(1.0);
    let step = round_step(span / about.max(1) as f64);
    let first = (low / step + 1e-9).floor().max(0.0);
    let last = (high / step - 1e-9).ceil().min((100.0 / step).floor());
    let mut ticks: Vec<f64> = (0..=(last - first).max(1.0) as usize)
        .map(|i| (first + i as f64) * step)
        .collect();
    if ticks.last().is_some_and(|&t| t < high) {
        ticks.push(100.0);
    }
    ticks
}

/// The next step of the series 1, 2, 5, 10 … that is not below `step`.
pub(crate) fn round_step(step: f64) -> f64 {
    let power = 10f64.powf(step.max(1e-9).log10().floor());
    [1.0, 2.0, 5.0, 10.0]
        .into_iter()
        .map(|m| m * power)
        .find(|s| *s + 1e-9 >= step)
        .unwrap_or(10.0 * power)
}

/// Moves spans apart along a line: each has its wanted middle and its length; none leaves `within`, and the order
/// of the middles is kept. Returns the middles.
pub(crate) fn spread(wanted: &[(f64, f64)], gap: f64, within: (f64, f64)) -> Vec<f64> {
    let mut order: Vec<usize> = (0..wanted.len()).collect();
    order.sort_by(|&a, &b| wanted[a].0.total_cmp(&wanted[b].0));
    let mut placed: Vec<f64> = wanted.iter().map(|&(middle, _)| middle).collect();
    // Blocks of touching spans sit at the mean of what their members want (pool adjacent violators).
    let mut blocks: Vec<(Vec<usize>, f64, f64)> = Vec::new();
    for &i in &order {
        let (middle, length) = wanted[i];
        let half = length / 2.0;
        let begin = (middle - half).clamp(within.0, (within.1 - length).max(within.0));
        blocks.push((vec![i], begin, length));
        while blocks.len() > 1 {
            let (a, b) = (&blocks[blocks.len() - 2], &blocks[blocks.len() - 1]);
            if a.1 + a.2 + gap <= b.1 + 1e-9 {
                break;
            }
            let (count_a, count_b) = (a.0.len() as f64, b.0.len() as f64);
            let length = a.2 + gap + b.2;
            let begin = (a.1 * count_a + (b.1 - a.2 - gap) * count_b) / (count_a + count_b);
            let begin = begin.clamp(within.0, (within.1 - length).max(within.0));
            let members = a.0.iter().chain(&b.0).copied().collect();
            blocks.truncate(blocks.len() - 2);
            blocks.push((members, begin, length));
        }
    }
    for (members, begin, _) in &blocks {
        let mut at = *begin;
        for &i in members {
            placed[i] = at + wanted[i].1 / 2.0;
            at += wanted[i].1 + gap;
        }
    }
    placed
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_enclose_the_values() {
        assert_eq!(ticks(61.3, 84.0, 5), [60.0, 65.0, 70.0, 75.0, 80.0, 85.0]);
        assert_eq!(ticks(0.0, 100.0, 4), [0.0, 50.0, 100.0]);
        assert_eq!(ticks(97.0, 100.0, 4), [97.0, 98.0, 99.0, 100.0]);
    }

    #[test]
    fn spread_keeps_order_room_and_gap() {
        let placed = spread(
            &[(50.0, 20.0), (52.0, 20.0), (54.0, 20.0), (0.0, 10.0)],
            2.0,
            (0.0, 100.0),
        );
        assert_eq!(placed, [30.0, 52.0, 74.0, 5.0]);
    }
}
