//! `…/forms/{form}`: the outline, and what is done with whole rows.

use axum::extract::{Form, Query as FromQuery, State};
use axum::http::StatusCode;
use axum::response::Response;
use survey_forms::editor::details::details;
use survey_forms::editor::{Edit, RowKey, Spot, apply};

use super::{Open, OpenToEdit, OpenToRead, Opened, Outcome, Query, done_words, fault, framed, see};
use crate::app::AppState;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::editor::outline::{self as page, OutlinePage, Removing};
use crate::pages::editor::{Conflict, mend, row_id};
use crate::pages::layout::Fault;
use crate::questionnaires::Act;

/// What a page says beside the outline itself.
#[derive(Default)]
pub(super) struct Said {
    pub(super) done: Option<String>,
    pub(super) faults: Vec<Fault>,
    pub(super) conflict: Option<Conflict>,
}

pub(super) fn view(open: &Open, query: &Query, said: Said) -> OutlinePage {
    let label = |key: &RowKey| {
        let words = open
            .row(key)
            .map(|row| row.label.get(open.lang.code()).to_owned());
        words
            .filter(|words| !words.is_empty())
            .unwrap_or_else(|| key.to_string())
    };
    let row = |word: &str| word.parse::<RowKey>().ok().filter(|key| open.row(key).is_some());
    let moving = row(&query.moving).map(|key| {
        let spots = open.outline.spots(Some(&key));
        (key.clone(), label(&key), spots)
    });
    let removing = row(&query.remove).map(|key| {
        let details = details(&open.workbook, &key, &open.file());
        let rows = open.rows();
        let referred = details.map(|details| details.referred).unwrap_or_default();
        Removing {
            label: label(&key),
            inside: open.row(&key).map_or(0, inside),
            referred: referred
                .into_iter()
                .map(|place| {
                    let found = rows
                        .iter()
                        .find(|(number, _)| place.sheet == "survey" && *number == place.row);
                    let key = found.map(|(_, key)| key.clone());
                    (place, key)
                })
                .collect(),
            key,
        }
    });
    OutlinePage {
        outline: open.outline.clone(),
        moving,
        removing,
        done: said.done,
        faults: said.faults,
        conflict: said.conflict,
        overtaken: open.draft.is_overtaken(),
        in_plan: open.draft.is_in_plan(),
    }
}

fn inside(row: &survey_forms::editor::outline::OutlineRow) -> usize {
    row.children.len() + row.children.iter().map(inside).sum::<usize>()
}

/// `GET …/forms/{form}`.
///
/// # Errors
/// When the role may not, there is no such questionnaire, or the database does not answer; so for every handler here.
pub async fn show(
    Opened { open, .. }: OpenToRead,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let said = Said {
        done: done_words(open.lang, &query.done),
        ..Said::default()
    };
    let view = view(&open, &query, said);
    Ok(framed(StatusCode::OK, html(page::page(open.around(), &view))))
}

/// An act on a row: what is done, the row it is done to, what is noted of it, and where it leads.
struct Wanted {
    edit: Edit,
    row: RowKey,
    act: Act,
    done: &'static str,
}

fn wanted(pairs: &Pairs) -> Option<Wanted> {
    let key = |name: &str| field(pairs, name)?.parse::<RowKey>().ok();
    let of = |name: &str, act: Act, done: &'static str, edit: fn(RowKey) -> Edit| {
        key(name).map(|row| Wanted {
            edit: edit(row.clone()),
            row,
            act,
            done,
        })
    };
    match field(pairs, "go") {
        Some("move") => {
            let to: Spot = field(pairs, "to")?.parse().ok()?;
            let row = key("row")?;
            Some(Wanted {
                edit: Edit::Move { row: row.clone(), to },
                row,
                act: Act::Moved,
                done: "moved",
            })
        }
        Some("remove") => of("row", Act::Removed, "removed", |row| Edit::Remove { row }),
        _ => of("up", Act::Moved, "moved", |row| Edit::MoveUp { row })
            .or_else(|| of("down", Act::Moved, "moved", |row| Edit::MoveDown { row }))
            .or_else(|| {
                of("copy", Act::Duplicated, "duplicated", |row| Edit::Duplicate {
                    row,
                })
            })
            .or_else(|| of("ungroup", Act::Removed, "removed", |row| Edit::Ungroup { row })),
    }
}

/// `POST …/forms/{form}`: moves, doubles or takes out a row.
///
/// # Errors
/// See [`show`].
pub async fn act(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToEdit,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let again = |status: StatusCode, said: Said| {
        let view = view(&open, &Query::default(), said);
        framed(status, html(page::page(open.around(), &view)))
    };
    let overtaken = || {
        let said = Said {
            conflict: Some(open.conflict(&state, false)),
            ..Said::default()
        };
        again(StatusCode::CONFLICT, said)
    };
    let refused = |faults: Vec<Fault>| {
        let said = Said {
            faults,
            ..Said::default()
        };
        again(StatusCode::UNPROCESSABLE_ENTITY, said)
    };
    let Some(wanted) = wanted(&pairs) else {
        return Err(PageError::lost());
    };
    if !open.is_seen(field(&pairs, "seen").unwrap_or_default()) {
        return Ok(overtaken());
    }
    let href = format!("#{}", row_id(&wanted.row));
    let made = match apply(&open.workbook, &wanted.edit) {
        Ok(made) => made,
        Err(error) => {
            let faults = error
                .faults()
                .iter()
                .map(|one| fault(&href, mend(open.lang, one)));
            return Ok(refused(faults.collect()));
        }
    };
    let subject = wanted.row.to_string();
    match open.save(&state, &made, (wanted.act, &subject)).await? {
        Outcome::Saved => {
            let path = open.around().path("");
            let fragment = if wanted.act == Act::Removed { "" } else { &href };
            Ok(see(&format!("{path}?done={}{fragment}", wanted.done)))
        }
        Outcome::Overtaken => Ok(overtaken()),
        Outcome::Refused(words) => Ok(refused(
            words.into_iter().map(|words| fault(&href, words)).collect(),
        )),
    }
}
