//! The protector against an [`Attacker`] who knows nothing of how it works, on tables of every form.

use proptest::prelude::*;

use super::attacker::Attacker;
use super::*;

const WIDTH: f64 = 10.0;

fn rule() -> Rule {
    Rule::min_cell(10)
}

fn codes(n: usize) -> Vec<String> {
    (0..n).map(|i| i.to_string()).collect()
}

fn flat(variable: &str, n: usize) -> Dimension {
    Dimension::flat(variable, codes(n)).unwrap()
}

/// A county, its townships, `villages` in each.
fn place(townships: usize, villages: usize) -> Dimension {
    let mut tree = vec![("county".to_owned(), None)];
    for t in 0..townships {
        tree.push((format!("t{t}"), Some("county".to_owned())));
        tree.extend((0..villages).map(|v| (format!("t{t}v{v}"), Some(format!("t{t}")))));
    }
    Dimension::tree("place", tree).unwrap()
}

/// The attacker's own reading of a publication: cells by name, sums from what the names mean.
struct Reader {
    attacker: Attacker,
    cells: Vec<(CellKey, usize)>,
}

impl Reader {
    fn new(safe: &ProtectedTables) -> Self {
        let mut attacker = Attacker::default();
        let cells = safe
            .iter()
            .map(|(key, count)| (key.clone(), attacker.cell(count.shown().copied())))
            .collect();
        Self { attacker, cells }
    }

    /// Whatever the other variables say, a total over `variable` is the sum of its topmost codes, and `parent` of its
    /// `children`.
    fn learn(&mut self, variable: &str, parent: Option<&str>, children: &[&str]) {
        let pairs = |key: &CellKey, names: &[&str]| -> Vec<(String, String)> {
            names
                .iter()
                .filter(|name| **name != variable)
                .filter_map(|name| Some(((*name).to_owned(), key.code(name)?.to_owned())))
                .collect()
        };
        let names = ["place", "row", "column", "layer", "sex", "age"];
        let totals: Vec<(CellKey, usize)> = (self.cells.iter())
            .filter(|(key, _)| key.code(variable) == parent)
            .cloned()
            .collect();
        for (key, total) in totals {
            let others = pairs(&key, &names);
            let parts: Option<Vec<usize>> = (children.iter())
                .map(|child| {
                    let mut codes = others.clone();
                    codes.push((variable.to_owned(), (*child).to_owned()));
                    let key = CellKey::new(codes);
                    self.cells
                        .iter()
                        .find(|(known, _)| *known == key)
                        .map(|(_, at)| *at)
                })
                .collect();
            if let Some(parts) = parts {
                self.attacker.sum(total, parts);
            }
        }
    }

    fn learn_flat(&mut self, variable: &str, n: usize) {
        let codes = codes(n);
        let children: Vec<&str> = codes.iter().map(String::as_str).collect();
        self.learn(variable, None, &children);
    }

    fn learn_place(&mut self, townships: usize, villages: usize) {
        self.learn("place", None, &["county"]);
        let names: Vec<String> = (0..townships).map(|t| format!("t{t}")).collect();
        let children: Vec<&str> = names.iter().map(String::as_str).collect();
        self.learn("place", Some("county"), &children);
        for township in &names {
            let names: Vec<String> = (0..villages).map(|v| format!("{township}v{v}")).collect();
            let children: Vec<&str> = names.iter().map(String::as_str).collect();
            self.learn("place", Some(township), &children);
        }
    }
}

