//! Things that findings are about ([`Object`]), and the call that shows the rows behind a finding ([`See`]).

use serde_json::{Map, Value};

use super::name;

/// A thing in the network that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct Object {
    pub(super) kind: &'static str,
    pub(super) name: String,
    pub(super) device: Option<String>,
    pub(super) mac: Option<String>,
    pub(super) site: Option<String>,
}

/// The call that shows the rows behind a finding.
#[derive(Clone, Debug, PartialEq)]
pub struct See {
    pub(super) tool: &'static str,
    pub(super) arguments: Map<String, Value>,
}

impl See {
    /// Whether it shows rows of a time window, and not a present state.
    pub(super) fn is_of_window(&self) -> bool {
        self.arguments.contains_key("start")
    }

    /// Names the organization, where the tool takes one and the call names none.
    pub(super) fn of_org(&mut self, org: &str) {
        if !self.arguments.contains_key("org_id") && crate::catalog::takes(self.tool, "org_id") {
            self.arguments.insert("org_id".to_owned(), org.into());
        }
    }
}

impl Object {
    /// An object of a kind of the contract, by its name.
    fn new(kind: &'static str, called: &str) -> Self {
        Self { kind, name: name(called), device: None, mac: None, site: None }
    }

    /// The device that a port belongs to.
    pub fn of_device(mut self, device: &str) -> Self {
        self.device = Some(name(device)).filter(|device| !device.is_empty());
        self
    }

    /// The MAC address as Mist writes it, twelve digits in lower case; for a port, that of its device.
    pub fn mac(mut self, mac: impl Into<Option<String>>) -> Self {
        self.mac = mac.into().filter(|mac| !mac.is_empty());
        self
    }

    /// The name or id of the site.
    pub fn at_site(mut self, site: &str) -> Self {
        self.site = Some(name(site)).filter(|site| !site.is_empty());
        self
    }

    /// What [`Finding::affects`] may name it by: a name is no key where the MAC address is known, since devices of several
    /// sites can have one name.
    pub(super) fn key(&self) -> String {
        normalized(&match (&self.device, &self.mac) {
            (Some(_), Some(mac)) => format!("{mac} {}", self.name),
            (Some(device), None) => format!("{device} {}", self.name),
            (None, Some(mac)) => mac.clone(),
            (None, None) => self.name.clone(),
        })
    }

    /// The site that it is, or where it is.
    pub(super) fn site_name(&self) -> Option<&str> {
        if self.kind == "site" { Some(&self.name) } else { self.site.as_deref() }
    }
}

macro_rules! kinds {
    ($($function:ident $kind:literal $article:literal),+ $(,)?) => {
        impl Object {
            $(
                #[doc = concat!("An object of kind `", $kind, "`: ", $article, ".")]
                pub fn $function(name: &str) -> Self {
                    Self::new($kind, name)
                }
            )+

            /// A device of a type as Mist spells it: `ap`, `switch`, `gateway` or `mxedge`.
            pub fn device(kind: &str, name: &str) -> Self {
                match kind {
                    "switch" => Self::switch(name),
                    "gateway" => Self::gateway(name),
                    "mxedge" => Self::mxedge(name),
                    _ => Self::ap(name),
                }
            }
        }
    };
}

kinds! {
    client "client" "a client",
    ap "ap" "an access point",
    switch "switch" "a switch",
    gateway "gateway" "a gateway",
    mxedge "mxedge" "a Mist Edge",
    port "port" "a port of a switch or gateway",
    wlan "wlan" "a WLAN",
    vlan "vlan" "a VLAN",
    site "site" "a site",
    org "org" "an organization",
    user "user" "a user",
    rule "rule" "a rule",
    license "license" "a license",
    change "change" "a change of configuration",
}

pub(super) fn normalized(key: &str) -> String {
    key.trim().to_lowercase()
}
