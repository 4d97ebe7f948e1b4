//! Which organization and account a call is about: that of the site it names, the one that `orgs` names, or the default.

use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream, TOKEN};
use serde_json::{Map, Value, json};

use crate::accounts::{ACME, BETA, Customers, SITE_OF_ACME, SITE_OF_BETA, TOKENS};
use crate::command_line::stops;

/// The tools of the category `answers` that take a site, with the arguments that they need beside it.
async fn answer_tools(client: &Client) -> Vec<(String, Map<String, Value>)> {
    let finished = Launch::new("tools answers --json").run().await;
    let listed: Value = serde_json::from_str(&finished.output()).unwrap();
    let names: Vec<_> = listed["tools"].as_array().unwrap().iter().map(|tool| tool["name"].clone()).collect();
    let mut tools = Vec::new();
    for tool in client.tools().await {
        let takes_site = tool.input_schema["properties"].get("site_id").is_some();
        if !takes_site || !names.iter().any(|name| *name == *tool.name) {
            continue;
        }
        let required =
            tool.input_schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
        let needed = required.iter().filter_map(Value::as_str).filter(|name| *name != "site_id");
        tools.push((tool.name.to_string(), needed.map(|name| (name.to_owned(), "x".into())).collect()));
    }
    assert!(tools.len() >= 10, "{tools:?}");
    tools
}

fn with_site(mut arguments: Map<String, Value>, site: &str) -> Value {
    arguments.insert("site_id".to_owned(), site.into());
    arguments.into()
}

#[tokio::test]
async fn every_answer_about_a_site_is_of_the_organization_of_the_site() {
    let customers = Customers::start().await;
    let client = customers.launch(["", ""]).client(Lifecycle::Stateless).await;
    for (tool, arguments) in answer_tools(&client).await {
        for (site, own, other) in [
            (SITE_OF_ACME, ACME, BETA),
            ("Beta HQ", BETA, ACME),
            ("acme hq", ACME, BETA),
            (SITE_OF_BETA, BETA, ACME),
        ] {
            customers.asked();
            let answer = client.call(&tool, with_site(arguments.clone(), site)).await;
            assert!(!answer.contains("`org_id` is missing"), "{tool} {site}: {answer}");
            let asked = customers.asked().concat();
            let about_others = asked
                .iter()
                .filter(|path| path.contains(other) && **path != format!("/api/v1/orgs/{other}/sites"));
            assert_eq!(about_others.count(), 0, "{tool} {site}: {asked:?}");
            let is_own = |path: &String| path.contains(own) || path.contains("/sites/");
            assert!(asked.iter().any(is_own), "{tool} {site}: {asked:?}");
        }
    }
}

/// A cloud where one token sees both organizations.
async fn provider() -> MockUpstream {
    let upstream = MockUpstream::start().await;
    let privileges = [(ACME, "Acme"), (BETA, "Beta")]
        .map(|(id, name)| json!({ "scope": "org", "org_id": id, "org_name": name, "role": "read" }));
    upstream.json("/api/v1/self", &json!({ "privileges": privileges }));
    for (org, name, site) in [(ACME, "Acme", SITE_OF_ACME), (BETA, "Beta", SITE_OF_BETA)] {
        let own = json!({ "id": site, "org_id": org, "name": format!("{name} HQ") });
        upstream.json(&format!("/api/v1/sites/{site}"), &own);
        upstream.json(&format!("/api/v1/orgs/{org}"), &json!({ "id": org, "name": name }));
        upstream.json(
            &format!("/api/v1/orgs/{org}/sites"),
            &json!([{ "id": site, "name": format!("{name} HQ") }]),
        );
    }
    upstream.default_handler(|_| Answer::json(&json!({ "detail": "not found" })).status(404));
    upstream
}

