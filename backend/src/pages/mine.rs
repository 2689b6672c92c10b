//! The respondent's own pages behind receipt and second secret. They never show an answer.

use jiff::civil::Date;
use maud::{Markup, html};

use super::layout::{Fault, Frame, Switches, fault_summary, respondent};
use super::{Help, Lang, Reading, cases, tr, words};
use crate::cases::{CaseState, Satisfaction};

/// The door: receipt and second secret.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Door {
    /// The receipt as typed, given back.
    pub typed: String,
    /// Whether the two did not fit.
    pub failed: bool,
}

/// What became of the response.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Own {
    /// Counted.
    Counted,
    /// Another response took its place.
    Replaced,
    /// Taken back.
    Withdrawn,
}

/// What came of the last press.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Note {
    /// The message was sent.
    Sent,
    /// The rating was kept.
    Rated,
    /// The response was taken back.
    Withdrawn,
    /// Nothing was written.
    Empty,
    /// The message is too long.
    TooLong,
    /// Enough for one day.
    TooMany,
    /// No step was chosen.
    Unrated,
}

impl Note {
    /// The word in the address, for those that follow a redirect.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Rated => "rated",
            Self::Withdrawn => "withdrawn",
            _ => "sent",
        }
    }

    /// The note of a word in the address.
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Sent, Self::Rated, Self::Withdrawn]
            .into_iter()
            .find(|note| note.as_str() == word)
    }

    /// The field it is about and what to do, for those that are faults.
    fn fault(self, lang: Lang) -> Option<Fault> {
        let (field, text) = match self {
            Self::Empty => ("message", tr!(lang, "mine.message_empty")),
            Self::TooLong => ("message", tr!(lang, "mine.message_long")),
            Self::TooMany => ("message", tr!(lang, "mine.message_many")),
            Self::Unrated => ("rating", tr!(lang, "mine.rating_missing")),
            Self::Sent | Self::Rated | Self::Withdrawn => return None,
        };
        Some(Fault {
            href: format!("#{field}"),
            text: text.into_owned(),
        })
    }
}

/// A message of the thread.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Line {
    /// From the office, else from the respondent.
    pub from_office: bool,
    /// Day, ISO 8601.
    pub day: String,
    /// Text.
    pub text: String,
}

/// The respondent's case.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Case {
    /// Number to say on the telephone.
    pub number: String,
    /// Where it stands.
    pub state: CaseState,
    /// Day by which the office must answer, ISO 8601.
    pub due_on: String,
    /// Whether it can be said how it went.
    pub may_rate: bool,
    /// What was said.
    pub rating: Option<Satisfaction>,
}

/// The respondent's own page.
#[derive(Clone, Debug)]
pub struct Mine {
    /// Name of the round.
    pub round: String,
    /// What became of the response.
    pub state: Own,
    /// Last day to withdraw or answer again; none when the round is over.
    pub until: Option<Date>,
    /// The case, if there is one.
    pub case: Option<Case>,
    /// Its messages.
    pub thread: Vec<Line>,
    /// A message not sent, given back for correction.
    pub typed: String,
    /// What came of the last press.
    pub note: Option<Note>,
    /// Whom to turn to.
    pub help: Help,
}

/// The page that asks whether to withdraw.
#[derive(Clone, Debug)]
pub struct Withdraw {
    /// Name of the round.
    pub round: String,
    /// Whether a case would be taken back as well.
    pub has_case: bool,
    /// Whether the tick is missing.
    pub missing: bool,
    /// Whom to turn to.
    pub help: Help,
}

