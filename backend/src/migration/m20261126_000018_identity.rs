//! Requests to learn who gave a response, which two people must agree to. Drafts no longer say whose invitation they
//! belong to.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{text, text_null, uuid};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000018_identity"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let requests = Table::create()
            .table("identity_requests")
            .col(uuid("id").primary_key().take())
            .col(text("round_id"))
            .col(text("leaf"))
            .col(text("reason"))
            .col(text("state"))
            .col(text("asked_by"))
            .col(text("asked_on"))
            .col(text_null("decided_by"))
            .col(text_null("decided_on"))
            .col(text_null("seen_on"))
            .take();
        manager.create_table(requests).await?;
        let forget = Query::update()
            .table("drafts")
            .value("invitation_id", Option::<sea_orm::prelude::Uuid>::None)
            .take();
        manager.exec_stmt(forget).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
