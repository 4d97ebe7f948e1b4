//! Execution of a query's statement on a thread of its own ([`run`]).

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use parking_lot::Mutex;
use rusqlite::fallible_iterator::FallibleIterator as _;
use rusqlite::{Batch, Connection, Statement};

use super::concurrency::{self, Permit};
use super::empty_columns::EmptyColumns;
use super::error::Failure;
use super::indexes::{self, TableCopy};
use super::notes::of_comparisons;
use super::result_rows::{LONGEST_NAME, Selected, column_names, rows};
use super::sandbox::{self, Refused, Stop};
use super::seconds::{as_written, with_numbers};
use super::table::Table;
use super::tokens::{defined_names, tokens};
use crate::Call;
use crate::call::Stage;
use crate::text::shortened;
use crate::work;

/// Time of a statement at most.
pub(super) const TIME: Duration = Duration::from_secs(10);
/// How often a statement may run that needs memory which other statements have.
const ATTEMPTS: usize = 3;

/// The statement of a query, with the part of its rows that is wanted.
#[derive(Clone)]
pub(super) struct SelectRequest {
    pub(super) sql: Arc<str>,
    pub(super) tables: Arc<[(String, Arc<Table>)]>,
    /// Rows to skip.
    pub(super) offset: usize,
    /// Bytes of rows that the reply can hold.
    pub(super) room: usize,
}

/// Runs the one statement of a query, which has a permit among those of its token. A statement that runs out of memory
/// while others run is repeated after one of them.
pub(super) async fn run(
    request: SelectRequest,
    token: concurrency::TokenHash,
    of_query: &Arc<Permit>,
    call: &Call,
) -> Result<Selected, Failure> {
    let mut attempt = 1;
    loop {
        call.enter(Stage::Queue);
        let permit = concurrency::statement_permit(token, call).await.map_err(Failure::Other)?;
        call.enter(Stage::Statement);
        call.note("Running the query.".to_owned());
        let overlap = permit.overlap();
        let (outcome, permit) = run_once(request.clone(), permit, Arc::clone(of_query), TIME).await?;
        let may_succeed = overlap.occurred();
        drop(permit);
        if attempt == ATTEMPTS || !may_succeed || !matches!(outcome, Err(Failure::NoMemory)) {
            return outcome;
        }
        attempt += 1;
        call.enter(Stage::Queue);
        concurrency::statement_ended().await;
    }
}

/// Stops the statement when the call is dropped.
struct StopOnDrop(Arc<Stop>);

impl Drop for StopOnDrop {
    fn drop(&mut self) {
        self.0.is_cancelled.store(true, Ordering::Relaxed);
    }
}

/// Runs the statement on a thread of its own, which keeps the permits until it has ended, even if the call is dropped.
async fn run_once(
    request: SelectRequest,
    permit: Permit,
    of_query: Arc<Permit>,
    time: Duration,
) -> Result<(Result<Selected, Failure>, Permit), Failure> {
    let stop = Stop::after(time);
    let on_drop = StopOnDrop(Arc::clone(&stop));
    let job = move || {
        let outcome = select(&request, &stop);
        drop(of_query);
        (outcome, permit)
    };
    let outcome = work::on_own_thread(job).await;
    drop(on_drop);
    outcome.ok_or(Failure::Broken)
}

/// Runs the statement. Unknown columns of tables that are empty are added to them without values.
fn select(request: &SelectRequest, stop: &Arc<Stop>) -> Result<Selected, Failure> {
    let mut empty = EmptyColumns::new(&request.tables);
    let mut first = None;
    let sql = with_numbers(&request.sql);
    loop {
        match attempt(request, &sql, empty.names(), stop) {
            Err(Failure::Sql { message, offset }) => {
                let is_added = !stop.is_due() && empty.add(&message);
                let failure = first.get_or_insert(Failure::Sql { message: message.clone(), offset });
                if !is_added {
                    // With added columns, another message may be about those.
                    let is_other = !message.starts_with("ambiguous");
                    return Err(if is_other {
                        Failure::Sql { message, offset }
                    } else {
                        std::mem::replace(failure, Failure::Broken)
                    });
                }
            }
            outcome => {
                return outcome.map(|selected| {
                    let mut notes = of_comparisons(&request.sql, &request.tables);
                    for (notes, of_names) in notes.iter_mut().zip(empty.notes()) {
                        notes.extend(of_names);
                    }
                    Selected { notes, ..selected }
                });
            }
        }
    }
}

