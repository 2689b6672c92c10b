//! Everything that is wrong with a questionnaire, and what a robot found that answered it many times.

use maud::{Markup, html};
use survey_forms::diagnostic::Diagnostic;
use survey_forms::editor::RowKey;
use survey_forms::pretest::{Length, Report};

use super::super::table::Table;
use super::super::tr;
use super::{Around, Shell};

/// The page.
#[derive(Clone, Debug)]
pub struct CheckPage {
    /// Faults and warnings, in the order of the questionnaire.
    pub found: Vec<Diagnostic>,
    /// Rows by their number, to lead to them.
    pub rows: Vec<(u32, RowKey)>,
    /// What the robot found; none until it is asked, and while there are errors.
    pub robot: Option<Robot>,
}

/// What the robot found, with the words of questions.
#[derive(Clone, Debug)]
pub struct Robot {
    /// What it found.
    pub report: Report,
    /// Words of questions and groups, by name.
    pub words: Vec<(String, String)>,
}

impl Robot {
    fn words<'a>(&'a self, name: &'a str) -> &'a str {
        self.words
            .iter()
            .find(|(known, words)| known == name && !words.is_empty())
            .map_or(name, |(_, words)| words)
    }
}

/// Renders the page.
pub fn page(around: Around<'_>, view: &CheckPage) -> Markup {
    let lang = around.lang;
    let heading = tr!(lang, "editor.menu_check");
    let errors = view.found.iter().filter(|fault| fault.is_error()).count();
    let warnings = view.found.len() - errors;
    let shell = Shell {
        heading: &heading,
        part: "/check",
        ..Shell::default()
    };
    let content = html! {
        h2 { (tr!(lang, "editor.found")) }
        @if view.found.is_empty() { p.notice { (tr!(lang, "editor.no_faults")) } }
        @else {
            p .warning[errors > 0] { (tr!(lang, "editor.counts", errors = errors, warnings = warnings)) }
            (around.faults(&view.found, &view.rows))
        }
        h2 #robot { (tr!(lang, "editor.robot")) }
        p { (tr!(lang, "editor.robot_lead")) }
        @if errors > 0 { p.note { (tr!(lang, "editor.robot_not_yet")) } }
        @else {
            @match &view.robot {
                Some(robot) => (report(around, robot)),
                None => form method="get" action={ (around.path("/check")) "#robot" } {
                    button.main type="submit" name="robot" value="1" { (tr!(lang, "editor.robot_go")) }
                },
            }
        }
    };
    around.page(shell, &content)
}

fn length(around: Around<'_>, length: Length) -> String {
    let (least, median, most) = (length.least, length.median, length.most);
    tr!(
        around.lang,
        "editor.length",
        least = least,
        median = median,
        most = most
    )
    .into_owned()
}

fn report(around: Around<'_>, robot: &Robot) -> Markup {
    let lang = around.lang;
    let report = &robot.report;
    html! {
        p .warning[report.finished < report.runs] .notice[report.finished == report.runs] {
            (tr!(lang, "editor.robot_runs", runs = report.runs, finished = report.finished))
        }
        dl.facts {
            div { dt { (tr!(lang, "editor.robot_pages")) } dd { (length(around, report.pages)) } }
            div { dt { (tr!(lang, "editor.robot_questions")) } dd { (length(around, report.questions)) } }
        }
        @if report.groups.len() > 1 {
            (Table::new("groups", tr!(lang, "editor.robot_groups"), &report.groups)
                .head(tr!(lang, "editor.group"), |group| match group.group.as_str() {
                    "" => tr!(lang, "editor.no_group").into_owned(),
                    name => robot.words(name).to_owned(),
                })
                .text(tr!(lang, "editor.robot_questions"), |group| length(around, group.questions))
                .scrolling(lang))
        }
        @if !report.dead_ends.is_empty() {
            h3 { (tr!(lang, "editor.dead_ends")) }
            ul.todo {
                @for end in &report.dead_ends {
                    li.bad {
                        (tr!(lang, "editor.dead_end", question = robot.words(&end.question), said = end.said.get(lang.code()), n = end.runs))
                        details {
                            summary { (tr!(lang, "editor.example")) }
                            ul { @for (name, value) in &end.example { li { (robot.words(name)) ": " code { (value) } } } }
                        }
                    }
                }
            }
        }
        @if !report.never_asked.is_empty() {
            h3 { (tr!(lang, "editor.never_asked")) }
            ul.todo { @for name in &report.never_asked { li { (robot.words(name)) " " code { (name) } } } }
        }
        @if !report.never_offered.is_empty() {
            h3 { (tr!(lang, "editor.never_offered")) }
            ul.todo { @for (name, choices) in &report.never_offered { li { (robot.words(name)) ": " code { (choices.join(" ")) } } } }
        }
        details {
            summary { (tr!(lang, "editor.columns", n = report.columns.len())) }
            (Table::new("columns", tr!(lang, "editor.columns", n = report.columns.len()), &report.columns)
                .hidden_caption()
                .head(tr!(lang, "editor.column"), |column| html! { code { (column.name) } })
                .text(tr!(lang, "editor.question"), |column| robot.words(&column.name).to_owned())
                .num(tr!(lang, "editor.filled"), |column| column.filled)
                .num(tr!(lang, "editor.values"), |column| column.values)
                .scrolling(lang))
        }
    }
}
