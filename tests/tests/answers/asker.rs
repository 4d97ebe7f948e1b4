//! A session over a demo cloud behind a relay: [`Asker`].

use std::sync::Arc;
use std::time::Duration;

use mistmcp::{
    Call, Catalog, Clouds, Connection, Content, Format, Limits, Mode, Pool, Rules, Session, Settings, Token,
};
use mistmcp_demo::{DemoCloud, ORG_ID, Overlay};
use serde_json::{Map, Value};

use crate::relay::Relay;

/// A session in the mode `all`, and the relay that its requests go through.
pub(crate) struct Asker {
    pub(crate) relay: Relay,
    session: Session,
    _demo: DemoCloud,
}

impl Asker {
    pub(crate) async fn start(overlay: Overlay) -> Self {
        // Another provider serves as well.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let demo = DemoCloud::start_with(overlay).await.unwrap();
        demo.limit_requests(u64::MAX);
        let relay = Relay::start(&demo.url()).await;
        let mut clouds = Clouds::default();
        clouds.allow(relay.url()).unwrap();
        let limits = Limits {
            timeout: Duration::from_mins(2),
            retry_wait: Duration::ZERO,
            rate_limit: 1_000_000,
            max_response_bytes: 32 << 20,
        };
        let cloud = clouds.find(relay.url()).unwrap();
        let token = Token::new(DemoCloud::TOKEN).unwrap();
        let connection = Connection::new(Arc::new(Pool::new(limits)), cloud, token, Some(ORG_ID.to_owned()));
        let catalog = Catalog::gather().unwrap();
        let categories: Vec<_> =
            catalog.categories().iter().map(|category| category.name.to_owned()).collect();
        let rules = Rules { max_bytes: 60_000, format: Format::Json, show_secrets: false };
        let settings = Settings::new(catalog, Mode::All, &categories, rules).unwrap();
        let session = Session::new(Arc::new(settings), Arc::new(connection), false);
        Self { relay, session, _demo: demo }
    }

    /// The answer of a tool.
    pub(crate) async fn ask(&self, tool: &str, arguments: &Value) -> Value {
        let arguments: Map<String, Value> = arguments.as_object().unwrap().clone();
        let told = self.session.call(tool, arguments.clone(), &Call::unattended()).await;
        match told.content {
            Ok(Content::Text(text)) => serde_json::from_str(&text).unwrap(),
            Ok(other) => panic!("{tool} {arguments:?}: {other:?}"),
            Err(error) => panic!("{tool} {arguments:?}: {error}"),
        }
    }
}
