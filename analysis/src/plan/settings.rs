//! `plan.toml`: parsed with the place of every key, section by section, so that a slip in one section does not hide
//! those in the next.

mod check;

use std::collections::BTreeMap;

use jiff::civil::Date;
use serde::Deserialize;
use serde::de::DeserializeOwned;
use survey_forms::text::Text;
use toml::Spanned;
use toml::de::{DeTable, DeValue, ValueDeserializer};

use super::Area;
use super::callback::{self, CallbackPlan};
use super::header::{
    FollowUpPlan, FrameSource, GradeLine, GroupPlan, Presentation, SamplingPlan, ThirdPartyPlan,
    WeightingPlan,
};
use super::inviting::{InvitationPlan, LinkPlan, QuotaPlan};
use super::mailing::{self, MailPlan};
use super::retention::{self, RetentionPlan};
use super::table::{At, Faults, did_you_mean, say};

const SECTIONS: [&str; 15] = [
    "round",
    "groups",
    "third_party",
    "areas",
    "sampling",
    "weighting",
    "presentation",
    "grades",
    "mail",
    "links",
    "quotas",
    "invitations",
    "follow_up",
    "callback",
    "retention",
];

/// `[round]` as written; the county's default needs the units.
#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct RoundSection {
    pub(crate) id: String,
    pub(crate) title: Text,
    pub(crate) year: i32,
    opens_on: Day,
    closes_on: Day,
    pub(crate) organiser: Text,
    pub(crate) contact: Option<Text>,
    pub(crate) county: Option<String>,
    #[serde(default = "township")]
    pub(crate) scored_level: String,
    pub(crate) previous: Option<String>,
}

fn township() -> String {
    "township".to_owned()
}

/// A day, as TOML's own date or as a string.
#[derive(Clone, Debug, Deserialize)]
#[serde(untagged)]
enum Day {
    Toml(toml::value::Datetime),
    Text(String),
}

impl Day {
    fn date(&self) -> Option<Date> {
        match self {
            Self::Toml(day) => day.to_string().parse().ok(),
            Self::Text(day) => day.parse().ok(),
        }
    }
}

impl RoundSection {
    pub(crate) fn opens_on(&self) -> Option<Date> {
        self.opens_on.date()
    }

    pub(crate) fn closes_on(&self) -> Option<Date> {
        self.closes_on.date()
    }
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct GroupSection {
    code: String,
    name: Text,
    form: String,
    weight: f64,
    source: FrameSource,
    open_link: Option<String>,
}

#[derive(Clone, Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct AreaSection {
    code: String,
    name: Text,
}

/// What could be read of `plan.toml`; a section with a fault is absent.
#[derive(Clone, Debug, Default)]
pub(crate) struct Settings {
    pub(crate) round: Option<RoundSection>,
    pub(crate) groups: Vec<GroupPlan>,
    pub(crate) third_party: Option<ThirdPartyPlan>,
    pub(crate) areas: Vec<Area>,
    pub(crate) sampling: Option<SamplingPlan>,
    pub(crate) weighting: Option<WeightingPlan>,
    pub(crate) presentation: Presentation,
    pub(crate) grades: Vec<GradeLine>,
    pub(crate) mail: MailPlan,
    pub(crate) links: Vec<LinkPlan>,
    pub(crate) quotas: Vec<QuotaPlan>,
    pub(crate) invitations: InvitationPlan,
    pub(crate) lines: Lines,
    pub(crate) follow_up: FollowUpPlan,
    pub(crate) callback: Option<CallbackPlan>,
    pub(crate) retention: RetentionPlan,
}

/// Where the keys are: `groups[0].weight` → line 12.
#[derive(Clone, Debug, Default)]
pub(crate) struct Lines(BTreeMap<String, u32>);

impl Lines {
    /// The line of a key, or of the nearest thing around it, with the key's name.
    pub(crate) fn at(&self, path: &str) -> At {
        let mut around = path;
        loop {
            if let Some(&line) = self.0.get(around) {
                return At::line(Some(line), Some(path.to_owned()));
            }
            match around.rfind(['.', '[']) {
                Some(end) => around = &around[..end],
                None => return At::line(None, Some(path.to_owned())),
            }
        }
    }

    fn note(&mut self, source: &str, prefix: &str, table: &DeTable<'_>) {
        for (key, value) in table {
            let path = if prefix.is_empty() {
                key.get_ref().to_string()
            } else {
                format!("{prefix}.{}", key.get_ref())
            };
            self.note_value(source, &path, key.span().start, value);
        }
    }

    fn note_value(&mut self, source: &str, path: &str, start: usize, value: &Spanned<DeValue<'_>>) {
        self.0.insert(path.to_owned(), line_of(source, start));
        match value.get_ref() {
            DeValue::Table(table) => self.note(source, path, table),
            DeValue::Array(array) => {
                for (index, item) in array.iter().enumerate() {
                    self.note_value(source, &format!("{path}[{index}]"), item.span().start, item);
                }
            }
            _ => {}
        }
    }
}

