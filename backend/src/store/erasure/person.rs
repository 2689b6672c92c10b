//! Erasing who one person is, at that person's demand: the identity, the rows of the frames as files, and the key made of
//! the register's number. What figures rest on stays under a random key.

use sea_orm::sea_query::Expr;
use sea_orm::{ColumnTrait, ConnectionTrait, EntityTrait, QueryFilter, QuerySelect};

use super::super::{StoreError, frame, frame_versions as versions, plan_files as plan_store};
use super::Erased;
use crate::clock::Entropy;
use crate::entity::{frame_members, frame_versions, identities, plan_files, sample_cases};
use crate::keys::Keys;

/// Columns of a frame that say who somebody is.
const WHO: [&str; 5] = ["name", "phone", "email", "card_number", "address"];

/// What it takes to seal again.
#[derive(Clone, Copy)]
pub struct Sealing<'a> {
    /// The keys.
    pub keys: &'a Keys,
    /// Randomness.
    pub entropy: &'a Entropy,
}

/// Erases who a member of the frame is; gives what was erased and the member's new key.
///
/// # Errors
/// When the database does not answer, the key file is another one, or a stored frame is no CSV.
pub async fn person(
    tx: &impl ConnectionTrait,
    sealing: Sealing<'_>,
    round: &str,
    member_key: &str,
) -> Result<(Erased, String), StoreError> {
    let random = hex::encode(sealing.entropy.bytes::<32>());
    let mut erased = Erased::default();
    if let Some(identity) = frame::identity(tx, sealing.keys, round, member_key).await? {
        erased.frames = in_frames(tx, sealing, round, &identity.person_id, &random).await?;
    }
    let key = (round.to_owned(), member_key.to_owned());
    let gone = identities::Entity::delete_by_id(key).exec(tx).await?;
    erased.identities = gone.rows_affected;
    erased.register_keys = rename(tx, round, member_key, &random).await?;
    Ok((erased, random))
}

/// Puts a random key in the place of a member's wherever it stands; gives whether it stood in the frame.
async fn rename(tx: &impl ConnectionTrait, round: &str, from: &str, to: &str) -> Result<u64, StoreError> {
    use frame_members::Column as M;
    let renamed = frame_members::Entity::update_many()
        .col_expr(M::MemberKey, Expr::value(to))
        .filter(M::RoundId.eq(round))
        .filter(M::MemberKey.eq(from))
        .exec(tx)
        .await?;
    frame_members::Entity::update_many()
        .col_expr(M::RelativeOfKey, Expr::value(to))
        .filter(M::RoundId.eq(round))
        .filter(M::RelativeOfKey.eq(from))
        .exec(tx)
        .await?;
    sample_cases::Entity::update_many()
        .col_expr(sample_cases::Column::MemberKey, Expr::value(to))
        .filter(sample_cases::Column::RoundId.eq(round))
        .filter(sample_cases::Column::MemberKey.eq(from))
        .exec(tx)
        .await?;
    Ok(renamed.rows_affected)
}

/// Blanks a person in the frame that came with the plan and in every newer one; gives in how many.
async fn in_frames(
    tx: &impl ConnectionTrait,
    sealing: Sealing<'_>,
    round: &str,
    person_id: &str,
    random: &str,
) -> Result<u64, StoreError> {
    let Sealing { keys, entropy } = sealing;
    let new_id = format!("erased-{}", &random[..16]);
    let mut done = 0;
    let path = "frame.csv";
    if let Some(content) = plan_store::find(tx, keys, round, path).await?
        && let Some(blanked) = blanked(&content, person_id, &new_id)?
    {
        let sealed = keys.seal(&plan_store::context(round, path), &blanked, entropy)?;
        plan_files::Entity::update_many()
            .col_expr(plan_files::Column::Content, Expr::value(sealed))
            .filter(plan_files::Column::RoundId.eq(round))
            .filter(plan_files::Column::Path.eq(path))
            .exec(tx)
            .await?;
        done += 1;
    }
    let numbers: Vec<i32> = frame_versions::Entity::find()
        .select_only()
        .column(frame_versions::Column::Version)
        .filter(frame_versions::Column::RoundId.eq(round))
        .filter(frame_versions::Column::Content.ne(Vec::<u8>::new()))
        .into_tuple()
        .all(tx)
        .await?;
    for version in numbers {
        let Some(content) = versions::content(tx, keys, round, version).await? else {
            continue;
        };
        let Some(blanked) = blanked(&content, person_id, &new_id)? else {
            continue;
        };
        let sealed = keys.seal(&versions::context(round, version), &blanked, entropy)?;
        frame_versions::Entity::update_many()
            .col_expr(frame_versions::Column::Content, Expr::value(sealed))
            .filter(frame_versions::Column::RoundId.eq(round))
            .filter(frame_versions::Column::Version.eq(version))
            .exec(tx)
            .await?;
        done += 1;
    }
    Ok(done)
}

/// The frame with a person's columns blank and another id in place of theirs; none where the person is not in it.
fn blanked(csv: &[u8], person_id: &str, new_id: &str) -> Result<Option<Vec<u8>>, StoreError> {
    let corrupt = |error: csv::Error| StoreError::Corrupt {
        table: "plan_files",
        what: error.to_string(),
    };
    let text = csv.strip_prefix(b"\xEF\xBB\xBF").unwrap_or(csv);
    let mut reader = csv::ReaderBuilder::new().flexible(true).from_reader(text);
    let heads = reader.headers().map_err(corrupt)?.clone();
    let at = |name: &str| heads.iter().position(|head| head.trim() == name);
    let Some(id_at) = at("person_id") else {
        return Ok(None);
    };
    let (relative_at, who) = (at("relative_of"), WHO.map(at));
    let mut writer = csv::WriterBuilder::new()
        .flexible(true)
        .from_writer(Vec::with_capacity(csv.len()));
    writer.write_record(&heads).map_err(corrupt)?;
    let mut is_there = false;
    for row in reader.records() {
        let row = row.map_err(corrupt)?;
        let is_person = row.get(id_at).map(str::trim) == Some(person_id);
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let names_person = column == id_at || Some(column) == relative_at;
            if names_person && cell.trim() == person_id {
                new_id
            } else if is_person && who.contains(&Some(column)) {
                ""
            } else {
                cell
            }
        });
        is_there |= is_person;
        writer.write_record(cells).map_err(corrupt)?;
    }
    let bytes = writer.into_inner().map_err(|error| StoreError::Corrupt {
        table: "plan_files",
        what: error.to_string(),
    })?;
    Ok(is_there.then_some(bytes))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_person_is_blanked_in_a_frame_and_kin_still_point_at_them() {
        let csv = "\u{feff}person_id,unit,name,phone,relative_of\np1,v,\"张, 三\",139,\nf1,v,李四,138,p1\np2,v,王五,137,\n";
        let after = blanked(csv.as_bytes(), "p1", "erased-1").unwrap().unwrap();
        assert_eq!(
            String::from_utf8(after).unwrap(),
            "person_id,unit,name,phone,relative_of\nerased-1,v,,,\nf1,v,李四,138,erased-1\np2,v,王五,137,\n"
        );
        assert_eq!(blanked(csv.as_bytes(), "p9", "erased-1").unwrap(), None);
    }
}
