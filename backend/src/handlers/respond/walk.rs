//! The way through a questionnaire as one device may see it.
//!
//! Three things narrow the pages that `survey_forms::flow` gives: answers given
//! on another device are neither shown nor changed here; questions about health
//! are left out without the separate consent; and a page all of whose questions
//! fall away is no page. No I/O, so that the rules can be tested alone.

use jiff::civil::Date;
use survey_forms::flow::{self, Page};
use survey_forms::form::Form;
use survey_forms::response::{RESPONSE_ID, RawAnswers, TAKES_FILES};
use survey_forms::validate::{self, FieldError};

use crate::store::drafts::{Draft, Given};
use crate::submit::health::{is_sensitive, refusal};

/// Stands for the device in answers that the missing consent gave.
const WITHHELD: &str = "withheld";

/// Whether a questionnaire has such questions.
pub(super) fn asks_health(form: &Form) -> bool {
    form.questions().any(is_sensitive)
}

/// Answers the questions about health with "rather not say", when consent to them was not given.
pub(super) fn withhold(form: &Form, draft: &mut Draft) {
    if draft.kept.sensitive {
        return;
    }
    for question in form.questions().filter(|question| is_sensitive(question)) {
        if let Some(refused) = refusal(form, question) {
            let given = Given {
                value: refused.to_owned(),
                device: WITHHELD.to_owned(),
            };
            draft.kept.answers.insert(question.name.clone(), given);
        }
    }
}

/// A questionnaire, the answers so far, and the device that looks at them.
pub(super) struct Walk<'a> {
    form: &'a Form,
    draft: &'a Draft,
    device: &'a str,
    today: Date,
    answers: RawAnswers,
}

impl<'a> Walk<'a> {
    pub(super) fn new(form: &'a Form, draft: &'a Draft, device: &'a str, today: Date) -> Self {
        Self {
            form,
            draft,
            device,
            today,
            answers: known(form, draft),
        }
    }

    /// All answers, for the logic of the form.
    pub(super) fn answers(&self) -> &RawAnswers {
        &self.answers
    }

    fn takes_answer(&self, name: &str) -> bool {
        self.form
            .question(name)
            .is_some_and(|question| question.takes_answer() || question.takes_file())
    }

    fn is_withheld(&self, name: &str) -> bool {
        !self.draft.kept.sensitive
            && self.form.question(name).is_some_and(|question| {
                is_sensitive(question)
                    && (refusal(self.form, question).is_some()
                        || matches!(question.required, survey_forms::form::Required::No))
            })
    }

    /// A page as this device may see it, if anything is left of it.
    fn narrow(&self, mut page: Page) -> Option<Page> {
        let before = page.questions.len();
        page.questions
            .retain(|name| !self.is_withheld(name) && !self.draft.is_hidden(name, self.device));
        let whole = page.questions.len() == before;
        let asks = page.questions.iter().any(|name| self.takes_answer(name));
        (whole || asks).then_some(page)
    }

    /// The pages this device may see, in order.
    pub(super) fn pages(&self) -> Vec<Page> {
        flow::pages(self.form, &self.answers, self.today)
            .into_iter()
            .filter_map(|page| self.narrow(page))
            .collect()
    }

    /// The page of this name, if this device may see it.
    pub(super) fn page(&self, name: &str) -> Option<Page> {
        flow::page(self.form, &self.answers, name, self.today).and_then(|page| self.narrow(page))
    }

    /// Position and number among all pages that are asked now, on whichever device.
    pub(super) fn progress(&self, name: &str) -> (usize, usize) {
        flow::progress(self.form, &self.answers, name, self.today)
    }

    /// The page before, if this device may see one.
    pub(super) fn before(&self, name: &str) -> Option<Page> {
        let pages = self.pages();
        let at = pages.iter().position(|page| page.name == name)?;
        pages.into_iter().nth(at.checked_sub(1)?)
    }

    /// The page after, if there is one.
    pub(super) fn after(&self, name: &str) -> Option<Page> {
        let mut page = flow::next(self.form, &self.answers, Some(name), self.today);
        while let Some(candidate) = page {
            if let Some(shown) = self.narrow(candidate.clone()) {
                return Some(shown);
            }
            page = flow::next(self.form, &self.answers, Some(&candidate.name), self.today);
        }
        None
    }

