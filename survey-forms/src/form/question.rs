//! Questions and groups.

use indexmap::IndexMap;
use serde::Serialize;

use crate::expression::{Expression, Function};
use crate::text::Text;

/// A question, or a group of items.
#[expect(
    clippy::large_enum_variant,
    reason = "nearly all items are questions, so a box would save nothing"
)]
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Item {
    /// A question (or a note, or a calculation).
    Question(Question),
    /// A group.
    Group(Group),
}

impl Item {
    /// The name, unique in the form.
    pub fn name(&self) -> &str {
        match self {
            Self::Question(question) => &question.name,
            Self::Group(group) => &group.name,
        }
    }

    /// The question, if it is one.
    pub fn as_question(&self) -> Option<&Question> {
        match self {
            Self::Question(question) => Some(question),
            Self::Group(_) => None,
        }
    }

    /// When it is shown.
    pub fn relevant(&self) -> Option<&Expression> {
        match self {
            Self::Question(question) => question.relevant.as_ref(),
            Self::Group(group) => group.relevant.as_ref(),
        }
    }
}

/// Items that belong together; with the appearance `field-list` they share a page.
#[derive(Clone, Debug, Default, Serialize)]
pub struct Group {
    /// Unique in the form; also the address of the group's page.
    pub name: String,
    /// Heading; may be empty.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// When its items are shown; always, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relevant: Option<Expression>,
    /// How it is laid out.
    #[serde(skip_serializing_if = "Appearance::is_empty")]
    pub appearance: Appearance,
    /// What makes it a repeat. Only in [`Form::written`](super::Form::written): where answers are concerned, a repeat is
    /// its instances.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub repeat: Option<Repeat>,
    /// Of which repeat it is an instance.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub instance: Option<Instance>,
    /// What it holds, in order.
    pub items: Vec<Item>,
    /// Row on the survey sheet, for messages.
    #[serde(skip)]
    pub row: u32,
}

/// What makes a group a repeat.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Repeat {
    /// How often it is asked; as often as the respondent wants, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub count: Option<Expression>,
    /// How often it can be asked at most: so many columns there are.
    pub most: u32,
}

/// One of the times that a repeat can be asked.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Instance {
    /// Name of the repeat as the author wrote it.
    pub of: String,
    /// Which time, from 1.
    pub number: u32,
}

impl Group {
    /// Whether its questions share one page.
    pub fn is_page(&self) -> bool {
        self.appearance.has("field-list")
    }

    /// Whether its questions are rows of a table, each of which is understood only with the group's words.
    pub fn is_table(&self) -> bool {
        self.appearance.has("table-list")
    }
}

/// A question.
#[derive(Clone, Debug, Serialize)]
pub struct Question {
    /// Unique in the form; the key of its answer.
    pub name: String,
    /// What kind of answer it takes.
    #[serde(flatten)]
    pub kind: QuestionKind,
    /// The question's words. Only calculations have none.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub label: Text,
    /// Help below the question.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub hint: Text,
    /// Help for interviewers.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub guidance: Text,
    /// When it is asked; always, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub relevant: Option<Expression>,
    /// What an answer must satisfy; an empty answer is not tested.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub constraint: Option<Expression>,
    /// Said when the constraint fails.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub constraint_message: Text,
    /// Whether it must be answered.
    pub required: Required,
    /// Said when it is required and empty.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub required_message: Text,
    /// How it is laid out.
    #[serde(skip_serializing_if = "Appearance::is_empty")]
    pub appearance: Appearance,
    /// Which of its list's choices are offered; all, when absent.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub choice_filter: Option<Expression>,
    /// Pictures and recordings.
    #[serde(skip_serializing_if = "Media::is_empty")]
    pub media: Media,
    /// The answer that stands there before the respondent has said anything.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub default: Option<String>,
    /// How that answer is computed when the question is first shown; never beside a fixed one.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub dynamic_default: Option<Expression>,
    /// Whether the respondent cannot change it.
    pub read_only: bool,
    /// How its value follows from other answers; a question with a calculation and no trigger is never typed in.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub calculation: Option<Expression>,
    /// Questions whose change lets the calculation be made again; until then its value stays, and may be typed over.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub trigger: Vec<String>,
    /// In which order choices are offered, where it is not the list's.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub randomize: Option<Randomize>,
    /// Further words of the `parameters` column, such as `max-pixels`; they mean something to other clients.
    #[serde(skip_serializing_if = "IndexMap::is_empty")]
    pub parameters: IndexMap<String, String>,
    /// Row on the survey sheet, for messages.
    #[serde(skip)]
    pub row: u32,
}

