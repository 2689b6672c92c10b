//! The curve of the days as a picture with a table beside it: two sizes of the same drawing, so that its words are
//! as large on a phone as on a wide screen.

use std::fmt::Write;

use jiff::civil::Date;
use maud::{Markup, html};

use super::whole;
use crate::monitor::days::{Curve, Door};
use crate::pages::table::scrolling;
use crate::pages::{Lang, tr, words};

/// Room left of the plane for the numbers of the axis, and right of it for half a date.
const LEFT: f64 = 44.0;
const RIGHT: f64 = 14.0;
/// Upper and lower edge of the plane of the sums, and of the plane of the days below it.
const SUMS: (f64, f64) = (22.0, 160.0);
const BARS: (f64, f64) = (182.0, 232.0);
const HEIGHT: f64 = 256.0;

fn door_name(lang: Lang, door: Door) -> std::borrow::Cow<'static, str> {
    match door {
        Door::Web => tr!(lang, "fieldwork.door_web"),
        Door::Interview => tr!(lang, "fieldwork.door_interview"),
        Door::Other => tr!(lang, "fieldwork.door_other"),
        Door::OpenLink => tr!(lang, "fieldwork.door_link"),
    }
}

/// A round number at or above `value`, of which a half is whole too: the top of an axis.
fn top(value: u64) -> u64 {
    let mut step = 1_u64;
    loop {
        for factor in [2, 4, 6, 10] {
            if step * factor >= value {
                return step * factor;
            }
        }
        step *= 10;
    }
}

/// Month and day, `10-12`.
fn short(day: Date) -> String {
    day.strftime("%m-%d").to_string()
}

#[expect(clippy::cast_precision_loss, reason = "counts of people are far below 2^52")]
fn height(value: u64, most: u64, (upper, lower): (f64, f64)) -> f64 {
    lower - (lower - upper) * value as f64 / most as f64
}

/// The drawing, `width` units wide; its text is 12 units high.
fn drawing(lang: Lang, curve: &Curve, width: f64, class: &str) -> Markup {
    let first = curve.days.first().map_or(curve.opens, |day| day.day);
    let last = curve
        .days
        .last()
        .map_or(curve.closes, |day| day.day)
        .max(curve.closes);
    let length = f64::from((last - first).get_days() + 1);
    let slot = (width - LEFT - RIGHT) / length;
    // The evening of a day is the right edge of its slot.
    let evening = |day: Date| LEFT + slot * f64::from((day - first).get_days() + 1);
    let done = curve.days.last().map_or(0, |day| day.so_far);
    let most = top(done.max(curve.target).max(1));
    let most_a_day = curve
        .days
        .iter()
        .map(|day| day.doors.iter().sum())
        .max()
        .unwrap_or(0);
    let most_a_day = top(most_a_day.max(1));
    let mut line = format!("{:.1},{:.1}", LEFT, height(0, most, SUMS));
    for day in &curve.days {
        let _infallible = write!(
            line,
            " {:.1},{:.1}",
            evening(day.day),
            height(day.so_far, most, SUMS)
        );
    }
    let start = evening(curve.opens) - slot;
    let end = curve.days.last().map_or(LEFT, |day| evening(day.day));
    let beyond_middle = end > LEFT + (width - LEFT - RIGHT) / 2.0;
    let label_y = height(done, most, SUMS) + if done > most / 8 { 16.0 } else { -8.0 };
    html! {
        svg class=(class) viewBox=(format!("0 0 {width} {HEIGHT}")) aria-hidden="true" focusable="false" {
            @for (at, plane) in [(most, SUMS), (most / 2, SUMS), (0, SUMS)] {
                @let y = height(at, most, plane);
                line.grid x1=(LEFT) x2=(width - RIGHT) y1=(format!("{y:.1}")) y2=(format!("{y:.1}")) {}
                text x=(LEFT - 6.0) y=(format!("{:.1}", y + 4.0)) text-anchor="end" { (at) }
            }
            @for at in [most_a_day, 0] {
                @let y = height(at, most_a_day, BARS);
                line.grid x1=(LEFT) x2=(width - RIGHT) y1=(format!("{y:.1}")) y2=(format!("{y:.1}")) {}
                text x=(LEFT - 6.0) y=(format!("{:.1}", y + 4.0)) text-anchor="end" { (at) }
            }
            line.pace x1=(format!("{start:.1}")) y1=(format!("{:.1}", height(0, most, SUMS)))
                x2=(format!("{:.1}", evening(curve.closes))) y2=(format!("{:.1}", height(curve.target, most, SUMS))) {}
            text x=(format!("{:.1}", evening(curve.closes))) y=(format!("{:.1}", height(curve.target, most, SUMS) - 6.0))
                text-anchor="end" { (tr!(lang, "fieldwork.curve_target", n = curve.target)) }
            polyline.done points=(line) {}
            text.strong x=(format!("{end:.1}")) y=(format!("{label_y:.1}"))
                text-anchor=(if beyond_middle { "end" } else { "start" }) {
                (tr!(lang, "fieldwork.curve_done", n = done))
            }
            @for day in &curve.days {
                @let left = evening(day.day) - slot;
                @for (at, count) in day.doors.iter().enumerate().filter(|(_, count)| **count > 0) {
                    @let sum = day.doors[..at].iter().sum();
                    @let below = height(sum, most_a_day, BARS);
                    @let above = height(sum + count, most_a_day, BARS);
                    rect class=(format!("door{at}")) x=(format!("{left:.1}")) width=(format!("{:.1}", slot * 0.8))
                        y=(format!("{above:.1}")) height=(format!("{:.1}", below - above)) {}
                }
            }
            text x=(LEFT) y=(BARS.1 + 16.0) { (short(first)) }
            text x=(width - RIGHT) y=(BARS.1 + 16.0) text-anchor="end" { (short(last)) }
            @if evening(curve.closes) - end > 90.0 && end - LEFT > 90.0 {
                text x=(format!("{end:.1}")) y=(BARS.1 + 16.0) text-anchor="end" {
                    (curve.days.last().map(|day| short(day.day)).unwrap_or_default())
                }
            }
        }
    }
}

