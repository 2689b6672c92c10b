//! Questionnaire versions. A version is never deleted once the round is sealed.

use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QueryOrder, QuerySelect};

use super::{StoreError, insert_all, upsert};
use crate::entity::forms;

pub use crate::entity::forms::Model as StoredForm;

/// A version without its workbook.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FormVersion {
    /// Form name.
    pub form: String,
    /// Version.
    pub version: String,
    /// Whether new answers begin with it; those begun with an earlier one are accepted as well.
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

/// The current version of every form of a round, by form.
///
/// # Errors
/// See [`versions`].
pub async fn all_current(conn: &impl ConnectionTrait, round: &str) -> Result<Vec<StoredForm>, StoreError> {
    let rows = forms::Entity::find()
        .filter(forms::Column::RoundId.eq(round))
        .filter(forms::Column::Current.eq(true))
        .order_by_asc(forms::Column::Form);
    Ok(rows.all(conn).await?)
}

/// Puts a version in the place of the current one of its form. The one before stays: answers name it.
///
/// # Errors
/// See [`versions`].
pub async fn supersede(conn: &impl ConnectionTrait, new: StoredForm) -> Result<(), StoreError> {
    forms::Entity::update_many()
        .col_expr(forms::Column::Current, false.into())
        .filter(forms::Column::RoundId.eq(&new.round_id))
        .filter(forms::Column::Form.eq(&new.form))
        .exec(conn)
        .await?;
    let key = [
        forms::Column::RoundId,
        forms::Column::Form,
        forms::Column::Version,
    ];
    upsert::<forms::Entity>(conn, new, &key).await
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
