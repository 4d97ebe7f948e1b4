//! Keyed hashes of identities: [`Key`], and comparison of secrets in constant time.

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use secrecy::{ExposeSecret, SecretString};
use subtle::ConstantTimeEq;
use uuid::Uuid;

/// An HMAC key. Its hashes reveal nothing about their input, and `Debug` prints nothing of the key.
#[derive(Clone, Debug)]
pub(crate) struct Key(hmac::Key);

impl Key {
    /// A random key, which never leaves the process.
    pub(crate) fn random() -> Self {
        let random = [Uuid::new_v4(), Uuid::new_v4()].map(Uuid::into_bytes);
        Self(hmac::Key::new(hmac::HMAC_SHA256, random.as_flattened()))
    }

    /// The key derived from a shared secret.
    pub(crate) fn of(secret: &SecretString) -> Self {
        Self(hmac::Key::new(hmac::HMAC_SHA256, secret.expose_secret().as_bytes()))
    }

    /// The hash of several parts, each with its length before it: different lists have different input, whatever is in
    /// the parts.
    pub(crate) fn hash<'a>(&self, parts: impl IntoIterator<Item = &'a str>) -> [u8; 32] {
        let mut hash = hmac::Context::with_key(&self.0);
        for part in parts {
            hash.update(&(part.len() as u64).to_be_bytes());
            hash.update(part.as_bytes());
        }
        let mut bytes = [0; 32];
        bytes.copy_from_slice(hash.sign().as_ref());
        bytes
    }
}

/// A hash, or a part of one, as text.
pub(crate) fn encoded(hash: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(hash)
}

/// Compares two secrets in a time that depends on their lengths alone.
pub(crate) fn constant_time_eq(left: &str, right: &str) -> bool {
    left.as_bytes().ct_eq(right.as_bytes()).into()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_hash_is_that_of_its_key_and_parts_alone() {
        let (key, other) = (Key::of(&"one".into()), Key::of(&"two".into()));
        assert_eq!(key.hash(["a", "b"]), Key::of(&"one".into()).hash(["a", "b"]));
        for parts in [&["ab"][..], &["a"], &["a", "b", ""], &["b", "a"], &["a\0b"], &["a\0b\0"]] {
            assert_ne!(key.hash(["a", "b"]), key.hash(parts.iter().copied()), "{parts:?}");
        }
        assert_ne!(key.hash(["a"]), other.hash(["a"]));
        assert_ne!(Key::random().hash(["a"]), Key::random().hash(["a"]));
    }

    #[test]
    fn secrets_are_compared_whole() {
        assert!(
            constant_time_eq("secret", "secret")
                && !constant_time_eq("secret", "Secret")
                && !constant_time_eq("", "secret")
        );
    }
}
