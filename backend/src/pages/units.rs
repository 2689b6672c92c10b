//! The console's comparison of all units: what can be told apart, how sure grades are, what moved.

use maud::{Markup, PreEscaped, html};

use super::layout::SignedIn;
use super::round_page::RoundPage;
use super::table::Table;
use super::{Lang, tr};

/// A unit in the comparison.
#[derive(Clone, Debug, Default)]
pub struct UnitLine {
    /// Code.
    pub code: String,
    /// Name.
    pub name: String,
    /// Score.
    pub score: String,
    /// Interval of the score.
    pub interval: String,
    /// Places that it may hold.
    pub rank_interval: String,
    /// Groups of units that it cannot be told apart from, by number.
    pub groups: String,
    /// Grade.
    pub grade: String,
    /// Whether the interval crosses a line.
    pub borderline: bool,
    /// Chance of the grade.
    pub sure: String,
    /// Chance of another grade in a repetition.
    pub repeat: String,
    /// Change since the round before, and whether it is more than noise; none without a round before.
    pub change: Option<ChangeCell>,
}

/// A change as a cell shows it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ChangeCell {
    /// Not compared.
    None,
    /// Withheld.
    Withheld,
    /// Up by more than noise, with its size.
    Up(String),
    /// Down by more than noise.
    Down(String),
    /// Within noise.
    Noise(String),
}

/// Two units compared.
#[derive(Clone, Debug)]
pub struct PairLine {
    /// The one ahead.
    pub better: String,
    /// The other.
    pub worse: String,
    /// Difference in points.
    pub difference: String,
    /// Chance that the first is truly better.
    pub probability: String,
    /// Whether it stands against all comparisons.
    pub significant: bool,
}

/// A unit when weights vary.
#[derive(Clone, Debug)]
pub struct StabilityLine {
    /// Name.
    pub name: String,
    /// Ranks in 95 % of the draws.
    pub ranks: String,
    /// Share with the same rank.
    pub same_rank: String,
    /// Share with the same grade.
    pub same_grade: String,
}

/// A sign of steering.
#[derive(Clone, Debug)]
pub struct SignLine {
    /// Unit.
    pub unit: String,
    /// Sign in words.
    pub sign: String,
    /// Responses looked at.
    pub judged: u64,
    /// Responses with the sign.
    pub found: u64,
    /// Their share.
    pub share: String,
    /// The share elsewhere.
    pub usual: String,
    /// Adjusted probability.
    pub p: String,
}

/// A unit at the end of the scale.
#[derive(Clone, Debug)]
pub struct CeilingLine {
    /// Unit.
    pub unit: String,
    /// Group.
    pub group: String,
    /// Share of best answers, and of persons with nothing else; none where only the names are shown.
    pub shares: Option<(String, String)>,
}

/// The page.
#[derive(Clone, Debug, Default)]
pub struct Units {
    /// Identifier of the round.
    pub id: String,
    /// Title of the round.
    pub title: String,
    /// Whether there are results, and whether they say how sure they are.
    pub computed: Computed,
    /// Whether figures are unsuppressed.
    pub full: bool,
    /// The rank intervals as pictures, wide and narrow.
    pub chart: Option<(String, String)>,
    /// Scored units, the best first.
    pub lines: Vec<UnitLine>,
    /// Bands of names, the best first.
    pub bands: Vec<Vec<String>>,
    /// Two units chosen: their codes.
    pub chosen: Option<(String, String)>,
    /// What their comparison says.
    pub pair: Option<PairLine>,
    /// How weights were varied: spread and draws.
    pub weights: Option<(String, u64)>,
    /// Units when weights vary.
    pub stability: Vec<StabilityLine>,
    /// Signs that stand out.
    pub signs: Vec<SignLine>,
    /// Whether signs were looked for and may be shown.
    pub shows_signs: bool,
    /// Units at the end of the scale.
    pub ceilings: Vec<CeilingLine>,
}

