use super::super::Cause;
use super::*;
use crate::work::steps::counted;

static CAUSE: Cause = Cause { name: "port_slow", group: "ports", meaning: "", evidence: "", remedy: "" };

fn texts(items: &[&str]) -> Vec<String> {
    items.iter().map(|item| (*item).to_owned()).collect()
}

fn unread(lines: &[String]) -> UnreadParts<'_> {
    UnreadParts { lines, unread: lines.len() }
}

fn one(number: usize) -> Finding {
    Finding::new(&CAUSE, Severity::Warning, format!("Port {number} is slow."))
        .on(Object::port(&format!("ge-0/0/{number}")).of_device("SW-1").mac("5c5b35000001".to_owned()))
        .since(1_795_890_000)
        .evidence("speed", 100)
        .evidence("nothing", Value::Null)
}

#[test]
fn an_answer_has_its_four_fields_also_when_nothing_was_found() {
    let value = Diagnosis::about("AP-1 is connected").into_value(
        &texts(&["ports", "events"]),
        UnreadParts::default(),
        3,
        |_| true,
    );
    assert_eq!(value["findings"], json!([]));
    assert_eq!(value["not_seen"], json!([]));
    assert_eq!(value["calls"], 3);
    assert_eq!(value["verdict"], "AP-1 is connected: nothing wrong was found in ports and events.");
}

#[test]
fn a_verdict_states_what_was_not_seen_and_never_that_all_is_well() {
    let hidden = texts(&["NAC: 403"]);
    let value = Diagnosis::about("AP-1").into_value(&[], unread(&hidden), 1, |_| true);
    assert!(value["verdict"].as_str().unwrap().contains("nothing is known"), "{value}");
    let value = Diagnosis::about("AP-1").into_value(&texts(&["ports"]), unread(&hidden), 1, |_| true);
    assert!(value["verdict"].as_str().unwrap().contains("1 part could not be read"), "{value}");
    let value = Diagnosis::unknown("No client is called x.").into_value(
        &texts(&["clients"]),
        unread(&hidden),
        1,
        |_| true,
    );
    assert_eq!(value["verdict"], "No client is called x.");
}

#[test]
fn a_finding_is_written_with_the_call_that_the_session_can_make() {
    let part = super::super::DataSource::new("ports", "searchOrgSwOrGwPorts")
        .with("mac", "5c5b35000001")
        .with("limit", 1000);
    let diagnosis = Diagnosis::about("AP-1 is slow").findings([one(1).see(&part)]);
    let value = diagnosis.clone().into_value(&[], UnreadParts::default(), 1, |_| true);
    assert_eq!(
        value["findings"][0],
        json!({
            "cause": "port_slow", "severity": "warning", "summary": "Port 1 is slow.",
            "objects": [{ "kind": "port", "name": "ge-0/0/1", "device": "SW-1", "mac": "5c5b35000001" }],
            "since": 1_795_890_000, "evidence": { "speed": 100 },
            "see": { "tool": "searchOrgSwOrGwPorts", "arguments": { "mac": "5c5b35000001" } },
        })
    );
    assert_eq!(value["verdict"], "AP-1 is slow: Port 1 is slow.");
    let value = diagnosis.into_value(&[], UnreadParts::default(), 1, |_| false);
    assert!(value["findings"][0].get("see").is_none());
}

#[test]
fn findings_without_a_call_get_that_of_the_whole_and_others_keep_theirs() {
    let part = |tool| DataSource::new("ports", tool);
    let diagnosis =
        Diagnosis::about("AP-1 is slow").findings([one(1).see(&part("searchOrgSwOrGwPorts")), one(2)]);
    let value =
        diagnosis.shown_by(&part("getOrgInventory")).into_value(&[], UnreadParts::default(), 1, |_| true);
    let tools: Vec<_> =
        value["findings"].as_array().unwrap().iter().map(|finding| &finding["see"]["tool"]).collect();
    assert_eq!(tools, ["searchOrgSwOrGwPorts", "getOrgInventory"]);
}

