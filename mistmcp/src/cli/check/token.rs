//! Check of the tokens.

use std::collections::BTreeSet;
use std::sync::Arc;

use futures_util::future::join_all;
use tokio::time::{Instant, timeout_at};

use super::account::{Account, Usage};
use super::report::{Finding, Report};
use crate::error::ErrorKind;
use crate::mist::api::paths;
use crate::mist::{Answer, Cloud, Connection, Pool, Token, Tokens};
use crate::{Call, Error, Mist, Request};

/// Maximum clock skew in seconds before answers look older or newer than they are.
const MAX_CLOCK_SKEW: u64 = 60;

/// The parameters of a token check.
pub(super) struct TokenCheck {
    pub(super) pool: Arc<Pool>,
    pub(super) cloud: Cloud,
    pub(super) org_id: Option<String>,
    pub(super) deadline: Instant,
    /// The account of the tokens, if they are of an accounts file.
    pub(super) account: Option<CheckedAccount>,
}

/// What an accounts file says about the account of tokens.
pub(super) struct CheckedAccount {
    /// The only organizations that it is used for.
    pub(super) orgs: Option<Arc<BTreeSet<String>>>,
    /// Whether another account may see the organization of `--org-id`.
    pub(super) is_one_of_several: bool,
}

/// What a token sees.
pub(super) struct Seen {
    pub(super) account: Account,
    /// Whether it sees the organization of `--org-id`.
    pub(super) has_default: bool,
}

/// Reason for a missing answer.
enum NoAnswer {
    Refused(Error),
    /// The deadline has passed.
    Late,
}

/// Checks each token: whether Mist accepts it, its account, privileges and remaining calls; and the clock skew to Mist.
/// Returns what the first token that Mist accepts sees.
pub(super) async fn check(
    report: &mut Report,
    token_check: &TokenCheck,
    what: &str,
    tokens: Tokens,
) -> Option<Seen> {
    let tokens: Vec<_> = tokens.iter().cloned().collect();
    let names: Vec<_> = match tokens.len() {
        1 => vec![what.to_owned()],
        several => (1..=several).map(|number| format!("{what} {number}")).collect(),
    };
    let looked = join_all(names.iter().zip(tokens).map(|(name, token)| one(token_check, name, token))).await;
    let (mut seen, mut clock) = (Vec::<Seen>::new(), None);
    for (findings, of_token, of_clock) in looked {
        report.extend(findings);
        seen.extend(of_token);
        clock = clock.or(of_clock);
    }
    if let Some((first, others)) = seen.split_first()
        && others.iter().any(|other| !other.account.can_see_same(&first.account))
    {
        let words = "they may not see the same, and any of them may answer a call";
        report.add(
            Finding::warning("tokens", words).remedy("Give them the same organizations, sites and roles"),
        );
    }
    if let Some(clock) = clock {
        report.add(clock);
    }
    seen.into_iter().next()
}

/// What is found about one token, what it sees, and what its first answer tells of the clock.
async fn one(
    token_check: &TokenCheck,
    name: &str,
    token: Token,
) -> (Vec<Finding>, Option<Seen>, Option<Finding>) {
    let connection = Connection::new(
        Arc::clone(&token_check.pool),
        token_check.cloud.clone(),
        token,
        token_check.org_id.clone(),
    );
    let connection = Arc::new(connection);
    let mist = Mist::new(Arc::clone(&connection), Call::unattended());
    let answer = match request(token_check, &mist, paths::SELF).await {
        Ok(answer) => answer,
        Err(silence) => return (vec![unanswered(token_check, name, &silence)], None, None),
    };
    // Before what else is asked, which takes time.
    let clock = answer.date().map(|date| clock(date.as_second(), mist.now()));
    let Ok(Ok(account)) = answer.json().map(serde_json::from_value::<Account>) else {
        let words = "Mist's answer about it is none that can be read";
        let remedy =
            "A proxy or a portal may stand between: open the Mist portal in a browser on this network";
        return (vec![Finding::failed(name, words).remedy(remedy)], None, clock);
    };
    let words = format!("valid; {}; {}", account.owner(), account.privileges());
    let mut findings = vec![Finding::ok(name, connection.mask(words))];
    let beyond: Vec<_> = account.roles_beyond_reading().into_iter().collect();
    if !beyond.is_empty() {
        let words = format!("may do more than read (role {})", beyond.join(", "));
        findings.push(
            Finding::warning(name, words)
                .remedy(format!("The role read is enough: {} only reads", crate::identity::name())),
        );
    }
    let (has_default, of_org) = org(token_check, name, &mist, &account).await;
    findings.extend(of_org);
    findings.push(calls_left(token_check, name, &mist).await);
    (findings, Some(Seen { account, has_default }), clock)
}

