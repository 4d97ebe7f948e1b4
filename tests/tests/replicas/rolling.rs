//! Rolling restart: replicas stop gracefully one after the other and start again, while clients call.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::time::Duration;

use futures_util::StreamExt;
use mistmcp_tests::{Balance, HttpClient, Lifecycle, soon};
use reqwest::StatusCode;
use tokio::task::JoinSet;

use crate::fixture::off;
use crate::service::{HELD, Service};
use crate::user::User;

const USERS: usize = 24;
const LISTENERS: usize = 6;
/// Enough that the stopping replica has some of them.
const LONG_CALLS: usize = 12;

/// Calls until stopped. Each call must succeed.
async fn keep_calling(user: Arc<User>, stop: Arc<AtomicBool>) -> usize {
    let mut calls = 0;
    while !stop.load(Ordering::Relaxed) {
        user.call(calls).await;
        calls += 1;
        tokio::time::sleep(Duration::from_millis(60)).await;
    }
    calls
}

/// Opens, uses and ends sessions, again and again.
async fn open_and_end(client: HttpClient, number: usize, stop: Arc<AtomicBool>) -> usize {
    let mut visits = 0;
    while !stop.load(Ordering::Relaxed) {
        let user = User::enter(client.clone(), number, Lifecycle::Legacy).await;
        user.call(visits).await;
        user.assert_unchanged().await;
        assert_eq!(user.client.end().await.status, 204);
        visits += 1;
    }
    visits
}

/// Reads a stream, and opens another one when it ends, which must be without an error.
async fn keep_listening(user: Arc<User>, ended: Arc<AtomicUsize>) {
    loop {
        let stream = user.client.listen().await;
        assert_eq!(stream.status(), StatusCode::OK);
        let mut events = stream.bytes_stream();
        while let Some(event) = events.next().await {
            event.unwrap();
        }
        ended.fetch_add(1, Ordering::SeqCst);
    }
}

async fn assert_nothing_lost(replicas: usize, balance: Balance) {
    let mut service = Service::start(replicas, balance, "").await;
    let users = service.users(USERS, Lifecycle::Legacy).await;
    let mut all = users.clone();
    all.extend(service.users(USERS / 4, Lifecycle::Stateless).await);
    let stop = Arc::new(AtomicBool::new(false));
    let mut calling: JoinSet<usize> =
        all.iter().map(|user| keep_calling(Arc::clone(user), Arc::clone(&stop))).collect();
    for number in 0..2 {
        calling.spawn(open_and_end(service.client(), 1_000 + number, Arc::clone(&stop)));
    }
    let ended = Arc::new(AtomicUsize::new(0));
    let listening: JoinSet<()> =
        users[..LISTENERS].iter().map(|user| keep_listening(Arc::clone(user), Arc::clone(&ended))).collect();

    for replica in 0..replicas {
        let turnstile = service.hold();
        let call = HELD + replica;
        let mut long: JoinSet<()> = users[..LONG_CALLS]
            .iter()
            .map(Arc::clone)
            .map(|user| async move { user.call(call).await })
            .collect();
        soon("the long calls", service.held(LONG_CALLS)).await;
        let ending = service.begin_shutdown(replica).await;
        turnstile.close();
        while let Some(answered) = long.join_next().await {
            answered.unwrap();
        }
        service.start_again(ending, replica).await;
        // Every call in flight has been answered, and none was sent twice.
        assert_eq!(service.held(0).await, 0);
    }
    stop.store(true, Ordering::Relaxed);
    let calls: usize = soon("the last calls", calling.join_all()).await.into_iter().sum();
    assert!(calls > all.len() * replicas, "{calls}");
    for user in &users {
        user.assert_unchanged().await;
    }
    // All streams have ended with their replicas, and are open again.
    let ended = ended.load(Ordering::SeqCst);
    assert!(ended >= LISTENERS, "{ended}");
    drop(listening);
    // Of somebody who has not listened yet: a second stream hears nothing until the first one's end is known of.
    let listener = &users[LISTENERS].client;
    let stream = listener.listen().await;
    let mut events = stream.bytes_stream();
    listener.call("manageMcpTools", off("sites")).await;
    let mut text = String::new();
    let response = async {
        while !text.contains("notifications/tools/list_changed") {
            text.push_str(&String::from_utf8_lossy(&events.next().await.unwrap().unwrap()));
        }
    };
    soon("word of a changed list", response).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_three_loses_no_call_and_no_session() {
    assert_nothing_lost(3, Balance::Random).await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn a_rolling_restart_of_two_with_sticky_sessions_loses_nothing() {
    assert_nothing_lost(2, Balance::BySession).await;
}
