//! What a device takes along: the interviewer's cases with questionnaires and words, and nothing of anyone else.
//!
//! Made in two steps. [`Load::of`] gathers everything without opening an identity, and its fingerprint is the ETag:
//! a device that has it already is told so and no name is touched. [`Load::deliver`] then opens the identities of
//! cases that are still open; the delivery is recorded with the number of persons.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analysis::disposition::OUTCOMES;
use analysis::plan::{FrameSource, Plan};
use jiff::ToSpan;
use jiff::civil::Date;
use serde_json::{Map, Value, json};
use sha2::{Digest, Sha256};
use survey_forms::form::Form;
use survey_forms::media;
use survey_forms::text::Text;

use super::attempts as rules;
use super::forms::ClientForm;
use super::sealing::BoxKey;
use crate::app::AppState;
use crate::auth::independence;
use crate::error::AppError;
use crate::media::MediaIndex;
use crate::pages::start::Audience;
use crate::pages::{Lang, tr, words};
use crate::store::attempts::Attempt;
use crate::store::audit::{self, Entry};
use crate::store::devices::Device;
use crate::store::forms as stored_forms;
use crate::store::frame;
use crate::store::invitations::{COMPLETE, LEFT, WITHDRAWN};
use crate::store::rounds::{Round, RoundState};
use crate::store::sample::SampleCase;
use crate::store::staff::Staff;
use crate::store::{StoreError, assignments, attempts, begin, exceptions, invitations, rounds, sample};
use crate::submit::health;

/// Days after its last day for which a closed round is still sent, so that a device learns that it is closed.
const DAYS_AFTER: i32 = 31;
/// Seconds an interview page takes: asking, waiting, noting down.
const SECONDS_PER_PAGE: usize = 20;

/// State of a case on a device.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum CaseState {
    /// To be visited.
    Open,
    /// Has its response.
    Complete,
    /// Nothing left to do: refused, moved away, taken back, round over.
    Closed,
}

impl CaseState {
    fn as_str(self) -> &'static str {
        match self {
            Self::Open => "open",
            Self::Complete => "complete",
            Self::Closed => "closed",
        }
    }
}

struct CaseLoad {
    case: SampleCase,
    state: CaseState,
    attempts: Vec<Attempt>,
}

struct RoundLoad {
    round: Round,
    plan: Arc<Plan>,
    /// Group, form name, form, form ready to be sent.
    forms: Vec<(String, Arc<Form>, Arc<ClientForm>)>,
    cases: Vec<CaseLoad>,
    /// Pictures and recordings of the forms.
    media: Vec<Value>,
}

/// Everything a device takes along, with no identity opened yet.
pub struct Load {
    rounds: Vec<RoundLoad>,
    key: Value,
    max_offline_days: i32,
    etag: String,
}

impl std::fmt::Debug for Load {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Load({})", self.etag)
    }
}

fn zh_en(text: &Text) -> Value {
    json!({ "zh": text.get("zh"), "en": text.get("en") })
}

/// A wording of the locale files in both languages.
macro_rules! both {
    ($key:literal $(, $name:ident = $value:expr)*) => {
        json!({ "zh": tr!(Lang::Zh, $key $(, $name = $value)*), "en": tr!(Lang::En, $key $(, $name = $value)*) })
    };
}

