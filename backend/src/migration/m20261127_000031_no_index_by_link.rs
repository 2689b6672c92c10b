//! Responses of an open link's day are counted by `response_tallies`; the index that found them one by one cost every
//! response a write and served nothing any more.

use sea_orm_migration::prelude::*;

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261127_000031_no_index_by_link"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let former = Index::drop()
            .name("ix_responses_open_link_day")
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
