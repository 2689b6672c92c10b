//! `…/forms`: the questionnaires of a round, and the beginning of a new one.

use std::collections::{BTreeMap, BTreeSet};

use axum::extract::{Multipart, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Response};
use survey_forms::editor::bank;
use survey_forms::editor::edit::Setting;
use survey_forms::editor::outline::outline;
use survey_forms::editor::{Edit, Spot, Workbook, apply};

use super::super::planning::Upload;
use super::super::planning::refusal::Refusal;
use super::{Reader, Writer, fault, see, workbook};
use super::{local_time, signed_in, title};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::policy::Action;
use crate::auth::staff::Permission;
use crate::handlers::respond::html;
use crate::middleware::problems::PageError;
use crate::pages::editor::list::{self as page, FormLine, ListPage};
use crate::pages::editor::list_path;
use crate::pages::layout::Fault;
use crate::pages::{Lang, Reading, tr};
use crate::questionnaires::{self, Act, Change, Draft, Refused, path_of};
use crate::store::form_drafts;

async fn lines<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
) -> Result<Vec<FormLine>, PageError> {
    let base = state.base();
    let mut names: BTreeSet<String> = form_drafts::of_round(&state.db, &holder.round.id)
        .await?
        .into_iter()
        .map(|draft| draft.form)
        .collect();
    let of_plan: BTreeMap<String, Vec<u8>> = questionnaires::of_plan(&state.db, &base, &holder.round).await?;
    names.extend(of_plan.into_keys());
    let mut lines = Vec::new();
    for name in names {
        if let Some(draft) = questionnaires::load(&state.db, &base, &holder.round, &name).await? {
            lines.push(line(state, holder, lang, &draft));
        }
    }
    Ok(lines)
}

fn line<P: Permission>(state: &AppState, holder: &Independent<P>, lang: Lang, draft: &Draft) -> FormLine {
    let (workbook, _) = workbook(&draft.form, &draft.content);
    let outline = outline(&workbook, &path_of(&draft.form));
    let groups = holder.plan.groups.iter().filter(|group| group.form == draft.form);
    let groups: Vec<&str> = groups.map(|group| group.name.get(lang.code())).collect();
    let state_line = draft.state();
    FormLine {
        name: draft.form.clone(),
        title: outline.title.get(lang.code()).to_owned(),
        groups: groups.join(if lang == Lang::En { ", " } else { "、" }),
        changed: state_line.map(|line| (line.actor.clone(), local_time(state, line.at))),
        in_plan: draft.is_in_plan(),
        overtaken: draft.is_overtaken(),
    }
}

async fn view<P: Permission>(
    state: &AppState,
    holder: &Independent<P>,
    lang: Lang,
    attempt: ListPage,
) -> Result<Html<String>, PageError> {
    let view = ListPage {
        forms: lines(state, holder, lang).await?,
        bank: bank::collections()
            .iter()
            .map(|one| (one.id.clone(), one.title.get(lang.code()).to_owned()))
            .collect(),
        may_edit: holder.staff.role.may(Action::EditPlan),
        ..attempt
    };
    let staff = signed_in(lang, &holder.staff, "");
    let round_title = title(lang, &holder.round);
    Ok(html(page::page(
        lang,
        &staff,
        (&holder.round.id, &round_title),
        &view,
    )))
}

/// `GET …/forms`.
///
/// # Errors
/// When the role may not, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    holder: Reader,
    reading: Reading,
) -> Result<Html<String>, PageError> {
    view(&state, &holder, reading.lang, ListPage::default()).await
}

/// What a new questionnaire begins with.
struct Begun {
    workbook: Workbook,
    act: Act,
    subject: String,
    remarks: Vec<String>,
}

