//! Who answered and how, and whether it makes a difference.
//!
//! Ways of answering are not drawn by lot: who is helped, visited or spoken for differs from who answers alone on a
//! phone. A difference between them is therefore *selection* (other people) and *measurement* (another situation) in
//! one. Two figures are given. As found: the difference of the two domains. Adjusted: the difference within cells of
//! category × grade × age, so that people of the same kind are compared; what the register knows of the selection is
//! taken out, what it does not know stays in. The two parts cannot be told apart completely without asking the same
//! people twice, and nothing here is used to change an estimate.
//!
//! # Source
//! De Leeuw (2005), Journal of Official Statistics 21(2), 233–255; Vannieuwenhuyze, Loosveldt & Molenberghs (2010),
//! Public Opinion Quarterly 74(5), 1027–1045; conditioning on covariates that the mode cannot touch: Vannieuwenhuyze
//! & Loosveldt (2013), Sociological Methods & Research 42(1), 82–104.

mod within;

use std::collections::BTreeMap;

use super::classes::classes;
use super::sample::Sample;
use crate::estimate::contrast::TTest;
use crate::indicator::leaf::{Ground, limits_of, scale_of};
use crate::indicator::present::{LEVEL, flag, interval};
use crate::indicator::ratio::{Pairs, Ratio};
use crate::plan::{FrameSource, Indicator, Measure, PERSONS, Plan};
use crate::results::{AnsweringResults, Flag, NotAsked, WayBy, WayDifference, WayEstimate, WayShare};
use within::{Row, Within, within};

/// The measures that are compared.
const MEASURES: [Measure; 5] = [
    Measure::Participation,
    Measure::Coverage,
    Measure::Effectiveness,
    Measure::Benefit,
    Measure::Satisfaction,
];
/// Fewest respondents of the two ways together in a cell of the composition.
const SMALLEST_CELL: usize = 20;

impl WayBy {
    /// The column of the sample.
    fn column(self) -> &'static str {
        match self {
            Self::Answering => "answering",
            Self::Mode => "mode",
            Self::Reading => "ways",
        }
    }

    /// The way that others are held against, where it occurs.
    fn reference(self) -> &'static str {
        match self {
            Self::Answering => "self",
            Self::Mode => "web",
            Self::Reading => "none",
        }
    }
}

/// The leaf that gives a measure's headline figure: a scored one before others; overall satisfaction before
/// satisfaction by area, as it is asked by itself.
fn headline(plan: &Plan, measure: Measure) -> Option<&Indicator> {
    let by_area_last = measure == Measure::Satisfaction;
    plan.indicators
        .leaves()
        .filter(|leaf| leaf.measure == Some(measure))
        .min_by_key(|leaf| (by_area_last && leaf.by_area, leaf.weight <= 0.0))
}

/// A measure in the sample of persons that answers for it.
struct Measured<'a> {
    leaf: &'a Indicator,
    measure: Measure,
    sample: &'a Sample,
    pairs: Pairs,
}

impl<'a> Measured<'a> {
    fn of(ground: &Ground<'a>, measure: Measure) -> Option<Self> {
        let leaf = headline(ground.plan, measure)?;
        let own = ground.plan.group_of(FrameSource::Persons)?.code.as_str();
        let perspective = [PERSONS, own]
            .into_iter()
            .find(|name| leaf.questions.contains_key(*name))?;
        let sample = ground.samples.get(perspective).filter(|sample| sample.rows > 0)?;
        let pairs = Pairs::of(sample, measure, leaf.questions.get(perspective)?, &leaf.areas)
            .within(&sample.in_domain(&leaf.domain));
        Some(Self {
            leaf,
            measure,
            sample,
            pairs,
        })
    }

    fn ratio(&self, ground: &Ground<'_>, inside: &[bool]) -> Option<Ratio> {
        let pairs = self.pairs.clone().within(inside);
        pairs.ratios(self.sample, ground.space, 0).into_iter().next()
    }

    /// Rows of a level that are in the denominator.
    fn rows(&self, inside: &[bool]) -> Vec<usize> {
        (0..self.sample.rows)
            .filter(|&row| inside[row] && self.pairs.x[row] > 0.0)
            .collect()
    }
}

