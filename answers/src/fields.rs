//! The fields of an answer, with their documentation. `docs/answers.md` is generated from them.

/// A field of an answer.
#[derive(Clone, Copy, Debug)]
pub struct Field {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub meaning: &'static str,
}

/// Facts of an answer, by tools.
#[derive(Clone, Copy, Debug)]
pub struct Facts {
    /// The tools.
    pub tools: &'static [&'static str],
    /// What is in `facts`.
    pub fields: &'static [Field],
}

macro_rules! fields {
    ($($name:literal: $meaning:literal),+ $(,)?) => {
        &[$(Field { name: $name, meaning: $meaning }),+]
    };
}

/// Fields of the answer itself.
pub static OF_AN_ANSWER: &[Field] = fields! {
    "verdict": "The answer in a sentence or two.",
    "findings": "Likely causes, the best explanation first. Empty if nothing was found.",
    "more_findings": "The number of findings that had no room. Only if there are any; `note` then names the arguments that make \
                      room.",
    "facts": "What was asked about: its name, state and figures.",
    "not_seen": "What could not be read, and why; and what was read and has nothing in it, such as the devices of a site \
                 without devices. Empty if nothing is missing.",
    "calls": "Requests that were sent to Mist.",
    "taken": "How a name in the arguments was understood, where it is not the exact name of the site, organization, device or client.",
    "window_asked": "The time window as the call gave it: `start`, `end`, `duration`.",
    "window_default": "The time window where the call gave none: `duration`. `whatChanged` with `before` looks at that long \
                       before it.",
    "note": "What is wrong with the answer as a whole, such as findings or parts that had no room.",
};

/// Fields of a finding.
pub static OF_A_FINDING: &[Field] = fields! {
    "cause": "The cause, one of those below.",
    "severity": "`critical` (people cannot work), `warning` (they notice it) or `info`.",
    "summary": "The finding in a sentence.",
    "objects": "The things that it is about, the place of the cause first.",
    "more_objects": "The number of objects that had no room. Only if there are any.",
    "since": "When it began, in epoch seconds. Only if that is known.",
    "because_of": "The place in `findings`, from 0, of the root that this finding follows from. A finding without it is a root.",
    "evidence": "The values that led to it. They have the names that Mist has for them, where it has one; times are epoch \
                 seconds. `text` is what Mist says, `follows` lists the findings that were folded into this one.",
    "see": "The call that shows the rows behind it: `tool` and `arguments`. Left out where the session cannot call the tool.",
};

/// Fields of an object of a finding.
pub static OF_AN_OBJECT: &[Field] = fields! {
    "kind": "`client`, `ap`, `switch`, `gateway`, `mxedge`, `port`, `wlan`, `vlan`, `site`, `org`, `user`, `rule`, `license` or \
             `change`.",
    "name": "Its name, or what identifies it.",
    "device": "Of a port: the name of its device.",
    "mac": "The MAC address; of a port, that of its device.",
    "site": "The site, by its name.",
};

