//! How fieldwork goes, worked out of the counts of `store::fieldwork`: rates against targets, the curve of the days,
//! interviewers, the quality of interviews. Pure functions, but for the cache of [`quality`].

pub mod days;
pub mod progress;
pub mod quality;
