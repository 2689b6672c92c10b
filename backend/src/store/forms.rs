//! Questionnaire versions. A version is never deleted once the round is sealed.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::{StoreError, insert_all};
use crate::entity::forms;

pub use crate::entity::forms::Model as StoredForm;

/// A version without its workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormVersion {
    /// Form name.
    pub form: String,
    /// Version.
    pub version: String,
    /// Whether responses are accepted for it.
    pub current: bool,
}

/// The versions of a round's forms, without workbooks.
///
/// # Errors
/// When the database does not answer; so for every function here.
pub async fn versions(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<FormVersion>, StoreError> {
    let rows: Vec<(String, String, bool)> = forms::Entity::find()
        .select_only()
        .columns([
            forms::Column::Form,
            forms::Column::Version,
            forms::Column::Current,
        ])
        .filter(forms::Column::RoundId.eq(round))
        .into_tuple()
        .all(conn)
        .await?;
    Ok(rows
        .into_iter()
        .map(|(form, version, current)| FormVersion {
            form,
            version,
            current,
        })
        .collect())
}

/// The current version of a form.
///
/// # Errors
/// See [`versions`].
pub async fn current(
    conn: &impl ConnectionTrait,
    round: &str,
    form: &str,
) -> Result<Option<StoredForm>, StoreError> {
    let row = forms::Entity::find()
        .filter(forms::Column::RoundId.eq(round))
        .filter(forms::Column::Form.eq(form))
        .filter(forms::Column::Current.eq(true));
    Ok(row.one(conn).await?)
}

/// Any stored form with this version. The version is a hash of the model, so
/// that equal versions of two rounds are equal questionnaires.
///
/// # Errors
/// See [`versions`].
pub async fn by_version(
    conn: &impl ConnectionTrait,
    version: &str,
) -> Result<Option<StoredForm>, StoreError> {
    Ok(forms::Entity::find()
        .filter(forms::Column::Version.eq(version))
        .one(conn)
        .await?)
}

/// Replaces all forms of a round; for rounds that are not sealed.
///
/// # Errors
/// See [`versions`].
pub async fn replace(
    conn: &impl ConnectionTrait,
    round: &str,
    rows: Vec<StoredForm>,
) -> Result<(), StoreError> {
    forms::Entity::delete_many()
        .filter(forms::Column::RoundId.eq(round))
        .exec(conn)
        .await?;
    for row in rows {
        insert_all::<forms::Entity>(conn, vec![row]).await?;
    }
    Ok(())
}
