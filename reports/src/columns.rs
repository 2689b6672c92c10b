//! How wide the columns of a table stand on a page: figures never break, headers break at most once, words take the
//! rest.

use crate::model::{Column, Lang, Table};

/// Ems of space that a cell keeps around its words.
const PADDING: f64 = 1.15;
/// Words of a cell are not broken before they are longer than this, in ems, where there is room at all.
const LEAST_WORDS: f64 = 6.0;
/// Up to this length, in ems, whole cells of words go before whole headers of figures.
const WORDS_FIRST: f64 = 14.0;

/// The width of a text in ems, a little more than the faces take: a Han character is one wide, with a quarter of an em
/// between it and a Latin letter or a digit.
pub(crate) fn ems(text: &str) -> f64 {
    let of = |c: char| match c {
        ' ' | '.' | ',' | ':' | ';' | '(' | ')' | '\'' | '"' | 'i' | 'l' | 'j' | 't' | 'f' => 0.33,
        'A'..='Z' | '%' | 'm' | 'w' => 0.74,
        c if c.is_ascii() => 0.55,
        '–' | '−' | '·' | '±' | '÷' => 0.6,
        _ => 1.0,
    };
    let wide = |c: char| matches!(u32::from(c), 0x2E80..=0x9FFF | 0xF900..=0xFAFF);
    let seams = text.chars().zip(text.chars().skip(1));
    let seams = seams
        .filter(|(a, b)| (wide(*a) && b.is_ascii_alphanumeric()) || (a.is_ascii_alphanumeric() && wide(*b)));
    text.chars().map(of).sum::<f64>() + 0.25 * seams.count() as f64
}

/// The width of the longest piece of a header that may stand on two lines.
fn halved(title: &str) -> f64 {
    let whole = ems(title);
    let longest_word = title.split(' ').map(ems).fold(0.0, f64::max);
    match title.contains(' ') {
        true => longest_word.max(whole * 0.55),
        // Han characters break anywhere, but not into three lines.
        false if whole > 3.0 => (whole / 2.0).ceil(),
        false => whole,
    }
}

/// The least and the wanted width of a column, in ems.
struct Need {
    least: f64,
    wanted: f64,
    figures: bool,
    share: f64,
}

impl Need {
    fn of(column: &Column, cells: impl Iterator<Item = String>) -> Self {
        let (mut longest, mut longest_word) = (0.0, 0.0);
        for cell in cells {
            longest = f64::max(longest, ems(&cell));
            // Latin words do not break; Han characters do.
            let words = cell.split(' ').filter(|word| word.is_ascii());
            longest_word = words.map(ems).fold(longest_word, f64::max);
        }
        let least = match column.figures {
            true => longest.max(halved(&column.title)),
            false => longest
                .min(LEAST_WORDS.max(longest_word))
                .max(halved(&column.title)),
        };
        Self {
            least: PADDING + least,
            wanted: PADDING + longest.max(ems(&column.title)),
            figures: column.figures,
            share: column.width,
        }
    }
}

/// The widths of the columns of `table` in ems of its type; they sum to `room`.
///
/// Every column gets what it cannot do without; then short words get whole cells, figures whole headers, long words what
/// they can have, and what is left is shared as the columns ask.
pub(crate) fn widths(table: &Table, lang: Lang, room: f64) -> Vec<f64> {
    let needs: Vec<Need> = table
        .columns
        .iter()
        .enumerate()
        .map(|(at, column)| {
            let cells = table.rows.iter().filter_map(|row| row.cells.get(at));
            Need::of(column, cells.map(|cell| cell.show(lang)))
        })
        .collect();
    let mut widths: Vec<f64> = needs.iter().map(|need| need.least).collect();
    let mut left = room - widths.iter().sum::<f64>();
    if left < 0.0 {
        let scale = room / widths.iter().sum::<f64>().max(f64::EPSILON);
        return widths.into_iter().map(|width| width * scale).collect();
    }
    // What each column may still get, and in which order: short words, whole headers, the rest of the words.
    let mut wishes: Vec<(u8, f64, usize)> = Vec::new();
    for (at, need) in needs.iter().enumerate() {
        let extra = need.wanted - need.least;
        if need.figures {
            wishes.push((1, extra, at));
        } else {
            let short = extra.min((PADDING + WORDS_FIRST - need.least).max(0.0));
            wishes.extend([(0, short, at), (2, extra - short, at)]);
        }
    }
    wishes.sort_by(|a, b| a.0.cmp(&b.0).then(a.1.total_cmp(&b.1)));
    // Columns with the same wish, such as quarters side by side, look alike: all of them get it or none.
    for alike in wishes.chunk_by(|a, b| a.0 == b.0 && (a.1 - b.1).abs() < 1e-9) {
        let all: f64 = alike.iter().map(|wish| wish.1).sum();
        for (turn, wish, at) in alike {
            // A header of figures gets its one line or keeps its two; words use whatever there is.
            let given = match (all <= left + 1e-9, turn) {
                (true, _) => *wish,
                (false, 1) => 0.0,
                (false, _) => wish.min(left / alike.len() as f64),
            };
            widths[*at] += given;
        }
        left = room - widths.iter().sum::<f64>();
    }
    let asked: f64 = needs.iter().map(|need| need.share).sum();
    for (width, need) in widths.iter_mut().zip(&needs) {
        *width += left * need.share / asked.max(f64::EPSILON);
    }
    widths
}

