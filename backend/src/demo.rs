//! The demo: a whole round made from nothing in a data folder, by the same acts that an office takes.
//!
//! A synthetic county takes the place of the register and of the respondents; everything after that is the product
//! itself: the plan is imported and sealed, the sample stored, invitations issued, responses submitted through the
//! front door, results computed from the database, reports written, mail queued. Only the responses' days are set by
//! a clock of the demo's, so that fieldwork has a history.

use std::collections::{BTreeMap, BTreeSet, HashMap};
use std::path::Path;
use std::sync::Arc;

use analysis::plan::{Plan, PlanFiles};
use analysis::results::RoundDetail;
use analysis::round::{self, CriterionScore, RoundInput};
use anyhow::{Context, Result, bail};
use jiff::civil::{Date, Time};
use jiff::tz::Offset;
use jiff::{SignedDuration, Timestamp, ToSpan};
use reports::build::{Release, Scope};
use reports::model::{Kind, Lang};
use serde::Serialize;
use tokio::task::JoinSet;
use uuid::Uuid;

use crate::app::{Base, FormCache};
use crate::auth::independence;
use crate::auth::password;
use crate::clock::{Clock, Entropy, FixedClock};
use crate::field::assigning::{self, Caseload};
use crate::jobs::analyse;
use crate::reporting::{self, Format};
use crate::rounds::{self, DrawnCase};
use crate::store::invitations::Issued;
use crate::store::staff;
use crate::store::staff::Staff;
use crate::submit::health::is_sensitive;
use crate::submit::{Door, NewResponse, SubmitError, Submitter};
use crate::synthetic::{self, Fieldwork, Population, Response};

mod callbacks;
mod data;
mod editor;
mod field;
mod follow_up;
mod identity;
mod mail;
mod planning;
mod privacy;
mod records;
mod sittings;
mod third;
mod year_before;

/// The actor of the demo's acts in the audit log.
const ACTOR: &str = "demo";
/// Roles that get a login each.
const ROLES: [(&str, &str); 5] = [
    ("office", "考评办"),
    ("evaluator", "第三方评估员"),
    ("viewer", "领导小组"),
    ("interviewer", "访问员"),
    ("auditor", "审计员"),
];
/// The login of the interviewer.
const INTERVIEWER: &str = "interviewer";
/// Villages whose open cases the interviewer is given.
const INTERVIEWER_VILLAGES: usize = 3;
/// The folder of the one-page briefs within that of the reports.
const BRIEFS: &str = "briefs";
/// Unused codes that `demo.json` gives for each group.
const CODES_PER_GROUP: usize = 40;

/// What the demo is asked for.
#[derive(Clone, Copy, Debug)]
pub struct Options {
    /// Completed answers to invitations, over all groups.
    pub respondents: usize,
    /// Everything follows from it but secrets.
    pub seed: u64,
}

/// `demo.json` (design §5).
#[derive(Clone, Debug, Serialize)]
pub struct DemoFile {
    /// Where the demo serves.
    pub base_url: String,
    /// The round's id.
    pub round: String,
    /// Who may log in.
    pub logins: Vec<Login>,
    /// Path of the open link of each group.
    pub open_links: BTreeMap<String, String>,
    /// Unused invitation codes of each group.
    pub invitations: BTreeMap<String, Vec<String>>,
    /// Path by which an expert compares the indicators of next year's plan.
    pub expert_link: String,
}

/// A login of the demo.
#[derive(Clone, Debug, Serialize)]
pub struct Login {
    /// What it may do.
    pub role: String,
    /// The login name.
    pub user: String,
    /// The password, made anew for each demo.
    pub password: String,
}