/// Nothing small is shown, nothing hidden can be worked out, and no interval is narrower than `width`.
fn withstands(
    tables: &Tables,
    safe: &ProtectedTables,
    reader: &Reader,
    width: f64,
) -> Result<(), TestCaseError> {
    for (key, count) in safe.iter() {
        if let Some(&shown) = count.shown() {
            prop_assert!(shown == 0 || shown >= 10, "{key} shows {shown}");
            prop_assert_eq!(shown, tables.persons(tables.find(key).unwrap()));
        }
    }
    prop_assert_eq!(reader.attacker.determined(), Vec::<usize>::new());
    for (cell, (lower, upper)) in reader.attacker.intervals() {
        let key = &reader.cells[cell].0;
        let truth = tables.persons(tables.find(key).unwrap()) as f64;
        prop_assert!(
            lower <= truth + 1e-6 && truth <= upper + 1e-6,
            "{key}: {truth} not in {lower}–{upper}"
        );
        prop_assert!(
            upper - lower >= width - 1e-4,
            "{key}: {truth} is between {lower} and {upper}"
        );
    }
    Ok(())
}

/// Counts as they occur: many small, some zero, some large.
fn count() -> impl Strategy<Value = u64> {
    prop_oneof![2 => Just(0u64), 4 => 1u64..10, 6 => 10u64..80, 1 => 80u64..900]
}

fn counts(n: usize) -> impl Strategy<Value = Vec<u64>> {
    prop::collection::vec(count(), n)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(40))]

    #[test]
    fn two_way_tables_with_margins_withstand_the_attacker(
        (rows, columns, counts) in (1usize..6, 1usize..6)
            .prop_flat_map(|(r, c)| (Just(r), Just(c), counts(r * c))),
    ) {
        let mut tables = Tables::default();
        tables.cross(&[flat("row", rows), flat("column", columns)], &counts).unwrap();
        let safe = tables.protect(&rule()).unwrap();
        let mut reader = Reader::new(&safe);
        reader.learn_flat("row", rows);
        reader.learn_flat("column", columns);
        withstands(&tables, &safe, &reader, WIDTH)?;
        // A member of any one cell is left with at least the limit without himself.
        for at in 0..reader.cells.len() {
            let id = tables.find(&reader.cells[at].0).unwrap();
            if tables.persons(id) > 0 && safe.count(id).is_hidden() {
                reader.attacker.knows(at, 1.0);
                withstands(&tables, &safe, &reader, WIDTH - 1.0)?;
                reader.attacker.knows(at, 0.0);
            }
        }
    }

    #[test]
    fn three_way_tables_withstand_the_attacker(
        (rows, columns, counts) in (2usize..4, 2usize..4)
            .prop_flat_map(|(r, c)| (Just(r), Just(c), counts(r * c * 2))),
    ) {
        let mut tables = Tables::default();
        tables.cross(&[flat("row", rows), flat("column", columns), flat("layer", 2)], &counts).unwrap();
        let safe = tables.protect(&rule()).unwrap();
        let mut reader = Reader::new(&safe);
        reader.learn_flat("row", rows);
        reader.learn_flat("column", columns);
        reader.learn_flat("layer", 2);
        withstands(&tables, &safe, &reader, WIDTH)?;
    }

    #[test]
    fn hierarchies_withstand_the_attacker(
        (townships, villages, counts) in (1usize..4, 1usize..4)
            .prop_flat_map(|(t, v)| (Just(t), Just(v), counts(t * v * 2))),
    ) {
        let mut tables = Tables::default();
        tables.cross(&[place(townships, villages), flat("sex", 2)], &counts).unwrap();
        let safe = tables.protect(&rule()).unwrap();
        let mut reader = Reader::new(&safe);
        reader.learn_place(townships, villages);
        reader.learn_flat("sex", 2);
        withstands(&tables, &safe, &reader, WIDTH)?;
    }

    #[test]
    fn linked_tables_withstand_the_attacker(by_sex_and_age in counts(3 * 2 * 3)) {
        // The persons of 3 × 2 × 3; published are row × sex and row × age, which share the rows.
        let at = |r: usize, s: usize, a: usize| by_sex_and_age[(r * 2 + s) * 3 + a];
        let by_sex: Vec<u64> =
            (0..6).map(|i| (0..3).map(|a| at(i / 2, i % 2, a)).sum()).collect();
        let by_age: Vec<u64> =
            (0..9).map(|i| (0..2).map(|s| at(i / 3, s, i % 3)).sum()).collect();
        let mut tables = Tables::default();
        tables.cross(&[flat("row", 3), flat("sex", 2)], &by_sex).unwrap();
        tables.cross(&[flat("row", 3), flat("age", 3)], &by_age).unwrap();
        let safe = tables.protect(&rule()).unwrap();
        let mut reader = Reader::new(&safe);
        reader.learn_flat("row", 3);
        reader.learn_flat("sex", 2);
        reader.learn_flat("age", 3);
        withstands(&tables, &safe, &reader, WIDTH)?;
    }

    #[test]
    fn members_of_every_cell_together_do_not_get_below_the_width_when_the_rule_counts_them(
        counts in counts(12),
    ) {
        let mut tables = Tables::default();
        tables.cross(&[flat("row", 3), flat("column", 2), flat("layer", 2)], &counts).unwrap();
        let safe = tables.protect(&rule().with_known(1)).unwrap();
        let mut reader = Reader::new(&safe);
        reader.learn_flat("row", 3);
        reader.learn_flat("column", 2);
        reader.learn_flat("layer", 2);
        for at in 0..reader.cells.len() {
            let persons = tables.persons(tables.find(&reader.cells[at].0).unwrap());
            reader.attacker.knows(at, persons.min(1) as f64);
        }
        withstands(&tables, &safe, &reader, WIDTH)?;
    }

    #[test]
    fn second_publication_does_not_single_out_those_who_came_late(
        first in prop::collection::vec(10u64..60, 6),
        late in prop::collection::vec(prop_oneof![3 => Just(0u64), 2 => 1u64..10, 1 => 10u64..30], 6),
    ) {
        let now: Vec<u64> = first.iter().zip(&late).map(|(a, b)| a + b).collect();
        let mut tables = Tables::default();
        let cells = tables.cross(&[flat("row", 3), flat("column", 2)], &now).unwrap();
        for (&cell, &earlier) in cells.iter().zip(&first) {
            tables.published_before(cell, earlier, 0).unwrap();
        }
        let safe = tables.protect(&rule()).unwrap();
        let mut reader = Reader::new(&safe);
        reader.learn_flat("row", 3);
        reader.learn_flat("column", 2);
        let mut differences = Vec::new();
        for (&cell, &earlier) in cells.iter().zip(&first) {
            let at = reader.cells.iter().position(|(key, _)| tables.find(key) == Some(cell)).unwrap();
            let before = reader.attacker.cell(Some(earlier));
            let difference = reader.attacker.cell(None);
            reader.attacker.sum(at, [before, difference]);
            differences.push(difference);
        }
        let intervals = reader.attacker.intervals();
        for (&difference, &late) in differences.iter().zip(&late) {
            let (lower, upper) = intervals.iter().find(|(cell, _)| *cell == difference).unwrap().1;
            if late > 0 && late < 10 {
                prop_assert!(upper - lower >= WIDTH - 1e-4, "{late} newcomers are between {lower} and {upper}");
            }
        }
    }

    #[test]
    fn audit_agrees_with_the_attacker(counts in counts(9)) {
        audit_and_attacker(&counts)?;
    }
}

