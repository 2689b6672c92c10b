//! Where people give up: survival from page to page.

use super::{QualityError, checked_weights};

/// How far a respondent came.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Progress {
    /// The last page seen, from 0; routing may make it the last of all on an early page.
    pub last_page: u32,
    /// Whether the form was sent. If not, the respondent gave up on the last page.
    pub finished: bool,
}

/// One page of the form.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct PageSurvival {
    /// The page, from 0.
    pub page: u32,
    /// Respondents (weights) who came to it.
    pub at_risk: f64,
    /// Those who gave up on it.
    pub broke_off: f64,
    /// Broke off ÷ at risk; NaN when nobody came.
    pub hazard: f64,
    /// The share that would come past it, if finishing elsewhere were not giving up: Π (1 − hazard) up to this page.
    pub survival: f64,
}

/// Break-off over the form.
#[derive(Clone, Debug, PartialEq)]
pub struct BreakOff {
    /// One for each page.
    pub pages: Vec<PageSurvival>,
    /// The page that most gave up on, the first among equals; `None` when nobody did.
    pub worst_page: Option<u32>,
    /// The page by which half of those who gave up had done so; `None` when nobody did.
    pub median_page: Option<u32>,
    /// The share of all who began that gave up; NaN when nobody began.
    pub rate: f64,
}

/// Counts who came to each page and who gave up on it.
///
/// - `progress`: one for each respondent who began; those still at work are not to be among them.
/// - `pages`: how many the form has.
/// - `weights`: as many as respondents, finite and ≥ 0; without, each counts 1.
///
/// Whoever finishes on an early page (short ways through the form) leaves those at risk without having given up.
///
/// # Errors
/// [`QualityError::Page`] for a page that the form does not have, [`QualityError::ShapeMismatch`],
/// [`QualityError::Weight`].
///
/// # Source
/// Kaplan & Meier (1958), JASA 53(282), 457–481, with pages for time; Peytchev (2009), Public Opinion Quarterly 73(1),
/// 74–97.
///
/// ```
/// use analysis::quality::break_off::{Progress, break_off};
/// let came = |last_page, finished| Progress { last_page, finished };
/// let found = break_off(&[came(0, false), came(2, true), came(2, false), came(2, true)], 3, None)?;
/// assert_eq!(found.rate, 0.5);
/// assert_eq!(found.pages[2].survival, 0.75 * (1.0 - 1.0 / 3.0));
/// # Ok::<(), analysis::quality::QualityError>(())
/// ```
pub fn break_off(
    progress: &[Progress],
    pages: u32,
    weights: Option<&[f64]>,
) -> Result<BreakOff, QualityError> {
    let weights = checked_weights(weights, progress.len())?;
    if let Some(row) = progress.iter().position(|p| p.last_page >= pages) {
        return Err(QualityError::Page {
            row,
            page: progress[row].last_page,
            pages,
        });
    }
    let pages = pages as usize;
    let (mut left, mut broke_off) = (vec![0.0; pages], vec![0.0; pages]);
    for (p, weight) in progress.iter().zip(&weights) {
        left[p.last_page as usize] += weight;
        if !p.finished {
            broke_off[p.last_page as usize] += weight;
        }
    }
    let began: f64 = weights.iter().sum();
    let gave_up: f64 = broke_off.iter().sum();
    let (mut at_risk, mut survival) = (began, 1.0);
    let mut found = Vec::with_capacity(pages);
    for page in 0..pages {
        let hazard = broke_off[page] / at_risk;
        if hazard.is_finite() {
            survival *= 1.0 - hazard;
        }
        found.push(PageSurvival {
            page: page as u32,
            at_risk,
            broke_off: broke_off[page],
            hazard,
            survival,
        });
        at_risk = (at_risk - left[page]).max(0.0);
    }
    let worst = broke_off.iter().copied().fold(0.0, f64::max);
    let first =
        |wanted: &dyn Fn(usize) -> bool| (0..pages).find(|&page| wanted(page)).map(|page| page as u32);
    let sums: Vec<f64> = (broke_off.iter())
        .scan(0.0, |sum, n| {
            *sum += n;
            Some(*sum)
        })
        .collect();
    let some = gave_up > 0.0;
    Ok(BreakOff {
        worst_page: first(&|page| some && broke_off[page] == worst),
        median_page: first(&|page| some && sums[page] >= 0.5 * gave_up),
        rate: gave_up / began,
        pages: found,
    })
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    const PAGES: u32 = 7;

    fn came(last_page: u32, finished: bool) -> Progress {
        Progress { last_page, finished }
    }

    #[test]
    fn survival_by_hand_with_a_short_way_through() {
        // Ten begin; two give up on page 0, one finishes on page 1, three give up there, four finish on page 3.
        let mut people = vec![came(0, false); 2];
        people.push(came(1, true));
        people.extend([came(1, false); 3]);
        people.extend([came(3, true); 4]);
        let found = break_off(&people, PAGES, None).unwrap();
        assert_eq!(
            (found.worst_page, found.median_page, found.rate),
            (Some(1), Some(1), 0.5)
        );
        let at_risk: Vec<f64> = found.pages.iter().map(|page| page.at_risk).collect();
        assert_eq!(at_risk, [10.0, 8.0, 4.0, 4.0, 0.0, 0.0, 0.0]);
        assert!(found.pages[4].hazard.is_nan());
        assert!((found.pages[3].survival - 0.8 * 5.0 / 8.0).abs() < 1e-15);
        assert_eq!(found.pages[2].hazard, 0.0);
    }

    #[test]
    fn weights_shift_the_worst_page() {
        let people = [came(0, false), came(0, false), came(1, false), came(2, true)];
        assert_eq!(break_off(&people, PAGES, None).unwrap().worst_page, Some(0));
        let found = break_off(&people, PAGES, Some(&[1.0, 1.0, 5.0, 3.0])).unwrap();
        assert_eq!(
            (found.worst_page, found.median_page, found.rate),
            (Some(1), Some(1), 0.7)
        );
    }

    #[test]
    fn nobody_began_or_nobody_gave_up_has_no_worst_page() {
        let nobody = break_off(&[], 0, None).unwrap();
        let beyond = break_off(&[came(2, true)], 2, None).unwrap_err();
        assert_eq!(beyond.to_string(), "row 0: page 2 of a form of 2 pages (from 0)");
        assert!(nobody.rate.is_nan() && nobody.pages.is_empty() && nobody.worst_page.is_none());
        let all = break_off(&[came(1, true)], 2, None).unwrap();
        assert_eq!((all.rate, all.worst_page, all.median_page), (0.0, None, None));
        assert!(break_off(&[came(1, true)], 2, Some(&[f64::NAN])).is_err());
        let weightless = break_off(&[came(1, false)], 2, Some(&[0.0])).unwrap();
        assert!(weightless.rate.is_nan() && weightless.pages[0].hazard.is_nan());
    }

    proptest! {
        #[test]
        fn without_short_ways_survival_is_the_share_still_there(
            gave_up in prop::collection::vec(0u32..6, 0..30), finished in 1usize..30,
        ) {
            let mut people: Vec<Progress> = gave_up.iter().map(|&page| came(page, false)).collect();
            people.extend(vec![came(6, true); finished]);
            let found = break_off(&people, PAGES, None).unwrap();
            for page in &found.pages {
                let gone = gave_up.iter().filter(|at| **at <= page.page).count() as f64;
                prop_assert!((page.survival - (1.0 - gone / people.len() as f64)).abs() < 1e-12);
            }
        }
    }
}
