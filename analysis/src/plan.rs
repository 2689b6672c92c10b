//! The plan of a round (评价方案): what is asked of whom, how it is weighted, and how it becomes a score.
//!
//! A plan is a folder of files that an office worker can edit; this module reads it from bytes into values that
//! the rest of the crate trusts, and reports every fault at once with file, row and column. Nothing here writes:
//! the files themselves are kept verbatim, and [`Plan::sha256`] is taken over a canonical form of them.
//!
//! # The files
//!
//! `plan.toml` (unknown keys are faults):
//!
//! ```toml
//! [round]
//! id = "qinghe-2026"                  # a–z 0–9 -, part of every URL
//! year = 2026
//! title = { zh = "清河县2026年度残疾人工作社会测评", en = "Qinghe County 2026" }
//! organiser = { zh = "清河县残疾人联合会考评办", en = "Assessment office" }
//! opens_on = 2026-10-15
//! closes_on = 2026-11-15
//! contact = { zh = "电话 …", en = "…" }  # optional
//! county = "410900"                   # optional; default: the only unit without parent
//! scored_level = "township"           # optional; units of this level get scores
//! previous = "qinghe-2025"            # optional; the round to compare with, by its stored results
//!
//! [[groups]]                          # in the order in which reports name them
//! code = "resident"
//! name = { zh = "残疾人", en = "Disabled residents" }
//! weight = 40                         # default perspective weight
//! form = "resident"                   # forms/resident.xlsx
//! source = "persons"                  # persons | relatives | bodies: at most one group each
//! open_link = "qinghe-2026-resident"  # optional slug of /o/{slug}
//!
//! [third_party]                       # optional
//! weight = 25                         # default perspective weight
//! scorers = 2                         # at least so many per unit and criterion
//! difference_limit = 2                # beyond it a third scorer
//! least_alpha = 0.5                   # agreement without which marks count only with a reason
//!
//! [[areas]]
//! code = "rehab"
//! name = { zh = "康复", en = "Rehabilitation" }
//!
//! [sampling]
//! villages_per_township = 6           # PPS; townships with fewer villages take all
//! persons_per_village = 30            # optional; else from target_completes and expected_response
//! target_completes = 3000             # residents, whole county
//! expected_response = 0.55
//! certainty_size = 400                # optional: villages with at least so many persons are certain
//! relatives_per_person = 1            # family: at most so many per sampled person
//! minimum_age = 16                    # optional: self-report starts here
//! design_effect = 1.5                 # optional
//! seed = 20261015                     # optional
//!
//! [weighting]
//! nonresponse_classes = ["township", "category"]   # township category grade sex age_band
//! body_classes = ["township"]                      # township body_kind
//! min_class = 20                                   # classes with fewer respondents are merged
//! margins = [["township"], ["category"], ["grade"], ["sex", "age_band"]]
//! age_breaks = [18, 45, 60, 75]                    # bands 0-17 18-44 45-59 60-74 75+
//!
//! [presentation]
//! min_cell = 10
//! small_n = 30
//!
//! [[grades]]                          # from the best down; the last starts at 0
//! name = { zh = "优秀", en = "Excellent" }
//! from = 85
//!
//! [mail]                              # when and to whom: see [`mailing`]
//! leadership = [ { name = "…", email = "…@example.org", language = "zh" } ]
//!
//! [follow_up]                         # optional
//! days = 15                           # days within which a request is answered
//! ```
//!
//! Optional: `[callback]`, see [`callback`]; `[retention]`, see [`retention`]; `[[links]]`, `[[quotas]]` and `[invitations]`, see [`inviting`].
//!
//! `units.csv`: `code,parent,level,kind,name_zh,name_en`; one unit has no parent.
//! `indicators.csv`: see [`indicator`]. `criteria.csv` and `admin.csv`: see [`series`]. Optional are `series.csv` (see
//! [`catalogue`]) and `commitments.csv` (see [`commitment`]). `frame.csv`: see [`frame`]. `forms/*.xlsx`: XLSForm, one per group. `media/*`: the pictures, recordings and films that they
//! name (see [`survey_forms::media`]).

pub mod callback;
mod canonical;
pub mod catalogue;
pub mod commitment;
pub mod frame;
pub mod header;
pub mod indicator;
pub mod inviting;
pub mod mailing;
mod read;
pub mod retention;
pub mod series;
mod settings;
pub mod table;
pub mod unit;
mod uses;

use std::collections::BTreeMap;

pub use callback::CallbackPlan;
pub use catalogue::{PeriodKind, SeriesPlan};
pub use commitment::Commitment;
pub use frame::refresh::{Change, Gone, MemberChange, NewFrame, compare as compare_frames, read_new_frame};
pub use frame::{FramePerson, read_frame};
pub use header::{
    FollowUpPlan, FrameSource, GradeLine, GroupPlan, Presentation, RoundHeader, SamplingPlan, Suppression,
    ThirdPartyPlan, WeightingPlan,
};
pub use indicator::{Domain, Indicator, IndicatorTree, Measure, PerspectiveWeight, QuestionRef};
pub use inviting::{InvitationPlan, LinkPlan, QuotaLimits, QuotaPlan};
pub use mailing::{AttachedFormat, MailPlan, Recipient, RecipientRole};
pub use retention::{Kept, RetentionPlan};
pub use series::{AdminValue, Criterion, read_figures};
use survey_forms::diagnostic::Diagnostic;
use survey_forms::text::Text;
pub use unit::{Unit, UnitTree};

/// The files of a plan folder by their path inside it: `plan.toml`, `units.csv`, `forms/resident.xlsx`, ….
pub type PlanFiles = BTreeMap<String, Vec<u8>>;

