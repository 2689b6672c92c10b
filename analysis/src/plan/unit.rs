//! The judged units as a tree: county → townships → villages, with institutions and departments beside them.

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};
use survey_forms::text::Text;

use super::table::{At, Faults, Table, did_you_mean, say};

/// A unit (被评价单位).
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Unit {
    /// Code, unique in the plan.
    pub code: String,
    /// Code of the unit above; none for the county.
    pub parent: Option<String>,
    /// `county`, `township`, `village` or `other`.
    pub level: String,
    /// What kind of body: free text of the plan.
    pub kind: String,
    /// Name.
    pub name: Text,
}

/// All units, in the order of the file, with a single root.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct UnitTree {
    units: Vec<Unit>,
    by_code: BTreeMap<String, usize>,
    root: usize,
}

impl UnitTree {
    /// Builds the tree from units that were checked: codes unique, parents known, no cycle, `root` the only one
    /// without parent.
    #[must_use]
    pub(crate) fn new(units: Vec<Unit>, root: usize) -> Self {
        let by_code = units
            .iter()
            .enumerate()
            .map(|(i, unit)| (unit.code.clone(), i))
            .collect();
        Self { units, by_code, root }
    }

    /// The county.
    #[must_use]
    pub fn root(&self) -> &Unit {
        &self.units[self.root]
    }

    /// The unit with this code.
    #[must_use]
    pub fn get(&self, code: &str) -> Option<&Unit> {
        self.by_code.get(code).map(|&i| &self.units[i])
    }

    /// All units in the order of the file.
    pub fn iter(&self) -> impl Iterator<Item = &Unit> {
        self.units.iter()
    }

    /// The units of a level, in the order of the file.
    #[must_use]
    pub fn of_level(&self, level: &str) -> Vec<&Unit> {
        self.units.iter().filter(|unit| unit.level == level).collect()
    }

    /// The units directly below one, in the order of the file.
    #[must_use]
    pub fn children(&self, code: &str) -> Vec<&Unit> {
        self.units
            .iter()
            .filter(|unit| unit.parent.as_deref() == Some(code))
            .collect()
    }

    /// The unit itself or the nearest above it that has this level: the township of a village.
    #[must_use]
    pub fn ancestor_of_level(&self, code: &str, level: &str) -> Option<&Unit> {
        let mut unit = self.get(code)?;
        while unit.level != level {
            unit = self.get(unit.parent.as_deref()?)?;
        }
        Some(unit)
    }

    /// The township that a village, or the township itself, belongs to; none for county-level units.
    #[must_use]
    pub fn township_of(&self, code: &str) -> Option<&str> {
        self.ancestor_of_level(code, "township")
            .map(|unit| unit.code.as_str())
    }
}

const COLUMNS: [&str; 6] = ["code", "parent", "level", "kind", "name_zh", "name_en"];

