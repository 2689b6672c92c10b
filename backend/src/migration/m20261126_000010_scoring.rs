//! The third party's work: who is engaged and bound by which conflicts, who was drawn for what, score cards with their
//! seals and approvals, evidence.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, boolean, double_null, integer, integer_null, text, text_null, uuid,
};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000010_scoring"
    }
}

fn table(name: &'static str, key: &[&'static str], columns: Vec<ColumnDef>) -> TableCreateStatement {
    let mut table = Table::create();
    table.table(name);
    for column in columns {
        table.col(column);
    }
    let mut primary = Index::create();
    for column in key {
        primary.col(*column);
    }
    table.primary_key(&mut primary);
    table.take()
}

fn people() -> Vec<TableCreateStatement> {
    vec![
        table(
            "evaluators",
            &["round_id", "staff_id"],
            vec![
                text("round_id"),
                uuid("staff_id"),
                integer_null("capacity"),
                text("engaged_on"),
                big_integer_null("declared_at"),
                big_integer_null("withdrawn_at"),
                text_null("withdrawn_reason"),
            ],
        ),
        table(
            "evaluator_conflicts",
            &["round_id", "staff_id", "unit", "kind"],
            vec![
                text("round_id"),
                uuid("staff_id"),
                text("unit"),
                text("kind"),
                text("source"),
                text("note"),
                big_integer("at"),
            ],
        ),
        table(
            "scoring_draws",
            &["round_id", "seq"],
            vec![
                text("round_id"),
                integer("seq"),
                text("kind"),
                text("split"),
                big_integer("seed"),
                integer("made"),
                integer("taken_back"),
                text("actor"),
                big_integer("at"),
            ],
        ),
    ]
}

fn cards() -> Vec<TableCreateStatement> {
    vec![
        table(
            "score_cards",
            &["id"],
            vec![
                uuid("id"),
                text("round_id"),
                text("unit"),
                text("criteria"),
                uuid("staff_id"),
                boolean("third"),
                text("state"),
                integer("version"),
                boolean("begun"),
                text_null("hash"),
                big_integer_null("sealed_at"),
                integer("draw"),
            ],
        ),
        table(
            "card_marks",
            &["card_id", "criterion"],
            vec![
                uuid("card_id"),
                text("criterion"),
                double_null("mark"),
                text("comment"),
            ],
        ),
        table(
            "card_seals",
            &["card_id", "version"],
            vec![
                uuid("card_id"),
                integer("version"),
                text("salt"),
                text("hash"),
                text("content"),
                big_integer("at"),
                text_null("returned_reason"),
            ],
        ),
        table(
            "card_approvals",
            &["card_id", "hash"],
            vec![
                uuid("card_id"),
                text("hash"),
                text("actor"),
                big_integer("at"),
                big_integer_null("voided_at"),
            ],
        ),
        table(
            "evidence_files",
            &["id"],
            vec![
                uuid("id"),
                uuid("card_id"),
                text("criterion"),
                text("sha256"),
                text("media_type"),
                integer("bytes"),
                text("taken_on"),
                text("place"),
                big_integer("at"),
            ],
        ),
    ]
}

fn index(table: &'static str, columns: &[&'static str]) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .name(format!("ix_{table}_{}", columns.join("_")))
        .table(table);
    for column in columns {
        index.col(*column);
    }
    index.take()
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in people().into_iter().chain(cards()) {
            manager.create_table(table).await?;
        }
        for index in [
            index("score_cards", &["round_id", "unit"]),
            index("score_cards", &["staff_id"]),
            index("evidence_files", &["card_id"]),
            index("audit", &["actor"]),
        ] {
            manager.create_index(index).await?;
        }
        // With defaults, so that the previous version of the program can go on.
        for column in [
            boolean("third").default(false).take(),
            integer("evidence").default(0).take(),
        ] {
            let change = Table::alter().table("criterion_scores").add_column(column).take();
            manager.alter_table(change).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
