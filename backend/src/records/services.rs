//! The register of service institutions (服务资源): where to get help, by township and service area.
//!
//! `code,name_zh,unit,areas,phone,address_zh`, optionally
//! `name_en,services_zh,services_en,address_en,hours_zh,hours_en,accessible,not_accessible,closed`. `unit` is a township,
//! or the county for an institution that serves all; `areas` are codes of the plan's service areas, and `accessible` and
//! `not_accessible` codes of [`FEATURES`], each separated by spaces or `|`. What stands in neither is not known, and
//! the public is told so. The register holds nothing about people.

mod file;

use std::collections::BTreeMap;

use analysis::plan::Plan;
use sea_orm::DatabaseTransaction;
use serde_json::json;
use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;

use super::{RecordError, Upload, sha256};
use crate::app::Base;
use crate::rounds::require;
use crate::store::institutions::{self, Institution};
use crate::store::{StoreError, begin};
use crate::tabular::{Limits, to_csv};

pub use file::{read, rows};

/// What may be barrier-free about an institution, in the order in which it is told.
pub const FEATURES: [&str; 9] = [
    "entrance",
    "lift",
    "toilet",
    "parking",
    "tactile",
    "hearing",
    "sign",
    "easy_read",
    "home_visits",
];

/// The columns of the register, in the order in which they are written.
pub const COLUMNS: [&str; 15] = [
    "code",
    "name_zh",
    "name_en",
    "unit",
    "areas",
    "services_zh",
    "services_en",
    "address_zh",
    "address_en",
    "phone",
    "hours_zh",
    "hours_en",
    "accessible",
    "not_accessible",
    "closed",
];

/// What an import did.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Institutions that were not there before.
    pub added: usize,
    /// Institutions that differ from before.
    pub changed: usize,
    /// Institutions that are as they were.
    pub same: usize,
    /// What somebody should look at.
    pub warnings: Vec<Diagnostic>,
}

/// Imports a register: institutions are added, or replace those with the same code; others stay as they are.
///
/// # Errors
/// [`RecordError::Faults`] with every fault of the file by row and column.
pub async fn import(base: &Base, plan: &Plan, upload: Upload, actor: &str) -> Result<Imported, RecordError> {
    let id = plan.round.id.as_str();
    require(base, id).await?;
    let digest = sha256(&upload.bytes);
    let csv = to_csv(&upload.name, upload.bytes, Limits::WRITTEN).map_err(RecordError::Faults)?;
    let (rows, warnings) = read(&upload.name, &csv, plan).map_err(RecordError::Faults)?;
    let today = base.clock.today().to_string();
    let tx = begin(&base.db).await?;
    let before: BTreeMap<String, Institution> = institutions::list(&tx, id)
        .await?
        .into_iter()
        .map(|row| (row.code.clone(), row))
        .collect();
    let mut imported = Imported {
        warnings,
        ..Imported::default()
    };
    let mut changed = Vec::new();
    for row in rows {
        let row = Institution {
            day: today.clone(),
            ..row
        };
        match before.get(&row.code) {
            None => imported.added += 1,
            Some(known) if is_same(known, &row) => {
                imported.same += 1;
                continue;
            }
            Some(_) => imported.changed += 1,
        }
        changed.push(row);
    }
    institutions::put(&tx, changed).await?;
    let detail = json!({ "added": imported.added, "changed": imported.changed, "sha256": digest });
    base.record(&tx, actor, "services.import", id, detail).await?;
    tx.commit().await?;
    Ok(imported)
}

/// Carries the register of one round to another, which judges the same units: the institutions that are open, each with
/// the day on which it was last changed. What the other round has already stays as it is.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn carry(
    tx: &DatabaseTransaction,
    base: &Base,
    (source, id): (&str, &str),
    actor: &str,
) -> Result<(), StoreError> {
    let there = institutions::list(tx, id).await?;
    let mut rows = institutions::list(tx, source).await?;
    rows.retain(|row| !row.closed && there.iter().all(|known| known.code != row.code));
    if rows.is_empty() {
        return Ok(());
    }
    for row in &mut rows {
        id.clone_into(&mut row.round_id);
    }
    let detail = json!({ "from": source, "added": rows.len() });
    institutions::put(tx, rows).await?;
    base.record(tx, actor, "services.carry", id, detail).await
}

fn is_same(before: &Institution, now: &Institution) -> bool {
    let now = Institution {
        day: before.day.clone(),
        ..now.clone()
    };
    *before == now
}

/// Saves one institution as it was typed; `is_new` refuses a code that is taken.
///
/// # Errors
/// [`RecordError::Faults`] by the names of the fields.
pub async fn save(
    base: &Base,
    plan: &Plan,
    typed: &BTreeMap<String, String>,
    is_new: bool,
    actor: &str,
) -> Result<(), RecordError> {
    let id = plan.round.id.as_str();
    require(base, id).await?;
    let cells = COLUMNS.map(|column| typed.get(column).cloned().unwrap_or_default());
    let unreadable = |error: csv::Error| {
        RecordError::Faults(vec![Diagnostic::error(
            "RC020",
            Place::unknown(),
            Text::zh_en(error.to_string(), error.to_string()),
            Text::zh_en("请改写后再存。", "Write it differently."),
        )])
    };
    let mut writer = csv::Writer::from_writer(Vec::new());
    writer.write_record(COLUMNS).map_err(unreadable)?;
    writer.write_record(&cells).map_err(unreadable)?;
    let bytes = writer
        .into_inner()
        .map_err(|error| unreadable(error.into_error().into()))?;
    let (rows, _) = read("", &bytes, plan).map_err(|faults| RecordError::Faults(by_field(faults)))?;
    let tx = begin(&base.db).await?;
    let known = institutions::list(&tx, id).await?;
    for row in rows {
        if is_new && known.iter().any(|other| other.code == row.code) {
            return Err(super::fault(
                "RC021",
                "code",
                ("这个代码已经有了。", "This code is taken."),
                ("请换一个代码。", "Choose another code."),
            ));
        }
        let row = Institution {
            day: base.clock.today().to_string(),
            ..row
        };
        let detail = json!({ "code": row.code, "new": is_new, "closed": row.closed });
        institutions::put(&tx, vec![row]).await?;
        base.record(&tx, actor, "services.save", id, detail).await?;
    }
    tx.commit().await?;
    Ok(())
}

/// Faults of the only row, told of fields.
fn by_field(faults: Vec<Diagnostic>) -> Vec<Diagnostic> {
    let told = faults.into_iter().map(|fault| Diagnostic {
        place: Place {
            field: fault.place.column.clone(),
            ..Place::unknown()
        },
        ..fault
    });
    told.collect()
}
