//! The statement against sums made row by row.

use std::collections::{BTreeMap, BTreeSet};
use std::fs::File;
use std::path::Path;

use datafusion::arrow::array::{ArrayRef, Float32Array, Float64Array, UInt32Array};
use datafusion::parquet::arrow::ArrowWriter;

use super::*;

const NAME: &str = "satisfaction:1.1:";

/// Stratum, unit, fraction, weight, numerator and denominator.
type Row = (u32, u32, f64, f64, Option<f32>, Option<f32>);

/// Strata of many units, of one, and of a census; rows outside the figure and of weight 0.
fn rows(county: u32) -> Vec<Row> {
    let mut rows = Vec::new();
    for at in 0..400u32 {
        let luck = f64::from((at * 7919 + county * 104_729) % 1000) / 1000.0;
        let (stratum, psu, fraction) = match at % 10 {
            0 => (7, 1, 0.25),
            1 => (8, at, 1.0),
            _ => (at % 3, at % 17, 0.1),
        };
        let weight = if at % 29 == 0 { 0.0 } else { 1.0 + luck };
        let pair = (at % 11 != 0).then(|| ((100.0 * luck).floor() as f32, 1.0 + (at % 3) as f32));
        rows.push((
            stratum,
            psu,
            fraction,
            weight,
            pair.map(|pair| pair.0),
            pair.map(|pair| pair.1),
        ));
    }
    // A unit that is there, and whose rows have no part in the figure.
    rows.push((1, 900, 0.1, 2.0, None, None));
    rows
}

fn write(dir: &Path, county: &str, rows: &[Row]) {
    let folder = dir.join(format!("measures/round=r/county={county}/perspective=persons"));
    std::fs::create_dir_all(&folder).unwrap();
    let [y, x] = ["y", "x"].map(|part| format!("{NAME}:{part}"));
    let column = |of: &dyn Fn(&Row) -> Option<f32>| -> ArrayRef {
        Arc::new(rows.iter().map(of).collect::<Float32Array>())
    };
    let of_u32 = |of: &dyn Fn(&Row) -> u32| -> ArrayRef {
        Arc::new(UInt32Array::from_iter_values(rows.iter().map(of)))
    };
    let of_f64 = |of: &dyn Fn(&Row) -> f64| -> ArrayRef {
        Arc::new(Float64Array::from_iter_values(rows.iter().map(of)))
    };
    let batch = RecordBatch::try_from_iter([
        ("stratum", of_u32(&|row| row.0)),
        ("psu", of_u32(&|row| row.1)),
        ("fraction", of_f64(&|row| row.2)),
        ("weight", of_f64(&|row| row.3)),
        (y.as_str(), column(&|row| row.4)),
        (x.as_str(), column(&|row| row.5)),
    ])
    .unwrap();
    let file = File::create(folder.join("part-00000.parquet")).unwrap();
    let mut writer = ArrowWriter::try_new(file, batch.schema(), None).unwrap();
    writer.write(&batch).unwrap();
    writer.close().unwrap();
}

/// n, Σwy, Σwx, V(Σw(y − Rx)), units and strata, by the formulas in the order in which they are written.
fn by_hand(rows: &[Row]) -> [f64; 6] {
    let part = |row: &&Row| row.3 > 0.0 && row.4.is_some();
    let of = |value: Option<f32>| f64::from(value.unwrap_or(0.0));
    let n = rows.iter().filter(part).count() as f64;
    let y: f64 = rows.iter().map(|row| row.3 * of(row.4)).sum();
    let x: f64 = rows.iter().map(|row| row.3 * of(row.5)).sum();
    let mut strata: BTreeMap<u32, BTreeMap<u32, f64>> = BTreeMap::new();
    for row in rows.iter().filter(|row| row.3 > 0.0) {
        let total = strata.entry(row.0).or_default().entry(row.1).or_default();
        *total += (1.0 - row.2).sqrt() * row.3 * (of(row.4) - y / x * of(row.5));
    }
    let variance = strata.values().map(|units| {
        let m = units.len() as f64;
        let mean = units.values().sum::<f64>() / m;
        match units.len() {
            1 => units.values().map(|total| total * total).sum::<f64>(),
            _ => m / (m - 1.0) * units.values().map(|total| (total - mean).powi(2)).sum::<f64>(),
        }
    });
    let reached: BTreeSet<(u32, u32)> = rows.iter().filter(part).map(|row| (row.0, row.1)).collect();
    let strata: BTreeSet<u32> = reached.iter().map(|unit| unit.0).collect();
    [n, y, x, variance.sum(), reached.len() as f64, strata.len() as f64]
}

