//! The same question by raw tools: the steps of the prompt that fits it, one call each.

use std::collections::BTreeMap;

use mistmcp::serde_json::{self, Map, Value};
use mistmcp_demo::Question;

use super::Cost;
use super::asker::Asker;

/// The category of the answer tools.
const ANSWERS: &str = "answers";

/// What finds the site and the address of a device: the prompts ask for both.
const DEVICE: &str = "searchOrgInventory";

/// Asks by the prompt's steps: what earlier answers show of the thing (site, MAC address, id) narrows the later ones.
pub(super) async fn cost(asker: &Asker, question: &Question) -> Cost {
    let mut known = KnownArguments::of(question);
    let mut sum = Cost::default();
    for (tool, parameters, required) in steps(asker, question) {
        let Some(arguments) = known.arguments(&parameters, &required) else { continue };
        let (result, cost) = asker.call(tool, arguments).await;
        sum = Cost {
            calls: sum.calls + 1,
            milliseconds: sum.milliseconds + cost.milliseconds,
            tokens: sum.tokens + cost.tokens,
        };
        if let Ok(text) = result {
            known.learn(&serde_json::from_str(&text).unwrap_or_default());
        }
    }
    sum
}

/// The prompt that leads to the answer of a tool.
fn prompt(tool: &str) -> &'static str {
    match tool {
        "findAnything" | "troubleshootClient" | "troubleshootAuthentication" => "client-unhappy",
        "whatChanged" => "what-changed",
        _ => "site-health",
    }
}

type Names = Vec<String>;

/// The raw tools of the prompt, with the names of their parameters and of those that are required.
fn steps(asker: &Asker, question: &Question) -> Vec<(&'static str, Names, Names)> {
    let name = prompt(&question.tool);
    let prompted = asker.session.settings().prompts().find(|prompt| prompt.name == name);
    let prompted = prompted.into_iter().flat_map(|prompt| prompt.steps).map(|step| step.tool);
    let first = question.arguments.contains_key("device_id").then_some(DEVICE);
    let entries = first.into_iter().chain(prompted).filter_map(|tool| {
        let entry = asker.session.listed().find(|entry| entry.tool().name == tool)?;
        (entry.tool().category != ANSWERS).then(|| {
            let schema = Value::Object((*entry.definition().input_schema).clone());
            let parameters =
                schema["properties"].as_object().into_iter().flat_map(Map::keys).cloned().collect();
            let required = schema["required"].as_array().into_iter().flatten();
            let required = required.filter_map(|name| name.as_str().map(str::to_owned)).collect();
            (entry.tool().name, parameters, required)
        })
    });
    entries.collect()
}

/// The known arguments of a question, by the name of the parameter.
struct KnownArguments(BTreeMap<&'static str, String>);

impl KnownArguments {
    fn of(question: &Question) -> Self {
        let text = |name: &str| question.arguments.get(name).and_then(Value::as_str).map(str::to_owned);
        let mut known = BTreeMap::from([("duration", text("duration").unwrap_or_else(|| "1d".to_owned()))]);
        for name in ["site_id", "device_id"] {
            known.extend(text(name).map(|value| (name, value)));
        }
        known.extend(text("device_id").map(|device| ("name", device)));
        if let Some(metric) = text("metric") {
            known.insert("metric", metric);
        }
        if let Some(client) = text("client").or_else(|| text("who")).or_else(|| text("text")) {
            let plain = client.replace([':', '-', '.'], "");
            let is_mac = plain.len() == 12 && plain.bytes().all(|byte| byte.is_ascii_hexdigit());
            known.insert(if is_mac { "mac" } else { "hostname" }, client);
        }
        Self(known)
    }

    /// Takes the site and the address of the first row, where they are not known.
    fn learn(&mut self, answer: &Value) {
        let row = &answer["results"][0];
        let is_of_one = ["hostname", "mac", "name"].iter().any(|name| self.0.contains_key(name));
        if !is_of_one {
            return;
        }
        for name in ["site_id", "mac"] {
            if let Some(value) = row[name].as_str() {
                self.0.entry(name).or_insert_with(|| value.to_owned());
            }
        }
    }

    /// The arguments of a tool; none where it requires what is not known.
    fn arguments(&self, parameters: &[String], required: &[String]) -> Option<Map<String, Value>> {
        let value = |name: &str| match name {
            "client_mac" => self.0.get("mac").cloned(),
            "scope" => self.0.contains_key("site_id").then(|| "site".to_owned()),
            "scope_id" => self.0.get("site_id").cloned(),
            "metric" => Some(self.0.get("metric").cloned().unwrap_or_else(|| "time-to-connect".to_owned())),
            // The host name finds the address, which is asked for from then on.
            "hostname" | "name" if self.0.contains_key("mac") => None,
            name => self.0.get(name).cloned(),
        };
        if required.iter().any(|name| value(name).is_none()) {
            return None;
        }
        let given = parameters.iter().filter_map(|name| Some((name.clone(), Value::from(value(name)?))));
        Some(given.collect())
    }
}

#[cfg(test)]
mod tests {
    use mistmcp::serde_json::json;

    use super::*;

    #[test]
    fn what_the_first_answer_shows_of_a_client_narrows_the_next_call() {
        let arguments = json!({ "client": "hp-lt-lds-001" });
        let question = Question {
            tool: "troubleshootClient".to_owned(),
            arguments: arguments.as_object().unwrap().clone(),
        };
        let mut known = KnownArguments::of(&question);
        let names = |names: &[&str]| names.iter().map(|name| (*name).to_owned()).collect::<Vec<_>>();
        let all = names(&["hostname", "mac", "duration", "limit"]);
        assert_eq!(
            json!(known.arguments(&all, &[])),
            json!({ "hostname": "hp-lt-lds-001", "duration": "1d" })
        );
        let of_site = names(&["site_id", "client_mac"]);
        assert!(known.arguments(&of_site, &of_site).is_none());
        known.learn(&json!({ "results": [{ "mac": "a4bb6d000001", "site_id": "s" }, { "mac": "b" }] }));
        assert_eq!(json!(known.arguments(&all, &[])), json!({ "mac": "a4bb6d000001", "duration": "1d" }));
        let both = known.arguments(&of_site, &of_site);
        assert_eq!(json!(both), json!({ "site_id": "s", "client_mac": "a4bb6d000001" }));
    }
}
