//! The page on which staff change their password.

use std::borrow::Cow;

use maud::{Markup, html};

use super::layout::{ConsoleFrame, Fault, SignedIn, console, csrf, fault_summary};
use super::{Lang, tr};

/// What keeps a password from being changed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Wrong {
    /// Wrong name or present password, a closed account or a pause: never which.
    Failed,
    /// The new one is too short.
    Short,
    /// The new one is too long.
    Long,
    /// The new one is the present one, or the user name.
    Same,
    /// The new one is one of those that are tried first.
    Guessable,
    /// The two new ones differ.
    Differs,
}

impl Wrong {
    /// Identifier of the field to be mended.
    fn field(self) -> &'static str {
        match self {
            Self::Failed => "old",
            Self::Short | Self::Long | Self::Same | Self::Guessable => "new",
            Self::Differs => "again",
        }
    }

    fn words(self, lang: Lang) -> Cow<'static, str> {
        match self {
            Self::Failed => tr!(lang, "password.failed"),
            Self::Short => tr!(lang, "password.short"),
            Self::Long => tr!(lang, "password.long"),
            Self::Same => tr!(lang, "password.same"),
            Self::Guessable => tr!(lang, "own.guessable"),
            Self::Differs => tr!(lang, "password.differs"),
        }
    }
}

/// The page. Passwords are never sent back.
#[derive(Clone, Debug, Default)]
pub struct Change {
    /// The name that was typed, where nobody is signed in.
    pub user: String,
    /// What is wrong.
    pub wrong: Option<Wrong>,
}

/// A password field with its hint and its fault.
struct Field {
    id: &'static str,
    autocomplete: &'static str,
    hint: Option<Cow<'static, str>>,
}

fn field(lang: Lang, view: &Change, field: &Field, label: &str) -> Markup {
    let wrong = view.wrong.filter(|wrong| wrong.field() == field.id);
    let (hint_id, fault_id) = (format!("{}-hint", field.id), format!("{}-fault", field.id));
    let about = match (&field.hint, wrong) {
        (None, None) => None,
        (Some(_), None) => Some(hint_id.clone()),
        (None, Some(_)) => Some(fault_id.clone()),
        (Some(_), Some(_)) => Some(format!("{fault_id} {hint_id}")),
    };
    html! {
        div.field {
            label for=(field.id) { (label) }
            @if let Some(wrong) = wrong { p.q-error #(fault_id) { (wrong.words(lang)) } }
            input #(field.id) type="password" name=(field.id) autocomplete=(field.autocomplete) required
                aria-describedby=[about] aria-invalid=[wrong.map(|_| "true")];
            @if let Some(hint) = &field.hint { p.quiet #(hint_id) { (hint) } }
        }
    }
}

/// Renders the page; with a name to fill in where nobody is signed in.
pub fn page(lang: Lang, staff: Option<&SignedIn>, view: &Change) -> Markup {
    let title = tr!(lang, "password.title");
    let faults: Vec<Fault> = view
        .wrong
        .iter()
        .map(|wrong| Fault {
            href: format!("#{}", wrong.field()),
            text: wrong.words(lang).into_owned(),
        })
        .collect();
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: view.wrong.is_some(),
        path: "/console/password",
        staff,
    };
    let old = Field {
        id: "old",
        autocomplete: "current-password",
        hint: None,
    };
    let new = Field {
        id: "new",
        autocomplete: "new-password",
        hint: Some(tr!(lang, "password.new_hint")),
    };
    let again = Field {
        id: "again",
        autocomplete: "new-password",
        hint: None,
    };
    let content = html! {
        (fault_summary(&tr!(lang, "question.errors"), &faults))
        h1 { (title) }
        @if staff.is_some() { (super::own::nav(lang, super::own::PAGES[0])) }
        p { (tr!(lang, "password.lead")) }
        form.login method="post" action="/console/password" {
            @match staff {
                Some(staff) => {
                    (csrf(&staff.csrf))
                }
                None => div.field {
                    label for="login" { (tr!(lang, "login.user")) }
                    input #login type="text" name="login" value=(view.user) autocomplete="username"
                        autocapitalize="none" spellcheck="false" required;
                }
            }
            (field(lang, view, &old, &tr!(lang, "password.old")))
            (field(lang, view, &new, &tr!(lang, "password.new")))
            (field(lang, view, &again, &tr!(lang, "password.again")))
            button.main type="submit" { (tr!(lang, "password.go")) }
        }
    };
    console(frame, &content)
}
