//! From a request and its table to the answer: design, calibration, estimates.

use indexmap::IndexMap;
use serde_json::Value;
use survey_forms::diagnostic::Place;

use super::answer::{EstimateLine, TestLine};
use super::fault::Faults;
use super::spec::{DesignSpec, EstimateSpec, Stat};
use super::table::{Table, Use, Variable};
use crate::design::{StageColumns, SurveyDesign};
use crate::estimate::{Linearised, contrast, mean, proportion, ratio, total, variance};
use crate::factor::{Cells, Factor, MISSING};
use crate::variance::replicate::ReplicateDesign;

/// Rows named per kind of fault; more say nothing new.
const MAX_ROWS: usize = 100;
/// Levels of a column whose shares anybody reads; more are ids.
pub(super) const MAX_LEVELS: usize = 1_000;
/// Domains of an entry.
pub(super) const MAX_DOMAINS: usize = 10_000;

/// Builds the design, naming each row at fault.
pub(super) fn design(spec: &DesignSpec, table: &Table, faults: &mut Faults) -> Option<SurveyDesign> {
    let weights = match &spec.weights {
        None => None,
        Some(column) => {
            let weights = table.numbers(column, "design.weights", Use::Design, faults)?;
            for (row, &weight) in weights
                .iter()
                .enumerate()
                .filter(|(_, w)| w.is_nan() || **w <= 0.0)
                .take(MAX_ROWS)
            {
                let place = table.place(row, column);
                match weight.is_nan() {
                    true => faults.missing_value(place, "design.weights"),
                    false => faults.bad_weight(place, weight),
                }
            }
            Some(weights)
        }
    };
    let stages = spec.ids.len().max(1);
    let mut columns = Vec::with_capacity(stages);
    let mut complete = true;
    for stage in 0..stages {
        let factor = |names: &[String]| {
            names
                .get(stage)
                .and_then(|n| table.variable(n))
                .map(Variable::factor)
        };
        let fpc = match spec.fpc.get(stage) {
            None => None,
            Some(name) => {
                let values = table.numbers(name, "design.fpc", Use::Design, faults);
                complete &= values.is_some();
                if let Some(values) = values {
                    for (row, _) in values
                        .iter()
                        .enumerate()
                        .filter(|(_, v)| v.is_nan())
                        .take(MAX_ROWS)
                    {
                        faults.missing_value(table.place(row, name), "design.fpc");
                        complete = false;
                    }
                }
                values
            }
        };
        columns.push(StageColumns {
            ids: factor(&spec.ids),
            strata: factor(&spec.strata),
            fpc,
        });
    }
    if !complete || weights.is_some_and(|weights| weights.iter().any(|w| w.is_nan() || *w <= 0.0)) {
        return None;
    }
    let mut builder = SurveyDesign::builder(table.rows)
        .nest(spec.nest)
        .lonely_psu(spec.lonely_psu);
    for stage in columns {
        builder = builder.stage(stage);
    }
    if let Some(weights) = weights {
        builder = builder.weights(weights);
    }
    let place = |what: &str, stage: usize, row: Option<usize>| {
        let names = match what {
            "id" | "ids" => spec.ids.get(stage - 1),
            "stratum" | "strata" => spec.strata.get(stage - 1),
            "fpc" => spec.fpc.get(stage - 1),
            "weights" => spec.weights.as_ref(),
            _ => None,
        };
        match (row, names) {
            (Some(row), Some(column)) => table.place(row, column),
            (None, Some(column)) => Place::file(&table.file).column(column),
            _ => Place::file(&table.file),
        }
    };
    match builder.build() {
        Ok(design) => Some(design),
        Err(error) => {
            faults.design(error, place);
            None
        }
    }
}

