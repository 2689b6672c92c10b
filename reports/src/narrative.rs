//! Sentences computed from figures, and worded by whether a difference is more than noise.
//!
//! The rule for every sentence here: it may say "higher", "lower", "up" or "down" only
//! where the 95 % interval of the difference leaves out zero; otherwise it says that the
//! two cannot be told apart. Nothing is explained that was not asked.

use crate::model::{Lang, Movement};
use crate::number::{self, NumberFormat};

/// Below this response rate every figure is read beside the comparison with the frame.
pub const LOW_RESPONSE: f64 = 0.5;

/// The normal quantile that bounds a 95 % interval.
const Z95: f64 = 1.96;

/// An estimate and its standard error, if known.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct Measured {
    /// The estimate.
    pub value: f64,
    /// Its standard error.
    pub se: Option<f64>,
}

impl Measured {
    /// From a row of results; none without an estimate.
    #[must_use]
    pub fn new(value: Option<f64>, se: Option<f64>) -> Option<Self> {
        value.filter(|v| v.is_finite()).map(|value| Self {
            value,
            se: se.filter(|se| se.is_finite()),
        })
    }
}

/// Whether `now` differs from `then` by more than chance, taking the two as independent.
///
/// For a township against its own county this overstates the error of the difference, as the
/// county holds the township: a difference that is called real is real.
#[must_use]
pub fn movement(now: Measured, then: Measured) -> Movement {
    bounded(now, then, Z95)
}

/// As [`movement`], when `comparisons` such differences are looked at together: each has to pass
/// the bound that keeps the chance of any false call below 5 % (Bonferroni).
#[must_use]
pub fn movement_among(now: Measured, then: Measured, comparisons: usize) -> Movement {
    bounded(now, then, two_sided_z(0.05 / comparisons.max(1) as f64))
}

/// The normal quantile that leaves `p` outside on both sides together; error below 0.0005
/// (Abramowitz & Stegun 26.2.23).
fn two_sided_z(p: f64) -> f64 {
    let t = (-2.0 * (p / 2.0).ln()).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    t - above / below
}

/// How many at the head of `values`, sorted from the greatest, cannot be told apart from the first; 0 without any.
///
/// The values come from one sample and may hang together either way, so the error of a difference is taken to be the
/// sum of both errors, which it can never exceed; all comparisons with the first are looked at together (Bonferroni).
#[must_use]
pub fn leaders(values: &[Measured]) -> usize {
    let Some((first, others)) = values.split_first() else {
        return 0;
    };
    let bound = two_sided_z(0.05 / others.len().max(1) as f64);
    let near = |other: &&Measured| match (first.se, other.se) {
        (Some(a), Some(b)) => first.value - other.value <= bound * (a + b),
        _ => true,
    };
    1 + others.iter().take_while(near).count()
}

/// Whether two values of one sample, picked as the extremes of `among`, differ by more than error; see [`leaders`].
#[must_use]
pub fn extremes_differ(high: Measured, low: Measured, among: usize) -> bool {
    let pairs = among * among.saturating_sub(1) / 2;
    let bound = two_sided_z(0.05 / pairs.max(1) as f64);
    match (high.se, low.se) {
        (Some(a), Some(b)) => high.value - low.value > bound * (a + b),
        _ => false,
    }
}

/// What stands behind a list of `named` items that are the most: how many of the leading ones are in no settled order.
#[must_use]
pub fn order_settled(leading: usize, named: usize, lang: Lang) -> String {
    match (lang, leading) {
        (_, 0 | 1) => String::new(),
        (Lang::Zh, n) if n > named => format!("，与另外{}项不能区分先后", n - named),
        (Lang::Zh, n) => format!("，前{n}项不能区分先后"),
        (Lang::En, n) if n > named => format!(", not to be told apart from {} more", n - named),
        (Lang::En, n) => format!(", the first {n} in no settled order"),
    }
}

fn bounded(now: Measured, then: Measured, bound: f64) -> Movement {
    let (Some(a), Some(b)) = (now.se, then.se) else {
        return Movement::Unclear;
    };
    let difference = now.value - then.value;
    if difference.abs() <= bound * a.hypot(b) {
        Movement::Unclear
    } else if difference > 0.0 {
        Movement::Up
    } else {
        Movement::Down
    }
}

/// How a headline number moved since the last round.
#[must_use]
pub fn change(
    now: Option<Measured>,
    then: Option<Measured>,
    format: NumberFormat,
    lang: Lang,
) -> (String, Movement) {
    let (Some(now), Some(then)) = (now, then) else {
        let words = lang.pick("尚无可比的上一轮数字", "no earlier round to compare with");
        return (words.to_owned(), Movement::Unknown);
    };
    let movement = movement(now, then);
    (changed(now.value - then.value, movement, format, lang), movement)
}

