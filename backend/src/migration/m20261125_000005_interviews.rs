//! Interviews that the server could not accept as responses, and exceptions for interviewers of judged units.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text, text_null, uuid};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261125_000005_interviews"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let held = Table::create()
            .table("held")
            .col(uuid("id").primary_key())
            .col(text("round_id"))
            .col(text("case_id"))
            .col(uuid("staff_id"))
            .col(text("envelope"))
            .col(text("content_mac"))
            .col(text("reason"))
            .col(text("faults"))
            .col(text("state"))
            .col(text_null("note"))
            .col(text("day"))
            .take();
        let exceptions = Table::create()
            .table("interviewer_exceptions")
            .col(text("round_id"))
            .col(uuid("staff_id"))
            .col(text("reason"))
            .col(text("granted_by"))
            .col(big_integer("granted_at"))
            .primary_key(Index::create().col("round_id").col("staff_id"))
            .take();
        manager.create_table(held).await?;
        manager.create_table(exceptions).await?;
        for (table, column) in [("held", "round_id"), ("devices", "staff_id")] {
            let index = Index::create()
                .name(format!("ix_{table}_{column}"))
                .table(table)
                .col(column)
                .take();
            manager.create_index(index).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
