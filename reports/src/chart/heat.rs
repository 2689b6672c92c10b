//! A heat map of units × service areas with the value printed in each cell.

use super::point::whole;
use super::scene::{Anchor, Style};
use super::sheet::{Key, Sheet};
use super::{
    Chart, ChartError, Flag, Frame, Heading, Measure, Point, Scene, Table, alt_text, axis, check, theme,
};
use crate::model::Lang;

/// Values of one measure by row and column.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatMap {
    /// What stands around the picture.
    pub heading: Heading,
    /// What the numbers count.
    pub measure: Measure,
    /// Names of the columns (service areas), two to six characters.
    pub columns: Vec<String>,
    /// The rows (units), drawn as given: the same unit keeps its place in every map of a report.
    pub rows: Vec<HeatRow>,
}

/// One row.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct HeatRow {
    /// Name of the unit.
    pub label: String,
    /// One value a column.
    pub cells: Vec<Point>,
    /// The unit that the report is about, or the county's row.
    pub highlighted: bool,
}

/// Height of a cell.
const CELL: f64 = 25.0;
/// Paper between cells.
const SEAM: f64 = 2.0;

impl HeatMap {
    fn check(&self) -> Result<(), ChartError> {
        check::not_empty(&self.heading, &self.rows)?;
        check::not_empty(&self.heading, &self.columns)?;
        for row in &self.rows {
            check::as_long(&self.heading, &row.label, self.columns.len(), row.cells.len())?;
            check::sound(
                &self.heading,
                row.cells.iter().map(|cell| (row.label.as_str(), cell)),
            )?;
        }
        Ok(())
    }

    fn cells(&self) -> impl Iterator<Item = &Point> {
        self.rows.iter().flat_map(|row| &row.cells)
    }

    /// Four round limits between the five classes.
    fn limits(&self) -> [f64; 4] {
        let (low, high) = self
            .cells()
            .filter_map(Point::shown)
            .fold((f64::MAX, f64::MIN), |(low, high), v| (low.min(v), high.max(v)));
        if low > high {
            return [20.0, 40.0, 60.0, 80.0];
        }
        let step = [1.0, 2.0, 2.5, 5.0, 10.0, 15.0, 20.0]
            .into_iter()
            .find(|step| step * 5.0 + 1e-9 >= high - low)
            .unwrap_or(20.0);
        // The middle class holds the middle of the range.
        let first = ((f64::midpoint(low, high) - step * 1.5) / step).round() * step;
        let first = first.clamp(step, (100.0 - step * 4.0).max(step));
        [first, first + step, first + step * 2.0, first + step * 3.0]
    }

    fn legend(&self, limits: [f64; 4], lang: Lang) -> Vec<(Key, String)> {
        let sign = if self.measure == Measure::Percent { "%" } else { "" };
        let [a, b, c, d] = limits.map(axis::trimmed);
        let ranges = [
            lang.pick(format!("{a}{sign}以下"), format!("under {a}{sign}")),
            format!("{a}–{b}{sign}"),
            format!("{b}–{c}{sign}"),
            format!("{c}–{d}{sign}"),
            lang.pick(format!("{d}{sign}及以上"), format!("{d}{sign} or more")),
        ];
        let mut keys: Vec<(Key, String)> = theme::SEQUENTIAL
            .into_iter()
            .zip(ranges)
            .map(|(colour, range)| (Key::Fill(colour), range))
            .collect();
        if self.cells().any(|cell| cell.flag == Flag::Suppressed) {
            keys.push((Key::Hatch, lang.pick("隐匿", "withheld").to_owned()));
        }
        keys
    }
}

/// Fills the room (left, top, width, height) of a cell and prints its value.
fn draw_cell(
    scene: &mut Scene,
    cell: &Point,
    (x, y, width, height): (f64, f64, f64, f64),
    limits: [f64; 4],
    style: Style,
) {
    let (centre, base) = (x + width / 2.0, y + height / 2.0 + style.drop());
    match cell.shown() {
        Some(value) => {
            let fill = theme::SEQUENTIAL[class(value, limits)];
            let style = Style {
                colour: fill.text_on(),
                ..style
            };
            let digits = whole(value);
            scene.rect(x, y, width, height, fill);
            scene.text(centre, base, Anchor::Middle, style, &digits);
            if cell.flag != Flag::None {
                scene.text(
                    centre + style.width(&digits) / 2.0,
                    base,
                    Anchor::Start,
                    style,
                    "*",
                );
            }
        }
        None if cell.flag == Flag::Suppressed => scene.hatch(x, y, width, height),
        None => {
            let style = Style {
                colour: theme::INK_FAINT,
                ..style
            };
            scene.text(centre, base, Anchor::Middle, style, "—");
        }
    }
}

