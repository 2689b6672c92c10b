//! A page of the questionnaire: shown, answered, kept.

use std::collections::HashMap;

use axum::extract::{Form, Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use maud::Markup;
use survey_forms::flow::Page;
use survey_forms::render::Manner;
use survey_forms::response;
use survey_forms::validate::FieldError;

use super::files::{self, Chosen, Place};
use super::visit::{Device, Visit};
use super::walk::{self, Walk};
use super::{Pairs, field, html, room, ways_of_page, with_cookie};
use crate::app::AppState;
use crate::middleware::problems::PageError;
use crate::middleware::reading;
use crate::pages::question::{self, Question};
use crate::store::drafts::{self, Draft};
use crate::store::{StoreError, begin};

/// Which button sent the page.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Pressed {
    Next,
    Back,
    Later,
    HandOver,
    /// A switch of language or display.
    Switch,
    /// None: the script saves while one thinks.
    Keep,
}

fn path_of(params: &HashMap<String, String>) -> Result<&str, PageError> {
    params.get("page").map(String::as_str).ok_or_else(PageError::lost)
}

fn render(
    visit: &Visit,
    draft: &Draft,
    device: &Device,
    page: &Page,
    faults: &[FieldError],
    from_check: bool,
) -> Markup {
    let walk = visit.walk(draft, device);
    let media = |name: &str| visit.media.address(name);
    let view = Question {
        manner: Manner {
            lang: visit.wording(walk.answers()),
            sign: visit.reading.sign,
            media: &media,
        },
        form: &visit.form,
        page,
        answers: walk.answers(),
        errors: faults,
        round: visit.round_title(),
        action: &visit.address(Some(&page.name)),
        files: files::asked(visit, page).then(|| files::address(visit, page)),
        progress: walk.progress(&page.name),
        has_back: walk.before(&page.name).is_some(),
        from_check,
        help: &visit.help(),
        trial: None,
    };
    question::page(visit.reading, view)
}

/// `GET …/q/{page}`: one page of the questionnaire, if this device may see it.
///
/// # Errors
/// Redirects to the start page before consent, and to where the respondent is
/// for a page that is not asked or not theirs to see.
pub async fn show(
    State(state): State<AppState>,
    visit: Visit,
    Path(params): Path<HashMap<String, String>>,
    Query(query): Query<HashMap<String, String>>,
) -> Result<Html<String>, PageError> {
    let (draft, device) = visit.begun()?;
    let name = path_of(&params)?;
    let walk = visit.walk(draft, device);
    let Some(page) = walk.page(name) else {
        let resume = walk.resume();
        return Err(PageError::see_other(
            visit.address(resume.as_ref().map(|page| page.name.as_str())),
        ));
    };
    let here = draft.device.as_ref() == Some(&device.hash) && draft.current_page.as_deref() == Some(name);
    if !here {
        // Came by a link: remember where the respondent is, for resuming and for saving in the background.
        let tx = begin(&state.db).await?;
        if let Some(mut draft) = drafts::find_for_update(&tx, &draft.id).await? {
            draft.current_page = Some(name.to_owned());
            draft.device = Some(device.hash.clone());
            drafts::put(&tx, draft).await?;
        }
        tx.commit().await.map_err(StoreError::from)?;
    }
    let from_check = query.get("from").is_some_and(|from| from == "check");
    Ok(html(render(&visit, draft, device, &page, &[], from_check)))
}

/// `POST …/q/{page}`: keeps the answers, then goes where the button says.
///
/// # Errors
/// See [`show`].
pub async fn answer(
    State(state): State<AppState>,
    visit: Visit,
    Path(params): Path<HashMap<String, String>>,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    take(&state, visit, path_of(&params)?, pairs, None).await
}