#[test]
fn what_began_after_a_past_window_or_follows_from_it_is_left_out_and_a_present_state_says_so() {
    let part = |start: Option<&str>| DataSource::new("ports", "searchOrgSwOrGwPorts").with("start", start);
    let finding = |number: usize, since: Option<i64>, start: Option<&str>| {
        let severity = Severity::Critical;
        let called = Object::port(&format!("ge-0/0/{number}")).of_device("SW-1");
        let words = format!("Port {number} is slow.");
        Finding::new(&CAUSE, severity, words).on(called).since(since).evidence("speed", 100).see(&part(start))
    };
    let late = finding(1, Some(2_000), None).affects(["sw-1 ge-0/0/2"]);
    let findings = [
        late,
        finding(2, None, None),
        finding(3, Some(900), None),
        finding(4, None, None),
        finding(5, None, Some("100")),
    ];
    let of = |diagnosis: Diagnosis| {
        let value = diagnosis.into_value(&texts(&["ports"]), UnreadParts::default(), 1, |_| true);
        let found = value["findings"].as_array().unwrap().iter();
        let mut found: Vec<_> = found
            .map(|finding| {
                let text = |field: &str| finding[field].as_str().unwrap().to_owned();
                (text("summary"), text("severity"))
            })
            .collect();
        found.sort();
        (found, value["verdict"].as_str().unwrap().to_owned())
    };
    let (found, verdict) = of(Diagnosis::about("SW-1").findings(findings.clone()).until(1_000, "3 h ago"));
    let pair = |words: &str, severity: &str| (words.to_owned(), severity.to_owned());
    assert_eq!(
        found,
        [
            pair("Port 3 is slow.", "critical"),
            pair("Port 4 is slow (as of now).", "warning"),
            pair("Port 5 is slow.", "critical"),
        ]
    );
    assert!(verdict.ends_with("The time window ended 3 h ago; states are those of now."), "{verdict}");
    let of_window = Diagnosis::about("SW-1").of_window_alone();
    let (_, verdict) = of(of_window.clone().findings([finding(3, Some(900), None)]).until(1_000, "3 h ago"));
    assert!(!verdict.contains("of now"), "{verdict}");
    let (_, verdict) = of(of_window.findings(findings).until(1_000, "3 h ago"));
    assert!(verdict.contains("of now"), "{verdict}");
}

#[test]
fn findings_below_the_asked_severity_are_counted_as_they_would_be_listed() {
    let folded = one(2).folds().because_of(&one(1));
    let all = || [one(1), one(1), folded.clone(), one(3)];
    let value =
        |diagnosis: Diagnosis| diagnosis.into_value(&texts(&["ports"]), UnreadParts::default(), 1, |_| true);
    let listed = value(Diagnosis::about("SW-1").findings(all()))["findings"].as_array().unwrap().len();
    let none = value(Diagnosis::about("SW-1").at_least(Severity::Critical).findings(all()));
    assert_eq!((listed, &none["findings"]), (2, &json!([])));
    assert!(none["verdict"].as_str().unwrap().contains("but 2 problems below it"), "{none}");
}

#[test]
fn findings_of_an_asked_severity_are_put_in_order_once() {
    let all: Vec<_> = (0..20).map(|number| one(number % 10)).collect();
    let steps = |least| counted(|| assert_eq!(Diagnosis::found(all.clone(), least).0.len(), 10));
    assert!(steps(None) > 0);
    assert_eq!(steps(Some(Severity::Warning)), steps(None));
}

