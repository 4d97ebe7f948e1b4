//! An issuer of access tokens for tests: [`Issuer`].

use std::convert::Infallible;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, SystemTime, UNIX_EPOCH};

use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::response::{IntoResponse, Redirect, Response};
use axum::routing::get;
use axum::{Json, Router};
use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use futures_util::stream;
use ring::rand::SystemRandom;
use ring::signature::{ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, KeyPair};
use serde_json::{Map, Value, json};
use std::sync::Mutex;
use tokio::net::TcpListener;

/// The audience of tokens, and the resource of the server under test.
pub(crate) const AUDIENCE: &str = "https://mist.example.com/mcp";

/// What the issuer answers in place of its keys.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) enum Fault {
    None,
    Endless,
    Silent,
    Large,
    /// A redirect to its keys at another path.
    Redirect,
    Broken,
}

/// A signing key with its id.
pub(crate) struct SigningKey {
    pub(crate) id: String,
    pair: EcdsaKeyPair,
}

struct Keys {
    issuer: String,
    published: Mutex<Vec<Value>>,
    fault: Mutex<Fault>,
    requests: AtomicUsize,
    followed: AtomicUsize,
}

pub(crate) struct Issuer {
    pub(crate) url: String,
    keys: Arc<Keys>,
    pub(crate) key: SigningKey,
}

pub(crate) fn now() -> u64 {
    SystemTime::now().duration_since(UNIX_EPOCH).unwrap().as_secs()
}

pub(crate) fn encoded(bytes: impl AsRef<[u8]>) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

impl SigningKey {
    pub(crate) fn new(id: &str) -> Self {
        let random = SystemRandom::new();
        let document = EcdsaKeyPair::generate_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, &random).unwrap();
        let pair =
            EcdsaKeyPair::from_pkcs8(&ECDSA_P256_SHA256_FIXED_SIGNING, document.as_ref(), &random).unwrap();
        Self { id: id.to_owned(), pair }
    }

    /// The public key: an uncompressed point.
    pub(crate) fn public(&self) -> &[u8] {
        self.pair.public_key().as_ref()
    }

    pub(crate) fn jwk(&self) -> Value {
        let (x, y) = self.public()[1..].split_at(32);
        json!({ "kty": "EC", "crv": "P-256", "use": "sig", "alg": "ES256", "kid": self.id, "x": encoded(x), "y": encoded(y) })
    }

    /// A token with this header and these claims.
    pub(crate) fn sign(&self, header: &Value, claims: &Value) -> String {
        self.sign_message(&format!("{}.{}", encoded(header.to_string()), encoded(claims.to_string())))
    }

    /// A token of an encoded header and encoded claims.
    pub(crate) fn sign_message(&self, message: &str) -> String {
        let signature = self.pair.sign(&SystemRandom::new(), message.as_bytes()).unwrap();
        format!("{message}.{}", encoded(signature))
    }
}

impl Issuer {
    pub(crate) async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let key = SigningKey::new("first");
        let keys = Arc::new(Keys {
            issuer: url.clone(),
            published: Mutex::new(vec![key.jwk()]),
            fault: Mutex::new(Fault::None),
            requests: AtomicUsize::new(0),
            followed: AtomicUsize::new(0),
        });
        let router = Router::new()
            .route("/.well-known/openid-configuration", get(metadata))
            .route("/jwks", get(jwks))
            .route("/elsewhere", get(elsewhere))
            .with_state(Arc::clone(&keys));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        Self { url, keys, key }
    }

    /// How often it was asked for its keys.
    pub(crate) fn requests(&self) -> usize {
        self.keys.requests.load(Ordering::Acquire)
    }

    /// How often an address was asked that no client should ask.
    pub(crate) fn followed(&self) -> usize {
        self.keys.followed.load(Ordering::Acquire)
    }

    pub(crate) fn fail(&self, fault: Fault) {
        *self.keys.fault.lock().unwrap() = fault;
    }

    /// Publishes another key.
    pub(crate) fn publish(&self, key: &SigningKey) {
        self.keys.published.lock().unwrap().push(key.jwk());
    }

    /// The claims of a subject, with some of them changed or, where null, left out.
    #[expect(clippy::needless_pass_by_value, reason = "tests write what is changed in place")]
    pub(crate) fn claims(&self, subject: &str, changed: Value) -> Value {
        let mut claims = json!({
            "iss": self.url, "aud": AUDIENCE, "sub": subject, "iat": now(), "exp": now() + 600, "groups": ["noc"],
        });
        let object = claims.as_object_mut().unwrap();
        object.extend(changed.as_object().unwrap().clone());
        object.retain(|_, value| !value.is_null());
        claims
    }

    pub(crate) fn header(&self) -> Value {
        json!({ "alg": "ES256", "typ": "at+jwt", "kid": self.key.id })
    }

    /// A token of a subject.
    pub(crate) fn token(&self, subject: &str, changed: Value) -> String {
        self.key.sign(&self.header(), &self.claims(subject, changed))
    }

    /// A token whose header has more.
    pub(crate) fn token_with_header(&self, more: &Map<String, Value>) -> String {
        let mut header = self.header();
        header.as_object_mut().unwrap().extend(more.clone());
        self.key.sign(&header, &self.claims("alice", json!({})))
    }
}

async fn metadata(State(keys): State<Arc<Keys>>) -> Json<Value> {
    let Keys { issuer, .. } = &*keys;
    Json(json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/jwks") }))
}

async fn jwks(State(keys): State<Arc<Keys>>) -> Response {
    keys.requests.fetch_add(1, Ordering::AcqRel);
    let fault = keys.fault.lock().unwrap().clone();
    let chunk = Bytes::from(vec![b' '; 64 * 1024]);
    match fault {
        Fault::None => {
            let published = keys.published.lock().unwrap().clone();
            Json(json!({ "keys": published })).into_response()
        }
        Fault::Endless => {
            Body::from_stream(stream::repeat_with(move || Ok::<_, Infallible>(chunk.clone()))).into_response()
        }
        Fault::Silent => {
            tokio::time::sleep(Duration::from_mins(10)).await;
            "".into_response()
        }
        Fault::Large => {
            let published = keys.published.lock().unwrap().clone();
            let filling = "x".repeat(5 << 20);
            Json(json!({ "keys": published, "filling": filling })).into_response()
        }
        Fault::Redirect => Redirect::temporary("/elsewhere").into_response(),
        Fault::Broken => (axum::http::StatusCode::OK, "<html>").into_response(),
    }
}

async fn elsewhere(State(keys): State<Arc<Keys>>) -> Json<Value> {
    keys.followed.fetch_add(1, Ordering::AcqRel);
    let published = keys.published.lock().unwrap().clone();
    Json(json!({ "keys": published }))
}
