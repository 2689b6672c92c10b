//! Reading `indicators.csv` into a tree whose weights sum.

use std::collections::{BTreeMap, BTreeSet};

use super::{Indicator, IndicatorTree, Measure, PerspectiveWeight, QuestionRef, cells};
use crate::plan::header::{GroupPlan, ThirdPartyPlan};
use crate::plan::table::{At, Faults, Row, Table, did_you_mean, say};
use crate::plan::{ADMIN, Area, PERSONS, THIRD_PARTY};

const REQUIRED: [&str; 13] = [
    "code",
    "parent",
    "name_zh",
    "name_en",
    "weight",
    "measure",
    "group",
    "area",
    "direction",
    "questions",
    "perspective_weights",
    "goalpost_low",
    "goalpost_high",
];

/// Weights are written with a few decimals; sums may differ by their rounding.
const WEIGHT_TOLERANCE: f64 = 1e-6;

/// What the reading of indicators needs to know of the rest of the plan.
pub(crate) struct Context<'a> {
    pub(crate) groups: &'a [GroupPlan],
    pub(crate) third_party: Option<&'a ThirdPartyPlan>,
    pub(crate) areas: &'a [Area],
    /// Indicators to which criteria point.
    pub(crate) with_criteria: &'a BTreeSet<String>,
}

impl Context<'_> {
    fn perspectives(&self) -> Vec<&str> {
        let mut all = vec![PERSONS];
        all.extend(self.groups.iter().map(|group| group.code.as_str()));
        all.extend([THIRD_PARTY, ADMIN]);
        all
    }

    fn is_survey(&self, perspective: &str) -> bool {
        perspective == PERSONS || self.groups.iter().any(|group| group.code == perspective)
    }

    fn default_weight(&self, perspective: &str) -> Option<f64> {
        match perspective {
            THIRD_PARTY => self.third_party.map(|third| third.weight),
            PERSONS => self
                .groups
                .iter()
                .find(|group| group.source == crate::plan::FrameSource::Persons)
                .map(|group| group.weight),
            code => self
                .groups
                .iter()
                .find(|group| group.code == code)
                .map(|group| group.weight),
        }
    }
}

/// Reads the indicators with the row of each; a faulty row is kept as far as it can be, so that others can refer to it.
pub(crate) fn read(bytes: &[u8], context: &Context<'_>, faults: &mut Faults) -> (IndicatorTree, Vec<u32>) {
    let Some(table) = Table::read(bytes, &REQUIRED, &["domain"], faults) else {
        return (IndicatorTree::default(), Vec::new());
    };
    let mut nodes: Vec<Indicator> = Vec::new();
    let mut rows: Vec<u32> = Vec::new();
    for row in &table.rows {
        let node = read_row(&table, row, context, faults);
        if let Some(first) = nodes
            .iter()
            .position(|other| other.code == node.code)
            .filter(|_| !node.code.is_empty())
        {
            faults.error(
                "PL030",
                At::cell(row.number, "code"),
                say(
                    format!("指标代码 {} 与第 {} 行重复。", node.code, rows[first]),
                    format!(
                        "The indicator code {} is already in row {}.",
                        node.code, rows[first]
                    ),
                ),
                say("每个指标一个代码。", "Give each indicator its own code."),
            );
            continue;
        }
        nodes.push(node);
        rows.push(row.number);
    }
    check_tree(&nodes, &rows, faults);
    (IndicatorTree::new(nodes), rows)
}

