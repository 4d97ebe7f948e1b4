//! A session over a demo cloud behind a proxy: [`DemoSession`].

use std::sync::Arc;
use std::time::Duration;

use mistmcp::{
    Call, Catalog, Clouds, Connection, Content, Format, Limits, Mode, Pool, Rules, Session, Settings, Token,
};
use mistmcp_demo::{DemoCloud, ORG_ID, Overlay};
use serde_json::{Map, Value, json};

use crate::proxy::Proxy;
use crate::questions::Question;

/// A session in the mode `all`, and the proxy that its requests go through.
pub(crate) struct DemoSession {
    pub(crate) proxy: Proxy,
    session: Session,
    _demo: DemoCloud,
}

impl DemoSession {
    pub(crate) async fn start(overlay: Overlay) -> Self {
        Self::with_timeout(overlay, Duration::from_mins(2)).await
    }

    /// The same with another time that a call may take.
    pub(crate) async fn with_timeout(overlay: Overlay, timeout: Duration) -> Self {
        Self::with(overlay, timeout, Some(ORG_ID)).await
    }

    /// The same with the organization that the operator names, if any.
    pub(crate) async fn with(overlay: Overlay, timeout: Duration, org: Option<&str>) -> Self {
        // Another provider serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let demo = DemoCloud::start_with(overlay).await.unwrap();
        demo.limit_requests(u64::MAX);
        let proxy = Proxy::start(&demo.url()).await;
        let mut clouds = Clouds::default();
        clouds.allow(proxy.url()).unwrap();
        let limits = Limits {
            timeout,
            retry_wait: Duration::ZERO,
            rate_limit: 1_000_000,
            max_response_bytes: 32 << 20,
        };
        let cloud = clouds.find(proxy.url()).unwrap();
        let token = Token::new(DemoCloud::TOKEN).unwrap();
        let connection = Connection::new(Arc::new(Pool::new(limits)), cloud, token, org.map(str::to_owned));
        let catalog = Catalog::gather().unwrap();
        let categories: Vec<_> =
            catalog.categories().iter().map(|category| category.name.to_owned()).collect();
        let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
        let settings = Settings::new(catalog, Mode::All, &categories, rules).unwrap();
        let session = Session::new(Arc::new(settings), Arc::new(connection), false);
        Self { proxy, session, _demo: demo }
    }

    /// The answer of an answer tool.
    pub(crate) async fn ask(&self, tool: &str, arguments: &Value) -> Value {
        let text = self.call(tool, arguments).await;
        let text = text.unwrap_or_else(|error| panic!("{tool} {arguments}: {error}"));
        serde_json::from_str(&text).unwrap()
    }

    /// The text or the error of a tool.
    pub(crate) async fn call(&self, tool: &str, arguments: &Value) -> Result<String, String> {
        let arguments: Map<String, Value> = arguments.as_object().unwrap().clone();
        let outcome = self.session.call(tool, arguments, &Call::unattended()).await;
        match outcome.content {
            Ok(Content::Text(text)) => Ok(text),
            Ok(other) => Err(format!("no text: {other:?}")),
            Err(error) => Err(error.to_string()),
        }
    }

    /// The same questions with the ids of sites in place of names, so that no names are looked up.
    pub(crate) async fn with_ids(&self, mut questions: Vec<Question>) -> Vec<Question> {
        let sites = self.call("searchOrgSites", &json!({ "fields": "id,name" })).await.unwrap();
        let sites: Value = serde_json::from_str(&sites).unwrap();
        for question in &mut questions {
            let Some(name) = question.arguments.get("site_id").cloned() else { continue };
            let mut rows = sites["results"].as_array().unwrap().iter();
            question.arguments["site_id"] = rows.find(|site| site["name"] == name).unwrap()["id"].clone();
        }
        questions
    }
}
