//! What a client asks before the questionnaire: whose interview it is, and what the person agrees to. The app of
//! `/field` knows the one from its list and asks the other by itself; clients know nothing but forms.

use std::borrow::Cow;

use analysis::plan::{FrameSource, Plan};
use indexmap::IndexMap;
use survey_forms::expression::Expression;
use survey_forms::form::{
    Choice, ChoiceList, Form, Group, Item, Metadata, MetadataKind, Question, QuestionKind, Required,
};
use survey_forms::text::Text;
use survey_forms::xform::{self, Cover};

use super::Offered;
use crate::pages::{Lang, tr};
use crate::submit::body::CALLBACK;
use crate::submit::health;

/// The group of these questions.
pub const VISIT: &str = "minyi_visit";
/// The case's number, or its invitation's code.
pub const CASE: &str = "minyi_case";
/// When the form was opened.
pub const STARTED: &str = "minyi_started";
/// When it was finished.
pub const ENDED: &str = "minyi_ended";
/// What agreeing is stored as.
pub const YES: &str = "yes";
const LIST: &str = "minyi_yes_no";

/// The question of a consent, by the word under which an interview's body has it.
pub fn consent(word: &str) -> String {
    format!("minyi_{word}")
}

/// Words of the interface in both of its languages.
fn both<'w>(words: impl Fn(Lang) -> Cow<'w, str>) -> Text {
    Text::zh_en(words(Lang::Zh), words(Lang::En))
}

fn question(name: String, kind: QuestionKind, label: Text) -> Question {
    Question::new(name, kind, label, 0)
}

fn asked(word: &str, label: Text) -> Question {
    let list = LIST.to_owned();
    Question {
        required: Required::Yes,
        ..question(consent(word), QuestionKind::SelectOne { list }, label)
    }
}

/// The questions before a questionnaire.
fn before(plan: &Plan, group: &str, form: &Form) -> Vec<Item> {
    let organiser = |lang: Lang| plan.round.organiser.get(lang.code());
    let who = both(|lang| tr!(lang, "start.who_text", organiser = organiser(lang)));
    let mut items = vec![
        Question {
            hint: both(|lang| tr!(lang, "openrosa.case_hint")),
            required: Required::Yes,
            ..question(
                CASE.to_owned(),
                QuestionKind::Text,
                both(|lang| tr!(lang, "openrosa.case")),
            )
        },
        question("minyi_who".to_owned(), QuestionKind::Note, who),
        question(
            "minyi_use".to_owned(),
            QuestionKind::Note,
            both(|lang| tr!(lang, "start.use_text")),
        ),
        question(
            "minyi_free".to_owned(),
            QuestionKind::Note,
            both(|lang| tr!(lang, "start.free_text")),
        ),
        Question {
            constraint: Expression::parse(". = 'yes'").ok(),
            constraint_message: both(|lang| tr!(lang, "openrosa.not_part")),
            ..asked("part", both(|lang| tr!(lang, "start.consent_part")))
        },
    ];
    if form.questions().any(health::is_sensitive) {
        items.push(asked(
            "sensitive",
            both(|lang| tr!(lang, "start.consent_sensitive")),
        ));
    }
    items.push(Question {
        required: Required::No,
        ..asked("guardian", both(|lang| tr!(lang, "start.consent_guardian")))
    });
    // As in the app: where the plan calls back, and only those who are in the register themselves.
    let is_person = plan
        .group_of(FrameSource::Persons)
        .is_some_and(|found| found.code == group);
    if plan.callback.is_some() && is_person {
        items.push(Question {
            hint: both(|lang| tr!(lang, "callback.consent_note")),
            ..asked(CALLBACK, both(|lang| tr!(lang, "callback.consent")))
        });
    }
    vec![Item::Group(Group {
        name: VISIT.to_owned(),
        label: both(|lang| tr!(lang, "openrosa.visit")),
        items: items.into_iter().map(Item::Question).collect(),
        ..Group::default()
    })]
}

fn lists() -> IndexMap<String, ChoiceList> {
    let choice = |name: &str, label| Choice {
        name: name.to_owned(),
        label,
        ..Choice::default()
    };
    let choices = vec![
        choice(YES, both(|lang| tr!(lang, "openrosa.agree"))),
        choice("no", both(|lang| tr!(lang, "openrosa.disagree"))),
    ];
    let list = ChoiceList {
        name: LIST.to_owned(),
        file: None,
        external: false,
        choices,
    };
    IndexMap::from([(LIST.to_owned(), list)])
}

/// The XForm of a round's questionnaire, with these questions before it.
pub fn write(plan: &Plan, id: &str, offered: &Offered) -> String {
    let noted = |name: &str, kind| Metadata {
        name: name.to_owned(),
        kind,
    };
    let form = &offered.form;
    xform::write_with(
        form,
        &Cover {
            id,
            version: &form.version,
            metadata: &[
                noted(STARTED, MetadataKind::Start),
                noted(ENDED, MetadataKind::End),
            ],
            before: &before(plan, &offered.group, form),
            lists: &lists(),
        },
    )
}