/// Computes the key `answering` of `results.json`.
pub(crate) fn answering(ground: &Ground<'_>) -> AnsweringResults {
    let mut found = AnsweringResults {
        shares: shares(ground),
        ..AnsweringResults::default()
    };
    for measured in MEASURES.into_iter().filter_map(|m| Measured::of(ground, m)) {
        for by in [WayBy::Answering, WayBy::Mode] {
            compare(ground, &measured, by, &mut found);
        }
        if measured.measure.is_opinion() {
            found.not_asked.push(not_asked(&measured));
        }
    }
    found
}

fn shares(ground: &Ground<'_>) -> Vec<WayShare> {
    let own = ground.plan.group_of(FrameSource::Persons);
    let perspectives = [Some(PERSONS), own.map(|group| group.code.as_str())];
    let samples = perspectives
        .into_iter()
        .flatten()
        .filter_map(|name| ground.samples.get(name));
    let mut rows = Vec::new();
    for sample in samples.filter(|sample| sample.rows > 0) {
        let all: f64 = sample.weight.iter().sum();
        for by in [WayBy::Answering, WayBy::Mode, WayBy::Reading] {
            let mut counts: BTreeMap<&str, (u64, f64)> = BTreeMap::new();
            for (way, weight) in sample.column(by.column()).iter().zip(&sample.weight) {
                for word in way.split_whitespace() {
                    let (n, sum) = counts.entry(word).or_default();
                    *n += 1;
                    *sum += weight;
                }
            }
            rows.extend(counts.into_iter().map(|(level, (n, weight))| WayShare {
                perspective: sample.perspective.clone(),
                by,
                level: level.to_owned(),
                n,
                share: n as f64 / sample.rows as f64,
                weighted: weight / all,
            }));
        }
    }
    rows
}

fn not_asked(measured: &Measured<'_>) -> NotAsked {
    let sample = measured.sample;
    let all: f64 = sample.weight.iter().sum();
    let proxies = || {
        sample
            .proxy
            .iter()
            .zip(&sample.weight)
            .filter(|(proxy, _)| **proxy)
    };
    NotAsked {
        code: measured.leaf.code.clone(),
        measure: measured.measure.code().to_owned(),
        perspective: sample.perspective.clone(),
        n: proxies().count() as u64,
        share: proxies().map(|(_, weight)| weight).sum::<f64>() / all,
    }
}

/// Estimates of every level, and its difference from the level of reference.
fn compare(ground: &Ground<'_>, measured: &Measured<'_>, by: WayBy, found: &mut AnsweringResults) {
    let column = measured.sample.column(by.column());
    let mut levels: BTreeMap<&str, Vec<bool>> = BTreeMap::new();
    for (row, level) in column.iter().enumerate().filter(|(_, level)| !level.is_empty()) {
        levels.entry(level).or_insert_with(|| vec![false; column.len()])[row] = true;
    }
    levels.retain(|_, inside| !measured.rows(inside).is_empty());
    if levels.len() < 2 {
        return;
    }
    let size = |inside: &Vec<bool>| measured.rows(inside).len();
    let reference = levels.get_key_value(by.reference()).or_else(|| {
        // The commonest; the first of equals in the order of their names.
        levels.iter().rev().max_by_key(|(_, inside)| size(inside))
    });
    let Some((&reference, base)) = reference else {
        return;
    };
    let limits = limits_of(ground.plan);
    let scale = scale_of(measured.measure);
    for (&level, inside) in &levels {
        let Some(ratio) = measured.ratio(ground, inside) else {
            continue;
        };
        let se = ratio.spread.se();
        let (lower, upper) = ratio.value.map_or((None, None), |value| {
            interval(value, se, ratio.df, ratio.n, scale, ratio.census)
        });
        found.estimates.push(WayEstimate {
            by,
            level: level.to_owned(),
            code: measured.leaf.code.clone(),
            measure: measured.measure.code().to_owned(),
            perspective: measured.sample.perspective.clone(),
            estimate: ratio.value,
            se: ratio.value.map(|_| se),
            lower,
            upper,
            n: ratio.n,
            flag: flag(&ratio, scale, limits),
        });
        if level != reference {
            let pair = Compared {
                ground,
                measured,
                first: measured.rows(inside),
                second: measured.rows(base),
            };
            for adjusted in [false, true] {
                found
                    .differences
                    .push(pair.difference(by, level, reference, adjusted));
            }
        }
    }
}

