//! Pictures of a publication, drawn by the reports' charts from published figures alone.

use analysis::publication::Release;
use reports::chart::{
    BarChart, BarRow, Chart, ChartError, Frame, Heading, Measure, Point, RankChart, RankRow,
};
use reports::model::Lang;

/// A picture of the public page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Picture {
    /// The units' places with their intervals.
    Ranks,
    /// Needs met, by service area.
    Areas,
}

impl Picture {
    /// Every picture.
    pub const ALL: [Self; 2] = [Self::Ranks, Self::Areas];

    /// Its name in addresses.
    pub fn word(self) -> &'static str {
        match self {
            Self::Ranks => "ranks",
            Self::Areas => "areas",
        }
    }

    /// The picture of a file name: `ranks-zh.svg`, `areas-en-narrow.svg`.
    pub fn parse(file: &str) -> Option<(Self, Lang, bool)> {
        let stem = file.strip_suffix(".svg")?;
        let (stem, narrow) = match stem.strip_suffix("-narrow") {
            Some(stem) => (stem, true),
            None => (stem, false),
        };
        let (word, lang) = stem.rsplit_once('-')?;
        let lang = match lang {
            "zh" => Lang::Zh,
            "en" => Lang::En,
            _ => return None,
        };
        let picture = Self::ALL.into_iter().find(|picture| picture.word() == word)?;
        Some((picture, lang, narrow))
    }
}

fn number(text: &str) -> Option<f64> {
    text.parse().ok()
}

/// The chart behind a picture; none where there is nothing to show.
fn chart(release: &Release, picture: Picture, lang: Lang) -> Option<Box<dyn Chart>> {
    let code = lang.code();
    let foot = lang.pick(
        format!("资料来源：{}，公布版", release.title.get("zh")),
        format!("Source: {}, as published", release.title.get("en")),
    );
    match picture {
        Picture::Ranks => {
            let rows: Vec<RankRow> = release
                .scores
                .iter()
                .filter_map(|score| {
                    let (rank, rank_lower, rank_upper) = score.rank?;
                    let chinese = score.grade.as_deref().unwrap_or_default();
                    let grade = release.grades.iter().find(|(name, _)| name.get("zh") == chinese);
                    Some(RankRow {
                        label: Release::name(&release.units, &score.unit, code).to_owned(),
                        rank,
                        rank_lower,
                        rank_upper,
                        score: number(&score.shown.as_ref()?.estimate)?,
                        grade: grade.map_or(chinese, |(name, _)| name.get(code)).to_owned(),
                        borderline: score.borderline,
                        highlighted: false,
                    })
                })
                .collect();
            (!rows.is_empty()).then(|| {
                let heading = Heading {
                    id: "ranks".to_owned(),
                    title: lang
                        .pick(
                            "各乡镇的名次和名次区间",
                            "Ranks of the units with their intervals",
                        )
                        .to_owned(),
                    subtitle: lang
                        .pick(
                            "横线：答卷不能排除的名次，全部单位联合95%",
                            "Lines: ranks that the answers do not rule out, jointly at 95 %",
                        )
                        .to_owned(),
                    foot,
                };
                Box::new(RankChart { heading, rows }) as Box<dyn Chart>
            })
        }
        Picture::Areas => {
            let coverage = release
                .indicators
                .iter()
                .find(|node| node.measure.as_deref() == Some("coverage"))?;
            let rows: Vec<BarRow> = release
                .areas
                .iter()
                .filter_map(|area| {
                    let figure = release.figure(&coverage.code, release.county(), None, Some(&area.code))?;
                    let point = match &figure.shown {
                        Some(shown) => {
                            let end = |text: &Option<String>| text.as_deref().and_then(number);
                            match (end(&shown.lower), end(&shown.upper)) {
                                (Some(lower), Some(upper)) => {
                                    Point::estimated(number(&shown.estimate)?, lower, upper)
                                }
                                _ => Point::exact(number(&shown.estimate)?),
                            }
                        }
                        None => Point::suppressed(),
                    };
                    Some(BarRow {
                        label: area.name.get(code).to_owned(),
                        point,
                        ..BarRow::default()
                    })
                })
                .collect();
            (!rows.is_empty()).then(|| {
                let heading = Heading {
                    id: "areas".to_owned(),
                    title: lang
                        .pick("各领域的需求满足率", "Needs met, by service area")
                        .to_owned(),
                    subtitle: lang
                        .pick(
                            "需要这项服务的人里，得到的占多少；细线是95%区间",
                            "Share of those who needed a service that received it, with 95 % intervals",
                        )
                        .to_owned(),
                    foot,
                };
                let chart = BarChart {
                    heading,
                    rows,
                    measure: Measure::Percent,
                    ..BarChart::default()
                };
                Box::new(chart) as Box<dyn Chart>
            })
        }
    }
}

/// A picture as SVG; none where there is nothing to show.
///
/// # Errors
/// [`ChartError`] when the chart cannot be drawn.
pub fn svg(
    release: &Release,
    picture: Picture,
    lang: Lang,
    narrow: bool,
) -> Result<Option<String>, ChartError> {
    let frame = match narrow {
        true => Frame::NARROW,
        false => Frame::WIDE,
    };
    chart(release, picture, lang)
        .map(|chart| chart.svg_in(lang, frame))
        .transpose()
}

/// A picture in words; none where there is nothing to show.
pub fn alt_text(release: &Release, picture: Picture, lang: Lang) -> Option<String> {
    chart(release, picture, lang).map(|chart| chart.alt_text(lang))
}
