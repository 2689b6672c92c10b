//! The console's page of invitations: how they stand, sheets, text messages, e-mail, open links, quotas, lost codes.

use fast_qr::convert::svg::SvgBuilder;
use fast_qr::convert::{Builder, Shape};
use fast_qr::qr::QRBuilder;
use maud::{Markup, PreEscaped, html};

use super::layout::{ConsoleFrame, Fault, SignedIn, console, crumbs, csrf, fault_summary};
use super::office::FieldFault;
use super::table::Table;
use super::{Lang, kept, tr};
use crate::inviting::waves::{Wave, WaveState};

/// Invitations of a group by state.
#[derive(Clone, Debug)]
pub struct GroupLine {
    /// Name of the group.
    pub name: String,
    /// Not used yet.
    pub issued: u64,
    /// Begun.
    pub started: u64,
    /// Answered.
    pub complete: u64,
    /// Answered, and the answers taken back by whoever gave them.
    pub left: u64,
    /// Taken back.
    pub withdrawn: u64,
}

/// Something to choose by its code.
#[derive(Clone, Debug)]
pub struct Pick {
    /// Code.
    pub code: String,
    /// Name in the page's language.
    pub name: String,
}

/// An open link.
#[derive(Clone, Debug)]
pub struct LinkLine {
    /// Last part of the address.
    pub slug: String,
    /// The site, or the group.
    pub name: String,
    /// Whole address.
    pub url: String,
    /// Answers today.
    pub today: u64,
    /// Answers taken a day.
    pub cap: Option<u64>,
    /// Answers in all.
    pub total: u64,
}

/// A cell of a quota.
#[derive(Clone, Debug)]
pub struct QuotaLine {
    /// Group and cell in words.
    pub name: String,
    /// Places taken.
    pub taken: u64,
    /// Answers wanted.
    pub target: u64,
    /// Answers kept at most.
    pub maximum: u64,
}

/// The page of invitations.
#[derive(Clone, Debug)]
pub struct Invitations {
    /// Round id.
    pub id: String,
    /// Title of the round.
    pub round: String,
    /// What went wrong with the last act.
    pub fault: Option<Fault>,
    /// What the last act did.
    pub done: Option<String>,
    /// By group.
    pub groups: Vec<GroupLine>,
    /// Groups to choose from.
    pub group_picks: Vec<Pick>,
    /// Townships with their villages, of which somebody is invited.
    pub places: Vec<(Pick, Vec<Pick>)>,
    /// Waves of e-mail.
    pub waves: Vec<(Wave, WaveState)>,
    /// When invitations and waves were counted, if not just now.
    pub as_of: Option<String>,
    /// Days between waves.
    pub spacing_days: u32,
    /// Whether a mail server is set.
    pub has_mail: bool,
    /// Whether messages may go out: the round is open.
    pub is_open: bool,
    /// Open links.
    pub links: Vec<LinkLine>,
    /// Quotas.
    pub quotas: Vec<QuotaLine>,
    /// Whether the role may send e-mail and replace codes.
    pub may_send: bool,
    /// Case number in the forms, after an act on one case.
    pub case: String,
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &Invitations) -> Markup {
    let title = tr!(lang, "invitations.title");
    let path = path(view, "");
    let frame = ConsoleFrame {
        lang,
        title: &title,
        has_error: view.fault.is_some(),
        path: &path,
        staff: Some(staff),
    };
    let faults = view.fault.as_slice();
    console(
        frame,
        &html! {
            (crumbs(lang, &[(&format!("/console/rounds/{}", view.id), &view.round)]))
            (fault_summary(&tr!(lang, "invitations.fault"), faults))
            h1 { (title) }
            @if let Some(done) = &view.done { p.notice role="status" { (done) } }
            p.note { (tr!(lang, "invitations.held")) }
            (kept::note(lang, view.as_of.as_deref()))
            (states(lang, view))
            (sheets(lang, staff, view))
            (sms(lang, staff, view))
            @if view.may_send { (email(lang, staff, view)) }
            (links(lang, staff, view))
            @if !view.quotas.is_empty() { (quotas(lang, view)) }
            @if view.may_send { (replace(lang, staff, view)) }
        },
    )
}

fn path(view: &Invitations, rest: &str) -> String {
    format!("/console/rounds/{}/invitations{rest}", view.id)
}

fn states(lang: Lang, view: &Invitations) -> Markup {
    let heading = tr!(lang, "invitations.states");
    let table = Table::new("states", &*heading, &view.groups)
        .hidden_caption()
        .head(tr!(lang, "round.group"), |line| &line.name)
        .num(tr!(lang, "invitations.issued"), |line| &line.issued)
        .num(tr!(lang, "invitations.started"), |line| &line.started)
        .num(tr!(lang, "invitations.complete"), |line| &line.complete)
        .num(tr!(lang, "invitations.left"), |line| &line.left)
        .num(tr!(lang, "invitations.withdrawn"), |line| &line.withdrawn);
    html! { h2 { (heading) } (table.scrolling(lang)) }
}

