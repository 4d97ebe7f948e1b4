//! Validation of a client's tokens by a request to Mist ([`Acceptance`]).

use std::sync::Arc;
use std::time::Duration;

use super::api::paths::SELF;
use super::{Cloud, Connection, Mist, Pacer, Pool, Request, Tokens};
use crate::Call;
use crate::error::ErrorKind;

/// Check whether Mist accepts a client's tokens. Keeps their state alive while it exists.
#[derive(Debug)]
pub(crate) struct Acceptance(Arc<Connection>);

/// Result of the check.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
    /// Mist could not be asked; the result may stay unknown for this long.
    Unknown(Duration),
}

/// How long until Mist may be asked again.
const SOON: Duration = Duration::from_secs(10);

impl Acceptance {
    pub(crate) fn new(pool: &Arc<Pool>, cloud: &Cloud, tokens: &Tokens, pacer: &Arc<Pacer>) -> Self {
        let connection = Connection::new(Arc::clone(pool), cloud.clone(), tokens.clone(), None);
        Self(Arc::new(connection.paced(Arc::clone(pacer))))
    }

    /// Whether Mist has accepted one of the tokens, and not refused it since.
    pub(crate) fn is_accepted(&self) -> bool {
        self.0.dispatcher.leases.iter().any(|lease| lease.is_proven())
    }

    /// Asks Mist, if the pacer allows it.
    pub(crate) async fn verify(&self) -> Verdict {
        let mist = Mist::new(Arc::clone(&self.0), Call::unattended());
        let answer = mist.send(Request::get(SELF)).await;
        match answer {
            _ if self.is_accepted() => Verdict::Accepted,
            Err(error) if error.kind() == ErrorKind::Token => Verdict::Refused,
            _ => Verdict::Unknown(SOON),
        }
    }
}
