use ring::hmac;
use ring::rand::SystemRandom;

use crate::Tokens;
use crate::mist::Cloud;

/// Whom a session belongs to: the token and cloud that opened it, as a keyed hash, which tells nothing of either.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub(super) struct Owner([u8; 32]);

/// The key of the hashes. It lives as long as the process and leaves it never.
#[derive(Debug)]
pub(super) struct Key(hmac::Key);

impl Key {
    pub(super) fn new() -> std::io::Result<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        key.map(Self).map_err(|_| std::io::Error::other("the system gives no random numbers"))
    }

    pub(super) fn owner(&self, tokens: &Tokens, cloud: &Cloud) -> Owner {
        let mut hash = hmac::Context::with_key(&self.0);
        hash.update(cloud.base().as_str().as_bytes());
        for token in tokens.iter() {
            // No cloud and no token has a byte of zero in it, so that no two owners read the same.
            hash.update(&[0]);
            hash.update(token.expose().as_bytes());
        }
        let mut owner = [0; 32];
        owner.copy_from_slice(hash.sign().as_ref());
        Owner(owner)
    }
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub(super) fn same(left: &str, right: &str) -> bool {
    Key::new().is_ok_and(|Key(key)| {
        let tag = hmac::sign(&key, left.as_bytes());
        hmac::verify(&key, right.as_bytes(), tag.as_ref()).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::mist::Clouds;

    #[test]
    fn an_owner_is_a_token_at_a_cloud() {
        let clouds = Clouds::default();
        let (eu, global) = (clouds.find("api.eu.mist.com").unwrap(), clouds.find("api.mist.com").unwrap());
        let (key, other) = (Key::new().unwrap(), Key::new().unwrap());
        let [a, b, both] = ["a", "b", "a,b"].map(|text| Tokens::parse(text).unwrap());
        assert_eq!(key.owner(&a, &eu), key.owner(&a, &eu));
        assert_ne!(key.owner(&a, &eu), key.owner(&b, &eu));
        assert_ne!(key.owner(&a, &eu), key.owner(&both, &eu));
        assert_ne!(key.owner(&a, &eu), key.owner(&a, &global));
        assert_ne!(key.owner(&a, &eu), other.owner(&a, &eu));
        assert!(same("secret", "secret") && !same("secret", "Secret") && !same("", "secret"));
    }
}
