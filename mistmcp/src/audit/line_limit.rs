//! Rate limit of the lines that the clients of one address cause with tokens that Mist has not accepted ([`LineLimit`]).

use std::fmt::Display;
use std::sync::Arc;
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::AuditLog;
use crate::log_limit::LogLimit;
use crate::metrics::Metrics;

/// Lines of one address in a [`PERIOD`]. Further calls are counted in one line.
const LINES: u32 = 60;
const PERIOD: Duration = Duration::from_mins(1);

/// The lines of one address. It counts calls without a request to Mist whose token Mist has not accepted: clients can invent
/// tokens, and nothing else limits the rate of such calls.
#[derive(Debug)]
pub(crate) struct LineLimit {
    log: Arc<AuditLog>,
    metrics: Arc<Metrics>,
    address: String,
    period: Mutex<Option<LogLimit>>,
}

impl LineLimit {
    pub(crate) fn new(log: Arc<AuditLog>, metrics: Arc<Metrics>, address: impl Display) -> Self {
        Self { log, metrics, address: address.to_string(), period: Mutex::default() }
    }

    /// Takes a line. Returns false if it is left out, which is counted.
    pub(super) fn take(&self, now: Instant) -> bool {
        let mut current = self.period.lock();
        self.close_if_over(&mut current, now);
        let is_written = current.get_or_insert(LogLimit::new(LINES, PERIOD)).try_line(now);
        if !is_written {
            self.metrics.audit_line_omitted();
        }
        is_written
    }

    /// Writes how many lines were left out, if the period is over.
    pub(crate) fn sweep(&self, now: Instant) {
        self.close_if_over(&mut self.period.lock(), now);
    }

    /// The same, before it is over.
    pub(crate) fn end(&self) {
        self.close(&mut self.period.lock());
    }

    fn close_if_over(&self, current: &mut Option<LogLimit>, now: Instant) {
        if current.as_ref().is_some_and(|period| period.is_over(now)) {
            self.close(current);
        }
    }

    /// Ends a period. If the queue has no room for its number of omitted lines, the number goes into the next one.
    fn close(&self, current: &mut Option<LogLimit>) {
        let Some(mut period) = current.take().filter(|period| period.left_out() > 0) else { return };
        if !self.log.omitted(&self.address, period.left_out()) {
            period.begin(Instant::now());
            *current = Some(period);
        }
    }

    /// Whether nothing is counted.
    pub(crate) fn is_unused(&self) -> bool {
        self.period.lock().is_none()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::key::Key;

    #[tokio::test]
    async fn a_period_has_so_many_lines_and_the_number_of_the_others() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("log");
        let log = AuditLog::open(Some(path.clone()), false, Key::random()).unwrap();
        let limit = LineLimit::new(Arc::clone(&log), Arc::new(Metrics::new()), "192.0.2.1");
        let began = Instant::now();
        let at = |seconds| began + Duration::from_secs(seconds);
        let taken = |seconds, calls| (0..calls).filter(|_| limit.take(at(seconds))).count();
        assert!(limit.is_unused());
        assert_eq!([taken(0, 50), taken(59, 50)], [50, 10]);
        limit.sweep(at(59));
        assert!(!limit.is_unused(), "the period goes on");
        // The first call behind a period ends it, and so does the sweep.
        assert_eq!(taken(61, 70), 60);
        limit.sweep(at(121));
        assert!(limit.is_unused());
        assert_eq!(taken(200, 60), 60);
        limit.end();
        assert_eq!(taken(300, 61), 60);
        limit.end();
        log.close().await;
        let text = std::fs::read_to_string(path).unwrap();
        let omitted: Vec<serde_json::Value> =
            text.lines().map(|line| serde_json::from_str(line).unwrap()).collect();
        let numbers: Vec<_> = omitted.iter().filter_map(|line| line["omitted"].as_u64()).collect();
        assert_eq!(numbers, [40, 10, 1], "{text}");
        assert!(omitted.iter().all(|line| line["address"] == "192.0.2.1"), "{text}");
    }

    #[test]
    fn what_finds_no_room_in_the_queue_is_told_later() {
        let log = AuditLog::open(None, false, Key::random()).unwrap();
        let limit = LineLimit::new(Arc::clone(&log), Arc::new(Metrics::new()), "192.0.2.1");
        let room =
            Arc::clone(&log.room).try_acquire_many_owned(super::super::UNITS.try_into().unwrap()).unwrap();
        for _ in 0..=LINES {
            limit.take(Instant::now());
        }
        limit.end();
        let is_counted = || limit.period.lock().as_ref().is_some_and(|period| period.left_out() == 1);
        assert!(is_counted());
        assert!(limit.take(Instant::now()) && is_counted(), "a line of the next period leaves the number");
        drop(room);
        limit.end();
        assert!(limit.is_unused());
    }
}
