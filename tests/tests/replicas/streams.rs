//! A stream at one replica gets notifications of changes at another.

use futures_util::StreamExt;
use mistmcp_tests::{Lifecycle, soon};
use reqwest::{Method, Response};
use serde_json::json;

use crate::fixture::{Fixture, off, on};

const CHANGED: &str = "notifications/tools/list_changed";

/// Reads a stream up to `count` tool list notifications, and returns the text.
async fn response(stream: Response, count: usize) -> String {
    let mut text = String::new();
    let mut bytes = stream.bytes_stream();
    let reading = async {
        while text.matches(CHANGED).count() < count {
            text.push_str(&String::from_utf8_lossy(&bytes.next().await.unwrap().unwrap()));
        }
    };
    soon("word of a changed list", reading).await;
    text
}

#[tokio::test]
async fn a_stream_is_notified_of_changes_at_another_replica() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    let stream = alice.listen().await;
    let others = fixture.alice(0, "").open().await;
    let quiet = others.listen().await;
    let there = fixture.at(1, &alice);
    there.call("manageMcpTools", on("sites")).await;
    // Enabling an enabled category is no change.
    there.call("manageMcpTools", on("sites")).await;
    there.call("manageMcpTools", off("sites")).await;
    fixture.at(1, &others).tools().await;
    let text = response(stream, 2).await;
    assert_eq!(text.matches(CHANGED).count(), 2, "{text}");
    fixture.replicas[0].signal("TERM").await;
    let text = soon("the end of the stream", quiet.text()).await.unwrap();
    assert!(!text.contains(CHANGED), "{text}");
}

#[tokio::test]
async fn a_stream_at_any_replica_is_notified_of_all_changes() {
    let fixture = Fixture::start(3, "").await;
    let alice = fixture.alice(0, "").open().await;
    let stream = fixture.at(1, &alice).listen().await;
    assert_eq!(stream.status(), 200);
    alice.call("manageMcpTools", on("sites")).await;
    fixture.at(2, &alice).call("manageMcpTools", on("orgs")).await;
    fixture.at(1, &alice).call("manageMcpTools", off("orgs")).await;
    response(stream, 3).await;
}

#[tokio::test]
async fn a_stream_ends_with_its_session_wherever_that_is_ended() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    let stream = alice.listen().await;
    assert_eq!(fixture.at(1, &alice).end().await.status, 204);
    soon("the end of the stream", stream.text()).await.unwrap();
    assert_eq!(alice.ask("ping", json!({})).await.status, 404);
}

#[tokio::test]
async fn a_stream_at_one_replica_keeps_its_session_at_all() {
    let fixture = Fixture::start(2, "--session-idle 3").await;
    let alice = fixture.alice(0, "").open().await;
    alice.call("manageMcpTools", on("sites")).await;
    let stream = alice.listen().await;
    tokio::time::sleep(std::time::Duration::from_secs(9)).await;
    assert!(fixture.at(1, &alice).tools().await.contains(&"getSiteInfo".to_owned()));
    drop(stream);
}

#[tokio::test]
async fn stateless_subscriptions_get_no_notifications_of_sessions() {
    let fixture = Fixture::start(2, "").await;
    let listening = fixture.alice(0, "").lifecycle(Lifecycle::Stateless).listen().await;
    let stream = fixture.alice(0, "").open().await.listen().await;
    for replica in [0, 1] {
        fixture.alice(replica, "").open().await.call("manageMcpTools", on("sites")).await;
        fixture.bob(replica, "").open().await.call("manageMcpTools", on("orgs")).await;
    }
    // It ends with its replica, without an error, and is opened again at another one.
    fixture.replicas[0].signal("TERM").await;
    let text = soon("the end of the stream", listening.text()).await.unwrap();
    assert!(text.contains("notifications/subscriptions/acknowledged"), "{text}");
    assert!(text.contains(r#""resultType":"complete""#) && !text.contains(CHANGED), "{text}");
    soon("the end of the other stream", stream.text()).await.unwrap();
    assert_eq!(fixture.alice(1, "").lifecycle(Lifecycle::Stateless).listen().await.status(), 200);
}

#[tokio::test]
async fn a_broken_stream_is_opened_again_at_another_replica() {
    let fixture = Fixture::start(2, "").await;
    let alice = fixture.alice(0, "").open().await;
    let mut stream = alice.listen().await;
    // The first event carries the id with which a client resumes.
    let said = soon("a first event", stream.chunk()).await.unwrap().unwrap();
    let said = String::from_utf8_lossy(&said).into_owned();
    let last = said.lines().find_map(|line| line.strip_prefix("id:")).unwrap().trim().to_owned();
    drop(stream);
    for replica in [1, 0] {
        let there = fixture.at(replica, &alice);
        let again = there.request(Method::GET).header("Last-Event-ID", &last);
        let stream = soon("a stream", again.send()).await.unwrap();
        assert_eq!(stream.status(), 200);
        alice.call("manageMcpTools", if replica == 1 { on("sites") } else { off("sites") }).await;
        response(stream, 1).await;
    }
}
