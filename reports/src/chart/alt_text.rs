//! Sentences that tell a picture, shared by the charts.

use super::point::{Flag, Measure, Point};
use crate::model::Lang;

/// "最高的是青溪镇（82.1%），最低的是白石乡（61.0%）。" among the shown values, begun with `what`; empty when there is
/// none, one clause when there is one.
pub(crate) fn extremes(what: &str, points: &[(&str, Point)], measure: Measure, lang: Lang) -> String {
    let mut shown = points
        .iter()
        .filter_map(|(label, point)| point.shown().map(|value| (*label, value)));
    let Some(first) = shown.next() else {
        return String::new();
    };
    let (mut high, mut low, mut alone) = (first, first, true);
    for point in shown {
        alone = false;
        high = if point.1 > high.1 { point } else { high };
        low = if point.1 < low.1 { point } else { low };
    }
    let (most, least) = (measure.print(high.1), measure.print(low.1));
    match (alone, lang) {
        (true, Lang::Zh) => format!("{what}{}为{most}。", high.0),
        (true, Lang::En) => format!("{what}{}: {most}. ", high.0),
        (false, Lang::Zh) => format!(
            "{what}最高的是{}（{most}），最低的是{}（{least}）。",
            high.0, low.0
        ),
        (false, Lang::En) => {
            let highest = if what.is_empty() { "Highest" } else { "highest" };
            format!(
                "{what}{highest}: {} ({most}); lowest: {} ({least}). ",
                high.0, low.0
            )
        }
    }
}

/// Says how many values are withheld, missing or marked; empty when none is.
pub(crate) fn gaps<'a>(points: impl IntoIterator<Item = &'a Point>, lang: Lang) -> String {
    let (mut withheld, mut absent, mut marked) = (0usize, 0usize, 0usize);
    for point in points {
        match (point.flag, point.value) {
            (Flag::Suppressed, _) => withheld += 1,
            (_, None) => absent += 1,
            (Flag::SmallN | Flag::Unreliable, _) => marked += 1,
            (Flag::None, Some(_)) => {}
        }
    }
    let mut said = String::new();
    for (count, zh, en) in [
        (
            withheld,
            "项因人数太少隐匿",
            "withheld because too few persons stand behind them",
        ),
        (absent, "项没有数据", "without data"),
        (
            marked,
            "项答卷少或误差大，慎用",
            "from few answers or with a wide interval, to be used with care",
        ),
    ] {
        if count > 0 {
            said.push_str(&lang.pick(format!("{count}{zh}。"), format!("{count} {en}. ")));
        }
    }
    said
}

/// Joins sentences and takes off the space at the end.
pub(crate) fn tidy(words: &str) -> String {
    words.trim().to_owned()
}

/// The notes under a picture that explain its signs: `*` and hatching.
pub(crate) fn notes<'a>(points: impl IntoIterator<Item = &'a Point>, lang: Lang) -> Vec<String> {
    let (mut marked, mut withheld, mut absent) = (false, false, false);
    for point in points {
        marked |= matches!(point.flag, Flag::SmallN | Flag::Unreliable) && point.value.is_some();
        withheld |= point.flag == Flag::Suppressed;
        absent |= point.flag != Flag::Suppressed && point.value.is_none();
    }
    let mut notes = Vec::new();
    if marked {
        notes.push(
            lang.pick(
                "* 答卷少或误差大，慎用。",
                "* Few answers or a wide interval: use with care.",
            )
            .to_owned(),
        );
    }
    if withheld {
        notes.push(
            lang.pick(
                "隐匿：人数太少，为保护个人不公布。",
                "Withheld: too few persons, not published to protect them.",
            )
            .to_owned(),
        );
    }
    if absent {
        notes.push(lang.pick("—：没有数据。", "—: no data.").to_owned());
    }
    notes
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn extremes_leaves_withheld_values_out() {
        let points = [
            ("甲", Point::exact(70.0)),
            ("乙", Point::exact(99.0).flagged(Flag::Suppressed)),
            ("丙", Point::exact(61.0)),
        ];
        assert_eq!(
            extremes("", &points, Measure::Percent, Lang::Zh),
            "最高的是甲（70.0%），最低的是丙（61.0%）。"
        );
        assert_eq!(extremes("", &points[1..2], Measure::Percent, Lang::Zh), "");
    }

    #[test]
    fn gaps_counts_each_reason() {
        let points = [
            Point::suppressed(),
            Point::absent(),
            Point::exact(3.0).flagged(Flag::SmallN),
            Point::exact(3.0),
        ];
        assert_eq!(
            tidy(&gaps(&points, Lang::En)),
            "1 withheld because too few persons stand behind them. 1 without data. 1 from few answers or with a wide interval, to be used with care."
        );
    }
}
