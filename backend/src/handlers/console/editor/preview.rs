//! `…/forms/{form}/preview`: the questionnaire tried out on the respondents' own pages, with their validation. What is
//! answered travels in the page's form and is stored nowhere.

use axum::extract::{Form, Query as FromQuery, State};
use axum::http::{HeaderName, HeaderValue, StatusCode, header};
use axum::response::{Html, IntoResponse, Response};
use maud::Markup;
use survey_forms::flow::{self, Page};
use survey_forms::form::Form as Questionnaire;
use survey_forms::render::{Manner, Words};
use survey_forms::response::{self, RESPONSE_ID, RawAnswers};
use survey_forms::validate::{self, FieldError};

use super::{Open, OpenToRead, Opened, Query, Reader};
use crate::app::AppState;
use crate::handlers::respond::visit::help;
use crate::handlers::respond::{Pairs, field, html};
use crate::media::MediaIndex;
use crate::middleware::headers::WITHIN_FRAMES;
use crate::middleware::problems::PageError;
use crate::middleware::reading;
use crate::pages::editor::preview::{self as page, Over};
use crate::pages::question::{self, Question, Trial};
use crate::pages::{Offers, Reading, tr};

/// Fields of the form beside those of questions, whose names hold no colon.
const KEPT: &str = "trial:kept";
const VIEW: &str = "trial:view";
const PAGE: &str = "trial:page";

/// Most that is taken back of what was answered.
const MOST_KEPT: usize = 200_000;

/// What the trial is made of.
struct Tried<'a> {
    state: &'a AppState,
    holder: &'a Reader,
    open: &'a Open,
    form: &'a Questionnaire,
    reading: Reading,
    media: std::sync::Arc<MediaIndex>,
}

/// A page that the editor shows within its own.
fn within(status: StatusCode, page: Html<String>) -> Response {
    let headers: [(HeaderName, HeaderValue); 2] = [
        (
            header::CONTENT_SECURITY_POLICY,
            HeaderValue::from_static(WITHIN_FRAMES),
        ),
        (header::X_FRAME_OPTIONS, HeaderValue::from_static("SAMEORIGIN")),
    ];
    (status, headers, page).into_response()
}

impl Tried<'_> {
    fn today(&self) -> jiff::civil::Date {
        self.state.clock.today()
    }

    fn fields(&self, page: &str, answers: &RawAnswers) -> [(&'static str, String); 5] {
        let kept: RawAnswers = answers
            .iter()
            .filter(|(name, _)| name.as_str() != RESPONSE_ID)
            .map(|(name, value)| (name.clone(), value.clone()))
            .collect();
        [
            ("csrf", self.open.staff.csrf.clone()),
            ("seen", self.open.seen.clone()),
            (PAGE, page.to_owned()),
            (VIEW, reading::code(self.reading)),
            (KEPT, serde_json::to_string(&kept).unwrap_or_default()),
        ]
    }

    fn page(&self, at: &Page, answers: &RawAnswers, faults: &[FieldError], note: &str) -> Markup {
        let lang = self.reading.lang;
        let media = |name: &str| self.media.address(name);
        let is_proxy = answers.get("answering").is_some_and(|said| said == "proxy");
        let action = self.open.around().path("/preview");
        let help = help(&self.holder.plan, lang);
        let fields = self.fields(&at.name, answers);
        let view = Question {
            manner: Manner {
                lang: self.reading.wording(is_proxy),
                sign: self.reading.sign,
                media: &media,
            },
            form: self.form,
            page: at,
            answers,
            errors: faults,
            round: &tr!(lang, "editor.trial"),
            action: &action,
            files: None,
            progress: flow::progress(self.form, answers, &at.name, self.today()),
            has_back: flow::previous(self.form, answers, &at.name, self.today()).is_some(),
            from_check: false,
            help: &help,
            trial: Some(Trial {
                note,
                fields: &fields,
            }),
        };
        question::page(self.reading, view)
    }

    /// The page behind the last one: what would be sent.
    fn over(&self, answers: &RawAnswers) -> Markup {
        let lang = self.reading.lang;
        let stored = validate::validate(self.form, answers, self.today());
        let words = Words::new(self.form, answers, self.today());
        let lines = |stored: &RawAnswers| {
            self.form
                .questions()
                .filter_map(|asked| {
                    let value = stored.get(&asked.name)?;
                    Some((words.of(asked, lang.code()), asked.name.clone(), value.clone()))
                })
                .collect()
        };
        let over = match &stored {
            Ok(stored) => Over {
                lines: lines(stored),
                faults: Vec::new(),
            },
            Err(faults) => Over {
                lines: lines(answers),
                faults: faults
                    .iter()
                    .map(|fault| format!("{}: {}", fault.field, fault.message.get(lang.code())))
                    .collect(),
            },
        };
        let action = self.open.around().path("/preview");
        page::over(self.reading, &action, &self.fields("", answers), &over)
    }
}

