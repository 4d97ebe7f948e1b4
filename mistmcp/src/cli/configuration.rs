//! Configuration from flags and environment: [`Configuration`].

use std::sync::Arc;
use std::time::Duration;

use anyhow::{Context, anyhow, bail};

use super::accounts::{Source, accounts_of};
use super::demo::{self, DemoCloud};
use super::env_file::Environment;
use super::exit::Usage;
use super::flags::{Flags, Transport};
use super::origin::{Given, Origin};
use super::output;
use crate::argument::Id;
use crate::catalog::Catalog;
use crate::identity::name;
use crate::known_tokens;
use crate::mist::{
    Accounts, Cloud, Clouds, Connection, Limits, LiveConnection, Network, NetworkError, Pool, Tokens,
};
use crate::placeholder::is_example;
use crate::quote;
use crate::reply::Rules;
use crate::session::{Mode, Session, Settings};
use crate::suggestion::listed;

/// Configuration of servers and subcommands: tools, clouds and tokens.
pub(super) struct Configuration {
    pub(super) settings: Arc<Settings>,
    pub(super) pool: Arc<Pool>,
    pub(super) clouds: Clouds,
    /// The cloud that the operator named; the demo's where it runs.
    pub(super) cloud: Option<Cloud>,
    /// The operator's own tokens; the demo's where it runs.
    pub(super) tokens: Option<Tokens>,
    pub(super) org_id: Option<String>,
    /// The accounts of the operator, used instead of tokens.
    pub(super) accounts: Option<Arc<Accounts>>,
    /// The demo cloud, which runs until it is dropped.
    pub(super) demo: Option<DemoCloud>,
}

impl Configuration {
    /// Reads the flags; `mode` is how tools are loaded.
    pub(super) async fn read(flags: &Flags, environment: &Environment, mode: Mode) -> anyhow::Result<Self> {
        let settings = Arc::new(settings(flags, mode)?);
        let org_id = org_id(flags)?;
        let clouds = clouds(flags)?;
        let pool = Pool::new(limits(flags));
        // The demo cloud is on this machine, so no proxy applies.
        let pool = Arc::new(if flags.demo { pool } else { pool.with_network(network(environment)?) });
        let mut configuration =
            Self { settings, pool, clouds, cloud: None, tokens: None, org_id, accounts: None, demo: None };
        if let Some(problem) = contradiction(flags) {
            return Err(Usage::of(anyhow!(problem)));
        }
        if flags.demo {
            configuration.start_demo(flags, environment).await?;
            return Ok(configuration);
        }
        configuration.cloud = cloud(flags, &configuration.clouds)?;
        if let Some(source) = account_source(flags, environment)? {
            // Taken before reading, so that a change during the read is noticed.
            let state = source.state();
            let loaded = source.read().await?;
            let accounts = Arc::new(Accounts::new(accounts_of(&loaded)));
            for exposure in source.exposures() {
                output::error(&format!("warning: {}: {}.", exposure.words, exposure.remedy));
            }
            if flags.command.is_none() {
                let has_people = flags.transport == Transport::Http;
                source.watch((Arc::clone(&accounts), loaded), has_people, state)?;
            }
            if environment.get(TOKEN).is_some() {
                output::error("note: with --accounts, MIST_APITOKEN is not used.");
            }
            configuration.accounts = Some(accounts);
            return Ok(configuration);
        }
        configuration.tokens = tokens(environment)?;
        Ok(configuration)
    }

    /// This configuration with other rendering rules.
    pub(super) fn with_rules(self, rules: Rules) -> Self {
        let settings = Settings::clone(&self.settings).with_rules(rules);
        Self { settings: Arc::new(settings), ..self }
    }

    /// The same with the tools of extended categories loaded as well.
    pub(super) fn with_extended(self) -> Self {
        let settings = Settings::clone(&self.settings).with_extended();
        Self { settings: Arc::new(settings), ..self }
    }

    async fn start_demo(&mut self, flags: &Flags, environment: &Environment) -> anyhow::Result<()> {
        let demo = demo::start(flags).await?;
        if environment.get(TOKEN).is_some() {
            output::error("note: with --demo, MIST_APITOKEN is not used.");
        }
        tracing::debug!(url = demo.url(), "the demo cloud listens");
        self.cloud = Some(Clouds::only(&demo.url())?);
        self.tokens = Some(Tokens::parse(DemoCloud::TOKEN).map_err(|problem| anyhow!(problem))?);
        self.demo = Some(demo);
        Ok(())
    }

