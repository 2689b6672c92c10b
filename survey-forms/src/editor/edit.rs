//! The changes that can be made. As JSON each has its name under `edit`:
//! `{"edit": "rename", "row": "age", "name": "age_years"}`.

use serde::{Deserialize, Serialize};

use super::logic::{Conditions, Rules};
use super::{RowKey, RowKind, Spot};
use crate::form::MissingKind;
use crate::text::Text;

/// A change of a workbook.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(tag = "edit", rename_all = "snake_case")]
pub enum Edit {
    /// A question, group, page or repeat comes.
    Add {
        /// What comes.
        item: NewItem,
        /// Where.
        to: Spot,
    },
    /// Questions of the bank come, with their choice lists; see [`super::bank`].
    Insert {
        /// The collection.
        collection: String,
        /// Names of its questions and groups; all of it when empty. A group brings what it holds.
        items: Vec<String>,
        /// Where.
        to: Spot,
    },
    /// A row goes elsewhere, a group with all that it holds.
    Move {
        /// Which.
        row: RowKey,
        /// Where.
        to: Spot,
    },
    /// It changes places with the one before it in its group; the first leaves the group and stands before it.
    MoveUp {
        /// Which.
        row: RowKey,
    },
    /// It changes places with the one behind it in its group; the last leaves the group and stands behind it.
    MoveDown {
        /// Which.
        row: RowKey,
    },
    /// It leaves its group and stands behind it.
    MoveOut {
        /// Which.
        row: RowKey,
    },
    /// A copy comes behind it, with names of its own; references among the copied rows are to the copies.
    Duplicate {
        /// Which; a group with all that it holds.
        row: RowKey,
    },
    /// It goes, a group with all that it holds. Refused while other rows refer to what goes.
    Remove {
        /// Which.
        row: RowKey,
    },
    /// A group is taken away from around what it holds, which stays. Refused while something refers to it or it has a
    /// condition, which would be lost.
    Ungroup {
        /// Which.
        row: RowKey,
    },
    /// Another name, with every `${name}` that refers to it in any expression or words.
    Rename {
        /// Which.
        row: RowKey,
        /// The new name.
        name: String,
    },
    /// Another kind. Groups can become pages and repeats, and the other way; questions become other questions.
    SetKind {
        /// Which.
        row: RowKey,
        /// The new kind.
        kind: RowKind,
        /// Its choice list, where the kind needs one.
        list: Option<String>,
    },
    /// Words in one language.
    SetWords {
        /// Which row.
        row: RowKey,
        /// Which words.
        words: Words,
        /// The language's tag, which the workbook must have.
        lang: String,
        /// The words; none when empty.
        text: String,
    },
    /// A cell that is the same in all languages, as text. Expressions must parse.
    SetCell {
        /// Which row.
        row: RowKey,
        /// Which cell.
        cell: Cell,
        /// What it says; nothing when empty.
        value: String,
    },
    /// The condition under which it is asked, from menus; none when empty.
    SetConditions {
        /// Which row.
        row: RowKey,
        /// The menus.
        conditions: Conditions,
    },
    /// What an answer must satisfy, from menus; nothing when empty.
    SetRules {
        /// Which row.
        row: RowKey,
        /// The menus.
        rules: Rules,
    },
    /// A new list.
    AddList {
        /// Its name.
        list: String,
        /// Its choices, at least one.
        choices: Vec<NewChoice>,
    },
    /// Another name for a list, in every question that uses it.
    RenameList {
        /// Which.
        list: String,
        /// The new name.
        name: String,
    },
    /// A list goes. Refused while a question uses it.
    RemoveList {
        /// Which.
        list: String,
    },
    /// A question gets a copy of its list, so that changes no longer concern the others that share it.
    OwnList {
        /// Which question.
        row: RowKey,
        /// The copy's name.
        name: String,
    },
    /// A choice comes.
    AddChoice {
        /// To which list.
        list: String,
        /// The choice.
        choice: NewChoice,
        /// Behind which; the last when there is none.
        after: Option<String>,
    },
    /// Another value for a choice, in every expression that tests a question of its list for it.
    RenameChoice {
        /// Of which list.
        list: String,
        /// Which.
        choice: String,
        /// The new value.
        name: String,
    },
    /// Words of a choice in one language.
    SetChoiceWords {
        /// Of which list.
        list: String,
        /// Which.
        choice: String,
        /// Which words: the label or media.
        words: Words,
        /// The language's tag.
        lang: String,
        /// The words; none when empty.
        text: String,
    },
    /// Whether a choice says why there is no answer.
    SetMissing {
        /// Of which list.
        list: String,
        /// Which.
        choice: String,
        /// What kind of missing it is; none for an answer.
        missing: Option<MissingKind>,
    },
    /// A choice goes behind another of its list, or to the beginning.
    MoveChoice {
        /// Of which list.
        list: String,
        /// Which.
        choice: String,
        /// Behind which; the first when there is none.
        after: Option<String>,
    },
    /// A choice goes. Refused while an expression tests for it.
    RemoveChoice {
        /// Of which list.
        list: String,
        /// Which.
        choice: String,
    },
    /// A language comes: a column for the label of questions and of choices. Words that came from the bank, as they are there,
    /// come in the new language too where the bank has it.
    AddLanguage {
        /// Its tag, such as `en`, `ug`, or `zh-x-easy` for a wording.
        lang: String,
    },
    /// A language goes, with all that is said in it. Refused for the one that is shown first, and while there are wordings of
    /// it.
    RemoveLanguage {
        /// Its tag.
        lang: String,
    },
    /// A setting.
    SetSetting {
        /// Which.
        setting: Setting,
        /// The language of the title; of no meaning for the others.
        lang: Option<String>,
        /// What it says; nothing when empty.
        value: String,
    },
    /// Several changes as one: all of them, or none.
    All {
        /// In this order.
        edits: Vec<Edit>,
    },
}

