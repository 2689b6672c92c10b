//! `…/plan/table` and `…/plan/row`: a table of the plan in a list, its weights at once, and one row as a form.

use std::collections::BTreeMap;

use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse, Redirect, Response};
use survey_forms::diagnostic::Diagnostic;

use super::refusal::refused;
use super::{About, Asked, conflict, table_of, unprocessable, working_copy};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::{EditPlan, Permission, SeePlan};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::planning::rows::{self as page, RowLine, RowPage, TablePage};
use crate::pages::{Lang, Reading, tr};
use crate::planning::copy::{self, Changed, Copy};
use crate::planning::difference::TABLES;
use crate::planning::sheet::Sheet;
use crate::store::plan_versions::fingerprint;
use crate::weighing;

/// Rows on a page.
const ROWS: usize = 60;
/// The table whose weights are changed in the list.
const TREE: &str = "indicators.csv";
/// Weights are written with a few decimals; sums may differ by their rounding.
const TOLERANCE: f64 = 0.005;

/// The columns that a list shows, by table; others show all of theirs.
fn columns(path: &str, sheet: &Sheet) -> Vec<String> {
    let shown: &[&str] = match path {
        "units.csv" => &["code", "name_zh", "name_en", "parent", "level", "kind"],
        TREE => &[
            "code",
            "name_zh",
            "weight",
            "measure",
            "goalpost_low",
            "goalpost_high",
        ],
        "criteria.csv" => &["code", "name", "indicator", "max_score", "evidence_required"],
        "admin.csv" => &["unit", "period", "code", "value", "source"],
        _ => return sheet.header.clone(),
    };
    shown.iter().map(|column| (*column).to_owned()).collect()
}

/// Columns that a form of a row has, though the file lacks them.
fn possible(path: &str) -> &'static [&'static str] {
    match path {
        TREE => &["domain"],
        "criteria.csv" => &["name_en", "guidance_en"],
        _ => &[],
    }
}

fn keys(path: &str) -> &'static [&'static str] {
    TABLES
        .iter()
        .find(|(file, _)| *file == path)
        .map_or(&["code"], |(_, keys)| keys)
}

fn key_of(sheet: &Sheet, row: usize, path: &str) -> String {
    let cells: Vec<&str> = keys(path).iter().map(|key| sheet.cell(row, key)).collect();
    cells.join(" ")
}

fn weight(sheet: &Sheet, row: usize) -> f64 {
    sheet.cell(row, "weight").parse().unwrap_or_default()
}

/// What the rows below each row weigh together, by the code above.
fn sums(sheet: &Sheet) -> BTreeMap<String, f64> {
    let mut sums = BTreeMap::new();
    for row in 0..sheet.rows.len() {
        *sums.entry(sheet.cell(row, "parent").to_owned()).or_default() += weight(sheet, row);
    }
    sums
}

fn depth(sheet: &Sheet, row: usize) -> usize {
    let mut depth = 0;
    let mut parent = sheet.cell(row, "parent");
    // A tree is never deeper than it has rows; a faulty one may go in circles.
    while !parent.is_empty() && depth < sheet.rows.len() {
        depth += 1;
        let above = (0..sheet.rows.len()).find(|&above| sheet.cell(above, "code") == parent);
        parent = above.map_or("", |above| sheet.cell(above, "parent"));
    }
    depth
}

struct Shown<'a> {
    typed: Option<&'a Pairs>,
    faults: Vec<Fault>,
    conflict: bool,
    may_edit: bool,
}

fn of_file(copy: &Copy, path: &str) -> Vec<Diagnostic> {
    let here = |fault: &Diagnostic| fault.place.file.as_deref() == Some(path);
    copy.faults().into_iter().filter(here).collect()
}

