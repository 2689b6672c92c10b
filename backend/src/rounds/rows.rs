//! What a plan says of a round, as the rows in which it is stored.

use std::collections::BTreeMap;

use analysis::plan::{Plan, PlanFiles};
use sea_orm::ConnectionTrait;
use survey_forms::text::Text;

use crate::app::Base;
use crate::store::forms::StoredForm;
use crate::store::frame::{FrameMember, Identity};
use crate::store::links::{self, Link};
use crate::store::rounds::{self, Round, RoundGroup, RoundState};
use crate::store::units::{self, Unit};
use crate::store::{StoreError, plan_files};

fn zh_en(text: &Text) -> (String, String) {
    (text.get("zh").to_owned(), text.get("en").to_owned())
}

/// What a round's row has that its plan does not say.
#[derive(Clone, Debug)]
pub(crate) struct Header {
    /// State, as stored.
    pub(crate) state: String,
    /// Hash of the plan, once sealed.
    pub(crate) plan_sha256: Option<String>,
    /// How often plan or questionnaires were amended.
    pub(crate) amended: i32,
}

impl Header {
    /// A draft's.
    pub(crate) fn draft() -> Self {
        Self {
            state: RoundState::Draft.as_str().to_owned(),
            plan_sha256: None,
            amended: 0,
        }
    }
}

/// Writes everything that a plan says of a round but its questionnaires; a frame that is stored stays where `files`
/// brings none.
pub(crate) async fn write_plan(
    tx: &impl ConnectionTrait,
    base: &Base,
    (plan, files): (&Plan, &PlanFiles),
    header: Header,
) -> Result<(), StoreError> {
    let id = plan.round.id.as_str();
    let (title_zh, title_en) = zh_en(&plan.round.title);
    let round = Round {
        id: id.to_owned(),
        title_zh,
        title_en,
        state: header.state,
        plan_sha256: header.plan_sha256,
        opens_on: plan.round.opens_on.to_string(),
        closes_on: plan.round.closes_on.to_string(),
        grace_days: i32::try_from(plan.invitations.interview_grace_days).unwrap_or_default(),
        quotas: serde_json::to_string(&plan.quotas).unwrap_or_else(|_| "[]".to_owned()),
        amended: header.amended,
    };
    rounds::put(tx, round).await?;
    rounds::replace_groups(tx, id, group_rows(plan)).await?;
    links::replace(tx, id, link_rows(plan)).await?;
    units::replace(tx, id, unit_rows(plan)).await?;
    plan_files::replace(tx, &base.keys, &base.entropy, id, files).await
}

fn group_rows(plan: &Plan) -> Vec<RoundGroup> {
    let rows = plan.groups.iter().zip(0..).map(|(group, ord)| {
        let (name_zh, name_en) = zh_en(&group.name);
        RoundGroup {
            round_id: plan.round.id.clone(),
            group: group.code.clone(),
            ord,
            form: group.form.clone(),
            name_zh,
            name_en,
            open_link: group.open_link.clone(),
        }
    });
    rows.collect()
}

fn link_rows(plan: &Plan) -> Vec<Link> {
    let rows = plan.links.iter().zip(0..).map(|(link, ord)| {
        let (site_zh, site_en) = zh_en(&link.site);
        Link {
            round_id: plan.round.id.clone(),
            slug: link.slug.clone(),
            ord,
            group: link.group.clone(),
            site_zh,
            site_en,
            unit: link.unit.clone(),
            daily_cap: link.daily_cap.and_then(|cap| i32::try_from(cap).ok()),
        }
    });
    rows.collect()
}

fn unit_rows(plan: &Plan) -> Vec<Unit> {
    let rows = plan.units.iter().zip(0..).map(|(unit, ord)| {
        let (name_zh, name_en) = zh_en(&unit.name);
        Unit {
            round_id: plan.round.id.clone(),
            code: unit.code.clone(),
            ord,
            parent: unit.parent.clone(),
            level: unit.level.clone(),
            kind: unit.kind.clone(),
            name_zh,
            name_en,
        }
    });
    rows.collect()
}

/// One row a form; two groups may answer the same form.
pub(crate) fn form_rows(plan: &Plan, files: &PlanFiles) -> Vec<StoredForm> {
    let mut rows: BTreeMap<String, StoredForm> = BTreeMap::new();
    for group in &plan.groups {
        let source_path = format!("forms/{}.xlsx", group.form);
        if let (Some(form), Some(bytes)) = (plan.forms.get(&group.code), files.get(&source_path)) {
            rows.entry(group.form.clone()).or_insert_with(|| StoredForm {
                round_id: plan.round.id.clone(),
                form: group.form.clone(),
                version: form.version.clone(),
                source_path,
                xlsx: bytes.clone(),
                current: true,
            });
        }
    }
    rows.into_values().collect()
}

pub(crate) fn member(
    base: &Base,
    round: &str,
    person: analysis::plan::FramePerson,
) -> (FrameMember, Identity) {
    let some = |text: String| (!text.is_empty()).then_some(text);
    let member = FrameMember {
        round_id: round.to_owned(),
        member_key: base.keys.member_key(round, &person.person_id),
        unit: person.unit,
        group: person.group,
        category: some(person.category),
        grade: some(person.grade),
        sex: some(person.sex),
        birth_year: person.birth_year,
        hardship: person.hardship.join(" "),
        body_kind: person.body_kind,
        relative_of_key: person.relative_of.map(|id| base.keys.member_key(round, &id)),
    };
    let identity = Identity {
        person_id: person.person_id,
        name: person.name.unwrap_or_default(),
        phone: person.phone.unwrap_or_default(),
        email: person.email.unwrap_or_default(),
        card_number: person.card_number.unwrap_or_default(),
        address: person.address.unwrap_or_default(),
    };
    (member, identity)
}
