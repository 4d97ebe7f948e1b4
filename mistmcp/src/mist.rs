//! The client of Mist's API: one pool for all, deadlines on everything, and errors as advice.
//!
//! What a token has used up, what waits its turn, and what is under way belong to the token at its cloud, whoever
//! calls with it: [`Pool`] holds them, and a [`Connection`] is one client's way to them.

mod acceptance;
mod account;
mod accounts;
mod advice;
mod answer;
mod budget;
mod clock;
mod cloud;
mod common;
mod connection;
mod cursor;
mod exchange;
#[cfg(test)]
mod faults;
mod flight;
mod line;
mod lookup;
mod lossy_json;
mod memory;
mod names;
mod pacer;
mod pool;
mod proxy;
mod request;
mod retry;
mod retry_after;
#[cfg(test)]
mod simulation;
mod token;
mod tokens;
mod wait;

use std::sync::Arc;

pub(crate) use acceptance::{Acceptance, Verdict};
pub(crate) use advice::for_deadline;
pub use answer::Answer;
pub(crate) use answer::Page;
pub use cloud::{Cloud, CloudError, Clouds};
pub use connection::Connection;
pub(crate) use cursor::{CURSOR, Cursor};
pub(crate) use lossy_json::Repairs;
pub(crate) use pacer::Pacer;
pub use pool::{Limits, Pool};
pub use request::Request;
pub use token::Token;
pub(crate) use token::placeholder;
pub use tokens::Tokens;

use serde_json::{Map, Value};
use tokio::time::Instant;

use crate::argument::Lookup;
use crate::tool::Param;
use crate::{Call, Result};
use line::Asked;

/// Mist as one call sees it: with the tokens and the cloud of the session that called.
///
/// What a body asks comes out of the budget of its token and has to be done by the deadline of the call.
///
/// ```
/// use mistmcp::{Mist, Reply, Request, Result, SiteId, Span, mist_tool};
///
/// /// The latest that radio management did at a site.
/// #[mist_tool(category = "morning")]
/// pub async fn latest_radio_event(
///     mist: &Mist,
///     site_id: SiteId,
///     /// How far back.
///     duration: Option<Span>,
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
}

impl Mist {
    pub(crate) fn new(connection: Arc<Connection>, call: Call) -> Self {
        let deadline = Instant::now() + connection.limits().timeout;
        Self { connection, call, deadline }
    }

    /// Sends a request and waits for the answer, trying a GET again where that can help. Equal GETs under way with
    /// one token are one, and Mist's constants are remembered for a day.
    ///
    /// # Errors
    /// Any answer but a success, told as advice.
    pub async fn send(&self, request: Request) -> Result<Answer> {
        let asked = Instant::now();
        if !request.is_get() {
            return self.connection.line.change(&request, self.call.trace()).await;
        }
        let answer = self.ask(&request).await?;
        if request.is_for_self() {
            self.remember_self(&answer, asked);
        }
        Ok(answer)
    }

    async fn ask(&self, request: &Request) -> Result<Answer> {
        let trace = self.call.trace();
        match self.connection.line.ask(request, self.deadline, trace)? {
            Asked::Known(answer) => Ok(answer),
            Asked::UnderWay(seat) => {
                if let Some(other) = &seat.joined {
                    trace.shares(other);
                }
                wait::attend(seat, &self.call).await
            }
        }
    }

    /// Reads JSON from `path`, which starts with `/api/`.
    ///
    /// # Errors
    /// As [`send`](Self::send), and an answer that is no JSON.
    pub async fn get(&self, path: &str) -> Result<Value> {
        self.send(Request::get(path)).await?.json()
    }

    /// Puts ids where names stand, and the organization where none is named.
    pub(crate) async fn look_up(
        &self,
        params: &[&'static Param],
        arguments: &mut Map<String, Value>,
    ) -> Result<()> {
        // An organization first, then a site: the later ones are looked for in the earlier ones.
        for lookup in [Lookup::Org, Lookup::Site, Lookup::Device] {
            for param in params.iter().filter(|param| param.lookup() == Some(lookup)) {
                self.look_up_one(lookup, param.name, arguments).await?;
            }
        }
        Ok(())
    }
}
