//! Shared state of the server, and the caches of what no longer changes.

pub mod figures;
pub mod kept;
pub mod per_round;

use std::collections::{BTreeMap, HashMap};
use std::ops::Deref;
use std::sync::{Arc, PoisonError, RwLock};

use analysis::plan::{Plan, PlanFiles};
use jiff::tz::Offset;
use metrics_exporter_prometheus::{Matcher, PrometheusBuilder, PrometheusHandle};
use sea_orm::{ConnectionTrait, DatabaseConnection};
use survey_forms::form::Form;
use thiserror::Error;
use tokio::task::JoinHandle;

use self::figures::RoundFigures;
use self::per_round::PerRound;
use crate::auth::limit::Limits;
use crate::auth::provider::Provider;
use crate::clock::{Entropy, SharedClock, SystemClock};
use crate::config::Config;
use crate::field::forms::ClientForms;
use crate::keys::{KeyError, Keys};
use crate::media::MediaCache;
use crate::middleware::pressure::Pressure;
use crate::monitor::quality::QualityCache;
use crate::publication::looked_at::LookedAt;
use crate::sittings::Sittings;
use crate::store::links::Doors;
use crate::store::rounds::Round;
use crate::store::{self, ConnectError, StoreError, amendments, audit, forms, plan_files, rounds};
use crate::submit::Submitter;

/// What handlers and jobs share. Cheap to clone; its fields are those of [`App`].
#[derive(Clone)]
pub struct AppState(Arc<App>);

/// The fields of [`AppState`].
pub struct App {
    /// Settings.
    pub config: Config,
    /// Database.
    pub db: DatabaseConnection,
    /// Keys from outside the database.
    pub keys: Arc<Keys>,
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: Entropy,
    /// What is counted of devices.
    pub sittings: Sittings,
    /// Where responses are handed in.
    pub submitter: Submitter,
    /// Parsed questionnaires.
    pub forms: FormCache,
    /// Questionnaires as interviewers' devices take them.
    pub client_forms: ClientForms,
    /// Parsed plans of sealed rounds.
    pub plans: PlanCache,
    /// Groups and links of sealed rounds.
    pub doors: PerRound<Doors>,
    /// The quality of interviews, as last looked at.
    pub interviews: QualityCache,
    /// How rounds stand, where counting takes long.
    pub figures: RoundFigures,
    /// What would be published of the round that was looked at last.
    pub looked_at: LookedAt,
    /// Pictures, recordings and films of sealed rounds.
    pub media: MediaCache,
    /// Failed codes and sign-ins.
    pub limits: Limits,
    /// The identity provider by which staff may sign in, where there is one.
    pub provider: Option<Provider>,
    /// Places for requests.
    pub pressure: Pressure,
    /// Renders `/metrics`.
    pub metrics: PrometheusHandle,
}

impl Deref for AppState {
    type Target = App;

    fn deref(&self) -> &App {
        &self.0
    }
}

impl AppState {
    /// The part of the state that commands work with as well.
    pub fn base(&self) -> Base {
        Base {
            config: self.config.clone(),
            db: self.db.clone(),
            keys: Arc::clone(&self.keys),
            clock: Arc::clone(&self.clock),
            entropy: self.entropy.clone(),
            sittings: self.sittings.clone(),
        }
    }
}

/// What outlives the server's last request.
pub struct Background {
    /// Ends when the last [`AppState`] is dropped and every response handed in is written.
    pub writer: JoinHandle<()>,
}

