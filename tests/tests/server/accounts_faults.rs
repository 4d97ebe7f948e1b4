//! Several accounts, one of whose clouds fails or is slow: calls go to no other account in its place, and those of the
//! others go on. Names of sites over several accounts.

use mistmcp_tests::{Answer, Lifecycle, soon};
use rmcp::model::{ArgumentInfo, CompleteRequestParams, Reference};
use serde_json::{Value, json};

use crate::accounts::{ACME, BETA, Customers, SITE_OF_ACME, SITE_OF_BETA};

const UNKNOWN: &str = "0c000000-0000-4000-8000-000000000009";

/// What the cloud of Beta answers to everything.
fn fault(status: u16) -> Answer {
    Answer::json(&json!({ "detail": "broken" })).status(status)
}

fn break_beta(customers: &Customers, answer: &Answer) {
    let paths = [
        "/api/v1/self".to_owned(),
        format!("/api/v1/sites/{SITE_OF_BETA}"),
        format!("/api/v1/sites/{UNKNOWN}"),
        format!("/api/v1/sites/{SITE_OF_ACME}"),
    ];
    for path in paths {
        customers.beta.answers(&path, [answer.clone()]);
    }
}

#[tokio::test]
async fn while_an_account_cannot_be_asked_no_other_takes_its_place() {
    for status in [500, 502, 429, 401] {
        for lifecycle in Lifecycle::BOTH {
            let customers = Customers::start().await;
            break_beta(&customers, &fault(status));
            let launch = customers.launch(["", ""]).arguments("--retry-wait 0");
            let client = launch.client(lifecycle).await;
            for (tool, arguments) in [
                ("getOrg", json!({})),
                ("searchOrgSites", json!({})),
                // A part of a name may be the whole name of another organization.
                ("getOrg", json!({ "org_id": "Acm" })),
                ("getSiteInfo", json!({ "site_id": "Acme" })),
            ] {
                let refused = client.refusal(tool, arguments.clone()).await;
                assert!(
                    refused.contains("The account `beta`") && refused.contains("could not be asked"),
                    "{status} {tool} {arguments}: {refused}"
                );
                let id = if tool == "getSiteInfo" { SITE_OF_ACME } else { ACME };
                assert!(refused.contains(id), "{status} {tool} {arguments}: {refused}");
            }
            for (tool, arguments) in
                [("getOrg", json!({ "org_id": UNKNOWN })), ("getSiteInfo", json!({ "site_id": UNKNOWN }))]
            {
                let refused = client.refusal(tool, arguments).await;
                assert!(
                    refused.contains("`beta`") && !refused.contains("No account"),
                    "{status} {tool}: {refused}"
                );
            }
            customers.asked();
            let named = client.call("getOrg", json!({ "org_id": "acme" })).await;
            assert!(named.contains("\"Acme\"") && named.contains("`beta`"), "{status}: {named}");
            assert_eq!(client.json("getOrg", json!({ "org_id": ACME })).await["name"], "Acme");
            assert_eq!(
                client.json("getSiteInfo", json!({ "site_id": SITE_OF_ACME })).await["name"],
                "Acme HQ"
            );
            let shown = client.json("getSelf", json!({})).await;
            assert!(shown["accounts"][1]["error"].is_string(), "{shown}");
            // Nothing of Beta's was asked of Acme but whether it is there.
            let [acme, _] = customers.asked();
            assert!(!acme.iter().any(|path| path.contains(BETA)), "{acme:?}");
        }
    }
}

#[tokio::test]
async fn an_account_without_calls_in_this_hour_stops_no_answer_and_no_query_of_another() {
    for (used_up, other) in [(ACME, BETA), (BETA, ACME)] {
        let customers = Customers::start().await;
        let clouds = if other == ACME { &customers.acme } else { &customers.beta };
        clouds.default_handler(|request| {
            let page = request.number("page").unwrap_or(1);
            Answer::page(&[json!({ "mac": format!("5c5b3500000{page}") })], page, 1, 2)
        });
        let client = customers.launch(["", ""]).arguments("--rate-limit 40").client(Lifecycle::Legacy).await;
        let mut refused = String::new();
        for number in 0..60 {
            let arguments = json!({ "org_id": used_up, "text": format!("x{number}") });
            let result = client.try_call("searchOrgInventory", arguments).await.unwrap();
            refused = mistmcp_tests::text(&result);
            if refused.contains("hour") {
                break;
            }
        }
        assert!(refused.contains("hour"), "{refused}");
        let answer = client.json("listProblems", json!({ "org_id": other })).await;
        assert!(!answer["not_seen"].to_string().contains("hour"), "{answer}");
        let query = json!({
            "tables": { "t": { "tool": "getOrgInventory", "arguments": { "org_id": other } } },
            "sql": "SELECT count(*) AS n FROM t",
        });
        let answer = client.json("queryRows", query).await;
        assert_eq!(answer["results"][0]["n"], 2, "{answer}");
    }
}

