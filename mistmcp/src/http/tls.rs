//! TLS configuration: loads certificate and key, and reloads them when the files change. See [`watched`].

use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;

use axum_server::tls_rustls::RustlsConfig;

use crate::text_file::Fingerprint;
use crate::{quote, text_file};

/// How often the files are checked for changes.
const POLL_INTERVAL: Duration = Duration::from_secs(2);

/// Loads certificate and key, and reloads them whenever the files change: certificates are renewed while a server
/// runs.
pub(super) async fn watched(certificate: PathBuf, key: PathBuf) -> io::Result<RustlsConfig> {
    // Taken before the files are read, so that a change in between is one.
    let mut last = (fingerprint(&certificate).await, fingerprint(&key).await);
    let config = load(&certificate, &key).await?;
    let watched = config.clone();
    tokio::spawn(async move {
        let mut is_failing = false;
        loop {
            tokio::time::sleep(POLL_INTERVAL).await;
            let current = (fingerprint(&certificate).await, fingerprint(&key).await);
            let is_changed = current != last;
            if !is_changed && !is_failing {
                continue;
            }
            last = current;
            // While only one of the two files has been replaced they do not match, and the previous pair stays in
            // use.
            let reloaded = match read(certificate.clone(), key.clone()).await {
                Ok((chain, private)) => {
                    let is_encrypted = is_encrypted(&private);
                    let reloaded = watched.reload_from_pem(chain, private).await;
                    reloaded.map_err(|error| with_remedy(error, is_encrypted))
                }
                Err(error) => Err(error),
            };
            is_failing = reloaded.is_err();
            match reloaded {
                Ok(()) => tracing::info!("the certificate has been read again"),
                Err(error) if is_changed => {
                    tracing::warn!(%error, "the new certificate cannot be used; the old one serves on");
                }
                Err(_) => {}
            }
        }
    });
    Ok(config)
}

/// Loads certificate and key.
///
/// # Errors
/// They cannot be used. The message names their flags.
pub(crate) async fn load(certificate: &Path, key: &Path) -> io::Result<RustlsConfig> {
    let config = match read(certificate.to_owned(), key.to_owned()).await {
        Ok((chain, private)) => {
            let is_encrypted = is_encrypted(&private);
            let config = RustlsConfig::from_pem(chain, private).await;
            config.map_err(|error| with_remedy(error, is_encrypted))
        }
        Err(error) => Err(error),
    };
    config.map_err(|error| {
        io::Error::new(
            error.kind(),
            format!(
                "--tls-cert {} and --tls-key {} cannot be used: {error}\nthey take a certificate with its chain, and \
                 its private key, as PEM files",
                quote::path(certificate),
                quote::path(key)
            ),
        )
    })
}

/// Whether a private key is one that needs a passphrase.
fn is_encrypted(key: &[u8]) -> bool {
    let has = |words: &[u8]| key.windows(words.len()).any(|part| part == words);
    has(b"-----BEGIN ENCRYPTED PRIVATE KEY-----") || has(b"Proc-Type: 4,ENCRYPTED")
}

/// The same error, with what to do about it where that is known.
fn with_remedy(error: io::Error, is_encrypted: bool) -> io::Error {
    let cause = error.get_ref().and_then(|cause| cause.downcast_ref());
    let words = match cause {
        _ if is_encrypted => {
            "the private key is encrypted, and this server asks for no passphrase: decrypt it, as by `openssl pkey -in \
             FILE -out NEW_FILE`, and let no one else read the new file"
        }
        Some(rustls::Error::InconsistentKeys(_)) => {
            "the private key is that of another certificate: name the certificate and the key of one pair"
        }
        _ => return error,
    };
    io::Error::new(error.kind(), words)
}

/// Reads both files. Text around the PEM blocks may be in any encoding that contains ASCII.
async fn read(certificate: PathBuf, key: PathBuf) -> io::Result<(Vec<u8>, Vec<u8>)> {
    let read = |path: &Path| {
        text_file::read_bytes(path, text_file::SMALL).map_err(|error| {
            let path = quote::path(path);
            io::Error::other(format!("{}: {error}", path.trim_matches('`')))
        })
    };
    let both = move || Ok((read(&certificate)?, read(&key)?));
    tokio::task::spawn_blocking(both).await.map_err(io::Error::other)?
}

/// None if there is no file.
async fn fingerprint(path: &Path) -> Option<Fingerprint> {
    Fingerprint::of(&tokio::fs::metadata(path).await.ok()?)
}

#[cfg(test)]
mod tests {
    use std::sync::Arc;
    use std::time::SystemTime;

    use super::*;

    /// Writes a new pair, in files of one length and time.
    fn write((certificate, key): (&Path, &Path), is_renamed: bool) {
        let rcgen::CertifiedKey { cert, signing_key } =
            rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
        for (path, text) in [(certificate, cert.pem()), (key, signing_key.serialize_pem())] {
            let written = if is_renamed { path.with_extension("new") } else { path.to_owned() };
            std::fs::write(&written, format!("{text:\n<4000}")).unwrap();
            // Other systems tell no more than these.
            if cfg!(unix) {
                let file = std::fs::File::options().write(true).open(&written).unwrap();
                file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
            }
            std::fs::rename(written, path).unwrap();
        }
    }

    #[tokio::test]
    async fn a_key_that_is_encrypted_or_of_another_certificate_has_its_remedy() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let path = |name: &str| folder.path().join(name);
        write((&path("one.pem"), &path("one.key")), false);
        write((&path("two.pem"), &path("two.key")), false);
        let text = std::fs::read_to_string(path("one.key")).unwrap();
        let encrypted = text.replace("PRIVATE KEY", "ENCRYPTED PRIVATE KEY");
        std::fs::write(path("pkcs8.key"), encrypted).unwrap();
        let head = "PRIVATE KEY-----\nProc-Type: 4,ENCRYPTED\nDEK-Info: AES-256-CBC,00\n";
        std::fs::write(path("old.key"), text.replacen("PRIVATE KEY-----", head, 1)).unwrap();
        for (key, wanted) in [
            ("two.key", Some("of one pair")),
            ("pkcs8.key", Some("openssl pkey")),
            ("old.key", Some("openssl pkey")),
            ("one.key", None),
        ] {
            let loaded = load(&path("one.pem"), &path(key)).await;
            let told = loaded.err().map(|error| error.to_string());
            assert_eq!(told.is_some(), wanted.is_some(), "{key}: {told:?}");
            assert!(told.unwrap_or_default().contains(wanted.unwrap_or_default()), "{key}");
        }
    }

    // On one thread, what is spawned runs only while the test waits.
    #[tokio::test]
    async fn a_change_of_the_files_right_after_they_were_read_is_not_missed() {
        let _ = rustls::crypto::ring::default_provider().install_default();
        let folder = tempfile::tempdir().unwrap();
        let (certificate, key) = (folder.path().join("server.pem"), folder.path().join("server.key"));
        write((&certificate, &key), false);
        let config = watched(certificate.clone(), key.clone()).await.unwrap();
        for is_renamed in [false, true] {
            let before = config.get_inner();
            write((&certificate, &key), is_renamed);
            let reloaded = async {
                while Arc::ptr_eq(&before, &config.get_inner()) {
                    tokio::time::sleep(Duration::from_millis(20)).await;
                }
            };
            tokio::time::timeout(Duration::from_mins(1), reloaded).await.expect("they are read again");
        }
    }
}