/// Keeps what a page sent, with the files where it sent some.
pub(super) async fn take(
    state: &AppState,
    mut visit: Visit,
    name: &str,
    pairs: Pairs,
    files: Option<Vec<Chosen>>,
) -> Result<Response, PageError> {
    let (known, device) = visit.begun()?;
    let (before, id, device) = (known.clone(), known.id.clone(), device.clone());
    let wished = reading::changed(visit.reading, &pairs);
    let pressed = match (wished, field(&pairs, "go")) {
        (Some(_), _) => Pressed::Switch,
        (None, Some("back")) => Pressed::Back,
        (None, Some("later")) => Pressed::Later,
        (None, Some("handover")) => Pressed::HandOver,
        (None, Some("keep")) => Pressed::Keep,
        (None, _) => Pressed::Next,
    };
    let from_check = field(&pairs, "from") == Some("check");

    let tx = begin(&state.db).await?;
    let Some(mut draft) = drafts::find_for_update(&tx, &id).await? else {
        return Err(PageError::see_other(visit.base.clone()));
    };
    walk::adopt(&visit.form, &mut draft);
    let walk = Walk::new(&visit.form, &draft, &device.hash, visit.today);
    let Some(page) = walk.page(name) else {
        let resume = walk.resume();
        return Err(PageError::see_other(
            visit.address(resume.as_ref().map(|page| page.name.as_str())),
        ));
    };
    if pressed == Pressed::Keep && draft.current_page.as_deref() != Some(name) {
        // Overtaken on the way by the button: what the button sent is newer.
        return Ok(StatusCode::CONFLICT.into_response());
    }
    let mut given = response::from_pairs(&visit.form, &page, &pairs);
    let mut refused = Vec::new();
    if files::asked(&visit, &page) {
        let place = Place {
            visit: &visit,
            page: &page,
            pairs: &pairs,
        };
        let (names, faulty) = files::keep(state, &tx, place, &draft, files).await?;
        given.extend(names);
        refused = faulty;
    }
    let mut faults = Vec::new();
    if pressed == Pressed::Next {
        let mut passed = draft.clone();
        walk::write(&mut passed, given.clone(), &device.hash, true);
        faults = Walk::new(&visit.form, &passed, &device.hash, visit.today).faults(&page);
        // What was chosen and is not taken says more than that nothing is there.
        faults.retain(|fault| {
            refused
                .iter()
                .all(|other: &FieldError| other.field != fault.field)
        });
        faults.extend(refused);
        if faults.is_empty() {
            draft = passed;
            walk::clear_hidden(&visit.form, &mut draft, &device.hash, visit.today);
        } else {
            walk::write(&mut draft, given, &device.hash, false);
        }
    } else {
        walk::write(&mut draft, given, &device.hash, false);
    }
    let walk = Walk::new(&visit.form, &draft, &device.hash, visit.today);
    let target = match pressed {
        Pressed::Next if faults.is_empty() && from_check => walk.unvisited().map(|page| page.name),
        Pressed::Next if faults.is_empty() => walk.after(name).map(|page| page.name),
        Pressed::Back => walk.before(name).map(|page| page.name),
        _ => Some(name.to_owned()),
    };
    draft.current_page = target.clone().or_else(|| Some(name.to_owned()));
    draft.device = Some(device.hash.clone());
    // The page was read as its request says, whatever is wished for the next.
    draft.kept.add_ways(&ways_of_page(visit.reading, &pairs));
    visit.reading = wished.unwrap_or(visit.reading);
    visit.reading.lang.code().clone_into(&mut draft.language);
    draft.updated_day = visit.today.to_string();
    drafts::put(&tx, draft.clone()).await?;
    // Committed before the browser is told anything.
    tx.commit().await.map_err(StoreError::from)?;

    if !faults.is_empty() {
        let page = render(&visit, &draft, &device, &page, &faults, from_check);
        return Ok((StatusCode::UNPROCESSABLE_ENTITY, html(page)).into_response());
    }
    if pressed == Pressed::Next {
        let unit = draft.kept.unit.as_deref();
        room::under_quota(state, &visit, Some(&before), (unit, &room::plain(&draft))).await?;
    }
    let mut address = match pressed {
        Pressed::Keep => return Ok(StatusCode::NO_CONTENT.into_response()),
        Pressed::Later => format!("{}/later", visit.base),
        Pressed::HandOver => format!("{}/handover", visit.base),
        Pressed::Back if target.is_none() => visit.base.clone(),
        _ => visit.address(target.as_deref()),
    };
    if from_check && target.is_some() && matches!(pressed, Pressed::Next | Pressed::Switch) {
        address.push_str("?from=check");
    }
    let cookie = wished.and_then(|wished| reading::remember(wished, state.config.is_https()));
    Ok(with_cookie(Redirect::to(&address), cookie))
}
