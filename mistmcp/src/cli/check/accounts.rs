//! Check of the accounts file and of each account.

use std::collections::BTreeMap;
use std::sync::Arc;

use tokio::time::Instant;

use super::cloud;
use super::report::{Finding, Report};
use super::token::{self, TokenCheck};
use crate::cli::accounts;
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
    // Over stdio all accounts are the user's.
    if flags.http.oauth_issuer.is_some() {
        for warning in accounts::warnings(&accounts) {
            report.add(Finding::warning("accounts", warning).remedy("Correct the accounts file"));
        }
    }
    let mut users_of_org: BTreeMap<String, Vec<Arc<str>>> = BTreeMap::new();
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
            let what = format!("account {}", account.name);
            let Some(seen) = token::check(report, &token_check, &what, account.tokens).await else {
                continue;
            };
            let orgs = match &account.orgs {
                Some(orgs) => orgs.iter().cloned().collect(),
                None => seen.orgs().into_iter().map(str::to_owned).collect::<Vec<_>>(),
            };
            for org in orgs {
                if !seen.orgs().contains(org.as_str()) && !seen.can_see_unnamed_orgs() {
                    let words = format!("`orgs` names {org}, which its token does not see");
                    report
                        .add(Finding::warning(&what, words).remedy("Correct `orgs`, or take another token"));
                }
                users_of_org.entry(org).or_default().push(Arc::clone(&account.name));
            }
        }
    }
    for (org, names) in users_of_org.into_iter().filter(|(_, names)| names.len() > 1) {
        let words = format!("{} see the same organization, {org}", names.join(" and "));
        let remedy =
            "Say by `orgs` which account is used for it: a person with both gets an error in its place";
        report.add(Finding::warning("accounts", words).remedy(remedy));
    }
}
