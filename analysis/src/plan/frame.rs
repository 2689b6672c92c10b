//! The frame (抽样框): persons, relatives and grassroots bodies.
//!
//! `frame.csv`: `person_id,unit,group,category,grade,sex,birth_year,hardship,phone,email`, optionally
//! `name,card_number,relative_of,relation,body_kind,language,address`. A row's `group` is a group of the plan:
//! persons (category, grade, sex and birth year needed), relatives (`relative_of` names the person; the unit may be
//! left empty) or bodies (unit = the township or village that they are). Names, numbers and addresses live in
//! [`FramePerson`] only: nothing else in this crate carries them. How a newer frame is read and held against the one
//! before: [`refresh`].

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use survey_forms::diagnostic::Diagnostic;

use self::refresh::Gone;
use super::table::{At, Faults, Row, Table, did_you_mean, say};
use super::{FrameSource, GroupPlan, UnitTree};

pub mod refresh;

/// One row of the frame.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct FramePerson {
    /// Identifier, unique in the frame.
    pub person_id: String,
    /// Code of the village, township or county.
    pub unit: String,
    /// Code of the respondent group.
    pub group: String,
    /// `vision hearing speech physical intellectual mental multiple`; empty where it does not apply.
    pub category: String,
    /// `1` (the most severe) to `4`; empty where it does not apply.
    pub grade: String,
    /// `male` or `female`; empty where it does not apply.
    pub sex: String,
    /// Year of birth.
    pub birth_year: Option<i32>,
    /// Codes of special hardship.
    pub hardship: Vec<String>,
    /// For a relative: the person it belongs to.
    pub relative_of: Option<String>,
    /// For a relative: how related.
    pub relation: Option<String>,
    /// For a body: what kind.
    pub body_kind: Option<String>,
    /// Preferred language.
    pub language: Option<String>,
    /// Name.
    pub name: Option<String>,
    /// Telephone.
    pub phone: Option<String>,
    /// E-mail.
    pub email: Option<String>,
    /// Number of the disability card.
    pub card_number: Option<String>,
    /// Address.
    pub address: Option<String>,
}

const REQUIRED: [&str; 10] = [
    "person_id",
    "unit",
    "group",
    "category",
    "grade",
    "sex",
    "birth_year",
    "hardship",
    "phone",
    "email",
];
const OPTIONAL: [&str; 8] = [
    "status",
    "name",
    "card_number",
    "relative_of",
    "relation",
    "body_kind",
    "language",
    "address",
];
const CATEGORIES: [&str; 7] = [
    "vision",
    "hearing",
    "speech",
    "physical",
    "intellectual",
    "mental",
    "multiple",
];
const GRADES: [&str; 4] = ["1", "2", "3", "4"];
const SEXES: [&str; 2] = ["male", "female"];

/// Reads the frame without knowing the groups: a row with `relative_of` is a relative, one with a category a person,
/// any other a body.
///
/// # Errors
/// Every fault, by row and column.
pub fn read_frame(bytes: &[u8], units: &UnitTree) -> Result<Vec<FramePerson>, Vec<Diagnostic>> {
    let mut faults = Faults::new("frame.csv");
    let people = read(bytes, units, None, &mut faults);
    if faults.found.iter().any(Diagnostic::is_error) {
        Err(faults.found)
    } else {
        Ok(people)
    }
}

/// Reads the frame, checking `group` against the plan's groups when they are given.
pub(crate) fn read(
    bytes: &[u8],
    units: &UnitTree,
    groups: Option<&[GroupPlan]>,
    faults: &mut Faults,
) -> Vec<FramePerson> {
    read_rows(bytes, (units, groups), None, faults)
}

