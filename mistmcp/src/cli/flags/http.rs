//! Flags of the server over HTTP.

use std::path::PathBuf;

use clap::builder::BoolishValueParser;
use clap::{ArgAction, Args};
use secrecy::SecretString;

use super::number::{MOST, whole};
use super::path::path;

pub(in crate::cli) const HTTP: &str = "HTTP (--transport http)";
pub(in crate::cli) const LIMITS: &str = "Limits of HTTP clients";

/// Flags of the HTTP transport.
#[derive(Debug, Args)]
pub(in crate::cli) struct HttpFlags {
    /// The address to listen on
    #[arg(long, env = "MISTMCP_HOST", default_value = "127.0.0.1", value_name = "ADDRESS", help_heading = HTTP)]
    pub(in crate::cli) host: String,

    /// The port to listen on; 0 takes a free one
    #[arg(short, long, env = "MISTMCP_PORT", default_value = "8000", help_heading = HTTP)]
    #[arg(value_parser = whole::<u16>(0..=65_535))]
    pub(in crate::cli) port: u16,

    /// A host name to accept, in addition to those of loopback (repeat it for several)
    #[arg(long, env = "MISTMCP_ALLOW_HOST", value_delimiter = ',', value_name = "HOST[:PORT]", help_heading = HTTP)]
    pub(in crate::cli) allow_host: Vec<String>,

    /// A web origin that may call the server, in addition to those of loopback (repeat it for several)
    #[arg(long, env = "MISTMCP_ALLOW_ORIGIN", value_delimiter = ',', value_name = "ORIGIN", help_heading = HTTP)]
    pub(in crate::cli) allow_origin: Vec<String>,

    /// A certificate with its chain, in PEM; read again when it changes
    #[arg(long, env = "MISTMCP_TLS_CERT", value_name = "PATH", requires = "tls_key", help_heading = HTTP)]
    #[arg(value_parser = path())]
    pub(in crate::cli) tls_cert: Option<PathBuf>,

    /// Its private key, in PEM
    #[arg(long, env = "MISTMCP_TLS_KEY", value_name = "PATH", requires = "tls_cert", help_heading = HTTP)]
    #[arg(value_parser = path())]
    pub(in crate::cli) tls_key: Option<PathBuf>,

    /// Call Mist with MIST_APITOKEN for clients that bring no token
    #[arg(long, env = "MISTMCP_SHARED_TOKEN", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    #[arg(help_heading = HTTP)]
    pub(in crate::cli) shared_token: bool,

    /// A secret that every client has to send; better set by its variable, which no process list shows
    #[arg(long, env = "MISTMCP_CLIENT_TOKEN", value_name = "SECRET", hide_env_values = true, help_heading = HTTP)]
    pub(in crate::cli) client_token: Option<SecretString>,

    /// OAuth: the issuer of the access tokens that clients have to send
    #[arg(long, env = "MISTMCP_OAUTH_ISSUER", value_name = "URL", help_heading = HTTP)]
    pub(in crate::cli) oauth_issuer: Option<String>,

    /// OAuth: the audience that tokens must have: the URL of this server as clients reach it; further values with commas
    #[arg(long, env = "MISTMCP_OAUTH_AUDIENCE", value_delimiter = ',', value_name = "URL", help_heading = HTTP)]
    pub(in crate::cli) oauth_audience: Vec<String>,

    /// OAuth: the scope that tokens need, or several with commas
    #[arg(long, env = "MISTMCP_OAUTH_SCOPE", value_name = "NAME", help_heading = HTTP)]
    pub(in crate::cli) oauth_scope: Option<String>,

    /// OAuth: the claim of a token that names the groups of a person; dots lead into nested claims
    #[arg(long, env = "MISTMCP_OAUTH_GROUPS_CLAIM", default_value = "groups", value_name = "NAME", help_heading = HTTP)]
    pub(in crate::cli) oauth_groups_claim: String,

    /// OAuth: let clients send a Mist token of their own in X-Authorization
    #[arg(long, env = "MISTMCP_OAUTH_OWN_TOKEN", value_parser = BoolishValueParser::new(), action = ArgAction::SetTrue)]
    #[arg(help_heading = HTTP)]
    pub(in crate::cli) oauth_own_token: bool,

    /// Sessions at once
    #[arg(long, env = "MISTMCP_MAX_SESSIONS", default_value = "10000", value_name = "N", help_heading = HTTP)]
    #[arg(value_parser = whole::<u32>(1..=MOST))]
    pub(in crate::cli) max_sessions: u32,

