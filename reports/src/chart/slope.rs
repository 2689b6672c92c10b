//! Two rounds side by side: a line for each unit from what it was to what it is, those that moved by more than noise
//! drawn out.

use super::scale::{Scale, spread, ticks};
use super::scene::{Anchor, Style};
use super::sheet::{Key, Sheet};
use super::{Chart, ChartError, Frame, Heading, Measure, Scene, Table, alt_text, axis, check, theme};
use crate::model::Lang;

/// Values of two rounds by unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlopeChart {
    /// What stands around the picture.
    pub heading: Heading,
    /// What the numbers count.
    pub measure: Measure,
    /// Names of the two rounds: 2025年, 2026年.
    pub periods: [String; 2],
    /// The units, in any order.
    pub rows: Vec<SlopeRow>,
}

/// One unit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct SlopeRow {
    /// Its name.
    pub label: String,
    /// 0–100, before.
    pub before: f64,
    /// 0–100, now.
    pub now: f64,
    /// Whether it moved by more than noise.
    pub real: bool,
    /// The unit that the report is about.
    pub highlighted: bool,
}

const AXIS: Style = Style::new(theme::FOOT, theme::INK_FAINT);
const QUIET: Style = Style::new(theme::VALUE, theme::INK_SOFT);
/// Between two names.
const GAP: f64 = 2.0;
/// Between the end of a line and its words.
const ROOM: f64 = 12.0;

/// Down is amber, as in answers; dark enough for words.
const DOWN: theme::Rgb = theme::LIKERT[0];

impl SlopeRow {
    fn rises(&self) -> bool {
        self.now > self.before
    }

    fn colour(&self) -> theme::Rgb {
        match (self.real, self.rises()) {
            (true, true) => theme::TEAL,
            (true, false) => DOWN,
            _ => theme::NEUTRAL,
        }
    }

    fn style(&self) -> Style {
        let stands_out = self.real || self.highlighted;
        let colour = match (self.real, self.rises()) {
            (true, true) => theme::TEAL,
            (true, false) => DOWN,
            _ if self.highlighted => theme::INK,
            _ => theme::INK_SOFT,
        };
        Style {
            colour,
            ..QUIET.weighted(stands_out)
        }
    }

    fn words(&self, measure: Measure) -> String {
        format!("{}  {}", measure.print(self.now), self.label)
    }
}

impl SlopeChart {
    fn check(&self) -> Result<(), ChartError> {
        check::not_empty(&self.heading, &self.rows)?;
        let sound = |value: f64| (0.0..=100.0).contains(&value);
        match self
            .rows
            .iter()
            .find(|row| !(sound(row.before) && sound(row.now)))
        {
            Some(row) => Err(ChartError::ImpossibleValue {
                id: self.heading.id.clone(),
                label: row.label.clone(),
            }),
            None => Ok(()),
        }
    }

    /// The highest value of this round first.
    fn by_value(&self) -> Vec<&SlopeRow> {
        let mut rows: Vec<&SlopeRow> = self.rows.iter().collect();
        rows.sort_by(|a, b| b.now.total_cmp(&a.now).then(a.label.cmp(&b.label)));
        rows
    }

    fn moved(&self, up: bool) -> Vec<&SlopeRow> {
        let rows = self.by_value().into_iter();
        rows.filter(|row| row.real && row.rises() == up).collect()
    }

    fn domain(&self) -> (f64, f64) {
        let values = || self.rows.iter().flat_map(|row| [row.before, row.now]);
        let (low, high) = (
            values().fold(f64::MAX, f64::min),
            values().fold(f64::MIN, f64::max),
        );
        // A range of under ten points would make noise look like news.
        let pad = ((10.0 - (high - low)) / 2.0).max(0.0);
        ((low - pad).max(0.0), (high + pad).min(100.0))
    }
}

impl Chart for SlopeChart {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn scene(&self, lang: Lang, frame: Frame) -> Result<Scene, ChartError> {
        self.check()?;
        let mut sheet = Sheet::begin(&self.heading, lang, frame)?;
        let mut keys = Vec::new();
        let (up, down) = (self.moved(true), self.moved(false));
        if !up.is_empty() {
            keys.push((
                Key::Fill(theme::TEAL),
                lang.pick("上升，超出误差", "up, beyond noise").to_owned(),
            ));
        }
        if !down.is_empty() {
            keys.push((
                Key::Fill(DOWN),
                lang.pick("下降，超出误差", "down, beyond noise").to_owned(),
            ));
        }
        if up.len() + down.len() < self.rows.len() {
            keys.push((
                Key::Fill(theme::NEUTRAL),
                lang.pick("变化在误差之内", "within noise").to_owned(),
            ));
        }
        sheet.keys(sheet.left, &keys);