/// Reads the rows of a frame; those of whom the file says that they are gone go into `gone`, and are faults where a
/// frame has no room for them.
fn read_rows(
    bytes: &[u8],
    (units, groups): (&UnitTree, Option<&[GroupPlan]>),
    mut gone: Option<&mut BTreeMap<String, Gone>>,
    faults: &mut Faults,
) -> Vec<FramePerson> {
    let Some(table) = Table::read(bytes, &REQUIRED, &OPTIONAL, faults) else {
        return Vec::new();
    };
    let mut present: Vec<&Row> = Vec::with_capacity(table.rows.len());
    for row in &table.rows {
        match (Gone::parse(table.get(row, "status")), gone.as_deref_mut()) {
            (Ok(None), _) => present.push(row),
            (Ok(Some(why)), Some(gone)) => {
                gone.insert(table.need(row, "person_id", faults).to_owned(), why);
            }
            (Ok(Some(_)), None) => faults.error(
                "PL089",
                At::cell(row.number, "status"),
                say(
                    "方案的抽样框只写在册的人。",
                    "The frame of a plan lists those who are there.",
                ),
                say("请删去这一行。", "Remove this row."),
            ),
            (Err(()), _) => faults.error(
                "PL099",
                At::cell(row.number, "status"),
                say(
                    format!("不认识“{}”。", table.get(row, "status")),
                    format!("“{}” is not known.", table.get(row, "status")),
                ),
                did_you_mean(table.get(row, "status"), ["active", "deceased", "left"]),
            ),
        }
    }
    if let Some(gone) = gone {
        present.retain(|row| {
            let goes_too = gone.contains_key(table.get(row, "relative_of"));
            if goes_too {
                gone.insert(table.get(row, "person_id").to_owned(), Gone::Left);
            }
            !goes_too
        });
    }
    let mut people: Vec<FramePerson> = Vec::with_capacity(present.len());
    let mut rows: BTreeMap<String, (u32, FrameSource)> = BTreeMap::new();
    for row in &present {
        let (person, source) = read_row(&table, row, units, groups, faults);
        if !person.person_id.is_empty() {
            if let Some((first, _)) = rows.get(&person.person_id) {
                faults.error(
                    "PL080",
                    At::cell(row.number, "person_id"),
                    say(
                        format!("编号 {} 与第 {first} 行重复。", person.person_id),
                        format!("The id {} is already in row {first}.", person.person_id),
                    ),
                    say(
                        "每人一个编号；重复的人请删去一行。",
                        "Each person has one id; remove the repeated row.",
                    ),
                );
            } else {
                rows.insert(person.person_id.clone(), (row.number, source));
            }
        }
        people.push(person);
    }
    check_relatives(&present, &mut people, &rows, faults);
    people
}

fn read_row(
    table: &Table,
    row: &Row,
    units: &UnitTree,
    groups: Option<&[GroupPlan]>,
    faults: &mut Faults,
) -> (FramePerson, FrameSource) {
    let get = |column: &str| table.get(row, column).to_owned();
    let mut person = FramePerson {
        person_id: table.need(row, "person_id", faults).to_owned(),
        unit: get("unit"),
        group: table.need(row, "group", faults).to_owned(),
        category: get("category"),
        grade: get("grade"),
        sex: get("sex"),
        birth_year: None,
        hardship: get("hardship").split_whitespace().map(str::to_owned).collect(),
        relative_of: table.some(row, "relative_of"),
        relation: table.some(row, "relation"),
        body_kind: table.some(row, "body_kind"),
        language: table.some(row, "language"),
        name: table.some(row, "name"),
        phone: table.some(row, "phone"),
        email: table.some(row, "email"),
        card_number: table.some(row, "card_number"),
        address: table.some(row, "address"),
    };
    let source = source_of(&person, groups, row, faults);
    if person.unit.is_empty() {
        if source != FrameSource::Relatives {
            table.need(row, "unit", faults);
        }
    } else if units.get(&person.unit).is_none() {
        // Near names are looked for a few times, not once for each of sixty thousand rows.
        let mend = if faults.found.len() < 50 {
            did_you_mean(
                &person.unit,
                units.iter().map(|unit| unit.code.as_str()).collect::<Vec<_>>(),
            )
        } else {
            say("请改成 units.csv 里的代码。", "Use a code of units.csv.")
        };
        faults.error(
            "PL081",
            At::cell(row.number, "unit"),
            say(
                format!("单位 {} 不存在。", person.unit),
                format!("The unit {} does not exist.", person.unit),
            ),
            mend,
        );
    }
    let needed = source == FrameSource::Persons;
    one_of(table, row, "category", &CATEGORIES, "PL083", needed, faults);
    one_of(table, row, "grade", &GRADES, "PL084", needed, faults);
    one_of(table, row, "sex", &SEXES, "PL085", needed, faults);
    let year = get("birth_year");
    if needed || !year.is_empty() {
        person.birth_year = year
            .parse::<i32>()
            .ok()
            .filter(|year| (1900..=2100).contains(year));
        if person.birth_year.is_none() {
            faults.error(
                "PL086",
                At::cell(row.number, "birth_year"),
                say(
                    format!("“{year}”不是出生年份。"),
                    format!("“{year}” is not a year of birth."),
                ),
                say(
                    "写四位年份，如 1968。",
                    "Write the year in four digits, such as 1968.",
                ),
            );
        }
    }
    (person, source)
}

