//! Responses in from a table: what was written on paper and typed into a spreadsheet, or collected by another program.
//!
//! One row a response. `code` (the invitation's code) or `case_id` says whose it is; `mode` (paper unless said
//! otherwise), `answering`, `language`, `started_at`, `ended_at`, `consents` and `id` describe it; every other column is
//! a question by its name. The rows go through the same checks as everything else that comes in. All rows are checked
//! before the first is stored, and a table with a fault stores nothing. Importing a table again stores nothing twice:
//! without `id` a response's own follows from the invitation.

use std::collections::BTreeMap;

use jiff::Timestamp;
use sha2::{Digest, Sha256};
use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;
use survey_forms::validate;
use uuid::Uuid;

use crate::app::AppState;
use crate::codes::Code;
use crate::error::AppError;
use crate::store::invitations::{self, Invitation};
use crate::store::rounds::{self, Round};
use crate::store::{StoreError, begin};
use crate::submit::{Answering, Door, Mode, NewResponse, SubmitError, health};
use crate::tabular::Limits;

/// Columns that describe a response; all others are questions.
const DESCRIBING: [&str; 9] = [
    "code",
    "case_id",
    "id",
    "mode",
    "answering",
    "language",
    "started_at",
    "ended_at",
    "consents",
];

/// Tables of responses: a county's, with some hundred questions.
pub const LIMITS: Limits = Limits {
    bytes: 64 << 20,
    rows: 100_000,
    columns: 1_000,
};

/// What became of a table.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Imported {
    /// Stored now.
    pub stored: usize,
    /// There already, with the same content.
    pub known: usize,
}

/// Why a table was not imported.
#[derive(Debug, thiserror::Error)]
pub enum ImportError {
    /// Rows are at fault; nothing was stored, unless a fault says that it came up while rows were stored.
    #[error("{} faults", .0.len())]
    Faults(Vec<Diagnostic>),
    /// The database does not answer.
    #[error(transparent)]
    Store(#[from] StoreError),
    /// The server is at fault.
    #[error("{0:?}")]
    Server(Box<AppError>),
}

/// A table with its rows as a spreadsheet counts them.
struct Sheet<'a> {
    name: &'a str,
    header: Vec<String>,
    rows: Vec<(u32, Vec<String>)>,
}

impl Sheet<'_> {
    fn fault(&self, row: u32, column: &str, message: Text, mend: (&str, &str)) -> Diagnostic {
        let place = Place::file(self.name).row(row);
        let place = match column {
            "" => place,
            column => place.column(column),
        };
        Diagnostic::error("RI001", place, message, Text::zh_en(mend.0, mend.1))
    }

    fn cells<'s>(&'s self, row: &'s [String]) -> BTreeMap<&'s str, &'s str> {
        let pairs = self.header.iter().zip(row);
        pairs
            .map(|(column, cell)| (column.as_str(), cell.trim()))
            .filter(|(_, cell)| !cell.is_empty())
            .collect()
    }
}

fn sheet<'a>(name: &'a str, csv: &[u8]) -> Result<Sheet<'a>, Vec<Diagnostic>> {
    let broken = |detail: String| {
        let message = Text::zh_en(
            format!("读不了这个表：{detail}"),
            format!("The table cannot be read: {detail}"),
        );
        let mend = Text::zh_en("请存成 CSV UTF-8 或者 XLSX。", "Save it as CSV UTF-8 or XLSX.");
        vec![Diagnostic::error("RI002", Place::file(name), message, mend)]
    };
    let text = csv.strip_prefix(b"\xef\xbb\xbf").unwrap_or(csv);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let header = reader.headers().map_err(|error| broken(error.to_string()))?;
    let header: Vec<String> = header.iter().map(|cell| cell.trim().to_owned()).collect();
    let mut rows = Vec::new();
    for record in reader.records() {
        let record = record.map_err(|error| broken(error.to_string()))?;
        let line = record.position().map_or(0, |position| {
            // Empty lines before a row count as its own.
            let start = usize::try_from(position.byte()).unwrap_or(usize::MAX);
            let before = text.get(start..).unwrap_or_default().iter();
            let breaks = before.take_while(|byte| matches!(byte, b'\n' | b'\r'));
            position.line() + breaks.filter(|byte| **byte == b'\n').count() as u64
        });
        let cells: Vec<String> = record.iter().map(str::to_owned).collect();
        if cells.iter().any(|cell| !cell.trim().is_empty()) {
            rows.push((u32::try_from(line).unwrap_or(u32::MAX), cells));
        }
    }
    Ok(Sheet { name, header, rows })
}

