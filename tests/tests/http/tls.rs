//! HTTPS, and the warning without it.

use std::time::Duration;

use mistmcp_tests::{HttpClient, HttpServer, Launch, MockUpstream, certificate, certificate_for, soon};
use reqwest::{Certificate, Client};
use serde_json::json;

use crate::fixture::ALICE;

const WARNING: &str = "in the clear";

/// A client that trusts only this certificate, with its own connection.
fn trusting(server: &HttpServer, certificate: &str) -> HttpClient {
    let client = HttpClient::with_token(server, "", ALICE);
    let certificate = Certificate::from_pem(certificate.as_bytes()).unwrap();
    client.by(Client::builder().no_proxy().tls_certs_only([certificate]).build().unwrap())
}

fn launch(upstream: &MockUpstream) -> Launch {
    Launch::at(upstream, "--tls-cert server.pem --tls-key server.key")
}

#[tokio::test]
async fn with_a_certificate_tokens_are_encrypted() {
    let upstream = MockUpstream::start().await;
    let (certificate, key) = certificate();
    let server = launch(&upstream).file("server.pem", &certificate).file("server.key", &key).serve().await;
    assert!(server.url("").starts_with("https://"), "{}", server.errors());
    let client = trusting(&server, &certificate).open().await;
    client.call("getSelf", json!({})).await;
    assert_eq!(upstream.take()[0].header("authorization"), format!("Token {ALICE}"));
    // A client that does not trust the certificate, or uses plain HTTP, is not served.
    let unknown_client = mistmcp_tests::certificate().0;
    assert!(trusting(&server, &unknown_client).request(reqwest::Method::POST).send().await.is_err());
    let mut socket = mistmcp_tests::RawSocket::open(server.address()).await;
    socket.send("GET /livez HTTP/1.1\r\nHost: localhost\r\n\r\n").await;
    assert!(!socket.rest().await.contains("live"));
    client.call("getSelf", json!({})).await;
}

#[tokio::test]
async fn the_health_check_accepts_a_certificate_for_another_name() {
    let upstream = MockUpstream::start().await;
    let (certificate, key) = certificate_for(&["mist-mcp.example.com"]);
    let server = launch(&upstream).file("server.pem", &certificate).file("server.key", &key).serve().await;
    let port = server.address().port().to_string();
    let finished = Launch::new("check --server")
        .variable("MISTMCP_PORT", &port)
        .variable("MISTMCP_TLS_CERT", "server.pem")
        .variable("MISTMCP_TLS_KEY", "server.key")
        .run()
        .await;
    assert_eq!(finished.code(), Some(0), "{}", finished.output());
    assert!(finished.output().contains("/readyz answers 200"), "{}", finished.output());
    let finished = Launch::new("check --server").variable("MISTMCP_PORT", &port).run().await;
    assert_eq!(finished.code(), Some(1), "{}", finished.output());
    assert!(
        finished.output().contains(&format!("--server https://127.0.0.1:{port}")),
        "{}",
        finished.output()
    );
    let without_tls = Launch::at(&upstream, "").serve().await;
    let plain = without_tls.address().port();
    let url = format!("https://127.0.0.1:{plain}");
    let finished = Launch::new("check --server").argument(&url).run().await;
    assert!(
        finished.output().contains(&format!("--server http://127.0.0.1:{plain}")),
        "{}",
        finished.output()
    );
}

#[tokio::test]
async fn a_changed_certificate_is_reloaded_and_an_invalid_one_ignored() {
    let upstream = MockUpstream::start().await;
    let (old, old_key) = certificate();
    let server = launch(&upstream).file("server.pem", &old).file("server.key", &old_key).serve().await;
    let client = trusting(&server, &old).open().await;
    let write = |name: &str, text: &str| std::fs::write(server.folder().join(name), text).unwrap();

    write("server.pem", "-----BEGIN CERTIFICATE-----\nnone\n");
    server.wait_until("that it is none", |text| text.contains("the old one serves on")).await;
    trusting(&server, &old).open().await;

    let (new, new_key) = certificate();
    write("server.key", &new_key);
    write("server.pem", &new);
    let changed = async {
        while trusting(&server, &new).request(reqwest::Method::GET).send().await.is_err() {
            tokio::time::sleep(Duration::from_millis(100)).await;
        }
    };
    soon("the new certificate", changed).await;
    trusting(&server, &new).open().await;
    assert!(trusting(&server, &old).request(reqwest::Method::GET).send().await.is_err());
    // Open sessions continue.
    client.call("getSelf", json!({})).await;
}

