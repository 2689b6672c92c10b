//! The editor of questionnaires: what every page of it has around it, the list of a round's questionnaires, and the
//! outline of one.

pub mod adding;
pub mod check;
pub mod copying;
pub mod handing_in;
pub mod list;
pub mod outline;
pub mod preview;
pub mod question;
pub mod transfer;
pub mod versions;
pub mod words;

use maud::{Markup, html};
use survey_forms::diagnostic::Diagnostic;
use survey_forms::editor::RowKey;
use survey_forms::text::{Language, Text};

use super::layout::{Fault, SignedIn, csrf};
use super::round_page::RoundPage;
use super::{Lang, assets, tr, words as wordings};

/// What every page of a questionnaire knows.
#[derive(Clone, Copy, Debug)]
pub struct Around<'a> {
    /// Language of the page.
    pub lang: Lang,
    /// Who is signed in.
    pub staff: &'a SignedIn,
    /// The round: identifier and name.
    pub round: (&'a str, &'a str),
    /// The draft's name.
    pub form: &'a str,
    /// The questionnaire's title, or its name.
    pub title: &'a str,
    /// What its forms say of the state that they were made on.
    pub seen: &'a str,
    /// Whether the reader may change it.
    pub may_edit: bool,
    /// Whether there is a state to go back to, and one to go forward to.
    pub steps: (bool, bool),
    /// Whether it can be tried out.
    pub runs: bool,
}

/// What a page of a questionnaire is.
#[derive(Clone, Copy, Debug, Default)]
pub struct Shell<'a> {
    /// Its heading.
    pub heading: &'a str,
    /// Its address below the questionnaire's, with its query.
    pub part: &'a str,
    /// What is wrong with what was sent.
    pub faults: &'a [Fault],
    /// Whether somebody else was quicker.
    pub conflict: Option<&'a Conflict>,
    /// What the last act did.
    pub done: Option<&'a str>,
    /// The question at which the trial beside the page begins; none leaves the trial out.
    pub trial: Option<&'a str>,
}

/// Somebody else changed the questionnaire meanwhile.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Conflict {
    /// Login of whoever did.
    pub who: String,
    /// When.
    pub when: String,
    /// What both changed: the field's words, and what it says now.
    pub both: Vec<(String, String)>,
    /// Whether what was typed stands in the fields below.
    pub kept: bool,
}

