//! The register as a file: read row by row with every fault, and written back.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::Plan;
use analysis::plan::table::{At, Faults, Row, Table, did_you_mean, say};
use survey_forms::diagnostic::Diagnostic;

use super::{COLUMNS, FEATURES};
use crate::spreadsheet::harmless;
use crate::store::institutions::Institution;

const REQUIRED: [&str; 6] = ["code", "name_zh", "unit", "areas", "phone", "address_zh"];

/// Longest text, in characters.
const LONGEST: usize = 200;

/// Reads a register; with what somebody should look at.
///
/// # Errors
/// Every fault, errors and warnings, by row and column of `file`.
pub fn read(
    file: &str,
    bytes: &[u8],
    plan: &Plan,
) -> Result<(Vec<Institution>, Vec<Diagnostic>), Vec<Diagnostic>> {
    let mut faults = Faults::new(file);
    let optional: Vec<&str> = COLUMNS
        .into_iter()
        .filter(|column| !REQUIRED.contains(column))
        .collect();
    let mut rows = Vec::new();
    let mut seen: BTreeMap<String, u32> = BTreeMap::new();
    if let Some(table) = Table::read(bytes, &REQUIRED, &optional, &mut faults) {
        for row in &table.rows {
            let institution = read_row(&table, row, plan, &mut faults);
            if let Some(first) = seen.insert(institution.code.clone(), row.number) {
                faults.error(
                    "SV001",
                    At::cell(row.number, "code"),
                    say(
                        format!("代码与第 {first} 行相同。"),
                        format!("The code is the same as in row {first}."),
                    ),
                    say("每个机构一个代码。", "Give each institution its own code."),
                );
            }
            rows.push(institution);
        }
        if table.rows.is_empty() {
            faults.error(
                "SV002",
                At::file(),
                say("文件里没有机构。", "The file holds no institutions."),
                say(
                    "表头下面每个机构一行。",
                    "Write one row for each, below the header.",
                ),
            );
        }
    }
    faults.found.sort_by_key(|fault| fault.place.row);
    if faults.found.iter().any(Diagnostic::is_error) {
        Err(faults.found)
    } else {
        Ok((rows, faults.found))
    }
}

fn read_row(table: &Table, row: &Row, plan: &Plan, faults: &mut Faults) -> Institution {
    for column in ["code", "name_zh", "unit", "areas"] {
        table.need(row, column, faults);
    }
    for column in COLUMNS {
        let length = table.get(row, column).chars().count();
        if length > LONGEST {
            faults.error(
                "SV003",
                At::cell(row.number, column),
                say(
                    format!("有 {length} 个字，最多 {LONGEST} 个。"),
                    format!("{length} characters; {LONGEST} at most."),
                ),
                say("请写短一些。", "Write less."),
            );
        }
    }
    let text = |column: &str| table.get(row, column).trim_start_matches('\'').to_owned();
    let code = text("code");
    if !code.is_empty() && !is_code(&code) {
        faults.error(
            "SV004",
            At::cell(row.number, "code"),
            say(
                format!("“{code}”不能作代码。"),
                format!("“{code}” cannot be a code."),
            ),
            say(
                "代码用小写字母、数字和 -，最多40个，不能是 new。",
                "A code has lower-case letters, digits and -, at most 40, and is not “new”.",
            ),
        );
    }
    check_unit(&text("unit"), row, plan, faults);
    let phone = text("phone");
    let digits = phone.chars().filter(char::is_ascii_digit).count();
    let is_phone = phone
        .chars()
        .all(|c| c.is_ascii_digit() || "-+() 转#".contains(c))
        && (3..=20).contains(&digits);
    if !phone.is_empty() && !is_phone {
        faults.error(
            "SV006",
            At::cell(row.number, "phone"),
            say(
                format!("“{phone}”不是电话号码。"),
                format!("“{phone}” is no telephone number."),
            ),
            say(
                "只写一个号码，如 0123-4567890；没有就留空。",
                "Write one number, such as 0123-4567890; leave it empty when there is none.",
            ),
        );
    }
    let areas: Vec<&str> = plan.areas.iter().map(|area| area.code.as_str()).collect();
    let accessible = codes(table, row, "accessible", &FEATURES, faults);
    let not_accessible = codes(table, row, "not_accessible", &FEATURES, faults);
    for both in accessible.intersection(&not_accessible) {
        faults.error(
            "SV008",
            At::cell(row.number, "not_accessible"),
            say(
                format!("{both} 既写了有，又写了没有。"),
                format!("{both} is said to be there and not to be there."),
            ),
            say(
                "请删去一处；不清楚就两处都不写。",
                "Remove one; when it is not known, remove both.",
            ),
        );
    }
    let closed = text("closed");
    if !matches!(closed.as_str(), "" | "yes" | "no") {
        faults.error(
            "SV009",
            At::cell(row.number, "closed"),
            say(
                format!("“{closed}”应为 yes 或 no。"),
                format!("“{closed}” must be yes or no."),
            ),
            say("停办的写 yes。", "Write yes when it has closed."),
        );
    }
    Institution {
        round_id: plan.round.id.clone(),
        areas: joined(&codes(table, row, "areas", &areas, faults), &areas),
        accessible: joined(&accessible, &FEATURES),
        not_accessible: joined(&not_accessible, &FEATURES),
        code,
        name_zh: text("name_zh"),
        name_en: text("name_en"),
        unit: text("unit"),
        services_zh: text("services_zh"),
        services_en: text("services_en"),
        address_zh: text("address_zh"),
        address_en: text("address_en"),
        phone,
        hours_zh: text("hours_zh"),
        hours_en: text("hours_en"),
        closed: closed == "yes",
        day: String::new(),
    }
}