/// Why the program cannot start.
#[derive(Debug, Error)]
pub enum StartError {
    /// The data folder cannot be made.
    #[error("data folder {path}: {source}")]
    DataDir {
        /// The folder.
        path: std::path::PathBuf,
        /// What the system said.
        source: std::io::Error,
    },
    /// The key file is at fault.
    #[error(transparent)]
    Key(#[from] KeyError),
    /// The database does not answer.
    #[error(transparent)]
    Connect(#[from] ConnectError),
    /// No randomness.
    #[error("the operating system has no randomness: {0}")]
    Entropy(std::io::Error),
}

/// Database and keys: what a command needs that is no server.
#[derive(Clone)]
pub struct Base {
    /// Settings.
    pub config: Config,
    /// Database.
    pub db: DatabaseConnection,
    /// Keys.
    pub keys: Arc<Keys>,
    /// Time.
    pub clock: SharedClock,
    /// Randomness.
    pub entropy: Entropy,
    /// What is counted of devices and waits to be written.
    pub sittings: Sittings,
}

impl Base {
    /// Makes the data folder and the key file if need be, and opens the database.
    ///
    /// # Errors
    /// [`StartError`], naming what is at fault.
    pub async fn open(config: Config) -> Result<Self, StartError> {
        let offset = Offset::from_hours(config.utc_offset_hours).unwrap_or(Offset::UTC);
        let entropy = Entropy::system().map_err(StartError::Entropy)?;
        Self::open_with(config, Arc::new(SystemClock::new(offset)), entropy).await
    }

    /// The same with a clock and a source of randomness of the caller's.
    ///
    /// # Errors
    /// See [`Base::open`].
    pub async fn open_with(config: Config, clock: SharedClock, entropy: Entropy) -> Result<Self, StartError> {
        std::fs::create_dir_all(&config.data_dir).map_err(|source| StartError::DataDir {
            path: config.data_dir.clone(),
            source,
        })?;
        let keys = Arc::new(Keys::load_or_create(&config.key_file, &entropy)?);
        let db = store::connect(&config.database_url).await?;
        Ok(Self {
            config,
            db,
            keys,
            clock,
            entropy,
            sittings: Sittings::default(),
        })
    }

    /// Starts the writer and makes the server's state.
    pub fn into_state(self) -> (AppState, Background) {
        let forms = FormCache::default();
        let (submitter, writer) = Submitter::spawn(
            (self.db.clone(), &self.config.database_url),
            self.keys.clone(),
            self.clock.clone(),
            self.entropy.clone(),
            forms.clone(),
        );
        let limits = Limits::new(&self.clock);
        let figures = RoundFigures::new(&self.clock);
        let pressure = Pressure::new(self.config.capacity);
        let provider = self.config.provider.clone().map(Provider::of);
        let app = App {
            pressure,
            config: self.config,
            db: self.db,
            keys: self.keys,
            clock: self.clock,
            entropy: self.entropy,
            sittings: self.sittings,
            submitter,
            forms,
            client_forms: ClientForms::default(),
            plans: PlanCache::default(),
            doors: PerRound::default(),
            interviews: QualityCache::default(),
            figures,
            looked_at: LookedAt::default(),
            media: MediaCache::default(),
            limits,
            provider,
            metrics: metrics_handle(),
        };
        (AppState(Arc::new(app)), Background { writer })
    }

    /// Writes an act into the audit trail, in the transaction of the act itself.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn record(
        &self,
        tx: &impl ConnectionTrait,
        actor: &str,
        action: &str,
        subject: &str,
        detail: serde_json::Value,
    ) -> Result<(), StoreError> {
        let entry = audit::Entry {
            actor: actor.to_owned(),
            action: action.to_owned(),
            subject: subject.to_owned(),
            detail,
        };
        audit::append(tx, &self.keys, self.clock.now_ms(), entry).await
    }
}

/// Fixed buckets, so that the figures of several servers can be added up.
fn metrics_builder() -> PrometheusBuilder {
    let seconds = [
        0.000_5, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 5.0,
    ];
    let responses = [1.0, 2.0, 4.0, 8.0, 16.0, 32.0, 64.0, 128.0, 256.0, 512.0];
    let builder = PrometheusBuilder::new();
    // Only an empty list of buckets is refused.
    let builder = builder
        .set_buckets_for_metric(Matcher::Suffix("_seconds".to_owned()), &seconds)
        .and_then(|it| {
            it.set_buckets_for_metric(Matcher::Full("minyi_commit_batch_size".to_owned()), &responses)
        });
    builder.unwrap_or_else(|_| PrometheusBuilder::new())
}

/// The process has one recorder: the first state installs it, later ones (tests) share what it shows.
fn metrics_handle() -> PrometheusHandle {
    static HANDLE: std::sync::OnceLock<PrometheusHandle> = std::sync::OnceLock::new();
    let handle = HANDLE.get_or_init(|| {
        let recorder = metrics_builder().build_recorder();
        let handle = recorder.handle();
        if metrics::set_global_recorder(recorder).is_err() {
            tracing::warn!("another metrics recorder is installed; /metrics shows nothing");
        }
        handle
    });
    handle.clone()
}

/// Parsed questionnaires by version. A version is a hash, so that entries never grow stale.
#[derive(Clone, Debug, Default)]
pub struct FormCache {
    by_version: Arc<RwLock<HashMap<String, Arc<Form>>>>,
    /// Held while a form is read: many who come at once after a start wait for one reading and do not each read it.
    reading: Arc<tokio::sync::Mutex<()>>,
    /// Current version by form, of sealed rounds.
    current: PerRound<BTreeMap<String, String>>,
}

impl FormCache {
    /// The form of this version, if any round has it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn by_version(
        &self,
        db: &DatabaseConnection,
        version: &str,
    ) -> Result<Option<Arc<Form>>, StoreError> {
        if let Some(form) = self.known(version) {
            return Ok(Some(form));
        }
        let _alone = self.reading.lock().await;
        if let Some(form) = self.known(version) {
            return Ok(Some(form));
        }
        match forms::by_version(db, version).await? {
            Some(stored) => self.parse(&stored).map(Some),
            None => Ok(None),
        }
    }

