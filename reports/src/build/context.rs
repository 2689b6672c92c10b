//! What every chapter asks for: the results of this round and the last, names in the
//! report's language, and figures that have passed the rule of the smallest cell.

use std::collections::BTreeSet;

use analysis::plan::{ADMIN, Indicator, Measure, PERSONS, Plan, THIRD_PARTY};
use analysis::results::{
    Flag, IndicatorResult, NodeScore, Proportion, ResponseRate, RoundDetail, WeightSummary,
};

use super::release::HiddenCell;
use super::{BuildError, Scope};
use crate::chart;
use crate::model::{Lang, Movement};
use crate::narrative::{self, Measured};
use crate::number::{self, NumberFormat, Value};

/// Whether a row is of administrative data, which have no sampling error.
pub(super) fn is_record(row: &IndicatorResult) -> bool {
    row.group.as_deref() == Some(ADMIN)
}

fn format(measure: Option<Measure>) -> NumberFormat {
    if measure.is_some_and(Measure::is_fraction) {
        NumberFormat::Percent
    } else {
        NumberFormat::Score
    }
}

/// The results, the plan and the unit that a report is about.
pub(super) struct Context<'a> {
    /// This round.
    pub(super) detail: &'a RoundDetail,
    /// The round before, when there was one.
    pub(super) previous: Option<&'a RoundDetail>,
    /// The sealed plan.
    pub(super) plan: &'a Plan,
    /// The language of the report.
    pub(super) lang: Lang,
    /// The code of the unit that the report is about.
    pub(super) unit: &'a str,
    /// The code of the county.
    pub(super) county: &'a str,
    /// What the release withholds; none where the results are shown as they are.
    pub(super) hidden: Option<&'a BTreeSet<HiddenCell>>,
}

impl<'a> Context<'a> {
    /// Checks the scope.
    pub(super) fn new(
        detail: &'a RoundDetail,
        previous: Option<&'a RoundDetail>,
        plan: &'a Plan,
        scope: &'a Scope,
        lang: Lang,
    ) -> Result<Self, BuildError> {
        let county = plan.county().code.as_str();
        let unit = match scope {
            Scope::County => county,
            Scope::Unit(code) if code == county => county,
            Scope::Unit(code) => plan
                .scored_units()
                .into_iter()
                .find(|unit| unit.code == *code)
                .map(|unit| unit.code.as_str())
                .ok_or_else(|| BuildError::UnknownUnit { code: code.clone() })?,
        };
        Ok(Self {
            detail,
            previous,
            plan,
            lang,
            unit,
            county,
            hidden: None,
        })
    }

    /// Whether the report is the county's.
    pub(super) fn is_county(&self) -> bool {
        self.unit == self.county
    }

