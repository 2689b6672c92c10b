//! A questionnaire as values. A [`Form`] exists only after every check has passed: names are unique, references
//! resolve, nothing depends on itself. What needs an index (looking up a question by name, the order in which
//! expressions must be evaluated) is computed once, when the form is made.

use std::borrow::Cow;
use std::collections::HashMap;

use indexmap::IndexMap;
use serde::Serialize;
use serde_json::Value as Json;
use sha2::{Digest, Sha256};

use crate::text::{Language, Text};

mod choice_list;
mod question;
mod unroll;

pub use choice_list::{Choice, ChoiceList, DataTable, FileColumns, MissingKind};
pub use question::{
    Appearance, Group, Instance, Item, Media, Question, QuestionKind, Randomize, Repeat, Required, UploadKind,
};
pub use unroll::MORE;
pub(crate) use unroll::{Unrolled, unroll};

/// A questionnaire that has passed every check.
///
/// The fields are for reading: names in them are indexed, so a form is changed by reading another one.
#[derive(Clone, Debug, Serialize)]
pub struct Form {
    /// `form_id` of the settings sheet, or the file's name without its ending.
    pub id: String,
    /// Title shown to respondents.
    pub title: Text,
    /// SHA-256, in hexadecimal, of the canonical JSON of everything else here: the same questions give the same
    /// version on every machine, and a changed comma gives another.
    pub version: String,
    /// The `version` that the author wrote on the settings sheet; empty when there is none.
    pub author_version: String,
    /// The languages in which the form is written; the first is the default.
    pub languages: Vec<Language>,
    /// Wordings of these languages for some readers: `zh-x-easy` (easy read), `zh-x-proxy` (said to someone who answers
    /// for the person). They are chosen beside the language and need not be complete.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub wordings: Vec<Language>,
    /// Choices by list name.
    pub choice_lists: IndexMap<String, ChoiceList>,
    /// Tables that expressions look into, by the name by which they call them.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub tables: IndexMap<String, DataTable>,
    /// What a device notes by itself (`start`, `end`, `today`, `deviceid`).
    pub metadata: Vec<Metadata>,
    /// Questions and groups in order; repeats are there as often as they can be asked, `age[1]`, `age[2]`, ….
    pub items: Vec<Item>,
    /// The items as the author wrote them, where that is something else.
    #[serde(skip)]
    written: Option<Vec<Item>>,
    #[serde(skip)]
    index: Index,
}

/// A value that the device notes without asking.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Metadata {
    /// Name by which expressions may refer to it.
    pub name: String,
    /// What is noted.
    pub kind: MetadataKind,
}

/// What a device notes by itself.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum MetadataKind {
    /// When the form was opened.
    Start,
    /// When it was finished.
    End,
    /// The day on which it was filled in.
    Today,
    /// An identifier of the device.
    DeviceId,
    /// Who is signed in to the client.
    Username,
    /// The e-mail address of who is signed in.
    Email,
    /// The telephone number of the device.
    PhoneNumber,
    /// The number of the SIM card.
    SimSerial,
    /// The subscriber of the SIM card.
    SubscriberId,
    /// A log of what was done when, in a file.
    Audit,
    /// Where the form was opened.
    #[serde(rename = "start-geopoint")]
    StartGeopoint,
    /// A recording of the whole interview.
    #[serde(rename = "background-audio")]
    BackgroundAudio,
}

impl MetadataKind {
    /// All of them, with their words of the type column.
    pub const ALL: [(Self, &'static str); 12] = [
        (Self::Start, "start"),
        (Self::End, "end"),
        (Self::Today, "today"),
        (Self::DeviceId, "deviceid"),
        (Self::Username, "username"),
        (Self::Email, "email"),
        (Self::PhoneNumber, "phonenumber"),
        (Self::SimSerial, "simserial"),
        (Self::SubscriberId, "subscriberid"),
        (Self::Audit, "audit"),
        (Self::StartGeopoint, "start-geopoint"),
        (Self::BackgroundAudio, "background-audio"),
    ];

    /// The XLSForm word for it.
    pub fn type_name(self) -> &'static str {
        Self::ALL
            .iter()
            .find(|(kind, _)| *kind == self)
            .map_or("", |(_, word)| word)
    }

