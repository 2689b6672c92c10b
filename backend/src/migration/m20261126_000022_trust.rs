//! Erasing by plan, requests of the people whose data are kept, notices about staff's accounts, signing in by an identity
//! provider, and failures that several servers count together.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, boolean, text, text_null, uuid};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000022_trust"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in tables() {
            manager.create_table(table).await?;
        }
        let of_staff = Index::create()
            .name("staff_notices_staff_id")
            .table("staff_notices")
            .col("staff_id")
            .take();
        manager.create_index(of_staff).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}

fn tables() -> Vec<TableCreateStatement> {
    vec![
        Table::create()
            .table("retention_delays")
            .col(uuid("id").primary_key().take())
            .col(text("round_id"))
            .col(text("kept"))
            .col(text("until"))
            .col(text("reason"))
            .col(text("actor"))
            .col(text("day"))
            .take(),
        Table::create()
            .table("erasures")
            .col(uuid("id").primary_key().take())
            .col(text("round_id"))
            .col(text("kept"))
            .col(text("day"))
            .col(text("actor"))
            .col(text("sha256"))
            .col(text("certificate"))
            .take(),
        Table::create()
            .table("person_requests")
            .col(uuid("id").primary_key().take())
            .col(text("round_id"))
            .col(text("member_keys"))
            .col(text("wants"))
            .col(text("basis"))
            .col(text("state"))
            .col(text("asked_by"))
            .col(text("asked_on"))
            .col(text("due_on"))
            .col(text_null("decided_by"))
            .col(text_null("decided_on"))
            .col(text_null("done_on"))
            .col(text_null("outcome"))
            .take(),
        Table::create()
            .table("staff_addresses")
            .col(uuid("staff_id").primary_key().take())
            .col(text("email"))
            .col(text("language"))
            .take(),
        Table::create()
            .table("staff_notices")
            .col(uuid("id").primary_key().take())
            .col(uuid("staff_id"))
            .col(text("kind"))
            .col(text("device"))
            .col(big_integer("at"))
            .col(boolean("seen"))
            .take(),
        Table::create()
            .table("staff_browsers")
            .col(text("token_hash").primary_key().take())
            .col(uuid("staff_id"))
            .col(text("device"))
            .col(big_integer("last_used"))
            .take(),
        Table::create()
            .table("staff_subjects")
            .col(text("issuer"))
            .col(text("subject"))
            .col(uuid("staff_id"))
            .col(text("since"))
            .primary_key(Index::create().col("issuer").col("subject"))
            .take(),
        Table::create()
            .table("provider_sign_ins")
            .col(text("state_hash").primary_key().take())
            .col(text("nonce"))
            .col(text("verifier"))
            .col(text("next"))
            .col(text_null("staff_id"))
            .col(big_integer("expires_at"))
            .take(),
        Table::create()
            .table("multi_factor_sessions")
            .col(text("token_hash").primary_key().take())
            .take(),
        Table::create()
            .table("failures")
            .col(text("key").primary_key().take())
            .col(big_integer("spent_until"))
            .take(),
    ]
}