impl Load {
    /// Gathers what an interviewer's device takes along now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of(state: &AppState, staff: &Staff, device: &Device) -> Result<Self, AppError> {
        let mut by_round: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for row in assignments::of_staff(&state.db, staff.id).await? {
            by_round.entry(row.round_id).or_default().push(row.case_id);
        }
        let mut loads = Vec::new();
        for (id, cases) in by_round {
            let Some(round) = rounds::find(&state.db, &id).await? else {
                continue;
            };
            let Some(plan) = state.plans.get(&state.db, &state.keys, &id).await? else {
                continue;
            };
            if is_due(&round, state.clock.today()) {
                loads.push(round_load(state, staff, round, plan, &cases).await?);
            }
        }
        let mut load = Self {
            rounds: loads,
            key: BoxKey::current(&state.keys)?.published(),
            max_offline_days: device.max_offline_days,
            etag: String::new(),
        };
        load.etag = load.fingerprint();
        Ok(load)
    }

    /// The entity tag, with its quotation marks.
    pub fn etag(&self) -> &str {
        &self.etag
    }

    /// Hash of all that could change what is sent; identities are fixed with the round's frame.
    fn fingerprint(&self) -> String {
        let mut hash = Sha256::new();
        let mut add = |part: &str| {
            hash.update((part.len() as u64).to_be_bytes());
            hash.update(part);
        };
        add(env!("CARGO_PKG_VERSION"));
        // Words may change without the version.
        add(&Value::from(dispositions()).to_string());
        add(&self.key.to_string());
        add(&self.max_offline_days.to_string());
        for load in &self.rounds {
            for part in [&load.round.id, &load.round.state, &load.round.closes_on] {
                add(part);
            }
            for (group, _, ready) in &load.forms {
                add(group);
                add(&ready.digest);
            }
            for file in &load.media {
                add(&file.to_string());
            }
            for case in &load.cases {
                add(&case.case.case_id);
                add(case.state.as_str());
                add(&attempts_json(&case.attempts).to_string());
            }
        }
        format!("\"{}\"", hex::encode(&hash.finalize()[..16]))
    }

    /// The bundle, with names and addresses of open cases; the delivery is recorded.
    ///
    /// # Errors
    /// When the database does not answer, or the key file is another one.
    pub async fn deliver(&self, state: &AppState, staff: &Staff, device: &Device) -> Result<Value, AppError> {
        let (mut rounds, mut delivered) = (Vec::new(), Map::new());
        for load in &self.rounds {
            let (cases, opened) = cases_json(state, load).await?;
            if opened > 0 {
                delivered.insert(load.round.id.clone(), json!(opened));
            }
            rounds.push(round_json(load, cases));
        }
        if !delivered.is_empty() {
            let entry = Entry {
                actor: staff.login.clone(),
                action: "identities.deliver".to_owned(),
                subject: staff.login.clone(),
                detail: json!({ "device": device.id, "persons": delivered }),
            };
            let tx = begin(&state.db).await?;
            audit::append(&tx, &state.keys, state.clock.now_ms(), entry).await?;
            tx.commit().await?;
        }
        Ok(json!({
            "server_key": self.key,
            "max_offline_days": self.max_offline_days,
            "dispositions": dispositions(),
            "rounds": rounds,
        }))
    }
}

fn dispositions() -> Vec<Value> {
    OUTCOMES
        .iter()
        .map(|outcome| {
            json!({
                "code": outcome.code,
                "text": {
                    "zh": words::visit(Lang::Zh, outcome.code),
                    "en": words::visit(Lang::En, outcome.code),
                },
                "closes": outcome.closes,
                "callback": outcome.callback,
            })
        })
        .collect()
}

/// Whether a round is sent: from sealing until some time after it has closed.
fn is_due(round: &Round, today: Date) -> bool {
    match round.round_state() {
        RoundState::Draft => false,
        RoundState::Sealed | RoundState::Open => true,
        RoundState::Closed => round
            .closes_on
            .parse::<Date>()
            .is_ok_and(|last| today <= last.saturating_add(DAYS_AFTER.days())),
    }
}

async fn round_load(
    state: &AppState,
    staff: &Staff,
    round: Round,
    plan: Arc<Plan>,
    ids: &[String],
) -> Result<RoundLoad, StoreError> {
    let db = &state.db;
    let mut cases = sample::find_many(db, &round.id, ids).await?;
    let employer = staff.employer_unit.as_deref();
    if exceptions::find(db, &round.id, staff.id).await?.is_none() {
        // Assigned before it was known who employs the interviewer.
        cases.retain(|case| !independence::is_bound(&plan, employer, &case.unit));
    }
    let mut tried = attempts::of_cases(db, &round.id, ids).await?;
    let invited: BTreeMap<String, String> = invitations::of_cases(db, &round.id, ids)
        .await?
        .into_iter()
        .filter(|row| row.state != WITHDRAWN)
        .map(|row| (row.case_id, row.state))
        .collect();
    let is_over = round.round_state() == RoundState::Closed;
    let cases: Vec<CaseLoad> = cases
        .into_iter()
        .map(|case| {
            let attempts = tried.remove(&case.case_id).unwrap_or_default();
            let state = match invited.get(&case.case_id).map(String::as_str) {
                // Whoever visits must not see that answers were taken back: there is nothing to do in either case.
                Some(COMPLETE | LEFT) => CaseState::Complete,
                Some(_) if !is_over && !rules::is_closed(&attempts, staff.id) => CaseState::Open,
                _ => CaseState::Closed,
            };
            CaseLoad {
                case,
                state,
                attempts,
            }
        })
        .collect();
    let groups: BTreeSet<&str> = cases.iter().map(|load| load.case.group.as_str()).collect();
    let mut forms = Vec::new();
    for group in rounds::groups(db, &round.id).await? {
        if is_over || !groups.contains(group.group.as_str()) {
            continue;
        }
        if let Some(form) = state.forms.current(db, &round.id, &group.form).await? {
            let ready = state.client_forms.of(&form);
            forms.push((group.group, form, ready));
        }
    }
    let media = media_json(
        state.media.of_round(state, &round).await?.as_ref(),
        &named_media(state, &round.id, &forms).await?,
    );
    Ok(RoundLoad {
        round,
        plan,
        forms,
        cases,
        media,
    })
}

