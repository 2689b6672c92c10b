//! The sealed plan as the public may have it: the rules, never the people.

use std::collections::BTreeSet;

use analysis::plan::Plan;
use toml_edit::{DocumentMut, Item};

const SETTINGS: &str = "plan.toml";
/// Files of the plan that are made of rules alone.
const FILES: [&str; 7] = [
    SETTINGS,
    "units.csv",
    "indicators.csv",
    "criteria.csv",
    "series.csv",
    "commitments.csv",
    "comparisons.csv",
];

/// Which files of a sealed plan may be published: the settings (without recipients of e-mail, see [`fit`]), units,
/// indicators, criteria, and the questionnaires of the plan's groups with the media that they name. Whatever else lies in
/// the folder (the frame, working notes) stays in the office.
///
/// - `paths`: all files of the plan.
pub fn public(paths: &[String], plan: &Plan) -> Vec<String> {
    let named: BTreeSet<String> = plan.forms.values().flat_map(survey_forms::media::files).collect();
    let forms: Vec<String> = plan
        .groups
        .iter()
        .map(|group| format!("forms/{}.xlsx", group.form))
        .collect();
    let is_public = |path: &&String| {
        let medium = path.strip_prefix(crate::media::FOLDER);
        FILES.contains(&path.as_str())
            || forms.contains(path)
            || medium.is_some_and(|name| named.contains(name))
    };
    paths.iter().filter(is_public).cloned().collect()
}

/// A public file as it may be published.
pub fn fit(path: &str, content: Vec<u8>) -> Vec<u8> {
    match path {
        SETTINGS => without_recipients(&content),
        _ => content,
    }
}

/// The settings without the recipients of e-mail, whom the seal does not cover; nothing of settings that cannot be read.
fn without_recipients(settings: &[u8]) -> Vec<u8> {
    let text = String::from_utf8_lossy(settings);
    let text = text.trim_start_matches('\u{feff}');
    match text.parse::<DocumentMut>() {
        Ok(mut settings) => {
            if let Some(mail) = settings.get_mut("mail").and_then(Item::as_table_like_mut) {
                mail.remove("leadership");
            }
            settings.to_string().into_bytes()
        }
        Err(_) => Vec::new(),
    }
}

#[cfg(test)]
mod tests {
    use analysis::plan::PlanFiles;

    use super::*;

    #[test]
    fn recipients_frame_and_stray_files_stay_in_the_office() {
        let folder = std::path::Path::new(env!("CARGO_MANIFEST_DIR")).join("plans/sample");
        let mut files = crate::rounds::files::read(&folder).unwrap();
        files.remove("frame.csv");
        let plan = Plan::read(&files).unwrap();
        for stray in ["frame.csv", "notes.txt", "forms/old.xlsx", "media/old.svg"] {
            files.insert(stray.to_owned(), "李某的电话".as_bytes().to_vec());
        }
        let paths: Vec<String> = files.keys().cloned().collect();
        let public: PlanFiles = public(&paths, &plan)
            .into_iter()
            .map(|path| (path.clone(), fit(&path, files[&path].clone())))
            .collect();
        for wanted in [
            "plan.toml",
            "units.csv",
            "indicators.csv",
            "criteria.csv",
            "forms/resident.xlsx",
            "media/care.svg",
        ] {
            assert!(public.contains_key(wanted), "{wanted}");
        }
        for unwanted in [
            "frame.csv",
            "notes.txt",
            "forms/old.xlsx",
            "media/old.svg",
            "admin.csv",
        ] {
            assert!(!public.contains_key(unwanted), "{unwanted}");
        }
        let settings = String::from_utf8(public["plan.toml"].clone()).unwrap();
        assert!(!settings.contains("@yunxi.example") && settings.contains("[sampling]"));
        // Whoever has the public files can check the seal.
        for stray in ["notes.txt", "forms/old.xlsx", "media/old.svg"] {
            files.remove(stray);
        }
        assert_eq!(Plan::sha256(&public), Plan::sha256(&files));
    }
}
