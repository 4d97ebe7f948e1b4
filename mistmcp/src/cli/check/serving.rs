//! Check of what a server needs beside clouds and tokens: the settings of HTTP and OAuth, the issuer, and the audit log.

use std::sync::Arc;

use super::report::{Finding, Report};
use crate::cli::configuration::{self, limits};
use crate::cli::env_file::Environment;
use crate::cli::flags::{Flags, Transport};
use crate::cli::serve_http::{self, OwnTokens};
use crate::cli::{audit_log, tool_limit};
use crate::http::check_issuer;
use crate::mist::Pool;

/// Whether a server with these settings would start, and its issuer answers.
pub(super) async fn check(report: &mut Report, flags: &Flags, environment: &Environment) {
    if let Ok(Err(problem)) =
        configuration::settings(flags, flags.mode).map(|it| tool_limit::some_listed(&it))
    {
        report.add(Finding::failed("tools", format!("{problem:#}")));
    }
    if let Some(problem) = audit_log::problem(flags) {
        report.add(Finding::failed("audit log", format!("{problem:#}")));
    }
    if flags.transport != Transport::Http {
        return;
    }
    // Mistakes in these have findings of their own.
    let cloud =
        configuration::clouds(flags).and_then(|clouds| configuration::cloud(flags, &clouds)).ok().flatten();
    let tokens = configuration::tokens(environment).ok().flatten();
    let own = OwnTokens { tokens: tokens.as_ref(), cloud: cloud.as_ref(), is_demo: flags.demo };
    let (problems, warnings, oauth) = serve_http::problems_and_warnings(flags, environment, &own).await;
    for problem in problems {
        report.add(Finding::failed("server", format!("{problem:#}")));
    }
    for warning in warnings {
        report.add(Finding::warning("server", warning));
    }
    let (Some(oauth), Ok(network)) = (oauth, configuration::network(environment)) else { return };
    let pool = Arc::new(Pool::new(limits(flags)).with_network(network));
    report.add(match check_issuer(&oauth, &pool).await {
        Ok(()) => Finding::ok("issuer", format!("{} answers, and its keys can be read", oauth.issuer)),
        Err(error) => {
            Finding::failed("issuer", format!("{error:#}")).remedy(
                "Correct --oauth-issuer (or MISTMCP_OAUTH_ISSUER) or the keys of the issuer, or let this machine reach it",
            )
        }
    });
}

/// Whether clients bring their own tokens, so that the server needs none.
pub(super) fn takes_tokens_of_clients(flags: &Flags) -> bool {
    flags.transport == Transport::Http && !flags.http.shared_token && !flags.demo
}
