//! Reading the whole folder: each file in turn, then what connects them.

use std::collections::{BTreeMap, BTreeSet};

use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::form::Form;
use survey_forms::text::Text;
use survey_forms::xlsform;

use super::header::{GroupPlan, RoundHeader, Suppression};
use super::indicator::{Indicator, questions, read as indicator_read};
use super::inviting::{self, Around};
use super::settings::{self, Settings};
use super::table::{At, Faults, Table, say};
use super::{
    ADMIN, AdminValue, Plan, PlanFiles, UnitTree, catalogue, commitment, frame, mailing, series, unit,
};

pub(super) fn plan(files: &PlanFiles) -> Result<Plan, Vec<Diagnostic>> {
    let mut all: Vec<Diagnostic> = Vec::new();
    let settings = with_file(files, "plan.toml", &mut all, settings::read).unwrap_or_default();
    let units = with_file(files, "units.csv", &mut all, unit::read).flatten();
    let forms = read_forms(files, &settings.groups, &mut all);
    let with_criteria = criteria_targets(files);
    let read = with_file(files, "indicators.csv", &mut all, |bytes, faults| {
        let context = indicator_read::Context {
            groups: &settings.groups,
            third_party: settings.third_party.as_ref(),
            areas: &settings.areas,
            with_criteria: &with_criteria,
        };
        let (tree, rows) = indicator_read::read(bytes, &context, faults);
        for (indicator, &row) in tree.iter().zip(&rows) {
            questions::check(indicator, row, &settings.groups, &forms, faults);
        }
        (tree, rows)
    });
    let (indicators, indicator_rows) = read.unwrap_or_default();
    let criteria = optional_file(files, "criteria.csv", &mut all, |bytes, faults| {
        series::read_criteria(bytes, &indicators, faults)
    });
    let series = optional_file(files, "series.csv", &mut all, |bytes, faults| {
        catalogue::read(bytes, units.as_ref(), faults)
    });
    let admin = optional_file(files, "admin.csv", &mut all, |bytes, faults| {
        series::read_admin(bytes, units.as_ref(), &series, faults)
    });
    let commitments = optional_file(files, "commitments.csv", &mut all, |bytes, faults| {
        commitment::read(bytes, units.as_ref(), &series, faults)
    });
    let mut faults = Faults::new("indicators.csv");
    warn_about_empty_series(indicators.iter().zip(indicator_rows), &admin, &mut faults);
    all.append(&mut faults.found);
    if let Some(units) = &units {
        optional_file(files, "frame.csv", &mut all, |bytes, faults| {
            frame::read(bytes, units, Some(&settings.groups), faults)
        });
    }
    let round = units
        .as_ref()
        .and_then(|units| header(&settings, units, &mut all));
    let mut faults = Faults::new("plan.toml");
    let around = Around {
        groups: &settings.groups,
        units: units.as_ref(),
        forms: &forms,
        scored_level: round.as_ref().map_or("township", |round| &round.scored_level),
        lines: &settings.lines,
    };
    let inviting = (
        settings.links.as_slice(),
        settings.quotas.as_slice(),
        &settings.invitations,
    );
    inviting::check(inviting, &around, &mut faults);
    mailing::check_units(
        &settings.mail,
        units.as_ref(),
        around.scored_level,
        &settings.lines,
        &mut faults,
    );
    all.append(&mut faults.found);
    if all.iter().any(Diagnostic::is_error) {
        return Err(all);
    }
    match (round, units, settings) {
        (
            Some(round),
            Some(units),
            Settings {
                sampling: Some(sampling),
                weighting: Some(weighting),
                groups,
                third_party,
                areas,
                presentation,
                grades,
                mail,
                links,
                quotas,
                invitations,
                follow_up,
                callback,
                retention,
                ..
            },
        ) => Ok(Plan {
            round,
            groups,
            third_party,
            areas,
            sampling,
            calibration: weighting.margins.clone(),
            nonresponse_classes: weighting.nonresponse_classes.clone(),
            weighting,
            grades,
            suppression: Suppression {
                min_cell: presentation.min_cell,
            },
            small_n: presentation.small_n,
            mail,
            links,
            quotas,
            invitations,
            follow_up,
            callback,
            retention,
            units,
            indicators,
            criteria,
            series,
            commitments,
            admin,
            forms,
        }),
        // A section that could not be read has left an error above; nothing else leads here.
        _ => Err(all),
    }
}

/// Reads a file that must be there.
fn with_file<T>(
    files: &PlanFiles,
    name: &str,
    all: &mut Vec<Diagnostic>,
    read: impl FnOnce(&[u8], &mut Faults) -> T,
) -> Option<T> {
    let mut faults = Faults::new(name);
    let out = files.get(name).map(|bytes| read(bytes, &mut faults));
    if out.is_none() {
        faults.error(
            "PL001",
            At::file(),
            say(
                format!("方案文件夹里没有 {name}。"),
                format!("The plan folder has no {name}."),
            ),
            say("请参照示例方案补上。", "Add it as in the sample plan."),
        );
    }
    in_row_order(&mut faults);
    all.append(&mut faults.found);
    out
}

