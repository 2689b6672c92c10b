//! `minyi keys`: which keys the key file holds, and a new key for identities.

use anyhow::Result;
use clap::Subcommand;
use serde_json::json;

use super::failure::lang_of;
use super::say;
use crate::app::Base;
use crate::keys::file::{self, KeyFile};
use crate::keys::{Fingerprint, Keys};
use crate::pages::{Lang, tr};
use crate::store::{StoreError, begin, vault};

/// Commands on the key file.
#[derive(Debug, Subcommand)]
pub enum KeysCommand {
    /// Say which keys the key file holds.
    Show,
    /// Seal all identities under a new key. Stop the servers first. If it was interrupted, run it again: it goes on.
    Rotate {
        /// Check that nothing needs the earlier key any more, and take it out of the key file.
        #[arg(long)]
        finish: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// When the key file or the database is at fault; then everything can still be opened with the key file as it is.
pub async fn run(base: &Base, command: KeysCommand, lang: &str) -> Result<()> {
    let lang = lang_of(lang);
    match command {
        KeysCommand::Show => {
            show(base, lang);
            Ok(())
        }
        KeysCommand::Rotate { finish: false } => rotate(base, lang).await,
        KeysCommand::Rotate { finish: true } => finish(base, lang).await,
    }
}

fn show(base: &Base, lang: Lang) {
    let path = base.config.key_file.display();
    say(&tr!(
        lang,
        "keys.show",
        path = path,
        key = base.keys.fingerprint()
    ));
}

/// Makes a new key unless a rotation is under way, and seals everything under it.
async fn rotate(base: &Base, lang: Lang) -> Result<()> {
    let path = &base.config.key_file;
    let mut held = KeyFile::read(path)?;
    // What an interrupted run left is finished before there is another key.
    let begun = held.is_rotating() || reseal(base, &Keys::of(&held), false).await? > 0;
    if !begun {
        held.rotate(&base.entropy);
        held.replace(path, &base.entropy)?;
    }
    let keys = Keys::of(&held);
    let sealed = reseal(base, &keys, true).await?;
    let fingerprint: Fingerprint = keys.fingerprint();
    say(&tr!(lang, "keys.rotated", count = sealed, key = fingerprint));
    say(&tr!(lang, "keys.next", path = path.display()));
    Ok(())
}

/// Seals what is sealed by an earlier key, and says how much that was; `keep` makes it stand.
async fn reseal(base: &Base, keys: &Keys, keep: bool) -> Result<u64> {
    let tx = begin(&base.db).await?;
    let sealed = vault::seal_again(&tx, keys, &base.entropy).await?;
    if keep {
        let detail = json!({ "sealed": sealed, "generation": keys.fingerprint().generation });
        base.record(&tx, "cli", "keys.rotate", "identities", detail)
            .await?;
        tx.commit().await.map_err(StoreError::from)?;
    }
    Ok(sealed)
}

/// Takes earlier keys out of the key file, once nothing needs them.
async fn finish(base: &Base, lang: Lang) -> Result<()> {
    let path = &base.config.key_file;
    let mut held = KeyFile::read(path)?;
    let sealed = reseal(base, &Keys::of(&held), true).await?;
    let generation = Keys::of(&held).fingerprint().generation;
    let Some(old) = held.finish() else {
        say(&tr!(lang, "keys.nothing_aside", count = sealed));
        return Ok(());
    };
    let aside = file::put_aside(path, &old, generation, &base.entropy)?;
    held.replace(path, &base.entropy)?;
    say(&tr!(
        lang,
        "keys.finished",
        count = sealed,
        aside = aside.display()
    ));
    Ok(())
}
