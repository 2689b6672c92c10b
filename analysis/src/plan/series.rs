//! Third-party criteria (`criteria.csv`) and administrative series (`admin.csv`).
//!
//! `criteria.csv`: `code,indicator,name,max_score,guidance,evidence_required`, optionally `name_en,guidance_en`.
//! `admin.csv`: `unit,period,code,value,source`, optionally
//! `name_zh,name_en,unit_of_measure_zh,unit_of_measure_en`; the period is `2026`, `2026-Q3` or `2026-10`.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

use super::table::{At, Faults, Table, did_you_mean, say};
use super::{IndicatorTree, UnitTree};

/// A criterion (评分项) of the third party's score card.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Criterion {
    /// Code, unique in the plan.
    pub code: String,
    /// The leaf indicator that it feeds.
    pub indicator: String,
    /// What is judged.
    pub name: Text,
    /// Highest mark; the lowest is 0.
    pub max_score: f64,
    /// Anchors and what to look at.
    pub guidance: Text,
    /// Whether a mark needs a picture or paper.
    pub evidence_required: bool,
}

/// One value of an administrative series.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct AdminValue {
    /// The unit it is about.
    pub unit: String,
    /// `2026`, `2026-Q3` or `2026-10`.
    pub period: String,
    /// The series.
    pub code: String,
    /// The value in the series' own unit.
    pub value: f64,
    /// Where it comes from.
    pub source: String,
    /// The series' name, when the file gives one.
    pub name: Option<Text>,
    /// The unit of measure, when the file gives one.
    pub unit_of_measure: Option<Text>,
}

/// Reads `criteria.csv`.
pub(crate) fn read_criteria(bytes: &[u8], indicators: &IndicatorTree, faults: &mut Faults) -> Vec<Criterion> {
    let required = [
        "code",
        "indicator",
        "name",
        "max_score",
        "guidance",
        "evidence_required",
    ];
    let Some(table) = Table::read(bytes, &required, &["name_en", "guidance_en"], faults) else {
        return Vec::new();
    };
    let mut criteria: Vec<Criterion> = Vec::new();
    for row in &table.rows {
        let code = table.need(row, "code", faults).to_owned();
        if !code.is_empty() && criteria.iter().any(|criterion| criterion.code == code) {
            faults.error(
                "PL050",
                At::cell(row.number, "code"),
                say(
                    format!("评分项代码 {code} 重复。"),
                    format!("The criterion code {code} occurs twice."),
                ),
                say("每个评分项一个代码。", "Give each criterion its own code."),
            );
        }
        let indicator = table.need(row, "indicator", faults).to_owned();
        if !indicator.is_empty()
            && indicators
                .get(&indicator)
                .is_none_or(|node| node.measure.is_none())
        {
            let leaves: Vec<&str> = indicators.leaves().map(|leaf| leaf.code.as_str()).collect();
            faults.error(
                "PL051",
                At::cell(row.number, "indicator"),
                say(
                    format!("{indicator} 不是末级指标。"),
                    format!("{indicator} is not a leaf indicator."),
                ),
                did_you_mean(&indicator, leaves),
            );
        }
        table.need(row, "name", faults);
        table.need(row, "max_score", faults);
        let max_score = table.number(row, "max_score", faults).unwrap_or(1.0);
        if max_score <= 0.0 {
            faults.error(
                "PL052",
                At::cell(row.number, "max_score"),
                say("满分应大于 0。", "The highest mark must be above 0."),
                say("例如 4。", "For instance 4."),
            );
        }
        let evidence = table.get(row, "evidence_required");
        if !matches!(evidence, "yes" | "no" | "") {
            faults.error(
                "PL053",
                At::cell(row.number, "evidence_required"),
                say(
                    format!("“{evidence}”应为 yes 或 no。"),
                    format!("“{evidence}” must be yes or no."),
                ),
                say("需要佐证写 yes。", "Write yes when evidence is needed."),
            );
        }
        criteria.push(Criterion {
            code,
            indicator,
            name: table.text(row, "name", "name_en"),
            max_score,
            guidance: table.text(row, "guidance", "guidance_en"),
            evidence_required: evidence == "yes",
        });
    }
    criteria
}

/// Reads `admin.csv`.
pub(crate) fn read_admin(bytes: &[u8], units: Option<&UnitTree>, faults: &mut Faults) -> Vec<AdminValue> {
    let required = ["unit", "period", "code", "value", "source"];
    let optional = ["name_zh", "name_en", "unit_of_measure_zh", "unit_of_measure_en"];
    let Some(table) = Table::read(bytes, &required, &optional, faults) else {
        return Vec::new();
    };
    let mut seen: BTreeMap<(String, String, String), u32> = BTreeMap::new();
    let mut values = Vec::new();
    for row in &table.rows {
        let [unit, period, code] =
            ["unit", "period", "code"].map(|column| table.need(row, column, faults).to_owned());
        if let Some(units) = units.filter(|units| !unit.is_empty() && units.get(&unit).is_none()) {
            faults.error(
                "PL060",
                At::cell(row.number, "unit"),
                say(
                    format!("单位 {unit} 不存在。"),
                    format!("The unit {unit} does not exist."),
                ),
                did_you_mean(
                    &unit,
                    units.iter().map(|unit| unit.code.as_str()).collect::<Vec<_>>(),
                ),
            );
        }
        if !period.is_empty() && !is_period(&period) {
            faults.error(
                "PL061",
                At::cell(row.number, "period"),
                say(
                    format!("“{period}”不是期间。"),
                    format!("“{period}” is not a period."),
                ),
                say("写 2026、2026-Q3 或 2026-10。", "Write 2026, 2026-Q3 or 2026-10."),
            );
        }
        if let Some(first) = seen.insert((unit.clone(), period.clone(), code.clone()), row.number) {
            faults.error(
                "PL062",
                At::cell(row.number, "code"),
                say(
                    format!("单位、期间、代码与第 {first} 行相同。"),
                    format!("Unit, period and code are the same as in row {first}."),
                ),
                say("请只留一行。", "Keep one of them."),
            );
        }
        table.need(row, "value", faults);
        let Some(value) = table.number(row, "value", faults) else {
            continue;
        };
        let text = |zh, en| Some(table.text(row, zh, en)).filter(|text| !text.is_empty());
        values.push(AdminValue {
            unit,
            period,
            code,
            value,
            source: table.get(row, "source").to_owned(),
            name: text("name_zh", "name_en"),
            unit_of_measure: text("unit_of_measure_zh", "unit_of_measure_en"),
        });
    }
    values
}

fn is_period(text: &str) -> bool {
    let digits = |part: &str, n: usize| part.len() == n && part.bytes().all(|b| b.is_ascii_digit());
    match text.split_once('-') {
        None => digits(text, 4),
        Some((year, part)) => {
            let quarter = part
                .strip_prefix('Q')
                .is_some_and(|q| matches!(q, "1" | "2" | "3" | "4"));
            let month = digits(part, 2) && part.parse::<u8>().is_ok_and(|m| (1..=12).contains(&m));
            digits(year, 4) && (quarter || month)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn is_period_accepts_years_quarters_and_months_only() {
        assert!(
            ["2026", "2026-Q1", "2026-12"]
                .iter()
                .all(|period| is_period(period))
        );
        assert!(
            ["26", "2026-Q5", "2026-13", "2026/1", ""]
                .iter()
                .all(|period| !is_period(period))
        );
    }
}
