//! Default fields of added rows: times, sites and devices.

use std::collections::BTreeMap;

use serde_json::{Map, Value, json};

use super::{
    Addition,
    names::{AnyClient, Names, is_uuid},
    patch::{self, moment},
};
use crate::{
    categories::mxedges,
    engine::{Collection, HIDDEN, Row},
    world::{Client, Device, Kind, ORG_ID, Site, WiredClient, uuid},
};

/// The fields that tell when something was.
const TIMES: &[&str] = &[
    "timestamp",
    "When",
    "when",
    "last_seen",
    "start_time",
    "since",
    "disconnect",
    "created_time",
    "modified_time",
];

/// The fields that rows of one `type` have in common.
const OF_TYPE: &[&str] = &["group", "severity", "type_code", "ev_type"];

/// Values by the name of the field.
type Facts = BTreeMap<&'static str, Value>;

/// The rows that an addition makes, each farther in the past than the one before it.
pub(super) fn made(
    names: &Names<'_>,
    collection: &Collection,
    rows: &[Row],
    addition: &Addition,
    label: &str,
) -> Result<Vec<Row>, String> {
    let facts = facts(names, addition)?;
    let samples = samples(rows);
    let alike =
        addition.fields.get("type").and_then(|sort| rows.iter().find(|row| row.get("type") == Some(sort)));
    let world = names.0;
    let made = (0..addition.times.unwrap_or(1)).map(|nth| {
        let before = i64::try_from(nth).unwrap_or(i64::MAX).saturating_mul(addition.every.unwrap_or(0));
        let ago =
            addition.ago.or_else(|| collection.timed.then_some(0)).map(|ago| ago.saturating_add(before));
        let mut row = Row::default();
        for (name, sample) in &samples {
            let plain = name.trim_start_matches(HIDDEN);
            let value = match (plain, ago) {
                ("org_id", _) => Some(ORG_ID.into()),
                ("id" | "uuid", _) => facts
                    .get("id")
                    .filter(|_| sample.as_str().is_some_and(is_device_id))
                    .cloned()
                    .or_else(|| {
                        sample.as_str().is_some_and(is_uuid).then(|| uuid(&format!("{label} {nth}")).into())
                    }),
                (plain, Some(ago)) if TIMES.contains(&plain) => moment(world.ago(ago), sample),
                (plain, _) if OF_TYPE.contains(&plain) => alike.and_then(|row| row.get(*name)).cloned(),
                (plain, _) => fact(&facts, plain, sample),
            };
            if let Some(value) = value {
                row.insert((*name).to_owned(), value);
            }
        }
        if collection.name == "alarms" {
            // An alarm is new and nobody has seen it where nothing else is given.
            row.insert("count".to_owned(), json!(1));
            row.insert("acked".to_owned(), json!(false));
            row.insert("status".to_owned(), json!("open"));
        }
        if let Some(ago) = ago.filter(|_| collection.timed && !samples.contains_key("timestamp")) {
            row.insert(format!("{HIDDEN}timestamp"), world.ago(ago).into());
        }
        if samples.is_empty() {
            row.extend(facts.iter().map(|(name, value)| ((*name).to_owned(), value.clone())));
        }
        let given = addition.fields.iter().map(|(name, value)| {
            (name.clone(), names.resolved(name, samples.get(name.as_str()).copied(), value))
        });
        patch::lay_over_row(&mut row, &given.collect::<Map<_, _>>(), names);
        session(&mut row);
        row
    });
    Ok(made.collect())
}

/// The fields of a collection, each with a value that it has in some row.
fn samples(rows: &[Row]) -> BTreeMap<&str, &Value> {
    let mut samples = BTreeMap::new();
    for (name, value) in rows.iter().flat_map(|row| row.iter()) {
        let sample = samples.entry(name.as_str()).or_insert(value);
        if sample.is_null() {
            *sample = value;
        }
    }
    samples
}