fn list(copy: &Copy, sheet: &Sheet, about: &About, shown: Shown<'_>) -> TablePage {
    let path = about.path.as_str();
    let columns = columns(path, sheet);
    let is_tree = path == TREE;
    let pages = if is_tree {
        1
    } else {
        sheet.rows.len().div_ceil(ROWS).max(1)
    };
    let at = about.page.clamp(1, pages);
    let from = (at - 1) * ROWS;
    let to = if is_tree {
        sheet.rows.len()
    } else {
        (from + ROWS).min(sheet.rows.len())
    };
    let sums = sums(sheet);
    let line = |row: usize| {
        let below = sums.get(sheet.cell(row, "code")).filter(|_| is_tree);
        let cells = columns.iter().map(|column| {
            let typed = shown.typed.and_then(|pairs| field(pairs, &format!("w:{row}")));
            let own = typed.filter(|_| is_tree && column == "weight");
            own.unwrap_or_else(|| sheet.cell(row, column)).to_owned()
        });
        RowLine {
            row,
            cells: cells.collect(),
            depth: if is_tree { depth(sheet, row) } else { 0 },
            below: below.map(|sum| weighing::number(*sum)),
            is_off: below.is_some_and(|sum| (sum - weight(sheet, row)).abs() > TOLERANCE),
        }
    };
    let total = sums.get("").copied().unwrap_or_default();
    TablePage {
        path: path.to_owned(),
        seen: copy.seen(path),
        weights: is_tree
            .then(|| columns.iter().position(|column| column == "weight"))
            .flatten(),
        total: is_tree.then(|| (weighing::number(total), (total - 100.0).abs() > TOLERANCE)),
        rows: (from..to).map(line).collect(),
        count: sheet.rows.len(),
        page: (at, pages),
        faults: shown.faults,
        found: of_file(copy, path),
        conflict: shown.conflict,
        may_edit: shown.may_edit,
        columns,
    }
}

/// `GET …/plan/table`.
///
/// # Errors
/// When the role may not, there is no such table, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<SeePlan>,
    reading: Reading,
    Query(about): Query<About>,
) -> Result<Html<String>, PageError> {
    let asked = Asked::of(&holder, reading.lang);
    let copy = working_copy(&state, &holder).await?;
    let sheet = table_of(&copy, &asked, &about.path)?;
    let shown = Shown {
        typed: None,
        faults: Vec::new(),
        conflict: false,
        may_edit: holder.staff.role.may(Action::EditPlan),
    };
    Ok(html(page::page(
        asked.around(),
        &list(&copy, &sheet, &about, shown),
    )))
}

/// `POST …/plan/table`: the weights of the indicators, all at once.
///
/// # Errors
/// See [`show`].
pub async fn keep_weights(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Query(about): Query<About>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let asked = Asked::of(&holder, lang);
    if about.path != TREE {
        return Err(PageError::lost());
    }
    let copy = working_copy(&state, &holder).await?;
    let sheet = table_of(&copy, &asked, TREE)?;
    let mut new = sheet.clone();
    let mut faults = Vec::new();
    for row in 0..sheet.rows.len() {
        let Some(typed) = field(&pairs, &format!("w:{row}")) else {
            continue;
        };
        match typed.trim().parse::<f64>() {
            Ok(value) if value.is_finite() && value >= 0.0 => new.set(row, "weight", typed),
            _ => faults.push(Fault {
                href: format!("#w-{row}"),
                text: tr!(lang, "plan.e_weight", code = sheet.cell(row, "code")).into_owned(),
            }),
        }
    }
    let seen = field(&pairs, "seen").unwrap_or_default();
    let again = |faults: Vec<Fault>, is_conflict| {
        let shown = Shown {
            typed: Some(&pairs),
            faults,
            conflict: is_conflict,
            may_edit: true,
        };
        html(page::page(asked.around(), &list(&copy, &sheet, &about, shown)))
    };
    if copy.seen(TREE) != seen {
        return Ok(conflict(again(Vec::new(), true)));
    }
    if !faults.is_empty() {
        return Ok(unprocessable(again(faults, false)));
    }
    store(&state, &holder, (TREE, seen), &new, again, lang).await
}

/// Keeps a changed table and leads back to its list, or shows the form again.
async fn store<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    (path, seen): (&str, &str),
    sheet: &Sheet,
    again: impl Fn(Vec<Fault>, bool) -> Html<String>,
    lang: Lang,
) -> Result<Response, PageError> {
    let base = state.base();
    let change = copy::change(
        &base,
        &holder.round.id,
        (path, seen),
        Some(sheet.write()),
        &holder.staff.login,
    );
    match change.await {
        Ok(Changed::Done) => {
            let path: String = url::form_urlencoded::byte_serialize(path.as_bytes()).collect();
            let address = format!("/console/rounds/{}/plan/table?path={path}", holder.round.id);
            Ok(Redirect::to(&address).into_response())
        }
        Ok(Changed::Conflict(_)) => Ok(conflict(again(Vec::new(), true))),
        Err(error) => Ok(unprocessable(again(refused(lang, error, "#main")?, false))),
    }
}

