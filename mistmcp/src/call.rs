use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

use tokio_util::sync::CancellationToken;

/// One call of a tool: how its caller hears of it, and whether it still waits.
#[derive(Clone)]
pub struct Call {
    cancelled: CancellationToken,
    told: Option<Arc<Told>>,
}

/// Whoever hears how far a call is.
pub(crate) trait Listener: Send + Sync {
    fn progress(&self, done: f64, total: Option<f64>, message: Option<String>);
}

/// What a listener has heard.
struct Told {
    listener: Arc<dyn Listener>,
    last: Mutex<(f64, Option<f64>)>,
}

impl Call {
    pub(crate) fn new(cancelled: CancellationToken, listener: Option<Arc<dyn Listener>>) -> Self {
        let told = listener.map(|listener| Arc::new(Told { listener, last: Mutex::new((0.0, None)) }));
        Self { cancelled, told }
    }

    /// A call that nobody watches or cancels.
    pub fn unattended() -> Self {
        Self::new(CancellationToken::new(), None)
    }

    /// Tells the caller how far the call is, where it asked to hear of that.
    pub fn progress(&self, done: f64, total: Option<f64>, message: impl Into<String>) {
        if let Some(told) = &self.told {
            *told.last.lock().unwrap_or_else(PoisonError::into_inner) = (done, total);
            told.listener.progress(done, total, Some(message.into()));
        }
    }

    /// Tells the caller what the call waits for.
    pub(crate) fn note(&self, message: String) {
        // MCP has progress grow with each notification.
        const A_LITTLE: f64 = 0.001;
        if let Some(told) = &self.told {
            let (done, total) = {
                let mut last = told.last.lock().unwrap_or_else(PoisonError::into_inner);
                last.0 += A_LITTLE;
                *last
            };
            told.listener.progress(done, total, Some(message));
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
