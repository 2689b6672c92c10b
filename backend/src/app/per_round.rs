//! Things read from a sealed round's plan, kept until the round is amended.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use crate::store::StoreError;
use crate::store::rounds::Round;

/// One thing for each sealed round. Several programs may serve one database: what is kept counts only for as many
/// amendments as the round's row has.
#[derive(Clone, Debug)]
pub struct PerRound<T> {
    kept: Arc<RwLock<HashMap<String, Kept<T>>>>,
}

#[derive(Debug)]
struct Kept<T> {
    amended: i32,
    thing: Arc<T>,
}

impl<T> Default for PerRound<T> {
    fn default() -> Self {
        Self { kept: Arc::default() }
    }
}

impl<T> PerRound<T> {
    /// What is kept for the round as it is now; nothing for drafts, whose plans may change at any time.
    pub fn get(&self, round: &Round) -> Option<Arc<T>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let known = kept
            .get(&round.id)
            .filter(|known| known.amended == round.amended)?;
        round.plan_sha256.as_ref().map(|_| Arc::clone(&known.thing))
    }

    /// What is kept for the round as it is now, or else what `read` finds, which is kept. For drafts it is read anew.
    ///
    /// # Errors
    /// When `read` fails.
    pub async fn get_or_read(
        &self,
        round: &Round,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Arc<T>, StoreError> {
        if let Some(thing) = self.get(round) {
            return Ok(thing);
        }
        let thing = Arc::new(read.await?);
        self.keep(round, &thing);
        Ok(thing)
    }

    /// Keeps a thing that was read for the round as it is now; nothing is kept for drafts.
    pub fn keep(&self, round: &Round, thing: &Arc<T>) {
        if round.plan_sha256.is_none() {
            return;
        }
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let thing = Arc::clone(thing);
        let amended = round.amended;
        kept.insert(round.id.clone(), Kept { amended, thing });
    }
}
