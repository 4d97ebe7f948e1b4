//! Limits for clients from the flags ([`admission`]), and warnings of limits that have no effect ([`warnings`]).

use std::net::IpAddr;
use std::num::NonZeroU32;

use anyhow::bail;
use clap::{Args, Command};
use ipnet::{IpNet, Ipv4Net};

use super::filled;
use crate::cli::flags::HttpFlags;
use crate::http::AdmissionLimits;
use crate::quote;

/// The shortest prefixes of a trusted network: those of the largest private networks, 10.0.0.0/8 and fc00::/7.
const SHORTEST_PREFIX: (u8, u8) = (8, 7);

/// Admission limits for clients.
pub(super) fn admission(flags: &HttpFlags) -> anyhow::Result<AdmissionLimits> {
    Ok(AdmissionLimits {
        connections: flags.max_connections as usize,
        connections_per_address: flags.max_connections_per_address as usize,
        requests: flags.max_requests as usize,
        requests_per_address: flags.max_requests_per_address as usize,
        body_bytes: flags.max_body_bytes as usize,
        answer_bytes: flags.max_answer_bytes as usize,
        new_clients_per_address: flags.max_new_clients_per_address as usize,
        new_tokens_per_minute: NonZeroU32::new(flags.new_tokens_per_minute).unwrap_or(NonZeroU32::MIN),
        trusted_proxies: filled(&flags.trusted_proxy).map(proxy).collect::<anyhow::Result<_>>()?,
    })
}

/// The network of trusted proxies.
fn proxy(text: &str) -> anyhow::Result<IpNet> {
    let network = text.parse().or_else(|_| text.parse::<IpAddr>().map(IpNet::from));
    let Ok(network) = network else {
        bail!(
            "--trusted-proxy (or MISTMCP_TRUSTED_PROXY) is {}, which is no network: write `10.0.0.5` or `10.0.0.0/24`",
            quote::host(text)
        );
    };
    let network = mapped(network).unwrap_or(network);
    let shortest = match network {
        IpNet::V4(_) => SHORTEST_PREFIX.0,
        IpNet::V6(_) => SHORTEST_PREFIX.1,
    };
    if network.prefix_len() < shortest {
        bail!(
            "--trusted-proxy (or MISTMCP_TRUSTED_PROXY) is `{network}`, so that clients themselves would be trusted proxies \
             and could evade the limits of one address: write the addresses of your proxies alone, such as `10.0.0.5` \
             or `10.0.0.0/24`"
        );
    }
    Ok(network)
}

/// The network of IPv4 that one of IPv6 stands for, as a socket on `::` shows it.
fn mapped(network: IpNet) -> Option<IpNet> {
    let IpNet::V6(network) = network else { return None };
    let (address, length) = (network.addr().to_ipv4_mapped()?, network.prefix_len().checked_sub(96)?);
    Ipv4Net::new(address, length).ok().map(IpNet::V4)
}

/// Warnings of a limit for one client that is above the limit for all. A default is not the operator's mistake.
pub(super) fn warnings(flags: &HttpFlags) -> impl Iterator<Item = String> {
    let limits = [
        (
            "max-connections-per-address",
            flags.max_connections_per_address,
            "max-connections",
            flags.max_connections,
        ),
        ("max-requests-per-address", flags.max_requests_per_address, "max-requests", flags.max_requests),
        ("max-sessions-per-token", flags.max_sessions_per_token, "max-sessions", flags.max_sessions),
    ];
    let defaults = HttpFlags::augment_args(Command::new(""));
    let is_default = move |name: &str, value: u32| {
        let flag = defaults.get_arguments().find(|flag| flag.get_long() == Some(name));
        flag.is_some_and(|flag| {
            flag.get_default_values().iter().any(|default| *default == *value.to_string())
        })
    };
    limits.into_iter().filter(move |(name, value, _, total)| value > total && !is_default(name, *value)).map(
        |(name, value, of_all, total)| {
            format!(
                "--{name} is {value}, more than --{of_all}, {total}, so that one client can use up what all have \
                 together: lower the first, or raise the second"
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_mapped_network_is_one_of_ipv4() {
        for (text, wanted) in [
            ("::ffff:127.0.0.1", "127.0.0.1/32"),
            ("::ffff:10.0.0.0/104", "10.0.0.0/8"),
            ("::ffff:a00:5/128", "10.0.0.5/32"),
            ("2001:db8::/32", "2001:db8::/32"),
            ("10.0.0.5", "10.0.0.5/32"),
        ] {
            assert_eq!(proxy(text).unwrap().to_string(), wanted, "{text}");
        }
        for text in ["::ffff:0.0.0.0/96", "::ffff:10.0.0.0/103", "::/0"] {
            assert!(proxy(text).unwrap_err().to_string().contains("clients themselves"), "{text}");
        }
    }
}
