//! `…/forms/{form}/question`: one row.

use axum::extract::{Form, Query as FromQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use survey_forms::editor::details::{Details, Menu, details};
use survey_forms::editor::outline::outline;
use survey_forms::editor::{Edit, RowKey, Workbook};
use survey_forms::text::Text;

use super::outline::{Said, view as outline_view};
use super::{Open, OpenToEdit, Opened, Outcome, Query, done_words, fault, framed, see, workbook};
use crate::app::AppState;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::editor::outline::{column, page as outline_page};
use crate::pages::editor::question::{self as page, QuestionPage, id};
use crate::pages::editor::{Conflict, language, mend, quoted};
use crate::pages::layout::Fault;
use crate::pages::tr;
use crate::questionnaires::fields::{self, Fields, get};
use crate::questionnaires::{self, Act};

/// What came of an attempt.
#[derive(Default)]
struct Attempt {
    /// What stands in the fields; none for what the row says.
    fields: Option<Fields>,
    done: Option<String>,
    faults: Vec<Fault>,
    conflict: Option<Conflict>,
}

fn languages(open: &Open) -> &[String] {
    &open.outline.languages
}

/// What the menus say, as expression and in words: of the fields, which may be ahead of the workbook.
fn logic(open: &Open, details: &Details, fields: &Fields) -> ((String, Text), (String, Text)) {
    let condition = match &details.condition {
        Menu::Text(text) => (text.clone(), Text::new()),
        _ => {
            let said = fields::conditions(fields, &details.askable);
            match said.expression(&open.workbook) {
                Ok(expression) if !said.conditions.is_empty() => (expression, said.words(&open.workbook)),
                _ => Default::default(),
            }
        }
    };
    let kind = survey_forms::editor::RowKind::named(get(fields, "kind")).unwrap_or(details.row.kind);
    let rule = match &details.rule {
        Menu::Text(text) => (text.clone(), Text::new()),
        _ => match fields::rules(fields, kind) {
            Ok(said) if !said.0.is_empty() => match said.expression() {
                Ok(expression) => (expression, said.words()),
                Err(_) => Default::default(),
            },
            _ => Default::default(),
        },
    };
    (condition, rule)
}

fn view(open: &Open, details: Details, attempt: Attempt) -> QuestionPage {
    let fields = attempt
        .fields
        .unwrap_or_else(|| fields::of(&details, languages(open)));
    let (condition, rule) = logic(open, &details, &fields);
    let keys: Vec<&RowKey> = open.outline.walk().into_iter().map(|row| &row.key).collect();
    let at = keys.iter().position(|key| **key == details.row.key);
    let neighbour = |step: isize| {
        let at = at?.checked_add_signed(step)?;
        keys.get(at).map(|key| (*key).clone())
    };
    QuestionPage {
        neighbours: (neighbour(-1), neighbour(1)),
        lists: open
            .lists()
            .into_iter()
            .filter(|(name, _)| details.row.list.as_ref() != Some(name))
            .collect(),
        languages: languages(open).to_vec(),
        details,
        fields,
        condition,
        rule,
        done: attempt.done,
        faults: attempt.faults,
        conflict: attempt.conflict,
    }
}

fn row_of(query: &Query) -> Result<RowKey, PageError> {
    query.row.parse().map_err(|_| PageError::lost())
}

/// `GET …/forms/{form}/question?row=`.
///
/// # Errors
/// When the role may not, there is no such row, or the database does not answer; so for every handler here.
pub async fn show(
    Opened { open, .. }: OpenToEdit,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let details = details(&open.workbook, &row_of(&query)?, &open.file()).ok_or_else(PageError::lost)?;
    let attempt = Attempt {
        done: done_words(open.lang, &query.done),
        ..Attempt::default()
    };
    let view = view(&open, details, attempt);
    Ok(framed(StatusCode::OK, html(page::page(open.around(), &view))))
}

/// What a field is called, for the list of those that two people changed.
fn field_words(open: &Open, name: &str) -> String {
    let parts: Vec<&str> = name.split(':').collect();
    match parts.as_slice() {
        ["w", column_name, tag] => format!("{} {}", column(open.around(), column_name), language(tag)),
        ["cell", column_name] => column(open.around(), column_name),
        ["c", ..] => column(open.around(), "choices"),
        ["q", ..] | ["join"] => column(open.around(), "relevant"),
        ["rule", ..] => column(open.around(), "constraint"),
        ["kind"] => column(open.around(), "type"),
        _ => column(open.around(), name),
    }
}

/// The page after somebody else was quicker: what was typed laid over what the row says now.
async fn overtaken(
    state: &AppState,
    open: &Open,
    key: &RowKey,
    (typed, seen): (Fields, &str),
) -> Result<Response, PageError> {
    let mut conflict = open.conflict(state, true);
    let Some(now) = details(&open.workbook, key, &open.file()) else {
        // The row is gone: what was typed is shown, to be typed in elsewhere.
        let words = typed
            .into_iter()
            .filter(|(name, value)| !value.is_empty() && (name.starts_with("w:") || name == "lines"));
        conflict.both = words
            .map(|(name, value)| (field_words(open, &name), value))
            .collect();
        conflict.kept = false;
        let said = Said {
            conflict: Some(conflict),
            ..Said::default()
        };
        let view = outline_view(open, &Query::default(), said);
        return Ok(framed(
            StatusCode::CONFLICT,
            html(outline_page(open.around(), &view)),
        ));
    };
    let before = fields::of(&now, languages(open));
    let at = (open.round.id.as_str(), open.draft.form.as_str());
    let was = questionnaires::as_seen(&state.db, at, seen).await?;
    let was = was.and_then(|content| {
        let (workbook, _) = workbook(&open.draft.form, &content);
        let tags = outline(&workbook, &open.file()).languages;
        let details = details(&workbook, key, &open.file())?;
        Some(fields::of(&details, &tags))
    });
    let (fields, both) = fields::merged(was.as_ref().unwrap_or(&before), &before, &typed);
    conflict.both = both
        .into_iter()
        .map(|(name, value)| (field_words(open, &name), value))
        .collect();
    let attempt = Attempt {
        fields: Some(fields),
        conflict: Some(conflict),
        ..Attempt::default()
    };
    let view = view(open, now, attempt);
    Ok(framed(
        StatusCode::CONFLICT,
        html(page::page(open.around(), &view)),
    ))
}

/// A name for a list that the workbook does not have.
fn free_list(open: &Open, wish: &str) -> String {
    let taken = |name: &str| open.outline.lists.iter().any(|list| list.name == name);
    let wish = if wish.is_empty() { "list" } else { wish };
    if !taken(wish) {
        return wish.to_owned();
    }
    let numbered = (2..).map(|n| format!("{wish}_{n}"));
    numbered.into_iter().find(|name| !taken(name)).unwrap_or_default()
}

/// What was typed laid over what the row says, for a page that is shown again.
fn laid_over(open: &Open, details: &Details, typed: &Fields) -> Fields {
    let mut fields = fields::of(details, languages(open));
    fields.extend(typed.clone());
    fields
}

/// `POST …/forms/{form}/question?row=`: saves what was typed, or shows the page again with what it would mean.
///
/// # Errors
/// See [`show`].
pub async fn keep(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToEdit,
    FromQuery(query): FromQuery<Query>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let key = row_of(&query)?;
    let seen = field(&pairs, "seen").unwrap_or_default().to_owned();
    let go = field(&pairs, "go").unwrap_or("save").to_owned();
    let mut typed = fields::typed(&pairs);
    for own in ["csrf", "seen", "go"] {
        typed.remove(own);
    }
    if !open.is_seen(&seen) {
        return overtaken(&state, &open, &key, (typed, &seen)).await;
    }
    let before = details(&open.workbook, &key, &open.file()).ok_or_else(PageError::lost)?;
    if go == "refresh" || go == "line" {
        let mut fields = laid_over(&open, &before, &typed);
        if go == "line" {
            let next = fields::condition_lines(&fields);
            fields.insert(format!("q:{next}:question"), String::new());
        }
        let attempt = Attempt {
            fields: Some(fields),
            ..Attempt::default()
        };
        let view = view(&open, before, attempt);
        return Ok(framed(StatusCode::OK, html(page::page(open.around(), &view))));
    }
    let again = |faults: Vec<Fault>| {
        let attempt = Attempt {
            fields: Some(laid_over(&open, &before, &typed)),
            faults,
            ..Attempt::default()
        };
        let view = view(&open, before.clone(), attempt);
        framed(
            StatusCode::UNPROCESSABLE_ENTITY,
            html(page::page(open.around(), &view)),
        )
    };
    let made = match changed(&open, &before, &typed, go == "own") {
        Ok(made) => made,
        Err(faults) => return Ok(again(faults)),
    };
    if made == open.workbook {
        return Ok(see(&format!("{}&done=same", open.around().row(&key))));
    }
    match open.save(&state, &made, (Act::Changed, &key.to_string())).await? {
        Outcome::Saved => {
            let name = get(&typed, "name");
            let key = match name.is_empty() {
                true => key.to_string(),
                false => name.to_owned(),
            };
            let key = quoted(&key);
            Ok(see(&open
                .around()
                .path(&format!("/question?row={key}&done=saved"))))
        }
        Outcome::Overtaken => {
            let open = Open::of(&state, &holder, open.lang, &open.draft.form).await?;
            overtaken(&state, &open, &key, (typed, &seen)).await
        }
        Outcome::Refused(words) => Ok(again(
            words.into_iter().map(|words| fault("#main", words)).collect(),
        )),
    }
}

/// The workbook with what was typed, or what is wrong with it.
fn changed(open: &Open, before: &Details, typed: &Fields, own: bool) -> Result<Workbook, Vec<Fault>> {
    let tags = languages(open);
    let kind = survey_forms::editor::RowKind::named(get(typed, "kind")).unwrap_or(before.row.kind);
    let is_text = matches!(before.rule, Menu::Text(_));
    if let Err(wrong) = fields::rules(typed, kind)
        && !is_text
    {
        let words = tr!(open.lang, "editor.e_number");
        return Err(wrong
            .iter()
            .map(|name| fault(format!("#{}", id(name)), &*words))
            .collect());
    }
    let told = |faults: Vec<(String, survey_forms::diagnostic::Diagnostic)>| {
        let faults = faults.iter().map(|(field, found)| {
            // A name that is no name of a field is a section's.
            fault(format!("#{}", id(field)), mend(open.lang, found))
        });
        faults.collect::<Vec<_>>()
    };
    let mut workbook = open.workbook.clone();
    let mut row = before.clone();
    if own {
        let edit = Edit::OwnList {
            row: before.row.key.clone(),
            name: free_list(open, &before.row.name),
        };
        workbook = fields::make(&workbook, &[("choices".to_owned(), edit)]).map_err(told)?;
        if let Some(now) = details(&workbook, &before.row.key, &open.file()) {
            row = now;
        }
    }
    fields::make(&workbook, &fields::edits(&row, tags, typed)).map_err(told)
}
