//! The client of Mist's API: one pool for all, deadlines on everything, and errors as advice.
//!
//! What a token has used up, what waits its turn, and what is under way belong to the token at its cloud, whoever
//! calls with it: [`Pool`] holds them, and a [`Connection`] is one client's way to them.

mod acceptance;
mod answer;
mod bounded_json;
mod cache;
mod clock;
mod cloud;
mod connection;
mod cursor;
mod disclosure;
mod dispatch;
mod errors;
#[cfg(test)]
mod faults;
mod lossy_json;
mod mask;
mod name_match;
mod names;
mod network;
mod pacer;
mod pool;
mod rate_limit;
mod request;
mod resolve;
mod retry;
mod retry_after;
#[cfg(feature = "redis")]
mod shared_rate_limit;
#[cfg(not(feature = "redis"))]
#[path = "mist/no_shared_rate_limit.rs"]
mod shared_rate_limit;
#[cfg(test)]
mod simulation;
mod single_flight;
mod token;
mod token_registry;
mod token_state;
mod tokens;
mod transport;
mod validation_gate;
mod wait_progress;

use std::sync::Arc;

pub(crate) use acceptance::{Acceptance, Verdict};
pub use answer::Answer;
pub(crate) use answer::Page;
pub(crate) use bounded_json::Parsed;
pub use cloud::{Cloud, CloudError, Clouds};
pub use connection::Connection;
pub(crate) use cursor::{CURSOR, Cursor};
pub(crate) use disclosure::Disclosure;
pub(crate) use errors::for_deadline;
pub(crate) use lossy_json::Repairs;
pub(crate) use network::{
    CERTIFICATES, EXCEPTION_VARIABLES, Network, NetworkError, PROXY_VARIABLES, holds_user,
};
pub(crate) use pacer::Pacer;
pub use pool::{Limits, Pool};
pub use request::{IntoQuery, Request};
pub use token::Token;
pub use tokens::Tokens;

use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::argument::{Lookup, Presence};
use crate::param::Param;
use crate::{Call, Result};
use dispatch::Dispatched;
use single_flight::Expired;

/// Mist as one call sees it: with the tokens and the cloud of the session that called.
///
/// What a body asks comes out of the budget of its token and has to be done by the deadline of the call.
///
/// ```
/// use mistmcp::{Mist, Reply, Request, Result, SiteId, RelativeDuration, mist_tool};
///
/// /// The latest that radio management did at a site.
/// #[mist_tool(category = "morning", hints(read_only))]
/// pub async fn latest_radio_event(
///     mist: &Mist,
///     site_id: SiteId,
///     /// How far back.
///     duration: Option<RelativeDuration>,
/// ) -> Result<Reply> {
///     let request = Request::get("/api/v1/sites").segment(site_id.as_str()).segment("rrm").segment("events");
///     let events = mist.send(request.query("duration", duration)).await?.json()?;
///     Reply::json(&events["results"][0])
/// }
/// ```
#[derive(Clone, Debug)]
pub struct Mist {
    connection: Arc<Connection>,
    call: Call,
    deadline: Instant,
    /// A tool with a body may ask several things: its errors name the one that failed.
    names_requests: bool,
    disclosure: Disclosure,
}

impl Mist {
    pub(crate) fn new(connection: Arc<Connection>, call: Call) -> Self {
        let deadline = Instant::now() + connection.limits().timeout;
        Self { connection, call, deadline, names_requests: false, disclosure: Disclosure::default() }
    }

    /// The same with a limit on what errors and notes may repeat of Mist's lists.
    pub(crate) fn disclosing(self, disclosure: Disclosure) -> Self {
        Self { disclosure, ..self }
    }

    /// Whether errors and notes may repeat what one of the tools lists.
    pub(crate) fn discloses(&self, listers: &[&str]) -> bool {
        self.disclosure.permits(listers)
    }

    /// The same for a tool with a body.
    pub(crate) fn naming_requests(&self) -> Self {
        Self { names_requests: true, ..self.clone() }
    }

    /// Sends a request and waits for the answer, trying a GET again where that can help. Equal GETs under way with
    /// one token are one, and Mist's constants are remembered for a day.
    ///
    /// # Errors
    /// Any answer but a success, told as advice.
    pub async fn send(&self, request: Request) -> Result<Answer> {
        let sent = self.sent(&request).await;
        if self.names_requests { sent.map_err(|error| error.of_path(&request)) } else { sent }
    }

    async fn sent(&self, request: &Request) -> Result<Answer> {
        let asked = Instant::now();
        if !request.is_get() {
            return self.connection.line.change(request, self.call.trace()).await;
        }
        let answer = self.ask(request).await?;
        if request.is_for_self() {
            self.remember_self(&answer, asked);
        }
        Ok(answer)
    }

    /// Asks, or waits for the answer to the same request of another call. Where that one ends without an answer, the
    /// call has the rest of its own time for another.
    async fn ask(&self, request: &Request) -> Result<Answer> {
        let trace = self.call.trace();
        loop {
            let deadline = self.deadline + self.call.waited();
            let seat = match self.connection.line.ask(request, deadline, trace)? {
                Dispatched::Known(answer) => return Ok(answer),
                Dispatched::UnderWay(seat) => seat,
            };
            if let Some(other) = &seat.joined {
                trace.shares(other);
            }
            match wait_progress::wait_for(seat, &self.call).await {
                Ok(answer) => return answer,
                Err(Expired) if Instant::now() < deadline => {}
                Err(Expired) => return Err(for_deadline(self.connection.limits().timeout)),
            }
        }
    }

    /// Reads JSON from `path`, which starts with `/api/`.
    ///
    /// # Errors
    /// As [`send`](Self::send), and an answer that is no JSON.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.send(Request::get(path)).await?.parsed().await
    }

    /// Puts ids where names stand, and the organization where none is named and one is needed. Where `partial`, a part
    /// of a name will do. What the answer has to say of that comes back.
    pub(crate) async fn look_up(
        &self,
        params: &[&'static Param],
        partial: bool,
        arguments: &mut Map<String, Value>,
    ) -> Result<Vec<String>> {
        let mut notes = Vec::new();
        // An organization first, then a site: the later ones are looked for in the earlier ones.
        for lookup in [Lookup::Org, Lookup::Site, Lookup::Device] {
            for param in params.iter().filter(|param| param.lookup() == Some(lookup)) {
                let optional = param.presence() == Some(Presence::Optional);
                notes.extend(self.look_up_one((lookup, optional, partial), param.name, arguments).await?);
            }
        }
        Ok(notes)
    }
}