fn read_row(table: &Table, row: &Row, context: &Context<'_>, faults: &mut Faults) -> Indicator {
    let code = table.need(row, "code", faults).to_owned();
    table.need(row, "name_zh", faults);
    table.need(row, "weight", faults);
    let weight = table.number(row, "weight", faults).unwrap_or(0.0);
    if weight < 0.0 {
        faults.error(
            "PL033",
            At::cell(row.number, "weight"),
            say("权重不能为负。", "A weight must not be negative."),
            say("不计分写 0。", "Write 0 for what is not scored."),
        );
    }
    let measure = cells::measure(table.get(row, "measure")).unwrap_or_else(|()| {
        let word = table.get(row, "measure");
        faults.error(
            "PL034",
            At::cell(row.number, "measure"),
            say(
                format!("不认识的测量方式 {word}。"),
                format!("The measure {word} is not known."),
            ),
            did_you_mean(word, Measure::ALL.map(Measure::code)),
        );
        None
    });
    let area = table.get(row, "area");
    let areas = match area {
        "" => Vec::new(),
        "*" => context.areas.iter().map(|area| area.code.clone()).collect(),
        one => {
            if !context.areas.iter().any(|area| area.code == one) {
                faults.error(
                    "PL040",
                    At::cell(row.number, "area"),
                    say(
                        format!("plan.toml 里没有服务领域 {one}。"),
                        format!("plan.toml has no area {one}."),
                    ),
                    did_you_mean(
                        one,
                        context
                            .areas
                            .iter()
                            .map(|area| area.code.as_str())
                            .collect::<Vec<_>>(),
                    ),
                );
            }
            vec![one.to_owned()]
        }
    };
    let direction = table.get(row, "direction");
    if !matches!(direction, "" | "+" | "-") {
        faults.error(
            "PL046",
            At::cell(row.number, "direction"),
            say(
                format!("“{direction}”应为 + 或 -。"),
                format!("“{direction}” must be + or -."),
            ),
            say(
                "越多越好写 +，越少越好写 -。",
                "+ when more is better, - when less is.",
            ),
        );
    }
    let mut indicator = Indicator {
        code,
        parent: table.some(row, "parent"),
        name: table.text(row, "name_zh", "name_en"),
        weight,
        measure,
        areas,
        by_area: area == "*",
        more_is_better: direction != "-",
        questions: BTreeMap::new(),
        series: Vec::new(),
        perspectives: Vec::new(),
        goalposts: None,
        domain: cells::domain(table.get(row, "domain"), row.number, faults),
    };
    // Also for a measure that was not understood: its other cells have their own faults.
    if !table.get(row, "measure").is_empty() {
        read_perspectives(table, row, context, &mut indicator, faults);
        read_goalposts(table, row, &mut indicator, faults);
    }
    indicator
}

fn read_perspectives(
    table: &Table,
    row: &Row,
    context: &Context<'_>,
    indicator: &mut Indicator,
    faults: &mut Faults,
) {
    let known = context.perspectives();
    let mut weights =
        cells::perspective_weights(table.get(row, "perspective_weights"), &known, row.number, faults);
    let group = table.get(row, "group");
    if !group.is_empty() && !context.is_survey(group) {
        let survey: Vec<&str> = known
            .iter()
            .copied()
            .filter(|name| context.is_survey(name))
            .collect();
        faults.error(
            "PL037",
            At::cell(row.number, "group"),
            say(
                format!("没有 {group} 这个评价主体。"),
                format!("There is no perspective {group}."),
            ),
            did_you_mean(group, survey),
        );
    }
    for entry in cells::questions(table.get(row, "questions")) {
        match entry.prefix.as_deref() {
            Some(ADMIN) => indicator.series.push(entry.question.variable),
            Some(prefix) if context.is_survey(prefix) => {
                push_question(&mut indicator.questions, prefix, entry.question);
            }
            Some(prefix) => faults.error(
                "PL037",
                At::cell(row.number, "questions"),
                say(
                    format!("没有 {prefix} 这个评价主体。"),
                    format!("There is no perspective {prefix}."),
                ),
                did_you_mean(prefix, known.clone()),
            ),
            None if context.is_survey(group) => {
                push_question(&mut indicator.questions, group, entry.question)
            }
            None if !group.is_empty() => {}
            None => {
                for weight in weights
                    .iter()
                    .filter(|weight| context.is_survey(&weight.perspective))
                {
                    push_question(
                        &mut indicator.questions,
                        &weight.perspective,
                        entry.question.clone(),
                    );
                }
                if !weights
                    .iter()
                    .any(|weight| context.is_survey(&weight.perspective))
                {
                    faults.error(
                        "PL037",
                        At::cell(row.number, "questions"),
                        say(
                            format!("不知道 {} 由谁回答。", entry.question.variable),
                            format!("It is not said who answers {}.", entry.question.variable),
                        ),
                        say(
                            "请填写 group 列，或写成 resident:题目。",
                            "Fill in the column group, or write resident:question.",
                        ),
                    );
                }
            }
        }
    }
    if weights.is_empty() {
        weights = default_weights(context, indicator);
    }
    let asks_admin = weights.iter().any(|weight| weight.perspective == ADMIN);
    if asks_admin && indicator.series.is_empty() {
        indicator.series.push(indicator.code.clone());
    }
    for weight in &weights {
        let fed = match weight.perspective.as_str() {
            THIRD_PARTY => context.with_criteria.contains(&indicator.code),
            ADMIN => true,
            survey => indicator.questions.contains_key(survey),
        };
        if !fed {
            faults.error(
                "PL038",
                At::cell(row.number, "perspective_weights"),
                say(
                    format!("{} 在这个指标里没有可测的内容。", weight.perspective),
                    format!("{} has nothing to measure in this indicator.", weight.perspective),
                ),
                say(
                    "请在 questions 列写它的题目（第三方：在 criteria.csv 里指向本指标），或删去它的权重。",
                    "Name its questions (third party: point a criterion here), or remove its weight.",
                ),
            );
        }
    }
    let unweighted = indicator
        .questions
        .keys()
        .filter(|name| !weights.iter().any(|w| w.perspective == **name));
    for name in unweighted {
        faults.error(
            "PL038",
            At::cell(row.number, "perspective_weights"),
            say(
                format!("{name} 有题目却没有权重。"),
                format!("{name} has questions but no weight."),
            ),
            say(
                format!("加上 {name}=…，或删去它的题目。"),
                format!("Add {name}=…, or remove its questions."),
            ),
        );
    }
    if weights.is_empty() {
        faults.error(
            "PL038",
            At::cell(row.number, "perspective_weights"),
            say(
                "这个指标没有任何评价主体。",
                "No perspective feeds this indicator.",
            ),
            say(
                "请填写 questions 与 perspective_weights。",
                "Fill in questions and perspective_weights.",
            ),
        );
    }
    indicator.perspectives = weights;
}

