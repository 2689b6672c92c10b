//! Cases as `analysis::round` takes them: of the sample, and of the whole population, whose results are the truth.

use std::collections::BTreeMap;

use analysis::plan::Plan;
use analysis::round::{GroupCases, MarginTotals};
use polars::frame::DataFrame;
use polars::prelude::{Column, DataType, IntoColumn, NamedFrom, Series};

use super::answers::Columns;
use super::county::{Person, Population};
use super::fieldwork::{Case, Fieldwork, group_codes};
use super::frame::{body_id, person_id, relative_id, sex};
use super::{SyntheticError, body, family, resident};

/// Which part of the population a table is about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Source {
    Residents,
    Relatives,
    Bodies,
}

/// One row of a table before its answers.
struct Row {
    case_id: String,
    stratum: String,
    psu: String,
    certainty: bool,
    base_weight: f64,
    mode: Option<&'static str>,
    disposition: Option<String>,
    responded: bool,
    subject: usize,
}

/// The whole population as if everyone had been asked and had answered: a census, weight 1.
///
/// # Errors
/// When the plan lacks a group, or a table cannot be put together.
pub fn truth(county: &Population, plan: &Plan) -> Result<Vec<GroupCases>, SyntheticError> {
    let groups = group_codes(plan)?;
    let all = |subject: usize, stratum: String, id: String| Row {
        case_id: id.clone(),
        stratum,
        psu: id,
        certainty: true,
        base_weight: 1.0,
        mode: None,
        disposition: None,
        responded: true,
        subject,
    };
    let township = |person: &Person| county.township_of(person).code.clone();
    let persons = || county.persons.iter().enumerate();
    let residents = persons().map(|(i, person)| all(i, township(person), person_id(i)));
    let relatives = persons().filter(|(_, person)| person.relative.is_some());
    let relatives = relatives.map(|(i, person)| all(i, township(person), relative_id(i)));
    let bodies = county.bodies.iter().enumerate().map(|(i, body)| {
        let stratum = body
            .township
            .map_or_else(|| plan.round.county.clone(), |t| county.townships[t].code.clone());
        all(i, stratum, body_id(i))
    });
    Ok(vec![
        cases(county, plan, groups[0], Source::Residents, residents.collect())?,
        cases(county, plan, groups[1], Source::Relatives, relatives.collect())?,
        cases(county, plan, groups[2], Source::Bodies, bodies.collect())?,
    ])
}

/// The sample's cases with the answers that came.
///
/// # Errors
/// As [`truth`].
pub fn group_cases(
    county: &Population,
    plan: &Plan,
    fieldwork: &Fieldwork,
) -> Result<Vec<GroupCases>, SyntheticError> {
    let groups = group_codes(plan)?;
    let mut modes = vec![None; fieldwork.cases.len()];
    for response in &fieldwork.responses {
        if let Some(case) = response.case {
            modes[case] = Some(response.mode.as_str());
        }
    }
    let row = |(case, mode): (&Case, &Option<&'static str>)| Row {
        case_id: case.case_id.clone(),
        stratum: case.stratum.clone(),
        psu: case.psu.clone(),
        certainty: case.certainty,
        base_weight: case.base_weight,
        mode: *mode,
        disposition: Some(case.disposition.word().to_owned()),
        responded: case.responded(),
        subject: case.subject,
    };
    let sources = [Source::Residents, Source::Relatives, Source::Bodies];
    groups
        .into_iter()
        .zip(sources)
        .map(|(group, source)| {
            let invited = fieldwork
                .cases
                .iter()
                .zip(&modes)
                .filter(|(case, _)| case.group == group);
            cases(county, plan, group, source, invited.map(row).collect())
        })
        .collect()
}