impl Question {
    /// A question of these words and nothing else.
    pub fn new(name: String, kind: QuestionKind, label: Text, row: u32) -> Self {
        Self {
            name,
            kind,
            label,
            hint: Text::new(),
            guidance: Text::new(),
            relevant: None,
            constraint: None,
            constraint_message: Text::new(),
            required: Required::No,
            required_message: Text::new(),
            appearance: Appearance::default(),
            choice_filter: None,
            media: Media::default(),
            default: None,
            dynamic_default: None,
            read_only: false,
            calculation: None,
            trigger: Vec::new(),
            randomize: None,
            parameters: IndexMap::new(),
            row,
        }
    }

    /// Whether a respondent can be asked to give an answer here.
    pub fn takes_answer(&self) -> bool {
        self.is_visible() && self.kind != QuestionKind::Note && !self.is_fixed()
    }

    /// Whether every page shows it. Files are asked for where they can be handed in ([`TAKES_FILES`](crate::response::TAKES_FILES)).
    pub fn is_visible(&self) -> bool {
        !matches!(
            self.kind,
            QuestionKind::Calculate | QuestionKind::Hidden | QuestionKind::Upload { .. }
        )
    }

    /// Whether a file can be handed in here, by clients that hand in files.
    pub fn takes_file(&self) -> bool {
        matches!(self.kind, QuestionKind::Upload { .. }) && !self.is_fixed()
    }

    /// Whether something about it is drawn by chance.
    pub(crate) fn leaves_to_chance(&self) -> bool {
        let expressions = [
            &self.relevant,
            &self.constraint,
            &self.calculation,
            &self.dynamic_default,
            &self.choice_filter,
        ];
        self.randomize.is_some()
            || expressions
                .into_iter()
                .flatten()
                .any(|expression| expression.calls(Function::Random) || expression.calls(Function::Uuid))
    }

    /// Whether its value is computed or preset, so that what a client sends for it does not count.
    pub fn is_fixed(&self) -> bool {
        self.read_only
            || matches!(self.kind, QuestionKind::Calculate | QuestionKind::Hidden)
            || (self.calculation.is_some() && self.trigger.is_empty())
    }
}

/// That choices come in an order of chance, the same each time that they are shown.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Randomize {
    /// What the order follows from; without one, from the response and the question.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub seed: Option<Expression>,
}

/// Kinds of question.
#[derive(Clone, Debug, PartialEq, Serialize)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum QuestionKind {
    /// Words.
    Text,
    /// A whole number.
    Integer,
    /// A number.
    Decimal,
    /// A day.
    Date,
    /// A time of day.
    Time,
    /// A day with a time.
    #[serde(rename = "dateTime")]
    DateTime,
    /// One choice of a list.
    SelectOne {
        /// Name of the list.
        list: String,
    },
    /// Any number of choices of a list.
    SelectMultiple {
        /// Name of the list.
        list: String,
    },
    /// All choices of a list, put in order.
    Rank {
        /// Name of the list.
        list: String,
    },
    /// A tick that something was read or agreed to.
    Acknowledge,
    /// The digits or letters of a barcode.
    Barcode,
    /// A place on the earth.
    #[serde(rename = "geopoint")]
    GeoPoint,
    /// A way over the earth: places in their order.
    #[serde(rename = "geotrace")]
    GeoTrace,
    /// An area of the earth: the places of its outline, of which the last is the first.
    #[serde(rename = "geoshape")]
    GeoShape,
    /// A file that is sent with the response.
    Upload {
        /// What is in it.
        media: UploadKind,
    },
    /// A number from `start` to `end` in steps.
    Range {
        /// Least value.
        start: f64,
        /// Greatest value.
        end: f64,
        /// Distance between two values, > 0.
        step: f64,
    },
    /// Words to read, without an answer.
    Note,
    /// A value computed from other answers.
    Calculate,
    /// A value that is never shown: a default, or what a trigger sets.
    Hidden,
}