async fn request(token_check: &TokenCheck, mist: &Mist, path: &str) -> Result<Answer, NoAnswer> {
    match timeout_at(token_check.deadline, mist.send(Request::get(path))).await {
        Ok(answer) => answer.map_err(NoAnswer::Refused),
        Err(_) => Err(NoAnswer::Late),
    }
}

fn unanswered(token_check: &TokenCheck, name: &str, silence: &NoAnswer) -> Finding {
    let cloud = &token_check.cloud;
    let error = match silence {
        NoAnswer::Refused(error) => error,
        NoAnswer::Late => {
            return Finding::failed(name, format!("{cloud} did not answer in time"))
                .remedy("Check the network, or allow for more time with --timeout");
        }
    };
    let first = sentence(error);
    match error.kind() {
        ErrorKind::Token => Finding::failed(name, format!("Mist refused it at {cloud}")).remedy(format!(
            "A token belongs to one cloud, and yours may be of another: look at the address of your portal, and name \
             that cloud with {}. If the cloud is right, the token was deleted or copied wrongly: make a new one {}",
            match token_check.account {
                Some(_) => "`cloud` of the account in the accounts file (or --cloud, where it has none)",
                None => "--cloud (or MIST_HOST)",
            },
            cloud.portal_in_words()
        )),
        ErrorKind::RateLimit => Finding::warning(name, first).remedy("Wait, and check again"),
        ErrorKind::Network => Finding::failed(name, first)
            .remedy(
                "Check network, firewall and proxy; the root certificate of a proxy that inspects TLS has to be trusted \
                 on this machine, or be in a PEM file that SSL_CERT_FILE names",
            ),
        ErrorKind::Deadline => Finding::failed(name, first).remedy("Check the network, or try again"),
        ErrorKind::Cloud => Finding::failed(name, first).remedy("Try again later; the token was not judged"),
        _ => Finding::failed(name, error.to_string()),
    }
}

/// What happened, without the advice for models that follows it.
fn sentence(error: &Error) -> String {
    let text = error.to_string();
    match text.split_once(". ") {
        Some((first, _)) => first.to_owned(),
        None => text.trim_end_matches('.').to_owned(),
    }
}

/// Whether the organization that calls mean by default is seen, and the finding about it.
async fn org(
    token_check: &TokenCheck,
    name: &str,
    mist: &Mist,
    account: &Account,
) -> (bool, Option<Finding>) {
    let of_file = token_check.account.as_ref();
    let allowed = of_file.and_then(|account| account.orgs.as_deref());
    let permits = |org: &str| allowed.is_none_or(|orgs| orgs.contains(org));
    let Some(org_id) = token_check.org_id.as_deref() else {
        let count = account.orgs().into_iter().filter(|org| permits(org)).count();
        let warning = (count > 1).then(|| {
            let words = format!("sees {count} organizations, so that each call has to name one");
            Finding::warning(name, words)
                .remedy("Set --org-id (or MISTMCP_ORG_ID) to the one that is usually meant")
        });
        return (false, warning);
    };
    let seen = || (true, Some(Finding::ok(name, format!("sees the organization of --org-id, {org_id}"))));
    if permits(org_id) && account.orgs().contains(org_id) {
        return seen();
    }
    let invisible = || {
        // Another account may see it.
        let finding = of_file.is_none_or(|account| !account.is_one_of_several).then(|| {
            let (problem, remedy) = if permits(org_id) {
                ("does not see", "take a token of that organization")
            } else {
                ("is not used for", "add that organization to `orgs` of the account")
            };
            Finding::failed(name, format!("{problem} the organization of --org-id, {org_id}"))
                .remedy(format!("Correct --org-id (or MISTMCP_ORG_ID), or {remedy}"))
        });
        (false, finding)
    };
    if !permits(org_id) || !account.can_see_unnamed_orgs() {
        return invisible();
    }
    match request(token_check, mist, &paths::organization(org_id)).await {
        Ok(_) => seen(),
        Err(NoAnswer::Refused(error))
            if matches!(error.kind(), ErrorKind::Permission | ErrorKind::Missing) =>
        {
            invisible()
        }
        Err(silence) => (false, Some(unanswered(token_check, name, &silence))),
    }
}

