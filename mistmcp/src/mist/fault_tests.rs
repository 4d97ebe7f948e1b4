//! Fault-injection tests with the demo cloud: the error of each failure, and that the next call works.

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use http::Method;
use mistmcp_demo::{DemoCloud, Fault};
use tokio::io::{AsyncReadExt, AsyncWriteExt};

use super::clock::Clock;
use super::{Clouds, Connection, Limits, Mist, Pool, Request, Token, Tokens};
use crate::call::CallsLeft;
use crate::{Call, ErrorKind};

const PATH: &str = "/api/v1/self/usage";

fn limits(retry_wait: Duration) -> Limits {
    let timeout = Duration::from_secs(20);
    Limits { timeout, retry_wait, rate_limit: 5_000, max_response_bytes: 1 << 20 }
}

fn mist(demo: &DemoCloud, retry_wait: Duration) -> Mist {
    connected(demo, DemoCloud::TOKEN, limits(retry_wait))
}

fn connected(demo: &DemoCloud, tokens: &str, limits: Limits) -> Mist {
    // The first test that runs installs it.
    let _ = rustls::crypto::ring::default_provider().install_default();
    let (cloud, tokens) = (Clouds::only(&demo.url()).unwrap(), Tokens::parse(tokens).unwrap());
    let pool = Arc::new(Pool::with_clock(limits, Clock::set("2026-01-01T10:20:00Z")));
    Mist::new(Arc::new(Connection::new(pool, cloud, tokens, None)), Call::unattended())
}

#[tokio::test]
async fn each_failure_ends_in_its_kind_of_error_and_the_next_call_works() {
    let demo = DemoCloud::start().await.unwrap();
    let mist = mist(&demo, Duration::ZERO);
    for (fault, kind) in [
        (Fault::status(400), ErrorKind::Request),
        (Fault::status(401), ErrorKind::Token),
        (Fault::status(403), ErrorKind::Permission),
        (Fault::status(404), ErrorKind::Missing),
        (Fault::too_many_requests(0), ErrorKind::RateLimit),
        (Fault::status(500), ErrorKind::Cloud),
        (Fault::status(502), ErrorKind::Cloud),
        (Fault::Html { status: 502 }, ErrorKind::Cloud),
        (Fault::Html { status: 200 }, ErrorKind::Cloud),
        (Fault::BrokenJson, ErrorKind::Cloud),
        (Fault::status(999), ErrorKind::Cloud),
        (Fault::CutOff, ErrorKind::Network),
        (Fault::Redirect { location: "http://127.0.0.1:1/".to_owned() }, ErrorKind::Cloud),
    ] {
        demo.fail_next(PATH, 1, fault.clone());
        let error = mist.get(PATH).await.unwrap_err();
        assert_eq!(error.kind(), kind, "{fault:?}: {error}");
        assert!(mist.get(PATH).await.is_ok(), "after {fault:?}");
    }
    demo.fail_next(PATH, 1, Fault::Empty);
    assert_eq!(mist.get(PATH).await, Ok(serde_json::Value::Null));
}

#[tokio::test]
async fn redirects_in_a_circle_end_and_are_named() {
    let demo = DemoCloud::start().await.unwrap();
    let mist = mist(&demo, Duration::from_secs(15));
    demo.fail_next(PATH, 100, Fault::Redirect { location: format!("{}{PATH}", demo.url()) });
    let error = mist.get(PATH).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cloud, "{error}");
    assert!(
        error.to_string().contains("too often") && !error.to_string().contains("another host"),
        "{error}"
    );
    assert_eq!(demo.requests().len(), 4, "it is not tried again");
}

