//! `minyi doctor`: a line for each thing looked at, and the way to mend what is wrong below it.

use std::sync::Arc;

use anyhow::Result;
use jiff::tz::Offset;

use super::failure::{Unwell, lang_of};
use super::say;
use crate::clock::{SharedClock, SystemClock};
use crate::config::{Config, ConfigError};
use crate::doctor::{self, Level};
use crate::pages::tr;

/// Says what was found.
///
/// # Errors
/// [`Unwell`] when something does not work.
pub async fn run(config: Result<Config, ConfigError>, lang: &str) -> Result<()> {
    let lang = lang_of(lang);
    let hours = config.as_ref().map_or(8, |config| config.utc_offset_hours);
    let offset = Offset::from_hours(hours).unwrap_or(Offset::UTC);
    let clock: SharedClock = Arc::new(SystemClock::new(offset));
    let found = doctor::examine(config, clock.as_ref(), lang).await;
    for finding in &found {
        let level = match finding.level {
            Level::Ok => tr!(lang, "doctor.ok"),
            Level::Warn => tr!(lang, "doctor.warn"),
            Level::Fail => tr!(lang, "doctor.fail"),
        };
        say(&format!("{level}  {}", finding.what));
        if !finding.mend.is_empty() {
            say(&format!("      → {}", finding.mend));
        }
    }
    let failed = found.iter().filter(|one| one.level == Level::Fail).count();
    if failed > 0 {
        return Err(Unwell(tr!(lang, "doctor.unwell", count = failed).into_owned()).into());
    }
    Ok(())
}