    /// Whether web pages know it. The others are the business of apps, and tell more of a person than a survey may ask.
    pub fn is_known_here(self) -> bool {
        matches!(self, Self::Start | Self::End | Self::Today | Self::DeviceId)
    }
}

/// What a [`Form`] is made from, before it has a version and an index.
#[derive(Clone, Debug, Default)]
pub(crate) struct FormParts {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) author_version: String,
    pub(crate) languages: Vec<Language>,
    pub(crate) wordings: Vec<Language>,
    pub(crate) choice_lists: IndexMap<String, ChoiceList>,
    pub(crate) tables: IndexMap<String, DataTable>,
    pub(crate) metadata: Vec<Metadata>,
    pub(crate) items: Vec<Item>,
    /// The items as they were before repeats were unrolled.
    pub(crate) written: Option<Vec<Item>>,
}

/// Slots number questions and groups together in document order (a group before what it holds).
#[derive(Clone, Debug, Default)]
struct Index {
    slots: HashMap<String, usize>,
    /// Whether anything in the form is drawn by chance.
    chance: bool,
    /// Whether files can be handed in anywhere.
    files: bool,
    /// Whether a day with a time is asked for.
    moments: bool,
    /// A slot comes after all slots that its `relevant` and `calculation` read, and after its group.
    evaluation_order: Vec<usize>,
}

/// A question or group with its slot's surroundings.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Node<'a> {
    pub(crate) item: &'a Item,
    pub(crate) parent: Option<usize>,
}

impl Form {
    /// Gives parts that have passed every check a version and an index.
    ///
    /// `evaluation_order` lists every slot once, dependencies first.
    pub(crate) fn new(parts: FormParts, evaluation_order: Vec<usize>) -> Self {
        let mut form = Self {
            id: parts.id,
            title: parts.title,
            version: String::new(),
            author_version: parts.author_version,
            languages: parts.languages,
            wordings: parts.wordings,
            choice_lists: parts.choice_lists,
            tables: parts.tables,
            metadata: parts.metadata,
            items: parts.items,
            written: parts.written,
            index: Index::default(),
        };
        let slots = form
            .nodes()
            .iter()
            .enumerate()
            .map(|(slot, node)| (node.item.name().to_owned(), slot))
            .collect();
        let chance = form.questions().any(Question::leaves_to_chance);
        let files = form.questions().any(Question::takes_file);
        let moments = form.questions().any(|one| one.kind == QuestionKind::DateTime);
        form.index = Index {
            slots,
            chance,
            files,
            moments,
            evaluation_order,
        };
        form.version = fingerprint(&form);
        form
    }

    /// Questions and groups as the author wrote them: each repeat once, with [`Group::repeat`].
    pub fn written(&self) -> &[Item] {
        self.written.as_deref().unwrap_or(&self.items)
    }

    /// Whether it has a question to which a file can be handed in.
    pub fn takes_files(&self) -> bool {
        self.index.files
    }

    /// Whether it asks for a day with a time.
    pub fn asks_moments(&self) -> bool {
        self.index.moments
    }

    /// All questions in document order, those in groups included.
    pub fn questions(&self) -> impl Iterator<Item = &Question> {
        Walk {
            stack: vec![self.items.iter()],
        }
        .filter_map(|item| match item {
            Item::Question(question) => Some(question),
            Item::Group(_) => None,
        })
    }

    /// The question of this name.
    pub fn question(&self, name: &str) -> Option<&Question> {
        let slot = self.slot(name)?;
        Walk {
            stack: vec![self.items.iter()],
        }
        .nth(slot)
        .and_then(Item::as_question)
    }

