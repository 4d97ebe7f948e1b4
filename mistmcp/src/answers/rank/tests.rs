use proptest::prelude::*;

use super::super::finding::begun_until;
use super::super::{Cause, Severity};
use super::*;
use crate::work::steps::counted;

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
        finding("switch", 30).affects((0..12).map(|number| format!("ap{number}")).chain(["port".to_owned()])),
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
        Finding::new(&OTHER, Severity::Warning, "other").on(Object::ap("x").mac("5c5b35000001".to_owned()))
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

#[test]
fn the_work_grows_with_the_number_of_findings_and_not_with_its_square() {
    /// At each switch a finding that two of its ports follow from, a report of one, and a finding about the site of all.
    fn findings(switches: usize) -> Vec<Finding> {
        let of_switch = |number: usize| {
            let (mac, name) = (format!("5c5b35{number:06}"), format!("switch {number}"));
            let port = |port: &str| Object::port(port).of_device(&name).mac(mac.clone());
            let ports = ["ge-0/0/1", "ge-0/0/2"];
            let root = at(&mac, &name).since(100).affects(ports.map(|port| format!("{mac} {port}")));
            let effects = ports.map(|name| Finding::new(&OTHER, Severity::Warning, name).on(port(name)));
            let report = Finding::new(&OTHER, Severity::Info, "report").on(port("ge-0/0/1")).reported(&[]);
            let site = finding(&format!("site {number}"), 20).because_of(&root);
            effects.into_iter().chain([root, report, site])
        };
        (0..switches).flat_map(of_switch).collect()
    }
    let steps = |switches| {
        let all = findings(switches);
        let ranking = counted(|| assert_eq!(ranked(all.clone()).len(), 4 * switches));
        let leaving_out = counted(|| assert_eq!(begun_until(all, 50).len(), 0));
        (ranking, leaving_out)
    };
    let (few, many) = (steps(30), steps(300));
    assert!(few.0 > 0 && many.0 <= 11 * few.0, "{few:?}, {many:?}");
    assert!(few.1 > 0 && many.1 <= 11 * few.1, "{few:?}, {many:?}");
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