    /// The current version of a round's form.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn current(
        &self,
        db: &DatabaseConnection,
        round: &str,
        form: &str,
    ) -> Result<Option<Arc<Form>>, StoreError> {
        let versions = forms::versions(db, round).await?;
        match versions
            .into_iter()
            .find(|version| version.form == form && version.current)
        {
            Some(version) => self.by_version(db, &version.version).await,
            None => Ok(None),
        }
    }

    /// The current version of a form of a round whose row was just read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn current_of(
        &self,
        db: &DatabaseConnection,
        round: &Round,
        form: &str,
    ) -> Result<Option<Arc<Form>>, StoreError> {
        let read = async {
            let versions = forms::versions(db, &round.id).await?.into_iter();
            let current = versions.filter(|version| version.current);
            Ok(current.map(|version| (version.form, version.version)).collect())
        };
        let current = self.current.get_or_read(round, read).await?;
        match current.get(form) {
            Some(version) => self.by_version(db, version).await,
            None => Ok(None),
        }
    }

    fn known(&self, version: &str) -> Option<Arc<Form>> {
        let known = self.by_version.read().unwrap_or_else(PoisonError::into_inner);
        known.get(version).cloned()
    }

    fn parse(&self, stored: &forms::StoredForm) -> Result<Arc<Form>, StoreError> {
        let read = survey_forms::xlsform::read(&stored.source_path, &stored.xlsx).map_err(|faults| {
            StoreError::Corrupt {
                table: "forms",
                what: format!(
                    "{}: {} faults in a form that was accepted",
                    stored.source_path,
                    faults.len()
                ),
            }
        })?;
        let form = Arc::new(read.form);
        let mut cache = self.by_version.write().unwrap_or_else(PoisonError::into_inner);
        cache.insert(stored.version.clone(), form.clone());
        Ok(form)
    }
}

/// Parsed plans, without their frames, with the questionnaires as they are now. Plans of drafts may change and are
/// read each time; sealed ones are read again when a questionnaire was amended, by whichever program.
#[derive(Clone, Debug, Default)]
pub struct PlanCache {
    sealed: PerRound<Plan>,
}

impl PlanCache {
    /// The plan of a round, none when there is no such round.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn get(
        &self,
        db: &DatabaseConnection,
        keys: &Keys,
        round: &str,
    ) -> Result<Option<Arc<Plan>>, StoreError> {
        match rounds::find(db, round).await? {
            Some(row) => self.of_round(db, keys, &row).await.map(Some),
            None => Ok(None),
        }
    }

    /// The plan of a round whose row was just read.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn of_round(
        &self,
        db: &DatabaseConnection,
        keys: &Keys,
        row: &Round,
    ) -> Result<Arc<Plan>, StoreError> {
        let read = async {
            // The frame, which is large and sealed, is no part of what is read from a plan.
            let mut files: PlanFiles = plan_files::read_without_frame(db, keys, &row.id).await?;
            if row.amended > 0 {
                amendments::apply(db, &row.id, &mut files).await?;
            }
            Plan::read(&files).map_err(|faults| StoreError::Corrupt {
                table: "plan_files",
                what: format!("{} faults in a plan that was accepted", faults.len()),
            })
        };
        self.sealed.get_or_read(row, read).await
    }
}
