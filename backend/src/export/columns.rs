//! Which columns an export has, and what stands in them.
//!
//! The reduced file leaves out whatever tells one person from others: free text, days and other exact numbers, who
//! asked, from which place an open link was followed, by which way somebody reads. Of what the register knows (township,
//! category, grade, sex, age) a person's row says only so much that at least `min_cell` persons of the frame share it
//! all; weights, which follow from the same, have two digits. Grassroots bodies are few and known to everybody: of them
//! the register says nothing.

use std::collections::{BTreeMap, HashMap};

use analysis::plan::{FrameSource, Plan};
use jiff::civil::Date;
use survey_forms::code_book::{CodeBook, Level, Variable, VariableKind};
use survey_forms::response::RawAnswers;
use survey_forms::text::Text;

use super::{Detail, ExportError};
use crate::app::Base;
use crate::dataset::{self, DatasetError};
use crate::store::frame;
use crate::store::responses::Response;

/// Steps of whole numbers in the reduced file.
const STEP: f64 = 5.0;

/// What a column holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Words.
    Text,
    /// Whole numbers.
    Integer,
    /// Numbers.
    Decimal,
    /// Days, `2026-11-23`.
    Date,
    /// One of the levels.
    Factor,
    /// Any number of the levels, joined by spaces.
    Multiple,
    /// Yes or no.
    Flag,
}

/// A column of an export.
#[derive(Clone, Debug, PartialEq)]
pub struct Column {
    /// Its name.
    pub name: String,
    /// What it is.
    pub label: Text,
    /// What it holds.
    pub kind: Kind,
    /// Codes with their words.
    pub levels: Vec<Level>,
    from: From,
}

/// Where a column's values come from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum From {
    Answer,
    Own(Own),
}

/// What a response and its case say beside the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Own {
    Group,
    Weight,
    Stratum,
    Psu,
    Fraction,
    Township,
    Village,
    Category,
    Grade,
    Sex,
    AgeBand,
    Hardship,
    BodyKind,
    Mode,
    Answering,
    Ways,
    Interviewer,
    OpenLink,
    OpenLinkUnit,
    FormVersion,
    Language,
    Day,
    Duration,
    StaffCollected,
}

/// A value.
#[derive(Clone, Debug, PartialEq)]
pub enum Cell {
    /// Nothing.
    Empty,
    /// Words, codes, days.
    Text(String),
    /// A number.
    Number(f64),
    /// Yes or no.
    Flag(bool),
}

/// What is known of the case behind a response.
#[derive(Clone, Debug, Default)]
pub(crate) struct Facts {
    pub(crate) weight: Option<f64>,
    pub(crate) stratum: Option<String>,
    pub(crate) psu: Option<String>,
    pub(crate) fraction: Option<f64>,
    pub(crate) township: Option<String>,
    pub(crate) village: Option<String>,
    pub(crate) category: Option<String>,
    pub(crate) grade: Option<String>,
    pub(crate) sex: Option<String>,
    pub(crate) age_band: Option<String>,
    pub(crate) hardship: Option<String>,
    pub(crate) body_kind: Option<String>,
}

/// The columns of an export and what its rows are made of.
#[derive(Clone, Debug)]
pub struct Table {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: Text,
    /// Hash of the sealed plan, or nothing.
    pub plan_sha256: String,
    /// The day on which it is written.
    pub day: Date,
    /// How much the table holds.
    pub detail: Detail,
    /// The columns.
    pub columns: Vec<Column>,
    groups: Vec<String>,
    facts: HashMap<String, Facts>,
}

impl Table {
    /// Prepares an export of a round, of all its groups or of one.
    ///
    /// # Errors
    /// [`ExportError`].
    pub async fn prepare(
        base: &Base,
        plan: &Plan,
        detail: Detail,
        group: Option<&str>,
    ) -> Result<Self, ExportError> {
        let known: Vec<&str> = plan.groups.iter().map(|group| group.code.as_str()).collect();
        let groups: Vec<String> = match group {
            None => known.iter().map(|code| (*code).to_owned()).collect(),
            Some(code) if known.contains(&code) => vec![code.to_owned()],
            Some(code) => {
                return Err(ExportError::UnknownGroup {
                    group: code.to_owned(),
                    known: known.join(", "),
                });
            }
        };
        let mut facts = dataset::case_facts(base, plan).await?;
        if detail == Detail::Reduced {
            reduce(base, plan, &mut facts).await?;
        }
        let row = crate::store::rounds::find(&base.db, &plan.round.id).await?;
        Ok(Self {
            round: plan.round.id.clone(),
            title: plan.round.title.clone(),
            plan_sha256: row.and_then(|row| row.plan_sha256).unwrap_or_default(),
            day: base.clock.today(),
            detail,
            columns: columns(plan, &groups, detail),
            groups,
            facts: facts
                .into_iter()
                .map(|(link, (_, facts))| (link, facts))
                .collect(),
        })
    }

