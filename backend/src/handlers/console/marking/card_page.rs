//! The score card: shown, saved with its files, sealed. The form is multipart; what could be read of it is kept even
//! where the rest was too large.

use std::collections::BTreeMap;

use axum::extract::multipart::{Field as Part, Multipart, MultipartError};
use axum::extract::{Path, Query, State};
use axum::http::StatusCode;
use axum::response::{Html, IntoResponse, Redirect, Response};
use uuid::Uuid;

use super::{Done, refused, scorer, unit_name};
use crate::app::AppState;
use crate::auth::independence::Independent;
use crate::auth::staff::ScoreUnits;
use crate::handlers::console::{local_time, signed_in, title};
use crate::handlers::respond::{Pairs, field, html};
use crate::middleware::problems::PageError;
use crate::pages::layout::Fault;
use crate::pages::marking::{self as pages, card as page};
use crate::pages::{Lang, Reading, tr};
use crate::scoring::card::{self, Lack, OwnCard, Sealing, Written};
use crate::scoring::evidence::{self, FileFault, MAX_BYTES, MAX_FILES, NewFile};
use crate::scoring::{ScoringError, anchors, sections};
use crate::store::cards::{self, SEALED};

/// Most bytes of files that are kept of one form: some photographs at a time.
const MAX_FORM_BYTES: usize = 4 * MAX_BYTES;
/// Most bytes of a text field.
const MAX_FIELD_BYTES: usize = 16 * 1024;
/// Most bytes of a form that are read at all: what is too much for one form is told, not cut off in the middle of the
/// browser's sending.
pub const MAX_BODY_BYTES: usize = 4 * MAX_FORM_BYTES;

/// What is told beside the card.
#[derive(Default)]
struct Told {
    done: Option<String>,
    faults: Vec<Fault>,
    /// Marks as typed, by the place of the criterion, where they could not be kept.
    typed: BTreeMap<usize, String>,
}

/// A mark without needless digits.
fn mark_text(mark: f64) -> String {
    format!("{mark}")
}

fn fields(holder: &Independent<ScoreUnits>, lang: Lang, own: &OwnCard, told: &Told) -> Vec<page::Section> {
    let plan = &holder.plan;
    let mut shown = Vec::new();
    for (indicator, criteria) in sections(plan) {
        let name = plan
            .indicators
            .get(indicator)
            .map_or(indicator, |node| node.name.get(lang.code()));
        let fields: Vec<page::Field> = criteria
            .into_iter()
            .filter_map(|criterion| {
                let at = own.criteria.iter().position(|code| *code == criterion.code)?;
                let mark = own.mark(&criterion.code);
                let kept = mark.and_then(|mark| mark.mark).map(mark_text).unwrap_or_default();
                Some(page::Field {
                    at,
                    code: criterion.code.clone(),
                    name: criterion.name.get(lang.code()).to_owned(),
                    guidance: criterion.guidance.get(lang.code()).to_owned(),
                    scale: anchors::scale(criterion, lang.code()),
                    max_score: criterion.max_score,
                    mark: told.typed.get(&at).cloned().unwrap_or(kept),
                    comment: mark.map(|mark| mark.comment.clone()).unwrap_or_default(),
                    evidence_required: criterion.evidence_required,
                    files: own.files(&criterion.code).map(line).collect(),
                })
            })
            .collect();
        if !fields.is_empty() {
            shown.push(page::Section {
                name: name.to_owned(),
                fields,
            });
        }
    }
    shown
}

/// A file as pages show it.
pub(in crate::handlers::console) fn line(file: &cards::Evidence) -> page::FileLine {
    page::FileLine {
        id: file.id,
        media_type: file.media_type.clone(),
        bytes: file.bytes,
        taken_on: file.taken_on.clone(),
        place: file.place.clone(),
    }
}

async fn view(
    state: &AppState,
    holder: &Independent<ScoreUnits>,
    lang: Lang,
    id: Uuid,
    told: Told,
) -> Result<Html<String>, PageError> {
    let round = holder.round.id.as_str();
    let own = card::own(&state.db, round, scorer(holder), id)
        .await
        .map_err(|error| refused(round, error))?;
    let seals = cards::seals(&state.db, &[id]).await?;
    let is_sealed = own.card.state == SEALED;
    let returned = seals.last().filter(|_| !is_sealed);
    let view = page::Card {
        round: round.to_owned(),
        title: title(lang, &holder.round),
        id,
        unit: unit_name(&holder.plan, lang, &own.card.unit),
        third: own.card.third,
        sealed: own
            .card
            .sealed_at
            .zip(own.card.hash.clone())
            .map(|(at, hash)| (local_time(state, at), hash)),
        returned: returned.and_then(|seal| seal.returned_reason.clone()),
        sections: fields(holder, lang, &own, &told),
        done: told.done,
        faults: told.faults,
    };
    Ok(html(page::page(lang, &signed_in(lang, &holder.staff, ""), &view)))
}

