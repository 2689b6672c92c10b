//! Drawing samples: how many, where, and whom, with known inclusion probabilities.
//!
//! Every draw takes its random source from the caller (a seeded ChaCha generator), so
//! that a sample can be drawn again and audited.

pub mod allocation;
pub mod select;
pub mod size;

pub use allocation::{AllocationError, allocate};
pub use select::{Selected, SelectionError, pps_systematic, simple_random, systematic};
pub use size::{SampleSize, SizeError, SizeRequest, sample_size};
