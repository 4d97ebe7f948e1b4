//! No text that a session gets names a tool that it cannot call, and errors say what there is.

use std::collections::BTreeSet;

use mistmcp::{Catalog, Mode, Session, Settings};
use mistmcp_tests::{Answer, Client, Launch, Lifecycle, MockUpstream};
use serde_json::{Map, Value, json};

use crate::process::{Process, call};

const ORG: &str = "0a000000-0000-4000-8000-000000000001";
const SITE: &str = "05000000-0000-4000-8000-000000000001";
const CONTROLS: [&str; 3] = ["manageMcpTools", "findTools", "callTool"];
/// What the names of tools begin with.
const VERBS: [&str; 9] =
    ["get", "list", "search", "count", "find", "call", "manage", "troubleshoot", "convert"];
/// Mist's names of operations that a description says are no tools here.
const NO_TOOLS: [&str; 2] = ["getSiteSleSummaryTrend", "getSiteSleClassifierSummaryTrend"];

/// The names of tools in a text: whatever is written as one.
fn tools_in(text: &str) -> impl Iterator<Item = &str> {
    let words = text.split(|letter: char| !letter.is_ascii_alphanumeric() && letter != '_');
    words.filter(|word| {
        let verb = VERBS.iter().find_map(|verb| word.strip_prefix(verb));
        verb.is_some_and(|rest| rest.starts_with(|letter: char| letter.is_ascii_uppercase()))
            && !NO_TOOLS.contains(word)
    })
}

/// The tools that the policy of a session allows.
type Allowed = fn(&str) -> bool;

/// The tools that a session can call, at once or by `callTool`.
fn callable(session: &Session, allowed: Allowed) -> BTreeSet<&'static str> {
    let settings = session.settings();
    let reached: BTreeSet<_> = settings.categories().map(|category| category.name).collect();
    let tools = settings.catalog().entries().iter().map(mistmcp::Entry::tool);
    let mut names: BTreeSet<_> =
        tools.filter(|tool| reached.contains(tool.category)).map(|tool| tool.name).collect();
    names.insert("getSelf");
    names.retain(|name| allowed(name));
    if settings.mode() == Mode::Managed {
        names.extend(CONTROLS);
    }
    names
}

/// Arguments of which each required one has some value.
fn some_arguments(definition: &mistmcp::rmcp::model::Tool) -> Value {
    let schema = &definition.input_schema;
    let required = schema.get("required").and_then(Value::as_array).cloned().unwrap_or_default();
    let value = |name: &str| match name {
        "site_id" => json!(SITE),
        "device_id" => json!("00000000-0000-0000-1000-5c5b35000001"),
        name if name.ends_with("_id") => json!(ORG),
        name if name.contains("mac") => json!("5c5b35000001"),
        name => match schema["properties"][name].get("enum") {
            Some(values) => values[0].clone(),
            None => json!("1"),
        },
    };
    required
        .iter()
        .filter_map(Value::as_str)
        .map(|name| (name.to_owned(), value(name)))
        .collect::<Map<_, _>>()
        .into()
}

