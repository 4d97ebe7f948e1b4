//! The client of Mist's API: one connection pool for all, deadlines on everything, and errors as advice.

mod advice;
mod answer;
mod budget;
mod cloud;
mod connection;
mod lookup;
mod names;
mod request;
mod retry;
mod token;

use std::sync::Arc;

pub(crate) use advice::for_deadline;
pub use answer::Answer;
pub(crate) use answer::Page;
pub use cloud::{Cloud, CloudError, Clouds};
pub use connection::{Connection, Limits, Pool};
pub use request::Request;
pub use token::Token;

use serde_json::{Map, Value};

use crate::Result;
use crate::argument::Lookup;
use crate::tool::Param;

/// Mist as one call sees it: with the token and the cloud of the session that called.
#[derive(Clone, Debug)]
pub struct Mist {
    connection: Arc<Connection>,
}

impl Mist {
    pub(crate) fn new(connection: Arc<Connection>) -> Self {
        Self { connection }
    }

    /// Sends a request and waits for the answer, trying a GET again where that can help.
    ///
    /// # Errors
    /// Any answer but a success, told as advice.
    pub async fn send(&self, request: Request) -> Result<Answer> {
        self.connection.send(&request).await
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
                self.connection.look_up(lookup, param.name, arguments).await?;
            }
        }
        Ok(())
    }
}
