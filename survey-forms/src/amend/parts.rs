//! What of a question is compared beside its cells.

use crate::form::{Form, Item, QuestionKind, Required};

/// An expression as it is compared: none, or its canonical form.
pub(super) fn written<T: ToString>(expression: &Option<T>) -> Vec<String> {
    expression.iter().map(ToString::to_string).collect()
}

/// The conditions under which a question is asked: its own and those of the groups around it.
pub(super) fn conditions(form: &Form, question: &str) -> Vec<String> {
    let nodes = form.nodes();
    let mut at = form.slot(question);
    let mut found = Vec::new();
    while let Some(node) = at.and_then(|slot| nodes.get(slot)) {
        found.extend(node.item.relevant().map(ToString::to_string));
        at = node.parent;
    }
    found.sort();
    found
}

/// The name of the page on which a question stands: the outermost group that shares one, or the question itself.
pub(super) fn page_of<'f>(form: &'f Form, question: &'f str) -> &'f str {
    let nodes = form.nodes();
    let mut at = form.slot(question);
    let mut page = question;
    while let Some(node) = at.and_then(|slot| nodes.get(slot)) {
        if let Item::Group(group) = node.item
            && group.is_page()
        {
            page = &group.name;
        }
        at = node.parent;
    }
    page
}

/// Whether every value of one range is one of the other.
pub(super) fn holds_range(old: &QuestionKind, new: &QuestionKind) -> bool {
    let (
        QuestionKind::Range { start, end, step },
        QuestionKind::Range {
            start: new_start,
            end: new_end,
            step: new_step,
        },
    ) = (old, new)
    else {
        return true;
    };
    let steps = (start - new_start) / new_step;
    new_start <= start && new_end >= end && step == new_step && (steps - steps.round()).abs() < 1e-9
}

/// Whether an answer must be given where it need not before.
pub(super) fn is_stricter(old: &Required, new: &Required) -> bool {
    match (old, new) {
        (_, Required::No) | (Required::Yes, _) => false,
        (Required::When(before), Required::When(now)) => before.to_string() != now.to_string(),
        _ => true,
    }
}