/// The class of a value: how many limits it reaches.
fn class(value: f64, limits: [f64; 4]) -> usize {
    limits.iter().filter(|limit| value + 1e-9 >= **limit).count()
}

impl Chart for HeatMap {
    fn heading(&self) -> &Heading {
        &self.heading
    }

    fn scene(&self, lang: Lang, frame: Frame) -> Result<Scene, ChartError> {
        self.check()?;
        let mut sheet = Sheet::begin(&self.heading, lang, frame)?;
        let limits = self.limits();
        sheet.keys(sheet.left, &self.legend(limits, lang));
        let narrow = sheet.is_narrow();
        let label_style = Style::new(if narrow { theme::VALUE } else { theme::LABEL }, theme::INK);
        let cell_style = Style::new(if narrow { theme::FOOT } else { theme::VALUE }, theme::INK);
        let head_style = Style::new(if narrow { theme::FOOT } else { theme::VALUE }, theme::INK_SOFT);

        let wanted = self
            .rows
            .iter()
            .map(|r| label_style.bold().width(&r.label))
            .fold(0.0, f64::max);
        let label_width = wanted.min(sheet.width() * 0.30);
        let left = sheet.left + label_width + 8.0;
        let column = (sheet.right - left) / self.columns.len() as f64;
        self.heads(&mut sheet, left, column, head_style);
        for row in &self.rows {
            let label = label_style.bold().wrap_at_most(&row.label, label_width + 0.5, 2);
            let height = CELL.max(label.len() as f64 * label_style.leading() + 2.0);
            let middle = sheet.y + height / 2.0;
            let words = if row.highlighted {
                Style {
                    colour: theme::TEAL,
                    ..label_style.bold()
                }
            } else {
                label_style
            };
            sheet
                .scene
                .lines_centred(sheet.left, middle, Anchor::Start, words, &label);
            for (i, cell) in row.cells.iter().enumerate() {
                // Edges on whole pixels keep the seams equally wide.
                let x1 = (left + i as f64 * column).round();
                let x2 = (left + (i + 1) as f64 * column).round() - SEAM;
                let room = (x1, sheet.y, x2 - x1, height - SEAM);
                draw_cell(
                    &mut sheet.scene,
                    cell,
                    room,
                    limits,
                    cell_style.weighted(row.highlighted),
                );
            }
            if row.highlighted {
                let width = sheet.right - left + 1.0;
                sheet.scene.outline(
                    left.round() - 2.0,
                    sheet.y - 2.0,
                    width + 1.0,
                    height + 2.0,
                    2.0,
                    theme::TEAL,
                );
            }
            sheet.y += height;
        }
        let notes = alt_text::notes(self.cells(), lang);
        Ok(sheet.end(&self.heading, &notes))
    }

    fn alt_text(&self, lang: Lang) -> String {
        let named: Vec<(String, Point)> = self
            .rows
            .iter()
            .flat_map(|row| {
                self.columns.iter().zip(&row.cells).map(|(column, cell)| {
                    (
                        lang.pick(
                            format!("{}的{column}", row.label),
                            format!("{column} in {}", row.label),
                        ),
                        *cell,
                    )
                })
            })
            .collect();
        let named: Vec<(&str, Point)> = named.iter().map(|(name, cell)| (name.as_str(), *cell)).collect();
        let mut said = lang.pick(
            format!(
                "热力图，{}行{}列（{}）。",
                self.rows.len(),
                self.columns.len(),
                self.columns.join("、")
            ),
            format!(
                "Heat map, {} rows, {} columns ({}). ",
                self.rows.len(),
                self.columns.len(),
                self.columns.join(", ")
            ),
        );
        said.push_str(&alt_text::extremes("", &named, self.measure, lang));
        if let Some((column, spread)) = self.widest_column() {
            let spread = Measure::Score.print(spread);
            said.push_str(&lang.pick(
                format!("各行相差最大的一列是{column}，相差{spread}个点。"),
                format!("Rows differ most in {column}, by {spread} points. "),
            ));
        }
        for row in self.rows.iter().filter(|row| row.highlighted) {
            let cells: Vec<String> = self
                .columns
                .iter()
                .zip(&row.cells)
                .map(|(column, cell)| format!("{column} {}", cell.print(self.measure, lang)))
                .collect();
            said.push_str(&lang.pick(
                format!("{}：{}。", row.label, cells.join("，")),
                format!("{}: {}. ", row.label, cells.join(", ")),
            ));
        }
        said.push_str(&alt_text::gaps(self.cells(), lang));
        alt_text::tidy(&said)
    }

