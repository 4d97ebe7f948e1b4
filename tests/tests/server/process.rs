//! One process of sessions, made with the library, over real HTTP.

use std::sync::Arc;
use std::time::Duration;

use mistmcp::{
    Call, Catalog, Cloud, Clouds, Connection, Content, Format, Limits, Mode, Pool, Rules, Session, Settings,
    Tokens,
};
use mistmcp_tests::{Answer, MockUpstream};
use mistmcp_tools as _;
use serde_json::{Value, json};

pub(crate) const USAGE: &str = "/api/v1/self/usage";

/// One process: its pool, and the cloud that it talks to.
pub(crate) struct Process {
    pub(crate) upstream: MockUpstream,
    pub(crate) pool: Arc<Pool>,
    settings: Arc<Settings>,
    cloud: Cloud,
}

impl Process {
    pub(crate) async fn start() -> Self {
        Self::with_rate_limit(5_000).await
    }

    pub(crate) async fn with_rate_limit(rate_limit: u32) -> Self {
        Self::with_limits(rate_limit, Duration::from_secs(20)).await
    }

    /// Calls take `timeout` at most.
    pub(crate) async fn with_timeout(timeout: Duration) -> Self {
        Self::with_limits(5_000, timeout).await
    }

    async fn with_limits(rate_limit: u32, timeout: Duration) -> Self {
        // The first test that comes by installs it.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let upstream = MockUpstream::start().await;
        let mut clouds = Clouds::default();
        clouds.allow(&upstream.url()).unwrap();
        let limits = Limits { timeout, retry_wait: Duration::ZERO, rate_limit, max_response_bytes: 1 << 20 };
        let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
        let settings = Settings::new(Catalog::gather().unwrap(), Mode::All, &[], rules).unwrap();
        Self {
            cloud: clouds.find(&upstream.url()).unwrap(),
            pool: Arc::new(Pool::new(limits)),
            settings: Arc::new(settings),
            upstream,
        }
    }

    pub(crate) fn session(&self, tokens: &str) -> Session {
        self.session_of(tokens, Arc::clone(&self.settings))
    }

    /// A session that reaches what these settings say.
    pub(crate) fn session_of(&self, tokens: &str, settings: Arc<Settings>) -> Session {
        let tokens = Tokens::parse(tokens).unwrap();
        let connection = Connection::new(Arc::clone(&self.pool), self.cloud.clone(), tokens, None);
        Session::new(settings, Arc::new(connection), true)
    }

    /// Settings of another mode, with these categories alone where there are any.
    pub(crate) fn settings(&self, mode: Mode, categories: &[&str]) -> Arc<Settings> {
        let categories: Vec<_> = categories.iter().map(|name| (*name).to_owned()).collect();
        Arc::new(self.settings.narrowed(Some(mode), &categories).unwrap())
    }

    /// The requests since this was last asked, each as its path and its token.
    pub(crate) fn asked(&self) -> Vec<(String, String)> {
        let token = |value: &str| value.trim_start_matches("Token ").to_owned();
        let received = self.upstream.take();
        received.into_iter().map(|one| (one.path.clone(), token(one.header("authorization")))).collect()
    }

    /// The tokens of the requests since this was last asked.
    pub(crate) fn tokens(&self) -> Vec<String> {
        self.asked().into_iter().map(|(_, token)| token).collect()
    }
}

pub(crate) async fn call(session: &Session, tool: &str, arguments: Value) -> Result<String, mistmcp::Error> {
    let Value::Object(arguments) = arguments else { panic!("arguments are an object") };
    session.call(tool, arguments, &Call::unattended()).await.content.map(|content| match content {
        Content::Text(text) => text,
        Content::File(file) => format!("{} bytes", file.bytes.len()),
        Content::Blocks(blocks) => format!("{blocks:?}"),
    })
}

pub(crate) async fn usage(session: &Session) -> Result<String, mistmcp::Error> {
    call(session, "getSelfApiUsage", json!({})).await
}

pub(crate) fn fine() -> Answer {
    Answer::json(&json!({ "requests": 1, "request_limit": 5000 }))
}

pub(crate) fn unauthorized() -> Answer {
    Answer::json(&json!({ "detail": "bad token" })).status(401)
}
