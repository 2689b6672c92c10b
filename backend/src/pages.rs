//! What each page shows: pure functions from a view to HTML.
//!
//! A view holds words and numbers that are ready to be read; no page knows the
//! database, the clock or the request. That is why every page can be rendered
//! from a sample in a test, in both languages, without a server.
//!
//! Two kinds of pages: the respondents' ([`layout::respondent`], 20 px, one
//! column, works with neither script nor style) and the office's
//! ([`layout::console`], dense tables).

pub mod assets;
pub mod cases;
pub mod check;
pub mod home;
pub mod improvements;
pub mod layout;
pub mod login;
pub mod mine;
pub mod office;
pub mod problem;
pub mod question;
pub mod receipt;
pub mod receipt_check;
pub mod results;
pub mod round;
pub mod start;
pub mod words;

#[cfg(test)]
mod samples;
#[cfg(test)]
mod tests;

/// Looks a key up in the locale files in the language of a page, filling in `%{name}` placeholders.
macro_rules! tr {
    ($lang:expr, $key:literal $(, $name:ident = $value:expr)* $(,)?) => {
        rust_i18n::t!($key, locale = $lang.code() $(, $name = $value)*)
    };
}
pub(crate) use tr;

/// A language of the interface.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Lang {
    /// Simplified Chinese.
    #[default]
    Zh,
    /// English.
    En,
}

impl Lang {
    /// Both, the office's own first.
    pub const ALL: [Self; 2] = [Self::Zh, Self::En];

    /// Name in the locale files, in cookies and in forms' `Text`.
    pub fn code(self) -> &'static str {
        match self {
            Self::Zh => "zh",
            Self::En => "en",
        }
    }

    /// Value of the `lang` attribute; screen readers choose the voice by it.
    pub fn tag(self) -> &'static str {
        match self {
            Self::Zh => "zh-CN",
            Self::En => "en",
        }
    }

    /// The language the switch offers.
    pub fn other(self) -> Self {
        match self {
            Self::Zh => Self::En,
            Self::En => Self::Zh,
        }
    }

    /// Reads a code or tag; none for a language the interface does not speak.
    pub fn parse(text: &str) -> Option<Self> {
        let primary = text.split(['-', '_', ';']).next().unwrap_or_default().trim();
        if primary.eq_ignore_ascii_case("zh") {
            Some(Self::Zh)
        } else if primary.eq_ignore_ascii_case("en") {
            Some(Self::En)
        } else {
            None
        }
    }

    /// The first language of an `Accept-Language` header that the interface speaks.
    pub fn accepted(header: &str) -> Option<Self> {
        header.split(',').find_map(Self::parse)
    }
}

/// Size of the text.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum TextSize {
    /// 20 px.
    #[default]
    Normal,
    /// 25 px.
    Large,
    /// 32 px.
    Largest,
}

impl TextSize {
    /// The size the switch offers next: larger, larger still, back.
    pub fn next(self) -> Self {
        match self {
            Self::Normal => Self::Large,
            Self::Large => Self::Largest,
            Self::Largest => Self::Normal,
        }
    }

    /// Value kept in the cookie.
    pub fn code(self) -> &'static str {
        match self {
            Self::Normal => "1",
            Self::Large => "2",
            Self::Largest => "3",
        }
    }

    /// Reads a cookie value; anything unknown is the normal size.
    pub fn parse(text: &str) -> Self {
        match text {
            "2" => Self::Large,
            "3" => Self::Largest,
            _ => Self::Normal,
        }
    }
}

/// How a person wants to read: kept in one cookie, chosen on any page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub struct Reading {
    /// Language.
    pub lang: Lang,
    /// Size of the text.
    pub size: TextSize,
    /// White on black instead of ink on white.
    pub dark: bool,
}

impl Reading {
    /// Class names for the root element.
    fn classes(self) -> &'static str {
        match (self.size, self.dark) {
            (TextSize::Normal, false) => "",
            (TextSize::Large, false) => "large",
            (TextSize::Largest, false) => "largest",
            (TextSize::Normal, true) => "dark",
            (TextSize::Large, true) => "large dark",
            (TextSize::Largest, true) => "largest dark",
        }
    }
}

/// A person or office to turn to, shown at the same place on every respondent's page.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Help {
    /// Who organises the round, in the page's language.
    pub organiser: String,
    /// How to reach them, as the plan words it.
    pub contact: Option<String>,
}
