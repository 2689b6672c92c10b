//! How people answer and who visits them: ways of reading, consents and the interviewer beside each response;
//! assignments, attempts and devices of interviewers.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, integer, text, text_null, uuid};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261125_000002_answering"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // One column a statement: SQLite adds no more at a time.
        for (table, column) in columns() {
            let statement = Table::alter().table(table).add_column(column).take();
            manager.alter_table(statement).await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        for index in indexes() {
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

/// New columns have defaults, so that the previous version of the program can go on inserting.
fn columns() -> Vec<(&'static str, ColumnDef)> {
    vec![
        ("responses", text("ways").default("").take()),
        ("responses", text("consents").default("").take()),
        ("responses", text_null("interviewer").take()),
        ("responses", text("state").default("accepted").take()),
        ("staff", text_null("employer_unit").take()),
    ]
}

fn tables() -> Vec<TableCreateStatement> {
    let assignments = Table::create()
        .table("assignments")
        .col(text("round_id"))
        .col(text("case_id"))
        .col(uuid("staff_id"))
        .primary_key(Index::create().col("round_id").col("case_id"))
        .take();
    let attempts = Table::create()
        .table("attempts")
        .col(uuid("id").primary_key())
        .col(text("round_id"))
        .col(text("case_id"))
        .col(uuid("staff_id"))
        .col(text("mode"))
        .col(text("day"))
        .col(text("disposition"))
        .col(text("note"))
        .col(text_null("callback_day"))
        .col(text_null("callback_part"))
        .take();
    let devices = Table::create()
        .table("devices")
        .col(uuid("id").primary_key())
        .col(uuid("staff_id"))
        .col(text("name"))
        .col(text("token_hash"))
        .col(text("state"))
        .col(integer("max_offline_days"))
        .col(text("last_seen_day"))
        .col(big_integer("created_at"))
        .take();
    vec![assignments, attempts, devices]
}

fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        Index::create()
            .name("ix_assignments_staff_id")
            .table("assignments")
            .col("staff_id")
            .take(),
        Index::create()
            .name("ix_attempts_round_id_case_id")
            .table("attempts")
            .col("round_id")
            .col("case_id")
            .take(),
        Index::create()
            .name("uq_devices_token_hash")
            .table("devices")
            .col("token_hash")
            .unique()
            .take(),
    ]
}
