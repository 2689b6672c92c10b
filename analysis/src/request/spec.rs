//! What is asked: the request as typed values.

use serde_json::Value;

use super::calibrate::CalibrateSpec;
use super::fault::Faults;
use super::keys::{Keys, scalar_text};
use super::replicates::ReplicatesSpec;
use crate::design::LonelyPsu;
use crate::estimate::quantile::Rule;
use crate::estimate::{DeffBase, DfRule, EstimateOptions, chi_square, proportion, quantile};
use crate::interval::Method;

/// A whole request.
#[derive(Debug)]
pub(super) struct Request {
    pub(super) data: String,
    pub(super) design: DesignSpec,
    pub(super) replicates: Option<ReplicatesSpec>,
    pub(super) calibrate: Vec<CalibrateSpec>,
    pub(super) estimates: Vec<EstimateSpec>,
}

/// The columns of the design.
#[derive(Debug, Default)]
pub(super) struct DesignSpec {
    pub(super) ids: Vec<String>,
    pub(super) strata: Vec<String>,
    pub(super) weights: Option<String>,
    pub(super) fpc: Vec<String>,
    pub(super) nest: bool,
    pub(super) lonely_psu: LonelyPsu,
}

/// The statistics that can be asked for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stat {
    Mean,
    Total,
    Proportion,
    Ratio,
    Variance,
    Difference,
    TTest,
    Quantile,
    ChiSquare,
    CronbachAlpha,
}

/// One entry of `estimates`.
#[derive(Debug)]
pub(super) struct EstimateSpec {
    pub(super) field: String,
    pub(super) stat: Stat,
    pub(super) of: Vec<String>,
    pub(super) per: Option<String>,
    pub(super) by: Vec<String>,
    pub(super) condition: Vec<(String, Vec<String>)>,
    pub(super) listwise: bool,
    /// `between` of a difference: a column and two of its values.
    pub(super) between: Option<(String, [String; 2])>,
    /// `across` of a t-test: a column with two values.
    pub(super) across: Option<String>,
    pub(super) options: EstimateOptions,
    /// `probabilities` of quantiles.
    pub(super) probabilities: Vec<f64>,
    /// `rule` of quantiles.
    pub(super) rule: Rule,
    /// `rows` and `columns` of a chi-square test.
    pub(super) table: Option<[String; 2]>,
    /// `statistic` of a chi-square test.
    pub(super) statistic: chi_square::Statistic,
}

const STATS: [(&str, Stat); 10] = [
    ("mean", Stat::Mean),
    ("total", Stat::Total),
    ("proportion", Stat::Proportion),
    ("ratio", Stat::Ratio),
    ("variance", Stat::Variance),
    ("difference", Stat::Difference),
    ("t_test", Stat::TTest),
    ("quantile", Stat::Quantile),
    ("chi_square", Stat::ChiSquare),
    ("cronbach_alpha", Stat::CronbachAlpha),
];
const LONELY: [&str; 5] = ["fail", "remove", "adjust", "certainty", "average"];

impl Stat {
    /// The name in requests and answers.
    pub(super) fn name(self) -> &'static str {
        STATS
            .iter()
            .find(|(_, stat)| *stat == self)
            .map_or("", |(name, _)| name)
    }

    fn from_name(name: &str) -> Option<Self> {
        STATS
            .iter()
            .find(|(known, _)| *known == name)
            .map(|(_, stat)| *stat)
    }

    /// The keys that an entry of this kind may have.
    fn keys(self) -> &'static [&'static str] {
        match self {
            Self::Ratio => &["stat", "of", "per", "by", "where", "listwise", "deff", "ci"],
            Self::Difference => &["stat", "of", "between", "by", "where", "listwise", "ci"],
            Self::TTest => &["stat", "of", "across", "where", "listwise"],
            Self::Variance => &["stat", "of", "by", "where", "listwise", "ci"],
            Self::Quantile => &[
                "stat",
                "of",
                "probabilities",
                "rule",
                "by",
                "where",
                "listwise",
                "ci",
            ],
            Self::ChiSquare => &["stat", "rows", "columns", "statistic", "where"],
            Self::CronbachAlpha => &["stat", "of", "by", "where"],
            _ => &["stat", "of", "by", "where", "listwise", "deff", "ci"],
        }
    }

    /// The keys that it must have.
    fn required(self) -> &'static [&'static str] {
        match self {
            Self::Ratio => &["of", "per"],
            Self::Difference => &["of", "between"],
            Self::TTest => &["of", "across"],
            Self::Quantile => &["of", "probabilities"],
            Self::ChiSquare => &["rows", "columns"],
            _ => &["of"],
        }
    }
}

