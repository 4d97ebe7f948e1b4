//! The proxy and the certificates on the way to Mist.

use mistmcp_tests::{ConnectPolicy, Finished, HttpServer, Launch, Proxy, TOKEN, certificate_for};

const HOST: &str = "api.eu.mist.com";

/// A server with a certificate for Mist's host, in Mist's place behind a proxy; and that certificate.
async fn behind() -> (HttpServer, String) {
    let (certificate, key) = certificate_for(&[HOST]);
    let launch = Launch::new("--demo --tls-cert server.pem --tls-key server.key --allow-host").argument(HOST);
    (launch.file("server.pem", &certificate).file("server.key", &key).serve().await, certificate)
}

fn check(arguments: &str) -> Launch {
    let launch = Launch::new("check --timeout 20 --retry-wait 0 --cloud").argument(HOST).arguments(arguments);
    launch.variable("MIST_APITOKEN", TOKEN)
}

async fn ends(launch: Launch) -> Finished {
    let finished = launch.run().await;
    let told = format!("{}{}", finished.output(), finished.stderr);
    assert!(!told.contains("hunter2") && !told.contains(TOKEN), "{told}");
    finished
}

fn network(finished: &Finished) -> &str {
    let is_line = |line: &&String| line.split_whitespace().nth(1) == Some("network");
    finished
        .stdout
        .iter()
        .find(is_line)
        .unwrap_or_else(|| panic!("{}\n{}", finished.output(), finished.stderr))
}

#[tokio::test]
async fn check_connects_to_the_cloud_through_a_proxy_of_either_kind() {
    let (server, certificate) = behind().await;
    let proxy = Proxy::start(ConnectPolicy::To(server.address())).await;
    let address = proxy.address();
    for (variable, value, asked) in [
        ("HTTPS_PROXY", format!("http://{address}"), "CONNECT api.eu.mist.com:443"),
        ("https_proxy", address.to_string(), "CONNECT api.eu.mist.com:443"),
        ("ALL_PROXY", format!("http://ada:hunter2@{address}/"), "Basic YWRhOmh1bnRlcjI="),
        ("all_proxy", format!("socks5h://{address}"), "SOCKS5 api.eu.mist.com:443"),
    ] {
        let launch = check("").file("roots.pem", &certificate).variable("SSL_CERT_FILE", "roots.pem");
        let finished = ends(launch.variable(variable, &value)).await;
        let line = network(&finished);
        assert!(line.starts_with("ok") && line.contains(&format!("{address} ({variable})")), "{line}");
        let all = proxy.requested();
        assert!(all.last().is_some_and(|last| last.contains(asked)), "{asked}: {all:?}");
    }
}

#[tokio::test]
async fn a_named_file_names_proxy_and_certificates_and_a_found_one_does_not() {
    let (server, certificate) = behind().await;
    let proxy = Proxy::start(ConnectPolicy::To(server.address())).await;
    let folder = tempfile::tempdir().unwrap();
    let roots = folder.path().join("roots.pem");
    std::fs::write(&roots, format!("\u{feff}{certificate}")).unwrap();
    let file = format!("HTTPS_PROXY=http://{}\nSSL_CERT_FILE='{}'\n", proxy.address(), roots.display());
    let finished = ends(check("--env-file mine.env").file("mine.env", &file)).await;
    assert!(network(&finished).starts_with("ok"), "{}", finished.output());
    let asked = proxy.requested().len();
    assert!(asked > 0);
    let found = ends(check("").variable("NO_PROXY", "*").file(".env", &file)).await;
    assert_eq!(proxy.requested().len(), asked, "{}", found.output());
    for name in ["HTTPS_PROXY in ", "SSL_CERT_FILE in "] {
        let is_told = |line: &String| line.contains(name) && line.contains("--env-file");
        assert!(found.stdout.iter().any(is_told), "{name}: {}", found.output());
    }
}