    /// Words of the report's language.
    pub(super) fn t(&self, zh: &'static str, en: &'static str) -> &'static str {
        self.lang.pick(zh, en)
    }

    /// The name of a unit, or its code when the plan has none.
    pub(super) fn unit_name(&self, code: &str) -> String {
        let unit = self.plan.units.get(code);
        unit.map_or_else(
            || code.to_owned(),
            |unit| unit.name.get(self.lang.code()).to_owned(),
        )
    }

    /// The scored units in the order of the plan.
    pub(super) fn units(&self) -> Vec<&'a str> {
        self.plan
            .scored_units()
            .into_iter()
            .map(|unit| unit.code.as_str())
            .collect()
    }

    /// The name of a service area; all areas together for none.
    pub(super) fn area_name(&self, code: Option<&str>) -> String {
        let Some(code) = code else {
            return self.t("各领域合计", "All areas").to_owned();
        };
        let area = self.plan.areas.iter().find(|area| area.code == code);
        area.map_or_else(
            || code.to_owned(),
            |area| area.name.get(self.lang.code()).to_owned(),
        )
    }

    /// The name of a respondent group or another perspective.
    pub(super) fn perspective_name(&self, code: &str) -> String {
        match code {
            PERSONS => self.t("残疾人（含代答）", "Persons (self or proxy)").to_owned(),
            THIRD_PARTY => self.t("第三方", "Third party").to_owned(),
            ADMIN => self.t("行政数据", "Administrative data").to_owned(),
            _ => {
                let group = self.plan.group(code);
                group.map_or_else(
                    || code.to_owned(),
                    |group| group.name.get(self.lang.code()).to_owned(),
                )
            }
        }
    }

    /// The name of an indicator without its code.
    pub(super) fn indicator_name(&self, code: &str) -> String {
        let node = self.plan.indicators.get(code);
        node.map_or_else(
            || code.to_owned(),
            |node| node.name.get(self.lang.code()).to_owned(),
        )
    }

    /// A grade in the report's language: results carry its Chinese name.
    pub(super) fn grade_name(&self, chinese: &str) -> String {
        let grade = self
            .plan
            .grades
            .iter()
            .find(|grade| grade.name.get("zh") == chinese);
        grade.map_or_else(
            || chinese.to_owned(),
            |grade| grade.name.get(self.lang.code()).to_owned(),
        )
    }

    /// The leaf that gives a headline number: the scored one of this measure, else any. Satisfaction
    /// by service area does not count, as overall satisfaction is asked by itself.
    pub(super) fn leaf(&self, measure: Measure) -> Option<&'a Indicator> {
        let mut leaves: Vec<_> = self
            .plan
            .indicators
            .leaves()
            .filter(|leaf| leaf.measure == Some(measure))
            .collect();
        let by_area_last = measure == Measure::Satisfaction;
        leaves.sort_by_key(|leaf| (by_area_last && leaf.by_area, leaf.weight <= 0.0));
        leaves.first().copied()
    }

    /// The estimate of a leaf over all perspectives, or the only perspective's.
    pub(super) fn estimate(&self, code: &str, unit: &str, area: Option<&str>) -> Option<&'a IndicatorResult> {
        estimate(self.detail, code, unit, area)
    }

    /// Last round's estimate of the same leaf.
    fn previous_estimate(&self, code: &str, unit: &str) -> Option<&'a IndicatorResult> {
        estimate(self.previous?, code, unit, None)
    }

    /// How a leaf moved since the round before, in words: by last round's results where they are at hand, else as the
    /// evaluation found, with its tests adjusted.
    pub(super) fn change(&self, code: &str, unit: &str) -> (String, Movement) {
        let measured =
            |row: Option<&IndicatorResult>| row.and_then(|row| Measured::new(row.estimate, row.se));
        let format = self.format(code);
        let evaluation = self.detail.results.evaluation.as_ref();
        let row = evaluation
            .and_then(|found| found.change.as_ref())
            .and_then(|change| change.row(unit, code));
        match row.and_then(|row| Some((row.change?, row.real))) {
            Some((change, real)) if self.previous.is_none() => {
                let movement = match (real, change > 0.0) {
                    (true, true) => Movement::Up,
                    (true, false) => Movement::Down,
                    _ => Movement::Unclear,
                };
                // The evaluation is on 0–100, shares are printed from 0–1.
                let scale = if format == NumberFormat::Percent {
                    100.0
                } else {
                    1.0
                };
                (
                    narrative::changed(change / scale, movement, format, self.lang),
                    movement,
                )
            }
            _ => narrative::change(
                measured(self.estimate(code, unit, None)),
                measured(self.previous_estimate(code, unit)),
                format,
                self.lang,
            ),
        }
    }

    /// Whether there is a round before to compare with.
    pub(super) fn has_previous(&self) -> bool {
        let evaluation = self.detail.results.evaluation.as_ref();
        self.previous.is_some() || evaluation.is_some_and(|found| found.change.is_some())
    }

    /// How the values of a leaf are written.
    pub(super) fn format(&self, code: &str) -> NumberFormat {
        format(self.plan.indicators.get(code).and_then(|node| node.measure))
    }

    /// How a row's values are printed. A measure that counts people is a percentage; the third party's marks and what
    /// administration reports for the same leaf are scores of 0–100.
    pub(super) fn format_of(&self, row: &IndicatorResult) -> NumberFormat {
        let measure = Measure::ALL.into_iter().find(|one| one.code() == row.measure);
        format(measure)
    }

    /// Whether a figure from so many answers may be shown.
    pub(super) fn may_show(&self, n: u64) -> bool {
        n >= u64::from(self.plan.suppression.min_cell)
    }

    /// A number of answers, withheld where it is smaller than the smallest cell but not none.
    pub(super) fn base(&self, n: u64) -> Value {
        if n == 0 || self.may_show(n) {
            Value::count(n)
        } else {
            Value::Suppressed
        }
    }

    /// The number behind an estimate: persons are protected, marks and registers are not persons.
    pub(super) fn answers(&self, row: &IndicatorResult) -> Value {
        match row.group.as_deref() {
            Some(THIRD_PARTY | ADMIN) => Value::count(row.n),
            _ if row.flag == Some(Flag::Suppressed) => Value::Suppressed,
            _ => self.base(row.n),
        }
    }

    /// An estimate as a table shows it.
    pub(super) fn value(&self, row: Option<&IndicatorResult>) -> Value {
        let Some(row) = row else { return Value::Absent };
        let plain = Value::number(row.estimate, self.format_of(row));
        flagged(plain, row.flag)
    }

    /// An estimate's interval as a table shows it.
    pub(super) fn value_interval(&self, row: Option<&IndicatorResult>) -> Value {
        match row {
            Some(row) if row.flag == Some(Flag::Suppressed) => Value::Suppressed,
            Some(row) if is_record(row) => Value::Absent,
            Some(row) => Value::interval(row.lower, row.upper, self.format_of(row)),
            None => Value::Absent,
        }
    }

    /// An estimate as a chart shows it: 0–100.
    pub(super) fn point(&self, row: Option<&IndicatorResult>) -> chart::Point {
        let Some(row) = row else {
            return chart::Point::absent();
        };
        let scale = if self.format_of(row) == NumberFormat::Percent {
            100.0
        } else {
            1.0
        };
        point(row.estimate, row.lower, row.upper, scale, row.flag)
    }

    /// How the values of a leaf are printed in a chart.
    pub(super) fn chart_measure(&self, code: &str) -> chart::Measure {
        if self.format(code) == NumberFormat::Percent {
            chart::Measure::Percent
        } else {
            chart::Measure::Score
        }
    }

    /// Whether the release withholds an indicator of a unit, over all perspectives.
    pub(super) fn is_withheld(&self, code: &str, unit: &str) -> bool {
        let cell = |cell: &HiddenCell| {
            cell.code == code && cell.unit == unit && cell.group.is_none() && cell.area.is_none()
        };
        self.hidden.is_some_and(|hidden| hidden.iter().any(cell))
    }

    /// A node's score as a table shows it.
    pub(super) fn node_value(&self, node: &NodeScore) -> Value {
        if self.is_withheld(&node.code, &node.unit) {
            Value::Suppressed
        } else {
            Value::score(node.value)
        }
    }

    /// A node's interval as a table shows it.
    pub(super) fn node_interval(&self, node: &NodeScore) -> Value {
        if self.is_withheld(&node.code, &node.unit) {
            Value::Suppressed
        } else {
            Value::interval(node.lower, node.upper, NumberFormat::Score)
        }
    }

    /// A node's standard error as a table shows it.
    pub(super) fn node_error(&self, node: &NodeScore) -> Value {
        if self.is_withheld(&node.code, &node.unit) {
            Value::Suppressed
        } else {
            Value::number(node.se, NumberFormat::Decimal)
        }
    }

    /// A node's score as a chart shows it.
    pub(super) fn node_point(&self, node: &NodeScore) -> chart::Point {
        match node.value {
            _ if self.is_withheld(&node.code, &node.unit) => chart::Point::suppressed(),
            Some(value) => chart::Point::exact(value),
            None => chart::Point::absent(),
        }
    }

    /// A rate of answers, withheld where those who answered, or those who did not, are too few.
    pub(super) fn rate(&self, row: &ResponseRate) -> Value {
        match row.rr {
            None if row.complete > 0 && !self.may_show(row.complete) => Value::Suppressed,
            rate => Value::percent(rate),
        }
    }

    /// A proportion as a table shows it.
    pub(super) fn share(&self, share: &Proportion) -> Value {
        flagged(Value::percent(share.estimate), self.flag(share))
    }

    /// A proportion's interval as a table shows it.
    pub(super) fn share_interval(&self, share: &Proportion) -> Value {
        if self.flag(share) == Some(Flag::Suppressed) {
            return Value::Suppressed;
        }
        Value::interval(share.lower, share.upper, NumberFormat::Percent)
    }

    /// The persons behind a proportion, withheld together with it.
    pub(super) fn share_base(&self, share: &Proportion) -> Value {
        if self.flag(share) == Some(Flag::Suppressed) {
            Value::Suppressed
        } else {
            Value::count(share.n)
        }
    }

    /// A proportion as a chart shows it: 0–100.
    pub(super) fn share_point(&self, share: &Proportion) -> chart::Point {
        point(share.estimate, share.lower, share.upper, 100.0, self.flag(share))
    }

    fn flag(&self, share: &Proportion) -> Option<Flag> {
        if !self.may_show(share.n) {
            Some(Flag::Suppressed)
        } else if share.n < u64::from(self.plan.small_n) {
            Some(Flag::SmallN)
        } else {
            None
        }
    }

    /// The weights of a group in a unit.
    pub(super) fn weights(&self, group: &str, unit: &str) -> Option<&'a WeightSummary> {
        self.detail
            .weights
            .iter()
            .find(|row| row.group == group && row.unit == unit)
    }

    /// The line under a table that says how far its figures carry.
    pub(super) fn base_line(&self, group: &str, unit: &str) -> Option<String> {
        let row = self.weights(group, unit)?;
        if !self.may_show(row.n) {
            return None;
        }
        let n = number::number(row.n as f64, NumberFormat::Count);
        let sum = number::number(row.sum, NumberFormat::Count);
        let effective = number::number(row.effective_n, NumberFormat::Count);
        let efficiency = number::number(row.efficiency, NumberFormat::Percent);
        let name = self.perspective_name(group);
        Some(match self.lang {
            Lang::Zh => format!(
                "基数：{name}，未加权{n}人，加权后代表{sum}人，有效样本{effective}人，加权效率{efficiency}。"
            ),
            Lang::En => format!(
                "Base: {name}, {n} unweighted, {sum} weighted, {effective} effective; weighting efficiency {efficiency}."
            ),
        })
    }

    /// What the asterisk and "withheld" mean, for the foot of a table.
    pub(super) fn marks_note(&self) -> String {
        let min = self.plan.suppression.min_cell;
        match self.lang {
            Lang::Zh => format!(
                "“*”表示答卷少或误差大，慎用；“隐匿”表示不足{min}人，为保护个人不予公布；“—”表示没有数据。"
            ),
            Lang::En => format!(
                "* few answers or a wide interval, use with care; withheld: fewer than {min} persons; — no figure."
            ),
        }
    }

    /// Joins names as a sentence lists them.
    pub(super) fn list(&self, names: &[String]) -> String {
        match (self.lang, names) {
            (_, []) => String::new(),
            (_, [one]) => one.clone(),
            (Lang::Zh, _) => names.join("、"),
            (Lang::En, [first @ .., last]) => format!("{} and {last}", first.join(", ")),
        }
    }
}

