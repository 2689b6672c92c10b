//! What is to be summed.

use std::borrow::Cow;
use std::collections::BTreeMap;
use std::io::Read;

use percent_encoding::percent_decode_str;
use serde::Deserialize;

/// A round's archived measures, and which of them.
#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
pub(crate) struct Job {
    /// A folder that all executors see under the same path, or `s3://bucket/prefix`.
    pub(crate) from: String,
    /// The round.
    pub(crate) round: String,
    /// The counties whose manifest is there, as their folders have them.
    pub(crate) counties: Vec<String>,
    /// Counties in the same place whose files are still being written.
    #[serde(default)]
    pub(crate) unfinished: Vec<String>,
    /// The perspectives that they have.
    pub(crate) perspectives: Vec<String>,
}

impl Job {
    /// Reads a job.
    ///
    /// # Errors
    /// When it is no JSON of this form, or names no county.
    pub(crate) fn read(reader: impl Read) -> Result<Self, String> {
        let job: Self = serde_json::from_reader(reader).map_err(|error| format!("the job: {error}"))?;
        match job.counties.is_empty() {
            true => Err("the job names no county".to_owned()),
            false => Ok(job),
        }
    }

    /// The counties by what they are called in tables: storages write some characters in percent signs, engines read them.
    pub(crate) fn wanted(&self) -> BTreeMap<String, &str> {
        let named = self.counties.iter();
        named.map(|county| (called(county), county.as_str())).collect()
    }

    /// Where the round's measures are.
    ///
    /// # Errors
    /// A folder that is not there.
    pub(crate) fn folder(&self) -> std::io::Result<String> {
        let from = match self.from.contains("://") {
            true => self.from.trim_end_matches('/').to_owned(),
            // Executors run in other folders.
            false => std::fs::canonicalize(&self.from)?.display().to_string(),
        };
        Ok(format!("{from}/measures/round={}/", self.round))
    }
}

/// What a county's folder is called in tables.
pub(crate) fn called(folder: &str) -> String {
    percent_decode_str(folder)
        .decode_utf8()
        .map_or_else(|_| folder.to_owned(), Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_job_names_counties_as_their_folders_do() {
        let text = r#"{"from":"s3://a/b/","round":"r","counties":["330127","%E4%BA%91"],"perspectives":["persons"]}"#;
        let job = Job::read(text.as_bytes()).unwrap();
        assert_eq!(job.folder().unwrap(), "s3://a/b/measures/round=r/");
        let wanted = job.wanted();
        assert_eq!((wanted["330127"], wanted["云"]), ("330127", "%E4%BA%91"));
        assert!(job.unfinished.is_empty());
    }

    #[test]
    fn a_job_without_counties_or_of_another_form_is_refused() {
        let none = r#"{"from":"a","round":"r","counties":[],"perspectives":[]}"#;
        assert!(Job::read(none.as_bytes()).is_err());
        assert!(Job::read(r#"{"from":"a"}"#.as_bytes()).is_err());
    }
}
