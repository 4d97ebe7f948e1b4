use super::*;

#[test]
fn columns_that_appear_later_are_empty_in_earlier_rows() {
    let mut builder = TableBuilder::new().unwrap();
    builder.insert(&[json!({ "a": 1 }), json!({ "a": 2, "b.c": "x" })], None).unwrap();
    builder.insert(&[json!({ "d": { "e\"f": true } })], None).unwrap();
    let sql = "SELECT count(*), count(\"a\"), count(\"b.c\"), sum(\"d.e\"\"f\") FROM rows";
    let counts: [i64; 4] = builder
        .connection
        .query_row(sql, [], |row| Ok([row.get(0)?, row.get(1)?, row.get(2)?, row.get(3)?]))
        .unwrap();
    assert_eq!(counts, [3, 2, 1, 1]);
    let table = builder.finish(None, Vec::new(), Map::new()).unwrap();
    assert_eq!((table.rows, table.columns.len()), (3, 3));
}

#[test]
fn a_page_of_rows_is_inserted_whole_or_not_at_all_and_can_be_inserted_again() {
    let mut builder = TableBuilder::new().unwrap();
    builder.insert(&[json!({ "a": 1 })], None).unwrap();
    builder.connection.execute_batch("PRAGMA max_page_count=3").unwrap();
    let rows: Vec<_> = (0..500).map(|number| json!({ "b": number, "c": "x".repeat(1_000) })).collect();
    assert!(builder.insert(&rows, None).is_err());
    assert_eq!(builder.rows, 1);
    builder.connection.execute_batch("PRAGMA max_page_count=1000").unwrap();
    builder.insert(&rows, None).unwrap();
    let count: i64 = builder.connection.query_row("SELECT count(*) FROM rows", [], |row| row.get(0)).unwrap();
    assert_eq!((builder.rows, count), (501, 501));
}

#[test]
fn columns_without_values_can_be_made_again_after_an_error() {
    let mut builder = TableBuilder::new().unwrap();
    builder.insert(&[json!({ "a": 1 })], None).unwrap();
    builder.connection.execute_batch("PRAGMA max_page_count=4").unwrap();
    let fields: Vec<_> = (0..500).map(|number| format!("{}{number}", "x".repeat(150))).collect();
    assert!(builder.name_empty(&fields).is_err());
    assert!((2..501).contains(&builder.made), "{}", builder.made);
    builder.connection.execute_batch("PRAGMA max_page_count=1000").unwrap();
    builder.insert(&[], None).unwrap();
    builder.name_empty(&fields).unwrap();
    assert_eq!((builder.rows, builder.made), (1, 501));
}

#[test]
fn texts_that_are_numbers_stay_texts_without_memory_for_their_conversion() {
    // Numbers of 8 bytes in place of shorter texts need more pages.
    let texts: Vec<_> = (0..4_000).map(|_| json!({ "a": "0.1", "b": "0.1", "c": "0.1" })).collect();
    for pages in [0, 1_000] {
        let mut builder = TableBuilder::new().unwrap();
        builder.insert(&[json!({ "a": 1, "b": 1, "c": 1 })], None).unwrap();
        builder.insert(&texts, None).unwrap();
        builder.connection.execute_batch(&format!("PRAGMA max_page_count={}", pages.max(1))).unwrap();
        builder.convert_numbers().unwrap();
        let sql = "SELECT count(*) FROM rows WHERE typeof(a) = 'text' OR typeof(c) = 'text'";
        let count: i64 = builder.connection.query_row(sql, [], |row| row.get(0)).unwrap();
        let column = builder.columns.iter().next().unwrap();
        assert_eq!((count, column.is_mixed()), if pages == 0 { (4_000, true) } else { (0, false) });
    }
}

#[test]
fn a_table_is_bounded_in_rows_and_may_be_empty() {
    let mut builder = TableBuilder::new().unwrap();
    let rows = vec![json!({ "a": 1 }); 30_000];
    for _ in 0..5 {
        builder.insert(&rows, None).unwrap();
    }
    assert!(builder.is_full() && builder.rows == MOST_ROWS, "{}", builder.rows);
    let empty = TableBuilder::new().unwrap().finish(None, Vec::new(), Map::new()).unwrap();
    assert_eq!((empty.rows, empty.columns.len()), (0, 1));
    let bare = {
        let mut builder = TableBuilder::new().unwrap();
        builder.insert(&[json!({})], None).unwrap();
        builder.finish(None, Vec::new(), Map::new()).unwrap()
    };
    assert_eq!(bare.rows, 1);
}
