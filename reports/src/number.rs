//! The one place where figures are rounded and written out.
//!
//! Every other part of the crate carries a [`Value`] with the exact figure and the
//! [`NumberFormat`] that a reader sees, so that the PDF, the web page, the e-mail and
//! the spreadsheet can never round the same figure differently. Halves are rounded
//! away from zero, as a spreadsheet does, never by the binary neighbour.

use jiff::civil::Date;
use serde::Serialize;

use crate::model::Lang;

/// How a figure is rounded and shown.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum NumberFormat {
    /// A fraction 0–1 as a percentage with one decimal: `62.4%`.
    Percent,
    /// A difference of two fractions in percentage points with a sign: `+2.3`.
    PointsChange,
    /// A score 0–100 with one decimal: `71.3`.
    Score,
    /// A difference of two scores with a sign: `+2.3`.
    ScoreChange,
    /// Persons, answers, cases: `1,234`.
    Count,
    /// A rank or a code that is a number: `3`.
    Rank,
    /// A design effect, a coefficient of variation, a weight: `1.52`.
    Decimal,
    /// A percentage that is already 0–100, such as an indicator's weight: `20%`.
    Weight,
}

impl NumberFormat {
    /// The format code that a spreadsheet takes for the same picture.
    #[must_use]
    pub fn spreadsheet(self) -> &'static str {
        match self {
            Self::Percent => "0.0%",
            // Stored ×100, see `spreadsheet_value`: Excel has no format for points.
            Self::PointsChange | Self::ScoreChange => "+0.0;-0.0;0.0",
            Self::Score => "0.0",
            Self::Count => "#,##0",
            Self::Rank => "0",
            Self::Decimal => "0.00",
            Self::Weight => "0.##\"%\"",
        }
    }

    /// The figure that goes with [`Self::spreadsheet`], at full precision.
    #[must_use]
    pub fn spreadsheet_value(self, value: f64) -> f64 {
        match self {
            Self::PointsChange => value * 100.0,
            _ => value,
        }
    }
}

/// What a cell or a headline holds, before it is written.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Value {
    /// Words.
    Text(String),
    /// A figure at full precision and how to show it.
    Number(f64, NumberFormat),
    /// A figure that rests on few answers or a wide interval; shown with an asterisk.
    Marked(f64, NumberFormat),
    /// The two ends of an interval.
    Interval(f64, f64, NumberFormat),
    /// Withheld: too few persons stand behind it.
    Suppressed,
    /// Does not apply, or was not measured.
    Absent,
}

impl Value {
    /// Words.
    pub fn text(words: impl Into<String>) -> Self {
        Self::Text(words.into())
    }

    /// A fraction 0–1 shown as a percentage; [`Value::Absent`] when there is none.
    #[must_use]
    pub fn percent(value: Option<f64>) -> Self {
        Self::number(value, NumberFormat::Percent)
    }

    /// A score 0–100; [`Value::Absent`] when there is none.
    #[must_use]
    pub fn score(value: Option<f64>) -> Self {
        Self::number(value, NumberFormat::Score)
    }

    /// A number of persons or cases.
    #[must_use]
    pub fn count(value: u64) -> Self {
        Self::Number(value as f64, NumberFormat::Count)
    }

    /// A figure, or [`Value::Absent`] when there is none or it is not finite.
    #[must_use]
    pub fn number(value: Option<f64>, format: NumberFormat) -> Self {
        match value {
            Some(v) if v.is_finite() => Self::Number(v, format),
            _ => Self::Absent,
        }
    }

    /// An interval, or [`Value::Absent`] when an end is missing.
    #[must_use]
    pub fn interval(lower: Option<f64>, upper: Option<f64>, format: NumberFormat) -> Self {
        match (lower, upper) {
            (Some(lower), Some(upper)) if lower.is_finite() && upper.is_finite() => {
                Self::Interval(lower, upper, format)
            }
            _ => Self::Absent,
        }
    }

    /// The value as readers see it.
    #[must_use]
    pub fn show(&self, lang: Lang) -> String {
        match self {
            Self::Text(words) => words.clone(),
            Self::Number(value, format) => number(*value, *format),
            Self::Marked(value, format) => format!("{}*", number(*value, *format)),
            Self::Interval(lower, upper, format) => interval(*lower, *upper, *format, lang),
            Self::Suppressed => lang.pick("隐匿", "withheld").to_owned(),
            Self::Absent => "—".to_owned(),
        }
    }

