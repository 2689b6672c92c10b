//! Words as other programs of ODK's style them: a part of Markdown and of HTML in labels and hints, read for what they mean.
//!
//! Strong words, emphasis and headings are all shown as strong: Chinese knows no italics. Colours, fonts and sizes are
//! left out, because a page's colours carry meaning and its sizes are the reader's; a link is its words with its address,
//! because a link in the words of a question leads away from it. What is no markup stays as it is.

use std::borrow::Cow;

use crate::text::Text;

/// Words of one kind.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Span {
    /// Without markup; `${name}` stands in them as it was written.
    pub(crate) words: String,
    /// Whether they are strong.
    pub(crate) strong: bool,
}

/// Elements of HTML that are understood or left out; what looks like another tag is words.
const ELEMENTS: [&str; 34] = [
    "a", "b", "big", "br", "center", "del", "div", "em", "font", "h1", "h2", "h3", "h4", "h5", "h6", "hr",
    "i", "img", "ins", "li", "mark", "ol", "p", "s", "small", "span", "strong", "sub", "sup", "table", "td",
    "tr", "u", "ul",
];
const STRONG: [&str; 10] = ["b", "em", "h1", "h2", "h3", "h4", "h5", "h6", "i", "strong"];
const BLOCKS: [&str; 12] = [
    "center", "div", "h1", "h2", "h3", "h4", "h5", "h6", "li", "p", "table", "tr",
];
const EMPTY: [&str; 3] = ["br", "hr", "img"];

/// The words without markup.
pub(crate) fn plain(words: &str) -> Cow<'_, str> {
    if !may_be_styled(words) {
        return Cow::Borrowed(words);
    }
    Cow::Owned(spans(words).into_iter().map(|span| span.words).collect())
}

/// The same in every language.
pub(crate) fn plain_text(text: &Text) -> Text {
    text.map(|_, words| plain(words).into_owned())
}

/// Most words have none of the signs.
fn may_be_styled(words: &str) -> bool {
    words
        .bytes()
        .any(|byte| matches!(byte, b'*' | b'_' | b'<' | b'[' | b'#' | b'\\'))
}

/// The words with what they mean.
pub(crate) fn spans(words: &str) -> Vec<Span> {
    let mut pieces = pieces(words);
    pair(&mut pieces);
    let mut out = Out::default();
    for piece in pieces {
        match piece {
            Piece::Words(words) => out.say(words),
            Piece::Mark { text, role: None, .. } => out.say(text),
            Piece::Mark {
                role: Some(opens), ..
            }
            | Piece::Strong(opens) => {
                out.depth = if opens {
                    out.depth + 1
                } else {
                    out.depth.saturating_sub(1)
                };
            }
            Piece::Break => out.is_new_line = true,
        }
    }
    out.spans
}

/// A piece of words.
#[derive(Debug)]
enum Piece<'w> {
    Words(&'w str),
    /// Stars or underscores: whether they may open and close, and what they do once they are paired.
    Mark {
        text: &'w str,
        opens: bool,
        closes: bool,
        role: Option<bool>,
    },
    /// Strong words begin or end.
    Strong(bool),
    /// A new line, unless one has just begun.
    Break,
}

#[derive(Default)]
struct Out {
    spans: Vec<Span>,
    depth: usize,
    is_new_line: bool,
}

impl Out {
    fn say(&mut self, words: &str) {
        if words.is_empty() {
            return;
        }
        let strong = self.depth > 0;
        let begun = self.spans.last().is_some_and(|span| !span.words.ends_with('\n'));
        let gap = if std::mem::take(&mut self.is_new_line) && begun && !words.starts_with('\n') {
            "\n"
        } else {
            ""
        };
        match self.spans.last_mut() {
            Some(span) if span.strong == strong => {
                span.words.push_str(gap);
                span.words.push_str(words);
            }
            _ => self.spans.push(Span {
                words: format!("{gap}{words}"),
                strong,
            }),
        }
    }
}

