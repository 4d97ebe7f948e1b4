//! A default organization that the token does not see: the error says so, and what to correct.

use mistmcp_tests::{Answer, Launch, Lifecycle, MockUpstream};
use serde_json::{Value, json};

use crate::accounts::{ACME, BETA, Customers, SITE_OF_ACME, TOKENS};

/// A server with the account of Acme alone, or with its token.
fn launch(acme: &MockUpstream, has_account: bool, org: &str) -> Launch {
    let url = acme.url();
    let launch = if has_account {
        let file = format!("[accounts.acme]\ntoken_file = \"acme.token\"\ncloud = \"{url}\"\n");
        Launch::new("--accounts accounts.toml --allow-cloud")
            .argument(&url)
            .file("accounts.toml", file)
            .file("acme.token", TOKENS[0])
    } else {
        Launch::at_url(&url, "")
    };
    launch.arguments("--org-id").argument(org)
}

const WANTED: [&str; 4] =
    [BETA, "which is the default of calls that name none", "--org-id (or MISTMCP_ORG_ID)", "`org_id`"];

#[tokio::test]
async fn a_call_about_a_default_organization_that_is_not_seen_says_what_to_correct() {
    let customers = Customers::start().await;
    let query = json!({ "tables": { "t": { "tool": "searchOrgSites" } }, "sql": "SELECT * FROM t" });
    for (has_account, subject) in [(true, "The token of the account `acme`"), (false, "The API token")] {
        for status in [404, 403] {
            customers.acme.default_handler(move |_| Answer::json(&json!({ "detail": "no" })).status(status));
            for lifecycle in Lifecycle::BOTH {
                let client = launch(&customers.acme, has_account, BETA)
                    .arguments("--mode all")
                    .client(lifecycle)
                    .await;
                for (tool, arguments) in [
                    ("getOrg", json!({})),
                    ("searchOrgSites", json!({})),
                    ("getSiteInfo", json!({ "site_id": "Acme HQ" })),
                    ("queryRows", query.clone()),
                ] {
                    let refused = client.refusal(tool, arguments).await;
                    for wanted in WANTED.iter().chain([&subject]) {
                        assert!(refused.contains(wanted), "{tool} {status}: {wanted}: {refused}");
                    }
                }
                // What is named is not about the default.
                assert_eq!(client.json("getOrg", json!({ "org_id": ACME })).await["name"], "Acme");
                assert_eq!(
                    client.json("getSiteInfo", json!({ "site_id": SITE_OF_ACME })).await["name"],
                    "Acme HQ"
                );
                for arguments in
                    [json!({ "org_id": BETA }), json!({ "org_id": "0c000000-0000-4000-8000-000000000003" })]
                {
                    let refused = client.refusal("getOrg", arguments).await;
                    assert!(!refused.contains("default"), "{refused}");
                }
            }
        }
        customers.acme.take();
    }
}

#[tokio::test]
async fn where_the_default_organization_is_seen_an_error_is_that_of_mist() {
    let customers = Customers::start().await;
    let provider = json!({ "privileges": [{ "scope": "msp", "msp_id": BETA, "role": "read" }] });
    let group = json!({ "privileges": [{ "scope": "orggroup", "msp_id": BETA, "orggroup_ids": [], "role": "read" }] });
    let one: Value = json!({ "privileges": [{ "scope": "org", "org_id": ACME, "role": "read" }] });
    for privileges in [provider, group, one] {
        customers.acme.json("/api/v1/self", &privileges);
        let client =
            launch(&customers.acme, true, ACME).arguments("--mode all").client(Lifecycle::Legacy).await;
        assert_eq!(client.json("getOrg", json!({})).await["name"], "Acme");
        let refused = client.refusal("listOrgTemplates", json!({})).await;
        assert!(refused.contains("no object with this id") && !refused.contains("default"), "{refused}");
    }
}

#[tokio::test]
async fn with_several_accounts_and_on_the_command_line_it_is_said_as_well() {
    let customers = Customers::start().await;
    let stranger = "0c000000-0000-4000-8000-000000000003";
    let several = customers.launch(["", ""]).arguments("--org-id").argument(stranger);
    let refused = several.client(Lifecycle::Legacy).await.refusal("getOrg", json!({})).await;
    for wanted in
        [stranger, "No account sees", "`acme`", "the default of calls", "--org-id (or MISTMCP_ORG_ID)"]
    {
        assert!(refused.contains(wanted), "{wanted}: {refused}");
    }
    let finished = launch(&customers.acme, true, BETA).arguments("call getOrg").run().await;
    assert_eq!(finished.code(), Some(4), "{}", finished.stderr);
    for wanted in WANTED {
        assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
    }
}