#[test]
fn audit_of_a_large_cell_is_as_exact_as_that_of_a_small_one() {
    // The upper end of 565 was once 566.0001: exact to a part of the cell, not of a person.
    audit_and_attacker(&[1, 10, 10, 0, 2, 565, 10, 53, 2]).unwrap();
}

/// Both find the same interval for every hidden cell of a table of three by three.
fn audit_and_attacker(counts: &[u64]) -> Result<(), TestCaseError> {
    let mut tables = Tables::default();
    tables
        .cross(&[flat("row", 3), flat("column", 3)], counts)
        .unwrap();
    let safe = tables.protect(&rule()).unwrap();
    let mut reader = Reader::new(&safe);
    reader.learn_flat("row", 3);
    reader.learn_flat("column", 3);
    let audit = tables.audit(&safe, 0).unwrap();
    for (cell, (lower, upper)) in reader.attacker.intervals() {
        let id = tables.find(&reader.cells[cell].0).unwrap();
        let found = audit.iter().find(|interval| interval.cell == id).unwrap();
        let same = |a: f64, b: f64| a == b || (a - b).abs() < 1e-4;
        prop_assert!(
            same(found.lower, lower) && same(found.upper, upper),
            "{found:?}: {lower}–{upper}"
        );
    }
    Ok(())
}

