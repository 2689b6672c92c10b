//! The first schema: every table of the spine.
//!
//! Column names are spelled out here and not taken from the entities, because a
//! migration must go on meaning what it meant when it was released.

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{
    big_integer, big_integer_null, blob, boolean, double, integer, integer_null, text, text_null, uuid,
    uuid_null,
};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261123_000001_create_tables"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        for table in people_tables().into_iter().chain(work_tables()) {
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

/// A table with a primary key over `key`.
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

/// Rounds, frames, samples and answers.
fn people_tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "rounds",
            &["id"],
            vec![
                text("id"),
                text("title_zh"),
                text("title_en"),
                text("state"),
                text_null("plan_sha256"),
                text("opens_on"),
                text("closes_on"),
            ],
        ),
        table(
            "round_groups",
            &["round_id", "group"],
            vec![
                text("round_id"),
                text("group"),
                integer("ord"),
                text("form"),
                text("name_zh"),
                text("name_en"),
                text_null("open_link"),
            ],
        ),
        table(
            "plan_files",
            &["round_id", "path"],
            vec![text("round_id"), text("path"), blob("content"), boolean("sealed")],
        ),
        table(
            "units",
            &["round_id", "code"],
            vec![
                text("round_id"),
                text("code"),
                integer("ord"),
                text_null("parent"),
                text("level"),
                text("kind"),
                text("name_zh"),
                text("name_en"),
            ],
        ),
        table(
            "forms",
            &["round_id", "form", "version"],
            vec![
                text("round_id"),
                text("form"),
                text("version"),
                text("source_path"),
                blob("xlsx"),
                boolean("current"),
            ],
        ),
        table(
            "frame_members",
            &["round_id", "member_key"],
            vec![
                text("round_id"),
                text("member_key"),
                text("unit"),
                text("group"),
                text_null("category"),
                text_null("grade"),
                text_null("sex"),
                integer_null("birth_year"),
                text("hardship"),
                text_null("body_kind"),
                text_null("relative_of_key"),
            ],
        ),
        table(
            "identities",
            &["round_id", "member_key"],
            vec![text("round_id"), text("member_key"), blob("sealed")],
        ),
        table(
            "sample_cases",
            &["round_id", "case_id"],
            vec![
                text("round_id"),
                text("case_id"),
                text("group"),
                text_null("member_key"),
                text_null("township"),
                text("unit"),
                text("stratum"),
                text("psu"),
                boolean("certainty"),
                double("base_weight"),
                text_null("person"),
                text_null("category"),
                text_null("grade"),
                text_null("sex"),
                text_null("age_band"),
                text("hardship"),
                text_null("body_kind"),
                text_null("disposition"),
            ],
        ),
        table(
            "invitations",
            &["id"],
            vec![
                uuid("id"),
                text("round_id"),
                text("group"),
                text("case_id"),
                text("code_lookup"),
                text("state"),
            ],
        ),
        table(
            "drafts",
            &["id"],
            vec![
                text("id"),
                text("round_id"),
                text("group"),
                text("form_version"),
                uuid("response_id"),
                uuid_null("invitation_id"),
                text_null("open_link"),
                text("answers"),
                text("language"),
                text_null("current_page"),
                text_null("device_hash"),
                text_null("pin_hash"),
                integer("pin_failures"),
                big_integer("started_at"),
                text("updated_day"),
            ],
        ),
        table(
            "responses",
            &["id"],
            vec![
                uuid("id"),
                text("round_id"),
                text("group"),
                text("form"),
                text("form_version"),
                text_null("link"),
                text_null("open_link"),
                text_null("unit"),
                text("mode"),
                text("answering"),
                text("language"),
                boolean("staff_collected"),
                text("day"),
                big_integer("duration_s"),
                text("answers"),
                text("content_mac"),
                blob("salt"),
                text("leaf"),
                text("receipt"),
            ],
        ),
    ]
}

/// Staff, their work, and the log of it.
fn work_tables() -> Vec<TableCreateStatement> {
    vec![
        table(
            "staff",
            &["id"],
            vec![
                uuid("id"),
                text("login"),
                text("display_name"),
                text("role"),
                text("password_hash"),
                integer("failed"),
                big_integer_null("locked_until"),
                boolean("disabled"),
                big_integer("created_at"),
            ],
        ),
        table(
            "sessions",
            &["token_hash"],
            vec![
                text("token_hash"),
                uuid("staff_id"),
                text("csrf"),
                big_integer("created_at"),
                big_integer("expires_at"),
            ],
        ),
        table(
            "jobs",
            &["id"],
            vec![
                uuid("id"),
                text("kind"),
                text_null("round_id"),
                text("payload"),
                text("state"),
                integer("attempts"),
                double("progress"),
                text_null("error"),
                big_integer("run_after"),
                big_integer_null("lease_until"),
                big_integer("created_at"),
                big_integer_null("finished_at"),
            ],
        ),
        table(
            "outbox",
            &["id"],
            vec![
                uuid("id"),
                text("round_id"),
                text("kind"),
                text("recipient"),
                text("dedup_key"),
                blob("message"),
                text("state"),
                integer("attempts"),
                big_integer("next_attempt_at"),
                big_integer_null("lease_until"),
                text_null("last_error"),
                big_integer("created_at"),
                big_integer_null("sent_at"),
            ],
        ),
        table(
            "criterion_scores",
            &["round_id", "unit", "criterion", "scorer"],
            vec![
                text("round_id"),
                text("unit"),
                text("criterion"),
                text("scorer"),
                double("score"),
            ],
        ),
        table(
            "results",
            &["round_id"],
            vec![text("round_id"), big_integer("computed_at"), text("detail_json")],
        ),
        table(
            "audit",
            &["seq"],
            vec![
                big_integer("seq"),
                big_integer("at"),
                text("actor"),
                text("action"),
                text("subject"),
                text("detail"),
                text("prev_hash"),
                text("hash"),
            ],
        ),
    ]
}

fn index(table: &'static str, columns: &[&'static str], unique: bool) -> IndexCreateStatement {
    let mut index = Index::create();
    index
        .name(format!(
            "{}_{table}_{}",
            if unique { "uq" } else { "ix" },
            columns.join("_")
        ))
        .table(table);
    for column in columns {
        index.col(*column);
    }
    if unique {
        index.unique();
    }
    index.take()
}

/// Unique indexes carry the promises of design §8; the others serve the lists.
fn indexes() -> Vec<IndexCreateStatement> {
    vec![
        index("invitations", &["code_lookup"], true),
        index("responses", &["link"], true),
        index("responses", &["leaf"], true),
        index("staff", &["login"], true),
        index("outbox", &["dedup_key"], true),
        index("round_groups", &["open_link"], false),
        index("frame_members", &["round_id", "group"], false),
        index("sample_cases", &["round_id", "group"], false),
        index("invitations", &["round_id", "case_id"], false),
        index("drafts", &["round_id"], false),
        index("responses", &["round_id", "group", "form_version"], false),
        index("sessions", &["staff_id"], false),
        index("jobs", &["state", "run_after"], false),
        index("outbox", &["state", "next_attempt_at"], false),
    ]
}
