//! The office's register of service institutions: the list, the form that takes a file, the form of one institution.

use std::collections::BTreeMap;

use maud::{Markup, html};

use super::{Refusal, UploadForm, fault_table, files, upload_form, written};
use crate::pages::layout::{Fault, SignedIn, csrf};
use crate::pages::office::FieldFault;
use crate::pages::round_page::RoundPage;
use crate::pages::services::feature_name;
use crate::pages::table::Table;
use crate::pages::{Lang, tr};
use crate::records::services::FEATURES;

/// An institution in the office's list.
#[derive(Clone, Debug)]
pub struct InstitutionLine {
    /// Code.
    pub code: String,
    /// Name in the page's language.
    pub name: String,
    /// Name of the township or county.
    pub unit: String,
    /// Names of its service areas.
    pub areas: String,
    /// Telephone.
    pub phone: String,
    /// Barrier-free features that are known, whether there or not.
    pub known: usize,
    /// Whether it has closed.
    pub closed: bool,
    /// Day of the last change.
    pub day: String,
}

/// The register.
#[derive(Clone, Debug)]
pub struct RegisterPage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Whether the role may change it.
    pub may_edit: bool,
    /// What the last act did.
    pub done: Option<String>,
    /// What is wrong with what was sent.
    pub refusal: Refusal,
    /// The institutions.
    pub lines: Vec<InstitutionLine>,
    /// Names of townships for which nothing is registered.
    pub without: Vec<String>,
}

fn address(round: &str) -> String {
    format!("/console/rounds/{round}/services")
}

/// Renders the register.
pub fn page(lang: Lang, staff: &SignedIn, view: &RegisterPage) -> Markup {
    let path = address(&view.round);
    let title = tr!(lang, "services.register");
    let download = |what: &str, format: &str| format!("{path}/download?what={what}&format={format}");
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .faults(&view.refusal.fields)
        .has_error(view.refusal.is_some())
        .done(view.done.as_deref())
        .render(&html! {
            p { (tr!(lang, "services.register_lead")) }
            ul.links {
                li { a href={ "/services/" (view.round) } { (tr!(lang, "services.public")) } }
                @if view.may_edit { li { a href={ (path) "/new" } { (tr!(lang, "services.add")) } } }
            }
            (fault_table(lang, &view.refusal.of_file))
            @if view.lines.is_empty() { p { (tr!(lang, "services.empty")) } } @else { (table(lang, &path, view)) }
            @if !view.lines.is_empty() && !view.without.is_empty() {
                p.warning {
                    (tr!(
                        lang,
                        "services.without",
                        count = view.without.len(),
                        names = view.without.join(if lang == Lang::Zh { "、" } else { ", " })
                    ))
                }
            }
            (files(lang, &[
                (download("current", "xlsx"), tr!(lang, "services.current_xlsx").into_owned()),
                (download("current", "csv"), tr!(lang, "services.current_csv").into_owned()),
            ]))
            @if view.may_edit {
                h2 { (tr!(lang, "services.import")) }
                p.note { (tr!(lang, "services.import_text")) }
                (files(lang, &[(download("template", "xlsx"), tr!(lang, "series.template_xlsx").into_owned())]))
                (upload_form(lang, &UploadForm {
                    action: &path,
                    csrf: &staff.csrf,
                    faults: &view.refusal.fields,
                    reason: None,
                    check: None,
                    button: &tr!(lang, "services.import_go"),
                }))
            }
        })
}

fn table(lang: Lang, path: &str, view: &RegisterPage) -> Markup {
    Table::new(
        "register",
        tr!(lang, "services.register_caption", count = view.lines.len()),
        &view.lines,
    )
    .head_in("ask", tr!(lang, "services.name"), |line| {
        html! {
            @if view.may_edit { a href={ (path) "/" (line.code) } { (written(lang, &line.name)) } }
            @else { (written(lang, &line.name)) }
            @if line.closed { " " strong { (tr!(lang, "services.closed_mark")) } }
        }
    })
    .text(tr!(lang, "services.unit"), |line| &line.unit)
    .text_in("wide-cell", tr!(lang, "services.areas"), |line| &line.areas)
    .text(
        tr!(lang, "services.phone"),
        |line| html! { @if line.phone.is_empty() { "–" } @else { (line.phone) } },
    )
    .num(tr!(lang, "services.known", all = FEATURES.len()), |line| {
        &line.known
    })
    .text_in("day", tr!(lang, "services.changed"), |line| &line.day)
    .scrolling(lang)
}

