//! One or several series over periods, with gaps where nothing was measured.

use super::scale::{Scale, spread, ticks};
use super::scene::{Anchor, Style};
use super::sheet::Sheet;
use super::{Chart, ChartError, Frame, Heading, Measure, Point, Scene, Table, alt_text, axis, check, theme};
use crate::model::Lang;

/// Series over the same periods.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct TrendChart {
    /// What stands around the picture.
    pub heading: Heading,
    /// What the numbers count.
    pub measure: Measure,
    /// Names of the periods in order: 2024年, 2025年.
    pub periods: Vec<String>,
    /// The series, at most six.
    pub series: Vec<Series>,
    /// Begin the axis at zero instead of near the lowest value.
    pub from_zero: bool,
}

/// One line.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct Series {
    /// Name of the series, printed at its end.
    pub label: String,
    /// One point a period; without value: a gap.
    pub points: Vec<Point>,
    /// The series that the report is about; its intervals are drawn as a band.
    pub highlighted: bool,
}

/// Most series that one picture holds.
const MOST_SERIES: usize = 6;

/// The mark of a series, so that lines stay apart without colour.
#[derive(Clone, Copy)]
enum Mark {
    Disc,
    Square,
    Triangle,
    Diamond,
    Ring,
    TriangleDown,
}

const MARKS: [Mark; MOST_SERIES] = [
    Mark::Disc,
    Mark::Square,
    Mark::Triangle,
    Mark::Diamond,
    Mark::Ring,
    Mark::TriangleDown,
];

impl Mark {
    fn draw(self, scene: &mut Scene, x: f64, y: f64, colour: theme::Rgb) {
        let r = 4.2;
        match self {
            Self::Disc => scene.dot(x, y, r, colour, false),
            Self::Ring => scene.dot(x, y, r, colour, true),
            Self::Square => scene.rect(x - r, y - r, 2.0 * r, 2.0 * r, colour),
            Self::Triangle => {
                scene.polygon(vec![(x, y - 5.5), (x + 5.2, y + 4.0), (x - 5.2, y + 4.0)], colour)
            }
            Self::TriangleDown => {
                scene.polygon(vec![(x, y + 5.5), (x + 5.2, y - 4.0), (x - 5.2, y - 4.0)], colour)
            }
            Self::Diamond => scene.polygon(
                vec![(x, y - 5.8), (x + 5.8, y), (x, y + 5.8), (x - 5.8, y)],
                colour,
            ),
        }
    }
}

impl TrendChart {
    fn check(&self) -> Result<(), ChartError> {
        check::not_empty(&self.heading, &self.series)?;
        check::not_empty(&self.heading, &self.periods)?;
        check::as_long(
            &self.heading,
            "series (at most 6)",
            self.series.len().min(MOST_SERIES),
            self.series.len(),
        )?;
        for series in &self.series {
            check::as_long(
                &self.heading,
                &series.label,
                self.periods.len(),
                series.points.len(),
            )?;
            check::sound(
                &self.heading,
                series.points.iter().map(|point| (series.label.as_str(), point)),
            )?;
        }
        Ok(())
    }

    fn points(&self) -> impl Iterator<Item = &Point> {
        self.series.iter().flat_map(|series| &series.points)
    }

    /// Colour and mark: the highlighted series takes the first, the others the rest in order.
    fn looks(&self) -> Vec<(theme::Rgb, Mark)> {
        let highlighted = self.series.iter().position(|s| s.highlighted);
        let mut next = usize::from(highlighted.is_some());
        (0..self.series.len())
            .map(|i| {
                let place = if highlighted == Some(i) { 0 } else { next };
                next += usize::from(highlighted != Some(i));
                let place = place.min(MOST_SERIES - 1);
                (theme::SERIES[place], MARKS[place])
            })
            .collect()
    }

    fn domain(&self) -> (f64, f64) {
        let (low, high) = self
            .points()
            .filter_map(|p| p.shown().map(|v| p.interval().unwrap_or((v, v))))
            .fold((f64::MAX, f64::MIN), |(low, high), (l, u)| {
                (low.min(l), high.max(u))
            });
        if low > high {
            return (0.0, 100.0);
        }
        // A range of under ten points would make noise look like news.
        let pad = ((10.0 - (high - low)) / 2.0).max(0.0);
        (
            if self.from_zero { 0.0 } else { (low - pad).max(0.0) },
            (high + pad).min(100.0),
        )
    }
}

