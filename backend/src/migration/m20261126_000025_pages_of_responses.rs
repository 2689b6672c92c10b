//! Responses of a round are read in pages by id. By the former index each page was sorted out of all of the round's
//! rows, so that reading a round took a time that grew with the square of its responses.

use sea_orm_migration::prelude::*;

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000025_pages_of_responses"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let pages = Index::create()
            .name("ix_responses_round_id_id")
            .table("responses")
            .col("round_id")
            .col("id")
            .take();
        manager.create_index(pages).await?;
        let former = Index::drop()
            .name("ix_responses_round_id_group_form_version")
            .table("responses")
            .to_owned();
        manager.drop_index(former).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
