//! A change that an administrator made: [`Change`], with what it was about ([`Target`]) and the fields that differ.

use mistmcp::answers::{Object, Row, is_name_of_pair, is_value_of_pair, name};
use mistmcp::serde_json::{Map, Value};

use super::naming::has_name;
use super::site_of;

/// An entry of the audit log (`listOrgAuditLogs`).
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Change {
    /// Epoch seconds.
    pub(crate) time: i64,
    pub(crate) who: Option<String>,
    /// Address that the administrator came from.
    pub(crate) from: Option<String>,
    pub(crate) message: String,
    pub(crate) site: Option<String>,
    pub(crate) target: Target,
    /// Name of what was changed.
    pub(crate) called: Option<String>,
    /// The fields that differ, as they were and as they are.
    pub(crate) before: Map<String, Value>,
    pub(crate) after: Map<String, Value>,
}

/// What a change was about.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Target {
    /// Settings of a site, such as its name servers.
    SiteSettings,
    /// Name, address and notes of a site, and its templates.
    Site,
    Device,
    Restart,
    Upgrade,
    Wlan,
    /// Keys, rules, servers and certificates of authentication.
    Access,
    /// Templates, profiles, networks and policies.
    Template,
    /// Signing in, reading, and accounts of administrators.
    Account,
    Other,
}

/// Depth to which two values are compared.
const DEPTH: usize = 6;
/// Fields that differ, at most.
const FIELDS: usize = 24;

impl Change {
    pub(crate) fn of(row: Row<'_>) -> Option<Self> {
        let message = row.text("message")?;
        let (before, after) = differing(row.at("before").value(), row.at("after").value(), DEPTH);
        Some(Self {
            time: row.time("timestamp")?,
            who: row.text("admin_name"),
            from: row.text("src_ip"),
            site: site_of(row),
            target: Target::of(&message),
            called: quoted(&message),
            message,
            before,
            after,
        })
    }

    /// Whether only names, notes, addresses or positions on a map differ.
    pub(crate) fn is_cosmetic(&self) -> bool {
        let fields = || self.before.keys().chain(self.after.keys());
        fields().next().is_some() && fields().all(|field| COSMETIC.contains(&field.as_str()))
    }

    /// Whether there is a difference of settings.
    pub(crate) fn has_difference(&self) -> bool {
        !(self.is_cosmetic() || self.before.is_empty() && self.after.is_empty())
    }

    /// Whether something was deleted or taken away.
    pub(crate) fn is_removal(&self) -> bool {
        let message = self.message.to_lowercase();
        ["delete", "remove", "unassign", "release"].iter().any(|verb| message.starts_with(verb))
    }

    /// Whether it names a thing, in any letter case.
    pub(crate) fn names(&self, thing: &str) -> bool {
        let same = |text: &str| !thing.is_empty() && text.eq_ignore_ascii_case(thing);
        self.called.as_deref().is_some_and(same)
            || (thing.len() >= 4 && has_name(&self.message.to_lowercase(), &thing.to_lowercase()))
    }

    /// The thing that was changed, or else the entry itself.
    pub(crate) fn object(&self) -> Object {
        let called = self.called.as_deref().unwrap_or(&self.message);
        match self.target {
            Target::SiteSettings | Target::Site if self.called.is_some() => Object::site(called),
            Target::Wlan if self.called.is_some() => Object::wlan(called),
            _ => Object::change(called),
        }
    }

    /// Who did it, for a sentence.
    pub(crate) fn by(&self) -> String {
        name(self.who.as_deref().unwrap_or("Somebody"))
    }
}

/// Fields without an effect on traffic.
const COSMETIC: &[&str] = &[
    "address",
    "country_code",
    "created_time",
    "height",
    "id",
    "image1_url",
    "image2_url",
    "image3_url",
    "latlng",
    "locked",
    "map_id",
    "modified_time",
    "name",
    "notes",
    "orientation",
    "sitegroup_ids",
    "timezone",
    "tzoffset",
    "x",
    "y",
];

