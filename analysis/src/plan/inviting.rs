//! How people are let in: links per site, quotas of open links, texts of invitations.
//!
//! ```toml
//! [[links]]                           # a link per site, beside the groups' own open links
//! slug = "qinghe-2026-hospital"       # /o/{slug}
//! group = "resident"
//! site = { zh = "县人民医院", en = "County hospital" }
//! unit = "410900001"                  # optional: the township of everyone who answers here
//! daily_cap = 30                      # optional: answers taken a day
//!
//! [[quotas]]                          # for answers by open links only, which no design-based estimate uses
//! group = "resident"
//! by = ["township"]                   # township, or single-choice questions of the group's form
//! target = 30                         # from here on nobody new begins
//! maximum = 40                        # optional: no more than so many are kept; default: twice the target
//! cells = [ { of = ["410900001"], target = 60, maximum = 80 } ]    # optional: other numbers for some cells
//!
//! [invitations]
//! sms = { zh = "{name}您好，…{url}…", en = "…" }   # {name} {code} {url} {until}
//! remind_after_days = 7               # days between an invitation by e-mail and a reminder
//! interview_grace_days = 7            # days after closing in which interviews already done may still arrive
//! ```

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};
use survey_forms::form::{Form, QuestionKind};
use survey_forms::text::Text;

use super::settings::Lines;
use super::table::{Faults, did_you_mean, say};
use super::{GroupPlan, UnitTree};

/// The dimension of a quota that the unit chosen on the start page answers.
pub const TOWNSHIP: &str = "township";

/// An open link of one site.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct LinkPlan {
    /// Last part of its address, unique in the plan.
    pub slug: String,
    /// The group that answers.
    pub group: String,
    /// What people call the place where it hangs.
    pub site: Text,
    /// The township of everyone who answers here; asked when absent.
    pub unit: Option<String>,
    /// Answers taken a day; none for no limit.
    pub daily_cap: Option<u32>,
}

/// How many answers open links may bring, by cell.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaPlan {
    /// The group that answers.
    pub group: String,
    /// What makes a cell: `township`, or single-choice questions of the form.
    pub by: Vec<String>,
    /// Answers wanted in a cell: from there on nobody new begins.
    pub target: u32,
    /// Answers kept in a cell at most; twice the target when absent.
    pub maximum: Option<u32>,
    /// Cells with other numbers.
    #[serde(default)]
    pub cells: Vec<QuotaCell>,
}

/// A cell with numbers of its own.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct QuotaCell {
    /// The values that make the cell, in the order of `by`.
    pub of: Vec<String>,
    /// Answers wanted.
    pub target: u32,
    /// Answers kept at most; twice the target when absent.
    pub maximum: Option<u32>,
}

/// The limits of one cell.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct QuotaLimits {
    /// From here on nobody new begins.
    pub target: u32,
    /// No more than so many are kept.
    pub maximum: u32,
}

impl QuotaLimits {
    fn new(target: u32, maximum: Option<u32>) -> Self {
        Self {
            target,
            maximum: maximum.unwrap_or(target.saturating_mul(2)).max(target),
        }
    }
}

impl QuotaPlan {
    /// The values that make the cell of an answer: `unit` is the township, the rest are answers. None while one is
    /// not known.
    #[must_use]
    pub fn cell(&self, unit: Option<&str>, answers: &BTreeMap<String, String>) -> Option<Vec<String>> {
        let value = |dimension: &String| match dimension.as_str() {
            TOWNSHIP => unit.map(str::to_owned),
            question => answers.get(question).filter(|value| !value.is_empty()).cloned(),
        };
        self.by.iter().map(value).collect()
    }

    /// The cell of an answer that is handed in; what it does not say is a value of its own.
    #[must_use]
    pub fn settled_cell(&self, unit: Option<&str>, answers: &BTreeMap<String, String>) -> Vec<String> {
        let value = |dimension: &String| match dimension.as_str() {
            TOWNSHIP => unit.unwrap_or_default().to_owned(),
            question => answers.get(question).cloned().unwrap_or_default(),
        };
        self.by.iter().map(value).collect()
    }

