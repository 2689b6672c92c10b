//! What a round publishes: one release, from which web page, files and replication bundle are all made.
//!
//! [`release`] decides once for everything that is shown about a round. A figure that is hidden is hidden in every
//! place, because no place has any other source: a [`Release`] holds the published figures as text, rounded for print,
//! and nothing behind a hidden one. Beside them stand the [`statistics`] from which an outsider recomputes each
//! published figure to its last digit, given with as few decimals as that takes.
//!
//! | file | what it decides |
//! |---|---|
//! | [`figure`] | how figures are named and printed |
//! | `hide` | which figures must not be shown, by the tables of [`disclosure`](crate::disclosure) |
//! | `counts` | invited and answered, by group and unit |
//! | [`statistics`] | what intervals, scores and ranks follow from, and how |
//!
//! Limits. Counts behind figures are protected as tables of persons; a figure is then hidden with its count. The rule
//! for shares near 0 % and 100 % knows weighted shares only: it takes a person's weight to be at most the largest of
//! the unit. Rounds ask anew, so figures of two rounds hold no answers in common and cannot be subtracted; figures of
//! the same round published again can, and are compared with all that was published before.

mod counts;
pub mod figure;
mod hide;
pub mod statistics;
#[cfg(test)]
mod tests;

use std::collections::BTreeSet;

use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

use crate::disclosure::rounding::nearest;
use crate::plan::{ADMIN, PERSONS, Plan, THIRD_PARTY};
use crate::results::{Flag, IndicatorResult, RoundDetail, Score};
use figure::{Address, Printed, Scale};
use statistics::{ScoreStatistics, Statistic};

pub use hide::Loss;

/// Published counts of persons are multiples of this.
pub const ROUND_TO: u64 = 10;

/// Why a round cannot be published.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PublicationError {
    /// What was published before gives small groups away together with what is to be published now.
    #[error("together with what was published before, these cells would single people out: {}", .cells.join("; "))]
    Exposed {
        /// The cells.
        cells: Vec<String>,
    },
    /// A figure does not follow from any statistics that could be published beside it.
    #[error("the figure {figure} does not follow from its statistics")]
    NotReproducible {
        /// The figure.
        figure: String,
    },
}

/// Persons behind the figures that a publication showed. Never public: it is what later publications are compared with.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// Figures shown, with the exact number of persons behind each.
    pub shown: Vec<(Address, u64)>,
}

/// What a release depends on beside results and plan.
#[derive(Clone, Copy, Debug, Default)]
pub struct Options<'a> {
    /// What was published of the same round before, withdrawn or not: nobody forgets it.
    pub earlier: &'a [Counts],
    /// Figures that are hidden elsewhere (in the reports) and so must be hidden here.
    pub also_hidden: Option<&'a BTreeSet<Address>>,
    /// Whether answers are still coming in.
    pub interim: bool,
}

/// A code with its name.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Named {
    /// The code.
    pub code: String,
    /// Its name.
    pub name: Text,
}

/// An indicator as the release names it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NamedIndicator {
    /// Code.
    pub code: String,
    /// Code of the node above.
    pub parent: Option<String>,
    /// Name.
    pub name: Text,
    /// Weight in percent of the whole score.
    pub weight: f64,
    /// What it measures; none for inner nodes.
    pub measure: Option<String>,
}

/// A published estimate, or the fact that it is withheld.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct IndicatorFigure {
    /// Which figure it is.
    #[serde(flatten)]
    pub at: Address,
    /// What is measured.
    pub measure: String,
    /// Percent or points.
    pub scale: Scale,
    /// The figure; none when withheld or when there is nothing to show.
    pub shown: Option<Printed>,
    /// Persons or bodies behind it, rounded; none when withheld and for marks and registers, which count nobody.
    pub about: Option<u64>,
    /// Why there is no figure, or why it needs care.
    pub note: Option<Note>,
    /// What it follows from.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub statistic: Option<Statistic>,
}

/// What stands beside a figure or in its place.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Note {
    /// Withheld to protect persons.
    Hidden,
    /// Nobody could answer.
    NoData,
    /// Few answers.
    SmallN,
    /// A wide interval.
    Unreliable,
}

