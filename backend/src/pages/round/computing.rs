//! How far computing has come, and the button that starts it.

use maud::{Markup, html};

use super::super::layout::{ConsoleFrame, SignedIn, console, crumbs, csrf};
use super::super::{Lang, tr};
use super::Overview;

/// How far computing has come.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Computing {
    /// Never asked for.
    Never,
    /// Waiting for the runner.
    Queued,
    /// Under way since the time given.
    Running(String),
    /// Finished at the time given.
    Done(String),
    /// Given up, with the reason.
    Failed(String),
}

impl Computing {
    /// The job's state in one word, for programs that watch the page.
    fn word(&self) -> &'static str {
        match self {
            Self::Never => "never",
            Self::Queued => "queued",
            Self::Running(_) => "running",
            Self::Done(_) => "done",
            Self::Failed(_) => "failed",
        }
    }

    /// Whether the answer is still to come.
    pub fn is_pending(&self) -> bool {
        matches!(self, Self::Queued | Self::Running(_))
    }
}

/// The page shown while computing; the handler makes it reload itself.
pub fn computing_page(lang: Lang, staff: &SignedIn, id: &str, title: &str, state: &Computing) -> Markup {
    let path = format!("/console/rounds/{id}/compute");
    let heading = tr!(lang, "round.compute_title");
    let frame = ConsoleFrame {
        lang,
        title: &heading,
        has_error: false,
        path: &path,
        staff: Some(staff),
    };
    console(
        frame,
        &html! {
            (crumbs(lang, &[(&format!("/console/rounds/{id}"), title)]))
            h1 { (heading) }
            (computing_state(lang, state))
            p { a href=(path) { (tr!(lang, "round.refresh")) } }
        },
    )
}

fn computing_state(lang: Lang, state: &Computing) -> Markup {
    html! {
        p .warning[matches!(state, Computing::Failed(_))] data-job-state=(state.word()) {
            @match state {
                Computing::Never => (tr!(lang, "round.compute_none")),
                Computing::Queued => (tr!(lang, "round.compute_queued")),
                Computing::Running(since) => (tr!(lang, "round.compute_running", since = since)),
                Computing::Done(at) => (tr!(lang, "round.compute_done", at = at)),
                Computing::Failed(message) => (tr!(lang, "round.compute_failed", message = message)),
            }
        }
    }
}

/// What computing has come to on the overview.
pub(super) fn computing(lang: Lang, staff: &SignedIn, view: &Overview) -> Markup {
    let path = format!("/console/rounds/{}/compute", view.id);
    html! {
        h2 { (tr!(lang, "round.compute_title")) }
        @if view.computing.is_pending() {
            (computing_state(lang, &view.computing))
            p { a href=(path) { (tr!(lang, "round.refresh")) } }
        } @else {
            (computing_state(lang, &view.computing))
            @if view.may_compute {
                form method="post" action=(path) {
                    (csrf(&staff.csrf))
                    button.main type="submit" {
                        @if view.computing == Computing::Never { (tr!(lang, "round.compute_go")) }
                        @else { (tr!(lang, "round.compute_again")) }
                    }
                }
            }
        }
    }
}
