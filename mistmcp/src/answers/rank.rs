//! Order of findings: roots before their symptoms, and symptoms folded into their roots ([`ranked`]).

#[cfg(test)]
mod tests;

use std::cmp::Reverse;
use std::collections::HashMap;

use serde_json::{Value, json};

use super::finding::Roots;
use super::{Finding, Object};

/// Names of folded findings that the root lists.
const LISTED: usize = 8;

/// A finding, and the place of the finding that it follows from.
#[derive(Debug)]
pub(super) struct Ranked {
    pub(super) finding: Finding,
    pub(super) because_of: Option<usize>,
}

/// Orders findings by how well they explain the question. A root takes the weight of its heaviest symptom and stands
/// before it.
pub(super) fn ranked(findings: Vec<Finding>) -> Vec<Ranked> {
    let mut findings = distinct(findings);
    findings.sort_by_key(|finding| {
        (Reverse(finding.weight), Reverse(finding.severity), finding.since.unwrap_or(i64::MAX))
    });
    let parents = parents(&findings);
    let (mut findings, parents) = folded(findings, &parents);
    let weights = weights(&findings, &parents);
    let mut roots: Vec<_> = (0..findings.len()).filter(|place| parents[*place].is_none()).collect();
    roots.sort_by_key(|place| Reverse(weights[*place]));
    let mut symptoms = vec![Vec::new(); findings.len()];
    for (place, parent) in parents.iter().enumerate() {
        if let Some(parent) = parent {
            symptoms[*parent].push(place);
        }
    }
    let mut order = Vec::with_capacity(findings.len());
    for root in roots {
        append(root, None, &symptoms, &mut order);
    }
    let mut taken: Vec<_> = findings.drain(..).map(Some).collect();
    let ranked = order
        .into_iter()
        .filter_map(|(place, because_of)| taken[place].take().map(|finding| Ranked { finding, because_of }));
    ranked.collect()
}

/// The findings without repetitions of a cause at one place. What the state of the network shows stays rather than a report
/// of it, and else the heaviest.
fn distinct(mut findings: Vec<Finding>) -> Vec<Finding> {
    findings.sort_by_key(|finding| (finding.reported.is_some(), Reverse(finding.weight)));
    let weights = weights_of_distinct(&findings);
    let kept = findings.into_iter().zip(weights);
    kept.filter_map(|(finding, weight)| Some(finding.weight(weight?))).collect()
}

/// The weight of each finding that stays, with those of its repetitions.
fn weights_of_distinct(findings: &[Finding]) -> Vec<Option<u8>> {
    let mut known = Known::default();
    let mut weights = vec![None; findings.len()];
    for (place, finding) in findings.iter().enumerate() {
        let repeated = known.near(finding).filter(|known| findings[*known].repeats(finding)).min();
        if repeated.is_none() {
            known.add(place, finding);
        }
        let stays = repeated.unwrap_or(place);
        weights[stays] = weights[stays].max(Some(finding.weight));
    }
    weights
}

/// Findings by what another one has in common with them if it repeats them.
#[derive(Default)]
struct Known<'a> {
    by_object: HashMap<(&'static str, Option<&'a Object>), Vec<usize>>,
    by_mac: HashMap<&'a str, Vec<usize>>,
}

impl<'a> Known<'a> {
    fn add(&mut self, place: usize, finding: &'a Finding) {
        self.by_object.entry((finding.cause.name, finding.objects.first())).or_default().push(place);
        for mac in macs(finding) {
            self.by_mac.entry(mac).or_default().push(place);
        }
    }

    /// The places of those that a finding may repeat. Reports come behind all others.
    fn near(&self, finding: &'a Finding) -> impl Iterator<Item = usize> {
        let same = self.by_object.get(&(finding.cause.name, finding.objects.first()));
        let at_device = macs(finding).filter(move |_| finding.reported.is_some());
        let at_device = at_device.filter_map(move |mac| self.by_mac.get(mac));
        same.into_iter().chain(at_device).flatten().copied()
    }
}

fn macs(finding: &Finding) -> impl Iterator<Item = &str> {
    finding.objects.iter().filter_map(|object| object.mac.as_deref())
}

/// The root that each finding follows from, without cycles.
fn parents(findings: &[Finding]) -> Vec<Option<usize>> {
    let roots = Roots::new(findings);
    let mut parents: Vec<Option<usize>> = vec![None; findings.len()];
    for place in 0..findings.len() {
        let is_above = |parents: &[Option<usize>], mut root: usize| {
            loop {
                match parents[root] {
                    Some(next) if next == place => return true,
                    Some(next) => root = next,
                    None => return root == place,
                }
            }
        };
        parents[place] = roots.of(&findings[place]).find(|root| !is_above(&parents, *root));
    }
    parents
}

/// Folds the findings that ask for it into the root above them.
fn folded(findings: Vec<Finding>, parents: &[Option<usize>]) -> (Vec<Finding>, Vec<Option<usize>>) {
    let folds: Vec<_> =
        (0..findings.len()).map(|place| findings[place].folds && parents[place].is_some()).collect();
    // The nearest root that stays. Parents have no cycles.
    let stays = |mut place: usize| {
        while folds[place] {
            match parents[place] {
                Some(parent) => place = parent,
                None => break,
            }
        }
        place
    };
    let mut places = vec![0; findings.len()];
    let mut kept = 0;
    for (place, folds) in folds.iter().enumerate() {
        places[place] = kept;
        kept += usize::from(!folds);
    }
    let new_parents = (0..findings.len())
        .filter(|place| !folds[*place])
        .map(|place| parents[place].map(|parent| places[stays(parent)]))
        .collect();
    let (mut roots, mut symptoms) = (Vec::with_capacity(kept), Vec::new());
    for (place, finding) in findings.into_iter().enumerate() {
        if folds[place] {
            symptoms.push((places[stays(place)], finding));
        } else {
            roots.push(finding);
        }
    }
    for (root, symptom) in symptoms {
        if let Some(root) = roots.get_mut(root) {
            fold(root, &symptom);
        }
    }
    (roots, new_parents)
}

/// Adds a symptom to the evidence of its root.
fn fold(root: &mut Finding, symptom: &Finding) {
    let name = symptom.objects.first().map(|object| object.name.as_str());
    let follows = root.evidence.entry("follows").or_insert_with(|| json!({ "count": 0, "on": [] }));
    if let Some(count) = follows.get("count").and_then(Value::as_u64) {
        follows["count"] = json!(count + 1);
    }
    if let Some(Value::Array(names)) = follows.get_mut("on")
        && let Some(name) = name
        && names.len() < LISTED
        && !names.iter().any(|known| *known == name)
    {
        names.push(name.into());
    }
    root.severity = root.severity.max(symptom.severity);
    root.weight = root.weight.max(symptom.weight);
}

/// The weight of each finding's tree.
fn weights(findings: &[Finding], parents: &[Option<usize>]) -> Vec<u8> {
    let mut weights: Vec<_> = findings.iter().map(|finding| finding.weight).collect();
    for place in 0..findings.len() {
        let (weight, mut above) = (findings[place].weight, parents[place]);
        while let Some(root) = above {
            weights[root] = weights[root].max(weight);
            above = parents[root];
        }
    }
    weights
}

fn append(
    place: usize,
    because_of: Option<usize>,
    symptoms: &[Vec<usize>],
    order: &mut Vec<(usize, Option<usize>)>,
) {
    let own = order.len();
    order.push((place, because_of));
    for symptom in &symptoms[place] {
        append(*symptom, Some(own), symptoms, order);
    }
}
