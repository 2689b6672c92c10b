//! One page of the questionnaire, and the page that says that stopping is fine.

use jiff::civil::Date;
use maud::{Markup, html};
use survey_forms::flow::Page;
use survey_forms::form::Form;
use survey_forms::render::{Manner, Words};
use survey_forms::response::RawAnswers;
use survey_forms::validate::FieldError;

use super::layout::{Fault, Frame, Switches, fault_summary, respondent, used_ways};
use super::start::pin_field;
use super::{Help, Lang, Reading, tr, words};

/// A page of the questionnaire as it is shown to this device.
#[derive(Clone, Debug)]
pub struct Question<'a> {
    /// The questionnaire.
    pub form: &'a Form,
    /// The page.
    pub page: &'a Page,
    /// Answers this device may see.
    pub answers: &'a RawAnswers,
    /// What is wrong with this page's answers.
    pub errors: &'a [FieldError],
    /// Wording, films and media addresses.
    pub manner: Manner<'a>,
    /// Name of the round.
    pub round: &'a str,
    /// Address the form is sent to.
    pub action: &'a str,
    /// Address to which the page is sent with its files, where it asks for some.
    pub files: Option<String>,
    /// Position of the page and number of relevant pages.
    pub progress: (usize, usize),
    /// Whether a page before this one can be shown; else "back" leads to the start page.
    pub has_back: bool,
    /// Whether the reader came from the check page and returns there.
    pub from_check: bool,
    /// Whom to turn to.
    pub help: &'a Help,
    /// What a trial by the office carries along; none for respondents.
    pub trial: Option<Trial<'a>>,
}

/// A questionnaire tried out by the office: the same page, with what was answered so far in its form, because nothing of
/// it is stored.
#[derive(Clone, Copy, Debug)]
pub struct Trial<'a> {
    /// What to know of it, above the page.
    pub note: &'a str,
    /// Hidden fields of the form.
    pub fields: &'a [(&'a str, String)],
}

/// Where a message about `field` leads: `render::page` gives an input the question's
/// name as `id`, and each choice `NAME-VALUE`; the first choice stands for its list.
fn control_href(form: &Form, field: &str) -> String {
    let choices = form
        .question(field)
        .map(|question| form.choices(question))
        .unwrap_or_default();
    match choices
        .iter()
        .find(|choice| choice.missing.is_none())
        .or_else(|| choices.first())
    {
        Some(choice) => format!("#{field}-{}", choice.name),
        None => format!("#{field}"),
    }
}

/// The faults of a page for its summary. Where several questions share the page,
/// each is named: "please answer" three times would lead nowhere.
fn faults(view: &Question<'_>, words: &Words<'_>) -> Vec<Fault> {
    let lang = view.manner.lang;
    let text = |error: &FieldError| {
        let message = error.message.get(lang);
        match view.form.question(&error.field) {
            Some(question) if asked(view) > 1 => format!("{} {message}", words.of(question, lang)),
            _ => message.to_owned(),
        }
    };
    view.errors
        .iter()
        .map(|error| Fault {
            href: control_href(view.form, &error.field),
            text: text(error),
        })
        .collect()
}

/// How many questions of the page want an answer.
fn asked(view: &Question<'_>) -> usize {
    let questions = view
        .page
        .questions
        .iter()
        .filter_map(|name| view.form.question(name));
    questions
        .filter(|question| question.takes_answer() || question.takes_file())
        .count()
}

