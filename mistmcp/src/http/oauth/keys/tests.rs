use axum::routing::get;
use axum::{Json, Router};
use serde_json::{Value, json};

use tokio::task::JoinHandle;

use super::documents::is_safe;
use super::*;
use crate::mist::Limits;

const KEY: &str = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";

fn pool() -> Pool {
    let _ = rustls::crypto::ring::default_provider().install_default();
    let limits =
        Limits { timeout: TIMEOUT, retry_wait: TIMEOUT, rate_limit: 100, max_response_bytes: 1 << 20 };
    Pool::new(limits)
}

fn jwk(kid: &str) -> Value {
    json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "x": KEY })
}

/// An issuer whose keys can be replaced.
async fn issuer() -> (String, Arc<RwLock<Vec<Value>>>) {
    let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
    let url = format!("http://{}", listener.local_addr().unwrap());
    let keys = Arc::new(RwLock::new(vec![jwk("a")]));
    let (published, issuer) = (Arc::clone(&keys), url.clone());
    let metadata = json!({ "issuer": issuer, "jwks_uri": format!("{issuer}/keys") });
    let router = Router::new()
        .route("/.well-known/oauth-authorization-server", get(async move || Json(metadata)))
        .route(
            "/keys",
            get(async move || {
                let keys = published.read().clone();
                // A test may replace the whole answer.
                let answer = keys.first().and_then(|key| key.get("answer")).cloned();
                Json(answer.unwrap_or_else(|| json!({ "keys": keys })))
            }),
        );
    tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
    (url, keys)
}

fn times(grace: Duration) -> RefreshTimes {
    RefreshTimes { fresh: Duration::ZERO, grace, between: Duration::ZERO, outage: Duration::from_hours(1) }
}

async fn kids(store: &Arc<KeyStore>, kid: &str) -> usize {
    store.find(Some(kid), Algorithm::EdDSA).await.map_or(0, |keys| keys.len())
}

#[tokio::test]
async fn a_withdrawn_key_serves_for_the_grace_time_alone() {
    let (url, keys) = issuer().await;
    let patient = Arc::new(KeyStore::new(&url, &pool(), times(Duration::from_hours(1))).unwrap());
    let strict = Arc::new(KeyStore::new(&url, &pool(), times(Duration::ZERO)).unwrap());
    for store in [&patient, &strict] {
        assert_eq!(kids(store, "a").await, 1);
    }
    let id = strict.find(Some("a"), Algorithm::EdDSA).await.unwrap()[0].id;
    assert!(strict.has(id));
    *keys.write() = vec![jwk("b")];
    for store in [&patient, &strict] {
        assert_eq!(kids(store, "b").await, 1, "an unknown key is looked for");
    }
    assert!(patient.has(patient.find(Some("a"), Algorithm::EdDSA).await.unwrap()[0].id));
    assert!(!strict.has(id));
    assert_eq!(strict.find(Some("a"), Algorithm::EdDSA).await.unwrap_err(), unknown(UnknownKey::Id));
}

#[tokio::test]
async fn a_key_that_is_published_right_after_a_reading_is_found() {
    let (url, keys) = issuer().await;
    let times = RefreshTimes {
        fresh: Duration::from_hours(1),
        between: Duration::from_millis(300),
        ..times(Duration::ZERO)
    };
    let store = Arc::new(KeyStore::new(&url, &pool(), times).unwrap());
    // A stranger's token makes the keys be read.
    assert_eq!(kids(&store, "stranger").await, 0);
    keys.write().push(jwk("b"));
    let (b, again, stranger) = tokio::join!(kids(&store, "b"), kids(&store, "b"), kids(&store, "stranger"));
    assert_eq!((b, again, stranger), (1, 1, 0));
}

