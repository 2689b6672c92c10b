//! How people are let in: open links of sites, places taken of quotas, who wants no reminders, and how long after
//! closing interviews may still arrive.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{boolean, integer, integer_null, text, text_null, uuid};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261125_000003_invitations"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        // New columns have defaults, so that the previous version of the program can go on inserting.
        let columns = [
            ("invitations", boolean("no_remind").default(false).take()),
            ("rounds", integer("grace_days").default(0).take()),
            ("rounds", text("quotas").default("[]").take()),
        ];
        for (table, column) in columns {
            let statement = Table::alter().table(table).add_column(column).take();
            manager.alter_table(statement).await?;
        }
        for table in tables() {
            manager.create_table(table).await?;
        }
        for (name, table, columns) in [
            ("ix_links_slug", "links", ["slug"].as_slice()),
            (
                "ix_quota_places_round_id_cell",
                "quota_places",
                &["round_id", "cell"],
            ),
            ("ix_responses_open_link_day", "responses", &["open_link", "day"]),
            ("ix_drafts_open_link", "drafts", &["open_link"]),
        ] {
            let mut index = Index::create();
            index.name(name).table(table);
            for column in columns {
                index.col(*column);
            }
            manager.create_index(index.take()).await?;
        }
        Ok(())
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}

fn tables() -> Vec<TableCreateStatement> {
    let links = Table::create()
        .table("links")
        .col(text("round_id"))
        .col(text("slug"))
        .col(integer("ord"))
        .col(text("group"))
        .col(text("site_zh"))
        .col(text("site_en"))
        .col(text_null("unit"))
        .col(integer_null("daily_cap"))
        .primary_key(Index::create().col("round_id").col("slug"))
        .take();
    let quota_places = Table::create()
        .table("quota_places")
        .col(uuid("response_id"))
        .col(text("round_id"))
        .col(text("cell"))
        .primary_key(Index::create().col("response_id").col("cell"))
        .take();
    vec![links, quota_places]
}
