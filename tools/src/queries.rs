//! SQL over the rows of the other tools.

use mistmcp::{Call, Query, QueryTables, Reply, Result, Sql, mist_tool};

mistmcp::category! {
    /// SQL over rows of list tools.
    listed queries
}

/// Joins, counts, ranks or groups all rows of list, search or count tools with SQLite SQL. Example: tables
/// {"aps":{"tool":"listOrgDevicesStats","arguments":{"type":"ap"}}}, sql `SELECT model, count(*) AS n FROM aps GROUP BY
/// 1`. Nested fields are columns: a."radio_stat.band_5.channel"; arrays are JSON for json_each.
#[mist_tool(category = "queries", hints(read_only), view = "table")]
pub async fn query_rows(
    call: &Call,
    /// The tables by name, each with the `tool` that has its rows and that tool's `arguments`.
    #[brief = "Up to 8 tables by any names"]
    tables: QueryTables,
    /// One SELECT or WITH. Without it, the answer describes the tables' columns with types and examples.
    #[brief = "One SELECT; without it: the columns"]
    sql: Option<Sql>,
    /// Calls of Mist's API at most. The first page of each table tells how many are needed: if that is more, no other is made,
    /// and the error says how many.
    #[brief = "API calls at most"]
    #[default = 50]
    max_calls: Option<u32>,
    /// Fetch the rows again, even if they are known from a query of the last five minutes.
    #[brief = "Fetch again; rows are kept 5 minutes"]
    refresh: Option<bool>,
    /// Rows of the result to skip: `offset` of `next` in the answer before.
    #[brief = "From next of the last answer"]
    offset: Option<u32>,
) -> Result<Reply> {
    let query = Query {
        tables,
        sql: sql.map(|Sql(text)| text),
        max_calls,
        refresh: refresh.unwrap_or(false),
        offset: offset.unwrap_or(0) as usize,
    };
    query.run(call).await
}
