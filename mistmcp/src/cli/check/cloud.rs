//! Connectivity check of the cloud.

use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

use super::report::{Finding, Report};
use crate::mist::{Cloud, Pool};

/// Timeout of a DNS lookup, or of a connection.
const TIMEOUT: Duration = Duration::from_secs(5);
/// Timeout of a response through a proxy.
const THROUGH_PROXY: Duration = Duration::from_secs(10);

/// Checks that the HTTP client can be made, which takes root certificates. Returns whether it can.
pub(super) fn check_client(report: &mut Report, pool: &Pool, cloud: &Cloud) -> bool {
    match pool.client_without_redirects(cloud.is_loopback()) {
        Ok(_) => true,
        Err(error) => {
            report.add(Finding::failed("network", error.to_string()));
            false
        }
    }
}

/// Checks the cloud through the proxy, with a request without a token. Returns whether it answered.
pub(super) async fn check_through_proxy(
    report: &mut Report,
    pool: &Pool,
    cloud: &Cloud,
    proxy: &str,
    deadline: Instant,
) -> bool {
    let started = Instant::now();
    let problem = match timeout_at(deadline.min(started + THROUGH_PROXY), pool.reach(cloud)).await {
        Ok(Ok(())) => {
            let took = started.elapsed().as_millis();
            let words = format!("{cloud} answered after {took} ms, through the proxy {proxy}");
            report.add(Finding::ok("network", words));
            return true;
        }
        Ok(Err(error)) => error.to_string(),
        Err(_) => "Nothing came back in time. Check that the proxy is there".to_owned(),
    };
    // With these the name is looked up here, and only the proxy may know it.
    let looks_up = [("socks5://", "socks5h"), ("socks4://", "socks4a")];
    let remote = looks_up.iter().find(|(scheme, _)| proxy.starts_with(scheme));
    let problem = match remote {
        Some((_, scheme)) => {
            format!("{problem} If only the proxy can look the name up, write `{scheme}://` in the variable")
        }
        None => problem,
    };
    let words = format!("{cloud} is not reached through the proxy {proxy}");
    report.add(Finding::failed("network", words).remedy(problem));
    false
}

/// Checks the cloud without a proxy: DNS lookup and TCP connection. Returns whether it could be reached.
pub(super) async fn check(report: &mut Report, cloud: &Cloud, deadline: Instant) -> bool {
    let host = cloud.base().host_str().unwrap_or_default().trim_matches(['[', ']']);
    let port = cloud.base().port_or_known_default().unwrap_or(443);
    let addresses = match within(deadline, lookup_host((host, port))).await {
        Ok(addresses) => addresses,
        Err(problem) => {
            let remedy = "Check the name, this machine's DNS, and whether a proxy is wanted (HTTPS_PROXY)";
            report
                .add(Finding::failed("network", format!("{host} has no address: {problem}")).remedy(remedy));
            return false;
        }
    };
    let addresses: Vec<SocketAddr> = addresses.collect();
    let started = Instant::now();
    match within(deadline, TcpStream::connect(addresses.as_slice())).await {
        Ok(connection) => {
            let address =
                connection.peer_addr().map_or_else(|_| host.to_owned(), |address| address.to_string());
            let words = format!(
                "connected to {address} in {} ms, without a proxy{}",
                started.elapsed().as_millis(),
                remark()
            );
            report.add(Finding::ok("network", words));
            true
        }
        Err(problem) => {
            let remedy = "Check firewall and VPN, and whether a proxy is wanted (HTTPS_PROXY)";
            let words = format!("{cloud} takes no connection: {problem}");
            report.add(Finding::failed("network", words).remedy(remedy));
            false
        }
    }
}

/// Remark about a proxy that is set for other connections only.
fn remark() -> &'static str {
    let is_set = |name| std::env::var_os(name).is_some_and(|value| !value.is_empty());
    if ["HTTP_PROXY", "http_proxy"].into_iter().any(is_set) {
        " (HTTP_PROXY is not used for Mist, which speaks HTTPS: that is HTTPS_PROXY)"
    } else {
        ""
    }
}

async fn within<T>(deadline: Instant, step: impl Future<Output = std::io::Result<T>>) -> Result<T, String> {
    let deadline = deadline.min(Instant::now() + TIMEOUT);
    match timeout_at(deadline, step).await {
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(_) => Err("nothing came back in time".to_owned()),
    }
}
