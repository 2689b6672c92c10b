//! Commitments of the reform that can be counted (`commitments.csv`, optional): what was promised, by when, and which
//! administrative series tells.
//!
//! `code,series,name_zh,name_en,unit_level,direction,target,by,clause_zh,clause_en`. `direction` is `+` where the value
//! must reach the target and `-` where it must not exceed it; `by` is a day; `clause` says where the promise stands.
//! `unit_level` names the level of the units that must each keep it, beside the county (empty: the county alone).
//! Commitments need not count in any score: see [`crate::commitment`] for how they are tracked.

use jiff::civil::Date;
use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

use super::UnitTree;
use super::catalogue::SeriesPlan;
use super::table::{At, Faults, Table, did_you_mean, say};

/// A promise with a number, a day and a series that tells whether it is kept.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Commitment {
    /// Code, unique in the plan.
    pub code: String,
    /// The administrative series.
    pub series: String,
    /// What was promised.
    pub name: Text,
    /// Level of the units that must each keep it; none for the county alone.
    pub unit_level: Option<String>,
    /// Whether the value must reach the target (or else not exceed it).
    pub at_least: bool,
    /// The target in the series' own unit.
    pub target: f64,
    /// The last day to reach it.
    pub by: Date,
    /// Where the promise stands.
    pub clause: Text,
}

impl Commitment {
    /// Whether a value keeps it.
    #[must_use]
    pub fn is_kept_by(&self, value: f64) -> bool {
        if self.at_least {
            value >= self.target
        } else {
            value <= self.target
        }
    }
}

/// Reads `commitments.csv`.
pub(super) fn read(
    bytes: &[u8],
    units: Option<&UnitTree>,
    series: &[SeriesPlan],
    faults: &mut Faults,
) -> Vec<Commitment> {
    let required = ["code", "series", "name_zh", "direction", "target", "by"];
    let optional = ["name_en", "unit_level", "clause_zh", "clause_en"];
    let Some(table) = Table::read(bytes, &required, &optional, faults) else {
        return Vec::new();
    };
    let mut commitments: Vec<Commitment> = Vec::new();
    for row in &table.rows {
        let mut bad = |fault, column, message: (String, String), mend: (String, String)| {
            faults.error(fault, At::cell(row.number, column), message, mend);
        };
        let code = table.get(row, "code").to_owned();
        if commitments.iter().any(|one| one.code == code) {
            bad(
                "PL094",
                "code",
                say(
                    format!("代码 {code} 重复。"),
                    format!("The code {code} occurs twice."),
                ),
                say("每项一个代码。", "Give each commitment its own code."),
            );
        }
        let of_series = table.get(row, "series").to_owned();
        if !of_series.is_empty() && !series.iter().any(|one| one.code == of_series) {
            bad(
                "PL095",
                "series",
                say(
                    format!("series.csv 里没有系列 {of_series}。"),
                    format!("series.csv has no series {of_series}."),
                ),
                did_you_mean(
                    &of_series,
                    series.iter().map(|one| one.code.as_str()).collect::<Vec<_>>(),
                ),
            );
        }
        let direction = table.get(row, "direction");
        if !matches!(direction, "+" | "-") {
            bad(
                "PL096",
                "direction",
                say(
                    format!("“{direction}”应为 + 或 -。"),
                    format!("“{direction}” must be + or -."),
                ),
                say(
                    "不低于目标写 +，不超过目标写 -。",
                    "Write + for “at least the target”, - for “at most”.",
                ),
            );
        }
        let day = table.get(row, "by");
        let by = day.parse::<Date>().ok();
        if by.is_none() && !day.is_empty() {
            bad(
                "PL097",
                "by",
                say(format!("“{day}”不是日期。"), format!("“{day}” is not a day.")),
                say("写成 2026-12-31。", "Write it like 2026-12-31."),
            );
        }
        let level = table.some(row, "unit_level");
        if let (Some(level), Some(units)) = (&level, units)
            && units.of_level(level).is_empty()
        {
            bad(
                "PL098",
                "unit_level",
                say(
                    format!("units.csv 里没有 {level} 这一级。"),
                    format!("units.csv has no level {level}."),
                ),
                say("县一级留空。", "Leave it empty for the county alone."),
            );
        }
        for column in ["code", "series", "name_zh", "target", "by"] {
            table.need(row, column, faults);
        }
        let target = table.number(row, "target", faults);
        if let (Some(target), Some(by)) = (target, by) {
            commitments.push(Commitment {
                code,
                series: of_series,
                name: table.text(row, "name_zh", "name_en"),
                unit_level: level,
                at_least: direction != "-",
                target,
                by,
                clause: table.text(row, "clause_zh", "clause_en"),
            });
        }
    }
    commitments
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::{catalogue, unit};

    #[test]
    fn read_faulty_commitments_reports_every_fault_and_keeps_the_sound_ones() {
        let units = unit::read(
            "code,parent,level,kind,name_zh\nc,,county,,县\n".as_bytes(),
            &mut Faults::new("units.csv"),
        );
        let series = catalogue::read(
            "code,name_zh,levels,period,lowest,highest\nshare,占比,,,,\n".as_bytes(),
            units.as_ref(),
            &mut Faults::new("series.csv"),
        );
        let mut faults = Faults::new("commitments.csv");
        let csv = "code,series,name_zh,unit_level,direction,target,by\n\
            a,share,甲,,+,65,2026-12-31\nb,shore,乙,village,>,六十,2026/12/31\n";
        let found = read(csv.as_bytes(), units.as_ref(), &series, &mut faults);
        assert_eq!(found.len(), 1);
        assert!(found[0].is_kept_by(65.0) && !found[0].is_kept_by(64.9));
        let codes: Vec<_> = faults.found.iter().map(|fault| fault.code).collect();
        assert_eq!(codes, ["PL095", "PL096", "PL097", "PL098", "PL014"]);
    }
}