fn attempt(
    request: &SelectRequest,
    sql: &str,
    empty: &[Vec<String>],
    stop: &Arc<Stop>,
) -> Result<Selected, Failure> {
    let refused: Refused = Arc::new(Mutex::new(None));
    let failed = |error: rusqlite::Error| Failure::of(error, refused.lock().take());
    let defined = defined_names(&tokens(sql));
    let open = |copies: &[Option<TableCopy<'_>>]| {
        sandbox::for_tables(&request.tables, empty, copies, defined.clone(), stop, &refused).map_err(failed)
    };
    let mut connection = open(&[])?;
    only_statement(&connection, sql, failed)?;
    let copies = indexes::copies(&connection, sql, &request.tables);
    if !copies.is_empty() {
        connection = open(&copies)?;
    }
    let mut statement = only_statement(&connection, sql, failed)?;
    // Shortened before all else: the time of a statement does not bound what is done with its names.
    let name = |name: &str| as_written(&shortened(name, 2 * LONGEST_NAME));
    let names: Vec<_> = statement.column_names().map(name).collect();
    rows(&mut statement, column_names(&names), (request.offset, request.room), stop, failed)
}

/// Prepares the statement of a query, which has to be one `SELECT`.
fn only_statement<'a>(
    connection: &'a Connection,
    sql: &str,
    failed: impl Fn(rusqlite::Error) -> Failure,
) -> Result<Statement<'a>, Failure> {
    let mut statements = Batch::new(connection, sql);
    let Some(statement) = statements.next().map_err(&failed)? else { return Err(Failure::NoStatement) };
    // Whatever follows, even what cannot be prepared, is a second statement.
    if !matches!(statements.next(), Ok(None)) {
        return Err(Failure::TwoStatements);
    }
    if !statement.readonly() || statement.is_explain() != 0 || statement.column_count() == 0 {
        return Err(Failure::Refused("a statement other than SELECT".to_owned()));
    }
    Ok(statement)
}

#[cfg(test)]
mod tests {
    use super::super::table::TableBuilder;
    use super::*;
    use serde_json::{Value, json};

    fn tables(rows: &[(&str, Value)]) -> Arc<[(String, Arc<Table>)]> {
        let table = |rows: &Value| {
            let mut builder = TableBuilder::new().unwrap();
            builder.insert(rows.as_array().unwrap(), None).unwrap();
            Arc::new(builder.finish(None, Vec::new(), serde_json::Map::new()).unwrap())
        };
        rows.iter().map(|(name, rows)| ((*name).to_owned(), table(rows))).collect()
    }

    fn selected(
        tables: &Arc<[(String, Arc<Table>)]>,
        sql: &str,
        time: Duration,
    ) -> Result<Selected, Failure> {
        let request = SelectRequest { sql: sql.into(), tables: Arc::clone(tables), offset: 0, room: 100_000 };
        select(&request, &Stop::after(time))
    }

    const LONG: Duration = Duration::from_mins(10);

    #[test]
    fn a_row_is_bounded_before_it_is_copied() {
        let tables = tables(&[("t", json!([{ "a": 1 }]))]);
        for value in ["a", "CAST(a AS BLOB)"] {
            let columns = vec![value; 300].join(", ");
            let sql = format!(
                "WITH w AS MATERIALIZED (SELECT printf('%.*c', 1000000, 'x') AS a) SELECT {columns} FROM w"
            );
            let outcome = selected(&tables, &sql, LONG);
            assert!(matches!(outcome, Err(Failure::RowTooLong)), "{value}: {outcome:?}");
        }
        let sql = "SELECT printf('%.*c', 900000, 'x') AS a, printf('%.*c', 900000, 'y') AS b";
        assert_eq!(selected(&tables, sql, LONG).unwrap().rows.len(), 1);
    }

