//! Check of the accounts file and of each account.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use futures_util::future::join_all;
use tokio::time::Instant;

use super::cloud;
use super::report::{Finding, Report};
use super::token::{self, CheckedAccount, Seen, TokenCheck};
use crate::answers::count;
use crate::cli::accounts;
use crate::cli::configuration::{self, limits};
use crate::cli::env_file::Environment;
use crate::cli::flags::{Flags, Transport};
use crate::mist::{Account, Pool};
use crate::suggestion::listed;

/// Whether the file can be read, and for each account whether its cloud is reached and its tokens are accepted.
pub(super) async fn check(
    report: &mut Report,
    flags: &Flags,
    environment: &Environment,
    org_id: Option<String>,
) {
    let read = match configuration::account_source(flags, environment) {
        Ok(Some(source)) => {
            source.read().await.map(|loaded| (accounts::accounts_of(&loaded), source.exposures()))
        }
        Ok(None) => return,
        Err(error) => Err(error),
    };
    let (accounts, exposures) = match read {
        Ok(read) => read,
        Err(error) => return report.add(Finding::failed("accounts", format!("{error:#}"))),
    };
    let has_oauth = flags.http.oauth_issuer.is_some();
    let users = match flags.transport {
        Transport::Stdio => "; over stdio each of them is yours, whatever `users` and `groups` say",
        Transport::Http => "",
    };
    report.add(Finding::ok("accounts", count(accounts.len(), "account") + users));
    // The time that commands take for their tokens is their own.
    let deadline = Instant::now() + Duration::from_secs(flags.timeout);
    for exposure in exposures {
        report.add(Finding::warning(exposure.what, exposure.words).remedy(exposure.remedy));
    }
    // Without OAuth no account can be one that nobody may use.
    if has_oauth {
        for warning in accounts::warnings(&accounts) {
            report.add(Finding::warning("accounts", warning).remedy("Correct the accounts file"));
        }
    }
    let mut seen_by: BTreeMap<String, Vec<UserOfOrg>> = BTreeMap::new();
    let network = match configuration::network(environment) {
        Ok(network) => network,
        Err(error) => return report.add(Finding::failed("network", error.to_string())),
    };
    let (is_one_of_several, mut has_default, mut are_all_known) = (accounts.len() > 1, false, true);
    // All at once: a cloud that does not answer leaves the others their time.
    let checks = accounts.iter().map(|account| {
        let pool = Arc::new(Pool::new(limits(flags)).with_network(network.clone()));
        let of_file = CheckedAccount { orgs: account.orgs.clone(), is_one_of_several };
        let (cloud, org_id) = (account.cloud.clone(), org_id.clone());
        let token_check = TokenCheck { pool, cloud, org_id, deadline, account: Some(of_file) };
        let proxy = network.proxy(&account.cloud);
        async move {
            let mut report = Report::default();
            let seen = one(&mut report, &token_check, proxy.as_deref(), account).await;
            (account, report, seen)
        }
    });
    for (account, of_account, seen) in join_all(checks).await {
        report.append(of_account);
        let Some(seen) = seen else {
            are_all_known = false;
            continue;
        };
        has_default |= seen.has_default;
        let (seen, what) = (seen.account, named(account));
        let orgs = match &account.orgs {
            Some(orgs) => orgs.iter().cloned().collect(),
            None => seen.orgs().into_iter().map(str::to_owned).collect::<Vec<_>>(),
        };
        for org in orgs {
            if !seen.orgs().contains(org.as_str()) && !seen.can_see_unnamed_orgs() {
                let words = format!("`orgs` names {org}, which its token does not see");
                report.add(Finding::warning(&what, words).remedy("Correct `orgs`, or take another token"));
            }
            let (name, is_named) = (Arc::clone(&account.name), account.orgs.is_some());
            seen_by.entry(org).or_default().push(UserOfOrg { name, is_named });
        }
    }
    if let Some(org_id) = org_id.filter(|_| is_one_of_several && !has_default && are_all_known) {
        let words = format!("no account sees the organization of --org-id, {org_id}, or is used for it");
        let remedy = "Correct --org-id (or MISTMCP_ORG_ID), or `orgs` in the accounts file";
        report.add(Finding::failed("accounts", words).remedy(remedy));
    }
    for (org, users) in seen_by {
        // Accounts whose `orgs` name it are used before others.
        let is_named = users.iter().any(|user| user.is_named);
        let names: Vec<_> =
            users.iter().filter(|user| user.is_named == is_named).map(|user| &*user.name).collect();
        if names.len() > 1 {
            let names = match names.as_slice() {
                [one, other] => format!("{one} and {other}"),
                _ => listed(names),
            };
            let words = format!("{names} see the same organization, {org}");
            let remedy = "Say by `orgs` which account is used for it: a person with several gets an error in its place";
            report.add(Finding::warning("accounts", words).remedy(remedy));
        }
    }
}

/// Whether the cloud of an account is reached and takes its tokens. Returns what they see.
async fn one(
    report: &mut Report,
    token_check: &TokenCheck,
    proxy: Option<&str>,
    account: &Account,
) -> Option<Seen> {
    let (cloud, deadline) = (&token_check.cloud, token_check.deadline);
    if !cloud::check_client(report, &token_check.pool, cloud) {
        return None;
    }
    let is_there = match proxy {
        Some(proxy) => cloud::check_through_proxy(report, &token_check.pool, cloud, proxy, deadline).await,
        None => cloud::check(report, cloud, deadline).await,
    };
    if !is_there {
        return None;
    }
    token::check(report, token_check, &named(account), account.tokens.clone()).await
}

/// What findings call an account.
fn named(account: &Account) -> String {
    format!("account {}", account.name)
}

/// An account that is used for an organization.
struct UserOfOrg {
    name: Arc<str>,
    /// Whether `orgs` of the account name the organization.
    is_named: bool,
}
