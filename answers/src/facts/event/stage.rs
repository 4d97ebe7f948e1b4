//! The stage of a client's connection that an event is about ([`Stage`]).

/// A stage of a client's connection, in the order in which it passes them.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Stage {
    Association,
    Authorization,
    Roaming,
    Dhcp,
    Arp,
    Dns,
    Portal,
    Disconnect,
}

/// The stage of a client event, and whether it went well. `None` for types that say neither, and for those of IPv6.
pub(crate) fn stage_of(kind: &str) -> Option<(Stage, bool)> {
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    let failed = has(&[
        "FAIL",
        "DENIED",
        "DENY",
        "REJECT",
        "TIMEOUT",
        "STUCK",
        "NAK",
        "NOT_FOUND",
        "BLOCKED",
        "EXCESSIVE",
        "SPOOFING",
        "BAD_IP",
    ]);
    // A client without IPv6 asks for it again and again, and that it has an address of IPv6 tells nothing of IPv4.
    if has(&["DHCPV6", "IPV6"]) {
        return None;
    }
    if kind.starts_with("NAC_") {
        return nac_stage(kind, failed);
    }
    if has(&["FBT", "FT_KEY"]) {
        return Some((Stage::Roaming, !failed));
    }
    if has(&["DHCP", "IP_ASSIGNED", "IP_ASSIGNMENT", "STATIC_IP"]) {
        return Some((Stage::Dhcp, !failed));
    }
    if has(&["ARP", "GATEWAY_SPOOFING"]) {
        return Some((Stage::Arp, !failed));
    }
    if has(&["DNS"]) {
        return Some((Stage::Dns, !failed));
    }
    if has(&["PORTAL"]) {
        return Some((Stage::Portal, !failed));
    }
    if has(&["DEAUTHENTICAT", "DEASSOCIATION", "DISASSOCIATION", "STA_LEAVING"]) {
        return Some((Stage::Disconnect, true));
    }
    // The client has left without a message.
    if has(&["SA_QUERY"]) {
        return Some((Stage::Disconnect, true));
    }
    if has(&["ASSOCIATION_FAILURE"]) {
        return Some((Stage::Association, false));
    }
    if has(&["AUTH_FAILURE", "AUTH_DENIED", "AUTH_REJECT", "SAE_AUTH", "REPEATED_AUTH", "MAC_AUTH"]) {
        return Some((Stage::Authorization, !failed && !kind.contains("REPEATED")));
    }
    if has(&["ASSOCIATION"]) {
        return Some((Stage::Association, !failed));
    }
    if has(&["AUTHENTICATED", "AUTHORIZED"]) {
        return Some((Stage::Authorization, !failed));
    }
    None
}

/// The stage of an event of access control. `None` for types that say neither, such as accounting.
fn nac_stage(kind: &str, failed: bool) -> Option<(Stage, bool)> {
    let has = |words: &[&str]| words.iter().any(|word| kind.contains(word));
    if has(&["SESSION_ENDED", "COA_DISCONNECT"]) {
        return Some((Stage::Disconnect, true));
    }
    if has(&["IP_ASSIGNED"]) {
        return Some((Stage::Dhcp, !failed));
    }
    let failed = failed
        || has(&["EXPIRED", "REVOKED", "UNREACHABLE", "UNKNOWN", "DISABLED", "NOT_ENROLLED", "INVALID"]);
    let passed = has(&["PERMIT", "SUCCESS", "SESSION_STARTED", "KEY_FOUND"]);
    (failed || passed).then_some((Stage::Authorization, !failed))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn client_events_belong_to_a_stage() {
        for (kind, stage) in [
            ("CLIENT_ASSOCIATION", Some((Stage::Association, true))),
            ("NAC_CLIENT_DENY", Some((Stage::Authorization, false))),
            ("NAC_CLIENT_PERMIT", Some((Stage::Authorization, true))),
            ("NAC_CLIENT_CERT_EXPIRED", Some((Stage::Authorization, false))),
            ("NAC_USER_CERT_REVOKED", Some((Stage::Authorization, false))),
            ("NAC_CLIENT_CERT_CHECK_SUCCESS", Some((Stage::Authorization, true))),
            ("NAC_IDP_UNREACHABLE", Some((Stage::Authorization, false))),
            ("NAC_IDP_USER_DISABLED", Some((Stage::Authorization, false))),
            ("NAC_MDM_DEVICE_NOT_ENROLLED", Some((Stage::Authorization, false))),
            ("NAC_CLIENT_PPSK_KEY_FOUND", Some((Stage::Authorization, true))),
            ("NAC_CLIENT_PPSK_KEY_NOT_FOUND", Some((Stage::Authorization, false))),
            ("NAC_CLIENT_IP_ASSIGNED", Some((Stage::Dhcp, true))),
            ("NAC_SESSION_STARTED", Some((Stage::Authorization, true))),
            ("NAC_SESSION_ENDED", Some((Stage::Disconnect, true))),
            ("NAC_ACCOUNTING_UPDATE", None),
            ("MARVIS_EVENT_CLIENT_AUTH_REJECTED", Some((Stage::Authorization, false))),
            ("CLIENT_AUTH_REASSOCIATION_11R", Some((Stage::Association, true))),
            ("CLIENT_ASSOCIATION_FAILURE", Some((Stage::Association, false))),
            ("SA_QUERY_TIMEOUT", Some((Stage::Disconnect, true))),
            ("CLIENT_AUTHENTICATED_OKC", Some((Stage::Authorization, true))),
            ("MARVIS_EVENT_CLIENT_MAC_AUTH_SUCCESS", Some((Stage::Authorization, true))),
            ("MARVIS_EVENT_CLIENT_AUTH_DENIED", Some((Stage::Authorization, false))),
            ("MARVIS_EVENT_SAE_AUTH_FAILURE", Some((Stage::Authorization, false))),
            ("REPEATED_AUTH_FAILURES", Some((Stage::Authorization, false))),
            ("MARVIS_EVENT_CLIENT_FBT_FAILURE", Some((Stage::Roaming, false))),
            ("MARVIS_EVENT_WLC_FT_KEY_NOT_FOUND", Some((Stage::Roaming, false))),
            ("CLIENT_IP_ASSIGNED", Some((Stage::Dhcp, true))),
            ("CLIENT_IPV6_ASSIGNED", None),
            ("MARVIS_EVENT_CLIENT_DHCPV6_FAILURE", None),
            ("MARVIS_EVENT_CLIENT_DHCP_STUCK", Some((Stage::Dhcp, false))),
            ("MARVIS_EVENT_CLIENT_DHCP_NAK", Some((Stage::Dhcp, false))),
            ("CLIENT_GW_ARP_OK", Some((Stage::Arp, true))),
            ("CLIENT_EXCESSIVE_ARPING_GW", Some((Stage::Arp, false))),
            ("MARVIS_DNS_FAILURE", Some((Stage::Dns, false))),
            ("MARVIS_EVENT_CAPTIVE_PORTAL_AUTHORIZED", Some((Stage::Portal, true))),
            ("CLIENT_DEAUTHENTICATION", Some((Stage::Disconnect, true))),
            ("SOMETHING_NEW", None),
        ] {
            assert_eq!(stage_of(kind), stage, "{kind}");
        }
    }
}
