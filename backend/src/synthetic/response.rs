//! Who responds: a set of fixed size whose chances depend on township and category only.

use analysis::disposition::Disposition;
use rand::{Rng, RngExt};

use super::county::{Category, Population};
use super::draw::{Draw, Topic};
use super::fieldwork::{Case, GroupSizes};

/// Chances above this are held back, so that nobody is certain to respond.
const HIGHEST: f64 = 0.97;

/// Draws exactly `n` respondents with chances in proportion to `propensities`.
///
/// - `propensities`: > 0, one per invited case; only their proportions count.
///
/// Returns who responds. Chances are scaled to sum to `n`; by Pareto sampling they are met to within about 1/n.
/// When `n` is at least the number invited, all respond.
///
/// # Source
/// Rosén (1997), Asymptotic theory for order sampling, JSPI 62, 135–158.
pub fn respond(rng: &mut impl Rng, propensities: &[f64], n: usize) -> Vec<bool> {
    let mut responded = vec![false; propensities.len()];
    if n >= propensities.len() {
        responded.fill(true);
        return responded;
    }
    let chances = scale(propensities, n as f64);
    let mut order: Vec<(f64, usize)> = chances
        .iter()
        .enumerate()
        .map(|(row, p)| {
            let u: f64 = rng.random_range(f64::EPSILON..1.0);
            ((u / (1.0 - u)) * ((1.0 - p) / p), row)
        })
        .collect();
    order.sort_by(|a, b| a.0.total_cmp(&b.0).then(a.1.cmp(&b.1)));
    for &(_, row) in order.iter().take(n) {
        responded[row] = true;
    }
    responded
}

/// Chances in proportion to `propensities`, at most [`HIGHEST`] where that is possible, that sum to `n`.
fn scale(propensities: &[f64], n: f64) -> Vec<f64> {
    let limit = HIGHEST.max((n / propensities.len() as f64 + 1.0) / 2.0);
    let mut factor = n / propensities.iter().sum::<f64>();
    // Each pass spreads what the limit cut off; the cut-off part shrinks geometrically.
    for _ in 0..50 {
        let sum: f64 = propensities.iter().map(|p| (p * factor).min(limit)).sum();
        if (sum - n).abs() < 1e-9 * n {
            break;
        }
        factor *= n / sum;
    }
    propensities.iter().map(|p| (p * factor).min(limit)).collect()
}

/// How willing people are, by township and category: a product, so that weighting by class or raking on the two
/// removes what it does.
pub(super) fn propensity(county: &Population, townships: &[f64], person: usize) -> f64 {
    let person = &county.persons[person];
    let category = match person.category {
        Category::Physical => 1.05,
        Category::Vision => 0.98,
        Category::Hearing => 0.88,
        Category::Speech => 0.90,
        Category::Intellectual => 0.96,
        Category::Mental => 0.82,
        Category::Multiple => 0.86,
    };
    category * townships[county.village_of(person).township]
}

/// What townships do to willingness.
pub(super) fn township_propensities(county: &Population) -> Vec<f64> {
    let mut draw = county.streams.of(Topic::Response, 0);
    county
        .townships
        .iter()
        .map(|_| (0.11 * draw.normal()).exp())
        .collect()
}

/// Settles what becomes of every case.
pub(super) fn decide(county: &Population, cases: &mut [Case], groups: [&str; 3], sizes: GroupSizes) {
    let townships = township_propensities(county);
    for (topic, (group, size)) in groups
        .into_iter()
        .zip([sizes.resident, sizes.family, sizes.grassroots])
        .enumerate()
    {
        let first = cases
            .iter()
            .position(|case| case.group == group)
            .unwrap_or(cases.len());
        let last = cases
            .iter()
            .rposition(|case| case.group == group)
            .map_or(first, |last| last + 1);
        let invited = &mut cases[first..last];
        let propensities: Vec<f64> = invited
            .iter()
            .map(|case| match &case.person {
                Some(_) => propensity(county, &townships, case.subject),
                None => county.bodies[case.subject].township.map_or(1.0, |t| townships[t]),
            })
            .collect();
        let mut draw = county.streams.of(Topic::Response, 1 + topic);
        let responded = respond(&mut draw.0, &propensities, size);
        for (case, responded) in invited.iter_mut().zip(responded) {
            case.disposition = if responded {
                Disposition::Complete
            } else {
                silence(&mut draw)
            };
        }
    }
}

fn silence(draw: &mut Draw) -> Disposition {
    let reasons = [
        (Disposition::UnknownOther, 0.38),
        (Disposition::NonContact, 0.33),
        (Disposition::Refusal, 0.19),
        (Disposition::Other, 0.10),
    ];
    draw.pick(&reasons).unwrap_or(Disposition::UnknownOther)
}
