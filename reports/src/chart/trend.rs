//! One or several series over periods, with gaps where nothing was measured.

use super::mark::{MARKS, MOST_SERIES, Mark};
use super::scale::{Scale, spread, ticks};
use super::scene::{Anchor, Style};
use super::sheet::Sheet;
use super::{
    Chart, ChartError, Flag, Frame, Heading, Measure, Point, Scene, Table, alt_text, axis, check, theme,
};
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

/// Most values that are printed along a line.
const MOST_VALUES: usize = 7;

const AXIS: Style = Style::new(theme::FOOT, theme::INK_FAINT);
const NAME: Style = Style::new(theme::LABEL, theme::INK).bold();
const VALUE: Style = Style::new(theme::VALUE, theme::INK);

/// From periods and values to pixels.
struct Plane {
    /// Left and right edge of the room for lines and their values.
    room: (f64, f64),
    x_of: Scale,
    y_of: Scale,
}

impl Plane {
    /// Where a point of a series is, if it may be shown.
    fn at(&self, series: &Series, period: usize) -> Option<(f64, f64)> {
        let value = series.points.get(period)?.shown()?;
        Some((self.x_of.at(period as f64), self.y_of.at(value)))
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

    /// Lowest and highest of everything that is drawn; intervals are drawn for the highlighted series only.
    fn domain(&self) -> (f64, f64) {
        let ends = |series: &Series, point: &Point| {
            let value = point.shown()?;
            Some(
                point
                    .interval()
                    .filter(|_| series.highlighted)
                    .unwrap_or((value, value)),
            )
        };
        let (low, high) = self
            .series
            .iter()
            .flat_map(|series| series.points.iter().filter_map(move |point| ends(series, point)))
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
        let mut sheet = Sheet::begin(&self.heading, lang, frame)?;
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
        let tick_width = tick_words.iter().map(|w| AXIS.width(w)).fold(0.0, f64::max);
        let ends = self.ends(sheet.width() * if sheet.is_narrow() { 0.30 } else { 0.26 }, lang);
        let end_width = ends.iter().map(End::width).fold(0.0, f64::max);

        sheet.y += 8.0;
        let (top, bottom) = (sheet.y, sheet.y + if sheet.is_narrow() { 210.0 } else { 250.0 });
        let (left, right) = (sheet.left + tick_width + 10.0, sheet.right - end_width - 12.0);
        let inset = if self.periods.len() > 1 { 14.0 } else { 0.0 };
        let last = (self.periods.len().max(2) - 1) as f64;
        let plane = Plane {
            room: (left, right),
            x_of: Scale::new((0.0, last), (left + inset, right - inset)),
            y_of: Scale::new(domain, (bottom, top)),
        };
        for (tick, words) in ticks.iter().zip(&tick_words) {
            let y = plane.y_of.at(*tick);
            let colour = if *tick == 0.0 {
                theme::INK_FAINT
            } else {
                theme::GUIDE
            };
            sheet.scene.horizontal(left, right, y, 1.0, colour);
            sheet
                .scene
                .text(left - 8.0, y + AXIS.drop(), Anchor::End, AXIS, words);
        }
        self.band(&mut sheet.scene, &plane);
        for (series, (colour, mark)) in self.series.iter().zip(self.looks()).rev() {
            line(&mut sheet.scene, series, colour, mark, &plane);
        }
        for series in self.series.iter().filter(|s| s.highlighted) {
            self.inner_values(&mut sheet.scene, series, &plane, lang);
        }
        sheet.y = self
            .draw_ends(&mut sheet.scene, &ends, &plane, (top, bottom), right)
            .max(bottom);
        self.period_labels(&mut sheet, &plane.x_of, bottom);
        Ok(sheet.end(&self.heading, &self.notes(domain.0, lang)))
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

/// What stands at the right end of a line.
struct End {
    name: Vec<String>,
    value: String,
    /// The period of the last value.
    period: usize,
    /// The last value.
    at: f64,
    colour: theme::Rgb,
}

impl End {
    fn width(&self) -> f64 {
        NAME.widest(&self.name).max(VALUE.width(&self.value))
    }

    fn height(&self) -> f64 {
        self.name.len() as f64 * NAME.leading() + VALUE.leading()
    }
}

impl TrendChart {
    fn ends(&self, room: f64, lang: Lang) -> Vec<End> {
        let end = |(series, (colour, _)): (&Series, (theme::Rgb, Mark))| {
            let (period, at) = last_shown(series)?;
            let value = series.points[period].print(self.measure, lang);
            Some(End {
                name: NAME.wrap_at_most(&series.label, room, 2),
                value,
                period,
                at,
                colour,
            })
        };
        self.series.iter().zip(self.looks()).filter_map(end).collect()
    }

    /// Names and last values, moved apart where lines end close together; returns how far down they reach.
    fn draw_ends(
        &self,
        scene: &mut Scene,
        ends: &[End],
        plane: &Plane,
        (top, bottom): (f64, f64),
        right: f64,
    ) -> f64 {
        let spans: Vec<(f64, f64)> = ends
            .iter()
            .map(|end| (plane.y_of.at(end.at), end.height()))
            .collect();
        let needed: f64 = spans.iter().map(|(_, height)| height + 5.0).sum();
        let lowest = (bottom + 6.0).max(top - 10.0 + needed);
        let mut reach = bottom;
        for ((end, (y, height)), middle) in
            ends.iter()
                .zip(&spans)
                .zip(spread(&spans, 5.0, (top - 10.0, lowest)))
        {
            let x = right + 10.0;
            // A leader only where the words stand away from the end of their line.
            if (middle - y).abs() > 6.0 || end.period + 1 < self.periods.len() {
                let from = plane.x_of.at(end.period as f64) + 7.0;
                scene.path(vec![(from, *y), (x - 3.0, middle)], 1.0, theme::RULE);
            }
            let colour = text_colour(end.colour);
            let first = middle - height / 2.0 + NAME.size;
            let last = scene.lines(x, first, Anchor::Start, Style { colour, ..NAME }, &end.name);
            let base = last + VALUE.leading();
            scene.text(x, base, Anchor::Start, Style { colour, ..VALUE }, &end.value);
            reach = reach.max(base);
        }
        reach
    }

    fn notes(&self, axis_begin: f64, lang: Lang) -> Vec<String> {
        let with_band = |s: &Series| s.highlighted && s.points.iter().any(|p| p.interval().is_some());
        let mut notes = Vec::new();
        if self.series.iter().any(with_band) {
            notes.push(lang.pick("色带为95%置信区间。", "Band: 95% interval.").to_owned());
        }
        if axis_begin > 0.0 {
            notes.push(
                lang.pick("纵轴不从0开始。", "The vertical axis does not begin at 0.")
                    .to_owned(),
            );
        }
        if self
            .points()
            .any(|point| point.shown().is_none() && point.flag != Flag::Suppressed)
        {
            notes.push(lang.pick("线段中断处没有数据。", "Gaps: no data.").to_owned());
        }
        let present: Vec<Point> = self
            .points()
            .filter(|p| p.value.is_some() || p.flag == Flag::Suppressed)
            .copied()
            .collect();
        notes.extend(alt_text::notes(&present, lang));
        notes
    }

    /// The intervals of the highlighted series, one polygon for each run without gaps.
    fn band(&self, scene: &mut Scene, plane: &Plane) {
        for series in self.series.iter().filter(|s| s.highlighted) {
            for run in runs(series, |point| point.interval().is_some()) {
                let ends: Vec<(f64, f64, f64)> = run
                    .filter_map(|i| {
                        let (lower, upper) = series.points[i].interval()?;
                        Some((
                            plane.x_of.at(i as f64),
                            plane.y_of.at(lower),
                            plane.y_of.at(upper),
                        ))
                    })
                    .collect();
                if let [(x, lower, upper)] = ends[..] {
                    scene.rect(x - 5.0, upper, 10.0, lower - upper, theme::TEAL_PALE);
                    continue;
                }
                let over = ends.iter().map(|&(x, _, upper)| (x, upper));
                let under = ends.iter().rev().map(|&(x, lower, _)| (x, lower));
                scene.polygon(over.chain(under).collect(), theme::TEAL_PALE);
            }
        }
    }

    /// Values of the highlighted series beside its marks, where no line is in the way; the last stands at the end.
    fn inner_values(&self, scene: &mut Scene, series: &Series, plane: &Plane, lang: Lang) {
        let style = VALUE.stressed(true);
        let last = last_shown(series).map(|(i, _)| i);
        let stressed = stressed_periods(series);
        let mut taken: Vec<(f64, f64, f64)> = Vec::new();
        for (i, point) in series.points.iter().enumerate() {
            let Some(value) = point.shown().filter(|_| Some(i) != last && stressed.contains(&i)) else {
                continue;
            };
            let (x, y) = (plane.x_of.at(i as f64), plane.y_of.at(value));
            let words = point.print(self.measure, lang);
            let half = style.width(&words) / 2.0;
            let places = [
                (0.0, -15.0),
                (-half, -14.0),
                (0.0, 16.0),
                (half, 15.0),
                (half, -14.0),
                (-half, 15.0),
            ];
            let free = places
                .into_iter()
                .map(|(dx, dy)| (x + dx, y + dy))
                .find(|&(cx, cy)| {
                    let apart =
                        |t: &(f64, f64, f64)| (t.0 - cx).abs() > t.2 + half + 4.0 || (t.1 - cy).abs() > 14.0;
                    let inside = cx - half >= plane.room.0 - 4.0 && cx + half <= plane.room.1 + 4.0;
                    inside && taken.iter().all(apart) && self.is_clear((cx - half, cx + half), cy, plane)
                });
            if let Some((cx, cy)) = free {
                scene.text(cx, cy + style.drop(), Anchor::Middle, style, words);
                taken.push((cx, cy, half));
            }
        }
    }

    /// Whether no line or mark of any series comes near a label from `left` to `right` around the height `middle`.
    fn is_clear(&self, (left, right): (f64, f64), middle: f64, plane: &Plane) -> bool {
        let at = |series: &Series, i: usize| plane.at(series, i);
        self.series.iter().all(|series| {
            (0..self.periods.len()).all(|i| {
                let Some((x1, y1)) = at(series, i) else {
                    return true;
                };
                let mark_clear = x1 + 5.0 < left || x1 - 5.0 > right || (y1 - middle).abs() > 6.5 + 5.5;
                let line_clear = at(series, i + 1).is_none_or(|(x2, y2)| {
                    let (from, to) = (left.max(x1), right.min(x2));
                    let height = |x: f64| y1 + (y2 - y1) * (x - x1) / (x2 - x1);
                    from > to
                        || [from, f64::midpoint(from, to), to]
                            .iter()
                            .all(|x| (height(*x) - middle).abs() > 8.5)
                });
                mark_clear && line_clear
            })
        })
    }

    /// Names of the periods below the plot; where they do not fit, every second or third, and always the last.
    fn period_labels(&self, sheet: &mut Sheet, x_of: &Scale, bottom: f64) {
        let base = bottom + AXIS.leading() + 2.0;
        let widest = self.periods.iter().map(|p| AXIS.width(p)).fold(0.0, f64::max);
        let pitch = if self.periods.len() > 1 {
            x_of.at(1.0) - x_of.at(0.0)
        } else {
            f64::MAX
        };
        let every = ((widest + 8.0) / pitch).ceil().max(1.0) as usize;
        let count = self.periods.len();
        for (i, period) in self.periods.iter().enumerate() {
            if (count - 1 - i).is_multiple_of(every) {
                let half = AXIS.width(period) / 2.0;
                let x = x_of.at(i as f64).max(sheet.left + half);
                sheet.scene.text(x, base, Anchor::Middle, AXIS, period);
            }
        }
        sheet.y = sheet.y.max(base + 4.0);
    }
}

/// The periods whose values are printed: all of a few, else the first, the highest and the lowest.
fn stressed_periods(series: &Series) -> Vec<usize> {
    let shown: Vec<(usize, f64)> = series
        .points
        .iter()
        .enumerate()
        .filter_map(|(i, p)| p.shown().map(|v| (i, v)))
        .collect();
    if shown.len() <= MOST_VALUES {
        return shown.iter().map(|(i, _)| *i).collect();
    }
    let ends = [
        shown.first(),
        shown.iter().max_by(|a, b| a.1.total_cmp(&b.1)),
        shown.iter().min_by(|a, b| a.1.total_cmp(&b.1)),
    ];
    ends.into_iter().flatten().map(|(i, _)| *i).collect()
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

fn line(scene: &mut Scene, series: &Series, colour: theme::Rgb, mark: Mark, plane: &Plane) {
    for run in runs(series, |point| point.shown().is_some()) {
        let points: Vec<(f64, f64)> = run.filter_map(|i| plane.at(series, i)).collect();
        scene.path(points.clone(), if series.highlighted { 3.0 } else { 1.8 }, colour);
        let size = if series.points.len() > MOST_VALUES {
            0.7
        } else {
            1.0
        };
        for point in points {
            mark.draw(scene, point, size, colour);
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