/// Renders a page of the questionnaire.
pub fn page(reading: Reading, view: Question<'_>) -> Markup {
    let lang = reading.lang;
    let (at, of) = view.progress;
    // Who hears the page does not see that more follows below the first question: said before it, and in the title.
    let progress = match asked(&view) {
        0 | 1 => tr!(lang, "question.progress", at = at, of = of),
        count => tr!(lang, "question.progress_several", at = at, of = of, count = count),
    };
    let words = Words::new(view.form, view.answers, view.page.today);
    // The question itself heads the title: that is what a screen reader speaks first on arrival.
    let label = words.of_page(view.page, view.manner.lang);
    let title = format!("{label} ({progress})");
    let frame = Frame {
        reading,
        title: &title,
        has_error: !view.errors.is_empty(),
        site: view.round,
        help: Some(view.help),
        switches: Switches::InForm("question"),
    };
    respondent(
        frame,
        &html! {
            @if let Some(trial) = view.trial { p.notice { (trial.note) } }
            p.progress { (progress) }
            (fault_summary(&tr!(lang, "question.errors"), &faults(&view, &words)))
            form #question method="post" action=(view.files.as_deref().unwrap_or(view.action))
                enctype=[view.files.as_ref().map(|_| "multipart/form-data")] data-keep=(view.action)
                novalidate autocomplete="off"
                data-saved=(tr!(lang, "view.saved")) data-unsaved=(tr!(lang, "view.not_saved")) {
                @if view.from_check { input type="hidden" name="from" value="check"; }
                @if let Some(trial) = view.trial {
                    @for (name, value) in trial.fields { input type="hidden" name=(name) value=(value); }
                }
                (used_ways())
                (survey_forms::render::page_in(view.form, view.page, view.answers, view.errors, &view.manner))
                button.main data-main type="submit" name="go" value="next" {
                    @if view.from_check { (tr!(lang, "question.to_check")) } @else { (tr!(lang, "question.next")) }
                }
                div.more {
                    @if !view.from_check && (view.has_back || view.trial.is_none()) {
                        button.second data-back type="submit" name="go" value="back" formnovalidate {
                            @if view.has_back { (tr!(lang, "question.back")) }
                            @else { (tr!(lang, "question.back_start")) }
                        }
                    }
                    @if view.trial.is_none() {
                        button.second type="submit" name="go" value="later" formnovalidate { (tr!(lang, "question.later")) }
                        button.second type="submit" name="go" value="handover" formnovalidate { (tr!(lang, "handover.open")) }
                    }
                }
            }
        },
    )
}

/// What the page after "stop now" says about the respondent's own four digits.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum PinOffer {
    /// None yet.
    Ask,
    /// What was sent is not four digits.
    NotFour,
    /// Kept.
    Stored,
}

/// The page after "stop now": how to go on later, and how to leave nothing behind on someone else's phone.
#[derive(Clone, Debug)]
pub struct Later {
    /// Name of the round.
    pub round: String,
    /// Address of the page itself.
    pub path: String,
    /// Address of the start page.
    pub start: String,
    /// The code in groups; none on an open link, which only resumes in the same browser.
    pub code: Option<String>,
    /// Last day.
    pub closes_on: Option<Date>,
    /// Whether the answers have just been hidden on this device.
    pub forgotten: bool,
    /// Four digits with which the answers can be seen on another device; none where they cannot be set.
    pub pin: Option<PinOffer>,
    /// Whom to turn to.
    pub help: Help,
}

fn pin_offer(lang: Lang, path: &str, offer: PinOffer) -> Markup {
    let message = (offer == PinOffer::NotFour).then(|| tr!(lang, "pin.not_four"));
    html! {
        h2 { (tr!(lang, "pin.offer_title")) }
        @if offer == PinOffer::Stored { p.notice role="status" { (tr!(lang, "pin.stored")) } }
        p { (tr!(lang, "pin.offer_text")) }
        form method="post" action=(path) novalidate autocomplete="off" {
            (pin_field(&tr!(lang, "pin.label"), &tr!(lang, "pin.offer_hint"), message.as_deref()))
            button.second type="submit" name="go" value="pin" {
                @if offer == PinOffer::Stored { (tr!(lang, "pin.change_go")) } @else { (tr!(lang, "pin.offer_go")) }
            }
        }
    }
}

/// Renders the page after "stop now".
pub fn later(reading: Reading, view: &Later) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "later.title");
    let faults: Vec<Fault> = (view.pin == Some(PinOffer::NotFour))
        .then(|| Fault {
            href: "#pin".to_owned(),
            text: tr!(lang, "pin.not_four").into_owned(),
        })
        .into_iter()
        .collect();
    let frame = Frame {
        reading,
        title: &title,
        has_error: !faults.is_empty(),
        site: &view.round,
        help: Some(&view.help),
        switches: Switches::Return(&view.path),
    };
    respondent(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            @if view.forgotten { p.notice role="status" { (tr!(lang, "later.forgotten")) } }
            @if let Some(code) = &view.code {
                p { (tr!(lang, "later.text")) }
                ul {
                    li { (tr!(lang, "later.again")) }
                    li { (tr!(lang, "later.by_code")) " " strong.code { (code) } }
                }
            } @else {
                p { (tr!(lang, "later.open_text")) }
            }
            @if let Some(day) = view.closes_on { p { (tr!(lang, "later.until", date = words::day(lang, day))) } }
            p { a.main data-main href=(view.start) { (tr!(lang, "later.go")) } }
            @if let Some(offer) = view.pin { (pin_offer(lang, &view.path, offer)) }
            @if view.code.is_some() && !view.forgotten {
                h2 { (tr!(lang, "later.shared")) }
                p { (tr!(lang, "later.shared_text")) }
                form method="post" action=(view.path) {
                    button.second type="submit" name="go" value="forget" { (tr!(lang, "later.forget")) }
                }
            }
        },
    )
}