/// Makes the round in `base`'s data folder; `step` is told of each step as it begins.
///
/// # Errors
/// When the database already holds the round, the folder cannot be written, or so many answers cannot be had.
pub async fn make(base: &Base, options: Options, step: &(dyn Fn(&str) + Sync)) -> Result<DemoFile> {
    step("synthetic county / 生成虚构的县");
    let mut files = synthetic::sample_plan();
    keep_open(&mut files, base.clock.today());
    if let Some(settings) = files.get_mut("plan.toml") {
        *settings = year_before::named(&String::from_utf8_lossy(settings)).into_bytes();
    }
    let plan = Arc::new(Plan::read(&files).map_err(|faults| anyhow::anyhow!("the sample plan: {faults:?}"))?);
    if crate::store::rounds::find(&base.db, &plan.round.id)
        .await?
        .is_some()
    {
        bail!(
            "the database already holds the round {}: give --dir an empty folder, or DATABASE_URL an empty database",
            plan.round.id
        );
    }
    let population = {
        let plan = Arc::clone(&plan);
        Arc::new(tokio::task::spawn_blocking(move || Population::generate(&plan, options.seed)).await??)
    };
    files.insert("frame.csv".to_owned(), population.frame_csv(group_codes(&plan)?)?);
    let truth = {
        let (plan, population) = (Arc::clone(&plan), Arc::clone(&population));
        let sha256 = Plan::sha256(&files);
        tokio::task::spawn_blocking(move || true_values(&population, &plan, sha256))
    };
    let before = year_before::spawn(&plan, &population, options.respondents);
    let fieldwork = {
        let (plan, population) = (Arc::clone(&plan), Arc::clone(&population));
        tokio::task::spawn_blocking(move || Fieldwork::run(&population, &plan, options.respondents)).await??
    };

    step("plan and frame / 导入方案和抽样框");
    let id = plan.round.id.as_str();
    rounds::import(base, &files, ACTOR).await?;
    rounds::seal(base, id, ACTOR).await?;
    step("sample and invitations / 抽样并发出邀请");
    let numbers = rounds::set_sample(base, &plan, &drawn_cases(&fieldwork), ACTOR).await?;
    let codes = codes_of(&numbers, rounds::invite(base, id, ACTOR).await?)?;
    rounds::open(base, id, ACTOR).await?;
    step("responses / 回收答卷");
    submit_all(base, &plan, &population, &fieldwork, &codes, options.seed).await?;
    sittings::store(base, &plan, &fieldwork, options.seed).await?;
    step("interviewers and their visits / 访问员和走访记录");
    field::store(base, &plan, &population, &fieldwork, &numbers).await?;
    step("follow-up / 诉求办理");
    follow_up::handle(base, &plan, options.seed).await?;
    step("records / 行政数据、服务资源、抽样框更新");
    records::store(base, &plan, &files["frame.csv"], options.seed).await?;
    callbacks::store(base, &plan, options.seed).await?;
    step("third party / 第三方评分");
    let logins = make_logins(base, &plan).await?;
    third::score(base, &plan, &population).await?;

    step("weights, indicators, scores / 加权、指标、得分");
    crate::earlier::store(base, &before.await??, ACTOR).await?;
    let detail = Arc::new(analyse::analyse(base, id).await?);
    let dir = base.config.data_dir.as_path();
    write_json(&dir.join("results.json"), &detail.results)?;
    step("publication / 公布结果");
    data::publish(base, id).await?;
    step("reports / 撰写报告");
    write_reports(&dir.join("reports"), &plan, &detail).await?;
    step("mail / 邮件进入发件箱");
    mail::queue(base, &plan, &detail).await?;
    step("true values / 计算真值");
    write_json(&dir.join("truth.json"), &truth.await??.results)?;

    assign_interviewer(base, &plan).await?;
    let expert_link = planning::next_year(base, &files, options.seed).await?;
    identity::ask(base, id).await?;
    privacy::store(base, &plan).await?;
    Ok(DemoFile {
        expert_link,
        base_url: base.config.base_url.clone(),
        round: id.to_owned(),
        logins,
        open_links: open_links(&plan),
        invitations: unused_codes(&fieldwork, &codes),
    })
}

/// Days that a demo made after the sample plan's last day stays open.
const DAYS_OPEN: i64 = 30;

/// Moves the sample plan's last day when it is past: a round that is over takes no answers.
fn keep_open(files: &mut PlanFiles, today: Date) {
    let Ok(plan) = Plan::read(files) else { return };
    let last = plan.round.closes_on;
    let (Ok(later), Some(bytes)) = (today.checked_add(DAYS_OPEN.days()), files.get("plan.toml")) else {
        return;
    };
    if last < today {
        let text = String::from_utf8_lossy(bytes)
            .replace(&format!("closes_on = {last}"), &format!("closes_on = {later}"));
        files.insert("plan.toml".to_owned(), text.into_bytes());
    }
}

