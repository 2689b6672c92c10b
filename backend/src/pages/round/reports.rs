//! Which reports can be downloaded.

use maud::{Markup, html};

use super::super::{Lang, tr};
use super::Overview;

/// The formats of a report with their names.
fn formats(lang: Lang) -> [(&'static str, std::borrow::Cow<'static, str>); 4] {
    [
        ("html", tr!(lang, "round.format_html")),
        ("pdf", tr!(lang, "round.format_pdf")),
        ("xlsx", tr!(lang, "round.format_xlsx")),
        ("docx", tr!(lang, "round.format_docx")),
    ]
}

fn own_name(lang: Lang) -> std::borrow::Cow<'static, str> {
    match lang {
        Lang::Zh => tr!(lang, "language.zh"),
        Lang::En => tr!(lang, "language.en"),
    }
}

/// The county's report at once, and a form for any unit's.
pub(super) fn reports(lang: Lang, view: &Overview) -> Markup {
    let path = format!("/console/rounds/{}/report/download", view.id);
    html! {
        h2 { (tr!(lang, "round.reports_title")) }
        @if view.report_units.is_empty() {
            p { (tr!(lang, "round.reports_none")) }
        } @else {
            h3 { (tr!(lang, "round.reports_county")) }
            ul.links {
                @for choice in Lang::ALL {
                    li {
                        span lang=(choice.tag()) { (own_name(choice)) }
                        @for (format, name) in formats(lang) {
                            " " a href={ (path) "?format=" (format) "&lang=" (choice.code()) } { (name) }
                        }
                    }
                }
            }
            p { a href={ "/console/rounds/" (view.id) "/reports" } { (tr!(lang, "reports.link")) } }
            h3 { (tr!(lang, "round.reports_one")) }
            form.inline method="get" action=(path) {
                div.field {
                    label for="unit" { (tr!(lang, "round.reports_unit")) }
                    select #unit name="unit" {
                        @for unit in &view.report_units { option value=(unit.code) { (unit.name) } }
                    }
                }
                div.field {
                    label for="format" { (tr!(lang, "round.reports_format")) }
                    select #format name="format" {
                        @for (format, name) in formats(lang) { option value=(format) { (name) } }
                    }
                }
                div.field {
                    label for="lang" { (tr!(lang, "round.reports_language")) }
                    select #lang name="lang" {
                        @for choice in Lang::ALL {
                            option value=(choice.code()) lang=(choice.tag()) selected[choice == lang] { (own_name(choice)) }
                        }
                    }
                }
                button type="submit" { (tr!(lang, "round.reports_go")) }
            }
        }
    }
}
