//! Root certificates for an HTTP client, of a file or of the system: [`configure`].

use std::path::Path;

use reqwest::{Certificate, ClientBuilder};

use super::{CERTIFICATES, NetworkError};
use crate::text_file;

/// Adds the certificates of a file, or those of the system if there is no file.
pub(super) fn configure(builder: ClientBuilder, file: Option<&Path>) -> Result<ClientBuilder, NetworkError> {
    let Some(path) = file else { return system::with_certificates(builder) };
    let certificates = certificates(path)?;
    // On these systems the TLS library reads this variable itself, and accepts no other certificates.
    let is_read = cfg!(all(unix, not(target_os = "macos")))
        && std::env::var_os(CERTIFICATES).is_some_and(|named| Path::new(&named) == path);
    Ok(if is_read { builder } else { builder.tls_certs_merge(certificates) })
}

/// Size limit of a file of certificates.
const MAX_CERTIFICATES: u64 = 4 << 20;

fn certificates(path: &Path) -> Result<Vec<Certificate>, NetworkError> {
    let unusable = |problem: String| NetworkError::Certificates(problem);
    let text = text_file::read_bytes(path, MAX_CERTIFICATES).map_err(|error| unusable(error.to_string()))?;
    match Certificate::from_pem_bundle(&text) {
        Ok(certificates) if !certificates.is_empty() => Ok(certificates),
        _ => Err(unusable("it holds none".to_owned())),
    }
}

/// The system's certificates, on the systems whose TLS library reads the variables itself and takes no others.
#[cfg(all(unix, not(target_os = "macos")))]
mod system {
    use std::ffi::OsStr;
    use std::path::PathBuf;

    use reqwest::{Certificate, ClientBuilder};
    use rustls_native_certs::load_certs_from_paths;

    use super::super::{CERTIFICATE_FOLDERS, CERTIFICATES, NetworkError};

    /// Adds what the TLS library does not load by itself: it takes a blank variable for a file.
    pub(super) fn with_certificates(builder: ClientBuilder) -> Result<ClientBuilder, NetworkError> {
        let [file, folders] = [CERTIFICATES, CERTIFICATE_FOLDERS].map(std::env::var_os);
        Ok(builder.tls_certs_merge(missing(file.as_deref(), folders.as_deref())?))
    }

    /// The certificates that the TLS library does not load with these values of the variables, of which the first names no
    /// file.
    pub(super) fn missing(
        file: Option<&OsStr>,
        folders: Option<&OsStr>,
    ) -> Result<Vec<Certificate>, NetworkError> {
        let folders: Vec<PathBuf> = folders
            .into_iter()
            .flat_map(std::env::split_paths)
            .filter(|folder| !folder.as_os_str().is_empty())
            .collect();
        if !folders.is_empty() {
            let mut problem = None;
            for folder in &folders {
                let found = load_certs_from_paths(None, Some(folder));
                if !found.certs.is_empty() {
                    return Ok(Vec::new());
                }
                problem = problem.or_else(|| found.errors.first().map(ToString::to_string));
            }
            return Err(NetworkError::CertificateFolders(
                problem.unwrap_or_else(|| "it holds none".to_owned()),
            ));
        }
        if file.is_none() {
            return Ok(Vec::new());
        }
        let found = openssl_probe::probe();
        let mut loaded = load_certs_from_paths(found.cert_file.as_deref(), None).certs;
        if loaded.is_empty() {
            loaded = found
                .cert_dir
                .iter()
                .flat_map(|folder| load_certs_from_paths(None, Some(folder)).certs)
                .collect();
        }
        Ok(loaded.iter().filter_map(|der| Certificate::from_der(der).ok()).collect())
    }
}

#[cfg(not(all(unix, not(target_os = "macos"))))]
mod system {
    use reqwest::ClientBuilder;

    use super::NetworkError;

    #[expect(clippy::unnecessary_wraps, reason = "other systems have errors")]
    pub(super) fn with_certificates(builder: ClientBuilder) -> Result<ClientBuilder, NetworkError> {
        Ok(builder)
    }
}

#[cfg(all(test, unix, not(target_os = "macos")))]
mod tests {
    use super::*;

    #[test]
    fn folders_without_certificates_are_an_error_and_a_blank_file_is_no_file() {
        let folder = tempfile::tempdir().unwrap();
        let missing = |file: Option<&str>, folders: Option<&std::ffi::OsStr>| {
            system::missing(file.map(AsRef::as_ref), folders)
        };
        let empty = folder.path().as_os_str();
        for folders in ["/nope".as_ref(), "/nope:/neither".as_ref(), empty] {
            let error = missing(None, Some(folders)).unwrap_err().to_string();
            assert!(error.contains("SSL_CERT_DIR") && error.contains("Unset it"), "{error}");
            assert!(missing(Some(""), Some(folders)).is_err());
        }
        for folders in [None, Some("".as_ref()), Some(":".as_ref())] {
            assert_eq!(missing(None, folders).unwrap().len(), 0);
            // As many as the system has, which may be none.
            assert!(missing(Some(""), folders).is_ok());
        }
    }
}
