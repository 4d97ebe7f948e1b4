use std::pin::pin;

use futures_util::poll;
use rmcp::model::ServerJsonRpcMessage;
use tokio::io::{AsyncBufReadExt, AsyncReadExt};

use super::super::queue::MAX_QUEUED_BYTES;
use super::*;

/// Far longer than anything here takes.
const LONG: Duration = Duration::from_mins(1);

fn pings(ids: std::ops::Range<u32>) -> Vec<u8> {
    let ping = |id| format!("{{\"jsonrpc\":\"2.0\",\"id\":{id},\"method\":\"ping\"}}\n").into_bytes();
    ids.flat_map(ping).collect()
}

fn answer(id: u32, length: usize) -> TxJsonRpcMessage<RoleServer> {
    let error = ErrorData::internal_error("x".repeat(length), None);
    ServerJsonRpcMessage::error(error, Some(RequestId::Number(id.into())))
}

#[tokio::test]
async fn no_request_is_read_while_too_many_bytes_of_answers_wait() {
    const LARGE: usize = 3 << 20;
    let input = pings(0..10);
    let (output, mut client) = tokio::io::duplex(64);
    let mut transport =
        LineTransport::new(std::io::Cursor::new(input), output, LONG, CancellationToken::new());
    let mut written = Vec::new();
    for id in 0..3 {
        assert!(transport.receive().await.is_some());
        let answer = transport.send(answer(id, LARGE));
        written.push(tokio::spawn(answer));
    }
    for _ in 0..3 {
        // It may be polled in vain, as rmcp does.
        assert!(poll!(pin!(transport.receive())).is_pending(), "9 MB wait");
        tokio::task::yield_now().await;
    }
    let reading = tokio::spawn(async move {
        let mut read = Vec::new();
        client.read_to_end(&mut read).await.map(|_| read.len())
    });
    for _ in 3..10 {
        assert!(tokio::time::timeout(LONG, transport.receive()).await.unwrap().is_some());
    }
    for written in written {
        written.await.unwrap().unwrap();
    }
    drop(transport);
    assert!(reading.await.unwrap().unwrap() > 3 * LARGE);
}

fn cancellation(id: u32) -> Vec<u8> {
    let cancelled = format!("\"method\":\"notifications/cancelled\",\"params\":{{\"requestId\":{id}}}");
    format!("{{\"jsonrpc\":\"2.0\",{cancelled}}}\n").into_bytes()
}

fn id(message: Option<ClientJsonRpcMessage>) -> Option<RequestId> {
    message?.into_request().map(|(_, id)| id)
}

#[tokio::test]
async fn requests_wait_while_too_many_have_no_answer() {
    let most = u32::try_from(MAX_CALLS).unwrap();
    let input = pings(0..1_000);
    let (output, mut client) = tokio::io::duplex(1 << 20);
    let mut transport =
        LineTransport::new(std::io::Cursor::new(input), output, LONG, CancellationToken::new());
    for _ in 0..most {
        assert!(poll!(pin!(transport.receive())).is_ready());
    }
    for answered in 0..3 {
        assert!(poll!(pin!(transport.receive())).is_pending(), "it is beyond the limit");
        transport.send(answer(answered, 1)).await.unwrap();
        let next = tokio::time::timeout(LONG, transport.receive()).await.unwrap();
        assert_eq!(id(next), Some(RequestId::Number((most + answered).into())));
    }
    // After the end of input as well.
    for answered in 3..1_000 - most {
        transport.send(answer(answered, 1)).await.unwrap();
        let next = tokio::time::timeout(LONG, transport.receive()).await.unwrap();
        assert_eq!(id(next), Some(RequestId::Number((most + answered).into())));
    }
    assert!(client.read_u8().await.is_ok());
}