fn table(lang: Lang, curve: &Curve) -> Markup {
    html! {
        table.pinned {
            caption #days .hidden { (tr!(lang, "fieldwork.curve_caption")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "fieldwork.day")) }
                    @for door in Door::ALL { th.num scope="col" { (door_name(lang, door)) } }
                    th.num scope="col" { (tr!(lang, "fieldwork.so_far")) }
                    th.num scope="col" { (tr!(lang, "fieldwork.steady")) }
                }
            }
            tbody {
                @for day in curve.days.iter().rev() {
                    tr {
                        th scope="row" { (day.day) }
                        @for count in day.doors { td.num { (count) } }
                        td.num { (day.so_far) }
                        td.num { (whole(curve.steady(day.day))) }
                    }
                }
            }
        }
    }
}

/// Picture, its words, and the table.
pub(super) fn section(lang: Lang, curve: &Curve) -> Markup {
    let best = curve.days.iter().max_by_key(|day| (day.invited(), day.day));
    html! {
        h2 { (tr!(lang, "fieldwork.curve_title")) }
        @if let (Some(first), Some(last), Some(best)) = (curve.days.first(), curve.days.last(), best) {
            figure.chart {
                (drawing(lang, curve, 330.0, "narrow"))
                (drawing(lang, curve, 720.0, "wide"))
                ul.legend aria-hidden="true" {
                    @for (at, door) in Door::ALL.into_iter().enumerate() {
                        li {
                            svg viewBox="0 0 12 12" focusable="false" { rect class=(format!("door{at}")) width="12" height="12" {} }
                            (door_name(lang, door))
                        }
                    }
                }
                figcaption {
                    p {
                        (tr!(lang, "fieldwork.curve_alt", from = words::day(lang, first.day), to = words::day(lang, last.day),
                            done = last.so_far, steady = whole(curve.steady(last.day)),
                            best = words::day(lang, best.day), most = best.invited()))
                    }
                    p.note { (tr!(lang, "fieldwork.curve_note")) }
                }
            }
            details #by-day {
                summary { (tr!(lang, "fieldwork.curve_table")) }
                (scrolling(lang, "days", &table(lang, curve)))
            }
        } @else { p { (tr!(lang, "fieldwork.curve_none")) } }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn axes_end_at_round_numbers_whose_half_is_whole() {
        let tops: Vec<u64> = [1, 2, 3, 5, 7, 41, 130, 1650, 3001]
            .into_iter()
            .map(top)
            .collect();
        assert_eq!(tops, [2, 2, 4, 6, 10, 60, 200, 2000, 4000]);
    }
}
