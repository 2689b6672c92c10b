//! The office's page about files that came with responses.

use maud::{Markup, html};
use uuid::Uuid;

use super::layout::SignedIn;
use super::round_page::RoundPage;
use super::table::Table;
use super::{Lang, tr};

/// A file.
#[derive(Clone, Debug)]
pub struct Line {
    /// Identifier.
    pub id: Uuid,
    /// The question's words.
    pub question: String,
    /// Media type.
    pub media_type: String,
    /// Size in bytes.
    pub bytes: i32,
}

/// The page.
#[derive(Clone, Debug)]
pub struct View {
    /// The round.
    pub round: String,
    /// Its title.
    pub title: String,
    /// How many files accepted responses have.
    pub count: u64,
    /// Files of this page.
    pub lines: Vec<Line>,
    /// Where the next page begins.
    pub next: Option<Uuid>,
}

/// What a media type is called.
fn kind(lang: Lang, media_type: &str) -> String {
    let ending = media_type.split(['/', ';']).nth(1).unwrap_or_default();
    let ending = ending.rsplit('.').next().unwrap_or_default().to_uppercase();
    let word = match media_type.split('/').next() {
        Some("image") => tr!(lang, "attachments.image"),
        Some("audio") => tr!(lang, "attachments.audio"),
        Some("video") => tr!(lang, "attachments.video"),
        _ => tr!(lang, "attachments.file"),
    };
    // The long names of office programs say nothing to people.
    match ending.len() {
        1..=6 => format!("{word} · {ending}"),
        _ => word.into_owned(),
    }
}

/// `1.2 MB`.
fn size(bytes: i32) -> String {
    let bytes = f64::from(bytes);
    if bytes < 1_048_576.0 {
        format!("{:.0} KB", (bytes / 1024.0).ceil())
    } else {
        format!("{:.1} MB", bytes / 1_048_576.0)
    }
}

/// Renders the page.
pub fn page(lang: Lang, staff: &SignedIn, view: &View) -> Markup {
    let path = format!("/console/rounds/{}/attachments", view.round);
    let title = tr!(lang, "attachments.title");
    let table = Table::new("files", tr!(lang, "attachments.title"), &view.lines)
        .hidden_caption()
        .head(tr!(lang, "attachments.question"), |line| &line.question)
        .text(tr!(lang, "attachments.kind"), |line| kind(lang, &line.media_type))
        .num(tr!(lang, "attachments.size"), |line| size(line.bytes))
        .text(tr!(lang, "attachments.open"), |line| {
            let label = tr!(lang, "attachments.download_of", question = line.question, id = line.id);
            html! {
                a href={ (path) "/" (line.id) "/download" } aria-label=(label) { (tr!(lang, "attachments.download")) }
            }
        })
        .scrolling(lang);
    RoundPage::new(lang, staff, (&view.round, &view.title), (&path, &title)).render(&html! {
        p { (tr!(lang, "attachments.about")) }
        p.note { (tr!(lang, "attachments.care")) }
        @if view.lines.is_empty() {
            p { (tr!(lang, "attachments.none")) }
        } @else {
            p { (tr!(lang, "attachments.count", count = view.count)) }
            p { a.main href={ (path) "/all/download" } { (tr!(lang, "attachments.all")) } }
            p.note { (tr!(lang, "attachments.all_note")) }
            (table)
            @if let Some(next) = view.next {
                p { a.second href={ (path) "?after=" (next) } { (tr!(lang, "attachments.next")) } }
            }
        }
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn kinds_and_sizes_in_words() {
        assert_eq!(kind(Lang::Zh, "image/jpeg"), "照片或图片 · JPEG");
        assert_eq!(kind(Lang::En, "application/pdf"), "Document · PDF");
        assert_eq!(kind(Lang::En, "text/plain; charset=utf-8"), "Document · PLAIN");
        let word = "application/vnd.openxmlformats-officedocument.wordprocessingml.document";
        assert_eq!(kind(Lang::En, word), "Document");
        assert_eq!(
            (size(1), size(500_000), size(2_621_440)),
            ("1 KB".into(), "489 KB".into(), "2.5 MB".into())
        );
    }
}