/// The last shown point of a series with its period.
fn last_shown(series: &Series) -> Option<(usize, f64)> {
    series
        .points
        .iter()
        .enumerate()
        .rev()
        .find_map(|(i, point)| point.shown().map(|v| (i, v)))
}

impl Chart for TrendChart {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn scene(&self, lang: Lang, frame: Frame) -> Result<Scene, ChartError> {
        self.check()?;
        let mut sheet = Sheet::begin(&self.heading, frame)?;
        let axis_style = Style::new(theme::FOOT, theme::INK_FAINT);
        let name_style = Style::new(theme::LABEL, theme::INK).bold();
        let value_style = Style::new(theme::VALUE, theme::INK);
        let looks = self.looks();
        let (low, high) = self.domain();
        let ticks = ticks(low, high, 5);
        let domain = (
            ticks.first().copied().unwrap_or(0.0),
            ticks.last().copied().unwrap_or(100.0),
        );
        let sign = if self.measure == Measure::Percent { "%" } else { "" };
        let tick_words: Vec<String> = ticks
            .iter()
            .map(|t| format!("{}{sign}", axis::trimmed(*t)))
            .collect();
        let tick_width = tick_words.iter().map(|w| axis_style.width(w)).fold(0.0, f64::max);

        // Names and last values stand at the right end, moved apart where lines end close together.
        let end_room = sheet.width() * if sheet.is_narrow() { 0.30 } else { 0.26 };
        let ends: Vec<(Vec<String>, String)> = self
            .series
            .iter()
            .map(|s| {
                let value =
                    last_shown(s).map_or_else(String::new, |(i, _)| s.points[i].print(self.measure, lang));
                (name_style.wrap_at_most(&s.label, end_room, 2), value)
            })
            .collect();
        let end_width = ends
            .iter()
            .map(|(name, value)| name_style.widest(name).max(value_style.bold().width(value)))
            .fold(0.0, f64::max);
        let height = if sheet.is_narrow() { 210.0 } else { 250.0 };
        sheet.y += 8.0;
        let (top, bottom) = (sheet.y, sheet.y + height);
        let (left, right) = (sheet.left + tick_width + 10.0, sheet.right - end_width - 12.0);
        let y_of = Scale::new(domain, (bottom, top));
        let inset = if self.periods.len() > 1 { 14.0 } else { 0.0 };
        let x_of = Scale::new(
            (0.0, (self.periods.len().max(2) - 1) as f64),
            (left + inset, right - inset),
        );

        for (tick, words) in ticks.iter().zip(&tick_words) {
            let y = y_of.at(*tick);
            sheet.scene.horizontal(
                left,
                right,
                y,
                1.0,
                if *tick == 0.0 {
                    theme::INK_FAINT
                } else {
                    theme::GUIDE
                },
            );
            sheet
                .scene
                .text(left - 8.0, y + axis_style.drop(), Anchor::End, axis_style, words);
        }
        self.band(&mut sheet.scene, &x_of, &y_of);
        for (series, (colour, mark)) in self.series.iter().zip(&looks).rev() {
            line(&mut sheet.scene, series, *colour, *mark, &x_of, &y_of);
        }
        for (i, series) in self.series.iter().enumerate().filter(|(_, s)| s.highlighted) {
            self.inner_values(&mut sheet.scene, i, series, &x_of, &y_of, lang);
        }
        let line_height = value_style.leading();
        let wanted: Vec<(usize, f64, f64)> = self
            .series
            .iter()
            .enumerate()
            .filter_map(|(i, s)| {
                let (_, value) = last_shown(s)?;
                Some((
                    i,
                    y_of.at(value),
                    ends[i].0.len() as f64 * name_style.leading() + line_height,
                ))
            })
            .collect();
        let spans: Vec<(f64, f64)> = wanted.iter().map(|(_, y, length)| (*y, *length)).collect();
        let most: f64 = spans.iter().map(|(_, length)| length + 5.0).sum();
        let within = (top - 10.0, (bottom + 6.0).max(top - 10.0 + most));
        for ((i, y, length), middle) in wanted.iter().zip(spread(&spans, 5.0, within)) {
            let colour = text_colour(looks[*i].0);
            let (name, value) = &ends[*i];
            let x = right + 10.0;
            if (middle - y).abs() > 6.0
                || last_shown(&self.series[*i]).is_some_and(|(p, _)| p + 1 < self.periods.len())
            {
                let from = last_shown(&self.series[*i]).map_or(right, |(p, _)| x_of.at(p as f64) + 7.0);
                sheet
                    .scene
                    .path(vec![(from, *y), (x - 3.0, middle)], 1.0, theme::RULE);
            }
            let first = middle - length / 2.0 + name_style.size;
            let last = sheet
                .scene
                .lines(x, first, Anchor::Start, Style { colour, ..name_style }, name);
            sheet.scene.text(
                x,
                last + line_height,
                Anchor::Start,
                Style {
                    colour,
                    ..value_style
                },
                value,
            );
        }
        sheet.y = bottom.max(if spans.is_empty() { bottom } else { within.1 - 6.0 });
        self.period_labels(&mut sheet, &x_of, axis_style, bottom);
        let mut notes = alt_text::notes(self.points(), lang);
        if domain.0 > 0.0 {
            notes.insert(
                0,
                lang.pick("纵轴不从0开始。", "The vertical axis does not begin at 0.")
                    .to_owned(),
            );
        }
        if self
            .series
            .iter()
            .any(|s| s.highlighted && s.points.iter().any(|p| p.interval().is_some()))
        {
            notes.insert(
                0,
                lang.pick("色带为95%置信区间。", "Band: 95% interval.").to_owned(),
            );
        }
        Ok(sheet.end(&self.heading, &notes))
    }