fn line_of(source: &str, offset: usize) -> u32 {
    let newlines = source
        .as_bytes()
        .iter()
        .take(offset)
        .filter(|&&b| b == b'\n')
        .count();
    u32::try_from(newlines + 1).unwrap_or(u32::MAX)
}

/// Reads and checks `plan.toml`.
pub(crate) fn read(bytes: &[u8], faults: &mut Faults) -> Settings {
    let bytes = bytes.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(bytes);
    let Ok(source) = std::str::from_utf8(bytes) else {
        faults.error(
            "PL010",
            At::file(),
            say("文件不是 UTF-8 编码。", "The file is not UTF-8."),
            say("请用 UTF-8 保存。", "Save it as UTF-8."),
        );
        return Settings::default();
    };
    let (table, errors) = DeTable::parse_recoverable(source);
    for error in &errors {
        let line = error.span().map(|span| line_of(source, span.start));
        faults.error(
            "PL002",
            At::line(line, None),
            say(
                format!("TOML 语法错误：{}。", error.message()),
                format!("TOML syntax: {}.", error.message()),
            ),
            say(
                "请检查引号、括号和等号。",
                "Check quotes, brackets and equal signs.",
            ),
        );
    }
    if !errors.is_empty() {
        return Settings::default();
    }
    let mut lines = Lines::default();
    lines.note(source, "", table.get_ref());
    let mut sections = Sections {
        source,
        lines: &lines,
        faults,
        values: BTreeMap::new(),
    };
    for (key, value) in table.into_inner() {
        let name = key.get_ref().to_string();
        if SECTIONS.contains(&name.as_str()) {
            sections.values.insert(name, value);
        } else {
            sections.faults.error(
                "PL003",
                lines.at(&name),
                say(
                    format!("不认识的键 {name}。"),
                    format!("The key {name} is not known."),
                ),
                did_you_mean(&name, SECTIONS),
            );
        }
    }
    let groups: Vec<GroupSection> = sections.list("groups");
    let areas: Vec<AreaSection> = sections.list("areas");
    let mut settings = Settings {
        round: sections.need("round"),
        groups: groups.into_iter().map(GroupSection::into_plan).collect(),
        third_party: sections.take("third_party"),
        areas: areas
            .into_iter()
            .map(|area| Area {
                code: area.code,
                name: area.name,
            })
            .collect(),
        sampling: sections.need("sampling"),
        weighting: sections.need("weighting"),
        presentation: sections.take("presentation").unwrap_or_default(),
        grades: sections.list("grades"),
        mail: sections.take("mail").unwrap_or_default(),
        links: sections.optional_list("links"),
        quotas: sections.optional_list("quotas"),
        invitations: sections.take("invitations").unwrap_or_default(),
        lines: Lines::default(),
        follow_up: sections.take("follow_up").unwrap_or_default(),
        callback: sections.take("callback"),
        retention: sections.take("retention").unwrap_or_default(),
    };
    check::settings(&settings, &lines, faults);
    callback::check(settings.callback.as_ref(), &lines, faults);
    mailing::check(&settings.mail, &lines, faults);
    let grace = settings.invitations.interview_grace_days;
    retention::check(&settings.retention, grace, &lines, faults);
    settings.lines = lines;
    settings
}

impl GroupSection {
    fn into_plan(self) -> GroupPlan {
        GroupPlan {
            code: self.code,
            name: self.name,
            form: self.form,
            weight: self.weight,
            source: self.source,
            open_link: self.open_link,
        }
    }
}

struct Sections<'a, 'i> {
    source: &'i str,
    lines: &'a Lines,
    faults: &'a mut Faults,
    values: BTreeMap<String, Spanned<DeValue<'i>>>,
}

