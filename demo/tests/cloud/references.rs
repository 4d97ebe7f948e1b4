//! Every id in an answer is one of the list that has things of its kind.

use std::collections::{BTreeMap, BTreeSet};

use mistmcp_demo::{DemoCloud, ORG_ID};
use serde_json::Value;

use crate::{address::addresses, peer::Peer};

/// Fields with ids, and the lists that have their things; `{site}` is each site.
const KINDS: &[(&[&str], &[&str])] = &[
    (&["site_id", "site_ids"], &["{org}/sites"]),
    (&["idp_id", "sso_id"], &["{org}/ssos", "{msp}/ssos"]),
    (&["nacrule_id", "last_nacrule_id"], &["{org}/nacrules"]),
    (&["apply_tags"], &["{org}/nactags"]),
    (&["wlan_id"], &["{org}/wlans", "{site}/wlans"]),
    (&["map_id"], &["{site}/maps"]),
    (&["sitegroup_ids", "sitegroup_id"], &["{org}/sitegroups"]),
    (&["orggroup_ids"], &["{msp}/orggroups"]),
    (&["org_ids"], &["{msp}/orgs"]),
    (&["alarmtemplate_id"], &["{org}/alarmtemplates"]),
    (&["rftemplate_id"], &["{org}/rftemplates"]),
    (&["networktemplate_id"], &["{org}/networktemplates"]),
    (&["gatewaytemplate_id"], &["{org}/gatewaytemplates"]),
    (&["sitetemplate_id"], &["{org}/sitetemplates"]),
    (&["aptemplate_id"], &["{org}/aptemplates"]),
    (&["deviceprofile_id"], &["{org}/deviceprofiles"]),
    (&["template_id"], &["{org}/templates"]),
    (&["psk_id", "last_psk_id"], &["{org}/psks", "{site}/psks"]),
    (&["mxtunnel_id", "mxtunnel_ids"], &["{org}/mxtunnels"]),
    (&["wxtunnel_id", "wxtunnel_ids"], &["{org}/wxtunnels", "{site}/wxtunnels"]),
    (&["mxedge_id", "mxedge_ids"], &["{org}/mxedges"]),
    (&["mxcluster_id", "mxcluster_ids"], &["{org}/mxclusters"]),
    (&["zone_id"], &["{site}/zones"]),
    (&["nacportal_id"], &["{org}/nacportals"]),
    (&["webhook_id"], &["{org}/webhooks", "{site}/webhooks"]),
    (&["service_id"], &["{org}/services"]),
    (&["network_id"], &["{org}/networks"]),
    (&["vpn_id"], &["{org}/vpns"]),
    (&["evpntopo_id"], &["{org}/evpn_topologies"]),
    (&["servicepolicy_id"], &["{org}/servicepolicies"]),
];

/// Answers whose rows have a `type` of event, and the list of these types.
const EVENTS: &[(&str, &str)] = &[
    ("/marvisclients/events/search", "marvisclient_events"),
    ("/devices/events/search", "device_events"),
    ("/nac_clients/events/search", "nac_events"),
    ("/mxedges/events/search", "mxedge_events"),
    ("/otherdevices/events/search", "otherdevice_events"),
    ("/events/system/search", "system_events"),
    ("/alarms/search", "alarm_defs"),
];

/// All answers of the demo cloud that are JSON, by address.
async fn answers(peer: &Peer) -> Vec<(String, Value)> {
    let mut answers = Vec::new();
    for path in DemoCloud::paths() {
        for address in addresses(peer, path).await {
            let response = peer.ask(&address).await;
            let body = response.bytes().await.unwrap();
            if let Ok(answer) = serde_json::from_slice(&body) {
                answers.push((address, answer));
            }
        }
    }
    answers
}

/// The ids of a list, as far as there is such a list.
async fn ids(peer: &Peer, path: &str) -> BTreeSet<String> {
    let response = peer.ask(&format!("{path}?limit=1000")).await;
    let answer: Value = serde_json::from_slice(&response.bytes().await.unwrap()).unwrap_or_default();
    let rows = answer.get("results").unwrap_or(&answer).as_array().cloned().unwrap_or_default();
    rows.iter().filter_map(|row| row["id"].as_str().map(str::to_owned)).collect()
}

