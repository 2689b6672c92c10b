//! The frame of every page: head, skip link, display switches, help line, console menu.

use std::borrow::Cow;

use maud::{DOCTYPE, Markup, html};

use super::{Contrast, Help, Lang, Reading, TextSize, assets, tr, words};

/// How a respondent's page sends a change of language or display.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Switches<'a> {
    /// The buttons belong to the form of the page with this id, so that what
    /// is typed but not yet sent comes along.
    InForm(&'a str),
    /// The page has nothing typed: a form of their own, returning to this path.
    Return(&'a str),
}

/// What surrounds the content of a respondent's page.
#[derive(Clone, Copy, Debug)]
pub struct Frame<'a> {
    /// Language, size, contrast.
    pub reading: Reading,
    /// Title of the page, without the site's.
    pub title: &'a str,
    /// Whether the page reports errors: the title says so.
    pub has_error: bool,
    /// Name of the survey or the site, above the content.
    pub site: &'a str,
    /// Whom to turn to.
    pub help: Option<&'a Help>,
    /// How display changes are sent.
    pub switches: Switches<'a>,
}

/// A respondent's or public page.
pub fn respondent(frame: Frame<'_>, content: &Markup) -> Markup {
    let reading = frame.reading;
    let lang = reading.lang;
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) class=(reading.classes()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title {
                    @if frame.has_error { (tr!(lang, "site.error_prefix")) }
                    (frame.title) " - " (frame.site)
                }
                meta name="format-detection" content="telephone=no";
                meta name="color-scheme" content=(reading.contrast.scheme());
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(assets::SURVEY_CSS.href);
                script defer src=(assets::SURVEY_JS.href) {}
            }
            body {
                a.skip href="#main" { (tr!(lang, "site.skip")) }
                header.top {
                    p.site lang=[words::tongue(lang, frame.site)] { (frame.site) }
                    (switches(reading, frame.switches))
                }
                main #main tabindex="-1" { (content) }
                footer.foot {
                    @if let Some(help) = frame.help { (help_line(lang, help)) }
                }
            }
        }
    }
}

/// The switches: the most used ones at once, colours and ways of reading in a disclosure, so that the first screen of
/// a small phone belongs to the question. Where a browser knows no disclosure it stands open.
fn switches(reading: Reading, switches: Switches<'_>) -> Markup {
    let lang = reading.lang;
    let form = match switches {
        Switches::InForm(id) => id,
        Switches::Return(_) => "view",
    };
    // The button says what it does; who hears it is also told how it is now.
    let size_label = match reading.size {
        TextSize::Normal => tr!(lang, "view.larger"),
        TextSize::Large => tr!(lang, "view.largest"),
        TextSize::Largest => tr!(lang, "view.normal_size"),
    };
    let size = size_name(lang, reading.size);
    html! {
        div.tools role="group" aria-label=(tr!(lang, "site.tools")) {
            @match switches {
                // Enter in a text field presses the first submit button of the form in the
                // page's order; without this one it would be the language switch.
                Switches::InForm(id) => {
                    button.default type="submit" form=(id) name="go" value="next" tabindex="-1" aria-hidden="true" {}
                }
                Switches::Return(path) => {
                    form #view method="post" action="/view" { input type="hidden" name="to" value=(path); }
                }
            }
            button type="submit" form=(form) name="lang" value=(lang.other().code())
                lang=(lang.other().tag()) formnovalidate { (tr!(lang, "view.other_language")) }
            button type="submit" form=(form) name="size" value=(reading.size.next().code())
                formnovalidate { (size_label) span.hidden { (tr!(lang, "view.now", size = size)) } }
            button #read type="button" hidden data-stop=(tr!(lang, "view.read_stop"))
                data-none=(tr!(lang, "view.read_none")) { (tr!(lang, "view.read")) }
            button #pause type="button" hidden data-on=(tr!(lang, "view.read_on")) { (tr!(lang, "view.read_pause")) }
            (more_switches(reading, form))
        }
        // Said by the script after a switch was pressed: the page comes back without telling that anything changed.
        p #said .said role="status" data-now=(now(reading)) {}
    }
}