/// The form of one institution.
#[derive(Clone, Debug)]
pub struct InstitutionPage {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Code of the institution; none for a new one.
    pub code: Option<String>,
    /// What was typed or is stored, by column.
    pub typed: BTreeMap<String, String>,
    /// What is wrong with it.
    pub faults: Vec<Fault>,
    /// Townships and the county: code and name.
    pub units: Vec<(String, String)>,
    /// Service areas: code and name.
    pub areas: Vec<(String, String)>,
}

impl InstitutionPage {
    fn of(&self, column: &str) -> &str {
        self.typed.get(column).map_or("", String::as_str)
    }

    fn holds(&self, column: &str, code: &str) -> bool {
        self.of(column).split_whitespace().any(|one| one == code)
    }
}

/// Renders the form.
pub fn institution(lang: Lang, staff: &SignedIn, view: &InstitutionPage) -> Markup {
    let list = address(&view.round);
    let path = format!("{list}/{}", view.code.as_deref().unwrap_or("new"));
    let title = match &view.code {
        Some(_) => tr!(lang, "services.edit"),
        None => tr!(lang, "services.add"),
    };
    let text = |column: &'static str, label: &str| field(view, column, label);
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title))
        .within(&[(&list, &tr!(lang, "services.register"))])
        .faults(&view.faults)
        .render(&html! {
            form method="post" action=(path) novalidate {
                (csrf(&staff.csrf))
                @match &view.code {
                    Some(code) => p { (tr!(lang, "services.code")) " " strong { (code) } },
                    None => (text("code", &tr!(lang, "services.code_hint"))),
                }
                (text("name_zh", &tr!(lang, "services.name_zh")))
                (text("name_en", &tr!(lang, "services.name_en")))
                (unit_field(lang, view))
                (boxes(view, "areas", &tr!(lang, "services.areas"), &view.areas))
                (text("services_zh", &tr!(lang, "services.what_zh")))
                (text("services_en", &tr!(lang, "services.what_en")))
                (text("phone", &tr!(lang, "services.phone")))
                (text("address_zh", &tr!(lang, "services.address_zh")))
                (text("address_en", &tr!(lang, "services.address_en")))
                (text("hours_zh", &tr!(lang, "services.hours_zh")))
                (text("hours_en", &tr!(lang, "services.hours_en")))
                h2 { (tr!(lang, "services.barrier_free")) }
                p.note { (tr!(lang, "services.barrier_note")) }
                @for feature in FEATURES { (three_ways(lang, view, feature)) }
                p.check {
                    input #closed type="checkbox" name="closed" value="yes" checked[view.of("closed") == "yes"];
                    label for="closed" { (tr!(lang, "services.closed")) }
                }
                button.main type="submit" { (tr!(lang, "services.save")) }
            }
        })
}

fn field(view: &InstitutionPage, column: &'static str, label: &str) -> Markup {
    let fault = FieldFault::of(&view.faults, column);
    let language = if column.ends_with("_en") {
        Some(Lang::En.tag())
    } else {
        None
    };
    html! {
        div.field {
            label for=(column) { (label) }
            (fault.message())
            input #(column) type="text" name=(column) value=(view.of(column)) maxlength="200" lang=[language]
                aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)];
        }
    }
}

fn unit_field(lang: Lang, view: &InstitutionPage) -> Markup {
    let fault = FieldFault::of(&view.faults, "unit");
    html! {
        div.field {
            label for="unit" { (tr!(lang, "services.unit")) }
            (fault.message())
            select #unit name="unit" aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)] {
                option value="" { (tr!(lang, "services.choose")) }
                @for (code, name) in &view.units { option value=(code) selected[view.of("unit") == code] { (name) } }
            }
        }
    }
}

fn boxes(view: &InstitutionPage, column: &'static str, legend: &str, choices: &[(String, String)]) -> Markup {
    let fault = FieldFault::of(&view.faults, column);
    html! {
        fieldset.q #(column) tabindex="-1" aria-describedby=[fault.described(None)] {
            legend { (legend) }
            (fault.message())
            @for (code, name) in choices {
                label.pick {
                    input type="checkbox" name=(column) value=(code) checked[view.holds(column, code)];
                    " " (name)
                }
            }
        }
    }
}

fn three_ways(lang: Lang, view: &InstitutionPage, feature: &'static str) -> Markup {
    let is = if view.holds("accessible", feature) {
        "yes"
    } else if view.holds("not_accessible", feature) {
        "no"
    } else {
        ""
    };
    let ways = [
        ("yes", tr!(lang, "services.there")),
        ("no", tr!(lang, "services.not_there")),
        ("", tr!(lang, "services.not_known")),
    ];
    html! {
        fieldset.q {
            legend { (feature_name(lang, feature)) }
            @for (value, words) in ways {
                label.pick {
                    input type="radio" name={ "feature_" (feature) } value=(value) checked[is == value];
                    " " (words)
                }
            }
        }
    }
}
