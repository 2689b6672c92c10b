//! The questions in their order, as a list of lists: what each is, when it is asked, what is wrong with it, and what can
//! be done with it.

use maud::{Markup, html};
use survey_forms::editor::details::Reference;
use survey_forms::editor::outline::{Outline, OutlineRow, SpotChoice};
use survey_forms::editor::{RowKey, Spot};

use super::super::layout::Fault;
use super::super::tr;
use super::{Around, Conflict, Shell, quoted, row_id};

/// The page.
#[derive(Clone, Debug)]
pub struct OutlinePage {
    /// The questionnaire.
    pub outline: Outline,
    /// A row that is being moved, with where it can go.
    pub moving: Option<(RowKey, String, Vec<SpotChoice>)>,
    /// A row that is to be taken out, with what refers to it.
    pub removing: Option<Removing>,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub faults: Vec<Fault>,
    /// Whether somebody else was quicker.
    pub conflict: Option<Conflict>,
    /// Whether the plan has another one since the draft began.
    pub overtaken: bool,
    /// Whether the plan has it as it is here.
    pub in_plan: bool,
}

/// A row that is to be taken out.
#[derive(Clone, Debug)]
pub struct Removing {
    /// Which.
    pub key: RowKey,
    /// Its words.
    pub label: String,
    /// How many rows go with it.
    pub inside: usize,
    /// What refers to it.
    pub referred: Vec<(Reference, Option<RowKey>)>,
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &OutlinePage) -> Markup {
    let lang = around.lang;
    let errors = errors(&view.outline);
    let shell = Shell {
        heading: around.title,
        part: "",
        faults: &view.faults,
        conflict: view.conflict.as_ref(),
        done: view.done.as_deref(),
        trial: Some(""),
    };
    let content = html! {
        @if view.overtaken { p.warning { (tr!(lang, "editor.overtaken")) } }
        @else if !view.in_plan && around.may_edit {
            p { (tr!(lang, "editor.not_in_plan")) " " a href=(around.path("/plan")) { (tr!(lang, "editor.menu_plan")) } }
        }
        @if errors > 0 {
            p.warning { (tr!(lang, "editor.has_faults", n = errors)) " " a href=(around.path("/check")) { (tr!(lang, "editor.see_faults")) } }
        }
        @if let Some((key, label, spots)) = &view.moving { (moving(around, key, label, spots)) }
        @if let Some(removing) = &view.removing { (removal(around, removing)) }
        @if around.may_edit {
            p.actions {
                a.button href=(around.path("/add?to=last")) { (tr!(lang, "editor.add")) }
                a.button href=(around.path("/bank?to=last")) { (tr!(lang, "editor.from_bank_go")) }
                a.button href=(around.path("/copy?to=last")) { (tr!(lang, "editor.copy")) }
            }
        }
        h2 #questions { (tr!(lang, "editor.questions")) }
        @if view.outline.rows.is_empty() { p { (tr!(lang, "editor.no_questions")) } }
        @else if around.may_edit {
            form method="post" action=(around.path("")) {
                (around.hidden())
                (rows(around, &view.outline.rows))
            }
        } @else { (rows(around, &view.outline.rows)) }
    };
    around.page(shell, &content)
}

/// How many faults a questionnaire has.
pub fn errors(outline: &Outline) -> usize {
    let of_rows = outline.walk().into_iter().flat_map(|row| &row.diagnostics);
    let all = outline.diagnostics.iter().chain(of_rows);
    all.filter(|fault| fault.is_error()).count()
}

fn rows(around: Around<'_>, rows: &[OutlineRow]) -> Markup {
    html! {
        ol.outline {
            @for row in rows {
                li #(row_id(&row.key)) .is-group[row.kind.is_group()] .off[row.disabled] {
                    (line(around, row))
                    @if !row.children.is_empty() { (self::rows(around, &row.children)) }
                }
            }
        }
    }
}

/// The words of a row, or what stands for them.
pub fn label(around: Around<'_>, row: &OutlineRow) -> Markup {
    html! {
        @if row.label.is_empty() {
            @if row.name.is_empty() { (tr!(around.lang, "editor.no_words")) } @else { code { (row.name) } }
        } @else { (around.words(&row.label)) }
    }
}

