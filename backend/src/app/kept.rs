//! Figures that take the database long, kept for as long as reading them again would be out of proportion.
//!
//! A county's round is read anew each time somebody looks. Where a read has taken [`SLOW`] or longer, as with the
//! invitations of a province, what it found is kept for [`TIMES`] as long as it took; whoever looks after that still
//! sees it at once, with the moment of which it is, while it is read again behind the page. A read that fails is never
//! hidden by an older one: what was kept goes, and the next who looks reads it and learns of the failure.

use std::collections::BTreeMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration;

use tokio::sync::Mutex as Turn;

use crate::clock::SharedClock;
use crate::store::StoreError;

/// A read of this length or less is made anew each time.
const SLOW: Duration = Duration::from_millis(100);
/// A slow read is made again after so many times as long as it took.
const TIMES: u32 = 10;
/// Older than so many times as long as it took, and older than [`OLD`], it is shown no more.
const OLD_TIMES: u32 = 100;
/// Nothing older is shown unless reading it takes very long.
const OLD: Duration = Duration::from_secs(300);

/// What was read, and when.
#[derive(Clone, Debug)]
pub struct Figures<T> {
    /// What was read.
    pub of: Arc<T>,
    /// When it was read, Unix milliseconds, if not just now.
    pub as_of: Option<i64>,
}

#[derive(Debug)]
struct Seen<T> {
    of: Arc<T>,
    /// When it was read, Unix milliseconds.
    at_ms: i64,
    /// The same in ticks of this process.
    read: Duration,
    took: Duration,
}

impl<T> Clone for Seen<T> {
    fn clone(&self) -> Self {
        Self {
            of: Arc::clone(&self.of),
            ..*self
        }
    }
}

/// One place: what was seen last, and whose turn it is to read.
#[derive(Debug)]
struct Place<T> {
    seen: Mutex<Option<Seen<T>>>,
    turn: Turn<()>,
}

impl<T> Place<T> {
    fn seen(&self) -> Option<Seen<T>> {
        self.seen.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn keep(&self, seen: Option<Seen<T>>) {
        *self.seen.lock().unwrap_or_else(PoisonError::into_inner) = seen;
    }

    /// Reads, keeps what took long and forgets what was there before.
    async fn read(
        &self,
        clock: &SharedClock,
        read: impl Future<Output = Result<T, StoreError>>,
    ) -> Result<Arc<T>, StoreError> {
        let (begun, at_ms) = (clock.ticks(), clock.now_ms());
        match read.await {
            Ok(of) => {
                let of = Arc::new(of);
                let took = clock.ticks().saturating_sub(begun);
                self.keep((took > SLOW).then(|| Seen {
                    of: Arc::clone(&of),
                    at_ms,
                    read: begun,
                    took,
                }));
                Ok(of)
            }
            Err(error) => {
                self.keep(None);
                Err(error)
            }
        }
    }
}

/// Figures by round.
pub struct Kept<T> {
    clock: SharedClock,
    places: Mutex<BTreeMap<String, Arc<Place<T>>>>,
}

impl<T: Send + Sync + 'static> Kept<T> {
    /// Nothing read yet.
    pub fn new(clock: &SharedClock) -> Self {
        Self {
            clock: Arc::clone(clock),
            places: Mutex::default(),
        }
    }

    /// The figures of a round: what `read` finds, or what it found a while ago.
    ///
    /// # Errors
    /// When `read` fails.
    pub async fn get(
        &self,
        round: &str,
        read: impl Future<Output = Result<T, StoreError>> + Send + 'static,
    ) -> Result<Figures<T>, StoreError> {
        let place = {
            let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
            Arc::clone(places.entry(round.to_owned()).or_insert_with(|| {
                Arc::new(Place {
                    seen: Mutex::new(None),
                    turn: Turn::new(()),
                })
            }))
        };
        if let Some(seen) = place.seen() {
            let age = self.clock.ticks().saturating_sub(seen.read);
            if age < (seen.took * OLD_TIMES).max(OLD) {
                if age > seen.took * TIMES {
                    refresh(Arc::clone(&place), Arc::clone(&self.clock), read);
                }
                return Ok(Figures {
                    of: seen.of,
                    as_of: Some(seen.at_ms),
                });
            }
        }
        // Many who ask at once for what takes long wait for one read; what takes no time, each reads.
        let asked = self.clock.ticks();
        let _turn = place.turn.lock().await;
        if let Some(seen) = place.seen()
            && seen.read + seen.took >= asked
        {
            return Ok(Figures {
                of: seen.of,
                as_of: None,
            });
        }
        let of = place.read(&self.clock, read).await?;
        Ok(Figures { of, as_of: None })
    }
}

impl<T> Kept<T> {
    /// Forgets what is kept of a round, for somebody who has just changed it and looks for what became of that.
    pub fn forget(&self, round: &str) {
        let mut places = self.places.lock().unwrap_or_else(PoisonError::into_inner);
        places.remove(round);
    }
}

/// Reads behind the page, unless somebody does so already.
fn refresh<T: Send + Sync + 'static>(
    place: Arc<Place<T>>,
    clock: SharedClock,
    read: impl Future<Output = Result<T, StoreError>> + Send + 'static,
) {
    tokio::spawn(async move {
        let Ok(_turn) = place.turn.try_lock() else { return };
        if let Err(error) = place.read(&clock, read).await {
            error.count();
            tracing::warn!(
                error = &error as &dyn std::error::Error,
                "figures could not be read again"
            );
        }
    });
}

#[cfg(test)]
mod tests;