fn push_question(
    questions: &mut BTreeMap<String, Vec<QuestionRef>>,
    perspective: &str,
    question: QuestionRef,
) {
    questions
        .entry(perspective.to_owned())
        .or_default()
        .push(question);
}

/// The plan's weights of the groups that are asked, and of the third party where it has criteria.
fn default_weights(context: &Context<'_>, indicator: &Indicator) -> Vec<PerspectiveWeight> {
    if indicator.measure == Some(Measure::Admin) {
        return vec![PerspectiveWeight {
            perspective: ADMIN.to_owned(),
            weight: 100.0,
        }];
    }
    let asked = |name: &str| {
        indicator.questions.contains_key(name)
            || (name == THIRD_PARTY && context.with_criteria.contains(&indicator.code))
    };
    context
        .perspectives()
        .into_iter()
        .filter(|name| asked(name))
        .filter_map(|name| {
            let weight = context.default_weight(name)?;
            Some(PerspectiveWeight {
                perspective: name.to_owned(),
                weight,
            })
        })
        .collect()
}

fn read_goalposts(table: &Table, row: &Row, indicator: &mut Indicator, faults: &mut Faults) {
    let low = table.number(row, "goalpost_low", faults);
    let high = table.number(row, "goalpost_high", faults);
    let wanted = indicator
        .perspectives
        .iter()
        .any(|weight| weight.perspective == ADMIN);
    match (low, high) {
        (Some(low), Some(high)) if low < high => indicator.goalposts = Some((low, high)),
        (None, None) if !wanted => {}
        _ => faults.error(
            "PL041",
            At::cell(row.number, "goalpost_low"),
            say(
                "行政数据须有下限与上限，且下限小于上限。",
                "Administrative data needs both goalposts, the low one below the high one.",
            ),
            say(
                "例如 goalpost_low=0，goalpost_high=30。",
                "For instance goalpost_low=0, goalpost_high=30.",
            ),
        ),
    }
}