impl Target {
    /// From the message of an entry, such as `Update Site Settings "Leeds"`.
    fn of(message: &str) -> Self {
        let words = format!("{} ", message.split('"').next().unwrap_or_default().to_lowercase());
        // A short name begins a word: `sso` is not in `associate`. A longer one may be in any, as in `gatewaytemplate`.
        let has_name = |name: &str| {
            let mut places = words.match_indices(name).map(|(place, _)| place);
            places.any(|place| name.len() > 5 || !words[..place].ends_with(char::is_alphanumeric))
        };
        let has = |any: &[&str]| any.iter().any(|name| has_name(name));
        let starts = |any: &[&str]| any.iter().any(|word| words.starts_with(word));
        if starts(&["login", "logout", "log in", "log out", "accessed", "view", "read", "export", "invite"])
            || has(&["admin ", "api token", "apitoken", "role"])
        {
            return Self::Account;
        }
        if starts(&["restart", "reboot", "power cycle", "bounce"]) {
            return Self::Restart;
        }
        if has(&["upgrade", "firmware"]) {
            return Self::Upgrade;
        }
        if has(&["wlan", "ssid"]) {
            return Self::Wlan;
        }
        if has(&[
            "psk",
            "ppsk",
            "nac",
            "radius",
            "certificate",
            "user mac",
            "usermac",
            "sso",
            "idp",
            "label",
            "guest",
        ]) {
            return Self::Access;
        }
        if has(&["site setting"]) {
            return Self::SiteSettings;
        }
        if has(&[
            "template", "profile", "network", "policy", "policies", "service", "vpn", "evpn", "rule",
            "wxrule", "tunnel", "setting",
        ]) {
            return Self::Template;
        }
        if has(&[
            "device",
            "switch",
            "gateway",
            "ap ",
            "aps ",
            "port ",
            "ports",
            "inventory",
            "mxedge",
            "mist edge",
        ]) {
            return Self::Device;
        }
        if has(&["site"]) {
            return Self::Site;
        }
        Self::Other
    }
}

/// The first name in quotation marks.
fn quoted(message: &str) -> Option<String> {
    let (_, rest) = message.split_once('"')?;
    let (called, _) = rest.rsplit_once('"')?;
    let called = called.split_once('"').map_or(called, |(first, _)| first);
    Some(called.trim().to_owned()).filter(|called| !called.is_empty())
}