/// The lines that each row of `table` takes in columns of `widths`, in ems.
pub(crate) fn lines<'t>(table: &'t Table, lang: Lang, widths: &'t [f64]) -> impl Iterator<Item = usize> + 't {
    table.rows.iter().map(move |row| {
        let cells = row.cells.iter().zip(widths);
        let needed = cells.map(|(cell, width)| (ems(&cell.show(lang)) / (width - PADDING).max(1.0)).ceil());
        needed.fold(1.0, f64::max) as usize
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::Row;
    use crate::number::{NumberFormat, Value};

    fn table(titles: &[&str], rows: &[&[&str]]) -> Table {
        let mut columns: Vec<Column> = titles.iter().map(|title| Column::figures(*title)).collect();
        columns[0] = Column::words(titles[0], 2.0);
        let rows = rows
            .iter()
            .map(|row| Row::plain(row.iter().map(|cell| Value::text(*cell)).collect()));
        Table {
            columns,
            rows: rows.collect(),
            ..Table::default()
        }
    }

    #[test]
    fn a_header_of_five_characters_keeps_its_line_where_there_is_room() {
        let table = table(&["指标", "校正后概率", "变化"], &[&["参与率", "<0.001", "+4.1"]]);
        let widths = widths(&table, Lang::Zh, 52.0);
        assert!(widths[1] >= PADDING + 5.0, "{widths:?}");
        assert!((widths.iter().sum::<f64>() - 52.0).abs() < 1e-9);
    }

    #[test]
    fn a_crowded_table_breaks_long_headers_in_half_and_no_figure() {
        let titles = ["乡镇", "照护者满意度", "标准误", "总体满意度", "标准误"];
        let table = table(&titles, &[&["城关镇", "65.3", "2.71", "76.5", "2.92"]]);
        let widths = widths(&table, Lang::Zh, 22.0);
        assert!(
            widths[1] >= PADDING + 3.0 && widths[3] >= PADDING + 3.0,
            "{widths:?}"
        );
        assert!(widths[2] >= PADDING + 3.0, "{widths:?}");
    }

    #[test]
    fn headers_of_the_same_length_break_together_or_not_at_all() {
        let titles = [
            "指标",
            "2025年一季度",
            "2025年二季度",
            "2025年三季度",
            "2025年四季度",
        ];
        let table = table(&titles, &[&["专职委员在岗率", "90.0", "90.3", "90.2", "91.1"]]);
        for room in [24.0, 30.0, 36.0, 42.0, 48.0] {
            let widths = widths(&table, Lang::Zh, room);
            assert!(
                widths[1..].iter().all(|width| (width - widths[1]).abs() < 1e-9),
                "{widths:?}"
            );
        }
    }

    #[test]
    fn a_row_takes_as_many_lines_as_its_longest_cell() {
        let table = table(&["组", "单位"], &[&["第1组", "12"], &["一二三四五六七八", "1"]]);
        let widths = [PADDING + 4.0, PADDING + 3.0];
        assert_eq!(lines(&table, Lang::Zh, &widths).collect::<Vec<_>>(), [1, 2]);
    }

    #[test]
    fn words_take_what_figures_leave() {
        let long = "服务场所无障碍：从大门到窗口，坐轮椅的人能自己走到";
        let table = table(&["评分项", "平均", "最低"], &[&[long, "73.8", "25.0"]]);
        let widths = widths(&table, Lang::Zh, 46.0);
        assert!(widths[0] >= PADDING + 25.0, "{widths:?}");
    }

    #[test]
    fn what_does_not_fit_at_all_is_scaled_and_an_interval_counts_as_it_is_shown() {
        let mut table = table(&["a", "b"], &[]);
        table.rows = vec![Row::plain(vec![
            Value::text("x"),
            Value::Interval(0.1, 0.2, NumberFormat::Percent),
        ])];
        let widths = widths(&table, Lang::En, 4.0);
        assert!((widths.iter().sum::<f64>() - 4.0).abs() < 1e-9);
        assert!(widths[1] > widths[0]);
    }
}
