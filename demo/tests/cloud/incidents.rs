//! The incidents of `demo/incidents`.

use mistmcp_demo::{DemoCloud, Half, Incident, ORG_ID, Overlay};

use crate::peer::Peer;

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

#[tokio::test]
async fn a_token_that_names_an_incident_sees_the_network_with_it_alone() {
    let peer = Peer::start().await;
    let ask = async |token: &str| {
        let url = format!("{}/api/v1/orgs/{ORG_ID}/stats/ports/search?limit=1000", peer.cloud.url());
        let response =
            peer.client.get(url).header("authorization", format!("Token {token}")).send().await.unwrap();
        (response.status().as_u16(), response.text().await.unwrap())
    };
    let names: Vec<_> = Incident::built_in().unwrap().into_iter().map(|incident| incident.name).collect();
    let (_, untouched) = ask(DemoCloud::TOKEN).await;
    let mut changed = 0;
    for name in names.iter().take(12) {
        let (status, body) = ask(&format!("{}.{name}", DemoCloud::TOKEN)).await;
        assert_eq!(status, 200, "{name}");
        changed += usize::from(body != untouched);
    }
    assert!(changed > 0, "no incident of {names:?} changes a port");
    assert_eq!(ask(DemoCloud::TOKEN).await, (200, untouched));
    for token in ["demo.", "demo.no-such-incident", "demo.../x", "demox", "other", ""] {
        assert_eq!(ask(token).await.0, 401, "{token}");
    }
}
