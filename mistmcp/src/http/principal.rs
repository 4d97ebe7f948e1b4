use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::key::Key;
use crate::mist::Cloud;
use crate::{Token, Tokens};

/// Whom a session belongs to: the token and cloud that opened it, as a keyed hash, which tells nothing of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Principal([u8; 32]);

impl Principal {
    pub(super) fn of(key: &Key, tokens: &Tokens, cloud: &Cloud) -> Self {
        let tokens = tokens.iter().map(Token::expose);
        Self(key.hash(["owner", cloud.base().as_str()].into_iter().chain(tokens)))
    }

    /// As it is written in a record.
    pub(super) fn text(&self) -> String {
        URL_SAFE_NO_PAD.encode(self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mist::Clouds;

    #[test]
    fn an_owner_is_a_token_at_a_cloud() {
        let clouds = Clouds::default();
        let (eu, global) = (clouds.find("api.eu.mist.com").unwrap(), clouds.find("api.mist.com").unwrap());
        let (key, other) = (Key::random().unwrap(), Key::random().unwrap());
        let [a, b, both] = ["a", "b", "a,b"].map(|text| Tokens::parse(text).unwrap());
        assert_eq!(Principal::of(&key, &a, &eu), Principal::of(&key, &a, &eu));
        assert_ne!(Principal::of(&key, &a, &eu), Principal::of(&key, &b, &eu));
        assert_ne!(Principal::of(&key, &a, &eu), Principal::of(&key, &both, &eu));
        assert_ne!(Principal::of(&key, &a, &eu), Principal::of(&key, &a, &global));
        assert_ne!(Principal::of(&key, &a, &eu), Principal::of(&other, &a, &eu));
    }
}
