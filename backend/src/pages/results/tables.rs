//! The tables of a publication.

use analysis::publication::figure::Scale;
use analysis::publication::{IndicatorFigure, Note, Release};
use maud::{Markup, html};

use crate::pages::table::Table;
use crate::pages::{Lang, tr, words};

/// The measures that are headline figures.
const HEADLINES: [&str; 5] = [
    "participation",
    "coverage",
    "effectiveness",
    "benefit",
    "satisfaction",
];
/// The measures that a service area is told by.
const BY_AREA: [&str; 3] = ["coverage", "effectiveness", "benefit"];
/// Below this response rate in percent a warning stands beside the figures (design §6).
const LOW_RATE: f64 = 50.0;

/// Whether a group of the county answered so rarely that a warning is due.
pub(super) fn any_low_rate(release: &Release) -> bool {
    let county = release.county();
    let of_county = release.rates.iter().filter(|rate| rate.unit == county);
    let mut rates = of_county.filter_map(|rate| rate.rate.as_ref()?.parse::<f64>().ok());
    rates.any(|rate| rate < LOW_RATE)
}

fn sign(scale: Scale) -> &'static str {
    match scale {
        Scale::Percent => "%",
        Scale::Points => "",
    }
}

fn hidden(lang: Lang) -> String {
    tr!(lang, "results.suppressed").into_owned()
}

fn estimate(lang: Lang, figure: &IndicatorFigure) -> String {
    match (&figure.shown, figure.note) {
        (Some(shown), _) => format!("{}{}", shown.estimate, sign(figure.scale)),
        (None, Some(Note::Hidden)) => hidden(lang),
        (None, _) => "–".to_owned(),
    }
}

fn interval(figure: &IndicatorFigure) -> String {
    let between = figure
        .shown
        .as_ref()
        .and_then(|shown| Some((shown.lower.as_ref()?, shown.upper.as_ref()?)));
    let sign = sign(figure.scale);
    match between {
        Some((lower, upper)) => format!("{lower}{sign}–{upper}{sign}"),
        None if figure.shown.is_some() => "–".to_owned(),
        None => String::new(),
    }
}

fn about(lang: Lang, figure: &IndicatorFigure) -> String {
    let count = figure
        .about
        .map(|count| tr!(lang, "results.about", count = count));
    count.map_or_else(String::new, std::borrow::Cow::into_owned)
}

/// A line of figures of the county, each with interval and base.
fn county_table(lang: Lang, id: &str, caption: &str, lines: &[(String, &IndicatorFigure)]) -> Markup {
    Table::new(id, caption, lines)
        .head(tr!(lang, "round.measure"), |(name, _)| name)
        .num(tr!(lang, "round.estimate"), |(_, figure)| estimate(lang, figure))
        .num(tr!(lang, "round.interval"), |(_, figure)| interval(figure))
        .num(tr!(lang, "round.n"), |(_, figure)| about(lang, figure))
        .scrolling(lang)
}

/// The combined figures of the county's leaves, by the order of the tree.
fn combined(release: &Release, lang: Lang) -> Vec<(String, &str, &IndicatorFigure)> {
    let of_node = |node: &analysis::publication::NamedIndicator| {
        let figure = release.figure(&node.code, release.county(), None, None)?;
        let name = node.name.get(lang.code()).to_owned();
        Some((name, figure.measure.as_str(), figure))
    };
    release.indicators.iter().filter_map(of_node).collect()
}

/// The county's headline figures.
pub(super) fn headline(lang: Lang, release: &Release) -> Markup {
    let lines: Vec<(String, &IndicatorFigure)> = combined(release, lang)
        .into_iter()
        .filter(|(_, measure, _)| HEADLINES.contains(measure))
        .map(|(name, _, figure)| (name, figure))
        .collect();
    county_table(lang, "figures", &tr!(lang, "results.headline_caption"), &lines)
}