/// Renders the door; `help` is whom to turn to where one round is running.
pub fn door(reading: Reading, view: &Door, help: Option<&Help>) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "mine.door_title");
    let faults: Vec<Fault> = view
        .failed
        .then(|| Fault {
            href: "#secret".to_owned(),
            text: tr!(lang, "mine.door_failed").into_owned(),
        })
        .into_iter()
        .collect();
    let site = tr!(lang, "site.name");
    let frame = Frame {
        reading,
        title: &title,
        has_error: view.failed,
        site: &site,
        help,
        switches: Switches::InForm("door"),
    };
    let described = if view.failed {
        "secret-hint secret-error"
    } else {
        "secret-hint"
    };
    respondent(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            p { (tr!(lang, "mine.door_lead")) }
            form #door method="post" action="/receipt/mine" novalidate {
                div.field {
                    label for="r" { (tr!(lang, "receipt_check.label")) }
                    p #r-hint .q-hint { (tr!(lang, "receipt_check.hint")) }
                    textarea #r .code name="r" rows="4" autocomplete="off" autocapitalize="off" spellcheck="false"
                        maxlength="600" aria-describedby="r-hint" { (view.typed) }
                }
                div.field {
                    label for="secret" { (tr!(lang, "mine.secret")) }
                    p #secret-hint .q-hint { (tr!(lang, "mine.secret_hint")) }
                    @if view.failed { p #secret-error .q-error { (tr!(lang, "mine.door_failed")) } }
                    input #secret .code type="text" name="secret" inputmode="numeric" autocomplete="off" maxlength="60"
                        aria-describedby=(described) aria-invalid=[view.failed.then_some("true")];
                }
                button.main data-main type="submit" name="go" value="next" { (tr!(lang, "mine.door_go")) }
            }
            h2 { (tr!(lang, "mine.lost_title")) }
            p { (tr!(lang, "mine.lost")) }
        },
    )
}

/// Renders the respondent's own page.
pub fn page(reading: Reading, view: &Mine) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "mine.title");
    let faults: Vec<Fault> = view.note.and_then(|note| note.fault(lang)).into_iter().collect();
    let frame = Frame {
        reading,
        title: &title,
        has_error: !faults.is_empty(),
        site: &view.round,
        help: Some(&view.help),
        switches: Switches::Return("/receipt/mine"),
    };
    respondent(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            @match view.note {
                Some(Note::Sent) => p.notice role="status" { (tr!(lang, "mine.sent")) },
                Some(Note::Rated) => p.notice role="status" { (tr!(lang, "mine.rated")) },
                Some(Note::Withdrawn) => p.notice role="status" { (tr!(lang, "mine.withdrawn_now")) },
                _ => {}
            }
            p data-own=(word(view.state)) {
                @match view.state {
                    Own::Counted => (tr!(lang, "mine.counted")),
                    Own::Replaced => (tr!(lang, "mine.replaced")),
                    Own::Withdrawn => (tr!(lang, "mine.withdrawn")),
                }
            }
            @if view.state != Own::Replaced {
                (talk(lang, view))
                (change(lang, view))
            }
            h2 { (tr!(lang, "mine.leave_title")) }
            form method="post" action="/receipt/mine/leave" {
                button.second type="submit" { (tr!(lang, "mine.leave")) }
            }
        },
    )
}

fn word(state: Own) -> &'static str {
    match state {
        Own::Counted => "counted",
        Own::Replaced => "replaced",
        Own::Withdrawn => "withdrawn",
    }
}