/// Imports a table of responses into a round.
///
/// # Errors
/// [`ImportError`].
pub async fn import(
    state: &AppState,
    round: &Round,
    name: &str,
    csv: &[u8],
    actor: &str,
) -> Result<Imported, ImportError> {
    let sheet = sheet(name, csv).map_err(ImportError::Faults)?;
    let mut faults = columns(&sheet);
    let mut responses = Vec::new();
    if faults.is_empty() {
        for (row, cells) in &sheet.rows {
            match response(state, round, &sheet, *row, cells).await? {
                Ok(response) => responses.push((*row, response)),
                Err(found) => faults.extend(found),
            }
        }
    }
    if !faults.is_empty() {
        return Err(ImportError::Faults(faults));
    }
    let mut imported = Imported::default();
    for (row, response) in responses {
        match state.submitter.submit(response).await {
            Ok(accepted) if accepted.replayed => imported.known += 1,
            Ok(_) => imported.stored += 1,
            Err(SubmitError::Store(error)) => return Err(error.into()),
            Err(error) => faults.push(refused(&sheet, row, error)),
        }
    }
    let detail = serde_json::json!({
        "file": name, "stored": imported.stored, "known": imported.known, "refused": faults.len(),
    });
    let tx = begin(&state.db).await?;
    state
        .base()
        .record(&tx, actor, "responses.import", &round.id, detail)
        .await?;
    tx.commit().await.map_err(StoreError::from)?;
    match faults.is_empty() {
        true => Ok(imported),
        false => Err(ImportError::Faults(faults)),
    }
}

fn columns(sheet: &Sheet<'_>) -> Vec<Diagnostic> {
    let has = |name: &str| sheet.header.iter().any(|column| column == name);
    let mut faults = Vec::new();
    if !has("code") && !has("case_id") {
        faults.push(sheet.fault(
            1,
            "",
            Text::zh_en(
                "没有 code 列，也没有 case_id 列。",
                "There is neither a column code nor a column case_id.",
            ),
            (
                "请写明每份答卷是谁的：邀请码或者样本编号。",
                "Say whose each response is: the invitation's code or the case's number.",
            ),
        ));
    }
    for (at, column) in sheet.header.iter().enumerate() {
        if column.is_empty() || sheet.header[..at].contains(column) {
            faults.push(sheet.fault(
                1,
                column,
                Text::zh_en(
                    "列没有名称，或者名称重复。",
                    "The column has no name, or that of another.",
                ),
                ("请给每一列一个名称。", "Give every column a name of its own."),
            ));
        }
    }
    faults
}