/// The reader's wishes, with what this questionnaire offers.
fn offered(form: &Questionnaire, media: &MediaIndex, mut reading: Reading) -> Reading {
    reading.offers = Offers {
        easy: form.wordings.iter().any(|tag| tag.as_str().contains("-x-easy")),
        sign: media.has_films(form),
    };
    reading
}

fn with_id(mut answers: RawAnswers) -> RawAnswers {
    // What is left to chance follows from it: the same in every trial.
    answers.insert(RESPONSE_ID.to_owned(), "trial".to_owned());
    answers
}

/// `GET …/forms/{form}/preview?at=`: the first page, or the one of a question that is asked without any answer.
///
/// # Errors
/// When the role may not, there is no such questionnaire, or the database does not answer.
pub async fn show(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToRead,
    reading: Reading,
    FromQuery(query): FromQuery<Query>,
) -> Result<Response, PageError> {
    let Some(form) = &open.outline.form else {
        let check = open.around().path("/check");
        return Ok(within(StatusCode::OK, html(page::faulty(reading, &check))));
    };
    let media = state.media.of_round(&state, &open.round).await?;
    let tried = Tried {
        state: &state,
        holder: &holder,
        open: &open,
        form,
        reading: offered(form, &media, reading),
        media,
    };
    let answers = with_id(RawAnswers::new());
    let pages = flow::pages(form, &answers, tried.today());
    let wished = pages
        .iter()
        .find(|page| page.name == query.at || page.questions.contains(&query.at));
    let note = match wished {
        None if !query.at.is_empty() => tr!(reading.lang, "editor.trial_later"),
        _ => tr!(reading.lang, "editor.trial_note"),
    };
    let page = match wished.or_else(|| pages.first()) {
        Some(at) => tried.page(at, &answers, &[], &note),
        None => page::empty(tried.reading),
    };
    Ok(within(StatusCode::OK, html(page)))
}

/// `POST …/forms/{form}/preview`: the next page, the one before, or what is wrong with this one.
///
/// # Errors
/// See [`show`].
pub async fn answer(
    State(state): State<AppState>,
    Opened { holder, open }: OpenToRead,
    reading: Reading,
    Form(pairs): Form<Pairs>,
) -> Result<Response, PageError> {
    holder.staff.must_own_form(field(&pairs, "csrf"))?;
    let Some(form) = &open.outline.form else {
        let check = open.around().path("/check");
        return Ok(within(StatusCode::OK, html(page::faulty(reading, &check))));
    };
    if field(&pairs, "go") == Some("keep") {
        // The page's script saves while one thinks; here there is nothing to save.
        return Ok(StatusCode::NO_CONTENT.into_response());
    }
    let kept = field(&pairs, VIEW).and_then(reading::parse).unwrap_or(reading);
    let wished = reading::changed(kept, &pairs);
    let media = state.media.of_round(&state, &open.round).await?;
    let tried = Tried {
        state: &state,
        holder: &holder,
        open: &open,
        form,
        reading: offered(form, &media, wished.unwrap_or(kept)),
        media,
    };
    let today = tried.today();
    let kept = field(&pairs, KEPT).filter(|kept| kept.len() <= MOST_KEPT);
    let kept: RawAnswers = kept
        .and_then(|kept| serde_json::from_str(kept).ok())
        .unwrap_or_default();
    let mut answers = with_id(kept);
    let name = field(&pairs, PAGE).unwrap_or_default();
    let note = match open.is_seen(field(&pairs, "seen").unwrap_or_default()) {
        true => tr!(tried.reading.lang, "editor.trial_note"),
        false => tr!(tried.reading.lang, "editor.trial_changed"),
    };
    let Some(at) = flow::page(form, &answers, name, today) else {
        // The questionnaire was changed meanwhile, or this is the page behind the last one.
        let page = match (name, wished) {
            ("", Some(_)) => Some(tried.over(&answers)),
            _ => None,
        };
        let first = flow::next(form, &answers, None, today);
        let page = page.or_else(|| first.map(|first| tried.page(&first, &answers, &[], &note)));
        return Ok(within(
            StatusCode::OK,
            html(page.unwrap_or_else(|| page::empty(tried.reading))),
        ));
    };
    answers.extend(response::from_pairs(form, &at, &pairs));
    let next = field(&pairs, "go") != Some("back") && wished.is_none();
    let faults = match next {
        true => validate::validate_page(form, &at, &answers, today),
        false => Vec::new(),
    };
    if !faults.is_empty() {
        let page = tried.page(&at, &answers, &faults, &note);
        return Ok(within(StatusCode::UNPROCESSABLE_ENTITY, html(page)));
    }
    if next {
        flow::clear_hidden(form, &mut answers, today);
    }
    let page = if wished.is_some() {
        Some(at.clone())
    } else if next {
        flow::next(form, &answers, Some(&at.name), today)
    } else {
        flow::previous(form, &answers, &at.name, today).or(Some(at))
    };
    let page = match page {
        Some(page) => tried.page(&page, &answers, &[], &note),
        None => tried.over(&answers),
    };
    Ok(within(StatusCode::OK, html(page)))
}