/// What is in a file that is sent with a response.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
pub enum UploadKind {
    /// A picture.
    Image,
    /// A recording.
    Audio,
    /// A film.
    Video,
    /// Anything.
    File,
}

impl QuestionKind {
    /// The list that the answer comes from.
    pub fn list(&self) -> Option<&str> {
        match self {
            Self::SelectOne { list } | Self::SelectMultiple { list } | Self::Rank { list } => Some(list),
            _ => None,
        }
    }

    /// The XLSForm word for it.
    pub fn type_name(&self) -> &'static str {
        match self {
            Self::Text => "text",
            Self::Integer => "integer",
            Self::Decimal => "decimal",
            Self::Date => "date",
            Self::SelectOne { .. } => "select_one",
            Self::SelectMultiple { .. } => "select_multiple",
            Self::Range { .. } => "range",
            Self::Note => "note",
            Self::Calculate => "calculate",
            Self::Hidden => "hidden",
            Self::Time => "time",
            Self::DateTime => "dateTime",
            Self::Rank { .. } => "rank",
            Self::Acknowledge => "acknowledge",
            Self::Barcode => "barcode",
            Self::GeoPoint => "geopoint",
            Self::GeoTrace => "geotrace",
            Self::GeoShape => "geoshape",
            Self::Upload { media } => match media {
                UploadKind::Image => "image",
                UploadKind::Audio => "audio",
                UploadKind::Video => "video",
                UploadKind::File => "file",
            },
        }
    }

    /// In how many fields of a page an answer is typed: a day in three, a place in two.
    pub fn fields(&self) -> usize {
        match self {
            Self::Date => 3,
            Self::Time | Self::GeoPoint => 2,
            Self::DateTime => 5,
            _ => 1,
        }
    }

    /// Whether a range's values are all whole numbers.
    pub fn is_whole_range(&self) -> bool {
        matches!(self, Self::Range { start, step, .. } if start.fract() == 0.0 && step.fract() == 0.0)
    }
}

/// Whether a question must be answered.
#[derive(Clone, Debug, Default)]
pub enum Required {
    /// It may be left out.
    #[default]
    No,
    /// It must be answered whenever it is asked.
    Yes,
    /// It must be answered when this holds.
    When(Expression),
}

impl Serialize for Required {
    /// `false`, `true`, or the expression as a string.
    fn serialize<S: serde::Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        match self {
            Self::No => serializer.serialize_bool(false),
            Self::Yes => serializer.serialize_bool(true),
            Self::When(expression) => expression.serialize(serializer),
        }
    }
}

/// The words of the `appearance` column, such as `likert` or `field-list`.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
#[serde(transparent)]
pub struct Appearance(String);

impl Appearance {
    /// The cell as written.
    pub fn new(words: impl Into<String>) -> Self {
        Self(words.into())
    }

    /// Whether this word is among them.
    pub fn has(&self, word: &str) -> bool {
        self.0.split_whitespace().any(|w| w.eq_ignore_ascii_case(word))
    }

    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        self.0.trim().is_empty()
    }

    /// The cell as written.
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The words one by one.
    pub fn words(&self) -> impl Iterator<Item = &str> {
        self.0.split_whitespace()
    }
}

/// File names of pictures and recordings, which may differ by language.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize)]
pub struct Media {
    /// Picture.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub image: Text,
    /// Recording to hear.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub audio: Text,
    /// Film, for instance in sign language.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub video: Text,
    /// Captions of the film (WebVTT); where there are none, `NAME.zh.vtt` beside `NAME.mp4` is looked for.
    #[serde(skip_serializing_if = "Text::is_empty")]
    pub captions: Text,
}

impl Media {
    /// Whether there is none.
    pub fn is_empty(&self) -> bool {
        [&self.image, &self.audio, &self.video, &self.captions]
            .into_iter()
            .all(Text::is_empty)
    }
}
