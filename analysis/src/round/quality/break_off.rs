//! Where people gave up, from the answers that were begun on the web and never sent.

use survey_forms::form::Item;

use super::Responses;
use crate::quality::break_off::{Progress, break_off};
use crate::results::BreakOffRow;
use crate::round::Unfinished;

/// The group's row; none where nobody gave up or the pages are unknown.
pub(super) fn row(responses: &Responses<'_>, unfinished: &[Unfinished]) -> Option<BreakOffRow> {
    let pages = pages(&responses.form.items);
    let group = &responses.cases.group;
    let place = |page: &str| pages.iter().position(|known| known == page);
    let mut progress: Vec<Progress> = unfinished
        .iter()
        .filter(|left| left.group == *group)
        .filter_map(|left| {
            Some(Progress {
                last_page: place(&left.page)? as u32,
                finished: false,
            })
        })
        .collect();
    let gave_up = progress.len();
    let finished = responses.mode.iter().filter(|mode| *mode == "web").count();
    let last = (pages.len() as u32).checked_sub(1)?;
    progress.extend(vec![
        Progress {
            last_page: last,
            finished: true,
        };
        finished
    ]);
    if gave_up == 0 {
        return None;
    }
    let found = break_off(&progress, pages.len() as u32, None).ok()?;
    let worst = found.worst_page.and_then(|page| pages.get(page as usize));
    Some(BreakOffRow {
        group: group.clone(),
        began: progress.len() as u64,
        broke_off: gave_up as u64,
        rate: found.rate,
        worst_page: worst.cloned(),
    })
}

/// Names of all pages that a form can have, in its order.
fn pages(items: &[Item]) -> Vec<String> {
    let mut names = Vec::new();
    for item in items {
        match item {
            Item::Group(group) if group.is_page() => names.push(group.name.clone()),
            Item::Group(group) => names.extend(pages(&group.items)),
            Item::Question(question) if question.is_visible() => names.push(question.name.clone()),
            Item::Question(_) => {}
        }
    }
    names
}
