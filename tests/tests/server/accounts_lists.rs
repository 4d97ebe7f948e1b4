//! Lists about the tokens of accounts: rows of organizations that an account is not used for are left out, and all others
//! come.

use std::collections::BTreeSet;

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream, Received};
use serde_json::{Value, json};

use crate::accounts::{ACME, BETA, Customers, TOKENS};

const OTHER: &str = "0c000000-0000-4000-8000-000000000003";

/// How Mist tells where a list ends.
#[derive(Clone, Copy, Debug)]
enum Paging {
    InObject,
    InHeaders,
}

/// An audit log of `count` entries, of which those that `is_own` says are of `org`.
fn log_of(
    upstream: &MockUpstream,
    org: &'static str,
    count: u64,
    paging: Paging,
    is_own: impl Fn(u64) -> bool + Send + Sync + 'static,
) {
    upstream.default_handler(move |received: &Received| {
        if received.path != "/api/v1/self/logs" {
            return Answer::json(&json!({ "detail": "not found" })).status(404);
        }
        let (page, limit) = (received.number("page").unwrap_or(1), received.number("limit").unwrap_or(100));
        let rows: Vec<_> = (0..count)
            .map(|id| json!({ "id": format!("{org}-{id}"), "org_id": if is_own(id) { org } else { OTHER }, "message": "x".repeat(100) }))
            .skip((page - 1) * limit)
            .take(limit)
            .collect();
        match paging {
            Paging::InObject => {
                Answer::json(&json!({ "results": rows, "total": count, "page": page, "limit": limit }))
            }
            Paging::InHeaders => Answer::page(&rows, page, limit, usize::try_from(count).unwrap()),
        }
    });
}

/// The ids of all pages, and the number of pages.
async fn all_pages(client: &Client, arguments: Value) -> (Vec<String>, usize) {
    let (mut arguments, mut ids, mut pages) = (arguments, Vec::new(), 0);
    loop {
        let page = client.json("listSelfAuditLogs", arguments.clone()).await;
        pages += 1;
        assert!(pages < 200, "{page}");
        let rows = page["results"].as_array().unwrap();
        ids.extend(rows.iter().map(|row| row["id"].as_str().unwrap().to_owned()));
        let Some(next) = page.get("next").and_then(Value::as_object) else { return (ids, pages) };
        arguments.as_object_mut().unwrap().extend(next.clone());
    }
}

fn assert_each_once(ids: &[String], wanted: usize, what: &str) {
    let unique: BTreeSet<_> = ids.iter().collect();
    assert_eq!((unique.len(), ids.len()), (wanted, wanted), "{what}");
}

fn used_for(org: &str) -> String {
    format!("orgs = [\"{org}\"]")
}

/// A server with one account that is used for an organization.
fn one_account(customers: &Customers) -> Launch {
    let url = customers.acme.url();
    let file =
        format!("[accounts.acme]\ntoken_env = \"ACME_TOKEN\"\ncloud = \"{url}\"\n{}\n", used_for(ACME));
    let launch = Launch::new("--mode all --accounts accounts.toml").argument("--allow-cloud").argument(&url);
    launch.file("accounts.toml", file).variable("ACME_TOKEN", TOKENS[0])
}

async fn counted(client: &Client) -> Value {
    let tables = json!({ "l": { "tool": "listSelfAuditLogs" } });
    client.json("queryRows", json!({ "tables": tables, "sql": "SELECT count(*) AS n FROM l" })).await
}

#[tokio::test]
async fn a_list_has_all_rows_of_an_account_although_others_are_left_out() {
    for paging in [Paging::InObject, Paging::InHeaders] {
        let customers = Customers::start().await;
        let client = one_account(&customers).client(Lifecycle::Stateless).await;
        log_of(&customers.acme, ACME, 250, paging, |id| id % 2 == 0);
        for limit in [7, 100, 1_000] {
            let (ids, _) = all_pages(&client, json!({ "limit": limit })).await;
            let is_own = |id: &String| id.rsplit('-').next().unwrap().parse::<u64>().unwrap() % 2 == 0;
            assert!(ids.iter().all(is_own), "{ids:?}");
            assert_each_once(&ids, 125, &format!("{paging:?}, pages of {limit}"));
        }
        let first = client.json("listSelfAuditLogs", json!({ "limit": 100 })).await;
        assert!(first.get("total").is_none() && first["next"]["page"] == 2, "{first}");
        let whole = client.json("listSelfAuditLogs", json!({ "limit": 1_000 })).await;
        assert!(whole["total"] == 125 && whole.get("next").is_none(), "{whole}");
        // Pages of which nothing is left are passed over, and the first page may be one.
        log_of(&customers.acme, ACME, 350, paging, |id| (120..130).contains(&id) || id == 349);
        let (ids, pages) = all_pages(&client, json!({ "limit": 50 })).await;
        assert_each_once(&ids, 11, &format!("{paging:?}"));
        assert_eq!(pages, 2, "{paging:?}");
        // So many of them in a row lead on with an empty page, which says so.
        log_of(&customers.acme, ACME, 300, paging, |id| id == 299);
        let empty = client.json("listSelfAuditLogs", json!({ "limit": 10 })).await;
        assert!(empty["note"].as_str().unwrap().contains("`next` leads to later rows"), "{empty}");
        let (ids, _) = all_pages(&client, json!({ "limit": 10 })).await;
        assert_each_once(&ids, 1, &format!("{paging:?}"));
    }
}

