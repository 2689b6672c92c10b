//! Tables as sea-orm entities, one file a table. Only `store` and `submit` use them.

pub mod assignments;
pub mod attempts;
pub mod audit;
pub mod criterion_scores;
pub mod devices;
pub mod drafts;
pub mod forms;
pub mod frame_members;
pub mod held;
pub mod identities;
pub mod interviewer_exceptions;
pub mod invitations;
pub mod jobs;
pub mod links;
pub mod outbox;
pub mod plan_files;
pub mod quota_places;
pub mod responses;
pub mod results;
pub mod round_groups;
pub mod rounds;
pub mod sample_cases;
pub mod sessions;
pub mod staff;
pub mod units;
