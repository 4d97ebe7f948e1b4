//! The fixture of the HTTP tests: a server with a mock upstream.

use mistmcp_tests::{HttpClient, HttpServer, Launch, MockUpstream, TOKEN};
use serde_json::{Value, json};

/// Tokens of the clients in most tests. The token of the process itself is another one, and must never be sent.
pub(crate) const ALICE: &str = "al1ce-t0ken-7Kq2";
pub(crate) const BOB: &str = "b0b-t0ken-9Zr5";

/// A server, and the mock of its Mist cloud.
pub(crate) struct Fixture {
    pub(crate) upstream: MockUpstream,
    pub(crate) server: HttpServer,
}

impl Fixture {
    pub(crate) async fn start(arguments: &str) -> Self {
        let upstream = MockUpstream::start().await;
        let server = Launch::at(&upstream, arguments).serve().await;
        Self { upstream, server }
    }

    /// A client with Alice's token.
    pub(crate) fn alice(&self, query: &str) -> HttpClient {
        HttpClient::with_token(&self.server, query, ALICE)
    }

    /// A client with Bob's token.
    pub(crate) fn bob(&self, query: &str) -> HttpClient {
        HttpClient::with_token(&self.server, query, BOB)
    }

    /// Asserts that the server is the same process as at the start, has not panicked, and serves a new client.
    pub(crate) async fn assert_serving(&self, process: u32) {
        assert_eq!(self.server.id(), process);
        let client = HttpClient::with_token(&self.server, "?mode=all", "s0mebody-new").open().await;
        client.call("getSiteInfo", site(4_711)).await;
        client.end().await;
        let errors = self.server.errors();
        assert!(!errors.contains("panicked"), "{errors}");
    }

    /// Asserts that standard error contains no token.
    pub(crate) fn assert_no_token_in_logs(&self) {
        let errors = self.server.errors();
        for token in [ALICE, BOB, TOKEN] {
            assert!(!errors.contains(token), "{token}: {errors}");
        }
    }
}

/// Arguments that name a site. Each number has its own path at Mist, so that calls are not coalesced.
pub(crate) fn site(number: usize) -> Value {
    json!({ "site_id": site_id(number) })
}

/// The path of the site at Mist.
pub(crate) fn site_path(number: usize) -> String {
    format!("/api/v1/sites/{}", site_id(number))
}

fn site_id(number: usize) -> String {
    format!("00000000-0000-4000-8000-{number:012}")
}

/// A URL, encoded as a query value.
pub(crate) fn encoded(text: &str) -> String {
    url::form_urlencoded::byte_serialize(text.as_bytes()).collect()
}
