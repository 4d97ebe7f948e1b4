//! A device of the network: [`Device`].

use mistmcp::answers::{Object, Row, name};

use super::{Event, each_once, site_of};
use crate::thresholds as t;

/// A device, from its row in the inventory (`getOrgInventory`), in the statistics (`listSiteDevicesStats`,
/// `listOrgDevicesStats`, `listSiteMxEdgesStats`) or in a search. MAC addresses are twelve digits in lower case.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Device {
    pub(crate) id: Option<String>,
    pub(crate) mac: String,
    pub(crate) name: Option<String>,
    /// `ap`, `switch`, `gateway` or `mxedge`.
    pub(crate) kind: String,
    pub(crate) model: Option<String>,
    pub(crate) serial: Option<String>,
    pub(crate) version: Option<String>,
    pub(crate) site: Option<String>,
    pub(crate) ip: Option<String>,
    /// All IP addresses of its own interfaces, as far as the row shows them.
    pub(crate) addresses: Vec<String>,
    /// The address that the cloud sees it at, which the devices of a site often share.
    pub(crate) external_ip: Option<String>,
    pub(crate) connected: Option<bool>,
    pub(crate) status: Option<String>,
    /// Epoch seconds.
    pub(crate) last_seen: Option<i64>,
    /// Seconds since it started.
    pub(crate) uptime: Option<i64>,
    pub(crate) config_status: Option<String>,
    pub(crate) power_constrained: bool,
    pub(crate) power_source: Option<String>,
    /// State of a firmware upgrade (`fwupdate.status`).
    pub(crate) upgrade: Option<String>,
    /// When that was (`fwupdate.timestamp`), in epoch seconds.
    pub(crate) upgrade_time: Option<i64>,
    /// The device and port upstream of it, from LLDP.
    pub(crate) lldp_neighbor: LldpNeighbor,
    /// MAC address of the access point that it reaches by radio.
    pub(crate) mesh_uplink: Option<String>,
    /// Its Ethernet port that has a link: name, speed in Mb/s, duplex, errors.
    pub(crate) eth_name: &'static str,
    pub(crate) eth_speed: Option<i64>,
    pub(crate) eth_full_duplex: Option<bool>,
    pub(crate) eth_errors: i64,
    pub(crate) clients: Option<i64>,
    /// MAC addresses of all members of a virtual chassis or cluster, and those that are not present.
    pub(crate) members: Vec<String>,
    pub(crate) missing_members: Vec<String>,
    /// The PoE power of each module, which feeds its own ports.
    pub(crate) poe: Vec<PoeSupply>,
    /// VLANs that clients use and that carry no traffic on its wire.
    pub(crate) missing_vlans: Vec<String>,
    /// Failed fans, power supplies and temperatures that the modules report.
    pub(crate) hardware: Vec<String>,
    /// Utilization of its processor and its memory, in percent: of the busiest member.
    pub(crate) processor: Option<f64>,
    pub(crate) memory: Option<f64>,
}

/// The PoE power of a module: drawn and available, in watts.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct PoeSupply {
    /// The number of the module in its virtual chassis.
    pub(crate) member: Option<String>,
    pub(crate) drawn: f64,
    pub(crate) most: f64,
}

/// The neighbor of an access point by LLDP, as `lldp_stat` of its statistics names it.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct LldpNeighbor {
    pub(crate) name: Option<String>,
    pub(crate) mac: Option<String>,
    pub(crate) port: Option<String>,
}

