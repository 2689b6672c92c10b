//! How the answers to an item are distributed, with the share of each kind of missing beside it.

use super::item::{Answer, Item, Missing};

/// A category of a distribution.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct Cell {
    /// Persons.
    pub n: usize,
    /// Σ weights.
    pub weight: f64,
    /// Share of the weight: of those who answered for a step, of everybody for a kind of missing.
    pub share: f64,
}

/// The distribution of an item's answers.
#[derive(Clone, Debug, PartialEq)]
pub struct Distribution {
    /// Per step, the worst first (reversed items are turned round); shares among those who answered.
    pub steps: Vec<Cell>,
    /// Per kind of missing, in the order of [`Missing::ALL`]; shares among everybody.
    pub missing: [Cell; 5],
    /// Those who answered; the share among everybody.
    pub answered: Cell,
    /// Share of the two best steps among those who answered.
    pub top_two: f64,
    /// Mean on 0–100 of those who answered.
    pub mean: f64,
}

impl Distribution {
    /// Counts the answers; rows whose weight is not positive and finite are left out.
    ///
    /// - `weights`: one per row; all 1 when `None`. Rows beyond its end are left out.
    ///
    /// Shares are NaN where nobody answered. They are point figures: sampling errors come from `estimate::mean` of
    /// [`Item::values`] and [`Item::top`].
    #[must_use]
    pub fn of(item: &Item, answers: &[Answer], weights: Option<&[f64]>) -> Self {
        let mut steps = vec![Cell::default(); item.steps().len()];
        let mut missing = [Cell::default(); 5];
        for (row, &answer) in answers.iter().enumerate() {
            let weight = weights.map_or(1.0, |weights| weights.get(row).copied().unwrap_or(0.0));
            if !(weight.is_finite() && weight > 0.0) {
                continue;
            }
            let cell = match (item.step(answer), answer) {
                (Some(step), _) => &mut steps[step as usize - 1],
                (None, Answer::Missing(kind)) => &mut missing[kind as usize],
                (None, Answer::Step(_)) => &mut missing[Missing::NotAnswered as usize],
            };
            cell.n += 1;
            cell.weight += weight;
        }
        let answered: f64 = steps.iter().map(|cell| cell.weight).sum();
        let everybody = answered + missing.iter().map(|cell| cell.weight).sum::<f64>();
        for cell in &mut steps {
            cell.share = cell.weight / answered;
        }
        for cell in &mut missing {
            cell.share = cell.weight / everybody;
        }
        let widest = steps.len() as f64 - 1.0;
        let mean = steps
            .iter()
            .enumerate()
            .map(|(at, cell)| cell.share * 100.0 * at as f64 / widest)
            .sum();
        Self {
            top_two: steps.iter().rev().take(2).map(|cell| cell.share).sum(),
            mean,
            answered: Cell {
                n: steps.iter().map(|cell| cell.n).sum(),
                weight: answered,
                share: answered / everybody,
            },
            steps,
            missing,
        }
    }

    /// The cell of a kind of missing.
    #[must_use]
    pub fn of_missing(&self, kind: Missing) -> Cell {
        self.missing[kind as usize]
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn item() -> Item {
        Item::new("q", &["1", "2", "3", "4", "5"], &[]).expect("a good item")
    }

    #[test]
    fn distribution_keeps_missing_out_of_the_answers() {
        let dk = Answer::Missing(Missing::DontKnow);
        let refused = Answer::Missing(Missing::Refused);
        let answers = [Answer::Step(5), dk, Answer::Step(2), refused, dk];
        let found = Distribution::of(&item(), &answers, Some(&[3.0, 1.0, 1.0, 4.0, 1.0]));
        assert_eq!(
            (found.answered.n, found.answered.weight, found.answered.share),
            (2, 4.0, 0.4)
        );
        assert_eq!((found.steps[4].share, found.top_two), (0.75, 0.75));
        assert_eq!(found.of_missing(Missing::DontKnow).share, 0.2);
        assert_eq!(found.of_missing(Missing::Refused).n, 1);
        assert_eq!(found.of_missing(Missing::NotAsked).n, 0);
        assert_eq!(found.mean, 0.75 * 100.0 + 0.25 * 25.0);
    }

    #[test]
    fn distribution_of_all_dont_know_has_no_mean() {
        let found = Distribution::of(&item(), &[Answer::Missing(Missing::DontKnow); 3], None);
        assert!(found.mean.is_nan() && found.top_two.is_nan());
        assert_eq!(found.answered.share, 0.0);
        assert!(Distribution::of(&item(), &[], None).answered.share.is_nan());
    }

    #[test]
    fn distribution_leaves_weights_that_cannot_be_out() {
        let answers = [Answer::Step(1); 4];
        let found = Distribution::of(&item(), &answers, Some(&[f64::NAN, -1.0, 2.0]));
        assert_eq!((found.answered.n, found.answered.weight), (1, 2.0));
    }

    proptest! {
        #[test]
        fn distribution_agrees_with_the_columns(
            rows in prop::collection::vec((0u32..7, 0.1f64..5.0), 1..40), reversed in any::<bool>(),
        ) {
            let item = if reversed { item().reversed() } else { item() };
            let (answers, weights): (Vec<Answer>, Vec<f64>) = rows
                .iter()
                .map(|&(code, weight)| match code {
                    0 => (Answer::Missing(Missing::DontKnow), weight),
                    6 => (Answer::Missing(Missing::NotApplicable), weight),
                    step => (Answer::Step(step), weight),
                })
                .unzip();
            let found = Distribution::of(&item, &answers, Some(&weights));
            let weighted = |column: &[f64]| {
                let (mut sum, mut total) = (0.0, 0.0);
                for (value, weight) in column.iter().zip(&weights).filter(|(value, _)| !value.is_nan()) {
                    sum += value * weight;
                    total += weight;
                }
                sum / total
            };
            if found.answered.n > 0 {
                prop_assert!((found.mean - weighted(&item.values(&answers))).abs() < 1e-9);
                prop_assert!((found.top_two - weighted(&item.top(&answers, 2))).abs() < 1e-12);
                prop_assert!((found.steps.iter().map(|cell| cell.share).sum::<f64>() - 1.0).abs() < 1e-12);
            }
            let all = found.answered.share + found.missing.iter().map(|cell| cell.share).sum::<f64>();
            prop_assert!((all - 1.0).abs() < 1e-12);
        }
    }
}