    #[test]
    fn long_functions_end_soon_after_the_deadline() {
        let tables = tables(&[("t", json!([{ "a": 1 }]))]);
        let long = "printf('%.*c', 1000000, 'a') AS a, '%' || printf('%.*c', 190, 'a') || 'b' AS p";
        for expression in [
            "a LIKE p",
            "a GLOB replace(p, '%', '*')",
            "upper(a)",
            "replace(a, 'a', 'b')",
            "hex(substr(a, 1, 400000))",
        ] {
            let columns = vec![format!("length({expression})"); 150].join(" + ");
            let sql = format!(
                "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n),                  w AS MATERIALIZED (SELECT {long}) SELECT sum({columns}) FROM w, n"
            );
            let outcome = selected(&tables, &sql, Duration::from_millis(200));
            assert!(matches!(outcome, Err(Failure::TimedOut)), "{expression}: {outcome:?}");
        }
    }

    #[test]
    fn numbers_and_texts_are_compared_as_numbers() {
        let rows = json!([
            { "speed": 100, "load": 1.5, "up": true, "vlan": "50", "mixed": 7, "list": [1], "id": 7, "real": "1.5" },
            { "speed": 1000, "load": 2, "up": false, "vlan": "0050", "mixed": "7.0", "list": [2], "id": "7", "real": 1.5 },
        ]);
        let tables = tables(&[("t", rows), ("v", json!([{ "id": 50 }]))]);
        for (sql, wanted) in [
            ("SELECT count(*) AS n FROM t WHERE speed < '1000'", json!(1)),
            ("SELECT count(*) AS n FROM t WHERE speed = '100'", json!(1)),
            ("SELECT count(*) AS n FROM t WHERE load > '1.6'", json!(1)),
            ("SELECT count(*) AS n FROM t WHERE up = '1'", json!(1)),
            ("SELECT count(*) AS n FROM t JOIN v ON t.vlan = v.id", json!(2)),
            ("SELECT count(*) AS n FROM t WHERE vlan = 50", json!(1)),
            ("SELECT count(*) AS n FROM t WHERE mixed = 7", json!(1)),
            // Numbers that some rows write as a text are numbers.
            ("SELECT count(*) AS n FROM t WHERE id = 7", json!(2)),
            ("SELECT count(*) AS n FROM t WHERE id = '7'", json!(2)),
            ("SELECT count(*) AS n FROM t a JOIN t b ON a.id = b.id", json!(4)),
            ("SELECT group_concat(id || typeof(id)) AS n FROM t", json!("7integer,7integer")),
            ("SELECT group_concat(real || typeof(real)) AS n FROM t", json!("1.5real,1.5real")),
            // No value becomes another one.
            ("SELECT group_concat(vlan || typeof(vlan)) AS n FROM t", json!("50text,0050text")),
            ("SELECT group_concat(load || typeof(load)) AS n FROM t", json!("1.5real,2integer")),
            ("SELECT group_concat(mixed || typeof(mixed)) AS n FROM t", json!("7integer,7.0text")),
            ("SELECT sum(j.value) AS n FROM t, json_each(t.list) j", json!(3)),
            ("SELECT count(*) AS n FROM t GROUP BY up HAVING max(speed) < strftime('%s', 'now')", json!(1)),
            (
                "WITH x AS (SELECT max(load) AS m FROM t) SELECT count(*) AS n FROM x WHERE m > strftime('%s', 'now')",
                json!(0),
            ),
            ("SELECT count(*) AS n FROM t WHERE ifnull(speed + 0, 0) < strftime ( '%s' )", json!(2)),
            (
                "SELECT typeof(strftime('%s', 'now')) || typeof(strftime('%H', 'now')) AS n",
                json!("integertext"),
            ),
        ] {
            let rows = selected(&tables, sql, LONG).unwrap().rows;
            assert_eq!(rows[0]["n"], wanted, "{sql}");
        }
    }

