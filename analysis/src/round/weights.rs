//! From base weights to estimation weights of one perspective.

use std::collections::BTreeMap;

use survey_forms::text::Text;

use super::MarginTotals;
use super::classes::classes;
use crate::factor::Factor;
use crate::weighting::{Calibration, Margin, RakeOptions, nonresponse, rake};

/// A margin's cell with fewer respondents is raked together with its neighbour.
const SMALLEST_CELL: usize = 5;
/// Margins whose sums differ by more than this share count different people.
const POPULATION_TOLERANCE: f64 = 0.02;

/// What is weighted.
pub(crate) struct Weighing<'a> {
    /// What readers call the perspective, for messages.
    pub(crate) name: &'a Text,
    pub(crate) base: &'a [f64],
    /// Whose answers are used.
    pub(crate) usable: &'a [bool],
    /// Columns of the weighting classes, by name.
    pub(crate) class_columns: Vec<&'a [String]>,
    pub(crate) smallest_class: usize,
    pub(crate) totals: &'a [MarginTotals],
    /// The column of a name, empty for one that there is not.
    pub(crate) column: &'a dyn Fn(&str) -> &'a [String],
}

/// The weights of the usable cases, and how they came about.
#[derive(Clone, Debug, Default)]
pub(crate) struct Weights {
    /// Rows of the usable cases.
    pub(crate) rows: Vec<u32>,
    /// Their weights.
    pub(crate) weight: Vec<f64>,
    pub(crate) calibration: Option<Calibration>,
    /// The weighting class of each usable case.
    pub(crate) class: Vec<u32>,
    /// Share of each class's invited cases that are usable.
    pub(crate) class_rate: Vec<f64>,
    /// Whether everybody was asked and answered, so that nothing is uncertain.
    pub(crate) census: bool,
}

/// Adjusts for non-response and rakes.
pub(crate) fn weigh(input: &Weighing<'_>, warnings: &mut Vec<Text>) -> Weights {
    let rows: Vec<u32> = (0u32..)
        .zip(input.usable)
        .filter(|(_, usable)| **usable)
        .map(|(row, _)| row)
        .collect();
    if rows.is_empty() {
        return Weights::default();
    }
    let classes = classes(&input.class_columns, input.usable, input.smallest_class);
    let pick = |row: &u32| classes.codes[*row as usize];
    let mut weights = Weights {
        class: rows.iter().map(pick).collect(),
        class_rate: class_rates(&classes.codes, classes.labels.len(), input.usable),
        ..Weights::default()
    };
    let all_weigh_one = input.base.iter().all(|&weight| weight == 1.0);
    if rows.len() == input.base.len() && all_weigh_one {
        return Weights {
            weight: vec![1.0; rows.len()],
            rows,
            census: true,
            ..weights
        };
    }
    if classes.merged > 0 {
        warnings.push(Text::zh_en(
            format!(
                "{}：{} 个无应答调整类因答卷不足 {} 份而与相邻类合并。",
                input.name.get("zh"),
                classes.merged,
                input.smallest_class
            ),
            format!(
                "{}: {} weighting classes with fewer than {} respondents were merged with neighbours.",
                input.name.get("en"),
                classes.merged,
                input.smallest_class
            ),
        ));
    }
    let adjusted = match nonresponse::adjust(input.base, input.usable, &classes.codes, &classes.labels) {
        Ok(adjusted) => adjusted.weights,
        Err(error) => {
            // Merging has left no class without respondents; should it be otherwise, say so and go on unadjusted.
            warnings.push(Text::zh_en(
                format!("{}：未作无应答调整（{error}）。", input.name.get("zh")),
                format!(
                    "{}: no adjustment for non-response ({error}).",
                    input.name.get("en")
                ),
            ));
            input.base.to_vec()
        }
    };
    let weight: Vec<f64> = rows.iter().map(|&row| adjusted[row as usize]).collect();
    weights.calibration = raked(input, &rows, &weight, warnings);
    weights.weight = weights
        .calibration
        .as_ref()
        .map_or(weight, |calibration| calibration.weights().to_vec());
    weights.rows = rows;
    weights
}

fn class_rates(codes: &[u32], classes: usize, usable: &[bool]) -> Vec<f64> {
    let mut counts = vec![(0.0, 0.0); classes];
    for (&class, &usable) in codes.iter().zip(usable) {
        let (invited, answered) = &mut counts[class as usize];
        *invited += 1.0;
        *answered += f64::from(u8::from(usable));
    }
    counts
        .into_iter()
        .map(|(invited, answered)| if invited > 0.0 { answered / invited } else { 0.0 })
        .collect()
}

