//! From sums to estimates: each sampled unit becomes one row of a small design.

use std::collections::BTreeMap;

use super::view::{NumericTable, View, moved};
use super::{Asked, Line, Statistic, Sums, SumsError};
use crate::design::{StageColumns, SurveyDesign};
use crate::estimate::{DfRule, Estimate, EstimateOptions, Linearised};
use crate::factor::Factor;
use crate::interval::Basis;
use crate::variance::linearise::variance_of_element_sums;

/// A domain's key (codes of the `by` columns) and its lines in a view's tables, each with its unit, by unit.
type Domain = (Vec<u32>, Vec<(u32, usize)>);
type Domains = Vec<Domain>;

/// A statistic of one domain as far as the sums give it.
struct Summed {
    level: Option<u32>,
    /// The statistic, with one influence value per unit: the total of its rows' weighted influence values.
    linearised: Linearised,
    /// Where every row is a unit and the rows of `linearised` are strata: Σ of the squares of those values.
    squares: Vec<f64>,
    n: f64,
    /// n/(n−1) Σw(z−z̄)²/Σw of the rows' influence values.
    spread: f64,
}

impl Sums {
    /// The answers, in the order of the questions; within one the domains sorted, the last column varying fastest.
    ///
    /// # Errors
    /// When the sampled units do not make a design (ids in two strata, lonely PSUs), or a condition names a value that
    /// no row has.
    pub fn estimates(&self) -> Result<Vec<Vec<Line>>, SumsError> {
        for (dictionary, values) in self.conditions.iter().flatten() {
            let dictionary = &self.dictionaries[*dictionary];
            if let Some(value) = values.iter().find(|value| dictionary.find(value).is_none()) {
                return Err(SumsError::UnknownLevel {
                    column: dictionary.name().to_owned(),
                    value: value.clone(),
                });
            }
        }
        let design = self.unit_design()?;
        let ranks = self.ranks();
        let mut known: BTreeMap<(usize, Vec<usize>), Domains> = BTreeMap::new();
        let mut answers = Vec::with_capacity(self.questions.len());
        for asked in &self.questions {
            let by = self.positions(asked);
            let domains = known
                .entry((asked.view, by.clone()))
                .or_insert_with(|| domains(&self.views[asked.view], &by, &ranks));
            answers.push(self.answer(asked, domains, &design, &ranks));
        }
        Ok(answers)
    }

    /// The place of each code's label among the sorted labels, from 1 on, for the columns whose order shows in the
    /// answer; the rest stay empty, as sorting a million units' names takes longer than all else.
    fn ranks(&self) -> Vec<Vec<u32>> {
        let mut ranks = vec![Vec::new(); self.dictionaries.len()];
        let shown = self.views.iter().flat_map(View::dictionaries);
        for at in shown {
            if ranks[at].is_empty() {
                let order = self.dictionaries[at].order();
                ranks[at] = vec![0; order.len() + 1];
                for (rank, code) in (1..).zip(order) {
                    ranks[at][code as usize] = rank;
                }
            }
        }
        ranks
    }

    /// One row per sampled unit, of weight 1.
    fn unit_design(&self) -> Result<SurveyDesign, SumsError> {
        let rows = self.units.len();
        let keys: Vec<Vec<u32>> = (0..rows as u32).map(|unit| self.units.key(unit)).collect();
        let mut ids: Vec<Option<Factor>> = vec![None; self.design.ids.len().max(1)];
        let mut strata = ids.clone();
        for (at, part) in self.unit_parts.iter().enumerate() {
            let dictionary = &self.dictionaries[part.dictionary];
            let codes = keys.iter().map(|key| key[at]).collect();
            let factor = Factor::from_dictionary(codes, dictionary);
            let target = if part.stratum { &mut strata } else { &mut ids };
            target[part.stage] = Some(factor);
        }
        let weights: Vec<f64> = self
            .unit_weights
            .iter()
            .map(|&w| f64::from(u8::from(w > 0.0)))
            .collect();
        let elements: Vec<u32> = self.unit_rows.iter().map(|[rows, _]| *rows).collect();
        let mut builder = SurveyDesign::builder(rows)
            .weights(&weights)
            .nest(self.design.nest)
            .lonely_psu(self.design.lonely_psu);
        if self.design.ids.is_empty() {
            builder = builder.multiplicity(&elements);
        }
        for stage in 0..ids.len() {
            builder = builder.stage(StageColumns {
                ids: ids[stage].as_ref(),
                strata: strata[stage].as_ref(),
                fpc: self.fpc.get(stage).map(Vec::as_slice),
            });
        }
        Ok(builder.build()?)
    }

