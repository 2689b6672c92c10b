//! `minyi form check`: every fault of a questionnaire, or what it holds.

use std::path::PathBuf;

use anyhow::{Context, Result};
use clap::Subcommand;
use survey_forms::form::QuestionKind;

use super::failure::Faults;
use super::say;

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
}

/// Runs the command.
///
/// # Errors
/// [`Faults`] when the form has any.
pub fn run(command: FormCommand, lang: &str) -> Result<()> {
    let FormCommand::Check { file, json } = command;
    let bytes = std::fs::read(&file).with_context(|| file.display().to_string())?;
    let name = file.file_name().map_or_else(
        || file.display().to_string(),
        |name| name.to_string_lossy().into_owned(),
    );
    let read = survey_forms::xlsform::read(&name, &bytes).map_err(Faults)?;
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
        .filter(|question| !matches!(question.kind, QuestionKind::Note | QuestionKind::Calculate))
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
    Ok(())
}