/// Every other indicator of the county; none where the headline figures are all there is.
pub(super) fn indicators(lang: Lang, release: &Release) -> Option<Markup> {
    let lines: Vec<(String, &IndicatorFigure)> = combined(release, lang)
        .into_iter()
        .filter(|(_, measure, _)| !HEADLINES.contains(measure))
        .map(|(name, _, figure)| (name, figure))
        .collect();
    let caption = tr!(lang, "publication.indicators_caption");
    (!lines.is_empty()).then(|| county_table(lang, "indicators", &caption, &lines))
}

/// The units' scores in the order of rank.
pub(super) fn scores(lang: Lang, release: &Release) -> Markup {
    let mut rows: Vec<_> = release
        .scores
        .iter()
        .filter(|score| score.rank.is_some())
        .collect();
    rows.sort_by_key(|score| score.rank);
    let grade = |chinese: &str| {
        let known = release.grades.iter().find(|(name, _)| name.get("zh") == chinese);
        known.map_or(chinese.to_owned(), |(name, _)| name.get(lang.code()).to_owned())
    };
    let table = Table::new("scores", tr!(lang, "publication.scores_caption"), &rows)
        .head(tr!(lang, "round.unit"), |score| {
            Release::name(&release.units, &score.unit, lang.code())
        })
        .num(tr!(lang, "round.score"), |score| match &score.shown {
            Some(shown) => html! { (shown.estimate) },
            None => html! { (hidden(lang)) },
        })
        .num(tr!(lang, "round.interval"), |score| {
            html! {
                @if let Some(shown) = &score.shown {
                    @match (&shown.lower, &shown.upper) {
                        (Some(lower), Some(upper)) => { (lower) "–" (upper) }
                        _ => "–",
                    }
                }
            }
        })
        .num(
            tr!(lang, "round.rank_interval"),
            |score| html! { @if let Some((_, best, worst)) = score.rank { (best) "–" (worst) } },
        )
        .text(tr!(lang, "round.grade"), |score| {
            html! {
                @if let Some(name) = &score.grade { (grade(name)) }
                @if score.borderline { " " (tr!(lang, "publication.borderline")) }
            }
        });
    html! {
        (table.scrolling(lang))
        p.quiet { (tr!(lang, "publication.scores_note")) }
    }
}

/// Needs met and help that helped, by service area.
pub(super) fn areas(lang: Lang, release: &Release) -> Markup {
    let codes: Vec<(&str, String)> = BY_AREA
        .iter()
        .filter_map(|measure| {
            let node = release
                .indicators
                .iter()
                .find(|n| n.measure.as_deref() == Some(measure))?;
            Some((node.code.as_str(), words::measure(lang, measure)))
        })
        .collect();
    let cell = |code: &str, area: &str| release.figure(code, release.county(), None, Some(area));
    let names = codes.iter().map(|(_, name)| name.as_str());
    Table::new("areas", tr!(lang, "publication.areas_caption"), &release.areas)
        .head(tr!(lang, "publication.area"), |area| area.name.get(lang.code()))
        .cells(names, true, |area| {
            html! {
                @for (code, _) in &codes {
                    td.num {
                        @match cell(code, &area.code) {
                            Some(figure) => {
                                (estimate(lang, figure))
                                @let between = interval(figure);
                                @if !between.is_empty() { br; span.quiet { (between) } }
                            }
                            None => "–",
                        }
                    }
                }
            }
        })
        .scrolling(lang)
}

/// How each group answered, in the whole county.
pub(super) fn rates(lang: Lang, release: &Release) -> Markup {
    let count = |count: Option<u64>| match count {
        Some(count) => tr!(lang, "results.about", count = count).into_owned(),
        None => hidden(lang),
    };
    let county = release.county();
    let lines: Vec<_> = release.rates.iter().filter(|rate| rate.unit == county).collect();
    Table::new("rates", tr!(lang, "results.rates_caption"), &lines)
        .head(tr!(lang, "round.group"), |rate| {
            Release::name(&release.perspectives, &rate.group, lang.code())
        })
        .num(tr!(lang, "round.invited"), |rate| count(rate.invited))
        .num(tr!(lang, "round.complete"), |rate| count(rate.complete))
        .num(
            tr!(lang, "round.rate"),
            |rate| html! { @match &rate.rate { Some(rate) => { (rate) "%" } None => "–" } },
        )
        .scrolling(lang)
}