/// What every estimate would be if everyone had answered.
fn true_values(population: &Population, plan: &Plan, plan_sha256: String) -> Result<RoundDetail> {
    let input = RoundInput {
        plan,
        plan_sha256,
        groups: synthetic::truth(population, plan)?,
        criterion_scores: mean_marks(synthetic::criterion_scores(population, plan)),
        open_link_counts: Vec::new(),
        daily: Vec::new(),
        unfinished: Vec::new(),
        sittings: Vec::new(),
        previous: None,
    };
    round::compute(&input).context("the true values")
}

/// One mark for each unit and criterion, the mean of all: the truth has no scorers who differ.
fn mean_marks(scores: Vec<CriterionScore>) -> Vec<CriterionScore> {
    let mut marks: BTreeMap<(String, String), Vec<f64>> = BTreeMap::new();
    for score in scores {
        marks
            .entry((score.unit, score.criterion))
            .or_default()
            .push(score.score);
    }
    let mean = |((unit, criterion), marks): ((String, String), Vec<f64>)| CriterionScore {
        unit,
        criterion,
        scorer: "mean".to_owned(),
        score: marks.iter().sum::<f64>() / marks.len() as f64,
        third: false,
        evidence: 0,
    };
    marks.into_iter().map(mean).collect()
}

fn group_codes(plan: &Plan) -> Result<[&str; 3]> {
    let codes: Vec<&str> = plan.groups.iter().map(|group| group.code.as_str()).collect();
    codes
        .try_into()
        .map_err(|codes| anyhow::anyhow!("the sample plan has the groups {codes:?}, not three"))
}

fn drawn_cases(fieldwork: &Fieldwork) -> Vec<DrawnCase> {
    let drawn = fieldwork.cases.iter().map(|case| DrawnCase {
        group: case.group.clone(),
        person_id: case.case_id.clone(),
        township: case.township.clone(),
        unit: case.unit.clone(),
        stratum: case.stratum.clone(),
        psu: case.psu.clone(),
        certainty: case.certainty,
        base_weight: case.base_weight,
        person: case.person.clone(),
        // What became of a case is known by its answer and its attempts, as in a real round.
        disposition: None,
    });
    drawn.collect()
}

/// Hands every response in on its day, as many at a time as came that day.
async fn submit_all(
    base: &Base,
    plan: &Plan,
    population: &Population,
    fieldwork: &Fieldwork,
    codes: &[String],
    seed: u64,
) -> Result<()> {
    let mut clock_day = plan.round.opens_on;
    let clock = Arc::new(FixedClock::at(noon(clock_day)));
    let (db, keys) = (base.db.clone(), Arc::clone(&base.keys));
    let (submitter, writer) = Submitter::spawn(
        (db, &base.config.database_url),
        keys,
        clock.clone(),
        base.entropy.clone(),
        FormCache::default(),
    );
    let ids = Entropy::seeded(seed);
    let mut by_day: BTreeMap<Date, Vec<NewResponse>> = BTreeMap::new();
    for response in fieldwork.responses.iter().chain(&fieldwork.open_responses) {
        let door = match response.case {
            Some(case) => Door::Code(codes.get(case).context("an invitation for each case")?.clone()),
            None => Door::Link(open_link_of(plan, &response.group)?.to_owned()),
        };
        let mut new = new_response(plan, response, door, ids.uuid())?;
        let asked_by = synthetic::asked_by(population, fieldwork, response.case, response.mode);
        new.interviewer = asked_by.map(field::login);
        by_day.entry(response.day).or_default().push(new);
    }
    for (day, responses) in by_day {
        let days = (day - clock_day).get_days();
        clock.advance(SignedDuration::from_hours(24 * i64::from(days)));
        clock_day = day;
        debug_assert_eq!(clock.today(), day);
        let mut waiting = JoinSet::new();
        for response in responses {
            let submitter = submitter.clone();
            waiting.spawn(async move { submitter.submit(response).await });
        }
        while let Some(accepted) = waiting.join_next().await {
            match accepted? {
                Err(SubmitError::Invalid(faults)) => {
                    bail!("a synthetic response of {day} is refused: {faults:?}")
                }
                other => other.with_context(|| format!("a synthetic response of {day}"))?,
            };
        }
    }
    drop(submitter);
    writer.await?;
    follow_up::publish_roots(base, plan).await
}