impl Sections<'_, '_> {
    fn take<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        let value = self.values.remove(name)?;
        self.parse(name, value)
    }

    fn need<T: DeserializeOwned>(&mut self, name: &str) -> Option<T> {
        if !self.values.contains_key(name) {
            self.missing(name);
        }
        self.take(name)
    }

    fn missing(&mut self, name: &str) {
        self.faults.error(
            "PL001",
            At::line(None, Some(name.to_owned())),
            say(
                format!("缺少 [{name}] 一节。"),
                format!("The section [{name}] is missing."),
            ),
            say("请参照示例方案补上。", "Add it as in the sample plan."),
        );
    }

    fn optional_list<T: DeserializeOwned>(&mut self, name: &str) -> Vec<T> {
        match self.values.contains_key(name) {
            true => self.list(name),
            false => Vec::new(),
        }
    }

    fn list<T: DeserializeOwned>(&mut self, name: &str) -> Vec<T> {
        let Some(value) = self.values.remove(name) else {
            self.missing(name);
            return Vec::new();
        };
        let span = value.span();
        match value.into_inner() {
            DeValue::Array(items) => items
                .into_iter()
                .enumerate()
                .filter_map(|(index, item)| self.parse(&format!("{name}[{index}]"), item))
                .collect(),
            _ => {
                self.faults.error(
                    "PL003",
                    At::line(Some(line_of(self.source, span.start)), Some(name.to_owned())),
                    say(
                        format!("{name} 应为一组表。"),
                        format!("{name} must be a list of tables."),
                    ),
                    say(
                        format!("每一项写 [[{name}]]。"),
                        format!("Write [[{name}]] for each."),
                    ),
                );
                Vec::new()
            }
        }
    }

    fn parse<T: DeserializeOwned>(&mut self, path: &str, value: Spanned<DeValue<'_>>) -> Option<T> {
        let error = match T::deserialize(ValueDeserializer::from(value)) {
            Ok(value) => return Some(value),
            Err(error) => error,
        };
        let quoted: Vec<&str> = error.message().split('`').skip(1).step_by(2).collect();
        let (message, mend, field) = match (error.message(), quoted.as_slice()) {
            (text, [name, known @ ..]) if text.starts_with("unknown field") => (
                say(
                    format!("不认识的键 {name}。"),
                    format!("The key {name} is not known."),
                ),
                did_you_mean(name, known.iter().copied()),
                Some(format!("{path}.{name}")),
            ),
            (text, [name, ..]) if text.starts_with("missing field") => (
                say(format!("缺少 {name}。"), format!("The key {name} is missing.")),
                say("请补上。", "Add it."),
                Some(format!("{path}.{name}")),
            ),
            (text, _) => (
                say(
                    format!("值的写法不对：{text}。"),
                    format!("The value is of the wrong kind: {text}."),
                ),
                say("请参照示例方案。", "See the sample plan."),
                None,
            ),
        };
        let at = match (field, error.span()) {
            (Some(field), _) => self.lines.at(&field),
            (None, Some(span)) => {
                let line = line_of(self.source, span.start);
                let key = self
                    .source
                    .lines()
                    .nth(line as usize - 1)
                    .and_then(|text| text.split_once('='));
                At::line(Some(line), key.map(|(key, _)| format!("{path}.{}", key.trim())))
            }
            (None, None) => self.lines.at(path),
        };
        self.faults.error("PL003", at, message, mend);
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const SOUND: &str = r#"
[round]
id = "r-2026"
year = 2026
title = { zh = "题", en = "T" }
organiser = { zh = "办" }
opens_on = 2026-10-15
closes_on = "2026-11-15"
[[groups]]
code = "resident"
name = { zh = "残疾人" }
weight = 40
form = "resident"
source = "persons"
[[areas]]
code = "rehab"
name = { zh = "康复" }
[sampling]
target_completes = 300
expected_response = 0.5
[weighting]
nonresponse_classes = ["township"]
margins = [["township"], ["sex", "age_band"]]
[[grades]]
name = { zh = "优秀" }
from = 85
[[grades]]
name = { zh = "其他" }
from = 0
"#;

    fn faults_of(source: &str) -> String {
        let mut faults = Faults::new("plan.toml");
        read(source.as_bytes(), &mut faults);
        faults
            .found
            .iter()
            .map(|fault| fault.to_line("en"))
            .collect::<Vec<_>>()
            .join("\n")
    }

    #[test]
    fn read_sound_settings_has_dates_in_both_spellings() {
        let mut faults = Faults::new("plan.toml");
        let settings = read(SOUND.as_bytes(), &mut faults);
        assert_eq!(faults.found, []);
        let round = settings.round.expect("round");
        assert_eq!(round.opens_on(), Some(jiff::civil::date(2026, 10, 15)));
        assert_eq!(round.closes_on(), Some(jiff::civil::date(2026, 11, 15)));
    }

    #[test]
    fn read_faulty_settings_reports_one_fault_in_every_section() {
        let faulty = SOUND
            .replace("id = \"r-2026\"", "id = \"R 2026\"")
            .replace("2026-11-15", "2026-09-15")
            .replace("source = \"persons\"", "source = \"person\"")
            .replace("expected_response = 0.5", "expected_respons = 0.5")
            .replace("\"township\"]\nmargins", "\"townships\"]\nmargins")
            .replace("from = 0", "from = 90\n[sugar]\nx = 1");
        insta::assert_snapshot!(faults_of(&faulty));
    }

    #[test]
    fn read_broken_toml_names_the_line() {
        insta::assert_snapshot!(faults_of("[round]\nid = \"x\nyear = 2026\n"));
    }

    #[test]
    fn read_third_party_outside_its_range_names_each_key() {
        let third = "[third_party]\nweight = 25\nscorers = 0\ndifference_limit = -1\nleast_alpha = 67\n";
        let found = faults_of(&SOUND.replace("[sampling]", &format!("{third}[sampling]")));
        for expected in [
            "There must be one scorer at least.",
            "The limit of a difference is 0 at least.",
            "The least agreement must be from 0 to 1.",
        ] {
            assert!(found.contains(expected), "{found}");
        }
        let sound = third
            .replace("= 0\n", "= 2\n")
            .replace("-1", "2")
            .replace("67", "0.67");
        assert_eq!(
            faults_of(&SOUND.replace("[sampling]", &format!("{sound}[sampling]"))),
            ""
        );
    }
}
