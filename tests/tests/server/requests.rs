//! What reaches Mist when a tool is called: every tool that the server lists, with all its parameters.

use std::collections::HashSet;

use mistmcp_tests::{Client, Launch, Lifecycle, MockUpstream, Received, TOKEN};
use rmcp::model::Tool;
use serde_json::{Map, Value, json};

use crate::expected::{self, Expected, Segment};

const UUID: &str = "4ac1dcf4-9d8b-7211-65c4-057819f0862b";
/// Not sent by itself: a part of Mist's link to the next page.
const CURSOR: &str = "cursor";
const NASTY: &str = "a&b=c/../é?#%2e+\"x\" y";

/// A value to send, and the texts in which Mist is to get it.
type Sample = (Value, Vec<String>);

fn sample(name: &str, schema: &Value) -> Sample {
    let text = |text: &str| (json!(text), vec![text.to_owned()]);
    if let Some(first) = schema["enum"].get(0) {
        return text(first.as_str().unwrap());
    }
    match schema["type"].as_str().unwrap() {
        "integer" => (json!(7), vec!["7".to_owned()]),
        "number" => (json!(7.5), vec!["7.5".to_owned()]),
        "boolean" => (json!(true), vec!["true".to_owned()]),
        "array" => (json!([NASTY, "second"]), vec![NASTY.to_owned(), "second".to_owned()]),
        "string" => match (name, schema["format"].as_str(), schema["pattern"].as_str()) {
            (_, Some("uuid"), _) => text(UUID),
            (name, ..) if name == "id" || name.ends_with("_id") => text(UUID),
            (_, Some("ipv4"), _) => text("10.0.0.1"),
            (_, _, Some("^[a-zA-Z]{2}$")) => text("DE"),
            (_, _, Some("^[0-9a-fA-F]{12}$")) => text("5c5b35000001"),
            ("start", ..) => text("-7d"),
            ("end", ..) => text("now"),
            ("duration", ..) => text("7d"),
            ("interval", ..) => text("10m"),
            (name, ..)
                if ["ap", "last_ap"].contains(&name) || name.ends_with("mac") || name.ends_with("bssid") =>
            {
                text("5c5b35000001")
            }
            (_, None, None) => text(NASTY),
            _ => panic!("no sample for {name}: {schema}"),
        },
        other => panic!("no sample for {name} of type {other}"),
    }
}

/// What the object of a list takes beside its id. With an id, other parameters are not sent.
const OF_ITEMS: [(&str, &[&str]); 6] = [
    ("listOrgAsyncClaims", &["detail"]),
    ("listOrgMxEdgesStats", &["for_site"]),
    ("listOrgTickets", &["start", "end", "duration"]),
    ("listSiteAssetsStats", &["start", "end", "duration"]),
    ("listSiteMxEdgesStats", &["start", "end", "duration"]),
    ("listSiteWirelessClientsStats", &["wired"]),
];

/// Calls a tool and holds what Mist gets against the table.
async fn check(
    client: &Client,
    upstream: &MockUpstream,
    tool: &str,
    expected: &Expected,
    given: &[(String, Sample)],
) {
    upstream.take();
    let arguments: Map<_, _> = given.iter().map(|(name, (value, _))| (name.clone(), value.clone())).collect();
    let shown = Value::Object(arguments.clone()).to_string();
    client.call(tool, Value::Object(arguments)).await;
    let received = upstream.take();
    let [received] = received.as_slice() else { panic!("{tool} {shown}: {} requests", received.len()) };

    let texts = |name: &str| given.iter().find(|(given, _)| given == name).map(|(_, (_, texts))| texts);
    let path: Vec<_> = expected
        .segments()
        .filter_map(|segment| match segment {
            Segment::Text(text) => Some(text.to_owned()),
            Segment::Hole { name, optional } => match texts(name) {
                Some(texts) => Some(texts[0].clone()),
                None => {
                    assert!(optional, "{tool}: {name} was left out");
                    None
                }
            },
        })
        .collect();
    assert_eq!(received.method, "GET", "{tool}");
    assert_eq!(received.segments(), path, "{tool} {shown}");
    let is_item = expected
        .segments()
        .any(|segment| matches!(segment, Segment::Hole { name, optional: true } if texts(name).is_some()));
    let of_item = OF_ITEMS.iter().find(|(known, _)| *known == tool).map_or(&[][..], |(_, names)| names);
    let mut query: Vec<_> = expected
        .query
        .iter()
        .filter(|name| !is_item || of_item.contains(&name.as_str()))
        .flat_map(|name| texts(name).into_iter().flatten().map(|text| (name.clone(), text.clone())))
        .collect();
    let mut arrived = received.query.clone();
    // A list keeps its order; between parameters order means nothing.
    query.sort_by(|(left, _), (right, _)| left.cmp(right));
    arrived.sort_by(|(left, _), (right, _)| left.cmp(right));
    assert_eq!(arrived, query, "{tool} {shown}");
    check_headers(received);
}