/// `GET …/marking/cards/{card}`.
///
/// # Errors
/// See [`super::units`].
pub async fn show(
    State(state): State<AppState>,
    holder: Independent<ScoreUnits>,
    reading: Reading,
    Path((_, id)): Path<(String, Uuid)>,
    Query(query): Query<Done>,
) -> Result<Html<String>, PageError> {
    let told = Told {
        done: match query.done.as_str() {
            "saved" => Some(tr!(reading.lang, "marking.done_saved").into_owned()),
            "sealed" => Some(tr!(reading.lang, "marking.done_sealed").into_owned()),
            _ => None,
        },
        ..Told::default()
    };
    view(&state, &holder, reading.lang, id, told).await
}

/// What came of a multipart form: fields, files by the place of their criterion, and whether there was more than is
/// kept.
#[derive(Default)]
struct Sent {
    pairs: Pairs,
    files: Vec<(usize, Vec<u8>)>,
    cut_off: bool,
}

/// Reads a part to its end, and keeps the first `most` bytes.
async fn take(part: &mut Part<'_>, most: usize) -> Result<Vec<u8>, MultipartError> {
    let mut kept = Vec::new();
    while let Some(chunk) = part.chunk().await? {
        let room = most.saturating_sub(kept.len()).min(chunk.len());
        kept.extend_from_slice(&chunk[..room]);
    }
    Ok(kept)
}

/// Reads a form to its end, so that the browser hears the answer, and keeps what is not too much.
async fn read(mut form: Multipart) -> Sent {
    let mut sent = Sent::default();
    let mut room = MAX_FORM_BYTES;
    loop {
        let mut part = match form.next_field().await {
            Ok(Some(part)) => part,
            Ok(None) => return sent,
            Err(_) => break,
        };
        let name = part.name().unwrap_or_default().to_owned();
        let place = name.strip_prefix("file-").and_then(|at| at.parse().ok());
        // One byte more shows that a file is too large.
        let most = place.map_or(MAX_FIELD_BYTES, |_: usize| room.min(MAX_BYTES + 1));
        let Ok(bytes) = take(&mut part, most).await else {
            break;
        };
        match place {
            // An input in which nothing was chosen sends an empty file.
            Some(_) if bytes.is_empty() && room > 0 => {}
            Some(_) if bytes.len() == room || room == 0 => {
                (sent.cut_off, room) = (true, 0);
            }
            Some(at) => {
                room -= bytes.len();
                sent.files.push((at, bytes));
            }
            None => sent
                .pairs
                .push((name, String::from_utf8_lossy(&bytes).into_owned())),
        }
    }
    sent.cut_off = true;
    sent
}

fn fault(id: String, text: std::borrow::Cow<'_, str>) -> Fault {
    Fault {
        href: format!("#{id}"),
        text: text.into_owned(),
    }
}

fn file_fault(lang: Lang, (at, code): (usize, &str), fault_of: FileFault) -> Fault {
    let text = match fault_of {
        FileFault::Empty | FileFault::Kind => tr!(lang, "marking.file_kind", code = code),
        FileFault::TooLarge => tr!(
            lang,
            "marking.file_large",
            code = code,
            mb = MAX_BYTES / 1024 / 1024
        ),
        FileFault::TooMany => tr!(lang, "marking.file_many", code = code, n = MAX_FILES),
    };
    fault(format!("file-{at}"), text)
}

/// Marks and remarks as sent; what is no mark of the scale is told and left as it was.
fn written(
    holder: &Independent<ScoreUnits>,
    lang: Lang,
    own: &OwnCard,
    pairs: &Pairs,
    told: &mut Told,
) -> BTreeMap<String, Written> {
    let mut all = BTreeMap::new();
    for (at, code) in own.criteria.iter().enumerate() {
        let Some(criterion) = holder.plan.criteria.iter().find(|one| one.code == *code) else {
            continue;
        };
        let Some(comment) = field(pairs, &format!("comment-{at}")) else {
            // Cut off before it came: what was saved stays.
            continue;
        };
        let text = field(pairs, &format!("mark-{at}")).unwrap_or_default().trim();
        let mark = text
            .parse::<f64>()
            .ok()
            .filter(|mark| anchors::is_mark(criterion, *mark));
        if mark.is_none() && !text.is_empty() {
            told.faults.push(fault(
                format!("mark-{at}"),
                tr!(lang, "marking.bad_mark", code = code, max = criterion.max_score),
            ));
            told.typed.insert(at, text.to_owned());
        }
        all.insert(
            code.clone(),
            Written {
                mark,
                comment: comment.to_owned(),
            },
        );
    }
    all
}