    #[test]
    fn an_empty_table_has_any_column_without_values() {
        let tables = tables(&[
            ("e", json!([])),
            ("f", json!([])),
            ("t", json!([{ "name": "a", "gone": null, "stat": {} , "long": "x".repeat(300 * 1024) }])),
        ]);
        for (sql, rows) in [
            ("SELECT name, type FROM e", json!([])),
            ("SELECT type, count(*) AS n FROM e GROUP BY 1 ORDER BY 2 DESC", json!([])),
            ("SELECT x.name, y.\"radio.band\" FROM e x JOIN f y ON x.mac = y.mac WHERE x.up = 1", json!([])),
            ("SELECT \"radio.band\" FROM e", json!([])),
            ("SELECT t.name, e.type FROM t LEFT JOIN e ON e.name = t.name", json!([{ "name": "a" }])),
            ("SELECT t.name FROM t WHERE t.name NOT IN (SELECT site FROM e)", json!([{ "name": "a" }])),
            ("SELECT name, long FROM t", json!([{ "name": "a" }])),
            ("SELECT count(*) AS n, count(mac) AS m FROM e", json!([{ "n": 0, "m": 0 }])),
            ("SELECT name FROM e JOIN f USING (mac)", json!([])),
        ] {
            let outcome = selected(&tables, sql, LONG);
            assert_eq!(
                Value::from(outcome.unwrap_or_else(|error| panic!("{sql}: {error:?}")).rows),
                rows,
                "{sql}"
            );
        }
    }

    #[test]
    fn an_unknown_column_of_a_table_with_rows_stays_an_error() {
        let tables = tables(&[("t", json!([{ "name": "a" }])), ("e", json!([]))]);
        for sql in ["SELECT nme FROM t", "SELECT t.nme FROM t, e", "SELECT x.a FROM t", "SELECT e.a.b FROM e"]
        {
            let outcome = selected(&tables, sql, LONG);
            let is_unknown =
                matches!(&outcome, Err(Failure::Sql { message, .. }) if message.contains("no such column"));
            assert!(is_unknown, "{sql}: {outcome:?}");
        }
    }

    #[test]
    fn rows_keep_their_order_whatever_other_statements_ran_in_between() {
        let rows: Vec<_> = (0..300)
            .map(|number: u32| {
                json!({ "mac": format!("{:012x}", number * 7919 % 307), "site": number % 5, "load": f64::from(number) / 2.0 })
            })
            .collect();
        let tables = tables(&[("t", rows.clone().into()), ("u", rows.clone().into())]);
        let correlated =
            "SELECT a.mac, (SELECT count(*) FROM u WHERE u.mac = a.mac AND u.site = a.site) AS n FROM t a";
        let plain = [
            "SELECT mac FROM t",
            "SELECT DISTINCT site FROM u",
            "SELECT site, mac FROM u WHERE site IN (3, 1)",
        ];
        let all = |sql: &str| selected(&tables, sql, LONG).unwrap().rows;
        let before = plain.map(all);
        let macs = |rows: &[Value]| rows.iter().map(|row| row["mac"].clone()).collect::<Vec<_>>();
        assert_eq!(macs(&before[0]), macs(&rows));
        let counted = all(correlated);
        assert!(counted.iter().all(|row| row["n"] == 1) && counted.len() == rows.len());
        assert_eq!(plain.map(all), before);
        assert_eq!(all(correlated), counted);
        // A copy has the values of the table, and all columns that the statement may read.
        for (sql, wanted) in [
            ("SELECT * FROM t a WHERE 1 = (SELECT count(*) FROM u WHERE u.mac = a.mac)", rows[2].clone()),
            (
                "SELECT typeof(\"load\") AS type FROM t a WHERE EXISTS (SELECT 1 FROM u NATURAL JOIN t WHERE u.mac = a.mac)",
                json!({ "type": "real" }),
            ),
            (
                "SELECT a.load FROM t a WHERE EXISTS (SELECT 1 FROM u WHERE u.mac = a.mac)",
                json!({ "load": 1.0 }),
            ),
        ] {
            assert_eq!(all(sql)[2], wanted, "{sql}");
        }
    }