/// Every text that a session gives, with what it was given for.
async fn texts(
    process: &Process,
    session: &Session,
    allowed: Allowed,
    tools_called: usize,
) -> Vec<(String, String)> {
    let settings = session.settings();
    let mut texts = vec![
        ("instructions".to_owned(), settings.instructions(true)),
        ("glossary".to_owned(), settings.category_docs()),
    ];
    for category in settings.categories() {
        texts.push((category.name.to_owned(), settings.category_doc(category.name).unwrap()));
    }
    texts.push(("no category".to_owned(), settings.category_doc("bogus").unwrap_err().to_string()));
    for prompt in settings.prompts() {
        let arguments = prompt.arguments.iter().map(|argument| {
            let category = || settings.categories().next().unwrap().name;
            (argument.name.to_owned(), json!(if argument.name == "category" { category() } else { "x" }))
        });
        let text = settings.prompt(prompt.name, &arguments.collect()).unwrap();
        texts.push((prompt.name.to_owned(), text));
    }
    let mut calls = vec![
        ("bogus".to_owned(), json!({})),
        ("findTools".to_owned(), json!({ "query": "events of access points" })),
        ("findTools".to_owned(), json!({})),
        ("callTool".to_owned(), json!({ "tool": "bogus" })),
        ("manageMcpTools".to_owned(), json!({ "enable_mcp_tools_categories": "bogus" })),
    ];
    let listed: Vec<_> = session.listed().map(|entry| settings.definition(entry)).collect();
    for definition in &listed {
        texts.push((definition.name.to_string(), serde_json::to_string(definition).unwrap()));
    }
    let entries = settings.catalog().entries().iter();
    let reached: BTreeSet<_> = callable(session, allowed);
    for entry in entries.filter(|entry| reached.contains(entry.tool().name)).take(tools_called) {
        let (name, definition) = (entry.tool().name, settings.definition(entry));
        let given = some_arguments(&definition);
        let with = |name: &str, value: &str| {
            let mut given = given.clone();
            given[name] = value.into();
            given
        };
        calls.extend([
            (name.to_owned(), json!({})),
            (name.to_owned(), with("bogus", "1")),
            (name.to_owned(), with("org_id", "Nowhere")),
            (name.to_owned(), with("site_id", "Nowhere")),
            (name.to_owned(), with("site_id", "Lyon")),
            (name.to_owned(), with("device_id", "Nothing")),
            (name.to_owned(), given),
        ]);
    }
    let by_name = settings.mode() == Mode::Managed;
    for (tool, arguments) in calls {
        let controls = CONTROLS.contains(&tool.as_str());
        let outcome = if by_name && !controls {
            call(session, "callTool", json!({ "tool": tool, "arguments": arguments })).await
        } else {
            call(session, &tool, arguments).await
        };
        process.upstream.take();
        texts.push((tool, outcome.unwrap_or_else(|error| error.to_string())));
    }
    texts
}

/// Fails with every text of a session that names a tool which it cannot call.
async fn names_only_its_own(
    process: &Process,
    session: &Session,
    allowed: Allowed,
    what: &str,
    tools_called: usize,
) {
    let callable = callable(session, allowed);
    let everything: BTreeSet<_> =
        Catalog::gather().unwrap().entries().iter().map(|entry| entry.tool().name).collect();
    let mut wrong = Vec::new();
    for (of, text) in Box::pin(texts(process, session, allowed, tools_called)).await {
        // An error repeats the name of the tool that was asked for.
        let strange = tools_in(&text).filter(|name| !callable.contains(name) && *name != of);
        wrong.extend(strange.map(|name| format!("{what}: {of}: `{name}`: {text:.300}")));
    }
    assert!(everything.len() > 200 && wrong.is_empty(), "{}", wrong.join("\n"));
}

/// A process whose Mist has sites and devices, and answers everything else with `status`.
async fn process(status: u16) -> Process {
    let process = Process::start().await;
    let upstream = &process.upstream;
    upstream
        .json("/api/v1/self", &json!({ "privileges": [{ "scope": "org", "org_id": ORG, "name": "Acme" }] }));
    let sites = json!([{ "id": SITE, "name": "Leeds" }, { "id": ORG, "name": "Lyon" }, { "id": "3", "name": "Lyon" }]);
    upstream.json(&format!("/api/v1/orgs/{ORG}/sites"), &sites);
    upstream.json(&format!("/api/v1/sites/{SITE}/devices"), &json!([{ "id": "1", "name": "ap" }]));
    upstream.default_handler(move |_| Answer::json(&json!({ "detail": "no" })).status(status));
    process
}

