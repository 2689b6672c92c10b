//! What is known of the case behind each response: its weight, its place in the design, what the register says.

use std::collections::BTreeMap;

use analysis::plan::Plan;
use analysis::results::RecordsUsed;
use analysis::round::case_weights::case_weights;
use analysis::round::{GroupCases, RoundInput};
use polars::prelude::{DataFrame, IntoColumn, NamedFrom, Series};

use super::{cases, links_of, totals_of};
use crate::app::Base;
use crate::export::ExportError;
use crate::export::columns::Facts;
use crate::records::frames;
use crate::store::responses::Invited;
use crate::store::{fieldwork, invitations, responses, sample};

/// Facts by the keyed link that responses carry, each with the respondent group. Answers are not read: neither weights
/// nor memory depend on them.
///
/// # Errors
/// [`ExportError`].
pub(crate) async fn case_facts(
    base: &Base,
    plan: &Plan,
) -> Result<BTreeMap<String, (String, Facts)>, ExportError> {
    let round = plan.round.id.as_str();
    let links = links_of(base, invitations::list(&base.db, round).await?);
    let drawn = sample::list(&base.db, round).await?;
    let tried = fieldwork::tried(&base.db, round).await?;
    // The weights of the file are those of the figures, calibrated to the same version of the frame.
    let members = frames::calibrated(base, plan, &mut RecordsUsed::default()).await?;
    let answered = answered(base, round).await?;
    let mut groups = Vec::new();
    for group in &plan.groups {
        let invited = drawn
            .iter()
            .filter(|case| case.group == group.code && links.contains_key(&case.case_id));
        groups.push(GroupCases {
            group: group.code.clone(),
            cases: cases::join(invited, &links, &tried, None, &answered)?,
            totals: totals_of(plan, group, &members),
        });
    }
    let input = RoundInput {
        plan,
        plan_sha256: String::new(),
        groups,
        criterion_scores: Vec::new(),
        open_link_counts: Vec::new(),
        daily: Vec::new(),
        unfinished: Vec::new(),
        sittings: Vec::new(),
        previous: None,
    };
    let mut out: BTreeMap<String, (String, Facts)> = BTreeMap::new();
    for case in &drawn {
        if let Some(link) = links.get(&case.case_id) {
            let facts = Facts {
                township: case.township.clone(),
                village: Some(case.unit.clone()),
                category: case.category.clone(),
                grade: case.grade.clone(),
                sex: case.sex.clone(),
                age_band: case.age_band.clone(),
                hardship: Some(case.hardship.clone()),
                body_kind: case.body_kind.clone(),
                ..Facts::default()
            };
            out.insert(link.clone(), (case.group.clone(), facts));
        }
    }
    for case in case_weights(&input)?.into_iter().flat_map(|group| group.cases) {
        let link = links.get(&case.case_id);
        if let Some((_, facts)) = link.and_then(|link| out.get_mut(link)) {
            facts.weight = Some(case.weight);
            facts.stratum = Some(case.stratum);
            facts.psu = Some(case.psu);
            facts.fraction = Some(case.fraction);
        }
    }
    Ok(out)
}

/// Who answered and how, of invited cases, without the answers.
async fn answered(base: &Base, round: &str) -> Result<DataFrame, ExportError> {
    let rows = responses::invited(&base.db, round).await?;
    let text = |name: &str, of: fn(&Invited) -> &str| {
        let values: Vec<&str> = rows.iter().map(of).collect();
        Series::new(name.into(), values).into_column()
    };
    let by_staff: Vec<bool> = rows.iter().map(|row| row.staff_collected).collect();
    let columns = vec![
        text("link", |row| &row.link),
        text("mode", |row| &row.mode),
        text("answering", |row| &row.answering),
        Series::new("staff_collected".into(), by_staff).into_column(),
    ];
    Ok(DataFrame::new(rows.len(), columns).map_err(super::DatasetError::from)?)
}
