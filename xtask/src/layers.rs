//! The layers of the runtime: which modules of `mistmcp/src` may use which others.
//!
//! The order is the table of layers in `docs/architecture.md`: a module uses modules of its own row and of the rows above
//! it. The check reads all paths that begin with `crate::` (also those in macros), but for tests, and fails on one that goes
//! down, on a module that the table lacks, and on one that does not exist.

use std::collections::{BTreeMap, BTreeSet};
use std::path::{Path, PathBuf};
use std::process::ExitCode;

use anyhow::{Context as _, Result, ensure};
use proc_macro2::{TokenStream, TokenTree};
use quote::ToTokens as _;
use syn::{Attribute, Item, UseTree};

const START: &str = "<!-- layers: checked by `cargo xtask layers` -->";
const END: &str = "<!-- end of layers -->";

/// Prints what breaks the order of the layers.
#[expect(clippy::print_stdout, reason = "it is what the command is for")]
pub(crate) fn print() -> Result<ExitCode> {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let problems = problems(&root)?;
    for problem in &problems {
        println!("{problem}");
    }
    println!("{} problems with the layers of mistmcp/src", problems.len());
    Ok(if problems.is_empty() { ExitCode::SUCCESS } else { ExitCode::FAILURE })
}

/// What breaks the order, a line each.
pub(crate) fn problems(root: &Path) -> Result<Vec<String>> {
    let page = std::fs::read_to_string(root.join("docs/architecture.md"))?;
    let layers = layers(&page)?;
    let uses = Uses::of(&root.join("mistmcp/src"))?;
    Ok(violations(&layers, &uses))
}

/// The number of each module's layer, from the table of the page.
fn layers(page: &str) -> Result<BTreeMap<String, usize>> {
    let (_, table) = page.split_once(START).context("docs/architecture.md has no table of layers")?;
    let (table, _) = table.split_once(END).context("the table of layers has no end")?;
    let mut layers = BTreeMap::new();
    let rows = table.lines().filter(|line| line.starts_with("| ") && line.contains('`'));
    for (number, row) in rows.enumerate() {
        let modules = row.split('|').nth(2).unwrap_or_default();
        for module in modules.split('`').skip(1).step_by(2) {
            ensure!(layers.insert(module.to_owned(), number).is_none(), "`{module}` stands in two layers");
        }
    }
    Ok(layers)
}

fn violations(layers: &BTreeMap<String, usize>, uses: &Uses) -> Vec<String> {
    let mut problems = Vec::new();
    for module in &uses.modules {
        if !layers.contains_key(module) {
            problems
                .push(format!("mistmcp/src/{module}: not in the table of layers in docs/architecture.md"));
        }
    }
    for module in layers.keys().filter(|module| !uses.modules.contains(*module)) {
        problems.push(format!("docs/architecture.md: there is no module `{module}`"));
    }
    for (file, from, to) in &uses.edges {
        if let (Some(own), Some(other)) = (layers.get(from), layers.get(to))
            && own < other
        {
            problems.push(format!("mistmcp/src/{file}: `{from}` uses `{to}`, which is in a lower row"));
        }
    }
    problems.extend(uses.cycles());
    problems
}

/// Which top-level module uses which.
#[derive(Debug, Default)]
struct Uses {
    modules: BTreeSet<String>,
    /// File, module, and the module that it uses.
    edges: BTreeSet<(String, String, String)>,
}

impl Uses {
    /// Reads all files of a crate, but for its root and its tests.
    fn of(source: &Path) -> Result<Self> {
        let root = syn::parse_file(&std::fs::read_to_string(source.join("lib.rs"))?)?;
        let mut uses = Self::default();
        let mut exported = BTreeMap::new();
        for item in &root.items {
            match item {
                Item::Mod(module) if module.content.is_none() => {
                    uses.modules.insert(module.ident.to_string());
                }
                Item::Use(item) => collect(&item.tree, &mut Vec::new(), &mut exported),
                _ => {}
            }
        }
        let mut files: Vec<(PathBuf, String)> = Vec::new();
        for module in &uses.modules {
            files.push((source.join(format!("{module}.rs")), module.clone()));
        }
        while let Some((path, module)) = files.pop() {
            let file = syn::parse_file(&std::fs::read_to_string(&path)?)
                .with_context(|| format!("cannot parse {}", path.display()))?;
            let mut tokens = TokenStream::new();
            for item in file.items {
                match &item {
                    _ if is_test(&item) => {}
                    Item::Mod(child) if child.content.is_none() => {
                        let folder = path.with_extension("");
                        files.push((folder.join(format!("{}.rs", child.ident)), module.clone()));
                    }
                    item => item.to_tokens(&mut tokens),
                }
            }
            let file = path.strip_prefix(source)?;
            let (name, depth) = (file.display().to_string(), file.components().count());
            let mut names = Vec::new();
            paths(tokens, depth, &mut names);
            for used in names {
                let target = if uses.modules.contains(&used) { Some(&used) } else { exported.get(&used) };
                if let Some(target) = target.filter(|target| **target != module) {
                    uses.edges.insert((name.clone(), module.clone(), target.clone()));
                }
            }
        }
        Ok(uses)
    }

    /// The cycles among modules, each as one line.
    fn cycles(&self) -> Vec<String> {
        let next = |module: &str| -> BTreeSet<&str> {
            self.edges.iter().filter(|(_, from, _)| from == module).map(|(.., to)| to.as_str()).collect()
        };
        let reaches = |from: &str, to: &str| {
            let (mut seen, mut open) = (BTreeSet::new(), vec![from]);
            while let Some(module) = open.pop() {
                for other in next(module) {
                    if other == to {
                        return true;
                    }
                    if seen.insert(other) {
                        open.push(other);
                    }
                }
            }
            false
        };
        let in_cycle: Vec<_> =
            self.modules.iter().filter(|module| reaches(module, module)).map(String::as_str).collect();
        if in_cycle.is_empty() {
            Vec::new()
        } else {
            vec![format!("a cycle is among: {}", in_cycle.join(", "))]
        }
    }
}

