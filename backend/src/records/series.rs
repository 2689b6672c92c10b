//! Figures of administrative series that come or are corrected while the round runs.
//!
//! `admin.csv` stays as it was sealed; each import is a revision with a reason that lies over it.

use std::collections::BTreeMap;

use analysis::plan::{AdminValue, Plan, SeriesPlan, read_figures};
use analysis::results::RecordsUsed;
use sea_orm::ConnectionTrait;
use serde_json::json;
use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;

use super::{RecordError, Upload, reason, sha256};
use crate::app::Base;
use crate::rounds::{RoundActError, require};
use crate::spreadsheet::harmless;
use crate::store::rounds::{self, RoundState};
use crate::store::series::{self, Revision, SeriesValue};
use crate::store::{StoreError, begin};
use crate::tabular::{Limits, to_csv};

/// The columns of a file of figures, in the order in which they are written.
pub const COLUMNS: [&str; 9] = [
    "unit",
    "period",
    "code",
    "value",
    "source",
    "name_zh",
    "name_en",
    "unit_of_measure_zh",
    "unit_of_measure_en",
];

type Key = (String, String, String);

fn key(value: &AdminValue) -> Key {
    (value.code.clone(), value.unit.clone(), value.period.clone())
}

/// What a revision does to a figure.
#[derive(Clone, Debug, PartialEq)]
pub struct FigureChange {
    /// The figure as it is now.
    pub now: AdminValue,
    /// The figure before; none where there was none.
    pub before: Option<AdminValue>,
}

/// What an import did, or would do.
#[derive(Clone, Debug, PartialEq)]
pub struct Imported {
    /// The number of the revision; none when it was only checked.
    pub revision: Option<i32>,
    /// Figures that are new or differ, by series, unit and period.
    pub changes: Vec<FigureChange>,
    /// Figures that are as they were.
    pub same: usize,
    /// What somebody should look at.
    pub warnings: Vec<Diagnostic>,
}

/// The figures of a round as they are now: those of the plan, and the revisions over them.
///
/// # Errors
/// When the database does not answer.
pub async fn current(conn: &impl ConnectionTrait, plan: &Plan) -> Result<Vec<AdminValue>, StoreError> {
    let revised = series::values(conn, &plan.round.id).await?;
    Ok(overlaid(plan.admin.clone(), revised))
}

/// Lays revisions over figures; the first revision first.
fn overlaid(figures: Vec<AdminValue>, revised: Vec<SeriesValue>) -> Vec<AdminValue> {
    let mut all: BTreeMap<Key, AdminValue> = figures.into_iter().map(|value| (key(&value), value)).collect();
    for row in revised {
        let value = of_row(row);
        all.insert(key(&value), value);
    }
    all.into_values().collect()
}

fn of_row(row: SeriesValue) -> AdminValue {
    let text = |json: &str| {
        serde_json::from_str::<Text>(json)
            .ok()
            .filter(|text| !text.is_empty())
    };
    AdminValue {
        name: text(&row.name),
        unit_of_measure: text(&row.unit_of_measure),
        unit: row.unit,
        period: row.period,
        code: row.code,
        value: row.value,
        source: row.source,
        revision: u32::try_from(row.revision).unwrap_or_default(),
    }
}

/// The plan with the figures as they are now, and which revision that is.
///
/// # Errors
/// When the database does not answer.
pub async fn apply(conn: &impl ConnectionTrait, plan: &mut Plan) -> Result<RecordsUsed, StoreError> {
    let latest = series::latest(conn, &plan.round.id).await?;
    let Some(latest) = latest else {
        return Ok(RecordsUsed::default());
    };
    plan.admin = current(conn, plan).await?;
    Ok(RecordsUsed {
        series_revision: u32::try_from(latest.revision).unwrap_or_default(),
        series_day: latest.day.parse().ok(),
        ..RecordsUsed::default()
    })
}