#[tokio::test]
async fn an_answer_with_too_long_headers_is_asked_for_once() {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let (cloud, asked) =
        (format!("http://{}", listener.local_addr().unwrap()), Arc::new(AtomicUsize::new(0)));
    let count = Arc::clone(&asked);
    let server = tokio::spawn(async move {
        let answer = format!("HTTP/1.1 200 OK\r\nX-Long: {}\r\n\r\n", "x".repeat(2 << 20));
        loop {
            let (mut socket, _) = listener.accept().await.unwrap();
            count.fetch_add(1, Ordering::Relaxed);
            let _ = socket.read(&mut [0; 4096]).await;
            let _ = socket.write_all(answer.as_bytes()).await;
        }
    });
    let _ = rustls::crypto::ring::default_provider().install_default();
    let limits = limits(Duration::from_secs(15));
    let pool = Arc::new(Pool::with_clock(limits, Clock::set("2026-01-01T10:20:00Z")));
    let (cloud, token) = (Clouds::only(&cloud).unwrap(), Token::new(DemoCloud::TOKEN).unwrap());
    let mist = Mist::new(Arc::new(Connection::new(pool, cloud, token, None)), Call::unattended());
    let error = mist.get(PATH).await.unwrap_err();
    assert_eq!(error.kind(), ErrorKind::Cloud, "{error}");
    assert!(error.to_string().contains("longer headers"), "{error}");
    assert_eq!(asked.load(Ordering::Relaxed), 1);
    server.abort();
}

#[tokio::test]
async fn transient_failures_are_retried() {
    let demo = DemoCloud::start().await.unwrap();
    let mist = mist(&demo, Duration::from_secs(15));
    for fault in [
        Fault::status(503),
        Fault::Html { status: 502 },
        Fault::CutOff,
        Fault::too_many_requests(1),
        Fault::slow(Duration::from_millis(50)),
    ] {
        demo.fail_next(PATH, 1, fault.clone());
        assert!(mist.get(PATH).await.is_ok(), "{fault:?}");
    }
}

#[tokio::test]
async fn a_read_after_a_write_does_not_join_an_earlier_request() {
    let demo = DemoCloud::start().await.unwrap();
    let mist = mist(&demo, Duration::ZERO);
    demo.fail_next(PATH, 1, Fault::slow(Duration::from_secs(1)));
    let before = tokio::spawn({
        let mist = mist.clone();
        async move { mist.get(PATH).await }
    });
    while demo.requests().is_empty() {
        tokio::time::sleep(Duration::from_millis(5)).await;
    }
    // The demo is read-only; a failed write may have changed something as well.
    mist.send(Request::new(Method::POST, "/api/v1/self")).await.unwrap_err();
    mist.get(PATH).await.unwrap();
    before.await.unwrap().unwrap();
    let methods: Vec<_> = demo.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, ["GET", "POST", "GET"]);
}

#[tokio::test]
async fn a_read_after_a_cancelled_write_does_not_join_what_was_sent_before_it() {
    let demo = DemoCloud::start().await.unwrap();
    let mist = mist(&demo, Duration::ZERO);
    let never = Fault::slow(Duration::from_hours(1));
    demo.fail_next(PATH, 1, never.clone());
    demo.fail_next("/api/v1/self", 1, never);
    let spawn = |request: Request| {
        let mist = mist.clone();
        tokio::spawn(async move { mist.send(request).await })
    };
    let received = async |count| {
        while demo.requests().len() < count {
            tokio::time::sleep(Duration::from_millis(5)).await;
        }
    };
    let read = spawn(Request::get(PATH));
    received(1).await;
    let computing = tokio::spawn({
        let mist = mist.clone();
        async move { mist.computed("key".to_owned(), std::future::pending()).await }
    });
    while mist.connection.dispatcher.pool.computed.len() == 0 {
        tokio::task::yield_now().await;
    }
    let write = spawn(Request::new(Method::POST, "/api/v1/self"));
    received(2).await;
    write.abort();
    assert!(write.await.unwrap_err().is_cancelled());
    mist.get(PATH).await.unwrap();
    assert_eq!(mist.computed("key".to_owned(), async { Ok(1.into()) }).await, Ok(1.into()));
    let methods: Vec<_> = demo.requests().into_iter().map(|request| request.method).collect();
    assert_eq!(methods, ["GET", "POST", "GET"]);
    read.abort();
    computing.abort();
}