/// Two disjoint sets of rows.
struct Compared<'a> {
    ground: &'a Ground<'a>,
    measured: &'a Measured<'a>,
    first: Vec<usize>,
    second: Vec<usize>,
}

impl Compared<'_> {
    fn difference(&self, by: WayBy, level: &str, reference: &str, adjusted: bool) -> WayDifference {
        let (n, n_reference) = (self.first.len() as u64, self.second.len() as u64);
        let small = limits_of(self.ground.plan);
        let least = n.min(n_reference);
        let mut row = WayDifference {
            by,
            level: level.to_owned(),
            reference: reference.to_owned(),
            code: self.measured.leaf.code.clone(),
            measure: self.measured.measure.code().to_owned(),
            perspective: self.measured.sample.perspective.clone(),
            adjusted,
            estimate: None,
            se: None,
            lower: None,
            upper: None,
            df: None,
            p_value: None,
            n,
            n_reference,
            overlap: None,
            flag: match least {
                least if least < u64::from(small.min_cell) => Some(Flag::Suppressed),
                least if least < u64::from(small.small_n) => Some(Flag::SmallN),
                _ => None,
            },
        };
        let found = if adjusted {
            self.within_cells()
        } else {
            self.as_found()
        };
        let Some(found) = found else {
            return row;
        };
        row.estimate = Some(found.value);
        row.overlap = adjusted.then_some(found.overlap);
        let sample = self.measured.sample;
        if sample.census {
            (row.se, row.lower, row.upper) = (Some(0.0), row.estimate, row.estimate);
            return row;
        }
        let totals = sample.psu_totals(&found.influence);
        let se = sample.spread(&totals).se();
        let rows = self.first.iter().chain(&self.second).copied();
        // The regression has a constant for each cell and one slope: R survey's svyglm takes off as many.
        let df = sample.df(self.ground.space, rows) + 1.0 - found.cells as f64;
        let test = TTest::new(found.value, se, df);
        let finite = |value: f64| value.is_finite().then_some(value);
        row.se = finite(se);
        row.df = finite(test.df).filter(|df| *df >= 1.0);
        if row.df.is_some() && se > 0.0 {
            let (lower, upper) = test.limits(LEVEL);
            (row.lower, row.upper) = (finite(lower), finite(upper));
            row.p_value = finite(test.p_value);
        }
        row
    }

    /// The difference of the two ratios, on the same terms as the adjusted one: everybody in one cell.
    fn as_found(&self) -> Option<Within> {
        self.regress(&vec![0; self.measured.sample.rows])
    }

    fn within_cells(&self) -> Option<Within> {
        let sample = self.measured.sample;
        let columns: Vec<&[String]> = ["category", "grade", "age_band"]
            .map(|name| sample.column(name))
            .into_iter()
            .filter(|column| column.len() == sample.rows)
            .collect();
        let mut used = vec![false; sample.rows];
        for &row in self.first.iter().chain(&self.second) {
            used[row] = true;
        }
        self.regress(&classes(&columns, &used, SMALLEST_CELL).codes)
    }

    fn regress(&self, cells: &[u32]) -> Option<Within> {
        let (sample, pairs) = (self.measured.sample, &self.measured.pairs);
        let firsts = self.first.iter().map(|&row| (row, true));
        let rows: Vec<(usize, bool)> = firsts
            .chain(self.second.iter().map(|&row| (row, false)))
            .collect();
        let regressed: Vec<Row> = rows
            .iter()
            .map(|&(row, first)| Row {
                weight: sample.weight[row] * pairs.x[row],
                outcome: pairs.y[row] / pairs.x[row],
                first,
                cell: cells[row],
            })
            .collect();
        let mut found = within(&regressed)?;
        // Per unit of the person's own weight, and for every row of the sample.
        let mut influence = vec![0.0; sample.rows];
        for (&(row, _), z) in rows.iter().zip(&found.influence) {
            influence[row] = pairs.x[row] * z;
        }
        found.influence = influence;
        Some(found)
    }
}
