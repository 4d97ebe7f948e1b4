//! Validation of a client's tokens by a request to Mist ([`TokenValidation`]).

use std::sync::Arc;
use std::time::Duration;

use super::api::paths::SELF;
use super::{Cloud, Connection, Mist, Pool, Request, Tokens, ValidationLimiter};
use crate::Call;
use crate::error::ErrorKind;

/// Check whether Mist accepts a client's tokens. Keeps their state alive while it exists.
#[derive(Debug)]
pub(crate) struct TokenValidation(Arc<Connection>);

/// Result of the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum TokenStatus {
    Accepted,
    Refused,
    /// Mist could not be asked; the result may stay unknown for this long.
    Unknown(Duration),
}

/// How long until Mist may be asked again.
const SOON: Duration = Duration::from_secs(10);

impl TokenValidation {
    pub(crate) fn new(
        pool: &Arc<Pool>,
        cloud: &Cloud,
        tokens: &Tokens,
        validation_limiter: &Arc<ValidationLimiter>,
    ) -> Self {
        let connection = Connection::new(Arc::clone(pool), cloud.clone(), tokens.clone(), None);
        Self(Arc::new(connection.with_validation_limiter(Arc::clone(validation_limiter))))
    }

    /// Whether Mist has accepted one of the tokens, and not refused it since.
    pub(crate) fn is_accepted(&self) -> bool {
        self.0.is_accepted()
    }

    /// Asks Mist, if the rate limit allows it.
    pub(crate) async fn verify(&self) -> TokenStatus {
        let mist = Mist::new(Arc::clone(&self.0), Call::unattended());
        let answer = mist.send(Request::get(SELF)).await;
        match answer {
            _ if self.is_accepted() => TokenStatus::Accepted,
            Err(error) if error.kind() == ErrorKind::Token => TokenStatus::Refused,
            _ => TokenStatus::Unknown(SOON),
        }
    }
}