impl Device {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        let status = row.text("status").map(|status| status.to_lowercase());
        let connected = match status.as_deref() {
            Some("connected") => Some(true),
            Some("disconnected" | "offline" | "down") => Some(false),
            _ => row.flag("connected"),
        };
        let (eth_name, eth) = eth(row).unwrap_or_else(|| ("eth0", row.at("none")));
        let error = |name: &str| eth.integer(name).unwrap_or(0).max(0);
        Some(Self {
            id: row.text("id"),
            mac: row.mac("mac")?,
            name: row.text("name").or_else(|| row.text("hostname")).or_else(|| row.text("last_hostname")),
            kind: row.text("type").map_or_else(|| "ap".to_owned(), |kind| kind.to_lowercase()),
            model: row.text("model"),
            serial: row.text("serial"),
            version: row.text("version"),
            site: site_of(row),
            ip: row.text("ip").or_else(|| row.text("ip_stat.ip")),
            addresses: addresses(row),
            external_ip: row.text("ext_ip"),
            connected,
            last_seen: row.time("last_seen").or_else(|| row.time("disconnected_time")),
            uptime: row.integer("uptime").filter(|uptime| *uptime > 0),
            config_status: row.text("config_status").or_else(|| row.text("last_config_status")),
            power_constrained: row.flag("power_constrained") == Some(true)
                || matches!(
                    (row.number("lldp_stat.power_allocated"), row.number("lldp_stat.power_requested")),
                    (Some(given), Some(wanted)) if given > 0.0 && given < wanted
                ),
            power_source: row.text("power_src"),
            upgrade: row.text("fwupdate.status"),
            upgrade_time: row.time("fwupdate.timestamp"),
            lldp_neighbor: LldpNeighbor {
                name: row.text("lldp_stat.system_name"),
                mac: row.mac("lldp_stat.chassis_id").or_else(|| row.mac("lldp_stat.mac")),
                port: row.text("lldp_stat.port_id").or_else(|| row.text("lldp_stat.port_desc")),
            },
            mesh_uplink: row
                .text("mesh_uplink.uplink_ap_id")
                .and_then(|id| id.rsplit('-').next().map(str::to_owned)),
            eth_name,
            eth_speed: eth.integer("speed").filter(|speed| *speed > 0),
            eth_full_duplex: eth.flag("full_duplex"),
            eth_errors: error("rx_errors").saturating_add(error("tx_errors")),
            clients: row.integer("num_clients"),
            members: each_once(members(row).filter_map(|member| member.mac("mac"))),
            missing_members: each_once(
                members(row)
                    .filter(|member| {
                        member.is("vc_state", "not-present")
                            || member.is("vc_state", "notprsnt")
                            || member.is("status", "disconnected")
                            || member.is("status", "not-present")
                    })
                    .filter_map(|member| member.mac("mac").or_else(|| member.text("fpc_idx"))),
            ),
            missing_vlans: row.texts("inactive_wired_vlans"),
            poe: poe(row),
            hardware: hardware(row),
            processor: processor(row),
            memory: memory(row),
            status,
        })
    }

    /// A Mist Edge, from its row in the statistics (`listOrgMxEdgesStats`), which names no type.
    pub(crate) fn of_mist_edge(row: Row<'_>) -> Option<Self> {
        Some(Self { kind: "mxedge".to_owned(), ..Self::of(row)? })
    }

    /// The device that an event is about.
    pub(crate) fn of_event<'a>(devices: &'a [Self], event: &Event) -> Option<&'a Self> {
        let mac = event.mac.as_deref()?;
        devices.iter().find(|device| device.has_mac(mac))
    }

    /// The name, or else the MAC address.
    pub(crate) fn called(&self) -> String {
        name(self.name.as_deref().unwrap_or(&self.mac))
    }

    pub(crate) fn object(&self) -> Object {
        Object::device(&self.kind, self.name.as_deref().unwrap_or(&self.mac)).mac(self.mac.clone())
    }

    /// The word for its kind.
    pub(crate) fn word(&self) -> &'static str {
        match self.kind.as_str() {
            "switch" => "switch",
            "gateway" => "gateway",
            "mxedge" => "Mist Edge",
            _ => "access point",
        }
    }

    pub(crate) fn is_down(&self) -> bool {
        self.connected == Some(false)
    }

    /// Whether it did not apply its last configuration, by its own status.
    pub(crate) fn config_has_failed(&self) -> bool {
        let status = self.config_status.as_deref().unwrap_or_default().to_lowercase();
        ["fail", "error", "revert"].iter().any(|word| status.contains(word))
    }

    /// Whether it is connected by a row that shows no sign of it lately: those of connected devices are minutes old.
    pub(crate) fn is_outdated(&self, now: i64) -> bool {
        self.connected == Some(true) && self.last_seen.is_some_and(|seen| now - seen > t::RECENT)
    }

    /// Whether it is an access point whose site has more access points that are connected than others, which take over its
    /// clients.
    pub(crate) fn is_covered<'a>(&self, site: impl IntoIterator<Item = &'a Self>) -> bool {
        let aps = site.into_iter().filter(|other| other.kind == "ap" && other.site == self.site);
        let (all, up) =
            aps.fold((0, 0), |(all, up), ap| (all + 1, up + usize::from(ap.connected == Some(true))));
        self.kind == "ap" && up * 2 > all
    }

    /// Whether it is the device with this MAC address, or one of its members is.
    pub(crate) fn has_mac(&self, mac: &str) -> bool {
        self.mac == mac || self.members.iter().any(|member| member == mac)
    }

    /// Adds the members that are missing by a row of its virtual chassis (`getSiteDeviceVirtualChassis`).
    pub(crate) fn add_missing_members(&mut self, chassis: Row<'_>) {
        let is_missing = |state: String| {
            let state = state.to_lowercase();
            state.contains("not") || state.contains("inactive") || state == "disconnected"
        };
        let gone = chassis.rows("members").filter(|member| {
            ["vc_state", "status"].iter().any(|field| member.text(field).is_some_and(is_missing))
        });
        let gone = gone.filter_map(|member| member.mac("mac").or_else(|| member.text("fpc_idx")));
        self.missing_members = each_once(std::mem::take(&mut self.missing_members).into_iter().chain(gone));
    }

    /// Fills in missing fields from another row of the same device.
    pub(crate) fn with(self, other: &Self) -> Self {
        let other = other.clone();
        Self {
            id: self.id.or(other.id),
            name: self.name.or(other.name),
            model: self.model.or(other.model),
            serial: self.serial.or(other.serial),
            version: self.version.or(other.version),
            site: self.site.or(other.site),
            ip: self.ip.or(other.ip),
            connected: self.connected.or(other.connected),
            last_seen: self.last_seen.or(other.last_seen),
            ..self
        }
    }
}

