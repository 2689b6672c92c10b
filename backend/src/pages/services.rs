//! 服务资源: where to get help, for anyone. Chosen by township and service area without a script; telephone numbers dial.

use maud::{Markup, html};

use super::layout::{Frame, Switches, respondent};
use super::{Help, Lang, Reading, tr, words};

/// A choice of the filter.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Choice {
    /// Code.
    pub code: String,
    /// Name in the page's language.
    pub name: String,
}

/// An institution.
#[derive(Clone, Debug)]
pub struct Place {
    /// Name in the page's language.
    pub name: String,
    /// Name of the township; none when it serves the whole county.
    pub township: Option<String>,
    /// Names of its service areas.
    pub areas: Vec<String>,
    /// What it does; may be empty.
    pub services: String,
    /// Address; may be empty.
    pub address: String,
    /// Telephone; may be empty.
    pub phone: String,
    /// Opening hours; may be empty.
    pub hours: String,
    /// What is barrier-free: codes.
    pub accessible: Vec<String>,
    /// What is known not to be: codes.
    pub not_accessible: Vec<String>,
}

/// The page.
#[derive(Clone, Debug)]
pub struct Services {
    /// Identifier of the round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// Townships.
    pub townships: Vec<Choice>,
    /// Service areas.
    pub areas: Vec<Choice>,
    /// The township that was chosen, or empty.
    pub township: String,
    /// The area that was chosen, or empty.
    pub area: String,
    /// What was found.
    pub places: Vec<Place>,
    /// Whether the register holds anything at all.
    pub any: bool,
    /// Whom to turn to.
    pub help: Help,
}

/// What a barrier-free feature is called.
pub fn feature_name(lang: Lang, code: &str) -> String {
    match code {
        "entrance" => tr!(lang, "services.entrance"),
        "lift" => tr!(lang, "services.lift"),
        "toilet" => tr!(lang, "services.toilet"),
        "parking" => tr!(lang, "services.parking"),
        "tactile" => tr!(lang, "services.tactile"),
        "hearing" => tr!(lang, "services.hearing"),
        "sign" => tr!(lang, "services.sign"),
        "easy_read" => tr!(lang, "services.easy_read"),
        "home_visits" => tr!(lang, "services.home_visits"),
        other => return other.to_owned(),
    }
    .into_owned()
}

/// The digits that a telephone dials; an extension is left to be said.
fn dialled(phone: &str) -> String {
    let main = phone.split(['转', '#']).next().unwrap_or_default();
    main.chars().filter(|c| c.is_ascii_digit() || *c == '+').collect()
}

/// Renders the page.
pub fn page(reading: Reading, view: &Services) -> Markup {
    let lang = reading.lang;
    let title = tr!(lang, "services.title");
    let path = format!("/services/{}", view.round);
    let query = match (view.township.as_str(), view.area.as_str()) {
        ("", "") => path.clone(),
        (township, area) => format!("{path}?township={township}&area={area}"),
    };
    let frame = Frame {
        reading,
        title: &title,
        has_error: false,
        site: &view.title,
        help: Some(&view.help),
        switches: Switches::Return(&query),
    };
    respondent(
        frame,
        &html! {
            h1 { (title) }
            p { (tr!(lang, "services.lead")) }
            @if view.any {
                form method="get" action=(path) {
                    (select("township", &tr!(lang, "services.unit"), &tr!(lang, "services.all_townships"), &view.townships, &view.township))
                    (select("area", &tr!(lang, "services.area"), &tr!(lang, "services.all_areas"), &view.areas, &view.area))
                    button.main type="submit" { (tr!(lang, "services.find")) }
                }
                p role="status" { strong { (tr!(lang, "services.found", count = view.places.len())) } }
                @if query != path { p { a.second href=(path) { (tr!(lang, "services.clear")) } } }
                @for place in &view.places { (one(lang, place)) }
            } @else { p.notice { (tr!(lang, "services.empty")) } }
        },
    )
}

fn select(name: &'static str, label: &str, all: &str, choices: &[Choice], chosen: &str) -> Markup {
    html! {
        div.field {
            label for=(name) { (label) }
            select #(name) name=(name) {
                option value="" { (all) }
                @for choice in choices { option value=(choice.code) selected[choice.code == chosen] { (choice.name) } }
            }
        }
    }
}

fn one(lang: Lang, place: &Place) -> Markup {
    let names = |codes: &[String]| {
        let names: Vec<String> = codes.iter().map(|code| feature_name(lang, code)).collect();
        names.join(if lang == Lang::Zh { "、" } else { ", " })
    };
    let between = if lang == Lang::Zh { "、" } else { ", " };
    let whole = tr!(lang, "services.whole_county");
    let line = |term: &str, text: &str| {
        html! {
            @if !text.is_empty() { div { dt { (term) } dd lang=[words::tongue(lang, text)] { (text) } } }
        }
    };
    html! {
        h2 lang=[words::tongue(lang, &place.name)] { (place.name) }
        p.quiet { (place.township.as_deref().unwrap_or(&whole)) " · " (place.areas.join(between)) }
        dl.answers {
            @if !place.phone.is_empty() {
                div { dt { (tr!(lang, "services.phone")) } dd.change { a href={ "tel:" (dialled(&place.phone)) } { (place.phone) } } }
            }
            (line(&tr!(lang, "services.what"), &place.services))
            (line(&tr!(lang, "services.address"), &place.address))
            (line(&tr!(lang, "services.hours"), &place.hours))
            (line(&tr!(lang, "services.accessible"), &names(&place.accessible)))
            (line(&tr!(lang, "services.not_accessible"), &names(&place.not_accessible)))
            @if place.accessible.is_empty() && place.not_accessible.is_empty() {
                (line(&tr!(lang, "services.accessible"), &tr!(lang, "services.ask_first")))
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::dialled;

    #[test]
    fn telephone_dials_digits_and_leaves_the_extension_out() {
        assert_eq!(dialled("0123-456 7890"), "01234567890");
        assert_eq!(dialled("+86 123 4567转12"), "+861234567");
    }
}
