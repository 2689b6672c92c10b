//! Moments of counties from sums that another engine made of their files.
//!
//! The engine (`analysis/ballista`) sums with `GROUP BY` and knows no statistics: of each figure of a county it tells
//! n, Σwy, Σwx, how many sampled units and strata have a part in it, and sums of squares within strata about any constant.
//! Variances follow from these here, so that joining counties to provinces and the country is the same for all engines.

use serde::{Deserialize, Serialize};

use super::partitions::figure;
use super::{Cell, Moments};

/// What an engine summed of a perspective in a county.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct CountySums {
    /// The county's code.
    pub county: String,
    /// The perspective.
    pub perspective: String,
    /// Rows read.
    pub rows: u64,
    /// Rows without a place in the design: no stratum, unit, fraction or weight, or one that cannot be.
    pub faulty: u64,
    /// The figures that anybody is behind.
    pub figures: Vec<FigureSums>,
}

/// What an engine summed of a figure.
///
/// Let e be √(1−f) Σwx of a sampled unit, d its √(1−f) Σw(y − c x), and Cₕ the sum of centred products within stratum h of
/// mₕ units, each times mₕ/(mₕ−1); a stratum of one unit is centred at 0.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct FigureSums {
    /// Measure, indicator and service area, as [`columns`](super::partitions::columns) puts them together.
    pub name: String,
    /// Cases with a part in the denominator.
    pub n: u64,
    /// Σwy.
    pub y: f64,
    /// Σwx.
    pub x: f64,
    /// The constant c.
    pub centre: f64,
    /// Σₕ Cₕ(d, d).
    pub a: f64,
    /// Σₕ Cₕ(d, e).
    pub b: f64,
    /// Σₕ Cₕ(e, e).
    pub c: f64,
    /// Sampled units with a part in the figure.
    pub units: u64,
    /// Strata of these units.
    pub strata: u64,
    /// The largest √(1−f) of these units: 0 where everybody was asked.
    pub root: f64,
}

impl FigureSums {
    /// The moments; none with an empty denominator.
    ///
    /// # Source
    /// With R = Σwy/Σwx a unit's total of y − R x is d − (R − c) e; covariances are linear in both of their variables.
    #[must_use]
    pub fn moments(&self) -> Option<Moments> {
        if self.x <= 0.0 {
            return None;
        }
        let off = self.y / self.x - self.centre;
        Some(Moments {
            n: self.n,
            y: self.y,
            x: self.x,
            // Where all answer alike, rounding may leave a little less than nothing.
            uu: (self.a - 2.0 * off * self.b + off * off * self.c).max(0.0),
            ux: self.b - off * self.c,
            xx: self.c,
            df: self.units as f64 - self.strata as f64,
            complete: self.root == 0.0,
        })
    }
}

impl CountySums {
    /// The figures that have anybody behind them, as [`Partition::cells`](super::partitions::Partition::cells) gives them.
    #[must_use]
    pub fn cells(&self) -> Vec<Cell> {
        let found = self.figures.iter().filter_map(|sums| {
            let (name, measure) = figure(&format!("{}:y", sums.name), &self.perspective)?;
            Some(Cell {
                name,
                measure,
                moments: sums.moments()?,
            })
        });
        found.collect()
    }
}

#[cfg(test)]
mod tests {
    use std::collections::BTreeMap;

    use polars::prelude::*;

    use super::*;
    use crate::federation::partitions::{DESIGN, Partition};

    /// Stratum, unit, fraction, weight, and numerator and denominator of those who have a part.
    type Row = (u32, u32, f64, f64, Option<(f32, f32)>);

    /// Strata of many units and of one, a weight of 0, people outside the figure; `fraction` of the first stratum.
    fn rows(fraction: f64) -> Vec<Row> {
        let row = |at: u32| -> Row {
            let luck = f64::from(at * 7_919 % 1_000) / 1_000.0;
            let (stratum, psu) = if at.is_multiple_of(9) {
                (4, 1)
            } else {
                (at % 3, at % 11)
            };
            let weight = if at.is_multiple_of(23) { 0.0 } else { 1.0 + luck };
            let pair =
                (!at.is_multiple_of(7)).then_some(((100.0 * luck).floor() as f32, 1.0 + (at % 2) as f32));
            (
                stratum,
                psu,
                if stratum == 0 { fraction } else { 0.2 },
                weight,
                pair,
            )
        };
        (0..300).map(row).collect()
    }