/// The perspective of one record per sampled person: the person's own answers, else the family's proxy section.
pub const PERSONS: &str = "persons";
/// The perspective of the third party's score cards.
pub const THIRD_PARTY: &str = "third_party";
/// The perspective of administrative series.
pub const ADMIN: &str = "admin";

/// A service area (服务领域), in the plan's order.
#[derive(Clone, Debug, PartialEq, serde::Serialize, serde::Deserialize)]
pub struct Area {
    /// Code that takes the place of `*` in the variables of indicators: `rehab`.
    pub code: String,
    /// What people call it.
    pub name: Text,
}

/// A plan that was read without an error: references resolve and weights sum.
#[derive(Clone, Debug)]
pub struct Plan {
    /// Which round, whose, when.
    pub round: RoundHeader,
    /// Respondent groups in report order.
    pub groups: Vec<GroupPlan>,
    /// The third party's part, when there is one.
    pub third_party: Option<ThirdPartyPlan>,
    /// Service areas in report order.
    pub areas: Vec<Area>,
    /// How the sample is drawn.
    pub sampling: SamplingPlan,
    /// Margins to which the weights of persons and relatives are raked, in order.
    pub calibration: Vec<Vec<String>>,
    /// Columns whose cells are the non-response weighting classes of persons and relatives.
    pub nonresponse_classes: Vec<String>,
    /// The rest of the weighting: classes of bodies, smallest class, age bands.
    pub weighting: WeightingPlan,
    /// Grades from the best down.
    pub grades: Vec<GradeLine>,
    /// What must not be published.
    pub suppression: Suppression,
    /// Cells with fewer answers are flagged `small_n`.
    pub small_n: u32,
    /// Who receives the summary.
    pub mail: MailPlan,
    /// Open links per site, beside the groups' own.
    pub links: Vec<LinkPlan>,
    /// Quotas of open links.
    pub quotas: Vec<QuotaPlan>,
    /// Texts and times of invitations.
    pub invitations: InvitationPlan,
    /// How many are called back, where the plan asks for it.
    pub callback: Option<CallbackPlan>,
    /// How requests for follow-up are handled.
    pub follow_up: FollowUpPlan,
    /// How long what names people is kept.
    pub retention: RetentionPlan,
    /// The judged units as a tree.
    pub units: UnitTree,
    /// The indicator tree.
    pub indicators: IndicatorTree,
    /// The third party's criteria.
    pub criteria: Vec<Criterion>,
    /// The catalogue of administrative series; empty when the plan has none (see [`Plan::known_series`]).
    pub series: Vec<SeriesPlan>,
    /// Promises that are tracked beside the scores.
    pub commitments: Vec<Commitment>,
    /// Figures of administrative series, all units and periods.
    pub admin: Vec<AdminValue>,
    /// The questionnaire of each group, by group code.
    pub forms: BTreeMap<String, survey_forms::form::Form>,
}

impl Plan {
    /// Reads a plan folder, with its questionnaires and (when it is there) its frame.
    ///
    /// # Errors
    /// Every fault found in any file, errors and warnings, in the order of files and rows.
    pub fn read(files: &PlanFiles) -> Result<Self, Vec<Diagnostic>> {
        read::plan(files)
    }

    /// The SHA-256 of the plan's canonical form, in lower-case hex.
    ///
    /// Canonical: see the head of `plan/canonical.rs`. The recipients of mail, the frame and the administrative series
    /// are no part of it, nor are the comments of `plan.toml`.
    #[must_use]
    pub fn sha256(files: &PlanFiles) -> String {
        canonical::sha256(files)
    }

    /// Whether `seal` is the hash of these files, by the canonical form of today or the one in use until November 2026,
    /// which covered the recipients of mail and the text of `plan.toml`.
    #[must_use]
    pub fn is_sealed_by(files: &PlanFiles, seal: &str) -> bool {
        canonical::is_sealed_by(files, seal)
    }

    /// The administrative series that figures may be reported for: those of the catalogue, else those that indicators
    /// count on or that have figures.
    #[must_use]
    pub fn known_series(&self) -> Vec<SeriesPlan> {
        if self.series.is_empty() {
            catalogue::derived(
                &self.indicators,
                self.admin.iter().map(|value| value.code.as_str()),
            )
        } else {
            self.series.clone()
        }
    }

    /// The group that a perspective's questions are put to: `persons` is answered in the group of persons.
    #[must_use]
    pub fn group(&self, code: &str) -> Option<&GroupPlan> {
        self.groups.iter().find(|group| group.code == code)
    }

    /// The group drawn from a part of the frame, if the plan has one.
    #[must_use]
    pub fn group_of(&self, source: FrameSource) -> Option<&GroupPlan> {
        self.groups.iter().find(|group| group.source == source)
    }

    /// The unit at the root of the tree.
    #[must_use]
    pub fn county(&self) -> &Unit {
        self.units.root()
    }

    /// The units that get scores, in the order of `units.csv`.
    #[must_use]
    pub fn scored_units(&self) -> Vec<&Unit> {
        self.units.of_level(&self.round.scored_level)
    }

    /// The judged unit that `code` is or lies below: someone whom it employs neither holds invitations nor interviews.
    #[must_use]
    pub fn judged_unit(&self, code: &str) -> Option<&Unit> {
        let mut unit = self.units.get(code)?;
        // A tree is never deeper than it has units.
        for _ in self.units.iter() {
            if unit.level == self.round.scored_level {
                return Some(unit);
            }
            unit = self.units.get(unit.parent.as_deref()?)?;
        }
        None
    }

    /// The age band of someone born in `birth_year`, at the age reached in the round's year: `45-59`, `75+`.
    #[must_use]
    pub fn age_band(&self, birth_year: i32) -> String {
        header::age_band(&self.weighting.age_breaks, self.round.year - birth_year)
    }
}