/// What was computed.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Computed {
    /// Nothing.
    #[default]
    Nothing,
    /// Results without an evaluation.
    Old,
    /// Everything.
    Whole,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &Units) -> Markup {
    let round = format!("/console/rounds/{}", view.id);
    let path = format!("{round}/units");
    let heading = tr!(lang, "compare.title");
    RoundPage::new(lang, staff, (&view.id, &view.title), (&path, &heading)).render(&html! {
        @match view.computed {
            Computed::Nothing => p { (tr!(lang, "compare.none")) },
            Computed::Old => p { (tr!(lang, "compare.old")) },
            Computed::Whole => (whole(lang, view, &path)),
        }
    })
}

fn whole(lang: Lang, view: &Units, path: &str) -> Markup {
    html! {
        p.note { (disclosure(lang, view.full)) }
        h2 { (tr!(lang, "compare.table_title")) }
        p.note { (tr!(lang, "compare.table_note")) }
        (lines(lang, view, path))
        @if let Some((wide, narrow)) = &view.chart {
            h2 { (tr!(lang, "compare.chart_title")) }
            figure.chart {
                div.wide { (PreEscaped(wide)) }
                div.narrow { (PreEscaped(narrow)) }
                figcaption { p.note { (tr!(lang, "compare.chart_note")) } }
            }
        }
        (bands(lang, view))
        (pair(lang, view, path))
        (stability(lang, view))
        (signs(lang, view))
        (ceilings(lang, view))
    }
}

/// Which figures the reader sees.
pub fn disclosure(lang: Lang, full: bool) -> std::borrow::Cow<'static, str> {
    match full {
        true => tr!(lang, "compare.full"),
        false => tr!(lang, "compare.same"),
    }
}

/// A change with its verdict.
pub fn change_cell(lang: Lang, change: &ChangeCell) -> Markup {
    html! {
        @match change {
            ChangeCell::None => (tr!(lang, "compare.no_change")),
            ChangeCell::Withheld => (tr!(lang, "compare.withheld")),
            ChangeCell::Up(size) => { strong { (size) } " " (tr!(lang, "compare.up")) }
            ChangeCell::Down(size) => { strong { (size) } " " (tr!(lang, "compare.down")) }
            ChangeCell::Noise(size) => { (size) " " (tr!(lang, "compare.noise")) }
        }
    }
}

fn lines(lang: Lang, view: &Units, path: &str) -> Markup {
    let compared = view.lines.iter().any(|line| line.change.is_some());
    Table::new("units", tr!(lang, "compare.table_title"), &view.lines)
        .hidden_caption()
        .pinned()
        .head(
            tr!(lang, "round.unit"),
            |line| html! { a href={ (path) "/" (line.code) } { (line.name) } },
        )
        .num(tr!(lang, "round.score"), |line| &line.score)
        .num(tr!(lang, "round.interval"), |line| &line.interval)
        .num(tr!(lang, "round.rank_interval"), |line| &line.rank_interval)
        .text(tr!(lang, "compare.groups"), |line| &line.groups)
        .text(tr!(lang, "round.grade"), |line| {
            html! {
                (line.grade)
                @if line.borderline { " " span.low { (tr!(lang, "compare.borderline")) } }
            }
        })
        .num(tr!(lang, "compare.sure"), |line| &line.sure)
        .num(tr!(lang, "compare.repeat"), |line| &line.repeat)
        .when(compared, |table| {
            table.text(tr!(lang, "compare.change"), |line| {
                change_cell(lang, line.change.as_ref().unwrap_or(&ChangeCell::None))
            })
        })
        .scrolling(lang)
}

fn bands(lang: Lang, view: &Units) -> Markup {
    html! {
        h2 { (tr!(lang, "compare.bands_title")) }
        @if view.bands.len() < 2 { p { (tr!(lang, "compare.bands_one")) } }
        @else {
            p { (tr!(lang, "compare.bands_many", n = view.bands.len())) }
            dl.facts {
                @for (at, band) in view.bands.iter().enumerate() {
                    div {
                        dt { (tr!(lang, "compare.band", n = at + 1)) }
                        dd { (list(lang, band)) }
                    }
                }
            }
        }
    }
}

/// Names as a sentence lists them.
pub fn list(lang: Lang, names: &[String]) -> String {
    match lang {
        Lang::Zh => names.join("、"),
        Lang::En => names.join(", "),
    }
}

