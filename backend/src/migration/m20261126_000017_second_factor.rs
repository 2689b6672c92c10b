//! The second factor of staff, its recovery codes, sign-ins half-way between password and code, and what a session is
//! listed by.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, blob_null, integer, text, uuid};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000017_second_factor"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // With a default, so that the previous version of the program can go on.
        let device = Table::alter()
            .table("sessions")
            .add_column(text("device").default("").take())
            .take();
        manager.alter_table(device).await?;
        let enrolling = Table::alter()
            .table("sessions")
            .add_column(blob_null("enrolling"))
            .take();
        manager.alter_table(enrolling).await?;
        let factors = Table::create()
            .table("second_factors")
            .col(uuid("staff_id").primary_key())
            .col(blob("secret"))
            .col(big_integer("last_step"))
            .col(text("since"))
            .take();
        manager.create_table(factors).await?;
        let codes = Table::create()
            .table("recovery_codes")
            .col(uuid("staff_id"))
            .col(text("mac"))
            .primary_key(Index::create().col("staff_id").col("mac"))
            .take();
        manager.create_table(codes).await?;
        // A table of its own and no mark on a session: the previous version must not take one half-way for signed in.
        let halves = Table::create()
            .table("sign_ins")
            .col(text("token_hash").primary_key())
            .col(uuid("staff_id"))
            .col(integer("tries"))
            .col(big_integer("expires_at"))
            .take();
        manager.create_table(halves).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