/// What is in `facts`, by tools.
pub static OF_FACTS: &[Facts] = &[
    Facts {
        tools: &["auditConfig"],
        fields: fields! {
            "sites": "Number of sites.",
            "devices": "Number of devices.",
            "wlans": "Number of WLANs.",
            "templates": "The templates that apply at the site, or how many the organization has of each kind.",
        },
    },
    Facts {
        tools: &["checkCompliance"],
        fields: fields! {
            "devices": "Number of devices.",
            "versions": "How many devices of each model run which version.",
            "contracts": "Number of support contracts: of the devices of the site, or of the organization.",
        },
    },
    Facts {
        tools: &["checkPorts"],
        fields: fields! {
            "ports": "Number of ports.",
            "up": "Number of ports that are up.",
            "unused": "Ports that have had no link for a long time.",
        },
    },
    Facts {
        tools: &["checkRadio"],
        fields: fields! {
            "access_points": "Number of access points.",
            "connected": "Number of access points that are connected.",
            "clients": "Number of wireless clients.",
            "foreign_access_points": "Number of rogue and honeypot access points that are received.",
            "bands": "By band (`24`, `5`, `6`): number of radios, channels with the number of radios on each, and the utilization \
                      of the busiest radio in percent.",
        },
    },
    Facts {
        tools: &["checkSite"],
        fields: fields! {
            "site": "The site; of one without devices with its `id`, `country` and `timezone`.",
            "devices": "By kind of device: `total`, and `up`, the number that is connected.",
            "clients": "Number of `wireless` clients.",
            "alarms": "Open alarms by severity, with the Marvis actions where these could be read.",
            "lowest_service_levels_percent": "The lowest service levels.",
        },
    },
    Facts {
        tools: &["checkWan"],
        fields: fields! {
            "gateways": "The gateways.",
            "links": "WAN links that are up, of all.",
            "vpn_paths": "VPN paths that are up, of all.",
            "tunnels": "Tunnels that are up, of all.",
            "routing_neighbors": "BGP and OSPF neighbors that are up, of all.",
            "line": "By WAN port: `loss_percent`, `latency_ms` and `jitter_ms`.",
            "service_path_outages": "Outages of service paths in the window.",
        },
    },
    Facts {
        tools: &["explainSle"],
        fields: fields! {
            "site": "The site.",
            "metric": "The service level.",
            "percent": "Its value in the window, in percent.",
            "share_of_bad_minutes_percent": "The classifiers that cost most, with their share of the bad user minutes in percent.",
            "hit_most": "Access points and clients with the most bad minutes.",
        },
    },
    Facts {
        tools: &["findAnything"],
        fields: fields! {
            "found": "The things that fit: `what` it is, `name`, `mac`, `site` and `site_id`; of a device `model`, `serial`, `status` \
                      and, if an IP address was asked for, `ip` and `external_ip`; of a client `user`, `ip`, `model`, the `device` \
                      and `port` or `ssid` it was last seen at, `vlan`, `last_seen`, and the access points `before`; of a site the \
                      number of `devices` and `clients`, and its `address`.",
            "more": "The number of things that had no room.",
        },
    },
    Facts {
        tools: &["listProblems"],
        fields: fields! {
            "devices": "Number of devices at sites.",
            "unassigned": "Number of devices that are assigned to no site.",
            "devices_down": "Number of devices at sites that are down.",
            "open_alarms_and_actions": "Number of open alarms, with the Marvis actions where these could be read.",
        },
    },
    Facts {
        tools: &["rankSites"],
        fields: fields! {
            "sites": "Number of sites.",
            "ranking": "The worst sites in order: `site`, `main_reason`, `devices_up` (`null` if unknown) and \
                        `lowest_service_level`.",
        },
    },
    Facts {
        tools: &["showTopology"],
        fields: fields! {
            "devices": "Number of devices by kind.",
            "links": "Number of links.",
            "without_a_known_link": "Devices of which no link is known.",
            "edges": "The links, one a line.",
            "mermaid": "The topology as a Mermaid flowchart. What is broken has the class `bad`.",
        },
    },
    Facts {
        tools: &["troubleshootAuthentication", "troubleshootClient"],
        fields: fields! {
            "client": "The client.",
            "type": "`wireless`, `wired`, `wan` or `nac`.",
            "mac": "Its MAC address.",
            "user": "Its user.",
            "ip": "Its IP address.",
            "ssid": "The WLAN that it uses.",
            "vlan": "Its VLAN.",
            "band": "Its band: `24`, `5` or `6`.",
            "rssi": "The signal at which the access point receives it, in dBm.",
            "snr": "The signal-to-noise ratio, in dB.",
            "auth": "How it authenticates.",
            "port": "Its switch port.",
            "model": "Its model.",
            "last_seen": "When it was last seen, in epoch seconds.",
        },
    },
    Facts {
        tools: &["troubleshootAuthentication"],
        fields: fields! {
            "last_nac_event": "The type of its last NAC event.",
            "rule": "The rule that matched last.",
            "labels": "The labels of its MAC address.",
            "wlan_auth": "The type of authentication of the WLAN.",
            "auth_servers": "The RADIUS servers of the WLAN.",
        },
    },
    Facts {
        tools: &["troubleshootClient"],
        fields: fields! {
            "access_point": "Its access point.",
            "switch": "Its switch.",
            "port_up": "Whether its port is up.",
            "port_speed": "The speed of its port, in Mb/s.",
        },
    },
    Facts {
        tools: &["troubleshootDevice"],
        fields: fields! {
            "device": "The device.",
            "type": "`ap`, `switch`, `gateway` or `mxedge`.",
            "mac": "Its MAC address.",
            "model": "Its model.",
            "version": "Its firmware version.",
            "status": "Its status in Mist's words.",
            "ip": "Its IP address.",
            "uptime": "Seconds since it started.",
            "last_seen": "When it was last seen, in epoch seconds.",
            "clients": "Number of its clients.",
            "site": "Its site.",
            "upstream": "The switch or gateway that it hangs from.",
            "upstream_port": "The port there.",
        },
    },
    Facts {
        tools: &["whatChanged"],
        fields: fields! {
            "changes": "Number of changes in the audit log in the window; with `before`, of those before it.",
            "by": "The number of these changes by administrator.",
            "fails_since": "With `before`: what clients fail at around it: `cause`, `ssid`, `failures` and `successes`.",
            "service_levels_percent": "With `before`: service levels that differ `before` and `after` it.",
        },
    },
];

/// Whether a fact of a tool is documented.
pub fn is_fact(tool: &str, name: &str) -> bool {
    let of_tool = OF_FACTS.iter().filter(|facts| facts.tools.contains(&tool));
    of_tool.flat_map(|facts| facts.fields).any(|field| field.name == name)
}