fn pick_place(lang: Lang, id: &str, view: &Invitations) -> Markup {
    let fault = FieldFault::of(view.fault.as_slice(), id);
    html! {
        div.field {
            label for=(id) { (tr!(lang, "invitations.place")) }
            (fault.message())
            select #(id) name="unit" aria-invalid=[fault.invalid()] aria-describedby=[fault.described(None)] {
                option value="" { (tr!(lang, "invitations.everywhere")) }
                @for (township, villages) in &view.places {
                    optgroup label=(township.name) {
                        option value=(township.code) { (tr!(lang, "invitations.whole", name = township.name)) }
                        @for village in villages { option value=(village.code) { (village.name) } }
                    }
                }
            }
        }
    }
}

fn pick_group(lang: Lang, id: &str, view: &Invitations) -> Markup {
    html! {
        div.field {
            label for=(id) { (tr!(lang, "round.group")) }
            select #(id) name="group" {
                option value="" { (tr!(lang, "invitations.all_groups")) }
                @for group in &view.group_picks { option value=(group.code) { (group.name) } }
            }
        }
    }
}

fn pick_language(lang: Lang, id: &str) -> Markup {
    html! {
        div.field {
            label for=(id) { (tr!(lang, "round.reports_language")) }
            select #(id) name="lang" {
                option value="zh" { (tr!(lang, "language.zh")) }
                option value="en" { (tr!(lang, "language.en")) }
            }
        }
    }
}

fn sheets(lang: Lang, staff: &SignedIn, view: &Invitations) -> Markup {
    let case = FieldFault::of(view.fault.as_slice(), "sheet-case");
    html! {
        h2 #sheets { (tr!(lang, "invitations.sheets")) }
        p.note { (tr!(lang, "invitations.sheets_note")) }
        form method="post" action=(path(view, "/sheets")) {
            (csrf(&staff.csrf))
            div.inline {
                (pick_place(lang, "sheet-place", view))
                (pick_group(lang, "sheet-group", view))
                div.field {
                    label for="sheet-case" { (tr!(lang, "invitations.one_case")) }
                    (case.message())
                    input #sheet-case type="text" name="case" value=(view.case) autocomplete="off" spellcheck="false"
                        aria-invalid=[case.invalid()] aria-describedby=[case.described(None)];
                }
                div.field {
                    label for="layout" { (tr!(lang, "invitations.layout")) }
                    select #layout name="layout" {
                        option value="letter" { (tr!(lang, "invitations.letter")) }
                        option value="labels" { (tr!(lang, "invitations.labels")) }
                    }
                }
                (pick_language(lang, "sheet-lang"))
            }
            p.check {
                input #names type="checkbox" name="names" value="yes" checked aria-describedby="names-note";
                label for="names" { (tr!(lang, "invitations.names")) }
            }
            p #names-note .note { (tr!(lang, "invitations.names_note")) }
            button.main type="submit" { (tr!(lang, "invitations.sheets_go")) }
        }
    }
}

fn sms(lang: Lang, staff: &SignedIn, view: &Invitations) -> Markup {
    html! {
        h2 #sms { (tr!(lang, "invitations.sms")) }
        p.note { (tr!(lang, "invitations.sms_note")) }
        @if view.is_open {
            form method="post" action=(path(view, "/sms")) {
                (csrf(&staff.csrf))
                div.inline {
                    (pick_place(lang, "sms-place", view))
                    (pick_group(lang, "sms-group", view))
                    (pick_language(lang, "sms-lang"))
                }
                button type="submit" { (tr!(lang, "invitations.sms_go")) }
            }
        } @else { p { (tr!(lang, "invitations.not_open")) } }
    }
}

/// The name of a wave.
pub fn wave_name(lang: Lang, wave: Wave) -> String {
    match wave {
        Wave::Invitation => tr!(lang, "invitations.wave_0"),
        Wave::First => tr!(lang, "invitations.wave_1"),
        Wave::Second => tr!(lang, "invitations.wave_2"),
    }
    .into_owned()
}

fn email(lang: Lang, staff: &SignedIn, view: &Invitations) -> Markup {
    let heading = tr!(lang, "invitations.email");
    let table = Table::new("email-table", &*heading, &view.waves)
        .hidden_caption()
        .head(tr!(lang, "invitations.wave"), |(wave, _)| wave_name(lang, *wave))
        .num(tr!(lang, "invitations.due"), |(_, state)| &state.due)
        .num(tr!(lang, "outbox.queued"), |(_, state)| &state.queued)
        .num(tr!(lang, "outbox.sent"), |(_, state)| &state.sent)
        .num(tr!(lang, "outbox.skipped"), |(_, state)| &state.skipped)
        .num(tr!(lang, "outbox.failed_state"), |(_, state)| &state.failed)
        .text(tr!(lang, "invitations.act"), |(wave, state)| {
            html! {
                @if view.is_open && state.due > 0 {
                    form method="post" action=(path(view, "/email")) {
                        (csrf(&staff.csrf))
                        button type="submit" name="wave" value=(wave.kind()) {
                            (tr!(lang, "invitations.send", wave = wave_name(lang, *wave)))
                        }
                    }
                } @else { "–" }
            }
        });
    html! {
        h2 #email { (heading) }
        p.note { (tr!(lang, "invitations.email_note", days = view.spacing_days)) }
        @if !view.has_mail { p.warning { (tr!(lang, "invitations.no_mail")) } }
        @if !view.is_open { p { (tr!(lang, "invitations.not_open")) } }
        (table.scrolling(lang))
    }
}