#[tokio::test]
async fn on_the_command_line_an_account_that_cannot_be_asked_is_named_as_well() {
    let customers = Customers::start().await;
    break_beta(&customers, &fault(500));
    for tool in ["getOrg", "searchOrgSites"] {
        let launch = customers.launch(["", ""]).arguments("--retry-wait 0 call").argument(tool);
        let finished = launch.run().await;
        assert!(finished.code().is_some_and(|code| code != 0), "{}", finished.output());
        for wanted in ["The account `beta`", "could not be asked", ACME] {
            assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
        }
    }
}

#[tokio::test]
async fn a_cloud_that_does_not_answer_delays_no_other() {
    for lifecycle in Lifecycle::BOTH {
        let customers = Customers::start().await;
        break_beta(&customers, &Answer::never());
        let client = customers.launch(["", ""]).arguments("--timeout 30").client(lifecycle).await;
        // A call that waited for all accounts would end with an error at its deadline.
        for _ in 0..2 {
            assert_eq!(client.json("getOrg", json!({ "org_id": ACME })).await["name"], "Acme");
            assert_eq!(
                client.json("getSiteInfo", json!({ "site_id": SITE_OF_ACME })).await["name"],
                "Acme HQ"
            );
            assert!(client.call("getOrg", json!({ "org_id": "Acme" })).await.contains("\"Acme\""));
            let shown = client.json("getSelf", json!({})).await;
            assert!(shown["accounts"][1]["error"].as_str().unwrap().contains("slow"), "{shown}");
            assert_eq!(shown["privileges"][0]["org_name"], "Acme", "{shown}");
            let refused = client.refusal("getOrg", json!({})).await;
            assert!(refused.contains("`beta`") && refused.contains(ACME), "{refused}");
        }
        // It is asked again as soon as only it can be meant.
        customers.beta.json(
            "/api/v1/self",
            &json!({ "privileges": [{ "scope": "org", "org_id": BETA, "org_name": "Beta" }] }),
        );
        let works = async {
            while client.try_call("getOrg", json!({ "org_id": BETA })).await.unwrap().is_error == Some(true) {
            }
        };
        soon("the account to be asked again", Box::pin(works)).await;
    }
}

#[tokio::test]
async fn a_site_is_found_by_its_name_over_all_accounts() {
    let customers = Customers::start().await;
    let both = |org: &str, site: &str, name: &str, other: u8| {
        json!([
            { "id": site, "org_id": org, "name": format!("{name} HQ") },
            { "id": format!("05000000-0000-4000-8000-00000000001{other}"), "org_id": org, "name": "Leeds" },
        ])
    };
    customers.acme.json(&format!("/api/v1/orgs/{ACME}/sites"), &both(ACME, SITE_OF_ACME, "Acme", 1));
    customers.beta.json(&format!("/api/v1/orgs/{BETA}/sites"), &both(BETA, SITE_OF_BETA, "Beta", 2));
    for lifecycle in Lifecycle::BOTH {
        let client = customers.launch(["", ""]).client(lifecycle).await;
        for (name, wanted) in [("Acme HQ", "Acme HQ"), ("beta hq", "Beta HQ"), ("Beta H", "Beta HQ")] {
            let shown = client.call("getSiteInfo", json!({ "site_id": name })).await;
            assert!(shown.contains(&format!("\"name\":\"{wanted}\"")), "{name}: {shown}");
        }
        for name in ["Leeds", "HQ"] {
            let refused = client.refusal("getSiteInfo", json!({ "site_id": name })).await;
            assert!(refused.contains("account `acme`") && refused.contains("account `beta`"), "{refused}");
            assert!(!refused.contains("org_id"), "{refused}");
        }
        let refused = client.refusal("getSiteInfo", json!({ "site_id": "Quito" })).await;
        assert!(refused.contains("Acme HQ") && refused.contains("Beta HQ"), "{refused}");
        assert_eq!(complete_site(&client, "").await, json!(["Acme HQ", "Beta HQ", "Leeds"]));
        assert_eq!(complete_site(&client, "bet").await, json!(["Beta HQ"]));
    }
}

/// The completions of the argument `site` of a prompt.
async fn complete_site(client: &mistmcp_tests::Client, written: &str) -> Value {
    let prompts = client.server().list_all_prompts().await.unwrap();
    let has_site = |prompt: &&rmcp::model::Prompt| {
        prompt.arguments.iter().flatten().any(|argument| argument.name == "site")
    };
    let prompt = prompts.iter().find(has_site).unwrap();
    let argument = ArgumentInfo::new("site", written);
    let of = Reference::for_prompt(prompt.name.clone());
    json!(client.server().complete(CompleteRequestParams::new(of, argument)).await.unwrap().completion.values)
}
