//! Questions that are not answered, by kind of missing.

use serde::{Deserialize, Serialize};

use super::{QualityError, checked_weights};

/// What became of one question for one respondent.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ItemStatus {
    /// Answered.
    Answered,
    /// Said not to know.
    DontKnow,
    /// Said that it does not apply.
    NotApplicable,
    /// Would not say.
    Refused,
    /// Saw the question and left it.
    NotAnswered,
    /// Never came to it: routed past it, or gave up before.
    NotAsked,
}

impl ItemStatus {
    /// All of them, in the order in which [`ItemNonresponse`] counts them.
    pub const ALL: [Self; 6] = [
        Self::Answered,
        Self::DontKnow,
        Self::NotApplicable,
        Self::Refused,
        Self::NotAnswered,
        Self::NotAsked,
    ];
}

/// Counts of one question, of respondents and of their weights.
#[derive(Clone, Copy, Debug, PartialEq, Default)]
pub struct ItemNonresponse {
    counts: [f64; 6],
    weights: [f64; 6],
}

impl ItemNonresponse {
    /// Counts a question.
    ///
    /// - `statuses`: one for each respondent.
    /// - `weights`: as many, finite and ≥ 0; without, each counts 1.
    ///
    /// # Errors
    /// [`QualityError::ShapeMismatch`], [`QualityError::Weight`].
    ///
    /// ```
    /// use analysis::quality::item_nonresponse::{ItemNonresponse, ItemStatus::*};
    /// let item = ItemNonresponse::of(&[Answered, Refused, NotApplicable, NotAsked], Some(&[3.0, 1.0, 9.0, 9.0]))?;
    /// assert_eq!((item.rate(), item.weighted_rate()), (0.5, 0.25));
    /// # Ok::<(), analysis::quality::QualityError>(())
    /// ```
    pub fn of(statuses: &[ItemStatus], weights: Option<&[f64]>) -> Result<Self, QualityError> {
        let weights = checked_weights(weights, statuses.len())?;
        let mut item = Self::default();
        for (&status, weight) in statuses.iter().zip(weights) {
            item.counts[status as usize] += 1.0;
            item.weights[status as usize] += weight;
        }
        Ok(item)
    }

    /// Respondents of one status.
    pub fn count(&self, status: ItemStatus) -> f64 {
        self.counts[status as usize]
    }

    /// Their weights.
    pub fn weight(&self, status: ItemStatus) -> f64 {
        self.weights[status as usize]
    }

    /// Item non-response: don't know, refused and not answered ÷ those and the answers. Whom the question does not
    /// concern is in neither; NaN when it concerns nobody.
    pub fn rate(&self) -> f64 {
        rate(&self.counts, &MISSING)
    }

    /// The same in weights.
    pub fn weighted_rate(&self) -> f64 {
        rate(&self.weights, &MISSING)
    }

    /// The share of one kind of missing among those whom the question concerns; for
    /// [`NotApplicable`](ItemStatus::NotApplicable) among all who were asked; NaN for
    /// [`NotAsked`](ItemStatus::NotAsked).
    pub fn share(&self, status: ItemStatus) -> f64 {
        share(&self.counts, status)
    }

    /// The same in weights.
    pub fn weighted_share(&self, status: ItemStatus) -> f64 {
        share(&self.weights, status)
    }
}

const MISSING: [ItemStatus; 3] = [ItemStatus::DontKnow, ItemStatus::Refused, ItemStatus::NotAnswered];

fn sum(amounts: &[f64; 6], statuses: &[ItemStatus]) -> f64 {
    statuses.iter().map(|status| amounts[*status as usize]).sum()
}

fn rate(amounts: &[f64; 6], of: &[ItemStatus]) -> f64 {
    let concerned = amounts[ItemStatus::Answered as usize] + sum(amounts, &MISSING);
    sum(amounts, of) / concerned
}

fn share(amounts: &[f64; 6], status: ItemStatus) -> f64 {
    match status {
        ItemStatus::NotAsked => f64::NAN,
        ItemStatus::NotApplicable => {
            let asked: f64 = amounts[..ItemStatus::NotAsked as usize].iter().sum();
            amounts[status as usize] / asked
        }
        status => rate(amounts, &[status]),
    }
}

#[cfg(test)]
mod tests {
    use super::ItemStatus::*;
    use super::*;

    #[test]
    fn kinds_of_missing_keep_apart() {
        let statuses = [
            Answered,
            Answered,
            DontKnow,
            Refused,
            NotAnswered,
            NotApplicable,
            NotAsked,
        ];
        let item = ItemNonresponse::of(&statuses, Some(&[1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 7.0])).unwrap();
        assert_eq!(item.rate(), 3.0 / 5.0);
        assert_eq!(item.weighted_rate(), 12.0 / 15.0);
        assert_eq!(item.share(DontKnow), 1.0 / 5.0);
        assert_eq!(item.weighted_share(Refused), 4.0 / 15.0);
        assert_eq!(item.share(NotApplicable), 1.0 / 6.0);
        assert_eq!(item.weighted_share(NotApplicable), 6.0 / 21.0);
        assert!(item.share(NotAsked).is_nan());
        assert_eq!((item.count(NotAsked), item.weight(NotAsked)), (1.0, 7.0));
        for (at, status) in ItemStatus::ALL.into_iter().enumerate() {
            assert_eq!(status as usize, at);
        }
    }

    #[test]
    fn question_that_concerns_nobody_has_no_rate() {
        assert!(ItemNonresponse::of(&[], None).unwrap().rate().is_nan());
        assert!(
            ItemNonresponse::of(&[NotApplicable, NotAsked], None)
                .unwrap()
                .rate()
                .is_nan()
        );
        assert_eq!(ItemNonresponse::of(&[DontKnow], None).unwrap().rate(), 1.0);
    }

    #[test]
    fn bad_weights_are_refused_by_row() {
        let error = ItemNonresponse::of(&[Answered; 2], Some(&[1.0, -1.0])).unwrap_err();
        assert_eq!(
            error.to_string(),
            "row 1: the weight -1 is not a finite number ≥ 0"
        );
        assert!(ItemNonresponse::of(&[Answered; 2], Some(&[1.0])).is_err());
    }
}
