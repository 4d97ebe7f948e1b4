use serde_json::{Map, Value};

use super::{Content, Rendered, Reply, Rules};
use crate::Result;
use crate::catalog::Entry;

/// Asks until the answer is one that can be shown: a search that has to be cut is asked for again with fewer rows, so
/// that Mist itself says where the next ones are.
pub(crate) async fn in_turns<Asking: Future<Output = Result<Reply>>>(
    entry: &Entry,
    rules: &Rules,
    mut arguments: Map<String, Value>,
    ask: impl Fn(Map<String, Value>) -> Asking,
) -> Result<Content> {
    // The second time fits, unless other rows have come between.
    const TIMES: usize = 4;
    let mut time = 1;
    loop {
        let reply = ask(arguments.clone()).await?;
        let Rendered { content, ask_again_for } = reply.render(rules, &entry.asked(&arguments))?;
        match ask_again_for {
            Some(rows) if time < TIMES && entry.tool().hints.read_only => {
                arguments.insert("limit".into(), rows.into());
                time += 1;
            }
            _ => return Ok(content),
        }
    }
}
