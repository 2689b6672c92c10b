//! What pages of the console say of how a round stands, where counting it takes the database long.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use analysis::plan::Plan;
use jiff::ToSpan;
use jiff::civil::Date;
use sea_orm::DatabaseConnection;
use uuid::Uuid;

use super::Base;
use super::kept::{Figures, Kept};
use crate::cases::figures::{Table, table};
use crate::clock::SharedClock;
use crate::inviting::waves::{self, Wave, WaveState};
use crate::store::fieldwork::{self, Answered, CallBack, CaseCount, Workload};
use crate::store::{StoreError, cases, frame, invitations, sample};

/// What the monitor counts.
#[derive(Debug)]
pub struct Monitored {
    /// Invited cases by how they stand.
    pub cases: Vec<CaseCount>,
    /// Call-backs due.
    pub calls: Vec<CallBack>,
    /// Interviewers.
    pub workloads: BTreeMap<Uuid, Workload>,
}

/// What the page of invitations counts.
#[derive(Debug)]
pub struct Invited {
    /// Invitations by group and state.
    pub counts: BTreeMap<(String, String), u64>,
    /// Villages and townships in which somebody was drawn.
    pub places: BTreeSet<String>,
    /// Waves of messages.
    pub waves: Vec<(Wave, WaveState)>,
}

/// Days ahead of which call-backs are counted: today and two more.
const AHEAD: i64 = 2;

/// How many there are.
#[derive(Clone, Copy, Debug)]
pub struct Sizes {
    /// Members of the register.
    pub frame: u64,
    /// Cases drawn.
    pub sample: u64,
    /// Invitations.
    pub invited: u64,
}

/// See the module's paragraph.
pub struct RoundFigures {
    answered: Kept<Vec<Answered>>,
    monitored: Kept<Monitored>,
    invited: Kept<Invited>,
    sizes: Kept<Sizes>,
    cases: Kept<Table>,
}

impl RoundFigures {
    /// Nothing counted yet.
    pub fn new(clock: &SharedClock) -> Self {
        Self {
            answered: Kept::new(clock),
            monitored: Kept::new(clock),
            invited: Kept::new(clock),
            sizes: Kept::new(clock),
            cases: Kept::new(clock),
        }
    }

    /// Cases invited and answered by group and township.
    ///
    /// # Errors
    /// When the database does not answer; so for every function here.
    pub async fn answered(
        &self,
        db: &DatabaseConnection,
        round: &str,
    ) -> Result<Figures<Vec<Answered>>, StoreError> {
        let (own, id) = (db.clone(), round.to_owned());
        let read = async move { fieldwork::answered(&own, &id).await };
        self.answered.get(round, read).await
    }

    /// What the monitor counts today.
    ///
    /// # Errors
    /// See [`RoundFigures::answered`].
    pub async fn monitored(
        &self,
        db: &DatabaseConnection,
        round: &str,
        today: Date,
    ) -> Result<Figures<Monitored>, StoreError> {
        let (own, id) = (db.clone(), round.to_owned());
        let until = today.saturating_add(AHEAD.days()).to_string();
        let read = async move {
            Ok(Monitored {
                cases: fieldwork::cases(&own, &id).await?,
                calls: fieldwork::call_backs(&own, &id, &until).await?,
                workloads: fieldwork::workloads(&own, &id).await?,
            })
        };
        self.monitored.get(round, read).await
    }

    /// What the page of invitations counts.
    ///
    /// # Errors
    /// See [`RoundFigures::answered`].
    pub async fn invited(&self, base: Base, plan: &Arc<Plan>) -> Result<Figures<Invited>, StoreError> {
        let own = Arc::clone(plan);
        let read = async move {
            let round = own.round.id.as_str();
            Ok(Invited {
                counts: invitations::counts(&base.db, round).await?,
                places: sample::places(&base.db, round).await?,
                waves: waves::states(&base, &own).await?,
            })
        };
        self.invited.get(&plan.round.id, read).await
    }

    /// Follow-up cases today, as the office sees them.
    ///
    /// # Errors
    /// See [`RoundFigures::answered`].
    pub async fn cases(
        &self,
        db: &DatabaseConnection,
        plan: &Arc<Plan>,
        today: Date,
    ) -> Result<Figures<Table>, StoreError> {
        let (own, plan) = (db.clone(), Arc::clone(plan));
        let round = plan.round.id.clone();
        let read = async move {
            let briefs = cases::briefs(&own, &plan.round.id).await?;
            Ok(table(&plan, &briefs, &today.to_string()))
        };
        self.cases.get(&round, read).await
    }

    /// Counts all that is said of a round, so that whoever opens a page first need not wait for it.
    ///
    /// # Errors
    /// See [`RoundFigures::answered`].
    pub async fn prepare(&self, base: &Base, plan: &Arc<Plan>) -> Result<Arc<Monitored>, StoreError> {
        let (round, today) = (plan.round.id.as_str(), base.clock.today());
        self.answered(&base.db, round).await?;
        self.sizes(&base.db, round).await?;
        self.cases(&base.db, plan, today).await?;
        self.invited(base.clone(), plan).await?;
        Ok(self.monitored(&base.db, round, today).await?.of)
    }

    /// What is to be counted anew when somebody has just changed it: invitations and messages of a round.
    pub fn invited_changed(&self, round: &str) {
        self.invited.forget(round);
        self.sizes.forget(round);
    }

    /// How large a round is.
    ///
    /// # Errors
    /// See [`RoundFigures::answered`].
    pub async fn sizes(&self, db: &DatabaseConnection, round: &str) -> Result<Figures<Sizes>, StoreError> {
        let (own, id) = (db.clone(), round.to_owned());
        let read = async move {
            Ok(Sizes {
                frame: frame::count(&own, &id).await?,
                sample: sample::count(&own, &id).await?,
                invited: invitations::counts(&own, &id).await?.values().sum(),
            })
        };
        self.sizes.get(round, read).await
    }
}
