//! An alarm or a Marvis action: [`Alarm`].

use mistmcp::answers::{Inquiry, Row, Rows};

use super::{each_once, port::interface, site_of};
use crate::marvis_action::is_closed_marvis_action;

/// A trouble that Mist reports by itself: an alarm (`searchOrgAlarms`, `searchSiteAlarms`), or a Marvis action
/// (`listOrgMarvisActions`). Times are epoch seconds.
#[derive(Clone, Debug, Default, PartialEq)]
pub(crate) struct Alarm {
    /// Type of the alarm, or symptom of the action, in lower case.
    pub(crate) kind: String,
    pub(crate) id: Option<String>,
    pub(crate) site: Option<String>,
    pub(crate) severity: Option<String>,
    /// When it was raised first, and last.
    pub(crate) time: Option<i64>,
    pub(crate) last_seen: Option<i64>,
    pub(crate) count: i64,
    pub(crate) is_open: bool,
    /// Whether its status says that it is open. Those of Marvis have one that is kept; others have none, whatever became of them.
    pub(crate) says_open: bool,
    /// The kind of its devices, where the row shows it.
    pub(crate) device_kind: Option<&'static str>,
    /// MAC addresses of the devices with the kind that the field of each shows, and their names.
    pub(crate) devices: Vec<String>,
    kinds: Vec<Option<&'static str>>,
    pub(crate) names: Vec<String>,
    pub(crate) ports: Vec<String>,
    pub(crate) vlans: Vec<String>,
    pub(crate) ssids: Vec<String>,
    pub(crate) suggestion: Option<String>,
    pub(crate) is_action: bool,
}

impl Alarm {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        let status = row.text("status").unwrap_or_default().to_lowercase();
        // An alarm that comes again keeps the time at which it was resolved before.
        let closed = ["resolved", "closed", "cleared"].contains(&status.as_str())
            || (status.is_empty() && row.time("resolved_time").is_some());
        let kind = row.text("type")?.to_lowercase();
        let (devices, kinds) = devices(row, &OF_ALARM);
        Some(Self {
            device_kind: first_of(&kinds).or_else(|| kind_in(&kind)),
            kind,
            id: row.text("id"),
            site: site_of(row),
            severity: row.text("severity").map(|severity| severity.to_lowercase()),
            time: row.time("timestamp"),
            last_seen: row.time("last_seen"),
            count: row.integer("count").unwrap_or(1),
            is_open: !closed,
            says_open: !closed && status == "open" && row.text("group").as_deref() == Some("marvis"),
            devices,
            kinds,
            names: row.texts("hostnames"),
            ports: ports(row),
            vlans: texts(row, ["vlans", "vlan"]),
            ssids: texts(row, ["ssids", "ssid"]),
            suggestion: None,
            is_action: false,
        })
    }

    /// The kind of the device at a place, where the row shows it.
    pub(crate) fn kind_at(&self, place: usize) -> Option<&'static str> {
        let of_field = self.kinds.get(place).copied().flatten();
        of_field.or_else(|| self.device_kind.filter(|_| self.kinds.iter().all(Option::is_none)))
    }

    /// The name of the device at a place: of each, where there are as many names. A lone name is that of the first device.
    pub(crate) fn name_at(&self, place: usize) -> Option<&String> {
        let is_of_each = self.names.len() == self.devices.len();
        let is_of_first = place == 0 && (self.names.len() == 1 || self.devices.len() == 1);
        self.names.get(place).filter(|_| is_of_each || is_of_first)
    }

    /// The same with these devices before others.
    pub(crate) fn led_by(&self, is_first: impl Fn(&str) -> bool) -> Self {
        let mut order: Vec<_> = (0..self.devices.len()).collect();
        order.sort_by_key(|place| !is_first(&self.devices[*place]));
        let called = |place: &usize| self.name_at(*place).unwrap_or(&self.devices[*place]).clone();
        Self {
            names: if order.is_empty() { self.names.clone() } else { order.iter().map(called).collect() },
            devices: order.iter().map(|place| self.devices[*place].clone()).collect(),
            kinds: order.iter().map(|place| self.kinds.get(*place).copied().flatten()).collect(),
            ..self.clone()
        }
    }

    /// Adds the actions of a site, or of all, that no alarm stands for. They come without a time window: those of a later time
    /// are left out.
    pub(crate) fn add_actions(ask: &Inquiry, alarms: &mut Vec<Self>, rows: &Rows, site: Option<&str>) {
        let here = |action: &Self| {
            site.is_none_or(|site| action.site.as_deref() == Some(site)) && ask.is_in_time(action.time)
        };
        let actions = rows.iter().filter_map(Self::of_action).filter(here);
        let new: Vec<_> = actions
            .filter(|action| action.id.is_none() || !alarms.iter().any(|alarm| alarm.id == action.id))
            .collect();
        alarms.extend(new);
    }

    /// An action of Marvis.
    pub(crate) fn of_action(row: Row<'_>) -> Option<Self> {
        let status = row.text("status").unwrap_or_default();
        let tuple = row.at("details.impacted_tuple");
        let kind = row.text("symptom").or_else(|| row.text("type"))?.to_lowercase().replace(' ', "_");
        let (devices, kinds) = devices(tuple, &OF_ACTION);
        let of_category = || kind_in(&row.text("category")?.to_lowercase());
        Some(Self {
            device_kind: first_of(&kinds).or_else(of_category).or_else(|| kind_in(&kind)),
            kind,
            id: row.text("uuid").or_else(|| row.text("row_key")),
            site: site_of(row).or_else(|| site_of(tuple)),
            severity: row.text("severity").map(|severity| severity.to_lowercase()),
            time: row.time("start_time").or_else(|| row.time("timestamp")),
            last_seen: row.time("last_seen"),
            count: row.integer("count").unwrap_or(1),
            is_open: !is_closed_marvis_action(&status),
            says_open: !is_closed_marvis_action(&status),
            devices,
            kinds,
            // Two names of one device.
            names: ["name", "display_name"]
                .map(|field| tuple.texts(field))
                .into_iter()
                .find(|names| !names.is_empty())
                .unwrap_or_default(),
            ports: ports(tuple),
            vlans: texts(tuple, ["vlan", "vlans"]),
            ssids: texts(tuple, ["ssid", "ssids"]),
            suggestion: row.text("suggestion"),
            is_action: true,
        })
    }
}

