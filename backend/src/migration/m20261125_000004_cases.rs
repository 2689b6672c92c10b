//! Receipts and what follows from them: the log of leaves and its signed roots, second secrets, follow-up cases with
//! their messages, and what the office did about the points raised.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, blob, blob_null, boolean, integer, text, text_null, uuid, uuid_null,
};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261125_000004_cases"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in log_tables().into_iter().chain(case_tables()) {
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

/// The append-only log: leaves by position, complete subtrees by level and index, roots by epoch.
fn log_tables() -> Vec<TableCreateStatement> {
    let leaves = Table::create()
        .table("merkle_leaves")
        .col(text("round_id"))
        .col(big_integer("position"))
        .col(text("leaf"))
        .col(integer("epoch"))
        .primary_key(Index::create().col("round_id").col("position"))
        .take();
    let nodes = Table::create()
        .table("merkle_nodes")
        .col(text("round_id"))
        .col(integer("level"))
        .col(big_integer("idx"))
        .col(text("hash"))
        .primary_key(Index::create().col("round_id").col("level").col("idx"))
        .take();
    let roots = Table::create()
        .table("merkle_roots")
        .col(text("round_id"))
        .col(integer("epoch"))
        .col(text("kind"))
        .col(text("day"))
        .col(big_integer("size"))
        .col(text("root"))
        .col(text("signature"))
        .primary_key(Index::create().col("round_id").col("epoch"))
        .take();
    vec![leaves, nodes, roots]
}

fn case_tables() -> Vec<TableCreateStatement> {
    let secrets = Table::create()
        .table("second_secrets")
        .col(text("leaf").primary_key())
        .col(text("round_id"))
        .col(text("mac"))
        .take();
    let cases = Table::create()
        .table("follow_up_cases")
        .col(uuid("id").primary_key())
        .col(text("round_id"))
        .col(text("leaf"))
        .col(text("group"))
        .col(text_null("area"))
        .col(text_null("unit"))
        .col(blob("text"))
        .col(blob_null("contact"))
        .col(text("state"))
        .col(uuid_null("owner"))
        .col(text("opened_on"))
        .col(text("due_on"))
        .col(text_null("done_on"))
        .col(text_null("outcome"))
        .col(text_null("satisfaction"))
        .col(boolean("unread"))
        .take();
    let messages = Table::create()
        .table("case_messages")
        .col(uuid("case_id"))
        .col(integer("ord"))
        .col(boolean("from_office"))
        .col(text("day"))
        .col(blob("body"))
        .primary_key(Index::create().col("case_id").col("ord"))
        .take();
    let improvements = Table::create()
        .table("improvements")
        .col(uuid("id").primary_key())
        .col(text("round_id"))
        .col(text_null("area"))
        .col(text("said_zh"))
        .col(text("did_zh"))
        .col(text("said_en"))
        .col(text("did_en"))
        .col(text("day"))
        .col(boolean("withdrawn"))
        .take();
    vec![secrets, cases, messages, improvements]
}

fn indexes() -> Vec<IndexCreateStatement> {
    let index = |name: &str, table: &'static str, columns: &[&'static str], unique: bool| {
        let mut index = Index::create();
        index.name(name).table(table);
        for column in columns {
            index.col(*column);
        }
        if unique {
            index.unique();
        }
        index.take()
    };
    vec![
        index("uq_merkle_leaves_leaf", "merkle_leaves", &["leaf"], true),
        index("uq_follow_up_cases_leaf", "follow_up_cases", &["leaf"], true),
        index(
            "ix_follow_up_cases_round_id_due_on",
            "follow_up_cases",
            &["round_id", "due_on"],
            false,
        ),
        index("ix_improvements_round_id", "improvements", &["round_id"], false),
        index("ix_audit_subject", "audit", &["subject"], false),
    ]
}