#[tokio::test]
async fn a_list_whose_pages_are_smaller_than_was_asked_for_has_all_rows() {
    for header in ["X-Page-Total", "X-Page-Limit", "X-Nothing"] {
        let customers = Customers::start().await;
        let client = one_account(&customers).client(Lifecycle::Stateless).await;
        customers.acme.default_handler(move |received: &Received| {
            let page = received.number("page").unwrap_or(1);
            let rows = (0..250).map(|id| json!({ "id": format!("{ACME}-{id}"), "org_id": ACME }));
            let rows: Vec<_> = rows.skip((page - 1) * 100).take(100).collect();
            let value = if header == "X-Page-Total" { "250" } else { "100" };
            Answer::json(&rows.into()).header(header, value)
        });
        let (ids, pages) = all_pages(&client, json!({ "limit": 1_000 })).await;
        assert_each_once(&ids, 250, header);
        assert_eq!(pages, 3, "{header}");
    }
}

#[tokio::test]
async fn a_query_counts_all_rows_of_accounts_that_are_used_for_some_organizations() {
    for paging in [Paging::InObject, Paging::InHeaders] {
        let customers = Customers::start().await;
        log_of(&customers.acme, ACME, 2_500, paging, |id| id % 2 == 0);
        log_of(&customers.beta, BETA, 30, paging, |id| id % 3 == 0);
        let client = one_account(&customers).client(Lifecycle::Stateless).await;
        let answer = counted(&client).await;
        assert_eq!(answer["results"][0]["n"], 1_250, "{answer}");
        assert!(answer["tables"]["l"].get("partial").is_none(), "{answer}");
        let (acme, beta) = (used_for(ACME), used_for(BETA));
        for (more, wanted) in
            [([acme.as_str(), beta.as_str()], 1_260), (["", ""], 2_530), (["", beta.as_str()], 2_510)]
        {
            let client = customers.launch(more).client(Lifecycle::Stateless).await;
            let answer = counted(&client).await;
            assert_eq!(answer["results"][0]["n"], wanted, "{more:?}: {answer}");
            assert!(answer["tables"]["l"].get("partial").is_none(), "{answer}");
        }
        // Rows that an account keeps back are not silently missing.
        let path = "/api/v1/self/logs";
        customers.beta.answers(path, [Answer::json(&json!({ "detail": "x" })).status(403)]);
        let client = customers.launch(["", ""]).client(Lifecycle::Stateless).await;
        let answer = counted(&client).await;
        let partial = answer["tables"]["l"]["partial"].as_str().unwrap_or_else(|| panic!("{answer}"));
        assert!(partial.contains("`beta`"), "{partial}");
    }
}

#[tokio::test]
async fn all_pages_of_several_accounts_come_whatever_their_sizes_and_wherever_they_are_cut() {
    for paging in [Paging::InObject, Paging::InHeaders] {
        let customers = Customers::start().await;
        log_of(&customers.acme, ACME, 250, paging, |id| id % 2 == 0);
        log_of(&customers.beta, BETA, 90, paging, |_| true);
        for (more, wanted) in [(["", ""], 340), ([used_for(ACME).as_str(), ""], 215)] {
            // The second leaves room for some rows of a page only.
            for room in ["", "--max-result-bytes 6000"] {
                let client = customers.launch(more).arguments(room).client(Lifecycle::Stateless).await;
                for arguments in [json!({}), json!({ "limit": 30 })] {
                    let (ids, _) = all_pages(&client, arguments.clone()).await;
                    assert_each_once(&ids, wanted, &format!("{paging:?} {more:?} {room} {arguments}"));
                }
            }
        }
    }
}

#[tokio::test]
async fn rows_of_an_account_that_failed_are_missing_in_a_call_and_in_all_pages() {
    let path = "/api/v1/self/logs";
    let refused = || Answer::json(&json!({ "detail": "x" })).status(403);
    let none = || Answer::json(&json!({ "results": [], "total": 0, "page": 1, "limit": 100 }));
    for (count, answers, wanted) in [
        (3, vec![refused()], true),
        (0, vec![refused()], true),
        (250, vec![refused()], true),
        // The last page lacks no rows.
        (250, vec![refused(), none()], true),
        (250, vec![none()], false),
    ] {
        let customers = Customers::start().await;
        log_of(&customers.acme, ACME, count, Paging::InObject, |_| true);
        customers.beta.answers(path, answers.clone());
        let client = customers.launch(["", ""]).client(Lifecycle::Stateless).await;
        let answer = client.json("listSelfAuditLogs", json!({})).await;
        assert_eq!(answer.get("incomplete"), wanted.then_some(&json!(true)), "{count}: {answer}");
        assert_eq!(answer["note"].as_str().is_some_and(|note| note.contains("`beta`")), wanted, "{answer}");

        for form in ["", "--format toon", "--csv"] {
            customers.beta.answers(path, answers.clone());
            let call = customers.launch(["", ""]).arguments("call listSelfAuditLogs --all-pages limit=100");
            let finished = call.arguments(form).run().await;
            assert_eq!(finished.code(), Some(i32::from(wanted)), "{count} {form}: {}", finished.stderr);
            assert_eq!(finished.stderr.contains("`beta`"), wanted, "{count} {form}: {}", finished.stderr);
            let ids = finished.output().matches("a000000-0000-4000-8000-000000000001-").count();
            assert_eq!(ids as u64, count, "{form}: {}", finished.output());
        }
    }
}