    /// The limits of a cell.
    #[must_use]
    pub fn limits(&self, cell: &[String]) -> QuotaLimits {
        match self.cells.iter().find(|known| known.of == cell) {
            Some(own) => QuotaLimits::new(own.target, own.maximum),
            None => QuotaLimits::new(self.target, self.maximum),
        }
    }
}

/// Texts and times of invitations.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct InvitationPlan {
    /// Text message with `{name}`, `{code}`, `{url}` and `{until}`; the product's own when absent.
    pub sms: Option<Text>,
    /// Days between an invitation by e-mail and a reminder.
    #[serde(default = "week")]
    pub remind_after_days: u32,
    /// Days after closing in which interviews already done may still arrive.
    #[serde(default = "week")]
    pub interview_grace_days: u32,
}

fn week() -> u32 {
    7
}

impl Default for InvitationPlan {
    fn default() -> Self {
        Self {
            sms: None,
            remind_after_days: week(),
            interview_grace_days: week(),
        }
    }
}

/// What the rest of the plan must hold for links, quotas and texts to make sense.
pub(crate) struct Around<'a> {
    pub(crate) groups: &'a [GroupPlan],
    pub(crate) units: Option<&'a UnitTree>,
    pub(crate) forms: &'a BTreeMap<String, Form>,
    pub(crate) scored_level: &'a str,
    pub(crate) lines: &'a Lines,
}

/// Checks links, quotas and texts against the rest of the plan.
pub(crate) fn check(
    (links, quotas, invitations): (&[LinkPlan], &[QuotaPlan], &InvitationPlan),
    around: &Around<'_>,
    faults: &mut Faults,
) {
    let mut slugs: BTreeSet<&str> = around
        .groups
        .iter()
        .filter_map(|group| group.open_link.as_deref())
        .collect();
    for (index, link) in links.iter().enumerate() {
        let path = |key: &str| format!("links[{index}].{key}");
        around.group(&path("group"), &link.group, faults);
        if !slugs.insert(&link.slug) {
            let again = say(
                format!("链接 {} 重复。", link.slug),
                format!("The link {} occurs twice.", link.slug),
            );
            let mend = say("每个地点一个链接。", "Give each site its own link.");
            faults.error("PL005", around.lines.at(&path("slug")), again, mend);
        }
        if let Some(unit) = &link.unit {
            around.township(&path("unit"), unit, faults);
        }
        if link.daily_cap == Some(0) {
            let none = say(
                "每天的名额是 0，谁也不能填。",
                "With a daily cap of 0 nobody can answer.",
            );
            let mend = say(
                "写一个大于 0 的数，或者删去这一行。",
                "Write a number above 0, or leave it out.",
            );
            faults.error("PL004", around.lines.at(&path("daily_cap")), none, mend);
        }
    }
    for (index, quota) in quotas.iter().enumerate() {
        around.quota(index, quota, faults);
    }
    around.sms(invitations, faults);
}