    /// The connection over all accounts, if there are any.
    pub(super) fn accounts(&self) -> Option<LiveConnection> {
        let (pool, org_id) = (Arc::clone(&self.pool), self.org_id.clone());
        self.accounts.clone().map(|accounts| LiveConnection { accounts, pool, org_id })
    }

    /// A session of the operator's own tokens and cloud.
    ///
    /// # Errors
    /// One of them is missing.
    pub(super) fn session(&self) -> anyhow::Result<Session> {
        if let Some(connection) = self.accounts().and_then(|accounts| accounts.now()) {
            return Ok(Session::new(Arc::clone(&self.settings), Arc::new(connection), true));
        }
        let Some(cloud) = &self.cloud else { bail!(no_cloud(&self.clouds)) };
        let Some(tokens) = &self.tokens else { bail!(no_token(cloud)) };
        let (pool, tokens) = (Arc::clone(&self.pool), tokens.clone());
        let connection = Connection::new(pool, cloud.clone(), tokens, self.org_id.clone());
        Ok(Session::new(Arc::clone(&self.settings), Arc::new(connection), true))
    }
}

/// What is wrong with flags that contradict each other.
pub(super) fn contradiction(flags: &Flags) -> Option<&'static str> {
    if flags.demo && flags.accounts.is_some() {
        return Some("--demo has an account of its own: leave --accounts (or MISTMCP_ACCOUNTS) out");
    }
    (!flags.demo && demo::is_changed(flags)).then_some(demo::NEEDS_DEMO)
}

/// The flags of OAuth that are given although clients are served over stdio, where they mean nothing.
pub(super) fn unused_oauth(flags: &Flags) -> Option<String> {
    let is_oauth = |given: &&Given| given.flag.starts_with("oauth-") && given.switch != Some(false);
    let given = flags.given.iter().filter(is_oauth).map(Given::by);
    let names: Vec<_> = given.filter(|_| flags.transport == Transport::Stdio).collect();
    (!names.is_empty()).then(|| {
        let names = listed(names.iter().map(String::as_str));
        format!("{names} mean nothing over stdio, where nobody signs in: add -t http, or leave them out")
    })
}

/// Default size limit of a reply for a model.
pub(super) const MAX_RESULT_BYTES: u32 = 60_000;

/// The variable of the operator's token. It has no flag.
pub(super) const TOKEN: &str = "MIST_APITOKEN";

/// Secrets of the shared Redis. They have no flag either.
pub(super) const REDIS_KEY: &str = "MISTMCP_REDIS_KEY";
pub(super) const REDIS_PASSWORD: &str = "MISTMCP_REDIS_PASSWORD";

/// The variables that have no flag.
pub(super) const WITHOUT_FLAG: [&str; 3] = [TOKEN, REDIS_KEY, REDIS_PASSWORD];

/// Error for a missing cloud, with the known ones.
pub(super) fn no_cloud(clouds: &Clouds) -> String {
    format!(
        "no Mist cloud is named: set --cloud (or MIST_HOST) to the one whose portal you use, with `api.` in place of \
         `manage.`:\n{clouds}\nor try the demo, which needs none: {} --demo",
        name()
    )
}