/// A fact in the form that a field has: a list, a text or a number. The last of several is a fact like the one.
fn fact(facts: &Facts, name: &str, sample: &Value) -> Option<Value> {
    let value = facts.get(name).or_else(|| facts.get(name.strip_prefix("last_")?))?;
    // Devices have a kind, and events a type.
    let kinds = ["ap", "switch", "gateway"];
    if name == "type" && !sample.as_str().is_some_and(|sample| kinds.contains(&sample)) {
        return None;
    }
    Some(match (sample, value) {
        (Value::Array(members), value) if !value.is_array() => {
            json!([members.first().map_or_else(|| value.clone(), |member| in_form(member, value))])
        }
        (sample, value) => in_form(sample, value),
    })
}

fn in_form(sample: &Value, value: &Value) -> Value {
    match (sample, value) {
        (Value::String(_), Value::Number(number)) => number.to_string().into(),
        (Value::Number(_), Value::String(text)) => {
            text.parse::<i64>().map_or_else(|_| value.clone(), Value::from)
        }
        (_, value) => value.clone(),
    }
}

/// A stay ends when it happened, and began its duration before.
fn session(row: &mut Row) {
    let number = |name: &str| row.get(name).and_then(Value::as_i64);
    if let (Some(end), Some(duration)) = (number("disconnect"), number("duration"))
        && !row.contains_key("connect")
    {
        row.insert("connect".to_owned(), end.saturating_sub(duration).into());
    }
}

fn is_device_id(id: &str) -> bool {
    id.starts_with("00000000-0000-0000-1000-")
}

/// What is known of the site, device and client of an addition: the client's own where two have something to say.
fn facts(names: &Names<'_>, addition: &Addition) -> Result<Facts, String> {
    let mut facts = Facts::new();
    let edge = addition.device.as_deref().filter(|name| names.is_mist_edge(name));
    let device = addition.device.as_deref().filter(|_| edge.is_none());
    let device = device.map(|name| names.device(name)).transpose()?.map(|(_, device)| device);
    let client = addition.client.as_deref().map(|name| names.client(name)).transpose()?;
    let world = names.0;
    let of_client = match &client {
        Some(AnyClient::Wireless(client)) => Some(client.site),
        Some(AnyClient::Wired(client)) => Some(client.site),
        None => None,
    };
    let site = match addition.site.as_deref() {
        Some(name) => Some(names.site(name)?),
        None if edge.is_some() => world.sites.first(),
        None => device.map(|device| device.site).or(of_client).and_then(|site| world.sites.get(site)),
    };
    if let Some(site) = site {
        of_site(&mut facts, site);
    }
    match client {
        Some(AnyClient::Wireless(client)) => {
            let ap = device.filter(|device| device.kind == Kind::AccessPoint);
            of_wireless(&mut facts, names, client, ap.unwrap_or(&world.devices[client.ap]));
        }
        Some(AnyClient::Wired(client)) => of_wired(&mut facts, client, &world.devices[client.switch]),
        None => {}
    }
    if let Some(device) = device {
        of_device(&mut facts, device);
    }
    if edge.is_some() {
        of_mist_edge(&mut facts);
    }
    Ok(facts)
}

fn of_site(facts: &mut Facts, site: &Site) {
    facts.insert("site_id", site.id.as_str().into());
    facts.insert("site_ids", json!([site.id]));
    facts.insert("site_name", site.name().into());
    facts.insert("map_id", site.map_id.as_str().into());
}