    /// A table of given columns without cases, for tests and measurements of the writers.
    #[cfg(test)]
    pub(crate) fn of(columns: Vec<(&str, Kind, Vec<Level>)>) -> Self {
        let column = |(name, kind, levels): (&str, Kind, Vec<Level>)| Column {
            name: name.to_owned(),
            label: Text::zh_en(format!("{name}是什么"), format!("What {name} is")),
            kind,
            levels,
            from: From::Answer,
        };
        Self {
            round: "test".to_owned(),
            title: Text::zh_en("测试", "Test"),
            plan_sha256: "0".repeat(64),
            day: jiff::civil::date(2026, 11, 26),
            detail: Detail::Full,
            columns: columns.into_iter().map(column).collect(),
            groups: vec!["g".to_owned()],
            facts: HashMap::new(),
        }
    }

    /// Whether responses of a group are in it.
    pub fn holds(&self, group: &str) -> bool {
        self.groups.iter().any(|code| code == group)
    }

    /// The cells of a response.
    ///
    /// # Errors
    /// [`DatasetError::Response`] where the stored answers cannot be read.
    pub fn row(&self, response: &Response) -> Result<Vec<Cell>, ExportError> {
        let answers: RawAnswers =
            serde_json::from_str(&response.answers).map_err(|error| DatasetError::Response {
                id: response.id,
                reason: error.to_string(),
            })?;
        let facts = response.link.as_ref().and_then(|link| self.facts.get(link));
        let cells = self.columns.iter().map(|column| match column.from {
            From::Own(own) => own_cell(own, response, facts),
            From::Answer => self.answer(column, answers.get(&column.name)),
        });
        Ok(cells.collect())
    }

    fn answer(&self, column: &Column, given: Option<&String>) -> Cell {
        let Some(text) = given.filter(|text| !text.is_empty()) else {
            return Cell::Empty;
        };
        match column.kind {
            Kind::Integer | Kind::Decimal => match text.parse::<f64>() {
                Ok(number) if self.detail == Detail::Reduced => Cell::Number((number / STEP).round() * STEP),
                Ok(number) => Cell::Number(number),
                Err(_) => Cell::Empty,
            },
            _ => Cell::Text(text.clone()),
        }
    }
}

fn text(value: Option<&String>) -> Cell {
    match value.filter(|text| !text.is_empty()) {
        Some(text) => Cell::Text(text.clone()),
        None => Cell::Empty,
    }
}

fn own_cell(own: Own, response: &Response, facts: Option<&Facts>) -> Cell {
    let of_case = |part: fn(&Facts) -> Option<&String>| text(facts.and_then(part));
    let number = |part: fn(&Facts) -> Option<f64>| facts.and_then(part).map_or(Cell::Empty, Cell::Number);
    match own {
        Own::Group => Cell::Text(response.group.clone()),
        Own::Weight => number(|facts| facts.weight),
        Own::Stratum => of_case(|facts| facts.stratum.as_ref()),
        Own::Psu => of_case(|facts| facts.psu.as_ref()),
        Own::Fraction => number(|facts| facts.fraction),
        Own::Township => of_case(|facts| facts.township.as_ref()),
        Own::Village => of_case(|facts| facts.village.as_ref()),
        Own::Category => of_case(|facts| facts.category.as_ref()),
        Own::Grade => of_case(|facts| facts.grade.as_ref()),
        Own::Sex => of_case(|facts| facts.sex.as_ref()),
        Own::AgeBand => of_case(|facts| facts.age_band.as_ref()),
        Own::Hardship => of_case(|facts| facts.hardship.as_ref()),
        Own::BodyKind => of_case(|facts| facts.body_kind.as_ref()),
        Own::Mode => Cell::Text(response.mode.clone()),
        Own::Answering => Cell::Text(response.answering.clone()),
        Own::Ways => text(Some(&response.ways)),
        Own::Interviewer => text(response.interviewer.as_ref()),
        Own::OpenLink => text(response.open_link.as_ref()),
        Own::OpenLinkUnit => text(response.unit.as_ref()),
        Own::FormVersion => Cell::Text(response.form_version.clone()),
        Own::Language => Cell::Text(response.language.clone()),
        Own::Day => Cell::Text(response.day.clone()),
        Own::Duration => Cell::Number(response.duration_s as f64),
        Own::StaffCollected => Cell::Flag(response.staff_collected),
    }
}

