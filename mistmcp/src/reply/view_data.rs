//! The data of a tool's view ([`of`]): the object that the text of a reply holds, with what only the view shows.

use serde_json::{Map, Value};

use super::measure::length_within;
use super::parts;
use super::source::Source;
use super::{Content, Format, Reply, RequestFacts, Rules};
use crate::work::QUICK;
use crate::{Result, work};

/// The most bytes of data that only the view shows. The model does not read it, so the limit of replies is not for it.
const MAX_BYTES: usize = 256 * 1024;
/// The field of the data that only the view shows.
const VIEW_FIELD: &str = "view";

/// The content of a reply in JSON, where the text for the model is not.
pub(super) async fn in_json(
    reply: &Reply,
    rules: &Rules,
    facts: &RequestFacts,
    wanted: bool,
) -> Result<Option<Content>> {
    if !wanted || rules.format == Format::Json {
        return Ok(None);
    }
    let rules = Rules { format: Format::Json, ..*rules };
    Ok(Some(reply.clone().rendered(&rules, facts.clone()).await?.content))
}

/// The data as JSON text. None if the content is not a JSON object.
pub(super) async fn of(content: &Content, own: Option<Value>, rules: &Rules) -> Result<Option<String>> {
    let Content::Text(text) = content else { return Ok(None) };
    let Ok(mut object) = serde_json::from_str::<Map<String, Value>>(text) else { return Ok(None) };
    if let Some(own) = own.filter(Value::is_object) {
        let rules = Rules { format: Format::Json, max_bytes: MAX_BYTES, ..*rules };
        let is_quick = length_within(&own, QUICK).is_some();
        let render = move || parts::render(own, &Source::default(), &rules, &RequestFacts::default());
        let text = if is_quick { render()? } else { work::run(render).await?? };
        object.insert(VIEW_FIELD.into(), serde_json::from_str(&text).unwrap_or_default());
    }
    Ok(Some(Value::Object(object).to_string()))
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::super::refetch_to_fit;
    use super::*;

    async fn shown(format: Format, reply: &Reply, for_view: bool) -> (Content, Option<Value>) {
        let rules = Rules { max_bytes: 4_000, format, show_secrets: false };
        let ask = |_| std::future::ready(Ok((reply.clone(), RequestFacts::default())));
        let (content, data) = refetch_to_fit(false, &rules, for_view, Map::new(), ask).await.unwrap();
        (content, data.map(|data| serde_json::from_str(&data).unwrap()))
    }

    #[tokio::test]
    async fn a_view_gets_the_object_of_the_text_in_each_format_and_its_own_data_beside_it() {
        let answer = json!({ "verdict": "One port is down.", "findings": [{ "psk": "hunter2" }] });
        let own = json!({ "ports": [{ "port": "ge-0/0/1", "psk": "hunter2", "up": null }] });
        let reply = Reply::json(&answer).unwrap().with_view(own);
        for format in [Format::Json, Format::Toon] {
            let (content, data) = shown(format, &reply, true).await;
            let (plain, none) = shown(format, &reply, false).await;
            assert_eq!((content, none), (plain, None));
            let wanted = json!({
                "verdict": "One port is down.",
                "findings": [{ "psk": "[hidden]" }],
                "view": { "ports": [{ "port": "ge-0/0/1", "psk": "[hidden]" }] },
            });
            assert_eq!(data, Some(wanted));
        }
    }

    #[tokio::test]
    async fn the_own_data_of_a_view_is_bounded_and_the_text_keeps_its_limit() {
        let rows: Vec<_> = (0..20_000).map(|port| json!({ "port": port, "name": "x".repeat(40) })).collect();
        let reply = Reply::json(json!({ "verdict": "Fine." })).unwrap().with_view(json!({ "ports": rows }));
        let (content, data) = shown(Format::Json, &reply, true).await;
        assert_eq!(content, Content::Text(r#"{"verdict":"Fine."}"#.to_owned()));
        let length = data.unwrap().to_string().len();
        assert!(length > MAX_BYTES / 4 && length < MAX_BYTES + 1_000, "{length}");
    }

    #[tokio::test]
    async fn what_is_not_an_object_has_no_view() {
        for reply in [Reply::text("words"), Reply::json(json!("words")).unwrap()] {
            assert_eq!(shown(Format::Json, &reply.with_view(json!({ "a": 1 })), true).await.1, None);
        }
    }
}