fn line(around: Around<'_>, row: &OutlineRow) -> Markup {
    let lang = around.lang;
    let errors = row.diagnostics.iter().filter(|fault| fault.is_error()).count();
    let words = html! {
        @if let Some(number) = row.number { span.no { (number) ". " } }
        @if around.may_edit { a href=(around.row(&row.key)) { (label(around, row)) } } @else { (label(around, row)) }
    };
    html! {
        @if row.kind.is_group() { h3 { (words) } } @else { p.words { (words) } }
        p.quiet {
            (row.kind.words().get(lang.code()))
            @if row.required { " · " (tr!(lang, "editor.required")) }
            @if row.disabled { " · " (tr!(lang, "editor.disabled")) }
            @if let Some(condition) = &row.condition { " · " (around.words(condition)) }
            @if let Some(rule) = &row.rule { " · " (around.words(rule)) }
        }
        @if errors > 0 { p.late { (tr!(lang, "editor.row_faults", n = errors)) } }
        @else if !row.diagnostics.is_empty() { p.low { (tr!(lang, "editor.row_warnings", n = row.diagnostics.len())) } }
        @if !row.untranslated.is_empty() {
            @let missing: Vec<String> = row.untranslated.iter().map(|tag| super::language(tag)).collect();
            p.low { (tr!(lang, "editor.untranslated", langs = missing.join("、"))) }
        }
        @if around.may_edit { (acts(around, row)) }
    }
}

fn acts(around: Around<'_>, row: &OutlineRow) -> Markup {
    let lang = around.lang;
    let key = row.key.to_string();
    let about = html! { span.hidden { " " (label(around, row)) } };
    html! {
        div.acts {
            button type="submit" name="up" value=(key) { (tr!(lang, "editor.up")) (about) }
            button type="submit" name="down" value=(key) { (tr!(lang, "editor.down")) (about) }
            details {
                summary { (tr!(lang, "editor.more")) (about) }
                ul.links {
                    li { a href={ (around.path("/add?to=")) (quoted(&Spot::After(row.key.clone()).to_string())) } { (tr!(lang, "editor.add_after")) (about) } }
                    @if row.kind.is_group() {
                        li { a href={ (around.path("/add?to=")) (quoted(&Spot::IntoEnd(row.key.clone()).to_string())) } { (tr!(lang, "editor.add_into")) (about) } }
                    }
                    li { a href={ (around.path("/bank?to=")) (quoted(&Spot::After(row.key.clone()).to_string())) } { (tr!(lang, "editor.bank_after")) (about) } }
                    li { a href={ (around.path("/copy?to=")) (quoted(&Spot::After(row.key.clone()).to_string())) } { (tr!(lang, "editor.copy_after")) (about) } }
                    li { a href={ (around.path("?move=")) (quoted(&key)) "#moving" } { (tr!(lang, "editor.move_to")) (about) } }
                    li { a href={ (around.path("?remove=")) (quoted(&key)) "#removing" } { (tr!(lang, "editor.remove")) (about) } }
                }
                button type="submit" name="copy" value=(key) { (tr!(lang, "editor.duplicate")) (about) }
                @if row.kind.is_group() {
                    button type="submit" name="ungroup" value=(key) { (tr!(lang, "editor.ungroup")) (about) }
                }
            }
        }
    }
}

/// Where something goes, as a list to choose from.
pub(super) fn spots(around: Around<'_>, spots: &[SpotChoice], chosen: &str) -> Markup {
    let lang = around.lang;
    html! {
        @for choice in spots {
            @let word = choice.spot.to_string();
            @let label = choice.label.get(lang.code());
            option value=(word) selected[word == chosen] {
                @for _ in 0..choice.depth { "　" }
                @match &choice.spot {
                    Spot::First => (tr!(lang, "editor.spot_first")),
                    Spot::Last => (tr!(lang, "editor.spot_last")),
                    Spot::After(_) => (tr!(lang, "editor.spot_after", label = label)),
                    Spot::Into(_) => (tr!(lang, "editor.spot_into", label = label)),
                    Spot::IntoEnd(_) => (tr!(lang, "editor.spot_into_end", label = label)),
                }
            }
        }
    }
}