/// A change since the last round in words, when it is known whether it is more than noise.
#[must_use]
pub fn changed(change: f64, movement: Movement, format: NumberFormat, lang: Lang) -> String {
    let size = number::magnitude(change, format);
    let unit = unit(format, lang);
    match (lang, movement) {
        (Lang::Zh, Movement::Up) => format!("比上一轮上升{size}{unit}，超出抽样误差"),
        (Lang::Zh, Movement::Down) => format!("比上一轮下降{size}{unit}，超出抽样误差"),
        (Lang::Zh, _) => format!("与上一轮相差{size}{unit}，在抽样误差之内"),
        (Lang::En, Movement::Up) => format!("up {size} {unit} on the last round, more than sampling error"),
        (Lang::En, Movement::Down) => {
            format!("down {size} {unit} on the last round, more than sampling error")
        }
        (Lang::En, _) => format!("{size} {unit} from the last round, within sampling error"),
    }
}

/// How a unit's number stands to the county's.
#[must_use]
pub fn against_county(
    unit_value: Option<Measured>,
    county: Option<Measured>,
    format: NumberFormat,
    lang: Lang,
) -> (String, Movement) {
    let (Some(own), Some(county)) = (unit_value, county) else {
        return (
            lang.pick("没有可与全县相比的数字", "nothing to compare with the county")
                .to_owned(),
            Movement::Unknown,
        );
    };
    let movement = movement(own, county);
    let size = number::magnitude(own.value - county.value, format);
    let unit = unit(format, lang);
    let words = match (lang, movement) {
        (Lang::Zh, Movement::Up) => format!("高于全县{size}{unit}"),
        (Lang::Zh, Movement::Down) => format!("低于全县{size}{unit}"),
        (Lang::Zh, _) => "与全县没有可区分的差异".to_owned(),
        (Lang::En, Movement::Up) => format!("{size} {unit} above the county"),
        (Lang::En, Movement::Down) => format!("{size} {unit} below the county"),
        (Lang::En, _) => "cannot be told apart from the county".to_owned(),
    };
    (words, movement)
}

/// Need → received → helped in one sentence; fractions 0–1 of the needs.
#[must_use]
pub fn ladder(received: f64, helped: f64, lang: Lang) -> String {
    let (received, helped) = (
        number::number(received * 100.0, NumberFormat::Rank),
        number::number(helped * 100.0, NumberFormat::Rank),
    );
    match lang {
        Lang::Zh => {
            format!("每100项服务需求中，约{received}项得到了服务，约{helped}项得到服务并且认为有帮助。")
        }
        Lang::En => {
            format!(
                "Of every 100 needs for a service, about {received} were met and about {helped} were met and helped."
            )
        }
    }
}

/// How many pairs of units can be told apart at joint 95 %.
#[must_use]
pub fn pairs(units: usize, significant: usize, kind: &str, lang: Lang) -> String {
    let all = units * units.saturating_sub(1) / 2;
    match (lang, significant) {
        (Lang::Zh, 0) => {
            format!("{units}个{kind}两两比较共{all}对，没有一对的得分差异超出误差，不宜排出先后。")
        }
        (Lang::Zh, _) if significant == all => {
            format!("{units}个{kind}两两比较共{all}对，得分差异都超出误差。")
        }
        (Lang::Zh, _) => format!(
            "{units}个{kind}两两比较共{all}对，其中{significant}对的得分差异超出误差，其余不能区分先后。"
        ),
        (Lang::En, 0) => {
            format!("Of {all} pairs of {units} {kind}, none can be told apart: they should not be ranked.")
        }
        (Lang::En, _) if significant == all => {
            format!("All {all} pairs of {units} {kind} can be told apart.")
        }
        (Lang::En, _) => {
            format!(
                "Of {all} pairs of {units} {kind}, {significant} can be told apart; the others cannot be put in order."
            )
        }
    }
}

/// How far a response rate carries.
#[must_use]
pub fn response(rate: f64, lang: Lang) -> String {
    let shown = number::number(rate, NumberFormat::Percent);
    match (lang, rate < LOW_RESPONSE) {
        (Lang::Zh, true) => format!(
            "应答率为{shown}，低于50%。误差范围只反映抽样误差，不包括未应答者可能不同的影响，请对照受访者与抽样框的构成使用。"
        ),
        (Lang::Zh, false) => {
            format!("应答率为{shown}。误差范围只反映抽样误差，不包括未应答者可能不同的影响。")
        }
        (Lang::En, true) => format!(
            "The response rate is {shown}, below 50%. Intervals cover sampling error only, not the chance that those who did not answer differ: read them beside the comparison of respondents with the frame."
        ),
        (Lang::En, false) => format!(
            "The response rate is {shown}. Intervals cover sampling error only, not the chance that those who did not answer differ."
        ),
    }
}

