//! What would be published, worked out once and kept for as long as nothing that it follows from has changed: the
//! disclosure control of a county takes seconds, and the office looks at the page more than once.

use std::sync::Arc;

use analysis::publication::PublicationError;
use tokio::sync::Mutex;

use super::{Candidate, PublishError, candidate};
use crate::app::Base;
use crate::rounds;
use crate::store::rounds::RoundState;
use crate::store::{publications, results};

/// What a candidate follows from. A publication is never changed in what it shows, and a sealed plan only by an
/// amendment.
#[derive(Clone, Debug, PartialEq, Eq)]
struct Basis {
    round: String,
    plan_sha256: Option<String>,
    amended: i32,
    /// Hash of the results.
    results: String,
    /// Position of the last publication.
    published: i32,
    interim: bool,
}

/// The candidate of a round, or why there is none that could be published.
pub type Looked = Arc<Result<Candidate, PublicationError>>;

/// The candidate that was looked at last. One is enough: an office publishes one round at a time, and a province's has
/// tens of megabytes.
#[derive(Clone, Debug, Default)]
pub struct LookedAt {
    last: Arc<Mutex<Option<(Basis, Looked)>>>,
}

impl LookedAt {
    /// What would be published of a round now; however many ask at once, it is worked out once.
    ///
    /// # Errors
    /// [`PublishError`], but for [`PublishError::Disclosure`], which is what comes of a look.
    pub async fn get(&self, base: &Base, id: &str) -> Result<Looked, PublishError> {
        let mut last = self.last.lock().await;
        let found = basis(base, id).await?;
        if let Some((of, looked)) = last.as_ref()
            && *of == found
        {
            return Ok(Arc::clone(looked));
        }
        let looked = match candidate(base, id).await {
            Ok(candidate) => Arc::new(Ok(candidate)),
            Err(PublishError::Disclosure(error)) => Arc::new(Err(error)),
            Err(error) => return Err(error),
        };
        // Where something changed meanwhile, nobody can say of which state it is.
        *last = (basis(base, id).await? == found).then(|| (found, Arc::clone(&looked)));
        Ok(looked)
    }

    /// Works it out behind the page, for the page that is likely to be opened next.
    pub fn prepare(&self, base: Base, id: &str) {
        let (own, id) = (self.clone(), id.to_owned());
        tokio::spawn(async move {
            // Whoever opens the page is told what is wrong.
            let _looked = own.get(&base, &id).await;
        });
    }
}

async fn basis(base: &Base, id: &str) -> Result<Basis, PublishError> {
    let round = rounds::require(base, id).await?;
    let Some(results) = results::digest(&base.db, id).await? else {
        return Err(PublishError::NotComputed(id.to_owned()));
    };
    Ok(Basis {
        interim: round.state_on(base.clock.today()) != RoundState::Closed,
        published: publications::last_seq(&base.db, id).await?,
        round: round.id,
        plan_sha256: round.plan_sha256,
        amended: round.amended,
        results,
    })
}