/// The form of a row: what was typed where something was, and what stands there now beside it after a conflict.
fn form(copy: &Copy, sheet: &Sheet, (path, row): (&str, Option<usize>), shown: Shown<'_>) -> RowPage {
    let mut columns: Vec<String> = sheet
        .header
        .iter()
        .filter(|column| !column.is_empty())
        .cloned()
        .collect();
    for column in possible(path) {
        if !columns.iter().any(|known| known == column) {
            columns.push((*column).to_owned());
        }
    }
    let cells = columns.into_iter().map(|column| {
        let stands = row.map_or("", |row| sheet.cell(row, &column)).to_owned();
        let typed = shown.typed.and_then(|pairs| field(pairs, &format!("c:{column}")));
        let value = typed.map_or_else(|| stands.clone(), str::to_owned);
        let theirs = (shown.conflict && value.trim() != stands).then_some(stands);
        (column, value, theirs)
    });
    let number = row.and_then(|row| sheet.number_read(row));
    RowPage {
        path: path.to_owned(),
        seen: copy.seen(path),
        row,
        key: row.map(|row| key_of(sheet, row, path)).unwrap_or_default(),
        cells: cells.collect(),
        faults: shown.faults,
        found: of_file(copy, path)
            .into_iter()
            .filter(|fault| number.is_some() && fault.place.row == number)
            .collect(),
        conflict: shown.conflict,
    }
}

/// The row that an address names: none for a new one.
fn row_of(sheet: &Sheet, about: &About) -> Result<Option<usize>, PageError> {
    if about.row == "new" {
        return Ok(None);
    }
    let row: usize = about.row.parse().map_err(|_| PageError::lost())?;
    match row < sheet.rows.len() {
        true => Ok(Some(row)),
        false => Err(PageError::lost()),
    }
}

/// `GET …/plan/row`.
///
/// # Errors
/// See [`show`].
pub async fn show_row(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Query(about): Query<About>,
) -> Result<Html<String>, PageError> {
    let asked = Asked::of(&holder, reading.lang);
    let copy = working_copy(&state, &holder).await?;
    let sheet = table_of(&copy, &asked, &about.path)?;
    let row = row_of(&sheet, &about)?;
    let shown = Shown {
        typed: None,
        faults: Vec::new(),
        conflict: false,
        may_edit: true,
    };
    let view = form(&copy, &sheet, (&about.path, row), shown);
    Ok(html(page::row_page(asked.around(), &view)))
}

/// `POST …/plan/row`: keeps, moves or takes out a row.
///
/// # Errors
/// See [`show`].
pub async fn keep_row(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Query(about): Query<About>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = reading.lang;
    let asked = Asked::of(&holder, lang);
    let copy = working_copy(&state, &holder).await?;
    let path = about.path.as_str();
    let sheet = table_of(&copy, &asked, path)?;
    let seen = field(&pairs, "seen").unwrap_or_default();
    let key = field(&pairs, "key").unwrap_or_default();
    let is_conflict = copy
        .files
        .get(path)
        .is_none_or(|bytes| fingerprint(bytes) != seen);
    let row = match (is_conflict, about.row.as_str()) {
        // Rows may have moved: the one that was edited is found by what names it; one that is gone comes back as new.
        (true, number) if number != "new" => {
            (0..sheet.rows.len()).find(|&row| key_of(&sheet, row, path) == key)
        }
        _ => row_of(&sheet, &about)?,
    };
    let again = |faults: Vec<Fault>, is_conflict| {
        let shown = Shown {
            typed: Some(&pairs),
            faults,
            conflict: is_conflict,
            may_edit: true,
        };
        html(page::row_page(
            asked.around(),
            &form(&copy, &sheet, (path, row), shown),
        ))
    };
    if is_conflict {
        return Ok(conflict(again(Vec::new(), true)));
    }
    let mut new = sheet.clone();
    match (field(&pairs, "go"), row) {
        (Some("remove"), Some(row)) => {
            new.rows.remove(row);
        }
        (Some("up"), Some(row)) if row > 0 => new.rows.swap(row - 1, row),
        (Some("down"), Some(row)) if row + 1 < new.rows.len() => new.rows.swap(row, row + 1),
        (Some("up" | "down"), _) => {}
        (_, row) => {
            let row = match row {
                Some(row) => row,
                None => new.insert_after(Some(new.rows.len())),
            };
            let typed = |column: &str| field(&pairs, &format!("c:{column}")).unwrap_or_default();
            let wanted: Vec<&str> = possible(path)
                .iter()
                .filter(|column| !typed(column).is_empty())
                .copied()
                .collect();
            new.ensure_columns(&wanted);
            let columns = new.header.clone();
            for column in columns
                .iter()
                .filter(|column| field(&pairs, &format!("c:{column}")).is_some())
            {
                // A cell is one line: a text field on a phone may send more.
                new.set(row, column, &typed(column).replace(['\r', '\n'], " "));
            }
        }
    }
    store(&state, &holder, (path, seen), &new, again, lang).await
}
