//! What the office writes before a round is sealed: the working copy of a plan, its saved versions, and the experts who
//! compare its indicators pair by pair.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, integer, text, text_null, uuid};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000016_planning"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let blobs = Table::create()
            .table("plan_blobs")
            .col(text("round_id"))
            .col(text("sha256"))
            .col(blob("content"))
            .primary_key(Index::create().col("round_id").col("sha256"))
            .take();
        manager.create_table(blobs).await?;
        let versions = Table::create()
            .table("plan_versions")
            .col(text("round_id"))
            .col(integer("seq"))
            .col(text("kind"))
            .col(text("plan_sha256"))
            .col(text("manifest"))
            .col(text("reason"))
            .col(text("actor"))
            .col(big_integer("at"))
            .col(text("day"))
            .col(big_integer("answers_before"))
            .primary_key(Index::create().col("round_id").col("seq"))
            .take();
        manager.create_table(versions).await?;
        let copies = Table::create()
            .table("plan_copies")
            .col(text("round_id").primary_key().take())
            .col(text("manifest"))
            .col(text("based_on"))
            .col(text("actor"))
            .col(big_integer("at"))
            .take();
        manager.create_table(copies).await?;
        let experts = Table::create()
            .table("weight_experts")
            .col(uuid("id").primary_key().take())
            .col(text("round_id"))
            .col(integer("seq"))
            .col(text("name"))
            .col(text("token_hash"))
            .col(text("state"))
            .col(big_integer("at"))
            .take();
        manager.create_table(experts).await?;
        for column in ["round_id", "token_hash"] {
            let index = Index::create()
                .name(format!("weight_experts_{column}"))
                .table("weight_experts")
                .col(column)
                .take();
            manager.create_index(index).await?;
        }
        let judgements = Table::create()
            .table("weight_judgements")
            .col(uuid("expert_id"))
            .col(text("first"))
            .col(text("second"))
            .col(integer("steps"))
            .col(text_null("day"))
            .primary_key(Index::create().col("expert_id").col("first").col("second"))
            .take();
        manager.create_table(judgements).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