/// Columns that do not come from answers; those of the reduced file first.
const OWN: [(Own, &str, Kind, &str, &str, bool); 24] = [
    (
        Own::Group,
        "group",
        Kind::Factor,
        "评价主体",
        "respondent group",
        true,
    ),
    (
        Own::Weight,
        "weight",
        Kind::Decimal,
        "校准权重；空表示不进入估计",
        "calibrated weight; empty where the answer enters no estimate",
        true,
    ),
    (Own::Township, "township", Kind::Factor, "乡镇", "township", true),
    (
        Own::Category,
        "category",
        Kind::Text,
        "残疾类别",
        "disability category",
        true,
    ),
    (
        Own::Grade,
        "grade",
        Kind::Text,
        "残疾等级",
        "disability grade",
        true,
    ),
    (Own::Sex, "sex", Kind::Text, "性别", "sex", true),
    (Own::AgeBand, "age_band", Kind::Text, "年龄段", "age band", true),
    (Own::Mode, "mode", Kind::Text, "填答方式", "mode", true),
    (
        Own::Answering,
        "answering",
        Kind::Text,
        "填答人",
        "who answered",
        true,
    ),
    (
        Own::Stratum,
        "stratum",
        Kind::Text,
        "方差计算的层",
        "stratum of the variance",
        false,
    ),
    (
        Own::Psu,
        "psu",
        Kind::Text,
        "初级抽样单元",
        "primary sampling unit",
        false,
    ),
    (
        Own::Fraction,
        "fraction",
        Kind::Decimal,
        "层内抽样比",
        "sampling fraction of the stratum",
        false,
    ),
    (Own::Village, "village", Kind::Text, "村", "village", false),
    (
        Own::Hardship,
        "hardship",
        Kind::Text,
        "特困标记",
        "special-hardship marks",
        false,
    ),
    (
        Own::BodyKind,
        "body_kind",
        Kind::Text,
        "组织类型",
        "kind of body",
        false,
    ),
    (
        Own::Ways,
        "ways",
        Kind::Text,
        "阅读方式",
        "ways of reading used",
        false,
    ),
    (
        Own::Interviewer,
        "interviewer",
        Kind::Text,
        "访问员",
        "interviewer",
        false,
    ),
    (
        Own::OpenLink,
        "open_link",
        Kind::Text,
        "公开链接",
        "open link",
        false,
    ),
    (
        Own::OpenLinkUnit,
        "open_link_unit",
        Kind::Text,
        "公开链接填写的单位",
        "unit named on the open link",
        false,
    ),
    (
        Own::FormVersion,
        "form_version",
        Kind::Text,
        "问卷版本",
        "version of the questionnaire",
        false,
    ),
    (Own::Language, "language", Kind::Text, "语言", "language", false),
    (Own::Day, "day", Kind::Date, "日期", "day", false),
    (
        Own::Duration,
        "duration_s",
        Kind::Integer,
        "用时（秒）",
        "seconds from start to end",
        false,
    ),
    (
        Own::StaffCollected,
        "staff_collected",
        Kind::Flag,
        "由被评价单位人员收集",
        "collected by staff of a judged unit",
        false,
    ),
];

