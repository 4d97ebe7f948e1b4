use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use bytes::{Bytes, BytesMut};
use http::{Method, StatusCode};
use jiff::Timestamp;
use reqwest::header::{ACCEPT, AUTHORIZATION, RETRY_AFTER};

use super::advice;
use super::budget::{Budget, until_next_hour};
use super::names::Names;
use super::retry::{Again, Failure, with_retries};
use super::{Answer, Cloud, Request, Token};
use crate::error::ErrorKind;
use crate::{Block, Error, File, Result};

/// What a call may cost.
#[derive(Clone, Copy, Debug)]
pub struct Limits {
    /// How long a whole call may take.
    pub timeout: Duration,
    /// How much of that may be spent waiting before trying again.
    pub retry_wait: Duration,
    /// Calls an hour for one token.
    pub rate_limit: u32,
    /// Bytes that are read of one answer.
    pub max_response_bytes: usize,
}

/// What all sessions share: the HTTP client with its connections.
#[derive(Debug)]
pub struct Pool {
    client: OnceLock<reqwest::Client>,
    limits: Limits,
}

/// One token at one cloud: what is counted and remembered for it.
#[derive(Debug)]
pub struct Connection {
    pool: Arc<Pool>,
    cloud: Cloud,
    token: Token,
    budget: Budget,
    pub(super) org_id: Option<String>,
    pub(super) names: Names,
}

impl Pool {
    /// A pool without connections. The HTTP client is made when it is first needed, since reading the system's
    /// certificates takes longer than all the rest of starting.
    pub fn new(limits: Limits) -> Self {
        Self { client: OnceLock::new(), limits }
    }

    fn client(&self) -> Result<&reqwest::Client> {
        if let Some(client) = self.client.get() {
            return Ok(client);
        }
        let client = reqwest::Client::builder()
            .user_agent(concat!("mistmcp/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(self.limits.timeout.min(Duration::from_secs(10)))
            .redirect(reqwest::redirect::Policy::custom(|attempt| {
                let same_host =
                    attempt.previous().first().is_some_and(|first| first.origin() == attempt.url().origin());
                if same_host && attempt.previous().len() <= 3 { attempt.follow() } else { attempt.stop() }
            }))
            .build()
            .map_err(|error| {
                Error::new(ErrorKind::Network, format!("No HTTP client can be made: {error}."))
            })?;
        Ok(self.client.get_or_init(|| client))
    }
}

impl Connection {
    /// A connection of `token` to `cloud`; nothing is sent yet.
    pub fn new(pool: Arc<Pool>, cloud: Cloud, token: Token, org_id: Option<String>) -> Self {
        let budget = Budget::new(pool.limits.rate_limit);
        Self { pool, cloud, token, budget, org_id, names: Names::default() }
    }

    /// The cloud.
    pub fn cloud(&self) -> &Cloud {
        &self.cloud
    }

    pub(crate) fn token(&self) -> &Token {
        &self.token
    }

    /// What a call may cost.
    pub fn limits(&self) -> &Limits {
        &self.pool.limits
    }

    /// `text` with this connection's token masked.
    pub(crate) fn mask(&self, text: String) -> String {
        self.token.mask(text)
    }

    /// A file with this connection's token masked.
    pub(crate) fn mask_file(&self, file: File) -> File {
        File { bytes: self.token.mask_bytes(file.bytes), ..file }
    }

    /// Blocks with this connection's token masked.
    pub(crate) fn mask_blocks(&self, blocks: Vec<Block>) -> Vec<Block> {
        let masked =
            |block: Block| block.masked(|text| self.mask(text), |bytes| self.token.mask_bytes(bytes));
        blocks.into_iter().map(masked).collect()
    }

    pub(super) async fn send(&self, request: &Request) -> Result<Answer> {
        let url = request.url(&self.cloud)?;
        let limits = &self.pool.limits;
        let again = if request.method == Method::GET { limits.retry_wait } else { Duration::ZERO };
        with_retries(again, || self.attempt(request, url.clone())).await
    }

    async fn attempt(&self, request: &Request, url: reqwest::Url) -> Result<Answer, Failure> {
        self.budget.take(Timestamp::now()).map_err(advice::for_rate_limit)?;
        let started = Instant::now();
        let outcome = self.exchange(request, url).await;
        let milliseconds = started.elapsed().as_millis();
        match &outcome {
            Ok((status, ..)) => {
                tracing::debug!(%request, status = status.as_u16(), milliseconds, "Mist answered");
            }
            Err(failure) => {
                let error = self.mask(failure.error.to_string());
                tracing::debug!(%request, milliseconds, error, "Mist did not answer");
            }
        }
        let (status, headers, body) = outcome?;
        if status.is_success() {
            return Ok(Answer::new(headers, body));
        }
        if status == StatusCode::TOO_MANY_REQUESTS {
            let asked = headers.get(RETRY_AFTER).and_then(|value| value.to_str().ok()?.trim().parse().ok());
            let wait = asked.map_or_else(|| until_next_hour(Timestamp::now()), Duration::from_secs);
            return Err(Failure { error: advice::for_rate_limit(wait), again: Again::After(wait) });
        }
        let passing = matches!(
            status,
            StatusCode::BAD_GATEWAY | StatusCode::SERVICE_UNAVAILABLE | StatusCode::GATEWAY_TIMEOUT
        );
        let again = if passing { Again::Soon } else { Again::Never };
        // Masked before it is cut: a part of a token is not found any more.
        let words = self.mask(String::from_utf8_lossy(&body).into_owned());
        Err(Failure { error: advice::for_status(status, &words), again })
    }

    async fn exchange(
        &self,
        request: &Request,
        url: reqwest::Url,
    ) -> Result<(StatusCode, http::HeaderMap, Bytes), Failure> {
        let header = self.token.header().ok_or_else(|| {
            Error::new(
                ErrorKind::Token,
                "The API token cannot be sent in a header. Tell the user to copy it again.",
            )
        })?;
        let mut sending = self
            .pool
            .client()?
            .request(request.method.clone(), url)
            .header(AUTHORIZATION, header)
            .header(ACCEPT, "application/json, */*;q=0.5");
        if let Some(body) = &request.body {
            sending = sending.header(http::header::CONTENT_TYPE, "application/json").body(body.to_string());
        }
        let network = |error: reqwest::Error| Failure {
            error: advice::for_network(&error.without_url()),
            again: Again::Soon,
        };
        let response = sending.send().await.map_err(network)?;
        let (status, headers) = (response.status(), response.headers().clone());
        let body = self.read(response).await.map_err(|failure| match failure {
            ReadFailure::Network(error) => network(error),
            ReadFailure::Size(limit) => advice::for_size(limit).into(),
        })?;
        Ok((status, headers, body))
    }

    /// Reads a body, decompressed, up to the limit and not a chunk further.
    async fn read(&self, mut response: reqwest::Response) -> Result<Bytes, ReadFailure> {
        let limit = self.pool.limits.max_response_bytes;
        let mut body = BytesMut::new();
        while let Some(chunk) = response.chunk().await.map_err(ReadFailure::Network)? {
            if body.len() + chunk.len() > limit {
                return Err(ReadFailure::Size(limit));
            }
            body.extend_from_slice(&chunk);
        }
        Ok(body.freeze())
    }
}

enum ReadFailure {
    Network(reqwest::Error),
    Size(usize),
}