/// Rakes to all margins; if that has no solution, to the first alone; if that has none either, not at all.
fn raked(
    input: &Weighing<'_>,
    rows: &[u32],
    weight: &[f64],
    warnings: &mut Vec<Text>,
) -> Option<Calibration> {
    let mut margins: Vec<Margin> = Vec::new();
    let mut population: Option<f64> = None;
    for totals in input.totals.iter().filter(|totals| !totals.cells.is_empty()) {
        let (name, en) = margin_name(&totals.by);
        match margin(input, totals, rows, weight, &mut population) {
            Ok((margin, merged)) => {
                if merged > 0 {
                    warnings.push(Text::zh_en(
                        format!("{}：校准边际 {name} 有 {merged} 格因答卷不足 {SMALLEST_CELL} 份而与相邻格合并。", input.name.get("zh")),
                        format!("{}: {merged} cells of the margin {en} with fewer than {SMALLEST_CELL} respondents were merged with neighbours.", input.name.get("en")),
                    ));
                }
                margins.push(margin);
            }
            Err(reason) => warnings.push(Text::zh_en(
                format!("{}：校准时略去边际 {name}（{reason}）。", input.name.get("zh")),
                format!(
                    "{}: the margin {en} was left out of the calibration ({reason}).",
                    input.name.get("en")
                ),
            )),
        }
    }
    if margins.is_empty() {
        return None;
    }
    let options = RakeOptions {
        tolerance: 1e-10,
        ..RakeOptions::default()
    };
    for tried in [margins.len(), 1] {
        match rake(weight, &margins[..tried], options) {
            Ok((calibration, _)) => return Some(calibration),
            Err(error) => warnings.push(Text::zh_en(
                format!(
                    "{}：{tried} 个边际的校准没有成功（{error}）。",
                    input.name.get("zh")
                ),
                format!(
                    "{}: calibration to {tried} margins did not succeed ({error}).",
                    input.name.get("en")
                ),
            )),
        }
    }
    None
}

/// What readers call a margin, Chinese and English.
fn margin_name(columns: &[String]) -> (String, String) {
    let words = |column: &String| match column.as_str() {
        "township" => ("乡镇".to_owned(), "township".to_owned()),
        "category" => ("残疾类别".to_owned(), "category".to_owned()),
        "grade" => ("残疾等级".to_owned(), "grade".to_owned()),
        "sex" => ("性别".to_owned(), "sex".to_owned()),
        "age_band" => ("年龄段".to_owned(), "age band".to_owned()),
        "body_kind" => ("组织类型".to_owned(), "kind of body".to_owned()),
        other => (other.to_owned(), other.to_owned()),
    };
    let (zh, en): (Vec<String>, Vec<String>) = columns.iter().map(words).unzip();
    (zh.join("×"), en.join(" × "))
}

fn margin(
    input: &Weighing<'_>,
    totals: &MarginTotals,
    rows: &[u32],
    weight: &[f64],
    population: &mut Option<f64>,
) -> Result<(Margin, usize), String> {
    let columns: Vec<&[String]> = totals.by.iter().map(|name| (input.column)(name)).collect();
    if columns.iter().any(|column| column.is_empty()) {
        return Err("no such column".to_owned());
    }
    let key = |row: u32| {
        columns
            .iter()
            .map(|column| column[row as usize].clone())
            .collect::<Vec<String>>()
    };
    let mut cells: BTreeMap<Vec<String>, (f64, usize)> = BTreeMap::new();
    for (cell, total) in totals.cells.iter().filter(|(_, total)| *total > 0.0) {
        cells.entry(cell.clone()).or_default().0 += total;
    }
    for &row in rows {
        let key = key(row);
        match cells.get_mut(&key) {
            Some((_, respondents)) => *respondents += 1,
            None => {
                return Err(format!(
                    "respondents in {}, which the frame does not have",
                    key.join(" / ")
                ));
            }
        }
    }
    let all = cells.len();
    let groups = merge_small(cells);
    let sum: f64 = groups.iter().map(|group| group.total).sum();
    let target = *population.get_or_insert(sum);
    if (sum - target).abs() > POPULATION_TOLERANCE * target {
        return Err(format!("it counts {sum} people, the first margin {target}"));
    }
    let mut label_of: BTreeMap<&[String], String> = BTreeMap::new();
    for group in &groups {
        for member in &group.members {
            label_of.insert(member, group.label());
        }
    }
    let factor = Factor::from_values(rows.iter().map(|&row| label_of.get(key(row).as_slice())));
    // Blanks in the frame make margins differ by a few people; raking needs them to agree.
    let scaled: Vec<(Vec<String>, f64)> = groups
        .iter()
        .map(|group| (vec![group.label()], group.total * target / sum))
        .collect();
    let margin = Margin::new(&[(&totals.by.join(" × "), &factor)], &scaled, weight)
        .map_err(|error| error.to_string())?;
    Ok((margin, all - groups.len()))
}

struct MarginGroup {
    members: Vec<Vec<String>>,
    total: f64,
    respondents: usize,
}

impl MarginGroup {
    fn label(&self) -> String {
        self.members
            .iter()
            .map(|key| key.join("/"))
            .collect::<Vec<_>>()
            .join(" + ")
    }
}

