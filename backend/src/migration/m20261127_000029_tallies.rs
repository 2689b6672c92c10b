//! Accepted responses are counted as they come and go. Until then every list that says how many there are counted the
//! responses themselves, which with a million of them took seconds.
//!
//! A server of the version before that runs on for a while beside this one does not count what it accepts; what is
//! missing is counted in the night (`store/tallies.rs`).

use sea_orm_migration::prelude::*;
use sea_orm_migration::schema::{big_integer, text};

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261127_000029_tallies"
    }
}

/// Columns of the table's key, as responses have them.
const KEY: [&str; 6] = ["round_id", "day", "group", "mode", "open_link", "interviewer"];

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let (mut table, mut primary) = (Table::create(), Index::create());
        table.table("response_tallies");
        for column in KEY {
            table.col(text(column));
            primary.col(column);
        }
        table.col(big_integer("n")).primary_key(&mut primary);
        manager.create_table(table.take()).await?;
        let or_empty = |column: &'static str| Func::coalesce([Expr::col(column), Expr::val("")]);
        let counted = Query::select()
            .columns(KEY[..4].iter().copied())
            .expr(or_empty("open_link"))
            .expr(or_empty("interviewer"))
            .expr(Func::count(Expr::col("id")))
            .from("responses")
            .and_where(Expr::col("state").eq("accepted"))
            .group_by_columns(KEY)
            .take();
        let mut insert = Query::insert();
        insert
            .into_table("response_tallies")
            .columns(KEY.into_iter().chain(["n"]));
        insert
            .select_from(counted)
            .map_err(|error| DbErr::Migration(error.to_string()))?;
        manager.execute(insert).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
