//! `[mail]` of the plan: who receives the summary by e-mail, and when.
//!
//! ```toml
//! [mail]
//! weekly = { weekday = "monday", hour = 9 }   # optional: during fieldwork
//! final = true                                # optional: once fieldwork is over
//! time_zone = "+08:00"                        # optional: of the hours above
//! attach = ["pdf"]                            # optional: pdf, xlsx, docx
//! leadership = [
//!   { name = "…", email = "…@example.org", language = "zh" },
//!   { name = "…", email = "…@example.org", role = "unit", unit = "410900101" },
//! ]
//! ```
//!
//! `unit` limits what a recipient gets to the report of that unit. A recipient of role `unit` works for a judged
//! unit: interim figures would let the judged watch fieldwork, so that only the final summary goes there.
//! The recipients are no part of what the seal covers (see [`canonical`](super::canonical)); when and what is sent is.

use jiff::civil::Weekday;
use jiff::tz::Offset;
use serde::{Deserialize, Serialize};

use super::settings::Lines;
use super::table::{Faults, say};
use super::unit::UnitTree;

/// Who receives the summary by e-mail, and when.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct MailPlan {
    /// A summary every week of fieldwork, where the plan wants one.
    pub weekly: Option<WeeklyMail>,
    /// Whether a summary goes out once fieldwork is over.
    #[serde(default, rename = "final")]
    pub at_end: bool,
    /// The zone of the hours, as an offset from UTC.
    #[serde(default = "china")]
    pub time_zone: String,
    /// The formats of the report that are attached.
    #[serde(default = "pdf")]
    pub attach: Vec<AttachedFormat>,
    /// The leadership group (领导小组) and who else is told.
    #[serde(default)]
    pub leadership: Vec<Recipient>,
}

impl Default for MailPlan {
    fn default() -> Self {
        Self {
            weekly: None,
            at_end: false,
            time_zone: china(),
            attach: pdf(),
            leadership: Vec::new(),
        }
    }
}

impl MailPlan {
    /// The offset of the hours from UTC; China's where the plan's text is none, which no plan that was read has.
    #[must_use]
    pub fn offset(&self) -> Offset {
        offset(&self.time_zone).unwrap_or(Offset::constant(8))
    }
}

/// When the weekly summary goes.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct WeeklyMail {
    /// The day of the week.
    pub weekday: MailDay,
    /// The full hour, 0–23.
    pub hour: i8,
}

/// A day of the week, in small English letters.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MailDay {
    /// 星期一
    Monday,
    /// 星期二
    Tuesday,
    /// 星期三
    Wednesday,
    /// 星期四
    Thursday,
    /// 星期五
    Friday,
    /// 星期六
    Saturday,
    /// 星期日
    Sunday,
}

impl MailDay {
    /// The day as the calendar counts it.
    #[must_use]
    pub fn weekday(self) -> Weekday {
        match self {
            Self::Monday => Weekday::Monday,
            Self::Tuesday => Weekday::Tuesday,
            Self::Wednesday => Weekday::Wednesday,
            Self::Thursday => Weekday::Thursday,
            Self::Friday => Weekday::Friday,
            Self::Saturday => Weekday::Saturday,
            Self::Sunday => Weekday::Sunday,
        }
    }
}

/// A format of the report that goes with the summary.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum AttachedFormat {
    /// The report to read and print.
    Pdf,
    /// The figures.
    Xlsx,
    /// The report to edit.
    Docx,
}

/// Why somebody receives the summary.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum RecipientRole {
    /// Leads: weekly and final.
    #[default]
    Leadership,
    /// Works for a judged unit: final only, and of that unit only.
    Unit,
}

impl RecipientRole {
    /// The word in the plan.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Leadership => "leadership",
            Self::Unit => "unit",
        }
    }

    /// The role of a word.
    #[must_use]
    pub fn parse(word: &str) -> Option<Self> {
        [Self::Leadership, Self::Unit]
            .into_iter()
            .find(|role| role.as_str() == word)
    }
}

/// A receiver of e-mail.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Recipient {
    /// Name and title as the greeting says them.
    pub name: String,
    /// Address.
    pub email: String,
    /// `zh` or `en`.
    #[serde(default = "zh")]
    pub language: String,
    /// Why they receive it.
    #[serde(default)]
    pub role: RecipientRole,
    /// The unit whose report they get; none for the whole county's.
    #[serde(default)]
    pub unit: Option<String>,
}

fn zh() -> String {
    "zh".to_owned()
}

fn china() -> String {
    "+08:00".to_owned()
}

fn pdf() -> Vec<AttachedFormat> {
    vec![AttachedFormat::Pdf]
}

/// Reads `+08:00` or `-03:30`. Names of zones are not taken: a bare machine may lack their table, and two servers must
/// agree on the hour.
fn offset(text: &str) -> Option<Offset> {
    let (sign, rest) = match text.split_at_checked(1)? {
        ("+", rest) => (1, rest),
        ("-", rest) => (-1, rest),
        _ => return None,
    };
    let (hours, minutes) = rest.split_once(':')?;
    let two = |text: &str| (text.len() == 2).then(|| text.parse::<i32>().ok()).flatten();
    let (hours, minutes) = (two(hours)?, two(minutes)?);
    if hours > 14 || minutes > 59 {
        return None;
    }
    Offset::from_seconds(sign * (hours * 3_600 + minutes * 60)).ok()
}