fn hidden(tables: &Tables, safe: &ProtectedTables) -> Vec<String> {
    assert_eq!(safe.iter().count(), tables.keys.len());
    (safe.iter())
        .filter(|(_, count)| count.is_hidden())
        .map(|(key, _)| key.to_string())
        .collect()
}

#[test]
fn attacker_undoes_suppression_that_asks_for_no_width() {
    let mut tables = Tables::default();
    tables
        .cross(&[flat("row", 3), flat("column", 2)], &[3, 40, 50, 60, 70, 80])
        .unwrap();
    let safe = tables.protect(&Rule { width: 0.0, ..rule() }).unwrap();
    let mut reader = Reader::new(&safe);
    reader.learn_flat("row", 3);
    reader.learn_flat("column", 2);
    assert_eq!(reader.attacker.determined().len(), 1);
    assert_eq!(reader.attacker.intervals()[0].1, (3.0, 3.0));
    assert!(withstands(&tables, &safe, &reader, WIDTH).is_err());
}

#[test]
fn width_that_is_no_number_is_refused() {
    for width in [f64::NAN, -1.0, f64::INFINITY] {
        let error = Tables::default().protect(&Rule { width, ..rule() }).unwrap_err();
        assert!(matches!(error, DisclosureError::Value { .. }));
    }
}

#[test]
fn table_of_zeros_shows_nobody_and_hides_nothing() {
    let mut tables = Tables::default();
    tables
        .cross(&[flat("row", 3), flat("column", 2)], &[0; 6])
        .unwrap();
    assert!(hidden(&tables, &tables.protect(&rule()).unwrap()).is_empty());
}

#[test]
fn table_all_small_hides_its_total_too() {
    let mut tables = Tables::default();
    tables.cross(&[flat("row", 2)], &[2, 3]).unwrap();
    let safe = tables.protect(&rule()).unwrap();
    assert_eq!(hidden(&tables, &safe), ["total", "row=0", "row=1"]);
}

#[test]
fn one_small_cell_of_a_single_row_hides_its_cheapest_neighbour() {
    let mut tables = Tables::default();
    tables.cross(&[flat("row", 4)], &[3, 500, 20, 0]).unwrap();
    let safe = tables.protect(&rule()).unwrap();
    assert_eq!(hidden(&tables, &safe), ["row=0", "row=2"]);
    assert_eq!(
        (safe.loss().small, safe.loss().complementary, safe.loss().persons),
        (1, 1, 20)
    );
    assert_eq!(
        safe.mark(tables.find(&CellKey::new([("row", "0")])).unwrap()),
        Mark::Small
    );
}

#[test]
fn single_cell_table_hides_itself_and_its_total() {
    let mut tables = Tables::default();
    tables.cross(&[flat("row", 1)], &[7]).unwrap();
    assert_eq!(
        hidden(&tables, &tables.protect(&rule()).unwrap()),
        ["total", "row=0"]
    );
}

#[test]
fn overlapping_domain_that_differs_by_few_is_hidden() {
    // All adults, and adults under 60: four persons make the difference.
    let mut tables = Tables::default();
    let all = tables.cell(CellKey::new([("age", "adult")]), 104).unwrap();
    let part = tables.cell(CellKey::new([("age", "under 60")]), 100).unwrap();
    tables.nested(all, part).unwrap();
    let safe = tables.protect(&rule()).unwrap();
    assert_eq!(
        hidden(&tables, &safe),
        ["age=under 60"],
        "the one with fewer persons goes"
    );
}