#[tokio::test]
async fn files_in_other_encodings_are_read_or_rejected_with_the_remedy() {
    let upstream = MockUpstream::start().await;
    let (certificate, key) = certificate();
    let marked = |text: &str| format!("\u{feff}{}", text.replace('\n', "\r\n"));
    // OpenSSL writes names before a PEM block, in any encoding.
    let named = [b"friendlyName: M\xfcller\n", certificate.as_bytes()].concat();
    for chain in [marked(&certificate).into_bytes(), named] {
        let server =
            launch(&upstream).file("server.pem", chain).file("server.key", marked(&key)).serve().await;
        trusting(&server, &certificate).open().await;
    }
    let utf16 = |text: &str| marked(text).encode_utf16().flat_map(u16::to_le_bytes).collect::<Vec<u8>>();
    let arguments = "-t http -p 0 --tls-cert server.pem --tls-key server.key";
    for (chain, private, what) in [
        (utf16(&certificate), key.clone().into_bytes(), "server.pem: it is UTF-16"),
        (certificate.clone().into_bytes(), utf16(&key), "server.key: it is UTF-16"),
        (certificate.clone().into_bytes(), vec![b'a'; 2 << 20], "server.key: it is larger than 1 MiB"),
    ] {
        let launch = Launch::at(&upstream, arguments).file("server.pem", chain).file("server.key", private);
        let finished = launch.run().await;
        assert!(finished.code() == Some(1) && finished.stderr.contains(what), "{what}: {}", finished.stderr);
    }
    #[cfg(unix)]
    {
        let launch = Launch::at(&upstream, arguments).file("server.pem", &certificate);
        let pipe = launch.folder().join("server.key");
        assert!(std::process::Command::new("mkfifo").arg(pipe).status().unwrap().success());
        let finished = launch.run().await;
        assert!(finished.stderr.contains("server.key: it is a named pipe"), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn invalid_certificate_files_fail_at_start() {
    let upstream = MockUpstream::start().await;
    let ((certificate, key), (_, others)) = (certificate(), self::certificate());
    let arguments = "-t http -p 0 --tls-cert server.pem --tls-key server.key";
    for (files, what) in [
        (vec![], "missing"),
        (vec![("server.pem", "no certificate"), ("server.key", &key)], "no certificate"),
        (vec![("server.pem", &*certificate), ("server.key", "no key")], "no key"),
        (vec![("server.pem", &*certificate), ("server.key", &others)], "another's key"),
    ] {
        let launch = files
            .iter()
            .fold(Launch::at(&upstream, arguments), |launch, (name, text)| launch.file(name, text));
        let finished = launch.run().await;
        assert_eq!(finished.code(), Some(1), "{what}: {finished:?}");
        for wanted in ["server.pem", "server.key", "--tls-cert"] {
            assert!(finished.stderr.contains(wanted), "{what}: {wanted}: {}", finished.stderr);
        }
        assert!(!finished.stderr.contains("MCP is at"), "{what}: {}", finished.stderr);
    }
    let finished = Launch::at(&upstream, "-t http -p 0 --tls-cert server.pem").run().await;
    assert!(finished.stderr.contains("--tls-key"), "{finished:?}");
}

#[tokio::test]
async fn listening_without_tls_beyond_loopback_logs_a_warning() {
    let upstream = MockUpstream::start().await;
    let server = Launch::at(&upstream, "--host 0.0.0.0").serve().await;
    let message = server.errors();
    assert!(message.contains(WARNING) && message.contains("--tls-cert"), "{message}");

    assert!(!Launch::at(&upstream, "").serve().await.errors().contains(WARNING));
    let (certificate, key) = certificate();
    let launch = Launch::at(&upstream, "--host 0.0.0.0 --tls-cert server.pem --tls-key server.key");
    let server = launch.file("server.pem", &certificate).file("server.key", &key).serve().await;
    assert!(!server.errors().contains(WARNING), "{}", server.errors());
}

#[cfg(unix)]
#[tokio::test]
async fn a_private_key_that_others_can_read_or_change_is_warned_of() {
    use std::os::unix::fs::PermissionsExt as _;

    let upstream = MockUpstream::start().await;
    let (certificate, key) = certificate();
    for (mode, is_told) in [(0o644, true), (0o660, true), (0o640, false), (0o600, false)] {
        let launch = launch(&upstream).file("server.pem", &certificate).file("server.key", &key);
        let permissions = std::fs::Permissions::from_mode(mode);
        std::fs::set_permissions(launch.folder().join("server.key"), permissions).unwrap();
        let errors = launch.serve().await.errors();
        assert_eq!(errors.contains("holds the private key of this server"), is_told, "{mode:o}: {errors}");
    }
}