/// A field with MAC addresses of devices, and the kind of these.
type DeviceField = (&'static str, Option<&'static str>);

/// The fields with the devices of an alarm.
const OF_ALARM: [DeviceField; 6] = [
    ("aps", Some("ap")),
    ("switches", Some("switch")),
    ("gateways", Some("gateway")),
    ("mxedges", Some("mxedge")),
    ("device_mac", None),
    ("mac", None),
];

/// The fields with the devices of a Marvis action.
const OF_ACTION: [DeviceField; 6] = [
    ("mac", None),
    ("device_mac", None),
    ("ap", Some("ap")),
    ("ap_mac", Some("ap")),
    ("switch_mac", Some("switch")),
    ("gateway_mac", Some("gateway")),
];

/// The devices that a row names in these fields, each once, and the kind of each, where its field shows it.
fn devices(row: Row<'_>, fields: &[DeviceField]) -> (Vec<String>, Vec<Option<&'static str>>) {
    let mut named: Vec<(String, Option<&'static str>)> = Vec::new();
    for (field, kind) in fields {
        for mac in row.macs(field) {
            if !named.iter().any(|(known, _)| *known == mac) {
                named.push((mac, *kind));
            }
        }
    }
    named.into_iter().unzip()
}

fn first_of(kinds: &[Option<&'static str>]) -> Option<&'static str> {
    kinds.first().copied().flatten()
}

/// The kind of device that the type of an alarm or the category of an action begins with: `switch_offline`.
fn kind_in(text: &str) -> Option<&'static str> {
    let kinds = [
        ("ap", "ap"),
        ("switch", "switch"),
        ("sw", "switch"),
        ("gateway", "gateway"),
        ("gw", "gateway"),
        ("mist_edge", "mxedge"),
    ];
    let is_first =
        |word: &str| text.strip_prefix(word).is_some_and(|rest| rest.is_empty() || rest.starts_with('_'));
    kinds.iter().find(|(word, _)| is_first(word)).map(|(_, kind)| *kind)
}

/// The names of its ports.
fn ports(row: Row<'_>) -> Vec<String> {
    each_once(texts(row, ["port_ids", "port_id"]).iter().map(|port| interface(port)))
}

/// The texts of two fields, each once.
fn texts(row: Row<'_>, fields: [&str; 2]) -> Vec<String> {
    each_once(fields.into_iter().flat_map(|field| row.texts(field)))
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::{Value, json};

    use super::*;

    #[expect(clippy::needless_pass_by_value, reason = "tests write their rows in place")]
    fn action(category: &str, tuple: Value) -> Alarm {
        let row =
            json!({ "symptom": "bad_cable", "category": category, "details": { "impacted_tuple": tuple } });
        Alarm::of_action(Row::of(&row)).unwrap()
    }

    #[test]
    fn the_kind_of_the_first_device_follows_from_its_field_or_from_the_category_or_the_type() {
        for (category, tuple, wanted) in [
            ("switch", json!({ "mac": "5c5b35000001" }), Some("switch")),
            ("gateway", json!({ "mac": "5c5b35000001" }), Some("gateway")),
            ("switch", json!({ "ap_mac": "5c5b35000001" }), Some("ap")),
            ("connectivity", json!({ "switch_mac": "5c5b35000001", "ap": "5c5b35000002" }), Some("ap")),
            ("connectivity", json!({ "switch_mac": "5c5b35000001" }), Some("switch")),
            ("connectivity", json!({ "gateway_mac": "5c5b35000001" }), Some("gateway")),
            ("appliance", json!({ "mac": "5c5b35000001", "ap": "5c5b35000002" }), None),
        ] {
            assert_eq!(action(category, tuple.clone()).device_kind, wanted, "{category}: {tuple}");
        }
        let kind = |row: Value| Alarm::of(Row::of(&row)).unwrap().device_kind;
        assert_eq!(kind(json!({ "type": "sw_alarm_chassis_fan", "mac": "5c5b35000001" })), Some("switch"));
        assert_eq!(kind(json!({ "type": "gw_port_down", "switches": ["5c5b35000001"] })), Some("switch"));
        assert_eq!(kind(json!({ "type": "apple_talk" })), None);
    }

    #[test]
    fn what_two_fields_name_is_named_once() {
        let row = json!({
            "type": "missing_vlan", "aps": ["5c5b35000001", "5c5b35000002", "5c5b35000001"], "mac": "5c:5b:35:00:00:02",
            "vlans": [30, 40], "vlan": "30", "port_ids": ["ge-0/0/1"], "port_id": "ge-0/0/1",
        });
        let alarm = Alarm::of(Row::of(&row)).unwrap();
        assert_eq!(alarm.devices, ["5c5b35000001", "5c5b35000002"]);
        assert_eq!((alarm.vlans, alarm.ports), (vec!["30".into(), "40".into()], vec!["ge-0/0/1".into()]));
        let tuple = json!({ "mac": "5c5b35000001", "ap": "5c5b35000002", "ap_mac": "5c5b35000001", "name": "A", "display_name": "B" });
        let action = action("ap", tuple);
        assert_eq!(action.devices, ["5c5b35000001", "5c5b35000002"]);
        assert_eq!(action.names, ["A"]);
        let led = action.led_by(|mac| mac == "5c5b35000002");
        for (alarm, names) in [(&action, [Some("A"), None]), (&led, [Some("5c5b35000002"), Some("A")])] {
            assert_eq!([0, 1].map(|place| alarm.name_at(place).map(String::as_str)), names);
        }
    }

    #[test]
    fn an_alarm_without_a_status_is_closed_by_the_time_at_which_it_was_resolved() {
        for (status, resolved, is_open) in [
            (Value::Null, Value::Null, true),
            (Value::Null, json!(0), true),
            (Value::Null, json!(1_795_890_000), false),
            (json!("open"), json!(1_795_890_000), true),
            (json!("Resolved"), json!(0), false),
        ] {
            let row = json!({ "type": "bad_cable", "status": status, "resolved_time": resolved });
            assert_eq!(Alarm::of(Row::of(&row)).unwrap().is_open, is_open, "{row}");
        }
    }

    #[test]
    fn the_severity_of_an_action_is_read_in_any_letter_case() {
        for (severity, wanted) in
            [(json!("CRITICAL"), Some("critical")), (json!("Info"), Some("info")), (Value::Null, None)]
        {
            let row = json!({ "symptom": "bad_cable", "severity": severity });
            assert_eq!(Alarm::of_action(Row::of(&row)).unwrap().severity.as_deref(), wanted);
        }
    }
}