fn is_code(code: &str) -> bool {
    let plain = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    code.len() <= 40 && code != "new" && code.chars().all(plain)
}

fn check_unit(unit: &str, row: &Row, plan: &Plan, faults: &mut Faults) {
    let known = plan.units.get(unit);
    if unit.is_empty() || known.is_some_and(|unit| matches!(unit.level.as_str(), "county" | "township")) {
        return;
    }
    let choices: Vec<&str> = plan
        .units
        .iter()
        .filter(|unit| unit.level == "township")
        .map(|unit| unit.code.as_str())
        .collect();
    faults.error(
        "SV005",
        At::cell(row.number, "unit"),
        say(
            format!("{unit} 不是乡镇，也不是县。"),
            format!("{unit} is neither a township nor the county."),
        ),
        did_you_mean(unit, choices),
    );
}

fn codes(
    table: &Table,
    row: &Row,
    column: &'static str,
    known: &[&str],
    faults: &mut Faults,
) -> BTreeSet<String> {
    let cell = table.get(row, column);
    let written = cell.split([' ', '|', '、']).filter(|code| !code.is_empty());
    let mut found = BTreeSet::new();
    for code in written {
        if known.contains(&code) {
            found.insert(code.to_owned());
        } else {
            faults.error(
                "SV007",
                At::cell(row.number, column),
                say(format!("不认识“{code}”。"), format!("“{code}” is not known.")),
                did_you_mean(code, known.to_vec()),
            );
        }
    }
    found
}

/// Codes in the order of `known`.
fn joined(codes: &BTreeSet<String>, known: &[&str]) -> String {
    let in_order = known.iter().filter(|code| codes.contains(**code));
    in_order.copied().collect::<Vec<_>>().join(" ")
}

/// The register as rows under [`COLUMNS`].
pub fn rows(register: &[Institution]) -> Vec<[String; 15]> {
    let lines = register.iter().map(|row| {
        [
            row.code.clone(),
            harmless(row.name_zh.clone()),
            harmless(row.name_en.clone()),
            row.unit.clone(),
            row.areas.clone(),
            harmless(row.services_zh.clone()),
            harmless(row.services_en.clone()),
            harmless(row.address_zh.clone()),
            harmless(row.address_en.clone()),
            harmless(row.phone.clone()),
            harmless(row.hours_zh.clone()),
            harmless(row.hours_en.clone()),
            row.accessible.clone(),
            row.not_accessible.clone(),
            if row.closed { "yes" } else { "no" }.to_owned(),
        ]
    });
    lines.collect()
}