impl Request {
    /// Reads a request, collecting every fault.
    pub(super) fn read(value: &Value, faults: &mut Faults) -> Option<Self> {
        let keys = Keys::of(value, "", faults)?;
        keys.only(
            &["data", "design", "replicates", "calibrate", "estimates"],
            faults,
        );
        if keys.get("data").is_none() {
            faults.missing_key("", "data");
        }
        let data = keys.text("data", faults).unwrap_or_default().to_owned();
        let design = keys
            .get("design")
            .and_then(|v| DesignSpec::read(v, faults))
            .unwrap_or_default();
        let replicates = keys
            .get("replicates")
            .and_then(|v| ReplicatesSpec::read(v, design.weights.is_some(), faults));
        let calibrate = keys
            .items("calibrate", faults)
            .into_iter()
            .filter_map(|(path, item)| CalibrateSpec::read(item, &path, faults))
            .collect();
        let estimates = keys
            .items("estimates", faults)
            .into_iter()
            .filter_map(|(path, item)| EstimateSpec::read(item, &path, faults))
            .collect();
        Some(Self {
            data,
            design,
            replicates,
            calibrate,
            estimates,
        })
    }
}

impl DesignSpec {
    fn read(value: &Value, faults: &mut Faults) -> Option<Self> {
        let keys = Keys::of(value, "design", faults)?;
        keys.only(&["ids", "strata", "weights", "fpc", "nest", "lonely_psu"], faults);
        let spec = Self {
            ids: keys.names("ids", faults),
            strata: keys.names("strata", faults),
            weights: keys.text("weights", faults).map(str::to_owned),
            fpc: keys.names("fpc", faults),
            nest: keys.flag("nest", faults).unwrap_or_default(),
            lonely_psu: keys
                .choice("lonely_psu", &LONELY, faults, LonelyPsu::from_name)
                .unwrap_or_default(),
        };
        let stages = spec.ids.len().max(1);
        for (key, given) in [("strata", spec.strata.len()), ("fpc", spec.fpc.len())] {
            if given > stages
                && let Some(value) = keys.get(key)
            {
                let zh = format!("最多 {stages} 列（与 ids 的阶段数一致）");
                let en = format!("at most {stages} columns, one per stage of ids");
                faults.bad_value(&keys.field(key), value, (&zh, &en));
            }
        }
        Some(spec)
    }
}

impl EstimateSpec {
    fn read(value: &Value, path: &str, faults: &mut Faults) -> Option<Self> {
        let keys = Keys::of(value, path, faults)?;
        let Some(name) = keys.get("stat") else {
            faults.missing_key(path, "stat");
            return None;
        };
        let stat = match name.as_str() {
            Some(name) => match Stat::from_name(name) {
                Some(stat) => stat,
                None => {
                    faults.bad_name(&keys.field("stat"), name, &STATS.map(|(name, _)| name));
                    return None;
                }
            },
            None => {
                faults.bad_value(&keys.field("stat"), name, ("字符串", "a string"));
                return None;
            }
        };
        keys.only(stat.keys(), faults);
        // A list without names asks for nothing.
        let absent = |key: &&&str| match keys.get(key) {
            None => true,
            Some(Value::Array(items)) => **key == "of" && items.is_empty(),
            Some(_) => false,
        };
        for key in stat.required().iter().filter(absent) {
            faults.missing_key(path, key);
        }
        let of = keys.names("of", faults);
        if stat == Stat::CronbachAlpha
            && of.len() < 2
            && let Some(value) = keys.get("of").filter(|_| !of.is_empty())
        {
            let expected = (
                "至少两列（量表的各题）",
                "at least two columns, the items of a scale",
            );
            faults.bad_value(&keys.field("of"), value, expected);
        }
        Some(Self {
            field: path.to_owned(),
            stat,
            of,
            per: keys.text("per", faults).map(str::to_owned),
            by: keys.names("by", faults),
            condition: read_condition(&keys, faults),
            listwise: keys.flag("listwise", faults).unwrap_or_default(),
            between: read_between(&keys, faults),
            across: keys.text("across", faults).map(str::to_owned),
            options: read_options(&keys, stat, faults),
            probabilities: read_probabilities(&keys, faults),
            rule: keys
                .choice("rule", &Rule::NAMES, faults, Rule::from_name)
                .unwrap_or_default(),
            table: keys
                .text("rows", faults)
                .map(str::to_owned)
                .zip(keys.text("columns", faults).map(str::to_owned))
                .map(|(rows, columns)| [rows, columns]),
            statistic: keys
                .choice(
                    "statistic",
                    &chi_square::Statistic::NAMES,
                    faults,
                    chi_square::Statistic::from_name,
                )
                .unwrap_or_default(),
        })
    }
}

