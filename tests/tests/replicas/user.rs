use mistmcp_tests::{HttpClient, HttpResponse, Lifecycle, soon};
use serde_json::{Value, json};

use crate::fixture::pause;

const TOKEN: &str = "t0ken-of-number-";
const MARK: &str = "user-number-";

/// A category, and a tool that is listed where it is on.
const CATEGORIES: [(&str, &str); 4] = [
    ("sites", "getSiteInfo"),
    ("sites_rrm", "listSiteRrmEvents"),
    ("orgs", "getOrg"),
    ("sites_stats", "getSiteStats"),
];

/// A client with a token of its own. In the older era it has a session with categories of its own as well.
pub(crate) struct User {
    pub(crate) client: HttpClient,
    number: usize,
    on: Vec<(&'static str, &'static str)>,
}

/// How a request ended that was allowed to fail. Whatever it is, it is no other request's answer.
#[derive(Debug)]
pub(crate) enum Outcome {
    Answered,
    /// With a status that is no success, and words.
    Refused(HttpResponse),
    /// Nobody answered, or not to the end.
    Broken(reqwest::Error),
}

impl User {
    /// Comes in with what is its own.
    pub(crate) async fn enter(client: HttpClient, number: usize, lifecycle: Lifecycle) -> Self {
        let client =
            client.header("X-Authorization", &format!("{TOKEN}{number:05}")).connect(lifecycle).await;
        if lifecycle == Lifecycle::Stateless {
            return Self { client, number, on: Vec::new() };
        }
        // One of the fifteen ways to have some of four.
        let chosen = number % 15 + 1;
        let on = CATEGORIES.into_iter().enumerate().filter(|(place, _)| chosen >> place & 1 == 1);
        let on: Vec<_> = on.map(|(_, category)| category).collect();
        let names: Vec<_> = on.iter().map(|(category, _)| category).collect();
        client.call("manageMcpTools", json!({ "enable_mcp_tools_categories": names })).await;
        Self { client, number, on }
    }

    /// A call that may fail, for what it alone asks for. No other's answer is ever taken for its own.
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

    /// A call that has to succeed.
    pub(crate) async fn call(&self, call: usize) {
        let outcome = self.try_call(call).await;
        assert!(matches!(outcome, Outcome::Answered), "{} {call}: {outcome:?}", self.mark());
    }

    /// What it sees of the tools that any of these users may see.
    pub(crate) async fn sees(&self) -> Result<bool, HttpResponse> {
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

    /// That its session is there, with its categories and no others.
    pub(crate) async fn is_as_it_was(&self) {
        let seen = self.sees().await;
        assert!(matches!(seen, Ok(true)), "{} has not what it had switched on: {seen:?}", self.mark());
    }

    /// Waits until it is so at whichever replica it asks.
    pub(crate) async fn comes_to_be_as_it_was(&self) {
        let known = async {
            let mut in_turn = 0;
            while in_turn < 10 {
                in_turn = if matches!(self.sees().await, Ok(true)) { in_turn + 1 } else { 0 };
                pause().await;
            }
        };
        soon("a session to be as it was", known).await;
    }

    /// The same user, at another place.
    pub(crate) fn by_way_of(mut self, client: &HttpClient) -> Self {
        self.client = self.client.to(client.url());
        self
    }

    /// The same user, who has lost its session and begins anew.
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

/// What tells of whom a token is. The token itself would be masked.
pub(crate) fn mark(authorization: &str) -> String {
    authorization.trim_start_matches("Token ").replace(TOKEN, MARK)
}
