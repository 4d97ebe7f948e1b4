//! The incidents of `demo/incidents`.

use mistmcp_demo::{Half, Incident, Overlay};

/// The tools that ask the network a question.
const TOOLS: &[&str] = &[
    "findAnything",
    "troubleshootClient",
    "troubleshootAuthentication",
    "troubleshootDevice",
    "checkSite",
    "rankSites",
    "explainSle",
    "whatChanged",
    "listProblems",
    "checkPorts",
    "checkRadio",
    "checkWan",
    "showTopology",
    "checkCompliance",
    "auditConfig",
];

#[test]
fn every_incident_fits_the_network_and_has_a_title_a_question_and_an_answer() {
    let incidents = Incident::built_in().unwrap();
    assert!(!incidents.is_empty());
    let mut wrong = Vec::new();
    for incident in &incidents {
        let name = &incident.name;
        if let Err(error) = Overlay::of(std::slice::from_ref(incident)) {
            wrong.push(error.to_string());
        }
        let is_word = |text: &str| text.bytes().all(|byte| byte.is_ascii_lowercase() || byte == b'_');
        if incident.title == *name || incident.title.len() > 140 {
            wrong.push(format!("{name}: title: a line is required, of at most 140 bytes"));
        }
        match &incident.question {
            Some(question) if TOOLS.contains(&question.tool.as_str()) => {}
            question => wrong
                .push(format!("{name}: question: {question:?} has no tool that asks the network a question")),
        }
        match &incident.expect {
            Some(expect)
                if is_word(&expect.cause) && expect.object.as_ref().is_some_and(|it| !it.is_empty()) => {}
            expect => wrong.push(format!("{name}: expect: {expect:?} has no cause and object")),
        }
        if !name.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'-') {
            wrong.push(format!("{name}: a name has lower case letters, digits and hyphens"));
        }
    }
    assert!(wrong.is_empty(), "\n{}", wrong.join("\n"));
}

#[test]
fn an_incident_has_a_name_and_a_half() {
    let built_in = Incident::built_in().unwrap();
    let first = &built_in[0];
    assert_eq!(Incident::named(&first.name).unwrap().title, first.title);
    assert!(built_in.iter().all(|it| matches!(it.half, Some(Half::Train | Half::Test))));
    let error = Incident::named(&format!("{}x", first.name)).unwrap_err().to_string();
    assert!(error.contains(&format!("did you mean \"{}\"?", first.name)), "{error}");
}
