//! Every answer fits the schema that Mist's document has for it.

use mistmcp_demo::DemoCloud;
use serde_json::Value;

use crate::{
    address::{FIRST_SITE_MARK, addresses},
    document::{document, schema, tell},
    peer::Peer,
};

#[tokio::test]
async fn every_answer_fits_mists_document() {
    let Some(document) = document() else { return };
    let peer = Peer::start().await;
    let mut wrong = Vec::new();
    let mut checked = 0;
    for path in DemoCloud::paths() {
        let Some(schema) = schema(&document, path) else {
            tell(&format!("{path}: Mist's document has no schema for it"));
            continue;
        };
        if ["/devices/export", "/download", "/crl"].iter().any(|end| path.ends_with(end)) {
            // Bytes, whatever the document says.
            continue;
        }
        for address in addresses(&peer, path).await {
            let response = peer.ask(&address).await;
            let status = response.status();
            let body = response.text().await.unwrap();
            if !status.is_success() {
                wrong.push(format!("{path}: {status} {body} for {address}"));
                continue;
            }
            let answer: Value = serde_json::from_str(&body).unwrap();
            let nothing = answer.get("results").unwrap_or(&answer).as_array().is_some_and(Vec::is_empty);
            if nothing && address.ends_with(FIRST_SITE_MARK) {
                wrong.push(format!("{path}: nothing in it"));
            } else if nothing {
                // The document wants some lists never to be empty; a site without a Mist Edge has no events of it.
                continue;
            }
            checked += 1;
            wrong.extend(misfits(&schema, &answer).into_iter().map(|misfit| format!("{path}: {misfit}")));
        }
    }
    tell(&format!("{checked} answers of {} paths were checked", DemoCloud::paths().len()));
    wrong.dedup();
    assert!(wrong.is_empty(), "{} misfits:\n{}", wrong.len(), wrong.join("\n"));
}

fn misfits(schema: &Value, answer: &Value) -> Vec<String> {
    let validator = jsonschema::options().should_validate_formats(true).build(schema).unwrap();
    let misfits = validator.iter_errors(answer).map(|error| {
        let said = error.to_string();
        let instance = error.instance().to_string();
        format!(
            "{} {}: {}",
            error.instance_path(),
            &said[said.len().saturating_sub(300)..],
            &instance[..instance.len().min(200)]
        )
    });
    misfits.take(3).collect()
}