        let rows = self.by_value();
        let (low, high) = self.domain();
        let ticks = ticks(low, high, 5);
        let domain = (
            ticks.first().copied().unwrap_or(0.0),
            ticks.last().copied().unwrap_or(100.0),
        );
        let tick_words: Vec<String> = ticks.iter().map(|tick| axis::trimmed(*tick)).collect();
        let tick_width = tick_words.iter().map(|w| AXIS.width(w)).fold(0.0, f64::max);
        let words: Vec<String> = rows.iter().map(|row| row.words(self.measure)).collect();
        let widest = rows
            .iter()
            .zip(&words)
            .map(|(row, words)| row.style().weighted(true).width(words))
            .fold(0.0, f64::max);
        let line = QUIET.leading();
        sheet.y += AXIS.leading() + 6.0;
        let needed = rows.len() as f64 * (line + GAP);
        let (top, bottom) = (sheet.y, sheet.y + needed.max(200.0));
        let (left, right) = (
            sheet.left + tick_width + 12.0,
            // A hair more than the words are wide: the difference is taken back below and must not fall short of them.
            sheet.right - (widest + 1.0).min(sheet.width() * 0.55) - ROOM,
        );
        let y_of = Scale::new(domain, (bottom - 6.0, top + 6.0));
        for (tick, words) in ticks.iter().zip(&tick_words) {
            let y = y_of.at(*tick);
            sheet.scene.horizontal(left, right, y, 1.0, theme::GUIDE);
            sheet
                .scene
                .text(left - 8.0, y + AXIS.drop(), Anchor::End, AXIS, words);
        }
        for (x, period, anchor) in [
            (left, &self.periods[0], Anchor::Start),
            (right, &self.periods[1], Anchor::End),
        ] {
            sheet.scene.vertical(x, top, bottom, 1.0, theme::RULE);
            sheet.scene.text(x, top - 6.0, anchor, AXIS, period);
        }
        let mut drawn = rows.clone();
        drawn.sort_by_key(|row| (row.real, row.highlighted));
        for row in drawn {
            let (from, to) = (y_of.at(row.before), y_of.at(row.now));
            let width = if row.real || row.highlighted { 2.4 } else { 1.4 };
            let colour = match row.highlighted && !row.real {
                true => theme::INK_FAINT,
                false => row.colour(),
            };
            sheet.scene.path(vec![(left, from), (right, to)], width, colour);
            sheet.scene.dot(left, from, 3.5, colour, true);
            sheet.scene.dot(right, to, 3.5, colour, false);
        }
        let spans: Vec<(f64, f64)> = rows.iter().map(|row| (y_of.at(row.now), line)).collect();
        let middles = spread(&spans, GAP, (top, bottom));
        for ((row, words), ((wanted, _), middle)) in rows.iter().zip(&words).zip(spans.iter().zip(middles)) {
            let x = right + ROOM;
            if (middle - wanted).abs() > 3.0 {
                sheet
                    .scene
                    .path(vec![(right + 4.0, *wanted), (x - 2.0, middle)], 1.0, theme::RULE);
            }
            let style = row.style();
            let shown = style.wrap_at_most(words, sheet.right - x, 1);
            sheet.scene.lines_centred(x, middle, Anchor::Start, style, &shown);
        }
        sheet.y = bottom + 6.0;
        let mut notes = Vec::new();
        if domain.0 > 0.0 {
            notes.push(
                lang.pick("纵轴不从0开始。", "The vertical axis does not begin at 0.")
                    .to_owned(),
            );
        }
        Ok(sheet.end(&self.heading, &notes))
    }

    fn alt_text(&self, lang: Lang) -> String {
        let [first, last] = &self.periods;
        let mut said = lang.pick(
            format!("坡度图，{first}与{last}，{}个单位。", self.rows.len()),
            format!("Slopes of {} units, {first} and {last}. ", self.rows.len()),
        );
        for (up, zh, en) in [(true, "上升", "up"), (false, "下降", "down")] {
            for row in self.moved(up) {
                let (from, to) = (self.measure.print(row.before), self.measure.print(row.now));
                said.push_str(&lang.pick(
                    format!("{}由{from}{zh}到{to}，超出误差。", row.label),
                    format!("{}: {en} from {from} to {to}, beyond noise. ", row.label),
                ));
            }
        }
        let rest = self.rows.iter().filter(|row| !row.real).count();
        if rest > 0 {
            said.push_str(&lang.pick(
                format!("{rest}个单位的变化在误差之内。"),
                format!("{rest} moved within noise. "),
            ));
        }
        alt_text::tidy(&said)
    }

    fn table(&self, lang: Lang) -> Table {
        let [first, last] = self.periods.clone();
        let (unit, moved) = lang.pick(("单位", "变化"), ("Unit", "Change"));
        let header = vec![unit.to_owned(), first, last, moved.to_owned()];
        let rows = self.by_value().into_iter().map(|row| {
            let word = match (row.real, row.rises()) {
                (true, true) => lang.pick("上升", "up"),
                (true, false) => lang.pick("下降", "down"),
                _ => lang.pick("误差之内", "within noise"),
            };
            vec![
                row.label.clone(),
                self.measure.print(row.before),
                self.measure.print(row.now),
                word.to_owned(),
            ]
        });
        Table {
            header,
            rows: rows.collect(),
        }
    }
}