#[tokio::test]
async fn a_token_that_sees_several_organizations_answers_about_that_of_the_site() {
    let upstream = provider().await;
    for (default, sites) in [
        ("", [SITE_OF_ACME, "beta hq", "Acme HQ", SITE_OF_BETA]),
        // A site that is named by its id is meant, whatever the default is.
        (ACME, [SITE_OF_ACME, SITE_OF_BETA, "Acme HQ", SITE_OF_BETA]),
    ] {
        let launch = Launch::at(&upstream, "--mode all");
        let launch = if default.is_empty() { launch } else { launch.arguments("--org-id").argument(default) };
        let client = launch.client(Lifecycle::Stateless).await;
        for (tool, arguments) in answer_tools(&client).await {
            for site in sites {
                upstream.take();
                let answer = client.call(&tool, with_site(arguments.clone(), site)).await;
                assert!(!answer.contains("`org_id` is missing"), "{tool} {site}: {answer}");
                let is_acme = site == SITE_OF_ACME || site.starts_with("Acme");
                let other = if is_acme { BETA } else { ACME };
                let about_others =
                    upstream.take().into_iter().map(|received| received.path).filter(|path| {
                        path.contains(other) && *path != format!("/api/v1/orgs/{other}/sites")
                    });
                let about_others: Vec<_> = about_others.collect();
                assert!(about_others.is_empty(), "{default} {tool} {site}: {about_others:?}");
            }
        }
    }
    // Tools with an endpoint follow the site as well.
    let client = Launch::at(&upstream, "--mode all").client(Lifecycle::Stateless).await;
    let refused = client.refusal("getOrg", json!({})).await;
    assert!(refused.contains("sees 2 organizations") && refused.contains(BETA), "{refused}");
    let unknown =
        client.refusal("checkSite", json!({ "site_id": "0c000000-0000-4000-8000-000000000003" })).await;
    assert!(!unknown.contains("org_id"), "{unknown}");
}

#[tokio::test]
async fn sites_of_several_organizations_in_one_argument_are_refused() {
    const SITES: [&str; 4] = [
        "05000000-0000-4000-8000-000000000001,05000000-0000-4000-8000-000000000002",
        "Acme HQ,Beta HQ",
        "beta hq, Acme HQ",
        "05000000-0000-4000-8000-000000000002,acme hq",
    ];
    const TOOLS: [&str; 3] = ["searchOrgAlarms", "listOrgAuditLogs", "listOrgDevicesStats"];
    const OTHER_SITE: &str = "05000000-0000-4000-8000-000000000003";
    let refuses = async |client: &Client, asked: &dyn Fn() -> Vec<String>| {
        for (tool, sites) in TOOLS.into_iter().flat_map(|tool| SITES.map(|sites| (tool, sites))) {
            let refused = client.refusal(tool, json!({ "site_id": sites })).await;
            for wanted in ["`site_id`", "several organizations", ACME, BETA, SITE_OF_ACME, SITE_OF_BETA] {
                assert!(refused.contains(wanted), "{tool} {sites}: {wanted}: {refused}");
            }
            let asked = asked();
            let is_look_up = |path: &String| path.contains("/sites") || path.ends_with("/self");
            assert!(asked.iter().all(is_look_up), "{tool} {sites}: {asked:?}");
        }
    };
    let customers = Customers::start().await;
    let client = customers.launch(["", ""]).client(Lifecycle::Stateless).await;
    refuses(&client, &|| customers.asked().concat()).await;

    let upstream = provider().await;
    let client = Launch::at(&upstream, "--mode all").client(Lifecycle::Stateless).await;
    refuses(&client, &|| upstream.take().into_iter().map(|received| received.path).collect()).await;

    // Those of one organization are asked for together, whether or not its list has them.
    let other = json!({ "id": OTHER_SITE, "org_id": ACME, "name": "Acme Depot" });
    upstream.json(&format!("/api/v1/sites/{OTHER_SITE}"), &other);
    upstream.json(&format!("/api/v1/orgs/{ACME}/alarms/search"), &json!({ "results": [], "total": 0 }));
    let both = format!("{SITE_OF_ACME},{OTHER_SITE}");
    client.json("searchOrgAlarms", json!({ "site_id": both })).await;
    let own = json!({ "id": SITE_OF_ACME, "org_id": ACME, "name": "Acme HQ" });
    upstream.json(&format!("/api/v1/orgs/{ACME}/sites"), &json!([own, other]));
    let client = Launch::at(&upstream, "--mode all").client(Lifecycle::Stateless).await;
    for sites in [both.as_str(), "Acme Depot,Acme HQ"] {
        upstream.take();
        client.json("searchOrgAlarms", json!({ "site_id": sites })).await;
        let asked = upstream.take();
        let last = asked.last().unwrap();
        assert!(last.path.starts_with(&format!("/api/v1/orgs/{ACME}/alarms")), "{}", last.path);
        assert!(!asked.iter().any(|sent| sent.path.contains(OTHER_SITE)), "{sites}: {asked:?}");
    }
}