impl Around<'_> {
    /// Address of the list of questionnaires.
    pub fn list(&self) -> String {
        list_path(self.round.0)
    }

    /// Address of a page of the questionnaire.
    pub fn path(&self, part: &str) -> String {
        format!("{}/{}{part}", self.list(), self.form)
    }

    /// Address of the page of a row.
    pub fn row(&self, key: &RowKey) -> String {
        self.path(&format!("/question?row={}", quoted(&key.to_string())))
    }

    /// The words of a text for this page's reader.
    pub fn words(&self, text: &Text) -> Markup {
        let words = text.get(self.lang.code());
        html! { span lang=[wordings::tongue(self.lang, words)] { (words) } }
    }

    /// The hidden fields of every form.
    pub(super) fn hidden(&self) -> Markup {
        html! {
            (csrf(&self.staff.csrf))
            input type="hidden" name="seen" value=(self.seen);
        }
    }

    /// A page of the questionnaire.
    pub(super) fn page(&self, shell: Shell<'_>, content: &Markup) -> Markup {
        let lang = self.lang;
        let (list, outline, path) = (self.list(), self.path(""), self.path(shell.part));
        let forms = tr!(lang, "editor.forms");
        let mut within = vec![(list.as_str(), &*forms)];
        if !shell.part.is_empty() {
            within.push((&outline, self.title));
        }
        let page = RoundPage::new(lang, self.staff, self.round, (&path, shell.heading))
            .within(&within)
            .faults(shell.faults)
            .has_error(shell.conflict.is_some() || !shell.faults.is_empty())
            .done(shell.done);
        page.render(&html! {
            @if let Some(conflict) = shell.conflict { (self.conflict(conflict)) }
            (self.menu(shell.part))
            @if let Some(at) = shell.trial.filter(|_| self.runs) {
                div.beside {
                    div.work { (content) }
                    (self.phone(at))
                }
            } @else { (content) }
            script defer src=(assets::EDITOR_JS.href) {}
        })
    }

    fn menu(&self, part: &str) -> Markup {
        let lang = self.lang;
        let here = part.split('?').next().unwrap_or_default();
        let entries = [
            ("", tr!(lang, "editor.menu_outline"), true),
            ("/words", tr!(lang, "editor.menu_words"), self.may_edit),
            ("/check", tr!(lang, "editor.menu_check"), true),
            ("/versions", tr!(lang, "editor.menu_versions"), true),
            ("/file", tr!(lang, "editor.menu_file"), self.may_edit),
            ("/plan", tr!(lang, "editor.menu_plan"), self.may_edit),
        ];
        let (undo, redo) = self.steps;
        html! {
            nav.chips aria-label=(tr!(lang, "editor.menu")) {
                @for (to, words, is_open) in entries {
                    @if is_open { a href=(self.path(to)) aria-current=[(to == here).then_some("page")] { (words) } }
                }
                @if self.runs { a.try href=(self.path("/preview")) { (tr!(lang, "editor.menu_try")) } }
            }
            @if self.may_edit && (undo || redo) {
                form.steps-back method="post" action=(self.path("/versions")) {
                    (self.hidden())
                    input type="hidden" name="to" value=(self.path(part));
                    @if undo { button type="submit" name="go" value="undo" { (tr!(lang, "editor.undo")) } }
                    @if redo { button type="submit" name="go" value="redo" { (tr!(lang, "editor.redo")) } }
                }
            }
        }
    }

    /// The trial beside the page, on screens that have the room.
    fn phone(&self, at: &str) -> Markup {
        let title = tr!(self.lang, "editor.phone");
        let address = match at {
            "" => self.path("/preview"),
            at => self.path(&format!("/preview?at={}", quoted(at))),
        };
        html! {
            aside.phone aria-label=(title) {
                iframe src=(address) title=(title) loading="lazy" {}
            }
        }
    }

    fn conflict(&self, conflict: &Conflict) -> Markup {
        let lang = self.lang;
        html! {
            div.faults #conflict role="alert" {
                h2 { (tr!(lang, "editor.conflict")) }
                p { (tr!(lang, "editor.conflict_who", who = conflict.who, when = conflict.when)) }
                p {
                    @if conflict.kept { (tr!(lang, "editor.conflict_kept")) }
                    @else { (tr!(lang, "editor.conflict_again")) }
                }
                @if !conflict.both.is_empty() {
                    dl.facts {
                        @for (field, now) in &conflict.both {
                            div { dt { (field) } dd { @if now.is_empty() { (tr!(lang, "editor.empty")) } @else { (now) } } }
                        }
                    }
                }
            }
        }
    }

    /// Faults as a list, each with the way to the row where it is.
    pub(super) fn faults<'d>(
        &self,
        found: impl IntoIterator<Item = &'d Diagnostic>,
        rows: &[(u32, RowKey)],
    ) -> Markup {
        let of = |fault: &Diagnostic| {
            let row = fault
                .place
                .row
                .filter(|_| fault.place.sheet.as_deref() == Some("survey"))?;
            rows.iter().find(|(number, _)| *number == row).map(|(_, key)| key)
        };
        html! {
            ul.todo {
                @for fault in found {
                    li .bad[fault.is_error()] {
                        @match of(fault).filter(|_| self.may_edit) {
                            Some(key) => a href=(self.row(key)) { (said(self.lang, fault)) },
                            None => (said(self.lang, fault)),
                        }
                    }
                }
            }
        }
    }
}

/// Address of the list of a round's questionnaires.
pub fn list_path(round: &str) -> String {
    format!("/console/rounds/{round}/forms")
}

/// A word for an address.
pub fn quoted(word: &str) -> String {
    url::form_urlencoded::byte_serialize(word.as_bytes()).collect()
}

/// The `id` of a row's line.
pub fn row_id(key: &RowKey) -> String {
    match key {
        RowKey::Name(name) => format!("r-{name}"),
        RowKey::Number(number) => format!("row-{number}"),
    }
}

/// A fault in words, without the place where the page that shows it stands already: what is wrong and how to mend it.
pub fn said(lang: Lang, fault: &Diagnostic) -> String {
    let line = fault.to_line(lang.code());
    line.strip_prefix(fault.code).map_or(line.clone(), |rest| {
        let rest = rest.trim_start();
        format!("{rest} [{}]", fault.code)
    })
}

/// What is wrong and how to mend it, beside the field that is meant.
pub fn mend(lang: Lang, fault: &Diagnostic) -> String {
    let gap = if lang == Lang::En { " " } else { "" };
    let (message, mend) = (fault.message.get(lang.code()), fault.mend.get(lang.code()));
    format!("{message}{gap}{mend}").trim().to_owned()
}

/// The name of a language in itself.
pub fn language(tag: &str) -> String {
    Language::new(tag).own_name().to_owned()
}