#[test]
fn difference_between_two_public_cells_cannot_be_protected_and_is_named() {
    let mut tables = Tables::default();
    let all = tables.cell(CellKey::new([("age", "adult")]), 104).unwrap();
    let part = tables.cell(CellKey::new([("age", "under 60")]), 100).unwrap();
    tables.nested(all, part).unwrap();
    tables.set_publication(all, Publication::Public);
    tables.set_publication(part, Publication::Public);
    let error = tables.protect(&rule()).unwrap_err();
    assert_eq!(
        error,
        DisclosureError::Unprotectable {
            cells: vec!["(age=adult) less (age=under 60)".to_owned()]
        }
    );
}

#[test]
fn cell_published_before_with_few_leavers_or_newcomers_is_hidden() {
    let hidden_when = |earlier: u64, left: u64| {
        let mut tables = Tables::default();
        let now = tables.cell(CellKey::new([("row", "x")]), 50).unwrap();
        tables.published_before(now, earlier, left).unwrap();
        tables.protect(&rule()).unwrap().count(now).is_hidden()
    };
    assert!(!hidden_when(50, 0), "the same persons");
    assert!(hidden_when(47, 0), "three came");
    assert!(hidden_when(53, 3), "three left");
    assert!(hidden_when(50, 3), "three for three others");
    assert!(!hidden_when(50, 20), "twenty for twenty others");
    assert!(!hidden_when(30, 0), "twenty came");
}

#[test]
fn withheld_margin_lets_a_small_cell_stand_alone() {
    let mut tables = Tables::default();
    tables.cross(&[flat("row", 3)], &[3, 40, 50]).unwrap();
    let total = tables.find(&CellKey::default()).unwrap();
    tables.set_publication(total, Publication::Withheld);
    let safe = tables.protect(&rule()).unwrap();
    assert_eq!(hidden(&tables, &safe), ["total", "row=0"]);
    assert_eq!(safe.loss().complementary, 0);
}

#[test]
fn magnitude_of_a_dominant_contributor_keeps_its_protection_level() {
    let contributions: [&[f64]; 3] = [
        &[900.0, 40.0],
        &[300.0, 280.0, 290.0, 310.0],
        &[500.0, 450.0, 480.0],
    ];
    let parts: Vec<f64> = contributions.iter().map(|cell| cell.iter().sum()).collect();
    let mut tables = Tables::default();
    let cells = tables.cross(&[flat("row", 3)], &[2, 4, 3]).unwrap();
    let mut values = vec![0.0; tables.len()];
    let mut sensitive = Vec::new();
    for ((&cell, &value), contributions) in cells.iter().zip(&parts).zip(contributions) {
        values[cell.0] = value;
        if let Some(need) = dominance::p_percent(contributions, 10.0).unwrap() {
            sensitive.push((cell, need));
        }
    }
    let total = tables.find(&CellKey::default()).unwrap();
    values[total.0] = parts.iter().sum();
    assert_eq!(sensitive.len(), 1);
    assert!(
        (sensitive[0].1.upper - 90.0).abs() < 1e-9,
        "10 % of 900, nobody else beside the two"
    );
    let safe = tables.protect_magnitudes(&values, &sensitive).unwrap();
    assert_eq!(hidden(&tables, &safe), ["row=0", "row=1"]);
    assert!(tables.protect_magnitudes(&values[1..], &sensitive).is_err());
    values[0] = f64::NAN;
    assert!(tables.protect_magnitudes(&values, &sensitive).is_err());
}

#[test]
fn figures_beside_a_hidden_count_are_hidden() {
    let mut tables = Tables::default();
    let cells = tables.cross(&[flat("row", 3)], &[3, 40, 50]).unwrap();
    let safe = tables.protect(&rule()).unwrap();
    assert!(safe.figure(cells[0], 3.7).is_hidden());
    assert_eq!(safe.figure(cells[2], 3.7).shown(), Some(&3.7));
    assert_eq!(safe.get(&CellKey::new([("row", "nobody")])), None);
    assert!(!format!("{safe:?}").contains("Shown(3)"));
}
