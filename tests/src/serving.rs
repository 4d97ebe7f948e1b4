//! Running an axum router for a test: [`serve`].

use std::fmt::Debug;

use axum::Router;
use axum::serve::Listener;
use tokio::sync::oneshot;

/// Serves until the returned sender is dropped.
pub(crate) fn serve<L: Listener<Addr: Debug>>(listener: L, router: Router) -> oneshot::Sender<()> {
    let (stop, stopped) = oneshot::channel();
    tokio::spawn(async move {
        tokio::select! {
            served = axum::serve(listener, router) => served.unwrap(),
            _ = stopped => {}
        }
    });
    stop
}
