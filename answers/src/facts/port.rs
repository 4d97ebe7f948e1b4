//! A port of a switch or gateway: [`Port`].

use mistmcp::answers::{Object, Row};

use super::Device;

/// A port with its state and counters, from `searchOrgSwOrGwPorts` or `searchSiteSwOrGwPorts`. Counters count since they were
/// cleared.
#[expect(clippy::struct_excessive_bools, reason = "each is a fact of its own")]
#[derive(Clone, Debug, Default, PartialEq)]
#[expect(clippy::struct_field_names, reason = "named as Mist names it")]
pub(crate) struct Port {
    /// MAC address of its device.
    pub(crate) device: String,
    /// Such as `ge-0/0/3`.
    pub(crate) id: String,
    /// The same as its row writes it, if that is with a logical unit.
    pub(crate) unit_id: Option<String>,
    pub(crate) site: Option<String>,
    /// Whether Mist has a row of it: of others only events tell.
    pub(crate) has_row: bool,
    pub(crate) of_gateway: bool,
    pub(crate) up: Option<bool>,
    pub(crate) disabled: bool,
    /// In Mb/s; `None` where it is down or unknown.
    pub(crate) speed: Option<i64>,
    pub(crate) full_duplex: Option<bool>,
    pub(crate) rx_errors: i64,
    pub(crate) tx_errors: i64,
    pub(crate) rx_packets: i64,
    pub(crate) tx_packets: i64,
    pub(crate) bytes: i64,
    /// Whether its counters show no byte.
    pub(crate) is_untouched: bool,
    pub(crate) poe_disabled: bool,
    pub(crate) poe_on: Option<bool>,
    /// PoE power that is drawn, in watts.
    pub(crate) draw: Option<f64>,
    /// Spanning tree state, in lower case: `forwarding`, `blocking`.
    pub(crate) stp_state: Option<String>,
    /// 802.1X state, in lower case: `authenticated`, `held`.
    pub(crate) auth_state: Option<String>,
    /// The port profile: `ap`, `uplink`, `wan`.
    pub(crate) usage: Option<String>,
    pub(crate) uplink: bool,
    pub(crate) neighbor_mac: Option<String>,
    pub(crate) neighbor_name: Option<String>,
    /// The port at the other end, as its device describes it.
    pub(crate) neighbor_port: Option<String>,
    /// Epoch seconds.
    pub(crate) last_flapped: Option<i64>,
    pub(crate) mac_count: Option<i64>,
    pub(crate) mac_limit: Option<i64>,
    /// Of WAN ports, in percent, milliseconds and milliseconds.
    pub(crate) loss: Option<f64>,
    pub(crate) latency: Option<f64>,
    pub(crate) jitter: Option<f64>,
}

/// The name of a physical or aggregated port without the logical unit 0, which stands for the port itself: `ge-0/0/1` of
/// `ge-0/0/1.0`.
pub(super) fn interface(written: &str) -> String {
    let is_port = |name: &&str| name.contains('/') || name.starts_with("ae");
    written.strip_suffix(".0").filter(is_port).unwrap_or(written).to_owned()
}

impl Port {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        let count = |name: &str| row.integer(name).unwrap_or(0).max(0);
        let usage = row.text("port_usage");
        let disabled = row.flag("disabled") == Some(true)
            || row.flag("admin_up") == Some(false)
            || row.flag("admin_disabled") == Some(true)
            || usage.as_deref().is_some_and(|usage| usage.eq_ignore_ascii_case("disabled"));
        let written = row.text("port_id")?;
        let id = interface(&written);
        Some(Self {
            device: row.mac("mac")?,
            has_row: true,
            unit_id: Some(written).filter(|written| *written != id),
            id,
            site: row.text("site_id"),
            of_gateway: row.is("type", "gateway") || row.is("device_type", "gateway"),
            up: row.flag("up"),
            disabled,
            speed: row.integer("speed").filter(|speed| *speed > 0),
            full_duplex: row.flag("full_duplex"),
            rx_errors: count("rx_errors"),
            tx_errors: count("tx_errors"),
            rx_packets: count("rx_pkts"),
            tx_packets: count("tx_pkts"),
            bytes: count("rx_bytes").saturating_add(count("tx_bytes")),
            is_untouched: row.integer("rx_bytes") == Some(0) && row.integer("tx_bytes") == Some(0),
            poe_disabled: row.flag("poe_disabled") == Some(true),
            poe_on: row.flag("poe_on"),
            draw: row.number("power_draw"),
            stp_state: row.text("stp_state").map(|state| state.to_lowercase()),
            auth_state: row.text("auth_state").map(|state| state.to_lowercase()),
            uplink: row.flag("uplink") == Some(true) || usage.as_deref() == Some("uplink"),
            usage,
            neighbor_mac: row.mac("neighbor_mac"),
            neighbor_name: row.text("neighbor_system_name"),
            neighbor_port: row.text("neighbor_port_desc").or_else(|| row.text("neighbor_port_id")),
            last_flapped: row.time("last_flapped"),
            mac_count: row.integer("mac_count"),
            mac_limit: row.integer("mac_limit").filter(|limit| *limit > 0),
            loss: row.number("loss"),
            latency: row.number("latency"),
            jitter: row.number("jitter"),
        })
    }

    /// The port as the object of a finding, with the name of its device.
    pub(crate) fn object(&self, device: &str) -> Object {
        Object::port(&self.id).of_device(device).mac(self.device.clone())
    }

    /// Whether it leads upstream or to a provider.
    pub(crate) fn is_wan(&self) -> bool {
        self.usage.as_deref().is_some_and(|usage| usage.eq_ignore_ascii_case("wan")) || self.uplink
    }

    /// Whether a device with this MAC address or name is behind it.
    pub(crate) fn has_neighbor(&self, mac: &str, name: Option<&str>) -> bool {
        self.neighbor_mac.as_deref() == Some(mac)
            || (self.neighbor_mac.is_none()
                && name.is_some_and(|name| {
                    self.neighbor_name.as_deref().is_some_and(|known| known.eq_ignore_ascii_case(name))
                }))
    }

    /// Whether it is a port of another device that leads to this one.
    pub(crate) fn leads_to(&self, device: &Device) -> bool {
        !device.has_mac(&self.device)
            && (self.has_neighbor(&device.mac, device.name.as_deref())
                || device.members.iter().any(|member| self.has_neighbor(member, None)))
    }

    /// Whether an access point is behind it, as its profile or its neighbor says.
    pub(crate) fn is_ap_port(&self, is_ap: impl Fn(&str) -> bool) -> bool {
        self.neighbor_mac.as_deref().is_some_and(is_ap)
            || self.usage.as_deref().is_some_and(|usage| usage.eq_ignore_ascii_case("ap"))
    }

    pub(crate) fn errors(&self) -> i64 {
        self.rx_errors.saturating_add(self.tx_errors)
    }

    /// Damaged frames per million, of the worse direction.
    pub(crate) fn errors_per_million(&self) -> Option<f64> {
        #[expect(clippy::cast_precision_loss, reason = "a ratio")]
        let ratio = |errors: i64, packets: i64| (packets > 0).then(|| errors as f64 * 1.0e6 / packets as f64);
        let both = [ratio(self.rx_errors, self.rx_packets), ratio(self.tx_errors, self.tx_packets)];
        both.into_iter().flatten().reduce(f64::max)
    }
}
