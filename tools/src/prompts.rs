//! What people ask of a network again and again.

use mistmcp::{Completed, PromptArgument, Step};

const SITE: PromptArgument = PromptArgument::required("site", "The site's name").completed(Completed::Site);
const DURATION: PromptArgument =
    PromptArgument::optional("duration", "How far back, such as 12h or 1w", "1d");

const fn step(tool: &'static str, why: &'static str) -> Step {
    Step { tool, why }
}

mistmcp::prompt! {
    /// Finds out why a client has a bad time on the network: signal, roaming, DHCP, DNS, 802.1X, or what it talks to.
    "client-unhappy" {
        title: "Why is this client unhappy?",
        arguments: &[
            PromptArgument::required("client", "Its MAC address, host name or user"),
            PromptArgument::optional("site", "The site's name, if you know it", "any site")
                .completed(Completed::Site),
            DURATION,
        ],
        task: "Why is the client {client} at {site} unhappy? Look at the last {duration}.",
        steps: &[
            step("troubleshootClient", "the likely causes with their evidence; go on by hand only for what it says in `not_seen`"),
            step("searchOrgWirelessClients", "who it is: MAC, site, access point, SSID, band; if it is not there, it may be wired"),
            step("searchOrgWiredClients", "the same for a wired one: switch, port, VLAN"),
            step("getSiteEventsForClient", "what happened to it: association, authorization, DHCP, DNS, roaming, each failure with its reason"),
            step("searchOrgNacClientEvents", "if authorization fails: which NAC rule matched, and what was refused"),
            step("listSiteWirelessClientsStats", "now: RSSI, SNR, rates, retries, band"),
            step("searchOrgWirelessClientSessions", "sessions: how long they last, between which access points it roams"),
            step("getSiteInsightMetricsForClient", "how that changed over the time"),
            step("listSiteSleImpactedWirelessClients", "whether others at the site suffer from the same, or this one alone"),
            step("searchSiteDeviceEvents", "whether its access point or switch restarted, lost its uplink or changed channel then"),
            step("troubleshootOrg", "what Marvis makes of it"),
        ],
        answer: "Say what is wrong in one sentence, then the evidence with times, whether it is the client, the radio, \
            the wired side or a service behind it, how many others have it, and what to do first. Say what you could \
            not see.",
    }
}

mistmcp::prompt! {
    /// Tells how a site is doing: service levels, what fails most, devices down, alarms, and what changed before.
    "site-health" {
        title: "Site health",
        arguments: &[SITE, DURATION],
        task: "How has the site {site} been doing in the last {duration}?",
        steps: &[
            step(
                "checkSite",
                "what is wrong at the site, with evidence; go on by hand only for what it says in `not_seen`",
            ),
            step("getSiteStats", "devices and clients now, and how many devices are down"),
            step("listSiteSlesMetrics", "which service levels there are for this site"),
            step("getSiteSleSummaryTrend", "for each: how often it was met, and the classifiers that took most from it"),
            step("getSiteSleImpactSummary", "for the worst: which access points, WLANs, bands and device types it hits"),
            step("searchOrgAlarms", "open alarms of the site, the worst first"),
            step("searchSiteDevices", "devices that are disconnected or restarted"),
            step("searchSiteDeviceEvents", "what happened to those"),
            step("listSiteRrmEvents", "radio: radar, interference, many channel changes"),
            step("listOrgAuditLogs", "what somebody changed shortly before it went bad"),
        ],
        answer: "Begin with a verdict in one sentence. Then a table of the service levels with their main cause, what \
            is down, and at most five things to do, the most useful first. Say what is normal as well.",
    }
}

mistmcp::prompt! {
    /// Lists what changed lately, by people and by the network itself, and what that may have caused.
    "what-changed" {
        title: "What changed?",
        arguments: &[
            PromptArgument::optional("site", "The site's name", "any site").completed(Completed::Site),
            DURATION,
        ],
        task: "What changed at {site} in the last {duration}, and did it do harm?",
        steps: &[
            step(
                "whatChanged",
                "each change with who, when and what it touched; go on by hand only for what it says in `not_seen`",
            ),
            step("listOrgAuditLogs", "what people and scripts changed: who, when, which object"),
            step("searchOrgDeviceEvents", "configuration pushes, restarts, upgrades, lost connections"),
            step("searchSiteDeviceConfigHistory", "what a device's configuration was before"),
            step("listOrgDeviceUpgrades", "firmware upgrades"),
            step("listSiteRrmEvents", "changes of channels and power"),
            step("searchOrgAlarms", "what was raised after a change"),
        ],
        answer: "A table by time: when, who or what, the change, what followed it within the hour. Then say which \
            change deserves a second look, and why.",
    }
}

mistmcp::prompt! {
    /// Shows what one category of tools can tell about the network, with an example from your own.
    "explore" {
        title: "What can I ask?",
        arguments: &[PromptArgument::required("category", "A category of tools").completed(Completed::Category)],
        task: "What can the tools of the category {category} tell me about my network? Name three questions that \
            they answer well, and answer the first one for my organization.",
        steps: &[],
        answer: "Keep it short: the questions as a list, then the answer.",
    }
}