#[tokio::test]
async fn a_certificate_that_is_not_trusted_is_reported_with_its_variable() {
    let (server, _) = behind().await;
    let proxy = Proxy::start(ConnectPolicy::To(server.address())).await;
    let (other, _) = certificate_for(&[HOST]);
    let launch = check("").file("roots.pem", &other).variable("SSL_CERT_FILE", "roots.pem");
    let finished = ends(launch.variable("HTTPS_PROXY", &format!("http://{}", proxy.address()))).await;
    let line = network(&finished);
    assert!(
        line.starts_with("failed") && line.contains("not trusted") && line.contains("SSL_CERT_FILE"),
        "{line}"
    );
    assert_eq!(proxy.requested().len(), 1, "trying again cannot help");
    for (name, content) in [("empty.pem", "nothing"), ("other.pem", "")] {
        let launch = Launch::new("call getSelf --cloud").argument(HOST).variable("MIST_APITOKEN", TOKEN);
        let launch = launch.file("empty.pem", content).variable("SSL_CERT_FILE", name);
        let finished = ends(launch).await;
        assert!(finished.stderr.contains("SSL_CERT_FILE"), "{}", finished.stderr);
    }
}

#[tokio::test]
async fn a_proxy_that_refuses_is_reported_with_what_it_wants() {
    for (status, wanted) in [(407, "user name and a password"), (403, "does not connect to Mist")] {
        let proxy = Proxy::start(ConnectPolicy::Not(status)).await;
        let launch = check("").variable("HTTPS_PROXY", &format!("http://{}", proxy.address()));
        let finished = ends(launch).await;
        let line = network(&finished);
        assert!(
            line.starts_with("failed") && line.contains(wanted) && line.contains("HTTPS_PROXY"),
            "{line}"
        );
        assert_eq!(proxy.requested().len(), 1);
    }
}

#[tokio::test]
async fn what_cannot_be_read_as_a_proxy_stops_the_program_and_is_not_repeated() {
    for value in [
        "socks://hunter2:1",
        "${HTTPS_PROXY}",
        "http://hunter2:port",
        "http://wpad/hunter2.pac",
        "ftp://hunter2",
    ] {
        for arguments in ["", "call getSelf", "install cursor --print", "-t http -p 0"] {
            let launch =
                Launch::new("--cloud").argument(HOST).arguments(arguments).variable("HOME", "/nowhere");
            let finished = ends(launch.variable("MIST_APITOKEN", TOKEN).variable("HTTPS_PROXY", value)).await;
            assert_eq!(finished.code(), Some(1), "{arguments}: {}", finished.output());
            for wanted in ["HTTPS_PROXY", "socks5h://"] {
                assert!(finished.stderr.contains(wanted), "{wanted}: {}", finished.stderr);
            }
        }
        let checked = ends(check("").variable("ALL_PROXY", value)).await;
        assert!(network(&checked).contains("ALL_PROXY"), "{}", checked.output());
    }
    let demo = ends(Launch::new("call getSelf --demo").variable("HTTPS_PROXY", "${HTTPS_PROXY}")).await;
    assert_eq!(demo.code(), Some(0), "{}", demo.stderr);
}

#[cfg(target_os = "linux")]
#[tokio::test]
async fn a_blank_variable_of_certificates_is_none_and_a_wrong_one_is_named() {
    // Nothing listens there: with the client made, the proxy is what fails.
    let launch = || check("").variable("HTTPS_PROXY", "http://127.0.0.1:9");
    let unset = network(&ends(launch()).await).to_owned();
    assert!(!unset.contains("SSL_CERT_DIR"), "{unset}");
    for (name, value) in
        [("SSL_CERT_FILE", ""), ("SSL_CERT_FILE", " "), ("SSL_CERT_DIR", ""), ("SSL_CERT_DIR", ":")]
    {
        let blank = ends(launch().variable(name, value)).await;
        assert_eq!(network(&blank), unset, "{name}={value:?}");
    }
    let folder = tempfile::tempdir().unwrap();
    let empty = folder.path().to_str().unwrap();
    for (file, folders) in [(None, "/nope"), (Some(""), "/nope:/neither"), (None, empty)] {
        let launch = launch().variable("SSL_CERT_DIR", folders);
        let launch = if let Some(file) = file { launch.variable("SSL_CERT_FILE", file) } else { launch };
        let finished = ends(launch).await;
        let line = network(&finished);
        assert!(
            line.starts_with("failed") && line.contains("SSL_CERT_DIR") && line.contains("Unset it"),
            "{line}"
        );
        assert!(!line.contains("through the proxy"), "{line}");
        let call = Launch::new("call getSelf --cloud").argument(HOST).variable("MIST_APITOKEN", TOKEN);
        let called = ends(call.variable("SSL_CERT_DIR", folders)).await;
        assert!(called.stderr.contains("SSL_CERT_DIR"), "{}", called.stderr);
    }
}