/// How the page is shown now, in words.
fn now(reading: Reading) -> String {
    let lang = reading.lang;
    let size = size_name(lang, reading.size);
    let colours = contrast_name(lang, reading.contrast);
    let mut said = tr!(lang, "view.shown", size = size, colours = colours).into_owned();
    if reading.easy && reading.offers.easy {
        said.push_str(&tr!(lang, "view.shown_easy"));
    }
    if reading.sign && reading.offers.sign {
        said.push_str(&tr!(lang, "view.shown_sign"));
    }
    said
}

fn size_name(lang: Lang, size: TextSize) -> Cow<'static, str> {
    match size {
        TextSize::Normal => tr!(lang, "view.size_normal"),
        TextSize::Large => tr!(lang, "view.size_large"),
        TextSize::Largest => tr!(lang, "view.size_largest"),
    }
}

fn contrast_name(lang: Lang, contrast: Contrast) -> Cow<'static, str> {
    match contrast {
        Contrast::Auto => tr!(lang, "view.auto"),
        Contrast::Light => tr!(lang, "view.light"),
        Contrast::Dark => tr!(lang, "view.dark"),
        Contrast::High => tr!(lang, "view.high"),
        Contrast::Yellow => tr!(lang, "view.yellow"),
    }
}

fn more_switches(reading: Reading, form: &str) -> Markup {
    let lang = reading.lang;
    let easy = reading.offers.easy;
    let sign = reading.offers.sign;
    html! {
        details.view {
            summary { (tr!(lang, "view.more")) }
            div.panel {
                @if easy { (toggle(form, "easy", reading.easy, &tr!(lang, "view.easy"))) }
                @if sign { (toggle(form, "sign", reading.sign, &tr!(lang, "view.sign"))) }
                button #pace type="button" hidden data-usual=(tr!(lang, "view.read_usual")) { (tr!(lang, "view.read_slow")) }
                div role="group" aria-labelledby="colours" {
                    p #colours { (tr!(lang, "view.colours")) }
                    @for contrast in Contrast::ALL {
                        button type="submit" form=(form) name="contrast" value=(contrast.code())
                            aria-pressed=(if contrast == reading.contrast { "true" } else { "false" })
                            formnovalidate { (contrast_name(lang, contrast)) }
                    }
                }
            }
        }
    }
}

/// A switch that is on or off; its words stay the same, its state is told and framed.
fn toggle(form: &str, name: &str, on: bool, words: &str) -> Markup {
    html! {
        button type="submit" form=(form) name=(name) value=(if on { "0" } else { "1" })
            aria-pressed=(if on { "true" } else { "false" }) formnovalidate { (words) }
    }
}

/// Whom to turn to; the same words at the same place on every page (WCAG 3.2.6).
fn help_line(lang: Lang, help: &Help) -> Markup {
    html! {
        section.help aria-labelledby="help" {
            h2 #help { (tr!(lang, "site.help")) }
            p {
                (tr!(lang, "site.help_who", organiser = help.organiser))
            }
            @if let Some(contact) = &help.contact { p { (contact_line(contact)) } }
        }
    }
}

/// The contact as the plan words it, its telephone number as a link that a phone dials.
fn contact_line(contact: &str) -> Markup {
    let number = |c: char| c.is_ascii_digit() || c == '-';
    let longest = contact
        .split(|c: char| !number(c))
        .max_by_key(|run| run.len())
        .unwrap_or_default();
    let digits: String = longest.chars().filter(char::is_ascii_digit).collect();
    match contact.split_once(longest) {
        Some((before, after)) if digits.len() >= 7 => {
            html! { (before) a href={ "tel:" (digits) } { (longest) } (after) }
        }
        _ => html! { (contact) },
    }
}

/// Who is signed in to the console.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct SignedIn {
    /// Name shown.
    pub name: String,
    /// Name of the role, in the page's language.
    pub role: String,
    /// Token expected back in every form.
    pub csrf: String,
    /// Menu: what this role may open.
    pub menu: Vec<MenuItem>,
}