/// The Ethernet port of an access point with its name: one with a link, or else one that does not say whether it has one. The
/// figures of a port without a link say nothing.
fn eth(row: Row<'_>) -> Option<(&'static str, Row<'_>)> {
    let ports = [("eth0", "port_stat.eth0"), ("eth0", "eth0"), ("eth1", "port_stat.eth1")];
    let ports = ports.map(|(name, path)| (name, row.at(path)));
    let is_up = |eth: &Row<'_>| eth.flag("up") == Some(true);
    let may_be_up = |eth: &Row<'_>| eth.flag("up").is_none() && eth.has("speed");
    let first = |fits: &dyn Fn(&Row<'_>) -> bool| ports.into_iter().find(|(_, eth)| fits(eth));
    first(&is_up).or_else(|| first(&may_be_up))
}

/// The IP addresses of a device's interfaces, without their prefix length.
fn addresses(row: Row<'_>) -> Vec<String> {
    let own = ["ip", "ip_stat.ip", "ip_stat.ip6", "ip2_stat.ip"].into_iter().flat_map(|path| row.texts(path));
    let listed = |ips: Row<'_>| ips.fields("").filter_map(|(_, ip)| ip.text("")).collect::<Vec<_>>();
    let of_stat = ["ip_stat.ips", "ip2_stat.ips"].into_iter().flat_map(|path| listed(row.at(path)));
    let of_ports = row.fields("if_stat").flat_map(|(_, port)| port.texts("ips"));
    let all = own.chain(of_stat).chain(of_ports);
    let all = all.map(|address| address.split('/').next().unwrap_or_default().to_owned());
    each_once(all.filter(|address| !address.is_empty()))
}

fn members(row: Row<'_>) -> impl Iterator<Item = Row<'_>> {
    ["module_stat", "module2_stat", "virtual_chassis.members"]
        .into_iter()
        .flat_map(move |path| row.rows(path))
}

/// The PoE power that is drawn and that there is, of each module.
fn poe(row: Row<'_>) -> Vec<PoeSupply> {
    let supplies = members(row).filter_map(|module| {
        let most = module.number("poe.max_power").filter(|most| *most > 0.0)?;
        let drawn = module.number("poe.power_draw").unwrap_or(0.0);
        Some(PoeSupply { member: module.text("fpc_idx"), drawn, most })
    });
    supplies.collect()
}

/// The utilization of the busiest processor, in percent.
fn processor(row: Row<'_>) -> Option<f64> {
    let of_stat = |stat: Row<'_>| {
        let shares = ["idle", "user", "system", "interrupt"].map(|share| stat.number(share).unwrap_or(0.0));
        // A device without figures has zeros.
        let by_idle = || stat.number("idle").filter(|_| shares.iter().sum::<f64>() > 0.0);
        stat.number("usage").or_else(|| Some(100.0 - by_idle()?))
    };
    let own = ["cpu_stat", "cpu2_stat"].map(|stat| of_stat(row.at(stat)));
    let of_members = members(row).map(|member| of_stat(member.at("cpu_stat")));
    highest_percent(own.into_iter().chain(of_members).chain([row.number("cpu_util")]))
}

/// The utilization of the fullest memory, in percent.
fn memory(row: Row<'_>) -> Option<f64> {
    let own = ["memory_stat.usage", "memory2_stat.usage"].map(|usage| row.number(usage));
    let of_members = members(row).map(|member| member.number("memory_stat.usage"));
    let total = row.number("mem_total_kb").filter(|total| *total > 0.0);
    let of_ap = row.number("mem_used_kb").zip(total).map(|(used, total)| used / total * 100.0);
    highest_percent(own.into_iter().chain(of_members).chain([of_ap]))
}

/// The highest of these that is a percentage.
fn highest_percent(all: impl Iterator<Item = Option<f64>>) -> Option<f64> {
    all.flatten().filter(|percent| (0.0..=100.0).contains(percent)).map(f64::round).reduce(f64::max)
}

/// Parts of the hardware that the modules report as failed.
fn hardware(row: Row<'_>) -> Vec<String> {
    let parts = members(row).flat_map(|module| {
        ["fans", "psus", "temperatures"].into_iter().flat_map(move |kind| {
            let failed = module.rows(kind).filter(|part| has_failed(*part));
            failed.map(move |part| {
                let status = part.text_or("status", "failed");
                format!("{} {}", part.text_or("name", kind.trim_end_matches('s')), status)
            })
        })
    });
    parts.collect()
}

fn has_failed(part: Row<'_>) -> bool {
    part.text("status").is_some_and(|status| {
        !["ok", "absent", "present", "online", "normal", "empty"].contains(&status.to_lowercase().as_str())
    })
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn a_configuration_that_was_not_applied_is_known_by_the_status_in_any_form() {
        let has_failed = |status: &str| {
            Device { config_status: Some(status.to_owned()), ..Device::default() }.config_has_failed()
        };
        for status in ["failed", "FAILED", "failure", "error", "revert_failed", "Reverted"] {
            assert!(has_failed(status), "{status}");
        }
        assert!(
            !["success", "synched", ""].into_iter().any(has_failed) && !Device::default().config_has_failed()
        );
    }

    #[test]
    fn the_ethernet_port_of_an_access_point_is_one_with_a_link() {
        let port = |up: Option<bool>, speed: i64, full: bool| json!({ "up": up, "speed": speed, "full_duplex": full });
        let down = port(Some(false), 0, false);
        for (eth0, eth1, wanted) in [
            (down.clone(), port(Some(true), 1_000, true), ("eth1", Some(1_000), Some(true))),
            (port(Some(true), 100, false), port(Some(true), 1_000, true), ("eth0", Some(100), Some(false))),
            (port(Some(true), 100, true), down.clone(), ("eth0", Some(100), Some(true))),
            (port(None, 100, true), json!(null), ("eth0", Some(100), Some(true))),
            (json!(null), port(None, 1_000, true), ("eth1", Some(1_000), Some(true))),
            (down.clone(), down.clone(), ("eth0", None, None)),
            (down.clone(), json!(null), ("eth0", None, None)),
        ] {
            let row = json!({ "mac": "5c5b35000001", "port_stat": { "eth0": eth0, "eth1": eth1 } });
            let ap = Device::of(Row::of(&row)).unwrap();
            assert_eq!((ap.eth_name, ap.eth_speed, ap.eth_full_duplex), wanted, "{row}");
        }
    }

    #[test]
    fn a_member_that_several_lists_name_is_missing_once() {
        let (first, second) = ("5c4527000001", "5c4527000002");
        let gone = |mac: &str| json!({ "mac": mac, "vc_state": "not-present" });
        let list = json!([gone(first), { "mac": "5c4527000003", "vc_state": "present" }, gone(second)]);
        let row = json!({ "mac": "5c4527000003", "module_stat": list, "module2_stat": list });
        let mut switch = Device::of(Row::of(&row)).unwrap();
        assert_eq!(switch.missing_members, [first, second]);
        let chassis = json!({ "members": [gone(second), gone(first), gone("5c4527000004")] });
        switch.add_missing_members(Row::of(&chassis));
        assert_eq!(switch.missing_members, [first, second, "5c4527000004"]);
    }
}
