//! Third-party criteria (`criteria.csv`) and the figures of administrative series (`admin.csv`).
//!
//! `criteria.csv`: `code,indicator,name,max_score,guidance,evidence_required`, optionally `name_en,guidance_en`.
//! `admin.csv`: `unit,period,code,value,source`, optionally
//! `name_zh,name_en,unit_of_measure_zh,unit_of_measure_en`; the period is `2026`, `2026-Q3` or `2026-10`. Figures that
//! come while the round runs are read by the same rules and a few more ([`read_figures`]).

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use survey_forms::diagnostic::Diagnostic;
use survey_forms::text::Text;

use super::catalogue::{PeriodKind, SeriesPlan};
use super::table::{At, Faults, Row, Table, did_you_mean, say};
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
    /// The revision of the round's figures that set the value; 0 for `admin.csv` as it was sealed.
    #[serde(default)]
    pub revision: u32,
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
pub(crate) fn read_admin(
    bytes: &[u8],
    units: Option<&UnitTree>,
    catalogue: &[SeriesPlan],
    faults: &mut Faults,
) -> Vec<AdminValue> {
    read(bytes, units, catalogue, None, faults)
}

/// Reads figures that come while the round runs: a file in the form of `admin.csv`, in which every figure has its
/// source, no period lies ahead of `today`, and every series is one of `catalogue`.
///
/// Returns the figures, with what somebody should look at. Names and units of measure are the catalogue's where the
/// file gives none.
///
/// # Errors
/// Every fault, errors and warnings, by row and column of `file`.
pub fn read_figures(
    file: &str,
    bytes: &[u8],
    units: &UnitTree,
    catalogue: &[SeriesPlan],
    today: Date,
) -> Result<(Vec<AdminValue>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut faults = Faults::new(file);
    let values = read(bytes, Some(units), catalogue, Some(today), &mut faults);
    if values.is_empty() && faults.found.is_empty() {
        faults.error(
            "PL068",
            At::file(),
            say("文件里没有数值。", "The file holds no figures."),
            say(
                "表头下面每个单位、期间、系列一行。",
                "Below the header, write one row for each unit, period and series.",
            ),
        );
    }
    faults.found.sort_by_key(|fault| fault.place.row);
    if faults.found.iter().any(Diagnostic::is_error) {
        Err(faults.found)
    } else {
        Ok((values, faults.found))
    }
}

/// `today` is given for figures that come while the round runs.
fn read(
    bytes: &[u8],
    units: Option<&UnitTree>,
    catalogue: &[SeriesPlan],
    today: Option<Date>,
    faults: &mut Faults,
) -> Vec<AdminValue> {
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
        let described = check_place(row, (&unit, &period, &code), (units, catalogue, today), faults);
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
        if today.is_some() {
            table.need(row, "source", faults);
        }
        let Some(value) = table.number(row, "value", faults) else {
            continue;
        };
        if let Some(series) = described.filter(|series| !series.is_plausible(value)) {
            let bounds = series.bounds().unwrap_or_default();
            faults.error(
                "PL067",
                At::cell(row.number, "value"),
                say(
                    format!("{value} 不在合理范围 {bounds} 之内（{}）。", series.name.get("zh")),
                    format!("{value} is not plausible: {} lies in {bounds}.", series.name.get("en")),
                ),
                say(
                    "请核对小数点、百分号和单位；范围写在方案的 series.csv 里。",
                    "Check the decimal point, the percent sign and the unit; the range is set in the plan's series.csv.",
                ),
            );
        }
        let is_percent = described.is_some_and(|series| series.unit_of_measure.get("zh") == "%");
        if today.is_some() && is_percent && value > 0.0 && value <= 1.0 {
            faults.warning(
                "PL100",
                At::cell(row.number, "value"),
                say(
                    format!("读到的是 {value}，单位是 %。"),
                    format!("{value} was read, and the unit is %."),
                ),
                say(
                    "如果是电子表格的百分比格式（81.6% 存为 0.816），请改成普通数字 81.6 再导入。",
                    "If the cell has a percentage format (81.6% is stored as 0.816), write the plain number 81.6 and import it again.",
                ),
            );
        }
        let text = |zh, en, known: Option<&Text>| {
            let own = table.text(row, zh, en);
            let text = if own.is_empty() { known.cloned()? } else { own };
            (!text.is_empty()).then_some(text)
        };
        values.push(AdminValue {
            unit,
            period,
            code,
            value,
            source: table.get(row, "source").to_owned(),
            name: text("name_zh", "name_en", described.map(|series| &series.name)),
            unit_of_measure: text(
                "unit_of_measure_zh",
                "unit_of_measure_en",
                described.map(|series| &series.unit_of_measure),
            ),
            revision: 0,
        });
    }
    values
}