#[tokio::test]
async fn a_session_reads_of_no_tool_that_it_cannot_call() {
    for status in [400, 401, 403, 404, 429, 500] {
        let process = process(status).await;
        let categories: Vec<_> =
            Catalog::gather().unwrap().categories().iter().map(|category| category.name).collect();
        for mode in [Mode::Custom, Mode::Managed, Mode::All] {
            for category in &categories {
                let what = format!("{status} {mode:?} {category}");
                let token = what.replace(' ', "-");
                let session = process.session_of(&token, process.settings(mode, &[category]));
                // All tools for one status; one tool for each of the others.
                let tools_called = if status == 404 && mode == Mode::Custom { 50 } else { 1 };
                names_only_its_own(&process, &session, |_| true, &what, tools_called).await;
            }
        }
        let session = process.session_of("everything", process.settings(Mode::Managed, &[]));
        names_only_its_own(&process, &session, |_| true, "everything", 3).await;
    }
}

#[tokio::test]
async fn a_session_reads_of_no_tool_that_its_policy_removes() {
    let policies: [(&[&str], &[&str], Allowed); 4] = [
        (&["listSite*", "getSiteInfo"], &[], |name| name.starts_with("listSite") || name == "getSiteInfo"),
        (&[], &["getSelf", "*Org*"], |name| name != "getSelf" && !name.contains("Org")),
        (&["search*", "*Stats"], &["searchOrgSites"], |name| {
            (name.starts_with("search") || name.ends_with("Stats")) && name != "searchOrgSites"
        }),
        (&["getSiteInfo"], &[], |name| name == "getSiteInfo"),
    ];
    for status in [400, 403, 404] {
        let process = process(status).await;
        for (only, without, allowed) in policies {
            for mode in [Mode::Managed, Mode::All] {
                let [only, without] = [only, without]
                    .map(|names| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>());
                let settings =
                    Settings::clone(&process.settings(mode, &[])).with_policy(&only, &without).unwrap();
                let what = format!("{status} {mode:?} {only:?} {without:?}");
                let session = process.session_of(&format!("{mode:?}-{}", only.len()), settings.into());
                names_only_its_own(&process, &session, allowed, &what, 20).await;
            }
        }
    }
}

#[tokio::test]
async fn advice_names_a_tool_where_the_session_has_it() {
    for (status, categories, wanted) in
        [(403, &["sites"][..], "`getSelf`"), (404, &["sites", "orgs_sites"], "`searchOrgSites`")]
    {
        let process = process(status).await;
        let session = process.session_of("one", process.settings(Mode::Custom, categories));
        let error = call(&session, "getSiteInfo", json!({ "site_id": SITE })).await.unwrap_err().to_string();
        assert!(error.contains(wanted), "{error}");
    }
    let process = process(404).await;
    let session = process.session_of("one", process.settings(Mode::Custom, &["sites"]));
    let error = call(&session, "getSiteInfo", json!({ "site_id": SITE })).await.unwrap_err().to_string();
    assert!(error.contains("each object with the tool that lists its kind"), "{error}");
}

async fn sles() -> (MockUpstream, Client) {
    let upstream = MockUpstream::start().await;
    upstream.json(
        &format!("/api/v1/sites/{SITE}/sle/site/{SITE}/metrics"),
        &json!({ "enabled": ["coverage"], "supported": ["coverage", "roaming", "time-to-connect"] }),
    );
    upstream
        .json("/api/v1/const/insight_metrics", &json!({ "bytes": { "unit": "byte" }, "num_clients": {} }));
    upstream.default_handler(|_| Answer::json(&json!({ "detail": "not found" })).status(404));
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    (upstream, client)
}

