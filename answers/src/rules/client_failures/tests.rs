use mistmcp::answers::Row;
use mistmcp::serde_json::json;

use super::*;

const NOW: i64 = 1_795_890_000;

fn event(kind: &str, ago: i64, ssid: &str, client: u32, reason: i64) -> Event {
    Event::of(Row::of(&json!({
        "type": kind, "timestamp": NOW - ago, "ssid": ssid, "mac": format!("5c5b3500{client:04x}"), "reason_code": reason,
        "ap": "5c5b35000001",
    })))
    .unwrap()
}

fn causes(events: &[Event]) -> Vec<(&'static str, Vec<&'static str>)> {
    let found = findings(&failures(events, NOW), ("s", "Leeds"), (NOW, NOW));
    let objects = |finding: &Finding| {
        ["Guest", "Staff", "Leeds"].into_iter().filter(|name| finding.is_on(name)).collect()
    };
    found.iter().map(|finding| (finding.cause().name, objects(finding))).collect()
}

#[test]
fn many_failures_of_several_clients_are_a_finding_on_their_wlan() {
    let dhcp: Vec<_> = (0..12)
        .map(|number| {
            event("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 60 * i64::from(number), "Guest", number % 4, 0)
        })
        .collect();
    assert_eq!(causes(&dhcp), [("dhcp_failure", vec!["Guest", "Leeds"])]);
}

#[test]
fn failures_on_several_wlans_are_one_finding_on_the_site() {
    let dns: Vec<_> = (0..24)
        .map(|number| {
            event(
                "MARVIS_DNS_FAILURE",
                30 * i64::from(number),
                if number % 2 == 0 { "Guest" } else { "Staff" },
                number,
                0,
            )
        })
        .collect();
    assert_eq!(causes(&dns), [("dns_failure", vec!["Guest", "Staff", "Leeds"])]);
}

#[test]
fn a_few_failures_old_ones_and_those_of_one_client_are_none() {
    let of = |count: u32, ago: i64, clients: u32| -> Vec<_> {
        (0..count)
            .map(|number| {
                event("CLIENT_GW_ARP_FAILURE", ago + i64::from(number), "Guest", number % clients, 0)
            })
            .collect()
    };
    assert!(causes(&of(3, 60, 3)).is_empty(), "few");
    assert!(causes(&of(20, 5_400, 5)).is_empty(), "over");
    assert!(causes(&of(20, 60, 1)).is_empty(), "one client");
    assert_eq!(causes(&of(20, 60, 5)).len(), 1);
}

#[test]
fn failures_began_with_the_first_that_no_pause_separates_from_the_next() {
    let failures: Vec<_> = (0..40)
        .map(|number| event("MARVIS_DNS_FAILURE", 300 * i64::from(number), "Guest", number % 5, 0))
        .chain([event("MARVIS_DNS_FAILURE", 40_000, "Guest", 1, 0)])
        .collect();
    let found = findings(&super::failures(&failures, NOW), ("s", "Leeds"), (NOW, NOW));
    assert_eq!(found[0].began(), Some(NOW - 300 * 39), "long before the last two hours");
}

#[test]
fn clients_that_try_again_after_a_while_fail_since_the_first_burst() {
    for gap in [60, 600, 700, 1_000, 1_200] {
        let failures: Vec<_> = (0..8)
            .flat_map(|client| {
                (0..5_200 / gap).map(move |step| {
                    let ago = 60 + step * gap + i64::from(client) * 7;
                    event("MARVIS_EVENT_CLIENT_AUTH_FAILURE", ago, "Staff", client, 15)
                })
            })
            .collect();
        let first = failures.iter().map(|event| event.time).min();
        let found = findings(&super::failures(&failures, NOW), ("s", "Leeds"), (NOW, NOW));
        assert_eq!(found[0].began(), first, "{gap}");
    }
}

#[test]
fn a_failure_long_before_the_others_is_not_their_beginning() {
    for alone in [25 * 60, 50 * 60, 110 * 60] {
        let failures: Vec<_> = (0..32)
            .map(|number| event("MARVIS_DNS_FAILURE", 15 * i64::from(number), "Guest", number % 4, 0))
            .chain([event("MARVIS_DNS_FAILURE", alone, "Guest", 1, 0)])
            .collect();
        let found = findings(&super::failures(&failures, NOW), ("s", "Leeds"), (NOW, NOW));
        assert_eq!(found[0].began(), Some(NOW - 15 * 31), "{alone}");
    }
}

#[test]
fn access_control_names_the_cause_of_failures_to_sign_in() {
    let events: Vec<_> = (0..12)
        .map(|number| {
            event("MARVIS_EVENT_CLIENT_AUTH_FAILURE", 30 * i64::from(number), "Staff", number % 4, 23)
        })
        .collect();
    assert!(lacks_a_reason(&events, NOW));
    for (kinds, wanted) in [
        (&["NAC_IDP_UNREACHABLE", "NAC_CLIENT_DENY"][..], "auth_server_unreachable"),
        (&["NAC_SERVER_CERT_VALIDATION_FAILURE"], "auth_certificate"),
        (&["NAC_CLIENT_DENY"], "auth_denied"),
        (&["NAC_CLIENT_PERMIT"], "auth_identity"),
    ] {
        let nac = kinds.iter().flat_map(|kind| [1, 2].map(|client| event(kind, 60, "Staff", client, 0)));
        let nac: Vec<_> = nac.collect();
        let mut found = super::failures(&events, NOW);
        explain(&mut found, &nac);
        assert_eq!(found[0].cause.name, wanted, "{kinds:?}");
    }
    let mut found = super::failures(&events, NOW);
    explain(&mut found, &[98, 99].map(|client| event("NAC_IDP_UNREACHABLE", 60, "Staff", client, 0)));
    assert_eq!(found[0].cause.name, "auth_identity", "of a client that does not fail");
    explain(&mut found, &[event("NAC_IDP_UNREACHABLE", 60, "Staff", 1, 0)]);
    assert_eq!(found[0].cause.name, "auth_identity", "one event may be a chance");
}

#[test]
fn events_of_wired_clients_do_not_name_the_cause_of_failures_on_a_wlan() {
    let of = |ssid: Option<&str>, mac: Option<&str>, port: Option<&str>, kind: &str, reason: i64| {
        let row = json!({
            "type": kind, "timestamp": NOW - 60, "ssid": ssid, "mac": mac, "port_id": port, "reason_code": reason,
            "ap": "5c5b35000001",
        });
        Event::of(Row::of(&row)).unwrap()
    };
    let client = Some("5c5b35000007");
    for (mac, ssid, port, wanted) in [
        (None, None, None, "auth_identity"),
        (None, Some("Staff"), Some("ge-0/0/1"), "auth_identity"),
        (None, Some("Guest"), None, "auth_identity"),
        (None, Some("Staff"), None, "auth_denied"),
        (client, None, Some("ge-0/0/1"), "auth_identity"),
        (client, None, None, "auth_denied"),
    ] {
        let failed = [of(Some("Staff"), mac, None, "MARVIS_EVENT_CLIENT_AUTH_FAILURE", 23)];
        let nac =
            [of(ssid, client, port, "NAC_CLIENT_DENY", 0), of(ssid, client, port, "NAC_CLIENT_DENY", 0)];
        let mut found = super::failures(&failed, NOW);
        explain(&mut found, &nac);
        assert_eq!(found[0].cause.name, wanted, "{mac:?} {ssid:?} {port:?}");
    }
}

#[test]
fn a_wlan_whose_failures_get_one_cause_is_named_and_counted_once() {
    let mut events: Vec<_> = (0..12)
        .flat_map(|number| {
            ["MARVIS_EVENT_CLIENT_AUTH_FAILURE", "MARVIS_EVENT_CLIENT_AUTH_DENIED"]
                .map(|kind| event(kind, 30 * i64::from(number), "Staff", number % 4, 23))
        })
        .collect();
    events.extend((0..3).map(|number| event("CLIENT_AUTHENTICATED", 60, "Staff", number, 0)));
    let mut all = failures(&events, NOW);
    explain(&mut all, &[1, 2].map(|client| event("NAC_CLIENT_DENY", 60, "Staff", client, 0)));
    let found = findings(&all, ("s", "Leeds"), (NOW, NOW));
    assert_eq!(found.len(), 1, "{found:?}");
    assert!(found[0].summary().contains("24 failures and 3 successes"), "{}", found[0].summary());
    assert_eq!(found[0].summary().matches("Staff").count(), 1, "{}", found[0].summary());
}

#[test]
fn others_fail_where_one_fails_again_or_three_fail() {
    let of = |clients: &[u32]| {
        let events: Vec<_> =
            clients.iter().map(|client| event("MARVIS_DNS_FAILURE", 60, "Guest", *client, 0)).collect();
        any_fails(events.iter())
    };
    assert!(of(&[1, 1]) && of(&[1, 2, 3]) && !of(&[1, 2]) && !of(&[]));
}

#[test]
fn a_missing_address_of_ipv6_is_no_trouble() {
    for kind in ["MARVIS_EVENT_CLIENT_DHCPV6_FAILURE", "MARVIS_EVENT_CLIENT_DHCPV6_STUCK"] {
        let events: Vec<_> = (0..40).map(|number| event(kind, 60, "Guest", number % 8, 0)).collect();
        assert!(causes(&events).is_empty(), "{kind}");
    }
    // An address of IPv6 is none of IPv4.
    let mut events: Vec<_> =
        (0..10).map(|number| event("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 60, "Guest", number, 0)).collect();
    events.extend((0..30).map(|number| event("CLIENT_IPV6_ASSIGNED", 60, "Guest", number, 0)));
    assert_eq!(causes(&events), [("dhcp_failure", vec!["Guest", "Leeds"])]);
}

#[test]
fn failures_among_more_successes_are_none() {
    let mut events: Vec<_> =
        (0..10).map(|number| event("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 60, "Guest", number, 0)).collect();
    events.extend((0..30).map(|number| event("CLIENT_IP_ASSIGNED", 60, "Guest", number, 0)));
    assert!(causes(&events).is_empty());
}

#[test]
fn failed_authentication_is_distinguished_by_reason_and_type() {
    let cause =
        |kind: &str, reason: i64| cause_of(&event(kind, 1, "Guest", 1, reason)).map(|cause| cause.name);
    assert_eq!(cause("MARVIS_EVENT_CLIENT_AUTH_FAILURE", 15), Some("wrong_key"));
    assert_eq!(cause("MARVIS_EVENT_SAE_AUTH_FAILURE", 0), Some("wrong_key"));
    assert_eq!(cause("MARVIS_EVENT_CLIENT_AUTH_FAILURE", 23), Some("auth_identity"));
    assert_eq!(cause("MARVIS_EVENT_CLIENT_MAC_AUTH_FAILURE", 0), Some("auth_denied"));
    assert_eq!(cause("CLIENT_IP_ASSIGNED", 0), None);
    assert_eq!(cause("SOMETHING_NEW", 0), None);
}

#[test]
fn failures_where_the_rows_that_were_read_end_are_no_outage() {
    let row = |kind: &str, ago: i64, client: i64| {
        let mac = format!("5c5b350000{client:02}");
        json!({ "type": kind, "timestamp": NOW - ago, "mac": mac, "ssid": "Guest" })
    };
    let well = (0..200).map(|step| row("CLIENT_IP_ASSIGNED", 60 + step * 70, step % 16));
    let first: Vec<_> =
        (0..16).map(|client| row("MARVIS_EVENT_CLIENT_DHCP_FAILURE", 14_100 + client, client)).collect();
    let rows = Rows::of(well.chain(first).collect());
    let over = |events: &[Event]| over(events, &[], &failures(events, NOW), NOW).len();
    assert_eq!(over(&settled(&rows)), 1, "a whole list has it");
    let events = settled(&rows.clone().cut());
    assert_eq!(over(&events), 0, "the exchanges before may have gone well");
    assert!(events.len() > rows.len() * 8 / 10);
    assert!(settled(&Rows::of(json!([])).cut()).is_empty());
}

#[test]
fn failures_that_go_back_to_the_first_row_have_lasted_at_least_so_long() {
    let dns: Vec<_> = (0..40_u32)
        .map(|number| event("MARVIS_DNS_FAILURE", 60 * i64::from(number), "Guest", number % 5, 0))
        .collect();
    let told = |marked: bool| {
        let mut all = failures(&dns, NOW);
        if marked {
            mark_cut(&mut all, &dns);
        }
        let found = findings(&all, ("s", "Leeds"), (NOW, NOW)).remove(0);
        (found.summary().rsplit(", ").next().unwrap().to_owned(), found.began())
    };
    assert_eq!(told(false), ("first 39 min ago.".to_owned(), Some(NOW - 39 * 60)));
    assert_eq!(told(true), ("for at least 39 min.".to_owned(), None));
}