#[tokio::test]
async fn requests_are_taken_from_those_of_a_call_as_they_are_sent() {
    let demo = DemoCloud::start().await.unwrap();
    for (tokens, fault, count, sent) in [
        (DemoCloud::TOKEN.to_owned(), Fault::status(503), 2, 3),
        // A retry that is not made, since the wait is too long.
        (DemoCloud::TOKEN.to_owned(), Fault::too_many_requests(3_600), 1, 1),
        (DemoCloud::TOKEN.to_owned(), Fault::status(404), 1, 1),
        // Another token in place of one that is refused.
        (format!("t0ken-that-is-refused,{}", DemoCloud::TOKEN), Fault::status(401), 1, 2),
    ] {
        let mist = connected(&demo, &tokens, limits(Duration::from_secs(15)));
        mist.limit_calls(CallsLeft::new(9));
        assert!(mist.take_call());
        demo.fail_next(PATH, count, fault.clone());
        let _ = mist.get(PATH).await;
        assert_eq!((mist.requests_sent(), mist.calls_allowed()), (sent, 9 - sent), "{fault:?}");
    }
}

#[tokio::test]
async fn a_request_that_its_call_may_not_retry_is_sent_again_by_those_who_joined_it() {
    let demo = DemoCloud::start().await.unwrap();
    for (fault, faults, is_answered, sent) in [
        (Fault::status(502), 1, true, 2),
        (Fault::status(503), 1, true, 2),
        (Fault::status(504), 2, true, 3),
        // A retry would not help.
        (Fault::status(404), 1, false, 1),
        (Fault::status(403), 1, false, 1),
    ] {
        for others in [CallsLeft::UNLIMITED, 9] {
            let limited = mist(&demo, Duration::from_secs(15));
            limited.limit_calls(CallsLeft::new(1));
            assert!(limited.take_call());
            let other = Mist::new(Arc::clone(&limited.connection), Call::unattended());
            other.limit_calls(CallsLeft::new(others));
            let before = demo.requests().len();
            demo.fail_next(PATH, faults, fault.clone());
            let (first, joined) = tokio::join!(limited.get(PATH), other.get(PATH));
            assert!(first.is_err(), "{fault:?}: {first:?}");
            assert_eq!(joined.is_ok(), is_answered, "{fault:?}: {joined:?}");
            assert_eq!(demo.requests().len() - before, sent, "{fault:?}");
            assert_eq!(limited.requests_sent(), 1, "{fault:?}");
        }
    }
}

#[tokio::test]
async fn what_a_proxy_answers_does_not_tell_whether_a_token_is_accepted() {
    let demo = DemoCloud::start().await.unwrap();
    let away = Fault::Redirect { location: "http://127.0.0.1:1/".to_owned() };
    for (fault, is_accepted) in [
        (away, false),
        (Fault::Html { status: 200 }, false),
        (Fault::Html { status: 403 }, false),
        (Fault::Html { status: 404 }, false),
        (Fault::status(407), false),
        (Fault::status(408), false),
        (Fault::status(503), false),
        (Fault::status(999), false),
        (Fault::status(400), true),
        (Fault::status(403), true),
        (Fault::status(404), true),
        (Fault::Empty, true),
    ] {
        let mist = mist(&demo, Duration::ZERO);
        demo.fail_next(PATH, 1, fault.clone());
        let _ = mist.get(PATH).await;
        assert_eq!(mist.connection.is_accepted(), is_accepted, "{fault:?}");
    }
}

#[tokio::test]
async fn each_attempt_counts_against_the_rate_limit() {
    let demo = DemoCloud::start().await.unwrap();
    let limits = Limits { rate_limit: 2, ..limits(Duration::from_secs(15)) };
    let mist = connected(&demo, DemoCloud::TOKEN, limits);
    demo.fail_next(PATH, 10, Fault::status(503));
    let error = mist.get(PATH).await.unwrap_err();
    assert_eq!((error.kind(), demo.requests().len()), (ErrorKind::RateLimit, 2), "{error}");
}
