//! Files that come with responses: pictures, recordings, films and documents that a questionnaire asks for.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{blob, integer, text, uuid};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000027_attachments"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let table = Table::create()
            .table("attachments")
            .col(uuid("id").primary_key().take())
            .col(uuid("response_id"))
            .col(text("round_id"))
            .col(text("question"))
            .col(text("name"))
            .col(text("media_type"))
            .col(integer("bytes"))
            .col(text("mac"))
            .col(blob("content"))
            .take();
        manager.create_table(table).await?;
        let one_a_question = Index::create()
            .name("attachments_response_id_question")
            .table("attachments")
            .col("response_id")
            .col("question")
            .unique()
            .take();
        manager.create_index(one_a_question).await?;
        let of_round = Index::create()
            .name("attachments_round_id_id")
            .table("attachments")
            .col("round_id")
            .col("id")
            .take();
        manager.create_index(of_round).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
