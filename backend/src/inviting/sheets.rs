//! Letters, labels and posters of a round.
//!
//! Sheets are made for everyone invited, whatever has come in: a list with gaps would tell whoever hands it out who
//! has answered.

use std::collections::BTreeMap;

use analysis::plan::Plan;
use reports::model;
use reports::pdf::Printed;
use reports::sheets::{self, Household, Layout, Member, Notice, Poster, Village};
use serde_json::json;

use super::{Choice, Invited, InvitingError, audience, chosen, open_identities, typed, until};
use crate::app::Base;
use crate::pages::Lang;
use crate::store::begin;

/// Sheets to be made.
#[derive(Clone, Debug)]
pub struct SheetOrder {
    /// Whose.
    pub choice: Choice,
    /// Letters or labels.
    pub layout: Layout,
    /// Language of the sheets.
    pub lang: Lang,
    /// Whether names and addresses are printed; without, identities stay closed.
    pub names: bool,
    /// More invitations than this are refused; none for no limit.
    pub most: Option<usize>,
}

/// Invitations whose sheets are made while a browser waits.
pub const MOST_AT_ONCE: usize = 600;

fn report_lang(lang: Lang) -> model::Lang {
    match lang {
        Lang::Zh => model::Lang::Zh,
        Lang::En => model::Lang::En,
    }
}

fn notice(base: &Base, plan: &Plan, lang: Lang) -> Notice {
    let words = |text: &survey_forms::text::Text| text.get(lang.code()).to_owned();
    Notice {
        lang: report_lang(lang),
        round: plan.round.id.clone(),
        title: words(&plan.round.title),
        organiser: words(&plan.round.organiser),
        contact: plan.round.contact.as_ref().map(words),
        until: until(plan, lang),
        address: typed(&base.config.base_url).to_owned(),
    }
}

/// Makes the sheets of a choice and records whose identities were opened.
///
/// # Errors
/// [`InvitingError::Nobody`]; [`InvitingError::Pdf`] when the typesetter refuses.
pub async fn make(
    base: &Base,
    plan: &Plan,
    order: &SheetOrder,
    actor: &str,
) -> Result<Printed, InvitingError> {
    let round = plan.round.id.as_str();
    let tx = begin(&base.db).await?;
    let mut invited = chosen(&tx, round, &order.choice).await?;
    if invited.is_empty() {
        return Err(InvitingError::Nobody);
    }
    if let Some(most) = order.most.filter(|most| invited.len() > *most) {
        return Err(InvitingError::TooMany { most });
    }
    let opened = match order.names {
        true => open_identities(&tx, base, round, &mut invited).await?,
        false => Vec::new(),
    };
    let mut detail = order.choice.detail();
    detail["layout"] = json!(match order.layout {
        Layout::Letter => "letter",
        Layout::Labels => "labels",
    });
    detail["language"] = json!(order.lang.code());
    detail["sheets_for"] = json!(invited.len());
    detail["identities_opened"] = json!(opened);
    base.record(&tx, actor, "invitation.sheets", round, detail)
        .await?;
    tx.commit().await?;
    let villages = villages(base, plan, order.lang, invited);
    let (notice, layout) = (notice(base, plan, order.lang), order.layout);
    let made = tokio::task::spawn_blocking(move || sheets::invitations(&notice, &villages, layout)).await;
    Ok(made.map_err(|error| reports::pdf::PdfError::Typeset(error.to_string()))??)
}

/// Sorts the invited into villages in the order of units.csv, and into households by their address.
fn villages(base: &Base, plan: &Plan, lang: Lang, invited: Vec<Invited>) -> Vec<Village> {
    let order: BTreeMap<&str, usize> = plan
        .units
        .iter()
        .zip(0..)
        .map(|(unit, at)| (unit.code.as_str(), at))
        .collect();
    let mut by_unit: BTreeMap<(usize, String), Vec<Invited>> = BTreeMap::new();
    for one in invited {
        let at = order.get(one.case.unit.as_str()).copied().unwrap_or(usize::MAX);
        by_unit.entry((at, one.case.unit.clone())).or_default().push(one);
    }
    by_unit
        .into_iter()
        .map(|((_, unit), invited)| Village {
            name: place(plan, &unit, lang),
            households: households(base, plan, invited),
        })
        .collect()
}

