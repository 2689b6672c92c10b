//! A questionnaire of next year's draft that somebody is changing, so that the editor has steps, differences and words to
//! translate to show.

use anyhow::{Context, Result, bail};
use survey_forms::editor::edit::{Cell, NewChoice, NewItem, NewList, Words};
use survey_forms::editor::{Edit, RowKey, RowKind, Spot, Workbook, apply};
use survey_forms::text::Text;

use super::ACTOR;
use crate::app::Base;
use crate::questionnaires::{self, Act, Change, Saved, path_of};
use crate::rounds;

/// The questionnaire: the one of family and friends.
const FORM: &str = "family";

fn choices(words: [&str; 3]) -> Vec<NewChoice> {
    let choice = |words: &str| NewChoice {
        label: Text::of("zh", words),
        ..NewChoice::default()
    };
    words.into_iter().map(choice).collect()
}

fn steps() -> Vec<(Act, &'static str, Edit)> {
    let overall = RowKey::name("sat_overall");
    let added = NewItem {
        kind: RowKind::SelectOne,
        name: "heard_of".to_owned(),
        label: Text::of("zh", "您从哪里听说过这些服务？"),
        choices: Some(NewList::New(choices(["村里或者社区", "手机上", "没有听说过"]))),
        required: true,
    };
    vec![
        (
            Act::Changed,
            "sat_overall",
            Edit::SetWords {
                row: overall.clone(),
                words: Words::Hint,
                lang: "zh".to_owned(),
                text: "把过去一年合在一起想一想。".to_owned(),
            },
        ),
        (
            Act::Added,
            "heard_of",
            Edit::Add {
                item: added,
                to: Spot::After(overall.clone()),
            },
        ),
        (
            Act::Changed,
            "heard_of",
            Edit::SetCell {
                row: RowKey::name("heard_of"),
                cell: Cell::Appearance,
                value: "quick".to_owned(),
            },
        ),
        (
            Act::Moved,
            "heard_of",
            Edit::MoveUp {
                row: RowKey::name("heard_of"),
            },
        ),
    ]
}

/// Makes the steps in the round that follows `round`.
pub(super) async fn draft(base: &Base, id: &str) -> Result<()> {
    let round = rounds::require(base, id).await?;
    for (act, subject, edit) in steps() {
        let draft = questionnaires::load(&base.db, base, &round, FORM).await?;
        let draft = draft.context("the questionnaire of family and friends")?;
        let read = Workbook::read(&path_of(FORM), &draft.content);
        let workbook = read.map_err(|faults| anyhow::anyhow!("{faults:?}"))?.workbook;
        let change = Change {
            act,
            subject,
            actor: ACTOR,
        };
        let content = apply(&workbook, &edit)?.to_xlsx()?;
        let saved = questionnaires::save(base, (id, FORM), &draft.seen(), content, change).await?;
        if let Saved::Conflict(_) = saved {
            bail!("somebody else changes the demo's questionnaire");
        }
    }
    Ok(())
}