/// Each text below a value with the name of the field that it is in.
fn texts<'v>(value: &'v Value, name: &'v str, found: &mut Vec<(&'v str, &'v str)>) {
    match value {
        Value::Object(fields) => fields.iter().for_each(|(name, value)| texts(value, name, found)),
        Value::Array(members) => members.iter().for_each(|member| texts(member, name, found)),
        Value::String(text) if !text.is_empty() => found.push((name, text)),
        _ => {}
    }
}

#[tokio::test]
async fn every_id_resolves_in_the_list_of_its_kind() {
    let peer = Peer::start().await;
    let account = peer.json("/api/v1/self").await;
    let msp = format!("/api/v1/msps/{}", account["privileges"][0]["msp_id"].as_str().unwrap());
    let sites = ids(&peer, "{org}/sites").await;
    let mut known = BTreeMap::<&str, BTreeSet<String>>::new();
    for (fields, lists) in KINDS {
        let mut all = BTreeSet::new();
        for list in *lists {
            let list = list.replace("{msp}", &msp);
            if list.contains("{site}") {
                for site in &sites {
                    all.extend(ids(&peer, &list.replace("{site}", &format!("/api/v1/sites/{site}"))).await);
                }
            } else {
                all.extend(ids(&peer, &list).await);
            }
        }
        for field in *fields {
            known.insert(*field, all.clone());
        }
    }
    let answers = answers(&peer).await;
    let (mut unresolved, mut checked) = (BTreeSet::new(), BTreeSet::new());
    for (address, answer) in &answers {
        let mut found = Vec::new();
        texts(answer, "", &mut found);
        for (name, text) in found {
            let Some(ids) = known.get(name) else { continue };
            checked.insert(name);
            // The templates of a provider's other customers are not the organization's to list.
            let is_of_others = name == "alarmtemplate_id" && address.contains("/stats/orgs");
            if !ids.contains(text) && !is_of_others {
                let address = address.replace(ORG_ID, "{org}");
                unresolved.insert(format!("{name} {text} of {}", address.split('?').next().unwrap()));
            }
        }
    }
    assert!(unresolved.is_empty(), "{} ids:\n{:#?}", unresolved.len(), unresolved);
    for name in ["idp_id", "orggroup_ids", "mxtunnel_id", "wlan_id", "map_id", "nacrule_id"] {
        assert!(checked.contains(name), "no answer has {name}");
    }
}

#[tokio::test]
async fn every_event_has_a_definition() {
    let peer = Peer::start().await;
    let answers = answers(&peer).await;
    for (end, list) in EVENTS {
        let definitions = peer.rows(&format!("/api/v1/const/{list}")).await;
        let defined = definitions
            .iter()
            .filter_map(|row| row.get("key").or(row.get("type"))?.as_str())
            .collect::<BTreeSet<_>>();
        let of_kind = answers.iter().filter(|(address, _)| address.split('?').next().unwrap().ends_with(end));
        let rows = of_kind.flat_map(|(_, answer)| answer["results"].as_array().into_iter().flatten());
        let types = rows.filter_map(|row| row["type"].as_str()).collect::<BTreeSet<_>>();
        assert!(!types.is_empty(), "{end}");
        assert!(types.is_subset(&defined), "{list} lacks {:?}", types.difference(&defined));
    }
}

#[tokio::test]
async fn each_user_of_the_app_has_a_uuid_of_its_own() {
    let peer = Peer::start().await;
    let mut uuids = BTreeSet::new();
    let mut users = 0;
    for site in ids(&peer, "{org}/sites").await {
        let site = format!("/api/v1/sites/{site}");
        for map in ids(&peer, &format!("{site}/maps")).await {
            for user in peer.rows(&format!("{site}/stats/maps/{map}/sdkclients")).await {
                users += 1;
                uuids.insert(user["uuid"].to_string());
                let one =
                    peer.json(&format!("{site}/stats/sdkclients/{}", user["id"].as_str().unwrap())).await;
                assert_eq!(one["uuid"], user["uuid"]);
            }
        }
    }
    assert!(users > 3 && uuids.len() == users, "{users} {uuids:?}");
}

