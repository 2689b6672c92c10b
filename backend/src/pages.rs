//! What each page shows: pure functions from a view to HTML.
//!
//! A view holds words and numbers that are ready to be read; no page knows the
//! database, the clock or the request. That is why every page can be rendered
//! from a sample in a test, in both languages, without a server.
//!
//! Two kinds of pages: the respondents' ([`layout::respondent`], 20 px, one
//! column, works with neither script nor style) and the office's
//! ([`layout::console`], dense tables).

pub mod accounts;
pub mod assets;
pub mod attachments;
pub mod callbacks;
pub mod cases;
pub mod check;
pub mod data;
pub mod editor;
pub mod fieldwork;
pub mod handover;
pub mod held;
pub mod home;
pub mod identity;
pub mod improvements;
pub mod interviewers;
pub mod invitations;
pub mod kept;
pub mod layout;
pub mod login;
pub mod mailing;
pub mod marking;
pub mod mine;
pub mod no_remind;
pub mod notices;
pub mod odk;
pub mod office;
pub mod own;
pub mod password;
pub mod person;
pub mod planning;
pub mod privacy;
pub mod problem;
pub mod publication;
mod qr;
pub mod quality;
pub mod question;
pub mod receipt;
pub mod receipt_check;
pub mod records;
pub mod reports;
pub mod results;
pub mod retention;
pub mod round;
pub mod round_page;
pub mod scoring;
pub mod second_factor;
pub mod services;
pub mod sessions;
pub mod sign_in_code;
pub mod start;
pub mod steps;
pub mod stop_mail;
pub mod table;
pub mod unit;
pub mod units;
pub mod weights;
pub mod words;

use std::collections::BTreeSet;

use crate::submit::Way;

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

/// Colours of a page.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Hash)]
pub enum Contrast {
    /// As the phone is set: ink on white, or white on black where the phone is dark.
    #[default]
    Auto,
    /// Ink on white.
    Light,
    /// White on black.
    Dark,
    /// Black on white, with thick borders.
    High,
    /// Yellow on black, with thick borders.
    Yellow,
}

impl Contrast {
    /// All, in the order in which they are offered.
    pub const ALL: [Self; 5] = [Self::Auto, Self::Light, Self::Dark, Self::High, Self::Yellow];

    /// Value kept in the cookie and sent by the buttons.
    pub fn code(self) -> &'static str {
        match self {
            Self::Auto => "a",
            Self::Light => "l",
            Self::Dark => "d",
            Self::High => "h",
            Self::Yellow => "y",
        }
    }

    /// Reads a cookie value; anything unknown is as the phone is set.
    pub fn parse(text: &str) -> Self {
        let known = Self::ALL.into_iter().find(|contrast| contrast.code() == text);
        known.unwrap_or_default()
    }

    /// What the browser's own controls follow.
    fn scheme(self) -> &'static str {
        match self {
            Self::Auto => "light dark",
            Self::Light | Self::High => "light",
            Self::Dark | Self::Yellow => "dark",
        }
    }

    /// Class names for the root element.
    fn classes(self) -> &'static str {
        match self {
            Self::Auto => "auto",
            Self::Light => "light",
            Self::Dark => "dark",
            Self::High => "high",
            Self::Yellow => "dark yellow",
        }
    }
}

/// What can be had beside the words on the page that is shown: a switch that changes nothing would only confuse.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Offers {
    /// Easy-read wording.
    pub easy: bool,
    /// Films in sign language.
    pub sign: bool,
}

impl Default for Offers {
    /// Where no questionnaire is known yet: easy read, which most have.
    fn default() -> Self {
        Self {
            easy: true,
            sign: false,
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
    /// Colours.
    pub contrast: Contrast,
    /// Easy-read wording with pictograms.
    pub easy: bool,
    /// Films in sign language open.
    pub sign: bool,
    /// What the page has of these; no wish, and not kept.
    pub offers: Offers,
}

impl Reading {
    /// The ways of reading that these wishes amount to, for a questionnaire that offers what `offers` says.
    ///
    /// Reading aloud is not among them: only the page on which it was used knows of it.
    pub fn ways(self) -> BTreeSet<Way> {
        let used = [
            (Way::Sign, self.sign && self.offers.sign),
            (Way::Easy, self.easy && self.offers.easy),
            (Way::Large, self.size != TextSize::Normal),
            (
                Way::Contrast,
                !matches!(self.contrast, Contrast::Auto | Contrast::Light),
            ),
        ];
        used.into_iter()
            .filter(|(_, is)| *is)
            .map(|(way, _)| way)
            .collect()
    }

    /// The tag by which a questionnaire's words are asked for; `proxy` when someone answers for the person.
    pub fn wording(self, proxy: bool) -> &'static str {
        match (self.lang, proxy, self.easy) {
            (Lang::Zh, false, false) => "zh",
            (Lang::Zh, false, true) => "zh-x-easy",
            (Lang::Zh, true, false) => "zh-x-proxy",
            (Lang::Zh, true, true) => "zh-x-proxy-easy",
            (Lang::En, false, false) => "en",
            (Lang::En, false, true) => "en-x-easy",
            (Lang::En, true, false) => "en-x-proxy",
            (Lang::En, true, true) => "en-x-proxy-easy",
        }
    }

    /// Class names for the root element.
    fn classes(self) -> String {
        let size = match self.size {
            TextSize::Normal => "",
            TextSize::Large => "large ",
            TextSize::Largest => "largest ",
        };
        let easy = if self.easy { " easy" } else { "" };
        format!("{size}{}{easy}", self.contrast.classes())
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
