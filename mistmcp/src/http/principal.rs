//! The owner of a session: [`Principal`], a keyed hash of token and cloud.

use crate::key::{Key, encoded};
use crate::mist::Cloud;
use crate::{Token, Tokens};

/// The token and the cloud that opened a session, as a keyed hash that reveals neither.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Principal([u8; 32]);

impl Principal {
    pub(super) fn of(key: &Key, tokens: &Tokens, cloud: &Cloud) -> Self {
        let tokens = tokens.iter().map(Token::expose);
        Self(key.hash(["owner", cloud.base().as_str()].into_iter().chain(tokens)))
    }

    /// The subject of an access token, with the token and cloud that the client has of its own, if it has.
    pub(super) fn of_subject(key: &Key, issuer: &str, subject: &str, own: Option<(&Tokens, &Cloud)>) -> Self {
        let cloud = own.map(|(_, cloud)| cloud.base().as_str());
        let tokens = own.into_iter().flat_map(|(tokens, _)| tokens.iter().map(Token::expose));
        Self(key.hash(["subject", issuer, subject].into_iter().chain(cloud).chain(tokens)))
    }

    /// The form that is stored in a session record.
    pub(super) fn text(&self) -> String {
        encoded(&self.0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mist::Clouds;

    #[test]
    fn a_principal_differs_by_token_cloud_and_key() {
        let clouds = Clouds::default();
        let (eu, global) = (clouds.find("api.eu.mist.com").unwrap(), clouds.find("api.mist.com").unwrap());
        let (key, other) = (Key::random(), Key::random());
        let [a, b, both] = ["a", "b", "a,b"].map(|text| Tokens::parse(text).unwrap());
        assert_eq!(Principal::of(&key, &a, &eu), Principal::of(&key, &a, &eu));
        assert_ne!(Principal::of(&key, &a, &eu), Principal::of(&key, &b, &eu));
        assert_ne!(Principal::of(&key, &a, &eu), Principal::of(&key, &both, &eu));
        assert_ne!(Principal::of(&key, &a, &eu), Principal::of(&key, &a, &global));
        assert_ne!(Principal::of(&key, &a, &eu), Principal::of(&other, &a, &eu));
    }
}