/// Imports figures as a revision, or only says what an import would do.
///
/// # Errors
/// [`RecordError::Faults`] with every fault of the file by row and column; when nothing in it is new; when the reason is
/// missing. [`RoundActError::State`] for drafts, whose `admin.csv` is imported with the plan.
pub async fn import(
    base: &Base,
    plan: &Plan,
    upload: Upload,
    (why, only_check): (&str, bool),
    actor: &str,
) -> Result<Imported, RecordError> {
    let id = plan.round.id.as_str();
    let round = require(base, id).await?;
    if round.round_state() == RoundState::Draft {
        return Err(RecordError::Round(RoundActError::State {
            id: id.to_owned(),
            state: "draft",
            why: "nothing is sealed yet; change admin.csv in the plan folder and import it again",
        }));
    }
    // Everything that is wrong is said at once: the reason and the file.
    let mut faults = Vec::new();
    let why = match reason(why) {
        Err(RecordError::Faults(found)) if !only_check => {
            faults.extend(found);
            String::new()
        }
        Err(_) => String::new(),
        Ok(why) => why,
    };
    let digest = sha256(&upload.bytes);
    let today = base.clock.today();
    let read = to_csv(&upload.name, upload.bytes, Limits::WRITTEN)
        .and_then(|csv| read_figures(&upload.name, &csv, &plan.units, &plan.known_series(), today));
    let (values, warnings) = match read {
        Ok(read) if faults.is_empty() => read,
        Ok(_) => return Err(RecordError::Faults(faults)),
        Err(found) => {
            faults.extend(found);
            return Err(RecordError::Faults(faults));
        }
    };
    let tx = begin(&base.db).await?;
    // Two imports at once wait for each other, so that each is held against the state that it changes.
    let _held = rounds::hold_alone(&tx, id).await?;
    let before: BTreeMap<Key, AdminValue> = current(&tx, plan)
        .await?
        .into_iter()
        .map(|value| (key(&value), value))
        .collect();
    let all = values.len();
    let mut changes: Vec<FigureChange> = values
        .into_iter()
        .map(|now| FigureChange {
            before: before.get(&key(&now)).cloned(),
            now,
        })
        .filter(differs)
        .collect();
    changes.sort_by_key(|change| key(&change.now));
    let mut imported = Imported {
        revision: None,
        same: all - changes.len(),
        changes,
        warnings,
    };
    if only_check {
        return Ok(imported);
    }
    if imported.changes.is_empty() {
        return Err(RecordError::Faults(vec![Diagnostic::error(
            "RC002",
            Place::file(upload.name),
            Text::zh_en(
                "文件里的数值和现在的一样，没有什么要改。",
                "The figures are those that are there; nothing would change.",
            ),
            Text::zh_en("请确认选对了文件。", "Check that this is the right file."),
        )]));
    }
    let number = series::latest(&tx, id).await?.map_or(0, |row| row.revision) + 1;
    let count = |is_new: bool| {
        let of_kind = imported
            .changes
            .iter()
            .filter(|change| change.before.is_none() == is_new);
        i32::try_from(of_kind.count()).unwrap_or(i32::MAX)
    };
    let revision = Revision {
        round_id: id.to_owned(),
        revision: number,
        reason: why.clone(),
        file: upload.name,
        sha256: digest.clone(),
        added: count(true),
        changed: count(false),
        actor: actor.to_owned(),
        at: base.clock.now_ms(),
        day: today.to_string(),
    };
    let detail = json!({
        "revision": number, "added": revision.added, "changed": revision.changed, "sha256": digest, "reason": why,
    });
    let rows = imported
        .changes
        .iter()
        .map(|change| row(id, number, change))
        .collect();
    series::insert(&tx, revision, rows).await?;
    base.record(&tx, actor, "series.import", id, detail).await?;
    tx.commit().await?;
    imported.revision = Some(number);
    Ok(imported)
}

fn differs(change: &FigureChange) -> bool {
    change.before.as_ref().is_none_or(|before| {
        // What is read back from the database is the same to the last bit.
        before.value.to_bits() != change.now.value.to_bits() || before.source != change.now.source
    })
}

fn row(round: &str, revision: i32, change: &FigureChange) -> SeriesValue {
    let text = |text: &Option<Text>| {
        let json = text.as_ref().map(serde_json::to_string);
        json.and_then(Result::ok).unwrap_or_default()
    };
    SeriesValue {
        round_id: round.to_owned(),
        revision,
        code: change.now.code.clone(),
        unit: change.now.unit.clone(),
        period: change.now.period.clone(),
        value: change.now.value,
        old_value: change.before.as_ref().map(|before| before.value),
        source: change.now.source.clone(),
        old_source: change.before.as_ref().map(|before| before.source.clone()),
        name: text(&change.now.name),
        unit_of_measure: text(&change.now.unit_of_measure),
    }
}

/// Figures as rows under [`COLUMNS`].
pub fn rows(figures: &[AdminValue]) -> Vec<[String; 9]> {
    let lines = figures.iter().map(|value| {
        let text = |text: &Option<Text>, lang: &str| {
            let exact = text.as_ref().and_then(|text| text.exact(lang));
            exact.map(|(_, words)| words.to_owned()).unwrap_or_default()
        };
        [
            harmless(value.unit.clone()),
            value.period.clone(),
            harmless(value.code.clone()),
            value.value.to_string(),
            harmless(value.source.clone()),
            harmless(text(&value.name, "zh")),
            harmless(text(&value.name, "en")),
            harmless(text(&value.unit_of_measure, "zh")),
            harmless(text(&value.unit_of_measure, "en")),
        ]
    });
    lines.collect()
}

/// A template to fill in: a row for every unit that reports each series, in the period that `year` asks for next.
pub fn template(
    plan: &Plan,
    series: &[SeriesPlan],
    period: impl Fn(&SeriesPlan) -> String,
) -> Vec<[String; 9]> {
    let mut rows = Vec::new();
    for one in series {
        let reports = |level: &String| one.levels.is_empty() || one.levels.contains(level);
        let county_and_scored = plan
            .units
            .iter()
            .filter(|unit| unit.parent.is_none() || unit.level == plan.round.scored_level)
            .filter(|unit| reports(&unit.level));
        for unit in county_and_scored {
            let text = |text: &Text, lang: &str| {
                let exact = text.exact(lang);
                exact.map(|(_, words)| words.to_owned()).unwrap_or_default()
            };
            rows.push([
                unit.code.clone(),
                period(one),
                one.code.clone(),
                String::new(),
                String::new(),
                text(&one.name, "zh"),
                text(&one.name, "en"),
                text(&one.unit_of_measure, "zh"),
                text(&one.unit_of_measure, "en"),
            ]);
        }
    }
    rows
}