fn moving(around: Around<'_>, key: &RowKey, label: &str, places: &[SpotChoice]) -> Markup {
    let lang = around.lang;
    html! {
        section.panel #moving aria-labelledby="moving-title" tabindex="-1" {
            h2 #moving-title { (tr!(lang, "editor.moving", label = label)) }
            form method="post" action=(around.path("")) {
                (around.hidden())
                input type="hidden" name="row" value=(key);
                div.field {
                    label for="to" { (tr!(lang, "editor.where")) }
                    select #to name="to" { (spots(around, places, "")) }
                }
                button.main type="submit" name="go" value="move" { (tr!(lang, "editor.move_go")) }
                " " a.button href=(around.path("")) { (tr!(lang, "editor.cancel")) }
            }
        }
    }
}

fn removal(around: Around<'_>, view: &Removing) -> Markup {
    let lang = around.lang;
    html! {
        section.panel #removing aria-labelledby="removing-title" tabindex="-1" {
            h2 #removing-title { (tr!(lang, "editor.removing", label = view.label)) }
            @if view.inside > 0 { p { (tr!(lang, "editor.removing_inside", n = view.inside)) } }
            @if view.referred.is_empty() {
                p { (tr!(lang, "editor.removing_note")) }
                form method="post" action=(around.path("")) {
                    (around.hidden())
                    input type="hidden" name="row" value=(view.key);
                    button.main type="submit" name="go" value="remove" { (tr!(lang, "editor.remove_go")) }
                    " " a.button href=(around.path("")) { (tr!(lang, "editor.cancel")) }
                }
            } @else {
                p.warning { (tr!(lang, "editor.referred")) }
                ul.todo {
                    @for (place, key) in &view.referred {
                        li {
                            @match key {
                                Some(key) => a href=(around.row(key)) { (reference(around, place)) },
                                None => (reference(around, place)),
                            }
                        }
                    }
                }
                p { a.button href=(around.path("")) { (tr!(lang, "editor.cancel")) } }
            }
        }
    }
}

/// A place that refers to a question, in words.
pub(super) fn reference(around: Around<'_>, place: &Reference) -> String {
    let column = column(around, &place.column);
    tr!(
        around.lang,
        "editor.reference",
        name = place.name,
        column = column,
        row = place.row
    )
    .into_owned()
}

/// What a column is called here.
pub fn column(around: Around<'_>, column: &str) -> String {
    let lang = around.lang;
    match column.split("::").next().unwrap_or_default() {
        "relevant" => tr!(lang, "editor.c_relevant"),
        "constraint" => tr!(lang, "editor.c_constraint"),
        "required" => tr!(lang, "editor.c_required"),
        "label" => tr!(lang, "editor.c_label"),
        "hint" => tr!(lang, "editor.c_hint"),
        "guidance_hint" => tr!(lang, "editor.c_guidance"),
        "constraint_message" => tr!(lang, "editor.c_constraint_message"),
        "required_message" => tr!(lang, "editor.c_required_message"),
        "calculation" => tr!(lang, "editor.c_calculation"),
        "choice_filter" => tr!(lang, "editor.c_choice_filter"),
        "default" => tr!(lang, "editor.c_default"),
        "appearance" => tr!(lang, "editor.c_appearance"),
        "parameters" => tr!(lang, "editor.c_parameters"),
        "repeat_count" => tr!(lang, "editor.c_repeat_count"),
        "trigger" => tr!(lang, "editor.c_trigger"),
        "read_only" => tr!(lang, "editor.c_read_only"),
        "disabled" => tr!(lang, "editor.c_disabled"),
        "type" => tr!(lang, "editor.c_type"),
        "name" => tr!(lang, "editor.c_name"),
        "choices" => tr!(lang, "editor.c_choices"),
        "form_title" => tr!(lang, "editor.c_title"),
        _ => return column.to_owned(),
    }
    .into_owned()
}
