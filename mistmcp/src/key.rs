//! A secret key for hashes of tokens and sessions ([`Key`]), and a comparison in constant time ([`same`]).

use ring::hmac;
use ring::rand::SystemRandom;
use secrecy::{ExposeSecret, SecretString};

/// A key of hashes that tell nothing of what was hashed. It prints nothing of itself.
#[derive(Clone, Debug)]
pub(crate) struct Key(hmac::Key);

impl Key {
    /// A key that lives as long as the process and leaves it never.
    pub(crate) fn random() -> std::io::Result<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        key.map(Self).map_err(|_| std::io::Error::other("the system gives no random numbers"))
    }

    /// The key that all who know the secret have.
    pub(crate) fn of(secret: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()))
    }

    /// The hash of several parts. Two lists of parts read the same only where they are, since no part has a byte of
    /// zero in it.
    pub(crate) fn hash<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> [u8; 32] {
        let mut hash = hmac::Context::with_key(&self.0);
        for part in parts {
            hash.update(part.as_bytes());
            hash.update(&[0]);
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hash.sign().as_ref());
        bytes
    }
}

/// Whether two secrets are the same, in a time that does not tell where they differ.
pub(crate) fn same(left: &str, right: &str) -> bool {
    Key::random().is_ok_and(|Key(key)| {
        let tag = hmac::sign(&key, left.as_bytes());
        hmac::verify(&key, right.as_bytes(), tag.as_ref()).is_ok()
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_its_key_and_parts_alone() {
        let (key, other) = (Key::of(&"one".into()), Key::of(&"two".into()));
        assert_eq!(key.hash(["a", "b"]), Key::of(&"one".into()).hash(["a", "b"]));
        for parts in [&["ab"][..], &["a"], &["a", "b", ""], &["b", "a"]] {
            assert_ne!(key.hash(["a", "b"]), key.hash(parts.iter().copied()), "{parts:?}");
        }
        assert_ne!(key.hash(["a"]), other.hash(["a"]));
        assert_ne!(Key::random().unwrap().hash(["a"]), Key::random().unwrap().hash(["a"]));
    }

    #[test]
    fn secrets_are_compared_whole() {
        assert!(same("secret", "secret") && !same("secret", "Secret") && !same("", "secret"));
    }
}