    /// The first page with a question that nobody has passed yet.
    pub(super) fn unvisited(&self) -> Option<Page> {
        self.pages().into_iter().find(|page| {
            page.questions
                .iter()
                .any(|name| self.takes_answer(name) && !self.draft.kept.answers.contains_key(name))
        })
    }

    /// Where a respondent goes on: on the device that wrote last the page shown
    /// last, else the first that nobody has answered; none when all is answered.
    pub(super) fn resume(&self) -> Option<Page> {
        let here = self.draft.device.as_deref() == Some(self.device);
        let last = self.draft.current_page.as_deref().filter(|_| here);
        last.and_then(|name| self.page(name)).or_else(|| self.unvisited())
    }

    /// What is wrong with the answers on a page.
    pub(super) fn faults(&self, page: &Page) -> Vec<FieldError> {
        validate::validate_page(self.form, page, &self.answers, self.today)
    }

    /// The page on which a question stands now.
    pub(super) fn page_of(&self, question: &str) -> Option<Page> {
        self.pages()
            .into_iter()
            .find(|page| page.questions.iter().any(|name| name == question))
    }

    /// Number of answers given elsewhere, without those that stand for a missing consent.
    pub(super) fn elsewhere(&self) -> usize {
        let others = self.draft.kept.answers.values();
        others
            .filter(|given| {
                given.device != self.device && given.device != WITHHELD && !given.value.is_empty()
            })
            .count()
    }

    /// Number of questions left out for want of the separate consent.
    pub(super) fn withheld(&self) -> usize {
        self.form
            .questions()
            .filter(|question| self.is_withheld(&question.name))
            .count()
    }
}

/// Writes a page's answers into the draft as given on `device`.
///
/// With `passed`, questions left empty are marked as passed over, so that resuming does not ask them again.
pub(super) fn write(draft: &mut Draft, given: RawAnswers, device: &str, passed: bool) {
    for (name, value) in given {
        if value.is_empty() && !passed {
            draft.kept.answers.remove(&name);
        } else {
            draft.kept.answers.insert(
                name,
                Given {
                    value,
                    device: device.to_owned(),
                },
            );
        }
    }
}

/// Takes away the answers of questions that are no longer asked, and keeps what the form remembers from page to page.
pub(super) fn clear_hidden(form: &Form, draft: &mut Draft, device: &str, today: Date) {
    let before = draft.answers();
    let mut kept = known(form, draft);
    flow::clear_hidden(form, &mut kept, today);
    draft.kept.answers.retain(|name, _| kept.contains_key(name));
    for account in [RESPONSE_ID, TAKES_FILES] {
        kept.remove(account);
    }
    kept.retain(|name, value| before.get(name) != Some(value));
    write(draft, kept, device, true);
}

/// All answers, with what decides the order of choices and other chance in the forms that have some, and that pages take
/// files in those that ask for some.
pub(super) fn known(form: &Form, draft: &Draft) -> RawAnswers {
    let mut answers = draft.answers();
    if form.leaves_to_chance() {
        answers.insert(RESPONSE_ID.to_owned(), draft.response_id.to_string());
    }
    if form.takes_files() {
        answers.insert(TAKES_FILES.to_owned(), "yes".to_owned());
    }
    answers
}

/// Whether every answer was given on `device`: only then may it decide who else sees them.
pub(super) fn is_owner(draft: &Draft, device: &str) -> bool {
    let mut given = draft
        .kept
        .answers
        .values()
        .filter(|given| given.device != WITHHELD);
    draft.device.as_deref() == Some(device)
        && given.all(|given| given.device == device || given.value.is_empty())
}

/// Gives `device`, by the respondent's own digits, what was given on the device on which they were set; that one
/// becomes another. What others gave stays theirs: whoever set digits beforehand reads nothing that came after.
pub(super) fn claim(draft: &mut Draft, device: &str) {
    let Some(owner) = draft.kept.pin_device.replace(device.to_owned()) else {
        return;
    };
    let mine = draft
        .kept
        .answers
        .values_mut()
        .filter(|given| given.device == owner);
    for given in mine {
        device.clone_into(&mut given.device);
    }
    draft.device = Some(device.to_owned());
}

/// Moves a draft to another version of the questionnaire: what is still asked keeps its answer.
pub(super) fn adopt(form: &Form, draft: &mut Draft) {
    if draft.form_version != form.version {
        draft.kept.answers.retain(|name, _| form.question(name).is_some());
        draft.form_version.clone_from(&form.version);
    }
}
