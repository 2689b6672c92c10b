//! From sums to moments: what a ratio's sampled units say, in a form that can be joined with other samples.

use super::{Asked, Statistic, Sums};
use crate::federation::Moments;
use crate::round::space::Space;

/// A sampled unit with a part in a ratio: number, n, Σwy, Σwx.
type UnitSums = (u32, [f64; 3]);

impl Sums {
    /// The moments of every ratio asked for, over all rows, in the order of the questions; none where no row has both
    /// columns. The weights are taken as they stand.
    ///
    /// The first stage counts, with its correction; a stratum with a single sampled unit is centred at 0, as in a
    /// round's own figures. Without ids a whole stratum is one unit: then there is no variance to be had here, and no
    /// moments are given.
    pub fn moments(&self) -> Vec<Option<Moments>> {
        let space = Space::new((0..self.units.len() as u32).map(|unit| self.unit_names(unit)));
        let numbers: Vec<u32> = (0..self.units.len() as u32)
            .map(|unit| {
                let (stratum, id) = self.unit_names(unit);
                space.psu(&stratum, &id).unwrap_or_default()
            })
            .collect();
        let mut present = vec![false; space.len()];
        for (&number, &weight) in numbers.iter().zip(&self.unit_weights) {
            present[number as usize] |= weight > 0.0;
        }
        let view = space.view(&present);
        let ratios = self
            .questions
            .iter()
            .filter(|asked| asked.question.statistic == Statistic::Ratio);
        ratios
            .map(|asked| {
                let units = self.of_units(asked);
                let [n, y, x] = units
                    .iter()
                    .fold([0.0; 3], |[a, b, c], (_, [d, e, f])| [a + d, b + e, c + f]);
                if x <= 0.0 || self.design.ids.is_empty() {
                    return None;
                }
                let (mut u_totals, mut x_totals) = (vec![0.0; space.len()], vec![0.0; space.len()]);
                let mut reached = vec![false; space.strata()];
                let mut complete = true;
                for &(unit, [_, unit_y, unit_x]) in &units {
                    let number = numbers[unit as usize];
                    let fraction = self.fpc.first().map_or(0.0, |fractions| fractions[unit as usize]);
                    let root = (1.0 - fraction).max(0.0).sqrt();
                    complete &= root == 0.0;
                    u_totals[number as usize] += root * (unit_y - y / x * unit_x);
                    x_totals[number as usize] += root * unit_x;
                    reached[space.stratum(number) as usize] = true;
                }
                let strata = reached.into_iter().filter(|reached| *reached).count();
                Some(Moments {
                    n: n as u64,
                    y,
                    x,
                    uu: view.covariance(&u_totals, &u_totals),
                    ux: view.covariance(&u_totals, &x_totals),
                    xx: view.covariance(&x_totals, &x_totals),
                    df: units.len() as f64 - strata as f64,
                    complete,
                })
            })
            .collect()
    }

    /// Stratum and id of a sampled unit of the first stage.
    fn unit_names(&self, unit: u32) -> (String, String) {
        let key = self.units.key(unit);
        let name = |stratum: bool| {
            let parts = self.unit_parts.iter().zip(&key);
            let mut of_stage = parts.filter(|(part, _)| part.stage == 0 && part.stratum == stratum);
            of_stage.next().map_or_else(String::new, |(part, &code)| {
                self.dictionaries[part.dictionary].label(code).to_owned()
            })
        };
        (name(true), name(false))
    }

    /// n, Σwy and Σwx of the units that have rows with both columns of a ratio.
    fn of_units(&self, asked: &Asked) -> Vec<UnitSums> {
        let view = &self.views[asked.view];
        let lines = &view.ratios[asked.table].lines;
        let mut sums = vec![[0.0; 3]; self.units.len()];
        for cell in 0..view.cells.len() {
            let Some(&[n, _, y, x]) = lines.get(cell + 1) else {
                continue;
            };
            let unit = &mut sums[view.cells.key(cell as u32)[0] as usize];
            *unit = [unit[0] + n, unit[1] + y, unit[2] + x];
        }
        (0u32..).zip(sums).filter(|(_, sums)| sums[0] > 0.0).collect()
    }
}