#[tokio::test]
async fn a_metric_that_mist_does_not_know_is_reported_with_those_that_it_knows() {
    let (upstream, client) = sles().await;
    let sle = |metric: &str| json!({ "site_id": SITE, "scope": "site", "scope_id": SITE, "metric": metric });
    for (tool, arguments, wanted) in [
        ("getSiteSleThreshold", sle("coverge"), "did you mean \"coverage\"?"),
        ("getSiteSleHistogram", sle("xyz"), "there are coverage, roaming, time-to-connect."),
        ("getSiteSleSummary", sle("xyz"), "`listSiteSlesMetrics`"),
        (
            "getSiteInsightMetrics",
            json!({ "site_id": SITE, "metrics": "bytes,xyz" }),
            "\"xyz\" here; there are bytes, num_clients.",
        ),
        (
            "getSiteInsightMetricsForDevice",
            json!({ "site_id": SITE, "device_mac": "5c5b35000001", "metric": "num_client" }),
            "did you mean \"num_clients\"?",
        ),
        ("getOrgSle", json!({ "org_id": ORG, "metric": "xyz" }), "`listInsightMetrics`"),
        // The metric is right, so that something else is not.
        ("getSiteSleThreshold", sle("roaming"), "no object with this id"),
    ] {
        let refusal = client.refusal(tool, arguments).await;
        assert!(refusal.contains(wanted), "{tool}: {wanted}: {refusal}");
        assert!(upstream.take().len() <= 2, "{tool}: one more request at most");
    }
    // Where the list cannot be had either, the error is what it was, and says where to look.
    upstream.answers(
        &format!("/api/v1/sites/{SITE}/sle/site/{SITE}/metrics"),
        [Answer::json(&json!({})).status(403)],
    );
    let refusal = client.refusal("getSiteSleThreshold", sle("xyz")).await;
    assert!(
        refusal.contains("no object with this id") && refusal.contains("`listSiteSlesMetrics`"),
        "{refusal}"
    );
}

#[tokio::test]
async fn the_metrics_that_are_listed_are_those_of_the_scope_of_the_call() {
    let upstream = MockUpstream::start().await;
    let listed = json!({
        "worst-sites": { "scopes": ["org"] }, "num_aps": { "scopes": ["site", "ap"] }, "top-app": { "scopes": ["client"] },
        "cpu_util": { "scopes": ["device", "switch"] }, "orgs-sle": { "scopes": ["msp"] },
    });
    upstream.json("/api/v1/const/insight_metrics", &listed);
    upstream.default_handler(|_| Answer::json(&json!({ "detail": "not a metric here" })).status(400));
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let (site, mac) = (json!(SITE), json!("5c5b35000001"));
    for (tool, arguments, wanted) in [
        ("getOrgSle", json!({ "org_id": ORG, "metric": "cpu_util" }), "there are worst-sites."),
        ("getOrgSle", json!({ "org_id": ORG, "metric": "zzz" }), "there are worst-sites."),
        (
            "getSiteInsightMetrics",
            json!({ "site_id": site, "metrics": "num_aps,cpu_util" }),
            "there are num_aps.",
        ),
        (
            "getSiteInsightMetricsForClient",
            json!({ "site_id": site, "client_mac": mac, "metrics": "zzz" }),
            "there are top-app.",
        ),
        (
            "getSiteInsightMetricsForDevice",
            json!({ "site_id": site, "device_mac": mac, "metric": "worst-sites" }),
            "there are cpu_util, num_aps.",
        ),
    ] {
        let refusal = client.refusal(tool, arguments).await;
        assert!(refusal.contains(wanted), "{tool}: {refusal}");
    }
}

#[tokio::test]
async fn an_argument_of_the_list_alone_is_not_sent_with_the_id_of_an_object_and_the_answer_says_so() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|_| Answer::json(&json!({ "id": "x" })));
    let client =
        Launch::at(&upstream, "-m custom -c sites_devices,orgs_wlans,orgs_wan,orgs_tickets,sites_stats")
            .client(Lifecycle::Legacy)
            .await;
    for (tool, arguments, sent, said) in [
        (
            "listSiteDevices",
            json!({ "site_id": SITE, "device_id": "00000000-0000-0000-1000-5c5b35000001", "type": "switch", "limit": 5 }),
            &[][..],
            Some("`type`, `limit` apply to the list alone, and not with `device_id`"),
        ),
        (
            "listOrgPsks",
            json!({ "org_id": ORG, "psk_id": SITE, "ssid": "corp" }),
            &[],
            Some("`ssid` applies to the list alone, and not with `psk_id`"),
        ),
        (
            "listOrgNetworks",
            json!({ "org_id": ORG, "network_id": SITE, "page": 2 }),
            &[],
            Some("`page` applies"),
        ),
        (
            "listOrgTickets",
            json!({ "org_id": ORG, "ticket_id": SITE, "duration": "1d" }),
            &["duration"],
            None,
        ),
        (
            "listSiteWirelessClientsStats",
            json!({ "site_id": SITE, "client_mac": "5c5b35000001", "wired": true, "duration": "1d" }),
            &["wired"],
            Some("`duration` applies"),
        ),
        (
            "listSiteDevices",
            json!({ "site_id": SITE, "device_id": "00000000-0000-0000-1000-5c5b35000001" }),
            &[],
            None,
        ),
    ] {
        upstream.take();
        let answer = client.json(tool, arguments).await;
        let asked = upstream.take();
        let names: Vec<_> = asked.last().unwrap().query.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, sent, "{tool}: {asked:?}");
        match said {
            Some(words) => {
                assert!(answer["taken"].as_str().unwrap_or_default().contains(words), "{tool}: {answer}");
            }
            None => assert_eq!(answer.get("taken"), None, "{tool}: {answer}"),
        }
    }
}

