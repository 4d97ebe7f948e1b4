//! Progress bar of `mistmcp call`.

use std::sync::Arc;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressDrawTarget, ProgressStyle};

use crate::call::{CallPeer, ClientRequest, Notification, ResponseFuture};
use crate::capability::Capability;
use crate::text::one_line;

/// Progress of a call on standard error, if that is a terminal.
pub(in crate::cli) struct Progress(ProgressBar);

impl Progress {
    pub(in crate::cli) fn new() -> Self {
        Self(ProgressBar::with_draw_target(None, ProgressDrawTarget::hidden()))
    }

    /// Shows the number of rows so far.
    pub(super) fn rows(&self, seen: usize, total: Option<u64>) {
        let style = if total.is_some() {
            "{bar:30} {human_pos} of {human_len} rows  {msg}"
        } else {
            "{human_pos} rows  {msg}"
        };
        if let Ok(style) = ProgressStyle::with_template(style) {
            self.0.set_style(style);
        }
        if let Some(total) = total {
            self.0.set_length(total);
        }
        self.0.set_message("");
        show(&self.0);
        self.0.set_position(seen as u64);
    }

    /// Removes the bar.
    pub(in crate::cli) fn end(&self) {
        self.0.finish_and_clear();
    }

    pub(in crate::cli) fn listener(&self) -> Arc<dyn CallPeer> {
        Arc::new(Waits(self.0.clone()))
    }
}

/// Where standard error is no terminal, it stays hidden.
fn show(bar: &ProgressBar) {
    if bar.is_hidden() {
        bar.set_draw_target(ProgressDrawTarget::stderr());
        bar.enable_steady_tick(Duration::from_millis(200));
    }
}

/// Shows what a call waits for.
struct Waits(ProgressBar);

impl CallPeer for Waits {
    fn notify(&self, notification: Notification) {
        if let Some((_, message)) = notification.progress() {
            self.0.set_message(one_line(&message).into_owned());
            show(&self.0);
        }
    }

    fn supports(&self, _capability: Capability) -> bool {
        false
    }

    fn request<'a>(&'a self, _key: &'a str, request: ClientRequest) -> ResponseFuture<'a> {
        Box::pin(async move { Err(request.capability.missing()) })
    }
}
