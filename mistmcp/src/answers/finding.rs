//! Finding of a rule: [`Finding`], with its [`Severity`].

use std::collections::{BTreeSet, HashMap};

use serde_json::{Map, Value};

use super::object::normalized;
use super::{Cause, DataSource, Object, See};
use crate::work::steps::count;

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
    pub(super) effects: &'static [&'static Cause],
    pub(super) item: Option<String>,
    pub(super) folds: bool,
    pub(super) independent: bool,
    /// The finding that it follows from, by its cause and object.
    root: Option<Place>,
    /// Of a report: other causes of the same condition.
    pub(super) reported: Option<&'static [&'static Cause]>,
}

/// Seconds by which an effect may seem to have begun before its root: devices and the cloud notice a common cause within
/// some minutes.
const TOLERANCE: i64 = 10 * 60;

/// The findings without those that began after a time, and those of an unknown time that follow from one of these.
pub(super) fn begun_until(findings: Vec<Finding>, end: i64) -> Vec<Finding> {
    let (late, mut kept): (Vec<_>, Vec<_>) =
        findings.into_iter().partition(|finding| finding.since.is_some_and(|since| since > end));
    let late = Roots::new(&late);
    kept.retain(|finding| finding.since.is_some() || late.of(finding).next().is_none());
    kept
}

/// What tells a finding from others: its cause, and the object where that is.
type Place = (&'static str, Option<String>);

/// Findings by what may follow from them, so that those of one finding are found without a look at all others.
pub(super) struct Roots<'a> {
    findings: &'a [Finding],
    by_affected: HashMap<&'a str, Vec<usize>>,
    by_place: HashMap<Place, Vec<usize>>,
}

impl<'a> Roots<'a> {
    pub(super) fn new(findings: &'a [Finding]) -> Self {
        let (mut by_affected, mut by_place) = (HashMap::<_, Vec<_>>::new(), HashMap::<_, Vec<_>>::new());
        for (place, finding) in findings.iter().enumerate() {
            by_place.entry(finding.place()).or_default().push(place);
            for key in &finding.affects {
                by_affected.entry(key.as_str()).or_default().push(place);
            }
        }
        Self { findings, by_affected, by_place }
    }

    /// The places of the findings that a finding follows from, in order.
    pub(super) fn of(&self, finding: &Finding) -> impl Iterator<Item = usize> {
        let places = match &finding.root {
            Some(root) => self.by_place.get(root),
            None => finding.objects.first().and_then(|own| self.by_affected.get(own.key().as_str())),
        };
        let places = places.into_iter().flatten().copied();
        places.filter(move |place| finding.may_follow(&self.findings[*place]))
    }
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
            effects: &[],
            item: None,
            folds: false,
            independent: false,
            root: None,
            reported: None,
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
    pub fn with_objects_of(self, other: &Self) -> Self {
        other.objects.iter().cloned().fold(self, Self::on)
    }

    /// When it began, in epoch seconds.
    pub fn since(mut self, time: impl Into<Option<i64>>) -> Self {
        self.since = time.into();
        self
    }

    /// Adds a value that led to the finding, by Mist's name of the field where it has one. Times are epoch seconds; a name of
    /// our own ends with its unit (`latency_ms`). `see` shows the rows that it is from. `null` adds nothing.
    pub fn evidence(mut self, name: &str, value: impl Into<Value>) -> Self {
        let value = value.into();
        if !value.is_null() {
            self.evidence.insert(name.to_owned(), value);
        }
        self
    }

