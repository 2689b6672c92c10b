//! The second token of a device, which can only deliver and so may lie unlocked on it.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::text_null;

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261125_000007_devices"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let column = Table::alter()
            .table("devices")
            .add_column(text_null("send_hash"))
            .take();
        manager.alter_table(column).await?;
        let index = Index::create()
            .name("ux_devices_send_hash")
            .table("devices")
            .col("send_hash")
            .unique()
            .take();
        manager.create_index(index).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