fn pair(lang: Lang, view: &Units, path: &str) -> Markup {
    let chosen = view.chosen.as_ref();
    let select = |id: &str, label: &str, code: Option<&String>| {
        html! {
            div.field {
                label for=(id) { (label) }
                select #(id) name=(id) {
                    @for line in &view.lines {
                        option value=(line.code) selected[code == Some(&line.code)] { (line.name) }
                    }
                }
            }
        }
    };
    let second = view.lines.get(1).map(|line| &line.code);
    html! {
        h2 #pair { (tr!(lang, "compare.pair_title")) }
        form.inline method="get" action={ (path) "#pair" } {
            (select("one", &tr!(lang, "compare.pair_one"), chosen.map(|(one, _)| one)))
            (select("other", &tr!(lang, "compare.pair_other"), chosen.map(|(_, other)| other).or(second)))
            button type="submit" { (tr!(lang, "compare.pair_go")) }
        }
        @match (&view.pair, chosen) {
            (Some(found), _) => {
                p.notice role="status" {
                    (tr!(lang, "compare.pair_found", better = found.better, worse = found.worse,
                        difference = found.difference, probability = found.probability))
                    " "
                    @if found.significant { (tr!(lang, "compare.pair_stands")) }
                    @else { (tr!(lang, "compare.pair_falls")) }
                }
            }
            (None, Some(_)) => p.warning role="status" { (tr!(lang, "compare.pair_same")) },
            (None, None) => {},
        }
    }
}

fn stability(lang: Lang, view: &Units) -> Markup {
    let table = Table::new("weights", tr!(lang, "compare.weights_title"), &view.stability)
        .hidden_caption()
        .head(tr!(lang, "round.unit"), |line| &line.name)
        .num(tr!(lang, "compare.weights_rank"), |line| &line.ranks)
        .num(tr!(lang, "compare.same_rank"), |line| &line.same_rank)
        .num(tr!(lang, "compare.same_grade"), |line| &line.same_grade);
    html! {
        @if let Some((spread, draws)) = &view.weights {
            h2 { (tr!(lang, "compare.weights_title")) }
            p.note { (tr!(lang, "compare.weights_note", spread = spread, draws = draws)) }
            (table.scrolling(lang))
        }
    }
}

fn signs(lang: Lang, view: &Units) -> Markup {
    let table = Table::new("signs", tr!(lang, "compare.signs_title"), &view.signs)
        .hidden_caption()
        .head(tr!(lang, "round.unit"), |line| &line.unit)
        .text(
            tr!(lang, "compare.sign"),
            |line| html! { (line.sign) " " span.low { (tr!(lang, "compare.stands_out")) } },
        )
        .num(tr!(lang, "compare.judged"), |line| &line.judged)
        .num(tr!(lang, "compare.found"), |line| &line.found)
        .num(tr!(lang, "compare.share"), |line| &line.share)
        .num(tr!(lang, "compare.usual"), |line| &line.usual)
        .num(tr!(lang, "compare.p"), |line| &line.p);
    html! {
        @if view.shows_signs {
            h2 { (tr!(lang, "compare.signs_title")) }
            p.note { (tr!(lang, "compare.signs_note")) }
            @if view.signs.is_empty() { p { (tr!(lang, "compare.signs_none")) } }
            @else { (table.scrolling(lang)) }
        }
    }
}

fn ceilings(lang: Lang, view: &Units) -> Markup {
    html! {
        h2 { (tr!(lang, "compare.ceiling_title")) }
        p.note { (tr!(lang, "compare.ceiling_note")) }
        @if view.ceilings.is_empty() { p { (tr!(lang, "compare.ceiling_none")) } }
        @else {
            ul {
                @for line in &view.ceilings {
                    li {
                        (line.unit) " · " (line.group)
                        @if let Some((best, all)) = &line.shares {
                            " · " (tr!(lang, "compare.ceiling_best")) " " (best)
                            " · " (tr!(lang, "compare.ceiling_all")) " " (all)
                        }
                    }
                }
            }
        }
    }
}