fn check_headers(received: &Received) {
    assert_eq!(received.header("authorization"), format!("Token {TOKEN}"));
    assert!(received.header("accept").starts_with("application/json"), "{received:?}");
    assert!(received.header("accept-encoding").contains("gzip"), "{received:?}");
    assert!(received.header("user-agent").starts_with("mistmcp/"), "{received:?}");
}

/// The tools that ask Mist one thing, with what they are to ask.
async fn tools(client: &Client) -> Vec<(Tool, Expected)> {
    let mut table = expected::all();
    let tools = client.tools().await;
    let expected: Vec<_> = tools
        .into_iter()
        .filter_map(|tool| {
            let expected = table.remove(&*tool.name)?;
            Some((tool, expected))
        })
        .collect();
    assert!(expected.len() >= 30 && table.is_empty(), "run `cargo xtask generate`: {table:?}");
    expected
}

fn schema(tool: &Tool) -> Value {
    Value::Object((*tool.input_schema).clone())
}

fn samples(tool: &Tool) -> Vec<(String, Sample)> {
    let schema = schema(tool);
    let properties = schema["properties"].as_object().unwrap();
    let sent = properties.iter().filter(|(name, _)| *name != CURSOR);
    sent.map(|(name, property)| match several(&tool.name, name) {
        Some(values) => (name.clone(), (json!(values), vec![values.to_owned()])),
        None => (name.clone(), sample(name, property)),
    })
    .collect()
}

/// Values of a parameter that takes several of a fixed set with commas, which its schema does not list.
fn several(tool: &str, name: &str) -> Option<&'static str> {
    Some(match (tool, name) {
        ("listSiteDevices" | "listSiteDevicesStats", "type") | ("searchOrgDeviceEvents", "device_type") => {
            "switch,router"
        }
        ("getOrgInventory", "type") | ("searchOrgSwOrGwPorts", "device_type") => "switch,gateway",
        ("listOrgDevicesStats" | "searchOrgInventory", "status") => "connected,disconnected",
        ("searchOrgPeerPathStats", "type") => "ipsec,svr",
        ("searchOrgAlarms", "group") => "security,certificate_expiry",
        ("searchOrgAlarms", "severity") => "critical,warn",
        ("searchOrgWiredClients", "source") => "lldp,mac",
        ("searchOrgWirelessClientEvents" | "searchOrgWirelessClientSessions", "band") => "24,5-dedicated",
        ("searchOrgWirelessClients" | "searchSiteWirelessClients", "band") => "24,6",
        ("searchOrgWirelessClientEvents", "proto") => "ax,be",
        ("searchOrgAssets", "beam" | "rssi") => "-67,-70",
        ("searchOrgDevices" | "searchSiteDevices", "eth0_port_speed") => "1000,2500",
        ("searchOrgDevices" | "searchSiteDevices", name) if name.starts_with("band_") => "36,40",
        ("searchOrgNacClientEvents" | "searchSiteNacClientEvents", "vlan") => "10,20",
        ("listOrgNacTags", "type") => "match,vlan",
        ("listOrgNacTags", "match") => "idp_role,nas_ip",
        _ => return None,
    })
}

