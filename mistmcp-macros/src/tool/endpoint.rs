//! Method and path of a tool: [`Endpoint`].

use syn::LitStr;

use super::attribute::Method;
use crate::diagnostics::Diagnostics;
use crate::names;
use crate::parameter::{Parameter, Role};

/// A method and a path whose holes are known to be well formed.
pub(super) struct Endpoint {
    pub(super) method: Method,
    pub(super) path: LitStr,
    pub(super) holes: Vec<Hole>,
}

/// `{name}` in a path, or `{name?}`.
pub(super) struct Hole {
    pub(super) name: String,
    pub(super) optional: bool,
}

impl Endpoint {
    /// Reads the path. A hole fills a whole segment, so that nothing put into it can reach another one.
    pub(super) fn read(method: Method, path: LitStr, diagnostics: &mut Diagnostics) -> Self {
        let text = path.value();
        let mut holes = Vec::new();
        if !text.starts_with("/api/") {
            diagnostics.report(&path, "a path starts with `/api/`: write it as Mist's documentation does");
        }
        let segments: Vec<&str> = text.split('/').collect();
        for (place, segment) in segments.iter().enumerate() {
            let Some(hole) = segment.strip_prefix('{').and_then(|rest| rest.strip_suffix('}')) else {
                check_text(segment, &path, diagnostics);
                continue;
            };
            let (name, optional) = match hole.strip_suffix('?') {
                Some(name) => (name, true),
                None => (hole, false),
            };
            if let Some(bare) = name.strip_prefix("r#") {
                diagnostics.report(
                    &path,
                    format!("a path has names as Mist has them: write `{{{bare}}}`; only the parameter is `{name}`"),
                );
            } else if !is_name(name) {
                diagnostics.report(
                    &path,
                    format!("`{{{hole}}}` is no name of a parameter: write `{{site_id}}` or, for one that may be left out, `{{site_id?}}`"),
                );
            } else if optional && place + 1 != segments.len() {
                diagnostics.report(
                    &path,
                    format!("`{{{hole}}}` may be left out, so nothing can follow it; move it to the end or remove the `?`"),
                );
            } else if holes.iter().any(|known: &Hole| known.name == name) {
                diagnostics.report(&path, format!("path names `{{{name}}}` twice; remove one of them"));
            } else {
                holes.push(Hole { name: name.to_owned(), optional });
            }
        }
        Self { method, path, holes }
    }

    /// Holds the holes against the parameters. Where a group is among them, its members are known only to the
    /// compiler, which is then asked instead (see `expand`).
    pub(super) fn check_holes(&self, parameters: &[&Parameter], diagnostics: &mut Diagnostics) {
        if parameters.iter().any(|parameter| parameter.role == Role::Group) {
            return;
        }
        let values = parameters.iter().filter(|parameter| parameter.role == Role::Value);
        let names: Vec<String> = values.map(|parameter| parameter.name_text()).collect();
        for hole in self.holes.iter().filter(|hole| !names.contains(&hole.name)) {
            let parameter = || {
                format!(
                    "add one: `{}: {}`",
                    written(&hole.name),
                    if hole.optional { "Option<Id>" } else { "Id" }
                )
            };
            let remedy = names::did_you_mean(&hole.name, names.iter().map(String::as_str), parameter);
            diagnostics.report(
                &self.path,
                format!("path names `{{{0}}}`, but no parameter is called `{0}`; {remedy}", hole.name),
            );
        }
    }
}

/// Whether a parameter can have this name. That of a keyword, such as `type`, is written `r#type` in the signature.
fn is_name(name: &str) -> bool {
    syn::parse_str::<syn::Ident>(name).is_ok() || syn::parse_str::<syn::Ident>(&format!("r#{name}")).is_ok()
}

/// The name as it is written in a signature.
fn written(name: &str) -> String {
    if syn::parse_str::<syn::Ident>(name).is_ok() { name.to_owned() } else { format!("r#{name}") }
}

fn check_text(segment: &str, path: &LitStr, diagnostics: &mut Diagnostics) {
    if segment.contains(['{', '}']) {
        diagnostics
            .report(path, format!("`{segment}` is half a hole: a hole is a whole segment, `/{{name}}/`"));
    } else if let Some(stray) =
        segment.chars().find(|letter| "?#%".contains(*letter) || letter.is_whitespace())
    {
        diagnostics
            .report(path, format!("a path holds no `{stray}`: what goes into the query is a parameter"));
    }
}
