//! `queryRows` and `mistmcp query`: SQL over the rows of list tools.

mod attacks;
mod changing_pages;
mod command_line;
mod fetching;
mod questions;
mod tables;
mod wrong_rows;

use mistmcp::Session;
use serde_json::{Value, json};

use crate::process::{Process, call};

const ORG: &str = "0a000000-0000-4000-8000-000000000001";

/// A process whose Mist answers these rows to each list of sites.
async fn process(rows: Value) -> Process {
    let process = Process::start().await;
    process.upstream.default_handler(move |_| mistmcp_tests::Answer::json(&rows));
    process
}

/// Arguments of a query over the sites of the organization.
fn over_sites(sql: &str) -> Value {
    json!({ "tables": { "t": { "tool": "searchOrgSites", "arguments": { "org_id": ORG } } }, "sql": sql })
}

/// The answer of a query over the sites of the organization.
async fn query(session: &Session, sql: &str) -> Result<Value, mistmcp::Error> {
    let answer = call(session, "queryRows", over_sites(sql)).await?;
    Ok(serde_json::from_str(&answer).unwrap())
}