/// Error for a missing token, with the portal that creates one.
pub(super) fn no_token(cloud: &Cloud) -> String {
    format!(
        "no API token: make one {} (Organization > Settings > API Token, or My Account) and set {TOKEN} to it, \
         in the environment or in a file that you name (--env-file .env); `{program} install CLIENT` asks for it and keeps \
         it, and `{program} check` tells \
         whether Mist takes it\nor try the demo, which needs none: {program} --demo",
        cloud.portal_in_words(),
        program = name()
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
    Settings::new(catalog, mode, &flags.categories, rules)
        .context("--categories (or MISTMCP_TOOL_CATEGORIES)")
        .map_err(Usage::of)?
        .with_policy(&flags.tools, &flags.without_tools)
        .map_err(Usage::of)
}

/// The clouds that tokens may be sent to.
pub(super) fn clouds(flags: &Flags) -> anyhow::Result<Clouds> {
    let mut clouds = Clouds::default();
    for cloud in flags.allow_cloud.iter().filter(|cloud| !cloud.trim().is_empty()) {
        clouds.allow(cloud).context("--allow-cloud (or MISTMCP_ALLOW_CLOUDS)").map_err(Usage::of)?;
    }
    Ok(clouds)
}

/// Whether a cloud is named.
pub(super) fn names_cloud(flags: &Flags) -> bool {
    flags.cloud.as_deref().is_some_and(|text| !text.trim().is_empty())
}

/// The cloud that is named, if one is.
pub(super) fn cloud(flags: &Flags, clouds: &Clouds) -> anyhow::Result<Option<Cloud>> {
    let named = flags.cloud.as_deref().map(str::trim).filter(|text| !text.is_empty());
    named.map(|text| clouds.find(text).context("--cloud (or MIST_HOST)").map_err(Usage::of)).transpose()
}

/// The operator's own tokens, if there are any. They are masked from now on.
pub(super) fn tokens(environment: &Environment) -> anyhow::Result<Option<Tokens>> {
    let text = environment.get(TOKEN);
    let parse = |text: &String| Tokens::parse(text).map_err(|problem| anyhow!("{TOKEN}: {problem}"));
    let tokens = text.as_ref().map(parse).transpose();
    // Where one of them is wrong, the others are masked all the same. A word of an example, such as the name of the variable, is no
    // secret, and stands in messages.
    let written = text.iter().filter(|_| tokens.is_err()).flat_map(|text| text.split([',', ' ', '\t', '\n']));
    let written = written.filter(|text| !is_example(&text.to_lowercase()));
    let parsed = tokens.iter().flatten().flat_map(Tokens::exposed);
    known_tokens::set(known_tokens::Origin::Environment, parsed.chain(written));
    let tokens = tokens?;
    Ok(tokens)
}

/// The accounts file, if one is named.
pub(super) fn account_source(flags: &Flags, environment: &Environment) -> anyhow::Result<Option<Source>> {
    let Some(path) = flags.accounts.as_deref().filter(|path| !path.as_os_str().is_empty()) else {
        return Ok(None);
    };
    let clouds = clouds(flags)?;
    let cloud = cloud(flags, &clouds)?;
    Ok(Some(Source::new(path, clouds, cloud, environment)))
}

/// The default organization.
pub(super) fn org_id(flags: &Flags) -> anyhow::Result<Option<String>> {
    let Some(text) = flags.org_id.as_deref().map(str::trim).filter(|text| !text.is_empty()) else {
        let id = org_id_of_cloud(flags);
        let is_used = !flags.demo && id.is_none();
        if is_used && flags.cloud.as_deref().is_some_and(Clouds::names_organization) {
            return Err(Usage::of(anyhow!(
                "--cloud (or MIST_HOST) is a URL with an org_id that is no UUID: correct it, or leave it and what follows \
                 the host out"
            )));
        }
        return Ok(id);
    };
    if let Some(id) = Id::parse(text) {
        return Ok(Some(id.as_str().to_owned()));
    }
    // A URL of the portal or the API, as in MIST_HOST.
    if let Some(id) = Clouds::organization(text) {
        return Ok(Some(id));
    }
    let what = if quote::is_word(text) {
        format!("{}, which is no UUID", quote::word(text))
    } else {
        format!("{}, and no UUID", quote::described(text))
    };
    Err(Usage::of(anyhow!(
        "--org-id (or MISTMCP_ORG_ID) is {what}; it takes the id of an organization, such as \
         4ac1dcf4-9d8b-7211-65c4-057819f0862b, or a URL of the portal with `org_id=`"
    )))
}

/// The organization in a portal's address, if the cloud is given as one.
pub(super) fn org_id_of_cloud(flags: &Flags) -> Option<String> {
    Clouds::organization(flags.cloud.as_deref()?)
}

/// The proxy and the certificates on the way to Mist: of the environment, or of a file that was named.
pub(super) fn network(environment: &Environment) -> Result<Network, NetworkError> {
    Network::read(|name| {
        let only_found = environment.origin(name) == Some(Origin::File) && environment.named_path().is_none();
        environment.get(name).filter(|_| !only_found)
    })
}

pub(super) fn limits(flags: &Flags) -> Limits {
    Limits {
        timeout: Duration::from_secs(flags.timeout),
        retry_wait: Duration::from_secs(flags.retry_wait),
        rate_limit: flags.rate_limit,
        max_response_bytes: flags.max_response_bytes as usize,
    }
}