    fn by_partition(rows: &[Row]) -> Cell {
        let [a, b, c, d] = DESIGN;
        let part = |of: fn((f32, f32)) -> f32| rows.iter().map(|row| row.4.map(of)).collect::<Vec<_>>();
        let mut table = df!(
            a => rows.iter().map(|row| row.0).collect::<Vec<_>>(),
            b => rows.iter().map(|row| row.1).collect::<Vec<_>>(),
            c => rows.iter().map(|row| row.2).collect::<Vec<_>>(),
            d => rows.iter().map(|row| row.3).collect::<Vec<_>>(),
            "satisfaction:1.1::y" => part(|pair| pair.0),
            "satisfaction:1.1::x" => part(|pair| pair.1),
        )
        .unwrap();
        let mut bytes = Vec::new();
        ParquetWriter::new(&mut bytes).finish(&mut table).unwrap();
        let mut partition = Partition::new("persons");
        partition.add(&bytes).unwrap();
        partition.cells().remove(0)
    }

    /// As the statement of `analysis/ballista` does it.
    fn summed(rows: &[Row], centre: f64) -> CountySums {
        let mut strata: BTreeMap<u32, BTreeMap<u32, [f64; 4]>> = BTreeMap::new();
        for row in rows.iter().filter(|row| row.3 > 0.0) {
            let unit = strata.entry(row.0).or_default().entry(row.1).or_default();
            unit[0] = (1.0 - row.2).sqrt();
            if let Some((y, x)) = row.4 {
                let (y, x) = (row.3 * f64::from(y), row.3 * f64::from(x));
                (unit[1], unit[2], unit[3]) = (unit[1] + 1.0, unit[2] + y, unit[3] + x);
            }
        }
        let units = || strata.values().flat_map(BTreeMap::values);
        let products = |one: &dyn Fn(&[f64; 4]) -> f64, two: &dyn Fn(&[f64; 4]) -> f64| -> f64 {
            let within = strata.values().map(|units| {
                let m = units.len() as f64;
                let sum = |of: &dyn Fn(&[f64; 4]) -> f64| units.values().map(of).sum::<f64>();
                let squares = sum(&|unit| one(unit) * two(unit));
                if units.len() == 1 {
                    return squares;
                }
                m / (m - 1.0) * (squares - sum(one) * sum(two) / m)
            });
            within.sum()
        };
        let d = |unit: &[f64; 4]| unit[0] * (unit[2] - centre * unit[3]);
        let e = |unit: &[f64; 4]| unit[0] * unit[3];
        let reached = |unit: &&[f64; 4]| unit[1] > 0.0;
        let figure = FigureSums {
            name: "satisfaction:1.1:".to_owned(),
            n: units().map(|unit| unit[1]).sum::<f64>() as u64,
            y: units().map(|unit| unit[2]).sum(),
            x: units().map(|unit| unit[3]).sum(),
            centre,
            a: products(&d, &d),
            b: products(&d, &e),
            c: products(&e, &e),
            units: units().filter(reached).count() as u64,
            strata: strata
                .values()
                .filter(|units| units.values().any(|unit| reached(&unit)))
                .count() as u64,
            root: units().filter(reached).map(|unit| unit[0]).fold(0.0, f64::max),
        };
        CountySums {
            county: "330127".to_owned(),
            perspective: "persons".to_owned(),
            rows: rows.len() as u64,
            faulty: 0,
            figures: vec![figure],
        }
    }

    #[test]
    fn sums_from_any_centre_give_the_moments_of_the_files() {
        let rows = rows(0.5);
        let expected = by_partition(&rows);
        for centre in [0.0, 33.0, 50.0] {
            let found = summed(&rows, centre).cells().remove(0);
            assert_eq!((&found.name, found.measure), (&expected.name, expected.measure));
            let (found, expected) = (found.moments, expected.moments);
            assert_eq!(
                (found.n, found.df, found.complete),
                (expected.n, expected.df, expected.complete)
            );
            let pairs = [
                (found.y, expected.y),
                (found.x, expected.x),
                (found.uu, expected.uu),
                (found.ux, expected.ux),
                (found.xx, expected.xx),
            ];
            for (found, expected) in pairs {
                assert!(
                    (found - expected).abs() <= 1e-11 * expected.abs(),
                    "{centre}: {found} {expected}"
                );
            }
        }
    }

    #[test]
    fn a_census_is_complete_and_an_empty_figure_is_none() {
        let rows: Vec<Row> = rows(1.0).into_iter().filter(|row| row.0 == 0).collect();
        let mut sums = summed(&rows, 0.0);
        let (found, expected) = (sums.cells()[0].moments, by_partition(&rows).moments);
        assert!(found.complete && expected.complete);
        assert_eq!((found.n, found.df, found.uu), (expected.n, expected.df, 0.0));
        sums.figures[0].x = 0.0;
        assert!(sums.cells().is_empty());
    }
}