impl Note {
    /// The word in files.
    pub fn word(self) -> &'static str {
        match self {
            Self::Hidden => "hidden",
            Self::NoData => "no_data",
            Self::SmallN => "small_n",
            Self::Unreliable => "unreliable",
        }
    }
}

/// How many were invited and answered.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct RateFigure {
    /// Respondent group.
    pub group: String,
    /// Unit.
    pub unit: String,
    /// Invited, rounded; none when withheld.
    pub invited: Option<u64>,
    /// Completed, rounded; none when withheld.
    pub complete: Option<u64>,
    /// Percent of the rounded numbers; none when withheld.
    pub rate: Option<String>,
}

/// A unit's published score.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct ScoreFigure {
    /// Unit.
    pub unit: String,
    /// The score with its interval; none where there is none.
    pub shown: Option<Printed>,
    /// Place, and the places that the answers do not rule out; none for the county.
    pub rank: Option<(u32, u32, u32)>,
    /// Chinese name of the grade.
    pub grade: Option<String>,
    /// Whether the interval crosses a grade line.
    pub borderline: bool,
}

/// All that is public of a round's results.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Release {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: Text,
    /// Hash of the plan that made the figures.
    pub plan_sha256: String,
    /// Whether answers were still coming in.
    pub interim: bool,
    /// The fewest persons a figure stands for.
    pub min_cell: u32,
    /// Counts are rounded to multiples of this.
    pub round_to: u64,
    /// The county first, then the scored units.
    pub units: Vec<Named>,
    /// Perspectives: groups, `persons`, `third_party`, `admin`.
    pub perspectives: Vec<Named>,
    /// Service areas.
    pub areas: Vec<Named>,
    /// The indicator tree.
    pub indicators: Vec<NamedIndicator>,
    /// Grade lines, the best first: Chinese name and English name, and from which score.
    pub grades: Vec<(Text, f64)>,
    /// Invited and answered.
    pub rates: Vec<RateFigure>,
    /// Estimates.
    pub figures: Vec<IndicatorFigure>,
    /// Scores: the county first.
    pub scores: Vec<ScoreFigure>,
    /// What the scores follow from.
    pub score_statistics: ScoreStatistics,
}

impl Release {
    /// A published estimate.
    pub fn figure(
        &self,
        code: &str,
        unit: &str,
        group: Option<&str>,
        area: Option<&str>,
    ) -> Option<&IndicatorFigure> {
        self.figures.iter().find(|figure| {
            let at = &figure.at;
            at.code == code && at.unit == unit && at.group.as_deref() == group && at.area.as_deref() == area
        })
    }

    /// The county's code.
    pub fn county(&self) -> &str {
        self.units.first().map_or("", |unit| unit.code.as_str())
    }

    /// The name of a code in one of the release's lists, or the code.
    pub fn name<'a>(list: &'a [Named], code: &'a str, lang: &str) -> &'a str {
        list.iter()
            .find(|named| named.code == code)
            .map_or(code, |named| named.name.get(lang))
    }

    /// How many figures are withheld.
    pub fn hidden(&self) -> usize {
        let figures = self
            .figures
            .iter()
            .filter(|figure| figure.note == Some(Note::Hidden));
        figures.count()
    }
}

/// Whether a row counts persons or bodies, rather than marks or register values.
pub(crate) fn counts_persons(row: &IndicatorResult) -> bool {
    !matches!(row.group.as_deref(), Some(THIRD_PARTY | ADMIN))
}

/// The estimates that nothing made of a round may show, and what that costs. Reports that are to agree with a publication
/// withhold them too.
///
/// # Errors
/// [`PublicationError::Exposed`].
pub fn withheld(
    detail: &RoundDetail,
    plan: &Plan,
    options: &Options<'_>,
) -> Result<(BTreeSet<Address>, Loss), PublicationError> {
    hide::hide(detail, plan, options)
}

