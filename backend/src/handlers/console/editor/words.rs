//! `…/forms/{form}/words`: all words in one language beside another, the title, and further languages.

use axum::extract::{Form, Query as FromQuery, State};
use axum::http::StatusCode;
use axum::response::{IntoResponse, Response};
use survey_forms::editor::edit::{Setting, Words};
use survey_forms::editor::outline::{Outline, outline};
use survey_forms::editor::{Edit, RowKey};
use survey_forms::text::{Text, is_wording};

use super::{Open, OpenToEdit, Opened, Outcome, Query, done_words, fault, see, workbook};
use crate::app::AppState;
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::editor::outline::column;
use crate::pages::editor::question::id;
use crate::pages::editor::words::{self as page, Line, WordsPage};
use crate::pages::editor::{Conflict, language, mend, quoted};
use crate::pages::layout::Fault;
use crate::pages::tr;
use crate::questionnaires::fields::{self, Asked, Fields, get};
use crate::questionnaires::{self, Act};

/// Languages that a county may need, and the easy wordings of the two that everybody has.
const KNOWN: [&str; 11] = [
    "zh",
    "en",
    "zh-x-easy",
    "en-x-easy",
    "ug",
    "bo",
    "mn",
    "kk",
    "ko",
    "ii",
    "za",
];

/// Words of the questionnaire: where they stand, and what they say.
struct Entry {
    field: String,
    at: At,
    text: Text,
}

/// Where words stand.
enum At {
    Row(RowKey, Words),
    Choice(String, String),
}

/// Every place for words that says something in any language. Words beside the label are known of sound questionnaires
/// only.
fn entries(outline: &Outline) -> Vec<Entry> {
    let mut entries = Vec::new();
    let questions = outline.form.as_ref().map(|form| form.written_questions());
    for row in outline.walk() {
        let mut put = |words: Words, text: &Text| {
            if !text.is_empty() {
                entries.push(Entry {
                    field: format!("s:{}:{}", words.column(), row.key),
                    at: At::Row(row.key.clone(), words),
                    text: text.clone(),
                });
            }
        };
        put(Words::Label, &row.label);
        let found = questions
            .iter()
            .flatten()
            .find(|question| question.name == row.name);
        if let Some(question) = found {
            put(Words::Hint, &question.hint);
            put(Words::ConstraintMessage, &question.constraint_message);
            put(Words::RequiredMessage, &question.required_message);
        }
    }
    for list in &outline.lists {
        for choice in list.choices.iter().filter(|choice| !choice.label.is_empty()) {
            entries.push(Entry {
                field: format!("l:{}:{}", list.name, choice.name),
                at: At::Choice(list.name.clone(), choice.name.clone()),
                text: choice.label.clone(),
            });
        }
    }
    entries
}

fn exact<'a>(text: &'a Text, lang: &str) -> &'a str {
    text.exact(lang).map_or("", |(_, words)| words)
}

fn of(outline: &Outline, to: &str) -> Fields {
    let entries = entries(outline).into_iter();
    entries
        .map(|entry| (entry.field, exact(&entry.text, to).to_owned()))
        .collect()
}

/// What came of an attempt.
#[derive(Default)]
struct Attempt {
    fields: Option<Fields>,
    done: Option<String>,
    faults: Vec<Fault>,
    conflict: Option<Conflict>,
}

/// The language that is written: that of the address, else the first besides the default.
fn target(open: &Open, query: &Query) -> String {
    let tags = &open.outline.languages;
    let wished = tags.iter().find(|tag| **tag == query.lang);
    wished
        .or_else(|| tags.get(1))
        .or_else(|| tags.first())
        .cloned()
        .unwrap_or_default()
}

fn what(open: &Open, at: &At) -> String {
    match at {
        At::Row(key, words) => {
            let row = open.row(key);
            let number = row.and_then(|row| row.number).map(|number| format!("{number}. "));
            format!(
                "{}{}",
                number.unwrap_or_default(),
                column(open.around(), words.column())
            )
        }
        At::Choice(list, choice) => {
            tr!(open.lang, "editor.choice_of", list = list, choice = choice).into_owned()
        }
    }
}

fn view(open: &Open, query: &Query, attempt: Attempt) -> WordsPage {
    let outline = &open.outline;
    let to = target(open, query);
    let tags = &outline.languages;
    let first = tags.first().map_or("", String::as_str);
    let from = if to == first {
        tags.get(1).map_or(first, String::as_str)
    } else {
        first
    };
    let is_all = query.all == "1" || is_wording(&to);
    let all = entries(outline);
    let left = all
        .iter()
        .filter(|entry| exact(&entry.text, &to).is_empty())
        .count();
    let typed = attempt.fields.unwrap_or_default();
    let lines = all.into_iter().filter_map(|entry| {
        let stands = exact(&entry.text, &to);
        let value = typed.get(&entry.field).map_or(stands, String::as_str);
        (is_all || stands.is_empty() || value != stands).then(|| Line {
            what: what(open, &entry.at),
            from: entry.text.get(from).to_owned(),
            to: value.to_owned(),
            field: entry.field,
        })
    });
    WordsPage {
        lines: lines.collect(),
        missing: query.all != "1",
        left: if is_wording(&to) { 0 } else { left },
        titles: tags
            .iter()
            .map(|tag| (tag.clone(), exact(&outline.title, tag).to_owned()))
            .collect(),
        addable: KNOWN
            .into_iter()
            .filter(|tag| !tags.iter().any(|known| known == tag))
            .map(|tag| (tag.to_owned(), language(tag)))
            .collect(),
        languages: tags.clone(),
        to,
        done: attempt.done,
        faults: attempt.faults,
        conflict: attempt.conflict,
    }
}