async fn calls_left(token_check: &TokenCheck, name: &str, mist: &Mist) -> Finding {
    let answer = match request(token_check, mist, paths::USAGE).await {
        Ok(answer) => answer,
        Err(silence) => return unanswered(token_check, name, &silence),
    };
    let Ok(Ok(usage)) = answer.json().map(serde_json::from_value::<Usage>) else {
        return Finding::warning(name, "Mist does not tell how many calls are left this hour");
    };
    let (left, limit) = usage.left();
    let minutes = 60 - mist.now().div_euclid(60).rem_euclid(60);
    let words = format!("{left} of {limit} calls are left this hour, which ends in {minutes} min");
    // The last 5 % are kept back, as the rate limit does.
    if left <= limit / 20 {
        return Finding::warning(name, words)
            .remedy("Wait for the next hour: the last ones are left to your portal");
    }
    Finding::ok(name, words)
}

/// Whether the clock, which shows `now`, agrees with Mist's, which shows `date`: both in epoch seconds.
fn clock(date: i64, now: i64) -> Finding {
    let (seconds, side) = (now.abs_diff(date), if now < date { "behind" } else { "ahead of" });
    if seconds > MAX_CLOCK_SKEW {
        return Finding::warning("clock", format!("{seconds} s {side} Mist's"))
            .remedy("Set this machine's clock: windows of time are reckoned from it");
    }
    Finding::ok("clock", "agrees with Mist's")
}

#[cfg(test)]
mod tests {
    use std::time::Duration;

    use tokio::io::{AsyncReadExt, AsyncWriteExt};
    use tokio::net::TcpListener;

    use super::*;
    use crate::mist::{Clouds, Limits};

    #[test]
    fn a_clock_that_goes_wrong_is_reported_with_its_side() {
        let summary = |now| format!("{:?}", clock(1_000, now));
        assert!(summary(1_060).contains("agrees") && summary(940).contains("agrees"));
        assert!(summary(1_300).contains("300 s ahead of"));
        assert!(summary(880).contains("120 s behind"));
    }

    #[tokio::test]
    async fn the_time_that_the_check_takes_is_no_difference_of_the_clocks() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let cloud = Clouds::only(&format!("http://{}", listener.local_addr().unwrap())).unwrap();
        let hour = Duration::from_hours(1);
        let server = tokio::spawn(async move {
            for (body, takes) in [
                (r#"{"privileges":[]}"#, Duration::ZERO),
                (r#"{"requests":1,"request_limit":9}"#, Duration::from_mins(2)),
            ] {
                let (mut socket, _) = listener.accept().await.unwrap();
                let _ = socket.read(&mut [0; 4096]).await;
                tokio::time::pause();
                tokio::time::advance(takes).await;
                tokio::time::resume();
                let answer = format!(
                    "HTTP/1.1 200 OK\r\nDate: Thu, 01 Jan 2026 10:20:00 GMT\r\nContent-Type: application/json\r\n\
                     Content-Length: {}\r\nConnection: close\r\n\r\n{body}",
                    body.len()
                );
                socket.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        let limits = Limits {
            timeout: hour,
            retry_wait: Duration::ZERO,
            rate_limit: 5_000,
            max_response_bytes: 1 << 20,
        };
        let pool = Arc::new(Pool::at_time(limits, "2026-01-01T10:20:00Z"));
        let deadline = Instant::now() + hour;
        let token_check = TokenCheck { pool, cloud, org_id: None, deadline, account: None };
        let mut report = Report::default();
        check(&mut report, &token_check, "token", Tokens::parse("a-t0ken").unwrap()).await;
        server.await.unwrap();
        let report = report.text();
        assert!(
            report.contains("8 of 9 calls are left") && report.contains("agrees with Mist's"),
            "{report}"
        );
    }
}