/// Reads `units.csv`; `None` when no tree can be made of it.
pub(crate) fn read(bytes: &[u8], faults: &mut Faults) -> Option<UnitTree> {
    let before = faults.found.len();
    let table = Table::read(bytes, &COLUMNS[..5], &COLUMNS[5..], faults)?;
    let mut units = Vec::new();
    let mut rows = Vec::new();
    let mut by_code: BTreeMap<String, (usize, u32)> = BTreeMap::new();
    for row in &table.rows {
        let code = table.need(row, "code", faults);
        let level = table.need(row, "level", faults);
        table.need(row, "name_zh", faults);
        if let Some((_, first)) = by_code.get(code).filter(|_| !code.is_empty()) {
            faults.error(
                "PL020",
                At::cell(row.number, "code"),
                say(
                    format!("单位代码 {code} 与第 {first} 行重复。"),
                    format!("The unit code {code} is already in row {first}."),
                ),
                say("每个单位一个代码。", "Give each unit its own code."),
            );
            continue;
        }
        by_code.insert(code.to_owned(), (units.len(), row.number));
        rows.push(row.number);
        units.push(Unit {
            code: code.to_owned(),
            parent: table.some(row, "parent"),
            level: level.to_owned(),
            kind: table.get(row, "kind").to_owned(),
            name: table.text(row, "name_zh", "name_en"),
        });
    }
    for (unit, &row) in units.iter().zip(&rows) {
        if let Some(parent) = unit
            .parent
            .as_ref()
            .filter(|parent| !by_code.contains_key(*parent))
        {
            faults.error(
                "PL021",
                At::cell(row, "parent"),
                say(
                    format!("上级单位 {parent} 不存在。"),
                    format!("The parent unit {parent} does not exist."),
                ),
                did_you_mean(parent, by_code.keys().map(String::as_str).collect::<Vec<_>>()),
            );
        }
    }
    let roots: Vec<usize> = (0..units.len()).filter(|&i| units[i].parent.is_none()).collect();
    match roots.as_slice() {
        [_] => {}
        [] => faults.error(
            "PL023",
            At::column("parent"),
            say("没有最上级单位。", "No unit is at the top."),
            say("县级单位的 parent 应留空。", "Leave the county's parent empty."),
        ),
        [first, others @ ..] => {
            for &other in others {
                faults.error(
                    "PL023",
                    At::cell(rows[other], "parent"),
                    say(
                        format!(
                            "单位 {} 没有上级；最上级单位只能有一个（{}）。",
                            units[other].code, units[*first].code
                        ),
                        format!(
                            "Unit {} has no parent; only one unit ({}) may be at the top.",
                            units[other].code, units[*first].code
                        ),
                    ),
                    say(
                        "请填写它的上级单位代码。",
                        "Fill in the code of the unit above it.",
                    ),
                );
            }
        }
    }
    for start in cycles(&units, &by_code) {
        faults.error(
            "PL022",
            At::cell(rows[start], "parent"),
            say(
                format!("单位 {} 成了自己的上级。", units[start].code),
                format!("Unit {} is above itself.", units[start].code),
            ),
            say("请改正上级单位。", "Correct the parent."),
        );
    }
    let sound = faults.found[before..].iter().all(|fault| !fault.is_error());
    sound.then(|| UnitTree::new(units, roots[0]))
}

/// One member (the first of the file) of each ring of units that are above themselves.
fn cycles(units: &[Unit], by_code: &BTreeMap<String, (usize, u32)>) -> Vec<usize> {
    let parent = |i: usize| {
        units[i]
            .parent
            .as_ref()
            .and_then(|code| by_code.get(code))
            .map(|&(i, _)| i)
    };
    let mut state = vec![0u8; units.len()];
    let mut rings = Vec::new();
    for start in 0..units.len() {
        let mut path = Vec::new();
        let mut at = Some(start);
        while let Some(i) = at.filter(|&i| state[i] == 0) {
            state[i] = 1;
            path.push(i);
            at = parent(i);
        }
        if let Some(ring) = at.and_then(|i| path.iter().position(|&p| p == i)) {
            rings.extend(path[ring..].iter().min());
        }
        for i in path {
            state[i] = 2;
        }
    }
    rings
}

#[cfg(test)]
mod tests {
    use super::*;

    fn faults_of(csv: &str) -> Vec<String> {
        let mut faults = Faults::new("units.csv");
        let tree = read(csv.as_bytes(), &mut faults);
        assert_eq!(tree.is_none(), faults.found.iter().any(|fault| fault.is_error()));
        faults.found.iter().map(|fault| fault.to_line("zh")).collect()
    }

    #[test]
    fn read_sound_tree_finds_townships_of_villages() {
        let csv = "code,parent,level,kind,name_zh\nc,,county,federation,县\nt,c,township,federation,乡\nv,t,village,committee,村\n";
        let mut faults = Faults::new("units.csv");
        let tree = read(csv.as_bytes(), &mut faults).expect("sound");
        assert_eq!(tree.root().code, "c");
        assert_eq!(tree.township_of("v"), Some("t"));
        assert_eq!(tree.township_of("t"), Some("t"));
        assert_eq!(tree.township_of("c"), None);
        assert_eq!(tree.children("c").len(), 1);
    }

    #[test]
    fn read_faulty_tree_reports_every_fault() {
        let csv = "code,parent,level,kind,name_zh,name_en\nc,,county,,县,\nt,x,township,,乡,\nt,c,township,,乡二,\na,b,village,,甲,\nb,a,village,,乙,\nd,,village,,丁,\n";
        insta::assert_snapshot!(faults_of(csv).join("\n"));
    }
}