fn estimate<'d>(
    detail: &'d RoundDetail,
    code: &str,
    unit: &str,
    area: Option<&str>,
) -> Option<&'d IndicatorResult> {
    detail.indicator(code, unit, None, area).or_else(|| {
        let mut rows = detail
            .results
            .indicators
            .iter()
            .filter(|row| row.code == code && row.unit == unit && row.area.as_deref() == area);
        rows.next()
    })
}

/// A figure with the mark that its flag asks for.
pub(super) fn flagged(value: Value, flag: Option<Flag>) -> Value {
    match (flag, value) {
        (Some(Flag::Suppressed), _) => Value::Suppressed,
        (Some(Flag::SmallN | Flag::Unreliable), Value::Number(figure, format)) => {
            Value::Marked(figure, format)
        }
        (_, value) => value,
    }
}

/// A figure on 0–100 with an interval that holds it, whatever the interval's method.
pub(super) fn point(
    value: Option<f64>,
    lower: Option<f64>,
    upper: Option<f64>,
    scale: f64,
    flag: Option<Flag>,
) -> chart::Point {
    let flag = match flag {
        None => chart::Flag::None,
        Some(Flag::SmallN) => chart::Flag::SmallN,
        Some(Flag::Unreliable) => chart::Flag::Unreliable,
        Some(Flag::Suppressed) => return chart::Point::suppressed(),
    };
    let Some(value) = value else {
        return chart::Point::absent();
    };
    match (lower, upper) {
        (Some(lower), Some(upper)) => chart::Point::estimated(value * scale, lower * scale, upper * scale),
        _ => chart::Point::exact(value * scale),
    }
    .flagged(flag)
}