/// Reads a row; what is at fault in it, all at once.
async fn response(
    state: &AppState,
    round: &Round,
    sheet: &Sheet<'_>,
    row: u32,
    cells: &[String],
) -> Result<Result<NewResponse, Vec<Diagnostic>>, ImportError> {
    let mut faults = Vec::new();
    let cells = sheet.cells(cells);
    let cell = |name: &str| cells.get(name).copied().unwrap_or_default();
    let Some(invitation) = invitation(state, round, cell("code"), cell("case_id")).await? else {
        let message = Text::zh_en(
            "本轮没有这个邀请码或者样本编号，或者邀请已经收回。",
            "The round has no such code or case, or the invitation was taken back.",
        );
        let column = if cell("code").is_empty() {
            "case_id"
        } else {
            "code"
        };
        return Ok(Err(vec![sheet.fault(
            row,
            column,
            message,
            ("请核对。", "Check it."),
        )]));
    };
    let groups = rounds::groups(&state.db, &round.id).await?;
    let name = groups
        .into_iter()
        .find(|group| group.group == invitation.group)
        .map(|group| group.form)
        .unwrap_or_default();
    let Some(form) = state.forms.current(&state.db, &round.id, &name).await? else {
        return Err(ImportError::Server(Box::new(AppError::form_not_offered())));
    };
    let mode = word(
        sheet,
        row,
        "mode",
        cell("mode"),
        Mode::Paper,
        Mode::parse,
        &mut faults,
    );
    let answering = word(
        sheet,
        row,
        "answering",
        cell("answering"),
        Answering::Myself,
        Answering::parse,
        &mut faults,
    );
    let mut moment = |name: &str| -> Option<Timestamp> {
        let text = Some(cell(name)).filter(|text| !text.is_empty())?;
        let read = text.parse().ok();
        if read.is_none() {
            let message = Text::zh_en(
                "应为带时区的时刻，如 2026-11-23T09:30:00+08:00。",
                "This must be a moment with a time zone, such as 2026-11-23T09:30:00+08:00.",
            );
            faults.push(sheet.fault(row, name, message, ("", "")));
        }
        read
    };
    let duration_s = match (moment("started_at"), moment("ended_at")) {
        (Some(started), Some(ended)) => (ended.as_second() - started.as_second()).max(0),
        _ => 0,
    };
    let id = match cell("id") {
        "" => id_of(&invitation),
        text => Uuid::try_parse(text)
            .ok()
            .filter(|id| id.get_version_num() == 4)
            .unwrap_or_else(|| {
                let message = Text::zh_en(
                    "应为随机编号（UUID v4）。",
                    "This must be a random UUID (version 4).",
                );
                faults.push(sheet.fault(
                    row,
                    "id",
                    message,
                    ("也可以不写这一列。", "The column can be left out."),
                ));
                Uuid::nil()
            }),
    };
    let kept: Vec<&str> = ["sensitive", "guardian"]
        .into_iter()
        .filter(|wanted| cell("consents").split_whitespace().any(|word| word == *wanted))
        .collect();
    let mut answers: BTreeMap<String, String> = cells
        .iter()
        .filter(|(column, _)| !DESCRIBING.contains(column))
        .map(|(column, cell)| ((*column).to_owned(), (*cell).to_owned()))
        .collect();
    // "Who is filling this in?" is a question of the form as well; what is said once need not be said twice.
    if let Some(question) = form.question("answering")
        && form
            .choices(question)
            .iter()
            .any(|choice| choice.name == answering.as_str())
    {
        answers.insert(question.name.clone(), answering.as_str().to_owned());
    }
    // As in an interview: what was said about health counts with a consent of its own.
    if !kept.contains(&"sensitive") {
        health::withhold(&form, &mut answers);
    }
    if let Err(found) = validate::validate(&form, &answers, state.clock.today()) {
        faults.extend(
            found
                .into_iter()
                .map(|fault| sheet.fault(row, &fault.field, fault.message, ("", ""))),
        );
    }
    if !faults.is_empty() {
        return Ok(Err(faults));
    }
    Ok(Ok(NewResponse {
        id,
        door: Door::Invitation(invitation.id),
        form: name,
        form_version: form.version.clone(),
        language: match cell("language") {
            "" => form.default_language().to_owned(),
            tag => tag.to_owned(),
        },
        mode,
        answering,
        duration_s,
        answers,
        draft_id: None,
        unit: None,
        ways: Default::default(),
        consents: kept.join(" "),
        interviewer: None,
        staff_collected: false,
        files_of: None,
        ended_on: None,
    }))
}

async fn invitation(
    state: &AppState,
    round: &Round,
    code: &str,
    case: &str,
) -> Result<Option<Invitation>, StoreError> {
    let found = match (Code::parse(code), case) {
        (Ok(code), _) => invitations::by_code(&state.db, &state.keys, &code).await?,
        (Err(_), "") => None,
        (Err(_), _) if !code.is_empty() => None,
        (Err(_), case) => {
            let of_case = invitations::of_cases(&state.db, &round.id, &[case.to_owned()]).await?;
            of_case
                .into_iter()
                .find(|row| row.state != invitations::WITHDRAWN)
        }
    };
    Ok(found.filter(|row| row.round_id == round.id && row.state != invitations::WITHDRAWN))
}

/// The id of an invitation's imported response.
fn id_of(invitation: &Invitation) -> Uuid {
    let print: [u8; 32] = Sha256::digest(format!("minyi import {}", invitation.id)).into();
    let mut bytes = [0; 16];
    bytes.copy_from_slice(&print[..16]);
    uuid::Builder::from_random_bytes(bytes).into_uuid()
}

fn word<T>(
    sheet: &Sheet<'_>,
    row: u32,
    column: &str,
    text: &str,
    usual: T,
    parse: fn(&str) -> Option<T>,
    faults: &mut Vec<Diagnostic>,
) -> T {
    if text.is_empty() {
        return usual;
    }
    parse(text).unwrap_or_else(|| {
        let message = Text::zh_en(
            format!("不认识“{text}”。"),
            format!("\"{text}\" is not understood."),
        );
        let mend = match column {
            "mode" => (
                "应为 web、interview、phone 或 paper。",
                "It must be web, interview, phone or paper.",
            ),
            _ => (
                "应为 self、assisted 或 proxy。",
                "It must be self, assisted or proxy.",
            ),
        };
        faults.push(sheet.fault(row, column, message, mend));
        usual
    })
}

/// What came up only when a row was stored: another response was quicker, or the round is over.
fn refused(sheet: &Sheet<'_>, row: u32, error: SubmitError) -> Diagnostic {
    let message = AppError::from(error).message;
    sheet.fault(
        row,
        "",
        message,
        (
            "其他各行照常导入；改好以后可以整个表再导入一次。",
            "The other rows were imported; once this is mended, import the whole table again.",
        ),
    )
}

#[cfg(test)]
mod tests;
