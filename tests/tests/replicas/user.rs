//! A simulated user of the service: [`User`].

use mistmcp_tests::{HttpClient, HttpResponse, Lifecycle, soon};
use serde_json::{Value, json};

use crate::fixture::pause;

const TOKEN: &str = "t0ken-of-number-";
const MARK: &str = "user-number-";

/// A category, and a tool that is listed if it is enabled.
const CATEGORIES: [(&str, &str); 4] = [
    ("sites", "getSiteInfo"),
    ("sites_rrm", "listSiteRrmEvents"),
    ("orgs", "getOrg"),
    ("sites_stats", "getSiteStats"),
];

/// A client with its own token. A legacy one has a session with its own categories.
pub(crate) struct User {
    pub(crate) client: HttpClient,
    number: usize,
    on: Vec<(&'static str, &'static str)>,
}

/// The outcome of a request that may fail. It is never the response to another request.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answered,
    /// An error status, with its text.
    Refused(HttpResponse),
    /// No response, or a truncated one.
    Broken(reqwest::Error),
}

impl User {
    /// Connects, and enables its categories.
    pub(crate) async fn enter(client: HttpClient, number: usize, lifecycle: Lifecycle) -> Self {
        let client =
            client.header("X-Authorization", &format!("{TOKEN}{number:05}")).connect(lifecycle).await;
        if lifecycle == Lifecycle::Stateless {
            return Self { client, number, on: Vec::new() };
        }
        // One of the fifteen non-empty subsets of four.
        let chosen = number % 15 + 1;
        let on = CATEGORIES.into_iter().enumerate().filter(|(place, _)| chosen >> place & 1 == 1);
        let on: Vec<_> = on.map(|(_, category)| category).collect();
        let names: Vec<_> = on.iter().map(|(category, _)| category).collect();
        client.call("manageMcpTools", json!({ "enable_mcp_tools_categories": names })).await;
        Self { client, number, on }
    }

    /// A call that may fail, with its own arguments. Panics on the response of another call.
    pub(crate) async fn try_call(&self, call: usize) -> Outcome {
        let response =
            match HttpResponse::or_error(self.client.request_builder("tools/call", self.asked(call))).await {
                Err(error) => return Outcome::Broken(error),
                Ok(response) if response.status != 200 => return Outcome::Refused(response),
                Ok(response) => response,
            };
        let (failed, text) = response.outcome();
        let message = serde_json::from_str::<Value>(&text).unwrap_or_default();
        let own = json!({ "id": format!("/api/v1/sites/{}", self.site(call)), "name": self.mark() });
        assert!(!failed && message == own, "{own} was asked for, and this the answer: {text}");
        Outcome::Answered
    }

    /// A call that must succeed.
    pub(crate) async fn call(&self, call: usize) {
        let outcome = self.try_call(call).await;
        assert!(matches!(outcome, Outcome::Answered), "{} {call}: {outcome:?}", self.mark());
    }

    /// Whether the listed tools are those of its own categories.
    pub(crate) async fn has_its_tools(&self) -> Result<bool, HttpResponse> {
        let response = self.client.ask("tools/list", json!({})).await;
        if response.status != 200 {
            return Err(response);
        }
        let result = response.result();
        let tools: Vec<_> = result["tools"].as_array().unwrap().iter().map(|tool| &tool["name"]).collect();
        Ok(CATEGORIES
            .iter()
            .all(|category| tools.iter().any(|tool| *tool == category.1) == self.on.contains(category)))
    }

    /// Asserts that its session exists, with exactly its categories.
    pub(crate) async fn assert_unchanged(&self) {
        let seen = self.has_its_tools().await;
        assert!(matches!(seen, Ok(true)), "{} has not what it had switched on: {seen:?}", self.mark());
    }

    /// Waits until that holds at any replica.
    pub(crate) async fn wait_until_unchanged(&self) {
        let known = async {
            let mut in_turn = 0;
            while in_turn < 10 {
                in_turn = if matches!(self.has_its_tools().await, Ok(true)) { in_turn + 1 } else { 0 };
                pause().await;
            }
        };
        soon("a session to be as it was", known).await;
    }

    /// The same user at another URL.
    pub(crate) fn through(mut self, client: &HttpClient) -> Self {
        self.client = self.client.to(client.url());
        self
    }

    /// The same user with a new session.
    pub(crate) async fn again(&self, client: &HttpClient) -> Self {
        Self::enter(client.clone(), self.number, Lifecycle::Legacy).await
    }

    fn asked(&self, call: usize) -> Value {
        let arguments = json!({ "site_id": self.site(call) });
        json!({ "name": "callTool", "arguments": { "tool": "getSiteInfo", "arguments": arguments } })
    }

    fn site(&self, call: usize) -> String {
        format!("00000000-0000-4000-8000-{:07}{call:05}", self.number)
    }

    fn mark(&self) -> String {
        format!("{MARK}{:05}", self.number)
    }
}

/// A mark that identifies a token. The token itself would be masked.
pub(crate) fn mark(authorization: &str) -> String {
    authorization.trim_start_matches("Token ").replace(TOKEN, MARK)
}