/// Computes one entry of the request: a line per variable, domain and level.
///
/// With `replicates` the errors come from them; `design` then holds their full-sample weights.
pub(super) fn estimate(
    design: &SurveyDesign,
    replicates: Option<&ReplicateDesign>,
    spec: &EstimateSpec,
    table: &Table,
    faults: &mut Faults,
) -> Option<Vec<EstimateLine>> {
    let domains = domains(design, spec, table, faults)?;
    let of: Vec<&Variable> = spec.of.iter().filter_map(|name| table.variable(name)).collect();
    let mut lines = Vec::new();
    for variable in of {
        let statistic = Statistic::new(spec, variable, table, faults)?;
        let replicated = replicates.map(|replicates| {
            replicates.replicate(|weights| {
                let values = domains
                    .iter()
                    .map(|domain| statistic.values(weights, &domain.rows));
                values.flatten().collect()
            })
        });
        let mut index = 0;
        for domain in &domains {
            for (level, linearised) in statistic.linearise(design, &domain.rows) {
                let estimate = match &replicated {
                    None => linearised.estimate(design, &spec.options),
                    Some(replicated) => replicated.estimate(index, &linearised, &spec.options),
                };
                index += 1;
                lines.push(EstimateLine::new(
                    spec.stat.name(),
                    &variable.name,
                    level,
                    domain.values.clone(),
                    estimate,
                ));
            }
        }
    }
    Some(lines)
}

/// A domain of an entry: its value in each `by` column, and its rows.
pub(super) struct Domain {
    pub(super) values: IndexMap<String, Value>,
    pub(super) rows: Vec<u32>,
}

/// The domains of an entry in the order of the answer; without `by` one, of all rows that `where` lets through.
pub(super) fn domains(
    design: &SurveyDesign,
    spec: &EstimateSpec,
    table: &Table,
    faults: &mut Faults,
) -> Option<Vec<Domain>> {
    let condition = rows_where(design, spec, table, faults)?;
    let by: Vec<&Variable> = spec.by.iter().filter_map(|name| table.variable(name)).collect();
    let factors: Vec<&Factor> = by.iter().map(|variable| variable.factor()).collect();
    let cells = Cells::cross(&factors, table.rows);
    if cells.keys.len() > MAX_DOMAINS {
        let what = spec.by.join(" × ");
        faults.too_many(
            &format!("{}.by", spec.field),
            &what,
            cells.keys.len(),
            MAX_DOMAINS,
        );
        return None;
    }
    let mut rows_of = vec![Vec::new(); cells.keys.len()];
    for row in condition {
        if let Some(rows) = rows_of.get_mut(cells.codes[row as usize] as usize) {
            rows.push(row);
        }
    }
    let values = |key: &Vec<u32>| {
        by.iter()
            .zip(key)
            .map(|(variable, &code)| (variable.name.clone(), variable.level_value(code)))
            .collect()
    };
    let domains = cells
        .keys
        .iter()
        .zip(rows_of)
        // Crossing with `where` can leave a combination without any row.
        .filter(|(_, rows)| by.is_empty() || !rows.is_empty())
        .map(|(key, rows)| Domain {
            values: values(key),
            rows,
        });
    Some(domains.collect())
}

/// The rows that `where` and `listwise` let through and that have a weight.
pub(super) fn rows_where(
    design: &SurveyDesign,
    spec: &EstimateSpec,
    table: &Table,
    faults: &mut Faults,
) -> Option<Vec<u32>> {
    let mut keep: Vec<bool> = design.weights().iter().map(|weight| *weight > 0.0).collect();
    let mut known = true;
    for (column, values) in &spec.condition {
        let variable = table.variable(column)?;
        let mut wanted = vec![false; variable.factor().levels().len()];
        for value in values {
            let codes = variable.codes_of(value);
            if codes.is_empty() {
                let field = format!("{}.where.{column}", spec.field);
                faults.unknown_level(&field, column, value, variable.factor().levels());
                known = false;
            }
            codes.into_iter().for_each(|code| wanted[code as usize] = true);
        }
        for (keep, &code) in keep.iter_mut().zip(variable.factor().codes()) {
            *keep &= code != MISSING && wanted[code as usize];
        }
    }
    if spec.listwise {
        for variable in spec
            .of
            .iter()
            .chain(&spec.per)
            .filter_map(|name| table.variable(name))
        {
            for (keep, &code) in keep.iter_mut().zip(variable.factor().codes()) {
                *keep &= code != MISSING;
            }
        }
    }
    known.then(|| (0..table.rows as u32).filter(|&row| keep[row as usize]).collect())
}

