//! Refetching of a search with fewer rows when its reply had to be truncated ([`refetch_to_fit`]).

use serde_json::{Map, Value};

use super::{Content, Rendered, Reply, RequestFacts, Rules, view_data};
use crate::Result;

/// Runs a tool until its reply fits: a truncated search is repeated with fewer rows, so that Mist returns the link
/// to the next ones. A tool that may write or is not idempotent runs once. `for_view` adds the data of the tool's view,
/// as JSON text.
pub(crate) async fn refetch_to_fit<Asking: Future<Output = Result<(Reply, RequestFacts)>>>(
    repeatable: bool,
    rules: &Rules,
    for_view: bool,
    mut arguments: Map<String, Value>,
    ask: impl Fn(Map<String, Value>) -> Asking,
) -> Result<(Content, Option<String>)> {
    // The second reply fits, unless the rows have changed in between.
    const TIMES: usize = 4;
    let mut time = 1;
    loop {
        let (mut reply, mut facts) = ask(arguments.clone()).await?;
        let notes = std::mem::take(&mut reply.notes);
        let own_data = reply.view_data.take();
        facts.instead = std::mem::take(&mut reply.instead);
        // Twice the length of the notes: some characters are escaped as two.
        let room = notes.iter().map(|note| 2 * note.len() + 16).sum();
        let rules = Rules { max_bytes: rules.max_bytes.saturating_sub(room), ..*rules };
        let in_json = view_data::in_json(&reply, &rules, &facts, for_view).await?;
        let Rendered { content, ask_again_with } = reply.rendered(&rules, facts).await?;
        let content = content.with_notes(&notes, rules.format)?;
        match ask_again_with {
            Some(fewer) if time < TIMES && repeatable => {
                arguments.extend(fewer);
                time += 1;
            }
            _ => {
                let shown = in_json.as_ref().unwrap_or(&content);
                let data = if for_view { view_data::of(shown, own_data, &rules).await? } else { None };
                return Ok((content, data));
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use futures_util::poll;
    use serde_json::json;

    use super::super::{Block, File, Format};
    use super::*;
    use crate::work;

    #[tokio::test]
    async fn replies_that_are_not_quickly_rendered_are_rendered_off_the_async_threads() {
        let rules = Rules { max_bytes: 1 << 20, format: Format::Json, show_secrets: false };
        let text = |bytes: usize| "x".repeat(bytes);
        let file =
            |bytes| File { name: "a".into(), media_type: "text/plain".into(), bytes: text(bytes).into() };
        let replies = |bytes: usize| {
            [
                Reply::json(json!([{ "a": text(bytes) }])).unwrap(),
                Reply::json(json!({ "a": text(bytes) })).unwrap(),
                Reply::file(file(bytes)),
                Reply::blocks([Block::text(text(bytes))]),
                Reply::json(json!({ "a": 1 })).unwrap().with_view(json!({ "a": text(bytes) })),
            ]
        };
        let rendered = async |reply: &Reply| {
            let ask = |_| std::future::ready(Ok((reply.clone(), RequestFacts::default())));
            refetch_to_fit(false, &rules, true, Map::new(), ask).await.unwrap().0
        };
        let long = replies(2 * work::QUICK);
        let all = work::hold_all().await;
        let mut waiting = Vec::new();
        for reply in replies(work::QUICK / 2) {
            assert!(poll!(Box::pin(rendered(&reply))).is_ready(), "{reply:?}");
        }
        for reply in &long {
            let mut rendering = Box::pin(rendered(reply));
            assert!(poll!(&mut rendering).is_pending());
            waiting.push(rendering);
        }
        drop(all);
        for rendering in waiting {
            tokio::time::timeout(Duration::from_mins(1), rendering).await.expect("it is rendered then");
        }
    }
}