/// `GET …/forms/{form}/words?lang=`.
///
/// # Errors
/// When the role may not, there is no such questionnaire, or the database does not answer; so for every handler here.
pub async fn show(
    Opened { open, .. }: OpenToEdit,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let attempt = Attempt {
        done: done_words(open.lang, &query.done),
        ..Attempt::default()
    };
    let view = view(&open, &query, attempt);
    Ok(html(page::page(open.around(), &view)).into_response())
}

/// What was typed, as edits.
fn asked(open: &Open, to: &str, typed: &Fields) -> Vec<Asked> {
    let mut asked = Vec::new();
    for entry in entries(&open.outline) {
        let Some(text) = typed.get(&entry.field) else {
            continue;
        };
        if text == exact(&entry.text, to) {
            continue;
        }
        let (text, lang) = (text.clone(), to.to_owned());
        let edit = match entry.at {
            At::Row(row, words) => Edit::SetWords {
                row,
                words,
                lang,
                text,
            },
            At::Choice(list, choice) => Edit::SetChoiceWords {
                list,
                choice,
                words: Words::Label,
                lang,
                text,
            },
        };
        asked.push((entry.field, edit));
    }
    asked
}

fn settings(open: &Open, typed: &Fields) -> Vec<Asked> {
    let titles = open.outline.languages.iter().filter_map(|tag| {
        let name = format!("title:{tag}");
        let value = typed.get(&name)?;
        (value != exact(&open.outline.title, tag)).then(|| {
            let edit = Edit::SetSetting {
                setting: Setting::Title,
                lang: Some(tag.clone()),
                value: value.clone(),
            };
            (format!("title-{tag}"), edit)
        })
    });
    titles.collect()
}

/// `POST …/forms/{form}/words?lang=`.
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
    let to = target(&open, &query);
    let seen = field(&pairs, "seen").unwrap_or_default();
    let typed = fields::typed(&pairs);
    let again = |status: StatusCode, attempt: Attempt| {
        let view = view(&open, &query, attempt);
        (status, html(page::page(open.around(), &view))).into_response()
    };
    if !open.is_seen(seen) {
        return Ok(again(
            StatusCode::CONFLICT,
            overtaken(&state, &open, &to, (typed, seen)).await?,
        ));
    }
    let (asked, act, done, next) = match field(&pairs, "go") {
        Some("titles") => (settings(&open, &typed), Act::Settings, "saved", to.clone()),
        Some("language") => {
            let lang = get(&typed, "lang").to_owned();
            let asked = vec![("lang".to_owned(), Edit::AddLanguage { lang: lang.clone() })];
            (asked, Act::Settings, "language", lang)
        }
        _ => (asked(&open, &to, &typed), Act::Translated, "saved", to.clone()),
    };
    let address = |done: &str| {
        let all = if query.all == "1" { "&all=1" } else { "" };
        let path = format!("/words?lang={}{all}&done={done}", quoted(&next));
        see(&open.around().path(&path))
    };
    let refused = |faults: Vec<Fault>| {
        let attempt = Attempt {
            fields: Some(typed.clone()),
            faults,
            ..Attempt::default()
        };
        again(StatusCode::UNPROCESSABLE_ENTITY, attempt)
    };
    let made = match fields::make(&open.workbook, &asked) {
        Ok(made) => made,
        Err(faults) => {
            let faults = faults
                .iter()
                .map(|(field, found)| fault(format!("#{}", id(field)), mend(open.lang, found)));
            return Ok(refused(faults.collect()));
        }
    };
    if made == open.workbook {
        return Ok(address("same"));
    }
    match open.save(&state, &made, (act, &next)).await? {
        Outcome::Saved => Ok(address(done)),
        Outcome::Overtaken => {
            let open = Open::of(&state, &holder, open.lang, &open.draft.form).await?;
            let attempt = overtaken(&state, &open, &to, (typed, seen)).await?;
            let view = view(&open, &query, attempt);
            Ok((StatusCode::CONFLICT, html(page::page(open.around(), &view))).into_response())
        }
        Outcome::Refused(words) => Ok(refused(
            words.into_iter().map(|words| fault("#main", words)).collect(),
        )),
    }
}

/// What was typed laid over what the questionnaire says now.
async fn overtaken(
    state: &AppState,
    open: &Open,
    to: &str,
    (typed, seen): (Fields, &str),
) -> Result<Attempt, PageError> {
    let mut conflict = open.conflict(state, true);
    let now = of(&open.outline, to);
    let at = (open.round.id.as_str(), open.draft.form.as_str());
    let was = questionnaires::as_seen(&state.db, at, seen).await?;
    let was = was.map(|content| {
        of(
            &outline(&workbook(&open.draft.form, &content).0, &open.file()),
            to,
        )
    });
    let typed: Fields = typed
        .into_iter()
        .filter(|(name, _)| now.contains_key(name))
        .collect();
    let (fields, both) = fields::merged(was.as_ref().unwrap_or(&now), &now, &typed);
    let all = entries(&open.outline);
    conflict.both = both
        .into_iter()
        .filter_map(|(name, value)| {
            let entry = all.iter().find(|entry| entry.field == name)?;
            Some((what(open, &entry.at), value))
        })
        .collect();
    Ok(Attempt {
        fields: Some(fields),
        conflict: Some(conflict),
        ..Attempt::default()
    })
}
