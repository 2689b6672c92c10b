//! The ladder from need to help: how many needed a service, got it, and were helped by it.

use super::scale::Scale;
use super::scene::{Anchor, Style};
use super::sheet::{Key, Sheet};
use super::{Chart, ChartError, Flag, Frame, Heading, Measure, Point, Scene, Table, alt_text, check, theme};
use crate::model::Lang;

/// Three aligned bars a service area, all in percent of the same persons.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LadderChart {
    /// What stands around the picture.
    pub heading: Heading,
    /// Names of the three rungs: 需要, 得到, 有帮助.
    pub rungs: [String; 3],
    /// The service areas; drawn from the greatest need down unless `keep_order`.
    pub steps: Vec<LadderStep>,
    /// Draw the areas as given.
    pub keep_order: bool,
}

/// One service area.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct LadderStep {
    /// Name of the area.
    pub label: String,
    /// Share of persons who needed it.
    pub needed: Point,
    /// Share of persons who needed it and got it, fully or in part.
    pub received: Point,
    /// Share of persons who needed it, got it and were helped.
    pub helped: Point,
    /// The area that the report is about.
    pub highlighted: bool,
}

/// Height of a bar, and from one bar to the next.
const BAR: f64 = 11.0;
const PITCH: f64 = 15.0;
/// Between the columns.
const GAP: f64 = 12.0;
/// Length of the hatching that stands for a withheld bar, whatever its value.
const WITHHELD: f64 = 48.0;
const FILLS: [theme::Rgb; 3] = [theme::NEUTRAL, theme::TEAL_MIDDLE, theme::TEAL];
const LABEL: Style = Style::new(theme::LABEL, theme::INK).bold();
const VALUE: Style = Style::new(theme::FOOT, theme::INK_SOFT);

/// One bar of the three; returns where it ends, interval included.
fn rung(scene: &mut Scene, scale: &Scale, point: Point, middle: f64, fill: theme::Rgb) -> f64 {
    let (left, top) = (scale.at(0.0), middle - BAR / 2.0);
    let Some(value) = point.shown() else {
        if point.flag != Flag::Suppressed {
            return left;
        }
        scene.hatch(left, top, WITHHELD, BAR);
        return left + WITHHELD;
    };
    let at = scale.at(value);
    scene.rect(left, top, (at - left).max(1.0), BAR, fill);
    let Some((lower, upper)) = point.interval() else {
        return at;
    };
    scene.bar_interval((scale.at(lower), at, scale.at(upper)), middle, 2.5, fill);
    at.max(scale.at(upper))
}

impl LadderStep {
    fn rungs(&self) -> [Point; 3] {
        [self.needed, self.received, self.helped]
    }

    /// Share of persons who needed help and were not helped.
    fn gap(&self) -> Option<f64> {
        Some(self.needed.shown()? - self.helped.shown()?)
    }
}

impl LadderChart {
    fn sorted(&self) -> Vec<&LadderStep> {
        let mut steps: Vec<&LadderStep> = self.steps.iter().collect();
        if !self.keep_order {
            let key = |step: &LadderStep| step.needed.shown().unwrap_or(f64::MIN);
            steps.sort_by(|a, b| key(b).total_cmp(&key(a)));
        }
        steps
    }

    fn check(&self) -> Result<(), ChartError> {
        check::not_empty(&self.heading, &self.steps)?;
        for step in &self.steps {
            let rungs = step.rungs();
            check::sound(
                &self.heading,
                rungs.iter().map(|point| (step.label.as_str(), point)),
            )?;
            // Whoever was helped received, and whoever received needed.
            let shown: Vec<f64> = rungs.iter().filter_map(Point::shown).collect();
            if shown.windows(2).any(|pair| pair[1] > pair[0] + 0.11) {
                return Err(ChartError::ImpossibleValue {
                    id: self.heading.id.clone(),
                    label: step.label.clone(),
                });
            }
        }
        Ok(())
    }

    fn points(&self) -> Vec<Point> {
        self.steps.iter().flat_map(LadderStep::rungs).collect()
    }
}

impl Chart for LadderChart {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn scene(&self, lang: Lang, frame: Frame) -> Result<Scene, ChartError> {
        self.check()?;
        let mut sheet = Sheet::begin(&self.heading, lang, frame)?;
        let steps = self.sorted();
        let points = self.points();
        let mut keys: Vec<(Key, String)> = FILLS
            .into_iter()
            .zip(&self.rungs)
            .map(|(fill, name)| (Key::Fill(fill), name.clone()))
            .collect();
        if points.iter().any(|point| point.interval().is_some()) {
            keys.push((Key::Whisker, lang.pick("95%置信区间", "95% interval").to_owned()));
        }
        sheet.keys(sheet.left, &keys);
        sheet.y += 4.0;

