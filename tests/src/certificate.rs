//! Self-signed TLS certificates.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;

/// A self-signed certificate for loopback, and its private key, in PEM.
pub fn certificate() -> (String, String) {
    certificate_for(&["localhost", "127.0.0.1"])
}

/// The same for other host names.
pub fn certificate_for(names: &[&str]) -> (String, String) {
    let names: Vec<_> = names.iter().map(ToString::to_string).collect();
    let made = rcgen::generate_simple_self_signed(names).unwrap();
    (pem("CERTIFICATE", made.cert.der()), pem("PRIVATE KEY", &made.signing_key.serialize_der()))
}

fn pem(what: &str, bytes: &[u8]) -> String {
    let text = STANDARD.encode(bytes);
    let lines: Vec<_> = text.as_bytes().chunks(64).map(|line| str::from_utf8(line).unwrap()).collect();
    format!("-----BEGIN {what}-----\n{}\n-----END {what}-----\n", lines.join("\n"))
}