#[tokio::test]
async fn a_mac_filter_takes_the_forms_of_its_endpoint_and_its_error_names_these_alone() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|_| Answer::json(&json!({ "results": [] })));
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let (one, several, part, end) = ("5C:5B:35:00:00:01", "5c5b35000001,5c5b35000002", "5c5b35*", "*4455");
    for (tool, arguments, name, taken, refused) in [
        ("searchOrgNacClientEvents", json!({}), "mac", &[one][..], &[several, part, end][..]),
        ("searchOrgNacClients", json!({}), "mac", &[one, part], &[several, end]),
        ("searchOrgDevices", json!({}), "mac", &[one, several, part], &[end]),
        ("searchSiteDevices", json!({ "site_id": SITE }), "mac", &[one, part], &[several, end]),
        ("getOrgInventory", json!({}), "vc_mac", &[one, several], &[part, end]),
        ("searchSiteSyntheticTest", json!({ "site_id": SITE }), "mac", &[one], &[several, part, end]),
    ] {
        let with = |value: &str| {
            let mut arguments = arguments.clone();
            arguments["org_id"] = ORG.into();
            if arguments.get("site_id").is_some() {
                arguments.as_object_mut().unwrap().remove("org_id");
            }
            arguments[name] = value.into();
            arguments
        };
        for value in taken {
            upstream.take();
            client.call(tool, with(value)).await;
            let sent = upstream.take().last().unwrap().query.iter().find(|(sent, _)| sent == name).cloned();
            let wanted = value.replace(':', "").to_lowercase();
            assert_eq!(sent.map(|(_, sent)| sent), Some(wanted), "{tool} {value}");
        }
        for value in refused {
            let refusal = client.refusal(tool, with(value)).await;
            let told = refusal.replace(value, "");
            assert_eq!(told.contains("several"), taken.contains(&several), "{tool} {value}: {refusal}");
            assert_eq!(told.contains("5c5b35*"), taken.contains(&part), "{tool} {value}: {refusal}");
        }
    }
}

#[tokio::test]
async fn filters_that_mist_takes_several_values_of_take_them_with_commas() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|_| Answer::json(&json!({ "results": [] })));
    let client = Launch::at(&upstream, "-m custom -c orgs_devices,orgs_clients,orgs_assets")
        .client(Lifecycle::Legacy)
        .await;
    let ids = format!("{SITE},{ORG}");
    for (tool, name, written, wanted) in [
        ("searchOrgDevices", "band_5_channel", json!("36, 40"), "36,40"),
        ("searchOrgDevices", "band_24_power", json!([8, 11]), "8,11"),
        ("searchOrgDevices", "eth0_port_speed", json!(1000), "1000"),
        ("searchOrgDevices", "mxedge_id", json!(ids), ids.as_str()),
        ("searchOrgNacClientEvents", "vlan", json!("10,20"), "10,20"),
        ("searchOrgNacClientEvents", "nacrule_id", json!(ids), ids.as_str()),
        ("searchOrgWirelessClientEvents", "nacrule_id", json!(ids), ids.as_str()),
        ("searchOrgAssets", "rssi", json!("-67,-70"), "-67,-70"),
    ] {
        upstream.take();
        client.call(tool, json!({ "org_id": ORG, name: written })).await;
        let sent = upstream.take().last().unwrap().query.iter().find(|(sent, _)| sent == name).cloned();
        assert_eq!(sent.map(|(_, sent)| sent).as_deref(), Some(wanted), "{tool} {name}");
        let refusal = client.refusal(tool, json!({ "org_id": ORG, name: "1,corp" })).await;
        assert!(refusal.contains(&format!("`{name}`")) && refusal.contains("commas"), "{tool}: {refusal}");
    }
}

