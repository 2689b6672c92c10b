//! What an answer must satisfy, and when a question is asked at all: menus first, the expression that they make below.

use maud::{Markup, html};
use survey_forms::editor::details::{Askable, Menu};
use survey_forms::editor::edit::Cell;
use survey_forms::editor::logic::Comparator;

use super::super::super::office::FieldFault;
use super::super::super::tr;
use super::super::Around;
use super::{QuestionPage, cell, id};
use crate::questionnaires::fields::{Shown, condition_lines};

/// A short field of a rule.
fn short(view: &QuestionPage, name: &'static str, label: &str) -> Markup {
    let field = format!("rule:{name}");
    let id = id(&field);
    let fault = FieldFault::of(&view.faults, &id);
    let is_day = matches!(name, "from" | "to");
    html! {
        div.field {
            label for=(id) { (label) }
            (fault.message())
            input id=(id) type=(if is_day { "date" } else { "text" }) name=(field) value=(view.value(&field)) autocomplete="off"
                inputmode=[(!is_day).then_some("decimal")] aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
        }
    }
}

fn tick(view: &QuestionPage, name: &'static str, label: &str) -> Markup {
    let field = format!("rule:{name}");
    let id = id(&field);
    html! {
        div.check {
            input type="hidden" name=(field) value="";
            input id=(id) type="checkbox" name=(field) value="1" checked[view.value(&field) == "1"];
            label for=(id) { (label) }
        }
    }
}

/// The section about limits.
pub(super) fn limits(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let kind = view.kind();
    if !kind.is_question() {
        return html! {};
    }
    let shown = Shown::of(kind);
    let is_text = matches!(view.details.rule, Menu::Text(_));
    let (expression, words) = &view.rule;
    html! {
        h2 #rules { (tr!(lang, "editor.limits")) }
        @if is_text { p.note { (tr!(lang, "editor.limits_text")) } }
        @else if shown.any() {
            (FieldFault::of(&view.faults, "rules").message())
            div.inline {
                @if shown.number {
                    (short(view, "least", &tr!(lang, "editor.least")))
                    (short(view, "most", &tr!(lang, "editor.most")))
                }
                @if shown.length {
                    (short(view, "len_least", &tr!(lang, "editor.len_least")))
                    (short(view, "len_most", &tr!(lang, "editor.len_most")))
                }
                @if shown.chosen {
                    (short(view, "n_least", &tr!(lang, "editor.n_least")))
                    (short(view, "n_most", &tr!(lang, "editor.n_most")))
                }
                @if shown.day {
                    (short(view, "from", &tr!(lang, "editor.day_from")))
                    (short(view, "to", &tr!(lang, "editor.day_to")))
                }
            }
            @if shown.day {
                (tick(view, "future", &tr!(lang, "editor.not_future")))
                (tick(view, "past", &tr!(lang, "editor.not_past")))
            }
            @if shown.chosen { (alone(around, view)) }
            @if shown.length { (like(around, view)) }
        } @else { p.note { (tr!(lang, "editor.limits_none")) } }
        (sentence(around, (expression, words.get(lang.code()))))
        details open[is_text || !shown.any() && !view.value("cell:constraint").is_empty()] {
            summary { (tr!(lang, "editor.by_expression")) }
            (cell(around, view, Cell::Constraint, Some(&tr!(lang, "editor.constraint_note"))))
        }
    }
}

/// An expression with the sentence that it is.
fn sentence(around: Around<'_>, (expression, words): (&str, &str)) -> Markup {
    html! {
        @if !expression.is_empty() {
            div.sentence {
                @if !words.is_empty() { p { (words) } }
                p.quiet { (tr!(around.lang, "editor.expression")) " " code { (expression) } }
            }
        }
    }
}

fn alone(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let choices = view.details.list.as_ref().map_or(&[][..], |list| &list.choices);
    html! {
        div.field {
            label for="rule-alone" { (tr!(lang, "editor.alone")) }
            select #rule-alone name="rule:alone" {
                option value="" { (tr!(lang, "editor.alone_none")) }
                @for choice in choices {
                    option value=(choice.name) selected[view.value("rule:alone") == choice.name] { (choice.label.get(lang.code())) }
                }
            }
        }
    }
}

fn like(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let now = view.value("rule:like");
    html! {
        div.inline {
            div.field {
                label for="rule-like" { (tr!(lang, "editor.like")) }
                select #rule-like name="rule:like" data-refresh {
                    option value="" selected[now.is_empty()] { (tr!(lang, "editor.like_any")) }
                    option value="mobile" selected[now == "mobile"] { (tr!(lang, "editor.like_mobile")) }
                    option value="id" selected[now == "id"] { (tr!(lang, "editor.like_id")) }
                    option value="postal" selected[now == "postal"] { (tr!(lang, "editor.like_postal")) }
                    option value="pattern" selected[now == "pattern"] { (tr!(lang, "editor.like_pattern")) }
                }
            }
            @if now == "pattern" { (short(view, "pattern", &tr!(lang, "editor.pattern"))) }
        }
    }
}

