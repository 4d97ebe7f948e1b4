//! Progress notifications while a call waits: for other calls of its token, a rate limit or a retry ([`WaitReporter`]).

use std::convert::Infallible;
use std::time::Duration;

use tokio::sync::watch;
use tokio::time::Instant;

use super::single_flight::{Expired, Waiter};
use crate::Call;

/// Interval of progress notifications.
const REPORT_INTERVAL: Duration = Duration::from_secs(5);

/// Sender of what a request waits for.
#[derive(Debug)]
pub(super) struct WaitReporter(watch::Sender<Option<Wait>>);

/// Receiver of what a request waits for.
pub(super) type Waiting = watch::Receiver<Option<Wait>>;

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Wait {
    /// For other calls of the same token.
    Queue,
    /// For Mist's rate limit.
    Limit(Instant),
    /// For the next attempt after a failure.
    Retry(Instant),
}

pub(super) fn wait_channel() -> (WaitReporter, Waiting) {
    let (sender, waiting) = watch::channel(None);
    (WaitReporter(sender), waiting)
}

impl WaitReporter {
    pub(super) fn report(&self, wait: Option<Wait>) {
        self.0.send_if_modified(|current| std::mem::replace(current, wait) != wait);
    }
}

impl Wait {
    fn message(self) -> String {
        let seconds =
            |until: Instant| until.saturating_duration_since(Instant::now()).as_secs_f64().round().max(1.0);
        match self {
            Self::Queue => "waiting for other calls of this API token".to_owned(),
            Self::Limit(until) => format!("waiting {} s for Mist's limit", seconds(until)),
            Self::Retry(until) => format!("Mist failed; trying again in {} s", seconds(until)),
        }
    }
}

/// Waits for an answer and reports the progress to `call`.
pub(super) async fn wait_for<T: Clone>(waiter: Waiter<T>, call: &Call) -> Result<T, Expired> {
    tokio::select! {
        biased;
        answer = waiter.answer => answer,
        never = report_progress(waiter.waiting, call) => match never {},
    }
}

async fn report_progress(mut waiting: Waiting, call: &Call) -> Infallible {
    loop {
        let wait = *waiting.borrow_and_update();
        let changed = match wait {
            Some(wait) => {
                call.note(wait.message());
                tokio::time::timeout(REPORT_INTERVAL, waiting.changed()).await
            }
            None => Ok(waiting.changed().await),
        };
        // The sender is gone: the answer is there, or about to be.
        if matches!(changed, Ok(Err(_))) {
            std::future::pending::<()>().await;
        }
    }
}

#[cfg(test)]
mod tests {
    use std::sync::{Arc, Mutex};

    use tokio_util::sync::CancellationToken;

    use super::super::single_flight::{SingleFlight, Times};
    use super::*;
    use crate::call::{CallPeer, ClientRequest, Notification, ResponseFuture};
    use crate::capability::Capability;
    use crate::trace::Trace;

    #[derive(Default)]
    struct RecordingListener(Mutex<Vec<(f64, String)>>);

    impl CallPeer for RecordingListener {
        fn notify(&self, notification: Notification) {
            self.0.lock().unwrap().extend(notification.progress());
        }

        fn supports(&self, _: Capability) -> bool {
            false
        }

        fn request<'a>(&'a self, _: &'a str, question: ClientRequest) -> ResponseFuture<'a> {
            Box::pin(async move { Err(question.capability.missing()) })
        }
    }

    #[tokio::test(start_paused = true)]
    async fn progress_is_reported_repeatedly_while_waiting() {
        let recorded = Arc::new(RecordingListener::default());
        let call = Call::new(CancellationToken::new(), Some(Arc::clone(&recorded) as Arc<dyn CallPeer>));
        call.progress(3.0, Some(10.0), "reading");
        let times = Times::of_request(Instant::now() + Duration::from_mins(5), Duration::from_mins(5));
        let waiter =
            SingleFlight::default().join("question", &Trace::default(), times, |waits, _| async move {
                for wait in [Wait::Limit, Wait::Retry] {
                    let until = Instant::now() + Duration::from_secs(12);
                    waits.report(Some(wait(until)));
                    tokio::time::sleep_until(until).await;
                }
                waits.report(Some(Wait::Queue));
                tokio::time::sleep(Duration::from_secs(1)).await;
                waits.report(None);
                tokio::time::sleep(Duration::from_mins(1)).await;
                7
            });
        assert_eq!(wait_for(waiter, &call).await, Ok(7));
        let recorded = recorded.0.lock().unwrap();
        let messages: Vec<_> = recorded.iter().map(|(_, message)| message.as_str()).collect();
        assert_eq!(
            messages,
            [
                "reading",
                "waiting 12 s for Mist's limit",
                "waiting 7 s for Mist's limit",
                "waiting 2 s for Mist's limit",
                "Mist failed; trying again in 12 s",
                "Mist failed; trying again in 7 s",
                "Mist failed; trying again in 2 s",
                "waiting for other calls of this API token",
            ]
        );
        assert!(recorded.is_sorted_by(|before, after| before.0 < after.0), "progress grows: {recorded:?}");
    }
}