#[tokio::test]
async fn sites_that_mist_does_not_tell_of_are_asked_for_a_few_times_and_leave_the_call() {
    let upstream = provider().await;
    upstream.json(&format!("/api/v1/orgs/{ACME}/alarms/search"), &json!({ "results": [], "total": 0 }));
    let site = |number: usize| format!("0c000000-0000-4000-8000-{number:012x}");
    upstream.answers(&format!("/api/v1/sites/{}", site(1)), [Answer::json(&json!({})).status(403)]);
    let sites = |numbers: std::ops::RangeInclusive<usize>| {
        let others = numbers.map(|number| format!(",{}", site(number)));
        format!("{SITE_OF_ACME}{}", others.collect::<String>())
    };
    let asks = async |client: &Client, sites: String| {
        upstream.take();
        client.json("searchOrgAlarms", json!({ "site_id": sites })).await;
        let asked = upstream.take();
        assert!(asked.last().unwrap().path.starts_with(&format!("/api/v1/orgs/{ACME}/alarms")), "{asked:?}");
        let is_of = |start: &str| asked.iter().filter(|sent| sent.path.starts_with(start)).count();
        [is_of("/api/v1/sites/0c"), is_of(&format!("/api/v1/orgs/{ACME}/sites"))]
    };
    let client = Launch::at(&upstream, "--mode all").client(Lifecycle::Stateless).await;
    assert_eq!(asks(&client, sites(1..=2)).await, [2, 1], "403 and 404");
    assert_eq!(asks(&client, sites(1..=30)).await, [8, 0]);
    // The list is read whole if its first page lacks many.
    let rows: Vec<_> =
        (0..1_500).map(|number| json!({ "id": site(number), "name": format!("Site {number}") })).collect();
    let page =
        |number: usize| Answer::page(rows.chunks(1_000).nth(number - 1).unwrap(), number, 1_000, rows.len());
    upstream.answers(&format!("/api/v1/orgs/{ACME}/sites"), [page(1), page(1), page(2)]);
    let client = Launch::at(&upstream, "--mode all").client(Lifecycle::Stateless).await;
    assert_eq!(asks(&client, sites(1_001..=1_030)).await, [0, 3]);
}

#[tokio::test]
async fn organizations_of_an_msp_or_of_a_group_of_it_are_seen_though_no_privilege_names_them() {
    const MSP: &str = "0d000000-0000-4000-8000-000000000001";
    for scope in ["msp", "orggroup"] {
        let of_msp = json!({ "scope": scope, "msp_id": MSP, "orggroup_ids": [], "name": "Schools" });
        let of_org = json!({ "scope": "org", "org_id": ACME, "org_name": "Acme" });
        for privileges in [json!([of_org, of_msp]), json!([of_msp, of_org]), json!([of_msp])] {
            let upstream = provider().await;
            upstream.json("/api/v1/self", &json!({ "privileges": privileges }));
            let orgs = json!([{ "id": ACME, "name": "Acme" }, { "id": BETA, "name": "Beta" }]);
            upstream.json(&format!("/api/v1/msps/{MSP}/orgs"), &orgs);
            upstream
                .json(&format!("/api/v1/orgs/{BETA}/alarms/search"), &json!({ "results": [], "total": 0 }));
            let client = Launch::at(&upstream, "--mode all").client(Lifecycle::Stateless).await;
            for arguments in [
                json!({ "site_id": SITE_OF_BETA }),
                json!({ "site_id": "Beta HQ" }),
                json!({ "org_id": "Beta" }),
            ] {
                client.json("searchOrgAlarms", arguments.clone()).await;
                let last = upstream.take().pop().unwrap().path;
                assert_eq!(last, format!("/api/v1/orgs/{BETA}/alarms/search"), "{privileges} {arguments}");
            }
        }
    }
}

