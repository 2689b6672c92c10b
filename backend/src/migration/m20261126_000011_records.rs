//! The round's records: revisions of administrative series, newer frames, the register of service institutions.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, blob, boolean, double, double_null, integer, text, text_null};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261126_000011_records"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        manager.create_table(series_revisions()).await?;
        manager.create_table(series_values()).await?;
        manager.create_table(frame_versions()).await?;
        manager.create_table(frame_uses()).await?;
        manager.create_table(institutions()).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}

fn series_revisions() -> TableCreateStatement {
    Table::create()
        .table("series_revisions")
        .col(text("round_id"))
        .col(integer("revision"))
        .col(text("reason"))
        .col(text("file"))
        .col(text("sha256"))
        .col(integer("added"))
        .col(integer("changed"))
        .col(text("actor"))
        .col(big_integer("at"))
        .col(text("day"))
        .primary_key(Index::create().col("round_id").col("revision"))
        .take()
}

fn series_values() -> TableCreateStatement {
    Table::create()
        .table("series_values")
        .col(text("round_id"))
        .col(integer("revision"))
        .col(text("code"))
        .col(text("unit"))
        .col(text("period"))
        .col(double("value"))
        .col(double_null("old_value"))
        .col(text("source"))
        .col(text_null("old_source"))
        .col(text("name"))
        .col(text("unit_of_measure"))
        .primary_key(
            Index::create()
                .col("round_id")
                .col("revision")
                .col("code")
                .col("unit")
                .col("period"),
        )
        .take()
}

fn frame_versions() -> TableCreateStatement {
    Table::create()
        .table("frame_versions")
        .col(text("round_id"))
        .col(integer("version"))
        .col(integer("based_on"))
        .col(text("state"))
        .col(text("file"))
        .col(text("sha256"))
        .col(integer("rows"))
        .col(text("counts"))
        .col(boolean("drawn_from"))
        .col(text("reason"))
        .col(text("actor"))
        .col(big_integer("at"))
        .col(text("day"))
        .col(blob("content"))
        .primary_key(Index::create().col("round_id").col("version"))
        .take()
}

fn frame_uses() -> TableCreateStatement {
    Table::create()
        .table("frame_uses")
        .col(text("round_id"))
        .col(integer("seq"))
        .col(integer("version"))
        .col(text("reason"))
        .col(text("actor"))
        .col(big_integer("at"))
        .col(text("day"))
        .primary_key(Index::create().col("round_id").col("seq"))
        .take()
}

fn institutions() -> TableCreateStatement {
    Table::create()
        .table("institutions")
        .col(text("round_id"))
        .col(text("code"))
        .col(text("name_zh"))
        .col(text("name_en"))
        .col(text("unit"))
        .col(text("areas"))
        .col(text("services_zh"))
        .col(text("services_en"))
        .col(text("address_zh"))
        .col(text("address_en"))
        .col(text("phone"))
        .col(text("hours_zh"))
        .col(text("hours_en"))
        .col(text("accessible"))
        .col(text("not_accessible"))
        .col(boolean("closed"))
        .col(text("day"))
        .primary_key(Index::create().col("round_id").col("code"))
        .take()
}