fn of_wireless(facts: &mut Facts, names: &Names<'_>, client: &Client, ap: &Device) {
    let wlan = &names.0.wlans[client.wlan];
    let radio = ap.radios.iter().find(|radio| radio.band == client.radio.band).unwrap_or(&client.radio);
    let hardware = client.hardware;
    let known: [(&[&'static str], Value); 16] = [
        (&["mac", "client_mac"], client.mac.as_str().into()),
        (&["hostname", "name"], client.hostname.as_str().into()),
        (&["username", "client_username"], client.username.as_deref().into()),
        (&["ip", "client_ip"], client.ip.as_str().into()),
        (&["model", "client_model"], hardware.model.into()),
        (&["mfg", "manufacture", "client_manufacture"], hardware.manufacturer.into()),
        (&["family", "device", "client_family"], hardware.family.into()),
        (&["os", "client_os"], hardware.os.into()),
        (&["os_version"], hardware.os_version.into()),
        (&["proto", "protocol"], hardware.protocol.into()),
        (&["ssid"], wlan.ssid.into()),
        (&["wlan_id"], wlan.id.as_str().into()),
        (&["vlan", "vlan_id"], wlan.vlan.into()),
        (&["band"], radio.band.into()),
        (&["channel"], radio.channel.into()),
        (&["bssid"], radio.mac.as_str().into()),
    ];
    put(facts, known);
    facts.insert("random_mac", client.random_mac.into());
    if let Some(key) = wlan.key_management() {
        facts.insert("key_mgmt", key.into());
    }
    of_ap(facts, ap);
}

fn of_wired(facts: &mut Facts, client: &WiredClient, switch: &Device) {
    let known: [(&[&'static str], Value); 8] = [
        (&["mac", "client_mac"], client.mac.as_str().into()),
        (&["hostname", "name", "dhcp_hostname"], client.hostname.as_str().into()),
        (&["ip", "client_ip"], client.ip.as_str().into()),
        (&["mfg", "manufacture"], client.manufacturer.into()),
        (&["vlan", "vlan_id"], client.vlan.into()),
        (&["port_id"], client.port.as_str().into()),
        (&["device_mac", "switch_mac"], switch.mac.as_str().into()),
        (&["device_name", "switch_name"], switch.name.as_str().into()),
    ];
    put(facts, known);
}

fn of_ap(facts: &mut Facts, ap: &Device) {
    let known: [(&[&'static str], Value); 4] = [
        (&["ap", "ap_mac"], ap.mac.as_str().into()),
        (&["ap_id"], ap.id.as_str().into()),
        (&["ap_name"], ap.name.as_str().into()),
        (&["apfw"], ap.version.into()),
    ];
    put(facts, known);
}

fn of_device(facts: &mut Facts, device: &Device) {
    let (own_mac, own_name, all): (&[&'static str], &[&'static str], _) = match device.kind {
        Kind::AccessPoint => {
            of_ap(facts, device);
            (&["ap_mac"], &["ap_name"], "aps")
        }
        Kind::Switch => (&["switch_mac"], &["switch_name"], "switches"),
        Kind::Gateway => (&["gateway_mac"], &["gateway_name", "router_name"], "gateways"),
    };
    put(
        facts,
        [
            (own_mac, device.mac.as_str().into()),
            (own_name, device.name.as_str().into()),
            (&["device_mac"], device.mac.as_str().into()),
            (&["device_id"], device.id.as_str().into()),
            (&["device_name"], device.name.as_str().into()),
            (&["device_type"], device.kind.name().into()),
            (&["serial"], device.serial.as_str().into()),
            (&["version"], device.version.into()),
            (&["hostnames"], json!([device.name])),
            (&[all], json!([device.mac])),
        ],
    );
    // A client's own stay its own.
    if !facts.contains_key("client_mac") {
        put(
            facts,
            [
                (&["mac"], device.mac.as_str().into()),
                (&["id"], device.id.as_str().into()),
                (&["name", "hostname"], device.name.as_str().into()),
                (&["model"], device.model.into()),
                (&["ip"], device.ip.as_str().into()),
                (&["type"], device.kind.name().into()),
            ],
        );
    }
}

fn of_mist_edge(facts: &mut Facts) {
    let (name, mac) = (mxedges::NAME, mxedges::mac_address());
    put(
        facts,
        [
            (&["mac", "device_mac"], mac.as_str().into()),
            (&["name", "mxedge_name", "device_name"], name.into()),
            (&["mxedge_id"], mxedges::edge_id().into()),
            (&["mxcluster_id"], mxedges::cluster_id().into()),
            (&["device_type"], "mxedge".into()),
            (&["hostnames"], json!([name])),
            (&["mxedges"], json!([mac])),
        ],
    );
}

fn put<const N: usize>(facts: &mut Facts, known: [(&[&'static str], Value); N]) {
    for (names, value) in known {
        for name in names.iter().filter(|_| !value.is_null()) {
            facts.insert(name, value.clone());
        }
    }
}
