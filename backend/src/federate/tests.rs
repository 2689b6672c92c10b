use analysis::federation::{Cell, CellName, FORMAT, Moments};
use analysis::plan::Measure;
use jiff::civil::date;
use survey_forms::text::Text;

use super::*;
use crate::keys::Keys;

fn named(code: &str) -> Named {
    Named {
        code: code.to_owned(),
        name: Text::zh_en("县", "County"),
    }
}

fn statistics(code: &str) -> SharedStatistics {
    let name = CellName {
        code: "1.1".to_owned(),
        group: "persons".to_owned(),
        area: None,
    };
    let moments = Moments {
        n: 120,
        y: 1.0 / 3.0 * 1e4,
        x: 1e4,
        uu: 0.1 + 0.2,
        ux: 1e-17,
        xx: 7.0,
        df: 12.0,
        complete: false,
    };
    SharedStatistics {
        format: FORMAT.to_owned(),
        unit: named(code),
        round: "r".to_owned(),
        year: 2026,
        plan_sha256: "0".repeat(64),
        min_cell: 10,
        small_n: 30,
        definitions: BTreeMap::from([("1.1".to_owned(), "d".to_owned())]),
        forms: BTreeMap::new(),
        shares: BTreeMap::new(),
        persons: Some(1e4),
        answered: Vec::new(),
        cells: vec![Cell {
            name,
            measure: Measure::Participation,
            moments,
        }],
        crosses: Vec::new(),
        withheld: Vec::new(),
        score: None,
    }
}

fn signed(code: &str, master: u8) -> Signed {
    let keys = Keys::from_master(&[master; 32]);
    Signed::of(&keys, statistics(code), date(2026, 11, 26)).unwrap()
}

#[test]
fn a_file_is_whole_as_long_as_no_figure_of_it_is_changed() {
    let made = signed("c1", 1);
    let text = serde_json::to_string_pretty(&made).unwrap();
    let read: Signed = serde_json::from_str(&text).unwrap();
    assert_eq!(read, made);
    assert!(read.holds().unwrap());
    let mut changed = read.clone();
    changed.statistics.cells[0].moments.y += 1e-9;
    assert!(!changed.holds().unwrap());
    let mut later = read.clone();
    later.day = date(2026, 11, 27);
    assert!(!later.holds().unwrap());
    let mut other = read;
    other.key = signed("c1", 2).key;
    assert!(!other.holds().unwrap());
    // What is not signed is not read either.
    let more = text.replacen("\"day\"", "\"note\": 1, \"day\"", 1);
    assert!(serde_json::from_str::<Signed>(&more).is_err());
}

#[test]
fn files_are_taken_from_whom_the_list_names_only() {
    let files = || {
        vec![
            ("b".to_owned(), signed("c2", 2)),
            ("a".to_owned(), signed("c1", 1)),
        ]
    };
    let list = format!(
        "unit,key\nc1,{}\n c2 , {} \n",
        signed("c1", 1).key,
        signed("c2", 2).key.to_uppercase()
    );
    let keys = read_keys(&list).unwrap();
    let (province, shared) = combine(&named("p"), files(), Some(&keys)).unwrap();
    assert!(province.vouched);
    assert_eq!(
        province
            .keys
            .iter()
            .map(|(unit, _)| unit.as_str())
            .collect::<Vec<_>>(),
        ["c1", "c2"]
    );
    assert_eq!(shared.cells[0].moments.n, 240);
    assert!(!combine(&named("p"), files(), None).unwrap().0.vouched);

    let turned = read_keys(&format!("c1,{}\nc2,{}", signed("c1", 2).key, signed("c1", 1).key)).unwrap();
    let error = combine(&named("p"), files(), Some(&turned)).unwrap_err();
    assert!(matches!(error, FederateError::OtherKey { ref unit, .. } if unit == "c2"));
    let short = read_keys(&format!("c2,{}", signed("c2", 2).key)).unwrap();
    let error = combine(&named("p"), files(), Some(&short)).unwrap_err();
    assert!(matches!(error, FederateError::NoKey(ref unit) if unit == "c1"));
    let error = read_keys("c1,1234\nc2,xyz").unwrap_err();
    assert!(matches!(error, FederateError::KeyLine { line: 2, .. }));
    let mut forged = signed("c1", 1);
    forged.statistics.persons = Some(1.0);
    let error = combine(&named("p"), vec![("f.json".to_owned(), forged)], None).unwrap_err();
    assert!(error.told(Lang::En).unwrap().contains("f.json"));
}

#[tokio::test]
async fn statistics_of_a_round_that_still_takes_answers_are_not_handed_over() {
    let server = crate::handlers::testing::Server::start().await;
    let error = export(&server.base, crate::handlers::testing::ROUND)
        .await
        .unwrap_err();
    assert!(matches!(error, FederateError::NotClosed(_)));
    assert!(error.told(Lang::Zh).unwrap().contains("还没有结束"));
}
