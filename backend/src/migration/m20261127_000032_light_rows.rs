//! A response's row is written sooner: its receipt is signed anew when somebody asks for it, which gives the same letters, and
//! a response that came by no invitation has no place in the index of links.

use sea_orm_migration::prelude::*;

/// See the module's paragraph.
pub(super) struct Migration;

impl MigrationName for Migration {
    fn name(&self) -> &str {
        "m20261127_000032_light_rows"
    }
}

#[async_trait::async_trait]
impl MigrationTrait for Migration {
    async fn up(&self, manager: &SchemaManager) -> Result<(), DbErr> {
        let without = Table::alter().table("responses").drop_column("receipt").take();
        manager.alter_table(without).await?;
        let of_invitations = Index::create()
            .name("uq_responses_link_given")
            .table("responses")
            .col("link")
            .unique()
            .and_where(Expr::col("link").is_not_null())
            .take();
        manager.create_index(of_invitations).await?;
        let former = Index::drop()
            .name("uq_responses_link")
            .table("responses")
            .to_owned();
        manager.drop_index(former).await
    }

    async fn down(&self, _manager: &SchemaManager) -> Result<(), DbErr> {
        Err(DbErr::Migration(
            "migrations only go forward; restore a backup instead".to_owned(),
        ))
    }
}