async fn begun(
    state: &AppState,
    holder: &Writer,
    lang: Lang,
    upload: &Upload,
) -> Result<Result<Begun, Vec<Fault>>, PageError> {
    let (name, title, from) = (
        upload.word("name"),
        upload.word("title").trim(),
        upload.word("from"),
    );
    let blank = || Workbook::blank(name, title, "zh");
    let plain = |workbook: Workbook, act: Act, subject: &str| Begun {
        workbook,
        act,
        subject: subject.to_owned(),
        remarks: Vec::new(),
    };
    if from == "file" {
        if upload.file.is_empty() {
            return Ok(Err(vec![fault("#file", tr!(lang, "editor.e_no_file"))]));
        }
        return Ok(match Workbook::read(&upload.file_name, &upload.file) {
            Ok(read) => Ok(Begun {
                remarks: read
                    .remarks
                    .iter()
                    .map(|remark| remark.to_line(lang.code()))
                    .collect(),
                ..plain(titled(read.workbook, title), Act::Uploaded, &upload.file_name)
            }),
            Err(faults) => Err(faults
                .iter()
                .map(|one| fault("#file", one.to_line(lang.code())))
                .collect()),
        });
    }
    if title.is_empty() && !from.starts_with("form:") {
        return Ok(Err(vec![fault("#title", tr!(lang, "editor.e_no_title"))]));
    }
    if let Some(id) = from.strip_prefix("bank:") {
        let edit = Edit::Insert {
            collection: id.to_owned(),
            items: Vec::new(),
            to: Spot::Last,
        };
        return Ok(match apply(&blank(), &edit) {
            Ok(workbook) => Ok(plain(workbook, Act::Bank, id)),
            Err(error) => Err(error
                .faults()
                .iter()
                .map(|one| fault("#from", one.to_line(lang.code())))
                .collect()),
        });
    }
    if let Some(form) = from.strip_prefix("form:") {
        let draft = questionnaires::load(&state.db, &state.base(), &holder.round, form).await?;
        let draft = draft.ok_or_else(PageError::lost)?;
        let (copy, _) = workbook(&draft.form, &draft.content);
        return Ok(Ok(plain(named(titled(copy, title), name), Act::Copied, form)));
    }
    Ok(Ok(plain(blank(), Act::New, "")))
}

/// The workbook with another title in its default language; as it is where none was typed.
fn titled(workbook: Workbook, title: &str) -> Workbook {
    if title.is_empty() {
        return workbook;
    }
    let edit = Edit::SetSetting {
        setting: Setting::Title,
        lang: workbook.languages().first().cloned(),
        value: title.to_owned(),
    };
    apply(&workbook, &edit).unwrap_or(workbook)
}

/// The workbook with its own id: two questionnaires of one id could not be told apart.
fn named(workbook: Workbook, name: &str) -> Workbook {
    let edit = Edit::SetSetting {
        setting: Setting::FormId,
        lang: None,
        value: name.to_owned(),
    };
    apply(&workbook, &edit).unwrap_or(workbook)
}

fn why(lang: Lang, refused: Refused) -> Fault {
    let words = match refused {
        Refused::Name => tr!(lang, "editor.e_name"),
        Refused::Taken => tr!(lang, "editor.e_taken"),
        Refused::TooMany => tr!(lang, "editor.e_too_many"),
    };
    fault("#name", words)
}

/// `POST …/forms`: begins a questionnaire with nothing, with questions of the bank, with a file, or as a copy.
///
/// # Errors
/// See [`show`].
pub async fn begin(
    State(state): State<AppState>,
    holder: Writer,
    reading: Reading,
    parts: Multipart,
) -> Result<Response, PageError> {
    let upload = Upload::read(parts).await?;
    holder.staff.must_own_form(Some(upload.word("csrf")))?;
    let lang = reading.lang;
    let name = upload.word("name").trim().to_owned();
    let attempt = ListPage {
        name: name.clone(),
        title: upload.word("title").to_owned(),
        from: upload.word("from").to_owned(),
        ..ListPage::default()
    };
    let again = async |attempt: ListPage| {
        let page = view(&state, &holder, lang, attempt).await?;
        Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
    };
    let mut faults = Vec::new();
    if !questionnaires::is_name(&name) {
        faults.push(why(lang, Refused::Name));
    }
    let begun = match begun(&state, &holder, lang, &upload).await? {
        Ok(begun) => begun,
        Err(found) => {
            faults.extend(found);
            return again(ListPage { faults, ..attempt }).await;
        }
    };
    if !faults.is_empty() {
        return again(ListPage { faults, ..attempt }).await;
    }
    let content = match begun.workbook.to_xlsx() {
        Ok(content) => content,
        Err(error) => {
            let faults = error
                .faults()
                .iter()
                .map(|one| fault("#file", one.to_line(lang.code())));
            return again(ListPage {
                faults: faults.collect(),
                ..attempt
            })
            .await;
        }
    };
    let change = Change {
        act: begun.act,
        subject: &begun.subject,
        actor: &holder.staff.login,
    };
    let at = (holder.round.id.as_str(), name.as_str());
    let refused = questionnaires::begin_draft(&state.base(), at, content, change).await;
    if let Some(refused) = refused.map_err(Refusal::page)? {
        let faults = vec![why(lang, refused)];
        return again(ListPage { faults, ..attempt }).await;
    }
    if begun.remarks.is_empty() {
        return Ok(see(&format!("{}/{name}?done=made", list_path(&holder.round.id))));
    }
    // What could not be carried over is told once, beside the way to the new questionnaire.
    let told = ListPage {
        remarks: begun.remarks,
        ..ListPage::default()
    };
    Ok(view(&state, &holder, lang, told).await?.into_response())
}
