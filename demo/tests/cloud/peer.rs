//! A client for the demo cloud.

use mistmcp_demo::{DemoCloud, Incident, ORG_ID, Overlay};
use reqwest::{Client, Response};
use serde_json::{Value, json};

pub(crate) struct Peer {
    pub(crate) cloud: DemoCloud,
    pub(crate) client: Client,
}

impl Peer {
    pub(crate) async fn start() -> Peer {
        // Reqwest wants a provider even where nothing is encrypted.
        drop(rustls::crypto::ring::default_provider().install_default());
        let redirects = reqwest::redirect::Policy::none();
        let client = Client::builder().redirect(redirects).no_proxy().build().unwrap();
        Peer { cloud: DemoCloud::start().await.unwrap(), client }
    }

    /// A client of a cloud with changes of its network.
    pub(crate) async fn start_with(overlay: Overlay) -> Peer {
        Peer { cloud: DemoCloud::start_with(overlay).await.unwrap(), ..Peer::start().await }
    }

    /// The same with the entries of an overlay, as JSON.
    pub(crate) async fn laid(entries: &Value) -> Peer {
        Peer::start_with(overlay(entries)).await
    }

    /// Asks for a path below `/api/v1`; `{org}` is the demo's organization.
    pub(crate) async fn ask(&self, path: &str) -> Response {
        self.try_ask(path).await.unwrap()
    }

    pub(crate) async fn try_ask(&self, path: &str) -> reqwest::Result<Response> {
        let url = format!("{}{}", self.cloud.url(), path.replace("{org}", &format!("/api/v1/orgs/{ORG_ID}")));
        self.client.get(url).header("authorization", format!("Token {}", DemoCloud::TOKEN)).send().await
    }

    pub(crate) async fn json(&self, path: &str) -> Value {
        let response = self.ask(path).await;
        let status = response.status();
        let body = response.text().await.unwrap();
        assert!(status.is_success(), "{path}: {status} {body}");
        serde_json::from_str(&body).unwrap()
    }

    /// The `results` of an answer, or the answer itself where it is a list.
    pub(crate) async fn rows(&self, path: &str) -> Vec<Value> {
        let mut answer = self.json(path).await;
        let rows = if answer.is_array() { answer } else { answer["results"].take() };
        rows.as_array().unwrap_or_else(|| panic!("{path}: no rows")).clone()
    }

    /// A path below one site: `/api/v1/sites/<the site of this name>/…`.
    pub(crate) async fn at(&self, site: &str, path: &str) -> String {
        let sites = self.rows("{org}/sites").await;
        let site =
            sites.iter().find(|row| row["name"] == site).unwrap_or_else(|| panic!("{site} is no site"));
        format!("/api/v1/sites/{}{path}", site["id"].as_str().unwrap())
    }
}

/// The overlay of entries, as JSON.
pub(crate) fn overlay(entries: &Value) -> Overlay {
    let text = json!({ "overlay": entries }).to_string();
    let incident = Incident::parse("test.json", &text).unwrap_or_else(|error| panic!("{error}"));
    Overlay::of(&[incident]).unwrap_or_else(|error| panic!("{error}"))
}
