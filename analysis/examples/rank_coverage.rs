//! Counts how often rank intervals hold, in simulated rounds with known truth, and prints a Markdown table.
//!
//! `cargo run -p analysis --example rank_coverage [ROUNDS] [SETTING]` (1,000 rounds by default; all settings, or those
//! whose name holds the text). For each setting: the share of
//! rounds in which the intervals of all units together hold all true ranks, for the joint intervals in one step and
//! stepping down, for pairs compared at 95 % each by itself, and for percentiles of simulated ranks; and the mean
//! width of the joint intervals in places.

#![expect(clippy::print_stdout, reason = "printing the table is what it is for")]

use analysis::evaluation::rank::{Pair, RankOptions, rank_intervals_with};
use analysis::evaluation::uncertainty::{LeafEstimates, ScoreDraws, WeightSpread, simulate};
use analysis::indicator::aggregate::Aggregation;
use nalgebra::DMatrix;

const UNITS: usize = 20;

/// A truth, how well it is known, and with how many degrees of freedom that is known.
struct Setting {
    name: &'static str,
    truth: Vec<f64>,
    covariance: DMatrix<f64>,
    /// `None`: the covariance is known.
    df: Option<usize>,
    /// Whether the covariance is estimated from one sample that all units share, or each variance from its own.
    shared_sample: bool,
}

fn settings() -> Vec<Setting> {
    let independent = || DMatrix::identity(UNITS, UNITS);
    let correlated = || DMatrix::from_fn(UNITS, UNITS, |i, j| if i == j { 1.0 } else { 0.6 });
    let uneven = || {
        DMatrix::from_fn(
            UNITS,
            UNITS,
            |i, j| if i == j { 0.25 * (1 + i % 8) as f64 } else { 0.0 },
        )
    };
    let tied = || vec![70.0; UNITS];
    let groups = || {
        (0..UNITS)
            .map(|i| if i < UNITS / 2 { 78.0 } else { 70.0 })
            .collect()
    };
    let spaced = |step: f64| (0..UNITS).map(|i| 70.0 + step * i as f64).collect::<Vec<f64>>();
    let setting = |name, truth, covariance, df| Setting {
        name,
        truth,
        covariance,
        df,
        shared_sample: false,
    };
    vec![
        setting("all tied", tied(), independent(), None),
        setting("two groups tied, 8 se apart", groups(), independent(), None),
        setting("spaced 0.2 se", spaced(0.2), independent(), None),
        setting("spaced 2 se", spaced(2.0), independent(), None),
        setting("all tied, correlated 0.6", tied(), correlated(), None),
        setting("all tied, uneven errors", tied(), uneven(), None),
        setting("all tied, 10 df", tied(), independent(), Some(10)),
        setting("all tied, 5 df", tied(), independent(), Some(5)),
        setting("all tied, uneven errors, 5 df", tied(), uneven(), Some(5)),
        setting("two groups tied, 5 df", groups(), independent(), Some(5)),
        setting("all tied, 2 df", tied(), independent(), Some(2)),
        setting("all tied, uneven errors, 2 df", tied(), uneven(), Some(2)),
        Setting {
            name: "all tied, correlated 0.6, 25 df shared",
            truth: tied(),
            covariance: correlated(),
            df: Some(25),
            shared_sample: true,
        },
    ]
}

/// Rows of one set of scores each, drawn from a normal distribution.
fn draw(mean: &[f64], covariance: &DMatrix<f64>, draws: usize, seed: u64) -> Result<ScoreDraws, String> {
    let estimates = LeafEstimates {
        values: &DMatrix::from_column_slice(mean.len(), 1, mean),
        covariance,
        weights: &[1.0],
        aggregation: Aggregation::Arithmetic,
    };
    simulate(&estimates, WeightSpread::Fixed, draws, seed).map_err(|fault| fault.to_string())
}

/// The covariance as a sample with `df` degrees of freedom would give it.
fn estimated(setting: &Setting, seed: u64) -> Result<DMatrix<f64>, String> {
    let Some(df) = setting.df else {
        return Ok(setting.covariance.clone());
    };
    let rows = draw(&[0.0; UNITS], &setting.covariance, df, seed)?;
    let cell = |i: usize, j: usize| rows.rows().map(|row| row[i] * row[j]).sum::<f64>() / df as f64;
    Ok(DMatrix::from_fn(UNITS, UNITS, |i, j| {
        if i == j || setting.shared_sample {
            cell(i, j)
        } else {
            0.0
        }
    }))
}

