//! What a change of a plan means once it is sealed: words, rules, or something that cannot be.

use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::text::Text;

use crate::media::FOLDER;
use crate::planning::difference::{Change, Difference, Fate, Line};

/// What has happened in a round already.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Ground {
    /// Whether the sample is drawn.
    pub sampled: bool,
    /// Answers that have come.
    pub answers: u64,
    /// Whether third-party marks are there.
    pub marks: bool,
}

/// What a change means after sealing.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Words and arrangements; no figure can change by it.
    Words,
    /// The rules by which figures are made.
    Rules,
    /// It cannot be.
    Never(Box<Diagnostic>),
}

/// A change with what it means.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verdict {
    /// File and key or row: `indicators.csv 1.1 weight`.
    pub what: String,
    /// Before and after; empty where only the whole is said.
    pub values: (String, String),
    /// What it means.
    pub effect: Effect,
}

fn never(code: &'static str, place: Place, zh: &str, en: &str, mend: (&str, &str)) -> Effect {
    Effect::Never(Box::new(Diagnostic::error(
        code,
        place,
        Text::zh_en(zh, en),
        Text::zh_en(mend.0, mend.1),
    )))
}

const NEW_ROUND: (&str, &str) = (
    "请改回来；下一轮再改。",
    "Put it back, and change it in the next round.",
);

fn of_setting(change: &Change, ground: Ground) -> Effect {
    let place = || Place::file("plan.toml").field(&change.key);
    let key = change.key.as_str();
    let ends = |names: &[&str]| names.iter().any(|name| key.ends_with(&format!("].{name}")));
    let fixed = [
        "round.id",
        "round.year",
        "round.county",
        "round.scored_level",
        "round.opens_on",
    ];
    if fixed.contains(&key) {
        return never(
            "PA020",
            place(),
            "方案封存以后，这一项不能改。",
            "This cannot change once the plan is sealed.",
            NEW_ROUND,
        );
    }
    if (key.starts_with("groups[") && ends(&["code", "form", "source"]))
        || (key.starts_with("areas[") && ends(&["code"]))
    {
        return never(
            "PA020",
            place(),
            "方案封存以后，不能增减评价主体和服务领域，也不能换问卷或来源。",
            "Groups and areas stay once the plan is sealed, with their questionnaires and sources.",
            NEW_ROUND,
        );
    }
    if key.starts_with("sampling.") && ground.sampled {
        return never(
            "PA023",
            place(),
            "样本已经抽出，抽样办法不能改。",
            "The sample is drawn: how it is drawn cannot change.",
            NEW_ROUND,
        );
    }
    if key == "presentation.min_cell" && ground.answers > 0 {
        let number = |value: &Option<String>| value.as_ref().and_then(|value| value.parse::<u32>().ok());
        // The default where the key is absent.
        let least = |value: &Option<String>| number(value).unwrap_or(10);
        if least(&change.new) < least(&change.old) {
            return never(
                "PA024",
                place(),
                "收到答卷以后，最小单元只能调大，不能调小：答卷的人信的是当时公布的限度。",
                "Once answers are in, the smallest cell can only grow: people answered trusting the limit that was published.",
                ("请改回来。", "Put it back."),
            );
        }
    }
    let rules = [
        "third_party.",
        "grades[",
        "weighting.",
        "presentation.",
        "sampling.",
    ];
    let is_name = key.contains(".name.");
    let is_rule = rules.iter().any(|prefix| key.starts_with(prefix)) && !is_name;
    if is_rule || (key.starts_with("groups[") && ends(&["weight"])) {
        Effect::Rules
    } else {
        Effect::Words
    }
}

fn of_row(file: &str, line: &Line, ground: Ground) -> Effect {
    let place = || Place::file(file).field(&line.key);
    let only = |columns: &[&str]| match &line.fate {
        Fate::Changed(cells) => cells.iter().all(|cell| columns.contains(&cell.key.as_str())),
        _ => false,
    };
    match file {
        "units.csv" if only(&["name_zh", "name_en"]) => Effect::Words,
        "units.csv" if ground.sampled => never(
            "PA025",
            place(),
            "样本已经抽出，被评价单位不能增减，也不能换上级、级别或类别。",
            "The sample is drawn: units can be neither added nor removed, nor change parent, level or kind.",
            NEW_ROUND,
        ),
        "criteria.csv" if only(&["name", "name_en"]) => Effect::Words,
        "criteria.csv" if ground.marks => never(
            "PA026",
            place(),
            "第三方已经打分，评分项不能增减，分值和标准也不能改。",
            "Marks have been given: criteria, their scales and their guidance cannot change.",
            NEW_ROUND,
        ),
        "indicators.csv" if only(&["name_zh", "name_en"]) => Effect::Words,
        _ => Effect::Rules,
    }
}

/// What each change means in a round that is sealed.
pub fn judge(difference: &Difference, ground: Ground) -> Vec<Verdict> {
    let value = |value: &Option<String>| value.clone().unwrap_or_default();
    let mut verdicts: Vec<Verdict> = difference
        .settings
        .iter()
        .map(|change| Verdict {
            what: format!("plan.toml {}", change.key),
            values: (value(&change.old), value(&change.new)),
            effect: of_setting(change, ground),
        })
        .collect();
    for table in &difference.tables {
        for line in &table.rows {
            let cells = match &line.fate {
                Fate::Changed(cells) => cells.as_slice(),
                _ => &[],
            };
            let joined = |of: fn(&Change) -> &Option<String>| {
                let one = |cell: &Change| format!("{}={}", cell.key, value(of(cell)));
                cells.iter().map(one).collect::<Vec<_>>().join("; ")
            };
            verdicts.push(Verdict {
                what: format!("{} {} {}", table.file, line.key, line.name),
                values: (joined(|cell| &cell.old), joined(|cell| &cell.new)),
                effect: of_row(&table.file, line, ground),
            });
        }
        if table.reordered && table.rows.is_empty() {
            verdicts.push(Verdict {
                what: table.file.clone(),
                values: Default::default(),
                effect: Effect::Words,
            });
        }
    }
    let of_form = |file: &str| {
        never(
            "PA021",
            Place::file(file),
            "封存以后，问卷不在这里改。",
            "Once sealed, questionnaires are not changed here.",
            (
                "请在问卷编辑器里改，再“放进方案”（或用 minyi round amend）：那里会核对已收到的答卷。",
                "Change it in the editor of questionnaires and put it into the plan (or use minyi round amend): it is held against the answers that came.",
            ),
        )
    };
    let whole = |file: &str, effect| Verdict {
        what: file.to_owned(),
        values: Default::default(),
        effect,
    };
    verdicts.extend(
        difference
            .forms
            .iter()
            .map(|form| whole(&form.file, of_form(&form.file))),
    );
    verdicts.extend(difference.files.iter().map(|line| {
        let is_note = [".md", ".txt"].iter().any(|ending| line.key.ends_with(ending));
        let effect = match is_note {
            true => Effect::Words,
            false if line.key.starts_with("forms/") || line.key.starts_with(FOLDER) => of_form(&line.key),
            false => Effect::Rules,
        };
        whole(&line.key, effect)
    }));
    verdicts
}
