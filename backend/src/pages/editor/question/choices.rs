//! The choices of a question as a table that a keyboard fills in, and a field for further ones.

use maud::{Markup, html};

use super::super::super::office::FieldFault;
use super::super::super::table::scrolling;
use super::super::super::tr;
use super::super::Around;
use super::{QuestionPage, id};

/// The kinds of choices that are no answers, by their word.
const MISSING: [&str; 4] = ["", "dont_know", "not_applicable", "refused"];

fn missing_words(around: Around<'_>, word: &str) -> String {
    let lang = around.lang;
    match word {
        "dont_know" => tr!(lang, "editor.missing_dont_know"),
        "not_applicable" => tr!(lang, "editor.missing_not_applicable"),
        "refused" => tr!(lang, "editor.missing_refused"),
        _ => tr!(lang, "editor.missing_none"),
    }
    .into_owned()
}

/// The section.
pub(super) fn section(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let list = view.details.list.as_ref();
    let others = list.map_or(0, |list| list.used_by.len().saturating_sub(1));
    let lines = view.fault("lines");
    html! {
        h2 #choices { (tr!(lang, "editor.choices")) }
        @if others > 0 {
            p.warning { (tr!(lang, "editor.shared", n = others)) }
            p { button type="submit" name="go" value="own" { (tr!(lang, "editor.own_list")) } }
        }
        @if let Some(list) = list { @if !list.choices.is_empty() { (table(around, view)) } }
        @else if let Some(name) = &view.details.row.list { p { (tr!(lang, "editor.list_elsewhere", name = name)) } }
        div.field {
            label for="lines" { (tr!(lang, "editor.lines")) }
            (lines.message())
            textarea #lines name="lines" rows="3" aria-invalid=[lines.invalid()] aria-describedby=[lines.described(Some("lines-note"))] {
                "\n" (view.value("lines"))
            }
            p.note #lines-note { (tr!(lang, "editor.lines_note")) }
        }
        @if !view.lists.is_empty() {
            details {
                summary { (tr!(lang, "editor.other_list")) }
                div.field {
                    label for="list" { (tr!(lang, "editor.list")) }
                    select #list name="list" {
                        option value="" { (tr!(lang, "editor.list_keep")) }
                        @for (name, words) in &view.lists { option value=(name) selected[view.value("list") == name] { (words) } }
                    }
                }
            }
        }
    }
}

fn table(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let numbers: Vec<usize> = (0..)
        .take_while(|at| view.fields.contains_key(&format!("c:{at}:was")))
        .collect();
    let table = html! {
        table.sheet {
            caption #choice-table .hidden { (tr!(lang, "editor.choices")) }
            thead {
                tr {
                    th scope="col" { (tr!(lang, "editor.choice_order")) }
                    @for tag in &view.languages { th scope="col" { (super::super::language(tag)) } }
                    th scope="col" { (tr!(lang, "editor.choice_value")) }
                    th scope="col" { (tr!(lang, "editor.choice_missing")) }
                    th scope="col" { (tr!(lang, "editor.choice_gone")) }
                }
            }
            tbody { @for at in numbers { (line(around, view, at)) } }
        }
    };
    html! {
        (scrolling(lang, "choice-table", &table))
        p.note { (tr!(lang, "editor.choices_note")) }
    }
}

fn line(around: Around<'_>, view: &QuestionPage, at: usize) -> Markup {
    let lang = around.lang;
    let field = |part: &str| format!("c:{at}:{part}");
    let value = |part: &str| view.value(&field(part));
    let first = view.languages.first().map_or("", String::as_str);
    let choice = match value(&format!("l:{first}")) {
        "" => value("was"),
        words => words,
    };
    let of = |what: &str| tr!(lang, "editor.of_choice", what = what, choice = choice).into_owned();
    let cell = |part: &str, what: &str, class: &'static str, tag: Option<&str>| {
        let name = field(part);
        let id = id(&name);
        let fault = FieldFault::of(&view.faults, &id);
        html! {
            td {
                (fault.message())
                input class=(class) id=(id) type="text" name=(name) value=(view.value(&name)) autocomplete="off" lang=[tag]
                    aria-label=(of(what)) aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
            }
        }
    };
    let gone_id = id(&field("gone"));
    let gone_fault = FieldFault::of(&view.faults, &gone_id);
    html! {
        tr {
            td {
                input type="hidden" name=(field("was")) value=(value("was"));
                input.order id=(id(&field("at"))) type="text" inputmode="numeric" name=(field("at")) value=(value("at"))
                    autocomplete="off" aria-label=(of(&tr!(lang, "editor.choice_order")));
            }
            @for tag in &view.languages { (cell(&format!("l:{tag}"), &super::super::language(tag), "words", Some(tag))) }
            (cell("name", &tr!(lang, "editor.choice_value"), "code", None))
            td {
                select name=(field("missing")) aria-label=(of(&tr!(lang, "editor.choice_missing"))) {
                    @for word in MISSING {
                        option value=(word) selected[value("missing") == word] { (missing_words(around, word)) }
                    }
                }
            }
            td {
                (gone_fault.message())
                input type="hidden" name=(field("gone")) value="";
                input.tick id=(gone_id) type="checkbox" name=(field("gone")) value="1" checked[value("gone") == "1"]
                    aria-label=(of(&tr!(lang, "editor.choice_gone"))) aria-invalid=[gone_fault.invalid()]
                    aria-describedby=[gone_fault.described(None)];
            }
        }
    }
}