#[tokio::test]
async fn clients_that_leave_do_not_have_the_issuer_asked_again() {
    let callers: [fn(Arc<KeyStore>) -> JoinHandle<()>; 3] = [
        |store| tokio::spawn(async move { drop(store.find(Some("a"), Algorithm::EdDSA).await) }),
        |store| tokio::spawn(async move { drop(store.find_other(Some("a"), Algorithm::EdDSA, &[]).await) }),
        |store| tokio::spawn(async move { store.freshen().await }),
    ];
    for call in callers {
        let (asked, mut requests) = tokio::sync::mpsc::unbounded_channel();
        let gate = Arc::new(Semaphore::new(0));
        let listener = tokio::net::TcpListener::bind("127.0.0.1:0").await.unwrap();
        let url = format!("http://{}", listener.local_addr().unwrap());
        let metadata = json!({ "issuer": url, "jwks_uri": format!("{url}/keys") });
        let opened = Arc::clone(&gate);
        let answer = async move || {
            asked.send(()).unwrap();
            opened.acquire().await.unwrap().forget();
            Json(json!({ "keys": [jwk("a")] }))
        };
        let router = Router::new()
            .route("/.well-known/oauth-authorization-server", get(async move || Json(metadata)))
            .route("/keys", get(answer));
        tokio::spawn(async move { axum::serve(listener, router).await.unwrap() });
        let times = RefreshTimes { between: Duration::from_hours(1), ..times(Duration::ZERO) };
        let store = Arc::new(KeyStore::new(&url, &pool(), times).unwrap());
        let leaving = call(Arc::clone(&store));
        requests.recv().await.unwrap();
        leaving.abort();
        let _ = leaving.await;
        gate.add_permits(10);
        store.refresh().await.unwrap();
        assert!(requests.try_recv().is_err(), "the issuer is asked once");
        assert!(store.cache.read().read.is_some());
    }
}

#[tokio::test]
async fn another_key_of_the_same_id_takes_the_place_of_the_known_one() {
    let (url, keys) = issuer().await;
    let store = store(&url, Duration::from_hours(1));
    let known = store.find(Some("a"), Algorithm::EdDSA).await.unwrap();
    assert!(store.find_other(Some("a"), Algorithm::EdDSA, &known).await.is_empty());
    let mut renewed = jwk("a");
    renewed["x"] = "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE".into();
    *keys.write() = vec![renewed];
    let others = store.find_other(Some("a"), Algorithm::EdDSA, &known).await;
    assert!(others.len() == 1 && others[0].id != known[0].id);
}

#[tokio::test]
async fn a_key_stays_the_same_whatever_else_its_json_has() {
    const N: &str = "oahUIoWw0K0usKNuOR6H4wkf4oBUXHTxRvgb48E-BVvxkeDNjbC4he8rUWcJoZmds2h7M70imEVhRU5djINXtqllXI4DFqcI1DgjT9\
                     LewND8MW2Krf3Spsk_ZkoFnilakGygTwpZ3uesH-PFABNIUYpOiN15dsQRkgr0vEhxN92i2asbOenSZeyaxziK72UwxrrKoExv6kc5twXT\
                     q4h-QChLOln0_mtUZwfsRaMStPs6mS6XrgxnxbWhojf663tuEQueGC-FCMfra36C9knDFGzKsNa7LZK2djYgyD3JR_MB_4NUJW_TqOQtwH\
                     YbxevoJArm-L5StowjzGy-_bq6Gw";
    let rsa = json!({ "kty": "RSA", "kid": "a", "alg": "RS256", "use": "sig", "n": N, "e": "AQAB" });
    let (x, y) = (KEY, "Gb9ECWmEzf6FQbrBZ9w7lshQhqowtrbLDFw4rXAxZuE");
    let ec = json!({ "kty": "EC", "crv": "P-256", "kid": "a", "alg": "ES256", "x": x, "y": y });
    let ed = json!({ "kty": "OKP", "crv": "Ed25519", "kid": "a", "alg": "EdDSA", "use": "sig", "x": KEY });
    for (key, algorithm) in [(rsa, Algorithm::RS256), (ec, Algorithm::ES256), (ed, Algorithm::EdDSA)] {
        let (url, keys) = issuer().await;
        *keys.write() = vec![key.clone()];
        let store = store(&url, Duration::ZERO);
        let id = store.find(Some("a"), algorithm).await.unwrap()[0].id;
        let with = |name: &str, value: Value| {
            let mut key = key.clone();
            key[name] = value;
            key
        };
        let without = |name: &str| {
            let mut key = key.clone();
            key.as_object_mut().unwrap().remove(name);
            key
        };
        let mut reordered: Vec<_> = key.as_object().unwrap().clone().into_iter().collect();
        reordered.reverse();
        let mut padded = with("kid", json!("a"));
        if let Some(number) = padded.get("n").map(|_| format!("AAAA{N}")) {
            padded["n"] = number.into();
        }
        for same in [
            Value::Object(reordered.into_iter().collect()),
            with("x5t", json!("abc")),
            with("nbf", json!(1)),
            with("nbf", json!(2)),
            without("alg"),
            without("use"),
            padded,
        ] {
            *keys.write() = vec![same.clone()];
            store.refresh().await.unwrap();
            assert!(store.has(id), "{same}");
            assert_eq!(store.cache.read().keys.len(), 1, "{same}");
        }
        let member = if key.get("n").is_some() { "n" } else { "x" };
        let text = key[member].as_str().unwrap();
        let other = format!("{}{}", if text.starts_with('1') { "2" } else { "1" }, &text[1..]);
        for different in
            [with("kid", json!("b")), without("kid"), with(member, json!(other)), with("use", json!("enc"))]
        {
            *keys.write() = vec![key.clone()];
            store.refresh().await.unwrap();
            assert!(store.has(id));
            *keys.write() = vec![different.clone()];
            store.refresh().await.unwrap();
            assert!(!store.has(id), "{different}");
        }
    }
}