fn midnight(day: Date) -> Timestamp {
    let start = Offset::constant(8).to_timestamp(day.to_datetime(Time::midnight()));
    start.unwrap_or(Timestamp::UNIX_EPOCH)
}

fn noon(day: Date) -> Timestamp {
    midnight(day) + SignedDuration::from_hours(12)
}

fn new_response(plan: &Plan, response: &Response, door: Door, id: Uuid) -> Result<NewResponse> {
    let group = plan
        .groups
        .iter()
        .find(|group| group.code == response.group)
        .context("the response's group")?;
    let form = plan.forms.get(&response.group).context("the group's form")?;
    Ok(NewResponse {
        id,
        door,
        form: group.form.clone(),
        form_version: form.version.clone(),
        language: response.language.to_owned(),
        mode: response.mode,
        answering: response.answering,
        duration_s: i64::from(response.duration_s),
        answers: response.answers.clone(),
        draft_id: None,
        unit: None,
        ways: response.ways.clone(),
        // Whoever of them answers about health has agreed to it.
        consents: match form.questions().any(is_sensitive) {
            true => "sensitive".to_owned(),
            false => String::new(),
        },
        interviewer: None,
        staff_collected: false,
        files_of: None,
        ended_on: None,
    })
}

fn open_link_of<'a>(plan: &'a Plan, group: &str) -> Result<&'a str> {
    let group = plan
        .groups
        .iter()
        .find(|row| row.code == group)
        .context("the group of an open link")?;
    group.open_link.as_deref().context("an open link of the group")
}

fn open_links(plan: &Plan) -> BTreeMap<String, String> {
    let links = plan.groups.iter().filter_map(|group| {
        let slug = group.open_link.as_deref()?;
        Some((group.code.clone(), format!("/o/{slug}")))
    });
    links.collect()
}

/// The code of each case, in the order of the cases.
fn codes_of(numbers: &[String], issued: Vec<Issued>) -> Result<Vec<String>> {
    let by_case: HashMap<String, String> = issued
        .into_iter()
        .map(|invitation| (invitation.case_id, invitation.code.to_string()))
        .collect();
    let codes = numbers.iter().map(|number| {
        by_case
            .get(number)
            .cloned()
            .context("an invitation for each case")
    });
    codes.collect()
}

fn unused_codes(fieldwork: &Fieldwork, codes: &[String]) -> BTreeMap<String, Vec<String>> {
    let mut unused: BTreeMap<String, Vec<String>> = BTreeMap::new();
    for (case, code) in fieldwork.cases.iter().zip(codes) {
        let of_group = unused.entry(case.group.clone()).or_default();
        if !case.responded() && of_group.len() < CODES_PER_GROUP {
            of_group.push(code.clone());
        }
    }
    unused
}

async fn write_reports(dir: &Path, plan: &Arc<Plan>, detail: &Arc<RoundDetail>) -> Result<()> {
    let briefs = dir.join(BRIEFS);
    std::fs::create_dir_all(&briefs).with_context(|| briefs.display().to_string())?;
    let township = plan.scored_units().first().context("a scored unit")?.code.clone();
    let mut writers = JoinSet::new();
    for scope in [Scope::County, Scope::Unit(township)] {
        let (plan, detail, dir) = (Arc::clone(plan), Arc::clone(detail), dir.to_owned());
        writers.spawn_blocking(move || -> Result<()> {
            let release = Release::of(&detail, &plan);
            for kind in [Kind::Annual, Kind::Brief] {
                let report = reporting::of_release(&release, &plan, kind, &scope, Lang::Zh)?;
                for format in Format::ALL.into_iter().filter(|format| format.serves(kind)) {
                    let name = reporting::file_name_of(kind, &plan.round.id, &scope, Lang::Zh, format);
                    // Beside the reports: whoever looks for these finds two, the county's and the township's.
                    let folder = match kind {
                        Kind::Annual => dir.clone(),
                        Kind::Brief => dir.join(BRIEFS),
                    };
                    let (path, content) = (folder.join(name), reporting::write(&report, format)?);
                    std::fs::write(&path, content).with_context(|| path.display().to_string())?;
                }
            }
            Ok(())
        });
    }
    while let Some(written) = writers.join_next().await {
        written??;
    }
    Ok(())
}