    /// Where a question's `by` columns stand in its view.
    fn positions(&self, asked: &Asked) -> Vec<usize> {
        let view = &self.views[asked.view];
        let names = view.by.iter().map(|&d| self.dictionaries[d].name());
        let names: Vec<&str> = names.collect();
        let by = asked.question.by.iter();
        by.filter_map(|name| names.iter().position(|n| n == name))
            .collect()
    }

    /// Degrees of freedom of the whole design.
    fn df(&self, design: &SurveyDesign) -> f64 {
        if !self.design.ids.is_empty() {
            return design.df();
        }
        let weighted = self.unit_rows.iter().map(|[_, weighted]| f64::from(*weighted));
        weighted.filter(|rows| *rows > 0.0).map(|rows| rows - 1.0).sum()
    }

    fn answer(
        &self,
        asked: &Asked,
        domains: &Domains,
        design: &SurveyDesign,
        ranks: &[Vec<u32>],
    ) -> Vec<Line> {
        let (view, question) = (&self.views[asked.view], &asked.question);
        let by: Vec<usize> = self.positions(asked).into_iter().map(|at| view.by[at]).collect();
        let elements = self.design.ids.is_empty();
        let df = self.df(design);
        let mut answer = Vec::new();
        for (key, lines) in domains {
            let labels = by
                .iter()
                .zip(key)
                .map(|(&d, &code)| self.dictionaries[d].label(code).to_owned());
            let labels: Vec<String> = labels.collect();
            let summed = match question.statistic {
                Statistic::Mean | Statistic::Total => {
                    vec![numeric(view, asked.table, lines, question.statistic)]
                }
                Statistic::Ratio => vec![ratio(view, asked.table, lines)],
                Statistic::Proportion | Statistic::LevelTotal => {
                    levels(view, asked.table, lines, question.statistic, ranks)
                }
            };
            for summed in summed {
                let label = |code| {
                    self.dictionaries[view.dictionary(asked.table)]
                        .label(code)
                        .to_owned()
                };
                answer.push(Line {
                    level: summed.level.map(label),
                    domain: labels.clone(),
                    estimate: summed.estimate(design, elements, df, &question.options),
                });
            }
        }
        answer
    }
}

/// The lines of each domain, when a view's `by` columns at `positions` tell domains apart.
fn domains(view: &View, positions: &[usize], ranks: &[Vec<u32>]) -> Domains {
    let mut found: BTreeMap<Vec<u32>, Domain> = BTreeMap::new();
    if positions.is_empty() {
        // The whole population is a domain even when no row is left.
        found.entry(Vec::new()).or_default();
    }
    for cell in 0..view.cells.len() {
        if view.rows[cell + 1] == 0 {
            continue;
        }
        let key = view.cells.key(cell as u32);
        let codes: Vec<u32> = positions.iter().map(|&at| key[at + 1]).collect();
        if codes.contains(&0) {
            continue;
        }
        let order = positions
            .iter()
            .zip(&codes)
            .map(|(&at, &code)| ranks[view.by[at]][code as usize]);
        let entry = found
            .entry(order.collect())
            .or_insert_with(|| (codes, Vec::new()));
        entry.1.push((key[0], cell + 1));
    }
    let mut domains: Domains = found.into_values().collect();
    for (_, lines) in &mut domains {
        lines.sort_unstable();
    }
    domains
}

