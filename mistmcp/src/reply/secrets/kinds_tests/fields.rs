//! Kinds of fields that hold a secret, by their names and by what stands beside them.

use serde_json::json;

use super::super::{HIDDEN, redact};
use super::{check, check_values};

#[test]
fn every_header_but_the_known_ones_is_hidden_also_if_it_ends_in_auth() {
    check_values(&[
        json!({ "headers": { "X-Auth": "x1y", "X-Custom": "x1y", "Accept": "*/*", "User-Agent": "curl" } }),
        json!({ "headers": { "Auth": "x1y", "Api-Auth": "x1y", "X-Session-Id": "x1y", "Session": "x1y" } }),
        json!({ "custom_headers": { "Proxy-Auth": "x1y", "X-Request-Id": "a1", "Content-Type": "text/plain" } }),
        json!({ "headers": [{ "name": "Foo-Auth", "value": "x1y" }] }),
        json!({ "X-Auth": "x1y", "webhook_auth": "x1y" }),
        json!({ "port_auth": "dot1x", "auth": "psk", "enable_mac_auth": true, "snmp_auth": "sha256", "bgp_auth": "md5" }),
    ]);
    check(&[
        "X-Auth: «abcDEF123456»",
        "x-hub-auth: «s3cr3t»",
        "Api-Auth: «s3cr3t»",
        "headers: {\"X-Auth\":\"«x1y»\", \"Accept\": \"*/*\"}",
        "MAC-Auth: enabled",
        "EAP auth: success",
    ]);
}

#[test]
fn names_are_judged_by_their_parts_also_if_these_are_written_together() {
    for name in [
        "snmpcommunity",
        "rocommunity",
        "rwcomm",
        "commstr",
        "vrrp_auth",
        "teams_webhook_url",
        "communitystring",
        "apikeyvalue",
        "pskhash",
        "tokenvalue",
        "bgp_auth",
        "BGPAuth",
        "ospfAuth",
        "snmpv3_auth",
        "RO_COMM",
        "comm_string",
        "snmp_comm",
        "rwComm",
        "pSk",
        "passWord",
        "sEcret",
        "registration_code",
        "voucher_code",
        "pmk",
        "gtk",
        "wpa_ptk",
        "nt_hash",
        "lmHash",
        "bearer",
        "connection_string",
        "connStr",
        "slack_url",
        "slack_webhook_url",
        "discordWebhook",
        "x-functions-key",
        "p\u{200b}sk",
        "ｐｓｋ",
        "pass1",
    ] {
        check_values(&[json!({ (name): "x1y" })]);
    }
    for name in [
        "community_center",
        "teams_url",
        "community_hub",
        "CommunityHall",
        "tokens_left",
        "keys_remaining",
        "disk_keys",
        "bearer_type",
        "default_bearer",
        "command_string",
        "comm",
        "comms_state",
        "hash",
        "commit_hash",
        "pmk_cache_enabled",
        "pmkid",
        "connection_type",
        "slack_channel",
        "author",
        "authority",
        "port_auth",
        "psk_mismatch",
        "x_sort",
        "passthrough",
        "country_code",
    ] {
        let value = json!({ (name): "a9b" });
        let mut output = value.clone();
        redact(&mut output);
        assert_eq!(output, value, "{name}");
    }
    // What is known of a URL or of a connection stays.
    let mut value = json!({
        "slack_url": "https://hooks.slack.com/services/T0/B0/x1y",
        "connection_string": "Server=a;Password=x1y;Database=b",
    });
    redact(&mut value);
    let wanted = json!({
        "slack_url": "https://hooks.slack.com/[hidden]",
        "connection_string": "Server=a;Password=[hidden];Database=b",
    });
    assert_eq!(value, wanted);
}

#[test]
fn pairs_of_a_name_and_a_value_have_many_forms() {
    check_values(&[
        json!({ "id": "wifi_pw", "data": "x1y" }),
        json!({ "type": "psk", "value": "x1y" }),
        json!({ "kind": "password", "value": "x1y" }),
        json!({ "title": "PSK", "text": "x1y" }),
        json!({ "vars": [["psk_guest", "x1y"], ["vlan_id", "20"]] }),
        json!({ "vars": [["psk_guest", "x1y", "for guests"]] }),
        json!({ "field_name": "psk", "field_value": "x1y" }),
        json!({ "property": "psk", "rejected_value": "x1y" }),
        json!({ "loc": ["body", "psks", 0], "input": "x1y" }),
        json!([["RADIUS_KEY", "x1y"], ["site", "HQ"]]),
        json!({ "loc": ["body", "psk"], "input": "x1y", "type": "string_too_short" }),
        json!({ "path": ["auth", "secret"], "old": "x1y1", "new": "x1y2" }),
        json!({ "id": "wifi_vlan", "data": "20" }),
        json!({ "type": "AP_PSK_CHANGED", "text": "PSK of WLAN Guest was changed" }),
        json!({ "type": "psk", "text": "what clients join a network with" }),
        json!({ "auth": { "type": "psk", "pairwise": ["wpa2-ccmp"] } }),
        json!({ "loc": ["body", "ssid"], "input": "Guest" }),
        json!([["psk", "eap"], ["open", "none"]]),
    ]);
    check(&[
        "[{\"loc\":[\"body\",\"psk\"],\"msg\":\"too short\",\"input\":\"«x1y»\"}]",
        "[{\"loc\":[\"body\",\"psk\"],\"msg\":\"ensure '«x1y2»' has 8 characters, not x1y23\",\"input\":\"«x1y2»\"}]",
        "{\"value\": \"«x1y2»\", \"name\": \"psk\", \"note\": \"was «x1y2»\"}",
        "[{\"loc\":[\"body\",\"ssid\"],\"msg\":\"too short\",\"input\":\"x1y\"}]",
        "{\"id\": \"wifi_pw\", \"data\": \"«x1y»\"}",
        "vars: [[\"psk_guest\", \"«x1y»\"], [\"vlan\", \"20\"]]",
        "{\"allowed\": [\"psk\", \"eap\"]}",
    ]);
    let mut value = json!({ "loc": ["psk"], "msg": "ensure 'x1yz' has 8 characters", "input": "x1yz" });
    redact(&mut value);
    assert_eq!(
        value,
        json!({ "loc": ["psk"], "msg": "ensure '[hidden]' has 8 characters", "input": HIDDEN })
    );
}

#[test]
fn secrets_in_the_names_of_fields_are_hidden() {
    check_values(&[
        json!({ "communities": { "x1y": { "authorization": "read-only" } } }),
        json!({ "psk": { "x1y": { "vlan": 20, "enabled": true } } }),
        json!({ "tokens": { "x1y": {} } }),
        json!({ "psks": { "guest": { "passphrase": "x1y", "vlan": 20 } } }),
        json!({ "communities": { "65000:1": { "count": 3 } } }),
        json!({ "token": { "settings": { "enabled": true } } }),
    ]);
    let mut value = json!({
        "https://u:x1y@h/": 1,
        "ftp://u:x1y@h/": 2,
        "https://u:x2y@h/": 3,
        "2026-01-01 10:00": 4,
        "psk": { "x1y": { "vlan": 1 }, "x2y": { "vlan": 2 } },
    });
    redact(&mut value);
    let wanted = json!({
        "https://u:[hidden]@h/": 1,
        "ftp://u:[hidden]@h/": 2,
        "https://u:[hidden]@h/ 2": 3,
        "2026-01-01 10:00": 4,
        "psk": { "[hidden]": { "vlan": 1 }, "[hidden] 2": { "vlan": 2 } },
    });
    assert_eq!(value, wanted);
}