#[tokio::test]
async fn a_jwks_without_a_key_that_verifies_signatures_is_told() {
    let (url, keys) = issuer().await;
    let encryption =
        |kid: &str| json!({ "kty": "OKP", "crv": "Ed25519", "kid": kid, "use": "enc", "x": KEY });
    let small = json!({ "kty": "RSA", "kid": "s", "alg": "RS256", "n": KEY, "e": "AQAB" });
    let of_sessions = json!({ "kty": "oct", "kid": "o", "k": "c2VjcmV0" });
    let many = (0..=MOST_KEYS).map(|number| encryption(&number.to_string())).collect();
    for (jwks, wanted) in [
        (vec![], Some("its JWKS has no key")),
        (vec![encryption("a")], Some("the only key of its JWKS is none that verifies signatures")),
        (vec![encryption("a"), encryption("b")], Some("none of its 2 keys verifies signatures")),
        (
            vec![small.clone(), of_sessions.clone(), encryption("a")],
            Some("none of its 3 keys verifies signatures"),
        ),
        (many, Some("none of the first 100 of its 101 keys verifies signatures")),
        (vec![small, of_sessions, jwk("a")], None),
    ] {
        *keys.write() = jwks;
        let store = store(&url, Duration::ZERO);
        assert_eq!(store.without_usable(), None, "nothing was read yet");
        store.refresh().await.unwrap();
        let told = store.without_usable();
        assert_eq!(told.is_some(), wanted.is_some(), "{told:?}");
        assert!(wanted.is_none_or(|wanted| told.unwrap().starts_with(wanted)), "{wanted:?}");
    }
}

/// A store whose keys are old at once, and which asks whenever it is asked.
fn store(url: &str, grace: Duration) -> Arc<KeyStore> {
    Arc::new(KeyStore::new(url, &pool(), times(grace)).unwrap())
}

#[tokio::test]
async fn a_withdrawn_key_is_noticed_while_only_known_tokens_come() {
    let (url, keys) = issuer().await;
    let store = store(&url, Duration::ZERO);
    let id = store.find(Some("a"), Algorithm::EdDSA).await.unwrap()[0].id;
    store.freshen().await;
    assert!(store.has(id));
    *keys.write() = vec![jwk("b")];
    store.freshen().await;
    assert!(!store.has(id), "its last use was too long ago for another one without a look");
    // The grace time counts from when it was last seen, not from when it was missed.
    *keys.write() = vec![jwk("a")];
    assert_eq!(kids(&store, "a").await, 1);
    let patient = self::store(&url, Duration::from_hours(1));
    assert_eq!(kids(&patient, "a").await, 1);
    *keys.write() = vec![jwk("b")];
    patient.refresh().await.unwrap();
    let seen = patient.cache.read().keys.iter().find(|key| key.kid.as_deref() == Some("a")).unwrap().seen;
    assert!(patient.cache.read().read.unwrap() > seen);
}

#[tokio::test]
async fn an_answer_that_is_no_jwks_is_an_outage() {
    for answer in [
        json!({ "message": "maintenance" }),
        json!({ "keys": null }),
        json!({ "keys": {} }),
        json!({ "keys": ["x", {}] }),
        json!([]),
        json!("x"),
    ] {
        let (url, keys) = issuer().await;
        let store = store(&url, Duration::ZERO);
        let id = store.find(Some("a"), Algorithm::EdDSA).await.unwrap()[0].id;
        *keys.write() = vec![json!({ "answer": answer })];
        assert!(store.refresh().await.is_err(), "{answer}");
        assert!(store.has(id), "{answer}");
        assert_eq!(
            store.find(Some("b"), Algorithm::EdDSA).await.unwrap_err(),
            KeyError::Unavailable,
            "{answer}"
        );
        *keys.write() = vec![jwk("b")];
        assert_eq!(kids(&store, "b").await, 1, "{answer}");
        assert_eq!(
            store.find(Some("c"), Algorithm::EdDSA).await.unwrap_err(),
            unknown(UnknownKey::Id),
            "{answer}"
        );
    }
    // An issuer may withdraw all keys.
    let (url, keys) = issuer().await;
    let store = store(&url, Duration::ZERO);
    let id = store.find(Some("a"), Algorithm::EdDSA).await.unwrap()[0].id;
    keys.write().clear();
    store.refresh().await.unwrap();
    assert!(!store.has(id));
}

