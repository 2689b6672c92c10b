//! The database schema, forward only: each migration must be safe beside the
//! previous version of the program, because several servers share a database
//! and are not replaced at the same moment.

use sea_orm_migration::MigratorTraitSelf;
use sea_orm_migration::prelude::*;

mod m20261123_000001_create_tables;
mod m20261125_000002_answering;
mod m20261125_000003_invitations;
mod m20261125_000004_cases;
mod m20261125_000005_interviews;
mod m20261125_000007_devices;
mod m20261125_000008_amendments;
mod m20261126_000010_scoring;
mod m20261126_000011_records;
mod m20261126_000014_mailing;
mod m20261126_000015_publications;
mod m20261126_000016_planning;
mod m20261126_000017_second_factor;
mod m20261126_000018_identity;
mod m20261126_000020_sittings;
mod m20261126_000021_audit_anchors;
mod m20261126_000022_trust;
mod m20261126_000025_pages_of_responses;
mod m20261126_000026_form_drafts;
mod m20261126_000027_attachments;
mod m20261127_000029_tallies;
mod m20261127_000031_no_index_by_link;
mod m20261127_000032_light_rows;

/// All migrations in order.
pub struct Migrator;

#[async_trait::async_trait]
impl MigratorTrait for Migrator {
    fn migrations() -> Vec<Box<dyn MigrationTrait>> {
        vec![
            Box::new(m20261123_000001_create_tables::Migration),
            Box::new(m20261125_000002_answering::Migration),
            Box::new(m20261125_000003_invitations::Migration),
            Box::new(m20261125_000004_cases::Migration),
            Box::new(m20261125_000005_interviews::Migration),
            Box::new(m20261125_000007_devices::Migration),
            Box::new(m20261125_000008_amendments::Migration),
            Box::new(m20261126_000010_scoring::Migration),
            Box::new(m20261126_000011_records::Migration),
            Box::new(m20261126_000014_mailing::Migration),
            Box::new(m20261126_000016_planning::Migration),
            Box::new(m20261126_000015_publications::Migration),
            Box::new(m20261126_000017_second_factor::Migration),
            Box::new(m20261126_000018_identity::Migration),
            Box::new(m20261126_000020_sittings::Migration),
            Box::new(m20261126_000021_audit_anchors::Migration),
            Box::new(m20261126_000022_trust::Migration),
            Box::new(m20261126_000025_pages_of_responses::Migration),
            Box::new(m20261126_000026_form_drafts::Migration),
            Box::new(m20261126_000027_attachments::Migration),
            Box::new(m20261127_000029_tallies::Migration),
            Box::new(m20261127_000031_no_index_by_link::Migration),
            Box::new(m20261127_000032_light_rows::Migration),
        ]
    }
}

/// Names of all migrations in order.
pub fn names() -> Vec<String> {
    <Migrator as MigratorTrait>::migrations()
        .iter()
        .map(|one| one.name().to_owned())
        .collect()
}

/// The migrations of these names: the schema as old as a backup is.
pub struct Upto(pub Vec<String>);

#[async_trait::async_trait]
impl MigratorTraitSelf for Upto {
    fn migrations(&self) -> Vec<Box<dyn MigrationTrait>> {
        let all = <Migrator as MigratorTrait>::migrations().into_iter();
        all.filter(|one| self.0.iter().any(|name| name == one.name()))
            .collect()
    }
}