#[tokio::test]
async fn responses_and_cancellations_are_read_while_requests_wait_and_others_are_refused() {
    let most = u32::try_from(MAX_CALLS).unwrap();
    let (mut input, received) = tokio::io::duplex(8 << 20);
    let (output, client) = tokio::io::duplex(8 << 20);
    let mut transport = LineTransport::new(received, output, LONG, CancellationToken::new());
    transport.is_started = true;
    input.write_all(&pings(0..most + 2)).await.unwrap();
    let long = "x".repeat(MAX_QUEUED_BYTES);
    let large = format!(
        "{{\"jsonrpc\":\"2.0\",\"id\":7777,\"method\":\"ping\",\"params\":{{\"_meta\":{{\"x\":\"{long}\"}}}}}}\n"
    );
    input.write_all(large.as_bytes()).await.unwrap();
    input.write_all(b"{\"jsonrpc\":\"2.0\",\"id\":1,\"result\":{}}\n").await.unwrap();
    input.write_all(&cancellation(most)).await.unwrap();
    for _ in 0..most {
        assert!(id(transport.receive().await).is_some());
    }
    let response = tokio::time::timeout(LONG, transport.receive()).await.unwrap().unwrap();
    assert!(matches!(response, JsonRpcMessage::Response(_)), "{response:?}");
    let cancelled = tokio::time::timeout(LONG, transport.receive()).await.unwrap().unwrap();
    assert!(matches!(cancelled, JsonRpcMessage::Notification(_)), "{cancelled:?}");
    let mut lines = tokio::io::BufReader::new(client).lines();
    let refused = tokio::time::timeout(LONG, lines.next_line()).await.unwrap().unwrap().unwrap();
    assert!(refused.contains("\"id\":7777") && refused.contains("busy"), "{refused}");
    // A cancellation frees a place. The request that was cancelled while it waited is not made.
    input.write_all(&cancellation(0)).await.unwrap();
    let cancelled = tokio::time::timeout(LONG, transport.receive()).await.unwrap().unwrap();
    assert!(matches!(cancelled, JsonRpcMessage::Notification(_)), "{cancelled:?}");
    let next = tokio::time::timeout(LONG, transport.receive()).await.unwrap();
    assert_eq!(id(next), Some(RequestId::Number((most + 1).into())));
}

#[tokio::test]
async fn an_id_of_a_request_without_an_answer_is_refused() {
    let most = u32::try_from(MAX_CALLS).unwrap();
    let queued = most + 1;
    let (mut input, received) = tokio::io::duplex(8 << 20);
    let (output, client) = tokio::io::duplex(8 << 20);
    let mut transport = LineTransport::new(received, output, LONG, CancellationToken::new());
    let mut lines = tokio::io::BufReader::new(client).lines();
    input.write_all(&pings(0..queued + 1)).await.unwrap();
    for _ in 0..most {
        assert!(id(transport.receive().await).is_some());
    }
    // One is in progress, and one waits.
    for used in [3, queued] {
        input.write_all(&pings(used..used + 1)).await.unwrap();
        assert!(poll!(pin!(transport.receive())).is_pending());
        assert!(poll!(pin!(transport.receive())).is_pending());
        let refused = tokio::time::timeout(LONG, lines.next_line()).await.unwrap().unwrap().unwrap();
        assert!(refused.contains(&format!("\"id\":{used},")) && refused.contains("-32600"), "{refused}");
        assert!(refused.contains("under way"), "{refused}");
    }
}

#[tokio::test]
async fn an_id_is_free_again_once_its_request_is_answered_or_cancelled() {
    let (mut input, received) = tokio::io::duplex(1 << 20);
    let (output, _client) = tokio::io::duplex(1 << 20);
    let mut transport = LineTransport::new(received, output, LONG, CancellationToken::new());
    transport.is_started = true;
    input.write_all(&[pings(3..5), cancellation(4), pings(3..5)].concat()).await.unwrap();
    let mut next = async |answer: Option<TxJsonRpcMessage<RoleServer>>| {
        // The client may read a response before the server learns that it is written.
        let sent = answer.map(|answer| transport.send(answer));
        let message = tokio::time::timeout(LONG, transport.receive()).await.unwrap();
        if let Some(sent) = sent {
            sent.await.unwrap();
        }
        id(message)
    };
    let number = |id: i64| Some(RequestId::Number(id));
    assert_eq!(next(None).await, number(3));
    assert_eq!(next(None).await, number(4));
    assert_eq!(next(None).await, None, "the cancellation");
    assert_eq!(next(Some(answer(3, 1))).await, number(3));
    assert_eq!(next(None).await, number(4));
}