/// Whether `text` is a plausible address.
#[must_use]
pub fn is_address(text: &str) -> bool {
    text.split_once('@').is_some_and(|(name, host)| {
        !name.is_empty()
            && host.contains('.')
            && !host.starts_with('.')
            && !host.ends_with('.')
            && !text.contains(|c: char| c.is_whitespace() || c.is_control())
    })
}

/// Checks what needs no other file.
pub(super) fn check(mail: &MailPlan, lines: &Lines, faults: &mut Faults) {
    let mut bad = |path: &str, message: (String, String), mend: (String, String)| {
        faults.error("PL004", lines.at(path), message, mend);
    };
    if mail.weekly.is_some_and(|weekly| !(0..=23).contains(&weekly.hour)) {
        bad(
            "mail.weekly",
            say("钟点应在 0 到 23 之间。", "The hour must be from 0 to 23."),
            say("例如 hour = 9。", "For instance hour = 9."),
        );
    }
    if offset(&mail.time_zone).is_none() {
        bad(
            "mail.time_zone",
            say(
                format!("“{}”不是时区。", mail.time_zone),
                format!("“{}” is not a time zone.", mail.time_zone),
            ),
            say(
                "写与世界协调时的差，北京时间是 +08:00。",
                "Write the offset from UTC, for instance +08:00.",
            ),
        );
    }
    let mut seen = std::collections::BTreeSet::new();
    for (index, recipient) in mail.leadership.iter().enumerate() {
        let path = |key: &str| format!("mail.leadership[{index}].{key}");
        if !is_address(&recipient.email) {
            bad(
                &path("email"),
                say(
                    format!("“{}”不是邮箱地址。", recipient.email),
                    format!("“{}” is not an e-mail address.", recipient.email),
                ),
                say("例如 office@example.org。", "For instance office@example.org."),
            );
        }
        if !seen.insert((recipient.email.to_lowercase(), recipient.unit.clone())) {
            bad(
                &path("email"),
                say(
                    format!("“{}”在名单上出现了两次。", recipient.email),
                    format!("“{}” is on the list twice.", recipient.email),
                ),
                say("请删去一个。", "Remove one of them."),
            );
        }
        if !matches!(recipient.language.as_str(), "zh" | "en") {
            bad(
                &path("language"),
                say("语言为 zh 或 en。", "The language is zh or en."),
                say("中文写 zh。", "Write zh for Chinese."),
            );
        }
        if recipient.role == RecipientRole::Unit && recipient.unit.is_none() {
            bad(
                &path("unit"),
                say(
                    "被评价单位的收件人要写明单位。",
                    "A recipient of a judged unit needs the unit.",
                ),
                say(
                    "例如 unit = \"410900101\"。",
                    "For instance unit = \"410900101\".",
                ),
            );
        }
    }
}

/// Checks the units that recipients name: a report is made of scored units only.
pub(super) fn check_units(
    mail: &MailPlan,
    units: Option<&UnitTree>,
    scored_level: &str,
    lines: &Lines,
    faults: &mut Faults,
) {
    let Some(units) = units else { return };
    for (index, recipient) in mail.leadership.iter().enumerate() {
        let Some(code) = &recipient.unit else { continue };
        if units.get(code).is_none_or(|unit| unit.level != scored_level) {
            faults.error(
                "PL024",
                lines.at(&format!("mail.leadership[{index}].unit")),
                say(
                    format!("{code} 不是 {scored_level} 级的被评价单位。"),
                    format!("{code} is no judged unit of level {scored_level}."),
                ),
                say(
                    "请写 units.csv 里的代码；全县的不写 unit。",
                    "Write a code of units.csv, or no unit for the whole county.",
                ),
            );
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn offsets_are_read_and_names_of_zones_are_not() {
        assert_eq!(offset("+08:00"), Some(Offset::constant(8)));
        assert_eq!(offset("-03:30").map(Offset::seconds), Some(-12_600));
        for text in [
            "",
            "8",
            "+8:00",
            "+08",
            "+15:00",
            "+08:60",
            "Asia/Shanghai",
            "＋08:00",
        ] {
            assert_eq!(offset(text), None, "{text}");
        }
    }

    #[test]
    fn addresses_are_told_from_other_words() {
        assert!(is_address("a@example.org"));
        for text in [
            "",
            "a",
            "@b.c",
            "a@b",
            "a@.c",
            "a@b.",
            "a b@c.d",
            "a@b.c\r\nBcc: x@y.z",
        ] {
            assert!(!is_address(text), "{text:?}");
        }
    }

    #[test]
    fn faults_of_the_list_are_named_with_their_place() {
        let mail: MailPlan = toml::from_str(
            "weekly = { weekday = \"monday\", hour = 24 }\ntime_zone = \"Asia/Shanghai\"\n\
             leadership = [{ name = \"a\", email = \"a@b.cn\" }, { name = \"b\", email = \"A@b.cn\" },\n\
             { name = \"c\", email = \"c\", language = \"fr\", role = \"unit\" }]",
        )
        .expect("a section");
        let mut faults = Faults::new("plan.toml");
        check(&mail, &Lines::default(), &mut faults);
        let places: Vec<String> = faults
            .found
            .iter()
            .filter_map(|fault| fault.place.field.clone())
            .collect();
        assert_eq!(
            places,
            [
                "mail.weekly",
                "mail.time_zone",
                "mail.leadership[1].email",
                "mail.leadership[2].email",
                "mail.leadership[2].language",
                "mail.leadership[2].unit"
            ]
        );
    }
}