/// The frame's counts for every margin of the plan, of all residents or of those with a relative on the frame.
pub fn margin_totals(county: &Population, plan: &Plan, with_relative: bool) -> Vec<MarginTotals> {
    let counted = || {
        county
            .persons
            .iter()
            .filter(|person| !with_relative || person.relative.is_some())
    };
    plan.weighting
        .margins
        .iter()
        .map(|by| {
            let mut cells: BTreeMap<Vec<String>, f64> = BTreeMap::new();
            for person in counted() {
                let key = by
                    .iter()
                    .map(|column| characteristic(county, plan, person, column))
                    .collect();
                *cells.entry(key).or_default() += 1.0;
            }
            MarginTotals {
                by: by.clone(),
                cells: cells.into_iter().collect(),
            }
        })
        .collect()
}

/// A person's value in a column of cases.
fn characteristic(county: &Population, plan: &Plan, person: &Person, column: &str) -> String {
    match column {
        "township" => county.township_of(person).code.clone(),
        "category" => person.category.code().to_owned(),
        "grade" => person.grade.to_string(),
        "sex" => sex(person).to_owned(),
        "age_band" => plan.age_band(county.year - i32::from(person.age)),
        _ => String::new(),
    }
}

fn cases(
    county: &Population,
    plan: &Plan,
    group: &str,
    source: Source,
    rows: Vec<Row>,
) -> Result<GroupCases, SyntheticError> {
    let mut answers = Columns::default();
    for row in &rows {
        match source {
            _ if !row.responded => {}
            Source::Residents => resident::answer(county, row.subject, &mut answers),
            Source::Relatives => family::answer(county, row.subject, &mut answers),
            Source::Bodies => body::answer(county, row.subject, &mut answers),
        }
        answers.end_row();
    }
    let answers = answers.into_columns();
    let person = |row: &Row| (source != Source::Bodies).then(|| &county.persons[row.subject]);
    let body = |row: &Row| (source == Source::Bodies).then(|| &county.bodies[row.subject]);
    let text = |name: &str, cell: &dyn Fn(&Row) -> Option<String>| {
        Series::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>()).into_column()
    };
    let of_person = |name: &str| {
        text(name, &|row| {
            person(row).map(|person| characteristic(county, plan, person, name))
        })
    };
    let flag = |name: &str, cell: &dyn Fn(&Row) -> bool| {
        Series::new(name.into(), rows.iter().map(cell).collect::<Vec<_>>()).into_column()
    };
    let mut columns: Vec<Column> = vec![
        text("case_id", &|row| Some(row.case_id.clone())),
        text("township", &|row| match body(row) {
            Some(body) => body.township.map(|t| county.townships[t].code.clone()),
            None => person(row).map(|person| county.township_of(person).code.clone()),
        }),
        text("unit", &|row| match body(row) {
            Some(body) => Some(body.unit.clone()),
            None => person(row).map(|person| county.village_of(person).code.clone()),
        }),
        text("stratum", &|row| Some(row.stratum.clone())),
        text("psu", &|row| Some(row.psu.clone())),
        flag("certainty", &|row| row.certainty),
        Series::new(
            "base_weight".into(),
            rows.iter().map(|row| row.base_weight).collect::<Vec<_>>(),
        )
        .into_column(),
        text("person", &|row| person(row).map(|_| person_id(row.subject))),
        of_person("category"),
        of_person("grade"),
        of_person("sex"),
        of_person("age_band"),
        text("hardship", &|row| {
            person(row)
                .map(Person::hardship_codes)
                .filter(|codes| !codes.is_empty())
        }),
        text("body_kind", &|row| {
            body(row).map(|body| body.kind.code().to_owned())
        }),
        flag("responded", &|row| row.responded),
        text("mode", &|row| row.mode.map(str::to_owned)),
        flag("staff_collected", &|_| false),
        text("disposition", &|row| row.disposition.clone()),
    ];
    // `answering` is a question of the residents' form and a column that every table has.
    if !answers.iter().any(|column| column.name() == "answering") {
        columns.push(Column::full_null(
            "answering".into(),
            rows.len(),
            &DataType::String,
        ));
    }
    columns.extend(answers);
    let totals = match source {
        Source::Residents => margin_totals(county, plan, false),
        Source::Relatives => margin_totals(county, plan, true),
        Source::Bodies => Vec::new(),
    };
    Ok(GroupCases {
        group: group.to_owned(),
        cases: DataFrame::new(rows.len(), columns)?,
        totals,
    })
}
