//! Corrected questionnaires in sealed rounds: what was put in place of what, why, by whom, with media of its own.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, integer, text};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261125_000008_amendments"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // How often a round was amended; with a default, so that the previous version of the program can go on.
        let column = Table::alter()
            .table("rounds")
            .add_column(integer("amended").default(0).take())
            .take();
        manager.alter_table(column).await?;
        let amendments = Table::create()
            .table("amendments")
            .col(text("round_id"))
            .col(integer("seq"))
            .col(text("form"))
            .col(text("old_version"))
            .col(text("new_version"))
            .col(text("reason"))
            .col(text("actor"))
            .col(big_integer("at"))
            .col(text("day"))
            .primary_key(Index::create().col("round_id").col("seq"))
            .take();
        manager.create_table(amendments).await?;
        let media = Table::create()
            .table("amendment_media")
            .col(text("round_id"))
            .col(text("name"))
            .col(blob("content"))
            .primary_key(Index::create().col("round_id").col("name"))
            .take();
        manager.create_table(media).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