impl Around<'_> {
    fn group(&self, path: &str, code: &str, faults: &mut Faults) {
        if self.groups.iter().any(|group| group.code == code) {
            return;
        }
        let unknown = say(
            format!("没有评价主体 {code}。"),
            format!("There is no group {code}."),
        );
        let known = self.groups.iter().map(|group| group.code.as_str());
        faults.error("PL008", self.lines.at(path), unknown, did_you_mean(code, known));
    }

    fn township(&self, path: &str, code: &str, faults: &mut Faults) {
        let Some(units) = self.units else { return };
        if units
            .get(code)
            .is_some_and(|unit| unit.level == self.scored_level)
        {
            return;
        }
        let unknown = say(
            format!("units.csv 里没有代码为 {code} 的 {} 级单位。", self.scored_level),
            format!("units.csv has no unit {code} of level {}.", self.scored_level),
        );
        let of_level = units.of_level(self.scored_level);
        let known = of_level.iter().map(|unit| unit.code.as_str());
        faults.error("PL008", self.lines.at(path), unknown, did_you_mean(code, known));
    }

    fn quota(&self, index: usize, quota: &QuotaPlan, faults: &mut Faults) {
        let path = |key: &str| format!("quotas[{index}].{key}");
        self.group(&path("group"), &quota.group, faults);
        let form = self.forms.get(&quota.group);
        let is_single = |name: &str| {
            form.and_then(|form| form.question(name))
                .is_some_and(|question| matches!(question.kind, QuestionKind::SelectOne { .. }))
        };
        for dimension in &quota.by {
            if form.is_some() && dimension != TOWNSHIP && !is_single(dimension) {
                let unknown = say(
                    format!("{dimension} 不是乡镇，也不是这份问卷里的单选题。"),
                    format!("{dimension} is neither the township nor a single-choice question of the form."),
                );
                let mend = say(
                    "写 township，或者问卷里单选题的名称。",
                    "Write township, or the name of a single-choice question.",
                );
                faults.error("PL008", self.lines.at(&path("by")), unknown, mend);
            }
        }
        let odd =
            |target: u32, maximum: Option<u32>| target == 0 || maximum.is_some_and(|most| most < target);
        let numbers = std::iter::once((quota.target, quota.maximum))
            .chain(quota.cells.iter().map(|cell| (cell.target, cell.maximum)));
        let wrong_length = quota.cells.iter().any(|cell| cell.of.len() != quota.by.len());
        if quota.by.is_empty() || wrong_length || numbers.into_iter().any(|(t, m)| odd(t, m)) {
            let wrong = say(
                "配额的分组、目标或上限不合理。",
                "The cells, targets or maxima of this quota do not make sense.",
            );
            let mend = say(
                "by 至少一项；每个 of 和 by 一样长；target 大于 0；maximum 不小于 target。",
                "Name at least one in by, as many values in each of; target above 0, maximum not below it.",
            );
            faults.error("PL004", self.lines.at(&path("by")), wrong, mend);
        }
    }

    fn sms(&self, invitations: &InvitationPlan, faults: &mut Faults) {
        let Some(text) = &invitations.sms else { return };
        let leads = |text: &str| text.is_empty() || text.contains("{url}") || text.contains("{code}");
        let own = |lang: &str| text.exact(lang).map(|(_, words)| words).unwrap_or_default();
        if leads(own("zh")) && leads(own("en")) {
            return;
        }
        let nowhere = say(
            "短信里没有 {url}，也没有 {code}，收到的人没法填。",
            "The text message has neither {url} nor {code}: nobody could answer.",
        );
        let mend = say("请加上 {url}。", "Add {url}.");
        faults.error("PL004", self.lines.at("invitations.sms"), nowhere, mend);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn quota() -> QuotaPlan {
        QuotaPlan {
            group: "resident".to_owned(),
            by: vec![TOWNSHIP.to_owned(), "sex".to_owned()],
            target: 10,
            maximum: None,
            cells: vec![QuotaCell {
                of: vec!["T1".to_owned(), "female".to_owned()],
                target: 5,
                maximum: Some(6),
            }],
        }
    }

    #[test]
    fn a_cell_is_known_once_every_part_of_it_is() {
        let answers = BTreeMap::from([("sex".to_owned(), "female".to_owned())]);
        assert_eq!(
            quota().cell(Some("T1"), &answers),
            Some(vec!["T1".into(), "female".into()])
        );
        assert_eq!(quota().cell(None, &answers), None);
        assert_eq!(quota().cell(Some("T1"), &BTreeMap::new()), None);
        let empty = BTreeMap::from([("sex".to_owned(), String::new())]);
        assert_eq!(quota().cell(Some("T1"), &empty), None);
        assert_eq!(quota().settled_cell(Some("T1"), &empty), ["T1", ""]);
    }

    #[test]
    fn a_cell_of_its_own_numbers_uses_them_and_others_the_common_ones() {
        let limits = |a: &str, b: &str| quota().limits(&[a.to_owned(), b.to_owned()]);
        assert_eq!(
            limits("T1", "female"),
            QuotaLimits {
                target: 5,
                maximum: 6
            }
        );
        assert_eq!(
            limits("T1", "male"),
            QuotaLimits {
                target: 10,
                maximum: 20
            }
        );
    }
}
