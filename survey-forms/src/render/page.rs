//! The frame of a page: section heading, group heading, and its questions one below the other. Where notes introduce a
//! single question, the question is the heading, and the notes are what is read before it.

use maud::{Markup, html};

use super::{View, has, only};
use crate::form::{Item, QuestionKind};

impl View<'_, '_> {
    pub(super) fn page(&self, slots: &[usize]) -> Markup {
        let group = self
            .state
            .form()
            .slot(&self.page.name)
            .and_then(|slot| match self.state.item(slot) {
                Item::Group(group) => Some((slot, group)),
                Item::Question(_) => None,
            });
        // A labelled group is what the page is about; otherwise its first question is.
        let heading = group
            .map(|(_, group)| &group.label)
            .filter(|label| has(label, self.lang));
        let top = group.map(|(slot, _)| slot).or_else(|| slots.first().copied());
        // A table's words stand with each of its questions.
        let section = top.and_then(|slot| {
            self.state
                .groups_around(slot)
                .filter(|(_, around)| !around.is_table())
                .map(|(_, around)| &around.label)
                .find(|label| has(label, self.lang))
        });
        let asking = slots
            .iter()
            .copied()
            .filter(|&slot| self.state.takes_answer(slot));
        let alone = only(asking);
        let head = alone.or_else(|| slots.first().copied());
        html! {
            @if let Some(section) = section { p.q-section { (self.text(section)) } }
            @if let Some(heading) = heading { h1 { (self.text(heading)) } }
            @for &slot in slots {
                @if let Some(question) = self.state.question(slot) {
                    @if alone.is_some() && question.kind == QuestionKind::Note { (self.note(question)) }
                    @else { (self.question(question, slot, head == Some(slot) && heading.is_none())) }
                }
            }
        }
    }
}
