//! What the values of `plan.toml` must satisfy beyond their types.

use std::collections::BTreeSet;

use survey_forms::text::Text;

use super::super::header::FrameSource;
use super::super::table::{Faults, did_you_mean, say};
use super::super::{ADMIN, PERSONS, THIRD_PARTY};
use super::{Lines, Settings};

/// Columns that describe a person.
const PERSON_COLUMNS: [&str; 5] = ["township", "category", "grade", "sex", "age_band"];
/// Columns that describe a body.
const BODY_COLUMNS: [&str; 2] = ["township", "body_kind"];

pub(super) fn settings(settings: &Settings, lines: &Lines, faults: &mut Faults) {
    let mut check = Check { lines, faults };
    check.round(settings);
    check.groups(settings);
    check.areas(settings);
    check.sampling(settings);
    check.weighting(settings);
    check.grades(settings);
    check.links(settings);
    check.follow_up(settings);
    check.third_party(settings);
}

struct Check<'a> {
    lines: &'a Lines,
    faults: &'a mut Faults,
}

impl Check<'_> {
    fn bad(&mut self, path: &str, message: (String, String), mend: (String, String)) {
        self.faults.error("PL004", self.lines.at(path), message, mend);
    }

    fn chinese(&mut self, path: &str, text: &Text) {
        if text.exact("zh").is_none() {
            self.bad(
                path,
                say("缺少中文。", "The Chinese text is missing."),
                say(
                    "写成 { zh = \"…\", en = \"…\" }。",
                    "Write { zh = \"…\", en = \"…\" }.",
                ),
            );
        }
    }

    fn follow_up(&mut self, settings: &Settings) {
        if !(1..=365).contains(&settings.follow_up.days) {
            self.bad(
                "follow_up.days",
                say(
                    "办理天数应在1到365之间。",
                    "The days for follow-up must be from 1 to 365.",
                ),
                say("例如 days = 15。", "For instance days = 15."),
            );
        }
    }

    fn third_party(&mut self, settings: &Settings) {
        let Some(third) = &settings.third_party else {
            return;
        };
        if third.scorers == 0 {
            self.bad(
                "third_party.scorers",
                say("至少要有一位评分人。", "There must be one scorer at least."),
                say("例如 scorers = 2。", "For instance scorers = 2."),
            );
        }
        if third
            .difference_limit
            .is_some_and(|limit| limit.is_nan() || limit < 0.0)
        {
            self.bad(
                "third_party.difference_limit",
                say(
                    "相差的限度不能小于0。",
                    "The limit of a difference is 0 at least.",
                ),
                say(
                    "例如 difference_limit = 2。",
                    "For instance difference_limit = 2.",
                ),
            );
        }
        if third
            .least_alpha
            .is_some_and(|alpha| !(0.0..=1.0).contains(&alpha))
        {
            self.bad(
                "third_party.least_alpha",
                say(
                    "一致性的下限应在0到1之间。",
                    "The least agreement must be from 0 to 1.",
                ),
                say("例如 least_alpha = 0.67。", "For instance least_alpha = 0.67."),
            );
        }
    }

    fn slug(&mut self, path: &str, slug: &str) {
        let good = !slug.is_empty()
            && slug
                .bytes()
                .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit() || b == b'-')
            && !slug.starts_with('-');
        if !good {
            self.bad(
                path,
                say(
                    format!("“{slug}”只能用小写字母、数字和连字符。"),
                    format!("“{slug}” may hold a–z, 0–9 and - only."),
                ),
                say("例如 qinghe-2026。", "For instance qinghe-2026."),
            );
        }
    }

    fn round(&mut self, settings: &Settings) {
        let Some(round) = &settings.round else { return };
        self.slug("round.id", &round.id);
        if let Some(previous) = &round.previous {
            self.slug("round.previous", previous);
            if *previous == round.id {
                self.bad(
                    "round.previous",
                    say("不能和本轮相同。", "It cannot be this round itself."),
                    say(
                        "写上一轮的 id，例如 qinghe-2025。",
                        "Give the id of the round before, such as qinghe-2025.",
                    ),
                );
            }
        }
        self.chinese("round.title", &round.title);
        self.chinese("round.organiser", &round.organiser);
        let day = || say("写成 2026-10-15。", "Write 2026-10-15.");
        for (path, date) in [
            ("round.opens_on", round.opens_on()),
            ("round.closes_on", round.closes_on()),
        ] {
            if date.is_none() {
                self.bad(path, say("不是日期。", "This is not a date."), day());
            }
        }
        if let (Some(opens), Some(closes)) = (round.opens_on(), round.closes_on())
            && closes < opens
        {
            self.faults.error(
                "PL006",
                self.lines.at("round.closes_on"),
                say(
                    format!("截止日 {closes} 早于开始日 {opens}。"),
                    format!("It closes on {closes}, before it opens on {opens}."),
                ),
                say("请改正日期。", "Correct the dates."),
            );
        }
        if !(2000..=2100).contains(&round.year) {
            self.bad(
                "round.year",
                say("年份不合理。", "The year is not plausible."),
                say("如 2026。", "Such as 2026."),
            );
        }
    }

    fn groups(&mut self, settings: &Settings) {
        let mut codes = BTreeSet::new();
        let mut sources = BTreeSet::new();
        for (index, group) in settings.groups.iter().enumerate() {
            let path = |key: &str| format!("groups[{index}].{key}");
            self.chinese(&path("name"), &group.name);
            if [PERSONS, THIRD_PARTY, ADMIN].contains(&group.code.as_str()) {
                self.bad(
                    &path("code"),
                    say(
                        format!("{} 是保留的名称。", group.code),
                        format!("{} is a reserved name.", group.code),
                    ),
                    say("请换一个代码。", "Choose another code."),
                );
            }
            if !codes.insert(&group.code) {
                self.duplicate(&path("code"), &group.code);
            }
            if !sources.insert(group.source) {
                self.bad(
                    &path("source"),
                    say(
                        "已有另一个评价主体取自抽样框的这一部分。",
                        "Another group already has this part of the frame.",
                    ),
                    say(
                        "persons、relatives、bodies 各用一次。",
                        "Use persons, relatives and bodies once each.",
                    ),
                );
            }
            if !(group.weight.is_finite() && group.weight > 0.0) {
                self.bad(
                    &path("weight"),
                    say("权重应大于 0。", "The weight must be above 0."),
                    say("例如 40。", "For instance 40."),
                );
            }
            if let Some(slug) = &group.open_link {
                self.slug(&path("open_link"), slug);
            }
        }
        if !settings.groups.is_empty() && !sources.contains(&FrameSource::Persons) {
            self.bad(
                "groups",
                say("没有取自 persons 的评价主体。", "No group has source persons."),
                say(
                    "至少要有残疾人本人。",
                    "The disabled residents themselves are needed.",
                ),
            );
        }
        if let Some(third) = &settings.third_party
            && !(third.weight.is_finite() && third.weight > 0.0 && third.scorers >= 1)
        {
            self.bad(
                "third_party.weight",
                say(
                    "权重应大于 0，评分人至少 1 人。",
                    "The weight must be above 0, with at least one scorer.",
                ),
                say(
                    "例如 weight = 25，scorers = 2。",
                    "For instance weight = 25, scorers = 2.",
                ),
            );
        }
    }

    fn links(&mut self, settings: &Settings) {
        for (index, link) in settings.links.iter().enumerate() {
            self.slug(&format!("links[{index}].slug"), &link.slug);
            self.chinese(&format!("links[{index}].site"), &link.site);
        }
    }

    fn duplicate(&mut self, path: &str, code: &str) {
        self.faults.error(
            "PL005",
            self.lines.at(path),
            say(
                format!("代码 {code} 重复。"),
                format!("The code {code} occurs twice."),
            ),
            say("每项一个代码。", "Give each its own code."),
        );
    }

    fn areas(&mut self, settings: &Settings) {
        let mut codes = BTreeSet::new();
        for (index, area) in settings.areas.iter().enumerate() {
            self.chinese(&format!("areas[{index}].name"), &area.name);
            if !codes.insert(&area.code) {
                self.duplicate(&format!("areas[{index}].code"), &area.code);
            }
        }
    }

    fn sampling(&mut self, settings: &Settings) {
        let Some(sampling) = &settings.sampling else {
            return;
        };
        if !(sampling.expected_response > 0.0 && sampling.expected_response <= 1.0) {
            self.bad(
                "sampling.expected_response",
                say("应在 0 与 1 之间。", "It must be between 0 and 1."),
                say("55% 写成 0.55。", "Write 55 % as 0.55."),
            );
        }
        if sampling.target_completes == 0 || sampling.persons_per_village == Some(0) {
            self.bad(
                "sampling.target_completes",
                say("样本量应大于 0。", "The sample must not be empty."),
                say("例如 3000。", "For instance 3000."),
            );
        }
        if sampling
            .villages_per_township
            .is_some_and(|villages| villages < 2)
        {
            self.bad(
                "sampling.villages_per_township",
                say(
                    "每个乡镇至少抽 2 个村，否则无法估计误差。",
                    "At least two villages per township, or the error cannot be estimated.",
                ),
                say("改成 2 或更多。", "Make it 2 or more."),
            );
        }
        if !(sampling.design_effect.is_finite() && sampling.design_effect >= 1.0) {
            self.bad(
                "sampling.design_effect",
                say("设计效应不小于 1。", "A design effect is at least 1."),
                say("不清楚时写 1.5。", "Write 1.5 when it is not known."),
            );
        }
    }

    fn weighting(&mut self, settings: &Settings) {
        let Some(weighting) = &settings.weighting else {
            return;
        };
        let margins = weighting.margins.iter().enumerate().flat_map(|(i, margin)| {
            margin
                .iter()
                .map(move |column| (format!("weighting.margins[{i}]"), column, &PERSON_COLUMNS[..]))
        });
        let classes = weighting.nonresponse_classes.iter().map(|column| {
            (
                "weighting.nonresponse_classes".to_owned(),
                column,
                &PERSON_COLUMNS[..],
            )
        });
        let bodies = weighting
            .body_classes
            .iter()
            .map(|column| ("weighting.body_classes".to_owned(), column, &BODY_COLUMNS[..]));
        for (path, column, known) in margins.chain(classes).chain(bodies) {
            if !known.contains(&column.as_str()) {
                self.faults.error(
                    "PL008",
                    self.lines.at(&path),
                    say(
                        format!("没有 {column} 这个变量。"),
                        format!("There is no variable {column}."),
                    ),
                    did_you_mean(column, known.iter().copied()),
                );
            }
        }
        if !weighting.age_breaks.is_sorted_by(|a, b| a < b)
            || weighting.age_breaks.iter().any(|&age| age <= 0)
        {
            self.bad(
                "weighting.age_breaks",
                say("年龄分界应由小到大。", "The age breaks must ascend."),
                say("例如 [18, 45, 60, 75]。", "For instance [18, 45, 60, 75]."),
            );
        }
    }

    fn grades(&mut self, settings: &Settings) {
        for (index, grade) in settings.grades.iter().enumerate() {
            self.chinese(&format!("grades[{index}].name"), &grade.name);
        }
        let descends = settings.grades.is_sorted_by(|a, b| a.from > b.from);
        let ends_at_zero = settings.grades.last().is_none_or(|grade| grade.from == 0.0);
        if !descends || !ends_at_zero {
            self.faults.error(
                "PL007",
                self.lines.at("grades"),
                say(
                    "等次应从高到低，最后一个从 0 分起。",
                    "Grades must descend, the last one from 0.",
                ),
                say("例如 85、75、60、0。", "For instance 85, 75, 60, 0."),
            );
        }
    }
}