/// Cuts words at everything that may be markup.
fn pieces(words: &str) -> Vec<Piece<'_>> {
    let mut out = Vec::new();
    // Elements that are open: name, whether strong, whether a block.
    let mut open: Vec<(String, bool, bool)> = Vec::new();
    let (mut at, mut from, mut in_heading) = (0, 0, false);
    while let Some(sign) = words[at..].chars().next() {
        let rest = &words[at..];
        let (length, found) = match sign {
            // An answer's name may have underscores.
            '$' if rest.starts_with("${") => (rest.find('}').map_or(rest.len(), |end| end + 1), None),
            '\\' => match rest[1..].chars().next() {
                Some(next) if next.is_ascii_punctuation() => (2, Some(vec![Piece::Words(&rest[1..2])])),
                _ => (1, None),
            },
            '*' | '_' => {
                let run = rest.len() - rest.trim_start_matches(sign).len();
                (run, mark(words, at, run).map(|mark| vec![mark]))
            }
            '#' if at == 0 || words[..at].ends_with('\n') => {
                let run = rest.len() - rest.trim_start_matches('#').len();
                if run <= 6 && rest[run..].starts_with(' ') {
                    in_heading = true;
                    (run + 1, Some(vec![Piece::Strong(true)]))
                } else {
                    (run, None)
                }
            }
            '\n' if in_heading => {
                in_heading = false;
                (1, Some(vec![Piece::Strong(false), Piece::Words("\n")]))
            }
            '[' => match link(rest) {
                Some((length, pieces)) => (length, Some(pieces)),
                None => (1, None),
            },
            '<' => match tag(rest, &mut open) {
                Some((length, pieces)) => (length, Some(pieces)),
                None => (1, None),
            },
            sign => (sign.len_utf8(), None),
        };
        if let Some(found) = found {
            out.push(Piece::Words(&words[from..at]));
            out.extend(found);
            from = at + length;
        }
        at += length;
    }
    out.push(Piece::Words(&words[from..]));
    out
}

/// One or two stars or underscores that may mark something; more are a line to write on.
fn mark(words: &str, at: usize, run: usize) -> Option<Piece<'_>> {
    let text = words.get(at..at + run).filter(|_| run <= 2)?;
    let (before, after) = (words[..at].chars().next_back(), words[at + run..].chars().next());
    let is_said = |sign: Option<char>| sign.is_some_and(|sign| !sign.is_whitespace());
    let is_letter = |sign: Option<char>| sign.is_some_and(char::is_alphanumeric);
    let is_sum = [before, after]
        .iter()
        .all(|sign| sign.is_some_and(|sign| sign.is_ascii_alphanumeric()));
    let is_name = text.starts_with('_');
    let opens = is_said(after) && !(is_name && is_letter(before)) && !is_sum;
    let closes = is_said(before) && !(is_name && is_letter(after)) && !is_sum;
    (opens || closes).then_some(Piece::Mark {
        text,
        opens,
        closes,
        role: None,
    })
}