/// A question or group that comes.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct NewItem {
    /// What kind, one of [`RowKind::ADDABLE`].
    pub kind: RowKind,
    /// Its name; made from the kind (`text_3`) when empty.
    #[serde(default)]
    pub name: String,
    /// Its words, by language.
    #[serde(default)]
    pub label: Text,
    /// Where its choices come from, for the kinds that have some.
    #[serde(default)]
    pub choices: Option<NewList>,
    /// Whether it must be answered.
    #[serde(default)]
    pub required: bool,
}

impl NewItem {
    /// A question or group of this kind and nothing else.
    pub fn of(kind: RowKind) -> Self {
        Self {
            kind,
            name: String::new(),
            label: Text::new(),
            choices: None,
            required: false,
        }
    }
}

/// Where the choices of a new question come from.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum NewList {
    /// A list that the workbook has.
    Existing(String),
    /// A list of its own, named as the question.
    New(Vec<NewChoice>),
}

/// A choice that comes.
#[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
pub struct NewChoice {
    /// Its value; the next free number when empty.
    #[serde(default)]
    pub name: String,
    /// Its words, by language.
    pub label: Text,
    /// What kind of missing it is, if it is no answer.
    #[serde(default)]
    pub missing: Option<MissingKind>,
}

/// Words of a row: columns with a cell for each language.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Words {
    /// The question's words.
    Label,
    /// Help below it.
    Hint,
    /// Help for interviewers.
    GuidanceHint,
    /// Said when the constraint fails.
    ConstraintMessage,
    /// Said when it is required and empty.
    RequiredMessage,
    /// File name of a picture.
    Image,
    /// File name of a recording.
    Audio,
    /// File name of a film.
    Video,
    /// File name of the film's captions.
    Captions,
}

impl Words {
    /// All of them.
    pub const ALL: [Self; 9] = [
        Self::Label,
        Self::Hint,
        Self::GuidanceHint,
        Self::ConstraintMessage,
        Self::RequiredMessage,
        Self::Image,
        Self::Audio,
        Self::Video,
        Self::Captions,
    ];

    /// The column, `constraint_message`.
    pub fn column(self) -> &'static str {
        match self {
            Self::Label => "label",
            Self::Hint => "hint",
            Self::GuidanceHint => "guidance_hint",
            Self::ConstraintMessage => "constraint_message",
            Self::RequiredMessage => "required_message",
            Self::Image => "media::image",
            Self::Audio => "media::audio",
            Self::Video => "media::video",
            Self::Captions => "media::captions",
        }
    }
}

/// Cells of a row that are the same in all languages.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Cell {
    /// When it is asked.
    Relevant,
    /// What an answer must satisfy.
    Constraint,
    /// `yes`, or when it must be answered.
    Required,
    /// Layout.
    Appearance,
    /// What stands there first.
    Default,
    /// `yes` where the respondent cannot change it.
    ReadOnly,
    /// How its value follows from others.
    Calculation,
    /// Which choices are offered.
    ChoiceFilter,
    /// `start=0 end=10`, `randomize=true` …
    Parameters,
    /// How often a repeat is asked.
    RepeatCount,
    /// What lets a calculation be made again.
    Trigger,
    /// `yes` for a row that is left out.
    Disabled,
}

impl Cell {
    /// All of them.
    pub const ALL: [Self; 12] = [
        Self::Relevant,
        Self::Constraint,
        Self::Required,
        Self::Appearance,
        Self::Default,
        Self::ReadOnly,
        Self::Calculation,
        Self::ChoiceFilter,
        Self::Parameters,
        Self::RepeatCount,
        Self::Trigger,
        Self::Disabled,
    ];

    /// The column.
    pub fn column(self) -> &'static str {
        match self {
            Self::Relevant => "relevant",
            Self::Constraint => "constraint",
            Self::Required => "required",
            Self::Appearance => "appearance",
            Self::Default => "default",
            Self::ReadOnly => "read_only",
            Self::Calculation => "calculation",
            Self::ChoiceFilter => "choice_filter",
            Self::Parameters => "parameters",
            Self::RepeatCount => "repeat_count",
            Self::Trigger => "trigger",
            Self::Disabled => "disabled",
        }
    }

    /// Whether it holds an expression, which must parse.
    pub fn is_expression(self) -> bool {
        matches!(
            self,
            Self::Relevant | Self::Constraint | Self::Calculation | Self::ChoiceFilter | Self::RepeatCount
        )
    }
}

/// Settings of the questionnaire as a whole.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Setting {
    /// Title, by language.
    Title,
    /// The form's id.
    FormId,
    /// The author's version.
    Version,
    /// Which language is shown first, by tag.
    DefaultLanguage,
}

impl Setting {
    /// The column of the settings sheet.
    pub fn column(self) -> &'static str {
        match self {
            Self::Title => "form_title",
            Self::FormId => "form_id",
            Self::Version => "version",
            Self::DefaultLanguage => "default_language",
        }
    }
}