/// The section about when it is asked.
pub(super) fn condition(around: Around<'_>, view: &QuestionPage) -> Markup {
    let lang = around.lang;
    let is_text = matches!(view.details.condition, Menu::Text(_));
    let (expression, words) = &view.condition;
    let lines = condition_lines(&view.fields).max(1);
    let join = view.value("join");
    html! {
        h2 #conditions { (tr!(lang, "editor.only_if")) }
        @if is_text { p.note { (tr!(lang, "editor.only_if_text")) } }
        @else if view.details.askable.is_empty() { p.note { (tr!(lang, "editor.only_if_first")) } }
        @else {
            p.note { (tr!(lang, "editor.only_if_note")) }
            (FieldFault::of(&view.faults, "conditions").message())
            @if lines > 1 {
                div.field {
                    label for="join" { (tr!(lang, "editor.join")) }
                    select #join name="join" {
                        option value="all" selected[join != "any"] { (tr!(lang, "editor.join_all")) }
                        option value="any" selected[join == "any"] { (tr!(lang, "editor.join_any")) }
                    }
                }
            } @else { input type="hidden" name="join" value=(join); }
            @for at in 0..lines { (line(around, view, at)) }
            p { button type="submit" name="go" value="line" data-refresh { (tr!(lang, "editor.another_condition")) } }
        }
        (sentence(around, (expression, words.get(lang.code()))))
        details open[is_text] {
            summary { (tr!(lang, "editor.by_expression")) }
            (cell(around, view, Cell::Relevant, Some(&tr!(lang, "editor.relevant_note"))))
        }
    }
}

fn line(around: Around<'_>, view: &QuestionPage, at: usize) -> Markup {
    let lang = around.lang;
    let field = |part: &str| format!("q:{at}:{part}");
    let question = view.value(&field("question"));
    let asked = view.details.askable.iter().find(|asked| asked.name == question);
    let fitting: &[Comparator] = asked.map_or(&[], |asked| &asked.comparators);
    let comparator = Comparator::named(view.value(&field("is")))
        .filter(|chosen| fitting.contains(chosen))
        .or_else(|| fitting.first().copied());
    let ids = ["question", "is", "a", "b"].map(|part| id(&field(part)));
    let number = at + 1;
    html! {
        fieldset.q {
            legend { (tr!(lang, "editor.condition_n", n = number)) }
            div.inline {
                div.field {
                    label for=(ids[0]) { (tr!(lang, "editor.asked")) }
                    select id=(ids[0]) name=(field("question")) data-refresh {
                        option value="" { (tr!(lang, "editor.asked_none")) }
                        @for asked in &view.details.askable {
                            option value=(asked.name) selected[asked.name == question] { (shortened(asked.label.get(lang.code()), &asked.name)) }
                        }
                    }
                }
                @if !fitting.is_empty() {
                    div.field {
                        label for=(ids[1]) { (tr!(lang, "editor.comparator")) }
                        select id=(ids[1]) name=(field("is")) data-refresh {
                            @for one in fitting {
                                option value=(one.as_str()) selected[Some(*one) == comparator] { (one.words().get(lang.code())) }
                            }
                        }
                    }
                }
                @if let (Some(asked), Some(comparator)) = (asked, comparator) {
                    @if comparator.values() > 0 { (value(around, view, (asked, comparator), (&field("a"), &ids[2]), &tr!(lang, "editor.value"))) }
                    @if comparator.values() > 1 { (value(around, view, (asked, comparator), (&field("b"), &ids[3]), &tr!(lang, "editor.value_to"))) }
                } @else {
                    p.note { (tr!(lang, "editor.choose_first")) }
                }
            }
            // A script lists them as soon as a question is chosen.
            noscript { p { button type="submit" name="go" value="refresh" { (tr!(lang, "editor.list_answers")) } } }
        }
    }
}

/// The words of a question as a menu has room for.
fn shortened(words: &str, name: &str) -> String {
    const MOST: usize = 28;
    let words = if words.is_empty() { name } else { words };
    match words.char_indices().nth(MOST) {
        Some((end, _)) => format!("{}…", &words[..end]),
        None => words.to_owned(),
    }
}

fn value(
    around: Around<'_>,
    view: &QuestionPage,
    (asked, comparator): (&Askable, Comparator),
    (field, id): (&str, &str),
    label: &str,
) -> Markup {
    let now = view.value(field);
    let counts = matches!(comparator, Comparator::ChosenAtLeast | Comparator::ChosenAtMost);
    html! {
        div.field {
            label for=(id) { (label) }
            @if asked.choices.is_empty() || counts {
                input id=(id) type="text" name=(field) value=(now) autocomplete="off";
            } @else {
                select id=(id) name=(field) data-refresh {
                    option value="" { (tr!(around.lang, "editor.value_none")) }
                    @for (name, words) in &asked.choices {
                        option value=(name) selected[name == now] { (words.get(around.lang.code())) }
                    }
                }
            }
        }
    }
}
