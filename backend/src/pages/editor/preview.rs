//! The pages of a trial that no respondent sees: its end, and why there is none.

use maud::{Markup, html};

use super::super::layout::{Frame, Switches, respondent};
use super::super::table::Table;
use super::super::{Reading, tr};

/// What would be sent at the end.
#[derive(Clone, Debug)]
pub struct Over {
    /// Words of the question, its column, and the value.
    pub lines: Vec<(String, String, String)>,
    /// What a whole response would be refused for.
    pub faults: Vec<String>,
}

fn frame(reading: Reading, title: &str, form: Option<&str>, content: &Markup) -> Markup {
    let site = tr!(reading.lang, "editor.trial");
    let frame = Frame {
        reading,
        title,
        has_error: false,
        site: &site,
        help: None,
        switches: form.map_or(Switches::Return("/console"), Switches::InForm),
    };
    respondent(frame, content)
}

/// The end of a trial.
pub fn over(reading: Reading, action: &str, fields: &[(&str, String)], view: &Over) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "editor.trial_over");
    let table = Table::new("answers", tr!(lang, "editor.trial_answers"), &view.lines)
        .head(tr!(lang, "editor.question"), |line| line.0.as_str())
        .text(tr!(lang, "editor.column"), |line| html! { code { (line.1) } })
        .text(tr!(lang, "editor.trial_value"), |line| line.2.as_str());
    let content = html! {
        h1 { (title) }
        p.notice { (tr!(lang, "editor.trial_over_note")) }
        @if !view.faults.is_empty() { ul { @for fault in &view.faults { li.q-error { (fault) } } } }
        (table.scrolling(lang))
        form #question method="post" action=(action) {
            @for (name, value) in fields {
                @if *name != "trial:kept" { input type="hidden" name=(name) value=(value); }
            }
            button.main data-main type="submit" name="go" value="again" { (tr!(lang, "editor.trial_again")) }
        }
    };
    frame(reading, &title, Some("question"), &content)
}

/// There is nothing to try out yet because of faults; the page about them opens outside of the frame.
pub fn faulty(reading: Reading, check: &str) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "editor.trial_faulty");
    let content = html! {
        h1 { (title) }
        p { (tr!(lang, "editor.trial_faulty_note")) }
        p { a.second href=(check) target="_top" { (tr!(lang, "editor.see_faults")) } }
    };
    frame(reading, &title, None, &content)
}

/// There is no question yet.
pub fn empty(reading: Reading) -> Markup {
    let title = tr!(reading.lang, "editor.no_questions");
    frame(reading, &title, None, &html! { h1 { (title) } })
}
