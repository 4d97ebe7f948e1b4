//! The HTML documents of the built-in views, `mistmcp/views/*.html`, bundled from the sources in `views/`.
//!
//! A source `views/NAME.js` names the shared parts that it uses in its line `// parts: …`. They are put before it, in that order,
//! in one function scope. `views/frame.html` is the document around style and script; its Content-Security-Policy allows
//! these two by their hashes, and nothing else. Lines that are only a comment are left out, so a template literal has one line.

use std::collections::BTreeMap;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};
use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use mistmcp::{Catalog, View};
use ring::digest;

/// The folder of the sources.
const SOURCES: &str = "views";
/// The largest document, in bytes.
const MAX_BYTES: usize = 60_000;
/// Parts of the source that would break the document, or get around its policy.
const FORBIDDEN: [&str; 9] = [
    "innerHTML",
    "outerHTML",
    "insertAdjacentHTML",
    "document.write",
    "eval(",
    "new Function",
    "</script",
    "<!--",
    "import(",
];

/// The documents of all built-in views, by path.
pub(crate) fn files(root: &Path, catalog: &Catalog) -> Result<BTreeMap<PathBuf, String>> {
    let sources = root.join(SOURCES);
    let own = catalog.views().iter().filter(|view| view.location.file().ends_with("mistmcp/src/view.rs"));
    own.map(|view| Ok((PathBuf::from(format!("mistmcp/views/{}.html", view.name)), bundled(&sources, view)?)))
        .collect()
}

fn bundled(sources: &Path, view: &View) -> Result<String> {
    let read =
        |path: String| fs::read_to_string(sources.join(&path)).with_context(|| format!("{SOURCES}/{path}"));
    let own = read(format!("{}.js", view.name))?;
    let parts = own.lines().find_map(|line| line.strip_prefix("// parts: "));
    let parts = parts.with_context(|| format!("{SOURCES}/{}.js has no line `// parts: …`", view.name))?;
    let mut script = "(() => {\n'use strict';\n".to_owned();
    for part in parts.split(',') {
        script.push_str(&compact(&read(format!("shared/{}.js", part.trim()))?));
    }
    script.push_str(&compact(&own));
    script.push_str("})();\n");
    let style = compact(&read("shared/style.css".to_owned())?);
    let frame = read("frame.html".to_owned())?;
    let document = frame
        .replace("{title}", view.title)
        .replace("{style-hash}", &hash(&style))
        .replace("{script-hash}", &hash(&script))
        .replace("{style}", &style)
        .replace("{script}", &script);
    for forbidden in FORBIDDEN {
        ensure!(
            !script.contains(forbidden),
            "{SOURCES}/{}.js, or a part of it, has `{forbidden}`",
            view.name
        );
    }
    let bytes = document.len();
    ensure!(bytes < MAX_BYTES, "the view {} has {bytes} bytes, and may have {MAX_BYTES}", view.name);
    Ok(document)
}

/// The lines without indentation, and without those that are empty or a comment.
fn compact(source: &str) -> String {
    let lines = source.lines().map(str::trim);
    let is_comment = |line: &str| line.starts_with("//") || line.starts_with("/*") && line.ends_with("*/");
    lines
        .filter(|line| !line.is_empty() && !is_comment(line))
        .fold(String::new(), |all, line| all + line + "\n")
}

/// The hash of an inline style or script, as a policy names it.
fn hash(text: &str) -> String {
    STANDARD.encode(digest::digest(&digest::SHA256, text.as_bytes()))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn comments_and_indentation_are_left_out_and_code_stays() {
        let source = "// parts: dom\n\n/** Adds. */\nfunction add(a) {\n    // One more.\n    return a + 1; // one\n}\n";
        assert_eq!(compact(source), "function add(a) {\nreturn a + 1; // one\n}\n");
    }

    #[test]
    fn every_view_is_one_small_document_that_loads_nothing() {
        let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
        let files = files(&root, &Catalog::gather().unwrap()).unwrap();
        assert_eq!(files.len(), 8);
        for (path, document) in files {
            let path = path.display();
            assert!(document.len() < MAX_BYTES, "{path}: {} bytes", document.len());
            assert!(
                document.contains("default-src 'none'") && document.contains("script-src 'sha256-"),
                "{path}"
            );
            assert_eq!(document.matches("<script>").count(), 1, "{path}");
            let svg = "http://www.w3.org/2000/svg";
            let rest = document.replace(svg, "");
            for outside in ["http:", "https:", "//cdn", "src=", "href=", "@import", "url("] {
                assert!(!rest.contains(outside), "{path} has {outside}");
            }
        }
    }

    #[test]
    fn a_source_that_would_write_markup_is_refused() {
        let folder = tempfile::tempdir().unwrap();
        let write = |path: &str, text: &str| fs::write(folder.path().join(path), text).unwrap();
        fs::create_dir(folder.path().join("shared")).unwrap();
        write("frame.html", "<title>{title}</title><script>{script}</script><style>{style}</style>");
        write("shared/style.css", "body { margin: 0 }");
        write("shared/dom.js", "const one = 1;");
        let view = View {
            name: "x",
            title: "X",
            description: "",
            html: "",
            location: std::panic::Location::caller(),
        };
        write("x.js", "// parts: dom\nshow(one);\n");
        assert!(bundled(folder.path(), &view).unwrap().contains("const one = 1;\nshow(one);\n"));
        write("x.js", "// parts: dom\nplace.innerHTML = one;\n");
        assert!(bundled(folder.path(), &view).unwrap_err().to_string().contains("`innerHTML`"));
        write("x.js", "show(one);\n");
        assert!(bundled(folder.path(), &view).unwrap_err().to_string().contains("// parts: …"));
    }
}