/// "percentage points" or "points".
fn unit(format: NumberFormat, lang: Lang) -> &'static str {
    match format {
        NumberFormat::Percent | NumberFormat::PointsChange => lang.pick("个百分点", "percentage points"),
        _ => lang.pick("分", "points"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn measured(value: f64, se: f64) -> Option<Measured> {
        Measured::new(Some(value), Some(se))
    }

    #[test]
    fn change_within_error_never_says_up_or_down() {
        let (words, movement) = change(
            measured(0.62, 0.02),
            measured(0.60, 0.02),
            NumberFormat::Percent,
            Lang::Zh,
        );
        assert_eq!(movement, Movement::Unclear);
        assert_eq!(words, "与上一轮相差2.0个百分点，在抽样误差之内");
        assert!(!words.contains("上升") && !words.contains("下降"));
    }

    #[test]
    fn change_beyond_error_says_which_way() {
        let up = change(
            measured(0.70, 0.02),
            measured(0.60, 0.02),
            NumberFormat::Percent,
            Lang::Zh,
        );
        assert_eq!(
            up,
            ("比上一轮上升10.0个百分点，超出抽样误差".to_owned(), Movement::Up)
        );
        let down = change(
            measured(61.0, 0.5),
            measured(70.0, 0.5),
            NumberFormat::Score,
            Lang::En,
        );
        assert_eq!(
            down.0,
            "down 9.0 points on the last round, more than sampling error"
        );
    }

    #[test]
    fn change_without_earlier_round_compares_nothing() {
        let (words, movement) = change(measured(0.7, 0.02), None, NumberFormat::Percent, Lang::Zh);
        assert_eq!(
            (words.as_str(), movement),
            ("尚无可比的上一轮数字", Movement::Unknown)
        );
    }

    #[test]
    fn movement_without_standard_error_is_unclear() {
        let now = Measured { value: 0.9, se: None };
        let then = Measured {
            value: 0.1,
            se: Some(0.001),
        };
        assert_eq!(movement(now, then), Movement::Unclear);
    }

    #[test]
    fn movement_at_the_limit_is_unclear_and_just_beyond_is_not() {
        let then = Measured {
            value: 0.0,
            se: Some(0.0),
        };
        let at = |value| movement(Measured { value, se: Some(1.0) }, then);
        assert_eq!(at(1.96), Movement::Unclear);
        assert_eq!(at(1.961), Movement::Up);
        assert_eq!(at(-1.961), Movement::Down);
    }

    #[test]
    fn movement_among_many_needs_a_wider_gap_than_one_alone() {
        let then = Measured {
            value: 0.0,
            se: Some(0.0),
        };
        let now = Measured {
            value: 2.5,
            se: Some(1.0),
        };
        assert_eq!(movement(now, then), Movement::Up);
        assert_eq!(movement_among(now, then, 20), Movement::Unclear);
        // Tables give 1.9600 for one comparison and 3.0233 for twenty.
        assert!((two_sided_z(0.05) - 1.96).abs() < 5e-4);
        assert!((two_sided_z(0.0025) - 3.0233).abs() < 5e-4);
    }

    #[test]
    fn leaders_are_those_that_no_error_allowance_parts_from_the_first() {
        let of = |values: &[(f64, f64)]| {
            let values: Vec<Measured> = values.iter().filter_map(|(v, se)| measured(*v, *se)).collect();
            leaders(&values)
        };
        assert_eq!(of(&[]), 0);
        assert_eq!(of(&[(0.4, 0.01)]), 1);
        assert_eq!(of(&[(0.4, 0.01), (0.3, 0.01), (0.1, 0.01)]), 1);
        assert_eq!(of(&[(0.4, 0.02), (0.37, 0.02), (0.1, 0.02)]), 2);
        // One far behind ends the list, whatever stands after it.
        assert_eq!(of(&[(0.4, 0.01), (0.2, 0.01), (0.39, 0.5)]), 1);
        assert_eq!(order_settled(1, 3, Lang::Zh), "");
        assert_eq!(order_settled(2, 3, Lang::Zh), "，前2项不能区分先后");
        assert_eq!(order_settled(5, 3, Lang::Zh), "，与另外2项不能区分先后");
    }

    #[test]
    fn extremes_of_many_need_a_wider_gap_than_of_two() {
        let (high, low) = (measured(0.6, 0.02).unwrap(), measured(0.5, 0.02).unwrap());
        assert!(extremes_differ(high, low, 2));
        assert!(!extremes_differ(high, low, 10));
        assert!(!extremes_differ(high, Measured { value: 0.0, se: None }, 2));
    }

    #[test]
    fn against_county_says_apart_only_beyond_error() {
        let near = against_county(
            measured(0.60, 0.03),
            measured(0.63, 0.01),
            NumberFormat::Percent,
            Lang::Zh,
        );
        assert_eq!(near.0, "与全县没有可区分的差异");
        let far = against_county(
            measured(0.40, 0.03),
            measured(0.63, 0.01),
            NumberFormat::Percent,
            Lang::Zh,
        );
        assert_eq!(far.0, "低于全县23.0个百分点");
    }

    #[test]
    fn pairs_none_significant_advises_against_ranking() {
        assert!(pairs(20, 0, "乡镇", Lang::Zh).contains("不宜排出先后"));
        assert!(pairs(20, 190, "乡镇", Lang::Zh).contains("都超出误差"));
        assert!(pairs(20, 31, "townships", Lang::En).starts_with("Of 190 pairs of 20 townships, 31 can"));
    }

    #[test]
    fn response_below_half_points_to_the_comparison() {
        assert!(response(0.499, Lang::Zh).contains("低于50%"));
        assert!(!response(0.5, Lang::Zh).contains("低于50%"));
    }
}