/// `but`: counties that are left out; `wanted`: those that lines are wanted of.
async fn summed(
    dir: &Path,
    but: &[&str],
    wanted: &[&str],
    centre: f64,
) -> BTreeMap<String, (u64, u64, Vec<f64>)> {
    let folder = format!("{}/measures/round=r/", dir.display());
    let context = context(4, None).unwrap();
    let schema = measures()
        .infer_schema(&context.state(), &ListingTableUrl::parse(&folder).unwrap())
        .await
        .unwrap();
    register(&context, &folder, &schema).await.unwrap();
    let figures = [Figure {
        name: NAME.to_owned(),
        centre,
    }];
    let but: Vec<String> = but.iter().map(|county| (*county).to_owned()).collect();
    let wanted: BTreeMap<String, &str> = wanted
        .iter()
        .map(|county| ((*county).to_owned(), *county))
        .collect();
    let sql = statement(TABLE, "persons", Counties::AllBut(&but), &figures);
    let batches = context.sql(&sql).await.unwrap().collect().await.unwrap();
    let mut found = BTreeMap::new();
    for batch in &batches {
        for line in lines(batch, "persons", &figures, &wanted).unwrap() {
            let sums = &line.figures[0];
            let off = sums.y / sums.x - sums.centre;
            let variance = sums.a - 2.0 * off * sums.b + off * off * sums.c;
            let numbers = vec![
                sums.n as f64,
                sums.y,
                sums.x,
                variance,
                sums.units as f64,
                sums.strata as f64,
            ];
            found.insert(line.county.to_owned(), (line.rows, line.faulty, numbers));
        }
    }
    found
}

#[tokio::test]
async fn sums_by_sql_are_those_made_row_by_row_from_any_centre() {
    let dir = tempfile::tempdir().unwrap();
    for county in 1..=4 {
        write(dir.path(), &format!("3301{county:02}"), &rows(county));
    }
    for centre in [0.0, 25.1, 30.0] {
        let found = summed(dir.path(), &["330102"], &["330101", "330103"], centre).await;
        assert_eq!(
            found.keys().collect::<Vec<_>>(),
            ["330101", "330103"],
            "neither one that is unfinished nor one that came later"
        );
        for (county, number) in [("330101", 1), ("330103", 3)] {
            let (read, faulty, sums) = &found[county];
            assert_eq!((*read, *faulty), (401, 0));
            for (found, expected) in sums.iter().zip(by_hand(&rows(number))) {
                assert!(
                    (found - expected).abs() <= 1e-11 * expected.abs(),
                    "{centre}: {found} {expected}"
                );
            }
        }
    }
}

#[tokio::test]
async fn where_all_answer_alike_nothing_is_left_of_the_variance() {
    let dir = tempfile::tempdir().unwrap();
    let rows: Vec<Row> = rows(1)
        .into_iter()
        .map(|row| (row.0, row.1, row.2, row.3, row.5.map(|x| 75.0 * x), row.5))
        .collect();
    write(dir.path(), "330101", &rows);
    let found = summed(dir.path(), &[], &["330101"], 75.0).await;
    assert!(
        found["330101"].2[3] <= 1e-20 * found["330101"].2[1].powi(2),
        "{found:?}"
    );
}

#[tokio::test]
async fn rows_without_a_place_in_the_design_are_counted() {
    let dir = tempfile::tempdir().unwrap();
    let mut rows = rows(1);
    rows[3].3 = -1.0;
    rows[400].2 = 0.3;
    rows.push((1, 900, 0.1, 1.0, None, None));
    write(dir.path(), "330101", &rows);
    assert_eq!(summed(dir.path(), &[], &["330101"], 0.0).await["330101"].1, 3);
}