#[tokio::test]
async fn only_public_keys_for_signatures_of_their_algorithm_serve() {
    let (url, keys) = issuer().await;
    *keys.write() = vec![
        json!({ "kty": "oct", "kid": "symmetric", "k": "c2VjcmV0" }),
        json!({ "kty": "OKP", "crv": "Ed25519", "kid": "encryption", "use": "enc", "x": KEY }),
        json!({ "kty": "RSA", "kid": "oaep", "alg": "RSA-OAEP", "n": KEY, "e": "AQAB" }),
        json!({ "kty": "unknown", "kid": "unknown" }),
        json!("no key"),
        jwk("a"),
    ];
    let store = Arc::new(KeyStore::new(&url, &pool(), times(Duration::ZERO)).unwrap());
    assert_eq!(kids(&store, "a").await, 1);
    assert_eq!(store.cache.read().keys.len(), 1);
    for (kid, algorithm, wanted) in [
        (Some("a"), Algorithm::RS256, UnknownKey::Algorithm),
        (Some("symmetric"), Algorithm::EdDSA, UnknownKey::Unusable),
        (Some("encryption"), Algorithm::EdDSA, UnknownKey::Unusable),
        (Some("none"), Algorithm::EdDSA, UnknownKey::Id),
        (None, Algorithm::RS256, UnknownKey::NoneOfAlgorithm),
    ] {
        assert_eq!(store.find(kid, algorithm).await.unwrap_err(), unknown(wanted), "{kid:?}");
    }
    assert_eq!(store.find(None, Algorithm::EdDSA).await.unwrap().len(), 1);
}

#[tokio::test]
async fn the_reason_is_told_for_which_a_key_is_not_found() {
    let (url, keys) = issuer().await;
    let without_id = json!({ "kty": "OKP", "crv": "Ed25519", "x": KEY });
    let many: Vec<_> = (0..=MOST_KEYS).map(|number| jwk(&number.to_string())).collect();
    let last = MOST_KEYS.to_string();
    for (jwks, kid, wanted) in [
        (vec![without_id.clone()], Some("a"), UnknownKey::WithoutIds),
        (vec![without_id, jwk("b")], Some("a"), UnknownKey::Id),
        (many, Some(last.as_str()), UnknownKey::Cut),
        (Vec::new(), Some("a"), UnknownKey::Id),
    ] {
        *keys.write() = jwks;
        let store = Arc::new(KeyStore::new(&url, &pool(), times(Duration::ZERO)).unwrap());
        assert_eq!(store.find(kid, Algorithm::EdDSA).await.unwrap_err(), unknown(wanted));
    }
    // The name of RFC 9864.
    *keys.write() = vec![json!({ "kty": "OKP", "crv": "Ed25519", "kid": "a", "alg": "Ed25519", "x": KEY })];
    let store = Arc::new(KeyStore::new(&url, &pool(), times(Duration::ZERO)).unwrap());
    assert_eq!(kids(&store, "a").await, 1);
}

fn unknown(reason: UnknownKey) -> KeyError {
    KeyError::Unknown(reason)
}

#[tokio::test]
async fn metadata_of_another_issuer_is_refused() {
    let (url, _) = issuer().await;
    let other = format!("{url}/tenant");
    let store = Arc::new(KeyStore::new(&other, &pool(), times(Duration::ZERO)).unwrap());
    assert_eq!(store.find(None, Algorithm::EdDSA).await.unwrap_err(), KeyError::Unavailable);
    let slash = Arc::new(KeyStore::new(&format!("{url}/"), &pool(), times(Duration::ZERO)).unwrap());
    assert_eq!(kids(&slash, "a").await, 1);
    assert_eq!(slash.issuer(), url, "tokens have it as the metadata has it");
}

#[test]
fn only_https_and_this_machine_are_safe() {
    for (url, wanted) in [
        ("https://login.example.com/keys", true),
        ("http://127.0.0.1:8080/keys", true),
        ("http://localhost/keys", true),
        ("http://login.example.com/keys", false),
        ("file:///etc/passwd", false),
        ("http://localhost.example.com/keys", false),
    ] {
        assert_eq!(is_safe(&Url::parse(url).unwrap()), wanted, "{url}");
    }
}