    #[test]
    fn a_table_with_many_columns_can_be_read_in_subqueries() {
        let row: serde_json::Map<_, _> =
            (0..1_400).map(|number| (format!("{}{number}", "name".repeat(40)), number.into())).collect();
        let rows = vec![Value::from(row); 3];
        let tables = tables(&[("t", rows.into())]);
        let name = format!("{}7", "name".repeat(40));
        for column in ["a.*", "count(*)"] {
            let sql = format!(
                "SELECT {column} FROM t a WHERE EXISTS (SELECT 1 FROM t b WHERE b.{name} = a.{name})"
            );
            assert!(!selected(&tables, &sql, LONG).unwrap().rows.is_empty(), "{column}");
        }
    }

    #[test]
    fn columns_and_mistakes_of_seconds_are_told_as_they_are_written() {
        let sql = "SELECT strftime('%s', '2026-01-31'), 1 AS x";
        let selected = selected(&tables(&[]), sql, LONG).unwrap();
        assert_eq!(selected.columns, ["strftime('%s', '2026-01-31')", "x"]);
        assert_eq!(selected.rows, [json!({ "strftime('%s', '2026-01-31')": 1_769_817_600, "x": 1 })]);
        let sql =
            "SELECT strftime('%s','2026-01-31'), STRFTIME ('%s', '2026-01-31'), unixepoch(    '2026-01-31')";
        let names =
            ["strftime('%s','2026-01-31')", "STRFTIME ('%s', '2026-01-31')", "unixepoch(    '2026-01-31')"];
        assert_eq!(self::selected(&tables(&[]), sql, LONG).unwrap().columns, names);
        let long = format!("max({}1)", "strftime('%s',1), ".repeat(30));
        let sql = format!("SELECT *, * FROM (SELECT {long})");
        let columns = self::selected(&tables(&[]), &sql, LONG).unwrap().columns;
        assert!(long.starts_with(columns[0].trim_end_matches('…')) && columns[0].len() <= LONGEST_NAME);
        let sql = "SELECT strftime('%s', 'now'), nme";
        let outcome = self::selected(&tables(&[]), sql, LONG);
        let offset = sql.find("nme");
        assert!(matches!(outcome, Err(Failure::Sql { offset: found, .. }) if found == offset));
    }

    #[test]
    fn infinite_numbers_are_texts() {
        let rows = selected(&tables(&[]), "SELECT 9e999 AS a, -9e999 AS b", LONG).unwrap().rows;
        assert_eq!(rows, [json!({ "a": "Infinity", "b": "-Infinity" })]);
    }

    #[tokio::test]
    async fn a_statement_whose_call_is_gone_keeps_its_permits_until_it_has_ended() {
        let call = Call::unattended();
        let of_query = Arc::new(concurrency::query_permit([9; 32], &call).await.unwrap());
        let held = Arc::downgrade(&of_query);
        let permit = concurrency::statement_permit([9; 32], &call).await.unwrap();
        let sql = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n) SELECT sum(n) FROM n";
        let request = SelectRequest { sql: sql.into(), tables: tables(&[]), offset: 0, room: 1_000 };
        let mut running = Box::pin(run_once(request, permit, of_query, LONG));
        assert!(futures_util::poll!(&mut running).is_pending());
        drop(running);
        // The statement may have ended by now, because it was stopped; in any case its permits come back.
        while held.strong_count() > 0 {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    }
}