/// The column and the two codes that a difference or a t-test compares: first minus second.
fn two_groups<'a>(
    spec: &EstimateSpec,
    table: &'a Table,
    faults: &mut Faults,
) -> Option<(&'a [u32], [u32; 2])> {
    if let Some(column) = &spec.across {
        let variable = table.variable(column)?;
        // The second level minus the first.
        if variable.factor().levels().len() != 2 {
            faults.not_two_levels(
                &format!("{}.across", spec.field),
                column,
                variable.factor().levels(),
            );
            return None;
        }
        return Some((variable.factor().codes(), [1, 0]));
    }
    let (column, values) = spec.between.as_ref()?;
    let variable = table.variable(column)?;
    let codes = values.each_ref().map(|value| {
        let code = variable.code_of(value);
        if code.is_none() {
            let field = format!("{}.between.{column}", spec.field);
            faults.unknown_level(&field, column, value, variable.factor().levels());
        }
        code
    });
    Some((variable.factor().codes(), [codes[0]?, codes[1]?]))
}

/// Runs a t-test for each variable of an entry.
pub(super) fn test(
    design: &SurveyDesign,
    replicates: Option<&ReplicateDesign>,
    spec: &EstimateSpec,
    table: &Table,
    faults: &mut Faults,
) -> Option<Vec<TestLine>> {
    let rows = rows_where(design, spec, table, faults)?;
    let of: Vec<&Variable> = spec.of.iter().filter_map(|name| table.variable(name)).collect();
    let mut lines = Vec::new();
    for variable in of {
        let statistic = Statistic::new(spec, variable, table, faults)?;
        let replicated =
            replicates.map(|replicates| replicates.replicate(|weights| statistic.values(weights, &rows)));
        for (index, (_, difference)) in statistic.linearise(design, &rows).into_iter().enumerate() {
            let test = match &replicated {
                None => contrast::t_test(design, &difference),
                Some(replicated) => replicated.t_test(index, &difference),
            };
            lines.push(TestLine {
                stat: spec.stat.name(),
                statistic: test.statistic,
                ndf: 1.0,
                ddf: test.df,
                p_value: test.p_value,
                estimate: Some(test.estimate),
            });
        }
    }
    Some(lines)
}