    /// Sessions at once of one token
    #[arg(long, env = "MISTMCP_MAX_SESSIONS_PER_TOKEN", default_value = "2500", value_name = "N")]
    #[arg(value_parser = whole::<u32>(1..=MOST), help_heading = HTTP)]
    pub(in crate::cli) max_sessions_per_token: u32,

    /// How long an idle session lasts
    #[arg(long, env = "MISTMCP_SESSION_IDLE", default_value = "1800", value_name = "SECONDS", help_heading = HTTP)]
    #[arg(value_parser = whole::<u64>(1..=604_800))]
    pub(in crate::cli) session_idle: u64,

    /// A proxy whose X-Forwarded-For or Forwarded header names the client's address (repeat it for several)
    #[arg(long, env = "MISTMCP_TRUSTED_PROXY", value_delimiter = ',', value_name = "CIDR", help_heading = HTTP)]
    pub(in crate::cli) trusted_proxy: Vec<String>,

    /// Connections at once; idle ones make room for new ones
    #[arg(long, env = "MISTMCP_MAX_CONNECTIONS", default_value = "8192", value_name = "N", help_heading = LIMITS)]
    #[arg(value_parser = whole::<u32>(1..=MOST))]
    pub(in crate::cli) max_connections: u32,

    /// Connections at once of one address (IPv6: of one /64)
    #[arg(long, env = "MISTMCP_MAX_CONNECTIONS_PER_ADDRESS", default_value = "512", value_name = "N")]
    #[arg(value_parser = whole::<u32>(1..=MOST), help_heading = LIMITS)]
    pub(in crate::cli) max_connections_per_address: u32,

    /// Requests and streams at once
    #[arg(long, env = "MISTMCP_MAX_REQUESTS", default_value = "8192", value_name = "N", help_heading = LIMITS)]
    #[arg(value_parser = whole::<u32>(1..=MOST))]
    pub(in crate::cli) max_requests: u32,

    /// Requests and streams at once of one address
    #[arg(long, env = "MISTMCP_MAX_REQUESTS_PER_ADDRESS", default_value = "512", value_name = "N")]
    #[arg(value_parser = whole::<u32>(1..=MOST), help_heading = LIMITS)]
    pub(in crate::cli) max_requests_per_address: u32,

    /// Bytes of messages that clients are still sending, and of large ones in memory; one address may have a quarter
    #[arg(long, env = "MISTMCP_MAX_BODY_BYTES", default_value = "33554432", value_name = "N", help_heading = LIMITS)]
    #[arg(value_parser = whole::<u32>(8_388_608..=MOST))]
    pub(in crate::cli) max_body_bytes: u32,

    /// Bytes of answers that wait to be sent to clients; one address may have a quarter
    #[arg(long, env = "MISTMCP_MAX_ANSWER_BYTES", default_value = "134217728", value_name = "N")]
    #[arg(value_parser = whole::<u32>(8_388_608..=MOST), help_heading = LIMITS)]
    pub(in crate::cli) max_answer_bytes: u32,

    /// Sessions and streams at once of one address with tokens that Mist has not accepted yet
    #[arg(long, env = "MISTMCP_MAX_NEW_CLIENTS_PER_ADDRESS", default_value = "64", value_name = "N")]
    #[arg(value_parser = whole::<u32>(1..=MOST), help_heading = LIMITS)]
    pub(in crate::cli) max_new_clients_per_address: u32,

    /// Requests a minute to Mist from one address with such tokens
    #[arg(long, env = "MISTMCP_NEW_TOKENS_PER_MINUTE", default_value = "20", value_name = "N")]
    #[arg(value_parser = whole::<u32>(1..=MOST), help_heading = LIMITS)]
    pub(in crate::cli) new_tokens_per_minute: u32,

    /// The Redis that replicas share (rediss: for TLS), with MISTMCP_REDIS_KEY; better set by its variable
    #[arg(long, env = "MISTMCP_REDIS_URL", value_name = "URL", hide_env_values = true, help_heading = HTTP)]
    pub(in crate::cli) redis: Option<SecretString>,

    /// The prefix of all keys and channels in Redis
    #[arg(long, env = "MISTMCP_REDIS_PREFIX", default_value = "mistmcp", value_name = "NAME", help_heading = HTTP)]
    pub(in crate::cli) redis_prefix: String,

    /// How long a command to Redis may take; then the replica goes on without Redis until it answers in time
    #[arg(long, env = "MISTMCP_REDIS_TIMEOUT", default_value = "250", value_name = "MILLISECONDS")]
    #[arg(value_parser = whole::<u64>(10..=10_000), help_heading = HTTP)]
    pub(in crate::cli) redis_timeout: u64,
}