/// Township and village, or whatever the unit is.
fn place(plan: &Plan, code: &str, lang: Lang) -> String {
    let Some(unit) = plan.units.get(code) else {
        return code.to_owned();
    };
    let name = |unit: &analysis::plan::Unit| unit.name.get(lang.code()).to_owned();
    let above = unit
        .parent
        .as_deref()
        .filter(|parent| *parent != plan.round.county);
    match above.and_then(|parent| plan.units.get(parent)) {
        Some(parent) => format!("{} {}", name(parent), name(unit)),
        None => name(unit),
    }
}

/// People of a village at one address share a sheet; whoever has none has a sheet alone.
fn households(base: &Base, plan: &Plan, invited: Vec<Invited>) -> Vec<Household> {
    let mut found: Vec<(String, Household)> = Vec::new();
    for one in invited {
        let address = one
            .identity
            .as_ref()
            .map(|identity| identity.address.trim().to_owned());
        let address = address.filter(|address| !address.is_empty());
        let key: String = address
            .iter()
            .flat_map(|text| text.chars())
            .filter(|c| !c.is_whitespace())
            .collect();
        let member = Member {
            number: one.case.case_id.clone(),
            name: one
                .identity
                .as_ref()
                .map(|identity| identity.name.trim().to_owned())
                .filter(|name| !name.is_empty()),
            audience: audience(plan, &one.case.group),
            code: one.code(base).to_string(),
            url: one.url(base),
        };
        match found
            .iter_mut()
            .find(|(known, _)| !key.is_empty() && *known == key)
        {
            Some((_, household)) => household.members.push(member),
            None => found.push((
                key,
                Household {
                    address,
                    members: vec![member],
                },
            )),
        }
    }
    found.into_iter().map(|(_, household)| household).collect()
}

/// A poster for one open link, or one for each when `slug` is none.
///
/// # Errors
/// [`InvitingError::Nobody`] when the plan has no such link.
pub async fn posters(
    base: &Base,
    plan: &Plan,
    (slug, lang): (Option<&str>, Lang),
    actor: &str,
) -> Result<Printed, InvitingError> {
    let words = |text: &survey_forms::text::Text| text.get(lang.code()).to_owned();
    let of_groups = plan.groups.iter().filter_map(|group| {
        let slug = group.open_link.clone()?;
        Some((slug, words(&group.name), group.code.clone()))
    });
    let of_sites = plan
        .links
        .iter()
        .map(|link| (link.slug.clone(), words(&link.site), link.group.clone()));
    let posters: Vec<Poster> = of_groups
        .chain(of_sites)
        .filter(|(known, _, _)| slug.is_none_or(|slug| slug == known))
        .map(|(slug, site, group)| {
            let url = format!("{}/o/{slug}", base.config.base_url);
            Poster {
                site,
                audience: audience(plan, &group),
                address: typed(&url).to_owned(),
                url,
            }
        })
        .collect();
    if posters.is_empty() {
        return Err(InvitingError::Nobody);
    }
    let tx = begin(&base.db).await?;
    let detail = json!({ "slug": slug, "posters": posters.len(), "language": lang.code() });
    base.record(&tx, actor, "invitation.posters", &plan.round.id, detail)
        .await?;
    tx.commit().await?;
    let notice = notice(base, plan, lang);
    let made = tokio::task::spawn_blocking(move || sheets::posters(&notice, &posters)).await;
    Ok(made.map_err(|error| reports::pdf::PdfError::Typeset(error.to_string()))??)
}
