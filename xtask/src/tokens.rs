//! What the tool list costs a client, in tokens of o200k: name, description and input schema.

use std::process::ExitCode;

use anyhow::Result;
use mistmcp::serde_json::json;
use mistmcp::{Catalog, Entry};
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
    Ok(ExitCode::SUCCESS)
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
    use mistmcp::{Format, Mode, Rules, Settings};

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

    #[test]
    fn the_whole_list_stays_within_its_tokens() {
        let (catalog, tokenizer) = (Catalog::gather().unwrap(), tiktoken_rs::o200k_base().unwrap());
        let listed: Vec<_> = catalog.entries().iter().filter(|entry| !entry.is_extended()).collect();
        let total: usize = listed.iter().map(|entry| tokens(&tokenizer, entry)).sum();
        let count = listed.len();
        assert!(count > 200 && total <= count * MOST_A_TOOL, "{total} tokens of {count} tools");
    }
}