/// Checks what a figure is about, and returns the series as the catalogue describes it. Without a catalogue any code
/// is a series.
fn check_place<'c>(
    row: &Row,
    (unit, period, code): (&str, &str, &str),
    (units, catalogue, today): (Option<&UnitTree>, &'c [SeriesPlan], Option<Date>),
    faults: &mut Faults,
) -> Option<&'c SeriesPlan> {
    let mut bad = |fault, column, message: (String, String), mend: (String, String)| {
        faults.error(fault, At::cell(row.number, column), message, mend);
    };
    let known_unit = units.and_then(|units| units.get(unit));
    if let Some(units) = units.filter(|_| !unit.is_empty() && known_unit.is_none()) {
        bad(
            "PL060",
            "unit",
            say(
                format!("单位 {unit} 不存在。"),
                format!("The unit {unit} does not exist."),
            ),
            did_you_mean(
                unit,
                units.iter().map(|unit| unit.code.as_str()).collect::<Vec<_>>(),
            ),
        );
    }
    let kind = PeriodKind::of(period);
    if !period.is_empty() && kind.is_none() {
        bad(
            "PL061",
            "period",
            say(
                format!("“{period}”不是期间。"),
                format!("“{period}” is not a period."),
            ),
            say(
                "写 2026、2026-Q3 或 2026-10；电子表格里请把单元格设成文本。",
                "Write 2026, 2026-Q3 or 2026-10; in a spreadsheet, format the cell as text.",
            ),
        );
    }
    if let (Some(today), Some(first)) = (today, PeriodKind::first_day(period))
        && first > today
    {
        bad(
            "PL066",
            "period",
            say(
                format!("{period} 还没有开始，不会有数值。"),
                format!("{period} has not begun; it cannot have a figure."),
            ),
            say("请核对年份和季度。", "Check the year and the quarter."),
        );
    }
    let series = catalogue.iter().find(|series| series.code == code);
    if series.is_none() && !code.is_empty() && (today.is_some() || !catalogue.is_empty()) {
        bad(
            "PL064",
            "code",
            say(
                format!("方案里没有系列 {code}。"),
                format!("The plan has no series {code}."),
            ),
            did_you_mean(
                code,
                catalogue
                    .iter()
                    .map(|series| series.code.as_str())
                    .collect::<Vec<_>>(),
            ),
        );
    }
    let series = series?;
    if let (Some(wanted), Some(kind)) = (series.period, kind)
        && wanted != kind
    {
        bad(
            "PL065",
            "period",
            say(
                format!("{code} 的期间应写成 {} 这样。", wanted.example()),
                format!("The periods of {code} are written like {}.", wanted.example()),
            ),
            say("请核对期间。", "Check the period."),
        );
    }
    if let Some(unit) =
        known_unit.filter(|unit| !series.levels.is_empty() && !series.levels.contains(&unit.level))
    {
        bad(
            "PL069",
            "unit",
            say(
                format!("{code} 不由 {} 这一级填报。", unit.level),
                format!("{code} is not reported by units of the level {}.", unit.level),
            ),
            say(
                format!("填报的是：{}。", series.levels.join("、")),
                format!("It is reported by: {}.", series.levels.join(", ")),
            ),
        );
    }
    Some(series)
}

#[cfg(test)]
mod tests {
    use jiff::civil::date;

    use super::*;
    use crate::plan::{catalogue, unit};

    const UNITS: &str = "code,parent,level,kind,name_zh\nc,,county,,县\nt,c,township,,乡\n";
    const SERIES: &str = "code,name_zh,name_en,levels,period,lowest,highest,unit_of_measure_zh\n\
        share,占比,Share,county|township,quarter,0,100,\ndays,天数,Days,county,year,0,366,天\n\
        percent,占比,Percent,township,quarter,0,100,%\n";

    fn read_with(rows: &str) -> Result<(Vec<AdminValue>, Vec<Diagnostic>), Vec<Diagnostic>> {
        let units = unit::read(UNITS.as_bytes(), &mut Faults::new("units.csv")).expect("sound");
        let series = catalogue::read(SERIES.as_bytes(), Some(&units), &mut Faults::new("series.csv"));
        let csv = format!("unit,period,code,value,source\n{rows}");
        read_figures("new.csv", csv.as_bytes(), &units, &series, date(2026, 8, 1))
    }

    #[test]
    fn read_figures_takes_names_from_the_catalogue() {
        let (values, warnings) =
            read_with("t,2026-Q3,share,81.5,台账\nc,2025,days,34,考勤\n").expect("sound");
        assert_eq!(warnings, []);
        assert_eq!(values[0].name.as_ref().map(|name| name.get("en")), Some("Share"));
        assert_eq!((values[1].value, values[1].revision), (34.0, 0));
    }

    #[test]
    fn read_figures_faulty_reports_every_fault_by_row_and_column() {
        let faults = read_with(
            "x,2026-Q3,share,81.5,台账\nt,2026,share,81.5,台账\nt,2026-Q4,share,81.5,台账\nt,2026-Q1,shares,1,台账\n\
             t,2026-Q2,share,815,台账\nt,2025,days,30,台账\nc,2025,days,三十,\nt,2026-Q3,share,80,台账\nt,2026-Q3,share,80,台账\n",
        )
        .expect_err("faulty");
        let found: Vec<_> = faults
            .iter()
            .map(|fault| {
                (
                    fault.place.row.unwrap_or(0),
                    fault.place.column.as_deref().unwrap_or(""),
                    fault.code,
                )
            })
            .collect();
        assert_eq!(
            found,
            [
                (2, "unit", "PL060"),
                (3, "period", "PL065"),
                (4, "period", "PL066"),
                (5, "code", "PL064"),
                (6, "value", "PL067"),
                (7, "unit", "PL069"),
                (8, "source", "PL013"),
                (8, "value", "PL014"),
                (10, "code", "PL062"),
            ]
        );
        assert!(faults.iter().all(|fault| fault.to_line("en").contains("new.csv")));
    }

    #[test]
    fn read_figures_share_below_one_percent_is_asked_about() {
        let (_, warnings) =
            read_with("t,2026-Q3,percent,0.816,台账\nt,2026-Q2,percent,81.6,台账\n").expect("sound");
        let found: Vec<_> = warnings
            .iter()
            .map(|warning| (warning.code, warning.place.row))
            .collect();
        assert_eq!(found, [("PL100", Some(2))]);
    }

    #[test]
    fn read_figures_of_an_empty_table_is_refused() {
        assert_eq!(read_with("").expect_err("empty")[0].code, "PL068");
    }
}
