//! Counts the tokens (o200k) of the demo cloud's largest answers in both notations.
//!
//! ```sh
//! cargo run -p mistmcp-tests --example answers
//! ```

#![expect(clippy::print_stdout, reason = "it is what the program is for")]

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Result, anyhow};
use mistmcp::{
    Call, Catalog, Clouds, Connection, Content, Format, Limits, Mode, Pool, Rules, Session, Settings, Token,
};
use mistmcp_demo::DemoCloud;
// Without a mention the linker drops the crate, and its tools with it.
use mistmcp_tools as _;
use serde_json::{Map, Value};

const SITE: &str = "Leeds Distribution Centre";
const SHOWN: usize = 20;

#[tokio::main]
async fn main() -> Result<()> {
    // It may be there already.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let demo = DemoCloud::start().await?;
    let (json, toon) = (session(&demo, Format::Json)?, session(&demo, Format::Toon)?);
    let tokenizer = tiktoken_rs::o200k_base()?;
    let mut counted = Vec::new();
    for entry in json.listed() {
        let Some(arguments) = arguments(&Value::Object((*entry.definition().input_schema).clone())) else {
            continue;
        };
        let name = entry.tool().name;
        let mut tokens = [0; 2];
        for (session, tokens) in [&json, &toon].into_iter().zip(&mut tokens) {
            // Some tools need more than that, and say so.
            if let Ok(Content::Text(text)) =
                session.call(name, arguments.clone(), &Call::unattended()).await.content
            {
                *tokens = tokenizer.encode_ordinary(&text).len();
            }
        }
        counted.push((tokens, name));
    }
    counted.sort_by(|left, right| right.cmp(left));
    println!("{:40} {:>8} {:>8} {:>6}", "tokens of an answer", "json", "toon", "ratio");
    let mut sums = [0; 2];
    for ([json, toon], name) in counted.into_iter().take(SHOWN) {
        row(name, json, toon);
        sums = [sums[0] + json, sums[1] + toon];
    }
    row("together", sums[0], sums[1]);
    Ok(())
}

#[expect(clippy::cast_precision_loss, reason = "a ratio with two decimals")]
fn row(name: &str, json: usize, toon: usize) {
    println!("{name:40} {json:>8} {toon:>8} {:>6.2}", toon as f64 / json.max(1) as f64);
}

/// What a tool has to be told, where that is only the site.
fn arguments(schema: &Value) -> Option<Map<String, Value>> {
    let required = schema["required"].as_array().into_iter().flatten();
    required.map(|name| (name == "site_id").then(|| ("site_id".to_owned(), SITE.into()))).collect()
}

/// A session that is shown everything, so that both notations say the same.
fn session(demo: &DemoCloud, format: Format) -> Result<Session> {
    let url = demo.url();
    let mut clouds = Clouds::default();
    clouds.allow(&url)?;
    let limits = Limits {
        timeout: Duration::from_secs(30),
        retry_wait: Duration::ZERO,
        rate_limit: 1_000_000,
        max_response_bytes: 32 * 1024 * 1024,
    };
    let token = Token::new(DemoCloud::TOKEN).map_err(|problem| anyhow!(problem))?;
    let connection = Connection::new(Arc::new(Pool::new(limits)), clouds.find(&url)?, token, None);
    let rules = Rules { max_bytes: 4_000_000, format, show_secrets: false };
    let settings = Settings::new(Catalog::gather()?, Mode::All, &[], rules)?;
    Ok(Session::new(Arc::new(settings), Arc::new(connection), false))
}
