//! `${name}` in cells, wherever they stand: in expressions, in words, between quotation marks.

use super::desk::{Desk, Tab, row_number};
use super::details::Reference;
use crate::expression::is_reference;
use crate::xlsform::layout::Holds;

/// The names that a text refers to, as they are written.
pub(super) fn names(text: &str) -> Vec<&str> {
    let mut names = Vec::new();
    scan(text, &mut |piece| {
        if let Piece::Name(name) = piece {
            names.push(name);
        }
    });
    names
}

/// A text with other names; none when none of them is in it.
pub(super) fn renamed(text: &str, other: &dyn Fn(&str) -> Option<String>) -> Option<String> {
    let mut out = String::new();
    let mut changed = false;
    scan(text, &mut |piece| match piece {
        Piece::Words(words) => out.push_str(words),
        Piece::Name(name) => {
            // `age[2]` is the second answer to `age`.
            let (base, instance) = name.split_at(name.find('[').unwrap_or(name.len()));
            let now = other(base);
            changed |= now.is_some();
            let now = now.unwrap_or_else(|| base.to_owned());
            out.push_str(&format!("${{{now}{instance}}}"));
        }
    });
    changed.then_some(out)
}

enum Piece<'t> {
    Words(&'t str),
    Name(&'t str),
}

fn scan<'t>(text: &'t str, visit: &mut dyn FnMut(Piece<'t>)) {
    let mut rest = text;
    while let Some(at) = rest.find("${") {
        let inside = &rest[at + 2..];
        match inside.find('}').filter(|&end| is_reference(inside[..end].trim())) {
            Some(end) => {
                visit(Piece::Words(&rest[..at]));
                visit(Piece::Name(inside[..end].trim()));
                rest = &inside[end + 1..];
            }
            None => {
                visit(Piece::Words(&rest[..at + 2]));
                rest = inside;
            }
        }
    }
    visit(Piece::Words(rest));
}

/// All cells of a sheet, each with its row.
pub(super) fn texts(desk: &Desk, tab: Tab) -> impl Iterator<Item = (usize, &str)> {
    desk.body(tab)
        .flat_map(|(at, row)| row.cells.values().map(move |text| (at, text.as_str())))
}

/// A cell in which names can stand.
pub(super) struct Found<'d> {
    pub(super) tab: Tab,
    pub(super) at: usize,
    pub(super) column: u32,
    pub(super) header: &'d str,
    pub(super) text: &'d str,
}

/// All cells of the three sheets in which names can stand.
pub(super) fn cells(desk: &Desk) -> impl Iterator<Item = Found<'_>> {
    Tab::ALL.into_iter().flat_map(move |tab| {
        let columns = desk
            .columns(tab)
            .iter()
            .filter(|column| column.holds != Holds::Plain("name"));
        let columns: Vec<_> = columns.collect();
        desk.body(tab).flat_map(move |(at, row)| {
            let cells = columns.clone().into_iter().filter_map(move |column| {
                let text = row.cell(column.at);
                text.contains("${").then_some(Found {
                    tab,
                    at,
                    column: column.at,
                    header: &column.header,
                    text,
                })
            });
            cells.collect::<Vec<_>>()
        })
    })
}

/// The places that refer to any of these names, but for those in the rows `beside` of the survey sheet.
pub(super) fn to(desk: &Desk, wanted: &[String], beside: &std::ops::Range<usize>) -> Vec<Reference> {
    let is_meant = |name: &str| {
        let base = name.split('[').next().unwrap_or(name);
        wanted.iter().any(|wanted| wanted == base)
    };
    cells(desk)
        .filter(|cell| !(cell.tab == Tab::Survey && beside.contains(&cell.at)))
        .filter(|cell| names(cell.text).into_iter().any(is_meant))
        .map(|cell| Reference {
            sheet: cell.tab.name().to_owned(),
            row: row_number(cell.at),
            column: cell.header.to_owned(),
            name: desk.plain(cell.tab, cell.at, "name").to_owned(),
        })
        .collect()
}

/// Gives names other names in the rows `within` of the survey sheet, or everywhere.
pub(super) fn rename(
    desk: &mut Desk,
    within: Option<std::ops::Range<usize>>,
    other: &dyn Fn(&str) -> Option<String>,
) {
    let changed: Vec<(Tab, usize, u32, String)> = cells(desk)
        .filter(|cell| {
            within
                .as_ref()
                .is_none_or(|rows| cell.tab == Tab::Survey && rows.contains(&cell.at))
        })
        .filter_map(|cell| Some((cell.tab, cell.at, cell.column, renamed(cell.text, other)?)))
        .collect();
    for (tab, at, column, text) in changed {
        if let Some(row) = desk.sheet_mut(tab).rows.get_mut(at) {
            row.set(column, &text);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{names, renamed};

    #[test]
    fn renamed__expressions_words_and_instances() {
        let other = |name: &str| (name == "age").then(|| "years".to_owned());
        let to = |text: &str| renamed(text, &other);
        assert_eq!(
            to("${age} > 3 and jr:choice-name(${ a }, '${ age }')").as_deref(),
            Some("${years} > 3 and jr:choice-name(${a}, '${years}')")
        );
        assert_eq!(
            to("您说 ${age[2]} 岁，${x").as_deref(),
            Some("您说 ${years[2]} 岁，${x")
        );
        assert_eq!(to("${ages} age ${"), None);
        assert_eq!(names("${a} ${b c} ${ d }${"), ["a", "d"]);
    }
}
