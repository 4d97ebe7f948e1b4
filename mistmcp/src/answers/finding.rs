//! Finding of a rule: [`Finding`], with its [`Severity`], [`Object`]s and the call that shows its rows ([`See`]).

use std::collections::BTreeSet;

use serde_json::{Map, Value};

use super::{Cause, Part, name};

/// How much a finding matters to people.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// Worth knowing.
    Info,
    /// People notice it.
    Warning,
    /// People cannot work.
    Critical,
}

/// A cause that a rule found, with its evidence.
#[derive(Clone, Debug)]
pub struct Finding {
    pub(super) cause: &'static Cause,
    pub(super) severity: Severity,
    pub(super) summary: String,
    pub(super) objects: Vec<Object>,
    pub(super) since: Option<i64>,
    pub(super) evidence: Map<String, Value>,
    pub(super) see: Option<See>,
    pub(super) weight: u8,
    pub(super) affects: BTreeSet<String>,
    pub(super) folds: bool,
    pub(super) independent: bool,
}

/// A thing in the network that a finding is about.
#[derive(Clone, Debug, PartialEq, Eq)]
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

impl Severity {
    /// Name in answers.
    pub fn name(self) -> &'static str {
        match self {
            Self::Critical => "critical",
            Self::Warning => "warning",
            Self::Info => "info",
        }
    }

    /// The default score of how well a finding explains the question.
    fn weight(self) -> u8 {
        match self {
            Self::Critical => 70,
            Self::Warning => 50,
            Self::Info => 20,
        }
    }
}

impl Finding {
    /// A finding, with a summary in one sentence.
    pub fn new(cause: &'static Cause, severity: Severity, summary: impl Into<String>) -> Self {
        Self {
            cause,
            severity,
            summary: summary.into(),
            objects: Vec::new(),
            since: None,
            evidence: Map::new(),
            see: None,
            weight: severity.weight(),
            affects: BTreeSet::new(),
            folds: false,
            independent: false,
        }
    }

    /// Adds an object. The first one is where the cause is.
    pub fn on(mut self, object: Object) -> Self {
        if !self.objects.contains(&object) {
            self.objects.push(object);
        }
        self
    }

    /// Adds the objects of another finding, after its own.
    pub fn on_those_of(self, other: &Self) -> Self {
        other.objects.iter().cloned().fold(self, Self::on)
    }

    /// When it began, in epoch seconds.
    pub fn since(mut self, time: impl Into<Option<i64>>) -> Self {
        self.since = time.into();
        self
    }

    /// Adds a value that led to the finding. `null` adds nothing.
    pub fn evidence(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.evidence.insert(name.to_owned(), value);
        }
        self
    }

    /// The part whose rows show it.
    pub fn see(mut self, part: &Part) -> Self {
        self.see = Some(part.see());
        self
    }

    /// How well the finding explains the question, 0 to 100. The default is 70 for critical findings, 50 for warnings
    /// and 20 for the others.
    pub fn weight(mut self, weight: u8) -> Self {
        self.weight = weight;
        self
    }

    /// Replaces the summary.
    pub fn worded(self, summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), ..self }
    }

    /// Lowers the severity to this one, where it is above.
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.severity = self.severity.min(severity);
        self
    }

    /// The things whose trouble follows from this finding, by MAC address or name. Findings about them stand after
    /// this one, with `because_of`.
    pub fn affects<T: AsRef<str>>(mut self, keys: impl IntoIterator<Item = T>) -> Self {
        self.affects
            .extend(keys.into_iter().map(|key| normalized(key.as_ref())).filter(|key| !key.is_empty()));
        self
    }

    /// Folds the finding into the one that it follows from, if there is one.
    pub fn folds(mut self) -> Self {
        self.folds = true;
        self
    }

    /// Never puts the finding behind another one: it explains the trouble of its object by itself, as an upgrade does.
    pub fn independent(mut self) -> Self {
        self.independent = true;
        self
    }

    /// The cause.
    pub fn cause(&self) -> &'static Cause {
        self.cause
    }

    /// How severe it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// How well it explains the question, 0 to 100.
    pub fn explains(&self) -> u8 {
        self.weight
    }

    /// When it began, in epoch seconds.
    pub fn began(&self) -> Option<i64> {
        self.since
    }

    /// The sentence.
    pub fn summary(&self) -> &str {
        &self.summary
    }

    /// Whether it names an object.
    pub fn has_objects(&self) -> bool {
        !self.objects.is_empty()
    }

    /// Whether its first object, where the cause is, has this name.
    pub fn starts_on(&self, name: &str) -> bool {
        self.objects.first().is_some_and(|object| object.name == name)
    }

    /// Whether its evidence has this value.
    pub fn shows(&self, name: &str, value: &str) -> bool {
        self.evidence.get(name).and_then(Value::as_str) == Some(value)
    }

    /// Whether one of its objects has this name.
    pub fn is_on(&self, name: &str) -> bool {
        self.objects.iter().any(|object| object.name == name)
    }

    /// Whether the finding follows from `root`.
    pub(super) fn follows(&self, root: &Self) -> bool {
        !self.independent
            && self.objects.first().is_some_and(|own| own.keys().any(|key| root.affects.contains(&key)))
    }

    /// Whether both have the same cause and object.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        std::ptr::eq(self.cause, other.cause) && self.objects.first() == other.objects.first()
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

    /// The MAC address; for a port, that of its device.
    pub fn mac(mut self, mac: impl Into<Option<String>>) -> Self {
        self.mac = mac.into().filter(|mac| !mac.is_empty());
        self
    }

    /// The name or id of the site.
    pub fn at_site(mut self, site: &str) -> Self {
        self.site = Some(name(site)).filter(|site| !site.is_empty());
        self
    }

    /// What [`Finding::affects`] may name it by. A port goes by `DEVICE PORT`.
    fn keys(&self) -> impl Iterator<Item = String> {
        let own = match &self.device {
            Some(device) => [Some(format!("{device} {}", self.name)), self.mac_of_port()],
            None => [Some(self.name.clone()), self.mac.clone()],
        };
        own.into_iter().flatten().map(|key| normalized(&key))
    }

    fn mac_of_port(&self) -> Option<String> {
        self.mac.as_ref().map(|mac| format!("{mac} {}", self.name))
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

fn normalized(key: &str) -> String {
    key.trim().to_lowercase()
}