    /// Whether it is set right-aligned in a column of figures.
    #[must_use]
    pub fn is_figure(&self) -> bool {
        !matches!(self, Self::Text(_))
    }
}

/// Writes one figure.
#[must_use]
pub fn number(value: f64, format: NumberFormat) -> String {
    match format {
        NumberFormat::Percent => format!("{}%", fixed(value * 100.0, 1)),
        NumberFormat::PointsChange => signed(value * 100.0, 1),
        NumberFormat::ScoreChange => signed(value, 1),
        NumberFormat::Score => fixed(value, 1),
        NumberFormat::Count => grouped(value),
        NumberFormat::Rank => fixed(value, 0),
        NumberFormat::Decimal => fixed(value, 2),
        NumberFormat::Weight => format!("{}%", trimmed(value)),
    }
}

/// Writes an interval: `59.1%～65.7%` in Chinese, as GB/T 15835 asks; `59.1–65.7%` in English, and `−3.8 to +6.2`
/// where a dash would meet a sign.
#[must_use]
pub fn interval(lower: f64, upper: f64, format: NumberFormat, lang: Lang) -> String {
    let (lower, upper) = (number(lower, format), number(upper, format));
    match lang {
        Lang::Zh => format!("{lower}～{upper}"),
        Lang::En if [&lower, &upper].iter().any(|end| end.starts_with(['+', '−'])) => {
            format!("{} to {upper}", lower.trim_end_matches('%'))
        }
        Lang::En => format!("{}–{upper}", lower.trim_end_matches('%')),
    }
}

/// Writes the size of a difference without its sign, for sentences that say "up" or "down".
#[must_use]
pub fn magnitude(value: f64, format: NumberFormat) -> String {
    match format {
        NumberFormat::Percent | NumberFormat::PointsChange => fixed((value * 100.0).abs(), 1),
        _ => fixed(value.abs(), 1),
    }
}

/// Writes a day: `2026年11月23日` or `23 November 2026`.
#[must_use]
pub fn date(day: Date, lang: Lang) -> String {
    let form = match lang {
        Lang::Zh => "%-Y年%-m月%-d日",
        Lang::En => "%-d %B %-Y",
    };
    day.strftime(form).to_string()
}

/// Writes a period of the registers, `2026`, `2026-Q3` or `2026-09`: 2026年, 2026年三季度, 2026年9月; in English, and
/// where it is none of these, as it stands.
#[must_use]
pub fn period(text: &str, lang: Lang) -> String {
    let is_number =
        |part: &str, length: usize| part.len() == length && part.bytes().all(|b| b.is_ascii_digit());
    let words = match text.split_once('-') {
        None if is_number(text, 4) => Some(format!("{text}年")),
        Some((year, part)) if is_number(year, 4) => match (part.strip_prefix('Q'), part.parse::<usize>()) {
            (Some(quarter), _) => {
                let quarter = quarter.parse().ok().filter(|n| (1..=4).contains(n));
                quarter.map(|n| format!("{year}年{}季度", chinese_numeral(n)))
            }
            (None, Ok(month)) if is_number(part, 2) => Some(format!("{year}年{month}月")),
            _ => None,
        },
        _ => None,
    };
    match (lang, words) {
        (Lang::Zh, Some(words)) => words,
        _ => text.to_owned(),
    }
}

/// Writes 1–99 in Chinese numerals, as headings of official papers carry them; digits beyond.
#[must_use]
pub fn chinese_numeral(n: usize) -> String {
    const DIGITS: [&str; 10] = ["", "一", "二", "三", "四", "五", "六", "七", "八", "九"];
    match n {
        1..=9 => DIGITS[n].to_owned(),
        10..=99 => {
            let tens = if n / 10 == 1 { "" } else { DIGITS[n / 10] };
            format!("{tens}十{}", DIGITS[n % 10])
        }
        _ => n.to_string(),
    }
}