/// Decides what is public of a round's results; returns it with the exact counts to keep, and what it cost.
///
/// # Errors
/// [`PublicationError`].
pub fn release(
    detail: &RoundDetail,
    plan: &Plan,
    options: &Options<'_>,
) -> Result<(Release, Counts, Loss), PublicationError> {
    let (hidden, loss) = withheld(detail, plan, options)?;
    let mut figures = Vec::with_capacity(detail.results.indicators.len());
    let mut shown = Vec::new();
    for row in &detail.results.indicators {
        let at = Address::of(row);
        let figure = figure_of(row, hidden.contains(&at))?;
        if figure.shown.is_some() && counts_persons(row) {
            shown.push((at, row.n));
        }
        figures.push(figure);
    }
    let score_statistics = statistics::scores(detail, plan, &hidden)?;
    let release = Release {
        round: plan.round.id.clone(),
        title: plan.round.title.clone(),
        plan_sha256: detail.results.plan_sha256.clone(),
        interim: options.interim,
        min_cell: plan.suppression.min_cell,
        round_to: ROUND_TO,
        units: units(plan),
        perspectives: perspectives(plan),
        areas: named(plan.areas.iter().map(|area| (&area.code, &area.name))),
        indicators: indicators(plan),
        grades: plan
            .grades
            .iter()
            .map(|line| (line.name.clone(), line.from))
            .collect(),
        rates: counts::rates(detail, plan),
        figures,
        scores: detail
            .results
            .scores
            .iter()
            .map(|score| score_figure(score, detail))
            .collect(),
        score_statistics,
    };
    statistics::check(&release)?;
    Ok((release, Counts { shown }, loss))
}

fn named<'a>(pairs: impl Iterator<Item = (&'a String, &'a Text)>) -> Vec<Named> {
    let make = |(code, name): (&String, &Text)| Named {
        code: code.clone(),
        name: name.clone(),
    };
    pairs.map(make).collect()
}

fn units(plan: &Plan) -> Vec<Named> {
    let all = std::iter::once(plan.county()).chain(plan.scored_units());
    named(all.map(|unit| (&unit.code, &unit.name)))
}

fn perspectives(plan: &Plan) -> Vec<Named> {
    let mut all = named(plan.groups.iter().map(|group| (&group.code, &group.name)));
    for (code, zh, en) in [
        (PERSONS, "残疾人（含代答）", "Disabled persons, proxies included"),
        (THIRD_PARTY, "第三方", "Third party"),
        (ADMIN, "行政记录", "Administrative records"),
    ] {
        all.push(Named {
            code: code.to_owned(),
            name: Text::zh_en(zh, en),
        });
    }
    all
}

fn indicators(plan: &Plan) -> Vec<NamedIndicator> {
    let make = |node: &crate::plan::Indicator| NamedIndicator {
        code: node.code.clone(),
        parent: node.parent.clone(),
        name: node.name.clone(),
        weight: node.weight,
        measure: node.measure.map(|measure| measure.code().to_owned()),
    };
    plan.indicators.iter().map(make).collect()
}

fn figure_of(row: &IndicatorResult, hidden: bool) -> Result<IndicatorFigure, PublicationError> {
    let scale = Scale::of(&row.measure);
    let mut figure = IndicatorFigure {
        at: Address::of(row),
        measure: row.measure.clone(),
        scale,
        shown: None,
        about: None,
        note: None,
        statistic: None,
    };
    if hidden {
        figure.note = Some(Note::Hidden);
        return Ok(figure);
    }
    let Some((statistic, printed)) = statistics::fit(row, scale)? else {
        figure.note = Some(Note::NoData);
        return Ok(figure);
    };
    figure.shown = Some(printed);
    figure.statistic = Some(statistic);
    figure.about = counts_persons(row).then(|| nearest(row.n, ROUND_TO));
    figure.note = match row.flag {
        Some(Flag::SmallN) => Some(Note::SmallN),
        Some(Flag::Unreliable) => Some(Note::Unreliable),
        Some(Flag::Suppressed) | None => None,
    };
    Ok(figure)
}

fn score_figure(score: &Score, detail: &RoundDetail) -> ScoreFigure {
    let of_unit = |unit: &str| detail.score_details.iter().find(|row| row.unit == unit);
    let rank = match (score.rank, score.rank_lower, score.rank_upper) {
        (Some(rank), Some(lower), Some(upper)) => Some((rank, lower, upper)),
        _ => None,
    };
    ScoreFigure {
        unit: score.unit.clone(),
        shown: score
            .score
            .map(|value| Printed::of(Scale::Points, value, score.se, score.lower, score.upper)),
        rank,
        grade: score.grade.clone(),
        borderline: of_unit(&score.unit).is_some_and(|row| row.borderline),
    }
}
