//! `…/forms/{form}/add` and `…/bank`: questions by hand and from the bank.

use axum::extract::{Form, Query as FromQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use survey_forms::editor::bank;
use survey_forms::editor::edit::{NewItem, NewList};
use survey_forms::editor::outline::{SpotChoice, outline};
use survey_forms::editor::{Edit, EditError, RowKey, RowKind, Spot, Workbook, apply};
use survey_forms::text::Text;

use super::{Open, OpenToEdit, Opened, Outcome, Query, fault, see};
use crate::app::AppState;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::editor::adding::{self as page, AddPage, BankPage};
use crate::pages::editor::{mend, quoted, row_id};
use crate::pages::layout::Fault;
use crate::pages::{Lang, tr};
use crate::questionnaires::Act;
use crate::questionnaires::fields;

fn tag(open: &Open) -> &str {
    open.outline.languages.first().map_or("zh", String::as_str)
}

/// Where something new can go; the place that an address names is among them.
pub(super) fn places(open: &Open, to: &str) -> Vec<SpotChoice> {
    let mut spots = open.outline.spots(None);
    if let Ok(spot) = to.parse::<Spot>()
        && !spots.iter().any(|choice| choice.spot == spot)
    {
        let key = match &spot {
            Spot::After(key) | Spot::Into(key) | Spot::IntoEnd(key) => Some(key),
            Spot::First | Spot::Last => None,
        };
        let row = key.and_then(|key| open.row(key));
        spots.push(SpotChoice {
            spot,
            depth: 0,
            label: row.map(|row| row.label.clone()).unwrap_or_default(),
        });
    }
    spots
}

fn add_view(open: &Open, attempt: AddPage) -> AddPage {
    AddPage {
        spots: places(open, &attempt.to),
        lists: open.lists(),
        tag: tag(open).to_owned(),
        ..attempt
    }
}

/// `GET …/forms/{form}/add`.
///
/// # Errors
/// When the role may not, there is no such questionnaire, or the database does not answer; so for every handler here.
pub async fn show(
    Opened { open, .. }: OpenToEdit,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let attempt = AddPage {
        to: query.to,
        kind: RowKind::SelectOne.as_str().to_owned(),
        ..AddPage::default()
    };
    let view = add_view(&open, attempt);
    Ok(html(page::page(open.around(), &view)).into_response())
}

/// The row of `made` that `before` did not have.
pub(super) fn new_key(open: &Open, made: &Workbook) -> Option<RowKey> {
    let before: Vec<&str> = open
        .outline
        .walk()
        .into_iter()
        .map(|row| row.name.as_str())
        .collect();
    let after = outline(made, &open.file());
    let found = after
        .walk()
        .into_iter()
        .find(|row| !before.contains(&row.name.as_str()));
    found.map(|row| row.key.clone())
}

fn place_of(error: &EditError, lang: Lang) -> Vec<Fault> {
    let field = |name: Option<&str>| match name {
        Some("choices" | "list" | "lines") => "#lines",
        Some("kind") => "#kind",
        Some("to") => "#to",
        _ => "#label",
    };
    let faults = error.faults().iter();
    faults
        .map(|one| fault(field(one.place.field.as_deref()), mend(lang, one)))
        .collect()
}

/// `POST …/forms/{form}/add`: makes a question and leads to its page.
///
/// # Errors
/// See [`show`].
pub async fn add(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToEdit,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = open.lang;
    let of = |name: &str| field(&pairs, name).unwrap_or_default().trim().to_owned();
    let attempt = AddPage {
        to: of("to"),
        kind: of("kind"),
        label: of("label"),
        lines: of("lines"),
        list: of("list"),
        must: of("must") == "yes",
        ..AddPage::default()
    };
    let again = |status: StatusCode, attempt: AddPage| {
        let view = add_view(&open, attempt);
        (status, html(page::page(open.around(), &view))).into_response()
    };
    if !open.is_seen(&of("seen")) {
        let conflict = Some(open.conflict(&state, true));
        return Ok(again(StatusCode::CONFLICT, AddPage { conflict, ..attempt }));
    }
    let refused = |faults: Vec<Fault>| {
        let attempt = AddPage {
            faults,
            ..attempt.clone()
        };
        again(StatusCode::UNPROCESSABLE_ENTITY, attempt)
    };
    let kind = RowKind::named(&attempt.kind).filter(|kind| RowKind::ADDABLE.contains(kind));
    let (Some(kind), Ok(to)) = (kind, attempt.to.parse::<Spot>()) else {
        return Err(PageError::lost());
    };
    let choices = match (kind.has_choices(), attempt.list.as_str()) {
        (false, _) => None,
        (true, "") => Some(NewList::New(fields::lines(&attempt.lines, tag(&open)))),
        (true, list) => Some(NewList::Existing(list.to_owned())),
    };
    let mut faults = Vec::new();
    if attempt.label.is_empty() && kind.is_question() {
        faults.push(fault("#label", tr!(lang, "editor.e_no_words")));
    }
    if matches!(&choices, Some(NewList::New(lines)) if lines.is_empty()) {
        faults.push(fault("#lines", tr!(lang, "editor.e_no_choices")));
    }
    if !faults.is_empty() {
        return Ok(refused(faults));
    }
    let mut label = Text::new();
    if !attempt.label.is_empty() {
        label.insert(tag(&open), attempt.label.replace("\r\n", "\n"));
    }
    let item = NewItem {
        kind,
        name: String::new(),
        label,
        choices,
        required: attempt.must && kind.is_question(),
    };
    let made = match apply(&open.workbook, &Edit::Add { item, to }) {
        Ok(made) => made,
        Err(error) => return Ok(refused(place_of(&error, lang))),
    };
    let key = new_key(&open, &made);
    let subject = key.as_ref().map(RowKey::to_string).unwrap_or_default();
    match open.save(&state, &made, (Act::Added, &subject)).await? {
        Outcome::Saved => {
            let path = format!("/question?row={}&done=added", quoted(&subject));
            Ok(see(&open.around().path(if key.is_some() { &path } else { "" })))
        }
        Outcome::Overtaken => {
            let conflict = Some(open.conflict(&state, true));
            Ok(again(StatusCode::CONFLICT, AddPage { conflict, ..attempt }))
        }
        Outcome::Refused(words) => Ok(refused(
            words.into_iter().map(|words| fault("#label", words)).collect(),
        )),
    }
}

fn bank_view(open: &Open, to: &str) -> BankPage {
    BankPage {
        collections: bank::collections(),
        spots: places(open, to),
        to: to.to_owned(),
        faults: Vec::new(),
        conflict: None,
    }
}

/// `GET …/forms/{form}/bank`.
///
/// # Errors
/// See [`show`].
pub async fn show_bank(
    Opened { open, .. }: OpenToEdit,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let view = bank_view(&open, &query.to);
    Ok(html(page::bank_page(open.around(), &view)).into_response())
}

/// `POST …/forms/{form}/bank`: takes over the questions that were ticked; all where none was.
///
/// # Errors
/// See [`show`].
pub async fn take(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToEdit,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let lang = open.lang;
    let of = |name: &str| field(&pairs, name).unwrap_or_default();
    let again = |status: StatusCode, faults: Vec<Fault>| {
        let conflict = (status == StatusCode::CONFLICT).then(|| open.conflict(&state, false));
        let view = BankPage {
            faults,
            conflict,
            ..bank_view(&open, of("to"))
        };
        (status, html(page::bank_page(open.around(), &view))).into_response()
    };
    if !open.is_seen(of("seen")) {
        return Ok(again(StatusCode::CONFLICT, Vec::new()));
    }
    let collection = bank::collection(of("collection")).ok_or_else(PageError::lost)?;
    let to: Spot = of("to").parse().map_err(|_| PageError::lost())?;
    let items = pairs.iter().filter(|(name, _)| name == "item");
    let edit = Edit::Insert {
        collection: collection.id.clone(),
        items: items.map(|(_, item)| item.clone()).collect(),
        to,
    };
    let href = format!("#b-{}", collection.id);
    let made = match apply(&open.workbook, &edit) {
        Ok(made) => made,
        Err(error) => {
            let faults = error.faults().iter().map(|one| fault(&href, mend(lang, one)));
            return Ok(again(StatusCode::UNPROCESSABLE_ENTITY, faults.collect()));
        }
    };
    let first = new_key(&open, &made);
    match open.save(&state, &made, (Act::Bank, &collection.id)).await? {
        Outcome::Saved => {
            let fragment = first.map(|key| format!("#{}", row_id(&key))).unwrap_or_default();
            Ok(see(&format!("{}?done=bank{fragment}", open.around().path(""))))
        }
        Outcome::Overtaken => Ok(again(StatusCode::CONFLICT, Vec::new())),
        Outcome::Refused(words) => {
            let faults = words.into_iter().map(|words| fault(&href, words)).collect();
            Ok(again(StatusCode::UNPROCESSABLE_ENTITY, faults))
        }
    }
}