fn is_required(tool: &Tool, name: &str) -> bool {
    let schema = schema(tool);
    // Left out, it is looked up, which is another request.
    ["org_id", "msp_id"].contains(&name)
        || schema["required"].as_array().is_some_and(|names| names.contains(&json!(name)))
}

async fn start() -> (MockUpstream, Client) {
    let upstream = MockUpstream::start().await;
    // Named, extended categories are listed as well.
    let catalog = mistmcp::Catalog::gather().unwrap();
    let every = catalog.categories().iter().map(|category| category.name).collect::<Vec<_>>().join(",");
    let launch = Launch::at(&upstream, &format!("-m all -c {every} --rate-limit 1000000"));
    let client = launch.client(Lifecycle::Legacy).await;
    (upstream, client)
}

#[tokio::test]
async fn every_tool_takes_exactly_the_parameters_of_its_request() {
    let (_peer, client) = start().await;
    for (tool, expected) in tools(&client).await {
        let schema = schema(&tool);
        let mut offered: HashSet<_> = schema["properties"].as_object().unwrap().keys().cloned().collect();
        let wanted: HashSet<_> = expected.parameters().into_iter().map(str::to_owned).collect();
        // The server picks fields itself, but for two tools that Mist picks for.
        if !wanted.contains("fields") {
            offered.remove("fields");
        }
        offered.remove(CURSOR);
        assert_eq!(offered, wanted, "{}", tool.name);
    }
}

#[tokio::test]
async fn with_its_required_parameters_alone_a_tool_sends_nothing_else() {
    let (upstream, client) = start().await;
    for (tool, expected) in tools(&client).await {
        let given: Vec<_> = samples(&tool).into_iter().filter(|(name, _)| is_required(&tool, name)).collect();
        check(&client, &upstream, &tool.name, &expected, &given).await;
    }
}

#[tokio::test]
async fn with_all_its_parameters_a_tool_sends_each_as_it_is_and_where_it_belongs() {
    let (upstream, client) = start().await;
    for (tool, expected) in tools(&client).await {
        let given = samples(&tool);
        if given.iter().all(|(name, _)| is_required(&tool, name)) {
            continue;
        }
        check(&client, &upstream, &tool.name, &expected, &given).await;
        let optional = expected.segments().find_map(|segment| match segment {
            Segment::Hole { name, optional: true } => Some(name),
            _ => None,
        });
        if let Some(optional) = optional {
            let list: Vec<_> = given.into_iter().filter(|(name, _)| name != optional).collect();
            check(&client, &upstream, &tool.name, &expected, &list).await;
        }
    }
}

#[tokio::test]
async fn every_value_of_every_choice_reaches_mist_as_it_is_listed() {
    let (upstream, client) = start().await;
    let mut checked = 0;
    for (tool, expected) in tools(&client).await {
        let schema = schema(&tool);
        let required: Vec<_> =
            samples(&tool).into_iter().filter(|(name, _)| is_required(&tool, name)).collect();
        for (name, property) in schema["properties"].as_object().unwrap() {
            let values: Vec<Sample> = match property["type"].as_str() {
                Some("boolean") => vec![(json!(false), vec!["false".to_owned()])],
                _ => {
                    let values = property["enum"].as_array().into_iter().flatten();
                    values.map(|value| (value.clone(), vec![value.as_str().unwrap().to_owned()])).collect()
                }
            };
            for value in values {
                let mut given = required.clone();
                given.retain(|(other, _)| other != name);
                given.push((name.clone(), value));
                check(&client, &upstream, &tool.name, &expected, &given).await;
                checked += 1;
            }
        }
    }
    assert!(checked > 50, "{checked} values");
}

#[tokio::test]
async fn a_mac_address_is_sent_as_mist_writes_it() {
    let (upstream, client) = start().await;
    for written in ["5C:5B:35:00:00:01", "5c-5b-35-00-00-01", "5c5b.3500.0001", " 5C5B35000001 "] {
        client.call("searchSiteDevices", json!({ "site_id": UUID, "mac": written })).await;
        assert_eq!(upstream.take()[0].query, [("mac".to_owned(), "5c5b35000001".to_owned())], "{written}");
    }
}