fn source_of(
    person: &FramePerson,
    groups: Option<&[GroupPlan]>,
    row: &Row,
    faults: &mut Faults,
) -> FrameSource {
    if let Some(groups) = groups.filter(|_| !person.group.is_empty()) {
        if let Some(group) = groups.iter().find(|group| group.code == person.group) {
            return group.source;
        }
        faults.error(
            "PL082",
            At::cell(row.number, "group"),
            say(
                format!("plan.toml 里没有评价主体 {}。", person.group),
                format!("plan.toml has no group {}.", person.group),
            ),
            did_you_mean(
                &person.group,
                groups.iter().map(|group| group.code.as_str()).collect::<Vec<_>>(),
            ),
        );
    }
    match (&person.relative_of, person.category.is_empty()) {
        (Some(_), _) => FrameSource::Relatives,
        (None, false) => FrameSource::Persons,
        (None, true) => FrameSource::Bodies,
    }
}

fn one_of(
    table: &Table,
    row: &Row,
    column: &str,
    known: &[&str],
    code: &'static str,
    needed: bool,
    faults: &mut Faults,
) {
    let value = table.get(row, column);
    if known.contains(&value) || (value.is_empty() && !needed) {
        return;
    }
    let message = if value.is_empty() {
        say("不能为空。", "This cell must not be empty.")
    } else {
        say(format!("不认识“{value}”。"), format!("“{value}” is not known."))
    };
    faults.error(
        code,
        At::cell(row.number, column),
        message,
        did_you_mean(value, known.to_vec()),
    );
}

/// Relatives must name a person of the frame, whose unit they take when their own is empty.
fn check_relatives(
    present: &[&Row],
    people: &mut [FramePerson],
    rows: &BTreeMap<String, (u32, FrameSource)>,
    faults: &mut Faults,
) {
    let unit_of: BTreeMap<String, String> = people
        .iter()
        .map(|person| (person.person_id.clone(), person.unit.clone()))
        .collect();
    for (person, row) in people.iter_mut().zip(present) {
        let is_relative = rows
            .get(&person.person_id)
            .is_some_and(|&(_, source)| source == FrameSource::Relatives);
        let at = || At::cell(row.number, "relative_of");
        match person.relative_of.as_deref() {
            None if is_relative => faults.error(
                "PL088",
                at(),
                say(
                    "亲友须写明是谁的亲友。",
                    "A relative must name the person it belongs to.",
                ),
                say("填写该残疾人的 person_id。", "Write that person's person_id."),
            ),
            None => {}
            Some(other) => match rows.get(other) {
                Some((_, FrameSource::Persons)) => {
                    if person.unit.is_empty() {
                        person.unit = unit_of.get(other).cloned().unwrap_or_default();
                    }
                }
                Some(_) => faults.error(
                    "PL087",
                    at(),
                    say(
                        format!("{other} 不是残疾人本人。"),
                        format!("{other} is not a person of the frame but a relative or body."),
                    ),
                    say(
                        "填写残疾人本人的 person_id。",
                        "Write the person_id of the person itself.",
                    ),
                ),
                None => faults.error(
                    "PL087",
                    at(),
                    say(
                        format!("抽样框里没有 {other}。"),
                        format!("The frame has no {other}."),
                    ),
                    say(
                        "填写残疾人本人的 person_id。",
                        "Write the person_id of the person itself.",
                    ),
                ),
            },
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::plan::unit;

    const UNITS: &str = "code,parent,level,kind,name_zh\nc,,county,,县\nt,c,township,,乡\nv,t,village,,村\n";

    fn read_with(rows: &str) -> Result<Vec<FramePerson>, Vec<Diagnostic>> {
        let units = unit::read(UNITS.as_bytes(), &mut Faults::new("units.csv")).expect("sound");
        let csv = format!("{},relative_of,body_kind\n{rows}", REQUIRED.join(","));
        read_frame(csv.as_bytes(), &units)
    }

    #[test]
    fn read_frame_relative_without_unit_takes_the_persons() {
        let people = read_with("p1,v,resident,vision,1,male,1960,severe orphaned,13800000000,,,\nf1,,family,,,,,,,,p1,\nb1,t,grassroots,,,,,,,,,township_federation\n")
            .expect("sound");
        assert_eq!(people[0].hardship, ["severe", "orphaned"]);
        assert_eq!(people[1].unit, "v");
        assert_eq!(people[2].body_kind.as_deref(), Some("township_federation"));
    }

    #[test]
    fn read_frame_bad_rows_reports_every_fault() {
        let faults = read_with(
            "p1,v,resident,vision,1,male,1960,,,,,\np1,v,resident,vison,5,man,60,,,,,\np3,x,resident,vision,1,male,1960,,,,,\nf1,,family,,,,,,,,p9,\n,v,resident,vision,1,male,1960,,,,,\n",
        )
        .expect_err("faulty");
        insta::assert_snapshot!(
            faults
                .iter()
                .map(|fault| fault.to_line("zh"))
                .collect::<Vec<_>>()
                .join("\n")
        );
    }
}
