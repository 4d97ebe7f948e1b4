//! What the tool list costs a client, in tokens of o200k: name, description and input schema.

use std::process::ExitCode;
use std::sync::Arc;

use anyhow::Result;
use mistmcp::serde_json::json;
use mistmcp::{
    Catalog, Clouds, Connection, Entry, Format, Limits, Mode, Pool, Rules, Session, Settings, Token,
};
use tiktoken_rs::CoreBPE;

#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(crate) fn print(catalog: &Catalog, by_tool: bool) -> Result<ExitCode> {
    let tokenizer = tiktoken_rs::o200k_base()?;
    let mut total = 0;
    for category in catalog.categories() {
        let tools = catalog.entries().iter().filter(|entry| entry.tool().category == category.name);
        let counted: Vec<_> = tools.map(|entry| (entry.tool().name, tokens(&tokenizer, entry))).collect();
        let sum: usize = counted.iter().map(|(_, tokens)| tokens).sum();
        println!("{sum:>6}  {} ({} tools)", category.name, counted.len());
        if by_tool {
            for (name, tokens) in counted {
                println!("{tokens:>6}    {name}");
            }
        }
        if !category.extended {
            total += sum;
        }
    }
    let count = catalog.entries().iter().filter(|entry| !entry.is_extended()).count();
    println!("{total:>6}  the {count} tools of mode `all`: those of no extended category");
    let managed = managed(&tokenizer)?;
    let sum: usize = managed.iter().map(|(_, tokens)| tokens).sum();
    println!("{sum:>6}  the {} tools that mode `managed` lists from the start", managed.len());
    if by_tool {
        for (name, tokens) in managed {
            println!("{tokens:>6}    {name}");
        }
    }
    Ok(ExitCode::SUCCESS)
}

/// The tools that managed mode lists from the start, with their tokens.
fn managed(tokenizer: &CoreBPE) -> Result<Vec<(&'static str, usize)>> {
    let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
    let settings = Settings::new(Catalog::gather()?, Mode::Managed, &[], rules)?;
    let second = std::time::Duration::from_secs(1);
    let limits =
        Limits { timeout: second, retry_wait: second, rate_limit: 5_000, max_response_bytes: 1 << 20 };
    let token = Token::new("3d1b7f0c9a").map_err(anyhow::Error::msg)?;
    let cloud = Clouds::default().find("api.mist.com")?;
    let connection = Connection::new(Arc::new(Pool::new(limits)), cloud, token, None);
    let session = Session::new(Arc::new(settings), Arc::new(connection), true);
    Ok(session.listed().map(|entry| (entry.tool().name, tokens(tokenizer, entry))).collect())
}

/// The tokens of one tool.
pub(crate) fn tokens(tokenizer: &CoreBPE, entry: &Entry) -> usize {
    let definition = entry.definition();
    let seen = json!({
        "name": definition.name,
        "description": definition.description,
        "inputSchema": *definition.input_schema,
    });
    tokenizer.encode_ordinary(&seen.to_string()).len()
}

#[cfg(test)]
mod tests {
    use super::*;

    /// What the list may cost a client that loads all of it, by tool: 44,000 for 254 of them. One more brings its own
    /// share with it.
    const MOST_A_TOOL: usize = 173;

    /// What the instructions may cost every client.
    const MOST_OF_INSTRUCTIONS: usize = 1_000;

    #[test]
    fn the_instructions_stay_within_their_tokens_in_every_mode() {
        let tokenizer = tiktoken_rs::o200k_base().unwrap();
        let catalog = Catalog::gather().unwrap();
        let every: Vec<_> = catalog.categories().iter().map(|it| it.name.to_owned()).collect();
        let usual: Vec<_> =
            catalog.categories().iter().filter(|it| !it.extended).map(|it| it.name.to_owned()).collect();
        for mode in [Mode::Managed, Mode::All, Mode::Custom] {
            let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
            let settings = Settings::new(Catalog::gather().unwrap(), mode, &every, rules).unwrap();
            for list_changes in [true, false] {
                let text = settings.instructions(list_changes);
                let tokens = tokenizer.encode_ordinary(&text).len();
                assert!(tokens <= MOST_OF_INSTRUCTIONS, "{mode:?}: {tokens} tokens");
                for name in &usual {
                    let lines = text.lines().filter(|line| line.starts_with(&format!("- {name}: ")));
                    assert_eq!(lines.count(), 1, "{mode:?}: {name}");
                }
            }
        }
    }

    /// What managed mode may cost every client from the start.
    const MOST_OF_MANAGED: usize = 2_300;

    #[test]
    fn the_list_of_managed_mode_stays_within_its_tokens() {
        let managed = managed(&tiktoken_rs::o200k_base().unwrap()).unwrap();
        let total: usize = managed.iter().map(|(_, tokens)| tokens).sum();
        assert!(managed.len() >= 5 && total <= MOST_OF_MANAGED, "{total} tokens: {managed:?}");
    }

    #[test]
    fn the_estimate_of_the_size_of_an_answer_is_not_too_low() {
        let tokenizer = tiktoken_rs::o200k_base().unwrap();
        let answer = json!({
            "verdict": "LDS-AP-03 is connected: LDS-SW-03 ge-0/0/0 to LDS-AP-03 negotiated 100 Mb/s. There are 3 more findings.",
            "findings": [{
                "cause": "port_slow", "severity": "warning", "summary": "LDS-SW-03 ge-0/0/0 negotiated 100 Mb/s.",
                "objects": [{ "kind": "port", "name": "ge-0/0/0", "device": "LDS-SW-03", "mac": "f4bfa82c3850" }],
                "since": 1_795_890_000, "evidence": { "speed": 100, "rx_errors": 5210, "text": "名前 Größe шум" },
                "see": { "tool": "searchOrgSwOrGwPorts", "arguments": { "mac": "f4bfa82c3850", "site_id": "c50037a7-178f-4890-b13a-6e506db8f944" } },
            }],
            "not_seen": ["NAC events: 403, the API token may not see it"], "calls": 9,
        });
        let text = answer.to_string();
        let (real, estimated) =
            (tokenizer.encode_ordinary(&text).len(), mistmcp::answers::estimated_tokens(&text));
        assert!((real..real * 2).contains(&estimated), "{real} tokens, estimated as {estimated}");
    }

    #[test]
    fn the_whole_list_stays_within_its_tokens() {
        let (catalog, tokenizer) = (Catalog::gather().unwrap(), tiktoken_rs::o200k_base().unwrap());
        let listed: Vec<_> = catalog.entries().iter().filter(|entry| !entry.is_extended()).collect();
        let total: usize = listed.iter().map(|entry| tokens(&tokenizer, entry)).sum();
        let count = listed.len();
        assert!(count > 200 && total <= count * MOST_A_TOOL, "{total} tokens of {count} tools");
    }
}