#[tokio::test]
async fn the_parameters_that_an_error_may_name_are_shown_to_people() {
    for tool in ["checkSite", "findAnything", "rankSites"] {
        let shown = Launch::new(&format!("tools {tool}")).run().await.output();
        assert!(shown.contains("org_id"), "{shown}");
    }
}

#[tokio::test]
async fn orgs_decide_for_sites_as_for_organizations() {
    let customers = Customers::start().await;
    // The second account sees the first one's organization as well.
    let both = json!([{ "scope": "org", "org_id": ACME, "org_name": "Acme" }, { "scope": "org", "org_id": BETA, "org_name": "Beta" }]);
    customers.beta.json("/api/v1/self", &json!({ "privileges": both }));
    let site = json!({ "id": SITE_OF_ACME, "org_id": ACME, "name": "Acme HQ" });
    customers.beta.json(&format!("/api/v1/sites/{SITE_OF_ACME}"), &site);
    customers.beta.json(&format!("/api/v1/orgs/{ACME}/sites"), &json!([site]));
    let named = format!("orgs = [\"{ACME}\"]");
    for lifecycle in Lifecycle::BOTH {
        let client = customers.launch([&named, ""]).client(lifecycle).await;
        for (tool, arguments) in [
            ("getSiteInfo", json!({ "site_id": SITE_OF_ACME })),
            ("getSiteInfo", json!({ "site_id": "Acme HQ" })),
            ("getSiteInfo", json!({ "site_id": SITE_OF_ACME })),
            ("getOrg", json!({ "org_id": ACME })),
        ] {
            customers.asked();
            let answer = client.json(tool, arguments.clone()).await;
            assert_eq!(answer["name"].as_str().unwrap().split(' ').next(), Some("Acme"), "{answer}");
            let [acme, _] = customers.asked();
            assert!(!acme.is_empty(), "{tool} {arguments}");
        }
        // The last call of a site goes to that account alone, once the organization of the site is known.
        client.json("getSiteInfo", json!({ "site_id": SITE_OF_ACME })).await;
        let [acme, beta] = customers.asked();
        assert!(beta.is_empty() && acme == [format!("/api/v1/sites/{SITE_OF_ACME}")], "{acme:?} {beta:?}");
        assert_eq!(client.json("getSiteInfo", json!({ "site_id": SITE_OF_BETA })).await["name"], "Beta HQ");
    }
    let finished = customers.launch([&named, ""]).arguments("check --json").run().await;
    assert!(!finished.output().contains("see the same organization"), "{}", finished.output());
    // Two accounts that both name it leave it open.
    let finished = customers.launch([&named, &named]).arguments("check --json").run().await;
    assert!(finished.output().contains("see the same organization"), "{}", finished.output());
}

