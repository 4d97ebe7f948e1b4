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

/// What every form of the program needs: the tools, Mist's clouds, and what the operator says of both.
pub(super) struct Configuration {
    pub(super) settings: Arc<Settings>,
    pub(super) pool: Arc<Pool>,
    pub(super) clouds: Clouds,
    /// The cloud that the operator named; the demo's where it runs.
    pub(super) cloud: Option<Cloud>,
    /// The operator's own tokens; the demo's where it runs.
    pub(super) tokens: Option<Tokens>,
    pub(super) org_id: Option<String>,
    /// Where the demo cloud runs, it runs as long as this lives.
    pub(super) demo: Option<DemoCloud>,
}

impl Configuration {
    /// Reads the flags; `mode` is how tools are loaded.
    pub(super) async fn read(flags: &Flags, environment: &Environment, mode: Mode) -> anyhow::Result<Self> {
        let settings = Arc::new(settings(flags, mode)?);
        let org_id = flags.org_id.as_deref().map(str::trim).filter(|text| !text.is_empty());
        let org_id = org_id.map(self::org_id).transpose()?;
        let mut clouds = Clouds::default();
        for cloud in flags.allow_cloud.iter().filter(|cloud| !cloud.trim().is_empty()) {
            clouds.allow(cloud).context("--allow-cloud (or MISTMCP_ALLOW_CLOUDS)")?;
        }
        let pool = Arc::new(Pool::new(limits(flags)));
        let mut configuration =
            Self { settings, pool, clouds, cloud: None, tokens: None, org_id, demo: None };
        if flags.demo {
            configuration.start_demo(environment).await?;
            return Ok(configuration);
        }
        if let Some(text) = flags.cloud.as_deref().map(str::trim).filter(|text| !text.is_empty()) {
            configuration.cloud = Some(configuration.clouds.find(text).context("--cloud (or MIST_HOST)")?);
        }
        if let Some(text) = environment.get(TOKEN) {
            let tokens = Tokens::parse(&text).map_err(|problem| anyhow!("{TOKEN}: {problem}"))?;
            configuration.tokens = Some(tokens);
        }
        Ok(configuration)
    }

    /// The same for somebody who reads answers in another form.
    pub(super) fn with_rules(self, rules: Rules) -> Self {
        let settings = Settings::clone(&self.settings).with_rules(rules);
        Self { settings: Arc::new(settings), ..self }
    }

    async fn start_demo(&mut self, environment: &Environment) -> anyhow::Result<()> {
        let demo = DemoCloud::start().await.context("the demo cloud cannot start")?;
        if environment.get(TOKEN).is_some() {
            output::error("note: with --demo, MIST_APITOKEN is not used.");
        }
        tracing::debug!(url = demo.url(), "the demo cloud listens");
        self.cloud = Some(Clouds::only(&demo.url())?);
        self.tokens = Some(Tokens::parse(DemoCloud::TOKEN).map_err(|problem| anyhow!(problem))?);
        self.demo = Some(demo);
        Ok(())
    }

    /// A session of the operator's own tokens and cloud.
    ///
    /// # Errors
    /// One of them is missing.
    pub(super) fn session(&self) -> anyhow::Result<Session> {
        let Some(cloud) = &self.cloud else {
            bail!(
                "no Mist cloud is named: set --cloud (or MIST_HOST) to the one whose portal you use, with `api.` in \
                 place of `manage.`:\n{}\nor try the demo, which needs none: mistmcp --demo",
                self.clouds
            )
        };
        let Some(tokens) = &self.tokens else { bail!(no_token(cloud)) };
        let (pool, tokens) = (Arc::clone(&self.pool), tokens.clone());
        let connection = Connection::new(pool, cloud.clone(), tokens, self.org_id.clone());
        Ok(Session::new(Arc::clone(&self.settings), Arc::new(connection), true))
    }
}

/// As much of an answer as a model is given to read, where nothing is said.
const MAX_RESULT_BYTES: u32 = 60_000;

/// Where the operator's own token stands. It has no flag.
pub(super) const TOKEN: &str = "MIST_APITOKEN";

/// Where one gets a token.
pub(super) fn no_token(cloud: &Cloud) -> String {
    format!(
        "no API token: make one at {} (Organization > Settings > API Token, or My Account) and set {TOKEN} to it, \
         in the environment or in .env\nor try the demo, which needs none: mistmcp --demo",
        cloud.portal()
    )
}

/// The settings alone, for what needs no cloud.
pub(super) fn settings(flags: &Flags, mode: Mode) -> anyhow::Result<Settings> {
    let catalog = Catalog::gather().context("the tools of this program clash")?;
    let rules = Rules {
        max_bytes: flags.max_result_bytes.unwrap_or(MAX_RESULT_BYTES) as usize,
        format: flags.format,
        show_secrets: flags.show_secrets,
    };
    Ok(Settings::new(catalog, mode, &flags.categories, rules)?)
}

fn org_id(text: &str) -> anyhow::Result<String> {
    let id = Id::parse(text).with_context(|| {
        format!("`{text}` is no id of an organization; --org-id (or MISTMCP_ORG_ID) takes a UUID")
    })?;
    Ok(id.as_str().to_owned())
}

fn limits(flags: &Flags) -> Limits {
    Limits {
        timeout: Duration::from_secs(flags.timeout),
        retry_wait: Duration::from_secs(flags.retry_wait),
        rate_limit: flags.rate_limit,
        max_response_bytes: flags.max_response_bytes as usize,
    }
}