/// `probabilities`: one or more numbers from 0 to 1.
fn read_probabilities(keys: &Keys<'_>, faults: &mut Faults) -> Vec<f64> {
    let Some(value) = keys.get("probabilities") else {
        return Vec::new();
    };
    let numbers: Option<Vec<f64>> = match value {
        Value::Array(items) => items.iter().map(Value::as_f64).collect(),
        other => other.as_f64().map(|number| vec![number]),
    };
    let within = |numbers: &Vec<f64>| !numbers.is_empty() && numbers.iter().all(|p| (0.0..=1.0).contains(p));
    match numbers.filter(within) {
        Some(numbers) => numbers,
        None => {
            let expected = (
                "0 到 1 之间的数或其列表，例如 [0.25, 0.5, 0.75]",
                "numbers from 0 to 1, such as [0.25, 0.5, 0.75]",
            );
            faults.bad_value(&keys.field("probabilities"), value, expected);
            Vec::new()
        }
    }
}

/// `between`: one column and the two values that are compared.
fn read_between(keys: &Keys<'_>, faults: &mut Faults) -> Option<(String, [String; 2])> {
    let value = keys.get("between")?;
    let field = keys.field("between");
    let entries: Vec<_> = Keys::of(value, &field, faults)?.entries().collect();
    let pair = match entries[..] {
        [(column, Value::Array(values))] => values
            .iter()
            .map(scalar_text)
            .collect::<Option<Vec<String>>>()
            .and_then(|values| <[String; 2]>::try_from(values).ok())
            .filter(|[first, second]| first != second)
            .map(|values| (column.clone(), values)),
        _ => None,
    };
    if pair.is_none() {
        let en = "one column with two different values, such as { \"stype\": [\"H\", \"E\"] }";
        faults.bad_value(&field, value, ("一列及其两个不同的取值", en));
    }
    pair
}

/// `where`: each column with the values that are let through.
fn read_condition(keys: &Keys<'_>, faults: &mut Faults) -> Vec<(String, Vec<String>)> {
    let Some(value) = keys.get("where") else {
        return Vec::new();
    };
    let Some(condition) = Keys::of(value, &keys.field("where"), faults) else {
        return Vec::new();
    };
    let mut columns = Vec::new();
    for (column, value) in condition.entries() {
        let values: Option<Vec<String>> = match value {
            Value::Array(items) if !items.is_empty() => items.iter().map(scalar_text).collect(),
            Value::Array(_) => None,
            other => scalar_text(other).map(|value| vec![value]),
        };
        match values {
            Some(values) => columns.push((column.clone(), values)),
            None => faults.bad_value(
                &condition.field(column),
                value,
                ("取值的列表，至少一个", "a list of values, at least one"),
            ),
        }
    }
    columns
}

fn read_options(keys: &Keys<'_>, stat: Stat, faults: &mut Faults) -> EstimateOptions {
    let mut options = match stat {
        Stat::Proportion => proportion::default_options(),
        Stat::Quantile => quantile::default_options(),
        _ => EstimateOptions::default(),
    };
    match keys.get("deff") {
        None | Some(Value::Bool(false)) => {}
        Some(Value::Bool(true)) => options.deff = Some(DeffBase::WithoutReplacement),
        Some(Value::String(text)) if text == "replace" => options.deff = Some(DeffBase::WithReplacement),
        Some(other) => {
            faults.bad_value(
                &keys.field("deff"),
                other,
                ("true、false 或 \"replace\"", "true, false or \"replace\""),
            );
        }
    }
    let Some(ci) = keys
        .get("ci")
        .and_then(|value| Keys::of(value, &keys.field("ci"), faults))
    else {
        return options;
    };
    ci.only(&["method", "level", "df"], faults);
    let methods: &[&str] = match stat {
        // A quantile's interval is that of the proportion below it.
        Stat::Proportion | Stat::Quantile => &[
            "t",
            "normal",
            "logit",
            "xlogit",
            "beta",
            "asin",
            "likelihood",
            "wilson",
        ],
        _ => &["t", "normal"],
    };
    if let Some(method) = ci.choice("method", methods, faults, Method::from_name) {
        options.interval = method;
    }
    if let Some(rule) = ci.choice("df", &["design", "domain"], faults, |name| {
        Some(if name == "design" {
            DfRule::Design
        } else {
            DfRule::Domain
        })
    }) {
        options.df = rule;
    }
    if let Some(level) = ci.get("level") {
        match level.as_f64().filter(|level| *level > 0.0 && *level < 1.0) {
            Some(level) => options.level = level,
            None => faults.bad_value(
                &ci.field("level"),
                level,
                (
                    "0 与 1 之间的数，例如 0.95",
                    "a number between 0 and 1, such as 0.95",
                ),
            ),
        }
    }
    options
}
