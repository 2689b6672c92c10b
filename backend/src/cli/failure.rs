//! From an error to a message and an exit code.

use std::fmt::Write as _;

use survey_forms::diagnostic::Diagnostic;
use thiserror::Error;

use crate::app::StartError;
use crate::archive::ArchiveError;
use crate::backup::BackupFault;
use crate::config::ConfigError;
use crate::dataset::DatasetError;
use crate::federate::FederateError;
use crate::keys::KeyError;
use crate::pages::Lang;
use crate::rounds::RoundActError;
use crate::rounds::files::FolderError;
use crate::store::StoreError;

/// Faults of a file that someone wrote.
#[derive(Debug, Error)]
#[error("{} faults", .0.len())]
pub struct Faults(pub Vec<Diagnostic>);

/// What `minyi doctor` found does not work; it has told how to mend it.
#[derive(Debug, Error)]
#[error("{0}")]
pub struct Unwell(pub String);

/// Why a command did not do what was asked.
#[derive(Debug, PartialEq, Eq)]
pub enum Failure {
    /// The input is at fault.
    Input(String),
    /// The database, the network or the disk is.
    Environment(String),
}

impl Failure {
    /// Sorts an error, and words it in `lang` where it carries diagnostics.
    pub fn of(error: &anyhow::Error, lang: &str) -> Self {
        for cause in error.chain() {
            if let Some(Faults(faults)) = cause.downcast_ref() {
                return Self::Input(listed(faults, lang));
            }
            if let Some(RoundActError::Plan(faults) | RoundActError::Form(faults)) = cause.downcast_ref() {
                return Self::Input(listed(faults, lang));
            }
            if let Some(RoundActError::Unknown { id, known }) = cause.downcast_ref() {
                return Self::Input(unknown_round(id, known, lang));
            }
            if let Some(Unwell(told)) = cause.downcast_ref() {
                return Self::Environment(told.clone());
            }
            if let Some(fault) = cause.downcast_ref::<BackupFault>() {
                let told = fault.told(lang_of(lang));
                return if fault.is_environment() {
                    Self::Environment(told)
                } else {
                    Self::Input(told)
                };
            }
            let told = match (
                cause.downcast_ref::<ArchiveError>(),
                cause.downcast_ref::<FederateError>(),
            ) {
                (Some(fault), _) => fault.told(lang_of(lang)).zip(Some(fault.is_environment())),
                (_, Some(fault)) => fault.told(lang_of(lang)).zip(Some(false)),
                _ => None,
            };
            match told {
                Some((told, true)) => return Self::Environment(told),
                Some((told, false)) => return Self::Input(told),
                None => {}
            }
        }
        let message = format!("minyi: {error:#}");
        if error.chain().any(is_environment) {
            Self::Environment(message)
        } else {
            Self::Input(message)
        }
    }

    /// What to tell the user.
    pub fn message(&self) -> &str {
        match self {
            Self::Input(message) | Self::Environment(message) => message,
        }
    }

    /// 1 or 3.
    pub fn exit_code(&self) -> u8 {
        match self {
            Self::Input(_) => 1,
            Self::Environment(_) => 3,
        }
    }
}

/// The language that `--lang` names.
pub(crate) fn lang_of(word: &str) -> Lang {
    Lang::ALL
        .into_iter()
        .find(|lang| lang.code() == word)
        .unwrap_or_default()
}

fn listed(faults: &[Diagnostic], lang: &str) -> String {
    let mut text = String::new();
    for fault in faults {
        // Writing to a String cannot fail.
        let _written = writeln!(text, "{}", fault.to_line(lang));
    }
    let errors = faults.iter().filter(|fault| fault.is_error()).count();
    text.push_str(&if lang == "en" {
        format!("{errors} fault{}", if errors == 1 { "" } else { "s" })
    } else {
        format!("共 {errors} 处错误")
    });
    text
}

fn unknown_round(id: &str, known: &[String], lang: &str) -> String {
    let all = known.join(if lang == "en" { ", " } else { "、" });
    match (lang, known.is_empty()) {
        ("en", true) => format!("There is no round “{id}”, nor any other; import a plan first."),
        ("en", false) => format!("There is no round “{id}”. There are: {all}."),
        (_, true) => format!("没有轮次“{id}”，也没有别的轮次；先用 round import 导入方案。"),
        (_, false) => format!("没有轮次“{id}”。现有：{all}。"),
    }
}

fn is_environment(cause: &(dyn std::error::Error + 'static)) -> bool {
    if let Some(error) = cause.downcast_ref::<FolderError>() {
        return error.is_environment();
    }
    if let Some(error) = cause.downcast_ref::<std::io::Error>() {
        return error.kind() != std::io::ErrorKind::NotFound;
    }
    if let Some(error) = cause.downcast_ref::<KeyError>() {
        return matches!(error, KeyError::Io { .. });
    }
    cause.is::<StartError>()
        || cause.is::<StoreError>()
        || cause.is::<sea_orm::DbErr>()
        || matches!(cause.downcast_ref(), Some(ConfigError::Unreadable { .. }))
        || matches!(cause.downcast_ref(), Some(DatasetError::Segment { .. }))
}

#[cfg(test)]
mod tests {
    use anyhow::anyhow;

    use super::*;

    #[test]
    fn what_the_user_gave_is_1_and_what_the_machine_lacks_is_3() {
        let refused = std::io::Error::from(std::io::ErrorKind::AddrInUse);
        assert_eq!(
            Failure::of(&anyhow::Error::new(refused).context("127.0.0.1:80"), "zh").exit_code(),
            3
        );
        let missing = std::io::Error::from(std::io::ErrorKind::NotFound);
        assert_eq!(
            Failure::of(&anyhow::Error::new(missing).context("plan"), "zh").exit_code(),
            1
        );
        let unknown = || {
            anyhow::Error::new(RoundActError::Unknown {
                id: "x".to_owned(),
                known: vec!["a".to_owned(), "b".to_owned()],
            })
        };
        assert_eq!(
            Failure::of(&unknown(), "zh"),
            Failure::Input("没有轮次“x”。现有：a、b。".to_owned())
        );
        assert_eq!(
            Failure::of(&unknown(), "en").message(),
            "There is no round “x”. There are: a, b."
        );
    }

    #[test]
    fn the_whole_chain_is_told() {
        let error = anyhow!("no space left").context("reports/a.pdf");
        assert_eq!(
            Failure::of(&error, "en").message(),
            "minyi: reports/a.pdf: no space left"
        );
    }
}
