//! Weighting classes large enough to carry a non-response adjustment.

use std::collections::BTreeMap;

/// Weighting classes of cases.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Classes {
    /// The class of each case.
    pub(crate) codes: Vec<u32>,
    /// What each class is made of, for messages.
    pub(crate) labels: Vec<String>,
    /// Cells that were merged into others because too few in them answered.
    pub(crate) merged: usize,
}

/// Crosses columns into classes and merges those with fewer than `smallest` respondents.
///
/// From the last column to the first: cells that agree in all columns before it are a family. Within a family the
/// small cells become one class; if that is still small, it joins the family's smallest class that is large enough;
/// if there is none, the whole family moves up as one cell and meets its neighbours at the column before. So a
/// township's classes are merged with each other before they are merged with another township's. Only the keys
/// and the counts decide, never the order of the cases.
pub(crate) fn classes(columns: &[&[String]], responded: &[bool], smallest: usize) -> Classes {
    let rows = responded.len();
    let key = |row: usize| {
        columns
            .iter()
            .map(|column| column[row].clone())
            .collect::<Vec<String>>()
    };
    let mut cells: BTreeMap<Vec<String>, Cell> = BTreeMap::new();
    for (row, &answered) in responded.iter().enumerate() {
        let cell = cells.entry(key(row)).or_default();
        cell.respondents += usize::from(answered);
    }
    for (key, cell) in &mut cells {
        cell.members.push(key.clone());
    }
    let all = cells.len();
    let mut done: Vec<Cell> = Vec::new();
    let mut open: BTreeMap<Vec<String>, Cell> = cells;
    for depth in (0..columns.len()).rev() {
        let mut families: BTreeMap<Vec<String>, Vec<Cell>> = BTreeMap::new();
        for (key, cell) in open {
            families.entry(key[..depth].to_vec()).or_default().push(cell);
        }
        open = BTreeMap::new();
        for (prefix, family) in families {
            let (mut large, small): (Vec<Cell>, Vec<Cell>) =
                family.into_iter().partition(|cell| cell.respondents >= smallest);
            let rest = small.into_iter().reduce(Cell::join);
            match rest {
                Some(rest) if rest.respondents >= smallest => large.push(rest),
                Some(rest) => match large.iter_mut().min_by_key(|cell| cell.respondents) {
                    Some(host) => *host = std::mem::take(host).join(rest),
                    None => {
                        open.insert(prefix, rest);
                    }
                },
                None => {}
            }
            done.append(&mut large);
        }
    }
    // What is left is small even as a whole: it joins the smallest class, or is the only one.
    for rest in open.into_values() {
        match done.iter_mut().min_by_key(|cell| cell.respondents) {
            Some(host) => *host = std::mem::take(host).join(rest),
            None => done.push(rest),
        }
    }
    done.sort_by(|a, b| a.members.cmp(&b.members));
    let mut class_of: BTreeMap<&[String], u32> = BTreeMap::new();
    for (class, cell) in done.iter().enumerate() {
        for member in &cell.members {
            class_of.insert(member, class as u32);
        }
    }
    let codes = (0..rows)
        .map(|row| class_of.get(key(row).as_slice()).copied().unwrap_or_default())
        .collect();
    let labels = done.iter().map(|cell| {
        cell.members
            .iter()
            .map(|key| key.join("/"))
            .collect::<Vec<_>>()
            .join(" + ")
    });
    Classes {
        codes,
        labels: labels.collect(),
        merged: all - done.len(),
    }
}

#[derive(Clone, Debug, Default)]
struct Cell {
    members: Vec<Vec<String>>,
    respondents: usize,
}

impl Cell {
    fn join(mut self, mut other: Self) -> Self {
        self.members.append(&mut other.members);
        self.members.sort();
        self.respondents += other.respondents;
        self
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn column(values: &[&str]) -> Vec<String> {
        values.iter().map(|value| (*value).to_owned()).collect()
    }

    #[test]
    fn classes_small_cells_merge_within_their_township_first() {
        let town = column(&["a", "a", "a", "a", "b", "b", "b"]);
        let kind = column(&["x", "x", "y", "z", "x", "x", "y"]);
        let all = [true; 7];
        let merged = classes(&[&town, &kind], &all, 2);
        // a/y and a/z make two together; b/y alone joins b/x.
        assert_eq!(merged.labels, ["a/x", "a/y + a/z", "b/x + b/y"]);
        assert_eq!(merged.codes, [0, 0, 1, 1, 2, 2, 2]);
        assert_eq!(merged.merged, 2);
    }

    #[test]
    fn classes_without_respondents_join_the_smallest_class() {
        let town = column(&["a", "b", "b", "c", "c", "c"]);
        let responded = [false, true, true, true, true, true];
        assert_eq!(classes(&[&town], &responded, 2).labels, ["a + b", "c"]);
        assert_eq!(classes(&[&town], &[false; 6], 2).labels, ["a + b + c"]);
    }
}