/// An entry of the console's menu.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct MenuItem {
    /// Address.
    pub href: String,
    /// Words.
    pub text: String,
    /// Whether this is the page being shown.
    pub current: bool,
}

/// What surrounds the content of a console page.
#[derive(Clone, Copy, Debug)]
pub struct ConsoleFrame<'a> {
    /// Language of the page.
    pub lang: Lang,
    /// Title of the page.
    pub title: &'a str,
    /// Whether the page reports errors.
    pub has_error: bool,
    /// Path of the page, to return to after changing the language.
    pub path: &'a str,
    /// Who is signed in.
    pub staff: Option<&'a SignedIn>,
}

/// Where a page of a round stands: the list of rounds, then `within` from the outermost page in, each with its address.
pub fn crumbs(lang: Lang, within: &[(&str, &str)]) -> Markup {
    html! {
        nav.crumbs aria-label=(tr!(lang, "console.here")) {
            a href="/console" { (tr!(lang, "rounds.title")) }
            @for (href, words) in within { " › " a href=(href) { (words) } }
        }
    }
}

/// A page of the console.
pub fn console(frame: ConsoleFrame<'_>, content: &Markup) -> Markup {
    let lang = frame.lang;
    let name = tr!(lang, "console.name");
    html! {
        (DOCTYPE)
        html lang=(lang.tag()) {
            head {
                meta charset="utf-8";
                meta name="viewport" content="width=device-width, initial-scale=1";
                title {
                    @if frame.has_error { (tr!(lang, "site.error_prefix")) }
                    (frame.title) " - " (name)
                }
                link rel="icon" href="data:,";
                link rel="stylesheet" href=(assets::CONSOLE_CSS.href);
            }
            body {
                a.skip href="#main" { (tr!(lang, "site.skip")) }
                header.bar {
                    p.name { a href="/console" { (name) } }
                    @if let Some(staff) = frame.staff {
                        nav aria-label=(tr!(lang, "console.nav")) {
                            ul {
                                @for item in &staff.menu {
                                    li {
                                        a href=(item.href) aria-current=[item.current.then_some("page")] { (item.text) }
                                    }
                                }
                            }
                        }
                    }
                    div.who {
                        form method="post" action="/view" {
                            input type="hidden" name="to" value=(frame.path);
                            button type="submit" name="lang" value=(lang.other().code())
                                lang=(lang.other().tag()) { (tr!(lang, "view.other_language")) }
                        }
                        @if let Some(staff) = frame.staff {
                            p { (tr!(lang, "console.signed_in", name = staff.name, role = staff.role)) }
                            form method="post" action="/console/logout" {
                                (csrf(&staff.csrf))
                                button type="submit" { (tr!(lang, "console.logout")) }
                            }
                        }
                    }
                }
                main #main tabindex="-1" { (content) }
            }
        }
    }
}

/// The hidden field that shows that a form was made by this session.
pub fn csrf(token: &str) -> Markup {
    html! { input type="hidden" name="csrf" value=(token); }
}

/// What the script of a page writes when the page was read aloud or a film on it was watched; see
/// [`crate::handlers::respond`].
pub fn used_ways() -> Markup {
    html! {
        input #heard type="hidden" name="heard" value="";
        input #watched type="hidden" name="watched" value="";
    }
}

/// An entry of an error summary: the field's id or an address, and what to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Fault {
    /// `#id` of the field, or the address of the page that holds it.
    pub href: String,
    /// What is wrong and how to mend it.
    pub text: String,
}

/// The box on top of a page that lists what is wrong, each a link to its place.
///
/// `role="alert"` announces it where a script moves no focus; `autofocus`
/// would also move it, but old web views scroll past the heading with it.
pub fn fault_summary(heading: &str, faults: &[Fault]) -> Markup {
    html! {
        @if !faults.is_empty() {
            div #faults .faults role="alert" tabindex="-1" {
                h2 { (heading) }
                ul {
                    @for fault in faults {
                        li { a href=(fault.href) { (fault.text) } }
                    }
                }
            }
        }
    }
}
