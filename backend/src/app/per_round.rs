//! Things read from a sealed round's plan, kept until the round is amended.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use tokio::sync::OnceCell;

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
    /// Empty while the first who asked for the thing reads it; the others wait for it.
    thing: Place<T>,
}

type Place<T> = Arc<OnceCell<Arc<T>>>;

impl<T> Default for PerRound<T> {
    fn default() -> Self {
        Self { kept: Arc::default() }
    }
}

impl<T> PerRound<T> {
    /// What is kept for the round as it is now; nothing for drafts, whose plans may change at any time.
    pub fn get(&self, round: &Round) -> Option<Arc<T>> {
        round.plan_sha256.as_ref()?;
        self.known(round)?.get().map(Arc::clone)
    }

    /// What is kept for the round as it is now, or else what `read` finds, which is kept. However many ask for it at
    /// once, it is read once. For drafts it is read anew.
    ///
    /// # Errors
    /// When `read` fails; the next who asks then reads it.
    pub async fn get_or_read(
        &self,
        round: &Round,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Arc<T>, StoreError> {
        if round.plan_sha256.is_none() {
            return Ok(Arc::new(read.await?));
        }
        let place = self.known(round).unwrap_or_else(|| self.place(round));
        let thing = place
            .get_or_try_init(|| async { Ok::<_, StoreError>(Arc::new(read.await?)) })
            .await?;
        Ok(Arc::clone(thing))
    }

    /// Keeps a thing that was read for the round as it is now; nothing is kept for drafts.
    pub fn keep(&self, round: &Round, thing: &Arc<T>) {
        if round.plan_sha256.is_none() {
            return;
        }
        let place = self.known(round).unwrap_or_else(|| self.place(round));
        // Whoever was sooner read the same.
        let _ = place.set(Arc::clone(thing));
    }

    fn known(&self, round: &Round) -> Option<Place<T>> {
        let kept = self.kept.read().unwrap_or_else(PoisonError::into_inner);
        let known = kept
            .get(&round.id)
            .filter(|known| known.amended == round.amended)?;
        Some(Arc::clone(&known.thing))
    }

    /// The round's place as it is now, an empty one if there was none.
    fn place(&self, round: &Round) -> Place<T> {
        let mut kept = self.kept.write().unwrap_or_else(PoisonError::into_inner);
        let amended = round.amended;
        let empty = || Kept {
            amended,
            thing: Arc::default(),
        };
        let known = kept.entry(round.id.clone()).or_insert_with(empty);
        if known.amended != amended {
            *known = empty();
        }
        Arc::clone(&known.thing)
    }
}

#[cfg(test)]
mod tests {
    use std::sync::atomic::{AtomicU32, Ordering};

    use super::*;

    fn round(amended: i32, is_sealed: bool) -> Round {
        Round {
            id: "r".to_owned(),
            title_zh: String::new(),
            title_en: String::new(),
            opens_on: String::new(),
            closes_on: String::new(),
            state: String::new(),
            plan_sha256: is_sealed.then(String::new),
            grace_days: 0,
            quotas: String::new(),
            amended,
        }
    }

    #[tokio::test]
    async fn many_who_ask_at_once_wait_for_one_reading() {
        let (cache, readings) = (PerRound::default(), AtomicU32::new(0));
        let read = async || {
            tokio::task::yield_now().await;
            Ok(readings.fetch_add(1, Ordering::Relaxed))
        };
        let sealed = round(0, true);
        let ask = || async { cache.get_or_read(&sealed, read()).await.map(|thing| *thing) };
        let (a, b, c) = tokio::join!(ask(), ask(), ask());
        assert_eq!([a.unwrap(), b.unwrap(), c.unwrap()], [0, 0, 0]);
        assert_eq!(readings.load(Ordering::Relaxed), 1);
    }

    #[tokio::test]
    async fn an_amendment_or_a_failure_is_followed_by_another_reading() {
        let cache = PerRound::default();
        let failure = || StoreError::Corrupt {
            table: "t",
            what: String::new(),
        };
        let sealed = round(0, true);
        assert!(
            cache
                .get_or_read(&sealed, async { Err(failure()) })
                .await
                .is_err()
        );
        assert!(cache.get(&sealed).is_none());
        assert_eq!(*cache.get_or_read(&sealed, async { Ok(1) }).await.unwrap(), 1);
        let amended = round(1, true);
        assert!(cache.get(&amended).is_none());
        assert_eq!(*cache.get_or_read(&amended, async { Ok(2) }).await.unwrap(), 2);
        assert!(cache.get(&sealed).is_none());
    }

    #[tokio::test]
    async fn drafts_are_read_anew_each_time() {
        let (cache, draft) = (PerRound::default(), round(0, false));
        assert_eq!(*cache.get_or_read(&draft, async { Ok(1) }).await.unwrap(), 1);
        assert_eq!(*cache.get_or_read(&draft, async { Ok(2) }).await.unwrap(), 2);
        assert!(cache.get(&draft).is_none());
    }
}