fn talk(lang: Lang, view: &Mine) -> Markup {
    let fault = view
        .note
        .and_then(|note| note.fault(lang))
        .filter(|fault| fault.href == "#message");
    let described = if fault.is_some() {
        "message-hint message-error"
    } else {
        "message-hint"
    };
    html! {
        h2 { (tr!(lang, "mine.talk")) }
        @if let Some(case) = &view.case {
            p {
                (tr!(lang, "mine.case", number = case.number, state = cases::state(lang, case.state)))
                @if case.state.is_open() { " " (tr!(lang, "mine.due", date = said(lang, &case.due_on))) }
            }
        }
        @if !view.thread.is_empty() {
            ol.thread {
                @for line in &view.thread {
                    li .office[line.from_office] {
                        p.quiet {
                            @if line.from_office { (tr!(lang, "mine.from_office")) } @else { (tr!(lang, "mine.from_you")) }
                            " · " (said(lang, &line.day))
                        }
                        @for paragraph in line.text.lines() { p lang=[words::tongue(lang, paragraph)] { (paragraph) } }
                    }
                }
            }
        }
        @if let Some(case) = view.case.as_ref().filter(|case| case.may_rate) { (rating(lang, view, case)) }
        form method="post" action="/receipt/mine/message" novalidate {
            div.field {
                label for="message" { (tr!(lang, "mine.message")) }
                p #message-hint .q-hint { (tr!(lang, "mine.message_hint")) }
                @if let Some(fault) = &fault { p #message-error .q-error { (fault.text) } }
                textarea #message name="message" rows="5" maxlength="1000" aria-describedby=(described)
                    aria-invalid=[fault.as_ref().map(|_| "true")] { (view.typed) }
            }
            button.main data-main type="submit" { (tr!(lang, "mine.message_go")) }
        }
    }
}

/// A day as people say it.
fn said(lang: Lang, day: &str) -> String {
    day.parse()
        .map_or_else(|_| day.to_owned(), |day| words::day(lang, day))
}

fn rating(lang: Lang, view: &Mine, case: &Case) -> Markup {
    let missing = view.note == Some(Note::Unrated);
    html! {
        form method="post" action="/receipt/mine/rating" novalidate {
            fieldset.q #rating aria-describedby=[missing.then_some("rating-error")] {
                legend { h3 { (tr!(lang, "mine.rating")) } }
                @if missing { p #rating-error .q-error { (tr!(lang, "mine.rating_missing")) } }
                @for step in Satisfaction::ALL {
                    label.choice .choice-missing[step == Satisfaction::DontKnow] {
                        input type="radio" name="rating" value=(step.as_str()) checked[case.rating == Some(step)];
                        span.choice-label { (cases::satisfaction(lang, step)) }
                    }
                }
            }
            button.second type="submit" { (tr!(lang, "mine.rating_go")) }
        }
    }
}

fn change(lang: Lang, view: &Mine) -> Markup {
    html! {
        h2 { (tr!(lang, "mine.change")) }
        @match view.until {
            None => p { (tr!(lang, "mine.change_over")) },
            Some(day) => {
                p { (tr!(lang, "mine.change_until", date = words::day(lang, day))) }
                p { (tr!(lang, "mine.again_text")) }
                p { a.second href="/receipt/again" { (tr!(lang, "mine.again")) } }
                @if view.state == Own::Counted {
                    p { (tr!(lang, "mine.withdraw_text")) }
                    p { a.second href="/receipt/mine/withdraw" { (tr!(lang, "mine.withdraw")) } }
                }
            }
        }
    }
}

/// Renders the page that asks whether to withdraw.
pub fn withdraw(reading: Reading, view: &Withdraw) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "mine.withdraw");
    let faults: Vec<Fault> = view
        .missing
        .then(|| Fault {
            href: "#sure".to_owned(),
            text: tr!(lang, "mine.sure_missing").into_owned(),
        })
        .into_iter()
        .collect();
    let frame = Frame {
        reading,
        title: &title,
        has_error: view.missing,
        site: &view.round,
        help: Some(&view.help),
        switches: Switches::Return("/receipt/mine/withdraw"),
    };
    respondent(
        frame,
        &html! {
            (fault_summary(&tr!(lang, "question.errors"), &faults))
            h1 { (title) }
            ul {
                li { (tr!(lang, "mine.withdraw_gone")) }
                li { (tr!(lang, "mine.withdraw_free")) }
                li { (tr!(lang, "mine.withdraw_leaf")) }
                li { (tr!(lang, "mine.withdraw_again")) }
            }
            form method="post" action="/receipt/mine/withdraw" novalidate {
                @if view.missing { p #sure-error .q-error { (tr!(lang, "mine.sure_missing")) } }
                label.choice {
                    input #sure type="checkbox" name="sure" value="yes" aria-invalid=[view.missing.then_some("true")]
                        aria-describedby=[view.missing.then_some("sure-error")];
                    span.choice-label { (tr!(lang, "mine.sure")) }
                }
                @if view.has_case {
                    label.choice {
                        input type="checkbox" name="keep" value="yes" checked;
                        span.choice-label { (tr!(lang, "mine.keep_case")) }
                    }
                }
                button.main type="submit" { (tr!(lang, "mine.withdraw_go")) }
            }
            p { a.second href="/receipt/mine" { (tr!(lang, "mine.withdraw_not")) } }
        },
    )
}