/// What the forms name, in earlier versions as well: an interview begun with one is finished with it.
async fn named_media(
    state: &AppState,
    round: &str,
    forms: &[(String, Arc<Form>, Arc<ClientForm>)],
) -> Result<BTreeSet<String>, StoreError> {
    let groups = rounds::groups(&state.db, round).await?;
    let sent: BTreeSet<String> = groups
        .into_iter()
        .filter(|row| forms.iter().any(|(group, _, _)| *group == row.group))
        .map(|row| row.form)
        .collect();
    let mut names = BTreeSet::new();
    for version in stored_forms::versions(&state.db, round).await? {
        if sent.contains(&version.form)
            && let Some(form) = state.forms.by_version(&state.db, &version.version).await?
        {
            names.extend(media::files(&form));
        }
    }
    Ok(names)
}

/// Pictures and recordings that forms name, for a device to keep. Films are left out: one would fill a phone.
fn media_json(index: &MediaIndex, names: &BTreeSet<String>) -> Vec<Value> {
    let files = names.iter().filter_map(|name| {
        let file = index.file(name)?;
        let url = index.address(name)?;
        matches!(file.media_type.kind, "image" | "audio").then(|| {
            json!({ "name": name, "url": url, "kind": file.media_type.kind, "bytes": file.bytes, "sha256": file.sha256 })
        })
    });
    files.collect()
}

fn attempts_json(rows: &[Attempt]) -> Value {
    rows.iter()
        .map(|row| {
            json!({
                "id": row.id,
                "day": row.day,
                "disposition": row.disposition,
                "mode": row.mode,
                "callback_day": row.callback_day,
                "callback_part": row.callback_part,
                "note": row.note,
            })
        })
        .collect()
}

/// What is read out before consent, paragraph by paragraph.
fn intro(plan: &Plan, group: &str, minutes: usize) -> Value {
    let of = |lang: Lang| {
        let organiser = plan.round.organiser.get(lang.code());
        let (why, register) = match Audience::of_group(group) {
            Audience::Resident => (
                tr!(lang, "start.why_resident"),
                tr!(lang, "start.register_resident"),
            ),
            Audience::Family => (tr!(lang, "start.why_family"), tr!(lang, "start.register_family")),
            Audience::Grassroots => (
                tr!(lang, "start.why_grassroots"),
                tr!(lang, "start.register_grassroots"),
            ),
        };
        vec![
            tr!(lang, "start.who_text", organiser = organiser),
            why,
            tr!(lang, "start.long_text", minutes = minutes),
            tr!(lang, "start.use_text"),
            register,
            tr!(lang, "start.free_text"),
        ]
    };
    json!({ "zh": of(Lang::Zh), "en": of(Lang::En) })
}

fn consents(plan: &Plan) -> Value {
    let mut asked = vec![
        json!({ "name": "part", "required": true, "text": both!("start.consent_part") }),
        json!({ "name": "sensitive", "required": false, "text": both!("start.consent_sensitive") }),
        json!({ "name": "guardian", "required": false, "text": both!("start.consent_guardian") }),
    ];
    // Where the plan calls back, and only those who are in the register themselves.
    if let (Some(_), Some(group)) = (&plan.callback, plan.group_of(FrameSource::Persons)) {
        asked.push(json!({
            "name": "callback", "required": false, "groups": [group.code],
            "text": both!("callback.consent"), "hint": both!("callback.consent_note"),
        }));
    }
    Value::Array(asked)
}

