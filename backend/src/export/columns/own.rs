//! Columns that do not come from answers: what a response and its case say of themselves.

use super::{Cell, Kind};
use crate::store::responses::Exported;

/// What a response and its case say beside the answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Own {
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

fn text(value: Option<&String>) -> Cell {
    match value.filter(|text| !text.is_empty()) {
        Some(text) => Cell::Text(text.clone()),
        None => Cell::Empty,
    }
}

pub(super) fn own_cell(own: Own, response: &Exported, facts: Option<&Facts>) -> Cell {
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
pub(super) const OWN: [(Own, &str, Kind, &str, &str, bool); 24] = [
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