#[tokio::test]
async fn a_call_that_is_refused_without_an_advised_parameter_names_it() {
    let upstream = MockUpstream::start().await;
    upstream.default_handler(|_| Answer::json(&json!({ "detail": "bad request" })).status(400));
    let client = Launch::at(&upstream, "-m all").client(Lifecycle::Legacy).await;
    let refusal = client.refusal("listSiteRrmEvents", json!({ "site_id": SITE })).await;
    assert!(refusal.contains("`band` was left out") && refusal.contains("bad request"), "{refusal}");
    let refusal = client.refusal("listSiteRrmEvents", json!({ "site_id": SITE, "band": "5" })).await;
    assert!(!refusal.contains("left out"), "{refusal}");
    let tools = client.tools().await;
    let tool = tools.iter().find(|tool| tool.name == "listSiteRrmEvents").unwrap();
    let band = tool.input_schema["properties"]["band"]["description"].as_str().unwrap();
    assert!(band.contains("refused"), "{band}");
}

#[tokio::test]
async fn a_word_like_no_other_brings_those_there_are() {
    let client = Launch::new("--demo").client(Lifecycle::Legacy).await;
    for (tool, arguments, wanted) in [
        ("manageMcpTools", json!({ "enable_mcp_tools_categories": "bogus" }), "there are answers, "),
        ("callTool", json!({ "tool": "bogus" }), "`findTools` finds the others"),
        ("getSelf", json!({ "bogus": 1 }), "it takes"),
    ] {
        let refusal = client.refusal(tool, arguments).await;
        assert!(refusal.contains(wanted) && !refusal.contains("did you mean"), "{tool}: {refusal}");
        assert!(refusal.len() <= 1_500, "{refusal}");
    }
}

#[tokio::test]
async fn a_list_of_the_default_kind_alone_says_so() {
    const NOTE: &str = "so only `ap` was searched";
    let client = Launch::new("--demo -m all").client(Lifecycle::Legacy).await;
    for (tool, arguments, is_told) in [
        ("listOrgDevicesStats", json!({}), true),
        ("listOrgDevicesStats", json!({ "limit": 2, "page": 2 }), false),
        ("listOrgDevicesStats", json!({ "type": "ap" }), false),
        ("listOrgDevicesStats", json!({ "type": "all" }), false),
        ("searchOrgDevices", json!({}), true),
        ("searchSiteDevices", json!({ "site_id": "Rotterdam" }), true),
        ("searchSiteDevices", json!({ "site_id": "Rotterdam", "type": "switch" }), false),
        ("countOrgDevices", json!({ "distinct": "model" }), true),
        ("getOrgInventory", json!({}), false),
    ] {
        let told = client.call(tool, arguments.clone()).await;
        assert_eq!(told.contains(NOTE), is_told, "{tool} {arguments}: {told}");
    }
    for (arguments, is_told) in [(json!({}), true), (json!({ "type": "all" }), false)] {
        let table = json!({ "tool": "listOrgDevicesStats", "arguments": arguments });
        let query = json!({ "tables": { "d": table }, "sql": "select count(*) from d" });
        let told = client.call("queryRows", query).await;
        assert_eq!(told.contains(NOTE), is_told, "{arguments}: {told}");
    }
}
