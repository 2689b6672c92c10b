//! What a respondent does with a case: write, leave a way to be reached, say how it went. None of it is an act of
//! staff, and none of it leaves a time finer than the day.

use thiserror::Error;

use super::{CONTACT_CHARS, CaseState, MESSAGE_CHARS, Satisfaction, context, message, plain};
use crate::app::Base;
use crate::keys::KeyError;
use crate::store::cases::{self, Case};
use crate::store::responses::Response;
use crate::store::{StoreError, begin, invitations, sample};

/// Messages a respondent may send on one day.
pub const MESSAGES_A_DAY: usize = 5;
/// Messages a thread may have.
const MESSAGES_IN_ALL: usize = 200;

/// Why something is refused.
#[derive(Debug, Error)]
pub enum WriteError {
    /// Nothing was written.
    #[error("nothing was written")]
    Empty,
    /// The text is too long.
    #[error("the text is too long")]
    TooLong,
    /// Enough for today.
    #[error("enough messages for one day")]
    TooMany,
    /// The case is not at a point where this can be said.
    #[error("the case is not there")]
    NotNow,
    /// The database said no.
    #[error(transparent)]
    Store(#[from] StoreError),
}

impl From<KeyError> for WriteError {
    fn from(error: KeyError) -> Self {
        Self::Store(error.into())
    }
}

/// The township of a response: the open link's, or the invitation's. For a case that its own respondent opens.
async fn township(
    base: &Base,
    conn: &impl sea_orm::ConnectionTrait,
    response: &Response,
) -> Result<Option<String>, StoreError> {
    let Some(link) = &response.link else {
        return Ok(response.unit.clone());
    };
    let Some(invitation) = invitations::by_link(conn, &base.keys, &response.round_id, link).await? else {
        return Ok(None);
    };
    let case = sample::find(conn, &response.round_id, &invitation.case_id).await?;
    Ok(case.and_then(|case| case.township))
}

/// Sends a message to the office; the first one opens a case where there is none.
///
/// # Errors
/// [`WriteError`].
pub async fn write(base: &Base, response: &Response, text: &str, days: u32) -> Result<(), WriteError> {
    let text = plain(text).ok_or(WriteError::Empty)?;
    if text.chars().count() > MESSAGE_CHARS {
        return Err(WriteError::TooLong);
    }
    let today = base.clock.today().to_string();
    let tx = begin(&base.db).await?;
    let mut case = match cases::by_leaf(&tx, &response.leaf).await? {
        Some(case) => case,
        None => {
            let unit = township(base, &tx, response).await?;
            let mut case = super::open(&base.keys, &base.entropy, response, unit, "", days)?;
            // Its time runs from the day it was asked for, not from the questionnaire's.
            case.opened_on.clone_from(&today);
            case.due_on = super::due(&today, days)?;
            cases::insert(&tx, vec![case.clone()]).await?;
            case
        }
    };
    let thread = cases::messages(&tx, case.id).await?;
    let today_s = thread.iter().filter(|row| !row.from_office && row.day == today);
    if today_s.count() >= MESSAGES_A_DAY || thread.len() >= MESSAGES_IN_ALL {
        return Err(WriteError::TooMany);
    }
    if case.state == CaseState::Withdrawn.as_str() {
        // Taken back once, written to again: a new start.
        CaseState::New.as_str().clone_into(&mut case.state);
        case.done_on = None;
        case.due_on = super::due(&today, days)?;
    }
    let row = message(&base.keys, &base.entropy, &thread, &case, (false, today, &text))?;
    cases::add_message(&tx, row).await?;
    case.unread = true;
    cases::update(&tx, case).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// Leaves a way to be reached, and what the case is about, with the case of a response.
///
/// # Errors
/// [`WriteError::NotNow`] where the response asked for nothing.
pub async fn leave_contact(
    base: &Base,
    leaf: &str,
    contact: &str,
    area: Option<String>,
) -> Result<(), WriteError> {
    let contact = plain(contact);
    if contact
        .as_ref()
        .is_some_and(|text| text.chars().count() > CONTACT_CHARS)
    {
        return Err(WriteError::TooLong);
    }
    if contact.is_none() && area.is_none() {
        return Err(WriteError::Empty);
    }
    let tx = begin(&base.db).await?;
    let mut case = cases::by_leaf(&tx, leaf).await?.ok_or(WriteError::NotNow)?;
    if let Some(contact) = contact {
        let sealed = base
            .keys
            .seal(&context(case.id, "contact"), contact.as_bytes(), &base.entropy)?;
        case.contact = Some(sealed);
    }
    case.area = area.or(case.area);
    cases::update(&tx, case).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// Whether the respondent may say how the case went.
pub fn may_rate(case: &Case) -> bool {
    matches!(
        CaseState::parse(&case.state),
        Some(CaseState::Answered | CaseState::Closed | CaseState::Rejected)
    )
}

/// Keeps how the respondent says the case went; the last word stands.
///
/// # Errors
/// [`WriteError::NotNow`] before the office has answered.
pub async fn rate(base: &Base, leaf: &str, satisfaction: Satisfaction) -> Result<(), WriteError> {
    let tx = begin(&base.db).await?;
    let mut case = cases::by_leaf(&tx, leaf).await?.ok_or(WriteError::NotNow)?;
    if !may_rate(&case) {
        return Err(WriteError::NotNow);
    }
    case.satisfaction = Some(satisfaction.as_str().to_owned());
    cases::update(&tx, case).await?;
    tx.commit().await.map_err(StoreError::from)?;
    Ok(())
}

/// Takes a case back: its texts are destroyed, and it counts in no figure.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn take_back(
    conn: &impl sea_orm::ConnectionTrait,
    mut case: Case,
    today: &str,
) -> Result<(), StoreError> {
    cases::forget_messages(conn, case.id).await?;
    CaseState::Withdrawn.as_str().clone_into(&mut case.state);
    case.text = Vec::new();
    (case.contact, case.outcome, case.satisfaction) = (None, None, None);
    case.done_on = Some(today.to_owned());
    case.unread = false;
    cases::update(conn, case).await
}