/// Reads a file that may be absent.
fn optional_file<T: Default>(
    files: &PlanFiles,
    name: &str,
    all: &mut Vec<Diagnostic>,
    read: impl FnOnce(&[u8], &mut Faults) -> T,
) -> T {
    let mut faults = Faults::new(name);
    let out = files
        .get(name)
        .map(|bytes| read(bytes, &mut faults))
        .unwrap_or_default();
    in_row_order(&mut faults);
    all.append(&mut faults.found);
    out
}

/// A person works through a file from the top.
fn in_row_order(faults: &mut Faults) {
    faults.found.sort_by_key(|fault| fault.place.row);
}

fn read_forms(files: &PlanFiles, groups: &[GroupPlan], all: &mut Vec<Diagnostic>) -> BTreeMap<String, Form> {
    let mut forms = BTreeMap::new();
    let media: BTreeMap<String, &[u8]> = files
        .iter()
        .filter_map(|(path, bytes)| Some((path.strip_prefix("media/")?.to_owned(), bytes.as_slice())))
        .collect();
    for group in groups {
        let path = format!("forms/{}.xlsx", group.form);
        let Some(bytes) = files.get(&path) else {
            all.push(Diagnostic::error(
                "PL070",
                Place::file("plan.toml").field(format!("groups.{}.form", group.code)),
                Text::zh_en(
                    format!("没有问卷文件 {path}。"),
                    format!("There is no questionnaire {path}."),
                ),
                Text::zh_en(
                    "请放入该文件或改正 form。",
                    "Add the file or correct the key form.",
                ),
            ));
            continue;
        };
        match xlsform::read(&path, bytes) {
            Ok(read) => {
                all.extend(read.warnings);
                all.extend(survey_forms::media::check(&path, &read.form, &media));
                forms.insert(group.code.clone(), read.form);
            }
            Err(faults) => all.extend(faults),
        }
    }
    forms
}

/// The indicators that criteria name, before either file is checked.
fn criteria_targets(files: &PlanFiles) -> BTreeSet<String> {
    let mut unheard = Faults::new("criteria.csv");
    let table = files
        .get("criteria.csv")
        .and_then(|bytes| Table::read(bytes, &["indicator"], &[], &mut unheard));
    let Some(table) = table else {
        return BTreeSet::new();
    };
    table
        .rows
        .iter()
        .map(|row| table.get(row, "indicator").to_owned())
        .collect()
}

/// A series without values yet is no error: numbers of the year often come after the plan is sealed.
fn warn_about_empty_series<'a>(
    indicators: impl Iterator<Item = (&'a Indicator, u32)>,
    admin: &[AdminValue],
    faults: &mut Faults,
) {
    for (indicator, row) in indicators {
        let asks = indicator
            .perspectives
            .iter()
            .any(|weight| weight.perspective == ADMIN);
        for code in indicator.series.iter().filter(|_| asks) {
            if !admin.iter().any(|value| value.code == *code) {
                faults.warning(
                    "PL063",
                    At::cell(row, "questions"),
                    say(
                        format!("admin.csv 里还没有 {code} 的数值。"),
                        format!("admin.csv has no value of {code} yet."),
                    ),
                    say("计分前请导入。", "Import them before scoring."),
                );
            }
        }
    }
}

fn header(settings: &Settings, units: &UnitTree, all: &mut Vec<Diagnostic>) -> Option<RoundHeader> {
    let mut faults = Faults::new("plan.toml");
    let round = settings.round.as_ref()?;
    let county = round.county.clone().unwrap_or_else(|| units.root().code.clone());
    if county != units.root().code {
        faults.error(
            "PL024",
            At::line(None, Some("round.county".to_owned())),
            say(
                format!(
                    "county 是 {county}，而 units.csv 的最上级是 {}。",
                    units.root().code
                ),
                format!(
                    "county is {county}, but the top of units.csv is {}.",
                    units.root().code
                ),
            ),
            say("请改成一致。", "Make them agree."),
        );
    }
    if units.of_level(&round.scored_level).is_empty() {
        faults.error(
            "PL024",
            At::line(None, Some("round.scored_level".to_owned())),
            say(
                format!("units.csv 里没有 {} 级的单位。", round.scored_level),
                format!("units.csv has no unit of level {}.", round.scored_level),
            ),
            say(
                "计分的单位一般是 township。",
                "Scored units usually are townships.",
            ),
        );
    }
    all.append(&mut faults.found);
    Some(RoundHeader {
        id: round.id.clone(),
        title: round.title.clone(),
        year: round.year,
        opens_on: round.opens_on()?,
        closes_on: round.closes_on()?,
        organiser: round.organiser.clone(),
        contact: round.contact.clone(),
        county,
        scored_level: round.scored_level.clone(),
        previous: round.previous.clone(),
    })
}
