//! `mistmcp check`: checks settings, network, cloud and tokens, and prints a remedy for each problem.

mod account;
mod accounts;
mod cloud;
mod report;
mod server;
mod serving;
mod settings;
mod token;

use std::process::ExitCode;
use std::sync::Arc;
use std::time::Duration;

use super::demo::{self, DemoCloud};
use clap::Args;
use tokio::time::Instant;

use super::configuration::{self, TOKEN, limits, no_token};
use super::env_file::Environment;
use super::flags::Flags;
use super::{output, shutdown};
use crate::answers::count;
use crate::mist::{Cloud, Clouds, Network, Pool, Tokens};
use report::{Finding, Report};

/// Flags of `check`.
#[derive(Debug, Args)]
pub(super) struct CheckFlags {
    /// Print JSON, for scripts
    #[arg(long)]
    json: bool,

    /// Ask a running server whether it is ready, and nothing else [default: the one of --host and --port, over TLS with --tls-cert]
    #[arg(long, value_name = "URL|PATH", num_args = 0..=1)]
    #[expect(clippy::option_option, reason = "a flag whose value may be left out")]
    server: Option<Option<String>>,
}

/// Runs the checks and prints the findings. The exit code is 1 if one failed.
pub(super) async fn run(
    flags: &Flags,
    check: &CheckFlags,
    environment: &Environment,
) -> anyhow::Result<ExitCode> {
    let stop = shutdown::on_signal()?;
    let report = shutdown::unless_stopped(&stop, async {
        let mut report = Report::default();
        match &check.server {
            Some(url) => server::check(&mut report, flags, url.as_deref()).await,
            None => check_all(&mut report, flags, environment).await,
        }
        Ok(report)
    });
    let report = report.await?;
    if check.json {
        output::print(format!("{}\n", report.json()).as_bytes())?;
    } else {
        output::print_styled(&report.text())?;
    }
    Ok(if report.has_failed() { ExitCode::FAILURE } else { ExitCode::SUCCESS })
}

/// Runs all checks whose prerequisites are met.
async fn check_all(report: &mut Report, flags: &Flags, environment: &Environment) {
    settings::check(report, flags, environment);
    serving::check(report, flags, environment).await;
    if let Some(problem) = configuration::contradiction(flags) {
        report.add(Finding::failed("settings", problem));
    }
    if let Some(warning) = configuration::unused_oauth(flags) {
        report.add(Finding::warning("settings", warning));
    }
    let org_id = match configuration::org_id(flags) {
        Ok(org_id) => org_id,
        Err(error) => {
            report.add(Finding::failed("organization", format!("{error:#}")));
            None
        }
    };
    let demo = if flags.demo {
        match demo::start(flags).await {
            Ok(demo) => Some(demo),
            Err(error) => {
                report.add(Finding::failed("cloud", format!("{error:#}")));
                return;
            }
        }
    } else {
        None
    };
    if demo.is_none() && flags.accounts.is_some() {
        accounts::check(report, flags, environment, org_id).await;
        return;
    }
    let cloud = match &demo {
        Some(demo) => of_demo(report, demo),
        None if serving::takes_tokens_of_clients(flags) && !configuration::names_cloud(flags) => {
            // The start reads these as well.
            if let Err(error) = configuration::clouds(flags) {
                report.add(Finding::failed("cloud", format!("{error:#}")));
            }
            if let Err(error) = configuration::network(environment) {
                report.add(Finding::failed("network", error.to_string()));
            }
            report.add(Finding::ok(
                "cloud",
                "none here: the URL of a client names it, such as ?cloud=api.eu.mist.com",
            ));
            None
        }
        None => named_cloud(report, flags, environment),
    };
    let tokens = match &demo {
        Some(_) => Tokens::parse(DemoCloud::TOKEN).ok(),
        None if serving::takes_tokens_of_clients(flags) && environment.get(TOKEN).is_none() => {
            report.add(Finding::ok("tokens", "none here: clients send their own"));
            None
        }
        None => own_tokens(report, cloud.as_ref(), environment),
    };
    let Some(cloud) = cloud else { return };
    let network = match configuration::network(environment) {
        _ if demo.is_some() => Network::default(),
        Ok(network) => network,
        Err(error) => {
            report.add(Finding::failed("network", error.to_string()));
            return;
        }
    };
    let proxy = network.proxy(&cloud);
    let pool = Arc::new(Pool::new(limits(flags)).with_network(network));
    if !cloud::check_client(report, &pool, &cloud) {
        return;
    }
    // The time that the issuer takes, and the address of the server, is their own.
    let deadline = Instant::now() + Duration::from_secs(flags.timeout);
    let is_there = match &proxy {
        Some(proxy) => cloud::check_through_proxy(report, &pool, &cloud, proxy, deadline).await,
        None => cloud::check(report, &cloud, deadline).await,
    };
    if !is_there {
        return;
    }
    let Some(tokens) = tokens else { return };
    token::check(
        report,
        &token::TokenCheck { pool, cloud, org_id, deadline, account: None },
        "token",
        tokens,
    )
    .await;
}

fn of_demo(report: &mut Report, demo: &DemoCloud) -> Option<Cloud> {
    report.add(Finding::ok("cloud", "the demo's, inside this process (--demo)"));
    Clouds::only(&demo.url()).ok()
}

fn named_cloud(report: &mut Report, flags: &Flags, environment: &Environment) -> Option<Cloud> {
    let clouds = configuration::clouds(flags);
    let cloud = clouds.and_then(|clouds| match configuration::cloud(flags, &clouds)? {
        Some(cloud) => Ok(cloud),
        None => Err(anyhow::Error::msg(configuration::no_cloud(&clouds))),
    });
    match cloud {
        Ok(cloud) => {
            let given = flags.given.iter().find(|given| given.flag == "cloud");
            let from = given.map_or(String::new(), |given| {
                format!(", from {} {}", given.by(), given.origin.words(environment))
            });
            let org = configuration::org_id_of_cloud(flags).filter(|_| flags.org_id.is_none());
            let org = org.map_or(String::new(), |id| format!("; its URL names the organization {id}"));
            report.add(Finding::ok("cloud", format!("{cloud}{from}{org}")));
            Some(cloud)
        }
        Err(error) => {
            report.add(Finding::failed("cloud", format!("{error:#}")));
            None
        }
    }
}

fn own_tokens(report: &mut Report, cloud: Option<&Cloud>, environment: &Environment) -> Option<Tokens> {
    match (configuration::tokens(environment), cloud) {
        (Ok(Some(tokens)), _) => {
            let number = tokens.iter().count();
            let tokens_in_words = count(number, "token") + if number > 1 { ", used in turn" } else { "" };
            let origin = environment.origin(TOKEN).map_or(String::new(), |origin| origin.words(environment));
            report.add(Finding::ok("tokens", format!("{tokens_in_words}, from {TOKEN} {origin}")));
            Some(tokens)
        }
        (Ok(None), Some(cloud)) => {
            report.add(Finding::failed("tokens", no_token(cloud)));
            None
        }
        (Ok(None), None) => {
            let words = format!("{TOKEN} is not set, in the environment or in a file that --env-file names");
            report.add(Finding::failed("tokens", words));
            None
        }
        (Err(error), _) => {
            report.add(Finding::failed("tokens", format!("{error:#}")));
            None
        }
    }
}
