//! Values of flags that are paths: [`path`].

use std::path::PathBuf;

use clap::builder::{PathBufValueParser, TypedValueParser};

/// A parser of paths without the white space around them, such as what the line end of Windows leaves of a line of variables.
pub(in crate::cli) fn path() -> impl TypedValueParser<Value = PathBuf> {
    PathBufValueParser::new().map(|path| match path.to_str() {
        Some(text) => text.trim().into(),
        None => path,
    })
}

#[cfg(test)]
mod tests {
    use std::path::Path;

    use crate::cli::flags::read;

    #[test]
    fn white_space_around_a_path_is_none_of_it() {
        let mut arguments = vec!["program".into()];
        let names = ["audit-log", "accounts", "tls-cert", "tls-key", "demo-overlay"];
        arguments.extend(names.map(|name| format!("--{name}= /a b/c.d\r\n").into()));
        let (flags, _) = read(&arguments, &[]).unwrap();
        let given = [flags.audit_log, flags.accounts, flags.http.tls_cert, flags.http.tls_key];
        for path in given.iter().flatten().chain(&flags.demo_overlay) {
            assert_eq!(path, Path::new("/a b/c.d"));
        }
        assert_eq!(given.iter().flatten().count() + flags.demo_overlay.len(), names.len());
    }
}
