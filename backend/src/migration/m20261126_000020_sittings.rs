//! How many responses came from one device or within the same ten minutes, apart from the responses.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, text};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000020_sittings"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let keys = Table::create()
            .table("sitting_keys")
            .col(text("round_id").primary_key().take())
            .col(blob("salt"))
            .take();
        manager.create_table(keys).await?;
        let counts = Table::create()
            .table("sitting_counts")
            .col(text("round_id"))
            .col(text("unit"))
            .col(text("shared"))
            .col(text("mark"))
            .col(big_integer("responses"))
            .primary_key(
                Index::create()
                    .col("round_id")
                    .col("unit")
                    .col("shared")
                    .col("mark"),
            )
            .take();
        manager.create_table(counts).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
