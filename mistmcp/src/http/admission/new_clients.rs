//! Clients whose tokens Mist has not accepted yet: few of them for each address, until Mist has.

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;

use super::super::rejection::Rejection;
use super::Client;
use super::budget::Part;
use super::limits::{UNPROVEN, UNPROVEN_AT_MOST};
use tokio::time::Instant;

use crate::Tokens;
use crate::mist::{Acceptance, Cloud, Pacer, Pool, Verdict};
use crate::server::ClientAdmission;

/// How long Mist may take to say whether it accepts a token.
const ASKING: Duration = Duration::from_secs(10);
/// How often it is looked at whether a call of the client's own has shown it.
const LOOK: Duration = Duration::from_secs(2);

/// A session's or stream's place among the new clients, until Mist has accepted its token.
#[derive(Debug)]
pub(in crate::http) struct NewClient {
    proof: Proof,
    _places: [Part; 2],
}

/// What shows whether Mist accepts the tokens of a client.
#[derive(Clone, Debug)]
pub(in crate::http) struct Proof {
    client: Client,
    acceptance: Arc<Acceptance>,
}

impl Client {
    /// What shows whether Mist accepts these tokens. Their questions are paced as those of this client's address.
    pub(in crate::http) fn proof(&self, pool: &Arc<Pool>, cloud: &Cloud, tokens: &Tokens) -> Proof {
        let acceptance = Acceptance::new(pool, cloud, tokens, &self.address.pacer);
        Proof { client: self.clone(), acceptance: Arc::new(acceptance) }
    }
}

impl Proof {
    pub(in crate::http) fn is_accepted(&self) -> bool {
        self.acceptance.is_accepted()
    }

    /// A place for a session or a stream; nothing where the token has been accepted. Where the address has no place
    /// left, Mist is asked whether it accepts the token.
    pub(in crate::http) async fn admit(&self) -> Result<Option<NewClient>, Rejection> {
        if self.is_accepted() {
            return Ok(None);
        }
        let Client { admission, address } = &self.client;
        if let Some(places) = address.new_clients.take(1).zip(admission.new_clients.take(1)) {
            return Ok(Some(NewClient { proof: self.clone(), _places: places.into() }));
        }
        match self.ask().await {
            Verdict::Accepted => Ok(None),
            Verdict::Refused => Err(Rejection::unauthorized(
                "Mist does not accept this API token: it is wrong, expired, or for another cloud. Tell the user.",
            )),
            Verdict::Unknown(wait) => Err(Rejection::new(
                StatusCode::TOO_MANY_REQUESTS,
                "new_clients",
                format!(
                    "This address has {} sessions and streams of tokens that Mist has not accepted yet, which is as many \
                     as it may have (--max-new-clients-per-address), and Mist cannot be asked about this one now. Try \
                     again in {} seconds.",
                    admission.limits.new_clients_per_address,
                    wait.as_secs().max(1)
                ),
            )),
        }
    }

    /// Asks Mist, and waits a short while for the answer.
    async fn ask(&self) -> Verdict {
        let asking = tokio::time::timeout(ASKING, self.acceptance.ask());
        asking.await.unwrap_or(Verdict::Unknown(ASKING))
    }
}

impl NewClient {
    /// Whether Mist accepts the token, by a call of the client's own, or by a question that is asked after a while; not
    /// where Mist cannot be asked for long. The place is given back.
    pub(in crate::http) async fn proven(self) -> bool {
        let opened = Instant::now();
        let mut ask_at = opened + UNPROVEN;
        loop {
            tokio::time::sleep(LOOK).await;
            if self.proof.is_accepted() {
                return true;
            }
            if Instant::now() < ask_at {
                continue;
            }
            match self.proof.ask().await {
                Verdict::Accepted => return true,
                Verdict::Refused => return false,
                Verdict::Unknown(_) if opened.elapsed() >= UNPROVEN_AT_MOST => return false,
                Verdict::Unknown(_) => ask_at = Instant::now() + UNPROVEN,
            }
        }
    }
}

#[async_trait]
impl ClientAdmission for Client {
    fn pacer(&self) -> Arc<Pacer> {
        Arc::clone(&self.address.pacer)
    }

    async fn hold_stream(&self, pool: &Arc<Pool>, cloud: &Cloud, tokens: &Tokens) -> String {
        match self.proof(pool, cloud, tokens).admit().await {
            Err(refusal) => {
                let why = refusal.to_string();
                // It goes out as MCP's error.
                drop(refusal.counted(&self.admission.metrics));
                why
            }
            Ok(None) => std::future::pending().await,
            Ok(Some(place)) => {
                if place.proven().await {
                    return std::future::pending().await;
                }
                "This stream ends, since Mist has not accepted its API token. Call a tool first.".to_owned()
            }
        }
    }
}
