use std::net::SocketAddr;
use std::time::Duration;

use tokio::net::{TcpStream, lookup_host};
use tokio::time::{Instant, timeout_at};

use super::report::{Finding, Report};
use crate::mist::Cloud;

/// How long a look-up, or a connection, may take.
const PATIENCE: Duration = Duration::from_secs(5);

/// Whether the cloud is there: its name has an address, and that takes connections. Behind a proxy only the proxy
/// knows.
pub(super) async fn look(report: &mut Report, cloud: &Cloud, deadline: Instant) -> bool {
    if let Some(proxy) = cloud.proxy() {
        report.add(Finding::ok("network", format!("through the proxy {proxy}")));
        return true;
    }
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
            let words =
                format!("connected to {address} in {} ms, without a proxy", started.elapsed().as_millis());
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

async fn within<T>(deadline: Instant, step: impl Future<Output = std::io::Result<T>>) -> Result<T, String> {
    let deadline = deadline.min(Instant::now() + PATIENCE);
    match timeout_at(deadline, step).await {
        Ok(outcome) => outcome.map_err(|error| error.to_string()),
        Err(_) => Err("nothing came back in time".to_owned()),
    }
}