    fn table(&self, lang: Lang) -> Table {
        let mut header = vec![lang.pick("单位", "Unit").to_owned()];
        header.extend(self.columns.iter().cloned());
        let rows = self
            .rows
            .iter()
            .map(|row| {
                let cells = row.cells.iter().map(|cell| cell.print(self.measure, lang));
                std::iter::once(row.label.clone()).chain(cells).collect()
            })
            .collect();
        Table { header, rows }
    }
}

impl HeatMap {
    /// Names of the columns above the cells: across where they fit; else Han characters one below the other and
    /// Latin words upwards.
    fn heads(&self, sheet: &mut Sheet, left: f64, column: f64, style: Style) {
        let middle = |i: usize| left + (i as f64 + 0.5) * column - SEAM / 2.0;
        let across: Vec<Vec<String>> = self
            .columns
            .iter()
            .map(|name| style.wrap(name, column - 3.0))
            .collect();
        let fits = across
            .iter()
            .all(|lines| style.widest(lines) <= column - 2.0 && lines.len() <= 3);
        let han = self
            .columns
            .iter()
            .all(|name| name.chars().all(|c| u32::from(c) >= 0x2E80));
        if !fits && !han {
            let length = self
                .columns
                .iter()
                .map(|name| style.width(name))
                .fold(0.0, f64::max);
            sheet.y += length + 10.0;
            for (i, name) in self.columns.iter().enumerate() {
                sheet
                    .scene
                    .text_upwards(middle(i) + style.drop(), sheet.y - 5.0, style, name);
            }
            return;
        }
        let heads = if fits {
            across
        } else {
            self.columns
                .iter()
                .map(|name| name.chars().map(String::from).collect())
                .collect()
        };
        let most = heads.iter().map(Vec::len).max().unwrap_or(1);
        sheet.y += most as f64 * style.leading() + 5.0;
        for (i, lines) in heads.iter().enumerate() {
            let first = sheet.y - 6.0 - (lines.len() - 1) as f64 * style.leading();
            sheet.scene.lines(middle(i), first, Anchor::Middle, style, lines);
        }
    }

    /// The column whose shown values lie furthest apart, and by how much.
    fn widest_column(&self) -> Option<(&str, f64)> {
        let mut widest: Option<(&str, f64)> = None;
        for (i, column) in self.columns.iter().enumerate() {
            let shown: Vec<f64> = self
                .rows
                .iter()
                .filter_map(|row| row.cells.get(i)?.shown())
                .collect();
            let high = shown.iter().copied().fold(f64::MIN, f64::max);
            let low = shown.iter().copied().fold(f64::MAX, f64::min);
            if shown.len() > 1 && widest.is_none_or(|(_, spread)| high - low > spread) {
                widest = Some((column, high - low));
            }
        }
        widest
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn map(values: &[f64]) -> HeatMap {
        HeatMap {
            columns: vec!["甲".to_owned(); values.len()],
            rows: vec![HeatRow {
                cells: values.iter().copied().map(Point::exact).collect(),
                ..HeatRow::default()
            }],
            ..HeatMap::default()
        }
    }

    #[test]
    fn limits_are_round_and_use_the_range() {
        assert_eq!(map(&[28.0, 97.0]).limits(), [40.0, 55.0, 70.0, 85.0]);
        assert_eq!(map(&[]).limits(), [20.0, 40.0, 60.0, 80.0]);
        let narrow = map(&[71.0, 74.9]).limits();
        assert!(
            narrow
                .windows(2)
                .all(|pair| (pair[1] - pair[0] - 1.0).abs() < 1e-9),
            "{narrow:?}"
        );
    }

    #[test]
    fn class_counts_the_limits_reached() {
        let limits = [20.0, 40.0, 60.0, 80.0];
        assert_eq!(
            [19.9, 20.0, 79.9, 80.0, 100.0].map(|v| class(v, limits)),
            [0, 1, 3, 4, 4]
        );
    }
}