fn columns(plan: &Plan, groups: &[String], detail: Detail) -> Vec<Column> {
    let level = |code: &String, name: &Text| Level {
        value: code.clone(),
        label: name.clone(),
        missing: None,
    };
    let mut out: Vec<Column> = OWN
        .iter()
        .filter(|(.., reduced)| *reduced || detail == Detail::Full)
        .map(|(own, name, kind, zh, en, _)| Column {
            name: (*name).to_owned(),
            label: Text::zh_en(*zh, *en),
            kind: *kind,
            levels: match own {
                Own::Group => plan.groups.iter().map(|g| level(&g.code, &g.name)).collect(),
                Own::Township => plan
                    .scored_units()
                    .into_iter()
                    .map(|u| level(&u.code, &u.name))
                    .collect(),
                _ => Vec::new(),
            },
            from: From::Own(*own),
        })
        .collect();
    let taken: Vec<String> = OWN.iter().map(|(_, name, ..)| (*name).to_owned()).collect();
    let mut places: BTreeMap<String, usize> = BTreeMap::new();
    for group in groups {
        let Some(form) = plan.forms.get(group) else {
            continue;
        };
        for variable in CodeBook::of(form).variables {
            // What the response says of itself wins over a question of the same name.
            if taken.contains(&variable.name) || !may_hold(&variable, detail) {
                continue;
            }
            match places.get(&variable.name).and_then(|&at| out.get_mut(at)) {
                Some(column) => join(column, &variable),
                None => {
                    places.insert(variable.name.clone(), out.len());
                    out.push(column(variable));
                }
            }
        }
    }
    out
}

fn may_hold(variable: &Variable, detail: Detail) -> bool {
    detail == Detail::Full || !matches!(variable.kind, VariableKind::Text | VariableKind::Date)
}

fn kind(variable: &Variable) -> Kind {
    match variable.kind {
        VariableKind::Text => Kind::Text,
        VariableKind::Integer => Kind::Integer,
        VariableKind::Decimal => Kind::Decimal,
        VariableKind::Date => Kind::Date,
        VariableKind::Factor { .. } => Kind::Factor,
        VariableKind::MultiResponse { .. } => Kind::Multiple,
    }
}

fn column(variable: Variable) -> Column {
    Column {
        kind: kind(&variable),
        levels: variable.levels().to_vec(),
        name: variable.name,
        label: variable.label,
        from: From::Answer,
    }
}

/// The same name in two questionnaires: the levels of both; text where they are of two kinds.
fn join(column: &mut Column, variable: &Variable) {
    if column.kind != kind(variable) {
        column.kind = Kind::Text;
        column.levels.clear();
        return;
    }
    for level in variable.levels() {
        if !column.levels.iter().any(|known| known.value == level.value) {
            column.levels.push(level.clone());
        }
    }
}

/// Two digits: as exact as it takes to estimate, and too coarse to tell from which cells a weight was made.
fn two_digits(weight: f64) -> f64 {
    match format!("{weight:.1e}").parse() {
        Ok(rounded) => rounded,
        Err(_) => weight,
    }
}

/// Takes from the facts what too few persons of the frame share.
async fn reduce(
    base: &Base,
    plan: &Plan,
    facts: &mut HashMap<String, (String, Facts)>,
) -> Result<(), ExportError> {
    let min_cell = u64::from(plan.suppression.min_cell);
    let persons = plan
        .group_of(FrameSource::Persons)
        .map(|group| group.code.as_str());
    let members = frame::members(&base.db, &plan.round.id, persons).await?;
    let frame: Vec<[Option<String>; 5]> = members
        .into_iter()
        .map(|member| {
            [
                plan.units.township_of(&member.unit).map(str::to_owned),
                member.category,
                member.grade,
                member.sex,
                member.birth_year.map(|year| plan.age_band(year)),
            ]
        })
        .collect();
    let shared = Shared::count(&frame);
    for (group, facts) in facts.values_mut() {
        let known = match Some(group.as_str()) == persons {
            true => shared.most(
                [
                    facts.township.take(),
                    facts.category.take(),
                    facts.grade.take(),
                    facts.sex.take(),
                    facts.age_band.take(),
                ],
                min_cell,
            ),
            false => Default::default(),
        };
        let [township, category, grade, sex, age_band] = known;
        *facts = Facts {
            weight: facts.weight.map(two_digits),
            township,
            category,
            grade,
            sex,
            age_band,
            ..Facts::default()
        };
    }
    Ok(())
}

/// How many persons of the frame share each combination of traits, by the traits that are looked at.
struct Shared(HashMap<(u8, Vec<Option<String>>), u64>);

