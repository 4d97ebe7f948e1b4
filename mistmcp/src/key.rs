//! Keyed hashes of identities: [`Key`], and comparison of secrets in constant time.

use ring::hmac;
use ring::rand::SystemRandom;
use secrecy::{ExposeSecret, SecretString};

/// An HMAC key. Its hashes reveal nothing about their input, and `Debug` prints nothing of the key.
#[derive(Clone, Debug)]
pub(crate) struct Key(hmac::Key);

impl Key {
    /// A random key, which never leaves the process.
    pub(crate) fn random() -> std::io::Result<Self> {
        let key = hmac::Key::generate(hmac::HMAC_SHA256, &SystemRandom::new());
        key.map(Self).map_err(|_| std::io::Error::other("the system gives no random numbers"))
    }

    /// The key derived from a shared secret.
    pub(crate) fn of(secret: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()))
    }

    /// The hash of several parts. No part contains a zero byte, so different lists have different input.
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

/// Compares two secrets in constant time.
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
