use std::fmt;
use std::sync::Arc;

use tokio_util::sync::CancellationToken;

/// One call of a tool: how its caller hears of it, and whether it still waits.
#[derive(Clone)]
pub struct Call {
    cancelled: CancellationToken,
    listener: Option<Arc<dyn Listener>>,
}

/// Whoever hears how far a call is.
pub(crate) trait Listener: Send + Sync {
    fn progress(&self, done: f64, total: Option<f64>, message: Option<String>);
}

impl Call {
    pub(crate) fn new(cancelled: CancellationToken, listener: Option<Arc<dyn Listener>>) -> Self {
        Self { cancelled, listener }
    }

    /// A call that nobody watches or cancels.
    pub fn unattended() -> Self {
        Self::new(CancellationToken::new(), None)
    }

    /// Tells the caller how far the call is, where it asked to hear of that.
    pub fn progress(&self, done: f64, total: Option<f64>, message: impl Into<String>) {
        if let Some(listener) = &self.listener {
            listener.progress(done, total, Some(message.into()));
        }
    }

    /// Whether the caller has given up. A call that has been given up is also dropped at its next wait.
    pub fn is_cancelled(&self) -> bool {
        self.cancelled.is_cancelled()
    }

    /// Returns when the caller gives up.
    pub async fn cancelled(&self) {
        self.cancelled.cancelled().await;
    }
}

impl fmt::Debug for Call {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.debug_struct("Call").field("cancelled", &self.is_cancelled()).finish_non_exhaustive()
    }
}