    fn alt_text(&self, lang: Lang) -> String {
        let (first, last) = (
            self.periods.first().map_or("", String::as_str),
            self.periods.last().map_or("", String::as_str),
        );
        let mut said = lang.pick(
            format!("折线图，{first}至{last}，{}个系列。", self.series.len()),
            format!("Lines from {first} to {last}, {} series. ", self.series.len()),
        );
        for series in &self.series {
            let shown: Vec<(usize, f64)> = series
                .points
                .iter()
                .enumerate()
                .filter_map(|(i, p)| p.shown().map(|v| (i, v)))
                .collect();
            let (Some(begin), Some(end)) = (shown.first(), shown.last()) else {
                continue;
            };
            let (from, to) = (self.measure.print(begin.1), self.measure.print(end.1));
            let (p1, p2) = (&self.periods[begin.0], &self.periods[end.0]);
            if begin.0 == end.0 {
                said.push_str(&lang.pick(
                    format!("{}：{p1} {from}。", series.label),
                    format!("{}: {p1} {from}. ", series.label),
                ));
                continue;
            }
            said.push_str(&lang.pick(
                format!("{}：{p1} {from}，{p2} {to}。", series.label),
                format!("{}: {p1} {from}, {p2} {to}. ", series.label),
            ));
        }
        said.push_str(&alt_text::gaps(self.points(), lang));
        alt_text::tidy(&said)
    }

    fn table(&self, lang: Lang) -> Table {
        let mut header = vec![lang.pick("时期", "Period").to_owned()];
        for series in &self.series {
            header.push(series.label.clone());
            if series.points.iter().any(|point| point.interval().is_some()) {
                header.push(lang.pick("95%置信区间", "95% interval").to_owned());
            }
        }
        let rows = self
            .periods
            .iter()
            .enumerate()
            .map(|(i, period)| {
                let mut cells = vec![period.clone()];
                for series in &self.series {
                    let point = series.points.get(i).copied().unwrap_or_default();
                    cells.push(point.print(self.measure, lang));
                    if series.points.iter().any(|point| point.interval().is_some()) {
                        cells.push(point.print_interval(self.measure, lang));
                    }
                }
                cells
            })
            .collect();
        Table { header, rows }
    }
}

impl TrendChart {
    /// The intervals of the highlighted series, one polygon for each run without gaps.
    fn band(&self, scene: &mut Scene, x_of: &Scale, y_of: &Scale) {
        for series in self.series.iter().filter(|s| s.highlighted) {
            for run in runs(series, |point| point.interval().is_some()) {
                let ends: Vec<(f64, (f64, f64))> = run
                    .filter_map(|i| {
                        series.points[i]
                            .interval()
                            .map(|interval| (x_of.at(i as f64), interval))
                    })
                    .collect();
                let edge = |x: f64, v: f64| (x, y_of.at(v));
                if let [(x, (lower, upper))] = ends[..] {
                    scene.rect(
                        x - 5.0,
                        y_of.at(upper),
                        10.0,
                        y_of.at(lower) - y_of.at(upper),
                        theme::TEAL_PALE,
                    );
                    continue;
                }
                let upper = ends.iter().map(|(x, (_, upper))| edge(*x, *upper));
                let lower = ends.iter().rev().map(|(x, (lower, _))| edge(*x, *lower));
                scene.polygon(upper.chain(lower).collect(), theme::TEAL_PALE);
            }
        }
    }

