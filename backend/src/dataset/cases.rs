//! Invited cases with the answers that came, as `analysis::round` takes them.

use std::collections::{BTreeSet, HashMap};

use analysis::disposition::Disposition;
use polars::prelude::{
    Column, DataFrame, DataType, IdxCa, IdxSize, IntoColumn, NamedFrom, NewChunkedArray, Series,
};

use super::DatasetError;
use crate::store::fieldwork::Tried;
use crate::store::sample::SampleCase;

/// Columns of a data set that analysis does not read.
const NO_ANSWERS: [&str; 7] = [
    "form_version",
    "link",
    "open_link",
    "open_link_unit",
    "language",
    "day",
    "staff_collected",
];

/// Joins `invited` with the responses that carry their links, sorted by case.
///
/// - `begun`: when fieldwork is over, the cases that began on the web and handed nothing in.
pub(super) fn join<'a>(
    invited: impl Iterator<Item = &'a SampleCase>,
    links: &HashMap<String, String>,
    tried: &Tried,
    begun: Option<&BTreeSet<String>>,
    answers: &DataFrame,
) -> Result<DataFrame, DatasetError> {
    let mut invited: Vec<&SampleCase> = invited.collect();
    invited.sort_by(|a, b| a.case_id.cmp(&b.case_id));
    let link_column = answers.column("link")?.str()?;
    let row_of_link: HashMap<&str, IdxSize> = (0..)
        .zip(link_column.iter())
        .filter_map(|(row, link)| Some((link?, row)))
        .collect();
    let rows: Vec<Option<IdxSize>> = invited
        .iter()
        .map(|case| {
            links
                .get(&case.case_id)
                .and_then(|link| row_of_link.get(link.as_str()).copied())
        })
        .collect();

    let text = |name: &str, cell: &dyn Fn(&SampleCase) -> Option<String>| {
        Series::new(
            name.into(),
            invited.iter().map(|case| cell(case)).collect::<Vec<_>>(),
        )
        .into_column()
    };
    let mut columns = vec![
        text("case_id", &|case| Some(case.case_id.clone())),
        text("township", &|case| case.township.clone()),
        text("unit", &|case| Some(case.unit.clone())),
        text("stratum", &|case| Some(case.stratum.clone())),
        text("psu", &|case| Some(case.psu.clone())),
        Series::new(
            "certainty".into(),
            invited.iter().map(|case| case.certainty).collect::<Vec<_>>(),
        )
        .into_column(),
        Series::new(
            "base_weight".into(),
            invited.iter().map(|case| case.base_weight).collect::<Vec<_>>(),
        )
        .into_column(),
        text("person", &|case| case.person.clone()),
        text("category", &|case| case.category.clone()),
        text("grade", &|case| case.grade.clone()),
        text("sex", &|case| case.sex.clone()),
        text("age_band", &|case| case.age_band.clone()),
        text("hardship", &|case| {
            Some(case.hardship.clone()).filter(|codes| !codes.is_empty())
        }),
        text("body_kind", &|case| case.body_kind.clone()),
        disposition(&invited, tried, begun, &rows),
        Series::new(
            "responded".into(),
            rows.iter().map(Option::is_some).collect::<Vec<_>>(),
        )
        .into_column(),
    ];
    let index = IdxCa::from_slice_options("row".into(), &rows);
    let taken = answers.take(&index)?;
    let by_staff: Vec<bool> = taken
        .column("staff_collected")?
        .bool()?
        .iter()
        .map(|known| known.unwrap_or(false))
        .collect();
    columns.push(Series::new("staff_collected".into(), by_staff).into_column());
    for column in taken.columns() {
        if !NO_ANSWERS.contains(&column.name().as_str()) {
            columns.push(as_text(column)?);
        }
    }
    Ok(DataFrame::new(invited.len(), columns)?)
}

/// What became of each case: a response settles it, else what the office noted, else the attempts of interviewers.
fn disposition(
    invited: &[&SampleCase],
    tried: &Tried,
    begun: Option<&BTreeSet<String>>,
    rows: &[Option<IdxSize>],
) -> Column {
    let parse = |code: &Option<String>| code.as_deref().and_then(Disposition::parse);
    let settled = invited.iter().zip(rows).map(|(case, row)| {
        let (settled, latest) = tried.get(&case.case_id).cloned().unwrap_or_default();
        let so_far = Disposition::settle(
            row.is_some(),
            parse(&case.disposition),
            parse(&settled),
            parse(&latest),
        );
        let counted = match begun {
            Some(begun) => so_far.at_close(settled.as_deref(), begun.contains(&case.case_id)),
            None => so_far,
        };
        Some(counted.word())
    });
    Series::new("disposition".into(), settled.collect::<Vec<_>>()).into_column()
}

/// Analysis reads codes: numbers as they were typed.
fn as_text(column: &Column) -> Result<Column, DatasetError> {
    Ok(if column.dtype() == &DataType::String {
        column.clone()
    } else {
        column.cast(&DataType::String)?
    })
}
