use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};
use mistmcp_demo::DemoCloud;

use super::env_file::Environment;
use super::flags::Flags;
use super::output;
use crate::argument::Id;
use crate::catalog::Catalog;
use crate::mist::{Cloud, Clouds, Connection, Limits, Pool, Tokens};
use crate::reply::Rules;
use crate::session::{Mode, Session, Settings};

/// Everything that a server or a call needs.
pub(super) struct Configuration {
    pub(super) settings: Arc<Settings>,
    connection: Arc<Connection>,
    /// Where the demo cloud runs, it runs as long as this lives.
    pub(super) demo: Option<DemoCloud>,
}

impl Configuration {
    pub(super) async fn for_server(flags: &Flags, environment: &Environment) -> anyhow::Result<Self> {
        Self::new(flags, environment, flags.mode).await
    }

    /// For one call from the command line, which reaches every tool that the operator allows.
    pub(super) async fn for_call(flags: &Flags, environment: &Environment) -> anyhow::Result<Self> {
        Self::new(flags, environment, Mode::All).await
    }

    async fn new(flags: &Flags, environment: &Environment, mode: Mode) -> anyhow::Result<Self> {
        let settings = Arc::new(settings(flags, mode)?);
        let org_id = match &flags.org_id {
            Some(text) if !text.trim().is_empty() => Some(
                Id::parse(text)
                    .with_context(|| {
                        format!(
                            "`{text}` is no id of an organization; --org-id (or MISTMCP_ORG_ID) takes a UUID"
                        )
                    })?
                    .as_str()
                    .to_owned(),
            ),
            _ => None,
        };
        let demo = if flags.demo {
            Some(DemoCloud::start().await.context("the demo cloud cannot start")?)
        } else {
            None
        };
        let (cloud, tokens) = match &demo {
            Some(demo) => {
                if environment.get(TOKEN).is_some() {
                    output::error("note: with --demo, MIST_APITOKEN is not used.");
                }
                tracing::debug!(url = demo.url(), "the demo cloud listens");
                (
                    Clouds::only(&demo.url())?,
                    Tokens::parse(DemoCloud::TOKEN).map_err(|problem| anyhow!(problem))?,
                )
            }
            None => credentials(flags, environment)?,
        };
        let pool = Arc::new(Pool::new(limits(flags)));
        let connection = Arc::new(Connection::new(pool, cloud, tokens, org_id));
        Ok(Self { settings, connection, demo })
    }

    /// A session of this configuration's own token and cloud.
    pub(super) fn session(&self) -> Session {
        Session::new(Arc::clone(&self.settings), Arc::clone(&self.connection), true)
    }
}

const TOKEN: &str = "MIST_APITOKEN";

/// The settings alone, for what needs no cloud.
pub(super) fn settings(flags: &Flags, mode: Mode) -> anyhow::Result<Settings> {
    let catalog = Catalog::gather().context("the tools of this program clash")?;
    let rules = Rules {
        max_bytes: flags.max_result_bytes as usize,
        format: flags.format,
        show_secrets: flags.show_secrets,
    };
    Ok(Settings::new(catalog, mode, &flags.categories, rules)?)
}

fn limits(flags: &Flags) -> Limits {
    Limits {
        timeout: Duration::from_secs(flags.timeout),
        retry_wait: Duration::from_secs(flags.retry_wait),
        rate_limit: flags.rate_limit,
        max_response_bytes: flags.max_response_bytes as usize,
    }
}

fn credentials(flags: &Flags, environment: &Environment) -> anyhow::Result<(Cloud, Tokens)> {
    let mut clouds = Clouds::default();
    for cloud in flags.allow_cloud.iter().filter(|cloud| !cloud.trim().is_empty()) {
        clouds.allow(cloud).context("--allow-cloud (or MISTMCP_ALLOW_CLOUDS)")?;
    }
    let cloud = match flags.cloud.as_deref().map(str::trim) {
        None | Some("") => bail!(
            "no Mist cloud is named: set --cloud (or MIST_HOST) to the one whose portal you use, with `api.` in \
             place of `manage.`:\n{clouds}\nor try the demo, which needs none: mistmcp --demo"
        ),
        Some(text) => clouds.find(text).context("--cloud (or MIST_HOST)")?,
    };
    let Some(text) = environment.get(TOKEN) else {
        bail!(
            "no API token: make one at {} (Organization > Settings > API Token, or My Account) and set \
             {TOKEN} to it, in the environment or in .env\nor try the demo, which needs none: mistmcp --demo",
            cloud.portal()
        );
    };
    let tokens = Tokens::parse(&text).map_err(|problem| anyhow!("{TOKEN}: {problem}"))?;
    Ok((cloud, tokens))
}