    /// Values of the highlighted series beside its marks where no other line is in the way; the last stands at the end.
    fn inner_values(
        &self,
        scene: &mut Scene,
        own: usize,
        series: &Series,
        x_of: &Scale,
        y_of: &Scale,
        lang: Lang,
    ) {
        let style = Style {
            colour: theme::TEAL,
            ..Style::new(theme::VALUE, theme::TEAL).bold()
        };
        let last = last_shown(series).map(|(i, _)| i);
        let mut free_from = f64::MIN;
        for (i, point) in series.points.iter().enumerate() {
            let Some(value) = point.shown().filter(|_| Some(i) != last) else {
                continue;
            };
            let (x, y) = (x_of.at(i as f64), y_of.at(value));
            let words = point.print(self.measure, lang);
            let half = style.width(&words) / 2.0;
            let others: Vec<f64> = self
                .series
                .iter()
                .enumerate()
                .filter(|(j, _)| *j != own)
                .filter_map(|(_, s)| s.points.get(i)?.shown().map(|v| y_of.at(v)))
                .collect();
            let clear = |middle: f64| others.iter().all(|other| (other - middle).abs() > 13.0);
            let above = y - 15.0;
            let below = y + 16.0;
            let middle = if clear(above) {
                above
            } else if clear(below) {
                below
            } else {
                continue;
            };
            if x - half >= free_from {
                scene.text(x, middle + style.drop(), Anchor::Middle, style, words);
                free_from = x + half + 6.0;
            }
        }
    }

    /// Names of the periods below the plot; where they do not fit, every second or third, and always the last.
    fn period_labels(&self, sheet: &mut Sheet, x_of: &Scale, style: Style, bottom: f64) {
        let base = bottom + style.leading() + 2.0;
        let widest = self.periods.iter().map(|p| style.width(p)).fold(0.0, f64::max);
        let pitch = if self.periods.len() > 1 {
            x_of.at(1.0) - x_of.at(0.0)
        } else {
            f64::MAX
        };
        let every = ((widest + 8.0) / pitch).ceil().max(1.0) as usize;
        let count = self.periods.len();
        for (i, period) in self.periods.iter().enumerate() {
            if (count - 1 - i).is_multiple_of(every) {
                let half = style.width(period) / 2.0;
                let x = x_of.at(i as f64).max(sheet.left + half);
                sheet.scene.text(x, base, Anchor::Middle, style, period);
            }
        }
        sheet.y = sheet.y.max(base + 4.0);
    }
}

/// Runs of neighbouring periods whose points pass the test.
fn runs(series: &Series, test: impl Fn(&Point) -> bool) -> Vec<std::ops::Range<usize>> {
    let mut runs: Vec<std::ops::Range<usize>> = Vec::new();
    for (i, _) in series.points.iter().enumerate().filter(|(_, point)| test(point)) {
        match runs.last_mut() {
            Some(run) if run.end == i => run.end = i + 1,
            _ => runs.push(i..i + 1),
        }
    }
    runs
}

fn line(scene: &mut Scene, series: &Series, colour: theme::Rgb, mark: Mark, x_of: &Scale, y_of: &Scale) {
    let at = |i: usize| series.points[i].shown().map(|v| (x_of.at(i as f64), y_of.at(v)));
    for run in runs(series, |point| point.shown().is_some()) {
        let points: Vec<(f64, f64)> = run.filter_map(at).collect();
        scene.path(points.clone(), if series.highlighted { 3.0 } else { 1.8 }, colour);
        for (x, y) in points {
            mark.draw(scene, x, y, colour);
        }
    }
}

/// The colour of a series' name: dark enough to be read.
fn text_colour(colour: theme::Rgb) -> theme::Rgb {
    if colour.contrast(theme::WHITE) >= 4.5 {
        colour
    } else {
        theme::INK_SOFT
    }
}
