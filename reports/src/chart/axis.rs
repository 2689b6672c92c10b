//! The horizontal axis that dots, bars and ranks share: grid, ticks, grade lines, the county's line.

use super::scale::{Scale, spread};
use super::scene::{Anchor, Style};
use super::sheet::Sheet;
use super::{GradeLine, Measure, Reference, theme};

/// Writes the labels of grade lines and of the reference above the rows, and moves on below them.
pub(crate) fn heads(
    sheet: &mut Sheet,
    scale: &Scale,
    (left, right): (f64, f64),
    measure: Measure,
    lines: &[GradeLine],
    reference: Option<&Reference>,
) {
    let within = (
        left.min(sheet.left + 60.0),
        right.max(sheet.right - 60.0).min(sheet.right),
    );
    let style = Style::new(theme::FOOT, theme::INK_FAINT);
    let shown: Vec<&GradeLine> = lines.iter().filter(|line| scale.holds(line.value)).collect();
    if !shown.is_empty() {
        sheet.y += style.leading() + 1.0;
        let words: Vec<String> = shown
            .iter()
            .map(|line| format!("{} {}", line.label, line_value(measure, line.value)))
            .collect();
        let wanted: Vec<(f64, f64)> = shown
            .iter()
            .zip(&words)
            .map(|(line, w)| (scale.at(line.value), style.width(w)))
            .collect();
        for (middle, word) in spread(&wanted, 6.0, within).into_iter().zip(words) {
            sheet
                .scene
                .text(middle, sheet.y - 4.0, Anchor::Middle, style, word);
        }
    }
    if let Some((reference, value)) = reference.and_then(|r| r.point.shown().map(|v| (r, v))) {
        let style = Style::new(theme::VALUE, theme::INK).bold();
        sheet.y += style.leading() + 1.0;
        let words = format!("{} {}", reference.label, measure.print(value));
        let middle = spread(&[(scale.at(value), style.width(&words))], 0.0, within)[0];
        sheet
            .scene
            .text(middle, sheet.y - 4.0, Anchor::Middle, style, words);
    }
    sheet.y += 2.0;
}

/// Grid lines, grade lines, band and line of the reference: what lies behind the marks.
pub(crate) fn behind(
    sheet: &mut Sheet,
    scale: &Scale,
    (top, bottom): (f64, f64),
    ticks: &[f64],
    lines: &[GradeLine],
    reference: Option<&Reference>,
) {
    if let Some((lower, upper)) = reference.and_then(|r| r.point.interval()) {
        let (x1, x2) = (scale.at(lower), scale.at(upper));
        sheet
            .scene
            .rect(x1, top, x2 - x1, bottom - top, theme::NEUTRAL_PALE);
    }
    for &tick in ticks {
        sheet
            .scene
            .vertical(scale.at(tick), top, bottom, 1.0, theme::GUIDE);
    }
    for line in lines.iter().filter(|line| scale.holds(line.value)) {
        sheet
            .scene
            .dashed_vertical(scale.at(line.value), top, bottom, 1.0, theme::INK_FAINT);
    }
    if let Some(value) = reference.and_then(|r| r.point.shown()) {
        sheet
            .scene
            .vertical(scale.at(value), top, bottom, 1.5, theme::INK);
    }
}

/// Writes the tick labels below the rows and moves on.
pub(crate) fn feet(sheet: &mut Sheet, scale: &Scale, ticks: &[f64], measure: Measure) {
    let style = Style::new(theme::FOOT, theme::INK_FAINT);
    sheet.y += style.leading() + 2.0;
    let mut free_from = f64::MIN;
    for &tick in ticks {
        let words = measure.tick(tick);
        let half = style.width(&words) / 2.0;
        let x = scale.at(tick).clamp(sheet.left + half, sheet.right - half);
        if x - half >= free_from {
            sheet.scene.text(x, sheet.y - 3.0, Anchor::Middle, style, words);
            free_from = x + half + 6.0;
        }
    }
}

/// Where a line stands; grades and targets are written without a sign.
fn line_value(measure: Measure, value: f64) -> String {
    match measure {
        Measure::Coefficient => measure.print(value),
        _ => trimmed(value),
    }
}

/// A value on an axis: no decimals where none are needed.
pub(crate) fn trimmed(value: f64) -> String {
    if (value - value.round()).abs() < 1e-9 {
        format!("{value:.0}")
    } else {
        format!("{value:.1}")
    }
}