fn lack_fault(lang: Lang, own: &OwnCard, lack: &Lack) -> Fault {
    let place = |code: &str| {
        own.criteria
            .iter()
            .position(|one| one == code)
            .unwrap_or_default()
    };
    match lack {
        Lack::Mark(code) => fault(
            format!("mark-{}", place(code)),
            tr!(lang, "marking.lacks_mark", code = code),
        ),
        Lack::Evidence(code) => fault(
            format!("file-{}", place(code)),
            tr!(lang, "marking.lacks_evidence", code = code),
        ),
    }
}

/// `POST …/marking/cards/{card}`: saves, and seals where that was asked for.
///
/// # Errors
/// See [`super::units`].
pub async fn write(
    State(state): State<AppState>,
    holder: Independent<ScoreUnits>,
    reading: Reading,
    Path((_, id)): Path<(String, Uuid)>,
    form: Multipart,
) -> Result<Response, PageError> {
    let sent = read(form).await;
    holder.staff.must_own_form(field(&sent.pairs, "csrf"))?;
    let (lang, round) = (reading.lang, holder.round.id.as_str());
    let mut told = Told::default();
    let done = match act(&state, &holder, lang, id, sent, &mut told).await {
        Ok(done) => done,
        Err(ScoringError::Sealed) => {
            told.faults = vec![fault("main".to_owned(), tr!(lang, "marking.is_sealed_already"))];
            let page = view(&state, &holder, lang, id, told).await?;
            return Ok((StatusCode::CONFLICT, page).into_response());
        }
        Err(error) => return Err(refused(round, error)),
    };
    if told.faults.is_empty() {
        return Ok(Redirect::to(&format!("{}/cards/{id}?done={done}", pages::base(round))).into_response());
    }
    told.done = Some(tr!(lang, "marking.saved_but").into_owned());
    let page = view(&state, &holder, lang, id, told).await?;
    Ok((StatusCode::UNPROCESSABLE_ENTITY, page).into_response())
}

/// Keeps what was sent, and seals if it was asked for and nothing is wrong; says what was done.
async fn act(
    state: &AppState,
    holder: &Independent<ScoreUnits>,
    lang: Lang,
    id: Uuid,
    sent: Sent,
    told: &mut Told,
) -> Result<&'static str, ScoringError> {
    let (base, round, me) = (state.base(), holder.round.id.as_str(), scorer(holder));
    let own = card::own(&state.db, round, me, id).await?;
    let all = written(holder, lang, &own, &sent.pairs, told);
    card::save(&base, &holder.plan, me, id, &all).await?;
    let drops = sent.pairs.iter().filter(|(key, _)| key == "drop");
    for file in drops.filter_map(|(_, value)| value.parse().ok()) {
        match evidence::remove(&base, round, me, id, file).await {
            // Taken away before, in another window.
            Ok(()) | Err(ScoringError::Nobody) => {}
            Err(error) => return Err(error),
        }
    }
    let mut files = Vec::new();
    for (at, bytes) in sent.files {
        let Some(code) = own.criteria.get(at) else {
            continue;
        };
        let media_type = match evidence::check(&bytes) {
            Ok(media_type) => media_type,
            Err(fault) => {
                told.faults.push(file_fault(lang, (at, code), fault));
                continue;
            }
        };
        let text = |name: &str| field(&sent.pairs, &format!("{name}-{at}")).unwrap_or_default();
        files.push(NewFile {
            criterion: code.clone(),
            bytes,
            media_type,
            taken_on: text("taken").to_owned(),
            place: text("place").to_owned(),
        });
    }
    if !files.is_empty() {
        for code in evidence::add(&base, round, me, id, files).await? {
            let at = own
                .criteria
                .iter()
                .position(|one| *one == code)
                .unwrap_or_default();
            told.faults
                .push(file_fault(lang, (at, &code), FileFault::TooMany));
        }
    }
    if sent.cut_off {
        let mb = MAX_FORM_BYTES / 1024 / 1024;
        told.faults
            .push(fault("main".to_owned(), tr!(lang, "marking.cut_off", mb = mb)));
    }
    if field(&sent.pairs, "go") != Some("seal") || !told.faults.is_empty() {
        return Ok("saved");
    }
    match card::seal(&base, &holder.plan, me, id).await? {
        Sealing::Sealed(_) => {}
        Sealing::Lacking(lacking) => {
            let faults = lacking.iter().map(|lack| lack_fault(lang, &own, lack));
            told.faults.extend(faults);
        }
    }
    Ok("sealed")
}