#[tokio::test]
async fn a_default_organization_that_no_account_is_used_for_is_an_error_and_no_other_answers() {
    let upstream = provider().await;
    let file = format!(
        "[accounts.m]\ntoken_env = \"M_TOKEN\"\ncloud = \"{}\"\norgs = [\"{ACME}\"]\n",
        upstream.url()
    );
    let launch = |arguments: &str| {
        Launch::new("--accounts accounts.toml --allow-cloud")
            .argument(&upstream.url())
            .arguments(arguments)
            .file("accounts.toml", &file)
            .variable("M_TOKEN", TOKEN)
    };
    let stranger = "0c000000-0000-4000-8000-000000000003";
    for org in [BETA, stranger] {
        for call in [
            "call getOrg",
            "call searchOrgSites",
            "call rankSites",
            "query SELECT*FROM(s) --from s=searchOrgSites",
        ] {
            upstream.take();
            stops(
                launch(call).arguments("--org-id").argument(org),
                4,
                &["No account sees the organization", org],
            )
            .await;
            let asked = upstream.take();
            assert!(asked.iter().all(|received| !received.path.contains("/orgs/")), "{call}: {asked:?}");
        }
        let client = launch("--mode all --org-id").argument(org).client(Lifecycle::Legacy).await;
        let refused = client.refusal("getOrg", json!({})).await;
        assert!(refused.contains("No account sees") && refused.contains(org), "{refused}");
        assert_eq!(client.json("getOrg", json!({ "org_id": ACME })).await["name"], "Acme");
        // A call that names a site is not about the default.
        let answer = client.call("checkSite", json!({ "site_id": SITE_OF_ACME })).await;
        assert!(!answer.contains("No account sees"), "{answer}");
        let finished = launch("check --json --org-id").argument(org).run().await;
        assert_eq!(finished.code(), Some(1), "{}", finished.output());
        assert!(finished.output().contains("--org-id"), "{}", finished.output());
    }
    let customers = Customers::start().await;
    let several = customers.launch(["", ""]).arguments("call getOrg --org-id").argument(stranger);
    stops(several, 4, &["No account sees the organization", "acme", "beta"]).await;
    // One of several accounts is enough.
    let check = customers.launch(["", ""]).arguments("check --json --org-id").argument(BETA).run().await;
    assert!(
        check.output().contains("account beta")
            && check.output().contains("sees the organization of --org-id")
    );
    assert!(!check.output().contains("does not see"), "{}", check.output());
    let none = customers.launch(["", ""]).arguments("check --json --org-id").argument(stranger).run().await;
    assert!(none.output().contains("no account sees the organization of --org-id"), "{}", none.output());
    for token in TOKENS {
        assert!(!check.output().contains(token));
    }
}

#[tokio::test]
async fn an_account_of_an_msp_finds_the_organizations_that_it_is_used_for_by_name() {
    const CALDER: &str = "0a000000-0000-4000-8000-00000000000c";
    const MSP: &str = "0d000000-0000-4000-8000-000000000001";
    let limits = [format!("orgs = [\"{ACME}\"]"), String::new()];
    for (limit, scope) in
        limits.into_iter().flat_map(|limit| ["msp", "orggroup"].map(|scope| (limit.clone(), scope)))
    {
        let customers = Customers::start().await;
        let privileges = json!({ "privileges": [{ "scope": scope, "msp_id": MSP, "role": "read" }] });
        customers.acme.json("/api/v1/self", &privileges);
        customers.acme.json(
            &format!("/api/v1/msps/{MSP}/orgs"),
            &json!([{ "id": CALDER, "name": "Calder Schools" }, { "id": ACME, "name": "Acme" }]),
        );
        let calder = json!({ "id": CALDER, "name": "Calder Schools" });
        customers.acme.json(&format!("/api/v1/orgs/{CALDER}"), &calder);
        let launch = customers.launch([&limit, ""]).arguments("-c orgs,msps,sites");
        let client = launch.client(Lifecycle::Legacy).await;
        assert_eq!(client.json("getOrg", json!({ "org_id": "acme" })).await["id"], ACME);
        assert_eq!(client.json("getOrg", json!({ "org_id": "beta" })).await["id"], BETA);
        if limit.is_empty() {
            assert_eq!(client.json("getOrg", json!({ "org_id": CALDER })).await["id"], CALDER);
            assert_eq!(client.json("getOrg", json!({ "org_id": "calder schools" })).await["id"], CALDER);
        } else {
            for written in ["calder schools", "calder", "Globex"] {
                let refused = client.refusal("getOrg", json!({ "org_id": written })).await;
                assert!(!refused.contains("Calder Schools") && !refused.contains(CALDER), "{refused}");
            }
            let [acme, _] = customers.asked();
            assert!(!acme.iter().any(|path| path.contains(CALDER)), "{acme:?}");
        }
    }
}