/// The sums of each unit that has a row with a value, and of all units together.
///
/// - `line`: the sums of a line, n first; `None` past the end of its table.
fn by_unit<const N: usize>(
    lines: &[(u32, usize)],
    line: impl Fn(usize) -> Option<[f64; N]>,
) -> (Vec<(u32, [f64; N])>, [f64; N]) {
    let (mut units, mut all): (Vec<(u32, [f64; N])>, _) = (Vec::new(), [0.0; N]);
    for &(unit, at) in lines {
        let Some(sums) = line(at).filter(|sums| sums[0] > 0.0) else {
            continue;
        };
        if units.last().is_none_or(|&(last, _)| last != unit) {
            units.push((unit, [0.0; N]));
        }
        if let Some((_, unit_sums)) = units.last_mut() {
            for ((sum, all), more) in unit_sums.iter_mut().zip(&mut all).zip(sums) {
                *sum += more;
                *all += more;
            }
        }
    }
    (units, all)
}

/// A line of two tables side by side; without squares those are 0.
fn joined(lines: &[[f64; 4]], squares: &[[f64; 3]], at: usize) -> Option<[f64; 7]> {
    let [a, b, c, d] = *lines.get(at)?;
    let [e, f, g] = squares.get(at).copied().unwrap_or_default();
    Some([a, b, c, d, e, f, g])
}

/// A line of a numeric table about another centre than its own.
fn centred(table: &NumericTable, at: usize, centre: f64) -> Option<[f64; 7]> {
    let [n, w, first, second, q0, q1, q2] = joined(&table.lines, &table.squares, at)?;
    let shift = table.centres[at] - centre;
    if n == 0.0 {
        return None;
    }
    let [w, first, second] = moved([w, first, second], shift);
    let [q0, q1, q2] = moved([q0, q1, q2], shift);
    Some([n, w, first, second, q0, q1, q2])
}

fn numeric(view: &View, table: usize, lines: &[(u32, usize)], statistic: Statistic) -> Summed {
    let table = &view.numeric[table];
    // The mean from any centre, then all sums about the mean: nothing large is left to cancel.
    let about = |centre: f64| by_unit(lines, |at| centred(table, at, centre));
    let first_centre = lines
        .iter()
        .map(|&(_, at)| table.centres[at])
        .find(|centre| !centre.is_nan());
    let rough = first_centre.unwrap_or_default();
    let (_, [_, w, first, ..]) = about(rough);
    let centre = if w > 0.0 { rough + first / w } else { 0.0 };
    let (units, [n, w, rest, second, ..]) = about(centre);
    // What rounding has left of Σw(y−ȳ).
    let mean = rest / w;
    // S² of the values, n/(n−1) Σw(y−ȳ)²/Σw.
    let spread = (second - rest * mean) / w * (n / (n - 1.0));
    // Influence (y − ȳ)/Σw of a mean, y of a total; the values are summed as y − c.
    let (value, from, scale, spread) = match statistic {
        Statistic::Mean => (centre + mean, mean, 1.0 / w, spread / (w * w)),
        _ => (rest + centre * w, -centre, 1.0, spread),
    };
    let influence = units
        .iter()
        .map(|&(_, [_, w, first, ..])| (first - from * w) * scale);
    let squares = units
        .iter()
        .map(|&(_, [.., q0, q1, q2])| (q2 - 2.0 * from * q1 + from * from * q0) * scale * scale);
    let linearised = Linearised {
        value,
        influence: influence.collect(),
        rows: units.iter().map(|&(unit, _)| unit).collect(),
        sum_weights: w,
    };
    Summed {
        level: None,
        linearised,
        squares: squares.collect(),
        n,
        spread,
    }
}

fn ratio(view: &View, table: usize, lines: &[(u32, usize)]) -> Summed {
    let table = &view.ratios[table];
    let (units, [n, w, y, x, ..]) = by_unit(lines, |at| joined(&table.lines, &table.squares, at));
    let value = y / x;
    let influence = units.iter().map(|&(_, [_, _, y, x, ..])| y - value * x);
    let squares = units
        .iter()
        .map(|&(_, [.., yy, yx, xx])| (yy - 2.0 * value * yx + value * value * xx) / (x * x));
    let linearised = Linearised {
        value,
        influence: influence.map(|total| total / x).collect(),
        rows: units.iter().map(|&(unit, _)| unit).collect(),
        sum_weights: w,
    };
    Summed {
        level: None,
        linearised,
        squares: squares.collect(),
        n,
        spread: f64::NAN,
    }
}

