//! Clients whose tokens Mist has not accepted yet: a small quota per address until it has. See [`ClientValidation`] and
//! [`NewClient`].

use std::sync::Arc;
use std::time::Duration;

use async_trait::async_trait;

use super::super::rejection::Rejection;
use super::Client;
use super::budget::BudgetPermit;
use super::limits::{NEW_CLIENTS, UNACCEPTED, UNACCEPTED_AT_MOST};
use tokio::time::Instant;

use crate::Tokens;
use crate::audit::LineLimit;
use crate::mist::{Cloud, Pool, TokenStatus, TokenValidation, ValidationLimiter};
use crate::server::ClientAdmission;

/// Timeout for Mist to validate a token.
const VALIDATION_TIMEOUT: Duration = Duration::from_secs(10);
/// How often to check whether a call of the client has validated its token.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// The new-client permit of a session or stream, held until Mist has accepted its token.
#[derive(Debug)]
pub(in crate::http) struct NewClient {
    validation: ClientValidation,
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
    pub(in crate::http) fn validation(
        &self,
        pool: &Arc<Pool>,
        cloud: &Cloud,
        tokens: &Tokens,
    ) -> ClientValidation {
        let validation = TokenValidation::new(pool, cloud, tokens, &self.address.validation_limiter);
        ClientValidation { client: self.clone(), validation: Arc::new(validation) }
    }

    /// Takes a permit of the address, and one of the server.
    ///
    /// # Errors
    /// Which of them is used up.
    fn take_permits(&self) -> Result<[BudgetPermit; 2], String> {
        let Self { admission, address } = self;
        let of_address = address.new_clients.take(1).ok_or_else(|| {
            format!(
                "This address has {} sessions and streams of tokens that Mist has not accepted yet, which is as many as \
                 it may have (--max-new-clients-per-address)",
                admission.limits.new_clients_per_address
            )
        })?;
        let of_all = admission.new_clients.take(1).ok_or_else(|| {
            format!(
                "This server has {NEW_CLIENTS} sessions and streams of tokens that Mist has not accepted yet, of all \
                 addresses, which is as many as it holds"
            )
        })?;
        Ok([of_address, of_all])
    }
}

impl ClientValidation {
    pub(in crate::http) fn is_accepted(&self) -> bool {
        self.validation.is_accepted()
    }

    /// Takes a permit for a session or a stream. None if the token has been accepted. If no permit is left for the
    /// address, or in all, Mist is asked to validate the token.
    pub(in crate::http) async fn admit(&self) -> Result<Option<NewClient>, Rejection> {
        if self.is_accepted() {
            return Ok(None);
        }
        let used_up = match self.client.take_permits() {
            Ok(permits) => return Ok(Some(NewClient { validation: self.clone(), _permits: permits })),
            Err(used_up) => used_up,
        };
        match self.verify().await {
            TokenStatus::Accepted => Ok(None),
            TokenStatus::Refused => Err(Rejection::unauthorized(
                "Mist does not accept this API token: it is wrong, expired, or for another cloud. The settings of \
                 this client have to give another token, or the cloud of this one.",
            )),
            TokenStatus::Unknown(wait) => {
                let seconds = wait.as_secs().max(1);
                let message = format!(
                    "{used_up}, and Mist cannot be asked about this one now. Try again in {seconds} seconds."
                );
                Err(Rejection::too_many("new_clients", message).retry_after(seconds))
            }
        }
    }

    /// Asks Mist to validate the token, with a timeout.
    async fn verify(&self) -> TokenStatus {
        let validation = tokio::time::timeout(VALIDATION_TIMEOUT, self.validation.verify());
        validation.await.unwrap_or(TokenStatus::Unknown(VALIDATION_TIMEOUT))
    }
}

impl NewClient {
    /// Waits until Mist has accepted or refused the token, in a call of the client or in a validation request after a while.
    /// The status stays unknown if Mist cannot be asked for too long. The permit is released.
    pub(in crate::http) async fn status(self) -> TokenStatus {
        let opened = Instant::now();
        let mut verify_at = opened + UNACCEPTED;
        loop {
            tokio::time::sleep(POLL_INTERVAL).await;
            if self.validation.is_accepted() {
                return TokenStatus::Accepted;
            }
            if Instant::now() < verify_at {
                continue;
            }
            match self.validation.verify().await {
                TokenStatus::Unknown(_) if opened.elapsed() < UNACCEPTED_AT_MOST => {
                    verify_at = Instant::now() + UNACCEPTED;
                }
                status => return status,
            }
        }
    }
}

#[async_trait]
impl ClientAdmission for Client {
    fn validation_limiter(&self) -> Arc<ValidationLimiter> {
        Arc::clone(&self.address.validation_limiter)
    }

    fn line_limit(&self) -> Option<Arc<LineLimit>> {
        self.address.line_limit.clone()
    }

    async fn stream_rejection(&self, pool: &Arc<Pool>, cloud: &Cloud, tokens: &Tokens) -> String {
        match self.validation(pool, cloud, tokens).admit().await {
            Err(rejection) => {
                // The caller sends it as an MCP error.
                rejection.count(&self.admission.metrics);
                rejection.to_string()
            }
            Ok(None) => std::future::pending().await,
            Ok(Some(permit)) => {
                if permit.status().await == TokenStatus::Accepted {
                    return std::future::pending().await;
                }
                "This stream ends, since Mist has not accepted its API token. Call a tool first.".to_owned()
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use std::num::NonZeroU32;

    use super::super::{Admission, AdmissionLimits};
    use super::*;
    use crate::metrics::Metrics;

    fn client(admission: &Arc<Admission>, address: [u8; 4]) -> Client {
        Client { admission: Arc::clone(admission), address: admission.addresses.get(address.into()) }
    }

    #[test]
    fn the_limit_that_is_used_up_is_named() {
        let limits = AdmissionLimits {
            connections: 10,
            connections_per_address: 10,
            requests: 10,
            requests_per_address: 10,
            body_bytes: 1_000,
            answer_bytes: 1_000,
            new_clients_per_address: 1,
            new_tokens_per_minute: NonZeroU32::MIN,
            trusted_proxies: Vec::new(),
        };
        let admission = Admission::new(limits, Arc::new(Metrics::new()), None);
        let (first, second) = (client(&admission, [192, 0, 2, 1]), client(&admission, [192, 0, 2, 2]));
        let held = first.take_permits().unwrap();
        let used_up = first.take_permits().unwrap_err();
        assert!(used_up.contains("has 1 sessions") && used_up.contains("per-address"), "{used_up}");
        let others = admission.new_clients.take(NEW_CLIENTS - 1).unwrap();
        let used_up = second.take_permits().unwrap_err();
        assert!(used_up.contains("This server has 2048") && !used_up.contains("per-address"), "{used_up}");
        drop(held);
        // A permit of the address was not lost.
        assert!(second.take_permits().is_ok());
        drop(others);
        assert_eq!(admission.new_clients.used(), 0);
    }
}
