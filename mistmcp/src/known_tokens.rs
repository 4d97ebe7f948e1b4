//! Tokens that this process knows: those of the environment and of the accounts file, the client token, and what a
//! request over HTTP authenticates itself with. They are masked in all that it writes, from whichever client they come.

mod parts;

use std::sync::{Arc, LazyLock};

use bytes::Bytes;
use http::header::{AUTHORIZATION, HeaderMap, HeaderName};
use parking_lot::{Mutex, RwLock};
use secrecy::{ExposeSecret, SecretString};

use crate::mask::Mask;
pub(crate) use parts::{has_encoded_object, has_part};

/// The header with a Mist token.
pub(crate) const X_AUTHORIZATION: HeaderName = HeaderName::from_static("x-authorization");
/// The header with the id of a session.
const SESSION: HeaderName = HeaderName::from_static("mcp-session-id");
/// A shorter text is not taken for a part of a token.
const SHORTEST_PART: usize = 12;

/// Where the operator's tokens are from.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(crate) enum Origin {
    Environment,
    Accounts,
    ClientToken,
}

/// Tokens of an origin: the current ones, and those that they have replaced, which may not be revoked yet.
#[derive(Default)]
struct Generations {
    current: Vec<SecretString>,
    former: Vec<SecretString>,
}

static KNOWN: LazyLock<Mutex<[Generations; 3]>> = LazyLock::new(Mutex::default);
/// Mask of all known tokens. It is not locked while a text is masked.
static MASK: LazyLock<RwLock<Arc<Mask>>> = LazyLock::new(RwLock::default);

/// Replaces the tokens of an origin.
pub(crate) fn set<'a>(origin: Origin, tokens: impl IntoIterator<Item = &'a str>) {
    let tokens: Vec<SecretString> = tokens.into_iter().map(Into::into).collect();
    let mut known = KNOWN.lock();
    let of_origin = &mut known[origin as usize];
    let texts = |tokens: &'_ [SecretString]| -> Vec<_> {
        tokens.iter().map(|token| token.expose_secret().to_owned()).collect()
    };
    if texts(&of_origin.current) == texts(&tokens) {
        return;
    }
    of_origin.former = std::mem::replace(&mut of_origin.current, tokens);
    let all = known.iter().flat_map(|of_origin| of_origin.current.iter().chain(&of_origin.former));
    let mask = Arc::new(Mask::in_any_case(all.map(ExposeSecret::expose_secret)));
    *MASK.write() = mask;
}

/// Masks the operator's tokens in a text.
pub(crate) fn mask(text: String) -> String {
    let mask = Arc::clone(&MASK.read());
    mask.text(text)
}

/// Masks the operator's tokens in bytes.
pub(crate) fn mask_bytes(bytes: Bytes) -> Bytes {
    let mask = Arc::clone(&MASK.read());
    mask.bytes(bytes)
}

/// What a request authenticates itself with, without the scheme, and the id of its session. Of a text with dots, such as a
/// JWT, also what follows the last one: the signature is as secret as the whole.
pub(crate) fn of_request(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    whole_of_request(headers).flat_map(|token| {
        std::iter::once(token).chain(token.rsplit_once('.').map(|(_, behind_dot)| behind_dot))
    })
}

fn whole_of_request(headers: &HeaderMap) -> impl Iterator<Item = &str> {
    let names = [AUTHORIZATION, X_AUTHORIZATION, SESSION];
    // A request that repeats one of them is refused.
    let values = names.into_iter().filter_map(|name| headers.get(name));
    let texts = values.filter_map(|value| value.to_str().ok());
    texts.filter_map(|text| text.split_whitespace().next_back())
}

/// Whether a text holds a token of the operator, or what a request authenticates itself with, or a part of that.
pub(crate) fn is_in(text: &str, headers: Option<&HeaderMap>) -> bool {
    if text.len() < SHORTEST_PART {
        return false;
    }
    let is_of = |token: &str| token.contains(text) || has_part(text, token);
    headers.is_some_and(|headers| whole_of_request(headers).any(is_of)) || mask(text.to_owned()) != text
}

#[cfg(test)]
mod tests {
    use http::HeaderValue;

    use super::*;

    #[test]
    fn tokens_of_all_origins_and_those_that_they_have_replaced_are_masked() {
        let [first, second, third] = ["known-t0ken-1-Qq", "known-t0ken-2-Ww", "known-t0ken-3-Ee"];
        let shown = |token: &str| mask(format!("a {token}"));
        set(Origin::Accounts, [first]);
        set(Origin::ClientToken, [third]);
        set(Origin::Accounts, [second]);
        set(Origin::Accounts, [second]);
        for token in [first, second, third] {
            assert_eq!(shown(token), "a [token]", "{token}");
            assert_eq!(mask_bytes(Bytes::from_static(token.as_bytes())), "[token]");
        }
        set(Origin::Accounts, [third]);
        assert_eq!(shown(first), format!("a {first}"));
        assert_eq!(shown(second), "a [token]");
    }

    #[test]
    fn what_a_request_authenticates_itself_with_is_known_in_part() {
        let mut headers = HeaderMap::new();
        headers.insert(AUTHORIZATION, HeaderValue::from_static("Bearer eyJ-head.body.signature"));
        headers.insert(X_AUTHORIZATION, HeaderValue::from_static("of-a-request-t0ken"));
        for (text, wanted) in [
            ("body.signature", true),
            ("request-OF-a-request-T0ken-1", true),
            ("6f662d612d726571756573742d74306b656e", true),
            ("1-b2YtYS1yZXF1ZXN0LXQwa2Vu-1", true),
            ("eyJ-head", false),
            ("of-another-request", false),
        ] {
            assert_eq!(is_in(text, Some(&headers)), wanted, "{text}");
        }
        assert!(!is_in("body.signature", None));
        let known: Vec<_> = of_request(&headers).collect();
        assert_eq!(known, ["eyJ-head.body.signature", "signature", "of-a-request-t0ken"]);
    }
}
