//! Breaking labels into lines by the rules of Chinese typesetting, measured with the embedded font.

use crate::font::{Weight, text_width};

/// Signs that must not begin a line.
const NOT_FIRST: &str = "，。、；：？！）》〉」』】〕”’…—·％%,.;:?!)]}～~";
/// Signs that must not end a line.
const NOT_LAST: &str = "（《〈「『【〔“‘([{";

/// What a number counts stays on its line: 2026年, 10月, 3个.
const COUNTED: &str = "年月日时分个名项人次元岁户";

/// Breaks `text` into lines no wider than `width`, as even in length as can be; a single piece that is wider
/// stands on a line of its own. Never returns an empty list.
pub(crate) fn wrap(text: &str, size: f64, weight: Weight, width: f64) -> Vec<String> {
    let pieces = pieces(text);
    let greedy = fill(&pieces, size, weight, width);
    if greedy.len() < 2 {
        return greedy;
    }
    // The narrowest measure that still needs no more lines gives lines of even length.
    let (mut low, mut high) = (width / 2.0, width);
    while high - low > size / 4.0 {
        let middle = f64::midpoint(low, high);
        if fill(&pieces, size, weight, middle).len() > greedy.len() {
            low = middle
        } else {
            high = middle
        }
    }
    fill(&pieces, size, weight, high)
}

/// Breaks `text` into full lines, as running text; evened out only where the last line would be a stub.
pub(crate) fn wrap_running(text: &str, size: f64, weight: Weight, width: f64) -> Vec<String> {
    let lines = fill(&pieces(text), size, weight, width);
    match lines.last() {
        Some(last) if lines.len() > 1 && text_width(last, size, weight) < width * 0.3 => {
            wrap(text, size, weight, width)
        }
        _ => lines,
    }
}

/// As [`wrap`], but at most `lines` lines; what is left over becomes an ellipsis.
pub(crate) fn wrap_at_most(text: &str, size: f64, weight: Weight, width: f64, lines: usize) -> Vec<String> {
    let wrapped = wrap(text, size, weight, width);
    if wrapped.len() <= lines && wrapped.iter().all(|line| text_width(line, size, weight) <= width) {
        return wrapped;
    }
    let mut kept: Vec<String> = fill(&pieces(text), size, weight, width);
    let cut = kept.len() > lines;
    kept.truncate(lines.max(1));
    let last = kept.len() - 1;
    for (i, line) in kept.iter_mut().enumerate() {
        if (cut && i == last) || text_width(line, size, weight) > width {
            *line = shorten(line, size, weight, width);
        }
    }
    kept
}

/// The greatest width among the lines.
pub(crate) fn widest(lines: &[String], size: f64, weight: Weight) -> f64 {
    lines
        .iter()
        .map(|line| text_width(line, size, weight))
        .fold(0.0, f64::max)
}

fn shorten(line: &str, size: f64, weight: Weight, width: f64) -> String {
    let mut kept: String = line.trim_end().to_owned();
    while !kept.is_empty() && text_width(&kept, size, weight) + text_width("…", size, weight) > width {
        kept.pop();
    }
    kept.push('…');
    kept
}

/// Cuts text into the smallest pieces between which a line may end. A piece keeps the space behind it.
fn pieces(text: &str) -> Vec<String> {
    let mut pieces: Vec<String> = Vec::new();
    let mut previous: Option<char> = None;
    for character in text.chars().map(|c| if c.is_control() { ' ' } else { c }) {
        let joins = match previous {
            None => false,
            Some(before) => !may_break(before, character),
        };
        match pieces.last_mut() {
            Some(piece) if joins => piece.push(character),
            _ => pieces.push(character.to_string()),
        }
        previous = Some(character);
    }
    pieces
}

fn may_break(before: char, after: char) -> bool {
    if after == ' ' || NOT_FIRST.contains(after) || NOT_LAST.contains(before) {
        return false;
    }
    if before.is_ascii_digit() && COUNTED.contains(after) {
        return false;
    }
    before == ' ' || is_wide(before) || is_wide(after) || matches!(before, '/' | '-' | '–')
}

fn is_wide(character: char) -> bool {
    matches!(u32::from(character), 0x2E80..=0xA4CF | 0xF900..=0xFAFF | 0xFE30..=0xFE4F | 0xFF00..=0xFF60 | 0x2_0000..=0x3_FFFF)
        || NOT_FIRST.contains(character) && !character.is_ascii()
}

fn fill(pieces: &[String], size: f64, weight: Weight, width: f64) -> Vec<String> {
    let mut lines = vec![String::new()];
    for piece in pieces {
        let last = lines.len() - 1;
        let longer = format!("{}{}", lines[last], piece);
        if lines[last].is_empty() || text_width(longer.trim_end(), size, weight) <= width {
            lines[last] = longer;
        } else {
            lines.push(piece.clone());
        }
    }
    lines.iter_mut().for_each(|line| *line = line.trim().to_owned());
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn wrap_balances_lines_and_keeps_punctuation_off_line_starts() {
        let lines = wrap(
            "对残疾人专职委员的服务态度，您满意吗？",
            10.0,
            Weight::Regular,
            110.0,
        );
        assert_eq!(lines, ["对残疾人专职委员的服", "务态度，您满意吗？"]);
    }

    #[test]
    fn wrap_keeps_a_number_with_what_it_counts() {
        let lines = wrap_running("自2026年9月至10月底", 10.0, Weight::Regular, 62.0);
        assert!(
            lines.iter().all(|line| !line.starts_with(['年', '月'])),
            "{lines:?}"
        );
    }

    #[test]
    fn wrap_keeps_latin_words_whole() {
        assert_eq!(
            wrap("Relief of hardship", 10.0, Weight::Regular, 60.0),
            ["Relief of", "hardship"]
        );
        assert_eq!(wrap("", 10.0, Weight::Regular, 60.0), [""]);
    }

    #[test]
    fn wrap_at_most_marks_what_it_leaves_out() {
        let lines = wrap_at_most("无障碍设施建设与辅助器具适配服务", 10.0, Weight::Regular, 60.0, 2);
        assert_eq!(lines, ["无障碍设施建", "设与辅助器…"]);
        assert_eq!(
            wrap_at_most("Rehabilitation", 10.0, Weight::Regular, 40.0, 2).len(),
            1
        );
    }
}