/// A QR code of an address; none when it does not fit one.
fn qr(text: &str) -> Option<String> {
    let code = QRBuilder::new(text).build().ok()?;
    Some(SvgBuilder::default().shape(Shape::Square).margin(4).to_str(&code))
}

fn links(lang: Lang, staff: &SignedIn, view: &Invitations) -> Markup {
    let heading = tr!(lang, "invitations.links");
    let table = Table::new("links-table", &*heading, &view.links)
        .hidden_caption()
        .head(tr!(lang, "invitations.site"), |line| &line.name)
        .text(tr!(lang, "invitations.qr"), |line| {
            html! {
                @if let Some(svg) = qr(&line.url) {
                    div.qr role="img" aria-label=(tr!(lang, "invitations.qr_of", name = line.name)) {
                        (PreEscaped(svg))
                    }
                }
            }
        })
        .text(
            tr!(lang, "round.open_link"),
            |line| html! { a href={ "/o/" (line.slug) } { "/o/" (line.slug) } },
        )
        .num(tr!(lang, "invitations.today"), |line| {
            html! {
                (line.today)
                @if let Some(cap) = line.cap {
                    " / " (cap)
                    @if line.today >= cap { br; span.low { (tr!(lang, "invitations.full")) } }
                }
            }
        })
        .num(tr!(lang, "invitations.total"), |line| &line.total)
        .text(tr!(lang, "invitations.poster"), |line| {
            html! {
                form method="post" action=(path(view, "/posters")) {
                    (csrf(&staff.csrf))
                    input type="hidden" name="slug" value=(line.slug);
                    input type="hidden" name="lang" value=(lang.code());
                    button type="submit" aria-label=(tr!(lang, "invitations.poster_of", name = line.name)) {
                        (tr!(lang, "invitations.poster_go"))
                    }
                }
            }
        });
    html! {
        h2 #links { (heading) }
        p.note { (tr!(lang, "invitations.links_note")) }
        @if view.links.is_empty() { p { (tr!(lang, "invitations.no_links")) } }
        @else { (table.scrolling(lang)) }
    }
}

fn quotas(lang: Lang, view: &Invitations) -> Markup {
    let heading = tr!(lang, "invitations.quotas");
    let table = Table::new("quotas", &*heading, &view.quotas)
        .hidden_caption()
        .head(tr!(lang, "invitations.cell"), |line| &line.name)
        .num(tr!(lang, "invitations.taken"), |line| {
            html! {
                (line.taken)
                @if line.taken >= line.target { br; span.low { (tr!(lang, "invitations.full")) } }
            }
        })
        .num(tr!(lang, "invitations.target"), |line| &line.target)
        .num(tr!(lang, "invitations.maximum"), |line| &line.maximum);
    html! {
        h2 { (heading) }
        p.note { (tr!(lang, "invitations.quotas_note")) }
        (table.scrolling(lang))
    }
}

fn replace(lang: Lang, staff: &SignedIn, view: &Invitations) -> Markup {
    let faults = view.fault.as_slice();
    let (case, reason) = (FieldFault::of(faults, "case"), FieldFault::of(faults, "reason"));
    html! {
        h2 #replace { (tr!(lang, "invitations.replace")) }
        p.note { (tr!(lang, "invitations.replace_note")) }
        form method="post" action=(path(view, "/replace")) novalidate {
            (csrf(&staff.csrf))
            div.inline {
                div.field {
                    label for="case" { (tr!(lang, "invitations.case")) }
                    (case.message())
                    input #case type="text" name="case" value=(view.case) autocomplete="off" spellcheck="false" required
                        aria-invalid=[case.invalid()] aria-describedby=[case.described(None)];
                }
                div.field {
                    label for="reason" { (tr!(lang, "invitations.reason")) }
                    (reason.message())
                    input #reason type="text" name="reason" maxlength="200" autocomplete="off" required
                        aria-invalid=[reason.invalid()] aria-describedby=[reason.described(None)];
                }
            }
            button type="submit" name="go" value="reissue" { (tr!(lang, "invitations.reissue")) }
            " "
            button type="submit" name="go" value="withdraw" { (tr!(lang, "invitations.withdraw")) }
        }
    }
}