/// The modules that the names in the crate's root come from.
fn collect(tree: &UseTree, path: &mut Vec<String>, exported: &mut BTreeMap<String, String>) {
    match tree {
        UseTree::Path(next) => {
            path.push(next.ident.to_string());
            collect(&next.tree, path, exported);
            path.pop();
        }
        UseTree::Group(group) => group.items.iter().for_each(|item| collect(item, path, exported)),
        UseTree::Name(name) => {
            if let Some(module) = path.first() {
                exported.insert(name.ident.to_string(), module.clone());
            }
        }
        UseTree::Rename(name) => {
            if let Some(module) = path.first() {
                exported.insert(name.rename.to_string(), module.clone());
            }
        }
        UseTree::Glob(_) => {}
    }
}

fn is_test(item: &Item) -> bool {
    let attributes: &[Attribute] = match item {
        Item::Mod(item) => &item.attrs,
        Item::Fn(item) => &item.attrs,
        Item::Impl(item) => &item.attrs,
        Item::Use(item) => &item.attrs,
        _ => &[],
    };
    attributes.iter().any(|attribute| {
        attribute.path().is_ident("cfg") && attribute.meta.to_token_stream().to_string().contains("test")
    })
}

/// The names in tokens that follow a path to the crate's root: `crate::`, or as many `super::` as the module is deep.
fn paths(tokens: TokenStream, depth: usize, found: &mut Vec<String>) {
    let tokens: Vec<_> = tokens.into_iter().collect();
    let is_super = |at: usize| matches!(tokens.get(at), Some(TokenTree::Ident(ident)) if *ident == "super");
    for (place, token) in tokens.iter().enumerate() {
        match token {
            TokenTree::Group(group) => paths(group.stream(), depth, found),
            TokenTree::Ident(ident) if *ident == "crate" || *ident == "super" => {
                // Each `super` is followed by the two colons of `::`.
                let supers = (0..tokens.len()).take_while(|step| is_super(place + 3 * step)).count();
                if *ident == "super" && supers != depth {
                    continue;
                }
                let last = place + 3 * supers.saturating_sub(1);
                match (tokens.get(last + 1), tokens.get(last + 3)) {
                    (Some(TokenTree::Punct(colon)), Some(TokenTree::Ident(name)))
                        if colon.as_char() == ':' =>
                    {
                        found.push(name.to_string());
                    }
                    (Some(TokenTree::Punct(colon)), Some(TokenTree::Group(group)))
                        if colon.as_char() == ':' =>
                    {
                        found.extend(first_names(group.stream()));
                    }
                    _ => {}
                }
            }
            _ => {}
        }
    }
}

/// The first name of each part of a group in a `use`.
fn first_names(tokens: TokenStream) -> Vec<String> {
    let mut names = Vec::new();
    let mut is_first = true;
    for token in tokens {
        match token {
            TokenTree::Ident(name) if is_first => {
                names.push(name.to_string());
                is_first = false;
            }
            TokenTree::Punct(punct) if punct.as_char() == ',' => is_first = true,
            _ => {}
        }
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn root() -> PathBuf {
        Path::new(env!("CARGO_MANIFEST_DIR")).join("..")
    }

    #[test]
    fn no_module_uses_one_of_a_lower_layer() {
        let problems = problems(&root()).unwrap();
        assert!(problems.is_empty(), "{problems:#?}");
    }

    #[test]
    fn a_use_that_goes_down_and_a_cycle_are_found() {
        let folder = tempfile::tempdir().unwrap();
        let write = |name: &str, text: &str| std::fs::write(folder.path().join(name), text).unwrap();
        write("lib.rs", "mod low; mod high; pub use high::High;");
        write("high.rs", "mod part; pub struct High; fn f() { crate::low::g() }");
        for module in ["high", "low"] {
            std::fs::create_dir(folder.path().join(module)).unwrap();
        }
        write("high/part.rs", "#[cfg(test)] mod tests { use crate::low; }");
        let order = BTreeMap::from([("low".to_owned(), 0), ("high".to_owned(), 1)]);
        for (low, is_fine) in [
            ("pub fn g() {}", true),
            ("#[cfg(test)] mod tests { use crate::High; }", true),
            ("use crate::high;", false),
            ("use crate::{High, other};", false),
            ("fn f() { println!(\"{}\", crate::High) }", false),
            ("use super::high::High;", false),
            ("mod part; fn f() {}", false),
        ] {
            let part = if low.contains("mod part") { "use super::super::high::High;" } else { "" };
            write("low/part.rs", part);
            write("low.rs", low);
            let problems = violations(&order, &Uses::of(folder.path()).unwrap());
            assert_eq!(problems.is_empty(), is_fine, "{low}: {problems:?}");
            let cycle = problems.iter().any(|problem| problem.contains("a cycle is among: high, low"));
            assert_eq!(cycle, !is_fine, "{low}: {problems:?}");
        }
        write("low.rs", "");
        let incomplete = BTreeMap::from([("low".to_owned(), 0), ("gone".to_owned(), 1)]);
        let problems = violations(&incomplete, &Uses::of(folder.path()).unwrap());
        assert_eq!(problems.len(), 2, "{problems:?}");
    }
}
