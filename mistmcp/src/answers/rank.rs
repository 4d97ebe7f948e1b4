//! Order of findings: roots before their symptoms, and symptoms folded into their roots ([`ranked`]).

use std::cmp::Reverse;

use serde_json::{Value, json};

use super::Finding;

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
    let mut order = Vec::with_capacity(findings.len());
    for root in roots {
        append(root, None, &parents, &mut order);
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
    let mut kept: Vec<Finding> = Vec::with_capacity(findings.len());
    for finding in findings {
        match kept.iter_mut().find(|known| known.repeats(&finding)) {
            Some(known) => known.weight = known.weight.max(finding.weight),
            None => kept.push(finding),
        }
    }
    kept
}

/// The root that each finding follows from, without cycles.
fn parents(findings: &[Finding]) -> Vec<Option<usize>> {
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
        let root = (0..findings.len())
            .filter(|root| *root != place && findings[place].follows(&findings[*root]))
            .find(|root| !is_above(&parents, *root));
        parents[place] = root;
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
    parents: &[Option<usize>],
    order: &mut Vec<(usize, Option<usize>)>,
) {
    let own = order.len();
    order.push((place, because_of));
    for symptom in (0..parents.len()).filter(|symptom| parents[*symptom] == Some(place)) {
        append(symptom, Some(own), parents, order);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::super::{Cause, Object, Severity};
    use super::*;

    static CAUSE: Cause = Cause { name: "c", group: "g", meaning: "", evidence: "", remedy: "" };

    fn finding(name: &str, weight: u8) -> Finding {
        Finding::new(&CAUSE, Severity::Warning, name).on(Object::ap(name)).weight(weight)
    }

    fn names(ranked: &[Ranked]) -> Vec<(&str, Option<usize>)> {
        ranked.iter().map(|ranked| (ranked.finding.summary.as_str(), ranked.because_of)).collect()
    }

    #[test]
    fn a_root_stands_before_its_heavier_symptoms() {
        let found = ranked(vec![
            finding("other", 60),
            finding("ap", 90),
            finding("switch", 10).affects(["AP"]),
            finding("gateway", 5).affects(["switch"]),
        ]);
        assert_eq!(names(&found), [("gateway", None), ("switch", Some(0)), ("ap", Some(1)), ("other", None)]);
    }

    #[test]
    fn symptoms_that_fold_are_counted_at_the_root_that_stays() {
        let mut all: Vec<_> = (0..12).map(|number| finding(&format!("ap{number}"), 70).folds()).collect();
        all.push(finding("port", 40).folds().affects(["ap0"]));
        all.push(
            finding("switch", 30)
                .affects((0..12).map(|number| format!("ap{number}")).chain(["port".to_owned()])),
        );
        let found = ranked(all);
        assert_eq!(names(&found), [("switch", None)]);
        assert_eq!(found[0].finding.evidence["follows"]["count"], 13);
        assert_eq!(found[0].finding.weight, 70);
    }

    #[test]
    fn what_folds_at_the_object_of_its_root_is_named_as_well() {
        let root = finding("port", 60);
        let other = Finding::new(&OTHER, Severity::Warning, "x").on(Object::ap("port"));
        let nowhere = Finding::new(&OTHER, Severity::Warning, "y");
        let folded = [other, nowhere].map(|symptom| symptom.because_of(&root).folds());
        let found = ranked(std::iter::once(root).chain(folded).collect());
        assert_eq!(found[0].finding.evidence["follows"], json!({ "count": 2, "on": ["port"] }));
    }

    #[test]
    fn an_independent_finding_follows_from_nothing() {
        let found = ranked(vec![finding("ap", 90).independent(), finding("port", 80).affects(["ap"])]);
        assert_eq!(names(&found), [("ap", None), ("port", None)]);
    }

    #[test]
    fn a_finding_follows_from_the_one_that_it_names_and_from_no_other() {
        let root = finding("switch", 40);
        let level = finding("site", 60).because_of(&root);
        let found = ranked(vec![level.clone(), finding("gateway", 90).affects(["site"]), root]);
        assert_eq!(names(&found), [("gateway", None), ("switch", None), ("site", Some(1))]);
        assert_eq!(names(&ranked(vec![level])), [("site", None)], "the other one is gone");
    }

    static SAME_CAUSE: &[&Cause] = &[&CAUSE];
    static OTHER_CAUSE: &[&Cause] = &[&OTHER];
    static OTHER: Cause = Cause { name: "other", group: "g", meaning: "", evidence: "", remedy: "" };

    /// A finding about a device with a MAC address.
    fn at(mac: &str, name: &str) -> Finding {
        Finding::new(&CAUSE, Severity::Warning, name).on(Object::ap(name).mac(mac.to_owned()))
    }

    fn is_linked(effect: Finding, root: Finding) -> bool {
        ranked(vec![effect, root]).iter().any(|ranked| ranked.because_of.is_some())
    }

    #[test]
    fn an_effect_is_linked_only_if_it_is_no_older_than_its_root() {
        let root = || at("5c5b35000001", "switch").affects(["5c5b35000002"]).since(100_000);
        let effect = || at("5c5b35000002", "ap");
        assert!(is_linked(effect(), root()), "when it began is not known");
        assert!(is_linked(effect().since(100_300), root()));
        assert!(is_linked(effect().since(99_700), root()), "noticed some minutes before its root");
        assert!(!is_linked(effect().since(90_000), root()));
    }

    #[test]
    fn an_effect_is_linked_only_by_its_own_device_site_and_cause() {
        let root = || at("5c5b35000001", "switch").affects(["5c5b35000002", "ap"]).effects(SAME_CAUSE);
        assert!(is_linked(at("5c5b35000002", "ap"), root()));
        assert!(!is_linked(at("5c5b35000003", "ap"), root()), "another device of that name");
        assert!(is_linked(finding("ap", 50), root()), "its MAC address is not known");
        let here = root().on(Object::site("Leeds"));
        assert!(is_linked(at("5c5b35000002", "ap").on(Object::site("Leeds")), here.clone()));
        assert!(!is_linked(finding("ap", 50).on(Object::site("Sydney")), here.clone()));
        assert!(!is_linked(finding("ap", 50).on(Object::wlan("Guest").at_site("Sydney")), here));
        let other =
            Finding::new(&OTHER, Severity::Warning, "x").on(Object::ap("ap").mac("5c5b35000002".to_owned()));
        assert!(!is_linked(other, root()), "a cause that does not follow from it");
    }

    #[test]
    fn two_things_of_one_object_are_two_findings() {
        let gateway = |item: &str| at("5c5b35000001", "gateway").item(item.to_owned());
        assert_eq!(ranked(vec![gateway("BGP"), gateway("OSPF")]).len(), 2);
        assert_eq!(ranked(vec![gateway("BGP"), gateway("BGP")]).len(), 1);
    }

    #[test]
    fn a_report_of_what_the_state_shows_is_left_out() {
        let port = |name: &str| Object::port(name).of_device("switch").mac("5c5b35000001".to_owned());
        let state = || Finding::new(&CAUSE, Severity::Warning, "state").on(port("ge-0/0/1")).weight(10);
        let report = || at("5c5b35000001", "switch").reported(&[]).weight(90);
        let found = ranked(vec![report(), state()]);
        assert_eq!((names(&found), found[0].finding.weight), (vec![("state", None)], 90));
        assert_eq!(ranked(vec![report(), at("5c5b35000002", "other")]).len(), 2, "another device");
        let of_port = Finding::new(&CAUSE, Severity::Warning, "report").on(port("ge-0/0/2")).reported(&[]);
        assert_eq!(ranked(vec![of_port, state()]).len(), 2, "another port");
        assert_eq!(ranked(vec![at("5c5b35000001", "switch"), state()]).len(), 2, "neither is a report");
        let other = || {
            Finding::new(&OTHER, Severity::Warning, "other")
                .on(Object::ap("x").mac("5c5b35000001".to_owned()))
        };
        assert_eq!(ranked(vec![report(), other()]).len(), 2);
        let wider = at("5c5b35000001", "switch").reported(OTHER_CAUSE);
        assert_eq!(names(&ranked(vec![wider, other()])), [("other", None)], "a cause of the same condition");
    }

    #[test]
    fn a_symptom_without_a_root_stays() {
        assert_eq!(names(&ranked(vec![finding("ap", 70).folds()])), [("ap", None)]);
    }

    #[test]
    fn one_cause_at_one_place_is_reported_once() {
        assert_eq!(
            names(&ranked(vec![finding("a", 1), finding("a", 2), finding("b", 1)])),
            [("a", None), ("b", None)]
        );
    }

    proptest! {
        #[test]
        fn every_finding_is_told_once_and_after_its_root(
            edges in proptest::collection::vec((0..7_usize, 0..7_usize), 0..20),
            folds in proptest::collection::vec(any::<bool>(), 7),
            weights in proptest::collection::vec(any::<u8>(), 7),
        ) {
            let mut all: Vec<_> = (0..7).map(|place| finding(&format!("f{place}"), weights[place])).collect();
            for (root, symptom) in edges {
                all[root] = all[root].clone().affects([format!("f{symptom}")]);
            }
            for (place, folds) in folds.iter().enumerate() {
                if *folds {
                    all[place] = all[place].clone().folds();
                }
            }
            let found = ranked(all);
            let told: u64 = found.iter().map(|ranked| {
                1 + ranked.finding.evidence.get("follows").and_then(|it| it["count"].as_u64()).unwrap_or(0)
            }).sum();
            prop_assert_eq!(told, 7);
            for (place, ranked) in found.iter().enumerate() {
                prop_assert!(ranked.because_of.is_none_or(|root| root < place));
            }
        }
    }
}
