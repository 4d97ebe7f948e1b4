//! A question asked of a demo cloud with changes: [`Asker`].

use std::fmt;
use std::sync::Arc;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};
use mistmcp::serde_json::{self, Map, Value};
use mistmcp::{
    Call, Catalog, Clouds, Connection, Content, Format, Limits, Mode, Pool, Rules, Session, Settings, Token,
};
use mistmcp_demo::{DemoCloud, ORG_ID, Overlay, Question};
use tiktoken_rs::CoreBPE;

use super::Cost;

/// A session over a demo cloud of its own.
pub(super) struct Asker {
    demo: DemoCloud,
    pub(super) session: Session,
    tokenizer: &'static CoreBPE,
}

/// The answer of an answer tool.
#[derive(Clone)]
pub(super) struct Answered {
    pub(super) verdict: String,
    pub(super) findings: Vec<Finding>,
    pub(super) says_not_seen: bool,
    pub(super) error: Option<String>,
    pub(super) cost: Cost,
}

/// A finding, as far as it is judged.
#[derive(Clone)]
pub(super) struct Finding {
    pub(super) cause: String,
    pub(super) severity: String,
    pub(super) objects: Vec<String>,
}

impl fmt::Display for Finding {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(out, "{} of {}", self.cause, self.objects.join(", "))
    }
}

impl Asker {
    /// A session in the mode `all`, as a client of an operator has it.
    pub(super) async fn start(overlay: Overlay) -> Result<Self> {
        let demo = DemoCloud::start_with(overlay).await?;
        demo.limit_requests(u64::MAX);
        let mut clouds = Clouds::default();
        clouds.allow(&demo.url())?;
        let limits = Limits {
            timeout: Duration::from_mins(1),
            retry_wait: Duration::ZERO,
            rate_limit: 1_000_000,
            max_response_bytes: 32 << 20,
        };
        let token = Token::new(DemoCloud::TOKEN).map_err(|problem| anyhow!(problem))?;
        let cloud = clouds.find(&demo.url())?;
        let connection = Connection::new(Arc::new(Pool::new(limits)), cloud, token, Some(ORG_ID.to_owned()));
        let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
        let catalog = Catalog::gather()?;
        let categories: Vec<_> =
            catalog.categories().iter().map(|category| category.name.to_owned()).collect();
        let settings = Settings::new(catalog, Mode::All, &categories, rules)?;
        let session = Session::new(Arc::new(settings), Arc::new(connection), false);
        Ok(Self { demo, session, tokenizer: tiktoken_rs::o200k_base_singleton() })
    }

    /// Asks a question, and counts the requests that arrive at the cloud.
    pub(super) async fn ask(&self, question: &Question) -> Answered {
        let before = self.demo.requests().len();
        let (result, mut cost) = self.call(&question.tool, question.arguments.clone()).await;
        cost.calls = self.demo.requests().len() - before;
        match result {
            Ok(text) => Answered::read(&text, cost),
            Err(error) => Answered {
                verdict: String::new(),
                findings: Vec::new(),
                says_not_seen: false,
                error: Some(error),
                cost,
            },
        }
    }

    /// The paths that arrive at the cloud when a tool is called without arguments.
    pub(super) async fn paths_asked_by(&self, tool: &str) -> Vec<String> {
        let before = self.demo.requests().len();
        let _ = self.call(tool, Map::new()).await.0;
        self.demo.requests().into_iter().skip(before).map(|request| request.path).collect()
    }

    /// Calls a tool: its text or error, and what that costs.
    pub(super) async fn call(
        &self,
        tool: &str,
        arguments: Map<String, Value>,
    ) -> (Result<String, String>, Cost) {
        let begun = Instant::now();
        let outcome = self.session.call(tool, arguments, &Call::unattended()).await;
        let milliseconds = begun.elapsed().as_millis();
        let result = match outcome.content {
            Ok(Content::Text(text)) => Ok(text),
            Ok(_) => Err("the answer is no text".to_owned()),
            Err(error) => Err(error.to_string()),
        };
        let (Ok(text) | Err(text)) = &result;
        let tokens = self.tokenizer.encode_ordinary(text).len();
        (result, Cost { calls: 1, milliseconds, tokens })
    }
}

impl Answered {
    /// Reads an answer; what is not of its form is left out.
    pub(super) fn read(text: &str, cost: Cost) -> Self {
        let answer = serde_json::from_str::<Value>(text).unwrap_or_default();
        let words = |value: &Value| value.as_str().unwrap_or_default().to_owned();
        let findings = answer["findings"].as_array().into_iter().flatten().map(|finding| Finding {
            cause: words(&finding["cause"]),
            severity: words(&finding["severity"]),
            objects: finding["objects"]
                .as_array()
                .into_iter()
                .flatten()
                .map(|it| words(&it["name"]))
                .collect(),
        });
        Self {
            verdict: words(&answer["verdict"]),
            findings: findings.collect(),
            says_not_seen: answer["not_seen"].as_array().is_some_and(|parts| !parts.is_empty()),
            error: None,
            cost,
        }
    }
}
