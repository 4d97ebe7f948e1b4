//! Addresses that a path's answer can be asked for at.

use mistmcp_demo::ORG_ID;
use serde_json::Value;

use crate::peer::Peer;

/// Tells the addresses at the first site from those at the others: only there must every list hold something.
pub(crate) const FIRST_SITE_MARK: &str = "limit=1000";

/// The path with its holes filled: at every site, and with the first thing that there is.
pub(crate) async fn addresses(peer: &Peer, path: &str) -> Vec<String> {
    let path = path.replace("{org_id}", ORG_ID);
    let mut open = if path.contains("{site_id}") {
        let mut sites = peer.rows("{org}/sites").await;
        if path.contains("/ssr/") {
            // Only one site has such a router.
            sites.retain(|site| site["name"] == "Chicago Flagship Store");
        }
        sites.iter().map(|site| path.replace("{site_id}", site["id"].as_str().unwrap())).collect()
    } else {
        vec![path]
    };
    // One site's worth is enough where something must be looked up first.
    if open.iter().any(|path| path.contains('{')) {
        open.truncate(1);
    }
    let mut filled = Vec::new();
    for (number, mut path) in open.into_iter().enumerate() {
        while let Some(start) = path.find('{') {
            let end = path[start..].find('}').unwrap() + start;
            let value = value(peer, &path[..start], &path[start + 1..end], &path[end + 1..]).await;
            path = format!("{}{value}{}", &path[..start], &path[end + 1..]);
        }
        let window = "start=-1w";
        let required = required(peer, &path).await;
        filled.push(if number == 0 {
            format!("{path}?{window}&{required}&{FIRST_SITE_MARK}")
        } else {
            format!("{path}?{window}&{required}")
        });
    }
    filled
}

/// What a path cannot be asked without.
async fn required(peer: &Peer, path: &str) -> String {
    if path.contains("/insights/client/") {
        "metrics=rx_bps".to_owned()
    } else if path.contains("/insights") && !path.contains("/rogues") && !path.contains("fingerprints") {
        "metrics=num_clients".to_owned()
    } else if path.ends_with("/jsi/pbn/count") || path.ends_with("/jsi/sirt/count") {
        "distinct=models".to_owned()
    } else if path.ends_with("/const/states") {
        "country_code=US".to_owned()
    } else if path.ends_with("/const/default_gateway_config") {
        "model=SRX345".to_owned()
    } else if path.contains("/msps/") && path.ends_with("/search") && !path.ends_with("/orgs/search") {
        "type=orgs&q=e".to_owned()
    } else if path.ends_with("/usermacs/count") {
        "distinct=labels".to_owned()
    } else if path.ends_with("/troubleshoot") && path.contains("/calls/client/") {
        let (calls, rest) = path.split_once("/client/").unwrap();
        let client = rest.trim_end_matches("/troubleshoot");
        let call = peer.rows(&format!("{calls}/search?duration=1w&mac={client}")).await[0].take();
        format!("meeting_id={}", call["meeting_id"].as_str().unwrap())
    } else {
        "detail=".to_owned()
    }
}

/// Something that fits a hole.
async fn value(peer: &Peer, before: &str, hole: &str, after: &str) -> String {
    let before = before.trim_end_matches('/');
    let site = before.split("/sites/").nth(1).and_then(|rest| rest.split('/').next()).unwrap_or_default();
    let first = |rows: Vec<Value>, field: &str| {
        let row = rows.first().unwrap_or_else(|| panic!("nothing to fill {hole} of {before} with"));
        row[field].as_str().unwrap_or_else(|| panic!("no {field} to fill {hole} of {before} with")).to_owned()
    };
    match hole {
        "msp_id" => {
            let account = peer.json("/api/v1/self").await;
            account["privileges"][0]["msp_id"].as_str().unwrap().to_owned()
        }
        "admin_id" => first(peer.rows(before).await, "admin_id"),
        "claim_id" => {
            let claims = peer.json(before).await["claims"].take();
            first(claims.as_array().unwrap().clone(), "claim_id")
        }
        "attachment_id" => {
            let ticket = peer.json(before.trim_end_matches("/attachments")).await;
            ticket["comments"][0]["attachment_ids"][0].as_str().unwrap().to_owned()
        }
        "device_mac" if before.contains("/msps/") => first(peer.rows("{org}/inventory").await, "mac"),
        "band" => "5".to_owned(),
        "device_id" | "device_mac" if before.contains("/mxedge") => {
            first(peer.rows(&format!("/api/v1/sites/{site}/stats/mxedges")).await, "mac")
        }
        "device_id" => {
            let kind = kind(before, after);
            first(peer.rows(&format!("/api/v1/sites/{site}/devices?type={kind}")).await, "id")
        }
        "device_mac" if before.contains("otherdevices") => {
            first(peer.rows("{org}/otherdevices").await, "mac")
        }
        "device_mac" => {
            let kind = kind(before, after);
            first(peer.rows(&format!("/api/v1/sites/{site}/devices?type={kind}")).await, "mac")
        }
        "zone_type" => "zones".to_owned(),
        "sdkclient_id" => {
            let map = first(peer.rows(&format!("/api/v1/sites/{site}/maps")).await, "id");
            let there = peer.rows(&format!("/api/v1/sites/{site}/stats/maps/{map}/sdkclients")).await;
            first(there, "id")
        }
        "marvisclient_id" => {
            first(peer.rows("{org}/stats/marvisclients/search?duration=1w").await, "device_id")
        }
        "client_mac" if before.contains("/calls/") => {
            let calls = before.trim_end_matches("/client");
            first(peer.rows(&format!("{calls}/search?duration=1w")).await, "mac")
        }
        "rfdiag_id" => first(peer.rows(before).await[0].as_array().unwrap().clone(), "id"),
        "client_mac" => first(peer.rows(&format!("/api/v1/sites/{site}/clients/search")).await, "mac"),
        "guest_mac" => first(peer.rows(before).await, "mac"),
        "rogue_bssid" => first(peer.rows(&format!("/api/v1/sites/{site}/insights/rogues")).await, "bssid"),
        "usermac_id" => first(peer.rows("{org}/usermacs/search").await, "id"),
        "upgrade_id" if before.ends_with("/ssr/upgrade") => first(peer.rows("{org}/ssr/upgrade").await, "id"),
        "map_id" => first(peer.rows(&format!("/api/v1/sites/{site}/maps")).await, "id"),
        "scope" => "site".to_owned(),
        "scope_id" => site.to_owned(),
        "metric" if before.contains("/sle/") => "coverage".to_owned(),
        "metric" if before.contains("/msps/") => "orgs-sle".to_owned(),
        "metric" => "num_clients".to_owned(),
        "classifier" => "weak-signal".to_owned(),
        _ => first(peer.rows(before).await, "id"),
    }
}

/// The kind of device that a path is about.
fn kind(before: &str, after: &str) -> &'static str {
    match after {
        "/vc" | "/flow_records/search" => "switch",
        "/ha" => "gateway",
        _ if before.ends_with("/insights/switch") => "switch",
        _ if before.ends_with("/insights/gateway") => "gateway",
        _ => "ap",
    }
}