#[derive(Default)]
struct Counts {
    single: usize,
    stepped: usize,
    pairwise: usize,
    percentiles: usize,
    width_single: f64,
    width_stepped: f64,
}

fn count(setting: &Setting, rounds: usize) -> Result<Counts, String> {
    let truth = &setting.truth;
    let places: Vec<(u32, u32)> = truth
        .iter()
        .map(|own| {
            let better = truth.iter().filter(|other| *other > own).count() as u32;
            let worse = truth.iter().filter(|other| *other < own).count() as u32;
            (1 + better, UNITS as u32 - worse)
        })
        .collect();
    let holds = |intervals: &[(u32, u32)]| {
        let mut both = intervals.iter().zip(&places);
        both.all(|((lower, upper), (best, worst))| lower <= best && worst <= upper)
    };
    let width = |intervals: &[(u32, u32)]| {
        intervals
            .iter()
            .map(|(lower, upper)| f64::from(upper - lower + 1))
            .sum::<f64>()
            / UNITS as f64
    };
    let mut counts = Counts::default();
    let observed = draw(truth, &setting.covariance, rounds, 1)?;
    for (round, scores) in observed.rows().enumerate() {
        let seed = 1_000 + round as u64;
        let covariance = estimated(setting, seed)?;
        let df = setting.df.map_or(f64::INFINITY, |df| df as f64);
        let intervals = |step_down| {
            let options = RankOptions {
                seed,
                draws: 1_000,
                step_down,
                one_sample: setting.shared_sample,
                ..RankOptions::default()
            };
            let ranking = rank_intervals_with(scores, &covariance, &[df; UNITS], &options);
            let ranks: Vec<(u32, u32)> = ranking
                .lower
                .iter()
                .copied()
                .zip(ranking.upper.iter().copied())
                .collect();
            (ranks, ranking.pairs)
        };
        let ((single, pairs), (stepped, _)) = (intervals(false), intervals(true));
        let alone: Vec<&Pair> = pairs
            .iter()
            .filter(|pair| pair.difference > 1.96 * pair.se)
            .collect();
        let by_pairs: Vec<(u32, u32)> = (0..UNITS)
            .map(|unit| {
                let above = alone.iter().filter(|pair| pair.worse == unit).count() as u32;
                let below = alone.iter().filter(|pair| pair.better == unit).count() as u32;
                (1 + above, UNITS as u32 - below)
            })
            .collect();
        let percentiles = draw(scores, &covariance, 400, seed)?.rank_percentiles(0.95);
        counts.single += usize::from(holds(&single));
        counts.stepped += usize::from(holds(&stepped));
        counts.pairwise += usize::from(holds(&by_pairs));
        counts.percentiles += usize::from(holds(&percentiles));
        counts.width_single += width(&single);
        counts.width_stepped += width(&stepped);
    }
    Ok(counts)
}

fn main() -> Result<(), String> {
    let rounds: usize = match std::env::args().nth(1) {
        Some(argument) => argument
            .parse()
            .map_err(|_| format!("{argument} is no number of rounds"))?,
        None => 1_000,
    };
    let only = std::env::args().nth(2).unwrap_or_default();
    println!(
        "| {UNITS} units | joint, stepping down | joint, one step | pairs at 95 % each | percentiles of simulated \
         ranks | places per unit, stepping down | one step |"
    );
    println!("|---|---|---|---|---|---|---|");
    for setting in settings()
        .into_iter()
        .filter(|setting| setting.name.contains(&only))
    {
        let found = count(&setting, rounds)?;
        let share = |count: usize| format!("{:.1} %", 100.0 * count as f64 / rounds as f64);
        println!(
            "| {} | {} | {} | {} | {} | {:.2} | {:.2} |",
            setting.name,
            share(found.stepped),
            share(found.single),
            share(found.pairwise),
            share(found.percentiles),
            found.width_stepped / rounds as f64,
            found.width_single / rounds as f64,
        );
    }
    Ok(())
}