fn round_json(load: &RoundLoad, cases: Vec<Value>) -> Value {
    let plan = &load.plan;
    let minutes = |form: &Form| {
        let pages = survey_forms::flow::pages(form, &Default::default(), plan.round.opens_on).len();
        (pages * SECONDS_PER_PAGE).div_ceil(60).max(3)
    };
    let forms: Vec<Value> = load
        .forms
        .iter()
        .map(|(group, form, ready)| {
            json!({
                "form": plan.group(group).map_or(form.id.as_str(), |group| group.form.as_str()),
                "group": group,
                "version": form.version,
                "current": true,
                "asks_health": form.questions().any(health::is_sensitive),
                "intro": intro(plan, group, minutes(form)),
                "model": ready.model,
                "pages": ready.pages,
            })
        })
        .collect();
    let general = load.forms.first().map_or_else(
        || intro(plan, "", 5),
        |(group, form, _)| intro(plan, group, minutes(form)),
    );
    json!({
        "id": load.round.id,
        "title": { "zh": load.round.title_zh, "en": load.round.title_en },
        "organiser": zh_en(&plan.round.organiser),
        "contact": plan.round.contact.as_ref().map(zh_en),
        "closes_on": load.round.closes_on,
        "state": load.round.state,
        "intro": general,
        "consents": consents(plan),
        "forms": forms,
        "media": load.media,
        "assignments": cases,
    })
}

fn unit_json(plan: &Plan, code: Option<&str>) -> Value {
    match code.and_then(|code| plan.units.get(code)) {
        Some(unit) => json!({
            "code": unit.code,
            "name_zh": unit.name.get("zh"),
            "name_en": unit.name.get("en"),
        }),
        None => Value::Null,
    }
}

/// An address as it is compared: without spaces, punctuation and the width of letters.
fn normalised(address: &str) -> String {
    address
        .chars()
        .map(|c| match c {
            '\u{ff01}'..='\u{ff5e}' => char::from_u32(u32::from(c) - 0xfee0).unwrap_or(c),
            other => other,
        })
        .filter(|c| c.is_alphanumeric())
        .flat_map(char::to_lowercase)
        .collect()
}

/// The cases as they are sent, and how many identities were opened for them.
async fn cases_json(state: &AppState, load: &RoundLoad) -> Result<(Vec<Value>, usize), StoreError> {
    let plan = &load.plan;
    let round = load.round.id.as_str();
    let residents: BTreeMap<&str, &str> = load
        .cases
        .iter()
        .filter(|of| Audience::of_group(&of.case.group) == Audience::Resident)
        .filter_map(|of| Some((of.case.person.as_deref()?, of.case.case_id.as_str())))
        .collect();
    let (mut cases, mut opened) = (Vec::with_capacity(load.cases.len()), 0);
    for CaseLoad {
        case,
        state: of_case,
        attempts,
    } in &load.cases
    {
        let relation = (Audience::of_group(&case.group) == Audience::Family).then(|| {
            let of = case.person.as_deref().and_then(|person| residents.get(person));
            of.map_or_else(|| "family".to_owned(), |of| format!("family of {of}"))
        });
        let mut fields = json!({
            "case_id": case.case_id,
            "group": case.group,
            "form": plan.group(&case.group).map(|group| group.form.as_str()),
            "village": unit_json(plan, Some(&case.unit)),
            "township": unit_json(plan, case.township.as_deref()),
            "name": null,
            "address": null,
            "phone": null,
            "household": null,
            "relation": relation,
            "state": of_case.as_str(),
            "attempts": attempts_json(attempts),
        });
        if *of_case == CaseState::Open
            && let Some(key) = &case.member_key
            && let Some(identity) = frame::identity(&state.db, &state.keys, round, key).await?
        {
            opened += 1;
            let address = normalised(&identity.address);
            let place = match (address.is_empty(), &case.person) {
                (false, _) => format!("address {} {address}", case.unit),
                (true, Some(person)) => format!("person {person}"),
                (true, None) => format!("case {}", case.case_id),
            };
            fields["name"] = json!(identity.name);
            fields["address"] = json!(identity.address);
            fields["phone"] = json!(identity.phone);
            fields["household"] = json!(format!("h{}", state.keys.household(round, &place)));
        }
        cases.push(fields);
    }
    Ok((cases, opened))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn addresses_that_people_would_call_the_same_are_the_same() {
        assert_eq!(normalised("东街 ３组-12号"), normalised("东街3组12号"));
        assert_eq!(normalised("No. 5, East St."), normalised("no.5 east st"));
        assert_ne!(normalised("东街3组12号"), normalised("东街3组21号"));
    }

    #[test]
    fn every_disposition_has_words_in_both_languages() {
        let said: BTreeSet<String> = dispositions()
            .iter()
            .map(|entry| entry["text"]["zh"].to_string())
            .collect();
        assert_eq!(said.len(), OUTCOMES.len(), "no two codes sound the same");
        for entry in dispositions() {
            for lang in ["zh", "en"] {
                let text = entry["text"][lang].as_str().unwrap();
                assert!(!text.is_empty() && text != entry["code"], "{entry}");
            }
        }
    }
}
