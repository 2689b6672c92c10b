//! One file of a plan: shown, kept as typed, taken out.

use axum::extract::{Form, Query, State};
use axum::response::{Html, IntoResponse, Response};

use super::refusal::refused;
use super::{About, Asked, address, conflict, unprocessable, working_copy};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::{EditPlan, Permission};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::planning::FileKind;
use crate::pages::planning::text::{self as page, TextPage};
use crate::pages::{Lang, Reading};
use crate::planning::archive;
use crate::planning::copy::{self, Changed, Copy};

/// Files without which there is no plan.
const NEEDED: [&str; 3] = ["plan.toml", "units.csv", "indicators.csv"];
const MARK: char = '\u{feff}';

fn text_of(path: &str, bytes: &[u8]) -> Option<String> {
    let text = FileKind::of(path)
        .is_text()
        .then(|| String::from_utf8_lossy(bytes));
    text.map(|text| text.trim_start_matches(MARK).to_owned())
}

/// What was typed, as a file: line ends and mark as the file had them.
fn bytes_of(typed: &str, before: Option<&Vec<u8>>) -> Vec<u8> {
    let mut text = typed.replace("\r\n", "\n");
    if !text.is_empty() && !text.ends_with('\n') {
        text.push('\n');
    }
    let crlf = before.is_some_and(|bytes| bytes.windows(2).any(|two| two == b"\r\n"));
    if crlf {
        text = text.replace('\n', "\r\n");
    }
    let marked = before.is_some_and(|bytes| bytes.starts_with("\u{feff}".as_bytes()));
    if marked {
        text.insert(0, MARK);
    }
    text.into_bytes()
}

fn of_copy(copy: &Copy, path: &str) -> TextPage {
    let bytes = copy.files.get(path);
    TextPage {
        path: path.to_owned(),
        text: match bytes {
            Some(bytes) => text_of(path, bytes),
            None => FileKind::of(path).is_text().then(String::new),
        },
        seen: copy.seen(path),
        theirs: None,
        faults: Vec::new(),
        found: copy
            .faults()
            .into_iter()
            .filter(|fault| fault.place.file.as_deref() == Some(path))
            .collect(),
        exists: bytes.is_some(),
        needed: NEEDED.contains(&path),
    }
}

fn must_be_of_a_plan(path: &str) -> Result<(), PageError> {
    match archive::is_of_a_plan(path) && path != "frame.csv" {
        true => Ok(()),
        false => Err(PageError::lost()),
    }
}

/// `GET …/plan/file`.
///
/// # Errors
/// When the role may not, no plan has such a file, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Query(about): Query<About>,
) -> Result<Html<String>, PageError> {
    must_be_of_a_plan(&about.path)?;
    let asked = Asked::of(&holder, reading.lang);
    let copy = working_copy(&state, &holder).await?;
    Ok(html(page::page(asked.around(), &of_copy(&copy, &about.path))))
}

/// The page of a file with what is wrong with what was sent.
pub(super) async fn faulty<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    (path, faults): (&str, Vec<Fault>),
) -> Result<Response, PageError> {
    must_be_of_a_plan(path)?;
    let asked = Asked::of(holder, lang);
    let view = TextPage {
        faults,
        ..of_copy(&working_copy(state, holder).await?, path)
    };
    Ok(unprocessable(html(page::page(asked.around(), &view))))
}

/// `POST …/plan/file`: keeps what was typed in the working copy, faults and all, or takes the file out.
///
/// # Errors
/// See [`show`].
pub async fn keep(
    State(state): State<AppState>,
    holder: Independent<EditPlan>,
    reading: Reading,
    Query(about): Query<About>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    must_be_of_a_plan(&about.path)?;
    let (path, lang) = (about.path.as_str(), reading.lang);
    let typed = field(&pairs, "text").unwrap_or_default();
    let before = working_copy(&state, &holder).await?;
    let removes = field(&pairs, "go") == Some("remove") && !NEEDED.contains(&path);
    let content = (!removes).then(|| bytes_of(typed, before.files.get(path)));
    let seen = field(&pairs, "seen").unwrap_or_default();
    let done = copy::change(
        &state.base(),
        &holder.round.id,
        (path, seen),
        content,
        &holder.staff.login,
    )
    .await;
    match done {
        Ok(Changed::Done) => Ok(address(&holder.round.id, "kept").into_response()),
        Ok(Changed::Conflict(theirs)) => {
            let asked = Asked::of(&holder, lang);
            let now = of_copy(&working_copy(&state, &holder).await?, path);
            let view = TextPage {
                theirs: Some(theirs.and_then(|bytes| text_of(path, &bytes)).unwrap_or_default()),
                // Nothing that was typed is lost.
                text: now
                    .text
                    .clone()
                    .map(|text| if removes { text } else { typed.to_owned() }),
                ..now
            };
            Ok(conflict(html(page::page(asked.around(), &view))))
        }
        Err(error) => faulty(&state, &holder, lang, (path, refused(lang, error, "#text")?)).await,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn typed_text_keeps_mark_and_line_ends_of_the_file() {
        let before = "\u{feff}code\r\na\r\n".as_bytes().to_vec();
        assert_eq!(
            bytes_of("code\r\nb", Some(&before)),
            "\u{feff}code\r\nb\r\n".as_bytes()
        );
        assert_eq!(bytes_of("a\r\nb\r\n", None), b"a\nb\n");
    }
}
