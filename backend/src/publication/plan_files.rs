//! The sealed plan as the public may have it: the rules, never the people.

use std::collections::{BTreeMap, BTreeSet};

use analysis::plan::{Plan, PlanFiles};
use toml_edit::DocumentMut;

/// Tables of the plan that are made of rules alone.
const TABLES: [&str; 3] = ["units.csv", "indicators.csv", "criteria.csv"];

/// The public part of a plan's files.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PublicPlan {
    /// Files by path.
    pub files: PlanFiles,
    /// Whether the hash of the sealed plan follows from these files alone.
    pub gives_hash: bool,
}

/// What may be published of the files of a sealed plan: the settings without recipients of e-mail, units, indicators,
/// criteria, and the questionnaires of the plan's groups with the media that they name. Whatever else lies in the
/// folder (the frame, working notes) stays in the office.
pub fn public(files: &PlanFiles, plan: &Plan, sealed: Option<&str>) -> PublicPlan {
    let mut out: BTreeMap<String, Vec<u8>> = BTreeMap::new();
    if let Some(settings) = files.get("plan.toml") {
        out.insert("plan.toml".to_owned(), without_recipients(settings));
    }
    let forms = plan
        .groups
        .iter()
        .map(|group| format!("forms/{}.xlsx", group.form));
    let named = TABLES.iter().map(|name| (*name).to_owned()).chain(forms);
    for path in named.chain(media(files, plan)) {
        if let Some(content) = files.get(&path) {
            out.insert(path, content.clone());
        }
    }
    let gives_hash = sealed.is_some_and(|sealed| Plan::sha256(&out) == sealed);
    PublicPlan {
        files: out,
        gives_hash,
    }
}

/// Media that a questionnaire of the plan names; subtitles go with their film.
fn media<'a>(files: &'a PlanFiles, plan: &'a Plan) -> impl Iterator<Item = String> + 'a {
    let named: BTreeSet<String> = plan.forms.values().flat_map(survey_forms::media::files).collect();
    files
        .keys()
        .filter(move |path| {
            path.strip_prefix(crate::media::FOLDER)
                .is_some_and(|name| named.contains(name))
        })
        .cloned()
}

/// The settings with everything about e-mail taken out; nothing of settings that cannot be read.
fn without_recipients(settings: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(settings);
    let text = text.trim_start_matches('\u{feff}');
    match text.parse::<DocumentMut>() {
        Ok(mut settings) => {
            settings.remove("mail");
            settings.to_string().into_bytes()
        }
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn files() -> PlanFiles {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/sample");
        let mut files = crate::rounds::files::read(&folder).unwrap();
        files.insert("frame.csv".to_owned(), b"person_id,unit\n1,2\n".to_vec());
        files.insert("notes.txt".to_owned(), "李某的电话".as_bytes().to_vec());
        files.insert("forms/old.xlsx".to_owned(), b"x".to_vec());
        files
    }

    #[test]
    fn recipients_frame_and_stray_files_stay_in_the_office() {
        let mut files = files();
        files.remove("frame.csv");
        let plan = Plan::read(&files).unwrap();
        files.insert("frame.csv".to_owned(), b"person_id\n1\n".to_vec());
        let public = public(&files, &plan, None);
        let paths: Vec<&str> = public.files.keys().map(String::as_str).collect();
        for wanted in [
            "plan.toml",
            "units.csv",
            "indicators.csv",
            "criteria.csv",
            "forms/resident.xlsx",
        ] {
            assert!(paths.contains(&wanted), "{wanted} of {paths:?}");
        }
        for unwanted in ["frame.csv", "notes.txt", "forms/old.xlsx", "admin.csv"] {
            assert!(!paths.contains(&unwanted), "{unwanted}");
        }
        let settings = String::from_utf8(public.files["plan.toml"].clone()).unwrap();
        assert!(!settings.contains("@yunxi.example") && settings.contains("[sampling]"));
        assert!(Plan::read(&public.files).is_ok(), "it is a whole plan");
    }
}