/// A statistic with its columns at hand, ready for one domain after the other.
enum Statistic<'a> {
    Mean(&'a [f64]),
    Total(&'a [f64]),
    LevelTotals(&'a Variable),
    Proportions(&'a Variable),
    Ratio(&'a [f64], &'a [f64]),
    Variance(&'a [f64]),
    /// The codes of the column that tells the two domains apart, and their codes.
    Difference(&'a [f64], &'a [u32], [u32; 2]),
}

impl<'a> Statistic<'a> {
    fn new(
        spec: &EstimateSpec,
        variable: &'a Variable,
        table: &'a Table,
        faults: &mut Faults,
    ) -> Option<Self> {
        let field = format!("{}.of", spec.field);
        let mut numbers = |name: &str, field: &str| table.numbers(name, field, Use::Variable, faults);
        Some(match spec.stat {
            Stat::Mean => Self::Mean(numbers(&variable.name, &field)?),
            // A word among numbers is a slip, to be named, and no level.
            Stat::Total if variable.is_numeric() || variable.is_mostly_numeric() => {
                Self::Total(numbers(&variable.name, &field)?)
            }
            Stat::Total | Stat::Proportion => {
                let levels = variable.factor().levels().len();
                if levels > MAX_LEVELS {
                    faults.too_many(&field, &variable.name, levels, MAX_LEVELS);
                    return None;
                }
                match spec.stat {
                    Stat::Total => Self::LevelTotals(variable),
                    _ => Self::Proportions(variable),
                }
            }
            Stat::Ratio => {
                let y = numbers(&variable.name, &field);
                let x = numbers(spec.per.as_deref()?, &format!("{}.per", spec.field));
                Self::Ratio(y?, x?)
            }
            Stat::Variance => Self::Variance(numbers(&variable.name, &field)?),
            Stat::Difference | Stat::TTest => {
                let y = numbers(&variable.name, &field)?;
                let (groups, codes) = two_groups(spec, table, faults)?;
                Self::Difference(y, groups, codes)
            }
            // Each has a file of its own: they are not one linearised statistic of one variable.
            Stat::Quantile | Stat::ChiSquare | Stat::CronbachAlpha => return None,
        })
    }

    fn linearise(&self, design: &SurveyDesign, rows: &[u32]) -> Vec<(Option<Value>, Linearised)> {
        let each_level = |variable: &Variable, one: &dyn Fn(&[u32], u32) -> Linearised| {
            let factor = variable.factor();
            (0..factor.levels().len() as u32)
                .map(|level| (Some(variable.level_value(level)), one(factor.codes(), level)))
                .collect()
        };
        match self {
            Self::Mean(y) => vec![(None, mean::linearise(design, y, Some(rows)))],
            Self::Total(y) => vec![(None, total::linearise(design, y, Some(rows)))],
            Self::Ratio(y, x) => vec![(None, ratio::linearise(design, y, x, Some(rows)))],
            Self::Variance(y) => vec![(None, variance::linearise(design, y, Some(rows)))],
            Self::Difference(y, groups, pair) => {
                let [first, second] = two_domains(rows, groups, *pair);
                let difference = contrast::difference_of_means(design, y, &first, &second);
                vec![(None, difference)]
            }
            Self::LevelTotals(variable) => each_level(variable, &|codes, level| {
                total::linearise_level(design, codes, level, Some(rows))
            }),
            Self::Proportions(variable) => each_level(variable, &|codes, level| {
                proportion::linearise(design, codes, level, Some(rows))
            }),
        }
    }

    /// The values alone, in the order of [`linearise`](Self::linearise), with a replicate's weights.
    fn values(&self, weights: &[f64], rows: &[u32]) -> Vec<f64> {
        let each_level = |variable: &Variable, one: &dyn Fn(&[u32], u32) -> f64| {
            let factor = variable.factor();
            (0..factor.levels().len() as u32)
                .map(|level| one(factor.codes(), level))
                .collect()
        };
        match self {
            Self::Mean(y) => vec![mean::value(weights, y, Some(rows))],
            Self::Total(y) => vec![total::value(weights, y, Some(rows))],
            Self::Ratio(y, x) => vec![ratio::value(weights, y, x, Some(rows))],
            Self::Variance(y) => vec![variance::value(weights, y, Some(rows))],
            Self::Difference(y, groups, pair) => {
                let [first, second] = two_domains(rows, groups, *pair);
                vec![contrast::difference_value(weights, y, &first, &second)]
            }
            Self::LevelTotals(variable) => each_level(variable, &|codes, level| {
                total::value_of_level(weights, codes, level, Some(rows))
            }),
            Self::Proportions(variable) => each_level(variable, &|codes, level| {
                proportion::value(weights, codes, level, Some(rows))
            }),
        }
    }
}

/// The rows of two groups.
fn two_domains(rows: &[u32], groups: &[u32], pair: [u32; 2]) -> [Vec<u32>; 2] {
    pair.map(|code| {
        rows.iter()
            .copied()
            .filter(|&row| groups[row as usize] == code)
            .collect()
    })
}
