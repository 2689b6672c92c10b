//! A sign-in that is at the identity provider; its state is only in the browser.

use sea_orm::entity::prelude::*;

/// A sign-in that is at the identity provider; its state is only in the browser.
#[derive(Clone, Debug, PartialEq, Eq, DeriveEntityModel)]
#[sea_orm(table_name = "provider_sign_ins")]
pub struct Model {
    /// SHA-256 of the state, hex.
    #[sea_orm(primary_key, auto_increment = false)]
    pub state_hash: String,
    /// What the provider must put into its token.
    pub nonce: String,
    /// Proof that the one who comes back is the one who left (PKCE).
    pub verifier: String,
    /// Where to go afterwards.
    pub next: String,
    /// The account that is being linked; none where somebody signs in.
    pub staff_id: Option<String>,
    /// End, Unix milliseconds.
    pub expires_at: i64,
}

/// No relations: each aggregate is read by its own store module.
#[derive(Copy, Clone, Debug, EnumIter, DeriveRelation)]
pub enum Relation {}

impl ActiveModelBehavior for ActiveModel {}
