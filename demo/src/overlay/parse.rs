//! Parser of incident and overlay files: [`read`].

use serde::Deserialize;
use serde_json::{Map, Value, json};

use super::{OverlayError, collection, names::Names, route, strict};
use crate::{
    engine::{HoleValues, ResponseShape},
    incident::{Expect, Question},
};

/// Ten years: no time of an overlay is farther away.
const FARTHEST: i64 = 10 * 365 * 86_400;

/// A change, and where it stands.
#[derive(Clone, Debug)]
pub(crate) struct OverlayChange {
    /// `FILE: overlay entry 3`.
    pub(crate) place: String,
    pub(crate) change: Change,
}

#[derive(Clone, Debug)]
pub(crate) enum Change {
    /// Of the rows of a collection.
    Rows { collection: &'static str, selection: Map<String, Value>, action: Action },
    /// A device that is down.
    Offline { device: String, seconds: i64 },
    /// Of what an endpoint answers where its path has these values, or names, in these holes.
    Answer { path: &'static str, holes: HoleValues, patch: Map<String, Value> },
}

#[derive(Clone, Debug)]
pub(crate) enum Action {
    /// A merge patch of each selected row.
    Set(Map<String, Value>),
    /// Without the selected rows.
    Remove,
    /// With more rows.
    Add(Vec<Addition>),
}

/// A row to add.
#[derive(Clone, Debug, Deserialize)]
pub(crate) struct Addition {
    /// The seconds since it happened.
    pub(crate) ago: Option<i64>,
    pub(crate) site: Option<String>,
    pub(crate) device: Option<String>,
    pub(crate) client: Option<String>,
    /// How many of it there are, each `every` seconds before the one before it.
    pub(crate) times: Option<usize>,
    pub(crate) every: Option<i64>,
    #[serde(flatten)]
    pub(crate) fields: Map<String, Value>,
}

/// A file as it is written.
#[derive(Debug, Deserialize)]
struct File {
    title: Option<String>,
    question: Option<Value>,
    expect: Option<Value>,
    overlay: Vec<Value>,
}

/// An entry of `overlay` as it is written.
#[derive(Debug, Deserialize)]
struct Entry {
    collection: Option<String>,
    #[serde(rename = "where")]
    selection: Option<Map<String, Value>>,
    set: Option<Map<String, Value>>,
    remove: Option<bool>,
    add: Option<Value>,
    device: Option<String>,
    offline_for: Option<i64>,
    path: Option<String>,
    site: Option<String>,
}

/// What a file says.
#[derive(Debug)]
pub(crate) struct Read {
    pub(crate) title: Option<String>,
    pub(crate) question: Option<Question>,
    pub(crate) expect: Option<Expect>,
    pub(crate) changes: Vec<OverlayChange>,
}

/// Reads the text of a file; errors begin with its name.
pub(crate) fn read(file: &str, text: &str) -> Result<Read, OverlayError> {
    let error = |problem: String| OverlayError::new(format!("{file}: {problem}"));
    let value = strict::parse(text).map_err(error)?;
    let parsed = strict::read::<File>(value).map_err(error)?;
    let part = |name: &'static str| move |problem: String| format!("{name}: {problem}");
    let question =
        parsed.question.map(strict::read::<Question>).transpose().map_err(part("question")).map_err(error)?;
    let expect =
        parsed.expect.map(strict::read::<Expect>).transpose().map_err(part("expect")).map_err(error)?;
    let mut changes = Vec::new();
    for (number, entry) in (1..).zip(parsed.overlay) {
        let place = format!("{file}: overlay entry {number}");
        let change = strict::read::<Entry>(entry).and_then(Entry::change);
        let change = change.map_err(|problem| OverlayError::new(format!("{place}: {problem}")))?;
        changes.push(OverlayChange { place, change });
    }
    Ok(Read { title: parsed.title, question, expect, changes })
}

/// What it means that the Mist Edge is down: it is no device of the network that is made, but has rows of its own. `None` for
/// other changes.
pub(super) fn mist_edge_is_down(laid: &OverlayChange, names: &Names<'_>) -> Option<Vec<OverlayChange>> {
    let Change::Offline { device, seconds } = &laid.change else { return None };
    if !names.is_mist_edge(device) {
        return None;
    }
    let object = |value: Value| value.as_object().cloned().unwrap_or_default();
    let down = json!({ "status": "disconnected", "last_seen": { "ago": seconds }, "num_tunnels": 0, "uptime": null });
    let seen = json!({ "last_seen": { "ago": seconds } });
    let add = |collection, fields: Value| {
        let row = Addition {
            ago: Some(*seconds),
            site: None,
            device: Some(device.clone()),
            client: None,
            times: None,
            every: None,
            fields: object(fields),
        };
        (collection, Action::Add(vec![row]))
    };
    let changes = [
        ("mxedge stats", Action::Set(object(down))),
        ("mxedges found", Action::Set(object(seen))),
        add(
            "mxedge events",
            json!({ "type": "ME_DISCONNECTED", "text": "Lost contact with the cloud", "severity": "critical" }),
        ),
        add(
            "alarms",
            json!({ "type": "mist_edge_disconnected", "group": "infrastructure", "severity": "critical" }),
        ),
    ];
    let made = changes.into_iter().map(|(collection, action)| {
        let selection = Map::new();
        OverlayChange { place: laid.place.clone(), change: Change::Rows { collection, selection, action } }
    });
    Some(made.collect())
}

impl OverlayChange {
    pub(super) fn error(&self, problem: impl AsRef<str>) -> OverlayError {
        OverlayError::new(format!("{}: {}", self.place, problem.as_ref()))
    }

    /// How many rows it adds.
    pub(super) fn added(&self) -> usize {
        let Change::Rows { action: Action::Add(rows), .. } = &self.change else { return 0 };
        rows.iter().map(|row| row.times.unwrap_or(1)).fold(0, usize::saturating_add)
    }
}

impl Entry {
    fn change(self) -> Result<Change, String> {
        let targets = [self.collection.is_some(), self.device.is_some(), self.path.is_some()];
        if targets.into_iter().filter(|is| *is).count() != 1 {
            return Err("an entry has one of \"collection\", \"device\" and \"path\"".to_owned());
        }
        if let Some(device) = self.device {
            return match self.offline_for {
                Some(seconds) if (0..=FARTHEST).contains(&seconds) => {
                    let others =
                        Entry { collection: None, device: None, path: None, offline_for: None, ..self };
                    others.nothing_else("device")?;
                    Ok(Change::Offline { device, seconds })
                }
                Some(seconds) => Err(format!("offline_for: {seconds} is not from 0 to {FARTHEST} seconds")),
                None => {
                    Err("with \"device\" goes \"offline_for\": the seconds since the device is down"
                        .to_owned())
                }
            };
        }
        if self.offline_for.is_some() {
            return Err("\"offline_for\" goes with \"device\" alone".to_owned());
        }
        match self.path.clone() {
            Some(path) => self.of_path(&path),
            None => self.of_rows(),
        }
    }

    /// Refuses the fields that do not belong to the target.
    fn nothing_else(&self, target: &str) -> Result<(), String> {
        let fields = [
            ("where", self.selection.is_some()),
            ("set", self.set.is_some()),
            ("remove", self.remove.is_some()),
            ("add", self.add.is_some()),
            ("site", self.site.is_some()),
        ];
        match fields.into_iter().find(|(_, is)| *is) {
            Some((field, _)) => Err(format!("\"{field}\" does not go with \"{target}\"")),
            None => Ok(()),
        }
    }

    fn of_rows(self) -> Result<Change, String> {
        let name = self.collection.unwrap_or_default();
        let collection = collection(&name)?.name;
        if self.site.is_some() {
            return Err("\"site\" goes with \"path\"; the rows of a collection are chosen by \"where\", with \"site_id\"".to_owned());
        }
        let selection = self.selection.unwrap_or_default();
        let action = match (self.set, self.remove, self.add) {
            (Some(patch), None, None) => Action::Set(patch),
            (None, Some(true), None) => Action::Remove,
            (None, None, Some(_)) if !selection.is_empty() => {
                return Err("\"where\" does not go with \"add\"".to_owned());
            }
            (None, None, Some(rows)) => Action::Add(checked(additions(rows)?)?),
            (None, Some(false), None) => return Err("\"remove\" is always true".to_owned()),
            _ => return Err("with \"collection\" goes one of \"set\", \"remove\" and \"add\"".to_owned()),
        };
        Ok(Change::Rows { collection, selection, action })
    }

    fn of_path(self, path: &str) -> Result<Change, String> {
        let (route, mut holes) = route(path)?;
        let Some(set) = self.set else { return Err("with \"path\" goes \"set\"".to_owned()) };
        if self.selection.is_some() || self.remove.is_some() || self.add.is_some() {
            return Err("with \"path\" go \"set\" and \"site\" alone".to_owned());
        }
        if let Some(site) = self.site {
            if !route.path.contains("{site_id}") {
                return Err(format!("site: the path {} has no {{site_id}}", route.path));
            }
            holes.retain(|(hole, _)| hole != "site_id");
            holes.push(("site_id".to_owned(), site));
        }
        match route.form {
            ResponseShape::List(rows) | ResponseShape::Pages(rows) => Err(format!(
                "the path {} answers a list: change the rows of its collection \"{}\"",
                route.path, rows.name
            )),
            // What an endpoint takes from a collection is changed there, so that others that are made of it agree.
            ResponseShape::One(rows, key) => {
                let last = route.path.rsplit('/').find_map(|part| part.strip_prefix('{')?.strip_suffix('}'));
                let selection = holes.into_iter().map(|(hole, value)| {
                    (if last == Some(hole.as_str()) { key.to_owned() } else { hole }, Value::from(value))
                });
                Ok(Change::Rows {
                    collection: rows.name,
                    selection: selection.collect(),
                    action: Action::Set(set),
                })
            }
            _ => Ok(Change::Answer { path: route.path, holes, patch: set }),
        }
    }
}

/// The rows to add: one, or a list of them.
fn additions(rows: Value) -> Result<Vec<Addition>, String> {
    let rows = match rows {
        Value::Array(rows) => rows,
        row => vec![row],
    };
    (1..)
        .zip(rows)
        .map(|(number, row)| addition(row).map_err(|problem| format!("add, row {number}: {problem}")))
        .collect()
}

fn is_whole(value: &Value) -> bool {
    value.is_i64() || value.is_u64()
}

fn addition(row: Value) -> Result<Addition, String> {
    let Value::Object(fields) = &row else { return Err(format!("{row} is no row: an object is required")) };
    if fields.is_empty() {
        return Err("a row without a field says nothing: give it a `type`, or what else it has".to_owned());
    }
    for (names, is_fine, wanted) in [
        (&["ago", "times", "every"][..], is_whole as fn(&Value) -> bool, "a whole number is required"),
        (&["site", "device", "client"], Value::is_string, "a name is required"),
    ] {
        let wrong = names.iter().find_map(|name| {
            fields.get(*name).filter(|value| !is_fine(value) && !value.is_null()).map(|value| (name, value))
        });
        if let Some((name, value)) = wrong {
            let unit = if ["ago", "every"].contains(name) { ", in seconds" } else { "" };
            return Err(format!("{name} is {value}: {wanted}{unit}"));
        }
    }
    serde_json::from_value(row).map_err(|error| error.to_string())
}

/// The rows to add, where their times are possible.
fn checked(rows: Vec<Addition>) -> Result<Vec<Addition>, String> {
    for (number, row) in (1..).zip(&rows) {
        let span =
            i64::try_from(row.times.unwrap_or(1)).unwrap_or(i64::MAX).saturating_mul(row.every.unwrap_or(0));
        let farthest = row.ago.unwrap_or(0).saturating_abs().saturating_add(span);
        let problem = if row.ago.is_some_and(|ago| ago < 0) {
            "ago: it is the seconds since then, so that it cannot be negative"
        } else if row.times == Some(0) {
            "times: at least 1 is required"
        } else if row.every.is_some_and(|every| every < 1) {
            "every: at least 1 second is required"
        } else if row.times.is_some_and(|times| times > 1) && row.every.is_none() {
            "with \"times\" goes \"every\": the seconds between two of them"
        } else if farthest > FARTHEST {
            "ago: farther than ten years away"
        } else {
            continue;
        };
        return Err(format!("add, row {number}: {problem}"));
    }
    Ok(rows)
}
