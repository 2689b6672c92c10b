//! A form as text that a reviewer can read: what a change of the `.xlsx` files did shows up in the snapshot's diff.

use std::fmt::Write;

use survey_forms::form::{Form, Item, Question, QuestionKind, Required};
use survey_forms::text::Text;

/// The whole form, Chinese first.
pub(super) fn text(form: &Form) -> String {
    let mut out = format!("{} / {}\n", form.title.get("zh"), form.title.get("en"));
    items(&form.items, 0, &mut out);
    out.push_str("\nchoices\n");
    for (name, list) in &form.choice_lists {
        let _ = writeln!(out, "  {name}");
        for choice in &list.choices {
            let missing = choice
                .missing
                .map(|kind| format!("  [{}]", kind.as_str()))
                .unwrap_or_default();
            let _ = writeln!(out, "    {:<20} {}{missing}", choice.name, both(&choice.label));
            wordings(&choice.label, "      ", &mut out);
        }
    }
    out
}

fn items(items_of: &[Item], depth: usize, out: &mut String) {
    let indent = "  ".repeat(depth);
    for item in items_of {
        match item {
            Item::Group(group) => {
                let when = group
                    .relevant
                    .as_ref()
                    .map(|e| format!("  when {e}"))
                    .unwrap_or_default();
                let _ = writeln!(out, "{indent}group {}{when}", group.name);
                items(&group.items, depth + 1, out);
            }
            Item::Question(question) => self::question(question, &indent, out),
        }
    }
}

fn question(question: &Question, indent: &str, out: &mut String) {
    let kind = match &question.kind {
        QuestionKind::SelectOne { list } => format!("one of {list}"),
        QuestionKind::SelectMultiple { list } => format!("any of {list}"),
        other => other.type_name().to_owned(),
    };
    let required = if matches!(question.required, Required::No) {
        ""
    } else {
        "  required"
    };
    let _ = writeln!(out, "{indent}{} ({kind}){required}", question.name);
    let _ = writeln!(out, "{indent}  {}", both(&question.label));
    if !question.hint.is_empty() {
        let _ = writeln!(out, "{indent}  hint: {}", both(&question.hint));
    }
    wordings(&question.label, indent, out);
    wordings(&question.hint, &format!("{indent}  hint"), out);
    wordings(&question.media.image, &format!("{indent}  picture"), out);
    if let Some(relevant) = &question.relevant {
        let _ = writeln!(out, "{indent}  when {relevant}");
    }
    if let Some(constraint) = &question.constraint {
        let _ = writeln!(
            out,
            "{indent}  must {constraint}: {}",
            both(&question.constraint_message)
        );
    }
}

fn both(text: &Text) -> String {
    format!("{} / {}", text.get("zh"), text.get("en"))
}

/// The wordings that a text has beside its languages, one a line.
fn wordings(text: &Text, indent: &str, out: &mut String) {
    for wording in ["easy", "proxy"] {
        let of = |language: &str| {
            text.exact(&format!("{language}-x-{wording}"))
                .map_or("", |(_, words)| words)
        };
        if !(of("zh").is_empty() && of("en").is_empty()) {
            let _ = writeln!(out, "{indent}  {wording}: {} / {}", of("zh"), of("en"));
        }
    }
}