async fn make_logins(base: &Base, plan: &Plan) -> Result<Vec<Login>> {
    let mut logins = Vec::new();
    for (role, display_name) in ROLES {
        let secret = hex::encode(base.entropy.bytes::<8>());
        let (entropy, plain) = (base.entropy.clone(), secret.clone());
        let password_hash = tokio::task::spawn_blocking(move || password::hash(&plain, &entropy)).await??;
        let row = Staff {
            id: base.entropy.uuid(),
            login: role.to_owned(),
            display_name: display_name.to_owned(),
            role: role.to_owned(),
            password_hash,
            failed: 0,
            locked_until: None,
            disabled: false,
            created_at: base.clock.now_ms(),
            employer_unit: (role == INTERVIEWER).then(|| employer(plan)).flatten(),
        };
        staff::insert(&base.db, row).await?;
        logins.push(Login {
            role: role.to_owned(),
            user: role.to_owned(),
            password: secret,
        });
    }
    Ok(logins)
}

/// The unit that employs the demo's interviewer: a village, so that the township's cases are closed to them.
fn employer(plan: &Plan) -> Option<String> {
    let township = plan.scored_units().first()?.code.clone();
    let village = plan.units.children(&township).first()?.code.clone();
    Some(village)
}

/// Gives the interviewer the open cases of a few villages of another township, so that `/field` can be tried at once.
async fn assign_interviewer(base: &Base, plan: &Plan) -> Result<()> {
    let account = staff::by_login(&base.db, INTERVIEWER).await?;
    let account = account.context("the interviewer's login")?;
    let caseload = Caseload::of(&base.db, plan).await?;
    let mut free: BTreeMap<Option<&str>, Vec<(&str, usize)>> = BTreeMap::new();
    for village in &caseload.villages {
        if !independence::is_bound(plan, account.employer_unit.as_deref(), &village.unit) {
            let of_township = free.entry(plan.units.township_of(&village.unit)).or_default();
            of_township.push((&village.unit, village.free.len()));
        }
    }
    // The township whose first villages have most to do.
    let cases = |villages: &Vec<(&str, usize)>| {
        villages
            .iter()
            .take(INTERVIEWER_VILLAGES)
            .map(|(_, n)| n)
            .sum::<usize>()
    };
    let Some(villages) = free.into_values().max_by_key(cases) else {
        return Ok(());
    };
    let chosen: BTreeSet<String> = villages
        .into_iter()
        .take(INTERVIEWER_VILLAGES)
        .map(|(unit, _)| unit.to_owned())
        .collect();
    assigning::assign(base, plan, ACTOR, account.id, &chosen).await?;
    Ok(())
}

/// Writes `value` beside `path` and renames it into place: a reader finds the whole file or none.
///
/// # Errors
/// When the file cannot be written; the message names it.
pub fn write_json<T: Serialize>(path: &Path, value: &T) -> Result<()> {
    let draft = path.with_extension("json.part");
    let mut text = serde_json::to_string_pretty(value)?;
    text.push('\n');
    std::fs::write(&draft, text).with_context(|| draft.display().to_string())?;
    std::fs::rename(&draft, path).with_context(|| path.display().to_string())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_demo_made_after_the_sample_s_last_day_is_open_and_before_it_is_the_sample() {
        let closes_on = |today: &str| {
            let mut files = synthetic::sample_plan();
            keep_open(&mut files, today.parse().unwrap());
            Plan::read(&files).unwrap().round.closes_on.to_string()
        };
        assert_eq!(closes_on("2026-12-31"), "2026-12-31");
        assert_eq!(closes_on("2027-03-01"), "2027-03-31");
    }
}