#[tokio::test]
async fn every_country_is_in_all_lists_of_countries() {
    let peer = Peer::start().await;
    let site = peer.at("Singapore Office", "/devices/ap_channels").await;
    let countries = peer.rows("/api/v1/const/countries?extend=true").await;
    let certified = peer.rows("/api/v1/const/countries").await;
    for code in ["DE", "US", "GB"] {
        assert!(certified.iter().any(|country| country["alpha2"] == code), "{code}");
    }
    for site in peer.rows("{org}/sites").await {
        assert!(certified.iter().any(|country| country["alpha2"] == site["country_code"]), "{site}");
    }
    for country in &countries {
        let code = country["alpha2"].as_str().unwrap();
        let states = peer.rows(&format!("/api/v1/const/states?country_code={code}")).await;
        assert!(states.len() > 3 || country["certified"] == false, "{code}: {states:?}");
        let channels = peer.json(&format!("/api/v1/const/ap_channels?country_code={code}")).await;
        assert_eq!((&channels["key"], &channels["certified"]), (&country["alpha2"], &country["certified"]));
        assert_eq!(peer.json(&format!("{site}?country_code={}", code.to_lowercase())).await, channels);
    }
    for path in ["/api/v1/const/states", "/api/v1/const/ap_channels", &site] {
        assert_eq!(peer.ask(&format!("{path}?country_code=ZZ")).await.status(), 400, "{path}");
    }
}

#[tokio::test]
async fn an_identity_provider_without_failures_has_an_empty_list_of_them() {
    let peer = Peer::start().await;
    for (list, failures, metadata) in
        [("{org}/ssos", "failures", "metadata"), ("{org}/nacportals", "failures", "saml_metadata")]
    {
        let (mut with, mut without) = (0, 0);
        for row in peer.rows(list).await {
            let below = format!("{list}/{}", row["id"].as_str().unwrap());
            let answer = peer.json(&format!("{below}/{failures}?duration=1w")).await;
            assert!(answer["results"].is_array(), "{answer}");
            let is_saml = row["idp_type"] == "saml" || row.get("sso").is_some();
            let response = peer.ask(&format!("{below}/{metadata}")).await;
            assert_eq!(response.status(), if is_saml { 200 } else { 404 }, "{row}");
            if is_saml {
                with += 1;
            } else {
                assert!(response.text().await.unwrap().contains("No SAML metadata"), "{row}");
                without += 1;
            }
        }
        assert!(with > 0 && without > 0, "{list}");
        let nowhere = format!("{list}/00000000-0000-4000-8000-000000000000/{failures}");
        assert_eq!(peer.ask(&nowhere).await.status(), 404);
    }
}

#[tokio::test]
async fn the_derived_dashboards_of_a_site_are_its_own_and_the_organizations() {
    let peer = Peer::start().await;
    let site = peer.at("Sydney Store", "/uisettings").await;
    let derived = peer.rows(&format!("{site}/derived")).await;
    let both = [peer.rows(&site).await, peer.rows("{org}/uisettings").await].concat();
    assert_eq!(derived, both);
    for of_site in [true, false] {
        assert!(derived.iter().any(|row| row["for_site"] == of_site), "{derived:?}");
    }
}

#[tokio::test]
async fn every_bucket_of_a_count_has_a_name_and_all_tunnels_are_counted() {
    let peer = Peer::start().await;
    for (address, answer) in answers(&peer).await {
        let Some(distinct) = answer["distinct"].as_str() else { continue };
        for bucket in answer["results"].as_array().unwrap() {
            assert!(bucket[distinct].as_str().is_none_or(|name| !name.is_empty()), "{address}: {bucket}");
        }
    }
    let tunnels = peer.rows("{org}/devices/count?distinct=mxtunnel_status").await;
    assert!(tunnels.iter().all(|bucket| bucket["mxtunnel_status"] != ""), "{tunnels:?}");
    for kind in ["wan", "wxtunnel"] {
        let rows = peer.rows(&format!("{{org}}/stats/tunnels/search?type={kind}&limit=1000")).await;
        let buckets = peer.rows(&format!("{{org}}/stats/tunnels/count?type={kind}")).await;
        let sum = buckets.iter().map(|bucket| bucket["count"].as_u64().unwrap()).sum::<u64>();
        assert_eq!(usize::try_from(sum).unwrap(), rows.len(), "{kind}: {buckets:?}");
    }
}