/// The fields that differ, in two objects of the same form, and the names of values that do: so that secrets in them stay
/// under their names.
fn differing(before: &Value, after: &Value, depth: usize) -> (Map<String, Value>, Map<String, Value>) {
    let (mut old, mut new) = (Map::new(), Map::new());
    let fields = |value: &Value| value.as_object().cloned().unwrap_or_default();
    let (before, after) = (fields(before), fields(after));
    let names = before.keys().chain(after.keys().filter(|name| !before.contains_key(*name)));
    for name in names {
        if old.len().max(new.len()) >= FIELDS {
            break;
        }
        match (before.get(name), after.get(name)) {
            (Some(one), Some(other)) if one == other => {}
            (Some(one @ Value::Object(_)), Some(other @ Value::Object(_))) if depth > 1 => {
                let (one, other) = differing(one, other, depth - 1);
                if !one.is_empty() {
                    old.insert(name.clone(), one.into());
                }
                if !other.is_empty() {
                    new.insert(name.clone(), other.into());
                }
            }
            (one, other) => {
                if let Some(one) = one {
                    old.insert(name.clone(), one.clone());
                }
                if let Some(other) = other {
                    new.insert(name.clone(), other.clone());
                }
            }
        }
    }
    if old.keys().chain(new.keys()).any(|name| is_value_of_pair(name)) {
        for (name, value) in
            before.iter().filter(|(name, value)| is_name_of_pair(name) && after.get(*name) == Some(value))
        {
            old.insert(name.clone(), value.clone());
            new.insert(name.clone(), value.clone());
        }
    }
    (old, new)
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    fn change(message: &str, before: &Value, after: &Value) -> Change {
        let row = json!({ "message": message, "timestamp": 1_795_890_000, "before": before, "after": after });
        Change::of(Row::of(&row)).unwrap()
    }

    #[test]
    fn the_target_follows_from_the_message() {
        for (message, target, called) in [
            ("Update Site Settings \"Leeds\"", Target::SiteSettings, Some("Leeds")),
            ("Update Site \"Leeds\"", Target::Site, Some("Leeds")),
            ("Update Device \"LDS-AP-01\"", Target::Device, Some("LDS-AP-01")),
            ("Restart Device \"LDS-AP-01\"", Target::Restart, Some("LDS-AP-01")),
            ("Update WLAN \"Pine \" Guest\"", Target::Wlan, Some("Pine")),
            ("Update PSK \"Forklifts\"", Target::Access, Some("Forklifts")),
            ("Update Switch Template \"Stores\"", Target::Template, Some("Stores")),
            ("Upgrade Device \"SW\"", Target::Upgrade, Some("SW")),
            ("Login with Role \"admin\"", Target::Account, Some("admin")),
            ("Update gatewaytemplate \"Stores\"", Target::Template, Some("Stores")),
            ("Add PPSK \"Forklifts\"", Target::Access, Some("Forklifts")),
            ("Add NacRule \"Staff\"", Target::Access, Some("Staff")),
            ("Update Security Policies \"Stores\"", Target::Template, Some("Stores")),
            ("Update Port \"ge-0/0/1\"", Target::Device, Some("ge-0/0/1")),
            ("Update AP \"LDS-AP-01\"", Target::Device, Some("LDS-AP-01")),
            ("Assign AP", Target::Device, None),
            ("Update Map \"Floor 1\"", Target::Other, Some("Floor 1")),
            ("Associate Tag \"x\"", Target::Other, Some("x")),
            ("Create Report \"x\"", Target::Other, Some("x")),
            ("Update Support Access \"x\"", Target::Other, Some("x")),
            ("Update Portal \"x\"", Target::Other, Some("x")),
            ("Update Controller \"x\"", Target::Other, Some("x")),
            ("Something \"\"", Target::Other, None),
            ("Something", Target::Other, None),
        ] {
            let change = change(message, &json!(null), &json!(null));
            assert_eq!((change.target, change.called.as_deref()), (target, called), "{message}");
        }
    }

    #[test]
    fn only_the_fields_that_differ_stay_and_keep_their_names() {
        let change = change(
            "Update WLAN \"x\"",
            &json!({ "auth": { "type": "psk", "psk": "a" }, "vlan": 1, "gone": true, "same": [1] }),
            &json!({ "auth": { "type": "psk", "psk": "b" }, "vlan": 2, "same": [1], "new": null }),
        );
        assert_eq!(
            Value::Object(change.before.clone()),
            json!({ "auth": { "psk": "a" }, "vlan": 1, "gone": true })
        );
        assert_eq!(
            Value::Object(change.after.clone()),
            json!({ "auth": { "psk": "b" }, "vlan": 2, "new": null })
        );
        assert!(change.has_difference() && !change.is_cosmetic());
    }

    #[test]
    fn the_name_of_a_value_that_differs_stays_beside_it() {
        for (before, after, wanted) in [
            (
                json!({ "name": "psk_guest", "value": "a" }),
                json!({ "name": "psk_guest", "value": "b" }),
                "psk_guest",
            ),
            (
                json!({ "var": { "key": "K_PSK", "value": "a" } }),
                json!({ "var": { "key": "K_PSK", "value": "b" } }),
                "K_PSK",
            ),
        ] {
            let change = change("Update Variable \"x\"", &before, &after);
            for side in [change.before, change.after] {
                assert!(Value::Object(side.clone()).to_string().contains(wanted), "{side:?}");
            }
        }
        let change = change(
            "Update WLAN \"x\"",
            &json!({ "name": "a", "vlan": 1 }),
            &json!({ "name": "a", "vlan": 2 }),
        );
        assert_eq!(Value::Object(change.before), json!({ "vlan": 1 }));
    }

    #[test]
    fn a_change_names_a_thing_by_its_whole_name_in_any_letter_case() {
        let of = |message: &str| change(message, &json!(null), &json!(null));
        for message in
            ["Update Device \"LDS-AP-03\"", "Restart lds-ap-03", "Assign LDS-AP-03, LDS-AP-04 to Leeds"]
        {
            assert!(of(message).names("LDS-AP-03"), "{message}");
        }
        for message in
            ["Update Device \"LDS-AP-030\"", "Restart XLDS-AP-03", "Assign LDS-AP-03-old", "Update \"LDS\""]
        {
            assert!(!of(message).names("LDS-AP-03"), "{message}");
        }
    }

    #[test]
    fn notes_and_names_are_no_difference_of_settings() {
        let notes = change("Update Site \"x\"", &json!({ "notes": "a" }), &json!({ "notes": "b" }));
        assert!(notes.is_cosmetic() && !notes.has_difference());
        let none = change("Update Site \"x\"", &json!("text"), &json!([1]));
        assert!(!none.is_cosmetic() && !none.has_difference());
    }

    #[test]
    fn rows_without_message_or_time_are_no_changes() {
        for row in [
            json!({}),
            json!({ "message": "x" }),
            json!({ "timestamp": 1_795_890_000 }),
            json!({ "message": {}, "timestamp": [] }),
        ] {
            assert_eq!(Change::of(Row::of(&row)), None, "{row}");
        }
        let deep = (0..40).fold(json!(1), |value, _| json!({ "a": value }));
        assert!(change("x", &deep, &json!({ "a": 2 })).has_difference());
    }
}