/// Which traits a row may keep, in the order in which they are tried: sex and age are asked of every analysis, the
/// township is what its neighbours know best.
const KEPT: [[bool; 5]; 8] = [
    [true, true, true, true, true],
    [true, true, false, true, true],
    [true, false, false, true, true],
    [false, true, true, true, true],
    [false, true, false, true, true],
    [false, true, false, true, false],
    [false, true, false, false, false],
    [false, false, false, true, false],
];

impl Shared {
    fn count(frame: &[[Option<String>; 5]]) -> Self {
        let mut counts = HashMap::new();
        for (number, kept) in (0u8..).zip(KEPT) {
            for traits in frame {
                *counts.entry((number, keep(traits, kept))).or_default() += 1;
            }
        }
        Self(counts)
    }

    /// As much of the traits as at least `least` persons share.
    fn most(&self, traits: [Option<String>; 5], least: u64) -> [Option<String>; 5] {
        for (number, kept) in (0u8..).zip(KEPT) {
            let known = keep(&traits, kept);
            if self.0.get(&(number, known)).is_some_and(|&n| n >= least) {
                let mut traits = traits;
                for (value, kept) in traits.iter_mut().zip(kept) {
                    if !kept {
                        *value = None;
                    }
                }
                return traits;
            }
        }
        Default::default()
    }
}

fn keep(traits: &[Option<String>; 5], kept: [bool; 5]) -> Vec<Option<String>> {
    let pairs = traits.iter().zip(kept);
    pairs
        .map(|(value, kept)| value.clone().filter(|_| kept))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn traits(township: &str, category: &str, grade: &str) -> [Option<String>; 5] {
        [
            Some(township.to_owned()),
            Some(category.to_owned()),
            Some(grade.to_owned()),
            Some("f".to_owned()),
            Some("18–44".to_owned()),
        ]
    }

    #[test]
    fn a_row_says_no_more_than_ten_persons_share() {
        let mut frame = vec![traits("t1", "vision", "1"); 12];
        frame.extend(vec![traits("t1", "vision", "2"); 3]);
        frame.extend(vec![traits("t2", "speech", "1"); 2]);
        let shared = Shared::count(&frame);
        assert_eq!(
            shared.most(traits("t1", "vision", "1"), 10),
            traits("t1", "vision", "1")
        );
        let [township, category, grade, ..] = shared.most(traits("t1", "vision", "2"), 10);
        assert_eq!(
            (township.is_some(), category.is_some(), grade),
            (true, true, None)
        );
        // Two persons share the category: nothing of it is said, and no township in which they are alone.
        let rare = shared.most(traits("t2", "speech", "1"), 10);
        assert_eq!(rare, [None, None, None, Some("f".to_owned()), None]);
        assert_eq!(
            shared.most(traits("t9", "x", "9"), 100),
            <[Option<String>; 5]>::default()
        );
    }

    #[test]
    fn weights_have_two_digits() {
        assert_eq!(two_digits(37.4912), 37.0);
        assert_eq!(two_digits(0.8371), 0.84);
        assert_eq!(two_digits(128.0), 130.0);
    }

    #[test]
    fn the_reduced_file_has_no_words_days_places_or_interviewers() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/sample");
        let mut files = crate::rounds::files::read(&folder).unwrap();
        files.remove("frame.csv");
        let plan = Plan::read(&files).unwrap();
        let groups: Vec<String> = plan.groups.iter().map(|group| group.code.clone()).collect();
        let names = |detail| -> Vec<String> {
            columns(&plan, &groups, detail)
                .into_iter()
                .map(|column| column.name)
                .collect()
        };
        let (reduced, full) = (names(Detail::Reduced), names(Detail::Full));
        for private in [
            "village",
            "psu",
            "day",
            "interviewer",
            "ways",
            "duration_s",
            "open_link",
        ] {
            assert!(!reduced.iter().any(|name| name == private), "{private}");
            assert!(full.iter().any(|name| name == private), "{private}");
        }
        let texts = columns(&plan, &groups, Detail::Reduced);
        let free = texts
            .iter()
            .filter(|c| c.from == From::Answer && matches!(c.kind, Kind::Text | Kind::Date));
        assert_eq!(free.count(), 0);
        assert!(reduced.len() > 40 && full.len() > reduced.len());
    }
}
