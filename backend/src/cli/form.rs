//! `minyi form`: every fault of a questionnaire, or what it holds; the same for other programs, or from them.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};
use clap::Subcommand;
use survey_forms::diagnostic::{Diagnostic, Place};
use survey_forms::form::QuestionKind;
use survey_forms::text::Text;

use super::failure::Faults;
use super::say;

mod pretest;

/// Commands on a questionnaire file.
#[derive(Debug, Subcommand)]
pub enum FormCommand {
    /// Check an XLSForm: a summary, or every fault with sheet, row and column.
    Check {
        /// The workbook.
        file: PathBuf,
        /// Print the parsed questionnaire as JSON.
        #[arg(long)]
        json: bool,
    },
    /// Write the ODK XForm of an XLSForm, for ODK Collect, Enketo and the like.
    Xform {
        /// The workbook.
        file: PathBuf,
        /// Where to write it; to standard output where this is left out.
        #[arg(long)]
        out: Option<PathBuf>,
    },
    /// Make an XLSForm of a survey exported from LimeSurvey, with a report of what could not be carried over.
    FromLss {
        /// The exported survey structure (.lss).
        file: PathBuf,
        /// The workbook to write.
        #[arg(long)]
        out: PathBuf,
    },
    /// Let a robot answer an XLSForm: dead ends, questions that nobody got to, lengths, columns.
    Pretest {
        /// The workbook.
        file: PathBuf,
        /// How many times it answers.
        #[arg(long, default_value_t = 200)]
        runs: u32,
        /// Another seed gives other answers.
        #[arg(long, default_value_t = 1)]
        seed: u64,
        /// Print what was found as JSON.
        #[arg(long)]
        json: bool,
    },
}

/// Runs the command.
///
/// # Errors
/// [`Faults`] when the form has any.
pub fn run(command: FormCommand, lang: &str) -> Result<()> {
    match command {
        FormCommand::Check { file, json } => check(&file, json, lang),
        FormCommand::Xform { file, out } => xform(&file, out.as_deref(), lang),
        FormCommand::FromLss { file, out } => from_lss(&file, &out, lang),
        FormCommand::Pretest {
            file,
            runs,
            seed,
            json,
        } => pretest::run(&file, runs, seed, json, lang),
    }
}

fn xform(file: &Path, out: Option<&Path>, lang: &str) -> Result<()> {
    let (name, bytes) = workbook(file)?;
    let read = survey_forms::xlsform::read(&name, &bytes).map_err(Faults)?;
    for warning in &read.warnings {
        eprintln!("{}", warning.to_line(lang));
    }
    let xform = survey_forms::xform::write(&read.form);
    match out {
        None => say(&xform),
        Some(path) => std::fs::write(path, xform).with_context(|| path.display().to_string())?,
    }
    Ok(())
}

fn from_lss(file: &Path, out: &Path, lang: &str) -> Result<()> {
    let (name, bytes) = workbook(file)?;
    let read = survey_forms::lss::read(&name, &bytes).map_err(Faults)?;
    for remark in &read.remarks {
        eprintln!("{}", remark.to_line(lang));
    }
    std::fs::write(out, read.workbook).with_context(|| out.display().to_string())?;
    say(&match lang {
        "en" => format!(
            "{}: {} questions, {} remarks",
            out.display(),
            read.questions,
            read.remarks.len()
        ),
        _ => format!(
            "{}：{} 道题，{} 条说明",
            out.display(),
            read.questions,
            read.remarks.len()
        ),
    });
    Ok(())
}

fn check(file: &Path, json: bool, lang: &str) -> Result<()> {
    let (name, bytes) = workbook(file)?;
    let read = survey_forms::xlsform::read(&name, &bytes).map_err(Faults)?;
    let media = media_beside(file)?;
    if let Some(media) = &media {
        let faults = survey_forms::media::check(&name, &read.form, media);
        if !faults.is_empty() {
            return Err(Faults(faults).into());
        }
    }
    for warning in &read.warnings {
        eprintln!("{}", warning.to_line(lang));
    }
    if json {
        say(&serde_json::to_string_pretty(&read.form)?);
        return Ok(());
    }
    let form = &read.form;
    let asked = form
        .questions()
        .filter(|question| question.is_visible() && question.kind != QuestionKind::Note)
        .count();
    let languages: Vec<String> = form.languages.iter().map(ToString::to_string).collect();
    say(&format!("{name}: {} · {}", form.title.get(lang), form.version));
    say(&match lang {
        "en" => format!(
            "{asked} questions, {} choice lists, languages {}, {} warnings",
            form.choice_lists.len(),
            languages.join(" "),
            read.warnings.len()
        ),
        _ => format!(
            "{asked} 道题，{} 个选项表，语言 {}，{} 条提醒",
            form.choice_lists.len(),
            languages.join(" "),
            read.warnings.len()
        ),
    });
    let wordings: Vec<String> = form.wordings.iter().map(ToString::to_string).collect();
    if !wordings.is_empty() {
        let wordings = wordings.join(" ");
        say(&match lang {
            "en" => format!("wordings {wordings}"),
            _ => format!("措辞 {wordings}"),
        });
    }
    let named = survey_forms::media::files(form)
        .into_iter()
        .filter(|file| !file.ends_with(".vtt"))
        .count();
    if named > 0 {
        say(match (lang, media.is_some()) {
            ("en", true) => format!("{named} media files, all there"),
            ("en", false) => {
                format!("{named} media files, not checked: there is no media folder beside the forms folder")
            }
            (_, true) => format!("{named} 个媒体文件，都在"),
            (_, false) => format!("{named} 个媒体文件，没有核对：forms 文件夹旁边没有 media 文件夹"),
        }
        .as_str());
    }
    Ok(())
}

/// A workbook with its name for messages.
pub(super) fn workbook(file: &Path) -> Result<(String, Vec<u8>)> {
    let refused = |(zh, en): (&str, &str)| {
        Faults(vec![Diagnostic::error(
            "CL001",
            Place::file(file.display().to_string()),
            Text::zh_en(zh, en),
            Text::zh_en(
                "请给出问卷的 .xlsx 文件，如 forms/resident.xlsx。",
                "Give the questionnaire's .xlsx file, such as forms/resident.xlsx.",
            ),
        )])
    };
    let bytes = match std::fs::read(file) {
        Ok(bytes) => bytes,
        Err(_) if file.is_dir() => return Err(refused(("这是文件夹。", "This is a folder.")).into()),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
            return Err(refused(("找不到这个文件。", "There is no such file.")).into());
        }
        Err(error) => return Err(error).with_context(|| file.display().to_string()),
    };
    let name = file.file_name().map_or_else(
        || file.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    Ok((name, bytes))
}

/// The media files of the plan folder in which the workbook lies, `forms/NAME.xlsx` beside `media/`; none where
/// there is no such folder, as when the workbook was sent alone.
pub(super) fn media_beside(workbook: &Path) -> Result<Option<BTreeMap<String, Vec<u8>>>> {
    let Some(folder) = workbook
        .parent()
        .map(|forms| forms.join("..").join("media"))
        .filter(|folder| folder.is_dir())
    else {
        return Ok(None);
    };
    let mut files = BTreeMap::new();
    for entry in std::fs::read_dir(&folder).with_context(|| folder.display().to_string())? {
        let path = entry?.path();
        if let Some(name) = path.file_name().and_then(|name| name.to_str())
            && path.is_file()
        {
            let bytes = std::fs::read(&path).with_context(|| path.display().to_string())?;
            files.insert(name.to_owned(), bytes);
        }
    }
    Ok(Some(files))
}