fn check_tree(nodes: &[Indicator], rows: &[u32], faults: &mut Faults) {
    let by_code: BTreeMap<&str, usize> = nodes
        .iter()
        .enumerate()
        .map(|(i, node)| (node.code.as_str(), i))
        .collect();
    let mut children: BTreeMap<Option<&str>, Vec<usize>> = BTreeMap::new();
    for (index, node) in nodes.iter().enumerate() {
        if let Some(parent) = node
            .parent
            .as_deref()
            .filter(|parent| !by_code.contains_key(parent))
        {
            faults.error(
                "PL031",
                At::cell(rows[index], "parent"),
                say(
                    format!("上级指标 {parent} 不存在。"),
                    format!("The parent indicator {parent} does not exist."),
                ),
                did_you_mean(parent, by_code.keys().copied().collect::<Vec<_>>()),
            );
        }
        children.entry(node.parent.as_deref()).or_default().push(index);
        if is_above_itself(nodes, &by_code, index) {
            faults.error(
                "PL032",
                At::cell(rows[index], "parent"),
                say(
                    format!("指标 {} 成了自己的上级。", node.code),
                    format!("Indicator {} is above itself.", node.code),
                ),
                say("请改正上级指标。", "Correct the parent."),
            );
        }
    }
    let sum = |indices: &[usize]| indices.iter().map(|&i| nodes[i].weight).sum::<f64>();
    for (index, node) in nodes.iter().enumerate() {
        match (children.get(&Some(node.code.as_str())), node.measure) {
            (Some(_), Some(measure)) => faults.error(
                "PL039",
                At::cell(rows[index], "measure"),
                say(
                    format!("指标 {} 有下级，不能再有测量方式 {}。", node.code, measure.code()),
                    format!(
                        "Indicator {} has children and cannot have the measure {}.",
                        node.code,
                        measure.code()
                    ),
                ),
                say(
                    "清空 measure，或移走下级指标。",
                    "Empty the measure, or move the children.",
                ),
            ),
            (None, None) if misspelt(faults, rows[index]) => {}
            (None, None) => faults.error(
                "PL039",
                At::cell(rows[index], "measure"),
                say(
                    format!("末级指标 {} 没有测量方式。", node.code),
                    format!("The leaf {} has no measure.", node.code),
                ),
                say(
                    format!("填写 {} 之一。", Measure::ALL.map(Measure::code).join("、")),
                    format!("Write one of {}.", Measure::ALL.map(Measure::code).join(", ")),
                ),
            ),
            (Some(below), None) if (sum(below) - node.weight).abs() > WEIGHT_TOLERANCE => faults.error(
                "PL033",
                At::cell(rows[index], "weight"),
                say(
                    format!(
                        "下级权重之和为 {}，而 {} 的权重是 {}。",
                        trim(sum(below)),
                        node.code,
                        trim(node.weight)
                    ),
                    format!(
                        "The children's weights sum to {}, but {} weighs {}.",
                        trim(sum(below)),
                        node.code,
                        trim(node.weight)
                    ),
                ),
                say("两者应相等。", "The two must be equal."),
            ),
            _ => {}
        }
    }
    let top = children.get(&None).map_or(0.0, |top| sum(top));
    if !nodes.is_empty() && (top - 100.0).abs() > WEIGHT_TOLERANCE {
        faults.error(
            "PL033",
            At::column("weight"),
            say(
                format!("一级指标权重之和为 {}，应为 100。", trim(top)),
                format!("The top-level weights sum to {}, not to 100.", trim(top)),
            ),
            say("请调整一级指标的权重。", "Adjust the weights of the top level."),
        );
    }
}

/// Whether the row's measure was written but not understood: then it has one fault, not two.
fn misspelt(faults: &Faults, row: u32) -> bool {
    faults
        .found
        .iter()
        .any(|fault| fault.code == "PL034" && fault.place.row == Some(row))
}

fn is_above_itself(nodes: &[Indicator], by_code: &BTreeMap<&str, usize>, start: usize) -> bool {
    let mut at = start;
    for _ in 0..nodes.len() {
        match nodes[at].parent.as_deref().and_then(|parent| by_code.get(parent)) {
            Some(&above) if above == start => return true,
            Some(&above) => at = above,
            None => return false,
        }
    }
    false
}

/// A weight as it was probably written: without the noise of binary sums.
fn trim(value: f64) -> String {
    let text = format!("{value:.6}");
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}
