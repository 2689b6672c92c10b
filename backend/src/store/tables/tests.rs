use std::collections::BTreeSet;

use sea_orm::Statement;

use super::*;
use crate::store::testing;

#[tokio::test]
async fn every_table_and_column_of_the_schema_is_listed() {
    let (_dir, db) = testing::database().await;
    let sql =
        "SELECT m.name, c.name FROM sqlite_master m, pragma_table_info(m.name) c WHERE m.type = 'table'";
    let rows = db
        .query_all_raw(Statement::from_string(DbBackend::Sqlite, sql))
        .await
        .unwrap();
    let schema: BTreeSet<(String, String)> = rows
        .iter()
        .map(|row| (row.try_get_by_index(0).unwrap(), row.try_get_by_index(1).unwrap()))
        .filter(|(table, _): &(String, String)| table != "seaql_migrations" && !table.starts_with("sqlite_"))
        .collect();
    let listed: BTreeSet<(String, String)> = all()
        .into_iter()
        .flat_map(|table| {
            let name = table.name;
            table
                .columns
                .into_iter()
                .map(move |column| (name.clone(), column.name))
        })
        .collect();
    assert_eq!(
        schema, listed,
        "list new tables in store/tables.rs: backups take what stands there"
    );
}

#[test]
fn values_come_back_as_they_left_and_others_are_refused() {
    for (kind, value) in [
        (Kind::Text, Value::String(Some("甲\n\"".to_owned()))),
        (Kind::Int, Value::Int(Some(-7))),
        (Kind::Long, Value::BigInt(Some(i64::MAX))),
        (Kind::Double, Value::Double(Some(0.1 + 0.2))),
        (Kind::Double, Value::Double(Some(f64::INFINITY))),
        (Kind::Bool, Value::Bool(Some(true))),
        (Kind::Bytes, Value::Bytes(Some(vec![0, 255]))),
        (Kind::Uuid, Value::Uuid(Some(Uuid::from_u128(9)))),
        (Kind::Uuid, Value::Uuid(None)),
        (Kind::Bytes, Value::Bytes(None)),
    ] {
        let text = json_of(value.clone()).to_string();
        let read: Json = serde_json::from_str(&text).unwrap();
        assert_eq!(value_of(kind, &read), Some(value), "{text}");
    }
    assert_eq!(value_of(Kind::Int, &Json::from(1_i64 << 40)), None);
    assert_eq!(value_of(Kind::Text, &Json::from(1)), None);
    assert_eq!(value_of(Kind::Uuid, &Json::from("x")), None);
}
