//! Check of the accounts file and of each account.

use std::sync::Arc;

use tokio::time::Instant;

use super::cloud;
use super::report::{Finding, Report};
use super::token::{self, TokenCheck};
use crate::cli::configuration::{self, limits};
use crate::cli::env_file::Environment;
use crate::cli::flags::Flags;
use crate::mist::Pool;

/// Whether the file can be read, and for each account whether its cloud is reached and its tokens are accepted.
pub(super) async fn check(
    report: &mut Report,
    flags: &Flags,
    environment: &Environment,
    org_id: Option<String>,
    deadline: Instant,
) {
    let read = match configuration::account_source(flags, environment) {
        Ok(Some(source)) => source.read().await.map(|accounts| (accounts, source.exposure())),
        Ok(None) => return,
        Err(error) => Err(error),
    };
    let (accounts, exposure) = match read {
        Ok(read) => read,
        Err(error) => return report.add(Finding::failed("accounts", format!("{error:#}"))),
    };
    let count = accounts.len();
    let words = if count == 1 { "1 account".to_owned() } else { format!("{count} accounts") };
    report.add(Finding::ok("accounts", words));
    if let Some(exposure) = exposure {
        report.add(Finding::warning("token files", exposure).remedy("Keep each to its owner: chmod 600"));
    }
    let network = match configuration::network(environment) {
        Ok(network) => network,
        Err(error) => return report.add(Finding::failed("network", error.to_string())),
    };
    for account in accounts {
        let proxy = network.proxy(&account.cloud);
        let pool = Arc::new(Pool::new(limits(flags)).with_network(network.clone()));
        let is_there = match &proxy {
            Some(proxy) => cloud::check_through_proxy(report, &pool, &account.cloud, proxy, deadline).await,
            None => cloud::check(report, &account.cloud, deadline).await,
        };
        if is_there {
            let org_id =
                org_id.clone().filter(|org| account.orgs.as_ref().is_none_or(|orgs| orgs.contains(org)));
            let token_check = TokenCheck { pool, cloud: account.cloud, org_id, deadline };
            token::check(report, &token_check, &format!("account {}", account.name), account.tokens).await;
        }
    }
}