/// Rounds half away from zero to `decimals` places and writes them all; never "-0.0".
fn fixed(value: f64, decimals: usize) -> String {
    let scale = 10_f64.powi(i32::try_from(decimals).unwrap_or(0));
    // A product such as 0.0845 × 1000 comes out a hair under the half that it means.
    let rounded = (value * scale + value.signum() * 1e-9).round() / scale;
    // A true minus sign: a hyphen breaks lines and is read aloud as a dash.
    format!("{:.decimals$}", if rounded == 0.0 { 0.0 } else { rounded }).replace('-', "−")
}

fn signed(value: f64, decimals: usize) -> String {
    let plain = fixed(value, decimals);
    if plain.starts_with('−') || plain.chars().all(|c| c == '0' || c == '.') {
        plain
    } else {
        format!("+{plain}")
    }
}

fn grouped(value: f64) -> String {
    let plain = fixed(value, 0);
    let (sign, digits) = plain.strip_prefix('−').map_or(("", plain.as_str()), |d| ("−", d));
    let mut out = String::from(sign);
    for (i, digit) in digits.chars().enumerate() {
        if i > 0 && (digits.len() - i) % 3 == 0 {
            out.push(',');
        }
        out.push(digit);
    }
    out
}

fn trimmed(value: f64) -> String {
    let two = fixed(value, 2);
    two.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn number_halves_round_away_from_zero() {
        assert_eq!(number(0.0625, NumberFormat::Percent), "6.3%");
        assert_eq!(number(0.0845, NumberFormat::Percent), "8.5%");
        assert_eq!(number(-0.00049, NumberFormat::PointsChange), "0.0");
        assert_eq!(number(-0.0235, NumberFormat::PointsChange), "−2.4");
        assert_eq!(number(0.0235, NumberFormat::PointsChange), "+2.4");
        assert_eq!(number(71.25, NumberFormat::Score), "71.3");
    }

    #[test]
    fn number_counts_are_grouped_by_thousands() {
        for (n, text) in [
            (0.0, "0"),
            (999.0, "999"),
            (1000.0, "1,000"),
            (90_000.0, "90,000"),
            (1e6, "1,000,000"),
        ] {
            assert_eq!(number(n, NumberFormat::Count), text);
        }
    }

    #[test]
    fn number_weight_drops_empty_decimals() {
        assert_eq!(number(20.0, NumberFormat::Weight), "20%");
        assert_eq!(number(12.5, NumberFormat::Weight), "12.5%");
    }

    #[test]
    fn value_absent_or_not_finite_shows_a_dash() {
        assert_eq!(Value::percent(None).show(Lang::Zh), "—");
        assert_eq!(Value::percent(Some(f64::NAN)).show(Lang::En), "—");
        assert_eq!(Value::Suppressed.show(Lang::Zh), "隐匿");
    }

    #[test]
    fn interval_each_language_has_its_own_dash() {
        let value = Value::interval(Some(0.591), Some(0.657), NumberFormat::Percent);
        assert_eq!(value.show(Lang::Zh), "59.1%～65.7%");
        assert_eq!(value.show(Lang::En), "59.1–65.7%");
        let change = Value::interval(Some(-0.038), Some(0.062), NumberFormat::PointsChange);
        assert_eq!(change.show(Lang::Zh), "−3.8～+6.2");
        assert_eq!(change.show(Lang::En), "−3.8 to +6.2");
    }

    #[test]
    fn date_each_language_is_written_out() {
        let day = jiff::civil::date(2026, 11, 23);
        assert_eq!(date(day, Lang::Zh), "2026年11月23日");
        assert_eq!(date(day, Lang::En), "23 November 2026");
    }

    #[test]
    fn period_is_words_in_chinese_and_as_it_stands_otherwise() {
        for (text, words) in [
            ("2026", "2026年"),
            ("2026-Q3", "2026年三季度"),
            ("2026-09", "2026年9月"),
            ("2026-Q5", "2026-Q5"),
            ("2026-W31", "2026-W31"),
            ("上半年", "上半年"),
        ] {
            assert_eq!(period(text, Lang::Zh), words);
            assert_eq!(period(text, Lang::En), text);
        }
    }

    #[test]
    fn chinese_numeral_tens_drop_the_leading_one() {
        let written: Vec<_> = [1, 9, 10, 11, 20, 21, 99]
            .into_iter()
            .map(chinese_numeral)
            .collect();
        assert_eq!(written, ["一", "九", "十", "十一", "二十", "二十一", "九十九"]);
    }
}
