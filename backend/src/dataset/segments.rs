//! Responses as Parquet: one file per round, form and version, with a typed column for each question.

use std::collections::BTreeMap;
use std::fs::File;
use std::path::{Path, PathBuf};

use analysis::plan::{GroupPlan, Plan};
use polars::prelude::{
    Column, DataFrame, IntoColumn, NamedFrom, ParquetReader, ParquetWriter, SerReader, Series,
};
use survey_forms::code_book::{CodeBook, VariableKind};
use survey_forms::response::RawAnswers;

use super::DatasetError;
use crate::store::responses::Response;

/// The folder of a form version's data set.
pub fn folder(data_dir: &Path, round: &str, form: &str, version: &str) -> PathBuf {
    data_dir.join("datasets").join(round).join(form).join(version)
}

/// Deletes the data sets that may hold a response which was taken back, those of every version: a data set holds the
/// answers of all earlier versions as well. The next computation writes it anew from the database. A failure is logged:
/// the answers are gone from the database in any case.
pub fn forget(data_dir: &Path, response: &Response) {
    let versions = data_dir
        .join("datasets")
        .join(&response.round_id)
        .join(&response.form);
    let Ok(folders) = std::fs::read_dir(&versions) else {
        return;
    };
    for folder in folders.flatten() {
        let path = folder.path().join(format!("{}.parquet", response.group));
        match std::fs::remove_file(&path) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
                tracing::error!(%error, path = %path.display(), "a data set with a withdrawn response cannot be deleted");
            }
            _ => {}
        }
    }
}

/// Deletes all data sets of a round. The next computation writes them anew from the database. A failure is logged.
pub fn forget_round(data_dir: &Path, round: &str) {
    let path = data_dir.join("datasets").join(round);
    match std::fs::remove_dir_all(&path) {
        Err(error) if error.kind() != std::io::ErrorKind::NotFound => {
            tracing::error!(%error, path = %path.display(), "data sets with erased words cannot be deleted");
        }
        _ => {}
    }
}

/// Writes the group's responses to its data set and reads them back: what is analysed is what is on disk.
pub(super) fn write_through(
    data_dir: &Path,
    plan: &Plan,
    group: &GroupPlan,
    stored: &[Response],
) -> Result<DataFrame, DatasetError> {
    let Some(form) = plan.forms.get(&group.code) else {
        return Ok(DataFrame::empty());
    };
    let of_group: Vec<&Response> = stored
        .iter()
        .filter(|response| response.group == group.code)
        .collect();
    let mut table = table(&CodeBook::of(form), &of_group)?;
    let path =
        folder(data_dir, &plan.round.id, &group.form, &form.version).join(format!("{}.parquet", group.code));
    write(&path, &mut table)
        .and_then(|()| read(&path))
        .map_err(|reason| DatasetError::Segment {
            path: path.display().to_string(),
            reason,
        })
}

fn table(code_book: &CodeBook, stored: &[&Response]) -> Result<DataFrame, DatasetError> {
    let answers = stored.iter().map(|response| {
        serde_json::from_str::<RawAnswers>(&response.answers).map_err(|error| DatasetError::Response {
            id: response.id,
            reason: error.to_string(),
        })
    });
    let answers: Vec<RawAnswers> = answers.collect::<Result<_, _>>()?;
    let text = |name: &str, cell: &dyn Fn(&Response) -> Option<String>| {
        Series::new(
            name.into(),
            stored.iter().map(|response| cell(response)).collect::<Vec<_>>(),
        )
        .into_column()
    };
    let mut columns: BTreeMap<String, Column> = BTreeMap::new();
    for variable in &code_book.variables {
        columns.insert(
            variable.name.clone(),
            answer_column(&variable.name, &variable.kind, &answers),
        );
    }
    // What the response says of itself wins over a question of the same name.
    let own = [
        text("link", &|response| response.link.clone()),
        text("open_link", &|response| response.open_link.clone()),
        text("open_link_unit", &|response| response.unit.clone()),
        text("mode", &|response| Some(response.mode.clone())),
        text("answering", &|response| Some(response.answering.clone())),
        text("ways", &|response| {
            Some(response.ways.clone()).filter(|ways| !ways.is_empty())
        }),
        text("interviewer", &|response| response.interviewer.clone()),
        text("form_version", &|response| Some(response.form_version.clone())),
        text("language", &|response| Some(response.language.clone())),
        text("day", &|response| Some(response.day.clone())),
        Series::new(
            "duration_s".into(),
            stored.iter().map(|r| r.duration_s).collect::<Vec<_>>(),
        )
        .into_column(),
        Series::new(
            "staff_collected".into(),
            stored.iter().map(|r| r.staff_collected).collect::<Vec<_>>(),
        )
        .into_column(),
    ];
    for column in own {
        columns.insert(column.name().to_string(), column);
    }
    Ok(DataFrame::new(stored.len(), columns.into_values().collect())?)
}

fn answer_column(name: &str, kind: &VariableKind, answers: &[RawAnswers]) -> Column {
    let given = |row: &RawAnswers| row.get(name).filter(|value| !value.is_empty()).cloned();
    match kind {
        VariableKind::Integer => {
            let values = answers
                .iter()
                .map(|row| given(row).and_then(|value| value.parse::<i64>().ok()));
            Series::new(name.into(), values.collect::<Vec<_>>()).into_column()
        }
        VariableKind::Decimal => {
            let values = answers
                .iter()
                .map(|row| given(row).and_then(|value| value.parse::<f64>().ok()));
            Series::new(name.into(), values.collect::<Vec<_>>()).into_column()
        }
        _ => Series::new(name.into(), answers.iter().map(given).collect::<Vec<_>>()).into_column(),
    }
}

/// Writes beside `path` and renames into place: a reader finds the whole file or the one before.
fn write(path: &Path, table: &mut DataFrame) -> Result<(), String> {
    let parent = path.parent().ok_or("the path has no folder")?;
    std::fs::create_dir_all(parent).map_err(|error| error.to_string())?;
    let draft = path.with_extension("parquet.part");
    let file = File::create(&draft).map_err(|error| error.to_string())?;
    ParquetWriter::new(&file)
        .finish(table)
        .map_err(|error| error.to_string())?;
    file.sync_all().map_err(|error| error.to_string())?;
    std::fs::rename(&draft, path).map_err(|error| error.to_string())
}

fn read(path: &Path) -> Result<DataFrame, String> {
    let file = File::open(path).map_err(|error| error.to_string())?;
    ParquetReader::new(file)
        .finish()
        .map_err(|error| error.to_string())
}
