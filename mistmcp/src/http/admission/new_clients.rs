//! Clients whose tokens Mist has not accepted yet: a small quota per address until it has. See [`ClientValidation`] and
//! [`NewClient`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;
use http::StatusCode;

use super::super::rejection::Rejection;
use super::Client;
use super::budget::BudgetPermit;
use super::limits::{UNPROVEN, UNPROVEN_AT_MOST};
use tokio::time::Instant;

use crate::Tokens;
use crate::mist::{Cloud, Pool, TokenStatus, TokenValidation, ValidationLimiter};
use crate::server::ClientAdmission;

/// Timeout for Mist to validate a token.
const VALIDATION_TIMEOUT: Duration = Duration::from_secs(10);
/// How often to check whether a call of the client has validated its token.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// The new-client permit of a session or stream, held until Mist has accepted its token.
#[derive(Debug)]
pub(in crate::http) struct NewClient {
    proof: ClientValidation,
    _permits: [BudgetPermit; 2],
}

/// Validation of the tokens of a client.
#[derive(Clone, Debug)]
pub(in crate::http) struct ClientValidation {
    client: Client,
    validation: Arc<TokenValidation>,
}

impl Client {
    /// Validation of these tokens. Requests to Mist are paced per client address.
    pub(in crate::http) fn proof(
        &self,
        pool: &Arc<Pool>,
        cloud: &Cloud,
        tokens: &Tokens,
    ) -> ClientValidation {
        let validation = TokenValidation::new(pool, cloud, tokens, &self.address.validation_limiter);
        ClientValidation { client: self.clone(), validation: Arc::new(validation) }
    }
}

impl ClientValidation {
    pub(in crate::http) fn is_accepted(&self) -> bool {
        self.validation.is_accepted()
    }

    /// Takes a permit for a session or a stream. None if the token has been accepted. If no permit is left for the
    /// address, Mist is asked to validate the token.
    pub(in crate::http) async fn admit(&self) -> Result<Option<NewClient>, Rejection> {
        if self.is_accepted() {
            return Ok(None);
        }
        let Client { admission, address } = &self.client;
        if let Some(permits) = address.new_clients.take(1).zip(admission.new_clients.take(1)) {
            return Ok(Some(NewClient { proof: self.clone(), _permits: permits.into() }));
        }
        match self.verify().await {
            TokenStatus::Accepted => Ok(None),
            TokenStatus::Refused => Err(Rejection::unauthorized(
                "Mist does not accept this API token: it is wrong, expired, or for another cloud. Tell the user.",
            )),
            TokenStatus::Unknown(wait) => Err(Rejection::new(
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

    /// Asks Mist to validate the token, with a timeout.
    async fn verify(&self) -> TokenStatus {
        let validation = tokio::time::timeout(VALIDATION_TIMEOUT, self.validation.verify());
        validation.await.unwrap_or(TokenStatus::Unknown(VALIDATION_TIMEOUT))
    }
}

impl NewClient {
    /// Waits until Mist has accepted the token, in a call of the client or in a validation request after a while.
    /// Returns false if Mist rejects it, or cannot be asked for too long. The permit is released.
    pub(in crate::http) async fn proven(self) -> bool {
        let opened = Instant::now();
        let mut verify_at = opened + UNPROVEN;
        loop {
            tokio::time::sleep(POLL_INTERVAL).await;
            if self.proof.is_accepted() {
                return true;
            }
            if Instant::now() < verify_at {
                continue;
            }
            match self.proof.verify().await {
                TokenStatus::Accepted => return true,
                TokenStatus::Refused => return false,
                TokenStatus::Unknown(_) if opened.elapsed() >= UNPROVEN_AT_MOST => return false,
                TokenStatus::Unknown(_) => verify_at = Instant::now() + UNPROVEN,
            }
        }
    }
}

#[async_trait]
impl ClientAdmission for Client {
    fn validation_limiter(&self) -> Arc<ValidationLimiter> {
        Arc::clone(&self.address.validation_limiter)
    }

    async fn stream_rejection(&self, pool: &Arc<Pool>, cloud: &Cloud, tokens: &Tokens) -> String {
        match self.proof(pool, cloud, tokens).admit().await {
            Err(rejection) => {
                let why = rejection.to_string();
                // The caller sends it as an MCP error.
                drop(rejection.counted(&self.admission.metrics));
                why
            }
            Ok(None) => std::future::pending().await,
            Ok(Some(permit)) => {
                if permit.proven().await {
                    return std::future::pending().await;
                }
                "This stream ends, since Mist has not accepted its API token. Call a tool first.".to_owned()
            }
        }
    }
}
