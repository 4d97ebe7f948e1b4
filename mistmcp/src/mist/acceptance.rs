use std::sync::Arc;
use std::time::Duration;

use super::{Cloud, Connection, Mist, Pacer, Pool, Request, Tokens};
use crate::Call;
use crate::error::ErrorKind;

/// Whether Mist accepts the tokens of a client. While it is held, what was found out is not forgotten.
#[derive(Debug)]
pub(crate) struct Acceptance(Arc<Connection>);

/// What Mist says of a token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Accepted,
    Refused,
    /// It could not be asked. It may be for so long.
    Unknown(Duration),
}

/// How long it may take until Mist can be asked again.
const SOON: Duration = Duration::from_secs(10);

impl Acceptance {
    pub(crate) fn new(pool: &Arc<Pool>, cloud: &Cloud, tokens: &Tokens, pacer: &Arc<Pacer>) -> Self {
        let connection = Connection::new(Arc::clone(pool), cloud.clone(), tokens.clone(), None);
        Self(Arc::new(connection.paced(Arc::clone(pacer))))
    }

    /// Whether Mist has accepted one of them, and not refused it since.
    pub(crate) fn is_accepted(&self) -> bool {
        self.0.line.leases.iter().any(|lease| lease.is_proven())
    }

    /// Asks Mist, where the pacer allows it.
    pub(crate) async fn ask(&self) -> Verdict {
        let mist = Mist::new(Arc::clone(&self.0), Call::unattended());
        let asked = mist.send(Request::get("/api/v1/self")).await;
        match asked {
            _ if self.is_accepted() => Verdict::Accepted,
            Err(error) if error.kind() == ErrorKind::Token => Verdict::Refused,
            _ => Verdict::Unknown(SOON),
        }
    }
}