/// Merges a cell with too few respondents into the neighbour in the order of the keys with which it shares the most
/// leading values, the one before it when both share as many.
fn merge_small(cells: BTreeMap<Vec<String>, (f64, usize)>) -> Vec<MarginGroup> {
    let mut groups: Vec<MarginGroup> = cells
        .into_iter()
        .map(|(key, (total, respondents))| MarginGroup {
            members: vec![key],
            total,
            respondents,
        })
        .collect();
    while groups.len() > 1 {
        let smallest = groups
            .iter()
            .enumerate()
            .min_by_key(|(_, group)| group.respondents);
        let Some((at, _)) = smallest.filter(|(_, group)| group.respondents < SMALLEST_CELL) else {
            break;
        };
        let shared = |a: &MarginGroup, b: &MarginGroup| {
            let (a, b) = (a.members.last(), b.members.first());
            a.into_iter()
                .flatten()
                .zip(b.into_iter().flatten())
                .take_while(|(x, y)| x == y)
                .count()
        };
        let before = (at > 0).then(|| shared(&groups[at - 1], &groups[at]));
        let after = (at + 1 < groups.len()).then(|| shared(&groups[at], &groups[at + 1]));
        let (into, from) = if before >= after {
            (at - 1, at)
        } else {
            (at, at + 1)
        };
        let mut absorbed = groups.remove(from);
        groups[into].members.append(&mut absorbed.members);
        groups[into].total += absorbed.total;
        groups[into].respondents += absorbed.respondents;
    }
    groups
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    fn weigh_towns(
        towns: &[String],
        usable: &[bool],
        base: &[f64],
        totals: &[MarginTotals],
    ) -> (Weights, Vec<Text>) {
        let column = |name: &str| -> &[String] { if name == "township" { towns } else { &[] } };
        let mut warnings = Vec::new();
        let weighing = Weighing {
            name: &Text::zh_en("残疾人", "Disabled residents"),
            base,
            usable,
            class_columns: vec![towns],
            smallest_class: 1,
            totals,
            column: &column,
        };
        (weigh(&weighing, &mut warnings), warnings)
    }

    fn towns(names: &[&str]) -> Vec<String> {
        names.iter().map(|name| (*name).to_owned()).collect()
    }

    #[test]
    fn weigh_one_of_two_answered_doubles_the_weight() {
        let (weights, _) = weigh_towns(
            &towns(&["a", "a", "b"]),
            &[true, false, true],
            &[10.0, 10.0, 7.0],
            &[],
        );
        assert_eq!(weights.weight, [20.0, 7.0]);
        assert_eq!(weights.class_rate, [0.5, 1.0]);
        assert!(!weights.census);
    }

    #[test]
    fn weigh_everybody_asked_and_answered_is_a_census() {
        let (weights, warnings) = weigh_towns(&towns(&["a", "b"]), &[true, true], &[1.0, 1.0], &[]);
        assert!(weights.census && warnings.is_empty());
        assert_eq!(weights.weight, [1.0, 1.0]);
    }

    #[test]
    fn weigh_margin_unknown_to_the_frame_is_left_out_with_a_warning() {
        let totals = [MarginTotals {
            by: vec!["township".to_owned()],
            cells: vec![(vec!["a".to_owned()], 50.0)],
        }];
        let (weights, warnings) = weigh_towns(&towns(&["a", "b"]), &[true, true], &[10.0, 7.0], &totals);
        assert_eq!(weights.weight, [10.0, 7.0]);
        assert_eq!(warnings.len(), 1);
    }

    proptest! {
        #[test]
        fn weights_sum_to_the_margin_and_to_the_base(
            people in proptest::collection::vec((0usize..3, any::<bool>(), 1.0f64..50.0), 30..120),
        ) {
            let names = ["a", "b", "c"];
            let towns: Vec<String> = people.iter().map(|(t, _, _)| names[*t].to_owned()).collect();
            let usable: Vec<bool> = people.iter().map(|(_, u, _)| *u).collect();
            let base: Vec<f64> = people.iter().map(|(_, _, w)| *w).collect();
            prop_assume!(usable.iter().any(|u| *u));
            let (plain, _) = weigh_towns(&towns, &usable, &base, &[]);
            let sum: f64 = plain.weight.iter().sum();
            prop_assert!((sum / base.iter().sum::<f64>() - 1.0).abs() < 1e-12);
            let cells = names.iter().map(|name| (vec![(*name).to_owned()], 500.0)).collect();
            let totals = [MarginTotals { by: vec!["township".to_owned()], cells }];
            prop_assume!(towns.iter().any(|t| t == "a") && towns.iter().any(|t| t == "b") && towns.iter().any(|t| t == "c"));
            let (raked, _) = weigh_towns(&towns, &usable, &base, &totals);
            let sum: f64 = raked.weight.iter().sum();
            prop_assert!((sum - 1500.0).abs() < 1e-6, "{sum}");
        }
    }
}
