//! Which fields hold secrets. Reviewed against Mist's schemas; a field that only tells about a secret (its name, its
//! expiry) is not hidden.

/// Names, in lower case, whose whole value is secret.
const NAMES: [&str; 21] = [
    "account_key",
    "api_key",
    "apitoken",
    "auth_key",
    "auth_keys",
    "community",
    "community_name",
    "cookie",
    "key_secret",
    "partner_key",
    "passphrase",
    "password",
    "passwd",
    "private_key",
    "psk",
    "pre_shared_key",
    "secret",
    "ssh_keys",
    "token",
    "two_factor_secret",
    "wep_keys",
];

/// Endings of such names: `root_password`, `client_secret`, `twilio_auth_token`.
const ENDINGS: [&str; 9] = [
    "_api_key",
    "_apitoken",
    "_client_key",
    "_passphrase",
    "_password",
    "_private_key",
    "_psk",
    "_secret",
    "_token",
];

/// Names with such an ending that hold no secret.
const HARMLESS: [&str; 4] = ["cleanup_psk", "dynamic_psk", "enable_psk", "fips_zeroize_password"];

/// What stands in place of a secret.
pub(super) const HIDDEN: &str = "[hidden]";

/// Whether a field of this name holds a secret.
pub(super) fn is_secret(name: &str) -> bool {
    let name = name.to_ascii_lowercase();
    !HARMLESS.contains(&name.as_str())
        && (NAMES.contains(&name.as_str()) || ENDINGS.iter().any(|ending| name.ends_with(ending)))
}