    /// The data source whose rows show it. `None` changes nothing.
    pub fn see<'a>(mut self, source: impl Into<Option<&'a DataSource>>) -> Self {
        if let Some(source) = source.into() {
            self.see = Some(source.see());
        }
        self
    }

    /// The data source whose rows show it, unless its rule has named one.
    pub fn see_or(mut self, source: &DataSource) -> Self {
        self.see.get_or_insert_with(|| source.see());
        self
    }

    /// The call that shows another finding.
    pub fn see_same_as(mut self, other: &Self) -> Self {
        self.see.clone_from(&other.see);
        self
    }

    /// Distinguishes it from other findings with the same cause and first object: a band, a protocol, a neighbor.
    pub fn item(mut self, item: impl Into<Option<String>>) -> Self {
        self.item = item.into();
        self
    }

    /// Marks a finding that rests on a report, such as an alarm. It is left out where another finding shows the same cause, or
    /// one of `others`, at the same device.
    pub fn reported(mut self, others: &'static [&'static Cause]) -> Self {
        self.reported = Some(others);
        self
    }

    /// How well the finding explains the question, 0 to 100. The default is 70 for critical findings, 50 for warnings
    /// and 20 for the others.
    pub fn weight(mut self, weight: u8) -> Self {
        self.weight = weight;
        self
    }

    /// Replaces the cause.
    pub fn with_cause(self, cause: &'static Cause) -> Self {
        Self { cause, ..self }
    }

    /// Replaces the summary.
    pub fn with_summary(self, summary: impl Into<String>) -> Self {
        Self { summary: summary.into(), ..self }
    }

    /// Lowers the severity to this one, where it is above.
    pub fn at_most(mut self, severity: Severity) -> Self {
        self.severity = self.severity.min(severity);
        self
    }

    /// The things whose trouble follows from this finding, by MAC address; by name only where the MAC address is unknown. A
    /// port is named `DEVICE PORT`. Findings about them stand after this one, with `because_of`, unless they are known to be
    /// at another site, to have begun earlier, or to have a cause that is none of [`effects`](Self::effects).
    pub fn affects<T: AsRef<str>>(mut self, keys: impl IntoIterator<Item = T>) -> Self {
        self.affects
            .extend(keys.into_iter().map(|key| normalized(key.as_ref())).filter(|key| !key.is_empty()));
        self
    }

    /// The causes of findings that can follow from this one. Without them, any can.
    pub fn effects(mut self, causes: &'static [&'static Cause]) -> Self {
        self.effects = causes;
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

    /// Puts the finding behind another one that explains it, whatever that affects.
    pub fn because_of(mut self, root: &Self) -> Self {
        self.root = Some(root.place());
        self
    }

    /// Whether it was put behind another one by [`because_of`](Self::because_of).
    pub fn has_root(&self) -> bool {
        self.root.is_some()
    }

    fn place(&self) -> Place {
        (self.cause.name, self.objects.first().map(Object::key))
    }

    /// The cause.
    pub fn cause(&self) -> &'static Cause {
        self.cause
    }

    /// How severe it is.
    pub fn severity(&self) -> Severity {
        self.severity
    }

    /// How well it explains the question, 0 to 100: its weight.
    pub fn relevance(&self) -> u8 {
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

    /// Whether it may be about this item of its object: it names it, or either names none.
    pub fn is_about_item(&self, item: Option<&str>) -> bool {
        item.is_none() || self.item.is_none() || self.item.as_deref() == item
    }

    /// Whether its evidence has a value of this name.
    pub fn has_evidence(&self, name: &str) -> bool {
        self.evidence.contains_key(name)
    }

    /// Whether its evidence has this value.
    pub fn shows(&self, name: &str, value: &str) -> bool {
        self.evidence.get(name).and_then(Value::as_str) == Some(value)
    }

    /// Whether one of its objects has this name.
    pub fn is_on(&self, name: &str) -> bool {
        self.objects.iter().any(|object| object.name == name)
    }

    /// Whether the finding may follow from `root`, which affects its object or is the one that it names.
    fn may_follow(&self, root: &Self) -> bool {
        count(1);
        if self.root.is_some() {
            return true;
        }
        let is_effect =
            root.effects.is_empty() || root.effects.iter().any(|effect| effect.name == self.cause.name);
        let is_earlier = self.since.zip(root.since).is_some_and(|(own, root)| own < root - TOLERANCE);
        !self.independent && is_effect && !is_earlier && !self.is_elsewhere(root)
    }

    /// Whether both name sites, and no site in common.
    fn is_elsewhere(&self, other: &Self) -> bool {
        let own = || self.objects.iter().filter_map(Object::site_name);
        let others = || other.objects.iter().filter_map(Object::site_name);
        own().next().is_some()
            && others().next().is_some()
            && !own().any(|site| others().any(|other| site == other))
    }

    /// Whether both are one condition: the same cause and object; for a report, also a cause that shows the same at the same
    /// device.
    pub(super) fn repeats(&self, other: &Self) -> bool {
        count(1);
        let is_same_item = match (&self.item, &other.item) {
            (Some(own), Some(other)) => own == other,
            _ => true,
        };
        let covers = |report: &Self, cause: &Cause| {
            let others = report.reported.unwrap_or_default();
            report.cause.name == cause.name || others.iter().any(|known| known.name == cause.name)
        };
        let is_report = self.reported.is_some() || other.reported.is_some();
        is_same_item
            && (covers(self, other.cause) || covers(other, self.cause))
            && ((self.cause.name == other.cause.name && self.objects.first() == other.objects.first())
                || (is_report && self.is_at_device_of(other)))
    }

    /// Whether both name the same device, and not different ports of it.
    fn is_at_device_of(&self, other: &Self) -> bool {
        let any_pair = |is_pair: &dyn Fn(&Object, &Object) -> bool| {
            self.objects.iter().any(|own| other.objects.iter().any(|other| is_pair(own, other)))
        };
        let names_port = |finding: &Self| finding.objects.iter().any(|object| object.kind == "port");
        any_pair(&|own, other| own.mac.is_some() && own.mac == other.mac)
            && (!names_port(self)
                || !names_port(other)
                || any_pair(&|own, other| {
                    own.kind == "port" && other.kind == "port" && own.name == other.name
                }))
    }
}