#[test]
fn a_note_names_the_arguments_that_make_room_for_findings_that_have_none() {
    let value = |count: usize, arguments: &[(&'static str, bool)]| {
        let diagnosis = Diagnosis::about("SW-1").findings((0..count).map(one));
        let diagnosis = diagnosis.narrowed_by(arguments.iter().copied());
        diagnosis.into_value(&texts(&["ports"]), UnreadParts::default(), 1, |_| true)
    };
    let note = |arguments: &[(&'static str, bool)]| {
        let value = value(40, arguments);
        let note = value["note"].as_str().unwrap().to_owned();
        assert!(note.starts_with(&format!("{} findings had no room", value["more_findings"])), "{value}");
        note
    };
    let both = note(&[("site_id", false), ("severity", false), ("band", true)]);
    assert!(both.ends_with(": ask again with `site_id` or `severity` to see them."), "{both}");
    assert!(note(&[("site_id", false)]).contains("with `site_id` to"));
    assert!(note(&[("site_id", true)]).ends_with("had no room."));
    assert_eq!(value(3, &[("site_id", false)]).get("note"), None);
}

#[test]
fn a_view_gets_its_data_and_marks_what_all_findings_are_about() {
    assert_eq!(Diagnosis::about("AP-1").findings([one(0)]).view_data(), None);
    let many = (0..200).map(one);
    let diagnosis = Diagnosis::about("The ports").view("ports", json!([1, 2])).findings(many);
    let view = diagnosis.view_data().unwrap();
    assert_eq!(view["ports"], json!([1, 2]));
    assert_eq!(view["marks"].as_array().unwrap().len(), 200);
    assert!(view["marks"][199]["cause"].is_string() && view["marks"][199]["name"].is_string(), "{view}");
    let answer = diagnosis.into_value(&texts(&["ports"]), UnreadParts::default(), 1, |_| true);
    assert!(answer.get("view").is_none() && answer.get("marks").is_none(), "{answer}");
}

#[test]
fn facts_that_are_reported_whole_are_the_first_set_that_fits() {
    let set = |length: usize| json!({ "drawing": "word ".repeat(length) }).as_object().cloned().unwrap();
    let drawn = |sets: Vec<Map<String, Value>>, findings: usize| {
        let diagnosis = Diagnosis::about("The site").findings((0..findings).map(one)).uncut(sets);
        let value = diagnosis.into_value(&texts(&["ports"]), UnreadParts::default(), 3, |_| true);
        assert!(estimated_tokens(&value.to_string()) <= MOST_TOKENS);
        value["facts"]["drawing"].as_str().map(|text| text.len() / 5)
    };
    assert_eq!(drawn(vec![set(900), set(100)], 0), Some(900));
    assert_eq!(drawn(vec![set(9_000), set(100)], 0), Some(100));
    assert_eq!(drawn(vec![set(9_000), set(600)], 40), Some(600), "with fewer findings");
    assert_eq!(drawn(vec![set(9_000)], 1), None);
}

#[test]
fn secrets_are_hidden_before_texts_lists_and_fields_are_cut() {
    let secret = "s3cr3t".repeat(40);
    let texts = [
        format!("{}psk={secret}", "x ".repeat(90)),
        format!("{}-----BEGIN PRIVATE KEY-----\n{secret}\n-----END PRIVATE KEY-----", "x ".repeat(70)),
        format!("{}https://bob:{secret}@host/", "x ".repeat(80)),
    ];
    // The name that tells what a value is stands behind as many fields as are kept.
    let fields = (0..60).map(|number| (format!("field{number}"), number.into()));
    let pair: Map<String, Value> = std::iter::once(("value".to_owned(), secret.as_str().into()))
        .chain(fields)
        .chain([("name".to_owned(), "psk".into())])
        .collect();
    for length in [1, 12] {
        let findings = (0..length).map(|number| {
            let finding = one(number).evidence("pair", pair.clone());
            texts.iter().enumerate().fold(finding, |finding, (place, text)| {
                finding
                    .evidence(&format!("text{place}"), text.as_str())
                    .evidence(&format!("list{place}"), vec![text.as_str()])
            })
        });
        let facts = Diagnosis::about("The site").fact("pair", pair.clone()).findings(findings);
        let facts = texts
            .iter()
            .enumerate()
            .fold(facts, |facts, (place, text)| facts.fact(&format!("{place}"), text.as_str()));
        let text = facts.redacted().into_value(&[], unread(&[]), 12, |_| true).to_string();
        assert!(text.contains("[hidden]") && !text.contains("s3cr3t"), "{text}");
    }
}

#[test]
fn names_from_the_network_are_cleaned_and_an_answer_of_any_size_is_cut() {
    let long = "\u{202e}\u{7}名前".repeat(400);
    let many = (0..200).map(|number| {
        (0..30).fold(one(number).evidence("text", long.clone()), |finding, place| {
            finding
                .on(Object::ap(&format!("{long}{place}")))
                .evidence(&format!("{long}{place}"), vec![long.clone(); 50])
        })
    });
    let facts = (0..100)
        .fold(Diagnosis::about(&long), |diagnosis, place| diagnosis.fact(&format!("{place}"), long.clone()));
    let hidden: Vec<_> = (0..50).map(|number| format!("{number} {long}")).collect();
    let value = facts.findings(many).into_value(&[], unread(&hidden), 12, |_| true);
    let text = value.to_string();
    assert!(estimated_tokens(&text) <= MOST_TOKENS, "{}", estimated_tokens(&text));
    assert!(!text.contains('\u{202e}') && !text.contains('\u{7}') && !text.contains("\\u0007"), "{text}");
    assert!(!value["findings"].as_array().unwrap().is_empty() && value["more_findings"].as_u64() > Some(0));
}