fn levels(
    view: &View,
    table: usize,
    lines: &[(u32, usize)],
    statistic: Statistic,
    ranks: &[Vec<u32>],
) -> Vec<Summed> {
    let table_ranks = &ranks[view.dictionary(table)];
    let table = &view.levels[table];
    let level_count = table_ranks.len();
    // Units of the domain by line, so that one walk over the slots finds them.
    let mut unit_of_line: BTreeMap<u32, u32> = BTreeMap::new();
    unit_of_line.extend(lines.iter().map(|&(unit, line)| (line as u32, unit)));
    // Σw and Σw² of each unit by level.
    let mut per_unit: BTreeMap<u32, Vec<[f64; 2]>> = BTreeMap::new();
    let mut totals = vec![0.0; level_count];
    let mut n = 0.0;
    for (&(line, level), &[rows, w, square]) in table.slots.pairs().iter().zip(&table.sums) {
        if let (Some(&unit), true) = (unit_of_line.get(&line), level > 0) {
            let sums = per_unit
                .entry(unit)
                .or_insert_with(|| vec![[0.0; 2]; level_count]);
            sums[level as usize][0] += w;
            sums[level as usize][1] += square;
            totals[level as usize] += w;
            n += rows;
        }
    }
    let w: f64 = totals.iter().sum();
    let mut order: Vec<u32> = (1..level_count as u32).collect();
    order.sort_by_key(|&level| table_ranks[level as usize]);
    let one = |level: u32| {
        let at = level as usize;
        let share = totals[at] / w;
        // Influence (1ᵢ − p)/Σw of a proportion, 1ᵢ of a total.
        let (value, from, scale) = match statistic {
            Statistic::Proportion => (share, share, 1.0 / w),
            _ => (totals[at], 0.0, 1.0),
        };
        let all = |sums: &[[f64; 2]], part: usize| sums.iter().map(|sums| sums[part]).sum::<f64>();
        let influence = per_unit
            .values()
            .map(|sums| (sums[at][0] - from * all(sums, 0)) * scale);
        let squares = per_unit.values().map(|sums| {
            let (here, elsewhere) = (sums[at][1], all(sums, 1) - sums[at][1]);
            ((1.0 - from).powi(2) * here + from * from * elsewhere) * scale * scale
        });
        let linearised = Linearised {
            value,
            influence: influence.collect(),
            rows: per_unit.keys().copied().collect(),
            sum_weights: w,
        };
        Summed {
            level: Some(level),
            linearised,
            squares: squares.collect(),
            n,
            spread: share * (1.0 - share) * (n / (n - 1.0)) * scale * scale,
        }
    };
    order.into_iter().map(one).collect()
}

impl Summed {
    fn variance(&self, design: &SurveyDesign, elements: bool) -> f64 {
        if !elements || self.n == 0.0 {
            return self.linearised.variance(design);
        }
        let totals = self.linearised.rows.iter().zip(&self.linearised.influence);
        let sums: Vec<(u32, f64, f64)> = totals
            .zip(&self.squares)
            .map(|((&stratum, &total), &square)| (stratum, total, square))
            .collect();
        variance_of_element_sums(design, &sums)
    }

    /// - `elements`: whether every row is a unit, so that the units here are strata.
    /// - `design_df`: degrees of freedom of the whole design.
    fn estimate(
        &self,
        design: &SurveyDesign,
        elements: bool,
        design_df: f64,
        options: &EstimateOptions,
    ) -> Estimate {
        let Linearised {
            value,
            ref rows,
            sum_weights,
            ..
        } = self.linearised;
        let variance = self.variance(design, elements);
        let df = match options.df {
            DfRule::Design => design_df,
            DfRule::Domain if elements => self.n - rows.len() as f64,
            DfRule::Domain => design.df_within(rows),
        };
        let basis = Basis {
            value,
            se: variance.sqrt(),
            df,
            n: self.n as usize,
            level: options.level,
        };
        let estimate = Estimate::with_limits(options.interval, basis, sum_weights);
        match options.deff {
            None => estimate,
            Some(base) => estimate.with_deff(base, self.spread * sum_weights * sum_weights / self.n),
        }
    }
}
