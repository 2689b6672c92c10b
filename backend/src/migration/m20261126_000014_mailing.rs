//! Leadership e-mail: who receives it, what was sent of it by the plan's schedule, and whether it is held. Call-backs:
//! who agreed, who was drawn and called by whom, and, apart from that, what was said.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, big_integer_null, boolean, integer, text, text_null, uuid};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000014_mailing"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let recipients = Table::create()
            .table("mail_recipients")
            .col(uuid("id").primary_key().take())
            .col(text("round_id"))
            .col(text("name"))
            .col(text("email"))
            .col(text("email_key"))
            .col(text("language"))
            .col(text("role"))
            .col(text("unit"))
            .col(text("source"))
            .col(text("state"))
            .col(text_null("since"))
            .take();
        manager.create_table(recipients).await?;
        let unique = Index::create()
            .name("mail_recipients_one")
            .table("mail_recipients")
            .col("round_id")
            .col("email_key")
            .col("unit")
            .unique()
            .take();
        manager.create_index(unique).await?;
        let runs = Table::create()
            .table("mail_runs")
            .col(text("round_id"))
            .col(text("kind"))
            .col(text("period"))
            .col(text("state"))
            .col(big_integer("due_at"))
            .col(big_integer_null("lease_until"))
            .col(integer("attempts"))
            .col(integer("messages"))
            .col(text_null("error"))
            .col(big_integer_null("finished_at"))
            .primary_key(Index::create().col("round_id").col("kind").col("period"))
            .take();
        manager.create_table(runs).await?;
        let rounds = Table::create()
            .table("mail_rounds")
            .col(text("round_id").primary_key().take())
            .col(big_integer("since"))
            .col(boolean("was_over"))
            .col(boolean("held"))
            .col(text_null("held_by"))
            .col(text_null("held_reason"))
            .take();
        manager.create_table(rounds).await?;
        for table in callback_tables() {
            manager.create_table(table).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}

fn callback_tables() -> [TableCreateStatement; 3] {
    let consents = Table::create()
        .table("callback_consents")
        .col(text("round_id"))
        .col(text("case_id"))
        .primary_key(Index::create().col("round_id").col("case_id"))
        .take();
    let cases = Table::create()
        .table("callback_cases")
        .col(text("round_id"))
        .col(text("case_id"))
        .col(text("unit"))
        .col(integer("place"))
        .col(text_null("caller"))
        .col(integer("attempts"))
        .col(text_null("outcome"))
        .primary_key(Index::create().col("round_id").col("case_id"))
        .take();
    let checks = Table::create()
        .table("callback_checks")
        .col(uuid("id").primary_key().take())
        .col(text("round_id"))
        .col(text("unit"))
        .col(text("took_part"))
        .col(text("answered_self"))
        .col(text("staff_present"))
        .col(text("rating_right"))
        .take();
    [consents, cases, checks]
}
