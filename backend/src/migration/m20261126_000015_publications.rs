//! What was published of a round, when and by whom; and who may have its data by agreement.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, text, text_null, uuid};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000015_publications"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let publications = Table::create()
            .table("publications")
            .col(text("round_id"))
            .col(integer("seq"))
            .col(text("sha256"))
            .col(text("content"))
            .col(text("counts"))
            .col(text("state"))
            .col(text("actor"))
            .col(big_integer("at"))
            .col(text("day"))
            .col(text_null("reason"))
            .col(text_null("ended_on"))
            .primary_key(Index::create().col("round_id").col("seq"))
            .take();
        manager.create_table(publications).await?;
        let agreements = Table::create()
            .table("data_agreements")
            .col(uuid("id").primary_key())
            .col(text("round_id"))
            .col(text("person"))
            .col(text("institution"))
            .col(text("purpose"))
            .col(text("until"))
            .col(text("asked_by"))
            .col(text("asked_on"))
            .col(text_null("confirmed_by"))
            .col(text_null("confirmed_on"))
            .col(text_null("ended_by"))
            .col(text_null("ended_on"))
            .take();
        manager.create_table(agreements).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
