//! Drafts of questionnaires: every saved state with who made it and when, and the state that each draft is in.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, integer, integer_null, text};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000026_form_drafts"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let drafts = Table::create()
            .table("form_drafts")
            .col(text("round_id"))
            .col(text("form"))
            .col(integer("head"))
            .col(text("based_on"))
            .primary_key(Index::create().col("round_id").col("form"))
            .take();
        manager.create_table(drafts).await?;
        let states = Table::create()
            .table("form_states")
            .col(text("round_id"))
            .col(text("form"))
            .col(integer("seq"))
            .col(integer_null("parent"))
            .col(text("act"))
            .col(text("subject"))
            .col(blob("content"))
            .col(text("actor"))
            .col(big_integer("at"))
            .primary_key(Index::create().col("round_id").col("form").col("seq"))
            .take();
        manager.create_table(states).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