        let wanted = steps.iter().map(|s| LABEL.width(&s.label)).fold(0.0, f64::max);
        let above = wanted > sheet.width() * if sheet.is_narrow() { 0.26 } else { 0.34 };
        let left = if above {
            sheet.left
        } else {
            sheet.left + wanted + GAP
        };
        let printed = points
            .iter()
            .map(|p| VALUE.bold().width(&p.print(Measure::Percent, lang)));
        let right = sheet.right - printed.fold(0.0, f64::max) - 8.0;
        let high = points
            .iter()
            .filter_map(|p| {
                p.shown()
                    .map(|v| p.interval().map_or(v, |(_, upper)| upper.max(v)))
            })
            .fold(1.0, f64::max);
        let scale = Scale::new((0.0, high), (left, right));
        for step in &steps {
            let words = LABEL.stressed(step.highlighted);
            let label = words.wrap(&step.label, if above { sheet.width() } else { wanted + 0.5 });
            let block = PITCH * 3.0;
            if above {
                let first = sheet.y + LABEL.leading();
                sheet.y = sheet.scene.lines(sheet.left, first, Anchor::Start, words, &label) + 6.0;
            } else {
                sheet
                    .scene
                    .lines_centred(sheet.left, sheet.y + block / 2.0, Anchor::Start, words, &label);
            }
            for (i, point) in step.rungs().into_iter().enumerate() {
                let style = VALUE.stressed(i == 2);
                let middle = sheet.y + PITCH * (i as f64 + 0.5);
                let end = rung(&mut sheet.scene, &scale, point, middle, FILLS[i]);
                let printed = point.print(Measure::Percent, lang);
                sheet
                    .scene
                    .text(end + 6.0, middle + style.drop(), Anchor::Start, style, printed);
            }
            sheet
                .scene
                .vertical(left, sheet.y - 1.0, sheet.y + block + 1.0, 1.0, theme::INK_FAINT);
            sheet.y += block + if above { 4.0 } else { 13.0 };
        }
        let notes = alt_text::notes(&points, lang);
        Ok(sheet.end(&self.heading, &notes))
    }

    fn alt_text(&self, lang: Lang) -> String {
        let [need, received, helped] = &self.rungs;
        let mut said = lang.pick(
            format!(
                "{}类服务从“{need}”到“{received}”再到“{helped}”的三级条形图，由“{need}”多到少。",
                self.steps.len()
            ),
            format!(
                "Three bars for each of {} services: {need}, {received}, {helped}; greatest need first. ",
                self.steps.len()
            ),
        );
        let sorted = self.sorted();
        if let Some(step) = sorted.first().filter(|step| step.needed.shown().is_some()) {
            let [a, b, c] = step.rungs().map(|point| point.print(Measure::Percent, lang));
            said.push_str(&lang.pick(
                format!("{}：{need} {a}，{received} {b}，{helped} {c}。", step.label),
                format!("{}: {need} {a}, {received} {b}, {helped} {c}. ", step.label),
            ));
        }
        let widest = sorted
            .iter()
            .filter_map(|step| step.gap().map(|gap| (step, gap)))
            .fold(None::<(&&LadderStep, f64)>, |most, x| {
                if most.is_some_and(|m| m.1 >= x.1) {
                    most
                } else {
                    Some(x)
                }
            });
        if let Some((step, gap)) = widest {
            let gap = Measure::Score.print(gap);
            said.push_str(&lang.pick(
                format!("“{need}”与“{helped}”差距最大的是{}，{gap}个百分点。", step.label),
                format!(
                    "Widest gap between {need} and {helped}: {}, {gap} points. ",
                    step.label
                ),
            ));
        }
        said.push_str(&alt_text::gaps(&self.points(), lang));
        alt_text::tidy(&said)
    }

    fn table(&self, lang: Lang) -> Table {
        let mut header = vec![lang.pick("服务领域", "Service").to_owned()];
        for rung in &self.rungs {
            header.push(rung.clone());
            header.push(lang.pick("95%置信区间", "95% interval").to_owned());
        }
        let rows = self
            .sorted()
            .iter()
            .map(|step| {
                let cells = step.rungs().into_iter().flat_map(|point| {
                    [
                        point.print(Measure::Percent, lang),
                        point.print_interval(Measure::Percent, lang),
                    ]
                });
                std::iter::once(step.label.clone()).chain(cells).collect()
            })
            .collect();
        Table { header, rows }
    }
}
