//! All words of a questionnaire in one language beside those of another, and title and languages.

use maud::{Markup, html};

use super::super::layout::{Fault, csrf};
use super::super::office::FieldFault;
use super::super::table::scrolling;
use super::super::tr;
use super::{Around, Conflict, Shell};

/// Words to translate.
#[derive(Clone, Debug)]
pub struct Line {
    /// The field's name.
    pub field: String,
    /// What it is: the question's number and what of it, or a choice.
    pub what: String,
    /// In the language that is translated from.
    pub from: String,
    /// In the language that is written.
    pub to: String,
}

/// The page.
#[derive(Clone, Debug)]
pub struct WordsPage {
    /// Tags of the languages, the default first.
    pub languages: Vec<String>,
    /// The language that is written.
    pub to: String,
    /// Whether only what is missing is shown.
    pub missing: bool,
    /// Words, in the order of the questionnaire.
    pub lines: Vec<Line>,
    /// How many are missing in this language.
    pub left: usize,
    /// The title in each language.
    pub titles: Vec<(String, String)>,
    /// Languages that can come: tag and name.
    pub addable: Vec<(String, String)>,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether somebody else was quicker.
    pub conflict: Option<Conflict>,
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &WordsPage) -> Markup {
    let lang = around.lang;
    let heading = tr!(lang, "editor.menu_words");
    let part = format!("/words?lang={}", super::quoted(&view.to));
    let shell = Shell {
        heading: &heading,
        part: &part,
        faults: &view.faults,
        conflict: view.conflict.as_ref(),
        done: view.done.as_deref(),
        ..Shell::default()
    };
    let address = |tag: &str, all: bool| {
        let all = if all { "&all=1" } else { "" };
        around.path(&format!("/words?lang={}{all}", super::quoted(tag)))
    };
    let content = html! {
        @if view.languages.len() > 1 {
            nav.chips aria-label=(tr!(lang, "editor.languages")) {
                @for tag in &view.languages {
                    a href=(address(tag, !view.missing)) aria-current=[(*tag == view.to).then_some("page")] { (super::language(tag)) }
                }
            }
        }
        @if !view.to.is_empty() {
            h2 { (tr!(lang, "editor.translate_to", lang = super::language(&view.to))) }
            p {
                @if view.left == 0 { (tr!(lang, "editor.translated")) } @else { (tr!(lang, "editor.words_left", n = view.left)) }
                " "
                @if view.missing { a href=(address(&view.to, true)) { (tr!(lang, "editor.show_all")) } }
                @else { a href=(address(&view.to, false)) { (tr!(lang, "editor.show_missing")) } }
            }
            @if !view.lines.is_empty() {
                form method="post" action=(address(&view.to, !view.missing)) novalidate data-unsaved=(tr!(lang, "editor.unsaved")) {
                    (around.hidden())
                    (scrolling(lang, "words", &table(around, view)))
                    div.save { button.main type="submit" name="go" value="words" { (tr!(lang, "editor.save")) } }
                }
            }
        }
        (settings(around, view))
    };
    around.page(shell, &content)
}

fn table(around: Around<'_>, view: &WordsPage) -> Markup {
    let lang = around.lang;
    let first = view.languages.first().map_or("", String::as_str);
    let from = if view.to == first {
        view.languages.get(1).map_or(first, String::as_str)
    } else {
        first
    };
    html! {
        table.sheet {
            caption #words .hidden { (tr!(lang, "editor.translate_to", lang = super::language(&view.to))) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "editor.what")) }
                    th scope="col" { (super::language(from)) }
                    th scope="col" { (super::language(&view.to)) }
                }
            }
            tbody {
                @for line in &view.lines {
                    @let id = super::question::id(&line.field);
                    @let fault = FieldFault::of(&view.faults, &id);
                    tr {
                        th.quiet scope="row" { (line.what) }
                        td.wide-cell lang=(from) { (line.from) }
                        td.wide-cell {
                            (fault.message())
                            textarea id=(id) name=(line.field) rows="2" lang=(view.to)
                                aria-label={ (line.what) " " (super::language(&view.to)) } aria-invalid=[fault.invalid()]
                                aria-describedby=[fault.described(None)] { "\n" (line.to) }
                        }
                    }
                }
            }
        }
    }
}

fn settings(around: Around<'_>, view: &WordsPage) -> Markup {
    let lang = around.lang;
    let fault = FieldFault::of(&view.faults, "lang");
    let address = around.path(&format!("/words?lang={}", super::quoted(&view.to)));
    html! {
        h2 { (tr!(lang, "editor.title_languages")) }
        form method="post" action=(address) novalidate {
            (around.hidden())
            @for (tag, title) in &view.titles {
                div.field {
                    label for={ "title-" (tag) } { (tr!(lang, "editor.title_in", lang = super::language(tag))) }
                    input id={ "title-" (tag) } type="text" name={ "title:" (tag) } value=(title) lang=(tag) autocomplete="off";
                }
            }
            button type="submit" name="go" value="titles" { (tr!(lang, "editor.save_titles")) }
        }
        form.inline method="post" action=(address) {
            (csrf(&around.staff.csrf))
            input type="hidden" name="seen" value=(around.seen);
            div.field {
                label for="lang" { (tr!(lang, "editor.add_language")) }
                (fault.message())
                select #lang name="lang" aria-invalid=[fault.invalid()] aria-describedby=[fault.described(Some("lang-note"))] {
                    @for (tag, name) in &view.addable { option value=(tag) { (name) } }
                }
                p.note #lang-note { (tr!(lang, "editor.add_language_note")) }
            }
            button type="submit" name="go" value="language" { (tr!(lang, "editor.add_language_go")) }
        }
    }
}