    /// The words by which a question is understood alone: a row of a table (`table-list`) says only "the bus", so the
    /// table's words stand before it, in every language and wording that either has.
    pub fn words_of<'f>(&'f self, question: &'f Question) -> Cow<'f, Text> {
        let Some(table) = self.table_around(&question.name) else {
            return Cow::Borrowed(&question.label);
        };
        let mut tags: Vec<&str> = table.label.iter().map(|(tag, _)| tag).collect();
        tags.extend(question.label.iter().map(|(tag, _)| tag));
        let joined = tags.into_iter().map(|tag| {
            let (stem, row) = (table.label.get(tag), question.label.get(tag));
            let is_wide = stem.chars().next_back().is_some_and(|last| !last.is_ascii());
            let between = match stem.chars().next_back() {
                Some(last) if last.is_alphanumeric() && is_wide => "：",
                Some(last) if last.is_alphanumeric() => ": ",
                Some(_) if !is_wide => " ",
                _ => "",
            };
            (tag.to_owned(), format!("{stem}{between}{row}"))
        });
        Cow::Owned(joined.collect())
    }

    /// The table that a question is a row of.
    fn table_around(&self, name: &str) -> Option<&Group> {
        let nodes = self.nodes();
        let mut at = nodes.get(self.slot(name)?)?.parent;
        while let Some(node) = at.and_then(|slot| nodes.get(slot)) {
            if let Item::Group(group) = node.item
                && group.is_table()
                && group.label.has_language()
            {
                return Some(group);
            }
            at = node.parent;
        }
        None
    }

    /// The choices of a question's list; empty for a question without one.
    pub fn choices(&self, question: &Question) -> &[Choice] {
        question
            .kind
            .list()
            .and_then(|list| self.choice_lists.get(list))
            .map_or(&[], |list| &list.choices)
    }

    /// The questions as the author wrote them, those of a repeat once.
    pub fn written_questions(&self) -> Vec<&Question> {
        nodes(self.written())
            .into_iter()
            .filter_map(|node| node.item.as_question())
            .collect()
    }

    /// The choice lists that the author wrote: without those that [`Form::items`] alone needs.
    pub fn written_lists(&self) -> impl Iterator<Item = &ChoiceList> {
        let is_own = self.written.is_none();
        self.choice_lists
            .values()
            .filter(move |list| is_own || list.name != unroll::MORE)
    }

    /// Whether an order of choices, `random()` or `uuid()` follows from the response's own identifier, which then should
    /// stand among the answers (see [`crate::response::RESPONSE_ID`]).
    pub fn leaves_to_chance(&self) -> bool {
        self.index.chance
    }

    /// The default language.
    pub fn default_language(&self) -> &str {
        self.languages.first().map_or("zh", Language::as_str)
    }

    pub(crate) fn slot(&self, name: &str) -> Option<usize> {
        self.index.slots.get(name).copied()
    }

    pub(crate) fn evaluation_order(&self) -> &[usize] {
        &self.index.evaluation_order
    }

    /// Questions and groups by slot.
    pub(crate) fn nodes(&self) -> Vec<Node<'_>> {
        nodes(&self.items)
    }
}

/// Questions and groups in document order, each with the slot of the group around it.
pub(crate) fn nodes(items: &[Item]) -> Vec<Node<'_>> {
    fn walk<'a>(items: &'a [Item], parent: Option<usize>, out: &mut Vec<Node<'a>>) {
        for item in items {
            let slot = out.len();
            out.push(Node { item, parent });
            if let Item::Group(group) = item {
                walk(&group.items, Some(slot), out);
            }
        }
    }
    let mut out = Vec::new();
    walk(items, None, &mut out);
    out
}

/// Items in document order, a group before what it holds.
struct Walk<'a> {
    stack: Vec<std::slice::Iter<'a, Item>>,
}

impl<'a> Iterator for Walk<'a> {
    type Item = &'a Item;

    fn next(&mut self) -> Option<&'a Item> {
        loop {
            match self.stack.last_mut()?.next() {
                Some(item) => {
                    if let Item::Group(group) = item {
                        self.stack.push(group.items.iter());
                    }
                    return Some(item);
                }
                None => {
                    self.stack.pop();
                }
            }
        }
    }
}

/// SHA-256 over the form's JSON with sorted keys and without the version itself.
fn fingerprint(form: &Form) -> String {
    let mut json = serde_json::to_value(form).unwrap_or(Json::Null);
    if let Json::Object(fields) = &mut json {
        fields.shift_remove("version");
    }
    json.sort_all_objects();
    let digest = Sha256::digest(json.to_string().as_bytes());
    digest.iter().map(|byte| format!("{byte:02x}")).collect()
}
