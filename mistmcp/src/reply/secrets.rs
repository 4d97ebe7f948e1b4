//! Which fields hold secrets. Reviewed against Mist's schemas, and held against them by `cargo xtask secrets`; a
//! field that only tells about a secret (its name, its expiry) is not hidden.

mod text;

pub(super) use text::scrubbed;

/// Names, in lower case, whose whole value is secret.
const NAMES: [&str; 34] = [
    "account_key",
    "admin_sshkeys",
    "api_key",
    "apikey",
    "apitoken",
    "auth_key",
    "auth_keys",
    "claim_code",
    // What a device is adopted with, a password in its midst.
    "cmd",
    "community",
    "community_name",
    "cookie",
    "encryption_key",
    // Of a webhook: where it says who it is.
    "headers",
    "jwt",
    "keywrap_kek",
    "keywrap_mack",
    // Whoever has it can claim the device.
    "magic",
    "partner_key",
    "passphrase",
    "password",
    "passwd",
    "pre_shared_key",
    "private_key",
    "psk",
    "req_headers",
    "secret",
    "secret_key",
    "shared_key",
    "ssh_keys",
    "token",
    "wep_key",
    "wep_keys",
    "wpa_key",
];

/// Endings of such names: `root_password`, `client_secret`, `twilio_auth_token`.
const ENDINGS: [&str; 15] = [
    "_api_key",
    "_apikey",
    "_apitoken",
    "_auth_key",
    "_client_key",
    "_claim_code",
    "_encryption_key",
    "_private_key",
    "_psk",
    "_secret_key",
    "_token",
    "passphrase",
    "passwd",
    "password",
    "secret",
];

/// Names with such an ending that hold no secret.
const HARMLESS: [&str; 3] = ["cleanup_psk", "dynamic_psk", "enable_psk"];

/// Names that are secret below some fields alone: the key of a certificate, and the keys of WEP.
const INSIDE: [(&str, &str); 4] =
    [("auth", "keys"), ("device_cert", "key"), ("radsec_tls", "key"), ("server_cert", "key")];

/// Names that are secret but for below some fields: communities of BGP are public.
const NOT_INSIDE: [(&str, &str); 3] =
    [("actions", "community"), ("matching", "community"), ("terms", "community")];

/// What stands in place of a secret.
pub(super) const HIDDEN: &str = "[hidden]";

/// Whether a field of this name, inside a field of that one, holds a secret.
pub(crate) fn is_secret(inside: &str, name: &str) -> bool {
    let is = |other: &&str| name.eq_ignore_ascii_case(other);
    let ends = |ending: &&str| {
        let start = name.len().checked_sub(ending.len());
        start.and_then(|start| name.get(start..)).is_some_and(|end| end.eq_ignore_ascii_case(ending))
    };
    let at = |(outer, inner): &(&str, &str)| {
        name.eq_ignore_ascii_case(inner) && inside.eq_ignore_ascii_case(outer)
    };
    if NAMES.iter().any(is) || ENDINGS.iter().any(ends) {
        return !HARMLESS.iter().any(is) && !NOT_INSIDE.iter().any(at);
    }
    INSIDE.iter().any(at)
}