/// Pairs marks; those without another stay words.
fn pair(pieces: &mut [Piece<'_>]) {
    for at in 0..pieces.len() {
        let Piece::Mark {
            text,
            opens: true,
            role: None,
            ..
        } = pieces[at]
        else {
            continue;
        };
        let is_end = |piece: &Piece<'_>| matches!(piece, Piece::Mark { text: other, closes: true, role: None, .. } if *other == text);
        // Something stands between: words that are empty are none.
        let Some(end) = (at + 2..pieces.len()).find(|&end| is_end(&pieces[end])) else {
            continue;
        };
        for (place, opens) in [(at, true), (end, false)] {
            if let Piece::Mark { role, .. } = &mut pieces[place] {
                *role = Some(opens);
            }
        }
    }
}

/// `[words](address)`.
fn link(rest: &str) -> Option<(usize, Vec<Piece<'_>>)> {
    let middle = rest.find("](")?;
    let end = middle + rest[middle..].find(')')?;
    let (words, address) = (&rest[1..middle], &rest[middle + 2..end]);
    let is_address = ["http://", "https://", "mailto:", "tel:"]
        .iter()
        .any(|scheme| address.starts_with(scheme));
    if !is_address || words.contains(['[', '\n']) {
        return None;
    }
    let mut pieces = vec![Piece::Words(words)];
    if words != address {
        pieces.extend([Piece::Words(" ("), Piece::Words(address), Piece::Words(")")]);
    }
    Some((end + 1, pieces))
}

/// A tag of HTML.
fn tag<'w>(rest: &'w str, open: &mut Vec<(String, bool, bool)>) -> Option<(usize, Vec<Piece<'w>>)> {
    let end = rest.find('>')?;
    let inside = rest[1..end].trim_end_matches('/');
    let is_end = inside.starts_with('/');
    let inside = inside.trim_start_matches('/');
    let split = inside.find(char::is_whitespace).unwrap_or(inside.len());
    let (name, attributes) = (
        inside[..split].to_ascii_lowercase(),
        inside[split..].to_ascii_lowercase(),
    );
    // `a <b and c> d` compares.
    let is_attributes = attributes.trim().is_empty() || attributes.contains('=');
    if !ELEMENTS.contains(&name.as_str()) || inside.contains('<') || !is_attributes {
        return None;
    }
    let mut pieces = Vec::new();
    if EMPTY.contains(&name.as_str()) {
        if name != "img" {
            pieces.push(if name == "br" {
                Piece::Words("\n")
            } else {
                Piece::Break
            });
        }
    } else if is_end {
        if let Some(at) = open.iter().rposition(|(known, ..)| *known == name) {
            let (_, strong, block) = open.remove(at);
            pieces.extend(strong.then_some(Piece::Strong(false)));
            pieces.extend(block.then_some(Piece::Break));
        }
    } else {
        let style = attributes.replace(' ', "");
        let strong = STRONG.contains(&name.as_str()) || style.contains("font-weight:bold");
        let block = BLOCKS.contains(&name.as_str()) || style.contains("display:block");
        pieces.extend(block.then_some(Piece::Break));
        pieces.extend(strong.then_some(Piece::Strong(true)));
        open.push((name, strong, block));
    }
    Some((end + 1, pieces))
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::{plain, spans};

    /// Strong words between `«` and `»`.
    fn shown(words: &str) -> String {
        let span = |span: super::Span| {
            if span.strong {
                format!("«{}»", span.words)
            } else {
                span.words
            }
        };
        spans(words).into_iter().map(span).collect()
    }

    #[test]
    fn spans__markdown_of_odks_clients() {
        for (words, meant) in [
            ("请**务必**回答", "请«务必»回答"),
            (
                "say *this* and _that_ and __both__",
                "say «this» and «that» and «both»",
            ),
            ("**a *b* c**", "«a b c»"),
            ("# 标题\n正文", "«标题»\n正文"),
            (
                "看[说明](https://example.org/a_b)",
                "看说明 (https://example.org/a_b)",
            ),
            (r"\*不是\*", "*不是*"),
            ("**${first_name}**，您好", "«${first_name}»，您好"),
        ] {
            assert_eq!(shown(words), meant, "{words}");
        }
    }

    #[test]
    fn spans__what_is_no_markup__stays() {
        for words in [
            "5*3*2=30",
            "2 * 3 * 4",
            "snake_case_name",
            "${a_b} 和 ${c_d}",
            "姓名：____",
            "*必答",
            "** 两颗星 **",
            "a < b and c > d",
            "a <b and c> d",
            "<60 岁>",
            "<姓名>",
            "<name>",
            "C# 语言",
            "第#1组",
            "[x](y)",
            "[a] (b)",
            "a\\b",
            "一行\n二行",
        ] {
            assert_eq!(shown(words), words);
            assert_eq!(plain(words), words);
        }
    }

    #[test]
    fn spans__tags__mean_what_they_say_and_no_colour() {
        for (words, meant) in [
            (
                "<span style=\"color:#f58a1f\">Advise</span> the mother",
                "Advise the mother",
            ),
            (
                "<span style=\"color:red;font-weight: bold\">PRAISE</span> her",
                "«PRAISE» her",
            ),
            ("one<br>two<br/>three", "one\ntwo\nthree"),
            ("<p>one</p><p>two</p>", "one\ntwo"),
            (
                "Do:\n\n<span style=\"display:block;padding-left:1em\">this</span>\n<span style=\"display:block\">that</span>",
                "Do:\n\nthis\nthat",
            ),
            ("<b>a <i>b</i></b> c</b>", "«a b» c"),
            ("<B>bold</B>", "«bold»"),
        ] {
            assert_eq!(shown(words), meant, "{words}");
        }
    }

    proptest! {
        #[test]
        fn plain__any_words__never_panics_and_words_without_markup_stay(
            words in "[ab*_<>/\\[\\]()#\\\\ \n$\\{\\}字]{0,40}",
            clean in "[a-z字，。 ]{0,20}",
        ) {
            let _ = plain(&words);
            prop_assert_eq!(plain(&clean), clean.as_str());
        }
    }
}
